"""The time loop: L-stable SDIRK4 built from resolvents alone, error control, located events, slices.

    Z_i = res(Yb_i, g h);  Yb_i = Y + sum_{j<i} a_ij k_j;  k_i = (Z_i - Yb_i)/g;  Y_new = Z_5;  g = 1/4

Five stages, fourth order, stiffly accurate (Hairer & Wanner, Solving ODEs II, table IV.6.5; recalled, its order conditions
are tested). The error of a step is estimated from the slopes k_0 (end of the last step), k_1 ... k_5: the one combination
of them that leaves no term below h^5 of a linear problem, scaled to the scheme's own error; right after a switch, where
k_0 does not belong to the new control, by the embedded third-order result. All of order, error control, rejection and
roots is here, once.
"""

from __future__ import annotations

import math

import numpy as np

from ...elements.base import OUT_MARGIN, OUT_V
from .between import FIRST, START, keep, lay, misread, value
from .cache import bare
from .newton import CURRENT, GROUP, MAIN, NEXPORT, given, solve

# columns of the step table
CONTROL, VALUE, DURATION, ROW, SAMPLE, V_ABOVE, V_BELOW, CHARGE, J_BELOW, PAUSE, STOPS, SLOPE, APART = range(13)
STEP_COLUMNS = 13
# resume block (floats): time, time in step, step size, first step size, charge in step, step number, derivative is valid, last
# voltage and current, length of the last time step (0 after a switch), how many columns of `between` are asked for
TIME, IN_STEP, H, H_FIRST, Q, NUMBER, HAVE, V_LAST, J_LAST, PAST, WIDTH = range(11)
RESUME_SIZE = 11
# why the loop returned
DONE, SLICE, EVENT, PAUSED, FAILED = range(5)
# columns of the history before the leaves' voltages and the exports
H_TIME, H_VOLTAGE, H_CURRENT, H_STEP, H_LEAVES = range(5)
# until-conditions, as bits of the event number of a step that ended early
UNTIL_V_ABOVE, UNTIL_V_BELOW, UNTIL_CHARGE, UNTIL_CURRENT = range(1, 5)

COUPLED = 1e-9  # relative error of the currents where branches read each other
SHORT = 1e-9  # s; from the first microsecond of a step on, a shorter time step is a failure

ALIGNED = 1e-9  # intervals of sampling; a time so close to a multiple is that multiple

GAMMA = 0.25
STAGES = 5
#: a_ij of the stages before; the last row with GAMMA is the result (stiffly accurate)
A_TABLE = np.array([
    [0.0, 0.0, 0.0, 0.0],
    [1 / 2, 0.0, 0.0, 0.0],
    [17 / 50, -1 / 25, 0.0, 0.0],
    [371 / 1360, -137 / 2720, 15 / 544, 0.0],
    [25 / 24, -49 / 48, 125 / 16, -85 / 12],
])  # fmt: skip
C_TABLE = np.array([1 / 4, 3 / 4, 11 / 20, 1 / 2, 1.0])
#: result minus embedded third-order result, by k_1 ... k_5
EMBEDDED = np.array([25 / 24 - 59 / 48, -49 / 48 + 17 / 96, 125 / 16 - 225 / 32, 0.0, 1 / 4])
#: d_0 ... d_5 with d.1 = d.c = d.c² = d.Ac = d.A²c = 0 and d.A³c = b.A³c - 1/120, so d.k is the error of a linear problem to h^5
ESTIMATE = np.array([-91 / 240, 221 / 240, -13 / 480, -65 / 96, 0.0, 13 / 80])
#: branch currents of stage i + 1 from those at 0 and at the stages before it (polynomial through 0, c_1 ... c_i)
GUESS = np.array([
    [1.0, 0.0, 0.0, 0.0, 0.0],
    [-2.0, 3.0, 0.0, 0.0, 0.0],
    [-8 / 25, 22 / 25, 11 / 25, 0.0, 0.0],
    [-1 / 3, 1.0, 1 / 3, 0.0, 0.0],
    [1 / 3, 0.0, 8 / 3, 0.0, -2.0],
])  # fmt: skip


@bare
def advance(leaf, orient, order, nodes, inner, again, source, control, value, slope, h, past, P, Y, Yb, Z, K, W, X, x, out, J, JS, JP, E, R, C, A, G, cross, M, xg, tol, S, width):  # type: ignore[no-untyped-def]
    """All stages of one step, the control at value + slope t. Returns (passes or negative, V, j, culprit, mean current).

    JS[0] holds the branch currents now, JP those `past` [s] ago (0: none): Newton starts on the line through what is known,
    then on the polynomial through the stages. Leaves the slopes times h in K[1:], the result in Z, and in S what `between`
    asks for (`width` columns).
    """
    n = J.shape[0]
    ny = Y.shape[0]
    alone = control == CURRENT and source.shape[0] == 0
    passes = 0
    mean = 0.0
    V = 0.0
    j = 0.0
    for s in range(STAGES):
        for i in range(ny):
            Yb[i] = Y[i]
        for l in range(s):
            a = A_TABLE[s, l]
            k = K[l + 1]
            for i in range(ny):
                Yb[i] += a * k[i]
        if s == 0:
            ahead = GAMMA * h / past if past > 0.0 else 0.0
            for k in range(n):
                J[k] = JS[0, k] + ahead * (JS[0, k] - JP[k])
            for i in range(ny):
                Z[i] = Y[i]
        elif past > 0.0:
            for k in range(n):
                J[k] = 0.0
                for l in range(s + 1):
                    J[k] += GUESS[s, l] * JS[l, k]
        goal = value + slope * C_TABLE[s] * h
        if alone:
            its, V, j, bad = given(leaf, orient, order, nodes, inner, again, goal, GAMMA * h, P, Yb, Z, W, X, x, out, J, E, R, C, A, tol)
        else:
            its, V, j, bad = solve(leaf, orient, order, nodes, source, control, goal, GAMMA * h, P, Yb, Z, W, X, x, out, J, E, R, C, A, G, cross, M, xg, COUPLED)
        if its < 0:
            return its, V, j, bad, j
        passes += its
        keep(S, FIRST + s, V, j, out, X, width)
        mean += (A_TABLE[STAGES - 1, s] if s < STAGES - 1 else GAMMA) * j
        if s < STAGES - 1:
            for k in range(n):
                JS[s + 1, k] = J[k]
        k = K[s + 1]
        for i in range(ny):
            k[i] = (Z[i] - Yb[i]) * (1.0 / GAMMA)
    return passes, V, j, -1, mean


@bare
def step_error(K, h, have, Z, weight, rtol):  # type: ignore[no-untyped-def]
    """The largest estimated error of a step over what is allowed; inf where a state is not finite."""
    ny = Z.shape[0]
    e1, e2, e3, e5 = EMBEDDED[0], EMBEDDED[1], EMBEDDED[2], EMBEDDED[4]
    e0, e4 = 0.0, EMBEDDED[3]
    if have:
        e0, e1, e2, e3, e4, e5 = ESTIMATE[0] * h, ESTIMATE[1], ESTIMATE[2], ESTIMATE[3], ESTIMATE[4], ESTIMATE[5]
    else:
        for i in range(ny):
            K[0, i] = 0.0
    error = 0.0
    finite = 0.0
    for i in range(ny):
        e = abs(e0 * K[0, i] + e1 * K[1, i] + e2 * K[2, i] + e3 * K[3, i] + e4 * K[4, i] + e5 * K[5, i]) / (weight[i] + rtol * abs(Z[i]))
        finite += 0.0 * e + 0.0 * Z[i]  # NaN as soon as one of them is not finite
        error = max(error, e)
    if finite != 0.0:
        error = math.inf
    return error


@bare
def tied(leaf):  # type: ignore[no-untyped-def]
    """Whether a branch's current is read elsewhere; if only the cell's own is, a given current leaves nothing to couple."""
    found = False
    for k in range(leaf.shape[0]):
        found = found or (leaf[k, GROUP] >= 0 and leaf[k, MAIN] == 0)
    return found


@bare
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


@bare
def sampled(turns):  # type: ignore[no-untyped-def]
    """Whether so many intervals are a whole number of them; none is none."""
    whole = math.floor(turns + 0.5)
    return whole > 0.0 and abs(turns - whole) <= ALIGNED


@bare
def turned(before, row):  # type: ignore[no-untyped-def]
    """Whether a step imposes something else than the one before it: its beginning is then a row of the record."""
    return before[CONTROL] != row[CONTROL] or before[VALUE] != row[VALUE] or before[SLOPE] != row[SLOPE] or before[ROW] != row[ROW]


@bare
def to_next(row, since):  # type: ignore[no-untyped-def]
    """Time to the next row that was asked for [s]."""
    if row[SAMPLE] > 0.0:
        return (math.floor(since / row[SAMPLE] + ALIGNED) + 1.0) * row[SAMPLE] - since
    return row[APART] if row[APART] > 0.0 else math.inf


@bare
def fill(history, rows, S, B, row, resume, h, number, width, rtol):  # type: ignore[no-untyped-def]
    """Write the rows that lie within the step of length h just taken; its end is not one of them. Returns the next row.

    At the multiples of SAMPLE; or between equal parts of the step, none longer than APART; or one in the middle, where it
    can be read: the steps of this scheme are longer than what a trace through their ends alone would show.
    """
    origin, every = 0.0, row[SAMPLE]
    k, parts = 1.0, 1.0
    if every > 0.0:
        origin = resume[IN_STEP]
        k = math.floor(origin / every + ALIGNED) + 1.0
        parts = math.ceil((origin + h) / every - ALIGNED)
    elif resume[HAVE] > 0.0:
        if row[APART] > 0.0:
            parts = math.ceil(h / row[APART] - ALIGNED)
        elif misread(S, rtol) <= 1.0:
            parts = 2.0
        every = h / parts
    if k < parts:
        lay(S, width, B)
    per = 1.0 / h
    while k < parts:
        since = k * every - origin
        record = history[rows]
        record[H_TIME] = resume[TIME] + since
        record[H_STEP] = number
        value(B, width, since * per, record)
        rows += 1
        k += 1.0
    for q in range(width):
        S[START, q] = S[FIRST + STAGES - 1, q]
    return rows


@bare
def run(  # type: ignore[no-untyped-def]
    leaf, orient, order, nodes, inner, again, source, events, steps, PT, Y, Yb, Z, K, W, X, X0, x, out, J, JS, JP, E, R, C, A, G, cross, M, xg, S, B,
    weight, rtol, resume, history, most, tol, hmin, hmax, ended,
):  # fmt: skip
    """Run the steps from `resume`; returns (why, rows of history, detail, detail2, accepted, rejected).

    why = EVENT: detail is the margin's code; PAUSED/DONE: detail unused; FAILED: detail is the culprit leaf or -1.
    ended[s] becomes 0 (ran its time) or the number of the until-condition that ended step s; a condition whose bit is
    set in the step's STOPS column ends the run (PAUSED).
    """
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
        every = row[SAMPLE] if row[SAMPLE] > 0.0 else row[APART]
        width = int(resume[WIDTH])
        while code == 0 and row[DURATION] - resume[IN_STEP] > 1e-12 * row[DURATION] + 1e-9:
            if rows >= history.shape[0] - 3 or accepted >= most:
                resume[NUMBER] = s
                return SLICE, rows, 0, 0.0, accepted, rejected
            left = row[DURATION] - resume[IN_STEP]
            h = min(resume[H], hmax)
            ahead = to_next(row, resume[IN_STEP])
            if resume[HAVE] == 0.0:  # straight after a switch nothing can be read before the end of a step
                h = min(h, ahead)
            room = (history.shape[0] - 3 - rows) * every
            if every > 0.0 and room < min(h, left):  # no step makes more rows than there is room for
                if rows > 0:
                    resume[NUMBER] = s
                    return SLICE, rows, 0, 0.0, accepted, rejected
                h = room
            if h >= left * (1.0 - 1e-12):
                h = left
            elif h > 0.5 * left:  # avoid a sliver at the end
                h = 0.5 * left
            for k in range(n):
                JS[0, k] = J[k]
            for i in range(X.shape[0]):
                X0[i] = X[i]
            value = row[VALUE] + row[SLOPE] * resume[IN_STEP]
            its, V, j, bad, mean = advance(
                leaf, orient, order, nodes, inner, again, near, control, value, row[SLOPE], h, resume[PAST], P, Y, Yb, Z, K, W, X, x, out, J, JS, JP, E, R, C, A, G, cross, M, xg, tol, S, width
            )
            error = 0.0
            least = 0.0
            if its > 0:
                error = step_error(K, h, resume[HAVE] > 0.0, Z, weight, rtol)
                if not math.isfinite(error):
                    its = -1
                elif error <= 1.0 and ahead < h * (1.0 - 1e-12):
                    error = max(error, misread(S, rtol))
                    least = ahead  # what ends at the next row needs no reading
            if its < 0 or error > 1.0:
                rejected += 1
                for k in range(n):
                    J[k] = JS[0, k]
                for i in range(X.shape[0]):
                    X[i] = X0[i]
                power = 0.2 if resume[HAVE] > 0.0 else 0.25
                resume[H] = h * (0.2 if its < 0 else max(0.2, 0.9 / error**power))
                resume[H] = max(resume[H], least)
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
                        leaf, orient, order, nodes, inner, again, near, control, value, row[SLOPE], mid, 0.0, P, Y, Yb, Z, K, W, X, x, out, J, JS, JP, E, R, C, A, G, cross, M, xg, tol, S, width
                    )
                    if its > 0 and margins(leaf, events, out, row, V, j, resume[Q] + mid * mean, worst) == 0:
                        lo = mid
                    else:
                        hi = mid
                h = hi
                for i in range(X.shape[0]):
                    X[i] = X0[i]
                its, V, j, bad, mean = advance(
                    leaf, orient, order, nodes, inner, again, near, control, value, row[SLOPE], h, 0.0, P, Y, Yb, Z, K, W, X, x, out, J, JS, JP, E, R, C, A, G, cross, M, xg, tol, S, width
                )
                if its < 0:
                    resume[NUMBER] = s
                    return FAILED, rows, bad, h, accepted, rejected
                q = resume[Q] + h * mean
                code = margins(leaf, events, out, row, V, j, q, worst)
                error = 1.0
            rows = fill(history, rows, S, B, row, resume, h, s, width, rtol)
            for i in range(ny):
                K[0, i] = K[STAGES, i] / h
                Y[i] = Z[i]
            for k in range(n):
                JP[k] = JS[0, k]
            resume[PAST] = h
            resume[IN_STEP] += h
            resume[TIME] += h
            resume[Q] = q
            resume[V_LAST] = V
            resume[J_LAST] = j
            accepted += 1
            begun = first and (s == 0 or turned(steps[s - 1], row))
            if first:
                first = False
                power = 0.25
                if h < left:  # the next switch starts here: as large as this one would have allowed
                    resume[H_FIRST] = max(h * min(5.0, 0.8 / max(error, 1e-6) ** power), 10.0 * hmin)
            else:
                power = 0.2
            resume[HAVE] = 1.0
            grow = min(5.0, 0.9 / max(error, 1e-6) ** power)
            resume[H] = h * grow if h < left else max(resume[H], h * min(grow, 1.0))
            over = row[DURATION] - resume[IN_STEP] <= 1e-12 * row[DURATION] + 1e-9
            if row[SAMPLE] == 0.0 or code != 0 or over or sampled(resume[IN_STEP] / row[SAMPLE]) or begun:
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
