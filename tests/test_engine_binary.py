"""The binary electrolyte against solutions that share no line with it: modes, quadratures, Sand, Fourier."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq
from scipy.special import sici

from conftest import CURRENT, T0, VOLTAGE, column, exact_run, fixed, integrate, machine_of, order_of, table
from interlayer.elements.base import FARADAY, GAS
from interlayer.elements.binary import Binary, OfSalt
from interlayer.elements.capacitor import Capacitor
from interlayer.elements.charge_transfer import ChargeTransfer
from interlayer.elements.film import Film
from interlayer.elements.resistor import Resistor

L, D, KAPPA, TP, C0 = 100e-6, 7.5e-12, 0.1, 0.385, 1500.0
Q = 2.0 * GAS * T0 / FARADAY * (1.0 - TP)  # V per unit of ln c, TDF = 1
REVERSALS = [(0.0, 1.0), (900.0, -2.0), (1800.0, 2.0), (2700.0, -2.0)]  # time and jump of J [A/m2]
HOUR = table(*[(CURRENT, J, 900.0) for J in (1.0, -1.0, 1.0, -1.0)])


def polymer(**changes: object) -> Binary:
    given = dict(label="spe", thickness=L, conductivity=KAPPA, diffusivity=D, transference_number=TP, concentration=C0)
    return Binary(**{**given, **changes})  # type: ignore[arg-type]


def rise(t: np.ndarray, length: float = L, diffusivity: float = D, tp: float = TP) -> np.ndarray:
    """Salt at the left face over c0 at t > 0 after 1 A/m2 came on: the modes of a layer with a constant flux at both ends."""
    k = np.arange(1, 6001, 2)
    decay = np.exp(-((k * math.pi / length) ** 2) * diffusivity * np.maximum(np.asarray(t), 0.0)[..., None]) / k**2
    shape = 0.5 * length - 4.0 * length / math.pi**2 * decay.sum(-1)
    return np.where(np.asarray(t) > 1e-6, (1.0 - tp) / (FARADAY * diffusivity) * shape, 0.0)


def exact_voltage(t: np.ndarray, J: np.ndarray) -> np.ndarray:
    up = sum(jump * rise(t - at) for at, jump in REVERSALS)
    return J * L / KAPPA + Q * np.log((C0 + up) / (C0 - up))


def late(t: np.ndarray) -> np.ndarray:
    """At least a second after the start and after each reversal."""
    return (t % 900.0 >= 1.0) | (t % 900.0 < 1e-6)


# -- constant properties ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("options", "rtol", "limit"), [({}, 1e-5, 3e-6), ({}, 1e-4, 10e-6), ({"cells": 80}, 1e-7, 1e-6)])
def test_transient_and_three_reversals_against_the_modes(options: dict[str, float], rtol: float, limit: float) -> None:
    """<= 3 uV on the standard mesh (60 cells graded 20:1) at rtol 1e-5, 10 uV with nothing stated, 1 uV with more of both."""
    run, _ = integrate(machine_of(polymer(**options)), HOUR, rtol=rtol)
    t, V, J = run.history[:, 0], run.history[:, 1], run.history[:, 2]
    assert np.max(np.abs(V - exact_voltage(t, J))[late(t)]) <= limit
    assert np.max(np.abs(V)) > 2.5e-3  # so this is 0.1 %


def test_fourth_order_in_space() -> None:
    errors = []
    for cells in (8, 16, 32):
        run, _ = exact_run(machine_of(polymer(cells=cells, grading=10.0)), HOUR, 1e-4)
        t, V, J = run.history[:, 0], run.history[:, 1], run.history[:, 2]
        errors.append(float(np.max(np.abs(V - exact_voltage(t, J))[late(t)])))
    assert 3.5 <= order_of(errors) <= 5.0, errors
    assert errors[-1] <= 0.1e-6, errors


def test_fourth_order_in_time() -> None:
    machine = machine_of(polymer())
    steps = table((CURRENT, 1.0, 900.0), (CURRENT, -1.0, 900.0))
    truth = fixed(machine, steps, 900.0 / 4096)[1].voltage
    errors = [abs(fixed(machine, steps, 900.0 / n)[1].voltage - truth) for n in (8, 16, 32, 64)]
    assert 3.5 <= order_of(errors) <= 4.4, errors
    assert errors[-1] <= 1e-9, errors


def flat(**changes: object) -> Binary:
    """The same polymer for the general kernel: its properties are functions of the salt that happen to be constant."""
    values = {"conductivity": KAPPA, "diffusivity": D, "transference_number": TP}
    return polymer(**{k: OfSalt(lambda c, T, v=v: v, 5.0, 5000.0) for k, v in values.items()}, **changes)


@pytest.mark.parametrize("disturbed", [False, True], ids=["at rest", "just off"])
@pytest.mark.parametrize("layer", [polymer(), flat()], ids=["constant", "by the mesh"])
def test_finite_warburg(layer: Binary, disturbed: bool) -> None:
    """The finite Warburg alone (without L/kappa), 10 mHz to 10 kHz, by the closed form and by the cells of the mesh."""
    machine = machine_of(layer)
    omega = 2.0 * np.pi * np.logspace(-2, 4, 61)
    s = np.sqrt(1j * omega / D)
    exact = 2.0 * Q / C0 * (1.0 - TP) / FARADAY * np.tanh(0.5 * s * L) / (D * s)
    state = machine.start.copy()
    if disturbed:
        state.Y *= 1.0 + 1e-9 * np.linspace(-1.0, 1.0, len(state.Y))
    z = machine.impedance(omega, state) - L / KAPPA
    assert np.max(np.abs(z - exact) / np.abs(exact)) <= 1e-6  # 0.1 % is asked


def test_any_mesh_gives_the_impedance() -> None:
    """Each cell is the exact T of a diffusion line: five equal cells are as good as sixty graded ones."""
    omega = 2.0 * np.pi * np.logspace(-2, 4, 61)
    five, sixty = (machine_of(flat(cells=n, grading=g)) for n, g in ((5, 1.0), (60, 20.0)))
    state = five.start.copy()
    state.Y[0] *= 1.0 + 1e-9
    found = five.impedance(omega, state)
    assert np.max(np.abs(found - sixty.impedance(omega)) / np.abs(found)) <= 1e-6
    assert not np.array_equal(found, five.impedance(omega))  # the mesh was asked


def test_salt_is_kept_over_a_thousand_hours() -> None:
    for layer, hours in ((polymer(), 1000), (of_salt(), 100)):
        widths = np.array(layer.numbers(T0)[-180:-120])
        assert widths.sum() == pytest.approx(L, rel=1e-14)
        _, state = integrate(machine_of(layer), table(*[(CURRENT, (-1.0) ** k, 3600.0) for k in range(hours)]), detail=False)
        assert abs(np.dot(widths, state.Y) / (C0 * L) - 1.0) < 5e-13


def test_a_long_hold_and_a_long_rest_stay_exact() -> None:
    """10,000 h at 5 mV, then at rest: Newton settles on a tiny current, the rounding of long steps does not hurt it."""
    machine = machine_of(polymer() + Film(label="film", R=1e-3, C=0.1))
    run, state = integrate(machine, table((VOLTAGE, 5e-3, 3.6e7)))
    assert run.why == 0
    assert run.accepted + run.rejected < 150
    steady = brentq(lambda J: J * (L / KAPPA + 1e-3) + Q * math.log((C0 + J * rise(np.array(1e9))) / (C0 - J * rise(np.array(1e9)))) - 5e-3, 0.1, 5.0)
    assert state.current == pytest.approx(steady, rel=1e-7)
    run = machine.integrate(table((CURRENT, 0.0, 3.6e7)), state)
    assert run.why == 0
    assert run.accepted + run.rejected < 150
    assert abs(state.voltage) < 1e-10


# -- Sand and the limiting current ----------------------------------------------------------------------------------------
SAND = dict(thickness=500e-6, diffusivity=8e-12, transference_number=0.2)


def test_sand_time() -> None:
    """Salt reaches zero at 514.097 s, within 0.01 % on 400 cells graded 10:1 at rtol 1e-5; 0.3 % with nothing stated."""
    assert math.pi * 8e-12 * (C0 * FARADAY / (2.0 * 20.0 * 0.8)) ** 2 == pytest.approx(514.097, abs=5e-4)
    for layer, rtol, limit in ((polymer(**SAND, cells=400, grading=10.0), 1e-5, 1e-4), (polymer(**SAND), 1e-4, 3e-3)):
        machine = machine_of(layer)
        run, state = integrate(machine, table((CURRENT, 20.0, 2000.0)), rtol=rtol)
        assert run.why == 2
        assert machine.event(run.code) == ("salt depleted at a lithium face", "spe")
        assert state.time == pytest.approx(514.097, rel=limit)
    mirrored = machine_of(layer)
    _, other = integrate(mirrored, table((CURRENT, -20.0, 2000.0)))
    assert other.time == pytest.approx(state.time, rel=1e-9)


def test_limiting_current() -> None:
    """J_lim = 2 F D c0/((1 - t+) L): steady below it, depleted above it at the time the modes say."""
    limit = 2.0 * FARADAY * D * C0 / ((1.0 - TP) * L)
    machine = machine_of(polymer(cells=200, grading=10.0))
    run, state = integrate(machine, table((CURRENT, 0.98 * limit, 1e6)))
    assert run.why == 0
    assert machine.export("spe", "concentration_right", state) == pytest.approx(0.02 * C0, rel=1e-6)
    assert state.voltage == pytest.approx(0.98 * limit * L / KAPPA + Q * math.log(1.98 / 0.02), rel=1e-7)
    run, state = exact_run(machine, table((CURRENT, 1.02 * limit, 1e6)), 1e-2)
    assert run.why == 2
    when = brentq(lambda t: 1.02 * limit * float(rise(np.array(t))) - C0, 1.0, 1e4)
    assert state.time == pytest.approx(when, rel=2e-4)


def test_depletion_beside_salt_dependent_kinetics_is_the_same_event() -> None:
    """Charge transfer at a face whose salt runs out must not turn the named event into a failure."""
    tree = kinetics("left", 1, 10.0) + polymer(**SAND) + kinetics("right", -1, 10.0)
    machine = machine_of(tree)
    run, state = integrate(machine, table((CURRENT, 20.0, 2000.0)))
    assert run.why == 2
    assert machine.event(run.code)[0] == "salt depleted at a lithium face"
    assert state.time == pytest.approx(514.097, rel=3e-3)


# -- properties that depend on the salt ---------------------------------------------------------------------------------
def d_of(c: float) -> float:
    return 8e-12 * (1.4 - c / 4000.0)


def kappa_of(c: float) -> float:
    return 0.15 * (c / 1500.0) * math.exp(-c / 2500.0)


def t_of(c: float) -> float:
    return 0.35 - 0.2 * c / 3000.0 + 0.1 * (c / 3000.0) ** 2


def tdf_of(c: float) -> float:
    return 1.0 + c / 3000.0


def of_salt(**changes: object) -> Binary:
    return polymer(
        **{
            "diffusivity": OfSalt(lambda c, T: d_of(c), 5.0, 5000.0), "conductivity": OfSalt(lambda c, T: kappa_of(c), 5.0, 5000.0),
            "transference_number": OfSalt(lambda c, T: t_of(c), 5.0, 5000.0), "thermodynamic_factor": OfSalt(lambda c, T: tdf_of(c), 5.0, 5000.0),
            **changes,
        }
    )  # fmt: skip


def steady(J: float) -> tuple[float, float, float]:
    """(V, c left, c right) of the steady profile: D c' = -(1 - t+) J/F with the salt that was put in."""

    def profile(left: float):  # type: ignore[no-untyped-def]
        def rates(x: float, y: np.ndarray) -> list[float]:
            return [-(1.0 - t_of(y[0])) * J / FARADAY / d_of(y[0]), y[0], 1.0 / kappa_of(y[0])]

        return solve_ivp(rates, (0.0, L), [left, 0.0, 0.0], rtol=1e-12, atol=1e-14).y[:, -1]

    left = brentq(lambda c: profile(c)[1] - C0 * L, 1500.0, 2700.0, xtol=1e-9) if J else C0
    right, _, ohmic = profile(left)
    integral = quad(lambda c: (1.0 - t_of(c)) * tdf_of(c) / c, right, left, epsabs=0.0, epsrel=1e-12)[0]
    return J * ohmic + 2.0 * GAS * T0 / FARADAY * integral, left, right


@pytest.mark.parametrize("J", [3.0, -8.0])
def test_steady_state_of_a_nonlinear_layer(J: float) -> None:
    """Second order towards the independent profile, 0.01 % with nothing stated."""
    V, left, right = steady(abs(J))
    errors = []
    for cells in (30, 60, 120):
        machine = machine_of(of_salt(cells=cells))
        run, state = integrate(machine, table((CURRENT, J, 1e6)))
        assert run.why == 0
        faces = [machine.export("spe", f"concentration_{side}", state) for side in ("left", "right")]
        assert faces == pytest.approx([left, right] if J > 0.0 else [right, left], rel=1e-3)
        errors.append(abs(abs(state.voltage) / V - 1.0))
    assert errors[1] < 1e-4
    assert 1.8 <= order_of(errors) <= 2.3, errors


def test_linear_limit_of_the_nonlinear_kernel() -> None:
    """Constant functions of the salt give what constants give, in time and in impedance."""
    steps = table((CURRENT, 5.0, 500.0), (CURRENT, -5.0, 500.0))
    omega = np.logspace(-4, 4, 30)
    whole = (polymer(cells=120), flat(cells=120), 2e-6)  # one layer of constants has a scheme of its own, of higher order
    cut = (polymer(thickness=0.4 * L, others=(polymer(thickness=0.6 * L),)), flat(thickness=0.4 * L, others=(flat(thickness=0.6 * L),)), 1e-11)
    for constant, general, most in (whole, cut):
        a, b = machine_of(constant), machine_of(general)
        (ra, sa), (rb, sb) = (fixed(m, steps, 10.0) for m in (a, b))
        settled = ra.history[:, 0] % 500.0 >= 50.0
        assert np.max(np.abs(ra.history[:, 1] - rb.history[:, 1])[settled]) < most
        assert np.allclose(a.impedance(omega, sa), b.impedance(omega, sb), rtol=1e-4 if most > 1e-9 else 1e-9)


def test_a_failed_guess_does_not_poison_later_steps() -> None:
    """The first step of all starts from nothing; and an absurd current in between leaves no trace."""
    machine = machine_of(of_salt())
    state = machine.start.copy()
    machine.integrate(table((CURRENT, 3.0, 100.0)), state)
    kept = state.copy()
    bad = machine.integrate(table((CURRENT, 1e9, 100.0)), state)
    assert bad.why in (2, 4)
    run = machine.integrate(table((CURRENT, 3.0, 1e6)), kept)
    assert run.why == 0
    assert kept.voltage == pytest.approx(steady(3.0)[0], rel=1e-3)


# -- impedance of a polarised layer -----------------------------------------------------------------------------------
def kinetics(side: str, o: int, j0: float = 3.0) -> ChargeTransfer:
    reads = {"concentration": f"spe.concentration_{side}"}
    return ChargeTransfer(label=f"ct {side}", j0=j0, alpha=0.4, orientation=o, reads=reads, reference_concentration=C0)


@pytest.mark.parametrize("layer", [polymer(), of_salt()], ids=["constant", "of salt"])
def test_low_frequency_impedance_is_the_slope_of_the_steady_curve(layer: Binary) -> None:
    """With j0(c) at both faces (links into the layer) and a double layer bridging one of them (another branch)."""
    tree = (kinetics("left", 1) | Capacitor(label="dl", C=0.1)) + layer + kinetics("right", -1)
    machine = machine_of(tree)

    def settled(J: float):  # type: ignore[no-untyped-def]
        state = machine.start.copy()
        assert machine.integrate(table((CURRENT, J, 1e7)), state).why == 0
        return state

    for J in (0.5, 6.0, -6.0):
        d = 1e-3 * abs(J)
        slope = (-settled(J + 2 * d).voltage + 8 * settled(J + d).voltage - 8 * settled(J - d).voltage + settled(J - 2 * d).voltage) / (12 * d)
        z = machine.impedance(np.array([2e-9 * np.pi]), settled(J))[0]
        assert z.real == pytest.approx(slope, rel=1e-5)
        assert abs(z.imag) < 1e-5 * z.real
    rest = machine.impedance(np.array([2e-9 * np.pi]))[0].real
    assert abs(z.real / rest - 1.0) > 0.05  # the state matters


@pytest.mark.parametrize("layer", [polymer(), of_salt()], ids=["constant", "of salt"])
def test_impedance_of_a_polarised_cell_is_its_response_in_time(layer: Binary) -> None:
    """A small sine on top of 6 A/m2, after its transient: amplitude and phase against the tangent at the same state."""
    tree = (kinetics("left", 1) | Capacitor(label="dl", C=100.0)) + layer + (kinetics("right", -1) | Capacitor(label="dr", C=100.0))
    machine = machine_of(tree)
    state = machine.start.copy()
    machine.integrate(table((CURRENT, 6.0, 1e6)), state)
    for period in (20.0, 100.0):
        z = machine.impedance(np.array([2.0 * np.pi / period]), state)[0]
        # stairs of a sine, read at their ends: what is in phase is seen half a stair late, an error of first order in
        # the length of a stair that two lengths take out
        measured = [swing(machine, state, period, n) for n in (200, 400)]
        assert abs(2.0 * measured[1] - measured[0] - z) < 1e-3 * abs(z)


def swing(machine, state, period: float, n: int) -> complex:  # type: ignore[no-untyped-def]
    """Amplitude of V over that of J in the last of six periods of n stairs."""
    cycles, amplitude = 6, 0.01
    J = 6.0 + amplitude * np.sin(2.0 * np.pi * (np.arange(n * cycles) + 0.5) / n)
    swung = state.copy()
    swung.step_size = period / n
    kept, machine.weight = machine.weight, np.full(len(machine.weight), np.inf)
    run = machine.integrate(table(*[(CURRENT, j, period / n) for j in J]), swung, max_step=period / n / 2)
    machine.weight = kept
    last = np.searchsorted(run.history[:, 3], np.arange(n * cycles), side="right") - 1
    V = run.history[last, 1][-n:] - state.voltage
    t = np.arange(1, n + 1) / n
    basis = np.column_stack([np.sin(2 * np.pi * t), np.cos(2 * np.pi * t), np.ones(n), t])
    a, b, *_ = np.linalg.lstsq(basis, V, rcond=None)[0]
    return complex(a, b) / amplitude


def test_step_response_is_the_fourier_transform_of_the_impedance() -> None:
    """V(t) = (2 J/pi) int Re Z sin(wt)/w dw for a small step: within 1e-4 of the voltage from 1 ms to 1 h."""
    face = ChargeTransfer(label="ct", j0=10.0, orientation=1) | Capacitor(label="dl", C=0.5)
    other = ChargeTransfer(label="ct2", j0=4.0, orientation=-1) | Capacitor(label="dl2", C=0.2)
    machine = machine_of(face + Film(label="film", R=5e-3, C=2.0) + polymer(cells=150, grading=100.0) + other + Resistor(label="r", R=1e-3))
    J = 1e-2
    run, _ = exact_run(machine, table((CURRENT, J, 3600.0)), 1e-5)
    t, V = run.history[:, 0], run.history[:, 1]
    kept = np.searchsorted(t, np.logspace(-3, 3.55, 40))
    omega = np.logspace(-9, 8, 12000)
    re = machine.impedance(omega).real
    end = re[-1]  # of a square root's decay to the resistances in series
    slope = np.diff(re) / np.diff(omega)
    level = re[:-1] - slope * omega[:-1]
    out = []
    for time in t[kept]:
        si = sici(omega * time)[0]
        inner = np.sum(level * np.diff(si) - slope * np.diff(np.cos(omega * time)) / time)
        out.append(re[0] * si[0] + inner + end * (0.5 * math.pi - si[-1]))
    response = 2.0 * J / math.pi * np.array(out)
    assert np.max(np.abs(response / V[kept] - 1.0)) < 1e-4
    assert V[-1] > 1.2 * V[kept[0]]


def test_exports_feed_the_record(  # what a reader of the history sees is what the kernel uses
) -> None:
    machine = machine_of(polymer())
    run, state = integrate(machine, table((CURRENT, 2.0, 300.0)))
    left = column(run, machine, "spe", "concentration_left")
    right = column(run, machine, "spe", "concentration_right")
    assert np.allclose(left + right, 2.0 * C0, rtol=1e-10)  # antisymmetric for constant properties
    assert left[-1] == machine.export("spe", "concentration_left", state)
    assert np.all(np.diff(left) > 0.0)
