"""The names that the Battery Data Format gives to columns, in both spellings, and the channels they are."""

from __future__ import annotations

from collections.abc import Sequence

from ..names import NAMES
from ._labels import Column, scale, unit_of

#: channel -> machine name, as written; reading knows the other spellings below
MACHINE = {row.name: row.bdf for row in NAMES.values() if row.bdf} | {
    "step_index": "step_id",
    "charge": "net_capacity_ah",
}
MACHINE |= {f"surface_temperature@T{i}": f"temperature_t{i}_celsius" for i in range(1, 6)}
_SUFFIX = {
    "millisecond": "ms",
    "second": "s",
    "s": "s",
    "volt": "V",
    "v": "V",
    "ampere": "A",
    "a": "A",
    "celsius": "degC",
    "degc": "degC",
    "ampere_hour": "A*h",
    "ah": "A*h",
    "watt_hour": "W*h",
    "wh": "W*h",
    "watt": "W",
    "w": "W",
    "hertz": "Hz",
    "ohm": "ohm",
    "degree": "deg",
    "pascal": "Pa",
    "pa": "Pa",
}


def base_of(machine: str) -> tuple[str, str]:
    """Machine name without its unit, and the unit: test_time_second -> (test_time, s)."""
    for suffix, unit in _SUFFIX.items():
        if machine.endswith(f"_{suffix}"):
            return machine.removesuffix(f"_{suffix}"), unit
    return machine, ""


_BASES = {base_of(machine)[0]: channel for channel, machine in MACHINE.items()}
_BASES |= {"step_index": "step_index", "surface_temperature": "surface_temperature"}
_BASES |= {f"surface_temperature_t{i}": f"surface_temperature@T{i}" for i in range(1, 6)}
TIME = {"test_time"}
SPECTRUM = {"frequency", "real_impedance", "imaginary_impedance"}


def column_of(head: str, index: int) -> tuple[Column, str]:
    """What a column head says, in machine spelling or as a label, and its base name ("" when it is no BDF column)."""
    head = head.strip().strip('"')[:80]
    label, slash, stated = head.rpartition(" / ")
    if slash:
        base, unit = "_".join(label.casefold().split()), unit_of(stated)
    elif head.casefold() == "step id":
        base, unit = "step_id", ""
    else:
        base, unit = base_of(head)
    channel = _BASES.get(base, "")
    quantity, _, place = channel.partition("@")
    if not channel or unit is None or ((unit != "" or NAMES[quantity].si != "") and scale(unit, quantity) is None):
        return Column(index, head), ""
    return Column(index, head, quantity, unit, 1.0, place), base


def columns_of(heads: Sequence[str]) -> tuple[list[Column], set[str]]:
    """The columns of a row of heads (each channel once) and the base names among them."""
    out: list[Column] = []
    bases: set[str] = set()
    seen: set[str] = set()
    parsed = [column_of(head, index) for index, head in enumerate(heads)]
    has_id = any(base == "step_id" for _, base in parsed)
    for index, (column, base) in enumerate(parsed):
        if base and (column.channel in seen or (base == "step_index" and has_id)):
            column, base = Column(index, column.text), ""
        seen.add(column.channel)
        bases.add(base)
        out.append(column)
    return out, bases - {""}
