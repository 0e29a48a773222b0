"""C-rate, areal capacity, loading and current density of one cell; full-cell currents against the critical current."""

from __future__ import annotations

from collections.abc import Iterator

from ..claims import Claim
from ..spans import Span, of, say, set_value
from ..verdict import RULES, Case, Verdict, no_conflict, plain, same_variant, several

NOMINAL = Span(0.5, 2.3)  # current of 1C over the stated areal capacity: theoretical, nominal or measured capacity
STATED_1C = Span(0.85, 1.15)  # the same where mA/g of 1C is stated
STRONGER = 5.0  # cells of one kind differ in critical current by less than this
ALLOWED = {"definition of 1C": "50 to 230 % of the stated areal capacity (LCO: 274 mAh/g in theory, 120 in use), 85 to 115 % where mA/g of 1C is stated", "rounding": "as printed"}
PROTOCOL = {"critical current of a sister cell": "a fifth to five times", "charge per half cycle": "as stated; more charge lowers the critical current"}


@RULES.add("rate_current")
def rate_current(case: Case) -> Iterator[Verdict]:
    """j = rate * areal capacity = rate * (mA/g of 1C) * loading; and a cell can't cycle for long far above its critical
    current."""
    seen = set()
    for claim in case.claims:
        if claim.kind == "comparison" or not claim.has("c_rate"):
            continue
        current = of(claim) if claim.quantity == "current_density" and not isinstance(claim.value, list) else set_value(claim, "current_density") if claim.has("current_density") else None
        capacity = of(claim) if claim.quantity == "areal_capacity" and not isinstance(claim.value, list) else set_value(claim, "areal_capacity") if claim.has("areal_capacity") else None
        rate = set_value(claim, "c_rate")
        key = (claim.subject, claim.variant, rate, current, capacity)
        if current is not None and capacity is not None and key not in seen:
            seen.add(key)
            yield _judge(claim, rate, current, capacity.middle, NOMINAL.widened(0.03), say(capacity.middle, "mA*h/cm**2"), ())
        if current is not None and claim.has("loading"):
            yield from _loading(case, claim, rate, current)
    yield from _critical(case)


def _judge(claim: Claim, rate: Span, current: Span, charge: float, definition: Span, words: str, more: tuple[str, ...]) -> Verdict:
    centre = rate.middle * charge
    made = rate * charge * definition
    numbers = {"rate": f"{rate.middle * 3600:.3g}C", "charge of 1C": words, "their product": say(centre, "mA/cm**2"), "current density": say(current.middle, "mA/cm**2")}
    head = f"{rate.middle * 3600:.3g}C of {words} is {say(centre, 'mA/cm**2')}; {say(current.middle, 'mA/cm**2')} is stated ({claim.subject})"
    ids = (claim.id, *more)
    if not current.meets(made):
        return Verdict("rate_current", "disagree", f"{head}, which no definition of 1C explains.", ids, numbers, ALLOWED)
    if current.meets(Span(centre, centre).widened(0.1)):
        return Verdict("rate_current", "agree", f"{head}.", ids, numbers, ALLOWED)
    return Verdict("rate_current", "indeterminate", f"{head}: possible if 1C refers to another capacity than this one.", ids, numbers, ALLOWED)


def _loading(case: Case, claim: Claim, rate: Span, current: Span) -> Iterator[Verdict]:
    for specific in case.of("specific_current_1C"):
        if any(word in plain(claim.subject) for word in plain(specific.subject).split()):
            mass = set_value(claim, "loading", error=0.05)
            words = f"{say(mass.middle, 'mg/cm**2')} at {specific.printed()} for 1C"
            # 1 A/kg is the current of 1 h, so the charge of 1C is 3600 s times it
            yield _judge(claim, rate, current, specific.si * mass.middle * 3600.0, STATED_1C.widened(0.05), words, (specific.id,))


def _critical(case: Case) -> Iterator[Verdict]:
    for limit in case.of("critical_current_density"):
        if limit.form in ("lower_bound", "range", "series") or limit.censored or several(limit.variant):
            continue
        yield from _full_cell(case, limit)
        for life in case.of("cycle_life_hours"):
            if not (life.has("current_density") and same_variant(life, limit) and plain(life.subject) == plain(limit.subject) and no_conflict(life, limit, "temperature", relative=0.01)):
                continue
            j, hours = life.condition("current_density"), of(life)
            more = not limit.has("areal_capacity") or not life.has("areal_capacity") or life.condition("areal_capacity") >= 0.5 * limit.condition("areal_capacity")
            head = f"The critical current of the {limit.variant} cell is {limit.printed()}; the cell is cycled at {say(j, 'mA/cm**2')} for {life.printed()}"
            ids, numbers = (limit.id, life.id), {"critical current": limit.printed(), "cycled at": say(j, "mA/cm**2"), "for": life.printed()}
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
    charge = f" with {say(run.condition('areal_capacity'), 'mA*h/cm**2')} a half cycle" if run.has("areal_capacity") else ""
    ramp = f" (ramp of {say(limit.condition('areal_capacity'), 'mA*h/cm**2')} a half cycle)" if limit.has("areal_capacity") else ""
    head = f"The full cell runs at {say(j, 'mA/cm**2')}{charge}; the critical current of the symmetric cell is {limit.printed()}{ramp}"
    numbers = {"critical current": limit.printed(), "full cell": say(j, "mA/cm**2")}
    if j <= of(limit).high:
        yield Verdict("rate_current", "agree", f"{head}.", (limit.id, run.id), numbers, PROTOCOL)
    else:
        yield Verdict("rate_current", "indeterminate", f"{head}: above it; a full cell plates on one side only and with its own charge, so the two do not exclude each other.", (limit.id, run.id), numbers, PROTOCOL)
