"""What the figures of single techniques share: findings by name, colours of their parts, events shaded and named."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from ...record import Finding, Record
from ..pick import Array, Unit, labelled, record_colours
from ..style import BARE, GREEN, MEASURED, ORANGE, PROTECTED, PURPLE, SKY
from ..words import measure

#: parts of a figure of one record: none of them the colour of a bare or a protected cell
FIT, SECOND, MARK, PALE = GREEN, PURPLE, ORANGE, "#B5B5B5"

#: shades of events, the kinds of analysis.shorts
SHADES: Final[Mapping[str, str]] = {
    "hard short": "#4D004B", "soft short": PURPLE, "recovered short": "#E3A8CB", "soft short or contact gain": "#9E9AC8", "contact gain": SKY, "break-in": "#C9B94A", "temperature": ORANGE,
}  # fmt: skip
UNDECIDED = "soft short or contact gain"
ROWS = 3  # of names above a trace
WIDE, ROW = 3.5, 0.075  # points of a letter of 6 pt; share of the panel of a row


def find(findings: Sequence[Finding], *starts: str) -> Finding | None:
    """The first finding whose name begins with one of these."""
    return next((f for s in starts for f in findings if f.name.startswith(s)), None)


def number(finding: Finding | None) -> float | None:
    """Its value where that is a number."""
    return float(finding.value) if finding is not None and isinstance(finding.value, int | float) else None


def said(finding: Finding, u: Unit, symbol: str) -> str:
    """"t = 0.300 ± 0.012": a value with its error (or interval) in a unit."""
    value = number(finding)
    if value is None:
        return f"{symbol}: not determined"
    shown = float(u(np.array(value)))
    if finding.std is None and finding.interval is not None:
        low, high = (float(u(np.array(v))) for v in finding.interval)
        return f"{symbol} = {shown:.3g} ({low:.3g} to {high:.3g}) {u.text}".rstrip()
    text = measure(shown, None if finding.std is None else finding.std / u.scale)
    text = f"({text})" if "±" in text and u.text and not text.startswith("(") else text
    return f"{symbol} = {text} {u.text}".rstrip()


def tone(record: Record) -> str:
    """Colour of the data of one record: its variant's own ("bare", "protected"), else dark."""
    colour = next(iter(record_colours(labelled(record)).values()))
    return colour if colour in (BARE, PROTECTED) else MEASURED


@dataclass(frozen=True)
class Mark:
    """Something that happened: kind, start and end [s], confidence (None where nobody said)."""

    kind: str
    start: float
    end: float
    confidence: float | None = None
    note: str = ""


def events(findings: Sequence[Finding]) -> list[Mark]:
    """The dated events among the findings, in order of time."""
    out = []
    for f in findings:
        if f.name in SHADES and (start := number(f)) is not None:
            end = f.interval[1] if f.interval is not None else start
            share = f.evidence.get("confidence")
            out.append(Mark(f.name, start, float(end), None if share is None else float(share), f.note))
    return sorted(out, key=lambda m: m.start)


def shade(ax: Axes, marks: Sequence[Mark], clock: Unit) -> list[Patch]:
    """Shade the events behind the data, each begun by a line so that a short one is seen; handles for a legend."""
    for m in marks:
        a, b = (float(clock(np.array(v))) for v in (m.start, m.end))
        strength = 0.30 if m.confidence is None else 0.10 + 0.28 * m.confidence
        ax.axvspan(a, max(a, b), color=SHADES[m.kind], alpha=strength, lw=0, zorder=0.2)
        ax.axvline(a, color=SHADES[m.kind], lw=0.7, zorder=0.3)
    kinds = [k for k in SHADES if any(m.kind == k for m in marks)]
    return [Patch(facecolor=SHADES[k], alpha=0.38, label=k.removeprefix("soft ") if k == UNDECIDED else k) for k in kinds]


def headroom(ax: Axes, share: float = 0.30) -> None:
    """Room above the data for names."""
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + share * (high - low))


def headline(ax: Axes, names: Sequence[tuple[float, float | None, str, str]], width: float) -> int:
    """Write (x, y or None, words, colour) in the headroom of a panel `width` [mm] wide, a thin line down to y, in rows that
    do not run into each other; the number of those that found no room.
    """
    low, high = ax.get_xlim()
    per = width / 25.4 * 72.0 / (high - low)  # points per unit
    ends = [-1e30] * ROWS
    lost = 0
    for x, y, words, colour in sorted(names):
        long = WIDE * len(words)
        at = (x - low) * per
        right = at + long > width / 25.4 * 72.0
        span = (at - long, at + 2.0) if right else (at - 2.0, at + long)
        row = next((r for r in range(ROWS) if span[0] > ends[r]), None)
        if row is None:
            lost += 1
            continue
        ends[row] = span[1] + 3.0
        top = 0.985 - ROW * row
        if y is not None:
            ax.annotate("", (x, y), (x, top), xycoords="data", textcoords=("data", "axes fraction"), arrowprops={"arrowstyle": "-", "lw": 0.5, "color": colour, "shrinkA": 0, "shrinkB": 2})
        ax.annotate(words, (x, top), xycoords=("data", "axes fraction"), xytext=(-2.0 if right else 2.0, 0), textcoords="offset points", ha="right" if right else "left", va="top", fontsize=6.0, color=colour, zorder=6, bbox={"fc": "white", "ec": "none", "alpha": 0.75, "pad": 0.4})
    return lost


def power_text(value: float) -> str:
    """Very small and large numbers as 1.2×10⁻⁹."""
    return measure(value)


def plain(text: str) -> str:
    """A short form of an event's words: up to the first bracket, colon or comma."""
    return re.split(r"[:(,;]", text, maxsplit=1)[0].strip()


def bars(values: Sequence[float | None], scale: float) -> Array:
    """Errors for error bars; nothing where there is none."""
    return np.array([0.0 if v is None else v / scale for v in values])
