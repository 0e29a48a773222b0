"""Segments along time out of rows, what is odd about their clock, and where a table falls into segments."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ..record import Segment
from ._notes import Notes
from ._rows import Mask, Rows, freeze
from ._source import Source
from ._spectrum import spectrum
from ._take import Array

DECADE = 3.2e8  # s
#: channels whose change begins a new step; the last is the code of a label (see `_cycler`)
COUNTERS = ("cycle", "step", "step_index", "~label")
_JUMP, _NEIGHBOURS = 100.0, 10  # times the usual step, which is the median of so many neighbours on either side
_SPECTRAL = ("frequency", "impedance_real", "impedance_imag", "impedance_phase", "impedance_modulus")


def trace(rows: Rows, technique: str = "", info: Mapping[str, object] | None = None) -> Segment:
    """A segment along time. `look_at_time` says what is odd about the whole table first."""
    return Segment({c: freeze(v) for c, v in rows.channels.items()}, "time", technique, dict(info or {}))


def look_at_time(rows: Rows, notes: Notes) -> Rows:
    """Drop rows without a time and immediate repetitions, then say what is odd about the clock and the sensors."""
    missing: Mask = np.isnan(rows.channels["time"])
    if missing.any():
        notes.did(f"{missing.sum()} rows without a time were left out {rows.where(missing)}.")
        rows = rows.keep(~missing)
    if len(rows) > 1:
        same = np.ones(len(rows), dtype=np.bool_)
        same[0] = False
        for values in rows.channels.values():
            same[1:] &= (values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1]))
        if same.any():
            notes.did(f"{same.sum()} rows that repeat the row before exactly were left out {rows.where(same)}.")
            rows = rows.keep(~same)
    look_at_clock(rows, notes)
    _doubles(rows, notes)
    return rows


def counters(rows: Rows) -> list[Array]:
    """The channels whose change begins a new step."""
    return [rows.channels[c] for c in COUNTERS if c in rows.channels]


def _doubles(rows: Rows, notes: Notes) -> None:
    """Say which rows stand at the same time as the row before, in the same step."""
    same = np.zeros(len(rows), dtype=np.bool_)
    same[1:] = np.diff(rows.channels["time"]) == 0.0
    for key in counters(rows):
        same[1:] &= key[1:] == key[:-1]
    if same.any():
        notes.odd(f"{same.sum()} rows have the time of the row before in the same step {rows.where(same)}.")


def look_at_clock(rows: Rows, notes: Notes) -> None:
    """Clock backward or far forward, impossible length, few points, sensors that show 0 °C throughout."""
    time = rows.channels["time"]
    back = np.flatnonzero(np.diff(time) < 0.0)
    if len(back):
        at = int(back[0])
        notes.odd(
            f"The clock jumps backward at {len(back)} places (first in line {rows.line(at + 1)}, from {time[at]:g} s "
            f"to {time[at + 1]:g} s); the rows were left in the file's order."
        )
    _look_forward(rows, notes)
    if len(time) and np.ptp(time) > DECADE:
        notes.odd(f"The time spans {np.ptp(time) / 3.156e7:.1f} years: is it in another unit than the file says?")
    if len(time) < 10:
        notes.odd(f"The table has only {len(time)} points.")
    for channel in ("temperature", "surface_temperature"):
        values = rows.channels.get(channel)
        if values is not None and len(values) and np.ptp(values) == 0.0 and values[0] == 273.15:
            notes.odd(f"The {channel.replace('_', ' ')} is 0 °C in every row: probably no sensor was connected.")


def _look_forward(rows: Rows, notes: Notes) -> None:
    """Say where the time between two rows is out of all proportion to that between the rows before and behind.

    A row that the instrument left out on purpose (a long rest, recorded sparsely) is none of these: the time of the
    step goes on with the clock there.
    """
    time = rows.channels["time"]
    steps = np.diff(time)
    if np.count_nonzero(steps > 0.0) < _NEIGHBOURS:
        return
    far = np.flatnonzero(steps > _JUMP * np.median(steps[steps > 0.0]))
    since = rows.channels.get("step_time")
    if since is not None and len(far):
        goes_on = np.abs(since[far + 1] - since[far] - steps[far]) <= 0.01 * steps[far]
        far = far[~goes_on]
    far = far[np.argsort(steps[far])[-10_000:]]  # the farthest; nobody needs more
    usual = np.maximum(_around(steps, far, -1), _around(steps, far, 1))
    far, usual = far[steps[far] > _JUMP * usual], usual[steps[far] > _JUMP * usual]
    if not len(far):
        return
    first = int(np.argmin(far))
    at = int(far[first])
    notes.odd(
        f"The clock jumps forward at {len(far)} places (first in line {rows.line(at + 1)}, from {time[at]:g} s to "
        f"{time[at + 1]:g} s, where {usual[first]:.3g} s between rows are usual): a pause, rows that are missing, or a "
        "clock that was set."
    )


def _around(steps: Array, at: npt.NDArray[np.int64], way: int) -> Array:
    """The usual step before (`way` -1) or behind (1) each of the steps `at`; the clock's own where there is none."""
    places = at[:, None] + way * np.arange(1, _NEIGHBOURS + 1)
    inside = (places >= 0) & (places < len(steps))
    near = np.where(inside, steps[np.clip(places, 0, len(steps) - 1)], np.nan)
    near[~(near > 0.0)] = np.nan
    empty = np.isnan(near).all(axis=1)
    near[empty, 0] = 0.0
    out: Array = np.nanmedian(near, axis=1) if len(near) else np.empty(0)
    return out


def split(rows: Rows, counters: Sequence[str], notes: Notes, source: Source, label: str = "") -> list[Segment]:
    """Spectra (rows with a frequency) and time segments in the file's order, cut where one of the `counters` changes.

    Channels whose place ends in "~" are means over a period: spectra take them, time data take the instants, and each
    takes the other where it has nothing else.
    """
    spectral = _spectral(rows)
    if "time" in rows.channels and not spectral.any():
        rows = look_at_time(rows.part(0, len(rows), _named(rows, False)), notes)
        spectral = spectral[: len(rows)]
    elif "time" in rows.channels and not spectral.all():
        look_at_clock(rows, notes)
    parts = bounds([spectral.astype(float), *(rows.channels[c] for c in counters if c in rows.channels)])
    many = sum(bool(spectral[start]) for start, _ in parts) > 1
    segments: list[Segment] = []
    for start, stop in parts:
        names = _named(rows, bool(spectral[start]))
        part = rows.part(
            start, stop, {n: c for n, c in names.items() if not np.isnan(rows.channels[c][start:stop]).all()}
        )
        info = ({"label": label} if label else {}) | _numbers(part)
        made = None
        if spectral[start] and {"impedance_real", "impedance_imag"} <= part.channels.keys():
            made = spectrum(
                part, notes, source, info, f" in spectrum {len(segments) + 1} (line {part.line(0)})" if many else ""
            )
        elif "time" in part.channels:
            made = trace(part, "rest" if label.startswith("Open Circuit") else "", info)
        segments += [made] if made is not None else []
    return segments


def _spectral(rows: Rows) -> Mask:
    """Which rows belong to spectra."""
    if {"frequency", "impedance_real", "impedance_imag"} <= rows.channels.keys():
        out: Mask = np.nan_to_num(rows.channels["frequency"]) > 0.0
        return out
    return np.zeros(len(rows), dtype=np.bool_)


def _named(rows: Rows, spectral: bool) -> dict[str, str]:
    """Channel -> column for spectra or for time data."""
    out: dict[str, str] = {}
    for channel in rows.channels:
        if not spectral and channel.partition("@")[0] in _SPECTRAL:
            continue
        plain = channel.removesuffix("@~").removesuffix("~")
        if plain not in out or channel.endswith("~") == spectral:
            out[plain] = channel
    return out


def _numbers(part: Rows) -> dict[str, int]:
    """Cycle and step number of a segment, where the file counts them."""
    out: dict[str, int] = {}
    for key, channel in (("cycle", "cycle"), ("step", "step"), ("step", "step_index")):
        values = part.channels.get(channel)
        if values is not None and len(values) and np.isfinite(values[0]):
            out.setdefault(key, int(values[0]))
    return out


def bounds(keys: Sequence[Array]) -> list[tuple[int, int]]:
    """(start, stop) of the runs of rows in which none of `keys` changes; a missing value counts as the one before."""
    if not len(keys[0]):
        return []
    change = np.zeros(len(keys[0]) - 1, dtype=np.bool_)
    for key in keys:
        filled = key[np.maximum.accumulate(np.where(np.isfinite(key), np.arange(len(key)), 0))]
        change |= (filled[1:] != filled[:-1]) & np.isfinite(filled[1:]) & np.isfinite(filled[:-1])
    edges = [0, *(np.flatnonzero(change) + 1).tolist(), len(keys[0])]
    return list(itertools.pairwise(edges))
