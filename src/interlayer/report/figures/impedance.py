"""Impedance spectra: Nyquist on equal axes with decade marks, Bode, and a fit with its residuals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.gridspec import GridSpecBase, SubplotSpec
from matplotlib.ticker import LogLocator, NullLocator

from ..pick import ComplexArray, Curve, Records, Unit, curves, labelled, largest, unit
from ..style import DOUBLE, MARKERS, QUIET, SINGLE, Sheet, colours, drawn, faded, fixed, panel, sheet, weight
from ..table import Column, Table, stacked
from . import relaxation_times
from ._nyquist import bare_extent, extent, marks, settle

if TYPE_CHECKING:
    from ...analysis.arcs import ArcNames
    from ...analysis.impedance import ImpedanceFit
    from ...analysis.relaxation_times import RelaxationTimes

ZOOM = 4.0  # spectra are alike while the range of both is less than so many times that of the smaller
MANY = 7  # curves from which on a colour map replaces single colours


@drawn
def nyquist(
    records: Records, *, fits: Mapping[str, ImpedanceFit] | None = None, specific: bool | None = None, zoom: bool = True, decades: bool = True
) -> Sheet:
    """-Im Z against Re Z on equal axes; measured spectra as points, simulated ones as lines, fits as lines.

    records   one record, several, a series, or several by label; a record's spectra are a curve each
    fits      by the label of their record: drawn as dashed lines over the measured band
    specific  True Ω cm², False Ω, None what all records (and fits) can give
    zoom      further panels for spectra that are lost beside much larger or far shifted ones
    decades   mark and label the whole decades of frequency
    """
    fits = dict(fits or {})
    if specific is None and fits:
        specific = next(iter(fits.values())).spectrum.specific
    drawn_curves = curves(labelled(records), specific)
    lines = [_fit_curve(label, f) for label, f in fits.items()]
    return _nyquist_sheet(drawn_curves, lines, zoom=zoom, decades=decades)


def _nyquist_sheet(spectra: Sequence[Curve], lines: Sequence[Curve], *, zoom: bool, decades: bool) -> Sheet:
    groups = _panels(spectra) if zoom else [list(spectra)]
    reaches = [extent([*some, *_beside(lines, some)]) for some in groups]
    wide = len(groups) > 1
    columns = 4 if wide else 2
    rows = math.ceil(min(len({c.of for c in spectra}) + bool(lines), 12) / columns)
    flat = [1.0 / min(max(r.aspect, 0.45 if wide else 0.35), 0.75 if wide else 1.0) for r in reaches]  # widths of the panels over their common height
    room = DOUBLE - 17.0 * len(groups) if wide else SINGLE - 17.0
    tall = min(max(room / sum(flat), 26.0), 62.0)
    made = sheet(DOUBLE if wide else SINGLE, tall + 15.0 + 4.0 * rows + 4.0 * wide)
    axes = list(made.subplots(1, len(groups), squeeze=False, width_ratios=flat)[0])
    paint = _paint(spectra)
    scales = [unit("specific_impedance_real" if spectra[0].specific else "impedance_real", reach.size) for reach in reaches]
    for number, (ax, some) in enumerate(zip(axes, groups, strict=True)):
        draw(ax, some, _beside(lines, some), scales[number], paint, order=spectra)
        if wide:
            panel(ax, "abc"[number], "" if len(some) == len(spectra) else _enlarged(some))
    _legend(made, axes[0], columns)
    settle(made, list(zip(axes, reaches, scales, strict=True)))
    if decades:
        for ax, some, scale in zip(axes, groups, scales, strict=True):
            marks(made, ax, some, scale, paint, beyond=ax is axes[-1])
    made.tables.append(_table(spectra, lines))
    return made


def _enlarged(some: Sequence[Curve]) -> str:
    names = ", ".join(dict.fromkeys(c.of for c in some))
    return f"enlarged: {names}" if len(names) <= 20 else f"{len(some)} spectra, enlarged"


def _beside(lines: Sequence[Curve], some: Sequence[Curve]) -> list[Curve]:
    return [line for line in lines if any(line.label == c.label for c in some)]


def _panels(spectra: Sequence[Curve]) -> list[list[Curve]]:
    """All spectra together, then each group of like ones that would be lost in that panel, at most three panels."""
    groups: list[list[Curve]] = []
    for c in spectra:
        for group in groups:
            if bare_extent([*group, c]).size < ZOOM * min(bare_extent([one]).size for one in (*group, c)):
                group.append(c)
                break
        else:
            groups.append([c])
    whole = extent(spectra)
    lost = sorted((g for g in groups if extent(g).size * 1.8 < whole.size), key=lambda g: -extent(g).size)
    return [list(spectra), *lost[:2]] if len(groups) > 1 else [list(spectra)]


def draw(ax: Axes, spectra: Sequence[Curve], lines: Sequence[Curve], scale: Unit, paint: Mapping[str, str], order: Sequence[Curve] = ()) -> None:
    """Points of measured, lines of simulated spectra, dashed lines of fits, and the axes' labels. `order` gives each
    spectrum the marker it has among all."""
    places = {c.label: number for number, c in enumerate(order or spectra)}
    for c in spectra:
        number = places[c.label]
        x, y = scale(c.z.real), scale(-c.z.imag)
        if c.measured:
            ax.plot(
                x, y, ls="none", marker=MARKERS[number % len(MARKERS)], mfc="white", mec=paint[c.label], ms=3.0, mew=0.7, label=c.label, zorder=3, clip_on=True
            )
        else:
            smooth = _smooth(c)
            ax.plot(scale(smooth.real), scale(-smooth.imag), color=paint[c.label], label=c.label, **weight(c.of or c.label))
    for number, c in enumerate(lines):
        ax.plot(scale(c.z.real), scale(-c.z.imag), color=paint.get(c.label, QUIET), lw=0.9, ls=(0, (4, 1.6)), zorder=4, label="fit" if number == 0 else None)
    ax.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=1)
    ax.set_xlabel(scale.label("Re Z"))
    ax.set_ylabel(scale.label("−Im Z"))


def _smooth(c: Curve) -> ComplexArray:
    """A simulated spectrum with a cubic spline over ln f between its points, so that ten a decade do not look angular."""
    order = np.argsort(c.frequency, kind="stable")
    f = np.log(c.frequency[order])
    if len(f) < 4 or not (np.diff(f) > 1e-9).all() or not np.isfinite(c.z).all():
        return c.z
    from scipy.interpolate import CubicSpline

    dense = np.unique(np.concatenate([f, np.linspace(f[0], f[-1], 600)]))
    spline = CubicSpline(f, np.column_stack([c.z.real[order], c.z.imag[order]]))(dense)
    return np.asarray(spline[:, 0] + 1j * spline[:, 1])


@drawn
def bode(records: Records, *, fits: Mapping[str, ImpedanceFit] | None = None, specific: bool | None = None) -> Sheet:
    """|Z| and phase against frequency; the arguments are those of `nyquist`."""
    fits = dict(fits or {})
    if specific is None and fits:
        specific = next(iter(fits.values())).spectrum.specific
    spectra = curves(labelled(records), specific)
    lines = [_fit_curve(label, f) for label, f in fits.items()]
    made = sheet(SINGLE, 82.0)
    modulus, phase = made.subplots(2, 1, sharex=True)
    _bode(modulus, phase, spectra, lines, _paint(spectra))
    modulus.set_xlabel("")
    _legend(made, modulus, 2)
    made.tables.append(_table(spectra, lines))
    return made


def _bode(modulus: Axes, phase: Axes, spectra: Sequence[Curve], lines: Sequence[Curve], paint: Mapping[str, str]) -> None:
    scale = unit("specific_impedance_real" if spectra[0].specific else "impedance_real")
    for number, c in enumerate(spectra):
        look = (
            {"ls": "none", "marker": MARKERS[number % len(MARKERS)], "mfc": "white", "mec": paint[c.label], "ms": 3.0} if c.measured else {"color": paint[c.label], **weight(c.of or c.label)}
        )  # fmt: skip
        modulus.loglog(c.frequency, scale(np.abs(c.z)), label=c.label, **look)
        phase.semilogx(c.frequency, -np.degrees(np.angle(c.z)), **look)
    for number, c in enumerate(lines):
        look = {"color": paint.get(c.label, QUIET), "lw": 0.9, "ls": (0, (4, 1.6)), "zorder": 4}
        modulus.loglog(c.frequency, scale(np.abs(c.z)), label="fit" if number == 0 else None, **look)
        phase.semilogx(c.frequency, -np.degrees(np.angle(c.z)), **look)
    values = np.concatenate([np.abs(c.z) for c in (*spectra, *lines)])
    if float(values.max()) < 8.0 * float(values.min()):  # less than a decade: a linear axis has the better ticks
        modulus.set_yscale("linear")
        modulus.set_ylim(0.0, None)
    modulus.set_ylabel(scale.label("|Z|"))
    phase.set_ylabel("−phase (°)")
    for ax in (modulus, phase):
        frequency_axis(ax)
    low, high = phase.get_ylim()
    phase.set_ylim(min(low, 0.0), max(high, 10.0))


@drawn
def fitted(fit: ImpedanceFit, label: str = "measured", distribution: RelaxationTimes | None = None, names: ArcNames | None = None) -> Sheet:
    """One fitted spectrum: Nyquist with the fit, modulus and phase, the residuals of fit and Kramers-Kronig test.

    distribution   its relaxation times in a panel of their own; `names` those of its peaks
    """
    s = fit.spectrum
    points = Curve(label, s.frequency, s.z, s.specific, True)
    line = _fit_curve(label, fit)
    made = fixed(DOUBLE, 112.0 if distribution is not None else 96.0)
    halves = made.add_gridspec(1, 2, width_ratios=(1.2, 1.0), left=0.085, right=0.985, bottom=0.09, top=0.9, wspace=0.24)
    left, below = (made.add_subplot(g) for g in _two(halves[0].subgridspec(2, 1, height_ratios=(1.75 if distribution is not None else 2.0, 1.0), hspace=0.36)))
    if distribution is not None:
        thirds = halves[1].subgridspec(3, 1, hspace=0.52)
        modulus, phase, rest = (made.add_subplot(thirds[k]) for k in range(3))
        relaxation_times.panel_of(below, distribution, names)
    else:
        modulus, phase = (made.add_subplot(g) for g in _two(halves[1].subgridspec(2, 1, hspace=0.42)))
        rest = below
    paint = {label: "#222222"}
    reach = extent([points, line])
    scale = unit("specific_impedance_real" if s.specific else "impedance_real", reach.size)
    draw(left, [points], [], scale, paint)
    left.plot(scale(line.z.real), scale(-line.z.imag), color="#0072B2", lw=1.1, label=f"fit of {fit.circuit}", zorder=4)
    _bode(modulus, phase, [points], [], paint)
    whole = unit("specific_impedance_real" if s.specific else "impedance_real")
    modulus.plot(line.frequency, whole(np.abs(line.z)), color="#0072B2", lw=1.1)
    phase.plot(line.frequency, -np.degrees(np.angle(line.z)), color="#0072B2", lw=1.1)
    residuals(rest, fit)
    if distribution is not None:
        modulus.set_xlabel("")
        phase.set_xlabel("")
    for ax, a in zip([left, *([below] if distribution is not None else []), modulus, phase, rest] if distribution is not None else [left, rest, modulus, phase], "abcde", strict=False):
        panel(ax, a)
    made.legend(*left.get_legend_handles_labels(), loc="upper left", bbox_to_anchor=(0.005, 0.998), ncols=2)
    settle(made, [(left, reach, scale)])
    marks(made, left, [points], scale, paint)
    made.tables += [_table([points], [line]), _residual_table(fit), *([relaxation_times.table(distribution)] if distribution is not None else [])]
    return made


def frequency_axis(ax: Axes) -> None:
    """A mark at every decade and nothing between where there are many: finer marks say nothing and take long to draw."""
    low, high = (math.log10(v) for v in ax.get_xlim())
    if high - low > 3.5:
        ax.xaxis.set_major_locator(LogLocator(numticks=int(high - low) + 3))
        ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel("Frequency (Hz)")


def _two(grid: GridSpecBase) -> tuple[SubplotSpec, SubplotSpec]:
    return grid[0], grid[1]


def residuals(ax: Axes, fit: ImpedanceFit) -> None:
    """(Z - Z_fit)/|Z| in % against frequency, real and imaginary part, with the scatter of the Kramers-Kronig test."""
    f = fit.spectrum.frequency
    tested = fit.kramers_kronig
    sizes = [np.abs(fit.residuals.real), np.abs(fit.residuals.imag)]
    if tested is not None:
        ax.axhspan(-100.0 * tested.std, 100.0 * tested.std, color="#DDDDDD", lw=0, label="Kramers–Kronig scatter")
        sizes.append(np.array([tested.std]))
    ax.axhline(0.0, color="#888888", lw=0.5)
    ax.semilogx(f, 100.0 * fit.residuals.real, ls="none", marker="o", ms=2.6, mfc="#0072B2", mec="none", label="real")
    ax.semilogx(f, 100.0 * fit.residuals.imag, ls="none", marker="s", ms=2.6, mfc="white", mec="#D55E00", label="imaginary")
    top = max(100.0 * largest(*sizes) * 1.15, 1e-6)
    ax.set_ylim(-top, top)
    ax.set_ylabel("Residual (%)")
    frequency_axis(ax)
    ax.legend(loc="lower right", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.1, handlelength=0.8, handletextpad=0.4, columnspacing=0.8, ncols=3)


def _fit_curve(label: str, fit: ImpedanceFit) -> Curve:
    omega = fit.spectrum.omega
    dense = np.geomspace(float(omega[0]), float(omega[-1]), 300)
    return Curve(label, dense / (2.0 * np.pi), fit.impedance(dense), fit.spectrum.specific, False)


def _paint(spectra: Sequence[Curve]) -> dict[str, str]:
    """A colour for each record, from pale to full over its spectra; a ramp where there are many records."""
    from matplotlib.colors import to_hex

    of: dict[str, list[str]] = {}
    for c in spectra:
        of.setdefault(c.of or c.label, []).append(c.label)
    if len(of) <= MANY:
        hues = colours(of)
        return {
            label: to_hex(faded(hues[record], 1.0 if len(own) == 1 else 0.4 + 0.6 * k / (len(own) - 1)))
            for record, own in of.items() for k, label in enumerate(own)
        }  # fmt: skip
    import matplotlib as mpl

    ramp = mpl.colormaps["cividis"]
    return {c.label: to_hex(ramp(0.8 * i / (len(spectra) - 1))) for i, c in enumerate(spectra)}


def _legend(made: Sheet, ax: Axes, columns: int) -> None:
    handles, texts = ax.get_legend_handles_labels()
    own: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        own.setdefault(text.partition(", ")[0], []).append(row)
    if len(texts) > len(own) and len(own) <= MANY:  # one entry a record, its spectra from pale to full
        texts = [of if len(rows) == 1 else f"{of}: {texts[rows[0]].partition(', ')[2]} (pale) to {texts[rows[-1]].partition(', ')[2]}" for of, rows in own.items()]
        handles = [handles[rows[-1]] for rows in own.values()]
        columns = min(columns, 3)
    if len(handles) > 12:  # first, last and a few between: a legend of fifty curves says nothing more
        some = sorted({round(i) for i in np.linspace(0, len(handles) - 1, 6)})
        handles, texts = [handles[i] for i in some], [texts[i] for i in some]
    if handles:
        made.legend(handles, texts, loc="outside upper left", ncols=min(columns, len(handles)))


def _table(spectra: Sequence[Curve], lines: Sequence[Curve]) -> Table:
    parts: list[dict[str, Column]] = []
    for kind, group in (("", spectra), ("fit", lines)):
        for c in group:
            u = unit("specific_impedance_real" if c.specific else "impedance_real")
            parts.append({
                "series": [c.label] * len(c.z), "kind": [kind or ("measured" if c.measured else "simulated")] * len(c.z), "frequency [Hz]": c.frequency,
                f"Re Z [{u.ascii}]": u(c.z.real), f"Im Z [{u.ascii}]": u(c.z.imag),
            })  # fmt: skip
    return stacked("spectra", parts)


def _residual_table(fit: ImpedanceFit) -> Table:
    return stacked("residuals", [{
        "frequency [Hz]": fit.spectrum.frequency, "real [%]": 100.0 * fit.residuals.real, "imaginary [%]": 100.0 * fit.residuals.imag,
    }])  # fmt: skip
