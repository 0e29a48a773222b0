"""Nucleation: the first plating of lithium on a foreign electrode at constant current."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import units
from .base import PROTOCOLS, Protocol, Spectrum, Step, half_cycle_end, keep, positive, show_time, side, stated, towards

if TYPE_CHECKING:
    from ..cells import Cell


@PROTOCOLS.add("nucleation", "Nucleation")
@dataclass(frozen=True, init=False, repr=False)
class Nucleation(Protocol):
    """`Nucleation(current_density="0.5 mA/cm^2", areal_charge="1 mA*h/cm^2")`.

    current_density  magnitude that plates on the working electrode [A/m²]
    areal_charge     charge plated [C/m²], or
    time             duration [s]: exactly one of the two
    working          side of the electrode that is plated, "right" (the default, as in Li|...|Cu) or "left"
    sample           longest time between two recorded points [s]; the first moments are resolved in any case

    Errors: `ProtocolError`, `UnitError`.
    """

    current_density: float = stated("current_density")
    areal_charge: float | None = stated("areal_charge")
    time: float | None = stated("time")
    working: str = stated()
    sample: float | None = stated("time")

    def __init__(
        self, current_density: units.Given, areal_charge: units.Given | None = None, time: units.Given | None = None,
        working: str = "right", sample: units.Given | None = None,
    ) -> None:  # fmt: skip
        keep(
            self, current_density=positive(current_density, "current_density", "current density"),
            areal_charge=positive(areal_charge, "areal_charge", "charge that is plated"), time=positive(time, "time", "duration"),
            working=side(working), sample=positive(sample, "time", "sampling time"),
        )  # fmt: skip
        half_cycle_end(self.time, self.areal_charge)

    def steps(self, cell: Cell | None = None) -> Sequence[Step | Spectrum]:
        """One step of plating."""
        return (plating(self.current_density, self.time, self.areal_charge, self.working, "nucleation", "plating", self.sample),)

    def describe(self) -> str:
        """One line."""
        size = show_time(self.time) if self.time is not None else units.show(self.areal_charge or 0.0, "areal_charge")
        return f"nucleation on the {self.working} electrode: {units.show(self.current_density, 'current_density')}, {size}"


def plating(current: float, time: float | None, charge: float | None, working: str, technique: str, role: str, sample: float | None) -> Step:
    """Plating of `current` [A/m²] on the working electrode, to a time or a charge; info: working, role, current_density."""
    value = -towards(working) * current
    end = (half_cycle_end(time, charge),)
    label = f"{role} of {units.show(current, 'current_density')} on the {working} electrode"
    return Step("current_density", value, end, label, technique, {"working": working, "role": role, "current_density": value}, sample)
