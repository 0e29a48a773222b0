"""The report of an analysis of measured files."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...record import Finding, Record
from ..html import Block, Folded, Grid, Section, Text
from ..style import Sheet
from ..words import OVERVIEW, overview
from . import _parts

if TYPE_CHECKING:
    from ...analysis.arrhenius import ArrheniusFit
    from ...analysis.impedance import ImpedanceFit

MANY = 12  # files from which on only the fits that need a look get a figure of their own


def analysis(
    records: Mapping[str, Record], findings: Mapping[str, Sequence[Finding]], fits: Mapping[str, Sequence[ImpedanceFit] | ImpedanceFit], path: str | Path, *,
    arrhenius: Mapping[str, ArrheniusFit] | ArrheniusFit | None = None, failures: Mapping[str, str] | None = None,
    remarks: Mapping[str, Sequence[str]] | None = None, shelf: dict[str, Sheet] | None = None,
) -> Path:  # fmt: skip
    """Write the report of an analysis as one HTML file and return its path.

    records     by label (file name)
    findings    by the same labels; those under another label ("Arrhenius") concern all files
    fits        by the same labels, one fit or one for each spectrum
    arrhenius   fit over the files' temperatures
    remarks     label -> further sentences
    failures    label -> why this file could not be read or analysed
    shelf       filled with the figures by a short name, for an export
    """
    many = {k: list(f) if isinstance(f, Sequence) else [f] for k, f in fits.items()}
    names = [*records, *(failures or {})]
    title = f"Analysis of {names[0]}" if len(names) == 1 else f"Analysis of {len(names)} files"
    return _parts.write(path, title, blocks(records, findings, many, arrhenius, failures or {}, remarks or {}, shelf))


def blocks(
    records: Mapping[str, Record], findings: Mapping[str, Sequence[Finding]], fits: Mapping[str, Sequence[ImpedanceFit]],
    arrhenius: Mapping[str, ArrheniusFit] | ArrheniusFit | None, failures: Mapping[str, str], remarks: Mapping[str, Sequence[str]],
    shelf: dict[str, Sheet] | None,
) -> list[Block]:  # fmt: skip
    """The report's blocks."""
    out: list[Block] = []
    if failures:
        out.append(Section("Not analysed", [Grid(("file", "why"), list(failures.items()))]))
    if len(records) > 1:
        out.append(Section("All files", [Grid(OVERVIEW, overview(records, findings, fits)), *_together(records, shelf)]))
    if arrhenius is not None:
        out.append(Section("Temperature", _arrhenius(arrhenius, [f for k, fs in findings.items() if k not in records for f in fs], shelf)))
    shown = _with_figure(records, fits)
    for number, (label, record) in enumerate(records.items()):
        own: list[Block] = [Text(r, "warning") for r in remarks.get(label, ())]
        own += _file(record, label, findings.get(label, ()), fits.get(label, ()), label in shown, f"{number + 1:03d}-", shelf)
        out.append(Section(label, own))
    out.append(Section("Software", _parts.software()))
    return out


def _with_figure(records: Mapping[str, Record], fits: Mapping[str, Sequence[ImpedanceFit]]) -> set[str]:
    if len(records) <= MANY:
        return set(records)
    odd = [k for k in records if any(f.misfit for f in fits.get(k, ()))]
    return set(odd[:MANY])


def _together(records: Mapping[str, Record], shelf: dict[str, Sheet] | None) -> list[Block]:
    from ..figures import impedance, strip_plate

    out: list[Block] = []
    spectra = {k: r for k, r in records.items() if r.spectra}
    traces = {k: r for k, r in records.items() if r.traces}
    if len(spectra) > 1:
        out += _parts.picture(lambda: impedance.nyquist(spectra, zoom=True), "All spectra.", shelf, "all-nyquist")
    if 1 < len(traces) <= MANY:
        out += _parts.picture(lambda: strip_plate.voltage(traces), "All voltage traces.", shelf, "all-voltage")
    return out


def _arrhenius(fit: Mapping[str, ArrheniusFit] | ArrheniusFit, findings: Sequence[Finding], shelf: dict[str, Sheet] | None) -> list[Block]:
    from ..figures import arrhenius

    out = _parts.picture(lambda: arrhenius.line(fit), "Arrhenius plot with the 95 % band of the fitted line.", shelf, "arrhenius")
    remarks = [r for f in (fit.values() if isinstance(fit, Mapping) else [fit]) for r in f.remarks]
    return [*out, *(Text(r, "warning") for r in remarks), *([_parts.finding_grid(findings)] if findings else [])]


def _file(
    record: Record, label: str, findings: Sequence[Finding], fits: Sequence[ImpedanceFit], figure: bool, prefix: str, shelf: dict[str, Sheet] | None
) -> list[Block]:  # fmt: skip
    from ..figures import impedance

    out: list[Block] = []
    for number, fit in enumerate(fits):
        if fit.misfit:
            out.append(Text(f"{fit.circuit}: {fit.verdict}.", "warning"))
        else:
            out.append(Text(f"The circuit {fit.circuit} {fit.verdict}."))
        if fit.kramers_kronig is not None:
            out.append(Text(f"Kramers–Kronig: the spectrum {fit.kramers_kronig.verdict}."))
        if figure and number < 6:
            caption = f"{label}: measured points and the fit of {fit.circuit}; residuals of the fit relative to |Z|."
            out += _parts.picture(functools.partial(impedance.fitted, fit, label), caption, shelf, f"{prefix}fit-{number + 1}")
        out += [Text(r, "note") for r in fit.remarks]
    if record.traces or not fits:
        out += _parts.experiment({label: record}, shelf, prefix)
    if findings:
        out.append(_parts.finding_grid(findings))
    out.append(Folded("Where the data come from", _parts.provenance_blocks(record)))
    return out
