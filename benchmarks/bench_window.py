"""Speed of a window: a map of 10,000 points, its cells drawn from what is not known, on at most two cores.

    python benchmarks/bench_window.py

The bar is 60 s of wall time on two cores. Everything here runs in one thread; the time of the process is printed beside
the wall's, since other work may share the machine. `points` are those of the map, `runs` the cells simulated for it: the
logarithm of each answer is interpolated onto the map, and what that costs is measured against cells simulated at the map's
own points.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from interlayer.cells.named import named
from interlayer.design import window
from interlayer.design.window import KINDS, target
from interlayer.simulation import Simulation

CASES = {
    "garnet with a buffer: overpotential and resistance": (
        "zhai2024/protected",
        {"layers.LiI-ZnLi.thickness": ("10 nm", "10 um"), "layers.LiI-ZnLi.conductivity": ("1e-7 S/cm", "1e-4 S/cm")},
        {"overpotential": "< 100 mV at 0.5 mA/cm^2", "area_specific_resistance": "< 250 ohm*cm^2"},
    ),
    "the same with the critical current by its ramp": (
        "zhai2024/protected",
        {"layers.LiI-ZnLi.thickness": ("10 nm", "10 um"), "interfaces.LiI-ZnLi|LLZTO.contact.contact_fraction": ("0.05", "0.99")},
        {"critical_current_density": "> 1 mA/cm^2 for 30 min", "area_specific_resistance": "< 250 ohm*cm^2"},
    ),
    "polymer cell: overpotential after an hour": (
        "li2024/protected",
        {"layers.QCPE-PDOL.conductivity": ("0.1 mS/cm", "3 mS/cm"), "layers.QCPE-PDOL.thickness": ("20 um", "500 um")},
        {"overpotential": "< 200 mV at 1 mA/cm^2 after 1 h", "area_specific_resistance": "< 400 ohm*cm^2"},
    ),
    "polycation skin: thickness and conductivity": (
        "yu2024/protected",
        {"layers.POTA-NO3.thickness": ("0.2 um", "20 um"), "layers.POTA-NO3.conductivity": ("1e-6 S/cm", "1e-3 S/cm")},
        {"overpotential": "< 100 mV at 2 mA/cm^2 after 1 h", "area_specific_resistance": "< 30 ohm*cm^2"},
    ),
}  # fmt: skip


def apart(found, cell, keep) -> dict[str, float]:
    """Largest relative difference between the map with the stated values and cells simulated at 40 of its points."""
    rng = np.random.default_rng(1)
    simulation = Simulation.of(cell)
    out = {name: 0.0 for name in keep}
    for _ in range(40):
        at = tuple(int(rng.integers(n)) for n in found.share.shape)
        there = cell
        for path, axis, k in zip(found.over, found.axes, at, strict=True):
            there = there.set(path, replace(there.get(path), value=float(axis[k]), std=None, interval=None))
        for name, text in keep.items():
            simulation.restate(there)
            direct = KINDS[name].run(simulation, target(name, text))
            out[name] = max(out[name], abs(found.stated[name][at] / direct - 1.0))
    return out


def main() -> None:
    """Time every case."""
    window(named("zhai2024/protected"), {"layers.LiI-ZnLi.thickness": ("10 nm", "10 um")}, {"area_specific_resistance": "< 250 ohm*cm^2"}, draws=2, nodes=2)  # compiles
    for words, (name, over, keep) in CASES.items():
        cell = named(name)
        wall, busy = time.perf_counter(), time.process_time()
        found = window(cell, over, keep)
        wall, busy = time.perf_counter() - wall, time.process_time() - busy
        off = ", ".join(f"{k.replace('_', ' ')} {100.0 * v:.2g} %" for k, v in apart(found, cell, keep).items())
        print(f"{words}: {found.share.size} points, {found.runs} runs, {found.draws} draws of {len(found.varied)}; {wall:.1f} s wall, {busy:.1f} s CPU")
        print(f"    interpolation against cells simulated at 40 points of the map: {off}")
        for sentence in found.words:
            print(f"    {sentence}")


if __name__ == "__main__":
    main()
