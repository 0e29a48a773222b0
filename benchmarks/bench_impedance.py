"""Times of the impedance room on this machine: evaluation, fit, Kramers-Kronig, automatic choice, a series.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/bench_impedance.py

One spectrum has 60 points (10 mHz to 1 MHz), two arcs and a Warburg tail, 0.3 % noise. Figures are the median and the
best CPU time of repeated calls in one thread. Where impedance.py is installed (extra `peers`) its figures stand beside
ours, measured in the same run: evaluation by `predict`, its fit from a full guess at the truth (it has none of its
own), weighted by modulus as ours. Its Kramers-Kronig test does not run on numpy 2 and is left out.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from interlayer.analysis import impedance, kramers_kronig
from interlayer.analysis._circuit import Circuit
from interlayer.elements.notation import parse
from interlayer.record import Provenance, Record, Segment

OMEGA = 2.0 * np.pi * np.logspace(-2, 6, 60)
VALUES = [10.0, 20.0, 1e-4**0.85 / 20.0, 0.85, 40.0, 0.1**0.8 / 40.0, 0.8]
FIT = "fit R(RQ)(RQ)W, no guess, covariance"
GUESSED = "the same with a full guess beside"
SERIES = "100 fits of a series, each from its neighbour"
GOALS = {"evaluate R(RQ)(RQ)": 0.05, "Kramers-Kronig": 8.0, FIT: 20.0, SERIES: 300.0}


def spectrum(seed: int, growth: float = 1.0) -> Record:
    """R(RQ)(RQ)W with 0.3 % noise; the slow arc grown in a series."""
    s, rng = 1j * OMEGA, np.random.default_rng(seed)
    z = 10.0 + 20.0 / (1.0 + (1e-4 * s) ** 0.85) + growth * 40.0 / (1.0 + (0.1 * growth * s) ** 0.8)
    z = z + 2.0 * (1.0 - 1.0j) / np.sqrt(OMEGA)
    z = z * (1.0 + 3e-3 * (rng.normal(size=60) + 1j * rng.normal(size=60)))
    channels = {"frequency": OMEGA / (2.0 * np.pi), "impedance_real": z.real, "impedance_imag": z.imag}
    return Record((Segment(channels, "frequency", "impedance"),), Provenance("measured", "benchmark"))


def milliseconds(call: Callable[[], Any], repeats: int) -> tuple[float, float]:
    """Median and best time of one call [ms]."""
    call()
    out = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        out.append(1e3 * (time.process_time() - start))
    return statistics.median(out), min(out)


def ours() -> dict[str, tuple[float, float]]:
    """Our times [ms]."""
    data = spectrum(0)
    two = Circuit(parse("R(RQ)(RQ)"))
    element = two.with_values(np.array(VALUES))
    known = impedance.fit(data, "R(RQ)(RQ)W").values
    fitted = impedance.fit(data, "R(RQ)(RQ)W")
    series = [spectrum(k, 1.0 + 0.01 * k) for k in range(100)]

    def neighbours(validate: bool) -> None:
        near = fitted
        for record in series:
            near = impedance.fit(record, "R(RQ)(RQ)W", near=near, validate=validate)

    return {
        "evaluate R(RQ)(RQ)": milliseconds(lambda: element.impedance(OMEGA), 2000),
        "the same with its gradient": milliseconds(lambda: two.evaluate(np.array([VALUES]), OMEGA), 1000),
        "Kramers-Kronig": milliseconds(lambda: kramers_kronig.check(data), 60),
        FIT: milliseconds(lambda: impedance.fit(data, "R(RQ)(RQ)W", validate=False), 60),
        "the same with Kramers-Kronig": milliseconds(lambda: impedance.fit(data, "R(RQ)(RQ)W"), 60),
        GUESSED: milliseconds(lambda: impedance.fit(data, "R(RQ)(RQ)W", guess=known, validate=False), 60),
        SERIES: milliseconds(lambda: neighbours(False), 5),
        "the same with Kramers-Kronig each": milliseconds(lambda: neighbours(True), 3),
        "robust fit R(RQ)(RQ)W": milliseconds(
            lambda: impedance.fit(data, "R(RQ)(RQ)W", weight="robust", validate=False), 20
        ),
        "its eight profiles": milliseconds(fitted.profiles, 20),
        "automatic choice of the circuit": milliseconds(lambda: impedance.fit(data), 5),
    }


def theirs() -> dict[str, tuple[float, float]]:
    """impedance.py's times [ms], where it is installed."""
    try:
        from impedance.models.circuits import CustomCircuit  # type: ignore[import-not-found]
    except ImportError:
        return {}
    f = OMEGA / (2.0 * np.pi)
    z = spectrum(0).impedance(spectrum(0).spectra[0])
    guess = [*VALUES, 3.0]
    two = CustomCircuit("R0-p(R1,CPE1)-p(R2,CPE2)", initial_guess=VALUES)
    three = CustomCircuit("R0-p(R1,CPE1)-p(R2,CPE2)-W1", initial_guess=guess)
    return {
        "evaluate R(RQ)(RQ)": milliseconds(lambda: two.predict(f, use_initial=True), 100),
        GUESSED: milliseconds(lambda: three.fit(f, z, weight_by_modulus=True), 5),
    }


def main() -> None:
    """Print the table."""
    there = theirs()
    print(f"{'':46s}{'median':>10s}{'best':>10s}{'bar':>8s}{'impedance.py':>14s}{'times':>8s}   [ms CPU]")
    for what, (median, best) in ours().items():
        bar = f"{GOALS[what]:g}" if what in GOALS else ""
        other = f"{there[what][0]:.3g}" if what in there else ("not installed" if not there else "")
        ratio = f"{there[what][0] / median:.0f}" if what in there else ""
        print(f"{what:46s}{median:10.3g}{best:10.3g}{bar:>8s}{other:>14s}{ratio:>8s}")


if __name__ == "__main__":
    main()
