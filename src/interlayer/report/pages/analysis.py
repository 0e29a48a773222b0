"""The report of an analysis of measured files."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...record import Finding, Record
from ..html import Block, Drawing, Folded, Grid, Section, Text
from ..looks import Look, Looks, looks_of
from ..pick import Curve, has_specific, voltage_controlled
from ..series import FitRow
from ..style import Sheet
from ..words import file_table, frequency, measured
from . import _parts

if TYPE_CHECKING:
    from ...analysis.arrhenius import ArrheniusFit
    from ...analysis.recognise import Analysed, Recognised, Together

MANY = 12  # files from which on each is folded and drawn in a few kilobytes
SPECTRA = 24  # spectra of one record that are drawn singly
OVERLAY = 7  # spectra from which on a colour scale replaces a legend

Tell = Callable[[str, float], None]


@dataclass(frozen=True)
class Analysis:
    """Everything an analysis found.

    records     by label (file name); findings, looks and remarks by the same labels
    findings    those under another label ("over temperature") concern all files
    failures    label -> (why this file could not be read or analysed, what to do)
    rows        fits that belong together: over temperature, time, cycle, or in the order given
    arrhenius   fit over the files' temperatures; energies: of single resistances of a row over temperature
    together    remarks that concern no single file
    analysed    label -> which techniques the file contains, why, and what they say
    joint       what several files say together (lives, thicknesses)
    """

    records: Mapping[str, Record]
    findings: Mapping[str, Sequence[Finding]]
    looks: Mapping[str, Sequence[Look]]
    failures: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    remarks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rows: Sequence[FitRow] = ()
    arrhenius: Mapping[str, ArrheniusFit] | ArrheniusFit | None = None
    energies: Mapping[str, ArrheniusFit] = field(default_factory=dict)
    together: Sequence[str] = ()
    analysed: Mapping[str, Analysed] = field(default_factory=dict)
    joint: Together | None = None

    @property
    def shared(self) -> list[Finding]:
        """Findings that concern all files."""
        return [f for k, fs in self.findings.items() if k not in self.records for f in fs]

    @property
    def ordered(self) -> dict[str, Record]:
        """The records along their series where one holds all of them, else in the order given."""
        along = next((row.labels for row in self.rows if set(row.labels) == set(self.records)), tuple(self.records))
        return {label: self.records[label] for label in along}

    def by_spectrum(self) -> dict[str, tuple[str, int, Look]]:
        """Label of each spectrum ("cell.txt", or "cell.txt, spectrum 2") -> (file, number, look)."""
        out = {}
        for file, looks in self.looks.items():
            for number, look in enumerate(looks):
                out[file if len(self.records[file].spectra) == 1 else f"{file}, spectrum {number + 1}"] = (file, number, look)
        return out


def analysis(
    records: Mapping[str, Record], findings: Mapping[str, Sequence[Finding]], fits: Looks, path: str | Path, *,
    arrhenius: Mapping[str, ArrheniusFit] | ArrheniusFit | None = None, failures: Mapping[str, str] | None = None,
    remarks: Mapping[str, Sequence[str]] | None = None, rows: Sequence[FitRow] = (), shelf: dict[str, Sheet] | None = None,
) -> Path:  # fmt: skip
    """Write the report of an analysis as one HTML file and return its path.

    records     by label (file name)
    findings    by the same labels; those under another label ("Arrhenius") concern all files
    fits        by the same labels, one or one for each spectrum: fits, or looks (report.looks) with all that was found
    arrhenius   fit over the files' temperatures
    remarks     label -> further sentences
    failures    label -> why this file could not be read or analysed
    rows        fits that belong together (report.series), for trends
    shelf       filled with the figures by a short name, for an export
    """
    failed = {label: (why, "") for label, why in (failures or {}).items()}
    return write(Analysis(records, findings, looks_of(fits), failed, remarks or {}, rows, arrhenius), path, shelf)


def write(case: Analysis, path: str | Path, shelf: dict[str, Sheet] | None = None, tell: Tell | None = None) -> Path:
    """Write the report; `tell` is given a sentence and the share done."""
    names = [*case.records, *(label for label in case.failures if label not in case.records)]
    title = f"Analysis of {names[0]}" if len(names) == 1 else f"Analysis of {len(names)} files"
    return _parts.write(path, title, blocks(case, shelf, tell or (lambda sentence, share: None)))


def blocks(case: Analysis, shelf: dict[str, Sheet] | None, tell: Tell) -> list[Block]:
    """The report's blocks."""
    out: list[Block] = []
    if case.failures:
        rows = [(label, why, remedy or "") for label, (why, remedy) in case.failures.items()]
        out.append(Section("Not analysed", [Grid(("file", "why", "what to do"), rows)]))
    if len(case.records) > 1:
        held = {label: ", ".join(found.contained).replace("_", " ") for label, found in case.analysed.items()}
        heads, lines = file_table(case.ordered, case.looks, case.remarks, case.findings, held)
        out.append(Section("All files", [Grid(heads, lines, small=len(case.records) > MANY), *_notes(case.together)]))
    out += joint(case, shelf)
    folded = len(case.records) > MANY
    each: list[Block] = []
    for number, (label, record) in enumerate(case.ordered.items()):
        tell(f"drawing {label}", number / len(case.records))
        own: list[Block] = [Text(r, "warning") for r in case.remarks.get(label, ())]
        if len(case.records) == 1:
            own += _notes(case.together)
        own += _file(case, record, label, folded, f"{number + 1:03d}-", shelf)
        each.append(Folded(_summary(case, label), own) if folded else Section(label, own))
    out += [Section("Each file", each)] if folded else each
    out.append(Section("Software", _parts.software()))
    return out


def _notes(sentences: Sequence[str]) -> list[Block]:
    return [Text(s, "note") for s in sentences]


def joint(case: Analysis, shelf: dict[str, Sheet] | None) -> list[Block]:
    """What concerns several spectra: trends, overlays, temperature."""
    out: list[Block] = []
    for number, row in enumerate(case.rows, 1):
        stem = "series" if len(case.rows) == 1 else f"series-{number}"
        out.append(Section(f"Series: {row.title}", _row(case, row, stem, shelf)))
    rest = {k: v for k, v in _curves(case).items() if not any(k in row.labels for row in case.rows)}
    loose: list[Block] = []
    if len(rest) > 1:
        loose += _loose(case, rest, shelf)
    traces = {k: r for k, r in case.records.items() if r.traces}
    if 1 < len(traces) <= MANY:
        from ..figures import strip_plate, voltage_control

        if all(voltage_controlled(r) for r in traces.values()):
            loose += _parts.picture(lambda: voltage_control.answer(traces), "All currents that answer a voltage held or swept, and the voltages.", shelf, "all-voltage-control")
        else:
            loose += _parts.picture(lambda: strip_plate.voltage(traces), "All voltage traces.", shelf, "all-voltage")
    if loose:
        out.append(Section("Together", loose))
    if case.arrhenius is not None or case.shared:
        out.append(Section("Temperature", _arrhenius(case, shelf)))
    if case.joint is not None:
        for r in case.joint.recognised:
            said = [Text(f"No number: {why}", "warning") for why in case.joint.refusals.get(r.technique, ())]
            found = case.joint.findings.get(r.technique, ())
            if found or said:
                drawn = _lives(case, found, shelf) if r.technique == "survival" else []
                out.append(Section(_title(r), [Text(f"Because of {r.why}.", "note"), *said, *drawn, *([_parts.finding_grid(found)] if found else [])]))
    return out


def _lives(case: Analysis, findings: Sequence[Finding], shelf: dict[str, Sheet] | None) -> list[Block]:
    """The registered figures of lives, a technique each, from the life of every cell with the group that it is in."""
    from .. import figures

    every: dict[str, list[Finding]] = {}
    for count in findings:
        technique, word = str(count.evidence.get("technique", "")), count.evidence.get("group")
        for label in count.evidence.get("members", ()):
            own = [f for f in case.analysed[label].findings.get(technique, ()) if f.name in ("life", "critical current density")]
            every.setdefault(technique, []).extend(replace(f, evidence={**f.evidence, "group": word}) for f in own)
    out: list[Block] = []
    record = next(iter(case.records.values()))
    for technique, lives in every.items():
        for kind in figures.of("survival") if hasattr(figures, "of") else []:
            out += _parts.picture(functools.partial(kind, record, lives), kind.caption, shelf, f"{technique}-{kind.name.replace('.', '-')}")
    return out


def _curves(case: Analysis) -> dict[str, Curve]:
    """Every spectrum, per area where all files can say so."""
    specific = all(has_specific(r) for r in case.records.values() if r.spectra)
    out = {}
    for label, (file, number, _) in case.by_spectrum().items():
        record = case.records[file]
        segment = record.spectra[number]
        out[label] = Curve(label, segment["frequency"], record.impedance(segment, specific=specific), specific, True, label)
    return {k: c for k, c in out.items() if len(c.z)}


def _row(case: Analysis, row: FitRow, stem: str, shelf: dict[str, Sheet] | None) -> list[Block]:
    from ..figures import series

    found, curves = case.by_spectrum(), _curves(case)
    kept = [i for i, label in enumerate(row.labels) if label in curves]
    made = [found[row.labels[i]][2].distribution for i in kept]
    energies = row.energies or (case.energies if row.axis == "temperature" else {})
    caption = "How the numbers of the fits go along the series; bars are one standard deviation."
    lines = " Lines: Arrhenius fits (ln(T/R) against 1/T); the legend says the activation energies." if energies else ""
    out = _notes(row.remarks)
    out += _parts.picture(lambda: series.trends(row, energies), caption + lines, shelf, f"{stem}-trends")
    if not kept:
        return out
    caption = "All spectra in the colours of the scale, on equal axes." + (" Distributions are drawn over their own maxima." if any(d is not None for d in made) else "")
    out += _parts.picture(lambda: series.overlay([curves[row.labels[i]] for i in kept], row.x[kept], row.axis, made), caption, shelf, f"{stem}-overlay")
    return out


def _loose(case: Analysis, rest: Mapping[str, Curve], shelf: dict[str, Sheet] | None) -> list[Block]:
    """Spectra that belong to no series: with a legend where there are few, else in the order given."""
    from ..figures import impedance, series

    found = case.by_spectrum()
    if len(rest) <= OVERLAY:
        records = {k: r for k, r in case.records.items() if r.spectra}
        return _parts.picture(lambda: impedance.nyquist(records, zoom=True), "All spectra.", shelf, "all-nyquist")
    x = np.arange(1.0, len(rest) + 1.0)
    made = [found[label][2].distribution for label in rest]
    return _parts.picture(lambda: series.overlay(list(rest.values()), x, "index", made), "All spectra in the order given, on equal axes.", shelf, "all-overlay")


def _arrhenius(case: Analysis, shelf: dict[str, Sheet] | None) -> list[Block]:
    from ..figures import arrhenius

    out: list[Block] = []
    fits = {"": case.arrhenius} if not isinstance(case.arrhenius, Mapping | None) else case.arrhenius or {}
    for quantity in dict.fromkeys(f.quantity for f in fits.values()):
        own = {label: f for label, f in fits.items() if f.quantity == quantity}
        stem = "arrhenius" if len(own) == len(fits) else f"arrhenius-{quantity.replace('_', '-')}"
        make = functools.partial(arrhenius.line, own if len(own) > 1 else next(iter(own.values())))
        out += _parts.picture(make, "Arrhenius plot with the 95 % band of the fitted line.", shelf, stem)
        out += [Text(r, "warning") for f in own.values() for r in f.remarks]
    return [*out, *([_parts.finding_grid(case.shared)] if case.shared else [])]


# -- one file ---------------------------------------------------------------------------------------------------------
def _summary(case: Analysis, label: str) -> str:
    looks = case.looks.get(label, ())
    state = "not analysed" if label in case.failures else "needs a look" if any(x.odd for x in looks) or case.remarks.get(label) else ""
    return f"{label} · {state}" if state else label


def _file(case: Analysis, record: Record, label: str, folded: bool, prefix: str, shelf: dict[str, Sheet] | None) -> list[Block]:
    looks = case.looks.get(label, ())
    out: list[Block] = []
    for number, look in enumerate(looks):
        own = _spectrum(look, label if len(looks) == 1 else f"{label}, spectrum {number + 1}", folded, number < SPECTRA, f"{prefix}fit-{number + 1}", shelf)
        out += own if len(looks) == 1 else [Folded(f"Spectrum {number + 1}", own)] if len(looks) > 3 else own
    analysed = case.analysed.get(label)
    said = analysed.all() if analysed is not None else []
    if analysed is not None:
        out += techniques(record, analysed, shelf, prefix, folded)
    if not (analysed and any(r.contained for r in analysed.recognised)) and (record.traces or (not looks and not folded)):
        out += _parts.experiment({label: record}, shelf, prefix)
    found = [f for f in case.findings.get(label, ()) if not any(f is g for g in said)]
    if found:
        out.append(Folded(f"All {len(found)} findings, with methods", [_parts.finding_grid(found)]) if looks else _parts.finding_grid(found))
    out.append(Folded("Where the data come from", _parts.provenance_blocks(record)))
    return out


# -- techniques -------------------------------------------------------------------------------------------------------
def techniques(record: Record, found: Analysed, shelf: dict[str, Sheet] | None = None, prefix: str = "", folded: bool = False) -> list[Block]:
    """What a record contains: a part for each technique with why, its figures, findings, refusals and requests; then those
    that it does not contain with the condition that failed."""
    out: list[Block] = []
    shown: set[str] = set()
    for r in found.recognised:
        if r.contained:
            part = _technique(record, found, r, shown, shelf, prefix, folded)
            out += [Folded(_title(r), part)] if folded else [Section(_title(r), part)]
    rest = [(r.title, r.failed) for r in found.recognised if not r.contained]
    if rest:
        out.append(Folded(f"Not in this record: {len(rest)} techniques, and why", [Grid(("technique", "the condition that failed"), rest, small=True)]))
    return out


def _title(r: Recognised) -> str:
    return r.title[:1].upper() + r.title[1:]


def _technique(record: Record, found: Analysed, r: Recognised, shown: set[str], shelf: dict[str, Sheet] | None, prefix: str, folded: bool) -> list[Block]:
    made = found.findings.get(r.technique, ())
    out: list[Block] = [Text(f"In this record because: {r.why}.")]
    if not folded:
        others = [f for technique, fs in found.findings.items() if technique != r.technique for f in fs]  # a strip/plate figure shades shorts
        out += _figures(record, r.technique, [*made, *others], shown, shelf, prefix)
    if made:
        out.append(_parts.finding_grid(made))
    out += [Text(f"No number: {why}", "warning") for why in found.refusals.get(r.technique, ())]
    out += [Text(f"Asked for: {q.said}", "note") for q in found.requests if q.technique == r.technique]
    return out


def _figures(record: Record, technique: str, findings: Sequence[Finding], shown: set[str], shelf: dict[str, Sheet] | None, prefix: str) -> list[Block]:
    """The figures that are registered for a technique, else the trace of the voltage, once."""
    from .. import figures

    kinds = [kind for kind in figures.of(technique) if kind.suits(record)] if findings or technique != "arrhenius" else []
    out: list[Block] = []
    for kind in kinds:
        out += _parts.picture(functools.partial(kind, record, findings), kind.caption, shelf, f"{prefix}{kind.name.replace('.', '-')}")
    if not kinds and technique not in ("impedance", "warburg", "arrhenius") and "trace" not in shown:
        shown.add("trace")
        out += _parts.experiment({record.provenance.source or "record": replace(record, segments=record.traces)}, shelf, prefix)
    return out


def _spectrum(look: Look, label: str, folded: bool, figure: bool, stem: str, shelf: dict[str, Sheet] | None) -> list[Block]:
    from ..figures import impedance, quick

    out: list[Block] = [Text(sentence, kind) for sentence, kind in verdicts(look)]
    fit = look.fit
    if figure and fit is not None and not folded:
        caption = f"{label}: measured points and the fit of {fit.circuit}"
        caption += "; distribution of relaxation times with its 95 % band" if look.distribution is not None else ""
        make = functools.partial(impedance.fitted, fit, label, look.distribution, look.peaks)
        out += _parts.picture(make, f"{caption}; residuals of the fit relative to |Z|.", shelf, stem)
    elif figure and (drawn := quick.spectrum(look, label)):
        out.append(Drawing(drawn, f"{label}" + (f": measured points and the fit of {fit.circuit}." if fit is not None else ": measured points.")))
    elif not figure:
        out.append(Text(f"Not drawn: of one file the first {SPECTRA} spectra are.", "note"))
    for grid in (_arcs(look), _peaks(look), _parameters(look)):
        if grid is not None:
            out.append(grid)
    said = [*(fit.remarks if fit is not None else ()), *(look.distribution.remarks if look.distribution is not None else ())]
    said += [*(look.arcs.remarks if look.arcs is not None else ()), *(look.peaks.remarks if look.peaks is not None else ())]
    return [*out, *_notes(list(dict.fromkeys(said)))]


def verdicts(look: Look) -> list[tuple[str, str]]:
    """The verdicts on a spectrum as sentences, with the kind of paragraph each is."""
    out = []
    if look.kramers_kronig is not None:
        t = look.kramers_kronig
        out.append((f"Kramers–Kronig: the spectrum {t.verdict}.", "" if t.grade in ("valid", "noisy") else "warning"))
    if look.z_hit is not None:
        out.append((f"Z-HIT: the spectrum {look.z_hit.verdict}.", "" if look.z_hit.grade == "steady" else "warning"))
    if look.fit is not None:
        words = f"{look.fit.circuit}: {look.fit.verdict}." if look.fit.misfit else f"The circuit {look.fit.circuit} {look.fit.verdict}."
        out.append((words, "warning" if look.fit.misfit else ""))
    if look.distribution is not None:
        d = look.distribution
        out.append((f"The distribution of relaxation times has {len(d.peaks)} peak{'s' * (len(d.peaks) != 1)} and {d.verdict}.", "warning" if d.misfit else ""))
    return out


def _tied(text: str) -> str:
    """A text that is not broken into lines."""
    return text.replace(" ", "\u00a0")


def _arcs(look: Look) -> Grid | None:
    if look.fit is None or not look.fit.arcs:
        return None
    r, c = ("area_specific_resistance", "area_specific_capacitance") if look.fit.spectrum.specific else ("resistance", "capacitance")
    rows = []
    for arc in look.fit.arcs:
        name, why = look.arc(" ".join(arc.labels))
        rows.append((
            _tied(" ".join(arc.labels)), measured(arc.resistance, arc.resistance_std, r), _tied(measured(arc.tau, arc.tau_std, "time_constant")), _tied(frequency(arc.tau)),
            measured(arc.capacitance, arc.capacitance_std, c), f"{arc.n:.3f}", name, why,
        ))  # fmt: skip
    return Grid(("arc", "R", "τ", "at", "C", "n", "is", "why"), rows, "Arcs of the fit")


def _peaks(look: Look) -> Grid | None:
    d = look.distribution
    if d is None or not (d.peaks or d.doubtful):
        return None
    r, c = ("area_specific_resistance", "area_specific_capacitance") if d.spectrum.specific else ("resistance", "capacitance")
    rows = []
    for number, p in enumerate(d.peaks, 1):
        name, why = look.arc(f"peak {number}")
        rows.append((
            _tied(f"peak {number}"), measured(p.resistance, p.resistance_std, r), _tied(measured(p.tau, p.tau_std, "time_constant")), _tied(frequency(p.tau)),
            measured(p.capacitance, p.capacitance_std, c), _tied(f"{p.width:.2f} dec"), name, why,
        ))  # fmt: skip
    rows += [("doubtful", measured(p.resistance, p.resistance_std, r), _tied(measured(p.tau, p.tau_std, "time_constant")), _tied(frequency(p.tau)), "", _tied(f"{p.width:.2f} dec"), "", "not sure to be a peak of its own") for p in d.doubtful]
    note = f"Polarisation resistance {measured(d.resistance, d.resistance_std, r)}; in series {measured(d.series, d.series_std, r)}."
    return Grid(("peak", "R", "τ", "at", "C = τ/R", "width", "is", "why"), rows, "Peaks of the distribution", note)


def _parameters(look: Look) -> Grid | None:
    if look.fit is None:
        return None
    fit = look.fit
    rows = [(n, measured(fit.values[n], fit.std[n], q), fit.reasons.get(n, "")) for n, q in zip(fit.names, fit.target.quantities, strict=True)]
    return Grid(("parameter", "value", "without an error because"), rows, "Parameters of the fit")
