"""`Electrode`, `Layer`, `Interface`: the parts of a cell, frozen values that say what each IS."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from ..errors import CellError, MissingValueError, UnknownNameError
from ..laws.temperature import Arrhenius
from ..materials import PHYSICS, Material, Physics, Value, pair
from ..materials.parameters import CHOICES, PARAMETERS, PROPERTIES, block, choice, quantity
from ..materials.value import ValueGiven

STATED = "stated by the user"
ENERGY = "activation_energy"


class Part(ABC):
    """What `Electrode` and `Layer` share: a material, a thickness, and properties that differ from the material's."""

    material: Material
    thickness: Value | None
    properties: Mapping[str, Value]

    @property
    def name(self) -> str:
        """The material's name, as the notation writes it."""
        return self.material.name

    @property
    def role(self) -> str:
        """The material's role (`materials.ROLES`)."""
        return self.material.role

    def values(self) -> dict[str, Value]:
        """All properties: the material's, with those stated for this part in their place."""
        merged = {key: value for key, value in self.material.properties.items() if key != "thickness"}
        return {**merged, **self.properties}

    def __contains__(self, key: object) -> bool:
        if key == "thickness":
            return self.thickness is not None
        return key in self.properties or key in self.material

    def __getitem__(self, key: str) -> Value:
        """A property; `MissingValueError` when nobody stated it, `UnknownNameError` when it is misspelt."""
        if key == "thickness" and self.thickness is not None:
            return self.thickness
        return self.properties[key] if key in self.properties else self.material[key]

    def at(self, key: str, T: float) -> float:
        """A property in SI at the temperature T [K]."""
        return self[key].at(T)

    def stated(self, key: str, given: ValueGiven) -> Self:
        """The same part with one property stated: one of `PROPERTIES`, or "<property>.activation_energy"."""
        key, _, sub = key.partition(".")
        if key not in PROPERTIES or sub not in ("", ENERGY):
            raise UnknownNameError(
                f"{self.name} has no parameter of this name", given=f"{key}.{sub}" if sub else key,
                allowed=(f"{key}.{ENERGY}",) if sub else sorted({*self.values(), "thickness", *PROPERTIES}),
            )  # fmt: skip
        old = self.thickness if key == "thickness" else self.values().get(key)
        if sub:
            if old is None:
                raise CellError(f"{self.name} has no {key}: state it before its activation energy", given=given)
            new = old.with_activation_energy(given)
        else:
            new = restated(old, key, given)
        if key == "thickness":
            return replace(self, thickness=new)  # type: ignore[type-var]
        return replace(self, properties={**self.properties, key: new})  # type: ignore[type-var]


@dataclass(frozen=True)
class Electrode(Part):
    """An electrode: its material and its thickness; None is a reservoir that nobody measured (never exhausted)."""

    material: Material
    thickness: Value | None = None
    properties: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True)
class Layer(Part):
    """A layer between the electrodes: material, thickness, and the properties that differ from the material's."""

    material: Material
    thickness: Value
    properties: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check(self)

    @classmethod
    def of(cls, material: Material, thickness: ValueGiven | None = None) -> Layer:
        """A layer; without a thickness it takes the one its material usually has, else `MissingValueError`."""
        if thickness is not None:
            return cls(material, restated(None, "thickness", thickness))
        if "thickness" not in material:
            raise MissingValueError(
                f"The thickness of the {material.name} layer is not stated, and {material.name} has no usual one",
                remedy=f"Write it behind the name: {material.name}(20 um)",
            )  # fmt: skip
        return cls(material, material["thickness"])

    def conductivities(self, T: float) -> tuple[float, float]:
        """(bulk, grain boundary) conductivity of the layer at T [K] in S/m, each over the whole thickness L:

            R_bulk A = L / kappa_bulk,  kappa_bulk(T) = kappa_ref / (1 - g) * law of `conductivity`
            R_gb A   = L / kappa_gb,    kappa_gb(T)   = kappa_ref / g * Arrhenius(`grain_boundary_activation_energy`)

        so that both in series give `conductivity` at its reference temperature. g = `grain_boundary_share`; without it
        (or with 0) there is no grain-boundary arc and kappa_gb is infinite; without an energy of its own the grain
        boundary follows the law of the bulk. Validity: brick-layer picture, grain boundaries in series.
        """
        total = self["conductivity"]
        share = self["grain_boundary_share"].at(T) if "grain_boundary_share" in self else 0.0
        bulk = total.at(T) / (1.0 - share) if share < 1.0 else float("inf")
        if share == 0.0:
            return bulk, float("inf")
        if "grain_boundary_activation_energy" not in self:
            return bulk, total.at(T) / share
        law = Arrhenius(self["grain_boundary_activation_energy"].value)
        return bulk, total.value / share * law.factor(T, total.reference_temperature)


@dataclass(frozen=True)
class Interface:
    """Where two parts of the stack meet: their names from left to right, and the physics of the contact.

    physics  block (`materials.PHYSICS`) -> parameter -> `Value`, or a word for an entry of `CHOICES`; empty where
             nobody stated any (the note says so) and where a material meets itself
    """

    left: str
    right: str
    physics: Physics = field(default_factory=dict)
    note: str = ""

    @property
    def name(self) -> str:
        """ "Li|LLZTO", from left to right."""
        return f"{self.left}|{self.right}"

    @property
    def trivial(self) -> bool:
        """Whether a material meets itself: nothing to cross."""
        return self.left == self.right

    @classmethod
    def between(cls, left: str, right: str) -> Interface:
        """The interface of two materials from the pair data, in either direction; empty, with a note, without data."""
        if left == right:
            return cls(left, right, note="a material meets itself: no interface")
        found = pair(left, right)
        if found is None:
            return cls(left, right, note=f"no data for the pair {left}|{right}")
        return cls(left, right, found.physics, found.note)

    def __contains__(self, block: object) -> bool:
        return block in self.physics

    def value(self, block_name: str, parameter: str) -> Value:
        """A numeric entry; `MissingValueError` when nobody stated it, `UnknownNameError` when it is misspelt."""
        entry = self._entry(block_name, parameter)
        if isinstance(entry, str):
            raise CellError(f"{self.name}.{block_name}.{parameter} is a word", given=entry)
        return entry

    def word(self, block_name: str, parameter: str) -> str:
        """An entry that is a word (`CHOICES`)."""
        entry = self._entry(block_name, parameter)
        if isinstance(entry, Value):
            raise CellError(f"{self.name}.{block_name}.{parameter} is a number", given=str(entry))
        return entry

    def at(self, block_name: str, parameter: str, T: float) -> float:
        """A numeric entry in SI at the temperature T [K]."""
        return self.value(block_name, parameter).at(T)

    def _entry(self, block_name: str, parameter: str) -> Value | str:
        members = block(block_name)
        if parameter not in members:
            raise UnknownNameError(f"The block {block_name} has no such parameter", given=parameter, allowed=members)
        if parameter not in self.physics.get(block_name, {}):
            raise MissingValueError(
                f"The {parameter.replace('_', ' ')} ({block_name}) of {self.name} is not known",
                remedy=f"State it: cell.set(\"interfaces.{self.name}.{block_name}.{parameter}\", \"...\")",
            )  # fmt: skip
        return self.physics[block_name][parameter]

    def stated(self, path: str, given: ValueGiven) -> Interface:
        """The same interface with one entry stated: "contact.contact_fraction", "filament.drive", or with a third part
        "charge_transfer.exchange_current_density.activation_energy"."""
        block_name, _, rest = path.partition(".")
        parameter, _, sub = rest.partition(".")
        members = block(block_name)
        if parameter not in members:
            raise UnknownNameError(f"The block {block_name} has no such parameter", given=parameter, allowed=members)
        if sub not in ("", ENERGY):
            raise UnknownNameError(f"{parameter} has no such part", given=sub, allowed=(ENERGY,))
        old = self.physics.get(block_name, {}).get(parameter)
        new: Value | str
        if parameter in CHOICES:
            new = choice(parameter, str(given))
        elif sub:
            if not isinstance(old, Value):
                raise CellError(f"{self.name} has no {parameter}: state it before its activation energy", given=given)
            new = old.with_activation_energy(given)
        else:
            new = restated(old if isinstance(old, Value) else None, parameter, given)
        blocks = {**self.physics, block_name: {**self.physics.get(block_name, {}), parameter: new}}
        return replace(self, physics=blocks)


def _check(part: Electrode | Layer) -> None:
    stated = {**part.properties, **({"thickness": part.thickness} if part.thickness is not None else {})}
    for key, value in stated.items():
        if value.quantity != quantity(key):
            raise CellError(
                f"The {key} of {part.name} is a value of the quantity {quantity(key)!r}", given=value.quantity
            )


def restated(old: Value | None, parameter: str, given: ValueGiven) -> Value:
    """The value a user states for a parameter, keeping the law of the old one."""
    if old is not None:
        return old.replaced(given)
    if isinstance(given, Value):
        return Value.parse(given, quantity(parameter))
    return Value.parse(given, quantity(parameter), source=STATED)


def plain(values: Mapping[str, Value | str]) -> dict[str, Any]:
    """Values as plain mappings, words as they are."""
    return {key: value if isinstance(value, str) else value.as_dict() for key, value in values.items()}


def unplain(values: Mapping[str, Any]) -> dict[str, Value | str]:
    """What `plain` wrote."""
    return {key: value if isinstance(value, str) else Value.from_dict(value) for key, value in values.items()}


__all__ = [
    "ENERGY",
    "PARAMETERS",
    "PHYSICS",
    "STATED",
    "Electrode",
    "Interface",
    "Layer",
    "Part",
    "plain",
    "restated",
    "unplain",
]
