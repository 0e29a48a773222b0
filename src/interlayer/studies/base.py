"""What a study is: cells and protocols of one paper or question, what was reported, and what was simulated beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .. import units
from ..cells import Cell
from ..names import name
from ..record import Record
from ..registry import Registry


@dataclass(frozen=True)
class Row:
    """One line of the table reported / simulated.

    claim      id in the claims file ("S2.C20"), "" for a control that no paper reported
    what       in words, with the conditions
    quantity   row of names.py; `reported`, `simulated` and `interval` are SI
    role       "calibrated on", "predicted", "prior only" or "control"
    interval   80 % interval of the simulation over what is not known
    note       why it differs, or what the number can't tell
    """

    claim: str
    what: str
    quantity: str
    reported: float | None
    simulated: float | None
    role: str
    interval: tuple[float, float] | None = None
    note: str = ""

    def cells(self) -> tuple[str, str, str, str, str, str]:
        """Text cells: claim, what, reported, simulated, role, note."""
        shown = "" if self.simulated is None else units.show(self.simulated, self.quantity, 4 if abs(units.lab(self.simulated, self.quantity)) >= 1000.0 else 3)
        if self.interval is not None:
            low, high = (units.lab(v, self.quantity) for v in self.interval)
            shown += f" ({low:.3g} to {high:.3g})"
        return (
            self.claim, self.what, "" if self.reported is None else units.show(self.reported, self.quantity, 4), shown, self.role, self.note,
        )  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON form, SI."""
        return {
            "claim": self.claim, "what": self.what, "quantity": self.quantity, "unit": name(self.quantity).si, "reported": self.reported,
            "simulated": self.simulated, "interval_80": list(self.interval) if self.interval else None, "role": self.role, "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A further table of a report: title, column heads, rows of text, a sentence below it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, eq=False)
class StudyResult:
    """All that a report of a study shows.

    cells        by variant ("bare", "protected"), calibrated
    records      by experiment and variant, e.g. "impedance: bare", "strip/plate: protected", "ramp: bare"
    rows         the table reported / simulated / role
    tables       further tables (candidate drives, run from priors alone, calibration)
    fields       name -> data of a contact field (`simulation.field.contact.ContactField`)
    open         sentences: what the data can't tell apart
    methods      the methods paragraph
    calibration  sentences: what was fitted to what
    """

    name: str
    title: str
    source: str
    question: str
    cells: Mapping[str, Cell]
    records: Mapping[str, Record]
    rows: tuple[Row, ...]
    tables: tuple[Table, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    open: tuple[str, ...] = ()
    calibration: tuple[str, ...] = ()
    methods: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON form without the records."""
        return {
            "name": self.name, "title": self.title, "source": self.source, "question": self.question,
            "cells": {k: c.notation for k, c in self.cells.items()}, "rows": [r.as_dict() for r in self.rows],
            "tables": [{"title": t.title, "columns": list(t.columns), "rows": [list(r) for r in t.rows], "note": t.note} for t in self.tables],
            "open": list(self.open), "calibration": list(self.calibration), "methods": self.methods, "settings": dict(self.settings),
        }  # fmt: skip


#: what a study's `run` may be told: called with (sentence, share done between 0 and 1)
Tell: TypeAlias = Callable[[str, float], None]

#: name -> function run(tell) -> StudyResult
STUDIES: Registry[Callable[[Tell | None], StudyResult]] = Registry("study", "interlayer.studies")


def run(study: str, tell: Tell | None = None) -> StudyResult:
    """Run a study by name; `tell` hears of its progress."""
    return STUDIES[study](tell)
