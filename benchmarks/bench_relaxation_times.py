"""How often the distribution of relaxation times is right, how fast, and beside which other choices of smoothness.

    OMP_NUM_THREADS=1 python benchmarks/bench_relaxation_times.py             about 40 seconds on one core
    OMP_NUM_THREADS=1 python benchmarks/bench_relaxation_times.py --peers 60  and the other choices: about 30 seconds more

Spectra: R0 + k ZARCs, 1e6 to 1e-2 Hz, ten points a decade, noise 0.3 % of |Z| in each part. Time constants neighbour by
neighbour a factor 30 to 300 apart and at least 1.5 decades inside the band, resistances within a factor ten of each
other, R0 from 0.03 to 3 times the largest. "right": as many peaks as ZARCs. "R within 1 %": the polarisation
resistance; "DC": that and R0 together. Other choices (Tikhonov on gamma itself, gamma >= 0, second derivative, one
lambda for all): generalised cross-validation, robust GCV (weight 0.3), cross-validation of real against imaginary part,
discrepancy (chi2 equal to the number of data for the noise of the Kramers-Kronig test); same grid, same rule of peaks.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable

import numpy as np

from interlayer.analysis import _kernel, _peaks, kramers_kronig, relaxation_times, z_hit
from interlayer.analysis._spectrum import Spectrum, spectrum_of
from interlayer.record import Provenance, Record, Segment

FREQUENCY = np.logspace(-2, 6, 81)
CLASSES = {"n 0.8 to 1": (0.8, 1.0), "n 0.7 to 0.95": (0.7, 0.95), "n = 1 (RC)": (1.0, 1.0)}


def draw(rng: np.random.Generator, k: int, n: tuple[float, float], noise: float = 3e-3) -> tuple[Record, dict[str, np.ndarray | float]]:
    """A spectrum of k ZARCs and its truth."""
    s = 2j * np.pi * FREQUENCY
    room = math.log10(FREQUENCY[-1] / FREQUENCY[0]) - 3.0
    while True:
        apart = rng.uniform(math.log10(30.0), math.log10(300.0), k - 1)
        if apart.sum() <= room:
            break
    first = -math.log10(2.0 * np.pi * FREQUENCY[-1]) + 1.5 + rng.uniform(0.0, room - apart.sum())
    tau = 10.0 ** (first + np.concatenate([[0.0], np.cumsum(apart)]))
    r = 10.0 ** rng.uniform(-1.0, 0.0, k)
    r /= r.max()
    exponent, r0 = rng.uniform(*n, k), 10.0 ** rng.uniform(-1.5, 0.5)
    z = r0 + sum(a / (1.0 + (s * t) ** m) for a, t, m in zip(r, tau, exponent, strict=True))
    scale = 10.0 ** rng.uniform(0.0, 4.0)
    z = scale * z * (1.0 + noise * (rng.normal(size=len(s)) + 1j * rng.normal(size=len(s))))
    channels = {"frequency": FREQUENCY, "impedance_real": z.real, "impedance_imag": z.imag}
    return Record((Segment(channels, "frequency", "impedance"),), Provenance("simulated")), {
        "tau": tau, "r": r * scale, "r0": r0 * scale,
    }  # fmt: skip


# -- other choices ----------------------------------------------------------------------------------------------------
class Linear:
    """Tikhonov on gamma, all lambdas of a grid."""

    def __init__(self, spectrum: Spectrum, noise: float) -> None:
        from scipy.optimize import nnls

        omega, scale = spectrum.omega, float(np.median(np.abs(spectrum.z)))
        z = spectrum.z / scale
        self.nodes, step = _kernel.grid(omega, _kernel.COARSE)
        s = 1j * omega
        columns = np.concatenate([step / (1.0 + s[:, None] * np.exp(self.nodes)), np.ones((len(s), 1)), (s / omega[-1])[:, None]], axis=1)
        weight = 1.0 / (np.abs(z) * noise)
        rows = columns * weight[:, None]
        self.m, self.d = np.concatenate([rows.real, rows.imag]), np.concatenate([z.real * weight, z.imag * weight])
        n = len(self.nodes)
        bend = np.zeros((n - 2, n + 2))
        for i in range(n - 2):
            bend[i, i : i + 3] = np.array([1.0, -2.0, 1.0]) * step**-1.5
        self.bend, self.step, self.inside = bend, step, (self.nodes >= -math.log(omega[-1])) & (self.nodes <= -math.log(omega[0]))
        self.lambdas = 10.0 ** np.arange(-5.0, 6.01, 0.5)
        self.half = len(omega)
        self.nnls = lambda rows, lam: nnls(
            np.concatenate([self.m[rows], math.sqrt(lam) * bend]), np.concatenate([self.d[rows], np.zeros(n - 2)]), maxiter=5000
        )[0]
        every = slice(None)
        self.x = [self.nnls(every, lam) for lam in self.lambdas]
        self.chi2 = [float(np.sum((self.m @ x - self.d) ** 2)) for x in self.x]
        self.hats = [self._hat(x, lam) for x, lam in zip(self.x, self.lambdas, strict=True)]

    def _hat(self, x: np.ndarray, lam: float) -> tuple[float, float]:
        free = x > 0.0
        a = self.m[:, free]
        hat = a @ np.linalg.pinv(a.T @ a + lam * self.bend[:, free].T @ self.bend[:, free], hermitian=True) @ a.T
        return float(np.trace(hat)), float(np.sum(hat * hat))

    def gcv(self, weight: float) -> int:
        n = len(self.d)
        scores = [
            (weight + (1.0 - weight) * square / n) * chi2 / n / (1.0 - trace / n) ** 2
            for chi2, (trace, square) in zip(self.chi2, self.hats, strict=True)
        ]
        return int(np.argmin(scores))

    def re_im(self) -> int:
        scores = []
        for lam in self.lambdas:
            real, imaginary = slice(0, self.half), slice(self.half, None)
            from_real, from_imaginary = self.nnls(real, lam), self.nnls(imaginary, lam)
            left = self.d[real] - self.m[real, :-2] @ from_imaginary[:-2]
            column = self.m[real, -2]  # the series resistance is not in the imaginary part, the inductance not in the real
            left = left - column * max(float(column @ left) / float(column @ column), 0.0)
            other = self.d[imaginary] - self.m[imaginary, :-2] @ from_real[:-2]
            column = self.m[imaginary, -1]
            other = other - column * max(float(column @ other) / float(column @ column), 0.0)
            scores.append(float(left @ left + other @ other))
        return int(np.argmin(scores))

    def discrepancy(self) -> int:
        enough = [i for i, chi2 in enumerate(self.chi2) if chi2 <= len(self.d)]
        return max(enough, default=0)

    def peaks(self, i: int) -> int:
        x, lam = self.x[i], self.lambdas[i]
        free = np.flatnonzero(x > 0.0)
        gram = self.m[:, free].T @ self.m[:, free] + lam * self.bend[:, free].T @ self.bend[:, free]
        covariance = np.zeros((len(x), len(x)))
        covariance[np.ix_(free, free)] = np.linalg.pinv(gram, hermitian=True)
        g, count = x[: len(self.nodes)], 0
        for k in _peaks.maxima(g):
            saddle = _peaks.saddle(g, k)
            pair = [k] if saddle is None else [k, saddle]
            sign = np.array([1.0, -1.0])[: len(pair)]
            height = float(sign @ g[pair])
            std = math.sqrt(max(float(sign @ covariance[np.ix_(pair, pair)] @ sign), 1e-300))
            count += bool(self.inside[k]) and height > relaxation_times.SURE * std
        return count


def compare(count: int) -> None:
    """Share of right numbers of peaks of every choice, two ZARCs."""
    choices: dict[str, Callable[[Linear], int]] = {
        "generalised cross-validation": lambda p: p.gcv(1.0), "robust GCV": lambda p: p.gcv(0.3),
        "re-im cross-validation": Linear.re_im, "discrepancy": Linear.discrepancy,
    }  # fmt: skip
    for name, n in CLASSES.items():
        rng, right, seen = np.random.default_rng(7), dict.fromkeys([*choices, "this package"], 0), dict.fromkeys(choices, 0.0)
        for _ in range(count):
            record, _truth = draw(rng, 2, n)
            right["this package"] += len(relaxation_times.distribution(record).peaks) == 2
            spectrum = spectrum_of(record)
            linear = Linear(spectrum, kramers_kronig.check(spectrum).std)
            for choice, pick in choices.items():
                found = linear.peaks(pick(linear))
                right[choice] += found == 2
                seen[choice] += found / count
        print(f"two ZARCs, {name}, {count} draws: right number of peaks")
        for choice, hits in right.items():
            mean = f"   ({seen[choice]:.1f} peaks on average)" if choice in seen else ""
            print(f"    {choice:30s} {hits / count:6.1%}{mean}")


def rates(count: int) -> None:
    """Our own rates, errors and times."""
    for name, n in CLASSES.items():
        for k in (1, 2, 3):
            rng = np.random.default_rng(1000 + k)
            right, r_error, dc_error, sigma, wall, cpu = 0, [], [], [], [], []
            for _ in range(count):
                record, truth = draw(rng, k, n)
                begin, spent = time.perf_counter(), time.process_time()
                found = relaxation_times.distribution(record)
                wall.append(time.perf_counter() - begin)
                cpu.append(time.process_time() - spent)
                right += len(found.peaks) == k
                whole = float(np.sum(truth["r"]))
                r_error.append(abs(found.resistance / whole - 1.0))
                dc_error.append(abs((found.resistance + found.series) / (whole + float(truth["r0"])) - 1.0))
                sigma.append(abs(found.resistance - whole) / found.resistance_std)
            print(
                f"{k} ZARC, {name:14s} right {right / count:6.1%}   R within 1 % {np.mean(np.array(r_error) < 0.01):6.1%}"
                f"   DC {np.mean(np.array(dc_error) < 0.01):6.1%}   R within 2 std {np.mean(np.array(sigma) < 2.0):4.0%}"
                f"   {np.median(cpu) * 1e3:4.1f} ms cpu (95 %: {np.quantile(cpu, 0.95) * 1e3:4.1f}), {np.median(wall) * 1e3:4.1f} ms",
                flush=True,
            )


def others() -> None:
    """Time of the Kramers-Kronig test and of Z-HIT."""
    rng = np.random.default_rng(1)
    records = [draw(rng, 2, (0.8, 1.0))[0] for _ in range(30)]
    for name, check in (("Kramers-Kronig", kramers_kronig.check), ("Z-HIT (with Kramers-Kronig)", z_hit.check)):
        spent = []
        for record in records:
            begin = time.process_time()
            check(record)
            spent.append(time.process_time() - begin)
        print(f"{name}: {np.median(spent) * 1e3:.1f} ms cpu, 81 points")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--peers", type=int, default=0, metavar="DRAWS", help="also the other choices of smoothness, so many draws")
    given = parser.parse_args()
    rates(given.draws)
    others()
    if given.peers:
        compare(given.peers)
