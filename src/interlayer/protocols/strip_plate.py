"""Strip and plate: constant current back and forth, as symmetric cells are cycled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import units
from .base import (
    PROTOCOLS,
    Protocol,
    Spectrum,
    Step,
    Until,
    half_cycle_end,
    keep,
    positive,
    show_time,
    stated,
    voltage_limits,
    whole,
)  # fmt: skip
from .impedance import Impedance

if TYPE_CHECKING:
    from ..cells import Cell


@PROTOCOLS.add("strip_plate", "StripPlate")
@dataclass(frozen=True, init=False, repr=False)
class StripPlate(Protocol):
    """`StripPlate(current_density="0.1 mA/cm^2", half_cycle="1 h", cycles=1000)`.

    current_density  magnitude [A/m²]; the first half cycle flows left to right (J > 0), the second back
    half_cycle       duration of a half cycle [s], or
    areal_charge     its charge [C/m²]: exactly one of the two
    cycles           number of full cycles
    rest             pause after each half cycle [s], none by default
    impedance_every  a spectrum (1 MHz to 10 mHz) before the first cycle and after every n-th, none by default
    voltage_limit    |V| at which the test ends [V], none by default
    sample           longest time between two recorded points [s]

    Errors: `ProtocolError` for a current of zero, for both or neither of time and charge; `UnitError`.
    """

    current_density: float = stated("current_density")
    half_cycle: float | None = stated("time")
    areal_charge: float | None = stated("areal_charge")
    cycles: int = stated()
    rest: float | None = stated("time")
    impedance_every: int | None = stated()
    voltage_limit: float | None = stated("voltage")
    sample: float | None = stated("time")

    def __init__(
        self,
        current_density: units.Given,
        half_cycle: units.Given | None = None,
        areal_charge: units.Given | None = None,
        cycles: int | str = 1,
        rest: units.Given | None = None,
        impedance_every: int | str | None = None,
        voltage_limit: units.Given | None = None,
        sample: units.Given | None = None,
    ) -> None:
        keep(
            self,
            current_density=positive(current_density, "current_density", "current density"),
            half_cycle=positive(half_cycle, "time", "duration of a half cycle"),
            areal_charge=positive(areal_charge, "areal_charge", "charge of a half cycle"),
            cycles=whole(cycles, "number of cycles"),
            rest=positive(rest, "time", "rest"),
            impedance_every=None
            if impedance_every is None
            else whole(impedance_every, "number of cycles between spectra"),
            voltage_limit=positive(voltage_limit, "voltage", "voltage limit"),
            sample=positive(sample, "time", "sampling time"),
        )
        half_cycle_end(self.half_cycle, self.areal_charge)

    def steps(self, cell: Cell | None = None) -> Sequence[Step | Spectrum]:
        """Two half cycles a cycle, with rests and spectra between them."""
        made: list[Step | Spectrum] = []
        every = self.impedance_every
        if every is not None:
            made.append(spectrum(0))
        end = (half_cycle_end(self.half_cycle, self.areal_charge), *voltage_limits(self.voltage_limit))
        for cycle in range(1, self.cycles + 1):
            made += cycle_steps(cycle, self.current_density, end, "strip_plate", self.rest, self.sample)
            if every is not None and cycle % every == 0:
                made.append(spectrum(cycle))
        return tuple(made)

    def describe(self) -> str:
        """One line."""
        size = (
            show_time(self.half_cycle)
            if self.half_cycle is not None
            else units.show(self.areal_charge or 0.0, "areal_charge")
        )
        extras = f", rest {show_time(self.rest)}" if self.rest is not None else ""
        extras += f", a spectrum every {self.impedance_every} cycles" if self.impedance_every is not None else ""
        current = units.show(self.current_density, "current_density")
        return f"strip and plate at {current}, {size} a half cycle, {self.cycles} cycles{extras}"


def cycle_steps(
    cycle: int, current: float, end: tuple[Until, ...], technique: str, rest: float | None, sample: float | None
) -> list[Step]:
    """One cycle: `current` [A/m²] from left to right, then back, each followed by the rest if there is one.

    info of each step: cycle (from 1), half_cycle (1, 2, 3 ... through the whole test), current_density [A/m²], signed.
    """
    made = []
    for second in (0, 1):
        value = -current if second else current
        half = 2 * (cycle - 1) + second + 1
        info = {"cycle": cycle, "half_cycle": half, "current_density": value}
        way = "left" if second else "right"
        label = f"cycle {cycle}: {units.show(current, 'current_density')} to the {way}"
        made.append(Step("current_density", value, end, label, technique, info, sample))
        if rest is not None:
            pause = (Until("time", rest, f"rest of {show_time(rest)} complete"),)
            made.append(
                Step(
                    "rest",
                    0.0,
                    pause,
                    f"cycle {cycle}: rest after the current to the {way}",
                    "rest",
                    {**info, "current_density": 0.0},
                    sample,
                )
            )
    return made


def spectrum(cycle: int) -> Spectrum:
    """The spectrum between cycles: 1 MHz to 10 mHz, ten frequencies a decade."""
    label = f"impedance after cycle {cycle}" if cycle else "impedance before cycling"
    return Spectrum(Impedance().spectrum().frequencies, label, info={"cycle": cycle})
