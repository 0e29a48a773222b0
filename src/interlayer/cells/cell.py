"""`Cell`: what a cell IS, from electrode to electrode, with every number it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from .. import units
from ..errors import CellError
from ..materials import NEEDED, PHYSICS, SALTY, Material, Value
from ..materials.value import ROOM, ValueGiven
from . import notation, paths, views
from .parts import STATED, Electrode, Interface, Layer, plain, unplain

WHOLE = ("charge_transfer", "double_layer")  # blocks that say nothing in part


@dataclass(frozen=True)
class Cell:
    """A lithium cell as a stack from left to right; J > 0 flows in this direction inside it.

    stack        an `Electrode`, one or more `Layer`s, an `Electrode`
    interfaces   one `Interface` between each two neighbours, from left to right
    area         geometric electrode area as a `Value`, or None when nobody stated it: then Ω stays Ω
    temperature  [K]; 25 °C unless stated
    pressure     stack pressure as a `Value`, or None
    name         "zhai2024/bare" for a cell of the catalogue, else "" or what the user calls it
    note         anything a reader should know
    source       where the description comes from

    Make one with `Cell.parse` (the notation of papers) or `Cell.of` (parts in hand). Errors: `CellError` for a stack
    that can't exist, `UnitError` for an impossible number.
    """

    name: str
    stack: tuple[Electrode | Layer, ...]
    interfaces: tuple[Interface, ...]
    area: Value | None = None
    temperature: float = ROOM
    pressure: Value | None = None
    note: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "stack", tuple(self.stack))
        object.__setattr__(self, "interfaces", tuple(self.interfaces))
        ends_right = len(self.stack) >= 3 and all(
            isinstance(part, Electrode) for part in (self.stack[0], self.stack[-1])
        )
        if not ends_right or not all(isinstance(part, Layer) for part in self.stack[1:-1]):
            raise CellError(
                "A cell is an electrode, one or more layers, and an electrode",
                given=" ".join(part.name for part in self.stack),
            )
        met = [(face.left, face.right) for face in self.interfaces]
        if met != self._neighbours():
            raise CellError(
                "The interfaces do not fit the stack",
                given=[" | ".join(names) for names in met],
                remedy="Make the cell with Cell.of",
            )
        units.check(self.temperature, "temperature")
        for quantity in ("area", "pressure"):
            value = getattr(self, quantity)
            if value is not None and value.quantity != quantity:
                raise CellError(f"The {quantity} is a value of the quantity {quantity!r}", given=value.quantity)

    def _neighbours(self) -> list[tuple[str, str]]:
        return [(left.name, right.name) for left, right in pairwise(self.stack)]

    # -- making -------------------------------------------------------------------------------------------------------
    @classmethod
    def of(
        cls,
        *stack: Electrode | Layer,
        name: str = "",
        area: ValueGiven | None = None,
        temperature: units.Given | None = None,
        pressure: ValueGiven | None = None,
        note: str = "",
        source: str = "",
    ) -> Cell:
        """A cell of parts in hand; its interfaces come from the pair data, in either direction."""
        faces = tuple(Interface.between(left.name, right.name) for left, right in pairwise(stack))
        return cls(
            name, stack, faces,
            area=None if area is None else Value.parse(area, "area", **_stated(area)),
            temperature=ROOM if temperature is None else units.si(temperature, "temperature"),
            pressure=None if pressure is None else Value.parse(pressure, "pressure", **_stated(pressure)),
            note=note, source=source,
        )  # fmt: skip

    @classmethod
    def parse(cls, text: str, *, name: str = "") -> Cell:
        """A cell from the notation of papers, for example

            Cell.parse("Li|LiI-ZnLi(0.5 um)/LLZTO(1.0 mm)/LiI-ZnLi(0.5 um)|Li @ 25 degC, 1.13 cm^2")

        A layer without a thickness takes the usual one of its material, else `MissingValueError`. A text that does not
        parse raises `NotationError`, which points at the character. Full rules: `interlayer.cells.notation`.
        """
        stack, conditions = notation.read_cell(text)
        temperature = conditions["temperature"].value if "temperature" in conditions else None
        made = cls.of(*stack, name=name, area=conditions.get("area"), pressure=conditions.get("pressure"))
        return made if temperature is None else replace(made, temperature=temperature)

    @property
    def notation(self) -> str:
        """The stack and its conditions as text that `parse` reads back (what it holds: `interlayer.cells.notation`)."""
        return notation.write_cell(self.stack, self.temperature, self.area, self.pressure)

    def __str__(self) -> str:
        return self.notation

    def __repr__(self) -> str:
        called = f"{self.name!r} " if self.name else ""
        return f"<Cell {called}{self.notation}>"

    # -- parts --------------------------------------------------------------------------------------------------------
    @property
    def electrodes(self) -> tuple[Electrode, Electrode]:
        """The left and the right electrode."""
        left, right = self.stack[0], self.stack[-1]
        assert isinstance(left, Electrode)
        assert isinstance(right, Electrode)
        return left, right

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers from left to right."""
        return tuple(part for part in self.stack if isinstance(part, Layer))

    @property
    def separator_index(self) -> int:
        """Index into `layers` of the separator: the thickest layer whose material is no interlayer and no mixed conductor
        (the thickest of all where every layer is one)."""
        layers = self.layers
        real = [index for index, layer in enumerate(layers) if layer.role not in ("interlayer", "mixed")] or list(range(len(layers)))
        return max(real, key=lambda index: layers[index].thickness.value)

    @property
    def separator(self) -> Layer:
        """The layer that parts the electrodes: see `separator_index`."""
        return self.layers[self.separator_index]

    def interface(self, which: int | str) -> Interface:
        """An interface that can be computed with, by index from the left or as "Li|LLZTO" (the first in either
        direction). Errors: `CellError` when nobody stated its physics, `UnknownNameError` for an unknown name."""
        face = self.interfaces[paths.select_interfaces(self, str(which))[0]]
        if not face.physics and not face.trivial:
            raise CellError(
                f"The physics of the interface {face.name} is not stated", given=self.notation, remedy=_remedy(face)
            )
        return face

    def missing(self) -> tuple[str, ...]:
        """What a simulation would need and nobody stated, a sentence each with what to do; empty when all is there.
        (The area is not among them: without it current and impedance stay per area.)"""
        return tuple(self.lacks().values())

    def lacks(self) -> dict[str, str]:
        """`missing` by path: "interfaces.Li|X" where nobody stated a face's physics, "layers.X.conductivity" for a number."""
        unknown: dict[str, Interface] = {}
        sides = pairwise(part.role in SALTY for part in self.stack)
        for label, face, salty in zip(paths.face_labels(self), self.interfaces, sides, strict=True):
            if not face.physics and not all(salty):  # the ions cross freely between two layers that share their salt
                unknown.setdefault(label, face)
        absent = {
            f"interfaces.{label}": f"The physics of the interface {label} is not stated. {_remedy(face)}."
            for label, face in unknown.items()
            if not face.trivial
        }
        for label, face in zip(paths.face_labels(self), self.interfaces, strict=True):
            absent |= {
                f"interfaces.{label}.{block}.{need}": f"The {need.replace('_', ' ')} ({block}) of {label} is not stated beside the others. "
                f'State it: cell.set("interfaces.{label}.{block}.{need}", "...").'
                for block in WHOLE if block in face.physics for need in PHYSICS[block] if need not in face.physics[block]
            }  # fmt: skip
        for key, layer in {layer.name: layer for layer in self.layers}.items():
            absent |= {
                f"layers.{key}.{need}": f"The {need.replace('_', ' ')} of {key} is not known. "
                f'State it: cell.set("layers.{key}.{need}", "...").'
                for need in NEEDED[layer.role] if need not in layer
            }  # fmt: skip
        return absent

    # -- the cells beside this one ------------------------------------------------------------------------------------
    def bare(self) -> Cell:
        """The same cell without what was put between its electrodes and its separator: electrodes, separator, area,
        temperature and pressure stay, the new interfaces come from the pair data. A bare cell returns itself."""
        if len(self.layers) == 1:
            return self
        return self._rebuilt([self.separator], "bare")

    def sham(self) -> Cell:
        """The negative control: every layer but the separator is replaced by as thick a layer of the separator's own
        material, so that thickness and number of layers stay and only the interlayer's chemistry goes. The electrodes
        meet the separator's material as in `bare`. A bare cell returns itself."""
        if len(self.layers) == 1:
            return self
        core = self.separator
        layers = [
            layer if index == self.separator_index else replace(core, thickness=layer.thickness)
            for index, layer in enumerate(self.layers)
        ]
        return self._rebuilt(layers, "sham")

    def _rebuilt(self, layers: list[Layer], kind: str) -> Cell:
        left, right = self.electrodes
        made = Cell.of(left, *layers, right)
        return replace(
            made, name=f"{self.name} ({kind})" if self.name else "", area=self.area, temperature=self.temperature,
            pressure=self.pressure, note=f"{kind} cell of {self.notation}", source=self.source,
        )  # fmt: skip

    # -- parameters ---------------------------------------------------------------------------------------------------
    def parameters(self) -> dict[str, Value]:
        """Every number of the cell under a stable path, for example

            area  temperature  layers.LLZTO.thickness  layers.LLZTO.conductivity  electrodes.Li.molar_volume
            layers.LLZTO.conductivity.activation_energy  interfaces.Li|LLZTO.contact.contact_fraction

        Parts of the same name that agree in a value share one path; where they differ, each has its own by index from
        the left ("layers.1.thickness"). Entries that are a word are in `choices`."""
        return paths.parameters(self)

    def choices(self) -> dict[str, str]:
        """Every entry that is a word ("interfaces.Li|LLZTO.filament.drive" -> "spot_drop"), by path."""
        return paths.choices(self)

    def get(self, path: str) -> Value | str:
        """The value (or the word) at a path; `UnknownNameError` with the nearest match for an unknown one."""
        return paths.get(self, path)

    def set(self, path: str, given: ValueGiven) -> Cell:
        """The same cell with one entry stated: text with a unit, a `Value`, or a word. A path by name sets all parts of
        that name (both faces of "Li|LLZTO"), a path by index one. Law and reference temperature of a number stay.
        Errors: `UnknownNameError` with the nearest match, `UnitError`."""
        return paths.set_value(self, path, given)

    def with_(self, values: Mapping[str, ValueGiven] | None = None, /, **more: ValueGiven) -> Cell:
        """`set` for several paths at once, in order: `cell.with_({"area": "1.13 cm^2"}, temperature="60 degC")`."""
        made = self
        for path, given in {**(values or {}), **more}.items():
            made = made.set(path, given)
        return made

    # -- plain values and tables --------------------------------------------------------------------------------------
    def as_dict(self) -> dict[str, Any]:
        """All of the cell as plain values in SI, its materials included: what a saved record holds."""
        return {
            "name": self.name, "note": self.note, "source": self.source, "temperature": self.temperature,
            "area": self.area.as_dict() if self.area is not None else None,
            "pressure": self.pressure.as_dict() if self.pressure is not None else None,
            "materials": {part.name: part.material.as_dict() for part in self.stack},
            "stack": [
                {
                    "material": part.name,
                    "thickness": part.thickness.as_dict() if part.thickness is not None else None,
                    "properties": plain(part.properties),
                }
                for part in self.stack
            ],
            "interfaces": [
                {
                    "left": face.left, "right": face.right, "note": face.note,
                    "physics": {key: plain(entries) for key, entries in face.physics.items()},
                }
                for face in self.interfaces
            ],
        }  # fmt: skip

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Cell:
        """The cell that `as_dict` wrote; it needs no data file, so an old record keeps its own numbers."""
        materials = {key: Material.from_dict(value) for key, value in given["materials"].items()}
        parts = [
            (
                materials[row["material"]],
                Value.from_dict(row["thickness"]) if row["thickness"] else None,
                unplain(row["properties"]),
            )
            for row in given["stack"]
        ]
        stack = tuple(
            (Electrode if index in (0, len(parts) - 1) else Layer)(stuff, thickness, properties)  # type: ignore[arg-type]
            for index, (stuff, thickness, properties) in enumerate(parts)
        )
        faces = tuple(
            Interface(
                row["left"],
                row["right"],
                {key: unplain(entries) for key, entries in row["physics"].items()},
                row["note"],
            )
            for row in given["interfaces"]
        )
        return cls(
            given["name"], stack, faces,
            Value.from_dict(given["area"]) if given["area"] else None,
            given["temperature"],
            Value.from_dict(given["pressure"]) if given["pressure"] else None, given["note"], given["source"],
        )  # fmt: skip

    def table(self) -> str:
        """All parameters as text: path, value, law, mark, source."""
        return views.text_table(self)

    def _repr_html_(self) -> str:
        return views.html_table(self)


def _stated(given: ValueGiven) -> dict[str, str]:
    return {} if isinstance(given, Value) else {"source": STATED}


def _remedy(face: Interface) -> str:
    return (
        f'State it, e.g. cell.set("interfaces.{face.name}.charge_transfer.exchange_current_density", "1 A/m^2") '
        f'and its alpha, or add a file for the pair: interlayer.materials.add_pair("{face.left}_{face.right}.yaml")'
    )
