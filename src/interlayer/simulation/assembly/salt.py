"""A layer that holds salt: one binary electrolyte region (physics.md E1)."""

from __future__ import annotations

from ...cells import Layer
from ...elements import Element
from ...elements.binary import Binary
from ...errors import CellError
from .base import LAYERS, Draft


@LAYERS.add("polymer", "liquid")
def salt(draft: Draft, index: int) -> Element:
    """The region of one salt layer. Two different salt layers in contact share their salt and would need one region for
    both; that is refused by name rather than treated as two."""
    layer = draft.cell.stack[index]
    assert isinstance(layer, Layer)
    left = draft.cell.stack[index - 1]
    if left.role in ("polymer", "liquid"):
        raise CellError(
            f"{left.name} and {layer.name} touch and share their salt; two salt layers in contact can't be simulated yet",
            given=draft.cell.notation, remedy="Put a ceramic between them, or describe them as one layer",
        )  # fmt: skip

    def at(key: str, default: float | None = None):  # type: ignore[no-untyped-def]
        def value(T: float) -> float:
            return default if default is not None and key not in layer else layer.at(key, T)

        return value

    label = draft.label("", draft.word(index))
    draft.salts[index] = label
    return Binary(
        label=label, thickness=layer.thickness.at, conductivity=at("conductivity"), diffusivity=at("diffusivity"),
        transference_number=at("transference_number"), thermodynamic_factor=at("thermodynamic_factor", 1.0),
        concentration=at("concentration"), porosity=at("porosity", 1.0),
    )  # fmt: skip
