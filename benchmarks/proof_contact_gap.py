"""Spots on an electrolyte with the gap between them: closed forms against the alternating-current field.

    python benchmarks/proof_contact_gap.py

Largest |Z/field - 1| over frequency of the whole cell (electrolyte + face) and, in brackets, of the face alone where it
is at least a tenth of the cell, for sigma R_ct/b = 0 ... 10 and permittivities that put the dielectric relaxation of the
electrolyte at, 30 times above and far above that of the gap. "lumped": (R_ct/f + constriction) beside C_gap (1 - f).
"two zones": laws.constriction.two_zones, the `Gap` element.
"""

from __future__ import annotations

import math

import numpy as np

from interlayer.laws import constriction as law
from interlayer.simulation.field import contact

OMEGA = np.logspace(-3.0, 4.0, 15)  # in units of sigma/(b C_gap)
BIOT = (0.0, 1e-2, 0.1, 1.0, 10.0)
RELAXATION = (0.0, 1.0 / 30.0, 1.0)
FORMS = ("lumped", "two zones")


def errors(eps: float, lam: float, biot: float, relaxation: float, n: int = 32) -> dict[str, tuple[float, float]]:
    """{form: (of the cell, of the face)} in units sigma = b = C_gap = 1."""
    s, f = 1.0 + 1j * OMEGA * relaxation, eps**2
    field = contact.impedance(eps, 1.0, lam, 1.0, OMEGA, gap_capacitance=1.0, spot=biot, permittivity=relaxation, n=n)
    face = field - lam / s
    k = law.spreading(1.0, 1.0, f, lam)[0] / s
    z_gap = 1.0 / (1j * OMEGA)
    found = {
        "lumped": 1.0 / (1.0 / (biot / f + k * (1.0 - f) / f) + (1.0 - f) / z_gap),
        "two zones": law.two_zones(biot, z_gap, f, k),
    }
    seen = np.abs(face) > 0.1 * np.abs(field)
    return {
        name: (float(np.max(np.abs(z - face) / np.abs(field))), float(np.max((np.abs(z - face) / np.abs(face))[seen], initial=0.0)))
        for name, z in found.items()
    }


def main() -> None:
    print(f"{'a/b':>5} {'L/b':>5} " + " ".join(f"{name:>24}" for name in FORMS))
    worst: dict[float, float] = {}
    for eps in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        for lam in (0.2, 0.5, 2.0, 20.0):
            found = [errors(eps, lam, biot, t) for biot in BIOT for t in RELAXATION]
            row = {name: tuple(max(e[name][part] for e in found) for part in (0, 1)) for name in FORMS}
            print(f"{eps:5.2f} {lam:5.1f} " + " ".join(f"{row[n][0]:11.2%} ({row[n][1]:9.2%})" for n in FORMS), flush=True)
            bound = min(high for high in law.TWO_ZONES_ERROR if high >= eps)
            worst[bound] = max(worst.get(bound, 0.0), row["two zones"][0])
    for bound, stated in law.TWO_ZONES_ERROR.items():
        print(f"a/b <= {bound}: {worst[bound]:.2%}, stated {stated:.1%}" + ("" if worst[bound] <= stated else "  NOT MET"))
    orders = []
    for eps, lam, biot in ((0.3, 2.0, 0.0), (0.3, 2.0, 0.1), (0.7, 0.3, 1.0)):
        z = [_coarse(eps, lam, biot, n) for n in (12, 24, 48, 96)]
        orders.append(math.log2(abs(z[1] - z[2]) / abs(z[2] - z[3])))
    print("order of the field in the width of the cells: " + ", ".join(f"{o:.2f}" for o in orders))


def _coarse(eps: float, lam: float, biot: float, n: int) -> complex:
    return contact._unit_impedance(contact._mesh(eps, lam, 12, n // 12), biot, 1j)


if __name__ == "__main__":
    main()
