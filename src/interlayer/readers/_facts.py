"""Facts of the specimen that a file's titles or name state: shown, and never used until somebody confirms them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .. import units
from ..errors import ReadError, UnitError
from ..names import NAMES
from ._labels import unit_of

_KEYS = {
    "diameter": "diameter",
    "thickness": "thickness",
    "area": "area",
    "mass": "mass",
    "weight": "mass",
    "temperature": "temperature",
    "temp": "temperature",
    "pressure": "pressure",
}
_OWN = {  # whole labels that mean the specimen itself; any other stays under its own words ("electrode thickness")
    "diameter": ("diameter", "sample diameter", "pellet diameter", "electrode diameter"),
    "thickness": ("thickness", "sample thickness", "pellet thickness"),
    "area": ("area", "electrode surface area", "surface area", "electrode area", "sample area", "active area"),
    "mass": (
        "mass",
        "weight",
        "characteristic mass",
        "mass of active material",
        "active mass",
        "active material mass",
        "sample mass",
    ),
    "temperature": ("temperature", "temp", "cell temperature"),
    "pressure": ("pressure", "stack pressure", "applied pressure"),
}
_KEY = re.compile(
    r"((?:[A-Za-z]{1,15} ){0,3})\b(diameter|thickness|area|mass|weight|temperature|temp|pressure)\b"
    r"( of [A-Za-z ]{1,20})?",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"\s*(?:[\[(]\s*([^\])]{1,16})[\])])?\s*[:=;,\t]?\s*([+-]?\d{1,12}(?:[.,]\d{0,15})?(?:[eE][+-]?\d{1,3})?)\s*([^\s;:=\d\[\](),][^\s;:=\[\](),]{0,11})?"
)


def from_titles(lines: Iterable[str]) -> dict[str, str]:
    """Facts in title lines, such as {"diameter": "13 mm"}; zero means "not filled in" and is left out."""
    facts: dict[str, str] = {}
    for line in list(lines)[:400]:
        line = line[:400]
        for key in _KEY.finditer(line):
            value = _VALUE.match(line, key.end())
            if value is None:
                continue
            number = float(value.group(2).replace(",", "."))
            words = " ".join(f"{key.group(1)}{key.group(2)}{key.group(3) or ''}".casefold().split())
            quantity = _KEYS[key.group(2).casefold()]
            if number == 0.0 and quantity != "temperature":
                continue
            unit = value.group(1) or value.group(3) or ""
            label = quantity if words in _OWN[quantity] else words
            facts.setdefault(label, _shown(number, unit, quantity))
        sure = [t for t in _temperatures(line)[0] if "deg" in line.casefold() or "°" in line]
        if len(sure) == 1:
            facts.setdefault("temperature", sure[0])
    return facts


def _shown(number: float, unit: str, quantity: str) -> str:
    known = unit_of(unit)
    if known:
        try:
            units.factor(known, NAMES[quantity].si)
            return f"{number:.10g} {units.clean(known)}"
        except UnitError:
            pass
    return f"{number:.10g} (no unit stated)"


_NAME = re.compile(
    r"(?<![\d.,])(minus|[-−])?(\d{1,4}(?:[.,]\d{1,3})?)[ _]?(deg(?:rees?)?[ _]?c?|°[ _]?c?|c|k)(?![a-z0-9])",
    re.IGNORECASE,
)


def temperature_in(text: str, file: str) -> str:
    """The one temperature that a file name states ("s04147-140deg.txt" -> "140 degC"), else `ReadError`.

    A hyphen after a letter or digit separates words; where it could as well be a minus ("cell-20C") the name is
    ambiguous. A bare C below 15 could be a rate ("2C") and does not count; "10degC" does.
    """
    found, unsure = _temperatures(text)
    if len(found) == 1 and not any(u.startswith(("-", "−")) for u in unsure):
        return found[0]
    why = (
        "states more than one temperature"
        if len(found) > 1
        else "can be read in two ways"
        if unsure
        else "states no temperature"
    )
    given = ", ".join([*found, *unsure]) or None
    raise ReadError(f"The file name {why}", file=file, given=given, remedy='State it: temperature="25 degC"')


def _temperatures(text: str) -> tuple[list[str], list[str]]:
    """The temperatures in a name, and the pieces that could be one and could be something else."""
    found: dict[str, None] = {}
    unsure: list[str] = []
    for match in _NAME.finditer(text):
        minus, digits, unit = match.group(1), match.group(2), match.group(3).casefold()
        value = float(digits.replace(",", "."))
        before = text[match.start() - 1] if match.start() else ""
        word = minus is not None and minus.casefold() == "minus"
        if before.isalpha() and minus is None:
            continue  # "LP40C" is a name
        if unit == "k":
            if 150.0 <= value <= 1000.0:
                found[f"{value:g} K"] = None
        elif unit == "c" and value < 15.0:
            unsure.append(match.group(0).lstrip("-−"))
        elif minus and not word and before.isalnum():
            if value > 100.0:  # no battery is tested below -100 °C
                found[f"{value:g} degC"] = None
            else:
                unsure.append(match.group(0))
        else:
            found[f"{-value if minus else value:g} degC"] = None
    return list(found), unsure
