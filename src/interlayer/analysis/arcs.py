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
    electrodes         "blocking" (evaporated metal): no charge transfer, no interphase, whole contact
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
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from .. import units
from ..errors import AnalysisError, UnknownNameError
from ..record import Finding, Record
from ._result import ImpedanceFit
from .relaxation_times import RelaxationTimes

SOURCE = "10.1002/adma.19900020304 (recalled)"
EPS0 = 8.8541878128e-12  # F/m, CODATA 2018
EV = 96485.33212  # J/mol per eV
PERMITTIVITY = (3.0, 200.0)
BOUNDARY = (2e-9, 1e-6)  # F/m
FILM = (5e-4, 2e-2)  # F/m²
DOUBLE_LAYER, POOR = (5e-3, 1.0), 5e-4  # F/m², and from where with unknown contact
CHEMICAL = 10.0  # F/m²
TYPICAL = 10.0  # permittivity with which the place of an unseen bulk arc is estimated
APART = 0.05 * EV  # J/mol
THREEFOLD = 3.0
EDGE = 2.0  # factor by which the edges of a class are uncertain
LEADS = 0.1  # of the resistance of the fastest arc: a smaller series resistance is no bulk
BROAD, FLAT = 1.4, 0.75  # decades at half height (an arc of exponent 0.72), exponent
ROOT = (0.4, 0.6)  # exponent of a square-root law
SAME = "the same within errors"

Process: TypeAlias = Literal["bulk", "grain boundary", "interphase", "charge transfer", "constriction", "diffusion", "unassigned"]
Electrolyte: TypeAlias = Literal["ceramic", "polymer", "liquid"]
Electrodes: TypeAlias = Literal["lithium", "blocking"]
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "electrolyte": ("ceramic", "polymer", "liquid"), "electrodes": ("lithium", "blocking"), "contact": ("whole",),
}  # fmt: skip


@dataclass(frozen=True)
class Arc:
    """One arc and what it may be.

    label          as the fit calls it ("R1 Q1"), or "peak 1"
    resistance     [ohm or ohm m²], tau [s]
    capacitance    [F or F/m²] with its error
    per_length     C l/A [F/m]; per_area C/A [F/m²] of one face (between one and two where their number is not known)
    permittivity   per_length/epsilon_0
    name           the process, or "unassigned"; candidates: what remains possible
    evidence       sentences that led there; why: one sentence
    """

    label: str
    resistance: float
    tau: float
    capacitance: float
    capacitance_std: float | None
    per_length: float
    per_area: float
    permittivity: float
    name: Process = "unassigned"
    candidates: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    why: str = ""
    firm: tuple[str, ...] = field(default=(), repr=False)  # candidates whose class the capacitance touches
    exponent: float | None = field(default=None, repr=False)
    whole: bool = field(default=True, repr=False)  # shaped like one relaxation
    spread: float = field(default=2.0, repr=False)  # factor by which C may be off


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


@dataclass(frozen=True)
class _Known:
    electrolyte: Electrolyte | None
    electrodes: Electrodes | None
    whole: bool
    faces: int | None
    layers: int
    energies: Mapping[str, tuple[float, float]]
    series: float | None


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
    known = _Known(electrolyte, electrodes, whole, faces, _layers(record), energies, _series(of))
    first = [_possible(arc, known, i == 0) for i, arc in enumerate(found)]
    named = _ordered(_by_energy(first, known))
    return ArcNames(tuple(_decided(a, known) for a in named), tuple(_remarks(of, named, thickness, area)))


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


def _touches(value: float, spread: float, low: float, high: float) -> bool:
    return value * spread >= low and value / spread <= high


def _possible(arc: Arc, known: _Known, fastest: bool) -> Arc:
    """The processes whose class the capacitance touches or comes near to, and nothing known forbids."""
    face = arc.spread * (math.sqrt(2.0) if known.faces is None else 1.0)
    said = [
        f"C l/A = {arc.per_length * 1e-2:.2g} F/cm (permittivity {arc.permittivity:.2g})",
        f"C/A = {arc.per_area * 1e-4:.2g} F/cm² a face",
    ]
    classes = {**_inside(arc, known, fastest, said), **_faces(arc, known, face, said)}
    near = {name: (value, spread, low, high) for name, (value, spread, low, high) in classes.items()
            if _touches(value, EDGE * spread, low, high)}  # fmt: skip
    firm = [name for name, of in near.items() if _touches(*of)]
    if "bulk" in near and known.series is not None and known.series < LEADS * arc.resistance:
        said.append("what stands in series is too small to be the bulk")
        within = PERMITTIVITY[0] <= arc.permittivity <= PERMITTIVITY[1]  # itself: a strong constriction lies above
        near, firm = {"bulk": near["bulk"]}, ["bulk"] if within else []
    return replace(arc, candidates=tuple(near), firm=tuple(firm), evidence=tuple(said))


_Class: TypeAlias = tuple[float, float, float, float]  # value, factor by which it may be off, range of the class


def _inside(arc: Arc, known: _Known, fastest: bool, said: list[str]) -> dict[str, _Class]:
    """What fills the cell: classes of C l/A."""
    bulk, value = (PERMITTIVITY[0] * EPS0, PERMITTIVITY[1] * EPS0), arc.per_length
    out: dict[str, _Class] = {}
    if fastest:
        out["bulk"] = (value, arc.spread, *bulk)
    else:
        said.append("a faster arc exists, so it is not the bulk")
    if known.electrolyte in ("polymer", "liquid"):
        said.append(f"a {known.electrolyte} has no grain boundaries")
    else:
        out["grain boundary"] = (value, arc.spread, *BOUNDARY)
    if known.whole:
        said.append("the contact is whole: no constriction")
    elif known.electrolyte != "liquid":
        out["constriction"] = (value, arc.spread, bulk[0], BOUNDARY[1])
    return out


def _faces(arc: Arc, known: _Known, spread: float, said: list[str]) -> dict[str, _Class]:
    """What lies at a face: classes of C/A; and storage with a square-root law."""
    out: dict[str, _Class] = {}
    if known.electrodes == "blocking":
        said.append("blocking electrodes: neither interphase nor charge transfer")
    else:
        out["interphase"] = (arc.per_area, spread, *FILM)
        out["charge transfer"] = (arc.per_area, spread, DOUBLE_LAYER[0] if known.whole else POOR, DOUBLE_LAYER[1])
    if arc.per_area * spread >= CHEMICAL:
        if arc.exponent is not None and ROOT[0] <= arc.exponent <= ROOT[1]:
            said.append(f"exponent {arc.exponent:.2f}: a square-root law")
            out["diffusion"] = (arc.per_area, spread, CHEMICAL, math.inf)
        else:
            said.append("a capacitance of storage, without the square-root law of diffusion")
    return out


def _by_energy(arcs: list[Arc], known: _Known) -> list[Arc]:
    """Takes constriction out where the activation energy is not that of the bulk."""
    bulk = next((a for a in arcs if a.candidates == ("bulk",) and a.label in known.energies), None)
    if bulk is None:
        return arcs
    base, base_std = known.energies[bulk.label]
    out = []
    for arc in arcs:
        if arc is not bulk and "constriction" in arc.candidates and arc.label in known.energies:
            value, std = known.energies[arc.label]
            apart = abs(value - base)
            words = f"activation energy {value / EV:.2f} eV against {base / EV:.2f} eV of the bulk"
            if apart > max(APART, 2.0 * math.hypot(std, base_std)):
                kept = tuple(c for c in arc.candidates if c != "constriction")
                arc = replace(arc, candidates=kept, evidence=(*arc.evidence, f"{words}: no constriction"))
            else:
                arc = replace(arc, evidence=(*arc.evidence, f"{words}: {SAME}"))
        out.append(arc)
    return out


def _ordered(arcs: list[Arc]) -> list[Arc]:
    """Two arcs at faces with capacitances threefold apart: the smaller is the film, the larger the double layer."""
    pair = {"interphase", "charge transfer"}
    at_faces = [a for a in arcs if a.candidates and set(a.candidates) <= pair]
    if len(at_faces) != 2:
        return arcs
    film, layer = sorted(at_faces, key=lambda a: a.per_area)
    if (
        layer.per_area < THREEFOLD * film.per_area
        or "interphase" not in film.candidates
        or "charge transfer" not in layer.candidates
    ):
        return arcs
    words = f"two arcs at the faces, C/A {layer.per_area / film.per_area:.2g} apart: the smaller is the film"
    kept = {id(film): ("interphase",), id(layer): ("charge transfer",)}
    return [
        replace(a, candidates=kept[id(a)], evidence=(*a.evidence, words)) if id(a) in kept else a for a in arcs
    ]


_NAMES: dict[str, Process] = {
    "bulk": "bulk", "grain boundary": "grain boundary", "interphase": "interphase", "charge transfer": "charge transfer",
    "constriction": "constriction", "diffusion": "diffusion",
}  # fmt: skip


def _decided(arc: Arc, known: _Known) -> Arc:
    if known.layers > 1 and {"bulk", "grain boundary", "constriction"} & set(arc.candidates):
        words = f"the stack has {known.layers} electrolytes, so a capacitance per cell constant means none of them"
        return replace(arc, why=f"{words}; {'; '.join(arc.evidence)}")
    if len(arc.candidates) == 1 and not (doubt := _doubt(arc)):
        return replace(arc, name=_NAMES[arc.candidates[0]], why="; ".join(arc.evidence))
    if len(arc.candidates) == 1:
        return replace(arc, why=f"{arc.candidates[0]} if anything, but {doubt}: {'; '.join(arc.evidence)}")
    if not arc.candidates:
        return replace(arc, why=f"its capacitance belongs to no class: {'; '.join(arc.evidence)}")
    return replace(arc, why=f"{' or '.join(arc.candidates)}: {'; '.join(arc.evidence)}; {_next(arc.candidates)}")


def _doubt(arc: Arc) -> str:
    """Why the only candidate does not give its name ("" where it does)."""
    (name,) = arc.candidates
    if name not in arc.firm:
        return "its capacitance lies beside that class"
    if not arc.whole and name != "diffusion":
        return "it is broad and may be two arcs"
    if name == "constriction" and not any(SAME in e for e in arc.evidence):
        return "nothing says that it has the activation energy of the bulk"
    return ""


def _next(candidates: tuple[str, ...]) -> str:
    """What would tell the candidates apart."""
    if "constriction" in candidates:
        return "a series over pressure, the activation energies, or the contact (contact=\"whole\") would tell"
    if set(candidates) == {"interphase", "charge transfer"}:
        return "a series over pressure or temperature, the number of faces, or the contact would tell"
    return "another thickness would tell: what fills the cell scales with it, what lies at a face does not"


def _remarks(of: ImpedanceFit | RelaxationTimes, arcs: list[Arc], thickness: float, area: float) -> list[str]:
    out = []
    if isinstance(of, RelaxationTimes) and of.tail is not None and of.tail[0] == 0.5:
        out.append("The tail 1/(i w)^0.5 at low frequencies is diffusion without an end in the band.")
    if not any("bulk" in a.candidates for a in arcs):
        series = _series(of)
        if series is not None and series > 0.0:
            place = thickness / (2.0 * math.pi * series * TYPICAL * EPS0 * area)
            top = float(of.spectrum.frequency[-1])
            if place > top:
                out.append(
                    f"No bulk arc is in the data: with the series resistance and a permittivity of {TYPICAL:g} it would lie"
                    f" near {place:.2g} Hz, above the band ({top:.2g} Hz)."
                )
    return out


def _series(of: ImpedanceFit | RelaxationTimes) -> float | None:
    if isinstance(of, RelaxationTimes):
        return of.series
    inside = {label for a in of.arcs for label in a.labels}
    alone = [n for n, q in zip(of.names, of.target.quantities, strict=True)
             if q in ("resistance", "area_specific_resistance") and "." not in n and n not in inside]  # fmt: skip
    return math.fsum(of.values[n] for n in alone) if alone else None
