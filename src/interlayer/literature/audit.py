"""The audit: every rule over every paper's claims. It finds numbers that can't all be true, and accuses no one else.

A rule says "disagree" only where no admissible value of what the claims leave open (areas, thicknesses, prefactors,
definitions, N/P, electrolyte, reading errors, scatter) reconciles the numbers; it names what it allowed for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from .claims import Claim
from .verdict import RULES, Case, Verdict

ORDER: Final = {"disagree": 0, "indeterminate": 1, "agree": 2}


def audit(claims: Mapping[str, Claim] | Iterable[Claim], rules: Iterable[str] | None = None) -> tuple[Verdict, ...]:
    """The verdicts on some claims, disagreements first; papers are judged one by one.

    claims  what `claims(paper)`, `load(path)` or `find(...)` give
    rules   names of rules (default: all; an unknown name is an error with the nearest match)
    """
    listed = list(claims.values()) if isinstance(claims, Mapping) else list(claims)
    chosen = {name: RULES[name] for name in (RULES if rules is None else rules)}
    papers = dict.fromkeys(c.paper for c in listed)
    found = [
        replace(verdict, paper=paper)
        for paper in papers
        for rule in chosen.values()
        for verdict in rule(Case(c for c in listed if c.paper == paper))
    ]
    return tuple(sorted(_merged(found), key=lambda v: ORDER[v.word]))


def _merged(found: Iterable[Verdict]) -> list[Verdict]:
    """One verdict a sentence: numbers that a paper repeats are judged once, all claims named."""
    out: dict[tuple[str, str, str], Verdict] = {}
    for v in found:
        key = (v.paper, v.rule, v.sentence)
        out[key] = replace(out[key], claims=tuple(dict.fromkeys((*out[key].claims, *v.claims)))) if key in out else v
    return list(out.values())
