"""What happens where two materials meet: one YAML file of `data/interfaces/` a pair, as blocks of physics.

The pair has no direction: "Li|LLZTO" and "LLZTO|Li" are the same data, met by a stack from either side.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from . import entries
from .material import DATA

INTERFACES: Final = DATA / "interfaces"
_FIELDS = ("left", "right", "title", "note", "physics")


@dataclass(frozen=True)
class Pair:
    """Two materials in contact: names `left` and `right` as the file has them, and the physics of the contact."""

    left: str
    right: str
    title: str
    physics: entries.Physics
    note: str = ""

    @property
    def name(self) -> str:
        """ "Li|LLZTO": how paths and tables call both faces of the pair."""
        return f"{self.left}|{self.right}"


def read_pair(path: str | Path) -> Pair:
    """A pair from a YAML file; errors name file and key (`ReadError`)."""
    path = Path(path)
    found = entries.load(path)
    entries.only(found, _FIELDS, path.name, needed=("left", "right", "title", "physics"))
    physics = entries.read_physics(found["physics"], path.name)
    return Pair(found["left"], found["right"], found["title"], physics, " ".join(str(found.get("note", "")).split()))


_added: dict[tuple[str, str], Pair] = {}


def add_pair(given: Pair | str | Path) -> Pair:
    """Make a pair known for this session: an object, or the path of a file. A later one wins."""
    made = given if isinstance(given, Pair) else read_pair(given)
    _added.pop((made.right, made.left), None)
    _added[made.left, made.right] = made
    return made


@functools.cache
def _stored(left: str, right: str) -> Pair | None:
    path = INTERFACES / f"{left}_{right}.yaml"
    return read_pair(path) if path.exists() else None


def pair(left: str, right: str) -> Pair | None:
    """The data of two materials in contact, whichever stands left; None where there are none."""
    for a, b in ((left, right), (right, left)):
        if (a, b) in _added:
            return _added[a, b]
    return _stored(left, right) or _stored(right, left)


def pairs() -> tuple[str, ...]:
    """The names "Li|LLZTO" of all known pairs, sorted."""
    stored = {"|".join(path.stem.split("_", 1)) for path in INTERFACES.glob("*.yaml")}
    return tuple(sorted(stored | {found.name for found in _added.values()}))
