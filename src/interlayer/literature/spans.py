"""Intervals of positive numbers: what printed digits and stated unknowns allow, carried through products and quotients."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from .claims import Claim
from .vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class Span:
    """All values from `low` to `high` (both included, low >= 0)."""

    low: float
    high: float

    def __mul__(self, other: Span | float) -> Span:
        o = _span(other)
        return Span(self.low * o.low, _times(self.high, o.high))

    __rmul__ = __mul__

    def __truediv__(self, other: Span | float) -> Span:
        o = _span(other)  # by zero alone: nothing is known
        return Span(0.0 if math.isinf(o.high) or o.high == 0.0 else self.low / o.high, math.inf if o.low == 0.0 else self.high / o.low)

    def __add__(self, other: Span | float) -> Span:
        o = _span(other)
        return Span(self.low + o.low, self.high + o.high)

    def meets(self, other: Span) -> bool:
        """Whether some value is in both."""
        return self.low <= other.high and other.low <= self.high

    def cut(self, other: Span) -> Span:
        """What is in both (of spans that meet)."""
        return Span(max(self.low, other.low), min(self.high, other.high))

    def widened(self, relative: float) -> Span:
        """Both ends moved out by a share of themselves."""
        return Span(self.low / (1.0 + relative), self.high * (1.0 + relative))

    @property
    def middle(self) -> float:
        """The geometric middle (the finite end of an open span)."""
        if math.isinf(self.high):
            return self.low
        return math.sqrt(self.low * self.high) if self.low > 0.0 else 0.5 * self.high


def _span(value: Span | float) -> Span:
    return value if isinstance(value, Span) else Span(value, value)


def _times(a: float, b: float) -> float:
    return 0.0 if a == 0.0 or b == 0.0 else a * b


def of(claim: Claim, index: int = 0, *, error: float = 0.0) -> Span:
    """What a claim's printed form allows (SI), widened by a relative `error` of reading or of the sample."""
    low, high = claim.interval(index)
    return Span(max(low, 0.0), max(high, 0.0)).widened(error)


def set_value(claim: Claim, condition: str, *, error: float = 0.02) -> Span:
    """A condition (SI): what was set at an instrument, exact to `error`."""
    value = claim.condition(condition)
    return Span(value, value).widened(error)


def hull(spans: Iterable[Span]) -> Span:
    """The smallest span that holds all."""
    listed = list(spans)
    return Span(min(s.low for s in listed), max(s.high for s in listed))


def say(value: float | Span, unit: str, digits: int = 3) -> str:
    """A value or a span (SI) in a unit of the vocabulary: "0.51 to 0.62 cm²"."""
    from .. import units

    scale = 1.0 if unit == "" else vocabulary().scales[unit]
    shown = "%" if unit == "percent" else units.pretty(unit.replace("**", "^").replace("hour", "h")) if unit not in ("count", "dimensionless") else ""
    gap = "" if shown == "" else " "

    def one(v: float) -> str:
        return "unbounded" if math.isinf(v) else f"{v / scale:.{digits}g}" if abs(v / scale) < 10**digits or digits < 3 else f"{v / scale:.0f}"

    if not isinstance(value, Span):
        return f"{one(value)}{gap}{shown}"
    if math.isinf(value.high):
        return f"at least {one(value.low)}{gap}{shown}"
    if value.low <= 0.0:
        return f"at most {one(value.high)}{gap}{shown}"
    return f"{one(value.low)} to {one(value.high)}{gap}{shown}" if one(value.low) != one(value.high) else f"{one(value.low)}{gap}{shown}"
