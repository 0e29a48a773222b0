"""Polarisation with direct current or voltage, step by step until the answer is steady: conductivity, leakage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import units
from ..errors import ProtocolError
from .base import FINELY, PROTOCOLS, Protocol, Spectrum, Step, Until, keep, listed, positive, show_time, stated

if TYPE_CHECKING:
    from ..cells import Cell


@PROTOCOLS.add("dc_polarisation", "DCPolarisation")
@dataclass(frozen=True, init=False, repr=False)
class DCPolarisation(Protocol):
    """`DCPolarisation(voltages=["10 mV", "20 mV", "50 mV"], hold="1 h")`, or with currents.

    voltages           held one after the other [V], left minus right: exactly one of voltages and current_densities
    current_densities  imposed one after the other [A/m²]
    hold               duration of each [s]
    rest               pause between them [s], none by default
    sample             recorded at multiples of this time [s]; default: where something changes, and at least 250 times a hold

    Over blocking electrodes the steady current is electronic (Hebb-Wagner); over lithium it is the ionic limit current
    fraction, or the full conductivity of a single-ion conductor. Errors: `ProtocolError`, `UnitError`.
    """

    voltages: tuple[float, ...] | None = stated("voltage")
    current_densities: tuple[float, ...] | None = stated("current_density")
    hold: float = stated("time")
    rest: float | None = stated("time")
    sample: float | None = stated("time")

    def __init__(
        self, voltages: Sequence[units.Given] | units.Given | None = None,
        current_densities: Sequence[units.Given] | units.Given | None = None, hold: units.Given = "1 h",
        rest: units.Given | None = None, sample: units.Given | None = None,
    ) -> None:  # fmt: skip
        if (voltages is None) == (current_densities is None):
            raise ProtocolError(
                "A polarisation imposes voltages or current densities, exactly one of them",
                given=None if voltages is None else "both", remedy='Give voltages=["10 mV", "20 mV"]',
            )  # fmt: skip
        keep(
            self,
            voltages=None if voltages is None else listed(voltages, "voltage", "voltages"),
            current_densities=None if current_densities is None else listed(current_densities, "current_density", "current densities"),
            hold=positive(hold, "time", "duration of a hold"),
            rest=positive(rest, "time", "rest"),
            sample=positive(sample, "time", "sampling time"),
        )

    def steps(self, cell: Cell | None = None) -> Sequence[Step | Spectrum]:
        """One hold a value, with rests between them."""
        control = "voltage" if self.voltages is not None else "current_density"
        end = (Until("time", self.hold, f"hold of {show_time(self.hold)} complete"),)
        made = []
        for number, value in enumerate(self.voltages or self.current_densities or (), 1):
            info = {"hold": number, control: value}
            made.append(Step(control, value, end, f"hold {number}: {units.show(value, control)}", "dc_polarisation", info, self.sample, apart=self.hold * FINELY))
            if self.rest is not None:
                pause = (Until("time", self.rest, f"rest of {show_time(self.rest)} complete"),)
                made.append(Step("rest", 0.0, pause, f"rest after hold {number}", "rest", {"hold": number}, self.sample))
        return tuple(made)

    def describe(self) -> str:
        """One line."""
        kind = "voltage" if self.voltages is not None else "current_density"
        row = self.voltages or self.current_densities or ()
        return f"polarisation at {', '.join(units.show(v, kind) for v in row)}, {show_time(self.hold)} each"
