"""Spectra between blocking electrodes: the part that tells the conductivity, and the conductivity over frequency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...record import Record
from ..pick import labelled, record_colours, unit
from ..style import DOUBLE, Sheet, drawn, panel, sheet
from ..table import stacked
from ._reported import key, level, look, own, plain, upright, wide

if TYPE_CHECKING:
    from ...studies import Row

BEYOND = 1.8  # of the largest resistance: what of the spike of the electrodes is shown


@drawn
def nyquist(records: Mapping[str, Record], rows: Sequence[Row] = ()) -> Sheet:
    """Nyquist plot on equal axes up to the rise of the blocking electrodes with the reported resistances, and l Re(1/Z), the
    conductivity that a frequency shows, with the reported conductivities."""
    found = labelled(records)
    paint = record_colours(found)
    whole = all("area" in r.conditions for r in found.values())
    data, most = {}, 0.0
    for label, record in found.items():
        (segment, *_) = record.spectra
        z, f = record.impedance(segment, specific=True), segment["frequency"]
        flat = float(z.real[int(np.argmin(np.abs(z.imag) / z.real))])
        own_area = record.condition("area") if whole else 1.0
        data[label] = f, z / own_area, record.condition("thickness") * (1.0 / z).real
        most = max(most, flat / own_area, *(1.15 * r.reported for r in own(rows, label, "resistance") if whole and r.reported is not None))
    ohms, sigma = unit("resistance" if whole else "area_specific_resistance", most), unit("conductivity")
    made = sheet(DOUBLE, 72.0)
    left, right = made.subplots(1, 2)
    everything: list[float] = []
    marked = False
    for number, (label, (f, z, conducts)) in enumerate(data.items()):
        left.plot(ohms(z.real), -ohms(z.imag), color=paint[label], marker="o", ms=2.0, label=label, **look(number, label))
        right.semilogx(f, sigma(conducts), color=paint[label], **look(number, label))
        everything += sigma(conducts[f > 1e-3 * f.max()]).tolist()
        for row in own(rows, label, "resistance") if whole else []:
            assert row.reported is not None
            marked = True
            upright(left, float(ohms(np.array(row.reported))), row, paint[label], 0.6)
        for row in own(rows, label, "conductivity"):
            assert row.reported is not None
            marked = True
            everything.append(float(sigma(np.array(row.reported))))
            level(right, everything[-1], row, paint[label])
    side = BEYOND * float(ohms(np.array(most)))
    left.set_aspect("equal")
    left.set_xlim(0.0, side)
    left.set_ylim(0.0, 0.75 * side)
    if wide(everything):
        right.set_yscale("log")
        right.set_ylim(0.5 * min(everything), 2.0 * max(everything))
        plain(right, "y")
    else:
        right.set_ylim(0.0, 1.15 * max(everything))
    left.set_xlabel(ohms.label("Re Z"))
    left.set_ylabel(ohms.label("−Im Z"))
    right.set_xlabel("Frequency (Hz)")
    right.set_ylabel(sigma.label("l Re(1/Z)"))
    panel(left, "a")
    panel(right, "b")
    key(made, left, marked, dashed=True)
    made.tables.append(stacked("blocking", [{"series": [k] * len(f), "frequency [Hz]": f, f"Re Z [{ohms.ascii}]": ohms(z.real), f"Im Z [{ohms.ascii}]": ohms(z.imag)} for k, (f, z, _) in data.items()]))
    return made
