"""A mixed conductor: one region with both its faces (physics.md E10), by what lies beside it.

Between a lithium electrode and an electrolyte here; between two electron conductors in mixed_electrons.py; between two
electrolytes in mixed_ions.py. Charge transfer and double layer of the pairs (electrode|layer, layer|electrolyte) become
parameters of the region; constriction, interphase and filament of these pairs stand in series with it (face.py).
"""

from __future__ import annotations

from collections.abc import Callable

from ...cells import Electrode, Layer
from ...elements import Element
from ...elements.mixed import Mixed
from ...errors import CellError
from . import mixed_electrons, mixed_ions, region
from .base import LAYERS, Draft, Place
from .contact import closure


@LAYERS.add("mixed")
def mixed(draft: Draft, index: int) -> Element:
    """The region of one mixed layer, by its two neighbours."""
    beside = [_kind(draft.cell.stack[index + step]) for step in (-1, 1)]
    if sorted(beside) == ["ions", "lithium"]:
        return _beside_lithium(draft, index)
    if beside == ["electrons", "electrons"]:
        return mixed_electrons.region_of(draft, index)
    if beside == ["ions", "ions"]:
        return mixed_ions.region_of(draft, index)
    raise CellError(
        "A mixed conductor can be simulated between a lithium electrode and an electrolyte, two electrolytes or two collectors only", given=draft.cell.notation,
        remedy="Put it beside one of these, or describe several mixed layers as one",
    )  # fmt: skip


def _kind(part: Electrode | Layer) -> str:
    """What a neighbour exchanges with the layer: lithium, electrons, ions, or both of the last."""
    if isinstance(part, Electrode):
        return "lithium" if part.role == "metal" else "electrons"
    return "both" if part.role == "mixed" else "ions"


def _beside_lithium(draft: Draft, index: int) -> Element:
    cell, side = draft.cell, draft.side(index)
    layer = cell.stack[index]
    assert isinstance(layer, Layer)
    outer = index - 1 if side > 0 else index + 1
    electrode = cell.stack[outer]
    lithium, electrolyte = (cell.interfaces[index - 1], cell.interfaces[index])[:: 1 if side > 0 else -1]
    more = {**region.numbers(draft, layer), **region.double_layers(electrolyte, lithium), **_voids(draft, index - 1 if side > 0 else index)}
    if electrode.thickness is not None:
        more["foil"] = electrode.thickness.at
    label = draft.label("", draft.word(index))
    draft.drops[side].append(f"{label}.overpotential")
    draft.spots[side] = f"{label}.overpotential"
    return Mixed(
        label=label, orientation=side, j0_lithium=region.exchange(lithium), j0_electrolyte=region.exchange(electrolyte),
        alpha=lithium.value("charge_transfer", "alpha").at, **more,
    )  # fmt: skip


def _voids(draft: Draft, index: int) -> dict[str, Callable[[float], float]]:
    """The voids between electrode and layer: states of the region, since they follow the part of J that strips there.

    The exchange current holds the contact of the start, so the region's own begins at one.
    """
    place = Place.of(draft, index)
    if "voids" not in place.interface:
        return {}
    start = place.interface.at("contact", "contact_fraction", 298.15) if "contact" in place.interface else 1.0
    lost = place.at("voids", "contact_lost")
    return {
        "void_depth": place.at("voids", "void_depth"), "replenishment": place.at("voids", "replenishment_current"),
        "refill": place.at("voids", "refill_efficiency"), "lost": lambda T: min(lost(T) / start, 1.0), "closure": closure(place),
    }  # fmt: skip
