"""Peaks of voltammograms, and what they tell over several scan rates.

Peak: the extreme current of a sweep above its baseline (a line through the first `baseline` of the sweep), placed by a
parabola through the points around it. A peak at a turning potential is none.

Foot of a peak: "line", the line through the first `baseline` of its sweep, for what diffuses (its tail goes on below
the peak); or "zero", zero current from where it turns to the sweep's own way, for what is stripped: before it the same
reaction plates, and a line through that has nothing to do with the peak. "auto" takes zero where the first `baseline` of
the sweep flows against it and its line reaches zero before the peak: a reaction that turns round does, a tail does not.

    Randles-Sevcik   "reversible"    ip = 0.4463 n F A C (n F v D/(R T))^1/2
                     "irreversible"  ip = 0.4958 n F A C (alpha n F v D/(R T))^1/2
    b-value          ip ~ v^b: 1/2 diffusion, 1 a surface or a capacitance; slope of ln ip against ln v

D is the slope of ip against v^1/2 (a line through zero), refused where b differs from 1/2 by more than 0.1 beyond its
error; in electrodes that change phase it is effective only, said in the finding. Errors: scatter of the current over
the parabola; of slopes the scatter about the line; C and A as stated. What the choice of baseline does (the foot of a
reversible wave in it takes 0.12 % off the peak) is not in them. Sources (recalled): Bard & Faulkner ch. 6;
Nicholson & Shain, Anal. Chem. 36 (1964) 706.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

import numpy as np

from .. import units
from ..elements.base import FARADAY, GAS, Array
from ..errors import AnalysisError, MissingValueError, UnknownNameError
from ..record import Finding, Record
from ._conditions import FLOWS, volts
from ._dc import ERRORS, Stretch, Working, least, line, scatter_of, specific_basis, traces
from ._options import asked
from ._resistance import geometry
from ._seen import Seen
from ._target import number
from ._technique import Answer, Case, Condition, Joint, Technique, declare, declare_joint, option
from ._technique import Stated as Known

SOURCE = "Nicholson & Shain, Anal. Chem. 36 (1964) 706, 10.1021/ac60210a007 (recalled)"
Kinetics: TypeAlias = Literal["reversible", "irreversible"]
Foot: TypeAlias = Literal["auto", "line", "zero"]
FACTOR = {"reversible": 0.4463, "irreversible": 0.4958}
NEAR_HALF = 0.1
FEWEST = 20
LEAST = 0.05  # of the range of the current: less above the baseline is no peak


@dataclass(frozen=True)
class Peak:
    """Of one sweep: potential [V], height above the baseline [A/m² or A], their std, scan rate [V/s], direction."""

    potential: float
    potential_std: float
    current: float
    current_std: float
    rate: float
    anodic: bool
    sweep: int
    specific: bool
    foot: Foot = "line"


def peaks(record: Record, *, baseline: float = 0.2, working: Working | None = None, foot: Foot = "auto") -> list[Peak]:
    """The peak of every sweep that has one, in order."""
    if foot not in get_args(Foot):
        raise UnknownNameError("A peak stands on one of these", given=foot, allowed=get_args(Foot))
    out = []
    for number_, one in enumerate(_sweeps(record, working), 1):
        found = _peak(one, number_, baseline, foot)
        if found is not None:
            out.append(found)
    return out


def find(record: Record, *, baseline: float = 0.2, working: Working | None = None, cycle: int = -1, foot: Foot = "auto") -> list[Finding]:
    """Peak potentials and currents of a cycle (the last), their separation, half-wave potential and ratio."""
    found = peaks(record, baseline=baseline, working=working, foot=foot)
    if not found:
        raise AnalysisError("No sweep of this record has a peak: its extreme current lies at a turning potential, or within the noise", remedy="Sweep further beyond the reaction")
    up, down = [p for p in found if p.anodic], [p for p in found if not p.anodic]
    quantity = "current_density" if found[0].specific else "current"
    out = []
    chosen: list[Peak | None] = []
    for word, row in (("anodic", up), ("cathodic", down)):
        one = row[cycle] if row and -len(row) <= cycle < len(row) else None
        chosen.append(one)
        if one is None:
            continue
        stands = f"the line of its first {baseline:.0%}" if one.foot == "line" else "zero current, from where it turns (stripping)"
        method = f"extreme of sweep {one.sweep} above {stands}, parabola"
        evidence = {"scan_rate_V_s": one.rate, "sweep": one.sweep, "foot": one.foot}
        out += [Finding(f"{word} peak potential", one.potential, "voltage", method, one.potential_std, SOURCE, evidence=evidence),
                Finding(f"{word} peak current", one.current, quantity, method, one.current_std, SOURCE, evidence=evidence)]  # fmt: skip
    a, c = chosen
    if a is not None and c is not None:
        std = math.hypot(a.potential_std, c.potential_std)
        gap = a.potential - c.potential
        out += [
            Finding("peak separation", gap, "overpotential", "anodic less cathodic peak; 2.22 RT/(nF) where reversible, ohmic parts in it", std, SOURCE),
            Finding("half-wave potential", 0.5 * (a.potential + c.potential), "voltage", "mean of the peaks", 0.5 * std, SOURCE),
            Finding("peak ratio, anodic over cathodic", abs(a.current / c.current), "number", "heights above the baselines of their sweeps",
                    abs(a.current / c.current) * math.hypot(a.current_std / a.current, c.current_std / c.current), SOURCE),
        ]  # fmt: skip
    return out


def b_value(records: Record | Sequence[Record], *, branch: Literal["anodic", "cathodic"] = "anodic", baseline: float = 0.2, working: Working | None = None, foot: Foot = "auto") -> Finding:
    """Slope of ln ip against ln v over the scan rates in the record or records."""
    rate, current, std, _ = _over_rates(records, branch, baseline, working, foot)
    b, b_std, chi = _power(rate, current, std)
    kind = "diffusion" if abs(b - 0.5) <= NEAR_HALF else "surface or capacitance" if abs(b - 1.0) <= NEAR_HALF else "mixed"
    return Finding("b-value", b, "number", f"slope of ln ip against ln v, {branch}, {len(rate)} rates; {kind}", b_std, SOURCE,
                   evidence={"rates_V_s": rate.tolist(), "peak_currents": current.tolist(), "scatter": chi})  # fmt: skip


def diffusivity(
    records: Record | Sequence[Record], *, concentration: units.Given | None = None, kinetics: Kinetics | None = None,
    branch: Literal["anodic", "cathodic"] = "anodic", electrons: int = 1, alpha: float = 0.5, baseline: float = 0.2,
    concentration_std: units.Given | None = None, area_std: units.Given | None = None, working: Working | None = None, foot: Foot = "auto",
) -> Finding:  # fmt: skip
    """Diffusion coefficient by Randles and Sevcik; asks for temperature, area and concentration.

    kinetics   "reversible" or "irreversible" (with `alpha`): it must be said; the peak separation tells which
    """
    if kinetics is None:
        raise MissingValueError("Whether the reaction is reversible is not stated", remedy='State kinetics="reversible" (peaks 2.22 RT/(nF) apart at every rate) or "irreversible"')
    if kinetics not in get_args(Kinetics):
        raise UnknownNameError("This kind of kinetics is not known", given=kinetics, allowed=get_args(Kinetics))
    if concentration is None:
        raise MissingValueError("The concentration is not stated", remedy='State it: concentration="1 mmol/L"')
    rate, current, std, many = _over_rates(records, branch, baseline, working, foot)
    b, b_std, _ = _power(rate, current, std)
    if abs(b - 0.5) > NEAR_HALF and abs(b - 0.5) > ERRORS * b_std:
        raise AnalysisError(f"The peaks do not grow as v^1/2: b = {b:.3f} ± {b_std:.2g}", allowed=f"0.5 ± {NEAR_HALF}", remedy="This is no diffusion to a planar electrode; see b_value")
    temperature = many[0].condition("temperature")
    specific = specific_basis(many[0])
    area = 1.0 if specific else many[0].condition("area")
    c = number(concentration, "concentration", "concentration")
    fit = least((np.sqrt(rate),), current, 1.0 / np.maximum(std, 1e-12 * current))
    k, k_std = fit.value((1.0,))
    k_std = max(k_std, math.sqrt(1.0 / float(np.sum(rate / np.maximum(std, 1e-300) ** 2))))
    shape = electrons * FARADAY * area * c * FACTOR[kinetics]
    share = (alpha if kinetics == "irreversible" else 1.0) * electrons * FARADAY / (GAS * temperature)
    value = (k / shape) ** 2 / share
    squares, said = geometry({"concentration": (concentration_std, c)} | ({} if specific else {"area": (area_std, area)}))
    method = f"Randles-Sevcik, {kinetics}, n = {electrons}, {branch} peaks of {len(rate)} rates against v^1/2; effective only where the electrode changes phase; {said}"
    return Finding("diffusion coefficient", value, "diffusivity", method, 2.0 * value * math.hypot(k_std / k, math.sqrt(squares)), SOURCE,
                   evidence={"b": b, "b_std": b_std, "slope": k, "rates_V_s": rate.tolist(), "temperature_K": temperature})  # fmt: skip


def _power(rate: Array, current: Array, std: Array) -> tuple[float, float, float]:
    if len(rate) < 3:
        raise AnalysisError("A b-value needs three scan rates or more", given=len(rate))
    relative = np.maximum(std / current, 1e-12)
    fit = line(np.log(rate), np.log(current), 1.0 / relative)
    b, b_std = fit.value((0.0, 1.0))
    x = np.log(rate)
    known = 1.0 / math.sqrt(float(np.sum((x - np.average(x, weights=1.0 / relative**2)) ** 2 / relative**2)))
    return b, max(b_std, known), fit.scatter


def _over_rates(records: Record | Sequence[Record], branch: str, baseline: float, working: Working | None, foot: Foot) -> tuple[Array, Array, Array, list[Record]]:
    if branch not in ("anodic", "cathodic"):
        raise UnknownNameError("A peak is one of these", given=branch, allowed=("anodic", "cathodic"))
    many = [records] if isinstance(records, Record) else list(records)
    found = [p for r in many for p in peaks(r, baseline=baseline, working=working, foot=foot) if p.anodic == (branch == "anodic")]
    groups: dict[float, list[Peak]] = {}
    for p in found:
        key = next((r for r in groups if abs(math.log(r / p.rate)) < 0.02), p.rate)
        groups.setdefault(key, []).append(p)
    rate = np.array(sorted(groups))
    if len(rate) < 3:
        raise AnalysisError(f"Peaks at three scan rates or more are needed ({branch})", given=len(rate))
    last = [groups[r][-1] for r in rate.tolist()]
    return rate, np.array([abs(p.current) for p in last]), np.array([p.current_std for p in last]), many


def _sweeps(record: Record, working: Working | None) -> list[Stretch]:
    """Sweeps of one direction: the traces cut where the potential turns."""
    specific = specific_basis(record)
    out = []
    for one in traces(record, technique="cyclic_voltammetry", specific=specific, working=working):
        e = one.voltage
        width = max(1, len(e) // 400)
        smooth = np.convolve(np.pad(e, width, mode="edge"), np.full(2 * width + 1, 1.0 / (2 * width + 1)), mode="valid")
        sign = np.sign(np.diff(smooth))
        sign[sign == 0.0] = 1.0
        edges = [_under_way(e), *(np.flatnonzero(np.diff(sign)) + 1).tolist(), len(e)]
        out += [one.between(a, b) for a, b in zip(edges, edges[1:], strict=False) if b - a >= FEWEST]  # noqa: RUF007
    if not out:
        raise AnalysisError(f"This record holds no sweep of {FEWEST} points or more")
    return out


def _under_way(e: Array) -> int:
    """The first row that the sweep has moved: those before it at the starting potential hold the charging by the jump to it."""
    moves = np.abs(np.diff(e))
    if not np.any(moves > 0.0):
        return 0
    first = int(np.flatnonzero(np.abs(e - e[0]) >= 0.5 * float(np.median(moves[moves > 0.0])))[0])
    return first if first >= 2 else 0  # one row there is the first of the sweep itself


def _peak(one: Stretch, sweep: int, baseline: float, foot: Foot) -> Peak | None:
    """The peak, or None where the extreme lies at an end or within the noise."""
    e, j = one.voltage, one.current
    anodic = bool(e[-1] > e[0])
    noise = scatter_of(j)
    early = slice(0, max(5, int(baseline * len(e))))
    base = line(e[early], j[early])
    forward = j * (1.0 if anodic else -1.0)
    turned = _turned(forward)
    zero = foot == "zero" or (foot == "auto" and _turns(one, forward, base.parameters, early.stop, turned, noise))
    if zero:
        height = np.where(np.arange(len(j)) >= turned, forward, 0.0)
    else:
        height = (j - (base.parameters[0] + base.parameters[1] * e)) * (1.0 if anodic else -1.0)
    top = int(np.argmax(height))
    size = float(height[top])
    if size < 6.0 * noise or size < LEAST * float(np.ptp(j)) or top >= len(e) - 3 or top < 3:
        return None
    inside = np.flatnonzero(height >= 0.95 * size - 3.0 * noise)
    inside = inside[(inside >= top - len(e) // 8) & (inside <= top + len(e) // 8)]
    low, high = (int(inside.min()), int(inside.max())) if len(inside) >= 5 else (max(top - 3, 0), min(top + 3, len(e) - 1))
    if high >= len(e) - 1:
        return None
    x = (e[low : high + 1] - e[top]) / max(float(np.ptp(e[low : high + 1])), 1e-12)
    y = height[low : high + 1]
    cubic = len(x) >= 8
    fit = least((np.ones_like(x), x, x * x, *([x**3] if cubic else [])), y)
    a, b = float(fit.parameters[2]), float(fit.parameters[1])
    if a >= 0.0:
        return None
    place = float(np.clip(-b / (2.0 * a), x.min(), x.max()))
    if cubic and (d := a * a - 3.0 * b * float(fit.parameters[3])) > 0.0:
        place = float(np.clip(-b / (a - math.sqrt(d)), x.min(), x.max()))
    value, std = fit.value((1.0, place, place**2, *([place**3] if cubic else [])))
    span = float(np.ptp(e[low : high + 1]))
    shift = math.sqrt(max(float(fit.covariance[1, 1]), 0.0)) / (2.0 * abs(a)) * span
    at = float(e[top]) + place * span
    line_std = 0.0 if zero else base.value((1.0, at))[1]
    rate = abs(float(line(one.time, e).parameters[1]))
    return Peak(at, math.hypot(shift, 0.5 * abs(float(np.median(np.diff(e))))), value * (1.0 if anodic else -1.0), math.hypot(std, line_std, noise / math.sqrt(len(x))), rate, anodic, sweep, one.specific, "zero" if zero else "line")


def _turned(forward: Array) -> int:
    """Row at which the current has turned to the sweep's own way, on the way to its extreme."""
    against = np.flatnonzero(forward[: int(np.argmax(forward)) + 1] <= 0.0)
    return int(against[-1]) + 1 if len(against) else 0


def _turns(one: Stretch, forward: Array, parameters: Array, early: int, turned: int, noise: float) -> bool:
    """Whether the first part of a sweep is the peak's own reaction the other way round: it flows against the sweep, and
    its line reaches zero before the peak."""
    start = -float(np.median(forward[:early]))
    if start < max(6.0 * noise, LEAST * float(np.ptp(forward))) or turned < early:
        return False
    way = 1.0 if one.voltage[-1] > one.voltage[0] else -1.0
    slope = float(parameters[1])
    if slope <= 0.0:
        return False
    reaches = -float(parameters[0]) / slope
    return way * (reaches - float(one.voltage[int(np.argmax(forward))])) < 0.0


# -- recognition ------------------------------------------------------------------------------------------------------
def _to_and_fro(seen: Seen) -> Answer:
    if not seen.sweeps:
        return False, "no stretch moves the voltage at one rate while the current follows"
    if seen.swept_share < 0.5:
        return False, f"{seen.swept_share:.0%} of the points under current lie in sweeps only"
    up = [s for s in seen.sweeps if s.up]
    if not up or len(up) == len(seen.sweeps):
        return False, f"{len(seen.sweeps)} sweep{'s' * (len(seen.sweeps) > 1)} in one direction"
    rates = sorted({float(f"{s.rate:.2g}") for s in seen.sweeps})
    ends = [v for s in seen.sweeps for v in (s.start, s.stop)]
    said = units.show(rates[0], "scan_rate", 2) if len(rates) == 1 else f"{len(rates)} rates from {units.show(rates[0], 'scan_rate', 2)} to {units.show(rates[-1], 'scan_rate', 2)}"
    return True, f"{len(seen.sweeps)} sweeps to and fro between {volts(min(ends))} and {volts(max(ends))} at {said}"


def _rates(record: Record) -> int:
    return len({round(math.log(p.rate) / 0.02) for p in peaks(record)})


def _run(record: Record, stated: Known) -> list[Finding]:
    return find(record, **asked(stated, "cyclic_voltammetry", find))


def _over(record: Record, stated: Known) -> list[Finding]:
    return [b_value(record, **asked(stated, "cyclic_voltammetry", b_value))] if _rates(record) >= 3 else []


def _diffuses(record: Record, stated: Known) -> list[Finding]:
    return [diffusivity(record, **asked(stated, "cyclic_voltammetry", diffusivity))] if _rates(record) >= 3 else []


declare(Technique(
    "cyclic_voltammetry", "cyclic voltammetry", (FLOWS, Condition("sweeps to and fro", _to_and_fro)), (_run, _over, _diffuses),
    {"concentration": 'of what reacts or diffuses, "1 mol/L"', "kinetics": '"reversible" or "irreversible"', "branch": '"anodic" or "cathodic"', "working": 'side of the working electrode, "left" or "right"',
     "foot": 'what a peak stands on, "line" (diffusion) or "zero" (stripping)'}, finds=(find, b_value, diffusivity),
))  # fmt: skip


def _files(cases: Sequence[Case]) -> list[Case]:
    return [c for c in cases if c.findings.get("cyclic_voltammetry")]


def _rates_over_files(cases: Sequence[Case]) -> Answer:
    held = _files(cases)
    rates = {round(math.log(p.rate) / 0.02) for c in held for p in peaks(c.record)}
    if len(held) < 2 or len(rates) < 3:
        return False, f"peaks of voltammograms at three scan rates or more in several records: {len(held)} records have peaks, at {len(rates)} rates"
    return True, f"peaks of {len(held)} records at {len(rates)} scan rates"


def _of_rates(cases: Sequence[Case], stated: Known) -> list[Finding]:
    """b of every branch that has peaks at three rates; D where concentration and kinetics are stated."""
    records = [c.record for c in _files(cases)]
    out = []
    for branch, anodic in (("anodic", True), ("cathodic", False)):
        rates = {round(math.log(p.rate) / 0.02) for r in records for p in peaks(r) if p.anodic == anodic}
        if len(rates) < 3:
            continue
        out.append(replace(b_value(records, branch=branch), name=f"b-value, {branch}"))  # type: ignore[arg-type]
        if stated.get("concentration") and stated.get("kinetics"):
            out.append(replace(diffusivity(records, branch=branch, **option(stated, "concentration", "kinetics")), name=f"diffusion coefficient, {branch}"))  # type: ignore[arg-type]
    return out


declare_joint(Joint("scan_rates", "voltammograms at several scan rates", _rates_over_files, _of_rates, {"concentration": 'of what reacts or diffuses, "1 mol/L"', "kinetics": '"reversible" or "irreversible"'}))
