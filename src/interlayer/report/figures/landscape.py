"""The field in two charts: critical current by modification, and current against life, with censored points as arrows.

Rows are plain: `Point(label, group, x, y, censored, source)`. `published` takes them from the claims of the package and
`of_claims` from any others; the user's own points stand beside them, marked as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from ...errors import RecordError
from ..pick import literal, unit
from ..style import BARE, DOUBLE, PROTECTED, Sheet, colours, drawn, sheet
from ..table import Table
from ._nyquist import Box, free

if TYPE_CHECKING:
    from ...literature.claims import Claim

OWN: Final = "this work"
LITERATURE: Final = "literature"
QUIET_GROUP: Final = "#8A8A8A"
FIRST: Final = ("bare", "protected", LITERATURE, OWN)  # order of a legend
CHARGES: Final = (1.0, 10.0, 100.0, 1000.0, 10000.0)  # mAh/cm² passed in a life: lines of the second chart
ROW, MOST = 4.6, 46  # mm of a row; characters of a label


@dataclass(frozen=True)
class Point:
    """One cell of the field.

    label      what was done to the interface ("ZnI2 on LLZTO"); group "bare", "protected", "literature", "this work"
    x          current density [A/m²]: the critical one, or that of the test
    y          life [s]; None in the chart of critical currents
    censored   it ended without failure: true value is larger
    source     where it stands ("zhai2024, Fig. 3a")
    """

    label: str
    group: str
    x: float
    y: float | None = None
    censored: bool = False
    source: str = ""


def of_claims(claims: Iterable[Claim], *, own: bool = False) -> tuple[list[Point], list[Point]]:
    """(critical currents, lives at a current) among published claims; claims without a current, of several values and
    upper bounds are left out. Two claims of one paper with the same label and numbers are one point.

    own   they are the user's (`literature.load("mine.yaml").values()`), and marked as this work
    """
    currents: dict[tuple[object, ...], Point] = {}
    lives: dict[tuple[object, ...], Point] = {}
    for c in claims:
        if isinstance(c.value, list | tuple) or c.form in ("range", "series", "upper_bound"):
            continue
        group = OWN if own else LITERATURE if c.split == "literature" else "bare" if c.variant.startswith("bare") else "protected" if c.variant.startswith("protected") else LITERATURE
        source = f"{c.paper}, {c.source}" if c.source else c.paper
        name = c.subject if group == LITERATURE or not c.variant else _inside(c.variant)
        if c.quantity == "critical_current_density":
            p = Point(name, group, c.si, None, c.censored or c.form == "lower_bound", source)
            currents.setdefault((c.paper, name, p.x), p)
        elif c.quantity in ("cycle_life_hours", "failure_time") and "current_density" in c.conditions:
            p = Point(name, group, c.condition("current_density"), c.si, c.censored or c.form == "lower_bound", source)
            lives.setdefault((c.paper, name, p.x, p.y), p)
    return list(currents.values()), list(lives.values())


def published() -> tuple[list[Point], list[Point]]:
    """(critical currents, lives at a current) among all claims of the package."""
    from ...literature import claims, papers

    return of_claims(c for paper in papers() for c in claims(paper).values())


def _inside(variant: str) -> str:
    """ "protected (SC-nano LLZTO), loading" -> "SC-nano LLZTO"."""
    head, bracket, rest = variant.partition("(")
    if not bracket:
        return head.strip()
    inside = (rest.rpartition(")")[0] or rest.rstrip(")")).replace("->", "→")
    extra = head.removeprefix("bare").removeprefix("protected").strip(" +")
    return f"{extra}: {inside}" if extra else inside


@drawn
def critical_current(points: Sequence[Point]) -> Sheet:
    """Critical current density of each modification on a logarithmic axis; an arrow where no failure was reached."""
    shown = _checked(points, life=False)
    sources = list(dict.fromkeys(_paper(p) for p in shown))
    order = sorted(shown, key=lambda p: (sources.index(_paper(p)), p.x))
    rows = list(dict.fromkeys((_paper(p), p.label) for p in order))
    u = unit("current_density")
    made = sheet(DOUBLE, 17.0 + ROW * (len(rows) + 0.4 * len(sources)) + 7.0)
    ax = made.subplots()
    place, ticks, y = {}, [], 0.0
    for number, paper in enumerate(sources):
        first = y
        for row in (r for r in rows if r[0] == paper):
            place[row] = y
            ticks.append((y, _short(row[1])))
            y -= 1.0
        if number % 2 == 0:
            ax.axhspan(y + 0.3, first + 0.7, color="#F4F4F4", lw=0, zorder=0)
        ax.annotate(literal(paper), (1.0, 0.5 * (first + y + 1.0)), xycoords=("axes fraction", "data"), xytext=(4, 0), textcoords="offset points", va="center", fontsize=6.5, color="#555555")
        y -= 0.4
    tints = _tints(order)
    for p in order:
        _mark(ax, float(u(np.array(p.x))), place[(_paper(p), p.label)], p, tints[p.group], across=True)
    ax.set_yticks([t for t, _ in ticks], [literal(w) for _, w in ticks])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(y + 0.7, 0.8)
    _log(ax, "x", [float(u(np.array(p.x))) for p in order])
    ax.set_xlabel(u.label("Critical current density"))
    _legend(made, order, tints)
    made.note = _note(order)
    made.tables.append(_table("critical-currents", order))
    return made


@drawn
def life(points: Sequence[Point]) -> Sheet:
    """Life against the current density of the test, both logarithmic; grey lines: charge passed in one direction and back together; an arrow where
    the test ended alive. Numbers in the points belong to the list in the note and the table."""
    shown = _checked(points, life=True)
    u, t = unit("current_density"), unit("time")
    made = sheet(DOUBLE, 92.0)
    grid = made.add_gridspec(1, 2, width_ratios=(1.55, 1.0))
    ax = made.add_subplot(grid[0])
    side = made.add_subplot(grid[1])
    side.set_axis_off()
    tints = _tints(shown)
    x, y = [float(u(np.array(p.x))) for p in shown], [float(t(np.array(p.y))) for p in shown]
    _log(ax, "x", x)
    _log(ax, "y", y, room=1.9)
    _charges(ax)
    for p, a, b in zip(shown, x, y, strict=True):
        _mark(ax, a, b, p, tints[p.group], across=False)
    ax.set_xlabel(u.label("Current density"))
    ax.set_ylabel(t.label("Life"))
    _legend(made, shown, tints)
    names = list(dict.fromkeys((_paper(p), p.label, p.group) for p in shown))
    _list(side, names, tints)
    engine = made.get_layout_engine()
    if engine is not None:
        engine.execute(made)
    _numbers(made, ax, shown, x, y, names, tints)
    made.note = _note(shown)
    made.tables.append(_table("lives", shown))
    return made


def _checked(points: Sequence[Point], *, life: bool) -> list[Point]:
    shown = [p for p in points if p.x > 0.0 and (not life or (p.y is not None and p.y > 0.0))]
    if not shown:
        raise RecordError("There is no point to draw: each needs a current density" + (" and a life" if life else ""), given=len(points))
    return shown


def _paper(p: Point) -> str:
    return p.source.split(",")[0].strip() or p.group


def _short(text: str) -> str:
    return text if len(text) <= MOST else f"{text[: MOST - 1]}…"


def _tints(points: Sequence[Point]) -> dict[str, str]:
    groups = list(dict.fromkeys(p.group for p in points))
    return {**colours(groups), "bare": BARE, "protected": PROTECTED, LITERATURE: QUIET_GROUP, OWN: "#111111"}


def _mark(ax: Axes, x: float, y: float, p: Point, colour: str, *, across: bool) -> None:
    """A marker; hollow with an arrow towards larger values where the cell did not fail."""
    own = p.group == OWN
    marker = "*" if own else {"bare": "o", "protected": "s"}.get(p.group, "D")
    ax.plot(x, y, marker=marker, ms=8.5 if own else 4.6, mfc="white" if p.censored else colour, mec=colour, mew=0.9, ls="none", zorder=4 if own else 3)
    if p.censored:
        ax.annotate(
            "", (x, y), xytext=(15, 0) if across else (0, 13), textcoords="offset points", arrowprops={"arrowstyle": "<-", "lw": 0.8, "color": colour, "shrinkA": 0, "shrinkB": 3.0}, zorder=2.5, annotation_clip=False
        )


def _log(ax: Axes, which: str, values: Sequence[float], room: float = 1.7) -> None:
    axis = ax.xaxis if which == "x" else ax.yaxis
    (ax.set_xscale if which == "x" else ax.set_yscale)("log")
    low, high = min(values) / 1.6, max(values) * room
    (ax.set_xlim if which == "x" else ax.set_ylim)(low, high)
    if high < 1e4 * low:
        axis.set_major_locator(LogLocator(subs=(1.0,) if high > 300.0 * low else (1.0, 2.0, 5.0)))
        axis.set_minor_locator(NullLocator() if high <= 300.0 * low else LogLocator(subs=tuple(range(2, 10))))
        axis.set_minor_formatter(FuncFormatter(lambda v, _: ""))
    axis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))


def _charges(ax: Axes) -> None:
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    for q in CHARGES:
        x = np.array([left, right])
        ax.plot(x, q / x, color="#D5D5D5", lw=0.6, zorder=0.5)
        at = min(q / low, right) * 0.97
        if left * 3.0 < at and low < q / at < high:
            on_floor = q / low < right
            ax.annotate(f"{q:g} mAh/cm²", (at, max(q / at, low)), xytext=(-2, 3) if on_floor else (-2, 2), textcoords="offset points", ha="right", va="bottom", fontsize=5.6, color="#8F8F8F", zorder=0.6, bbox={"fc": "white", "ec": "none", "pad": 0.3})


def _list(ax: Axes, names: Sequence[tuple[str, str, str]], tints: dict[str, str]) -> None:
    """The numbered list beside the chart."""
    step = min(1.0 / max(len(names), 1), 0.052)
    for k, (paper, label, group) in enumerate(names):
        ax.annotate(literal(f"{k + 1}  {label if len(label) < 38 else label[:37] + '…'}"), (0.0, 1.0 - step * k), xycoords="axes fraction", va="top", fontsize=min(6.0, 105.0 * step), color=tints[group], annotation_clip=False)
        ax.annotate(literal(paper), (1.0, 1.0 - step * k), xycoords="axes fraction", va="top", ha="right", fontsize=min(6.0, 105.0 * step), color="#757575", annotation_clip=False).set_in_layout(False)


def _numbers(made: Sheet, ax: Axes, shown: Sequence[Point], x: Sequence[float], y: Sequence[float], names: Sequence[tuple[str, str, str]], tints: dict[str, str]) -> None:
    """The number of each point beside it, where it covers neither points nor arrows nor other numbers."""
    renderer = made.canvas.get_renderer()  # type: ignore[attr-defined]
    px = ax.transData.transform(np.column_stack([x, y]))
    dot = made.dpi / 72.0
    blocked = np.concatenate([px + np.array(d) * dot for d in ((0, 0), (2, 0), (-2, 0), (0, 2), (0, -2))] + [px[[p.censored for p in shown]] + np.array((0, k)) * dot for k in range(2, 15, 2)])
    taken: list[Box] = []
    inside = ax.get_window_extent(renderer)
    for p, (a, b), at in zip(shown, zip(x, y, strict=True), px, strict=True):
        words = str(names.index((_paper(p), p.label, p.group)) + 1)
        for way in ((5, 0), (-5, 0), (4, -6), (-4, -6), (4, 6), (-4, 6), (8, 0), (-8, 0)):
            text = ax.annotate(words, (a, b), xytext=way, textcoords="offset points", ha="left" if way[0] > 0 else "right", va="center", fontsize=6.0, color=tints[p.group], zorder=5)
            box = text.get_window_extent(renderer)
            rim = (box.x0 - 0.5, box.y0 - 0.5, box.x1 + 0.5, box.y1 + 0.5)
            others = blocked[np.hypot(*(blocked - at).T) > 2.5 * dot]
            if free(rim, others, taken, (inside.x0, inside.y0, inside.x1, inside.y1)):
                taken.append(rim)
                break
            text.remove()


def _legend(made: Sheet, points: Sequence[Point], tints: dict[str, str]) -> None:
    handles = []
    there = {p.group for p in points}
    for group in [*(g for g in FIRST if g in there), *(g for g in dict.fromkeys(p.group for p in points) if g not in FIRST)]:
        marker = "*" if group == OWN else {"bare": "o", "protected": "s"}.get(group, "D")
        handles.append(Line2D([], [], ls="none", marker=marker, ms=7.0 if group == OWN else 4.6, color=tints[group], label=group))
    if any(p.censored for p in points):
        handles.append(Line2D([], [], ls="none", marker="o", ms=4.6, mfc="white", mec="#555555", label="hollow, arrow: ended without failure"))
    made.legend(handles=handles, loc="outside upper left", ncols=5)


def _note(points: Sequence[Point]) -> str:
    held = sum(p.censored for p in points)
    return f"{len(points)} points, {held} of them ended without failure (arrows)."


def _table(name: str, points: Sequence[Point]) -> Table:
    u, t = unit("current_density"), unit("time")
    return Table(name, {
        "label": [p.label for p in points], "group": [p.group for p in points], f"current density [{u.ascii}]": [float(u(np.array(p.x))) for p in points],
        f"life [{t.ascii}]": [None if p.y is None else float(t(np.array(p.y))) for p in points], "censored": [p.censored for p in points], "source": [p.source for p in points],
    })  # fmt: skip
