"""A symmetric polymer cell for an hour, beside PyBaMM at equal error.

    python benchmarks/bench_pybamm.py        (needs pybamm in the environment, else it says so and ends)

The same equations in both: one binary salt of constant properties between two lithium faces, Butler-Volmer with
j0 ~ (c/c0)^1/2, a constant film at each face, constant current. In PyBaMM this is a model of our own (its library has no
cell without intercalation), built and discretised once and not timed; the solution and the salt at both faces, from which
the voltage follows, are. Ours is the whole record, double layers included. The error of both is against the closed form
(eigenfunction series of the salt), the largest between 10 s and the end; of PyBaMM's meshes and tolerances the fastest
whose error is no larger than ours counts. CPU time, median of runs.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable

import numpy as np

from interlayer.cells.named import named
from interlayer.simulation import Simulation

F, R = 96485.33212, 8.314462618
HOUR, EARLY, RUNS = 3600.0, 10.0, 9
CURRENT = 1.0  # A/m²
CELL = "li2024/bare"


def parameters() -> tuple[object, dict[str, float]]:
    """The cell (films that do not grow) and its numbers at its temperature."""
    face = "interfaces.Li|QCPE"
    cell = named(CELL).with_({f"{face}.interphase.rate_linear": "1e-9 nm/h", f"{face}.interphase.rate_parabolic": "1e-9 nm^2/h"})
    T = cell.temperature
    at = {key: cell.get(f"layers.QCPE.{key}").at(T) for key in ("thickness", "conductivity", "diffusivity", "concentration", "transference_number", "thermodynamic_factor")}
    at["j0"] = cell.get(f"{face}.charge_transfer.exchange_current_density").at(T)
    at["film"] = cell.get(f"{face}.interphase.initial_thickness").at(T) / cell.get(f"{face}.interphase.conductivity").at(T)
    at["T"] = T
    return cell, at


def voltage(p: dict[str, float], left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Cell voltage from the salt at both faces [mol/m³]."""
    thermal = R * p["T"] / F
    eta = sum(2.0 * thermal * np.arcsinh(CURRENT / (2.0 * p["j0"] * np.sqrt(c / p["concentration"]))) for c in (left, right))
    salt = 2.0 * thermal * (1.0 - p["transference_number"]) * p["thermodynamic_factor"] * np.log(left / right)
    return np.asarray(eta + salt + CURRENT * (p["thickness"] / p["conductivity"] + 2.0 * p["film"]))


def exact(p: dict[str, float], t: np.ndarray) -> np.ndarray:
    """Closed form: both faces see the flux (1 - t+) J/F."""
    length, d = p["thickness"], p["diffusivity"]
    slope = (1.0 - p["transference_number"]) * CURRENT / (F * d)
    n = np.arange(1, 400, 2)[:, None]
    swing = slope * length * (0.5 - 4.0 / math.pi**2 * np.sum(np.exp(-((n * math.pi / length) ** 2) * d * t) / n**2, axis=0))
    return voltage(p, p["concentration"] + swing, p["concentration"] - swing)


def timed(run: Callable[[], object]) -> float:
    """Median CPU time of warm runs [s]."""
    run()
    out = []
    for _ in range(RUNS):
        begin = time.process_time()
        run()
        out.append(time.process_time() - begin)
    return statistics.median(out)


def ours(cell: object, p: dict[str, float], rtol: float) -> tuple[float, float]:
    """(error [V], CPU time [s]) of this package."""
    from interlayer.protocols import Replay, Step, Until

    simulation = Simulation.of(cell)  # type: ignore[arg-type]
    protocol = Replay((Step("current_density", CURRENT, (Until("time", HOUR),)),))

    def run() -> object:
        simulation.state = simulation.machine.start.copy()
        return simulation.run(protocol, rtol=rtol, detail=False)

    record = run()
    t, v = record.trace("time"), record.trace("voltage")  # type: ignore[attr-defined]
    late = t >= EARLY
    return float(np.max(np.abs(v[late] - exact(p, t[late])))), timed(run)


def theirs(p: dict[str, float]) -> list[tuple[str, float, float, float]]:
    """(settings, error [V], CPU time [s] with the salt at the faces read, without) of PyBaMM over meshes, tolerances and solvers."""
    import pybamm

    out = []
    t = np.geomspace(EARLY, HOUR, 60)
    times = np.concatenate([[0.0], t])
    for cells in (20, 40, 80, 160):
        model = pybamm.BaseModel()
        c = pybamm.Variable("c", domain="polymer")
        x = pybamm.SpatialVariable("x", domain="polymer", coord_sys="cartesian")
        slope = pybamm.Scalar(-(1.0 - p["transference_number"]) * CURRENT / (F * p["diffusivity"]))
        model.rhs = {c: pybamm.div(p["diffusivity"] * pybamm.grad(c))}
        model.boundary_conditions = {c: {"left": (slope, "Neumann"), "right": (slope, "Neumann")}}
        model.initial_conditions = {c: pybamm.Scalar(p["concentration"])}
        model.variables = {"left": pybamm.boundary_value(c, "left"), "right": pybamm.boundary_value(c, "right")}
        geometry = {"polymer": {x: {"min": pybamm.Scalar(0.0), "max": pybamm.Scalar(p["thickness"])}}}
        mesh = pybamm.Mesh(geometry, {"polymer": pybamm.Uniform1DSubMesh}, {x: cells})
        pybamm.Discretisation(mesh, {"polymer": pybamm.FiniteVolume()}).process_model(model)
        for tolerance in (1e-3, 1e-4, 1e-6):
            for name in ("IDAKLUSolver", "CasadiSolver", "ScipySolver"):
                options = {"mode": "fast"} if name == "CasadiSolver" else {}
                solver = getattr(pybamm, name)(rtol=tolerance, atol=tolerance, **options)
                interp = {"t_interp": times} if name == "IDAKLUSolver" else {}

                def run(solver: object = solver, model: object = model, interp: dict[str, object] = interp, read: bool = True) -> object:
                    ends = np.array([0.0, HOUR]) if interp else times
                    solution = solver.solve(model, ends, **interp)  # type: ignore[attr-defined]
                    return (solution, solution["left"](t), solution["right"](t)) if read else solution

                _, left, right = run()  # type: ignore[misc]
                error = float(np.max(np.abs(voltage(p, left, right) - exact(p, t))))
                out.append((f"{name}, {cells} cells, tolerance {tolerance:g}", error, timed(run), timed(lambda run=run: run(read=False))))  # type: ignore[misc]
    return out


def main() -> None:
    """Print both and their ratio."""
    try:
        import pybamm
    except ImportError:
        print("pybamm is not in this environment: nothing was compared")
        return
    cell, p = parameters()
    print(f"PyBaMM {pybamm.__version__}; {CELL}, {CURRENT / 10:g} mA/cm2 for an hour; CPU time, median of {RUNS}")
    rows = theirs(p)
    for rtol in (1e-3, 1e-4, 1e-5):
        error, cpu = ours(cell, p, rtol)
        good = [r for r in rows if r[1] <= error]
        print(f"interlayer, rtol {rtol:g}: error {error * 1e6:.2f} uV, {cpu * 1e3:.2f} ms")
        if not good:
            good = [min(rows, key=lambda r: r[1])]
            print("  none of PyBaMM's settings gets there; its smallest error instead")
        for column, what in ((2, "solution and voltage"), (3, "integration alone, nothing read")):
            best = min(good, key=lambda r: r[column])
            print(f"  PyBaMM, {what}: {best[0]}: {best[1] * 1e6:.2f} uV, {best[column] * 1e3:.2f} ms; ratio {best[column] / cpu:.1f}")


if __name__ == "__main__":
    main()
