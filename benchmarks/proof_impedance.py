"""How often a fit is right: minima reached, intervals that hold, wrong circuits called wrong.

    OMP_NUM_THREADS=1 python benchmarks/proof_impedance.py                      2,000 + 500 spectra
    OMP_NUM_THREADS=1 python benchmarks/proof_impedance.py --count 200 --wrong 100

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
               the resistance asked for (of the truth's largest arc) not determined. Misled: not flagged, and that
               resistance off by more than 3 std and more than 5 %.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

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
    """A spectrum, the circuit it is fitted with, the circuit's true values, and what of it is asked for."""

    circuit: str
    record: Record
    values: dict[str, float]
    noise: float
    asked: str = ""
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
def dispersed(rng: np.random.Generator, omega: np.ndarray, values: dict[str, float]) -> tuple[np.ndarray, float]:
    """The largest arc has log-normal relaxation times, 0.5 to 2.5 wide in ln tau."""
    r, tau = values["R2"], (values["R2"] * values["Q1"]) ** (1.0 / values["Q1.n"])
    x = np.linspace(-6.0, 6.0, 400)
    width = rng.uniform(0.5, 2.5)
    share = np.exp(-0.5 * x**2) / np.sum(np.exp(-0.5 * x**2))
    z = values["R1"] + r * (share / (1.0 + 1j * omega[:, None] * tau * np.exp(width * x))).sum(axis=1)
    return z, 0.0


def drift(rng: np.random.Generator, omega: np.ndarray, values: dict[str, float]) -> tuple[np.ndarray, float]:
    """The arc grows by 2 to 30 % while the sweep goes down (equal time a point); asked: its value at the start."""
    growth = math.exp(rng.uniform(math.log(0.02), math.log(0.3)))
    z = np.array([
        exact("R(RQ)", values | {"R2": values["R2"] * (1.0 + growth * k)}, omega[i : i + 1])[0]
        for i, k in enumerate(np.linspace(1.0, 0.0, len(omega)))
    ])  # fmt: skip
    return z, 0.0


def inductance(rng: np.random.Generator, omega: np.ndarray, values: dict[str, float]) -> tuple[np.ndarray, float]:
    """Leads: omega L at the highest frequency 1 to 300 % of |Z| there."""
    z = exact("R(RQ)", values, omega)
    share = math.exp(rng.uniform(math.log(0.01), math.log(3.0)))
    return z + 1j * omega / omega[-1] * share * abs(z[-1]), 0.0


def missing(rng: np.random.Generator, omega: np.ndarray, values: dict[str, float]) -> tuple[np.ndarray, float]:
    """A second arc, 1 to 100 % of the first, anywhere in the four decades."""
    z = exact("R(RQ)", values, omega)
    r = values["R2"] * math.exp(rng.uniform(math.log(0.01), 0.0))
    tau = math.exp(-0.5 * math.log(omega[0] * omega[-1]) + DECADES * rng.uniform(-0.5, 0.5))
    return z + r / (1.0 + (1j * omega * tau) ** rng.uniform(0.65, 0.98)), 0.0


def uneven(rng: np.random.Generator, omega: np.ndarray, values: dict[str, float]) -> tuple[np.ndarray, float]:
    """Noise that is 3 to 30 times as large at the low end as at the high end."""
    return exact("R(RQ)", values, omega), math.exp(rng.uniform(math.log(3.0), math.log(30.0)))


WRONG: dict[str, Callable[..., tuple[np.ndarray, float]]] = {
    "dispersed arc": dispersed, "drift": drift, "inductance": inductance, "missing arc": missing, "uneven noise": uneven,
}  # fmt: skip


def draw_wrong(number: int) -> Truth:
    """One spectrum that R(RQ) does not contain (but for uneven noise: then it is the weights that are wrong)."""
    rng = np.random.default_rng([20262, number])
    kind = list(WRONG)[number % len(WRONG)]
    omega = band(rng)
    values = parameters(rng, "R(RQ)", omega)
    z, ends = WRONG[kind](rng, omega, values)
    noise = math.exp(rng.uniform(math.log(1e-3), math.log(1e-2)))
    size = noise * np.geomspace(ends, 1.0, len(omega)) if ends else noise
    return Truth("R(RQ)", record(omega, noisy(rng, z, size)), values, noise, "R2", kind)


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


def digest(fits: list[ImpedanceFit]) -> str:
    """A fingerprint of every bit of every value and error."""
    words = "|".join(f"{f.chi2!r}{sorted(f.values.items())!r}{sorted(f.std.items())!r}" for f in fits)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


@dataclass
class Outcome:
    """Counts over the spectra whose circuit is known."""

    reached: list[bool]
    guessed: list[bool]
    alone: list[bool]
    identified: int
    one: list[bool]
    every: list[bool]
    profiled: list[bool]
    profiled_one: list[bool]
    worst: list[int]
    fits: list[ImpedanceFit]


def study(count: int, profiles: int = 0, guesses: bool = True) -> Outcome:
    """Fit `count` spectra every way; the first `profiles` identified ones also by profiles."""
    out = Outcome([], [], [], 0, [], [], [], [], [], [])
    lot = np.random.default_rng(20264)
    for number in range(count):
        truth = draw(number)
        fit = impedance.fit(truth.record, truth.circuit)
        best = reference(fit, truth.values)
        out.reached.append(fit.chi2 <= best * REACHED)
        if not out.reached[-1]:
            out.worst.append(number)
        if guesses:
            guess = far_off(truth, number)
            hinted = impedance.fit(truth.record, truth.circuit, guess=guess)
            out.guessed.append(hinted.chi2 <= best * REACHED)
            out.alone.append(reference(fit, guess) <= best * REACHED)
        out.fits.append(fit)
        if not fit.identifiable:
            continue
        out.identified += 1
        names = [n for n in fit.names if fit.std[n] is not None]
        inside = [low <= truth.values[n] <= high for n in names if (both := fit.interval(n)) for low, high in [both]]
        out.every += inside
        pick = int(lot.integers(len(names)))
        out.one.append(inside[pick])
        if out.identified <= profiles:
            held = [truth.values[n] in p for n, p in fit.profiles(names).items()]
            out.profiled += held
            out.profiled_one.append(held[pick])
    return out


def study_wrong(count: int) -> dict[str, tuple[int, int, int]]:
    """{kind: (spectra, flagged, misled)}."""
    out: dict[str, tuple[int, int, int]] = {}
    for number in range(count):
        truth = draw_wrong(number)
        flagged = misled = False
        try:
            fit = impedance.fit(truth.record, truth.circuit)
            value, std = fit.values[truth.asked], fit.std[truth.asked]
            kk = fit.kramers_kronig
            flagged = fit.misfit or std is None or (kk is not None and kk.grade not in ("valid", "noisy"))
            if std is not None and not flagged:
                off = abs(value - truth.values[truth.asked])
                misled = off > 3.0 * std and off > 0.05 * truth.values[truth.asked]
        except AnalysisError:
            flagged = True
        total = out.get(truth.kind, (0, 0, 0))
        out[truth.kind] = (total[0] + 1, total[1] + flagged, total[2] + misled)
    return out


def share(hits: list[bool]) -> str:
    """'99.2 % of 2000'."""
    return f"{100.0 * np.mean(hits):.2f} % of {len(hits)}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--wrong", type=int, default=500)
    parser.add_argument("--profiles", type=int, default=400)
    arguments = parser.parse_args()
    start = time.process_time()
    out = study(arguments.count, arguments.profiles)
    print(f"minimum reached, no guess        {share(out.reached)}   (bar 99 %)   missed: {out.worst[:20]}")
    print(f"minimum reached, 100x off        {share(out.guessed)}   (bar 95 %)")
    print(f"    guess alone, one start       {share(out.alone)}")
    print(f"not flagged unidentifiable       {out.identified} of {arguments.count}")
    for what, hits in (("by covariance", out.one), ("by profile", out.profiled_one)):
        if hits:
            low, high = binomial_band(len(hits))
            print(f"coverage of 95 % {what:16s}{share(hits)}   (band {100 * low:.2f} to {100 * high:.2f} %)")
    print(f"    all parameters: covariance {share(out.every)}, profile {share(out.profiled) if out.profiled else '-'}")
    again = [impedance.fit(draw(k).record, draw(k).circuit) for k in range(arguments.count)]
    print(f"the same bits in a second run    {digest(again) == digest(out.fits)}, digest {digest(again)}")
    print(f"CPU time                         {time.process_time() - start:.0f} s")
    start = time.process_time()
    table = study_wrong(arguments.wrong)
    for kind, (n, flagged, misled) in table.items():
        print(f"wrong: {kind:16s} {n:4d} spectra, flagged {100 * flagged / n:5.1f} %, misled {100 * misled / n:5.1f} %")
    n, flagged, misled = (sum(row[k] for row in table.values()) for k in range(3))
    print(f"wrong: all              {n:4d} spectra, flagged {100 * flagged / n:5.1f} %, misled {100 * misled / n:5.1f} %")
    print(f"CPU time                         {time.process_time() - start:.0f} s")


if __name__ == "__main__":
    main()
