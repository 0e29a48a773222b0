"""Voltage against charge: differential capacity dQ/dV, its peaks, and the gap between charge and discharge.

dQ/dV: slope of a line of Q against V through all points within `width` (10 mV) around each potential of an even grid; a
window with fewer than five points has none. It is a smoothing with that width: peaks narrower than it are widened.

Gap (polarisation) of a cycle, charge less discharge:   "half charge"   V at half of each half cycle's charge
                                                       "mean"          energy over charge of each
It holds ohmic drop, kinetics and hysteresis alike. Errors: scatter of the voltage, of the charge. Source: definitions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from .. import units
from ..elements.base import Array
from ..errors import AnalysisError, UnknownNameError
from ..record import Finding, Record
from ._dc import scatter_of
from ._options import asked
from ._seen import Seen
from ._target import number
from ._technique import Answer, Condition, Stated, Technique, declare
from .cycling import CYCLE, PER, Cycles, Half, Per, counted, cycles

SOURCE = "definition of the package"
Gap: TypeAlias = Literal["half charge", "mean"]
QUANTITY = {"cell": "charge", "mass": "specific_charge", "area": "areal_charge"}
PROMINENT = 0.1  # of the highest peak


@dataclass(frozen=True, eq=False)
class Profile:
    """One half cycle: charge from its start (unsigned, per `per`) and voltage at it, held stretches left out; dQ/dV on a grid."""

    charge: Array
    voltage: Array
    grid: Array
    slope: Array
    std: Array
    per: Per


def profile(record: Record, *, cycle: int = 1, half: Literal["charge", "discharge"] = "discharge", per: Per = "cell", width: units.Given = "10 mV") -> Profile:
    """Voltage profile and differential capacity of a half cycle; cycles count from 1, -1 is the last."""
    found = cycles(record, per=per)
    return _profile(found, _pick(found, cycle, half), record, per, number(width, "overpotential", "width"))


def find(record: Record, *, cycle: int = 1, gap: Gap = "half charge", per: Per = "cell", width: units.Given = "10 mV") -> list[Finding]:
    """Polarisation gap of a cycle and the peaks of dQ/dV of both its half cycles."""
    if gap not in get_args(Gap):
        raise UnknownNameError("This gap is not known", given=gap, allowed=get_args(Gap))
    found = cycles(record, per=per)
    size = number(width, "overpotential", "width")
    both = {word: _profile(found, _pick(found, cycle, word), record, per, size) for word in ("charge", "discharge")}
    values = {word: _level(p, gap) for word, p in both.items()}
    value = values["charge"][0] - values["discharge"][0]
    std = math.hypot(values["charge"][1], values["discharge"][1])
    if value < -3.0 * std - 1e-6:
        raise AnalysisError("The cell charges at a lower voltage than it discharges at: the sign of the current is turned", given=f"{value * 1e3:.3g} mV",
                            remedy='Read the file with columns={"current": ("-I", "mA"), ...}')  # fmt: skip
    out = [Finding("polarisation gap", value, "overpotential", f"charge less discharge, {gap}, cycle {cycle}; ohmic drop, kinetics and hysteresis in it", std, SOURCE,
                   evidence={f"V, {word}": v[0] for word, v in values.items()})]  # fmt: skip
    for word, p in both.items():
        for place, height, width_std in _peaks(p):
            out.append(Finding(f"dQ/dV peak, {word}", place, "voltage", f"slope of Q against V within {units.show(size, 'overpotential')}, cycle {cycle}",
                               width_std, SOURCE, evidence={"height C/V": height, "per": per}))  # fmt: skip
    return out


def _pick(found: Cycles, cycle: int, half: str) -> Half:
    n = len(found)
    index = cycle - 1 if cycle > 0 else n + cycle
    if not 0 <= index < n:
        raise AnalysisError("The record has no such cycle", given=cycle, allowed=f"1 .. {n}")
    if half not in ("charge", "discharge"):
        raise UnknownNameError("A half cycle is one of these", given=half, allowed=("charge", "discharge"))
    return found.halves[2 * index + (found.first_charges != (half == "charge"))]


def _profile(found: Cycles, half: Half, record: Record, per: Per, width: float) -> Profile:
    mass = record.condition("mass") if per == "mass" else 1.0
    q: list[Array] = []
    v: list[Array] = []
    passed = 0.0
    for part in half.parts:
        t, j = part.time, np.abs(part.current)
        steps = np.concatenate([[j[0] * t[0]], np.diff(t) * 0.5 * (j[1:] + j[:-1])])
        run = passed + np.cumsum(steps)
        passed = float(run[-1])
        flows = j > 0.9 * half.level  # a held voltage has no slope of its own
        q.append(run[flows] / mass)
        v.append(part.voltage[flows])
    charge, voltage = np.concatenate(q), np.concatenate(v)
    if len(charge) < 20:
        raise AnalysisError("The half cycle has too few points for a profile", given=len(charge), allowed="20 or more")
    low, high = float(voltage.min()), float(voltage.max())
    grid = np.arange(low + 0.5 * width, high - 0.5 * width, 0.25 * width)
    slope, std = _slopes(charge, voltage, grid, width)
    return Profile(charge, voltage, grid, slope, std, per)


def _slopes(charge: Array, voltage: Array, grid: Array, width: float) -> tuple[Array, Array]:
    """|slope| of Q(V) in each window and its std, by sums over sorted voltages."""
    order = np.argsort(voltage, kind="stable")
    v, q = voltage[order] - voltage.mean(), charge[order] - charge.mean()
    middle = float(voltage.mean())
    a, b = (np.searchsorted(v, grid - middle + d * width) for d in (-0.5, 0.5))

    def total(x: Array) -> Array:
        run = np.concatenate([[0.0], np.cumsum(x)])
        out: Array = run[b] - run[a]
        return out

    n = np.maximum((b - a).astype(np.float64), 1.0)
    sv, sq = total(v) / n, total(q) / n
    vv, vq, qq = total(v * v) / n - sv**2, total(v * q) / n - sv * sq, total(q * q) / n - sq**2
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = vq / vv
        left = np.maximum(qq - slope * vq, 0.0)
        std = np.sqrt(left / vv / np.maximum(n - 2.0, 1.0))
    few = (b - a < 5) | ~(vv > 0.0)
    slope[few], std[few] = np.nan, np.nan
    return np.abs(slope), std


def _level(p: Profile, gap: Gap) -> tuple[float, float]:
    noise = scatter_of(p.voltage)
    if gap == "mean":
        energy = float(np.trapezoid(p.voltage, p.charge)) + float(p.voltage[0] * p.charge[0])
        return energy / float(p.charge[-1]), noise / math.sqrt(len(p.voltage))
    middle = 0.5 * float(p.charge[-1])
    near = np.argsort(np.abs(p.charge - middle))[:9]
    fit = np.polyfit(p.charge[near] - middle, p.voltage[near], 1)
    return float(fit[1]), max(noise, float(np.std(p.voltage[near] - np.polyval(fit, p.charge[near] - middle)))) / 3.0


def _peaks(p: Profile) -> list[tuple[float, float, float]]:
    """(potential, height, std) of the peaks of dQ/dV that stand out."""
    from scipy.signal import find_peaks

    y = np.where(np.isfinite(p.slope), p.slope, 0.0)
    if not len(y) or not float(y.max()) > 0.0:
        return []
    noise = float(np.nanmedian(p.std))
    places, _ = find_peaks(y, prominence=max(PROMINENT * float(y.max()), 3.0 * noise), distance=4)
    step = float(p.grid[1] - p.grid[0]) if len(p.grid) > 1 else 0.0
    return [(float(p.grid[k]), float(y[k]), step / math.sqrt(3.0)) for k in places.tolist() if 0 < k < len(y) - 1]


# -- recognition ------------------------------------------------------------------------------------------------------
def _drawn(seen: Seen) -> Answer:
    s = seen.steps
    rows = [int(np.max((s.half_stop - s.half_first)[s.sign == sign], initial=0)) for sign in (1, -1)]
    if min(rows) < 20:
        return False, f"{rows[0]} points in the longest charge and {rows[1]} in the longest discharge, where 20 are needed"
    return True, f"{min(rows)} points or more in a half cycle of either direction"


def _run(record: Record, stated: Stated) -> list[Finding]:
    return find(record, **asked(stated, "voltage_profile", find, per=counted(record, stated)))


declare(Technique(
    "voltage_profile", "voltage profile and dQ/dV", (*CYCLE, Condition("profiles of both directions", _drawn)), (_run,),
    PER | {"gap": '"half charge" or "mean"', "width": 'window of dQ/dV, "10 mV"'}, companion=True, finds=(find,),
))  # fmt: skip
