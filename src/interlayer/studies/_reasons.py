"""Why a claim is not answered yet: the general reasons, by what the claim is about."""

from __future__ import annotations

from ..errors import InterlayerError
from ..literature import Claim

CATHODE = "needs a porous cathode (full cell)"
AGEING = "needs a porous cathode and long ageing (full cell, many cycles)"
PHASE = "needs a phase field"
ATOMS = "needs atomistics"
BENCH = "a spectrum, an image or an analysis of the material itself; the package simulates electrochemistry only"
FILM = "no law of the package ties the composition of the electrolyte to its properties"

_LONG = ("cycle_life_cycles", "capacity_retention", "capacity_fade_per_cycle", "degradation_onset_cycles")
_BENCH = ("xps", "raman", "ftir", "xrd", "ms", "sem", "tga", "dsc", "hrtem", "tof_sims", "in_situ_tem", "cryo_tem", "tem", "eds", "nmr", "afm", "contact_angle")
_ATOMS = ("dft", "md_gcmc", "md", "aimd")
MANY = 10  # cycles from which on a number of a full cell is one of ageing
_CATHODES = ("LFP", "LCO", "NCM811", "NCM", "full cell", "ASSLMB")


def reason(claim: Claim) -> str:
    """The reason in words. A claim that fits none is an error: it must be answered, or its reason stated in the study."""
    if claim.technique in _ATOMS:
        return ATOMS
    if claim.technique == "phase_field":
        return PHASE
    if any(word in claim.subject for word in _CATHODES):
        return AGEING if _aged(claim) else CATHODE
    if claim.technique in _BENCH or claim.kind == "characterisation":
        return BENCH
    if claim.technique == "composition_screen":
        return FILM
    raise InterlayerError(f"The study answers the claim {claim.id} nowhere and gives no reason", given=f"{claim.technique}: {claim.quantity}", remedy="Add an experiment, or a line in not_yet")


def _aged(claim: Claim) -> bool:
    """Whether a number of a full cell is one of many cycles, or the first and last of a row of cycles."""
    cycles = claim.conditions.get("cycles")
    many = isinstance(cycles, int | float) and cycles > MANY
    return claim.quantity in _LONG or many or claim.conditions.get("time") == "first,last of cycles shown"
