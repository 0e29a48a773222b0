"""Impedance spectroscopy: one spectrum of the cell in the state it is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import units
from ..errors import ProtocolError
from .base import PROTOCOLS, Protocol, Spectrum, Step, keep, log_frequencies, positive, stated, whole

if TYPE_CHECKING:
    from ..cells import Cell


@PROTOCOLS.add("impedance", "Impedance")
@dataclass(frozen=True, init=False, repr=False)
class Impedance(Protocol):
    """`Impedance("1 MHz", "10 mHz", points_per_decade=10)`, or with the frequencies stated one by one.

    high, low          highest and lowest frequency [Hz], both measured; default 1 MHz to 10 mHz
    points_per_decade  logarithmic spacing; default 10
    frequencies        list of frequencies instead, taken in the order given; `high` and `low` are then its extremes

    Small-signal and without drift: slow states (voids, films, filaments) stand still. Errors: `ProtocolError`,
    `UnitError`.
    """

    high: float = stated("frequency")
    low: float = stated("frequency")
    points_per_decade: int = stated()
    frequencies: tuple[float, ...] | None = stated("frequency")

    def __init__(
        self,
        high: units.Given = "1 MHz",
        low: units.Given = "10 mHz",
        points_per_decade: int | str = 10,
        frequencies: Sequence[units.Given] | None = None,
    ) -> None:
        listed = None if frequencies is None else tuple(units.si(entry, "frequency") for entry in frequencies)
        if listed is not None and not listed:
            raise ProtocolError("The list of frequencies is empty", allowed="at least one frequency")
        top = max(listed) if listed else positive(high, "frequency", "highest frequency")
        bottom = min(listed) if listed else positive(low, "frequency", "lowest frequency")
        keep(
            self,
            high=top,
            low=bottom,
            points_per_decade=whole(points_per_decade, "number of points per decade"),
            frequencies=listed,
        )
        self.spectrum()

    def spectrum(self) -> Spectrum:
        """The one spectrum of the protocol."""
        return Spectrum(self.frequencies or log_frequencies(self.high, self.low, self.points_per_decade))

    def steps(self, cell: Cell | None = None) -> Sequence[Step | Spectrum]:
        """One `Spectrum`."""
        return (self.spectrum(),)

    def describe(self) -> str:
        """One line."""
        count = len(self.spectrum().frequencies)
        high, low = units.show(self.high, "frequency"), units.show(self.low, "frequency")
        return f"impedance from {high} to {low}, {count} frequencies"
