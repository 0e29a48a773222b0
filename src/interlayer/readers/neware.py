"""Neware `.nda` and `.ndax`, decoded by fastnda (BSD-3-Clause), which must be installed: `pip install "fastnda>=1.3,<2"`.

fastnda is imported in the process apart alone (`record/_apart.py`): it replaces zlib's functions in the process that
imports it, and what it takes of memory and time over a damaged file is bounded there. An `.ndax` is a zip archive; it is
checked before it is unpacked (number, names and sizes of its members).

Units. mA, mAh, °C as fastnda gives them; converted to SI.
Signs. Neware counts charging (current into the positive terminal, where the working electrode is) as positive; the
charge of a step is that of charging less that of discharging.
Uncertainties. None are stored; fastnda gives single precision (7 digits).

The cycle number is the one fastnda counts by Neware's usual rule (a charge after a discharge begins a cycle). The time is
the sum of the steps' times: pauses of the instrument are not in it. Energies and the wall clock are not read: files do
not say whether their clock is local or UTC.
"""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from pathlib import Path

from ..errors import ReadError
from ..record import Record
from ..record._apart import BASE, Bounds, allowed, ask, too_big
from ._base import READERS, Columns, Reader
from ._cycler import LABEL, Codes, convert, is_ndax, open_zip, pieces, record_of
from ._notes import Notes
from ._source import Source
from ._take import Array

_NDA = b"NEWARE"
_CHANNELS = {
    "total_time_s": ("time", "s"),
    "step_time_s": ("step_time", "s"),
    "voltage_V": ("voltage", "V"),
    "current_mA": ("current", "mA"),
    "cycle_count": ("cycle", ""),
    "step_count": ("step", ""),
    "step_index": ("step_index", ""),
    "capacity_mAh": ("step_capacity", "mAh"),
}
_ORDER = [channel for channel, _ in _CHANNELS.values()]
_SHARE = 0.62  # of the memory that reading may take is fastnda's (some 210 bytes a row), the rest is this process'
_COPIES = 2.0  # of each column that stand here while the record is made


class Neware(Reader):
    """Neware binary files."""

    name = "neware"
    title = "Neware (.nda, .ndax)"
    extensions = (".ndax", ".nda")

    def sniff(self, head: bytes, name: str) -> bool:
        """NEWARE in the first bytes, or a zip archive with Neware's members."""
        return head.startswith(_NDA) or is_ndax(head)

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        kind = ".nda" if source.head.startswith(_NDA) else ".ndax"
        if kind == ".ndax":
            archive, members = open_zip(source)
            for info in members:  # what is damaged is found here, and nothing is unpacked beyond its stated size
                for _ in pieces(archive, info, source):
                    pass
            archive.close()
        source.forget()
        notes = Notes()
        channels, labels, points = _decode(source, kind, notes)
        notes.did("mA and mAh were converted to A and C.")
        notes.header["sign of the current"] = "charging is positive (as Neware defines it)"
        if points is not None and len(points) > 1 and (points[1:] != points[:-1] + 1).any():
            notes.odd("The numbers of the records have gaps.")
        return record_of(
            source,
            self.name,
            channels,
            notes,
            labels=labels,
            line=lambda row: int(points[row]) if points is not None else row + 1,
        )


def _decode(source: Source, kind: str, notes: Notes) -> tuple[dict[str, Array], Codes, Array | None]:
    """Channels in SI, the labels of the steps and the numbers of the records; whatever fastnda stumbles over is a
    `ReadError`. It runs in the process apart, and is not imported here."""
    if importlib.util.find_spec("fastnda") is None:
        raise ReadError(
            "Neware files are read with the package fastnda, which is not installed here",
            file=source.name,
            remedy='Install it: pip install "fastnda>=1.3,<2"; or export the test as text with units in the heads',
        )
    wanted = [*_CHANNELS, "index", "step_type"]
    own = (1.0 - _SHARE) * (allowed(source.size) - BASE)
    with (
        tempfile.TemporaryDirectory(prefix="interlayer-") as folder,
        ask(
            {"job": "neware", "file": _ended(source.path, kind, folder), "columns": wanted},
            Bounds.of(source.path, own),
        ) as answer,
    ):
        says = answer.says()
        rows, names = says["rows"], says["numbers"]
        missing = [c for c in ("total_time_s", "voltage_V", "current_mA") if c not in names]
        if missing or not rows:
            what = f"has no {', '.join(missing)}" if missing else "holds no row of data"
            raise ReadError(f"The file {what}", file=source.name, place="the table", remedy="Is it complete?")
        taken = [c for c in names if c in wanted or c.startswith("aux")]
        if 8.0 * _COPIES * rows * len(taken) > own:
            raise too_big(source.name, source.size, f"holds {rows:,} rows of {len(taken)} columns", "the table")
        channels: dict[str, Array] = {}
        labels, points = Codes(), None
        for text in says["texts"]:
            labels(text)
        for said in says["said"]:
            notes.odd(f"fastnda says: {said}")
        notes.header.update(says["facts"])
        while "column" in (part := answer.says()):
            values, column = answer.floats(rows), part["column"]
            if column == "index":
                points = values
            elif column == "step_type":
                channels[LABEL] = values
            elif column in _CHANNELS:
                channel, unit = _CHANNELS[column]
                channels[channel] = convert(values, unit, channel, source) if unit else values
            elif _aux(column):
                channel = f"temperature@{column.split('_')[0]}" if "temperature" in channels else "temperature"
                channels[channel] = convert(values, "degC", channel, source)
        unread = [c for c in says["columns"] if c not in wanted and not _aux(c)]
        notes.header["columns not read"] = ", ".join(unread)[:500]
    return {c: channels[c] for c in _ORDER if c in channels} | channels, labels, points


def _ended(path: Path, kind: str, folder: str) -> str:
    """A path to the file with the ending that fastnda goes by."""
    if path.suffix.lower() == kind:
        return str(path.absolute())
    return str(shutil.copyfile(path, Path(folder) / f"file{kind}"))


def _aux(column: str) -> bool:
    return column.startswith("aux") and column.endswith("_temperature_degC") and column.count("_") == 2


NEWARE = READERS.add("neware")(Neware())
