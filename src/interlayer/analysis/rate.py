"""Rate capability: capacity at each current, against the slowest, and what comes back afterwards.

Cycles (analysis/cycling.py) are grouped where neighbours ran at the same current (within 5 %); the capacity of a step is
the mean of its cycles after the first `skip`, its error their scatter over sqrt(n) (one cycle: that of its charge).
Capacity ratio = capacity over that of the slowest step; recovery = the last step over the first one at the same current,
which is loss by cycling, not by rate. The current is the median of the first part of the half cycle: where a voltage is
held afterwards that charge counts too, and is said. Source: definitions.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from ..errors import AnalysisError, MissingValueError
from ..record import Finding, Record
from ._options import asked
from ._seen import Seen
from ._technique import Answer, Condition, Stated, Technique, declare
from .cycling import COUNTED, CYCLE, PER, Count, Cycles, Per, counted, cycles

SOURCE = "definition of the package"
SAME = 0.05


@dataclass(frozen=True)
class Step:
    """Cycles at one current: |I|, capacity and std, numbers of the cycles (from 1), share of charge at held voltage."""

    current: float
    capacity: float
    std: float
    first: int
    last: int
    held: float


def steps(found: Cycles, *, skip: int = 0) -> list[Step]:
    """The steps of a rate test in order; the current is that of the second half cycles."""
    levels = np.array([h.level for h in found.halves[1::2]])
    edges = [0, *(np.flatnonzero(np.abs(np.diff(levels)) > SAME * levels[:-1]) + 1).tolist(), len(levels)]
    out = []
    for a, b in itertools.pairwise(edges):
        start = min(a + skip, b - 1)
        q = found.second[start:b]
        std = float(np.std(q, ddof=1)) / math.sqrt(len(q)) if len(q) > 1 else 0.0
        std = max(std, float(np.sqrt(np.sum(found.second_std[start:b] ** 2))) / len(q))
        out.append(Step(float(np.median(levels[a:b])), float(q.mean()), std, a + 1, b, _held(found, a, b)))
    return out


def _held(found: Cycles, a: int, b: int) -> float:
    """Share of the charge that passed below 90 % of the current: at a held voltage."""
    total = slow = 0.0
    for half in found.halves[2 * a + 1 : 2 * b : 2]:
        for part in half.parts:
            t, j = part.time, np.abs(part.current)
            charge = np.diff(t) * 0.5 * (j[1:] + j[:-1])
            total += float(charge.sum())
            slow += float(charge[0.5 * (j[1:] + j[:-1]) < 0.9 * half.level].sum())
    return slow / total if total > 0.0 else 0.0


def find(record: Record, *, per: Per = "cell", skip: int = 0, count: Count = "counter") -> list[Finding]:
    """Capacity at each current, ratio to the slowest, recovery."""
    found = cycles(record, per=per, count=count)
    rows = steps(found, skip=skip)
    if len({round(math.log(r.current) / SAME) for r in rows}) < 2:
        raise AnalysisError("All cycles ran at one current: this is no rate test", given=f"{len(found)} cycles at {rows[0].current:.4g}", allowed="two currents or more")
    quantity = found.quantity
    unit = "A/m²" if per == "area" else "A"
    method = f"mean of the second half cycles at one current, the first {skip} of each left out; {COUNTED[found.count]}, per {per}"
    out = []
    for r in rows:
        evidence = {"current": r.current, "cycles": [r.first, r.last], "share of charge at held voltage": r.held}
        said = method + (f"; {r.held:.0%} of the charge passed at a held voltage" if r.held > 0.01 else "")
        out.append(Finding(f"capacity at {r.current:.4g} {unit}, cycles {r.first} to {r.last}", r.capacity, quantity, said, r.std, SOURCE, evidence=evidence))
    slow, fast = min(rows, key=lambda r: r.current), max(rows, key=lambda r: r.current)
    ratio = fast.capacity / slow.capacity
    out.append(Finding(
        "capacity ratio, fastest over slowest", ratio, "number", f"{fast.current:.4g} over {slow.current:.4g} {unit}",
        ratio * math.hypot(fast.std / fast.capacity, slow.std / slow.capacity), SOURCE, evidence={"fastest": fast.current, "slowest": slow.current},
    ))  # fmt: skip
    first = rows[0]
    again = next((r for r in reversed(rows[1:]) if abs(r.current - first.current) <= SAME * first.current), None)
    if again is not None:
        back = again.capacity / first.capacity
        out.append(Finding(
            "recovery at the first current", back, "number", f"cycles {again.first} to {again.last} over {first.first} to {first.last} at {first.current:.4g} {unit}",
            back * math.hypot(again.std / again.capacity, first.std / first.capacity), SOURCE, evidence={"current": first.current},
        ))  # fmt: skip
    return out


# -- recognition ------------------------------------------------------------------------------------------------------
def _several(seen: Seen) -> Answer:
    try:
        rows = steps(cycles(seen.record, per=counted(seen.record, {})))
    except MissingValueError as error:
        return False, error.what
    except AnalysisError as error:
        return False, error.what
    said = ", ".join(seen.show(r.current) if len(rows) <= 8 else "" for r in rows) if len(rows) <= 8 else f"{seen.show(rows[0].current)} ... {seen.show(rows[-1].current)}"
    if len(rows) < 3:
        word = "cycles of one current throughout" if len(rows) == 1 else "one change of the current, as after a formation"
        return False, f"{word} ({said})"
    return True, f"cycles at {len(rows)} currents in turn ({said})"


def _run(record: Record, stated: Stated) -> list[Finding]:
    return find(record, **asked(stated, "rate", find, per=counted(record, stated)))


declare(Technique("rate", "rate capability", (*CYCLE, Condition("cycles at several currents", _several)), (_run,), PER, finds=(find,)))
