"""BioLogic EC-Lab binary data `.mpr`: settings, packed records of data, log.

    BIO-LOGIC MODULAR FILE 1A ... MODULE VMP Set ... MODULE VMP data ... MODULE VMP LOG ...

Written from the bytes of files and from EC-Lab's text exports alone (`_mpr.py` holds the layout). Rows with a frequency
are spectra, the others data along time; both split where the cycle number or the sequence number Ns changes. A column
whose identifier is not known is named in a warning with its size, and the others are still read where the length of a
record says for certain where they are; else the file is refused.
Units. Those of EC-Lab's column names (Ω, V, mA, mA h, deg), converted to SI. Area and masses in the settings are what
somebody typed (0.001 is the default), so they are shown and never used.
Signs. The column is -Im(Z) and its sign is turned: capacitive arcs come out negative. EC-Lab counts oxidation at the
working electrode as positive current. `voltage` is Ewe, the same as the cell's with two electrodes.
Current. Techniques such as GCPL store the charge of each point and no current; the mean current between two points,
dq/dt, is then formed, and a correction says so. The first point has none.
Uncertainties. None are stored. |Z| and phase in the file must agree with its Re and Im, or it is refused as damaged.
"""

from __future__ import annotations

import datetime
import math
import re
import struct
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ReadError
from ..record import Record
from ._base import READERS, Columns, Reader
from ._labels import Column
from ._mpr import COLUMNS, MAGIC, Module, Table, modules, table, unknown_columns
from ._notes import Notes
from ._rows import rows_of
from ._source import Source
from ._take import Array, Taken
from ._trace import split
from .biologic_settings import settings, spectrum_of

#: identifier -> quantity, unit, place ("~" marks the mean over a period of the sine: see `_trace.split`)
_CHANNELS = {
    4: ("time", "s", ""),
    32: ("frequency", "Hz", ""),
    37: ("impedance_real", "ohm", ""),
    38: ("impedance_imag", "ohm", ""),
    35: ("impedance_phase", "deg", ""),
    6: ("voltage", "V", ""),
    77: ("voltage", "V", "~"),
    8: ("current", "mA", "~"),
    76: ("current", "mA", "~"),
    13: ("charge", "mA*h", ""),
    70: ("power", "W", ""),
    24: ("cycle", "", ""),
    131: ("step_index", "", ""),
}
#: number in the settings -> name, for the samples' techniques
_TECHNIQUES = {
    4: "Galvanostatic Cycling with Potential Limitation",
    29: "Potentio Electrochemical Impedance Spectroscopy",
    30: "Galvano Electrochemical Impedance Spectroscopy",
    127: "Modulo Bat",
}
_TOLERANCE = 1e-3  # between |Z| and Re, Im; files agree to 1e-7
_LINE = re.compile(r"\blines? (?=\d)")
_REMEDY = "Copy the file again from the instrument's computer, or export it in EC-Lab as text (.mpt), which is read"


class BiologicBinary(Reader):
    """EC-Lab binary data."""

    name = "biologic_binary"
    title = "BioLogic EC-Lab binary data (.mpr)"
    extensions = (".mpr",)

    def sniff(self, head: bytes, name: str) -> bool:
        """The words at the start."""
        return head.startswith(MAGIC)

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        raw, notes = source.raw, Notes()
        if not raw.startswith(MAGIC):
            raise ReadError(
                f"The file does not begin with {MAGIC.decode()!r}",
                file=source.name,
                place="byte 1",
                remedy="Is it an .mpr of EC-Lab? Leave format= away and let the content decide",
            )
        found, damage = modules(raw, source.name)
        if damage:
            notes.odd(damage)
        _header(raw, found, notes)
        made = table(raw, found["VMP data"], source.name)
        if unknown := unknown_columns(made):
            notes.odd(unknown)
        try:
            record = self._record(made, raw, source, notes)
        except ReadError as error:  # rows are points here, not lines
            what = error.what.removeprefix(f"{source.name}, {error.place}: ").removeprefix(f"{source.name}: ")
            place = _LINE.sub("point ", error.place or "byte 1")
            raise ReadError(
                what, file=source.name, place=place, given=error.given, allowed=error.allowed, remedy=_REMEDY
            ) from None
        return _with_settings(record, source)

    def _record(self, made: Table, raw: bytes, source: Source, notes: Notes) -> Record:
        used = [Column(i, COLUMNS[i][0], *_CHANNELS[i][:2]) for i in _CHANNELS if i in made.columns]
        used = [
            replace(c, place=_CHANNELS[c.index][2], sign=-1.0 if c.text.startswith("-") else 1.0)
            for c in used
            if c.index not in (8, 76) or (c.index == 8 or 8 not in made.columns)
        ]
        _needed(made, source)
        notes.unread(Column(i, COLUMNS[i][0]) for i in made.columns if i not in _CHANNELS and i != 36)
        values = np.empty((len(used), made.points))
        for row, column in enumerate(used):
            values[row] = made.column(raw, column.index)
        _whole(values, used, source)
        _agree(made, raw, source)
        if not {8, 76} & made.columns.keys() and {4, 7} <= made.columns.keys():
            values = np.vstack([values, _current(made, raw, notes)])
            used.append(Column(len(COLUMNS), "dq/dt", "current", "A"))
        taken = Taken(values, 1, np.empty(0, dtype=np.int64))
        rows = rows_of(taken, used, notes, source)
        segments = split(rows, ("cycle", "step_index"), notes, source, notes.header["technique"])
        if not segments:
            raise ReadError("No point of the file has its numbers", file=source.name, place="point 1", remedy=_REMEDY)
        modes = made.modes(raw)
        if modes is not None and (modes == 3.0).all():
            segments = [replace(s, technique="rest") if s.axis == "time" else s for s in segments]
        notes.warnings[:] = [_LINE.sub("point ", w) for w in notes.warnings]
        notes.corrections[:] = [_LINE.sub("point ", c) for c in notes.corrections]
        return notes.record(source, self.name, segments)


def _needed(made: Table, source: Source) -> None:
    """A time, or a frequency with Re and Im, must be where the reader can find it."""
    if 4 in made.columns and len(made.columns.keys() & _CHANNELS.keys()) > 1:
        if 32 not in made.columns or {37, 38} <= made.columns.keys():
            return
    elif {32, 37, 38} <= made.columns.keys():
        return
    lost = unknown_columns(made)
    raise ReadError(
        f"The time, or the frequency with Re(Z) and -Im(Z), can't be found in the records. {lost}".strip(),
        file=source.name,
        place=f"byte {made.start}",
        remedy="Export the file in EC-Lab as text (.mpt), which is read",
    )


def _whole(values: Array, used: list[Column], source: Source) -> None:
    """Refuse an axis that is no number: in a binary file that is damage, never an empty cell."""
    for row, column in enumerate(used):
        if column.quantity not in ("time", "frequency"):
            continue
        bad = ~np.isfinite(values[row]) | (values[row] < 0.0)
        if bad.any():
            first = int(np.argmax(bad))
            raise ReadError(
                f"The {column.quantity} is {values[row][first]:g}: the file is damaged",
                file=source.name,
                place=f"point {first + 1}",
                remedy=_REMEDY,
            )


def _agree(made: Table, raw: bytes, source: Source) -> None:
    """|Z| against Re and Im: one stored relation that tells whether the records were cut in the right places."""
    if not {36, 37, 38} <= made.columns.keys():
        return
    modulus, real, imag = (made.column(raw, i) for i in (36, 37, 38))
    with np.errstate(over="ignore", invalid="ignore"):
        off = ~(np.abs(modulus - np.hypot(real, imag)) <= _TOLERANCE * np.abs(modulus))
    if off.any():
        raise ReadError(
            f"|Z| does not agree with Re(Z) and -Im(Z) at {off.sum()} of {len(off)} points: the file is damaged",
            file=source.name,
            place=f"point {int(np.argmax(off)) + 1}",
            remedy=_REMEDY,
        )


def _current(made: Table, raw: bytes, notes: Notes) -> Array:
    """Mean current [A] between the point before and each point, from the charge [mA h] of that interval."""
    time, dq = made.column(raw, 4), made.column(raw, 7)
    out = np.full(len(time), np.nan)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        out[1:] = np.where(np.diff(time) > 0.0, 3.6 * dq[1:] / np.diff(time), np.nan)
    notes.did(
        "The file stores no current: the mean current between two points was formed from its charge, dq/dt; "
        "the first point has none."
    )
    return out


def _header(raw: bytes, found: dict[str, Module], notes: Notes) -> None:
    """What the settings and the log say, as text."""
    notes.header["technique"] = ""
    if (module := found.get("VMP Set")) is not None and module.stop - module.start > 600:
        body = raw[module.start : module.stop]
        notes.header["technique"] = _TECHNIQUES.get(body[0], f"EC-Lab technique number {body[0]}")
        comments = body[7 : 7 + body[6]].decode("cp1252", "replace")
        if comments.strip() and comments.replace("\r\n", " ").isprintable():
            notes.header["comments"] = " ".join(comments.split())
        for key, at, unit in (("area", 529, "cm^2"), ("characteristic mass", 588, "(its unit is not decoded)")):
            (value,) = struct.unpack_from("<f", body, at)
            if math.isfinite(value) and value > 0.0:
                notes.header[key] = f"{value:.6g} {unit}"
    notes.header["date"] = found["VMP data"].date
    if (module := found.get("VMP LOG")) is not None and module.stop - module.start > 960:
        body = raw[module.start : module.stop]
        (days,) = struct.unpack_from("<d", body, 585)
        if 36524.0 < days < 73051.0:  # from 2000 to 2100
            began = datetime.datetime(1899, 12, 30) + datetime.timedelta(days=days)
            notes.header["acquisition started"] = began.isoformat(" ", "seconds")
        if version := re.match(rb"\d{1,2}\.\d{2}", body[952:957]):
            notes.header["software version"] = version.group().decode()


def _with_settings(record: Record, source: Source) -> Record:
    """The record with the settings file of the same name beside the data, where there is one."""
    stem = source.path.stem
    names = [stem, re.sub(r"_C\d{2}$", "", stem), re.sub(r"_\d{2}_[A-Za-z0-9]{1,12}_C\w{1,4}$", "", stem)]
    about = record.provenance
    for name in dict.fromkeys(names):
        place = Path(source.path).with_name(f"{name}.mps")
        if not place.is_file():
            continue
        try:
            found = settings(place)
        except ReadError as error:
            odd = f"The settings file beside the data could not be read: {error.what}."
            return replace(record, provenance=replace(about, warnings=(*about.warnings, odd)))
        about = replace(about, settings=found, warnings=(*about.warnings, *_unlike(record, found)))
        return replace(record, provenance=about)
    return record


def _unlike(record: Record, found: Mapping[str, Any]) -> list[str]:
    """Sentences about spectra that are not what the settings program: stopped early, or of another run."""
    programmed = [made for technique in found["techniques"] if (made := spectrum_of(technique)) is not None]
    if len(programmed) != 1:
        return []
    high, low = programmed[0].high, programmed[0].low
    out = []
    for number, segment in enumerate(record.spectra, 1):
        measured = segment["frequency"]
        which = f"Spectrum {number}" if len(record.spectra) > 1 else "The spectrum"
        if measured.max() > 1.01 * high or measured.min() < low / 1.01:
            what = f"goes from {measured.max():.4g} Hz to {measured.min():.4g} Hz"
            out.append(f"{which} {what}, outside of what the settings beside it program: are they of another run?")
        elif measured.min() > 1.01 * low:
            what = f"ends at {measured.min():.4g} Hz, and the settings program it down to {low:.4g} Hz"
            out.append(f"{which} {what}: it was stopped early.")
    return out


BIOLOGIC_BINARY = READERS.add("biologic_binary")(BiologicBinary())
