"""A mixed conductor beside an electrode: one region with both its faces (physics.md E10).

Charge transfer and double layer of the two pairs (electrode|layer, layer|electrolyte) become parameters of the region;
constriction, interphase and filament of these pairs stand in series with it (face.py). Where the layer states a filler,
its ionic conductivity is that of the matrix plus that of the filler's network (laws.composite), nothing below percolation.
"""

from __future__ import annotations

from collections.abc import Callable

from ...cells import Interface, Layer
from ...elements import Element
from ...elements.mixed import Mixed
from ...errors import CellError
from ...laws.composite import network
from .base import LAYERS, Draft, Place
from .contact import closure

#: field of the region -> property of the layer, taken where it is stated
OPTIONAL = {
    "capacitance": "wall_capacitance", "barrier": "wall_nucleation_barrier", "preferred_share": "preferred_share", "preferred_barrier": "preferred_barrier",
    "face_barrier": "face_barrier", "host_capacity": "host_capacity", "host_exchange": "host_exchange_current_density",
    "host_slope": "host_potential_slope", "host_sites": "host_sites", "host_diffusivity": "host_diffusivity", "host_transfer": "host_transfer",
    "grain_radius": "grain_radius", "grain_diffusivity": "grain_diffusivity", "cover": "wall_cover", "face_cover": "face_cover",
    "margin": "room_margin", "overflow": "overflow_filling", "blocking": "pore_blocking", "deposit_conductivity": "deposit_conductivity",
    "deposit_exponent": "deposit_exponent",
}  # fmt: skip
FILLER = ("filler_fraction", "filler_size", "matrix_size", "filler_conductivity")


@LAYERS.add("mixed")
def mixed(draft: Draft, index: int) -> Element:
    """The region of one mixed layer; it must lie beside an electrode, which it joins."""
    cell = draft.cell
    layer = cell.stack[index]
    assert isinstance(layer, Layer)
    side = draft.side(index)
    outer = index - 1 if side > 0 else index + 1
    if side == 0 or outer not in (0, len(cell.stack) - 1):
        raise CellError(
            "A mixed conductor can be simulated between an electrode and an electrolyte only", given=cell.notation,
            remedy="Put it beside an electrode, or describe several mixed layers as one",
        )  # fmt: skip
    electrode = cell.stack[outer]
    lithium, electrolyte = (cell.interfaces[index - 1], cell.interfaces[index])[:: 1 if side > 0 else -1]

    def at(key: str) -> Callable[[float], float]:
        return lambda T: layer.at(key, T)

    more: dict[str, Callable[[float], float]] = {field: at(key) for field, key in OPTIONAL.items() if key in layer}
    if "host_capacity" in layer:
        more["grain_share"] = lambda T: max(1.0 - layer.at("pore_fraction", T), 1e-6)
    for field, face in (("lithium_capacitance", lithium), ("electrolyte_capacitance", electrolyte)):
        if "double_layer" in face:
            more[field] = face.value("double_layer", "double_layer_capacitance").at
    more |= _voids(draft, index - 1 if side > 0 else index)
    if electrode.thickness is not None:
        more["foil"] = electrode.thickness.at
    label = draft.label("", draft.word(index))
    draft.drops[side].append(f"{label}.overpotential")
    draft.spots[side] = f"{label}.overpotential"
    return Mixed(
        label=label, orientation=side, thickness=layer.thickness.at, conductivity=_conductivity(layer), electronic_conductivity=at("electronic_conductivity"),
        specific_area=at("specific_area"), porosity=at("pore_fraction"), j0=at("wall_exchange_current_density"), j0_lithium=_exchange(lithium),
        j0_electrolyte=_exchange(electrolyte) if "charge_transfer" in electrolyte else 0.0,
        alpha=lithium.value("charge_transfer", "alpha").at, molar_volume=electrode["molar_volume"].at,
        pore_pressure=_pressure(draft, layer, "pore_pressure_share", 1.0), face_pressure=_pressure(draft, layer, "face_pressure_share", 0.0),
        lithiation=layer.at("host_lithiation", cell.temperature) if "host_lithiation" in layer else 1.0, **more,  # type: ignore[arg-type]
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


def _exchange(face: Interface) -> Callable[[float], float]:
    """Exchange current over the geometric area: that of the spots times the share in contact."""
    j0 = face.value("charge_transfer", "exchange_current_density")
    contact = face.at("contact", "contact_fraction", 298.15) if "contact" in face else 1.0
    return lambda T: contact * j0.at(T)


def _pressure(draft: Draft, layer: Layer, key: str, neutral: float) -> float:
    """Pressure above that on the electrode [Pa]; none where the cell's pressure or the share is not stated."""
    if draft.cell.pressure is None or key not in layer:
        return 0.0
    return (layer.at(key, draft.cell.temperature) - neutral) * draft.cell.pressure.value


def _conductivity(layer: Layer) -> Callable[[float], float]:
    """The layer's own ionic conductivity, plus its filler's network where there is a filler."""
    stated = [key for key in FILLER if key in layer]
    if not stated:
        return lambda T: layer.at("conductivity", T)
    missing = [key for key in FILLER if key not in layer]
    if missing:
        raise CellError(f"The filler of {layer.name} is not fully described", given=", ".join(stated), allowed=", ".join(FILLER), remedy=f"State {' and '.join(missing)}")

    def effective(T: float) -> float:
        filler = network(
            layer.at("filler_conductivity", T), layer.at("filler_fraction", T), layer.at("filler_size", T) / layer.at("matrix_size", T),
            1.0 - layer.at("pore_fraction", T),
        )  # fmt: skip
        return layer.at("conductivity", T) + filler

    return effective
