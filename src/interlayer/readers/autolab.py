"""Autolab Nova's export for ZView, "Z60W Data File": one spectrum a file, nine columns between commas.

    "Z60W Data File: Version 1.1" / empty titles / settings / number of points /
    "  Freq (Hz)    Ampl     Bias   Time(Sec)   Z'(a)    Z''(b)    GD   Err   Range" / rows

Units. Hz, s, Ω; the "(a)" and "(b)" over Z' and Z'' are names of the two quantities, no units.
Signs. Z'' as such: capacitive arcs are negative, nothing is turned.
Uncertainties. None; `Err` is a flag, and points that carry it are counted in a warning. Nova writes the time as 0
throughout; such a column is left out.
"""

from __future__ import annotations

import re

import numpy as np

from ..errors import ReadError
from ..record import Record
from ._base import READERS, Columns, Reader
from ._facts import from_titles
from ._labels import Column
from ._layout import Layout
from ._notes import Notes
from ._rows import rows_of
from ._source import Source, decode_head
from ._spectrum import spectrum
from ._take import take

_FIRST = re.compile(r'"?Z60W Data File: Version', re.IGNORECASE)
_HEAD = re.compile(r"""["\s]{0,20}Freq ?\(Hz\)\s+Ampl\s+Bias\s+Time ?\(Sec\)\s+Z'\(a\)\s+Z''\(b\)""", re.IGNORECASE)
_USED = (
    Column(0, "Freq (Hz)", "frequency", "Hz"),
    Column(4, "Z'(a)", "impedance_real", "ohm"),
    Column(5, "Z''(b)", "impedance_imag", "ohm"),
    Column(3, "Time(Sec)", "time", "s"),
)
_ERR = 7
_REMEDY = "Is the file complete and unedited? Export it from Nova again"


class Autolab(Reader):
    """Autolab Nova's Z60W text."""

    name = "autolab"
    title = "Autolab Nova text for ZView (Z60W data file)"
    extensions = (".txt", ".z60")

    def sniff(self, head: bytes, name: str) -> bool:
        """Z60W Data File in the first line."""
        return any(_FIRST.match(line[:200]) for line in decode_head(head)[:1])

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        text, notes = source.text, Notes()
        lines = text.titles
        head = next((i for i, line in enumerate(lines[:400]) if _HEAD.match(line[:200])), None)
        if head is None:
            raise ReadError(
                "The line with the column names (Freq (Hz), Ampl, Bias, Time(Sec), Z'(a), Z''(b), ...) was not found",
                file=source.name,
                place=f"line {min(len(lines), 400)}",
                remedy=_REMEDY,
            )
        notes.header.update(from_titles(lines[:head]))
        layout = Layout(",", False, 9)
        wanted = [*(c.index for c in _USED), _ERR]
        taken = take(text, text.offset(head + 1), len(text.data), layout, wanted, [0, 4, 5])
        flagged = int((np.nan_to_num(taken.values[-1]) != 0.0).sum())
        if flagged:
            notes.odd(f"{flagged} points carry an error flag of the instrument (column Err).")
        used = list(_USED)
        if not np.nan_to_num(taken.values[3]).any():
            notes.did("The column Time(Sec) is 0 in every row and was left out.")
            used.pop()
        announced = lines[head - 1].strip() if head else ""
        if announced.isascii() and announced.isdecimal() and int(announced[:12]) != taken.values.shape[1]:
            notes.odd(f"The file announces {announced[:12]} points and holds {taken.values.shape[1]}.")
        rows = rows_of(taken, used, notes, source)
        made = spectrum(rows, notes, source)
        if made is None:
            raise ReadError(
                "There is no point under the column names", file=source.name, place=f"line {head + 2}", remedy=_REMEDY
            )
        return notes.record(source, self.name, [made])


AUTOLAB = READERS.add("autolab")(Autolab())
