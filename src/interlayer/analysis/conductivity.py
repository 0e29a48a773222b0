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
from collections.abc import Sequence
from typing import Literal

from .. import units
from ..errors import AnalysisError
from ..record import Finding, Record
from ._resistance import geometry, named, resistances, stated, summed
from ._result import Arc, ImpedanceFit

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
        taken = stated(resistance, "A conductivity")
    else:
        taken = summed(resistance, *_names(record, resistance, which))
    value, std, specific, said = taken.value, taken.std, taken.specific, taken.said
    evidence: dict[str, object] = dict(taken.evidence)
    if not value > 0.0:
        raise AnalysisError("A conductivity needs a positive resistance", given=value)
    area = 1.0 if specific else record.condition("area")
    stated_errors = {"thickness": (thickness_std, thickness)} | ({} if specific else {"area": (area_std, area)})
    squares, said_geometry = geometry(stated_errors)
    sigma = thickness / (value * area)
    relative = None if std is None else math.hypot(std / value, math.sqrt(squares))
    evidence |= {"resistance": value, "resistance_std": std, "thickness_m": thickness} | (
        {} if specific else {"area_m2": area}
    )
    evidence["common_relative_std"] = math.sqrt(squares)  # of the geometry: the same at every temperature
    method = f"sigma = l/(R A) with R = {said}; {said_geometry}"
    if relative is None:
        note = f"the resistance has no error ({taken.why})"
        return Finding("conductivity", sigma, "conductivity", method, source=SOURCE, note=note, evidence=evidence)
    return Finding("conductivity", sigma, "conductivity", method, relative * sigma, SOURCE, evidence=evidence)


def _names(record: Record, fit: ImpedanceFit, which: str | Sequence[str]) -> tuple[list[str], str]:
    """The resistances that are summed, and how that is said."""
    if which not in ("arcs", "total"):
        names = named(fit, which, "arcs", "total")
        return names, " + ".join(names)
    there = resistances(fit)
    arcs = {arc.labels[0]: _class(record, fit, arc) for arc in fit.arcs}
    material = [name for name, interface in arcs.items() if not interface]
    left_out = [name for name, interface in arcs.items() if interface]
    names = [n for n in there if n in material or (which == "total" and n not in arcs and "." not in n)]
    if not names:
        raise AnalysisError(
            f"{fit.circuit} has no arc of the material"
            + (f" ({', '.join(left_out)}: capacitance of an interface)" if left_out else ""),
            allowed=there, remedy="Name the resistance: which=\"R1\"",
        )  # fmt: skip
    said = " + ".join(names) + (" (sum of arcs)" if which == "arcs" else " (series resistance and arcs)")
    return names, said + (
        f", without {', '.join(left_out)} whose capacitance is that of an interface" if left_out else ""
    )


def _class(record: Record, fit: ImpedanceFit, arc: Arc) -> bool:
    """Whether an arc's capacitance is that of an interface."""
    area = 1.0 if fit.spectrum.specific else record.condition("area")
    return arc.capacitance * record.condition("thickness") / area > INTERFACE
