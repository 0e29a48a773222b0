"""Contact of a face: how much of it touches at the start, who changes that, and what the current pays for it.

A stated contact fraction wins. Where the cell states a pressure and only a prior is known, a metal on a ceramic touches
with f = min(1, P/H) (physics.md E6): soft layers wet, so they keep theirs.
"""

from __future__ import annotations

from collections.abc import Callable

from ... import units
from ...cells import Layer
from ...elements import Element
from ...elements.constriction import Constriction
from ...errors import CellError, MissingValueError
from ...laws.constriction import asr_fixed_density
from ...laws.creep import capped_closure, contact_under_pressure, diffusive_closure, void_closure
from ...mechanisms.expansion import Expansion
from ...mechanisms.voids import Voids
from .base import VACUUM_PERMITTIVITY, Place

#: marks of a contact fraction that somebody decided on for this cell
DECIDED = ("stated", "fitted", "measured")
ROOM = 298.15
CREEP = ("creep_rate", "creep_exponent", "creep_activation_energy", "creep_reference_stress")


def at_start(place: Place) -> float:
    """Contact fraction of the fresh face."""
    if "contact" not in place.interface:
        return 1.0
    value, pressure = place.interface.value("contact", "contact_fraction"), place.draft.cell.pressure
    own, metal = value.at(ROOM), place.electrode
    if pressure is None or place.layer.role != "ceramic" or "yield_strength" not in metal:
        return own
    f = contact_under_pressure(pressure.value, metal.at("yield_strength", ROOM))
    law, under = f"min(1, P/(3 sigma_y)) = {f:.3g}", f"under {units.show(pressure.value, 'pressure')}"
    decided = value.mark in DECIDED
    place.draft.notes[place.word] = (
        f"contact fraction {own:.3g} as {value.mark}; {law} {under}" if decided else f"contact fraction {law} {under}; the prior is {own:.3g}"
    )
    return own if decided else f


def owner(place: Place, start: float) -> tuple[str | float, Element | None]:
    """(what readers of the contact link to, the leaves that change it, to be put in the faradaic branch)."""
    interface = place.interface
    contact: str | float = start
    leaves: Element | None = None
    if "voids" in interface:
        label = place.label("voids")
        leaves = Voids(
            label=label, orientation=place.side, replenishment=place.at("voids", "replenishment_current"), depth=place.at("voids", "void_depth"),
            refill=place.at("voids", "refill_efficiency"), contact=start, molar_volume=place.draft.lithium, closure=closure(place),
            lost=place.at("voids", "contact_lost"),
        )  # fmt: skip
        contact = f"{label}.contact_fraction"
    if "expansion" in interface and "interphase" in interface:
        label = place.label("expansion")
        grows = Expansion(
            label=label, orientation=place.side, reads={"contact": contact, "thickness": f"interphase {place.word}.thickness"},
            swelling=place.at("expansion", "swelling"), gap=place.at("contact", "gap_height"), crack=place.at("expansion", "crack_thickness"),
            initial=place.at("interphase", "initial_thickness"),
        )  # fmt: skip
        contact = f"{label}.contact_fraction"
        leaves = grows if leaves is None else leaves + grows
    return contact, leaves


def closure(place: Place) -> Callable[[float], float]:
    """How fast the cell's pressure closes voids [1/s], by the law that the block creep names (laws/creep.py)."""
    pressure, metal = place.draft.cell.pressure, place.electrode
    law = place.interface.word("creep", "creep_law") if "creep" in place.interface else ""
    needed = {"diffusion": ("self_diffusivity",), "both": (*CREEP, "self_diffusivity"), "capped": (*CREEP, "yield_strength")}.get(law, CREEP)
    lacking = [key for key in needed if key not in metal]
    if law and lacking:
        raise MissingValueError(f"The creep law {law} of {place.interface.name} needs what {metal.name} does not state: {', '.join(lacking)}")
    if pressure is None or lacking:
        return lambda T: 0.0
    P = pressure.value

    def dislocation(T: float) -> float:
        return void_closure(P, T, *(metal.at(key, T) for key in CREEP))

    def capped(T: float) -> float:
        return capped_closure(P, T, *(metal.at(key, T) for key in (*CREEP, "yield_strength")))

    def diffusion(T: float) -> float:
        return diffusive_closure(P, T, metal.at("self_diffusivity", T), place.draft.lithium(T), place.interface.at("voids", "void_depth", T))

    return {"capped": capped, "diffusion": diffusion, "both": lambda T: dislocation(T) + diffusion(T)}.get(law, dislocation)


def constriction(place: Place, start: float, contact: str | float) -> Element | None:
    """The constriction of the current into the spots; None where the whole face touches for good."""
    if "contact" not in place.interface or contact == 1.0:
        return None
    layer = place.layer
    if not isinstance(layer, Layer):
        raise CellError("Constriction needs an electrolyte layer beside the face", given=place.interface.name)
    label, radius = place.label("constriction"), _radius(place, start)
    place.dropped(label)
    return Constriction(
        label=label, orientation=place.side, reads={"contact": contact}, cell_radius=radius, thickness=layer.thickness.at,
        sigma=lambda T: layer.at("conductivity", T), capacitance=_capacitance(place, layer, start, radius),
    )  # fmt: skip


def _radius(place: Place, start: float) -> Callable[[float], float]:
    """Half the distance between spots."""
    spot = place.interface.value("contact", "spot_radius")
    return lambda T: spot.at(T) / start**0.5


def _capacitance(place: Place, layer: Layer, start: float, radius: Callable[[float], float]) -> Callable[[float], float]:
    """What bridges the constriction R: the gap of the start and the squeezed electrolyte itself.

    It is what the two-zone law of laws/constriction.py has to first order in frequency where the double layer shorts the
    transfer of the spots, as it does where this capacitance counts: (eps_0/g)/(1 - f) + (eps_0 eps_r/sigma)/R (eps_r where it is
    known). None where no gap is known (an old record) or the face touches as a whole.
    """
    if start >= 1.0 or "gap_height" not in place.interface.physics["contact"]:
        return lambda T: 0.0
    height = place.at("contact", "gap_height")

    def capacitance(T: float) -> float:
        sigma = layer.at("conductivity", T)
        own = layer.at("relative_permittivity", T) if "relative_permittivity" in layer else 0.0
        squeeze = asr_fixed_density(sigma, radius(T), start, layer.thickness.at(T))[0]
        return VACUUM_PERMITTIVITY * (1.0 / (height(T) * (1.0 - start)) + own / (sigma * squeeze))

    return capacitance
