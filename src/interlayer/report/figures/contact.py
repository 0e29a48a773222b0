"""Current focusing at a contact spot: the local current density over the mean one, mirrored about the axis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias, Union

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LogNorm
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..pick import Array, Unit, unit
from ..style import DOUBLE, SINGLE, Sheet, drawn, panel, sheet
from ..table import stacked

if TYPE_CHECKING:
    from ...simulation.field.contact import ContactField

Fields: TypeAlias = Union["ContactField", Mapping[str, "ContactField"]]

LOWEST = 0.1  # |j|/J below which a place counts as shadow (darkest colour)
EQUIPOTENTIALS = 9
PIXELS = 320  # of the drawn map, from the axis to the border and over the depth


@drawn
def focusing(fields: Fields) -> Sheet:
    """|j|/J in the electrolyte beside one contact spot and its gap, a panel for each field on one colour scale.

    Each panel shows the full width of its cell and as much of its depth; white lines are equipotentials, the black bar on
    top is the contact spot. The colour scale is logarithmic and ends at the largest 99.9 % (by volume) of all fields:
    the edge of an equipotential spot has no finite value.
    """
    shown = dict(fields) if isinstance(fields, Mapping) else {"": fields}
    maps = {label: _map(f) for label, f in shown.items()}
    top = max(_nice(_percentile(m, 0.9995)) for m in maps.values())
    norm = LogNorm(LOWEST, top)
    made = sheet(SINGLE if len(shown) == 1 else DOUBLE, 62.0)
    axes = list(made.subplots(1, len(shown), squeeze=False)[0])
    mesh = None
    for number, (ax, (label, f)) in enumerate(zip(axes, shown.items(), strict=True)):
        mesh = _draw(ax, f, maps[label], norm)
        share = f"{100.0 * f.contact_fraction:.2g} % contact"
        panel(ax, "abcdef"[number] if len(shown) > 1 else "", f"{label}, {share}" if label else share)
    assert mesh is not None
    bar = made.colorbar(mesh, ax=axes, extend="both", fraction=0.035, pad=0.02, aspect=26)
    bar.set_label("Local over mean current density")
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    bar.outline.set_linewidth(0.5)
    made.tables.append(stacked("focusing", [
        {
            "series": [label] * m[2].size, "r [um]": np.repeat(m[0] * 1e6, m[2].shape[1]), "z [um]": np.tile(m[1] * 1e6, m[2].shape[0]),
            "j over mean [1]": m[2].ravel(),
        } for label, m in maps.items()
    ]))  # fmt: skip
    return made


def _map(field: ContactField) -> tuple[Array, Array, Array]:
    from ...simulation.field.contact import focusing_map

    return focusing_map(field)


def _percentile(found: tuple[Array, Array, Array], share: float) -> float:
    """The ratio that `share` of the cell's volume near the spot (to a depth of its radius) stays below."""
    r, z, ratio = found
    near = z <= r[-1]
    volume = (np.gradient(r**2)[:, None] * np.gradient(z)[None, near]).ravel()
    values = ratio[:, near].ravel()
    order = np.argsort(values)
    return float(np.interp(share, np.cumsum(volume[order]) / volume.sum(), values[order]))


def _nice(value: float) -> float:
    """The next 1, 2, 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(power * next(m for m in (1.0, 2.0, 5.0, 10.0) if m * power >= value * (1.0 - 1e-9)))


def _fine(field: ContactField, r: Array, z: Array, ratio: Array, depth: float, scale: Unit) -> tuple[Array, Array, Array]:
    """The map on an even grid of pixels, mirrored: ln |j| between the cell centres, so that the mesh does not show."""
    across, down = np.linspace(0.0, field.b, PIXELS + 1), np.linspace(0.0, depth, PIXELS + 1)
    x, y = 0.5 * (across[1:] + across[:-1]), 0.5 * (down[1:] + down[:-1])
    logs = np.log(np.maximum(ratio, 1e-12))
    by_r = np.stack([np.interp(x, r, column) for column in logs.T], axis=1)
    both = np.exp(np.stack([np.interp(y, z, row) for row in by_r]))
    return scale(np.concatenate([-across[:0:-1], across])), scale(down), np.concatenate([both[::-1], both]).T


def _draw(ax: Axes, field: ContactField, found: tuple[Array, Array, Array], norm: LogNorm) -> QuadMesh:
    r, z, ratio = found
    scale = unit("length", field.b)
    depth = min(float(field.z_edges[-1]), 1.2 * field.b)
    mesh = ax.pcolormesh(*_fine(field, r, z, ratio, depth, scale), norm=norm, cmap="cividis", rasterized=True, shading="flat")
    centres = np.concatenate([-r[::-1], r])
    phi = np.concatenate([field.potential[::-1], field.potential])
    inside = z <= depth
    levels = np.quantile(phi[:, inside], np.linspace(0.0, 1.0, EQUIPOTENTIALS + 2)[1:-1])
    ax.contour(scale(centres), scale(z[inside]), phi[:, inside].T, levels=np.unique(levels), colors="white", linewidths=0.4, alpha=0.75)
    a, b = float(scale(np.array(field.a))), float(scale(np.array(field.b)))
    ax.set_xlim(-b, b)
    ax.set_ylim(float(scale(np.array(depth))), -0.06 * b)
    for side in (-1.0, 1.0):
        ax.plot([side * a, side * b], [-0.02 * b] * 2, color="#BBBBBB", lw=2.0, solid_capstyle="butt", clip_on=False)
    ax.plot([-a, a], [-0.02 * b] * 2, color="black", lw=2.6, solid_capstyle="butt", clip_on=False)
    ax.set_aspect("equal", adjustable="box", anchor="C")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axis.set_major_formatter(FuncFormatter(lambda v, _: f"{abs(v):g}"))
    ax.set_xlabel(scale.label("Radius"))
    ax.set_ylabel(scale.label("Depth"))
    ax.spines[["left", "bottom"]].set_linewidth(0.5)
    return mesh
