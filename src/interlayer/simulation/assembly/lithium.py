"""Lithium of an electrode: what a foil holds, what is deposited on a collector, what is dead."""

from __future__ import annotations

from dataclasses import dataclass

from ...elements import Element
from ...elements.base import Scalar
from ...elements.porous_layer import PorousLayer
from ...mechanisms.dead_lithium import DeadLithium
from ...mechanisms.deposit import Deposit
from ...mechanisms.inventory import Inventory
from .base import Place


@dataclass(frozen=True)
class Store:
    """Leaves for the faradaic branch, what covers the face (None: contact decides), and the dead layer outside of it."""

    leaves: tuple[Element, ...] = ()
    contact: str | None = None
    outside: Element | None = None


def store(place: Place) -> Store:
    """What the electrode at this face does with lithium."""
    if not place.at_end:
        return Store()
    leaves: list[Element] = []
    outside: Element | None = None
    dead: dict[str, str | float] = {}
    efficiency: Scalar = 1.0
    if "dead_lithium" in place.interface:
        label, efficiency = place.label("dead lithium"), place.at("dead_lithium", "coulombic_efficiency")
        leaves.append(
            DeadLithium(
                label=label, orientation=place.side, efficiency=efficiency,
                porosity=place.at("dead_lithium", "dead_porosity"), molar_volume=place.draft.lithium,
            )
        )  # fmt: skip
        dead = {"dead": f"{label}.dead"}
        outside = _dead_layer(place, f"{label}.dead_thickness")
    if "deposit" in place.interface and place.electrode.role == "collector":
        label = place.label("deposit")
        leaves.append(
            Deposit(
                label=label, orientation=place.side, nuclei=place.at("deposit", "nuclei_coverage"), spread=place.at("deposit", "coverage_charge"),
                barrier=place.at("deposit", "nucleation_barrier"), porosity=place.at("deposit", "deposit_porosity"),
                alpha=place.at("charge_transfer", "alpha"), molar_volume=place.draft.lithium, efficiency=efficiency,
            )
        )  # fmt: skip
        return Store(tuple(leaves), f"{label}.contact_fraction", outside)
    if place.electrode.thickness is not None:
        bound: dict[str, str | float] = {"bound": f"interphase {place.word}.lithium_consumed"} if "interphase" in place.interface else {}
        leaves.append(
            Inventory(
                label=place.label("lithium"), orientation=place.side, reads=bound | dead, thickness=place.electrode.thickness.at,
                molar_volume=place.draft.lithium,
            )
        )  # fmt: skip
    return Store(tuple(leaves), None, outside)


def _dead_layer(place: Place, thickness: str) -> Element:
    """The pores of dead lithium hold the electrolyte beside the face: kappa times porosity^1.5 (Bruggeman)."""
    layer, porosity = place.layer, place.at("dead_lithium", "dead_porosity")

    def conductivity(T: float) -> float:
        free = layer.at("porosity", T) if "porosity" in layer else 1.0  # what is stated for a separator is that of its pores
        return float(layer.at("conductivity", T) * (porosity(T) / free) ** 1.5)

    label = place.label("dead layer")
    place.dropped(label)
    return PorousLayer(label=label, orientation=place.side, reads={"thickness": thickness}, conductivity=conductivity)
