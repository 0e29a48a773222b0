"""One spectrum in a few kilobytes: Nyquist, distribution, Bode and residuals as plain SVG, for reports of many files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..looks import Look
from ..pick import Array, ComplexArray, Curve, Unit, largest, unit
from ..style import BLUE, MEASURED, VERMILLION
from ..svg import SIZE, Panel, Scale, drawing, width_of
from ..words import measure
from . import _nyquist

if TYPE_CHECKING:
    from ...analysis.relaxation_times import RelaxationTimes

WIDTH, HEIGHT = 980.0, 474.0  # px
LEFT = 335.0  # px of panels in the left column
BAND, PALE, GREY = "#cfe3f1", "#9a9a9a", "#e4e4e4"


def spectrum(look: Look, label: str) -> str:
    """SVG of one spectrum and of what was found of it; "" where there is nothing to draw."""
    s = look.spectrum
    if s is None:
        return ""
    f, z = s.frequency, s.z
    line = f if look.fit is None else np.geomspace(float(f[0]), float(f[-1]), 160)
    model = None if look.fit is None else look.fit.impedance(2.0 * np.pi * line)
    quantity = "specific_impedance_real" if s.specific else "impedance_real"
    hertz = Scale(float(f[0]) / 1.2, float(f[-1]) * 1.2, 395.0, True)
    nyquist = _nyquist_panel(Curve(label, f, z, s.specific, True), line, model, quantity)
    rest = LEFT - nyquist.y.length  # what the Nyquist plot leaves of the left column
    panels = [nyquist]
    panels += _bode(f, z, line, model, quantity, hertz)
    panels.append(_residuals(look, f, hertz))
    panels.append(_gamma(look, look.distribution, rest) if look.distribution is not None else _nothing("b", "no distribution of relaxation times", tall=rest))
    return drawing(panels, WIDTH, HEIGHT, f"{label}: Nyquist plot, distribution of relaxation times, modulus, phase and residuals")


def _nyquist_panel(c: Curve, line: Array, model: ComplexArray | None, quantity: str) -> Panel:
    others = [] if model is None else [Curve("fit", line, model, c.specific, False)]
    reach = _nyquist.extent([c, *others])
    u = unit(quantity, reach.size)
    left, right, low, high = (float(u(np.array(v))) for v in (reach.left, reach.right, reach.low, reach.high))
    wide = 395.0
    tall = min(max(1.2 * wide * reach.aspect, 110.0), 225.0)
    per = max(1.1 * (right - left) / wide, 1.16 * (high - low) / tall)
    x0, y0 = left - 0.04 * (right - left), low - 0.03 * (high - low)
    panel = Panel(66.0, 31.0 + tall, Scale(x0, x0 + per * wide, wide), Scale(y0, y0 + per * tall, tall))
    panel.rule(0.0)
    panel.points(u(c.z.real), u(-c.z.imag), MEASURED)
    if model is not None:
        panel.line(u(np.real(model)), u(-np.imag(model)), BLUE)
    panel.frame(u.label("Re Z"), u.label("−Im Z"), letter="a", across=7)
    _decades(panel, c, u)
    panel.text(wide, tall + 10.0, "○ measured" + ("   — fit" if model is not None else ""), anchor="end", size=10.0)
    return panel


def _decades(panel: Panel, c: Curve, u: Unit) -> None:
    """Filled points at whole decades of frequency, labelled where there is room."""
    cloud = panel.place(u(c.z.real), u(-c.z.imag))
    dense = _nyquist.dense(cloud)
    taken: list[_nyquist.Box] = []
    inside = (2.0, 0.0, panel.x.length + 10.0, panel.y.length + 4.0)
    found = _nyquist.apart(_nyquist.decades(c, cloud), 12.0)
    panel.points(np.array([panel.x.low + (panel.x.high - panel.x.low) * p[0] / panel.x.length for _, p, _ in found]),
                 np.array([panel.y.low + (panel.y.high - panel.y.low) * p[1] / panel.y.length for _, p, _ in found]), MEASURED, hollow=False, size=5.4)  # fmt: skip
    for words, point, way in sorted(found, key=lambda m: -float(m[1][1])):
        for reach in (9.0, 15.0, 22.0, -9.0, -16.0):
            at = point + way * reach
            w = width_of(words, 9.5)
            across = "start" if way[0] * reach > 3.0 else "end" if way[0] * reach < -3.0 else "middle"
            x0 = float(at[0]) - (0.0 if across == "start" else w if across == "end" else w / 2.0)
            y0 = float(at[1]) - (9.5 if way[1] * reach < -3.0 else 0.0 if way[1] * reach > 3.0 else 4.0)
            box = (x0 - 1.5, y0 - 1.5, x0 + w + 1.5, y0 + 9.5)
            if _nyquist.free(box, dense, taken, inside):
                taken.append(box)
                panel.text(x0, y0, words, size=9.5, colour="#222")
                break


def _bode(f: Array, z: ComplexArray, line: Array, model: ComplexArray | None, quantity: str, hertz: Scale) -> list[Panel]:
    size, angle = np.abs(z), -np.degrees(np.angle(z))
    u = unit(quantity, float(np.median(size)))
    low, high = float(u(size).min()), float(u(size).max())
    log = high > 8.0 * low
    up = Scale(low / 1.25, high * 1.25, 96.0, True) if log else Scale(0.0, 1.12 * high, 96.0)
    modulus = Panel(566.0, 127.0, hertz, up)
    phase = Panel(566.0, 270.0, hertz, Scale(min(0.0, 1.1 * float(angle.min())), max(10.0, 1.12 * float(angle.max())), 96.0))
    modulus.points(f, u(size), MEASURED)
    phase.points(f, angle, MEASURED)
    if model is not None:
        modulus.line(line, u(np.abs(model)), BLUE)
        phase.line(line, -np.degrees(np.angle(model)), BLUE)
    modulus.frame("", u.label("|Z|"), letter="c", x_ticks=_hertz(hertz))
    phase.frame("", "−phase (°)", letter="d", x_ticks=_hertz(hertz))
    return [modulus, phase]


def _hertz(scale: Scale) -> list[tuple[float, str]]:
    first, last = math.ceil(math.log10(scale.low) - 1e-9), math.floor(math.log10(scale.high) + 1e-9)
    every = 1 if last - first < 4 else 2 if last - first < 9 else 3
    return [(10.0**k, _nyquist.hertz(k) if k % every == 0 else "") for k in range(first, last + 1)]


def _residuals(look: Look, f: Array, hertz: Scale) -> Panel:
    """Residuals of the fit, or of the Kramers-Kronig test where there is no fit."""
    tested = look.kramers_kronig
    found = look.fit.residuals if look.fit is not None else tested.residuals if tested is not None else None
    if found is None:
        return _nothing("e", "no residuals", 566.0, 426.0, 395.0, 100.0)
    sizes = [np.abs(found.real), np.abs(found.imag), np.array([tested.std if tested is not None else 0.0])]
    top = max(115.0 * largest(*sizes), 1e-6)
    panel = Panel(566.0, 426.0, hertz, Scale(-top, top, 100.0))
    if tested is not None:
        low, high = (float(panel.y(np.array(100.0 * k * tested.std))) for k in (-1.0, 1.0))
        panel.block(0.0, hertz.length, low, high, GREY)
    panel.rule(0.0, "#888")
    panel.points(f, 100.0 * found.real, BLUE, hollow=False, size=4.2)
    panel.points(f, 100.0 * found.imag, VERMILLION, square=True, size=3.8)
    panel.frame("Frequency", "Residual (%)", letter="e", x_ticks=_hertz(hertz))
    of = "fit" if look.fit is not None else "Kramers–Kronig test"
    panel.text(hertz.length, 106.0, f"of the {of}: ● real  □ imaginary  ▒ Kramers–Kronig scatter", anchor="end", size=10.0)
    return panel


def _gamma(look: Look, d: RelaxationTimes, tall: float) -> Panel:
    """gamma over tau with its band and its peaks."""
    u = unit("area_specific_resistance" if d.spectrum.specific else "resistance", largest(d.gamma))
    top = 1.42 * max(largest(d.gamma), 0.7 * min(largest(d.high), 3.0 * largest(d.gamma)), 1e-30)
    seconds = Scale(float(d.tau[0]), float(d.tau[-1]), 395.0, True)
    panel = Panel(66.0, 426.0, seconds, Scale(0.0, float(u(np.array(top))), tall))
    edges = 1.0 / d.spectrum.omega[[-1, 0]]
    for a, b in ((d.tau[0], edges[0]), (edges[1], d.tau[-1])):
        x0, x1 = (float(v) for v in seconds(np.array([a, b])))
        panel.block(x0, x1, 0.0, tall, "#f3f3f3")
    panel.band(d.tau, u(d.low), u(d.high), BAND)
    panel.line(d.tau, u(d.gamma), BLUE)
    taken: list[tuple[float, float, float]] = []
    resistance = unit("area_specific_resistance" if d.spectrum.specific else "resistance")
    for number, peak in enumerate(d.peaks, 1):
        name = look.arc(f"peak {number}")[0]
        _peak(panel, d, u, peak.tau, [f"{measure(peak.resistance / resistance.scale)} {resistance.text}", *([name] if name != "unassigned" else [])], taken, "#111")
    for peak in d.doubtful:
        _peak(panel, d, u, peak.tau, ["doubtful"], taken, PALE)
    panel.frame("τ (s)", u.label("γ") if u.text else "γ", letter="b", across=10, up=3 if tall < 160.0 else 4)
    panel.text(395.0, tall + 4.0, "shaded: 95 %; grey: outside the band", anchor="end", size=10.0)
    return panel


def _peak(panel: Panel, d: RelaxationTimes, u: Unit, tau: float, words: Sequence[str], taken: list[tuple[float, float, float]], colour: str) -> None:
    """A marker on the curve and its words above, higher where there is a neighbour's."""
    y = float(np.interp(math.log(tau), np.log(d.tau), u(d.gamma)))
    panel.points(np.array([tau]), np.array([y]), colour, hollow=colour == PALE, size=6.0)
    wide = max(width_of(w, 10.0) for w in words)
    px, py = (float(v) for v in panel.place(np.array([tau]), np.array([y]))[0])
    px = min(max(px, wide / 2.0 + 2.0), panel.x.length - wide / 2.0)
    base = py + 7.0
    for x0, x1, high in sorted(taken, key=lambda t: t[2]):
        if px - wide / 2.0 < x1 + 4.0 and px + wide / 2.0 > x0 - 4.0 and base < high:
            base = high + 2.0
    base = min(base, panel.y.length - SIZE * len(words) + 2.0)
    taken.append((px - wide / 2.0, px + wide / 2.0, base + SIZE * len(words)))
    for row, text in enumerate(reversed(words)):
        panel.text(px, base + row * SIZE, text, anchor="middle", size=10.0, colour=colour)


def _nothing(letter: str, words: str, left: float = 66.0, bottom: float = 426.0, wide: float = 395.0, tall: float = 130.0) -> Panel:
    panel = Panel(left, bottom, Scale(0.0, 1.0, wide), Scale(0.0, 1.0, tall))
    panel.text(-50.0, tall + 10.0, letter, size=13.0, bold=True, colour="#111")
    panel.text(wide / 2.0, tall / 2.0, words, anchor="middle", colour=PALE)
    return panel
