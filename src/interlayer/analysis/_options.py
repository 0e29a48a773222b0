"""What may be stated for a technique: every keyword argument of the functions it runs, read from their signatures.

One rule for all techniques, so that a typed alternative of a function ("efficiency", "criterion") can be stated by whoever
can't call it, on a command line or in `il.analyse`. Text is turned into what the argument takes; a word that is none of the
alternatives is refused with the nearest.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal, get_args, get_origin

from ..errors import AnalysisError, UnknownNameError

TRUE, FALSE = ("true", "yes", "1"), ("false", "no", "0")
OURS: Final = ("specific", "drop", "validate", "over")  # what recognition decides itself, from the record
KINDS: Final = {"words": "a word", "flag": "yes or no", "count": "a whole number", "number": "a number", "text": "text, or a value with its unit", "texts": "texts, separated by commas"}


@dataclass(frozen=True)
class Option:
    """One argument: its name, a key of `KINDS`, the alternatives where there are only these, and whether it takes several."""

    name: str
    kind: str
    words: tuple[Any, ...] = ()
    several: bool = False

    @property
    def what(self) -> str:
        """As a request says it: '"linear" or "exponential"'."""
        if self.words:
            said = [f'"{w}"' if isinstance(w, str) else str(w) for w in self.words]
            return " or ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)
        return KINDS[self.kind]

    def allows(self, value: Any) -> bool:
        """Whether the value is one of the alternatives, where there are only these."""
        return not self.words or value in self.words or any(str(w) == str(value).strip() for w in self.words)

    def read(self, value: Any) -> Any:
        """Text as what the argument takes; anything else as it is."""
        if self.words:
            if not self.allows(value):
                raise UnknownNameError(f"{self.name} has no such alternative", given=str(value), allowed=[str(w) for w in self.words])
            return next(w for w in self.words if w == value or str(w) == str(value).strip())
        if not isinstance(value, str):
            return value
        word = value.strip()
        if self.kind == "flag":
            if word.casefold() not in (*TRUE, *FALSE):
                raise AnalysisError(f"{self.name} is yes or no", given=value, allowed=(*TRUE, *FALSE))
            return word.casefold() in TRUE
        if self.kind in ("count", "number"):
            try:
                return int(word) if self.kind == "count" else float(word[:-1]) / 100.0 if word.endswith("%") else float(word)
            except ValueError:
                raise AnalysisError(f"{self.name} is {KINDS[self.kind]}", given=value, remedy=f'For example "{self.name}={3 if self.kind == "count" else 0.5}"') from None
        return tuple(part.strip() for part in word.split(",")) if self.several and (self.kind == "texts" or "," in word) else word


@lru_cache(maxsize=256)
def options_of(function: Callable[..., Any]) -> dict[str, Option]:
    """The arguments of a function, by name, that can be stated by text."""
    found: dict[str, Option] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is parameter.KEYWORD_ONLY and name not in OURS:
            made = _option(name, list(_members(parameter.annotation, function.__globals__)))
            if made is not None:
                found[name] = made
    return found


def _option(name: str, members: list[Any]) -> Option | None:
    words = tuple(w for m in members if get_origin(m) is Literal for w in get_args(m))
    free = any(m is str for m in members)
    if words and not free:
        return Option(name, "words", words)
    if free:
        return Option(name, "text", several=any(m is list for m in members))
    for kind, of in (("flag", bool), ("count", int), ("number", float), ("texts", tuple)):
        if any(m is of for m in members):
            return Option(name, kind, several=kind == "texts")
    return None


def _members(annotation: Any, names: Mapping[str, Any]) -> Iterable[Any]:
    """The members of an annotation as types: `list` for a sequence of texts, `tuple` for a pair; what is not known is left out.
    (typing.get_type_hints fails where a name is imported for type checkers alone.)"""
    if isinstance(annotation, str):
        yield from _read(ast.parse(annotation, mode="eval").body, names)
    elif get_origin(annotation) is Literal or annotation in (str, bool, int, float):
        yield annotation
    elif get_origin(annotation) is not None and isinstance(get_origin(annotation), type):
        yield list if issubclass(get_origin(annotation), Iterable) and get_origin(annotation) is not tuple else tuple
    else:
        for member in get_args(annotation):
            if get_origin(member) is not tuple:  # the (number, unit) pair of a value
                yield from _members(member, names)


def _read(node: ast.expr, names: Mapping[str, Any]) -> Iterable[Any]:
    builtin = {"str": str, "bool": bool, "int": int, "float": float}
    if isinstance(node, ast.BinOp):
        yield from _read(node.left, names)
        yield from _read(node.right, names)
    elif isinstance(node, ast.Name):
        found = names.get(node.id, builtin.get(node.id))
        if found is not None:
            yield from _members(found, names)
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
        yield from _members(getattr(names[node.value.id], node.attr, None), names)
    elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        if node.value.id == "Literal" and isinstance(node.slice, ast.Tuple | ast.Constant):
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            yield Literal[tuple(p.value for p in parts if isinstance(p, ast.Constant))]
        elif node.value.id in ("tuple", "Sequence", "list"):
            yield tuple if node.value.id == "tuple" else list


def asked(stated: Mapping[str, Any], technique: str, function: Callable[..., Any], *without: str, **known: Any) -> dict[str, Any]:
    """The keyword arguments of `function` that are stated: "name" for every technique that takes it and has this alternative,
    "technique.name" for this one; `known` are the technique's own choices where nothing is stated."""
    out = {k: v for k, v in known.items() if v is not None}
    for name, option in options_of(function).items():
        if name in without:
            continue
        own, shared = stated.get(f"{technique}.{name}"), stated.get(name)
        if own is not None:
            out[name] = option.read(own)
        elif shared is not None and option.allows(shared):
            out[name] = option.read(shared)
    return out
