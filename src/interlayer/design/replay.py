"""What a record went through, stretch by stretch, so that a cell can be sent through the same.

A stretch is a spectrum, or a piece of a trace at one constant current, one constant voltage or one rate of a sweep that
the record names. What was imposed is told
from the data (the step's own word where the record has it): a current that stays where the voltage moves is imposed.
"""

from __future__ import annotations

import itertools
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
MILLIVOLT = 1e-3  # V: a voltage held at zero scatters by less than a thousandth of it
STRAIGHT = 0.01  # of its range: how far a sweep may be from a line
ALIGNED = 1e-3  # of an interval: times that fall on its multiples
ENOUGH = 1000  # points of a stretch that are recorded one by one
FEW = 12  # times at which a stretch is cut instead
OCTAVE = 8  # points recorded while the time doubles
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
            slope = 0.0
            if control == "sweep":
                control, (level, slope) = "voltage", _ramp(record, segment, clock - shift)
            step = Step(
                control, level, (Until("time", length),), f"stretch {number}.{a}", "rest" if control == "rest" else "strip_plate" if control == "current_density" else "dc_polarisation",
                temperature=temperature, slope=slope,
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
        level = float(np.median(voltage))
        held = _wanders(voltage) < STEADY or float(np.ptp(voltage)) <= NOTHING * max(abs(level), MILLIVOLT)
        return [(0, len(voltage), "voltage" if held else "sweep", level)]
    out: list[tuple[int, int, str, float]] = []
    begin = 0
    for a, b in [*_held_voltages(voltage, current), (len(voltage), len(voltage))]:
        if a > begin:
            out += _currents(record, current[begin:a], begin)
        if b > a:
            out.append((a, b, "voltage", float(np.median(voltage[a:b]))))
        begin = b
    return out


def _ramp(record: Record, segment: Segment, begin: float) -> tuple[float, float]:
    """(voltage at `begin` [V], its slope [V/s]) of a sweep."""
    since, voltage = segment["time"] - begin, segment["voltage"]
    slope, start = np.polyfit(since, voltage, 1)
    if float(np.max(np.abs(start + slope * since - voltage))) > STRAIGHT * float(np.ptp(voltage)):
        raise AnalysisError(
            "The voltage of a step of this record is neither held nor swept at one rate", given=record.provenance.source,
            allowed="steps of constant current or constant voltage, sweeps of one rate, rests, spectra", remedy="Leave the step out: record.select(...)",
        )  # fmt: skip
    return float(start), float(slope)


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


def sampled(row: Sequence[Stretch], since: Mapping[str, Array]) -> list[Step | Spectrum]:
    """The steps of `row`, each recorded where it will be read.

    since   {label of a step: times after its beginning at which it will be read [s]}

    A stretch that is read at few times, or at multiples of one interval, is recorded at these very times. Else it is cut
    into pieces that double in length, since what diffuses and what charges changes with the logarithm of the time; each is
    recorded `OCTAVE` times. The pieces keep their label: `joined` puts them together again.
    """
    out: list[Step | Spectrum] = []
    for s in row:
        out += _recorded(s.step, since.get(s.step.label)) if isinstance(s.step, Step) else [s.step]
    return out


def _recorded(step: Step, times: Array | None) -> list[Step]:
    length = step.until[0].value
    if times is None or len(times) == 0:
        return [replace(step, sample=length)]
    interval = _interval(times)
    if interval > 0.0 and length <= interval * max(ENOUGH, 3 * len(times)):
        return [replace(step, sample=interval)]
    if step.slope != 0.0:  # a sweep: what it shows comes anywhere
        return [replace(step, sample=length / (4.0 * len(times)))]
    if len(times) <= FEW:
        edges = [float(t) for t in times]
        parts = [1.0] * len(edges)
    else:
        edges = [float(times[0])]
        while edges[-1] < length:
            edges.append(2.0 * edges[-1])
        parts = [0.5 * OCTAVE, *([float(OCTAVE)] * (len(edges) - 1))]
    inner = [(e, n) for e, n in zip(edges, parts, strict=True) if e < (1.0 - ALIGNED) * length]
    out, begin = [], 0.0
    for end, n in [*inner, (length, parts[-1])]:
        out.append(replace(step, until=(Until("time", end - begin),), sample=(end - begin) / n))
        begin = end
    return out


def joined(record: Record) -> Record:
    """`record` with neighbouring segments of one label put together: the pieces of `sampled`."""
    out: list[Segment] = []
    for label, group in itertools.groupby(record.segments, key=lambda s: str(s.info["label"])):
        same = list(group)
        out.append(same[0] if len(same) == 1 else replace(same[0], channels={c: np.concatenate([s[c] for s in same]) for c in same[0].channels}, info={**same[-1].info, "label": label}))
    return replace(record, segments=tuple(out))


def read(time: Array, values: Array, at: Array) -> Array:
    """`values` recorded at `time` (both since the stretch began) at other times: a cubic spline over the root of the time, in
    which diffusion begins straight; exact where it was recorded."""
    if len(time) < 4 or at[0] < (1.0 - ALIGNED) * time[0] or at[-1] > (1.0 + ALIGNED) * time[-1]:
        return np.interp(at, time, values)
    from scipy.interpolate import CubicSpline

    return np.asarray(CubicSpline(np.sqrt(time), values)(np.sqrt(at)))


def _interval(since: Array) -> float:
    """The interval of which all these times are multiples, or 0."""
    if len(since) < 2:
        return 0.0
    step = float(np.min(np.diff(since)))
    if not step > 0.0:
        return 0.0
    turns = since / step
    return step if float(np.max(np.abs(turns - np.round(turns)))) < ALIGNED else 0.0
