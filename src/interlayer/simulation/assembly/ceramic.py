"""A ceramic layer: bulk and grain boundary, each its own arc, in series (physics.md E3)."""

from __future__ import annotations

import math

from ...cells import Layer
from ...elements import Element
from ...elements.film import Film
from .base import LAYERS, VACUUM_PERMITTIVITY, Draft


@LAYERS.add("ceramic")
def ceramic(draft: Draft, index: int) -> Element:
    """R = L/sigma each; bulk capacitance eps_0 eps_r/L, grain-boundary capacitance per cell constant over L."""
    layer = draft.cell.stack[index]
    assert isinstance(layer, Layer)
    place = draft.word(index)
    length = layer.thickness

    def bulk(T: float) -> float:
        return length.at(T) / layer.conductivities(T)[0]

    def boundary(T: float) -> float:
        sigma = layer.conductivities(T)[1]
        return 0.0 if math.isinf(sigma) else length.at(T) / sigma

    def geometric(T: float) -> float:
        return VACUUM_PERMITTIVITY * layer.at("relative_permittivity", T) / length.at(T) if "relative_permittivity" in layer else 0.0

    def walls(T: float) -> float:
        return layer.at("grain_boundary_capacitance", T) / length.at(T) if "grain_boundary_capacitance" in layer else 0.0

    label = draft.label("bulk", place)
    if draft.side(index) != 0:
        draft.drops[draft.side(index)].append(f"{label}.overpotential")
    element: Element = Film(label=label, R=bulk, C=geometric, orientation=draft.side(index))
    if "grain_boundary_share" in layer and layer.at("grain_boundary_share", 298.15) > 0.0:
        label = draft.label("grain boundary", place)
        if draft.side(index) != 0:
            draft.drops[draft.side(index)].append(f"{label}.overpotential")
        element = element + Film(label=label, R=boundary, C=walls, orientation=draft.side(index))
    return element
