"""Calibration of one number on one claim: the value in one place of a cell for which a measured quantity is met."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from ..cells import Cell
from ..errors import CellError, SimulationError
from ..materials import Value
from ..simulation import Simulation

#: frequency at which a paper's "cell impedance" is read [Hz], where it does not say: the end of usual spectra
LOWEST = 0.1

Measure = Callable[[Simulation], float]


def impedance(simulation: Simulation) -> float:
    """Real part at the lowest frequency [ohm m²]."""
    return float(simulation.impedance([LOWEST])[0].real)


def polarised(current: float, duration: float) -> Measure:
    """|V| after `duration` [s] at `current` [A/m²] from rest."""
    return lambda simulation: abs(simulation.polarisation(current, duration, rtol=1e-4))


def with_fitted(cell: Cell, path: str, value: float, claim: str) -> Cell:
    """`cell` with a number marked as fitted to a claim; its law stays."""
    old = cell.get(path)
    assert isinstance(old, Value)
    return cell.set(path, replace(old, value=value, std=None, interval=None, mark="fitted", source=f"calibrated on {claim}", note=""))


def fit(cell: Cell, path: str, measure: Measure, target: float, claim: str, *, low: float = 1e-4, high: float = 1e4) -> Cell:
    """`cell` with the number at `path` (between `low` and `high` times its own) for which `measure` gives `target`.

    Root of ln(measure/target) over ln(value) by Brent's method. Errors: `CellError` where no value in the range does it.
    """
    from scipy.optimize import brentq

    old = cell.get(path)
    assert isinstance(old, Value)
    simulation = Simulation.of(cell)

    def miss(x: float) -> float:
        simulation.restate(with_fitted(cell, path, old.value * math.exp(x), claim))
        return math.log(measure(simulation) / target)

    a, b = math.log(low), math.log(high)
    try:
        if miss(a) * miss(b) > 0.0:
            raise CellError(f"No {path} gives what {claim} reports", given=target, remedy="Another part of the cell already gives more, or its range is too narrow")
        return with_fitted(cell, path, old.value * math.exp(brentq(miss, a, b, xtol=1e-9)), claim)
    except SimulationError as error:
        raise CellError(f"The cell can't be simulated while {path} is fitted to {claim}", given=str(error)) from error


def copied(source: Cell, target: Cell, path: str, to: str | None = None) -> Cell:
    """`target` with the number of `source` at `path` (put at `to`)."""
    value = source.get(path)
    assert isinstance(value, Value)
    return target.set(to or path, value)
