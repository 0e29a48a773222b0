"""Window: where, over one or two parameters, a cell meets its targets, given what is and what is not known of the rest.

Every parameter with a stated spread is drawn log-normally within it (a Latin hypercube of fixed seed: the same map each
time), the cell is simulated on a coarse grid for each draw, and the logarithm of what came out is interpolated onto a fine
one. `share` is the part of the draws that meet all targets: where it is above 9 of 10 the window is safe with what is
known. A range is given, never one best point (physics.md E17): with a benefit that saturates and a resistance that grows
the optimum itself is rarely determined.

Targets, as text with units:
    "overpotential": "< 50 mV at 0.5 mA/cm^2 after 10 min"     |V| after so long at constant current from the fresh cell
    "area_specific_resistance": "< 20 ohm cm^2 at 10 mHz"      real part of the fresh cell's impedance
    "critical_current_density": "> 1 mA/cm^2 for 30 min"       last current survived of a ramp with such half cycles
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from .. import units
from ..analysis._spectrum import Mask
from ..cells import Cell
from ..elements.base import Array
from ..errors import AnalysisError, SimulationError, UnitError, UnknownNameError
from ..materials import Value
from ..names import name as quantity_row
from ..protocols import CriticalCurrent
from ..record import Finding
from ..simulation import Simulation

METHOD = "Latin hypercube over the cell's stated spreads; logarithms interpolated from a simulated grid"
LEVELS: Final = (0.1, 0.5, 0.9)
SAFE = 0.9  # of the draws
NODES, FINE, DRAWS = {1: 17, 2: 9}, {1: 201, 2: 100}, {1: 64, 2: 48}
RAMP = 8  # steps of the ramp up to the target, and as many beyond it
NEVER = 1e3  # what stands for an overpotential of a cell that did not last
SEED = 1
THREADS = 2

_TARGET = re.compile(r"^\s*(<=|>=|<|>|≤|≥)\s*(.+?)(?:\s+at\s+(.+?))?(?:\s+(?:after|for)\s+(.+?))?\s*$")


@dataclass(frozen=True)
class Target:
    """One target: `quantity` stays below or above `bound`, under the conditions `at` and `time` [SI]."""

    name: str
    text: str
    quantity: str
    below: bool
    bound: float
    at: float
    time: float

    def met(self, values: Array) -> Mask:
        """Where values meet it."""
        return np.asarray(values < self.bound if self.below else values > self.bound)

    def __str__(self) -> str:
        return f"{self.name.replace('_', ' ')} {self.text}"


@dataclass(frozen=True)
class _Kind:
    """How a target is read and simulated: its quantity, what stands behind "at", the defaults of "at" and of the time."""

    quantity: str
    at: str | None
    usual_at: units.Given | None
    usual_time: units.Given | None
    run: Callable[[Simulation, Target], float]


def _overpotential(simulation: Simulation, target: Target) -> float:
    return min(abs(simulation.polarisation(target.at, target.time)), NEVER)


def _resistance(simulation: Simulation, target: Target) -> float:
    return float(simulation.impedance([target.at])[0].real)


def _critical(simulation: Simulation, target: Target) -> float:
    """The last current survived, told by how the engine ended: a simulated cell has no noise to look for a short in."""
    step = target.bound / RAMP
    ramp = CriticalCurrent(start=f"{step} A/m^2", step=f"{step} A/m^2", stop=f"{2 * target.bound} A/m^2", half_cycle=f"{target.time} s")
    run = simulation.run(ramp, rtol=1e-3, detail=False)
    reached = max(float(np.max(np.abs(s["current_density"]))) for s in run.traces)
    return reached if run.outcome == "completed" else max(reached - step, 0.5 * step)


KINDS: Final[Mapping[str, _Kind]] = {
    "overpotential": _Kind("overpotential", "current_density", None, "10 min", _overpotential),
    "area_specific_resistance": _Kind("area_specific_resistance", "frequency", "10 mHz", None, _resistance),
    "critical_current_density": _Kind("current_density", None, None, "30 min", _critical),
}


def target(name: str, text: str) -> Target:
    """A target from its text; errors say what is wrong and show one that is right."""
    if name not in KINDS:
        raise UnknownNameError("A window keeps targets of these", given=name, allowed=KINDS)
    kind = KINDS[name]
    example = {"overpotential": "< 50 mV at 0.5 mA/cm^2", "area_specific_resistance": "< 20 ohm*cm^2", "critical_current_density": "> 1 mA/cm^2"}[name]
    hit = _TARGET.match(text)
    if not hit:
        raise AnalysisError(f"A target of the {name.replace('_', ' ')} is a bound with its unit", given=text, remedy=f'Write for example "{example}"')
    sign, bound, at, time = hit.groups()
    if (at is None and kind.at is not None and kind.usual_at is None) or (at is not None and kind.at is None):
        what = f"needs its {(kind.at or '').replace('_', ' ')}" if at is None else 'takes no "at"'
        raise AnalysisError(f"A target of the {name.replace('_', ' ')} {what}", given=text, remedy=f'Write for example "{example}"')
    if time is not None and kind.usual_time is None:
        raise AnalysisError(f"A target of the {name.replace('_', ' ')} takes no time", given=text, remedy=f'Write for example "{example}"')
    value = units.si(bound, kind.quantity)
    if not value > 0.0:
        raise UnitError("A bound is above zero", given=bound)
    place = kind.usual_at if at is None else at
    length = kind.usual_time if time is None else time
    return Target(
        name, text.strip(), kind.quantity, sign[0] in "<≤", value, 0.0 if kind.at is None or place is None else units.si(place, kind.at),
        0.0 if length is None else units.si(length, "time"),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Window:
    """Where targets are met.

    over     the paths, `axes` their fine grids [SI], logarithmic where the range is wider than a factor of three
    bands    {target: 10, 50 and 90 % of the draws (3, *fine)} [SI], `stated` the same with the stated values alone (*fine)
    shares   {target: part of the draws that meet it (*fine)}; `share` all of them at once
    weighs   {target: (path of the parameter whose spread moves it most, rank correlation)} in the middle of the map
    words    what it says
    """

    cell: Cell
    over: tuple[str, ...]
    axes: tuple[Array, ...] = field(repr=False)
    keep: tuple[Target, ...]
    bands: Mapping[str, Array] = field(repr=False)
    stated: Mapping[str, Array] = field(repr=False)
    shares: Mapping[str, Array] = field(repr=False)
    share: Array = field(repr=False)
    weighs: Mapping[str, tuple[str, float]]
    draws: int
    varied: tuple[str, ...]
    runs: int
    words: tuple[str, ...]

    @property
    def admissible(self) -> Mask:
        """Where 9 of 10 draws meet all targets."""
        return np.asarray(self.share >= SAFE)

    def findings(self) -> list[Finding]:
        """The words, and along each axis the range of the window."""
        evidence = {
            "targets": [str(t) for t in self.keep], "draws": self.draws, "simulations": self.runs, "varied": list(self.varied),
            "largest share": float(np.max(self.share)), "weighs": {k: list(v) for k, v in self.weighs.items()},
        }  # fmt: skip
        out = [Finding("window", " ".join(self.words), "number", METHOD, evidence=evidence)]
        for number, (path, axis) in enumerate(zip(self.over, self.axes, strict=True)):
            inside = axis[_along(self.admissible, number)]
            quantity = self.cell.get(path).quantity  # type: ignore[union-attr]
            if len(inside):
                middle = math.sqrt(float(inside[0]) * float(inside[-1]))
                out.append(Finding(
                    f"admissible {path}", middle, quantity, METHOD, interval=(float(inside[0]), float(inside[-1])), evidence=evidence,
                    note="the interval is the answer, its middle only names it",
                ))  # fmt: skip
            else:
                out.append(Finding(f"admissible {path}", None, quantity, METHOD, note="nowhere do 9 of 10 draws meet all targets", evidence=evidence))
        return out

    def __str__(self) -> str:
        return "\n".join(self.words)


def window(
    cell: Cell, over: Mapping[str, tuple[units.Given, units.Given]], keep: Mapping[str, str], *, vary: Sequence[str] | None = None,
    draws: int | None = None, nodes: int | None = None, fine: int | None = None, progress: Callable[[str, float], None] | None = None,
) -> Window:  # fmt: skip
    """Map where `cell` meets the targets `keep` over one or two of its parameters.

        il.design.window(cell, over={"layers.LiI-ZnLi.thickness": ("10 nm", "10 um")},
                         keep={"overpotential": "< 50 mV at 0.5 mA/cm^2", "area_specific_resistance": "< 250 ohm*cm^2"})

    vary      paths whose spreads are drawn; default all that state one (those of `over` never)
    draws     cells drawn (64 for one axis, 48 for two), nodes  simulated points an axis (17, 9), fine  points shown (201, 100)
    progress  called with (sentence, share done)
    Errors: `UnknownNameError` for a path or target, `UnitError`, `AnalysisError` for other than one or two paths.
    """
    kept = tuple(target(name, text) for name, text in keep.items())
    if not kept or len(over) not in (1, 2):
        raise AnalysisError("A window has one or two parameters and at least one target", given=f"{list(over)}, {list(keep)}")
    size = len(over)
    ranges = [_range(cell, path, pair) for path, pair in over.items()]
    grids = [_grid(low, high, nodes or NODES[size]) for low, high in ranges]
    axes = tuple(_grid(low, high, fine or FINE[size]) for low, high in ranges)
    paths = tuple(over)
    varied = tuple(vary) if vary is not None else tuple(p for p, v in cell.parameters().items() if p not in (*paths, "temperature", "area") and v.spread()[0] < v.spread()[1])
    count = draws or DRAWS[size]
    design = _design(len(varied), count)
    lots = [cell, *(_drawn(cell, varied, row) for row in design)]
    shape = tuple(len(g) for g in grids)
    found = {t.name: np.empty((len(lots), *shape)) for t in kept}
    for done, (number, values) in enumerate(_simulated(lots, paths, grids, kept)):
        if progress is not None:
            progress(f"cell {done + 1} of {len(lots)}", done / len(lots))
        for name, row in values.items():
            found[name][number] = row
    shown = {name: _refined(values, grids, axes) for name, values in found.items()}
    met = {t.name: t.met(shown[t.name][1:]) for t in kept}
    shares = {name: m.mean(axis=0) for name, m in met.items()}
    share = np.asarray(np.all(list(met.values()), axis=0).mean(axis=0))
    bands = {name: np.quantile(values[1:], LEVELS, axis=0) for name, values in shown.items()}
    stated = {name: values[0] for name, values in shown.items()}
    middle = tuple(n // 2 for n in shape)
    weighs = {t.name: w for t in kept if (w := _weighs(design, found[t.name][1:].reshape(count, -1)[:, int(np.ravel_multi_index(middle, shape))], varied)) is not None}
    made = Window(cell, paths, axes, kept, bands, stated, shares, share, weighs, count, varied, len(lots) * math.prod(shape), ())
    return replace(made, words=tuple(_words(made)))


# -- the cells of the map ----------------------------------------------------------------------------------------------
def _simulated(lots: Sequence[Cell], paths: Sequence[str], grids: Sequence[Array], kept: Sequence[Target]) -> Iterator[tuple[int, dict[str, Array]]]:
    """(number of the cell, {target: its values over the grid}), the first cell first; the others by two threads, since the
    engine's kernels need the interpreter between their runs only. The numbers do not depend on who computed them."""
    yield 0, _over(Simulation.of(lots[0]), lots[0], paths, grids, kept)
    own = threading.local()

    def task(number: int) -> tuple[int, dict[str, Array]]:
        if not hasattr(own, "simulation"):
            own.simulation = Simulation.of(lots[0])
        return number, _over(own.simulation, lots[number], paths, grids, kept)

    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        waiting = [pool.submit(task, number) for number in range(1, len(lots))]
        try:
            for each in as_completed(waiting):
                yield each.result()
        finally:  # someone stopped: what has not begun does not begin
            for each in waiting:
                each.cancel()


def _over(simulation: Simulation, cell: Cell, paths: Sequence[str], grids: Sequence[Array], kept: Sequence[Target]) -> dict[str, Array]:
    """{target: values of one cell over the grid}; where it can't be simulated, a value that meets nothing."""
    out = {t.name: np.empty(tuple(len(g) for g in grids)) for t in kept}
    for at in np.ndindex(*(len(g) for g in grids)):
        there = cell
        for path, grid, k in zip(paths, grids, at, strict=True):
            there = _put(there, path, float(grid[k]))
        try:
            simulation.restate(there)
        except SimulationError:
            for t in kept:
                out[t.name][at] = NEVER if t.below else 1e-12
            continue
        for t in kept:
            out[t.name][at] = KINDS[t.name].run(simulation, t)
            simulation.state = simulation.machine.start.copy()
    return out


# -- grids and draws --------------------------------------------------------------------------------------------------
def _range(cell: Cell, path: str, pair: tuple[units.Given, units.Given]) -> tuple[float, float]:
    value = cell.get(path)
    if not isinstance(value, Value) or path == "temperature":
        raise AnalysisError("A window runs over numbers of the cell", given=path, remedy="For another temperature: cell.set first")
    low, high = (units.si(end, value.quantity) for end in pair)
    if not 0.0 < low < high:
        raise AnalysisError(f"The range of {path} leaves no room", given=pair)
    return low, high


def _grid(low: float, high: float, count: int) -> Array:
    return np.geomspace(low, high, count) if high > 3.0 * low else np.linspace(low, high, count)


def _design(size: int, count: int) -> Array:
    """Standard normal draws (count, size): a Latin hypercube, each column its own order of the same even quantiles."""
    from scipy.special import ndtri

    rng = np.random.default_rng(SEED)
    even = ndtri((np.arange(count) + 0.5) / count)
    return np.stack([rng.permutation(even) for _ in range(size)], axis=1) if size else np.zeros((count, 0))


def _put(cell: Cell, path: str, value: float) -> Cell:
    old = cell.get(path)
    assert isinstance(old, Value)
    return cell.set(path, replace(old, value=value, std=None, interval=None))


def _drawn(cell: Cell, paths: Sequence[str], row: Array) -> Cell:
    """The cell with each value moved within its spread: a log-normal with a width of its own on each side."""
    for path, z in zip(paths, row.tolist(), strict=True):
        value = cell.get(path)
        assert isinstance(value, Value)
        low, high = value.spread()
        if value.value > 0.0:
            end = high if z > 0.0 else max(low, 1e-3 * value.value)
            moved = value.value * math.exp(abs(z) / 1.96 * math.log(end / value.value))
        else:
            moved = value.value + abs(z) / 1.96 * ((high if z > 0.0 else low) - value.value)
        bound = quantity_row(value.quantity)
        cell = _put(cell, path, moved if bound.signed else min(max(moved, bound.low), bound.high))
    return cell


def _weights(grid: Array, axis: Array) -> Array:
    """Linear interpolation in the logarithm as a matrix (fine, nodes)."""
    at = np.interp(np.log(axis), np.log(grid), np.arange(len(grid)))
    low = np.minimum(at.astype(int), len(grid) - 2)
    out = np.zeros((len(axis), len(grid)))
    rows = np.arange(len(axis))
    out[rows, low], out[rows, low + 1] = 1.0 - (at - low), at - low
    return out


def _refined(values: Array, grids: Sequence[Array], axes: Sequence[Array]) -> Array:
    out = np.log(np.maximum(values, 1e-300))
    for number, (grid, axis) in enumerate(zip(grids, axes, strict=True)):
        out = np.moveaxis(np.tensordot(_weights(grid, axis), out, axes=(1, number + 1)), 0, number + 1)
    return np.exp(out)


def _weighs(design: Array, values: Array, paths: Sequence[str]) -> tuple[str, float] | None:
    """The parameter whose draws go along with `values` most, by rank correlation; None without any."""
    if not len(paths) or np.ptp(values) == 0.0:
        return None
    ranks = [np.argsort(np.argsort(column, kind="stable"), kind="stable") for column in (*design.T, values)]
    r = [float(np.corrcoef(rank, ranks[-1])[0, 1]) for rank in ranks[:-1]]
    best = int(np.argmax(np.abs(r)))
    return paths[best], r[best]


# -- words ------------------------------------------------------------------------------------------------------------
def _along(mask: Mask, number: int) -> Mask:
    """Which points of one axis have a True somewhere."""
    other = tuple(k for k in range(mask.ndim) if k != number)
    return np.asarray(mask.any(axis=other))


def _runs(mask: Mask) -> list[tuple[int, int]]:
    """First and last index of each stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _words(w: Window) -> list[str]:
    best = float(np.max(w.share))
    known = f"With what is known ({w.draws} draws of {len(w.varied)} uncertain parameters)"
    out = []
    if best >= SAFE:
        out.append(f"{known}, 9 of 10 cells meet all targets for {_where(w, w.admissible)}.")
    elif best > 0.0:
        near = w.share >= 0.9 * best
        out.append(f"{known}, no value meets all targets in 9 of 10 cells; at best {best:.0%} do, for {_where(w, near)}.")
    else:
        out.append(f"{known}, no drawn cell meets all targets anywhere in the range.")
    if len(w.over) == 1:
        out += _edges(w, w.admissible if best >= SAFE else np.asarray(w.share >= max(0.9 * best, 1e-9)))
    else:
        worst = min(w.keep, key=lambda t: float(np.mean(w.shares[t.name])))
        out.append(f"The target that excludes most of the map is {worst}: {1.0 - float(np.mean(w.shares[worst.name])):.0%} of it.")
    alone = np.all([t.met(w.stated[t.name]) for t in w.keep], axis=0)
    out.append(f"With the stated values alone all are met for {_where(w, alone)}." if alone.any() else "With the stated values alone they are nowhere met together.")
    if best < SAFE:
        hard = min(w.keep, key=lambda t: float(np.max(w.shares[t.name])))
        if hard.name in w.weighs:
            path, r = w.weighs[hard.name]
            out.append(f"What decides on {hard} and is known least is {path} (rank correlation {r:+.2f}): measure that first.")
    return out


def _where(w: Window, mask: Mask) -> str:
    parts = []
    for number, path in enumerate(w.over):
        quantity = w.cell.get(path).quantity  # type: ignore[union-attr]
        axis = w.axes[number]
        spans = [f"{units.show(float(axis[a]), quantity, 3)} to {units.show(float(axis[b]), quantity, 3)}" for a, b in _runs(_along(mask, number))]
        parts.append(f"{path} of {' or '.join(spans)}")
    joined = " and ".join(parts)
    return joined if len(w.over) == 1 else f"{joined} ({float(np.mean(mask)):.0%} of the map)"


def _edges(w: Window, mask: Mask) -> list[str]:
    """What ends the window on either side."""
    found = _runs(mask)
    if not found:
        return []
    first, last = found[0][0], found[-1][1]
    out = []
    for side, edge, beyond, stop in (("below", first, -1, 0), ("above", last, 1, len(mask) - 1)):
        if edge == stop:
            out.append(f"not limited {side} within the range")
            continue
        fall = {t.name: float(w.shares[t.name][edge] - w.shares[t.name][max(min(edge + 5 * beyond, len(mask) - 1), 0)]) for t in w.keep}
        name = max(fall, key=lambda n: fall[n])
        out.append(f"limited {side} by {next(t for t in w.keep if t.name == name)}")
    sentence = f"It is {' and '.join(out)}."
    return [sentence]
