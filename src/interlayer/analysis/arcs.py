"""What an arc is: bulk, grain boundary, interphase, charge transfer, constriction or diffusion - or unassigned.

An arc is named when exactly one process fits all that is known of it; else it is "unassigned", and which processes
remain is said. Nothing is named that is not in the data: where a bulk arc lies above the band, the remark says so.
benchmarks/bench_arcs.py prints how often that is right, unassigned and wrong over random cells of known processes.

    C l/A  [F/m]   per cell constant: what fills the whole cell     bulk           permittivity 3 .. 200
                                                                    grain boundary 2e-11 .. 1e-8 F/cm
                                                                    constriction   permittivity 3 .. 1e-8 F/cm
    C/A    [F/m²]  per area and face: what lies at a face           interphase     5e-8 .. 2e-6 F/cm²
                                                                    charge transfer 5e-7 .. 1e-4 F/cm² (from 5e-8 with
                                                                    a contact that is not known to be whole)
                                                                    diffusion      from 1e-3 F/cm², and a square-root law

C = (R^(1-n) Q)^(1/n) of a fit (Hsu-Mansfeld) or tau/R of a peak; two equal faces in series show half the capacitance
of one. A class rules others out when twice the error of C touches it or comes within `EDGE` of it; it gives the name
only when touched. Further evidence, each where it is given:

    electrolyte        only a ceramic has grain boundaries
    electrodes         "lithium": only then is an arc a charge transfer or an interphase by name; "blocking" (evaporated
                       metal): neither, and whole contact
    contact            "whole": no constriction, and a double layer has its full area
    activation energy  constriction has that of the bulk; a grain boundary need not. Different by 0.05 eV and by two
                       errors: no constriction. Constriction is named only where it is known to be the same
    order              bulk is the fastest arc, and the fastest arc is bulk only where the series resistance is too
                       small to be that of the bulk; of two arcs at faces whose C differ threefold the smaller is the film
    shape              an arc broader than `BROAD` or with an exponent below `FLAT` may be two: no name

Constriction of the current at a face with voids looks like a grain boundary (both hold part of the electrolyte's own
capacitance): without knowledge of the contact the two stay together.

Sources (recalled, not opened): Irvine, Sinclair & West, Adv. Mater. 2 (1990) 132, 10.1002/adma.19900020304 (classes);
Eckhardt et al., ACS Appl. Mater. Interfaces 14 (2022) 42757, 10.1021/acsami.2c12991 (constriction as an arc). The widths
of the classes are this file's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .. import units
from ..errors import AnalysisError, UnknownNameError
from ..record import Finding, Record
from ._arc_classes import EPS0, Arc, Electrodes, Electrolyte, Known, by_energy, decided, ordered, possible
from ._result import ImpedanceFit
from .relaxation_times import RelaxationTimes

__all__ = ["OPTIONS", "Arc", "ArcNames", "name"]

SOURCE = "10.1002/adma.19900020304 (recalled)"
TYPICAL = 10.0  # permittivity with which the place of an unseen bulk arc is estimated
BROAD, FLAT = 1.4, 0.75  # decades at half height (an arc of exponent 0.72), exponent
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "electrolyte": ("ceramic", "polymer", "liquid"), "electrodes": ("lithium", "blocking"), "contact": ("whole",),
}  # fmt: skip


@dataclass(frozen=True)
class ArcNames:
    """Arcs, fastest first, and remarks on what the data can't show."""

    arcs: tuple[Arc, ...]
    remarks: tuple[str, ...]

    def findings(self) -> list[Finding]:
        """Name and capacitance per cell constant of every arc."""
        out = []
        for arc in self.arcs:
            evidence = {
                "candidates": list(arc.candidates), "evidence": list(arc.evidence), "per_area_F_m2": arc.per_area,
                "permittivity": arc.permittivity, "resistance": arc.resistance, "time_constant_s": arc.tau,
                "remarks": list(self.remarks),
            }  # fmt: skip
            std = None if arc.capacitance_std is None else arc.per_length * arc.capacitance_std / arc.capacitance
            out += [
                Finding(f"process of {arc.label}", arc.name, "number", "capacitance class", source=SOURCE, note=arc.why,
                        evidence=evidence),
                Finding(f"capacitance per cell constant of {arc.label}", arc.per_length, "capacitance_per_length", "C l/A",
                        std, SOURCE, "" if std is not None else "the capacitance has no error", evidence=evidence),
            ]  # fmt: skip
        return out

    def __str__(self) -> str:
        return "\n".join([*(f"{a.label}: {a.name} ({a.why})" for a in self.arcs), *self.remarks])


def name(
    record: Record, of: ImpedanceFit | RelaxationTimes, *, electrolyte: Electrolyte | None = None,
    electrodes: Electrodes | None = None, faces: Literal[1, 2] | None = None, contact: Literal["whole"] | None = None,
    activation_energy: Mapping[str, Finding | units.Given] | None = None,
) -> ArcNames:  # fmt: skip
    """Name the arcs of a fit or the peaks of a distribution.

    record             states thickness and area (the area is not needed for a specific fit): they are never guessed
    faces              how many equal faces stand in series (2 in a symmetric cell); None keeps both possible
    activation_energy  by label of the arc (findings, or values with a unit: "0.35 eV"), where it is known
    """
    for option, value in (("electrolyte", electrolyte), ("electrodes", electrodes), ("contact", contact)):
        if value is not None and value not in OPTIONS[option]:
            raise UnknownNameError(f"This {option} is not known", given=value, allowed=OPTIONS[option])
    if faces not in (None, 1, 2):
        raise AnalysisError("A cell has one or two faces", given=faces, allowed="1, 2 or None")
    if not isinstance(of, ImpedanceFit | RelaxationTimes):
        raise AnalysisError("Arcs come from a fit or from a distribution of relaxation times", given=type(of).__name__)
    thickness = record.condition("thickness")
    area = 1.0 if of.spectrum.specific else record.condition("area")
    found = sorted(_arcs(of, thickness, area, faces), key=lambda a: a.tau)
    energies = _energies(activation_energy or {}, [a.label for a in found])
    whole = contact == "whole" or electrodes == "blocking"
    known = Known(electrolyte, electrodes, whole, faces, _layers(record), energies, _series(of))
    first = [possible(arc, known, i == 0) for i, arc in enumerate(found)]
    named = ordered(by_energy(first, known))
    return ArcNames(tuple(decided(a, known) for a in named), tuple(_remarks(of, named, thickness, area)))


def _layers(record: Record) -> int:
    """How many electrolytes the described cell has (1 where it is not described)."""
    return 1 if record.cell is None else max(sum(layer.role != "interlayer" for layer in record.cell.layers), 1)


def _arcs(of: ImpedanceFit | RelaxationTimes, thickness: float, area: float, faces: int | None) -> list[Arc]:
    rows: list[tuple[str, float, float, float, float | None, float | None, bool]]
    if isinstance(of, ImpedanceFit):
        rows = [
            (" ".join(a.labels), a.resistance, a.tau, a.capacitance, a.capacitance_std, a.n, a.n is None or a.n > FLAT)
            for a in of.arcs
        ]
    else:
        rows = [
            (f"peak {i}", p.resistance, p.tau, p.capacitance, p.capacitance_std, None, p.width < BROAD)
            for i, p in enumerate(of.peaks, 1)
        ]
    out = []
    for label, r, tau, c, std, n, whole in rows:
        if not (c > 0.0 and math.isfinite(c)):
            continue
        spread = (1.0 + 2.0 * std / c) if std is not None else 3.0
        face = c / area * (math.sqrt(2.0) if faces is None else faces)  # the middle of one and two
        out.append(Arc(
            label, r, tau, c, std, c * thickness / area, face, c * thickness / area / EPS0, exponent=n, whole=whole,
            spread=spread,
        ))  # fmt: skip
    return out


def _energies(given: Mapping[str, Finding | units.Given], labels: list[str]) -> dict[str, tuple[float, float]]:
    out = {}
    for label, value in given.items():
        if label not in labels:
            raise UnknownNameError("There is no such arc", given=label, allowed=labels)
        if isinstance(value, Finding):
            if value.quantity != "activation_energy" or not isinstance(value.value, int | float):
                raise AnalysisError("This finding is no activation energy", given=f"{value.name} ({value.quantity})")
            out[label] = (float(value.value), value.std or 0.0)
        else:
            out[label] = (units.si(value, "activation_energy"), 0.0)
    return out


def _remarks(of: ImpedanceFit | RelaxationTimes, arcs: list[Arc], thickness: float, area: float) -> list[str]:
    out = []
    if isinstance(of, RelaxationTimes) and of.tail is not None and of.tail[0] == 0.5:
        out.append("The tail 1/(i w)^0.5 at low frequencies is diffusion without an end in the band.")
    if not any("bulk" in a.candidates for a in arcs):
        series = _series(of)
        if series > 0.0:
            place = thickness / (2.0 * math.pi * series * TYPICAL * EPS0 * area)
            top = float(of.spectrum.frequency[-1])
            if place > top:
                out.append(
                    f"No bulk arc is in the data: with the series resistance and a permittivity of {TYPICAL:g} it would lie"
                    f" near {place:.2g} Hz, above the band ({top:.2g} Hz)."
                )
    return out


def _series(of: ImpedanceFit | RelaxationTimes) -> float:
    if isinstance(of, RelaxationTimes):
        return of.series
    inside = {label for a in of.arcs for label in a.labels}
    alone = [n for n, q in zip(of.names, of.target.quantities, strict=True)
             if q in ("resistance", "area_specific_resistance") and "." not in n and n not in inside]  # fmt: skip
    return math.fsum(of.values[n] for n in alone)
