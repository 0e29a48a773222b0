"""Critical current density from a ramp: the interval between the last current survived and the first that failed.

What counts as a failure is stated by `criterion`:

"first failure"  the record's own word for how a half cycle ended, a collapse of |V|, or a short that `shorts` calls one;
                 whichever comes first
"event"          the record's own word alone
"collapse"       a collapse of |V| alone
"short"          the first short of any kind by `shorts`, or the record's own word for one
"lasting short"  the first short without return: a reversible critical current, up to which soft shorts still recover
                 (Menkin et al., Faraday Discuss. 2023, recalled), or the record's own word for one

Several cells make a Weibull distribution of bracketed currents, those that survived the
ramp censored (`population`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

import numpy as np

from ..errors import AnalysisError, UnknownNameError
from ..record import Finding, Record
from ..record.nouns import Array
from . import shorts, strip_plate, survival
from ._conditions import CYCLED, currents, is_ramp, never_falls
from ._dc import Stretch
from ._jumps import median3, uneven_noise
from ._options import asked
from ._seen import Seen
from ._technique import Answer, Condition, Stated, Technique, declare
from .steps import half_cycles

SOURCE = "interval definition, fixed time or charge per half cycle: Commun. Chem. 2023, 'Standardizing critical current density measurements in lithium garnets' (title only, not read)"

Criterion: TypeAlias = Literal["first failure", "event", "collapse", "short", "lasting short"]

ENDS = ("short", "lost", "exhausted", "depleted", "limit", "stopped")  # in a record's word for a half cycle that failed
COLLAPSE = 0.5  # share of its level below which |V| counts as collapsed
BEFORE = 4  # half cycles before it that make a level: both faces plated and stripped twice
REVERSED = 0.1  # share of a half cycle after its reversal that makes no level
STANDS = 0.75  # share of its level above which |V| still stood
POINTS = 3  # in a row, even in time
_FALL = "V below half its running maximum and half the level of the half cycles before for 3 points"
SAID = {
    "first failure": f"the record's event, {_FALL}, or a short by its joint signs", "event": "the record's event alone", "collapse": f"{_FALL}, alone",
    "short": "the first short by its joint signs, or the record's event of one", "lasting short": "the first short without return, or the record's event of one",
}  # fmt: skip


def collapsed(half: Stretch, floor: float | None = None, noise: float = 0.0, share: float = COLLAPSE) -> bool:
    """Whether V falls, at constant current, below `share` of what it had reached in the same half cycle, for three points
    in a row (even in time; two at the end), by more than its noise.

    floor   least |V| of the half cycles before it [V] (`_floor`): V must fall below `share` of that too, since plating
            that closes voids brings V back to what the cell had, and a short below it. Without it the fall must be a sudden
            one, from `STANDS` to `share` within three points: contact is gained slowly.
    noise   of V [V] over the record (`_noise`); that of the half cycle counts where it is larger
    V is taken with the sign of its current: after a reversal the double layers carry V through zero, and no short does.
    """
    v = _even(half)
    top = np.maximum.accumulate(v)
    low = (v < share * top) & (top - v > shorts.STRENGTH * max(noise, _rough(half)))
    if floor is not None:
        low &= v < share * floor
        if _at_reversal(v, floor, noise):
            return True
    edges = np.flatnonzero(np.diff(np.concatenate([[0], low.astype(int), [0]])))
    for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        lasts = b - a >= POINTS or (b == len(v) and b - a >= POINTS - 1)
        if lasts and (floor is not None or v[max(a - POINTS, 0)] > STANDS * top[a]):
            return True
    return False


def _at_reversal(v: Array, floor: float, noise: float) -> bool:
    """Whether V never comes near the level of the half cycles before it: the short came at the end of the last one, or
    while the current turned."""
    return float(np.percentile(v, 90.0)) < COLLAPSE * floor - shorts.STRENGTH * noise


def _even(half: Stretch) -> Array:
    """V times the sign of the current, even in time: samples taken when the voltage moves count microseconds as points.
    Rows beyond the first point are the running median of three."""
    v, t = half.voltage * np.sign(half.level), half.time
    steps = np.diff(t)
    if len(t) > 3 and float(np.percentile(steps, 95.0)) > 3.0 * float(np.percentile(steps, 5.0)):
        count = max(int(np.ceil((t[-1] - t[0]) / max(float(np.percentile(steps, 75.0)), 1e-9))), shorts.FINE)
        even = np.linspace(t[0], t[-1], min(count, len(t) + shorts.FINE) + 1)[1:]
        v = np.interp(even, t, v)
    return median3(v)


def _rough(half: Stretch) -> float:
    """Noise of V [V]: of the samples after the reversal, or of all where those are few."""
    late = half.time > half.time[0] + REVERSED * (half.time[-1] - half.time[0])
    late |= np.count_nonzero(late) < 5
    return uneven_noise(half.time[late], half.voltage[late])


def _noise(halves: list[Stretch]) -> float:
    """Usual noise of V over a record [V]: few samples of one half cycle tell little of it."""
    return float(np.median([_rough(h) for h in halves]))


def _floor(before: list[Stretch], level: float) -> float | None:
    """Least |V| of the last half cycles at no larger a current; None before both faces were plated and stripped twice.
    |V| of a cell does not fall with the current, whatever the law of its interfaces."""
    held = [h for h in before if abs(h.level) < 1.02 * abs(level)][-BEFORE:]
    if len(held) < BEFORE:
        return None
    return min(float(np.percentile(v[int(REVERSED * len(v)) :], 10.0)) for v in map(_even, held))


def failure(record: Record, halves: list[Stretch], criterion: Criterion = "first failure") -> tuple[int, str] | None:
    """(index of the half cycle that failed, how), or None, by the criterion stated. For the first failure the record's own word for how the test ended comes first, then
    a collapse of the voltage, then a short by its joint signs, where one comes earlier. They are different evidence and
    the finding says which it was."""
    if criterion not in get_args(Criterion):
        raise UnknownNameError("This criterion of a failure is not known", given=criterion, allowed=get_args(Criterion))
    watched = _watched(record) if criterion not in ("event", "collapse") else None
    found: tuple[int, str] | None = None
    noise = _noise(halves)
    words = ("short",) if criterion.endswith("short") else () if criterion == "collapse" else ENDS
    for index, half in enumerate(halves):
        if half.event and any(word in half.event for word in words):
            found = (index, half.event)
            break
        if criterion in ("first failure", "collapse") and collapsed(half, _floor(halves[:index], half.level), noise):
            found = (index, "voltage collapse at constant current")
            break
    lasting = [watched.lasting] if watched and watched.lasting is not None else []
    alarms = lasting if criterion == "lasting short" else list(watched.alarms) if watched else []
    if alarms:
        first = alarms[0]
        at = next((k for k, h in enumerate(halves) if h.start + float(h.time[-1]) >= first.start), len(halves) - 1)
        if found is None or at < found[0] or (at == found[0] and "collapse" in found[1]):
            return at, f"{first.kind}: {', '.join(first.signs)}; V/I fell by {100.0 * first.fall:.3g} %, confidence {first.confidence:.2f}"
    return found


def _watched(record: Record) -> shorts.Shorts | None:
    """What `shorts` says of the record; None where its samples are too few."""
    try:
        return shorts.find(record, specific=True, strength=shorts.STRENGTH)
    except AnalysisError:
        return None


def population(cells: Sequence[Finding] | Sequence[Record]) -> survival.Weibull:
    """Weibull distribution of the critical current density of several cells, from their findings or their records.

    Cells that survived their ramp are censored, the others bracketed by the ramp's steps. Errors: `AnalysisError` for
    fewer than two failures, or where all failed within one step.
    """
    found = [next(f for f in find(c) if f.name == "critical current density") if isinstance(c, Record) else c for c in cells]
    return survival.weibull(survival.lives(found))


def find(record: Record, *, criterion: Criterion = "first failure") -> list[Finding]:
    """Critical current density of a ramp record, by the criterion of a failure (see above).

    Findings: the critical current density (value = last current survived, interval up to the first that failed;
    a lower bound where none failed), kind of failure, charge of the failing half cycle, cumulative charge before it.
    """
    halves = half_cycles(record)
    failed = failure(record, halves, criterion)
    levels = [abs(h.level) for h in halves]
    evidence = {
        "half cycles": len(halves), "currents A/m2": sorted({float(f"{v:.6g}") for v in levels}), "half cycle s": float(halves[0].time[-1]),
        "criterion": criterion,
    }  # fmt: skip
    method = f"ramp of current; half cycles by the sign of the current; failure by {SAID[criterion]}"
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
    kind = named if named in (*shorts.SHORTS, shorts.UNDECIDED) else "short circuit" if "short" in how or "collapse" in how else how.split(",")[0].split("(")[0].strip()
    return [
        Finding(
            "critical current density", last, "current_density", method, None, SOURCE, f"between the last survived and the first failed; failed by: {how}",
            (last, levels[index]), {**evidence, "first failed A/m2": levels[index], "censored": False},
        ),
        Finding("kind of failure", kind, "number", method, None, SOURCE, how),
        Finding("charge of the failing half cycle", abs(halves[index].charge), "areal_charge", method, None, SOURCE, "up to the failure; trapezoid of the recorded current"),
        Finding("cumulative charge before failure", float(sum(abs(h.charge) for h in halves[:index])), "areal_charge", method, None, SOURCE, "sum over half cycles, trapezoid"),
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
    return [] if strip_plate.basis(record) else strip_plate.find(record, specific=False)


declare(Technique(
    "critical_current", "critical current density of a ramp", (*CYCLED, Condition("a current that rises step by step", _rises), Condition("several currents", _step_by_step, looks_alike=True)),
    (lambda record, stated: find(record, **asked(stated, "critical_current", find)), _unshared),
    {"criterion": 'criterion of a failure, "first failure", "event", "collapse", "short" or "lasting short"'}, finds=(find,),
))  # fmt: skip
