"""Hours against cycles, and times of post-mortem against times of failure."""

from __future__ import annotations

from collections.abc import Iterator

from ..claims import Claim
from ..spans import Span, of, say, set_value
from ..verdict import RULES, Case, Verdict, no_conflict, plain, same_cell, several

TIMES = ("cycle_life_hours", "time_before_analysis", "failure_time", "degradation_onset_time")
COUNTING = Span(0.5, 1.0)  # a half cycle, or a full one, may be counted as a cycle
REST = Span(1.0, 3.0)  # rests between half cycles: up to twice the time under current
SAMPLE = 5.0  # two cells of one kind may fail at times that differ by this factor (shorts scatter widely)
ALLOWED = {"what is counted as a cycle": "a half or a full cycle", "rests": "none to twice the time under current", "rounding": "as printed"}
SISTERS = {"life of a sister cell": "a fifth to five times", "rounding": "as printed"}


@RULES.add("clocks")
def clocks(case: Case) -> Iterator[Verdict]:
    """Time = cycles * 2 Q / j (strip/plate), and nothing is seen after the end of a cell that failed."""
    for claim in case.of(*TIMES):
        if claim.has("cycles") and claim.has("current_density") and claim.has("areal_capacity"):
            yield _hours(claim, claim.condition("cycles"), (claim.id,))
    yield from _two_statements(case)
    yield from _half_cycles(case)
    yield from _after_failure(case)


def _hours(claim: Claim, cycles: float, ids: tuple[str, ...]) -> Verdict:
    half = set_value(claim, "areal_capacity") / set_value(claim, "current_density")
    made = half * 2.0 * cycles
    possible = made * COUNTING * REST
    numbers = {"hours": claim.printed(), "cycles": f"{cycles:g}", "one full cycle": say(2.0 * half.middle, "hour"), "cycles times cycle": say(made.middle, "hour")}
    head = f"{cycles:g} cycles of {say(claim.condition('areal_capacity'), 'mA*h/cm**2')} at {say(claim.condition('current_density'), 'mA/cm**2')} take {say(made.middle, 'hour')} under current"
    if of(claim, error=0.05).meets(possible):
        close = of(claim, error=0.05).meets(made * Span(1.0, 1.5))
        tail = f"; {claim.printed()} is stated" + ("." if close else ", which needs rests or half cycles counted as cycles.")
        return Verdict("clocks", "agree" if close else "indeterminate", head + tail, ids, numbers, ALLOWED)
    return Verdict("clocks", "disagree", f"{head}, and the {claim.printed()} stated fits neither half cycles counted as cycles nor long rests.", ids, numbers, ALLOWED)


def _half_cycles(case: Case) -> Iterator[Verdict]:
    """Charge of a half cycle = current * duration (of a half or a full cycle, which is often left open)."""
    for claim in case.of("step_duration"):
        if not (claim.has("current_density") and claim.has("areal_capacity")):
            continue
        made = set_value(claim, "current_density") * of(claim, error=0.05)
        charge = set_value(claim, "areal_capacity")
        numbers = {"duration": claim.printed(), "current": say(claim.condition("current_density"), "mA/cm**2"), "current times duration": say(made.middle, "mA*h/cm**2"), "charge": say(charge.middle, "mA*h/cm**2")}
        said = f"{say(claim.condition('current_density'), 'mA/cm**2')} for {claim.printed()} is {say(made.middle, 'mA*h/cm**2')}; {say(charge.middle, 'mA*h/cm**2')} is stated"
        allowed = {"duration": "of a half or of a full cycle", "charge": "of a half or of a full cycle", "rounding": "as printed, and 5 %"}
        if made.meets(charge):
            yield Verdict("clocks", "agree", f"{said}.", (claim.id,), numbers, allowed)
        elif (made * Span(0.5, 2.0)).widened(0.05).meets(charge):
            yield Verdict("clocks", "indeterminate", f"{said}, which holds if one is of a half cycle and the other of a full one.", (claim.id,), numbers, allowed)
        else:
            yield Verdict("clocks", "disagree", f"{said}: neither a half nor a full cycle.", (claim.id,), numbers, allowed)


def _two_statements(case: Case) -> Iterator[Verdict]:
    for hours in case.of("cycle_life_hours"):
        if hours.has("cycles") or not (hours.has("current_density") and hours.has("areal_capacity")):
            continue
        for cycles in case.of("cycle_life_cycles"):
            same = same_cell(hours, cycles) and cycles.has("current_density") and no_conflict(hours, cycles, "current_density", "areal_capacity", "temperature")
            if same and hours.form != "lower_bound" and cycles.form != "lower_bound" and hours.conditions.get("electrolyte") == cycles.conditions.get("electrolyte"):
                yield _hours(hours, cycles.si, (hours.id, cycles.id))


def _short(claim: Claim) -> bool:
    return claim.quantity == "failure_time" and "short" in str(claim.conditions.get("mode", "")).casefold() and "soft" not in str(claim.conditions.get("mode", "")).casefold()


def _parts(variant: str) -> list[str]:
    return [plain(part) for part in variant.split(" vs ")]


def _after_failure(case: Case) -> Iterator[Verdict]:
    """Post-mortem, onset of degradation and stability against the failure of the same variant at the same current."""
    for failure in (c for c in case.of("failure_time") if c.has("current_density")):
        for claim in case.of("time_before_analysis", "degradation_onset_time", "impedance_stability_time"):
            if plain(failure.variant) not in _parts(claim.variant) or not claim.has("current_density") or not no_conflict(claim, failure, "current_density", "areal_capacity", "temperature"):
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
