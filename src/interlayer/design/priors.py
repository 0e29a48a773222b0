"""What could stand in for a value that nobody stated: the range of the same property over materials of the same role, or
of the same process over pairs that share one side, each with its sources."""

from __future__ import annotations

from dataclasses import dataclass

from .. import units
from ..cells import Cell
from ..materials import Value, material, materials, pair, pairs

MOST = 3  # examples named in a sentence


@dataclass(frozen=True)
class Offer:
    """A range for one missing value.

    path        where it would be set
    low, high   over the examples, their own spreads included [SI]
    examples    {name of a material or pair: its value}
    """

    path: str
    low: float
    high: float
    examples: dict[str, Value]

    @property
    def words(self) -> str:
        """In one sentence, with where the numbers come from."""
        quantity = next(iter(self.examples.values())).quantity
        named = [f"{name} {value} ({value.mark}{f': {value.source}' if value.source else ''})" for name, value in list(self.examples.items())[:MOST]]
        more = f" and {len(self.examples) - MOST} more" if len(self.examples) > MOST else ""
        span = units.show(self.low, quantity, 3) + (f" to {units.show(self.high, quantity, 3)}" if self.high > self.low else "")
        return f"{self.path}: {span}, from {'; '.join(named)}{more}."


def offers(cell: Cell) -> list[Offer]:
    """An offer for every value that the cell lacks and the data know elsewhere; empty where all is stated."""
    out: list[Offer] = []
    for path in cell.lacks():
        family, _, rest = path.partition(".")
        if family == "layers":
            key, _, need = rest.rpartition(".")
            role = next(layer.role for layer in cell.layers if layer.name == key)
            known = {m: material(m).properties[need] for m in materials() if material(m).role == role and need in material(m).properties}
            out += _offer(path, known)
        else:
            label, _, entry = rest.partition(".")
            out += [o for o in _face(cell, f"interfaces.{label}", label) if not entry or o.path == path]
    return out


def _face(cell: Cell, path: str, label: str) -> list[Offer]:
    """Processes of the pairs that share a side with this face and whose other side plays the same role."""
    roles = {part.name: part.role for part in cell.stack}
    mine = tuple(label.split("|"))
    found: dict[str, dict[str, Value]] = {}
    for name in pairs():
        other = tuple(name.split("|"))
        shared = [m for m in mine if m in other]
        if len(shared) != 1 or {material(m).role for m in other if m != shared[0]} != {roles[m] for m in mine if m != shared[0]}:
            continue
        known = pair(*other)
        for block, entries in (known.physics if known is not None else {}).items():
            for key, value in entries.items():
                if isinstance(value, Value):
                    found.setdefault(f"{path}.{block}.{key}", {})[name] = value
    return [offer for where, known in found.items() for offer in _offer(where, known)]


def _offer(path: str, known: dict[str, Value]) -> list[Offer]:
    if not known:
        return []
    spreads = [value.spread() for value in known.values()]
    return [Offer(path, min(low for low, _ in spreads), max(high for _, high in spreads), known)]
