"""The report of one simulated record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...record import Finding, Record
from ..html import Block, Section, Text
from ..style import Sheet
from . import _parts


def simulation(record: Record, path: str | Path, *, findings: Sequence[Finding] = (), shelf: dict[str, Sheet] | None = None) -> Path:
    """Write the report of one simulated record as one HTML file and return its path.

    findings   what an analysis said of it, for a table
    shelf      filled with the figures by a short name, for an export
    """
    label = (record.cell.name if record.cell is not None else "") or record.provenance.source or "simulation"
    return _parts.write(path, f"Simulation: {label}", blocks(record, label, findings, shelf))


def blocks(record: Record, label: str, findings: Sequence[Finding], shelf: dict[str, Sheet] | None) -> list[Block]:
    """The report's blocks."""
    one = {label.rpartition("/")[2] if "/" in label and record.cell is not None and record.cell.name == label else label: record}
    protocol = str(record.provenance.settings.get("protocol", ""))
    out: list[Block] = [Text(f"{protocol}. Ended: {record.outcome or 'not said'}." if protocol else f"Ended: {record.outcome or 'not said'}.", "lead")]
    if record.cell is not None:
        out.append(Section("Cell", _parts.cells_blocks(dict.fromkeys(one, record.cell), shelf)))
    out.append(Section("Result", [*_parts.experiment(one, shelf), *([_parts.finding_grid(findings)] if findings else [])]))
    for title, found in (("Where the voltage goes", _parts.budgets(one, shelf)), ("Voids, filaments and films", _parts.slow_states(one, shelf))):
        if found:
            out.append(Section(title, found))
    if record.cell is not None:
        out.append(Section("Parameters", _parts.parameter_blocks(dict.fromkeys(one, record.cell))))
    out.append(Section("Provenance", [*_parts.provenance_blocks(record), *_parts.software([record])]))
    return out
