"""Spectra that were taken during a test: all of them on equal axes in the colours of time, and what their resistances do."""

from __future__ import annotations

import math
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_hex

from ...errors import RecordError
from ...record import Finding, Record
from ..pick import Array, Curve, has_specific, unit
from ..series import FitRow
from ..style import DOUBLE, MARKERS, Sheet, colours, drawn, fixed, panel
from ..table import stacked
from ._nyquist import extent, marks, settle
from ._registry import shows

RAMP = "cividis"


@shows(
    "impedance", "impedance.over_time",
    "Nyquist plots of all spectra of the record on equal axes, coloured by the time at which they were taken (marked: decades of frequency of the first and the last), and the real part at the "
    "highest frequency without induction, the real part at the lowest frequency, and their difference against time.",
    lambda record: len(record.spectra) > 1,
)  # fmt: skip
def figure(record: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """Spectra interleaved with a test. Errors: `RecordError` with fewer than two of them."""
    return overlay(record)


@drawn
def overlay(record: Record, fits: FitRow | None = None) -> Sheet:
    """As `figure`; with `fits` (one a spectrum) the trend is that of their resistances with errors."""
    spectra, when, axis = _spectra(record)
    size = unit("time", max(float(when.max()), 1.0)) if axis == "time" else None
    shown = size(when) if size is not None else when
    scale = Normalize(float(shown.min()), float(shown.max()))
    ramp = mpl.colormaps[RAMP]
    paint = {c.label: to_hex(ramp(float(scale(v)))) for c, v in zip(spectra, shown, strict=True)}
    reach = extent(spectra)
    u = unit("specific_impedance_real" if spectra[0].specific else "impedance_real", reach.size)
    tall = min(max(72.0 * reach.aspect, 38.0), 66.0)
    made = fixed(DOUBLE, tall + 17.0)
    bottom, top = 10.0 / (tall + 17.0), 1.0 - 7.0 / (tall + 17.0)
    left = made.add_axes((0.085, bottom, 0.39, top - bottom))
    bar_axes = made.add_axes((0.487, bottom, 0.012, top - bottom))
    right = made.add_axes((0.655, bottom, 0.33, top - bottom))
    for c in spectra:
        left.plot(u(c.z.real), u(-c.z.imag), color=paint[c.label], lw=0.7 if len(spectra) <= 30 else 0.4, marker="o" if len(spectra) <= 12 else None, ms=1.5)
    left.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=1)
    left.set_xlabel(u.label("Re Z"))
    left.set_ylabel(u.label("−Im Z"))
    bar = made.colorbar(ScalarMappable(scale, ramp), cax=bar_axes)
    bar.outline.set_linewidth(0.4)
    label = size.label("Time") if size is not None else axis.capitalize()
    bar.set_label(label)
    rows: dict[str, Array] = {}
    if fits is None:
        high = np.array([_series(c) for c in spectra])
        low = np.array([float(c.z[int(np.argmin(c.frequency))].real) for c in spectra])
        rows = {"Re Z at the lowest frequency": low, "Re Z at the highest frequency": high, "difference": low - high}
        errors: dict[str, Array] = {}
    else:
        trends = [t for t in fits.trends() if t.group == "resistance" and "." not in t.name]
        rows, errors = {t.name: t.values for t in trends}, {t.name: t.std for t in trends}
    tones = colours(rows)
    place = shown if fits is None else (size(fits.x) if size is not None else fits.x)
    largest = max((float(np.nanmax(v)) for v in rows.values() if np.isfinite(v).any()), default=1.0)
    ohm = unit("specific_impedance_real" if spectra[0].specific else "impedance_real", largest)
    for number, (name, values) in enumerate(rows.items()):
        std = errors.get(name)
        right.errorbar(
            place, ohm(values), yerr=None if std is None else np.where(np.isfinite(std), std, 0.0) / ohm.scale, color=tones[name], marker=MARKERS[number % len(MARKERS)], ms=3.0, lw=0.8,
            mfc="white", mew=0.7, elinewidth=0.6, label=name,
        )  # fmt: skip
    right.set_ylim(0.0, 1.42 * float(ohm(np.array(largest))))
    right.legend(loc="upper left", ncols=1 if fits is None else 3, handlelength=1.2)
    right.set_xlabel(label)
    right.set_ylabel(ohm.label("Resistance"))
    panel(left, "a", f"{len(spectra)} spectra")
    panel(right, "b")
    settle(made, [(left, reach, u)])
    ends = [spectra[0], spectra[-1]]
    marks(made, left, ends, u, paint, beyond=False)
    for text in left.texts:
        if text.get_text() not in ("", f"{len(spectra)} spectra"):
            text.set_bbox({"fc": "white", "ec": "none", "alpha": 0.7, "pad": 0.3})
    made.tables.append(stacked("spectra", [
        {f"{axis} [h]" if axis == "time" else axis: [float(unit("time")(np.array(t))) if axis == "time" else t] * len(c.z), "frequency [Hz]": c.frequency, f"Re Z [{u.ascii}]": u(c.z.real), f"Im Z [{u.ascii}]": u(c.z.imag)}
        for t, c in zip(when.tolist(), spectra, strict=True)
    ]))  # fmt: skip
    return made


def _spectra(record: Record) -> tuple[list[Curve], Array, str]:
    """All spectra, when each was taken [s] (its own time, else the end of the trace before it), and the axis: "time", or
    "number" where nothing tells the time."""
    specific = has_specific(record)
    out: list[Curve] = []
    when: list[float] = []
    last, known = 0.0, False
    for s in record.segments:
        if s.axis == "time":
            last = float(s["time"][-1]) if len(s) else last
            known = True
            continue
        if not len(s):
            continue
        own = float(s.info["time"]) if "time" in s.info else float(s["time"][0]) if "time" in s and math.isfinite(float(s["time"][0])) else None
        known = known or own is not None
        when.append(last if own is None else own)
        out.append(Curve(f"spectrum {len(out) + 1}", s["frequency"], record.impedance(s, specific=specific), specific, record.provenance.kind == "measured", ""))
    if len(out) < 2:
        raise RecordError("Spectra over time need two of them", given=f"{len(out)} spectra", remedy="One spectrum is drawn by report.figures.impedance")
    times = np.array(when)
    if not known or float(np.ptp(times)) == 0.0:
        return out, np.arange(1.0, len(out) + 1.0), "number"
    return out, times, "time"


def _series(c: Curve) -> float:
    """Real part at the highest frequency that is not inductive."""
    z = c.z[np.argsort(c.frequency)]
    rest = z[z.imag <= 0.0]
    return float((rest if len(rest) else z)[-1].real)
