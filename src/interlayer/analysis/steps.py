"""Steps and half cycles of a record, out of current, voltage and time alone where the file numbers no steps.

A half cycle is a stretch of one sign of the current and one level of it; rests part half cycles. Rest: |I| at most
`rest`, by default the larger of 2e-4 of the largest current and six times the noise of the current. A new level: a
change of more than 5 % (and eight times the noise) between two samples that are quiet on both sides. A single sample of
another sign inside a half cycle is a glitch and parts nothing. Without a current column the sign of the voltage takes
its place, which only a symmetric cell allows: a rest then is |V| below 2 % of its median, and a cell that relaxes
slowly is still counted to the half cycle before.

Signs: voltage is working minus counter electrode, current positive as the vocabulary (names.py) says; `convention` tells
whether the two agree as they must in a symmetric cell. Nothing is turned round here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .. import units
from ..errors import AnalysisError
from ..record import Finding, Record
from ..record.nouns import Array
from ._dc import Stretch
from ._samples import Rows, Samples, samples_of, scatter, some

Signs = npt.NDArray[np.int8]

#: what parts the steps: the file's own step number, the current, the voltage; "auto": the current, else the voltage
Basis = Literal["auto", "index", "current", "voltage"]
Kind = Literal["rest", "current", "voltage", "sweep", "other"]

SOURCE = "definition of the package"
REST = 2e-4  # of the largest current
QUIET = 6.0  # times the noise
LEVEL = 0.05  # relative change of the current from which on it is another level
SLIGHT = 1e-4  # relative change of the current that is a switch of range or of regulation, and no new level
NOISY = 8.0
HOLE = 0.2  # of a usual half cycle: so long without a sample, and another half cycle may be missing there
GAP = 10.0  # times the 95th percentile of the sampling interval
STEADY = 0.02  # mean relative deviation of a current that is held
HELD = 3  # rows a hold has at least
SPIKE = 0.2  # relative height of a single sample that is a glitch


@dataclass(frozen=True, eq=False)
class Irregularity:
    """Something odd in the sampling: what, when [s], row, and how large in words."""

    kind: Literal["gap", "restart", "range switch", "glitch"]
    time: float
    row: int
    said: str


@dataclass(frozen=True, eq=False)
class Steps:
    """How a record is parted. `first`, `stop` are rows of `trace`, `stop` one beyond the last.

    first, stop, kind, level    a step each: level is the mean current (the mean voltage of a voltage step) [SI]
    half_first, half_stop, sign a half cycle each; `begun` the time of the last sample before it [s]
    half_level, charge          mean current, signed; charge passed, unsigned (trapezoid) [C or C/m²]; nan without a current
    mean, last_tenth, end       |V| of each half cycle [V]
    basis, rest                 what parted them, and below what it is a rest
    """

    trace: Samples
    basis: str
    rest: float
    first: Rows
    stop: Rows
    kind: tuple[Kind, ...]
    level: Array
    half_first: Rows
    half_stop: Rows
    sign: Signs
    begun: Array
    half_level: Array
    charge: Array
    mean: Array
    last_tenth: Array
    end: Array
    irregular: tuple[Irregularity, ...]
    counts: dict[str, int]

    @property
    def duration(self) -> Array:
        """Duration of each half cycle [s]."""
        return np.asarray(self.trace.time[self.half_stop - 1] - self.begun)

    def convention(self) -> tuple[float, str]:
        """(share of half cycles whose mean voltage has the sign of their current, what that means)."""
        t = self.trace
        if t.current is None:
            return float("nan"), "no current column: signs are those of the voltage"
        agree = float(np.mean(_mean(t.voltage, self.half_first, self.half_stop) * self.sign > 0.0)) if len(self.sign) else float("nan")
        if agree > 0.9:
            return agree, "voltage and current have one sign, as in a symmetric cell whose current flows into the working electrode"
        if agree < 0.1:
            return agree, "voltage and current have opposite signs: a symmetric cell recorded with the current counted the other way"
        return agree, "voltage and current do not change sign together: no symmetric cell, or a full cell"

    def drift(self) -> tuple[float, float]:
        """(largest relative change of a held current from first to last quarter, drift of the voltage's offset [V/s]).

        The offset is the mean of neighbouring half cycles of opposite sign; its drift the slope through all of them."""
        t, held = self.trace, 0.0
        if t.current is not None:
            length = self.half_stop - self.half_first
            quarter = np.maximum(length // 4, 1)
            head = _mean(t.current, self.half_first, self.half_first + quarter)
            tail = _mean(t.current, self.half_stop - quarter, self.half_stop)
            usable = length >= 8
            held = float(np.max(np.abs(tail - head)[usable] / np.abs(self.half_level[usable]), initial=0.0))
        volts = _mean(t.voltage, self.half_first, self.half_stop)
        pair = np.flatnonzero(np.diff(self.sign))
        if len(pair) < 3:
            return held, float("nan")
        offset, when = 0.5 * (volts[pair] + volts[pair + 1]), t.time[self.half_stop[pair] - 1]
        return held, float(np.polyfit(when - when.mean(), offset, 1)[0])

    def findings(self) -> list[Finding]:
        """Counts, conventions, and what is odd."""
        t = self.trace
        kinds = {k: self.kind.count(k) for k in dict.fromkeys(self.kind)}
        said = "density [A/m²]" if t.specific else "current [A]"
        method = f"parted by {self.basis}; rest below {self.rest:.3g} {'V' if t.current is None else ('A/m²' if t.specific else 'A')}"
        agree, meaning = self.convention()
        held, offset = self.drift()
        exact = "counted, not measured"
        out = [
            Finding("steps", float(len(self.first)), "number", method, None, SOURCE, exact, evidence={"kinds": kinds}),
            Finding("half cycles", float(len(self.sign)), "number", method, None, SOURCE, exact, evidence=self._halves()),
            Finding("convention of signs and units", meaning, "number", f"{'no current' if t.current is None else said}, voltage [V], time [s], as read", None, SOURCE, evidence={"share of one sign": agree}),
            Finding("time covered", float(t.time[-1] - t.time[0]), "time", "last minus first sample, restarts joined", None, SOURCE, exact, evidence={"rows": len(t.time), "rows left out": t.dropped}),
        ]  # fmt: skip
        for kind in ("gap", "restart", "range switch", "glitch"):
            shown = [i for i in self.irregular if i.kind == kind]
            note = "; ".join(i.said for i in shown[:3]) or "none"
            out.append(Finding(f"{kind}es" if kind.endswith("ch") else f"{kind}s", float(self.counts[kind]), "number", method, None, SOURCE, note, evidence={"time s": [i.time for i in shown]}))
        out.append(Finding("drift of the held current", held, "fraction", "largest relative change from the first to the last quarter of a half cycle", None, SOURCE, "a largest value has no error"))
        if np.isfinite(offset):
            out.append(Finding("drift of the voltage offset", offset, "scan_rate", "slope of the mean of neighbouring half cycles of opposite sign", None, SOURCE, "an asymmetry of the cell or an offset of the instrument"))
        return out

    def _halves(self) -> dict[str, Any]:
        quantity = "current_density" if self.trace.specific else "current"
        if not len(self.sign):
            return {}
        return {
            "median duration s": float(np.median(self.duration)), "levels": len(set(np.round(np.abs(self.half_level), 12).tolist())),
            "largest": units.show(float(np.max(np.abs(self.half_level))), quantity) if self.trace.current is not None else "no current",
        }  # fmt: skip


def _sum(values: Array, first: Rows, stop: Rows) -> Array:
    """Sums over [first, stop) of each step."""
    if not len(first):
        return np.zeros(0)
    edges = np.column_stack([first, stop]).ravel()
    if edges[-1] >= len(values):
        edges = edges[:-1]
    return np.asarray(np.add.reduceat(values, edges)[::2], dtype=np.float64)


def _mean(values: Array, first: Rows, stop: Rows) -> Array:
    return np.asarray(_sum(values, first, stop) / np.maximum(stop - first, 1), dtype=np.float64)


def segment(record: Record, *, specific: bool | None = None, by: Basis = "auto", rest: float | None = None) -> Steps:
    """Steps and half cycles of `record`.

    specific   currents as densities (needs the area unless the record has them); None where the record can
    by         "index" takes steps from the file's own numbers, "current" and "voltage" from the samples; half cycles
               come from the current in the first two
    rest       |current| (|voltage|) at and below which the cell rests [SI]; the default is told in `Steps.rest`
    Errors: `AnalysisError` where the column that parts the steps is missing, or a voltage without a current never
    changes its sign.
    """
    trace = samples_of(record, specific=specific, current=False if by == "voltage" else None if by == "auto" else True)
    if by == "index" and trace.index is None:
        raise AnalysisError("This record numbers no steps", given=by, allowed=("auto", "current", "voltage"), remedy="Part it by the current")
    driver = trace.voltage if trace.current is None else trace.current
    noise = scatter(driver)
    band = rest if rest is not None else _band(driver, noise, trace.current is None)
    sign, glitches = _signs(driver, band)
    if trace.current is None and not ((sign > 0).any() and (sign < 0).any()):
        raise AnalysisError(
            "Without a current only a cell whose voltage changes sign can be parted: this voltage never does", given="no current column",
            remedy="Give the file's current column, or the record of a symmetric cell",
        )  # fmt: skip
    cuts = np.flatnonzero(np.diff(sign)) + 1
    levels, switches = (np.zeros(0, np.int64), np.zeros(0, np.int64)) if trace.current is None else _levels(trace.current, sign, noise)
    gaps = _gaps(trace)
    halves = _merged(trace, sign, np.union1d(cuts, levels))
    halves = np.union1d(halves, _holes(trace, sign, halves, gaps))
    edges = np.union1d(halves, levels)
    if by == "index" and trace.index is not None:
        edges = np.union1d(edges, np.flatnonzero(np.diff(trace.index)) + 1)
    first, stop = _bounds(edges, len(sign))
    first, stop, kind = _kinds(trace, first, stop, sign)
    half_first, half_stop = _bounds(halves, len(sign))
    on = sign[half_first] != 0
    half_first, half_stop = half_first[on], half_stop[on]
    level = _mean(trace.current, first, stop) if trace.current is not None else _mean(trace.voltage, first, stop)
    held = np.array([k == "voltage" for k in kind], dtype=bool)
    level = np.where(held, _mean(trace.voltage, first, stop), level)
    basis = "file's step numbers" if by == "index" else "sign of the voltage" if trace.current is None else "sign and level of the current"
    odd, counts = _irregular(trace, gaps, switches, np.union1d(glitches, _spikes(trace, sign)), sign)
    return Steps(trace, basis, band, first, stop, kind, level, half_first, half_stop, sign[half_first], *_summary(trace, half_first, half_stop, gaps), odd, counts)


def analyse(record: Record, *, specific: bool | None = None, by: Basis = "auto", rest: float | None = None) -> list[Finding]:
    """Findings of `segment`: counts, conventions of sign and unit, gaps, restarts, range switches, glitches, drift."""
    return segment(record, specific=specific, by=by, rest=rest).findings()


def half_cycles(record: Record, *, specific: bool | None = True, by: Literal["current", "voltage"] = "current") -> list[Stretch]:
    """Half cycles in order, as `segment` parts them; rests are left out.

    specific   currents as densities [A/m²] (needs the area unless the record has densities), else in A; None where the
               record can
    by         "voltage" for a record without a current: by the sign of the voltage, with a current that is nan
    Errors: `AnalysisError` when the record holds no voltage along time, no current (or, by the voltage, no change of sign),
    or no current that is not zero.
    """
    alone = by == "voltage"
    parted = segment(record, specific=None if alone else specific, by=by)
    t = parted.trace
    current = t.current if t.current is not None and not alone else np.full(len(t.time), np.nan)
    ends = dict(zip([*t.edges[1:].tolist(), len(t.time)], t.events, strict=True))
    out = [
        Stretch(t.time[a:b], t.voltage[a:b], current[a:b], bool(specific) if alone else t.specific, event=ends.get(b, ""), since=float(since))
        for a, b, since in zip(parted.half_first.tolist(), parted.half_stop.tolist(), parted.begun.tolist(), strict=True)
    ]
    if not out:
        raise AnalysisError("This record holds no half cycles: it needs time, voltage and a current that is not zero")
    return out


def _band(driver: Array, noise: float, volts: bool) -> float:
    """Where a rest begins. A voltage alone has no scale but itself: 2 % of its median magnitude."""
    size = float(np.median(np.abs(some(driver)))) if volts else max(float(np.max(driver)), -float(np.min(driver)))
    return max((0.02 if volts else REST) * size, min(QUIET * noise, 0.1 * size))


def _signs(driver: Array, band: float) -> tuple[Signs, Rows]:
    """Sign of each row outside the band, and the rows whose lone other sign was overruled by both neighbours."""
    sign = (driver > band).astype(np.int8)
    sign -= driver < -band
    if len(sign) < 5:
        return sign, np.zeros(0, np.int64)
    cuts = np.flatnonzero(np.diff(sign)) + 1
    lone = cuts[:-1][np.diff(cuts) == 1]
    lone = lone[(lone >= 2) & (lone < len(sign) - 2)]
    lone = lone[(sign[lone - 1] == sign[lone + 1]) & (sign[lone - 2] == sign[lone - 1]) & (sign[lone + 2] == sign[lone + 1])]
    sign[lone] = sign[lone - 1]
    return sign, lone


def _levels(current: Array, sign: Signs, noise: float) -> tuple[Rows, Rows]:
    """(rows at which a new level begins, rows at which the range seems to switch), within one sign."""
    if len(current) < 5:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    jump = np.abs(np.diff(current))
    size = np.abs(current)
    least = np.maximum(SLIGHT * np.minimum(size[1:], size[:-1]), NOISY * noise)
    k = np.flatnonzero((jump > least) & (sign[1:] == sign[:-1]) & (sign[1:] != 0))
    k = k[(k >= 2) & (k < len(jump) - 2)]
    calm = np.maximum(0.2 * jump[k], 0.5 * least[k])
    k = k[(jump[k - 1] <= calm[: len(k)]) & (jump[k + 1] <= calm[: len(k)]) & (sign[k - 1] == sign[k]) & (sign[k + 2] == sign[k])]
    new = jump[k] > LEVEL * np.minimum(size[k], size[k + 1])
    return k[new] + 1, k[~new] + 1


def _merged(trace: Samples, sign: Signs, cuts: Rows) -> Rows:
    """`cuts` with the edges of segments at which a half cycle really ends: another half cycle by the record's own count,
    an event, another level, or a clock that starts anew."""
    extra = []
    for number, edge in enumerate(trace.edges[1:], 1):
        e = int(edge)
        if e >= len(sign) or e == 0 or sign[e] != sign[e - 1]:
            continue
        current = trace.current
        before, after = trace.halves[number - 1], trace.halves[number]
        other = current is not None and abs(current[e] - current[e - 1]) > LEVEL * abs(current[e - 1])
        if before != after or (before is None and trace.events[number - 1]) or other:
            extra.append(e)
    return np.union1d(cuts, np.array(extra, dtype=np.int64)).astype(np.int64)


def _bounds(edges: Rows, length: int) -> tuple[Rows, Rows]:
    inner = edges[(edges > 0) & (edges < length)].astype(np.int64)
    return np.concatenate([[0], inner]).astype(np.int64), np.concatenate([inner, [length]]).astype(np.int64)


def _gaps(trace: Samples) -> Rows:
    """Rows before which samples seem to be missing."""
    step = np.diff(trace.time)
    seen = some(trace.time)
    usual = np.diff(seen)
    usual = usual[usual > 0.0]
    if not len(usual):
        return np.zeros(0, np.int64)
    return np.flatnonzero(step > GAP * float(np.percentile(usual, 95.0 if len(usual) > 40 else 75.0))) + 1


def _holes(trace: Samples, sign: Signs, halves: Rows, gaps: Rows) -> Rows:
    """Rows of `gaps`, long beside a half cycle, on both sides of which together more is recorded than one half cycle: another
    is missing there, so nothing is joined over them and no charge is counted in them. A pause within one parts nothing."""
    first, stop = _bounds(halves, len(sign))
    on = sign[first] != 0
    if not on.any() or not len(gaps):
        return np.zeros(0, np.int64)
    span = trace.time[stop - 1] - trace.time[first]
    usual = float(np.median(span[on]))
    width = trace.time[gaps] - trace.time[gaps - 1]
    mine = np.searchsorted(first, gaps, side="right") - 1
    return np.asarray(gaps[(width > HOLE * usual) & (span[mine] - width > (1.0 + 2.0 * HOLE) * usual)], dtype=np.int64)


def _kinds(trace: Samples, first: Rows, stop: Rows, sign: Signs) -> tuple[Rows, Rows, tuple[Kind, ...]]:
    """What was held in each step; a constant current that turns into a constant voltage is parted there."""
    rest = sign[first] == 0
    if trace.current is None:
        return first, stop, tuple("rest" if r else "other" for r in rest)
    current, volts, length = trace.current, trace.voltage, stop - first
    mean = _mean(current, first, stop)
    steady = _mean(np.abs(current - np.repeat(mean, length)), first, stop) <= STEADY * np.abs(mean)
    fades = np.abs(current[stop - 1]) < (1.0 - LEVEL) * np.abs(current[(first + stop) // 2])  # a hold may be few of the rows
    if (steady & ~fades)[~rest].all():
        return first, stop, tuple("rest" if r else "current" for r in rest)
    rows: list[tuple[int, int, Kind]] = []
    for a, b, r, s, f in zip(first.tolist(), stop.tolist(), rest.tolist(), steady.tolist(), fades.tolist(), strict=True):
        if r or (s and not f) or b - a < 5:
            rows.append((a, b, "rest" if r else "current" if s else "other"))
            continue
        v = volts[a:b]
        tail = _hold(v)
        head = current[a : a + tail]
        if len(head) >= 3 and f:
            tail += _left(head, current[a + tail : b])
        if tail == 0:
            rows.append((a, b, "current" if s else "voltage"))
        elif b - a - tail >= (HELD if f else 5) and len(head) >= 3 and np.mean(np.abs(head - np.median(head))) <= STEADY * abs(float(np.median(head))):
            rows += [(a, a + tail, "current"), (a + tail, b, "voltage")]
        elif s:
            rows.append((a, b, "current"))
        else:
            t = trace.time[a:b]
            line = np.ptp(t) > 0.0 and abs(np.corrcoef(t, v)[0, 1]) > 0.9999 if np.ptp(v) > 0.0 else False
            rows.append((a, b, "sweep" if line else "other"))
    return np.array([r[0] for r in rows]), np.array([r[1] for r in rows]), tuple(r[2] for r in rows)


def _hold(v: Array) -> int:
    """Row from which the voltage stays where it ends; the length of `v` where its last rows differ."""
    end = v[-max(HELD, len(v) // 50) :]
    held = np.abs(v - np.median(end)) <= max(1e-3 * abs(v[-1]), QUIET * scatter(v[-max(20, len(v) // 5) :]))
    return len(v) - int(np.argmax(~held[::-1])) if not held.all() else 0


def _left(head: Array, rest: Array) -> int:
    """Rows until a current leaves the level of `head`: the voltage comes near its hold some rows before."""
    level = float(np.median(head))
    away = np.abs(rest - level) > max(1e-3 * abs(level), QUIET * scatter(head))
    return int(np.argmax(away)) if away.any() else len(rest)


def _summary(trace: Samples, first: Rows, stop: Rows, gaps: Rows) -> tuple[Array, Array, Array, Array, Array, Array]:
    """begun, level, charge, and |V| (mean, last tenth, end) of the half cycles [first, stop)."""
    time, volts = trace.time, trace.voltage
    if not len(first):
        return (np.zeros(0),) * 6
    before = np.maximum(first - 1, 0)
    fresh = np.isin(first, gaps) | np.isin(first, trace.restarts)
    begun = np.where(fresh, time[first], time[before])
    size = np.abs(volts)
    mean = _mean(size, first, stop)
    late = np.searchsorted(time, begun + 0.9 * (time[stop - 1] - begun))
    tenth = _mean(size, np.clip(late, first, stop - 1), stop)
    if trace.current is None:
        nothing = np.full(len(first), np.nan)
        return begun, nothing, nothing, mean, tenth, size[stop - 1]
    passed = np.empty(len(time))
    passed[0] = 0.0
    passed[1:] = trace.current[1:] + trace.current[:-1]
    passed[1:] *= 0.5
    passed[1:] *= np.diff(time)
    passed[first] = trace.current[first] * (time[first] - begun)
    return begun, _mean(trace.current, first, stop), np.abs(_sum(passed, first, stop)), mean, tenth, size[stop - 1]


def _spikes(trace: Samples, sign: Signs) -> Rows:
    """Rows at which the voltage alone, or the current alone, stands out for one sample between equal neighbours."""
    out = np.zeros(0, np.int64)
    for values in (trace.voltage, trace.current):
        if values is None or len(values) < 5:
            continue
        jump = np.abs(np.diff(values))
        least = NOISY * scatter(values)
        k = np.flatnonzero(jump[:-1] > np.maximum(least, SPIKE * np.abs(values[:-2]))) + 1
        k = k[(jump[k] > 0.5 * jump[k - 1]) & (np.abs(values[np.minimum(k + 1, len(values) - 1)] - values[k - 1]) < 0.2 * jump[k - 1])]
        k = k[(sign[k - 1] == sign[np.minimum(k + 1, len(sign) - 1)]) & (sign[k] == sign[k - 1])]
        out = np.union1d(out, k)
    return out.astype(np.int64)


MOST = 200  # irregularities of a kind that are listed one by one; all are counted


def _irregular(trace: Samples, gaps: Rows, switches: Rows, glitches: Rows, sign: Signs) -> tuple[tuple[Irregularity, ...], dict[str, int]]:
    time, current = trace.time, trace.current
    unit = "current_density" if trace.specific else "current"

    def when(k: int) -> str:
        return units.show(float(time[k]), "time")

    out = []
    for k in gaps[:MOST].tolist():
        on = "at rest" if sign[k] == 0 or sign[k - 1] == 0 else "under current: the charge across it is a guess"
        out.append(Irregularity("gap", float(time[k - 1]), k, f"no samples for {units.show(float(time[k] - time[k - 1]), 'time')} from {when(k - 1)}, {on}"))
    for k in trace.restarts[:MOST].tolist():
        k = min(k, len(time) - 1)
        out.append(Irregularity("restart", float(time[k]), k, f"the clock starts anew at {when(k)} of the joined time"))
    for k in switches[:MOST].tolist():
        assert current is not None
        share = float(current[k] / current[k - 1] - 1.0)
        out.append(Irregularity("range switch", float(time[k]), k, f"the current steps by {100.0 * share:+.2g} % at {when(k)} ({units.show(float(current[k]), unit)})"))
    for k in glitches[:MOST].tolist():
        out.append(Irregularity("glitch", float(time[k]), k, f"one sample stands out at {when(k)}"))
    counts = {"gap": len(gaps), "restart": len(trace.restarts), "range switch": len(switches), "glitch": len(glitches)}
    return tuple(out), counts
