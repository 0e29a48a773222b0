"""A cell as a table: every number with unit, law, mark and source."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .cell import Cell

HEAD = ("parameter", "value", "law", "mark", "source")


def rows(cell: Cell) -> list[tuple[str, str, str, str, str]]:
    """(path, value, law, mark, source) of every entry; activation energies are in the law's column."""
    found = [
        (path, str(value), str(value.law), value.mark, value.source)
        for path, value in cell.parameters().items() if not path.endswith(".activation_energy")
    ]  # fmt: skip
    return found + [(path, word, "", "choice", "") for path, word in cell.choices().items()]


def text_table(cell: Cell) -> str:
    """The table in columns as wide as their longest entry."""
    lines = [HEAD, *rows(cell)]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    body = ["  ".join([*(line[c].ljust(widths[c]) for c in range(4)), line[4]]).rstrip() for line in lines]
    return "\n".join([repr(cell), "", *body])


def html_table(cell: Cell) -> str:
    """The table for a notebook."""
    head = "".join(f"<th style='text-align:left'>{title}</th>" for title in HEAD)
    body = "".join(
        "<tr>" + "".join(f"<td style='text-align:left'>{html.escape(entry)}</td>" for entry in row) + "</tr>"
        for row in rows(cell)
    )
    title = html.escape(f"{cell.name}: {cell.notation}" if cell.name else cell.notation)
    note = f"<p>{html.escape(cell.note)}</p>" if cell.note else ""
    return f"<b>{title}</b>{note}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
