"""The audit: every rule over every paper's claims. It finds numbers that can't all be true, and accuses no one else.

A rule says "disagree" only where no admissible value of what the claims leave open (areas, thicknesses, prefactors,
definitions, N/P, electrolyte, reading errors, scatter) reconciles the numbers; it names what it allowed for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ..errors import RecordError
from .claims import Claim
from .verdict import REPEATED, RULES, Case, Lack, Quiet, Said, Verdict

LARGEST: Final = 2000
SHOWN: Final = 6  # ids in a line
ORDER: Final = {"disagree": 0, "indeterminate": 1, "agree": 2}


@dataclass(frozen=True)
class Look:
    """What a rule looked at in one paper.

    compared  how many comparisons it made (those that end in a verdict, and those it has nothing to say of)
    missing   partner that is not stated -> ids of the claims that could be checked with it
    """

    rule: str
    paper: str
    compared: int
    missing: Mapping[str, tuple[str, ...]]

    def __str__(self) -> str:
        lacks = [f"{_listed(ids)} need{'s' if len(ids) == 1 else ''} {what}" for what, ids in self.missing.items()]
        return f"{self.rule}: {self.compared} compared" + (f"; {'; '.join(lacks)}" if lacks else "")

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"rule": self.rule, "paper": self.paper, "compared": self.compared, "missing": [{"needs": what, "claims": list(ids)} for what, ids in self.missing.items()]}


def _listed(ids: tuple[str, ...]) -> str:
    return ", ".join(ids) if len(ids) <= SHOWN else f"{', '.join(ids[: SHOWN - 1])} and {len(ids) - SHOWN + 1} more"


@dataclass(frozen=True)
class Examined:
    """The verdicts on some claims, and what each rule looked at (rules that found no claim of their kind are not in `looks`)."""

    verdicts: tuple[Verdict, ...]
    looks: tuple[Look, ...]


def audit(claims: Mapping[str, Claim] | Iterable[Claim], rules: Iterable[str] | None = None) -> tuple[Verdict, ...]:
    """The verdicts on some claims, disagreements first; papers are judged one by one.

    claims  what `claims(paper)`, `load(path)` or `find(...)` give
    rules   names of rules (default: all; an unknown name is an error with the nearest match)
    """
    return examine(claims, rules).verdicts


def examine(claims: Mapping[str, Claim] | Iterable[Claim], rules: Iterable[str] | None = None) -> Examined:
    """The verdicts as `audit` gives them, and beside them what each rule compared and what it lacked."""
    listed = list(claims.values()) if isinstance(claims, Mapping) else list(claims)
    chosen = {name: RULES[name] for name in (RULES if rules is None else rules)}
    found: list[Verdict] = []
    looks: list[Look] = []
    for paper in dict.fromkeys(c.paper for c in listed):
        own = [c for c in listed if c.paper == paper]
        if len(own) > LARGEST:
            raise RecordError("The audit compares claims with each other, so there is a limit to their number in one paper", given=len(own), allowed=f"at most {LARGEST}")
        case = Case(own)
        for name, rule in chosen.items():
            said = list(rule(case))
            found += [replace(v, paper=paper) for v in said if isinstance(v, Verdict)]
            looks += _look(name, paper, said)
        found += [_crowd(key, paper) for key in case.crowded]
    return Examined(tuple(sorted(_merged(found), key=lambda v: ORDER[v.word])), tuple(looks))


def _look(rule: str, paper: str, said: list[Said]) -> list[Look]:
    """What a rule's answers say of its work, or nothing where it found no claim of its kind."""
    compared = sum(one.count if isinstance(one, Quiet) else one.compared for one in said if not isinstance(one, Lack))
    missing: dict[str, tuple[str, ...]] = {}
    for one in said:
        if isinstance(one, Lack):
            missing[one.needs] = tuple(dict.fromkeys((*missing.get(one.needs, ()), *one.claims)))
    seen = any(not isinstance(one, Quiet) or one.count for one in said)
    return [Look(rule, paper, compared, missing)] if seen else []


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
