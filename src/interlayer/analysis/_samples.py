"""All that a record says along time as one row of samples: time that only rises, voltage, current, and where it came from.

`Samples` are the whole test, joined whatever the file's steps are, for `steps.segment` to part. A piece of it in which one thing
was done is a `Stretch` (_dc.py), whoever cut it: the file's own steps and the sign of the current, or `steps.half_cycles`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import AnalysisError
from ..record import Record
from ..record.nouns import Array

Rows = npt.NDArray[np.int64]
SAMPLE = 200_000  # rows from which noise and sampling are judged


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples of all segments along time that hold a voltage, in order.

    time      [s], never falling: where a segment or a counter starts anew, the end of what came before is added
    current   [A] or [A/m²] (`specific`), positive as the vocabulary says; None where the file has no such column
    index     the file's own step number, None where it has none
    edges     first row of each segment; events the record's own word for how each ended
    restarts  rows at which the clock went back; dropped: rows that were not finite and are left out
    """

    time: Array
    voltage: Array
    current: Array | None
    specific: bool
    index: Array | None
    edges: Rows
    events: tuple[str, ...]
    halves: tuple[int | None, ...]
    restarts: Rows
    dropped: int


def _join(parts: list[Array]) -> Array:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def samples_of(record: Record, *, specific: bool | None = None, current: bool | None = None) -> Samples:
    """The joined samples. `specific` None: densities where the record can give them. `current` True asks for a current,
    None takes one where every segment with a voltage has it.

    Errors: `AnalysisError` without time and voltage, or without the current that was asked for; `MissingValueError` for
    a density without the area.
    """
    held = [s for s in record.traces if len(s) and "voltage" in s]
    given = [s for s in held if "current" in s or "current_density" in s]
    if current is None:
        current = bool(given) and sum(map(len, given)) > 0.5 * sum(map(len, held))
    kept = given if current else held
    if not kept:
        missing = "time, voltage and a current" if current else "a voltage along time"
        raise AnalysisError(f"This record holds no half cycles: it needs {missing}", given=repr(record))
    if specific is None:
        specific = "area" in record.conditions or all("current_density" in s for s in kept)
    channel = "current_density" if specific else "current"
    times: list[Array] = []
    restarts, edges, at, last = [], [], 0, 0.0
    for s in kept:
        t = s["time"]
        if at and t[0] < last:
            restarts.append(at)
            t = t + (last - float(t[0]))
        back = np.flatnonzero(np.diff(t) < 0.0) + 1
        if len(back):
            restarts += [at + int(k) for k in back]
            step = np.diff(t, prepend=t[0])
            t = t[0] + np.cumsum(np.where(step < 0.0, 0.0, step))
        times.append(t)
        edges.append(at)
        at, last = at + len(t), float(t[-1])
    time, voltage = _join(times), _join([s["voltage"] for s in kept])
    amps = _join([record.get(s, channel) for s in kept]) if current else None
    index = next((_join([s[c] for s in kept]) for c in ("step", "step_index") if all(c in s for s in kept)), None)
    finite = np.isfinite(time) & np.isfinite(voltage) & (True if amps is None else np.isfinite(amps))
    starts, back_rows = np.array(edges, dtype=np.int64), np.array(restarts, dtype=np.int64)
    dropped = int(len(finite) - np.count_nonzero(finite))
    if dropped:
        if dropped == len(finite):
            raise AnalysisError("No row of this record has a finite time, voltage and current", given=repr(record))
        place = np.concatenate([[0], np.cumsum(finite)]).astype(np.int64)
        starts, back_rows = place[starts], place[back_rows]
        time, voltage = time[finite], voltage[finite]
        amps, index = (None if a is None else a[finite] for a in (amps, index))
    events = tuple(str(s.info.get("event", "")) for s in kept)
    halves = tuple(s.info.get("half_cycle") for s in kept)
    return Samples(time, voltage, amps, specific, index, starts, events, halves, back_rows, dropped)


def some(values: Array) -> Array:
    """At most `SAMPLE` rows of a long column, in blocks of neighbours spread over it."""
    if len(values) <= SAMPLE:
        return values
    block = 200
    first = np.linspace(0, len(values) - block, SAMPLE // block).astype(np.int64)
    return np.asarray(values[(first[:, None] + np.arange(block)).ravel()])


def scatter(values: Array) -> float:
    """Standard deviation of the noise of a column: differences of neighbours, by their median; at least its last digit."""
    d = np.abs(np.diff(some(values)))
    if not len(d):
        return 0.0
    robust = 1.4826 * float(np.median(d)) / np.sqrt(2.0)
    steps = d[d > 0.0]
    digit = float(np.min(steps)) if len(steps) and np.count_nonzero(d == 0.0) > 0.05 * len(d) else 0.0
    size = float(np.max(np.abs(values[:: max(1, len(values) // SAMPLE)])))
    return robust if robust > 0.0 else min(digit, 1e-3 * size)
