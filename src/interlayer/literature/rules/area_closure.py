"""One area for a cell: every (R, sigma, L), every (V, j, R) and every (R, ASR) says what its electrode area can be."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..claims import Claim
from ..closure import ALLOWED, direct, state
from ..spans import Span, hull, of, say
from ..told import Told, all_of, told
from ..verdict import RULES, Case, Lack, Said, Verdict, plain, same_cell, several, unspecific

ANY = Span(1e-8, 1.0)  # m²: a microelectrode to a large pouch cell
WIDE = 30.0  # an area that may be anything within this factor tests nothing
FAR = 2.0  # plain quotients so far apart do not agree, even where what is allowed for bridges them
EDGE = 0.15  # current beyond the rim, an electrode smaller than its die
SAMPLE = 0.15  # resistance and conductivity of one pellet, from two measurements
AREAS = ALLOWED | {"area": "one for all relations of a cell, any from 0.0001 to 10000 cm²", "rim of the electrode": "15 %", "thickness and conductivity": "as printed, and 15 %"}


@dataclass(frozen=True)
class Relation:
    """One statement on the area: the span, its words, its claims."""

    area: Span
    words: str
    ids: tuple[str, ...]
    taken: float | None = None  # the area [m²] by the plain quotient of the printed numbers


@RULES.add("area_closure")
def area_closure(case: Case) -> Iterator[Said]:
    """A = L/(sigma R) of a bulk resistance; A = V/(j R) of a polarisation; A >= ASR/R and A >= L/(sigma R) of a whole cell;
    A = pi d²/4. Spans on one line: if no area is in all of them, two of them exclude each other."""
    for cell in case.cells("cell_impedance", "bulk_resistance", "polarization_voltage"):
        head = cell[0]
        if several(head.variant):
            continue
        relations = list({r.words: r for r in (*_bulk(case, cell), *_polarised(case, cell), *_partial(case, cell))}.values())
        if relations:
            yield _judge(head, [*_geometry(case, cell), *relations])
        yield from _lacks(cell, relations, case)


def _lacks(cell: list[Claim], relations: list[Relation], case: Case) -> Iterator[Lack]:
    used = {i for r in relations for i in r.ids}
    needs = {
        "cell_impedance": "a polarization voltage with its current density, or an interfacial resistance in Ω cm², of the same cell and state",
        "bulk_resistance": "thickness and conductivity of what lies between the electrodes, at the same temperature", "polarization_voltage": "a cell impedance of the same cell and state",
    }  # fmt: skip
    for claim in cell:
        if claim.id not in used:
            current = ", and the current density" if claim.quantity == "polarization_voltage" and not told(case, claim, "current_density") else ""
            yield Lack("area_closure", (claim.id,), needs[claim.quantity] + current)
    if len(relations) == 1 and not any(_geometry(case, cell)):
        yield Lack("area_closure", relations[0].ids, "the area or diameter of the electrode")


def _judge(head: Claim, relations: list[Relation]) -> Verdict:
    whose = f"{head.subject}" + ("" if unspecific(head.variant) else f", {head.variant}")
    ids = tuple(dict.fromkeys(i for r in relations for i in r.ids))
    numbers = {r.words: say(r.area, "cm**2") for r in relations}
    everything = [*relations, Relation(ANY, "any cell", ())]
    a, b = max(everything, key=lambda r: r.area.low), min(everything, key=lambda r: r.area.high)
    if not a.area.meets(b.area):  # the two that are furthest apart
        said = f"{whose}: {a.words} needs an electrode of {say(a.area, 'cm**2')}, {b.words} one of {say(b.area, 'cm**2')}; no area serves both."
        return Verdict("area_closure", "disagree", said, tuple(dict.fromkeys((*a.ids, *b.ids))), numbers, AREAS)
    common = ANY
    for r in relations:
        common = common.cut(r.area)
    listed = "; ".join(r.words + ("" if r.taken is None else f", taken plainly {say(r.taken, 'cm**2')}") for r in relations)
    shown = say(Span(0.0 if common.low <= ANY.low else common.low, common.high), "cm**2")
    said = f"{whose}: an electrode of {shown} serves {'all' if len(relations) > 1 else 'the numbers'} ({listed})"
    if len(relations) == 1 or common.high > WIDE * common.low:
        why = "no other number says what the area is" if len(relations) == 1 else "what is open leaves the area too free for a test"
        return Verdict("area_closure", "indeterminate", f"{said}; {why}.", ids, numbers, AREAS, compared=len(relations) > 1)
    apart = max((max(common.low / r.taken, r.taken / common.high) for r in relations if r.taken), default=1.0)
    if apart > FAR:
        why = f"taken plainly they are a factor of {apart:.2g} apart, which what is allowed for can bridge but nothing stated does"
        return Verdict("area_closure", "indeterminate", f"{said}; {why}.", ids, numbers, AREAS)
    return Verdict("area_closure", "agree", f"{said}.", ids, numbers, AREAS)


def _material(subject: str) -> str:
    """What lies between the electrodes of "Cu|SPE|Cu", or the first word of "SPE (PEO/LiFSI)"."""
    parts = [plain(p) for p in subject.split("|")]
    inner = parts[len(parts) // 2] if len(parts) >= 3 else parts[0]
    return re.split(r"[\s(]", inner)[0]


def _layer(case: Case, cell: Claim) -> list[tuple[Told, Claim]]:
    """(thickness, conductivity) of the material between blocking electrodes, same variant where both state one; the thickness
    may stand with the resistance or the conductivity."""
    name = _material(cell.subject)
    fits = [c for c in case.of("thickness", "ionic_conductivity") if _material(c.subject) == name and (plain(c.variant) == plain(cell.variant) or unspecific(c.variant) or unspecific(cell.variant))]
    if any(c.quantity == "thickness" and plain(c.variant) == plain(cell.variant) and not unspecific(c.variant) for c in fits):
        fits = [c for c in fits if c.quantity != "thickness" or plain(c.variant) == plain(cell.variant)]
    sigmas = [c for c in fits if c.quantity == "ionic_conductivity"]
    sizes = [one for c in fits if c.quantity == "thickness" for one in all_of(c, error=SAMPLE)]
    return [(size, b) for b in sigmas for size in (_with(cell, b) or sizes)]


def _with(*claims: Claim) -> list[Told]:
    """A thickness among the conditions of the resistance or the conductivity."""
    found = [(c, c.condition("thickness")) for c in claims if c.has("thickness")]
    return [Told(Span(size, size).widened(SAMPLE), size, f"{say(size, 'um')}", (c.id,)) for c, size in found if size > 0.0]


def _bulk(case: Case, cell: list[Claim]) -> Iterator[Relation]:
    for resistance in (c for c in cell if c.quantity == "bulk_resistance" and c.unit.startswith(("ohm", "k")) and "cm" not in c.unit):
        for size, sigma in _layer(case, resistance):
            factor = state(resistance, sigma, together=True)
            if factor is None:
                continue
            area = size.span / (of(sigma) * of(resistance)).widened(SAMPLE) * factor
            words = f"thickness {size.words} over conductivity {sigma.printed()} and resistance {resistance.printed()}"
            yield Relation(area, words, tuple(dict.fromkeys((resistance.id, sigma.id, *size.ids))), size.value / (sigma.si * resistance.si))


def _polarised(case: Case, cell: list[Claim]) -> Iterator[Relation]:
    for voltage, current in ((c, j) for c in cell if c.quantity == "polarization_voltage" and not isinstance(c.value, list) for j in told(case, c, "current_density")):
        for resistance in (c for c in cell if c.quantity == "cell_impedance" and not isinstance(c.value, list)):
            factor = state(voltage, resistance)
            if factor is None or voltage.conditions.get("electrolyte") != resistance.conditions.get("electrolyte"):
                continue
            area = direct(voltage, current.span) / of(resistance, error=0.05) * factor
            taken = voltage.si / (current.value * resistance.si)
            words = f"{voltage.printed()} at {say(current.value, 'mA/cm**2')} with {resistance.printed()}"
            yield Relation(area, words, (voltage.id, resistance.id, *current.ids), taken)


def _partial(case: Case, cell: list[Claim]) -> Iterator[Relation]:
    """A part's resistance in ohm cm² is no more than the whole cell's ohm times the area."""
    for resistance in (c for c in cell if c.quantity == "cell_impedance" and not isinstance(c.value, list) and c.form != "lower_bound"):
        for part in (c for c in case.of("interfacial_asr") if same_cell(c, resistance)):
            factor = state(part, resistance)
            if factor is not None and part.form != "upper_bound":
                least = (of(part, error=0.25) / of(resistance, error=0.05) * factor).low
                yield Relation(Span(least, math.inf), f"{part.printed()} of interface in {resistance.printed()} of cell", (part.id, resistance.id))


def _geometry(case: Case, cell: list[Claim]) -> Iterator[Relation]:
    """The area of the electrode, as stated or by its diameter (of the claims, of this cell, or "of all cells"): where several
    are stated any of them, and what lies between, may be meant."""
    found = {t.words: t for c in cell for t in told(case, c, "area") if t.sure}
    if found:
        words = " or ".join(w if w.startswith("a diameter") else f"an area of {w}" for w in found)
        yield Relation(hull(t.span for t in found.values()).widened(EDGE), words, tuple(dict.fromkeys(i for t in found.values() for i in t.ids)))
