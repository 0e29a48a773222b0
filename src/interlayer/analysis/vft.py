"""Vogel-Fulcher-Tammann law: transport that follows the segments of a polymer or a glass former.

    sigma = A T^-1/2 exp(-B/(T - T0)),   ln(sigma T^1/2) = a - B/(T - T0)       resistances: 1/R in the place of sigma

For every T0 a and B follow by weighted linear least squares; chi2(T0) is the profile of T0, from 0 K, where the law is
an Arrhenius law, to just below the lowest temperature. T0 lies about 50 K below the glass transition: with Tg stated
that enters as prior knowledge, (T0 - (Tg - offset))²/spread² beside chi2. The interval of T0 is where the profile stays
within Student's quantile; an end that the temperatures leave open is said. Errors as in analysis/arrhenius.py.

R B is a pseudo-activation energy: its slope d ln(sigma)/d(1/T) is B (T/(T - T0))² and changes with T, so it is never
compared with an Arrhenius energy. Which law the points ask for is judged by AICc against a straight line of ln(sigma).

Valid above the glass transition, and for PEO-like polymers above the melting of their crystallites.
Sources: Vogel, Phys. Z. 22 (1921) 645; Fulcher, J. Am. Ceram. Soc. 8 (1925) 339; Tammann & Hesse, Z. Anorg. Allg.
Chem. 156 (1926) 245 (all recalled); AICc: Hurvich & Tsai, Biometrika 76 (1989) 297 (recalled).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .. import units
from ..elements.base import GAS, Array
from ..errors import AnalysisError
from ..laws.temperature import Vft
from ..record import Finding
from . import _points, arrhenius
from ._profile import quantile
from ._target import number
from .arrhenius import FALLING, ROOM

OFFSET, SPREAD = 50.0, 15.0  # K: how far T0 lies below Tg, and how sure that is
CLOSEST = 1.0  # K: the least distance of T0 below the lowest temperature
GRID = 600
LEVEL = 0.95
CLEAR = 4.0  # difference of AICc that decides
SOURCE = "sigma = A T^-1/2 exp(-B/(T - T0)); Vogel 1921, Fulcher 1925, Tammann & Hesse 1926 (recalled)"


@dataclass(frozen=True, eq=False)
class VftFit:
    """Outcome.

    a, b, t0       of ln(sigma T^1/2) = a - B/(T - T0): B, T0 in K
    covariance     of (a, B, T0)
    interval       of T0 at `LEVEL` [K]; None at an end that is open
    spans          the same for B [K]
    profile        (T0, chi2) as they were tried, the prior included
    prior          mean and standard deviation of T0 [K], None without Tg
    chi2, dof      of the points alone; chi2 in units of the stated errors, None without these
    gain           AICc of the straight line less that of this law; None where the points are too few to choose
    choice         that in words
    """

    quantity: str
    temperature: Array
    values: Array
    residuals: Array
    a: float
    b: float
    t0: float
    covariance: Array
    interval: tuple[float | None, float | None]
    spans: tuple[float | None, float | None]
    profile: tuple[Array, Array]
    prior: tuple[float, float] | None
    chi2: float | None
    dof: int
    gain: float | None
    choice: str
    remarks: tuple[str, ...] = field(default=())

    @property
    def determined(self) -> bool:
        """Whether the interval of T0 is closed at both ends."""
        return None not in self.interval

    @property
    def law(self) -> Vft:
        """The law as materials and simulations take it."""
        falls = self.quantity in FALLING
        return Vft(self.b, self.t0, resistive=falls, power=0.5 if falls else -0.5)

    def at(self, temperature: units.Given) -> tuple[float, float | None]:
        """The law's value at a temperature (a number in K, or text) and its std; outside the range an extrapolation."""
        t = number(temperature, "temperature", "temperature")
        if t <= self.t0:
            raise AnalysisError("The law holds above its T0 only", given=f"{t:.4g} K", allowed=f"above {self.t0:.4g} K")
        row = _slope(np.array([t]), self.b, self.t0)[0]
        y = self.a - self.b / (t - self.t0) - 0.5 * math.log(t)
        value = math.exp(-y) if self.quantity in FALLING else math.exp(y)
        variance = float(row @ self.covariance @ row)
        return value, value * math.sqrt(max(variance, 0.0)) if math.isfinite(variance) else None

    def findings(self) -> list[Finding]:
        """T0, the pseudo-activation energy, the value at 25 °C and the choice of the law."""
        low, high = float(self.temperature.min()), float(self.temperature.max())
        what = "1/R" if self.quantity in FALLING else "sigma"
        method = f"ln({what} T^1/2) = a - B/(T - T0), T0 by profile"
        method += f", prior {self.prior[0]:.0f} ± {self.prior[1]:.0f} K from Tg" if self.prior else ""
        evidence = {
            "points": len(self.values), "temperatures_K": [low, high], "chi2": self.chi2, "dof": self.dof, "B_K": self.b,
            "T0_K": self.t0, "ln_A": self.a, "level": LEVEL, "T0_interval_K": list(self.interval),
            "aicc_gain_over_arrhenius": self.gain, "remarks": list(self.remarks),
        }  # fmt: skip
        open_end = "" if self.determined else "T0 is not determined by these temperatures"
        value, std = self.at(ROOM) if self.t0 < ROOM else (None, None)
        outside = "" if low <= ROOM <= high else f", extrapolated from {low - 273.15:.0f} to {high - 273.15:.0f} °C"
        energy = f"{method}; R B, no activation energy in Arrhenius' sense: never compare the two"
        closed = self.interval if self.determined else None
        span = None if None in self.spans else (GAS * float(self.spans[0] or 0.0), GAS * float(self.spans[1] or 0.0))
        return [
            Finding("law of temperature", self.choice, "number", "AICc, VFT against Arrhenius (ln sigma)", evidence=evidence),
            Finding("VFT T0", self.t0, "temperature", method, source=SOURCE, note=open_end,
                    interval=(float(closed[0] or 0.0), float(closed[1] or 0.0)) if closed else None, evidence=evidence),
            Finding("VFT pseudo-activation energy R B", GAS * self.b, "activation_energy", energy, source=SOURCE,
                    note=open_end, interval=span if self.determined else None, evidence=evidence),
            Finding(f"{self.quantity.replace('_', ' ')} at 25 °C", value, self.quantity, method + outside, std, SOURCE,
                    "" if std is not None else "no scatter to judge from, or below T0", evidence=evidence),
        ]  # fmt: skip


def fit(
    values: Sequence[Finding] | Sequence[float] | Array, temperatures: Sequence[units.Given] | Array, *,
    std: Sequence[float] | Array | None = None, quantity: str = "conductivity",
    glass_transition: units.Given | None = None, below: tuple[float, float] = (OFFSET, SPREAD),
) -> VftFit:  # fmt: skip
    """VFT fit of conductivities or resistances.

    values            findings (their std and quantity are used), or SI numbers of `quantity`
    temperatures      SI numbers [K] or texts ("60 degC")
    glass_transition  Tg (a number in K, or text): T0 is then expected below[0] ± below[1] K under it
    """
    numbers, errors, quantity = _points.numbers(values, std, quantity)
    common = _points.common(values)
    t = np.array([number(x, "temperature", "temperature") for x in temperatures])
    arrhenius.check(numbers, t, least=3)
    y = np.log(1.0 / numbers if quantity in FALLING else numbers) + 0.5 * np.log(t)
    relative = None if errors is None else _points.own(numbers, errors, common)
    weight = np.ones(len(y)) if relative is None else 1.0 / relative
    prior = None
    if glass_transition is not None:
        prior = number(glass_transition, "temperature", "glass transition") - below[0], below[1]
        if not (0.0 < prior[0] < t.min() - CLOSEST and prior[1] > 0.0):
            raise AnalysisError(
                "The expected T0 must lie below the temperatures measured", given=f"{prior[0]:.4g} ± {prior[1]:.4g} K",
                allowed=f"0 to {t.min() - CLOSEST:.4g} K", remedy="Leave out points below the glass transition",
            )  # fmt: skip
    dof = len(y) - 3 + (prior is not None)
    scale, best, tried = _profiled(t, y, weight, prior, relative is not None, dof)
    t0, (a, b), squares = best
    residuals = y - (a - b / (t - t0))
    spread = scale if math.isfinite(scale) else math.nan
    delta = quantile(LEVEL, max(dof, 1), relative is not None and scale == 1.0) ** 2 * spread if dof > 0 or relative is not None else math.inf
    interval, spans = _interval(t, y, weight, *tried, delta)
    rows = _slope(t, b, t0) * weight[:, None]
    information = rows.T @ rows
    if prior is not None:
        information[2, 2] += _pull(spread) / prior[1] ** 2
    length = np.sqrt(np.diag(information))
    covariance = np.linalg.pinv(information / np.outer(length, length)) / np.outer(length, length) * spread
    covariance[0, 0] += common**2
    gain, choice = _choice(t, y, weight, squares, relative is not None)
    remarks = _remarks(interval, prior, t0, dof, squares, relative is not None)
    return VftFit(
        quantity, t, numbers, residuals, a, b, t0, covariance, interval, spans, tried, prior,
        squares if relative is not None else None, len(y) - 3, gain, choice, tuple(remarks),
    )  # fmt: skip


def _pull(scale: float) -> float:
    """The prior's weight beside chi2, whose unit is the scatter of the points."""
    return scale if math.isfinite(scale) else 1.0


def _slope(t: Array, b: float, t0: float) -> Array:
    """d ln(sigma)/d(a, B, T0) (n, 3)."""
    return np.stack([np.ones_like(t), -1.0 / (t - t0), -b / (t - t0) ** 2], axis=1)


def _line(t: Array, y: Array, weight: Array, t0: Array) -> tuple[Array, Array]:
    """(a, B) (k, 2) and sums of squares (k,) of the straight lines at each T0."""
    x = -1.0 / (t - t0[:, None])
    w = weight**2
    mean_x, mean_y = np.sum(w * x, axis=1, keepdims=True) / np.sum(w), float(np.sum(w * y) / np.sum(w))
    b = np.sum(w * (x - mean_x) * (y - mean_y), axis=1) / np.sum(w * (x - mean_x) ** 2, axis=1)
    a = mean_y - b * mean_x[:, 0]
    return np.stack([a, b], axis=1), np.sum(w * (y - a[:, None] - b[:, None] * x) ** 2, axis=1)


def _profiled(
    t: Array, y: Array, weight: Array, prior: tuple[float, float] | None, stated: bool, dof: int
) -> tuple[float, tuple[float, tuple[float, float], float], tuple[Array, Array]]:
    """Variance of a weighted residual, the best (T0, (a, B), sum of squares), and the profile with its prior."""
    top = float(t.min()) - CLOSEST
    grid = np.concatenate([np.linspace(0.0, top - 20.0, GRID), np.linspace(top - 20.0, top, GRID // 4)[1:]])
    scale = 1.0

    def cost(t0: Array) -> Array:
        sums = _line(t, y, weight, t0)[1]
        return sums if prior is None else sums + _pull(scale) * ((t0 - prior[0]) / prior[1]) ** 2

    for _ in range(3):  # the scatter sets the unit in which the prior counts
        found = grid[int(np.argmin(cost(grid)))]
        near = np.linspace(max(found - 2.0 * top / GRID, 0.0), min(found + 2.0 * top / GRID, top), 401)
        found = near[int(np.argmin(cost(near)))]
        near = np.linspace(max(found - 0.02, 0.0), min(found + 0.02, top), 401)
        found = float(near[int(np.argmin(cost(near)))])
        pairs, sums = _line(t, y, weight, np.array([found]))
        reduced = float(cost(np.array([found]))[0]) / dof if dof > 0 else math.nan
        scale = max(reduced, 1.0) if stated and dof > 0 else 1.0 if stated else reduced
        if prior is None:
            break
    leaps = top * np.geomspace(1e-6, 1.0, GRID)
    around = np.concatenate([found - leaps, [found], found + leaps])
    tried = np.unique(np.concatenate([grid, around[(around > 0.0) & (around < top)]]))
    return scale, (found, (float(pairs[0, 0]), float(pairs[0, 1])), float(sums[0])), (tried, cost(tried))


def _interval(
    t: Array, y: Array, weight: Array, t0: Array, cost: Array, delta: float
) -> tuple[tuple[float | None, float | None], tuple[float | None, float | None]]:
    """Where the profile stays within `delta` of its minimum, in T0 and in B (which falls as T0 rises)."""
    best = int(np.argmin(cost))
    over = np.sqrt(np.maximum(cost - cost[best], 0.0)) - math.sqrt(delta)
    low = high = None
    below, above = np.flatnonzero(over[:best] > 0.0), np.flatnonzero(over[best:] > 0.0)
    if len(below) and math.isfinite(delta):
        i = int(below[-1])
        low = float(np.interp(0.0, [over[i + 1], over[i]], [t0[i + 1], t0[i]]))
    if len(above) and math.isfinite(delta):
        i = best + int(above[0])
        high = float(np.interp(0.0, [over[i - 1], over[i]], [t0[i - 1], t0[i]]))
    spans = [None if e is None else float(_line(t, y, weight, np.array([e]))[0][0, 1]) for e in (high, low)]
    return (low, high), (spans[0], spans[1])


def _choice(t: Array, y: Array, weight: Array, squares: float, stated: bool) -> tuple[float | None, str]:
    """AICc of a straight line of ln(sigma) less that of this law, and what follows."""
    n = len(y)
    extra = 0 if stated else 1  # the scatter is a parameter where no errors are stated
    if n - (3 + extra) - 1 <= 0:
        return None, f"{n} temperatures are too few to choose between VFT and Arrhenius (at least {5 + extra})"
    straight = float(_line(t, y - 0.5 * np.log(t), weight, np.zeros(1))[1][0])

    def price(k: int) -> float:
        return 2.0 * k + 2.0 * k * (k + 1.0) / (n - k - 1.0)

    if stated:
        fall = (straight - squares) / max(squares / (n - 3), 1.0)
    else:
        fall = n * math.log(max(straight, 1e-300) / max(squares, 1e-300))
    gain = fall + price(2 + extra) - price(3 + extra)
    if gain > CLEAR:
        return gain, f"VFT describes these points better than an Arrhenius law (AICc lower by {gain:.3g})"
    if gain < -CLEAR:
        return gain, f"an Arrhenius law is enough for these points (AICc of VFT higher by {-gain:.3g})"
    return gain, f"these points do not decide between VFT and Arrhenius (AICc differ by {abs(gain):.2g})"


def _remarks(
    interval: tuple[float | None, float | None], prior: tuple[float, float] | None, t0: float, dof: int, squares: float,
    stated: bool,
) -> list[str]:  # fmt: skip
    out = []
    low, high = interval
    if low is None or high is None:
        ends = "neither downwards nor upwards" if low is None and high is None else "not downwards" if low is None else "not upwards"
        lead = "T0 is not determined by these temperatures" + (" even with Tg" if prior else "")
        hint = "" if prior else ": state the glass transition, or measure over a wider range"
        why = "; T0 = 0 K, an Arrhenius law, is allowed" if low is None else ""
        out.append(f"{lead} ({ends}{why}){hint}.")
    if prior is not None and abs(t0 - prior[0]) > 2.0 * prior[1]:
        out.append(f"T0 = {t0:.0f} K lies far from what Tg makes expect ({prior[0]:.0f} ± {prior[1]:.0f} K).")
    if stated and dof > 0 and _points.tail(squares, dof) < arrhenius.UNLIKELY:
        out.append(
            f"Lack of fit: the points scatter {math.sqrt(squares / dof):.2g} times as much as their errors say; errors are"
            " scaled up (another law, a change of phase, or errors stated too small)."
        )
    return out
