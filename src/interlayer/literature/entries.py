"""One entry of a claims file, checked: every problem is found, none is repaired in silence."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..errors import InterlayerError, UnitError, nearest
from ..names import name
from .vocabulary import vocabulary

REQUIRED: Final = ("id", "subject", "quantity", "value", "unit")
LISTED: Final = 40  # a longer list is no help in a message
OPTIONAL: Final = ("paper", "variant", "form", "conditions", "source", "technique", "kind", "split", "note", "censored")


def near(given: object, allowed: Any) -> str:
    """The end of a sentence about a wrong word: the nearest match, or all that is allowed."""
    hit = nearest(given, allowed) if isinstance(given, str) else None
    if hit and hit != given:
        return f". Did you mean {hit!r}?"
    return f". Allowed: {', '.join(sorted(allowed))}." if len(allowed) <= LISTED else ". `interlayer claims --quantities` lists the words."


def number(value: object) -> float | None:
    """`value` as a finite number ("1e-9", which YAML reads as a text, too), or None."""
    if isinstance(value, bool):
        return None
    try:
        made = float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        return None
    return made if made is not None and math.isfinite(made) else None


def numbers(value: object) -> list[float] | None:
    """`value` (a number or a list of numbers) as a list, or None where something is not a number."""
    listed = [number(v) for v in value] if isinstance(value, list) else [number(value)]
    made = [v for v in listed if v is not None]
    return made if made and len(made) == len(listed) else None


def labels(order: str) -> list[str]:
    """The names a series follows: "Li,Al,Ge" or "A < B < C"."""
    return [part.strip() for part in order.split("<" if "<" in order else ",")]


def slips(entry: Mapping[str, Any]) -> list[str]:
    """The numbers of an entry in right words and units that can't be ("thickness of 700 mm is outside 0.1 nm to 20 mm")."""
    words = vocabulary()
    quantity = words.quantities[entry["quantity"]]
    given = [(quantity.name, quantity.name, v, entry["unit"]) for v in numbers(entry["value"]) or []]
    for key, at in (entry.get("conditions") or {}).items():
        if isinstance(at, dict):
            given += [(f"condition {key}", words.conditions.get(key, key), v, at["unit"]) for v in numbers(at["value"]) or []]
    out = []
    for what, word, value, unit in given:
        try:
            condition_si(word, value, unit, what)
        except UnitError as error:
            out.append(f"{what.replace('_', ' ')} of {value:g} {'' if unit in ('dimensionless', 'count') else unit}".strip() + f" is outside {error.allowed}")
    return out


def problems(entry: object, *, strict: bool = True) -> list[str]:
    """What is wrong with an entry of a claims file, a sentence each; empty when it can be used.

    strict   also numbers that can't be; without it those alone are let pass (see `slips`)
    """
    if not isinstance(entry, dict):
        return [f"An entry is a mapping with {', '.join(REQUIRED)}; this one is {entry!r}."]
    said = [f"The entry lacks {key!r}." for key in REQUIRED if entry.get(key) is None]
    said += [f"The entry has an unknown field {key!r}{near(key, [*REQUIRED, *OPTIONAL])}" for key in entry if key not in REQUIRED and key not in OPTIONAL]
    for key in ("id", "paper", "subject", "variant", "quantity", "form", "source", "technique", "kind", "split", "note"):
        if entry.get(key) is not None and not isinstance(entry[key], str):
            said.append(f"The field {key!r} is a text; given: {entry[key]!r}.")
    if not isinstance(entry.get("censored", False), bool):
        said.append(f"The field 'censored' is true or false; given: {entry['censored']!r}.")
    conditions = entry.get("conditions")
    if conditions is not None and not isinstance(conditions, dict):
        said.append(f"The conditions are a mapping, such as {{temperature: {{value: 25, unit: degC}}}}; given: {conditions!r}.")
    return said if said else [*_words(entry), *_value(entry, strict), *_conditions(entry, strict)]


def _words(entry: Mapping[str, Any]) -> Iterator[str]:
    words = vocabulary()
    for key, allowed in (("form", words.forms), ("technique", words.techniques), ("kind", words.kinds), ("split", words.splits)):
        given = entry.get(key)
        if given and given not in allowed:
            yield f"The {key} {given!r} is not in the vocabulary of claims{near(given, allowed)}"
    if entry["quantity"] not in words.quantities:
        yield f"The quantity {entry['quantity']!r} is not in the vocabulary of claims{near(entry['quantity'], words.quantities)}"


def _value(entry: Mapping[str, Any], strict: bool) -> Iterator[str]:
    form, value, order = entry.get("form") or "point", entry["value"], (entry.get("conditions") or {}).get("order")
    found = numbers(value)
    if found is None:
        yield f"The value must be a number (a list of numbers for a range or a series); given: {value!r}."
        return
    if form == "range" and not (isinstance(value, list) and len(found) == 2 and found[0] <= found[1]):
        yield f"A range has two values, the low one first; given: {value!r}."
    if form == "series" and not isinstance(value, list):
        yield f"A series is a list of values; given: {value!r}."
    if form in ("point", "approx", "lower_bound", "upper_bound") and isinstance(value, list) and not (form == "point" and isinstance(order, str)):
        yield f"The form {form!r} has one number (several only with conditions.order, as formula subscripts); given: {value!r}. Is it a 'range' or a 'series'?"
    if isinstance(value, list) and isinstance(order, str) and form in ("point", "series") and len(labels(order)) != len(found):
        yield f"The series has {len(found)} values, but its order names {len(labels(order))}: {order!r}."
    quantity = vocabulary().quantities.get(entry["quantity"])
    if quantity is None:
        return
    if not isinstance(entry["unit"], str):
        yield f"The unit is a text, {quantity.units[0]!r}; given: {entry['unit']!r}."
        return
    try:
        for one in found:
            quantity.si(one, entry["unit"], f"{quantity.name.replace('_', ' ')}", checked=strict)
    except InterlayerError as error:
        yield f"{str(error).rstrip('.')}. The vocabulary of claims has {quantity.name} in {' or '.join(quantity.units)}."


def _conditions(entry: Mapping[str, Any], strict: bool) -> Iterator[str]:
    words = vocabulary()
    known = [*words.conditions, *words.texts, *words.counts, *words.quantities]
    length = len(entry["value"]) if (entry.get("form") == "series" and isinstance(entry["value"], list)) else None
    for key, given in (entry.get("conditions") or {}).items():
        if key not in known:
            yield f"The condition {key!r} is not in the vocabulary of claims{near(str(key), words.conditions.keys() | words.texts | words.counts)}"
        elif isinstance(given, dict):
            yield from _measured(key, given, length, strict)
        elif key in words.counts and (number(given) is None or float(given) <= 0.0):
            yield f"The condition {key!r} is a positive number; given: {given!r}."
        elif key not in words.counts and isinstance(given, bool | int | float):
            yield f"The condition {key!r} needs a unit: {{value: {given!r}, unit: ...}}."
        elif isinstance(given, list) and not all(isinstance(one, str) for one in given):
            yield f"The condition {key!r} is a text, or {{value, unit}}; given: {given!r}."


def _measured(key: str, given: Mapping[str, Any], length: int | None, strict: bool) -> Iterator[str]:
    words = vocabulary()
    if set(given) != {"value", "unit"} or not isinstance(given.get("unit"), str):
        yield f"The condition {key!r} with a unit is {{value: ..., unit: ...}}; given: {dict(given)!r}."
        return
    word = words.conditions.get(key, key)
    found = numbers(given["value"])
    if found is None:
        yield f"The condition {key!r} is not a number: {given['value']!r}."
        return
    if isinstance(given["value"], list) and key in ("voltage_window", "temperature") and len(found) == 2 and found[0] > found[1]:
        yield f"The condition {key!r} has its low end first; given: {given['value']!r}."
    elif isinstance(given["value"], list) and length is not None and key not in ("voltage_window",) and len(found) != length:
        yield f"The series has {length} values, but its condition {key!r} has {len(found)}."
    elif isinstance(given["value"], list) and length is None and len(found) != 2:
        yield f"The condition {key!r} has {len(found)} values, but the claim is no series."
    try:
        for one in found:
            condition_si(word, one, given["unit"], f"condition {key}", checked=strict)
    except InterlayerError as error:
        yield str(error)


def condition_si(word: str, value: float, unit: str, what: str, *, checked: bool = True) -> float:
    """A condition in SI: `word` is a quantity of the vocabulary, or a row of names.py; `checked`: one that can't be is an error."""
    from .. import units

    quantity = vocabulary().quantities.get(word)
    if quantity:
        return quantity.si(value, unit, what, checked=checked)
    if checked:
        return units.si((value, unit), word, what=what)
    scale, offset = units.factor(unit, name(word).si)
    return value * scale + offset
