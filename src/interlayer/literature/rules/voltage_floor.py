"""Voltage under current against area-specific resistance: no area is needed."""

from __future__ import annotations

from collections.abc import Iterator

from ..claims import Claim
from ..closure import ALLOWED, direct, state
from ..spans import Span, of, say
from ..told import Told, told
from ..verdict import RULES, Case, Lack, Said, Verdict, same_cell, several

FACES = {"what the resistance counts": "one interface or both", "rest of the cell": "any resistance"}


@RULES.add("voltage_floor")
def voltage_floor(case: Case) -> Iterator[Said]:
    """V/j is at least the area-specific resistance of the interfaces (two if it is one face's), flattened by charge transfer
    that is not linear; the rest is the electrolyte's."""
    for voltage in case.of("polarization_voltage"):
        if several(voltage.variant):
            continue
        currents = told(case, voltage, "current_density")
        parts = [(c, state(voltage, c)) for c in case.of("interfacial_asr") if same_cell(c, voltage) and c.form != "upper_bound"]
        usable = [(part, factor) for part, factor in parts if factor is not None]
        if not currents or not usable:
            yield Lack("voltage_floor", (voltage.id,), "the current density" if not currents else "an interfacial resistance in Ω cm² of the same cell and state")
        for current in currents:
            yield from (_judge(voltage, current, part, factor) for part, factor in usable)


def _judge(voltage: Claim, current: Told, part: Claim, factor: Span) -> Verdict:
    most = direct(voltage, current.span) * factor
    least = of(part, error=0.05)
    plain_ratio = voltage.si / current.value
    j = say(current.value, "mA/cm**2")
    numbers = {"voltage over current": say(plain_ratio, "ohm*cm**2"), "interface": part.printed()}
    head = f"{voltage.printed()} at {j} is {say(plain_ratio, 'ohm*cm**2')} in all; the interface is stated as {part.printed()}"
    ids = (voltage.id, part.id, *current.ids)
    if voltage.form != "lower_bound" and most.high < least.low:
        return Verdict("voltage_floor", "disagree", f"{head}: one face alone would take more than the whole voltage.", ids, numbers, ALLOWED | FACES)
    if plain_ratio < part.si:
        return Verdict("voltage_floor", "indeterminate", f"{head}, more than the whole, which needs charge transfer that flattens, or another state of the cell.", ids, numbers, ALLOWED | FACES)
    rest = plain_ratio - part.si
    return Verdict("voltage_floor", "agree", f"{head}; {say(Span(max(rest - part.si, 0.0), rest), 'ohm*cm**2')} are left for the electrolyte.", ids, numbers, ALLOWED | FACES)
