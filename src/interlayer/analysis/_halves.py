"""Half cycles of a galvanostatic record one by one, as `steps` parts them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import AnalysisError
from ..record import Record
from ..record.nouns import Array
from .steps import segment


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


def half_cycles(record: Record, *, specific: bool | None = True) -> list[HalfCycle]:
    """Half cycles in order, as `steps.segment` parts them; rests are left out.

    specific   currents as densities [A/m²] (needs the area unless the record has densities), else in A; None where the
               record can
    Errors: `AnalysisError` when the record holds no current or no voltage along time, or no current that is not zero.
    """
    parted = segment(record, specific=specific, by="current")
    trace = parted.trace
    assert trace.current is not None
    ends = dict(zip([*trace.edges[1:].tolist(), len(trace.time)], trace.events, strict=True))
    out = [
        HalfCycle(float(start), trace.time[a:b] - start, trace.voltage[a:b], trace.current[a:b], ends.get(b, ""))
        for a, b, start in zip(parted.half_first.tolist(), parted.half_stop.tolist(), parted.begun.tolist(), strict=True)
    ]
    if not out:
        raise AnalysisError("This record holds no half cycles: it needs time, voltage and a current that is not zero")
    return out
