"""`Material`: what a layer or an electrode is made of, read from one YAML file of `data/`.

`material("LLZTO")` reads the file on first use and keeps it; `materials()` lists the names without reading any. One's
own material is a file of the same form (`add("path/to/mine.yaml")`) or an object (`add(Material(...))`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ..errors import InterlayerError, MissingValueError, ReadError, UnknownNameError, nearest
from . import entries
from .parameters import PARAMETERS, quantity
from .value import Value

DATA: Final = Path(__file__).parent / "data"
ROLES: Final[Mapping[str, str]] = {
    "metal": "an electrode that plates and strips lithium",
    "collector": "an electrode that holds no lithium: it blocks, or lithium from the other side plates on it",
    "ceramic": "a single-ion conductor with bulk and grain boundaries",
    "polymer": "a binary salt in a polymer",
    "liquid": "a binary salt in a liquid, a gel or an ionic liquid",
    "mixed": "a conductor of ions and electrons beside an electrode, which stores and plates lithium inside",
    "interlayer": "a thin engineered layer between an electrode and the separator",
}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9+-]*")
ALIAS: Final = re.compile(r"[A-Za-z][^|/()@,=\s]*")
_FIELDS = ("name", "formula", "title", "role", "aliases", "note", "properties")


@dataclass(frozen=True)
class Material:
    """A material and what is known of it.

    name        as the notation writes it: a letter, then letters, digits, "-", "+"
    formula     chemical formula, "" where there is none
    title       in words
    role        one of `ROLES`: tells which element a layer of it becomes
    properties  parameter (parameters.py) -> `Value`; a property nobody knows is absent
    aliases     other names the notation accepts
    note        anything a reader should know

    Errors: `UnknownNameError` for a role or a parameter that is not in its table, `InterlayerError` for a bad name.
    """

    name: str
    formula: str
    title: str
    role: str
    properties: Mapping[str, Value] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InterlayerError(
                "This can't be the name of a material",
                given=self.name,
                allowed="a letter, then letters, digits, '-', '+'",
            )
        for alias in self.aliases:
            if not ALIAS.fullmatch(alias):
                raise InterlayerError(
                    "This can't be another name of a material",
                    given=alias,
                    allowed="a letter, then no space and none of | / ( ) @ , =",
                )
        if self.role not in ROLES:
            raise UnknownNameError("There is no such role of a material", given=self.role, allowed=ROLES)
        for key, value in self.properties.items():
            if quantity(key) != value.quantity:
                raise InterlayerError(f"{self.name}.{key} is a {quantity(key)}", given=value.quantity)
        object.__setattr__(self, "aliases", tuple(self.aliases))

    def __contains__(self, key: object) -> bool:
        return key in self.properties

    def __getitem__(self, key: str) -> Value:
        """A property; one nobody stated raises `MissingValueError`, a misspelt one `UnknownNameError`."""
        if key in self.properties:
            return self.properties[key]
        quantity(key)
        raise MissingValueError(
            f"The {key.replace('_', ' ')} of {self.name} is not known", allowed=self.properties,
            remedy=f"State it: cell.set(\"layers.{self.name}.{key}\", \"...\"), or add it to the material's file",
        )  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """Plain values that `from_dict` reads back."""
        return {
            "name": self.name, "formula": self.formula, "title": self.title, "role": self.role,
            "aliases": list(self.aliases), "note": self.note,
            "properties": {key: value.as_dict() for key, value in self.properties.items()},
        }  # fmt: skip

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Material:
        """The material that `as_dict` wrote."""
        properties = {key: Value.from_dict(value) for key, value in given["properties"].items()}
        return cls(**{**given, "properties": properties, "aliases": tuple(given["aliases"])})

    def table(self) -> list[tuple[str, str, str, str, str]]:
        """Rows (property, value, law, mark, source) for a table."""
        return [(key, str(v), str(v.law), v.mark, v.source) for key, v in self.properties.items()]

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.title} ({self.role})"]
        lines += [f"  {key:34} {value:32} {law:24} {mark}" for key, value, law, mark, _ in self.table()]
        return "\n".join(lines)


def read(path: str | Path) -> Material:
    """A material from a YAML file; errors name file and key (`ReadError`)."""
    path = Path(path)
    found = entries.load(path)
    entries.only(found, _FIELDS, path.name, needed=("name", "title", "role", "properties"))
    properties: dict[str, Value] = {}
    for key, entry in found["properties"].items():
        if key not in PARAMETERS:
            raise ReadError(
                "There is no parameter of this name",
                file=path.name,
                place=f"properties.{key}",
                given=key,
                allowed=PARAMETERS,
            )
        properties[key] = entries.read_value(entry, key, path.name, f"properties.{key}")
    try:
        return Material(
            found["name"], found.get("formula", ""), found["title"], found["role"], properties,
            tuple(found.get("aliases", ())), " ".join(str(found.get("note", "")).split()),
        )  # fmt: skip
    except InterlayerError as error:
        raise ReadError(str(error), file=path.name) from error


_added: dict[str, Material] = {}


def add(given: Material | str | Path) -> Material:
    """Make a material known by name for this session: an object, or the path of a file. A later one wins."""
    made = given if isinstance(given, Material) else read(given)
    _added[made.name] = made
    _aliases.cache_clear()
    return made


@functools.cache
def _stored(name: str) -> Material:
    return read(DATA / f"{name}.yaml")


def _names() -> list[str]:
    return [path.stem for path in DATA.glob("*.yaml")]


@functools.cache
def _aliases() -> dict[str, str]:
    return {alias: name for name in materials() for alias in _get(name).aliases}


def _get(name: str) -> Material:
    return _added[name] if name in _added else _stored(name)


def materials() -> tuple[str, ...]:
    """The names of all known materials, sorted."""
    return tuple(sorted({*_names(), *_added}))


def material(name: str) -> Material:
    """The material of this name or alias; an unknown one raises `UnknownNameError` with the nearest match."""
    if name in _added or name in _names():
        return _get(name)
    if name in _aliases():
        return _get(_aliases()[name])
    close = nearest(name, (*materials(), *_aliases()))
    raise UnknownNameError(
        "There is no material of this name", given=name, allowed=materials(),
        remedy=(f"The nearest is {close!r}. " if close and close != nearest(name, materials()) else "") + 'Your own material: materials.add("mine.yaml")',
    )  # fmt: skip
