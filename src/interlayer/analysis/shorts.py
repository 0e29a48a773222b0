"""Shorts in cycled symmetric cells: hard, soft and recovered ones, told from contact gained and from break-in.

Signs, and what each can say:
  sudden fall     ln(V/I) falls at constant current within a few samples and stays: jump of two straight lines (`_jumps`)
                  after the shape that all half cycles share is taken off; nothing slow (heat, creep, break-in) does this
  sudden return   it comes back as suddenly: an electronic path that opened again
  below the bulk  V/I under the high-frequency resistance of the cell: ions alone can't, the strongest sign
  parallel path   between two spectra the admittance grows by one real number at all frequencies: a resistor beside the cell
  lost curvature  the rise of concentration within half cycles fell by the square of what V/I fell by (`_contact`): a path
                  beside the cell does that; where contact was gained the rise is kept
  rest collapse   no voltage is left to relax
A fall of V/I that is slow is a gain of contact, or break-in where it lies in the first hours; where the temperature is
recorded and rose, it is that. An abrupt gain of contact (pressure raised by hand) is as sudden as a short: the rise of
concentration, a return, noise of the path, V/I below the bulk or spectra on both sides tell the two apart. Where none of
them speaks (a voltage like a box has no rise) two causes give one and the same trace, and the event is called by both.
The concentration of a cell that was at rest is none: the first half cycle lies higher, and the fall at its end is no event.

Each sign adds to the log odds that the fall is real, and to those of a short against a gain of contact (1:1 before any
sign); an event is called by one cause from odds of 3:2 on. Weights are fixed beforehand, and checked for what they promise on
generated records. The confidence of an event is that of its class: real and of that cause, or real for a class of both.
Valid for half cycles at constant current with at least 8 samples each. Gaps and single samples are no event.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from .. import units
from ..errors import AnalysisError
from ..record import Finding, Record, Segment
from ..record.nouns import Array
from ._conditions import CYCLED
from ._contact import HALVES, Kept, rise_kept
from ._jumps import Jump, jumps, median3, uneven_noise
from ._samples import Rows
from ._seen import Seen
from ._technique import Answer, Condition, Stated, Technique, declare, option
from .steps import Signs, Steps, segment

Kind = Literal["hard short", "soft short", "recovered short", "soft short or contact gain", "contact gain", "break-in", "temperature"]
SHORTS: tuple[Kind, ...] = ("hard short", "soft short", "recovered short")
UNDECIDED: Kind = "soft short or contact gain"
TELL = "a spectrum from before the arcs to their end now, another after a rest; or the voltage of a rest of hours, which a path discharges"

SOURCE = "joint signs after Counihan et al., Joule 7 (2023), and Menkin et al., Faraday Discuss. (2023) (titles and signs as leads, not opened)"

STRENGTH = 5.0  # errors that a sudden fall must exceed in a ramp, whose half cycles have no common shape
SUDDEN = 6.0  # and in cycles, whose shape has errors of its own
LEAST = 0.02  # relative fall that counts at all: ranges of instruments switch by less
ALARM = 0.5  # confidence from which on an event is called a short
BELOW = 0.95  # of the bulk resistance
SPAN = 0.6  # of |Z| over the band, which must reach from the arcs to what is before them
HARD = 0.05  # share of the resistance left that makes a short a hard one
SLOW = 0.05  # least relative slow fall
EARLY = 10.0 * 3600.0  # break-in belongs to the first hours
WARMER = 2.0  # K
FEW = 8  # samples a half cycle must have
AT_REVERSAL = 5  # samples around a reversal
SHAPED = 6  # half cycles that give a common shape
QUICK = 16  # samples within which a jump is over: what changes more slowly makes none
DECIDED = math.log(1.5)  # log odds from which on one cause is named
SWING = 0.6  # of the rise within half cycles: what a fall at a reversal must exceed, where only the rise changed
FRESH = 0.35  # ln: what a fall at the first reversal must exceed, before which there was no concentration to turn round
WEIGHTS = {"sudden return": 2.5, "below the bulk": 4.0, "parallel path": 4.0, "rest collapse": 1.5, "noisier": 1.5, "collapse": 2.0, "contact": -4.0}


@dataclass(frozen=True)
class Event:
    """One event.

    start, end   times of the test [s]; end None: still there at the end of the record
    time_std     error of `start` [s]: half the sampling interval around it over sqrt(3)
    before, after   V/I before and in it [Ω or Ω m²]; signs what speaks for it, or against
    likely       probability of a short where the choice is between a short and a gain of contact
    kept         what became of the rise of concentration, None where it can't be told
    """

    kind: Kind
    start: float
    end: float | None
    confidence: float
    before: float
    after: float
    time_std: float
    signs: tuple[str, ...]
    likely: float = 0.0
    kept: Kept | None = None

    @property
    def fall(self) -> float:
        """Relative fall of V/I."""
        return 1.0 - self.after / self.before

    @property
    def short(self) -> bool:
        """Whether it is called a short: one of the three kinds, more likely than not."""
        return self.kind in SHORTS and self.confidence >= ALARM

    @property
    def undecided(self) -> bool:
        """Whether it is real and may be a short or a gain of contact."""
        return self.kind == UNDECIDED and self.confidence >= ALARM


@dataclass(frozen=True, eq=False)
class Shorts:
    """Events of a record in order of time, hours watched, the bulk resistance used (None without) and remarks."""

    events: tuple[Event, ...]
    watched: float
    bulk: float | None
    specific: bool
    steps: Steps
    remarks: tuple[str, ...] = ()

    @property
    def alarms(self) -> tuple[Event, ...]:
        """The events that are called shorts, and those that may be one (`undecided`)."""
        return tuple(e for e in self.events if e.short or e.undecided)

    @property
    def lasting(self) -> Event | None:
        """The first alarm from which the cell did not come back."""
        return next((e for e in self.alarms if e.end is None), None)

    def findings(self) -> list[Finding]:
        """How many shorts, and one finding an event: when, with its class, interval and confidence."""
        method = f"V/I at constant current over {self.watched / 3600.0:.4g} h: a sudden fall of more than {100.0 * LEAST:g} % and {SUDDEN:g} errors"
        method += "; V/I below the bulk resistance" if self.bulk is not None else "; no bulk resistance known, so no comparison with it"
        quantity = "area_specific_resistance" if self.specific else "resistance"
        called, open_ = sum(e.short for e in self.events), sum(e.undecided for e in self.events)
        unsure = (f"{open_} more are shorts or gains of contact, not told apart; what would tell: {TELL}",) if open_ else ()
        note = "; ".join((*self.remarks, *unsure)) or "counted"
        out = [Finding(
            "shorts", float(called), "number", method, None, SOURCE, note, (float(called), float(called + open_)) if open_ else None, {"watched h": self.watched / 3600.0, "not told apart": open_}
        )]  # fmt: skip
        for e in self.events:
            evidence: dict[str, object] = {"confidence": e.confidence, "before": units.show(e.before, quantity), "after": units.show(e.after, quantity), "signs": list(e.signs)}
            if e.kind in (*SHORTS, UNDECIDED, "contact gain") and e.likely:
                evidence["probability of a short"] = e.likely
            if e.kept is not None:
                evidence["rise of concentration kept"] = {"share": e.kept.share, "std": e.kept.std, "of a short": e.kept.short}
            if e.kind == UNDECIDED:
                evidence["what would tell"] = TELL
            out.append(Finding(
                e.kind, e.start, "time", method, e.time_std, SOURCE, f"{', '.join(e.signs)}; V/I fell by {100.0 * e.fall:.3g} %; " + ("to the end" if e.end is None else f"until {units.show(e.end, 'time')}"),
                (e.start, e.end if e.end is not None else self.steps.trace.time[-1].item()),
                evidence,
            ))  # fmt: skip
        return out


def find(
    record: Record, *, specific: bool | None = None, bulk: units.Given | None = None, strength: float = SUDDEN, least: float = LEAST
) -> Shorts:  # fmt: skip
    """Events of a record of half cycles.

    bulk       high-frequency resistance of the cell where no spectrum of the record gives it ("40 ohm", "40 ohm*cm^2"
               where densities are used)
    strength, least   what a sudden fall must exceed: its own error times this, and this share of V/I
    Errors: `AnalysisError` without half cycles of at least 8 samples at constant current.
    """
    steps = segment(record, specific=specific)
    if steps.trace.current is None:
        raise AnalysisError(
            "Shorts are judged at a known constant current, and this record has no current", given=repr(record),
            remedy="Give the file's current column",
        )  # fmt: skip
    blocks = _blocks(steps)
    if not blocks:
        raise AnalysisError(f"No half cycle of this record has {FEW} samples at a constant current", given=len(steps.sign), allowed=f"at least {FEW} samples a half cycle")
    specific = steps.trace.specific
    quantity = "area_specific_resistance" if specific else "resistance"
    seen = _spectra(record, specific)
    stated = units.si(bulk, quantity) if bulk is not None else None
    level = stated if stated is not None else max((_bulk(z) for _, _, z in seen[:3]), default=None)
    falls = [f for block in blocks for f in block.events(strength, least)]
    falls = _below(falls, blocks, level)
    falls = [_supported(_curved(f, falls, steps), steps) for f in falls]
    events = [_named(f) for f in _joined(falls, _paths(seen))]
    events += _slow(blocks, events, record)
    watched = float(np.sum(steps.duration))
    remarks = () if level is not None else ("no bulk resistance is known (a spectrum, or bulk=...): V/I can't be compared with it",)
    if "short" in record.outcome and not any(e.short and e.end is None for e in events):
        remarks = (f"the record itself ended with: {record.outcome}; the voltage up to there shows no lasting short", *remarks)
    return Shorts(tuple(sorted(events, key=lambda e: e.start)), watched, level, specific, steps, remarks)


def analyse(record: Record, *, specific: bool | None = None, bulk: units.Given | None = None) -> list[Finding]:
    """Findings of `find`."""
    return find(record, specific=specific, bulk=bulk).findings()


@dataclass(frozen=True)
class _Fall:
    """An event being judged: log odds that it is real, and of a short against a gain of contact."""

    start: float
    end: float | None
    real: float
    odds: float
    before: float
    after: float
    time_std: float
    signs: tuple[str, ...]
    kept: Kept | None = None

    def sign(self, name: str, weight: float) -> _Fall:
        """With one sign more, which also speaks for the event itself by half of its weight."""
        return replace(self, real=self.real + 0.5 * abs(weight), odds=self.odds + weight, signs=(*self.signs, name))


def _named(f: _Fall) -> Event:
    """The class that the odds allow."""
    real, likely = _logistic(f.real), _logistic(f.odds)
    if abs(f.odds) < DECIDED:
        kind, confidence = UNDECIDED, real
    elif f.odds < 0.0:
        kind, confidence = "contact gain", real * (1.0 - likely)
    else:
        kind, confidence = ("recovered short" if f.end is not None else "hard short" if f.after < HARD * f.before else "soft short"), real * likely
    return Event(kind, f.start, f.end, confidence, f.before, f.after, f.time_std, f.signs, likely, f.kept)


# -- series of V/I that may be compared sample by sample ----------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class _Block:
    """Half cycles of one magnitude of current without a break: time, y = ln(V/I) less the shared shape, noise of y."""

    time: Array
    y: Array
    shape: Array
    sigma: Array
    starts: Rows

    def alone(self, j: Jump, found: Sequence[Jump] = ()) -> bool:
        """Whether a jump at a reversal is more than what changes there in any cell: it stands out from the reversals around
        it and is seen late in the half cycles too, or exceeds `SWING` of the rise within them (`FRESH` at the first one)."""
        near = np.flatnonzero(np.abs(self.starts - j.row) <= AT_REVERSAL)
        if not len(near):
            return True
        k = int(near[0])
        others = [i for i in (k - 3, k - 2, k - 1, k + 1, k + 2, k + 3) if 0 <= i < len(self.starts)]
        steps = sorted(abs(self._step(int(self.starts[i]))) for i in others)
        if not (len(steps) > 1 and abs(j.size) > 2.0 * steps[-2]):  # one of them may be the end of the same event
            return False
        bounds = [0, *self.starts.tolist(), len(self.y)]
        a, b, c = bounds[k : k + 3]
        swing = float(np.ptp(median3(self.shape[b:c]))) if c - b > 2 else 0.0
        if k == 0:
            return abs(j.size) > FRESH
        late = float(np.median(self.y[(a + b) // 2 : b]) - np.median(self.y[(b + c) // 2 : c]))
        large, lasts = abs(j.size) > SWING * swing, late * np.sign(j.size) > 0.6 * abs(j.size)
        at_once = j.size > 0.0 and abs(int(self.starts[k]) - j.row) <= 1  # where a rise that changed shows first
        back = at_once and any(j.row < i.row < c and abs(math.log(max(-i.size, 1e-9) / j.size)) < ALIKE for i in found)
        return (large and (lasts or back)) if at_once else (large or lasts)

    def _step(self, row: int) -> float:
        return float(np.median(self.y[max(0, row - 6) : row]) - np.median(self.y[row : row + 6]))

    def settled(self) -> Rows:
        """For each row itself, or the last row of a second half of a half cycle before it: after a reversal what is left of
        the old concentration lowers V/I, in any cell."""
        bounds = np.concatenate([[0], self.starts, [len(self.y)]]).astype(np.int64)
        late = np.zeros(len(self.y), dtype=bool)
        for a, b in itertools.pairwise(bounds.tolist()):
            late[(a + b) // 2 : b] = True
        rows = np.maximum.accumulate(np.where(late, np.arange(len(self.y)), -1))
        return np.where(rows < 0, len(self.y) // 2 if len(bounds) == 2 else int(bounds[1]) // 2, rows).astype(np.int64)

    def resistance(self, a: int, b: int) -> float:
        part = self.y[max(a, 0) : max(b, 1)]
        return float(np.exp(np.median(part))) if len(part) else float("nan")

    def events(self, strength: float, least: float) -> list[_Fall]:
        """Sudden falls, each with the sudden rise that ends it."""
        everything = jumps(self.y, self.sigma, strength=strength, least=least)
        found = sorted((j for j in everything if self.alone(j, everything)), key=lambda j: j.row)
        ends = _ends(found)
        out: list[_Fall] = []
        busy, size = -1, 0.0
        for j in (j for j in found if j.size > 0.0):
            rise = ends.get(j.row)
            if j.row <= busy and j.size < size and rise is None:
                continue
            level = float(np.median(self.y[max(0, j.row - 12) : j.row]))
            end, sharp = self._end(j, rise, level)
            last = end if end is not None else len(self.y)
            busy, size = max(busy, last), NESTED * j.size
            before, after = self.resistance(j.row - 12, j.row), self.resistance(j.row, min(last, j.row + 60))
            if after > (1.0 - least) * before:
                continue
            f = _Fall(
                float(self.time[j.row]), None if end is None else float(self.time[end]), min(4.0, 0.4 * (j.strength - strength)), 0.0,
                before, after, float(self.time[j.row] - self.time[j.row - 1]) / math.sqrt(12.0), ("sudden fall",),
            )  # fmt: skip
            inside = self.y[j.row : min(last, j.row + 60)]
            if sharp:
                f = f.sign("sudden return", WEIGHTS["sudden return"])
            if len(inside) > 8 and _rough(inside) > 2.0 * _rough(self.y[max(0, j.row - 60) : j.row]):
                f = f.sign("noisier", WEIGHTS["noisier"])
            out.append(f.sign("collapse", WEIGHTS["collapse"]) if after < HARD * before else f)
        return out

    def _end(self, fall: Jump, rise: Jump | None, level: float) -> tuple[int | None, bool]:
        """(row at which V/I is back, whether suddenly)."""
        start = fall.row + 3
        w = 5  # a median of five is back with its middle one
        slow = None
        if len(self.y) - start >= w:
            smooth = np.median(np.lib.stride_tricks.sliding_window_view(self.y[start : start + 20000], w), axis=1)
            back = np.flatnonzero(smooth > level - 0.35 * fall.size)
            slow = start + int(back[0]) + w // 2 if len(back) else None
        if rise is not None and (slow is None or rise.row <= slow + 8):
            return rise.row, True
        return slow, False


NESTED = 0.15  # of the fall of an event around it: a smaller one without a return of its own is no event
ALIKE = 0.6  # ln of the ratio of a rise to the fall it ends, at most
OLDER = 0.1  # added to it for each fall that is later and still open


def _ends(found: list[Jump]) -> dict[int, Jump]:
    """The sudden rise that ends each fall (by its row): of the falls still open, the one it resembles most in size, of two
    that are alike the later one. A fall before a larger one that is still open is not ended: the level is not back."""
    pending: list[Jump] = []
    out: dict[int, Jump] = {}
    for j in found:
        if j.size > 0.0:
            pending.append(j)
            continue
        able = [k for k, f in enumerate(pending) if all(g.size <= f.size for g in pending[k + 1 :])]
        off = [abs(math.log(-j.size / pending[k].size)) + OLDER * (len(pending) - 1 - k) for k in able]
        if off and min(off) <= ALIKE:
            first = able[int(np.argmin(off))]
            out[pending[first].row] = j
            del pending[first:]
    return out


def _rough(y: Array) -> float:
    return float(np.median(np.abs(np.diff(y)))) if len(y) > 2 else math.inf


def _logistic(score: float) -> float:
    return 1.0 / (1.0 + math.exp(-score))


def _blocks(steps: Steps) -> list[_Block]:
    t = steps.trace
    assert t.current is not None
    length = steps.half_stop - steps.half_first
    good = (length >= FEW) & _held(steps)
    broken = {int(i.row) for i in steps.irregular if i.kind in ("gap", "restart")}
    groups: list[list[int]] = []
    for k in np.flatnonzero(good).tolist():
        fresh = not groups
        if groups:
            p = groups[-1][-1]
            same = abs(abs(steps.half_level[k]) - abs(steps.half_level[p])) < 0.02 * abs(steps.half_level[p])
            fresh = not same or k != p + 1 or any(int(steps.half_stop[p]) <= r <= int(steps.half_first[k]) for r in broken)
        if fresh:
            groups.append([k])
        else:
            groups[-1].append(k)
    rough = _rough_uneven(steps, np.flatnonzero(good).tolist())
    out = []
    for group in groups:
        out += _block(steps, group, rough)
    return out


def _held(steps: Steps) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Half cycles whose current is held (to 2 %) for most of its samples."""
    t = steps.trace
    assert t.current is not None
    out = np.zeros(len(steps.sign), dtype=bool)
    for k, (a, b) in enumerate(zip(steps.half_first.tolist(), steps.half_stop.tolist(), strict=True)):
        current = t.current[a:b]
        middle = float(np.median(current))
        out[k] = np.mean(np.abs(current - middle) < 0.02 * abs(middle)) > 0.9
    return out


def _block(steps: Steps, group: list[int], rough: float) -> list[_Block]:
    t = steps.trace
    assert t.current is not None
    ys, times, own = [], [], []
    bounds = [(int(steps.half_first[k]), int(steps.half_stop[k])) for k in group]
    grid = _grid([t.time[a:b] for a, b in bounds])
    for a, b in bounds:
        current = float(np.median(t.current[a:b]))
        ratio, when = t.voltage[a:b] / current, t.time[a:b]
        if grid > 0.0:
            even = when[0] + grid * np.arange(1, max(int((when[-1] - when[0]) / grid + 1e-6), 1) + 1)
            between = np.diff(when)[np.clip(np.searchsorted(when, even) - 1, 0, len(when) - 2)]
            ratio, when = np.interp(even, when, ratio), even
            own.append(rough * np.sqrt(np.maximum(between / grid, 1.0)) / np.maximum(np.abs(ratio * current), 1e-300))
        else:
            own.append(np.zeros(len(ratio)))
        floor = 1e-3 * float(np.median(np.abs(ratio))) + 1e-300
        ys.append(np.log(np.maximum(ratio, floor)))
        times.append(when)
    lengths = np.array([len(y) for y in ys])
    usual = int(np.median(lengths))
    shaped = len(group) >= SHAPED and np.mean(np.abs(lengths - usual) <= max(2, 0.02 * usual)) > 0.7
    if not shaped:
        out = []
        for y, time, least in zip(ys, times, own, strict=True):
            skip = max(2, len(y) // 50)  # the tip of nucleation and the first samples of a source are no fall
            if len(y) - skip >= FEW:
                out.append(_Block(time[skip:], y[skip:], np.zeros(len(y) - skip), np.maximum(_noise(y[skip:]), least[skip:]), np.zeros(0, np.int64)))
        return out
    shapes, wide = _shapes(ys, times, steps.sign[group], usual)
    sigma = [np.hypot(np.maximum(_noise(y), least), w) for y, w, least in zip(ys, wide, own, strict=True)]
    shape = np.concatenate(shapes)
    return [_Block(np.concatenate(times), np.concatenate(ys) - shape, shape, np.concatenate(sigma), np.cumsum(lengths)[:-1])]


def _grid(times: list[Array]) -> float:
    """Interval of an even grid for half cycles whose samples are not even (taken when the voltage moves), else 0: a fall
    is sudden in time, not in samples."""
    uneven = [float(np.percentile(d, 95.0)) > 3.0 * float(np.percentile(d, 5.0)) for d in (np.diff(x) for x in times)]
    if np.mean(uneven) < 0.5:
        return 0.0
    usual = float(np.median([np.percentile(np.diff(x), 75.0) for x in times]))
    return max(min(usual, float(np.median([x[-1] - x[0] for x in times])) / FINE), 1e-9)


def _rough_uneven(steps: Steps, halves: list[int]) -> float:
    """Noise of the voltage [V]: the usual one of half cycles whose samples are not even. A line drawn between such samples
    is smooth whatever their noise is, so it has to come from the samples themselves, less those of the reversal."""
    t = steps.trace
    out = []
    for a, b in ((int(steps.half_first[k]), int(steps.half_stop[k])) for k in halves):
        time, voltage = t.time[a:b], t.voltage[a:b]
        late = time > time[0] + _grid([time])
        if np.count_nonzero(late) >= 5:
            out.append(uneven_noise(time[late], voltage[late]))
    return float(np.median(out)) if out else 0.0


FINE = 40  # samples of an even grid a half cycle has at least
AROUND = 4  # half cycles of the same sign to either side that make a shape


def _shapes(ys: list[Array], times: list[Array], sign: Signs, n: int) -> tuple[list[Array], list[Array]]:
    """(shape, how much it varies) of each half cycle: the median, phase by phase, over half cycles of its sign around it,
    of ln(V/I) less a level that is linear in time between the middles of half cycles."""
    middles = np.array([np.median(y) for y in ys])
    padded = np.pad(middles, 1, mode="reflect", reflect_type="odd")
    level = 0.25 * padded[:-2] + 0.5 * middles + 0.25 * padded[2:]  # free of what alternates
    when = np.array([0.5 * (t[0] + t[-1]) for t in times])
    table = np.full((len(ys), n), np.nan)
    for k, (y, t) in enumerate(zip(ys, times, strict=True)):
        slope = (level[min(k + 1, len(ys) - 1)] - level[max(k - 1, 0)]) / (when[min(k + 1, len(ys) - 1)] - when[max(k - 1, 0)])
        m = min(n, len(y))
        own = np.interp(t[:m], when, level)
        ends = (t[:m] < when[0]) | (t[:m] > when[-1])
        own = np.where(ends, level[k] + slope * (t[:m] - when[k]), own)
        table[k, :m] = y[:m] - own
    for row in table:  # the last samples of a short one
        row[np.isnan(row)] = row[~np.isnan(row)][-1]
    shapes: list[Array] = [np.zeros(0)] * len(ys)
    spreads: list[Array] = [np.zeros(0)] * len(ys)
    for way in (-1, 1):
        own_rows = np.flatnonzero(sign == way)
        for place, k in enumerate(own_rows.tolist()):
            low = max(0, min(place - AROUND, len(own_rows) - 2 * AROUND - 1))
            some_rows = table[own_rows[low : low + 2 * AROUND + 1]]
            middle = np.median(some_rows, axis=0)
            spread = 1.4826 * np.median(np.abs(_quick(some_rows - middle)), axis=0)
            extra = max(0, len(ys[k]) - n)
            shapes[k] = np.pad(middle, (0, extra), mode="edge")[: len(ys[k])]
            wide = np.hypot(np.maximum(spread - np.median(spread), 0.0), 1.25 * spread / math.sqrt(len(some_rows)))
            spreads[k] = np.pad(wide, (0, extra), mode="edge")[: len(ys[k])]
    return shapes, spreads


def _quick(rows: Array) -> Array:
    """What of the rows changes within `QUICK` samples: what is slower makes no jump, except at their ends."""
    n = rows.shape[1]
    if n < 6 * QUICK:
        return rows
    half = QUICK // 2
    slow = np.lib.stride_tricks.sliding_window_view(rows, 2 * half + 1, axis=1).mean(axis=2)
    out = rows.copy()
    out[:, QUICK:-QUICK] -= slow[:, QUICK - half : n - QUICK - half]
    return out


def _noise(y: Array) -> float:
    """Noise of one half cycle by the differences of neighbours: their median, or their mean without the largest twentieth
    where the voltage moves in a few digits only."""
    d = np.sort(np.abs(np.diff(y)))
    return max(1.05 * float(np.median(d)), 0.85 * float(np.mean(d[: max(1, int(0.95 * len(d)))])), 1e-4)


# -- other signs ----------------------------------------------------------------------------------------------------------
def _below(events: list[_Fall], blocks: list[_Block], bulk: float | None) -> list[_Fall]:
    """Stretches of V/I under the bulk resistance, as events of their own or as a sign of those that overlap."""
    if bulk is None:
        return events
    out = list(events)
    for block in blocks:
        full = np.exp(median3(block.y + block.shape))
        low = (full < BELOW * bulk)[block.settled()]
        if not low.any():
            continue
        cuts = np.flatnonzero(np.diff(np.concatenate([[0], low.astype(np.int8), [0]])))
        runs = [(a, b) for a, b in zip(cuts[::2].tolist(), cuts[1::2].tolist(), strict=True) if b - a >= 3]
        for a, b in runs:
            begin, end = float(block.time[a]), float(block.time[b - 1])
            hit = next((i for i, e in enumerate(out) if e.start <= end and (e.end is None or e.end >= begin)), None)
            after = float(np.median(full[a:b]))
            if hit is not None:
                e = out[hit]
                if "below the bulk" not in e.signs:
                    out[hit] = e.sign("below the bulk", WEIGHTS["below the bulk"])
                continue
            closed = b == len(full)
            spread = float(block.time[a] - block.time[max(a - 1, 0)]) / math.sqrt(12.0)
            out.append(_Fall(begin, None if closed else end, 2.0, 0.0, bulk, after, spread, ()).sign("below the bulk", WEIGHTS["below the bulk"]))
    return out


BINS = 96  # of a half cycle whose rise is compared


def _curved(f: _Fall, falls: list[_Fall], steps: Steps) -> _Fall:
    """What the fall did to the rise of concentration, from whole half cycles of one current that no other event parts."""
    first, stop, t = steps.half_first, steps.half_stop, steps.trace
    begun, over = t.time[first], t.time[stop - 1]
    least = 0.5 * math.log(f.before / f.after)  # what is smaller changes the rise less than this one
    edges = np.array([x for g in falls if math.log(g.before / g.after) > least for x in (g.start, g.end if "sudden return" in g.signs else None) if x is not None and x != f.start])
    early = float(np.max(edges[edges < f.start], initial=float(t.time[first[0]]) if len(first) else 0.0))
    late = float(np.min(edges[edges > f.start], initial=float(t.time[-1])))
    at = int(np.searchsorted(begun, f.start, side="right")) - 1
    if at < 1 or "sudden fall" not in f.signs:
        return f
    level = abs(steps.half_level[at])
    good = (np.abs(np.abs(steps.half_level) - level) < 0.02 * level) & (stop - first >= FEW)
    good[0] = False  # a cell at rest before has no concentration to turn round
    past = [k for k in range(at - 1, max(at - 1 - HALVES, -1), -1) if good[k] and begun[k] >= early and over[k] < f.start]
    next_ = [k for k in range(at + 1, min(at + 1 + HALVES, len(first))) if good[k] and over[k] <= late]
    kept = rise_kept([_means(steps, k) for k in past], [_means(steps, k) for k in next_], 1.0 - f.after / f.before)
    if kept is None:
        return f
    return replace(f, kept=kept, odds=f.odds + kept.weight, signs=(*f.signs, "lost curvature" if kept.weight > 0.0 else "kept curvature"))


def _means(steps: Steps, k: int) -> Array:
    """V/I of a half cycle, as means over even intervals of time."""
    t = steps.trace
    a, b = int(steps.half_first[k]), int(steps.half_stop[k])
    time, ratio = t.time[a:b], t.voltage[a:b] / steps.half_level[k]
    total = np.concatenate([[0.0], np.cumsum(0.5 * (ratio[1:] + ratio[:-1]) * np.diff(time))])
    edges = np.linspace(time[0], time[-1], min(BINS, b - a - 1) + 1)
    return np.asarray(np.diff(np.interp(edges, time, total)) / np.diff(edges))


def _supported(f: _Fall, steps: Steps) -> _Fall:
    """Rests in the event against those before it."""
    t = steps.trace
    end = f.end if f.end is not None else float(t.time[-1])
    rest = [(a, b) for a, b, kind in zip(steps.first.tolist(), steps.stop.tolist(), steps.kind, strict=True) if kind == "rest" and a > 0 and b - a >= 3]
    if len(rest) < 6:
        return f
    left = np.array([abs(float(np.mean(t.voltage[a : a + max(2, (b - a) // 4)]))) / max(abs(float(t.voltage[a - 1])), 1e-12) for a, b in rest])
    when = np.array([t.time[a] for a, _ in rest])
    ago, now = left[when < f.start], left[(when > f.start) & (when < end)]
    if len(ago) >= 4 and len(now) >= 2 and np.median(ago) > max(0.05, 3.0 * np.std(ago)) and np.median(now) < 0.5 * np.median(ago):
        return f.sign("rest collapse", WEIGHTS["rest collapse"])
    return f


# -- spectra ----------------------------------------------------------------------------------------------------------------
def _spectra(record: Record, specific: bool) -> list[tuple[float, Segment, np.ndarray[tuple[int], np.dtype[np.complex128]]]]:
    """(time of the test, spectrum, impedance) in order; the time is the record's own or the end of the trace before it."""
    out = []
    last = 0.0
    for s in record.segments:
        if s.axis == "time":
            last = float(s["time"][-1]) if len(s) else last
            continue
        if specific and "specific_impedance_real" not in s and "area" not in record.conditions:
            continue
        when = float(s.info["time"]) if "time" in s.info else float(s["time"][0]) if "time" in s and s["time"][0] >= last else last
        out.append((when, s, record.impedance(s, specific=specific)[np.argsort(s["frequency"])]))
    return out


def _bulk(z: np.ndarray[tuple[int], np.dtype[np.complex128]]) -> float:
    """Real part at the highest frequency that is not inductive: at most the bulk resistance, so a comparison is safe."""
    capacitive = z[z.imag <= 0.0]
    return float((capacitive if len(capacitive) else z)[-1].real)


def _paths(seen: list[tuple[float, Segment, np.ndarray[tuple[int], np.dtype[np.complex128]]]]) -> list[tuple[float, float, float, str, float, float]]:
    """(from, to, score, sign, before, after) of pairs of spectra on one grid between which the resistance fell."""
    out = []
    for (t0, s0, z0), (t1, s1, z1) in itertools.pairwise(seen):
        if len(z0) != len(z1) or not np.allclose(np.sort(s0["frequency"]), np.sort(s1["frequency"]), rtol=1e-3):
            continue
        before, after = float(z0[0].real), float(z1[0].real)
        if np.min(np.abs(z0)) > SPAN * np.max(np.abs(z0)):  # a band in which nothing relaxes tells no resistor from another
            continue
        if after > (1.0 - LEAST) * before:
            continue
        low = np.abs(z0) > 0.3 * abs(z0[0])  # where the path weighs enough to be seen
        dy = (1.0 / z1 - 1.0 / z0)[low]
        g = float(np.median(dy.real))
        alike = g > 0.0 and float(np.sqrt(np.mean(np.abs(dy - g) ** 2))) < 0.25 * g
        high = abs(_bulk(z1) / _bulk(z0) - 1.0) < 0.5 * abs(after / before - 1.0)
        if alike:
            out.append((t0, t1, WEIGHTS["parallel path"], "parallel path", before, after))
        elif high:
            out.append((t0, t1, WEIGHTS["contact"], "the arc alone fell", before, after))
    return out


def _joined(falls: list[_Fall], paths: list[tuple[float, float, float, str, float, float]]) -> list[_Fall]:
    """What spectra say about events between them; a parallel path without an event in the voltage is one of its own."""
    out = list(falls)
    for t0, t1, score, sign, before, after in paths:
        hit = [i for i, f in enumerate(out) if t0 <= f.start <= t1 and (f.end is None or f.end >= t1)]
        for i in hit:
            out[i] = out[i].sign(sign, score)
        if not hit and score > 0.0:
            out.append(_Fall(0.5 * (t0 + t1), None, 2.0, 0.0, before, after, (t1 - t0) / math.sqrt(12.0), ()).sign(sign, score))
    return out


# -- slow falls -----------------------------------------------------------------------------------------------------------
def _slow(blocks: list[_Block], events: list[Event], record: Record) -> list[Event]:
    """Slow falls of V/I: break-in in the first hours, else a gain of contact, or heat where the temperature is recorded."""
    out: list[Event] = []
    for number, block in enumerate(blocks):
        if len(block.y) < 40:
            continue
        y = block.y.copy()
        for e in events:  # what fell suddenly is no slow fall
            a = int(np.searchsorted(block.time, e.start))
            b = len(y) if e.end is None else int(np.searchsorted(block.time, e.end))
            if 12 <= a < len(y):
                y[a:b] += max(0.0, math.log(e.before / e.after)) if e.before > 0.0 and e.after > 0.0 else 0.0
        n = max(1, len(y) // 400)
        m = len(y) // n
        level = np.median(y[: m * n].reshape(m, n), axis=1)
        if m >= 5:
            level = np.median(np.lib.stride_tricks.sliding_window_view(np.pad(level, 2, mode="edge"), 5), axis=1)
        time = block.time[: m * n].reshape(m, n)[:, 0]
        begin = 0
        if number == 0:
            early = time - time[0] <= EARLY
            low = int(np.argmin(level[early]))
            if level[0] - level[low] > max(SLOW, 5.0 * float(np.median(block.sigma)) / math.sqrt(n)):
                done = int(np.argmax(level[: low + 1] < level[0] - 0.9 * (level[0] - level[low])))
                out.append(_slow_event("break-in", time, level, 0, done, record))
                begin = low
        rest = level[begin:]
        if len(rest) < 4:
            continue
        down = np.maximum.accumulate(rest) - rest
        low = int(np.argmax(down))
        if down[low] > max(SLOW, 5.0 * float(np.median(block.sigma)) / math.sqrt(n)):
            top = int(np.argmax(rest[: low + 1]))
            out.append(_slow_event("contact gain", time, level, begin + top, begin + low, record))
    return out


def _slow_event(kind: Kind, time: Array, level: Array, a: int, b: int, record: Record) -> Event:
    signs: tuple[str, ...] = ("slow fall",)
    heat = [(s["time"], s["temperature"]) for s in record.traces if "temperature" in s and len(s)]
    if heat:
        when, kelvin = (np.concatenate(x) for x in zip(*heat, strict=True))
        rise = float(np.interp(time[b], when, kelvin) - np.interp(time[a], when, kelvin))
        if rise > WARMER:
            kind, signs = "temperature", ("slow fall", f"the cell became {rise:.3g} K warmer")
    elif kind == "contact gain":
        signs = ("slow fall", "or heat: the record has no temperature")
    return Event(kind, float(time[a]), float(time[b]), 0.7 if heat else 0.5, float(np.exp(level[a])), float(np.exp(level[b])), float(time[min(a + 1, len(time) - 1)] - time[a]) / math.sqrt(12.0), signs)


# -- recognition ------------------------------------------------------------------------------------------------------
def _watchable(seen: Seen) -> Answer:
    rows = seen.steps.half_stop - seen.steps.half_first
    enough = int(np.count_nonzero(rows >= FEW))
    if not enough:
        return False, f"the longest half cycle has {int(rows.max(initial=0))} samples, where {FEW} are needed to watch one"
    return True, f"{enough} half cycles of {FEW} samples or more in which V/I can be watched"


def _run(record: Record, stated: Stated) -> list[Finding]:
    return analyse(record, **option(stated, "bulk"))


declare(Technique(
    "shorts", "shorts", (*CYCLED, Condition("half cycles that are sampled", _watchable)), (_run,),
    {"bulk": 'high-frequency resistance of the cell, "40 ohm" ("40 ohm*cm^2" where the area is known)'}, ("strip_plate", "critical_current", "rate_ramp"),
    companion=True,
))  # fmt: skip
