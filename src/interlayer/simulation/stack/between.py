"""What a step leaves between its ends: the values that a record keeps at any time within it, from those at the stages.

Voltage, current, the leaves' voltages and the exports are functions of the states at one time, and the states at the stages
are Y_i = Y_0 + h sum_j a_ij k_j. So, with theta from 0 to 1 along the step,

    P(theta) = V_0 + sum_i w_i(theta) (V_i - V_0),   w.A^m 1 = theta^m/m! for m = 1 ... 4,   w.c² = theta²

is exact to h^4 where the states are linear and V is straight in them, to h² anywhere (c = A 1), and meets both ends. What the
states don't show, the current of a sweep over volts, may bend more than that: where P differs too much from what the stages
alone say (`misread`) the step is cut. In the first step after a switch V_0 belongs to the old control: it ends at a row.
The weights were derived here; the conditions on them are tested. Taking what a bent V leaves at h³ from the start of the
step before was tried: twice as good near the limiting current of a cell, twice as bad far from it.
"""

from __future__ import annotations

import numpy as np

from ...elements.base import OUT_V
from .cache import bare

#: rows of the table of what a step leaves: at its start, at the five stages
START, FIRST = range(2)
ROWS = 6
#: columns of that table before the leaves' voltages and the exports
VOLTAGE, CURRENT_DENSITY, LEAVES = range(3)

#: w_1 ... w_5 by powers 1 ... 4 of theta
WEIGHTS = np.array([
    [1131 / 24, -4011 / 24, 3968 / 24, -1088 / 24],
    [21 / 48, -597 / 48, 512 / 48, 64 / 48],
    [525 / 48, 4275 / 48, -6400 / 48, 1600 / 48],
    [-85 / 2, 85 / 2, 0.0, 0.0],
    [33 / 8, -153 / 8, 192 / 8, -64 / 8],
])  # fmt: skip
#: the same from the stages alone (sum w = 1, m up to 3), by powers 0 ... 3
ALONE = np.array([
    [68 / 28, -49 / 28, -115 / 28, 96 / 28],
    [-4 / 56, 105 / 56, -965 / 56, 864 / 56],
    [-100 / 56, 2625 / 56, -1725 / 56, -800 / 56],
    [0.0, -85 / 2, 85 / 2, 0.0],
    [6 / 14, -63 / 14, 135 / 14, -64 / 14],
])  # fmt: skip
PLACES = np.array([0.25, 0.5, 0.75])
#: the difference between the two at these places, by what the stages differ from the start
CHECKS = (PLACES[:, None] ** np.arange(1, 5)) @ WEIGHTS.T - (PLACES[:, None] ** np.arange(4)) @ ALONE.T
VOLTS, TINY = 0.1, 1e-12  # V, A/m²


@bare
def keep(S, row, V, j, out, X, width):  # type: ignore[no-untyped-def]
    """Put what is known at one time into a row of S; `width` columns of it are asked for."""
    into = S[row]
    into[VOLTAGE] = V
    into[CURRENT_DENSITY] = j
    if width > LEAVES:
        n = out.shape[0]
        for k in range(n):
            into[LEAVES + k] = out[k, OUT_V]
        at = LEAVES + n
        first = X.shape[0] - (width - at)
        for i in range(first, X.shape[0]):
            into[at + i - first] = X[i]


@bare
def lay(S, width, B):  # type: ignore[no-untyped-def]
    """Polynomials in theta of all columns, in B (powers 0 ... 4)."""
    for q in range(width):
        zero = S[START, q]
        d1, d2, d3 = S[FIRST, q] - zero, S[FIRST + 1, q] - zero, S[FIRST + 2, q] - zero
        d4, d5 = S[FIRST + 3, q] - zero, S[FIRST + 4, q] - zero
        b1 = WEIGHTS[0, 0] * d1 + WEIGHTS[1, 0] * d2 + WEIGHTS[2, 0] * d3 + WEIGHTS[3, 0] * d4 + WEIGHTS[4, 0] * d5
        b2 = WEIGHTS[0, 1] * d1 + WEIGHTS[1, 1] * d2 + WEIGHTS[2, 1] * d3 + WEIGHTS[3, 1] * d4 + WEIGHTS[4, 1] * d5
        b3 = WEIGHTS[0, 2] * d1 + WEIGHTS[1, 2] * d2 + WEIGHTS[2, 2] * d3 + WEIGHTS[4, 2] * d5
        b4 = WEIGHTS[0, 3] * d1 + WEIGHTS[1, 3] * d2 + WEIGHTS[2, 3] * d3 + WEIGHTS[4, 3] * d5
        B[0, q], B[1, q], B[2, q], B[3, q], B[4, q] = zero, b1, b2, b3, b4


@bare
def misread(S, rtol):  # type: ignore[no-untyped-def]
    """How far the voltage and the current along the step differ from what the stages alone say of them, over what is allowed:
    rtol of their largest on the step, for the voltage VOLTS rtol beside it. An upper bound: the stages alone know less."""
    worst = 0.0
    for q in range(2):
        zero = S[START, q]
        most = abs(zero)
        for i in range(5):
            most = max(most, abs(S[FIRST + i, q]))
        allowed = rtol * (most + (VOLTS if q == VOLTAGE else TINY))
        for k in range(CHECKS.shape[0]):
            d = 0.0
            for i in range(5):
                d += CHECKS[k, i] * (S[FIRST + i, q] - zero)
            worst = max(worst, abs(d) / allowed)
    return worst


@bare
def value(B, width, theta, into):  # type: ignore[no-untyped-def]
    """All columns at theta into a row of the history (loop.py: time before them, the step's number before the leaves)."""
    for q in range(width):
        into[q + 1 if q < LEAVES else q + 2] = B[0, q] + theta * (B[1, q] + theta * (B[2, q] + theta * (B[3, q] + theta * B[4, q])))
