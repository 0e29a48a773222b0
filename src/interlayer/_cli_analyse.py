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
        facts = known or {}
        chosen = _cli_techniques.technique_of(technique)
        stated = _cli_techniques.stated_of(state, chosen, working=working, electrodes=facts.get("electrodes"), faces=facts.get("faces"))
        wanted = Wanted(circuit, drt, series, {k: v for k, v in facts.items() if v is not None}, _cli_techniques.of_impedance(stated, "fit_each"))
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
    sigma      conductivity by file and number of its spectrum; arrhenius: fits by what they are of, "" where there is one
    together   remarks that concern no single file
    """

    records: dict[str, Record] = field(default_factory=dict)
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    looks: dict[str, list[Look]] = field(default_factory=dict)
    remarks: dict[str, list[str]] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    rows: list[FitRow] = field(default_factory=list)
    sigma: dict[tuple[str, int], Finding] = field(default_factory=dict)
    arrhenius: dict[str, ArrheniusFit] = field(default_factory=dict)
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
        batch.looks, batch.rows, batch.together = found.looks, found.rows, found.remarks
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
    said: dict[str, list[int]] = {}
    for number, look in enumerate(looks):
        findings += look.findings()
        for sentence in [*look.remarks, *(_conductivity(batch, label, number, given) if look.fit is not None else ())]:
            said.setdefault(sentence, []).append(number + 1)
    remarks += [f"{_which(numbers, len(looks))}{sentence}" for sentence, numbers in said.items()]
    found = batch.analysed[label] = _cli_techniques.run(record, given.technique, given.stated, tell)
    findings += found.all()
    if refused is not None:
        raise refused


def _which(numbers: Sequence[int], of: int) -> str:
    """Which spectra a sentence is said of: "spectra 1, 2, 4: "."""
    if of == 1:
        return ""
    if len(numbers) == of:
        return f"all {of} spectra: "
    return f"spectr{'um' if len(numbers) == 1 else 'a'} {', '.join(map(str, numbers))}: "


def _conductivity(batch: Batch, label: str, number: int, given: Given) -> list[str]:
    """Keep the conductivity of a spectrum among the findings; or why there is none, where not for want of the geometry."""
    from .analysis import conductivity

    fit = batch.looks[label][number].fit
    assert fit is not None
    try:
        found = conductivity.find(batch.records[label], fit, **_cli_techniques.of_impedance(given.stated, "conductivity"))
    except MissingValueError:
        pass
    except InterlayerError as error:
        said = str(error).replace('which="', '--state "which=')
        return [f"no conductivity: {said}"]
    else:
        batch.findings[label].append(found)
        batch.sigma[label, number] = found
    return []


def _warmed(batch: Batch) -> dict[str, list[tuple[float, ImpedanceFit, Finding | None]]]:
    """(temperature, fit, conductivity) of what is a series over temperature: all files that have one temperature each by "",
    a record that holds spectra at several by its label."""
    from .analysis._axis import series, temperature_of

    out: dict[str, list[tuple[float, ImpedanceFit, Finding | None]]] = {"": []}
    for label, record in batch.records.items():
        own = []
        for number, (segment, look) in enumerate(zip(record.spectra, batch.looks.get(label, ()), strict=False)):
            kelvin = temperature_of(record, segment)
            if kelvin is not None and look.fit is not None:
                own.append((kelvin, look.fit, batch.sigma.get((label, number))))
        if series([t for t, _, _ in own]):
            out[label] = own
        else:
            out[""] += own[:1]
    return {label: some for label, some in out.items() if len({t for t, _, _ in some}) >= _cli_spectra.SERIES}


def _temperatures(batch: Batch) -> None:
    """Arrhenius fit of the conductivities, or of the summed resistances, where enough temperatures are known; and what
    the single resistances say."""
    from dataclasses import replace

    from .analysis import arrhenius

    found = _warmed(batch)
    energies = {r.title: r.energies for r in batch.rows if r.energies}
    several = len(found) > 1 or len(energies) > 1
    for label, some in found.items():
        of = f", {label or 'the other files'}" if several else ""
        try:
            one = _law(some)
        except InterlayerError as error:
            batch.together.append(f"No Arrhenius fit{of}: {error}")
        else:
            batch.arrhenius[of.removeprefix(", ")] = one
            batch.temperature_findings += [replace(f, name=f"{f.name}{of}") for f in one.findings()]
    for title, own in energies.items():
        batch.temperature_findings += [arrhenius.named(f"{name}, {title}" if several else name, fit) for name, fit in own.items()]


def _law(some: Sequence[tuple[float, ImpedanceFit, Finding | None]]) -> ArrheniusFit:
    from .analysis import arrhenius

    temperatures = [t for t, _, _ in some]
    sigma = [s for _, _, s in some if s is not None]
    if len(sigma) == len(some):
        return arrhenius.fit(sigma, temperatures)
    if len({f.spectrum.specific for _, f, _ in some}) > 1:
        raise RecordError("Some of these resistances are per area and some are not", remedy="State the area")
    return arrhenius.of_totals([f for _, f, _ in some], temperatures)


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
        for remark in dict.fromkeys(r for f in batch.arrhenius.values() for r in f.remarks):
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
        case = page.Analysis(batch.records, findings, batch.looks, failures, batch.remarks, batch.rows, batch.arrhenius or None, {}, batch.together, batch.analysed, batch.joint)
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
        "over_temperature": {"findings": [f.as_dict() for f in batch.temperature_findings], "remarks": list(dict.fromkeys(r for f in batch.arrhenius.values() for r in f.remarks))},
        "together": _cli_techniques.json_of(batch.joint), "remarks": batch.together, "failures": {label: {"reason": f.reason, "remedy": f.remedy} for label, f in batch.failures.items()},
        "versions": _cli.versions(),
    }  # fmt: skip
