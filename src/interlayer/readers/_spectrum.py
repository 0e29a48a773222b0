"""An impedance spectrum out of rows, and what is odd about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..errors import ReadError
from ..record import Segment
from ._notes import Notes
from ._rows import Line, Mask, Rows, freeze
from ._source import Source
from ._take import Array

MOST = 500_000  # points of a spectrum; no instrument measures so many


def spectrum(
    rows: Rows, notes: Notes, source: Source, info: Mapping[str, object] | None = None, which: str = ""
) -> Segment | None:
    """An impedance spectrum from frequency, impedance_real, impedance_imag (or the specific ones) and more.

    Rows without a number in these, and exact repetitions, are dropped and said. None when nothing is left.
    `which` names the spectrum in sentences ("spectrum 3 (line 120)") where there are several.
    """
    kind = "specific_impedance" if "specific_impedance_real" in rows.channels else "impedance"
    needed = [
        "frequency",
        *(c for c in rows.channels if c.startswith(kind) and c.partition("@")[0].endswith(("real", "imag"))),
    ]
    if len(rows) > MOST:
        raise ReadError(
            f"A spectrum of {len(rows):,} points can't be",
            file=source.name,
            place=f"line {rows.line(MOST)}",
            remedy="Keep one spectrum a file; if the table is time data, say so: columns={...}",
        )
    missing = np.logical_or.reduce([np.isnan(rows.channels[c]) for c in needed])
    if missing.any():
        notes.did(f"{missing.sum()} points without a number were left out {rows.where(missing)}{which}.")
        rows = rows.keep(~missing)
    if not len(rows):
        return None
    zero = rows.channels["frequency"] == 0.0
    if zero.any():
        raise ReadError(
            "A frequency of 0 Hz has no impedance",
            file=source.name,
            place=f"line {rows.line(int(np.argmax(zero)))}",
            remedy="Remove the rows without an impedance, or export spectra and time data to separate files",
        )
    same = _repeated(rows, needed)
    if same.any():
        notes.did(f"{same.sum()} points that repeat another exactly were left out {rows.where(same)}{which}.")
        rows = rows.keep(~same)
    _look_at_spectrum(rows, kind, notes, which)
    channels = {c: freeze(v) for c, v in rows.channels.items() if c not in ("impedance_modulus", "impedance_phase")}
    return Segment(channels, "frequency", "impedance", dict(info or {}))


def _repeated(rows: Rows, needed: Sequence[str]) -> Mask:
    table = np.stack([rows.channels[c] for c in needed], axis=1)
    _, first = np.unique(table, axis=0, return_index=True)
    mask = np.ones(len(table), dtype=np.bool_)
    mask[first] = False
    return mask


def _look_at_spectrum(rows: Rows, kind: str, notes: Notes, which: str) -> None:
    frequency, real, imag = (rows.channels[c] for c in ("frequency", f"{kind}_real", f"{kind}_imag"))
    if len(frequency) < 10:
        notes.odd(f"The spectrum has only {len(frequency)} points{which}.")
    if len(frequency) > 2 and (imag > 0.0).mean() > 0.9:
        share = "every point" if (imag > 0.0).all() else f"{(imag > 0.0).mean():.0%} of the points"
        notes.odd(
            f"The imaginary part is positive at {share}{which}: the file probably holds -Im Z. Nothing was changed; "
            'if it is so, name the column with a minus: columns={"impedance_imag": ("-NAME", "ohm"), ...}.'
        )
    if (real < 0.0).any():
        notes.odd(f"The real part is negative at {(real < 0.0).sum()} points {rows.where(real < 0.0)}{which}.")
    phase = rows.channels.get("impedance_phase")
    if phase is not None:
        told = np.isfinite(phase) & (np.abs(phase) > 1e-3) & (imag != 0.0)
        if told.sum() > 2 and (np.sign(phase[told]) != np.sign(imag[told])).mean() > 0.5:
            notes.odd(
                f"Phase and imaginary part have opposite signs at most points{which}: one of them is mislabelled."
            )
    _look_at_sweep(frequency, rows.line, notes, which)


def _look_at_sweep(frequency: Array, line: Line, notes: Notes, which: str) -> None:
    """Is the sweep one way, and is a stretch of it missing?"""
    steps = np.diff(np.log10(frequency))
    if len(steps) < 3:
        return
    way = np.sign(np.median(steps))
    turns = np.flatnonzero(np.sign(steps) == -way)
    if len(turns) or way == 0:
        first = line(int(turns[0]) + 1) if len(turns) else line(1)
        notes.odd(f"The frequencies turn back (first in line {first}){which}; they were left in the file's order.")
        return
    typical = float(np.median(np.abs(steps)))
    if (np.abs(np.abs(steps) - typical) < 0.3 * typical).mean() < 0.7:
        return  # no even logarithmic sweep: nothing can be called missing
    gaps = np.flatnonzero(np.abs(steps) > 1.7 * typical)
    if len(gaps):
        at = int(gaps[0])
        low, high = sorted((float(frequency[at]), float(frequency[at + 1])))
        more = f", and at {len(gaps) - 1} more places" if len(gaps) > 1 else ""
        notes.odd(f"Frequencies are missing between {low:.4g} Hz and {high:.4g} Hz (line {line(at + 1)}){more}{which}.")
