"""Fit the coefficients of `interlayer.laws.constriction` to the field solver and print them with their deviation.

    python benchmarks/fit_constriction_law.py          about 10 s on one core

The law is psi = P / q (see its docstring). Two linear fits, each reweighted towards its worst points so that the
largest RELATIVE deviation is small, not the mean:

1. P(eps), thick electrolyte. c1 and c2 are not fitted: they make the series at small eps 1 - 1.40925 eps + 0 eps^2,
   with the slope of the exact solution; c6 makes P -> 2 (1 - eps)^2 for eps -> 1, where the gap is a narrow ring.
2. the remainder of q beyond its thin-layer term, over eps and lam together. Weights: 1 for lam >= 0.1, 0.55 for
   0.05 <= lam < 0.1, 0.03 below, where the law is a stated extrapolation.
"""

from __future__ import annotations

import math
import time

import numpy as np

from interlayer.laws import constriction as law
from interlayer.simulation.field import contact

EPS = np.sort([0.01, 0.02, 0.03, 0.04, 0.06, 0.065, 0.07, 0.08, 0.12, *np.linspace(0.05, 0.9, 18)])
EPS = np.concatenate((EPS, [0.93, 0.95, 0.97, 0.98, 0.99]))
LAM = np.array(
    [0.02, 0.03, 0.05, 0.06, 0.07, 0.085, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0]
)


def field() -> tuple[np.ndarray, np.ndarray]:
    """psi of the field: thick (nE,) and over EPS x LAM (nE, nL)."""
    thick = np.array([contact.constriction(e, contact.DEEP) for e in EPS])
    return thick, np.array([[contact.constriction(e, lam) for lam in LAM] for e in EPS])


def worst_first(columns: np.ndarray, target: np.ndarray, weight: np.ndarray, rounds: int = 200) -> np.ndarray:
    """Coefficients of the linear fit with nearly the smallest largest |weight * deviation| (Lawson's reweighting)."""
    share = np.ones_like(target)
    best, smallest = np.zeros(columns.shape[1]), math.inf
    for _ in range(rounds):
        w = weight * np.sqrt(share)
        found = np.linalg.lstsq(columns * w[:, None], target * w, rcond=None)[0]
        size = np.abs(columns @ found - target) * weight
        if size.max() < smallest:
            best, smallest = found, float(size.max())
        share *= (size / size.max() + 0.01) ** 0.5
        share /= share.max()
    return best


def fit_thick(thick: np.ndarray) -> list[float]:
    """c1 .. c6 of A = 1 + c1 eps + ... + c6 eps^6, P = (1 - eps)^2 A."""
    c1 = 2.0 - law.SLOPE
    c2 = 2.0 * c1 - 1.0
    a = thick / (1.0 - EPS) ** 2
    target = a - 1.0 - c1 * EPS - c2 * EPS**2 - (1.0 - c1 - c2) * EPS**6
    columns = np.stack([EPS**k - EPS**6 for k in (3, 4, 5)], axis=1)
    c3, c4, c5 = np.round(worst_first(columns, target, 1.0 / a), 6)
    return [c1, c2, c3, c4, c5, 1.0 - c1 - c2 - c3 - c4 - c5]


def fit_finite(psi: np.ndarray, c: list[float]) -> np.ndarray:
    """b1, b2, g0 .. g3, h0 .. h3 of the remainder."""
    e, lam = EPS[:, None], LAM[None, :]
    a = 1.0 + sum(ck * e ** (k + 1) for k, ck in enumerate(c))
    near = np.exp(-law.DECAY * lam)
    side = e * (1.0 - e)
    q = (1.0 - e) ** 2 * a / psi
    target = q - 1.0 - side * law.THIN * a / (1.0 + e) * near / (1.0 - near)
    columns = [side * near / (lam + law.NEAR_SPOT * e), side * near / (lam + 1.0 - e)]
    columns += [side * e**j * near**m for m in (1, 2) for j in range(4)]
    weight = np.where(lam >= 0.1, 1.0, np.where(lam >= 0.05, 0.55, 0.03)) / q
    flat = np.stack([np.broadcast_to(x, q.shape).ravel() for x in columns], axis=1)
    return np.round(worst_first(flat, target.ravel(), weight.ravel()), 4)


def deviations(thick: np.ndarray, psi: np.ndarray) -> None:
    """Print the largest deviation of the law with the coefficients it has now, and that of the textbook forms."""
    found = np.array([[law.psi(e, lam) for lam in LAM] for e in EPS]) / psi - 1.0
    main = (EPS >= 0.05) & (EPS <= 0.9)
    for low in (0.02, 0.03, 0.05, 0.1, 0.2, 0.5):
        part = np.abs(found[:, low <= LAM])
        print(f"law, lam >= {low:4}: {part[main].max():.4f} for eps 0.05-0.9, {part.max():.4f} for eps 0.01-0.99")
    deep = np.array([law.psi(e, math.inf) for e in EPS]) / thick - 1.0
    print(f"law, thick: {np.abs(deep[main]).max():.5f} for eps 0.05-0.9, {np.abs(deep).max():.5f} for eps 0.01-0.99")
    for form in (law.cooper_mikic_yovanovich, law.gibson, law.negus_yovanovich):
        errors = {round(float(e), 3): round(float(form(e) / p) - 1.0, 4) for e, p in zip(EPS, thick, strict=True)}
        print(f"{form.__name__}: {errors}")


def main() -> None:
    """Solve, fit, print."""
    start = time.perf_counter()
    thick, psi = field()
    print(f"{psi.size + thick.size} values of the field in {time.perf_counter() - start:.1f} s")
    c = fit_thick(thick)
    b = fit_finite(psi, c)
    names = [f"_C{k}" for k in range(1, 7)] + ["_B1", "_B2"] + [f"_{x}{j}" for x in "GH" for j in range(4)]
    print(f"{'coefficient':12} {'fitted':>12} {'in the source':>14}")
    for label, value in zip(names, [*c, *b], strict=True):
        print(f"{label:12} {value:12.6f} {getattr(law, label):14.6f}")
        setattr(law, label, float(value))
    print("\nDeviation with the fitted coefficients:")
    deviations(thick, psi)


if __name__ == "__main__":
    main()
