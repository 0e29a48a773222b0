"""Magnitudes that a slip of the unit or the sign makes: each with what the quantity can be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ..actives import material_of
from ..claims import Claim
from ..spans import of
from ..verdict import RULES, Case, Quiet, Said, Verdict, Word

#: quantity -> (low, high) in SI outside which no lithium cell at -60 to 150 °C lies, and the range in words
LIMITS: Final = {
    "activation_energy": (1e3, 250e3, "1 to 250 kJ/mol (0.01 to 2.6 eV)"), "ionic_conductivity": (1e-12, 50.0, "1e-14 to 0.5 S/cm"), "capacity_retention": (0.0, 1.3, "0 to 130 %"),
    "coulombic_efficiency": (0.0, 1.05, "0 to 105 %"), "first_cycle_coulombic_efficiency": (0.0, 1.3, "0 to 130 %"), "transference_number": (-1.0, 1.0, "-1 to 1"), "relative_density": (0.1, 1.05, "10 to 105 %"),
    "critical_current_density": (1e-3, 5e3, "0.0001 to 500 mA/cm²"), "exchange_current_density": (1e-8, 1e5, "1e-9 to 10 A/cm²"), "interfacial_asr": (1e-6, 1e3, "0.01 Ω cm² to 10 MΩ cm²"), "loading": (1e-4, 5.0, "0.01 to 500 mg/cm²"),
    "polarization_voltage": (1e-5, 10.0, "0.01 mV to 10 V"), "mass_fraction": (0.0, 1.0001, "0 to 100 %"), "n_to_p_ratio": (0.0, 1e3, "0 to 1000"), "capacity_fade_per_cycle": (-0.05, 0.9, "-5 to 90 %"),
    "mole_fraction": (0.0, 1.0, "0 to 1"), "anodic_stability_limit": (0.5, 8.0, "0.5 to 8 V"), "stack_pressure": (0.0, 2e9, "0 to 2 GPa"),
}  # fmt: skip
CAPACITIES: Final = ("capacity", "initial_capacity", "first_charge_capacity", "first_discharge_capacity")
LOOKED: Final = frozenset((*LIMITS, *CAPACITIES, "dew_point", "press_load", "press_pressure"))
DAMPEST: Final = 273.15 + 35.0  # K: dew point of the dampest air there is
STEEL: Final = 3e9  # Pa: what a die of hardened steel bears
ALLOWED = {"temperature": "-60 to 150 °C", "material": "any"}


@RULES.add("unit_lint")
def unit_lint(case: Case) -> Iterator[Said]:
    """A magnitude outside what any cell can show is a slip of unit, sign or decimal point; inside, nothing is said."""
    found = [*_magnitudes(case), *_slipped(case), *_dew_points(case), *_loads(case)]
    yield from found
    named = {v.claims[0] for v in found}
    yield Quiet("unit_lint", sum(len(c.values) for c in case.claims if c.kind != "comparison" and c.quantity in LOOKED and c.id not in named))


def _slipped(case: Case) -> Iterator[Verdict]:
    """Numbers that can't be at all, which no other rule can use."""
    for claim in case.slipped:
        if claim.quantity in LIMITS and any(v.claims == (claim.id,) for v in _limits(claim)):
            continue
        for slip in claim.slips:
            said = f"{article(slip)} ({claim.subject}): a slip of unit, sign or decimal point."
            yield Verdict("unit_lint", "disagree", said, (claim.id,), {"stated": claim.printed(), "can't be": slip}, ALLOWED)


def article(text: str) -> str:
    """ "ionic conductivity" -> "An ionic conductivity", "n to p ratio" -> "An n to p ratio"."""
    return f"{'An' if re.match(r'[aeio]|n |xps|ftir|rdf|xrd|sei|u[^nstr]', text, re.IGNORECASE) else 'A'} {text}"


def _magnitudes(case: Case) -> Iterator[Verdict]:
    for claim in (*case.claims, *case.slipped):
        yield from _limits(claim)
        if claim.quantity in CAPACITIES and claim.kind != "comparison":
            yield from _capacity(claim)


def _limits(claim: Claim) -> Iterator[Verdict]:
    limits = LIMITS.get(claim.quantity)
    if limits is not None and claim.kind != "comparison":
        low, high, words = limits
        signed = claim.quantity in ("transference_number", "capacity_fade_per_cycle", "activation_energy")
        for i in range(len(claim.values)):
            a, b = claim.interval(i)
            bad = (a > high) if claim.form != "upper_bound" else False
            bad = bad or ((b if signed else of(claim, i).high) < low if claim.form != "lower_bound" else False)
            if bad:
                said = f"{article(claim.quantity.replace('_', ' '))} of {claim.printed()} ({claim.subject}) is outside {words}: a slip of unit, sign or decimal point."
                yield Verdict("unit_lint", "disagree", said, (claim.id,), {"stated": claim.printed(), "possible": words}, ALLOWED)


def _capacity(claim: Claim) -> Iterator[Verdict]:
    known = material_of(claim.subject, claim.variant)
    # a charge may go into the electrolyte as well; what comes back was stored
    room = 2.0 if claim.quantity == "first_charge_capacity" else 1.1
    most = known[1] * room if known else 4000.0 * 3600.0
    for i in range(len(claim.values)):
        low, _ = claim.interval(i)
        if low > most and claim.form != "upper_bound":
            whose = f"{known[0]} can hold ({known[1] / 3600.0:.0f} mAh/g in theory)" if known else "lithium metal holds (3860 mAh/g)"
            said = f"{article(claim.quantity.replace('_', ' '))} of {claim.printed()} ({claim.subject}) is more than {whose}."
            yield Verdict("unit_lint", "disagree", said, (claim.id,), {"stated": claim.printed()}, {"capacity over the theoretical one": "10 %, twice for a charge (side reactions)"})
            return


def _dew_points(case: Case) -> Iterator[Verdict]:
    for claim in case.of("dew_point"):
        if claim.si <= 273.15:
            continue
        where = " ".join((claim.subject, claim.note, claim.source)).casefold()
        assembly = any(word in where for word in ("dry", "glove", "assembl", "argon"))
        if assembly:
            said = f"A dew point of {claim.printed()} is that of no dry room (lithium is worked at -40 °C or below); a minus sign may be lost, in print or in copying."
        elif claim.si > DAMPEST:
            said = f"A dew point of {claim.printed()} ({claim.subject}) is damper than any air outdoors (35 °C at most), and lithium is worked at -40 °C or below; a minus sign may be lost, in print or in copying."
        else:
            said = f"A dew point of {claim.printed()} ({claim.subject}) is that of room air; if a dry room or a glove box is meant (-40 °C or below), a minus sign is lost."
        word: Word = "disagree" if claim.form != "upper_bound" and (assembly or claim.si > DAMPEST) else "indeterminate"
        yield Verdict("unit_lint", word, said, (claim.id,), {"stated": claim.printed()}, {"dew point of a dry room": "below 0 °C", "dew point of room air": "up to 35 °C"})


def _loads(case: Case) -> Iterator[Verdict]:
    for claim in case.of("press_load", "press_pressure", lists=True):
        most = max(claim.values)
        if most > STEEL:
            said = f"{claim.printed()} on {claim.subject} is {most / 1e9:.2g} GPa, more than a die of hardened steel bears (about 3 GPa); probably a total load is meant, not one per area."
            yield Verdict("unit_lint", "indeterminate", said, (claim.id,), {"stated": claim.printed(), "as a pressure": f"{most / 1e9:.2g} GPa"}, {"die": "of any material", "load": "in all, or per area"})
