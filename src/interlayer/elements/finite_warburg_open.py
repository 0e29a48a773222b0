"""Finite diffusion to a face that lets nothing through (reflective, "open"): Z = R coth(u)/u."""

from __future__ import annotations

from dataclasses import dataclass

from ._finite_warburg import TIME, FiniteWarburg
from .base import ELEMENTS, Parameter


@ELEMENTS.add("finite_warburg_open", "Wo")
@dataclass(frozen=True, kw_only=True)
class FiniteWarburgOpen(FiniteWarburg):
    """Z = R coth(u)/u, u = sqrt(i omega tau): a layer of thickness l, tau = l²/D, that only stores (an insertion film).

    R [ohm m²] (or [ohm]); at omega -> 0 it is R/3 in series with the capacitance tau/R. tau [s] the diffusion time.
    In time: a capacitor, eight exact modes, the others lumped, a tail resistor; within 0.1 % of the closed form from
    1e-6 to 1e7 Hz (_ladder.py). `tolerance` [V] is the error a mode is allowed per step.
    """

    SYMBOLS = ("Wo",)
    PARAMETERS = (Parameter("R", "area_specific_resistance", "three times the real part at omega -> 0"), TIME)
    EQUATION = "R*coth(sqrt(I*omega*tau))/sqrt(I*omega*tau)"
    BLOCKED = True

    @classmethod
    def example(cls) -> FiniteWarburgOpen:
        return cls(R=0.01, tau=100.0)
