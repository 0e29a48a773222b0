"""Protocols: what is done to a cell, one file an experiment; `protocols.StripPlate(...)` and every other file's class
are found by name, so a new protocol is a new file and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .base import PROTOCOLS, Protocol, Spectrum, Step, Until, parse

if TYPE_CHECKING:
    from .arrhenius import Arrhenius
    from .aurbach import Aurbach
    from .bruce_vincent import BruceVincent
    from .critical_current import CriticalCurrent
    from .cyclic_voltammetry import CyclicVoltammetry
    from .dc_polarisation import DCPolarisation
    from .experiment import Experiment
    from .impedance import Impedance
    from .linear_sweep import LinearSweep
    from .nucleation import Nucleation
    from .rate_ramp import RateRamp
    from .replay import Replay
    from .strip_plate import StripPlate
    from .tafel import Tafel

__all__ = ["PROTOCOLS", "Arrhenius", "Aurbach", "BruceVincent", "CriticalCurrent", "CyclicVoltammetry", "DCPolarisation", "Experiment", "Impedance", "LinearSweep", "Nucleation", "Protocol", "RateRamp", "Replay", "Spectrum", "Step", "StripPlate", "Tafel", "Until", "parse"]


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
