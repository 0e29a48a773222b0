"""How often the distribution of relaxation times is right, how fast, and beside which other choices of smoothness.

    OMP_NUM_THREADS=1 python benchmarks/bench_relaxation_times.py             about a minute on one core
    OMP_NUM_THREADS=1 python benchmarks/bench_relaxation_times.py --peers 60  and the other choices: about 30 seconds more

Spectra: R0 + k ZARCs, 1e6 to 1e-2 Hz, ten points a decade, noise 0.3 % of |Z| in each part. Time constants neighbour by
neighbour a factor 30 to 300 apart and at least 1.5 decades inside the band, resistances within a factor ten of each
other, R0 from 0.03 to 3 times the largest. "right": as many peaks as ZARCs ("exact": the share of draws in which the
exact distribution has that many maxima). "R within 1 %": the polarisation resistance, that is all of gamma; "DC": that and R0 together; "bound": the largest Cramér-Rao bound of R among the draws
(standard deviation of the best unbiased estimate by one who knows the number of ZARCs, with L and every n free).

Other choices (Tikhonov on gamma itself, gamma >= 0, second derivative, one lambda for all): generalised
cross-validation, robust GCV (weight 0.3), cross-validation of real against imaginary part, discrepancy (chi2 equal to
the number of data for the noise of the Kramers-Kronig test); same grid, same rule of peaks.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import interlayer as il
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
        "tau": tau, "r": r * scale, "r0": r0 * scale, "n": exponent,
    }  # fmt: skip


def bound(truth: dict[str, np.ndarray | float], noise: float = 3e-3) -> float:
    """Cramér-Rao bound of the polarisation resistance, as a share of it."""
    s, r0 = 2j * np.pi * FREQUENCY, float(truth["r0"])
    columns, z = [np.ones_like(s), s / abs(s[-1])], np.full(len(s), r0 + 0j)
    for r, tau, n in zip(*(np.atleast_1d(truth[key]) for key in ("r", "tau", "n")), strict=True):
        u = (s * tau) ** n
        z = z + r / (1.0 + u)
        columns += [1.0 / (1.0 + u), -n * u / (1.0 + u) ** 2, -u * np.log(s * tau) / (1.0 + u) ** 2]
    rows = np.array(columns) / (noise * np.abs(z))
    jacobian = np.concatenate([rows.real, rows.imag], axis=1).T
    length = np.linalg.norm(jacobian, axis=0)
    wanted = np.zeros(len(columns))
    wanted[2::3] = 1.0
    share = wanted / length
    return math.sqrt(share @ np.linalg.inv((jacobian / length).T @ (jacobian / length)) @ share) / float(np.sum(truth["r"]))


def exact_maxima(truth: dict[str, np.ndarray | float]) -> int:
    """Maxima of the exact distribution (an exponent of 1 taken as 0.99)."""
    x, gamma = np.linspace(-25.0, 15.0, 4001), np.zeros(4001)
    for r, tau, n in zip(*(np.atleast_1d(truth[key]) for key in ("r", "tau", "n")), strict=True):
        n = min(float(n), 0.99)
        gamma += r * math.sin(math.pi * (1.0 - n)) / (np.cosh(n * (x - math.log(tau))) - math.cos(math.pi * (1.0 - n)))
    return len(_peaks.maxima(gamma))


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
        spent = dict.fromkeys([*choices, "this package"], 0.0)
        for _ in range(count):
            record, _truth = draw(rng, 2, n)
            begin = time.process_time()
            right["this package"] += len(relaxation_times.distribution(record).peaks) == 2
            spent["this package"] += time.process_time() - begin
            begin = time.process_time()
            spectrum = spectrum_of(record)
            linear = Linear(spectrum, kramers_kronig.check(spectrum).std)
            common = time.process_time() - begin
            for choice, pick in choices.items():
                begin = time.process_time()
                found = linear.peaks(pick(linear))
                spent[choice] += common + time.process_time() - begin
                right[choice] += found == 2
                seen[choice] += found / count
        print(f"two ZARCs, {name}, {count} draws: right number of peaks")
        for choice, hits in right.items():
            mean = f"   ({seen[choice]:.1f} peaks on average)" if choice in seen else ""
            print(f"    {choice:30s} {hits / count:6.1%}   {spent[choice] / count * 1e3:5.0f} ms cpu{mean}")


def rates(count: int) -> None:
    """Our own rates, errors and times."""
    for name, n in CLASSES.items():
        for k in (1, 2, 3):
            rng = np.random.default_rng(1000 + k)
            right, exact, r_error, dc_error, sigma, cpu, limit = 0, 0, [], [], [], [], []
            for _ in range(count):
                record, truth = draw(rng, k, n)
                spent = time.process_time()
                found = relaxation_times.distribution(record)
                cpu.append(time.process_time() - spent)
                exact += exact_maxima(truth) == k
                limit.append(bound(truth))
                right += len(found.peaks) == k
                whole = float(np.sum(truth["r"]))
                r_error.append(abs(found.resistance / whole - 1.0))
                dc_error.append(abs((found.resistance + found.series) / (whole + float(truth["r0"])) - 1.0))
                sigma.append(abs(found.resistance - whole) / found.resistance_std)
            print(
                f"{k} ZARC, {name:14s} right {right / count:6.1%} (exact {exact / count:4.0%})"
                f"   R within 1 % {np.mean(np.array(r_error) < 0.01):6.1%} (bound {max(limit):.2%})"
                f"   DC {np.mean(np.array(dc_error) < 0.01):6.1%}   R within 2 std {np.mean(np.array(sigma) < 2.0):4.0%}"
                f"   {np.median(cpu) * 1e3:4.1f} ms cpu (95 %: {np.quantile(cpu, 0.95) * 1e3:4.1f}, most {max(cpu) * 1e3:4.1f})",
                flush=True,
            )


def zarcs(s: np.ndarray) -> np.ndarray:
    """10 + 20 + 40 ohm."""
    return 10.0 + 20.0 / (1.0 + (1e-4 * s) ** 0.85) + 40.0 / (1.0 + (0.1 * s) ** 0.8)


KINDS: dict[str, tuple[int, float, Callable[[np.ndarray], np.ndarray]]] = {
    "two ZARCs + Warburg, 60 points": (60, 3e-3, lambda s: zarcs(s) + 15.0 / np.sqrt(s)),
    "CPE tail": (65, 3e-3, lambda s: zarcs(s) + 1.0 / (0.02 * s**0.85)),
    "shallow CPE tail": (65, 3e-3, lambda s: zarcs(s) + 1.0 / (0.05 * s**0.6)),
    "blocking": (65, 3e-3, lambda s: zarcs(s) + 1.0 / (0.1 * s)),
    "inductive loop (misfit)": (65, 3e-3, lambda s: zarcs(s) - 8.0 / (1.0 + 3.0 * s)),
    "CPE tail and loop (misfit)": (65, 3e-3, lambda s: zarcs(s) - 8.0 / (1.0 + 3.0 * s) + 1.0 / (0.02 * s**0.85)),
    "finite diffusion": (65, 3e-3, lambda s: zarcs(s) + 30.0 * np.tanh(np.sqrt(3.0 * s)) / np.sqrt(3.0 * s)),
    "noise 0.03 %": (65, 3e-4, zarcs), "noise 0.03 %, CPE tail": (65, 3e-4, lambda s: zarcs(s) + 1.0 / (0.02 * s**0.85)),
    "noise 3 %": (65, 3e-2, zarcs), "180 points": (180, 3e-3, zarcs), "17 points": (17, 3e-3, zarcs),
}  # fmt: skip


def kinds(count: int) -> None:
    """Time over spectra of other kinds, and over instrument files where they are at hand."""
    for name, (points, noise, model) in KINDS.items():
        rng, f, cpu, tails, peaks = np.random.default_rng(3), np.logspace(-2, 6, points), [], set(), set()
        for _ in range(count):
            z = model(2j * np.pi * f) * (1.0 + noise * (rng.normal(size=points) + 1j * rng.normal(size=points)))
            channels = {"frequency": f, "impedance_real": z.real, "impedance_imag": z.imag}
            record = Record((Segment(channels, "frequency", "impedance"),), Provenance("simulated"))
            begin = time.process_time()
            found = relaxation_times.distribution(record, validate=False)
            cpu.append(time.process_time() - begin)
            tails.add(None if found.tail is None else round(found.tail[0], 2))
            peaks.add(len(found.peaks))
        print(
            f"{name:32s} {np.median(cpu) * 1e3:5.1f} ms cpu (most {max(cpu) * 1e3:5.1f})   peaks {sorted(peaks)}"
            f"   tail {sorted(tails, key=str)[:3]}"
        )
    folder = Path(__file__).parents[2] / "shared" / "data"
    for path in [*sorted(folder.glob("EISFit*/*deg.txt")), *sorted(folder.glob("pyDRTtools/*"))]:
        record, cpu = il.read(str(path)), []
        for _ in range(5):
            begin = time.process_time()
            found = relaxation_times.distribution(record, validate=False)
            cpu.append(time.process_time() - begin)
        held = ", ".join(f"{p.resistance:.4g} +- {p.resistance_std:.2g} at {p.tau:.2g} s" for p in found.peaks)
        print(f"{path.name:32s} {np.median(cpu) * 1e3:5.1f} ms cpu   series {found.series:.4g}; {held}; tail {found.tail}")


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
    kinds(20)
    others()
    if given.peers:
        compare(given.peers)
