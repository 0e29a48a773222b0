"""Neware `.nda` and `.ndax`, decoded by fastnda (BSD-3-Clause), which must be installed: `pip install "fastnda>=1.3,<2"`.

fastnda is imported only when such a file is read. An `.ndax` is a zip archive; it is checked before it is unpacked
(number, names and sizes of its members).

Units. mA, mAh, °C as fastnda gives them; converted to SI.
Signs. Neware counts charging (current into the positive terminal, where the working electrode is) as positive; the
charge of a step is that of charging less that of discharging.
Uncertainties. None are stored; fastnda gives single precision (7 digits).

The cycle number is the one fastnda counts by Neware's usual rule (a charge after a discharge begins a cycle). The time is
the sum of the steps' times: pauses of the instrument are not in it. Energies and the wall clock are not read: files do
not say whether their clock is local or UTC.
"""

from __future__ import annotations

import importlib
import logging
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ReadError
from ..record import Record
from ._base import READERS, Columns, Reader
from ._cycler import LABEL, Codes, convert, damaged, is_ndax, open_zip, pieces, record_of
from ._notes import Notes
from ._source import Source
from ._take import Array

if TYPE_CHECKING:
    import polars as pl

_NDA = b"NEWARE"
_NEEDS = 4  # bytes that fastnda needs for each byte it unpacks
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
_FACTS = ("barcode", "remark", "remarks", "starttime", "start_time", "stepname", "active_mass", "scq", "creator")


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
            archive, members = open_zip(source, _NEEDS)
            for info in members:  # what is damaged is found here, and nothing is unpacked beyond its stated size
                for _ in pieces(archive, info, source):
                    pass
        notes = Notes()
        frame, facts = _decode(source, kind, notes)
        missing = [c for c in ("total_time_s", "voltage_V", "current_mA") if c not in frame.columns]
        if missing or not frame.height:
            what = f"has no {', '.join(missing)}" if missing else "holds no row of data"
            raise ReadError(f"The file {what}", file=source.name, place="the table", remedy="Is it complete?")
        channels, labels = _channels(frame, source)
        notes.did("mA and mAh were converted to A and C.")
        notes.header.update(_facts(facts))
        notes.header["sign of the current"] = "charging is positive (as Neware defines it)"
        unread = [c for c in frame.columns if c not in _CHANNELS and c not in ("index", "step_type") and not _aux(c)]
        notes.header["columns not read"] = ", ".join(unread)[:500]
        points = frame["index"].to_numpy() if "index" in frame.columns else None
        if points is not None and len(points) > 1 and (points[1:] != points[:-1] + 1).any():
            notes.odd("The numbers of the records have gaps.")
        del frame
        return record_of(
            source,
            self.name,
            channels,
            notes,
            labels=labels,
            line=lambda row: int(points[row]) if points is not None else row + 1,
        )


class _Listener(logging.Handler):
    """Keeps what fastnda says."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(" ".join(record.getMessage().split())[:200])


def _decode(source: Source, kind: str, notes: Notes) -> tuple[pl.DataFrame, Mapping[str, Any]]:
    """The table and the facts of the file; whatever fastnda stumbles over is a `ReadError`."""
    try:
        fastnda = importlib.import_module("fastnda")
    except ImportError:
        raise ReadError(
            "Neware files are read with the package fastnda, which is not installed here",
            file=source.name,
            remedy='Install it: pip install "fastnda>=1.3,<2"; or export the test as text with units in the heads',
        ) from None
    listener, logger = _Listener(), logging.getLogger("fastnda")
    logger.addHandler(listener)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="interlayer-") as folder,
            warnings.catch_warnings(record=True) as caught,
        ):
            warnings.simplefilter("always")
            path = Path(folder) / f"file{kind}"  # fastnda goes by the ending
            path.write_bytes(source.raw)
            frame = fastnda.read(path)
            try:
                facts: Mapping[str, Any] = fastnda.read_metadata(path)
            except Exception:  # facts are shown and never used: data come first
                facts = {}
    except Exception as error:
        raise damaged(source, error, "the table") from error
    except BaseException as error:  # a panic inside polars is no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(source, error, "the table") from None
    finally:
        logger.removeHandler(listener)
    for said in [*listener.said, *(" ".join(str(w.message).split())[:200] for w in caught)]:
        notes.odd(f"fastnda says: {said}")
    return frame, facts


def _aux(column: str) -> bool:
    return column.startswith("aux") and column.endswith("_temperature_degC") and column.count("_") == 2


def _channels(frame: pl.DataFrame, source: Source) -> tuple[dict[str, Array], Codes]:
    import polars as pl

    def values(column: str) -> Array:
        out: Array = frame[column].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        return out

    channels = {
        channel: convert(values(column), unit, channel, source) if unit else values(column)
        for column, (channel, unit) in _CHANNELS.items()
        if column in frame.columns
    }
    for count, column in enumerate(c for c in frame.columns if _aux(c)):
        channel = "temperature" if not count else f"temperature@{column.split('_')[0]}"
        channels[channel] = convert(values(column), "degC", channel, source)
    labels = Codes()
    if "step_type" in frame.columns:
        codes = [labels(text or "") for text in frame["step_type"].cast(pl.String).to_list()]
        channels[LABEL] = pl.Series(codes, dtype=pl.Float64).to_numpy()
    return channels, labels


def _facts(facts: Mapping[str, Any], depth: int = 0) -> dict[str, str]:
    """The few facts of the header that say what was tested."""
    out: dict[str, str] = {}
    for key, value in list(facts.items())[:500]:
        if isinstance(value, Mapping) and depth < 4:
            out = _facts(value, depth + 1) | out
        elif str(key).casefold() in _FACTS and isinstance(value, str | int | float) and str(value).strip():
            out.setdefault(str(key).casefold(), str(value)[:80])
    return out


NEWARE = READERS.add("neware")(Neware())
