"""A symmetric polymer cell for an hour, beside PyBaMM at equal error.

    python benchmarks/bench_pybamm.py        (needs pybamm in the environment, else it says so and ends)

The same equations in both, twice: one binary salt of constant properties between two lithium faces, Butler-Volmer with
j0 ~ (c/c0)^1/2, a constant film at each face, constant current; once without double layers and once with one at each face
(the package's own cell). In PyBaMM this is a model of our own (its library has no cell without intercalation), built and
discretised once and not timed; ours is laid out once and not timed. Timed are, of theirs, the integration alone; the
integration with the voltage at 60 times as an output variable (its fast way); and, on its uniform mesh with its default
solver settings, the voltage read from the solution as its examples do. Of ours `Simulation.run`: integration and record, once
with the points that the integration makes by itself (fewer than PyBaMM's 60), once with a row a minute (60, as PyBaMM's).

The error of both is the largest between 10 s and the end, against the closed form of the salt (eigenfunctions) and, with
double layers, the scalar equation of each face integrated to 1e-12; theirs at the 60 times, ours at the rows of the timed run and
at those of another with a row every 10 s. Of PyBaMM's meshes (uniform, graded, Chebyshev; 10 to 160
cells), boundary values (linear with and without the known flux), linear solvers, tolerances and steps at the start the
fastest whose error is no larger than ours counts. CPU time, median of warm runs, the two interleaved.
"""

from __future__ import annotations

import math
import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

from interlayer.cells import Cell
from interlayer.cells.named import named
from interlayer.simulation import Simulation

F, R = 96485.33212, 8.31446261815324
HOUR, EARLY, RUNS = 3600.0, 10.0, 15
CURRENT = 1.0  # A/m²
CELL = "li2024/bare"
CELLS, TOLERANCES = (10, 20, 40, 80, 160), (1e-3, 1e-4, 1e-5, 1e-6)
MESHES = {"uniform": None, "graded e^3": 3.0, "Chebyshev": 0.0}


def parameters() -> tuple[Cell, dict[str, float]]:
    """The cell (films that do not grow) and its numbers at its temperature."""
    face = "interfaces.Li|QCPE"
    cell = named(CELL).with_({f"{face}.interphase.rate_linear": "1e-9 nm/h", f"{face}.interphase.rate_parabolic": "1e-9 nm^2/h"})
    T = cell.temperature
    at = {key: cell.get(f"layers.QCPE.{key}").at(T) for key in ("thickness", "conductivity", "diffusivity", "concentration", "transference_number", "thermodynamic_factor")}  # type: ignore[union-attr]
    at["j0"] = cell.get(f"{face}.charge_transfer.exchange_current_density").at(T)  # type: ignore[union-attr]
    at["film"] = cell.get(f"{face}.interphase.initial_thickness").at(T) / cell.get(f"{face}.interphase.conductivity").at(T)  # type: ignore[union-attr]
    at["C"] = cell.get(f"{face}.double_layer.double_layer_capacitance").at(T)  # type: ignore[union-attr]
    at["T"] = T
    return cell, at


def without_layers(cell: Cell) -> Cell:
    """The same cell without double layers."""
    return replace(cell, interfaces=tuple(replace(f, physics={k: v for k, v in f.physics.items() if k != "double_layer"}) for f in cell.interfaces))


def swing(p: dict[str, float], t: np.ndarray) -> np.ndarray:
    """c at the left face over its start [mol/m³]: both faces see the flux (1 - t+) J/F."""
    length, d = p["thickness"], p["diffusivity"]
    slope = (1.0 - p["transference_number"]) * CURRENT / (F * d)
    n = np.arange(1, 400, 2)[:, None]
    late = slope * length * (0.5 - 4.0 / math.pi**2 * np.sum(np.exp(-((n * math.pi / length) ** 2) * d * t) / n**2, axis=0))
    return np.asarray(np.where(d * t < 0.01 * length**2, slope * 2.0 * np.sqrt(d * t / math.pi), late))


def exact(p: dict[str, float], t: np.ndarray, layers: bool) -> np.ndarray:
    """Voltage [V] at the times t [s]."""
    b, change = R * p["T"] / F, swing(p, t)
    salt = 2.0 * b * (1.0 - p["transference_number"]) * p["thermodynamic_factor"] * np.log((p["concentration"] + change) / (p["concentration"] - change))
    drops = salt + CURRENT * (p["thickness"] / p["conductivity"] + 2.0 * p["film"])
    for side in (1.0, -1.0):

        def j0(at: Any, side: float = side) -> Any:
            return p["j0"] * np.sqrt(1.0 + side * swing(p, np.atleast_1d(at)) / p["concentration"])

        if layers:
            face = solve_ivp(
                lambda at, eta, j0=j0: (CURRENT - 2.0 * j0(at) * np.sinh(0.5 * eta / b)) / p["C"], (0.0, t[-1] * (1.0 + 1e-12)), [0.0], "Radau", t_eval=t, rtol=1e-12, atol=1e-14
            )
            drops = drops + face.y[0]
        else:
            drops = drops + 2.0 * b * np.arcsinh(CURRENT / (2.0 * j0(t)))
    return np.asarray(drops)


@dataclass
class Ours:
    """One setting of this package."""

    rtol: float
    rows: str
    error: float
    run: Callable[[], object]


def ours(cell: Cell, p: dict[str, float], layers: bool, sample: float | None = None) -> list[Ours]:
    """The package at several tolerances, recorded every `sample` seconds or at its own points."""
    from interlayer.protocols import Replay, Step, Until

    simulation = Simulation.of(cell if layers else without_layers(cell))
    protocol, every_ten = (Replay((Step("current_density", CURRENT, (Until("time", HOUR),), sample=s),)) for s in (sample, EARLY))
    out = []
    for rtol in (1e-3, 1e-4, 1e-5, 1e-6):

        def run(rtol: float = rtol, protocol: Any = protocol) -> Any:
            simulation.state = simulation.machine.start.copy()
            return simulation.run(protocol, rtol=rtol, detail=False)

        errors = []
        for record in (run(), run(protocol=every_ten)):  # from 10 s on, as PyBaMM's, also where the timed run has no row
            t, v = record.trace("time"), record.trace("voltage")
            late = t >= EARLY
            errors.append((int(np.sum(late)), float(np.max(np.abs(v[late] - exact(p, t[late], layers))))))
        rows = f"{errors[0][0]} points of its own" if sample is None else f"a row every {sample:g} s"
        out.append(Ours(rtol, rows, max(error for _, error in errors), run))
    return out


@dataclass
class Theirs:
    """One setting of PyBaMM."""

    words: str
    error: float
    run: Callable[[], object]
    cpu: float


def discretised(p: dict[str, float], layers: bool, cells: int, grading: float | None, known_flux: bool) -> Any:
    """PyBaMM's model of the cell: salt over c0, overpotentials over RT/F, voltage in V."""
    import pybamm

    b, model = R * p["T"] / F, pybamm.BaseModel()
    u = pybamm.Variable("u", domain="polymer")
    x = pybamm.SpatialVariable("x", domain="polymer", coord_sys="cartesian")
    d = p["diffusivity"] / p["thickness"] ** 2
    slope = pybamm.Scalar(-(1.0 - p["transference_number"]) * CURRENT * p["thickness"] / (F * p["diffusivity"] * p["concentration"]))
    model.rhs = {u: pybamm.div(d * pybamm.grad(u))}
    model.boundary_conditions = {u: {"left": (slope, "Neumann"), "right": (slope, "Neumann")}}
    model.initial_conditions = {u: pybamm.Scalar(1.0)}
    faces = [pybamm.boundary_value(u, side) for side in ("left", "right")]
    drops = []
    for face in faces:
        j0 = p["j0"] * pybamm.sqrt(face)
        if layers:
            eta = pybamm.Variable(f"eta {len(drops)}")
            model.rhs[eta] = (CURRENT - 2.0 * j0 * pybamm.sinh(0.5 * eta)) / (p["C"] * b)
            model.initial_conditions[eta] = pybamm.Scalar(0.0)
            drops.append(b * eta)
        else:
            drops.append(2.0 * b * pybamm.arcsinh(CURRENT / (2.0 * j0)))
    salt = 2.0 * b * (1.0 - p["transference_number"]) * p["thermodynamic_factor"] * pybamm.log(faces[0] / faces[1])
    model.variables = {"voltage": drops[0] + drops[1] + salt + CURRENT * (p["thickness"] / p["conductivity"] + 2.0 * p["film"])}
    if grading is None:
        sub: Any = pybamm.Uniform1DSubMesh
    elif grading == 0.0:
        sub = pybamm.Chebyshev1DSubMesh
    else:
        sub = pybamm.MeshGenerator(pybamm.Exponential1DSubMesh, {"side": "symmetric", "stretch": grading})
    mesh = pybamm.Mesh({"polymer": {x: {"min": pybamm.Scalar(0.0), "max": pybamm.Scalar(1.0)}}}, {"polymer": sub}, {x: cells})
    method = pybamm.FiniteVolume({"extrapolation": {"order": {"gradient": "linear", "value": "linear"}, "use bcs": known_flux}})
    pybamm.Discretisation(mesh, {"polymer": method}).process_model(model)
    return model


def timed(run: Callable[[], object], runs: int) -> float:
    """Median CPU time of warm runs [s]."""
    run()
    out = []
    for _ in range(runs):
        begin = time.process_time()
        run()
        out.append(time.process_time() - begin)
    return statistics.median(out)


def usual(p: dict[str, float], layers: bool) -> list[Theirs]:
    """PyBaMM as its examples use it: default mesh and solver, `solution["voltage"](t)`."""
    import pybamm

    out = []
    t = np.geomspace(EARLY, HOUR, 60)
    for cells, tolerance in product(CELLS, TOLERANCES):
        model, solver = discretised(p, layers, cells, None, False), pybamm.IDAKLUSolver(rtol=tolerance, atol=tolerance)

        def run(solver: Any = solver, model: Any = model) -> Any:
            return solver.solve(model, np.array([0.0, HOUR]), t_interp=t)["voltage"](t)

        error = float(np.max(np.abs(run() - exact(p, t, layers))))
        out.append(Theirs(f"{cells} cells, {tolerance:g}", error, run, timed(run, 3)))
    return out


def theirs(p: dict[str, float], layers: bool) -> tuple[list[Theirs], list[Theirs]]:
    """PyBaMM over its settings: (with the voltage as output variable, integration alone)."""
    import pybamm

    with_voltage, alone = [], []
    t = np.geomspace(EARLY, HOUR, 60)
    truth = exact(p, t, layers)
    for cells, (word, grading), known in product(CELLS, MESHES.items(), (False, True)):
        model = discretised(p, layers, cells, grading, known)
        for tolerance, linear, start in product(TOLERANCES, ("SUNLinSol_KLU", "SUNLinSol_Band"), (0.0, 1e-3)):
            if linear == "SUNLinSol_Band" and cells > 40:
                continue
            options: dict[str, Any] = {"linear_solver": linear, "dt_init": start} | ({"jacobian": "banded"} if linear == "SUNLinSol_Band" else {})
            words = f"{cells} cells {word}, {'known flux' if known else 'extrapolated'}, {tolerance:g}, {linear[10:]}, first step {start:g}"
            try:
                for read, rows in ((True, with_voltage), (False, alone)):
                    solver = pybamm.IDAKLUSolver(rtol=tolerance, atol=tolerance, options=options, **({"output_variables": ["voltage"]} if read else {}))

                    def run(solver: Any = solver, model: Any = model, read: bool = read) -> Any:
                        if not read:
                            return solver.solve(model, np.array([0.0, HOUR]))
                        return solver.solve(model, np.array([0.0, HOUR]), t_interp=t)["voltage"].entries

                    if read:
                        solution = solver.solve(model, np.array([0.0, HOUR]), t_interp=t)
                        error = float(np.max(np.abs(np.interp(t, solution.t, solution["voltage"].entries) - truth)))
                    rows.append(Theirs(words, error, run, timed(run, 3)))
            except pybamm.SolverError as reason:
                print(f"  (left out: {words}: {reason})")
    return with_voltage, alone


def race(mine: Ours, rows: list[Theirs], what: str) -> None:
    """The fastest of theirs that is as right, run in turn with ours."""
    good = [r for r in rows if r.error <= mine.error]
    if not good:
        print(f"  PyBaMM, {what}: none of its settings gets there (smallest error {min(r.error for r in rows) * 1e6:.2f} uV)")
        return
    pairs = [(timed(mine.run, RUNS), timed(r.run, RUNS), r) for r in sorted(good, key=lambda r: r.cpu)[:5]]
    own, best, row = statistics.median(q[0] for q in pairs), *min(((q[1], q[2]) for q in pairs), key=lambda q: q[0])
    print(f"  PyBaMM, {what}: {best * 1e3:.3f} ms ({row.words}: {row.error * 1e6:.2f} uV); ours {own * 1e3:.3f} ms; ratio {best / own:.1f}")


def main() -> None:
    """Print both and their ratio."""
    try:
        import pybamm
    except ImportError:
        print("pybamm is not in this environment: nothing was compared")
        return
    warnings.simplefilter("ignore", DeprecationWarning)
    cell, p = parameters()
    print(f"PyBaMM {pybamm.__version__}; {CELL}, {CURRENT / 10:g} mA/cm2 for an hour; CPU time, median of {RUNS}")
    for layers in (False, True):
        print(f"\n{'with a double layer at each face' if layers else 'without double layers'}, in both")
        rows = (*theirs(p, layers), usual(p, layers))
        for mine in (*ours(cell, p, layers), *ours(cell, p, layers, 60.0)):
            print(f"interlayer, rtol {mine.rtol:g}, {mine.rows}: error {mine.error * 1e6:.2f} uV")
            for column, what in zip(rows, ("integration and voltage", "integration alone, nothing read", "as its examples read a voltage"), strict=True):
                race(mine, column, what)


if __name__ == "__main__":
    main()
