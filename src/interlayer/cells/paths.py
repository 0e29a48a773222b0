"""Paths: one stable name for every number of a cell, to list, read and set them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from .. import units
from ..errors import UnknownNameError
from ..materials import Value
from ..materials.value import ValueGiven
from .parts import ENERGY, STATED, Electrode, Layer, restated

if TYPE_CHECKING:
    from .cell import Cell

CONDITIONS = ("area", "pressure", "temperature")
FAMILIES = ("electrodes", "layers", "interfaces")


def parameters(cell: Cell) -> dict[str, Value]:
    """See `Cell.parameters`."""
    found: dict[str, Value] = {}
    for key in ("area", "pressure"):
        if (value := getattr(cell, key)) is not None:
            found[key] = value
    found["temperature"] = Value(cell.temperature, "temperature", source="condition of the cell")
    for path, value in _entries(cell):
        if isinstance(value, Value):
            found[path] = value
            if (energy := value.activation_energy) is not None:
                found[f"{path}.{ENERGY}"] = energy
    return found


def choices(cell: Cell) -> dict[str, str]:
    """See `Cell.choices`."""
    return {path: value for path, value in _entries(cell) if isinstance(value, str)}


def _entries(cell: Cell) -> Iterator[tuple[str, Value | str]]:
    """(path, entry) of all parts: by name where the parts of that name agree, else by index."""
    for family, rows in _families(cell):
        done: set[tuple[str, str]] = set()
        for index, (name, entries) in enumerate(rows):
            twins = [other for other_name, other in rows if other_name == name]
            for key, entry in entries.items():
                if all(key in other and other[key] == entry for other in twins):
                    if (name, key) not in done:
                        done.add((name, key))
                        yield f"{family}.{name}.{key}", entry
                else:
                    yield f"{family}.{index}.{key}", entry


def _families(cell: Cell) -> list[tuple[str, list[tuple[str, dict[str, Value | str]]]]]:
    labels = face_labels(cell)
    faces = [
        (label, {f"{block}.{key}": entry for block, entries in face.physics.items() for key, entry in entries.items()})
        for label, face in zip(labels, cell.interfaces, strict=True)
    ]
    return [("electrodes", _parts(cell.electrodes)), ("layers", _parts(cell.layers)), ("interfaces", faces)]


def _parts(parts: Sequence[Electrode | Layer]) -> list[tuple[str, dict[str, Value | str]]]:
    return [
        (part.name, {**({"thickness": part.thickness} if part.thickness is not None else {}), **part.values()})
        for part in parts
    ]


def face_labels(cell: Cell) -> list[str]:
    """The name of each interface, one for both directions: as the first face of the pair from the left is written."""
    seen: dict[frozenset[str], str] = {}
    return [seen.setdefault(frozenset((face.left, face.right)), face.name) for face in cell.interfaces]


def get(cell: Cell, path: str) -> Value | str:
    """See `Cell.get`."""
    if path in CONDITIONS:
        value = getattr(cell, path)
        if value is None:
            raise UnknownNameError(
                f"The {path} of this cell is not stated", given=path, remedy=f'State it: cell.set("{path}", "...")'
            )
        return Value(value, "temperature", source="condition of the cell") if path == "temperature" else value
    family, which, rest = _split(path)
    rows = dict(_families(cell))[family]
    entries = rows[_indices(cell, family, which)[0]][1]
    key, sub = (rest.removesuffix(f".{ENERGY}"), True) if rest.endswith(f".{ENERGY}") else (rest, False)
    if key not in entries:
        raise UnknownNameError(f"{family}.{which} has no such entry", given=rest, allowed=entries)
    entry = entries[key]
    if not sub:
        return entry
    energy = entry.activation_energy if isinstance(entry, Value) else None
    if energy is None:
        raise UnknownNameError(f"{family}.{which}.{key} has no Arrhenius law", given=path)
    return energy


def set_value(cell: Cell, path: str, given: ValueGiven) -> Cell:
    """See `Cell.set`."""
    if path == "temperature":
        return replace(cell, temperature=given.value if isinstance(given, Value) else units.si(given, "temperature"))
    if path in ("area", "pressure"):
        old = getattr(cell, path)
        new = (
            old.replaced(given)
            if old is not None
            else given
            if isinstance(given, Value)
            else Value.parse(given, path, source=STATED)
        )
        return replace(cell, area=new) if path == "area" else replace(cell, pressure=new)
    family, which, rest = _split(path)
    chosen = set(_indices(cell, family, which))
    if family == "interfaces":
        faces = tuple(
            face.stated(rest, given) if index in chosen else face for index, face in enumerate(cell.interfaces)
        )
        return replace(cell, interfaces=faces)
    parts: Sequence[Electrode | Layer] = cell.electrodes if family == "electrodes" else cell.layers
    changed = [part.stated(rest, given) if index in chosen else part for index, part in enumerate(parts)]
    left, right = changed if family == "electrodes" else cell.electrodes
    layers = cell.layers if family == "electrodes" else changed
    return replace(cell, stack=(left, *layers, right))


def _split(path: str) -> tuple[str, str, str]:
    family, _, tail = path.partition(".")
    which, _, rest = tail.partition(".")
    if family not in FAMILIES:
        raise UnknownNameError("A path begins with one of these", given=family, allowed=(*CONDITIONS, *FAMILIES))
    if not which or not rest:
        raise UnknownNameError(
            "A path names a part and one of its entries", given=path,
            allowed="layers.LLZTO.thickness, electrodes.0.thickness, interfaces.Li|LLZTO.contact.contact_fraction ...",
        )  # fmt: skip
    return family, which, rest


def _indices(cell: Cell, family: str, which: str) -> list[int]:
    if family == "interfaces":
        return select_interfaces(cell, which)
    parts: Sequence[Electrode | Layer] = cell.electrodes if family == "electrodes" else cell.layers
    return _select([part.name for part in parts], which, family)


def select_interfaces(cell: Cell, which: str) -> list[int]:
    """The indices of the interfaces named by "0" or by "Li|LLZTO" in either direction."""
    labels = face_labels(cell)
    flipped = "|".join(reversed(which.split("|")))
    return _select(labels, flipped if flipped in labels else which, "interfaces")


def _select(names: Sequence[str], which: str, family: str) -> list[int]:
    if which.isdigit() and int(which) < len(names):
        return [int(which)]
    found = [index for index, name in enumerate(names) if name == which]
    if not found:
        raise UnknownNameError(
            f"This cell has none of this name among its {family}", given=which,
            allowed=(*dict.fromkeys(names), *(str(index) for index in range(len(names)))),
        )  # fmt: skip
    return found


__all__ = ["choices", "face_labels", "get", "parameters", "restated", "select_interfaces", "set_value"]
