"""Figures of the engine's proofs, as docs/proof.md quotes them: `python benchmarks/proof_engine.py`.

Every figure is computed here from closed forms; the tests assert the same things within their bounds.
"""

from __future__ import annotations

import math

import numpy as np

import interlayer as il
from interlayer.elements import ELEMENTS, MECHANISMS
from interlayer.elements.base import FARADAY, GAS
from interlayer.laws import constriction as law
from interlayer.simulation.field import contact
from interlayer.simulation.stack import loop
from interlayer.simulation.stack.machine import Machine

Binary, ChargeTransfer, Capacitor, Resistor, Film = (
    ELEMENTS[k] for k in ("binary", "charge_transfer", "capacitor", "resistor", "film")
)
L, D, T_PLUS, C0, KAPPA, T = 1e-4, 7.5e-12, 0.385, 1500.0, 0.1, 298.15
SALT = {"thickness": L, "conductivity": KAPPA, "diffusivity": D, "transference_number": T_PLUS, "concentration": C0}


def steps(rows):
    """Step table of (control, value, duration)."""
    table = np.zeros((len(rows), loop.STEP_COLUMNS))
    table[:, loop.V_ABOVE], table[:, loop.V_BELOW], table[:, loop.CHARGE], table[:, loop.J_BELOW] = np.inf, -np.inf, np.inf, -1.0
    for row, given in zip(table, rows, strict=True):
        row[:3] = given
    return table


def surface(t):
    """Salt at the left face over its start after a unit step of current density for the times t [mol/m³ per A/m²]."""
    k = (2 * np.arange(3000) + 1) * np.pi / L
    return (1 - T_PLUS) / FARADAY * (L / (2 * D) - 4.0 / L * np.sum(np.exp(-D * np.outer(np.maximum(t, 0.0), k**2)) / (D * k**2), axis=1)) * (t > 0)


def modal_error(cells, grading, rtol, switches=(0.0, 900.0, 1800.0, 2700.0)):
    """Largest voltage error [V] against the modal solution for t >= 1 s after the start and after each reversal."""
    m = Machine.of(Binary(label="salt", cells=cells, grading=grading, tolerance=rtol, **SALT))
    state = m.start.copy()
    run = m.integrate(steps([(0, (-1.0) ** k, 900.0) for k in range(4)]), state, rtol=rtol)
    worst = 0.0
    for number in range(4):
        rows = run.history[run.history[:, loop.H_STEP] == number]
        rows = rows[rows[:, loop.H_TIME] - switches[number] >= 1.0 - 1e-6]
        t = rows[:, loop.H_TIME]
        change = sum(((1.0 if k == 0 else 2.0) * (-1.0) ** k) * surface(t - s) for k, s in enumerate(switches[: number + 1]))
        v = (-1.0) ** number * L / KAPPA + 2 * GAS * T / FARADAY * (1 - T_PLUS) * np.log((C0 + change) / (C0 - change))
        worst = max(worst, float(np.max(np.abs(v - rows[:, loop.H_VOLTAGE]))))
    return worst


def order(sizes, errors):
    """Fitted order of errors against sizes."""
    return float(np.polyfit(np.log(sizes), np.log(errors), 1)[0])


def binary():
    """Transient, orders, impedance, Sand's time."""
    print(f"binary region, 60 cells graded 20, rtol 3e-6: largest error {modal_error(60, 20.0, 3e-6) * 1e6:.2f} uV (bar 3 uV)")
    cells = [8, 16, 32]  # with more the error along time is what is left
    errors = [modal_error(n, 10.0, 1e-7) for n in cells]
    print(f"order in x (grading 10, rtol 1e-7; {', '.join(f'{n}: {e * 1e6:.2f} uV' for n, e in zip(cells, errors, strict=True))}): {-order(cells, errors):.2f}")
    omega = 2 * np.pi * np.logspace(-2, 4, 61)
    leaf = Binary(label="salt", **SALT)
    exact = leaf.impedance(omega)
    warburg = exact - L / KAPPA
    m = Machine.of(leaf)
    state = m.start.copy()
    print(f"finite Warburg 10 mHz to 10 kHz, closed form in the kernel: {np.max(np.abs(m.impedance(omega) - exact) / np.abs(warburg)):.1e} of its own modulus")
    state.Y[0] *= 1.0 + 1e-9
    print(f"the same from the mesh (state moved by 1e-9, so the shortcut is not taken): {np.max(np.abs(m.impedance(omega, state) - exact) / np.abs(warburg)):.1e} (bar 1e-3)")
    sand = Binary(label="salt", thickness=5e-4, conductivity=0.1, diffusivity=8e-12, transference_number=0.2, concentration=1500.0, cells=400, grading=10.0, tolerance=1e-7)
    m = Machine.of(sand)
    state = m.start.copy()
    m.integrate(steps([(0, 20.0, 1000.0)]), state, rtol=1e-7)
    print(f"Sand's time: {state.time:.4f} s against 514.097 s: {abs(state.time / 514.097 - 1):.1e} (bar 1e-4)")


def slope():
    """Z(0) of a polarised cell whose j0 follows the salt, against the slope of its steady DC curve."""
    salt = Binary(label="salt", **SALT)
    faces = [
        ChargeTransfer(j0=10.0, alpha=0.4, label=f"ct {w}", orientation=o, reads={"concentration": f"salt.concentration_{w}"}, reference_concentration=C0)
        | Capacitor(C=0.1, label=f"dl {w}")
        for w, o in (("left", 1), ("right", -1))
    ]
    m = Machine.of(faces[0] + salt + faces[1])

    def steady(J):
        state = m.start.copy()
        m.integrate(steps([(0, J, 4e4)]), state, rtol=1e-9)  # 300 relaxation times; rounding of a step grows with its length
        return state

    J, e = 5.0, 2e-4
    dc = (steady(J * (1 + e)).voltage - steady(J * (1 - e)).voltage) / (2 * e * J)
    z = m.impedance(np.array([1e-9]), steady(J))[0].real
    print(f"Z(w->0) of a polarised cell with j0(c): {z:.9f} against DC slope {dc:.9f} ohm m2: {abs(z / dc - 1):.1e}")
    film = Film(R=2e-3, C=1e-2, label="film")
    omega = np.logspace(-3, 6, 91)
    with_film, without = Machine.of(faces[0] + salt + faces[1] + film), m
    added = with_film.impedance(omega) - without.impedance(omega)
    print(f"a film adds R/(1+iwRC): largest deviation {np.max(np.abs(added / film.impedance(omega) - 1)):.1e} of its own modulus")


def balances():
    """Salt, charge and lithium over 1,000 h of strip/plate with double layers, voids and a salt region."""
    parts = []
    for w, o in (("left", 1), ("right", -1)):
        branch = (
            ChargeTransfer(j0=10.0, label=f"ct {w}", orientation=o, reads={"contact": f"voids {w}.contact_fraction"})
            + MECHANISMS["voids"](replenishment=0.8, label=f"voids {w}", orientation=o)
            + MECHANISMS["inventory"](thickness=100e-6, label=f"lithium {w}", orientation=o)
        )
        parts.append(branch | Capacitor(C=0.1, label=f"dl {w}"))
    m = Machine.of(parts[0] + Binary(label="salt", thickness=2e-5, conductivity=0.1, diffusivity=8e-12, transference_number=0.2, concentration=1500.0) + parts[1])
    state = m.start.copy()
    run = m.integrate(steps([(0, (-1.0) ** k, 3600.0) for k in range(1000)]), state)
    leaf = next(x for x in m.leaves if x.label == "salt")
    widths = np.array(leaf.numbers(T)[-3 * leaf.cells : -2 * leaf.cells])
    salt = (m.state_of("salt", state) @ widths) / (m.state_of("salt", m.start) @ widths) - 1
    left, right = (float(m.state_of(f"lithium {w}", state)[0]) for w in ("left", "right"))
    start = float(m.state_of("lithium left", m.start)[0])
    passed = 1000 * 3600.0
    stored = [float(m.state_of(f"dl {w}", state)[0]) for w in ("left", "right")]
    lithium = (left + right) / (2 * start) - 1
    # current through a face = faradaic + double layer: the lithium a face lost plus the charge on its layer is the net charge passed, which is zero here
    charge = max(abs((start - left) + stored[0]), abs((right - start) + stored[1])) / passed
    print(f"1,000 h: salt {salt:+.1e}, lithium {lithium:+.1e}, charge {charge:.1e} of what passed (bar 1e-10); {run.accepted} steps")


def constriction():
    """The contact field against physics.md E5 and the law against the field."""
    table = {0.1: 0.2151, 0.2: 0.1804, 0.4: 0.1147, 0.6: 0.0581}
    found = {e: contact.constriction(e, 4.0) / 4.0 for e in table}
    print("R sigma a: " + ", ".join(f"a/b {e}: {v:.5f} (table {table[e]}, {v / table[e] - 1:+.2%})" for e, v in found.items()))
    worst = max(
        abs(law.psi(e, lam) / contact.constriction(e, lam) - 1) for lam in (0.2, 0.5, 2.0, 4.0) for e in (0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.75, 0.9)
    )
    print(f"law against field, 0.05 <= a/b <= 0.9, L/b 0.2, 0.5, 2, 4: {worst:.2%} (bar 1 %)")


if __name__ == "__main__":
    print(f"# interlayer {il.__version__}, numpy {np.__version__}, T {T} K, {math.floor(L * 1e6)} um")
    binary()
    slope()
    balances()
    constriction()
