"""Trees: closed forms, links across branches, controls, events, balances, checkpoints, and how a run may end."""

from __future__ import annotations

import importlib.util
import math
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from conftest import CURRENT, POWER, T0, VOLTAGE, column, exact_run, fixed, integrate, machine_of, order_of, table
from interlayer.elements.base import FARADAY, GAS, OUT_R, OUT_V, Element, Leaf, Parallel, Parameter, Series, States
from interlayer.elements.binary import Binary
from interlayer.elements.capacitor import Capacitor
from interlayer.elements.charge_transfer import ChargeTransfer
from interlayer.elements.constriction import Constriction
from interlayer.elements.film import Film
from interlayer.elements.resistor import Resistor
from interlayer.elements.short import Short
from interlayer.errors import CellError, ProtocolError, SimulationError, UnknownNameError
from interlayer.mechanisms.filament import Filament
from interlayer.mechanisms.interphase import Interphase
from interlayer.mechanisms.inventory import Inventory
from interlayer.mechanisms.voids import Voids

B = 2.0 * GAS * T0 / FARADAY  # V: slope of asinh kinetics
K = 13.0e-6 / FARADAY
OMEGA = 2.0 * np.pi * np.logspace(-6, 6, 73)


def R(label: str, value: float) -> Resistor:
    return Resistor(label=label, R=value)


def C(label: str, value: float) -> Capacitor:
    return Capacitor(label=label, C=value)


def worst(found: np.ndarray, exact: np.ndarray) -> float:
    return float(np.max(np.abs(found - exact) / np.abs(exact)))


# -- impedance of trees -----------------------------------------------------------------------------------------------
def test_a_film_adds_exactly_its_own_arc() -> None:
    """R_f/(1 + i w R_f C_f), whatever stands beside it (not R_f/(1 + i w R_ct C_dl))."""
    face = ChargeTransfer(label="ct", j0=10.0, orientation=1) | C("dl", 0.1)
    without, with_film = machine_of(face + R("r", 1e-3)), machine_of(face + Film(label="film", R=4e-3, C=1e-3) + R("r", 1e-3))
    added = with_film.impedance(OMEGA) - without.impedance(OMEGA)
    total = with_film.impedance(OMEGA)
    assert np.max(np.abs(added - 4e-3 / (1.0 + 1j * OMEGA * 4e-3 * 1e-3)) / np.abs(total)) < 1e-12


def test_closed_forms_of_stacks() -> None:
    ceramic = machine_of(R("left", 1e-3) + Film(label="bulk", R=1.1e-2, C=5e-7) + Film(label="gb", R=4e-3, C=3e-5) + R("right", 1e-3))
    exact = 2e-3 + 1.1e-2 / (1 + 1j * OMEGA * 1.1e-2 * 5e-7) + 4e-3 / (1 + 1j * OMEGA * 4e-3 * 3e-5)
    assert worst(ceramic.impedance(OMEGA), exact) < 1e-12
    randles = machine_of(R("r0", 1e-3) + ((R("ct", 5e-3) + C("w", 30.0)) | C("dl", 0.1)))
    inner = 5e-3 + 1 / (1j * OMEGA * 30.0)
    assert worst(randles.impedance(OMEGA), 1e-3 + 1 / (1 / inner + 1j * OMEGA * 0.1)) < 1e-12
    bridge = machine_of((R("a", 2.0) | R("b", 3.0) | R("c", 6.0)) + (R("d", 1.0) + R("e", 1.0) | R("f", 2.0)))
    assert bridge.impedance(np.array([1.0]))[0] == pytest.approx(2.0)
    _, state = integrate(bridge, table((CURRENT, 6.0, 1.0)))
    assert state.voltage == pytest.approx(12.0)
    assert [state.J[bridge.index(x)] for x in "abcdef"] == pytest.approx([3.0, 2.0, 1.0, 3.0, 3.0, 3.0])


def random_tree(rng: np.random.Generator, depth: int, names: list[str]) -> Element:
    if depth == 0 or rng.random() < 0.25:
        names.append(f"x{len(names)}")
        kind = rng.integers(3)
        value = 10.0 ** rng.uniform(-4, 1)
        if kind == 0:
            return R(names[-1], value)
        return C(names[-1], value) if kind == 1 else Film(label=names[-1], R=value, C=10.0 ** rng.uniform(-6, 1))
    parts = [random_tree(rng, depth - 1, names) for _ in range(rng.integers(2, 4))]
    return Series(tuple(parts)) if rng.random() < 0.5 else Parallel(tuple(parts))


@pytest.mark.parametrize("seed", range(12))
def test_random_trees_are_their_closed_forms(seed: int) -> None:
    """Impedance against the algebra of the values; and Tellegen's theorem at every recorded instant of a run."""
    rng = np.random.default_rng(seed)
    tree = random_tree(rng, 3, [])
    machine = machine_of(tree)
    assert worst(machine.impedance(OMEGA), tree.impedance(OMEGA)) < 1e-9
    state = machine.start.copy()
    for J in (3.0, -1.0):
        run = machine.integrate(table((CURRENT, J, 7.0)), state)
        assert run.why == 0
        power = sum(state.J[k] * run.history[-1, 4 + k] for k in range(len(machine.leaves)))
        assert power == pytest.approx(J * state.voltage, rel=1e-7, abs=1e-9)


# -- links --------------------------------------------------------------------------------------------------------------
def linked_tree(short: bool = True) -> Element:
    """Short reads a filament in a sibling branch; constriction and filament read the contact owned inside the branch
    that the double layer bridges; kinetics read contact and salt."""
    contact = {"contact": "v.contact_fraction"}
    ct = ChargeTransfer(label="ct", j0=10.0, alpha=0.4, orientation=1, reads={**contact, "concentration": "spe.concentration_left"}, reference_concentration=1500.0)
    voids = Voids(label="v", replenishment=0.8, depth=2e-7, contact=0.3, orientation=1)
    filament = Filament(
        label="f", threshold=0.01, crossing=6e-4, focusing=100.0, retraction=0.5, field=1e-4, orientation=1,
        reads={**contact, "drop1": "ct.overpotential", "drop2": "con.overpotential"},
    )  # fmt: skip
    constriction = Constriction(label="con", cell_radius=5e-5, thickness=6e-4, sigma=0.09, orientation=1, reads=contact)
    left = ((ct + voids + filament) | C("dl", 0.1)) + constriction + Film(label="bulk", R=6e-3, C=1e-5)
    tree = left + Binary(label="spe", thickness=2e-5, conductivity=0.1, diffusivity=8e-12, transference_number=0.2, concentration=1500.0)
    tree = tree + (ChargeTransfer(label="ct2", j0=10.0, orientation=-1, reads={"concentration": "spe.concentration_right"}, reference_concentration=1500.0) | C("dl2", 0.1))
    return tree | Short(label="short", crossing=6e-4, width=5e-5, reads={"filament": "f.length"}) if short else tree


def aged(machine, filament: float = 4.2e-4):  # type: ignore[no-untyped-def]
    """A state with voids, a filament about to cross, salt and double layers polarised."""
    state = machine.start.copy()
    assert machine.integrate(table((CURRENT, 4.0, 400.0)), state).why == 0
    assert machine.integrate(table((CURRENT, -4.0, 60.0)), state).why == 0
    machine.state_of("f", state)[0] = filament
    return state


def newton_pass(machine, state, h: float, control: int, value: float):  # type: ignore[no-untyped-def]
    """One pass of Newton from the currents in `state` (which it moves); the step starts from state.Y."""
    from interlayer.simulation.stack import newton

    s = machine._arrays()
    s["W"][:] = 0.0
    z = state.Y.copy()
    its, V, j, bad = newton.solve(
        machine.leaf, machine.orient, machine.order, machine.nodes, machine.source, control, value, h, machine.PT[0], state.Y, z, s["W"], state.X,
        s["x"], s["out"], state.J, s["E"], s["R"], s["C"], s["A"], s["G"], s["cross"], s["M"], s["xg"], 1e299,
    )  # fmt: skip
    assert its == 1, bad
    return V, j


@pytest.mark.parametrize(("control", "value"), [(CURRENT, -3.0), (CURRENT, 5.0), (VOLTAGE, -0.1), (VOLTAGE, 0.3), (POWER, 0.4), (POWER, -1.0)])
@pytest.mark.parametrize("h", [1e-2, 1.0, 60.0])
def test_newton_is_quadratic_with_all_links(control: int, value: float, h: float) -> None:
    """Each pass squares the error of the branch currents: no term of the tangent is missing, across branches too."""
    machine = machine_of(linked_tree())
    start = aged(machine)
    truth = start.copy()
    for _ in range(40):
        newton_pass(machine, truth, h, control, value)
    scale = np.max(np.abs(truth.J))
    for k, leaf in enumerate(machine.leaves):  # a start close by, off in every branch
        start.J[k] = truth.J[k] + 1e-2 * scale * math.sin(1.0 + hash_of(leaf.label))
    chains: dict[float, float] = {}
    for k in range(len(machine.leaves)):  # leaves of one chain carry one current
        start.J[k] = chains.setdefault(float(truth.J[k]), float(start.J[k]))
    start.X[:] = truth.X
    errors = []
    for _ in range(6):
        newton_pass(machine, start, h, control, value)
        errors.append(float(np.max(np.abs(start.J - truth.J))) / scale)
        if errors[-1] < 1e-12:
            break
    assert errors[-1] < 1e-12, errors
    assert len(errors) <= 5, errors
    for before, after in pairwise(errors):
        assert after <= max(30.0 * before**2, 2e-13), errors


def hash_of(text: str) -> float:
    return float(sum(ord(c) * (i + 1) for i, c in enumerate(text)))


@pytest.mark.parametrize("state_of", ["fresh", "aged"])
def test_tangent_with_links_is_a_finite_difference(state_of: str) -> None:
    """dV/dJ of a step through the whole tree: what `solve` uses, against the same step with other currents."""
    from interlayer.simulation.stack import newton

    machine = machine_of(linked_tree())
    state = aged(machine) if state_of == "aged" else machine.start.copy()
    for h in (1e-2, 1.0, 60.0):
        for J in (-3.0, 2.0):

            def voltage(j: float, h: float = h) -> float:
                return machine.evaluate(state.copy(), h, j)

            d = 1e-3
            slope = (voltage(J - 2 * d) - 8 * voltage(J - d) + 8 * voltage(J + d) - voltage(J + 2 * d)) / (12 * d)
            at = state.copy()
            machine.evaluate(at, h, J)
            for _ in range(3):
                newton_pass(machine, at, h, CURRENT, J)
            s = machine._arrays()
            m, root = len(machine.source), len(machine.nodes) - 1
            s["A"][root, 0] = 1.0
            s["A"][root, 1:] = 0.0
            newton.unfold(machine.nodes, m, np.zeros_like(s["E"]), s["R"], s["C"], s["A"])
            x = np.zeros(m)
            assert newton.close(machine.source, m, s["A"], s["M"], x)
            assert s["R"][root] + s["C"][root, :m] @ x == pytest.approx(slope, rel=1e-6)


@dataclass(frozen=True, kw_only=True)
class FastVoids(Voids):
    """Voids that impedance does not freeze: for Z(w -> 0) against the steady curve through links between branches."""

    def states(self, temperature: float) -> States:
        return States.scalar(0.0, 1e-10)


def test_impedance_through_links_across_branches() -> None:
    """`spectrum` at omega = -i/h, where 1/(i omega) is the real step h, is the slope of that step: voids owned in the
    bridged branch are read outside of it, the salt of the region inside of it, and nothing is frozen."""
    from interlayer.simulation.stack import newton

    contact = {"contact": "v.contact_fraction"}
    ct = ChargeTransfer(label="ct", j0=5.0, orientation=1, reads={**contact, "concentration": "spe.concentration_left"}, reference_concentration=1500.0)
    con = Constriction(label="con", cell_radius=5e-5, thickness=6e-4, sigma=0.09, orientation=1, reads=contact)
    spe = Binary(label="spe", thickness=2e-5, conductivity=0.1, diffusivity=8e-12, transference_number=0.2, concentration=1500.0, cells=400, grading=1.0)
    machine = machine_of(((ct + FastVoids(label="v", replenishment=0.5, depth=3e-7, contact=0.2, orientation=1)) | C("dl", 0.1)) + con + spe)
    machine.impedance(OMEGA)  # lays out the complex scratch
    for J in (2.0, -1.0):
        for h in (0.1, 30.0, 1000.0):
            state = machine.start.copy()
            machine.state_of("v", state)[0] = 2e-7

            def voltage(j: float, h: float = h, state=state) -> float:  # type: ignore[no-untyped-def]
                return float(machine.evaluate(state.copy(), h, j))

            d = 1e-3
            slope = (voltage(J - 2 * d) - 8 * voltage(J - d) + 8 * voltage(J + d) - voltage(J + 2 * d)) / (12 * d)
            end = state.copy()
            machine.evaluate(end, h, J)
            s = machine._arrays()
            newton.solve(
                machine.leaf, machine.orient, machine.order, machine.nodes, machine.source, CURRENT, J, h, machine.PT[0], state.Y, end.Y, s["W"], end.X,
                s["x"], s["out"], end.J, s["E"], s["R"], s["C"], s["A"], s["G"], s["cross"], s["M"], s["xg"], 1e-12,
            )  # fmt: skip
            z = np.zeros(1, dtype=np.complex128)
            assert newton.spectrum(
                machine.leaf, machine.orient, machine.order, machine.nodes, machine.source, np.array([-1j / h]), machine.PT[0], end.Y, s["zW"], end.X,
                s["x"], s["zout"], end.J, s["zE"], s["zR"], s["zC"], s["zA"], s["zG"], s["zcross"], s["zM"], s["zxg"], z,
            )  # fmt: skip
            # (the salt's tangent is the exact line of each cell, the step's the plain cells: equal on a fine mesh)
            assert z[0] == pytest.approx(slope, rel=1e-5)


def test_a_circle_of_links_is_refused_by_name() -> None:
    a = Constriction(label="a", cell_radius=1e-5, thickness=1e-4, sigma=0.1, reads={"contact": "b.overpotential"})
    b = Constriction(label="b", cell_radius=1e-5, thickness=1e-4, sigma=0.1, reads={"contact": "a.overpotential"})
    with pytest.raises(CellError, match="circle") as error:
        machine_of(a + b)
    assert "a -> b -> a" in str(error.value) or "b -> a -> b" in str(error.value)
    with pytest.raises(CellError, match="circle"):
        machine_of(replace(a, reads={"contact": "a.overpotential"}) + R("r", 1.0))


def test_an_unknown_link_names_the_nearest() -> None:
    short = Short(crossing=1e-3, reads={"filament": "fil.lenght"})
    filament = Filament(label="fil", threshold=0.02, crossing=1e-3, orientation=1)
    with pytest.raises(UnknownNameError, match=r"fil\.length"):
        machine_of(filament + R("r", 1.0) | short)
    with pytest.raises(UnknownNameError, match="filament"):
        Short(crossing=1e-3, reads={"filamnet": "fil.length"})


def test_a_face_knows_which_way_strips() -> None:
    for make in (lambda **o: ChargeTransfer(j0=1.0, **o), lambda **o: Voids(replenishment=1.0, **o), lambda **o: Inventory(thickness=1e-5, **o)):
        with pytest.raises(CellError, match="which way strips"):
            make()
        assert make(orientation=-1).orientation == -1
    with pytest.raises(CellError, match="which way strips"):
        R("r", 1.0).__class__(label="r", R=1.0, orientation=2)


def test_labels_are_unique() -> None:
    with pytest.raises(CellError, match="same label"):
        machine_of(R("r", 1.0) + R("r", 2.0))
    with pytest.raises(CellError, match="made of elements"):
        Series((R("r", 1.0), 3.0))  # type: ignore[arg-type]
    machine = machine_of(R("lead", 1.0))
    with pytest.raises(UnknownNameError, match="lead"):
        machine.index("laed")
    with pytest.raises(UnknownNameError):
        machine.export("lead", "overpotential", machine.start)


def test_order_of_leaves_does_not_matter() -> None:
    """Owners are evaluated before readers wherever they stand."""
    contact = {"contact": "v.contact_fraction"}
    ct = ChargeTransfer(label="ct", j0=10.0, orientation=1, reads=contact)
    v = Voids(label="v", replenishment=0.8, depth=2e-7, orientation=1)
    steps = table((CURRENT, 3.0, 900.0), (CURRENT, -3.0, 300.0))
    a, b = (integrate(machine_of(tree), steps)[1].voltage for tree in (ct + v + R("r", 1e-3), R("r", 1e-3) + (v + ct)))
    assert a == pytest.approx(b, rel=1e-13)


# -- controls, against equations integrated independently ---------------------------------------------------------------
J0, CDL, R0, RS = 5.0, 40.0, 4e-3, 0.2


def kinetic_tree() -> Element:
    """(resistor + charge transfer | double layer) | leak: one state, q."""
    face = ChargeTransfer(label="ct", j0=J0, orientation=1) | C("dl", CDL)
    return R("r", R0) + face | Short(label="leak", R_short=1e-4, R_open=RS, crossing=1e-3, width=1e-6)


def by_dae(control: int, value: float, q: float, span: float) -> tuple[float, float, float]:
    """(q, V, J) at the end; the algebra of each control is solved here for every right-hand side."""

    def inner(q: float) -> tuple[float, float]:
        """(current into the cell's branch, voltage)."""
        v = q / CDL
        if control == CURRENT:  # j + (R0 j + v)/RS = J
            j = (value - v / RS) / (1.0 + R0 / RS)
            return j, R0 * j + v
        if control == VOLTAGE:
            return (value - v) / R0, value
        # power: V (j + V/RS) = value with V = R0 j + v, the root in the direction asked for
        sign = math.copysign(1.0, value)

        def f(j: float) -> float:
            V = R0 * j + v
            return abs(V * (j + V / RS)) - abs(value)

        j = brentq(f, 1e-9 * sign, 1e4 * sign)
        return j, R0 * j + v

    def rate(t: float, y: np.ndarray) -> list[float]:
        j, _ = inner(y[0])
        return [j - 2.0 * J0 * math.sinh(y[0] / CDL / B)]

    q = solve_ivp(rate, (0.0, span), [q], "Radau", rtol=1e-10, atol=1e-12).y[0, -1]
    j, V = inner(q)
    return q, V, j + V / RS


@pytest.mark.parametrize(("control", "value"), [(CURRENT, 20.0), (CURRENT, -3.0), (CURRENT, 0.0), (VOLTAGE, 0.15), (VOLTAGE, -0.02), (POWER, 2.0), (POWER, -0.7)])
def test_controls_against_an_independent_dae(control: int, value: float) -> None:
    """From rest and (for rest itself, value 0) from a charged double layer; 20 s in, transient not yet over."""
    machine = machine_of(kinetic_tree())
    span, start = (1.0, 0.0) if value else (1.0, 3.0)
    q, V, J = by_dae(control, value, start, span)
    state = machine.start.copy()
    machine.state_of("dl", state)[0] = start
    run = machine.integrate(table((control, value, span)), state, rtol=1e-8)
    assert run.why == 0
    assert machine.state_of("dl", state)[0] == pytest.approx(q, rel=2e-6, abs=5e-6)
    assert state.voltage == pytest.approx(V, rel=2e-6, abs=2e-7)
    assert state.current == pytest.approx(J, rel=2e-6, abs=1e-9)
    if control == POWER:
        assert abs(state.current * state.voltage) == pytest.approx(abs(value), rel=1e-9)
        assert math.copysign(1.0, state.current) == math.copysign(1.0, value)


@pytest.mark.parametrize("control", [VOLTAGE, POWER, CURRENT])
def test_controls_are_fourth_order_in_time(control: int) -> None:
    value = {CURRENT: 20.0, VOLTAGE: 0.15, POWER: 2.0}[control]
    machine = machine_of(kinetic_tree())
    q, _, _ = by_dae(control, value, 0.0, 1.0)
    errors = [abs(machine.state_of("dl", fixed(machine, table((control, value, 1.0)), 1.0 / n)[1])[0] / q - 1.0) for n in (10, 20, 40)]
    assert 3.6 <= order_of(errors) <= 4.4, errors
    assert errors[-1] < 1e-7, errors


def test_power_drawn_from_a_charged_cell_takes_the_small_current() -> None:
    """A source of 1 V behind 0.1 ohm m2 gives 1 W/m2 at 1.127 A/m2 (not at 8.9); more than e²/4R it can't give."""
    machine = machine_of(R("r", 0.1) + C("source", 1e6))
    state = machine.start.copy()
    machine.state_of("source", state)[0] = 1e6
    machine.integrate(table((POWER, -1.0, 1e-3)), state)
    assert state.current == pytest.approx(-(1.0 - math.sqrt(0.6)) / 0.2, rel=1e-6)
    assert state.voltage * state.current == pytest.approx(-1.0, rel=1e-9)
    machine.integrate(table((POWER, 1.0, 1e-3)), state)
    assert state.current == pytest.approx((-1.0 + math.sqrt(1.4)) / 0.2, rel=1e-6)


def test_energy_is_stored_or_turned_into_heat() -> None:
    """int V J dt = R int J² dt + change of q²/2C + int V_ct J_ct dt, by fine steps of the engine's own history."""
    machine = machine_of(R("r", 2e-3) + (ChargeTransfer(label="ct", j0=5.0, orientation=1) | C("dl", 20.0)))
    run, state = fixed(machine, table((CURRENT, 10.0, 0.5), (CURRENT, -6.0, 0.5)), 1e-4)
    t = np.concatenate([[0.0], run.history[:, 0]])
    J = run.history[:, 2]
    eta = column(run, machine, "ct")
    j_ct = 2.0 * 5.0 * np.sinh(eta / B)
    h = np.diff(t)
    assert np.all(h > 0.0)

    def integral(y: np.ndarray) -> float:
        mid = 0.5 * (y[1:] + y[:-1])
        inside = np.diff(run.history[:, 3]) == 0.0  # the jump between the two steps belongs to neither
        return float(np.sum(np.where(inside, mid, y[1:]) * h[1:]) + y[0] * h[0])

    put_in = integral(run.history[:, 1] * J)
    stored = machine.state_of("dl", state)[0] ** 2 / (2.0 * 20.0)
    assert put_in == pytest.approx(integral(2e-3 * J**2) + stored + integral(eta * j_ct), rel=2e-4)


# -- balances over a long run ---------------------------------------------------------------------------------------------
def balance_tree() -> Element:
    def face(side: str, o: int) -> Element:
        ct = ChargeTransfer(label=f"ct {side}", j0=10.0, orientation=o, reads={"contact": f"v {side}.contact_fraction", "concentration": f"spe.concentration_{side}"}, reference_concentration=1500.0)
        branch = ct + Voids(label=f"v {side}", replenishment=0.8, orientation=o)
        branch = branch + Inventory(label=f"li {side}", thickness=2e-4, orientation=o, reads={"bound": f"film {side}.lithium_consumed"})
        return (branch | C(f"dl {side}", 0.1)) + Interphase(label=f"film {side}", k_r=1e-12, k_p=3e-20, sigma=1e-6)

    spe = Binary(label="spe", thickness=2e-5, conductivity=0.1, diffusivity=8e-12, transference_number=0.2, concentration=1500.0)
    return face("left", 1) + R("ceramic", 1.8e-2) + spe + face("right", -1)


@pytest.mark.parametrize("hours", [100, pytest.param(1000, marks=pytest.mark.long)])
def test_charge_lithium_and_salt_are_kept(hours: int) -> None:
    machine = machine_of(balance_tree())
    steps = table(*[(CURRENT, 1.5 if k % 2 == 0 else -1.0, 3600.0) for k in range(hours)])
    run, state = integrate(machine, steps, detail=False)
    assert run.why == 0
    assert state.time == pytest.approx(3600.0 * hours, rel=1e-12)
    passed = 3600.0 * (1.5 * ((hours + 1) // 2) - 1.0 * (hours // 2))
    turned = 3600.0 * (1.5 * ((hours + 1) // 2) + 1.0 * (hours // 2))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        lithium = machine.state_of(f"li {side}", state)[0] - machine.state_of(f"li {side}", machine.start)[0]
        layer = machine.state_of(f"dl {side}", state)[0]
        assert abs(-sign * lithium + layer - passed) < 1e-10 * turned
        bound = machine.export(f"film {side}", "lithium_consumed", state)
        grown = machine.export(f"film {side}", "thickness", state) - 5e-9
        assert bound == pytest.approx(grown * 4e4 * FARADAY, rel=1e-9)
        assert bound > 1e-3
        assert machine.export(f"li {side}", "lithium", state) == pytest.approx(machine.state_of(f"li {side}", state)[0] - bound, rel=1e-12)
    widths = np.array(machine.leaves[machine.index("spe")].numbers(T0)[-180:-120])
    assert abs(widths @ machine.state_of("spe", state) / (1500.0 * widths.sum()) - 1.0) < 1e-10


# -- checkpoints ------------------------------------------------------------------------------------------------------------
def halves(n: int, J: float = 1.5) -> np.ndarray:
    return table(*[(CURRENT, J if k % 2 == 0 else -J, 3600.0) for k in range(n)])


@pytest.mark.parametrize("hours", [100, pytest.param(1000, marks=pytest.mark.long)])
def test_two_runs_are_one_run(hours: int) -> None:
    machine = machine_of(balance_tree())
    _, end = integrate(machine, halves(hours))
    state = machine.start.copy()
    machine.integrate(halves(hours // 2), state)
    copy = state.copy()
    first = machine.integrate(halves(hours // 2), state)
    again = machine.integrate(halves(hours // 2), copy)
    assert np.array_equal(first.history, again.history)  # a copy of a checkpoint is the checkpoint
    assert np.array_equal(state.Y, copy.Y)
    assert state.time == pytest.approx(end.time, rel=1e-12)
    assert state.voltage == pytest.approx(end.voltage, rel=1e-6)
    assert np.allclose(state.Y, end.Y, rtol=1e-5, atol=machine.weight.clip(max=1e-5))


def test_runs_are_bit_identical() -> None:
    results = [integrate(machine_of(linked_tree()), halves(4, 3.0)) for _ in range(2)]
    assert np.array_equal(results[0][0].history, results[1][0].history)
    assert np.array_equal(results[0][1].Y, results[1][1].Y)


@pytest.mark.parametrize("rows", [1, 16, 100])
def test_slices_do_not_show(rows: int) -> None:
    machine = machine_of(balance_tree())
    whole, end = integrate(machine, halves(10))
    sliced, state = integrate(machine, halves(10), slice_rows=rows)
    assert np.array_equal(whole.history, sliced.history)
    assert np.array_equal(end.Y, state.Y)
    assert (whole.accepted, whole.rejected) == (sliced.accepted, sliced.rejected)


def test_temperature_may_change_from_step_to_step() -> None:
    """A machine of two temperatures is two machines; its factorisations do not outlive their temperature."""

    def warm(T: float) -> float:
        return math.exp(-6000.0 * (1.0 / T - 1.0 / T0))

    spe = Binary(label="spe", thickness=1e-4, conductivity=lambda T: 0.1 * warm(T), diffusivity=lambda T: 8e-12 * warm(T), transference_number=0.2, concentration=1500.0)
    tree = (ChargeTransfer(label="ct", j0=lambda T: 10.0 * warm(T), orientation=1) | C("dl", 0.1)) + spe
    both, cold, hot = (machine_of(tree, Ts) for Ts in ((298.15, 333.15), (298.15,), (333.15,)))
    steps = table((CURRENT, 3.0, 600.0), (CURRENT, 3.0, 600.0, {"ROW": 1}), (CURRENT, -3.0, 600.0))
    run, state = fixed(both, steps, 10.0)  # the step stays the same over the switch
    y = cold.start.copy()
    y.step_size = 10.0
    ends = []
    for machine, J in ((cold, 3.0), (hot, 3.0), (cold, -3.0)):
        machine.weight[:] = np.inf
        machine.integrate(table((CURRENT, J, 600.0)), y, max_step=10.0)
        ends.append(y.voltage)
    last = np.searchsorted(run.history[:, 3], [0, 1, 2], side="right") - 1
    assert run.history[last, 1] == pytest.approx(ends, rel=1e-9)
    assert pytest.approx(y.Y, rel=1e-9) == state.Y
    assert ends[1] < 0.6 * ends[0]
    z = [both.impedance(np.array([1.0]), row=row)[0] for row in (0, 1)]
    assert z[1] == pytest.approx(hot.impedance(np.array([1.0]))[0], rel=1e-12)
    assert z[0] == pytest.approx(cold.impedance(np.array([1.0]))[0], rel=1e-12)


# -- events -------------------------------------------------------------------------------------------------------------------
def test_contact_lost_when_the_closed_form_says() -> None:
    """Voids grow at k (J - J_rep): f falls from f0 to `lost` at d ln(f0/lost)/(k (J - J_rep))."""
    voids = Voids(label="v", replenishment=0.8, depth=2e-6, contact=0.7, lost=1e-4, orientation=1)
    machine = machine_of(voids + R("r", 1e-2))
    run, state = integrate(machine, table((CURRENT, 3.0, 1e6)))
    assert run.why == 2
    assert machine.event(run.code) == ("contact lost", "v")
    assert state.time == pytest.approx(2e-6 * math.log(0.7 / 1e-4) / (K * 2.2), rel=1e-6)
    assert run.history[-1, 0] == state.time
    assert machine.export("v", "contact_fraction", state) == pytest.approx(1e-4, rel=1e-6)


def test_lithium_exhausted_when_its_charge_is_spent() -> None:
    machine = machine_of(Inventory(label="li", thickness=1e-6, orientation=-1) + R("r", 1e-2))
    run, state = integrate(machine, table((CURRENT, 2.0, 1e5), (CURRENT, -2.0, 1e6)))
    assert run.why == 2
    assert machine.event(run.code) == ("lithium exhausted", "li")
    assert state.time == pytest.approx(1e5 + (FARADAY * 1e-6 / 13.0e-6 + 2e5) / 2.0, rel=1e-9)


def test_what_an_interphase_binds_is_no_lithium_any_more() -> None:
    """A 100 nm foil at rest under an interphase that grows linearly: exhausted when growth times rho F is its charge."""
    film = Interphase(label="film", initial=0.0, k_r=1e-12, k_p=1e-12, sigma=1e-6, lithium_density=4e4)
    machine = machine_of(Inventory(label="li", thickness=1e-7, orientation=1, reads={"bound": "film.lithium_consumed"}) + film)
    run, state = integrate(machine, table((CURRENT, 0.0, 1e7)))
    assert run.why == 2
    assert machine.event(run.code) == ("lithium exhausted", "li")
    assert state.time == pytest.approx(1e-7 / 13.0e-6 / 4e4 / 1e-12, rel=1e-5)
    assert machine.export("li", "foil_thickness", state) == pytest.approx(0.0, abs=1e-12)


def test_filament_reaches_the_other_electrode() -> None:
    """dl/dt = g k p (1 - eta_c/(rho p)), constant at constant current."""
    filament = Filament(label="f", threshold=0.02, crossing=1e-4, focusing=20.0, field=1e-2, orientation=-1)
    machine = machine_of(filament + R("r", 1e-2))
    run, state = integrate(machine, table((CURRENT, 5.0, 1e6)))
    assert run.why == 2
    assert "reached the other electrode" in machine.event(run.code)[0]
    assert state.time == pytest.approx(1e-4 / (20.0 * K * 5.0 * (1.0 - 0.02 / 0.05)), rel=1e-6)


def test_voltage_limits_are_met_where_the_arc_reaches_them() -> None:
    """V = R J (1 - exp(-t/RC)) crosses the limit at -RC ln(1 - V/RJ); the next step starts there."""
    machine = machine_of(Film(label="film", R=0.1, C=100.0))
    steps = table((CURRENT, 5.0, 1e4, {"V_ABOVE": 0.4}), (CURRENT, -5.0, 1e4, {"V_BELOW": -0.3}), (CURRENT, 1.0, 5.0))
    run, _ = exact_run(machine, steps, 1e-3)
    assert run.why == 0
    assert list(run.ended) == [1, 2, 0]
    ends = run.history[np.searchsorted(run.history[:, 3], [0, 1, 2], side="right") - 1]
    first = -10.0 * math.log(1.0 - 0.4 / 0.5)
    assert ends[0, 0] == pytest.approx(first, rel=3e-5)
    assert ends[0, 1] == pytest.approx(0.4, rel=1e-8)
    assert ends[1, 0] - ends[0, 0] == pytest.approx(10.0 * math.log((0.4 + 0.5) / (0.5 - 0.3)), rel=3e-5)
    assert ends[2, 0] - ends[1, 0] == pytest.approx(5.0, rel=1e-12)


def test_charge_limits_hold_under_current_and_voltage_control() -> None:
    machine = machine_of(R("r", 1e-2) + Film(label="film", R=2e-2, C=1000.0))
    run, state = integrate(machine, table((CURRENT, -4.0, 1e4, {"CHARGE": 50.0})))
    assert list(run.ended) == [3]
    assert state.time == pytest.approx(12.5, rel=1e-9)
    tau = 1e-2 * 2e-2 * 1000.0 / 3e-2

    def passed(t: float) -> float:
        return 0.1 / 3e-2 * t + (0.1 / 1e-2 - 0.1 / 3e-2) * tau * (1.0 - math.exp(-t / tau))

    run, state = exact_run(machine, table((VOLTAGE, 0.1, 1e4, {"CHARGE": 50.0})), 1e-3)
    assert list(run.ended) == [3]
    assert state.time == pytest.approx(brentq(lambda t: passed(t) - 50.0, 1e-3, 1e4), rel=1e-5)


def test_charge_under_voltage_control_is_fourth_order() -> None:
    """The charge of a step is taken by the scheme's own weights, not by the current at its end."""
    machine = machine_of(R("r", 1e-2) + Film(label="film", R=2e-2, C=1000.0))
    tau = 1e-2 * 2e-2 * 1000.0 / 3e-2
    exact = brentq(lambda t: 0.1 / 3e-2 * t + (0.1 / 1e-2 - 0.1 / 3e-2) * tau * (1.0 - math.exp(-t / tau)) - 50.0, 1e-3, 1e4)
    errors = [abs(fixed(machine, table((VOLTAGE, 0.1, 1e4, {"CHARGE": 50.0})), tau / n)[1].time - exact) for n in (2, 4, 8)]
    assert 3.6 <= order_of(errors) <= 4.4, errors
    assert errors[-1] < 1e-6 * exact, errors


def test_a_hold_ends_when_its_current_has_fallen() -> None:
    machine = machine_of(R("r", 1e-2) + Film(label="film", R=2e-2, C=1000.0))
    tau = 1e-2 * 2e-2 * 1000.0 / 3e-2
    run, state = exact_run(machine, table((VOLTAGE, 0.1, 1e4, {"J_BELOW": 5.0})), 1e-3)
    assert list(run.ended) == [4]
    assert state.time == pytest.approx(-tau * math.log((5.0 - 0.1 / 3e-2) / (0.1 / 1e-2 - 0.1 / 3e-2)), rel=5e-5)
    assert state.current == pytest.approx(5.0, rel=1e-6)


def test_a_limit_that_the_first_instant_breaks_ends_the_step_at_once() -> None:
    machine = machine_of(R("r", 1.0) + Film(label="film", R=0.1, C=100.0))
    run, state = integrate(machine, table((CURRENT, 1.0, 100.0, {"V_ABOVE": 0.5}), (CURRENT, 0.1, 10.0)))
    assert list(run.ended) == [1, 0]
    assert state.time == pytest.approx(10.0, abs=1e-6)


def test_a_stopping_limit_pauses_the_run_there() -> None:
    machine = machine_of(Film(label="film", R=0.1, C=100.0))
    run, state = integrate(machine, table((CURRENT, 5.0, 1e4, {"V_ABOVE": 0.4, "STOPS": 1 << 1}), (CURRENT, -5.0, 1e4)))
    assert run.why == 3
    assert run.number == 1
    assert state.voltage == pytest.approx(0.4, rel=1e-6)


def test_sampling_takes_the_stated_times_and_the_end() -> None:
    machine = machine_of(Film(label="film", R=0.1, C=1e4))
    run, _ = integrate(machine, table((CURRENT, 1.0, 3600.0, {"SAMPLE": 1000.0}), (CURRENT, -1.0, 250.0, {"SAMPLE": 100.0})))
    begins = [0, 5]  # the end of the first step of what is imposed anew
    assert np.delete(run.history[:, 0], begins) == pytest.approx([1000.0, 2000.0, 3000.0, 3600.0, 3700.0, 3800.0, 3850.0])
    assert np.all(run.history[begins, 0] - [0.0, 3600.0] < [1.0, 100.0])
    exact = 0.1 * (1.0 - np.exp(-run.history[:5, 0] / 1e3))
    assert run.history[:5, 1] == pytest.approx(exact, abs=2e-5)


# -- how a run may fail ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Doomed(Leaf):
    """V = sqrt(1 - z), dz/dt = J: no number beyond z = 1."""

    rate: float = 1.0
    PARAMETERS = (Parameter("rate", "number", "share of the current"),)

    def states(self, temperature: float) -> States:
        return States.scalar(0.0, 1e-6)

    @staticmethod
    def kernel(jit):  # type: ignore[no-untyped-def]
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            Z[0] = Yb[0] + h * P[0] * J
            out[OUT_V] = (1.0 - Z[0]) ** 0.5 if Z[0] <= 1.0 else math.nan

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            out[OUT_R] = -0.5 * h * P[0] / (1.0 - Z[0]) ** 0.5

        return advance, slope

    @classmethod
    def example(cls) -> Doomed:
        return cls()


@dataclass(frozen=True, kw_only=True)
class Poisoned(Doomed):
    """The state itself becomes NaN at z = 1, the voltage never does."""

    @staticmethod
    def kernel(jit):  # type: ignore[no-untyped-def]
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            Z[0] = Yb[0] + h * P[0] * J
            if Z[0] > 1.0:
                Z[0] = math.nan
            out[OUT_V] = 1e-3 * J

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            out[OUT_R] = 1e-3

        return advance, slope


def simulation_of(element: Element, cell: str = "Li|LLZTO(1 mm)|Li"):  # type: ignore[no-untyped-def]
    """A simulation of a tree made by hand (the cell only names it)."""
    from interlayer.cells import Cell
    from interlayer.simulation.assembly import Assembly
    from interlayer.simulation.run import Simulation

    made = Cell.parse(cell)
    machine = machine_of(element)
    return Simulation(made, Assembly(made, element, {}), machine, machine.start.copy())


@pytest.mark.parametrize("kind", [Doomed, Poisoned])
def test_a_number_that_is_none_ends_the_run_with_a_sentence(kind: type[Leaf]) -> None:
    """No exception; everything before it is kept; the state is the last good one."""
    machine = machine_of(R("r", 1.0) + kind(label="doomed"))
    run, state = integrate(machine, table((CURRENT, 1.0, 0.5), (CURRENT, 1.0, 10.0)))
    assert run.why == 4
    assert run.number == 1
    assert state.time == pytest.approx(1.0, rel=1e-3)
    assert np.all(np.isfinite(run.history))
    assert np.all(np.isfinite(state.Y))
    assert run.history[-1, 0] == state.time
    if kind is Doomed:
        assert machine.leaves[run.code].label == "doomed"
    record = simulation_of(R("r", 1.0) + kind(label="doomed")).run(parse("StripPlate(current_density=1 A/m^2, half_cycle=10 s)"))
    assert "stopped at 1 s" in record.outcome
    assert "lower the current" in record.outcome
    assert ("doomed" in record.outcome) == (kind is Doomed)
    assert record.trace("time")[-1] == pytest.approx(1.0, rel=1e-3)


def parse(text: str):  # type: ignore[no-untyped-def]
    from interlayer.protocols import parse as read

    return read(text)


def hold(volts: float, seconds: float):  # type: ignore[no-untyped-def]
    from interlayer.protocols import Protocol, Step, Until

    class Hold(Protocol):
        def steps(self, cell=None):  # type: ignore[no-untyped-def]
            return (Step("voltage", volts, (Until("time", seconds),)),)

        def describe(self) -> str:
            return "hold"

        def __str__(self) -> str:
            return "Hold()"

    return Hold()


def test_a_voltage_step_on_a_bare_double_layer_is_refused() -> None:
    face = ChargeTransfer(label="ct", j0=10.0, orientation=1) | C("dl", 0.1)
    with pytest.raises(ProtocolError, match="impulse") as error:
        simulation_of(face).run(hold(0.1, 10.0))
    assert "electrolyte" in str(error.value)
    record = simulation_of(face + R("r", 1e-3)).run(hold(0.1, 10.0))
    assert record.outcome == "completed"
    assert record.trace("current_density")[-1] > 0.0


def test_contact_lost_is_an_outcome_with_a_place() -> None:
    voids = Voids(label="v", replenishment=0.8, depth=2e-6, orientation=1)
    record = simulation_of(voids + R("r", 1e-2)).run(parse("StripPlate(current_density=3 A/m^2, half_cycle=1000 h)"))
    assert record.outcome.startswith("contact lost (v), at ")
    assert record.segments[-1].info["event"] == record.outcome


def test_an_absurd_cell_is_refused_with_the_name_of_the_element() -> None:
    with pytest.raises(SimulationError, match="dl"):
        machine_of(R("r", 1.0) + C("dl", 0.0))
    with pytest.raises(CellError, match="made of leaves"):
        machine_of(Thing())


class Thing(Element):
    def leaves(self):  # type: ignore[no-untyped-def]
        yield R("r", 1.0)

    def impedance(self, omega, temperature=298.15):  # type: ignore[no-untyped-def]
        return omega


def test_no_contact_has_no_impedance() -> None:
    machine = machine_of(Voids(label="v", replenishment=0.8, orientation=1) + ChargeTransfer(label="ct", j0=1.0, orientation=1, reads={"contact": "v.contact_fraction"}) + R("r", 1.0))
    state = machine.start.copy()
    state.X[:] = 0.0
    with pytest.raises(SimulationError, match="not finite"):
        machine.impedance(OMEGA, state)


# -- the cache of compiled kernels ---------------------------------------------------------------------------------------------
def test_physics_hash_changes_with_any_source(tmp_path: Path) -> None:
    """The hash is of file names and contents of all four rooms: one changed character, one new file."""
    import interlayer
    from interlayer.simulation.stack import cache

    root = Path(interlayer.__file__).parent
    for room in cache.ROOMS:
        shutil.copytree(root / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))

    def hashed() -> str:
        spec = importlib.util.spec_from_file_location("copied_cache", tmp_path / "simulation/stack/cache.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return str(module.physics_hash())

    seen = [hashed()]
    assert seen[0] == cache.physics_hash()
    for room, file in zip(cache.ROOMS, ("kinetics.py", "film.py", "voids.py", "loop.py"), strict=True):
        path = tmp_path / room / file
        path.write_text(path.read_text() + "\n# one more line\n")
        seen.append(hashed())
    (tmp_path / "mechanisms" / "new.py").write_text("")
    seen.append(hashed())
    (tmp_path / "mechanisms" / "new.py").rename(tmp_path / "mechanisms" / "other.py")
    seen.append(hashed())
    assert len(set(seen)) == len(seen)


GUEST = """
from dataclasses import dataclass
from interlayer.elements.base import Leaf

@dataclass(frozen=True, kw_only=True)
class Guest(Leaf):
    @staticmethod
    def kernel(jit):
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):
            out[0] = FACTOR * J
        def slope(h, J, n, o, P, Z, W, x, out):
            out[1] = FACTOR
        return advance, slope
    @classmethod
    def example(cls):
        return cls()
"""


def test_a_leaf_outside_of_the_package_is_never_stale(tmp_path: Path) -> None:
    """Its file is edited between two interpreters that share a cache: the second runs the second file."""
    code = f"""
import sys, numpy
sys.path.insert(0, {str(tmp_path)!r})
from guest import Guest
from interlayer.simulation.stack.machine import Machine
m = Machine.of(Guest(label="g"))
print(m.evaluate(m.start.copy(), 1.0, 1.0), m.impedance(numpy.ones(1))[0].real)
"""
    for factor in ("2.0", "3.0"):
        (tmp_path / "guest.py").write_text(GUEST.replace("FACTOR", factor))
        out = subprocess.run([sys.executable, "-B", "-c", code], check=True, capture_output=True, text=True)
        assert out.stdout.split() == [factor, factor]


def test_a_leaf_without_a_file_runs() -> None:
    """One typed into a notebook: compiled, not kept."""
    space: dict[str, object] = {"__name__": "notebook"}
    exec(GUEST.replace("FACTOR", "5.0"), space)
    machine = machine_of(space["Guest"](label="typed"))  # type: ignore[operator]
    assert machine.evaluate(machine.start.copy(), 1.0, 1.0) == 5.0


def test_cache_folder_is_private_and_named_by_the_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from interlayer.simulation.stack import cache

    monkeypatch.setenv("INTERLAYER_CACHE", str(tmp_path))
    made = cache.folder.__wrapped__()
    assert made.parent == tmp_path / "interlayer" / "kernels"
    assert cache.physics_hash().startswith(made.name)
    assert stat.S_IMODE(made.stat().st_mode) & 0o077 == 0


def test_the_temperature_of_a_fixed_number_does_not_matter() -> None:
    tree = R("r", 1e-3) + Film(label="film", R=1e-2, C=1.0)
    a, b = (integrate(machine_of(tree, (T,)), halves(2))[0].history for T in (250.0, 400.0))
    assert np.array_equal(a, b)
