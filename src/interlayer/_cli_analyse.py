"""`interlayer analyse`: a batch of files, each read, tested, fitted, and what all of them say together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import _cli, units
from .errors import InterlayerError, MissingValueError, UnitError, UnknownNameError

if TYPE_CHECKING:
    from .analysis.arrhenius import ArrheniusFit
    from .analysis.impedance import ImpedanceFit
    from .record import Finding, Record

FROM_NAME = "from-name"
SIGNS = 0.8  # share of the points where a symmetric cell's voltage has the sign of its current
STEPS = 3  # different currents from which on a record is a ramp
ENOUGH = 3  # temperatures that make an Arrhenius fit

_COLUMN = re.compile(r"\s*([A-Za-z_]+(?:@[^=]+)?)\s*=\s*(.+?)\s*\[([^\]]*)\]\s*(?:,|$)")


@dataclass(frozen=True)
class Given:
    """What the command line states for all files."""

    area: str | None
    thickness: str | None
    temperature: str | None
    circuit: str
    format: str | None
    columns: Mapping[str, tuple[str | int, str]] | None

    @classmethod
    def checked(
        cls, area: str | None, thickness: str | None, temperature: str | None, circuit: str, format_: str | None, columns: Sequence[str]
    ) -> Given:  # fmt: skip
        """The options, refused here where they are wrong: a slip should not fail a hundred files one by one."""
        for quantity, value in (("area", area), ("thickness", thickness), ("temperature", None if temperature == FROM_NAME else temperature)):
            if value is not None:
                units.si(value, quantity)
        if circuit != "auto":
            from .elements import notation

            notation.parse(circuit)
        if format_ is not None:
            from .readers import READERS

            READERS[format_]
        named = columns_of(columns)
        return cls(area, thickness, temperature, circuit, format_ or ("plain" if named else None), named)


def columns_of(texts: Sequence[str]) -> dict[str, tuple[str | int, str]] | None:
    """{"frequency": ("f", "kHz")} from "frequency=f[kHz]" texts; a column is its head or its number, with a minus where it
    holds the negative."""
    from .names import NAMES

    out: dict[str, tuple[str | int, str]] = {}
    for text in texts:
        at = 0
        while at < len(text):
            match = _COLUMN.match(text, at)
            if not match:
                raise UnitError("A column is NAME=COLUMN[UNIT]", given=text[at:], remedy='For example --columns "frequency=f[kHz],impedance_real=2[ohm],impedance_imag=-3[ohm]"')
            quantity, column, unit = match.groups()
            if quantity.partition("@")[0] not in NAMES:
                raise UnknownNameError("No quantity of this name is in the vocabulary", given=quantity, allowed=NAMES)
            out[quantity] = (int(column) if re.fullmatch(r"-?\d+", column) else column, unit.strip())
            at = match.end()
    return out or None


@dataclass
class Batch:
    """What came out, by file name: records, findings, fits, remarks; why the others failed; the Arrhenius fit."""

    records: dict[str, Record] = field(default_factory=dict)
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    fits: dict[str, list[ImpedanceFit]] = field(default_factory=dict)
    remarks: dict[str, list[str]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    arrhenius: ArrheniusFit | None = None
    temperature_findings: list[Finding] = field(default_factory=list)


def run(files: Sequence[Path], given: Given) -> Batch:
    """Analyse all files. One file alone raises its error; of several, the others go on."""
    batch = Batch()
    paths = dict(zip(_labels(files), files, strict=True))
    with _cli.working("reading") as tell:
        for number, (label, path) in enumerate(paths.items()):
            tell(label, 0.3 * number / len(files))
            _guarded(batch, label, path, len(files) == 1, lambda label=label, path=path: _read(batch, label, path, given))  # type: ignore[misc]
        circuit = _common_circuit(batch, given.circuit)
        for number, label in enumerate(list(batch.records)):
            tell(label, 0.3 + 0.7 * number / len(files))
            _guarded(batch, label, paths[label], len(files) == 1, lambda label=label: _analyse(batch, label, circuit))  # type: ignore[misc]
    _temperatures(batch)
    return batch


def _guarded(batch: Batch, label: str, path: Path, alone: bool, job: Callable[[], None]) -> None:
    """Do one file's job; of several files a failure is noted and the others go on."""
    try:
        job()
    except InterlayerError as error:
        if alone:
            raise
        batch.failures[label] = _why(error, path.name)
    except Exception as error:  # one odd file must not take a batch of hundreds down
        if alone:
            raise
        batch.failures[label] = f"an error that nobody foresaw ({type(error).__name__}: {error}); please report it"


def _common_circuit(batch: Batch, circuit: str) -> str:
    """One circuit for a series over temperature, so that its arcs and conductivities mean the same in every file."""
    from .analysis import impedance

    series = [r for r in batch.records.values() if "temperature" in r.conditions and len(r.spectra) == 1]
    if circuit != "auto" or len({r.conditions["temperature"] for r in series}) < ENOUGH:
        return circuit
    try:
        return impedance.fit_each(series)[0].circuit
    except InterlayerError:  # one of them is no basis for a fit: each file then gets its own circuit and its own message
        return circuit


def _why(error: InterlayerError, name: str) -> str:
    """A failure as one line of a list: no file name, which stands before it, and no list of all that is allowed."""
    parts = [error.what.removeprefix(f"{name}: ").removeprefix(f"{name}, ").rstrip("."), *([f"Given: {error.given!r}"] if error.given is not None else [])]
    return ". ".join([*parts, *([error.remedy.rstrip(".")] if error.remedy else [])]) + "."


def _labels(files: Sequence[Path]) -> list[str]:
    """File names, with as much of the folder as tells two of one name apart."""
    names = [f.name for f in files]
    labels = [f.name if names.count(f.name) == 1 else str(f) for f in files]
    return [label if labels[:i].count(label) == 0 else f"{label} (again)" for i, label in enumerate(labels)]


def _read(batch: Batch, label: str, path: Path, given: Given) -> None:
    from .readers import read

    batch.records[label] = read(
        path, format=given.format, area=given.area, thickness=given.thickness, temperature=given.temperature, columns=given.columns
    )


def _analyse(batch: Batch, label: str, circuit: str) -> None:
    record = batch.records[label]
    findings, remarks = batch.findings.setdefault(label, []), batch.remarks.setdefault(label, [])
    if record.spectra:
        _spectra(batch, label, record, circuit)
    if record.traces:
        _traces(record, findings, remarks)


def _spectra(batch: Batch, label: str, record: Record, circuit: str) -> None:
    from .analysis import conductivity, impedance, kramers_kronig

    findings, remarks = batch.findings[label], batch.remarks[label]
    specific = "area" in record.conditions or all("specific_impedance_real" in s for s in record.spectra)
    fits: list[ImpedanceFit] = []
    for number in range(len(record.spectra)):
        where = f"spectrum {number + 1}: " if len(record.spectra) > 1 else ""
        guess = dict(fits[-1].values) if fits else None
        model = circuit if circuit != "auto" or not fits else fits[0].circuit  # one circuit for all spectra of a record
        try:
            fit = impedance.fit(record, model, specific=specific, which=number, guess=guess)
        except InterlayerError as error:
            tested = kramers_kronig.check(record, which=number)
            findings += tested.findings()
            if len(record.spectra) == 1:
                raise
            remarks.append(f"{where}not fitted: {error}")
            continue
        fits.append(fit)
        if fit.kramers_kronig is not None:
            findings += fit.kramers_kronig.findings()
        findings += fit.findings()
        if specific and "area" not in record.conditions:
            continue
        try:
            findings.append(conductivity.find(record, fit))
        except MissingValueError:
            pass
        except InterlayerError as error:
            remarks.append(f"{where}no conductivity: {error}")
    batch.fits[label] = fits


def _traces(record: Record, findings: list[Finding], remarks: list[str]) -> None:
    from .analysis import critical_current, strip_plate

    if not _symmetric(record):
        remarks.append("Along time: no technique of this version applies (voltage and current do not change sign together, as they do in a symmetric cell).")
        return
    specific = "area" in record.conditions or all("current_density" in s for s in record.traces if "current" in s or "current_density" in s)
    found = strip_plate.analyse(record, specific=specific)
    said = {s.technique for s in record.traces}
    if "critical_current" not in said and ("strip_plate" in said or len(found[0].evidence.get("current levels", ())) < STEPS):
        findings += found
        return
    try:
        findings += critical_current.find(record)
    except MissingValueError as error:
        findings += found
        remarks.append(f"No critical current density: {error}")


def _symmetric(record: Record) -> bool:
    import numpy as np

    from .report.pick import has_trace, largest, trace

    channel = next((c for c in ("current_density", "current") if has_trace(record, "voltage", c)), None)
    if channel is None:
        return False
    _, volts, current = trace(record, "voltage", channel)
    on = np.abs(current) > 1e-3 * largest(current)
    if not (on & (current > 0.0)).any() or not (on & (current < 0.0)).any():
        return False
    return bool(np.mean(np.sign(volts[on]) == np.sign(current[on])) > SIGNS)


def _temperatures(batch: Batch) -> None:
    """Arrhenius fit of the conductivities, or of the summed resistances, where enough temperatures are known."""
    from .analysis import arrhenius

    known = {k: r.conditions["temperature"] for k, r in batch.records.items() if "temperature" in r.conditions and batch.fits.get(k)}
    if len(set(known.values())) < ENOUGH:
        return
    sigma = {k: next((f for f in batch.findings[k] if f.name == "conductivity"), None) for k in known}
    try:
        if all(f is not None for f in sigma.values()):
            batch.arrhenius = arrhenius.fit([f for f in sigma.values() if f is not None], list(known.values()))
        else:
            sums = [_resistance(batch.fits[k][0]) for k in known]
            std = [s for _, s in sums if s is not None and s > 0.0]
            quantity = "area_specific_resistance" if batch.fits[next(iter(known))][0].spectrum.specific else "resistance"
            batch.arrhenius = arrhenius.fit([v for v, _ in sums], list(known.values()), std=std if len(std) == len(sums) else None, quantity=quantity)
    except InterlayerError as error:
        batch.remarks.setdefault("temperature", []).append(f"No Arrhenius fit: {error}")
        return
    batch.temperature_findings = batch.arrhenius.findings()


def _resistance(fit: ImpedanceFit) -> tuple[float, float | None]:
    """Sum of all resistances of a fitted circuit, with its error."""
    names = [n for n, q in zip(fit.names, fit.target.quantities, strict=True) if q in ("resistance", "area_specific_resistance") and "." not in n]
    return fit.derived(lambda v: sum(v[n] for n in names))


# -- out --------------------------------------------------------------------------------------------------------------
def show(batch: Batch, *, to_stderr: bool) -> None:
    """Tables on the terminal: one line a file, all findings of a single one."""
    from .report.words import OVERVIEW, overview, shown

    if batch.records:
        _cli.print_table(OVERVIEW, overview(batch.records, batch.findings, batch.fits), stderr=to_stderr)
    if len(batch.records) == 1:
        rows = [(f.name, shown(f), f.note) for f in next(iter(batch.findings.values()))]
        if rows:
            _cli.print_table(("finding", "value", "note"), rows, stderr=to_stderr)
    if batch.temperature_findings:
        _cli.print_table(("over temperature", "value", "note"), [(f.name, shown(f), f.note) for f in batch.temperature_findings], stderr=to_stderr)
        for remark in batch.arrhenius.remarks if batch.arrhenius else ():
            click.echo(remark, err=to_stderr)
    for label, record in batch.records.items():
        for sentence in (*batch.remarks.get(label, ()), *record.provenance.warnings):
            click.echo(f"{label}: {sentence}", err=to_stderr)
    for sentence in batch.remarks.get("temperature", ()):
        click.echo(sentence, err=to_stderr)


def write(batch: Batch, json_out: str | None, report: Path | None, export: Path | None) -> None:
    """Whatever outputs were asked for."""
    shelf: dict[str, Any] = {}
    findings: dict[str, Sequence[Finding]] = {**batch.findings, **({"over temperature": batch.temperature_findings} if batch.temperature_findings else {})}
    quiet = json_out == "-"
    if report is not None or export is not None:
        from .report.pages import analysis as page

        with _cli.working("drawing the report", total=False):
            if report is not None:
                page.analysis(batch.records, findings, batch.fits, report, arrhenius=batch.arrhenius, failures=batch.failures, remarks=batch.remarks, shelf=shelf)
            else:
                page.blocks(batch.records, findings, batch.fits, batch.arrhenius, batch.failures, batch.remarks, shelf)
    if report is not None:
        click.echo(f"Report: {report}", err=quiet)
    if export is not None:
        count = _cli.export_figures(shelf, export)
        _cli.export_table("findings", ("file", "finding", "value", "std", "unit", "quantity", "note", "method", "source"), [
            (label, f.name, f.value, f.std, f.unit or "1", f.quantity, f.note, f.method, f.source) for label, found in findings.items() for f in found
        ], export)  # fmt: skip
        click.echo(f"Export: {count + 1} files in {export}", err=quiet)
    if json_out is not None:
        _cli.write_json(_json(batch), json_out)


def _json(batch: Batch) -> dict[str, Any]:
    return {
        "files": [
            {
                "file": label, "findings": [f.as_dict() for f in batch.findings.get(label, ())], "conditions": dict(record.conditions),
                "fits": [{"circuit": f.circuit, "verdict": f.verdict, "misfit": f.misfit, "remarks": list(f.remarks)} for f in batch.fits.get(label, ())],
                "remarks": batch.remarks.get(label, []), "provenance": _cli.provenance(record.provenance),
            } for label, record in batch.records.items()
        ],
        "over_temperature": {"findings": [f.as_dict() for f in batch.temperature_findings], "remarks": [*(batch.arrhenius.remarks if batch.arrhenius else ()), *batch.remarks.get("temperature", [])]},
        "failures": dict(batch.failures), "versions": _cli.versions(),
    }  # fmt: skip
