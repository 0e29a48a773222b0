"""Half cycles of a galvanostatic record: stretches of one sign of the current, whatever the file calls its steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import AnalysisError
from ..record import Record
from ..record.nouns import Array


@dataclass(frozen=True, eq=False)
class HalfCycle:
    """One half cycle: time from its start [s], voltage [V], current (density) [A/m² or A], and where the test stood.

    start   time of the test at the last point before it [s]; event is the record's own word for how it ended
    """

    start: float
    time: Array
    voltage: Array
    current: Array
    event: str = ""

    @property
    def level(self) -> float:
        """Current (density) held, signed: the median over the half cycle."""
        return float(np.median(self.current))

    @property
    def charge(self) -> float:
        """Charge passed, unsigned, by the trapezoid rule from the start of the half cycle."""
        t = np.concatenate([[0.0], self.time])
        j = np.concatenate([[self.current[0]], self.current])
        return float(abs(np.trapezoid(j, t)))


def half_cycles(record: Record, *, specific: bool = True) -> list[HalfCycle]:
    """Half cycles in order. Rests (|current| below 1e-6 of the largest) part them and are left out.

    specific   currents as densities [A/m²] (needs the area unless the record has densities), else in A
    Errors: `AnalysisError` when the record holds no current or no voltage along time.
    """
    channel = "current_density" if specific else "current"
    out: list[HalfCycle] = []
    last = 0.0
    for segment in record.traces:
        if "voltage" not in segment or not ({"current", "current_density"} & set(segment.channels)):
            continue
        time, voltage = segment["time"], segment["voltage"]
        current = record.get(segment, channel)
        if not len(time):
            continue
        largest = float(np.max(np.abs(current)))
        sign = np.where(np.abs(current) > 1e-6 * largest, np.sign(current), 0.0) if largest > 0.0 else np.zeros(len(time))
        edges = np.flatnonzero(np.diff(sign)) + 1
        for a, b in zip([0, *edges], [*edges, len(time)], strict=True):
            if sign[a] != 0.0:
                start = last if a == 0 else float(time[a - 1])
                if start > time[a]:
                    start = float(time[a])
                event = str(segment.info.get("event", "")) if b == len(time) else ""
                out.append(HalfCycle(start, time[a:b] - start, voltage[a:b], current[a:b], event))
        last = float(time[-1])
    if not out:
        raise AnalysisError("This record holds no half cycles: it needs time, voltage and a current that is not zero")
    return out
