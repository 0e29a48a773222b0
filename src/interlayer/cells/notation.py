"""The notation papers use for a cell, read and written.

    Li|LiI-ZnLi(0.5 um)/LLZTO(1.0 mm, conductivity=9e-4 S/cm)/LiI-ZnLi(0.5 um)|Li @ 25 degC, 1.13 cm^2, 3 MPa

`|` parts an electrode from the layers, `/` a layer from a layer. In brackets: the thickness, then properties by name; a
number may carry a standard deviation ("1.0 +- 0.3 mm") and a reference temperature ("0.1 S/m at 70 degC"). Behind `@`
temperature, area and stack pressure in any order, told apart by their units. What is written here is what a notation
can hold: values of interfaces, sources and marks live in the cell (`Cell.as_dict` holds all).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from .. import units
from ..errors import InterlayerError, NotationError, UnitError, UnknownNameError
from ..materials import Value, material
from ..materials.material import ALIAS
from ..names import name
from .parts import ENERGY, STATED, Electrode, Layer, restated

_UNIT = re.compile(
    r"^[\s(]*[+-]?[\d.]+(?:[eE][+-]?\d+)?\s*(?:(?:±|\+/-|\+-)\s*[\d.]+(?:[eE][+-]?\d+)?)?[\s)]*(.*?)\s*$"
)
_CONDITIONS: Final = ("temperature", "area", "pressure")

#: units a quantity is written in, beside the one shown to people and the SI one
_WRITTEN: Final = {
    "thickness": ("nm", "um", "mm"), "length": ("nm", "um", "mm"), "time": ("s", "min", "h"),
    "conductivity": ("S/cm", "mS/cm"), "pressure": ("MPa",), "areal_charge": ("mA*h/cm^2",), "temperature": ("degC",),
    "frequency": ("MHz", "kHz", "Hz", "mHz"), "current": ("mA",), "voltage": ("V", "mV"),
    "activation_energy": ("eV", "kJ/mol"),
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One name of the stack with the text in its brackets; positions count characters of the whole text."""

    name: str
    position: int
    arguments: str
    arguments_at: int


# -- writing ----------------------------------------------------------------------------------------------------------
def exact(value: float, quantity: str, std: float | None = None) -> str:
    """The shortest text that reads back as exactly this value (and standard deviation), in a unit people use."""
    row = name(quantity)
    found: list[str] = []
    for unit in dict.fromkeys((*_WRITTEN.get(quantity, ()), row.shown, row.si)):
        number = _shortest(value, unit, quantity)
        spread = "" if std is None else _shortest_std(std, unit, quantity)
        if number is not None and spread is not None:
            found.append(f"{number} +- {spread} {unit}".rstrip() if spread else f"{number} {unit}".rstrip())
    return min(found, key=_plainness)  # the SI unit itself always reads back


def _plainness(text: str) -> tuple[int, float]:
    """Short before long, then numbers near one: 0.5 um before 500 nm."""
    size = abs(float(text.split(" ", maxsplit=1)[0]))
    return len(text), abs(math.log10(size)) if size > 0.0 else 0.0


def _shortest(value: float, unit: str, quantity: str) -> str | None:
    scale, offset = units.factor(unit, name(quantity).si)

    def same(text: str) -> bool:
        try:
            return units.si((float(text), unit), quantity) == value
        except UnitError:
            return False

    return _digits((value - offset) / scale, same)


def _shortest_std(std: float, unit: str, quantity: str) -> str | None:
    scale, _ = units.factor(unit, name(quantity).si)
    return _digits(std / scale, lambda text: units._scaled(float(text), scale) == std)


def _digits(number: float, good: Callable[[str], bool]) -> str | None:
    for digits in range(1, 18):
        text = f"{number:.{digits}g}"
        plain = f"{float(text):.15g}"  # 260, not 2.6e+02
        text = plain if len(plain) <= len(text) and float(plain) == float(text) else text
        if good(text):
            return text
    return None


def write(value: Value, base: Value | None = None) -> str:
    """A value as the notation writes it; the reference temperature only where it is not that of `base`."""
    text = exact(value.value, value.quantity, value.std)
    reference = base.reference_temperature if base is not None else Value(1.0, "number").reference_temperature
    return (
        text
        if value.reference_temperature == reference
        else f"{text} at {exact(value.reference_temperature, 'temperature')}"
    )


def write_part(part: Electrode | Layer) -> str:
    """One name of the stack with what it states beyond its material."""
    usual = part.material.properties.get("thickness") if isinstance(part, Layer) else None
    stated = []
    if part.thickness is not None and part.thickness != usual:
        stated.append(write(part.thickness))
    for key, value in part.properties.items():
        base = part.material.properties.get(key)
        if base is None or _core(value) != _core(base):
            stated.append(f"{key}={write(value, base)}")
        energy = value.activation_energy
        if energy is not None and (base is None or value.law != base.law or value.law_std != base.law_std):
            stated.append(f"{key}.{ENERGY}={write(energy)}")
    return f"{part.name}({', '.join(stated)})" if stated else part.name


def _core(value: Value) -> tuple[object, ...]:
    return (value.value, value.std, value.reference_temperature, value.mark, value.source)


def write_cell(
    stack: tuple[Electrode | Layer, ...], temperature: float, area: Value | None, pressure: Value | None
) -> str:
    """The whole notation, in ASCII."""
    first, *layers, last = (write_part(part) for part in stack)
    conditions = [exact(temperature, "temperature")]
    conditions += [write(value) for value in (area, pressure) if value is not None]
    return f"{first}|{'/'.join(layers)}|{last} @ {', '.join(conditions)}"


# -- reading ----------------------------------------------------------------------------------------------------------
def read_cell(text: str) -> tuple[tuple[Electrode | Layer, ...], dict[str, Value]]:
    """The stack and the conditions of a notation; `NotationError` points at the character that makes no sense."""
    items, separators, at = _scan(text)
    _check_shape(text, items, separators)
    last = len(items) - 1
    stack = tuple(_part(text, item, electrode=index in (0, last)) for index, item in enumerate(items))
    return stack, {} if at is None else _conditions(text, at)


def _scan(text: str) -> tuple[list[Item], list[tuple[str, int]], int | None]:
    """Items, separators with their positions, and where the conditions begin (None when there are none)."""
    items: list[Item] = []
    separators: list[tuple[str, int]] = []
    position = 0
    while True:
        position = _blank(text, position)
        match = ALIAS.match(text, position)
        if not match:
            doubled = separators and separators[-1][0] == "|" and text[position : position + 1] == "|"
            remedy = (
                "Write one | at each electrode, with at least one layer between them"
                if doubled
                else "Write for example Li|LLZTO(1 mm)|Li"
            )
            raise NotationError("A material's name is expected here", text=text, position=position, remedy=remedy)
        position, arguments, arguments_at = _brackets(text, match.end())
        items.append(Item(match.group(), match.start(), arguments, arguments_at))
        if position >= len(text):
            return items, separators, None
        if text[position] == "@":
            return items, separators, position + 1
        if text[position] not in "|/":
            raise NotationError("Here | or / is expected, or @ before the conditions", text=text, position=position)
        separators.append((text[position], position))
        position += 1


def _blank(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _brackets(text: str, position: int) -> tuple[int, str, int]:
    """What stands in the brackets that may follow a name: (position behind them, content, where it begins)."""
    start = _blank(text, position)
    if text[start : start + 1] != "(":
        return start, "", start
    depth = 0
    for index in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return _blank(text, index + 1), text[start + 1 : index], start + 1
    raise NotationError("This bracket is not closed", text=text, position=start)


def _check_shape(text: str, items: list[Item], separators: list[tuple[str, int]]) -> None:
    if len(items) < 3:
        raise NotationError(
            "A cell is an electrode, at least one layer, and an electrode", text=text, position=items[-1].position,
            remedy="Write for example Li|LLZTO(1 mm)|Li",
        )  # fmt: skip
    for index, (sign, position) in enumerate(separators):
        wanted = "|" if index in (0, len(separators) - 1) else "/"
        if sign != wanted:
            where = "between an electrode and a layer" if wanted == "|" else "between two layers"
            raise NotationError(f"{where.capitalize()} stands {wanted!r}, not {sign!r}", text=text, position=position)


def _part(text: str, item: Item, *, electrode: bool) -> Electrode | Layer:
    try:
        stuff = material(item.name)
    except UnknownNameError as error:
        close = f"The nearest is {error.nearest}" if error.nearest else f"Known are {', '.join(error.allowed or ())}"
        raise NotationError(
            f"There is no material {item.name!r}", text=text, position=item.position, remedy=close
        ) from None
    thickness, named = _arguments(text, item)
    try:
        part: Electrode | Layer
        if electrode:
            part = Electrode(stuff, restated(None, "thickness", thickness[0]) if thickness else None)
        else:
            part = Layer.of(stuff, thickness[0] if thickness else None)
    except UnitError as error:
        raise NotationError(
            str(error).rstrip("."), text=text, position=thickness[1] if thickness else item.position
        ) from error
    for key, given, position in named:
        try:
            part = part.stated(key, given)
        except InterlayerError as error:
            raise NotationError(str(error).rstrip("."), text=text, position=position) from error
    return part


def _arguments(text: str, item: Item) -> tuple[tuple[str, int] | None, list[tuple[str, str, int]]]:
    """The thickness (text, position) or None, and the properties (key, text, position)."""
    thickness: tuple[str, int] | None = None
    named: list[tuple[str, str, int]] = []
    for piece, position in pieces(item.arguments, item.arguments_at):
        if not piece:
            raise NotationError(
                "Something is missing here", text=text, position=position, remedy="Write a thickness, or property=value"
            )
        key, equals, given = piece.partition("=")
        if equals and key.strip() != "thickness":
            named.append((key.strip(), given.strip(), position))
        elif thickness is None:
            thickness = (given.strip() if equals else piece, position)
        else:
            raise NotationError(
                "The thickness is stated twice",
                text=text,
                position=position,
                remedy="Write other properties as name=value",
            )
    return thickness, named


def pieces(text: str, start: int) -> Iterator[tuple[str, int]]:
    """The parts of `text` between commas outside brackets, with the position of their first character (counted from
    `start`); nothing for a blank text."""
    if not text.strip():
        return
    depth, begin = 0, 0
    for index, sign in enumerate([*text, ","]):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
        if sign == "," and (depth == 0 or index == len(text)):
            yield text[begin:index].strip(), start + _blank(text[:index], begin)
            begin = index + 1


def _conditions(text: str, at: int) -> dict[str, Value]:
    found: dict[str, Value] = {}
    if not text[at:].strip():
        raise NotationError(
            "Conditions are expected behind @",
            text=text,
            position=at - 1,
            remedy="Write for example @ 25 degC, 1.13 cm^2",
        )
    for piece, position in pieces(text[at:], at):
        quantity = _quantity_of(piece)
        if quantity is None:
            raise NotationError(
                f"{piece!r} is neither a temperature, an area nor a pressure", text=text, position=position,
                remedy="Write for example 25 degC, 1.13 cm^2 or 3 MPa",
            )  # fmt: skip
        if quantity == "temperature" and re.search(r"±|\+/-|\+-", piece):
            raise NotationError("The temperature of a cell is one number", text=text, position=position)
        if quantity in found:
            raise NotationError(f"The {quantity} is stated twice", text=text, position=position)
        try:
            found[quantity] = Value.parse(piece, quantity, source=STATED)
        except UnitError as error:
            raise NotationError(str(error).rstrip("."), text=text, position=position) from error
    return found


def _quantity_of(piece: str) -> str | None:
    match = _UNIT.match(piece.replace("−", "-"))
    if not match or not match.group(1):
        return None
    for quantity in _CONDITIONS:
        try:
            units.factor(match.group(1), name(quantity).si)
        except UnitError:
            continue
        return quantity
    return None
