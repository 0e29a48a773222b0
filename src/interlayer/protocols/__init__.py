"""Protocols: what is done to a cell, one file an experiment; `protocols.StripPlate(...)` and every other file's class
are found by name, so a new protocol is a new file and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .base import PROTOCOLS, Protocol, Spectrum, Step, Until, parse

if TYPE_CHECKING:
    from .critical_current import CriticalCurrent
    from .impedance import Impedance
    from .replay import Replay
    from .strip_plate import StripPlate

__all__ = ["PROTOCOLS", "CriticalCurrent", "Impedance", "Protocol", "Replay", "Spectrum", "Step", "StripPlate", "Until", "parse"]


def __getattr__(attribute: str) -> Any:
    """The protocol class of this name, imported on use."""
    if attribute.startswith("_") or not attribute[:1].isupper():
        raise AttributeError(attribute)
    PROTOCOLS.discover()
    if attribute not in PROTOCOLS:
        raise AttributeError(f"There is no protocol {attribute!r}; known are {', '.join(PROTOCOLS)}")
    return PROTOCOLS[attribute]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
