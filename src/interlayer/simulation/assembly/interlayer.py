"""An interlayer: one film with its own resistance and geometric capacitance (physics.md E4)."""

from __future__ import annotations

from ...cells import Layer
from ...elements import Element
from ...elements.film import Film
from .base import LAYERS, VACUUM_PERMITTIVITY, Draft


@LAYERS.add("interlayer")
def interlayer(draft: Draft, index: int) -> Element:
    """R = L/sigma, C = eps_0 eps_r/L; its drop counts for a filament that starts below it."""
    layer = draft.cell.stack[index]
    assert isinstance(layer, Layer)
    label = draft.label("film", draft.word(index))
    if draft.side(index) != 0:
        draft.drops[draft.side(index)].append(f"{label}.overpotential")
    return film(layer, label, draft.side(index))


def film(layer: Layer, label: str, orientation: int) -> Element:
    """A layer as one resistance with the geometric capacitance beside it (none where the permittivity is not known)."""

    def resistance(T: float) -> float:
        return layer.thickness.at(T) / layer.at("conductivity", T)

    def capacitance(T: float) -> float:
        return VACUUM_PERMITTIVITY * layer.at("relative_permittivity", T) / layer.thickness.at(T) if "relative_permittivity" in layer else 0.0

    return Film(label=label, R=resistance, C=capacitance, orientation=orientation)
