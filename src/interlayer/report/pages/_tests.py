"""The figures of one experiment of a study: which of them suits what was done, with the reported values laid over."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ...record import Record
from ..html import Block, Picture
from ..pick import record_colours
from ..style import Sheet
from . import _parts

if TYPE_CHECKING:
    from ...literature import Claim
    from ...studies import Row

MAIN = ("bare", "protected", "sham")  # cells that have a panel each where a ramp was run on many
COURSE = (
    "Lives (bar: simulated, arrow: alive at its end, cross: failed; diamond: reported, with an arrow where it ended alive), polarisation of each half cycle (dotted where cycles were left out "
    "and the cell rested; dashed or diamond: reported), and the voltage of the first cycles."
)
RAISED = "Cell voltage over time, and polarisation against current density; a cross marks a failure, a dashed upright line a reported critical current."
TEMPERATURE = "Over temperature: simulated points, dashed the reported activation energy through the point nearest 25 °C, diamonds reported values."
DEPOSIT = "Thickness of the deposit against the charge that passed; diamonds: reported."


def figures(name: str, records: Mapping[str, Record], rows: Sequence[Row], said: Mapping[str, Claim], shelf: dict[str, Sheet] | None, prefix: str) -> list[Block]:
    """The blocks of an experiment `name`, whose records are given by variant."""
    from ..figures import (
        reported_blocking,
        reported_course,
        reported_deposit,
        reported_hold,
        reported_rates,
        reported_sweep,
        reported_temperature,
    )

    own = [r for r in rows if r.where.partition(": ")[0] == name]
    done = {s.technique for r in records.values() for s in r.traces} - {"rest", ""}
    sweeps = {
        "linear_sweep": (reported_sweep.linear, "Linear sweeps; dashed: the reported limit."),
        "cyclic_voltammetry": (reported_sweep.cyclic, "Voltammograms; dashed: reported peak currents and plating overpotentials."),
        "tafel": (reported_sweep.rest, "Slow sweeps about rest, the ohmic part of the separator in them; dashed: reported exchange currents."),
    }
    kind = next((k for k in sweeps if k in done), "")
    if kind:
        make, caption = sweeps[kind]
        return _parts.picture(lambda: make(records, own), caption, shelf, f"{prefix}sweep")
    if "bruce_vincent" in done:
        return _parts.picture(lambda: reported_hold.held(records), "Current under a held voltage.", shelf, f"{prefix}hold")
    if "nucleation" in done:
        out: list[Block] = []
        if any(r.quantity in ("overpotential", "voltage") for r in own):
            out += _parts.picture(lambda: reported_deposit.transients(records, own), "Plating overpotential against charge; dashed: reported tip and plateau.", shelf, f"{prefix}transients")
        return [*out, *_parts.picture(lambda: reported_deposit.growth(records, own, said), DEPOSIT, shelf, f"{prefix}growth")]
    if "experiment" in done and any(c.startswith("thickness@deposit") for r in records.values() for s in r.traces for c in s.channels):
        return _parts.picture(lambda: reported_deposit.growth(records, own, said), DEPOSIT, shelf, f"{prefix}growth")
    if "aurbach" in done:
        return _parts.picture(lambda: reported_deposit.efficiency(records, own), "Potential over the charge on the copper, and the efficiencies; diamonds: reported.", shelf, f"{prefix}efficiency")
    if done & {"critical_current", "rate_ramp"}:
        few = {k: r for k, r in records.items() if k in MAIN} if len(records) > len(MAIN) else dict(records)
        first = _laid_over(_parts.experiment(few, shelf, prefix), few, own) if few and "critical_current" in done else []
        return [*first, *_parts.picture(lambda: reported_rates.raised(records, own), RAISED, shelf, f"{prefix}raised")]
    if not done and (warmed := {k: r for k, r in records.items() if reported_temperature.over_temperature(r)}):
        return [*_over_temperature(warmed, own, said, shelf, prefix), *_at_room(records, shelf, prefix)]
    if "strip_plate" in done:
        if not reported_course.worth(records):
            return _parts.picture(lambda: reported_course.short(records, own, said), "Cell voltage over time, and the polarisation of each half cycle; dashed or diamond: reported.", shelf, f"{prefix}short")
        out = _parts.picture(lambda: reported_course.lives(records, own, said), COURSE, shelf, f"{prefix}course")
        return [*out, *_between(records, own, said, shelf, prefix)]
    if not done and records and all(reported_temperature.blocking(r) for r in records.values()):
        return _parts.picture(lambda: reported_blocking.nyquist(records, own), "Between blocking electrodes: spectra up to the rise of the electrodes, and the conductivity that a frequency shows; dashed: reported.", shelf, f"{prefix}blocking")
    return _laid_over(_parts.experiment(records, shelf, prefix), records, [r for r in own if said.get(r.claim) is None or not said[r.claim].quantity.startswith("interfacial")])


def _over_temperature(records: Mapping[str, Record], own: Sequence[Row], said: Mapping[str, Claim], shelf: dict[str, Sheet] | None, prefix: str) -> list[Block]:
    """Cells between blocking electrodes and others apart: conductivities and resistances share no axis."""
    from ..figures import reported_temperature

    out: list[Block] = []
    for kind, blocks in (("conductivity", True), ("interfaces", False)):
        some = {k: r for k, r in records.items() if reported_temperature.blocking(r) is blocks}
        if some:
            out += _parts.picture(functools.partial(reported_temperature.line, some, own, said), TEMPERATURE, shelf, f"{prefix}{kind}")
    return out


def _at_room(records: Mapping[str, Record], shelf: dict[str, Sheet] | None, prefix: str) -> list[Block]:
    """The spectrum nearest 25 degC of each cell that is not between blocking electrodes."""
    from ..figures import impedance, reported_temperature

    some = {k: _nearest(r) for k, r in records.items() if not reported_temperature.blocking(r)}
    if not some:
        return []
    return _parts.picture(lambda: impedance.nyquist(some), "The spectra nearest 25 °C on equal axes; filled points mark whole decades of frequency.", shelf, f"{prefix}nyquist")


def _nearest(record: Record) -> Record:
    best = min(record.spectra, key=lambda s: abs(float(s.info.get("temperature", 298.15)) - 298.15))
    return replace(record, segments=(replace(best, info={k: v for k, v in best.info.items() if k != "label"}),))


def _between(records: Mapping[str, Record], own: Sequence[Row], said: Mapping[str, Claim], shelf: dict[str, Sheet] | None, prefix: str) -> list[Block]:
    """The spectra between the cycles, where there are some: how the resistance goes, and those of the fresh cells."""
    from ..figures import _reported, impedance, reported_course

    some = {k: r for k, r in records.items() if len(r.spectra) > 1}
    if not some:
        return []
    fresh = _reported.at_rest(some)
    out = _parts.picture(lambda: reported_course.resistance(some, own, said), "Resistance of the cells between the cycles; diamonds: reported.", shelf, f"{prefix}resistance")
    made = _parts.picture(lambda: impedance.nyquist(fresh), "Spectra of the fresh cells on equal axes; filled points mark whole decades of frequency; dashed: reported.", shelf, f"{prefix}nyquist")
    return [*out, *_laid_over(made, fresh, own)]


def _laid_over(blocks: list[Block], records: Mapping[str, Record], own: Sequence[Row]) -> list[Block]:
    """The same blocks, reported values drawn into their figures."""
    from ..figures import reported

    colours = dict(record_colours(records))
    for block in blocks:
        if isinstance(block, Picture) and own:
            reported.lay_over(block.figure, [_per_area(r, records) for r in own], colours)  # type: ignore[arg-type]
    return blocks


def _per_area(row: Row, records: Mapping[str, Record]) -> Row:
    """A resistance in ohm of a cell whose area is stated, as the spectra are drawn."""
    record = records.get(row.where.partition(": ")[2])
    if row.quantity != "resistance" or row.reported is None or record is None or "area" not in record.conditions:
        return row
    return replace(row, quantity="area_specific_resistance", reported=row.reported * record.condition("area"))
