"""Stability limit from a linear sweep of potential.

    "threshold"   the potential at which |j| passes a stated current density for good (all points beyond, a single one does not
                  count), interpolated between points
    "tangent"     where the tangent at the steepest rise of j meets the line through the baseline (the first `baseline`
                  of the sweep)

The limit is a convention: it moves with threshold, rate, area of the electrode and its carbon; the finding names them.
The baseline is taken away first only where the caller says so. Refused: a threshold within the baseline's own current,
a rise that never comes (the finding then says: above the end of the sweep), a sweep that is none.

Errors: the scatter of j over the slope of the crossing and half an interval of recording; of the tangent the scatter
of both lines. Source: definitions of the field's papers, which differ (0.01 to 0.1 mA/cm² are used).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

import numpy as np

from .. import units
from ..elements.base import Array
from ..errors import AnalysisError, MissingValueError, UnknownNameError
from ..record import Finding, Record
from ._conditions import FLOWS, volts
from ._dc import ERRORS, Stretch, Working, line, scatter_of, traces
from ._options import asked
from ._seen import Seen
from ._spectrum import Mask
from ._target import number
from ._technique import Answer, Condition, Technique, declare
from ._technique import Stated as Known

SOURCE = "convention; thresholds differ between papers (recalled)"
Method: TypeAlias = Literal["threshold", "tangent"]
FEWEST = 20
STEADY_RATE = 0.05  # relative residual of E(t) from a line, of the whole span


def find(
    record: Record, *, method: Method = "threshold", threshold: units.Given | None = None, baseline: float = 0.2,
    subtract: bool = False, working: Working | None = None,
) -> Finding:  # fmt: skip
    """Potential of the working electrode at which the sweep meets its limit.

    threshold  |j| ("0.05 mA/cm^2"), asked for by "threshold"
    baseline   share of the sweep, at its start, that holds no reaction
    subtract   take the line through the baseline away before the threshold is applied
    """
    if method not in get_args(Method):
        raise UnknownNameError("This way to a limit is not known", given=method, allowed=get_args(Method))
    if method == "threshold" and threshold is None:
        raise MissingValueError("The threshold of the current density is not stated", remedy='State it: threshold="0.05 mA/cm^2"')
    sweep, rate = _sweep(record, working)
    e, j = sweep.voltage, sweep.current
    early = sweep.time <= sweep.time[0] + baseline * float(np.ptp(sweep.time))
    if np.count_nonzero(early) < FEWEST // 4:
        raise AnalysisError("Too few points lie in the baseline", given=int(early.sum()), allowed=f"at least {FEWEST // 4}")
    base = line(e[early], j[early])
    noise = max(scatter_of(j), base.scatter)
    evidence = {
        "scan_rate_V_s": rate, "from_V": float(e[0]), "to_V": float(e[-1]), "baseline share": baseline, "noise_A_m2": noise,
        "baseline_A_m2": float(np.median(np.abs(j[early]))), "subtracted": subtract,
    }  # fmt: skip
    direction = "oxidation" if e[-1] > e[0] else "reduction"
    name = f"{direction} limit"
    said = f"{units.show(rate, 'scan_rate')}, potential of the working electrode against the other one"
    if method == "tangent":
        return _tangent(name, sweep, base.parameters, base.covariance, noise, said, evidence)
    limit = number(threshold if threshold is not None else 0.0, "current_density", "threshold")
    level = j - (base.parameters[0] + base.parameters[1] * e) if subtract else j
    size = np.abs(level)
    if float(np.median(size[early])) + ERRORS * noise > limit:
        raise AnalysisError(
            "The threshold lies within the current of the baseline", given=units.show(limit, "current_density"),
            allowed=f"above {units.show(float(np.median(size[early])) + ERRORS * noise, 'current_density')}",
            remedy="Sweep more slowly, subtract=True, or a higher threshold",
        )  # fmt: skip
    method_said = f"|j| passes {units.show(limit, 'current_density')} for good{', baseline taken away' if subtract else ''}; {said}"
    above = size > limit
    evidence["threshold_A_m2"] = limit
    if not above[-3:].all():
        beyond = f"|j| stays below the threshold up to {e[-1]:.4g} V: the limit lies beyond, or the record ends"
        return Finding(name, None, "voltage", method_said, None, SOURCE, beyond, evidence=evidence)
    below = np.flatnonzero(~_smooth(above))
    first = int(below[-1]) + 1 if len(below) else 0
    if first == 0:
        raise AnalysisError("The current lies above the threshold from the start")
    a, b = max(first - 8, 0), min(first + 8, len(e))
    fit = line(e[a:b], size[a:b])
    slope = float(fit.parameters[1])
    step = abs(float(e[first] - e[first - 1]))
    rise = float(size[first] - size[first - 1])
    at = float(e[first - 1] + np.clip((limit - size[first - 1]) / rise if rise > 0.0 else 0.5, 0.0, 1.0) * (e[first] - e[first - 1]))
    std = math.hypot(noise / max(abs(slope), 1e-300), 0.5 * step)
    return Finding(name, at, "voltage", method_said, std, SOURCE, evidence=evidence)


def _smooth(above: Mask) -> Mask:
    """Single points that differ from both neighbours follow these."""
    out = above.copy()
    lonely = (above[1:-1] != above[:-2]) & (above[1:-1] != above[2:])
    out[1:-1][lonely] = above[:-2][lonely]
    return out


def _tangent(
    name: str, sweep: Stretch, base: Array, base_covariance: Array, noise: float, said: str, evidence: Mapping[str, object]
) -> Finding:
    e, j = sweep.voltage, sweep.current
    width = max(5, len(e) // 40)
    starts = range(0, len(e) - width, max(1, width // 8))
    slopes = [abs(float(line(e[k : k + width], j[k : k + width]).parameters[1])) for k in starts]
    k = starts[int(np.argmax(slopes))]
    top = line(e[k : k + width], j[k : k + width])
    difference = float(top.parameters[1] - base[1])
    error = math.hypot(math.sqrt(float(top.covariance[1, 1])), math.sqrt(float(base_covariance[1, 1])))
    peak = float(np.max(np.abs(j - (base[0] + base[1] * e))))
    if not abs(difference) > ERRORS * error or peak < max(5.0 * noise, 0.5 * float(np.max(np.abs(base[0] + base[1] * e)))) or abs(difference) < 3.0 * abs(float(base[1])):
        raise AnalysisError("The current does not rise out of its baseline: there is no limit in this sweep", given=f"slope {float(top.parameters[1]):.3g} against {float(base[1]):.3g}")
    at = -float(top.parameters[0] - base[0]) / difference
    row = np.array([1.0, at])
    std = math.sqrt(float(row @ top.covariance @ row) + float(row @ base_covariance @ row)) / abs(difference)
    std = math.hypot(std, 0.5 * float(np.median(np.abs(np.diff(e)))))
    return Finding(name, at, "voltage", f"tangent at the steepest rise ({float(e[k + width // 2]):.4g} V) meets the baseline; {said}", std, SOURCE,
                   evidence={**evidence, "steepest_V": float(e[k + width // 2])})  # fmt: skip


def _sweep(record: Record, working: Working | None) -> tuple[Stretch, float]:
    """The longest sweep and its rate [V/s]."""
    found = [t for t in traces(record, technique="linear_sweep", specific=True, working=working) if len(t.clock) >= FEWEST]
    for one in sorted(found, key=lambda t: -float(np.ptp(t.voltage))):
        fit = line(one.time, one.voltage)
        if float(np.max(np.abs(fit.residuals))) < STEADY_RATE * float(np.ptp(one.voltage)):
            return one, abs(float(fit.parameters[1]))
    raise AnalysisError(f"This record holds no sweep: a potential that moves at a constant rate over {FEWEST} points or more")


# -- recognition ------------------------------------------------------------------------------------------------------
WIDE = 0.2  # V
ONE_WAY = 0.85


def _once(seen: Seen) -> Answer:
    if not seen.sweeps:
        return False, "no stretch moves the voltage at one rate while the current follows"
    if seen.swept_share < 0.5:
        return False, f"{seen.swept_share:.0%} of the points under current lie in sweeps only"
    s = max(seen.sweeps, key=lambda one: abs(one.stop - one.start))
    ends = f"{volts(s.start)} to {volts(s.stop)} at {units.show(s.rate, 'scan_rate', 3)}"
    return True, f"a sweep from {ends}"


def _alone(seen: Seen) -> Answer:
    if len(seen.sweeps) > 1:
        return False, f"{len(seen.sweeps)} sweeps, to and fro"
    s = seen.sweeps[0]
    if abs(s.stop - s.start) < WIDE:
        return False, f"a sweep of {volts(abs(s.stop - s.start))} is none to a limit ({volts(WIDE)} or more)"
    if max(s.below, 1.0 - s.below) < ONE_WAY:
        return False, "the current changes its sign within the sweep: it goes through rest"
    return True, "once, in one direction of the current"


def _threshold(record: Record, stated: Known) -> list[Finding]:
    return [find(record, **asked(stated, "linear_sweep", find, "method"))]


def _by_tangent(record: Record, stated: Known) -> list[Finding]:
    return [find(record, method="tangent", **asked(stated, "linear_sweep", find, "method", "threshold", "subtract"))]


declare(Technique(
    "linear_sweep", "stability limit from a linear sweep", (FLOWS, Condition("a sweep", _once), Condition("one sweep to a limit", _alone, looks_alike=True)), (_by_tangent, _threshold),
    {"threshold": 'current density that counts as the limit, "0.05 mA/cm^2"', "subtract": "take the baseline away first", "working": 'side of the working electrode, "left" or "right"'},
    finds=(find,),
))  # fmt: skip
