"""The report of a study: what was reported beside what was simulated, and everything it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ...cells import Cell
from ...record import Record
from ..html import Block, Bullets, Folded, Grid, Links, Section, Text
from ..style import Sheet
from ..words import rounded
from . import _parts, _tests

if TYPE_CHECKING:
    from ...literature import Claim
    from ...studies import Row, StudyResult


def study(result: StudyResult, path: str | Path, *, shelf: dict[str, Sheet] | None = None) -> Path:
    """Write the report of a study as one HTML file and return its path.

    shelf   filled with the figures by a short name, for an export
    """
    return _parts.write(path, result.title, blocks(result, shelf))


#: heads of the table of a study's page
HEADS = ("claim", "what", "reported", "simulated (80 %)", "role", "note; gain over naive rules [nats]")
SHOWN = ("predicted", "calibrated on", "control", "prior only")


def blocks(result: StudyResult, shelf: dict[str, Sheet] | None = None) -> list[Block]:
    """The report's blocks."""
    experiments, said = by_experiment(result.records), _claims_of(result)
    out: list[Block] = [Text(result.question, "lead"), Text(f"Source: {result.source}"), *_reported(result, shelf)]
    if result.calibration:
        out.append(Section("Calibration", [Bullets(result.calibration)]))
    if result.cells:
        out.append(Section("Cells", _parts.cells_blocks(_some(result.cells), shelf)))
    for name, records in experiments.items():
        out.append(Section(name[:1].upper() + name[1:], [*_tests.figures(name, records, result.rows, said, shelf, f"{_plain(name)}-"), *_ends(records)]))
    out += [s for s in (_budget(experiments, shelf), _states(experiments, shelf), _fields(result, shelf)) if s.blocks]
    if result.tables:
        out.append(Section("Further tables", [Grid(t.columns, [[rounded(c) for c in row] for row in t.rows], t.title, t.note) for t in result.tables]))
    if result.open:
        out.append(Section("What the data can't tell apart", [Bullets(result.open)]))
    out += _rest(result)
    if result.methods:
        out.append(Section("Methods", [Text(result.methods)]))
    if result.cells:
        out.append(Section("Parameters", _parts.parameter_blocks(_some(result.cells))))
    out.append(Section("Software", _parts.software(result.records.values(), result.settings)))
    return out


def index(results: Mapping[str, StudyResult], pages: Mapping[str, str], path: str | Path) -> Path:
    """Write the index of several studies: the table of summaries, one figure of all claims a study, and links to the pages."""
    from ...studies import summary

    heads = summary.HEADS
    rows = [summary.of(r).cells() for r in results.values()]
    if len(results) > 1:
        rows.append(summary.of_all(results.values()).cells())
    out: list[Block] = [
        Text("Each paper as a study: every claim that the package can answer now stands beside what was simulated; the others say why not yet.", "lead"),
        Section("What it is worth", [Grid(heads, rows), Text(SCORES, "note")]),
        Section("The studies", [Links([(pages[name], f"{name}: {r.title}") for name, r in results.items() if name in pages])]),
    ]
    for name, r in results.items():
        out.append(Section(name, [Text(r.question), *_claims(r), Bullets(summary.of(r).controls)]))
    return _parts.write(path, "The founding papers as studies", out)


SCORES = (
    "Gain: mean log-score of the prediction less that of a naive rule, over the claims that the rule answers; above zero the simulation made the reported value more probable. "
    "Bands: two-sided predictions whose 80 % band holds the reported value. Definitions: docs/studies.md."
)


def _some(cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """The cells without their copies at another temperature."""
    return {k: c for k, c in cells.items() if ", cold" not in k}


def _reported(result: StudyResult, shelf: dict[str, Sheet] | None) -> list[Block]:
    """Table and figure of what was reported beside what was simulated, and the summary."""
    from ...studies import summary

    worth = summary.of(result)
    own = [r for r in result.rows if r.role in SHOWN or r.simulated is not None]
    answers, others = ([tuple(rounded(c) for c in (*r.cells()[:5], "; ".join(t for t in (r.note, _gains(r)) if t))) for r in own if bool(r.claim) is asked] for asked in (True, False))
    out: list[Block] = [*_summary(result.rows), Grid(HEADS, answers, right=(2, 3))]
    if others:
        out.append(Grid(HEADS[1:], [r[1:] for r in others], "Controls, and tests of which the claims hold no number", right=(1, 2)))
    out.append(Text("calibrated on: the number was used to fit a parameter; predicted: it was not; input: it went in and is read back; prior only: nothing was fitted; control: a cell "
                    "or mechanism for comparison that the source does not have, or a claim read another way; shown: a test of the paper of which the claims hold no number. In brackets the 80 % interval over what is not known.", "note"))  # fmt: skip
    worth_blocks: list[Block] = [Grid(summary.HEADS, [worth.cells()]), Text(SCORES, "note")] if worth.scored else []
    return [Section("Reported and simulated", [*_claims(result, shelf), *out]), *([Section("What it is worth", worth_blocks)] if worth_blocks else [])]


def _claims(result: StudyResult, shelf: dict[str, Sheet] | None = None) -> list[Block]:
    from ..figures import reported

    if not any(r.role == "predicted" and r.reported and r.simulated is not None for r in result.rows):
        return []
    caption = "Simulated over reported for every predicted claim. Line: 80 % band of the draws (blue where it holds the reported value); point: nominal cell; cross: a naive rule; arrow: beyond the axis, or ended alive."
    return _parts.picture(lambda: reported.claims(result.rows), caption, shelf, "claims")


def _gains(row: Row) -> str:
    said = ", ".join(f"{g['1.0']:+.2f} over {rule}" for rule, g in row.gains.items())
    return f"gain {said}" if said else ""


def _claims_of(result: StudyResult) -> Mapping[str, Claim]:
    """The claims of the paper, where the study is of one."""
    from ... import literature

    return literature.claims(result.name) if result.name in literature.papers() else {}


def _rest(result: StudyResult) -> list[Block]:
    """What is not answered yet and why, what went in, and the audit."""
    out: list[Block] = []
    waiting = [r for r in result.rows if r.role == "not yet"]
    if waiting:
        out.append(Section("Not yet", [Text(f"{len(waiting)} claims that this version can't answer, each with the reason."), Folded("All of them", [Grid(("claim", "what", "reported", "why not yet"), [(r.claim, r.what, rounded(r.cells()[2]), r.note) for r in waiting], small=True)])]))
    given = [r for r in result.rows if r.role == "input" and r.simulated is None]
    if given:
        out.append(Section("What went in", [Folded(f"{len(given)} claims", [Grid(("claim", "what", "reported", "where"), [(r.claim, r.what, rounded(r.cells()[2]), r.note) for r in given], small=True)])]))
    if result.audit:
        out.append(Section("Audit of the paper's own numbers", [Grid(("verdict", "rule", "sentence"), result.audit)]))
    return out


def by_experiment(records: Mapping[str, Record]) -> dict[str, dict[str, Record]]:
    """Records keyed "experiment: variant" as experiment -> variant -> record; one without a colon stands for itself."""
    out: dict[str, dict[str, Record]] = {}
    for key, record in records.items():
        name, colon, variant = key.partition(":")
        out.setdefault(name.strip(), {})[variant.strip() if colon else name.strip()] = record
    return out


def _ends(records: Mapping[str, Record]) -> list[Block]:
    """How each test ended; one sentence where all ran through."""
    if len(records) > 1 and all(r.outcome in ("", "completed") for r in records.values()):
        return [Text("All of these tests ran to their end.", "note")] if any(r.traces for r in records.values()) else []
    return _parts.ends(records)


def _plain(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name.casefold()).strip("-")


def _summary(rows: tuple[Row, ...]) -> list[Block]:
    """How many predictions with an interval hold the reported number."""
    judged = [r for r in rows if r.held is not None]
    if not judged:
        return []
    return [Text(f"Of {len(judged)} predicted numbers with an interval, {sum(bool(r.held) for r in judged)} reported values lie inside it (bounds and lives that ended alive: are allowed by it).")]


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
