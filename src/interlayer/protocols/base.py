"""`Protocol`: what is done to a cell, as a row of steps and spectra; the text form `StripPlate(cycles=10)` parses.

A step is a control (what is imposed), the conditions that end it, and how densely it is recorded. J > 0 flows from
left to right inside the cell, so the left electrode strips and the right one plates.
"""

from __future__ import annotations

import inspect
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from .. import units
from ..cells.notation import exact, pieces
from ..errors import NotationError, ProtocolError, UnknownNameError
from ..registry import Registry

if TYPE_CHECKING:
    from ..cells import Cell

#: control -> the quantity of its value (names.py); a rest has no value
CONTROLS: Final[Mapping[str, str | None]] = {
    "current_density": "current_density",
    "current": "current",
    "voltage": "voltage",
    "power": "power",
    "power_density": "power_density",
    "rest": None,
}

#: kind of end condition -> the quantity of its value
ENDS: Final[Mapping[str, str]] = {
    "time": "step_time",
    "voltage_above": "voltage",
    "voltage_below": "voltage",
    "areal_charge": "areal_charge",
    "current_density_below": "current_density",
}


@dataclass(frozen=True)
class Until:
    """One condition that ends a step.

    kind   "time" (since the step began [s]), "voltage_above", "voltage_below" [V], "areal_charge" (magnitude passed in
           the step [C/m²]), "current_density_below" (magnitude [A/m²])
    value  in SI
    event  what a record says when it happens, in words
    stops  whether the whole test ends here (a voltage limit of a critical-current test), not the step alone
    """

    kind: str
    value: float
    event: str = ""
    stops: bool = False

    def __post_init__(self) -> None:
        if self.kind not in ENDS:
            raise UnknownNameError("A step ends by one of these", given=self.kind, allowed=ENDS)
        units.check(self.value, ENDS[self.kind])
        if self.kind in ("time", "areal_charge", "current_density_below") and not self.value > 0.0:
            raise ProtocolError(f"The end condition {self.kind!r} needs a value above zero", given=self.value)
        if not self.event:
            object.__setattr__(
                self, "event", f"{self.kind.replace('_', ' ')} {units.show(self.value, ENDS[self.kind])}"
            )


@dataclass(frozen=True)
class Step:
    """One stretch of a test under one control.

    control      a key of `CONTROLS`
    value        what is imposed, in SI: A/m², A, V, W or W/m²; signed (J > 0 flows left to right); 0 for a rest
    until        the conditions that end it, at least one; the first that is met wins
    label        in words, for tables and figures
    technique    the protocol's name ("strip_plate")
    info         plain values that the record keeps: cycle, half_cycle, current_density ...
    sample       recorded at the multiples of this time [s] and once where something is imposed anew, as an instrument does, or
                 None for the simulator's own points, which lie where something changes
    apart        without `sample`: no two of the simulator's own points lie further apart than this [s]; what a protocol asks
                 for whose analysis needs points where nothing changes any more
    temperature  [K], or None for the cell's
    slope        the value changes by so much a second (a ramp): V/s, A/(m² s) ...
    """

    control: str
    value: float
    until: tuple[Until, ...]
    label: str = ""
    technique: str = ""
    info: Mapping[str, Any] = field(default_factory=dict)
    sample: float | None = None
    temperature: float | None = None
    slope: float = 0.0
    apart: float | None = None

    def __post_init__(self) -> None:
        if self.control not in CONTROLS:
            raise UnknownNameError("A step is controlled by one of these", given=self.control, allowed=CONTROLS)
        object.__setattr__(self, "until", tuple(self.until))
        if not self.until:
            raise ProtocolError(
                "A step needs a condition that ends it",
                given=self.label or self.control,
                remedy='Give Until("time", ...)',
            )
        quantity = CONTROLS[self.control]
        if quantity is None and (self.value != 0.0 or self.slope != 0.0):
            raise ProtocolError("At rest nothing is imposed", given=self.value, allowed="0")
        if quantity is not None:
            units.check(self.value, quantity)


@dataclass(frozen=True)
class Spectrum:
    """An impedance spectrum of the state the cell is in: its slow states are frozen while it is taken.

    frequencies  [Hz], in the order they are taken (instruments go from high to low)
    relaxed      taken after the fast states (salt, double layers) came to rest; False: in the polarised state, under its current
    label, technique, info, temperature  as in `Step`
    """

    frequencies: tuple[float, ...]
    label: str = "impedance"
    technique: str = "impedance"
    info: Mapping[str, Any] = field(default_factory=dict)
    temperature: float | None = None
    relaxed: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "frequencies", tuple(float(value) for value in self.frequencies))
        if not self.frequencies:
            raise ProtocolError("A spectrum needs at least one frequency")
        for value in self.frequencies:
            units.check(value, "frequency")
            if value == 0.0:
                raise ProtocolError(
                    "A frequency is above zero",
                    given=value,
                    remedy="The direct-current limit is a step, not a spectrum",
                )


class Protocol(ABC):
    """What is done to a cell. A protocol is a frozen dataclass whose arguments are texts with units, kept in SI; each
    field names its quantity in its metadata (`stated`), so that the protocol prints as text that `parse` reads back."""

    @abstractmethod
    def steps(self, cell: Cell | None = None) -> Sequence[Step | Spectrum]:
        """The steps and spectra in order. `cell` is for protocols that depend on it; the usual ones do not."""

    @abstractmethod
    def describe(self) -> str:
        """What is done, in one line."""

    def __str__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._written())})"

    __repr__ = __str__

    def _written(self) -> list[str]:
        written = []
        arguments = inspect.signature(type(self)).parameters
        for row in fields(self):  # type: ignore[arg-type]
            value, quantity = getattr(self, row.name), row.metadata.get("quantity")
            if value is None:
                if row.name in arguments and arguments[row.name].default is not None:
                    written.append(f"{row.name}=none")  # else it would read back as the default
                continue
            if quantity is None:
                text = str(value)
            elif isinstance(value, tuple):
                text = "[" + ", ".join(exact(entry, quantity) for entry in value) + "]"
            else:
                text = exact(value, quantity)
            written.append(f"{row.name}={text}")
        return written


def stated(quantity: str | None = None) -> Any:
    """The dataclass field of a protocol's argument: `quantity` is the row of names.py its SI value belongs to."""
    return field(metadata={"quantity": quantity})


#: of a step: how far apart its points lie at most where nothing else is stated, as instruments are set
FINELY: Final = 1.0 / 250.0


def keep(protocol: Protocol, **values: Any) -> None:
    """Set the fields of a frozen protocol while it is made."""
    for key, value in values.items():
        object.__setattr__(protocol, key, value)


def positive(given: units.Given | None, quantity: str, what: str) -> float | None:
    """`given` in SI, refused unless it is above zero; None stays None."""
    if given is None:
        return None
    value = units.si(given, quantity, what=what)
    if not value > 0.0:
        raise ProtocolError(f"The {what} must be above zero", given=given)
    return value


def whole(given: object, what: str, least: int = 1) -> int:
    """A whole number from `least` up, given as a number or as text."""
    try:
        value = int(str(given))
    except ValueError:
        raise ProtocolError(
            f"The {what} is a whole number", given=given, allowed=f"{least}, {least + 1}, ..."
        ) from None
    if value < least:
        raise ProtocolError(f"The {what} is too small", given=value, allowed=f"{least} or more")
    return value


def listed(given: Sequence[units.Given] | units.Given, quantity: str, what: str) -> tuple[float, ...]:
    """One value or a row of values in SI, at least one."""
    row = [given] if isinstance(given, str | int | float) or not isinstance(given, Sequence) else list(given)
    if not row:
        raise ProtocolError(f"The list of {what} is empty", allowed="at least one value")
    return tuple(units.si(entry, quantity, what=what) for entry in row)


#: which electrode a potential belongs to; it is measured against the other one
SIDES: Final = ("left", "right")


def side(given: str) -> str:
    """"left" or "right"."""
    if given not in SIDES:
        raise UnknownNameError("The working electrode stands on one side of the cell", given=given, allowed=SIDES)
    return given


def towards(working: str) -> float:
    """Sign that turns a potential of the working electrode into left minus right, and a current that oxidises it into J:
    +1 for the left electrode, -1 for the right one."""
    return 1.0 if working == "left" else -1.0


def nested(given: Protocol | str, what: str) -> Protocol:
    """A protocol that another one repeats, as an object or as its text."""
    if isinstance(given, str):
        return parse(given)
    if not isinstance(given, Protocol):
        raise ProtocolError(f"The {what} is a protocol or its text", given=type(given).__name__, remedy='Write for example "Impedance(1 MHz, 1 Hz)"')
    return given


def half_cycle_end(time: float | None, charge: float | None) -> Until:
    """The condition that ends a half cycle: a fixed time or a fixed charge, exactly one of them."""
    if (time is None) == (charge is None):
        raise ProtocolError(
            "A half cycle ends after a fixed time or after a fixed charge, exactly one of them",
            given=None if time is None else "both", remedy="Give half_cycle=\"1 h\" or areal_charge=\"0.1 mA*h/cm^2\"",
        )  # fmt: skip
    if time is not None:
        return Until("time", time, f"half cycle of {show_time(time)} complete")
    assert charge is not None
    return Until("areal_charge", charge, f"half cycle of {units.show(charge, 'areal_charge')} complete")


def voltage_limits(limit: float | None) -> tuple[Until, ...]:
    """|V| reaching `limit` ends the test; nothing without a limit."""
    if limit is None:
        return ()
    event = f"voltage limit {units.show(limit, 'voltage')}"
    return (Until("voltage_above", limit, event, stops=True), Until("voltage_below", -limit, event, stops=True))


def show_time(seconds: float) -> str:
    """A duration in the unit that suits it."""
    for size, unit in ((3600.0, "h"), (60.0, "min")):
        if seconds >= size:
            return f"{seconds / size:.4g} {unit}"
    return f"{seconds:.4g} s"


#: all protocols, by file name ("strip_plate") and by class name ("StripPlate")
PROTOCOLS: Registry[type[Protocol]] = Registry("protocol", "interlayer.protocols")

_CALL = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:\((.*)\))?\s*$", re.DOTALL)


def parse(text: str) -> Protocol:
    """A protocol from text: `StripPlate(current_density=0.1 mA/cm^2, half_cycle=1 h, cycles=10)`.

    The name is a class name or a file name (`strip_plate(...)`); arguments come by name or in order, quotes are not
    needed, `[a, b]` is a list, `none` is no value. Nothing is evaluated as code. Errors: `NotationError` for a text of
    another form, `UnknownNameError` with the nearest match for a name, and what the protocol itself refuses.
    """
    match = _CALL.match(text)
    if not match:
        bracket = text.find("(")
        raise NotationError(
            "A protocol is a name with its arguments in brackets",
            text=text,
            position=max(bracket, 0),
            remedy="Write for example Impedance(1 MHz, 10 mHz)",
        )
    kind = PROTOCOLS[match.group(1)]
    signature = list(inspect.signature(kind).parameters)
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for piece, position in pieces(match.group(2) or "", match.start(2)):
        at = _equals(piece)
        if at < 0:
            if named:
                raise NotationError(
                    "An argument without a name stands behind one with a name", text=text, position=position
                )
            positional.append(_argument(piece))
            continue
        key, given = piece[:at].strip(), piece[at + 1 :]
        if key not in signature:
            raise UnknownNameError(f"{kind.__name__} has no such argument", given=key, allowed=signature)
        if key in named or signature.index(key) < len(positional):
            raise NotationError(f"The argument {key} is given twice", text=text, position=position)
        named[key] = _argument(given)
    if len(positional) > len(signature):
        raise ProtocolError(
            f"{kind.__name__} takes {len(signature)} arguments", given=len(positional), allowed=signature
        )
    try:
        return kind(*positional, **named)
    except TypeError as error:
        raise ProtocolError(f"{kind.__name__}: {error}", given=text, allowed=signature) from error


def _equals(piece: str) -> int:
    """Place of the = that names an argument, -1 without one: those within brackets or quotes belong to a value."""
    depth, quote = 0, ""
    for index, sign in enumerate(piece):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign == "=" and depth == 0:
            return index
        else:
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
    return -1


def _argument(text: str) -> Any:
    text = text.strip()
    if text.casefold() in ("none", ""):
        return None
    if text.startswith("[") and text.endswith("]"):
        return [_argument(piece) for piece, _ in pieces(text[1:-1], 0)]
    return text.strip("\"'")


def log_frequencies(high: float, low: float, per_decade: int) -> tuple[float, ...]:
    """Frequencies [Hz] from `high` down to `low`, both included, `per_decade` a decade (rounded to whole steps)."""
    if not high > low > 0.0:
        raise ProtocolError("The highest frequency lies above the lowest", given=f"{high:g} Hz to {low:g} Hz")
    count = max(1, round(math.log10(high / low) * per_decade))
    inner = [high * (low / high) ** (index / count) for index in range(1, count)]
    return (high, *inner, low)


__all__ = [
    "CONTROLS", "ENDS", "FINELY", "PROTOCOLS", "SIDES", "Protocol", "Spectrum", "Step", "Until", "half_cycle_end", "keep", "listed",
    "log_frequencies", "nested", "parse", "positive", "show_time", "side", "stated", "towards", "voltage_limits", "whole",
]  # fmt: skip
