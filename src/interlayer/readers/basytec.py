"""Basytec text export: title lines behind a tilde, then a table, separated by tabs or blanks.

    ~Resultfile from Basytec Battery Test System
    ~Name of Test: ...
    ~Time[h]  DataSet  t-Step[h]  t-Set[h]  t-Cyc[h]  Line  Command  U[V]  I[A]  Ah[Ah]  Ah-Step  Wh[Wh]  T1[°C]  Cyc-Count

Units. In the brackets of the names (the time in s, min or h), converted to SI; Ah-Step, which has none, is in Ah.
Signs. Charging is positive, as the column Ah, the charge passed since the start (charging less discharging), counts it.
Uncertainties. None are stated; the digits printed bound the resolution, not the error.

`Line` is the line of the test plan, taken as the step; `Command` says what it does. The text is often not UTF-8. Known
from public descriptions and from what others wrote of such files: there is no file of the instrument among the
project's data, only one that was converted to BDF.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..errors import ReadError
from ..record import Record
from ._base import READERS, Columns, Reader
from ._cycler import LABEL, split_line
from ._notes import Notes
from ._source import LONGEST, Source, decode_head
from ._tables import Heads, Vocabulary, find_names, parts, record_in

_NAMES: Vocabulary = {
    "time": ("time", None),
    "tstep": ("step_time", None),
    "u": ("voltage", None),
    "i": ("current", None),
    "p": ("power", None),
    "ah": ("charge", None),
    "ahstep": ("step_capacity", "A*h"),
    "t1": ("temperature", None),
    "cyccount": ("cycle", ""),
    "line": ("step_index", ""),
    "command": (LABEL, ""),
}
_SHOWN = ("Name of Test", "Battery", "Testplan", "Testchannel", "Start of Test", "End of Test")
_SIGN = "charging is positive (as Basytec defines it)"


class Basytec(Reader):
    """Basytec text."""

    name = "basytec"
    title = "Basytec text export"
    extensions = (".txt", ".dat", ".csv")

    def sniff(self, head: bytes, name: str) -> bool:
        """A line of names that begins with ~Time, or the title with the vendor's name."""
        lines = decode_head(head)
        return _find(lines) is not None or any(_titled(line) for line in lines[:3])

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        lines, notes = source.text.titles, Notes()
        heads = _find(lines)
        if heads is None:
            raise ReadError(
                "The line with the column names (~Time[h] ... U[V] I[A] ...) was not found",
                file=source.name,
                place="the first lines",
                remedy="The file is cut off inside its titles, or was edited: export it again",
            )
        for line in lines[: heads.line]:
            key, _, value = line[:400].lstrip("~# ").partition(":")
            if key.strip() in _SHOWN and value.strip():
                notes.header[key.strip().casefold()] = value.strip()[:80]
        return record_in(source, self.name, _dated(heads, lines), _NAMES, notes, signs=_SIGN)


def _titled(line: str) -> bool:
    return line[:80].lstrip("~# ").casefold().startswith("resultfile from basytec")


def _find(lines: Sequence[str]) -> Heads | None:
    return find_names(lines, _is_basytec, ("U[",))


def _is_basytec(cells: Sequence[str]) -> bool:
    bare = {parts(cell)[0] for cell in cells}
    return cells[0].lstrip()[:1] in ("~", "#") and parts(cells[0])[0] == "time" and {"u", "i"} <= bare


def _dated(heads: Heads, lines: Sequence[str]) -> Heads:
    """The names with DateTime as two columns, where blanks separate the columns and the date from its hour."""
    row = next((line for line in lines[heads.line + 1 :] if line.strip()), "")
    if heads.separator is not None or len(row) > LONGEST or "DateTime" not in heads.names:
        return heads
    if len(split_line(row, None)) != len(heads.names) + 1:
        return heads
    at = heads.names.index("DateTime")
    return replace(heads, names=(*heads.names[:at], "Date", "Hour", *heads.names[at + 1 :]))


BASYTEC = READERS.add("basytec")(Basytec())
