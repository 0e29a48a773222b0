"""What elements there are: symbols, equation, parameters with unit and range, read off the declarations themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ..names import NAMES
from .base import ELEMENTS, MECHANISMS, SPECIFIC, TOTAL, Leaf, Parameter


@dataclass(frozen=True)
class Entry:
    """One element.

    name        as the registry knows it; kind the class
    symbols     circuit letters, the first is printed; () for an element of physics without one
    equation    impedance at rest as the tests evaluate it (I, omega, T, R gas, F, pi and the parameters), "" where a
                fitted law or a mesh stands behind it
    summary     first sentence of its description
    parameters  declared parameters: name, quantity (names.py), range in SI, definition
    per_area    whether it has a meaning per area only; the others serve a circuit in ohm, F, H as well
    """

    name: str
    kind: type[Leaf]
    symbols: tuple[str, ...]
    equation: str
    summary: str
    parameters: tuple[Parameter, ...]
    per_area: bool

    def unit(self, parameter: str, *, specific: bool = True) -> str:
        """SI unit of a parameter ('' for a number), in a circuit per area (ohm m^2) or of a whole cell (ohm)."""
        quantity = {p.name: p.quantity for p in self.parameters}[parameter]
        return NAMES[(SPECIFIC if specific else TOTAL).get(quantity, quantity)].si

    def _units(self, parameter: str) -> str:
        each, whole = self.unit(parameter), self.unit(parameter, specific=False)
        return (each if each == whole or self.per_area else f"{each} or {whole}") or "1"

    def __str__(self) -> str:
        head = f"{', '.join(self.symbols) or '-'}  {self.name}: {self.summary}"
        lines = [f"Z = {self.equation}"] if self.equation else []
        lines += [
            f"{p.name} [{self._units(p.name)}] {p.definition}, {p.low:g} to {p.high:g}" for p in self.parameters
        ]
        return "\n    ".join([head, *lines])


def _entry(name: str, kind: type[Leaf]) -> Entry:
    text = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
    return Entry(name, kind, kind.SYMBOLS, kind.EQUATION, text.split(". ")[0].rstrip("."), kind.PARAMETERS, kind.PER_AREA)


def catalogue(which: Literal["circuit", "physics", "all"] = "circuit") -> tuple[Entry, ...]:
    """The elements that have a circuit letter, those of physics (mechanisms included) that have none, or all.

    `print(*catalogue(), sep="\\n")` is a table to read.
    """
    found: Iterable[Entry] = (_entry(name, table[name]) for table in (ELEMENTS, MECHANISMS) for name in table)
    return tuple(e for e in found if which == "all" or (which == "circuit") == bool(e.symbols))
