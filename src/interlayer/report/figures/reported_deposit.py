"""Lithium on copper: the transient of nucleation, how thick the deposit grows, and how much of it comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...elements.base import FARADAY
from ...materials import material
from ...record import Record
from ..pick import Array, labelled, literal, record_colours, trace, unit
from ..style import DOUBLE, QUIET, SINGLE, Sheet, drawn, panel, sheet
from ..table import Column, Table, stacked
from ._lines import fit_voltage, line
from ._reported import DASHED, key, level, look, own, plain, point, sign, stated

if TYPE_CHECKING:
    from ...literature import Claim
    from ...studies import Row

EARLY = 3e-4  # of the charge: where the logarithmic axis of a transient begins


def _passed(record: Record) -> tuple[Array, Array, Array]:
    """(charge on the copper [C/m²], voltage, time) along the test."""
    time, volts, current = trace(record, "voltage", "current_density")
    passed = np.concatenate([[0.0], np.cumsum(0.5 * (current[1:] + current[:-1]) * np.diff(time))])
    return passed, volts, time


def _one_cycle(record: Record) -> tuple[Array, Array, Array]:
    """The same, counted from the start of each cycle where a test strips everything every time (nan between cycles)."""
    if any(s.info.get("role") == "reservoir" for s in record.traces):
        return _passed(record)
    parts: list[tuple[Array, Array, Array]] = []
    at = 0.0
    for s in record.traces:
        time, volts, current = s["time"], s["voltage"], record.get(s, "current_density")
        if s.info.get("role") == "plate":
            at = 0.0
            parts.append((np.array([np.nan]), np.array([np.nan]), np.array([np.nan])))
        passed = at + np.concatenate([[0.0], np.cumsum(0.5 * (current[1:] + current[:-1]) * np.diff(time))])
        at = float(passed[-1])
        parts.append((passed, volts, time))
    return tuple(np.concatenate([p[k] for p in parts]) for k in range(3))  # type: ignore[return-value]


def _thickness(record: Record) -> tuple[Array, Array] | None:
    """(charge passed so far without sign, thickness of the deposit) of a record that kept it."""
    channel = next((c for s in record.traces for c in s.channels if c.startswith("thickness@deposit")), None)
    if channel is None:
        return None
    time, current, thick = trace(record, "current_density", channel)
    return np.concatenate([[0.0], np.cumsum(0.5 * (np.abs(current[1:]) + np.abs(current[:-1])) * np.diff(time))]), thick


@drawn
def transients(records: Mapping[str, Record], rows: Sequence[Row] = ()) -> Sheet:
    """Overpotential against the charge plated (logarithmic), with the reported tip and plateau as dashed lines."""
    found = labelled(records)
    data, paint = {k: _passed(r) for k, r in found.items()}, record_colours(found)
    volts, charge = unit("overpotential"), unit("areal_charge")
    made = sheet(DOUBLE, 66.0)
    ax = made.subplots()
    most = max(float(d[0].max()) for d in data.values())
    size, count = [], 0
    for number, (label, (passed, v, _)) in enumerate(data.items()):
        late = passed > EARLY * most
        size.append(v[late])
        line(ax, charge(passed[late]), volts(v[late]), color=paint[label], label=label, **look(number, label))
    for label in found:
        for row in own(rows, label, "overpotential", "voltage"):
            assert row.reported is not None
            size.append(np.array([1.08 * row.reported]))
            level(ax, float(volts(np.array(row.reported))), row, paint[label], place=1.0 - 0.12 * count)
            count += 1
    ax.set_xscale("log")
    plain(ax, "x")
    fit_voltage(ax, size, volts)
    ax.set_xlabel(charge.label("Charge plated"))
    ax.set_ylabel(volts.label("Overpotential"))
    key(made, ax, count > 0, dashed=True)
    made.tables.append(stacked("transients", [{"series": [k] * len(d[0]), f"charge plated [{charge.ascii}]": charge(d[0]), f"overpotential [{volts.ascii}]": volts(d[1])} for k, d in data.items()]))
    return made


@drawn
def growth(records: Mapping[str, Record], rows: Sequence[Row] = (), said: Mapping[str, Claim] | None = None) -> Sheet:
    """Thickness of the deposit against the charge that has passed (plated and stripped alike), the thickness of dense lithium
    (Faraday's law) below, and the reported thicknesses."""
    found = labelled(records)
    data = {k: d for k, r in found.items() if (d := _thickness(r)) is not None}
    paint = record_colours(found)
    thick, charge = unit("thickness", 1e-5), unit("areal_charge")
    made = sheet(SINGLE, 70.0)
    ax = made.subplots()
    marked, top = False, 0.0
    for number, (label, (passed, size)) in enumerate(data.items()):
        line(ax, charge(passed), thick(size), color=paint[label], label=label, **look(number, label))
        top = max(top, float(passed[-1]))
        for row in own(rows, label, "thickness", "length"):
            at = stated(said or {}, row, "areal_capacity")
            if at is not None and row.reported is not None:
                marked = True
                point(ax, float(charge(np.array(at))), float(thick(np.array(row.reported))), row, paint[label], above=row.form != "upper_bound")
    forward = all(np.all(np.diff(size) >= -1e-12) for _, size in data.values())
    if forward:
        lithium = material("Li")["molar_volume"].value
        x = np.array([0.0, top])
        ax.plot(charge(x), thick(x / FARADAY * lithium), color=QUIET, lw=0.9, ls=DASHED, zorder=1.5, label="dense lithium (Faraday)")
    ax.set_xlim(0.0, None)
    ax.set_ylim(0.0, None)
    ax.margins(0.08)
    ax.set_xlabel(charge.label("Charge plated" if forward else "Charge passed either way"))
    ax.set_ylabel(thick.label("Thickness of the deposit"))
    key(made, ax, marked, ncols=2)
    made.tables.append(stacked("deposit", [{"series": [k] * len(d[0]), f"charge passed [{charge.ascii}]": charge(d[0]), f"thickness [{thick.ascii}]": thick(d[1])} for k, d in data.items()]))
    return made


@drawn
def efficiency(records: Mapping[str, Record], rows: Sequence[Row] = ()) -> Sheet:
    """Voltage over the charge on the copper (plating to the right, stripping back), and the efficiency of each variant beside
    what is reported."""
    found = labelled(records)
    data, paint = {k: _one_cycle(r) for k, r in found.items()}, record_colours(found)
    volts, charge = unit("overpotential"), unit("areal_charge")
    some = [r for r in rows if r.quantity in ("fraction", "number", "ratio") and r.simulated is not None and r.simulated <= 1.0]
    made = sheet(DOUBLE, 66.0)
    left, right = made.subplots(1, 2, width_ratios=(1.7, 1.0))
    for number, (label, (passed, v, _)) in enumerate(data.items()):
        left.plot(charge(passed), -volts(v), color=paint[label], label=label, **look(number, label, 0.9))
    left.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    usual = max(float(np.nanquantile(np.abs(v), 0.9)) for _, v, _ in data.values())
    left.set_ylim(-float(volts(np.array(2.4 * usual))), float(volts(np.array(2.4 * usual))))
    left.set_xlabel(charge.label("Charge on the copper"))
    left.set_ylabel(volts.label("Potential against lithium"))
    panel(left, "a", "stripping above, plating below zero")
    marked = _dots(right, some, found, paint)
    panel(right, "b", "Coulombic efficiency")
    key(made, left, marked)
    columns: dict[str, Column] = {"cell": [r.where.partition(": ")[2] for r in some], "simulated": [r.simulated for r in some], "reported": [r.reported for r in some]}
    made.tables.append(Table("efficiency", columns))
    return made


def _dots(ax: object, some: Sequence[Row], found: Mapping[str, Record], paint: Mapping[str, str]) -> bool:
    from matplotlib.axes import Axes

    from ._reported import POINT

    assert isinstance(ax, Axes)
    labels = list(found)
    marked = False
    named: dict[tuple[int, float], list[tuple[float, str]]] = {}
    for row in some:
        label = row.where.partition(": ")[2]
        if label not in labels or row.simulated is None:
            continue
        y = -labels.index(label)
        if row.interval is not None:
            ax.plot([min(max(v, 0.0), 1.0) for v in row.interval], (y, y), color=paint[label], lw=2.4, alpha=0.5, solid_capstyle="butt")
        ax.plot(row.simulated, y, marker="o", ms=4.0, mec="none", mfc=paint[label], ls="none", zorder=5)
        if row.claim and row.reported is not None:
            marked = True
            ax.plot(row.reported, y, mec=paint[label], **POINT)
            named.setdefault((y, round(row.reported, 2)), []).append((row.reported, f"{sign(row)}{row.claim}"))
    for (y, _), both in named.items():
        ax.annotate(", ".join(words for _, words in both), (both[0][0], y), xytext=(0, 6), textcoords="offset points", ha="center", va="bottom", fontsize=5.8, color="#333333", annotation_clip=False)
    ax.set_yticks([-k for k in range(len(labels))], [literal(label) for label in labels])
    ax.set_ylim(-len(labels) + 0.4, 0.6)
    ax.tick_params(axis="y", length=0)
    ax.margins(x=0.1)
    ax.set_xlabel("Efficiency")
    return marked
