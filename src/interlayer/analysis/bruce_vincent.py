"""Current fraction of an electrolyte between lithium electrodes, by the experiment of Bruce and Vincent.

A small voltage dV is held until the current is steady. With the interfacial resistances before (R0) and in the steady
state (Rss), both faces together,

    "interfacial"      t = Iss (dV - I0 R0)/(I0 (dV - Iss Rss))
    "bulk corrected"   t = Iss Rb,ss (dV - I0 R0)/(I0 Rb,0 (dV - Iss Rss))      Rb: the bulk, where it changed meanwhile

I0 at t = 0, "ohmic": dV/(Rb,0 + R0), or "extrapolated": 1/I against sqrt(t) in a stated window, later than the double
layers and short against L²/D. Iss: the end of the hold.

What comes out is the steady-state current fraction 1/(1 + Ne) (Ne the Newman number). It equals the transference
number t+ in an ideal dilute binary electrolyte alone; the finding carries that name only where the caller says so.

Refused: I0 R0 above 0.8 dV (a difference of near equals), a current that still drifts by more than 5 % over the last
quarter of the hold, a voltage that was not held. Above 10 mV the answer may not be linear: remarked.

Errors: of I0, Iss, dV and the resistances as independent numbers, to first order. Sources: Evans, Vincent & Bruce,
Polymer 28 (1987) 2324; Balsara & Newman, J. Electrochem. Soc. 162 (2015) A2720 (both recalled).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from .. import units
from ..errors import AnalysisError, MissingValueError, UnknownNameError
from ..record import Finding, Record
from . import impedance
from ._conditions import FLOWS, span, volts
from ._dc import Stated, Steady, Stretch, given, line, propagate, specific_basis, steady, traces
from ._resistance import named, resistances, summed
from ._result import ImpedanceFit
from ._seen import Seen
from ._target import number
from ._technique import Answer, Condition, Technique, declare, option
from ._technique import Stated as Known

SOURCE = "Evans, Vincent & Bruce, Polymer 28 (1987) 2324; current fraction: 10.1149/2.0651514jes (both recalled)"
Form: TypeAlias = Literal["interfacial", "bulk corrected"]
First: TypeAlias = Literal["ohmic", "extrapolated"]
SHARE = 0.25  # of the hold, at its end
DRIFT = 0.05  # of the steady current over that share
BLIND = 0.8  # I0 R0/dV from which on nothing is left for the electrolyte
LINEAR = 0.010  # V
HELD = 0.02  # relative scatter or drift of a voltage that is held
STRAIGHT = 0.98  # R² of 1/I against sqrt(t)


@dataclass(frozen=True)
class _Side:
    """Resistances of one spectrum: the faces together and the bulk, each (value, std)."""

    faces: tuple[float, float | None]
    bulk: tuple[float, float | None] | None
    said: str
    misfit: str = ""


def find(
    record: Record, *, before: ImpedanceFit | Stated | None = None, after: ImpedanceFit | Stated | None = None,
    bulk_before: Stated | None = None, bulk_after: Stated | None = None, circuit: str = "R(RQ)Ws",
    which: str | Sequence[str] | None = None, form: Form = "interfacial", first: First = "ohmic",
    window: tuple[units.Given, units.Given] | None = None, rest: units.Given | None = None, ideal: bool = False,
) -> list[Finding]:  # fmt: skip
    """Current fraction; initial and steady current; interfacial resistances before and after.

    before, after   the interfacial resistance of both faces: a fit, a finding, or a value with unit (ohm, or ohm cm² where
                    the record holds densities); None fits `circuit` to the first and the last spectrum of the record
    bulk_before, bulk_after   the bulk resistance where `before`, `after` are no fits
    which           resistances of a fit that are the faces; None: those of its arcs (the series ones are the bulk)
    form, first     see above; "extrapolated" needs the window of times
    rest            voltage of the cell at rest; None: the last value of a rest before the hold, else 0 V (said)
    ideal           the caller says that the electrolyte is ideal and dilute: then the finding is a transference number
    """
    for word, allowed in ((form, get_args(Form)), (first, get_args(First))):
        if word not in allowed:
            raise UnknownNameError("This form of the Bruce-Vincent equation is not known", given=word, allowed=allowed)
    specific = specific_basis(record)
    quantity = "area_specific_resistance" if specific else "resistance"
    hold, offset, said_rest = _hold(record, specific, rest)
    sides = (
        _side(record, 0, before, bulk_before, circuit, which, specific, "before"),
        _side(record, -1, after, bulk_after, circuit, which, specific, "after"),
    )
    volts = _held(hold, offset)
    end = _end(hold, volts.value)
    values = {"dv": volts.value, "last": end.value, "r0": sides[0].faces[0], "rss": sides[1].faces[0]}
    stds = {"dv": volts.std, "last": end.std, "r0": sides[0].faces[1], "rss": sides[1].faces[1]}
    for place, key in ((0, "b0"), (1, "bss")) if form == "bulk corrected" else (((0, "b0"),) if first == "ohmic" else ()):
        part = sides[place].bulk
        if part is None:
            raise MissingValueError(
                f"The bulk resistance {('before', 'after')[place]} is not stated", remedy=f"State bulk_{('before', 'after')[place]}=\"... ohm\", or give a fit"
            )  # fmt: skip
        values[key], stds[key] = part
    early: dict[str, float] = {}
    if first == "extrapolated":
        values["first"], stds["first"], early = _extrapolated(hold, window)

    def initial(v: dict[str, float]) -> float:
        return v["first"] if "first" in v else v["dv"] / (v["b0"] + v["r0"])

    def fraction(**v: float) -> float:
        i0 = initial(v)
        value = v["last"] * (v["dv"] - i0 * v["r0"]) / (i0 * (v["dv"] - v["last"] * v["rss"]))
        return value * (v["bss"] / v["b0"] if form == "bulk corrected" else 1.0)

    i0, i0_std = propagate(lambda **v: initial(v), values, stds)
    blind = i0 * values["r0"] / volts.value
    if not blind < BLIND:
        raise AnalysisError(
            f"The faces take {blind:.0%} of the voltage at the start: what is left for the electrolyte is a difference of near equals",
            given=f"I0 R0/dV = {blind:.3g}", allowed=f"below {BLIND:g}", remedy="Use a thicker electrolyte or better contacts",
        )  # fmt: skip
    if abs(end.value) * values["rss"] >= abs(volts.value):
        raise AnalysisError("The faces alone would take more than the voltage in the steady state", given=f"Iss Rss/dV = {end.value * values['rss'] / volts.value:.3g}",
                            remedy="Is Rss of the polarised cell, and of both faces together?")  # fmt: skip
    value, std = propagate(fraction, values, stds)
    if value < 0.0 or value > 1.0 + 3.0 * std:
        raise AnalysisError(
            "The current fraction can't be: more flows in the end than at the start allows", given=f"{value:.3g} ± {std:.2g}",
            allowed="0 to 1", remedy="Look for a short, an electronic leak, or a resistance of another cell",
        )  # fmt: skip
    missing = [k for k, s in stds.items() if s is None]
    remarks = [f"dV is {volts.value * 1e3:.3g} mV, above 10 mV: the answer may not be linear"] if abs(volts.value) > LINEAR * 1.001 else []
    remarks += [s.misfit for s in sides if s.misfit]
    evidence = {
        **{f"value_{k}": v for k, v in values.items()}, **{f"std_{k}": s for k, s in stds.items()}, "I0 R0/dV": blind,
        "drift over the last quarter": end.drift, "steady points": end.points, "form": form, "first": first,
        "specific": specific, "Newman number": 1.0 / value - 1.0 if value > 0.0 else None, "remarks": remarks, **early,
    }  # fmt: skip
    equation = "Iss (dV - I0 R0)/(I0 (dV - Iss Rss))" + (" Rb,ss/Rb,0" if form == "bulk corrected" else "")
    how = f"{equation}; I0 {first}; R0 {sides[0].said}, Rss {sides[1].said}; {said_rest}" + "".join(f"; {r}" for r in remarks)
    name = "transference number" if ideal else "steady-state current fraction"
    meaning = "ideal dilute binary electrolyte by the caller's word" if ideal else "equals t+ in an ideal dilute binary electrolyte alone, else 1/(1 + Ne)"
    note = f"the error lacks that of {', '.join(missing)} (no error stated)" if missing else ""
    current = "current_density" if specific else "current"
    return [
        Finding(name, value, "transference_number", f"{how}; {meaning}", std, SOURCE, note, evidence=evidence),
        Finding("initial current", i0, current, f"{first}; {said_rest}", i0_std, SOURCE, evidence=early),
        Finding("steady current", end.value, current, f"end of the hold, line over its last {SHARE:.0%}", end.std, SOURCE, evidence={"drift": end.drift}),
        *(
            Finding(f"interfacial resistance {when}, both faces", side.faces[0], quantity, side.said, side.faces[1], SOURCE,
                    "" if side.faces[1] is not None else "stated without an error")
            for when, side in zip(("before", "after"), sides, strict=True)
        ),
    ]  # fmt: skip


def _hold(record: Record, specific: bool, rest: units.Given | None) -> tuple[Stretch, float, str]:
    """The hold, the voltage at rest, and how that is known."""
    found = traces(record, technique="bruce_vincent", specific=specific)
    hold = max(found, key=lambda t: float(t.clock[-1] - t.clock[0]) * float(np.max(np.abs(t.current)) > 0.0))
    if rest is not None:
        return hold, number(rest, "voltage", "voltage at rest"), f"dV from {rest} at rest (stated)"
    earlier = [t for t in traces(record, specific=specific) if t.clock[-1] <= hold.clock[0]]
    quiet = [t for t in earlier if np.max(np.abs(t.current)) <= 1e-3 * np.max(np.abs(hold.current))]
    if quiet:
        return hold, float(np.median(quiet[-1].voltage[-10:])), "dV from the rest before the hold"
    return hold, 0.0, "dV from 0 V (no rest is recorded before the hold)"


def _held(hold: Stretch, offset: float) -> Steady:
    """The voltage, if it was held."""
    late = hold.time > 0.02 * hold.time[-1]
    found = steady(hold.time[late], hold.voltage[late] - offset, 1.0)
    scatter = float(np.std(hold.voltage[late]))
    if not abs(found.value) > 0.0 or found.drift > HELD + 3.0 * found.drift_std or scatter > 10.0 * HELD * abs(found.value):
        raise AnalysisError(
            "No voltage was held", given=f"{found.value:.4g} V with a drift of {found.drift:.1%}",
            allowed=f"a drift below {HELD:.0%}", remedy="Bruce and Vincent's experiment holds a small voltage until the current is steady",
        )  # fmt: skip
    return found


def _end(hold: Stretch, volts: float) -> Steady:
    found = steady(hold.time, hold.current, SHARE)
    if found.drift - 2.0 * found.drift_std > DRIFT:
        raise AnalysisError(
            f"The current is not steady: it still changes by {found.drift:.1%} over the last {SHARE:.0%} of the hold",
            allowed=f"{DRIFT:.0%}", remedy="Hold longer than L²/D of the electrolyte",
        )  # fmt: skip
    if found.drift_std > DRIFT:
        raise AnalysisError(
            "The current is too noisy to tell whether it is steady", given=f"drift {found.drift:.1%} ± {found.drift_std:.1%}", allowed=f"± {DRIFT:.0%}"
        )
    if found.value * volts <= 0.0:
        raise AnalysisError("The steady current flows against the voltage", given=found.value, remedy="The sign of a column is turned")
    return found


def _side(
    record: Record, index: int, of: ImpedanceFit | Stated | None, bulk: Stated | None, circuit: str,
    which: str | Sequence[str] | None, specific: bool, when: str,
) -> _Side:  # fmt: skip
    quantity = "area_specific_resistance" if specific else "resistance"
    stated = None if bulk is None else given(bulk, quantity, f"bulk resistance {when}", f'bulk_{when}="..."')
    if of is not None and not isinstance(of, ImpedanceFit):
        value = given(of, quantity, f"interfacial resistance {when}", f'{when}="..."')
        if not value[0] >= 0.0:
            raise AnalysisError("A resistance is not negative", given=value[0])
        return _Side(value, stated, "stated")
    if of is None:
        if len(record.spectra) < 2:
            raise MissingValueError(
                f"The record holds {len(record.spectra)} spectra, and the interfacial resistance {when} is not stated",
                remedy='State before="... ohm" and after="... ohm" (both faces together), or read the spectra into the record',
            )  # fmt: skip
        of = impedance.fit(record, circuit, specific=specific, which=index)
    if of.spectrum.specific != specific:
        raise AnalysisError("The fit and the record differ: one is per area, the other of the whole cell", remedy=f"Fit with specific={specific}")
    there = [n for n in resistances(of) if "." not in n]
    names = named(of, which) if which is not None else [a.labels[0] for a in of.arcs]
    if not names:
        raise AnalysisError(f"{of.circuit} has no arc that could be the faces", allowed=there, remedy='Name the resistances: which=["R2"]')
    faces = summed(of, names)
    if faces.std is None:
        raise AnalysisError(f"The fit {when} does not determine the interfacial resistance ({faces.why})", given=of.circuit)
    rest = [n for n in there if n not in names]
    series = summed(of, rest) if rest else None
    part = stated if stated is not None else None if series is None else (series.value, series.std)
    misfit = f"the fit {when}: {of.verdict}" if of.misfit else ""
    return _Side((faces.value, faces.std), part, f"{faces.said} of {of.circuit}", misfit)


def _extrapolated(hold: Stretch, window: tuple[units.Given, units.Given] | None) -> tuple[float, float, dict[str, float]]:
    """I0 of 1/I = 1/I0 + k sqrt(t), diffusion at short times in series with a resistance."""
    if window is None:
        raise MissingValueError("The window of the extrapolation is not stated", remedy='State window=("1 s", "60 s"): later than the double layers, short against L²/D')
    ends = sorted(number(v, "step_time", "end of the window") for v in window)
    inside = (hold.time >= ends[0]) & (hold.time <= ends[1])
    if np.count_nonzero(inside) < 5:
        raise AnalysisError("Too few points lie in the window of the extrapolation", given=int(inside.sum()), allowed="5 or more")
    root = np.sqrt(hold.time[inside])
    current = hold.current[inside]
    fit = line(root, 1.0 / current, current**2)
    noise = abs(float(fit.covariance[1, 1])) ** 0.5
    if fit.r2 < STRAIGHT and abs(float(fit.parameters[1])) > 3.0 * noise:
        raise AnalysisError("1/I is not straight against sqrt(t) in this window", given=f"R² = {fit.r2:.3f}", allowed=f"{STRAIGHT} or more", remedy="Choose a later or shorter window")
    inverse, std = fit.value((1.0, 0.0))
    return 1.0 / inverse, std / inverse**2, {"extrapolation R2": fit.r2, "extrapolation points": float(len(root)), "extrapolation from s": ends[0], "extrapolation to s": math.fsum(ends[1:])}


# -- recognition ------------------------------------------------------------------------------------------------------
SMALL = 0.05  # V: five times what is linear


def _one_hold(seen: Seen) -> Answer:
    if not seen.holds:
        return False, "no voltage is held while a current flows"
    levels = sorted({round(h.voltage, 4) for h in seen.holds})
    if len(levels) > 1:
        return False, f"{len(levels)} voltages are held ({', '.join(volts(v) for v in levels[:5])})"
    if (share := seen.held_share(seen.holds)) < 0.5:
        return False, f"the voltage is held for {share:.0%} of the time under current only"
    h = max(seen.holds, key=lambda one: one.duration)
    return True, f"{volts(h.voltage)} held for {span(h.duration)} while the current goes from {seen.show(h.first)} to {seen.show(h.last)}"


def _is_small(seen: Seen) -> Answer:
    h = max(seen.holds, key=lambda one: one.duration)
    rest = seen.before(h.start)
    if abs(rest) > SMALL:
        return False, f"the cell rests at {volts(rest)}, where two equal electrodes rest at zero"
    step = abs(h.voltage - rest)
    if step > SMALL:
        return False, f"{volts(step)} away from rest, where {volts(SMALL)} at most is"
    n = len(seen.record.spectra)
    return True, f"a small voltage; {n} spectr{'um' if n == 1 else 'a'} for the resistances before and after"


def _run(record: Record, stated: Known) -> list[Finding]:
    return find(record, **option(stated, "before", "after", "bulk_before", "bulk_after", "form"))


declare(Technique(
    "bruce_vincent", "current fraction by Bruce and Vincent",
    (FLOWS, Condition("one voltage that is held", _one_hold), Condition("a small voltage", _is_small)), (_run,),
    {"before": 'resistance of both faces before, "5 ohm"', "after": 'resistance of both faces in the steady state, "6 ohm"', "bulk_before": 'bulk resistance before, "20 ohm"',
     "bulk_after": "bulk resistance after", "form": '"interfacial" or "bulk corrected"'},
))  # fmt: skip
