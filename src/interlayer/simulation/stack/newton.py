"""Newton on the tree: leaves -> (E, R) fold up -> source -> currents pushed down, O(n) a pass.

Every leaf is locally V = E + R j + sum_g C_g x_g, where x_g are the few currents that other branches read through
links (house.md section 3: a state has one owner, a reader carries the cross term). Series adds, parallel eliminates,
current, voltage, power and rest are the same Newton. `spectrum` folds the same tree in complex numbers.

Kinetics is steepest at rest: V = b asinh(J/j0) is concave for J > 0 and convex for J < 0. Seen from J beyond the answer its
tangent is too flat, and where the rest of the tree is flatter still, Newton passes rest, is as far out on the other side, and
comes back: a circle, with right slopes, however close the voltages were. From rest the tangents stay on this side of the
answer, and Newton comes to it without passing it. So a leaf without states whose current would change its sign is stopped
at zero for one pass, as a diode's voltage is limited in circuit simulators (Nagel, SPICE2, UCB/ERL M520, 1975, recalled).
"""

from __future__ import annotations

import math

import numpy as np

from ...elements.base import (
    MAX_READS,
    OUT_EXPORT,
    OUT_EXPORT_J,
    OUT_EXPORT_LINK,
    OUT_FLAG,
    OUT_LINK,
    OUT_R,
    OUT_SIZE,
    OUT_V,
)
from .cache import bare
from .kernels import call_step, call_tangent

# columns of the leaf table
STEP, TANGENT, STATES, Y0, P0, W0, NREAD, NEXPORT, X0, GROUP, SLOW, MAIN, READ0 = range(13)
LEAF_COLUMNS = READ0 + MAX_READS
# columns of the node table (postorder): kind 0 leaf, 1 series, 2 parallel; first, second child (leaf: its number),
# and whether the cell's own current flows through it (the trunk: not inside of a parallel)
KIND, FIRST, SECOND, TRUNK = range(4)
#: OUT_FLAG of a leaf that reads nothing and whose current the last pass of Newton left as it was
UNMOVED = -1.0
#: relative change of a current below which a pass that brings no gain has come to rounding: a small current beside a large voltage
STALLED = 1e-6
# controls; the value of POWER is |V j| with the sign of the current
CURRENT, VOLTAGE, POWER = range(3)


@bare
def couple(leaf, k, out, G, m, cross):  # type: ignore[no-untyped-def]
    """Chain rule over links: (dV/dJ through the leaf's own current), its row of `cross`, and the gradients of its
    exports by the coupling currents in G."""
    own = leaf[k, GROUP]
    r = out[k, OUT_R]
    for g in range(m):
        cross[k, g] = 0.0
    for l in range(leaf[k, NREAD]):
        s = leaf[k, READ0 + l]
        for g in range(m):
            if g == own:
                r += out[k, OUT_LINK + l] * G[s, g]
            else:
                cross[k, g] += out[k, OUT_LINK + l] * G[s, g]
    for e in range(leaf[k, NEXPORT]):
        s = leaf[k, X0] + e
        for g in range(m):
            G[s, g] = out[k, OUT_EXPORT_J + e] if g == own else 0.0 * r
            for l in range(leaf[k, NREAD]):
                G[s, g] += out[k, OUT_EXPORT_LINK + MAX_READS * e + l] * G[leaf[k, READ0 + l], g]
    return r


@bare
def fold(nodes, m, E, R, C):  # type: ignore[no-untyped-def]
    """Thevenin equivalents of all groups from those of the leaves (rows of leaves are filled already)."""
    for q in range(nodes.shape[0]):
        a = nodes[q, FIRST]
        b = nodes[q, SECOND]
        if nodes[q, KIND] == 1:
            R[q] = R[a] + R[b]
            E[q] = E[a] + E[b]
            for g in range(m):
                C[q, g] = C[a, g] + C[b, g]
        elif nodes[q, KIND] == 2:
            w = 1.0 / (R[a] + R[b])
            R[q] = R[a] * R[b] * w
            E[q] = (E[a] * R[b] + E[b] * R[a]) * w
            for g in range(m):
                C[q, g] = (C[a, g] * R[b] + C[b, g] * R[a]) * w


@bare
def unfold(nodes, m, E, R, C, A):  # type: ignore[no-untyped-def]
    """Currents of all nodes as affine functions of the coupling currents: A[q] = (constant, by x_1, ..., by x_m)."""
    for q in range(nodes.shape[0] - 1, -1, -1):
        a = nodes[q, FIRST]
        b = nodes[q, SECOND]
        if nodes[q, KIND] == 1:
            for g in range(m + 1):
                A[a, g] = A[q, g]
                A[b, g] = A[q, g]
        elif nodes[q, KIND] == 2:
            if abs(R[b]) > abs(R[a]):  # the smaller current by the divider, the other by difference: both exact, and so is their sum
                a, b = b, a
            w = 1.0 / (R[a] + R[b])
            A[a, 0] = (R[b] * A[q, 0] + E[b] - E[a]) * w
            A[b, 0] = A[q, 0] - A[a, 0]
            for g in range(m):
                A[a, g + 1] = (R[b] * A[q, g + 1] + C[b, g] - C[a, g]) * w
                A[b, g + 1] = A[q, g + 1] - A[a, g + 1]


@bare
def close(source, m, A, M, x):  # type: ignore[no-untyped-def]
    """Solve x_g = A[source_g] . (1, x) for the coupling currents by elimination with pivoting; False if singular."""
    for i in range(m):
        for j in range(m):
            M[i, j] = (1.0 if i == j else 0.0) - A[source[i], j + 1]
        x[i] = A[source[i], 0]
    for i in range(m):
        p = i
        for k in range(i + 1, m):
            if abs(M[k, i]) > abs(M[p, i]):
                p = k
        if abs(M[p, i]) == 0.0:
            return False
        if p != i:
            for j in range(m):
                M[i, j], M[p, j] = M[p, j], M[i, j]
            x[i], x[p] = x[p], x[i]
        for k in range(i + 1, m):
            f = M[k, i] / M[i, i]
            for j in range(i, m):
                M[k, j] -= f * M[i, j]
            x[k] -= f * x[i]
    for i in range(m - 1, -1, -1):
        for j in range(i + 1, m):
            x[i] -= M[i, j] * x[j]
        x[i] /= M[i, i]
    return True


@bare
def power_current(e, r, value):  # type: ignore[no-untyped-def]
    """Current j of the direction of `value` at which |V j| = |value|, V = e + r j.

    Where the tree itself drives that direction (e against it) and can give the power, it delivers; else it takes it up.
    """
    p = abs(value)
    back = -e if value > 0.0 else e  # voltage that drives the wanted direction
    if back > 0.0 and back * back >= 4.0 * r * p:
        u = 2.0 * p / (back + math.sqrt(back * back - 4.0 * r * p))
    elif back > 0.0:
        u = (back + math.sqrt(back * back + 4.0 * r * p)) / (2.0 * r)
    else:
        u = 2.0 * p / (math.sqrt(back * back + 4.0 * r * p) - back) if p > 0.0 else 0.0
    return u if value > 0.0 else -u


@bare
def evaluate(leaf, orient, order, h, fresh, P, Yb, Z, W, X, x, out, J):  # type: ignore[no-untyped-def]
    """Call every leaf's resolvent, owners before readers; returns the first leaf that could not answer, or -1."""
    p, yb, z, w = P.ctypes.data, Yb.ctypes.data, Z.ctypes.data, W.ctypes.data
    px, po = x.ctypes.data, out.ctypes.data
    for i in range(order.shape[0]):
        k = order[i]
        if not fresh and out[k, OUT_FLAG] == UNMOVED:
            continue
        for l in range(leaf[k, NREAD]):
            x[l] = X[leaf[k, READ0 + l]]
        y0 = 8 * leaf[k, Y0]
        call_step(
            leaf[k, STEP], J[k], h, fresh, leaf[k, STATES], orient[k], p + 8 * leaf[k, P0], yb + y0, z + y0,
            w + 8 * leaf[k, W0], px, po + 8 * OUT_SIZE * k,
        )  # fmt: skip
        finite = 0.0 * out[k, OUT_V] + 0.0 * out[k, OUT_R]  # NaN as soon as one of them is not finite
        for e in range(leaf[k, NEXPORT]):
            v = out[k, OUT_EXPORT + e]
            finite += 0.0 * v
            X[leaf[k, X0] + e] = v
        if out[k, OUT_FLAG] != 0.0 or finite != 0.0:
            return k
    return -1


@bare
def solve(leaf, orient, order, nodes, source, control, value, h, P, Yb, Z, W, X, x, out, J, E, R, C, A, G, cross, M, xg, tol):  # type: ignore[no-untyped-def]
    """States, voltages and currents of the tree at the end of a step h from Yb under one control.

    Returns (passes, V, j, culprit): passes is negative where Newton did not settle; culprit is then the leaf whose
    answer was not finite, or -1. `J` holds the first guess and the answer.
    """
    n = leaf.shape[0]
    m = source.shape[0]
    root = nodes.shape[0] - 1
    if control == CURRENT:
        for k in range(n):
            if leaf[k, MAIN]:
                J[k] = value
    V = 0.0
    j = 0.0
    last = 1e300
    for it in range(50):
        bad = evaluate(leaf, orient, order, h, 1 if it == 0 else 0, P, Yb, Z, W, X, x, out, J)
        if bad >= 0:
            return -1, V, j, bad
        if m > 0:
            for g in range(m):  # the currents at which the owners were just evaluated
                xg[g] = J[nodes[source[g], FIRST]]
            for i in range(n):
                k = order[i]
                out[k, OUT_R] = couple(leaf, k, out, G, m, cross)
        for q in range(nodes.shape[0]):
            if nodes[q, KIND] == 0:
                k = nodes[q, FIRST]
                R[q] = out[k, OUT_R]
                E[q] = out[k, OUT_V] - R[q] * J[k]
                for g in range(m):
                    C[q, g] = cross[k, g]
                    E[q] -= cross[k, g] * xg[g]
        fold(nodes, m, E, R, C)
        for g in range(m):
            A[root, g + 1] = 0.0
        if control == CURRENT:
            A[root, 0] = value
        elif control == VOLTAGE:
            A[root, 0] = (value - E[root]) / R[root]
            for g in range(m):
                A[root, g + 1] = -C[root, g] / R[root]
        else:
            e = E[root]
            for g in range(m):
                e += C[root, g] * xg[g]
            j = power_current(e, R[root], value)
            A[root, 0] = j
            for g in range(m):  # |V j| = const: dj/de = -j/(V + R j)
                A[root, g + 1] = -j / (e + 2.0 * R[root] * j) * C[root, g] if j != 0.0 else 0.0
                A[root, 0] -= A[root, g + 1] * xg[g]
        unfold(nodes, m, E, R, C, A)
        if m > 0 and not close(source, m, A, M, xg):
            return -1, V, j, -1
        j = A[root, 0]
        V = E[root]
        for g in range(m):
            j += A[root, g + 1] * xg[g]
            V += C[root, g] * xg[g]
        V += R[root] * j
        most = abs(j)
        volts = 0.0
        for k in range(n):
            most = max(most, abs(J[k]))
            volts = max(volts, abs(out[k, OUT_V]))
        least = 1e-12 + 1e-15 * volts / (abs(R[root]) * tol)  # a current is no better known than the rounding of what drives it
        d = 0.0
        for q in range(nodes.shape[0]):
            if nodes[q, KIND] == 0:
                k = nodes[q, FIRST]
                c = A[q, 0]
                for g in range(m):
                    c += A[q, g + 1] * xg[g]
                d = max(d, abs(c - J[k]) / (abs(c) + 1e-4 * most + least))
                if it > 0 and c * J[k] < 0.0 and leaf[k, STATES] == 0:  # not past rest at once (head of this file)
                    c = 0.0
                if it > 8 and d > 0.5 * last:  # a cycle between two branches of a clamp: go half way
                    c = 0.5 * (c + J[k])
                out[k, OUT_FLAG] = UNMOVED if c == J[k] and leaf[k, NREAD] == 0 else 0.0
                J[k] = c
        if not d < 1e300:
            return -1, V, j, -1
        if d < tol or (d < STALLED and d > 0.5 * last):
            return it + 1, V, j, -1
        last = d
    return -50, V, j, -1


@bare
def finish(leaf, orient, nodes, inner, h, P, Yb, Z, W, X, x, out, J, E, tol):  # type: ignore[no-untyped-def]
    """Bring states and voltages of the parallels to the currents just found; E holds the changes of the leaves' currents.

    A leaf without states follows its slopes. One with states is asked again, so that what it stores belongs to its current;
    False where its voltage is not where its slope said, and Newton has to go on.
    """
    p, yb, z, w = P.ctypes.data, Yb.ctypes.data, Z.ctypes.data, W.ctypes.data
    px, po = x.ctypes.data, out.ctypes.data
    for i in range(inner.shape[0]):
        q = inner[i]
        if nodes[q, KIND] != 0:
            continue
        k = nodes[q, FIRST]
        v = out[k, OUT_V] + out[k, OUT_R] * E[q]
        if leaf[k, STATES] == 0:
            out[k, OUT_V] = v
            for e in range(leaf[k, NEXPORT]):
                out[k, OUT_EXPORT + e] += out[k, OUT_EXPORT_J + e] * E[q]
                X[leaf[k, X0] + e] = out[k, OUT_EXPORT + e]
            continue
        for l in range(leaf[k, NREAD]):
            x[l] = X[leaf[k, READ0 + l]]
        y0 = 8 * leaf[k, Y0]
        call_step(
            leaf[k, STEP], J[k], h, 0, leaf[k, STATES], orient[k], p + 8 * leaf[k, P0], yb + y0, z + y0, w + 8 * leaf[k, W0], px,
            po + 8 * OUT_SIZE * k,
        )  # fmt: skip
        if out[k, OUT_FLAG] != 0.0 or not abs(out[k, OUT_V] - v) <= tol * (abs(v) + 1e-3):
            return False
        for e in range(leaf[k, NEXPORT]):
            X[leaf[k, X0] + e] = out[k, OUT_EXPORT + e]
    return True


@bare
def given(leaf, orient, order, nodes, inner, again, value, h, P, Yb, Z, W, X, x, out, J, E, R, C, A, tol):  # type: ignore[no-untyped-def]
    """`solve` where the cell's current is given and no branch reads another's: only the parallels are left to be solved.

    The trunk has its current from the start, so its leaves need no pass but the first; each parallel on it divides the
    same known current (`inner`: the nodes of the parallels, `again`: their leaves). Where the last correction was small
    enough for the leaves without states to be straight lines over it, these are moved along their slopes (`finish`).
    """
    straight = 0.1 * math.sqrt(tol)
    for k in range(leaf.shape[0]):
        if leaf[k, MAIN]:
            J[k] = value
    V = 0.0
    d = 0.0
    last = 1e300
    these = order
    for it in range(50):
        bad = evaluate(leaf, orient, these, h, 1 if it == 0 else 0, P, Yb, Z, W, X, x, out, J)
        if bad >= 0:
            return -1, V, value, bad
        these = again
        most = abs(value)
        for i in range(inner.shape[0]):
            q = inner[i]
            a = nodes[q, FIRST]
            if nodes[q, KIND] == 0:
                R[q] = out[a, OUT_R]
                E[q] = out[a, OUT_V] - out[a, OUT_R] * J[a]
                most = max(most, abs(J[a]))
            elif nodes[q, KIND] == 1:
                b = nodes[q, SECOND]
                R[q] = R[a] + R[b]
                E[q] = E[a] + E[b]
            else:
                b = nodes[q, SECOND]
                w = 1.0 / (R[a] + R[b])
                C[q, 0] = w
                R[q] = R[a] * R[b] * w
                E[q] = (E[a] * R[b] + E[b] * R[a]) * w
        V = 0.0
        d = 0.0
        bent = 0.0  # the same of the leaves without states
        for i in range(inner.shape[0] - 1, -1, -1):
            q = inner[i]
            a = nodes[q, FIRST]
            if nodes[q, TRUNK]:
                A[q, 0] = value
                V += E[q] + R[q] * value
            c = A[q, 0]
            if nodes[q, KIND] == 0:
                change = abs(c - J[a]) / (abs(c) + 1e-4 * most + 1e-12)
                d = max(d, change)
                if leaf[a, STATES] == 0:
                    bent = max(bent, change)
                if it > 0 and c * J[a] < 0.0 and leaf[a, STATES] == 0:
                    c = 0.0
                if it > 8 and d > 0.5 * last:  # a cycle between two branches of a clamp: go half way
                    c = 0.5 * (c + J[a])
                out[a, OUT_FLAG] = UNMOVED if c == J[a] and leaf[a, NREAD] == 0 else 0.0
                E[q] = c - J[a]
                J[a] = c
            elif nodes[q, KIND] == 1:
                A[a, 0] = c
                A[nodes[q, SECOND], 0] = c
            else:
                b = nodes[q, SECOND]
                if abs(R[b]) > abs(R[a]):  # the smaller current by the divider, the other by difference: both exact, and so is their sum
                    a, b = b, a
                A[a, 0] = (R[b] * c + E[b] - E[a]) * C[q, 0]
                A[b, 0] = c - A[a, 0]
        if not d < 1e300:
            return -1, V, value, -1
        settled = d < tol or (d < STALLED and d > 0.5 * last)
        if (settled or bent < straight) and (finish(leaf, orient, nodes, inner, h, P, Yb, Z, W, X, x, out, J, E, tol) or settled):
            for k in range(leaf.shape[0]):
                if leaf[k, MAIN]:
                    V += out[k, OUT_V]
            return it + 1, V, value, -1
        last = d
    return -50, V, value, -1


@bare
def spectrum(leaf, orient, order, nodes, source, omega, P, Y, W, X, x, out, J, E, R, C, A, G, cross, M, xg, result):  # type: ignore[no-untyped-def]
    """Complex impedance at the state (Y, J, X) for every omega: the Newton derivative at h = 1/(i omega)."""
    n = leaf.shape[0]
    m = source.shape[0]
    root = nodes.shape[0] - 1
    p, y, w, px, po = P.ctypes.data, Y.ctypes.data, W.ctypes.data, x.ctypes.data, out.ctypes.data
    for f in range(omega.shape[0]):
        for i in range(n):
            k = order[i]
            for l in range(leaf[k, NREAD]):
                x[l] = X[leaf[k, READ0 + l]]
            h = 0j if leaf[k, SLOW] else 1.0 / (1j * omega[f])
            call_tangent(
                leaf[k, TANGENT], h, J[k], leaf[k, STATES], orient[k], p + 8 * leaf[k, P0], y + 8 * leaf[k, Y0],
                w + 16 * leaf[k, W0], px, po + 16 * OUT_SIZE * k,
            )  # fmt: skip
            if m > 0:
                out[k, OUT_R] = couple(leaf, k, out, G, m, cross)
        for q in range(nodes.shape[0]):
            if nodes[q, KIND] == 0:
                k = nodes[q, FIRST]
                R[q] = out[k, OUT_R]
                E[q] = 0.0
                for g in range(m):
                    C[q, g] = cross[k, g]
        fold(nodes, m, E, R, C)
        z = R[root]
        if m > 0:
            A[root, 0] = 1.0
            for g in range(m):
                A[root, g + 1] = 0.0
            unfold(nodes, m, E, R, C, A)
            if not close(source, m, A, M, xg):
                return False
            for g in range(m):
                z += C[root, g] * xg[g]
        result[f] = z
    return True


def complex_like(array: np.ndarray) -> np.ndarray:
    """Zeros of the same shape in complex128."""
    return np.zeros(array.shape, dtype=np.complex128)
