"""Limits that the engine must reach, each with its order and its absolute error: `python benchmarks/proof_limits.py`.

Every figure is computed here against a closed form: limiting current, linear and parabolic growth of an interphase, the balance
of voids, the inventory of dead lithium, the linear mixed conductor (Newman & Tobias; by finite Butler-Volmer j0, more of it in
proof_mixed.py), and the creep laws against the recalled claim. Where the scheme is exact whatever the step (a state that is
linear in time or charge), the line says so instead of an order. Time steps are fixed for an order in time: nothing adapts.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from interlayer.elements.base import FARADAY, GAS, Element
from interlayer.elements.binary import Binary, OfSalt
from interlayer.elements.mixed import Mixed
from interlayer.laws import creep
from interlayer.materials import material
from interlayer.mechanisms.dead_lithium import DeadLithium
from interlayer.mechanisms.interphase import Interphase
from interlayer.mechanisms.inventory import Inventory
from interlayer.mechanisms.voids import Voids
from interlayer.simulation.stack import loop
from interlayer.simulation.stack.machine import Machine

T, HOUR = 298.15, 3600.0
K = 13.0e-6 / FARADAY  # m³/C of lithium
SIZES = (20, 40, 80, 160)


def line(what: str, figure: str) -> None:
    """One line of the table."""
    print(f"{what:<92} {figure}")


def steps(*rows: tuple[float, float]) -> np.ndarray:
    """Step table of (current density, duration)."""
    table = np.zeros((len(rows), loop.STEP_COLUMNS))
    table[:, loop.V_ABOVE], table[:, loop.V_BELOW], table[:, loop.CHARGE], table[:, loop.J_BELOW] = np.inf, -np.inf, np.inf, -1.0
    table[:, loop.VALUE], table[:, loop.DURATION] = np.array(rows).T
    return table


def order(errors: list[float]) -> float:
    """Fitted order of errors on grids or steps that halve."""
    return -float(np.polyfit(np.arange(len(errors)) * math.log(2.0), np.log(errors), 1)[0])


def fixed(element: Element, table: np.ndarray, count: int) -> Any:
    """(machine, state) after `count` equal time steps a row of the table."""
    machine = Machine.of(element, (T,))
    machine.weight = np.full(len(machine.weight), np.inf)
    state = machine.start.copy()
    for row in table:
        state.step_size = h = row[loop.DURATION] / count
        machine.integrate(row[None, :], state, max_step=h * (1.0 + 1e-9), rtol=1e9)
    return machine, state


# -- salt -------------------------------------------------------------------------------------------------------------
L, D, T_PLUS, C0 = 1e-4, 7.5e-12, 0.3, 1500.0


def limiting_current() -> None:
    """The largest current whose salt never runs out: J_lim = 2 F D c0/((1 - t+) L), and with D = D0 (1 + a c/c0)."""
    for a in (0.0, 0.5, -0.25):
        s = 2.0 if a == 0.0 else (-(0.5 - 0.5 * a) + math.sqrt((0.5 - 0.5 * a) ** 2 + 4.0 * a / 3.0)) / (2.0 * a / 3.0)  # c/c0 at the rich face
        exact = FARADAY * D * C0 * (s + 0.5 * a * s * s) / ((1.0 - T_PLUS) * L)
        d: Any = D if a == 0.0 else OfSalt(lambda c, T, a=a: D * (1.0 + a * c / C0), 0.0, 2.6 * C0)
        errors = []
        for n in SIZES[:3]:
            leaf = Binary(thickness=L, conductivity=0.1, diffusivity=d, transference_number=T_PLUS, concentration=C0, cells=n, grading=1.0, tolerance=1e-4)
            machine = Machine.of(leaf, (T,))
            low, high = 0.8 * exact, 1.2 * exact
            for _ in range(34):
                mid = 0.5 * (low + high)
                lasts = machine.integrate(steps((mid, 40.0 * L**2 / D)), machine.start.copy(), rtol=1e-4, detail=False).why == loop.DONE
                low, high = (mid, high) if lasts else (low, mid)
            errors.append(abs(low - exact))
        words = f"{errors[0]:.1e}, {errors[1]:.1e}, {errors[2]:.1e} A/m2 at {', '.join(map(str, SIZES[:3]))} cells"
        exactly = max(errors) < 3e-6 * exact
        line(f"limiting current, D(c) = D0 (1 {a:+g} c/c0): {exact:.4f} A/m2; off by", f"{words}; {'exact on any mesh' if exactly else f'order {order(errors):.2f}'}")


# -- interphase -------------------------------------------------------------------------------------------------------
def growth() -> None:
    """d delta/dt = 1/(1/k_r + delta/k_p): reaction-limited, parabolic, and between."""
    d0, hours = 1e-9, 100.0 * HOUR
    for name, k_r, k_p in (("linear (k_p large)", 1e-13, 1.0), ("parabolic (k_r large)", 1.0, 1e-21), ("between", 3e-13, 2e-20)):
        b = k_p / k_r
        exact = d0 + 2.0 * k_p * hours / (math.sqrt((b + d0) ** 2 + 2.0 * k_p * hours) + b + d0) if b > 0 else math.nan
        limit = d0 + k_r * hours if k_p == 1.0 else math.sqrt(d0**2 + 2.0 * k_p * hours) if k_r == 1.0 else exact
        leaf = Interphase(initial=d0, k_r=k_r, k_p=k_p, sigma=1e-6)
        errors = [abs(float(fixed(leaf, steps((0.0, hours)), n)[1].Y[0]) - exact) for n in (400, 800, 1600, 3200)]
        machine = Machine.of(leaf, (T,))
        state = machine.start.copy()
        machine.integrate(steps((0.0, hours)), state)
        bound = machine.export(leaf.label, "lithium_consumed", state) / (FARADAY * 4e4) - (float(state.Y[0]) - d0)
        exactly = max(errors) < 1e-12 * exact
        line(
            f"interphase, {name}: {1e9 * exact:.2f} nm in 100 h (limit off by {1e9 * abs(limit - exact):.0e} nm)",
            f"default steps {1e9 * (float(state.Y[0]) - exact):+.1e} nm; 400 steps {1e9 * errors[0]:.0e} nm, {'exact at any step' if exactly else f'order {order(errors):.2f}'}; lithium bound minus grown {1e9 * bound:.0e} nm",
        )  # fmt: skip


# -- voids ------------------------------------------------------------------------------------------------------------
def voids() -> None:
    """Stripping above J_rep leaves (J - J_rep) V_m/F a second; creep closes with exp(-c t); what plating refills is found again."""
    J, rep = 10.0, 2.0
    leaf = Voids(replenishment=rep, depth=1e-4, orientation=1)
    _, state = fixed(leaf, steps((J, HOUR)), 7)
    line("voids, surplus of 8 A/m2 for 1 h: volume minus k (J - J_rep) t", f"{1e9 * (state.Y[0] - K * (J - rep) * HOUR):+.0e} nm of {1e9 * K * 8.0 * HOUR:.0f} nm; exact at any step")
    c = 1e-3
    errors = [abs(float(fixed(replace(leaf, closure=c), steps((J, HOUR)), n)[1].Y[0]) - K * (J - rep) / c * (1.0 - math.exp(-c * HOUR))) for n in (20, 40, 80, 160)]
    line("voids with closure c = 1e-3 1/s: volume minus k (J - J_rep)/c (1 - exp(-c t))", f"{1e9 * errors[0]:.1e} nm at 20 steps, {1e9 * errors[-1]:.1e} nm at 160 of {1e9 * K * 8.0 / c:.0f} nm; order {order(errors):.2f}")
    down = steps((J, HOUR), (-J, 0.3 * HOUR))
    v0, fill, d = K * (J - rep) * HOUR, K * (rep + J), 1e-4
    ends = 0.3 * HOUR  # v + d ln v falls by fill t: Newton on that
    v = v0
    for _ in range(50):
        v -= (v - v0 + d * math.log(v / v0) + fill * ends) / (1.0 + d / v)
    errors = [abs(float(fixed(leaf, down, n)[1].Y[0]) - v) for n in (20, 40, 80, 160)]
    line("voids refilled by plating: v + d ln v = v0 + d ln v0 - k (J_rep + |J|) t", f"{1e9 * errors[0]:.1e} nm at 20 steps, {1e9 * errors[-1]:.1e} nm at 160; order {order(errors):.2f}")


# -- lithium ----------------------------------------------------------------------------------------------------------
def dead() -> None:
    """Dead lithium (1 - CE) of what is plated; a foil that binds nothing else lasts Q/((1 - CE) q) cycles."""
    ce, q, foil = 0.9, 3.6e4, 20e-6
    store = DeadLithium(label="dead", efficiency=ce, orientation=1) + Inventory(label="foil", orientation=1, thickness=foil, reads={"dead": "dead.dead"})
    rows = [(sign * 10.0, HOUR) for _ in range(20) for sign in (-1.0, 1.0)]
    machine, state = fixed(store, steps(*rows), 3)
    found = machine.export("dead", "dead", state)
    line("dead lithium, CE 0.9, 20 cycles of 1 mAh/cm2: charge found minus (1 - CE) n q", f"{found - (1.0 - ce) * 20 * q:+.0e} C/m2 of {(1.0 - ce) * 20 * q:.0f}; exact at any step")
    full = foil / K
    machine = Machine.of(store, (T,))
    state = machine.start.copy()
    run = machine.integrate(steps(*[(sign * 10.0, HOUR) for _ in range(80) for sign in (-1.0, 1.0)]), state)
    wanted = next(n for n in range(1, 81) if full + q - n * (1.0 - ce) * q < q)
    exact = (2 * wanted - 1) * HOUR + (full + q - wanted * (1.0 - ce) * q) / 10.0
    line(f"the foil of 20 um ({full:.0f} C/m2) is exhausted on stripping in cycle {wanted} ({run.number // 2 + 1} simulated)", f"{state.time - exact:+.1e} s of {exact:.0f} s")


def newman_tobias() -> None:
    """Linear mixed conductor: the voltage drop of a steady current, order in space."""
    thick, j0, area = 30e-6, 0.5, 5e5
    b = GAS * T / FARADAY
    for ratio in (10.0, 1.0, 0.1):
        si, se = 2e-3, 2e-3 * ratio
        errors = []
        rho, g, y = 1.0 / si + 1.0 / se, area * j0 / b, 20.0 / b
        k = math.sqrt(rho * g)
        sh, ch = math.sinh(k * thick), math.cosh(k * thick)
        p = 1e-3
        first, second = np.linalg.solve([[0.0, k], [k * sh + y * rho * ch, k * ch + y * rho * sh]], [p / si, -p / se])
        end = first * ch + second * sh
        exact = end - (end - first) / (si * rho) - p * thick / (si * se * rho)
        for n in SIZES:
            leaf = Mixed(
                label="layer", orientation=1, thickness=thick, conductivity=si, electronic_conductivity=se, specific_area=area, porosity=0.2, j0=j0, j0_lithium=20.0,
                filling=0.5, cover=1e-9, margin=1e-6, deposit_conductivity=0.0, cells=n, grading=1.0,
            )  # fmt: skip
            machine = Machine.of(leaf, (T,))
            state = machine.start.copy()
            machine.integrate(steps((-p, 1.0)), state, rtol=1e-8)
            errors.append(abs(state.voltage - exact))
        line(f"mixed conductor, sigma_e/sigma_i {ratio:g}: {1e6 * abs(exact):.4f} uV at 0.1 uA/cm2", f"off by {1e6 * errors[1]:.1e} uV at 40 cells, {1e6 * errors[-1]:.1e} uV at 160; order {order(errors):.2f}")


# -- creep ------------------------------------------------------------------------------------------------------------
def closures() -> None:
    """J_creep = c d V_m⁻¹ F of the creep laws at 3 and 7 MPa, d = 2 um, against 0.2 and 1.0 mA/cm² (Kasemchainan 2019, recalled)."""
    li = material("Li")
    numbers = [li[k].at(T) for k in ("creep_rate", "creep_exponent", "creep_activation_energy", "creep_reference_stress")]
    strength, D_self = li["yield_strength"].at(T), li["self_diffusivity"].at(T)
    low, high = li["self_diffusivity"].spread()
    d, claim = 2e-6, (0.2, 1.0)
    pressures = (3e6, 7e6)

    def current(c: float, depth: float = d) -> float:
        return 0.1 * c * depth / K  # mA/cm²

    print(f"{'creep law':<92} 3 MPa, 7 MPa [mA/cm2], ratio (claim: {claim[0]}, {claim[1]}, {claim[1] / claim[0]:.2g}; apparent exponent {math.log(5.0) / math.log(7.0 / 3.0):.2f})")
    power = [current(creep.void_closure(p, T, *numbers)) for p in pressures]
    rows = {
        "dislocation (power law m = 6.5, bulk; the default)": power,
        "capped (pressure at most 3 sigma_y = 2.1 MPa)": [current(creep.capped_closure(p, T, *numbers, strength)) for p in pressures],
    }
    for word, value in (("low end of D", low), ("D as stated", D_self), ("high end of D", high)):
        rows[f"diffusion, {word} ({value:.0e} m2/s), a = d = 2 um"] = [current(creep.diffusive_closure(p, T, value, 13.0e-6, d)) for p in pressures]
    rows["diffusion, D as stated, a = d = 1 um"] = [current(creep.diffusive_closure(p, T, D_self, 13.0e-6, 1e-6), 1e-6) for p in pressures]
    rows["both, D as stated"] = [a + b for a, b in zip(power, rows[f"diffusion, D as stated ({D_self:.0e} m2/s), a = d = 2 um"], strict=True)]
    for name, (a, b) in rows.items():
        line(name, f"{a:.3g}, {b:.3g}, {b / a:.3g}")
    m = numbers[1]
    fixed_part = (claim[0] * (7.0 / 3.0) ** m - claim[1]) / ((7.0 / 3.0) ** m - 1.0)
    factor = (power[1] / (claim[1] - fixed_part)) ** (1.0 / m)
    line("constant + power law through both points (two numbers for two points: no test)", f"constant {fixed_part:.3f} mA/cm2, stress on the void {factor:.2f} times below the stack pressure's")
    slope = (claim[1] - claim[0]) / (pressures[1] - pressures[0])
    start = claim[0] - slope * pressures[0]
    line("a straight line through both points (Nabarro-Herring needs it through the origin)", f"zero at {-start / slope / 1e6:.2f} MPa: no diffusion law alone gives a ratio above 7/3")


if __name__ == "__main__":
    for part in (limiting_current, growth, voids, dead, newman_tobias, closures):
        part()
