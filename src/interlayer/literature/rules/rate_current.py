"""C-rate, areal capacity, loading and current density of one cell; full-cell currents against the critical current."""

from __future__ import annotations

from collections.abc import Iterator

from ..actives import material_of
from ..claims import Claim
from ..spans import Span, of, say
from ..told import Told, all_of, mildest, told
from ..verdict import RULES, Case, Lack, Said, Verdict, no_conflict, plain, same_variant, several

NOMINAL = Span(0.5, 2.3)  # current of 1C over the stated areal capacity: theoretical, nominal or measured capacity
STATED_1C = Span(0.85, 1.15)  # the same where mA/g of 1C is stated
STRONGER = 5.0  # cells of one kind differ in critical current by less than this
ALLOWED = {"definition of 1C": "50 to 230 % of the stated areal capacity (LCO: 274 mAh/g in theory, 120 in use), 85 to 115 % where mA/g of 1C is stated, 35 to 110 % of the theoretical capacity on a loading, 50 to 800 % of a delivered one where no material is named", "rounding": "as printed"}
THEORY_1C = Span(0.35, 1.1)  # current of 1C over that of the theoretical capacity: LCO is used to 120 of 274 mAh/g
DELIVERED_1C = Span(0.5, 8.0)  # the same over the largest capacity delivered, which at a high rate is a small part of the nominal one
PROTOCOL = {"critical current of a sister cell": "a fifth to five times", "charge per half cycle": "as stated; more charge lowers the critical current"}


@RULES.add("rate_current")
def rate_current(case: Case) -> Iterator[Said]:
    """j = rate * areal capacity = rate * (mA/g of 1C) * loading; and a cell can't cycle for long far above its critical
    current."""
    seen = set()
    for claim in case.claims:
        if claim.kind == "comparison" or not (claim.quantity in ("current_density", "rate") or claim.has("c_rate") or claim.has("current_density")):
            continue
        rate, current = _one(case, claim, "rate", "c_rate"), _one(case, claim, "current_density", "current_density")
        if rate is None or current is None:
            if claim.quantity == "rate" and not isinstance(claim.value, list) and current is None:
                yield Lack("rate_current", (claim.id,), "the current density of this rate")
            continue
        charges = list(_charges(case, claim))
        key = (claim.subject, claim.variant, rate.span, current.span, tuple(words for _, words, _, _ in charges))
        if not charges:
            yield Lack("rate_current", (claim.id,), "an areal capacity, or a loading with mA/g of 1C, a named active material or a capacity in mAh/g")
        if charges and key not in seen:
            seen.add(key)
            for kind in dict.fromkeys(c[0] for c in charges):
                own = [c for c in charges if c[0] == kind]
                ids = tuple(dict.fromkeys((*rate.ids, *current.ids)))
                judged = [_judge(claim, rate, current, charge.value, definition, words, (*ids, *charge.ids)) for _, words, charge, definition in own]
                yield mildest(judged, "loading" if kind != "areal capacity" else kind, [c[2] for c in own])
    yield from _critical(case)


def _one(case: Case, claim: Claim, quantity: str, condition: str) -> Told | None:
    """The rate or the current of a claim: it is one, states one, or the paper has one for this cell."""
    if claim.quantity == quantity:
        if isinstance(claim.value, list):
            return None
        span = Span(claim.si, claim.si).widened(0.02) if quantity == "rate" else of(claim)  # a rate is set, a current may be rounded
        return Told(span, claim.si, claim.printed())
    if condition in claim.conditions and not claim.has(condition):
        return None  # in words, or a list
    return next(iter(told(case, claim, condition)), None)


def _charges(case: Case, claim: Claim) -> Iterator[tuple[str, str, Told, Span]]:
    """(kind, words, charge of 1C per area, definition of 1C) as far as stated: an areal capacity; a loading with mA/g of 1C; or,
    where neither is there, a loading with the theoretical capacity of the active material."""
    areal = (Told(of(claim), claim.si, claim.printed()),) if claim.quantity == "areal_capacity" and not isinstance(claim.value, list) else told(case, claim, "areal_capacity", each=True)
    for one in areal:
        yield "areal capacity", say(one.value, "mA*h/cm**2"), one, NOMINAL.widened(0.03)
    loadings = told(case, claim, "loading", error=0.05)
    own = told(case, claim, "specific_current_1C")  # of this cell, else of the material its subject names
    given = own or tuple(one for c in case.of("specific_current_1C") if any(word in plain(claim.subject) for word in plain(c.subject).split()) for one in all_of(c))
    for mass in loadings:
        head = say(mass.value, "mg/cm**2")
        for c in given:  # 1 A/kg is the current of 1 h, so the charge of 1C is 3600 s times it
            yield "loading", f"{head} at {c.words} for 1C", Told(mass.span * (c.value * 3600.0), mass.value * c.value * 3600.0, mass.words, (*mass.ids, *c.ids), mass.sure), STATED_1C.widened(0.05)
        known = material_of(claim.subject, claim.variant)
        if known and not given and not areal:
            yield "theory", f"{head} of {known[0]} ({say(known[1], 'mA*h/g')} in theory)", Told(mass.span * known[1], mass.value * known[1], mass.words, mass.ids, mass.sure), THEORY_1C.widened(0.05)
        if not known and not given and not areal:
            yield from _delivered(case, claim, mass)


def _delivered(case: Case, claim: Claim, mass: Told) -> Iterator[tuple[str, str, Told, Span]]:
    """The largest capacity stated of a fresh cell, on a loading: where the active material is not named."""
    fresh = [c for c in case.same(claim) if c.quantity in ("initial_capacity", "first_discharge_capacity", "capacity") and not isinstance(c.value, list) and c.value > 0 and "cycles" not in c.conditions]
    if fresh:
        best = max(fresh, key=lambda c: c.si)
        yield "delivered", f"{say(mass.value, 'mg/cm**2')} at {best.printed()}", Told(mass.span * of(best), mass.value * best.si, mass.words, (*mass.ids, best.id), mass.sure), DELIVERED_1C.widened(0.05)


def _judge(claim: Claim, rate: Told, current: Told, charge: float, definition: Span, words: str, more: tuple[str, ...]) -> Verdict:
    centre = rate.value * charge
    made = rate.span * charge * definition
    numbers = {"rate": f"{rate.value * 3600:.3g}C", "charge of 1C": words, "their product": say(centre, "mA/cm**2"), "current density": say(current.value, "mA/cm**2")}
    head = f"{rate.value * 3600:.3g}C of {words} is {say(centre, 'mA/cm**2')}; {say(current.value, 'mA/cm**2')} is stated ({claim.subject})"
    ids = (claim.id, *more)
    if not current.span.meets(made):
        return Verdict("rate_current", "disagree", f"{head}, which no definition of 1C explains.", ids, numbers, ALLOWED)
    if current.span.meets(Span(centre, centre).widened(0.1)):
        return Verdict("rate_current", "agree", f"{head}.", ids, numbers, ALLOWED)
    return Verdict("rate_current", "indeterminate", f"{head}: possible if 1C refers to another capacity than this one.", ids, numbers, ALLOWED)


def _critical(case: Case) -> Iterator[Said]:
    for limit in case.of("critical_current_density"):
        if several(limit.variant):
            continue
        found = list(_full_cell(case, limit))
        found += _lives(case, limit)
        yield from found
        if not found:
            yield Lack("rate_current", (limit.id,), "a life (or a full cell's current) of the same variant at a stated current density")


def _open(limit: Claim) -> bool:
    """Whether the ramp ended without failure: the critical current is larger than stated."""
    return limit.form == "lower_bound" or limit.censored


def _words(limit: Claim) -> str:
    return f"at least {say(limit.si, 'mA/cm**2')}" if _open(limit) else limit.printed()


def _lives(case: Case, limit: Claim) -> Iterator[Verdict]:
    for life in case.of("cycle_life_hours"):
        current = next(iter(told(case, life, "current_density")), None)
        if current is None or not (same_variant(life, limit) and plain(life.subject) == plain(limit.subject) and no_conflict(life, limit, "temperature", relative=0.01)):
            continue
        j, hours = current.value, of(life)
        if _open(limit) and j > limit.si:
            continue
        more = not limit.has("areal_capacity") or not life.has("areal_capacity") or life.condition("areal_capacity") >= 0.5 * limit.condition("areal_capacity")
        head = f"The critical current of the {limit.variant} cell is {_words(limit)}; the cell is cycled at {say(j, 'mA/cm**2')} for {life.printed()}"
        ids, numbers = (limit.id, life.id, *current.ids), {"critical current": _words(limit), "cycled at": say(j, "mA/cm**2"), "for": life.printed()}
        if j > STRONGER * of(limit).high and hours.low > 100.0 * 3600.0 and more:
            yield Verdict("rate_current", "disagree", f"{head}, more than five times it and for more than 100 h.", ids, numbers, PROTOCOL)
        elif j > of(limit).high:
            yield Verdict("rate_current", "indeterminate", f"{head}: above it, which a sister cell or another charge per half cycle may explain.", ids, numbers, PROTOCOL)
        else:
            yield Verdict("rate_current", "agree", f"{head}, below it.", ids, numbers, PROTOCOL)


def _full_cell(case: Case, limit: Claim) -> Iterator[Verdict]:
    """The largest current of a full cell of the same variant, with its charge per half cycle, beside the critical current."""
    runs = [c for c in case.of("cycle_life_cycles", "capacity", "capacity_retention") if c.has("c_rate") and c.has("current_density") and same_variant(c, limit)]
    if not runs or not no_conflict(runs[0], limit, "temperature", relative=0.01):
        return
    run = max(runs, key=lambda c: c.condition("current_density"))
    j = run.condition("current_density")
    if _open(limit) and j > limit.si:
        return
    charge = f" with {say(run.condition('areal_capacity'), 'mA*h/cm**2')} a half cycle" if run.has("areal_capacity") else ""
    ramp = f" (ramp of {say(limit.condition('areal_capacity'), 'mA*h/cm**2')} a half cycle)" if limit.has("areal_capacity") else ""
    head = f"The full cell runs at {say(j, 'mA/cm**2')}{charge}; the critical current of the symmetric cell is {_words(limit)}{ramp}"
    numbers = {"critical current": _words(limit), "full cell": say(j, "mA/cm**2")}
    if j <= of(limit).high:
        yield Verdict("rate_current", "agree", f"{head}.", (limit.id, run.id), numbers, PROTOCOL)
    else:
        yield Verdict("rate_current", "indeterminate", f"{head}: above it; a full cell plates on one side only and with its own charge, so the two do not exclude each other.", (limit.id, run.id), numbers, PROTOCOL)
