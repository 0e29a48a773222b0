"""Critical current of drawn ramps against the engine's own ending: `python benchmarks/bench_ramp.py [--draws 60]`.

Cells of zhai2024, bare and protected, each number drawn within its spread (design/window.py's draws), run through a ramp
of 16 currents. Two tables:

as simulated   the record with its word for how it ended, 0, 0.1 and 2 mV of noise on it: (last survived, first failed)
               against the engine's
as measured    the same on an even 30 s grid without that word; hard shorts go on at 2 % of V/I where the engine ended, soft
               ones (a tenth, three tenths and six tenths of V/I gone) begin in the middle of a drawn half cycle
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from interlayer.analysis import critical_current
from interlayer.analysis._dc import Stretch
from interlayer.analysis.steps import half_cycles
from interlayer.cells.named import named
from interlayer.design.window import _design, _drawn
from interlayer.protocols import CriticalCurrent
from interlayer.record import Provenance, Record, Segment
from interlayer.simulation import Simulation

STEPS = {"bare": 0.5, "protected": 1.25}  # A/m²
NOISES = (0.0, 1e-4, 2e-3)  # V
HALF, DT = 1800.0, 30.0
SHARES = (0.1, 0.3, 0.6)


def ramps(draws: int) -> Iterator[tuple[str, float, Record]]:
    """(which cell, step, record) of each draw."""
    for label, step in STEPS.items():
        cell = named(f"zhai2024/{label}")
        varied = tuple(p for p, v in cell.parameters().items() if p not in ("temperature", "area") and v.spread()[0] < v.spread()[1])
        simulation = Simulation.of(cell)
        ramp = CriticalCurrent(start=f"{step} A/m^2", step=f"{step} A/m^2", stop=f"{16 * step} A/m^2", half_cycle=f"{HALF} s")
        for row in _design(len(varied), draws):
            simulation.restate(_drawn(cell, varied, row))
            simulation.state = simulation.machine.start.copy()
            yield label, step, simulation.run(ramp, rtol=1e-3, detail=False)


def noisy(record: Record, noise: float, seed: int) -> Record:
    """The record with white noise on its voltage."""
    rng = np.random.default_rng(seed)
    return replace(record, segments=tuple(
        replace(s, channels={k: np.array(s[k]) + (noise * rng.normal(size=len(s)) if k == "voltage" else 0.0) for k in s.channels}) for s in record.segments
    ))  # fmt: skip


def verdict(record: Record, truth: tuple[float, float | None]) -> str:
    """Whether (last survived, first failed) is the truth's, or earlier or later than it."""
    found = critical_current.find(record)[0]
    assert found.value is not None
    last, first = found.value, found.interval[1] if found.interval else None
    if abs(last - truth[0]) < 1e-6 * truth[0] + 1e-9 and (first is None) == (truth[1] is None):
        return "right"
    return "early" if last < truth[0] else "late"


def measured(halves: Sequence[Stretch], noise: float, seed: int, *, soft: tuple[int, float] | None = None, hard: bool = False) -> Record:
    """Half cycles on an instrument's grid, with a soft short in the middle of one, or a hard one where the last ended."""
    rng = np.random.default_rng(seed)
    grid = np.arange(1, int(HALF / DT) + 1) * DT
    volts, amps = [], []
    for k, half in enumerate(halves):
        v = np.interp(grid, half.time, half.voltage)
        if hard and k == len(halves) - 1:
            v = np.where(grid > half.time[-1] + 1e-9, 0.02 * half.voltage[-1], v)
        if soft is not None and k >= soft[0]:
            v = np.where((grid > 0.5 * HALF) | (k > soft[0]), v * (1.0 - soft[1]), v)
        volts.append(v)
        amps.append(np.full(len(grid), half.level))
    for way in (-1.0, 1.0) if hard else ():
        volts.append(np.full(len(grid), way * 0.02 * halves[-1].voltage[-1]))
        amps.append(np.full(len(grid), way * halves[-1].level))
    v, j = np.concatenate(volts), np.concatenate(amps)
    channels = {"time": DT * np.arange(1, len(v) + 1), "voltage": v + noise * rng.normal(size=len(v)), "current_density": j}
    return Record((Segment(channels, "time"),), Provenance("simulated"))


def planted(halves: Sequence[Stretch], outcome: str, noise: float, seed: int) -> Iterator[tuple[str, str]]:
    """(case, verdict) of the records an instrument would have written."""
    levels = [abs(h.level) for h in halves]

    def before(at: int) -> float:
        return max((v for v in levels[:at] if v < levels[at]), default=0.0)

    if outcome.startswith("short") and halves[-1].time[-1] > 0.2 * HALF:
        at = len(halves) - 1
        yield "hard short", verdict(measured(halves, noise, seed, hard=True), (before(at), levels[at]))
    whole = halves if outcome == "completed" else halves[:-1]
    if len(whole) <= 6:
        return
    yield "no short", verdict(measured(whole, noise, seed), (max(levels[: len(whole)]), None))
    at = int(np.random.default_rng(seed).integers(4, len(whole)))
    for share in SHARES:
        yield f"soft short, {share:.0%}", verdict(measured(whole, noise, seed, soft=(at, share)), (before(at), levels[at]))


def run(draws: int) -> Mapping[tuple[str, float, str], Counter[str]]:
    """{(table and case, noise, cell): how often each verdict}."""
    out: dict[tuple[str, float, str], Counter[str]] = {}
    for seed, (label, step, record) in enumerate(ramps(draws)):
        reached = max(float(np.max(np.abs(s["current_density"]))) for s in record.traces)
        truth = (reached, None) if record.outcome == "completed" else (reached - step, reached)
        halves = half_cycles(record)
        for noise in NOISES:
            ended = "survived" if truth[1] is None else "failed"
            out.setdefault((f"as simulated, {ended}", noise, label), Counter())[verdict(noisy(record, noise, seed), truth)] += 1
            for case, word in planted(halves, record.outcome, noise, seed):
                out.setdefault((f"as measured, {case}", noise, label), Counter())[word] += 1
    return out


def main() -> None:
    """The command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--draws", type=int, default=60)
    given = ask.parse_args()
    for (case, noise, label), count in sorted(run(given.draws).items()):
        print(f"{case:32s} {1e3 * noise:4.1f} mV  {label:10s} right {count['right']:3d}  early {count['early']:3d}  late or missed {count['late']:3d}")


if __name__ == "__main__":
    main()
