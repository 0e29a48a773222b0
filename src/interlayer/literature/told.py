"""What a paper states of a cell beside a number: in the same claim (a condition), or as a claim of its own about the same cell.

Properties of a cell (loading, area, diameter, thickness, N/P) hold for all its statements: where several are stated, each may
be the one. Settings of a test (current, rate, charge, cycles) hold for the claim they stand in; one that stands alone is taken
only where the paper states no other value of it for that cell.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from .claims import Claim
from .spans import Span, hull, of, say
from .verdict import Case, Verdict, plain, unspecific
from .vocabulary import vocabulary

#: condition -> the quantities that state it as a claim
PROPERTIES: Final = {
    "loading": ("loading",), "area": ("area",), "electrode_diameter": ("electrode_diameter",), "active_mass": ("active_mass",), "thickness": ("thickness",), "n_to_p_ratio": ("n_to_p_ratio",),
    "foil_thickness": ("foil_thickness",), "press_load": ("press_load",), "press_force": ("press_force",), "die_diameter": ("die_diameter",),
    "specific_current_1C": ("specific_current_1C",),
}  # fmt: skip
SETTINGS: Final = {"current_density": ("current_density",), "c_rate": ("rate",), "areal_capacity": ("areal_capacity",), "cycles": ("cycle_life_cycles",)}
OF_ELECTRODES: Final = ("loading", "active_mass", "area", "electrode_diameter")  # stated of "the LFP cathode", true of "Li|SPE|LFP"
TEST: Final = ("current_density", "c_rate")  # a cell with several of these was tested several ways
LABELS: Final = ("order", "other", "time", "definition", "model", "reason")  # conditions that don't say which cell is meant
MILD: Final = {"agree": 0, "indeterminate": 1, "disagree": 2}
_ELECTRODE: Final = re.compile(r"\b(cathode|electrode|positive|composite)s?\b")


@dataclass(frozen=True)
class Told:
    """A stated number in SI: the span its form allows, the number as printed (the middle of a range), its words, and the claims
    that state it (none: it stands in the claim). `sure` is False for what is said of an electrode by its material: which of the
    cells with that material it is in is not said, so it accuses none."""

    span: Span
    value: float
    words: str
    ids: tuple[str, ...] = ()
    sure: bool = True


def told(case: Case, claim: Claim, name: str, *, index: int = 0, error: float = 0.02, each: bool = False) -> tuple[Told, ...]:
    """Every value of `name` that may be that of a claim (empty: none is stated).

    index   of the value in a series, for a condition that is a list
    error   what a set or weighed value is good to
    each    take a setting as a property of the cell (the areal capacity of a full cell): any of those stated
    """
    key = (claim.id, name, index, error, each)
    if key not in case.memo:
        case.memo[key] = _told(case, claim, name, index, error, each)
    found: tuple[Told, ...] = case.memo[key]
    return found


def _told(case: Case, claim: Claim, name: str, index: int, error: float, each: bool) -> tuple[Told, ...]:
    if name == "cycles" and claim.has(name):
        count = claim.condition(name)
        return (Told(Span(count, count), count, f"{count:g}"),)
    if isinstance(claim.conditions.get(name), str):
        return ()  # stated in words
    if name in claim.conditions:
        axis = claim.axis(name)
        value = axis[0] if len(axis) == 1 else axis[index] if len(axis) == len(claim.values) else None
        span = Span(value, value) if value is not None else Span(min(axis), max(axis))
        return (Told(span.widened(error), span.middle, _say(span.middle, name)),) if span.low > 0.0 else ()
    if name in SETTINGS and not each:
        return _setting(case, claim, name, error)
    made = [replace(one, sure=same) for c in _stated(case, claim, name) for same in [_same_subject(c, claim, name)] for one in all_of(c, error=error)]
    return _distinct([*made, *_derived(case, claim, name, error)])


def all_of(claim: Claim, *, error: float = 0.0) -> list[Told]:
    """The numbers of a claim: one, the span of a range, or those of a series."""
    if len(claim.values) == 1 or claim.form == "range":
        # discs are punched and dies bored to their nominal size: "10 mm" is not 9.5 to 10.5
        span = Span(claim.si, claim.si).widened(error) if claim.quantity.endswith("_diameter") and claim.form == "point" else of(claim, error=error)
        return [Told(span, claim.values[0] if len(claim.values) == 1 else span.middle, claim.printed(), (claim.id,))]
    name = claim.quantity
    return [Told(of(claim, i, error=error), value, say(value, vocabulary().quantity(name).units[0], 4), (claim.id,)) for i, value in enumerate(claim.values)]


def _say(value: float, name: str) -> str:
    quantity = vocabulary().quantities.get(PROPERTIES[name][0] if name in PROPERTIES else SETTINGS[name][0])
    return say(value, quantity.units[0], 4) if quantity and quantity.units[0] in vocabulary().scales else f"{value:g}"


def _derived(case: Case, claim: Claim, name: str, error: float) -> list[Told]:
    """An area from a diameter, a loading from the active mass on an area."""
    if name == "area":
        return [Told(t.span * t.span * (math.pi / 4.0), t.value**2 * (math.pi / 4.0), f"a diameter of {t.words}", t.ids, t.sure) for t in told(case, claim, "electrode_diameter", error=error)]
    if name == "loading":
        areas = told(case, claim, "area", error=error)
        return [Told(m.span / a.span, m.value / a.value, f"{m.words} on {a.words}", (*m.ids, *a.ids), m.sure and a.sure) for m in told(case, claim, "active_mass", error=error) for a in areas]
    return []


def _distinct(made: Sequence[Told]) -> tuple[Told, ...]:
    out: dict[Span, Told] = {}
    for one in made:
        out[one.span] = replace(out[one.span], ids=tuple(dict.fromkeys((*out[one.span].ids, *one.ids)))) if one.span in out else one
    return tuple(t for t in out.values() if t.span.high > 0.0)


def _stated(case: Case, claim: Claim, name: str) -> list[Claim]:
    return [c for c in case.beside(claim, *(PROPERTIES.get(name) or SETTINGS[name])) if c.id != claim.id and max(c.values) > 0.0 and holds(c, claim, name) and _no_conflict(c, claim)]


def holds(stated: Claim, claim: Claim, name: str) -> bool:
    """Whether a claim on a cell's property is about the cell of another claim: same subject, same variant or none (then it is
    of all variants); an electrode's holds for the stacks that name it; a size "of all cells" for each."""
    if not (unspecific(stated.variant) or plain(claim.variant) in (plain(v) for v in (stated.variant, *stated.variant.split(" vs ")))):
        return False
    if _same_subject(stated, claim, name):
        return True
    subject = stated.subject.casefold()
    core = " ".join(_ELECTRODE.sub(" ", plain(subject)).split())
    parts = re.split(r"[|/]", claim.subject.casefold())
    return name in OF_ELECTRODES and bool(_ELECTRODE.search(subject)) and core != "" and len(parts) > 1 and core in {plain(p) for p in parts}


def _same_subject(stated: Claim, claim: Claim, name: str) -> bool:
    subject = stated.subject.casefold()
    everywhere = name in ("area", "electrode_diameter") and "|" not in subject and unspecific(stated.variant) and re.search(r"\b(all|cells?)\b", subject) is not None
    return plain(subject) == plain(claim.subject) or everywhere


def _no_conflict(a: Claim, b: Claim) -> bool:
    """Whether no condition is stated by both with different values."""
    for name in (a.conditions.keys() & b.conditions.keys()) - set(LABELS):
        if a.has(name) and b.has(name):
            x, y = a.condition(name), b.condition(name)
            if abs(x - y) > 0.03 * max(abs(x), abs(y)):
                return False
        elif a.conditions[name] != b.conditions[name]:
            return False
    return True


def _setting(case: Case, claim: Claim, name: str, error: float) -> tuple[Told, ...]:
    """A setting of the only test there is: all that the paper states of this cell is one value of it, at one rate and current."""
    same = case.same(claim)
    own = [c for c in same if c.id != claim.id and c.quantity in SETTINGS[name]]
    if not own or not all(_one_value(_values(same, one, error)) for one in (*TEST, name)):
        return ()
    usable = [c for c in own if c.form in ("point", "approx") and _no_conflict(c, claim)]
    return (Told(hull(_values(same, name, error)), usable[0].si, usable[0].printed(), tuple(c.id for c in usable)),) if usable else ()


def _one_value(spans: Sequence[Span]) -> bool:
    return not spans or max(s.low for s in spans) <= min(s.high for s in spans)


def _values(same: Sequence[Claim], name: str, error: float) -> list[Span]:
    """All that a paper states of a setting of one cell, in claims and in conditions."""
    # set at an instrument, so exact but for `error`, in a claim as in a condition
    out = [Span(v, v).widened(error) if c.form in ("point", "series") and v > 0.0 else of(c, i, error=error) for c in same if c.quantity in SETTINGS[name] for i, v in enumerate(c.values)]
    for c in same:
        if name != "cycles" and isinstance(c.conditions.get(name), dict):
            out += [Span(v, v).widened(error) for v in c.axis(name) if v > 0.0]
    return out


def mildest(judged: Sequence[Verdict], what: str, options: Sequence[Told]) -> Verdict:
    """The verdict of the value that reconciles most, where several may be meant: a disagreement only if each disagrees and
    each is said of this very cell."""
    best = min(judged, key=lambda v: MILD[v.word])
    unsure = next((t for t in options if not t.sure), None)
    if best.word == "disagree" and unsure is not None:
        said = f"{best.sentence.removesuffix('.')}, if the {what} of {unsure.words} is that of this cell."
        return replace(best, word="indeterminate", sentence=said)
    if len(options) < 2:
        return best
    allowed = {**best.allowed, f"which {what} is meant": "any of those stated: " + ", ".join(t.words for t in options)}
    if best.word != "disagree":
        return replace(best, allowed=allowed)
    ids = tuple(dict.fromkeys(i for v in judged for i in v.claims))
    return replace(best, sentence=f"{best.sentence.removesuffix('.')}; no other {what} that is stated ({', '.join(t.words for t in options)}) mends it.", allowed=allowed, claims=ids)
