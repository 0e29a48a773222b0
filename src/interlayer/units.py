"""Units at the door: any unit comes in, SI is used inside, lab units go out.

`si("20 um", "thickness")` -> 2e-05. A bare number is refused where the quantity has a dimension, a unit of another
dimension is refused with what was expected, and so is a magnitude outside the vocabulary's range (names.py). Ω and
Ω cm² are different dimensions here and stay so. Temperatures in °C are absolute ("25 degC"); nothing else has an offset.
"""

from __future__ import annotations

import functools
import math
import re
from typing import TYPE_CHECKING, TypeAlias, Union

from .errors import UnitError
from .names import name

if TYPE_CHECKING:
    import pint

#: What a function that takes a value with a unit accepts: text, a (number, unit) pair, a pint quantity,
#: or a bare number where the quantity is dimensionless.
Given: TypeAlias = Union[str, float, int, tuple[float, str], "pint.Quantity[float]"]

_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$", re.DOTALL)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SPELLINGS = [  # what people and instruments write -> what pint reads; applied in this order
    ("µ", "u"), ("μ", "u"), ("Ω", "ohm"), ("Ω", "ohm"), ("·", "*"), ("⋅", "*"), ("°C", "degC"), ("℃", "degC"), ("−", "-"),
    ("%", "percent"),
]  # fmt: skip


@functools.cache
def _registry() -> pint.UnitRegistry[float]:
    import pint  # imported on use: it costs more than numpy

    registry: pint.UnitRegistry[float] = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    return registry


def clean(unit: str) -> str:
    """`unit` as pint spells it: Ω·cm² -> ohm*cm^2, µm -> um, 'mAh' -> 'mA*h', 'S cm-1' -> 'S*cm^-1'."""
    text = unit.strip()
    for given, meant in _SPELLINGS:
        text = text.replace(given, meant)
    text = re.sub(r"([⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: "^" + m.group(1).translate(_SUPERSCRIPTS), text)
    text = re.sub(r"\b([numkM]?[AW])h\b", r"\1*h", text)
    text = re.sub(r"\b(deg)\s+C\b", "degC", text)
    text = re.sub(r"(?<=[A-Za-z])([+-]?\d+)\b", r"^\1", text)
    text = re.sub(r"(?<=[A-Za-z\d)])\s+(?=[A-Za-z(])", "*", text)
    return text.replace("Ohm", "ohm")


@functools.lru_cache(maxsize=1024)
def factor(unit: str, target: str) -> tuple[float, float]:
    """(scale, offset) such that value_in_target = scale * value_in_unit + offset; raises `UnitError` when they differ
    in dimension or are not known."""
    if unit == target:  # also for units that only a fit knows, such as S*s^n
        return 1.0, 0.0
    import pint

    registry = _registry()
    given = clean(unit)
    if target == "J/mol" and re.fullmatch(r"m?eV", given):
        given += "*avogadro_number/mol"  # an energy per particle, as papers state activation energies
    try:
        zero = registry.Quantity(0.0, given or "dimensionless").to(target or "dimensionless").magnitude
        one = registry.Quantity(1.0, given or "dimensionless").to(target or "dimensionless").magnitude
    except pint.DimensionalityError:
        raise UnitError(f"The unit {unit!r} can't be turned into {target or 'a dimensionless number'!r}") from None
    except Exception as error:  # pint's parser raises many types (tokenizer, attribute, assertion) on a bad text
        raise UnitError("This unit is not understood", given=unit, remedy=f"Write a unit like {target!r}") from error
    return float(one - zero), float(zero)


def si(given: Given, quantity: str, *, what: str | None = None) -> float:
    """`given` in the SI unit of `quantity` (a row of names.py).

    what    how a message calls the value ("thickness of LLZTO"); default the quantity's name.
    Raises `UnitError` for a missing unit, a wrong dimension, an unreadable text, or an impossible magnitude.
    """
    row = name(quantity)
    what = what or quantity.replace("_", " ")
    magnitude, unit = _split(given, what, row.si, row.shown)
    if unit == "" and row.si != "":
        raise UnitError(
            f"The {what} needs a unit", given=given, allowed=f"any unit of {row.si}, for example {row.shown}",
            remedy=f"Write for example \"{magnitude:g} {row.shown}\"",
        )  # fmt: skip
    try:
        scale, offset = factor(unit, row.si)
    except UnitError as error:
        raise UnitError(f"The {what}: {error.what}", given=given, allowed=f"any unit of {row.si or '1'}, for example {row.shown}") from None
    return check(_scaled(magnitude, scale) + offset, quantity, what=what, given=given)


def _scaled(magnitude: float, scale: float) -> float:
    """magnitude * scale, dividing by the whole number 1/scale where there is one, so that "20 um" is 2e-05 exactly."""
    inverse = round(1.0 / scale) if 0.0 < scale < 0.5 else 0
    return magnitude / inverse if inverse and math.isclose(inverse * scale, 1.0, rel_tol=1e-14) else magnitude * scale


def _split(given: Given, what: str, si_unit: str, shown: str) -> tuple[float, str]:
    if isinstance(given, bool) or given is None:
        raise UnitError(f"The {what} must be a number with a unit", given=given)
    if isinstance(given, int | float):
        return float(given), ""
    if isinstance(given, tuple):
        return float(given[0]), str(given[1])
    if isinstance(given, str):
        match = _NUMBER.match(given.replace("−", "-"))
        if not match:
            raise UnitError(f"The {what} does not start with a number", given=given, remedy=f"Write for example \"1 {shown}\"")
        return float(match.group(1)), match.group(2)
    if hasattr(given, "magnitude") and hasattr(given, "units"):
        return float(given.magnitude), str(given.units)
    if hasattr(given, "__float__"):
        return float(given), ""
    raise UnitError(f"The {what} must be a number with a unit", given=given, allowed=f"text like \"1 {shown}\", a (number, unit) pair or a pint quantity of {si_unit}")


def check(value: float, quantity: str, *, what: str | None = None, given: object = None) -> float:
    """`value` (SI) if it is finite and its magnitude is possible for `quantity`, else `UnitError`."""
    row = name(quantity)
    what = what or quantity.replace("_", " ")
    given = value if given is None else given
    if not math.isfinite(value):
        raise UnitError(f"The {what} is not a finite number", given=given)
    size = abs(value) if row.signed else value
    if (size != 0.0 and size < row.low) or size > row.high or (not row.signed and value < 0.0):
        raise UnitError(
            f"The {what} is {show(value, quantity)}, which can't be: a unit slip?", given=given,
            allowed=f"{show(row.low, quantity)} to {show(row.high, quantity)}",
        )  # fmt: skip
    return value


def lab(value: float, quantity: str) -> float:
    """`value` (SI) as a number in the unit shown to people for `quantity`."""
    row = name(quantity)
    scale, offset = factor(row.shown, row.si)
    return float(f"{(value - offset) / scale:.14g}")


_PRETTY = [
    ("*", " "), ("ohm", "Ω"), ("um", "µm"), ("uF", "µF"), ("degC", "°C"), ("^-0.5", "⁻⁰·⁵"), ("^0.5", "^½"), ("^2", "²"), ("^3", "³"),
]  # fmt: skip


def pretty(unit: str) -> str:
    """A unit as people write it: 'ohm*cm^2' -> 'Ω cm²', 'mA*h' -> 'mAh'."""
    text = unit.replace("mA*h", "mAh").replace("mW*h", "mWh")
    for plain, nice in _PRETTY:
        text = text.replace(plain, nice)
    return text


def show(value: float, quantity: str, digits: int = 4) -> str:
    """`value` (SI) with the unit shown to people, e.g. '20 µm'."""
    row = name(quantity)
    if math.isinf(value):
        return "unbounded"
    return f"{lab(value, quantity):.{digits}g} {pretty(row.shown)}".rstrip()


ROUNDING = 5e-9  # relative: an error so small is arithmetic, and the value is shown without one


def plus_minus(value: float, std: float | None) -> str:
    """A number and its error to their common digits, two of the error: "37.7 ± 1.1", "0.98190000 ± 0.00000098"."""
    if std is None or not math.isfinite(std) or std <= ROUNDING * abs(value):
        return f"{value:.4g}"
    digits = max(1 - math.floor(math.log10(std)), 0)
    return f"{value:.{digits}f} ± {std:.{digits}f}"


def convert(value: float, unit: str, target: str) -> float:
    """`value` given in `unit` as a number in `target` (any two units of the same dimension)."""
    scale, offset = factor(unit, target)
    return scale * value + offset
