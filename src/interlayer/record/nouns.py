"""`Record`, `Segment`, `Provenance`, `Series`: what a reader or a simulation hands on, and all that analysis ever sees.

A record is an ordered row of segments, each with its own axis, so 50 spectra between 50 half cycles are one record.
Channel names are `quantity` or `quantity@place` ("voltage@LLZTO bulk"); the quantity is a row of names.py and fixes
the SI unit. Arrays are read-only. Ω and Ω m² are different quantities; `Record.get` converts between them only through
an area that somebody stated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .. import units
from ..errors import MissingValueError, RecordError, UnknownNameError
from ..names import NAMES, name

if TYPE_CHECKING:
    from ..cells import Cell

Array = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

AXES = ("time", "frequency")

#: total quantity <-> quantity per area, and the power of the area between them: total = specific * area**power
_SPECIFIC = {
    "current": ("current_density", 1),
    "charge": ("areal_charge", 1),
    "impedance_real": ("specific_impedance_real", -1),
    "impedance_imag": ("specific_impedance_imag", -1),
    "resistance": ("area_specific_resistance", -1),
}
_TOTAL = {specific: (total, -power) for total, (specific, power) in _SPECIFIC.items()}


def quantity_of(channel: str) -> str:
    """The quantity in a channel name: 'voltage@LLZTO bulk' -> 'voltage'."""
    return channel.split("@", 1)[0]


@lru_cache(maxsize=4096)
def _checked(channel: str) -> str:
    """The quantity of a channel, which must be a row of names.py (a long record asks a thousand times for the same few)."""
    return name(quantity_of(channel)).name


@lru_cache(maxsize=1024)
def _possible(value: float, key: str) -> None:
    """`units.check` (ten thousand records of one cell ask for the same few)."""
    units.check(value, key)


class Block(Mapping[str, Array]):
    """Read-only channels that are columns of one shared table: rows `start:stop`, column j named `columns[j]`.

    A thousand half cycles share one table, so a long run costs its numbers and nothing else.
    """

    __slots__ = ("_columns", "_start", "_stop", "_table")

    def __init__(self, table: Array, columns: Mapping[str, int], start: int, stop: int) -> None:
        self._table, self._columns, self._start, self._stop = table, columns, start, stop

    def __contains__(self, channel: object) -> bool:
        return channel in self._columns

    def __getitem__(self, channel: str) -> Array:
        view = self._table[self._start : self._stop, self._columns[channel]]
        view.flags.writeable = False
        return view

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


@dataclass(frozen=True, eq=False)
class Segment:
    """One stretch of a record along one axis.

    channels   name -> values (SI, float64, read-only, equal lengths); the axis is one of them
    axis       "time" or "frequency"
    technique  what was done, as a protocol names it ("strip_plate", "impedance", "rest"); "" when not known
    info       plain values about the step: "label", "cycle", "half_cycle", "control", "event", "temperature" [K] ...
    """

    channels: Mapping[str, Array]
    axis: str = "time"
    technique: str = ""
    info: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.axis not in AXES:
            raise RecordError("A segment runs along one of two axes", given=self.axis, allowed=AXES)
        if self.axis not in self.channels:
            raise RecordError(f"The segment has no {self.axis} channel", allowed=self.channels)
        if isinstance(self.channels, Block):
            for channel in self.channels:
                _checked(channel)
            return
        frozen: dict[str, Array] = {}
        for channel, values in self.channels.items():
            name(quantity_of(channel))
            array = np.asarray(values, dtype=np.float64)
            if array.ndim != 1:
                raise RecordError(f"The channel {channel!r} must be one-dimensional", given=array.shape)
            if array.flags.writeable:
                array = array.copy()
                array.flags.writeable = False
            frozen[channel] = array
        lengths = {len(values) for values in frozen.values()}
        if len(lengths) > 1:
            raise RecordError("All channels of a segment have the same length", given={c: len(v) for c, v in frozen.items()})
        object.__setattr__(self, "channels", frozen)

    def __len__(self) -> int:
        return len(self.channels[self.axis])

    def __contains__(self, channel: str) -> bool:
        return channel in self.channels

    def __getitem__(self, channel: str) -> Array:
        if channel not in self.channels:
            raise UnknownNameError(f"This segment ({self.technique or self.axis}) has no such channel", given=channel, allowed=self.channels)
        return self.channels[channel]


@dataclass(frozen=True)
class Provenance:
    """Where a record comes from.

    kind         "measured", "simulated" or "derived"
    source       file name (not its path), or what was simulated
    sha256       hash of the file's bytes, or of the physics sources
    reader       reader or simulator that made it, with its version in `version`
    corrections  every automatic correction, a sentence each
    warnings     what was found odd and left alone, a sentence each
    header       values found in the file's header as text: shown, never used until someone confirms them
    settings     simulator settings (tolerances, mesh), plain values
    """

    kind: str
    source: str = ""
    sha256: str = ""
    reader: str = ""
    version: str = ""
    corrections: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    header: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in ("measured", "simulated", "derived"):
            raise RecordError("A record is measured, simulated or derived", given=self.kind, allowed=("measured", "simulated", "derived"))


#: facts about the specimen that a user or a simulation STATED, by quantity (names.py)
CONDITIONS = ("area", "thickness", "temperature", "mass", "pressure")


@dataclass(frozen=True, eq=False)
class Record:
    """An ordered row of segments with what is known of the specimen.

    segments    the data
    cell        the cell, where it is described (always for a simulation)
    conditions  stated facts in SI: area [m²], thickness [m], temperature [K], mass [kg], pressure [Pa]; an unknown one
                is absent, and whoever needs it asks for it by name
    outcome     how the test ended, in words ("completed", "short circuit at 195 h"), "" when not known
    """

    segments: tuple[Segment, ...]
    provenance: Provenance
    cell: Cell | None = None
    conditions: Mapping[str, float] = field(default_factory=dict)
    outcome: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "segments", tuple(self.segments))
        for key, value in self.conditions.items():
            if key not in CONDITIONS:
                raise UnknownNameError("This is not a condition of a record", given=key, allowed=CONDITIONS)
            _possible(value, key)

    # -- stated facts -------------------------------------------------------------------------------------------------
    def condition(self, key: str) -> float:
        """A stated fact in SI; `MissingValueError` says how to state it when nobody has."""
        if key in self.conditions:
            return self.conditions[key]
        found = {k: v for k, v in self.provenance.header.items() if key in k.lower()}
        hint = f" The file's header says {'; '.join(f'{k} = {v}' for k, v in found.items())}: confirm it." if found else ""
        shown = name(key).shown
        raise MissingValueError(
            f"The {key} of this specimen is not stated, and it is never guessed.{hint}",
            remedy=f"State it: record.with_conditions({key}=\"... {shown}\"), il.read(..., {key}=\"... {shown}\") or --{key} on the command line",
        )  # fmt: skip

    def with_conditions(self, **given: units.Given) -> Record:
        """The same record with facts stated: `record.with_conditions(area="1.13 cm^2", temperature="25 degC")`."""
        for key in given:
            if key not in CONDITIONS:
                raise UnknownNameError("This is not a condition of a record", given=key, allowed=CONDITIONS)
        stated = {key: units.si(value, key) for key, value in given.items()}
        return replace(self, conditions={**self.conditions, **stated})

    # -- channels -----------------------------------------------------------------------------------------------------
    def get(self, segment: Segment, channel: str) -> Array:
        """A channel of a segment, converted between total and per-area through the stated area where needed."""
        if channel in segment:
            return segment[channel]
        quantity, _, place = channel.partition("@")
        if quantity in ("impedance_modulus", "impedance_phase"):
            z = self.impedance(segment)
            return np.abs(z) if quantity == "impedance_modulus" else np.angle(z)
        pair = _SPECIFIC.get(quantity) or _TOTAL.get(quantity)
        if pair is not None:
            other = pair[0] + (f"@{place}" if place else "")
            if other in segment:
                converted: Array = segment[other] * self.condition("area") ** pair[1]
                return converted
        return segment[channel]

    def impedance(self, segment: Segment, *, specific: bool = False) -> ComplexArray:
        """Complex impedance of a spectrum: Ω, or Ω m² with `specific=True` (needs the area unless the data are specific)."""
        kind = "specific_impedance" if specific else "impedance"
        return self.get(segment, f"{kind}_real") + 1j * self.get(segment, f"{kind}_imag")

    @property
    def spectra(self) -> tuple[Segment, ...]:
        """The segments that are impedance spectra."""
        return tuple(s for s in self.segments if s.axis == "frequency")

    @property
    def traces(self) -> tuple[Segment, ...]:
        """The segments that run along time."""
        return tuple(s for s in self.segments if s.axis == "time")

    def select(self, **info: object) -> Record:
        """The segments whose technique or info matches: `record.select(technique="strip_plate", cycle=3)`."""
        kept = [
            s for s in self.segments
            if all((s.technique if key == "technique" else s.info.get(key)) == value for key, value in info.items())
        ]  # fmt: skip
        return replace(self, segments=tuple(kept))

    def trace(self, channel: str) -> Array:
        """One channel joined over all time segments that have it (or can give it), in order."""
        parts = [self.get(s, channel) for s in self.traces]
        if not parts:
            raise RecordError("This record has no segment along time", remedy="Its segments are spectra: use record.spectra")
        return np.concatenate(parts)

    def __len__(self) -> int:
        return len(self.segments)

    def __repr__(self) -> str:
        rows = sum(len(s) for s in self.segments)
        what = f"{len(self.spectra)} spectra" if self.spectra else ""
        if self.traces:
            what += (", " if what else "") + f"{len(self.traces)} time segments"
        facts = ", ".join(f"{k} {units.show(v, k)}" for k, v in self.conditions.items()) or "nothing stated of the specimen"
        outcome = f"; {self.outcome}" if self.outcome else ""
        return f"<Record {self.provenance.kind} {self.provenance.source!r}: {what or 'empty'}, {rows} rows; {facts}{outcome}>"

    def _repr_html_(self) -> str:
        from .views import html_table

        return html_table(self)

    # -- views and files ----------------------------------------------------------------------------------------------
    def to_polars(self) -> Any:
        """One long polars table: `segment`, `technique`, then every channel (null where a segment has it not)."""
        from .views import to_polars

        return to_polars(self)

    def to_pandas(self) -> Any:
        """The long table as a pandas DataFrame (needs the `views` extra)."""
        from .views import to_pandas

        return to_pandas(self)

    def to_xarray(self) -> Any:
        """One xarray Dataset per segment, SI units in the attributes (needs the `views` extra)."""
        from .views import to_xarray

        return to_xarray(self)

    def save(self, path: Any) -> None:
        """Write the record as Parquet with its facts as JSON in the file's metadata (open formats both)."""
        from .files import save

        save(self, path)


@dataclass(frozen=True, eq=False)
class Series:
    """Records along one coordinate: temperatures, samples, times, bare against protected.

    records     in order
    coordinate  a quantity of names.py ("temperature") or a plain word ("sample")
    values      the coordinate of each record: SI numbers for a quantity, else labels
    """

    records: tuple[Record, ...]
    coordinate: str
    values: Sequence[float | str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "records", tuple(self.records))
        if len(self.records) != len(self.values):
            raise RecordError("A series needs one coordinate value a record", given=(len(self.records), len(self.values)))

    def __iter__(self) -> Iterator[tuple[float | str, Record]]:
        return iter(zip(self.values, self.records, strict=True))

    def __len__(self) -> int:
        return len(self.records)

    @property
    def is_quantity(self) -> bool:
        """Whether the coordinate is a quantity with a unit."""
        return self.coordinate in NAMES
