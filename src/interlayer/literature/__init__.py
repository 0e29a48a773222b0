"""The literature room: published statements as data, and an audit that finds numbers that can't all be true.

    claims("li2024")["S0.C22"].si      find(quantity="interfacial_asr", variant="bare")     pairs("yu2024")
    load("draft.yaml")                 audit(claims) -> tuple[Verdict, ...]       examine(claims).looks: what each rule lacked
"""

from __future__ import annotations

from .audit import Examined, Look, audit, examine
from .claims import Claim, Pair, about, claims, find, load, pairs, papers
from .files import template
from .verdict import RULES, Verdict
from .vocabulary import vocabulary

__all__ = ["RULES", "Claim", "Examined", "Look", "Pair", "Verdict", "about", "audit", "claims", "examine", "find", "load", "pairs", "papers", "template", "vocabulary"]
