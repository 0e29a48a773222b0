"""From columns of a table to channels in SI: units and signs applied, gaps said, impossible values refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .. import units
from ..errors import ReadError, UnitError
from ..names import name
from ._labels import Column, scale
from ._notes import Notes
from ._source import Source
from ._take import Array, Taken

Mask = npt.NDArray[np.bool_]
Line = Callable[[int], int]


@dataclass
class Rows:
    """Channels in SI, row by row, and the line of the file that each row stands on."""

    channels: dict[str, Array]
    line: Line

    def __len__(self) -> int:
        return len(next(iter(self.channels.values()))) if self.channels else 0

    def where(self, mask: Mask) -> str:
        """The words "(first in line 12)" for the first row where `mask` holds."""
        return f"(first in line {self.line(int(np.argmax(mask)))})"

    def keep(self, mask: Mask) -> Rows:
        """The rows where `mask` holds."""
        if mask.all():
            return self
        rows, line = np.flatnonzero(mask), self.line
        return Rows({c: v[mask] for c, v in self.channels.items()}, lambda row: line(int(rows[row])))

    def part(self, start: int, stop: int, channels: Mapping[str, str]) -> Rows:
        """Rows `start:stop` of some channels (new name -> name here), without a copy."""
        line = self.line
        return Rows({new: self.channels[c][start:stop] for new, c in channels.items()}, lambda row: line(row + start))


def in_si(values: Array, unit: str, quantity: str, sign: float = 1.0) -> Array:
    """`values` in `unit` as SI; a factor like 1/1000 divides, so that 1.5 mA is 0.0015 A to the last digit."""
    factors = scale(unit, quantity)
    if factors is None:
        raise UnitError(f"The unit {unit!r} is no unit of {quantity.replace('_', ' ')}")
    by, offset = factors
    with np.errstate(over="ignore"):  # a value too big to convert is refused by its range
        return _scaled(values, by, offset, sign)


def _scaled(values: Array, by: float, offset: float, sign: float) -> Array:
    inverse = round(1.0 / by) if 0.0 < by < 0.5 else 0
    if inverse and math.isclose(inverse * by, 1.0, rel_tol=1e-14):
        out = values / inverse
    else:
        out = values * by if by != 1.0 else values
    out = out + offset if offset else out
    return -out if sign < 0.0 else out


def rows_of(taken: Taken, columns: Sequence[Column], notes: Notes, source: Source, comma: bool = False) -> Rows:
    """The columns taken out of a table as channels in SI, with the sentences about units, signs and left-out lines."""
    channels: dict[str, Array] = {}
    for place, column in enumerate(columns):
        values, quantity = taken.values[place], column.quantity
        if np.isinf(values).any():  # an instrument's word for "overload"
            values = np.where(np.isinf(values), np.nan, values)
        factors = scale(column.unit, quantity) if column.unit is not None else (1.0, 0.0)
        if column.sign < 0.0 or factors != (1.0, 0.0):
            values = in_si(values, column.unit or name(quantity).si, quantity, column.sign)
            if quantity != "impedance_phase" or len(columns) == 3:  # beside Re and Im the phase only checks their signs
                _say_converted(column, factors, notes)
        if quantity == "angular_frequency":
            values = values / (2.0 * math.pi)
            notes.did(f"Angular frequency (column {column.text!r}) was divided by 2π to give the frequency.")
            column = Column(column.index, column.text, "frequency", "Hz")
        channels[column.channel] = values
        if place in taken.empties:
            count, line = taken.empties[place]
            what = f"{count} cells of the column {column.text!r} are no numbers"
            notes.odd(f"{what} and were left empty (first in line {line}).")
    if comma:
        notes.did("Decimal commas were read as decimal points.")
    _say_dropped(taken, notes)
    rows = Rows(channels, taken.line)
    for channel, values in channels.items():
        check_range(values, channel.partition("@")[0], rows.line, source.name)
    return rows


def _say_converted(column: Column, factors: tuple[float, float] | None, notes: Notes) -> None:
    what = words(column.channel)
    if column.sign < 0.0:
        notes.did(f"The sign of the {what} was turned: the column {column.text!r} holds its negative.")
    if column.unit is not None and factors != (1.0, 0.0):
        notes.did(
            f"The {what} was converted from {units.pretty(column.unit)} to {units.pretty(name(column.quantity).si)}."
        )


_WORDS = {
    "impedance_real": "real part",
    "impedance_imag": "imaginary part",
    "impedance_modulus": "modulus",
    "impedance_phase": "phase",
    "specific_impedance_real": "real part",
    "specific_impedance_imag": "imaginary part",
}


def words(channel: str) -> str:
    """A channel in words for a sentence."""
    quantity, _, place = channel.partition("@")
    return _WORDS.get(quantity, quantity.replace("_", " ")) + (f" ({place})" if place.strip("~") else "")


def _say_dropped(taken: Taken, notes: Notes) -> None:
    """Sentences about the lines of a table that are no rows: those after its end, and those inside it."""
    if taken.cut:
        notes.odd(taken.cut)
    if not taken.odd:
        return
    last = taken.line(taken.values.shape[1] - 1) if taken.values.shape[1] else taken.first
    inside = [odd for odd in taken.odd if odd[0] < last]
    after = [odd for odd in taken.odd if odd[0] > last]
    for odd, where, count in ((inside, "inside", taken.odd_count - len(after)), (after, "after", len(after))):
        if odd and count:
            line, why, shown = odd[0]
            what = "1 line" if count == 1 else f"{count} lines"
            be = "is no row and was" if count == 1 else "are no rows and were"
            notes.did(f"{what} {where} the table {be} left out (line {line}: {shown!r}, {why}).")


def check_range(values: Array, quantity: str, line: Line, file: str) -> None:
    """Refuse magnitudes that can't be (a slip of the unit), with the line of the first one."""
    row = name(quantity)
    with np.errstate(invalid="ignore"):
        size = np.abs(values) if row.signed else values
        bad = (size > row.high) | ((size != 0.0) & (size < row.low)) | ((not row.signed) & (values < 0.0))
    if not bad.any():
        return
    first = int(np.argmax(bad))
    try:
        units.check(float(values[first]), quantity)
    except UnitError as error:
        raise ReadError(
            error.what,
            file=file,
            place=f"line {line(first)}",
            given=float(values[first]),
            allowed=str(error.allowed),
            remedy="Check the unit in the head of the column (Hz or kHz?), or state the columns: columns={...}",
        ) from None


def freeze(values: Array) -> Array:
    """Read-only, so that a segment takes it without a copy."""
    values.flags.writeable = False
    return values
