"""Critical current density from a ramp: the interval between the last current survived and the first that failed.

A half cycle failed by the record's own word for how it ended, by a collapse of |V|, or by a short that `shorts` calls
one; whichever comes first. Several cells make a Weibull distribution of bracketed currents, those that survived the
ramp censored (`population`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import AnalysisError
from ..record import Finding, Record
from . import shorts, strip_plate, survival
from ._conditions import CYCLED, currents, is_ramp, never_falls
from ._halves import HalfCycle, half_cycles
from ._seen import Seen
from ._technique import Answer, Condition, Stated, Technique, declare

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
    a collapse of the voltage, then a short by its joint signs, where one comes earlier. They are different evidence and
    the finding says which it was."""
    watched = _watched(record)
    found: tuple[int, str] | None = None
    for index, half in enumerate(halves):
        if half.event and ("short" in half.event or "lost" in half.event or "exhausted" in half.event or "depleted" in half.event or "limit" in half.event or "stopped" in half.event):
            found = (index, half.event)
            break
        if collapsed(half) and not (watched and _slow(half, watched)):
            found = (index, "voltage collapse at constant current")
            break
    alarms = watched.alarms if watched else ()
    if alarms:
        first = alarms[0]
        at = next((k for k, h in enumerate(halves) if h.start + float(h.time[-1]) >= first.start), len(halves) - 1)
        if found is None or at < found[0] or (at == found[0] and "collapse" in found[1]):
            return at, f"{first.kind}: {', '.join(first.signs)}; V/I fell by {100.0 * first.fall:.3g} %, confidence {first.confidence:.2f}"
    return found


def _watched(record: Record) -> shorts.Shorts | None:
    """What `shorts` says of the record; None where its samples are too few."""
    try:
        return shorts.find(record, specific=True)
    except AnalysisError:
        return None


def _slow(half: HalfCycle, watched: shorts.Shorts) -> bool:
    """Whether the voltage of a half cycle fell slowly, as it does when plating closes voids, and not by a short."""
    end = half.start + float(half.time[-1])
    here = [e for e in watched.events if e.start < end and (e.end is None or e.end > half.start)]
    return any(not e.short for e in here) and not any(e.short for e in here)


def population(cells: Sequence[Finding] | Sequence[Record]) -> survival.Weibull:
    """Weibull distribution of the critical current density of several cells, from their findings or their records.

    Cells that survived their ramp are censored, the others bracketed by the ramp's steps. Errors: `AnalysisError` for
    fewer than two failures, or where all failed within one step.
    """
    found = [next(f for f in find(c) if f.name == "critical current density") if isinstance(c, Record) else c for c in cells]
    return survival.weibull(survival.lives(found))


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
    method = "ramp of current; half cycles by the sign of the current; failure by the record's event, |V| below half its running maximum for 3 points, or a short by its joint signs"
    if failed is None:
        note = "the ramp ended without a failure: a lower bound"
        return [
            Finding("critical current density", max(levels), "current_density", method, None, SOURCE, note, evidence={**evidence, "censored": True}),
            Finding("kind of failure", "none", "number", method, None, SOURCE, note),
        ]  # fmt: skip
    index, how = failed
    good = [v for v in levels[:index] if v < levels[index]]
    last = max(good) if good else 0.0
    named = how.split(":")[0]
    kind = named if named in shorts.SHORTS else "short circuit" if "short" in how or "collapse" in how else how.split(",")[0].split("(")[0].strip()
    return [
        Finding(
            "critical current density", last, "current_density", method, None, SOURCE, f"between the last survived and the first failed; failed by: {how}",
            (last, levels[index]), {**evidence, "first failed A/m2": levels[index], "censored": False},
        ),
        Finding("kind of failure", kind, "number", method, None, SOURCE, how),
        Finding("charge of the failing half cycle", halves[index].charge, "areal_charge", method, None, SOURCE, "up to the failure; trapezoid of the recorded current"),
        Finding("cumulative charge before failure", float(sum(h.charge for h in halves[:index])), "areal_charge", method, None, SOURCE, "sum over half cycles, trapezoid"),
    ]  # fmt: skip


# -- recognition ------------------------------------------------------------------------------------------------------
def _rises(seen: Seen) -> Answer:
    if not never_falls(seen):
        return False, f"the current does not only rise ({currents(seen)})"
    return True, f"a current that never falls ({currents(seen)})"


def _step_by_step(seen: Seen) -> Answer:
    count = len(seen.levels)
    if is_ramp(seen):
        return True, f"{count} levels"
    return False, f"{count} current{'s' * (count > 1)} ({currents(seen)}), where a ramp has three or more"


def _unshared(record: Record, stated: Stated) -> list[Finding]:
    """What needs no area, where there is none."""
    return [] if strip_plate.basis(record) else strip_plate.analyse(record, specific=False)


declare(Technique(
    "critical_current", "critical current density of a ramp", (*CYCLED, Condition("a current that rises step by step", _rises), Condition("several currents", _step_by_step, looks_alike=True)),
    (lambda record, stated: find(record), _unshared),
))  # fmt: skip
