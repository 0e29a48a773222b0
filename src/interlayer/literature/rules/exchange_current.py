"""Exchange current against resistance in the same unit."""

from __future__ import annotations

from collections.abc import Iterator

from ..claims import Claim
from ..spans import Span, of, say
from ..told import told
from ..verdict import FARADAY, GAS, RULES, Case, Lack, Said, Verdict, no_conflict, same_cell, several, temperature

DEFINITION = Span(0.1, 4.0)  # true RT/(F j0) over that of the printed j0: fits of Tafel lines, their window, transfer coefficients, real area
FACES = Span(1.0, 2.0)  # j0 per electrode, or of the two faces together
AMPLITUDE = Span(0.5, 1.0)  # the voltage may be that of half or of the whole amplitude
GROWTH = 4.0  # a resistance without a stated time may differ by this
ALLOWED = {
    "definition of j0": "true RT/(F j0) a tenth to four times the printed one (Tafel window, transfer coefficient, real area)", "faces": "one or two in the resistance", "amplitude": "half or whole",
    "time": "a factor of four where no time is stated",
}  # fmt: skip


@RULES.add("exchange_current")
def exchange_current(case: Case) -> Iterator[Said]:
    """Charge transfer RT/(F j0) of a face is part of the cell's resistance in ohm cm², so never more than it. Ohm without an
    area is not compared, nor are two temperatures. An apparent j0 may carry the whole cell's resistance, so an interfacial
    resistance below it proves nothing; a voltage of the whole cell does."""
    for j0 in case.of("exchange_current_density"):
        at = temperature(j0)
        if several(j0.variant):
            continue
        resistance = Span(GAS * (at.low if at else 288.0) / FARADAY, GAS * (at.high if at else 303.0) / FARADAY) / of(j0)
        others = [c for c in case.of("interfacial_asr", "polarization_voltage") if same_cell(c, j0) and no_conflict(c, j0, "temperature", relative=0.01)]
        partners = [(c, t) for c in others if (t := _total(case, c)) is not None and c.form != "lower_bound"]
        comparable = [(c, t) for c, t in partners if _same_temperature(c, j0)]
        head = f"The j0 of {j0.printed()} ({j0.variant}) is a charge-transfer resistance of {say(resistance.middle, 'ohm*cm**2')} a face"
        if not comparable:
            said = f"{head}; no resistance in Ω cm² of this cell at this temperature is stated to set it against."
            yield Verdict("exchange_current", "indeterminate", said, (j0.id,), {"RT/(F j0)": say(resistance.middle, "ohm*cm**2")}, {"area, temperature or resistance": "not stated"}, compared=False)
            yield Lack("exchange_current", (j0.id,), "an interfacial resistance in Ω cm², or a polarization voltage with its current density, of this cell at this temperature")
        for claim, total in comparable:
            yield _judge(j0, claim, resistance, total, head)


def _same_temperature(a: Claim, b: Claim) -> bool:
    x, y = temperature(a), temperature(b)
    return (x is None and y is None) or (x is not None and y is not None and x.widened(0.005).meets(y))


def _total(case: Case, claim: Claim) -> Span | None:
    """Resistance [ohm m²] a claim states for the whole cell or its interfaces."""
    if claim.quantity == "interfacial_asr":
        return of(claim, error=0.1) * Span(1.0, 2.0)
    current = next(iter(told(case, claim, "current_density")), None)
    return None if current is None or isinstance(claim.value, list) else of(claim, error=0.1) / current.span


def _judge(j0: Claim, claim: Claim, resistance: Span, total: Span, head: str) -> Verdict:
    least = resistance * DEFINITION
    numbers = {"RT/(F j0), one face": say(resistance, "ohm*cm**2"), "stated resistance": say(total, "ohm*cm**2"), "from": claim.said()}
    what = "an interfacial resistance" if claim.quantity == "interfacial_asr" else "a cell voltage"
    said = f"{head}; {what} of {claim.printed()} makes {say(total, 'ohm*cm**2')}"
    if total.high * GROWTH < least.low and claim.quantity == "polarization_voltage":
        return Verdict("exchange_current", "disagree", f"{said}, less than a fortieth of one face's charge transfer: no definition of j0 bridges that.", (j0.id, claim.id), numbers, ALLOWED)
    if total.high < resistance.low:
        return Verdict("exchange_current", "indeterminate", f"{said}, less than one face's charge transfer by the printed j0: the j0 is an apparent one, or the two belong to different states.", (j0.id, claim.id), numbers, ALLOWED)
    return Verdict("exchange_current", "agree", f"{said}, in which it fits.", (j0.id, claim.id), numbers, ALLOWED)
