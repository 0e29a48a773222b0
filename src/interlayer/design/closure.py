"""Closure: does a cell's impedance explain its polarisation, and if not, which part of the model could?

    V = j R          what the resistance alone says
    V_cell(j, t)     what the cell says whose impedance at the lowest frequency is R: its faces (exchange currents and films;
                     where they cannot carry it all, its layers too) are scaled until it is

Where both miss the reported voltage, each uncertain parameter in turn is moved through its stated spread, the impedance
is set to R again, and the voltage simulated: one that reaches the report with the same impedance could explain it. Where
the electrode area is not stated, V = j R A gives the area that would close the two. Where no impedance is reported, the
cell's own values stand (exchange currents of a Tafel plot, say), and what its layers alone would drop is said too: no face
can take less than nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from .. import units
from ..cells import Cell
from ..errors import AnalysisError, MissingValueError, SimulationError, UnitError
from ..materials import Value
from ..names import name as quantity_row
from ..record import Finding
from ..simulation import Simulation

METHOD = "impedance matched at its lowest frequency by one factor on the faces; voltage after a half cycle at constant current"
NEAR = 0.15  # relative difference that two readings of a figure allow
LOWEST = "0.1 Hz"  # where papers' spectra end
AT_ONCE = 1e6  # Hz; faces are bridged by their double layers, thin layers of solids not yet by their own capacitance
FACES = ("charge_transfer.exchange_current_density", "interphase.conductivity")
MATCHED = 1e-3


@dataclass(frozen=True)
class Explanation:
    """A parameter that reaches the reported voltage with the impedance unchanged.

    path, value   and the value [SI] at which it does
    element       the part of the model it belongs to, in words
    voltage       simulated there [V]
    """

    path: str
    element: str
    value: Value
    voltage: float


@dataclass(frozen=True, eq=False)
class Closure:
    """Impedance in, voltage out. All in SI; voltages are magnitudes.

    resistance   area-specific [ohm m²], None where no area is known
    ohmic        j R; None where no impedance was given
    layers       drop of the layers alone, j Re Z(1 MHz) with faces that cost nothing [V], where no impedance was given
    simulated    of the matched cell after the half cycle, None where it could not be matched; `reach` over all single
                 parameters within their spreads
    closing_area [m²] at which j R A is the reported voltage (where R was given in ohm)
    explanations what could explain the difference; empty where none is needed or nothing in the model can
    words        all of that in a sentence or two
    """

    cell: Cell
    current: float
    reported: float
    resistance: float | None
    ohmic: float | None
    layers: float | None
    simulated: float | None
    reach: tuple[float, float] | None
    closing_area: float | None
    explanations: tuple[Explanation, ...]
    words: str

    def finding(self) -> Finding:
        """The simulated minus the reported voltage."""
        value = None if self.simulated is None else self.simulated - self.reported
        evidence = {"reported V": self.reported, "j R V": self.ohmic, "current density A/m2": self.current, "closing area m2": self.closing_area,
                    "explanations": [e.path for e in self.explanations]}  # fmt: skip
        return Finding("simulated minus reported polarisation", value, "overpotential", METHOD, note=self.words, evidence=evidence)


def close(
    cell: Cell, impedance: units.Given | None, *, current_density: units.Given, voltage: units.Given, half_cycle: units.Given = "1 h",
    age: units.Given | None = None, lowest: units.Given = LOWEST, total: bool | None = None,
) -> Closure:  # fmt: skip
    """Compare a cell's impedance with its polarisation.

    impedance   its real part at the lowest frequency: of the whole cell ("450 ohm") or per area ("118 ohm*cm^2"); None
                where none is reported: the cell's own values are taken
    voltage     the polarisation that was reported, at `current_density`, for half cycles of `half_cycle`
    age         of the cell when the voltage was read, where the impedance is that of the fresh cell: films grow meanwhile
    lowest      frequency at which the spectrum ended; what is slower is in the voltage only
    total       whether `impedance` is of the whole cell; told from its unit where it is a text

    A resistance of the whole cell needs the cell's area; without one only the closing area comes out.
    """
    j, reported = units.si(current_density, "current_density"), units.si(voltage, "overpotential")
    frequency = units.si(lowest, "frequency")
    held = _Held(j, units.si(half_cycle, "time"), 0.0 if age is None else units.si(age, "time"))
    if impedance is None:
        return _unmatched(cell, held, reported)
    whole, given = _resistance(impedance, total)
    closing = reported / (j * given) if whole else None
    area = cell.area.value if cell.area is not None else None
    if whole and area is None:
        assert closing is not None
        words = f"The area is not stated; V = j R A closes at {units.show(closing, 'area', 3)}."
        return Closure(cell, j, reported, None, None, None, None, None, closing, (), words)
    r = given * area if whole and area is not None else given
    ohmic = j * r
    simulation = Simulation.of(cell)
    made = _matched(simulation, cell, r, frequency)
    if made is None:
        words = f"No scaling of the cell's faces and layers gives {units.show(r, 'area_specific_resistance', 3)}."
        return Closure(cell, j, reported, r, ohmic, None, None, None, closing, (), words)
    v = _voltage(simulation, made, held)
    near = abs(v - reported) <= NEAR * reported
    reach, found = ((v, v), ()) if near else _explained(simulation, cell, r, frequency, held, reported, v)
    return Closure(made, j, reported, r, ohmic, None, v, reach, closing, found, _words(v, ohmic, reported, reach, found, closing if whole else None))


def _unmatched(cell: Cell, held: _Held, reported: float) -> Closure:
    """The closure of a cell whose impedance nobody reports: its own values, and the drop of its layers."""
    simulation = Simulation.of(cell)
    layers = held.current * _impedance(simulation, _faceless(cell), AT_ONCE)
    v = _voltage(simulation, cell, held)
    near = abs(v - reported) <= NEAR * reported
    reach, found = ((v, v), ()) if near else _explained(simulation, cell, None, 0.0, held, reported, v)
    return Closure(cell, held.current, reported, None, None, layers, v, reach, None, found, _words(v, None, reported, reach, found, None, layers))


def _faceless(cell: Cell) -> Cell:
    """The cell with faces that cost next to nothing: fast exchange, conducting films, whole contact."""
    paths = [p for p in cell.parameters() if p.startswith("interfaces.")]
    made = _scaled(cell, [p for p in paths if p.endswith(FACES)], 1e6)
    for path in (p for p in paths if p.endswith("contact.contact_fraction")):
        made = made.set(path, 1.0)
    return made


def _resistance(given: units.Given, total: bool | None) -> tuple[bool, float]:
    if isinstance(given, str):
        try:
            return False, units.si(given, "area_specific_resistance")
        except UnitError:
            return True, units.si(given, "resistance")
    if total is None:
        raise MissingValueError("A resistance without a unit may be of the whole cell or per area", given=given, remedy='Write "450 ohm" or "118 ohm*cm^2"')
    return total, float(given)  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Held:
    """A current [A/m²] for `length` [s] on a cell that rested for `age` [s]."""

    current: float
    length: float
    age: float


def _voltage(simulation: Simulation, cell: Cell, held: _Held) -> float:
    simulation.restate(cell)
    return abs(simulation.polarisation(held.current, held.length, age=held.age, rtol=1e-4))


def _impedance(simulation: Simulation, cell: Cell, frequency: float) -> float:
    simulation.restate(cell)
    return float(simulation.impedance([frequency])[0].real)


def _scaled(cell: Cell, paths: list[str], factor: float) -> Cell:
    for path in paths:
        old = cell.get(path)
        assert isinstance(old, Value)
        row = quantity_row(old.quantity)
        cell = cell.set(path, replace(old, value=min(max(old.value * factor, row.low), row.high), std=None, interval=None, mark="fitted", source="matched to the impedance"))
    return cell


def _matched(simulation: Simulation, cell: Cell, r: float, frequency: float) -> Cell | None:
    """The cell with faces (then layers too) scaled until its impedance is `r`; None where no factor does it."""
    paths = [p for p in cell.parameters() if p.startswith("interfaces.") and p.endswith(FACES)]
    layers = [p for p in cell.parameters() if p.startswith("layers.") and p.endswith(".conductivity")]
    for chosen in (paths, [*paths, *layers]):
        low, high = math.log(1e-6), math.log(1e6)  # more conductive: a smaller resistance
        try:
            if not _impedance(simulation, _scaled(cell, chosen, math.exp(high)), frequency) < r < _impedance(simulation, _scaled(cell, chosen, math.exp(low)), frequency):
                continue
            x = 0.0
            for _ in range(60):
                z = _impedance(simulation, _scaled(cell, chosen, math.exp(x)), frequency)
                if abs(z / r - 1.0) < MATCHED:
                    return _scaled(cell, chosen, math.exp(x))
                low, high = (x, high) if z > r else (low, x)
                x = 0.5 * (low + high)
        except SimulationError:
            continue
    return None


def _explained(
    simulation: Simulation, cell: Cell, r: float | None, frequency: float, held: _Held, reported: float, v: float
) -> tuple[tuple[float, float], tuple[Explanation, ...]]:  # fmt: skip
    """Over each uncertain parameter by itself: voltages within reach, and which of them get to the report."""
    found: list[Explanation] = []
    least, most = v, v
    for path, value in cell.parameters().items():
        ends = value.spread()
        if ends[0] >= ends[1] or (r is not None and path.endswith(FACES)) or path.startswith("electrodes.") or path in ("temperature", "area", "pressure"):
            continue
        tried = {end: _at(simulation, cell, path, end, r, frequency, held) for end in (max(ends[0], 1e-3 * value.value), ends[1])}
        for end, there in tried.items():
            if there is None or not math.isfinite(there):
                continue
            least, most = min(least, there), max(most, there)
            if (v - reported) * (there - reported) <= 0.0 or abs(there - reported) <= NEAR * reported:
                at = _bisected(lambda x, p=path: _at(simulation, cell, p, x, r, frequency, held), value.value, end, v, there, reported)
                if at is not None:
                    found.append(Explanation(path, _element(path), replace(value, value=at[0], std=None, interval=None, mark="derived", source="what closes impedance and voltage"), at[1]))
                    break
    return (least, most), tuple(found)


def _at(simulation: Simulation, cell: Cell, path: str, x: float, r: float | None, frequency: float, held: _Held) -> float | None:
    old = cell.get(path)
    assert isinstance(old, Value)
    try:
        moved = cell.set(path, replace(old, value=x, std=None, interval=None))
        made = moved if r is None else _matched(simulation, moved, r, frequency)
        return None if made is None else _voltage(simulation, made, held)
    except (SimulationError, AnalysisError):
        return None


def _bisected(at, start: float, end: float, first: float, last: float, goal: float) -> tuple[float, float] | None:  # type: ignore[no-untyped-def]
    """(value, voltage) between start and end where the voltage comes closest to the goal."""
    if (first - goal) * (last - goal) > 0.0:
        return end, last  # comes near without crossing
    low, high = math.log(start), math.log(end)
    best = (end, last)
    for _ in range(8):
        middle = 0.5 * (low + high)
        v = at(math.exp(middle))
        if v is None or not math.isfinite(v):
            return best if abs(best[1] - goal) <= NEAR * goal else None
        if abs(v - goal) < abs(best[1] - goal):
            best = (math.exp(middle), v)
        low, high = (middle, high) if (v - goal) * (first - goal) > 0.0 else (low, middle)
    return best if abs(best[1] - goal) <= NEAR * goal else None


_ELEMENTS = {
    "transference_number": "salt polarisation", "diffusivity": "salt polarisation", "thermodynamic_factor": "salt polarisation", "concentration": "salt polarisation",
    "voids": "voids at the lithium", "contact": "contact and constriction", "interphase.rate": "growth of the interphase", "interphase": "resistance of the interphase",
    "filament": "a filament", "filler": "percolation of the filler", "matrix_size": "percolation of the filler", "host": "the host of the mixed conductor",
    "wall": "the walls of the mixed conductor", "pore": "the pores of the mixed conductor",
    "charge_transfer": "charge transfer", "thickness": "a layer's thickness", "conductivity": "a layer's conductivity",
}  # fmt: skip


def _element(path: str) -> str:
    return next((words for key, words in _ELEMENTS.items() if key in path.split(".", 2)[-1]), path.rsplit(".", 1)[-1].replace("_", " "))


def _words(
    v: float, ohmic: float | None, reported: float, reach: tuple[float, float], found: tuple[Explanation, ...], closing: float | None,
    layers: float | None = None,
) -> str:  # fmt: skip
    area = f" V = j R A would close at {units.show(closing, 'area', 3)}." if closing is not None else ""
    said = f"Reported {_mv(reported)}, " + (f"j R {_mv(ohmic)}, " if ohmic is not None else "no impedance reported, ") + f"simulated {_mv(v)}"
    if layers is not None:
        said += f" (its layers alone {_mv(layers)}" + (": more than reported, whatever the faces are)" if layers > (1.0 + NEAR) * reported else ")")
    if abs(v - reported) <= NEAR * reported:
        return f"{said}: they close within {NEAR:.0%}.{area if ohmic is not None and abs(ohmic - reported) > NEAR * reported else ''}"
    same = " with this impedance" if ohmic is not None else ""
    if found:
        by: dict[str, list[str]] = {}
        for e in found:
            by.setdefault(e.element, []).append(f"{e.path} = {e.value} gives {_mv(e.voltage)}")
        start = "With the same impedance, it" if ohmic is not None else "It"
        return f"{said}. {start} could be {'; or '.join(f'{k} ({v[0]})' for k, v in by.items())}.{area}"
    return f"{said}. Nothing in the model can explain it{same}: any one parameter within its spread gives {_mv(reach[0])} to {_mv(reach[1])}.{area}"


def _mv(v: float) -> str:
    if not np.isfinite(v):
        return "no end"
    return units.show(v, "overpotential", 3) if v < 1.0 else f"{v:.3g} V"
