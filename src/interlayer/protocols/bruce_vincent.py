"""Bruce-Vincent: a small voltage held until the current is steady, with a spectrum before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .. import units
from .base import FINELY, PROTOCOLS, Protocol, Spectrum, Step, Until, keep, nested, positive, show_time, stated
from .impedance import Impedance

if TYPE_CHECKING:
    from ..cells import Cell

@PROTOCOLS.add("bruce_vincent", "BruceVincent")
@dataclass(frozen=True, init=False, repr=False)
class BruceVincent(Protocol):
    """`BruceVincent(voltage="10 mV", hold="10 h")`: spectrum, polarisation at constant voltage, rest, spectrum.

    voltage    held between the electrodes [V], left minus right; above 10 mV the response is no longer linear
    hold       how long [s]: long against L²/D of the electrolyte, the analysis checks that the current is steady
    sample     the hold is recorded at multiples of this time [s]; default: where the current changes, and at least 250 times
    impedance  the spectra, a protocol `Impedance(...)` or its text

    The second spectrum is taken at once, in the polarised state, so that its interfacial resistance is the one the steady
    current met. Evans, Vincent & Bruce, Polymer 28 (1987) 2324 (recalled). Errors: `ProtocolError`, `UnitError`.
    """

    voltage: float = stated("voltage")
    hold: float = stated("time")
    sample: float | None = stated("time")
    impedance: Protocol = stated()  # noqa: RUF009

    def __init__(
        self, voltage: units.Given = "10 mV", hold: units.Given = "10 h", sample: units.Given | None = None,
        impedance: Protocol | str = "Impedance(1 MHz, 10 mHz)",
    ) -> None:  # fmt: skip
        keep(
            self,
            voltage=positive(voltage, "voltage", "polarisation voltage"),
            hold=positive(hold, "time", "duration of the hold"),
            sample=positive(sample, "time", "sampling time"),
            impedance=spectra(impedance),
        )

    def steps(self, cell: Cell | None = None) -> Sequence[Step | Spectrum]:
        """A spectrum, the hold, a spectrum."""
        end = (Until("time", self.hold, f"hold of {show_time(self.hold)} complete"),)
        info = {"voltage": self.voltage}
        held = Step("voltage", self.voltage, end, f"hold at {units.show(self.voltage, 'voltage')}", "bruce_vincent", info, self.sample, apart=self.hold * FINELY)
        after = labelled(self.impedance, "in the steady state", cell, relaxed=False)
        return (*labelled(self.impedance, "before the polarisation", cell), held, *after)

    def describe(self) -> str:
        """One line."""
        return f"Bruce-Vincent: {units.show(self.voltage, 'voltage')} for {show_time(self.hold)}, a spectrum before and after"


def spectra(given: Protocol | str) -> Protocol:
    """The protocol of spectra that stand between other steps."""
    from ..errors import ProtocolError

    found = nested(given, "protocol of the spectra")
    if not isinstance(found, Impedance):
        raise ProtocolError("Spectra are taken by an Impedance protocol", given=str(found), remedy='Write for example impedance="Impedance(1 MHz, 1 Hz)"')
    return found


def labelled(of: Protocol, when: str, cell: Cell | None, *, relaxed: bool = True) -> tuple[Step | Spectrum, ...]:
    """The spectra of `of`, labelled with when they are taken."""
    return tuple(
        replace(s, label=f"impedance {when}", info={**s.info, "when": when}, relaxed=relaxed) if isinstance(s, Spectrum) else s
        for s in of.steps(cell)
    )  # fmt: skip
