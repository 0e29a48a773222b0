"""Cells or records beside each other as tables: what differs in the cells, the findings of every technique with their ratio,
the overpotential budgets, and what limits each cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from .. import units
from ..cells import Cell
from ..errors import InterlayerError
from ..record import Finding, Record
from .html import Grid
from .words import is_event, measure, measured, shown

if TYPE_CHECKING:
    from ..analysis.recognise import Analysed

NONE: Final = "-"
SIDES: Final = (" left", " right")
SMALL = 0.05  # share of the cell voltage below which a part is not named among what limits it
#: of a fit only these are put beside each other: its other parameters belong to circuits that may differ
OF_SPECTRA: Final = ("conductivity",)
Experiments = Mapping[str, Mapping[str, Record]]


@dataclass(frozen=True)
class Beside:
    """Several cells or files, gathered.

    tables     in the order in which they are read
    limits     label -> what limits the cell, in a sentence
    findings   experiment -> label -> what the techniques of its record say
    """

    tables: tuple[Grid, ...]
    limits: Mapping[str, str]
    findings: Mapping[str, Mapping[str, Analysed]]

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "tables": [{"title": t.caption, "columns": list(t.columns), "rows": [list(r) for r in t.rows]} for t in self.tables], "limits": dict(self.limits),
            "findings": {k: {label: [f.as_dict() for f in a.all()] for label, a in row.items()} for k, row in self.findings.items()},
        }  # fmt: skip


def beside(cells: Mapping[str, Cell], records: Experiments) -> Beside:
    """All tables of cells and of the records of each experiment (by its name, then by label)."""
    from ..analysis.recognise import analyse

    found = {kind: {label: analyse(record) for label, record in row.items()} for kind, row in records.items()}
    budgets = {kind: _budgets(row) for kind, row in records.items()}
    tables = [_what_differs(cells), numbers(records)]
    tables += [_findings(kind, row) for kind, row in found.items()]
    tables += [_shares(kind, row) for kind, row in budgets.items()]
    tables += [_parameters(cells, alike=True), _parameters(cells, alike=False)]
    limits: dict[str, str] = {}
    for kind, row in budgets.items():
        for label, parts in row.items():
            limits[label] = _limit(label, parts, records[kind][label])
    return Beside(tuple(t for t in tables if t is not None), limits, found)


# -- cells ------------------------------------------------------------------------------------------------------------
def _roles(cell: Cell) -> dict[str, str]:
    """Beginning of a path -> what it is called beside other cells: faces and separator by the place where they are."""
    faces = cell.interfaces
    out = {f"interfaces.{faces[0].name}.": "face at the left electrode: "}
    if faces[-1].name != "|".join(reversed(faces[0].name.split("|"))) and faces[-1].name != faces[0].name:
        out[f"interfaces.{faces[-1].name}."] = "face at the right electrode: "
    else:
        out = {k: "face at the electrodes: " for k in out}
    return out | {f"layers.{cell.separator.name}.": "separator: "}


def _called(path: str, roles: Mapping[str, str]) -> str:
    return next((word + path.removeprefix(start) for start, word in roles.items() if path.startswith(start)), path)


def _what_differs(cells: Mapping[str, Cell]) -> Grid | None:
    """Stack, layers, faces with what happens there, separator and conditions, where they are not the same in all."""
    if len(cells) < 2:
        return None
    rows: dict[str, dict[str, str]] = {}
    for label, cell in cells.items():
        said = {"stack": "|".join(("/".join([f"{part.name}" for part in cell.layers]), "")).rstrip("|")}
        said["stack"] = f"{cell.electrodes[0].name}|{said['stack']}|{cell.electrodes[1].name}"
        extra = [f"{part.name} ({units.show(part.thickness.value, 'thickness', 3)})" for part in cell.layers if part is not cell.separator]
        said["layers beside the separator"] = ", ".join(dict.fromkeys(extra)) or NONE
        said["separator"] = f"{cell.separator.name} ({units.show(cell.separator.thickness.value, 'thickness', 3)})"
        for which, face in (("left", cell.interfaces[0]), ("right", cell.interfaces[-1])):
            said[f"face at the {which} electrode"] = face.name
            said[f"what happens at the {which} face"] = ", ".join(word.replace("_", " ") for word in sorted(face.physics)) or NONE
        said |= {"temperature": units.show(cell.temperature, "temperature"), "area": NONE if cell.area is None else str(cell.area), "pressure": NONE if cell.pressure is None else str(cell.pressure)}
        for what, value in said.items():
            rows.setdefault(what, {})[label] = value
    kept = [(what, *(row.get(label, NONE) for label in cells)) for what, row in rows.items() if len(set(row.values())) > 1]
    return Grid(("what", *cells), kept, "What differs in the cells", "" if kept else "Parts and conditions are the same.")


def _values(cells: Mapping[str, Cell]) -> dict[str, dict[str, str]]:
    """What a parameter is called beside the other cells -> label -> value."""
    out: dict[str, dict[str, str]] = {}
    for label, cell in cells.items():
        roles = _roles(cell)
        for path, value in cell.parameters().items():
            out.setdefault(_called(path, roles), {})[label] = str(value)
    return out


def _parameters(cells: Mapping[str, Cell], *, alike: bool) -> Grid | None:
    """Parameters that all cells have and that differ; or those that only some have."""
    if len(cells) < 2:
        return None
    rows = [
        (name, *(row.get(label, NONE) for label in cells)) for name, row in _values(cells).items()
        if (len(row) == len(cells) and len(set(row.values())) > 1 if alike else len(row) < len(cells))
    ]  # fmt: skip
    if alike:
        return Grid(("parameter", *cells), rows, "Parameters that differ", "Faces and separator are set beside each other by their place in the cell.")
    return Grid(("parameter", *cells), rows, "Parameters of parts that not all cells have") if rows else None


# -- experiments ------------------------------------------------------------------------------------------------------
def numbers(records: Experiments) -> Grid:
    """Ends of every spectrum, and the largest voltage of every trace with how it ended."""
    import numpy as np

    from .._cli import hertz

    rows: dict[str, dict[str, tuple[str, float]]] = {}
    labels = list(dict.fromkeys(label for row in records.values() for label in row))
    for label, record in records.get("Impedance", {}).items():
        segment = record.spectra[0]
        specific = "specific_impedance_real" in segment or "area" in record.conditions
        real = record.impedance(segment, specific=specific).real
        quantity = "specific_impedance_real" if specific else "impedance_real"
        ends = int(np.argmax(segment["frequency"])), int(np.argmin(segment["frequency"]))
        for at, word in zip(ends, ("highest", "lowest"), strict=True):
            rows.setdefault(f"Re Z at the {word} frequency, {hertz(float(segment['frequency'][at]))}", {})[label] = units.show(float(real[at]), quantity), float(real[at])
        between = float(real[ends[1]] - real[ends[0]])
        rows.setdefault("Re Z, lowest less highest frequency", {})[label] = units.show(between, quantity), between
    for label, record in records.get("Direct current", {}).items():
        rows.setdefault("largest |V|", {})[label] = units.show(top := float(np.nanmax(np.abs(record.trace("voltage")))), "overpotential"), top
        if record.outcome:
            rows.setdefault("ended", {})[label] = record.outcome, 0.0
    two = len(labels) == 2
    made = []
    for what, row in rows.items():
        values = [row[label][1] if label in row else 0.0 for label in labels]
        made.append((what, *(row[label][0] if label in row else NONE for label in labels), *((measure(values[1] / values[0]) if all(values) else "",) if two else ())))
    return Grid(("what", *labels, *(("ratio",) if two else ())), made, "Numbers")


def _findings(kind: str, row: Mapping[str, Analysed]) -> Grid | None:
    """The findings of every technique, one line each, a column a record, the ratio where there are two."""
    lines: dict[tuple[str, str], dict[str, Finding]] = {}
    events: dict[tuple[str, str], dict[str, list[Finding]]] = {}
    for label, one in row.items():
        for technique, made in one.findings.items():
            seen: dict[str, int] = {}
            for f in made:
                if technique == "impedance" and not f.name.startswith(OF_SPECTRA):
                    continue
                seen[f.name] = seen.get(f.name, 0) + 1
                if is_event(f):  # single events are counted, not set beside each other
                    events.setdefault((technique, f"{f.name}, times"), {}).setdefault(label, []).append(f)
                    continue
                lines.setdefault((technique, f.name if seen[f.name] == 1 else f"{f.name} ({seen[f.name]})"), {})[label] = f
    rows = []
    for (technique, name), found in lines.items():
        cells = [shown(found[label]) if label in found else NONE for label in row]
        rows.append((technique.replace("_", " "), name, *cells, *([_ratio([found.get(label) for label in row])] if len(row) == 2 else [])))
    for (technique, name), each in events.items():
        rows.append((technique.replace("_", " "), name, *(str(len(each.get(label, ()))) for label in row), *(("",) if len(row) == 2 else ())))
    if not rows:
        return None
    return Grid(("technique", "finding", *row, *(("ratio",) if len(row) == 2 else ())), rows, f"Findings, {kind[:1].lower()}{kind[1:]}", "Ratio: the second over the first." if len(row) == 2 else "")


def _ratio(pair: list[Finding | None]) -> str:
    """The second value over the first, with its error where both have one; "" where they can't be divided."""
    first, second = pair
    if first is None or second is None or first.quantity != second.quantity:
        return ""
    a, b = first.value, second.value
    if not (isinstance(a, int | float) and isinstance(b, int | float)) or a == 0.0 or first.quantity in ("number", "temperature"):
        return ""
    value = float(b) / float(a)
    relative = [f.std / abs(float(v)) if v else None for f, v in ((first, a), (second, b)) if f.std is not None]
    known = [r for r in relative if r is not None]
    return measure(value, abs(value) * (known[0] ** 2 + known[1] ** 2) ** 0.5 if len(known) == 2 else None)


# -- where the voltage goes -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Parts:
    voltage: float
    current_density: float
    half_cycle: int
    drops: Mapping[str, float]


def _budgets(row: Mapping[str, Record]) -> dict[str, _Parts]:
    """Voltage by part of the cell and process, equal sides together, at the end of the last half cycle that all completed."""
    from .figures.budget import Budget, budget_of

    held = {label: r for label, r in row.items() if r.cell is not None and any(c.startswith("voltage@") for s in r.traces for c in s.channels)}
    if not held:
        return {}
    try:
        last = min(budget_of(r).half_cycle for r in held.values()) or None
        found: dict[str, Budget] = {label: budget_of(r, last) for label, r in held.items()}
    except InterlayerError:  # where a half cycle has no parts that add up: the figure says why
        return {}
    out = {}
    for label, b in found.items():
        drops: dict[str, float] = {}
        for (place, process), volts in b.drops.items():
            for side in SIDES:
                place = place.removesuffix(side)
            name = place if process == "layer" else f"{place}: {process}"
            drops[name] = drops.get(name, 0.0) + volts
        out[label] = _Parts(b.voltage, b.current_density, b.half_cycle, drops)
    return out


def _shares(kind: str, row: Mapping[str, _Parts]) -> Grid | None:
    """Millivolts and shares of every part, a column a cell."""
    if not row:
        return None
    names = list(dict.fromkeys(name for parts in row.values() for name in parts.drops))
    rows = [(name, *(_share(parts, name) for parts in row.values())) for name in names if any(abs(p.drops.get(name, 0.0)) > 1e-4 * abs(p.voltage) for p in row.values())]
    rows.append(("cell", *(measured(p.voltage, None, "voltage") for p in row.values())))
    first = next(iter(row.values()))
    at = "; ".join(f"{label} under {units.show(abs(p.current_density), 'current_density', 3)}" for label, p in row.items())
    when = f"At the end of half cycle {first.half_cycle}" if first.half_cycle else "At the end"
    return Grid(("part", *row), rows, f"Where the voltage goes, {kind[:1].lower()}{kind[1:]}", f"{when}: {at}. Both sides of a part are added.")


def _share(parts: _Parts, name: str) -> str:
    if name not in parts.drops:
        return NONE
    return f"{measured(parts.drops[name], None, 'voltage')} ({100.0 * parts.drops[name] / parts.voltage:.0f} %)"


def _limit(label: str, parts: _Parts, record: Record) -> str:
    """What takes the most of the cell's voltage, and how the test ended."""
    order = sorted(parts.drops, key=lambda n: -abs(parts.drops[n]))
    named = [f"{n} ({100.0 * parts.drops[n] / parts.voltage:.0f} %)" for n in order if abs(parts.drops[n]) >= SMALL * abs(parts.voltage)][:3]
    ended = f"; it ended: {record.outcome}" if record.outcome not in ("", "completed") else ""
    return f"{label} is limited by {_listed(named)} of {measured(parts.voltage, None, 'voltage')}{ended}"


def _listed(named: list[str]) -> str:
    """The largest, then the next two."""
    return named[0] if len(named) == 1 else f"{named[0]}, then {' and '.join(named[1:])}"


__all__ = ["Beside", "beside", "numbers"]
