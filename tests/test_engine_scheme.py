"""The scheme itself: order conditions, its estimate of its own error, the division of a given current, salt under hats."""

from __future__ import annotations

import math

import numpy as np
import pytest

from conftest import CURRENT, fixed, integrate, machine_of, table
from interlayer.elements import _hats
from interlayer.elements.binary import Binary, OfSalt, mesh
from interlayer.elements.capacitor import Capacitor
from interlayer.elements.charge_transfer import ChargeTransfer
from interlayer.elements.decomposition import Decomposition
from interlayer.elements.resistor import Resistor
from interlayer.laws import kinetics


def tableau() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(A, b, c) with a first row of zeros: the slope at the end of the last step."""
    from interlayer.simulation.stack import loop

    n = loop.STAGES + 1
    A = np.zeros((n, n))
    A[1:, 1 : n - 1] = loop.A_TABLE
    A[np.arange(1, n), np.arange(1, n)] = loop.GAMMA
    return A, A[-1], A.sum(1)


def test_order_conditions() -> None:
    """All eight of order four, the abscissae, four of the embedded result of order three, and L-stability."""
    from interlayer.simulation.stack import loop

    A, b, c = tableau()
    assert np.allclose(c[1:], loop.C_TABLE, rtol=0.0, atol=1e-14)
    for weights, value in (
        (c**0, 1.0), (c, 1 / 2), (c**2, 1 / 3), (A @ c, 1 / 6), (c**3, 1 / 4), (c * (A @ c), 1 / 8), (A @ c**2, 1 / 12), (A @ A @ c, 1 / 24),
    ):  # fmt: skip
        assert b @ weights == pytest.approx(value, abs=1e-13)
    embedded = b - np.append(0.0, loop.EMBEDDED)
    for weights, value in ((c[1:] ** 0, 1.0), (c[1:], 1 / 2), (c[1:] ** 2, 1 / 3), ((A @ c)[1:], 1 / 6)):
        assert embedded[1:] @ weights == pytest.approx(value, abs=1e-13)
    for z in (-1e3, -1e6, 1e4j):
        assert abs(1.0 + z * b @ np.linalg.solve(np.eye(6) - z * A, np.ones(6))) < 2e1 / abs(z)
    for y in np.linspace(0.01, 50.0, 500):  # on the imaginary axis
        assert abs(1.0 + 1j * y * b @ np.linalg.solve(np.eye(6) - 1j * y * A, np.ones(6))) <= 1.0 + 1e-12


def test_estimate_is_the_error_of_a_linear_problem() -> None:
    from interlayer.simulation.stack import loop

    A, b, c = tableau()
    d = loop.ESTIMATE
    for weights in (c**0, c, c**2, A @ c, A @ A @ c):
        assert abs(d @ weights) < 1e-13
    for z in (-0.05, -0.1, 0.1j):
        slopes = z * np.linalg.solve(np.eye(6) - z * A, np.ones(6))
        assert d @ slopes == pytest.approx(1.0 + b @ slopes - np.exp(z), rel=0.1)


def test_guess_is_exact_for_parabolas() -> None:
    from interlayer.simulation.stack import loop

    places = np.append(0.0, loop.C_TABLE[:-1])
    for s, powers in ((1, 1), (2, 2), (3, 2), (4, 2)):
        for p in range(powers + 1):
            assert loop.GUESS[s] @ places**p == pytest.approx(loop.C_TABLE[s] ** p, abs=1e-14)


def test_symmetric_kinetics() -> None:
    for x in (0.0, 1e-9, -0.1, 0.4999, 0.5001, -3.0, 1e8):
        u, slope = kinetics.symmetric(x)
        assert u == pytest.approx(2.0 * math.asinh(0.5 * x), rel=1e-15)
        assert slope == pytest.approx(math.cosh(0.5 * u), rel=1e-9)


@pytest.mark.parametrize("rtol", [1e-3, 1e-6])
def test_a_given_current_divides_as_in_the_whole_tree(rtol: float) -> None:
    """The same cell with a source that makes the loop solve the whole tree: a spectator that reads an inner current's export."""
    def face(w: str, o: int) -> object:
        return ChargeTransfer(label=f"ct {w}", j0=1.3, orientation=o) + Resistor(label=f"r {w}", R=1e-3) | Capacitor(label=f"dl {w}", C=0.1)

    tree = face("left", 1) + face("right", -1) + Resistor(label="film", R=1e-2)  # type: ignore[operator]
    alone, whole = machine_of(tree), machine_of(tree)
    k = whole.index("ct left")
    whole.source = np.array([q for q, node in enumerate(whole.nodes) if node[0] == 0 and node[1] == k])
    from interlayer.simulation.stack import newton

    for leaf in (k, whole.index("r left")):
        whole.leaf[leaf, newton.GROUP] = 0
    whole._scratch = {}
    steps = table((CURRENT, 2.0, 0.3), (CURRENT, -5.0, 30.0), (CURRENT, 0.0, 5.0))
    (a, sa), (b, sb) = (integrate(m, steps, rtol=rtol) for m in (alone, whole))
    assert a.accepted == pytest.approx(b.accepted, abs=1)
    v, w = (np.interp(a.history[:, 0], r.history[:, 0], r.history[:, 1]) for r in (a, b))
    if a.accepted == b.accepted:
        assert np.max(np.abs(v - w)) < 0.1 * rtol  # the points are not quite the same
    assert np.allclose(sa.Y, sb.Y, rtol=1e-2 * rtol, atol=1e-3 * rtol)
    # what every leaf of a parallel says of its voltage is the same to rounding
    n = len(alone.leaves)
    voltage = a.history[:, 4 : 4 + n]
    at = {leaf.label: i for i, leaf in enumerate(alone.leaves)}
    for w_ in ("left", "right"):
        branch = voltage[:, at[f"ct {w_}"]] + voltage[:, at[f"r {w_}"]]
        assert np.max(np.abs(branch - voltage[:, at[f"dl {w_}"]])) < 1e-9


@pytest.mark.parametrize("guess", [(1729.0, -1532.0), (-634.0, 431.0), (150.0, 50.0), (50.0, 10.0), (0.0, 0.0)])
@pytest.mark.parametrize("current", [200.0, -200.0])
def test_kinetics_beside_a_double_layer_is_solved_from_any_guess(current: float, guess: tuple[float, float]) -> None:
    """Newton on a logarithm passes rest and comes back for ever unless it is stopped there: V = I h/C, and no current reacts."""
    h, C = 2.5e-4, 0.1
    machine = machine_of(Decomposition(label="de", onset=4.5, current=0.1, orientation=-1) | Capacitor(label="dl", C=C))
    state = machine.start.copy()
    state.J[:] = guess
    assert machine.evaluate(state, h, current) == pytest.approx(current * h / C, rel=1e-12)
    assert state.J[machine.index("dl")] == pytest.approx(current, rel=1e-12)


def test_a_small_current_beside_a_large_voltage_is_solved_to_rounding() -> None:
    """Rounding of 2.5 V moves the current more than the tolerance asks for: no pass is better than the one before."""
    from interlayer.simulation.stack import newton

    tree = (ChargeTransfer(label="ct", j0=2.5, orientation=1) | Capacitor(label="dl", C=0.1)) + Resistor(label="r", R=0.013) + (
        Decomposition(label="de", onset=4.5, current=0.1, orientation=-1) | Capacitor(label="far", C=0.1))  # fmt: skip
    machine = machine_of(tree)
    for wanted in np.linspace(1e-4, 2e-4, 40):
        start = machine.start.copy()
        start.Y[machine.leaf[machine.index("far"), newton.Y0]] = -0.1 * 2.5
        s, z = machine._arrays(), start.Y.copy()
        s["W"][:] = 0.0
        value = -2.5 - wanted * (0.013 + 0.04 / 0.1)
        for most in (40, 5):  # from nothing, then from the answer
            its, v, j, _ = newton.solve(
                machine.leaf, machine.orient, machine.order, machine.nodes, machine.source, newton.VOLTAGE, value, 0.04, machine.PT[0], start.Y, z, s["W"],
                start.X, s["x"], s["out"], start.J, s["E"], s["R"], s["C"], s["A"], s["G"], s["cross"], s["M"], s["xg"], 1e-12,
            )  # fmt: skip
            assert 0 < its < most
        assert v == pytest.approx(value, rel=1e-14)
        assert j == pytest.approx(-wanted, rel=0.1)


def test_salt_under_hats_with_pores_and_partition_against_finite_volumes() -> None:
    given = {"thickness": 5e-5, "conductivity": 0.1, "diffusivity": 5e-12, "transference_number": 0.3, "concentration": 1200.0, "porosity": 0.4, "partition": 0.7}
    varying = {k: OfSalt(lambda c, T, v=given[k]: v, 5.0, 5000.0) for k in ("conductivity", "diffusivity", "transference_number")}
    hats, volumes = machine_of(Binary(label="s", cells=24, **given)), machine_of(Binary(label="s", cells=120, **{**given, **varying}))  # type: ignore[arg-type]
    steps = table((CURRENT, 3.0, 60.0), (CURRENT, -2.0, 100.0))
    a, b = (integrate(m, steps, rtol=1e-6)[1] for m in (hats, volumes))
    assert a.voltage == pytest.approx(b.voltage, abs=5e-6)
    for side in ("left", "right"):
        assert hats.export("s", f"concentration_{side}", a) == pytest.approx(volumes.export("s", f"concentration_{side}", b), rel=1e-4)
    omega = np.logspace(-3, 4, 20)
    assert hats.impedance(omega, a) == pytest.approx(volumes.impedance(omega, b), rel=2e-4)


def test_hats_cover_the_layer() -> None:
    for n in (2, 3, 24):
        assert _hats.widths(mesh(n - 1, 10.0)).sum() == pytest.approx(1.0, rel=1e-14)
    for n in (2, 3):  # the coarsest meshes still keep the salt and follow the sign of the current
        machine = machine_of(Binary(label="s", thickness=5e-5, conductivity=0.1, diffusivity=5e-12, transference_number=0.3, concentration=1200.0, cells=n))
        _, state = fixed(machine, table((CURRENT, 1.0, 500.0)), 10.0)
        widths = np.array(machine.leaves[0].numbers(298.15)[-3 * n : -2 * n])
        assert widths @ state.Y == pytest.approx(1200.0 * 5e-5, rel=1e-13)
        assert machine.export("s", "concentration_left", state) > 1200.0 > machine.export("s", "concentration_right", state)
