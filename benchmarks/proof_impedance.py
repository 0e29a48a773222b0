"""How often a fit is right: minima reached, intervals that hold, wrong circuits called wrong.

    OMP_NUM_THREADS=1 python benchmarks/proof_impedance.py                      2,000 + 500 spectra, ten minutes of one core
    OMP_NUM_THREADS=1 python benchmarks/proof_impedance.py --count 200 --wrong 100 --jobs 2

The draw, once and for all (`draw`, `draw_wrong`): five circuits in turn. Resistances log-uniform from 1 to 1e4 Ω,
each on its own; time constants log-uniform over four decades in the middle of a band of 7 or 8 decades (1e-2 or 0.1 Hz
to 1e6 Hz), each on its own, so arcs may lie upon each other or hide behind larger ones; n uniform 0.65 to 0.98; |Z| of
a Warburg or CPE tail at the lowest frequency log-uniform from 1 to 1e4 Ω, the CPE's n uniform 0.4 to 0.95; omega L at
the highest frequency log-uniform from 0.1 to 1e3 Ω; 30 to 80 points; noise of each part log-uniform from 0.1 to 1 % of
|Z|. No draw is thrown away.

    minimum    chi2 of the fit <= (1 + 1e-6) times chi2 of a search that starts at the truth itself
    100x off   the same for a fit with guess= every parameter times a factor log-uniform from 1/100 to 100 (exponents
               within their box); "guess alone" is one start, for information
    coverage   truth inside the 95 % interval, over fits not flagged unidentifiable (`fit.identifiable`). Parameters of
               one fit are not independent, so one parameter a fit, drawn by lot, is held against the binomial band; the
               mean over all parameters stands beside it. Arcs are matched to the truth's fastest first.
    wrong      a truth that the circuit does not contain. Flagged: misfit, Kramers-Kronig not passed (or refused), or
               the resistance asked for (of the truth's arc, the larger one of two) not or loosely determined. Misled:
               not flagged, and that resistance off by more than 3 std and more than 5 %; of a cell that drifts, outside
               of what it went through during the sweep. A second arc at the same place is not to be seen: it counts.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import math
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from interlayer.analysis import impedance
from interlayer.analysis._circuit import Circuit
from interlayer.analysis._fit import minimise
from interlayer.analysis._result import ImpedanceFit
from interlayer.elements.notation import numbered, parse
from interlayer.errors import AnalysisError
from interlayer.record import Provenance, Record, Segment

CIRCUITS = ("R(RQ)", "R(RQ)(RQ)", "R(RQ)(RQ)W", "LR(RQ)(RQ)", "R(RQ)(RQ)Q")
DECADES = math.log(1e4)
REACHED = 1.0 + 1e-6


@dataclass(frozen=True)
class Truth:
    """A spectrum, the circuit it is fitted with, the circuit's true values, and between which values the one asked for (R2) lies."""

    circuit: str
    record: Record
    values: dict[str, float]
    noise: float
    asked: tuple[float, float] = (0.0, 0.0)
    kind: str = ""


def record(omega: np.ndarray, z: np.ndarray) -> Record:
    """A spectrum as a record."""
    channels = {"frequency": omega / (2.0 * np.pi), "impedance_real": z.real, "impedance_imag": z.imag}
    return Record((Segment(channels, "frequency", "impedance"),), Provenance("simulated"))


def noisy(rng: np.random.Generator, z: np.ndarray, noise: float | np.ndarray) -> np.ndarray:
    """Normal errors of each part, proportional to |Z|."""
    return z + np.abs(z) * noise * (rng.normal(size=len(z)) + 1j * rng.normal(size=len(z)))


def band(rng: np.random.Generator) -> np.ndarray:
    """Angular frequencies."""
    return 2.0 * np.pi * np.logspace(rng.choice([-2.0, -1.0]), 6.0, int(rng.integers(30, 81)))


def parameters(rng: np.random.Generator, circuit: str, omega: np.ndarray) -> dict[str, float]:
    """True values, arcs fastest first."""
    middle = -0.5 * math.log(omega[0] * omega[-1])
    arcs = circuit.count("(RQ)")
    tau = np.sort(np.exp(middle + DECADES * rng.uniform(-0.5, 0.5, arcs)))
    out = {"L1": math.exp(rng.uniform(math.log(0.1), math.log(1e3))) / omega[-1]} if "L" in circuit else {}
    out["R1"] = math.exp(rng.uniform(0.0, DECADES))
    for k in range(arcs):
        r, n = math.exp(rng.uniform(0.0, DECADES)), rng.uniform(0.65, 0.98)
        out |= {f"R{k + 2}": r, f"Q{k + 1}": tau[k] ** n / r, f"Q{k + 1}.n": n}
    tail = math.exp(rng.uniform(0.0, DECADES))
    if circuit.endswith("W"):
        out["W1"] = tail * math.sqrt(omega[0] / 2.0)
    if circuit.endswith(")Q"):
        n = rng.uniform(0.4, 0.95)
        out |= {f"Q{arcs + 1}": 1.0 / (tail * omega[0] ** n), f"Q{arcs + 1}.n": n}
    return out


def exact(circuit: str, values: dict[str, float], omega: np.ndarray) -> np.ndarray:
    """Impedance of a circuit."""
    model = Circuit(numbered(parse(circuit)))
    return model.impedance(np.array([values[n] for n in model.names]), omega)


def draw(number: int) -> Truth:
    """One spectrum whose circuit is known."""
    rng = np.random.default_rng([20261, number])
    circuit = CIRCUITS[number % len(CIRCUITS)]
    omega = band(rng)
    values = parameters(rng, circuit, omega)
    noise = math.exp(rng.uniform(math.log(1e-3), math.log(1e-2)))
    return Truth(circuit, record(omega, noisy(rng, exact(circuit, values, omega), noise)), values, noise)


# -- truths that the circuit does not contain -------------------------------------------------------------------------
@dataclass(frozen=True)
class Wrong:
    """Impedance; how much larger the noise is at the low end; by how much the arc grows."""

    z: np.ndarray
    ends: float = 1.0
    growth: float = 0.0


def dispersed(rng: np.random.Generator, omega: np.ndarray, values: dict[str, float]) -> Wrong:
    """The largest arc has log-normal relaxation times, 0.5 to 2.5 wide in ln tau."""
    r, tau = values["R2"], (values["R2"] * values["Q1"]) ** (1.0 / values["Q1.n"])
    x = np.linspace(-6.0, 6.0, 400)
    width = rng.uniform(0.5, 2.5)
    share = np.exp(-0.5 * x**2) / np.sum(np.exp(-0.5 * x**2))
    z = values["R1"] + r * (share / (1.0 + 1j * omega[:, None] * tau * np.exp(width * x))).sum(axis=1)
    return Wrong(z)


def drift(rng: np.random.Generator, omega: np.ndarray, values: dict[str, float]) -> Wrong:
    """The arc grows by 2 to 30 % while the sweep goes down (equal time a point)."""
    growth = math.exp(rng.uniform(math.log(0.02), math.log(0.3)))
    z = np.array([
        exact("R(RQ)", values | {"R2": values["R2"] * (1.0 + growth * k)}, omega[i : i + 1])[0]
        for i, k in enumerate(np.linspace(1.0, 0.0, len(omega)))
    ])  # fmt: skip
    return Wrong(z, growth=growth)


def inductance(rng: np.random.Generator, omega: np.ndarray, values: dict[str, float]) -> Wrong:
    """Leads: omega L at the highest frequency 1 to 300 % of |Z| there."""
    z = exact("R(RQ)", values, omega)
    share = math.exp(rng.uniform(math.log(0.01), math.log(3.0)))
    return Wrong(z + 1j * omega / omega[-1] * share * abs(z[-1]))


def missing(rng: np.random.Generator, omega: np.ndarray, values: dict[str, float]) -> Wrong:
    """A second arc, 1 to 100 % of the first, anywhere in the four decades."""
    z = exact("R(RQ)", values, omega)
    r = values["R2"] * math.exp(rng.uniform(math.log(0.01), 0.0))
    tau = math.exp(-0.5 * math.log(omega[0] * omega[-1]) + DECADES * rng.uniform(-0.5, 0.5))
    return Wrong(z + r / (1.0 + (1j * omega * tau) ** rng.uniform(0.65, 0.98)))


def uneven(rng: np.random.Generator, omega: np.ndarray, values: dict[str, float]) -> Wrong:
    """Noise that is 3 to 30 times as large at the low end as at the high end."""
    return Wrong(exact("R(RQ)", values, omega), ends=math.exp(rng.uniform(math.log(3.0), math.log(30.0))))


WRONG: dict[str, Callable[..., Wrong]] = {
    "dispersed arc": dispersed, "drift": drift, "inductance": inductance, "missing arc": missing, "uneven noise": uneven,
}  # fmt: skip


def draw_wrong(number: int) -> Truth:
    """One spectrum that R(RQ) does not contain (but for uneven noise: then it is the weights that are wrong)."""
    rng = np.random.default_rng([20262, number])
    kind = list(WRONG)[number % len(WRONG)]
    omega = band(rng)
    values = parameters(rng, "R(RQ)", omega)
    wrong = WRONG[kind](rng, omega, values)
    noise = math.exp(rng.uniform(math.log(1e-3), math.log(1e-2)))
    size = noise * np.geomspace(wrong.ends, 1.0, len(omega))
    asked = values["R2"], values["R2"] * (1.0 + wrong.growth)
    return Truth("R(RQ)", record(omega, noisy(rng, wrong.z, size)), values, noise, asked, kind)


# -- the tests --------------------------------------------------------------------------------------------------------
def binomial_band(count: int, level: float = 0.95) -> tuple[float, float]:
    """99 % band of a share."""
    half = 2.576 * math.sqrt(level * (1.0 - level) / count)
    return level - half, level + half


def reference(fit: ImpedanceFit, start: dict[str, float]) -> float:
    """chi2 of one search from these values."""
    problem = fit.solution.problem
    assert problem is not None
    theta = problem.theta(np.array([start[n] for n in fit.names]))
    return float(minimise(problem, theta[None, :], 300, thorough=True)[1][0])


def far_off(truth: Truth, number: int) -> dict[str, float]:
    """Every parameter wrong by a factor of up to 100 either way."""
    rng = np.random.default_rng([20263, number])
    factors = np.exp(rng.uniform(-1.0, 1.0, len(truth.values)) * math.log(100.0))
    out = {n: v * f for (n, v), f in zip(truth.values.items(), factors, strict=True)}
    return {n: min(max(v, 0.1), 1.0) if n.endswith(".n") else v for n, v in out.items()}


@dataclass(frozen=True)
class Row:
    """What became of one spectrum."""

    number: int
    reached: bool
    guessed: bool | None
    alone: bool | None
    identified: bool
    inside: tuple[bool, ...] = ()
    pick: int = 0
    profiled: tuple[bool, ...] = ()
    bits: str = ""


def bits(fit: ImpedanceFit) -> str:
    """Every bit of every value and error."""
    return f"{fit.chi2!r}{sorted(fit.values.items())!r}{sorted(fit.std.items())!r}"


def digest(rows: list[Row]) -> str:
    """A fingerprint of every bit of every value and error of every fit."""
    return hashlib.sha256("|".join(r.bits for r in rows).encode()).hexdigest()[:16]


def examine(number: int, guesses: bool = True, profiles: bool = False) -> Row:
    """One spectrum whose circuit is known, fitted every way."""
    truth = draw(number)
    fit = impedance.fit(truth.record, truth.circuit)
    best = reference(fit, truth.values) * REACHED
    guessed = alone = None
    if guesses:
        guess = far_off(truth, number)
        guessed = impedance.fit(truth.record, truth.circuit, guess=guess).chi2 <= best
        alone = reference(fit, guess) <= best
    row = Row(number, fit.chi2 <= best, guessed, alone, fit.identifiable, bits=bits(fit))
    if not fit.identifiable:
        return row
    names = [n for n in fit.names if fit.std[n] is not None]
    inside = tuple(low <= truth.values[n] <= high for n in names for low, high in [fit.interval(n) or (0.0, 0.0)])
    held = tuple(truth.values[n] in p for n, p in fit.profiles(names).items()) if profiles else ()
    pick = int(np.random.default_rng([20264, number]).integers(len(names)))
    return replace(row, inside=inside, pick=pick, profiled=held)


def study(count: int, jobs: int = 1, guesses: bool = True, profiles: bool = False) -> list[Row]:
    """`count` spectra, in `jobs` processes."""
    work = functools.partial(examine, guesses=guesses, profiles=profiles)
    if jobs == 1:
        return [work(k) for k in range(count)]
    with multiprocessing.Pool(jobs) as pool:
        return list(pool.imap(work, range(count), chunksize=10))


def examine_wrong(number: int) -> tuple[str, bool, bool]:
    """(kind, flagged, misled) of one spectrum that its circuit does not contain."""
    truth = draw_wrong(number)
    try:
        fit = impedance.fit(truth.record, truth.circuit)
    except AnalysisError:  # Kramers-Kronig refuses
        return truth.kind, True, False
    value, std, kk = fit.values["R2"], fit.std["R2"], fit.kramers_kronig
    if fit.misfit or "R2" in fit.unidentified or std is None or (kk is not None and kk.grade not in ("valid", "noisy")):
        return truth.kind, True, False
    low, high = truth.asked
    off = max(low - value, value - high, 0.0)
    return truth.kind, False, off > 3.0 * std and off > 0.05 * low


def study_wrong(count: int) -> dict[str, tuple[int, int, int]]:
    """{kind: (spectra, flagged, misled)}."""
    rows = [examine_wrong(number) for number in range(count)]
    return {
        kind: (sum(r[0] == kind for r in rows), *(sum(r[k] for r in rows if r[0] == kind) for k in (1, 2)))
        for kind in WRONG
    }


def share(hits: list[bool | None]) -> str:
    """'99.2 % of 2000'."""
    return f"{100.0 * np.mean(np.array(hits, dtype=bool)):.2f} % of {len(hits)}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--wrong", type=int, default=500)
    parser.add_argument("--again", type=int, default=300, help="spectra fitted a second time")
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    rows = study(arguments.count, arguments.jobs, profiles=True)
    good = [r for r in rows if r.identified]
    missed = [r.number for r in rows if not r.reached]
    print(f"minimum reached, no guess        {share([r.reached for r in rows])}   (bar 99 %)   missed: {missed}")
    print(f"minimum reached, 100x off        {share([r.guessed for r in rows])}   (bar 95 %)")
    print(f"    guess alone, one start       {share([r.alone for r in rows])}")
    print(f"not flagged unidentifiable       {len(good)} of {len(rows)}")
    low, high = binomial_band(len(good))
    one = share([r.inside[r.pick] for r in good]), share([r.profiled[r.pick] for r in good])
    every = share([i for r in good for i in r.inside]), share([i for r in good for i in r.profiled])
    for what, single, all_of_them in zip(("covariance", "profile"), one, every, strict=True):
        print(f"coverage of 95 % by {what:11s}  {single}   (band {100 * low:.2f} to {100 * high:.2f} %)   all: {all_of_them}")
    again = study(arguments.again, 1, guesses=False)
    print(f"the same bits in a second run    {digest(again) == digest(rows[: len(again)])} ({len(again)} spectra)")
    print(f"digest of all fits               {digest(rows)}")
    start = time.process_time()
    table = study_wrong(arguments.wrong)
    for kind, (n, flagged, misled) in table.items():
        print(f"wrong: {kind:16s} {n:4d} spectra, flagged {100 * flagged / n:5.1f} %, misled {100 * misled / n:5.1f} %")
    n, flagged, misled = (sum(row[k] for row in table.values()) for k in range(3))
    print(f"wrong: all              {n:4d} spectra, flagged {100 * flagged / n:5.1f} %, misled {100 * misled / n:5.1f} %")
    print(f"CPU time                         {time.process_time() - start:.0f} s")


if __name__ == "__main__":
    main()
