"""Pressures against the load of a press and the diameter of the die."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final

from ..claims import Claim
from ..spans import Span, hull, of, say
from ..told import Told, told
from ..verdict import RULES, Case, Lack, Said, Verdict

LOAD: Final = re.compile(r"^\s*([\d.]+)\s*(?:t|ton|tons|tonnes?)\s*$")
GRAVITY: Final = 9.80665
TONNE: Final = 1000.0 * GRAVITY  # N
ALLOWED = {"reading of the gauge": "20 %", "load": "in tonnes, half a unit of the last digit", "diameter": "as stated for die, mould, or electrode"}


@RULES.add("pressure_load")
def pressure_load(case: Case) -> Iterator[Said]:
    """p = m g / (pi d²/4). The load stands with the pressure or as a claim of its own; per area, or in all."""
    for claim in case.of("press_pressure", "stack_pressure"):
        area, bores = _area(case, claim)
        force = _force(case, claim)
        per_area = told(case, claim, "press_load")
        if force is None and not per_area:
            if claim.quantity == "press_pressure":
                yield Lack("pressure_load", (claim.id,), "the load of the press (press_force)")
        elif force is not None and area is None:
            yield Lack("pressure_load", (claim.id,), "the diameter of the die")
        elif force is not None and area is not None:
            yield _judge(claim, force.span / area, force.value / area.middle, f"{force.words} on {say(area.middle, 'cm**2')}", {"load": force.words, "area": say(area, "cm**2")}, (*force.ids, *bores))
        for load in per_area:
            yield _per_area(claim, load, area, bores)
    yield from _alone(case)


def _alone(case: Case) -> Iterator[Lack]:
    for claim in case.of("press_load", "press_force"):
        if not any(claim.id in t.ids for c in case.of("press_pressure", "stack_pressure") for t in told(case, c, claim.quantity)):
            yield Lack("pressure_load", (claim.id,), "a pressure of the same part (press_pressure)")


def _judge(claim: Claim, made: Span, centre: float, head: str, numbers: dict[str, str], more: tuple[str, ...]) -> Verdict:
    numbers = numbers | {"load over area": say(made, "MPa"), "stated": claim.printed()}
    said = f"{head} is {say(centre, 'MPa')}; {claim.printed()} is stated ({claim.subject})"
    ids = tuple(dict.fromkeys((claim.id, *more)))
    if made.widened(0.02).meets(of(claim)):
        return Verdict("pressure_load", "agree", f"{said}.", ids, numbers, ALLOWED)
    why = "; a gauge may be that far off" if made.widened(0.2).meets(of(claim)) else ": another area than this, or the oil of the press, must be meant"
    return Verdict("pressure_load", "indeterminate", f"{said}{why}.", ids, numbers, ALLOWED)


def _per_area(claim: Claim, load: Told, area: Span | None, bores: tuple[str, ...]) -> Verdict:
    """A load printed per area is a pressure; where that is not the one stated, it may be a load in all, in tonnes."""
    numbers = {"load per area": load.words}
    if load.span.widened(0.2).meets(of(claim)) or area is None:
        return _judge(claim, load.span, load.value, load.words, numbers, load.ids)
    whole = 1e-4 / area.middle  # so many tonnes in all
    head = f"{load.words} is {say(load.value, 'MPa')} as printed; taken as a load in all on {say(area.middle, 'cm**2')} it"
    return _judge(claim, load.span * whole, load.value * whole, head, numbers | {"area": say(area, "cm**2")}, (*load.ids, *bores))


def _area(case: Case, claim: Claim) -> tuple[Span | None, tuple[str, ...]]:
    """The area under the load: of the die stated with the pressure or of its part, else of any die, mould or electrode."""
    own = told(case, claim, "die_diameter")
    bores = case.of("die_diameter", "cell_diameter", "electrode_diameter")
    sizes = [t.span for t in own] or [Span(b.si, b.si).widened(0.02) for b in bores]  # a die is bored to its nominal size
    ids = tuple(i for t in own for i in t.ids) if own else tuple(b.id for b in bores)
    return (hull(s * s * (math.pi / 4.0) for s in sizes), ids) if sizes else (None, ())


def _force(case: Case, claim: Claim) -> Told | None:
    """The load [N]: in words ("4 t") among the conditions, or stated as a force."""
    texts = [claim.conditions.get("loading")] + (claim.conditions["other"] if isinstance(claim.conditions.get("other"), list) else [])
    for text in texts:
        match = LOAD.match(text) if isinstance(text, str) else None
        if match:
            value = float(match.group(1))
            return Told(Span(value, value).widened(0.05) * TONNE, value * TONNE, f"{value:.3g} t")
    found = told(case, claim, "press_force", error=0.05)
    return Told(hull(t.span for t in found), found[0].value, " or ".join(t.words for t in found), tuple(i for t in found for i in t.ids)) if found else None
