"""Maccor text export: title lines, then tab-separated columns that begin with Rec.

    Rec  Cycle P  Cycle C  Step  TestTime  StepTime  Cap. [Ah]  Ener. [Wh]  Current [A]  Voltage [V]  Md  ES  DPT Time ...

Older exports name them Rec#, Cyc#, Test (Sec), Step (Sec), Amp-hr, Watt-hr, Amps, Volts, State. The text is often not
UTF-8 (the titles hold bytes of the tester) and is decoded as Windows-1252 then.

Units. In the brackets of the heads, or fixed (Amps, Volts). TestTime states none: it is in minutes, hours or seconds as
the export was set, and is taken from the date column DPT Time beside it, whose span must agree within 2 %; where it
can't be told the file is refused, never guessed.
Signs. Maccor writes the size of the current and its direction as a letter (C charge, D discharge, R rest): rows in D are
given a negative sign, so charging is positive. A file that holds negative currents is left as it is.
Uncertainties. None are stated; the digits printed bound the resolution, not the error.

The cycle is Cycle C (the tester's counter) where there is one. Energies and the VAR columns are not read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import numpy as np

from ..errors import ReadError
from ..record import Record
from ._base import READERS, Columns, Reader
from ._cycler import LABEL, Codes, Grid, clock, convert, grid, number, record_of, split_line, unit_in
from ._notes import Notes
from ._source import Source, decode_head
from ._take import Array

_HEADS = {  # start of a head in small letters -> (channel, the unit where the head states none); in this order
    "cycle c": ("cycle", ""),
    "cyc#": ("cycle", ""),
    "cycle": ("cycle", ""),
    "step": ("step_index", ""),
    "testtime": ("time", None),
    "test time": ("time", None),
    "test": ("time", None),
    "steptime": ("step_time", None),
    "step time": ("step_time", None),
    "cap.": ("step_capacity", "Ah"),
    "capacity": ("step_capacity", "Ah"),
    "amp-hr": ("step_capacity", "Ah"),
    "current": ("current", "A"),
    "amps": ("current", "A"),
    "voltage": ("voltage", "V"),
    "volts": ("voltage", "V"),
}
_MODES = ("md", "state", "mode")
_DATES = ("dpt time", "dpttime")
_LABELS = {"C": "charge", "D": "discharge", "R": "rest", "P": "pause", "S": "suspended"}
_FORMATS = (
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %I:%M:%S %p",
    "%d/%m/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
)
_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_TITLES = 60  # lines in which the column names must stand


class Maccor(Reader):
    """Maccor text."""

    name = "maccor"
    title = "Maccor text export"
    extensions = (".txt", ".csv")

    def sniff(self, head: bytes, name: str) -> bool:
        """A line of column names that begins with Rec and has Step."""
        return _find(decode_head(head)) is not None

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        text, notes = source.text, Notes()
        lines = text.titles
        found = _find(lines)
        if found is None:
            raise ReadError(
                "The line with the column names (Rec, Step, TestTime, Current, Voltage ...) was not found",
                file=source.name,
                place=f"lines 1 to {min(len(lines), _TITLES)}",
                remedy="Is it a Maccor export as text, and complete?",
            )
        at, heads = found
        places, units = _places(heads)
        missing = [c for c in ("time", "current", "voltage") if c not in places]
        if missing:
            raise ReadError(
                f"The table has no column for {', '.join(missing)}",
                file=source.name,
                place=f"line {at + 1}",
                given=", ".join(heads)[:300],
                remedy="Export it with TestTime, Current and Voltage",
            )
        modes = Codes()
        wanted: dict[str, tuple[int, Callable[[str], float]]] = {
            c: (i, _time if c in ("time", "step_time") else number) for c, i in places.items()
        }
        mode = next((i for i, h in enumerate(heads) if h.casefold() in _MODES), None)
        date = next((i for i, h in enumerate(heads) if h.casefold() in _DATES), None)
        if mode is not None:
            wanted[LABEL] = (mode, modes)
        keep = {"time": places["time"], **({"date": date} if date is not None else {})}
        table = grid(text, at, "\t", wanted, ["time", "current", "voltage"], keep, notes)
        factor = _time_unit(table, units, source, notes, at)
        channels = dict(table.columns)
        for channel in ("time", "step_time"):
            if channel in channels:
                channels[channel] = channels[channel] * factor
        for channel in ("current", "voltage", "step_capacity"):
            if channel in channels:
                channels[channel] = convert(channels[channel], units[channel] or "", channel, source)
        _direct(channels, modes if mode is not None else None, source, notes)
        _step_capacity(channels, notes)
        labels = Codes()
        labels.texts = {_LABELS.get(t, t): c for t, c in modes.texts.items()}
        _header(lines[:at], heads, places, notes)
        return record_of(source, self.name, channels, notes, labels=labels, line=table.line, place="line")


def _find(lines: Sequence[str]) -> tuple[int, list[str]] | None:
    """The 0-based line of the column names and its cells."""
    for index, line in enumerate(lines[:_TITLES]):
        if line.lstrip()[:3].casefold() == "rec" and len(line) < 20_000:
            cells = split_line(line, "\t")
            if cells[0].casefold() in ("rec", "rec#") and any(c.casefold().startswith("step") for c in cells):
                return index, cells
    return None


def _places(heads: Sequence[str]) -> tuple[dict[str, int], dict[str, str | None]]:
    """Channel -> its column, and its unit as stated (None: not stated)."""
    places: dict[str, int] = {}
    units: dict[str, str | None] = {}
    for start, (channel, fixed) in _HEADS.items():
        for index, head in enumerate(heads):
            low = head.casefold()
            bare = low.split("[")[0].split("(")[0].strip()
            if channel == "step_index" and "(" in low:
                channel = "step_time"  # "Step (Sec)"
            if bare == start and channel not in places:
                places[channel] = index
                stated = {"(sec)": "s", "(min)": "min", "(hr)": "h", "(hrs)": "h"}.get(low[len(bare) :].strip())
                units[channel] = stated or unit_in(head) or fixed
            channel = _HEADS[start][0]
    return places, units


def _time(cell: str) -> float:
    return clock(cell) if ":" in cell else number(cell)


def _time_unit(table: Grid, units: Mapping[str, str | None], source: Source, notes: Notes, head: int) -> float:
    """Seconds in one unit of TestTime."""
    if ":" in table.last.get("time", ""):
        return 1.0
    stated = units["time"]
    if stated in _UNITS:
        return _UNITS[stated]
    times = table.columns["time"]
    span = float(times[-1] - times[0]) if len(times) else 0.0
    for way in _FORMATS:
        try:
            first, last = (datetime.strptime(x["date"], way) for x in (table.first, table.last))
        except (ValueError, KeyError):
            continue
        real = (last - first).total_seconds()
        for unit, factor in _UNITS.items():
            if span > 0.0 and real > 60.0 and abs(real / (span * factor) - 1.0) < 0.02:
                notes.did(
                    f"TestTime states no unit; the dates beside it show that it is in {unit}. It was converted to s."
                )
                return factor
    raise ReadError(
        "The time states no unit, and the dates beside it (DPT Time) do not tell it",
        file=source.name,
        place=f"line {head + 1}",
        given=f"{span:g} from {table.first.get('date', 'no date')!r} to {table.last.get('date', 'no date')!r}",
        remedy='Export the time as days and hh:mm:ss, or read it with format="plain" and columns={"time": ("TestTime", "min"), ...}',
    )


def _direct(channels: dict[str, Array], modes: Codes | None, source: Source, notes: Notes) -> None:
    """Give the current its sign by the letter beside it."""
    current = channels["current"]
    if (current < 0.0).any():
        notes.header["sign of the current"] = "as the file has it: it holds negative currents"
        return
    if modes is None:
        raise ReadError(
            "The currents have no sign, and the column Md (C, D, R) that gives it is missing",
            file=source.name,
            place="the table",
            remedy="Export it with Md",
        )
    codes = channels[LABEL]
    down = codes == modes.texts.get("D", -1)
    for channel in ("current", "step_capacity"):
        if channel in channels:
            channels[channel] = np.where(down, -channels[channel], channels[channel])
    if down.any():
        notes.did(
            "Maccor writes the size of the current and its direction as a letter: rows in D (discharge) were given a "
            "negative sign, so that charging is positive."
        )
    told = np.isin(codes, [modes.texts.get(m, -1) for m in "CDRPS"])
    unsure = ~told & (current != 0.0)
    if unsure.any():
        notes.odd(f"{unsure.sum()} rows with a current are in modes other than C, D and R: its direction is not known.")


def _step_capacity(channels: dict[str, Array], notes: Notes) -> None:
    """Leave the capacity out where it does not start again at each step."""
    charge, step = channels.get("step_capacity"), channels.get("step_index")
    if charge is None:
        return
    starts = np.flatnonzero(np.diff(step)) + 1 if step is not None else np.empty(0, dtype=np.int64)
    most = float(np.nanmax(np.abs(charge))) if len(charge) and not np.isnan(charge).all() else 0.0
    if most and any(math.fabs(float(charge[i])) > 0.05 * most for i in starts.tolist()):
        del channels["step_capacity"]
        notes.header["capacity"] = "does not start again at each step and was left out"


def _header(titles: Sequence[str], heads: Sequence[str], places: Mapping[str, int], notes: Notes) -> None:
    for line in titles:
        key, _, value = line.partition("\t")
        clean = "".join(c for c in value if c.isprintable()).strip()
        if clean and len(key) < 30 and len(notes.header) < 20:
            notes.header[key.strip(" :").casefold()] = clean.split("   ")[0][:80]
    unread = [h for i, h in enumerate(heads) if h and i not in places.values()]
    notes.header["columns not read"] = ", ".join(unread)[:500]


MACCOR = READERS.add("maccor")(Maccor())
