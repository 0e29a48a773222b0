"""The numbers behind a figure as text that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from ..errors import RecordError

Column: TypeAlias = npt.NDArray[Any] | Sequence[Any]

#: first characters with which a spreadsheet starts to compute
RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of equal length under ASCII heads like "voltage [V]".

    name     short, for a file name ("spectra")
    columns  head -> numbers or texts
    """

    name: str
    columns: Mapping[str, Column]

    def __post_init__(self) -> None:
        lengths = {head: len(column) for head, column in self.columns.items()}
        if len(set(lengths.values())) > 1:
            raise RecordError("All columns of a table have the same length", given=lengths)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0


def stacked(name: str, parts: Sequence[Mapping[str, Column]]) -> Table:
    """Tables with the same heads one below the other."""
    if not parts:
        return Table(name, {})
    heads = list(dict.fromkeys(head for part in parts for head in part))
    columns: dict[str, list[Any]] = {head: [] for head in heads}
    for part in parts:
        rows = len(next(iter(part.values())))
        for head in heads:
            columns[head].extend(part[head] if head in part else [None] * rows)
    return Table(name, columns)


def of_rows(name: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    """A table from its heads and rows."""
    return Table(name, {head: [row[i] for row in rows] for i, head in enumerate(heads)})


def cell_text(value: object) -> str:
    """One cell: numbers with all their digits, NaN and None empty, text with an apostrophe before a risky start."""
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        number = float(value)
        return "" if math.isnan(number) else repr(number)
    text = str(value)
    return "'" + text if text.startswith(RISKY) else text


def data_csv(table: Table) -> str:
    """`table` as comma-separated text (RFC 4180, UTF-8, line ends LF)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([cell_text(head) for head in table.columns])
    for row in zip(*table.columns.values(), strict=True):
        writer.writerow([cell_text(value) for value in row])
    return out.getvalue()
