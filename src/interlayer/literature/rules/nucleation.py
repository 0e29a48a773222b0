"""Nucleation overpotentials: tip, plateau, and the strict one (tip minus plateau)."""

from __future__ import annotations

from collections.abc import Iterator

from ..claims import Claim
from ..spans import of, say
from ..verdict import RULES, Case, Lack, Said, Verdict, Word, no_conflict, same_cell

READING = 0.1
FLOOR = 2e-3  # V: what a curve in a figure can be read to
ALLOWED = {"reading of the curve": "10 % and 2 mV, twice that for a difference", "definition where none is stated": "tip, or tip minus plateau"}


def definition(claim: Claim) -> str:
    """"tip", "strict" or "" where nothing is stated."""
    said = str(claim.conditions.get("definition", "")).casefold()
    return "strict" if "minus" in said or "strict" in said or "difference" in said else "tip" if "tip" in said or "minimum" in said or "peak" in said else ""


@RULES.add("nucleation")
def nucleation(case: Case) -> Iterator[Said]:
    """The tip lies at or beyond the plateau, and the strict nucleation overpotential is tip minus plateau."""
    for tip in case.of("nucleation_overpotential"):
        plateaus = [c for c in case.of("plateau_overpotential") if same_cell(c, tip) and no_conflict(c, tip, "current_density", "temperature")]
        if not plateaus:
            yield Lack("nucleation", (tip.id,), "the plateau of the same curve (plateau_overpotential)")
        for plateau in plateaus if definition(tip) != "strict" else ():
            a, b = of(tip, error=READING), of(plateau, error=READING)
            numbers = {"nucleation overpotential": tip.printed(), "plateau": plateau.printed()}
            if definition(tip) != "tip":
                said = f"The nucleation overpotential {tip.printed()} of {tip.subject} is not said to be the tip or tip minus plateau ({plateau.printed()}); either can be."
                yield Verdict("nucleation", "indeterminate", said, (tip.id, plateau.id), numbers, ALLOWED)
            elif a.high + FLOOR < b.low:
                said = f"A tip of {tip.printed()} lies below the plateau of {plateau.printed()} of the same curve ({tip.subject}), which a tip can't."
                yield Verdict("nucleation", "disagree", said, (tip.id, plateau.id), numbers, ALLOWED)
            else:
                yield from _strict(case, tip, plateau, numbers)


def _strict(case: Case, tip: Claim, plateau: Claim, numbers: dict[str, str]) -> Iterator[Verdict]:
    difference = tip.si - plateau.si
    slack = 2.0 * READING * (tip.si + plateau.si) + FLOOR  # the plateau slopes: where it is read is a choice
    stated = [c for c in case.of("nucleation_overpotential") if definition(c) == "strict" and same_cell(c, tip) and no_conflict(c, tip, "current_density", "temperature")]
    for strict in stated:
        span = of(strict, error=READING)
        gap = max(difference - span.high, span.low - difference, 0.0)
        word: Word = "disagree" if gap > slack else "agree"
        said = f"Tip {tip.printed()} minus plateau {plateau.printed()} is {say(difference, 'mV')}, {'not the' if gap > slack else 'as is the'} {strict.printed()} stated as the difference."
        yield Verdict("nucleation", word, said, (tip.id, plateau.id, strict.id), numbers, ALLOWED)
    if not stated:
        said = f"The {tip.printed()} of {tip.subject} is the tip; the strict nucleation overpotential is {say(difference, 'mV')} (tip minus the plateau of {plateau.printed()})."
        yield Verdict("nucleation", "agree", said, (tip.id, plateau.id), numbers, ALLOWED)
