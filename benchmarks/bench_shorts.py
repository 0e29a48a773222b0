"""Shorts found against false alarms, on generated records: `python benchmarks/bench_shorts.py [--records 500] [--seed 900000] [--abrupt]`.

Records are those of tests/_cycled.py (closed forms: planted shorts of graded size, and decoys). Thresholds were chosen
on seeds below 10000; figures are for the seed given here. Printed: found shorts by size and duration, false alarms a
1000 h at each confidence (ROC), error of the time, and whether the confidence holds what it promises.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from _cycled import DECOYS, plate
from interlayer.analysis import shorts


def run(
    records: int, seed: int, *, strength: float = shorts.STRENGTH, least: float = shorts.LEAST, abrupt: bool = False, undecided: bool = True
) -> tuple[list[dict[str, float]], list[tuple[float, bool, str]], float]:
    """(a row a planted short, (confidence, true, what) of all candidates, hours). Four of five records have a short.

    undecided   whether an event that is called a short or a gain of contact counts as an alarm, or as neither
    """
    rows, candidates, hours = [], [], 0.0
    for number in range(records):
        record, truth = plate(seed + number, short=number % 5 != 0, abrupt=abrupt)
        hours += truth.hours
        found = shorts.find(record, strength=strength, least=least)
        tolerance = max(5.0 * truth.dt, 300.0)
        best, off = 0.0, np.nan
        for e in found.events:
            if e.kind not in shorts.SHORTS and not (undecided and e.kind == shorts.UNDECIDED):
                continue
            inside = truth.start - tolerance <= e.start <= truth.end + tolerance
            candidates.append((e.confidence, bool(inside), f"seed {seed + number} {e} decoys {truth.decoys}"))
            if inside and abs(e.start - truth.start) <= tolerance and e.confidence > best:
                best, off = e.confidence, e.start - truth.start
        if np.isfinite(truth.start):
            rows.append({"fall": truth.fall, "samples": (truth.end - truth.start) / truth.dt, "confidence": best, "off": off, "dt": truth.dt, "seed": seed + number})
    return rows, candidates, hours


def main() -> None:
    """The command line."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--records", type=int, default=500)
    ask.add_argument("--seed", type=int, default=900_000)
    ask.add_argument("--show", action="store_true", help="print missed shorts and false alarms")
    ask.add_argument("--abrupt", action="store_true", help="half of the records also gain contact from one sample to the next")
    given = ask.parse_args()
    begin = time.process_time()
    rows, candidates, hours = run(given.records, given.seed, abrupt=given.abrupt)
    spent = time.process_time() - begin
    conf = np.array([r["confidence"] for r in rows])
    fall, length = np.array([r["fall"] for r in rows]), np.array([r["samples"] for r in rows])
    false = np.array([c for c, true, _ in candidates if not true])
    print(f"{given.records} records, {hours:.0f} h, {len(rows)} planted shorts, decoys {', '.join(DECOYS)}; {spent:.1f} s CPU")
    print("confidence | found | found, fall >= 5 % | false alarms a 1000 h")
    for level in (0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
        print(f"{level:10.2f} | {100 * np.mean(conf >= level):5.1f} % | {100 * np.mean(conf[fall >= 0.05] >= level):5.1f} % | {1000 * np.sum(false >= level) / hours:.3f}")
    print("fall        found (confidence >= 0.5)")
    for a, b in ((0.03, 0.05), (0.05, 0.1), (0.1, 0.2), (0.2, 0.4), (0.4, 0.9)):
        here = (fall >= a) & (fall < b)
        print(f"{100 * a:3.0f}..{100 * b:3.0f} %  {np.sum(conf[here] >= 0.5)}/{np.sum(here)}")
    for a, b in ((5, 10), (10, 100), (100, 1e9)):
        here = (length >= a) & (length < b)
        print(f"{a:.0f} samples and more: {np.sum(conf[here] >= 0.5)}/{np.sum(here)}")
    steps = [(c, w) for c, true, w in candidates if not true and "abrupt contact gain" in w]
    print(f"false alarms in records with an abrupt contact gain: {sum(c >= shorts.ALARM for c, _ in steps)}")
    off = np.array([r["off"] / r["dt"] for r in rows if r["confidence"] >= 0.5])
    print(f"error of the start: median |.| {np.median(np.abs(off)):.2f} samples, 95 % below {np.percentile(np.abs(off), 95):.1f}, mean {np.mean(off):+.2f}")
    print("confidence promised | kept")
    for a, b in ((0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.0)):
        here = [true for c, true, _ in candidates if a <= c < b]
        print(f"{a:.1f}..{b:.1f} | {np.mean(here) if here else float('nan'):.2f} of {len(here)}")
    if given.show:
        print(*(f"missed {r}" for r in rows if r["confidence"] < 0.5), *(f"false {c:.2f} {w}" for c, true, w in candidates if not true and c >= 0.5), sep="\n")


if __name__ == "__main__":
    main()
