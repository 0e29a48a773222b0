"""Hours against cycles, and times of post-mortem against times of failure."""

from __future__ import annotations

from collections.abc import Iterator

from ..claims import Claim
from ..spans import Span, of, say
from ..told import Told, told
from ..verdict import RULES, Case, Lack, Said, Verdict, no_conflict, plain, same_cell, several

TIMES = ("cycle_life_hours", "time_before_analysis", "failure_time", "degradation_onset_time")
COUNTING = Span(0.5, 1.0)  # a half cycle, or a full one, may be counted as a cycle
REST = Span(1.0, 3.0)  # rests between half cycles: up to twice the time under current
SAMPLE = 5.0  # two cells of one kind may fail at times that differ by this factor (shorts scatter widely)
ALLOWED = {"what is counted as a cycle": "a half or a full cycle", "rests": "none to twice the time under current", "rounding": "as printed"}
SISTERS = {"life of a sister cell": "a fifth to five times", "rounding": "as printed"}


@RULES.add("clocks")
def clocks(case: Case) -> Iterator[Said]:
    """Time = cycles * 2 Q / j (strip/plate), and nothing is seen after the end of a cell that failed."""
    found: list[Verdict] = []
    for claim in case.of(*TIMES):
        if claim.has("cycles"):
            found += _hours(case, claim, claim.condition("cycles"), (claim.id,))
    found += [*_two_statements(case), *_half_cycles(case), *_after_failure(case)]
    yield from found
    yield from _lacks(case, {i for v in found for i in v.claims})


def _lacks(case: Case, used: set[str]) -> Iterator[Lack]:
    for claim in (c for c in case.of(*TIMES, "step_duration") if c.id not in used):
        needs = [words for name, words in (("current_density", "the current density"), ("areal_capacity", "the charge of a half cycle (areal_capacity)")) if not told(case, claim, name)]
        needs += ["the number of cycles"] if not claim.has("cycles") and claim.quantity in ("cycle_life_hours", "time_before_analysis") else []
        if needs:
            yield Lack("clocks", (claim.id,), ", ".join(needs))


def _hours(case: Case, claim: Claim, cycles: float, ids: tuple[str, ...]) -> Iterator[Verdict]:
    for current in told(case, claim, "current_density"):
        for charge in told(case, claim, "areal_capacity"):
            yield _judge(claim, cycles, current, charge, tuple(dict.fromkeys((*ids, *current.ids, *charge.ids))))


def _judge(claim: Claim, cycles: float, current: Told, charge: Told, ids: tuple[str, ...]) -> Verdict:
    half = charge.span / current.span
    made = half * 2.0 * cycles
    possible = made * COUNTING * REST
    numbers = {"hours": claim.printed(), "cycles": f"{cycles:g}", "one full cycle": say(2.0 * half.middle, "hour"), "cycles times cycle": say(made.middle, "hour")}
    head = f"{cycles:g} cycles of {say(charge.value, 'mA*h/cm**2')} at {say(current.value, 'mA/cm**2')} take {say(made.middle, 'hour')} under current"
    if of(claim, error=0.05).meets(possible):
        close = of(claim, error=0.05).meets(made * Span(1.0, 1.5))
        tail = f"; {claim.printed()} is stated" + ("." if close else ", which needs rests or half cycles counted as cycles.")
        return Verdict("clocks", "agree" if close else "indeterminate", head + tail, ids, numbers, ALLOWED)
    return Verdict("clocks", "disagree", f"{head}, and the {claim.printed()} stated fits neither half cycles counted as cycles nor long rests.", ids, numbers, ALLOWED)


def _half_cycles(case: Case) -> Iterator[Verdict]:
    """Charge of a half cycle = current * duration (of a half or a full cycle, which is often left open)."""
    for claim in case.of("step_duration"):
        current, whole = next(iter(told(case, claim, "current_density")), None), next(iter(told(case, claim, "areal_capacity")), None)
        if current is None or whole is None:
            continue
        made, charge, ids = current.span * of(claim, error=0.05), whole.span, (claim.id, *current.ids, *whole.ids)
        j = say(current.value, "mA/cm**2")
        numbers = {"duration": claim.printed(), "current": j, "current times duration": say(made.middle, "mA*h/cm**2"), "charge": say(charge.middle, "mA*h/cm**2")}
        said = f"{j} for {claim.printed()} is {say(made.middle, 'mA*h/cm**2')}; {say(charge.middle, 'mA*h/cm**2')} is stated"
        allowed = {"duration": "of a half or of a full cycle", "charge": "of a half or of a full cycle", "rounding": "as printed, and 5 %"}
        if made.meets(charge):
            yield Verdict("clocks", "agree", f"{said}.", ids, numbers, allowed)
        elif (made * Span(0.5, 2.0)).widened(0.05).meets(charge):
            yield Verdict("clocks", "indeterminate", f"{said}, which holds if one is of a half cycle and the other of a full one.", ids, numbers, allowed)
        else:
            yield Verdict("clocks", "disagree", f"{said}: neither a half nor a full cycle.", ids, numbers, allowed)


def _two_statements(case: Case) -> Iterator[Verdict]:
    for hours in case.of("cycle_life_hours"):
        if hours.has("cycles"):
            continue
        for cycles in case.of("cycle_life_cycles"):
            same = same_cell(hours, cycles) and (cycles.has("current_density") or not hours.has("current_density")) and no_conflict(hours, cycles, "current_density", "areal_capacity", "temperature")
            if same and hours.form != "lower_bound" and cycles.form != "lower_bound" and hours.conditions.get("electrolyte") == cycles.conditions.get("electrolyte"):
                yield from _hours(case, hours, cycles.si, (hours.id, cycles.id))


def _short(claim: Claim) -> bool:
    return claim.quantity == "failure_time" and "short" in str(claim.conditions.get("mode", "")).casefold() and "soft" not in str(claim.conditions.get("mode", "")).casefold()


def _parts(variant: str) -> list[str]:
    return [plain(part) for part in variant.split(" vs ")]


def _after_failure(case: Case) -> Iterator[Verdict]:
    """Post-mortem, onset of degradation and stability against the failure of the same variant at the same current."""
    for failure, at in ((c, j) for c in case.of("failure_time") for j in told(case, c, "current_density")):
        for claim in case.of("time_before_analysis", "degradation_onset_time", "impedance_stability_time"):
            if plain(failure.variant) not in _parts(claim.variant) or not no_conflict(claim, failure, "areal_capacity", "temperature"):
                continue
            if not any(j.span.meets(at.span) for j in told(case, claim, "current_density")):
                continue
            if claim.conditions.get("electrolyte") != failure.conditions.get("electrolyte"):
                continue
            yield from _order(claim, failure)


def _order(claim: Claim, failure: Claim) -> Iterator[Verdict]:
    what = {"time_before_analysis": "a post-mortem after", "degradation_onset_time": "degradation that sets in after", "impedance_stability_time": "an impedance that is stable for"}[claim.quantity]
    numbers = {claim.quantity.replace("_", " "): claim.printed(), "failure": failure.printed()}
    ids = (claim.id, failure.id)
    earliest, latest = of(claim).low, of(failure).high
    head = f"The text has {what} {claim.printed()} ({claim.variant}), and failure of the {failure.variant} cell at {failure.printed()}"
    if earliest <= latest:
        yield Verdict("clocks", "agree", f"{head}: in this order.", ids, numbers, SISTERS)
    elif several(claim.variant):
        said = f"{head}: the time can hold for this cell only if it was kept under current after its failure, or is that of the other cell alone; the text should say which."
        yield Verdict("clocks", "indeterminate", said, ids, numbers, {"which of the cells the time belongs to": "either, or both with a failed cell run on"} | SISTERS)
    elif earliest > SAMPLE * latest and claim.quantity != "time_before_analysis":
        yield Verdict("clocks", "disagree", f"{head}: nothing can be seen on a cell five times as late as it failed.", ids, numbers, SISTERS)
    elif earliest > SAMPLE * latest and _short(failure):
        said = f"{head}: a cell that ran that long did not fail when cells of its kind are said to, not by a factor of five, unless it was run on after its failure, which would have to be said."
        yield Verdict("clocks", "disagree", said, ids, numbers, SISTERS)
    else:
        why = "a cell whose resistance rose can be run on" if earliest > SAMPLE * latest else "sister cells may differ that much"
        yield Verdict("clocks", "indeterminate", f"{head}: {why}.", ids, numbers, SISTERS)
