"""Lithium that is there against lithium that is lost: foil, N/P, efficiency and cycles."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..claims import Claim
from ..spans import Span, of, say
from ..told import Told, all_of, mildest, told
from ..verdict import FARADAY, RULES, Case, Lack, Said, Verdict, plain, same_variant, several

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
def lithium_inventory(case: Case) -> Iterator[Said]:
    """Lost (1 - CE) N r Q <= (N/P + 1 - r) Q for a cathode that brings its own lithium. CE^N is the retention only of a
    cell without excess lithium; with excess, retention says nothing until the excess is gone."""
    used: set[str] = set()
    for kept in (c for c in case.of("capacity_retention") if c.has("cycles")):
        stocks = told(case, kept, "n_to_p_ratio")
        for efficiency in (c for c in case.of("coulombic_efficiency") if stocks and c.technique in ("ce_aurbach", "ce_cycling") and same_variant(c, kept)):
            used |= {i for t in stocks for i in t.ids}
            yield mildest([_balance(stock, kept, efficiency) for stock in stocks], "N/P", stocks)
    for stock in (c for c in case.of("n_to_p_ratio") if c.id not in used):
        yield Lack("lithium_inventory", (stock.id,), "capacity retention with cycles of the same cell, and an efficiency on copper (technique ce_aurbach or ce_cycling) of the same variant")
    yield from _full_cells(case)
    yield from _foils(case)


def _balance(stock: Told, kept: Claim, efficiency: Claim) -> Verdict:
    left = of(kept)
    best = min(of(efficiency).high + READING, 1.0) if efficiency.form != "lower_bound" else 1.0
    cycles = kept.condition("cycles")
    lowest = (1.0 - best) * TRANSFER.low * cycles * left.low
    there = stock.span.high + 1.0 - left.low
    usual = (1.0 - efficiency.si) * cycles * left.low
    numbers = {"N/P": stock.words, "cycles": f"{cycles:g}", "retention": kept.printed(), "efficiency on copper": efficiency.printed(), "loss, in cathode capacities": f"{lowest:.2g} at least, {usual:.2g} by the printed efficiency", "there": f"{there:.3g}"}
    ids = (*stock.ids, kept.id, efficiency.id)
    head = f"With N/P {stock.words} and {kept.printed()} kept after {cycles:g} cycles, at most {there:.3g} cathode capacities of lithium can have been lost"
    if lowest > there:
        return Verdict("lithium_inventory", "disagree", f"{head}; an efficiency of {efficiency.printed()} loses {usual:.2g}, and a fifth of that is still too much.", ids, numbers, ALLOWED)
    if usual <= there:
        return Verdict("lithium_inventory", "agree", f"{head}; an efficiency of {efficiency.printed()} loses {usual:.2g}.", ids, numbers, ALLOWED)
    return Verdict("lithium_inventory", "indeterminate", f"{head}; the {efficiency.printed()} on copper would lose {usual:.2g}, so lithium in the full cell must cycle better than on copper.", ids, numbers, ALLOWED)


def _full_cells(case: Case) -> Iterator[Said]:
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
        yield Verdict("lithium_inventory", "indeterminate", said, (efficiency.id,), {"efficiency": efficiency.printed(), "cycles": f"{cycles:g}", "charge lost": f"{lost:.2g} cathode capacities"}, OPEN, compared=False)


def _foils(case: Case) -> Iterator[Said]:
    """A half cycle can't strip more lithium than the foil is."""
    foils = [c for c in case.of("thickness") if plain(c.subject) in ("li foil", "lithium foil", "li metal foil", "lithium metal foil")]
    tests = [c for c in case.of("cycle_life_hours", "failure_time", "polarization_voltage", "critical_current_density") if c.technique in ("strip_plate", "ccd", "") and not several(c.variant)]
    found: dict[tuple[Told, ...], list[tuple[Claim, Told]]] = {}
    for test, half in ((c, q) for c in tests for q in told(case, c, "areal_capacity")):
        own = told(case, test, "foil_thickness", error=FOIL) or tuple(one for f in foils if same_variant(test, f) or plain(f.variant) in ("", "n/a") for one in all_of(f, error=FOIL))
        if own:
            found.setdefault(own, []).append((test, half))
    for foil, ran in found.items():
        test, half = max(ran, key=lambda one: one[1].value)
        yield mildest([_foil(one, test, half) for one in foil], "foil", foil)
    for foil_claim in (c for c in [*foils, *case.of("foil_thickness")] if not any(c.id in t.ids for own in found for t in own)):
        yield Lack("lithium_inventory", (foil_claim.id,), "a test of a symmetric cell with its charge per half cycle (areal_capacity)")


def _foil(foil: Told, test: Claim, taken: Told) -> Verdict:
    charge = foil.span * (FARADAY / MOLAR_VOLUME)
    half = taken.span
    numbers = {"foil": foil.words, "its charge": say(charge.middle, "mA*h/cm**2"), "half cycle": say(taken.value, "mA*h/cm**2")}
    head = f"A foil of {foil.words} holds {say(foil.value * FARADAY / MOLAR_VOLUME, 'mA*h/cm**2')}; the largest half cycle of a symmetric cell takes {say(taken.value, 'mA*h/cm**2')}"
    allowed = {"thickness of the foil": "25 % over its nominal value", "lithium elsewhere": "none in a symmetric cell"}
    ids = (*foil.ids, test.id, *taken.ids)
    if half.low > charge.high and not math.isinf(charge.high):
        return Verdict("lithium_inventory", "disagree", f"{head}: more than is there.", ids, numbers, allowed)
    return Verdict("lithium_inventory", "agree", f"{head}.", ids, numbers, allowed)
