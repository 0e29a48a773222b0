"""Which columns of a plain table are what: said by the caller, by the head, or (f, Re, Im only) by the numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..errors import ReadError, UnitError, UnknownNameError
from ..names import NAMES
from ._base import Columns
from ._headers import Header, locate, nearest_cells
from ._labels import INDEX, Column, normal, scale, understand, unit_of
from ._layout import Found
from ._notes import Notes
from ._source import Source
from ._take import Array

REAL = ("impedance_real", "specific_impedance_real")
PAIRS = (*((r, r.replace("real", "imag")) for r in REAL), ("impedance_modulus", "impedance_phase"))
SWEEP = frozenset(("frequency", "angular_frequency"))


@dataclass(frozen=True)
class Plan:
    """A table that was found in a file, and how its columns come to be known."""

    lines: Sequence[str]
    found: Found
    source: Source

    @cached_property
    def header(self) -> Header | None:
        """The head of the table."""
        return locate(self.lines, self.found)

    @cached_property
    def cells(self) -> list[str]:
        """The texts over the columns, understood or not."""
        return nearest_cells(self.lines, self.found)

    def refusal(self, what: str, given: object = None, allowed: Sequence[str] | None = None) -> ReadError:
        """The error that says how to name the columns, with the heads of this very table."""
        known = {c.quantity: repr(c.text) for c in understand(self.cells) if c.quantity}
        first, second, third = [repr(cell[:30]) for cell in (self.cells * 3)[:3]]
        clock, volts, amps = (known.get(q, "...")[:40] for q in ("time", "voltage", "current"))
        time = f'"time": ({clock}, "h"), "voltage": ({volts}, "V"), "current": ({amps}, "mA")'
        sweep = f'"frequency": ({first}, "Hz"), "impedance_real": ({second}, "ohm"), "impedance_imag": ({third}, "ohm")'
        remedy = (
            "Name the columns (by head or number) and their units: "
            f'il.read(..., format="plain", columns={{{time if "time" in known else sweep}}}); '
            "a minus before the name turns the sign"
        )
        line = self.header.line if self.header is not None else self.found.first
        given = " | ".join(self.cells)[:200] if given is None else given
        return ReadError(
            what, file=self.source.name, place=f"line {line + 1}", given=given, allowed=allowed, remedy=remedy
        )


def choose(plan: Plan, columns: Columns | None, notes: Notes) -> list[Column]:
    """The columns to take: those the caller names, those the head names, or f, Re, Im where there is no head."""
    if columns is not None:
        return _stated(plan, columns)
    if plan.header is None:
        seen = bare(plan.found)
        if seen is None:
            width = plan.found.layout.width
            raise plan.refusal(f"The table has {width} columns and no head that says what they are")
        notes.odd("The table has no head: three columns were taken as frequency in Hz, Re Z and Im Z in Ω.")
        if seen[0].index:
            notes.did("The first column counts the rows and was left out.")
        return seen
    known = [c for c in plan.header.columns if c.quantity]
    notes.unread(c for c in plan.header.columns if not c.quantity and normal(c.text) not in INDEX)
    return _spectral(plan, known, notes) if SWEEP & {c.quantity for c in known} else _timed(plan, known)


def needed_of(columns: Sequence[Column]) -> frozenset[str]:
    """Quantities without which a line is no row."""
    quantities = {c.quantity for c in columns}
    if not quantities & SWEEP:
        return frozenset(("time",))
    parts = {q for q in quantities if q.endswith(("impedance_real", "impedance_imag"))}
    return SWEEP | (parts or set(PAIRS[-1]))


def _pair(quantities: set[str]) -> tuple[str, str] | None:
    """The two quantities that give the impedance."""
    return next((p for p in PAIRS if set(p) <= quantities), None)


def _spectral(plan: Plan, known: list[Column], notes: Notes) -> list[Column]:
    pair = _pair({c.quantity for c in known})
    if pair is None:
        raise plan.refusal(
            "The head names a frequency but no Re and Im, or modulus and phase, in units that go together"
        )
    core = [c for c in known if c.quantity in SWEEP or c.quantity in pair]
    silent = [c for c in core if c.unit is None]
    angles = [c.text for c in silent if c.quantity in ("angular_frequency", "impedance_phase")]
    if angles:
        raise plan.refusal("The head states no unit (deg, rad, rad/s) for an angle", ", ".join(angles))
    if silent:
        notes.odd(f"The head states no unit for {', '.join(c.text for c in silent)}: Hz and Ω were taken.")
    doubled = {f"{kind}_{part}" for kind in ("impedance", "specific_impedance") for part in ("real", "imag")} - set(pair)
    return [c for c in known if c in core or (c.unit is not None and c.quantity not in doubled)]


def _timed(plan: Plan, known: list[Column]) -> list[Column]:
    silent = [c.text for c in known if c.unit is None]
    if silent:
        raise plan.refusal(
            "The head states no unit for some columns, and units along time are never guessed", ", ".join(silent)
        )
    quantities = {c.quantity for c in known}
    if "time" not in quantities or quantities <= {"time", "step_time", "cycle", "step_index"}:
        raise plan.refusal("The head names no time together with a measured quantity")
    return known


def _stated(plan: Plan, columns: Columns) -> list[Column]:
    """The columns as the caller names them."""
    texts = [c.text for c in plan.header.columns] if plan.header is not None else plan.cells
    out = []
    for channel, stated in columns.items():
        if not (isinstance(stated, tuple | list) and len(stated) == 2 and isinstance(stated[1], str)):
            raise plan.refusal("columns= wants a (column, unit) pair for each quantity", stated)
        quantity, _, place = channel.partition("@")
        row = NAMES.get(quantity)
        if row is None:
            raise UnknownNameError("No quantity of this name is in the vocabulary", given=channel, allowed=NAMES)
        unit = unit_of(stated[1]) if stated[1].strip() else ""
        if unit is None or (unit == "") != (row.si == "") or (unit and scale(unit, quantity) is None):
            allowed = f"any unit of {row.si or '1'}, for example {row.shown or '1'}"
            raise UnitError(f"The unit of {channel} in columns= does not fit", given=stated[1], allowed=allowed)
        index, sign = _index(plan, stated[0], texts)
        out.append(Column(index, texts[index], quantity, unit, sign, place))
    quantities = {c.quantity for c in out}
    if "time" not in quantities and not (quantities & SWEEP and _pair(quantities)):
        raise plan.refusal("columns= names neither a time nor a frequency with Re and Im", ", ".join(columns))
    return out


def _index(plan: Plan, given: object, texts: Sequence[str]) -> tuple[int, float]:
    """Place and sign of the column that the caller calls `given`."""
    if isinstance(given, int) and 1 <= abs(given) <= len(texts):
        return abs(given) - 1, math.copysign(1.0, given)
    if isinstance(given, str):
        plain = [normal(t) for t in texts]
        for text, sign in ((given, 1.0), (given[1:], -1.0)) if given[:1] in ("-", "−") else ((given, 1.0),):
            if texts.count(text) == 1:
                return texts.index(text), sign
            if plain.count(normal(text)) == 1 and text[:1] not in ("-", "−"):
                return plain.index(normal(text)), sign
    raise plan.refusal("The table has no such column, or more than one", given, [t for t in texts if t])


def bare(found: Found) -> list[Column] | None:
    """f, Re, Im where a table without a head can be nothing else: three columns (after one that counts the rows), the
    first positive and spread like a sweep. Rows that could be time, voltage, current are not claimed."""
    try:
        rows = np.array([[found.layout.number(cell) for cell in row] for row in found.sample])
    except ValueError:
        return None
    if len(rows) < 3 or rows.shape[1] not in (3, 4):
        return None
    skip = rows.shape[1] - 3
    if skip and not ((np.diff(rows[:, 0]) == 1.0).all() and rows[0, 0] in (0.0, 1.0)):
        return None
    frequency = rows[:, skip]
    if not (np.isfinite(frequency) & (frequency > 0.0)).all():
        return None
    steps = np.diff(frequency)
    if (steps > 0.0).all() and _unevenness(np.diff(np.log(frequency))) >= _unevenness(steps):
        return None  # rises more evenly in itself than in its logarithm: a clock, not a sweep
    for other in rows[:, skip + 1 :].T:
        if (other > 0.0).all() and _unevenness(np.diff(np.log(other))) < _unevenness(np.diff(np.log(frequency))):
            return None  # another column is the more even sweep
    heads = (("frequency", "Hz"), ("impedance_real", "ohm"), ("impedance_imag", "ohm"))
    return [Column(i + skip, head, head, unit) for i, (head, unit) in enumerate(heads)]


def _unevenness(steps: Array) -> float:
    """Spread of the steps of a sweep over their mean; infinite when they do not all go one way."""
    one_way = (steps > 0.0).all() or (steps < 0.0).all()
    return float(np.ptp(steps) / abs(steps.mean())) if one_way else math.inf
