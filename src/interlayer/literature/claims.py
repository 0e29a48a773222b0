"""Published statements as data: what a paper reports, under which conditions, and what it may be used for."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .. import units
from ..errors import MissingValueError, RecordError, UnknownNameError
from .entries import condition_si, labels, number, numbers, slips
from .files import Draft, parse
from .vocabulary import DATA, seconds, vocabulary

if TYPE_CHECKING:
    from ..record import Finding

#: what "approximately" allows where a paper says it (reading a figure, rounding in words): a convention of this package
APPROX = 0.1


@dataclass(frozen=True)
class Claim:
    """One statement. `value` as printed with its `unit`; `si` is the same in SI.

    form       point, approx, lower_bound, upper_bound, range (two values) or series (values that follow `labels`)
    split      what it may be used for: given, calibration, open or literature; "" where a user's file states none
    censored   a life test that ended without failure
    slips      what of it can't be, a sentence each; empty except in a file loaded for the audit (`load(path, strict=False)`)
    """

    id: str
    paper: str
    subject: str
    variant: str
    quantity: str
    form: str
    value: Any
    unit: str
    source: str
    split: str = ""
    kind: str = ""
    technique: str = ""
    conditions: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    censored: bool = False
    slips: tuple[str, ...] = ()

    @property
    def row(self) -> str:
        """The row of names.py that fixes SI unit and display."""
        return vocabulary().quantity(self.quantity).row

    @property
    def si(self) -> float:
        """The value in SI. Errors: `UnitError` for a magnitude that can't be; `RecordError` for several values."""
        if isinstance(self.value, list | tuple):
            raise RecordError(f"The claim {self.id} has several values", given=list(self.value), remedy="Ask for its `values`")
        return self.values[0]

    @property
    def values(self) -> tuple[float, ...]:
        """All values in SI: one of a point or a bound, two of a range, those of a series in its order."""
        quantity = vocabulary().quantity(self.quantity)
        return tuple(quantity.si(v, self.unit, f"claim {self.id}", checked=not self.slips) for v in numbers(self.value) or ())

    @property
    def labels(self) -> tuple[str, ...]:
        """What the values of a series belong to: `conditions.order`, else the list-valued condition; () where none is stated."""
        order = self.conditions.get("order")
        if isinstance(order, str):
            return tuple(labels(order))
        for key, given in self.conditions.items():
            if isinstance(given, Mapping) and isinstance(given["value"], list) and self.form == "series" and key != "voltage_window":
                return tuple(f"{key} {v:g} {given['unit']}" for v in given["value"])
        return ()

    def has(self, name: str) -> bool:
        """Whether a condition is stated as a number."""
        given = self.conditions.get(name)
        return isinstance(given, int | float) or (isinstance(given, Mapping) and not isinstance(given["value"], list)) or (isinstance(given, str) and name == "time" and seconds(given) is not None)

    def condition(self, name: str) -> float:
        """A condition in SI, e.g. `condition("current_density")`. Errors: not stated, not a number, or a list (see `axis`)."""
        if name not in self.conditions:
            raise UnknownNameError(f"The claim {self.id} states no such condition", given=name, allowed=self.conditions)
        given = self.conditions[name]
        if isinstance(given, Mapping) and not isinstance(given["value"], list):
            return condition_si(vocabulary().conditions.get(name, name), float(given["value"]), given["unit"], f"condition {name}", checked=not self.slips)
        if name in vocabulary().counts:
            return float(given)
        if isinstance(given, str):
            made = seconds(given) if name == "time" else None
            if made is not None:
                return made
            return units.si(given, vocabulary().condition(name), what=f"condition {name} of {self.id}")
        raise MissingValueError(f"The claim {self.id} has several values of this condition", given=given, remedy="Ask for its `axis`")

    def axis(self, name: str) -> tuple[float, ...]:
        """A condition in SI as a tuple: one value, or those a series follows."""
        given = self.conditions.get(name)
        if isinstance(given, Mapping) and isinstance(given["value"], list):
            return tuple(condition_si(vocabulary().conditions.get(name, name), float(v), given["unit"], f"condition {name}", checked=not self.slips) for v in given["value"])
        return (self.condition(name),)

    def interval(self, index: int = 0) -> tuple[float, float]:
        """(low, high) in SI of what the printed statement allows: a point half a unit of its last digit, "approximately"
        `APPROX` of it, a bound or a range what it says. `index` counts the values of a series.

        Zeros at the end of a whole number count as digits down to the third ("2000" is 1995 to 2005, "20" is 19.5 to 20.5).
        """
        if self.form == "range":
            low, high = self.values
            return low, high
        given = float((numbers(self.value) or [])[index])
        half = half_digit(given)
        if self.form == "approx":
            half = max(half, APPROX * abs(given))
        centre = self.values[index]
        scale = half * vocabulary().quantity(self.quantity).per(self.unit)
        if self.form == "lower_bound":
            return centre - scale, math.inf
        if self.form == "upper_bound":
            return -math.inf, centre + scale
        return centre - scale, centre + scale

    def finding(self, index: int = 0) -> Finding:
        """The statement as a `Finding`: value in SI with the interval its form allows, source and conditions as evidence."""
        from ..record import Finding

        low, high = self.interval(index)
        several = isinstance(self.value, list)
        where = f" [{self.labels[index]}]" if several and len(self.labels) > index else ""
        note = {"lower_bound": "a lower bound", "upper_bound": "an upper bound", "approx": "approximate", "range": "a range"}.get(self.form, "as printed")
        value = math.nan if self.form == "range" else self.values[index]
        return Finding(
            f"{self.quantity.replace('_', ' ')} of {self.subject}{where}", None if math.isnan(value) else value, self.row, f"reported by {self.paper}, claim {self.id}",
            source=self.source, note="; ".join(t for t in (note, "ended without failure" if self.censored else "", self.note) if t), interval=(low, high),
            evidence={"variant": self.variant, "conditions": dict(self.conditions), "level": "what the printed form allows"},
        )  # fmt: skip

    def printed(self) -> str:
        """The value as printed, with its form in words."""
        text = ", ".join(f"{v:g}" for v in numbers(self.value) or [])
        text = {"approx": f"about {text}", "lower_bound": f"at least {text}", "upper_bound": f"at most {text}", "range": text.replace(", ", " to ")}.get(self.form, text)
        unit = "" if self.unit in ("dimensionless", "count") else "%" if self.unit == "percent" else units.pretty(self.unit.replace("**", "^").replace("hour", "h"))
        return f"{text} {unit}".strip()

    def said(self) -> str:
        """Short words for tables: quantity, value, and the numbers it is conditioned on."""
        at = []
        for key, given in self.conditions.items():
            if isinstance(given, Mapping):
                unit = units.pretty(given["unit"].replace("**", "^").replace("hour", "h"))
                at.append(f"{key.replace('_', ' ')} {given['value']} {unit}")
            else:
                at.append(f"{key.replace('_', ' ')} {given}")
        return f"{self.quantity.replace('_', ' ')} {self.printed()}" + (f" ({'; '.join(at)})" if at else "")

    def as_dict(self) -> dict[str, Any]:
        """The entry as plain values, with SI beside it."""
        return {
            "id": self.id, "paper": self.paper, "subject": self.subject, "variant": self.variant, "quantity": self.quantity, "form": self.form, "value": self.value, "unit": self.unit,
            "conditions": dict(self.conditions), "source": self.source, "technique": self.technique, "kind": self.kind, "split": self.split, "note": self.note, "censored": self.censored,
            "si": {"values": list(self.values), "row": self.row},
        }  # fmt: skip


def half_digit(value: float) -> float:
    """Half a unit of the last digit of a number as printed; zeros at the end of a whole number count down to the third digit."""
    if value == 0.0:
        return 0.0
    digits = Decimal(repr(value)).normalize()
    exponent = int(digits.as_tuple().exponent)
    if exponent > 0 or float(value).is_integer():
        exponent = max(min(exponent, digits.adjusted() - 2), 0)
    return 0.5 * 10.0**exponent


@dataclass(frozen=True)
class Pair:
    """Partners with and without protection: ids of claims, and the ratio protected over bare the authors' numbers give."""

    name: str
    bare: Claim
    protected: Claim
    ratio: float | None


def made(draft: Draft, *, strict: bool = True) -> dict[str, Claim]:
    """The claims of a checked file by id; without `strict` those with numbers that can't be carry them in `slips`."""
    out: dict[str, Claim] = {}
    for entry in draft.entries:
        several = isinstance(entry["value"], list)
        value = [number(v) for v in entry["value"]] if several else number(entry["value"])
        # a whole number stays one
        value = entry["value"] if isinstance(entry["value"], int | float) else value
        rest = {key: entry.get(key) or "" for key in ("variant", "source", "split", "kind", "technique", "note")}
        out[entry["id"]] = Claim(
            id=entry["id"], paper=entry.get("paper") or draft.paper, subject=entry["subject"], quantity=entry["quantity"], form=entry.get("form") or "point", value=value,
            unit=str(entry["unit"]), conditions=entry.get("conditions") or {}, censored=bool(entry.get("censored", False)), slips=() if strict else tuple(slips(entry)), **rest,
        )  # fmt: skip
    return out


def papers() -> tuple[str, ...]:
    """The papers whose claims are in the package."""
    return tuple(sorted(p.stem for p in DATA.glob("*.yaml") if p.stem != "vocabulary"))


def _path(paper: str) -> Any:
    path = DATA / f"{paper}.yaml"
    if paper == "vocabulary" or not path.exists():
        raise UnknownNameError("No claims of this paper are in the package", given=paper, allowed=papers())
    return path


@functools.cache
def _draft(path: Any) -> Draft:
    return parse(path.read_text(encoding="utf-8"), path.name, path.stem)


@functools.cache
def _claims(path: Any) -> Mapping[str, Claim]:
    return made(_draft(path))


def claims(paper: str) -> Mapping[str, Claim]:
    """The claims of a paper by id ("S2.C03"); every entry is checked when the file is read, and read once."""
    return _claims(_path(paper))


def pairs(paper: str) -> tuple[Pair, ...]:
    """The bare/protected partners of a paper."""
    known = claims(paper)
    return tuple(Pair(p["name"], known[p["bare"]], known[p["protected"]], p.get("ratio_protected_over_bare")) for p in _draft(_path(paper)).pairs)


def about(paper: str) -> Mapping[str, str | None]:
    """Title, journal and DOI of a paper."""
    return _draft(_path(paper)).about


def load(path: Any, *, strict: bool = True) -> Mapping[str, Claim]:
    """The claims of a user's file by id: same form as the package's (`template()`). One `ReadError` lists every bad entry.

    strict   a number that can't be (a transference number of 1.3) is such an error; without it the claim is kept with its
             `slips`, for the audit to judge beside all others
    """
    from .files import read

    return made(read(path, strict=strict), strict=strict)


def find(
    *, paper: str | None = None, quantity: str | None = None, technique: str | None = None, subject: str | None = None, variant: str | None = None,
    split: str | None = None, among: Iterable[Claim] | None = None,
) -> tuple[Claim, ...]:  # fmt: skip
    """The claims that match all of what is given, in the order of the papers.

    paper, quantity, technique, split   exactly; a word the vocabulary does not have is an error with the nearest match
    subject, variant                    a part of the text, case ignored; one that no claim has is an error
    among                               search these instead of the five papers
    """
    words = vocabulary()
    if quantity is not None:
        words.quantity(quantity)
    for given, allowed, what in ((technique, words.techniques, "technique"), (split, words.splits, "split")):
        if given is not None and given not in allowed:
            raise UnknownNameError(f"No claim has this {what}", given=given, allowed=allowed)
    pool = list(among) if among is not None else [c for p in ([paper] if paper else papers()) for c in claims(p).values()]
    if among is not None and paper is not None:
        pool = [c for c in pool if c.paper == paper]
    for given, attribute in ((subject, "subject"), (variant, "variant")):
        if given is not None and not any(given.casefold() in getattr(c, attribute).casefold() for c in pool):
            raise UnknownNameError(f"No claim has a {attribute} with this text", given=given, allowed={getattr(c, attribute) for c in pool})
    return tuple(
        c for c in pool
        if (quantity is None or c.quantity == quantity) and (technique is None or c.technique == technique) and (split is None or c.split == split)
        and (subject is None or subject.casefold() in c.subject.casefold()) and (variant is None or variant.casefold() in c.variant.casefold())
    )  # fmt: skip
