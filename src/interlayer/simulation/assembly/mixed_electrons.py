"""A mixed conductor between two collectors that block ions: what an electronic measurement is made with.

Direct current is carried by electrons alone, Z(0) = L/sigma_e; at high frequency both carriers conduct, Z = L/(sigma_i +
sigma_e); between them lithium moves inside the layer (elements/mixed.py with `ions_near` = `ions_far` = 0). Each collector has
its double layer against the layer's ions; its contact to the electrons is ideal.
"""

from __future__ import annotations

from ...cells import Layer
from ...elements import Element
from ...elements.mixed import Mixed
from ...errors import CellError
from . import region
from .base import Draft


def region_of(draft: Draft, index: int) -> Element:
    """The region of the layer at stack index `index`, both of whose neighbours are collectors."""
    layer, faces = draft.cell.stack[index], draft.cell.interfaces[index - 1 : index + 1]
    assert isinstance(layer, Layer)
    for face in faces:
        if "contact" in face and face.at("contact", "contact_fraction", draft.cell.temperature) < 1.0:
            raise CellError(
                "The contact between a collector and a mixed conductor is taken as whole", given=f"{face.name}, contact fraction {face.at('contact', 'contact_fraction', draft.cell.temperature):g}",
                allowed="1", remedy="Take its resistance off the measured one, or leave the block contact out",
            )  # fmt: skip
    more = {**region.numbers(draft, layer), **region.double_layers(*faces[::-1])}  # oriented as if the lithium were on the left
    draft.notes[draft.word(index)] = "both faces block ions; electrons pass them freely"
    return Mixed(label=draft.label("", draft.word(index)), orientation=1, j0_lithium=0.0, ions_near=0.0, ions_far=0.0, **more)
