"""A life test of several variants: how long they lived and were reported to live, the polarisation over time, the first cycles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from ...analysis import strip_plate
from ...errors import AnalysisError, RecordError
from ...record import Record
from ..pick import Unit, half_cycle_period, labelled, largest, literal, record_colours, trace, unit
from ..style import DOUBLE, QUIET, SINGLE, Sheet, drawn, panel, sheet
from ..table import Table, stacked
from ._lines import around, fit_voltage, line
from ._reported import POINT, key, level, look, own, plain, point, stated, wide

if TYPE_CHECKING:
    from ...literature import Claim
    from ...studies import Row

FEW = 8  # cycles from which on a course is drawn
HOLE = 4.0  # of the median distance between half cycles: there the test was not run cycle by cycle


def worth(records: Mapping[str, Record]) -> bool:
    """Whether some record has cycles enough for a course."""
    return any(len(_course(r).time) > 2 * FEW for r in records.values())


def _course(record: Record) -> strip_plate.Course:
    try:
        return strip_plate.course(record)
    except AnalysisError as error:
        raise RecordError(str(error)) from error


@drawn
def lives(records: Mapping[str, Record], rows: Sequence[Row] = (), said: Mapping[str, Claim] | None = None) -> Sheet:
    """Bars of the lives with the reported ones, polarisation of every half cycle over time (logarithmic), voltage of the first cycles.

    rows   of the study's table; said: its claims, which hold the time a polarisation belongs to
    A polarisation whose time is not stated is a dashed line. Where cycles were left out the line is dotted.
    """
    found = labelled(records)
    courses = {k: _course(r) for k, r in found.items()}
    paint = record_colours(found)
    clock = unit("time", max(float(c.end[-1]) for c in courses.values()))
    high = 5.0 * len(found) + 5.0
    made = sheet(DOUBLE, 62.0 + high)
    grid = made.add_gridspec(2, 2, width_ratios=(1.7, 1.0), height_ratios=(high, 62.0))
    main = made.add_subplot(grid[1, 0])
    strip = made.add_subplot(grid[0, 0], sharex=main)
    first = made.add_subplot(grid[:, 1])
    marked = _polarisation(main, courses, rows, said or {}, paint, clock)
    marked = _lives(strip, found, courses, rows, paint, clock) or marked
    _first(first, found, paint)
    panel(strip, "a", "life")
    panel(main, "b", "polarisation of each half cycle")
    panel(first, "c", "the first cycles")
    key(made, main, marked)
    made.tables.append(_table(courses))
    return made


def _polarisation(ax: Axes, courses: Mapping[str, strip_plate.Course], rows: Sequence[Row], said: Mapping[str, Claim], paint: Mapping[str, str], clock: Unit) -> bool:
    volts = unit("voltage", float(np.median(np.concatenate([c.polarisation for c in courses.values()]))))
    marked, everything = False, []
    for number, (label, c) in enumerate(courses.items()):
        x, y = clock(c.end), volts(c.polarisation)
        everything += y.tolist()
        gaps = np.flatnonzero(np.diff(c.end) > HOLE * float(np.median(np.diff(c.end)))) if len(c.end) > 2 else np.array([], dtype=int)
        for a, b in zip([0, *(gaps + 1).tolist()], [*(gaps + 1).tolist(), len(x)], strict=True):
            line(ax, x[a:b], y[a:b], color=paint[label], label=label, marker="o" if b - a < 4 else None, ms=2.2, **look(number, label))
        for k in gaps.tolist():
            ax.plot(x[k : k + 2], y[k : k + 2], color=paint[label], lw=0.7, ls=(0, (1, 1.6)), zorder=2.0)
        for row in own(rows, label, "overpotential", "voltage"):
            assert row.reported is not None
            marked = True
            value, at = float(volts(np.array(row.reported))), stated(said, row, "time")
            everything.append(value)
            if at is None:
                level(ax, value, row, paint[label], (float(x[0]), float(x[-1])))
            else:
                point(ax, max(float(clock(np.array(at))), float(x[0])), value, row, paint[label])
    ax.set_xscale("log")
    if wide(everything):
        ax.set_yscale("log")
        low, top = min(v for v in everything if v > 0.0), max(everything)
        ax.set_ylim(low / 1.5, top * 1.6)
        plain(ax, "y")
    else:
        ax.set_ylim(0.0, 1.22 * max(everything))
    ax.margins(x=0.05)
    plain(ax, "x")
    ax.set_xlabel(clock.label("Time"))
    ax.set_ylabel(volts.label("Polarisation"))
    return marked


def _lives(ax: Axes, found: Mapping[str, Record], courses: Mapping[str, strip_plate.Course], rows: Sequence[Row], paint: Mapping[str, str], clock: Unit) -> bool:
    """A bar to the end of each simulated test, an arrow where it was alive, a cross where it failed; reported lives as diamonds."""
    marked = False
    for place, (label, record) in enumerate(found.items()):
        end = float(clock(courses[label].end[-1:])[0])
        start = float(clock(courses[label].end[:1])[0])
        alive = record.outcome in ("", "completed")
        ax.plot((start, end), (-place, -place), color=paint[label], lw=2.6, solid_capstyle="butt", alpha=0.55, zorder=2)
        ax.plot(end, -place, marker=">" if alive else "X", ms=4.5, mec="none", mfc=paint[label], ls="none", zorder=5)
        for row in own(rows, label, "time"):
            assert row.reported is not None
            marked = True
            x = float(clock(np.array(row.reported)))
            ax.plot(x, -place, mec=paint[label], **POINT)
            if row.censored or row.form == "lower_bound":
                ax.annotate("", (x, -place), xytext=(13, 0), textcoords="offset points", arrowprops={"arrowstyle": "<-", "lw": 0.9, "color": paint[label], "shrinkA": 0, "shrinkB": 2}, zorder=6, annotation_clip=False)
    ax.set_ylim(-len(found) + 0.35, 0.75)
    ax.set_yticks([-k for k in range(len(found))], [literal(label) for label in found])
    ax.tick_params(axis="y", length=0)
    ax.tick_params(axis="x", labelbottom=False)
    ax.spines["left"].set_visible(False)
    return marked


def _first(ax: Axes, found: Mapping[str, Record], paint: Mapping[str, str]) -> None:
    data = {k: trace(r, "voltage", "current_density") for k, r in found.items()}
    periods = [p for d in data.values() if (p := half_cycle_period(d[0], d[2])) is not None]
    stop = 2.4 * min(periods) if periods else min(float(d[0][-1]) for d in data.values())
    some = {k: tuple(c[around(d[0], 0.0, stop)] for c in d) for k, d in data.items()}
    clock, volts = unit("time", stop), unit("voltage", largest(*(d[1] for d in some.values())))
    ax.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    for number, (label, d) in enumerate(some.items()):
        line(ax, clock(d[0]), volts(d[1]), color=paint.get(label, QUIET), **look(number, label, 0.9))
    ax.set_xlim(0.0, 0.999 * float(clock(np.array(stop))))
    fit_voltage(ax, [d[1] for d in some.values()], volts)
    ax.set_xlabel(clock.label("Time"))
    ax.set_ylabel(volts.label("Voltage"))


@drawn
def short(records: Mapping[str, Record], rows: Sequence[Row] = (), said: Mapping[str, Claim] | None = None) -> Sheet:
    """A test of a few cycles: cell voltage over time, and the polarisation of each half cycle with what is reported."""
    found = labelled(records)
    courses, paint = {k: _course(r) for k, r in found.items()}, record_colours(found)
    data = {k: trace(r, "voltage") for k, r in found.items()}
    clock = unit("time", max(float(d[0][-1]) for d in data.values()))
    volts = unit("voltage", largest(*(d[1] for d in data.values())))
    made = sheet(DOUBLE, 62.0)
    left, right = made.subplots(1, 2, width_ratios=(1.4, 1.0))
    left.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    for number, (label, d) in enumerate(data.items()):
        line(left, clock(d[0]), volts(d[1]), color=paint[label], **look(number, label, 0.9))
    fit_voltage(left, [d[1] for d in data.values()], volts)
    left.set_xlabel(clock.label("Time"))
    left.set_ylabel(volts.label("Voltage"))
    marked = _polarisation(right, courses, rows, said or {}, paint, clock)
    right.set_xscale("linear")
    right.set_xlim(0.0, None)
    panel(left, "a")
    panel(right, "b", "polarisation of each half cycle")
    key(made, right, marked)
    made.tables.append(_table(courses))
    return made


@drawn
def resistance(records: Mapping[str, Record], rows: Sequence[Row] = (), said: Mapping[str, Claim] | None = None) -> Sheet:
    """Real part at the lowest frequency of the spectra between the cycles over time, with the reported resistances."""
    found = labelled({k: r for k, r in records.items() if len(r.spectra) > 1})
    whole = all("area" in r.conditions for r in found.values())
    quantity = "resistance" if whole else "area_specific_resistance"
    paint, data = record_colours(labelled(records)), {}
    for label, record in found.items():
        hours = np.array([float(s.info.get("time", 0.0)) for s in record.spectra])
        data[label] = hours, np.array([float(record.impedance(s, specific=not whole).real[int(np.argmin(s["frequency"]))]) for s in record.spectra])
    clock, ohms = unit("time", max(float(t[-1]) for t, _ in data.values())), unit(quantity)
    made = sheet(SINGLE, 66.0)
    ax = made.subplots()
    everything, marked = [], False
    for number, (label, (t, z)) in enumerate(data.items()):
        everything += ohms(z).tolist()
        ax.plot(clock(t), ohms(z), color=paint[label], marker="o", ms=3.4 + 1.2 * (number == 0), mfc="white", label=label, **look(number, label))
        for row in own(rows, label, quantity):
            assert row.reported is not None
            marked = True
            everything.append(float(ohms(np.array(row.reported))))
            at = stated(said or {}, row, "time")
            point(ax, float(clock(np.array(at or 0.0))), everything[-1], row, paint[label], above=number % 2 == 0)
    if wide(everything):
        ax.set_yscale("log")
        ax.set_ylim(min(everything) / 1.6, 1.8 * max(everything))
        plain(ax, "y")
    else:
        ax.set_ylim(0.0, 1.2 * max(everything))
    ax.margins(x=0.06)
    ax.set_xlabel(clock.label("Time"))
    ax.set_ylabel(ohms.label("Re Z at the lowest frequency"))
    key(made, ax, marked, ncols=2)
    made.tables.append(stacked("resistance", [{"series": [k] * len(t), f"time [{clock.ascii}]": clock(t), f"Re Z [{ohms.ascii}]": ohms(z)} for k, (t, z) in data.items()]))
    return made


def _table(courses: Mapping[str, strip_plate.Course]) -> Table:
    hours, volts, amps = unit("time"), unit("voltage"), unit("current_density")
    return stacked("course", [
        {
            "series": [label] * len(c.end), f"time [{hours.ascii}]": hours(c.end), f"current density [{amps.ascii}]": amps(c.level), f"polarisation [{volts.ascii}]": volts(c.polarisation),
        } for label, c in courses.items()
    ])  # fmt: skip
