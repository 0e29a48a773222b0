"""`interlayer analyse`: a batch of files, each read, tested, fitted, and what all of them say together."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import _cli, _cli_spectra, _cli_techniques, units
from ._cli_spectra import UNFORESEEN, Wanted
from .errors import InterlayerError, MissingValueError, RecordError, UnitError, UnknownNameError

if TYPE_CHECKING:
    from .analysis.arrhenius import ArrheniusFit
    from .analysis.impedance import ImpedanceFit
    from .analysis.recognise import Analysed, Together
    from .record import Finding, Record
    from .report.looks import Look
    from .report.series import FitRow

FROM_NAME = "from-name"

_COLUMN = re.compile(r"\s*([A-Za-z_]+(?:@[^=]+)?)\s*=\s*(.+?)\s*\[([^\]]*)\]\s*(?:,|$)")


@dataclass(frozen=True)
class Given:
    """What the command line states for all files.

    stated     what techniques ask for, by name; technique: this one alone; groups: "bare=bare_*.csv" texts
    """

    area: str | None
    thickness: str | None
    temperature: str | None
    format: str | None
    columns: Mapping[str, tuple[str | int, str]] | None
    wanted: Wanted
    mass: str | None = None
    stated: Mapping[str, Any] = field(default_factory=dict)
    technique: str | None = None
    groups: Sequence[str] = ()

    @classmethod
    def checked(
        cls, area: str | None, thickness: str | None, temperature: str | None, circuit: str, format_: str | None, columns: Sequence[str], *,
        drt: bool = True, series: bool = False, known: Mapping[str, Any] | None = None, mass: str | None = None, working: str | None = None,
        state: Sequence[str] = (), technique: str | None = None, groups: Sequence[str] = (),
    ) -> Given:  # fmt: skip
        """The options, refused here where they are wrong: a slip should not fail a hundred files one by one."""
        for quantity, value in (("area", area), ("thickness", thickness), ("mass", mass), ("temperature", None if temperature == FROM_NAME else temperature)):
            if value is not None:
                units.si(value, quantity)
        if circuit != "auto":
            from .elements import notation

            notation.parse(circuit)
        if format_ is not None:
            from .readers import READERS

            READERS[format_]
        named = columns_of(columns)
        wanted = Wanted(circuit, drt, series, {k: v for k, v in (known or {}).items() if v is not None})
        asked = known or {}
        stated = _cli_techniques.stated_of(state, working=working, electrodes=asked.get("electrodes"), faces=asked.get("faces"))
        chosen = _cli_techniques.technique_of(technique)
        for text in groups:
            if "=" not in text:
                raise RecordError("A group is NAME=FILES", given=text, remedy='For example --group "bare=bare_*.csv"')
        return cls(area, thickness, temperature, format_ or ("plain" if named else None), named, wanted, mass, stated, chosen, tuple(groups))


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


@dataclass(frozen=True)
class Failure:
    """Why a file could not be read or analysed, and what to do."""

    reason: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.reason} {self.remedy}".rstrip()

    @classmethod
    def of(cls, error: Exception, name: str) -> Failure:
        """An error as one line of a list: no file name, which stands before it, and no list of all that is allowed."""
        if not isinstance(error, InterlayerError):
            return cls(f"A{UNFORESEEN.format(type(error).__name__, error)[1:]}.")
        parts = [error.what.removeprefix(f"{name}: ").removeprefix(f"{name}, ").rstrip("."), *([f"Given: {error.given!r}"] if error.given is not None else [])]
        return cls(". ".join(parts) + ".", f"{error.remedy.rstrip('.')}." if error.remedy else "")


@dataclass
class Batch:
    """What came out, by file name: records, findings, looks, remarks; why the others failed; what all say together.

    analysed   what each file contains and what the techniques beside the spectra say; joint: what several say together
    together   remarks that concern no single file
    """

    records: dict[str, Record] = field(default_factory=dict)
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    looks: dict[str, list[Look]] = field(default_factory=dict)
    remarks: dict[str, list[str]] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    rows: list[FitRow] = field(default_factory=list)
    arrhenius: ArrheniusFit | None = None
    energies: dict[str, ArrheniusFit] = field(default_factory=dict)
    temperature_findings: list[Finding] = field(default_factory=list)
    together: list[str] = field(default_factory=list)
    analysed: dict[str, Analysed] = field(default_factory=dict)
    joint: Together | None = None

    @property
    def fits(self) -> dict[str, list[ImpedanceFit]]:
        """The fits of each file."""
        return {label: [x.fit for x in looks if x.fit is not None] for label, looks in self.looks.items()}


def run(files: Sequence[Path], given: Given) -> Batch:
    """Analyse all files. One file alone raises its error; of several, the others go on."""
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(threads, "1")  # the matrices are small: more threads only make the last digit depend on their number
    batch = Batch()
    paths = dict(zip(_labels(files), files, strict=True))
    alone = len(files) == 1
    with _cli.working("reading") as tell:
        for number, (label, path) in enumerate(paths.items()):
            tell(f"reading {label}", 0.1 * number / len(files))
            _guarded(batch, label, path, alone, lambda label=label, path=path: _read(batch, label, path, given))  # type: ignore[misc]
        groups = _cli_techniques.groups_of(given.groups, list(paths))
        with_spectra = batch.records if given.technique in (None, "impedance") else {}
        found = _cli_spectra.analyse(with_spectra, given.wanted, lambda sentence, share: tell(sentence, 0.1 + 0.7 * share))
        batch.looks, batch.rows, batch.energies, batch.together = found.looks, found.rows, found.energies, found.remarks
        for number, label in enumerate(list(batch.records)):
            def told(title: str, share: float, label: str = label, number: int = number) -> None:
                tell(f"{label}: {title}", 0.8 + 0.2 * (number + share) / len(batch.records))

            _guarded(batch, label, paths[label], alone, lambda label=label, told=told: _gather(batch, label, given, found.refused.get(label), told))  # type: ignore[misc]
    _temperatures(batch)
    _jointly(batch, given, groups)
    return batch


def _jointly(batch: Batch, given: Given, groups: Mapping[str, Sequence[str]] | None) -> None:
    """What several files say together, beside the temperatures."""
    from .analysis.recognise import Case, together

    if len(batch.records) < 2:
        return
    fits = batch.fits
    cases = [
        Case(label, record, {"impedance": batch.findings.get(label, []), **(batch.analysed[label].findings if label in batch.analysed else {})}, fits.get(label, ()))
        for label, record in batch.records.items()
    ]  # fmt: skip
    batch.joint = together(cases, leave_out=("arrhenius",), groups=groups, **given.stated)


def _guarded(batch: Batch, label: str, path: Path, alone: bool, job: Callable[[], None]) -> None:
    """Do one file's job; of several files a failure is noted and the others go on."""
    try:
        job()
    except Exception as error:  # one odd file must not take a batch of hundreds down
        if alone:
            raise
        batch.failures[label] = Failure.of(error, path.name)


def _labels(files: Sequence[Path]) -> list[str]:
    """File names, with as much of the folder as tells two of one name apart."""
    names = [f.name for f in files]
    labels = [f.name if names.count(f.name) == 1 else str(f) for f in files]
    return [label if labels[:i].count(label) == 0 else f"{label} (again)" for i, label in enumerate(labels)]


def _read(batch: Batch, label: str, path: Path, given: Given) -> None:
    from .readers import read

    batch.records[label] = read(
        path, format=given.format, area=given.area, thickness=given.thickness, temperature=given.temperature, mass=given.mass, columns=given.columns
    )


def _gather(batch: Batch, label: str, given: Given, refused: Exception | None, tell: Callable[[str, float], None]) -> None:
    """The findings of one file; raises where its only spectrum was refused, or where the technique asked for is not in it."""
    record = batch.records[label]
    findings, remarks = batch.findings.setdefault(label, []), batch.remarks.setdefault(label, [])
    looks = batch.looks.get(label, [])
    for number, look in enumerate(looks):
        where = f"spectrum {number + 1}: " if len(looks) > 1 else ""
        findings += look.findings()
        remarks += [f"{where}{r}" for r in look.remarks]
        if look.fit is not None and ("area" in record.conditions or not look.fit.spectrum.specific):
            _conductivity(record, look.fit, where, findings, remarks)
    found = batch.analysed[label] = _cli_techniques.run(record, given.technique, given.stated, tell)
    findings += found.all()
    if refused is not None:
        raise refused


def _conductivity(record: Record, fit: ImpedanceFit, where: str, findings: list[Finding], remarks: list[str]) -> None:
    from .analysis import conductivity

    try:
        findings.append(conductivity.find(record, fit))
    except MissingValueError:
        pass
    except InterlayerError as error:
        remarks.append(f"{where}no conductivity: {error}")


def _temperatures(batch: Batch) -> None:
    """Arrhenius fit of the conductivities, or of the summed resistances, where enough temperatures are known; and what
    the single resistances say."""
    from dataclasses import replace

    from .analysis import arrhenius

    fits = batch.fits
    known = {k: r.conditions["temperature"] for k, r in batch.records.items() if "temperature" in r.conditions and fits.get(k)}
    if len(set(known.values())) < _cli_spectra.SERIES:
        return
    sigma = {k: next((f for f in batch.findings[k] if f.name == "conductivity"), None) for k in known}
    try:
        if all(f is not None for f in sigma.values()):
            batch.arrhenius = arrhenius.fit([f for f in sigma.values() if f is not None], list(known.values()))
        else:
            sums = [_resistance(fits[k][0]) for k in known]
            std = [s for _, s in sums if s is not None and s > 0.0]
            quantity = "area_specific_resistance" if fits[next(iter(known))][0].spectrum.specific else "resistance"
            batch.arrhenius = arrhenius.fit([v for v, _ in sums], list(known.values()), std=std if len(std) == len(sums) else None, quantity=quantity)
    except InterlayerError as error:
        batch.together.append(f"No Arrhenius fit: {error}")
    else:
        batch.temperature_findings = batch.arrhenius.findings()
    for name, fit in batch.energies.items():
        found = fit.findings()[0]
        note = "; ".join([*([found.note] if found.note else []), *(r.rstrip(".") for r in fit.remarks)])
        batch.temperature_findings.append(replace(found, name=f"activation energy of {name}", note=note))


def _resistance(fit: ImpedanceFit) -> tuple[float, float | None]:
    """Sum of all resistances of a fitted circuit, with its error."""
    names = [n for n, q in zip(fit.names, fit.target.quantities, strict=True) if q in ("resistance", "area_specific_resistance") and "." not in n]
    return fit.derived(lambda v: sum(v[n] for n in names))


# -- out --------------------------------------------------------------------------------------------------------------
def show(batch: Batch, *, to_stderr: bool) -> None:
    """Tables on the terminal: one line a file, all findings of a single one."""
    from .report.words import OVERVIEW, overview, shown

    if batch.records:
        held = {label: ", ".join(found.contained) for label, found in batch.analysed.items()}
        _cli.print_table(OVERVIEW, overview(batch.records, batch.findings, batch.looks, held), stderr=to_stderr)
    if len(batch.records) == 1:
        for label, found in batch.analysed.items():
            own = found.all()
            _cli_techniques.show_one(found, [f for f in batch.findings[label] if not any(f is g for g in own)], to_stderr=to_stderr)
    else:
        _cli_techniques.show_many(batch.analysed, to_stderr=to_stderr)
    _cli_techniques.show_together(batch.joint, to_stderr=to_stderr)
    if batch.temperature_findings:
        _cli.print_table(("over temperature", "value", "note"), [(f.name, shown(f), f.note) for f in batch.temperature_findings], stderr=to_stderr)
        for remark in batch.arrhenius.remarks if batch.arrhenius else ():
            click.echo(remark, err=to_stderr)
    for label, record in batch.records.items():
        for sentence in (*batch.remarks.get(label, ()), *record.provenance.warnings):
            click.echo(f"{label}: {sentence}", err=to_stderr)
    for sentence in (*(r for row in batch.rows for r in row.remarks), *batch.together):
        click.echo(sentence, err=to_stderr)


def write(batch: Batch, json_out: str | None, report: Path | None, export: Path | None) -> None:
    """Whatever outputs were asked for."""
    shelf: dict[str, Any] = {}
    quiet = json_out == "-"
    if report is not None or export is not None:
        from .report.pages import analysis as page

        findings: dict[str, Sequence[Finding]] = {**batch.findings, **({"over temperature": batch.temperature_findings} if batch.temperature_findings else {})}
        failures = {label: (f.reason, f.remedy) for label, f in batch.failures.items()}
        case = page.Analysis(batch.records, findings, batch.looks, failures, batch.remarks, batch.rows, batch.arrhenius, batch.energies, batch.together, batch.analysed, batch.joint)
        with _cli.working("drawing the report") as tell:
            if report is not None:
                page.write(case, report, shelf, tell)
            else:
                page.blocks(case, shelf, tell)
        if report is not None:
            click.echo(f"Report: {report} ({report.stat().st_size / 1e6:.1f} MB)", err=quiet)
        if export is not None:
            from .report.exports import tables

            count = _cli.export_figures(shelf, export)
            made = tables(case)
            for table in made:
                _cli.export_table(table, export)
            click.echo(f"Export: {count + len(made)} files in {export}", err=quiet)
    if json_out is not None:
        _cli.write_json(_json(batch), json_out)


def _json(batch: Batch) -> dict[str, Any]:
    fits = batch.fits
    return {
        "files": [
            {
                "file": label, "findings": [f.as_dict() for f in batch.findings.get(label, ())], "conditions": dict(record.conditions),
                "fits": [{"circuit": f.circuit, "verdict": f.verdict, "misfit": f.misfit, "remarks": list(f.remarks)} for f in fits.get(label, ())],
                "remarks": batch.remarks.get(label, []), "provenance": _cli.provenance(record.provenance),
                **(batch.analysed[label].as_dict() if label in batch.analysed else {"techniques": [], "requests": [], "refusals": {}, "findings_of": {}}),
            } for label, record in batch.records.items()
        ],
        "series": [row.as_dict() for row in batch.rows],
        "over_temperature": {"findings": [f.as_dict() for f in batch.temperature_findings], "remarks": list(batch.arrhenius.remarks if batch.arrhenius else ())},
        "together": _cli_techniques.json_of(batch.joint), "remarks": batch.together, "failures": {label: {"reason": f.reason, "remedy": f.remedy} for label, f in batch.failures.items()},
        "versions": _cli.versions(),
    }  # fmt: skip
