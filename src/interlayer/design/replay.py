"""What a record went through, stretch by stretch, so that a cell can be sent through the same.

A stretch is a spectrum, or a piece of a trace at one constant current or one constant voltage. What was imposed is told
from the data (the step's own word where the record has it): a current that stays where the voltage moves is imposed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..elements.base import Array
from ..errors import AnalysisError
from ..protocols import Replay, Spectrum, Step, Until
from ..record import Record, Segment

JUMP = 0.02  # of the largest magnitude: a change that is another level
NOTHING = 1e-3  # of the largest magnitude: no current
STEADY = 0.01  # relative scatter of an imposed voltage
LESS = 0.3  # times the current's: then the voltage was imposed
FEWEST = 8  # points that make a held voltage
SWEEP = 0.3  # of the points are jumps: nothing is held
ALIGNED = 1e-3  # of an interval: times that fall on its multiples
GAP = 20.0  # sampling intervals without a point: the cell rested


@dataclass(frozen=True, eq=False)
class Stretch:
    """One piece of a record.

    step      what was imposed, as a step of a protocol; its label is unique within the record
    segment   where it was measured
    rows      its rows in that segment
    begin     time at which it began, on the clock of the segment [s]
    answer    the channel that answers: "impedance", "voltage" or "current_density"
    """

    step: Step | Spectrum
    segment: Segment
    rows: slice
    begin: float
    answer: str


def stretches(record: Record, temperature: float | None = None) -> list[Stretch]:
    """The pieces of a record in order; `temperature` [K] goes into the steps. A long gap in the clock is a rest.

    Errors: `AnalysisError` where neither current nor voltage is constant (a sweep).
    """
    out: list[Stretch] = []
    clock = 0.0
    for number, segment in enumerate(record.segments):
        if segment.axis == "frequency":
            taken = Spectrum(tuple(segment["frequency"]), f"spectrum {number}", temperature=temperature, relaxed=bool(segment.info.get("relaxed", True)))
            out.append(Stretch(taken, segment, slice(0, len(segment)), 0.0, "impedance"))
            continue
        if "voltage" not in segment or not ({"current", "current_density"} & set(segment.channels)) or len(segment) < 2:
            continue
        time = segment["time"]
        interval = float(np.median(np.diff(time)))
        first = float(time[0])
        shift = clock - first if first < clock else 0.0  # a clock that begins anew in each segment
        if first + shift > clock + GAP * interval and clock > 0.0:
            out.append(_rest(f"gap {number}", first + shift - clock, segment, temperature))
            clock = first + shift
        for a, b, control, level in _levels(record, segment):
            length = float(time[b - 1]) + shift - clock
            if length <= 0.0:
                continue
            step = Step(
                control, level, (Until("time", length),), f"stretch {number}.{a}", "rest" if control == "rest" else "strip_plate" if control == "current_density" else "dc_polarisation",
                temperature=temperature,
            )  # fmt: skip
            out.append(Stretch(step, segment, slice(a, b), clock - shift, "current_density" if control == "voltage" else "voltage"))
            clock += length
    return out


def _rest(label: str, length: float, segment: Segment, temperature: float | None) -> Stretch:
    step = Step("rest", 0.0, (Until("time", length),), label, "rest", temperature=temperature)
    return Stretch(step, segment, slice(0, 0), 0.0, "voltage")


def _levels(record: Record, segment: Segment) -> list[tuple[int, int, str, float]]:
    """(first row, last row + 1, control, level) of each piece at one level."""
    current, voltage = record.get(segment, "current_density"), segment["voltage"]
    if segment.info.get("control") == "voltage":
        return [(0, len(voltage), "voltage", float(np.median(voltage)))]
    out: list[tuple[int, int, str, float]] = []
    begin = 0
    for a, b in [*_held_voltages(voltage, current), (len(voltage), len(voltage))]:
        if a > begin:
            out += _currents(record, current[begin:a], begin)
        if b > a:
            out.append((a, b, "voltage", float(np.median(voltage[a:b]))))
        begin = b
    return out


def _held_voltages(voltage: Array, current: Array) -> list[tuple[int, int]]:
    """Rows between jumps of the voltage where it stays, and far more so than the current."""
    scale = float(np.max(np.abs(voltage)))
    jumps = np.flatnonzero(np.abs(np.diff(voltage)) > JUMP * scale) + 1
    found = []
    for a, b in zip([0, *jumps.tolist()], [*jumps.tolist(), len(voltage)], strict=True):
        v, j = voltage[a:b], current[a:b]
        if b - a >= FEWEST and abs(float(np.median(v))) > NOTHING * scale and _wanders(v) < min(STEADY, LESS * _wanders(j)):
            found.append((int(a), int(b)))
    return found


def _wanders(values: Array) -> float:
    """Root mean square departure from the median over the median."""
    middle = float(np.median(values))
    return float(np.sqrt(np.mean((values - middle) ** 2))) / abs(middle) if middle != 0.0 else float("inf")


def _currents(record: Record, current: Array, begin: int) -> list[tuple[int, int, str, float]]:
    """The pieces of constant current and the rests; `begin` is the row of the first value."""
    scale = float(np.max(np.abs(current)))
    if scale == 0.0:
        return [(begin, begin + len(current), "rest", 0.0)]
    jumps = np.flatnonzero(np.abs(np.diff(current)) > JUMP * scale) + 1
    if len(jumps) > SWEEP * len(current) and len(current) >= FEWEST:
        raise AnalysisError(
            "Neither current nor voltage of this record is held constant", given=record.provenance.source,
            allowed="steps of constant current or constant voltage, rests, spectra", remedy="Leave the sweep out: record.select(...)",
        )  # fmt: skip
    out = []
    for a, b in zip([0, *jumps.tolist()], [*jumps.tolist(), len(current)], strict=True):
        level = float(np.median(current[a:b]))
        held = abs(level) > NOTHING * scale
        out.append((begin + int(a), begin + int(b), "current_density" if held else "rest", level if held else 0.0))
    return out


def replay(record: Record) -> Replay | None:
    """The steps of constant current, constant voltage and rest that a record went through, or None without any."""
    row = [s.step for s in stretches(record) if isinstance(s.step, Step)]
    return Replay(tuple(row), record.provenance.source) if any(s.control != "rest" for s in row) else None


def sampled(row: Sequence[Stretch], points: int, since: Mapping[str, Array] | None = None) -> list[Step | Spectrum]:
    """The steps of `row`, each recorded densely enough to be read at `points` times.

    since   {label of a step: times after its beginning at which it will be read [s]}; where these are multiples of one
            interval, that interval is enough, since every one of them is then recorded itself
    """
    out: list[Step | Spectrum] = []
    for s in row:
        if isinstance(s.step, Step):
            interval = _interval((since or {}).get(s.step.label))
            out.append(replace(s.step, sample=max(s.step.until[0].value / (3.0 * points), interval)))
        else:
            out.append(s.step)
    return out


def _interval(since: Array | None) -> float:
    """The interval of which all these times are multiples, or 0."""
    if since is None or len(since) < 2:
        return 0.0
    step = float(np.min(np.diff(since)))
    if not step > 0.0:
        return 0.0
    turns = since / step
    return step if float(np.max(np.abs(turns - np.round(turns)))) < ALIGNED else 0.0
