"""A VFT pseudo-activation energy is never compared with an Arrhenius one."""

from __future__ import annotations

from collections.abc import Iterator

from ..claims import Claim
from ..verdict import RULES, Case, Verdict


def is_vft(claim: Claim) -> bool:
    """Whether an activation energy is the B of a VFT law."""
    return claim.technique == "vft" or "vft" in str(claim.conditions.get("model", "")).casefold() or "vogel" in str(claim.conditions.get("model", "")).casefold()


@RULES.add("vft")
def vft(case: Case) -> Iterator[Verdict]:
    """ln X = ln A - B/(R (T - T0)): B is a slope against 1/(T - T0), not against 1/T; the local slope is B (T/(T - T0))²,
    many times B. Whatever the numbers are, they are not compared."""
    energies = case.of("activation_energy")
    others = [c for c in energies if not is_vft(c)]
    for claim in energies:
        if not is_vft(claim):
            continue
        near = ", ".join(f"{c.printed()} of {c.subject}" for c in others[:3])
        tail = f" It can't be set beside the Arrhenius {'energies' if len(others) > 1 else 'energy'} here ({near})." if others else ""
        yield Verdict(
            "vft", "indeterminate", f"The {claim.printed()} of {claim.subject} is the pseudo-activation energy of a VFT law: without its T0 it says nothing about the slope at one temperature.{tail}",
            (claim.id, *(c.id for c in others[:3])), {"pseudo-activation energy": claim.printed()}, {"T0 of the VFT law": "not stated: any below the lowest temperature of the fit"}, compared=False,
        )  # fmt: skip
