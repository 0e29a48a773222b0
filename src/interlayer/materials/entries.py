"""Read the entries of the data files: text with units -> `Value`, every mistake named with file and key.

An entry is a mapping:

    value: 9.28e-4 S/cm            # a number with unit; "1.0 +- 0.3 mm" gives a standard deviation too
    interval: [5e-4 S/cm, 2e-3 S/cm]   # optional, holds the truth with 95 %
    at: 25 degC                    # optional reference temperature, 25 °C when absent
    arrhenius: 0.35 +- 0.03 eV     # optional; or {energy: ..., power: -1, source: ..., mark: ...}
    vft: {b: 1100 K, t0: 210 K}    # optional; power, source and mark as above
    salt: {function: valoen_reimers_conductivity, at: 1 mol/L}   # optional: a function of laws/salt.py, stated at this salt
    mark: literature               # required, one of value.MARKS
    source: ...                    # required, in words with DOI where there is one
    note: ...                      # optional
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import units
from ..errors import InterlayerError, ReadError
from ..laws.salt import FUNCTIONS, OfConcentration
from ..laws.temperature import Arrhenius, Vft
from .parameters import CHOICES, block, choice, quantity
from .value import MARKS, Value

FIELDS = ("value", "interval", "at", "arrhenius", "vft", "salt", "mark", "source", "note")
LAW_FIELDS = ("energy", "b", "t0", "power", "source", "mark", "function", "at")

Physics = Mapping[str, Mapping[str, Value | str]]


def load(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file; anything else is a `ReadError`."""
    import yaml

    try:
        with path.open(encoding="utf-8") as stream:
            found = yaml.load(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except OSError as error:
        raise ReadError(f"The file can't be opened ({error.strerror})", file=path.name) from error
    except yaml.YAMLError as error:
        raise ReadError(f"This is not YAML ({error})", file=path.name) from error
    if not isinstance(found, dict):
        raise ReadError("The file does not hold a mapping", file=path.name)
    return found


def only(
    given: Mapping[str, Any],
    allowed: tuple[str, ...],
    file: str,
    place: str | None = None,
    needed: tuple[str, ...] = (),
) -> None:
    """Raise a `ReadError` for a key of `given` that is not allowed, or one that is needed and absent."""
    for key in given:
        if key not in allowed:
            raise ReadError("This key is not known here", file=file, place=place, given=key, allowed=allowed)
    for key in needed:
        if given.get(key) in (None, ""):
            raise ReadError(f"The entry has no {key}", file=file, place=place, remedy=f"Add `{key}: ...`")


def read_value(entry: Any, parameter: str, file: str, place: str) -> Value:
    """The `Value` of one entry for `parameter` (a row of parameters.py)."""
    if not isinstance(entry, Mapping):
        raise ReadError("An entry is a mapping with value, mark and source", file=file, place=place, given=entry)
    only(entry, FIELDS, file, place, ("value", "mark", "source"))
    try:
        row = quantity(parameter)
        facts = _facts(entry, row)
        return Value.parse(entry["value"], row, **facts)
    except InterlayerError as error:
        raise ReadError(str(error), file=file, place=place) from error


def _facts(entry: Mapping[str, Any], row: str) -> dict[str, Any]:
    facts: dict[str, Any] = {"mark": entry["mark"], "source": " ".join(str(entry["source"]).split())}
    facts["note"] = " ".join(str(entry.get("note", "")).split())
    if "interval" in entry:
        low, high = entry["interval"]
        facts["interval"] = (units.si(low, row), units.si(high, row))
    if "at" in entry:
        facts["reference_temperature"] = units.si(entry["at"], "temperature")
    if "arrhenius" in entry:
        given = entry["arrhenius"]
        law = given if isinstance(given, Mapping) else {"energy": given}
        only(law, LAW_FIELDS, "arrhenius", needed=("energy",))
        energy = Value.parse(law["energy"], "activation_energy")
        facts |= {
            "law": Arrhenius(energy.value, power=float(law.get("power", 0.0))),
            "law_std": energy.std,
            **_law_facts(law),
        }
    if "vft" in entry:
        law = entry["vft"]
        only(law, LAW_FIELDS, "vft", needed=("b", "t0"))
        b, t0 = (_kelvin(law[key]) for key in ("b", "t0"))
        facts |= {"law": Vft(b, t0, power=float(law.get("power", 0.0))), **_law_facts(law)}
    if "salt" in entry:
        law = entry["salt"]
        only(law, LAW_FIELDS, "salt", needed=("function", "at"))
        facts["law"] = OfConcentration(str(law["function"]), units.si(law["at"], "concentration"))
        source = FUNCTIONS[str(law["function"])].source
        facts |= {**_law_facts(law), "law_source": source}
    return facts


def _law_facts(law: Mapping[str, Any]) -> dict[str, str]:
    if law.get("mark", "prior") not in MARKS:
        raise ReadError("This is not a mark of a value", file="law", given=law["mark"], allowed=MARKS)
    return {"law_source": " ".join(str(law.get("source", "")).split()), "law_mark": str(law.get("mark", ""))}


def _kelvin(given: str) -> float:
    number, _, unit = str(given).strip().partition(" ")
    return units.convert(float(number), unit, "K")


def read_physics(given: Any, file: str) -> Physics:
    """Blocks of interface physics, complete: every parameter of a block must be there."""
    if not isinstance(given, Mapping):
        raise ReadError("`physics` is a mapping of blocks", file=file, place="physics", given=given)
    blocks: dict[str, Mapping[str, Value | str]] = {}
    for name, entries in given.items():
        place = f"physics.{name}"
        try:
            parameters = block(name)
        except InterlayerError as error:
            raise ReadError(str(error), file=file, place=place) from error
        only(entries, parameters, file, place, parameters)
        blocks[name] = {
            key: _word(entries[key], key, file, f"{place}.{key}")
            if key in CHOICES
            else read_value(entries[key], key, file, f"{place}.{key}")
            for key in parameters
        }
    return blocks


def _word(entry: Any, parameter: str, file: str, place: str) -> str:
    try:
        return choice(parameter, str(entry))
    except InterlayerError as error:
        raise ReadError(str(error), file=file, place=place) from error
