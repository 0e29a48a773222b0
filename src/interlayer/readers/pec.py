"""PEC csv export: "key:,value" lines, then a table that begins with Test,Cell.

    TestRegime Name:,... / Start Time:,... / Test,Cell,...,Step,Instruction Name,Cycle,Total Time (...),Voltage (V),...

Units. In the brackets of the heads, converted to SI; times as seconds, hours or hh:mm:ss.
Signs. PEC counts charging as positive; where the sign contradicts the charge and discharge capacities beside it, a
warning says so.
Uncertainties. None are stated; the digits printed bound the resolution, not the error.

One cell a file: with more, the error asks which. Resistances, densities and peak powers are not read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..errors import ReadError
from ..record import Record
from ._base import READERS, Columns, Reader
from ._cycler import LABEL, Codes, clock, convert, grid, number, record_of, split_line, unit_in
from ._notes import Notes
from ._source import Source, decode_head

_HEADS = {
    "total time": "time",
    "step time": "step_time",
    "voltage": "voltage",
    "current": "current",
    "step": "step_index",
    "cycle": "cycle",
    "charge capacity": "charging_capacity",
    "discharge capacity": "discharging_capacity",
    "charge energy": "charging_energy",
    "discharge energy": "discharging_energy",
    "temp": "temperature",
}
_SHOWN = ("TestRegime Name", "Test", "Start Time", "Number Of Cells", "Test Temp", "Part Name", "Chemistry", "LotID")
_TIMES = {"seconds": "s", "minutes": "min", "hours": "h"}
_TITLES = 400


class Pec(Reader):
    """PEC csv."""

    name = "pec"
    title = "PEC csv export"
    extensions = (".csv",)

    def sniff(self, head: bytes, name: str) -> bool:
        """One of the first lines begins with TestRegime Name:"""
        return any(line.lstrip('"').startswith("TestRegime Name:") for line in decode_head(head)[:20])

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        text, notes = source.text, Notes()
        at = next((i for i, line in enumerate(text.titles[:_TITLES]) if line.startswith("Test,Cell,")), None)
        if at is None:
            raise ReadError(
                "The line with the column names (Test,Cell,...,Voltage (V),Current (A)) was not found",
                file=source.name,
                place=f"lines 1 to {min(len(text.titles), _TITLES)}",
                remedy="The file is cut off inside its header, or was edited: export it again",
            )
        heads = split_line(text.titles[at], ",")
        places, units = _places(heads)
        missing = [c for c in ("time", "voltage", "current") if c not in places]
        if missing:
            raise ReadError(
                f"The table has no column with a unit for {', '.join(missing)}",
                file=source.name,
                place=f"line {at + 1}",
                given=", ".join(heads)[:300],
                remedy="Export it with Total Time, Voltage and Current",
            )
        labels, tests, cells = Codes(), Codes(), Codes()
        wanted: dict[str, tuple[int, Callable[[str], float]]] = {
            c: (i, clock if units[c] == "clock" else number) for c, i in places.items()
        }
        wanted |= {"~test": (0, tests), "~cell": (1, cells)}
        label = next((i for i, h in enumerate(heads) if h == "Instruction Name"), None)
        if label is not None:
            wanted[LABEL] = (label, labels)
        table = grid(text, at, ",", wanted, ["time", "voltage", "current"], {}, notes)
        for what, codes in (("tests", tests), ("cells", cells)):
            if len(codes.texts) > 1:
                raise ReadError(
                    f"The table holds {len(codes.texts)} {what}: which one is meant?",
                    file=source.name,
                    place=f"line {at + 2}",
                    given=", ".join(codes.texts)[:200],
                    remedy="Export one a file",
                )
        channels = {}
        for channel, values in table.columns.items():
            unit = units.get(channel, "")
            if channel not in ("~test", "~cell"):
                channels[channel] = convert(values, unit, channel, source) if unit not in ("", "clock") else values
        for line in text.titles[:at]:
            key, _, value = line.partition(":,")
            if key in _SHOWN and value.strip():
                notes.header[key.casefold()] = value.strip()[:80]
        shown = sorted({f"{u}" for u in units.values() if u not in ("", "clock", "s", "V", "A")})
        if shown:
            notes.did(f"The units in the heads ({', '.join(shown)}) were converted to SI.")
        notes.header["sign of the current"] = "charging is positive (as PEC defines it)"
        unread = [h for i, h in enumerate(heads) if h and i not in places.values() and i not in (0, 1, label)]
        notes.header["columns not read"] = ", ".join(unread)[:500]
        return record_of(source, self.name, channels, notes, labels=labels, line=table.line, place="line")


def _places(heads: Sequence[str]) -> tuple[dict[str, int], dict[str, str]]:
    """Channel -> its column, and its unit ("clock" for hh:mm:ss)."""
    places: dict[str, int] = {}
    units: dict[str, str] = {}
    for index, head in enumerate(heads):
        bare, _, rest = head.partition("(")
        channel = _HEADS.get(bare.strip().casefold())
        if channel is None or channel in places:
            continue
        inside = rest.rstrip(") ").casefold()
        unit = "clock" if "hh:mm:ss" in inside else _TIMES.get(inside) or unit_in(head) or ""
        if unit or channel in ("cycle", "step_index"):
            places[channel], units[channel] = index, unit
    return places, units


PEC = READERS.add("pec")(Pec())
