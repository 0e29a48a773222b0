"""Nucleation overpotential of lithium on a foreign electrode, from the first plating at constant current.

E is the potential of the plated electrode against lithium. After it crosses 0 V it goes through a minimum (tip) and
comes to rest at the plateau (overpotential of growth):

    "strict"    |tip - plateau|            what nucleation alone costs; free of ohmic parts and of the other electrode
    "tip"       |tip|                      often quoted as the nucleation overpotential; also given with |I| R taken away
    plateau     median of E over the last half of the plating, also given with |I| R taken away

The tip is the vertex of a parabola through the points around the lowest one, so that noise does not deepen it; the time
and the charge at 0 V (charge that no lithium was plated with) are given. Refused: an E that never crosses 0 V, a tip
that is none within three errors (lithium on lithium: monotonic), a plateau that still drifts by more than half of what
is asked, a current that is not constant. Source: definition of the field's papers, which differ in which one they quote.
"""

from __future__ import annotations

import math

import numpy as np

from ..elements.base import Array
from ..errors import AnalysisError, MissingValueError
from ..record import Finding, Record
from ._conditions import CONSTANT as CONSTANT_CURRENT
from ._conditions import FLOWS, RISE, volts
from ._dc import ERRORS, Fit, Stated, Stretch, Working, given, least, scatter_of, steady, stretches, traces
from ._options import asked
from ._seen import Seen
from ._technique import Answer, Condition, Technique, declare
from ._technique import Stated as Known

SOURCE = "definition of the package; strict form as the field's papers name it (recalled)"
CONSTANT = 0.02  # relative scatter of a current that is constant
SHARE = 0.5  # of the plating, at its end: the plateau
SHARE_LEFT = 0.5  # of |tip - plateau| that the plateau may still drift


def find(record: Record, *, ohmic: Stated | None = None, working: Working | None = None, step: int = 0) -> list[Finding]:
    """Strict nucleation overpotential, tip, plateau (raw, and corrected where `ohmic` is stated), time and charge at 0 V.

    ohmic    resistance of the whole cell without the plated electrode's own (ohm cm² where the record holds densities)
    working  side of the plated electrode; None asks the record, else the potential after the crossing (it is negative)
    step     which plating, 0 is the first
    """
    plating, turned = _plating(record, working, step)
    t, e = plating.time, plating.voltage
    if not (e < 0.0).any():
        raise AnalysisError("The potential never crosses 0 V: nothing was plated", given=f"lowest {e.min():.4g} V", allowed="below 0 V")
    began = int(np.argmax(e < 0.0))
    below: Array = e[began:]
    clock: Array = t[began:]
    if len(below) < 8:
        raise AnalysisError("Too few points lie below 0 V", given=len(below), allowed="8 or more")
    noise = scatter_of(below)
    tip, tip_std, at = _tip(clock, below, noise)
    begins = float(clock[-1] - SHARE * (clock[-1] - clock[0]))
    if at > begins:
        raise AnalysisError("The lowest potential lies in the last half of the plating: there is no tip before a plateau", given=f"{at:.4g} s", allowed=f"before {begins:.4g} s")
    end = steady(clock, below, SHARE)
    late = clock >= begins
    plateau = float(np.median(below[late]))
    count = int(np.count_nonzero(late))
    plateau_std = math.hypot(1.2533 * noise / math.sqrt(count), 0.25 * max(end.drift - 2.0 * end.drift_std, 0.0) * abs(plateau))
    strict, strict_std = plateau - tip, math.hypot(tip_std, plateau_std)
    if not strict > ERRORS * strict_std or strict <= 1e-9 * abs(tip):
        raise AnalysisError(
            "There is no tip below the plateau beyond the errors: no nucleation overpotential can be told",
            given=f"{strict * 1e3:.3g} ± {strict_std * 1e3:.2g} mV", remedy="Record the first minutes more densely; lithium on lithium has none",
        )  # fmt: skip
    drift = end.drift * abs(end.value)
    if drift - 2.0 * end.drift_std * abs(end.value) > SHARE_LEFT * strict:
        raise AnalysisError(
            f"The plateau still moves by {drift * 1e3:.3g} mV over the last half of the plating", allowed=f"{SHARE_LEFT * strict * 1e3:.3g} mV",
            remedy="Plate longer, or the current is not constant",
        )  # fmt: skip
    crossing, crossing_std, charge = _crossing(plating, began)
    sampling = float(np.diff(t)[max(int(np.searchsorted(t, at)) - 1, 0)])
    evidence = {
        "tip at s": at, "plateau from s": begins, "plateau drift V": drift, "noise V": noise, "points": len(t),
        "sampling at the tip s": sampling, "current": plating.level, "specific": plating.specific, "working": turned,
    }  # fmt: skip
    method = f"minimum after 0 V (parabola), plateau as median of the last {SHARE:.0%}; {turned}"
    out = [
        Finding("nucleation overpotential, strict |tip - plateau|", strict, "overpotential", method, strict_std, SOURCE, evidence=evidence),
        Finding("nucleation tip, raw", -tip, "overpotential", f"|tip|, ohmic parts in it; {method}", tip_std, SOURCE, evidence=evidence),
        Finding("plating plateau, raw", -plateau, "overpotential", f"|plateau|, ohmic parts in it; {method}", plateau_std, SOURCE, evidence=evidence),
    ]  # fmt: skip
    if ohmic is not None:
        quantity = "area_specific_resistance" if plating.specific else "resistance"
        r, r_std = given(ohmic, quantity, "ohmic resistance", 'ohmic="10 ohm*cm^2"')
        drop, drop_std = abs(plating.level) * r, abs(plating.level) * (r_std or 0.0)
        if drop > -plateau + ERRORS * math.hypot(plateau_std, drop_std):
            raise AnalysisError("The ohmic part is larger than the plateau", given=f"{drop * 1e3:.3g} mV", allowed=f"up to {-plateau * 1e3:.3g} mV", remedy="Is the resistance that of this cell?")
        said = f"less |I| R = {drop * 1e3:.3g} mV ({'stated' if r_std is None else 'with its error'})"
        out += [
            Finding("nucleation tip, ohmic-corrected", -tip - drop, "overpotential", f"{method}; {said}", math.hypot(tip_std, drop_std), SOURCE, evidence=evidence),
            Finding("plating plateau, ohmic-corrected", -plateau - drop, "overpotential", f"{method}; {said}", math.hypot(plateau_std, drop_std), SOURCE, evidence=evidence),
        ]  # fmt: skip
    note = "" if crossing_std is not None else "the record begins below 0 V: at most this"
    return [
        *out,
        Finding("time to 0 V", crossing, "step_time", "linear interpolation", crossing_std, SOURCE, note, evidence=evidence),
        Finding("charge before 0 V", charge, "areal_charge" if plating.specific else "charge", "current times the time to 0 V",
                None if crossing_std is None else abs(plating.level) * crossing_std, SOURCE, note, evidence=evidence),
    ]  # fmt: skip


def _plating(record: Record, working: Working | None, step: int) -> tuple[Stretch, str]:
    found = traces(record, technique="nucleation", working=working)
    parts = [p for p in stretches(found) if p.level != 0.0]
    said = f"working electrode {working or next((p.info['working'] for p in parts if 'working' in p.info), None)}"
    if working is None and not any("working" in p.info for p in parts):
        first = parts[0]
        if first.voltage[-1] == 0.0 or first.voltage[-1] * first.level < 0.0:
            raise MissingValueError(
                "Current and potential have opposite signs after the crossing, so the sign of one of them is turned",
                remedy='Read the file with columns={"current": ("-I", "mA"), ...}, or state working="left" or "right"',
            )  # fmt: skip
        side: Working = "left" if first.voltage[-1] < 0.0 else "right"
        parts = [p for p in stretches(traces(record, technique="nucleation", working=side)) if p.level != 0.0]
        said = "sign by the plateau, which lies below 0 V"
    platings = [p for p in parts if p.level < 0.0]
    if not platings:
        raise AnalysisError("No current plates on the working electrode", remedy='The other side is the working electrode? State working="left" or "right"')
    if not -len(platings) <= step < len(platings):
        raise AnalysisError("The record has no such plating", given=step, allowed=f"0 .. {len(platings) - 1}")
    one = platings[step]
    if len(one.clock) < 12:
        raise AnalysisError("The plating has too few points to tell a tip", given=len(one.clock), allowed="12 or more")
    spread = float(np.std(one.current[1:]) / abs(one.level))
    if spread > CONSTANT:
        raise AnalysisError("The current is not constant", given=f"scatter {spread:.1%}", allowed=f"{CONSTANT:.0%}")
    return one, said


def _tip(t: Array, e: Array, noise: float) -> tuple[float, float, float]:
    """(potential, std, time) of the vertex of a parabola around the lowest point: over the points within a few noises and
    a twentieth of the depth above it, at least five; the lowest point itself where the parabola has no vertex there."""
    low = int(np.argmin(e))
    band = e[low] + max(6.0 * noise, 0.05 * float(np.ptp(e[low:])))
    first = last = low
    gap = 0
    while first > 0 and (e[first - 1] <= band or gap == 0):
        gap += e[first - 1] > band
        first -= 1
    gap = 0
    while last < len(e) - 1 and (e[last + 1] <= band or gap == 0):
        gap += e[last + 1] > band
        last += 1
    if last - first < 4:
        first, last = max(0, low - 2), min(len(e) - 1, low + 2)
    x, y = t[first : last + 1] - t[low], e[first : last + 1]
    half = max(float(np.max(np.abs(x))), 1e-30)
    if len(x) >= 5:
        u = x / half
        cubic = len(u) >= 8
        fit: Fit = least((np.ones_like(u), u, u * u, *([u**3] if cubic else [])), y)
        _, b, c = (float(v) for v in fit.parameters[:3])
        place = -b / (2.0 * c) if c > 0.0 else math.inf
        if float(u.min()) <= place <= float(u.max()):
            row = (1.0, place, place**2, *([place**3] if cubic else []))
            value, std = fit.value(row)
            # the points were chosen by their values: as much again as a mean of them has
            return value, math.hypot(std, noise / math.sqrt(len(u))), float(t[low]) + place * half
    return float(e[low]), max(noise, 1e-15), float(t[low])


def _crossing(plating: Stretch, began: int) -> tuple[float, float | None, float]:
    t, e = plating.time, plating.voltage
    if began == 0:
        return float(t[0]), None, abs(plating.level) * float(t[0])
    a, b = began - 1, began
    share = float(e[a] / (e[a] - e[b]))
    at = float(t[a] + share * (t[b] - t[a]))
    return at, float(t[b] - t[a]) / math.sqrt(12.0), abs(plating.level) * at


# -- recognition ------------------------------------------------------------------------------------------------------
def _from_above(seen: Seen) -> Answer:
    """The first step with current begins on an electrode without lithium and ends where lithium is plated."""
    s = seen.steps
    if not len(s.sign):
        return False, "no half cycle"
    a, b = int(s.half_first[0]), int(s.half_stop[0])
    v = seen.trace.voltage
    first = v[max(a - 1, 0)] if a > 0 and abs(v[max(a - 1, 0)]) > abs(v[a]) else v[a]
    last = float(np.median(v[a + (b - a) // 2 : b]))
    words = f"{volts(float(first))} at first, {volts(last)} in the second half"
    if abs(first) < RISE or first * last >= 0.0 or abs(last) > abs(first):
        return False, f"{words}: no electrode without lithium on it before"
    return True, f"the first step with current takes the electrode through 0 V ({words})"


def _has_tip(seen: Seen) -> Answer:
    try:
        found = find(seen.record)
    except MissingValueError:
        return True, "a tip whose side must be stated"
    except AnalysisError as error:
        return False, error.what[:1].lower() + error.what[1:].rstrip(".")
    return True, f"a tip {volts(float(found[0].value or 0.0))} below the plateau"


def _run(record: Record, stated: Known) -> list[Finding]:
    return find(record, **asked(stated, "nucleation", find))


declare(Technique(
    "nucleation", "nucleation overpotential of lithium",
    (FLOWS, CONSTANT_CURRENT, Condition("a first plating on an electrode without lithium", _from_above, looks_alike=True), Condition("a tip before the plateau", _has_tip)),
    (_run,),
    {"ohmic": 'resistance of the cell without the plated electrode, "10 ohm*cm^2"', "working": 'side that is plated, "left" or "right"'}, ("aurbach",), finds=(find,),
))  # fmt: skip
