"""First-cycle efficiency against first charge and first discharge."""

from __future__ import annotations

from collections.abc import Iterator

from ..claims import Claim
from ..spans import of, say
from ..verdict import RULES, Case, Lack, Said, Verdict, no_conflict, same_cell

SCATTER = 0.015  # the three numbers may come from cells that differ by this much in efficiency
ALLOWED = {"rounding": "half a unit of the last digit of each number", "difference between sister cells": "1.5 points"}


def _same(a: Claim, b: Claim) -> bool:
    return same_cell(a, b) and no_conflict(a, b, "c_rate", "temperature", "loading", "current_density")


def _alone(case: Case) -> Iterator[Lack]:
    for half in case.of("first_charge_capacity", "first_discharge_capacity"):
        if not any(_same(half, c) for c in case.of("first_cycle_coulombic_efficiency")):
            yield Lack("first_cycle", (half.id,), "the first-cycle efficiency of the same cell")


@RULES.add("first_cycle")
def first_cycle(case: Case) -> Iterator[Said]:
    """Efficiency of the first cycle = first discharge / first charge (of a cell that is charged first)."""
    yield from _alone(case)
    for efficiency in case.of("first_cycle_coulombic_efficiency"):
        missing = [q for q in ("first_charge_capacity", "first_discharge_capacity") if not any(_same(c, efficiency) for c in case.of(q))]
        if missing:
            yield Lack("first_cycle", (efficiency.id,), " and ".join(f"the {q.replace('_', ' ')}" for q in missing) + " of the same cell")
        for charge in (c for c in case.of("first_charge_capacity") if _same(c, efficiency)):
            for discharge in (c for c in case.of("first_discharge_capacity") if _same(c, efficiency) and _same(c, charge)):
                made = of(discharge) / of(charge)
                stated = of(efficiency)
                numbers = {"first discharge": discharge.printed(), "first charge": charge.printed(), "their ratio": say(made, "percent"), "efficiency stated": efficiency.printed()}
                ids = (efficiency.id, charge.id, discharge.id)
                head = f"First discharge {discharge.printed()} over first charge {charge.printed()} is {say(made.middle, 'percent')}"
                if made.meets(stated):
                    yield Verdict("first_cycle", "agree", f"{head}, the efficiency that is stated.", ids, numbers, ALLOWED)
                elif stated.low > made.high + SCATTER or stated.high < made.low - SCATTER:
                    yield Verdict(
                        "first_cycle", "disagree", f"{head} ({say(made, 'percent')} by rounding), not the {efficiency.printed()} stated; the three can't be of one cell and one cycle, unless one is misprinted.",
                        ids, numbers, ALLOWED,
                    )  # fmt: skip
                else:
                    yield Verdict("first_cycle", "indeterminate", f"{head}, {efficiency.printed()} is stated: sister cells may differ that much.", ids, numbers, ALLOWED)
