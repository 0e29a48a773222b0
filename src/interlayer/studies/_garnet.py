"""Numerical helpers of the garnet studies: what an interface resists, calibration of a contact, and searching a ramp."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..cells import Cell
from ..materials import Value
from ..protocols import CriticalCurrent
from ..simulation import Simulation

#: temperatures over which an apparent activation energy is taken [K]; the paper's text does not state its range
TEMPERATURES = (298.15, 308.15, 318.15, 328.15, 338.15)
DRIVES = ("mean_drop", "spot_drop", "flaw_field")
GAS = 8.31446261815324
DC = 1e-7  # Hz: low enough for every arc of a ceramic cell


def interface_resistance(cell: Cell, temperatures: tuple[float, ...] = (298.15,)) -> np.ndarray:
    """Area-specific resistance of ONE interface [ohm m²] at each temperature: (Z(0) - separator)/2 of a symmetric cell."""
    simulation = Simulation.of(cell, temperatures)
    core = cell.separator
    out = []
    for T in temperatures:
        total = float(simulation.impedance([DC], T)[0].real)
        out.append(0.5 * (total - sum(core.thickness.at(T) / k for k in core.conductivities(T))))
    return np.array(out)


def activation_energy(resistance: np.ndarray, temperatures: tuple[float, ...] = TEMPERATURES) -> float:
    """Slope of ln R against 1/T times the gas constant [J/mol]: Arrhenius on an interfacial resistance."""
    return float(GAS * np.polyfit(1.0 / np.array(temperatures), np.log(resistance), 1)[0])


def fitted(old: Value, value: float, claim: str) -> Value:
    """`value` in the place of `old`, marked as fitted to a claim."""
    return replace(old, value=value, std=None, interval=None, mark="fitted", source=f"calibrated on {claim}", note="")


def solve_pair(make: Callable[[float, float], Cell], start: tuple[float, float], targets: tuple[float, float]) -> tuple[float, float]:
    """The two numbers (u, v) for which `make(u, v)` has the interface resistance and activation energy of `targets`.

    Newton with a difference Jacobian on (ln R, E/RT); raises `CellError` when no pair of numbers meets them.
    """
    from ..errors import CellError, UnitError

    def miss(x: np.ndarray) -> np.ndarray:
        r = interface_resistance(make(float(x[0]), float(x[1])), TEMPERATURES)
        return np.array([math.log(r[0] / targets[0]), (activation_energy(r) - targets[1]) / 2500.0])

    x = np.array(start)
    try:
        f = miss(x)
        for _ in range(40):
            if np.max(np.abs(f)) < 1e-9:
                return float(x[0]), float(x[1])
            jacobian = np.column_stack([(miss(x + d) - f) / 1e-5 for d in np.eye(2) * 1e-5])
            step = np.linalg.solve(jacobian, -f)
            step *= min(1.0, 1.0 / float(np.max(np.abs(step))))
            x = x + step
            f = miss(x)
    except (UnitError, np.linalg.LinAlgError) as error:
        raise CellError("The search for this resistance with this activation energy leaves what is possible", given=targets) from error
    raise CellError("No pair of values gives this resistance with this activation energy", given=targets, remedy="Widen the priors of the other parameters")


def fails(simulation: Simulation, current: float, half_cycle: str) -> str:
    """How a fresh cell fails within one cycle at `current` [A/m²]: the outcome's sentence, "" where it survives."""
    given = f"{current} A/m^2"
    simulation.state = simulation.machine.start.copy()
    record = simulation.run(CriticalCurrent(start=given, step=given, stop=given, half_cycle=half_cycle), rtol=1e-3, detail=False)
    return "" if record.outcome == "completed" else record.outcome


def critical_current(cell: Cell, half_cycle: str, tolerance: float = 1.01, most: float = 1e4, least: float = 1e-2) -> tuple[float, str]:
    """(current density [A/m²] above which a fresh cell fails within one cycle, how it fails), by halving in the logarithm
    between `least` and `most`.

    The ramp's history is left out (the study checks the nominal cells against the whole ramp). (inf, "") above `most`.
    """
    simulation = Simulation.of(cell)
    low, high = least, most
    how = fails(simulation, high, half_cycle)
    if not how:
        return math.inf, ""
    while high / low > tolerance:
        mid = math.sqrt(low * high)
        found = fails(simulation, mid, half_cycle)
        if found:
            high, how = mid, found
        else:
            low = mid
    return high, how


def with_drive(cell: Cell, face: str, drive: str, depth: float | None = None) -> Cell:
    """`cell` with the candidate drive of its filaments chosen and, if given, the flaw depth [m]."""
    cell = cell.set(f"interfaces.{face}.filament.drive", drive)
    return cell if depth is None else cell.set(f"interfaces.{face}.filament.flaw_depth", f"{depth} m")


def flaw_for(cell: Cell, face: str, drive: str, current: float, half_cycle: str, tolerance: float = 1.01) -> float:
    """Flaw depth [m] at which the cell's critical current is `current` [A/m²] under a drive, by halving in ln(depth).

    Deeper flaws open at lower overpotential (and their own drop, which the field drive counts, grows with depth), so the
    critical current falls with depth. `nan` where no depth between 10 pm and 1 cm does it.
    """

    simulation = Simulation.of(with_drive(cell, face, drive))

    def short(depth: float) -> bool:
        simulation.restate(with_drive(cell, face, drive, depth))
        return "short" in fails(simulation, current, half_cycle)

    low, high = 1e-11, 1e-2
    if short(low) or not short(high):
        return math.nan
    while high / low > tolerance:
        mid = math.sqrt(low * high)
        low, high = (low, mid) if short(mid) else (mid, high)
    return high


def without_voids(cell: Cell) -> Cell:
    """`cell` whose lithium is replenished at any current, so that only the filament decides."""
    for face in {f.name for f in cell.interfaces if "voids" in f}:
        cell = cell.set(f"interfaces.{face}.voids.replenishment_current", "1e5 A/m^2")
    return cell
