"""Resistances as the materials techniques take them: named parts of a fit or a finding, the faces they lie at, and the
relative errors of the geometry beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from .. import units
from ..errors import AnalysisError, MissingValueError, UnknownNameError
from ..record import Finding, Record
from . import arcs
from ._result import ImpedanceFit
from ._target import number

QUANTITIES = ("resistance", "area_specific_resistance")
#: which resistances of a fit are meant: their names, the arcs as somebody named them, or None to name them here
Which: TypeAlias = str | Sequence[str] | arcs.ArcNames | None
Faces: TypeAlias = Literal[1, 2]


@dataclass(frozen=True)
class Taken:
    """A resistance with what is known of it: [ohm], or [ohm m²] where `specific`; std None has its reason in `why`."""

    value: float
    std: float | None
    said: str
    specific: bool
    evidence: Mapping[str, Any]
    why: str = ""


def resistances(fit: ImpedanceFit) -> list[str]:
    """Names of the resistances of a fit."""
    return [n for n, q in zip(fit.names, fit.target.quantities, strict=True) if q in QUANTITIES]


def named(fit: ImpedanceFit, which: str | Sequence[str], *words: str) -> list[str]:
    """Resistances by name; `words` are what else the caller could have said."""
    there = resistances(fit)
    names = [which] if isinstance(which, str) else list(which)
    for name in names:
        if name not in there:
            raise UnknownNameError("This fit has no such resistance", given=name, allowed=[*there, *words])
    if not names or len(set(names)) < len(names):
        raise AnalysisError("Name each resistance once, and one at least", given=names, allowed=there)
    return names


def summed(fit: ImpedanceFit, names: Sequence[str], said: str | None = None) -> Taken:
    """Sum of resistances of a fit; its error holds their covariance."""
    value, std = fit.derived(lambda v: math.fsum(v[n] for n in names))
    why = "; ".join(f"{n}: {fit.reasons[n]}" for n in names if n in fit.reasons)
    return Taken(value, std, said or " + ".join(names), fit.spectrum.specific, fit.evidence(), why)


def stated(finding: Finding, what: str) -> Taken:
    """A finding of a resistance; `what` names the technique in the refusal."""
    if finding.quantity not in QUANTITIES or not isinstance(finding.value, int | float):
        raise AnalysisError(f"{what} needs a finding of a resistance", given=f"{finding.name} ({finding.quantity})")
    specific = finding.quantity == "area_specific_resistance"
    return Taken(float(finding.value), finding.std, finding.name, specific, finding.evidence, finding.note)


def geometry(parts: Mapping[str, tuple[units.Given | None, float]]) -> tuple[float, str]:
    """Sum of squared relative errors of quantities given as {name: (error or None, value)}, and what is said of them."""
    total, known, exact = 0.0, [], []
    for name, (std, value) in parts.items():
        if std is None:
            exact.append(name.replace("_", " "))
            continue
        error = number(std, name, f"error of the {name.replace('_', ' ')}")
        if not (error >= 0.0 and math.isfinite(error)):
            raise AnalysisError(f"The error of the {name.replace('_', ' ')} can't be", given=std, allowed="0 or more")
        total += (error / value) ** 2
        known.append(f"{name.replace('_', ' ')} ± {error / abs(value):.2%}")
    said = ", ".join([*known, *([f"{' and '.join(exact)} taken as exact"] if exact else [])])
    return total, said


def faces_of(record: Record, faces: Faces | None) -> tuple[Faces, str]:
    """How many equal faces lie in series, stated or from the record's cell, and how that is said."""
    if faces is not None:
        if faces not in (1, 2):
            raise AnalysisError("A cell has one or two faces", given=faces, allowed="1 or 2")
        return faces, "two equal faces (stated)" if faces == 2 else "one face (stated)"
    if record.cell is None:
        raise MissingValueError(
            "How many faces lie in series is not stated, and no cell is described",
            remedy="State it: faces=2 for a symmetric cell, faces=1 where one face alone is measured",
        )
    names = [part.name for part in record.cell.stack]
    if names != names[::-1]:
        raise AnalysisError(
            "The two sides of this cell differ, so half of the resistance means neither of them", given="|".join(names),
            remedy="Name the resistance of one side with which=... and state faces=1",
        )  # fmt: skip
    return 2, f"two equal faces ({'|'.join(names)})"


def at_faces(
    record: Record, fit: ImpedanceFit, which: Which, processes: Sequence[str], faces: Faces | None
) -> tuple[list[str], str, dict[str, str]]:
    """(names, how that is said, {resistance: process}) of the resistances that belong to `processes`.

    An arc counts when every process it may be is one of them, is left out when none is, and is refused between.
    """
    if isinstance(which, str) or (which is not None and not isinstance(which, arcs.ArcNames)):
        names = named(fit, which)
        return names, f"{' + '.join(names)} (named by the caller)", {}
    known = which if which is not None else arcs.name(record, fit, faces=faces)
    there = resistances(fit)
    taken, rest, open_ = {}, [], []
    for arc in known.arcs:
        label = arc.label.split()[0]
        if label not in there:
            raise AnalysisError("These arcs are not of this fit", given=arc.label, allowed=there)
        possible = {arc.name} if arc.name != "unassigned" else set(arc.candidates)
        if possible and possible <= set(processes):
            taken[label] = arc.name if arc.name != "unassigned" else " or ".join(arc.candidates)
        elif possible & set(processes) or not possible:
            open_.append(f"{label}: {arc.why}")
        else:
            rest.append(f"{label} ({arc.name if arc.name != 'unassigned' else ' or '.join(arc.candidates)})")
    wanted = " or ".join(processes)
    if open_:
        raise AnalysisError(
            f"It is not known whether every arc is {wanted}: {'. '.join(open_)}", allowed=there,
            remedy='Name the resistances, which=["R1"], or give arcs.name(...) what is known as which=...',
        )  # fmt: skip
    if not taken:
        raise AnalysisError(
            f"No arc of {fit.circuit} is {wanted}" + (f" (there are {', '.join(rest)})" if rest else ""),
            allowed=there, remedy='Name the resistances: which=["R1"]',
        )  # fmt: skip
    said = " + ".join(f"{n} ({process})" for n, process in taken.items())
    return list(taken), said + (f", without {', '.join(rest)}" if rest else ""), taken
