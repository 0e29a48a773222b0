"""Circuit notation: text -> element and back.

Two notations parse, and print back the same structure:

    R(RQ)(RQ)W      R([RW]Q)           Boukamp's way: side by side is series, ( ) parallel, [ ] series inside ( )
    R0-p(R1,CPE1)-W1                   impedance.py's way: - is series, p( , ) parallel

A symbol is a circuit letter of a registered element (R, C, L, Q or CPE, W, Ws, Wo, G, Zarc ...; `elements.catalogue`
lists them); the number behind it makes its label. Numbers that are given stay, the others are filled in order from 1.
Values are not part of a text: the parameters of a parsed circuit are unset (NaN).

A whole circuit may have a name, which parses wherever a symbol may stand and prints back as its elements (`NAMED`):
Randles is R(C[RW]), Randles(CPE) or Randles(Q) is R(Q[RW]).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from ..errors import NotationError, nearest
from .base import ELEMENTS, Element, Leaf, Parallel, Series
from .capacitor import Capacitor
from .constant_phase import ConstantPhase
from .contact_gap import ContactGap
from .de_levie import DeLevieBlocking, DeLevieReactive
from .finite_warburg_open import FiniteWarburgOpen
from .finite_warburg_short import FiniteWarburgShort
from .gerischer import Gerischer
from .havriliak_negami import HavriliakNegami
from .inductor import Inductor
from .resistor import Resistor
from .warburg import Warburg
from .zarc import Zarc

MAX_DEPTH = 60  # brackets within brackets
MAX_DIGITS = 6
_WORD = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"[0-9]+")
#: the circuit letters at hand without importing every physics element
_LEAVES: tuple[type[Leaf], ...] = (
    Resistor, Capacitor, Inductor, ConstantPhase, Warburg, FiniteWarburgShort, FiniteWarburgOpen, Gerischer,
    Zarc, HavriliakNegami, DeLevieBlocking, DeLevieReactive, ContactGap,
)  # fmt: skip
#: circuits with a name of their own, longest name first
NAMED: Mapping[str, str] = {"Randles(CPE)": "R(Q[RW])", "Randles(Q)": "R(Q[RW])", "Randles": "R(C[RW])"}
_CLOSES = {"(": ")", "[": "]", "p(": ")"}


@functools.cache
def symbols(everything: bool = False) -> dict[str, type[Leaf]]:
    """Circuit letters and the elements they stand for; `everything` looks through all element files first."""
    kinds = [*_LEAVES, *(ELEMENTS[name] for name in ELEMENTS)] if everything else list(_LEAVES)
    return {symbol: kind for kind in kinds for symbol in kind.SYMBOLS}


def parse(text: str) -> Element:
    """The circuit a text describes, parameters unset; what does not parse raises `NotationError` with its position."""
    if not isinstance(text, str):
        raise NotationError("A circuit is a text", text=repr(text), position=0, remedy="Write for example R(RQ)W")
    return numbered(_Parser(text).tree())


def numbered(element: Element) -> Element:
    """The same circuit with every bare symbol numbered: `numbered(R() + (R() | Q()))` has R1, R2 and Q1."""
    return _relabel(element, iter(_labels(list(element.leaves()))))


def text(element: Element, style: Literal["brackets", "dashes"] = "brackets") -> str:
    """The text of a circuit: 'R1(R2Q1)W1' (brackets) or 'R1-p(R2,Q1)-W1' (dashes); `parse` reads both back.

    A label that is not a symbol with a number can't stand in a text: its element prints as the bare symbol.
    """
    return _print(element, style, inside="")


@dataclass
class _Level:
    """One open bracket: its kind ('' at the top), where it opened, the finished branches and the growing chain."""

    kind: str
    position: int
    branches: list[Element] = field(default_factory=list)
    chain: list[Element] = field(default_factory=list)
    dangling: str = ""  # a '-' or ',' that still waits for what follows


class _Parser:
    """One pass over the text with its own stack of open brackets, so that no text can exhaust Python's."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.levels = [_Level("", 0)]
        self.given: set[str] = set()  # labels written out, so that a number stands once

    def fail(self, what: str, position: int | None = None, remedy: str | None = None) -> NotationError:
        return NotationError(what, text=self.text, position=self.at if position is None else position, remedy=remedy)

    def tree(self) -> Element:
        while self.at < len(self.text):
            self._step(self.text[self.at])
        level = self.levels[-1]
        if level.kind:
            raise self.fail(
                f"The bracket {level.kind!r} is never closed", level.position, f"Close it with {_CLOSES[level.kind]!r}"
            )
        return self._finish(level)

    def _step(self, char: str) -> None:
        if char.isspace():
            self.at += 1
        elif self.text.startswith("p(", self.at):
            self._open("p(")
        elif char in "([":
            self._open(char)
        elif char in ")]":
            self._close(char)
        elif char in "-,":
            self._separate(char)
        else:
            self._leaf()

    def _open(self, kind: str) -> None:
        if len(self.levels) > MAX_DEPTH:
            raise self.fail(
                f"More than {MAX_DEPTH} brackets within brackets", remedy="No measured circuit is that deep"
            )
        self.levels.append(_Level(kind, self.at))
        self.at += len(kind)

    def _close(self, char: str) -> None:
        level = self.levels[-1]
        if _CLOSES.get(level.kind) != char:
            raise self.fail(
                f"{char!r} can't close {level.kind!r}" if level.kind else f"{char!r} closes no open bracket"
            )
        element = self._finish(level)
        self.levels.pop()
        self.at += 1
        self._place(element)

    def _separate(self, char: str) -> None:
        level = self.levels[-1]
        if char == "," and level.kind != "p(":
            raise self.fail(
                "A comma separates the branches of p( , )", remedy="Write p(R1,C1), or (RC) without a comma"
            )
        if char == "-" and level.kind == "(":
            raise self.fail(
                "Inside ( ) the elements are parallel", remedy="Write [RW] for a series branch, or p(R-W,C)"
            )
        if not level.chain or level.dangling:
            raise self.fail(f"An element is missing before {char!r}")
        if char == ",":
            level.branches.append(_series(level.chain))
            level.chain = []
        level.dangling = char
        self.at += 1

    def _place(self, element: Element) -> None:
        self.levels[-1].chain.append(element)
        self.levels[-1].dangling = ""

    def _finish(self, level: _Level) -> Element:
        if level.dangling or not level.chain:
            what = f"An element is missing after {level.dangling!r}" if level.dangling else "An element is missing here"
            raise self.fail(what, remedy=None if self.given else "Write for example R(RQ)W or R0-p(R1,CPE1)-W1")
        if level.kind == "(":
            return level.chain[0] if len(level.chain) == 1 else Parallel(tuple(level.chain))
        last = _series(level.chain)
        return Parallel((*level.branches, last)) if level.branches else last

    def _leaf(self) -> None:
        for name, circuit in NAMED.items():
            if self.text.startswith(name, self.at):
                self.at += len(name)
                self._place(_Parser(circuit).tree())
                return
        symbol, kind = self._symbol()
        start = self.at
        self.at += len(symbol)
        digits = _DIGITS.match(self.text, self.at)
        number = ""
        if digits:
            if len(digits[0]) > MAX_DIGITS:
                raise self.fail(f"The number of a label has at most {MAX_DIGITS} digits")
            number = str(int(digits[0]))
            self.at = digits.end()
        label = kind.SYMBOLS[0] + number
        if number and label in self.given:
            raise self.fail(f"Two elements are called {label!r}", start, "Give each its own number")
        self.given.add(label)
        self._place(kind(label=label))

    def _symbol(self) -> tuple[str, type[Leaf]]:
        for everything in (False, True):
            known = symbols(everything)
            for length in range(max(map(len, known)), 0, -1):
                symbol = self.text[self.at : self.at + length]
                if symbol in known:
                    return symbol, known[symbol]
        word = _WORD.match(self.text, self.at)
        given = word[0][:20] if word else self.text[self.at]
        close = nearest(given, [*known, *NAMED])
        hint = f"Did you mean {close!r}? " if close else ""
        raise self.fail(f"{given!r} is no circuit symbol", remedy=f"{hint}Known: {', '.join([*sorted(known), *NAMED])}")


def _series(chain: list[Element]) -> Element:
    return chain[0] if len(chain) == 1 else Series(tuple(chain))


def _labels(leaves: list[Leaf]) -> list[str]:
    """Label of every leaf: given ones stay, bare symbols are numbered in order from 1 around the given ones."""
    taken = {leaf.label for leaf in leaves if leaf.label not in leaf.SYMBOLS}
    counters: dict[str, int] = {}
    out = []
    for leaf in leaves:
        label = leaf.label
        if label in leaf.SYMBOLS:
            symbol = leaf.SYMBOLS[0]
            number = counters.get(symbol, 0) + 1
            while f"{symbol}{number}" in taken:
                number += 1
            counters[symbol] = number
            label = f"{symbol}{number}"
        out.append(label)
    return out


def _relabel(element: Element, labels: Iterator[str]) -> Element:
    if isinstance(element, Series | Parallel):
        return type(element)(tuple(_relabel(child, labels) for child in element.children))
    assert isinstance(element, Leaf)
    return replace(element, label=next(labels))


def _print(element: Element, style: str, inside: str) -> str:
    if isinstance(element, Series):
        parts = [_print(child, style, "series") for child in element.children]
        joined = "-".join(parts) if style == "dashes" else "".join(parts)
        return f"[{joined}]" if inside == "parallel" and style == "brackets" else joined
    if isinstance(element, Parallel):
        parts = [_print(child, style, "parallel") for child in element.children]
        return f"p({','.join(parts)})" if style == "dashes" else f"({''.join(parts)})"
    if not isinstance(element, Leaf) or not element.SYMBOLS:
        raise NotationError(f"A {type(element).__name__} has no circuit symbol", text=str(element), position=0)
    symbol = element.SYMBOLS[0]
    number = element.label.removeprefix(symbol)
    plain = number.isascii() and number.isdigit() and element.label.startswith(symbol) and len(number) <= MAX_DIGITS
    return symbol + (number if plain and str(int(number)) == number else "")
