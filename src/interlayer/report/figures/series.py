"""Many spectra: how every number of the fits goes along a series, and all spectra over each other in the colours of a scale."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_hex
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator, ScalarFormatter

from ...names import NAMES
from ..exports import coordinate
from ..exports import trends as table_of
from ..pick import Array, Curve, Unit, largest, unit
from ..series import GROUPS, FitRow, Trend
from ..style import DOUBLE, MARKERS, QUIET, Sheet, colours, drawn, fixed, panel
from ..table import Column, stacked
from ..words import plus_minus
from ._nyquist import extent, marks, settle
from .impedance import frequency_axis

if TYPE_CHECKING:
    from ...analysis.arrhenius import ArrheniusFit
    from ...analysis.relaxation_times import RelaxationTimes

EV = 96485.33212  # J/mol per eV
RAMP = "cividis"  # the same to every eye, and its lightness alone tells the order
LEAST, MOST = 4.0, 1e-4  # values over their smallest from which an axis is logarithmic; smallest share drawn


@drawn
def trends(row: FitRow, energies: Mapping[str, ArrheniusFit] | None = None) -> Sheet:
    """A panel for each group of quantities, with errors of one standard deviation; a gap where a spectrum has no fit.

    Over temperature the axis is 1000/T, with degrees Celsius on top.
    energies   Arrhenius fits by the name of the resistance, drawn as lines
    """
    groups: dict[str, list[Trend]] = {}
    for trend in row.trends():
        if np.isfinite(trend.values).any():
            groups.setdefault(trend.group, []).append(trend)
    shown = [g for g in GROUPS if g in groups]
    columns = min(2, len(shown))
    rows = math.ceil(len(shown) / max(columns, 1))
    high = 42.0 * max(rows, 1) + 17.0
    made = fixed(DOUBLE, high)
    hot = row.axis == "temperature"
    grid = made.add_gridspec(max(rows, 1), max(columns, 1), left=0.09, right=0.985, bottom=10.0 / high, top=1.0 - (13.0 if hot else 6.0) / high, wspace=0.27, hspace=0.36)
    axes = grid.subplots(squeeze=False).ravel()
    for number, (ax, group) in enumerate(zip(axes, shown, strict=False)):
        _group(ax, row, groups[group], energies or {}, number < columns, number + columns >= len(shown))
        panel(ax, "abcdefgh"[number])
    for ax in axes[len(shown) :]:
        ax.set_axis_off()
    lost = [label for label, fit in zip(row.labels, row.fits, strict=True) if fit is None]
    made.note = f"No fit, so a gap (grey tick): {', '.join(lost[:6])}{' ...' if len(lost) > 6 else ''}." if lost else ""
    made.tables.append(table_of(row))
    return made


def _group(ax: Axes, row: FitRow, some: Sequence[Trend], energies: Mapping[str, ArrheniusFit], top: bool, foot: bool) -> None:
    x, shown = _coordinate(row)
    paint = colours(t.name for t in some)
    size = [np.abs(t.values[np.isfinite(t.values)]) for t in some]
    everything = np.concatenate(size)
    positive = everything[everything > 0.0]
    u = unit(some[0].quantity if some[0].group != "exponent" else "number", float(np.median(positive)) if len(positive) else None)
    log = some[0].group != "exponent" and len(positive) > 0 and float(positive.max()) > LEAST * float(positive.min())
    many = len(row) > 30
    for number, t in enumerate(some):
        name = t.name.removeprefix("time constant of arc ").removeprefix("capacitance of arc ")
        std = np.where(np.isfinite(t.std), t.std, 0.0) / u.scale
        y = u(t.values)
        low = np.minimum(std, 0.999 * np.abs(y)) if log else std
        ax.errorbar(
            shown, y, yerr=[low, std], ls="none", marker=MARKERS[number % len(MARKERS)], ms=2.2 if many else 3.4, mfc="white", mec=paint[t.name], mew=0.6, ecolor=paint[t.name],
            elinewidth=0.6, capsize=0.0 if many else 1.5, label=_named(name, energies.get(t.name)), zorder=3,
        )  # fmt: skip
        fit = energies.get(t.name)
        if fit is not None and row.axis == "temperature":
            kelvin = np.linspace(float(np.nanmin(x)), float(np.nanmax(x)), 100)
            ax.plot(1000.0 / kelvin, u(np.array([fit.at(float(k))[0] for k in kelvin])), color=paint[t.name], lw=0.8, zorder=2)
    if log:
        ax.set_yscale("log")
        _log_axis(ax)
    elif some[0].group != "exponent":
        ax.set_ylim(0.0, None)
    lost = np.array([f is None for f in row.fits])
    if lost.any():
        ax.plot(shown[lost], np.zeros(int(lost.sum())), transform=ax.get_xaxis_transform(), marker="|", ms=7.0, mec=QUIET, ls="none", clip_on=False)
    ax.set_ylabel(u.label(GROUPS[some[0].group]))
    _x_axis(ax, row, top)
    if not foot:
        ax.set_xlabel("")
    ax.margins(y=0.16)
    ax.legend(loc="best", ncols=1 if some[0].group == "resistance" and energies else 2, handlelength=1.0)


def _named(name: str, fit: ArrheniusFit | None) -> str:
    if fit is None:
        return name
    return f"{name}: {plus_minus(fit.activation_energy / EV, None if fit.std is None else fit.std / EV)} eV"


def _coordinate(row: FitRow) -> tuple[Array, Array]:
    """The coordinate in SI and as it is drawn."""
    if row.axis == "temperature":
        return row.x, 1000.0 / row.x
    return row.x, unit(row.axis, largest(row.x))(row.x) if row.axis in NAMES else row.x


def _x_axis(ax: Axes, row: FitRow, top: bool) -> None:
    if row.axis == "temperature":
        from .arrhenius import celsius

        ax.set_xlabel("1000/T (K⁻¹)")
        if top:
            celsius(ax)
    elif row.axis in NAMES:
        ax.set_xlabel(unit(row.axis, largest(row.x)).label(row.axis.capitalize()))
    else:
        ax.set_xlabel("Number in the series")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def _log_axis(ax: Axes) -> None:
    low, high = (math.log10(v) for v in ax.get_ylim())
    if high - low < 2.2:
        ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    ax.yaxis.set_minor_locator(NullLocator())


# -- over each other --------------------------------------------------------------------------------------------------
@drawn
def overlay(
    spectra: Sequence[Curve], x: Array, axis: str = "index", distributions: Sequence[RelaxationTimes | None] | None = None
) -> Sheet:
    """All spectra in the colours of their coordinate: Nyquist on equal axes, modulus, phase, and the distributions.

    x, axis         the coordinate of each spectrum [SI], "temperature", "time", "cycle" or "index"
    distributions   of the same spectra (None where there is none), each over its own maximum
    """
    some = [d for d in distributions or () if d is not None]
    thin = 0.7 if len(spectra) <= 30 else 0.4
    scale = Normalize(float(np.min(_shown(x, axis))), float(np.max(_shown(x, axis))))
    import matplotlib as mpl

    ramp = mpl.colormaps[RAMP]
    paint = {c.label: to_hex(ramp(float(scale(v)))) for c, v in zip(spectra, _shown(x, axis), strict=True)}
    small = _small(spectra)
    reaches = [extent(spectra), extent(small)]
    tall = min(max(84.0 * max(r.aspect for r in reaches), 26.0), 66.0)  # of the Nyquist panels
    made = fixed(DOUBLE, tall + 84.0)
    grid = made.add_gridspec(
        2, 2, height_ratios=(tall, 52.0), left=0.085, right=0.895, bottom=10.0 / (tall + 84.0), top=1.0 - 7.0 / (tall + 84.0), wspace=0.26, hspace=30.0 / (tall + 52.0)
    )
    whole, near, modulus, last = (made.add_subplot(grid[k]) for k in range(4))
    scales = [unit("specific_impedance_real" if spectra[0].specific else "impedance_real", r.size) for r in reaches]
    for ax, group, u in ((whole, spectra, scales[0]), (near, small, scales[1])):
        for c in group:
            ax.plot(u(c.z.real), u(-c.z.imag), color=paint[c.label], lw=thin, marker="o" if len(group) <= 12 else None, ms=1.6)
        ax.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=1)
        ax.set_xlabel(u.label("Re Z"))
        ax.set_ylabel(u.label("−Im Z"))
    u = unit("specific_impedance_real" if spectra[0].specific else "impedance_real")
    for c in spectra:
        modulus.loglog(c.frequency, u(np.abs(c.z)), color=paint[c.label], lw=thin)
        if not some:
            last.semilogx(c.frequency, -np.degrees(np.angle(c.z)), color=paint[c.label], lw=thin)
    modulus.set_ylabel(u.label("|Z|"))
    frequency_axis(modulus)
    if some:
        labels = [c.label for c, d in zip(spectra, distributions or (), strict=True) if d is not None]
        for label, d in zip(labels, some, strict=True):
            last.semilogx(d.tau, d.gamma / max(largest(d.gamma), 1e-300), color=paint[label], lw=thin)
        last.set_ylim(0.0, 1.08)
        last.set_xlabel("τ (s)")
        last.set_ylabel("γ over its maximum")
    else:
        frequency_axis(last)
        last.set_ylabel("−phase (°)")
    titles = ("all", "the same" if len(small) == len(spectra) else f"the {len(small)} smallest", "modulus", "distributions of relaxation times" if some else "phase")
    for ax, letter, title in zip((whole, near, modulus, last), "abcd", titles, strict=True):
        panel(ax, letter, title)
    bar = made.colorbar(ScalarMappable(scale, ramp), cax=made.add_axes((0.915, 0.13, 0.014, 0.74)))
    bar.set_label(_bar_label(x, axis))
    bar.outline.set_linewidth(0.4)
    bar.ax.yaxis.set_major_formatter(ScalarFormatter(useOffset=False))
    settle(made, [(whole, reaches[0], scales[0]), (near, reaches[1], scales[1])])
    for ax, group, u in ((whole, spectra, scales[0]), (near, small, scales[1])):
        ends = [max(group, key=lambda c: float(np.nanmax(np.abs(c.z)))), min(group, key=lambda c: float(np.nanmax(np.abs(c.z))))]
        if ax is whole and len(small) < len(spectra):
            ends = ends[:1]
        marks(made, ax, list({c.label: c for c in ends}.values()), u, paint, beyond=False)
        for text in ax.texts:
            text.set_bbox({"fc": "white", "ec": "none", "alpha": 0.7, "pad": 0.3})
    made.note = "Decades of frequency are marked on the largest and, enlarged, on the largest and smallest spectrum of the panel."
    made.tables.append(stacked("overlay", [_columns(c, float(v), axis) for c, v in zip(spectra, x, strict=True)]))
    return made


def _columns(c: Curve, value: float, axis: str) -> dict[str, Column]:
    u = unit("specific_impedance_real" if c.specific else "impedance_real")
    where = {head: [at] * len(c.z) for head, at in coordinate(axis, value).items()}
    return {"spectrum": [c.label] * len(c.z), **where, "frequency [Hz]": c.frequency, f"Re Z [{u.ascii}]": u(c.z.real), f"Im Z [{u.ascii}]": u(c.z.imag)}


def _small(spectra: Sequence[Curve]) -> list[Curve]:
    """The spectra that are hard to see beside the largest: those below a quarter of its size, if there are some."""
    size = {c.label: float(np.nanmax(np.abs(c.z))) for c in spectra}
    out = [c for c in spectra if size[c.label] < 0.25 * max(size.values())]
    return out if len(out) > 1 else list(spectra)


def _shown(x: Array, axis: str) -> Array:
    return unit(axis, largest(x))(x) if axis in NAMES else np.asarray(x, dtype=np.float64)


def _bar_label(x: Array, axis: str) -> str:
    u: Unit | None = unit(axis, largest(x)) if axis in NAMES else None
    return "Number in the series" if u is None else u.label(axis.capitalize())

