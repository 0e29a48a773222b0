"""Exchange current density from a slow sweep of the overpotential through rest.

eta is the overpotential of one electrode: (V - V(I = 0) - I R)/faces, R the ohmic resistance of the whole cell, faces
2 where two equal electrodes face each other (each then has half; exact for a symmetric barrier), else 1.

    "tafel"               ln|j| = ln j0 + |eta|/b', a straight line beyond `window` (70 mV); slope ln(10) b' [V/decade]
    "allen-hickling"      ln[|j|/(1 - exp(-F|eta|/RT))] = ln j0 + alpha F|eta|/RT, below `window`
    "micropolarisation"   j = (F j0/RT) eta (1 + c eta²) below `window` (25 mV), c fitted

Each branch is fitted by itself; the exchange current is their mean, and half of a difference beyond the errors is in
its error. Refused: a branch that is bent (a resistance not taken away, a limit current, salt that is depleted), one
that spans less than half a decade, an ohmic part above 0.9 of the voltage at the end, a sweep that does not pass rest.

Slow sweeps of lithium give an apparent j0: the overpotential holds the ionic resistance of the interphase. The finding
says so unless the caller says that charge transfer is all that is left. Errors: scatter about the line, what the reverse
reaction (6 % of the current at 70 mV) moves a Tafel line by, error of R, T and A as stated. Sources (recalled): Bard & Faulkner ch. 3; Allen & Hickling, Trans. Faraday Soc. 53 (1957) 1626;
apparent j0: Boyle et al., ACS Energy Lett. 5 (2020) 701.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from .. import units
from ..elements.base import FARADAY, GAS, Array
from ..errors import AnalysisError, UnknownNameError
from ..record import Finding, Record
from ._conditions import FLOWS, volts
from ._dc import ERRORS, Stated, Stretch, bend, given, least, line, traces
from ._options import asked
from ._resistance import Faces, faces_of, geometry, named, summed
from ._result import ImpedanceFit
from ._seen import Seen
from ._spectrum import Mask
from ._target import number
from ._technique import Answer, Condition, Technique, declare
from ._technique import Stated as Known

SOURCE = "definition; apparent: Boyle et al., ACS Energy Lett. 5 (2020) 701 (recalled)"
Method: TypeAlias = Literal["tafel", "allen-hickling", "micropolarisation"]
WINDOW = {"tafel": 0.070, "allen-hickling": 0.070, "micropolarisation": 0.025}
LEAST = 5e-3  # V, below which the bracket of Allen and Hickling is a small difference
FEWEST = 8
BENT = 0.15  # relative change of the slope over the window
DECADES = 0.5
OHMIC = 0.9


@dataclass(frozen=True)
class _Branch:
    """One branch: ln j0 (or j0 where `micropolarisation`), its std, slope [1/V] and its std, bend, points."""

    j0: float
    j0_std: float
    slope: float
    slope_std: float
    bend: float
    r2: float
    points: int
    low: float
    high: float


def find(
    record: Record, *, method: Method = "tafel", ohmic: ImpedanceFit | Stated | None = None,
    which: str | Sequence[str] | None = None, faces: Faces | None = None, window: units.Given | None = None,
    upper: units.Given | None = None, apparent: bool = True, area_std: units.Given | None = None,
    temperature_std: float | None = None,
) -> list[Finding]:  # fmt: skip
    """Exchange current density [A/m²], transfer coefficients and (Tafel) slopes of both branches; needs temperature.

    ohmic     resistance taken away: a fit (`which` names the resistances, None: those without an arc), a finding, or a
              value with unit (ohm cm²); state "0 ohm*cm^2" where nothing is to be taken away
    window    |eta| from which on (tafel) or up to which (the others) points count; upper: |eta| up to which (tafel)
    apparent  False: the caller says that what is left is charge transfer alone
    """
    if method not in get_args(Method):
        raise UnknownNameError("This way to an exchange current is not known", given=method, allowed=get_args(Method))
    count, said_faces = faces_of(record, faces)
    temperature = record.condition("temperature")
    thermal = GAS * temperature / FARADAY
    resistance, r_std, said_ohmic = _ohmic(ohmic, which)
    sweep = _sweep(record)
    zero = _rest(sweep)
    limit = WINDOW[method] if window is None else number(window, "overpotential", "window")
    top = math.inf if upper is None else number(upper, "overpotential", "upper end of the window")

    def branches(r: float) -> dict[str, _Branch]:
        eta = (sweep.voltage - zero - sweep.current * r) / count
        return {name: _branch(method, sign * eta, sign * sweep.current, limit, top, thermal, name)
                for name, sign in (("anodic", 1.0), ("cathodic", -1.0))}  # fmt: skip

    far = int(np.argmax(np.abs(sweep.voltage - zero)))
    share = abs(sweep.current[far] * resistance / (sweep.voltage[far] - zero))
    if share > OHMIC:
        raise AnalysisError(
            f"{share:.0%} of the voltage at the end of the sweep is ohmic: the overpotential is a small difference",
            allowed=f"up to {OHMIC:.0%}", remedy="Measure a thinner electrolyte, or take j0 from impedance",
        )  # fmt: skip
    found = branches(resistance)
    moved = branches(resistance + r_std) if r_std else found
    squares, said = geometry({"temperature": (temperature_std, temperature)} | ({} if area_std is None else {"area": (area_std, record.condition("area"))}))
    logs = np.array([b.j0 for b in found.values()])
    own = np.array([b.j0_std for b in found.values()])
    weight = 1.0 / np.maximum(own, 1e-12) ** 2
    mean = float(weight @ logs / weight.sum())
    shift = mean - float(weight @ np.array([b.j0 for b in moved.values()]) / weight.sum())
    apart = abs(float(logs[0] - logs[1]))
    half = 0.5 * apart if apart > ERRORS * float(np.hypot(*own)) else 0.0
    relative = math.sqrt((float(np.max(own)) ** 2 if method == "tafel" else 1.0 / float(weight.sum())) + shift**2 + half**2 + squares)
    value = math.exp(mean)
    evidence = {
        "window_V": [limit, top if math.isfinite(top) else None] if method == "tafel" else [LEAST if method != "micropolarisation" else 0.0, limit],
        "ohmic fraction at the end": share, "ohmic_resistance_ohm_m2": resistance, "ohmic_std": r_std,
        "voltage at zero current": zero, "faces": count, "temperature_K": temperature, "apparent": apparent,
        "branches": {k: {"j0_A_m2": math.exp(b.j0), "R2": b.r2, "points": b.points, "bend": b.bend, "eta_V": [b.low, b.high],
                         "slope_per_V": b.slope} for k, b in found.items()},
        "remarks": [f"the branches differ by {apart:.1%}, beyond their errors: half of it is in the error"] if half else [],
    }  # fmt: skip
    span = f"|eta| {'beyond' if method == 'tafel' else 'below'} {limit * 1e3:.3g} mV"
    how = f"{method}, {span}, both branches; ohmic part {said_ohmic}, {share:.1%} of the voltage at the end; {said_faces}; {said}"
    if apparent:
        how += "; apparent: the overpotential may hold the ionic resistance of an interphase, then the true j0 is larger"
    name = "apparent exchange current density" if apparent else "exchange current density"
    out = [Finding(name, value, "exchange_current_density", how, value * relative, SOURCE, evidence=evidence)]
    for branch, b in found.items():
        r_part = abs(moved[branch].slope - b.slope)
        std = math.hypot(b.slope_std, r_part)
        if method == "micropolarisation":
            continue
        out.append(Finding(f"transfer coefficient, {branch} branch", b.slope * thermal, "number", how, std * thermal, SOURCE, evidence=evidence))
        if method == "tafel":
            out.append(Finding(f"Tafel slope per decade, {branch} branch", math.log(10.0) / b.slope, "overpotential", how,
                               math.log(10.0) * std / b.slope**2, SOURCE, evidence=evidence))  # fmt: skip
    return out


def _ohmic(ohmic: ImpedanceFit | Stated | None, which: str | Sequence[str] | None) -> tuple[float, float, str]:
    if isinstance(ohmic, ImpedanceFit):
        in_arcs = {a.labels[0] for a in ohmic.arcs}
        there = [n for n in ohmic.names if n not in in_arcs and "." not in n and ohmic.values[n] > 0.0]
        names = named(ohmic, which if which is not None else [n for n in there if n.startswith("R")])
        taken = summed(ohmic, names)
        if not taken.specific:
            raise AnalysisError("The fit is of the whole cell, the currents are per area", remedy="Fit with specific=True")
        return taken.value, taken.std or 0.0, f"{taken.said} of {ohmic.circuit}"
    value, std = given(ohmic, "area_specific_resistance", "ohmic resistance of the cell", 'ohmic="12 ohm*cm^2", or a fit of its spectrum')
    return value, std or 0.0, "stated"


def _sweep(record: Record) -> Stretch:
    """The longest stretch whose voltage moves through zero current."""
    found = [t for t in traces(record, technique="tafel", specific=True) if len(t.clock) >= 2 * FEWEST]
    passing = [t for t in found if t.current.min() < 0.0 < t.current.max()]
    if not passing:
        raise AnalysisError("No sweep passes through zero current: both branches are needed", remedy="Sweep from -200 mV to +200 mV, slowly")
    return max(passing, key=lambda t: len(t.clock))


def _rest(sweep: Stretch) -> float:
    """Voltage at zero current, of a line through the currents next to zero."""
    near = np.argsort(np.abs(sweep.current))[: max(FEWEST, len(sweep.current) // 50)]
    fit = line(sweep.current[near], sweep.voltage[near])
    return float(fit.parameters[0])


def _branch(method: Method, eta: Array, current: Array, limit: float, top: float, thermal: float, name: str) -> _Branch:
    if method == "micropolarisation":
        return _micro(eta, current, limit, thermal, name)
    low, high = (limit, top) if method == "tafel" else (LEAST, limit)
    inside: Mask = (eta >= low) & (eta <= high) & (current > 0.0)
    if np.count_nonzero(inside) < FEWEST:
        raise AnalysisError(f"The {name} branch has too few points in the window", given=int(inside.sum()), allowed=f"at least {FEWEST}",
                            remedy="Sweep further, or say how far with window=..., upper=...")  # fmt: skip
    x, y = eta[inside], np.log(current[inside])
    if method == "allen-hickling":
        y = y - np.log(-np.expm1(-x / thermal))
    fit = line(x, y)
    bent, bent_std = bend(x, y)
    if method == "tafel" and float(np.ptp(y)) < DECADES * math.log(10.0):
        raise AnalysisError(
            f"The {name} branch spans {np.ptp(y) / math.log(10.0):.2g} decades of current beyond {low * 1e3:.3g} mV: no Tafel line can be told",
            allowed=f"at least {DECADES}", remedy='Sweep further, or use method="allen-hickling" or "micropolarisation"',
        )  # fmt: skip
    slope, slope_std = fit.value((0.0, 1.0))
    if not slope > ERRORS * slope_std or (abs(bent) > BENT and abs(bent) > ERRORS * bent_std):
        raise AnalysisError(
            f"The {name} branch is no straight line: its slope changes by {bent:.0%} over the window",
            allowed=f"up to {BENT:.0%}", remedy="Look for an ohmic part not taken away, depletion of the salt, or a change of the contact",
        )  # fmt: skip
    log_j0, log_std = fit.value((1.0, 0.0))
    if method == "tafel":  # the reverse reaction that is left in the window bends the line a little
        without = line(x, y - np.log(-np.expm1(-x / thermal)))
        log_std = math.hypot(log_std, float(without.parameters[0]) - log_j0)
        slope_std = math.hypot(slope_std, float(without.parameters[1]) - slope)
    return _Branch(log_j0, log_std, slope, slope_std, bent, fit.r2, int(inside.sum()), float(x.min()), float(x.max()))


def _micro(eta: Array, current: Array, limit: float, thermal: float, name: str) -> _Branch:
    inside: Mask = np.abs(eta) <= limit
    if np.count_nonzero(inside) < FEWEST:
        raise AnalysisError("Too few points lie near rest", given=int(inside.sum()), allowed=f"at least {FEWEST}")
    side = inside & ((eta > 0.0) if name == "anodic" else (eta < 0.0))
    whole = least((np.ones_like(eta[inside]), eta[inside], eta[inside] ** 3), current[inside])
    slope, std = whole.value((0.0, 1.0, 0.0))
    if not slope > ERRORS * std:
        raise AnalysisError("The current near rest does not rise with the overpotential beyond its error", given=f"{slope:.3g} ± {std:.2g}")
    # both branches share the slope at rest: each counts half
    return _Branch(math.log(thermal * slope), math.sqrt(2.0) * std / slope, slope, std, 0.0, whole.r2, int(side.sum()), 0.0, limit)


# -- recognition ------------------------------------------------------------------------------------------------------
BRANCH = 0.15  # of a sweep's span that a branch must cover


def _one_sweep(seen: Seen) -> Answer:
    if not seen.moves:
        return False, "no stretch moves the voltage one way while the current follows"
    if (share := seen.share(seen.moves)) < 0.5:
        return False, f"{share:.0%} of the points under current lie in sweeps only"
    if len(seen.moves) > 1:
        return False, f"{len(seen.moves)} sweeps, to and fro"
    return True, "one sweep"


def _through_rest(seen: Seen) -> Answer:
    if not seen.moves:
        return False, "no stretch moves the voltage one way while the current follows"
    s = max(seen.moves, key=lambda one: min(one.below, 1.0 - one.below))
    ends = f"{volts(s.start)} to {volts(s.stop)} at {units.show(s.rate, 'scan_rate', 3)}"
    if not BRANCH <= s.below <= 1.0 - BRANCH:
        return False, f"the sweep ({ends}) has one branch: the current keeps its sign over {max(s.below, 1.0 - s.below):.0%} of it"
    return True, f"the current passes through zero within the sweep ({ends}), both branches"


def _is_short(seen: Seen) -> Answer:
    span = max(abs(s.stop - s.start) for s in seen.moves)
    return (True, "") if span <= 1.0 else (False, f"{volts(span)} wide, where a sweep of the overpotential is 1 V at most")


def _run(record: Record, stated: Known) -> list[Finding]:
    from . import impedance

    ohmic: ImpedanceFit | None = None
    if stated.get("ohmic") is None and stated.get("tafel.ohmic") is None and record.spectra:
        ohmic = impedance.fit(record, "auto", which=0, specific=True)
    refused: AnalysisError | None = None
    options = {"ohmic": ohmic, **asked(stated, "tafel", find)}
    one = stated.get("method_tafel") or options.pop("method", None)
    for method in (one,) if one else get_args(Method):
        try:
            return find(record, method=method, **options)
        except AnalysisError as error:
            refused = refused or error
    assert refused is not None
    raise refused


declare(Technique(
    "tafel", "exchange current from a sweep (Tafel)",
    (FLOWS, Condition("one sweep", _one_sweep, looks_alike=True), Condition("a sweep through rest", _through_rest), Condition("a sweep of the overpotential", _is_short)), (_run,),
    {"ohmic": 'resistance taken away, "12 ohm*cm^2"', "method_tafel": 'the older name of method', "faces": "2 in a symmetric cell, 1 with a reference"},
    finds=(find,),
))  # fmt: skip
