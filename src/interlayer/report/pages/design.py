"""Reports of the design room: an identification, a window, cells beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...cells import Cell
from ...record import Record
from ..html import Block, Bullets, Grid, Section, Text
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


def comparison(cells: Mapping[str, Cell], records: Mapping[str, Mapping[str, Record]], path: str | Path, *, tables: Sequence[Grid] = (), shelf: dict[str, Sheet] | None = None) -> Path:
    """Write the report of cells or files beside each other and return its path."""
    return _parts.write(path, f"Compare: {', '.join({**cells, **next(iter(records.values()), {})})}", comparison_blocks(cells, records, tables, shelf))


def comparison_blocks(
    cells: Mapping[str, Cell], records: Mapping[str, Mapping[str, Record]], tables: Sequence[Grid] = (), shelf: dict[str, Sheet] | None = None
) -> list[Block]:  # fmt: skip
    """Cells, tables, and each experiment's records (by its name, then by label) in one figure."""
    out: list[Block] = [Section("Cells", _parts.cells_blocks(cells, shelf))] if cells else []
    if tables:
        out.append(Section("Beside each other", list(tables)))
    for title, row in records.items():
        out.append(Section(title, [*_parts.experiment(row, shelf, f"{title.split()[0].lower()}-"), *_parts.ends(row)]))
    if cells:
        out.append(Section("Parameters", _parts.parameter_blocks(cells)))
    return [*out, Section("Software", _parts.software([r for row in records.values() for r in row.values()]))]
