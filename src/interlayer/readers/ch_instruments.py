"""CH Instruments text: titles and settings, then the columns of one A.C. impedance spectrum between commas.

    Feb. 20, 2020   15:55:08 / A.C. Impedance / ... / Instrument Model:  CHI660E / ... /
    Freq/Hz, Z'/ohm, Z"/ohm, Z/ohm, Phase/deg / rows

Only impedance is read: for the other techniques of the program no file was at hand, and its sign of the current is a
setting of the user that the text does not state.
Units. From the column names: Hz, Ω, deg.
Signs. Z" as such: capacitive arcs are negative, and the phase beside it has the same sign; nothing is turned.
Uncertainties. None; four digits are written. A modulus that disagrees with Z' and Z" by more than that is said.
"""

from __future__ import annotations

import numpy as np

from ..errors import ReadError
from ..record import Record
from ._base import READERS, Columns, Reader
from ._facts import from_titles
from ._labels import Column
from ._layout import Layout
from ._notes import Notes
from ._rows import rows_of
from ._source import Source, decode_head
from ._spectrum import spectrum
from ._take import take

_NAMES = {
    "Freq/Hz": ("frequency", "Hz"),
    "Z'/ohm": ("impedance_real", "ohm"),
    'Z"/ohm': ("impedance_imag", "ohm"),
    "Z/ohm": ("impedance_modulus", "ohm"),
    "Phase/deg": ("impedance_phase", "deg"),
}
_NEEDED = ("frequency", "impedance_real", "impedance_imag")
_KEPT = ("Instrument Model", "Init E (V)", "Amplitude (V)", "High Frequency (Hz)", "Low Frequency (Hz)", "Note")
_ROUNDED = 2e-3  # of a modulus in four digits beside parts in four digits


class CHInstruments(Reader):
    """CH Instruments' text of an impedance spectrum."""

    name = "ch_instruments"
    title = "CH Instruments text (A.C. impedance)"
    extensions = (".txt", ".csv")

    def sniff(self, head: bytes, name: str) -> bool:
        """Instrument Model: CHI... among the titles."""
        return any(
            line.startswith("Instrument Model:") and line[17:40].strip().startswith("CHI")
            for line in decode_head(head)[:20]
        )

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        text, notes = source.text, Notes()
        lines = text.titles
        at, used, width = _find_head(lines, source)
        _header(lines[:at], notes)
        needed = [c.index for c in used if c.quantity in _NEEDED]
        taken = take(
            text, text.offset(at + 1), len(text.data), Layout(",", False, width), [c.index for c in used], needed
        )
        rows = rows_of(taken, used, notes, source)
        modulus = rows.channels.get("impedance_modulus")
        if modulus is not None:
            with np.errstate(invalid="ignore", over="ignore"):
                size = np.hypot(rows.channels["impedance_real"], rows.channels["impedance_imag"])
                off = np.abs(modulus - size) > _ROUNDED * size
            if off.any():
                notes.odd(f"Z disagrees with Z' and Z\" at {off.sum()} points {rows.where(off)}.")
        made = spectrum(rows, notes, source)
        if made is None:
            raise ReadError(
                "There is no point under the column names",
                file=source.name,
                place=f"line {at + 2}",
                remedy="Was the measurement stopped at once? Is the file complete?",
            )
        return notes.record(source, self.name, [made])


def _find_head(lines: tuple[str, ...], source: Source) -> tuple[int, list[Column], int]:
    """0-based line of the column names, the columns that are used, and the number of all."""
    for index, line in enumerate(lines[:1000]):
        heads = [cell.strip() for cell in line.split(",")]
        used = [Column(i, h, *_NAMES[h]) for i, h in enumerate(heads) if h in _NAMES and h not in heads[:i]]
        if {c.quantity for c in used} >= set(_NEEDED):
            return index, used, len(heads)
    technique = lines[1].strip()[:60] if len(lines) > 1 else ""
    raise ReadError(
        "The line with the column names Freq/Hz, Z'/ohm, Z\"/ohm was not found",
        file=source.name,
        place=f"line {min(len(lines), 1000)}",
        given=technique or None,
        remedy="Of CH Instruments' techniques A.C. Impedance is read. For others put the columns with their units into "
        'a plain table and read it with format="plain", columns={...}',
    )


def _header(lines: tuple[str, ...], notes: Notes) -> None:
    notes.header.update(from_titles(lines))
    if lines:
        notes.header["date"] = lines[0].strip()[:40]
        notes.header["technique"] = lines[1].strip()[:60] if len(lines) > 1 else ""
    for line in lines[:100]:
        for mark in (":", " ="):
            key, found, value = line[:200].partition(mark)
            if found and key.strip() in _KEPT and value.strip():
                notes.header[key.strip()] = value.strip()


CH_INSTRUMENTS = READERS.add("ch_instruments")(CHInstruments())
