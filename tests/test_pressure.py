"""Pressure keeps contact: more of it never makes a cell fail earlier, and none lives that fails both below and above."""

from __future__ import annotations

import interlayer as il

RAMP = "CriticalCurrent(step=0.2 mA/cm^2, half_cycle=30 min)"


def test_the_critical_current_rises_with_the_pressure() -> None:
    """At 2.5 and 3 MPa stripping loses contact, plating restores it: with a retraction by the local current, a half cycle took back
    more of the filament than the other had grown, and these cells lived (5 mA/cm² and more) between 2.8 and 3.4 mA/cm²."""
    critical = []
    for pressure in ("1 MPa", "2 MPa", "2.5 MPa", "3 MPa", "4 MPa", "7 MPa"):
        record = il.simulate(f"Li|Li6PS5Cl(0.5 mm)|Li @ 25 degC, {pressure}", RAMP)
        assert record.outcome.startswith("short circuit"), pressure
        critical.append(abs(record.segments[-1].info["current_density"]))
    assert critical == sorted(critical) and critical[0] < critical[-1]
