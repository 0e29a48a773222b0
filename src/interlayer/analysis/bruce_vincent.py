"""Current fraction of an electrolyte between lithium electrodes, by the experiment of Bruce and Vincent.

A small voltage dV is held until the current is steady. With the interfacial resistances before (R0) and in the steady
state (Rss), both faces together,

    "interfacial"      t = Iss (dV - I0 R0)/(I0 (dV - Iss Rss))
    "bulk corrected"   t = Iss Rb,ss (dV - I0 R0)/(I0 Rb,0 (dV - Iss Rss))      Rb: the bulk, where it changed meanwhile

I0 at t = 0, "ohmic": dV/(Rb,0 + R0), or "extrapolated": 1/I against sqrt(t) in a stated window, later than the double
layers and short against L²/D. Iss: the end of the hold. Both forms are given where both bulks are known. The series
resistance of a fit counts as bulk, with all that answers faster than the spectrum reaches: a film in it makes the
fraction too large, so it is an upper limit unless the bulk is stated.

The trace itself says what stands against the first current (_initial.py). Where bulk and faces of the spectra don't
explain it, that is remarked, what is missing is added to the error of the bulk, and counted to the faces where these
are judged. A spectrum that ends before the plateau of the bulk leaves it to extrapolation: remarked, and its last real part
less the bulk is part of the error.

What comes out is the steady-state current fraction 1/(1 + Ne) (Ne the Newman number). It equals the transference
number t+ in an ideal dilute binary electrolyte alone; the finding carries that name only where the caller says so.

Refused: I0 R0 above 0.8 dV (a difference of near equals; with what the spectra don't explain counted to R0), a current that still drifts by more than 5 % over the last
quarter of the hold, a voltage that was not held. Above 10 mV the answer may not be linear: remarked.

Errors: of I0 (by extrapolation: with what the window and the curve leave open), Iss, dV and the resistances as independent numbers, to first order. Sources: Evans, Vincent & Bruce,
Polymer 28 (1987) 2324; Balsara & Newman, J. Electrochem. Soc. 162 (2015) A2720 (both recalled).
"""

from __future__ import annotations

import functools
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
from ._dc import Stated, Steady, Stretch, given, least, line, propagate, specific_basis, steady, traces
from ._initial import Early, early
from ._options import asked
from ._resistance import named, resistances, summed
from ._result import ImpedanceFit
from ._seen import Seen
from ._target import number
from ._technique import Answer, Condition, Technique, declare
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
CIRCUITS = ("R(RQ)Ws", "R(RC)(RC)Ws", "R(RQ)(RQ)Ws")  # the first that describes both spectra, unless one is stated
EXPLAINED = 0.05  # of the resistance at the start: so far may the spectra miss it
MOST = 0.5  # share of dV at the faces from which on it is remarked
FALLS = 0.1  # -Z''/Z' at the highest frequency: the plateau of the bulk is not reached
APART = 0.05  # between the two forms


@dataclass(frozen=True)
class _Side:
    """Resistances of one spectrum: the faces together and the bulk, each (value, std)."""

    faces: tuple[float, float | None]
    bulk: tuple[float, float | None] | None
    said: str
    remarks: tuple[str, ...] = ()
    slowest: float = 0.0  # s, the longest time constant of its arcs
    fitted: bool = False  # whether the bulk is the series resistance of a fit


def find(
    record: Record, *, before: ImpedanceFit | Stated | None = None, after: ImpedanceFit | Stated | None = None,
    bulk_before: Stated | None = None, bulk_after: Stated | None = None, circuit: str | None = None,
    which: str | Sequence[str] | None = None, form: Form = "interfacial", first: First = "ohmic",
    window: tuple[units.Given, units.Given] | None = None, rest: units.Given | None = None, ideal: bool = False,
) -> list[Finding]:  # fmt: skip
    """Current fraction; initial and steady current; interfacial resistances before and after.

    before, after   the interfacial resistance of both faces: a fit, a finding, or a value with unit (ohm, or ohm cm² where
                    the record holds densities); None fits `circuit` to the first and the last spectrum of the record (default: one arc, or two where one does not describe them)
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
    before, after = _fitted(record, circuit, specific, before, after)
    sides = (
        _side(before, bulk_before, which, specific, "before", record),
        _side(after, bulk_after, which, specific, "after", record),
    )
    held = _held(hold, offset)
    case = _Case(hold, held, _end(hold, held.value), sides, first, window)
    value, std, evidence, remarks = case.fraction(form)
    name = "transference number" if ideal else "steady-state current fraction"
    out = [_fraction(name, value, std, form, case, evidence, remarks, said_rest, ideal)]
    if (other := case.other(form)) is not None:
        word, twin, twin_std = other
        gap = abs(twin / value - 1.0) if value > 0.0 else 0.0
        why = f"the two forms differ by {gap:.0%}: the bulk changed between the spectra" if gap > APART else ""
        out.append(Finding(f"{word} {name}", twin, "transference_number", _EQUATION[word], twin_std, SOURCE, why))
    current = "current_density" if specific else "current"
    i0, i0_std = case.initial()
    said = f"{first}; {said_rest}" + ("" if case.seen is None else f"; from the trace itself dV/I0 = {_shown(case.seen.resistance, specific)} ± {_shown(case.seen.std, specific)}")
    return [
        *out,
        Finding("initial current", i0, current, said, i0_std, SOURCE, evidence=case.early),
        Finding("steady current", case.end.value, current, f"end of the hold, line over its last {SHARE:.0%}", case.end.std, SOURCE, evidence={"drift": case.end.drift}),
        *(
            Finding(f"interfacial resistance {when}, both faces", side.faces[0], quantity, side.said, side.faces[1], SOURCE,
                    "" if side.faces[1] is not None else "stated without an error")
            for when, side in zip(("before", "after"), sides, strict=True)
        ),
    ]  # fmt: skip


def _fraction(
    name: str, value: float, std: float, form: Form, case: _Case, evidence: dict[str, object], remarks: list[str], said_rest: str, ideal: bool
) -> Finding:
    """The finding of the form that was asked for."""
    sides, missing = case.sides, [k for k, s in case.stds(form).items() if s is None]
    shares = f"the faces take {case.share(0):.0%} of dV at the start and {case.share(-1):.0%} in the end"
    how = f"{_EQUATION[form]}; I0 {case.first}; R0 {sides[0].said}, Rss {sides[1].said}; {shares}; {said_rest}" + "".join(f"; {r}" for r in remarks)
    meaning = "ideal dilute binary electrolyte by the caller's word" if ideal else "equals t+ in an ideal dilute binary electrolyte alone, else 1/(1 + Ne)"
    note = f"the error lacks that of {', '.join(missing)} (no error stated)" if missing else ""
    return Finding(name, value, "transference_number", f"{how}; {meaning}", std, SOURCE, note, evidence=evidence)


_EQUATION: dict[str, str] = {
    "interfacial": "Iss (dV - I0 R0)/(I0 (dV - Iss Rss))", "bulk corrected": "Iss (dV - I0 R0)/(I0 (dV - Iss Rss)) Rb,ss/Rb,0",
}  # fmt: skip


def _shown(value: float, specific: bool) -> str:
    return units.show(value, "area_specific_resistance" if specific else "resistance", 3)


@dataclass(frozen=True)
class _Case:
    """One experiment: its hold, what it ends in, its spectra; `first` and `window` as in `find`."""

    hold: Stretch
    held: Steady
    end: Steady
    sides: tuple[_Side, _Side]
    first: First
    window: tuple[units.Given, units.Given] | None

    @functools.cached_property
    def seen(self) -> Early | None:
        """The resistance at the start by the trace; only a fit tells from when on double layers are charged."""
        return early(self.hold, self.held.value, max(s.slowest for s in self.sides))

    @functools.cached_property
    def read(self) -> tuple[float, float, dict[str, float]]:
        """I0 in the stated window."""
        return _extrapolated(self.hold, self.window)

    @property
    def early(self) -> dict[str, float]:
        """Evidence of I0."""
        seen = {} if self.seen is None else {"dV/I0 of the trace": self.seen.resistance, "its std": self.seen.std, "its points": float(self.seen.points)}
        return {**(self.read[2] if self.first == "extrapolated" else {}), **seen}

    @property
    def open(self) -> tuple[float, float]:
        """(resistance at the start that the spectra don't explain, its std): (0, 0) where either is not known."""
        if self.seen is None or self.sides[0].bulk is None:
            return 0.0, 0.0
        (r, r_std), (b, b_std) = self.sides[0].faces, self.sides[0].bulk
        return self.seen.resistance - r - b, math.hypot(self.seen.std, r_std or 0.0, b_std or 0.0)

    @property
    def unexplained(self) -> float:
        """The same where it is beyond errors and `EXPLAINED`, else 0."""
        gap, std = self.open
        return gap if self.seen is not None and abs(gap) > max(3.0 * std, EXPLAINED * self.seen.resistance) else 0.0

    def values(self, form: Form) -> dict[str, float]:
        """What goes into the equation."""
        out = {"dv": self.held.value, "last": self.end.value, "r0": self.sides[0].faces[0], "rss": self.sides[1].faces[0]}
        return out | {key: part[0] for key, part in self._bulks(form).items()} | ({"first": self.read[0]} if self.first == "extrapolated" else {})

    def stds(self, form: Form, *, as_stated: bool = False) -> dict[str, float | None]:
        """Its errors; what the spectra leave open at the start may be bulk, unless they are taken as stated."""
        out = {"dv": self.held.std, "last": self.end.std, "r0": self.sides[0].faces[1], "rss": self.sides[1].faces[1]}
        for key, (_, std) in self._bulks(form).items():
            missing = self.unexplained if not as_stated else 0.0
            out[key] = std if missing == 0.0 else math.hypot(std or 0.0, missing)
        return out | ({"first": self.read[1]} if self.first == "extrapolated" else {})

    def _bulks(self, form: Form) -> dict[str, tuple[float, float | None]]:
        needed = ((0, "b0"), (1, "bss")) if form == "bulk corrected" else (((0, "b0"),) if self.first == "ohmic" else ())
        out = {}
        for place, key in needed:
            part, when = self.sides[place].bulk, ("before", "after")[place]
            if part is None:
                raise MissingValueError(f"The bulk resistance {when} is not stated", remedy=f"State bulk_{when}=\"... ohm\", or give a fit")
            out[key] = part
        return out

    def initial(self) -> tuple[float, float]:
        """I0 with its error: that it comes by extrapolation, from spectra or along the trace, is what these differ by."""
        value, std = propagate(lambda **v: _first(v), self.values("interfacial"), self.stds("interfacial"))
        if self.seen is None:
            return value, std
        traced = self.held.value / self.seen.resistance
        return value, math.hypot(std, traced - value, traced * self.seen.std / self.seen.resistance)

    def share(self, place: int) -> float:
        """Share of dV that the faces take at the start (0) or in the end (-1)."""
        current = self.initial()[0] if place == 0 else self.end.value
        return current * self.sides[place].faces[0] / self.held.value

    def other(self, form: Form) -> tuple[Form, float, float] | None:
        """The other form, where what it needs is known and not the same by definition."""
        word: Form = "interfacial" if form == "bulk corrected" else "bulk corrected"
        if self.sides[0].bulk is None or self.sides[1].bulk is None:
            return None
        return word, *propagate(lambda **v: _equation(v, word), self.values(word), self.stds(word))

    def fraction(self, form: Form) -> tuple[float, float, dict[str, object], list[str]]:
        """(value, std, evidence, remarks). Errors: `AnalysisError` where the faces leave nothing to see."""
        values, stds = self.values(form), self.stds(form)
        blind, last = self._blind(), self.share(-1)
        if last >= 1.0:
            raise AnalysisError("The faces alone would take more than the voltage in the steady state", given=f"Iss Rss/dV = {last:.3g}",
                                remedy="Is Rss of the polarised cell, and of both faces together?")  # fmt: skip
        value, std = propagate(lambda **v: _equation(v, form), values, stds)
        own = propagate(lambda **v: _equation(v, form), values, self.stds(form, as_stated=True))[1]
        if value < 0.0 or value > 1.0 + 3.0 * own:
            raise AnalysisError(
                "The current fraction can't be: more flows in the end than at the start allows", given=f"{value:.3g} ± {own:.2g}",
                allowed="0 to 1", remedy="Look for a short, an electronic leak, or a resistance of another cell",
            )  # fmt: skip
        remarks = self._remarks()
        evidence: dict[str, object] = {
            **{f"value_{k}": v for k, v in values.items()}, **{f"std_{k}": s for k, s in stds.items()}, "I0 R0/dV": blind, "Iss Rss/dV": last,
            "drift over the last quarter": self.end.drift, "steady points": self.end.points, "form": form, "first": self.first,
            "specific": self.hold.specific, "Newman number": 1.0 / value - 1.0 if value > 0.0 else None, "remarks": remarks, **self.early,
        }  # fmt: skip
        return value, std, evidence, remarks

    def _blind(self) -> float:
        blind, more = self.share(0), 0.0
        if self.unexplained > 0.0 and self.seen is not None:  # what no spectrum shows may well be a face
            more = (self.sides[0].faces[0] + self.unexplained) / self.seen.resistance
        if not max(blind, more) < BLIND:
            counted = "" if blind >= more else ", with what bulk and faces of the spectra don't explain of the first current"
            raise AnalysisError(
                f"The faces take {max(blind, more):.0%} of the voltage at the start{counted}: what is left for the electrolyte is a difference of near equals",
                given=f"I0 R0/dV = {max(blind, more):.3g}", allowed=f"below {BLIND:g}", remedy="Use a thicker electrolyte or better contacts",
            )  # fmt: skip
        return blind

    def _remarks(self) -> list[str]:
        dv, specific = self.held.value, self.hold.specific
        out = [f"dV is {dv * 1e3:.3g} mV, above 10 mV: the answer may not be linear"] if abs(dv) > LINEAR * 1.001 else []
        if self.unexplained != 0.0 and self.seen is not None:
            total = self.seen.resistance - self.open[0]
            out.append(
                f"bulk and faces of the spectra, {_shown(total, specific)}, don't explain the first current, dV/I0 = {_shown(self.seen.resistance, specific)}: "
                "the difference is in the error of the bulk"
            )
        if self.share(0) > MOST:
            out.append(f"the faces take {self.share(0):.0%} of dV at the start: the electrolyte is the smaller part of what is measured")
        out += [r for s in self.sides for r in s.remarks]
        if self.sides[0].fitted and self.first == "ohmic":
            out.append("an upper limit where a film or a contact hides in the series resistance of the fit (state bulk_before where the bulk is known)")
        return out


def _first(v: dict[str, float]) -> float:
    return v["first"] if "first" in v else v["dv"] / (v["b0"] + v["r0"])


def _equation(v: dict[str, float], form: Form) -> float:
    i0 = _first(v)
    value = v["last"] * (v["dv"] - i0 * v["r0"]) / (i0 * (v["dv"] - v["last"] * v["rss"]))
    return value * (v["bss"] / v["b0"] if form == "bulk corrected" else 1.0)


_Of: TypeAlias = ImpedanceFit | Stated | None


def _fitted(record: Record, circuit: str | None, specific: bool, before: _Of, after: _Of) -> tuple[_Of, _Of]:
    """`before` and `after` with fits of the first and last spectrum where nothing is stated: of `circuit`, else of the first of
    `CIRCUITS` that describes them, else of the one that comes nearest; as they are where the record has no two spectra."""
    if len(record.spectra) < 2 or (before is not None and after is not None):
        return before, after
    tried: list[tuple[float, _Of, _Of]] = []
    for text in CIRCUITS if circuit is None else (circuit,):
        made = [impedance.fit(record, text, specific=specific, which=place) if of is None else None for place, of in ((0, before), (-1, after))]
        fits = [f for f in made if f is not None]
        tried.append((sum(f.chi2 for f in fits), made[0] or before, made[1] or after))
        if not any(f.misfit for f in fits):
            return tried[-1][1:]
    return min(tried, key=lambda one: one[0])[1:]


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


def _side(of: _Of, bulk: Stated | None, which: str | Sequence[str] | None, specific: bool, when: str, record: Record) -> _Side:
    quantity = "area_specific_resistance" if specific else "resistance"
    stated = None if bulk is None else given(bulk, quantity, f"bulk resistance {when}", f'bulk_{when}="..."')
    if of is not None and not isinstance(of, ImpedanceFit):
        value = given(of, quantity, f"interfacial resistance {when}", f'{when}="..."')
        if not value[0] >= 0.0:
            raise AnalysisError("A resistance is not negative", given=value[0])
        return _Side(value, stated, "stated")
    if of is None:
        raise MissingValueError(
            f"The record holds {len(record.spectra)} spectra, and the interfacial resistance {when} is not stated",
            remedy='State before="... ohm" and after="... ohm" (both faces together), or read the spectra into the record',
        )  # fmt: skip
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
    remarks = [f"the fit {when}: {of.verdict}"] if of.misfit else []
    edge, short = _edge(of, None if series is None else series.value)
    if edge:
        remarks.append(f"{when}: {edge}")
    value = (faces.value, math.hypot(faces.std, short))
    part = stated if stated is not None else None if series is None else (series.value, None if series.std is None else math.hypot(series.std, short))
    slowest = max((a.tau for a in of.arcs if a.labels[0] in names), default=0.0)
    return _Side(value, part, f"{faces.said} of {of.circuit}", tuple(remarks), slowest, stated is None and series is not None)


def _edge(of: ImpedanceFit, series: float | None) -> tuple[str, float]:
    """(what is to be said where the spectrum ends before the plateau of the bulk, how far its end is from it)."""
    top = int(np.argmax(of.spectrum.omega))
    z, hertz = of.spectrum.z[top], float(of.spectrum.omega[top]) / (2.0 * math.pi)
    if series is None or not -z.imag > FALLS * z.real:
        return "", 0.0
    return (
        f"at its highest frequency, {hertz / 1e3:.3g} kHz, the spectrum still falls (-Z''/Z' = {-z.imag / z.real:.2g}): the plateau of the bulk is extrapolated",
        abs(float(z.real) - series),
    )


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
    bent, bent_std = least((np.ones_like(root), root, root * root), 1.0 / current, current**2).value((1.0, 0.0, 0.0))
    std = math.hypot(std, 0.5 * max(abs(bent - inverse) - math.hypot(std, bent_std), 0.0))  # what the choice of a line does
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
    return find(record, **asked(stated, "bruce_vincent", find))


declare(Technique(
    "bruce_vincent", "current fraction by Bruce and Vincent",
    (FLOWS, Condition("one voltage that is held", _one_hold), Condition("a small voltage", _is_small)), (_run,),
    {"before": 'resistance of both faces before, "5 ohm"', "after": 'resistance of both faces in the steady state, "6 ohm"', "bulk_before": 'bulk resistance before, "20 ohm"',
     "bulk_after": "bulk resistance after", "form": '"interfacial" or "bulk corrected"'},
))  # fmt: skip
