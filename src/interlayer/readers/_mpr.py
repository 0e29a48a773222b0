"""How a BioLogic `.mpr` file is built: modules, and in the data module a table of packed records.

Found from the bytes of sample files and from what EC-Lab itself exports of such files as text; nothing else.

    file     52 bytes ("BIO-LOGIC MODULAR FILE" 1A ...), then modules to the end
    module   "MODULE", short name (10), long name (25), then
             to EC-Lab 11.3x: length u4, version u4, date (8)
             newer:           FF FF FF FF, length u8, version u4, date (8)
             and `length` bytes
    data     points u4, columns u1 (newer: u2), identifiers u2 each, zeros, the records (packed, little endian)
    log      the start of the acquisition at byte 585, in days since 1899-12-30 (f8), the program's version at 952
    settings technique u1, comments at byte 6 (length u1, text), area in cm² at 529 (f4), characteristic mass at 588 (f4)

The flags of a point (mode, ox/red, error, control changes, Ns changes, counter) share one byte. `COLUMNS` lists the
identifiers that the samples have: most proven by closed relations between columns (see `docs/readers.md`); 24, 39, 131
and 468 by the order of the columns in EC-Lab's text and by their values alone, and 5 by its neighbours.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import ReadError
from ._take import Array

MAGIC = b"BIO-LOGIC MODULAR FILE"
_FIRST = 52
_NAMES = 41  # bytes of "MODULE" and the two names
_MOST = 1000  # modules; files have four
_WIDEST = 400  # columns; there is room for 500 identifiers in front of the records
#: where the records of a data module begin, by (newer form, version)
_STARTS = {(False, 3): 406, (True, 11): 1007}
#: identifiers that share the byte of flags
FLAGS = frozenset((1, 2, 3, 21, 31, 65))
#: identifier -> (name as EC-Lab exports it, type)
COLUMNS: dict[int, tuple[str, str]] = {
    4: ("time/s", "<f8"),
    5: ("control/V/mA", "<f4"),
    6: ("Ewe/V", "<f4"),
    7: ("dq/mA.h", "<f8"),
    8: ("<I>/mA", "<f4"),
    13: ("(Q-Qo)/mA.h", "<f8"),
    19: ("control/V", "<f4"),
    24: ("cycle number", "<f8"),
    32: ("freq/Hz", "<f4"),
    33: ("|Ewe|/V", "<f4"),
    34: ("|I|/A", "<f4"),
    35: ("Phase(Z)/deg", "<f4"),
    36: ("|Z|/Ohm", "<f4"),
    37: ("Re(Z)/Ohm", "<f4"),
    38: ("-Im(Z)/Ohm", "<f4"),
    39: ("I Range", "<u2"),
    70: ("P/W", "<f4"),
    74: ("Energy/W.h", "<f8"),
    76: ("<I>/mA", "<f4"),
    77: ("<Ewe>/V", "<f4"),
    131: ("Ns", "<u2"),
    169: ("Cs/µF", "<f4"),
    172: ("Cp/µF", "<f4"),
    467: ("Q charge/discharge/mA.h", "<f8"),
    468: ("half cycle", "<u4"),
}
_AGAIN = "Copy the file again from the instrument's computer, or export it in EC-Lab as text (.mpt), which is read"


@dataclass(frozen=True)
class Module:
    """One module: its short name, whether it has the newer form, version, date as text, and its bytes `start:stop`."""

    name: str
    newer: bool
    version: int
    date: str
    start: int
    stop: int


@dataclass(frozen=True)
class Table:
    """The data module: number of points, where the records are, and the columns that could be placed in them.

    columns    identifier -> offset in a record
    flags      offset of the byte of flags, or None
    unknown    identifiers that are not known, `size` bytes together
    unplaced   identifiers that are known and stand between unknown ones
    """

    points: int
    start: int
    length: int
    columns: dict[int, int]
    flags: int | None
    unknown: tuple[int, ...] = ()
    size: int = 0
    unplaced: tuple[int, ...] = ()

    def column(self, raw: bytes, identifier: int) -> Array:
        """The values of a column."""
        kind = np.dtype(COLUMNS[identifier][1])
        return self._at(raw, self.columns[identifier], kind).astype(np.float64)

    def modes(self, raw: bytes) -> Array | None:
        """The mode of each point (1 galvanostatic, 2 potentiostatic, 3 rest), where the file has it."""
        if self.flags is None:
            return None
        modes: Array = self._at(raw, self.flags, np.dtype("u1")).astype(np.float64) % 4.0  # the lowest two bits
        return modes

    def _at(self, raw: bytes, offset: int, kind: np.dtype[np.generic]) -> np.ndarray[tuple[int], np.dtype[np.generic]]:
        return np.ndarray((self.points,), kind, raw, self.start + offset, (self.length,))


def modules(raw: bytes, file: str) -> tuple[dict[str, Module], str]:
    """The modules by short name, and a sentence when the file is damaged behind its data ("" when it is whole)."""
    found: dict[str, Module] = {}
    at = _FIRST
    while at < len(raw):
        try:
            module = _module(raw, at, file)
        except ReadError as error:
            if "VMP data" in found and list(found)[-1] != "VMP data":
                return found, f"The file is damaged behind its data ({error.what})."
            if "VMP data" in found and raw[at : at + 6] == b"MODULE":
                return found, f"The file is damaged behind its data ({error.what})."
            raise
        if module.name == "VMP data" and module.name in found:
            raise ReadError("The file has two data modules", file=file, place=f"byte {at}", remedy=_AGAIN)
        if len(found) >= _MOST:
            break
        found[module.name if module.name not in found else f"{module.name} {len(found)}"] = module
        at = module.stop
    if "VMP data" not in found:
        has = ", ".join(found) or "nothing"
        raise ReadError(
            f"The file holds no data module (it holds {has})", file=file, place=f"byte {len(raw)}", remedy=_AGAIN
        )
    return found, ""


def _module(raw: bytes, at: int, file: str) -> Module:
    newer = raw[at + _NAMES : at + _NAMES + 4] == b"\xff" * 4
    start = at + _NAMES + (24 if newer else 16)
    if raw[at : at + 6] != b"MODULE":
        raise ReadError("No module begins where the one before ends", file=file, place=f"byte {at}", remedy=_AGAIN)
    if start > len(raw):
        raise ReadError("The file is cut off in the head of a module", file=file, place=f"byte {at}", remedy=_AGAIN)
    length, version = struct.unpack_from("<QI" if newer else "<II", raw, at + _NAMES + (4 if newer else 0))
    name = raw[at + 6 : at + 16].decode("cp1252", "replace").strip()
    if length > len(raw) - start:
        raise ReadError(
            f"The module {name!r} should have {length} bytes, and {len(raw) - start} are left: the file is cut off",
            file=file,
            place=f"byte {at}",
            remedy=_AGAIN,
        )
    date = raw[start - 8 : start].decode("cp1252", "replace").strip("\0 ")
    return Module(name, newer, version, date, start, start + length)


def table(raw: bytes, module: Module, file: str) -> Table:
    """Where the columns of the data module are; `ReadError` when the records can't be taken apart for certain."""
    size = module.stop - module.start
    head = 6 if module.newer else 5
    if size < head:
        raise _error("The data module is too short to hold anything", module, file)
    (points,) = struct.unpack_from("<I", raw, module.start)
    (count,) = struct.unpack_from("<H" if module.newer else "<B", raw, module.start + 4)
    if size < head + 2 * count:
        raise _error(f"The data module is too short for the {count} columns it announces", module, file)
    if points == 0:
        raise _error("The file holds no point: was the technique stopped before its first one?", module, file)
    identifiers: tuple[int, ...] = struct.unpack_from(f"<{count}H", raw, module.start + head)
    if count > _WIDEST:
        raise _error(f"The data module announces {count} columns, which can't be", module, file)
    twice = sorted({i for i in identifiers if identifiers.count(i) > 1})
    if twice:
        raise _error(f"The column {twice[0]} stands twice in the list of columns", module, file)
    sizes = _sizes(identifiers)
    unknown = tuple(i for i, n in zip(identifiers, sizes, strict=True) if n is None)
    known = sum(n for n in sizes if n is not None)
    begin = _STARTS.get((module.newer, module.version))
    if begin is None:
        begin = _begin(raw, module, head + 2 * count, points * known, unknown, file)
    length, rest = divmod(size - begin, points)
    left = length - known
    if rest or left < 0 or (left and not unknown):
        raise _error(
            f"{points} points of {known} bytes{' and more' if unknown else ''} don't fill the {size - begin} bytes of "
            "the records",
            module,
            file,
        )
    return _placed(identifiers, sizes, points, module.start + begin, length, unknown, left)


def _sizes(identifiers: Sequence[int]) -> list[int | None]:
    """Bytes of each column in a record; the flags share the byte of the first of them; None for unknown ones."""
    flagged = False
    sizes: list[int | None] = []
    for identifier in identifiers:
        if identifier in FLAGS:
            sizes.append(0 if flagged else 1)
            flagged = True
        else:
            sizes.append(np.dtype(COLUMNS[identifier][1]).itemsize if identifier in COLUMNS else None)
    return sizes


def _begin(raw: bytes, module: Module, least: int, records: int, unknown: Sequence[int], file: str) -> int:
    """Where the records begin in a version that no sample has: what is left in front of them must be zeros."""
    begin = module.stop - module.start - records
    if not unknown and least < begin < 1 << 14:
        gap = raw[module.start + least : module.start + begin - 1]
        if not gap.strip(b"\0"):
            return begin
    why = f"its columns {_listed(unknown)} are not known" if unknown else "its records don't fill it"
    raise _error(f"The data module has version {module.version}, which is not known, and {why}", module, file)


def _placed(
    identifiers: Sequence[int],
    sizes: Sequence[int | None],
    points: int,
    start: int,
    length: int,
    unknown: tuple[int, ...],
    left: int,
) -> Table:
    """Columns before the first unknown one are placed from the front, those behind the last from the back."""
    gaps = [place for place, n in enumerate(sizes) if n is None] if left else []
    first, last = (gaps[0], gaps[-1]) if gaps else (len(sizes), len(sizes))
    offsets: dict[int, int] = {}
    unplaced: list[int] = []
    flags: int | None = None
    at = 0
    for place, (identifier, n) in enumerate(zip(identifiers, sizes, strict=True)):
        if place == last + 1:
            at = length - sum(n for n in sizes[place:] if n is not None)
        if n is None:
            continue
        if first < place < last:
            unplaced.append(identifier)
        elif identifier in FLAGS:
            flags = at if n and flags is None else flags
        else:
            offsets[identifier] = at
        at += n
    return Table(points, start, length, offsets, flags, unknown, left, tuple(unplaced))


def _listed(identifiers: Sequence[int]) -> str:
    shown = ", ".join(str(i) for i in identifiers[:12])
    return shown + (f" and {len(identifiers) - 12} more" if len(identifiers) > 12 else "")


def unknown_columns(made: Table) -> str:
    """The sentence about columns whose identifiers are not known; "" when there are none."""
    if not made.unknown:
        return ""
    one = len(made.unknown) == 1
    held = f"{made.size} bytes" if made.size else "no bytes of their own"
    what = f"The column{'' if one else 's'} with the identifier{'' if one else 's'} {_listed(made.unknown)}"
    more = ""
    if made.unplaced:
        lost = ", ".join(COLUMNS[i][0] for i in made.unplaced if i in COLUMNS)
        more = f", and so were the columns between them ({lost})"
    return f"{what} ({held} in each record{'' if one else ', together'}) can't be read and were left out{more}."


def _error(what: str, module: Module, file: str) -> ReadError:
    return ReadError(what, file=file, place=f"byte {module.start}", remedy=_AGAIN)
