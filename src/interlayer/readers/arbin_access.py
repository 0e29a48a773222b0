"""Arbin results `.res`: a Microsoft Access database (Jet 4), read without Access and without any library.

The pages of the file are walked once: table definitions (page type 2) name the columns, and the one table with
Data_Point, Test_Time, Voltage and Current has its rows on data pages (type 1) that name it as their owner. Its numbers
are of fixed width, so a page is read at once. Rows are ordered by Data_Point. Page layout: the Jet 4 notes of the
mdbtools project (HACKING).

Units. Fixed by the vendor: s, A, V, Ah, Wh, Ω; converted to SI.
Signs. Arbin counts charging (current into the positive terminal, where the working electrode is) as positive.
Uncertainties. None are stored; current and voltage are single precision (7 digits).

One test a file; the auxiliary inputs (`Auxiliary_Table`) are not read, and the header says so when there are any. The
internal resistance is 0 where none was measured, and such rows are left empty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import ReadError
from ..record import Record
from ._arbin import DATABASE, NEEDED, SIGN
from ._base import READERS, Columns, Reader
from ._cycler import record_of
from ._notes import Notes
from ._rows import in_si
from ._source import Source
from ._take import Array

_MAGIC = (b"\x00\x01\x00\x00Standard Jet DB", b"\x00\x01\x00\x00Standard ACE DB")
_PAGE = 4096
_TYPES = {2: "<u1", 3: "<i2", 4: "<i4", 6: "<f4", 7: "<f8", 8: "<f8"}  # Jet type -> numbers of fixed width

_INPUTS = {"Auxiliary_Index", "Data_Point", "X"}
_DEFINED = 2000  # pages with definitions of tables; a result has some hundreds
Pages = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class _Column:
    name: str
    kind: int
    number: int
    offset: int


@dataclass(frozen=True)
class _Table:
    page: int
    rows: int
    columns: dict[str, _Column]


class ArbinAccess(Reader):
    """Arbin's Access database."""

    name = "arbin_access"
    title = "Arbin database (.res)"
    extensions = (".res",)

    def sniff(self, head: bytes, name: str) -> bool:
        """The first bytes of an Access database."""
        return head.startswith(_MAGIC)

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        if not source.head.startswith(_MAGIC):
            raise ReadError("This is no Access database", file=source.name, remedy="Read it without format=")
        if len(source.raw) > 20 and source.raw[20] == 0:
            raise ReadError(
                "This Access database is of the old format Jet 3",
                file=source.name,
                remedy="Export it to .xlsx in Arbin's Data Pro, or convert it in Access",
            )
        notes = Notes()
        whole = len(source.raw) // _PAGE
        if len(source.raw) % _PAGE:
            notes.odd("The file does not end at the end of a page: it is not complete.")
        pages = np.frombuffer(source.raw, dtype=np.uint8, count=whole * _PAGE).reshape(-1, _PAGE)
        defined = np.flatnonzero(pages[:, 0] == 2)[:_DEFINED].tolist()
        tables = [
            t
            for n in defined
            if (t := _definition(pages, n)) is not None and (t.columns.keys() >= NEEDED or t.columns.keys() >= _INPUTS)
        ]
        found = [t for t in tables if t.columns.keys() >= NEEDED]
        if len(found) != 1:
            raise ReadError(
                f"The database has {len(found) or 'no'} table{'s' * (len(found) > 1)} of measured points",
                file=source.name,
                allowed=", ".join(sorted(NEEDED)),
                remedy="Is it an Arbin result, and complete? Export it to .xlsx in Arbin's Data Pro",
            )
        values = _values(pages, found[0], source)
        _look(values, found[0], tables, pages, source, notes)
        channels = {c: in_si(values[n], u, c) if u else values[n] for n, (c, u) in DATABASE.items() if n in values}
        points = np.where(np.isfinite(values["Data_Point"]), values["Data_Point"], 0.0)  # 0: no number is stored

        def number(row: int) -> int:
            return int(points[row])

        notes.did("The units that Arbin fixes for this table (s, A, V, Ah, Wh) were converted to SI.")
        notes.header["sign of the current"] = SIGN
        unread = sorted(found[0].columns.keys() - DATABASE.keys() - {"Data_Point", "Test_ID"})
        notes.header["columns not read"] = ", ".join(unread)[:500]
        return record_of(source, self.name, channels, notes, line=number)


def _definition(pages: Pages, first: int) -> _Table | None:
    """The table defined on a page (and those it continues on), or None when nothing there holds together."""
    data, page, seen = b"", first, set[int]()
    while True:
        if page in seen or page >= len(pages) or len(seen) > 16 or pages[page, 0] != 2:
            break
        seen.add(page)
        raw = pages[page].tobytes()
        data += raw if not data else raw[8:]
        page = int.from_bytes(raw[4:8], "little")
        if not page:
            break
    count, indices = int.from_bytes(data[45:47], "little"), int.from_bytes(data[51:55], "little")
    at = 63 + 12 * indices
    if not 0 < count <= 255 or indices > 1000 or at + 25 * count > len(data):
        return None
    columns: dict[str, _Column] = {}
    names = at + 25 * count
    for number in range(count):
        entry = data[at + 25 * number : at + 25 * number + 25]
        length = int.from_bytes(data[names : names + 2], "little")
        text = data[names + 2 : names + 2 + length].decode("utf-16-le", errors="replace")
        names += 2 + length
        if not text or length > 256:
            return None
        if entry[15] & 1:
            columns[text] = _Column(
                text, entry[0], int.from_bytes(entry[5:7], "little"), int.from_bytes(entry[21:23], "little")
            )
    return _Table(first, int.from_bytes(data[16:20], "little"), columns)


def _starts(pages: Pages, table: _Table, least: int = 3) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where the rows of a table start and stop in the bytes of the file; deleted, moved and too short ones left out."""
    owner = pages[:, 4:8].copy().view("<u4")[:, 0]
    starts: list[npt.NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
    stops: list[npt.NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
    for page in np.flatnonzero((pages[:, 0] == 1) & (owner == table.page)).tolist():
        rows = int(pages[page, 12]) + 256 * int(pages[page, 13])
        if rows > (_PAGE - 14) // 2:
            continue  # no page holds so many; the count of rows will tell
        marks = pages[page, 14 : 14 + 2 * rows].copy().view("<u2").astype(np.int64)
        start = marks & 0x1FFF
        stop = np.concatenate([np.array([_PAGE], dtype=np.int64), start])[:-1] if rows else start
        good = ((marks & 0xC000) == 0) & (start >= 14) & (stop >= start + least) & (stop <= _PAGE)
        starts.append(page * _PAGE + start[good])
        stops.append(page * _PAGE + stop[good])
    return np.concatenate(starts), np.concatenate(stops)


def _values(pages: Pages, table: _Table, source: Source) -> dict[str, Array]:
    """The numbers of a table, NaN where a row has none, ordered by Data_Point."""
    flat = pages.reshape(-1)
    wanted = [c for n, c in table.columns.items() if n in DATABASE or n in ("Data_Point", "Test_ID")]
    wide = [c for c in wanted if c.kind not in _TYPES]
    if wide:
        raise ReadError(
            f"The column {wide[0].name!r} is of a type that is not read",
            file=source.name,
            given=wide[0].kind,
            remedy="Export the result to .xlsx in Arbin's Data Pro",
        )
    reach = max(c.offset + np.dtype(_TYPES[c.kind]).itemsize for c in wanted) + 2
    starts, stops = _starts(pages, table, max(reach, 3))
    numbers = flat[starts].astype(np.int64) + 256 * flat[starts + 1].astype(np.int64) if len(starts) else starts
    mask_at = stops - (numbers + 7) // 8
    out: dict[str, Array] = {}
    for column in wanted:
        kind = np.dtype(_TYPES[column.kind])
        places = starts[:, None] + 2 + column.offset + np.arange(kind.itemsize)
        with np.errstate(invalid="ignore", over="ignore"):  # damaged bytes may spell any number
            raw = np.ascontiguousarray(flat[places]).view(kind)[:, 0].astype(np.float64)
        bit = mask_at + column.number // 8
        present = (column.number < numbers) & (bit > starts) & (bit < stops)
        present &= (flat[np.minimum(bit, len(flat) - 1)] >> (column.number % 8)) & 1 == 1
        out[column.name] = np.where(present, raw, np.nan)
    order = np.argsort(out["Data_Point"], kind="stable")
    return {n: v[order] for n, v in out.items()}


def _look(
    values: dict[str, Array], table: _Table, tables: list[_Table], pages: Pages, source: Source, notes: Notes
) -> None:
    """Refuse two tests in one file; say what is missing."""
    tests = np.unique(values["Test_ID"][np.isfinite(values["Test_ID"])]) if "Test_ID" in values else np.empty(0)
    if len(tests) > 1:
        raise ReadError(
            f"The database holds {len(tests)} tests: which one is meant?",
            file=source.name,
            given=", ".join(f"{t:g}" for t in tests[:10]),
            remedy="Export one test a file in Arbin's Data Pro",
        )
    points = values["Data_Point"]
    if len(points) != table.rows:
        notes.odd(
            f"The table says that it holds {table.rows} points; {len(points)} were found: the file is not complete."
        )
    if len(points) > 1 and (np.diff(points) != 1.0).any():
        notes.odd("The numbers of the points have gaps or repetitions.")
    for other in tables:
        if other.columns.keys() >= _INPUTS and len(_starts(pages, other)[0]):
            notes.header["tables not read"] = "Auxiliary_Table"
            return


ARBIN_ACCESS = READERS.add("arbin_access")(ArbinAccess())
