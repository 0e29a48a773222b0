"""The report of a study: what was reported beside what was simulated, and everything it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ...record import Record
from ..html import Block, Bullets, Grid, Section, Text
from ..style import Sheet
from ..words import REPORTED, rounded
from . import _parts

if TYPE_CHECKING:
    from ...studies import Row, StudyResult


def study(result: StudyResult, path: str | Path, *, shelf: dict[str, Sheet] | None = None) -> Path:
    """Write the report of a study as one HTML file and return its path.

    shelf   filled with the figures by a short name, for an export
    """
    return _parts.write(path, result.title, blocks(result, shelf))


def blocks(result: StudyResult, shelf: dict[str, Sheet] | None = None) -> list[Block]:
    """The report's blocks."""
    experiments = by_experiment(result.records)
    out: list[Block] = [Text(result.question, "lead"), Text(f"Source: {result.source}")]
    out.append(Section("Reported and simulated", [
        *_summary(result.rows), Grid(REPORTED, [tuple(rounded(c) for c in r.cells()) for r in result.rows], right=(2, 3)),
        Text("calibrated on: the number was used to fit a parameter; predicted: it was not; prior only: nothing was fitted; control: a cell "
             "or mechanism for comparison that the source does not have. In brackets the 80 % interval over what is not known.", "note"),
    ]))  # fmt: skip
    if result.calibration:
        out.append(Section("Calibration", [Bullets(result.calibration)]))
    if result.cells:
        out.append(Section("Cells", _parts.cells_blocks(result.cells, shelf)))
    for name, records in experiments.items():
        out.append(Section(name[:1].upper() + name[1:], [*_parts.experiment(records, shelf, f"{_plain(name)}-"), *_parts.ends(records)]))
    out += [s for s in (_budget(experiments, shelf), _states(experiments, shelf), _fields(result, shelf)) if s.blocks]
    if result.tables:
        out.append(Section("Further tables", [Grid(t.columns, [[rounded(c) for c in row] for row in t.rows], t.title, t.note) for t in result.tables]))
    if result.open:
        out.append(Section("What the data can't tell apart", [Bullets(result.open)]))
    if result.methods:
        out.append(Section("Methods", [Text(result.methods)]))
    if result.cells:
        out.append(Section("Parameters", _parts.parameter_blocks(result.cells)))
    out.append(Section("Software", _parts.software(result.records.values(), result.settings)))
    return out


def by_experiment(records: Mapping[str, Record]) -> dict[str, dict[str, Record]]:
    """Records keyed "experiment: variant" as experiment -> variant -> record; one without a colon stands for itself."""
    out: dict[str, dict[str, Record]] = {}
    for key, record in records.items():
        name, colon, variant = key.partition(":")
        out.setdefault(name.strip(), {})[variant.strip() if colon else name.strip()] = record
    return out


def _plain(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name.casefold()).strip("-")


def _summary(rows: tuple[Row, ...]) -> list[Block]:
    """How many predictions with an interval hold the reported number."""
    judged = [r for r in rows if r.role == "predicted" and r.reported is not None and r.interval is not None]
    if not judged:
        return []
    held = sum(r.interval[0] <= r.reported <= r.interval[1] for r in judged if r.interval is not None and r.reported is not None)
    return [Text(f"Of {len(judged)} predicted numbers with an interval, {held} reported values lie inside it.")]


def _budget(experiments: Mapping[str, Mapping[str, Record]], shelf: dict[str, Sheet] | None) -> Section:
    for wanted in ("strip_plate", "critical_current", ""):
        for records in experiments.values():
            if _parts.technique(records.values()) == wanted and (found := _parts.budgets(records, shelf)):
                return Section("Where the voltage goes", found)
    return Section("Where the voltage goes")


def _states(experiments: Mapping[str, Mapping[str, Record]], shelf: dict[str, Sheet] | None) -> Section:
    for wanted in ("critical_current", "strip_plate", ""):
        for name, records in experiments.items():
            if _parts.technique(records.values()) == wanted and (found := _parts.slow_states(records, shelf)):
                return Section(f"Voids, filaments and films during the {name}", found)
    return Section("Voids, filaments and films")


def _fields(result: StudyResult, shelf: dict[str, Sheet] | None) -> Section:
    from ..figures import contact

    if not result.fields:
        return Section("Current focusing at the contacts")
    caption = (
        "Local over mean current density in the electrolyte around one contact spot (black bar) of a face, mirrored about its axis; grey: gap. "
        "White lines are equipotentials. The panels have their own length scales and one colour scale."
    )
    return Section("Current focusing at the contacts", _parts.picture(lambda: contact.focusing(result.fields), caption, shelf, "focusing"))
