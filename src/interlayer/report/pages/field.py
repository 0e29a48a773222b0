"""Charts of the field: critical currents and lives that papers state, a user's own beside them; a page or images."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import RecordError
from ..files import laid_out, rendered, write_bytes
from ..html import Block, Grid, Section, Text
from ..style import Sheet
from . import _parts

if TYPE_CHECKING:
    from ...literature import Claim

LEAD = (
    "What is stated, as it is stated: tests differ in temperature, pressure, thickness and how the current was raised, so a point further out is no better cell by itself. "
    "An arrow stands where a cell did not fail: what it would have reached is larger."
)
IMAGES = ("png", "svg", "pdf")
NOTHING = "No claim of this choice states a critical current, or a life at a current density"


def charts(published: Iterable[Claim], own: Iterable[Claim] = ()) -> dict[str, Sheet]:
    """{"critical-current": chart, "life": chart}; one without a point is left out. Errors: `RecordError` where both are."""
    from ..figures import landscape

    theirs, mine = landscape.of_claims(published), landscape.of_claims(own, own=True)
    out = {}
    for name, draw, points in (("critical-current", landscape.critical_current, [*theirs[0], *mine[0]]), ("life", landscape.life, [*theirs[1], *mine[1]])):
        if points:
            out[name] = draw(points)
    if not out:
        raise RecordError(NOTHING, remedy="Quantities: critical_current_density; cycle_life_hours or failure_time with the condition current_density")
    return out


def field(published: Iterable[Claim], own: Iterable[Claim], path: str | Path) -> list[Path]:
    """Write the charts to `path`: one page where it ends in .html, else an image each beside it ("field-life.png")."""
    place = Path(path)
    drawn = charts(published, own)
    if place.suffix.lower() in (".html", ".htm"):
        return [_parts.write(place, "Critical currents and lives as stated", field_blocks(drawn))]
    kind = place.suffix.lower().removeprefix(".")
    if kind not in IMAGES:
        raise RecordError("Charts are written as a page or as images", given=place.name, allowed=("html", *IMAGES))
    out = []
    for name, sheet in drawn.items():
        out.append(place.with_name(f"{place.stem}-{name}{place.suffix}"))
        with laid_out(sheet):
            write_bytes(out[-1], rendered(sheet, kind))
    return out


def field_blocks(drawn: dict[str, Sheet]) -> list[Block]:
    """Both charts, each with its table."""
    titles = {"critical-current": "Critical current density by modification", "life": "Life against current density"}
    out: list[Block] = [Text(LEAD, "lead")]
    for name, sheet in drawn.items():
        table = sheet.tables[0]
        rows = [tuple(_cell(v) for v in row) for row in zip(*table.columns.values(), strict=True)]
        out.append(Section(titles[name], [*_parts.picture(lambda s=sheet: s, f"{titles[name]}."), Grid(tuple(table.columns), rows, small=True)]))  # type: ignore[misc]
    return [*out, Section("Software", _parts.software())]


def _cell(value: object) -> str:
    return "" if value is None else ("yes" if value else "") if isinstance(value, bool) else f"{value:.4g}" if isinstance(value, float) else str(value)
