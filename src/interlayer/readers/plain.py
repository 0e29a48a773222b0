"""Plain tables: frequency, Re, Im (or time, voltage, current) in columns, under any number of title lines.

The commonest export of all, and no format: every lab and program has its own. Read are any separator (tab, blanks,
comma, semicolon), decimal points and commas, any line end, UTF-8, UTF-16 and Windows-1252, an index column, and tables
without any head where three columns can only be a spectrum. Examples: `Freq.[Hz] <tab> Zs'[ohm] <tab> Zs''[ohm]`,
`f/kHz;Z'/mOhm;-Z''/mOhm`, `,Freq,Real,Imag`.

Units. Taken from the column heads and converted. A spectrum whose head states none is taken as Hz and Ω, with a
warning. A table along time without units is refused: s or h, A or mA can't be told from the numbers.
Signs. Im < 0 for capacitive arcs, as everywhere here. A head such as -Z'' or -Im(Z) turns the sign; a table whose
imaginary part is positive nearly everywhere is left as it is, with a warning. Current as the file has it: whether
charging is positive is the file's affair, and the warning in docs/readers.md applies.
Uncertainties. None are stated in such files; the digits printed bound the resolution, not the error.
"""

from __future__ import annotations

import numpy as np

from ..errors import ReadError
from ..names import name
from ..record import Record, Segment
from ._base import READERS, Columns, PathText, Reader
from ._facts import from_titles
from ._foreign import foreign
from ._headers import cells_of, locate
from ._labels import understand
from ._layout import LOOK, find
from ._notes import Notes
from ._plain_columns import REAL, SWEEP, Plan, bare, choose, needed_of
from ._rows import Rows, rows_of
from ._source import Source, decode_head
from ._spectrum import spectrum
from ._take import take
from ._trace import look_at_time, trace
from ._write import number, one_segment, table_text, titles, write_text


class Plain(Reader):
    """Columns of numbers under title lines."""

    name = "plain"
    title = "plain columns of text"
    extensions = (".txt", ".csv", ".dat", ".tsv", ".asc")
    writes = True
    general = True
    takes_columns = True

    def sniff(self, head: bytes, name: str) -> bool:
        """A table whose head names a frequency or a time, or three columns that can only be a spectrum."""
        lines = decode_head(head)
        if not lines or foreign(head, lines) or any(r.sniff(head, name) for r in READERS.values() if not r.general):
            return False
        found = find(lines)
        if found is None:
            return False
        header = locate(lines, found)
        if header is None:
            return bare(found) is not None
        return bool({c.quantity for c in header.columns} & (SWEEP | {"time"}))

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        text, notes = source.text, Notes()
        plan = _plan(source)
        layout, first = plan.found.layout, plan.found.first
        used = choose(plan, columns, notes)
        if text.note:
            notes.did(text.note)
        notes.header.update(from_titles(plan.lines[:first]))
        must = needed_of(used)
        needed = [c.index for c in used if c.quantity in must]
        taken = take(text, text.offset(first), len(text.data), layout, [c.index for c in used], needed)
        for line, _, shown in taken.odd:
            if any(sum(bool(c.quantity) for c in understand(way)) >= 2 for way in cells_of(shown, layout)):
                raise ReadError(
                    "A second table begins",
                    file=source.name,
                    place=f"line {line}",
                    given=shown,
                    remedy="Keep one a file",
                )
        rows = rows_of(taken, used, notes, source, layout.comma)
        return notes.record(source, self.name, [_segment(rows, notes, source)])

    def losses(self, record: Record) -> tuple[str, ...]:
        """One segment fits, and channels whose names fit a column head; stated facts go to the title lines."""
        odd = [c for s in record.segments[:1] for c in s.channels if len(c) > 60 or set(c) & set('\t\r\n",;[]#')]
        return (*one_segment(record, self.title), *(f"the channel {c!r} (as a column head)" for c in odd))

    def write(self, record: Record, path: PathText) -> None:
        """One segment as columns in SI with all digits, under title lines that begin with #."""
        segment = record.segments[0]
        heads = [f"{channel} [{name(channel.partition('@')[0]).si or '1'}]" for channel in segment.channels]
        separator = "," if str(path).casefold().endswith(".csv") else "\t"
        columns = [list(map(number, values)) for values in segment.channels.values()]
        write_text(path, table_text(heads, columns, separator, titles(record, "# ")))


def _plan(source: Source) -> Plan:
    """The one table of the file."""
    lines = source.text.titles
    found = find(lines)
    if found is None:
        raise ReadError(
            "No table of numbers was found",
            file=source.name,
            place=f"lines 1 to {min(len(lines), LOOK)}",
            remedy="A table needs at least two columns of numbers. Is the file complete, and is it text?",
        )
    if found.ambiguous:
        raise ReadError(
            "The commas in the numbers can be decimal commas or thousands separators",
            file=source.name,
            place=f"line {found.first + 1}",
            given=" ".join(found.sample[0])[:80],
            remedy="Export the numbers without thousands separators",
        )
    return Plan(lines, found, source)


def _segment(rows: Rows, notes: Notes, source: Source) -> Segment:
    made: Segment | None = None
    if "frequency" in rows.channels:
        if not any(r in rows.channels for r in REAL):
            z = rows.channels["impedance_modulus"] * np.exp(1j * rows.channels["impedance_phase"])
            rows.channels |= {"impedance_real": z.real, "impedance_imag": z.imag}
            notes.did("Real and imaginary part were computed from modulus and phase.")
        made = spectrum(rows, notes, source)
    else:
        rows = look_at_time(rows, notes)
        made = trace(rows) if len(rows) else None
    if made is None:
        raise ReadError("The table holds no row of numbers", file=source.name, remedy="Is the file complete?")
    return made


PLAIN = READERS.add("plain")(Plain())
