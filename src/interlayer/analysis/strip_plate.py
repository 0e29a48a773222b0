"""Strip and plate: polarisation per half cycle, its course over the test, and how long the cell lived."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..record import Finding, Record
from ._halves import HalfCycle, half_cycles

#: what "polarisation" of a half cycle means: |V| at its end, its mean, its median, or over its last tenth of time
Definition = Literal["last tenth", "end", "mean", "median"]

SOURCE = "definition of the package; papers quote the magnitude of the cell voltage of a symmetric cell (half amplitude)"


def polarisation(half: HalfCycle, definition: Definition = "last tenth") -> tuple[float, float]:
    """(|V| [V], its standard error) of one half cycle. The error is the scatter of the points used over sqrt(n)."""
    v = np.abs(half.voltage)
    if definition == "end":
        return float(v[-1]), float(np.std(np.diff(v[-4:])) / np.sqrt(2.0)) if len(v) > 4 else 0.0
    if definition == "last tenth":
        v = v[half.time >= 0.9 * half.time[-1]]
    value = float(np.median(v) if definition == "median" else np.mean(v))
    return value, float(np.std(v) / np.sqrt(len(v)))


def analyse(record: Record, *, definition: Definition = "last tenth", specific: bool = True) -> list[Finding]:
    """Findings of a strip/plate record: polarisation of the first and the last half cycle and its median, resistance
    V/J of the same, rise between them, duration and how it ended (censored where it ended alive).

    specific   give resistances per area (needs the area unless the record has densities), else in Ω
    """
    halves = half_cycles(record, specific=specific)
    p = np.array([polarisation(h, definition) for h in halves])
    r = p[:, 0] / np.array([abs(h.level) for h in halves])
    method = f"|V| over each half cycle ({definition}); {len(halves)} half cycles; full cell voltage, not halved"
    quantity = "area_specific_resistance" if specific else "resistance"
    evidence = {"half cycles": len(halves), "definition": definition, "current levels": sorted({float(f"{abs(h.level):.6g}") for h in halves})}
    noiseless = bool(np.max(p[:, 1]) < 1e-9 * np.max(p[:, 0]))
    note = "no scatter to take an error from: the record is free of noise" if noiseless else ""

    def error(std: float) -> float | None:
        return None if noiseless else std

    hours = float(halves[-1].start + halves[-1].time[-1])
    alive = not halves[-1].event or "rest" in halves[-1].event or record.outcome in ("", "completed")
    return [
        Finding("polarisation, first half cycle", float(p[0, 0]), "overpotential", method, error(float(p[0, 1])), SOURCE, note, evidence=evidence),
        Finding("polarisation, last half cycle", float(p[-1, 0]), "overpotential", method, error(float(p[-1, 1])), SOURCE, note, evidence=evidence),
        Finding("polarisation, median of half cycles", float(np.median(p[:, 0])), "overpotential", method, error(float(np.std(p[:, 0]))), SOURCE, note, evidence=evidence),
        Finding("resistance V/J, last half cycle", float(r[-1]), quantity, method, error(float(p[-1, 1] / abs(halves[-1].level))), SOURCE, note, evidence=evidence),
        Finding("rise of resistance over the test", float(r[-1] - r[0]), quantity, method, error(float(np.hypot(p[0, 1], p[-1, 1]) / abs(halves[-1].level))), SOURCE, note, evidence=evidence),
        Finding(
            "duration", hours, "time", "time of the last recorded half cycle", None, SOURCE,
            note="ended alive: a life of at least this (censored)" if alive else f"ended: {record.outcome or halves[-1].event}",
            evidence={"censored": alive},
        ),
    ]  # fmt: skip
