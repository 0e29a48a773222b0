"""The catalogue: the cells of the founding papers, bare and protected, one YAML file of `catalogue/` a paper.

A file holds `source`, `note` and `cells`; a cell has its `stack` in the notation, a `note`, `values`: path -> either an
entry as in a material's file, or a mapping without `value` that says where the value of the stack comes from. `values` of
the file itself hold for all its cells that have such a path and don't say otherwise.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from ..errors import InterlayerError, ReadError, UnknownNameError, nearest
from ..materials import Value, entries
from .cell import Cell

CATALOGUE: Final = Path(__file__).parent / "catalogue"


def catalogue() -> tuple[str, ...]:
    """The names of all cells of the catalogue ("zhai2024/bare"), sorted."""
    return tuple(sorted(f"{path.stem}/{cell}" for path in CATALOGUE.glob("*.yaml") for cell in _file(path)["cells"]))


@functools.cache
def named(name: str) -> Cell:
    """A cell of the catalogue; an unknown name raises `UnknownNameError` with the nearest match."""
    paper, _, variant = name.partition("/")
    path = CATALOGUE / f"{paper}.yaml"
    if not variant or not path.exists() or variant not in _file(path)["cells"]:
        raise _unknown(name, paper)
    found = _file(path)
    return _cell(name, found["cells"][variant], found["source"], path.name, found.get("values", {}))


def from_text(text: str) -> Cell:
    """A cell from its notation ("Li|LLZTO(1 mm)|Li") or its name in the catalogue ("zhai2024/bare").

    Errors: `NotationError` for a notation that can't be read, `UnknownNameError` for what is neither.
    """
    if "|" in text:
        return Cell.parse(text)
    if "/" in text:
        return named(text)
    raise UnknownNameError("This is neither a cell's notation nor a cell of the catalogue", given=text, allowed=catalogue(), remedy='Notation: "Li|LLZTO(1 mm)|Li @ 25 degC"')


def _unknown(name: str, paper: str) -> UnknownNameError:
    """Names the cells of the paper where there is one, else the papers: all cells would fill a screen."""
    near = nearest(name, catalogue())
    mine = [n for n in catalogue() if n.startswith(f"{paper}/")]
    listed = ", ".join(mine) if mine else f"{', '.join(sorted({n.partition('/')[0] for n in catalogue()}))}, each with its cells (interlayer cells lists them)"
    meant = f". Did you mean {near!r}?" if near else ""
    return UnknownNameError(f"The catalogue has no cell of this name{meant}", given=name, allowed=listed)


@functools.cache
def _file(path: Path) -> dict[str, Any]:
    found = entries.load(path)
    entries.only(found, ("source", "note", "values", "cells"), path.name, needed=("source", "cells"))
    return found


def _cell(name: str, entry: Mapping[str, Any], source: str, file: str, common: Mapping[str, Any]) -> Cell:
    place = f"cells.{name.partition('/')[2]}"
    entries.only(entry, ("stack", "note", "values"), file, place, ("stack",))
    try:
        made = Cell.parse(entry["stack"], name=name)
        shared = {path: facts for path, facts in common.items() if path in made.parameters()}
        for path, facts in {**shared, **entry.get("values", {})}.items():
            made = made.set(path, _value(made, path, facts, file, f"{place}.values.{path}"))
    except ReadError:
        raise
    except InterlayerError as error:
        raise ReadError(str(error), file=file, place=place) from error
    return replace(made, note=" ".join(str(entry.get("note", "")).split()), source=" ".join(str(source).split()))


def _value(cell: Cell, path: str, facts: Any, file: str, place: str) -> Value | str:
    """The entry at a path: a word, a new value (law kept unless it brings one), or the stack's own value with facts."""
    if isinstance(facts, str):
        return facts
    if "value" in facts:
        parameter = path.rsplit(".", 1)[-1]
        new = entries.read_value(facts, parameter, file, place)
        old = cell.get(path)
        keeps = isinstance(old, Value) and not ({"arrhenius", "vft"} & set(facts))
        return (
            replace(new, law=old.law, law_std=old.law_std, law_source=old.law_source, law_mark=old.law_mark)
            if keeps and isinstance(old, Value)
            else new
        )
    entries.only(facts, ("mark", "source", "note"), file, place, ("mark", "source"))
    old = cell.get(path)
    if not isinstance(old, Value):
        raise ReadError("A word has no facts", file=file, place=place)
    words = {key: " ".join(str(text).split()) for key, text in facts.items()}
    return replace(old, mark=words["mark"], source=words["source"], note=words.get("note", ""))
