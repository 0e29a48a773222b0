"""How fast and how right the stack engine is: lines `name | measured | target`.

    python benchmarks/bench_engine.py [--quick]         (--quick leaves out the compilation into an empty cache)

Warm times are medians of 20 runs (best in brackets), one thread. The tree of the 1000 h runs is the one of the first
prototype ("all + double layers"): two faces with charge transfer, voids, film and double layer, a filament and the short
it closes, a ceramic, and a polymer of 100 uniform cells. What differs from the prototype: its film grows from the same
5 nm with k_p = 3e-20 m²/s; filament and short follow the stated laws of the package, not the toy forms.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

F, R, T = 96485.33212, 8.31446261815324, 298.15
GARNET = "Li|LLZTO(1 mm)|Li @ 25 degC"
ANSWER = f"import interlayer as il; il.simulate({GARNET!r}, 'StripPlate(current_density=0.1 mA/cm^2, half_cycle=1 h, cycles=10)')"


def line(name: str, measured: str, target: str) -> None:
    print(f"{name} | {measured} | {target}", flush=True)


def warm(work: Callable[[], object], runs: int = 20) -> str:
    """Median and best of `runs` in ms, after one that warms."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    return f"{statistics.median(times):.3g} ms ({min(times):.3g})"


def table(*rows: tuple[float, float]) -> np.ndarray:
    """Step table: (current density, duration)."""
    from interlayer.simulation.stack import loop

    out = np.zeros((len(rows), loop.STEP_COLUMNS))
    out[:, loop.V_ABOVE], out[:, loop.V_BELOW], out[:, loop.CHARGE], out[:, loop.J_BELOW] = np.inf, -np.inf, np.inf, -1.0
    out[:, loop.VALUE], out[:, loop.DURATION] = np.array(rows).T
    return out


def prototype() -> Any:
    """Sketch `cell.lili()` in the package's elements."""
    from interlayer.elements.binary import Binary
    from interlayer.elements.capacitor import Capacitor
    from interlayer.elements.charge_transfer import ChargeTransfer
    from interlayer.elements.resistor import Resistor
    from interlayer.elements.short import Short
    from interlayer.mechanisms.filament import Filament
    from interlayer.mechanisms.interphase import Interphase
    from interlayer.mechanisms.voids import Voids
    from interlayer.simulation.stack.machine import Machine

    def face(side: str, o: int) -> Any:
        contact = {"contact": f"voids {side}.contact_fraction"}
        branch = ChargeTransfer(label=f"ct {side}", j0=10.0, orientation=o, reads=contact)
        branch = branch + Voids(label=f"voids {side}", replenishment=0.8, depth=1e-6, orientation=o)
        if o == 1:  # the flaw opens where 4 A/m² flow
            threshold = 2.0 * R * T / F * math.asinh(4.0 / 20.0)
            branch = branch + Filament(
                label="filament", orientation=o, reads={**contact, "drop1": "ct left.overpotential"}, threshold=threshold,
                crossing=6e-4, focusing=60.0, retraction=0.5,
            )  # fmt: skip
        layer = Capacitor(label=f"dl {side}", C=0.1, tolerance=1e-3)
        return (branch | layer) + Interphase(label=f"film {side}", initial=5e-9, k_r=1e-12, k_p=3e-20, sigma=1e-6)

    tree = face("left", 1) + Resistor(label="ceramic", R=6e-4 / 0.0325)
    tree = tree | Short(label="short", reads={"filament": "filament.length"}, crossing=6e-4)
    polymer = Binary(
        label="polymer", thickness=2e-5, conductivity=0.1, diffusivity=8e-12, transference_number=0.2, concentration=1500.0, cells=100, grading=1.0,
        tolerance=1.0 / 1500.0,
    )  # fmt: skip
    return Machine.of(tree + polymer + face("right", -1))


def cycles(hours: int, J: float) -> np.ndarray:
    return table(*[(J if k % 2 == 0 else -J, 3600.0) for k in range(hours)])


def ends(machine: Any, J: float, rtol: float) -> np.ndarray:
    """Voltages at the ends of the half cycles of 1000 h."""
    run = machine.integrate(cycles(1000, J), machine.start.copy(), rtol=rtol, detail=False)
    return np.asarray(run.history[np.searchsorted(run.history[:, 3], np.arange(1000), side="right") - 1, 1])


def rise(t: np.ndarray, length: float, d: float, t_plus: float) -> np.ndarray:
    """Salt at the left face over its start, t after 1 A/m² came on: the exact modes."""
    k = np.arange(1, 6001, 2)
    modes = (np.exp(-((k * math.pi / length) ** 2) * d * np.maximum(t, 0.0)[:, None]) / k**2).sum(1)
    return np.where(t > 1e-6, (1.0 - t_plus) / (F * d) * (0.5 * length - 4.0 * length / math.pi**2 * modes), 0.0)


def polarisation(t: np.ndarray, J: np.ndarray, kappa: float, temperature: float) -> np.ndarray:
    """Exact voltage of 100 um of polymer through three reversals, 900 s each."""
    up = sum(jump * rise(t - at, 100e-6, 7.5e-12, 0.385) for at, jump in ((0.0, 1.0), (900.0, -2.0), (1800.0, 2.0), (2700.0, -2.0)))
    return J * 100e-6 / kappa + 2.0 * R * temperature / F * 0.615 * np.log((1500.0 + up) / (1500.0 - up))


def worst(t: np.ndarray, V: np.ndarray, exact: np.ndarray) -> float:
    """Largest error [uV] a second and more after each switch."""
    late = (t % 900.0 >= 1.0) | (t % 900.0 < 1e-6)
    return float(1e6 * np.max(np.abs(V - exact)[late]))


def one_hour() -> None:
    from interlayer.cells import Cell
    from interlayer.elements.binary import Binary
    from interlayer.protocols import parse
    from interlayer.simulation import Simulation, simulate
    from interlayer.simulation.stack.machine import Machine

    layer = Binary(thickness=100e-6, conductivity=0.1, diffusivity=7.5e-12, transference_number=0.385, concentration=1500.0)
    machine, steps = Machine.of(layer), table(*[(J, 900.0) for J in (1.0, -1.0, 1.0, -1.0)])
    run = machine.integrate(steps, machine.start.copy(), rtol=1e-5)
    error = worst(run.history[:, 0], run.history[:, 1], polarisation(run.history[:, 0], run.history[:, 2], 0.1, T))
    speed = warm(lambda: machine.integrate(steps, machine.start.copy(), rtol=1e-5))
    line("Li|SPE|Li one hour, Machine.integrate, rtol 1e-5", f"{speed}, error {error:.2g} uV", "0.8 ms at 3 uV")
    cell, protocol = Cell.parse("Li|SPE(100 um)|Li @ 72.5 degC"), parse("StripPlate(current_density=1 A/m^2, half_cycle=15 min, cycles=2)")
    kept = Simulation.of(cell)

    def again(rtol: float) -> Any:
        kept.state = kept.machine.start.copy()
        return kept.run(protocol, rtol=rtol)

    for rtol in (1e-4, 1e-5):
        record = simulate(cell, protocol, rtol=rtol)
        t, J = record.trace("time"), record.trace("current_density")
        error = worst(t, record.trace("voltage@SPE"), polarisation(t, J, 0.09, 345.65))
        line(
            f"the same cell with its faces, simulate(), rtol {rtol:g}",
            f"{warm(lambda rtol=rtol: simulate(cell, protocol, rtol=rtol))}, kept machine {warm(lambda rtol=rtol: again(rtol))}, error {error:.2g} uV", "0.8 ms at 3 uV",
        )  # fmt: skip


def thousand_hours() -> None:
    machine = prototype()
    for J, target in ((1.0, 0.6), (2.0, 1.0)):
        speed = warm(lambda J=J: machine.integrate(cycles(1000, J), machine.start.copy(), rtol=1e-4, detail=False))
        found, exact = ends(machine, J, 1e-4), ends(machine, J, 1e-7)
        error = 1e6 * np.max(np.abs(found - exact))
        line(f"1000 h strip/plate, J = {J:g} A/m2, rtol 1e-4", f"{speed}, error {error:.2g} uV of {np.max(np.abs(exact)):.3g} V", f"{1e3 * target:g} ms")


def spectra() -> None:
    machine = prototype()
    omega = 2.0 * np.pi * np.logspace(6, -2, 60)
    line("60 frequencies, symmetric stack at rest", warm(lambda: machine.impedance(omega)), "0.5 ms")
    state = machine.start.copy()
    machine.integrate(cycles(5, 1.0), state)
    line("60 frequencies, the same stack polarised", warm(lambda: machine.impedance(omega, state)), "0.5 ms")


def resident(key: str) -> float:
    """VmRSS or VmHWM of this process [MiB]; Linux."""
    with open("/proc/self/status") as status:  # noqa: PTH123
        return next(float(row.split()[1]) for row in status if row.startswith(key)) / 1024.0


def memory() -> None:
    """In a process of its own: the most that 1000 h, recorded in detail, add to it."""
    machine = prototype()
    machine.integrate(cycles(2, 1.0), machine.start.copy())
    with open("/proc/self/clear_refs", "w") as reset:  # noqa: PTH123
        reset.write("5")  # the peak starts from here
    before, peak = resident("VmRSS"), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kept = machine.integrate(cycles(1000, 1.0), machine.start.copy(), rtol=1e-4)
    grown, over = resident("VmHWM") - before, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1024.0
    size = kept.history.nbytes / 2**20
    del kept
    tracemalloc.start()
    machine.integrate(cycles(1000, 1.0), machine.start.copy(), rtol=1e-4)
    traced = tracemalloc.get_traced_memory()[1] / 2**20
    line(
        "memory of 1000 h in detail",
        f"{grown:.1f} MiB over the process (ru_maxrss + {over:.1f}), {traced:.1f} MiB traced, of it {size:.1f} MiB the history", "30 MiB",
    )  # fmt: skip


def fresh(code: str, runs: int = 5, **environment: str) -> float:
    """Median wall time [s] of a fresh interpreter."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, **environment}, capture_output=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def processes(quick: bool) -> None:
    subprocess.run([sys.executable, __file__, "--memory"], check=True)
    fresh(ANSWER, 1)
    line("first answer of a fresh process (garnet, 10 cycles)", f"{fresh(ANSWER):.2f} s", "1.5 s")
    nothing, numpy, ours = (fresh(code, 9) for code in ("pass", "import numpy", "import interlayer"))
    line("import interlayer / import numpy", f"{ours - nothing:.3f} s / {numpy - nothing:.3f} s = {(ours - nothing) / (numpy - nothing):.2f}", "2")
    if not quick:
        with tempfile.TemporaryDirectory() as folder:
            line("first answer with an empty kernel cache", f"{fresh(ANSWER, 1, INTERLAYER_CACHE=folder):.1f} s", "60 s")
            line("the same again", f"{fresh(ANSWER, 1, INTERLAYER_CACHE=folder):.1f} s", "1.5 s")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--quick", action="store_true", help="leave out the compilation into an empty cache")
    arguments.add_argument("--memory", action="store_true", help="only the memory (run in a process of its own)")
    given = arguments.parse_args()
    if given.memory:
        memory()
        return
    import numba

    print(f"# python {sys.version.split()[0]}, numpy {np.__version__}, numba {numba.__version__}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    one_hour()
    thousand_hours()
    spectra()
    processes(given.quick)


if __name__ == "__main__":
    main()
