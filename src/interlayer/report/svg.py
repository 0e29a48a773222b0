"""Panels drawn straight as SVG text: a hundredth of the time and a tenth of the size of a figure of matplotlib's, for
reports of many files. Coordinates in px, y upwards inside a panel; everything written by a person is escaped.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from .pick import Array

SIZE: Final = 11.0  # px of a text
GLYPH: Final = 0.56  # mean width of a letter over its size
_POWERS: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Scale:
    """Data from `low` to `high` over `length` px; logarithmic where `log`."""

    low: float
    high: float
    length: float
    log: bool = False

    def __call__(self, values: Array) -> Array:
        """Places [px] from the low end."""
        v = np.asarray(values, dtype=np.float64)
        if self.log:
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.asarray((np.log10(v) - math.log10(self.low)) / (math.log10(self.high) - math.log10(self.low)) * self.length)
        return (v - self.low) / (self.high - self.low) * self.length

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """(value, label) of at most `most` + 1 marks."""
        if self.log:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            every = max(math.ceil((last - first + 1) / most), 1)
            if last > first:
                return [(10.0**k, f"10{str(k).translate(_POWERS)}") for k in range(first, last + 1) if (k - first) % every == 0]
            return [(m * 10.0**k, f"{m * 10.0**k:g}") for k in range(first - 1, last + 1) for m in (1, 2, 5) if self.low <= m * 10.0**k <= self.high]
        step = nice((self.high - self.low) / most)
        digits = max(-math.floor(math.log10(step) + 1e-9), 0) + (1 if f"{step:e}".startswith("2.5") else 0)
        rows = range(math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9) + 1)
        return [(step * k, f"{step * k:.{digits}f}".replace("-", "−") if k else "0") for k in rows]


def nice(least: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten from `least` up."""
    power = 10.0 ** math.floor(math.log10(max(least, 1e-300)))
    return next(m * power for m in (1.0, 2.0, 2.5, 5.0, 10.0) if m * power >= least * (1.0 - 1e-9))


@dataclass
class Panel:
    """One panel, its lower left corner at (left, bottom) of the drawing [px, y downwards]."""

    left: float
    bottom: float
    x: Scale
    y: Scale
    parts: list[str] = field(default_factory=list)

    def place(self, x: Array, y: Array) -> Array:
        """Places [px, y upwards from the corner] of points."""
        return np.column_stack([self.x(np.asarray(x, dtype=np.float64)), self.y(np.asarray(y, dtype=np.float64))])

    def _at(self, x: float, y: float) -> str:
        return f"{_number(self.left + x)} {_number(self.bottom - y)}"

    def line(self, x: Array, y: Array, colour: str, width: float = 1.5, dash: str = "") -> None:
        """A line; points that are not finite part it, points outside are cut at the rim."""
        out, pen = [], "M"
        for px, py in self._clipped(x, y):
            if not (math.isfinite(px) and math.isfinite(py)):
                pen = "M"
                continue
            out.append(f"{pen}{self._at(px, py)}")
            pen = "L"
        if out:
            style = f' stroke-dasharray="{dash}"' if dash else ""
            self.parts.append(f'<path d="{"".join(out)}" fill="none" stroke="{colour}" stroke-width="{width:g}"{style}/>')

    def _clipped(self, x: Array, y: Array) -> list[tuple[float, float]]:
        cloud = self.place(x, y)
        cloud[:, 1] = np.clip(cloud[:, 1], 0.0, self.y.length)
        return [(float(a), float(b)) for a, b in cloud]

    def band(self, x: Array, low: Array, high: Array, colour: str) -> None:
        """An area between two lines."""
        there, back = self._clipped(x, high), self._clipped(x, low)[::-1]
        path = "L".join(self._at(a, b) for a, b in (*there, *back) if math.isfinite(a) and math.isfinite(b))
        self.parts.append(f'<path d="M{path}Z" fill="{colour}"/>')

    def points(self, x: Array, y: Array, colour: str, *, size: float = 4.4, square: bool = False, hollow: bool = True) -> None:
        """Markers: strokes of no length with round or square ends, the shortest way to write them."""
        cloud = self.place(x, y)
        inside = np.isfinite(cloud).all(axis=1) & (cloud >= -1.0).all(axis=1) & (cloud[:, 0] <= self.x.length + 1.0) & (cloud[:, 1] <= self.y.length + 1.0)
        path = "".join(f"M{self._at(float(a), float(b))}h0" for a, b in cloud[inside])
        if not path:
            return
        cap = "square" if square else "round"
        self.parts.append(f'<g fill="none" stroke-linecap="{cap}"><path d="{path}" stroke="{colour}" stroke-width="{size:g}"/>')
        self.parts.append(f'<path d="{path}" stroke="#fff" stroke-width="{size - 2.0:g}"/></g>' if hollow else "</g>")

    def text(self, x: float, y: float, words: str, *, anchor: str = "start", colour: str = "#333", size: float = SIZE, bold: bool = False) -> None:
        """Words at a place [px, y upwards]."""
        more = (f' text-anchor="{anchor}"' if anchor != "start" else "") + (f' font-size="{size:g}"' if size != SIZE else "") + (' font-weight="700"' if bold else "")
        self.parts.append(f'<text x="{_number(self.left + x)}" y="{_number(self.bottom - y)}" fill="{colour}"{more}>{html.escape(words)}</text>')

    def frame(self, x_label: str, y_label: str, *, across: int = 6, up: int = 4, letter: str = "", x_ticks: Sequence[tuple[float, str]] | None = None) -> None:
        """Axes, ticks, labels and the panel's letter."""
        lines = [f"M{self._at(0.0, self.y.length)}V{_number(self.bottom)}H{_number(self.left + self.x.length)}"]
        for value, words in self.x.ticks(across) if x_ticks is None else x_ticks:
            px = float(self.x(np.array(value)))
            lines.append(f"M{self._at(px, 0.0)}v4")
            if words:
                self.text(px, -16.0, words, anchor="middle")
        for value, words in self.y.ticks(up):
            py = float(self.y(np.array(value)))
            lines.append(f"M{self._at(0.0, py)}h-4")
            self.text(-7.0, py - 0.35 * SIZE, words, anchor="end")
        self.parts.append(f'<path d="{"".join(lines)}" fill="none" stroke="#333" stroke-width=".9"/>')
        if x_label:
            self.text(self.x.length / 2.0, -32.0, x_label, anchor="middle", colour="#111", size=12.0)
        if y_label:
            cx, cy = self.left - 46.0, self.bottom - self.y.length / 2.0
            self.parts.append(f'<text transform="translate({_number(cx)} {_number(cy)}) rotate(-90)" text-anchor="middle" font-size="12" fill="#111">{html.escape(y_label)}</text>')
        if letter:
            self.text(-50.0, self.y.length + 10.0, letter, size=13.0, bold=True, colour="#111")

    def rule(self, y: float, colour: str = "#bbb") -> None:
        """A thin line across at a height in data."""
        py = float(self.y(np.array(y)))
        if 0.0 <= py <= self.y.length:
            self.parts.append(f'<path d="M{self._at(0.0, py)}h{_number(self.x.length)}" stroke="{colour}" stroke-width=".8"/>')

    def block(self, x0: float, x1: float, y0: float, y1: float, colour: str) -> None:
        """A filled rectangle between px places."""
        self.parts.append(f'<rect x="{_number(self.left + x0)}" y="{_number(self.bottom - y1)}" width="{_number(max(x1 - x0, 0.0))}" height="{_number(max(y1 - y0, 0.0))}" fill="{colour}"/>')


def width_of(words: str, size: float = SIZE) -> float:
    """About how wide a text is [px]."""
    return GLYPH * size * len(words)


def drawing(panels: Sequence[Panel], width: float, height: float, alt: str) -> str:
    """The panels as one SVG element."""
    inside = "".join("".join(p.parts) for p in panels)
    return f'<svg viewBox="0 0 {width:g} {height:g}" font-size="{SIZE:g}" role="img" aria-label="{html.escape(alt, quote=True)}">{inside}</svg>'


def _number(value: float) -> str:
    """A coordinate to a tenth of a px, as short as it can be written."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text
