"""The mixed-conducting region: linear limits, an independent integration, impedance, balances, events, switches."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from conftest import CURRENT, T0, OneKernel, column, fixed, integrate, machine_of, order_of, table
from interlayer.elements.base import FARADAY, GAS, MAX_READS, OUT_EXPORT, OUT_EXPORT_J
from interlayer.elements.binary import mesh
from interlayer.elements.charge_transfer import ChargeTransfer
from interlayer.elements.mixed import Mixed
from interlayer.elements.resistor import Resistor
from interlayer.laws import composite, nucleation
from interlayer.mechanisms.voids import Voids
from test_family import assert_slopes

B = GAS * T0 / FARADAY
L = 30e-6
BASE = dict(
    thickness=L, conductivity=2e-3, electronic_conductivity=5e-3, specific_area=5e5, porosity=0.2, j0=5.0, j0_lithium=20.0,
    deposit_conductivity=0.0, orientation=1,
)  # fmt: skip


def region(**changes: Any) -> Mixed:
    return Mixed(**{**BASE, **changes})


def linear(**changes: Any) -> Mixed:
    """Walls covered by lithium, room to spare, no host: what Newman and Tobias solved."""
    return region(**{"filling": 0.5, "cover": 1e-9, "margin": 1e-6, "j0": 0.5, **changes})


# -- linear limit -----------------------------------------------------------------------------------------------------
def newman_tobias(leaf: Mixed, y: np.ndarray, p: float, y_e: float = 0.0, y_l: float = 0.0) -> tuple[np.ndarray, float]:
    """(plating current per volume at y, p times the resistance); y_e, y_l [S/m2] conductances of the faces.

    w'' = (1/si + 1/se) a G w, -w'(0)... : ionic current i = (w' + p/se)/(1/si + 1/se); i(0) = p + y_e w, i(L) = -y_l w.
    """
    si, se, g = leaf.conductivity, leaf.electronic_conductivity, leaf.specific_area * leaf.j0 / B  # type: ignore[operator]
    rho = 1.0 / si + 1.0 / se  # type: ignore[operator]
    k = math.sqrt(rho * g)
    sh, ch = math.sinh(k * L), math.cosh(k * L)
    # w = a cosh ky + b sinh ky
    m = np.array([[-y_e * rho, k], [k * sh + y_l * rho * ch, k * ch + y_l * rho * sh]])
    a, b = np.linalg.solve(m, [p * (rho - 1.0 / se), -p / se])  # type: ignore[operator]
    w = a * np.cosh(k * y) + b * np.sinh(k * y)
    end = a * ch + b * sh
    v = end - (end - a) / (si * rho) - p * L / (si * se * rho)
    return -g * w, -v


@pytest.mark.parametrize("faces", [False, True], ids=["blocking faces", "faces that plate"])
@pytest.mark.parametrize("ratio", [10.0, 1.0, 0.1])
def test_newman_tobias(ratio: float, faces: bool) -> None:
    """Reaction distribution and resistance of the linear region: second order in the cell size, absolute errors stated."""
    leaf = linear(electronic_conductivity=2e-3 * ratio, grading=1.0, **({} if faces else {"j0_lithium": 1e-15}))
    p, errors, drops = 1e-3, [], []
    for n in (20, 40, 80):
        made = replace(leaf, cells=n)
        machine = machine_of(made)
        state = machine.start.copy()
        machine.integrate(table((CURRENT, -p, 1.0)), state, rtol=1e-8)
        at = made.profile(machine.state_of("mixed", state), T0)
        y_l = 20.0 / B if faces else 0.0
        exact, drop = newman_tobias(made, at["y"], p, 0.0, y_l)
        found = -5e5 * 0.5 / B * at["w"][1:-1]
        errors.append(float(np.max(np.abs(found - exact)) * L / p))
        drops.append(abs(-state.voltage / drop - 1.0))
    assert 1.8 < order_of(errors) < 2.1, errors
    assert errors[-1] < 1e-3, errors
    assert 1.8 < order_of(drops) < 2.1, drops
    assert drops[-1] < 1e-3, drops


@pytest.mark.parametrize(("ratio", "low", "high"), [(1e4, 0.0, 0.2), (1.0, 0.499, 0.501), (1e-4, 0.8, 1.0)])
def test_the_worse_conductor_decides_where_lithium_goes(ratio: float, low: float, high: float) -> None:
    """sigma_e >> sigma_i plates at the electrolyte, the reverse at the lithium, equal ones in a symmetric layer halfway."""
    leaf = linear(electronic_conductivity=2e-4 * ratio**0.5, conductivity=2e-4 / ratio**0.5, filling=0.01, j0_lithium=1e-15, margin=0.05)
    machine = machine_of(leaf)
    state = machine.start.copy()
    before = machine.state_of("mixed", state).copy()
    machine.integrate(table((CURRENT, -1.0, 100.0)), state)
    at, old = (leaf.profile(y, T0) for y in (machine.state_of("mixed", state), before))
    gained = (at["s"] - old["s"]) * at["d"]
    assert low <= float(gained @ at["y"] / gained.sum()) / L <= high


def test_reaction_length_and_limiting_current() -> None:
    leaf = region(host_capacity=1.8e9, host_diffusivity=1e-15)
    assert leaf.limiting_current() == pytest.approx(0.06, rel=1e-12)
    series = 2e-3 * 5e-3 / 7e-3
    assert leaf.reaction_length(T0) == pytest.approx(math.sqrt(B / (5e5 * 5.0) * series), rel=1e-12)
    assert leaf.capacity() == pytest.approx(FARADAY * 0.2 * 0.98 * L / 13e-6)
    assert leaf.host_potential(1.0) == 0.0


# -- an integration written afresh ------------------------------------------------------------------------------------
FULL = region(
    electronic_conductivity=0.05, j0_electrolyte=3.0, alpha=0.4, barrier=0.02, preferred_share=0.3, preferred_barrier=0.005, face_barrier=0.03,
    cover=0.02, host_capacity=1e8, host_diffusivity=3e-14, host_transfer=50.0, host_exchange=0.5, lithiation=0.9, pore_pressure=-20e6, face_pressure=40e6,
    deposit_conductivity=5.0, blocking=0.3, margin=0.05, capacitance=1.0, electrolyte_capacitance=0.5, lithium_capacitance=2.0, cells=7, grading=3.0,
)  # fmt: skip


def by_lines(leaf: Mixed, pieces: list[tuple[float, float]], start: np.ndarray) -> tuple[np.ndarray, float]:
    """(states, voltage) by Radau on the equations of the docstring, electrolyte on the right."""
    n, a, c, alpha = leaf.cells, leaf.specific_area, leaf.capacitance, leaf.alpha
    d = L * mesh(n, leaf.grading)
    pore = FARADAY * leaf.porosity / leaf.molar_volume
    q, dh = leaf.host_capacity, leaf.host_diffusivity

    def bv(u: np.ndarray) -> np.ndarray:
        return np.exp(alpha * u) - np.exp(-(1.0 - alpha) * u)

    def plating(w: Any, s: Any, j0: float, pressure: float, barriers: list[tuple[float, float]], cover: float, margin: float) -> Any:
        eta = w + leaf.molar_volume * pressure / FARADAY
        bare = sum(share * np.where(eta < 0.0, np.exp(-((b / np.where(eta < 0.0, eta, -1.0)) ** 2)), 0.0) for share, b in barriers)
        g = s / (s + cover)
        left = (1.0 - s) * (1.0 + margin) / (1.0 - s + margin) if margin else 1.0
        active = np.where(eta < 0.0, left * (g + (1.0 - g) * bare), g)
        return -j0 * active * bv(eta / B)

    def parts(y: np.ndarray, p: float) -> tuple[np.ndarray, ...]:
        w, x, s, face = y[: n + 2], y[n + 2 : 2 * n + 2], y[2 * n + 2 : 3 * n + 2], y[-2]
        si, se = leaf.conductivity * (1.0 - leaf.blocking * s), leaf.electronic_conductivity + leaf.deposit_conductivity * (leaf.porosity * s) ** 2
        ri, re = np.concatenate([[0.0], 0.5 * d / si, [0.0]]), np.concatenate([[0.0], 0.5 * d / se, [0.0]])
        Ri, Re = ri[1:] + ri[:-1], re[1:] + re[:-1]
        i = (np.diff(w) + p * Re) / (Ri + Re)
        walls = plating(w[1:-1], s, leaf.j0, leaf.pore_pressure, [(0.7, 0.02), (0.3, 0.005)], leaf.cover, leaf.margin)
        on_face = plating(w[0], face, leaf.j0_electrolyte, leaf.face_pressure, [(1.0, 0.03)], leaf.face_cover, 0.0)
        metal = -leaf.j0_lithium * bv(w[-1] / B)
        v = (w[1:-1] - leaf.host_slope * (1.0 - x)) / B
        m = leaf.host_sites
        host = -leaf.host_exchange * (x * np.exp(alpha * v) - (m - x) / (m - 1.0) * np.exp(-(1.0 - alpha) * v))
        return i, walls, on_face, metal, host, Ri, v

    def rate(t: float, y: np.ndarray, p: float) -> np.ndarray:
        i, walls, on_face, metal, host, _, _ = parts(y, p)
        x = y[n + 2 : 2 * n + 2]
        i = np.concatenate([[p], i, [0.0]])
        taken = np.concatenate([[on_face], a * d * (walls + host), [metal]])
        size = np.concatenate([[1.0], a * d, [1.0]])
        flow = np.zeros(n + 1)
        flow[1:-1] = -q * dh * np.diff(x) / (0.5 * (d[1:] + d[:-1]))
        flow[-1] = (x[-1] - 1.0) / (1.0 / leaf.host_transfer + 0.5 * d[-1] / (q * dh))
        return np.concatenate([(np.diff(i) + taken) / (size * np.concatenate([[leaf.electrolyte_capacitance], np.full(n, c), [leaf.lithium_capacitance]])), (a * host - np.diff(flow) / d) / q, a * walls / pore, [on_face, metal + flow[-1]]])

    y = start
    for p, span in pieces:
        y = solve_ivp(rate, (0.0, span), y, "Radau", rtol=1e-7, atol=1e-8, args=(p,)).y[:, -1]
    i, *_, Ri, _ = parts(y, p)
    return y, float(y[n + 1] - i @ Ri)


def test_against_the_method_of_lines() -> None:
    """Everything switched on (pressure, preference, host with diffusion, deposit that conducts and blocks), plating then
    stripping: states and voltage of the kernel against Radau on equations written here."""
    machine = machine_of(FULL)
    y, v = by_lines(FULL, [(20.0, 300.0), (-15.0, 150.0)], machine.start.Y[:-1].copy())  # the last state is that of the voids, which there are not
    _, state = integrate(machine, table((CURRENT, -20.0, 300.0), (CURRENT, 15.0, 150.0)), rtol=1e-6)
    assert state.voltage == pytest.approx(v, abs=2e-5)
    n = FULL.cells
    assert np.max(np.abs(state.Y[n + 2 : 3 * n + 2] - y[n + 2 : 3 * n + 2])) < 2e-5
    assert state.Y[-3:-1] == pytest.approx(y[-2:], abs=0.5)
    assert state.Y[-1] == 0.0
    assert np.ptp(y[2 * n + 2 : 3 * n + 2]) > 0.05  # a case that would show a difference
    right = machine_of(replace(FULL, orientation=-1))
    _, mirrored = integrate(right, table((CURRENT, 20.0, 300.0), (CURRENT, -15.0, 150.0)), rtol=1e-6)
    assert mirrored.voltage == -state.voltage
    assert np.array_equal(mirrored.Y, state.Y)


def test_fourth_order_in_time() -> None:
    """Down to what the double layers take in the first instants (1e-7), which no step here resolves."""
    machine = machine_of(replace(FULL, lithiation=1.0, capacitance=1e-4))
    steps = table((CURRENT, -20.0, 40.0), (CURRENT, 10.0, 20.0))
    truth, n = fixed(machine, steps, 40.0 / 512)[1], FULL.cells
    errors = []
    for k in (2, 4, 8):
        state = fixed(machine, steps, 40.0 / k)[1]
        errors.append(float(np.max(np.abs(state.Y[n + 2 : 3 * n + 2] - truth.Y[n + 2 : 3 * n + 2]))))
    assert 3.4 < order_of(errors) < 4.6, errors
    assert errors[-1] < 1e-6, errors


def test_second_order_in_space() -> None:
    """Voltage and place of the deposit of a nonlinear run (walls nucleate, pores fill) against a fine mesh."""
    leaf = region(electronic_conductivity=0.05, barrier=0.02, j0_electrolyte=3.0, face_barrier=0.02, tolerance=1e-5)
    ends = []
    for n in (160, 20, 40, 80):
        machine = machine_of(replace(leaf, cells=n, grading=4.0))
        _, state = integrate(machine, table((CURRENT, -10.0, 400.0)), rtol=1e-6)
        ends.append((state.voltage, machine.export("mixed", "deposit_position", state)))
    for kind, most in ((0, 3e-5), (1, 1e-3)):
        errors = [abs(e[kind] - ends[0][kind]) for e in ends[1:]]
        assert errors[2] < errors[0] / 8.0, errors
        assert errors[1] < most, errors  # 40 cells, as nobody states otherwise


# -- impedance --------------------------------------------------------------------------------------------------------
OMEGA = 2.0 * np.pi * np.logspace(-6, 5, 56)


def test_any_mesh_gives_the_impedance_of_a_uniform_layer() -> None:
    """Each cell is its own exact line: three equal cells are the closed form, and so is a stack of a hundred."""
    leaf = linear(host_capacity=1e8, electronic_conductivity=0.05)
    exact = leaf.impedance(OMEGA, T0)
    for n, grading in ((3, 1.0), (100, 10.0)):
        found = machine_of(replace(leaf, cells=n, grading=grading)).impedance(OMEGA)
        assert np.max(np.abs(found / exact - 1.0)) < 1e-10


def test_impedance_with_diffusion_through_the_host_is_second_order() -> None:
    leaf = linear(host_capacity=1e8, host_diffusivity=1e-11, host_transfer=300.0, host_exchange=0.5, j0=0.0, j0_lithium=2.0, grading=1.0)
    exact = leaf.impedance(OMEGA, T0)
    assert np.max(np.abs(exact / replace(leaf, host_diffusivity=0.0).impedance(OMEGA, T0) - 1.0)) > 0.05  # it matters
    errors = [float(np.max(np.abs(machine_of(replace(leaf, cells=n)).impedance(OMEGA) / exact - 1.0))) for n in (20, 40, 80)]
    assert 1.9 < order_of(errors) < 2.1, errors
    assert errors[1] < 1e-3, errors


def test_low_frequency_impedance_is_the_slope_of_the_steady_curve() -> None:
    """A host that fills until it passes nothing on, polarised: what is left is steady, and Z(w -> 0) is its slope."""
    leaf = region(host_capacity=1e6, host_diffusivity=1e-13, host_transfer=30.0, host_exchange=0.5, j0=0.0, grain_radius=1e-6, grain_diffusivity=1e-13)
    machine = machine_of(leaf)

    def settled(J: float) -> Any:
        state = machine.start.copy()
        assert machine.integrate(table((CURRENT, J, 1e6)), state, rtol=1e-9).why == 0
        return state

    for J in (-8.0, 5.0):
        d = 1e-3 * abs(J)
        slope = (-settled(J + 2 * d).voltage + 8 * settled(J + d).voltage - 8 * settled(J - d).voltage + settled(J - 2 * d).voltage) / (12 * d)
        z = machine.impedance(np.array([1e-8]), settled(J))[0]
        assert z.real == pytest.approx(slope, rel=1e-6)
        assert abs(z.imag) < 1e-4 * z.real


def test_tangent_is_the_slope_of_a_step_where_nothing_slow_moves() -> None:
    """`spectrum` at omega = -i/h, where 1/(i omega) is the real step h, in a polarised layer with a host."""
    from interlayer.simulation.stack import newton

    leaf = region(electronic_conductivity=0.01, host_capacity=1e7, host_diffusivity=1e-13, j0=0.0, cells=400, grading=1.0)
    machine = machine_of(leaf)
    machine.impedance(OMEGA)
    for h in (1e-3, 1.0, 100.0):
        state = machine.start.copy()
        machine.integrate(table((CURRENT, -5.0, 50.0)), state)
        d = 1e-3
        slope = (machine.evaluate(state.copy(), h, -5.0 + d) - machine.evaluate(state.copy(), h, -5.0 - d)) / (2.0 * d)
        s = machine._arrays()
        end = state.copy()
        newton.solve(
            machine.leaf, machine.orient, machine.order, machine.nodes, machine.source, CURRENT, -5.0, h, machine.PT[0], state.Y, end.Y, s["W"], end.X,
            s["x"], s["out"], end.J, s["E"], s["R"], s["C"], s["A"], s["G"], s["cross"], s["M"], s["xg"], 1e-12,
        )  # fmt: skip
        z = np.zeros(1, dtype=np.complex128)
        newton.spectrum(
            machine.leaf, machine.orient, machine.order, machine.nodes, machine.source, np.array([-1j / h]), machine.PT[0], end.Y, s["zW"], end.X,
            s["x"], s["zout"], end.J, s["zE"], s["zR"], s["zC"], s["zA"], s["zG"], s["zcross"], s["zM"], s["zxg"], z,
        )  # fmt: skip
        assert z[0].real == pytest.approx(slope, rel=1e-4)


def test_a_relaxed_cell_keeps_what_the_region_holds() -> None:
    """Deposit and host content are kept, only the double layers return to rest (lithiation 1)."""
    machine = machine_of(FULL)
    assert machine.kept.all()  # a host that is not full is never at rest
    machine = machine_of(replace(FULL, lithiation=1.0))
    n = FULL.cells
    assert not machine.kept[: n + 2].any()
    assert machine.kept[n + 2 :].all()


def test_slopes_with_everything_on() -> None:
    """dV/dJ and d(export)/dJ against finite differences with pressure, diffusion and grains, fresh and worn."""
    leaf = replace(FULL, grain_radius=2e-6, grain_diffusivity=1e-15)
    kernel = OneKernel(leaf)
    Yb = kernel.start
    for J in (-20.0, 15.0, -5.0):
        Yb = kernel(J, 100.0, Yb).Z
        for now in (-17.0, -0.3, 1e-3, 4.0):
            for h in (1e-3, 1.0, 600.0):
                assert_slopes(kernel, Yb, np.zeros(MAX_READS), now, h)


# -- balances, events, failures ---------------------------------------------------------------------------------------
def held(leaf: Mixed, Y: np.ndarray) -> float:
    """Lithium of the region and its faces plus what charges the double layers [C/m²]."""
    where = leaf.lithium(Y, T0)
    w = leaf.profile(Y, T0)
    faces = leaf.electrolyte_capacitance * w["w"][0] + leaf.lithium_capacitance * w["w"][-1]
    wall = faces + leaf.capacitance * leaf.specific_area * (w["d"] @ w["w"][1:-1])
    return where.electrolyte_face + where.pores + where.lithium_face + where.host - wall


def test_lithium_and_charge_are_kept() -> None:
    """Twenty cycles: what the region holds is what passed, to 1e-12 of the charge moved (1e-10 is asked)."""
    machine = machine_of(FULL)
    start = held(FULL, machine.start.Y)
    state = machine.start.copy()
    moved = passed = 0.0
    for k in range(40):
        J, span = (-20.0, 400.0) if k % 2 == 0 else (15.0, 500.0)
        run = machine.integrate(table((CURRENT, J, span)), state)
        assert run.why == 0
        passed -= J * span
        moved += abs(J) * span
    assert abs(held(FULL, state.Y) - start - passed) < 1e-12 * moved


def test_overflow_comes_when_the_pores_are_full() -> None:
    leaf = linear(j0_lithium=1e-15, filling=0.0, cover=0.02, barrier=0.005, margin=0.05, capacitance=1e-6, tolerance=1e-5)
    machine = machine_of(leaf)
    run, state = integrate(machine, table((CURRENT, -20.0, 1e5)))
    assert run.why == 2
    assert machine.event(run.code)[0] == "the pores of the mixed layer are full and lithium overflows"
    assert state.time == pytest.approx(leaf.capacity() / 20.0, rel=1e-4)
    assert machine.export("mixed", "pore_lithium", state) == pytest.approx(leaf.capacity(), rel=1e-6)
    assert np.all(np.diff(column(run, machine, "mixed", "pore_lithium")) > 0.0)


def test_the_foil_is_exhausted() -> None:
    leaf = region(foil=2e-6)
    machine = machine_of(leaf)
    run, state = integrate(machine, table((CURRENT, 10.0, 1e5)))
    assert machine.event(run.code)[0] == "lithium exhausted"
    assert state.time == pytest.approx(FARADAY * 2e-6 / 13e-6 / 10.0, rel=1e-3)


def test_pores_strip_to_nothing_and_stay_there() -> None:
    """Filled, stripped beyond what they hold, for many cycles: no filling below zero beyond the tolerance, no failure."""
    machine = machine_of(region(barrier=0.01, electronic_conductivity=0.1))
    state = machine.start.copy()
    for _ in range(5):
        for J in (-10.0, 12.0):
            assert machine.integrate(table((CURRENT, J, 1000.0)), state).why == 0
    s = region().profile(machine.state_of("mixed", state), T0)["s"]
    assert s.min() > -1e-3
    assert s.max() < 0.05


def test_an_absurd_current_leaves_no_trace() -> None:
    machine = machine_of(FULL + Resistor(label="r", R=1e-3))
    state = machine.start.copy()
    machine.integrate(table((CURRENT, -5.0, 10.0)), state)
    kept = state.copy()
    assert machine.integrate(table((CURRENT, -1e305, 10.0)), state).why in (2, 4)
    again, other = kept.copy(), kept.copy()
    assert machine.integrate(table((CURRENT, -5.0, 10.0)), again).why == 0
    fresh = machine_of(FULL + Resistor(label="r", R=1e-3))
    fresh.integrate(table((CURRENT, -5.0, 10.0)), other)
    assert np.array_equal(again.Y, other.Y)


@pytest.mark.long
def test_random_regions_run() -> None:
    """Plate, rest, strip, plate with 80 random sets of parameters and mechanisms: every one ends in time or by an event."""
    rng = np.random.default_rng(5)

    def between(low: float, high: float) -> float:
        return float(10.0 ** rng.uniform(math.log10(low), math.log10(high)))

    for k in range(80):
        leaf = Mixed(
            thickness=between(3e-6, 5e-5), conductivity=between(1e-3, 1.0), electronic_conductivity=between(1e-2, 1e4), specific_area=between(1e5, 5e6),
            porosity=rng.uniform(0.05, 0.5), j0=between(1.0, 100.0), j0_lithium=between(5.0, 200.0), j0_electrolyte=rng.choice([0.0, 50.0]),
            barrier=rng.choice([0.0, 0.005, 0.05]), preferred_share=rng.choice([0.0, 0.3, 1.0]), preferred_barrier=0.002, face_barrier=rng.choice([0.0, 0.05]),
            pore_pressure=rng.choice([0.0, -375e6, 50e6]), face_pressure=rng.choice([0.0, 375e6]), host_capacity=rng.choice([0.0, 1e8, 1e9]),
            host_exchange=between(0.1, 30.0), host_diffusivity=rng.choice([0.0, 1e-14]), host_transfer=100.0, grain_radius=rng.choice([0.0, 1e-6]),
            lithiation=rng.choice([0.0, 0.5, 1.0]), blocking=rng.choice([0.0, 0.5]), orientation=int(rng.choice([1, -1])),
        )  # fmt: skip
        machine = machine_of(leaf)
        J = between(0.3, 50.0)
        start = held(leaf, machine.start.Y)
        run, state = integrate(machine, table((CURRENT, J, 300.0), (CURRENT, 0.0, 60.0), (CURRENT, -J, 600.0), (CURRENT, J, 300.0)))
        assert run.why in (0, 2), (k, leaf)
        if run.why == 0:
            assert abs(held(leaf, state.Y) - start) < 1e-9 * J * 1200.0, (k, leaf)
        assert np.all(np.isfinite(machine.impedance(OMEGA, state))), (k, leaf)


# -- mechanisms that a cell may have or not ---------------------------------------------------------------------------
def placed(**changes: Any) -> tuple[float, float, float]:
    """(centre of mass, share on the electrolyte's face, lithium in the pores) after 0.1 mAh/cm2 at 1 mA/cm2."""
    leaf = region(**{"electronic_conductivity": 0.1, "j0_electrolyte": 5.0, "barrier": 0.02, "face_barrier": 0.01, **changes})
    machine = machine_of(leaf)
    _, state = integrate(machine, table((CURRENT, -10.0, 360.0)))
    position, face, pores = (machine.export("mixed", e, state) for e in ("deposit_position", "electrolyte_face_share", "pore_lithium"))
    return position, face, pores


def test_each_mechanism_moves_the_deposit_its_own_way() -> None:
    position, face, pores = placed()
    assert placed(pore_pressure=-50e6)[1] < face - 0.02  # pores that carry less pressure draw lithium
    assert placed(face_pressure=50e6)[1] < face - 0.02  # and so does a face that must be pushed open
    assert placed(preferred_share=0.5, preferred_barrier=1e-3)[1] < face - 0.02  # walls that nucleate easily
    assert placed(conductivity=0.05)[0] > position + 0.05  # an ionic network through the layer
    assert placed(face_barrier=0.2)[1] < 0.2 * face
    assert placed(host_capacity=1e8, lithiation=0.0)[2] < 0.9 * pores  # an empty host takes lithium first


def test_an_empty_host_fills_from_the_electrode_without_a_current() -> None:
    """Chemical prelithiation: at open circuit the foil lithiates the host, ions one way and electrons the other."""
    leaf = region(host_capacity=1e8, lithiation=0.0, electronic_conductivity=0.1, j0=0.0)
    machine = machine_of(leaf)
    _, state = integrate(machine, table((CURRENT, 0.0, 12 * 3600.0)))
    where = leaf.lithium(machine.state_of("mixed", state), T0)
    assert where.host == pytest.approx(1e8 * L, rel=1e-3)
    assert where.lithium_face == pytest.approx(-where.host, rel=1e-2)  # the double layers hold the rest
    assert state.voltage == pytest.approx(0.0, abs=1e-4)
    _, atoms = integrate(machine_of(replace(leaf, conductivity=1e-12, host_diffusivity=1e-12, host_transfer=1e4)), table((CURRENT, 0.0, 100.0)))
    assert leaf.lithium(atoms.Y, T0).host > 0.2 * 1e8 * L  # or as atoms through the host


# -- laws -------------------------------------------------------------------------------------------------------------
def test_nucleation_is_smooth_and_shut_at_rest() -> None:
    assert nucleation.share(0.0, 0.02) == (0.0, 0.0)
    assert nucleation.share(-0.02, 0.02)[0] == pytest.approx(math.exp(-1.0))
    assert nucleation.share(-1e-9, 0.02) == (0.0, 0.0)
    assert nucleation.share(-1e-3, 0.0)[0] == 1.0
    for law, at, scale in ((nucleation.share, -0.03, 0.02), (nucleation.covered, 0.03, 0.02), (nucleation.covered, -0.01, 0.02), (nucleation.room, 0.7, 0.05), (nucleation.room, 1.1, 0.05)):
        slope = (law(at + 1e-6, scale)[0] - law(at - 1e-6, scale)[0]) / 2e-6
        assert law(at, scale)[1] == pytest.approx(slope, rel=1e-6)
    assert nucleation.room(0.0, 0.05)[0] == 1.0
    assert nucleation.room(1.0, 0.05)[0] == 0.0


def test_limits_of_composites() -> None:
    assert composite.maxwell(1.0, 10.0, 0.0) == 1.0
    assert composite.maxwell(1.0, 10.0, 1.0) == pytest.approx(10.0)
    low, high = composite.maxwell(1.0, 10.0, 0.3), composite.maxwell(10.0, 1.0, 0.7)
    assert low < composite.symmetric(10.0, 1.0, 0.3) < high  # within the Hashin-Shtrikman bounds
    assert composite.symmetric(10.0, 1.0, 0.01) == pytest.approx(composite.maxwell(1.0, 10.0, 0.01), rel=2e-3)
    assert composite.symmetric(1.0, 1e-12, 0.30) < 1e-10  # threshold at 1/3
    assert composite.symmetric(1.0, 1e-12, 0.36) == pytest.approx(0.04, rel=1e-6)
    assert composite.percolation_threshold(1.0) == pytest.approx(composite.THRESHOLD / composite.COORDINATION)
    thresholds = [composite.percolation_threshold(q) for q in (3.0, 1.0, 0.3, 0.05)]
    assert thresholds == sorted(thresholds, reverse=True)
    for q in (0.05, 0.3, 1.0):
        critical = composite.percolation_threshold(q)
        assert composite.connected_share(critical * 0.999, q) == 0.0
        assert 0.0 < composite.connected_share(critical * 1.01, q) < 0.5
        assert composite.connected_share(1.0, q) == 1.0
    assert composite.network(0.1, 1.0, 1.0) == pytest.approx(0.1)
    assert composite.network(0.1, 0.1, 1.0) == 0.0


# -- voids between electrode and layer --------------------------------------------------------------------------------
HOLLOW = {"void_depth": 1e-6, "replenishment": 2.0, "refill": 0.7, "closure": 2e-4, "lost": 0.0}


def test_without_electrons_the_regions_voids_are_the_mechanisms_own() -> None:
    """A layer that conducts ions only strips all of J at the electrode: voltage and voids are those of the plain face."""
    leaf = region(electronic_conductivity=1e-13, host_capacity=0.0, j0=0.0, j0_lithium=20.0, lithium_capacitance=1e-9, capacitance=1e-9, **HOLLOW)
    plain = (
        ChargeTransfer(j0=20.0, orientation=1, label="ct", reads={"contact": "voids.contact_fraction"})
        + Voids(label="voids", orientation=1, depth=1e-6, replenishment=2.0, refill=0.7, closure=2e-4, lost=0.0)
        + Resistor(label="layer", R=L / leaf.conductivity)  # type: ignore[operator]
    )
    steps = table((CURRENT, 10.0, 1200.0), (CURRENT, 1.0, 300.0), (CURRENT, -6.0, 500.0))
    (here, state), (there, other) = (integrate(machine_of(e), steps, rtol=1e-6) for e in (leaf, plain))
    assert here.why == there.why == 0
    v, wanted = state.Y[-1], other.Y[-1]
    assert wanted > 1e-7
    assert v == pytest.approx(wanted, rel=2e-5)
    # the layer's electronic conductance is nil, so its voltage is that of the stack; walls take nothing
    assert state.voltage == pytest.approx(other.voltage, rel=2e-5)


def test_voids_follow_the_part_of_the_current_that_strips_the_electrode() -> None:
    """v = k (charge that left the electrode - J_rep t) where that part is above J_rep; the walls strip the rest, so it is
    less than what all of J would leave; and it is the same for mirrored cells."""
    base = dict(filling=0.5, specific_area=5e4, host_capacity=0.0, electronic_conductivity=0.5, conductivity=2e-3, j0_lithium=20.0)
    k, J, span = 13.0e-6 / FARADAY, 30.0, 400.0
    for o in (1, -1):
        leaf = region(**base, **{**HOLLOW, "closure": 0.0}, orientation=o)
        _, state = integrate(machine_of(leaf), table((CURRENT, o * J, span)), rtol=1e-6)
        stripped = -state.Y[-2]
        assert 1.5 * 2.0 * span < stripped < 0.9 * J * span
        assert state.Y[-1] == pytest.approx(k * (stripped - 2.0 * span), rel=1e-5)  # the first instants charge the double layer
        assert machine_of(leaf).export("mixed", "electrode_contact", state) == pytest.approx(math.exp(-state.Y[-1] / 1e-6), rel=1e-12)


def test_voids_in_a_region_are_fourth_order_and_end_as_contact_lost() -> None:
    leaf = region(**{**HOLLOW, "lost": 1e-2}, electronic_conductivity=1e-5, host_capacity=0.0, j0=0.0)
    steps = table((CURRENT, 20.0, 600.0))
    _, best = integrate(machine_of(leaf), steps, rtol=1e-9)
    assert best.Y[-1] > 5e-7
    errors = [abs(fixed(machine_of(leaf), steps, 600.0 / n)[1].Y[-1] - best.Y[-1]) for n in (1, 2, 3)]
    assert errors[0] < 1e-6 * best.Y[-1] and errors[2] < errors[0] / 40.0, errors  # 81 by the order
    machine = machine_of(leaf)
    run, state = integrate(machine, table((CURRENT, 20.0, 1e5)))
    assert machine.event(run.code)[0].startswith("contact lost")
    assert machine.export("mixed", "electrode_contact", state) == pytest.approx(1e-2, rel=1e-5)


@pytest.mark.parametrize("J", [-8.0, 0.5, 1.5, 12.0])
def test_the_slope_of_a_region_with_voids_is_a_difference(J: float) -> None:
    """dV/dJ and d(contact)/dJ through all states, on both sides of J_rep."""
    leaf = region(**{**HOLLOW, "replenishment": 1.0}, filling=0.3)
    kernel = OneKernel(leaf)
    start = kernel.start.copy()
    start[-1] = 5e-7
    e = 1e-5
    mid, up, down = (kernel(j, 50.0, start, np.zeros(MAX_READS)).out for j in (J, J + e, J - e))
    assert mid[1] == pytest.approx((up[0] - down[0]) / (2.0 * e), rel=2e-5)
    assert mid[OUT_EXPORT_J + 5] == pytest.approx((up[OUT_EXPORT + 5] - down[OUT_EXPORT + 5]) / (2.0 * e), rel=2e-4)
