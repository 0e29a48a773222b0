"""Conductivity from holds at constant voltage or current: V against the steady I.

Each hold ends in a steady value: a line over its last quarter, which may drift by 5 % there. Over several holds
R = dV/dI of a line with intercept; one hold gives V/I and says that nothing tests the line.

    sigma = l/((R - R_i) A)      R_i: what lies in series with the material (interfaces, leads; stated)

What the steady current is made of is the caller's knowledge: "ions" between lithium electrodes with a single-ion conductor
(with a salt the steady current carries its polarisation too, see bruce_vincent), "electrons" between blocking
electrodes, where the ions have come to rest (Hebb and Wagner). Refused: a drift above 5 %, a line that is bent beyond
its errors and 5 % (decomposition, injection of carriers, depletion), an intercept that is no zero beyond them.

Errors: of the line, of R_i, of l and A as stated. Source: definitions; Hebb, J. Chem. Phys. 20 (1952) 185 (recalled).
"""

from __future__ import annotations

import math
from typing import Literal, TypeAlias, get_args

import numpy as np

from .. import units
from ..elements.base import Array
from ..errors import AnalysisError, MissingValueError, UnknownNameError
from ..record import Finding, Record
from ._conditions import FLOWS, volts
from ._dc import ERRORS, Stated, Steady, Stretch, given, least, line, specific_basis, steady, traces
from ._options import asked
from ._resistance import geometry
from ._seen import Seen
from ._technique import Answer, Condition, Technique, declare
from ._technique import Stated as Known

SOURCE = "definition; blocking electrodes: Hebb, J. Chem. Phys. 20 (1952) 185, 10.1063/1.1700165 (recalled)"
Carriers: TypeAlias = Literal["ions", "electrons"]
SHARE, DRIFT, BENT, OFFSET = 0.25, 0.05, 0.05, 0.05


def find(
    record: Record, *, carriers: Carriers | None = None, series: Stated | None = None,
    thickness_std: units.Given | None = None, area_std: units.Given | None = None,
) -> list[Finding]:  # fmt: skip
    """Resistance of the line through the holds, and the conductivity of the material.

    carriers   what flows in the end, "ions" or "electrons": it must be said
    series     resistance of all that is not the material (ohm cm² where the record holds densities)
    """
    if carriers is None:
        raise MissingValueError("What carries the steady current is not stated", remedy='State carriers="ions" (lithium electrodes) or carriers="electrons" (blocking ones)')
    if carriers not in get_args(Carriers):
        raise UnknownNameError("These carriers are not known", given=carriers, allowed=get_args(Carriers))
    found = steady_resistance(record)
    specific, quantity, said, evidence = specific_basis(record), found.quantity, found.method, found.evidence
    assert isinstance(found.value, float) and found.std is not None
    resistance, std, out = found.value, found.std, [found]
    part, part_std = (0.0, None) if series is None else given(series, quantity, "resistance in series", 'series="10 ohm*cm^2"')
    net = resistance - part
    net_std = math.hypot(std, part_std or 0.0)
    if not net > ERRORS * net_std:
        raise AnalysisError("Nothing is left for the material beyond the errors", given=f"{net:.3g} ± {net_std:.2g}", remedy="The resistance in series is too large")
    thickness = record.condition("thickness")
    area = 1.0 if specific else record.condition("area")
    squares, said_geometry = geometry({"thickness": (thickness_std, thickness)} | ({} if specific else {"area": (area_std, area)}))
    sigma = thickness / (net * area)
    kind = "ionic" if carriers == "ions" else "electronic"
    less = "interfaces and leads counted as material" if series is None else f"less {units.show(part, quantity)} in series"
    method = f"l/((R - R_i) A), {said}; {less}; {carriers} by the caller's word; {said_geometry}"
    out.append(Finding(
        f"{kind} conductivity", sigma, "conductivity" if carriers == "ions" else "electronic_conductivity", method,
        sigma * math.hypot(net_std / net, math.sqrt(squares)), SOURCE, evidence={**evidence, "series": part},
    ))  # fmt: skip
    return out


def steady_resistance(record: Record) -> Finding:
    """dV/dI of the line through the ends of the holds: what needs no word on the carriers and no geometry."""
    specific = specific_basis(record)
    quantity = "area_specific_resistance" if specific else "resistance"
    holds = [t for t in traces(record, technique="dc_polarisation", specific=specific) if len(t.clock) >= 8]
    scale = max((float(np.max(np.abs(t.voltage))) for t in holds), default=0.0)
    holds = [t for t in holds if float(np.max(np.abs(t.current))) > 0.0 and abs(float(t.voltage[-1])) > 1e-6 * scale]
    if not holds:
        raise AnalysisError("This record holds no polarisation with 8 points or more")
    pairs = [_end(t, n) for n, t in enumerate(holds, 1)]
    volts, current = (np.array([p[k].value for p in pairs]) for k in (0, 1))
    errors = np.array([math.hypot(v.std / v.value, i.std / i.value) for v, i in pairs])
    resistance, std, said, evidence = _line(volts, current, errors)
    if not resistance > 0.0:
        raise AnalysisError("The resistance is not positive", given=resistance, remedy="A sign is turned")
    evidence |= {"voltages": volts.tolist(), "currents": current.tolist(), "drifts": [max(v.drift, i.drift) for v, i in pairs]}
    return Finding("steady resistance", resistance, quantity, said, std, SOURCE, evidence=evidence)


def _end(hold: Stretch, number: int) -> tuple[Steady, Steady]:
    found = steady(hold.time, hold.voltage, SHARE), steady(hold.time, hold.current, SHARE)
    for what, one in zip(("voltage", "current"), found, strict=True):
        if one.drift - 2.0 * one.drift_std > DRIFT:
            raise AnalysisError(
                f"The {what} of hold {number} is not steady: it drifts by {one.drift:.1%} over the last {SHARE:.0%}", allowed=f"{DRIFT:.0%}",
                remedy="Hold longer",
            )  # fmt: skip
        if one.drift_std > DRIFT or one.value == 0.0:
            raise AnalysisError(f"The {what} of hold {number} is too noisy to tell whether it is steady", given=f"± {one.drift_std:.1%}", allowed=f"± {DRIFT:.0%}")
    return found


def _line(volts: Array, current: Array, errors: Array) -> tuple[float, float, str, dict[str, object]]:
    """(R, std, how, evidence)."""
    if len(volts) < 3:
        each = volts / current
        spread = 0.5 * float(np.ptp(each)) if len(each) > 1 else 0.0
        return float(each.mean()), math.hypot(float(np.max(each * errors)), spread), f"V/I of {len(volts)} hold{'s' if len(volts) > 1 else ''}: nothing tests the line", {}
    size = np.abs(volts) * np.maximum(errors, 1e-12)
    fit = line(current, volts, 1.0 / size)
    r, std = fit.known((0.0, 1.0))
    offset, offset_std = fit.known((1.0, 0.0))
    largest = float(np.max(np.abs(volts)))
    if abs(offset) > OFFSET * largest and abs(offset) > ERRORS * offset_std:
        raise AnalysisError(
            "The line of V against I misses zero", given=f"{offset * 1e3:.3g} mV", allowed=f"{OFFSET:.0%} of {largest * 1e3:.3g} mV",
            remedy="Take the rest potential away, or look for a process that begins at a threshold",
        )  # fmt: skip
    u = (current - current.mean()) / float(np.ptp(current))
    curve = least((np.ones_like(u), u, u * u), volts, 1.0 / size)
    change, change_std = curve.known((0.0, 0.0, 2.0))
    slope = abs(float(curve.parameters[1]))
    bent, bent_std = change / slope, change_std / slope
    if abs(bent) > BENT and abs(bent) > ERRORS * bent_std:
        raise AnalysisError(
            f"V against I is bent: its slope changes by {bent:.0%}", allowed=f"{BENT:.0%}",
            remedy="Use smaller voltages; electrons injected, decomposition or depletion make no ohmic resistance",
        )  # fmt: skip
    return r, std, f"dV/dI of {len(volts)} holds", {"offset_V": offset, "bend": bent, "R2": fit.r2}


# -- recognition ------------------------------------------------------------------------------------------------------
APART = 0.75  # smallest over largest voltage of a line


def _steps(seen: Seen) -> Answer:
    if not seen.plateaus:
        return False, "no voltage stays constant while a current flows"
    if seen.turns:
        return False, f"the current changes its sign {seen.turns} times"
    return True, ""


def _several(seen: Seen) -> Answer:
    levels = sorted({float(f"{h.voltage:.2g}") for h in seen.plateaus})
    if len(levels) < 2:
        return False, f"one voltage is held ({volts(levels[0])}), where a line needs two or more"
    sizes = [abs(v) for v in levels]
    if min(sizes) > APART * max(sizes):
        return False, f"the voltages differ by {1.0 - min(sizes) / max(sizes):.0%} only ({volts(levels[0])} to {volts(levels[-1])}), which is no line through zero"
    if (share := seen.held_share(seen.plateaus)) < 0.5:
        return False, f"voltages are held for {share:.0%} of the time under current only"
    return True, f"{len(levels)} voltages held, {', '.join(volts(v) for v in levels[:6])}, with a current of one sign"


def _conducts(record: Record, stated: Known) -> list[Finding]:
    carriers = {"lithium": "ions", "blocking": "electrons"}.get(str(stated.get("electrodes")))
    return find(record, **asked(stated, "dc_polarisation", find, carriers=carriers))[1:]


declare(Technique(
    "dc_polarisation", "conductivity by direct current",
    (FLOWS, Condition("voltages that are held, with a current of one sign", _steps, looks_alike=True), Condition("several voltages", _several, looks_alike=True)), (lambda record, stated: [steady_resistance(record)], _conducts),
    {"carriers": 'what flows in the end, "ions" (lithium electrodes) or "electrons" (blocking ones)', "electrodes": '"lithium" or "blocking"', "series": 'resistance of all that is not the material, "10 ohm*cm^2"'},
    finds=(find,),
))  # fmt: skip
