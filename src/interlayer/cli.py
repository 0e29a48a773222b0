"""The command line: `interlayer demo`, `study`, `analyse`, `simulate`, `convert`, `formats`, and from _cli_cells.py
`cells`, `materials`, `compare`, `identify`, `window`, and from _cli_literature.py `claims`, `audit`.

A thin client of the rooms. Nothing heavy is imported before a command runs; nothing is written unless asked, except
demo's report. Exit codes: 0 done, 1 every file of a batch failed (with --strict: any; or an
unforeseen error), 2 wrong input, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from . import __version__, _cli_cells, _cli_literature
from .errors import InterlayerError, ReadError

#: before numpy is imported: matrices here are small, a batch has processes of its own, and one thread rounds the same every time
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

DEMO = "zhai2024"


class Commands(click.Group):
    """A group that turns errors into one sentence and an exit code; `--debug` shows the traceback as well."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except InterlayerError as error:
            code, text, trace = 2, f"interlayer: {error}", traceback.format_exc()
        except KeyboardInterrupt:
            code, text, trace = 130, "interlayer: stopped by you; what was not finished was not written.", traceback.format_exc()
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except BrokenPipeError:
            raise
        except Exception as error:
            code, trace = 1, traceback.format_exc()
            text = (
                f"interlayer: an error that nobody foresaw ({type(error).__name__}: {error}).\n"
                "Please report it with the command you typed and the output of the same command with --debug."
            )
        if ctx.find_root().meta.get("interlayer.debug"):
            click.echo(trace, err=True, nl=False)
        click.echo(text, err=True)
        ctx.exit(code)


def _debug(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        ctx.find_root().meta["interlayer.debug"] = True


debug = click.option("--debug", is_flag=True, expose_value=False, callback=_debug, help="Show the traceback of an error.")


def outputs(what: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options --json, --report and --export."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        for option in (
            click.option("--export", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), help="Write every figure as PNG, SVG, PDF and CSV, and the tables, into this folder."),
            click.option("--report", metavar="OUT.html", type=click.Path(path_type=Path, dir_okay=False), help="Write one self-contained HTML report."),
            click.option("--json", "json_out", metavar="OUT", help=f"Write {what} as JSON; - prints it."),
        ):  # fmt: skip
            function = option(function)
        return debug(function)

    return decorate


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="interlayer")
@debug
def main() -> None:
    """A virtual laboratory for lithium-metal cells with an engineered interlayer.

    Start with `interlayer demo`, or `interlayer analyse FILE...` on your own impedance files.
    """


@main.command(short_help="Run the study zhai2024 and write its HTML report.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=Path(f"interlayer-{DEMO}.html"), show_default=True, help="The HTML report.")
@debug
def demo(out: Path) -> None:
    """Run the study zhai2024 (bare against protected garnet cell) and write its report.

    Half a minute, and about a minute more the first time. The report replaces an older one of the same name; any other
    file of that name is left alone.
    """
    from . import _cli

    replaced = _cli.check_target(out, "report")
    result = _cli.run_study(DEMO)
    from . import report

    report.study(result, out)
    _cli.print_study(result)
    click.echo(f"Report: {out.resolve()}" + (" (replaced the older report of this name)" if replaced else ""))


@main.command(short_help="Run a study: reported numbers beside simulated ones.")
@click.argument("name", metavar="NAME|all")
@outputs("the table, the tables behind it and the provenance")
def study(name: str, json_out: str | None, report: Path | None, export: Path | None) -> None:
    """Run a study by NAME: cells and protocols of a paper, reported numbers beside simulated ones.

    `all` runs every study: then --report writes an index and a page a study beside it (OUT-NAME.html), and --json what each
    paper and all of them are worth: claims covered, gain over naive rules, coverage of the bands, bias.
    """
    from . import _cli

    _cli.check_targets(json_out, report, export)
    if name == "all":
        from .studies.many import names

        if report is not None:
            for one in names():
                _cli.check_target(report.with_name(f"{report.stem}-{one}.html"), "report")
        results = _cli.run_studies()
        if json_out != "-":
            _cli.print_studies(results)
        _cli.write_studies(results, json_out, report, export)
        return
    result = _cli.run_study(name)
    if json_out != "-":
        _cli.print_study(result)
    _cli.write_study(result, json_out, report, export)


@main.command(short_help="Read files and say what they mean, with errors.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--area", metavar="VALUE", help='Electrode area with its unit, "1.13 cm^2": then Ω cm² instead of Ω.')
@click.option("--thickness", metavar="VALUE", help='Thickness of the sample, "1 mm": with the area it gives the conductivity.')
@click.option("--temperature", metavar="VALUE", help='"25 degC", or from-name to take it from each file name.')
@click.option("--mass", metavar="VALUE", help='Mass of active material with its unit, "10 mg": then mAh/g instead of mAh.')
@click.option("--working-electrode", "working", type=click.Choice(["left", "right"]), help="Which electrode is the working one (the copper, the one that is swept): left where the voltage is its potential.")
@click.option("--state", metavar="NAME=VALUE", multiple=True, help='State what a technique asks for, "length=5 um", or any alternative of it, "efficiency=charge/discharge"; repeat it.')
@click.option("--technique", metavar="NAME", help="This technique alone; where a file does not contain it, the condition that failed is said.")
@click.option("--group", "groups", metavar="NAME=FILES", multiple=True, help='Cells whose lives are compared, "bare=bare_*.csv"; give two.')
@click.option("--circuit", metavar="TEXT", default="auto", show_default=True, help='Equivalent circuit, "R(RQ)(RQ)W" or "R0-p(R1,CPE1)-W1".')
@click.option("--format", "format_", metavar="NAME", help="Format of the files (see `interlayer formats`); else their content decides.")
@click.option("--columns", metavar="NAME=COLUMN[UNIT]", multiple=True, help='What a plain table holds, "frequency=f[kHz]" or "impedance_imag=-3[ohm]"; repeat it, or separate by commas.')
@click.option("--series", is_flag=True, help="The files are one series in the order given: one circuit for all, and trends. (Three temperatures or more make one anyway.)")
@click.option("--electrolyte", type=click.Choice(["ceramic", "polymer", "liquid"]), help="What is known of the specimen, for naming arcs; so are the next three.")
@click.option("--electrodes", type=click.Choice(["lithium", "blocking"]), help="Lithium, or blocking (evaporated metal).")
@click.option("--faces", type=click.IntRange(1, 2), help="Equal faces in series: 2 in a symmetric cell.")
@click.option("--contact", type=click.Choice(["whole"]), help="The contact at the faces is known to be whole.")
@click.option("--no-drt", is_flag=True, help="Leave the distribution of relaxation times out (a third of the time).")
@click.option("--strict", is_flag=True, help="Exit code 1 when any file failed, not only when all did.")
@outputs("every finding with its error and the provenance of each file")
@click.pass_context
def analyse(
    ctx: click.Context, files: tuple[Path, ...], area: str | None, thickness: str | None, temperature: str | None, circuit: str, format_: str | None,
    columns: tuple[str, ...], series: bool, electrolyte: str | None, electrodes: str | None, faces: int | None, contact: str | None, no_drt: bool, strict: bool,
    mass: str | None, working: str | None, state: tuple[str, ...], technique: str | None, groups: tuple[str, ...], json_out: str | None, report: Path | None, export: Path | None,
) -> None:  # fmt: skip
    """Read FILES, say which techniques each contains and why, and what they mean: spectra (Kramers-Kronig test, Z-HIT,
    circuit fit, distribution of relaxation times, names of arcs, conductivity), strip/plate, shorts, critical current,
    efficiency on copper, cycling, rate, titration, sweeps, holds. What is missing is asked for by name.

    Several files are one batch: a file that fails does not stop the others and is listed at the end with its reason.
    With temperatures known for three files or more, trends and Arrhenius fits are added.
    """
    from . import _cli, _cli_analyse

    _cli.check_targets(json_out, report, export, inputs=files)
    known = {"electrolyte": electrolyte, "electrodes": electrodes, "faces": faces, "contact": contact}
    given = _cli_analyse.Given.checked(area, thickness, temperature, circuit, format_, columns, drt=not no_drt, series=series, known=known, mass=mass, working=working, state=state, technique=technique, groups=groups)
    batch = _cli_analyse.run(files, given)
    _cli_analyse.show(batch, to_stderr=json_out == "-")
    _cli_analyse.write(batch, json_out, report, export)
    if batch.failures:
        click.echo(f"{len(batch.failures)} of {len(files)} files failed:", err=True)
        for file, why in batch.failures.items():
            click.echo(f"  {file}: {why}", err=True)
        if strict or len(batch.failures) == len(files):
            ctx.exit(1)


@main.command(short_help="Simulate a cell going through a protocol.")
@click.argument("cell")
@click.argument("protocol")
@click.option("--set", "changes", metavar="PATH=VALUE", multiple=True, help='State a number of the cell, "layers.LLZTO.thickness=0.8 mm"; repeat it.')
@click.option("--out", metavar="FILE.parquet", type=click.Path(path_type=Path, dir_okay=False), help="Save the record.")
@outputs("outcome, findings and provenance")
def simulate(cell: str, protocol: str, changes: tuple[str, ...], out: Path | None, json_out: str | None, report: Path | None, export: Path | None) -> None:
    """Simulate CELL going through PROTOCOL.

    CELL is the notation of papers, "Li|LLZTO(1 mm)|Li @ 25 degC", or a cell of the catalogue, zhai2024/bare.
    PROTOCOL is "Impedance(1 MHz, 10 mHz)", "StripPlate(current_density=0.1 mA/cm^2, half_cycle=1 h, cycles=10)" or
    "CriticalCurrent(step=0.1 mA/cm^2, half_cycle=30 min)".
    """
    from . import _cli

    _cli.check_targets(json_out, report, export, out)
    record = _cli.run_simulation(_cli.cell_of(cell, changes), protocol)
    if out is not None:
        record.save(out)
    found = _cli.findings_of(record)
    _cli.print_simulation(record, found, to_stderr=json_out == "-")
    _cli.write_simulation(record, found, json_out, report, export)
    if out is not None:
        click.echo(f"Record: {out}", err=json_out == "-")


@main.command(short_help="Read a file and write it in another format.")
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--format", "format_", metavar="NAME", help="Format to write; else the ending of OUT decides.")
@click.option("--lossy", is_flag=True, help="Write although the format can't hold everything.")
@click.option("--overwrite", is_flag=True, help="Write over an existing file.")
@debug
def convert(source: Path, target: Path, format_: str | None, lossy: bool, overwrite: bool) -> None:
    """Read IN and write it as OUT (.parquet holds everything; .csv, .txt, .z, .bdf.csv)."""
    from . import readers

    if target.exists() and not overwrite:
        raise ReadError("The file is there already", file=str(target), remedy="Say --overwrite, or give another name")
    made = readers.convert(source, target, format_, lossy=lossy)
    click.echo(f"Written: {made}")


@main.command()
@debug
def formats() -> None:
    """List the file formats that are read and written."""
    from . import _cli, readers

    rows = [(r.name, r.title, " ".join(r.extensions), "read and written" if r.writes else "read") for r in readers.formats()]
    _cli.print_table(("format", "what it is", "usual endings", ""), rows)


_cli_cells.register(main, outputs, debug)
_cli_literature.register(main, debug)

if __name__ == "__main__":
    sys.exit(main())
