"""Against PyBaMM in one run (extra `peers`): one separator between two lithium faces, single-ion and with polymer-like salt.

PyBaMM has no cell of this kind, so its model here is ours: its finite volumes, its IDA integrator and its `EISSimulation`
solve equations written once more, in its own language. Where a closed form exists, both are held against it, so that an
agreement is not one of two equal mistakes. `pytest -s` prints the errors that the assertions bound.

What differs, and why. PyBaMM's library ties the drop of a film to the FARADAIC current, since its film is a growing SEI whose
drop enters the kinetics; here a film is a layer of its own that the whole current crosses. In impedance the library's way adds
R_f/(1 + i w R_ct C_dl) a face, ours R_f/(1 + i w R_f C_f): with C_f = 0 they differ by the film's share of what charges the
double layer, nothing at rest or in a steady current (`test_a_film_tied_to_the_faradaic_current`). Its default boundary value
extrapolates the salt without the known flux, and its uniform mesh resolves diffusion at high frequency only as far as its
cells are thin (`test_polymer_impedance`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from conftest import CURRENT, T0, exact_run, machine_of, table
from interlayer.elements.base import FARADAY, GAS
from interlayer.elements.binary import Binary, OfSalt
from interlayer.elements.capacitor import Capacitor
from interlayer.elements.charge_transfer import ChargeTransfer
from interlayer.elements.film import Film
from interlayer.elements.resistor import Resistor

pybamm = pytest.importorskip("pybamm", exc_type=ImportError)

B = GAS * T0 / FARADAY
J, HALF = 5.0, 900.0  # A/m2, s
L, KAPPA, D, T_PLUS, C0 = 1e-4, 0.1, 7.5e-12, 0.385, 1500.0
J0, C_DL, R_F = 10.0, 0.1, 2e-3


@dataclass(frozen=True)
class Case:
    """Which equations: does the salt polarise, do its properties follow it, is the film tied to the faradaic current."""

    salt: bool = False
    steep: bool = False
    tied: bool = False
    cells: int = 200


def diffusivity(c: Any) -> Any:
    """D [m²/s], falling by two fifths over the range of salt."""
    return D * (1.3 - 0.3 * c / C0)


def conductivity(c: Any) -> Any:
    """kappa [S/m], with a maximum."""
    return KAPPA * (c / C0) * (2.0 - c / C0)


def theirs(case: Case) -> tuple[Any, Any]:
    """(model before its parameters, simulation's ingredients): salt over c0, overpotentials over RT/F."""
    model = pybamm.BaseModel()
    current = pybamm.FunctionParameter("Current function [A]", {"Time [s]": pybamm.t})
    mesh: dict[str, Any] = {"geometry": {}, "submesh_types": {}, "var_pts": {}, "spatial_methods": {}}
    flux = (1.0 - T_PLUS) * current / FARADAY
    drop: Any = current * L / KAPPA
    faces: list[Any] = [pybamm.Scalar(1.0), pybamm.Scalar(1.0)]
    if case.salt:
        u = pybamm.Variable("u", domain="separator")
        x = pybamm.SpatialVariable("x", domain="separator", coord_sys="cartesian")
        d = diffusivity(u * C0) if case.steep else pybamm.Scalar(D)
        faces = [pybamm.boundary_value(u, side) for side in ("left", "right")]
        at = [diffusivity(f * C0) if case.steep else pybamm.Scalar(D) for f in faces]
        model.rhs[u] = pybamm.div(d / L**2 * pybamm.grad(u))
        model.boundary_conditions[u] = {side: (-flux * L / (a * C0), "Neumann") for side, a in zip(("left", "right"), at, strict=True)}
        model.initial_conditions[u] = pybamm.Scalar(1.0)
        if case.steep:
            drop = current * L * pybamm.Integral(1.0 / conductivity(u * C0), x)
        drop = drop + 2.0 * B * (1.0 - T_PLUS) * pybamm.log(faces[0] / faces[1])
        mesh["geometry"] = {"separator": {x: {"min": pybamm.Scalar(0.0), "max": pybamm.Scalar(1.0)}}}
        mesh["submesh_types"] = {"separator": pybamm.Uniform1DSubMesh}
        mesh["var_pts"] = {x: case.cells}
        mesh["spatial_methods"] = {"separator": pybamm.FiniteVolume({"extrapolation": {"order": {"gradient": "linear", "value": "linear"}, "use bcs": not case.steep}})}
    for side, face in zip(("left", "right"), faces, strict=True):
        eta = pybamm.Variable(f"eta {side}")
        faradaic = 2.0 * J0 * pybamm.sqrt(face) * pybamm.sinh(0.5 * eta)
        model.rhs[eta] = (current - faradaic) / (C_DL * B)
        model.initial_conditions[eta] = pybamm.Scalar(0.0)
        drop = drop + B * eta + R_F * (faradaic if case.tied else current)
    model.param = SimpleNamespace(Q=pybamm.Scalar(1.0), A_cc=pybamm.Scalar(1.0))  # what its external circuit asks for
    model.variables = {"Voltage [V]": drop, "Current [A]": current}
    return model, mesh


def their_voltage(case: Case, t: np.ndarray, current: float) -> np.ndarray:
    """PyBaMM's voltage at the times t [s]."""
    model, mesh = theirs(case)
    simulation = pybamm.Simulation(
        model, parameter_values=pybamm.ParameterValues({"Current function [A]": current}), solver=pybamm.IDAKLUSolver(rtol=1e-9, atol=1e-11), **mesh
    )
    solution = simulation.solve([0.0, float(t[-1])], t_interp=t)
    return np.asarray(solution["Voltage [V]"](t))


def their_impedance(case: Case, hertz: np.ndarray) -> np.ndarray:
    """PyBaMM's impedance at rest [ohm m²] (of a cell of 1 m²)."""
    model, mesh = theirs(case)
    made = pybamm.EISSimulation(model, parameter_values=pybamm.ParameterValues({"Current function [A]": 0.0}), skip_surface_form_check=True, **mesh)
    z = np.asarray(made.solve(hertz).impedance)
    return z if z.real[0] > 0.0 else -z  # its current is positive on discharge, ours from left to right


def ours(case: Case) -> Any:
    """The same cell in this package's elements."""
    reads: dict[str, dict[str, str | float]] = {"left": {}, "right": {}}
    middle: Any = Resistor(label="separator", R=L / KAPPA)
    if case.salt:
        steep: dict[str, Any] = {
            "diffusivity": OfSalt(lambda c, T: diffusivity(c), 100.0, 2900.0), "conductivity": OfSalt(lambda c, T: conductivity(c), 100.0, 2900.0),
        } if case.steep else {"diffusivity": D, "conductivity": KAPPA}  # fmt: skip
        middle = Binary(label="separator", thickness=L, transference_number=T_PLUS, concentration=C0, cells=120, **steep)
        reads = {w: {"concentration": f"separator.concentration_{w}"} for w in reads}
    parts = []
    for word, o in (("left", 1), ("right", -1)):
        transfer = ChargeTransfer(label=f"transfer {word}", j0=J0, orientation=o, reads=reads[word], reference_concentration=C0 if case.salt else 1.0)
        parts.append((transfer | Capacitor(label=f"layer {word}", C=C_DL)) + Film(label=f"film {word}", R=R_F, C=0.0))
    return machine_of(parts[0] + middle + parts[1])


def our_run(case: Case, current: float) -> tuple[np.ndarray, np.ndarray]:
    """(times, voltages) of the package at its own steps."""
    run, _ = exact_run(ours(case), table((CURRENT, current, HALF)), 3e-3)
    return run.history[:, 0], run.history[:, 1]


def charging(t: np.ndarray, current: float) -> np.ndarray:
    """Closed form of C d eta/dt = J - 2 j0 sinh(F eta/2RT) from 0: with z = exp(F eta/2RT) the integral is elementary."""
    s = current / (2.0 * J0)
    q = math.sqrt(1.0 + s * s)
    grown = (q + 1.0 - s) / (q - 1.0 + s) * np.exp(np.minimum(q * t * J0 / (B * C_DL), 600.0))
    return np.asarray(2.0 * B * np.log(s + q * (grown - 1.0) / (grown + 1.0)))


def salt_swing(t: np.ndarray, current: float) -> np.ndarray:
    """c at the left face less c0: eigenfunctions of the slab."""
    k = (2 * np.arange(3000) + 1) * np.pi / L
    modes = np.sum(np.exp(-D * np.outer(t, k**2)) / (D * k**2), axis=1)
    return np.asarray((1.0 - T_PLUS) * current / FARADAY * (L / (2.0 * D) - 4.0 / L * modes))


def told(what: str, **errors: float) -> None:
    """Print errors in µV."""
    print(f"{what}: " + ", ".join(f"{key.replace('_', ' ')} {1e6 * value:.3g} uV" for key, value in errors.items()))


@pytest.mark.parametrize("current", [J, -20.0])
def test_single_ion_separator_in_time(current: float) -> None:
    """t+ = 1: both against the closed form of the charging double layers, from 10 µs on."""
    t, v = our_run(Case(), current)
    seen = np.geomspace(1e-5, HALF, 60)
    exact, there = (np.sign(current) * 2.0 * charging(x, abs(current)) + current * (L / KAPPA + 2.0 * R_F) for x in (t, seen))
    mine, peer = float(np.max(np.abs(v - exact))), float(np.max(np.abs(their_voltage(Case(), seen, current) - there)))
    told(f"t+ = 1, {current:g} A/m2", ours_minus_closed_form=mine, PyBaMM_minus_closed_form=peer)
    assert mine < 3e-6
    assert peer < 3e-6


def test_polymer_in_time() -> None:
    """Salt that polarises by a fifth, j0 following it: from 1 s on, when the double layers are charged to their quasi-steady drop."""
    t, v = our_run(Case(salt=True), J)
    seen = np.geomspace(1.0, HALF, 40)

    def exact(x: np.ndarray) -> np.ndarray:
        change = salt_swing(x, J)
        eta = sum(2.0 * B * np.arcsinh(J / (2.0 * J0 * np.sqrt(1.0 + s * change / C0))) for s in (1.0, -1.0))
        return np.asarray(J * (L / KAPPA + 2.0 * R_F) + 2.0 * B * (1.0 - T_PLUS) * np.log((C0 + change) / (C0 - change)) + eta)

    late = t >= 1.0
    peer = their_voltage(Case(salt=True), seen, J)
    mine = float(np.max(np.abs(v[late] - exact(t[late]))))
    told("polymer, 1 s to 15 min", ours_minus_closed_form=mine, PyBaMM_minus_closed_form=float(np.max(np.abs(peer - exact(seen)))))
    assert mine < 3e-6
    assert float(np.max(np.abs(peer - exact(seen)))) < 8e-6


def test_polymer_whose_properties_follow_the_salt() -> None:
    """No closed form: ours against PyBaMM, whose error falls with its cells; the difference is its mesh's."""
    t, v = our_run(Case(salt=True, steep=True), J)
    seen = t[(t >= 1.0)]
    differences = [float(np.max(np.abs(their_voltage(Case(salt=True, steep=True, cells=n), seen, J) - v[t >= 1.0]))) for n in (50, 100, 200)]
    told("polymer, D(c) and kappa(c), ours minus PyBaMM", **{f"at_{n}_cells": e for n, e in zip((50, 100, 200), differences, strict=True)})
    assert differences[2] < differences[1] < differences[0]
    assert differences[2] < 1.5e-5


def test_single_ion_impedance() -> None:
    """The same number to rounding: L/kappa + 2 R_f + 2 R_ct/(1 + i w R_ct C)."""
    hertz = np.logspace(-3, 6, 46)
    r = B / J0
    exact = L / KAPPA + 2.0 * R_F + 2.0 * r / (1.0 + 2j * np.pi * hertz * r * C_DL)
    peer, mine = their_impedance(Case(), hertz), ours(Case()).impedance(2.0 * np.pi * hertz)
    print(f"t+ = 1, impedance: ours {np.max(np.abs(mine / exact - 1)):.1e}, PyBaMM {np.max(np.abs(peer / exact - 1)):.1e} of the closed form's modulus")
    assert np.max(np.abs(mine / exact - 1.0)) < 1e-12
    assert np.max(np.abs(peer / exact - 1.0)) < 1e-9


def test_polymer_impedance() -> None:
    """Of the diffusion's own modulus: ours to rounding, PyBaMM's by its mesh (second order: a quarter a doubling)."""
    hertz = np.logspace(-4, -1, 19)
    leaf = Binary(label="salt", thickness=L, conductivity=KAPPA, diffusivity=D, transference_number=T_PLUS, concentration=C0)
    warburg = leaf.impedance(2.0 * np.pi * hertz) - L / KAPPA
    mine = ours(Case(salt=True)).impedance(2.0 * np.pi * hertz)
    r = B / J0
    rest = L / KAPPA + 2.0 * R_F + 2.0 * r / (1.0 + 2j * np.pi * hertz * r * C_DL)
    gap = [float(np.max(np.abs((their_impedance(Case(salt=True, cells=n), hertz) - rest - warburg) / warburg))) for n in (50, 100, 200)]
    print(f"polymer, impedance: ours {np.max(np.abs((mine - rest - warburg) / warburg)):.1e} of the Warburg's modulus, PyBaMM at 50, 100, 200 cells {', '.join(f'{g:.1e}' for g in gap)}")
    assert np.max(np.abs((mine - rest - warburg) / warburg)) < 1e-9
    assert gap[2] < 0.35 * gap[1] < 0.35 * 0.35 * gap[0] * 1.5
    assert gap[2] < 1e-2


def test_a_film_tied_to_the_faradaic_current() -> None:
    """The library's way adds R_f/(1 + i w R_ct C_dl) a face where ours adds R_f: the whole difference, in both domains."""
    hertz = np.logspace(-1, 5, 31)
    r = B / J0
    wanted = 2.0 * R_F * (1.0 / (1.0 + 2j * np.pi * hertz * r * C_DL) - 1.0)
    found = their_impedance(Case(tied=True), hertz) - ours(Case()).impedance(2.0 * np.pi * hertz)
    assert np.max(np.abs(found - wanted)) < 1e-9 * R_F
    seen = np.geomspace(1e-5, HALF, 60)
    eta = charging(seen, J)
    plain = 2.0 * eta + J * (L / KAPPA + 2.0 * R_F)
    lag = 2.0 * R_F * (2.0 * J0 * np.sinh(0.5 * eta / B) - J)  # the film misses what still charges the double layer
    assert np.max(np.abs(their_voltage(Case(tied=True), seen, J) - plain - lag)) < 3e-6
    assert lag[0] < -0.9 * 2.0 * R_F * J
    assert abs(lag[-1]) < 1e-12
