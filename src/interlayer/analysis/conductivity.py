"""Conductivity of a sample from its resistance: sigma = l/(R A).

R [ohm] is the ionic resistance of the material alone: leads, contacts and electrodes must not be in it. l [m] and A
[m²] are the thickness and area stated in the record; with an area-specific resistance [ohm m²] sigma = l/R. Errors of
R (with the covariance of its parts) and stated errors of l and A add as independent relative errors.

Which arcs are the material is judged by capacitance where the geometry is known: C l/A below `INTERFACE` is bulk or
grain boundary, above it is an electrode or interface, left out and said (Irvine, Sinclair & West, Adv. Mater. 2 (1990)
132, 10.1002/adma.19900020304, recalled: bulk ~1e-12 F/cm, grain boundary 1e-11..1e-8 F/cm, interfaces from 1e-7).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from .. import units
from ..errors import AnalysisError, UnknownNameError
from ..record import Finding, Record
from ._result import Arc, ImpedanceFit
from ._target import number

INTERFACE = 3e-6  # F/m (3e-8 F/cm), between grain boundaries and interfaces
SOURCE = "definition; arcs by capacitance: 10.1002/adma.19900020304 (recalled)"


def find(
    record: Record, resistance: ImpedanceFit | Finding, *,
    which: Literal["arcs", "total"] | str | Sequence[str] = "arcs",
    thickness_std: units.Given | None = None, area_std: units.Given | None = None,
) -> Finding:  # fmt: skip
    """Conductivity [S/m].

    resistance     a fit of a circuit, or one finding of a resistance
    which          of a fit: "arcs" the sum of the arcs of the material (by capacitance), "total" these and the
                   resistances in series with them, or the names of the resistances ("R1", ["R1", "R2"])
    thickness_std, area_std   errors of the geometry; without them it is taken as exact, and said
    """
    thickness = record.condition("thickness")
    if isinstance(resistance, Finding):
        value, std, said, specific = _from_finding(resistance)
        evidence: dict[str, object] = dict(resistance.evidence)
        why = resistance.note
    else:
        specific = resistance.spectrum.specific
        names, said = _names(record, resistance, which)
        value, std = resistance.derived(lambda v: math.fsum(v[n] for n in names))
        evidence = resistance.evidence()
        why = "; ".join(f"{n}: {resistance.reasons[n]}" for n in names if n in resistance.reasons)
    if not value > 0.0:
        raise AnalysisError("A conductivity needs a positive resistance", given=value)
    area = 1.0 if specific else record.condition("area")
    geometry = {"thickness": (thickness_std, thickness)} | ({} if specific else {"area": (area_std, area)})
    squares, said_geometry = _geometry(geometry)
    sigma = thickness / (value * area)
    relative = None if std is None else math.hypot(std / value, math.sqrt(squares))
    evidence |= {"resistance": value, "resistance_std": std, "thickness_m": thickness} | (
        {} if specific else {"area_m2": area}
    )
    evidence["common_relative_std"] = math.sqrt(squares)  # of the geometry: the same at every temperature
    method = f"sigma = l/(R A) with R = {said}; {said_geometry}"
    if relative is None:
        note = f"the resistance has no error ({why})"
        return Finding("conductivity", sigma, "conductivity", method, source=SOURCE, note=note, evidence=evidence)
    return Finding("conductivity", sigma, "conductivity", method, relative * sigma, SOURCE, evidence=evidence)


def _from_finding(finding: Finding) -> tuple[float, float | None, str, bool]:
    if finding.quantity not in ("resistance", "area_specific_resistance") or not isinstance(finding.value, int | float):
        raise AnalysisError(
            "A conductivity needs a finding of a resistance", given=f"{finding.name} ({finding.quantity})"
        )
    return float(finding.value), finding.std, finding.name, finding.quantity == "area_specific_resistance"


def _names(record: Record, fit: ImpedanceFit, which: str | Sequence[str]) -> tuple[list[str], str]:
    """The resistances that are summed, and how that is said."""
    resistances = [
        n
        for n, q in zip(fit.names, fit.target.quantities, strict=True)
        if q in ("resistance", "area_specific_resistance")
    ]
    if which not in ("arcs", "total"):
        names = [which] if isinstance(which, str) else list(which)
        for name in names:
            if name not in resistances:
                raise UnknownNameError(
                    "This fit has no such resistance", given=name, allowed=[*resistances, "arcs", "total"]
                )
        return names, " + ".join(names)
    arcs = {arc.labels[0]: _class(record, fit, arc) for arc in fit.arcs}
    material = [name for name, interface in arcs.items() if not interface]
    left_out = [name for name, interface in arcs.items() if interface]
    names = [n for n in resistances if n in material or (which == "total" and n not in arcs and "." not in n)]
    if not names:
        raise AnalysisError(
            f"{fit.circuit} has no arc of the material"
            + (f" ({', '.join(left_out)}: capacitance of an interface)" if left_out else ""),
            allowed=resistances, remedy="Name the resistance: which=\"R1\"",
        )  # fmt: skip
    said = " + ".join(names) + (" (sum of arcs)" if which == "arcs" else " (series resistance and arcs)")
    return names, said + (
        f", without {', '.join(left_out)} whose capacitance is that of an interface" if left_out else ""
    )


def _class(record: Record, fit: ImpedanceFit, arc: Arc) -> bool:
    """Whether an arc's capacitance is that of an interface."""
    area = 1.0 if fit.spectrum.specific else record.condition("area")
    return arc.capacitance * record.condition("thickness") / area > INTERFACE


def _geometry(parts: Mapping[str, tuple[units.Given | None, float]]) -> tuple[float, str]:
    """Sum of squared relative errors, and what is said of them."""
    total, known, exact = 0.0, [], []
    for name, (std, value) in parts.items():
        if std is None:
            exact.append(name)
            continue
        error = number(std, name, f"error of the {name}")
        total += (error / value) ** 2
        known.append(f"{name} ± {error / value:.2%}")
    said = ", ".join([*known, *([f"{' and '.join(exact)} taken as exact"] if exact else [])])
    return total, said
