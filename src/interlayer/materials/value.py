"""`Value`: one number with its unit, its spread, its temperature law, where it comes from and how far to trust that.

Every number that describes a material, an interface or a cell is one of these. Nothing in the package holds a bare
parameter, so every table can say what is known and what is assumed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias, Union

from .. import units
from ..errors import UnitError, UnknownNameError
from ..laws.temperature import Arrhenius, Law, NoLaw, law_from_dict
from ..names import name

#: How a number came about, from the firmest to the softest; tables show the word.
MARKS: Final[Mapping[str, str]] = {
    "measured": "measured on this specimen",
    "literature": "read in the source that is named",
    "recalled": "remembered by the authors of the package, the source was not opened: check before relying on it",
    "prior": "a stated assumption with a range; nobody measured it for this case",
    "stated": "stated by the user",
    "fitted": "the result of a fit",
    "derived": "computed from other values",
}

ROOM: Final = 298.15  #: reference temperature of a value that names none [K]
_NORMAL_95: Final = 1.959963984540054

_PLUS_MINUS = re.compile(
    r"^\s*\(?\s*(?P<value>[+-]?[\d.]+(?:[eE][+-]?\d+)?)\s*(?P<unit1>[^\d\s±+()][^±+()]*?)?\s*(?:±|\+/-|\+-)\s*"
    r"(?P<std>[\d.]+(?:[eE][+-]?\d+)?)\s*\)?\s*(?P<unit>.*?)\s*$"
)
_AT = re.compile(r"^(?P<body>.+?)\s+at\s+(?P<temperature>[+-]?[\d.]+\s*(?:K|degC|°C|℃))\s*$")

ValueGiven: TypeAlias = Union[units.Given, "Value"]


@dataclass(frozen=True)
class Value:
    """A number that knows what it is.

        p(T) = value * law.factor(T, reference_temperature)

    value                  magnitude in the SI unit of `quantity`, at `reference_temperature`
    quantity               row of names.py: fixes unit, display unit and possible range
    std                    one standard deviation [SI], or None
    interval               (low, high) [SI] that holds the truth with 95 %, or None; wins over `std` in `spread`
    law                    temperature law (laws/temperature.py)
    reference_temperature  [K]
    source                 where it was read, in words with DOI where there is one
    mark                   how it came about, one of `MARKS`
    note                   anything a reader of the table should know
    law_std, law_source, law_mark   the same facts for the law's own parameter (std of the activation energy [J/mol])

    Validity: the law's. Errors: `UnitError` for a magnitude that can't be, `UnknownNameError` for a mark or quantity
    that is not in its table.
    """

    value: float
    quantity: str
    std: float | None = None
    interval: tuple[float, float] | None = None
    law: Law = field(default_factory=NoLaw)
    reference_temperature: float = ROOM
    source: str = ""
    mark: str = "stated"
    note: str = ""
    law_std: float | None = None
    law_source: str = ""
    law_mark: str = ""

    def __post_init__(self) -> None:
        units.check(self.value, self.quantity)
        units.check(self.reference_temperature, "temperature", what="reference temperature")
        for mark in (self.mark, *((self.law_mark,) if self.law_mark else ())):
            if mark not in MARKS:
                raise UnknownNameError("This is not a mark of a value", given=mark, allowed=MARKS)
        if self.std is not None and not self.std >= 0.0:
            raise UnitError("A standard deviation is not negative", given=self.std)
        if self.interval is not None:
            low, high = (float(end) for end in self.interval)
            if not low <= self.value <= high:
                raise UnitError(
                    f"The interval of the {self.quantity.replace('_', ' ')} does not hold the value",
                    given=(low, self.value, high),
                )
            object.__setattr__(self, "interval", (low, high))

    # -- numbers ------------------------------------------------------------------------------------------------------
    def at(self, T: float) -> float:
        """The value in SI at the temperature T [K]."""
        return self.value * self.law.factor(T, self.reference_temperature)

    def spread(self) -> tuple[float, float]:
        """(low, high) [SI] that holds the truth with 95 %: the interval, else value ± 1.96 std (cut at what is possible
        for the quantity), else the value twice. It describes the value at the reference temperature."""
        if self.interval is not None:
            return self.interval
        if self.std is None:
            return (self.value, self.value)
        row = name(self.quantity)
        low, high = self.value - _NORMAL_95 * self.std, self.value + _NORMAL_95 * self.std
        if not row.signed:
            low = max(low, min(row.low, self.value))
        return (low, min(high, max(row.high, self.value)))

    # -- making -------------------------------------------------------------------------------------------------------
    @classmethod
    def parse(cls, given: ValueGiven, quantity: str, **facts: Any) -> Value:
        """A value from what a person writes: "9.28e-4 S/cm", "1.0 +- 0.3 mm", "(1.0 ± 0.3) mm", "0.1 S/m at 70 degC".

        A number after ± is one standard deviation in the same unit; "at T" is the reference temperature. `facts` are
        further fields of the class. A `Value` is taken as it is. Errors: `UnitError`.
        """
        if isinstance(given, Value):
            if given.quantity != quantity:
                raise UnitError(f"A value of {quantity!r} is needed", given=given.quantity)
            return replace(given, **facts)
        if isinstance(given, str):
            given = given.replace("−", "-")
            if hit := _AT.match(given):
                given, facts = (
                    hit["body"],
                    {**facts, "reference_temperature": units.si(hit["temperature"], "temperature")},
                )
            if hit := _PLUS_MINUS.match(given):
                first, second = (hit["unit1"] or "").strip(), hit["unit"]
                value = units.si(f"{hit['value']} {first or second}", quantity)
                scale, _ = units.factor(second or first, name(quantity).si)
                return cls(value, quantity, **{**facts, "std": units._scaled(float(hit["std"]), scale)})
        return cls(units.si(given, quantity), quantity, **facts)

    def replaced(self, given: ValueGiven) -> Value:
        """The value a user states instead: quantity, law and reference temperature stay, source and spread go."""
        if isinstance(given, Value):
            return Value.parse(given, self.quantity)
        return Value.parse(
            given, self.quantity,
            **{
                "law": self.law, "reference_temperature": self.reference_temperature, "mark": "stated",
                "source": "stated by the user",
                "law_std": self.law_std, "law_source": self.law_source, "law_mark": self.law_mark,
            },
        )  # fmt: skip

    @property
    def activation_energy(self) -> Value | None:
        """The Arrhenius energy as a value of its own, so that it can be set and fitted; None without such a law."""
        if not isinstance(self.law, Arrhenius):
            return None
        return Value(
            self.law.activation_energy, "activation_energy", std=self.law_std,
            source=self.law_source or self.source, mark=self.law_mark or self.mark,
        )  # fmt: skip

    def with_activation_energy(self, given: ValueGiven) -> Value:
        """The same value with another Arrhenius energy; an Arrhenius law is made where there was none. A value with
        another law (VFT) refuses with `UnitError`: its pseudo energy is not an Arrhenius one."""
        if not isinstance(self.law, Arrhenius | NoLaw):
            raise UnitError(
                f"The {self.quantity.replace('_', ' ')} follows another law ({self.law}) and has no Arrhenius energy",
                given=str(given), remedy="Give a Value with an Arrhenius law of its own",
            )  # fmt: skip
        old = self.activation_energy
        new = (
            old.replaced(given)
            if old is not None
            else Value.parse(given, "activation_energy", source="stated by the user")
        )
        law = (
            replace(self.law, activation_energy=new.value) if isinstance(self.law, Arrhenius) else Arrhenius(new.value)
        )
        return replace(self, law=law, law_std=new.std, law_source=new.source, law_mark=new.mark)

    # -- text and plain values ----------------------------------------------------------------------------------------
    def __str__(self) -> str:
        row = name(self.quantity)
        unit = units.pretty(row.shown)
        shown = f"{units.lab(self.value, self.quantity):.4g}"
        if self.interval is not None:
            low, high = (f"{units.lab(end, self.quantity):.3g}" for end in self.interval)
            shown += f" ({low} to {high})"
        elif self.std is not None:
            scale, _ = units.factor(row.shown, row.si)
            shown += f" ± {float(f'{self.std / scale:.2g}'):g}"
        return f"{shown} {unit}".rstrip()

    def as_dict(self) -> dict[str, Any]:
        """Plain values in SI that `from_dict` reads back."""
        return {
            "value": self.value, "quantity": self.quantity, "std": self.std,
            "interval": list(self.interval) if self.interval is not None else None, "law": self.law.as_dict(),
            "reference_temperature": self.reference_temperature,
            "source": self.source, "mark": self.mark, "note": self.note,
            "law_std": self.law_std, "law_source": self.law_source, "law_mark": self.law_mark,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Value:
        """The value that `as_dict` wrote."""
        facts = dict(given)
        interval = facts.pop("interval", None)
        law = facts.pop("law", None)
        return cls(
            **facts,
            interval=tuple(interval) if interval is not None else None,
            law=law_from_dict(law) if law else NoLaw(),
        )
