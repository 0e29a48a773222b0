"""Geometry of Nyquist plots: one scale on both axes, and decade labels that do not run into each other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.ticker import MaxNLocator

from ..pick import Array, Curve, Unit
from ..style import Sheet, ink, weight

_PREFIX = {-6: "µHz", -3: "mHz", 0: "Hz", 3: "kHz", 6: "MHz", 9: "GHz"}


@dataclass(frozen=True)
class Extent:
    """What a Nyquist panel must show [SI]: Re Z from `left` to `right`, -Im Z from `low` to `high`."""

    left: float
    right: float
    low: float
    high: float

    @property
    def size(self) -> float:
        """Largest side."""
        return max(self.right - self.left, self.high - self.low)

    @property
    def aspect(self) -> float:
        """Height over width."""
        return (self.high - self.low) / (self.right - self.left)


def bare_extent(curves: Sequence[Curve]) -> Extent:
    """The range that holds all points."""
    re = np.concatenate([c.z.real for c in curves])
    im = np.concatenate([-c.z.imag for c in curves])
    good = np.isfinite(re) & np.isfinite(im)
    left, right, low, high = float(re[good].min()), float(re[good].max()), float(im[good].min()), float(im[good].max())
    width = max(right - left, high - low, 1e-9 * max(abs(right), abs(high)), 1e-30)
    return Extent(left, max(right, left + 0.05 * width), low, max(high, low + 0.05 * width))


def extent(curves: Sequence[Curve]) -> Extent:
    """The range that holds all points and, where it does not lie far away, the origin."""
    e = bare_extent(curves)
    return Extent(min(e.left, 0.0) if e.left < 0.6 * e.right else e.left, e.right, min(e.low, 0.0), e.high)


def settle(made: Sheet, panels: Sequence[tuple[Axes, Extent, Unit]]) -> None:
    """Lay the sheet out, give each Nyquist panel its equal axes, and keep the layout as it then is."""
    engine = made.get_layout_engine()
    for _ in range(2 if engine is not None else 1):  # the second time with the tick labels of the first
        if engine is not None:
            engine.execute(made)
        for ax, reach, scale in panels:
            equal(ax, reach, scale)
    if engine is not None:
        made.set_layout_engine("none")


def equal(ax: Axes, reach: Extent, scale: Unit) -> None:
    """Limits that hold `reach` with the same length per ohm on both axes and fill the panel as the layout left it."""
    left, right, low, high = (float(scale(np.array(v))) for v in (reach.left, reach.right, reach.low, reach.high))
    width, height = right - left, high - low
    nice = MaxNLocator(4, steps=[1, 2, 2.5, 5, 10])
    box = ax.get_window_extent()
    per = max(1.14 * width / box.width, 1.16 * height / box.height)
    x0 = left - 0.04 * width
    y0 = low - 0.04 * height
    ax.set_xlim(x0, x0 + per * box.width)
    ax.set_ylim(y0, y0 + per * box.height)
    step = float(np.diff(nice.tick_values(y0, y0 + per * box.height))[0])
    while per * box.width / step > 9.0:
        step *= 2.0
    for axis, (a, b) in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
        axis.set_ticks([step * k for k in range(math.ceil(a / step - 1e-9), math.floor(b / step + 1e-9) + 1)])


def marks(made: Sheet, ax: Axes, curves: Sequence[Curve], scale: Unit, paint: Mapping[str, str], *, beyond: bool = True) -> None:
    """A filled marker at each whole decade of frequency and its label beside the curve, where there is room.

    Of several spectra of one record only the last is marked, and a curve that lies on another shares its marks.
    `beyond` lets a label reach over the right end of the axes.
    """
    renderer = made.canvas.get_renderer()  # type: ignore[attr-defined]
    inside = ax.get_window_extent(renderer)
    clouds = {c.label: ax.transData.transform(np.column_stack([scale(c.z.real), scale(-c.z.imag)])) for c in curves}
    lines = np.concatenate([dense(cloud) for cloud in clouds.values()])
    taken: list[tuple[float, float, float, float]] = []
    placed: list[tuple[str, Array]] = []
    wanted = []
    last = {c.of or c.label: c for c in curves}
    for c in sorted(last.values(), key=lambda c: weight(c.of or c.label)["lw"]):
        for words, point, way in apart(decades(c, clouds[c.label])):
            if any(words == w and float(np.hypot(*(point - p))) < 9.0 for w, p in placed):
                continue
            placed.append((words, point))
            ax.plot(*ax.transData.inverted().transform(point), marker="o", ms=2.9, mfc=paint[c.label], mec="white", mew=0.4, ls="none", zorder=5)
            wanted.append((point, way, words, ink(paint[c.label])))
    limit = made.bbox.x1 - 2.0 if beyond else inside.x1 + 6.0
    for point, way, words, colour in sorted(wanted, key=lambda w: -float(w[0][1])):
        for reach in (6.0, 11.0, -6.0, -12.0):
            text = _label(ax, point, way * reach, words, colour)
            box = text.get_window_extent(renderer)
            rim = (box.x0 - 2.0, box.y0 - 1.0, box.x1 + 2.0, box.y1 + 1.0)
            if free(rim, lines, taken, (inside.x0, inside.y0, limit, inside.y1 + 6.0)):
                taken.append(rim)
                break
            text.remove()


Mark = tuple[int, Array, Array]
Box = tuple[float, float, float, float]


def free(box: Box, points: Array, taken: Sequence[Box], inside: Box) -> bool:
    """Whether a box (x0, y0, x1, y1) lies inside, on no point of the curves and on no other box."""
    x0, y0, x1, y1 = box
    hits = ((points[:, 0] > x0) & (points[:, 0] < x1) & (points[:, 1] > y0) & (points[:, 1] < y1)).any()
    clear = all(x1 < t[0] or x0 > t[2] or y1 < t[1] or y0 > t[3] for t in taken)
    return bool(clear and not hits and x0 > inside[0] and y0 > inside[1] and x1 < inside[2] and y1 < inside[3])


def apart(found: list[Mark], least: float = 9.0) -> list[tuple[str, Array, Array]]:
    """Marks at least `least` px from each other, from high to low frequency; a crowd at the low end becomes "≤ 100 Hz"."""
    groups: list[list[Mark]] = []
    for mark in sorted(found, key=lambda m: -m[0]):
        if groups and float(np.hypot(*(mark[1] - groups[-1][0][1]))) < least:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    out = []
    for number, group in enumerate(groups):
        decade, point, way = group[0]
        crowd = number == len(groups) - 1 and len(group) > 1
        out.append((("≤ " if crowd else "") + hertz(decade), point, np.array([0.9, 0.6]) if crowd else way))
    return out


def _label(ax: Axes, point: Array, offset: Array, words: str, colour: str) -> Annotation:
    across = "left" if offset[0] > 2.0 else "right" if offset[0] < -2.0 else "center"
    up = "bottom" if offset[1] > 2.0 else "top" if offset[1] < -2.0 else "center"
    at = ax.transData.inverted().transform(point)
    return ax.annotate(
        words, (float(at[0]), float(at[1])), xytext=(float(offset[0]), float(offset[1])), textcoords="offset pixels", ha=across, va=up,
        fontsize=5.6, color=colour, zorder=6, annotation_clip=False,
    )  # fmt: skip


def hertz(decade: int) -> str:
    """10^decade Hz as people write it: "100 kHz"."""
    power = min(max(3 * (decade // 3), -6), 9)
    return f"{10 ** (decade - power):g} {_PREFIX[power]}"


def decades(c: Curve, cloud: Array) -> list[Mark]:
    """(decade, place on the sheet [px], direction away from the curve) for every whole decade of the band."""
    good = np.isfinite(cloud).all(axis=1) & (c.frequency > 0.0)
    order = np.flatnonzero(good)[np.argsort(c.frequency[good], kind="stable")]
    if len(order) < 3:
        return []
    f, xy = np.log10(c.frequency[order]), cloud[order]
    out = []
    for decade in range(math.ceil(f[0] - 0.02), math.floor(f[-1] + 0.02) + 1):
        if c.measured:
            row = int(np.argmin(np.abs(f - decade)))
            if abs(f[row] - decade) > 0.12:
                continue
            at = xy[row]
        else:
            at = np.array([np.interp(decade, f, xy[:, 0]), np.interp(decade, f, xy[:, 1])])
        low, high = (np.array([np.interp(decade + d, f, xy[:, k]) for k in (0, 1)]) for d in (-0.4, 0.4))
        along = high - low
        away = np.array([-along[1], along[0]])
        size = float(np.hypot(*away))
        away = away / size if size > 0.5 else np.array([0.0, 1.0])
        out.append((decade, at, away if away[1] > -0.2 else -away))
    return out


def dense(cloud: Array) -> Array:
    """Points along the line through `cloud`, a few pixels apart, so that a label can be kept off it."""
    good = cloud[np.isfinite(cloud).all(axis=1)]
    if len(good) < 2:
        return np.asarray(good)
    steps = np.hypot(*np.diff(good, axis=0).T)
    counts = np.clip((steps / 2.0).astype(int) + 1, 1, 200)
    parts = [a + (b - a) * np.linspace(0.0, 1.0, n, endpoint=False)[:, None] for a, b, n in zip(good[:-1], good[1:], counts, strict=True)]
    return np.concatenate(parts)
