"""Tafel: a slow sweep of the overpotential through rest, both branches, after a spectrum for the ohmic part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import units
from .base import PROTOCOLS, Protocol, Spectrum, Step, Until, keep, positive, show_time, stated
from .bruce_vincent import labelled, spectra
from .linear_sweep import sweep

if TYPE_CHECKING:
    from ..cells import Cell


@PROTOCOLS.add("tafel", "Tafel")
@dataclass(frozen=True, init=False, repr=False)
class Tafel(Protocol):
    """`Tafel(window="200 mV", scan_rate="1 mV/s")`: spectrum, rest, then -window to +window.

    window     largest overpotential [V] on both sides of rest (left minus right)
    scan_rate  [V/s]; slow against the relaxation of the salt, or the slope holds its transients
    rest       pause at -window's side before the sweep: the cell goes from rest to -window at once, then waits so long [s]
    sample     longest time between two recorded points [s]
    impedance  the spectrum for the ohmic correction, `Impedance(...)` or its text

    Errors: `ProtocolError`, `UnitError`.
    """

    window: float = stated("voltage")
    scan_rate: float = stated("scan_rate")
    rest: float | None = stated("time")
    sample: float | None = stated("time")
    impedance: Protocol = stated()  # noqa: RUF009

    def __init__(
        self, window: units.Given = "200 mV", scan_rate: units.Given = "1 mV/s", rest: units.Given | None = "60 s",
        sample: units.Given | None = None, impedance: Protocol | str = "Impedance(1 MHz, 10 mHz)",
    ) -> None:  # fmt: skip
        keep(
            self, window=positive(window, "voltage", "window of the overpotential"),
            scan_rate=positive(scan_rate, "scan_rate", "scan rate"), rest=positive(rest, "time", "wait before the sweep"),
            sample=positive(sample, "time", "sampling time"), impedance=spectra(impedance),
        )  # fmt: skip

    def steps(self, cell: Cell | None = None) -> Sequence[Step | Spectrum]:
        """A spectrum at rest, the wait, the sweep."""
        made: list[Step | Spectrum] = [*labelled(self.impedance, "before the sweep", cell)]
        if self.rest is not None:
            end = (Until("time", self.rest, f"wait of {show_time(self.rest)} complete"),)
            made.append(Step("voltage", -self.window, end, f"wait at {units.show(-self.window, 'voltage')}", "wait", {}, self.sample))
        made.append(sweep(-self.window, self.window, self.scan_rate, "left", "tafel", {}, self.sample))
        return tuple(made)

    def describe(self) -> str:
        """One line."""
        return f"Tafel: a sweep through ±{units.show(self.window, 'voltage')} at {units.show(self.scan_rate, 'scan_rate')}"
