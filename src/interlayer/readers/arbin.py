"""Arbin results as an Excel workbook `.xlsx`: sheets Global_Info and Channel_<number>_<part>.

    Date_Time  Test_Time(s)  Step_Time(s)  Step_Index  Cycle_Index  Voltage(V)  Current(A)  Charge_Capacity(Ah) ...

The workbook is read with the standard library: archive and XML are bounded, entities are refused, and a cell far out in
an empty sheet costs nothing. The parts of one channel (Channel_11_1, Channel_11_2, ...) are joined; two channels in one
workbook are a question. All other workbooks are refused with what to save instead.

Units. In the brackets of the heads, converted to SI.
Signs. Arbin counts charging (current into the positive terminal, where the working electrode is) as positive.
Uncertainties. None are stated; current and voltage are single precision (7 digits).
"""

from __future__ import annotations

import math
import re
import xml.parsers.expat
import zipfile
from array import array
from collections.abc import Callable, Sequence

import numpy as np

from ..errors import ReadError
from ..record import Record
from ._arbin import SIGN, STATED
from ._base import READERS, Columns, Reader
from ._cycler import convert, damaged, is_workbook, open_zip, pieces, record_of, too_big, unpack_limit
from ._notes import Notes
from ._source import Source
from ._tables import CLOCK, Place, places
from ._take import Array

_SHEET = re.compile(r"Channel_(\d{1,5}|\d{1,5}-\d{1,5})(?:_(\d{1,4}))?", re.IGNORECASE)
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_WIDE = 500  # columns that may hold something
_LONGEST = 40_000  # characters of a cell; Excel allows 32 767
_TOKEN = 4 << 20  # bytes of XML that hold no end of a tag
_DEEP = 100  # elements in each other
_CELL = 100  # bytes that a cell or a shared text needs while it is read
_ROW_LIMIT = 1_048_576

Cell = str | float


class Arbin(Reader):
    """Arbin's Excel export."""

    name = "arbin"
    title = "Arbin workbook (.xlsx)"
    extensions = (".xlsx",)

    def sniff(self, head: bytes, name: str) -> bool:
        """A zip archive with the members of an Excel workbook."""
        return is_workbook(head)

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        archive, members = open_zip(source)
        by_name = {i.filename: i for i in members}
        sheets = _sheets(archive, by_name, source)
        parts = [(m.group(1), int(m.group(2) or 0), s) for s in sheets if (m := _SHEET.fullmatch(s))]
        channels = sorted({channel for channel, _, _ in parts})
        if not parts:
            raise ReadError(
                "This Excel workbook has no sheet of an Arbin channel (Channel_1_1)",
                file=source.name,
                given=", ".join(sheets)[:200],
                remedy="Of workbooks only Arbin's are read: save the sheet as text (.csv) with units in the heads",
            )
        if len(channels) > 1:
            raise ReadError(
                f"The workbook holds {len(channels)} channels: which one is meant?",
                file=source.name,
                given=", ".join(channels)[:200],
                remedy="Save one channel a workbook",
            )
        notes = Notes()
        shared = _shared(archive, by_name, source)
        tables = [_Sheet(archive, by_name.get(sheets[s]), shared, source, s) for _, _, s in sorted(parts)]
        heads = tables[0].heads
        for table in tables[1:]:
            if table.heads != heads:
                raise ReadError(
                    "The sheets of the channel have different columns",
                    file=source.name,
                    place=f"sheet {table.title!r}, row 1",
                    remedy="Export it again",
                )
        found = _places(heads, source)
        made = {}
        for channel, place in found.items():
            values = np.concatenate([t.column(place.index) for t in tables])
            made[channel] = convert(values, place.unit, channel, source) if place.unit else values
        notes.did("The units in the heads (s, V, A, Ah, Wh) were converted to SI.")
        if len(tables) > 1:
            notes.did(f"The {len(tables)} sheets of channel {channels[0]} were joined.")
        missing = sum(t.odd for t in tables)
        if missing:
            notes.odd(f"{missing} cells of the table hold text instead of a number and were left empty.")
        rows = np.concatenate([t.rows for t in tables])
        notes.header["channel"] = channels[0]
        notes.header["sign of the current"] = SIGN
        used = {place.index for place in found.values()}
        notes.header["columns not read"] = ", ".join(h for i, h in enumerate(heads) if h and i not in used)[:500]
        return record_of(source, self.name, made, notes, line=lambda row: int(rows[row]), place="row")


def _places(heads: Sequence[str], source: Source) -> dict[str, Place]:
    found = {c: p for c, p in places(heads, STATED).items() if p.unit is not None and p.unit != CLOCK}
    missing = [c for c in ("time", "voltage", "current") if c not in found]
    if missing:
        raise ReadError(
            f"The sheet of the channel has no column with a unit for {', '.join(missing)}",
            file=source.name,
            place="row 1",
            given=", ".join(heads)[:300],
            remedy="Export it with Test_Time(s), Voltage(V) and Current(A)",
        )
    return found


class _Stop(Exception):
    """An entity in the XML, or a table that is none."""


def _parse_xml(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo | None,
    source: Source,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    """Run the handlers over a member; names come without their namespace prefix."""
    if info is None:
        raise damaged(source, KeyError("a part of the workbook is missing"), "the list of sheets")
    parser = xml.parsers.expat.ParserCreate()

    def forbid(*_: object) -> None:
        raise _Stop("the XML declares entities")

    parser.EntityDeclHandler = forbid
    depth = fed = 0

    def open_tag(tag: str, about: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEP:
            raise _Stop("its elements are nested without end")
        start(tag.rpartition(":")[2], about)

    def close_tag(tag: str) -> None:
        nonlocal depth
        depth -= 1
        end(tag.rpartition(":")[2])

    parser.buffer_text = True
    parser.StartElementHandler = open_tag
    parser.EndElementHandler = close_tag
    parser.CharacterDataHandler = text
    try:
        for piece in pieces(archive, info, source):
            parser.Parse(piece, False)
            fed += len(piece)
            if fed - parser.CurrentByteIndex > _TOKEN:
                raise _Stop(f"{_TOKEN:,} bytes hold no end of a tag")
        parser.Parse(b"", True)
    except ReadError:
        raise
    except (xml.parsers.expat.ExpatError, _Stop, ValueError, LookupError) as error:
        raise damaged(source, error, f"member {info.filename!r}") from None


def _sheets(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], source: Source) -> dict[str, str]:
    """Title of a sheet -> its member of the archive."""
    titles: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet(tag: str, about: dict[str, str]) -> None:
        if tag == "sheet":
            titles[about.get("name", "")] = next((v for k, v in about.items() if k.rpartition(":")[2] == "id"), "")

    def relation(tag: str, about: dict[str, str]) -> None:
        if tag == "Relationship":
            target = about.get("Target", "")
            targets[about.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    _parse_xml(archive, members.get("xl/workbook.xml"), source, sheet, _nothing, _nothing)
    _parse_xml(archive, members.get("xl/_rels/workbook.xml.rels"), source, relation, _nothing, _nothing)
    return {title: targets.get(key, "") for title, key in titles.items()}


def _nothing(_: str) -> None:
    return None


def _shared(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], source: Source) -> list[str]:
    """The texts that cells point to."""
    info = members.get("xl/sharedStrings.xml")
    out: list[str] = []
    if info is None:
        return out
    inside, budget = False, _budget(source)

    def spend(size: int) -> None:
        nonlocal budget
        budget -= size
        if budget < 0:
            raise too_big(source)

    def start(tag: str, about: dict[str, str]) -> None:
        nonlocal inside
        if tag == "si":
            spend(_CELL)
            out.append("")
        inside = tag == "t" and bool(out)

    def text(piece: str) -> None:
        if inside and len(out[-1]) < _LONGEST:
            spend(len(piece))
            out[-1] += piece

    def end(tag: str) -> None:
        nonlocal inside
        inside = False

    _parse_xml(archive, info, source, start, end, text)
    return out


def _budget(source: Source) -> int:
    """Bytes that what is read of a workbook may hold: a part of what an archive may unpack to."""
    return unpack_limit(source.size) // 2


class _Sheet:
    """The table on a sheet: the heads of row 1, and the numbers under them."""

    def __init__(
        self, archive: zipfile.ZipFile, info: zipfile.ZipInfo | None, shared: list[str], source: Source, title: str
    ) -> None:
        self.title, self.shared = title, shared
        self.heads: list[str] = []
        self.odd = 0
        self._source, self._left = source, _budget(source) // _CELL
        self._cells: dict[int, tuple[array[int], array[float]]] = {}
        self._at, self._row, self._kind, self._text, self._reading = (0, 0), 0, "", "", False
        _parse_xml(archive, info, source, self._start, self._end, self._piece)
        rows = [np.array(r) for r, _ in self._cells.values()]
        self.rows: Array = np.unique(np.concatenate(rows)).astype(np.float64) if rows else np.empty(0)

    def column(self, index: int) -> Array:
        """The numbers of a column, NaN where a row has none."""
        out = np.full(len(self.rows), np.nan)
        if index in self._cells:
            rows, values = self._cells[index]
            out[np.searchsorted(self.rows, np.array(rows))] = np.array(values)
        return out

    def _start(self, tag: str, about: dict[str, str]) -> None:
        if tag == "row":
            self._row = int(about["r"]) if "r" in about else self._row + 1
            self._at = (self._row, -1)
        elif tag == "c":
            match = _REFERENCE.fullmatch(about.get("r", ""))
            column = self._at[1] + 1
            if match:
                column = 0
                for letter in match.group(1):
                    column = 26 * column + ord(letter) - 64
                column -= 1
            self._at, self._kind, self._text = (self._row, column), about.get("t", "n"), ""
        elif tag in ("v", "t"):
            self._reading = True

    def _piece(self, text: str) -> None:
        if self._reading and len(self._text) < _LONGEST:
            self._text += text

    def _end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self._reading = False
        if tag != "c" or not self._text or not 0 <= self._at[1] < _WIDE or not 0 < self._at[0] <= _ROW_LIMIT:
            return
        row, column = self._at
        if row == 1:
            self.heads += [""] * (column + 1 - len(self.heads))
            self.heads[column] = self._string()[:200]
            return
        value = self._number()
        if math.isnan(value):
            self.odd += self._kind != "d"
            return
        self._left -= 1
        if self._left < 0:
            raise too_big(self._source)
        places, values = self._cells.setdefault(column, (array("q"), array("d")))
        places.append(row)
        values.append(value)

    def _string(self) -> str:
        if self._kind == "s":
            index = int(self._text)
            return self.shared[index] if 0 <= index < len(self.shared) else ""
        return self._text

    def _number(self) -> float:
        if self._kind not in ("n", "s", "str", "inlineStr"):
            return math.nan
        try:
            return float(self._string())
        except ValueError:
            return math.nan


ARBIN = READERS.add("arbin")(Arbin())
