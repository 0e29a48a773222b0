"""Resistances and conductivities of several variants over temperature, with the reported values and slopes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...cells import Cell
from ...elements.base import GAS
from ...record import Record
from ..pick import Array, labelled, record_colours, unit
from ..style import MARKERS, SINGLE, Sheet, drawn, sheet
from ..table import stacked
from ._reported import DASHED, key, look, own, plain, point, stated
from .arrhenius import celsius

if TYPE_CHECKING:
    from ...literature import Claim
    from ...studies import Row


ROOM = 298.15  # K, where a claim says "room" or nothing


def blocking(record: Record) -> bool:
    """Whether no electrode of the record's cell is lithium."""
    cell = record.cell
    return isinstance(cell, Cell) and not any(part.name.startswith("Li") for part in (cell.stack[0], cell.stack[-1]))


def over_temperature(record: Record) -> bool:
    """Whether the record holds spectra at three temperatures or more."""
    return len({s.info.get("temperature") for s in record.spectra if "temperature" in s.info}) > 2


def _values(record: Record) -> tuple[Array, Array]:
    """(T [K], conductivity between blocking electrodes [S/m] or resistance of one of two equal interfaces [ohm m²])."""
    from ...studies._finds import bulk

    t = np.array([float(s.info["temperature"]) for s in record.spectra])
    out = []
    for segment, at in zip(record.spectra, t.tolist(), strict=True):
        z = record.impedance(segment, specific=True)
        if blocking(record):
            flat = int(np.argmin(np.abs(z.imag) / z.real))
            out.append(record.condition("thickness") / float(z.real[flat]))
        else:
            out.append(0.5 * (float(z.real[int(np.argmin(segment["frequency"]))]) - bulk(record, at)))
    return t, np.array(out)


@drawn
def line(records: Mapping[str, Record], rows: Sequence[Row] = (), said: Mapping[str, Claim] | None = None) -> Sheet:
    """Arrhenius plot: points and lines simulated, dashed the reported activation energy through the point nearest 25 °C,
    diamonds reported values (at 25 °C where the claim says room temperature or nothing)."""
    found = labelled({k: r for k, r in records.items() if over_temperature(r)})
    paint = record_colours(found)
    data = {k: _values(r) for k, r in found.items()}
    conducts = all(blocking(r) for r in found.values())
    u = unit("conductivity" if conducts else "area_specific_resistance", None if conducts else max(float(v.max()) for _, v in data.values()))
    made = sheet(SINGLE, 76.0)
    ax = made.subplots()
    dashed = False
    for number, (label, (t, values)) in enumerate(data.items()):
        ax.semilogy(1000.0 / t, u(values), color=paint[label], marker=MARKERS[number % len(MARKERS)], ms=3.8 + 1.6 * (number == 0), mfc="white", label=label, **look(number, label))
        for row in own(rows, label, "activation_energy"):
            claim = (said or {}).get(row.claim)
            if claim is not None and claim.technique == "vft":
                continue  # a pseudo-activation energy is no slope of this plot
            assert row.reported is not None
            k = int(np.argmin(np.abs(t - 298.15)))
            way = -1.0 if conducts else 1.0
            ax.semilogy(1000.0 / t, u(values[k] * np.exp(way * row.reported / GAS * (1.0 / t - 1.0 / t[k]))), color=paint[label], lw=0.9, ls=DASHED, zorder=2)
            dashed = True
        for row in own(rows, label, "conductivity" if conducts else "area_specific_resistance"):
            assert row.reported is not None
            point(ax, 1000.0 / (stated(said or {}, row, "temperature") or ROOM), float(u(np.array(row.reported))), row, paint[label])
    plain(ax, "y")
    ax.set_xlabel("1000/T (K⁻¹)")
    ax.set_ylabel(u.label("Conductivity" if conducts else "Resistance of one interface"))
    ax.margins(0.06)
    celsius(ax)
    key(made, ax, dashed, dashed=True, ncols=2)
    made.tables.append(stacked("temperature", [{"series": [k] * len(t), "temperature [degC]": t - 273.15, f"value [{u.ascii}]": u(v)} for k, (t, v) in data.items()]))
    return made
