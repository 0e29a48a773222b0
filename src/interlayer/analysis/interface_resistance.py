"""Area-specific resistance of one interface: ASR = A R/faces.

R [ohm] is the sum of the resistances at the faces, A [m²] the stated area (with an area-specific fit A = 1), faces = 2
where two equal interfaces lie in series (a symmetric cell), else 1. In a stack a "face" is one side of the separator
with all its interlayers. That the two are equal is an assumption: what comes out is their mean.

Errors: those of R with the covariance of its parts, and a stated error of A as an independent relative error.

An arc belongs to the interface when it is an interphase, charge transfer or constriction (analysis/arcs.py), or when
the caller names it. Where an arc could also be the electrolyte's (constriction looks like a grain boundary), nothing is
added up: more must be known. Source: definition; symmetric cells: methods of the field.
"""

from __future__ import annotations

import math

from .. import units
from ..errors import AnalysisError
from ..record import Finding, Record
from ._resistance import Faces, Which, at_faces, faces_of, geometry, stated, summed
from ._result import ImpedanceFit

SOURCE = "definition; arcs by capacitance: 10.1002/adma.19900020304 (recalled)"
PROCESSES = ("interphase", "charge transfer", "constriction")


def find(
    record: Record, resistance: ImpedanceFit | Finding, *, which: Which = None, faces: Faces | None = None,
    area_std: units.Given | None = None,
) -> Finding:  # fmt: skip
    """Area-specific resistance of one interface [ohm m²].

    resistance  a fit, or one finding of a resistance (then it is all interface)
    which       of a fit: names of the resistances, or what `arcs.name` said; None names the arcs with what the record
                states (thickness, area)
    faces       2 in a symmetric cell, 1 where one face alone was measured; None asks the record's cell
    area_std    error of the area; without it the area is taken as exact, and said
    """
    count, said_faces = faces_of(record, faces)
    names: list[str] = []
    processes: dict[str, str] = {}
    if isinstance(resistance, Finding):
        taken = stated(resistance, "An interface resistance")
    else:
        names, said, processes = at_faces(record, resistance, which, PROCESSES, count)
        taken = summed(resistance, names, said)
    if not taken.value > 0.0:
        raise AnalysisError("An interface resistance must be positive", given=taken.value)
    area = 1.0 if taken.specific else record.condition("area")
    squares, said_area = geometry({} if taken.specific else {"area": (area_std, area)})
    value = area * taken.value / count
    evidence = {
        **taken.evidence, "resistance": taken.value, "resistance_std": taken.std, "parts": names,
        "processes": processes, "faces": count, "common_relative_std": math.sqrt(squares),
    } | ({} if taken.specific else {"area_m2": area})  # fmt: skip
    method = f"A R/{count} with R = {taken.said}; {said_faces}" + (f"; {said_area}" if said_area else "")
    std = None if taken.std is None else value * math.hypot(taken.std / taken.value, math.sqrt(squares))
    note = "" if std is not None else f"the resistance has no error ({taken.why})"
    return Finding(
        "interface resistance", value, "area_specific_resistance", method, std, SOURCE, note, evidence=evidence
    )
