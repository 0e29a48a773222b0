"""A long life test cut short: the first cycles, the age of the rest without current, the last cycles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..cells import Cell
from ..protocols import Protocol, Spectrum, Step, StripPlate, Until
from ..protocols.base import keep, show_time, stated, whole


@dataclass(frozen=True, init=False, repr=False)
class CutShort(Protocol):
    """`CutShort(StripPlate(...), first=20, last=1)`: what goes with time (films) goes on, what goes with charge stops.

    So a test of thousands of cycles can be drawn many times. What only thousands of cycles would do is not seen.
    """

    plate: StripPlate = stated()  # noqa: RUF009 - the field form of protocols
    first: int = stated()
    last: int = stated()

    def __init__(self, plate: StripPlate, first: int = 20, last: int = 1) -> None:
        keep(self, plate=plate, first=whole(first, "number of first cycles"), last=whole(last, "number of last cycles"))

    def steps(self, cell: Cell | None = None) -> Sequence[Step | Spectrum]:
        """The steps of the whole test without those between, a rest as long in their place, and its last spectrum."""
        every = self.plate.steps(cell)
        cycles = self.plate.cycles
        if cycles <= self.first + self.last:
            return every
        plain = [s for s in every if isinstance(s, Step)]
        share = len(plain) // cycles
        length = self.plate.half_cycle or (self.plate.areal_charge or 0.0) / self.plate.current_density
        age = 2.0 * (cycles - self.first - self.last) * length
        rest = Step("rest", 0.0, (Until("time", age, f"rest of {show_time(age)} in the place of cycles"),), "rest in the place of cycles", "rest")
        spectra = [s for s in every if isinstance(s, Spectrum)]
        return (*spectra[:1], *plain[: share * self.first], rest, *plain[len(plain) - share * self.last :], *spectra[-1:])

    def describe(self) -> str:
        """One line."""
        return f"{self.plate.describe()}; only the first {self.first} and the last {self.last} cycles, a rest between"
