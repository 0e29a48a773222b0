"""Reports of the design room: an identification, a window, cells beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ...cells import Cell
from ...record import Record
from ..beside import Beside, beside
from ..html import Block, Bullets, Folded, Section, Text
from ..style import Sheet
from . import _parts

if TYPE_CHECKING:
    from ...analysis._profile import Profile
    from ...design.identify import Identification
    from ...design.window import Window


def identification(found: Identification, path: str | Path, *, profiles: Mapping[str, Profile] | None = None, shelf: dict[str, Sheet] | None = None) -> Path:
    """Write the report of an identification and return its path."""
    return _parts.write(path, f"Identification: {found.cell.name or found.cell.notation}", identification_blocks(found, profiles, shelf))


def identification_blocks(found: Identification, profiles: Mapping[str, Profile] | None = None, shelf: dict[str, Sheet] | None = None) -> list[Block]:
    """Verdict, values, what each record says alone, measured over simulated, profiles, parameters."""
    from ..figures import compare, profile

    said: list[Block] = [_parts.finding_grid(found.findings()[1:])]
    words = [*(f"{name}: {why}." for name, why in found.undetermined.items()), *(f"{w}." for w in found.correlations()), *found.remarks]
    if words:
        said.append(Bullets(words))
    out: list[Block] = [Text(f"{found.verdict[:1].upper()}{found.verdict[1:]}.", "lead"), Section("Values", said)]
    out.append(Section("What each record says alone", [Bullets([f"{w}." for w in found.alone()])]))
    over: list[Block] = []
    for number, (measured, simulated) in enumerate(zip(found.measured, found.simulated, strict=True)):
        over += _parts.picture(lambda m=measured, s=simulated: compare.compare(m, s), "Measured and simulated with the values found.", shelf, f"compare-{number + 1}")  # type: ignore[misc]
    out.append(Section("Measured and simulated", over))
    if profiles:
        drawn = _parts.picture(lambda: profile.profiles(profiles), "Profiles: each parameter moved, the others at their best; the interval is where the curve lies below one.", shelf, "profiles")
        out.append(Section("Profiles", [*drawn, Bullets([f"{p.words}." for p in profiles.values()])]))
    out.append(Section("Parameters", _parts.parameter_blocks({"identified": found.cell})))
    return [*out, Section("Software", _parts.software(found.simulated))]


def window(found: Window, path: str | Path, *, shelf: dict[str, Sheet] | None = None) -> Path:
    """Write the report of a window and return its path."""
    return _parts.write(path, f"Window: {found.cell.name or found.cell.notation}", window_blocks(found, shelf))


def window_blocks(found: Window, shelf: dict[str, Sheet] | None = None) -> list[Block]:
    """What it says, the map, the parameters that were drawn."""
    from ..figures import window as figure

    caption = f"Share of {found.draws} drawn cells that meet the targets; {len(found.varied)} parameters drawn within their stated spreads."
    out: list[Block] = [Text(" ".join(found.words), "lead"), Bullets([str(t) for t in found.keep])]
    out.append(Section("Map", _parts.picture(lambda: figure.window(found), caption, shelf, "window")))
    return [*out, Section("Parameters", _parts.parameter_blocks({"cell": found.cell})), Section("Software", _parts.software())]


def comparison(cells: Mapping[str, Cell], records: Mapping[str, Mapping[str, Record]], path: str | Path, *, found: Beside | None = None, shelf: dict[str, Sheet] | None = None) -> Path:
    """Write the report of cells or files beside each other and return its path; `found` where `beside` was run already."""
    names = ", ".join({**cells, **{label: None for row in records.values() for label in row}})
    return _parts.write(path, f"Compare: {names}", comparison_blocks(cells, records, found, shelf))


def comparison_blocks(
    cells: Mapping[str, Cell], records: Mapping[str, Mapping[str, Record]], found: Beside | None = None, shelf: dict[str, Sheet] | None = None
) -> list[Block]:  # fmt: skip
    """What limits each cell, what differs in them, each experiment's records in one figure with its tables and budget."""
    found = found or beside(cells, records)
    out: list[Block] = [Bullets([f"{s}." for s in found.limits.values()])] if found.limits else []
    tables = {t.caption: t for t in found.tables}
    of_cells = [t for c, t in tables.items() if c.startswith(("What differs", "Parameters that differ"))]
    if cells:
        more = [Folded(c, [t]) for c, t in tables.items() if c.startswith("Parameters of parts")]
        out.append(Section("Cells", [*_parts.cells_blocks(cells, shelf), *of_cells, *more]))
    out.append(Section("Beside each other", [tables["Numbers"]]))
    for title, row in records.items():
        own = [t for c, t in tables.items() if c.endswith(f", {title[:1].lower()}{title[1:]}")]
        stem = title.split()[0].lower()
        out.append(Section(title, [*_parts.experiment(row, shelf, f"{stem}-"), *_parts.ends(row), *own, *_parts.budgets(row, shelf), *_parts.slow_states(row, shelf)]))
    if cells:
        out.append(Section("Parameters", _parts.parameter_blocks(cells)))
    return [*out, Section("Software", _parts.software([r for row in records.values() for r in row.values()]))]
