"""Holds at constant voltage or current: how each becomes steady, and the line of V against the steady I."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np

from ...errors import RecordError
from ...record import Finding, Record
from ..pick import Unit, largest, unit
from ..style import DOUBLE, Sheet, panel, sheet
from ..table import Table
from . import _marks
from ._direct import current_unit, parts
from ._lines import line
from ._registry import shows


@shows(
    "dc_polarisation", "dc_polarisation.line",
    "Current of each hold against time since its start (on top of each other), and voltage against the steady current with the line whose slope is the resistance.",
)  # fmt: skip
def figure(record: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """Holds and their V-I line."""
    holds = [t for t in parts(record, "dc_polarisation") if len(t.clock) >= 8 and largest(t.current) > 0.0]
    if not holds:
        raise RecordError("This record holds no polarisation with 8 points or more")
    found = _marks.find(findings, "steady resistance")
    clock = unit("time", max(float(t.time[-1]) for t in holds))
    size = max(largest(t.current) for t in holds)
    specific = holds[0].specific
    amps, word = (current_unit(size), "Current density") if specific else (_small(size), "Current")
    made = sheet(DOUBLE, 62.0)
    left, right = made.subplots(1, 2) if found is not None else (made.add_subplot(), None)
    ramp = mpl.colormaps["cividis"]
    for number, hold in enumerate(holds):
        shade = ramp(0.85 * number / max(len(holds) - 1, 1))
        line(left, clock(hold.time), amps(hold.current), color=shade, lw=0.9)
        left.annotate(f"{_volts(float(hold.voltage[-1]))}", (1.0, float(amps(hold.current[-1:])[0])), xycoords=("axes fraction", "data"), xytext=(3, 0), textcoords="offset points", va="center", fontsize=6.0, color=shade)
    left.set_xlabel(clock.label("Time since the start of the hold"))
    left.set_ylabel(amps.label(word))
    left.set_xlim(0.0, None)
    left.set_ylim(min(0.0, left.get_ylim()[0]), None)
    if found is not None and right is not None:
        volts, current = np.array(found.evidence["voltages"]), np.array(found.evidence["currents"])
        scale = unit("voltage", largest(volts))
        slope = _marks.number(found) or 0.0
        offset = float(found.evidence.get("offset_V", 0.0))
        x = np.array([min(0.0, float(current.min())), 1.08 * float(current.max())])
        right.plot(amps(x), scale(offset + slope * x), color=_marks.FIT, lw=1.0)
        if found.std:
            right.fill_between(amps(x), scale(offset + (slope - 2.0 * found.std) * x), scale(offset + (slope + 2.0 * found.std) * x), color=_marks.FIT, alpha=0.18, lw=0)
        right.plot(amps(current), scale(volts), ls="none", marker="o", ms=4.0, mfc="white", mec=_marks.tone(record), mew=0.9, zorder=3)
        right.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
        right.axvline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
        right.set_ylabel(scale.label("Voltage"))
        right.set_xlabel(amps.label(f"Steady {word.lower()}"))
        panel(right, "b", _marks.said(found, unit(found.quantity, slope), "R"))
        made.tables.append(Table("line", {"voltage [V]": volts, f"steady {word.lower()} [{amps.ascii}]": amps(current)}))
    sigma = _marks.find(findings, "ionic conductivity", "electronic conductivity")
    panel(left, "a", "" if sigma is None or sigma.value is None else _marks.said(sigma, unit(sigma.quantity), "$σ_e$" if sigma.name.startswith("elec") else "σ"))
    made.tables.append(Table("holds", {
        "hold": np.concatenate([np.full(len(t.time), k + 1.0) for k, t in enumerate(holds)]), "time [s]": np.concatenate([t.time for t in holds]), "voltage [V]": np.concatenate([t.voltage for t in holds]),
        f"{word.lower()} [{amps.ascii}]": np.concatenate([amps(t.current) for t in holds]),
    }))  # fmt: skip
    return made


def _small(size: float) -> Unit:
    return Unit("nA", 1e-9, 0.0, "nA") if size < 1e-6 else unit("current", size)


def _volts(value: float) -> str:
    u = unit("voltage", abs(value))
    return f"{float(u(np.array(value))):.3g} {u.text}"
