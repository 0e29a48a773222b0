"""The vocabulary of claims: quantities with unit and meaning, techniques, kinds, splits, forms and conditions."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from .. import units
from ..errors import UnitError, UnknownNameError
from ..names import name

DATA: Final = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a claim may be about: `row` of names.py, `units` the papers use, `meaning`, and the `scale` of its own units."""

    name: str
    row: str
    units: tuple[str, ...]
    meaning: str
    scale: Mapping[str, float] = field(default_factory=dict)

    def per(self, unit: str) -> float:
        """How much of the SI unit one `unit` is (of a difference: 1 for degC)."""
        known = self.scale.get(unit, vocabulary().scales.get(unit)) if unit in self.units else None
        return known if known is not None else 1.0 if unit == "degC" else units.factor(_PLAIN.get(unit, unit), name(self.row).si)[0]

    def si(self, value: float, unit: str, what: str, *, checked: bool = True) -> float:
        """`value` in SI. Errors: `UnitError` for a unit of another dimension, or (if `checked`) an impossible magnitude."""
        if not checked:
            return value * self.per(unit) + (273.15 if unit == "degC" and name(self.row).si == "K" else 0.0)
        known = self.scale.get(unit, vocabulary().scales.get(unit)) if unit in self.units else None
        if known is not None:
            return units.check(value * known, self.row, what=what, given=f"{value:g} {unit}")
        if unit == "degC" and name(self.row).si == "K":
            return units.check(value + 273.15, self.row, what=what, given=f"{value:g} {unit}")
        if name(self.row).si == "" and unit.strip() == "":
            raise UnitError(f"The {what} needs a unit", given=value, allowed=self.units)
        return units.si((value, _PLAIN.get(unit, unit)), self.row, what=what)


_PLAIN: Final = {"count": "dimensionless", "1": "dimensionless"}


@dataclass(frozen=True)
class Vocabulary:
    """All words a claim may use. `conditions` maps a condition to the quantity that fixes its unit; `texts` are plain."""

    quantities: Mapping[str, Quantity]
    conditions: Mapping[str, str]
    texts: frozenset[str]
    counts: frozenset[str]
    techniques: tuple[str, ...]
    kinds: tuple[str, ...]
    splits: tuple[str, ...]
    forms: tuple[str, ...]
    scales: Mapping[str, float]

    def quantity(self, given: str) -> Quantity:
        """The quantity of this name; an unknown one raises `UnknownNameError` with the nearest match."""
        if given not in self.quantities:
            raise UnknownNameError("The quantity is not in the vocabulary of claims", given=given, allowed=self.quantities)
        return self.quantities[given]

    def condition(self, given: str) -> str:
        """The names.py row that fixes the unit of a condition."""
        word = self.conditions.get(given, given)
        return self.quantities[word].row if word in self.quantities else word


def read_yaml(text: str) -> Any:
    """YAML as plain values, by the C parser where there is one (six times faster)."""
    import yaml

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@functools.cache
def vocabulary() -> Vocabulary:
    """The vocabulary of the package."""
    found = read_yaml((DATA / "vocabulary.yaml").read_text(encoding="utf-8"))
    made = {key: Quantity(key, row["name"], tuple(row["units"]), row["meaning"], row.get("scale", {})) for key, row in found["quantities"].items()}
    return Vocabulary(
        made, found["conditions"], frozenset(found["texts"]), frozenset(found["counts"]), tuple(found["techniques"]), tuple(found["kinds"]),
        tuple(found["splits"]), tuple(found["forms"]), found["scales"],
    )  # fmt: skip


_TEXT: Final = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.+?)\s*$")
_HOURS: Final = {"h": 3600.0, "hour": 3600.0, "hours": 3600.0, "min": 60.0, "s": 1.0}


def seconds(text: str) -> float | None:
    """"50 h" -> 180000; None where the text is not a number with a unit of time ("initial")."""
    match = _TEXT.match(text)
    return float(match.group(1)) * _HOURS[match.group(2)] if match and match.group(2) in _HOURS else None
