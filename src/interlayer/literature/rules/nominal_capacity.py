"""Areal capacities against loading: nominal, delivered, and what the active material can hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..actives import material_of
from ..claims import Claim
from ..spans import Span, of, say
from ..told import Told, all_of, mildest, told
from ..verdict import RULES, Case, Lack, Said, Verdict, no_conflict, plain, same_cell

READING = 0.02  # of an areal capacity, beside its printed form
FULL = ("design", "cycling", "rate")  # techniques in which an areal capacity is that of an electrode with active material
SLACK = 0.05  # weighing and punching of one electrode
UNKNOWN = 0.4  # a delivered share below this needs a named material before it is called an agreement
EXTRA = 0.1  # over the theoretical capacity: carbon, surface, an impure formula
ALLOWED = {"weighing": "5 %", "capacity over the theoretical one": "10 %", "loading": "of active material or of the whole electrode", "definition": "nominal or delivered, where not stated"}


@RULES.add("nominal_capacity")
def nominal_capacity(case: Case) -> Iterator[Said]:
    """Areal capacity = loading * specific capacity; no more than the theoretical capacity of the active material allows.

    Both stand in one claim, or each as a claim of its own on the same cell; of several loadings, each may be meant.
    """
    matched: set[str] = set()
    seen: set[tuple[str, ...]] = set()
    for claim, rows in _areal(case):
        for i, areal in enumerate(rows):
            options = tuple(all_of(claim, error=SLACK)) if claim.quantity == "loading" else told(case, claim, "loading", index=i, error=SLACK)
            matched |= {claim.id, *(one for t in options for one in t.ids)}
            key = (plain(claim.subject), plain(claim.variant), areal.words, *(f"{t.value:.3g}" for t in options))
            if options and key not in seen:
                yield mildest([_judge(case, claim, areal, mass) for mass in options], "loading", options)
            elif not options and claim.quantity == "areal_capacity" and (material_of(claim.subject, claim.variant) or claim.technique in FULL):
                yield Lack("nominal_capacity", (claim.id,), "a loading")
            seen.add(key)
    for claim in case.of("loading", lists=True):
        if claim.id not in matched:
            yield Lack("nominal_capacity", (claim.id,), "an areal capacity")


def _areal(case: Case) -> Iterator[tuple[Claim, list[Told]]]:
    """(claim, areal capacities) of every claim that is one, then of those of full cells that state one beside their number."""
    for claim in case.of("areal_capacity", lists=True):
        if claim.form != "upper_bound" and max(claim.values) > 0.0:
            yield claim, [replace(one, words=say(one.value, "mA*h/cm**2")) for one in all_of(claim, error=READING)]
    for claim in case.claims:
        if claim.quantity != "areal_capacity" and claim.kind != "comparison" and claim.has("areal_capacity") and (claim.quantity == "loading" or material_of(claim.subject, claim.variant)):
            yield claim, list(told(case, claim, "areal_capacity", error=READING))


def _judge(case: Case, claim: Claim, stated: Told, loading: Told) -> Verdict:
    areal, mass, ids = stated.span, loading.span, tuple(dict.fromkeys((claim.id, *loading.ids)))
    implied = areal / mass
    centre = stated.value / loading.value
    known = material_of(claim.subject, claim.variant, claim.note)
    delivered = None
    if claim.quantity == "areal_capacity":
        capacities = (c for c in case.same(claim) if c.quantity in ("capacity", "initial_capacity") and not isinstance(c.value, list) and c.value > 0)
        delivered = next((c for c in capacities if same_cell(c, claim) and no_conflict(c, claim, "temperature", "c_rate") and any(mass.meets(t.span) for t in told(case, c, "loading"))), None)
    numbers = {"areal capacity": stated.words, "loading": loading.words, "implied": say(centre, "mA*h/g")}
    head = f"{stated.words} on {say(loading.value, 'mg/cm**2', 4)} is {say(centre, 'mA*h/g')}"
    if known is not None and implied.low > known[1] * (1.0 + EXTRA):
        said = f"{head}, more than {known[0]} can hold ({say(known[1], 'mA*h/g')} in theory)."
        return Verdict("nominal_capacity", "disagree", said, ids, numbers | {f"theory of {known[0]}": say(known[1], "mA*h/g")}, ALLOWED)
    if delivered is None:
        room = f", within what {known[0]} can hold ({say(known[1], 'mA*h/g')})" if known else "; which active material is not said"
        return Verdict("nominal_capacity", "agree" if known else "indeterminate", f"{head}{room}.", ids, numbers, ALLOWED, compared=known is not None)
    return _delivered(claim, delivered, head, centre, implied, mass, numbers, ids)


def _delivered(claim: Claim, capacity: Claim, head: str, centre: float, implied: Span, mass: Span, numbers: dict[str, str], ids: tuple[str, ...]) -> Verdict:
    got = of(capacity)
    share = capacity.si / centre
    tail = f" delivered there is {capacity.printed()}, {say(capacity.si * mass.middle, 'mA*h/cm**2')} ({100 * share:.0f} %)"
    numbers = numbers | {"delivered": capacity.printed()}
    defined = plain(str(claim.conditions.get("definition", "")))
    if defined == "delivered" and not got.widened(SLACK).meets(implied):
        return Verdict("nominal_capacity", "disagree", f"{head}, said to be delivered;{tail}: not the same.", (*ids, capacity.id), numbers, ALLOWED)
    if abs(share - 1.0) < 0.03:
        return Verdict("nominal_capacity", "agree", f"{head};{tail}: nominal and delivered are the same.", (*ids, capacity.id), numbers, ALLOWED)
    if share < UNKNOWN and material_of(claim.subject, claim.variant, claim.note) is None:
        return Verdict("nominal_capacity", "indeterminate", f"{head};{tail}: too far apart to be taken for nominal and delivered, and which active material is not said.", (*ids, capacity.id), numbers, ALLOWED)
    return Verdict("nominal_capacity", "agree", f"{head}, the nominal capacity;{tail}. Quote the delivered one where energy is meant.", (*ids, capacity.id), numbers, ALLOWED)
