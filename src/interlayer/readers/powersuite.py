"""PowerSuite text: one spectrum, three columns without units, between tabs.

    Frequency <tab> Zre <tab> Zimg / rows

Units. The file states none; the program's are Hz and Ω, and a warning says that they were taken.
Signs. Zimg as such: capacitive arcs are negative, nothing is turned.
Uncertainties. None are stated. The lines end in CR CR LF, which is read as one end.
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
from ._spectrum import spectrum
from ._take import take

_HEADS = ["Frequency", "Zre", "Zimg"]
_USED = (
    Column(0, "Frequency", "frequency", "Hz"),
    Column(1, "Zre", "impedance_real", "ohm"),
    Column(2, "Zimg", "impedance_imag", "ohm"),
)


class PowerSuite(Reader):
    """PowerSuite's text of a spectrum."""

    name = "powersuite"
    title = "PowerSuite text (impedance)"
    extensions = (".txt",)

    def sniff(self, head: bytes, name: str) -> bool:
        """The three column names in the first line."""
        return any(line[:200].split() == _HEADS for line in decode_head(head)[:1])

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        text, notes = source.text, Notes()
        if text.titles[0][:200].split() != _HEADS:
            raise ReadError(
                "The first line does not hold PowerSuite's column names",
                file=source.name,
                place="line 1",
                allowed=", ".join(_HEADS),
                remedy='Is the file unedited? A plain table is read with format="plain"',
            )
        taken = take(text, text.offset(1), len(text.data), Layout("\t", False, 3), [0, 1, 2], [0, 1, 2])
        notes.odd("The file states no units: PowerSuite's own, Hz and Ω, were taken.")
        made = spectrum(rows_of(taken, _USED, notes, source), notes, source)
        if made is None:
            raise ReadError(
                "There is no point under the column names",
                file=source.name,
                place="line 2",
                remedy="Was the measurement stopped at once? Is the file complete?",
            )
        return notes.record(source, self.name, [made])


POWERSUITE = READERS.add("powersuite")(PowerSuite())
