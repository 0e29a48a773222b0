"""What a record shows along time, as recognition looks at it: half cycles, currents, held voltages, sweeps, pulses.

Nothing here knows where a record comes from; what was done is told from time, voltage and current alone. Each look is
taken once a record and kept. Thresholds are shares of the record's own values, so that no unit and no area is needed.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .. import units
from ..errors import InterlayerError, MissingValueError
from ..record import Record
from ..record.nouns import Array
from ._samples import Rows, Samples, scatter, some
from .steps import Steps, segment

RISE = 0.1  # V: an electrode without lithium on it stands above this
HIGHER = 3.0  # times the middle of a half cycle at which its end has left it
SAME = 0.01  # relative difference of currents that are one
MOST_OF = 0.8
HELD = 0.02  # relative scatter of a voltage that is held
LINEAR = 0.05  # of its span: how far a sweep's potential may lie off a line
BENT = 0.35  # the same where a resistance lies between what was swept and what was recorded
FEWEST = 20  # points of a sweep
DRAWN = 20_000  # rows on which turning points are sought


def volts(value: float) -> str:
    """A voltage in words."""
    return units.show(value, "voltage" if abs(value) >= 1.0 else "overpotential", 3)


@dataclass(frozen=True)
class Hold:
    """A stretch at constant voltage: mean [V], first and last current, duration [s], start [s], points; `driven` where it is
    the voltage that is held, which shows in that the current moves more than it."""

    voltage: float
    first: float
    last: float
    duration: float
    start: float
    points: int
    driven: bool


@dataclass(frozen=True)
class Sweep:
    """A stretch whose voltage moves one way: ends [V], rate [V/s], share of the span under current that has I < 0, points, and how far the
    voltage lies off a line of time, of its span."""

    start: float
    stop: float
    rate: float
    below: float
    points: int
    off: float

    @property
    def up(self) -> bool:
        """Direction."""
        return self.stop > self.start


class Seen:
    """The looks at one record."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.missing: MissingValueError | None = None  # what `lacks` would need to be stated

    # -- channels -----------------------------------------------------------------------------------------------------
    @functools.cached_property
    def lacks(self) -> str:
        """Why there is nothing to part along time, "" where there is."""
        held = [s for s in self.record.traces if len(s)]
        if not held:
            return "no segment runs along time"
        if not any("voltage" in s for s in held):
            return f"no voltage along time (the record has {', '.join(sorted({c for s in held for c in s.channels}))})"
        if not any("voltage" in s and ("current" in s or "current_density" in s) for s in held):
            return "a voltage along time, and no current"
        try:
            amps = self.steps.trace.current
        except InterlayerError as error:
            self.missing = error if isinstance(error, MissingValueError) else None
            return error.what[:1].lower() + error.what[1:].rstrip(".")
        if amps is None or not np.any(amps != 0.0):
            return "no current flows"
        return ""

    @functools.cached_property
    def steps(self) -> Steps:
        """Steps and half cycles by the current."""
        return segment(self.record, by="current")

    @property
    def trace(self) -> Samples:
        """All rows joined."""
        return self.steps.trace

    @property
    def amps(self) -> Array:
        """Current of each row."""
        current = self.trace.current
        assert current is not None
        return current

    def show(self, current: float) -> str:
        """A current (density) in words."""
        return units.show(abs(current), "current_density" if self.trace.specific else "current", 3)

    # -- half cycles --------------------------------------------------------------------------------------------------
    @functools.cached_property
    def under_current(self) -> npt.NDArray[np.bool_]:
        """Rows at which a current flows."""
        return np.abs(self.amps) > self.steps.rest

    @functools.cached_property
    def at_level(self) -> npt.NDArray[np.bool_]:
        """Rows under current at which it is within 2 % of the median of its step."""
        s, amps = self.steps, self.amps
        out = np.zeros(len(amps), dtype=bool)
        for a, b, kind in zip(s.first.tolist(), s.stop.tolist(), s.kind, strict=True):
            if kind != "rest":
                level = float(np.median(amps[a:b]))
                out[a:b] = np.abs(amps[a:b] - level) <= HELD * abs(level)
        return out & self.under_current

    @functools.cached_property
    def constant(self) -> float:
        """Share of the rows under current at which it is constant."""
        return float(np.count_nonzero(self.at_level)) / max(float(np.count_nonzero(self.under_current)), 1.0)

    @functools.cached_property
    def constant_or_held(self) -> float:
        """The same with the rows at which the voltage stays where its step ended."""
        s, v = self.steps, self.trace.voltage
        kept = self.at_level.copy()
        near = max(6.0 * scatter(v), 2e-3 * float(np.ptp(v)))
        for a, b, kind in zip(s.first.tolist(), s.stop.tolist(), s.kind, strict=True):
            if kind != "rest":
                kept[a:b] |= np.abs(v[a:b] - float(np.median(v[max(a, b - 5) : b]))) <= near
        return float(np.count_nonzero(kept & self.under_current)) / max(float(np.count_nonzero(self.under_current)), 1.0)

    @functools.cached_property
    def levels(self) -> list[tuple[float, int]]:
        """(|I|, half cycles) of neighbours at one current, in order."""
        out: list[tuple[float, int]] = []
        for level in np.abs(self.steps.half_level).tolist():
            if out and abs(level - out[-1][0]) <= SAME * out[-1][0]:
                out[-1] = (out[-1][0], out[-1][1] + 1)
            else:
                out.append((level, 1))
        return out

    @functools.cached_property
    def turns(self) -> int:
        """How often the current changes its sign from half cycle to half cycle."""
        return int(np.count_nonzero(np.diff(self.steps.sign)))

    @functools.cached_property
    def emptied(self) -> tuple[bool, str]:
        """Whether one direction ends at a cut-off because its electrode is empty, as copper is and lithium is not; words.

        The last half cycle ends above 0.1 V and three times its middle, none of the other direction does, and either
        every one of this direction does, or the first of the other direction put on more charge than the later ones.
        """
        s = self.steps
        count = len(s.sign)
        if count < 2:
            return False, "one half cycle alone"
        last = int(s.sign[-1])
        high = self._high(s)
        ours, others = s.sign == last, s.sign == -last
        if not high[-1]:
            return False, f"the last half cycle ends at {volts(float(s.end[-1]))} and at no cut-off that tells an empty electrode"
        if not others.any() or high[others].any():
            return False, "half cycles of both directions end at a limit of the voltage"
        if s.sign[0] != -last:
            return False, "the record does not begin with the direction that puts lithium on"
        started = float(np.abs(self.trace.voltage[max(int(s.half_first[0]) - 1, 0)]))
        if high[ours].all():
            if count > 2 or started > RISE:
                strips = int(ours.sum())
                which = "the strip ends" if strips == 1 else f"each of {strips} strips ends"
                return True, f"{which} at a cut-off ({volts(float(s.end[-1]))}), no plating does"
            return False, "one cycle alone, whose end may as well be a limit of the voltage"
        first = int(np.argmin(high[ours]))  # formation cycles come before
        plates = s.charge[others]
        if first + 1 < len(plates) and plates[first] > 1.05 * float(np.median(plates[first + 1 :])):
            return True, f"a larger plating first, then cycles, and a last strip that ends at a cut-off ({volts(float(s.end[-1]))})"
        return False, "the last half cycle ends at a limit of the voltage, and no larger plating came first"

    @staticmethod
    def _high(s: Steps) -> npt.NDArray[np.bool_]:
        v = np.abs(s.trace.voltage)
        out = np.zeros(len(s.sign), dtype=bool)
        for k in np.flatnonzero(s.end >= RISE).tolist():
            out[k] = s.end[k] >= HIGHER * float(np.median(v[s.half_first[k] : s.half_stop[k]]))
        return out

    @functools.cached_property
    def keeps_sign(self) -> tuple[bool, str]:
        """Whether the voltage keeps one sign under current, and its range in words."""
        v = self.trace.voltage[self.under_current]
        if not len(v):
            return False, "no current flows"
        low, high = np.percentile(v, [1.0, 99.0])
        said = f"{volts(float(low))} to {volts(float(high))}"
        return bool(low > 0.0 or high < 0.0), said

    # -- held voltages ------------------------------------------------------------------------------------------------
    @property
    def holds(self) -> list[Hold]:
        """Stretches at constant voltage under current, where it is the voltage that is held and not the current."""
        return [h for h in self.plateaus if h.driven]

    @functools.cached_property
    def plateaus(self) -> list[Hold]:
        """Stretches at constant voltage under current, whichever of the two is held."""
        t, v, i = self.trace.time, self.trace.voltage, self.amps
        if len(v) < 8:
            return []
        jump = np.maximum(8.0 * scatter(v), 0.02 * float(np.ptp(v)))
        cuts = np.union1d(np.flatnonzero(np.abs(np.diff(v)) > jump) + 1, self.trace.edges)
        edges = [0, *[int(c) for c in cuts if 0 < c < len(v)], len(v)]
        out = []
        for a, b in zip(edges, edges[1:], strict=False):  # noqa: RUF007
            if b - a < 8 or not np.any(np.abs(i[a:b]) > self.steps.rest):
                continue
            part, flow = v[a:b], i[a:b]
            level = float(np.median(part))
            off = float(np.mean(np.abs(part - level)))
            moved = float(np.mean(np.abs(flow - np.median(flow)))) / max(float(np.median(np.abs(flow))), 1e-300)
            if off <= HELD * abs(level):
                last = float(np.median(flow[-max(3, len(flow) // 20) :]))
                out.append(Hold(level, float(flow[0]), last, float(t[b - 1] - t[a]), float(t[a]), b - a, off < 0.5 * moved * abs(level)))
        return out

    def held_share(self, of: list[Hold]) -> float:
        """Share of the time under current (and of these) that is spent at these."""
        held = sum(h.duration for h in of)
        t = np.diff(self.trace.time, prepend=self.trace.time[0])
        return held / max(float(t[self.under_current].sum()), held, 1e-300)

    def before(self, start: float) -> float:
        """Voltage of the rest that ends at a time, 0 where none is recorded [V]."""
        rows = np.flatnonzero((self.trace.time < start) & ~self.under_current)
        return float(np.median(self.trace.voltage[rows[-10:]])) if len(rows) else 0.0

    # -- sweeps -------------------------------------------------------------------------------------------------------
    @property
    def sweeps(self) -> list[Sweep]:
        """Stretches whose voltage moves at one rate while the current does not stay constant."""
        return [m for m in self.moves if m.off <= LINEAR]

    @functools.cached_property
    def moves(self) -> list[Sweep]:
        """Stretches whose voltage moves one way while the current does not stay constant."""
        t, v, i = self.trace.time, self.trace.voltage, self.amps
        out = []
        for a, b in self._monotone(v):
            span = float(np.ptp(v[a:b])) if b - a >= FEWEST else 0.0
            if span <= max(20.0 * scatter(v[a:b]), 1e-6) or span < 0.05 * float(np.ptp(v)):
                continue
            x = t[a:b] - t[a]
            if not x[-1] > 0.0:
                continue
            slope, offset = np.polyfit(x, v[a:b], 1)
            off = float(np.max(np.abs(v[a:b] - offset - slope * x))) / span
            if off > BENT:
                continue
            flow = i[a:b]
            level = float(np.median(flow))
            if float(np.mean(np.abs(flow - level))) <= 0.02 * abs(level):
                continue
            least = 0.01 * float(np.max(np.abs(flow)))  # noise around zero is no branch
            under, over = (float(np.ptp(v[a:b][on])) if (on := sign * flow > least).any() else 0.0 for sign in (-1.0, 1.0))
            below = under / max(under + over, 1e-300)
            out.append(Sweep(float(v[a]), float(v[b - 1]), abs(float(slope)), below, b - a, off))
        return out

    def share(self, of: list[Sweep]) -> float:
        """Share of the rows under current that lie in these."""
        return min(1.0, sum(s.points for s in of) / max(int(self.under_current.sum()), 1))

    @property
    def swept_share(self) -> float:
        """Share of the rows under current that lie in sweeps."""
        return self.share(self.sweeps)

    def _monotone(self, v: Array) -> list[tuple[int, int]]:
        """Rows between the turning points of the voltage (a move back by more than 2 % of the range and six noises), and
        between the jumps of its clock."""
        every = max(1, len(v) // DRAWN)
        seen = v[::every]
        back = max(0.02 * float(np.ptp(seen)), 6.0 * scatter(some(v)))
        turns, low, high = [], 0, 0
        direction = 0
        for k, value in enumerate(seen.tolist()):
            if value > seen[high]:
                high = k
            if value < seen[low]:
                low = k
            if direction >= 0 and value < seen[high] - back:
                if direction > 0:
                    turns.append(high * every)
                direction, low = -1, k
            elif direction <= 0 and value > seen[low] + back:
                if direction < 0:
                    turns.append(low * every)
                direction, high = 1, k
        leaps = np.flatnonzero(np.abs(np.diff(v)) > max(0.1 * float(np.ptp(seen)), back)) + 1
        edges = sorted({0, *turns, *leaps.tolist(), len(v)})
        return list(zip(edges, edges[1:], strict=False))  # noqa: RUF007

    @functools.cached_property
    def reversals(self) -> int:
        """How often the voltage turns from rising to falling under current, or back, by 30 % of its range; rests between do
        not count."""
        s, v = self.steps, self.trace.voltage
        on = [(int(a), int(b)) for a, b, k in zip(s.first, s.stop, s.kind, strict=True) if k != "rest"]
        flowing = v[self.under_current]
        size = float(np.ptp(flowing)) if len(flowing) else 0.0
        if size <= max(0.05, 20.0 * scatter(v)):
            return 0
        ways: list[bool] = []
        for a, b in on:
            part = v[a:b]
            part = part[:: max(1, len(part) // DRAWN)]
            low = high = start = float(part[0])
            for value in [*part.tolist(), float(part[-1])]:
                low, high = min(low, value), max(high, value)
                if value - low >= 0.3 * size and (not ways or not ways[-1] or start != low):
                    ways.append(True)
                    start = low
                    high = value
                elif high - value >= 0.3 * size and (not ways or ways[-1] or start != high):
                    ways.append(False)
                    start = high
                    low = value
        return int(np.count_nonzero(np.diff(np.array(ways, dtype=np.int8)))) if len(ways) > 1 else 0

    # -- pulses -------------------------------------------------------------------------------------------------------
    @functools.cached_property
    def pulses(self) -> tuple[Rows, Array]:
        """Steps (their numbers) of constant current with a rest before and after at least half as long as they are, that
        follow another such step of the same sign; and the durations of all steps [s]."""
        s = self.steps
        t = self.trace.time
        start = t[np.maximum(s.first - 1, 0)]
        last = np.asarray(t[s.stop - 1] - start, dtype=np.float64)
        kinds = list(s.kind)
        single = [
            k for k in range(1, len(kinds) - 1)
            if kinds[k] == "current" and kinds[k - 1] == kinds[k + 1] == "rest" and last[k + 1] >= 0.5 * last[k]
        ]  # fmt: skip
        sign = np.sign(s.level)
        level = np.abs(s.level)
        kept = [
            k for k in single
            if any(m in (k - 2, k + 2) and sign[m] == sign[k] and abs(level[m] - level[k]) <= 0.05 * level[k] for m in single)
        ]  # fmt: skip
        return np.array(kept, dtype=np.int64), last
