"""Coulombic efficiency of lithium on copper: with a reservoir, or by plain cycling.

    "reservoir"   CE = (sum Q_C,strip + Q_S)/(sum Q_C,plate + Q_T): Q_T plated first, n cycles of Q_C, Q_S the last strip to
                  the cut-off; with equal charges this is (n Q_C + Q_S)/(n Q_C + Q_T)
    "cycling"     CE_k = Q_strip/Q_plate of each cycle stripped to the cut-off; their mean

Charges are trapezoids of the recorded current. Error of the reservoir form: dQ_S/(n Q_C + Q_T) (and as much of Q_T where
the record begins with it and its first interval is not known), dQ_S from the scatter
of the current and from the end, which lies up to one recording interval after the last point; an error of the
coulometer is common to both charges and leaves the ratio alone. Error of the mean of cycles: their scatter.

Refused: a record whose copper is not told apart (sign), reservoirs stripped empty before the end, efficiencies above
one beyond the error. A soft short inflates the efficiency (current that passes as electrons counts as stripped
lithium): every finding says so; `analysis.shorts` looks for it. Sources (recalled): Adams et al., Adv. Energy Mater. 8
(2018) 1702097; Aurbach, Gofer & Langzam, J. Electrochem. Soc. 136 (1989) 3198; Xiao et al., Nat. Energy 5 (2020) 561.
"""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import numpy as np

from .. import units
from ..errors import AnalysisError, MissingValueError, UnknownNameError
from ..record import Finding, Record
from ._conditions import ALTERNATES, CONSTANT, FLOWS
from ._dc import ERRORS, Stretch, Working, stretches, traces
from ._options import asked
from ._seen import Seen
from ._spectrum import Mask
from ._target import number
from ._technique import Answer, Condition, Stated, Technique, declare

SOURCE = "Adams et al., Adv. Energy Mater. 8 (2018) 1702097 (recalled)"
SHORTS = "a soft short inflates it (Xiao et al. 2020): look with analysis.shorts"
Form: TypeAlias = Literal["reservoir", "cycling"]
RISE = 0.1  # V: a strip that ends below this did not empty the copper


def find(
    record: Record, *, form: Form | None = None, cut_off: units.Given | None = None, working: Working | None = None,
    formation: int | None = None, skip: int = 0,
) -> list[Finding]:  # fmt: skip
    """Coulombic efficiency, and the charges it rests on.

    form       None: "cycling" where every strip ends at the cut-off, "reservoir" where the last one does
    cut_off    potential of the copper at which it counts as stripped; None: 0.8 of the highest that a strip ends at
    working    side of the copper; None asks the record, else the sign of potential and current together
    formation  full plate-and-strip cycles before the reservoir; None counts them
    skip       cycles left out at the start ("cycling": the first ones form the interphase)
    """
    if form not in (None, "reservoir", "cycling"):
        raise UnknownNameError("This form of the efficiency is not known", given=form, allowed=("reservoir", "cycling"))
    plates, strips = _halves(record, working)
    tops = np.array([s.voltage[-1] for s in strips])
    edge = max(RISE, 0.8 * float(tops.max())) if cut_off is None else 0.98 * number(cut_off, "voltage", "cut-off")
    full = tops >= edge
    if not full[-1]:
        raise AnalysisError(
            f"The last strip ends at {tops[-1]:.3g} V and not at the cut-off: what was left on the copper is not known",
            allowed=f"{edge:.3g} V or more", remedy="Strip to the cut-off (1 V) at the end; a strip that never ends is a sign of a short",
        )  # fmt: skip
    found = form or ("cycling" if full.all() else "reservoir")
    if found == "cycling":
        return _cycling(plates, strips, full, skip, edge)
    return _reservoir(plates, strips, full, formation, edge)


def _halves(record: Record, working: Working | None) -> tuple[list[Stretch], list[Stretch]]:
    """Plates and strips in turn, neighbours of one sign joined by their charges."""
    found = traces(record, technique="aurbach", working=working)
    parts = [p for p in stretches(found) if p.level != 0.0 and abs(p.charge) > 0.0]
    if not parts:
        raise AnalysisError("No charge passes in this record", remedy="Every plate needs its strip")
    if working is None and not any("working" in p.info for p in parts):
        ends = np.array([p.voltage[-1] for p in parts])
        top = parts[int(np.argmax(np.abs(ends)))]
        if abs(top.voltage[-1]) < RISE:
            raise MissingValueError(
                "Which side is the copper, and which sign of the current plates on it, can't be told from this record",
                remedy='State it: working="left" where the voltage is that of the copper against lithium, else "right"',
            )  # fmt: skip
        if top.voltage[-1] < 0.0:  # the copper ends high when it is empty
            parts = [p for p in stretches(traces(record, technique="aurbach", working="right")) if p.level != 0.0]
            top = parts[int(np.argmax(np.abs(ends)))]
        if top.level < 0.0:
            raise MissingValueError(
                "The current reduces the electrode at its highest potential: the sign of the current is turned",
                remedy='Read the file with columns={"current": ("-I", "mA"), ...}',
            )  # fmt: skip
    signs = [math.copysign(1.0, p.level) for p in parts]
    for a, b in zip(range(len(parts) - 1), range(1, len(parts)), strict=True):
        if signs[a] == signs[b]:
            raise AnalysisError(
                "Two steps of the same sign follow each other: a step is missing, or one was paused",
                given=f"steps {a + 1} and {b + 1} at {parts[a].clock[0] / 3600.0:.4g} and {parts[b].clock[0] / 3600.0:.4g} h",
                remedy="Join the parts of a paused step, or cut the record",
            )  # fmt: skip
    if not parts or signs[0] > 0.0:
        raise AnalysisError("The record does not begin with a plating of the copper", remedy='Is the other side the copper? State working="left" or "right"')
    if len(parts) % 2 or len(parts) < 2:
        raise AnalysisError("Every plate needs its strip", given=f"{len(parts)} steps with current", allowed="an even number", remedy="The test ended, or a step is missing")
    return parts[::2], parts[1::2]


def _cycling(plates: list[Stretch], strips: list[Stretch], full: Mask, skip: int, edge: float) -> list[Finding]:
    if not full.all():
        raise AnalysisError(f"Strip {int(np.argmin(full)) + 1} does not end at the cut-off", allowed=f"{edge:.3g} V or more", remedy='form="reservoir" leaves lithium on the copper between cycles')
    q = np.array([abs(p.charge) for p in plates])
    s = np.array([abs(p.charge) for p in strips])
    own = np.array([p.charge_std for p in strips]) / q
    if skip >= len(q):
        raise AnalysisError("No cycle is left", given=f"skip={skip}", allowed=f"0 .. {len(q) - 1}")
    ratios, errors = (s / q)[skip:], own[skip:]
    _possible(float(ratios.max()), float(errors[int(np.argmax(ratios))]))
    n = len(ratios)
    scatter = float(np.std(ratios, ddof=1)) / math.sqrt(n) if n > 1 else 0.0
    std = max(scatter, float(np.sqrt(np.sum(errors**2))) / n)
    evidence = {"cycles": n, "left out": skip, "each": ratios.tolist(), "std of each": errors.tolist(), "cut-off V": edge, "warning": SHORTS}
    method = f"mean of Q_strip/Q_plate over {n} cycles stripped to the cut-off, the first {skip} left out; {SHORTS}"
    return [
        Finding("Coulombic efficiency, mean of cycles", float(ratios.mean()), "fraction", method, std, SOURCE, evidence=evidence),
        Finding("Coulombic efficiency, first cycle", float(s[0] / q[0]), "fraction", f"Q_strip/Q_plate; {SHORTS}", float(own[0]), SOURCE, evidence=evidence),
        Finding("Coulombic efficiency, last cycle", float(ratios[-1]), "fraction", f"Q_strip/Q_plate; {SHORTS}", float(errors[-1]), SOURCE, evidence=evidence),
    ]  # fmt: skip


def _reservoir(plates: list[Stretch], strips: list[Stretch], full: Mask, formation: int | None, edge: float) -> list[Finding]:
    first = int(np.argmin(full)) if formation is None else formation
    if full.all():
        raise AnalysisError("Every strip ends at the cut-off: there is no reservoir", remedy='form="cycling"')
    early = np.flatnonzero(full[first:-1])
    if len(early):
        raise AnalysisError(
            f"The copper was stripped empty in cycle {int(early[0]) + 1}: the reservoir was used up before the end",
            remedy='Use a larger reservoir or fewer cycles; form="cycling" where every strip is meant to reach the cut-off',
        )  # fmt: skip
    reservoir, plated, stripped, last = plates[first], plates[first + 1 :], strips[first:-1], strips[-1]
    put, taken = sum(abs(p.charge) for p in plated), sum(abs(s.charge) for s in stripped)
    total, rest = abs(reservoir.charge), abs(last.charge)
    whole = total + put
    value = (taken + rest) / whole
    # a reservoir whose beginning was not recorded is known to one interval only
    unseen = reservoir.charge_std if reservoir.before is None else 0.0
    std = math.hypot(last.charge_std, value * unseen) / whole
    _possible(value, std)
    specific = last.specific
    evidence = {
        "cycles": len(stripped), "formation cycles": first, "Q_T": total, "Q_S": rest, "std of Q_S": last.charge_std,
        "sum of cycled plates": put, "sum of cycled strips": taken, "unit": "C/m^2" if specific else "C", "cut-off V": edge,
        "warning": SHORTS,
    }  # fmt: skip
    method = f"(n Q_C + Q_S)/(n Q_C + Q_T), n = {len(stripped)}, cut-off from {edge:.3g} V; error dQ_S/(n Q_C + Q_T); {SHORTS}"
    quantity = "areal_charge" if specific else "charge"
    return [
        Finding("Coulombic efficiency, reservoir", value, "fraction", method, std, SOURCE, evidence=evidence),
        Finding("charge of the last strip", rest, quantity, "trapezoid of the current to the cut-off", last.charge_std, SOURCE, evidence=evidence),
    ]  # fmt: skip


def _possible(value: float, std: float) -> None:
    if value > 1.0 + ERRORS * std + 1e-9:
        raise AnalysisError(
            "More was stripped than plated, which copper can't give", given=f"{value:.4f} ± {std:.2g}", allowed="up to 1",
            remedy="Look for a soft short, a turned sign, lithium left from before, or a step that is missing",
        )  # fmt: skip


# -- recognition ------------------------------------------------------------------------------------------------------
def _plates(seen: Seen) -> Answer:
    kept, ranged = seen.keeps_sign
    return (False, f"the voltage keeps its sign ({ranged}): nothing is plated at a potential below lithium") if kept else (True, "plating and stripping")


def _empties(seen: Seen) -> Answer:
    return seen.emptied


def _run(record: Record, stated: Stated) -> list[Finding]:
    return find(record, **asked(stated, "aurbach", find))


declare(Technique(
    "aurbach", "Coulombic efficiency of lithium on copper",
    (FLOWS, ALTERNATES, CONSTANT, Condition("plating and stripping", _plates), Condition("strips that end at a cut-off because the copper is empty", _empties)),
    (_run,),
    {"form": '"reservoir" or "cycling"', "cut_off": 'potential at which the copper counts as stripped, "1 V"', "working": 'side of the copper, "left" or "right"'},
    finds=(find,),
))  # fmt: skip
