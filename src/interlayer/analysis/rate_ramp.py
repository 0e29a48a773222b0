"""Rate ramp of a symmetric cell: polarisation at each of a row of currents, the resistance of the row, what comes back.

Half cycles (analysis/steps.py) are grouped where neighbours ran at one current (within 1 %); the polarisation of a step is
the mean of its half cycles' (analysis/strip_plate.py) after the first `skip`, its error their scatter over sqrt(n).

    slope        dp/d|J| of a weighted line through the steps: the resistance of the cell where p grows in proportion
    recovery     polarisation of the last step at the first current over that of the first step

Source: definitions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..errors import AnalysisError
from ..record import Finding, Record
from ._conditions import CYCLED, currents, is_ramp, one_level
from ._dc import line
from ._options import asked
from ._seen import SAME, Seen
from ._technique import Answer, Condition, Stated, Technique, declare
from .strip_plate import Amplitude, Course, Definition, basis, course

SOURCE = "definition of the package"


@dataclass(frozen=True)
class Step:
    """Half cycles at one current: |I| [A/m² or A], polarisation and std [V], numbers of the half cycles (from 1)."""

    current: float
    polarisation: float
    std: float
    first: int
    last: int


def steps(of: Course, *, skip: int = 0) -> list[Step]:
    """The steps in order."""
    level = np.abs(of.level)
    edges = [0, *(np.flatnonzero(np.abs(np.diff(level)) > SAME * level[:-1]) + 1).tolist(), len(level)]
    out = []
    for a, b in zip(edges, edges[1:], strict=False):  # noqa: RUF007
        start = min(a + skip, b - 1)
        p, s = of.polarisation[start:b], of.std[start:b]
        scatter = float(np.std(p, ddof=1)) / math.sqrt(len(p)) if len(p) > 1 else 0.0
        out.append(Step(float(np.median(level[a:b])), float(p.mean()), max(scatter, float(np.sqrt(np.sum(s**2))) / len(p)), a + 1, b))
    return out


def find(record: Record, *, definition: Definition = "last tenth", amplitude: Amplitude = "full", skip: int = 0, specific: bool = True) -> list[Finding]:
    """Polarisation at each current, slope of the row, recovery at the first current. Refused for one current."""
    table = course(record, definition=definition, amplitude=amplitude, specific=specific)
    rows = steps(table, skip=skip)
    if len(rows) < 2:
        raise AnalysisError("All half cycles ran at one current: this is no rate ramp", given=f"{len(table.level)} half cycles", allowed="two currents or more")
    unit, scale = ("mA/cm²", 0.1) if specific else ("mA", 1e3)
    method = f"|V|, {definition} of a half cycle, {amplitude} amplitude; mean of the half cycles at one current, the first {skip} of each left out"
    out = [
        Finding(f"polarisation at {r.current * scale:.4g} {unit}, half cycles {r.first} to {r.last}", r.polarisation, "overpotential", method, r.std, SOURCE,
                evidence={"current": r.current, "half cycles": [r.first, r.last]}) for r in rows
    ]  # fmt: skip
    x, p = np.array([r.current for r in rows]), np.array([r.polarisation for r in rows])
    if len({round(math.log(v) / 0.05) for v in x.tolist()}) > 1 and len(rows) > 2:
        fit = line(x, p, 1.0 / np.maximum([r.std for r in rows], 1e-9 * p))
        slope, std = fit.value((0.0, 1.0))
        out.append(Finding("slope of the polarisation", slope, "area_specific_resistance" if specific else "resistance", f"dp/dJ of a line through {len(rows)} steps; {method}", std, SOURCE, evidence={"R2": fit.r2}))
    again = next((r for r in reversed(rows[1:]) if abs(r.current - rows[0].current) <= 0.02 * rows[0].current), None)
    if again is not None:
        back = again.polarisation / rows[0].polarisation
        std = back * math.hypot(again.std / again.polarisation, rows[0].std / rows[0].polarisation)
        out.append(Finding("polarisation back at the first current", back, "number", f"half cycles {again.first} to {again.last} over {rows[0].first} to {rows[0].last}; {method}", std, SOURCE))
    return out


# -- recognition ------------------------------------------------------------------------------------------------------
def _row(seen: Seen) -> Answer:
    count = len(seen.levels)
    if count < 2:
        return False, f"one current ({currents(seen)})"
    return True, f"{count} currents in turn ({currents(seen)})"


def _neither(seen: Seen) -> Answer:
    if is_ramp(seen):
        return False, f"the current only rises ({currents(seen)}): a ramp to failure"
    if one_level(seen)[0]:
        return False, f"nearly all half cycles ran at one current ({currents(seen)})"
    return True, ""


def _run(record: Record, stated: Stated) -> list[Finding]:
    return find(record, specific=basis(record), **asked(stated, "rate_ramp", find))


declare(Technique(
    "rate_ramp", "rate ramp of a symmetric cell",
    (*CYCLED, Condition("several currents", _row), Condition("a row of currents that comes back", _neither, looks_alike=True)), (_run,),
    {"definition": "definition of the polarisation", "amplitude": '"full" or "half"'}, finds=(find,),
))  # fmt: skip
