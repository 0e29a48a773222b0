"""VersaStudio `.par` (VersaSTAT, PARSTAT): sections between tags, and the data in `<Segment1>`, `<Segment2>`, ...

    <Application> Name=VersaStudio ... <Action1> ... <Segment1> / Type= / Version= / Definition=names / rows </Segment1>

Rows with a frequency above 0 are points of a spectrum, the others of a time segment; each stretch is a segment.
Units. From the names in `Definition`: E(V), I(A), Elapsed Time(s), Frequency(Hz); Z Real and Z Imag are in Ω.
`Working Electrode Area (cm2)` is 1 and `Mass (g)` 0 by default, so they are shown and never used.
Signs. Z Imag as such: capacitive arcs are negative, nothing is turned. Current as the file has it.
Uncertainties. None are stated. Z Real and Z Imag are checked against the stored amplitudes E / I of each point.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..errors import ReadError
from ..record import Record, Segment
from ._base import READERS, Columns, Reader
from ._labels import Column
from ._layout import Layout
from ._notes import Notes
from ._rows import Rows, rows_of
from ._source import LONGEST, Source, Text, decode_head
from ._take import Taken, take
from ._trace import split

_NAMES = {
    "Elapsed Time(s)": ("time", "s"),
    "E(V)": ("voltage", "V"),
    "I(A)": ("current", "A"),
    "Frequency(Hz)": ("frequency", "Hz"),
    "Z Real": ("impedance_real", "ohm"),
    "Z Imag": ("impedance_imag", "ohm"),
    "Segment #": ("step_index", ""),
}
_AMPLITUDES = ("E Real", "E Imag", "I Real", "I Imag")
MOST = 10_000  # sections with data; an action has one
_BEGIN = re.compile(rb"^<Segment(\d{1,6})>[ \t]{0,20}$", re.MULTILINE)
_DEFINITION = re.compile(rb"^Definition=([^\n]{0,20000})$", re.MULTILINE)
_END = re.compile(rb"^<", re.MULTILINE)
_FACTS = {
    "Working Electrode Area (cm2)": ("area", "cm^2"),
    "Mass (g)": ("mass", "g"),
    "DateAcquired": ("date", ""),
    "Model": ("instrument model", ""),
    "Type": ("instrument", ""),
}
_AGREE = 1e-3  # between Z and E / I of the same row, both in seven digits
_REMEDY = "Is the file complete and unedited? Copy it again from the instrument's computer"


@dataclass(frozen=True)
class _Section:
    """One section of data: its number, the names of its columns, its rows (bytes), the line of the first of them."""

    number: int
    heads: tuple[str, ...]
    start: int
    stop: int
    line: int


class VersaStudio(Reader):
    """VersaStudio files."""

    name = "versastudio"
    title = "VersaStudio .par"
    extensions = (".par",)

    def sniff(self, head: bytes, name: str) -> bool:
        """<Application>, then Name=VersaStudio."""
        lines = [line.strip() for line in decode_head(head)[:12]]
        return lines[:1] == ["<Application>"] and "Name=VersaStudio" in lines

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        text, notes = source.text, Notes()
        actions = _header(text, notes)
        segments = [s for section in _sections(text, source, notes) for s in _read(section, text, source, notes)]
        if not segments:
            raise ReadError(
                "The file holds no section with data (<Segment1> with Definition= and rows)",
                file=source.name,
                place=f"line {text.data.count(10) + 1}",
                remedy="Was the experiment stopped before its first point? Is the file complete?",
            )
        if actions:
            notes.header["technique"] = ", ".join(actions)[:200]
        return notes.record(source, self.name, segments)


def _header(text: Text, notes: Notes) -> list[str]:
    """Facts of the titles; returns the names of the actions."""
    actions: list[str] = []
    section = ""
    for line in text.titles[:2000]:
        if line.startswith("<Segment"):
            break
        if line.startswith("<") and not line.startswith("</"):
            section = line.strip("<> \t")[:40]
        key, found, value = line[:200].partition("=")
        if not found or not value.strip():
            continue
        if key == "Name" and section.startswith("Action") and section != "Action0":
            actions.append(value.strip())
        elif key in _FACTS and (section == "Instrument" or key not in ("Type", "Model")):
            name, unit = _FACTS[key]
            if not (unit and _is_zero(value)):
                notes.header.setdefault(name, f"{value.strip()[:60]} {unit}".strip())
    return actions


def _is_zero(value: str) -> bool:
    return re.fullmatch(r"[0.,\s]{1,20}", value) is not None


def _sections(text: Text, source: Source, notes: Notes) -> Iterator[_Section]:
    data = text.data
    line, counted = 1, 0
    for number, match in enumerate(_BEGIN.finditer(data)):
        line += data.count(b"\n", counted, match.start())
        counted = match.start()
        if number >= MOST:
            raise ReadError(
                f"The file has more than {MOST} sections of data",
                file=source.name,
                place=f"line {line}",
                remedy="No experiment writes so many: the file is damaged",
            )
        end = _END.search(data, match.end())
        stop = end.start() if end else len(data)
        names = _DEFINITION.search(data, match.end(), stop)
        if names is None:
            raise ReadError(
                f"The section <Segment{match.group(1).decode()}> does not define its columns (Definition=)",
                file=source.name,
                place=f"line {line}",
                remedy=_REMEDY,
            )
        start = min(names.end() + 1, stop)
        if end is None or not data.startswith(b"</Segment", stop):
            notes.odd(f"The section <Segment{match.group(1).decode()}> has no end: the file is not complete.")
        heads = tuple(cell.strip() for cell in text.string(names.group(1)).split(","))
        above = data.count(b"\n", counted, start)
        yield _Section(int(match.group(1)), heads, start, stop, line + above)


def _read(section: _Section, text: Text, source: Source, notes: Notes) -> list[Segment]:
    """The segments in the rows of one section."""
    heads = list(section.heads)
    first = text.string(text.data[section.start : min(section.stop, section.start + LONGEST)]).split("\n", 1)[0]
    if heads[-1] == "0" and len(first.split(",")) == len(heads) - 1:
        heads.pop()  # "0" ends the list of names and stands for no column
    used = [Column(heads.index(h), h, *_NAMES[h]) for h in _NAMES if h in heads]
    known = {c.quantity for c in used}
    if "time" not in known and not {"frequency", "impedance_real", "impedance_imag"} <= known:
        raise ReadError(
            "The section defines neither Elapsed Time(s) nor Frequency(Hz), Z Real and Z Imag",
            file=source.name,
            place=f"line {section.line - 1}",
            given=", ".join(heads)[:200],
            remedy=_REMEDY,
        )
    if section.start >= section.stop:
        return []
    notes.unread(Column(i, h) for i, h in enumerate(heads) if h not in _NAMES)
    amplitudes = [heads.index(h) for h in _AMPLITUDES] if set(_AMPLITUDES) <= set(heads) else []
    wanted = [c.index for c in used] + amplitudes
    needed = [c.index for c in used if c.quantity in ("time", "frequency")]
    layout = Layout(",", False, len(heads))
    taken = take(text, section.start, section.stop, layout, wanted, needed, section.line)
    parts = taken.values[len(used) :]
    held = Taken(
        taken.values[: len(used)],
        taken.first,
        taken.gaps,
        taken.odd,
        taken.odd_count,
        {place: count for place, count in taken.empties.items() if place < len(used)},
        taken.cut,
    )
    rows = rows_of(held, used, notes, source)
    if not len(rows):
        return []
    if amplitudes:
        _look_at_amplitudes(parts, rows, notes)
    return split(rows, ("step_index",), notes, source)


def _look_at_amplitudes(parts: np.ndarray[tuple[int, ...], np.dtype[np.float64]], rows: Rows, notes: Notes) -> None:
    """Say where Z is not E / I."""
    if not {"frequency", "impedance_real", "impedance_imag"} <= rows.channels.keys():
        return
    with np.errstate(all="ignore"):
        expected = (parts[0] + 1j * parts[1]) / (parts[2] + 1j * parts[3])
        stored = rows.channels["impedance_real"] + 1j * rows.channels["impedance_imag"]
        off = (np.abs(stored - expected) > _AGREE * np.abs(expected)) & (rows.channels["frequency"] > 0.0)
    if off.any():
        notes.odd(f"Z Real and Z Imag are not E / I at {off.sum()} points {rows.where(off)}.")


VERSASTUDIO = READERS.add("versastudio")(VersaStudio())
