"""Battery Data Format (Battery Data Alliance), as CSV and as Parquet.

    test_time_second,voltage_volt,current_ampere,...        machine names, or
    Test Time / s,Voltage / V,Current / A,...               labels

The columns of version 1.3 that names.py knows, in either spelling; `net_capacity_ah` is the channel `charge`.
Units. Part of the names, fixed (s, V, A, Ah, Wh, °C, Hz, Ω, Pa, deg). A label with another unit is converted and said.
Signs. Positive current charges the cell; the imaginary impedance of a capacitive arc is negative (both by the format).
Uncertainties. None in the table; the format has no column for them.

Rows with a frequency are spectra, others time data; segments split where `step_count` (or `step_id`, or `cycle_count`)
changes. `step_index` meant the schedule's step to many writers and counts the points of a step since version 1.1
(deprecated in 1.3): here it is the schedule's step unless it counts rows, and `step_id` is what is written.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from ..errors import ReadError, RecordError
from ..record import Record
from ..record._parquet import check, columns, look
from ._base import READERS, Columns, PathText, Reader
from ._bdf_names import MACHINE, SPECTRUM, TIME, base_of, columns_of
from ._labels import Column, scale
from ._layout import Layout
from ._notes import Notes
from ._parquet import write_table
from ._rows import Rows, rows_of
from ._source import Source, decode_head
from ._take import Array, Taken, take
from ._trace import split
from ._write import number, table_text, write_text

_COPIES = 1.5  # of the columns: those in other units, and those that were gaps


def _is_bdf(bases: set[str]) -> bool:
    return bases >= SPECTRUM or (bool(TIME & bases) and bool({"voltage", "current"} & bases))


def _heads(line: str) -> tuple[list[str], str]:
    """The heads in a first line, and the separator that gives the most BDF columns."""
    ways = [(Layout(s, False, 1).split(line), s) for s in (",", ";", "\t")]
    return max(ways, key=lambda way: len(columns_of(way[0])[1]))


class Bdf(Reader):
    """Battery Data Format."""

    name = "bdf"
    title = "Battery Data Format"
    extensions = (".bdf.csv", ".bdf", ".bdf.parquet")
    writes = True

    def sniff(self, head: bytes, name: str) -> bool:
        """The first line, or the Parquet footer, names BDF columns: time with voltage or current, or a spectrum."""
        if head.startswith(b"PAR1"):
            if b'"provenance"' in head and b'"segments"' in head:
                return False  # an interlayer record, whose sentences may name any column
            return (
                (b"test_time_" in head and (b"voltage_" in head or b"current_" in head))
                or (b"Test Time / " in head and (b"Voltage / " in head or b"Current / " in head))
                or (b"frequency_hertz" in head and b"real_impedance_ohm" in head)
            )
        lines = decode_head(head)
        return bool(lines) and len(lines[0]) < 20_000 and _is_bdf(columns_of(_heads(lines[0])[0])[1])

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        notes = Notes()
        rows = _parquet_rows(source, notes) if source.head.startswith(b"PAR1") else _text_rows(source, notes)
        rows = _on_an_axis(rows, notes)
        _step_index(rows, notes)
        segments = split(rows, ("step", "step_index", "cycle"), notes, source) if len(rows) else []
        if not segments:
            raise ReadError(
                "The table has no row of data", file=source.name, place="line 2", remedy="Is the file complete?"
            )
        return notes.record(source, self.name, segments)

    def losses(self, record: Record) -> tuple[str, ...]:
        """Channels without a BDF name, and what was stated of the specimen."""
        others = sorted({c for s in record.segments for c in s.channels} - MACHINE.keys())
        lost = [f"the channels {', '.join(others)} (no BDF column)"] if others else []
        if any("step" in s for s in record.segments) and len(record.segments) > 1 and not _steps_tell(record):
            lost.append("the step numbers (they do not tell the segments apart)")
        if record.conditions:
            lost.append(f"what was stated of the specimen ({', '.join(record.conditions)})")
        if any(s.axis == "time" and "voltage" not in s and "current" not in s for s in record.segments):
            lost.append("a segment along time with neither voltage nor current")
        if not any(len(s) for s in record.segments):
            lost.append("no data at all")
        return tuple(lost)

    def write(self, record: Record, path: PathText) -> None:
        """All segments in one table under machine names; step_count counts them unless they have steps of their own."""
        channels, table = _table(record)
        if str(path).casefold().endswith(".parquet"):
            write_table({MACHINE[c]: v for c, v in zip(channels, table, strict=True)}, path)
            return
        cells = [["" if math.isnan(v) else number(v) for v in values.tolist()] for values in table]
        write_text(path, table_text([MACHINE[c] for c in channels], cells, ","))


def _text_rows(source: Source, notes: Notes) -> Rows:
    text = source.text
    first = text.titles[0]
    heads, separator = _heads(first)
    known = _known(heads, source, notes)
    if text.note:
        notes.did(text.note)
    sample = "\n".join(text.titles[1:200])
    comma = separator != "," and "," in sample and "." not in sample
    layout = Layout(separator, comma, len(heads))
    axes = [c.index for c in known if c.channel in ("time", "frequency")]
    # where spectra and time data share a table, a row has one axis or the other
    needed = axes if len(axes) == 1 else []
    taken = take(text, text.offset(1), len(text.data), layout, [c.index for c in known], needed)
    return rows_of(taken, known, notes, source, comma)


def _known(heads: Sequence[str], source: Source, notes: Notes) -> list[Column]:
    columns, bases = columns_of(heads)
    if not _is_bdf(bases):
        raise ReadError(
            "The column names are not those of BDF",
            file=source.name,
            place="line 1",
            given=", ".join(heads)[:200],
            allowed="test_time_second with voltage_volt or current_ampere; frequency_hertz with real_impedance_ohm and "
            "imaginary_impedance_ohm",
            remedy='If it is a plain table, read it with format="plain"',
        )
    notes.unread(c for c in columns if not c.quantity)
    return [c for c in columns if c.quantity]


def _parquet_rows(source: Source, notes: Notes) -> Rows:
    file = look(source.path)
    known = _known(list(file.columns), source, notes)
    names = [list(file.columns)[c.index] for c in known]
    for name in names:
        kind, is_number = file.columns[name]
        if not is_number:
            raise ReadError(
                f"The column {name[:60]!r} holds {kind}, not numbers",
                file=source.name,
                place="footer",
                remedy="Write it as numbers",
            )
    besides = 8.0 * _COPIES * file.rows * len(names)
    check(file, len(names), besides)
    values = columns(file, names, besides)
    return rows_of(Taken(values, 1, np.empty(0, dtype=np.int64)), known, notes, source)


def _on_an_axis(rows: Rows, notes: Notes) -> Rows:
    """The rows that have a time or a frequency."""
    axes = [rows.channels[c] for c in ("time", "frequency") if c in rows.channels]
    nowhere = np.logical_and.reduce([np.isnan(values) for values in axes])
    if nowhere.any():
        notes.did(f"{nowhere.sum()} rows without a time were left out {rows.where(nowhere)}.")
    return rows.keep(~nowhere)


def _step_index(rows: Rows, notes: Notes) -> None:
    """Leave `step_index` out where it counts the points of a step: it tells no steps apart then."""
    values = rows.channels.get("step_index")
    if values is not None and len(values) > 2 and (np.diff(values) == 1.0).mean() > 0.5:
        del rows.channels["step_index"]
        notes.header["step_index"] = "counts the points of a step and was left out"


def _table(record: Record) -> tuple[list[str], list[Array]]:
    """Channels and their columns in BDF units over all segments, NaN where a segment lacks one."""
    names = list(dict.fromkeys(c for s in record.segments for c in s.channels if c in MACHINE))
    if not names:
        raise RecordError("The record has no channel that BDF has a column for", remedy="Save it as .parquet")
    columns: dict[str, Array] = {}
    for channel in names:
        parts = [s[channel] if channel in s else np.full(len(s), np.nan) for s in record.segments]
        by, offset = scale(base_of(MACHINE[channel])[1] or "", channel.partition("@")[0]) or (1.0, 0.0)
        columns[channel] = (np.concatenate(parts) - offset) / by
    if len(record.segments) > 1 and not _steps_tell(record):
        columns["step"] = np.repeat(np.arange(1.0, len(record.segments) + 1.0), [len(s) for s in record.segments])
    order = sorted(columns, key=lambda c: list(MACHINE).index(c))
    return order, [columns[c] for c in order]


def _steps_tell(record: Record) -> bool:
    """Whether the channel `step` alone tells the segments apart."""
    if not all("step" in s and len(s) and (s["step"] == s["step"][0]).all() for s in record.segments):
        return False
    firsts = [float(s["step"][0]) for s in record.segments]
    return all(a != b for a, b in itertools.pairwise(firsts))


BDF = READERS.add("bdf")(Bdf())
