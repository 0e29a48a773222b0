"""A mixed conductor between two electrolytes: what a measurement that blocks electrons is made with.

Direct current is carried by ions alone, Z(0) = L/sigma_i, unless lithium lies in the layer and lets electrons carry between the
places where it dissolves and plates; at high frequency both carriers conduct (elements/mixed.py with `ions_near` = `ions_far`
= 1). Lithium may plate on either electrolyte, with the exchange current of its pair.
"""

from __future__ import annotations

from ...cells import Layer
from ...elements import Element
from ...elements.mixed import Mixed
from . import region
from .base import Draft


def region_of(draft: Draft, index: int) -> Element:
    """The region of the layer at stack index `index`, both of whose neighbours are electrolytes."""
    side = draft.side(index)
    layer, faces = draft.cell.stack[index], draft.cell.interfaces[index - 1 : index + 1][:: 1 if side < 0 else -1]
    assert isinstance(layer, Layer)
    more = {**region.numbers(draft, layer), **region.double_layers(*faces)}
    if "charge_transfer" in faces[0]:
        more["alpha"] = faces[0].value("charge_transfer", "alpha").at
    label = draft.label("", draft.word(index))
    draft.drops[side].append(f"{label}.overpotential")
    draft.notes[draft.word(index)] = "both faces block electrons"
    return Mixed(
        label=label, orientation=side, j0_electrolyte=region.exchange(faces[0]), j0_lithium=region.exchange(faces[1]), ions_near=1.0, ions_far=1.0, **more
    )
