"""How the lines of a table are cut, and where a table begins."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ._source import LONGEST

LOOK = 3000  # lines among which a table must show itself
WIDEST = 1000  # columns
MINUS = {0x2212: "-"}  # the typographic minus

_DOT = re.compile(r"[+-]?(?:\d{1,40}\.?\d{0,40}|\.\d{1,40})(?:[eE][+-]?\d{1,4})?|[+-]?(?:nan|inf)", re.IGNORECASE)
_COMMA = re.compile(r"[+-]?(?:\d{1,40},?\d{0,40}|,\d{1,40})(?:[eE][+-]?\d{1,4})?|[+-]?(?:nan|inf)", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+")


@dataclass(frozen=True)
class Layout:
    """How the lines of a table are cut: separator (None: any run of blanks), whether numbers have a decimal comma,
    and the number of cells."""

    separator: str | None
    comma: bool
    width: int

    def split(self, line: str) -> list[str]:
        """The cells of a line without the blanks and quotes around them; empty cells after the last column left out."""
        if self.separator is None:
            return [cell[1:-1] if cell[:1] == '"' == cell[-1:] and len(cell) > 1 else cell for cell in line.split()]
        if '"' in line:
            try:
                cells = next(csv.reader([line], delimiter=self.separator, skipinitialspace=True), [])
            except csv.Error:
                cells = line.split(self.separator)
        else:
            cells = line.split(self.separator)
        while len(cells) > max(self.width, 1) and not cells[-1].strip():
            cells.pop()
        return [cell.strip() for cell in cells]

    def is_number(self, cell: str) -> bool:
        """Whether a cell is a number as this layout writes them."""
        return (_COMMA if self.comma else _DOT).fullmatch(cell) is not None

    def number(self, cell: str) -> float:
        """The number in a cell; ValueError when it is none."""
        if not self.is_number(cell):
            raise ValueError(cell)
        return float(cell.replace(",", ".") if self.comma else cell)


@dataclass(frozen=True)
class Found:
    """Where a table begins: 0-based line of its first row, its layout, its first rows, and whether its commas could be
    thousands separators ("100,000")."""

    first: int
    layout: Layout
    sample: tuple[tuple[str, ...], ...]
    ambiguous: bool


_CANDIDATES = [("\t", False), ("\t", True), (";", False), (";", True), (",", False), (None, False), (None, True)]
_QUOTED = (",", True)  # "1,5","2,5"


def find(lines: Sequence[str], after: int = 0) -> Found | None:
    """The table among `lines` (from line `after` on): the longest run of lines of equal width with two numbers or more.

    Title lines may hold numbers too; a longer run wins. The first row is the earliest line that has the run's form, so
    that one spoiled row in the middle of a table never costs its upper half.
    """
    best: tuple[int, Layout, int] | None = None
    some = [line.translate(MINUS) for line in lines[after : after + LOOK]]
    quoted = [_QUOTED] if any('"' in line for line in some) else []
    for separator, comma in [*_CANDIDATES, *quoted]:
        if (separator is not None and not any(separator in line for line in some)) or (
            comma and not any("," in line for line in some)
        ):
            continue
        score, width, start = _longest(some, Layout(separator, comma, 1))
        if score and (best is None or score > best[0]):
            best = (score, Layout(separator, comma, width), start)
    if best is None:
        return None
    _, layout, start = best
    numeric = _numeric(layout.split(some[start]), layout)
    shape = [i for i, line in enumerate(some) if _has_form(layout.split(line), layout, numeric)]
    shape = _after_titles(some, layout, shape, start)
    rows = [layout.split(some[i]) for i in shape[:200]]
    commas = [cell for row in rows for i, cell in enumerate(row) if i in numeric and "," in cell]
    ambiguous = layout.comma and bool(commas) and all(_THOUSANDS.fullmatch(cell) for cell in commas)
    return Found(after + shape[0], layout, tuple(tuple(r) for r in rows), ambiguous)


def _after_titles(lines: Sequence[str], layout: Layout, shape: list[int], start: int) -> list[int]:
    """`shape` without one or two title lines that have the form of rows and stand above a line of words ("50 1 0")."""
    early = [i for i in shape if i < start]
    if not 0 < len(early) <= 2:
        return shape
    between = [layout.split(line) for line in lines[early[-1] + 1 : start] if line.strip()]
    return shape[len(early) :] if any(not _numeric(cells, layout) for cells in between) else shape


def _numeric(cells: Sequence[str], layout: Layout) -> frozenset[int]:
    return frozenset(i for i, cell in enumerate(cells) if layout.is_number(cell))


def _has_form(cells: Sequence[str], layout: Layout, numeric: frozenset[int]) -> bool:
    return len(cells) == layout.width and len(_numeric(cells, layout) & numeric) >= max(2, len(numeric) - 1)


def _longest(lines: Sequence[str], layout: Layout) -> tuple[int, int, int]:
    """(numbers in it, width, first line) of the longest run of rows of one width."""
    best, run, width, start = (0, 0, 0), 0, 0, 0
    for index, line in enumerate(lines):
        cells = layout.split(line) if len(line) <= LONGEST else []
        numbers = len(_numeric(cells, layout)) if 2 <= len(cells) <= WIDEST else 0
        if numbers < 2:
            run = width = 0
            continue
        if len(cells) != width:
            run, width, start = 0, len(cells), index
        run += numbers
        if run > best[0]:
            best = (run, width, start)
    return best
