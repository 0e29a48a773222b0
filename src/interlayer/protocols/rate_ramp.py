"""Rate ramp: a few cycles at each of a row of currents, as a rate test of symmetric cells is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import units
from ..errors import ProtocolError
from .base import (
    PROTOCOLS,
    Protocol,
    Spectrum,
    Step,
    half_cycle_end,
    keep,
    listed,
    positive,
    show_time,
    stated,
    voltage_limits,
    whole,
)
from .strip_plate import cycle_steps

if TYPE_CHECKING:
    from ..cells import Cell


@PROTOCOLS.add("rate_ramp", "RateRamp")
@dataclass(frozen=True, init=False, repr=False)
class RateRamp(Protocol):
    """`RateRamp(["0.1 mA/cm^2", "0.2 mA/cm^2", "0.1 mA/cm^2"], half_cycle="1 h", cycles=5)`.

    current_densities  magnitudes in the order they are run [A/m²]; a return to the first shows what did not recover
    half_cycle         duration of a half cycle [s], or
    areal_charge       its charge [C/m²]: exactly one of the two
    cycles             cycles at each current
    rest               pause after each half cycle [s], none by default
    voltage_limit      |V| at which the test ends [V], none by default
    sample             longest time between two recorded points [s]

    Errors: `ProtocolError`, `UnitError`.
    """

    current_densities: tuple[float, ...] = stated("current_density")
    half_cycle: float | None = stated("time")
    areal_charge: float | None = stated("areal_charge")
    cycles: int = stated()
    rest: float | None = stated("time")
    voltage_limit: float | None = stated("voltage")
    sample: float | None = stated("time")

    def __init__(
        self, current_densities: Sequence[units.Given] | units.Given, half_cycle: units.Given | None = None,
        areal_charge: units.Given | None = None, cycles: int | str = 5, rest: units.Given | None = None,
        voltage_limit: units.Given | None = None, sample: units.Given | None = None,
    ) -> None:  # fmt: skip
        row = listed(current_densities, "current_density", "current densities")
        if not all(value > 0.0 for value in row):
            raise ProtocolError("The current densities of a rate ramp are magnitudes above zero", given=[units.show(v, "current_density") for v in row])
        keep(
            self, current_densities=row, half_cycle=positive(half_cycle, "time", "duration of a half cycle"),
            areal_charge=positive(areal_charge, "areal_charge", "charge of a half cycle"), cycles=whole(cycles, "number of cycles"),
            rest=positive(rest, "time", "rest"), voltage_limit=positive(voltage_limit, "voltage", "voltage limit"),
            sample=positive(sample, "time", "sampling time"),
        )  # fmt: skip
        half_cycle_end(self.half_cycle, self.areal_charge)

    def steps(self, cell: Cell | None = None) -> Sequence[Step | Spectrum]:
        """`cycles` cycles at each current, numbered through."""
        end = (half_cycle_end(self.half_cycle, self.areal_charge), *voltage_limits(self.voltage_limit))
        made: list[Step] = []
        for index, current in enumerate(self.current_densities):
            for turn in range(self.cycles):
                made += cycle_steps(index * self.cycles + turn + 1, current, end, "rate_ramp", self.rest, self.sample)
        return tuple(made)

    def describe(self) -> str:
        """One line."""
        size = show_time(self.half_cycle) if self.half_cycle is not None else units.show(self.areal_charge or 0.0, "areal_charge")
        row = ", ".join(units.show(v, "current_density") for v in self.current_densities)
        return f"rate ramp: {row}; {size} a half cycle, {self.cycles} cycles each"
