"""What the techniques of direct current share: traces of one basis and sign, straight lines, steady values, errors.

Signs: a record keeps left minus right, or working minus counter electrode (names.py). A segment that names its working
electrode (`info["working"]`) is turned here, so that E is that electrode's potential and I > 0 oxidises it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import numpy as np

from .. import units
from ..elements.base import Array
from ..errors import AnalysisError, MissingValueError
from ..record import Finding, Record, Segment
from ._counter import Counter, counters_of
from ._target import number

Working: TypeAlias = Literal["left", "right"]
REST = 1e-4  # of the largest current of a record: below it nothing flows
GAP = 5.0
ERRORS = 3.0  # standard errors from which on a difference is one


@dataclass(frozen=True, eq=False)
class Stretch:
    """A piece along time in which one thing was done: clock of the test, E of the working electrode [V], I that oxidises it
    [A/m² or A]. Cut by the file's steps (`traces`), by the sign of the current too (`stretches`), or by `steps.half_cycles`,
    which joins steps and asks neither for them nor for the sides (E and I then are the record's own).

    specific   whether I is a density
    before     clock of the last point recorded before it, None at the start
    since      clock at which it began, where who cut it knows; None: as `start` says
    event      the record's own word for how it ended
    counter    the instrument's own charge counter (analysis/_counter.py), None where the file has none
    """

    clock: Array
    voltage: Array
    current: Array
    specific: bool
    technique: str = ""
    info: Mapping[str, Any] = field(default_factory=dict)
    event: str = ""
    before: float | None = None
    counter: Counter | None = None
    since: float | None = None

    @property
    def time(self) -> Array:
        """Since the stretch began [s]."""
        return self.clock - self.start

    @property
    def start(self) -> float:
        """Clock at which it began: the last point before it, unless that lies further back than `GAP` of its own longest
        intervals (then nothing was recorded there)."""
        if self.since is not None:
            return self.since
        first = float(self.clock[0])
        if self.before is None or self.before > first or len(self.clock) < 2:
            return first
        return self.before if first - self.before <= GAP * float(np.max(np.diff(self.clock))) else first

    @property
    def level(self) -> float:
        """Median current."""
        return float(np.median(self.current))

    @property
    def charge(self) -> float:
        """Charge passed, signed, by trapezoids from the start of the stretch [C or C/m²]."""
        t = self.time
        return float(np.trapezoid(self.current, t) + self.current[0] * t[0])

    @property
    def counted(self) -> float | None:
        """The same by the instrument's counter, None where the file has none or it did not move."""
        return None if self.counter is None else self.counter.passed(self.level)

    @property
    def charge_std(self) -> float:
        """Error of the charge: scatter of the current about its neighbours, what trapezoids over every second point change
        (a current that falls fast between points), the end lying up to one interval after the last point recorded, and the beginning up to one before the first where nothing was recorded before it."""
        t, j = self.time, self.current
        if len(t) < 2:
            return abs(self.charge)
        step = np.diff(t)
        noise = scatter_of(j)
        start = abs(float(j[0])) * float(step[0]) / math.sqrt(3.0) if self.start == self.clock[0] else 0.0
        end = abs(float(j[-1])) * float(step[-1]) / math.sqrt(3.0)
        coarse = 0.0
        if len(t) >= 5:
            part = slice(None, None if len(t) % 2 else -1, 2)
            coarse = abs(float(np.trapezoid(j[part], t[part]) - np.trapezoid(j[: len(t) - 1 + len(t) % 2], t[: len(t) - 1 + len(t) % 2])))
        return math.hypot(noise * math.sqrt(float(np.sum(step**2))), coarse / 3.0, start, end)

    def turned(self) -> Stretch:
        """As the other electrode sees it."""
        return replace(self, voltage=-self.voltage, current=-self.current)

    def between(self, first: int, last: int) -> Stretch:
        """Rows first .. last - 1."""
        before = self.before if first == 0 else float(self.clock[first - 1])
        ends = last == len(self.clock)
        part = slice(first, last)
        counter = None if self.counter is None else self.counter.between(first, last)
        return Stretch(self.clock[part], self.voltage[part], self.current[part], self.specific, self.technique, self.info,
                     self.event if ends else "", before, counter)  # fmt: skip


def specific_basis(record: Record) -> bool:
    """Whether numbers are per area: where the record's own channels are, or where they are mixed (then the area is asked
    for); False where all are of the whole cell."""
    whole = {"current", "impedance_real"}
    return not all(whole & set(s.channels) for s in record.segments if {"current", "current_density", "impedance_real",
                   "specific_impedance_real"} & set(s.channels))  # fmt: skip


def sign_of(info: Mapping[str, Any], working: Working | None) -> float:
    """+1 where the record's voltage is that of the working electrode, -1 where it is the other one's."""
    return -1.0 if (working or info.get("working", "left")) == "right" else 1.0


def traces(
    record: Record, *, technique: str = "", specific: bool | None = None, working: Working | None = None
) -> list[Stretch]:
    """The stretches along time that have voltage and current, rows that are no numbers left out.

    technique   only what was done under this name, where the record names what was done at all
    specific    densities [A/m²] (asks for the area where needed) or [A]; None takes what the record has
    """
    if working not in (None, "left", "right"):
        raise AnalysisError("The working electrode stands on one side", given=working, allowed=("left", "right"))
    per_area = specific_basis(record) if specific is None else specific
    out: list[Stretch] = []
    before: float | None = None
    wanted = [s for s in record.traces if "voltage" in s and {"current", "current_density"} & set(s.channels)]
    named = any(s.technique == technique for s in wanted)
    counters = counters_of(record)
    for segment in wanted:
        if technique and named and segment.technique != technique:
            before = float(segment["time"][-1]) if len(segment) else before
            continue
        found = _stretch(record, segment, per_area, working, before, counters.get(id(segment)))
        if found is not None:
            out.append(found)
            before = float(found.clock[-1])
    if not out:
        raise AnalysisError("This record holds no stretch along time with a voltage and a current", given=repr(record))
    return out


def _stretch(
    record: Record, segment: Segment, specific: bool, working: Working | None, before: float | None, counter: Counter | None
) -> Stretch | None:  # fmt: skip
    clock, voltage = segment["time"], segment["voltage"]
    current = record.get(segment, "current_density" if specific else "current")
    good = np.isfinite(clock) & np.isfinite(voltage) & np.isfinite(current)
    if not good.any():
        return None
    steps = np.diff(clock[good])
    if len(steps) and (steps.min() < 0.0 or steps.max() == 0.0):
        at = float(clock[good][int(np.argmin(steps))])
        raise AnalysisError(
            f"The clock {'runs back' if steps.min() < 0.0 else 'stands still'} within a step", given=f"at {at:.6g} s",
            remedy="Cut the record there, or read the file with its own test time",
        )  # fmt: skip
    sign = sign_of(segment.info, working)
    event = str(segment.info.get("event", ""))
    if counter is not None and specific:
        counter = counter.over(float(record.condition("area")) if "area" in record.conditions else math.nan)
    if counter is not None:
        counter = counter.rows(good)
    return Stretch(clock[good], sign * voltage[good], sign * current[good], specific, segment.technique, segment.info, event, before, counter)


def stretches(found: Sequence[Stretch]) -> list[Stretch]:
    """The traces cut where the sign of the current changes; rests (below `REST` of the largest current) are stretches
    of their own, and neighbours of one sign that no time parts are not joined: where a file says that a step ended, it did
    (a cycle, a pulse, a hold after a current). `steps.segment` is for tests whose files say nothing of use: it joins what
    files cut, and finds levels, holes and glitches in the samples."""
    largest = max(float(np.max(np.abs(t.current))) for t in found)
    if not largest > 0.0:
        raise AnalysisError("No current flows in this record")
    out = []
    for trace in found:
        sign = np.where(np.abs(trace.current) > REST * largest, np.sign(trace.current), 0.0)
        edges = [0, *(np.flatnonzero(np.diff(sign)) + 1).tolist(), len(sign)]
        out += [trace.between(a, b) for a, b in itertools.pairwise(edges)]
    return out


def is_rest(trace: Stretch, largest: float) -> bool:
    """Whether nothing flows."""
    return bool(np.max(np.abs(trace.current)) <= REST * largest)


# -- numbers ----------------------------------------------------------------------------------------------------------
def scatter_of(y: Array) -> float:
    """Standard deviation of white noise on a smooth curve: from second differences, deaf to its jumps (median)."""
    if len(y) < 5:
        return float(np.std(y, ddof=1)) if len(y) > 1 else 0.0
    second = np.abs(y[2:] - 2.0 * y[1:-1] + y[:-2])
    return float(np.median(second) / (0.6744898 * math.sqrt(6.0)))


@dataclass(frozen=True, eq=False)
class Fit:
    """Least squares y = A p: parameters, covariance out of the scatter (floored at `noise`), R², residuals."""

    parameters: Array
    covariance: Array
    scatter: float
    r2: float
    residuals: Array
    unit: Array  # covariance for weights that are true errors

    def known(self, row: Sequence[float] | Array) -> tuple[float, float]:
        """A linear combination with its std by the errors in the weights, scaled up where the scatter is larger."""
        r = np.asarray(row, dtype=np.float64)
        return float(r @ self.parameters), max(self.scatter, 1.0) * math.sqrt(max(float(r @ self.unit @ r), 0.0))

    def value(self, row: Sequence[float] | Array) -> tuple[float, float]:
        """A linear combination of the parameters, and its std."""
        r = np.asarray(row, dtype=np.float64)
        return float(r @ self.parameters), math.sqrt(max(float(r @ self.covariance @ r), 0.0))


def least(columns: Sequence[Array], y: Array, weight: Array | None = None) -> Fit:
    """Least squares of y on columns, weights 1/std."""
    w = np.ones(len(y)) if weight is None else weight
    matrix = np.stack(list(columns), axis=1) * w[:, None]
    if len(y) < matrix.shape[1]:
        raise AnalysisError("There are fewer points than unknowns", given=len(y), allowed=f"at least {matrix.shape[1]}")
    size = np.linalg.norm(matrix, axis=0)
    scale = np.where(size > 0.0, size, 1.0)
    q, r = np.linalg.qr(matrix / scale)
    inverse = np.linalg.pinv(r)
    parameters = (inverse @ (q.T @ (y * w))) / scale
    residuals = y - np.stack(list(columns), axis=1) @ parameters
    squares, dof = float(np.sum((residuals * w) ** 2)), len(y) - matrix.shape[1]
    variance = squares / dof if dof > 0 else 0.0
    middle = float(np.sum(w**2 * y) / np.sum(w**2))
    total = float(np.sum((w * (y - middle)) ** 2))
    unit = (inverse @ inverse.T) / np.outer(scale, scale)
    return Fit(parameters, variance * unit, math.sqrt(variance), 1.0 - squares / total if total > 0.0 else 0.0, residuals, unit)


def line(x: Array, y: Array, weight: Array | None = None) -> Fit:
    """y = p[0] + p[1] x."""
    return least((np.ones_like(x), x), y, weight)


def bend(x: Array, y: Array) -> tuple[float, float]:
    """(curvature of y(x) as the relative change of its slope over the window, its std)."""
    span = float(x.max() - x.min())
    u = (x - 0.5 * (x.max() + x.min())) / span
    fit = least((np.ones_like(u), u, u * u), y)
    slope = abs(float(fit.parameters[1]))
    if slope == 0.0:
        return math.inf, 0.0
    return 2.0 * float(fit.parameters[2]) / slope, 2.0 * math.sqrt(float(fit.covariance[2, 2])) / slope


@dataclass(frozen=True)
class Steady:
    """A value that has become steady: mean over the window at the end, its std, and the relative drift over the window."""

    value: float
    std: float
    drift: float
    drift_std: float
    points: int


def steady(time: Array, y: Array, share: float) -> Steady:
    """Value of y at the end from a line over the last `share` of the time (weighted by time), and how far it still goes.

    The value is that of the line at the end. The std holds the scatter and what is left to come if the approach is
    exponential: the drift over (ratio of the drift before it to it) - 1.
    """
    whole = float(time[-1] - time[0])
    inside = time >= time[-1] - share * whole
    t, v = time[inside], y[inside]
    if len(t) < 4:
        raise AnalysisError("Too few points lie at the end to tell a steady value", given=len(t), allowed="4 or more")
    fit = _over_time(t, v)
    span = float(t[-1] - t[0])
    value, std = fit.value((1.0, 0.0))
    slope, slope_std = fit.value((0.0, 1.0))
    sure = max(abs(slope) - 2.0 * slope_std, 0.0) * span
    earlier = (time >= time[-1] - 2.0 * share * whole) & ~inside
    ratio = 1.5
    if sure > 0.0 and np.count_nonzero(earlier) >= 4:
        ratio = max(ratio, abs(float(_over_time(time[earlier], y[earlier]).parameters[1]) / slope))
    if sure == 0.0:  # nothing drifts: the mean is the better estimate
        fit = least((np.ones_like(t),), v, np.sqrt(np.gradient(t)))
        value, std = fit.value((1.0,))
    size = abs(value) if value != 0.0 else math.inf
    return Steady(value, math.hypot(std, sure / (ratio - 1.0)), abs(slope) * span / size, slope_std * span / size, len(t))


def _over_time(t: Array, v: Array) -> Fit:
    """Line against the time before the end."""
    return line(t - t[-1], v, np.sqrt(np.gradient(t)))


def propagate(function: Callable[..., float], values: Mapping[str, float], stds: Mapping[str, float | None]) -> tuple[float, float]:
    """(value, std) of a function of independent numbers: first order, central differences of one standard deviation."""
    value, squares = function(**values), 0.0
    for key, std in stds.items():
        if std:
            high, low = (function(**{**values, key: values[key] + d}) for d in (std, -std))
            squares += (0.5 * (high - low)) ** 2
    return value, math.sqrt(squares)


# -- what a caller states ---------------------------------------------------------------------------------------------
Stated: TypeAlias = units.Given | Finding


def given(value: Stated | None, quantity: str, what: str, example: str) -> tuple[float, float | None]:
    """(value, std) of a number or finding that must be stated, in SI; a missing one is asked for by name."""
    if value is None:
        raise MissingValueError(f"The {what} is not stated, and it is never guessed", remedy=f"State it: {example}")
    if isinstance(value, Finding):
        if not isinstance(value.value, int | float) or value.quantity != quantity:
            raise AnalysisError(f"The {what} is another quantity", given=f"{value.name} ({value.quantity})", allowed=quantity)
        return float(value.value), value.std
    return number(value, quantity, what), None
