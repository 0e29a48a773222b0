"""What figures take out of records: labelled records, joined traces, spectra, and numbers in the units people read."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from .. import units
from ..errors import InterlayerError, RecordError
from ..names import name
from ..record import Record, Segment, Series

Array = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

_MICRO = re.compile(r"\bu(?=[AVFHsg]\b)")  # uA, uF, us, which units.pretty leaves as they are written

#: what a figure of records takes: one, several, a series, or several by label
Records: TypeAlias = Record | Sequence[Record] | Series | Mapping[str, Record]

#: units of one quantity from small to large: (unit, from which size in SI it is used)
_LADDERS: dict[str, list[tuple[str, float]]] = {
    "voltage": [("uV", 0.0), ("mV", 2e-3), ("V", 1.0)],
    "time": [("s", 0.0), ("min", 300.0), ("h", 5400.0)],
    "impedance_real": [("mohm", 0.0), ("ohm", 1.0), ("kohm", 2e4), ("Mohm", 2e7)],
    "specific_impedance_real": [("ohm*cm^2", 0.0), ("kohm*cm^2", 2.0), ("Mohm*cm^2", 2e3)],
    "thickness": [("nm", 0.0), ("um", 1e-6), ("mm", 1e-3)],
    "length": [("nm", 0.0), ("um", 1e-6), ("mm", 2e-3)],
    "charge": [("mA*h", 0.0), ("A*h", 3600.0)],
    "current": [("uA", 0.0), ("mA", 1e-3), ("A", 10.0)],
    "resistance": [("mohm", 0.0), ("ohm", 1.0), ("kohm", 2e4), ("Mohm", 2e7)],
    "area_specific_resistance": [("ohm*cm^2", 0.0), ("kohm*cm^2", 2.0), ("Mohm*cm^2", 2e3)],
    "step_time": [("us", 0.0), ("ms", 1e-3), ("s", 1.0), ("min", 300.0), ("h", 5400.0)],
    "capacitance": [("pF", 0.0), ("nF", 1e-9), ("uF", 1e-6), ("mF", 1e-3), ("F", 1.0)],
    "area_specific_capacitance": [("pF/cm^2", 0.0), ("nF/cm^2", 1e-5), ("uF/cm^2", 1e-2), ("mF/cm^2", 10.0)],
}


def labelled(records: Records) -> dict[str, Record]:
    """Records by label: the given keys, a series' coordinate, else where each comes from (numbered where that repeats)."""
    if isinstance(records, Record):
        return {_brief(_called(records)): records}
    if isinstance(records, Mapping):
        return dict(zip(_unlike([_brief(str(label)) for label in records]), records.values(), strict=True))
    if isinstance(records, Series):
        shown = [
            units.show(float(v), records.coordinate) if records.is_quantity and not isinstance(v, str) else str(v) for v in records.values
        ]  # fmt: skip
        return dict(zip(_unlike([_brief(s) for s in shown]), records.records, strict=True))
    return dict(zip(_unlike([_brief(_called(r)) for r in records]), records, strict=True))


def _called(record: Record) -> str:
    return (record.cell.name if record.cell is not None else "") or record.provenance.source or record.provenance.kind


def _brief(label: str, most: int = 44) -> str:
    """A label short enough for a legend: its middle left out."""
    label = " ".join(label.split())
    return literal(label if len(label) <= most else f"{label[: most // 2 - 1]}…{label[-(most // 2) :]}")


def literal(text: str) -> str:
    """`text` as matplotlib shows it unchanged: a dollar sign starts no formula."""
    return text.replace("$", r"\$")


def _unlike(labels: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    out = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        out.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return out


@dataclass(frozen=True)
class Unit:
    """The unit one axis is drawn in: value shown = (SI value - offset)/scale; `text` as people write it."""

    text: str
    scale: float
    offset: float
    ascii: str

    def __call__(self, values: Array) -> Array:
        return (np.asarray(values, dtype=np.float64) - self.offset) / self.scale

    def label(self, what: str) -> str:
        """An axis label: "Voltage (mV)"."""
        return f"{what} ({self.text})" if self.text else what


def unit(quantity: str, size: float | None = None) -> Unit:
    """The unit to draw a quantity in: the one the vocabulary shows, or where `size` (largest magnitude, SI) is given and
    the quantity has a ladder (mV, V; s, min, h; Ω, kΩ), the step that suits it."""
    row = name(quantity)
    shown = row.shown
    if size is not None and quantity in _LADDERS and math.isfinite(size):
        shown = [u for u, least in _LADDERS[quantity] if size >= least][-1]
    scale, offset = units.factor(shown, row.si)
    return Unit(_MICRO.sub("µ", units.pretty(shown).replace("s^n", "sⁿ").replace("A h", "Ah")), scale, offset, shown)


def largest(*arrays: Array) -> float:
    """Largest finite magnitude of all arrays, 0 where there is none."""
    return max((_size(a) for a in arrays), default=0.0)


def _size(a: Array) -> float:
    """Without a copy where all is finite."""
    if not len(a):
        return 0.0
    size = max(float(np.max(a)), -float(np.min(a)))
    if math.isfinite(size):
        return size
    finite = a[np.isfinite(a)]
    return max(float(np.max(finite)), -float(np.min(finite))) if len(finite) else 0.0


# -- traces -----------------------------------------------------------------------------------------------------------
def has_trace(record: Record, *channels: str) -> bool:
    """Whether some segment along time can give all these channels."""
    return any(all(_gives(record, s, c) for c in channels) for s in record.traces)


def _gives(record: Record, segment: Segment, channel: str) -> bool:
    if channel in segment:
        return True
    try:
        record.get(segment, channel)
    except InterlayerError:
        return False
    return True


def trace(record: Record, *channels: str) -> tuple[Array, ...]:
    """Time and `channels` joined over all segments along time that can give all of them, in order.

    Errors: `RecordError` when none can.
    """
    parts = [s for s in record.traces if len(s) and all(_gives(record, s, c) for c in channels)]
    if not parts:
        raise RecordError(
            f"This record has no trace of {', '.join(c.replace('_', ' ') for c in channels)} along time", given=repr(record),
            remedy="Its spectra are drawn by report.figures.impedance" if record.spectra else None,
        )  # fmt: skip
    if len(parts) == 1:  # no copy: a long record is large
        return tuple(record.get(parts[0], c) for c in ("time", *channels))
    return tuple(np.concatenate([record.get(s, c) for s in parts]) for c in ("time", *channels))


VOLTAGE_CONTROL = ("voltage", "sweep")  # Segment.info["control"], as a simulation writes it


def voltage_controlled(record: Record) -> bool:
    """Whether the voltage of a record is imposed for most of the time under way, so that the current is the answer: by the
    record's own word for the control of its steps, else from holds and sweeps that are seen in it."""
    parts = [s for s in record.traces if len(s) > 1 and "voltage" in s and (_gives(record, s, "current") or _gives(record, s, "current_density"))]
    lasts = {id(s): float(s["time"][-1] - s["time"][0]) for s in parts}
    said = [s for s in parts if s.info.get("control")]
    if said:
        driven = [s for s in said if s.info["control"] != "rest"]
        return sum(lasts[id(s)] for s in driven if s.info["control"] in VOLTAGE_CONTROL) > 0.5 * sum(lasts[id(s)] for s in driven) > 0.0
    if not parts:
        return False
    from ..analysis._seen import Seen

    seen = Seen(record)
    return not seen.lacks and max(seen.held_share(seen.holds) if seen.holds else 0.0, seen.swept_share) > 0.5


def current_name(records: Mapping[str, Record]) -> str | None:
    """The current that all records can give: "current_density", else "current", else None."""
    for channel in ("current_density", "current"):
        if all(has_trace(r, "voltage", channel) for r in records.values()):
            return channel
    return None


# -- spectra ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Curve:
    """One spectrum to draw: frequency [Hz], z [Ω or Ω m²], in the order of the data; `of` is the label of its record."""

    label: str
    frequency: Array
    z: ComplexArray
    specific: bool
    measured: bool
    of: str = ""


def curves(records: Mapping[str, Record], specific: bool | None = None) -> list[Curve]:
    """All spectra of all records. `specific` None: per area where all records can say so, else in Ω.

    Errors: `MissingValueError` where one record is in Ω cm², another in Ω, and its area is not stated; `RecordError`
    where there is no spectrum at all.
    """
    held = {label: r for label, r in records.items() if r.spectra}
    if not held:
        raise RecordError("There is no impedance spectrum in these records", given=", ".join(records))
    if specific is None:
        specific = all(has_specific(r) for r in held.values())
    out = []
    for label, record in held.items():
        many = len(record.spectra) > 1
        for number, segment in enumerate(record.spectra):
            own = f"{label}, {_spectrum_label(segment, number)}" if many else label
            z = record.impedance(segment, specific=specific)
            out.append(Curve(own, segment["frequency"], z, specific, record.provenance.kind == "measured", label))
    return out


def has_specific(record: Record) -> bool:
    """Whether a record can give its spectra per area."""
    return "area" in record.conditions or all("specific_impedance_real" in s for s in record.spectra)


def _spectrum_label(segment: Segment, number: int) -> str:
    for key, form in (("cycle", "cycle {}"), ("label", "{}")):
        if segment.info.get(key) not in (None, ""):
            return form.format(segment.info[key])
    return f"spectrum {number + 1}"


# -- states of mechanisms ---------------------------------------------------------------------------------------------
def exports(record: Record, export: str) -> dict[str, str]:
    """Channels of an exported state, place -> channel: "contact_fraction" -> {"Li|LLZTO left": "fraction@voids ..."}.

    The place is what stands behind the mechanism's name in the leaf's label.
    """
    found: dict[str, str] = {}
    for segment in record.traces:
        for channel in segment.channels:
            _, at, rest = channel.partition("@")
            leaf, colon, what = rest.rpartition(": ")
            if at and colon and what == export:
                found.setdefault(leaf.partition(" ")[2] or leaf, channel)
    return found



def record_colours(records: Mapping[str, Record]) -> dict[str, str]:
    """Colours of labelled records; a single measured one is dark."""
    from .style import MEASURED, colours

    dark = [label for label, r in records.items() if r.provenance.kind == "measured"]
    return colours(records) | ({dark[0]: MEASURED} if len(dark) == 1 else {})


# -- how a record ended -----------------------------------------------------------------------------------------------
def ending(record: Record) -> str:
    """How a test ended, short ("short circuit"), "" where it was completed or nobody said."""
    if record.outcome in ("", "completed"):
        return ""
    return re.split(r"[:(,;]", record.outcome, maxsplit=1)[0].strip()


def half_cycle_period(time: Array, current: Array) -> float | None:
    """Duration of a full cycle [s]: the median time between two changes of the current to one sign; None for fewer than
    three cycles."""
    size = largest(current)
    if size == 0.0:
        return None
    up = current > 1e-6 * size
    starts = time[1:][up[1:] & ~up[:-1]]
    starts = np.concatenate([time[:1], starts]) if up[0] else starts
    return float(np.median(np.diff(starts))) if len(starts) > 2 else None
