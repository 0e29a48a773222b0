"""Critical current density from a ramp: the interval between the last current survived and the first that failed."""

from __future__ import annotations

import numpy as np

from ..record import Finding, Record
from ._halves import HalfCycle, half_cycles

SOURCE = "interval definition, fixed time or charge per half cycle: Commun. Chem. 2023, 'Standardizing critical current density measurements in lithium garnets' (title only, not read)"

COLLAPSE = 0.5  # share of the half cycle's own running maximum below which |V| counts as collapsed


def collapsed(half: HalfCycle, share: float = COLLAPSE) -> bool:
    """Whether |V| falls, at constant current, below `share` of what it had reached in the same half cycle, for at least
    three points in a row or to the half cycle's end. A sign of a short; a single point is not."""
    v = np.abs(half.voltage)
    low = v < share * np.maximum.accumulate(v)
    if not low.any():
        return False
    runs = np.flatnonzero(np.diff(np.concatenate([[0], low.astype(int), [0]])))
    return any(b - a >= 3 or (b == len(v) and b - a >= 2) for a, b in zip(runs[::2], runs[1::2], strict=True))


def failure(record: Record, halves: list[HalfCycle]) -> tuple[int, str] | None:
    """(index of the half cycle that failed, how), or None. The record's own word for how the test ended comes first, then
    a collapse of the voltage. The two are different evidence and the finding says which it was."""
    for index, half in enumerate(halves):
        if half.event and ("short" in half.event or "lost" in half.event or "exhausted" in half.event or "depleted" in half.event or "limit" in half.event or "stopped" in half.event):
            return index, half.event
        if collapsed(half):
            return index, "voltage collapse at constant current"
    return None


def find(record: Record) -> list[Finding]:
    """Critical current density of a ramp record.

    Findings: the critical current density (value = last current survived, interval up to the first that failed;
    a lower bound where none failed), kind of failure, charge of the failing half cycle, cumulative charge before it.
    """
    halves = half_cycles(record)
    failed = failure(record, halves)
    levels = [abs(h.level) for h in halves]
    evidence = {
        "half cycles": len(halves), "currents A/m2": sorted({float(f"{v:.6g}") for v in levels}), "half cycle s": float(halves[0].time[-1]),
    }  # fmt: skip
    method = "ramp of current; half cycles by the sign of the current; failure by the record's event, else |V| below half its running maximum for 3 points"
    if failed is None:
        note = "the ramp ended without a failure: a lower bound"
        return [
            Finding("critical current density", max(levels), "current_density", method, None, SOURCE, note, evidence={**evidence, "censored": True}),
            Finding("kind of failure", "none", "number", method, None, SOURCE, note),
        ]  # fmt: skip
    index, how = failed
    good = [v for v in levels[:index] if v < levels[index]]
    last = max(good) if good else 0.0
    kind = "short circuit" if "short" in how or "collapse" in how else how.split(",")[0].split("(")[0].strip()
    return [
        Finding(
            "critical current density", last, "current_density", method, None, SOURCE, f"between the last survived and the first failed; failed by: {how}",
            (last, levels[index]), {**evidence, "first failed A/m2": levels[index], "censored": False},
        ),
        Finding("kind of failure", kind, "number", method, None, SOURCE, how),
        Finding("charge of the failing half cycle", halves[index].charge, "areal_charge", method, None, SOURCE, "up to the failure; trapezoid of the recorded current"),
        Finding("cumulative charge before failure", float(sum(h.charge for h in halves[:index])), "areal_charge", method, None, SOURCE, "sum over half cycles, trapezoid"),
    ]  # fmt: skip
