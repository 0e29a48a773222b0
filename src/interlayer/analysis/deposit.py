"""Porosity of plated lithium from its thickness and charge, against the Faraday floor.

    d_min = q V_M/F (4.85 um per mAh/cm² for lithium)        porosity = 1 - d_min/d

q [C/m²] is the areal charge plated net of what was stripped, d [m] the measured thickness, V_M the molar volume. A
thickness below the floor, beyond three standard errors, can't be (side reactions, lithium elsewhere, or a wrong area)
and is refused. All of the charge is taken as lithium: with a Coulombic efficiency below one the floor is lower by as
much, which `efficiency` states. Errors: those of d and q, independent. Source: Faraday's law; V_M of lithium from
materials/data/Li.yaml.
"""

from __future__ import annotations

import math

from .. import units
from ..elements.base import FARADAY
from ..errors import AnalysisError, MissingValueError
from ..materials import material
from ..record import Finding, Record
from ._dc import ERRORS, Stated, given, traces
from ._target import number

SOURCE = "Faraday's law"


def find(
    record: Record | None, *, thickness: Stated | None = None, thickness_std: units.Given | None = None, charge: Stated | None = None,
    molar_volume: units.Given | None = None, efficiency: float = 1.0, efficiency_std: float = 0.0,
) -> list[Finding]:  # fmt: skip
    """Floor, porosity and relative density of a deposit.

    record      its net charge counts (per area: asks for the area); None where `charge` is stated
    thickness   of the deposit ("25 um"), a finding or with `thickness_std`
    charge      areal charge plated ("2 mA*h/cm^2") instead of the record's
    efficiency  share of the charge that is lithium
    """
    d, d_std = given(thickness, "thickness", "thickness of the deposit", 'thickness="25 um"')
    if thickness_std is not None:
        d_std = number(thickness_std, "thickness", "error of the thickness")
    q, q_std = _charge(record, charge)
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


def _charge(record: Record | None, charge: Stated | None) -> tuple[float, float | None]:
    if charge is not None:
        return given(charge, "areal_charge", "charge plated", 'charge="2 mA*h/cm^2"')
    if record is None:
        raise MissingValueError("Neither a record nor the charge plated is stated", remedy='State charge="2 mA*h/cm^2"')
    parts = traces(record, specific=True)
    return abs(sum(p.charge for p in parts)), math.sqrt(sum(p.charge_std**2 for p in parts))
