"""Pressures against the load of a press and the diameter of the die."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final

from ..claims import Claim
from ..spans import Span, of, say
from ..verdict import RULES, Case, Verdict

LOAD: Final = re.compile(r"^\s*([\d.]+)\s*(?:t|ton|tons|tonnes?)\s*$")
GRAVITY: Final = 9.80665
ALLOWED = {"reading of the gauge": "20 %", "load": "in tonnes, half a unit of the last digit", "diameter": "as stated for die, mould, or electrode"}


@RULES.add("pressure_load")
def pressure_load(case: Case) -> Iterator[Verdict]:
    """p = m g / (pi d²/4)."""
    bores = case.of("die_diameter", "cell_diameter", "electrode_diameter")
    if not bores:
        return
    sizes = [Span(b.si, b.si).widened(0.02) for b in bores]  # a die is bored to its nominal size
    areas = [s * s * (math.pi / 4.0) for s in sizes]
    area = Span(min(a.low for a in areas), max(a.high for a in areas))
    for claim in case.of("press_pressure", "stack_pressure"):
        load = _load(claim)
        if load is None:
            continue
        made = load * (1000.0 * GRAVITY) / area
        numbers = {"load": say(load.middle, "") + " t", "area": say(area, "cm**2"), "load over area": say(made, "MPa"), "stated": claim.printed()}
        said = f"{load.middle:.3g} t on {say(area.middle, 'cm**2')} is {say(made.middle, 'MPa')}; {claim.printed()} is stated ({claim.subject})"
        ids = (claim.id, *(b.id for b in bores))
        if made.widened(0.02).meets(of(claim)):
            yield Verdict("pressure_load", "agree", f"{said}.", ids, numbers, ALLOWED)
        elif made.widened(0.2).meets(of(claim)):
            yield Verdict("pressure_load", "indeterminate", f"{said}; a gauge may be that far off.", ids, numbers, ALLOWED)
        else:
            yield Verdict("pressure_load", "indeterminate", f"{said}: another area than this must be meant.", ids, numbers, ALLOWED)


def _load(claim: Claim) -> Span | None:
    texts = [claim.conditions.get("loading")] + (claim.conditions["other"] if isinstance(claim.conditions.get("other"), list) else [])
    for text in texts:
        match = LOAD.match(text) if isinstance(text, str) else None
        if match:
            value = float(match.group(1))
            return Span(value, value).widened(0.05)
    return None
