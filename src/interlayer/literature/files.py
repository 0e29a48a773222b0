"""Claims files: read, checked as a whole, and the template of a user's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..errors import ReadError, nearest
from .entries import near, number, problems
from .vocabulary import read_yaml

#: a file larger than this is not a list of claims
LARGEST: Final = 10_000_000
DEEPEST: Final = 20
HEADS: Final = ("paper", "title", "journal", "doi", "claims", "pairs")


@dataclass(frozen=True)
class Draft:
    """A checked file: the paper's name, its title, journal and DOI, entries and pairs as plain values."""

    paper: str
    about: Mapping[str, str | None]
    entries: tuple[Mapping[str, Any], ...]
    pairs: tuple[Mapping[str, Any], ...]


def read(path: str | Path, *, strict: bool = True) -> Draft:
    """Read and check a claims file; without `strict` numbers that can't be are let pass. Errors: `ReadError` with every problem
    of every entry."""
    place = Path(path)
    if not place.is_file():
        raise ReadError("There is no such file", file=str(path), remedy="`interlayer claims --template` prints a claims file to start from")
    if place.stat().st_size > LARGEST:
        raise ReadError("The file is too large for a list of claims", file=place.name, given=f"{place.stat().st_size} bytes", allowed=f"at most {LARGEST} bytes")
    try:
        text = place.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ReadError("The file is not text in UTF-8, so it is no claims file", file=place.name, remedy="`interlayer claims --template` prints a claims file to start from") from None
    _shallow(text, place.name)
    return parse(text, place.name, place.stem, strict=strict)


def _shallow(text: str, file: str) -> None:
    """Refuse nesting that no claims file has: the C parser would overflow its stack on it."""
    import yaml

    depth = 0
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST or isinstance(event, yaml.AliasEvent):
                what = "is nested deeper than" if depth > DEEPEST else "uses an alias (*name), which"
                place = f"line {event.start_mark.line + 1}" if event.start_mark else None
                raise ReadError(f"The file {what} a claims file has", file=file, place=place, allowed=f"{DEEPEST} levels, no aliases")
    except yaml.YAMLError:
        return  # `parse` says where and why


def parse(text: str, file: str, stem: str, *, strict: bool = True) -> Draft:
    """Check the text of a claims file; `stem` names the paper where the file does not."""
    found = _mapping(text, file)
    said = [f"The head {key!r} is not one of a claims file{near(str(key), HEADS)}" for key in found if key not in HEADS]
    for key in ("paper", "title", "journal", "doi"):
        if found.get(key) is not None and not isinstance(found[key], str):
            said.append(f"The head {key!r} is a text; given: {found[key]!r}.")
    entries = found.get("claims")
    if not isinstance(entries, list) or not entries:
        said.append("The file has no list `claims`.")
        entries = []
    seen: dict[str, int] = {}
    for position, entry in enumerate(entries, start=1):
        name = entry.get("id") if isinstance(entry, dict) and isinstance(entry.get("id"), str) else None
        place = f"claim {name}" if name else f"entry {position}"
        said += [f"{place}: {problem}" for problem in problems(entry, strict=strict)]
        if name in seen and name is not None:
            said.append(f"{place}: entries {seen[name]} and {position} have the same id.")
        elif name is not None:
            seen[name] = position
    pairs = found.get("pairs") or []
    said += _pair_problems(pairs, seen)
    if said:
        raise _error(said, file)
    about = {key: found.get(key) for key in ("title", "journal", "doi")}
    return Draft(found.get("paper") or stem, about, tuple(entries), tuple(pairs))


def _mapping(text: str, file: str) -> dict[str, Any]:
    import yaml

    remedy = "`interlayer claims --template` prints a claims file to start from"
    try:
        found = read_yaml(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else None
        raise ReadError(f"The YAML can't be read: {error.problem or error.context}", file=file, place=place, remedy=remedy) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ReadError(f"The YAML can't be read: {str(error).splitlines()[0] if str(error) else type(error).__name__}", file=file, remedy=remedy) from None
    if not isinstance(found, dict):
        raise ReadError("A claims file is a YAML mapping with `paper` and `claims`", file=file, given=type(found).__name__, remedy=remedy)
    return found


def _pair_problems(pairs: object, ids: Mapping[str, int]) -> list[str]:
    if not isinstance(pairs, list):
        return [f"The pairs are a list of {{name, bare, protected}}; given: {pairs!r}."]
    said = []
    for position, pair in enumerate(pairs, start=1):
        place = f"pair {position}"
        if not isinstance(pair, dict):
            said.append(f"{place}: A pair is {{name, bare, protected}}; given: {pair!r}.")
            continue
        said += [f"{place}: The pair has an unknown field {key!r}." for key in pair if key not in ("name", "bare", "protected", "ratio_protected_over_bare")]
        for key in ("name", "bare", "protected"):
            given = pair.get(key)
            if not isinstance(given, str):
                said.append(f"{place}: The pair lacks {key!r}.")
            elif key != "name" and given not in ids:
                hit = nearest(given, ids)
                said.append(f"{place}: {key} {given!r} is not the id of a claim in this file." + (f" Did you mean {hit!r}?" if hit else ""))
        ratio = pair.get("ratio_protected_over_bare")
        if ratio is not None and number(ratio) is None:
            said.append(f"{place}: The ratio is a number or null; given: {ratio!r}.")
    return said


def _error(said: list[str], file: str) -> ReadError:
    if len(said) == 1:
        place, colon, rest = said[0].partition(": ")
        if colon and place.split(" ")[0] in ("claim", "entry", "pair"):
            return ReadError(rest, file=file, place=place)
        return ReadError(said[0], file=file)
    listed = "\n".join(f"  - {one}" for one in said)
    return ReadError(f"{len(said)} problems, all listed; nothing was read\n{listed}\n", file=file)


TEMPLATE: Final = """\
# Claims of a paper or a draft: one entry a number, as you would print it. Check it with `interlayer audit THIS_FILE`.
# form: point (default) | approx | lower_bound | upper_bound | range [low, high] | series [a, b, ...]
# split (optional): given | calibration | open | literature. censored: true where a life test ended without failure.
# Cells are told apart by `subject` and `variant`: use the same words for the same cell. Quantities: `interlayer claims --quantities`.
# What qualifies a number (loading, area, thickness, diameter, N/P ...) is a condition of it (M.08), or a claim of its own about the
# same cell (M.09: it then holds for every number of that cell). Where a cell has several, the audit allows for each.
paper: my-draft
title: "What the draft is called"
claims:
- {id: M.01, subject: "Li|LLZTO|Li", variant: "bare", quantity: cell_impedance, value: 1480, unit: "ohm", technique: eis, source: "Fig. 2a"}
- {id: M.02, subject: "Li|LLZTO|Li", variant: "bare", quantity: electrode_diameter, value: 12, unit: "mm", source: "methods"}
- {id: M.03, subject: "Li|LLZTO|Li", variant: "bare", quantity: polarization_voltage, form: approx, value: 170, unit: "mV", technique: strip_plate,
   conditions: {current_density: {value: 0.1, unit: "mA/cm**2"}, areal_capacity: {value: 0.1, unit: "mA*h/cm**2"}}, source: "Fig. 3a"}
- {id: M.04, subject: "Li|LLZTO|Li", variant: "protected", quantity: cycle_life_hours, form: lower_bound, value: 500, unit: "hour", censored: true,
   conditions: {current_density: {value: 0.1, unit: "mA/cm**2"}, areal_capacity: {value: 0.1, unit: "mA*h/cm**2"}, cycles: 250}, source: "Fig. 3b"}
- {id: M.05, subject: "Li|LFP", variant: "protected", quantity: initial_capacity, value: 150.2, unit: "mA*h/g", technique: cycling,
   conditions: {c_rate: {value: 0.5, unit: "1/hour"}}, source: "Fig. 4"}
- {id: M.06, subject: "Li|LFP", variant: "protected", quantity: capacity_retention, value: 95.8, unit: "percent", technique: cycling,
   conditions: {c_rate: {value: 0.5, unit: "1/hour"}, cycles: 200}, source: "Fig. 4"}
- {id: M.07, subject: "Li|LLZTO|Li", variant: "protected", quantity: cell_impedance, value: 175, unit: "ohm", technique: eis, source: "Fig. 2b"}
- {id: M.08, subject: "Li|LFP", variant: "protected", quantity: areal_capacity, value: 1.6, unit: "mA*h/cm**2", technique: design,
   conditions: {loading: {value: 10.5, unit: "mg/cm**2"}}, source: "methods"}
- {id: M.09, subject: "Li|LFP", variant: "protected", quantity: n_to_p_ratio, value: 12, unit: "dimensionless", source: "methods"}
# bare and protected partners (optional)
pairs:
- {name: "impedance", bare: M.01, protected: M.07}
"""


def template() -> str:
    """A claims file to start from."""
    return TEMPLATE
