"""Recognition on generated records: `python benchmarks/bench_recognise.py [--each 30] [--seed 700000] [--rows 2000000]`.

Closed forms of tests/ with random sizes, sampling and noise, no step named: how often each kind of record was said to contain
each technique (the confusion matrix), and every record that was taken for something else. Thresholds were set on the fixed
records of tests/test_recognise.py and on seed 500000 (which told that pulses of a titration look like holds). Then the time for one long record.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from _cycled import plate
from dc_records import noisy, nucleated, polarisation, record, reservoir, sweep, trace
from interlayer.analysis.recognise import TECHNIQUES, recognise
from interlayer.record import Record
from test_dc_cycling import table
from test_dc_diffusion import holds_of, oxidation, reversible, titration
from test_dc_lithium import cycling as copper
from test_recognise import cycled, without_names


def made(kind: str, rng: np.random.Generator) -> Record:
    """A record of a kind with random parameters, without the names of its steps."""
    u = rng.uniform
    n, level = int(rng.integers(20, 200)), float(10.0 ** u(-5, -2))
    noise = {"relative": float(10.0 ** u(-5, -3)), "every": 1}
    if kind == "strip_plate":
        return plate(int(rng.integers(1 << 30)), short=bool(rng.integers(2)))[0]
    if kind == "critical_current":
        levels = level * np.cumsum(u(0.5, 1.5, int(rng.integers(3, 15))))
        currents = np.repeat(levels, 2 * int(rng.integers(1, 4))).tolist()
        of = cycled(len(currents), n, float(u(0.01, 0.08)), level, currents=currents)
    elif kind == "rate_ramp":
        row = level * np.array([1.0, 2.0, 5.0, 1.0])[: int(rng.integers(3, 5))] if rng.integers(2) else level * np.array([1.0, 2.0, 1.0])
        row = row if row[-1] == row[0] else np.append(row, row[0])
        currents = np.repeat(row, 2 * int(rng.integers(2, 6))).tolist()
        of = cycled(len(currents), n, float(u(0.01, 0.05)), level, currents=currents)
    elif kind == "reservoir":
        of = reservoir(float(u(0.9, 0.999)), int(rng.integers(2, 12)), bool(rng.integers(2)), float(u(0.5, 1.5)), step=float(u(5, 60)), working="none")
    elif kind == "copper cycling":
        of = copper(u(0.8, 0.99, int(rng.integers(2, 10))).tolist())
    elif kind == "nucleation":
        plateau = float(u(0.01, 0.05))
        of = nucleated(plateau + float(u(0.02, 0.1)), plateau, points=int(rng.integers(400, 3000)))
    elif kind in ("cycling", "rate"):
        cycles = int(rng.integers(1, 8))
        currents = None if kind == "cycling" else np.repeat(u(0.2, 1.0) * np.array([1.0, 2.0, 4.0, 1.0]), 2).tolist()
        rows = [(2.0, float(u(1.7, 2.0)))] * (cycles if currents is None else len(currents))
        of = table(rows, currents, first=str(rng.choice(["charge", "discharge"])), step=float(u(10, 60)), pause=int(rng.integers(2)) * 300)
    elif kind == "gitt":
        of = titration(10.0 ** u(-16, -13), pulses=int(rng.integers(2, 10)), tau=float(u(300, 1200)), rest=float(u(3000, 20000)), change=float(u(0.005, 0.03)), step=float(u(2, 10)))
    elif kind == "bruce_vincent":
        of = polarisation(*u([1, 5, 0.1], [10, 50, 0.6]), tau=float(u(200, 1000)), dv=float(u(0.002, 0.02)), points=int(rng.integers(100, 1000)))
    elif kind == "dc_polarisation":
        count, slope = int(rng.integers(2, 7)), float(u(-9, -3))
        of = holds_of([(float(v), 10.0 ** slope * float(v)) for v in np.linspace(0.01, u(0.05, 1.0), count)], tau=float(u(50, 500)), n=int(rng.integers(40, 400)))
    elif kind == "tafel":
        of = sweep(10.0 ** u(-2, 0.5), float(u(0.3, 0.7)), float(10.0 ** u(-5, -2.5)), float(u(0.05, 0.25)), int(rng.integers(100, 1500)))
    elif kind == "linear_sweep":
        of = oxidation(float(u(3.8, 4.8)), float(u(0.03, 0.1)), int(rng.integers(200, 3000)))
    else:
        of = reversible(float(10.0 ** u(-3, -1)), n=int(rng.integers(300, 1200)))
    return without_names(noisy(of, rng, volts=float(10.0 ** u(-6, -4)), **noise))


#: kind -> what must be said of it, and what may be
KINDS: dict[str, tuple[set[str], set[str]]] = {
    "strip_plate": ({"strip_plate", "shorts"}, set()), "critical_current": ({"critical_current", "shorts"}, set()), "rate_ramp": ({"rate_ramp", "shorts"}, set()),
    "reservoir": ({"aurbach"}, {"nucleation"}), "copper cycling": ({"aurbach"}, {"nucleation"}), "nucleation": ({"nucleation"}, set()), "cycling": ({"cycling", "voltage_profile"}, set()),
    "rate": ({"rate", "cycling", "voltage_profile"}, set()), "gitt": ({"gitt"}, set()), "bruce_vincent": ({"bruce_vincent"}, set()), "dc_polarisation": ({"dc_polarisation"}, set()),
    "tafel": ({"tafel"}, set()), "linear_sweep": ({"linear_sweep"}, set()), "cyclic_voltammetry": ({"cyclic_voltammetry"}, set()),
}  # fmt: skip


def main() -> None:
    """Print matrix, misses and time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=30)
    parser.add_argument("--seed", type=int, default=700000)
    parser.add_argument("--rows", type=int, default=2_000_000)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    print(f"{'':20s}" + " ".join(f"{t[:6]:>6s}" for t in TECHNIQUES))
    right = total = 0
    misses = []
    for kind, (must, may) in KINDS.items():
        counts: Counter[str] = Counter()
        for number in range(given.each):
            found = {r.technique: r for r in recognise(made(kind, rng))}
            there = {t for t, r in found.items() if r.contained}
            counts.update(there)
            good = must <= there <= must | may
            right, total = right + good, total + 1
            if not good:
                said = "; ".join(f"{t}: {found[t].failed}" for t in sorted(must - there)) or f"also {', '.join(sorted(there - must - may))}"
                misses.append(f"{kind} {number}: {said}")
        print(f"{kind:20s}" + " ".join(f"{counts[t] or '.':>6}" for t in TECHNIQUES))
    print(f"{right} of {total} records exactly")
    for miss in misses:
        print("  " + miss)
    t = np.arange(given.rows) * 1.0
    amps = np.where(t // 3600 % 2, -1e-3, 1e-3)
    long = record(trace(t, 100.0 * amps * (1.0 + 1e-3 * rng.normal(size=len(t))), amps, "", False))
    start = time.perf_counter()
    recognise(long)
    print(f"{given.rows} rows: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
