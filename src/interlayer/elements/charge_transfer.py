"""Charge transfer at lithium: Butler-Volmer on the contacted part of the face."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..laws import kinetics
from .base import (
    ELEMENTS,
    FARADAY,
    GAS,
    OUT_EXPORT,
    OUT_EXPORT_J,
    OUT_EXPORT_LINK,
    OUT_FLAG,
    OUT_LINK,
    OUT_R,
    OUT_V,
    Array,
    ComplexArray,
    Jit,
    Kernel,
    Leaf,
    Parameter,
    Scalar,
    at,
)  # fmt: skip


@ELEMENTS.add("charge_transfer")
@dataclass(frozen=True, kw_only=True)
class ChargeTransfer(Leaf):
    """Li <-> Li+ + e-: s/(f c^alpha) = j0 [exp(alpha F eta/RT) - exp(-(1-alpha) F eta/RT)], V = o eta.

    s = o J is the stripping current over the whole face [A/m²], f the contact fraction (read; 1 where nothing is
    linked), c the salt concentration at the face over its reference (read; Newman's j0 ~ c^alpha_a), eta the
    overpotential [V], positive on stripping (exported). j0 [A/m²] may depend on temperature. The slope at rest is
    R_ct = RT/(F j0 f). Source: Newman & Thomas-Alyea, Electrochemical Systems, 3rd ed., eq. 8.25 (recalled, not read).
    """

    j0: Scalar = math.nan
    alpha: Scalar = 0.5
    reference_concentration: Scalar = 1.0

    PARAMETERS = (
        Parameter("j0", "exchange_current_density", "exchange current density", low=1e-15),
        Parameter("alpha", "number", "anodic transfer coefficient", 0.05, 0.95),
        Parameter("reference_concentration", "concentration", "salt concentration at which j0 holds", low=1e-12),
    )
    AT_FACE = True
    READS = {"contact": 1.0, "concentration": math.nan}
    EXPORTS = ("overpotential:overpotential",)
    EQUATION = "R*T/(F*j0*contact*(concentration/reference_concentration)**alpha)"

    def __post_init__(self) -> None:
        if "concentration" not in self.reads:  # nothing linked: the face always sees the reference
            object.__setattr__(self, "reads", {**self.reads, "concentration": at(self.reference_concentration, 298.15)})
        super().__post_init__()

    def numbers(self, temperature: float) -> list[float]:
        return [*super().numbers(temperature), GAS * temperature / FARADAY]

    @property
    def workspace(self) -> int:
        return 3

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        invert = jit(kinetics.reduced_overpotential)
        conductance = jit(kinetics.conductance_at)
        symmetric = jit(kinetics.symmetric)
        activity = jit(kinetics.activity)

        def exchange(P, x):  # type: ignore[no-untyped-def]
            """Exchange current density of the whole face."""
            return P[0] * x[0] * activity(x[1] / P[2], P[1])

        exchange = jit(exchange)

        def answer(s, per, P):  # type: ignore[no-untyped-def]
            """(eta, d eta/ds) at the stripping current s; `per` is one over the exchange current."""
            reduced = s * per
            if P[1] == 0.5:
                u, g = symmetric(reduced)
            else:
                u = invert(reduced, P[1])
                g = conductance(reduced, u, P[1])
            return P[3] * u, P[3] * per / g

        answer = jit(answer)

        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            if W[1] != x[0] or W[2] != x[1]:  # the face has changed since the last pass, or this is the first (all zero)
                if x[0] <= 0.0 or x[1] <= 0.0:
                    out[OUT_FLAG] = 1.0
                    return
                W[0], W[1], W[2] = 1.0 / exchange(P, x), x[0], x[1]
            elif x[0] <= 0.0:
                out[OUT_FLAG] = 1.0
                return
            eta, r = answer(o * J, W[0], P)
            out[OUT_V] = o * eta
            out[OUT_EXPORT] = eta
            out[OUT_R] = r

        def derivatives(J, r, o, P, x, out):  # type: ignore[no-untyped-def]
            by_contact = -r * o * J / x[0]
            by_salt = -r * o * J * P[1] / x[1]
            out[OUT_R] = r
            out[OUT_LINK] = o * by_contact
            out[OUT_LINK + 1] = o * by_salt
            out[OUT_EXPORT_J] = o * r
            out[OUT_EXPORT_LINK] = by_contact
            out[OUT_EXPORT_LINK + 1] = by_salt

        derivatives = jit(derivatives)

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            derivatives(J, out[OUT_R], o, P, x, out)  # `advance` has just left d eta/ds there

        def tangent(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            derivatives(J, answer(o * J, 1.0 / exchange(P, x), P)[1], o, P, x, out)

        return advance, slope, tangent

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        contact, c = (v if isinstance(v, float) else None for v in (self.reads.get("contact", 1.0), self.reads["concentration"]))
        salt = 1.0 if c is None else (c / at(self.reference_concentration, temperature)) ** at(self.alpha, temperature)
        j0 = at(self.j0, temperature) * (1.0 if contact is None else contact) * salt
        return np.full(len(omega), GAS * temperature / (FARADAY * j0), dtype=np.complex128)

    @classmethod
    def example(cls) -> ChargeTransfer:
        return cls(j0=10.0, alpha=0.4, orientation=1)
