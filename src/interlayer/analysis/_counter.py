"""The charge counters of cycler files: what the instrument added up itself, between and faster than the rows it wrote.

A file has charging and discharging capacity (Arbin) or the capacity of the step (Neware, Maccor), of either sign, started
anew at each step, at each cycle or never. Here each becomes a sum over the whole record that only rises: what a row adds
is its difference from the row before, or, where a counter fell, what it has counted since it started anew.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..elements.base import Array
from ..record import Record

CHANNELS = ("charging_capacity", "discharging_capacity")
STEP = "step_capacity"
FELL = 1e-6  # of its largest value: a fall by more is a new start, by less rounding


@dataclass(frozen=True, eq=False)
class Counter:
    """Charge taken in and given since the record began at each row (n, 2) [C or C/m²], and before the first row (2,)."""

    sums: Array
    before: Array

    def rows(self, good: npt.NDArray[np.bool_]) -> Counter:
        """Rows that are kept."""
        return replace(self, sums=self.sums[good])

    def over(self, area: float) -> Counter | None:
        """Per area; None where that is not stated."""
        return Counter(self.sums / area, self.before / area) if math.isfinite(area) else None

    def between(self, first: int, last: int) -> Counter:
        """Rows first .. last - 1."""
        return Counter(self.sums[first:last], self.before if first == 0 else self.sums[first - 1])

    def passed(self, sign: float) -> float | None:
        """Signed charge from before the first row to the last, of the direction of `sign`."""
        side = 0 if sign > 0.0 else 1
        found = float(self.sums[-1, side] - self.before[side])
        return math.copysign(found, sign) if found > 0.0 else None


    @property
    def step(self) -> float:
        """The smallest amount by which it moved: at most its last digit, where it has few."""
        moves = np.diff(self.sums, axis=0)
        moves = moves[moves > 0.0]
        return float(moves.min()) if len(moves) else 0.0


def last_digit(values: Array) -> float:
    """The largest power of ten of which all values are multiples: the last digit a file wrote (0 where all are zero)."""
    size = float(np.max(np.abs(values)))
    if not size > 0.0:
        return 0.0
    highest = math.floor(math.log10(size) + 1e-9)
    for power in range(highest, highest - 9, -1):
        scaled = values / 10.0**power
        if np.all(np.abs(scaled - np.round(scaled)) < 1e-4 + 1e-6 * np.abs(scaled)):
            return 10.0**power
    return 10.0 ** (highest - 9)


def counters_of(record: Record) -> dict[int, Counter]:
    """{id(segment): its counter} of the segments along time, for a record in which each of them has one."""
    held = [s for s in record.traces if len(s) and {"current", "current_density"} & set(s.channels)]
    both = all(set(CHANNELS) <= set(s.channels) for s in held)
    if not held or not (both or all(STEP in s for s in held)):
        return {}
    lengths = [len(s) for s in held]
    names = CHANNELS if both else (STEP,)
    added = np.stack([_added(np.concatenate([np.abs(s[name]) for s in held])) for name in names], axis=1)
    if not both:
        current = np.concatenate([s["current"] if "current" in s else s["current_density"] for s in held])
        added = np.stack([np.where(current > 0.0, added[:, 0], 0.0), np.where(current < 0.0, added[:, 0], 0.0)], axis=1)
    sums = np.cumsum(added, axis=0)
    ends = np.cumsum([0, *lengths])
    return {
        id(s): Counter(sums[a:b], sums[a - 1] if a else np.zeros(2))
        for s, a, b in zip(held, ends[:-1].tolist(), ends[1:].tolist(), strict=True)
    }


def _added(counter: Array) -> Array:
    """What each row adds to a counter that may start anew; rows that are no number add nothing."""
    known = np.isfinite(counter)
    if not known.any():
        return np.zeros(len(counter))
    filled = counter[np.maximum.accumulate(np.where(known, np.arange(len(counter)), int(np.argmax(known))))]
    step = np.diff(filled, prepend=filled[0])
    return np.where(step < -FELL * float(filled.max()), filled, np.maximum(step, 0.0))
