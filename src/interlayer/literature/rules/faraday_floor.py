"""Thickness of plated lithium against the charge that made it."""

from __future__ import annotations

from collections.abc import Iterator

from ..spans import Span, of, say
from ..told import told
from ..verdict import FARADAY, RULES, Case, Lack, Said, Verdict, several

MOLAR_VOLUME = 13.0e-6  # m^3/mol, lithium at room temperature (physics.md: V_m(Li) = 13.0 cm³/mol)
READING = 0.1  # of a thickness in a micrograph, beside what its form allows
LOCAL = Span(0.7, 1.5)  # thickness at one place of the electrode over its mean (current is denser at edges)
EFFICIENCY = Span(0.75, 1.0)  # share of the charge that became lithium metal, where no efficiency is stated
POROUS = 0.97  # no deposit is known to be emptier than this
ALLOWED = {
    "reading of the micrograph": "10 % beside the printed form", "thickness at the place seen over the mean": "0.7 to 1.5",
    "share of the charge that became metal": "0.75 to 1", "porosity": "0 to 97 %",
}  # fmt: skip


@RULES.add("faraday_floor")
def faraday_floor(case: Case) -> Iterator[Said]:
    """A dense deposit is Q V_m / F thick (4.85 µm per mAh/cm²); a porous one thicker by 1/(1 - porosity); none thinner.

    V_m 13.0 cm³/mol. Disagrees where the deposit is thinner than the metal in it, or emptier than a froth, whatever the
    reading, the place and the efficiency.
    """
    for claim in case.of("deposit_thickness"):
        charge = next(iter(told(case, claim, "areal_capacity")), None)
        if charge is None or several(claim.variant):
            yield Lack("faraday_floor", (claim.id,), "the charge per area that made it (areal_capacity)" if charge is None else "one cell as its variant")
            continue
        ids, shown = (claim.id, *charge.ids), say(charge.value, "mA*h/cm**2")
        dense = charge.span * (MOLAR_VOLUME / FARADAY)
        seen = of(claim, error=READING)
        possible = dense * EFFICIENCY * LOCAL * Span(1.0, 1.0 / (1.0 - POROUS))
        ratio = of(claim) / dense
        numbers = {"thickness": claim.printed(), "charge": shown, "dense lithium of this charge": say(dense.middle, "um")}
        head = f"{shown} is {say(dense.middle, 'um')} of dense lithium; the deposit is reported as {claim.printed()} thick"
        if not seen.meets(possible):
            why = "less than the metal in it" if seen.high < possible.low else "more than 97 % empty"
            yield Verdict("faraday_floor", "disagree", f"{head}, which is {why} for any efficiency down to 75 % and any place on the electrode.", ids, numbers, ALLOWED)
        elif ratio.high < 0.98:
            short = 100.0 * (1.0 - ratio.high)
            yield Verdict(
                "faraday_floor", "indeterminate", f"{head}: thinner than the metal in it by {short:.0f} % or more, unless part of the charge did not become metal or the place seen is thinner than the mean.",
                ids, numbers, ALLOWED,
            )  # fmt: skip
        elif claim.form == "upper_bound":
            most = max(1.0 - 1.0 / ratio.high, 0.0)
            yield Verdict("faraday_floor", "agree", f"{head}, which leaves a porosity of {100 * most:.0f} % at most if all of the charge became metal.", ids, numbers, ALLOWED)
        else:
            low, high = max(1.0 - 1.0 / max(ratio.low, 1.0), 0.0), max(1.0 - 1.0 / max(ratio.high, 1.0), 0.0)
            yield Verdict("faraday_floor", "agree", f"{head}, a porosity of {100 * low:.0f} to {100 * high:.0f} % if all of the charge became metal.", ids, numbers, ALLOWED)
