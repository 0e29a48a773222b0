"""Current under a small held voltage: how it falls to its steady value, several variants in one panel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ...record import Record
from ..pick import labelled, largest, record_colours, unit
from ..style import DOUBLE, Sheet, drawn, panel, sheet
from ..table import stacked
from ._direct import current_unit, parts
from ._reported import key, look

if TYPE_CHECKING:
    from ...analysis._dc import Stretch


@drawn
def held(records: Mapping[str, Record]) -> Sheet:
    """Current density, and the same over its first value, against time since the step (logarithmic)."""
    found = labelled(records)
    paint = record_colours(found)
    data: dict[str, Stretch] = {k: max(parts(r, "bruce_vincent", specific=True), key=lambda t: len(t.clock)) for k, r in found.items()}
    amps = current_unit(max(largest(t.current) for t in data.values()))
    clock = unit("time", 60.0)
    made = sheet(DOUBLE, 60.0)
    left, right = made.subplots(1, 2)
    for number, (label, t) in enumerate(data.items()):
        late = t.time > 1e-4 * float(t.time[-1])
        start = float(np.max(np.abs(t.current)))
        left.semilogx(clock(t.time[late]), np.abs(amps(t.current[late])), color=paint[label], label=label, **look(number, label))
        right.semilogx(clock(t.time[late]), np.abs(t.current[late]) / start, color=paint[label], **look(number, label))
    left.set_ylim(0.0, 1.08 * max(float(np.max(np.abs(amps(t.current)))) for t in data.values()))
    right.set_ylim(0.0, 1.08)
    for ax in (left, right):
        ax.set_xlabel(clock.label("Time since the step"))
    left.set_ylabel(amps.label("Current density"))
    right.set_ylabel("Share of the first current")
    panel(left, "a")
    panel(right, "b")
    key(made, left, False)
    made.tables.append(stacked("hold", [{"series": [k] * len(t.time), "time [s]": t.time, f"current density [{amps.ascii}]": amps(t.current)} for k, t in data.items()]))
    return made
