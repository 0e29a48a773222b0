"""Text tables of battery cyclers: the line of column names, what the columns are, and rows under their cycle and step.

    Test_Time(s)   Voltage/V   电压(V)   U[V]   current_A   Time(h:min:s.ms)      name and unit, as vendors write them

A vendor's reader gives its vocabulary, bare name -> (channel, unit where the name states none), and gets a record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from ..errors import ReadError
from ..names import NAMES
from ..record import Record
from ._cycler import LABEL, Codes, clock, convert, directed, grid, number, record_of, split_line
from ._facts import from_titles
from ._labels import scale, unit_of
from ._notes import Notes
from ._source import LONGEST, Source, Text
from ._take import Array

#: bare name of a column -> channel, and its unit where the name states none (None: then it can't be told)
Vocabulary = Mapping[str, tuple[str, str | None]]
CLOCK = "clock"  # the unit of cells such as 12:34:56
_TITLES = 200  # lines in which the names must stand
_COUNTS = ("cycle", "step_index", "step", LABEL)
_BRACKET = re.compile(r"\s*[\[(]([^\[\]()]{0,20})[\])]")
_SPELLED = {"sec": "s", "c": "degC", "°": "degC", "℃": "degC", "°c": "degC", "o": "ohm", "mah": "mA*h", "ah": "A*h"}
_SUFFIX = frozenset(("s", "min", "h", "A", "mA", "V", "mV", "Ah", "mAh", "Wh", "mWh", "C", "W", "mW"))
_HMS = re.compile(r"(?:hh?|d[d-]*hh?):m", re.IGNORECASE)
_WAYS = ("\t", ";", ",", None)


@lru_cache(maxsize=4096)
def parts(head: str) -> tuple[str, str]:
    """Bare name and unit of a column name: "Chg. Cap.(mAh)" -> ("chgcap", "mAh"), "TestTime/Sec." -> ("testtime", "Sec")."""
    head = head.strip().strip("~#").strip()[:80]
    unit = ""
    if match := _BRACKET.search(head):
        head, unit = head[: match.start()] + head[match.end() :], match.group(1)
    elif "/" in head:
        head, _, unit = head.partition("/")
    else:
        front, _, last = head.rpartition("_")
        head, unit = (front, last) if front and last in _SUFFIX else (head, "")
    return re.sub(r"[\s._\-~#]+", "", head.casefold()), unit.strip(" .")


@dataclass(frozen=True)
class Place:
    """A column of a table: its place, and its unit ("" for counts, `CLOCK` for 12:34:56, None where none is known)."""

    index: int
    unit: str | None


def places(names: Sequence[str], vocabulary: Vocabulary) -> dict[str, Place]:
    """Channel -> its column; of two columns for one channel the first counts, a column of another kind is not taken."""
    found: dict[str, Place] = {}
    for index, head in enumerate(names):
        bare, written = parts(head)
        if bare not in vocabulary or vocabulary[bare][0] in found:
            continue
        channel, fixed = vocabulary[bare]
        unit: str | None = fixed
        if channel in _COUNTS:
            unit = ""
        elif _HMS.match(written):
            unit = CLOCK
        elif written:
            unit = _unit(written, channel)
            if unit is None:
                continue
        found[channel] = Place(index, unit)
    return found


def _unit(written: str, channel: str) -> str | None:
    """A written unit, where it is one of the channel's."""
    hot = NAMES[channel.partition("@")[0]].si == "K"
    spelled = written.casefold()
    unit = _SPELLED.get(spelled) if hot or spelled not in ("c", "°", "℃", "°c") else None
    unit = unit if unit is not None and spelled != "o" else unit_of(written)
    return unit if unit is not None and scale(unit, channel.partition("@")[0]) is not None else None


@dataclass
class Nest:
    """Rows of records under rows of their cycle and step, one line of names a level: set in, or repeated.

        Cycle ID,...          1,...            循环序号,...   1,...
        ,Step ID,...          ,1,...           工步序号,...   1,...
        ,,Record ID,Time ...  ,,1,0:00:00 ...  记录序号,...   1,0:00:00 ...

    names   names of the columns of an unfolded row
    indent  level -> how many empty cells stand in front of it
    """

    names: tuple[str, ...]
    records: tuple[str, ...]
    level_of: Callable[[Sequence[str]], int | None]
    file: str
    mode: int | None = None
    level: int = 0
    indent: dict[int, int] = field(default_factory=dict)
    above: list[str] = field(default_factory=lambda: ["", "", ""])

    def __call__(self, cells: list[str], line: int) -> list[str] | None:
        """The cells of a record behind its cycle, step and the label of the step; None for any other line."""
        first = next((i for i, c in enumerate(cells) if c), len(cells))
        if first == len(cells):
            return None
        level = None if _numbered(cells[first]) else self.level_of(cells)
        if level is not None:
            if level == 2 and _trim(cells[first:]) != self.records:
                raise ReadError(
                    "The columns of the records change in the middle of the file",
                    file=self.file,
                    place=f"line {line}",
                    given=", ".join(cells[first:])[:200],
                    remedy="Export all records with the same columns",
                )
            self.level, self.indent[level] = level, first
            return None
        same = [k for k, indent in self.indent.items() if indent == first]
        level = same[0] if len(same) == 1 else self.level
        if level == 2:
            start = self.indent.get(2, 0)
            own = cells[start:]
            return [*self.above, *own, *[""] * (len(self.records) - len(own))]
        if level == 1:
            self.above[1] = cells[first]
            self.above[2] = cells[self.mode] if self.mode is not None and self.mode < len(cells) else ""
        else:
            self.above = [cells[first], "", ""]
        return None


def _numbered(text: str) -> bool:
    """Whether a text begins with a digit, as no name of a column does."""
    return text[:1].isdigit()


def _trim(cells: Sequence[str]) -> tuple[str, ...]:
    cells = list(cells)
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


@dataclass(frozen=True)
class Heads:
    """Where a table begins: line of the names (0-based), the names, the separator, and how nested rows unfold."""

    line: int
    names: tuple[str, ...]
    separator: str | None
    nest: Nest | None = None


def find_names(
    lines: Sequence[str], is_it: Callable[[Sequence[str]], bool], marks: Sequence[str]
) -> Heads | None:
    """The first line that is the line of names, cut by the separator that makes it one; it holds one of `marks`."""
    for index, line in enumerate(lines[:_TITLES]):
        if not any(mark in line for mark in marks):
            continue
        for separator in _WAYS if len(line) <= LONGEST else ():
            if separator is not None and separator not in line:
                continue
            cells = _trim(split_line(line, separator))
            if len(cells) > 2 and is_it(cells):
                return Heads(index, cells, separator)
    return None


def nested(
    lines: Sequence[str], level_of: Callable[[Sequence[str]], int | None], modes: Sequence[str], file: str
) -> Heads | None:
    """Where a table of cycles, steps and records begins; None when the lines are no such table.

    level_of  0, 1 or 2 for a line of names of cycles, steps or records, None for any other line
    modes     bare names of the column that says what a step does
    """
    begin, mode, separator = None, None, ","
    for index, line in enumerate(lines[:_TITLES]):
        if len(line) > LONGEST:
            return None
        if _numbered(line.lstrip(" \t,;\"")):
            continue
        way = next((w for w in ("\t", ";", ",") if w in line), ",") if begin is None else separator
        cells = split_line(line, way)
        level = level_of(cells)
        if begin is None:
            if level not in (0, 1):
                continue
            begin, separator = index, way
        if level == 1:
            mode = next((i for i, c in enumerate(cells) if parts(c)[0] in modes), None)
        if level == 2:
            records = _trim(cells[next(i for i, c in enumerate(cells) if c) :])
            names = ("Cycle", "Step", "Step Type" if mode is not None else "", *records)
            return Heads(begin - 1, names, separator, Nest(names, records, level_of, file, mode))
    return None


def record_in(
    source: Source,
    reader: str,
    heads: Heads,
    vocabulary: Vocabulary,
    notes: Notes,
    *,
    signs: str,
    step_times: bool = False,
) -> Record:
    """The record of a cycler's text table.

    signs       whose word it is that charging is positive, for the header
    step_times  whether the time may be put together from the times of the steps, where the table has no other
    """
    text = source.text
    found = places(heads.names, vocabulary)
    needed = ["time" if "time" in found or not step_times else "step_time", "voltage", "current"]
    missing = [c for c in needed if c not in found]
    if missing:
        raise ReadError(
            f"The table has no column with a unit for {', '.join(missing).replace('_', ' ')}",
            file=source.name,
            place=f"line {heads.line + 1 if heads.nest is None else heads.line + 2}",
            given=", ".join(h for h in heads.names if h)[:300],
            remedy="Export it with time, voltage and current, and with units in the heads",
        )
    labels = Codes()
    wanted: dict[str, tuple[int, Callable[[str], float]]] = {}
    units: dict[str, str] = {}
    for channel, place in found.items():
        unit = _timed(text, heads, place) if place.unit is None else place.unit
        if unit is None:
            raise ReadError(
                f"The column {heads.names[place.index]!r} states no unit",
                file=source.name,
                place=f"line {heads.line + 1}",
                remedy="Export it with units in the heads, or times as hh:mm:ss",
            )
        units[channel] = unit
        wanted[channel] = (place.index, labels if channel == LABEL else clock if unit == CLOCK else number)
    table = grid(
        text, heads.line, heads.separator, wanted, needed, {}, notes, width=len(heads.names), unfold=heads.nest
    )
    channels = {
        c: convert(v, units[c], c, source) if units[c] not in ("", CLOCK) else v for c, v in table.columns.items()
    }
    if "time" not in channels:
        channels["time"] = _summed(channels, notes)
    shown = sorted({u for u in units.values() if u not in ("", CLOCK, "s", "V", "A")})
    if shown:
        notes.did(f"The units in the heads ({', '.join(shown)}) were converted to SI.")
    directed(channels, labels, notes, signs)
    notes.header.update(from_titles(text.titles[: max(heads.line, 0)]))
    used = {place.index for place in found.values()}
    notes.header["columns not read"] = ", ".join(h for i, h in enumerate(heads.names) if h and i not in used)[:500]
    return record_of(source, reader, channels, notes, labels=labels, line=table.line, place="line")


def _timed(text: Text, heads: Heads, place: Place) -> str | None:
    """`CLOCK` for a column without a unit whose first cell is written as hh:mm:ss, else None."""
    for line in text.titles[heads.line + 1 : heads.line + 30]:
        cells: list[str] | None = split_line(line, heads.separator) if len(line) <= LONGEST else []
        if heads.nest is not None and cells:
            start = len(heads.names) - len(heads.nest.records)
            at = place.index - start + next((i for i, c in enumerate(cells) if c), 0)
        else:
            at = place.index
        if cells and at < len(cells) and cells[at][:1].isdigit():
            return CLOCK if ":" in cells[at] else None
    return None


def _summed(channels: Mapping[str, Array], notes: Notes) -> Array:
    """Time since the start, from the times of the steps one after the other."""
    step = channels["step_time"]
    if len(step) < 2:
        return step.copy()
    counters = [channels[c] for c in ("cycle", "step_index", "step", LABEL) if c in channels]
    drops = np.diff(step) < 0.0
    changes = np.zeros(len(step) - 1, dtype=np.bool_)
    for values in counters:
        changes |= (values[1:] != values[:-1]) & np.isfinite(values[1:]) & np.isfinite(values[:-1])
    if not drops.any() and not (changes & (step[1:] == 0.0)).any():
        notes.did("The file has one time and it never starts again: it was taken as the time since the start.")
        return step.copy()
    again = drops | changes
    notes.did(
        "The file has the time of each step and no other: the time since the start is their sum, and pauses between "
        "the steps are not in it."
    )
    added = np.where(again, step[:-1], 0.0)
    return np.asarray(step + np.concatenate([[0.0], np.cumsum(added)]), dtype=np.float64)
