"""Overpotential budget: which part of the cell takes how much of its voltage at the end of a half cycle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.patches import Patch

from ...errors import RecordError
from ...record import Record, Segment
from ..pick import Records, labelled, largest, unit
from ..style import BLUE, DOUBLE, GREEN, ORANGE, PURPLE, SKY, VERMILLION, YELLOW, Sheet, drawn, faded, panel, sheet
from ..table import stacked

SUM = 1e-6  # relative difference between the cell voltage and the sum of its parts that is still arithmetic
SMALL = 2e-4  # share of the voltage below which parts are drawn together
_CORE, _REST = "#9A9A9A", "#D9D9D9"
_HUES = (ORANGE, SKY, GREEN, PURPLE, BLUE, VERMILLION, YELLOW)
_HATCH = {"constriction": "////", "grain boundary": "....", "interphase": "xxxx"}


@dataclass(frozen=True)
class Budget:
    """The voltage of a cell at one moment, by part.

    voltage       of the cell [V], positive in the direction of the current
    drops         (place, element) -> voltage [V], in the order of the stack; they add up to `voltage`
    half_cycle    its number, time [s] and current density [A/m²] of the moment
    """

    voltage: float
    drops: Mapping[tuple[str, str], float]
    half_cycle: int
    time: float
    current_density: float

    def by_place(self) -> dict[str, float]:
        """Voltage [V] by part of the cell."""
        out: dict[str, float] = {}
        for (place, _), volts in self.drops.items():
            out[place] = out.get(place, 0.0) + volts
        return out


def budget_of(record: Record, half_cycle: int | None = None, places: Mapping[str, str] | None = None) -> Budget:
    """The budget of a simulated record at the end of a half cycle.

    half_cycle   its number from 1 (`Segment.info["half_cycle"]`); None: the last one that was completed
    places       label of an element -> part of the cell, only the elements that are summed; None: from the record's
                 cell, along one way through every parallel branch (a double layer and its charge transfer share a drop)
    Errors: `RecordError` without element voltages, or when the parts do not add up to the cell voltage.
    """
    segment = _segment(record, half_cycle)
    labels = {c.partition("@")[2] for c in segment.channels if c.startswith("voltage@")}
    chosen = dict(places) if places is not None else _along(record)
    absent = [label for label in chosen if label not in labels]
    if absent:
        raise RecordError("The record lacks the voltage of some elements", given=", ".join(absent), allowed=labels)
    row = _last(segment)
    sign = -1.0 if float(segment["current_density"][row]) < 0.0 else 1.0
    drops: dict[tuple[str, str], float] = {}
    for label, place in chosen.items():
        kind = label[: -len(place)].strip() if label.endswith(place) and label != place else "layer"
        drops[place, kind] = drops.get((place, kind), 0.0) + sign * float(segment[f"voltage@{label}"][row])
    total = sign * float(segment["voltage"][row])
    if abs(sum(drops.values()) - total) > SUM * max(abs(total), 1e-9) + 1e-12:
        raise RecordError("The parts do not add up to the cell voltage", given=f"{sum(drops.values()):.9g} V of {total:.9g} V", remedy="Check the mapping of elements to places")
    number = int(segment.info.get("half_cycle", 0))
    return Budget(total, {k: v for k, v in drops.items() if v != 0.0}, number, float(segment["time"][row]), float(segment["current_density"][row]))


def _segment(record: Record, half_cycle: int | None) -> Segment:
    halves = [
        s for s in record.traces
        if any(c.startswith("voltage@") for c in s.channels) and "current_density" in s and len(s) and largest(s["current_density"]) > 0.0
    ]  # fmt: skip
    if not halves:
        raise RecordError("This record holds no voltages of the parts of a cell", given=repr(record), remedy="Simulate it with detail=True")
    if half_cycle is None:
        failed = record.outcome not in ("", "completed") and len(halves) > 1
        return halves[-2 if failed else -1]
    found = [s for s in halves if s.info.get("half_cycle") == half_cycle]
    if not found:
        raise RecordError("The record has no such half cycle", given=half_cycle, allowed=f"1 to {halves[-1].info.get('half_cycle', len(halves))}")
    return found[-1]


def _last(segment: Segment) -> int:
    good = np.flatnonzero(np.isfinite(segment["voltage"]))
    return int(good[-1]) if len(good) else len(segment) - 1


def _along(record: Record) -> dict[str, str]:
    """label -> place of the elements on one way from collector to collector, in stack order."""
    from ...simulation.assembly import assemble

    if record.cell is None:
        raise RecordError("The record does not say which cell it is of", remedy="Give places={element: part of the cell}")
    made = assemble(record.cell)
    return {label: made.places.get(label, label) for label in _way(made.element)}


def _way(element: object) -> Iterator[str]:
    from ...elements.base import Leaf, Parallel, Series

    if isinstance(element, Leaf):
        yield element.label
    elif isinstance(element, Parallel):
        yield from _way(element.children[0])
    elif isinstance(element, Series):
        for child in element.children:
            yield from _way(child)


@drawn
def bars(records: Records, *, half_cycle: int | None = None, places: Mapping[str, str] | None = None) -> Sheet:
    """A stacked bar for each record: mV on the left, shares of the cell voltage on the right.

    Colour is the part of the cell (pale: the right-hand side), hatching the element. half_cycle None takes the last half
    cycle that every record completed.
    """
    found = labelled(records)
    if half_cycle is None:
        half_cycle = min(budget_of(r, None, places).half_cycle for r in found.values()) or None
    budgets = {label: budget_of(r, half_cycle, places) for label, r in found.items()}
    keys = _keys(budgets)
    looks = _looks(keys, found)
    tall = max(sum({" left": 0, "right": 2}.get(k[0][-5:], 1) == side for k in keys) for side in range(3))
    made = sheet(DOUBLE, 27.0 + 9.5 * len(budgets) + 3.6 * tall)
    volts, share = made.subplots(1, 2, sharey=True)
    scale = unit("voltage", largest(*(np.array([b.voltage]) for b in budgets.values())))
    for row, b in enumerate(budgets.values()):
        ends = {True: 0.0, False: 0.0}
        rest = b.voltage - sum(v for k, v in b.drops.items() if k in keys)
        for key in [*(k for k in b.drops if k in keys), None]:
            value = b.drops[key] if key is not None else rest
            if value == 0.0 or (key is None and abs(rest) < 1e-9 * abs(b.voltage)):
                continue
            look = looks[key] if key is not None else {"facecolor": _REST}
            for ax, by in ((volts, 1.0 / scale.scale), (share, 100.0 / b.voltage)):
                ax.barh(row, value * by, left=ends[value > 0.0] * by, height=0.62, edgecolor="white", linewidth=0.25, **look)
            part = 100.0 * value / b.voltage
            if part >= 6.0:
                share.annotate(f"{part:.0f}", (100.0 * ends[value > 0.0] / b.voltage + 0.5 * part, row), ha="center", va="center", fontsize=6.0, bbox={
                    "boxstyle": "round,pad=0.12", "fc": "white", "ec": "none", "alpha": 0.85})  # fmt: skip
            ends[value > 0.0] += value
        volts.annotate(
            f"{float(scale(np.array(b.voltage))):.3g} {scale.text}", (float(scale(np.array(ends[True]))), row), xytext=(3, 0), textcoords="offset points",
            va="center", ha="left", fontsize=6.5,
        )  # fmt: skip
    volts.set_yticks(range(len(budgets)), list(budgets))
    volts.invert_yaxis()
    volts.set_xmargin(0.16)
    volts.set_xlim(min(volts.get_xlim()[0], 0.0), volts.get_xlim()[1] * 1.14)
    volts.set_xlabel(scale.label("Voltage across the cell"))
    share.set_xlabel("Share of the cell voltage (%)")
    share.set_xlim(min(share.get_xlim()[0], 0.0), max(share.get_xlim()[1], 100.0))
    for ax, a in ((volts, "a"), (share, "b")):
        panel(ax, a)
        ax.tick_params(axis="y", length=0)
    handles, texts, columns = _legend(keys, looks, budgets)
    made.legend(handles, texts, loc="outside lower center", ncols=columns, handlelength=1.6, handleheight=1.0)
    first = next(iter(budgets.values()))
    levels = ", ".join(f"{label} {unit('current_density')(np.array(abs(b.current_density))):.3g} {unit('current_density').text}" for label, b in budgets.items())
    made.note = f"At the end of half cycle {first.half_cycle} ({levels})."
    made.tables.append(stacked("budget", [
        {
            "series": [label] * len(b.drops), "half cycle": [b.half_cycle] * len(b.drops), "part": [k[0] for k in b.drops], "element": [k[1] for k in b.drops],
            "voltage [mV]": 1e3 * np.array(list(b.drops.values())), "share [%]": 100.0 * np.array(list(b.drops.values())) / b.voltage,
        } for label, b in budgets.items()
    ]))  # fmt: skip
    return made


def _keys(budgets: Mapping[str, Budget]) -> list[tuple[str, str]]:
    """Parts worth a colour: those left of the separator, the separator, those right of it; each in stack order."""
    keys: dict[tuple[str, str], None] = {}
    for b in sorted(budgets.values(), key=lambda b: -len(b.drops)):
        for key, volts in b.drops.items():
            if abs(volts) > SMALL * abs(b.voltage):
                keys.setdefault(key)
    return sorted(keys, key=lambda k: {" left": 0, "right": 2}.get(k[0][-5:], 1))


def _base(place: str) -> tuple[str, bool]:
    """A place without its side, and whether it lies right."""
    for side in (" left", " right"):
        if place.endswith(side):
            return place[: -len(side)], side == " right"
    return place, False


def _looks(keys: list[tuple[str, str]], found: Mapping[str, Record]) -> dict[tuple[str, str], dict[str, Any]]:
    cores = {r.cell.separator.name for r in found.values() if r.cell is not None}
    hues: dict[str, str] = {}
    out: dict[tuple[str, str], dict[str, Any]] = {}
    for key in keys:
        base, right = _base(key[0])
        if base not in hues:
            hues[base] = _CORE if base in cores else _HUES[sum(h != _CORE for h in hues.values()) % len(_HUES)]
        colour = faded(hues[base], 0.45 if right else 0.95)
        out[key] = {"facecolor": colour, "hatch": _HATCH.get(key[1], "")}
    return out


def _legend(
    keys: list[tuple[str, str]], looks: Mapping[tuple[str, str], dict[str, Any]], budgets: Mapping[str, Budget]
) -> tuple[list[Artist], list[str], int]:
    """One column each for the left-hand side, the separator, and the right-hand side; blanks fill the shorter ones."""
    columns: list[list[tuple[Artist, str]]] = [[], [], []]
    for key in keys:
        side = {" left": 0, "right": 2}.get(key[0][-5:], 1)
        place, kind = key
        columns[side].append((Patch(edgecolor="white", **looks[key]), place if kind == "layer" else f"{place}: {kind}"))
    if any(set(b.drops) - set(keys) for b in budgets.values()):
        columns[1].append((Patch(facecolor=_REST, edgecolor="white"), f"others, each below {100 * SMALL:g} %"))
    columns = [c for c in columns if c]
    rows = max(len(c) for c in columns)
    entries = [e for c in columns for e in c + [(Patch(alpha=0.0), "")] * (rows - len(c))]
    return [e[0] for e in entries], [e[1] for e in entries], len(columns)
