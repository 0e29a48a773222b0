"""Areal capacities against loading: nominal, delivered, and what the active material can hold."""

from __future__ import annotations

from collections.abc import Iterator

from ..actives import material_of
from ..claims import Claim
from ..spans import Span, of, say, set_value
from ..verdict import RULES, Case, Verdict, no_conflict, plain, same_cell

SLACK = 0.05  # weighing and punching of one electrode
EXTRA = 0.1  # over the theoretical capacity: carbon, surface, an impure formula
ALLOWED = {"weighing": "5 %", "capacity over the theoretical one": "10 %", "loading": "of active material or of the whole electrode", "definition": "nominal or delivered, where not stated"}


def _rows(case: Case) -> Iterator[tuple[Claim, int, Span, Span]]:
    """(claim, index, areal capacity, loading) of every statement that has both."""
    for claim in case.of("areal_capacity", lists=True):
        if "loading" in claim.conditions and not isinstance(claim.conditions["loading"], str):
            axis = claim.axis("loading")
            for i in range(len(claim.values)):
                mass = axis[i] if len(axis) > i else axis[0]
                if mass > 0.0 and claim.values[i] > 0.0:
                    yield claim, i, of(claim, i, error=0.02), Span(mass, mass).widened(SLACK)


@RULES.add("nominal_capacity")
def nominal_capacity(case: Case) -> Iterator[Verdict]:
    """Areal capacity = loading * specific capacity; no more than the theoretical capacity of the active material allows."""
    for claim, i, areal, mass in _rows(case):
        if claim.form == "upper_bound":
            continue
        implied = areal / mass
        centre = claim.values[i] / mass.middle
        known = material_of(claim.subject, claim.variant, claim.note)
        delivered = [c for c in case.of("capacity", "initial_capacity") if same_cell(c, claim) and _at(c, mass) and no_conflict(c, claim, "temperature", "c_rate")]
        numbers = {"areal capacity": f"{say(areal.middle, 'mA*h/cm**2')}", "loading": say(mass.middle, "mg/cm**2"), "implied": say(centre, "mA*h/g")}
        head = f"{say(claim.values[i], 'mA*h/cm**2')} on {say(mass.middle, 'mg/cm**2', 4)} is {say(centre, 'mA*h/g')}"
        if known is not None and implied.low > known[1] * (1.0 + EXTRA):
            said = f"{head}, more than {known[0]} can hold ({say(known[1], 'mA*h/g')} in theory)."
            yield Verdict("nominal_capacity", "disagree", said, (claim.id,), numbers | {f"theory of {known[0]}": say(known[1], "mA*h/g")}, ALLOWED)
            continue
        if not delivered:
            room = f", within what {known[0]} can hold ({say(known[1], 'mA*h/g')})" if known else "; which active material is not said"
            yield Verdict("nominal_capacity", "agree" if known else "indeterminate", f"{head}{room}.", (claim.id,), numbers, ALLOWED)
        for capacity in delivered[:1]:
            yield _delivered(claim, capacity, head, centre, implied, mass, numbers)


def _at(capacity: Claim, mass: Span) -> bool:
    return capacity.has("loading") and mass.meets(set_value(capacity, "loading"))


def _delivered(claim: Claim, capacity: Claim, head: str, centre: float, implied: Span, mass: Span, numbers: dict[str, str]) -> Verdict:
    got = of(capacity)
    share = capacity.si / centre
    tail = f" delivered there is {capacity.printed()}, {say(capacity.si * mass.middle, 'mA*h/cm**2')} ({100 * share:.0f} %)"
    numbers = numbers | {"delivered": capacity.printed()}
    defined = plain(str(claim.conditions.get("definition", "")))
    if defined == "delivered" and not got.widened(SLACK).meets(implied):
        return Verdict("nominal_capacity", "disagree", f"{head}, said to be delivered;{tail}: not the same.", (claim.id, capacity.id), numbers, ALLOWED)
    if abs(share - 1.0) < 0.03:
        return Verdict("nominal_capacity", "agree", f"{head};{tail}: nominal and delivered are the same.", (claim.id, capacity.id), numbers, ALLOWED)
    return Verdict("nominal_capacity", "agree", f"{head}, the nominal capacity;{tail}. Quote the delivered one where energy is meant.", (claim.id, capacity.id), numbers, ALLOWED)
