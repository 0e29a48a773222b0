"""Along what a series of spectra runs: temperature, cycle or time, as its records state it, or as the caller says.

    temperature   the segment's own, else its temperature channel, else the record's condition
    cycle_index   the segment's cycle number
    time          Unix time, or within one record the test time, of the spectrum's start

The first of these that every spectrum states and that changes is taken, and said; none: the order in which they came.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from .. import units
from ..elements.base import Array
from ..errors import AnalysisError, UnknownNameError
from ..names import NAMES
from ..record import Record, Segment, Series
from ._spectrum import Index
from ._target import number

KNOWN = ("temperature", "cycle_index", "time")
LEAST = 1.0  # K: a temperature that changes less is one temperature, measured
SERIES, SPAN = 3, 5.0  # temperatures, and K between the first and the last, that make the spectra of a record a series over temperature

#: a quantity to run along, or a quantity with the value of each spectrum
Over: TypeAlias = str | Mapping[str, Sequence[units.Given]]
Data: TypeAlias = Record | Series | Sequence[Record]


@dataclass(frozen=True, eq=False)
class Axis:
    """name, value of each spectrum, order that sorts them, how each is called, and how it was chosen (a sentence)."""

    name: str
    x: Array
    order: Index
    labels: tuple[str, ...]
    said: str


def spectra_in(data: Data) -> list[tuple[Record, int]]:
    """Every spectrum of a record, a series or a row of records: the record and the spectrum's number in it."""
    records = [data] if isinstance(data, Record) else [r for _, r in data] if isinstance(data, Series) else list(data)
    for record in records:
        if not isinstance(record, Record):
            raise AnalysisError("A series consists of records", given=type(record).__name__)
    items = [(record, k) for record in records for k in range(len(record.spectra))]
    if not items:
        raise AnalysisError("There is no impedance spectrum to fit")
    return items


def axis_of(data: Data, over: Over | None = None) -> Axis:
    """The axis of a series."""
    items = spectra_in(data)
    if isinstance(over, Mapping):
        return _given(over, len(items))
    found = {name: _stated(name, items) for name in KNOWN}
    if isinstance(data, Series) and data.is_quantity:
        along = [float(v) for v, r in data for _ in r.spectra if isinstance(v, int | float)]
        if len(along) == len(items):
            name = "cycle_index" if data.coordinate == "cycle" else data.coordinate
            found = {name: along, **{k: v for k, v in found.items() if k != name}}
    if over is not None:
        return _named(over, found, items, data)
    moving = [name for name, x in found.items() if x is not None and _changes(name, x)]
    if not moving:
        return _made("index", np.arange(len(items), dtype=np.float64), items, data, _none(found))
    x = found[moving[0]]
    assert x is not None
    also = f"; {' and '.join(moving[1:])} too: over=\"{moving[1]}\" runs along it" if len(moving) > 1 else ""
    said = f"The spectra run along {moving[0]}, which the records state and which changes{also}."
    return _made(moving[0], np.array(x), items, data, said)


def _given(over: Mapping[str, Sequence[units.Given]], count: int) -> Axis:
    if len(over) != 1:
        raise AnalysisError("A series runs along one quantity", given=sorted(over))
    (name, values), = over.items()
    quantity = "cycle" if name == "cycle_index" else name
    if quantity not in NAMES:
        raise UnknownNameError("No quantity of this name is in the vocabulary", given=name, allowed=NAMES)
    if len(values) != count:
        raise AnalysisError(f"over= needs one {name} a spectrum", given=len(values), allowed=str(count))
    x = np.array([number(v, quantity, f"{name} of a spectrum") for v in values])
    for value in x.tolist():
        units.check(value, quantity)
    return _made(name, x, [], None, f"The spectra run along {name} as given by the caller.")


def _named(over: str, found: Mapping[str, list[float] | None], items: list[tuple[Record, int]], data: Data) -> Axis:
    if over == "index":
        return _made("index", np.arange(len(items), dtype=np.float64), items, data, "The spectra run in the order given.")
    over = "cycle_index" if over == "cycle" else over
    if over not in found:
        raise UnknownNameError("A series can't run along this", given=over, allowed=[*found, "index"])
    x = found[over]
    if x is None:
        raise AnalysisError(
            f"Not every spectrum states its {over}", allowed=[n for n, v in found.items() if v is not None] or ["index"],
            remedy=f"State it: over={{\"{over}\": [...]}}",
        )  # fmt: skip
    return _made(over, np.array(x), items, data, f"The spectra run along {over}, as asked.")


def _made(name: str, x: Array, items: list[tuple[Record, int]], data: Data | None, said: str) -> Axis:
    order = np.argsort(x, kind="stable")
    if name == "index":
        texts = [_source(record, k, i) for i, (record, k) in enumerate(items)]
        if isinstance(data, Series):
            words = [str(v) for v, r in data for _ in r.spectra]
            texts = words if len(set(words)) == len(words) else texts
    elif name == "cycle_index":
        texts = [f"cycle {v:g}" for v in x]
    else:
        texts = [units.show(float(v), name) for v in x]
    labels = tuple(t if texts[:i].count(t) == 0 else f"{t} ({texts[:i].count(t) + 1})" for i, t in enumerate(texts))
    return Axis(name, x, order, labels, said)


def _source(record: Record, k: int, i: int) -> str:
    name = record.provenance.source or f"spectrum {i + 1}"
    return f"{name}, spectrum {k + 1}" if record.provenance.source and len(record.spectra) > 1 else name


def _none(found: Mapping[str, list[float] | None]) -> str:
    same = [name for name, x in found.items() if x is not None]
    words = f"{' and '.join(same)} are stated, but the same for all" if same else f"no spectrum states {', '.join(KNOWN)}"
    return f"The spectra run in the order given: {words if len(same) != 1 else f'{same[0]} is stated, but the same for all'}."


def _changes(name: str, x: list[float]) -> bool:
    return max(x) - min(x) > (LEAST if name == "temperature" else 0.0)


def _stated(name: str, items: list[tuple[Record, int]]) -> list[float] | None:
    """The value of every spectrum, None where one does not state it."""
    alone = all(record is items[0][0] for record, _ in items)
    read: dict[str, Callable[[Record, Segment], float | None]] = {
        "temperature": temperature_of, "cycle_index": lambda r, s: _number(s.info.get("cycle")),
        "time": lambda r, s: _time(s, alone),
    }  # fmt: skip
    out = [read[name](record, record.spectra[k]) for record, k in items]
    return None if any(v is None for v in out) else [v for v in out if v is not None]


def temperature_of(record: Record, segment: Segment) -> float | None:
    """The temperature of a spectrum [K]: its own, else the mean of its channel, else the record's; None where none is stated."""
    own = _number(segment.info.get("temperature"))
    if own is None and "temperature" in segment:
        own = _number(float(np.nanmean(segment["temperature"]))) if np.isfinite(segment["temperature"]).any() else None
    return own if own is not None else record.conditions.get("temperature")


def levels(kelvin: Sequence[float]) -> int:
    """How many temperatures these are: what lies within `LEAST` of the one before is the same, measured again."""
    rising = np.sort(np.asarray(kelvin, dtype=np.float64))
    return int(len(rising) > 0) + int(np.count_nonzero(np.diff(rising) > LEAST))


def series(kelvin: Sequence[float]) -> list[float] | None:
    """The temperatures of the spectra of one record where they are a series over temperature, else None: three or more
    that span 5 K or more (a cell that was cycled for weeks in a room is none)."""
    known = list(kelvin)
    return known if levels(known) >= SERIES and max(known) - min(known) >= SPAN else None


def _time(segment: Segment, alone: bool) -> float | None:
    for key in ("unix_time", "time") if alone else ("unix_time",):
        own = _number(segment.info.get(key))
        if own is None and key in segment and len(segment):
            own = _number(float(segment[key][0]))
        if own is not None:
            return own
    return None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
