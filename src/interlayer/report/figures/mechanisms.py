"""Slow states over a test: contact fraction, void volume, filament length, thickness of films, deposits and dead lithium."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import FuncFormatter

from ...errors import RecordError
from ..pick import Array, Records, exports, labelled, largest, trace, unit
from ..style import DOUBLE, Sheet, colours, drawn, panel, sheet, weight
from ..table import stacked
from ._lines import line


@dataclass(frozen=True)
class State:
    """One kind of slow state: what leaves call it, its axis, its quantity, whether the axis is logarithmic."""

    export: str
    what: str
    quantity: str
    zero: bool = True


STATES = (
    State("contact_fraction", "Contact fraction", "fraction"),
    State("void_volume", "Void volume\nper area", "length"),
    State("length", "Filament\nlength", "length"),
    State("thickness", "Interphase\nthickness", "thickness"),
    State("broken", "Broken share\nof the film", "fraction"),
    State("deposit_thickness", "Deposit\nthickness", "thickness"),
    State("dead_thickness", "Dead lithium\nthickness", "thickness"),
)


@drawn
def states(records: Records) -> Sheet:
    """A panel for each kind of slow state that some record has; colour is the record, full line the left-hand side, dashed
    the right-hand one. Errors: `RecordError` when no record has any."""
    found = labelled(records)
    rows: list[tuple[State, dict[tuple[str, str], tuple[Array, ...]]]] = []
    for state in STATES:
        traces = {
            (label, place): trace(record, channel)
            for label, record in found.items()
            for place, channel in exports(record, state.export).items()
        }
        if traces:
            rows.append((state, traces))
    if not rows:
        raise RecordError("These records hold no slow state of a mechanism", given=", ".join(found), remedy="Simulate with detail=True a cell whose faces have voids, filaments or an interphase")
    paint = colours(found)
    clock = unit("time", max(largest(t) for _, traces in rows for t, _ in traces.values()))
    made = sheet(DOUBLE, 14.0 + 27.0 * len(rows))
    axes = list(made.subplots(len(rows), 1, sharex=True, squeeze=False)[:, 0])
    for number, (ax, (state, traces)) in enumerate(zip(axes, rows, strict=True)):
        scale = unit(state.quantity, largest(*(v for _, v in traces.values())))
        for (label, place), (time, values) in traces.items():
            right = place.endswith(" right")
            line(ax, clock(time), scale(values), color=paint[label], **weight(label, 1.0), ls=(0, (3, 1.5)) if right else "-")
        ax.set_ylabel(scale.label(state.what))
        tops = [largest(v) for _, v in traces.values()]
        if state.quantity == "fraction" and 0.0 < min(tops) < 0.05 * max(tops):  # one contact far poorer than the other
            ax.set_yscale("log")
            ax.set_ylim(0.5 * min(float(np.min(v[v > 0.0])) for _, v in traces.values() if (v > 0.0).any()), 1.6)
            ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
        elif state.quantity == "fraction":
            ax.set_ylim(0.0, 1.05 * max(max(tops), 1e-12))
        else:
            ax.set_ylim(bottom=0.0, top=None if max(tops) > 0.0 else 1.0)
        panel(ax, "abcdefghijklmn"[number])
    axes[-1].set_xlabel(clock.label("Time"))
    _legend(made, paint, found, any(p.endswith(" right") for _, traces in rows for _, p in traces))
    made.tables += [
        stacked(state.export, [
            {"series": [label] * len(t), "place": [place] * len(t), "time [h]": unit("time")(t), f"{state.export.replace('_', ' ')} [{unit(state.quantity).ascii or '1'}]": unit(state.quantity)(v)}
            for (label, place), (t, v) in traces.items()
        ]) for state, traces in rows
    ]  # fmt: skip
    return made


def _legend(made: Sheet, paint: Mapping[str, str], found: Mapping[str, object], sides: bool) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color=paint[label], lw=weight(label)["lw"]) for label in found]
    texts = list(found)
    if sides:
        handles += [Line2D([], [], color="#555555"), Line2D([], [], color="#555555", ls=(0, (3, 1.5)))]
        texts += ["left-hand side", "right-hand side"]
    made.legend(handles, texts, loc="outside upper left", ncols=6)
