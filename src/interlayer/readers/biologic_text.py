"""BioLogic EC-Lab (and BT-Lab) text export `.mpt`: a header of stated length, then tab-separated columns.

    EC-Lab ASCII FILE / Nb header lines : 61 / ... / freq/Hz  Re(Z)/Ohm  -Im(Z)/Ohm ... time/s  <Ewe>/V  <I>/mA ...

Rows with a frequency are spectra, rows without are data along time; both split where the cycle number or the sequence
number Ns changes, so 50 spectra between 50 half cycles come out as 100 segments of one record.
Units. In the column names, converted to SI. `Electrode surface area` and the masses are what somebody typed (0.001 is
the default), so they are shown and never used.
Signs. The column is -Im(Z) and its sign is turned: capacitive arcs come out negative. EC-Lab counts oxidation at the
working electrode as positive current. `voltage` is Ecell or Ewe-Ece where the file has it, and Ewe and Ece stay as
voltage@working electrode and voltage@counter electrode; else it is Ewe (the same with two electrodes).
Uncertainties. None are exported. The text is Windows-1252; some exports have decimal commas.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import ReadError
from ..record import Record
from ._base import READERS, Columns, Reader
from ._facts import from_titles
from ._labels import Column, scale, unit_of
from ._layout import Layout
from ._notes import Notes
from ._rows import rows_of
from ._source import Source, decode_head
from ._take import take
from ._trace import split

#: name before the unit -> channel; the first name present for a channel counts, in this order. "~" marks the mean over
#: a period of the sine, which spectra take where there is one and time data take where there is nothing else.
_SPECTRAL = {
    "freq": "frequency",
    "Re(Z)": "impedance_real",
    "-Im(Z)": "impedance_imag",
    "Im(Z)": "impedance_imag",
    "Phase(Z)": "impedance_phase",
    "Re(Zce)": "impedance_real@counter electrode",
    "-Im(Zce)": "impedance_imag@counter electrode",
    "Re(Zwe-ce)": "impedance_real@whole cell",
    "-Im(Zwe-ce)": "impedance_imag@whole cell",
}
_OTHER = {
    "time": "time",
    "step time": "step_time",
    "I": "current",
    "<I>": "current@~",
    "(Q-Qo)": "charge",
    "P": "power",
    "Pwe": "power",
    "Temperature": "temperature",
    "cycle number": "cycle",
    "Ns": "step_index",
}
_COUNT = re.compile(r"\s{0,20}Nb header lines\s{0,20}:\s{0,20}(\d{1,7})\b")


@dataclass(frozen=True)
class _Head:
    """The columns that give channels, the number of all, and the 0-based line of their names."""

    columns: tuple[Column, ...]
    width: int
    line: int


class BiologicText(Reader):
    """EC-Lab text."""

    name = "biologic_text"
    title = "BioLogic EC-Lab text (.mpt)"
    extensions = (".mpt", ".txt")

    def sniff(self, head: bytes, name: str) -> bool:
        """EC-Lab or BT-Lab ASCII FILE in the first line."""
        return any(line.strip() in ("EC-Lab ASCII FILE", "BT-Lab ASCII FILE") for line in decode_head(head)[:1])

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        text, notes = source.text, Notes()
        lines = text.titles
        head = _find_head(lines, source, notes)
        technique = next((line.strip()[:80] for line in lines[2:5] if line.strip()), "")
        notes.header["technique"] = technique
        notes.header.update(from_titles(lines[: head.line]))
        start = text.offset(head.line + 1)
        sample = "\n".join(lines[head.line + 1 : head.line + 200])
        comma = bool(re.search(r"\d,\d", sample)) and not re.search(r"\d\.\d", sample)
        needed = [c.index for c in head.columns if c.quantity in ("frequency", "time")][:1]
        taken = take(
            text, start, len(text.data), Layout("\t", comma, head.width), [c.index for c in head.columns], needed
        )
        rows = rows_of(taken, head.columns, notes, source, comma)
        segments = split(rows, ("cycle", "step_index"), notes, source, technique) if len(rows) else []
        if not segments:
            raise ReadError(
                "There is no row of data under the column names",
                file=source.name,
                place=f"line {head.line + 2}",
                remedy="Was the technique stopped before its first point? Is the file complete?",
            )
        return notes.record(source, self.name, segments)


def _find_head(lines: Sequence[str], source: Source, notes: Notes) -> _Head:
    """The line of column names: where the header's stated length puts it, else the line that looks like it."""
    stated = next((int(m.group(1)) for line in lines[:6] if (m := _COUNT.match(line))), None)
    if stated is not None and 0 < stated <= len(lines):
        head = _head(lines[stated - 1], stated - 1)
        if head is not None:
            notes.unread(Column(0, c) for c in _unread(lines[stated - 1], head))
            return head
    for index, line in enumerate(lines[:2000]):
        head = _head(line, index) if "\t" in line and "/" in line else None
        if head is not None:
            says = (
                "does not say how long the header is" if stated is None else f"says that its header has {stated} lines"
            )
            notes.did(f"The file {says}; the column names were found in line {index + 1}.")
            notes.unread(Column(0, c) for c in _unread(line, head))
            return head
    raise ReadError(
        "The line with the column names (freq/Hz, time/s, Ewe/V ...) was not found",
        file=source.name,
        place=f"line {min(stated or len(lines), len(lines))}",
        remedy="The file is cut off inside its header, or was edited: export it again",
    )


def _head(line: str, index: int) -> _Head | None:
    """The columns of a line of names, or None when it is none."""
    cells = [cell.strip() for cell in line.split("\t")]
    while cells and not cells[-1]:
        cells.pop()
    by_name: dict[str, Column] = {}
    for place, cell in enumerate(cells):
        label, _, unit = cell.rpartition("/") if "/" in cell else (cell, "", "")
        by_name.setdefault(label, Column(place, cell, "", unit_of(unit) if unit else ""))
    channels = {**_SPECTRAL, **_OTHER, **_voltages(by_name)}
    out: dict[str, Column] = {}
    for label, channel in channels.items():
        column = by_name.get(label)
        quantity, _, where = channel.partition("@")
        if column is None or channel in out or column.unit is None or scale(column.unit, quantity) is None:
            continue
        out[channel] = Column(
            column.index, column.text, quantity, column.unit, -1.0 if label.startswith("-") else 1.0, where
        )
    if not ({"frequency", "time"} & out.keys()) or len(out) < 2:
        return None
    return _Head(tuple(out.values()), len(cells), index)


def _voltages(names: dict[str, Column]) -> dict[str, str]:
    """Which column is the terminal voltage: that of the whole cell where the file has one."""
    if not any(whole in names for whole in ("Ecell", "<Ecell>", "Ewe-Ece", "<Ewe-Ece>")):
        return {"Ewe": "voltage", "<Ewe>": "voltage@~"}
    return {
        "Ecell": "voltage",
        "Ewe-Ece": "voltage",
        "<Ecell>": "voltage@~",
        "<Ewe-Ece>": "voltage@~",
        "Ewe": "voltage@working electrode",
        "<Ewe>": "voltage@working electrode~",
        "Ece": "voltage@counter electrode",
        "<Ece>": "voltage@counter electrode~",
    }


def _unread(line: str, head: _Head) -> list[str]:
    used = {c.index for c in head.columns}
    return [c.strip() for i, c in enumerate(line.split("\t")) if i not in used and c.strip()]


BIOLOGIC_TEXT = READERS.add("biologic_text")(BiologicText())
