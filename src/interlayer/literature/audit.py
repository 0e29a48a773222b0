"""The audit: every rule over every paper's claims. It finds numbers that can't all be true, and accuses no one else.

A rule says "disagree" only where no admissible value of what the claims leave open (areas, thicknesses, prefactors,
definitions, N/P, electrolyte, reading errors, scatter) reconciles the numbers; it names what it allowed for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from ..errors import RecordError
from .claims import Claim
from .verdict import REPEATED, RULES, Case, Verdict

LARGEST: Final = 2000
ORDER: Final = {"disagree": 0, "indeterminate": 1, "agree": 2}


def audit(claims: Mapping[str, Claim] | Iterable[Claim], rules: Iterable[str] | None = None) -> tuple[Verdict, ...]:
    """The verdicts on some claims, disagreements first; papers are judged one by one.

    claims  what `claims(paper)`, `load(path)` or `find(...)` give
    rules   names of rules (default: all; an unknown name is an error with the nearest match)
    """
    listed = list(claims.values()) if isinstance(claims, Mapping) else list(claims)
    chosen = {name: RULES[name] for name in (RULES if rules is None else rules)}
    found = []
    for paper in dict.fromkeys(c.paper for c in listed):
        own = [c for c in listed if c.paper == paper]
        if len(own) > LARGEST:
            raise RecordError("The audit compares claims with each other, so there is a limit to their number in one paper", given=len(own), allowed=f"at most {LARGEST}")
        case = Case(own)
        found += [replace(v, paper=paper) for rule in chosen.values() for v in rule(case)]
        found += [_crowd(key, paper) for key in case.crowded]
    return tuple(sorted(_merged(found), key=lambda v: ORDER[v.word]))


def _crowd(key: tuple[str, str, str], paper: str) -> Verdict:
    quantity, subject, variant = key
    said = f"More than {REPEATED} statements of {quantity.replace('_', ' ')} of one cell ({subject}, {variant}): the first {REPEATED} were compared."
    return Verdict("audit", "indeterminate", said, (), {}, {}, paper)


def _merged(found: Iterable[Verdict]) -> list[Verdict]:
    """One verdict a sentence: numbers that a paper repeats are judged once, all claims named."""
    out: dict[tuple[str, str, str], Verdict] = {}
    for v in found:
        key = (v.paper, v.rule, v.sentence)
        out[key] = replace(out[key], claims=tuple(dict.fromkeys((*out[key].claims, *v.claims)))) if key in out else v
    return list(out.values())
