"""Cyclic voltammetry: the potential of one electrode goes to and fro at a constant rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from .. import units
from ..errors import ProtocolError
from .base import PROTOCOLS, Protocol, Spectrum, Step, keep, positive, side, stated, whole
from .linear_sweep import sweep

if TYPE_CHECKING:
    from ..cells import Cell


@PROTOCOLS.add("cyclic_voltammetry", "CyclicVoltammetry")
@dataclass(frozen=True, init=False, repr=False)
class CyclicVoltammetry(Protocol):
    """`CyclicVoltammetry(first="-0.2 V", second="0.3 V", scan_rate="1 mV/s", cycles=3, start="0 V")`.

    first, second  the two turning potentials of the working electrode [V], the first is swept to first
    scan_rate      magnitude [V/s]
    cycles         how often both turning potentials are visited
    start          where the first sweep begins and the last one ends [V], default `second`
    working        side of the working electrode, "right" (the default, as in Li|...|Cu) or "left"
    sample         longest time between two recorded points [s]; by default a thousandth of a sweep

    Errors: `ProtocolError`, `UnitError`.
    """

    first: float = stated("voltage")
    second: float = stated("voltage")
    scan_rate: float = stated("scan_rate")
    cycles: int = stated()
    start: float | None = stated("voltage")
    working: str = stated()
    sample: float | None = stated("time")

    def __init__(
        self, first: units.Given, second: units.Given, scan_rate: units.Given = "1 mV/s", cycles: int | str = 1,
        start: units.Given | None = None, working: str = "right", sample: units.Given | None = None,
    ) -> None:  # fmt: skip
        turns = [units.si(v, "voltage") for v in (first, second)]
        if turns[0] == turns[1]:
            raise ProtocolError("A cycle needs two turning potentials", given=f"{first} and {second}")
        keep(
            self, first=turns[0], second=turns[1], scan_rate=positive(scan_rate, "scan_rate", "scan rate"),
            cycles=whole(cycles, "number of cycles"), start=None if start is None else units.si(start, "voltage"),
            working=side(working), sample=positive(sample, "time", "sampling time"),
        )  # fmt: skip

    def steps(self, cell: Cell | None = None) -> Sequence[Step | Spectrum]:
        """From `start` by way of the turning potentials back to it; info: cycle (from 1), sweep (1, 2, 3 ...)."""
        begin = self.second if self.start is None else self.start
        points = [begin, *([self.first, self.second] * self.cycles), begin]
        made = []
        for number, (here, there) in enumerate(((a, b) for a, b in pairwise(points) if a != b), 1):
            info = {"sweep": number, "cycle": min((number + 1) // 2, self.cycles)}
            made.append(sweep(here, there, self.scan_rate, self.working, "cyclic_voltammetry", info, self.sample))
        return tuple(made)

    def describe(self) -> str:
        """One line."""
        ends = " and ".join(units.show(v, "voltage") for v in (self.first, self.second))
        rate = units.show(self.scan_rate, "scan_rate")
        return f"cyclic voltammetry of the {self.working} electrode between {ends} at {rate}, {self.cycles} cycles"
