"""Porosity of plated lithium from its thickness and charge, against the Faraday floor.

    d_min = q V_M/F (4.85 um per mAh/cm² for lithium)        porosity = 1 - d_min/d

q [C/m²] is the areal charge plated net of what was stripped, d [m] the measured thickness, V_M the molar volume. A
thickness below the floor, beyond three standard errors, can't be (side reactions, lithium elsewhere, or a wrong area)
and is refused. All of the charge is taken as lithium: with a Coulombic efficiency below one the floor is lower by as
much, which `efficiency` states. Errors: those of d, q and the area, independent. Source: Faraday's law; V_M of lithium from
materials/data/Li.yaml.

From a record: the first current that flows plates, and q is the net charge in its sense. A record that strips more than
it plates, and one with a hole between its steps (one is missing, and its charge), are refused; a step
missing at the end leaves no trace and can't be seen.
"""

from __future__ import annotations

import math

import numpy as np

from .. import units
from ..elements.base import FARADAY
from ..errors import AnalysisError, MissingValueError
from ..materials import material
from ..record import Finding, Record
from ._dc import ERRORS, GAP, REST, Stated, Stretch, given, traces
from ._target import number

SOURCE = "Faraday's law"


def find(
    record: Record | None, *, thickness: Stated | None = None, thickness_std: units.Given | None = None, charge: Stated | None = None,
    molar_volume: units.Given | None = None, efficiency: float = 1.0, efficiency_std: float = 0.0, area_std: units.Given | None = None,
) -> list[Finding]:  # fmt: skip
    """Floor, porosity and relative density of a deposit.

    record      its net charge counts (per area: asks for the area); None where `charge` is stated
    thickness   of the deposit ("25 um"), a finding or with `thickness_std`
    charge      areal charge plated ("2 mA*h/cm^2") instead of the record's
    efficiency  share of the charge that is lithium
    area_std    error of the electrode's area, where a record's charge is of the whole cell ("0.02 cm^2")
    Errors: `MissingValueError` for the thickness, the charge, or the area by name; `AnalysisError` below the floor, or for a record
    whose net charge is not known or not plated.
    """
    d, d_std = given(thickness, "thickness", "thickness of the deposit", 'thickness="25 um"')
    if thickness_std is not None:
        d_std = number(thickness_std, "thickness", "error of the thickness")
    q, q_std = _charge(record, charge, area_std)
    if not (d > 0.0 and q > 0.0):
        raise AnalysisError("Thickness and charge of a deposit are positive", given=f"{d:g} m, {q:g} C/m²")
    if not 0.0 < efficiency <= 1.0:
        raise AnalysisError("The efficiency is a share of the charge", given=efficiency, allowed="above 0, up to 1")
    stated = material("Li")["molar_volume"].value if molar_volume is None else number(molar_volume, "molar_volume", "molar volume")
    floor = efficiency * q * stated / FARADAY
    relative = math.hypot((q_std or 0.0) / q, efficiency_std / efficiency)
    std = math.hypot(floor / d * relative, floor / d * (d_std or 0.0) / d)
    porosity = 1.0 - floor / d
    evidence = {"thickness_m": d, "thickness_std": d_std, "areal_charge_C_m2": q, "charge_std": q_std, "molar_volume": stated, "efficiency": efficiency}
    if porosity < -max(ERRORS * std, 1e-12):
        raise AnalysisError(
            f"The deposit is thinner than its charge allows: {units.show(q, 'areal_charge')} is at least {units.show(floor, 'thickness')} of dense lithium",
            given=units.show(d, "thickness"), allowed=f"{units.show(floor, 'thickness')} or more",
            remedy="Check area and charge, or state efficiency=... where part of the charge was no lithium",
        )  # fmt: skip
    exact = [w for w, s in (("thickness", d_std), ("charge", q_std)) if s is None]
    note = f"{' and '.join(exact)} taken as exact" if exact else ""
    method = f"1 - q V_M/(F d), efficiency {efficiency:g}" + (f"; {note}" if note else "")
    return [
        Finding("thickness of the dense deposit", floor, "thickness", "q V_M/F", floor * relative, SOURCE, note, evidence=evidence),
        Finding("porosity of the deposit", porosity, "number", method, std, SOURCE, note, evidence=evidence),
    ]  # fmt: skip


def _charge(record: Record | None, charge: Stated | None, area_std: units.Given | None) -> tuple[float, float | None]:
    if charge is not None:
        return given(charge, "areal_charge", "charge plated", 'charge="2 mA*h/cm^2"')
    if record is None:
        raise MissingValueError("Neither a record nor the charge plated is stated", remedy='State charge="2 mA*h/cm^2"')
    parts = traces(record, specific=True)
    flows = REST * max(float(np.max(np.abs(p.current))) for p in parts)
    if not flows > 0.0:
        raise AnalysisError("No current flows in this record, so nothing was plated", remedy='State charge="2 mA*h/cm^2"')
    _whole(parts)
    plating = next(float(np.sign(p.current[np.abs(p.current) > flows][0])) for p in parts if (np.abs(p.current) > flows).any())
    net, std = plating * sum(p.charge for p in parts), math.sqrt(sum(p.charge_std**2 for p in parts))
    if not net > 0.0:
        raise AnalysisError(
            "More lithium was stripped than plated, so no deposit is left", given=units.show(net, "areal_charge"), allowed="a net charge above 0 in the sense of the first current",
            remedy='State charge="2 mA*h/cm^2" where the record begins with stripping',
        )  # fmt: skip
    if area_std is not None:
        std = math.hypot(std, net * number(area_std, "area", "error of the area") / float(record.condition("area")))
    return net, std


def _whole(parts: list[Stretch]) -> None:
    """Refuse holes between steps, and a clock that begins late: what passed there is not known."""
    last: Stretch | None = None
    for p in parts:
        longest = max((float(np.max(np.diff(t.clock))) for t in (last, p) if t is not None and len(t.clock) > 1), default=math.inf)
        begun = 0.0 if last is None else float(last.clock[-1])
        hole = float(p.clock[0]) - begun
        if hole > GAP * longest:
            raise AnalysisError(
                f"Nothing is recorded for {units.show(hole, 'time')} {'before the first row' if last is None else 'between two steps'}: a step is missing, and the charge it passed",
                given=f"a hole from {units.show(begun, 'time')} on",
                allowed="a record of every step from the first plating on, its clock from 0", remedy='State the net charge plated: charge="2 mA*h/cm^2"',
            )  # fmt: skip
        last = p
