"""Numbers and findings in the words and units that people read: for pages, tables and the terminal (no plotting here)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from .. import units
from ..record import Finding, Record
from .pick import unit

if TYPE_CHECKING:
    from ..analysis.impedance import ImpedanceFit
    from .looks import Look

#: heads of the table reported / simulated of a study
REPORTED: Final = ("claim", "what", "reported", "simulated (80 %)", "role", "note")
#: heads of `overview`
OVERVIEW: Final = ("file", "holds", "Kramers–Kronig", "circuit", "result")
#: heads of `files`
FILES: Final = ("file", "format", "points", "at", "Kramers–Kronig", "Z-HIT", "circuit", "resistances", "peaks", "needs a look")
#: findings that `overview` shows
KEY: Final = (
    "critical current density", "polarisation, median of half cycles", "resistance V/J, last half cycle", "shorts", "capacity, last cycle", "capacity retention",
    "Coulombic efficiency, reservoir", "Coulombic efficiency, mean of cycles", "Coulombic efficiency, median", "steady-state current fraction",
    "apparent exchange current density", "nucleation overpotential, strict |tip - plateau|", "oxidation limit", "reduction limit",
)  # fmt: skip


plus_minus = units.plus_minus
_POWERS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def measure(value: float, std: float | None = None) -> str:
    """A number with its error, very large and small ones as powers of ten: "(7.6 ± 1.4)×10⁻¹¹"."""
    fine = std is not None and 0.0 < std < 1e-5 and abs(value) < 0.1
    if not math.isfinite(value) or (1e-3 <= abs(value) < 1e6 and not fine) or (value == 0.0 and not (std and 0.0 < std < 1e-3)):
        return plus_minus(value, std)
    power = math.floor(math.log10(abs(value) or std or 1.0))
    if power == 0:
        return plus_minus(value, std)
    text = plus_minus(value / 10.0**power, None if std is None else std / 10.0**power)
    return f"({text})×10{str(power).translate(_POWERS)}" if "±" in text else f"{text}×10{str(power).translate(_POWERS)}"


def shown(finding: Finding) -> str:
    """The value of a finding as people read it, with its error."""
    if not isinstance(finding.value, int | float):
        return str(finding.value) if finding.value is not None else "not determined"
    value = float(finding.value)
    u = unit(finding.quantity, abs(value))
    number = float(u(np.array(value)))
    text = measure(number, None if finding.std is None else finding.std / u.scale)
    if finding.std is None and finding.interval is not None:
        low, high = (float(u(np.array(v))) for v in finding.interval)
        text = f"{measure(number)} ({measure(low)} to {measure(high)})"
    return f"{text} {u.text}".rstrip()


EQUAL = 3  # events of one kind from which on they share a row


@dataclass(frozen=True)
class Line:
    """A row of a table of findings: the finding (the first of several), what it is called, its value, its note."""

    finding: Finding
    name: str
    value: str
    note: str


def is_event(f: Finding) -> bool:
    """Whether a finding is one of possibly many events: a time with a confidence."""
    return f.quantity == "time" and "confidence" in f.evidence


def lines(findings: Sequence[Finding]) -> list[Line]:
    """Findings as rows of a table; more than `EQUAL` events of one kind (a time with a confidence) are one row that says how
    many, the first and the last."""
    events: dict[str, list[Finding]] = {}
    for f in findings:
        if is_event(f):
            events.setdefault(f.name, []).append(f)
    out, done = [], set[str]()
    for f in findings:
        same = events.get(f.name, []) if is_event(f) else []
        if len(same) <= EQUAL:
            out.append(Line(f, f.name, shown(f), f.note))
        elif f.name not in done:
            done.add(f.name)
            out.append(Line(f, f"{f.name}, {len(same)} times", f"first at {shown(same[0])}, last at {shown(same[-1])}", f"the first: {f.note}"))
    return out


_PER_AREA: Final = {"A/m^2": "current_density", "C/m^2": "areal_charge"}


def protocol(text: str) -> str:
    """The text of a protocol in the units people read: "current_density=5 A/m^2" as 0.5 mA/cm²."""
    shown = re.sub(r"(-?\d[\d.]*(?:e[+-]?\d+)?) (A/m\^2|C/m\^2)", lambda m: units.show(float(m[1]), _PER_AREA[m[2]]), text)
    return shown.replace("A*h", "Ah").replace("^2", "²")


def rounded(text: str) -> str:
    """Numbers of many digits inside a text to four, and 1.17e+03 as 1170: for reading, not for reading back.
    DOIs and versions are left alone."""
    text = re.sub(r"(?<![\d./])\d+\.\d{5,}(?![\d./])", lambda m: f"{float(m.group()):.4g}", text)
    return re.sub(r"\b\d(?:\.\d+)?e\+0[1-5]\b", lambda m: f"{float(m.group()):.0f}", text)


def measured(value: float, std: float | None, quantity: str) -> str:
    """A number of a quantity with its error, in the unit that suits its size: "37.7 ± 1.1 Ω cm²"."""
    if not math.isfinite(value):
        return "not determined"
    u = unit(quantity, abs(value))
    return f"{measure(float(u(np.array(value))), None if std is None else std / u.scale)} {u.text}".rstrip()


def frequency(tau: float) -> str:
    """Where a relaxation peaks: "1.6 kHz"."""
    f = 1.0 / (2.0 * math.pi * tau)
    for size, text in ((1e6, "MHz"), (1e3, "kHz"), (1.0, "Hz"), (1e-3, "mHz")):
        if f >= 0.9995 * size:
            return f"{f / size:.3g} {text}"
    return f"{f * 1e6:.3g} µHz"


def overview(
    records: Mapping[str, Record], findings: Mapping[str, Sequence[Finding]], looks: Mapping[str, Sequence[Look]], held: Mapping[str, str] | None = None,
) -> list[tuple[str, ...]]:  # fmt: skip
    """One line a file: what it holds (the techniques by `held`), the verdicts, the numbers that matter most."""
    rows: list[tuple[str, ...]] = []
    for label, record in records.items():
        kind = f"{len(record.spectra)} spectra" if len(record.spectra) > 1 else "spectrum" if record.spectra else "traces along time"
        what = (held or {}).get(label) or kind
        own = looks.get(label, ())
        key = [f for f in findings.get(label, ()) if f.name in KEY or f.name.startswith("conductivity")][:3]
        rows.append((label, what, _grades(own), _fitted(own), "; ".join(f"{f.name} {shown(f)}{' (over 1: see its note)' if 'cycles over 1' in f.evidence else ''}" for f in key)))
    return rows


def files(records: Mapping[str, Record], looks: Mapping[str, Sequence[Look]], remarks: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """One line a file for a page: format, points, tests, circuit, resistances, peaks, and what needs a look."""
    rows: list[tuple[str, ...]] = []
    for label, record in records.items():
        own = looks.get(label, ())
        points = f"{len(record.spectra)} × {len(record.spectra[0])}" if len(record.spectra) > 1 else str(sum(len(s) for s in record.segments))
        warnings = len(remarks.get(label, ())) + len(record.provenance.warnings)
        kelvin = record.conditions.get("temperature")
        care = [*(["fit"] if any(x.fit is None or x.fit.misfit for x in own) else []), *([f"{warnings} warning{'s' * (warnings > 1)}"] if warnings else [])]
        resistances = own[0].fit if len(own) == 1 else None
        rows.append((
            label, record.provenance.reader, points, "" if kelvin is None else f"{kelvin - 273.15:.4g}\u00a0°C", _grades(own),
            ", ".join(dict.fromkeys(x.z_hit.grade for x in own if x.z_hit is not None)), _fitted(own), "" if resistances is None else _resistances(resistances),
            ", ".join(dict.fromkeys(str(len(x.distribution.peaks)) for x in own if x.distribution is not None)), ", ".join(care),
        ))  # fmt: skip
    return rows


def file_table(
    records: Mapping[str, Record], looks: Mapping[str, Sequence[Look]], remarks: Mapping[str, Sequence[str]], findings: Mapping[str, Sequence[Finding]],
    held: Mapping[str, str],
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:  # fmt: skip
    """(heads, one line a file): what `files` says and what each holds, with a column for each of the numbers that matter most
    (`KEY`) that some file has; columns that are empty for all of them are left out."""
    names = [n for n in KEY if sum(any(f.name == n for f in findings.get(label, ())) for label in records)]
    heads = (*FILES[:1], "holds", *FILES[1:-1], *names, FILES[-1])
    rows = []
    for label, row in zip(records, files(records, looks, remarks), strict=True):
        own = {f.name: shown(f) + (" (over 1)" if "cycles over 1" in f.evidence else "") for f in findings.get(label, ()) if f.name in names}
        rows.append((row[0], held.get(label, ""), *row[1:-1], *(own.get(n, "") for n in names), row[-1]))
    kept = [k for k in range(len(heads)) if any(row[k] for row in rows)]
    return tuple(heads[k] for k in kept), [tuple(row[k] for k in kept) for row in rows]


def _grades(looks: Sequence[Look]) -> str:
    return ", ".join(dict.fromkeys(x.kramers_kronig.grade for x in looks if x.kramers_kronig is not None))


def _fitted(looks: Sequence[Look]) -> str:
    fits = [x.fit for x in looks if x.fit is not None]
    circuit = ", ".join(dict.fromkeys(f.circuit for f in fits))
    misfit = ", ".join(dict.fromkeys(f.verdict.partition(":")[0] if f.misfit else "fits" for f in fits))
    return f"{circuit} ({misfit})" if circuit else ""


def _resistances(fit: ImpedanceFit) -> str:
    """The resistances of a fit with their errors, in one unit."""
    found = [(n, q) for n, q in zip(fit.names, fit.target.quantities, strict=True) if q in ("resistance", "area_specific_resistance") and "." not in n]
    if not found:
        return ""
    u = unit(found[0][1], max(abs(fit.values[n]) for n, _ in found))
    parts = [f"{n} {measure(fit.values[n] / u.scale, None if (s := fit.std[n]) is None else s / u.scale)}" for n, _ in found]
    return f"{', '.join(parts)} {u.text}"
