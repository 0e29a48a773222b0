"""Where the head of a table stands, and how its line is cut into as many cells as the table has columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ._labels import Column, understand, unit_of
from ._layout import Found, Layout


def cells_of(line: str, layout: Layout) -> list[list[str]]:
    """The ways to cut a head line into `layout.width` cells, the table's own separator first."""
    line = line.lstrip("#%! ") if line.lstrip()[:1] in ("#", "%", "!") else line
    ways = [layout.split(line)]
    for separator in ("\t", ";", ",", None):
        if separator != layout.separator:
            ways.append(Layout(separator, False, layout.width).split(line))
    ways.append([c for c in re.split(r"\s{2,}|\t", line.strip()) if c])
    ways.append([c.strip() for c in re.sub(r"\s+(?=[\[(/])", "", line).split()])
    ways.append(["", *layout.split(line.strip())])
    return [way for way in ways if len(way) == layout.width]


@dataclass(frozen=True)
class Header:
    """The head of a table: its columns and the 0-based line it stands on (the last one, where units have their own)."""

    columns: tuple[Column, ...]
    line: int


def locate(lines: Sequence[str], found: Found) -> Header | None:
    """The head of the table `found`: the nearest of the five non-blank lines above it that names two known quantities.

    None when the table has no head. A row of units under a row of names is joined to it.
    """
    above = [(i, line) for i, line in enumerate(lines[: found.first]) if line.strip()][-5:]
    below: list[str] | None = None
    for index, line in reversed(above):
        for cells in cells_of(line, found.layout):
            joined = [f"{a} [{b}]" for a, b in zip(cells, below, strict=True)] if below else cells
            columns = understand(joined)
            if sum(1 for c in columns if c.quantity) >= 2:
                return Header(tuple(columns), index)
            if below is None and all(unit_of(c) is not None for c in cells if c) and any(cells):
                below = cells
                break
    return None


def nearest_cells(lines: Sequence[str], found: Found) -> list[str]:
    """The texts over the columns, understood or not, for a caller who names columns; numbers when there are none."""
    for line in reversed([line for line in lines[: found.first] if line.strip()][-3:]):
        for cells in cells_of(line, found.layout):
            return cells
    return [str(i + 1) for i in range(found.layout.width)]
