"""Chemical diffusion coefficient from a galvanostatic intermittent titration: pulses of current with rests between them.

Path L: "slab" thickness (one face carries the flux, the other blocks), "sphere" radius R; tau the length of a pulse.

    "weppner-huggins"   D = (4/(pi tau)) L_e² (dEs/dEt)², L_e = L of a slab, R/3 of a sphere (V/A; m V_M/(M A) in the first
                        paper). dEs between the rests before and after, dEt = k sqrt(tau) with k the slope of E against
                        sqrt(t) in `window` of the pulse: the ohmic jump is in the intercept and never counted
    "least squares"     the whole pulse and the rest after it, E = E0 + [I R] + dEs G(t; D), G the exact solution for constant
                        flux and its stop by superposition; E0, R and dEs enter linearly, D is searched. It needs no
                        sqrt(t) law and no finished rest

Refused pulse by pulse, with the reason as the finding's note: E not straight against sqrt(t) (R² below 0.99), tau above
0.25 L_e²/D, a rest not finished (still moving by 1 % of dEs over its last tenth), these three for "weppner-huggins"; dEs
within its errors or below 5 % of the mean of all pulses (a two-phase plateau: no D there), a flat sum of squares, a fit
that leaves more than the noise. E counts with errors
from its scatter; a stated error of L enters twice. If no pulse passes, the record is refused.

Sources (recalled): Weppner & Huggins, J. Electrochem. Soc. 124 (1977) 1569; scatter of the method: Kang & Chueh, J.
Electrochem. Soc. 168 (2021) 120504; solutions: Crank, The Mathematics of Diffusion, 4.3.7 and 6.3.4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from .. import units
from ..elements.base import Array
from ..errors import AnalysisError, UnknownNameError
from ..record import Finding, Record
from ._conditions import FLOWS, TWO_ELECTRODES, span
from ._dc import ERRORS, Stated, Stretch, given, is_rest, least, line, scatter_of, stretches, traces
from ._options import asked
from ._resistance import geometry
from ._seen import Seen
from ._target import number
from ._technique import Answer, Condition, Technique, declare
from ._technique import Stated as Known

SOURCE = "Weppner & Huggins, J. Electrochem. Soc. 124 (1977) 1569, 10.1149/1.2133112 (recalled)"
Method: TypeAlias = Literal["weppner-huggins", "least squares"]
Shape: TypeAlias = Literal["slab", "sphere"]
STRAIGHT = 0.99
SHORT = 0.25  # tau D/L_e² up to which the sqrt(t) law holds (the exact answer is 1 % off at 0.25)
FINISHED = 0.01  # of dEs over the last tenth of a rest; as t^-1/2 about twenty times as much is still to come
PLATEAU = 0.05
FEWEST = 6
ROOTS = np.array([4.493409457909064, 7.725251836937707, 10.904121659428899, 14.066193912831473, 17.220755271930768,
                  20.371302959287561, 23.519452498689007, 26.666054258812675, 29.811598790892958, 32.956389039822477])  # fmt: skip
DECADES = (-4.0, 2.0)  # of tau D/L²: where least squares seeks


@dataclass(frozen=True, eq=False)
class Pulse:
    """A pulse with its rests: clock from its start; E before it; tau [s]."""

    time: Array
    voltage: Array
    rest_time: Array
    rest_voltage: Array
    before: tuple[float, float]
    tau: float
    level: float
    begun: float


def find(
    record: Record, *, length: Stated | None = None, shape: Shape = "slab", method: Method = "least squares",
    window: tuple[float, float] = (0.1, 1.0), skip: units.Given = "0 s", length_std: units.Given | None = None,
) -> list[Finding]:  # fmt: skip
    """One diffusion coefficient a pulse [m²/s], named by its potential; refused pulses are findings without a value.

    length   thickness of the slab or radius of the sphere, asked for: nothing in the record tells it
    window   share of the pulse whose E is fitted against sqrt(t) ("weppner-huggins")
    skip     time after each switch that is left out (double layer, charge transfer) ("least squares")
    """
    for word, allowed in ((method, get_args(Method)), (shape, get_args(Shape))):
        if word not in allowed:
            raise UnknownNameError("This way of a titration is not known", given=word, allowed=allowed)
    path, path_std = given(length, "length", f"diffusion length ({'thickness' if shape == 'slab' else 'radius'})", 'length="5 um"')
    path_std = number(length_std, "length", "error of the diffusion length") if length_std is not None else path_std
    if not path > 0.0:
        raise AnalysisError("A diffusion length is positive", given=path)
    found = pulses(record)
    changes = np.array([_change(p)[0] for p in found])
    usual = float(np.mean(np.abs(changes)))
    squares, said = geometry({"length": (path_std, path)})
    left_out = number(skip, "step_time", "time left out")
    out = []
    for p in found:
        evidence: dict[str, Any] = {"time_s": p.begun, "pulse_s": p.tau, "current": p.level, "voltage_before": p.before[0]}
        name = f"diffusion coefficient at {p.before[0]:.4g} V"
        how = f"{method}, {shape}; {said}"
        why = _plateau(p, usual)
        value = std = None
        if not why:
            one = _straight(p, path, shape, window) if method == "weppner-huggins" else _exact(p, path, shape, left_out)
            value, relative, why, more = one
            evidence |= more
            std = value * math.sqrt(relative**2 + 4.0 * squares)
        if why:
            out.append(Finding(name, None, "diffusivity", how, None, SOURCE, why, evidence=evidence))
        else:
            out.append(Finding(name, value, "diffusivity", how, std, SOURCE, evidence=evidence))
    if all(f.value is None for f in out):
        reasons = sorted({f.note for f in out})
        raise AnalysisError(f"None of the {len(out)} pulses gives a diffusion coefficient: {'; '.join(reasons[:3])}", remedy="Shorter pulses, longer rests, another range of potential")
    return out


def pulses(record: Record) -> list[Pulse]:
    """Pulses of constant current with a rest before and after; neighbours without a rest are left out."""
    parts = stretches(traces(record))
    largest = max(float(np.max(np.abs(p.current))) for p in parts)
    rest = [is_rest(p, largest) for p in parts]
    out = []
    for k in range(1, len(parts) - 1):
        one, before, after = parts[k], parts[k - 1], parts[k + 1]
        if rest[k] or not (rest[k - 1] and rest[k + 1]) or min(len(one.clock), len(after.clock)) < FEWEST or len(before.clock) < 2:
            continue
        start = float(before.clock[-1])
        tau = float(one.clock[-1]) - start
        tail = max(2, len(before.clock) // 10)
        e0 = before.voltage[-tail:]
        noise = scatter_of(before.voltage)
        last = float(np.mean(e0)) if noise > 0.0 and not _moves(before, tail) else float(before.voltage[-1])
        out.append(Pulse(one.clock - start, one.voltage, after.clock - start, after.voltage, (last, noise / math.sqrt(tail)), tau, one.level, start))
    if not out:
        raise AnalysisError("This record holds no titration: pulses of current with a rest before and after each", given=f"{len(parts)} steps")
    return out


def _moves(rest: Stretch, tail: int) -> bool:
    """Whether the end of a rest still moves beyond its scatter."""
    e = rest.voltage[-tail:]
    return bool(abs(float(e[-1] - e[0])) > ERRORS * 1.5 * scatter_of(rest.voltage))


def _change(p: Pulse) -> tuple[float, float]:
    """dEs and its std from the end of the rest after."""
    tail = max(2, len(p.rest_voltage) // 10)
    noise = scatter_of(p.rest_voltage)
    return float(np.mean(p.rest_voltage[-tail:])) - p.before[0], math.hypot(noise / math.sqrt(tail), p.before[1])


def _plateau(p: Pulse, usual: float) -> str:
    change, std = _change(p)
    if abs(change) <= ERRORS * std:
        return f"the rest potential does not change beyond its error ({change * 1e3:.3g} ± {std * 1e3:.2g} mV)"
    if abs(change) < PLATEAU * usual:
        return f"a plateau: the rest potential changes by {change * 1e3:.3g} mV, {abs(change) / usual:.1%} of the mean of all pulses"
    if change * p.level < 0.0:
        return "the rest potential moves against the current"
    return ""


def _straight(p: Pulse, path: float, shape: Shape, window: tuple[float, float]) -> tuple[float, float, str, dict[str, Any]]:
    """(D, relative std, why refused, evidence) by Weppner and Huggins."""
    inside = (p.time >= window[0] * p.tau) & (p.time <= window[1] * p.tau * (1.0 + 1e-9))
    change, change_std = _change(p)
    if np.count_nonzero(inside) < FEWEST:
        return 0.0, 0.0, f"{int(inside.sum())} points in the window of the pulse, at least {FEWEST} are needed", {}
    fit = line(np.sqrt(p.time[inside]), p.voltage[inside])
    slope, slope_std = fit.value((0.0, 1.0))
    rise = slope * math.sqrt(p.tau)
    reach = path if shape == "slab" else path / 3.0
    value = 4.0 / (math.pi * p.tau) * reach**2 * (change / rise) ** 2
    tail = p.rest_time >= p.rest_time[-1] - 0.1 * (p.rest_time[-1] - p.tau)
    drift = 0.0
    if np.count_nonzero(tail) >= 3:
        moving = line(p.rest_time[tail], p.rest_voltage[tail])
        v, s = moving.value((0.0, 1.0))
        drift = max(abs(v) - 2.0 * s, 0.0) * float(np.ptp(p.rest_time[tail]))
    relative = 2.0 * math.hypot(change_std / change, slope_std / slope, 10.0 * drift / change)
    filling = p.tau * value / reach**2
    evidence = {"R2": fit.r2, "dEs_V": change, "dEt_V": rise, "ohmic jump V": float(fit.parameters[0]) - p.before[0], "tau D/L_e2": filling, "rest drift V": drift}
    noise_only = fit.r2 < STRAIGHT and fit.scatter <= 1.5 * scatter_of(p.voltage[inside])
    why = ""
    if fit.r2 < STRAIGHT and not noise_only:
        why = f"E is not straight against sqrt(t): R² = {fit.r2:.3f}, {STRAIGHT} or more is needed"
    elif not abs(slope) > ERRORS * slope_std or rise * p.level <= 0.0:
        why = "E does not rise against sqrt(t) beyond its error"
    elif filling > SHORT:
        why = f"the pulse is not short: tau D/L_e² = {filling:.2g}, up to {SHORT} is allowed"
    elif drift > FINISHED * abs(change):
        why = f"the rest is not finished: it still moves by {drift / abs(change):.0%} of dEs over its last tenth"
    return value, relative, why, evidence


def response(x: Array, shape: Shape) -> Array:
    """Change of the surface over that of the mean per unit of x = D t/L², for a constant flux from t = 0: x + 1/3 - ... of a
    slab, x + 1/15 - ... of a sphere (both scaled so that the mean changes by x); 0 before."""
    y = np.maximum(x, 0.0)
    out = np.zeros_like(y)
    early = y < 0.05
    root = np.sqrt(y[early] / math.pi)
    late = y[~early][:, None]
    if shape == "slab":
        n2 = (math.pi * np.arange(1.0, 13.0)) ** 2
        out[early] = 2.0 * root
        out[~early] = late[:, 0] + 1.0 / 3.0 - 2.0 * np.sum(np.exp(-n2 * late) / n2, axis=1)
    else:
        from scipy.special import erf

        out[early] = (np.exp(y[early]) * (1.0 + erf(np.sqrt(y[early]))) - 1.0) / 3.0
        a2 = ROOTS**2
        out[~early] = late[:, 0] + 1.0 / 15.0 - 2.0 / 3.0 * np.sum(np.exp(-a2 * late) / a2, axis=1)
    return out


def _exact(p: Pulse, path: float, shape: Shape, skip: float) -> tuple[float, float, str, dict[str, Any]]:
    """(D, relative std, why refused, evidence) by least squares of pulse and rest."""
    time = np.concatenate([p.time, p.rest_time])
    volts = np.concatenate([p.voltage, p.rest_voltage]) - p.before[0]
    flows = np.concatenate([np.ones(len(p.time)), np.zeros(len(p.rest_time))])
    kept = ((flows > 0.0) & (p.time[-1] >= skip) & (time >= skip)) | ((flows == 0.0) & (time >= p.tau + skip))
    kept &= time > 0.0
    time, volts, flows = time[kept], volts[kept], flows[kept]
    noise = max(scatter_of(p.voltage), scatter_of(p.rest_voltage), 1e-9)
    weight = np.full(len(time) + 1, 1.0)
    weight[-1] = min(noise / max(p.before[1], 1e-3 * noise), 1e3)  # the rest before knows E0

    def squares(log: float) -> tuple[float, Any]:
        y = 10.0**log  # tau D/L²
        g = (response(y * time / p.tau, shape) - response(y * (time - p.tau) / p.tau, shape)) / y
        columns = [np.append(np.ones_like(g), 1.0), np.append(flows, 0.0), np.append(g, 0.0)]
        fit = least(columns, np.append(volts, 0.0), weight)
        return float(np.sum((fit.residuals * weight) ** 2)), fit

    grid = np.linspace(*DECADES, 61)
    values = np.array([squares(v)[0] for v in grid])
    best = int(np.argmin(values))
    if best in (0, len(grid) - 1):
        return 0.0, 0.0, f"D is not determined: tau D/L² lies {'below' if best == 0 else 'above'} {10.0 ** grid[best]:.1g}, where pulse and rest do not tell it", {}
    low, high = float(grid[best - 1]), float(grid[best + 1])
    for _ in range(40):  # golden section
        a, b = high - 0.6180339887 * (high - low), low + 0.6180339887 * (high - low)
        if squares(a)[0] < squares(b)[0]:
            high = b
        else:
            low = a
    log = 0.5 * (low + high)
    least_squares, fit = squares(log)
    step = 0.02
    curve = (squares(log + step)[0] - 2.0 * least_squares + squares(log - step)[0]) / step**2
    variance = max(least_squares / max(len(time) - 4, 1), 1e-24)
    std = math.sqrt(2.0 * variance / curve) if curve > 0.0 else math.inf
    relative = std * math.log(10.0)
    value = 10.0**log * path**2 / p.tau
    change = float(fit.parameters[2])
    misfit = math.sqrt(variance)
    evidence = {"dEs_V": change, "ohmic jump V": float(fit.parameters[1]), "tau D/L2": 10.0**log, "residual_V": misfit, "noise_V": noise, "points": len(time)}
    why = ""
    if not (math.isfinite(relative) and relative < 0.5):
        why = "D is not determined: the sum of squares is flat"
    elif misfit > ERRORS * noise and misfit > 0.02 * abs(change):
        why = f"diffusion in a {shape} does not describe pulse and rest: {misfit * 1e3:.2g} mV are left, the noise is {noise * 1e3:.2g} mV"
    return value, relative, why, evidence


# -- recognition ------------------------------------------------------------------------------------------------------
def _pulsed(seen: Seen) -> Answer:
    found, lasts = seen.pulses
    if len(found) < 2:
        return False, "no two pulses of one sign and current follow each other with a rest around each of at least half their time"
    pause = lasts[np.minimum(found + 1, len(lasts) - 1)]
    level = float(np.median(np.abs(seen.steps.level[found])))
    return True, f"{len(found)} pulses of {span(float(np.median(lasts[found])))} at {seen.show(level)} with rests of {span(float(np.median(pause)))}"


def _run(record: Record, stated: Known) -> list[Finding]:
    return find(record, **asked(stated, "gitt", find))


declare(Technique(
    "gitt", "diffusion by titration (GITT)", (FLOWS, TWO_ELECTRODES, Condition("pulses of constant current with a rest before and after each", _pulsed)), (_run,),
    {"length": 'diffusion length, thickness of the slab or radius of the particle, "5 um"', "shape": '"slab" or "sphere"', "method": '"least squares" or "weppner-huggins"',
     "skip": 'time left out after each switch, "1 s"', "length_std": "error of the length"}, finds=(find,),
))  # fmt: skip
