"""Strip and plate of one cell: polarisation and resistance of every half cycle, with onset of the rise and life."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from ...analysis import strip_plate as technique
from ...record import Finding, Record
from ..pick import Unit, largest, unit
from ..style import DOUBLE, Sheet, panel, sheet
from ..table import Column, Table
from . import _marks
from ._registry import shows


@shows(
    "strip_plate", "strip_plate.course",
    "Polarisation and, where the current is known, resistance V/I of every half cycle (filled: current flows into the working electrode; hollow: out of it); dashed: onset of the rise with its 95 % "
    "interval; dotted: end of life by the criterion named; shades: events.",
)  # fmt: skip
def figure(record: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """Polarisation and resistance against time, by the definition that the findings used."""
    specific = "area" in record.conditions or any("current_density" in s for s in record.traces)
    used = _marks.find(findings, "polarisation, ")
    definition = str(used.evidence.get("definition", "last tenth")) if used is not None else "last tenth"
    amplitude = str(used.evidence.get("amplitude", "full")) if used is not None else "full"
    course = technique.course(record, definition=definition, amplitude=amplitude, specific=specific)  # type: ignore[arg-type]
    clock = unit("time", largest(course.end))
    marks, onset = _marks.events(findings), _marks.find(findings, "onset of the rise")
    volts = unit("voltage", largest(course.polarisation))
    ohm = unit("area_specific_resistance" if specific else "resistance", 0.0 if course.alone else float(np.median(course.resistance)))
    made = sheet(DOUBLE, 62.0)
    axes = made.subplots(1, 1 if course.alone else 2, squeeze=False)[0]
    colour = _marks.tone(record)
    up = course.sign > 0.0
    x = clock(course.time)
    many = len(x) > 400
    for ax, y, std, u in ((axes[0], course.polarisation, course.std, volts), (axes[-1], course.resistance, course.std / np.abs(course.level), ohm))[: len(axes)]:
        for way in (True, False):
            rows = up == way
            ax.errorbar(
                x[rows], u(y[rows]), yerr=None if many else std[rows] / u.scale, ls="none", marker="o", ms=1.6 if many else 2.6, mfc=colour if way else "white", mec=colour, mew=0.5,
                ecolor=colour, elinewidth=0.5, zorder=3,
            )  # fmt: skip
        ax.set_xlim(0.0, float(x[-1]) * 1.02)
        _height(ax, u(y))
        ax.set_xlabel(clock.label("Time"))
    said = f"{definition}, {'full cell' if amplitude == 'full' else 'half of the cell'}"
    axes[0].set_ylabel(volts.label("Polarisation |V|"))
    panel(axes[0], "a", said)
    if not course.alone:
        axes[1].set_ylabel(ohm.label("|V|/J" if specific else "|V|/I"))
        panel(axes[1], "b", "resistance of each half cycle")
    handles: list[object] = []
    for ax in axes:
        handles = [*_marks.shade(ax, marks, clock), *_lines(ax, onset, _life(findings), clock)]
    if handles:
        made.legend(handles=handles, loc="outside lower left", ncols=4)
    t = unit("time")
    known: dict[str, Column] = {f"end [{t.ascii}]": t(course.end), "polarisation [mV]": course.polarisation * 1e3, "std [mV]": course.std * 1e3}
    made.tables.append(Table("half-cycles", known if course.alone else known | {
        f"current{' density' if specific else ''} [{unit('current_density' if specific else 'current').ascii}]": unit("current_density" if specific else "current")(course.level),
        f"resistance [{unit(ohm_name(specific)).ascii}]": unit(ohm_name(specific))(course.resistance),
    }))  # fmt: skip
    return made


def ohm_name(specific: bool) -> str:
    """Quantity of the resistance."""
    return "area_specific_resistance" if specific else "resistance"


def _height(ax: Axes, y: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    """From zero where the values are not all far above it; rounding of a record without noise is not magnified."""
    low, high = float(np.min(y)), float(np.max(y))
    span = max(high - low, 0.05 * high)
    ax.set_ylim(0.0 if low < 0.5 * high else low - 0.35 * span, high + 0.12 * span)


def _life(findings: Sequence[Finding]) -> Finding | None:
    return next((f for f in findings if f.name == "life" and f.quantity == "time"), None)


def _lines(ax: Axes, onset: Finding | None, life: Finding | None, clock: Unit) -> list[object]:
    out: list[object] = []
    at = _marks.number(onset)
    if onset is not None and at is not None:
        if onset.interval is not None:
            ax.axvspan(*(float(clock(np.array(v))) for v in onset.interval), color=_marks.FIT, alpha=0.15, lw=0, zorder=0.1)
        out.append(ax.axvline(float(clock(np.array(at))), color=_marks.FIT, lw=1.0, ls=(0, (4, 2)), label=f"onset of the rise: {float(clock(np.array(at))):.4g} {clock.text}"))
    end = _marks.number(life)
    if life is not None and end is not None:
        alive = bool(life.evidence.get("censored"))
        words = f"{'alive at the end' if alive else 'life'} ({life.evidence.get('criterion', 'stated')}): {'> ' if alive else ''}{float(clock(np.array(end))):.4g} {clock.text}"
        out.append(ax.axvline(float(clock(np.array(end))), color="#111111", lw=1.0, ls=(0, (1, 1.5)), label=words))
    return out
