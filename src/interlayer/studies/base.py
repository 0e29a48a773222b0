"""What a study is: cells and protocols of one paper or question, what was reported, and what was simulated beside it."""

from __future__ import annotations

import math
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
    role       "calibrated on", "predicted", "input", "prior only", "control", "shown" (a test of the paper of which nothing is
               reported) or "not yet"
    interval   80 % interval of the simulation over what is not known
    note       why it differs, or what the number can't tell
    form       of the claim: "point", "approx", "lower_bound", "upper_bound", "series", "range"
    censored   the claim is a life that ended alive; `beyond`: the simulated one did
    split      of the claim: what it may be used for
    score      log-score of the prediction (score.py), None where it predicts nothing
    naive      naive rule -> what it says (SI); gains: naive rule -> {factor on its spread: score less the rule's}
    printed    the claim as printed, where it has no single number in SI
    where      key of the record it was taken from, "strip/plate: protected"
    """

    claim: str
    what: str
    quantity: str
    reported: float | None
    simulated: float | None
    role: str
    interval: tuple[float, float] | None = None
    note: str = ""
    form: str = "point"
    censored: bool = False
    beyond: bool = False
    split: str = ""
    score: float | None = None
    naive: Mapping[str, float] = field(default_factory=dict)
    gains: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    printed: str = ""
    where: str = ""

    @property
    def scored(self) -> bool:
        """Whether this row is a prediction that the score counts."""
        return self.score is not None

    @property
    def held(self) -> bool | None:
        """Whether the 80 % band holds what was reported (for a bound: whether any of the band does); None without either."""
        if self.interval is None or self.reported is None or self.role != "predicted":
            return None
        low, high = self.interval
        if self.censored or self.form == "lower_bound":
            return high >= self.reported
        return low <= self.reported if self.form == "upper_bound" else low <= self.reported <= high

    def missed(self) -> str:
        """In words what the prediction gets wrong, "" where it does not."""
        if self.held is not False or self.reported is None or self.interval is None:
            return ""
        side = "above" if self.interval[0] > self.reported else "below"
        said = {True: "at least ", False: "at most " if self.form == "upper_bound" else ""}[self.censored or self.form == "lower_bound"]
        return f"reported {said}{units.show(self.reported, self.quantity)}, simulated {side} it over the whole 80 % band; something that decides here is not in the model or not in its priors"

    def cells(self) -> tuple[str, str, str, str, str, str]:
        """Text cells: claim, what, reported, simulated, role, note."""
        return (self.claim, self.what, self._reported(), self._simulated(), self.role, self.note)

    def _reported(self) -> str:
        if self.reported is None:
            return self.printed
        sign = "≥ " if self.censored or self.form == "lower_bound" else "≤ " if self.form == "upper_bound" else ""
        return f"{sign}{units.show(self.reported, self.quantity, 4)}{' (ended alive)' if self.censored else ''}"

    def _simulated(self) -> str:
        if self.simulated is None:
            return ""
        digits = 4 if abs(units.lab(self.simulated, self.quantity)) >= 1000.0 else 3
        shown = ("> " if self.beyond else "") + units.show(self.simulated, self.quantity, digits)
        if self.interval is None:
            return shown
        low, high = (units.lab(v, self.quantity) for v in self.interval)
        if math.isinf(high):
            return f"{shown} ({'all alive' if math.isinf(low) else f'{_short(low)} to alive'})"
        return f"{shown} ({_short(low)} to {_short(high)})"

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON form, SI."""
        return {
            "claim": self.claim, "what": self.what, "quantity": self.quantity, "unit": name(self.quantity).si if self.quantity else "", "reported": self.reported,
            "simulated": self.simulated, "interval_80": list(self.interval) if self.interval else None, "role": self.role, "note": self.note, "form": self.form,
            "censored": self.censored, "simulated_beyond": self.beyond, "split": self.split, "score": self.score, "naive": dict(self.naive),
            "gains": {k: dict(v) for k, v in self.gains.items()}, "held_80": self.held, "printed": self.printed,
        }  # fmt: skip


def _short(value: float) -> str:
    """Three digits, without powers of ten for what is next to nothing or some thousands."""
    return "< 0.001" if 0.0 < value < 1e-3 else f"{value:.0f}" if 1e3 <= value < 1e6 else f"{value:.3g}"


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
    parameters   how many numbers were fitted
    audit        verdicts on the paper's own numbers: (verdict, rule, sentence)
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
    parameters: int = 0
    audit: tuple[tuple[str, str, str], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON form without the records."""
        return {
            "name": self.name, "title": self.title, "source": self.source, "question": self.question,
            "cells": {k: c.notation for k, c in self.cells.items()}, "rows": [r.as_dict() for r in self.rows],
            "tables": [{"title": t.title, "columns": list(t.columns), "rows": [list(r) for r in t.rows], "note": t.note} for t in self.tables],
            "open": list(self.open), "calibration": list(self.calibration), "methods": self.methods, "settings": dict(self.settings),
            "parameters_fitted": self.parameters, "audit": [list(a) for a in self.audit],
        }  # fmt: skip


#: what a study's `run` may be told: called with (sentence, share done between 0 and 1)
Tell: TypeAlias = Callable[[str, float], None]

#: name -> function study(tell=None, samples=None) -> StudyResult; samples overrules the number of draws
STUDIES: Registry[Callable[..., StudyResult]] = Registry("study", "interlayer.studies")


def run(study: str, tell: Tell | None = None, samples: int | None = None) -> StudyResult:
    """Run a study by name; `tell` hears of its progress, `samples` overrules the number of draws."""
    return STUDIES[study](tell) if samples is None else STUDIES[study](tell, samples)
