"""The cell as a drawing: layers to a logarithmic thickness scale, with names, thicknesses, and how far the faces touch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse, Polygon, Rectangle
from matplotlib.transforms import Affine2D

from ... import units
from ...cells import Cell
from ...cells.parts import Electrode, Interface, Layer
from ...materials import Value
from ..pick import literal
from ..style import DOUBLE, Sheet, drawn, nth, panel, sheet
from ..table import Table
from ..words import plus_minus

Cells: TypeAlias = Cell | Sequence[Cell] | Mapping[str, Cell]

#: width drawn = BASE + SLOPE log10(thickness / 1 nm)
BASE, SLOPE = 0.6, 0.62
RESERVOIR = 2.6  # width of an electrode whose thickness nobody stated
MANY = 6  # cells from which on three stand in a row, whatever their layers
SHRINK = 1.3  # times as wide as its layer: up to this a name is written smaller, beyond it upright
SPOTS = 5  # contact spots drawn along a face
FILL = {"lithium": "#C9CDD2", "ceramic": "#E8D9B5", "interlayer": "#8FC1A9", "polymer": "#BFD7EA", "liquid": "#D6ECF5"}


@drawn
def drawing(cells: Cells) -> Sheet:
    """One cell, or several side by side (at most three in a row; two where they have many layers and are few).

    Widths are logarithmic in thickness. At each face the white lenses are the share without contact (1 - contact
    fraction) and a dark notch is the surface flaw from which a filament may start. A torn edge is an electrode whose
    thickness nobody stated.
    """
    shown = _labelled(cells)
    across = min(len(shown), 3 if sum(len(c.stack) for c in shown.values()) <= 10 or (len(shown) > MANY and max(len(c.stack) for c in shown.values()) <= 5) else 2)
    down = math.ceil(len(shown) / across)
    widths = {label: _widths(cell) for label, cell in shown.items()}
    made = sheet(DOUBLE if across > 1 else 120.0, (44.0 if len(shown) <= MANY else 38.0) * down + 4.0)
    axes = made.subplots(down, across, squeeze=False, width_ratios=_ratios(list(widths.values()), across)).ravel()
    for number, ax in enumerate(axes):
        ax.set_axis_off()
        if number < len(shown):
            label, cell = list(shown.items())[number]
            _draw(ax, cell, widths[label])
            panel(ax, nth(number) if len(shown) > 1 else "", label)
    engine = made.get_layout_engine()
    if engine is not None:
        engine.execute(made)
    for ax in axes[: len(shown)]:
        _turn(made, ax)
    made.note = (
        "Widths are logarithmic in thickness, not to scale; white lenses: share of a face without contact; dark notch: surface flaw; violet: interphase."
    )
    made.tables.append(_table(shown))
    return made


def _labelled(cells: Cells) -> dict[str, Cell]:
    if isinstance(cells, Cell):
        return {literal(cells.name or cells.notation): cells}
    if isinstance(cells, Mapping):
        return {literal(str(label)): cell for label, cell in cells.items()}
    return {f"{c.name or c.notation}" + (f" ({i + 1})" if any(d.name == c.name for d in cells[:i]) else ""): c for i, c in enumerate(cells)}


def _widths(cell: Cell) -> list[float]:
    return [RESERVOIR if part.thickness is None else BASE + SLOPE * max(math.log10(part.thickness.value / 1e-9), 0.0) for part in cell.stack]


def _ratios(widths: Sequence[Sequence[float]], across: int) -> list[float]:
    totals = [sum(w) for w in widths]
    return [max(totals[k::across], default=1.0) for k in range(across)]


def _draw(ax: Axes, cell: Cell, widths: Sequence[float]) -> None:
    edges = np.concatenate([[0.0], np.cumsum(widths)])
    total = float(edges[-1])
    for index, (part, x, w) in enumerate(zip(cell.stack, edges[:-1], widths, strict=True)):
        fill = FILL.get("lithium" if isinstance(part, Electrode) else part.role, "#DDDDDD")
        if isinstance(part, Electrode) and part.thickness is None:
            ax.add_patch(Polygon(_torn(float(x), w, index == 0), facecolor=fill, edgecolor="none"))
        else:
            ax.add_patch(Rectangle((float(x), 0.0), w, 1.0, facecolor=fill, edgecolor="none"))
        ax.text(float(x) + 0.5 * w, 0.5, literal(part.name), ha="center", va="center", fontsize=7.0, gid=f"name:{w}")
        below = _thickness(part)
        ax.text(float(x) + 0.5 * w, -0.06, below, ha="center", va="top", fontsize=6.0, color="#333333", linespacing=1.15, gid="thickness")
    for face, x in zip(cell.interfaces, edges[1:-1], strict=True):
        _face(ax, face, float(x), cell, total)
    ax.set_xlim(-0.02 * total, 1.02 * total)
    ax.set_ylim(-0.42, 1.3)


def _torn(x: float, w: float, left: bool) -> list[tuple[float, float]]:
    """A rectangle whose outer edge is a zigzag."""
    outer, inner = (x, x + w) if left else (x + w, x)
    inwards = 0.06 * w if left else -0.06 * w
    teeth = [(outer + (inwards if k % 2 else 0.0), k / 12.0) for k in range(13)]
    return [*teeth, (inner, 1.0), (inner, 0.0)]


def _thickness(part: Electrode | Layer) -> str:
    if part.thickness is None:
        return "thickness\nnot stated"
    v = part.thickness
    size, text = next((s, t) for s, t in ((1e-3, "mm"), (1e-6, "µm"), (1e-9, "nm")) if v.value >= 0.0999 * s or t == "nm")
    if v.interval is not None:
        return f"{v.value / size:.3g} {text}\n({v.interval[0] / size:.2g} to {v.interval[1] / size:.2g})"
    return f"{plus_minus(v.value / size, v.std / size)} {text}" if v.std else f"{v.value / size:.4g} {text}"


def _face(ax: Axes, face: Interface, x: float, cell: Cell, total: float) -> None:
    """Contact gaps, interphase and flaw of one face, and its contact fraction above."""
    contact = face.physics.get("contact", {}).get("contact_fraction")
    outward = -1.0 if x < 0.5 * total else 1.0
    ax.plot([x, x], [0.0, 1.0], color="#444444", lw=0.5, zorder=2)
    if isinstance(contact, Value):
        gap = 1.0 - contact.at(cell.temperature)
        height = gap / SPOTS
        if gap > 0.004:
            for k in range(SPOTS):
                ax.add_patch(Ellipse((x, (k + 0.5) / SPOTS), 0.024 * total, height, facecolor="white", edgecolor="#555555", lw=0.4, zorder=3))
        ax.annotate(
            f"contact\n{100.0 * contact.at(cell.temperature):.3g} %", (x, 1.02), ha="center", va="bottom", fontsize=5.6, color="#333333", linespacing=1.05, gid="contact"
        )
    if "interphase" in face:
        ax.add_patch(Rectangle((x - 0.006 * total, 0.0), 0.012 * total, 1.0, facecolor="#7B5EA7", edgecolor="none", zorder=2.5))
    if "filament" in face:
        tip = x - outward * 0.035 * total
        y = 1.0 / SPOTS
        ax.add_patch(Polygon([(x, y - 0.02), (x, y + 0.02), (tip, y)], facecolor="#222222", edgecolor="none", zorder=4))


def _turn(made: Sheet, ax: Axes) -> None:
    """Turn the names that are wider than their layers upright, and part contact labels that touch."""
    renderer = made.canvas.get_renderer()  # type: ignore[attr-defined]
    per = ax.transData.transform((1.0, 0.0))[0] - ax.transData.transform((0.0, 0.0))[0]
    for text in ax.texts:
        gid = text.get_gid() or ""
        if gid.startswith("name:"):
            over = text.get_window_extent(renderer).width / (0.92 * per * float(gid[5:]))
            if 1.0 < over <= SHRINK:
                text.set_fontsize(7.0 / over)
            elif over > SHRINK:
                text.set_rotation(90)
                tall = text.get_window_extent(renderer).height / (0.94 * (ax.transData.transform((0.0, 1.0))[1] - ax.transData.transform((0.0, 0.0))[1]))
                text.set_fontsize(7.0 / max(tall, 1.0))
            text.set_gid(None)
    below = sorted((t for t in ax.texts if t.get_gid() == "thickness"), key=lambda t: t.get_position()[0])
    for first, second in pairwise(below):  # a spread that would touch its neighbour goes under its value
        if first.get_window_extent(renderer).x1 + 2.0 > second.get_window_extent(renderer).x0:
            for text in (first, second):
                text.set_text(text.get_text().replace(" ± ", "\n± "))
    for text in below:
        text.set_gid(None)
    labels = sorted((t for t in ax.texts if t.get_gid() == "contact"), key=lambda t: t.get_position()[0])
    last = -math.inf
    raised = False
    for text in labels:
        box = text.get_window_extent(renderer)
        raised = box.x0 < last + 2.0 and not raised
        if raised:
            text.set_transform(text.get_transform() + Affine2D().translate(0.0, box.height * 1.05))
        last = max(last, box.x1) if not raised else last
        text.set_gid(None)


def _table(shown: Mapping[str, Cell]) -> Table:
    rows = [(label, part.name, part.role, part.thickness) for label, cell in shown.items() for part in cell.stack]
    return Table("stack", {
        "cell": [r[0] for r in rows], "part": [r[1] for r in rows], "role": [r[2] for r in rows],
        "thickness [um]": [None if r[3] is None else units.lab(r[3].value, "thickness") for r in rows],
    })  # fmt: skip
