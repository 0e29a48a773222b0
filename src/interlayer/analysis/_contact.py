"""What a sudden fall of V/I did to the rise of concentration: an electronic path and a gain of contact differ in it.

A path R_s beside the cell takes V/I from r to r R_s/(r + R_s), so every change of r within a half cycle is left over by
(R_s/(r + R_s))² = (1 - s)², s the relative fall: V falls by 1 - s, and the current that drives the concentration too. A
gain of contact takes away a part of what the interface has (resistance, tip of nucleation); the concentration goes on
as it was. So the rise of V/I [ohm] within half cycles, from the end of the tip on, says which it was:

    c = rise after/rise before:    short ln c = 2 ln(1 - s)        contact ln c >= 0 (more than 0 where a tip shrank too)

Weight: the difference of the two squared misfits over 2 std², the std from the scatter of the rise from half cycle to
half cycle. Half cycles count as long as their level stays near the one beside the fall. A cell whose voltage is a box
(no rise of concentration) gives no answer: r and r R_s/(r + R_s) are then two constants, and so are r and r - x.
Exact for one linear mode of concentration; a rise that fades for another reason at the same moment is taken for a short.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..record.nouns import Array

HALVES = 8  # half cycles to either side that are compared
STAY = 0.3  # of the fall: how far the level may move among them
LEAST_STAY = 0.01
FLOOR = 0.03  # std of ln c that no scatter undercuts: rises change a little for reasons of their own
GROWN = 1.5  # share of the rise beyond which neither cause explains it
MOST = 4.0  # weight that one sign may carry at most


@dataclass(frozen=True)
class Kept:
    """ln of the share of the rise that is left, its std, what a short leaves, and the weight for a short (< 0: against)."""

    log_share: float
    std: float
    short: float
    weight: float


def rise_kept(before: list[Array], after: list[Array], fall: float) -> Kept | None:
    """Compare half cycles of V/I before and after a sudden relative fall, the nearest first; None where nothing can be told.

    before, after   V/I [ohm or ohm m²] of whole half cycles on one sampling, nearest to the fall first
    """
    if not 0.0 < fall < 1.0:
        return None
    stay = max(STAY * -math.log1p(-fall), LEAST_STAY)
    before, after = _near(before, stay), _near(after, stay)
    if len(before) < 3 or not after:
        return None
    n = min(map(len, (*before, *after)))
    if n < 8:
        return None
    rows = np.array([h[:n] for h in (*before, *after)])
    rows = rows - rows.mean(axis=1, keepdims=True)
    shape = np.median(rows[: len(before)], axis=0)
    shape = shape + (rows[len(before) :].mean(axis=0) if len(after) >= 3 else 0.0)
    smooth = np.convolve(np.pad(shape, n // 20, mode="edge"), np.ones(2 * (n // 20) + 1) / (2 * (n // 20) + 1), "valid")
    begin = int(np.argmin(smooth[: n - n // 4]))
    rows, shape = rows[:, begin:], shape[begin:] - shape[begin:].mean()
    size = float(shape @ shape)
    if size <= 0.0:
        return None
    rises = (rows - rows.mean(axis=1, keepdims=True)) @ shape / size
    pre, post = rises[: len(before)], rises[len(before) :]
    noise = [0.5 * float(np.median([np.var(np.diff(r)) for r in part])) / size for part in (rows[: len(before)], rows[len(before) :])]
    a, var_a = _level(pre, noise[0])
    b, var_b = _level(post, noise[1], float(np.var(pre - _trend(pre), ddof=1)) if len(post) < 3 else 0.0)
    if a <= 3.0 * math.sqrt(var_a):
        return None
    share = b / a
    std = math.hypot(math.sqrt(var_b + share**2 * var_a) / a, FLOOR)
    if share - 3.0 * std > GROWN:
        return None
    short = (1.0 - fall) ** 2
    off_contact, off_short = min(share - 1.0, 0.0), max(share - short, 0.0)
    weight = (off_contact**2 - off_short**2) / (2.0 * std**2)
    return Kept(math.log(max(share, 1e-3)), std / max(share, 1e-3), math.log(short), max(-MOST, min(MOST, weight)))


def _near(halves: list[Array], stay: float) -> list[Array]:
    """The first of them whose level stays near the first one's."""
    out: list[Array] = []
    for h in halves[:HALVES]:
        if out and abs(math.log(max(float(np.median(h)), 1e-300) / max(float(np.median(out[0])), 1e-300))) > stay:
            break
        out.append(h)
    return out


def _trend(values: Array) -> Array:
    """Means of the two polarities, row by row."""
    out = np.empty_like(values)
    for k in (0, 1):
        out[k::2] = np.mean(values[k::2]) if len(values[k::2]) else 0.0
    return out


def _level(values: Array, noise: float, known: float = 0.0) -> tuple[float, float]:
    """Mean and its variance: the scatter about the means of the two polarities, at least the noise."""
    n = len(values)
    scatter = float(np.sum((values - _trend(values)) ** 2)) / max(n - 2, 1) if n >= 3 else 0.0
    return float(np.mean(values)), max(scatter, noise, known) / n
