"""Arbin text export of MITS Pro (csv): one table under its column names, a row a point.

    Data_Point,Date_Time,Test_Time(s),Step_Time(s),Step_Index,Cycle_Index,Voltage(V),Current(A),Charge_Capacity(Ah) ...
    Data Point,Date Time,Test Time (s),Step Time (s),Cycle Index,Step Index,Current (A),Voltage (V) ...
    Data_Point,Test_Time,DateTime,Step_Time,Step_Index,Cycle_Index,Current,Voltage ...

Units. In the brackets of the names, converted to SI. Where all names are those of Arbin's database and none has a unit
(the third form), the units are those that Arbin fixes for the database (s, A, V, Ah, Wh, Ω), and a correction says so.
Signs. Arbin counts charging (current into the positive terminal, where the working electrode is) as positive.
Uncertainties. None are stated; the digits printed bound the resolution, not the error.

The first auxiliary temperature is read; an internal resistance of 0 means that none was measured. Known from the names
of columns that public descriptions of such exports list: there is no sample of an instrument among the project's data.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import ReadError
from ..record import Record
from ._arbin import FIXED, NEEDED, SIGN, STATED
from ._base import READERS, Columns, Reader
from ._notes import Notes
from ._source import Source, decode_head
from ._tables import Heads, find_names, parts, record_in

_BARE = frozenset(name.replace("_", "").casefold() for name in NEEDED)


class ArbinText(Reader):
    """Arbin's text export."""

    name = "arbin_text"
    title = "Arbin text export"
    extensions = (".csv", ".txt")

    def sniff(self, head: bytes, name: str) -> bool:
        """A line of Arbin's names: a data point or a date, the test time, voltage and current."""
        return _find(decode_head(head)) is not None

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        heads, notes = _find(source.text.titles), Notes()
        if heads is None:
            raise ReadError(
                "The line with the column names (Data_Point, Test_Time(s), Voltage(V), Current(A) ...) was not found",
                file=source.name,
                place="the first lines",
                remedy="Is it a text export of MITS Pro, and complete?",
            )
        fixed = not any(parts(head)[1] for head in heads.names if parts(head)[0] in FIXED)
        if fixed:
            notes.did("The names are those of Arbin's database and state no units: its units (s, A, V, Ah, Wh, Ω) hold.")
        return record_in(source, self.name, heads, FIXED if fixed else STATED, notes, signs=SIGN)


def _find(lines: Sequence[str]) -> Heads | None:
    return find_names(lines, _is_arbin, ("oltage",))


def _is_arbin(cells: Sequence[str]) -> bool:
    found = {bare: unit for bare, unit in map(parts, cells)}
    if not {"testtime", "voltage", "current"} <= found.keys():
        return False
    if all(found[key] for key in ("testtime", "voltage", "current")):
        dated = found.keys() & {"datapoint", "datetime"}
        return bool(dated) and bool(found.keys() & {"stepindex", "cycleindex"})
    return found.keys() >= _BARE and set(cells) >= NEEDED


ARBIN_TEXT = READERS.add("arbin_text")(ArbinText())
