"""Arrhenius plots: the logarithm against 1000/T with the fitted line, its 95 % band, and degrees Celsius on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias, Union

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from ... import units
from ...errors import RecordError
from ...names import name
from ...record import Finding, Record
from ..pick import Array, unit
from ..style import MARKERS, SINGLE, Sheet, colours, drawn, sheet
from ..table import Column, stacked
from ..words import plus_minus
from ._registry import shows

if TYPE_CHECKING:
    from ...analysis.arrhenius import ArrheniusFit

Fits: TypeAlias = Union["ArrheniusFit", Mapping[str, "ArrheniusFit"]]

NORMAL_95 = 1.959963984540054
EV = 96485.33212  # J/mol per eV


@drawn
def line(fits: Fits, *, std: Mapping[str, Array] | Array | None = None) -> Sheet:
    """Points, line and 95 % band of one Arrhenius fit or several of one quantity and form.

    std   errors of the points [SI], for bars of one standard deviation
    The axis shows the quantity itself on a logarithmic scale (times T where the fit is of ln(sigma T)).
    """
    found = dict(fits) if isinstance(fits, Mapping) else {"": fits}
    bars = dict(std) if isinstance(std, Mapping) else {label: std for label in found}
    first = next(iter(found.values()))
    paint = colours(found) if len(found) > 1 else {label: "#0072B2" for label in found}
    u = unit(first.quantity)
    times = first.form == "ln(sigma T)"
    falling = first.quantity in ("resistance", "area_specific_resistance")
    made = sheet(SINGLE, 72.0)
    ax = made.subplots()
    parts: list[Mapping[str, Column]] = []
    for number, (label, f) in enumerate(found.items()):
        factor = (f.temperature ** (-1.0 if falling else 1.0)) if times else np.ones(len(f.values))
        y = f.values / u.scale * factor
        x = 1000.0 / f.temperature
        error = bars.get(label)
        span = 0.06 * (float(x.max()) - float(x.min()))
        grid = np.linspace(float(x.min()) - span, float(x.max()) + span, 200)
        a = np.stack([np.ones_like(grid), -grid / 1000.0], axis=1)
        middle = a @ f.parameters
        spread = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", a, f.covariance, a), 0.0)) * NORMAL_95
        sign = -1.0 if falling else 1.0
        draw = [np.exp(sign * (middle + k * spread)) / u.scale for k in (0.0, -1.0, 1.0)]
        if np.isfinite(spread).all():
            ax.fill_between(grid, np.minimum(draw[1], draw[2]), np.maximum(draw[1], draw[2]), color=paint[label], alpha=0.18, lw=0)
        ax.plot(grid, draw[0], color=paint[label], lw=1.1)
        ax.errorbar(
            x, y, yerr=None if error is None else np.asarray(error) / u.scale * factor, ls="none", marker=MARKERS[number % len(MARKERS)], mfc="white", mec=paint[label],
            ecolor=paint[label], elinewidth=0.7, capsize=1.5, ms=4.0, label=f"{label}: {_energy(f)}" if label else _energy(f), zorder=3,
        )  # fmt: skip
        part: dict[str, Column] = {"series": [label] * len(x), "temperature [degC]": f.temperature - 273.15, f"{f.quantity.replace('_', ' ')} [{u.ascii}]": f.values / u.scale}
        if error is not None:
            part[f"std [{u.ascii}]"] = np.asarray(error) / u.scale
        parts.append(part)
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    ax.set_xlabel("1000/T (K⁻¹)")
    ax.set_ylabel(_label(first.quantity, times, falling, u.text))
    celsius(ax)
    ax.legend(loc="best")
    made.tables.append(stacked("arrhenius", parts))
    return made


@shows("arrhenius", "arrhenius.record", "Arrhenius plot of the sum of all resistances (of the conductivity where it is known) and of every resistance by itself, with the 95 % bands of the fitted lines.")
def record(of: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """The Arrhenius plots of one record with spectra at several temperatures, from the points that its findings rest on.

    Errors: `RecordError` where no finding has such points.
    """
    from ...analysis import arrhenius

    fits = {}
    for f in findings:
        points = f.evidence.get("points of the line", {})
        if f.name.startswith("activation energy") and points and f.value is not None:
            what = f.name.removeprefix("activation energy").removeprefix(" of ") or {"conductivity": "conductivity"}.get(points["quantity"], "sum of all")
            fits[what] = arrhenius.fit(points["values"], points["temperatures_K"], std=points["std"], quantity=points["quantity"], form=points["form"])
    if not fits:
        raise RecordError("No finding of an activation energy of this record is given", given=repr(of), remedy="Give those of analyse(record, technique='arrhenius')")
    first = next(iter(fits.values())).quantity
    return line({k: f for k, f in fits.items() if f.quantity == first} if len(fits) > 1 else next(iter(fits.values())))


def _energy(fit: ArrheniusFit) -> str:
    row = name("activation_energy")
    value, scale = units.lab(fit.activation_energy, "activation_energy"), units.factor(row.shown, row.si)[0]
    error = None if fit.std is None else fit.std
    joule = plus_minus(value, None if error is None else error / scale)
    volts = plus_minus(fit.activation_energy / EV, None if error is None else error / EV)
    return f"$E_a$ = {joule} kJ/mol\n({volts} eV)"


def _label(quantity: str, times: bool, falling: bool, unit_text: str) -> str:
    symbol = {"conductivity": "σ", "area_specific_resistance": "R", "resistance": "R"}.get(quantity, quantity.replace("_", " "))
    if not times:
        return f"{symbol} ({unit_text})"
    return f"{symbol}/T ({unit_text}/K)" if falling else f"{symbol}T (K {unit_text})"


def celsius(ax: Axes) -> None:
    """Whole steps of °C along the top."""
    low, high = ax.get_xlim()
    hot, cold = 1000.0 / low - 273.15, 1000.0 / high - 273.15
    step = next((s for s in (5.0, 10.0, 20.0, 25.0, 50.0, 100.0, 200.0) if (hot - cold) / s <= 7.0), 500.0)
    ticks = [step * k for k in range(int(np.ceil(cold / step)), int(np.floor(hot / step)) + 1)]
    upper = ax.twiny()
    upper.set_xlim(low, high)
    upper.set_xticks([1000.0 / (t + 273.15) for t in ticks], [f"{t:g}" for t in ticks])
    upper.set_xlabel("Temperature (°C)")
    upper.spines["top"].set_visible(True)
