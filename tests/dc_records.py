"""Records of direct-current experiments as a lab has them, from closed forms: what the tests of the DC techniques share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import binom

from interlayer.elements.base import FARADAY, GAS
from interlayer.record import Finding, Provenance, Record, Segment

THERMAL = GAS * 298.15 / FARADAY


def band(hits: Sequence[bool], level: float = 0.95, inside: float = 0.99) -> None:
    """How often stated intervals hold the truth, in the 99 % band of a binomial."""
    low, high = binom.interval(inside, len(hits), level)
    assert low <= np.sum(hits) <= high, f"{np.sum(hits)} of {len(hits)}, allowed {low:.0f} to {high:.0f}"


def trace(time: Any, voltage: Any, current: Any, technique: str = "", specific: bool = True, **info: Any) -> Segment:
    """A segment along time."""
    channels = {"time": time, "voltage": voltage, "current_density" if specific else "current": current}
    return Segment({k: np.asarray(v, dtype=float) for k, v in channels.items()}, "time", technique, info)


def record(*segments: Segment, **stated: Any) -> Record:
    """A measured record."""
    return Record(tuple(segments), Provenance("measured", "here")).with_conditions(**stated)


def noisy(of: Record, rng: np.random.Generator, volts: float = 0.0, relative: float = 0.0, amps: float = 0.0, z: float = 0.0, every: int = 1) -> Record:
    """The same with white noise on the voltage [V], the current (relative, absolute) and impedance, every n-th row kept."""
    out = []
    for s in of.segments:
        keep = slice(None) if s.axis == "frequency" else slice(None, None, every)
        channels: dict[str, Any] = {k: v[keep].copy() for k, v in s.channels.items()}
        n = len(channels[s.axis])
        for k, v in channels.items():
            if k == "voltage":
                channels[k] = v + volts * rng.normal(size=n)
            elif k in ("current", "current_density"):
                channels[k] = v * (1.0 + relative * rng.normal(size=n)) + amps * rng.normal(size=n)
        if s.axis == "frequency":
            for k in ("specific_impedance", "impedance"):
                if f"{k}_real" in channels:
                    size = np.hypot(channels[f"{k}_real"], channels[f"{k}_imag"])
                    channels[f"{k}_real"] = channels[f"{k}_real"] + z * size * rng.normal(size=n)
                    channels[f"{k}_imag"] = channels[f"{k}_imag"] + z * size * rng.normal(size=n)
        out.append(Segment(channels, s.axis, s.technique, s.info))
    return Record(tuple(out), Provenance("measured", of.provenance.source), of.cell, of.conditions)


def value(found: Sequence[Finding], name: str) -> Finding:
    """The finding of this name (its beginning)."""
    hits = [f for f in found if f.name.startswith(name)]
    assert len(hits) == 1, f"{name}: {[f.name for f in found]}"
    return hits[0]


def holds(found: Finding, truth: float, errors: float = 1.96) -> bool:
    """Whether the truth lies within so many standard deviations."""
    assert found.std is not None and isinstance(found.value, float)
    return bool(abs(found.value - truth) <= errors * found.std)


def polarisation(r0: float = 5.0, rb: float = 20.0, t: float = 0.3, tau: float = 600.0, hold: float = 7200.0, dv: float = 0.01, points: int = 400) -> Record:
    """Bruce and Vincent's hold, whole cell: the salt's resistance grows to Rb (1/t - 1) as one exponential."""
    time = hold * np.linspace(0.0, 1.0, points) ** 2
    salt = rb * (1.0 / t - 1.0) * (1.0 - np.exp(-time / tau))
    current = dv / (r0 + rb + salt)
    return record(trace(time, np.full(points, dv), current, "bruce_vincent", False))


def sweep(j0: float = 0.5, alpha: float = 0.5, ohmic: float = 0.01, window: float = 0.2, points: int = 801, **more: Any) -> Record:
    """Butler-Volmer of one electrode with an ohmic part [ohm m²], swept in overpotential."""
    eta = np.linspace(-window, window, points)
    j = j0 * (np.exp(alpha * eta / THERMAL) - np.exp(-(1.0 - alpha) * eta / THERMAL))
    return record(trace(np.arange(points) * 1.0, eta + ohmic * j, j, "tafel", **more), temperature="25 degC")


def half(charge: float, level: float, start: float, volts: Any, step: float = 10.0, **info: Any) -> tuple[Segment, float]:
    """A half cycle of constant current that passes `charge`; (segment, clock at its end). volts(share) gives E."""
    end = abs(charge / level)
    time = np.append(np.arange(0.0, end - 1e-9, step), end)
    return trace(start + time, volts(time / end), np.full(len(time), level), "aurbach", **info), start + end


def reservoir(efficiency: float = 0.99, cycles: int = 10, formation: bool = False, top: float = 1.0, q_t: float = 72000.0, q_c: float = 18000.0, level: float = 5.0, step: float = 20.0, **info: Any) -> Record:
    """Adams's test with a constant loss a plating: what is plated comes back with `efficiency`."""
    info = {"working": "left", **info} if info.get("working") != "none" else {}
    made, clock, there = [trace([0.0, 60.0], [0.5, 0.5], [0.0, 0.0], "aurbach", **info)], 60.0, 0.0
    rows: list[tuple[float, float | None]] = [*([(-1.0, q_t), (1.0, None)] if formation else []), (-1.0, q_t)]
    rows += [(1.0, q_c), (-1.0, q_c)] * cycles + [(1.0, None)]
    for sign, charge in rows:
        empties = charge is None
        passed = there if charge is None else charge
        shape = (lambda x: -0.05 - 0.02 * np.exp(-x / 0.02)) if sign < 0 else (lambda x, e=empties: 0.05 + (top - 0.05) * (x > 0.999) * e)  # type: ignore[misc]
        segment, clock = half(passed, sign * level, clock, shape, step, **info)
        made.append(segment)
        there = there + efficiency * passed if sign < 0 else there - passed
    return record(*made)


def nucleated(tip: float = 0.08, plateau: float = 0.03, ohmic: float = 0.0, level: float = 5.0, hours: float = 2.0, points: int = 2000, technique: str = "nucleation", **info: Any) -> Record:
    """Plating on copper: from 0.5 V through 0 V to a tip and up to the plateau; the truth by a fine grid."""
    time = hours * 3600.0 * np.linspace(0.0, 1.0, points) ** 2
    e = nucleation_potential(time, tip, plateau) - ohmic * level
    return record(trace(time, e, np.full(points, -level), technique, **info))


def nucleation_potential(time: Any, tip: float, plateau: float) -> Any:
    """0.5 V discharging with 20 s, a depression of the growth that decays with 120 s; lowest potential is -tip."""
    def shape(t: Any, depth: float) -> Any:
        return 0.5 * np.exp(-t / 20.0) - plateau - depth * np.exp(-t / 120.0) * (1.0 - np.exp(-t / 30.0))

    fine = np.linspace(0.0, 1500.0, 20001)
    low, high = 0.0, 5.0
    for _ in range(80):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if -shape(fine, middle).min() < tip else (low, middle)
    return shape(time, 0.5 * (low + high))


__all__ = ["THERMAL", "Mapping", "band", "half", "holds", "math", "noisy", "nucleated", "polarisation", "record", "reservoir", "sweep", "trace", "value"]
