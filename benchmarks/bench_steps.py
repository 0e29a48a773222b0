"""Speed and memory of parting a long record: `python benchmarks/bench_steps.py [--rows 10000000]`.

A record of half cycles with noise, rests, one gap and one glitch is made first (its memory counts too); then
`steps.segment` with all findings is timed as CPU time and its peak memory is read from the operating system.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

from interlayer.analysis import steps
from interlayer.record import Provenance, Record, Segment


def long_record(rows: int, half: int = 2000, rest: int = 100) -> tuple[Record, int]:
    """(record, half cycles planted)."""
    rng = np.random.default_rng(0)
    t = np.arange(rows, dtype=np.float64)
    t[rows // 3 :] += 5000.0
    place, number = np.arange(rows) % (half + rest), np.arange(rows) // (half + rest)
    sign = np.where(number % 2 == 0, 1.0, -1.0) * (place < half)
    current = 1e-3 * sign + 1e-8 * rng.standard_normal(rows)
    voltage = 0.05 * sign + 1e-5 * rng.standard_normal(rows)
    voltage[rows // 2 - 500] *= 0.1
    record = Record((Segment({"time": t, "voltage": voltage, "current": current}, "time"),), Provenance("simulated"))
    return record, int(number[-1]) + 1


def main() -> None:
    """The command line."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--rows", type=int, default=10_000_000)
    rows = ask.parse_args().rows
    record, planted = long_record(rows)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    begin, clock = time.process_time(), time.perf_counter()
    parted = steps.segment(record)
    findings = parted.findings()
    spent, wall = time.process_time() - begin, time.perf_counter() - clock
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    print(f"{rows} rows: {spent:.2f} s CPU, {wall:.2f} s on the clock; peak {peak:.0f} MB ({before:.0f} MB after making the record)")
    print(f"{len(parted.sign)} half cycles of {planted} planted; {parted.counts}")
    for finding in findings:
        print(" ", finding)


if __name__ == "__main__":
    main()
