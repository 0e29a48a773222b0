"""Activation energies against ratios at one temperature, and against values at two."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from ..claims import Claim
from ..spans import of, say
from ..verdict import GAS, RULES, Case, Lack, Said, Verdict, Word, plain, same_cell, temperature
from .vft import is_vft

ROOM = 298.15
WORDS = {"interfacial_asr": "interfacial resistances", "cell_impedance": "cell impedances", "exchange_current_density": "exchange currents"}
MOST = 40  # pairs of partners looked at: more say nothing new
FREE = {"prefactors": "free, each its own (contact area, density of sites, compensation)", "temperature of the ratio": "as stated, or room"}
FLATTER, STEEPER = 2.0, 3.0  # the local slope may be so much flatter (curvature) or steeper (VFT, melting) than the stated one
OFFSET = 10e3  # J/mol, beside the factor
ALLOWED = {"slope between the two temperatures over the stated one": "half (curvature) to three times (VFT, melting), and 10 kJ/mol", "values": "as printed, and 20 % between samples"}


@RULES.add("activation_ratio")
def activation_ratio(case: Case) -> Iterator[Said]:
    """R1/R2 = (A1/A2) exp((E1 - E2)/RT): with free prefactors an energy difference never contradicts a ratio. One sample at
    two temperatures has one prefactor: then ln(X1/X2) = (E/R)(1/T2 - 1/T1) is checked."""
    found = [*_partners(case), *_two_temperatures(case)]
    yield from found
    used = {i for v in found for i in v.claims}
    for energy in (c for c in case.of("activation_energy") if not is_vft(c) and c.id not in used):
        yield Lack("activation_ratio", (energy.id,), "the property at two stated temperatures of the same cell, or bare and protected values of it")


def _partners(case: Case) -> Iterator[Verdict]:
    energies = [(a, b) for a, b in case.partners("activation_energy") if not is_vft(a) and not is_vft(b) and _of_resistance(a) and _of_resistance(b)]
    ratios = [(x, y) for x, y in case.partners("interfacial_asr", "cell_impedance", "exchange_current_density") if plain(x.subject) == plain(y.subject) or x.quantity != "cell_impedance"]
    for (a, b), (x, y) in itertools.product(energies[:MOST], ratios[:MOST]):
        if not (plain(x.variant) == plain(a.variant) and _starts(y.variant, b.variant)):
            continue
        at = temperature(x)
        kelvin = at.middle if at else ROOM
        expected = math.exp((b.si - a.si) / (GAS * kelvin))  # resistance, protected over bare
        seen = y.si / x.si if x.quantity != "exchange_current_density" else x.si / y.si
        free = seen / expected
        numbers = {"energies": f"{a.printed()}, {b.printed()}", "ratio of resistances expected from the energies alone": f"{expected:.2g}", "ratio stated": f"{seen:.2g}", "ratio of prefactors needed": f"{free:.2g}"}
        said = (
            f"The activation energies {a.printed()} (bare) and {b.printed()} (protected) alone would make a ratio of resistances of {expected:.2g}; the {WORDS[x.quantity]} {x.printed()} and {y.printed()} give {seen:.2g}. "
            f"Prefactors that differ by a factor of {max(free, 1.0 / free):.2g} bring them together, so one does not prove the other."
        )  # fmt: skip
        yield Verdict("activation_ratio", "indeterminate", said, (a.id, b.id, x.id, y.id), numbers, FREE)


def _of_resistance(energy: Claim) -> bool:
    return "resist" in str(energy.conditions.get("model", "")).casefold()


def _starts(a: str, b: str) -> bool:
    x, y = plain(a), plain(b)
    return x.startswith(y) or y.startswith(x)


def _two_temperatures(case: Case) -> Iterator[Verdict]:
    energies = [c for c in case.of("activation_energy") if not is_vft(c)]
    for first, second in itertools.combinations(case.of("ionic_conductivity", "interfacial_asr", "diffusion_coefficient", "exchange_current_density"), 2):
        t1, t2 = temperature(first), temperature(second)
        if first.quantity != second.quantity or not same_cell(first, second) or t1 is None or t2 is None or abs(t1.middle - t2.middle) < 12.0 or {first.form, second.form} - {"point", "approx"}:
            continue
        for energy in (e for e in energies if same_cell(e, first) and _about(e, first)):
            yield _slope(energy, first, second, t1.middle, t2.middle)


def _about(energy: Claim, value: Claim) -> bool:
    model = str(energy.conditions.get("model", "")).casefold()
    if not model or model == "arrhenius":
        return True
    return ("resist" in model and value.quantity == "interfacial_asr") or ("conduct" in model and value.quantity == "ionic_conductivity")


def _slope(energy: Claim, first: Claim, second: Claim, t1: float, t2: float) -> Verdict:
    gap = 1.0 / t1 - 1.0 / t2
    sign = -1.0 if first.quantity == "interfacial_asr" else 1.0
    local = sign * GAS * math.log(second.si / first.si) / gap
    slack = GAS * abs((math.log(1.2) + 0.5 * math.log(of(first).high / of(first).low * of(second).high / of(second).low)) / gap)
    low, high = of(energy).low / FLATTER - OFFSET - slack, of(energy).high * STEEPER + OFFSET + slack
    numbers = {"stated": energy.printed(), "slope between the two values": say(local, "kJ/mol"), "values": f"{first.printed()}, {second.printed()}"}
    said = f"{first.printed()} at {t1 - 273.15:.0f} °C and {second.printed()} at {t2 - 273.15:.0f} °C make a slope of {say(local, 'kJ/mol')}; {energy.printed()} ({say(energy.si, 'kJ/mol')}) is stated"
    ids = (energy.id, first.id, second.id)
    if not low <= local <= high:
        return Verdict("activation_ratio", "disagree", f"{said}, too far for a curved Arrhenius line or two samples.", ids, numbers, ALLOWED)
    word: Word = "agree" if abs(local - energy.si) <= 0.25 * energy.si + slack else "indeterminate"
    return Verdict("activation_ratio", word, f"{said}{'.' if word == 'agree' else '; the line may be curved.'}", ids, numbers, ALLOWED)
