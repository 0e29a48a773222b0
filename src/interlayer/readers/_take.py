"""Columns of numbers out of a table.

Two parsers give the same numbers: a careful one in plain Python that knows what to say about every odd line, and
polars for big clean pieces. A piece that polars finds anything odd in goes to the careful one, so there is one meaning.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ..errors import ReadError
from ._layout import MINUS, Layout
from ._source import LONGEST, Text

Array = npt.NDArray[np.float64]
Lines = npt.NDArray[np.int64]

MOST_ODD = 10_000  # lines that are no rows (of blank ones: a hundred times as many) beyond the number of rows
FAST_FROM = 1 << 22  # bytes of a table from which polars is worth its import


@dataclass
class Taken:
    """Columns taken out of a table.

    values   one row a column asked for, NaN where an optional cell holds no number
    first    line (1-based) of the table's first line
    gaps     lines between there and the end that gave no row, blank ones included
    odd      the first few of those that were not blank: (line, what is wrong, its text); `odd_count` counts all
    empties  for each column asked for, how many cells held text instead of a number, and the first such line
    cut      the last row is cut off (it ends without a line end and was no row, or is shorter than all before)
    """

    values: Array
    first: int
    gaps: Lines
    odd: list[tuple[int, str, str]] = field(default_factory=list)
    odd_count: int = 0
    empties: dict[int, tuple[int, int]] = field(default_factory=dict)
    cut: str = ""

    def line(self, row: int) -> int:
        """The line of the file that row `row` (0-based) stands on."""
        before = self.gaps - self.first - np.arange(len(self.gaps))
        return self.first + row + int(np.searchsorted(before, row, side="right"))


def take(
    text: Text, start: int, stop: int, layout: Layout, wanted: Sequence[int], needed: Sequence[int], first: int = 0
) -> Taken:
    """Columns `wanted` (0-based) of the table in bytes `start:stop`; a line without numbers in `needed` is no row.

    first   line (1-based) at `start` where the caller knows it; else it is counted
    """
    text.room(len(wanted))
    most = text.data.count(b"\n", start, stop) + 1
    values = np.empty((len(wanted), most))
    taken = Taken(values, first or text.data.count(b"\n", 0, start) + 1, np.empty(0, dtype=np.int64))
    gaps: array[int] = array("q")
    big = stop - start >= FAST_FROM and len(layout.separator or "") == 1
    rows, line = 0, taken.first
    for piece in text.chunks(start, stop):
        block = _fast(piece, layout, wanted, needed) if big else None
        if block is None:
            block = _careful(text, piece, layout, wanted, needed, line, taken, gaps)
        count = block.shape[1]
        values[:, rows : rows + count] = block
        rows += count
        line += piece.count(b"\n")
        if taken.odd_count + len(gaps) // 100 > MOST_ODD + rows:
            break
    taken.values = values[:, :rows]
    taken.gaps = np.frombuffer(gaps, dtype=np.int64) if gaps else taken.gaps
    if len(gaps) // 100 > MOST_ODD + rows:
        raise ReadError(
            f"The table has {len(gaps)} lines without a row and only {rows} rows",
            file=text.name,
            place=f"line {gaps[0]}",
            remedy="The file is damaged or made to exhaust the memory: export it again",
        )
    if taken.odd_count > max(5, rows):
        where, why, shown = taken.odd[0]
        raise ReadError(
            f"{taken.odd_count} lines of the table are no rows, only {rows} are (the first: {shown!r}, {why})",
            file=text.name,
            place=f"line {where}",
            remedy="The file is damaged, or it holds more than one table: keep one table a file",
        )
    _last_row(text, stop, layout, taken)
    return taken


def _fast(piece: bytes, layout: Layout, wanted: Sequence[int], needed: Sequence[int]) -> Array | None:
    """The columns by polars, or None when anything in the piece is not a plain number in its place."""
    if b'"' in piece or b"\x00" in piece or not piece.endswith(b"\n"):
        return None
    flat = np.frombuffer(piece, dtype=np.uint8)
    ends = np.flatnonzero(flat == 10)
    separators = np.flatnonzero(flat == ord(layout.separator or ","))
    if len(separators) != len(ends) * (layout.width - 1):
        return None
    grid = separators.reshape(len(ends), -1)
    if (grid[:, -1] > ends).any() or (grid[1:, 0] < ends[:-1]).any():
        return None
    import polars as pl

    names = [f"column_{i + 1}" for i in range(layout.width)]
    types = {n: (pl.Float64 if i in wanted else pl.String) for i, n in enumerate(names)}
    try:
        frame = pl.read_csv(
            piece,
            has_header=False,
            separator=layout.separator or ",",
            schema=types,
            columns=[names[i] for i in wanted],
            ignore_errors=True,
            quote_char=None,
            decimal_comma=layout.comma,
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.height != len(ends) or any(frame[names[i]].null_count() for i in wanted):
        return None
    block = np.stack([frame[names[i]].to_numpy() for i in wanted])
    return block if np.isfinite(block[[list(wanted).index(i) for i in needed]]).all() else None


def _careful(
    text: Text,
    piece: bytes,
    layout: Layout,
    wanted: Sequence[int],
    needed: Sequence[int],
    line: int,
    taken: Taken,
    gaps: array[int],
) -> Array:
    """The columns by plain Python, with a note on every line that is no row."""
    flat: array[float] = array("d")
    string = text.string(piece).translate(MINUS)
    simple = string.isascii() and "_" not in string  # float() takes "1_0" and other scripts' digits; a table does not
    rows = string.split("\n")
    if string.endswith("\n"):
        rows.pop()
    for number, row in enumerate(rows, line):
        if taken.odd_count + len(gaps) // 100 > MOST_ODD + len(flat) // len(wanted):
            break
        values = _plain_row(row, layout, wanted) if simple else None
        if values is None:
            values, why = _odd_row(row, layout, wanted, needed, number, taken)
            if why:
                gaps.append(number)
                if row.strip():
                    taken.odd_count += 1
                    if len(taken.odd) < 200:
                        taken.odd.append((number, why, row.strip()[:60]))
                continue
        flat.extend(values)
    return np.array(flat).reshape(-1, len(wanted)).T


def _plain_row(row: str, layout: Layout, wanted: Sequence[int]) -> list[float] | None:
    """The numbers of a row that has nothing odd in it, else None."""
    if layout.comma:
        if "." in row:
            return None  # "1.234" is a thousand here, or a slip
        row = row.replace(",", ".")
    cells = row.split(layout.separator)
    if len(cells) != layout.width or len(row) > LONGEST:
        return None
    try:
        values = [float(cells[i]) for i in wanted]
    except ValueError:
        return None
    return values if math.isfinite(sum(values)) else None


def _odd_row(
    row: str, layout: Layout, wanted: Sequence[int], needed: Sequence[int], number: int, taken: Taken
) -> tuple[list[float], str]:
    """The numbers of a row, NaN for optional cells without one, or ([], why it is no row)."""
    cells = layout.split(row) if len(row) <= LONGEST else [row]
    if len(cells) != layout.width:
        return [], f"{len(cells)} cells instead of {layout.width}"
    values = [_value(cells[i], layout) for i in wanted]
    for index, value in zip(wanted, values, strict=True):
        if index in needed and not math.isfinite(value):
            return [], f"{cells[index][:30]!r} is no number" if cells[index] else "an empty cell"
    for place, (index, value) in enumerate(zip(wanted, values, strict=True)):
        if math.isnan(value) and cells[index].casefold() not in ("", "nan"):
            count, where = taken.empties.get(place, (0, number))
            taken.empties[place] = (count + 1, where)
    return values, ""


def _value(cell: str, layout: Layout) -> float:
    try:
        return layout.number(cell)
    except ValueError:
        return float("nan")


def _last_row(text: Text, stop: int, layout: Layout, taken: Taken) -> None:
    """Say whether the file ends in the middle of a row."""
    data = text.data
    if stop < len(data) or data.endswith(b"\n"):
        return
    last = data.count(b"\n") + 1
    if taken.odd and taken.odd[-1][0] == last:
        cells = layout.split(taken.odd[-1][2])
        if cells and layout.is_number(cells[0]):
            taken.odd.pop()
            taken.odd_count -= 1
            taken.cut = f"The last row (line {last}) is cut off and was left out: the file is not complete."
        return
    tail = [row for row in text.string(data[max(0, len(data) - 20_000) :]).split("\n")[1:] if row.strip()]
    digits = [sum(c.isdigit() for c in row) for row in tail[-12:]]
    if (
        len(digits) > 3 and len(set(digits[:-1])) == 1 and digits[-1] < digits[0]
    ):  # a fixed format, and the last row is short
        what = f"The last row (line {last}) has no line end and is shorter than the others"
        taken.cut = f"{what}: its last number may be cut off."
