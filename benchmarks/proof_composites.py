"""Limits of the composite laws and of the polycation layer, each with its order and its absolute error.

    python benchmarks/proof_composites.py

Composites (laws/composite.py): dilute limits, thresholds, bounds, the order in which a network grows, and the threshold of
equal spheres beside site percolation on a lattice with as many neighbours, counted here. Polycation (laws/donnan.py): Donnan's
closed form, the root of the cubic with bound anions, the ends of every mechanism, and transport by a derivation of its own
(Nernst and Planck with differences of the equilibrium).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import label

from interlayer.laws import composite
from interlayer.laws.donnan import FARADAY, equilibrium, ions
from interlayer.laws.temperature import GAS_CONSTANT

T = 298.15


@dataclass(frozen=True)
class Line:
    """One line: what, the order found and expected (None where there is none), the absolute error and what it is of."""

    name: str
    order: float | None
    expected: float | None
    error: float
    of: str


def order(x, errors) -> float:
    """Slope of ln(error) against ln(x)."""
    return float(np.polyfit(np.log(x), np.log(errors), 1)[0])


# -- composites -------------------------------------------------------------------------------------------------------
def dilute() -> list[Line]:
    """To first order in the fraction both media are Maxwell's 1 + 3 f (s - m)/(s + 2 m)."""
    f = np.array([1e-2, 1e-3, 1e-4])
    out = []
    for ratio in (1e3, 1e-3):
        first = 1.0 + 3.0 * f * (ratio - 1.0) / (ratio + 2.0)
        for name, law in (("Maxwell", lambda x, r=ratio: composite.maxwell(1.0, r, x)), ("symmetric medium", lambda x, r=ratio: composite.symmetric(r, 1.0, x))):
            miss = np.abs(np.array([law(float(x)) for x in f]) - first)
            out.append(Line(f"{name}, dilute, conductivity ratio {ratio:g}", order(f, miss), 2.0, float(miss[-1]), "at a fraction of 1e-4, of 1"))
    return out


def medium() -> list[Line]:
    """The symmetric medium with an insulator: s (3 f - 1)/2 above a third, nothing below, and its root at the threshold."""
    above = max(abs(composite.symmetric(1.0, 1e-14, f) - 0.5 * (3.0 * f - 1.0)) for f in (0.35, 0.5, 0.9, 1.0))
    below = max(composite.symmetric(1.0, 1e-14, f) for f in (0.05, 0.2, 0.32))
    poor = np.array([1e-4, 1e-6, 1e-8])
    at = np.array([composite.symmetric(1.0, p, 1.0 / 3.0) for p in poor])
    return [
        Line("symmetric medium with an insulator, above 1/3", None, None, above, "of 1"),
        Line("symmetric medium with an insulator, below 1/3", None, None, below, "of 1"),
        Line("symmetric medium at its threshold, in the poor phase", order(poor, at), 0.5, float(np.max(np.abs(at / np.sqrt(poor / 2.0) - 1.0))), "relative to sqrt(s1 s2/2), largest at 1e-4"),
    ]


def bounds() -> list[Line]:
    """How far the laws leave the bounds of Hashin and Shtrikman (0: never)."""
    worst = 0.0
    for ratio in (10.0, 1e3, 1e5):
        for f in np.linspace(0.01, 0.99, 50):
            low, high = composite.maxwell(1.0, ratio, float(f)), composite.maxwell(ratio, 1.0, float(1.0 - f))
            for s in (composite.symmetric(ratio, 1.0, float(f)), low):
                worst = max(worst, (low - s) / low, (s - high) / high)
    return [Line("Hashin and Shtrikman's bounds, overstepped by", None, None, max(worst, 0.0), "relative")]


def threshold() -> list[Line]:
    """The share connected grows as (Z - Z_c)^0.4 above the threshold; its place for equal and unequal spheres."""
    out = []
    for q in (0.3, 1.0, 3.0):
        critical = composite.percolation_threshold(q)
        miss = abs(composite.COORDINATION * composite.surface_share(critical, q) - composite.THRESHOLD)
        step = np.array([1e-4, 1e-5, 1e-6])
        share = np.array([composite.connected_share(critical * (1.0 + float(s)), q) for s in step])
        out.append(Line(f"connected share above the threshold, size ratio {q:g} (at {critical:.3f})", order(step, share), 0.4, miss, "contacts at the threshold, of 1.764"))
        assert composite.connected_share(critical * (1.0 - 1e-9), q) == 0.0
    return out


def lattice(size: int = 48, draws: int = 24, seed: int = 1) -> list[Line]:
    """Site percolation on a simple cubic lattice (six neighbours, as in the law): where half of the lattices span."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        field = rng.random((size, size, size))
        low, high = 0.2, 0.45
        while high - low > 1e-4:
            p = 0.5 * (low + high)
            parts = label(field < p)[0]
            spans = np.intersect1d(parts[0][parts[0] > 0], parts[-1][parts[-1] > 0]).size > 0
            low, high = (low, p) if spans else (p, high)
        found.append(0.5 * (low + high))
    there = float(np.mean(found))
    mine = composite.percolation_threshold(1.0)
    return [Line(f"threshold of equal spheres {mine:.4f} beside a lattice of six neighbours {there:.4f} ({draws} lattices)", None, None, abs(mine - there), "volume fraction")]


# -- polycation -------------------------------------------------------------------------------------------------------
def null() -> list[Line]:
    """Donnan's closed form, and its two ends."""
    c = 1000.0
    exact = max(abs(equilibrium(x, c)[0] / (np.hypot(x / 2.0, c) - x / 2.0) - 1.0) for x in (0.0, 10.0, 3200.0, 1e5))
    few, many = c * np.array([1e-1, 1e-2, 1e-3]), c * np.array([10.0, 100.0, 1000.0])
    open_ = np.array([abs(equilibrium(x, c)[0] / c - 1.0 + 0.5 * x / c) for x in few])
    shut = np.array([abs(equilibrium(x, c)[0] * x / c**2 - 1.0) for x in many])
    return [
        Line("Donnan, lithium in the layer against its closed form", None, None, exact, "relative"),
        Line("Donnan, little fixed charge: 1 - X/2c", order(few, open_), 2.0, float(open_[-1]), "at X/c = 1e-3, of 1"),
        Line("Donnan, much fixed charge: p X/c² = 1", order(1.0 / many, shut), 2.0, float(shut[-1]), "at X/c = 1e3, of 1"),
    ]


def bound() -> list[Line]:
    """Anions that bind: the positive root of a cubic; all sites paired in the end, and none at the beginning."""
    c, x, worst = 1000.0, 3200.0, 0.0
    for k in (1e-4, 1e-2, 1.0, 100.0):
        for partition in (0.2, 1.0, 3.0):
            roots = np.roots([k, 1.0, -(x + k * partition * c**2), -partition * c**2])
            m = max(r.real for r in roots if abs(r.imag) < 1e-9 * abs(r))
            worst = max(worst, abs(equilibrium(x, c, k, partition)[1] / m - 1.0))
    strong = np.array([1.0, 10.0, 100.0])
    all_ = np.array([abs(equilibrium(x, c, k)[0] / c - 1.0) for k in strong])
    weak = np.array([1e-6, 1e-7, 1e-8])
    none = np.array([abs(equilibrium(x, c, k)[0] / equilibrium(x, c)[0] - 1.0) for k in weak])
    share = max(abs(equilibrium(0.0, c, 0.0, g)[0] / (np.sqrt(g) * c) - 1.0) for g in (0.1, 1.0, 5.0))
    return [
        Line("bound anions against the root of the cubic", None, None, worst, "relative"),
        Line("strong binding: as if there were no fixed charge", order(1.0 / strong, all_), 1.0, float(all_[-1]), "at K = 100 m³/mol, of 1"),
        Line("weak binding: Donnan", order(weak, none), 1.0, float(none[-1]), "at K = 1e-8 m³/mol, of 1"),
        Line("partition of lithium without fixed charge: sqrt(Gamma) c", None, None, share, "relative"),
    ]


def transport() -> list[Line]:
    """t+, kappa, D and the thermodynamic factor against Nernst and Planck with differences of the equilibrium."""
    c, x, plus, minus, worst = 1000.0, 3200.0, 1e-10, 3e-10, 0.0
    steps = np.array([1e-2, 1e-3])
    misses = []
    for k, partition in ((0.0, 1.0), (2e-2, 1.0), (2e-2, 0.5)):
        found = ions(x, c, plus, minus, T, k, partition)
        rows = []
        for h in steps:  # the same layer beside a little more and a little less salt
            (p1, m1), (p2, m2) = (equilibrium(x, c * (1.0 + s * h), k, partition) for s in (-1.0, 1.0))
            p, m = equilibrium(x, c, k, partition)
            dp, dm = p2 - p1, m2 - m1
            field = -(plus * dp - minus * dm) / (plus * p + minus * m)  # no current: D+ (p' + p f) = D- (m' - m f)
            flux = plus * (dp + p * field)
            potential = 0.5 * (np.log(p2 * m2) - np.log(p1 * m1)) / np.log(p2 / p1)  # half of d ln(p m)/d ln p
            rows.append(max(abs(flux / dp / found.diffusivity - 1.0), abs(potential / found.factor - 1.0)))
        misses.append(rows)
        own = FARADAY**2 * (plus * found.lithium + minus * found.anions) / (GAS_CONSTANT * T)
        worst = max(worst, abs(found.conductivity / own - 1.0), abs(found.transference - plus * found.lithium / (plus * found.lithium + minus * found.anions)))
    fall = np.max(np.array(misses), axis=0)
    slow = np.array([1e-1, 1e-2, 1e-3])
    stuck = np.array([1.0 - ions(x, c, plus, plus * s, T, 2e-2).transference for s in slow])
    free = ions(0.0, c, plus, minus, T)
    ideal = max(abs(free.transference - plus / (plus + minus)), abs(free.diffusivity / (2.0 * plus * minus / (plus + minus)) - 1.0), abs(free.factor - 1.0))
    null_t = ions(x, c, 1e-10, 1e-10, T).transference
    return [
        Line("D and thermodynamic factor against differences of the equilibrium", order(steps, fall), 2.0, float(fall[-1]), "relative, at 1e-3 of c"),
        Line("t+ and conductivity against Nernst and Einstein", None, None, worst, "relative"),
        Line("no fixed charge: the ideal dilute salt", None, None, ideal, "relative"),
        Line("anions that are stuck: t+ = 1", order(slow, stuck), 1.0, float(stuck[-1]), "at D-/D+ = 1e-3, of 1"),
        Line(f"the null at X = 3.2 mol/L, c = 1 mol/L, equal mobilities: t+ {null_t:.4f}", None, None, abs(null_t - equilibrium(x, c)[0] / sum(equilibrium(x, c))), "of 1"),
    ]


PARTS = (dilute, medium, bounds, threshold, lattice, null, bound, transport)


def main() -> None:
    """Print every line."""
    for part in PARTS:
        for line in part():
            found = "" if line.order is None else f"order {line.order:.3f} (expected {line.expected:g}); "
            print(f"{line.name}: {found}error {line.error:.2g} {line.of}")


if __name__ == "__main__":
    main()
