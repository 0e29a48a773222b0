"""Strip and plate: polarisation per half cycle, its course over the test, where it begins to rise, how long the cell lived.

Polarisation  |V| of a half cycle by a stated definition, of the whole cell ("full") or halved for one of two equal
              electrodes ("half").
Asymmetry     (p+ - p-)/(p+ + p-) of neighbouring half cycles, median; error: its scatter over sqrt(n).
Onset of rise time t0 of the hinge R = a + b t + c (t - t0)+, c > 0, by least squares over t0; accepted where an F test
              against the straight line gives p < 0.001; error from the profile of chi-square (noise from the fit).
Life          time (or charge) until a stated criterion is met; a test that ended before is censored, never a life.
Valid for half cycles at constant current of one magnitude; the onset needs 12 of them.

Without a current column the half cycles of a symmetric cell are parted by the sign of its voltage (analysis/steps.py): then
polarisation, asymmetry, onset and life are given, of the polarisation where else of V/I, and no resistance and no charge;
that the current was one and constant is then taken for granted, and said.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from .. import units
from ..errors import AnalysisError, InterlayerError
from ..record import Finding, Record
from ..record.nouns import Array
from ._conditions import ALTERNATES, CONSTANT, FLOWS, NOT_EMPTIED, SYMMETRIC, one_level, span
from ._dc import Stretch
from ._options import asked
from ._seen import Seen
from ._technique import Answer, Condition, Stated, Technique, declare
from .steps import half_cycles, segment

#: what "polarisation" of a half cycle means: |V| at its end, its mean, its median, over its last tenth of time, or at a
#: fraction of its duration
Definition = Literal["last tenth", "end", "mean", "median", "at"]
Amplitude = Literal["full", "half"]
#: end: the test's own end; short: the first sign of any short; lasting short: the first one without return; factor: the
#: polarisation exceeds so many times its lowest; voltage: |V| exceeds a limit for three samples
Criterion = Literal["end", "short", "lasting short", "factor", "voltage"]
Count = Literal["time", "charge"]

SOURCE = "definition of the package; papers quote the magnitude of the cell voltage of a symmetric cell (half amplitude)"
DEFINITIONS = ("last tenth", "end", "mean", "median", "at")
LEAST_HALVES = 12
SURE = 1e-3
ROUNDING = 1e-9  # relative: a difference of two equal numbers of a record without noise
ALTERNATE, JUMPS, ALIKE = 4, 0.9, 3.0  # a voltage alone: half cycles, share of their rows near their level, ratio of the two directions
TRIALS = 300


def polarisation(
    half: Stretch, definition: Definition = "last tenth", *, amplitude: Amplitude = "full", fraction: float = 0.5
) -> tuple[float, float]:  # fmt: skip
    """(|V| [V], its standard error) of one half cycle. The error is the scatter of the points used over sqrt(n).

    fraction   of the duration, for the definition "at": the median of the twentieth of the samples around it
    """
    if definition not in DEFINITIONS:
        raise AnalysisError("This definition of the polarisation is not known", given=definition, allowed=DEFINITIONS)
    if amplitude not in ("full", "half"):
        raise AnalysisError("The amplitude is that of the cell or half of it", given=amplitude, allowed=("full", "half"))
    part = 0.5 if amplitude == "half" else 1.0
    v = np.abs(half.voltage) * part
    if definition == "end":
        return float(v[-1]), float(np.std(np.diff(v[-4:])) / np.sqrt(2.0)) if len(v) > 4 else 0.0
    if definition == "last tenth":
        v = v[half.time >= 0.9 * half.time[-1]]
    if definition == "at":
        if not 0.0 < fraction <= 1.0:
            raise AnalysisError("The fraction of a half cycle lies between 0 and 1", given=fraction, allowed="0 < fraction <= 1")
        near = np.argsort(np.abs(half.time - fraction * half.time[-1]), kind="stable")[: max(3, len(v) // 20)]
        v = v[near]
    value = float(np.median(v) if definition in ("median", "at") else np.mean(v))
    return value, float(np.std(v) / np.sqrt(len(v)))


@dataclass(frozen=True, eq=False)
class Course:
    """One row a half cycle: start [s], duration [s], time the polarisation belongs to [s], level (signed), polarisation and
    error [V], resistance V/I
    [Ω or Ω m²], charge passed in it and up to its end (both unsigned) [C or C/m²]; sign of the current, of the voltage where
    there is no current."""

    start: Array
    duration: Array
    time: Array
    level: Array
    polarisation: Array
    std: Array
    resistance: Array
    charge: Array
    cumulative: Array
    specific: bool
    sign: Array

    @property
    def alone(self) -> bool:
        """Whether the record has a voltage and no current: level, resistance and charge are nan then."""
        return not bool(np.isfinite(self.level).any())

    @property
    def end(self) -> Array:
        """End of each half cycle [s]."""
        return np.asarray(self.start + self.duration)

    def asymmetry(self) -> tuple[float, float]:
        """(median of (p+ - p-)/(p+ + p-), its error) over neighbouring half cycles; nan for fewer than two pairs."""
        p, s, size = self.polarisation, self.sign, np.ones(len(self.sign)) if self.alone else np.abs(self.level)
        k = np.flatnonzero((s[1:] * s[:-1] < 0.0) & (np.abs(size[1:] - size[:-1]) < 0.02 * size[1:]))
        if len(k) < 2:
            return math.nan, math.nan
        each = s[k] * (p[k] - p[k + 1]) / (p[k] + p[k + 1])
        return float(np.median(each)), float(1.2533 * np.std(each) / math.sqrt(len(each)))


def course(
    record: Record, *, definition: Definition = "last tenth", amplitude: Amplitude = "full", fraction: float = 0.5, specific: bool = True
) -> Course:  # fmt: skip
    """The half cycles of a record as columns."""
    return _course(halves_of(record, specific), definition, amplitude, fraction, specific)


def halves_of(record: Record, specific: bool) -> list[Stretch]:
    """Half cycles by the current; by the sign of the voltage, with a current that is nan, where the record has none.

    Errors: `AnalysisError` where it has neither, or a voltage alone that never changes its sign.
    """
    return half_cycles(record, specific=specific, by="voltage" if lacks_current(record) else "current")


def lacks_current(record: Record) -> bool:
    """Whether the record has a voltage along time and no current at all."""
    held = [s for s in record.traces if len(s)]
    return any("voltage" in s for s in held) and not any("current" in s or "current_density" in s for s in held)


def _course(halves: list[Stretch], definition: Definition, amplitude: Amplitude, fraction: float, specific: bool) -> Course:
    p = np.array([polarisation(h, definition, amplitude=amplitude, fraction=fraction) for h in halves])
    level, charge = np.array([h.level for h in halves]), np.array([abs(h.charge) for h in halves])
    start, duration = np.array([h.start for h in halves]), np.array([h.time[-1] for h in halves])
    place = {"end": 1.0, "last tenth": 0.95, "at": fraction}.get(definition, 0.5)
    sign = np.sign([float(np.median(h.voltage)) for h in halves]) if np.isnan(level).all() else np.sign(level)
    return Course(start, duration, start + place * duration, level, p[:, 0], p[:, 1], p[:, 0] / np.abs(level), charge, np.cumsum(charge), specific, sign)


@dataclass(frozen=True)
class Onset:
    """Where the resistance (`of`: the polarisation, where there is no current) begins to rise: time and its interval at 95 %
    [s], slopes before and after [Ω/s or Ω m²/s, V/s], probability of the straight line; `time` None where there is no onset,
    and `why`."""

    time: float | None
    interval: tuple[float, float] | None
    before: float
    after: float
    probability: float
    why: str
    of: str = "V/I"

    def finding(self) -> Finding:
        """The time, with its interval."""
        method = f"hinge of two straight lines through {self.of} against time, by least squares; interval by the profile of chi-square"
        note = self.why or f"F test against one line: p = {self.probability:.2g}"
        return Finding("onset of the rise", self.time, "time", method, None, SOURCE, note, self.interval, {"level": 0.95, "slope before": self.before, "slope after": self.after})


def onset(given: Course) -> Onset:
    """Onset of the rise of V/I, of the polarisation where there is no current. Needs 12 half cycles of one magnitude of
    current."""
    if given.alone:
        found = _hinge(given.time, given.polarisation.copy(), given.sign, "the polarisation")
        return replace(found, of="the polarisation")
    usual = float(np.median(np.abs(given.level)))
    keep = np.abs(np.abs(given.level) - usual) < 0.02 * usual
    return _hinge(given.time[keep], given.resistance[keep].copy(), given.sign[keep], "the resistance")


def _hinge(t: Array, r: Array, unlike: Array, what: str) -> Onset:
    n = len(t)
    if n < LEAST_HALVES:
        return Onset(None, None, math.nan, math.nan, math.nan, f"{n} half cycles at one current, and an onset needs {LEAST_HALVES}")
    r -= unlike * float(np.median(r[unlike > 0]) - np.median(r[unlike < 0])) / 2.0 if (unlike > 0).any() and (unlike < 0).any() else 0.0
    x = (t - t[0]) / (t[-1] - t[0])
    line = np.column_stack([np.ones(n), x])
    flat = _squares(line, r)[0]
    trials = np.linspace(x[1], x[-2], min(TRIALS, 4 * n))
    squares, rises = np.empty(len(trials)), np.empty((len(trials), 3))
    for i, x0 in enumerate(trials):
        squares[i], rises[i] = _squares(np.column_stack([line, np.maximum(x - x0, 0.0)]), r)
    allowed = np.where(rises[:, 2] > 0.0, squares, np.inf)
    best = int(np.argmin(allowed))
    if not np.isfinite(allowed[best]):
        return Onset(None, None, math.nan, math.nan, 1.0, f"{what} never rises faster than before")
    from scipy.special import fdtrc

    dof = n - 4
    least = max(float(squares[best]), 1e-24 * float(r @ r))
    p = float(fdtrc(2.0, dof, max(flat - least, 0.0) / 2.0 / (least / dof)))
    span = float(t[-1] - t[0])
    slopes = (float(rises[best, 1]) / span, float(rises[best, 1] + rises[best, 2]) / span)
    if p > SURE or slopes[1] <= 0.0:
        return Onset(None, None, *slopes, p, f"no onset: one straight line does as well (p = {p:.2g})" if p > SURE else f"no onset: {what} does not rise after the change")
    inside = trials[allowed <= least * (1.0 + 3.84 / dof)]
    half = 0.5 * float(trials[1] - trials[0])
    return Onset(float(t[0] + span * trials[best]), (float(t[0] + span * (inside.min() - half)), float(t[0] + span * (inside.max() + half))), *slopes, p, "")


def _squares(design: Array, y: Array) -> tuple[float, Array]:
    found = np.linalg.lstsq(design, y, rcond=None)[0]
    rest = y - design @ found
    return float(rest @ rest), np.asarray(found, dtype=np.float64)


def life(
    record: Record, criterion: Criterion = "end", *, count: Count = "time", factor: float = 2.0, voltage: units.Given | None = None,
    definition: Definition = "last tenth", specific: bool = True,
) -> Finding:  # fmt: skip
    """How long the cell lived by one criterion: a value, an interval where it is only bracketed, or a censored value
    (`evidence["censored"]`) where the test ended first. `survival.lives` takes these findings.

    count    "time" [s], or "charge" passed in both directions together [C or C/m²]
    """
    halves = halves_of(record, specific)
    table = _course(halves, definition, "full", 0.5, specific)
    if count == "charge" and table.alone:
        raise AnalysisError("A life counted in charge needs the current, and this record has none", given=count, allowed=("time",), remedy="Give the file's current column")
    last = float(table.end[-1])
    when: tuple[float, float] | None
    if criterion == "end":
        said = record.outcome or halves[-1].event
        when, how = (None, "") if _alive(record, halves) else ((last, last), said)
        method = "until the test's own end"
    elif criterion in ("short", "lasting short"):
        from . import shorts

        found = shorts.find(record, specific=specific)
        event = found.lasting if criterion == "lasting short" else next(iter(found.alarms), None)
        when = None if event is None else (event.start, event.start)
        how = "" if event is None else f"{event.kind}, confidence {event.confidence:.2f}"
        method = f"until the first {'short without return' if criterion == 'lasting short' else 'short of any kind'} (analysis.shorts)"
    elif criterion == "factor":
        when, how = _multiplied(table, factor)
        method = f"until the polarisation ({definition}) exceeds {factor:g} times its lowest median of five half cycles so far"
    elif criterion == "voltage":
        if voltage is None:
            raise AnalysisError("The criterion 'voltage' needs its limit", given=criterion, remedy='State voltage="1 V"')
        limit = units.si(voltage, "voltage")
        when, how = _limited(halves, limit)
        method = f"until |V| exceeds {units.show(limit, 'voltage')} for three samples"
    else:
        raise AnalysisError("This criterion of a life is not known", given=criterion, allowed=("end", "short", "lasting short", "factor", "voltage"))
    name, quantity = ("life", "time") if count == "time" else ("charge passed in a life", "areal_charge" if specific else "charge")
    scale = (lambda x: x) if count == "time" else (lambda x: _charge_at(table, x))
    if when is None:
        return Finding(name, scale(last), quantity, method, None, SOURCE, "the test ended alive: at least this (censored)", evidence={"censored": True, "criterion": criterion})
    low, high = scale(when[0]), scale(when[1])
    return Finding(name, high, quantity, method, None, SOURCE, how, (low, high) if high > low else None, {"censored": False, "criterion": criterion})


def _alive(record: Record, halves: list[Stretch]) -> bool:
    return not halves[-1].event or "rest" in halves[-1].event or record.outcome in ("", "completed")


def _multiplied(table: Course, factor: float) -> tuple[tuple[float, float] | None, str]:
    p, lowest = table.polarisation, math.inf
    for k in range(5, len(p)):
        lowest = min(lowest, float(np.median(p[k - 5 : k])))
        if p[k] > factor * lowest:
            return (float(table.end[k - 1]), float(table.end[k])), f"half cycle {k + 1}: {p[k] / lowest:.3g} times the lowest"
    return None, ""


def _limited(halves: list[Stretch], limit: float) -> tuple[tuple[float, float] | None, str]:
    for k, h in enumerate(halves):
        over = np.abs(h.voltage) > limit
        three = np.flatnonzero(over[:-2] & over[1:-1] & over[2:]) if len(over) > 2 else np.zeros(0, dtype=np.int64)
        if len(three):
            row = int(three[0])
            return (h.start + float(h.time[max(row - 1, 0)]), h.start + float(h.time[row])), f"half cycle {k + 1}"
    return None, ""


def _charge_at(table: Course, time: float) -> float:
    """Charge passed up to a time, with the current even within a half cycle."""
    x = np.column_stack([table.start, table.end]).ravel()
    y = np.column_stack([table.cumulative - table.charge, table.cumulative]).ravel()
    return float(np.interp(time, x, y))


def find(
    record: Record, *, definition: Definition = "last tenth", specific: bool = True, amplitude: Amplitude = "full", fraction: float = 0.5
) -> list[Finding]:  # fmt: skip
    """Findings of a strip/plate record: polarisation of the first and the last half cycle and its median, resistance
    V/J of the same, rise between them, duration and how it ended (censored where it ended alive), cumulative charge,
    asymmetry, onset of the rise. Without a current: no resistance and no charge, and the rise is that of the polarisation.

    specific   give resistances per area (needs the area unless the record has densities), else in Ω
    """
    halves = halves_of(record, specific)
    table = _course(halves, definition, amplitude, fraction, specific)
    p = np.column_stack([table.polarisation, table.std])
    said = f"{definition} {fraction:g} of it" if definition == "at" else definition
    whole = "full cell voltage, not halved" if amplitude == "full" else "half of the cell voltage: one of two equal electrodes"
    alone = "; parted by the sign of the voltage, since the record has no current: one constant current is taken for granted" if table.alone else ""
    method = f"|V| over each half cycle ({said}); {len(halves)} half cycles; {whole}{alone}"
    levels = [] if table.alone else sorted({float(f"{abs(h.level):.6g}") for h in halves})
    evidence = {"half cycles": len(halves), "definition": definition, "amplitude": amplitude, "current levels": levels}
    noiseless = bool(np.max(p[:, 1]) < 1e-9 * np.max(p[:, 0]))
    note = "no scatter to take an error from: the record is free of noise" if noiseless else ""

    def row(name: str, value: float, quantity: str, std: float) -> Finding:
        return Finding(name, value, quantity, method, None if noiseless else std, SOURCE, note, evidence=evidence)

    uneven, uneven_std = table.asymmetry()
    found = [
        row("polarisation, first half cycle", float(p[0, 0]), "overpotential", float(p[0, 1])),
        row("polarisation, last half cycle", float(p[-1, 0]), "overpotential", float(p[-1, 1])),
        row("polarisation, median of half cycles", float(np.median(p[:, 0])), "overpotential", float(np.std(p[:, 0]))),
        *(_rise(row, table, specific, noiseless)), _duration(record, halves), _passed(table, specific),
    ]  # fmt: skip
    if math.isfinite(uneven):
        uneven = 0.0 if abs(uneven) < ROUNDING else uneven
        found.append(Finding("asymmetry of the polarisation", uneven, "number", f"{method}; (p+ - p-)/(p+ + p-) of neighbours, median", None if uneven_std < ROUNDING else uneven_std, SOURCE, note if uneven_std < ROUNDING else ""))
    if len(halves) >= LEAST_HALVES:
        found.append(onset(table).finding())
    return found


def _rise(row: Callable[[str, float, str, float], Finding], table: Course, specific: bool, noiseless: bool) -> list[Finding]:
    """Resistance and its rise; without a current the rise of the polarisation. A rise within rounding is none."""
    p, std = table.polarisation, table.std
    error = float(np.hypot(std[0], std[-1]))
    if table.alone:
        rise = float(p[-1] - p[0])
        return [row("rise of the polarisation over the test", 0.0 if abs(rise) < ROUNDING * p[0] else rise, "overpotential", error)]
    quantity, r, level = "area_specific_resistance" if specific else "resistance", table.resistance, float(abs(table.level[-1]))
    rise = float(r[-1] - r[0])
    return [
        row("resistance V/J, last half cycle", float(r[-1]), quantity, float(std[-1]) / level),
        row("rise of resistance over the test", 0.0 if abs(rise) < ROUNDING * r[0] else rise, quantity, error / level),
    ]


def _duration(record: Record, halves: list[Stretch]) -> Finding:
    alive = _alive(record, halves)
    note = "ended alive: a life of at least this (censored)" if alive else f"ended: {record.outcome or halves[-1].event}"
    return Finding("duration", float(halves[-1].start + halves[-1].time[-1]), "time", "time of the last recorded half cycle", None, SOURCE, note, evidence={"censored": alive})


def _passed(table: Course, specific: bool) -> Finding:
    method, quantity = "both directions together, trapezoid of the recorded current", "areal_charge" if specific else "charge"
    if table.alone:
        return Finding("cumulative charge", None, quantity, method, None, SOURCE, "the record has no current, so no charge and no resistance V/I is known")
    return Finding("cumulative charge", float(table.cumulative[-1]), quantity, method, None, SOURCE, "as exact as the recorded current")


analyse = find  # the older name of the verb


# -- recognition ------------------------------------------------------------------------------------------------------
def basis(record: Record) -> bool:
    """Whether numbers are per area: where an area is stated or the record holds densities."""
    return "area" in record.conditions or all("current_density" in s for s in record.traces if {"current", "current_density"} & set(s.channels))


def _run(record: Record, stated: Stated) -> list[Finding]:
    return find(record, specific=basis(record), **asked(stated, "strip_plate", find))


def _lives(record: Record, stated: Stated) -> list[Finding]:
    """By the criterion stated; else by the record's own word for its end, and without one by a lasting short, or by the end
    where the samples are too few to watch for one."""
    options = asked(stated, "strip_plate", life, "definition")
    criterion = options.pop("criterion", None)
    if criterion is None and not record.outcome and not any(s.info.get("event") for s in record.traces):
        try:
            return [life(record, "lasting short", specific=basis(record), **options)]
        except AnalysisError:
            criterion = "end"
    return [life(record, criterion or "end", specific=basis(record), **options)]


def _or_alone(of: Condition) -> Condition:
    """The condition where there is a current; without one it has been answered by `_voltage`."""
    return replace(of, test=lambda seen: (True, "") if lacks_current(seen.record) else of.test(seen))


def _voltage(seen: Seen) -> Answer:
    """A current, or a voltage alone that a constant current of alternating sign makes: it jumps from one sign to the other."""
    if not lacks_current(seen.record):
        return FLOWS.test(seen)
    try:
        parted = segment(seen.record, by="voltage")
    except InterlayerError as error:
        return False, f"a voltage along time and no current; {error.what[:1].lower()}{error.what[1:].rstrip('.')}"
    rows, v = parted.half_stop - parted.half_first, np.abs(parted.trace.voltage)
    if len(parted.sign) < ALTERNATE or np.any(parted.sign[1:] == parted.sign[:-1]) or float(np.median(rows)) < 3:
        return False, f"a voltage along time and no current, and the voltage does not alternate ({len(parted.sign)} half cycles by its sign)"
    level = parted.mean
    there = float(np.mean([np.mean(v[a:b] > 0.5 * np.median(v[a:b])) for a, b in zip(parted.half_first, parted.half_stop, strict=True)]))
    up, down = float(np.median(level[parted.sign > 0])), float(np.median(level[parted.sign < 0]))
    if there < JUMPS or max(up, down) > ALIKE * min(up, down):
        return False, "a voltage along time and no current, and the voltage does not jump between two like plateaus, as under a constant current that alternates"
    each = float(np.median(parted.duration))
    return True, f"a voltage that alternates, {len(parted.sign)} half cycles of {span(each)} by its sign; no current is recorded"


declare(Technique(
    "strip_plate", "strip and plate of a symmetric cell",
    (
        Condition("a voltage and a current along time, or a voltage that alternates", _voltage, along_time=True),
        *(_or_alone(c) for c in (ALTERNATES, CONSTANT, SYMMETRIC, NOT_EMPTIED, Condition("one current", one_level))),
    ),
    (_run, _lives),
    {"definition": 'definition of the polarisation, "last tenth", "end", "mean", "median" or "at" a fraction', "amplitude": '"full" or "half"',
     "criterion": 'criterion of a life, "end", "short", "lasting short", "factor" or "voltage"'},
    finds=(find, life),
))  # fmt: skip
