"""What ties voltage, current, resistance and area together: shared by the rules that close them."""

from __future__ import annotations

import math
from typing import Final

from .claims import Claim
from .spans import Span, of
from .verdict import FARADAY, GAS, temperature
from .vocabulary import seconds

AMPLITUDE: Final = Span(0.5, 1.0)  # half of the stated voltage may be meant (peak to peak), or all of it
DIRECT: Final = 6.0  # resistance under current over that of impedance: salt polarisation, contact lost while stripping
UNTIMED: Final = 4.0  # a resistance may change by this factor between two times of which one is not stated (2186 to 1077 ohm in 50 h is reported)
UNHEATED: Final = 15.0  # ... and by this where one temperature is not stated (60 kJ/mol, 20 to 65 °C)
READING: Final = 0.25  # a voltage read off a trace, and a sister cell
ALLOWED: Final = {
    "amplitude of the voltage": "half or whole", "charge transfer that is not linear": "asinh (two faces, 298 K or as stated)",
    "resistance under current over that of impedance": "1 to 6 (salt polarisation, contact lost)", "time": "a factor of four where one time is not stated",
    "temperature": "a factor of 15 where one of two is not stated (impedance at room temperature, cycling at 60 °C)", "reading of the voltage, and sister cells": "25 % and the printed form",
}  # fmt: skip


def flattened(voltage: float, kelvin: float) -> float:
    """Least ratio of V to j R when all of R is charge transfer of two equal faces: V = (4RT/F) asinh(x), R its slope at
    zero, so V/(j R) = y/sinh(y) with y = F V/(4RT)."""
    y = FARADAY * voltage / (4.0 * GAS * kelvin)
    return y / math.sinh(y) if 1e-6 < y < 700.0 else 1.0 if y <= 1e-6 else 0.0


def time_of(claim: Claim) -> float | None:
    """Seconds at which a value was taken: 0 for "initial" and "0 h"; None where nothing usable is stated."""
    given = claim.conditions.get("time")
    if given is None and claim.has("cycles"):
        return -claim.condition("cycles")  # cycles count among themselves
    if not isinstance(given, str):
        return claim.condition("time") if claim.has("time") else None
    found = seconds(given)
    if found is not None:
        return found
    return 0.0 if given.strip().casefold() in ("initial", "first", "start", "before cycling", "as assembled", "fresh") else None


def state(a: Claim, b: Claim, *, together: bool = False) -> Span | None:
    """By what factor a resistance may differ between the states of two claims; None where they are not of one state.

    together  the two are one measurement of a sample that does not age (conductivity from a resistance): times do not
              matter, and temperatures that are both left out are one
    """
    factor = 1.0
    t1, t2 = temperature(a), temperature(b)
    if t1 is not None and t2 is not None:
        if not t1.widened(0.003).meets(t2):
            return None
    else:
        factor *= 1.3 if together and t1 is None and t2 is None else UNHEATED
    if together:
        return Span(1.0 / factor, factor)
    x, y = time_of(a), time_of(b)
    stated = "time" in a.conditions or "cycles" in a.conditions, "time" in b.conditions or "cycles" in b.conditions
    if x is not None and y is not None:
        if abs(x - y) > 0.05 * max(abs(x), abs(y)):
            return None
    elif stated[0] and stated[1]:
        return None  # two times in words: not known to be one
    else:
        factor *= UNTIMED
    return Span(1.0 / factor, factor)


def direct(voltage: Claim, current: Span) -> Span:
    """V/j [ohm m²] of a stated polarisation at a current density, as the resistance (of impedance, times area) that may lie
    behind it."""
    kelvin = (temperature(voltage) or Span(298.15, 298.15)).middle
    stated = of(voltage, error=READING)
    volts = Span(stated.low * AMPLITUDE.low, stated.high)
    return volts / current / Span(flattened(volts.high, kelvin), DIRECT)
