"""ZPlot/ZView `.z`: one spectrum a file, nine columns, with or without the instrument's settings above them.

    ZPLOT2 ASCII ... Freq(Hz)  Ampl  Bias  Time(Sec)  Z'(a)  Z''(b)  GD  Err  Range ... End Comments, then the rows

Read are files with the settings and `End Comments`, files with the column row alone, and bare rows of nine columns.
Units. Hz, s, Ω; the "(a)" and "(b)" over Z' and Z'' are ZView's names of the two quantities, no units. `Surface Area`
in the settings is in cm²; 1 is the program's default, so it is shown and never used.
Signs. Z'' as such: capacitive arcs are negative.
Uncertainties. None; `Err` is a flag, and points that carry it are counted in a warning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ..errors import ReadError, RecordError
from ..record import Record
from ._base import READERS, Columns, PathText, Reader
from ._facts import from_titles
from ._labels import Column
from ._layout import Found, find
from ._notes import Notes
from ._rows import rows_of
from ._source import Source, decode_head
from ._spectrum import spectrum
from ._take import take
from ._write import number, one_segment, titles, write_text

_USED = (
    Column(0, "Freq(Hz)", "frequency", "Hz"),
    Column(4, "Z'(a)", "impedance_real", "ohm"),
    Column(5, "Z''(b)", "impedance_imag", "ohm"),
    Column(3, "Time(Sec)", "time", "s"),
)
_HELD = frozenset(c.quantity for c in _USED)
_HEAD = "Freq(Hz)\tAmpl\tBias\tTime(Sec)\tZ'(a)\tZ''(b)\tGD\tErr\tRange"
_MAGIC = re.compile(r'"?\s*ZPLOT2?\s+ASCII', re.IGNORECASE)
_COLUMNS = re.compile(r"\s*\"?Freq(?:\(Hz\)|uency)?\W+Ampl\W+Bias\W+Time", re.IGNORECASE)


class ZView(Reader):
    """ZPlot and ZView text."""

    name = "zview"
    title = "ZPlot/ZView .z"
    extensions = (".z",)
    writes = True

    def sniff(self, head: bytes, name: str) -> bool:
        """The ZPLOT line, or the nine column names, or a file called .z that begins with rows of nine numbers."""
        lines = decode_head(head)
        if any(_MAGIC.match(line[:200]) for line in lines[:1]) or any(
            _COLUMNS.match(line[:200]) for line in lines[:400]
        ):
            return True
        if not name.casefold().endswith(".z") or not lines:
            return False
        found = find(lines[:50])
        return found is not None and found.first == 0 and found.layout.width == 9

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        text, notes = source.text, Notes()
        lines = text.titles
        begin = _begin(lines)
        found = find(lines, begin)
        if found is None or found.layout.width < 6:
            raise ReadError(
                "No rows of nine columns (frequency, amplitude, bias, time, Z', Z'', ...) were found",
                file=source.name,
                place=f"line {begin + 1}",
                remedy="Is the file complete? Save it again in ZView as ZPlot data",
            )
        if text.note:
            notes.did(text.note)
        _header(lines[: found.first], notes)
        used = [Column(c.index, c.text, c.quantity, c.unit) for c in _USED]
        wanted = [*(c.index for c in used), *([7] if found.layout.width > 7 else [])]
        taken = take(text, text.offset(found.first), len(text.data), found.layout, wanted, [0, 4, 5])
        _flags(taken.values, len(used), notes)
        _announced(lines[: found.first], taken.values.shape[1], found, notes)
        made = spectrum(rows_of(taken, used, notes, source, found.layout.comma), notes, source)
        if made is None:
            raise ReadError(
                "The file holds no point",
                file=source.name,
                place=f"line {found.first + 1}",
                remedy="Was the measurement stopped at once?",
            )
        return notes.record(source, self.name, [made])

    def losses(self, record: Record) -> tuple[str, ...]:
        """One spectrum in Ω with its times fits."""
        lost = one_segment(record, self.title)
        if not lost and record.segments[0].axis != "frequency":
            return (f"data along time ({self.title} holds one spectrum)",)
        others = [c for c in record.segments[0].channels if c not in _HELD] if record.segments else []
        return (*lost, *((f"the channels {', '.join(others)}",) if others and not lost else ()))

    def write(self, record: Record, path: PathText) -> None:
        """The first spectrum, as ZView reads it; what is not known (amplitude, bias, range) is 0."""
        segment = next((s for s in record.spectra if {"impedance_real", "impedance_imag"} <= s.channels.keys()), None)
        if segment is None:
            raise RecordError("The record has no spectrum in Ω", remedy="Save it as .parquet")
        time = segment["time"] if "time" in segment else np.zeros(len(segment))
        about = [
            "ZPLOT2 ASCII",
            *titles(record, "  "),
            f"  Data Points:                {len(segment)}",
            f"  {_HEAD}",
            "End Comments",
        ]
        zero = number(0.0)
        rows = (
            "\t".join((number(f), zero, zero, number(t), number(re_), number(im), zero, "0", "0"))
            for f, t, re_, im in zip(
                segment["frequency"], time, segment["impedance_real"], segment["impedance_imag"], strict=True
            )
        )
        write_text(path, (f"{line}\n" for line in (*about, *rows)))


def _begin(lines: Sequence[str]) -> int:
    """0-based line from which rows can come: after "End Comments", else after the column names, else 0."""
    for index, line in enumerate(lines):
        if line.strip().strip('"').casefold().startswith("end comments"):
            return index + 1
    return next((i + 1 for i, line in enumerate(lines[:400]) if _COLUMNS.match(line[:200])), 0)


def _header(lines: Sequence[str], notes: Notes) -> None:
    for line in lines:
        key, _, value = (part.strip() for part in line[:200].partition(":"))
        if key == "Surface Area" and value:
            notes.header["area"] = f"{value} cm^2"
        elif key in ("Date", "Experiment Type", "technique") and value:
            notes.header[key.casefold()] = value
    for key, value in from_titles(line for line in lines if "Surface Area" not in line).items():
        notes.header.setdefault(key, value)


def _flags(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], place: int, notes: Notes) -> None:
    """Count the points that the instrument flagged."""
    if values.shape[0] > place:
        flagged = int((np.nan_to_num(values[place]) != 0.0).sum())
        if flagged:
            notes.odd(f"{flagged} of {values.shape[1]} points carry an error flag of the instrument (column Err).")


def _announced(lines: Sequence[str], count: int, found: Found, notes: Notes) -> None:
    """Compare the number of points with what the settings announce."""
    for line in lines:
        key, _, value = line[:200].partition(":")
        if key.strip() == "Data Points" and value.strip().isdecimal() and int(value) != count:
            notes.odd(f"The file announces {value.strip()} points and holds {count} (from line {found.first + 1}).")


ZVIEW = READERS.add("zview")(ZView())
