"""Deposit of lithium: its thickness against the charge plated, and the Faraday floor below which none can lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...elements.base import FARADAY
from ...errors import RecordError
from ...record import Finding, Record
from ..pick import unit
from ..style import MARKERS, SINGLE, Sheet, colours, drawn, sheet
from ..table import Table
from . import _marks
from ._registry import shows

LINES = (0.0, 0.25, 0.5, 0.75)  # porosities


@shows(
    "deposit", "deposit.floor",
    "Thickness of the deposit against the areal charge; thick line: dense lithium (Faraday floor), the grey zone below it can't be; thin lines: porosity.",
)  # fmt: skip
def figure(record: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """One deposit."""
    return several({"deposit": findings})


@drawn
def several(deposits: Mapping[str, Sequence[Finding]]) -> Sheet:
    """Deposits by label, from the findings of `analysis.deposit` of each (a label may hold several)."""
    rows = [(label, f) for label, fs in deposits.items() for f in fs if f.name == "porosity of the deposit"]
    if not rows:
        raise RecordError("A deposit needs its findings", remedy="Give the findings of analysis.deposit")
    q, d = unit("areal_charge"), unit("thickness")
    charge, thick = np.array([float(f.evidence["areal_charge_C_m2"]) for _, f in rows]), np.array([float(f.evidence["thickness_m"]) for _, f in rows])
    volume, efficiency = float(rows[0][1].evidence["molar_volume"]), float(rows[0][1].evidence["efficiency"])
    made = sheet(SINGLE, 68.0)
    ax = made.subplots()
    x = np.array([0.0, 1.3 * float(charge.max())])
    floor = efficiency * x * volume / FARADAY
    top = max(1.35 * float(thick.max()), 2.2 * float(floor[1]))
    ax.fill_between(q(x), 0.0, d(floor), color="#E4E4E4", lw=0, zorder=0)
    for porosity in LINES:
        y = d(floor / (1.0 - porosity))
        ax.plot(q(x), y, color="#222222" if porosity == 0.0 else "#9A9A9A", lw=1.1 if porosity == 0.0 else 0.6, zorder=1)
        share = min(1.0, float(d(np.array(top))) / float(y[1]))
        ax.annotate(
            "dense" if porosity == 0.0 else f"{porosity:.0%}", (share * float(q(x)[1]), share * float(y[1])), xytext=(2, 0) if share == 1.0 else (0, 2), textcoords="offset points",
            ha="left" if share == 1.0 else "center", va="center" if share == 1.0 else "bottom", fontsize=6.0, color="#555555",
        )  # fmt: skip
    tints = colours(deposits) if len(deposits) > 1 else dict.fromkeys(deposits, "#222222")
    for number, label in enumerate(deposits):
        mine = [k for k, (name, _) in enumerate(rows) if name == label]
        own = [rows[k][1].evidence for k in mine]
        ax.errorbar(
            q(charge[mine]), d(thick[mine]), xerr=_marks.bars([e["charge_std"] for e in own], q.scale), yerr=_marks.bars([e["thickness_std"] for e in own], d.scale), ls="none",
            marker=MARKERS[number % len(MARKERS)], ms=4.2, mfc="white", mec=tints[label], mew=0.9, ecolor=tints[label], elinewidth=0.7, capsize=1.5, zorder=3, label=label,
        )  # fmt: skip
    ax.set_xlim(0.0, float(q(x)[1]))
    ax.set_ylim(0.0, float(d(np.array(top))))
    ax.set_xlabel(q.label("Charge plated"))
    ax.set_ylabel(d.label("Thickness"))
    if len(deposits) > 1:
        made.legend(loc="outside upper left", ncols=4)
    elif len(rows) == 1:
        ax.set_title(_marks.said(rows[0][1], unit("number"), "porosity"), loc="left", pad=11.0)
    made.tables.append(Table("deposit", {"label": [label for label, _ in rows], f"charge [{q.ascii}]": q(charge), f"thickness [{d.ascii}]": d(thick), "porosity": [_marks.number(f) for _, f in rows]}))
    return made
