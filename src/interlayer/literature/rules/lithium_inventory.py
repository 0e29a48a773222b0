"""Lithium that is there against lithium that is lost: foil, N/P, efficiency and cycles."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..claims import Claim
from ..spans import Span, of, say, set_value
from ..verdict import FARADAY, RULES, Case, Verdict, no_conflict, plain, same_cell, same_variant, several

MOLAR_VOLUME = 13.0e-6  # m^3/mol
TRANSFER = Span(0.2, 5.0)  # loss per cycle in the full cell over that in the Li|Cu cell (other current, charge, electrolyte)
READING = 0.001  # accuracy of an efficiency: cyclers are good to about a tenth of a percent
FOIL = 0.25  # a foil may be thicker than its nominal value by this much
ALLOWED = {
    "lithium lost per cycle in the full cell": "a fifth to five times the inefficiency on copper", "efficiency": "rounding and 0.1 point", "N/P": "as printed",
    "shape of the fade": "any that ends at the retention stated",
}  # fmt: skip
OPEN = {"lithium at the start": "not stated (foil, N/P)", "share of the inefficiency that is lithium lost": "none (shuttle, oxidation at the cathode) to all"}


@RULES.add("lithium_inventory")
def lithium_inventory(case: Case) -> Iterator[Verdict]:
    """Lost (1 - CE) N r Q <= (N/P + 1 - r) Q for a cathode that brings its own lithium. CE^N is the retention only of a
    cell without excess lithium; with excess, retention says nothing until the excess is gone."""
    for stock in case.of("n_to_p_ratio"):
        for kept in (c for c in case.of("capacity_retention") if same_cell(c, stock) and c.has("cycles") and no_conflict(c, stock, "c_rate", "temperature", "loading")):
            for efficiency in (c for c in case.of("coulombic_efficiency") if c.technique in ("ce_aurbach", "ce_cycling") and same_variant(c, kept)):
                yield _balance(stock, kept, efficiency)
    yield from _full_cells(case)
    yield from _foils(case)


def _balance(stock: Claim, kept: Claim, efficiency: Claim) -> Verdict:
    left = of(kept)
    best = min(of(efficiency).high + READING, 1.0) if efficiency.form != "lower_bound" else 1.0
    cycles = kept.condition("cycles")
    lowest = (1.0 - best) * TRANSFER.low * cycles * left.low
    there = of(stock).high + 1.0 - left.low
    usual = (1.0 - efficiency.si) * cycles * left.low
    numbers = {"N/P": stock.printed(), "cycles": f"{cycles:g}", "retention": kept.printed(), "efficiency on copper": efficiency.printed(), "loss, in cathode capacities": f"{lowest:.2g} at least, {usual:.2g} by the printed efficiency", "there": f"{there:.3g}"}
    ids = (stock.id, kept.id, efficiency.id)
    head = f"With N/P {stock.printed()} and {kept.printed()} kept after {cycles:g} cycles, at most {there:.3g} cathode capacities of lithium can have been lost"
    if lowest > there:
        return Verdict("lithium_inventory", "disagree", f"{head}; an efficiency of {efficiency.printed()} loses {usual:.2g}, and a fifth of that is still too much.", ids, numbers, ALLOWED)
    if usual <= there:
        return Verdict("lithium_inventory", "agree", f"{head}; an efficiency of {efficiency.printed()} loses {usual:.2g}.", ids, numbers, ALLOWED)
    return Verdict("lithium_inventory", "indeterminate", f"{head}; the {efficiency.printed()} on copper would lose {usual:.2g}, so lithium in the full cell must cycle better than on copper.", ids, numbers, ALLOWED)


def _full_cells(case: Case) -> Iterator[Verdict]:
    """What a full cell's own efficiency would need as excess, if all of it were lithium lost."""
    for efficiency in case.of("coulombic_efficiency"):
        if efficiency.technique in ("ce_aurbach", "ce_cycling") or not efficiency.has("cycles") or efficiency.form == "lower_bound" or efficiency.si >= 1.0:
            continue
        cycles = efficiency.condition("cycles")
        lost = (1.0 - efficiency.si) * cycles
        power = efficiency.si**cycles
        said = (
            f"An average efficiency of {efficiency.printed()} over {cycles:g} cycles is a charge of {lost:.2g} cathode capacities; it needs that much excess lithium if all of it is lithium lost. "
            f"With excess lithium it says nothing on retention ({efficiency.si:.4g}^{cycles:g} = {100 * power:.0f} % would be that of a cell without excess)."
        )  # fmt: skip
        yield Verdict("lithium_inventory", "indeterminate", said, (efficiency.id,), {"efficiency": efficiency.printed(), "cycles": f"{cycles:g}", "charge lost": f"{lost:.2g} cathode capacities"}, OPEN)


def _foils(case: Case) -> Iterator[Verdict]:
    """A half cycle can't strip more lithium than the foil is."""
    foils = [c for c in case.of("thickness") if plain(c.subject) in ("li foil", "lithium foil", "li metal foil", "lithium metal foil")]
    for foil in foils:
        charge = of(foil, error=FOIL) * (FARADAY / MOLAR_VOLUME)
        tests = [c for c in case.of("cycle_life_hours", "failure_time", "polarization_voltage", "critical_current_density") if c.technique in ("strip_plate", "ccd", "") and c.has("areal_capacity") and not several(c.variant)]
        tests = [c for c in tests if same_variant(c, foil) or plain(foil.variant) in ("", "n/a")]
        if not tests:
            continue
        test = max(tests, key=lambda c: c.condition("areal_capacity"))
        half = set_value(test, "areal_capacity")
        numbers = {"foil": foil.printed(), "its charge": say(charge.middle, "mA*h/cm**2"), "half cycle": say(half.middle, "mA*h/cm**2")}
        head = f"A foil of {foil.printed()} holds {say(of(foil).middle * FARADAY / MOLAR_VOLUME, 'mA*h/cm**2')}; the largest half cycle of a symmetric cell takes {say(half.middle, 'mA*h/cm**2')}"
        allowed = {"thickness of the foil": "25 % over its nominal value", "lithium elsewhere": "none in a symmetric cell"}
        if half.low > charge.high and not math.isinf(charge.high):
            yield Verdict("lithium_inventory", "disagree", f"{head}: more than is there.", (foil.id, test.id), numbers, allowed)
        else:
            yield Verdict("lithium_inventory", "agree", f"{head}.", (foil.id, test.id), numbers, allowed)
