"""From a `Cell` to a tree of elements: the frame that the merge rules fill.

Every rule is one file of this folder: how a kind of layer, a face, or a short becomes elements. Parameters stay
functions of temperature, so one tree serves every temperature of a protocol.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce
from typing import TypeAlias

from ...cells import Cell, Electrode, Interface, Layer
from ...elements import Element
from ...errors import CellError, MissingValueError
from ...registry import Registry

VACUUM_PERMITTIVITY = 8.8541878188e-12  # F/m, CODATA 2022


@dataclass
class Draft:
    """A tree in the making: what the rules need of each other.

    side        +1 for parts left of the separator, -1 right of it, 0 the separator itself, by stack index
    places      label of a leaf -> part of the cell it belongs to, for budgets ("LLZTO", "Li|LLZTO left")
    drops       per side, the "label.overpotential" of every element that drops voltage between lithium and separator
    salts       stack index of a layer -> label of the salt region it belongs to
    spots       per side, the "label.overpotential" of the charge transfer next to the separator
    filaments   (place, label) of every filament
    notes       place -> what a rule decided that the cell does not state, for the provenance
    """

    cell: Cell
    places: dict[str, str] = field(default_factory=dict)
    drops: dict[int, list[str]] = field(default_factory=lambda: {1: [], -1: []})
    salts: dict[int, str] = field(default_factory=dict)
    spots: dict[int, str] = field(default_factory=dict)
    filaments: list[tuple[Place, str]] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def core(self) -> int:
        """Stack index of the separator."""
        return self.cell.separator_index + 1

    @property
    def plates(self) -> bool:
        """Whether lithium can come from somewhere: an electrode is a metal."""
        return any(e.role == "metal" for e in self.cell.electrodes)

    def lithium(self, T: float) -> float:
        """Molar volume [m³/mol] of the metal that is plated."""
        return next(e for e in self.cell.electrodes if e.role == "metal").at("molar_volume", T)

    def side(self, index: int) -> int:
        """+1 left of the separator, -1 right of it, 0 the separator (by stack index)."""
        return (index < self.core) - (index > self.core)

    def word(self, index: int) -> str:
        """A name for a part: the material, with its side where the same name stands on both."""
        part = self.cell.stack[index]
        twins = sum(p.name == part.name for p in self.cell.stack)
        return part.name if twins == 1 else f"{part.name} {['right', '', 'left'][self.side(index) + 1]}{'' if twins == 2 else f' {index}'}".rstrip()

    def label(self, kind: str, place: str) -> str:
        """A unique label for a leaf at a place, filed for the budget."""
        label = f"{kind} {place}" if kind else place
        self.places[label] = place
        return label


@dataclass(frozen=True)
class Place:
    """Where a face rule works: interface `index`, on the left (+1) or right (-1) of the separator's middle.

    word          "Li|LLZTO left": ends the labels of the leaves there
    inner, outer  stack indices of the part on the electrolyte's and on the electrode's side
    """

    draft: Draft
    interface: Interface
    side: int
    word: str
    inner: int
    outer: int

    @classmethod
    def of(cls, draft: Draft, index: int) -> Place:
        """The place of interface `index` (between stack parts index and index + 1)."""
        interface = draft.cell.interfaces[index]
        if index < draft.core:
            return cls(draft, interface, 1, f"{interface.name} left", index + 1, index)
        return cls(draft, interface, -1, f"{interface.right}|{interface.left} right", index, index + 1)

    @property
    def electrode(self) -> Electrode | Layer:
        """The part on the electrode's side."""
        return self.draft.cell.stack[self.outer]

    @property
    def layer(self) -> Electrode | Layer:
        """The part on the electrolyte's side."""
        return self.draft.cell.stack[self.inner]

    @property
    def at_end(self) -> bool:
        """Whether the electrode's side is an electrode of the cell."""
        return self.outer in (0, len(self.draft.cell.stack) - 1)

    def label(self, kind: str) -> str:
        """A unique label for a leaf here."""
        return self.draft.label(kind, self.word)

    def at(self, block: str, key: str) -> Callable[[float], float]:
        """An entry of the interface's physics as a function of temperature."""
        return self.interface.value(block, key).at

    def dropped(self, label: str) -> None:
        """Note that this leaf drops voltage between lithium and separator."""
        self.draft.drops[self.side].append(f"{label}.overpotential")


LayerRule: TypeAlias = Callable[[Draft, int], "Element | None"]
FaceRule: TypeAlias = Callable[[Draft, int], "Element | None"]

#: role of a material -> how such a layer becomes elements
LAYERS: Registry[LayerRule] = Registry("layer rule", "interlayer.simulation.assembly")


@dataclass(frozen=True)
class Assembly:
    """A cell as a tree: the element, which part of the cell each leaf belongs to, and what a rule decided on its own."""

    cell: Cell
    element: Element
    places: dict[str, str]
    notes: dict[str, str] = field(default_factory=dict)


def assemble(cell: Cell) -> Assembly:
    """The element tree of a cell. `MissingValueError` lists everything that is not known, at once, with remedies."""
    from .face import face
    from .merge import merged
    from .short import shorted

    missing = cell.missing()
    if missing:
        raise MissingValueError("This cell can't be simulated yet: " + " ".join(missing))
    stated, cell = cell, merged(cell)
    draft = Draft(cell)
    LAYERS.discover()
    layers: dict[int, Element | None] = {}
    for index in range(1, len(cell.stack) - 1):
        role = cell.stack[index].role
        if role not in LAYERS:
            raise CellError(f"A layer of {cell.stack[index].name} can't be simulated", given=role, allowed=LAYERS)
        layers[index] = LAYERS[role](draft, index)
    # faces from the lithium inwards, so that a filament at the separator knows every drop on its way
    order = sorted(range(len(cell.interfaces)), key=lambda i: min(i, len(cell.interfaces) - 1 - i))
    faces: dict[int, Element | None] = {i: face(draft, i) for i in order}
    parts: list[Element] = []
    for index in range(len(cell.interfaces)):
        found = faces[index]
        if found is not None:
            parts.append(found)
        layer = layers.get(index + 1)
        if layer is not None:
            parts.append(layer)
    tree = reduce(lambda a, b: a + b, parts)
    return Assembly(stated, shorted(draft, tree), draft.places, draft.notes)
