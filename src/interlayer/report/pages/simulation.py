"""The report of one simulated record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...record import Finding, Record
from .. import words
from ..html import Block, Section, Text
from ..style import Sheet
from . import _parts
from .analysis import techniques

if TYPE_CHECKING:
    from ...analysis.recognise import Analysed


def simulation(
    record: Record, path: str | Path, *, findings: Sequence[Finding] = (), analysed: Analysed | None = None, shelf: dict[str, Sheet] | None = None,
) -> Path:  # fmt: skip
    """Write the report of one simulated record as one HTML file and return its path.

    findings   what an analysis said of it, for a table
    analysed   what `analyse` said of it: a part for each technique in the record, those that are not in it with the reason
    shelf      filled with the figures by a short name, for an export
    """
    label = (record.cell.name if record.cell is not None else "") or record.provenance.source or "simulation"
    return _parts.write(path, f"Simulation: {label}", blocks(record, label, findings, shelf, analysed))


def blocks(record: Record, label: str, findings: Sequence[Finding], shelf: dict[str, Sheet] | None, analysed: Analysed | None = None) -> list[Block]:
    """The report's blocks."""
    one = {label.rpartition("/")[2] if "/" in label and record.cell is not None and record.cell.name == label else label: record}
    protocol = words.protocol(str(record.provenance.settings.get("protocol", "")))
    out: list[Block] = [Text(f"{protocol}. Ended: {record.outcome or 'not said'}." if protocol else f"Ended: {record.outcome or 'not said'}.", "lead")]
    if record.cell is not None:
        out.append(Section("Cell", _parts.cells_blocks(dict.fromkeys(one, record.cell), shelf)))
    told = techniques(record, analysed, shelf) if analysed is not None else []
    if analysed is not None and any(t != "impedance" for t in analysed.contained):  # the techniques draw the trace, and the spectra where they are several
        left = tuple(record.spectra) if len(record.spectra) == 1 else ()
    else:
        left = tuple(record.segments)
    overview = _parts.experiment({k: replace(r, segments=left) for k, r in one.items()}, shelf) if left else []
    out.append(Section("Result", [*overview, *told, *([_parts.finding_grid(findings)] if findings else [])]))
    for title, found in (("Where the voltage goes", _parts.budgets(one, shelf)), ("Voids, filaments and films", _parts.slow_states(one, shelf))):
        if found:
            out.append(Section(title, found))
    if record.cell is not None:
        out.append(Section("Parameters", _parts.parameter_blocks(dict.fromkeys(one, record.cell))))
    out.append(Section("Provenance", [*_parts.provenance_blocks(record), *_parts.software([record])]))
    return out
