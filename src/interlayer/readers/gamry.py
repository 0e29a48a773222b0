"""Gamry Framework `.DTA`: objects with tags, and the data in tables (OCVCURVE, ZCURVE, CURVE, CURVE1, ...).

    EXPLAIN / TAG  EISPOT / ... / ZCURVE  TABLE / names / units / rows that begin with a tab

A spectrum (ZCURVE) and each time table are segments of one record, in the file's order.
Units. From the row under the names; V vs. Ref. is V. `AREA` is in cm² and 1 by default, so it is shown and never used.
Signs. Gamry states that Zimag is negative for a capacitor (help.gamry.com, EIS data curve). Current as the file has it;
in Gamry's battery techniques charging is positive.
Uncertainties. None. The column Over flags points at which an amplifier was overloaded; they are counted in a warning
(each character other than "." is an overload: help.gamry.com, overloads). -327.67 °C means that there was no sensor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..errors import ReadError
from ..record import Record, Segment
from ._base import READERS, Columns, Reader
from ._labels import Column, scale, unit_of
from ._layout import Layout
from ._notes import Notes
from ._rows import rows_of
from ._source import LONGEST, Source, Text, decode_head
from ._spectrum import spectrum
from ._take import Taken, take
from ._trace import look_at_time, trace

_QUANTITIES = {
    "T": "time",
    "Time": "time",
    "Freq": "frequency",
    "Zreal": "impedance_real",
    "Zimag": "impedance_imag",
    "Zphz": "impedance_phase",
    "Vf": "voltage",
    "Vdc": "voltage",
    "Im": "current",
    "Idc": "current",
    "Q": "charge",
    "Temp": "temperature",
    "Pwr": "power",
}
_AXES = {"ZCURVE": "frequency"}
MOST_TABLES = 10_000  # a voltammogram has one for each cycle
_TABLE = re.compile(rb"^([A-Z][A-Z0-9_]{0,30})\tTABLE(?:\t(\d{0,12}))?[^\n]{0,40}$", re.MULTILINE)
_UNITS = {"v vs. ref.": "V", "deg c": "degC", "°": "deg", "\ufffd": "deg", "deg": "deg"}


@dataclass(frozen=True)
class _Table:
    """One table: name, rows announced, columns, where its rows begin and end (bytes), line of its name."""

    name: str
    announced: int | None
    columns: tuple[Column, ...]
    width: int
    start: int
    stop: int
    line: int


class Gamry(Reader):
    """Gamry data files."""

    name = "gamry"
    title = "Gamry .DTA"
    extensions = (".dta",)

    def sniff(self, head: bytes, name: str) -> bool:
        """EXPLAIN, then TAG."""
        lines = [line.strip() for line in decode_head(head)[:2]]
        return len(lines) == 2 and lines[0] == "EXPLAIN" and lines[1].startswith("TAG")

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        text, notes = source.text, Notes()
        _header(text, notes)
        segments = [s for table in _tables(text, source) if (s := _segment(text, table, notes, source)) is not None]
        if not segments:
            raise ReadError(
                "The file holds no table of a spectrum or of data along time",
                file=source.name,
                place=f"lines 1 to {len(text.titles)}",
                remedy="Was the experiment stopped before its first point? Is the file complete?",
            )
        return notes.record(source, self.name, segments)


def _header(text: Text, notes: Notes) -> None:
    for line in text.titles[:400]:
        cells = line.split("\t")
        if cells[0] == "TAG" and len(cells) > 1:
            notes.header["technique"] = cells[1][:60]
        elif cells[0] == "DATE" and len(cells) > 2:
            notes.header["date"] = cells[2][:60]
        elif cells[0] == "AREA" and len(cells) > 2:
            try:
                notes.header["area"] = f"{float(cells[2].replace(',', '.')):.10g} cm^2"
            except ValueError:
                notes.header["area"] = cells[2][:40]


def _tables(text: Text, source: Source) -> Iterator[_Table]:
    data = text.data
    line, counted = 1, 0
    for number, match in enumerate(_TABLE.finditer(data)):
        name = match.group(1).decode()
        line += data.count(b"\n", counted, match.start())
        counted = match.start()
        if number >= MOST_TABLES:
            raise ReadError(
                f"The file has more than {MOST_TABLES} tables",
                file=source.name,
                place=f"line {line}",
                remedy="No experiment writes so many: the file is damaged",
            )
        heads = []
        at = match.end() + 1
        for _ in range(2):
            end = data.find(b"\n", at)
            end = len(data) if end < 0 else end
            row = text.string(data[at : min(end, at + LONGEST)])
            heads.append([cell.strip() for cell in row.split("\t")])
            at = min(end + 1, len(data))
        columns = _columns(heads[0], heads[1])
        if {c.quantity for c in columns} & {"frequency", "time"} and len(heads[0]) > 2:
            announced = int(match.group(2)) if match.group(2) else None
            width = len(heads[0]) - (0 if heads[0][-1] else 1)
            yield _Table(name, announced, columns, width, at, _end(data, at), line)
        elif name in ("ZCURVE", "OCVCURVE") or name.startswith("CURVE"):
            raise ReadError(
                f"The table {name} has no row of names and units under it",
                file=source.name,
                place=f"line {line + 1}",
                remedy="Is the file complete and unedited?",
            )


def _end(data: bytes, start: int) -> int:
    """Where the rows end: before the first line that does not begin with a tab."""
    if data[start : start + 1] != b"\t":
        return start
    stop = re.compile(rb"\n(?!\t)").search(data, start)
    return stop.start() + 1 if stop else len(data)


def _columns(names: list[str], units: list[str]) -> tuple[Column, ...]:
    out, seen = [], set()
    for index, head in enumerate(names):
        quantity = _QUANTITIES.get(head, "")
        stated = units[index].strip() if index < len(units) else ""
        unit = _UNITS.get(stated.casefold()) or unit_of(stated)
        if quantity and quantity not in seen and unit is not None and scale(unit, quantity) is not None:
            seen.add(quantity)
            out.append(Column(index, head, quantity, unit))
        else:
            out.append(Column(index, head))
    return tuple(out)


def _segment(text: Text, table: _Table, notes: Notes, source: Source) -> Segment | None:
    """The rows of a table as a segment; None for a table without rows."""
    known = [c for c in table.columns if c.quantity]
    spectral = any(c.quantity == "frequency" for c in known)
    needed = [
        c.index
        for c in known
        if c.quantity in (("frequency", "impedance_real", "impedance_imag") if spectral else ("time",))
    ]
    if spectral and len(needed) < 3:
        raise ReadError(
            f"The table {table.name} lacks Freq, Zreal or Zimag with its unit",
            file=source.name,
            place=f"line {table.line + 1}",
            remedy="Is the file complete and unedited?",
        )
    sample = text.string(text.data[table.start : min(table.stop, table.start + 20_000)])
    comma = bool(re.search(r"\d,\d", sample)) and not re.search(r"\d\.\d", sample)
    notes.unread(c for c in table.columns if not c.quantity and c.text not in ("Pt", ""))
    layout, wanted = Layout("\t", comma, table.width), [c.index for c in known]
    taken = take(text, table.start, table.stop, layout, wanted, needed, table.line + 3)
    rows = rows_of(*_no_sensor(taken, known, notes), notes, source, comma)
    if table.announced is not None and table.announced > len(rows):
        notes.odd(
            f"The table {table.name} (line {table.line}) announces {table.announced} rows and holds {len(rows)}: "
            "the file is not complete."
        )
    _overloads(text, table, notes)
    info = {"label": table.name, "tag": notes.header.get("technique", "")}
    if spectral:
        return spectrum(rows, notes, source, info, f" in {table.name} (line {table.line})") if len(rows) else None
    rows = look_at_time(rows, notes) if len(rows) else rows
    return trace(rows, "rest" if table.name.startswith("OCV") else "", info) if len(rows) else None


def _no_sensor(taken: Taken, columns: list[Column], notes: Notes) -> tuple[Taken, list[Column]]:
    """The columns without a temperature that only says that there was no sensor."""
    for place, column in enumerate(columns):
        values = taken.values[place]
        if column.quantity == "temperature" and len(values) and (values < -273.0).all():
            notes.did("The temperature column says -327.67 °C (no sensor) and was left out.")
            empties = {p - (p > place): found for p, found in taken.empties.items() if p != place}
            values = np.delete(taken.values, place, axis=0)
            return replace(taken, values=values, empties=empties), [c for c in columns if c is not column]
    return taken, columns


def _overloads(text: Text, table: _Table, notes: Notes) -> None:
    """Count the rows whose Over column holds anything but points."""
    place = next((c.index for c in table.columns if c.text == "Over"), None)
    if place is None:
        return
    count, marked, first = 0, 0, ""
    for piece in text.chunks(table.start, table.stop):
        for line in text.string(piece).split("\n"):
            if len(cells := line.split("\t")) > place:
                count += 1
                if cells[place].strip(". "):
                    marked += 1
                    first = first or cells[place][:20]
    if marked:
        notes.odd(f"{marked} of {count} points in {table.name} carry an overload flag (such as {first!r}).")


GAMRY = READERS.add("gamry")(Gamry())
