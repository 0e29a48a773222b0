"""`interlayer cells`, `materials`, `compare`, `identify`, `window`: what is in the house, and the design room from a shell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .errors import MissingValueError, RecordError, UnknownNameError

if TYPE_CHECKING:
    from .cells import Cell
    from .materials import Value
    from .record import Record

PLATE = "StripPlate(current_density=0.1 mA/cm^2, half_cycle=1 h, cycles=2)"
SWEEP = "Impedance(1 MHz, 10 mHz)"


def register(main: click.Group, outputs: Callable[[str], Callable[[Callable[..., None]], Callable[..., None]]], debug: Callable[..., Any]) -> None:
    """Add the commands to `main`."""

    @main.command("cells", short_help="List the catalogue, or show a cell and what it lacks.")
    @click.argument("name", required=False)
    @debug
    def cells_command(name: str | None) -> None:
        """List the cells of the catalogue; with NAME (a paper, a cell of the list, or a notation) every number of one cell with
        its source, and for what nobody stated a range from similar materials."""
        show_cells(name)

    @main.command("materials", short_help="List the materials, or show one.")
    @click.argument("name", required=False)
    @debug
    def materials_command(name: str | None) -> None:
        """List the materials; with NAME every number of one with its source, and the pairs it is in; with two names,
        "Li|LLZTO", the physics of their contact."""
        show_materials(name)

    @main.command("compare", short_help="Cells or files beside each other.")
    @click.argument("items", nargs=-1, required=True)
    @click.option("--area", metavar="VALUE", help="Area of the files' cells.")
    @click.option("--protocol", metavar="TEXT", default=PLATE, show_default=True, help="What the cells go through beside the impedance.")
    @outputs("the tables")
    def compare_command(items: tuple[str, ...], area: str | None, protocol: str, json_out: str | None, report: Path | None, export: Path | None) -> None:
        """Cells (names of the catalogue or notations) or files beside each other: what differs in the cells, the findings of
        each technique with their ratio for simulated impedance and PROTOCOL (and the files' own), where the voltage goes, and what
        limits each cell."""
        compare(items, area, protocol, json_out, report, export)

    @main.command("identify", short_help="Fit a cell's parameters to files of spectra and direct current together.")
    @click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
    @click.option("--cell", "cell", required=True, metavar="CELL", help="The cell: a name of the catalogue or a notation.")
    @click.option("--free", multiple=True, metavar="PATH", help="A parameter to fit; repeat it. Default: what one spectrum can say.")
    @click.option("--set", "changes", metavar="PATH=VALUE", multiple=True, help="State a number of the cell; repeat it.")
    @click.option("--area", metavar="VALUE", help="Electrode area with its unit.")
    @click.option("--temperature", metavar="VALUE", help="Temperature of the files; else the cell's.")
    @click.option("--noise", metavar="WHAT=VALUE", multiple=True, help='Stated noise, "impedance=0.003" or "voltage=0.2 mV"; else estimated.')
    @click.option("--priors", is_flag=True, help="Let the cell's own spreads pull.")
    @click.option("--profiles", is_flag=True, help="Profile-likelihood intervals (slower).")
    @outputs("the findings")
    def identify_command(**given: Any) -> None:
        """Fit parameters of a cell to FILES: spectra, strip/plate and held voltages of the same cell in one likelihood."""
        identify(**given)

    @main.command("window", short_help="Map where a cell meets its targets.")
    @click.argument("cell")
    @click.option("--over", multiple=True, required=True, metavar="PATH=LOW..HIGH", help='"layers.LiI-ZnLi.thickness=10 nm..10 um"; once or twice.')
    @click.option("--keep", multiple=True, required=True, metavar="NAME=TEXT", help='"overpotential=< 50 mV at 0.5 mA/cm^2"; repeat it.')
    @click.option("--set", "changes", metavar="PATH=VALUE", multiple=True, help="State a number of the cell; repeat it.")
    @outputs("the map and its words")
    def window_command(**given: Any) -> None:
        """Map where CELL meets its targets over one or two of its parameters, with what is not known drawn at random."""
        window(**given)


# -- what is in the house ---------------------------------------------------------------------------------------------
NOTE = 90  # characters of a note in a list


def show_cells(name: str | None) -> None:
    """The catalogue, one paper's part of it, or one cell."""
    from . import _cli
    from .cells import views
    from .cells.named import catalogue, named

    papers = sorted({n.partition("/")[0] for n in catalogue()})
    if name is None or name in papers:
        from .report.words import rounded

        rows = [(n, rounded(named(n).notation), _short(named(n).note), "" if not named(n).missing() else "lacks values") for n in catalogue() if name in (None, n.partition("/")[0])]
        heads = ("cell", "notation", "what it is", "can't be simulated")
        lacking = any(row[3] for row in rows)
        _cli.print_table(heads[: 3 + lacking], [row[: 3 + lacking] for row in rows])
        click.echo(f"One cell with all its numbers: interlayer cells {rows[0][0]}" + ("" if name else f". One paper: interlayer cells {papers[0]}"))
        return
    cell = _cli.cell_of(name, ())
    click.echo(f"{cell.notation}\n{cell.note}".rstrip())
    if cell.source:
        click.echo(cell.source)
    _cli.print_table(views.HEAD, views.rows(cell))
    _lacking(cell)


def _short(note: str) -> str:
    """The beginning of a note, cut at a word."""
    return note if len(note) <= NOTE else note[:NOTE].rsplit(" ", 1)[0].rstrip(" ,;:(") + " ..."


def _lacking(cell: Cell) -> None:
    """What is missing, what could stand in, and how it is stated."""
    from .design.priors import offers

    absent = cell.missing()
    if not absent:
        return
    click.echo("It can't be simulated yet:")
    for sentence in absent:
        click.echo(f"  - {sentence}")
    found = offers(cell)
    if not found:
        click.echo("Nothing similar is in the house to offer a range for it; interlayer materials lists what is.")
        return
    click.echo("Ranges of similar materials and pairs, to choose from (nothing is taken without you):")
    extra: dict[str, set[str]] = {}
    for offer in found:
        face, _, rest = offer.path.partition(".charge_transfer.")
        if offer.path.startswith("layers.") or rest or ".double_layer." in offer.path:
            click.echo(f"  - {offer.words}")
        else:
            extra.setdefault(offer.path.rsplit(".", 2)[0], set()).update(offer.examples)
    for face, pairs in extra.items():
        click.echo(f"  - {face}: contact, films and failures only if you want them; {' and '.join(sorted(pairs))} show what they hold (interlayer materials \"{min(pairs)}\")")
    first = found[0]
    middle = next(iter(first.examples.values()))
    click.echo(f'State one with --set "{first.path}={_plain(middle)}" (simulate, identify, window) or cell.set(...) in Python.')


def _plain(value: Value) -> str:
    """A value as `--set` takes it: number and unit alone."""
    from . import units

    return units.show(value.value, value.quantity)


def show_materials(name: str | None) -> None:
    """All materials, or one, or a pair of them."""
    from . import _cli
    from .materials import material, materials, pairs

    if name is None:
        rows = []
        for key in materials():
            one = material(key)
            sigma = one.properties.get("conductivity")
            rows.append((key, one.role, one.title, "" if sigma is None else f"{sigma} [{sigma.mark}]"))
        _cli.print_table(("material", "role", "what it is", "conductivity"), rows)
        click.echo(f'All numbers of one: interlayer materials {rows[0][0]}. Of a pair in contact: interlayer materials "{pairs()[0]}"')
        return
    if "|" in name:
        _show_pair(name)
        return
    one = material(name)
    click.echo(f"{one.name}: {one.title} ({one.role})" + (f"\n{one.note}" if one.note else ""))
    if one.aliases:
        click.echo(f"Also called {', '.join(one.aliases)}")
    _cli.print_table(("property", "value", "law", "mark", "source"), one.table())
    met = [p for p in pairs() if one.name in p.split("|")]
    click.echo(f"Interfaces: {', '.join(met) or 'none known: state their physics in the cell, or add a file for the pair'}")


def _show_pair(name: str) -> None:
    """The physics of two materials in contact."""
    from . import _cli
    from .materials import pair, pairs

    left, _, right = name.partition("|")
    found = pair(left.strip(), right.strip())
    if found is None:
        raise UnknownNameError("There are no data of this pair", given=name, allowed=[p for p in pairs() if {left, right} & set(p.split("|"))] or pairs())
    click.echo(f"{found.name}: {found.title}" + (f"\n{found.note}" if found.note else ""))
    rows = []
    for block, entries in found.physics.items():
        for key, value in entries.items():
            facts = ("", "choice", "") if isinstance(value, str) else (str(value.law), value.mark, value.source)
            rows.append((f"{block}.{key}", str(value), *facts))
    _cli.print_table(("parameter", "value", "law", "mark", "source"), rows)


# -- compare ----------------------------------------------------------------------------------------------------------
def compare(items: Sequence[str], area: str | None, protocol: str, json_out: str | None, report: Path | None, export: Path | None) -> None:
    """Cells or files beside each other."""
    from . import _cli

    _cli.check_targets(json_out, report, export)
    cells: dict[str, Cell] = {}
    records: dict[str, dict[str, Record]] = {}
    for item in items:
        if Path(item).exists():
            record = _read(Path(item), area)
            for kind, has in (("Impedance", bool(record.spectra)), ("Direct current", bool(record.traces))):
                if has:
                    records.setdefault(kind, {})[Path(item).name] = record
        elif "|" not in item and Path(item).suffix and not Path(item).suffix[1:].isdigit():
            raise RecordError("There is no such file", given=item, remedy='Give its full path; a cell is written "Li|LLZTO(1 mm)|Li" or named as in interlayer cells')
        else:
            cells[item] = _cli.cell_of(item, ())
    if not cells and not records:
        raise RecordError("There is nothing to compare", given=", ".join(items))
    broken = {label: cell for label, cell in cells.items() if cell.missing()}
    for label, cell in broken.items():
        click.echo(f"{label}:", err=True)
        _lacking(cell)
    if broken:
        raise MissingValueError("Some cells can't be simulated yet", given=", ".join(broken), remedy="State what is missing (above)")
    for label, cell in cells.items():
        records.setdefault("Impedance", {})[label] = _cli.run_simulation(cell, SWEEP)
        records.setdefault("Direct current", {})[label] = _cli.run_simulation(cell, protocol)
    from .report.beside import beside

    with _cli.working("analysing", total=False):
        found = beside(cells, records)
    if json_out != "-":
        for table in found.tables:
            if table.caption.startswith("Parameters of parts"):
                click.echo(f"{len(table.rows)} more parameters belong to parts that not all of them have: --report or --json has them.")
            elif table.rows:
                _cli.print_table(table.columns, table.rows, table.caption)
                if table.note:
                    click.echo(table.note)
            else:
                click.echo(f"{table.caption}: none")
        for sentence in found.limits.values():
            click.echo(f"{sentence}.")
    shelf: dict[str, Any] = {}
    if report is not None or export is not None:
        from .report.pages import design as page

        if report is not None:
            page.comparison(cells, records, report, found=found, shelf=shelf)
            click.echo(f"Report: {report}", err=json_out == "-")
        else:
            page.comparison_blocks(cells, records, found, shelf)
    if export is not None:
        click.echo(f"Export: {_cli.export_figures(shelf, export)} files in {export}", err=json_out == "-")
    if json_out is not None:
        data = {"cells": {k: c.as_dict() for k, c in cells.items()}, **found.as_dict()}
        _cli.write_json({**data, "versions": _cli.versions(r.provenance.sha256 for row in records.values() for r in row.values())}, json_out)


def _read(path: Path, area: str | None, temperature: str | None = None) -> Record:
    """A file with what is stated of its cell."""
    from . import readers

    record = readers.read(path)
    stated = {key: value for key, value in (("area", area), ("temperature", temperature)) if value is not None}
    return record.with_conditions(**stated) if stated else record


# -- design -----------------------------------------------------------------------------------------------------------
def _pairs(texts: Sequence[str], what: str, example: str) -> dict[str, str]:
    out = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip() or not value.strip():
            raise RecordError(f"{what} is given as NAME=VALUE", given=text, remedy=f'For example "{example}"')
        out[key.strip()] = value.strip()
    return out


def identify(
    files: Sequence[Path], cell: str, free: Sequence[str], changes: Sequence[str], area: str | None, temperature: str | None, noise: Sequence[str],
    priors: bool, profiles: bool, json_out: str | None, report: Path | None, export: Path | None,
) -> None:  # fmt: skip
    """Fit, print, write."""
    from . import _cli, design
    from .report.words import shown

    _cli.check_targets(json_out, report, export, inputs=files)
    stated = {key: _number(value) for key, value in _pairs(noise, "Noise", "voltage=0.2 mV").items()}
    records = {path.name: _read(path, area, temperature) for path in files}
    one = _cli.cell_of(cell, changes)
    if one.missing():
        _lacking(one)
        raise MissingValueError("The cell can't be simulated yet", given=cell, remedy="State what is missing (above) with --set")
    _cli.warm_up()
    with _cli.working("simulating and fitting", total=False) as tell:
        found = design.identify(records, one, tuple(free) or None, noise=stated or None, priors=priors, progress=lambda s: tell(s, 0.5))
        walked = found.profiles() if profiles else {}
    if json_out != "-":
        click.echo(f"{found.verdict[:1].upper()}{found.verdict[1:]}.")
        _cli.print_table(("parameter", "value", "note"), [(f.name, shown(f), f.note) for f in found.findings()[1:]])
        for sentence in (*found.alone(), *found.correlations(), *(p.words for p in walked.values()), *found.remarks):
            click.echo(f"  - {sentence}")
    shelf: dict[str, Any] = {}
    if report is not None or export is not None:
        from .report.pages import design as page

        if report is not None:
            page.identification(found, report, profiles=walked, shelf=shelf)
            click.echo(f"Report: {report}", err=json_out == "-")
        else:
            page.identification_blocks(found, walked, shelf)
    if export is not None:
        click.echo(f"Export: {_cli.export_figures(shelf, export)} files in {export}", err=json_out == "-")
    if json_out is not None:
        _cli.write_json({
            "cell": found.cell.as_dict(), "verdict": found.verdict, "misfit": found.misfit, "findings": [f.as_dict() for f in found.findings()],
            "alone": found.alone(), "correlations": found.correlations(), "undetermined": found.undetermined,
            "profiles": {k: {"low": p.low, "high": p.high, "words": p.words, "x": p.x, "chi2": p.chi2} for k, p in walked.items()},
            "provenance": {k: _cli.provenance(r.provenance) for k, r in records.items()}, "versions": _cli.versions(r.provenance.sha256 for r in found.simulated),
        }, json_out)  # fmt: skip


def _number(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


def window(
    cell: str, over: Sequence[str], keep: Sequence[str], changes: Sequence[str], json_out: str | None, report: Path | None, export: Path | None
) -> None:  # fmt: skip
    """Map, print, write."""
    from . import _cli, design

    _cli.check_targets(json_out, report, export)
    ranges: dict[str, tuple[str, str]] = {}
    for path, text in _pairs(over, "A range", "layers.LiI-ZnLi.thickness=10 nm..10 um").items():
        low, dots, high = text.partition("..")
        if not dots:
            raise UnknownNameError("A range is LOW..HIGH", given=text, remedy='For example "10 nm..10 um"')
        ranges[path] = (low.strip(), high.strip())
    one = _cli.cell_of(cell, changes)
    if one.missing():
        _lacking(one)
        raise MissingValueError("The cell can't be simulated yet", given=cell, remedy="State what is missing (above) with --set")
    _cli.warm_up()
    with _cli.working("window") as tell:
        found = design.window(one, ranges, _pairs(keep, "A target", "overpotential=< 50 mV at 0.5 mA/cm^2"), progress=tell)
    if json_out != "-":
        for sentence in found.words:
            click.echo(sentence)
    shelf: dict[str, Any] = {}
    if report is not None or export is not None:
        from .report.pages import design as page

        if report is not None:
            page.window(found, report, shelf=shelf)
            click.echo(f"Report: {report}", err=json_out == "-")
        else:
            page.window_blocks(found, shelf)
    if export is not None:
        click.echo(f"Export: {_cli.export_figures(shelf, export)} files in {export}", err=json_out == "-")
    if json_out is not None:
        _cli.write_json({
            "cell": one.as_dict(), "words": list(found.words), "over": dict(zip(found.over, found.axes, strict=True)), "share": found.share,
            "bands": dict(found.bands), "shares": dict(found.shares), "findings": [f.as_dict() for f in found.findings()], "versions": _cli.versions(),
        }, json_out)  # fmt: skip


__all__ = ["compare", "identify", "register", "show_cells", "show_materials", "window"]
