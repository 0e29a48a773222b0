"""Linear sweep: the potential of one electrode moves at a constant rate, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import units
from ..errors import ProtocolError
from .base import PROTOCOLS, Protocol, Spectrum, Step, Until, keep, positive, side, stated, towards

if TYPE_CHECKING:
    from ..cells import Cell


@PROTOCOLS.add("linear_sweep", "LinearSweep")
@dataclass(frozen=True, init=False, repr=False)
class LinearSweep(Protocol):
    """`LinearSweep(start="0 V", stop="5 V", scan_rate="1 mV/s")`.

    start, stop  potential of the working electrode against the other one [V]; the sweep begins at `start` at once
    scan_rate    magnitude [V/s]
    working      side of the working electrode, "right" (the default, as in Li|...|Cu) or "left"
    sample       longest time between two recorded points [s]; by default the time of one thousandth of the sweep

    The record's voltage stays left minus right; `info["working"]` says whose potential was meant. Errors: `ProtocolError`.
    """

    start: float = stated("voltage")
    stop: float = stated("voltage")
    scan_rate: float = stated("scan_rate")
    working: str = stated()
    sample: float | None = stated("time")

    def __init__(
        self, start: units.Given, stop: units.Given, scan_rate: units.Given = "1 mV/s", working: str = "right",
        sample: units.Given | None = None,
    ) -> None:  # fmt: skip
        first, last = (units.si(v, "voltage") for v in (start, stop))
        if first == last:
            raise ProtocolError("A sweep goes from one potential to another", given=f"{start} to {stop}")
        keep(
            self, start=first, stop=last, scan_rate=positive(scan_rate, "scan_rate", "scan rate"), working=side(working),
            sample=positive(sample, "time", "sampling time"),
        )  # fmt: skip

    def steps(self, cell: Cell | None = None) -> Sequence[Step | Spectrum]:
        """One ramp."""
        return (sweep(self.start, self.stop, self.scan_rate, self.working, "linear_sweep", {}, self.sample),)

    def describe(self) -> str:
        """One line."""
        ends = " to ".join(units.show(v, "voltage") for v in (self.start, self.stop))
        return f"linear sweep of the {self.working} electrode, {ends} at {units.show(self.scan_rate, 'scan_rate')}"


def sweep(start: float, stop: float, rate: float, working: str, technique: str, info: dict[str, Any], sample: float | None) -> Step:
    """One ramp of the working electrode's potential [V] at `rate` [V/s]; info: working, start, stop, scan_rate."""
    sign, time = towards(working), abs(stop - start) / rate
    slope = rate if stop > start else -rate
    ends = f"{units.show(start, 'voltage')} to {units.show(stop, 'voltage')}"
    kept = {**info, "working": working, "start": start, "stop": stop, "scan_rate": rate}
    end = (Until("time", time, f"sweep from {ends} complete"),)
    return Step("voltage", sign * start, end, f"sweep {ends}", technique, kept, sample or time / 1000.0, slope=sign * slope)
