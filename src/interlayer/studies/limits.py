"""What every study adds to its rows: where the voltage goes, and what limits each cell, in a table and in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .. import units
from ..record import Record
from .base import Table
from .frame import More, Run

MOST = 4  # elements named
BESIDE = ("voltage@double layer", "voltage@short")  # what lies beside an element or the whole cell shows their voltage again


def budget(record: Record) -> dict[str, float]:
    """Share of each element in the cell voltage at the end of the first half cycle; both sides of a cell together."""
    trace = next((s for s in record.traces if len(s) > 2 and any(c.startswith("voltage@") for c in s.channels)), None)
    if trace is None:
        return {}
    total = float(trace["voltage"][-1])
    found: dict[str, float] = {}
    for channel in trace.channels:
        if channel.startswith("voltage@") and not channel.startswith(BESIDE):
            label = channel.removeprefix("voltage@").replace(" left", "").replace(" right", "").strip()
            found[label] = found.get(label, 0.0) + float(trace[channel][-1]) / total
    return dict(sorted(found.items(), key=lambda kv: -abs(kv[1])))


def limits(records: Mapping[str, Record], prefix: str) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """The table of budgets and what limits each cell, of the records whose name begins so."""
    rows, said = [], []
    for key, record in records.items():
        if not key.startswith(prefix) or not (shares := budget(record)):
            continue
        label = key.partition(": ")[2]
        first = next(s for s in record.traces if len(s) > 2)
        volts = units.show(abs(float(first["voltage"][-1])), "overpotential", 3)
        top = [f"{k} {v:.0%}" for k, v in list(shares.items())[:MOST]]
        rows.append((key.partition(":")[0], label, volts, *top, *[""] * (MOST - len(top)), record.outcome))
        name, share = next(iter(shares.items()))
        ended = "the test ended with the cell alive" if record.outcome == "completed" else f"what ended it: {record.outcome}"
        said.append(f"What limits {label} ({key.partition(':')[0]}): {name} takes {share:.0%} of {volts}; {ended}.")
    heads = ("experiment", "cell", "voltage, first half cycle", *(f"{n + 1}." for n in range(MOST)), "how the test ended")
    return ((Table("Where the voltage goes, at the end of the first half cycle", heads, tuple(rows)),) if rows else ()), tuple(said)


def standard(prefix: str, further: Callable[[Run], More] | None = None) -> Callable[[Run], More]:
    """A study's `more`: the budgets of the experiments whose name begins with `prefix`, and what `further` adds."""

    def more(run: Run) -> More:
        own = further(run) if further is not None else More()
        tables, said = limits({**run.records, **own.records}, prefix)
        return More(own.rows, (*tables, *own.tables), (*said, *own.open), own.fields, own.records)

    return more
