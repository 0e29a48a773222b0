"""The tables of an analysis, one a CSV: files, tests, parameters, arcs, peaks, trends, findings, and the curves that are drawn.

Units stand in the heads. Where some files state an area and others do not, both columns are there and one is empty.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..names import NAMES
from ..units import lab
from .looks import Look
from .pick import unit
from .series import FitRow
from .table import Column, Table, of_rows, stacked

if TYPE_CHECKING:
    from ..analysis.relaxation_times import RelaxationTimes
    from .pages.analysis import Analysis

Cells = dict[str, Any]


def tables(case: Analysis) -> list[Table]:
    """All tables of an analysis that hold anything."""
    found = case.by_spectrum()
    made = [files(case), techniques(case), findings(case), *(trends(row, number, len(case.rows)) for number, row in enumerate(case.rows, 1))]
    for name, cells in (("validity", _validity), ("parameters", _parameters), ("arcs", _arcs), ("drt-peaks", _peaks)):
        made.append(_of_cells(name, [{**_head(case, file, number), **c} for file, number, look in found.values() for c in cells(look)]))
    for name, curve in (("spectra", _curve), ("drt", _gamma)):
        parts = [(_head(case, file, number), curve(look)) for file, number, look in found.values()]
        made.append(stacked(name, [{**{k: [v] * len(next(iter(c.values()))) for k, v in head.items()}, **c} for head, c in parts if c]))
    return [t for t in made if len(t)]


def _of_cells(name: str, rows: list[Cells]) -> Table:
    """A table of rows that need not have all columns."""
    heads = list(dict.fromkeys(head for row in rows for head in row))
    return Table(name, {head: [row.get(head) for row in rows] for head in heads})


def _head(case: Analysis, file: str, number: int) -> Cells:
    kelvin = case.records[file].conditions.get("temperature")
    return {"file": file, "spectrum": number + 1, **({} if kelvin is None else {"temperature [degC]": round(kelvin - 273.15, 6)})}


def _with_std(head: str, quantity: str, value: float | None, std: float | None) -> Cells:
    """Value and std under heads with their unit."""
    u = unit(quantity)
    text = f" [{u.ascii}]" if u.ascii else ""
    shown = None if value is None else (value - u.offset) / u.scale
    return {f"{head}{text}": shown, f"{head} std{text}": None if std is None else std / u.scale}


def files(case: Analysis) -> Table:
    """A line a file, the failed ones too."""
    rows: list[Cells] = []
    for label in dict.fromkeys([*case.records, *case.failures]):
        record, looks = case.records.get(label), case.looks.get(label, ())
        why, remedy = case.failures.get(label, ("", ""))
        kelvin = record.conditions.get("temperature") if record is not None else None
        rows.append({
            "file": label, "state": "not analysed" if label in case.failures else "analysed", "format": record.provenance.reader if record is not None else "",
            "spectra": len(record.spectra) if record is not None else None, "points": sum(len(s) for s in record.segments) if record is not None else None,
            "temperature [degC]": None if kelvin is None else round(kelvin - 273.15, 6),
            "Kramers-Kronig": _each(x.kramers_kronig.grade for x in looks if x.kramers_kronig is not None),
            "Z-HIT": _each(x.z_hit.grade for x in looks if x.z_hit is not None),
            "circuit": _each(x.fit.circuit for x in looks if x.fit is not None),
            "misfit": any(x.fit.misfit for x in looks if x.fit is not None) if looks else None,
            "verdict of the fit": _each(x.fit.verdict for x in looks if x.fit is not None),
            "warnings": "; ".join([*case.remarks.get(label, ()), *(record.provenance.warnings if record is not None else ())]),
            "why": why, "what to do": remedy, "SHA-256": record.provenance.sha256 if record is not None else "",
        })  # fmt: skip
    return _of_cells("files", rows)


def _each(words: Any) -> str:
    return "; ".join(dict.fromkeys(words))


def findings(case: Analysis) -> Table:
    """Every finding in SI, its unit beside it."""
    heads = ("file", "finding", "value", "std", "unit", "quantity", "note", "method", "source")
    given = [(label, f) for label, found in case.findings.items() for f in found]
    given += [("all files", f) for found in (case.joint.findings.values() if case.joint is not None else ()) for f in found]
    rows = [(label, f.name, f.value, f.std, f.unit or "1", f.quantity, f.note, f.method, f.source) for label, f in given]
    return of_rows("findings", heads, rows)


def techniques(case: Analysis) -> Table:
    """Which techniques each file contains, and why or why not."""
    rows = [(label, r.technique, "yes" if r.contained else "no", r.why) for label, found in case.analysed.items() for r in found.recognised]
    rows += [("all files", r.technique, "yes" if r.contained else "no", r.why) for r in (case.joint.recognised if case.joint is not None else ())]
    return of_rows("techniques", ("file", "technique", "contained", "because"), rows)


def trends(row: FitRow, number: int = 1, of: int = 1) -> Table:
    """The trends of a row: the coordinate, then value and std of every number; a gap where there is no fit."""
    rows = [{"spectrum": label, **coordinate(row.axis, float(row.x[i]))} for i, label in enumerate(row.labels)]
    for t in row.trends():
        for i, cells in enumerate(rows):
            value, std = float(t.values[i]), float(t.std[i])
            cells |= _with_std(t.name, t.quantity, None if math.isnan(value) else value, None if math.isnan(std) else std)
    return _of_cells("trends" if of == 1 else f"trends-{number}", rows)


def coordinate(axis: str, x: float) -> Cells:
    """The place of a spectrum in its series under a head with the unit."""
    if axis not in NAMES:
        return {"number in the series": int(x)}
    u = unit(axis)
    return {f"{axis} [{u.ascii}]" if u.ascii else axis: round(lab(x, axis), 9)}


def _validity(look: Look) -> list[Cells]:
    t, z = look.kramers_kronig, look.z_hit
    if t is None:
        return []
    return [{
        "Kramers-Kronig": t.grade, "residual [%]": 100.0 * t.std, "mu": t.mu, "elements": t.rungs, "points not in line": " ".join(str(p) for p in t.suspects),
        "verdict": t.verdict, **({} if z is None else {
            "Z-HIT": z.grade, "drift of |Z| at the lowest frequency [%]": 100.0 * z.drift, "drift std [%]": 100.0 * z.drift_std,
            "drifts below [Hz]": z.onset, "off above [Hz]": z.upper, "verdict of Z-HIT": z.verdict,
        }),
    }]  # fmt: skip


def _parameters(look: Look) -> list[Cells]:
    fit = look.fit
    if fit is None:
        return []
    out: Cells = {"circuit": fit.circuit, "weight": fit.weight, "chi2 reduced": fit.reduced_chi2, "misfit": fit.misfit}
    for name, quantity in zip(fit.names, fit.target.quantities, strict=True):
        out |= _with_std(name, quantity, fit.values[name], fit.std[name])
    return [out | {"without an error because": "; ".join(f"{n}: {why}" for n, why in fit.reasons.items())}]


def _arcs(look: Look) -> list[Cells]:
    fit, out = look.fit, []
    for arc in fit.arcs if fit is not None else ():
        label = " ".join(arc.labels)
        r, c = ("area_specific_resistance", "area_specific_capacitance") if fit is not None and fit.spectrum.specific else ("resistance", "capacitance")
        name, why = look.arc(label)
        known = next((a for a in look.arcs.arcs if a.label == label), None) if look.arcs is not None else None
        out.append({
            "arc": label, **_with_std("R", r, arc.resistance, arc.resistance_std), **_with_std("tau", "time_constant", arc.tau, arc.tau_std),
            **_with_std("C", c, arc.capacitance, arc.capacitance_std), "n": arc.n, "is": name, "why": why,
            "C l/A [F/cm]": None if known is None else known.per_length / 100.0, "C/A of a face [uF/cm^2]": None if known is None else known.per_area * 100.0,
            "relative permittivity": None if known is None else known.permittivity,
        })  # fmt: skip
    return out


def _peaks(look: Look) -> list[Cells]:
    d, out = look.distribution, []
    if d is None:
        return []
    r, c = ("area_specific_resistance", "area_specific_capacitance") if d.spectrum.specific else ("resistance", "capacitance")
    for kind, some in (("peak", d.peaks), ("doubtful", d.doubtful)):
        for number, p in enumerate(some, 1):
            name, why = look.arc(f"peak {number}") if kind == "peak" else ("", "")
            out.append({
                "peak": f"{kind} {number}", **_with_std("R", r, p.resistance, p.resistance_std), **_with_std("tau", "time_constant", p.tau, p.tau_std),
                **_with_std("C", c, p.capacitance, p.capacitance_std), "frequency [Hz]": 1.0 / (2.0 * math.pi * p.tau), "width [decades]": p.width,
                "certainty": p.certainty, "is": name, "why": why,
            })  # fmt: skip
    return out


def _curve(look: Look) -> dict[str, Column]:
    s = look.spectrum
    if s is None:
        return {}
    u = unit("specific_impedance_real" if s.specific else "impedance_real")
    out: dict[str, Column] = {"frequency [Hz]": s.frequency, f"Re Z [{u.ascii}]": u(s.z.real), f"Im Z [{u.ascii}]": u(s.z.imag)}
    if look.fit is not None:
        z = look.fit.impedance(s.omega)
        out |= {f"Re fit [{u.ascii}]": u(z.real), f"Im fit [{u.ascii}]": u(z.imag)}
        out |= {"residual Re [%]": 100.0 * look.fit.residuals.real, "residual Im [%]": 100.0 * look.fit.residuals.imag}
    t = look.kramers_kronig
    if t is not None and len(t.residuals) == len(s.frequency):
        out |= {"Kramers-Kronig residual Re [%]": 100.0 * t.residuals.real, "Kramers-Kronig residual Im [%]": 100.0 * t.residuals.imag}
    z_hit = look.z_hit
    if z_hit is not None and len(z_hit.residuals) == len(s.frequency):
        out["Z-HIT residual of |Z| [%]"] = 100.0 * np.asarray(z_hit.residuals)
    return out


def _gamma(look: Look) -> dict[str, Column]:
    return {} if look.distribution is None else gamma(look.distribution)


def gamma(d: RelaxationTimes) -> dict[str, Column]:
    """A distribution as columns."""
    u = unit("area_specific_resistance" if d.spectrum.specific else "resistance")
    return {"tau [s]": d.tau, **{f"{head} [{u.ascii} per ln tau]": u(y) for head, y in (("gamma", d.gamma), ("low 95 %", d.low), ("high 95 %", d.high))}}
