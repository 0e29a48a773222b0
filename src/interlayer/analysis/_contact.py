"""What a sudden fall of V/I did to the rise of concentration: an electronic path and a gain of contact differ in it.

A path R_s beside the cell takes V/I from r to r R_s/(r + R_s), so every change of r within a half cycle is left over by
(R_s/(r + R_s))² = (1 - s)², s the relative fall: V falls by 1 - s, and the current that drives the concentration too. A
gain of contact takes away a part of what the interface has (resistance, tip of nucleation); the concentration goes on
as it was. So the rise of V/I [ohm] within half cycles, from the end of the tip on, says which it was:

    c = rise after/rise before:    short c = (1 - s)²        contact c = 1 (somewhat more where a tip shrank too)

Weight: the difference of the two log likelihoods (Student's, three degrees of freedom), the std from the scatter of the rise from half cycle to
half cycle. Half cycles count as long as their level stays near the one beside the fall. A cell whose voltage is a box
(no rise of concentration) gives no answer: r and r R_s/(r + R_s) are then two constants, and so are r and r - x.
Exact for one linear mode of concentration; a rise that fades for another reason at the same moment is taken for a short.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..record.nouns import Array

HALVES = 16  # half cycles to either side that are compared
STAY = 0.3  # of the fall: how far the level may move among them
LEAST_STAY = 0.02
FLOOR = 0.03  # std of c that no scatter undercuts: rises change a little for reasons of their own
GROWN = 1.3  # share of the rise up to which contact explains it
FEWEST = 5  # half cycles on both sides together
SEEN = 4.0  # std that a rise must exceed to be one
BENT = 0.35  # of what follows the tip: time constant of the rise whose size is measured (any will do, it is the same before and after)
MOST = 4.0  # weight that one sign may carry at most


@dataclass(frozen=True)
class Kept:
    """Share of the rise that is left, its std, the share that a short leaves, and the weight for a short (< 0: against)."""

    share: float
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
    if not before or not after or len(before) + len(after) < FEWEST:
        return None
    n = min(map(len, (*before, *after)))
    if n < 8:
        return None
    rows = np.array([h[:n] for h in (*before, *after)])
    rows = rows - rows.mean(axis=1, keepdims=True)
    both = (rows[: len(before)], rows[len(before) :])
    begin = _tip(np.median(both[0], axis=0) + np.median(both[1], axis=0))
    shape = 1.0 - np.exp(-np.arange(n - begin) / (BENT * (n - begin)))
    shape -= shape.mean()
    size = float(shape @ shape)
    rises = [(part[:, begin:] - part[:, begin:].mean(axis=1, keepdims=True)) @ shape / size for part in both]
    noise = [0.5 * float(np.median([np.var(np.diff(r)) for r in part])) / size for part in both]
    known = max((_scatter(r) for r in rises if len(r) >= FEWEST - 2), default=0.0)
    (a, b), (var_a, var_b) = (float(np.mean(r)) for r in rises), (max(_scatter(r) if len(r) >= FEWEST - 2 else known, w) / len(r) for r, w in zip(rises, noise, strict=True))
    if a <= SEEN * math.sqrt(var_a):
        return None
    share, short = b / a, (1.0 - fall) ** 2
    std = math.hypot(math.sqrt(var_b + share**2 * var_a) / a, FLOOR)
    contact = min(max(share, 1.0), GROWN)
    weight = _likelihood((share - short) / std) - _likelihood((share - contact) / std)
    return Kept(share, std, short, max(-MOST, min(MOST, weight)))


def _likelihood(z: float) -> float:
    """ln of Student's density with three degrees of freedom: two causes that both fail weigh little against each other."""
    return -2.0 * math.log1p(z * z / 3.0)


def _tip(shape: Array) -> int:
    """Row, an eighth of a half cycle or a multiple of it, at which the tip of nucleation is over: the minimum of the smoothed
    shape. Few choices, so that noise alone makes no rise."""
    n = len(shape)
    wide = max(n // 20, 1)
    smooth = np.convolve(np.pad(shape, wide, mode="edge"), np.ones(2 * wide + 1) / (2 * wide + 1), "valid")
    eighth = max(n // 8, 1)
    return eighth * min(4, -(-int(np.argmin(smooth[: n - n // 4])) // eighth))


def _near(halves: list[Array], stay: float) -> list[Array]:
    """The first of them whose level stays near that of the first of their polarity; none where it moves right beside the fall."""
    out: list[Array] = []
    for k, h in enumerate(halves[:HALVES]):
        if k > 1 and abs(math.log(max(float(np.median(h)), 1e-300) / max(float(np.median(out[k % 2])), 1e-300))) > stay:
            return out if k >= FEWEST - 2 else []
        out.append(h)
    return out


def _trend(values: Array) -> Array:
    """Means of the two polarities, row by row."""
    out = np.empty_like(values)
    for k in (0, 1):
        out[k::2] = np.mean(values[k::2]) if len(values[k::2]) else 0.0
    return out


def _scatter(values: Array) -> float:
    """Variance about the means of the two polarities."""
    return float(np.sum((values - _trend(values)) ** 2)) / max(len(values) - 2, 1)
