"""Measured against simulated: spectra, voltages, or both, as the two records hold them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from ...errors import RecordError
from ...record import Record
from ..pick import Array, Curve, curves, half_cycle_period, has_trace, largest, trace, unit
from ..style import BLUE, DOUBLE, MEASURED, SINGLE, Sheet, drawn, panel, sheet
from ..table import stacked
from ._lines import around, fit_voltage, line
from ._nyquist import extent, marks, settle
from .impedance import draw

PAINT = {"measured": MEASURED, "simulated": BLUE}
LONG = 8.0  # cycles from which on the last three are also shown enlarged


@drawn
def compare(measured: Record, simulated: Record) -> Sheet:
    """Nyquist plot and/or voltage against time of both records in one sheet: points and dark lines are measured, blue is
    simulated. Spectra are per area where both records can say so. Errors: `RecordError` when they have nothing in common.
    """
    spectra = curves({"measured": measured, "simulated": simulated}) if measured.spectra and simulated.spectra else []
    traces = _traces(measured, simulated)
    if not (spectra or traces):
        raise RecordError(
            "The two records have nothing to compare: one has spectra, the other traces along time", given=f"{measured!r} and {simulated!r}",
            remedy="Simulate the protocol that was measured",
        )  # fmt: skip
    window = _window(traces) if traces else None
    made = sheet(DOUBLE if traces else SINGLE, _height(spectra, bool(traces), window is not None))
    grid = made.add_gridspec(2 if window else 1, 2 if spectra and traces else 1, width_ratios=(1.0, 1.35) if spectra and traces else (1.0,))
    panels: list[Axes] = []
    if spectra:
        panels.append(made.add_subplot(grid[:, 0]))
        _nyquist(made, panels[0], spectra)
    if traces:
        panels.append(made.add_subplot(grid[0, -1]))
        made.note = _voltage(panels[-1], traces)
        if window:
            panels.append(made.add_subplot(grid[1, -1]))
            _voltage(panels[-1], {k: tuple(c[around(d[0], *window)] for c in d) for k, d in traces.items()}, window)
        made.tables.append(stacked("voltage", [
            {"series": [k] * len(d[0]), "time [h]": unit("time")(d[0]), "voltage [V]": d[1]} for k, d in traces.items()
        ]))  # fmt: skip
    if len(panels) > 1:
        for ax, text in zip(panels, "abc", strict=False):
            panel(ax, text, "the last cycles" if window and ax is panels[-1] else "")
    made.legend(*_entries(panels[0]), loc="outside upper left", ncols=2)
    if spectra:
        _finish(made, panels[0], spectra)
    return made


def _height(spectra: list[Curve], traces: bool, window: bool) -> float:
    if traces:
        return 96.0 if window else 68.0
    return min(max((SINGLE - 17.0) * extent(spectra).aspect, 30.0), 62.0) + 19.0


def _traces(measured: Record, simulated: Record) -> dict[str, tuple[Array, ...]]:
    """Time since the start, voltage and, where both have one, a current."""
    if not (has_trace(measured, "voltage") and has_trace(simulated, "voltage")):
        return {}
    current = next((c for c in ("current_density", "current") if all(has_trace(r, "voltage", c) for r in (measured, simulated))), None)
    found = {k: trace(r, "voltage", *([current] if current else [])) for k, r in (("measured", measured), ("simulated", simulated))}
    return {k: (d[0] - d[0][0], *d[1:]) for k, d in found.items()}


def _window(traces: Mapping[str, tuple[Array, ...]]) -> tuple[float, float] | None:
    periods = [p for d in traces.values() if len(d) > 2 and (p := half_cycle_period(d[0], d[2])) is not None]
    end = min(float(d[0][-1]) for d in traces.values())
    if not periods or end < LONG * min(periods):
        return None
    return end - 2.9999 * min(periods), end


def _nyquist(made: Sheet, ax: Axes, spectra: list[Curve]) -> None:
    scale = unit("specific_impedance_real" if spectra[0].specific else "impedance_real", extent(spectra).size)
    alike = [Curve(_kind(c), c.frequency, c.z, c.specific, c.measured, _kind(c)) for c in spectra]
    draw(ax, alike, [], scale, PAINT, order=list({c.label: c for c in alike}.values()))
    u = unit("specific_impedance_real" if spectra[0].specific else "impedance_real")
    made.tables.append(stacked("spectra", [
        {"series": [c.label] * len(c.z), "frequency [Hz]": c.frequency, f"Re Z [{u.ascii}]": u(c.z.real), f"Im Z [{u.ascii}]": u(c.z.imag)} for c in spectra
    ]))  # fmt: skip


def _kind(c: Curve) -> str:
    return c.of or c.label


def _finish(made: Sheet, ax: Axes, spectra: list[Curve]) -> None:
    reach = extent(spectra)
    scale = unit("specific_impedance_real" if spectra[0].specific else "impedance_real", reach.size)
    settle(made, [(ax, reach, scale)])
    if len(spectra) == 2:
        marks(made, ax, spectra, scale, PAINT)


def _voltage(ax: Axes, traces: Mapping[str, tuple[Array, ...]], window: tuple[float, float] | None = None) -> str:
    scale = unit("voltage", largest(*(d[1] for d in traces.values())))
    clock = unit("time", largest(*(d[0] for d in traces.values())))
    ax.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    for label, d in traces.items():
        line(ax, clock(d[0]), scale(d[1]), color=PAINT[label], lw=1.3 if label == "measured" else 0.8, label=label, zorder=3 if label == "simulated" else 2)
    off = fit_voltage(ax, [d[1] for d in traces.values()], scale)
    if window:
        ax.set_xlim(float(clock(np.array(window[0]))), float(clock(np.array(window[1]))))
    ax.set_xlabel(clock.label("Time since the start"))
    ax.set_ylabel(scale.label("Voltage"))
    return f"Voltage {off}." if off else ""


def _entries(ax: Axes) -> tuple[list[Artist], list[str]]:
    """One legend entry for all measured, one for all simulated curves."""
    handles, texts = ax.get_legend_handles_labels()
    kept = {t: h for h, t in zip(handles, texts, strict=True)}
    return list(kept.values()), list(kept)
