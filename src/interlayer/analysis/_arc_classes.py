"""Which processes fit what is known of an arc: classes of capacitance and the rules between them.

The rules and their sources stand in analysis/arcs.py; here each is one small function that takes an arc and gives it
back with candidates, evidence and at last a name.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

EPS0 = 8.8541878128e-12  # F/m, CODATA 2018
EV = 96485.33212  # J/mol per eV
PERMITTIVITY = (3.0, 200.0)
BOUNDARY = (2e-9, 1e-6)  # F/m
FILM = (5e-4, 2e-2)  # F/m²
DOUBLE_LAYER, POOR = (5e-3, 1.0), 5e-4  # F/m², and from where with unknown contact
CHEMICAL = 10.0  # F/m²
APART = 0.05 * EV  # J/mol
THREEFOLD = 3.0
EDGE = 2.0  # factor by which the edges of a class are uncertain
LEADS = 0.1  # of the resistance of the fastest arc: a smaller series resistance is no bulk
ROOT = (0.4, 0.6)  # exponent of a square-root law
SAME = "the same within errors"

Process: TypeAlias = Literal["bulk", "grain boundary", "interphase", "charge transfer", "constriction", "diffusion", "unassigned"]
Electrolyte: TypeAlias = Literal["ceramic", "polymer", "liquid"]
Electrodes: TypeAlias = Literal["lithium", "blocking"]


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
class Known:
    """What is told of the cell; whether the contact is whole, how many electrolytes it has, the series resistance."""

    electrolyte: Electrolyte | None
    electrodes: Electrodes | None
    whole: bool
    faces: int | None
    layers: int
    energies: Mapping[str, tuple[float, float]]
    series: float


def _touches(value: float, spread: float, low: float, high: float) -> bool:
    return value * spread >= low and value / spread <= high


def possible(arc: Arc, known: Known, fastest: bool) -> Arc:
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
    if "bulk" in near and known.series < LEADS * arc.resistance:
        said.append("what stands in series is too small to be the bulk")
        within = PERMITTIVITY[0] <= arc.permittivity <= PERMITTIVITY[1]  # itself: a strong constriction lies above
        near, firm = {"bulk": near["bulk"]}, ["bulk"] if within else []
    return replace(arc, candidates=tuple(near), firm=tuple(firm), evidence=tuple(said))


_Class: TypeAlias = tuple[float, float, float, float]  # value, factor by which it may be off, range of the class


def _inside(arc: Arc, known: Known, fastest: bool, said: list[str]) -> dict[str, _Class]:
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


def _faces(arc: Arc, known: Known, spread: float, said: list[str]) -> dict[str, _Class]:
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


def by_energy(arcs: list[Arc], known: Known) -> list[Arc]:
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


def ordered(arcs: list[Arc]) -> list[Arc]:
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


def decided(arc: Arc, known: Known) -> Arc:
    """The arc with its name, or why it has none."""
    if known.layers > 1 and {"bulk", "grain boundary", "constriction"} & set(arc.candidates):
        words = f"the stack has {known.layers} electrolytes, so a capacitance per cell constant means none of them"
        return replace(arc, why=f"{words}; {'; '.join(arc.evidence)}")
    if set(arc.candidates) & {"interphase", "charge transfer"} and known.electrodes is None:
        words = " or ".join(arc.candidates)
        told = f"{words} if the electrodes exchange lithium, which nobody stated (electrodes=\"lithium\" or \"blocking\")"
        return replace(arc, why=f"{told}: {'; '.join(arc.evidence)}")
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
