"""Formulas and mixtures: subscripts against the name, charges that cancel, fractions that add up, mass over charge."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..actives import MASSES, STATES, formula, formulas
from ..claims import Claim, half_digit
from ..spans import say
from ..verdict import RULES, Case, Lack, Said, Verdict, Word

ANIONS = frozenset({"O", "S", "F", "Cl", "Br", "I", "N"})
VACANT = 0.35  # charges a formula unit may lack by lithium content that is nominal, or oxygen that is missing
ALLOWED = {"rounding": "half a unit of the last digit of each subscript", "lithium content and oxygen vacancies": "0.35 charges a formula unit", "oxidation states": "the fixed ones; formulas with others are not judged"}


@RULES.add("stoichiometry")
def stoichiometry(case: Case) -> Iterator[Said]:
    """Charges of a formula cancel (of the subject, else of the elements in `order`), its subscripts are those listed,
    fractions add up to one, precursors make the product."""
    for claim in case.claims:
        if claim.quantity == "composition_stoichiometry" and isinstance(claim.value, list):
            yield from _composition(claim)
        elif claim.quantity in ("mole_fraction", "mass_fraction", "mixing_ratio") and isinstance(claim.value, list):
            yield from _sum(claim)
        elif claim.quantity == "mass_to_charge" and not isinstance(claim.value, list):
            yield from _mass(claim)


def _composition(claim: Claim) -> Iterator[Said]:
    listed = dict(zip(claim.labels, claim.value, strict=False))
    named = formulas(claim.subject) or formulas(claim.variant)
    for word, counts in named[:1]:
        wrong = {e: v for e, v in listed.items() if abs(counts.get(e, 0.0) - v) > 1.01 * half_digit(v)}
        numbers = {"formula": word, "subscripts": ", ".join(f"{e} {v:g}" for e, v in listed.items())}
        if wrong:
            said = f"The subscripts listed ({numbers['subscripts']}) are not those of {word}: {', '.join(f'{e} is {counts.get(e, 0.0):g} there' for e in wrong)}."
            yield Verdict("stoichiometry", "disagree", said, (claim.id,), numbers, ALLOWED)
            return
        yield from _charge(claim, word, counts, numbers)
    if not named and {"Ni", "Co", "Mn"} & set(listed) and len(listed) >= 2 and not set(listed) & ANIONS:
        total = sum(listed.values())
        slack = sum(half_digit(v) for v in listed.values())
        whole = abs(total - 1.0) <= slack
        yield Verdict("stoichiometry", "agree" if whole else "disagree", f"The transition metals of {claim.subject} add up to {total:g}{'.' if whole else ', not to 1.'}", (claim.id,), {"sum": f"{total:g}"}, ALLOWED)
    elif not named:
        yield from _listed(claim, listed)


def _listed(claim: Claim, listed: dict[str, float]) -> Iterator[Said]:
    """The charges of a list of elements (or groups, "PO4") and subscripts, where the subject names no formula."""
    counts: dict[str, float] = {}
    for label, value in listed.items():
        parts = formula(label)
        if parts is None:
            yield Lack("stoichiometry", (claim.id,), "a formula in the subject, or its elements as conditions.order")
            return
        for element, count in parts.items():
            counts[element] = counts.get(element, 0.0) + value * count
    word = "".join((label if formula(label) and len(formula(label) or {}) == 1 else f"({label})") + ("" if value == 1 else f"{value:g}") for label, value in listed.items())
    if not set(counts) & ANIONS or not counts.keys() - ANIONS:
        yield Lack("stoichiometry", (claim.id,), "the whole formula: cations or anions are not listed")
    elif "Li" in counts or "Na" in counts:
        yield from _charge(claim, word, counts, {"subscripts": ", ".join(f"{e} {v:g}" for e, v in listed.items())})
    else:
        yield Lack("stoichiometry", (claim.id,), "the whole formula: its lithium is not listed")


def _charge(claim: Claim, word: str, counts: dict[str, float], numbers: dict[str, str]) -> Iterator[Said]:
    if not set(counts) <= set(STATES):
        metals = {e: n for e, n in counts.items() if e in ("Ni", "Co", "Mn", "Al")}
        if {"Ni", "Co"} & set(metals) and "O" in counts:
            total = sum(metals.values())
            good = abs(total - 0.5 * counts["O"]) <= 0.02 * counts["O"]
            said = f"The transition metals of {word} add up to {total:g} for O{counts['O']:g}{'.' if good else ': one too many or too few.'}"
            yield Verdict("stoichiometry", "agree" if good else "disagree", said, (claim.id,), numbers, ALLOWED)
        else:
            yield Lack("stoichiometry", (claim.id,), f"elements of fixed charge ({', '.join(sorted(set(counts) - set(STATES)))} can have several)")
        return
    total = sum(STATES[e] * n for e, n in counts.items())
    slack = sum(abs(STATES[e]) * half_digit(n) for e, n in counts.items() if not float(n).is_integer())
    numbers = numbers | {"sum of charges": f"{total:+.3g}"}
    if abs(total) <= 1e-9:
        yield Verdict("stoichiometry", "agree", f"The charges of {word} cancel.", (claim.id,), numbers, ALLOWED)
    elif abs(total) <= slack + VACANT:
        said = f"The charges of {word} leave {total:+.3g}, no more than rounding, a nominal lithium content or missing oxygen make."
        yield Verdict("stoichiometry", "indeterminate", said, (claim.id,), numbers, ALLOWED)
    else:
        yield Verdict("stoichiometry", "disagree", f"The charges of {word} leave {total:+.3g} a formula unit: no lithium content or oxygen vacancy near it mends that.", (claim.id,), numbers, ALLOWED)


def _sum(claim: Claim) -> Iterator[Said]:
    total = sum(claim.value)
    slack = sum(min(half_digit(v), 0.05 * v) for v in claim.value)  # "1" is not 0.5 to 1.5 where parts are meant
    order = str(claim.conditions.get("order", ""))
    if claim.quantity == "mixing_ratio":
        yield from _precursors(claim, order)
        if "mass" not in order or not 60.0 < total < 140.0:
            return
        whole, unit = 100.0, "%"
    else:
        whole, unit = (100.0, "%") if claim.unit == "percent" else (1.0, "")
    if claim.quantity == "mass_fraction" and not order:
        yield Lack("stoichiometry", (claim.id,), "the names of the parts (conditions.order)")
        return
    word: Word = "agree" if abs(total - whole) <= slack else "disagree" if claim.quantity != "mixing_ratio" and total > whole + 2.0 * slack else "indeterminate"
    tail = {"agree": ".", "disagree": f", more than {whole:g}{unit}.", "indeterminate": f", not {whole:g}{unit}: a ratio by parts, or a part is not named."}[word]
    yield Verdict("stoichiometry", word, f"The parts of {claim.subject} ({order}) add up to {total:g}{unit}{tail}", (claim.id,), {"sum": f"{total:g}{unit}"}, ALLOWED)


def _precursors(claim: Claim, order: str) -> Iterator[Said]:
    names = [re.sub(r"\s*\(.*\)", "", n).strip() for n in claim.labels]
    parts = [formula(n) for n in names]
    if "mol" not in order or not all(parts):
        return
    total: dict[str, float] = {}
    for part, amount in zip(parts, claim.value, strict=True):
        for element, count in (part or {}).items():
            total[element] = total.get(element, 0.0) + amount * count
    if "P" not in total:
        return
    counts: dict[str, float] = {e: total[e] / total["P"] for e in ("Li", "P", "S", "Cl", "Br", "I", "O") if e in total}
    made = "".join(e if abs(n - 1.0) < 1e-9 else f"{e}{n:.3g}" for e, n in counts.items())
    mixed = " : ".join(f"{v:g} {n}" for v, n in zip(claim.value, names, strict=True))
    numbers = {"product, by one phosphorus": made}
    products = [(word, p) for word, p in formulas(claim.subject) if "P" in p]
    if not products:
        yield Verdict("stoichiometry", "indeterminate", f"{mixed} makes {made}; {claim.subject} names no formula to set it against.", (claim.id,), numbers, ALLOWED, compared=False)
        yield Lack("stoichiometry", (claim.id,), "the formula of the product in the subject")
    for word, product in products[:1]:
        good = all(abs(counts.get(e, 0.0) - product.get(e, 0.0) / product["P"]) <= 0.15 * max(counts.get(e, 0.0), 0.2) for e in {*counts, *product})
        said = f"{mixed} makes {made}" + (f", which is {word}." if good else f", not {word}: an excess against evaporation does not reach that far.")
        yield Verdict("stoichiometry", "agree" if good else "disagree", said, (claim.id,), numbers, ALLOWED | {"excess of a precursor": "15 %"})


def _mass(claim: Claim) -> Iterator[Said]:
    """m/z of an ion whose formula and charge the note or subject gives ("C32H56N4 4+")."""
    match = re.search(r"\b((?:[A-Z][a-z]?\d*){2,})\s+(\d)\+", f"{claim.subject} {claim.note}")
    counts = formula(match.group(1)) if match else None
    if match is None or counts is None or not set(counts) <= set(MASSES):
        yield Lack("stoichiometry", (claim.id,), 'the formula and charge of the ion in subject or note ("C32H56N4 4+")')
        return
    made = (sum(MASSES[e] * n for e, n in counts.items()) - 0.000548580 * int(match.group(2))) / int(match.group(2))
    gap = abs(made - claim.si)
    said = f"{match.group(1)} with {match.group(2)} charges has m/z {made:.2f}; {claim.printed()} is stated."
    yield Verdict("stoichiometry", "agree" if gap < 0.03 else "indeterminate" if gap < 1.1 else "disagree", said, (claim.id,), {"m/z": say(made, "", 5)}, {"isotope": "the lightest, or one heavier", "adduct": "none"})
