"""`Verdict`: what a rule of the audit says of some claims; `Case`: the claims of one paper as rules look at them."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from ..registry import Registry
from .claims import Claim
from .spans import Span

Word: TypeAlias = Literal["agree", "disagree", "indeterminate"]
FARADAY: Final = 96485.33212
GAS: Final = 8.31446261815324
REPEATED: Final = 40  # statements of one quantity of one cell that are compared with all others
POSITIVE: Final = ("current_density", "areal_capacity", "loading", "c_rate", "area")


@dataclass(frozen=True)
class Verdict:
    """What a rule says.

    rule      its name
    word      "agree", "disagree" (no admissible value of what is unknown reconciles the numbers) or "indeterminate"
    sentence  what a referee could sign
    claims    ids of the claims used
    numbers   the numbers compared, in words with units
    allowed   the unknowns allowed for, each with its admissible range
    compared  whether numbers were set against each other; False where one is only explained
    """

    rule: str
    word: Word
    sentence: str
    claims: tuple[str, ...]
    numbers: Mapping[str, str] = field(default_factory=dict)
    allowed: Mapping[str, str] = field(default_factory=dict)
    paper: str = ""
    compared: bool = True

    def __str__(self) -> str:
        return f"{self.word}: {self.sentence} [{self.rule}; {', '.join(self.claims)}]"

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "rule": self.rule, "verdict": self.word, "sentence": self.sentence, "claims": list(self.claims), "numbers": dict(self.numbers),
            "allowed": dict(self.allowed), "paper": self.paper,
        }  # fmt: skip


@dataclass(frozen=True)
class Lack:
    """What a rule found to judge, and the partner that is not stated: "needs a loading"."""

    rule: str
    claims: tuple[str, ...]
    needs: str


@dataclass(frozen=True)
class Quiet:
    """Comparisons of a rule that says nothing where all is well."""

    rule: str
    count: int


_DROP: Final = re.compile(r"\b(symmetric|full|cells?|assb|asslmb|pouch|coin|membrane|pellet)\b")


@functools.lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A subject or variant without case, spacing and words that only say it is a cell."""
    return " ".join(_DROP.sub(" ", text.casefold()).split())


def unspecific(variant: str) -> bool:
    """Whether a variant says nothing ("n/a", "")."""
    return plain(variant) in ("", "n/a", "na", "all")


def several(variant: str) -> bool:
    """Whether a variant names two ("protected vs bare")."""
    return re.search(r"\bvs\b", variant) is not None


class Case:
    """The claims of one paper or draft, grouped by cell (subject and variant in plain words)."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        listed = tuple(claims)
        self.slipped = tuple(c for c in listed if c.slips)  # numbers that can't be: for the lint alone
        # a test at no current or of no charge is none: nothing can be set against it
        self.claims = tuple(c for c in listed if not c.slips and all(not c.has(n) or c.condition(n) > 0.0 for n in POSITIVE))
        counts: dict[tuple[str, str, str], int] = {}
        kept = []
        for claim in self.claims:
            key = (claim.quantity, plain(claim.subject), plain(claim.variant))
            counts[key] = counts.get(key, 0) + 1
            if counts[key] <= REPEATED:
                kept.append(claim)
        self.claims = tuple(kept)
        self.crowded = tuple(key for key, count in counts.items() if count > REPEATED)
        self.memo: dict[tuple[Any, ...], Any] = {}  # what `told` found
        self._of: dict[tuple[tuple[str, ...], bool], list[Claim]] = {}
        self._by_subject: dict[str, list[Claim]] = {}
        self._loose: list[Claim] = []  # of a part or of all cells, not of one stack
        for claim in (c for c in self.claims if c.kind != "comparison"):
            self._by_subject.setdefault(plain(claim.subject), []).append(claim)
            if "|" not in claim.subject:
                self._loose.append(claim)

    def of(self, *quantities: str, lists: bool = False) -> list[Claim]:
        """The claims of these quantities that state one positive number (with `lists` ranges and series too); comparisons
        with other people's work are left out."""
        key = (quantities, lists)
        if key not in self._of:
            found = [c for c in self.claims if c.quantity in quantities and c.kind != "comparison"]
            self._of[key] = found if lists else [c for c in found if not isinstance(c.value, list) and c.value > 0]
        return self._of[key]

    def beside(self, claim: Claim, *quantities: str) -> list[Claim]:
        """The claims of these quantities on the same subject, or on a part or on all cells."""
        own = self._by_subject.get(plain(claim.subject), [])
        return [c for c in (*own, *(c for c in self._loose if plain(c.subject) != plain(claim.subject))) if c.quantity in quantities]

    def same(self, claim: Claim) -> list[Claim]:
        """All claims on the same subject and variant."""
        return [c for c in self._by_subject.get(plain(claim.subject), []) if plain(c.variant) == plain(claim.variant)]

    def cells(self, *quantities: str) -> Iterator[list[Claim]]:
        """The claims of these quantities, one list a cell."""
        groups: dict[tuple[str, str], list[Claim]] = {}
        for claim in self.of(*quantities):
            groups.setdefault((plain(claim.subject), plain(claim.variant)), []).append(claim)
        yield from groups.values()

    def partners(self, *quantities: str) -> Iterator[tuple[Claim, Claim]]:
        """Pairs (bare, protected) of one quantity: same technique, variants that begin with "bare" and "protected"."""
        found = self.of(*quantities)
        for a, b in itertools.product(found, found):
            if a.quantity == b.quantity and a.technique == b.technique and plain(a.variant).startswith("bare") and plain(b.variant).startswith("protected") and not several(a.variant + b.variant):
                yield a, b


def same_cell(a: Claim, b: Claim) -> bool:
    """Whether two claims are about the same cell: subject and variant in plain words, and no two electrolytes."""
    return plain(a.subject) == plain(b.subject) and plain(a.variant) == plain(b.variant) and one_electrolyte(a, b)


def same_variant(a: Claim, b: Claim) -> bool:
    """Whether two claims are about the same variant, whatever the cell."""
    return plain(a.variant) == plain(b.variant) and not several(a.variant) and one_electrolyte(a, b)


def one_electrolyte(a: Claim, b: Claim) -> bool:
    """Whether no two electrolytes are stated."""
    x, y = a.conditions.get("electrolyte"), b.conditions.get("electrolyte")
    return x is None or y is None or x == y


def temperature(claim: Claim) -> Span | None:
    """The temperature [K]: as stated to 2 K; "room" is 18 to 27 °C; None where nothing is stated."""
    given = claim.conditions.get("temperature")
    if isinstance(given, str) and "room" in given:
        return Span(291.0, 300.0)
    if claim.has("temperature"):
        value = claim.condition("temperature")
        return Span(value - 2.0, value + 2.0)
    return None


def same_condition(a: Claim, b: Claim, *names: str, relative: float = 0.03) -> bool:
    """Whether both state the same numbers under these conditions (or both state none)."""
    for name in names:
        if a.has(name) != b.has(name):
            return False
        if a.has(name):
            x, y = a.condition(name), b.condition(name)
            if abs(x - y) > relative * max(abs(x), abs(y)):
                return False
    return True


def no_conflict(a: Claim, b: Claim, *names: str, relative: float = 0.03) -> bool:
    """Whether no condition is stated by both with different numbers."""
    return all(not (a.has(n) and b.has(n)) or abs(a.condition(n) - b.condition(n)) <= relative * max(abs(a.condition(n)), abs(b.condition(n))) for n in names)


Said: TypeAlias = Verdict | Lack | Quiet
Rule: TypeAlias = Callable[[Case], Iterator[Said]]
RULES: Registry[Rule] = Registry("rule", "interlayer.literature.rules")
