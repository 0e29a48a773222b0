"""The time loop: L-stable SDIRK2 built from resolvents alone, error control, located events, slices.

    Z1 = res(Y, g h);  Yb = Y + (1-g)/g (Z1 - Y);  Z2 = res(Yb, g h);  g = 1 - 1/sqrt(2)        (Alexander 1977)

Second order, stiffly accurate. The error of a step is estimated from the third derivative seen through the stage
slopes k0 (end of the last step), k1, k2: 0.0404 h³ y'''; right after a switch, where k0 does not belong to the new
control, from the first difference g h (k2 - k1). All of order, error control, rejection and roots is here, once.
"""

from __future__ import annotations

import math

from ...elements.base import OUT_MARGIN, OUT_V
from .cache import jit
from .newton import CURRENT, GROUP, MAIN, NEXPORT, solve

# columns of the step table
CONTROL, VALUE, DURATION, ROW, SAMPLE, V_ABOVE, V_BELOW, CHARGE, J_BELOW, PAUSE, STOPS, SLOPE = range(12)
STEP_COLUMNS = 12
# resume block (floats): time, time in step, step size, first step size, charge in step, step number, derivative is valid, last
# voltage and current, length of the last time step (0 after a switch)
TIME, IN_STEP, H, H_FIRST, Q, NUMBER, HAVE, V_LAST, J_LAST, PAST = range(10)
RESUME_SIZE = 10
# why the loop returned
DONE, SLICE, EVENT, PAUSED, FAILED = range(5)
# columns of the history before the leaves' voltages and the exports
H_TIME, H_VOLTAGE, H_CURRENT, H_STEP, H_LEAVES = range(5)
# until-conditions, as bits of the event number of a step that ended early
UNTIL_V_ABOVE, UNTIL_V_BELOW, UNTIL_CHARGE, UNTIL_CURRENT = range(1, 5)

SHORT = 1e-9  # s; from the first microsecond of a step on, a shorter time step is a failure

GAMMA = 1.0 - 1.0 / math.sqrt(2.0)
ERROR3 = 3.0 * GAMMA**2 - 2.0 * GAMMA**3 - 1.0 / 6.0  # |third-order term of the stability function - 1/6|


@jit
def advance(leaf, orient, order, nodes, source, control, value, slope, h, past, P, Y, Yb, Z1, Z2, W, X, x, out, J, J0, JP, E, R, C, A, G, cross, M, xg, tol):  # type: ignore[no-untyped-def]
    """Both stages of one step, the control at value + slope t. Returns (passes or negative, V, j, culprit, mean current).

    J0 holds the branch currents now, JP those `past` [s] ago (0: none): Newton starts on the line through what is known.
    """
    g = 1.0 - 1.0 / math.sqrt(2.0)
    r = (1.0 - g) / g
    for i in range(Y.shape[0]):
        Z1[i] = Y[i]
    ahead = g * h / past if past > 0.0 else 0.0
    for k in range(J.shape[0]):
        J[k] = J0[k] + ahead * (J0[k] - JP[k])
    a, V, j, bad = solve(leaf, orient, order, nodes, source, control, value + slope * g * h, g * h, P, Y, Z1, W, X, x, out, J, E, R, C, A, G, cross, M, xg, tol)
    if a < 0:
        return a, V, j, bad, j
    mean = (1.0 - g) * j
    for i in range(Y.shape[0]):
        Yb[i] = Y[i] + r * (Z1[i] - Y[i])
        Z2[i] = Z1[i]
    if ahead > 0.0:
        for k in range(J.shape[0]):
            J[k] += r * (J[k] - J0[k])
    b, V, j, bad = solve(leaf, orient, order, nodes, source, control, value + slope * h, g * h, P, Yb, Z2, W, X, x, out, J, E, R, C, A, G, cross, M, xg, tol)
    return (a + b if b > 0 else b), V, j, bad, mean + g * j


@jit
def tied(leaf):  # type: ignore[no-untyped-def]
    """Whether a branch's current is read elsewhere; if only the cell's own is, a given current leaves nothing to couple."""
    found = False
    for k in range(leaf.shape[0]):
        found = found or (leaf[k, GROUP] >= 0 and leaf[k, MAIN] == 0)
    return found


@jit
def margins(leaf, events, out, row, V, j, q, worst):  # type: ignore[no-untyped-def]
    """The smallest margin of leaves (code -1 - 3 k - e) and of the step's until-conditions (code 1..4)."""
    code = 0
    least = 1e300
    for k in range(leaf.shape[0]):
        for e in range(events[k]):
            v = out[k, OUT_MARGIN + e]
            if v <= 0.0 and v < least:
                least = v
                code = -1 - 3 * k - e
    if code == 0:
        for c in range(4):
            if c == 0:
                v = row[V_ABOVE] - V
            elif c == 1:
                v = V - row[V_BELOW]
            elif c == 2:
                v = row[CHARGE] - abs(q)
            else:
                v = abs(j) - row[J_BELOW]
            if v <= 0.0 and v < least:
                least = v
                code = c + 1
    worst[0] = least
    return code


@jit
def run(  # type: ignore[no-untyped-def]
    leaf, orient, order, nodes, source, events, steps, PT, Y, Yb, Z1, Z2, K0, K1, W, X, X0, x, out, J, J0, JP, E, R, C, A, G, cross, M, xg,
    weight, rtol, resume, history, most, tol, hmin, hmax, ended,
):  # fmt: skip
    """Run the steps from `resume`; returns (why, rows of history, detail, detail2, accepted, rejected).

    why = EVENT: detail is the margin's code; PAUSED/DONE: detail unused; FAILED: detail is the culprit leaf or -1.
    ended[s] becomes 0 (ran its time) or the number of the until-condition that ended step s; a condition whose bit is
    set in the step's STOPS column ends the run (PAUSED).
    """
    g = 1.0 - 1.0 / math.sqrt(2.0)
    c3 = 3.0 * g * g - 2.0 * g * g * g - 1.0 / 6.0
    ny = Y.shape[0]
    n = leaf.shape[0]
    rows = 0
    accepted = 0
    rejected = 0
    worst = history[history.shape[0] - 1]  # scratch: the last row is never filled by the loop
    apart = source  # the currents that Newton must solve for together where the whole cell's is given
    if not tied(leaf):
        apart = source[:0]
    s = int(resume[NUMBER])
    while s < steps.shape[0]:
        row = steps[s]
        P = PT[int(row[ROW])]
        control = int(row[CONTROL])
        near = apart if control == CURRENT else source
        if resume[IN_STEP] == 0.0 and resume[HAVE] >= 0.0:
            resume[H] = resume[H_FIRST]
            resume[Q] = 0.0
            resume[HAVE] = 0.0
            resume[PAST] = 0.0
            if s > 0 and steps[s - 1, ROW] != row[ROW]:
                for i in range(W.shape[0]):
                    W[i] = 0.0
        code = 0
        first = resume[IN_STEP] == 0.0
        while code == 0 and row[DURATION] - resume[IN_STEP] > 1e-12 * row[DURATION] + 1e-9:
            if rows >= history.shape[0] - 2 or accepted >= most:
                resume[NUMBER] = s
                return SLICE, rows, 0, 0.0, accepted, rejected
            left = row[DURATION] - resume[IN_STEP]
            if row[SAMPLE] > 0.0:
                k = math.floor(resume[IN_STEP] / row[SAMPLE] + 1e-9) + 1.0
                left = min(left, k * row[SAMPLE] - resume[IN_STEP])
            h = min(resume[H], hmax)
            if h >= left * (1.0 - 1e-12):
                h = left
            elif h > 0.5 * left:  # avoid a sliver at the end
                h = 0.5 * left
            for k in range(n):
                J0[k] = J[k]
            for i in range(X.shape[0]):
                X0[i] = X[i]
            value = row[VALUE] + row[SLOPE] * resume[IN_STEP]
            its, V, j, bad, mean = advance(
                leaf, orient, order, nodes, near, control, value, row[SLOPE], h, resume[PAST], P, Y, Yb, Z1, Z2, W, X, x, out, J, J0, JP, E, R, C, A, G, cross, M, xg, tol
            )
            error = 0.0
            if its > 0:
                if resume[HAVE] > 0.0:  # 2 c3 h |(k2 - k1)/(1 - g) - (k1 - k0)/g|, k = d/(g h)
                    by2, by1, by0 = 2.0 * c3 / (g * (1.0 - g)), 2.0 * c3 / (g * g * (1.0 - g)), 2.0 * c3 * h / g
                    for i in range(ny):
                        K1[i] = abs(by2 * (Z2[i] - Yb[i]) - by1 * (Z1[i] - Y[i]) + by0 * K0[i]) / (weight[i] + rtol * abs(Z2[i]))
                else:
                    for i in range(ny):
                        K1[i] = abs((Z2[i] - Yb[i]) - (Z1[i] - Y[i])) / (weight[i] + rtol * abs(Z2[i]))
                for i in range(ny):
                    if not K1[i] <= error:
                        error = K1[i] if math.isfinite(K1[i]) else math.inf
                    if not math.isfinite(Z2[i]):
                        error = math.inf
                if not math.isfinite(error):
                    its = -1
            if its < 0 or error > 1.0:
                rejected += 1
                for k in range(n):
                    J[k] = J0[k]
                for i in range(X.shape[0]):
                    X[i] = X0[i]
                power = 1.0 / 3.0 if resume[HAVE] > 0.0 else 0.5
                resume[H] = h * (0.2 if its < 0 else max(0.2, 0.9 / error**power))
                # a jump may need attoseconds at its start, later nothing does
                if resume[H] < max(hmin, min(SHORT, 1e-3 * resume[IN_STEP])):
                    resume[NUMBER] = s
                    return FAILED, rows, bad, h, accepted, rejected
                continue
            q = resume[Q] + h * mean
            code = margins(leaf, events, out, row, V, j, q, worst)
            if code != 0:
                # the event lies in (lo, h]: shrink from both sides (Illinois falls back to halving)
                lo = 0.0
                hi = h
                for _ in range(80):
                    if hi - lo <= max(1e-10 * hi, 1e-9):
                        break
                    mid = 0.5 * (lo + hi)
                    for i in range(X.shape[0]):
                        X[i] = X0[i]
                    its, V, j, bad, mean = advance(
                        leaf, orient, order, nodes, near, control, value, row[SLOPE], mid, 0.0, P, Y, Yb, Z1, Z2, W, X, x, out, J, J0, JP, E, R, C, A, G, cross, M, xg, tol
                    )
                    if its > 0 and margins(leaf, events, out, row, V, j, resume[Q] + mid * mean, worst) == 0:
                        lo = mid
                    else:
                        hi = mid
                h = hi
                for i in range(X.shape[0]):
                    X[i] = X0[i]
                its, V, j, bad, mean = advance(
                    leaf, orient, order, nodes, near, control, value, row[SLOPE], h, 0.0, P, Y, Yb, Z1, Z2, W, X, x, out, J, J0, JP, E, R, C, A, G, cross, M, xg, tol
                )
                if its < 0:
                    resume[NUMBER] = s
                    return FAILED, rows, bad, h, accepted, rejected
                q = resume[Q] + h * mean
                code = margins(leaf, events, out, row, V, j, q, worst)
                error = 1.0
            for i in range(ny):
                K0[i] = (Z2[i] - Yb[i]) / (g * h)
                Y[i] = Z2[i]
            for k in range(n):
                JP[k] = J0[k]
            resume[PAST] = h
            resume[IN_STEP] += h
            resume[TIME] += h
            resume[Q] = q
            resume[V_LAST] = V
            resume[J_LAST] = j
            accepted += 1
            if first:
                first = False
                power = 0.5
                if h < left:  # the next switch starts here: as large as this one would have allowed
                    resume[H_FIRST] = max(h * min(5.0, 0.8 / max(error, 1e-6) ** power), 10.0 * hmin)
            else:
                power = 1.0 / 3.0
            resume[HAVE] = 1.0
            grow = min(5.0, 0.9 / max(error, 1e-6) ** power)
            resume[H] = h * grow if h < left else max(resume[H], h * min(grow, 1.0))
            over = row[DURATION] - resume[IN_STEP] <= 1e-12 * row[DURATION] + 1e-9
            if row[SAMPLE] == 0.0 or code != 0 or over or abs(resume[IN_STEP] / row[SAMPLE] - round(resume[IN_STEP] / row[SAMPLE])) < 1e-6:
                record = history[rows]
                record[H_TIME] = resume[TIME]
                record[H_VOLTAGE] = V
                record[H_CURRENT] = j
                record[H_STEP] = s
                at = H_LEAVES
                for k in range(n):
                    record[at] = out[k, OUT_V]
                    at += 1
                for i in range(X.shape[0] - (record.shape[0] - at), X.shape[0]):
                    record[at] = X[i]
                    at += 1
                rows += 1
            if code < 0:
                resume[NUMBER] = s
                return EVENT, rows, code, 0.0, accepted, rejected
        ended[s] = code
        resume[IN_STEP] = 0.0
        resume[HAVE] = 0.0
        s += 1
        resume[NUMBER] = s
        if row[PAUSE] != 0.0 or (code > 0 and (int(row[STOPS]) >> code) & 1):
            return PAUSED, rows, s - 1, 0.0, accepted, rejected
    return DONE, rows, 0, 0.0, accepted, rejected


__all__ = ["CURRENT", "NEXPORT", "run"]
