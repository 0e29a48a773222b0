"""What a mixed conductor brings to its region, whatever lies beside it: numbers of the layer, its filler's network, pressure.

Where the layer states a filler, its ionic conductivity is that of the matrix plus that of the filler's network
(laws.composite), nothing below percolation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...cells import Interface, Layer
from ...errors import CellError
from ...laws.composite import network
from ...materials import material
from .base import Draft

#: field of the region -> property of the layer, taken where it is stated
OPTIONAL = {
    "capacitance": "wall_capacitance", "barrier": "wall_nucleation_barrier", "preferred_share": "preferred_share", "preferred_barrier": "preferred_barrier",
    "face_barrier": "face_barrier", "host_capacity": "host_capacity", "host_exchange": "host_exchange_current_density",
    "host_slope": "host_potential_slope", "host_sites": "host_sites", "host_diffusivity": "host_diffusivity", "host_transfer": "host_transfer",
    "grain_radius": "grain_radius", "grain_diffusivity": "grain_diffusivity", "cover": "wall_cover", "face_cover": "face_cover",
    "margin": "room_margin", "overflow": "overflow_filling", "blocking": "pore_blocking", "deposit_conductivity": "deposit_conductivity",
    "deposit_exponent": "deposit_exponent", "filling": "pore_filling",
}  # fmt: skip
FILLER = ("filler_fraction", "filler_size", "matrix_size", "filler_conductivity")


def numbers(draft: Draft, layer: Layer) -> Mapping[str, Any]:
    """Fields of `elements.mixed.Mixed` that the layer itself decides."""

    def at(key: str) -> Callable[[float], float]:
        return lambda T: layer.at(key, T)

    own: dict[str, Any] = {field: at(key) for field, key in OPTIONAL.items() if key in layer}
    if "host_capacity" in layer:
        own["grain_share"] = lambda T: max(1.0 - layer.at("pore_fraction", T), 1e-6)
    own |= {
        "thickness": layer.thickness.at, "conductivity": _conductivity(layer), "electronic_conductivity": at("electronic_conductivity"),
        "specific_area": at("specific_area"), "porosity": at("pore_fraction"), "j0": at("wall_exchange_current_density"),
        "molar_volume": draft.lithium if draft.plates else material("Li")["molar_volume"].at,
        "pore_pressure": _pressure(draft, layer, "pore_pressure_share", 1.0), "face_pressure": _pressure(draft, layer, "face_pressure_share", 0.0),
        "lithiation": layer.at("host_lithiation", draft.cell.temperature) if "host_lithiation" in layer else 1.0,
    }  # fmt: skip
    return own


def double_layers(left: Interface, right: Interface) -> Mapping[str, Any]:
    """Double layers of the two faces y = 0 and y = L, where their pairs state one."""
    faces = (("electrolyte_capacitance", left), ("lithium_capacitance", right))
    return {field: face.value("double_layer", "double_layer_capacitance").at for field, face in faces if "double_layer" in face}


def exchange(face: Interface) -> Callable[[float], float] | float:
    """Exchange current over the geometric area: that of the spots times the share in contact; 0 where none is stated."""
    if "charge_transfer" not in face:
        return 0.0
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
