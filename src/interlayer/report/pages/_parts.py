"""Parts that several reports share: figures of an experiment, tables of findings and parameters, provenance."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ... import __version__, units
from ...cells import Cell
from ...errors import InterlayerError
from ...names import name
from ...record import Finding, Record
from ..files import write_bytes
from ..html import Block, Bullets, Facts, Folded, Grid, Picture, Text, document
from ..pick import ending, exports, has_trace, voltage_controlled
from ..style import Sheet
from ..words import lines, rounded


def write(path: str | Path, title: str, blocks: Sequence[Block]) -> Path:
    """Write the page and return its path."""
    place = Path(path)
    write_bytes(place, document(title, blocks).encode())
    return place


def picture(make: Callable[[], Sheet], caption: str, shelf: dict[str, Sheet] | None = None, stem: str = "") -> list[Block]:
    """A figure as a block, or the sentence that says why it can't be drawn. On a `shelf` it is kept for the export."""
    try:
        made = make()
    except InterlayerError as error:
        return [Text(f"{caption.partition('.')[0]}: not drawn. {error}", "note")]
    if shelf is not None:
        shelf[stem] = made
    return [Picture(made, caption)]


def technique(records: Iterable[Record]) -> str:
    """What was done: "impedance", "critical_current", "strip_plate" or "" for other traces."""
    kinds = {s.technique for r in records for s in r.segments}
    for kind in ("critical_current", "strip_plate", "impedance"):
        if kind in kinds:
            return kind
    return "impedance" if any(r.spectra for r in records) else ""


def experiment(records: Mapping[str, Record], shelf: dict[str, Sheet] | None = None, prefix: str = "") -> list[Block]:
    """The figures that suit these records of one experiment."""
    from ..figures import critical_current, impedance, strip_plate, voltage_control

    out: list[Block] = []
    kind = technique(records.values())
    spectra = {k: r for k, r in records.items() if r.spectra}
    traces = {k: r for k, r in records.items() if has_trace(r, "voltage")}
    if traces and kind == "critical_current":
        out += picture(lambda: critical_current.ramp(traces), "Ramp of the current: current density and cell voltage. A dashed line marks the failure.", shelf, f"{prefix}ramp")
    elif traces and all(voltage_controlled(r) for r in traces.values()):
        caption = "Current density that answers (a) the voltage that was held or swept (b), against time."
        out += picture(lambda: voltage_control.answer(traces), caption, shelf, f"{prefix}voltage-control")
    elif traces:
        out += picture(lambda: strip_plate.voltage(traces), "Cell voltage against time.", shelf, f"{prefix}voltage")
    if spectra:
        caption = "Nyquist plot on equal axes; filled points mark whole decades of frequency."
        out += picture(lambda: impedance.nyquist(spectra), caption, shelf, f"{prefix}nyquist")
        if not traces:
            out += picture(lambda: impedance.bode(spectra), "Modulus and phase against frequency.", shelf, f"{prefix}bode")
    return out


def ends(records: Mapping[str, Record]) -> list[Block]:
    """How each record of a test ended."""
    said = [f"{label}: {r.outcome}" for label, r in records.items() if r.outcome and (ending(r) or has_trace(r, "voltage"))]
    return [Bullets([f"{s}." for s in said])] if said else []


def budgets(records: Mapping[str, Record], shelf: dict[str, Sheet] | None = None) -> list[Block]:
    """The overpotential budget of simulated records that kept the voltages of their parts."""
    from ..figures import budget

    some = {k: r for k, r in records.items() if r.cell is not None and any(c.startswith("voltage@") for s in r.traces for c in s.channels)}
    if not some:
        return []
    caption = (
        "Overpotential budget: which part of the cell takes how much of its voltage. Colour is the part (pale: right-hand side), hatching "
        "the process. The parts add up to the cell voltage."
    )
    return picture(lambda: budget.bars(some), caption, shelf, "budget")


def slow_states(records: Mapping[str, Record], shelf: dict[str, Sheet] | None = None) -> list[Block]:
    """The slow states of simulated records."""
    from ..figures import mechanisms

    some = {k: r for k, r in records.items() if any(exports(r, s.export) for s in mechanisms.STATES)}
    return picture(lambda: mechanisms.states(some), "Slow states over the test. Full lines: left-hand side; dashed: right-hand side.", shelf, "mechanisms") if some else []


def finding_grid(findings: Sequence[Finding], caption: str = "") -> Grid:
    """The table of findings; methods and sources are numbered below it."""
    methods: dict[str, int] = {}
    rows = []
    for line in lines(findings):
        f = line.finding
        said = f"{f.method} ({f.source})" if f.source else f.method
        number = methods.setdefault(said, len(methods) + 1)
        rows.append((line.name, line.value, line.note, f"[{number}]"))
    note = "   ".join(f"[{number}] {said}." for said, number in methods.items())
    return Grid(("finding", "value", "note", "method"), rows, caption, note)


def parameters(cell: Cell) -> Grid:
    """Every number of a cell: value, 95 % spread, law, mark, source."""
    rows = []
    for path, value in cell.parameters().items():
        if path.endswith(".activation_energy"):
            continue
        row = name(value.quantity)
        unit = units.pretty(row.shown) or "1"
        low, high = value.spread()
        spread = "" if low == high else f"{units.lab(low, value.quantity):.3g} to {units.lab(high, value.quantity):.3g}"
        said = "; ".join(t for t in (value.source, value.note) if t)
        rows.append((path, f"{units.lab(value.value, value.quantity):.5g}", unit, spread, str(value.law) if type(value.law).__name__ != "NoLaw" else "", value.mark, said))
    rows += [(path, word, "", "", "", "choice", "") for path, word in cell.choices().items()]
    heads = ("parameter", "value", "unit", "95 % range", "temperature law", "mark", "source")
    return Grid(heads, rows, right=(1,), small=True)


def cells_blocks(cells: Mapping[str, Cell], shelf: dict[str, Sheet] | None = None) -> list[Block]:
    """Drawing and notation of cells."""
    from ..figures import stack

    out = picture(lambda: stack.drawing(cells), "The cells.", shelf, "stack")
    rows = [(label, rounded(cell.notation), rounded(cell.note)) for label, cell in cells.items()]
    return [*out, Grid(("cell", "notation", "note"), rows)]


def parameter_blocks(cells: Mapping[str, Cell]) -> list[Block]:
    """The parameters of every cell, folded, with the meaning of the marks."""
    from ...materials.value import MARKS

    out: list[Block] = [Folded(f"{label}: {len(cell.parameters())} parameters", [parameters(cell)]) for label, cell in cells.items()]
    used = {v.mark for cell in cells.values() for v in cell.parameters().values()}
    return [*out, Facts({mark: words for mark, words in MARKS.items() if mark in used})]


def software(records: Iterable[Record] = (), settings: Mapping[str, Any] | None = None) -> list[Block]:
    """Versions of what computed, and the hash of the physics."""
    found = list(records)
    pairs = {"interlayer": __version__, "Python": platform.python_version(), "numpy": np.__version__, "platform": platform.platform(terse=True)}
    hashes = {r.provenance.sha256 for r in found if r.provenance.kind == "simulated" and r.provenance.sha256}
    if hashes:
        import importlib.metadata

        pairs["numba"] = importlib.metadata.version("numba")
        pairs["physics (SHA-256 of its sources)"] = ", ".join(sorted(hashes))
    pairs |= {str(k): str(v) for k, v in (settings or {}).items()}
    return [Facts(pairs)]


def provenance_blocks(record: Record) -> list[Block]:
    """Where a record comes from: corrections, oddities, header values that were found and not used, settings."""
    p = record.provenance
    pairs = {"source": p.source, "kind": p.kind, "read by": f"{p.reader} {p.version}".strip(), "SHA-256": p.sha256}
    stated = ", ".join(f"{k} {units.show(v, k)}" for k, v in record.conditions.items())
    pairs["stated of the specimen"] = stated or "nothing"
    pairs |= {f"setting: {k}": str(v) for k, v in p.settings.items() if v not in ({}, "", None)}
    out: list[Block] = [Facts({k: v for k, v in pairs.items() if v})]
    if p.corrections:
        out += [Text("Automatic corrections:"), Bullets(p.corrections)]
    if p.warnings:
        out += [Text("Found odd and left as it is:", "warning"), Bullets(p.warnings)]
    if p.header:
        rows = [(k, v) for k, v in p.header.items()]
        out.append(Grid(("found in the file", "value"), rows, note="Found in the file's header, not used: nothing is taken from a header until someone states it.", small=True))
    return out
