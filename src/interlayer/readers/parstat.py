"""Parstat text: one table in which data along time and the spectra between them follow one another.

    Potential (V) <tab> Current (A) <tab> Elapsed Time (s) <tab> Frequency (Hz) <tab> Zre (ohms) <tab> Zim (ohms) ...

Rows with a frequency above 0 are points of a spectrum, the others of a time segment; each stretch is a segment.
Units. From the column names: V, A, s, Hz, Ω.
Signs. Zim as such: capacitive arcs are negative, nothing is turned. Current as the file has it; in the sample a cell
loses voltage under negative current, so charging is positive there.
Uncertainties. None are stated. |Vac| and |Iac| are not read: their ratio need not be the modulus (averaging).
"""

from __future__ import annotations

from ..errors import ReadError
from ..record import Record
from ._base import READERS, Columns, Reader
from ._labels import Column
from ._layout import Layout
from ._notes import Notes
from ._rows import rows_of
from ._source import Source, decode_head
from ._take import take
from ._trace import split

_NAMES = {
    "Potential (V)": ("voltage", "V"),
    "Current (A)": ("current", "A"),
    "Elapsed Time (s)": ("time", "s"),
    "Frequency (Hz)": ("frequency", "Hz"),
    "Zre (ohms)": ("impedance_real", "ohm"),
    "Zim (ohms)": ("impedance_imag", "ohm"),
}


class Parstat(Reader):
    """Parstat's text."""

    name = "parstat"
    title = "Parstat text"
    extensions = (".txt",)

    def sniff(self, head: bytes, name: str) -> bool:
        """The column names in the first line."""
        return any(_NAMES.keys() <= set(_cells(line)) for line in decode_head(head)[:1])

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        text, notes = source.text, Notes()
        heads = _cells(text.titles[0])
        if not heads or not _NAMES.keys() <= set(heads):
            raise ReadError(
                "The first line does not hold Parstat's column names",
                file=source.name,
                place="line 1",
                allowed=", ".join(_NAMES),
                remedy="Is the file complete and unedited?",
            )
        used = [Column(heads.index(h), h, *_NAMES[h]) for h in _NAMES]
        notes.unread(Column(i, h) for i, h in enumerate(heads) if h not in _NAMES)
        while heads and not heads[-1]:
            heads.pop()
        taken = take(
            text,
            text.offset(1),
            len(text.data),
            Layout("\t", False, len(heads)),
            [c.index for c in used],
            [heads.index("Elapsed Time (s)"), heads.index("Frequency (Hz)")],
        )
        rows = rows_of(taken, used, notes, source)
        segments = split(rows, (), notes, source) if len(rows) else []
        if not segments:
            raise ReadError(
                "There is no row of data under the column names",
                file=source.name,
                place="line 2",
                remedy="Was the experiment stopped before its first point? Is the file complete?",
            )
        return notes.record(source, self.name, segments)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line[:2000].split("\t")]


PARSTAT = READERS.add("parstat")(Parstat())
