"""What the readers of battery cyclers share: columns with mixed cells, steps as segments, bounded unpacking.

A cycler writes one row a point with the numbers of its cycle and step beside it; a segment is one step of one cycle.
"""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from ..errors import ReadError
from ..names import name
from ..record import Record, Segment
from ..record._apart import allowed
from ._labels import scale, unit_of
from ._notes import Notes
from ._rows import Rows, in_si, words
from ._source import LONGEST, Source, Text
from ._take import Array
from ._trace import bounds, counters, look_at_time, trace

PLACE = Literal["line", "record", "row"]
LABEL = "~label"  # the code of a row's step label; never leaves this file
_PRIMARY = ("time", "step_time", "voltage", "current")
_CLOCK = re.compile(r"(?:(\d{1,6})(?:\s?d\s?|-))?(\d{1,7}):(\d{1,2}):(\d{1,2}(?:[.,]\d{1,9})?)")
_MEMBERS = 1000  # of an archive


# -- archives ---------------------------------------------------------------------------------------------------------
def unpack_limit(size: int) -> int:
    """Bytes that an archive of `size` bytes may unpack to: what reading it may take."""
    return allowed(size)


def member_names(head: bytes) -> list[str]:
    """Names of the members whose local headers stand in the first bytes of a zip archive."""
    names: list[str] = []
    at = 0
    while head.startswith(b"PK\x03\x04", at) and at + 30 <= len(head) and len(names) < _MEMBERS:
        flags = int.from_bytes(head[at + 6 : at + 8], "little")
        packed = int.from_bytes(head[at + 18 : at + 22], "little")
        length = int.from_bytes(head[at + 26 : at + 28], "little")
        extra = int.from_bytes(head[at + 28 : at + 30], "little")
        names.append(head[at + 30 : at + 30 + length].decode("utf-8", errors="replace"))
        body = at + 30 + length + extra
        if packed == 0xFFFFFFFF and head.startswith(b"\x01\x00", body - extra):  # zip64: 8 bytes each
            packed = int.from_bytes(head[body - extra + 12 : body - extra + 20], "little")
        body += packed
        at = body
        if flags & 8:  # a word about the sizes stands after the data
            at = head.find(b"PK\x03\x04", body)
            if at < 0:
                break
    return names


def is_ndax(head: bytes) -> bool:
    """Whether a zip archive is Neware's."""
    return any(n.endswith(".ndc") or n in ("VersionInfo.xml", "TestInfo.xml") for n in member_names(head))


def is_workbook(head: bytes) -> bool:
    """Whether a zip archive is an Excel workbook."""
    return any(n == "[Content_Types].xml" or n.startswith("xl/") for n in member_names(head))


def open_zip(source: Source) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    """The archive and its members, none of them out of bounds; `ReadError` else."""
    if source.raw.count(b"PK\x01\x02") > _MEMBERS:
        raise ReadError(
            f"The archive holds more than {_MEMBERS} members", file=source.name, remedy="Unpack it and give one file"
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(source.raw))
        members = archive.infolist()
    except Exception as error:
        raise damaged(source, error) from None
    for info in members:
        shown = repr(info.filename[:60])
        if len(info.filename) > 255:
            raise _unsafe(source, f"The archive has a member with a name of {len(info.filename)} characters", shown)
        parts = re.split(r"[/\\]", info.filename)
        if ".." in parts or info.filename.startswith(("/", "\\")) or ":" in info.filename or "\0" in info.filename:
            raise _unsafe(source, "A member of the archive points out of its folder", shown)
        if info.flag_bits & 1:
            raise _unsafe(source, "A member of the archive is encrypted", shown, "Unpack it with its password")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _unsafe(source, "A member is packed in a way that is not read", shown, "Unpack it, or pack it as zip")
    if sum(i.file_size for i in members) > unpack_limit(source.size):
        raise too_big(source)
    return archive, members


def _unsafe(source: Source, what: str, shown: str, remedy: str = "") -> ReadError:
    return ReadError(
        what, file=source.name, given=shown, remedy=remedy or "Unpack it by hand and look at what it is; give one file"
    )


def too_big(source: Source, limit: int = 0) -> ReadError:
    """The error for an archive that would fill the memory."""
    return ReadError(
        f"The archive of {source.size:,} bytes unpacks to more than {limit or unpack_limit(source.size):,}",
        file=source.name,
        place="the archive",
        remedy="It is damaged or made to exhaust the memory; if it is real, unpack it first",
    )


def damaged(source: Source, error: BaseException, place: str | None = None) -> ReadError:
    """The error for an archive that can't be unpacked."""
    reason = " ".join(str(error).split())[:160] or type(error).__name__
    return ReadError(
        f"The file is damaged or cut off ({reason})",
        file=source.name,
        place=place,
        remedy="Copy it again from the instrument's computer",
    )


def pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: Source, limit: int = 0) -> Iterator[bytes]:
    """The bytes of a member, MB by MB; `limit` of them, or as many as the archive may unpack to."""
    limit = limit or unpack_limit(source.size)
    left = limit
    try:
        with archive.open(info) as file:
            while piece := file.read(1 << 20):
                left -= len(piece)
                if left < 0:
                    raise too_big(source, limit)
                yield piece
    except ReadError:
        raise
    except Exception as error:
        raise damaged(source, error, f"member {info.filename!r}") from None


# -- text tables with mixed cells -------------------------------------------------------------------------------------
def number(cell: str) -> float:
    """A number, NaN for an empty cell and for an infinite one; ValueError for anything else."""
    if not cell:
        return math.nan
    if "_" in cell or not cell.isascii():
        raise ValueError(cell)
    if "," in cell:
        cell = cell.replace(",", "") if "." in cell else cell.replace(",", ".")
    value = float(cell)
    return value if math.isfinite(value) else math.nan


def clock(cell: str) -> float:
    """Seconds in "12:34:56.7", "3d 12:34:56" or "3-12:34:56"; ValueError for anything else."""
    match = _CLOCK.fullmatch(cell)
    if match is None or not cell.isascii():
        raise ValueError(cell)
    days, hours, minutes, seconds = match.groups()
    return 86400.0 * int(days or 0) + 3600.0 * int(hours) + 60.0 * int(minutes) + float(seconds.replace(",", "."))


class Codes:
    """Texts of a column as numbers: few different ones, many rows."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}

    def __call__(self, cell: str) -> float:
        if cell not in self.texts and len(self.texts) > 100_000:
            raise ValueError(cell)
        return float(self.texts.setdefault(cell, len(self.texts)))

    def text(self, code: float) -> str:
        """The text of a code."""
        return next((t for t, c in self.texts.items() if c == code), "")


@dataclass
class Grid:
    """Columns of a text table as numbers, and the line each row stands on."""

    columns: dict[str, Array]
    lines: Array
    first: Mapping[str, str] = field(default_factory=dict)
    last: Mapping[str, str] = field(default_factory=dict)

    def line(self, row: int) -> int:
        """The line of the file that a row (0-based) stands on."""
        return int(self.lines[row])


def split_line(line: str, separator: str | None) -> list[str]:
    """The cells of a line without blanks and quotes around them; `separator` None is any run of blanks."""
    if separator is None:
        return [c.strip('"') for c in line.split()]
    if '"' in line:
        line = line.replace("\0", "")
        return [c.strip() for c in next(csv.reader([line], delimiter=separator), [])]
    return [c.strip() for c in line.split(separator)]


def grid(
    text: Text,
    head: int,
    separator: str | None,
    wanted: Mapping[str, tuple[int, Callable[[str], float]]],
    needed: Sequence[str],
    keep: Mapping[str, int],
    notes: Notes,
    *,
    width: int = 0,
    unfold: Callable[[list[str], int], list[str] | None] | None = None,
) -> Grid:
    """The columns `wanted` (key -> place, converter) under line `head` (0-based); rows without `needed` are none.

    keep    columns whose text in the first and last row is kept as it is
    width   cells of a row, where the line of names does not tell
    unfold  (cells, line) -> the cells of the row, or None for a line that is none and is as it should be
    """
    width = width or len(_trimmed(split_line(text.titles[head], separator)))
    if width > 2000:
        raise ReadError(
            f"The table has {width} columns", file=text.name, place=f"line {head + 1}", remedy="Export less"
        )
    text.room(len(wanted) + 1)
    flat: dict[str, array[float]] = {key: array("d") for key in wanted}
    lines, odd, odd_count = array("d"), (0, "", ""), 0
    first: dict[str, str] = {}
    last: dict[str, str] = {}
    line, cut = head + 1, ""
    for piece in text.chunks(text.offset(head + 1), len(text.data)):
        string = text.string(piece)
        rows = string.split("\n")
        ended = string.endswith("\n")
        if ended:
            rows.pop()
        for place, row in enumerate(rows):
            line += 1
            if not row.strip():
                continue
            cells, why = split_line(row, separator) if len(row) <= LONGEST else [], ""
            if unfold is not None and cells:
                row_cells = unfold(cells, line)
                if row_cells is None:
                    continue
                cells = row_cells
            values: list[float] = []
            if len(cells) < width or any(cells[width:]):
                why = f"{len(cells)} cells instead of {width}"
            else:
                values, why = _values(cells, wanted, needed)
            if why:
                if not ended and place == len(rows) - 1:
                    cut = f"The last row (line {line}) is cut off and was left out: the file is not complete."
                    continue
                odd_count += 1
                odd = odd if odd[0] else (line, why, row.strip()[:60])
                if odd_count > 10_000 + len(lines):
                    break
                continue
            for column, value in zip(flat.values(), values, strict=True):
                column.append(value)
            lines.append(line)
            last = {key: cells[at] for key, at in keep.items()}
            first = first or last
    if odd_count > max(5, len(lines)):
        raise ReadError(
            f"{odd_count} lines of the table are no rows, only {len(lines)} are (the first: {odd[2]!r}, {odd[1]})",
            file=text.name,
            place=f"line {odd[0]}",
            remedy="The file is damaged: export it again",
        )
    if odd_count:
        notes.did(
            f"{odd_count} lines that are no rows were left out (the first is line {odd[0]}: {odd[2]!r}, {odd[1]})."
        )
    if cut:
        notes.odd(cut)
    if text.note:
        notes.did(text.note)
    return Grid({k: _numbers(v) for k, v in flat.items()}, _numbers(lines), first, last)


def _numbers(values: array[float]) -> Array:
    """The same numbers, not copied."""
    return np.frombuffer(values, dtype=np.float64) if values else np.empty(0)


def _values(
    cells: list[str], wanted: Mapping[str, tuple[int, Callable[[str], float]]], needed: Sequence[str]
) -> tuple[list[float], str]:
    out: list[float] = []
    for key, (at, convert) in wanted.items():
        try:
            value = convert(cells[at])
        except ValueError:
            value = math.nan
        if key in needed and not math.isfinite(value):
            return [], f"{cells[at][:30]!r} is no number" if cells[at] else "an empty cell"
        out.append(value)
    return out, ""


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def unit_in(head: str, opening: str = "([") -> str | None:
    """The unit in the last brackets of a column head, or None."""
    match = re.search(rf"[{re.escape(opening)}]([^()\[\]]{{1,20}})[)\]]\s*$", head)
    return unit_of(match.group(1)) if match else None


# -- rows to a record -------------------------------------------------------------------------------------------------
def convert(values: Array, unit: str, channel: str, source: Source) -> Array:
    """`values` in `unit` as SI; a unit of another quantity is a `ReadError`."""
    quantity = channel.partition("@")[0]
    if scale(unit, quantity) is None:
        raise ReadError(
            f"The unit of the {words(channel)} is not one of it", file=source.name, given=unit, remedy="Export it in SI"
        )
    return in_si(values, unit, quantity)


def record_of(
    source: Source,
    reader: str,
    channels: dict[str, Array],
    notes: Notes,
    *,
    labels: Codes | None = None,
    line: Callable[[int], int] = lambda row: row + 1,
    place: PLACE = "record",
) -> Record:
    """The record of rows in SI: one segment a step of a cycle, with what is odd about them in sentences.

    channels  quantity -> values; with `labels`, the codes of the step labels stand under `LABEL`
    line      row (0-based) -> its number in the file, which `place` names
    """
    own = Notes()
    for channel, values in channels.items():  # one by one and only where needed: the columns may fill the memory
        values = np.asarray(values, dtype=np.float64)
        channels[channel] = np.where(np.isinf(values), np.nan, values) if np.isinf(values).any() else values
    if (resistance := channels.get("internal_resistance")) is not None:
        channels["internal_resistance"] = np.where(resistance == 0.0, np.nan, resistance)  # 0: none was measured
    for channel in [c for c in channels if c != LABEL]:
        channels[channel] = _possible(channels[channel], channel, source, own, line, place)
    rows = look_at_time(Rows({c: v for c, v in channels.items() if not _void(c, v)}, line), own) if channels else None
    if rows is None or not len(rows):
        raise ReadError(
            "The file holds no row of data",
            file=source.name,
            place="the table",
            remedy="Was the test stopped before its first point? Is the file complete?",
        )
    _direction(rows, own)
    notes.corrections += [_word(s, place) for s in own.corrections]
    notes.warnings += [_word(s, place) for s in own.warnings]
    segments = [_segment(rows, start, stop, labels) for start, stop in bounds(_counters(rows))]
    return notes.record(source, reader, segments)


def _void(channel: str, values: Array) -> bool:
    return channel not in ("time", "voltage", "current") and len(values) > 0 and bool(np.isnan(values).all())


def _word(sentence: str, place: str) -> str:
    return re.sub(r"\bin line (?=\d)", f"in {place} ", sentence)


def _counters(rows: Rows) -> list[Array]:
    return counters(rows) or [np.zeros(len(rows))]


def _possible(
    values: Array, channel: str, source: Source, notes: Notes, line: Callable[[int], int], place: PLACE
) -> Array:
    """Values within what the vocabulary takes for possible: a primary channel is refused, a secondary one emptied."""
    row = name(channel.partition("@")[0])
    with np.errstate(invalid="ignore"):
        size = np.abs(values) if row.signed else values
        bad = (size > row.high) | ((size != 0.0) & (size < row.low)) | ((not row.signed) & (values < 0.0))
    if not bad.any():
        return values
    at = int(np.argmax(bad))
    if channel in _PRIMARY:
        raise ReadError(
            f"The {words(channel)} is {values[at]:g} {row.si}, which can't be",
            file=source.name,
            place=f"{place} {line(at)}",
            allowed=f"up to {row.high:g} {row.si}",
            remedy="The file is damaged, or its unit is another than its head says: export it again",
        )
    notes.odd(
        f"{int(bad.sum())} impossible values of the {words(channel)} (first {values[at]:g} {row.si} in line {line(at)}) "
        "were left empty."
    )
    return np.where(bad, np.nan, values)


def _direction(rows: Rows, notes: Notes) -> None:
    """Say where the sign of the current contradicts the charge that the instrument counted."""
    current = rows.channels.get("current")
    if current is None:
        return
    same = np.all([key[1:] == key[:-1] for key in _counters(rows)], axis=0)
    for channel, sign in (("charging_capacity", 1.0), ("discharging_capacity", -1.0)):
        counted = rows.channels.get(channel)
        if counted is None:
            continue
        with np.errstate(invalid="ignore"):
            grows = same & (np.diff(counted) > 0.0) & (current[1:] != 0.0)
            against = grows & (sign * current[1:] < 0.0)
        if against.sum() > 0.1 * grows.sum():
            what = (
                f"In {against.sum()} of {grows.sum()} rows the {words(channel)} grows against the sign of the current"
            )
            notes.odd(f"{what}: charging may be negative in this file.")


def _segment(rows: Rows, start: int, stop: int, labels: Codes | None) -> Segment:
    part = rows.part(start, stop, {c: c for c in rows.channels})
    code = part.channels.pop(LABEL, None)
    info: dict[str, object] = {}
    for key, channel in (("cycle", "cycle"), ("step", "step_index"), ("step", "step")):
        values = part.channels.get(channel)
        if values is not None and math.isfinite(values[0]):
            info[key] = int(values[0])
    label = labels.text(float(code[0])) if labels is not None and code is not None else ""
    if label:
        info["label"] = label
    part.channels = {c: v for c, v in part.channels.items() if c == "time" or not np.isnan(v).all()}
    return trace(part, "rest" if direction(label) == 0.0 else "", info)


# -- the direction of the current -------------------------------------------------------------------------------------
_REST = ("r", "rest", "pause", "ocv", "open circuit", "静置", "搁置", "休止")


def direction(label: str) -> float | None:
    """1 for a label that says charge, -1 for discharge, 0 for rest, None for any other."""
    low = label.casefold().strip()
    if low in _REST:
        return 0.0
    if "放" in low or any(w in low for w in ("dchg", "disch", "d_cc", "d_cv", "d_rate")) or low in ("d", "ccd", "cvd", "cccvd"):
        return None if "充" in low else -1.0
    if "充" in low or any(w in low for w in ("chg", "charg", "c_cc", "c_cv", "c_rate")) or low in ("c", "ccc", "cvc", "cccvc"):
        return 1.0
    return None


def directed(channels: dict[str, Array], labels: Codes, notes: Notes, signs: str) -> None:
    """Give the current the sign of its step's label where the file writes its size alone: it holds no negative one."""
    notes.header["sign of the current"] = signs
    current, codes = channels["current"], channels.get(LABEL)
    if codes is None or (current < 0.0).any():
        return
    way = {float(code): direction(text) for text, code in labels.texts.items()}
    down = np.isin(codes, [code for code, sign in way.items() if sign == -1.0]) & (current > 0.0)
    if not down.any():
        return
    channels["current"] = np.where(down, -current, current)
    notes.did(
        "The file holds no negative current: rows in steps labelled as discharge were given a negative sign, so that "
        "charging is positive."
    )
    unsure = np.isin(codes, [code for code, sign in way.items() if sign is None]) & (current > 0.0)
    if unsure.any():
        shown = ", ".join(sorted({labels.text(float(c)) for c in codes[unsure]}))[:100]
        notes.odd(f"The direction of {unsure.sum()} currents is not known: they stand in steps labelled {shown}.")


def renamed(record: Record, source: Source, reader: str, sentence: str, header: Mapping[str, str]) -> Record:
    """The record of an unpacked file under the name and hash of the archive it lay in."""
    old = record.provenance
    made = replace(
        old,
        source=source.name,
        sha256=source.sha256,
        reader=reader,
        corrections=(sentence, *old.corrections),
        header={**old.header, **header},
    )
    return replace(record, provenance=made)
