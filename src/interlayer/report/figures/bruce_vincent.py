"""Bruce and Vincent: the current after a small voltage step, where it begins and ends, and the spectra before and after."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from ...errors import RecordError
from ...record import Finding, Record
from ..pick import Array, Curve, has_specific, largest, unit
from ..style import DOUBLE, Sheet, panel, sheet
from ..table import Table
from . import _marks
from ._direct import current_unit, parts
from ._lines import line
from ._nyquist import extent, settle
from ._registry import shows


@shows(
    "bruce_vincent", "bruce_vincent.transient",
    "Current after the voltage step against time, on a linear and a logarithmic clock, with the initial current I0 and the steady current Iss (bands: one standard deviation), "
    "and the spectra before and after the hold on equal axes.",
)  # fmt: skip
def figure(record: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """Transient with I0 and Iss; the first and the last spectrum where the record has two."""
    hold = max(parts(record, "bruce_vincent"), key=lambda t: float(t.clock[-1] - t.clock[0]) * largest(t.current))
    if not largest(hold.current) > 0.0:
        raise RecordError("No current flows in this hold")
    clock, colour = unit("time", float(hold.time[-1])), _marks.tone(record)
    amps, word = (current_unit(largest(hold.current)), "Current density") if hold.specific else (unit("current", largest(hold.current)), "Current")
    spectra = _ends(record)
    made = sheet(DOUBLE, 66.0)
    axes = made.subplots(1, 3 if spectra else 2, width_ratios=(1.0, 1.0, 1.25) if spectra else (1.0, 1.0))
    late = hold.time > 0.0
    line(axes[0], clock(hold.time), amps(hold.current), color=colour, lw=1.1)
    line(axes[1], hold.time[late], amps(hold.current[late]), color=colour, lw=1.1)
    levels = []
    for name, symbol, tint in (("initial current", "$I_0$", _marks.SECOND), ("steady current", "$I_{ss}$", _marks.FIT)):
        if (found := _marks.find(findings, name)) is not None and (value := _marks.number(found)) is not None:
            levels.append((float(amps(np.array(value))), (found.std or 0.0) / amps.scale, symbol, tint))
    high = 1.16 * max([float(np.max(amps(hold.current))), *(v[0] for v in levels)])
    for ax in axes[:2]:
        ax.set_ylim(0.0 if min(amps(hold.current)) >= 0.0 else None, high)
        for y, std, symbol, tint in levels:
            above = y == max(v[0] for v in levels)
            _level(ax, y, std, f"{symbol} = {y:.3g} {amps.text}" if ax is axes[0] else "", tint, above)
        ax.set_ylabel(amps.label(word))
    axes[0].set_xlim(0.0, float(clock(hold.time[-1:])[0]))
    axes[0].set_xlabel(clock.label("Time since the step"))
    axes[1].set_xscale("log")
    axes[1].set_xlabel("Time since the step (s)")
    fraction = _marks.find(findings, "steady-state current fraction", "transference number")
    panel(axes[0], "a", "" if fraction is None else _marks.said(fraction, unit("number"), "$t_+$" if fraction.name.startswith("trans") else "fraction"))
    panel(axes[1], "b")
    tables = [Table("transient", {"time [s]": hold.time, f"{word.lower()} [{amps.ascii}]": amps(hold.current)})]
    if spectra:
        tables.append(_nyquist(made, axes[2], spectra, findings, colour))
    made.tables += tables
    return made


def _level(ax: Axes, y: float, std: float, words: str, colour: str, above: bool) -> None:
    ax.axhline(y, color=colour, lw=0.9, ls=(0, (4, 2)), zorder=2)
    if std > 0.0:
        ax.axhspan(y - std, y + std, color=colour, alpha=0.2, lw=0, zorder=1)
    ax.annotate(words, (1.0, y), xycoords=("axes fraction", "data"), xytext=(-2, 2.5 if above else -3.0), textcoords="offset points", ha="right", va="bottom" if above else "top", fontsize=6.5, color=colour)


def _ends(record: Record) -> list[Curve]:
    if len(record.spectra) < 2:
        return []
    specific = has_specific(record)
    both = (record.spectra[0], record.spectra[-1])
    return [Curve(word, s["frequency"], record.impedance(s, specific=specific), specific, True, word) for word, s in zip(("before", "after"), both, strict=True)]


def _nyquist(made: Sheet, ax: Axes, spectra: Sequence[Curve], findings: Sequence[Finding], colour: str) -> Table:
    reach = extent(spectra)
    u = unit("specific_impedance_real" if spectra[0].specific else "impedance_real", reach.size)
    columns: dict[str, list[Array]] = {"f": [], "re": [], "im": []}
    for c, tint, marker in zip(spectra, (_marks.SECOND, _marks.FIT), ("o", "s"), strict=True):
        found = _marks.find(findings, f"interfacial resistance {c.label}")
        value = "" if found is None or found.value is None else f": $R_i$ = {float(u(np.array(_marks.number(found)))):.3g} {u.text}"
        ax.plot(u(c.z.real), u(-c.z.imag), color=tint, lw=0.6, marker=marker, ms=2.4, mfc="white", mew=0.6, label=f"{c.label}{value}")
        columns["f"].append(c.frequency)
        columns["re"].append(u(c.z.real))
        columns["im"].append(u(c.z.imag))
    ax.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=1)
    ax.set_xlabel(u.label("Re Z"))
    ax.set_ylabel(u.label("−Im Z"))
    panel(ax, "c")
    made.legend(*ax.get_legend_handles_labels(), loc="outside lower right", ncols=2)
    settle(made, [(ax, reach, u)])
    names = [c.label for c in spectra for _ in range(len(c.z))]
    return Table("spectra", {"spectrum": names, "frequency [Hz]": np.concatenate(columns["f"]), f"Re Z [{u.ascii}]": np.concatenate(columns["re"]), f"Im Z [{u.ascii}]": -np.concatenate(columns["im"])})
