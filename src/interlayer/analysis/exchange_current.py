"""Exchange current density from the charge-transfer resistance: j0 = R T/(n F A Rct).

Rct [ohm] is the charge-transfer resistance of ONE electrode: in a symmetric cell each holds half (faces = 2). The
linearised Butler-Volmer law at rest (any transfer coefficient), n = 1 for lithium; A [m²] is the geometric area, so a
contact that is not whole lowers j0 in proportion. Errors of R, A and T add as independent relative errors.

The ionic resistance of an interphase is not Rct: an arc counts when it is charge transfer and nothing else (by
analysis/arcs.py), or when the caller says that it is. One that the caller names although its capacitance says otherwise
is refused; `apparent=True` gives the number under the name "apparent exchange current density".

Sources (recalled): j0 = RT/(n F Rct): Bard & Faulkner, ch. 3; the apparent j0 of Li|Li cells: Boyle et al., ACS Energy
Lett. 5 (2020) 701.
"""

from __future__ import annotations

import math

from .. import units
from ..elements.base import FARADAY, GAS
from ..errors import AnalysisError, MissingValueError
from ..record import Finding, Record
from . import arcs
from ._resistance import Faces, Taken, Which, at_faces, faces_of, geometry, stated, summed
from ._result import ImpedanceFit

SOURCE = "definition; apparent: Boyle et al., ACS Energy Lett. 5 (2020) 701 (recalled)"
PROCESS = "charge transfer"


def find(
    record: Record, resistance: ImpedanceFit | Finding, *, which: Which = None, faces: Faces | None = None,
    apparent: bool = False, electrons: int = 1, area_std: units.Given | None = None,
    temperature_std: float | None = None,
) -> Finding:  # fmt: skip
    """Exchange current density over the geometric area [A/m²]; needs the record's temperature.

    resistance       a fit, or one finding of a resistance (with which the caller says that it is charge transfer)
    which            of a fit: names of the resistances the caller says are charge transfer, or what `arcs.name` said;
                     None names the arcs with what the record states
    faces            2 in a symmetric cell, 1 where one electrode alone was measured; None asks the record's cell
    apparent         take any resistance at the faces (interphase, constriction too) and say so in the finding's name
    electrons        n
    area_std, temperature_std [K]   errors; without them exact, and said
    """
    if electrons < 1:
        raise AnalysisError("A charge transfer moves one electron or more", given=electrons)
    count, said_faces = faces_of(record, faces)
    temperature = record.condition("temperature")
    taken, tested = _taken(record, resistance, which, count, apparent)
    if not taken.value > 0.0:
        raise AnalysisError("A charge-transfer resistance must be positive", given=taken.value)
    area = 1.0 if taken.specific else record.condition("area")
    stated_errors = {"temperature": (temperature_std, temperature)}
    squares, said = geometry(stated_errors | ({} if taken.specific else {"area": (area_std, area)}))
    share = area * taken.value / count
    value = GAS * temperature / (electrons * FARADAY * share)
    evidence = {
        **taken.evidence, "resistance": taken.value, "resistance_std": taken.std, "faces": count,
        "charge_transfer_resistance_ohm_m2": share, "temperature_K": temperature, "apparent": apparent,
        "tested": tested, "common_relative_std": math.sqrt(squares),
    }  # fmt: skip
    name = "apparent exchange current density" if apparent else "exchange current density"
    method = f"R T/({electrons} F A Rct), A Rct = A R/{count} with R = {taken.said}; {said_faces}; {tested}; {said}"
    if apparent:
        method += "; apparent: R may hold an ionic resistance, then the true j0 is larger"
    std = None if taken.std is None else value * math.hypot(taken.std / taken.value, math.sqrt(squares))
    note = "" if std is not None else f"the resistance has no error ({taken.why})"
    return Finding(name, value, "exchange_current_density", method, std, SOURCE, note, evidence=evidence)


def _taken(
    record: Record, resistance: ImpedanceFit | Finding, which: Which, faces: Faces, apparent: bool
) -> tuple[Taken, str]:
    """The resistance, and what is known of its process."""
    if isinstance(resistance, Finding):
        return stated(resistance, "An exchange current"), "charge transfer by the caller's word"
    allowed = (PROCESS, "interphase", "constriction") if apparent else (PROCESS,)
    names, said, processes = at_faces(record, resistance, which, allowed, faces)
    taken = summed(resistance, names, said)
    if processes:
        return taken, "process by capacitance"
    return taken, _contradiction(record, resistance, names, faces, apparent)


def _contradiction(record: Record, fit: ImpedanceFit, names: list[str], faces: Faces, apparent: bool) -> str:
    """The caller's word against the capacitances, where the record states what these need."""
    word = "charge transfer by the caller's word"
    try:
        known = {arc.label.split()[0]: arc for arc in arcs.name(record, fit, faces=faces).arcs}
    except MissingValueError as missing:
        return f"{word}, not tested ({missing.what.partition(' of ')[0].removeprefix('The ')} not stated)"
    against = [f"{n}: {known[n].why}" for n in names if n in known and PROCESS not in known[n].candidates]
    if against and not apparent:
        raise AnalysisError(
            f"The capacitance says that this is no charge transfer ({'; '.join(against)})", given=names,
            remedy="An ionic resistance is no Rct; apparent=True gives the apparent exchange current all the same",
        )  # fmt: skip
    untested = [n for n in names if n not in known]
    if untested:
        return f"{word}, not tested ({', '.join(untested)} has no capacitance beside it)"
    return word + (", against the capacitance" if against else ", which the capacitance allows")
