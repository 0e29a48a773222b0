"""How often arcs are named right, left unassigned, and named wrong, over random cells with known processes.

    OMP_NUM_THREADS=1 python benchmarks/bench_arcs.py               300 cells, about 15 seconds on one core
    OMP_NUM_THREADS=1 python benchmarks/bench_arcs.py --fits 150    and the arcs of circuits fitted to so many: a minute

The cells are drawn from geometry and material, not from the classes of interlayer.analysis.arcs:

    electrolyte      20 um to 2 mm, 0.3 to 3 cm², 1e-6 to 1e-2 S/cm, permittivity 5 to 80; ceramic, polymer or liquid
    grain boundary   half of the ceramics: grains 0.3 to 20 um, boundaries 2 to 20 nm of permittivity 5 to 60
    interphase       film 5 to 200 nm of permittivity 5 to 30 at a lithium face
    charge transfer  double layer 1 to 50 uF/cm² of the true contact, at a lithium face
    constriction     a third of the solid cells: contact fraction 0.03 to 0.5, spots 1 to 100 um, in a gap of 10 nm to 1 um
                     (R from laws.constriction, C that of the gap)
    blocking         a third of the cells: no arc at the face, a CPE of the double layer instead

One or two equal faces, arcs depressed to n = 0.8 to 1, R of the arcs 0.05 to 5 times that of the electrolyte (constriction:
from its law), 10 MHz or 1 MHz to 0.1 Hz, 0.3 % noise. What is told to the naming (electrolyte, electrodes, faces, contact)
is true but often withheld. A peak whose resistance stems to less than 70 % from one process is a mixture: any name is wrong.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from interlayer.analysis import arcs, impedance, relaxation_times
from interlayer.analysis._arc_classes import EPS0
from interlayer.errors import AnalysisError
from interlayer.laws.constriction import psi
from interlayer.record import Provenance, Record, Segment

PURE = 0.7


@dataclass(frozen=True)
class Arc:
    """A true arc: process, R [ohm], C [F], exponent."""

    name: str
    r: float
    c: float
    n: float


def draw(rng: np.random.Generator, noise: float = 3e-3) -> tuple[Record, list[Arc], dict[str, Any]]:
    """A spectrum with thickness and area, the arcs in it, and what is told of the cell."""

    def between(low: float, high: float) -> float:
        return float(np.exp(rng.uniform(math.log(low), math.log(high))))

    kind = str(rng.choice(["ceramic", "polymer", "liquid"], p=[0.5, 0.3, 0.2]))
    blocking, faces = rng.random() < 1 / 3, int(rng.choice([1, 2]))
    thickness, area = between(2e-5, 2e-3), between(3e-5, 3e-4)
    sigma, permittivity = between(1e-4, 1.0), between(5.0, 80.0)
    bulk = thickness / (sigma * area)
    whole = blocking or kind == "liquid" or rng.random() < 2 / 3
    share = 1.0 if whole else between(0.03, 0.5)
    found = [Arc("bulk", bulk, permittivity * EPS0 * area / thickness, rng.uniform(0.95, 1.0))]

    def arc(name: str, c: float, r: float | None = None) -> None:
        found.append(Arc(name, between(0.05, 5.0) * bulk if r is None else r, c, rng.uniform(0.8, 1.0)))

    if kind == "ceramic" and rng.random() < 0.5:
        arc("grain boundary", between(5.0, 60.0) * EPS0 * between(3e-7, 2e-5) / between(2e-9, 2e-8) * area / thickness)
    if not whole:
        spot = between(1e-6, 1e-4)
        cell = spot / math.sqrt(share)
        extra = math.pi * spot * psi(spot / cell, thickness / cell) / (4.0 * sigma * share) / area
        arc("constriction", EPS0 * (1.0 - share) / between(1e-8, 1e-6) * area / faces, faces * extra)
    if not blocking:
        if rng.random() < 0.6:
            arc("interphase", between(5.0, 30.0) * EPS0 / between(5e-9, 2e-7) * share * area / faces)
        if rng.random() < 0.7:
            arc("charge transfer", between(1e-2, 0.5) * share * area / faces)
    f = np.logspace(-1, float(rng.choice([6.0, 7.0])), 71)
    s = 2j * np.pi * f
    z = sum(a.r / (1.0 + (s * a.r * a.c) ** a.n) for a in found) + s * 1e-8
    if blocking:
        z = z + 1.0 / (s ** rng.uniform(0.85, 1.0) * between(1e-2, 0.5) * area / faces)
    z = z * (1.0 + noise * (rng.normal(size=len(s)) + 1j * rng.normal(size=len(s))))
    channels = {"frequency": f, "impedance_real": z.real, "impedance_imag": z.imag}
    record = Record((Segment(channels, "frequency", "impedance"),), Provenance("simulated"))
    told: dict[str, Any] = {
        "electrolyte": kind if rng.random() < 0.7 else None, "faces": faces if rng.random() < 0.5 else None,
        "electrodes": ("blocking" if blocking else "lithium") if rng.random() < 0.5 else None,
        "contact": "whole" if whole and rng.random() < 0.4 else None,
    }  # fmt: skip
    return record.with_conditions(thickness=(thickness, "m"), area=(area, "m^2")), found, told


def truth(found: list[Arc], low: float, high: float) -> str:
    """The process that holds most of the true relaxations between two time constants, or "a mixture", or "nothing"."""
    held = {a.name: a.r * (_below(a, high) - _below(a, low)) for a in found}
    whole = sum(held.values())
    name = max(held, key=lambda n: held[n])
    return "nothing" if whole <= 0.0 else name if held[name] > PURE * whole else "a mixture"


def _below(a: Arc, tau: float) -> float:
    """Share of a Cole-Cole relaxation faster than tau."""
    x = a.n * math.log(tau / (a.r * a.c))
    if a.n > 0.999:
        return float(x > 0.0)
    return 0.5 + math.atan(math.tanh(x / 2.0) * math.tan(math.pi * a.n / 2.0)) / (math.pi * a.n)


def named(record: Record, found: list[Arc], told: dict[str, Any], fit: bool) -> list[tuple[str, str, Any]]:
    """(name given, truth, arc) of every arc that is seen, by a distribution or by the circuit chosen from it."""
    result: Any = impedance.fit(record) if fit else relaxation_times.distribution(record)
    given = arcs.name(record, result, **told).arcs
    between, near, out = [math.sqrt(a.tau * b.tau) for a, b in pairwise(given)], 10.0**0.75, []
    for arc, low, high in zip(given, [0.0, *between], [*between, math.inf], strict=True) if given else ():
        out.append((arc.name, truth(found, max(low, arc.tau / near), min(high, arc.tau * near)), arc))
    return out


def study(count: int, seed: int = 5, fit: bool = False, show: int = 0) -> Counter[str]:
    """Counts of right, unassigned and wrong, and of every pair of truth and name."""
    rng, counts = np.random.default_rng(seed), Counter[str]()
    for _ in range(count):
        record, found, told = draw(rng)
        try:
            rows = named(record, found, told, fit)
        except AnalysisError:
            counts["refused"] += 1
            continue
        for name, true, arc in rows:
            counts["unassigned" if name == "unassigned" else "right" if name == true else "wrong"] += 1
            counts[f"{true} -> {name}"] += 1
            if name not in ("unassigned", true) and show > 0:
                show -= 1
                print(f"    {true} was called {name}: {told}; {arc.why}")
    return counts


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=300)
    parser.add_argument("--fits", type=int, default=0, metavar="CELLS", help="also the arcs of fitted circuits, so many cells")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="the first N wrong names")
    given = parser.parse_args()
    for label, cells, fit in (("peaks of the distribution", given.cells, False), ("arcs of a fitted circuit", given.fits, True)):
        if cells == 0:
            continue
        counts = study(cells, fit=fit, show=given.show)
        seen = sum(counts[k] for k in ("right", "unassigned", "wrong"))
        print(
            f"{label}: {cells} cells, {seen} arcs: right {counts['right'] / seen:.1%}, unassigned"
            f" {counts['unassigned'] / seen:.1%}, wrong {counts['wrong'] / seen:.1%} ({counts['wrong']}); refused {counts['refused']}"
        )
        for pair, number in sorted(counts.items(), key=lambda item: -item[1]):
            if " -> " in pair:
                print(f"    {pair:40s} {number}")
