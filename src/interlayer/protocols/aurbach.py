"""Aurbach: Coulombic efficiency of lithium on copper with a reservoir (Adams et al. 2018), or by plain cycling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .. import units
from ..errors import ProtocolError
from .base import FINELY, PROTOCOLS, Protocol, Spectrum, Step, Until, keep, positive, side, stated, towards, whole
from .nucleation import plating

if TYPE_CHECKING:
    from ..cells import Cell


@PROTOCOLS.add("aurbach", "Aurbach")
@dataclass(frozen=True, init=False, repr=False)
class Aurbach(Protocol):
    """`Aurbach(current_density="0.5 mA/cm^2", reservoir="5 mA*h/cm^2", cycled="1 mA*h/cm^2", cycles=10, cut_off="1 V")`.

    current_density  magnitude [A/m²]
    reservoir        Q_T plated at first [C/m²], none for plain cycling: then every cycle strips to the cut-off
    cycled           Q_C of each cycle [C/m²], smaller than the reservoir
    cycles           n
    cut_off          potential of the working electrode at which stripping ends [V]
    formation        plate and strip the reservoir once before (conditions the copper)
    working          side of the copper, "right" (the default, as in Li|...|Cu) or "left"
    sample           recorded at multiples of this time [s]; default: where something changes, and at least 250 times while Q_C passes

    The efficiency follows as (n Q_C + Q_S)/(n Q_C + Q_T) with Q_S the charge of the last strip (Adams et al., Adv. Energy
    Mater. 8 (2018) 1702097, recalled). info: role ("reservoir", "strip", "plate", "last strip", ...), cycle.
    Errors: `ProtocolError`, `UnitError`.
    """

    current_density: float = stated("current_density")
    reservoir: float | None = stated("areal_charge")
    cycled: float = stated("areal_charge")
    cycles: int = stated()
    cut_off: float = stated("voltage")
    formation: bool = stated()
    working: str = stated()
    sample: float | None = stated("time")

    def __init__(
        self, current_density: units.Given, reservoir: units.Given | None = "5 mA*h/cm^2", cycled: units.Given = "1 mA*h/cm^2",
        cycles: int | str = 10, cut_off: units.Given = "1 V", formation: bool | str = False, working: str = "right",
        sample: units.Given | None = None,
    ) -> None:  # fmt: skip
        keep(
            self, current_density=positive(current_density, "current_density", "current density"),
            reservoir=positive(reservoir, "areal_charge", "reservoir"), cycled=positive(cycled, "areal_charge", "charge of a cycle"),
            cycles=whole(cycles, "number of cycles"), cut_off=positive(cut_off, "voltage", "cut-off"),
            formation=formation if isinstance(formation, bool) else formation.casefold() in ("true", "yes", "1"),
            working=side(working), sample=positive(sample, "time", "sampling time"),
        )  # fmt: skip
        if self.reservoir is not None and self.cycled >= self.reservoir:
            raise ProtocolError(
                "The charge of a cycle is smaller than the reservoir", given=units.show(self.cycled, "areal_charge"),
                allowed=f"below {units.show(self.reservoir, 'areal_charge')}",
            )  # fmt: skip

    def steps(self, cell: Cell | None = None) -> Sequence[Step | Spectrum]:
        """Formation, reservoir, cycles, last strip; or plain plate and strip cycles without a reservoir."""
        made: list[Step] = []
        if self.reservoir is None:
            for cycle in range(1, self.cycles + 1):
                made += [self._plate(self.cycled, "plate", cycle), self._strip(None, "strip", cycle)]
            return tuple(made)
        if self.formation:
            made += [self._plate(self.reservoir, "formation plate", 0), self._strip(None, "formation strip", 0)]
        made.append(self._plate(self.reservoir, "reservoir", 0))
        for cycle in range(1, self.cycles + 1):
            made += [self._strip(self.cycled, "strip", cycle), self._plate(self.cycled, "plate", cycle)]
        made.append(self._strip(None, "last strip", self.cycles))
        return tuple(made)

    def _plate(self, charge: float, role: str, cycle: int) -> Step:
        step = plating(self.current_density, None, charge, self.working, "aurbach", role, self.sample)
        return replace(step, info={**step.info, "cycle": cycle}, apart=self._apart)

    @property
    def _apart(self) -> float:
        """The last strip ends somewhere between two points: so close do they lie."""
        return self.cycled / self.current_density * FINELY

    def _strip(self, charge: float | None, role: str, cycle: int) -> Step:
        """Stripping to the cut-off, or to a charge before it."""
        sign = towards(self.working)
        kind = "voltage_above" if sign > 0.0 else "voltage_below"
        end = [Until(kind, sign * self.cut_off, f"cut-off {units.show(self.cut_off, 'voltage')}")]
        if charge is not None:
            end.append(Until("areal_charge", charge, f"{units.show(charge, 'areal_charge')} stripped"))
        value = sign * self.current_density
        label = f"{role} of {units.show(self.current_density, 'current_density')} from the {self.working} electrode"
        info = {"working": self.working, "role": role, "current_density": value, "cycle": cycle}
        return Step("current_density", value, tuple(end), label, "aurbach", info, self.sample, apart=self._apart)

    def describe(self) -> str:
        """One line."""
        size = units.show(self.cycled, "areal_charge")
        rest = f"reservoir {units.show(self.reservoir, 'areal_charge')}, {size} cycled" if self.reservoir is not None else f"{size} plated, stripped in full"
        return f"efficiency on the {self.working} electrode: {rest} {self.cycles} times at {units.show(self.current_density, 'current_density')}"
