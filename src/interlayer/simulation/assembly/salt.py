"""Layers that hold salt: neighbours share it and are one binary electrolyte region (physics.md E1).

The concentrations stated for neighbours are those in equilibrium with each other: their ratio is the partition.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce

from ...cells import Electrode, Layer
from ...elements import Element
from ...elements.binary import Binary, OfSalt, Property
from ...errors import CellError
from ...laws.salt import FUNCTIONS, OfConcentration
from ...materials import SALTY
from .base import LAYERS, Draft
from .interlayer import film

CELLS = 24  # of one layer of constant properties, whose scheme is of fourth order: 0.15 uV of 0.06 V in an hour from a tenth of a second after a switch on


@LAYERS.add(*SALTY)
def salt(draft: Draft, index: int) -> Element | None:
    """The region that begins with this layer; None where the layer belongs to the region on its left."""
    stack = draft.cell.stack
    if stack[index - 1].role in SALTY:
        return None
    last = index
    while stack[last + 1].role in SALTY:
        last += 1
    for face in draft.cell.interfaces[index:last]:
        if face.physics:
            raise CellError(
                f"{face.name} is said to have physics of its own, but its ions cross freely: both layers hold salt", given=sorted(face.physics),
                remedy="Leave the physics of this interface out; a step of the concentration follows from those of the layers",
            )  # fmt: skip
    if all(e.role == "collector" for e in draft.cell.electrodes):
        return reduce(lambda a, b: a + b, [_resistance(draft, i) for i in range(index, last + 1)])
    word = " + ".join(draft.word(i) for i in range(index, last + 1))
    label = draft.label("", word)
    made = []
    for i in range(index, last + 1):
        layer = stack[i]
        assert isinstance(layer, Layer)
        made.append(_layer(layer, label, stack[index]))
        draft.salts[i] = label
    if len(made) == 1 and not any(isinstance(p, OfSalt) for p in made[0].transport):
        return replace(made[0], cells=CELLS)
    return replace(made[0], others=tuple(made[1:]))


def _resistance(draft: Draft, index: int) -> Element:
    """Between two blocking electrodes no ion enters or leaves: the salt stays uniform, and the layer is L/kappa beside its
    geometric capacitance."""
    layer = draft.cell.stack[index]
    assert isinstance(layer, Layer)
    return film(layer, draft.label("bulk", draft.word(index)), 0)


def _layer(layer: Layer, label: str, beside: Electrode | Layer) -> Binary:
    own = _number(layer, "concentration")
    return Binary(
        label=label, thickness=layer.thickness.at, conductivity=_property(layer, "conductivity"), diffusivity=_property(layer, "diffusivity"),
        transference_number=_property(layer, "transference_number"), thermodynamic_factor=_property(layer, "thermodynamic_factor", 1.0),
        concentration=own, porosity=_number(layer, "porosity", 1.0), partition=lambda T: own(T) / beside.at("concentration", T),
    )  # fmt: skip


def _number(layer: Layer, key: str, default: float | None = None) -> Callable[[float], float]:
    def value(T: float) -> float:
        return default if default is not None and key not in layer else layer.at(key, T)

    return value


def _property(layer: Layer, key: str, default: float | None = None) -> Property:
    if key in layer and isinstance(law := layer[key].law, OfConcentration):
        value, row = layer[key], FUNCTIONS[law.name]
        return OfSalt(lambda c, T: value.value * law.ratio(c, T, value.reference_temperature), row.low, row.high)
    return _number(layer, key, default)
