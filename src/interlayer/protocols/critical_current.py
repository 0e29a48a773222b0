"""Critical current density: the current is raised step by step until the cell fails."""

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
    positive,
    show_time,
    stated,
    voltage_limits,
    whole,
)
from .strip_plate import cycle_steps

if TYPE_CHECKING:
    from ..cells import Cell

DEFAULT_STEPS = 50
VOLTAGE_LIMIT = "5 V"


@PROTOCOLS.add("critical_current", "CriticalCurrent")
@dataclass(frozen=True, init=False, repr=False)
class CriticalCurrent(Protocol):
    """`CriticalCurrent(step="0.1 mA/cm^2", half_cycle="30 min")`: a ramp with fixed time or fixed charge a half cycle.

    start            first current density [A/m²]; the step when not stated
    step             how much each next one is higher [A/m²]
    stop             last current density [A/m²]; fifty steps when not stated (the test ends when the cell fails)
    half_cycle       duration of a half cycle [s] (fixed time: the charge grows with the current), or
    areal_charge     its charge [C/m²] (fixed charge: the time shrinks): exactly one, since voids make the result
                     depend on the charge a half cycle
    cycles_per_step  cycles at each current
    rest             pause after each half cycle [s], none by default
    voltage_limit    |V| at which the test ends [V]; default 5 V, as cyclers of symmetric cells are set (their range ends at 5
                     to 10 V); "none" lets the current drive what it can
    sample           longest time between two recorded points [s]

    Currents: start, start + step, ... up to stop (included where it is met). Errors: `ProtocolError`, `UnitError`.
    """

    start: float = stated("current_density")
    step: float = stated("current_density")
    stop: float = stated("current_density")
    half_cycle: float | None = stated("time")
    areal_charge: float | None = stated("areal_charge")
    cycles_per_step: int = stated()
    rest: float | None = stated("time")
    voltage_limit: float | None = stated("voltage")
    sample: float | None = stated("time")

    def __init__(
        self,
        start: units.Given | None = None,
        step: units.Given | None = None,
        stop: units.Given | None = None,
        half_cycle: units.Given | None = None,
        areal_charge: units.Given | None = None,
        cycles_per_step: int | str = 1,
        rest: units.Given | None = None,
        voltage_limit: units.Given | None = VOLTAGE_LIMIT,
        sample: units.Given | None = None,
    ) -> None:
        rise = positive(step, "current_density", "step of the current density")
        if rise is None:
            raise ProtocolError("The ramp needs its step", remedy='Give step="0.1 mA/cm^2"')
        first = positive(start, "current_density", "first current density")
        first = rise if first is None else first
        last = positive(stop, "current_density", "last current density")
        last = first + (DEFAULT_STEPS - 1) * rise if last is None else last
        units.check(last, "current_density", what="last current density")
        if last < first:
            raise ProtocolError(
                "The ramp ends below its start",
                given=f"{units.show(first, 'current_density')} to {units.show(last, 'current_density')}",
            )
        keep(
            self, start=first, step=rise, stop=last,
            half_cycle=positive(half_cycle, "time", "duration of a half cycle"),
            areal_charge=positive(areal_charge, "areal_charge", "charge of a half cycle"),
            cycles_per_step=whole(cycles_per_step, "number of cycles per step"),
            rest=positive(rest, "time", "rest"),
            voltage_limit=positive(voltage_limit, "voltage", "voltage limit"),
            sample=positive(sample, "time", "sampling time"),
        )  # fmt: skip
        half_cycle_end(self.half_cycle, self.areal_charge)

    def currents(self) -> tuple[float, ...]:
        """The current densities of the ramp [A/m²]; `stop` is met within a billionth of a step."""
        count = int((self.stop - self.start) / self.step + 1e-9) + 1
        return tuple(self.start + index * self.step for index in range(count))

    def steps(self, cell: Cell | None = None) -> Sequence[Step | Spectrum]:
        """`cycles_per_step` cycles at each current."""
        end = (half_cycle_end(self.half_cycle, self.areal_charge), *voltage_limits(self.voltage_limit))
        made: list[Step] = []
        for index, current in enumerate(self.currents()):
            for turn in range(self.cycles_per_step):
                cycle = index * self.cycles_per_step + turn + 1
                made += cycle_steps(cycle, current, end, "critical_current", self.rest, self.sample)
        return tuple(made)

    def describe(self) -> str:
        """One line."""
        size = (
            f"{show_time(self.half_cycle)} (fixed time)"
            if self.half_cycle is not None
            else f"{units.show(self.areal_charge or 0.0, 'areal_charge')} (fixed charge)"
        )
        start, stop, step = (units.show(value, "current_density") for value in (self.start, self.stop, self.step))
        cycles = "one cycle" if self.cycles_per_step == 1 else f"{self.cycles_per_step} cycles"
        limit = "" if self.voltage_limit is None else f", up to {units.show(self.voltage_limit, 'voltage')}"
        return f"critical current: {start} to {stop} in steps of {step}, {size} a half cycle, {cycles} a step{limit}"
