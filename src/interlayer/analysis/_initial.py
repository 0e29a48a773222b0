"""The first current of a hold, read from its trace: what spectra said of the cell must explain it.

Between the slowest double layer and the salt, dV/I = R + k sqrt(t) + ...: R by extrapolation to t = 0 of a parabola in
sqrt(t) over the points in which at most `RISE` of the whole rise of dV/I has come. The line in sqrt(t) over the same points
says what the choice of the curve does: half of their difference is part of the error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..elements.base import Array
from ._dc import Stretch, least, line, scatter_of

RISE = 1.0 / 3.0  # of the whole rise of dV/I
PAST = 10.0  # time constants of the slowest arc after which it is charged
FEWEST = 6


@dataclass(frozen=True)
class Early:
    """dV/I at the start [ohm or ohm m²] with its error, and from how many points of which times [s]."""

    resistance: float
    std: float
    points: int
    window: tuple[float, float]


def early(hold: Stretch, volts: float, slowest: float) -> Early | None:
    """The resistance at the start of a hold of `volts`; `slowest` [s] is the longest time constant of an arc (0: not known).

    None where fewer than `FEWEST` points lie between the double layers and the salt."""
    time, current = hold.time, hold.current
    use = (time > PAST * slowest) & (current * volts > 0.0)
    if slowest == 0.0:
        use &= time > 0.0
    time, ratio = time[use], volts / current[use]
    if len(time) < FEWEST:
        return None
    top = ratio[0] + RISE * (float(np.median(ratio[-max(len(ratio) // 10, 1) :])) - ratio[0])
    beyond = np.flatnonzero(ratio > top)
    count = int(beyond[0]) if len(beyond) else len(ratio)
    if count < FEWEST:
        return None
    root, part = np.sqrt(time[:count]), ratio[:count]
    span: Array = root / root[-1]
    curve = least((np.ones_like(span), span, span * span), part)
    value, std = curve.value((1.0, 0.0, 0.0))
    straight, straight_std = line(span, part).value((1.0, 0.0))
    noise = scatter_of(part) / math.sqrt(count)
    choice = max(abs(value - straight) - math.hypot(std, straight_std), 0.0)
    return Early(value, math.hypot(std, noise, 0.5 * choice), count, (float(time[0]), float(time[count - 1])))
