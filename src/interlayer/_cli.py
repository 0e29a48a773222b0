"""What the commands share: progress, tables on the terminal, JSON, and files that are only written over on purpose."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import __version__, units
from .errors import RecordError

if TYPE_CHECKING:
    from rich.console import Console

    from .analysis.recognise import Analysed
    from .cells import Cell
    from .record import Provenance, Record
    from .report.table import Table
    from .studies import StudyResult

COMPILING = "compiling the physics, once for this version (about half a minute) ..."


# -- files ------------------------------------------------------------------------------------------------------------
def check_target(path: Path, kind: str) -> bool:
    """Whether a file of this kind ("report", "json", "parquet") will be replaced. Refuses before any work is done: a
    folder that is not there, or a file of this name that is of another kind."""
    if not path.parent.is_dir():
        raise RecordError("The folder of the output is not there", given=str(path), remedy=f"Make it first: {path.parent}")
    if path.is_dir():
        raise RecordError("The output is a folder", given=str(path), remedy="Give a file name")
    if not path.exists():
        return False
    with path.open("rb") as file:
        head = file.read(4096)
    own = {"report": b'name="generator" content="interlayer"' in head, "json": head.lstrip()[:1] in (b"{", b"["), "parquet": head[:4] == b"PAR1"}[kind]
    if not own and head:
        what = {"report": "a report of interlayer", "json": "JSON", "parquet": "a Parquet file"}[kind]
        raise RecordError(f"The file {str(path)!r} is there and is not {what}; it is left alone", remedy="Give another name")
    return True


def check_targets(json_out: str | None, report: Path | None, export: Path | None, out: Path | None = None, inputs: Iterable[Path] = ()) -> None:
    """`check_target` for all outputs of a command, and none of them one of its inputs."""
    wanted = [(Path(json_out), "json")] if json_out not in (None, "-") else []
    wanted += [(p, k) for p, k in ((report, "report"), (out, "parquet")) if p is not None]
    if out is not None and out.suffix != ".parquet":
        raise RecordError("A record is saved as Parquet", given=out.name, allowed="a name that ends in .parquet", remedy="For text use `interlayer convert`")
    for path, kind in wanted:
        for one in inputs:
            if path.exists() and one.exists() and path.samefile(one):
                raise RecordError("The output would be written over an input", given=str(path), remedy="Give another name")
        check_target(path, kind)
    if export is not None and export.exists() and not export.is_dir():
        raise RecordError("The export needs a folder", given=str(export))


def plain(value: Any) -> Any:
    """`value` as JSON knows it: numpy numbers and arrays as numbers and lists, what is not finite as null."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    return str(value)


def write_json(data: Mapping[str, Any], out: str) -> None:
    """Write `data` to the file `out`, or print it where `out` is "-"."""
    text = json.dumps(plain(data), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    if out == "-":
        click.echo(text, nl=False)
        return
    from .report.files import write_bytes

    write_bytes(Path(out), text.encode())
    click.echo(f"JSON: {out}")


def versions(hashes: Iterable[str] = ()) -> dict[str, Any]:
    """What computed."""
    import platform

    import numpy

    found = sorted({h for h in hashes if h})
    return {"interlayer": __version__, "python": platform.python_version(), "numpy": numpy.__version__} | ({"physics_sha256": found} if found else {})


def provenance(p: Provenance) -> dict[str, Any]:
    """A record's provenance as plain values."""
    from dataclasses import asdict

    return asdict(p)


def export_figures(shelf: Mapping[str, Any], folder: Path) -> int:
    """Write figures with their data; the number of files."""
    from .report import save

    count = 0
    with working(f"writing {len(shelf)} figures") as tell:
        for number, (stem, figure) in enumerate(shelf.items()):
            tell(stem, number / len(shelf))
            count += len(save(figure, folder, stem))
    return count


def export_table(table: Table, folder: Path) -> None:
    """Write a table as CSV, texts that a spreadsheet would run made harmless."""
    from .report.files import write_bytes
    from .report.table import data_csv

    folder.mkdir(parents=True, exist_ok=True)
    write_bytes(folder / f"{table.name}.csv", data_csv(table).encode())


def hertz(value: float) -> str:
    """A frequency: "1 MHz"."""
    for size, unit in ((1e6, "MHz"), (1e3, "kHz"), (1.0, "Hz")):
        if value >= 0.9999 * size:
            return f"{value / size:.4g} {unit}"
    return f"{value * 1e3:.4g} mHz"


# -- terminal ---------------------------------------------------------------------------------------------------------
def console(stderr: bool = False) -> Console:
    """A rich console of a sensible width; without colours where nobody looks."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    made = Console(file=stream, highlight=False)
    return made if made.is_terminal else Console(file=stream, highlight=False, width=160, color_system=None)


def print_table(heads: Sequence[str], rows: Iterable[Sequence[str]], title: str = "", *, stderr: bool = False) -> None:
    """A table on the terminal; texts are shown as they are."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, title=Text(title) if title else None, title_justify="left", pad_edge=False, title_style="bold")
    for head in heads:
        table.add_column(Text(head), overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    console(stderr).print(table)


@contextmanager
def working(what: str, total: bool = True) -> Iterator[Callable[[str, float], None]]:
    """A progress bar on stderr while the block runs; the block is given tell(sentence, share done). Off a terminal nothing
    is printed."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    screen = console(stderr=True)
    columns = [SpinnerColumn(), TextColumn("{task.description}", markup=False), *([BarColumn(bar_width=30)] if total else []), TimeElapsedColumn()]
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as progress:
        task = progress.add_task(what, total=1.0)
        yield lambda sentence, share: progress.update(task, description=sentence, completed=min(max(share, 0.0), 1.0))


def warm_up() -> None:
    """Say that the physics will be compiled, where it has not been yet."""
    from .simulation.stack.cache import hush, is_warm

    if not is_warm():
        click.echo(COMPILING, err=True)
        hush()


# -- studies ----------------------------------------------------------------------------------------------------------
def run_study(name: str) -> StudyResult:
    """Run a study with progress."""
    from . import studies

    function = studies.STUDIES[name]
    warm_up()
    with working(f"study {name}") as tell:
        return function(tell)


def run_studies() -> dict[str, StudyResult]:
    """Run all studies with progress."""
    from .studies import run_all

    warm_up()
    with working("all studies") as tell:
        return run_all(tell)


def print_study(result: StudyResult) -> None:
    """The table reported / simulated, what is not answered yet, what it is worth, and what can't be told apart."""
    from .report.words import REPORTED, rounded
    from .studies import summary

    click.echo(f"{result.title}\n{result.source}")
    shown = [r for r in result.rows if r.role != "not yet" and (r.role != "input" or r.simulated is not None)]
    print_table(REPORTED, [[rounded(c) for c in row.cells()] for row in shown])
    waiting: dict[str, int] = {}
    for row in result.rows:
        if row.role == "not yet":
            waiting[row.note] = waiting.get(row.note, 0) + 1
    if waiting:
        click.echo("Not yet: " + "; ".join(f"{n} claim{'s' * (n != 1)}: {why}" for why, n in waiting.items()) + ".")
    if any(r.scored for r in result.rows):
        print_table(summary.HEADS, [summary.of(result).cells()])
    if result.open:
        click.echo("What the data can't tell apart:")
        for sentence in result.open:
            click.echo(f"  - {sentence}")


def print_studies(results: Mapping[str, StudyResult]) -> None:
    """The summaries of several studies, their negative controls as they fell, and what was missed."""
    from .studies import summary

    print_table(summary.HEADS, [*(summary.of(r).cells() for r in results.values()), summary.of_all(results.values()).cells()])
    for name, result in results.items():
        for line in [*summary.of(result).controls, *(s for s in result.open if s.startswith("Missed"))]:
            click.echo(f"  {name}: {line}")


def write_study(result: StudyResult, json_out: str | None, report: Path | None, export: Path | None) -> None:
    """Whatever outputs were asked for."""
    shelf: dict[str, Any] = {}
    if report is not None or export is not None:
        from .report.pages import study as page

        with working("drawing the report", total=False):
            if report is not None:
                page.study(result, report, shelf=shelf)
            else:
                page.blocks(result, shelf)
    if report is not None:
        click.echo(f"Report: {report}", err=json_out == "-")
    if export is not None:
        click.echo(f"Export: {export_study(result, shelf, export)} files in {export}", err=json_out == "-")
    if json_out is not None:
        write_json(study_json(result), json_out)


def export_study(result: StudyResult, shelf: Mapping[str, Any], folder: Path) -> int:
    """Figures, the table and the records of a study in a folder; the number of files."""
    from .report.table import of_rows

    count = export_figures(shelf, folder)
    heads = ("claim", "what", "quantity", "unit", "reported", "simulated", "low", "high", "role", "note")
    export_table(of_rows("reported-simulated", heads, [
        (d["claim"], d["what"], d["quantity"], d["unit"], d["reported"], d["simulated"], *(d["interval_80"] or (None, None)), d["role"], d["note"])
        for d in (row.as_dict() for row in result.rows)
    ]), folder)  # fmt: skip
    for key, record in result.records.items():
        record.save(folder / f"{''.join(c if c.isalnum() else '-' for c in key)}.parquet")
    return count + 1 + len(result.records)


def study_json(result: StudyResult) -> dict[str, Any]:
    """A study as plain values: rows, summary, parameters, provenance."""
    from .studies import summary

    return result.as_dict() | {
        "summary": summary.of(result).as_dict(),
        "parameters": {k: {p: v.as_dict() for p, v in c.parameters().items()} for k, c in result.cells.items()},
        "provenance": {k: provenance(r.provenance) | {"outcome": r.outcome} for k, r in result.records.items()},
        "versions": versions(r.provenance.sha256 for r in result.records.values()),
    }  # fmt: skip


def write_studies(results: Mapping[str, StudyResult], json_out: str | None, report: Path | None, export: Path | None) -> None:
    """As `write_study` for all: an index page with a page a study beside it, one JSON, a folder a study."""
    from .studies import summary

    pages: dict[str, str] = {}
    for name, result in results.items():
        place = None if report is None else report.with_name(f"{report.stem}-{name}.html")
        write_study(result, None, place, None if export is None else export / name)
        if place is not None:
            pages[name] = place.name
    if report is not None:
        from .report.pages import study as page

        page.index(results, pages, report)
        click.echo(f"Report: {report}", err=json_out == "-")
    if json_out is not None:
        papers = {name: summary.of(r).as_dict() for name, r in results.items()}
        write_json({"papers": papers, "all": summary.of_all(results.values()).as_dict(), "studies": {name: study_json(r) for name, r in results.items()}}, json_out)


# -- simulations ------------------------------------------------------------------------------------------------------
def cell_of(text: str, changes: Sequence[str]) -> Cell:
    """A cell from its notation or its name in the catalogue, with the changes "path=value"."""
    from .cells.named import from_text

    cell = from_text(text)
    for change in changes:
        path, equals, value = change.partition("=")
        if not equals or not path.strip() or not value.strip():
            raise RecordError("A change of the cell is PATH=VALUE", given=change, remedy='For example --set "layers.LLZTO.thickness=0.8 mm"')
        cell = cell.set(path.strip(), value.strip())
    return cell


def run_simulation(cell: Cell, protocol: str) -> Record:
    """Simulate with progress."""
    from .protocols import parse
    from .simulation import simulate

    plan = parse(protocol)
    warm_up()
    with working(plan.describe()) as tell:
        return simulate(cell, plan, progress=lambda p: tell(f"{units.show(p.time, 'time', 3)}, step {p.step} of {p.steps}", p.step / max(p.steps, 1)))


def findings_of(record: Record) -> Analysed:
    """What the techniques that a simulated record contains say of it, told as of any other record."""
    from .analysis.recognise import analyse

    with working("analysing") as tell:
        return analyse(record, progress=tell)


def print_simulation(record: Record, found: Analysed, *, to_stderr: bool) -> None:
    """Outcome, findings, and the ends of a spectrum."""
    from .report.words import lines

    click.echo(f"{record.provenance.source}: {record.outcome or 'done'}; {len(record.segments)} segments, {sum(len(s) for s in record.segments)} points", err=to_stderr)
    for segment in record.spectra[:1]:
        z, f = record.impedance(segment, specific=True), segment["frequency"]
        for row, word in ((int(f.argmax()), "highest"), (int(f.argmin()), "lowest")):
            real, imag = (units.show(float(v), "specific_impedance_real") for v in (z.real[row], z.imag[row]))
            click.echo(f"at the {word} frequency, {hertz(float(f[row]))}: Re Z = {real}, Im Z = {imag}", err=to_stderr)
    for r in found.recognised:
        if r.contained:
            click.echo(f"{r.title}: {r.why}", err=to_stderr)
            if made := found.findings.get(r.technique, ()):
                print_table(("finding", "value", "note"), [(row.name, row.value, row.note) for row in lines(made)], stderr=to_stderr)
            for why in found.refusals.get(r.technique, ()):
                click.echo(f"{r.title} gives no number: {why}", err=True)
    for request in found.requests:
        click.echo(f"{request.technique} asks: {request.said}", err=True)


def write_simulation(record: Record, found: Analysed, json_out: str | None, report: Path | None, export: Path | None) -> None:
    """Whatever outputs were asked for."""
    shelf: dict[str, Any] = {}
    findings = found.all()
    if report is not None or export is not None:
        from .report.pages import simulation as page

        with working("drawing the report", total=False):
            if report is not None:
                page.simulation(record, report, analysed=found, shelf=shelf)
            else:
                page.blocks(record, "simulation", (), shelf, found)
    if report is not None:
        click.echo(f"Report: {report}", err=json_out == "-")
    if export is not None:
        click.echo(f"Export: {export_figures(shelf, export)} files in {export}", err=json_out == "-")
    if json_out is not None:
        write_json({
            "cell": record.cell.as_dict() if record.cell is not None else None, "outcome": record.outcome, "conditions": dict(record.conditions),
            "segments": [{"technique": s.technique, "axis": s.axis, "points": len(s), "info": dict(s.info)} for s in record.segments],
            "findings": [f.as_dict() for f in findings], **found.as_dict(), "provenance": provenance(record.provenance), "versions": versions([record.provenance.sha256]),
        }, json_out)  # fmt: skip
