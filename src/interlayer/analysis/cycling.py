"""Capacities, efficiency, retention, fade and knee of a cell that is charged and discharged.

A half cycle is all current of one sign between two changes of sign, rests and pauses within it included (not what lies on
either side of a long hole in the record: there one may be missing); a cycle is two of them that follow each other,
beginning with the first of the record (what has no other half is left out and said). Given per mass, per area, or as they are. I > 0 charges (names.py). Charges are counted by

"counter"   the instrument's own counter, where the file has one and it agrees with the recorded current within `APART`
            or within the last digit of that: it adds up faster and finer than rows are written; else as "current", and
            said (the finding names which it was)
"current"   trapezoids of the recorded current

Coulombic efficiency   "second/first" half cycle of a cycle (a full cell: discharge over charge; a half cell that begins
                       with its discharge: charge over discharge), "discharge/charge" or "charge/discharge"
retention              Q_last/Q_ref of what is called the capacity (the second half cycle), `reference` counted from 1
fade per cycle         "linear": -slope of Q/Q_ref against the cycle; "geometric": 1 - (Q_last/Q_ref)^(1/n);
                       "compound": -slope of ln Q
knee                   two straight lines that meet, against one line (F test, p below 0.1 %; the second at least twice as
                       steep); the interval is where chi² stays within its 95 % point. Found only inside the record.

An efficiency over 1 by more than its errors and `CALIBRATION` is said, with what speaks for which reason: a first half cycle
that began in the middle, or the order of the two; and without the first a short, a side reaction
or a charge that ended early in the half cycle before.

Errors: of trapezoids the scatter of the current and the end of the step, which lies up to one recording interval after the
last point; of a counter half its difference from the trapezoids and its last digit (the calibration of the instrument is in neither); of fades the scatter about the line. Source: definitions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

import numpy as np

from ..elements.base import Array
from ..errors import AnalysisError, MissingValueError, UnknownNameError
from ..record import Finding, Record
from ._conditions import FLOWS, NOT_SWEPT, TWO_ELECTRODES
from ._counter import last_digit
from ._dc import GAP, Stretch, least, line, stretches, traces
from ._options import asked
from ._seen import Seen
from ._technique import Answer, Condition, Stated, Technique, declare

SOURCE = "definition of the package"
Per: TypeAlias = Literal["cell", "mass", "area"]
Efficiency: TypeAlias = Literal["second/first", "discharge/charge", "charge/discharge"]
Fade: TypeAlias = Literal["linear", "geometric", "compound"]
Count: TypeAlias = Literal["counter", "current"]
COUNTED = {"counter": "by the instrument's own counter", "current": "trapezoid of the current"}
QUANTITY = {"cell": "charge", "mass": "specific_charge", "area": "areal_charge"}
APART = 0.02  # of a charge, beyond 3 of its errors: counter and current of a file say different things
HOLE = 0.2  # of a usual stretch: so long without a row, and a half cycle may be missing
SMALL = 0.02  # of the median half cycle: less is a pulse or a fragment, said and left out
KNEE = 1e-3  # probability of chance up to which two lines are needed
STEEPER = 2.0
PLACES = 400  # where a knee is sought
CALIBRATION = 5e-3  # of an efficiency: two directions of a usual instrument agree within this
PARTIAL = 0.1  # of the usual half cycle: so much smaller, and the first began in the middle


@dataclass(frozen=True, eq=False)
class Half:
    """All parts of one sign: signed charge and its std [C, C/kg or C/m²], parts, start and end [s], mean |I| held."""

    charge: float
    std: float
    parts: tuple[Stretch, ...]

    @property
    def level(self) -> float:
        """Median magnitude of the current of its first part that counts (before a voltage is held; a lone sample between two
        steps is none)."""
        whole = abs(sum(p.charge for p in self.parts))
        return next((abs(p.level) for p in self.parts if abs(p.charge) >= SMALL * whole), abs(self.parts[0].level))


@dataclass(frozen=True, eq=False)
class Cycles:
    """Cycles of a record: charges of the first and the second half cycles with their std, in the order they ran.

    per           what the charges are divided by, `quantity` their row of names.py
    count         "counter" or "current": how they were counted
    first_charges whether a cycle begins with its charge
    """

    first: Array
    second: Array
    first_std: Array
    second_std: Array
    halves: tuple[Half, ...]
    first_charges: bool
    per: Per
    remarks: tuple[str, ...] = ()
    count: Count = "current"

    @property
    def quantity(self) -> str:
        """Row of names.py of the charges."""
        return QUANTITY[self.per]

    @property
    def charge(self) -> Array:
        """Charge taken in of each cycle."""
        return self.first if self.first_charges else self.second

    @property
    def discharge(self) -> Array:
        """Charge given of each cycle."""
        return self.second if self.first_charges else self.first

    def efficiency(self, definition: Efficiency = "second/first") -> tuple[Array, Array]:
        """(Coulombic efficiency, std) of each cycle."""
        if definition not in get_args(Efficiency):
            raise UnknownNameError("This efficiency is not known", given=definition, allowed=get_args(Efficiency))
        value = self.second / self.first
        std = value * np.hypot(self.first_std / self.first, self.second_std / self.second)
        if (definition == "discharge/charge") == self.first_charges or definition == "second/first":
            return value, std
        return 1.0 / value, std / value**2

    def over(self, definition: Efficiency = "second/first") -> str:
        """Which half cycle stands over which."""
        if definition != "second/first":
            return definition
        return "discharge/charge" if self.first_charges else "charge/discharge"

    def __len__(self) -> int:
        return len(self.first)


def cycles(record: Record, *, per: Per = "cell", count: Count = "counter") -> Cycles:
    """The cycles of a record; per "mass" and "area" ask for these."""
    if count not in get_args(Count):
        raise UnknownNameError("Charges are counted so", given=count, allowed=get_args(Count))
    if per not in get_args(Per):
        raise UnknownNameError("Charges are counted by one of these", given=per, allowed=get_args(Per))
    found = traces(record, specific=True) if per == "area" else _whole(record)
    size = record.condition("mass") if per == "mass" else 1.0
    every = stretches(_from_zero(found))
    parts = [p for p in every if p.level != 0.0]
    signs = {math.copysign(1.0, p.level) for p in parts}
    if len(signs) < 2:
        raise MissingValueError(
            "The current has one sign throughout: charge and discharge can't be told apart", remedy='Read the file with the column that holds the sign, or with columns={"current": ("-I", "mA"), ...}'
        )  # fmt: skip
    halves, remarks = _halves(parts, size, _after_holes(every), _turns(record, every))
    used: Count = "current"
    if count == "counter":
        halves, used, said = _by_counter(halves, size)
        remarks += said
    first, second, alone = _pairs(halves)
    if not first:
        raise AnalysisError("The record holds no whole cycle", given=f"{len(halves)} half cycles", allowed="2 or more")
    if alone and alone[-1] == len(halves):
        remarks.append("The last half cycle has no second one: left out.")
        alone.pop()
    if alone:
        remarks.append(f"Half cycles {', '.join(map(str, alone))} have no other half (nothing was recorded in between): left out.")
    return Cycles(
        np.array([abs(h.charge) for h in first]), np.array([abs(h.charge) for h in second]), np.array([h.std for h in first]),
        np.array([h.std for h in second]), tuple(h for pair in zip(first, second, strict=True) for h in pair), halves[0].charge > 0.0, per, tuple(remarks), used,
    )  # fmt: skip


def _by_counter(halves: list[Half], size: float) -> tuple[list[Half], Count, list[str]]:
    """The half cycles by the instrument's counter, unless one of them has none or another one than the current says."""
    counted = [[p.counted for p in h.parts] for h in halves]
    if any(c is None for row in counted for c in row):
        return halves, "current", []
    out, coarse = [], False
    for half, row in zip(halves, counted, strict=True):
        charge = sum(c for c in row if c is not None) / size
        off = abs(charge - half.charge)
        rounding = sum(0.5 * last_digit(p.current) * float(p.time[-1]) for p in half.parts) / size
        step = max(p.counter.step for p in half.parts if p.counter is not None) / size
        std = max(0.5 * off, step / math.sqrt(6.0))
        if off > APART * abs(half.charge) + 3.0 * half.std:
            if off > rounding:
                return halves, "current", [f"The file's charge counter differs from its current by {off / abs(half.charge):.1%} in a half cycle: not used."]
            coarse, std = True, step / math.sqrt(6.0)
        out.append(replace(half, charge=charge, std=std))
    said = "The current is written with so few digits that charges follow from the file's charge counter only."
    return out, "counter", [said] if coarse else []


def find(
    record: Record, *, per: Per = "cell", efficiency: Efficiency = "second/first", fade: Fade = "linear", reference: int = 1,
    count: Count = "counter",
) -> list[Finding]:  # fmt: skip
    """First and last capacity, Coulombic efficiencies, retention, fade per cycle and knee."""
    if fade not in get_args(Fade):
        raise UnknownNameError("This fade is not known", given=fade, allowed=get_args(Fade))
    found = cycles(record, per=per, count=count)
    n = len(found)
    if not 1 <= reference <= n:
        raise AnalysisError("The record has no such cycle", given=reference, allowed=f"1 .. {n}")
    q, s = found.second, found.second_std
    ce, ce_std = found.efficiency(efficiency)
    evidence = {
        "cycles": n, "per": per, "begins with": "charge" if found.first_charges else "discharge", "capacities": q.tolist(),
        "first half cycles": found.first.tolist(), "efficiencies": ce.tolist(), "remarks": list(found.remarks),
        "counted by": found.count,
    }  # fmt: skip
    which = f"{found.over(efficiency)} ({efficiency})" if efficiency == "second/first" else efficiency
    first_note, note, doubt = _over_one(found, efficiency, ce, ce_std)
    method = f"second half cycle of each cycle ({'discharge' if found.first_charges else 'charge'}), {COUNTED[found.count]}, per {per}"
    out = [
        Finding("capacity, first cycle", float(q[0]), found.quantity, method, float(s[0]), SOURCE, evidence=evidence),
        Finding("capacity, last cycle", float(q[-1]), found.quantity, method, float(s[-1]), SOURCE, evidence=evidence),
        Finding("Coulombic efficiency, first cycle", float(ce[0]), "number", which, float(ce_std[0]), SOURCE, first_note, evidence=evidence | doubt),
        Finding("Coulombic efficiency, median", float(np.median(ce)), "number", f"{which}, median of {n} cycles",
                1.2533 * float(np.std(ce, ddof=1)) / math.sqrt(n) if n > 1 else float(ce_std[0]), SOURCE, note, evidence=evidence | doubt),
    ]  # fmt: skip
    if n < 2:
        return out
    r = reference - 1
    keep = float(q[-1] / q[r])
    out.append(Finding("capacity retention", keep, "number", f"Q of cycle {n} over cycle {reference}", keep * math.hypot(float(s[-1] / q[-1]), float(s[r] / q[r])), SOURCE, evidence=evidence))
    if n - r >= 4:
        out += [_fade(q[r:], s[r:], fade, reference), _knee(q[r:], reference)]
    return out


def _over_one(found: Cycles, efficiency: Efficiency, ce: Array, std: Array) -> tuple[str, str, dict[str, object]]:
    """What to say of efficiencies over 1: of the first cycle, of all, and the cycles as evidence; empty where there are none."""
    over = np.flatnonzero(ce > 1.0 + CALIBRATION + 3.0 * std)
    if not len(over):
        return "", "", {}
    upper, lower = found.over(efficiency).split("/")
    listed = ", ".join(str(k + 1) for k in over[:6]) + (f" and {len(over) - 6} more" if len(over) > 6 else "")
    what = f"over 1 in {len(over)} of {len(ce)} cycles ({listed}): the {upper} passed more than the {lower} of its cycle, and no cell gives back more than it took"
    reasons, excluded = [], ""
    partial = over[0] == 0 and len(found) > 1 and found.first[0] < (1.0 - PARTIAL) * float(np.median(found.first[1:]))
    if partial:
        share = found.first[0] / float(np.median(found.first[1:]))
        reasons.append(f"the first half cycle holds {share:.0%} of those after it: the record began with a cell that was partly {'charged' if found.first_charges else 'discharged'} already")
    late = over[over > 0] if partial else over
    if len(late):
        if len(late) > 0.5 * len(ce):
            reasons.append(f'the order of the two (which of them puts lithium in depends on the counter electrode): efficiency="{lower}/{upper}" turns it')
        if found.count == "counter":
            excluded = " (not a counter that was reset: it agrees with the recorded current)"
        reasons.append("a half cycle before that ended early, a short, or a side reaction that passes charge in one direction")
    words = f"{what}. Likely: {'; or '.join(reasons)}{excluded}"
    return words if over[0] == 0 else "", words, {"cycles over 1": (over + 1).tolist()}


def _whole(record: Record) -> list[Stretch]:
    """In ampere, or per area where the record holds densities and no area is stated."""
    dense = all("current_density" in s or "current" not in s for s in record.traces) and "area" not in record.conditions
    if dense and any("current_density" in s for s in record.traces):
        raise MissingValueError(
            "The record holds current densities, and the area of this specimen is not stated",
            remedy='Count per area, per="area", or state it: record.with_conditions(area="... cm^2")',
        )  # fmt: skip
    return traces(record, specific=False)


def _pairs(halves: list[Half]) -> tuple[list[Half], list[Half], list[int]]:
    """(first halves, second halves, numbers from 1 of those without another half); cycles begin as the record does."""
    first: list[Half] = []
    second: list[Half] = []
    alone, k = [], 0
    while k < len(halves):
        begins = (halves[k].charge > 0.0) == (halves[0].charge > 0.0)
        if begins and k + 1 < len(halves) and (halves[k + 1].charge > 0.0) != (halves[k].charge > 0.0):
            first.append(halves[k])
            second.append(halves[k + 1])
            k += 2
        else:
            alone.append(k + 1)
            k += 1
    return first, second, alone


def _after_holes(every: list[Stretch]) -> set[int]:
    """id of the stretches with current before which nothing was recorded for long: a half cycle may be missing there."""
    usual = HOLE * float(np.median([p.clock[-1] - p.clock[0] for p in every if p.level != 0.0] or [0.0]))
    out, hole = set(), False
    for part in every:
        longest = float(np.max(np.diff(part.clock))) if len(part.clock) > 1 else 0.0
        hole = hole or (part.before is not None and float(part.clock[0]) - part.before > max(GAP * longest, usual))
        if part.level != 0.0:
            if hole:
                out.add(id(part))
            hole = False
    return out


def _from_zero(found: list[Stretch]) -> list[Stretch]:
    """The traces, the first from zero where its clock says that one interval went before its first row: instruments write
    a point at the end of an interval, and their clock begins with the test."""
    first = found[0]
    if first.before is None and len(first.clock) > 1 and 0.0 < first.clock[0] <= 1.5 * float(first.clock[1] - first.clock[0]):
        return [replace(first, before=0.0), *found[1:]]
    return found


def _turns(record: Record, every: list[Stretch]) -> dict[int, tuple[float, float]]:
    """{id of a stretch: (charge, its std)} after its last row where one row without current stands at a reversal. The
    interval between two rows belongs to the step that begins; where that row is the first of the next half cycle (by the
    file's own step number) its current flowed until then, where it is a step of its own it rested, and where nothing
    says which, half is counted."""
    out: dict[int, tuple[float, float]] = {}
    for before, row, after in zip(every, every[1:], every[2:], strict=False):
        if row.level != 0.0 or len(row.clock) != 1 or before.level * after.level >= 0.0 or len(before.clock) < 2:
            continue
        gap = float(row.clock[0] - before.clock[-1])
        if not 0.0 < gap <= 1.5 * float(before.clock[-1] - before.clock[-2]):
            continue
        own, following = _number(record, float(row.clock[0])), _number(record, float(after.clock[0]))
        share, known = (0.5, False) if own is None or following is None else (float(own == following), True)
        whole = float(before.current[-1]) * gap
        out[id(before)] = share * whole, 0.0 if known else abs(whole) / math.sqrt(12.0)
    return out


def _number(record: Record, clock: float) -> float | None:
    """The file's own step number of the last row at this time, where it numbers steps."""
    for s in record.traces:
        name = next((c for c in ("step", "step_index") if c in s), None)
        k = int(np.searchsorted(s["time"], clock, side="right")) - 1
        if name is not None and 0 <= k < len(s) and s["time"][k] == clock:
            return float(s[name][k])
    return None


def _halves(parts: list[Stretch], size: float, after_hole: set[int], turns: dict[int, tuple[float, float]]) -> tuple[list[Half], list[str]]:
    """Neighbours of one sign joined, but over no hole; fragments much smaller than the rest left out where that joins their
    neighbours."""
    groups: list[list[Stretch]] = []
    for part in parts:
        if groups and (groups[-1][0].level > 0.0) == (part.level > 0.0) and id(part) not in after_hole:
            groups[-1].append(part)
        else:
            groups.append([part])
    charges = np.array([abs(sum(p.charge for p in g)) for g in groups])
    small = charges < SMALL * float(np.median(charges[charges > 0.02 * charges.max()]))
    remarks = [f"{int(small.sum())} half cycles below {SMALL:.0%} of the median charge are left out (pulses, fragments)."] if small.any() else []
    joined: list[list[Stretch]] = []
    for group, gone in zip(groups, small.tolist(), strict=True):
        if gone:
            continue
        if joined and (joined[-1][0].level > 0.0) == (group[0].level > 0.0) and id(group[0]) not in after_hole:
            joined[-1] += group
        else:
            joined.append(list(group))
    out = []
    for group in joined:
        more = [turns.get(id(p), (0.0, 0.0)) for p in group]
        std = math.sqrt(sum(p.charge_std**2 + s**2 for p, (_, s) in zip(group, more, strict=True)))
        out.append(Half(sum(p.charge + q for p, (q, _) in zip(group, more, strict=True)) / size, std / size, tuple(group)))
    return out, remarks


def _fade(q: Array, s: Array, definition: Fade, reference: int) -> Finding:
    x = np.arange(len(q), dtype=np.float64)
    evidence = {"definition": definition, "cycles": len(q), "from cycle": reference}
    name = "fade per cycle"
    if definition == "geometric":
        n = len(q) - 1
        keep = float(q[-1] / q[0])
        std = keep ** (1.0 / n) / n * math.hypot(float(s[-1] / q[-1]), float(s[0] / q[0]))
        return Finding(name, 1.0 - keep ** (1.0 / n), "number", f"1 - (Q_last/Q_ref)^(1/{n})", std, SOURCE, evidence=evidence)
    y = q / q[0] if definition == "linear" else np.log(q)
    fit = line(x, y)
    slope, std = fit.value((0.0, 1.0))
    what = "Q/Q_ref" if definition == "linear" else "ln Q"
    return Finding(name, -slope, "number", f"-slope of {what} against the cycle, {len(q)} cycles", std, SOURCE, evidence={**evidence, "R2": fit.r2})


def _knee(q: Array, reference: int) -> Finding:
    """Cycle at which two lines meet."""
    from scipy.special import betainc

    n = len(q)
    x, y = np.arange(n, dtype=np.float64), q / q[0]
    method = "two straight lines that meet against one (F test), the second at least twice as steep and falling"
    none = Finding("knee", None, "number", method, None, SOURCE, "none: one line describes the fade")
    if n < 8:
        return Finding("knee", None, "number", method, None, SOURCE, "not sought: fewer than 8 cycles")
    one = line(x, y)
    single = float(one.residuals @ one.residuals)
    places = np.linspace(2.0, n - 3.0, min(10 * (n - 5), PLACES) + 1)
    squares = np.array([float(np.sum(least((np.ones(n), x, np.maximum(x - b, 0.0)), y).residuals ** 2)) for b in places])
    best = int(np.argmin(squares))
    fit = least((np.ones(n), x, np.maximum(x - places[best], 0.0)), y)
    dof = n - 4
    low = max(float(squares[best]), 1e-30)
    f = max(single - low, 0.0) / 2.0 / (low / dof)
    chance = float(betainc(0.5 * dof, 1.0, dof / (dof + 2.0 * f)))
    before, after = float(fit.parameters[1]), float(fit.parameters[1] + fit.parameters[2])
    if chance * (n - 5) > KNEE or not (after < 0.0 and after < STEEPER * min(before, 0.0)) or single < 1e-20:
        return none
    inside = places[squares <= low * (1.0 + 3.84 / dof)]
    first = reference
    evidence = {"slope before": before, "slope after": after, "F": f, "chance": chance, "level": 0.95}
    interval = (float(inside[0]) + first, float(inside[-1]) + first)
    return Finding("knee", float(places[best]) + first, "number", method, None, SOURCE, "cycle; interval by chi²", interval, evidence)


# -- recognition ------------------------------------------------------------------------------------------------------
def counted(record: Record, stated: Stated) -> Per:
    """What charges are counted by: as stated, else by the mass where it is known, by area where the record holds nothing
    else."""
    if stated.get("per"):
        return stated["per"]  # type: ignore[no-any-return]
    if "mass" in record.conditions:
        return "mass"
    dense = any("current_density" in s for s in record.traces) and not any("current" in s for s in record.traces)
    return "area" if dense and "area" not in record.conditions else "cell"


def _held_current(seen: Seen) -> Answer:
    share = seen.constant_or_held
    if share < 0.8:
        return False, f"only {share:.0%} of the points under current lie at a constant current or voltage"
    for sign in {int(v) for v in seen.steps.sign}:
        if np.count_nonzero(seen.at_level & (np.sign(seen.amps) == sign)) < 3:
            return False, f"no constant current {'charges' if sign > 0 else 'discharges'} the cell"
    return True, "constant current" + (" and held voltages" if share > seen.constant + 0.02 else "")


def _both_ways(seen: Seen) -> Answer:
    s = seen.steps
    signs = {int(v) for v in s.sign}
    if len(signs) < 2:
        if seen.reversals >= 2:
            return True, f"a voltage that turns {seen.reversals} times while the current has one sign: the record holds the size of the current alone"
        return False, f"the current has one sign throughout ({len(s.sign)} half cycle{'s' * (len(s.sign) != 1)})"
    return True, f"charge and discharge, {seen.turns + 1} half cycles"


CYCLE = (
    FLOWS, TWO_ELECTRODES, NOT_SWEPT, Condition("currents or voltages that are held", _held_current), Condition("a charge and a discharge", _both_ways),
)  # fmt: skip
PER = {"per": 'what capacities are counted by, "mass", "area" or "cell"'}


def _run(record: Record, stated: Stated) -> list[Finding]:
    return find(record, **asked(stated, "cycling", find, per=counted(record, stated)))


def _asked_mass(record: Record, stated: Stated) -> list[Finding]:
    if counted(record, stated) == "cell" and not stated.get("per"):
        record.condition("mass")
    return []


declare(Technique("cycling", "cycling: capacity, efficiency, retention", CYCLE, (_run, _asked_mass), PER, finds=(find,)))
