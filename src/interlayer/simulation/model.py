"""`CellModel`: a cell as the model of a fit, so that a spectrum says which values its elements have.

The fit (analysis.impedance) knows nothing of cells: it asks this object for names, bounds, priors and an impedance, and
`apply` puts what came out back into the cell, where a strip/plate can be simulated with it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..cells import Cell
from ..elements.base import Array, ComplexArray
from ..errors import CellError, MissingValueError
from ..materials import Value
from ..names import name as quantity_row
from .run import Simulation


class CellModel:
    """The impedance of `cell` at rest as a function of some of its parameters.

    free       paths of `cell.parameters()` ("interfaces.Li|LLZTO.charge_transfer.exchange_current_density", ...)
    total      False: area-specific [ohm m²]; True: of the whole cell [ohm], which needs the cell's area
    temperatures   [K] at which it will be simulated; default the cell's own
    priors     use what the cell says of each parameter (interval or std) as a prior of its logarithm; off by default

    All parameters are positive and fitted as logarithms; a fraction is bounded by one.
    """

    source = "fitted to a spectrum"

    def __init__(self, cell: Cell, free: Sequence[str], *, total: bool = False, priors: bool = False, temperatures: Sequence[float] = ()) -> None:
        self.cell = cell
        self.names: tuple[str, ...] = tuple(free)
        values = [cell.get(path) for path in free]
        self._values: list[Value] = []
        for path, value in zip(free, values, strict=True):
            if not isinstance(value, Value) or not value.value > 0.0:
                raise CellError(f"{path} can't be fitted: it is not a positive number", given=str(value))
            self._values.append(value)
        self.quantities: tuple[str, ...] = tuple(v.quantity for v in self._values)
        if total and cell.area is None:
            raise MissingValueError("The cell's area is not stated: its impedance can't be compared with Ω", remedy='cell.set("area", "1.13 cm^2")')
        self.scale = 1.0 / cell.area.value if total and cell.area is not None else 1.0
        self.priors = priors
        # as stated values: no rule of assembly overrules them
        self.simulation = Simulation.of(self.with_values([v.value for v in self._values]), tuple(temperatures) or None)

    def start(self, omega: Array, z: ComplexArray) -> Array | None:
        """Starting values: what the cell says."""
        return np.array([v.value for v in self._values])

    def bounds(self) -> tuple[Array, Array]:
        """What is physically possible (names.py), a fraction at most one."""
        rows = [quantity_row(q) for q in self.quantities]
        low = np.array([max(r.low, 1e-12 * v.value) for r, v in zip(rows, self._values, strict=True)])
        high = np.array([min(r.high, 1e12 * v.value) for r, v in zip(rows, self._values, strict=True)])
        return low, high

    def prior(self) -> tuple[Array, Array] | None:
        """(mean, std) of the logarithms from the cell's own spreads, or None; an unstated spread does not pull."""
        if not self.priors:
            return None
        std = []
        for value in self._values:
            low, high = value.spread()
            low = max(low, 1e-3 * value.value)
            std.append((math.log(high) - math.log(low)) / 3.92 if high > low else 1e6)
        return np.log([v.value for v in self._values]), np.array(std)

    def with_values(self, values: Sequence[float] | Array, std: Sequence[float | None] | None = None) -> Cell:
        """The cell with these values (SI) in place; marked as fitted, with their errors."""
        cell = self.cell
        for index, (path, old) in enumerate(zip(self.names, self._values, strict=True)):
            error = None if std is None else std[index]
            new = replace(
                old, value=float(values[index]), std=None if error is None or not math.isfinite(error) else float(error), interval=None, mark="fitted",
                source=self.source, note="",
            )  # fmt: skip
            cell = cell.set(path, new)
        return cell

    def impedance(self, values: Array, omega: Array) -> ComplexArray:
        """Impedance at angular frequencies [rad/s] for parameter values in SI."""
        self.simulation.restate(self.with_values(values))
        machine = self.simulation.machine
        z: ComplexArray = machine.impedance(omega, machine.start) * self.scale
        return z

    def apply(self, fit: Any) -> Cell:
        """The cell with the values and errors of a fit of this model (an object with `values` and `std` by name)."""
        values: Mapping[str, float] = fit.values
        std: Mapping[str, float | None] = fit.std
        return self.with_values([values[n] for n in self.names], [std[n] for n in self.names])
