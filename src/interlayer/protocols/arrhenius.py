"""Arrhenius: any protocol at a row of temperatures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .. import units
from .base import PROTOCOLS, Protocol, Spectrum, Step, Until, keep, listed, nested, positive, show_time, stated

if TYPE_CHECKING:
    from ..cells import Cell


@PROTOCOLS.add("arrhenius", "Arrhenius")
@dataclass(frozen=True, init=False, repr=False)
class Arrhenius(Protocol):
    """`Arrhenius("Impedance(1 MHz, 1 Hz)", ["25 degC", "40 degC", "60 degC"])`: the same experiment at each temperature.

    of            the protocol that is repeated, or its text
    temperatures  in the order they are run [K]
    equilibrate   pause at each temperature before it [s], none by default (a simulated cell is isothermal at once)

    A step of `of` that states a temperature of its own keeps it. Errors: `ProtocolError`, `UnitError`.
    """

    of: Protocol = stated()  # noqa: RUF009
    temperatures: tuple[float, ...] = stated("temperature")
    equilibrate: float | None = stated("time")

    def __init__(
        self, of: Protocol | str, temperatures: Sequence[units.Given] | units.Given, equilibrate: units.Given | None = None
    ) -> None:
        keep(
            self, of=nested(of, "experiment at each temperature"), temperatures=listed(temperatures, "temperature", "temperatures"),
            equilibrate=positive(equilibrate, "time", "time of equilibration"),
        )  # fmt: skip

    def steps(self, cell: Cell | None = None) -> Sequence[Step | Spectrum]:
        """The steps of `of` at each temperature; info: temperature_index (from 1)."""
        made: list[Step | Spectrum] = []
        for number, temperature in enumerate(self.temperatures, 1):
            words = units.show(temperature, "temperature")
            info = {"temperature_index": number}
            if self.equilibrate is not None:
                pause = (Until("time", self.equilibrate, f"equilibration of {show_time(self.equilibrate)} complete"),)
                made.append(Step("rest", 0.0, pause, f"equilibration at {words}", "rest", info, temperature=temperature))
            for step in self.of.steps(cell):
                own = temperature if step.temperature is None else step.temperature
                made.append(replace(step, temperature=own, label=f"{step.label} at {words}", info={**step.info, **info}))
        return tuple(made)

    def describe(self) -> str:
        """One line."""
        row = ", ".join(units.show(t, "temperature") for t in self.temperatures)
        return f"at {row}: {self.of.describe()}"
