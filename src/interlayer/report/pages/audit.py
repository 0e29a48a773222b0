"""Report of an audit: every verdict with its numbers, what was allowed for, and the statements it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ...literature import Claim, Look, Verdict
from ..html import Block, Facts, Folded, Grid, Section, Text
from . import _parts

HEADS = {"disagree": "Numbers that can't all be true", "indeterminate": "What the text leaves open", "agree": "What agrees"}
LOOKED = "Comparisons that each rule made, and, where claims of its kind stand in the draft but a partner is missing, what would make them checkable. Rules without a claim of their kind are left out."
LEAD = (
    '"Disagree" is said only where nothing that the text leaves open (areas, thicknesses, prefactors, definitions, N/P, electrolyte, reading, scatter) '
    "reconciles the numbers; what was allowed for stands with each verdict. A disagreement is a question to the authors, not an answer."
)


def audit(claims: Mapping[str, Claim], verdicts: Sequence[Verdict], path: str | Path, *, looks: Sequence[Look] = ()) -> Path:
    """Write the report of an audit and return its path; `looks` is what each rule compared and lacked (`literature.examine`)."""
    papers = list(dict.fromkeys(c.paper for c in claims.values()))
    return _parts.write(path, f"Audit: {', '.join(papers)}", audit_blocks(claims, verdicts, looks))


def audit_blocks(claims: Mapping[str, Claim], verdicts: Sequence[Verdict], looks: Sequence[Look] = ()) -> list[Block]:
    """Counts, then the verdicts by word, disagreements first, and what would make more of the claims checkable."""
    papers = list(dict.fromkeys(c.paper for c in claims.values()))
    counts = [(p, str(sum(c.paper == p for c in claims.values())), *(str(sum(v.paper == p and v.word == w for v in verdicts)) for w in HEADS)) for p in papers]
    out: list[Block] = [Text(LEAD, "lead"), Grid(("paper", "claims", *HEADS), counts, right=(1, 2, 3, 4))]
    for word, title in HEADS.items():
        chosen = [v for v in verdicts if v.word == word]
        blocks: list[Block] = [block for v in chosen for block in _verdict(v, claims, len(papers) > 1)]
        out.append(Section(title, blocks or [Text("None.")]))
    if looks:
        out.append(Section("What the rules looked at", [Text(LOOKED), Grid(("paper", "rule", "compared", "could be checked with"), [_look(one) for one in looks], right=(2,), small=True)]))
    return [*out, Section("Software", _parts.software())]


def _look(look: Look) -> tuple[str, ...]:
    return look.paper, look.rule.replace("_", " "), str(look.compared), "; ".join(f"{what} ({', '.join(ids)})" for what, ids in look.missing.items())


def _verdict(verdict: Verdict, claims: Mapping[str, Claim], several: bool) -> list[Block]:
    rows = [(i, claims[i].subject, claims[i].variant, claims[i].said(), claims[i].source) for i in verdict.claims if i in claims]
    inside: list[Block] = [Grid(("claim", "subject", "variant", "statement", "source"), rows, small=True)]
    if verdict.numbers:
        inside.append(Facts(verdict.numbers))
    if verdict.allowed:
        inside += [Text("Allowed for:", "note"), Facts(verdict.allowed)]
    head = f"{verdict.rule.replace('_', ' ')}: {', '.join(verdict.claims)}" + (f" ({verdict.paper})" if several else "")
    return [Text(verdict.sentence, "warning" if verdict.word == "disagree" else ""), Folded(head, inside)]
