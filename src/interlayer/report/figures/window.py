"""Windows: where a cell meets its targets over one or two of its parameters, with bands from what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from ..pick import Unit, unit
from ..style import BLUE, DOUBLE, GREEN, SINGLE, VERMILLION, Sheet, drawn, faded, panel, sheet
from ..table import Table

if TYPE_CHECKING:
    from ...design.window import Window


@drawn
def window(found: Window) -> Sheet:
    """One parameter: a panel a target (median, 10 to 90 %, stated values, bound) and one of the share that meets all. Two:
    the map of that share with its lines at 10, 50 and 90 %."""
    return _line(found) if len(found.over) == 1 else _map(found)


def _axis(ax: Axes, found: Window, number: int, *, vertical: bool = False) -> Unit:
    path = found.over[number]
    u = unit(found.cell.get(path).quantity)  # type: ignore[union-attr]
    text = _words(path) + (f" ({u.text})" if u.text else "")
    wide = found.axes[number][-1] > 3.0 * found.axes[number][0]
    (ax.set_ylabel if vertical else ax.set_xlabel)(text)
    if wide:
        (ax.set_yscale if vertical else ax.set_xscale)("log")
    return u


def _words(path: str) -> str:
    """ "layers.LiI-ZnLi.thickness" -> "Thickness of LiI-ZnLi"; what stands without a part stays."""
    parts = path.split(".")
    key = (f"{parts[-2]} {parts[-1]}" if parts[-1] == "activation_energy" else parts[-1]).replace("_", " ")
    return f"{key[:1].upper()}{key[1:]}" + (f" of {parts[1]}" if len(parts) > 2 else "")


def _line(found: Window) -> Sheet:
    count = len(found.keep) + 1
    made = sheet(SINGLE if count == 2 else DOUBLE, 45.0 * count if count == 2 else 60.0)
    axes = made.subplots(count, 1, sharex=True) if count == 2 else made.subplots(1, count)
    columns: dict[str, object] = {}
    for number, (ax, t) in enumerate(zip(axes, found.keep, strict=False)):
        x = _axis(ax, found, 0)(found.axes[0])
        u = unit(t.quantity)
        low, middle, high = (u(b) for b in found.bands[t.name])
        ax.fill_between(x, low, high, color=faded(BLUE, 0.25), lw=0)
        ax.plot(x, middle, color=BLUE, label="median, 10 to 90 %")
        ax.plot(x, u(found.stated[t.name]), color="#222222", ls=":", lw=0.9, label="stated values")
        ax.axhline(float(u(np.array(t.bound))), color=VERMILLION, lw=0.8, ls="--", label="target")
        ax.set_yscale("log")
        ax.set_ylabel(f"{t.name[:1].upper()}{t.name[1:].replace('_', ' ')} ({u.text})")
        panel(ax, "abcdef"[number])
        columns |= {f"{t.name} {word} [{u.ascii}]": v for word, v in (("10 %", low), ("50 %", middle), ("90 %", high))}
    axes[0].legend(loc="best")
    ax = axes[-1]
    u = _axis(ax, found, 0)
    x = u(found.axes[0])
    ax.plot(x, found.share, color=GREEN)
    ax.fill_between(x, 0.0, 1.0, where=list(found.admissible), color=faded(GREEN, 0.25), lw=0)
    ax.axhline(0.9, color="#8A8A8A", lw=0.6, ls="--")
    ax.set_ylim(0.0, 1.03)
    ax.set_ylabel("Share of cells that meet all")
    panel(ax, "abcdef"[count - 1])
    made.tables.append(Table("window", {f"{found.over[0]} [{u.ascii}]": x, "share": found.share, **columns}))  # type: ignore[dict-item]
    return made


def _map(found: Window) -> Sheet:
    made = sheet(SINGLE, 78.0)
    ax = made.subplots()
    ux, uy = _axis(ax, found, 0), _axis(ax, found, 1, vertical=True)
    x, y = ux(found.axes[0]), uy(found.axes[1])
    mesh = ax.pcolormesh(x, y, found.share.T, cmap="Greens", vmin=0.0, vmax=1.0, shading="nearest", rasterized=True)
    if np.ptp(found.share) > 0.0:
        lines = ax.contour(x, y, found.share.T, levels=[0.1, 0.5, 0.9], colors="#222222", linewidths=(0.5, 0.7, 1.1))
        ax.clabel(lines, fmt=lambda v: f"{v:.0%}", fontsize=5.5)
    bar = made.colorbar(mesh, ax=ax, shrink=0.9)
    bar.set_label("Share of cells that meet all targets")
    grid_x, grid_y = np.meshgrid(x, y, indexing="ij")
    made.tables.append(Table("window", {f"{found.over[0]} [{ux.ascii}]": grid_x.ravel(), f"{found.over[1]} [{uy.ascii}]": grid_y.ravel(), "share": found.share.ravel()}))
    return made
