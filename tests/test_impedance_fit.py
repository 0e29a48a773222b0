"""Fits of spectra: truths come back within their errors, wrong circuits are called wrong, and nothing is dropped silently."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from interlayer.analysis import impedance
from interlayer.analysis._circuit import Circuit
from interlayer.analysis.impedance import ImpedanceModel
from interlayer.elements.capacitor import Capacitor
from interlayer.elements.constant_phase import ConstantPhase
from interlayer.elements.film import Film
from interlayer.elements.notation import numbered, parse
from interlayer.elements.resistor import Resistor
from interlayer.errors import AnalysisError, MissingValueError, NotationError, UnknownNameError
from interlayer.record import Provenance, Record, Segment, Series

OMEGA = 2.0 * np.pi * np.logspace(-2, 6, 60)
S = 1j * OMEGA
SHARED = Path(__file__).parents[2] / "shared/data"


def arc(R, tau, n):
    return R / (1.0 + (S * tau) ** n)


U = np.sqrt(S)
TWO = 10.0 + arc(20.0, 1e-4, 0.85) + arc(40.0, 0.1, 0.8)
WARBURG = (1.0 - 1.0j) / np.sqrt(OMEGA)
BLOCKING = arc(2e4, 1e-6, 0.9) + arc(2e5, 1e-4, 0.85) + 1.0 / (1e-6 * S**0.8)
TRUTHS = {
    "R(RQ)": (10.0 + arc(20.0, 1e-4, 0.85), {"R1": 10.0, "R2": 20.0, "Q1": 1e-4**0.85 / 20.0, "Q1.n": 0.85}),
    "R(RC)": (10.0 + arc(20.0, 1e-3, 1.0), {"R1": 10.0, "R2": 20.0, "C1": 5e-5}),
    "R(RQ)(RQ)W": (TWO + 2.0 * WARBURG, {"R1": 10.0, "R2": 20.0, "R3": 40.0, "Q1.n": 0.85, "Q2.n": 0.8, "W1": 2.0}),
    "R(RQ)(RQ)(RQ)": (
        10.0 + arc(20.0, 1e-5, 0.9) + arc(40.0, 1e-3, 0.9) + arc(30.0, 0.1, 0.9), {"R1": 10.0, "R2": 20.0, "R3": 40.0, "R4": 30.0},
    ),
    "R([RW]Q)": (10.0 + 1.0 / (1e-5 * S**0.9 + 1.0 / (50.0 + 5.0 * WARBURG)), {"R1": 10.0, "R2": 50.0, "W1": 5.0, "Q1": 1e-5}),
    "R(C[R(CR)])": (
        10.0 + 1.0 / (S * 1e-6 + 1.0 / (50.0 + arc(100.0, 1e-2, 1.0))), {"R1": 10.0, "R2": 50.0, "R3": 100.0, "C1": 1e-6, "C2": 1e-4},
    ),
    "LR(RQ)(RQ)": (1e-6 * S + TWO, {"L1": 1e-6, "R1": 10.0, "R2": 20.0, "R3": 40.0}),
    "R(RQ)Ws": (10.0 + arc(20.0, 1e-4, 0.9) + 30.0 * np.tanh(U) / U, {"R2": 20.0, "Ws1.R": 30.0, "Ws1.tau": 1.0}),
    "R(RQ)Wo": (10.0 + arc(20.0, 1e-4, 0.9) + 30.0 / np.tanh(U) / U, {"R2": 20.0, "Wo1.R": 30.0, "Wo1.tau": 1.0}),
    "R(RQ)G": (10.0 + arc(20.0, 1e-5, 0.9) + 30.0 / np.sqrt(1.0 + S), {"R2": 20.0, "G1.R": 30.0, "G1.tau": 1.0}),
    "(RQ)(RQ)Q": (BLOCKING, {"R1": 2e4, "R2": 2e5, "Q3": 1e-6, "Q3.n": 0.8}),
}  # fmt: skip


def record(z, noise=0.0, seed=0, omega=OMEGA):
    rng = np.random.default_rng(seed)
    z = z * (1.0 + noise * (rng.normal(size=len(z)) + 1j * rng.normal(size=len(z))))
    channels = {"frequency": omega / (2.0 * np.pi), "impedance_real": z.real, "impedance_imag": z.imag}
    return Record((Segment(channels, "frequency", "impedance"),), Provenance("measured", "here"))


# -- recovery ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("circuit", TRUTHS)
def test_truths_come_back_without_a_guess(circuit):
    """60 points, 0.3 % noise: the minimum is below the truth's own chi2, and 95 % intervals hold the truth."""
    truth, expected = TRUTHS[circuit]
    draws, inside, misfits = 40, [], 0
    for seed in range(draws):
        data = record(truth, 3e-3, seed)
        fit = impedance.fit(data, circuit)
        z = data.impedance(data.spectra[0])
        assert fit.chi2 <= np.sum(np.abs((z - truth) / z) ** 2)
        misfits += fit.misfit
        for name, value in expected.items():
            inside.append(abs(fit.values[name] - value) < 1.96 * fit.std[name])
        assert "one start" not in " ".join(fit.remarks)
    assert misfits == 0
    assert np.mean(inside) > 0.95 - 3.5 * math.sqrt(0.05 * 0.95 / draws)  # parameters of one draw are not independent


def test_intervals_cover_and_no_start_is_better_than_ours():
    """200 draws: coverage of 95 % intervals near 95 %, and starting from the truth finds nothing lower in >= 99 %."""
    truth, expected = TRUTHS["R(RQ)(RQ)W"]
    inside, lower = [], 0
    start = expected | {"Q1": 1e-4**0.85 / 20.0, "Q2": 0.1**0.8 / 40.0}
    for seed in range(200):
        data = record(truth, 5e-3, 1000 + seed)
        fit = impedance.fit(data, "R(RQ)(RQ)W", validate=False)
        inside += [abs(fit.values[n] - v) < 1.96 * fit.std[n] for n, v in expected.items()]
        if seed % 2 == 0:
            lower += impedance.fit(data, "R(RQ)(RQ)W", guess=start, validate=False).chi2 < fit.chi2 * (1.0 - 1e-5)
    assert lower <= 1
    assert 0.92 <= np.mean(inside) <= 0.975


def test_overlapping_arcs_and_an_exponent_at_its_bound():
    close = 10.0 + arc(20.0, 1e-3, 0.9) + arc(30.0, 1.5e-2, 0.9)
    fits = [impedance.fit(record(close, 2e-3, seed), "R(RQ)(RQ)") for seed in range(15)]
    assert all(abs(f.values["R2"] - 20.0) < 4.0 * f.std["R2"] for f in fits)
    ideal = [impedance.fit(record(10.0 + arc(20.0, 1e-3, 1.0), 3e-3, seed), "R(RQ)") for seed in range(20)]
    bound = [f for f in ideal if f.std["Q1.n"] is None]
    assert 4 <= len(bound) <= 16 and all(
        f.values["Q1.n"] == 1.0 and "upper bound (1)" in f.reasons["Q1.n"] for f in bound
    )
    assert all(f.arcs[0].capacitance_std is not None for f in ideal)


def test_automatic_choice_finds_the_circuit():
    truths = {
        "R(RQ)": TRUTHS["R(RQ)"][0], "R(RQ)(RQ)W": TRUTHS["R(RQ)(RQ)W"][0], "(RQ)(RQ)Q": BLOCKING,
        "LR(RQ)": 10.0 + arc(20.0, 1e-4, 0.85) + 1e-6 * S, "RQ": 5.0 + 1.0 / (1e-5 * S**0.9),
    }  # fmt: skip
    for circuit, truth in truths.items():
        fits = [impedance.fit(record(truth, 3e-3, seed)) for seed in range(6)]
        assert [re.sub(r"\d", "", f.circuit) for f in fits].count(circuit) >= 5
        assert "was chosen among" in fits[0].remarks[0]
    assert impedance.fit(record(TWO, 0.02)).misfit is False  # noise invites no more arcs than there are


# -- truths the fit does not contain ----------------------------------------------------------------------------------
TAU = np.exp(np.linspace(-16.0, 4.0, 600))
WIDE = np.exp(-0.5 * ((np.log(TAU) - math.log(1e-3)) / 1.5) ** 2)
WRONG = {
    "Havriliak-Negami arc": (10.0 + 50.0 / (1.0 + (1e-3 * S) ** 0.9) ** 0.6, "R(RQ)"),
    "log-normal relaxation times": (10.0 + 50.0 * (WIDE / WIDE.sum() / (1.0 + S[:, None] * TAU)).sum(axis=1), "R(RQ)"),
    "an arc too few": (10.0 + arc(20.0, 1e-4, 0.85) + arc(5.0, 1e-2, 0.85), "R(RQ)"),
    "leads not in the circuit": (10.0 + arc(20.0, 1e-4, 0.85) + 2e-7 * S, "R(RQ)"),
    "finite diffusion as infinite": (10.0 + arc(20.0, 1e-4, 0.85) + 30.0 * np.tanh(U) / U, "R(RQ)W"),
    "drift of 5 % during the sweep": (TWO * (1.0 + 0.05 * np.linspace(1.0, 0.0, 60)), "R(RQ)(RQ)"),
    "a CPE taken for a capacitor": (10.0 + arc(20.0, 1e-4, 0.95), "R(RC)"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_circuit_is_called_wrong(name):
    truth, circuit = WRONG[name]
    flagged = [impedance.fit(record(truth, 3e-3, seed), circuit) for seed in range(15)]
    assert np.mean([f.misfit for f in flagged]) == 1.0
    assert all("misfit: the circuit does not describe this spectrum" in f.verdict for f in flagged)
    assert all(any("true errors are larger" in r for r in f.remarks) for f in flagged)


def test_a_misfit_far_below_the_noise_is_not_flagged():
    hidden = TWO * (1.0 + 0.002 * np.linspace(1.0, 0.0, 60))
    assert np.mean([impedance.fit(record(hidden, 5e-3, seed), "R(RQ)(RQ)").misfit for seed in range(20)]) <= 0.05


def test_what_the_data_do_not_tell_is_said():
    one = record(10.0 + arc(20.0, 1e-4, 0.85), 3e-3, 2)
    fit = impedance.fit(one, "R(RQ)(RQ)")
    missing = [n for n, s in fit.std.items() if s is None]
    assert missing and all(fit.reasons[n] for n in missing)
    tail = record(10.0 + 5.0 * WARBURG, 3e-3)  # only the steep part of a finite diffusion is in the band
    both = impedance.fit(tail, "RWs", bounds={"Ws1.tau": (1e-3, 1e9)})
    assert both.std["Ws1.R"] is None and ("trades against" in both.reasons["Ws1.R"] or "bound" in both.reasons["Ws1.R"])
    twins = impedance.fit(record(TWO, 3e-3), "RR(RQ)(RQ)")
    assert any("R1 and R2 can't be told apart" in r for r in twins.remarks) and twins.std["R1"] is None
    assert all(f.std is not None or f.note for f in fit.findings() if not isinstance(f.value, str))


# -- arguments --------------------------------------------------------------------------------------------------------
def test_two_runs_are_one():
    data = record(TWO, 3e-3)
    first, second = (impedance.fit(data, "R(RQ)(RQ)") for _ in range(2))
    assert first.values == second.values and first.std == second.std and first.chi2 == second.chi2
    assert impedance.fit(data).values == impedance.fit(data).values


def test_arcs_come_fastest_first_wherever_the_search_began():
    swapped = {"R2": 40.0, "Q1": 0.1**0.8 / 40.0, "Q1.n": 0.8, "R3": 20.0, "Q2": 1e-4**0.85 / 20.0, "Q2.n": 0.85}
    fit = impedance.fit(record(TWO, 1e-3), "R(RQ)(RQ)", guess=swapped)
    assert fit.values["R2"] == pytest.approx(20.0, rel=0.02) and [a.tau for a in fit.arcs] == sorted(
        a.tau for a in fit.arcs
    )
    held = impedance.fit(record(TWO, 1e-3), "R(RQ)(RQ)", fixed={"R2": 40.0})
    assert held.values["R3"] == pytest.approx(20.0, rel=0.02) and held.reasons["R2"] == "held fixed"


def test_fixed_bounds_and_guesses_take_units():
    data = record(TWO, 1e-3)
    fit = impedance.fit(data, "R(RQ)(RQ)", fixed={"R1": "10 ohm", "Q1.n": 0.85}, guess={"R2": "0.02 kohm"})
    assert fit.values["R1"] == 10.0 and fit.std["R1"] is None and fit.values["R2"] == pytest.approx(20.0, rel=0.01)
    whole = {"R1": 10.0, "R2": 20.0, "Q1": 1e-4**0.85 / 20.0, "Q1.n": 0.85}
    nothing_left = impedance.fit(record(10.0 + arc(20.0, 1e-4, 0.85), 1e-3), "R(RQ)", fixed=whole)
    assert (
        nothing_left.values == whole
        and not nothing_left.misfit
        and set(nothing_left.reasons.values()) == {"held fixed"}
    )
    bounded = impedance.fit(data, "R(RQ)(RQ)", bounds={"R3": (45.0, "60 ohm")})
    assert bounded.values["R3"] == pytest.approx(45.0) and "lower bound (45)" in bounded.reasons["R3"]
    for wrong in ({"fixed": {"R9": 1.0}}, {"guess": {"Q1n": 0.5}}, {"bounds": {"r1": (1, 2)}}, {"weight": "modulo"}):
        with pytest.raises(UnknownNameError):
            impedance.fit(data, "R(RQ)(RQ)", **wrong)
    with pytest.raises(AnalysisError, match="no room"):
        impedance.fit(data, "R(RQ)(RQ)", bounds={"R1": (5.0, 5.0)})
    with pytest.raises(NotationError):
        impedance.fit(data, "R(RQ")
    with pytest.raises(AnalysisError, match="can't be found from 5 points"):
        impedance.fit(record(TWO[::14], omega=OMEGA[::14]), "R(RQ)(RQ)(RQ)(RQ)", validate=False)
    with pytest.raises(AnalysisError, match="Given: .int."):
        impedance.fit(data, 7)


@pytest.mark.parametrize("weight", ["modulus", "unit", "parts"])
def test_weights_find_the_same_truth_and_are_named(weight):
    fit = impedance.fit(record(TWO, 1e-3), "R(RQ)(RQ)", weight=weight)
    assert [fit.values[n] for n in ("R1", "R2", "R3")] == pytest.approx([10.0, 20.0, 40.0], rel=0.03)
    assert (
        fit.weight == weight and weight in fit.findings()[1].method and fit.findings()[1].evidence["weight"] == weight
    )


def test_an_element_tree_is_a_model_and_comes_back_with_its_values():
    tree = Resistor() + (Resistor() | ConstantPhase()) + (Resistor(R=30.0) | Capacitor(C=1e-3))
    truth = 10.0 + arc(20.0, 1e-4, 0.85) + arc(40.0, 0.1, 1.0)
    fit = impedance.fit(record(truth, 1e-3), tree)
    assert fit.circuit == "R1(R2Q1)(R3C1)" and fit.values["C1"] == pytest.approx(0.1 / 40.0, rel=0.01)
    assert fit.element.impedance(OMEGA) == pytest.approx(fit.impedance(OMEGA), rel=1e-12)
    assert fit.impedance(OMEGA) == pytest.approx(truth, rel=5e-3)
    film = impedance.fit(record(10.0 + arc(20.0, 1e-3, 1.0), 1e-3), Resistor() + Film())  # a leaf without a gradient
    assert film.values["film.R"] == pytest.approx(20.0, rel=0.01) and film.values["film.C"] == pytest.approx(
        5e-5, rel=0.01
    )


def test_arcs_have_the_capacitances_of_the_literature():
    R, Q, n, series = 20.0, 1e-4**0.85 / 20.0, 0.85, 10.0
    found = impedance.fit(record(10.0 + arc(20.0, 1e-4, 0.85)), "R(RQ)").arcs[0]
    assert found.tau == pytest.approx(1e-4, rel=1e-4) and found.labels == ("R2", "Q1")
    assert found.capacitance == pytest.approx((R ** (1 - n) * Q) ** (1 / n), rel=1e-4)
    assert found.capacitance_brug == pytest.approx(Q ** (1 / n) * (1 / series + 1 / R) ** ((n - 1) / n), rel=1e-4)
    nested = impedance.fit(record(TRUTHS["R([RW]Q)"][0]), "R([RW]Q)").arcs
    assert len(nested) == 1 and nested[0].labels == ("R2", "Q1")


def test_ohm_and_ohm_cm2_stay_apart():
    data = record(TWO, 1e-3)
    with pytest.raises(MissingValueError, match="area"):
        impedance.fit(data, "R(RQ)(RQ)", specific=True)
    total = impedance.fit(data, "R(RQ)(RQ)")
    per_area = impedance.fit(data.with_conditions(area="2 cm^2"), "R(RQ)(RQ)", specific=True)
    assert per_area.values["R2"] == pytest.approx(2e-4 * total.values["R2"], rel=1e-6)
    assert per_area.values["Q1"] == pytest.approx(total.values["Q1"] / 2e-4, rel=1e-5)
    units = {f.name: f.unit for f in per_area.findings()} | {f.name + " total": f.unit for f in total.findings()}
    assert units["R2"] == "ohm*m^2" and units["R2 total"] == "ohm"
    assert units["capacitance of arc R2 Q1"] == "F/m^2" and units["capacitance of arc R2 Q1 total"] == "F"


def test_findings_carry_what_they_rest_on():
    fit = impedance.fit(record(TWO, 3e-3), "R(RQ)(RQ)")
    verdict, *numbers = fit.findings()
    assert verdict.value == fit.verdict and fit.verdict.startswith("describes")
    for finding in numbers:
        assert finding.std is not None and finding.std > 0.0 and "R1(R2Q1)(R3Q2)" in finding.method and str(finding)
        assert {"chi2", "weight", "kramers_kronig", "lowest_frequency_Hz", "misfit"} <= set(finding.evidence)
    assert math.sqrt(fit.reduced_chi2) == pytest.approx(3e-3, rel=0.25)
    both, _ = fit.derived(lambda v: v["R2"] + v["R3"]), None
    assert both[0] == pytest.approx(60.0, rel=0.01) and both[1] < math.hypot(fit.std["R2"], fit.std["R3"])
    assert "describes" in str(fit) and "R1:" in str(fit)


# -- any model --------------------------------------------------------------------------------------------------------
class TwoArcs:
    """R + (RC)(RC) by resistances and time constants, and a fraction that splits them."""

    names = ("total", "share", "fast", "slow")
    quantities = ("resistance", "fraction", "step_time", "step_time")

    def __init__(self, start=None, prior=None, jacobian=False):
        self._start, self._prior = start, prior
        if jacobian:
            self.jacobian = self._jacobian

    def start(self, omega, z):
        return self._start

    def bounds(self):
        return np.array([1e-3, 0.0, 1e-8, 1e-8]), np.array([1e6, 1.0, 1e3, 1e3])

    def prior(self):
        return self._prior

    def impedance(self, values, omega):
        R, x, fast, slow = values
        return R * (x / (1 + 1j * omega * fast) + (1 - x) / (1 + 1j * omega * slow))

    def _jacobian(self, values, omega):
        R, x, fast, slow = values
        f, s = 1 / (1 + 1j * omega * fast), 1 / (1 + 1j * omega * slow)
        return np.array(
            [x * f + (1 - x) * s, R * (f - s), -R * x * 1j * omega * f**2, -R * (1 - x) * 1j * omega * s**2]
        )


@pytest.mark.parametrize("jacobian", [False, True])
def test_any_model_is_fitted(jacobian):
    truth = np.array([50.0, 0.3, 1e-4, 1e-2])
    data = record(TwoArcs().impedance(truth, OMEGA), 2e-3)
    model = TwoArcs(start=np.array([20.0, 0.5, 1e-5, 0.1]), jacobian=jacobian)
    assert isinstance(model, ImpedanceModel)
    fit = impedance.fit(data, model)
    assert not fit.misfit and fit.circuit == "TwoArcs" and fit.arcs == ()
    for name, value in zip(model.names, truth, strict=True):
        assert abs(fit.values[name] - value) < 4.0 * fit.std[name] and fit.std[name] < 0.02 * value
    without = impedance.fit(data, TwoArcs())  # no start at all: the middle of its box and points around it
    assert without.chi2 == pytest.approx(fit.chi2, rel=1e-3)


class ACircuit:
    """A circuit as a model that brings its own start."""

    def __init__(self, text, start):
        self.circuit = Circuit(numbered(parse(text)))
        self.names, self.quantities = self.circuit.names, self.circuit.quantities
        self.fraction = np.array([n.endswith(".n") for n in self.names])
        self._start = np.array(start)

    def start(self, omega, z):
        return self._start

    def bounds(self):
        return np.where(self.fraction, 0.3, 1e-15), np.where(self.fraction, 1.0, 1e12)

    def impedance(self, values, omega):
        return self.circuit.impedance(values, omega)


def test_a_model_whose_own_start_is_a_hundred_times_off():
    truth = np.array([37.9, 1310.0, 2.29e-7, 0.818, 2490.0, 5.03e-6, 0.74, 567.0])
    wrong = np.array([0.473, 260.0, 5.4e-9, 0.122, 419.0, 1.95e-4, 1.0, 6630.0])
    model = ACircuit("R(RQ)(RQ)W", wrong)
    data = record(model.impedance(truth, OMEGA), 2e-3)
    far, near = impedance.fit(data, model), impedance.fit(data, ACircuit("R(RQ)(RQ)W", truth))
    assert not far.misfit and far.chi2 == pytest.approx(near.chi2, rel=1e-6)


def test_prior_knowledge_pulls_only_what_the_data_leave_open():
    truth = np.array([50.0, 0.3, 1e-4, 1e-2])
    low = 2.0 * np.pi * 30.0 > OMEGA  # the fast arc lies above the band
    data = record(TwoArcs().impedance(truth, OMEGA)[low], 2e-3, omega=OMEGA[low])
    mean = np.log([45.0, 0.5, 1.3e-4, 1e-2])
    fit = impedance.fit(data, TwoArcs(start=truth * 1.5, prior=(mean, np.array([np.inf, np.inf, 0.1, np.inf]))))
    assert fit.std["fast"] / fit.values["fast"] == pytest.approx(0.1, rel=0.35)
    assert abs(fit.values["fast"] / 1.3e-4 - 1.0) < 0.3 and abs(fit.values["total"] - 50.0) < 4.0 * fit.std["total"]
    assert any("Prior knowledge" in r for r in fit.remarks)
    weak = impedance.fit(data, TwoArcs(start=truth * 1.5, prior=(mean, np.full(4, 1e6))))
    assert not any("Prior" in r for r in weak.remarks)


# -- bad spectra ------------------------------------------------------------------------------------------------------
def test_a_gross_violation_is_refused_with_its_reason():
    wrong_sign = record(TWO.conj(), 1e-3)
    with pytest.raises(AnalysisError, match="violates Kramers-Kronig"):
        impedance.fit(wrong_sign, "R(RQ)(RQ)")
    fit = impedance.fit(wrong_sign, "R(RQ)(RQ)", validate=False)
    assert fit.misfit and fit.kramers_kronig is None and any("was not tested" in r for r in fit.remarks)


def test_glitches_are_named_and_dropped_only_on_request():
    z = record(TWO, 1e-3).impedance(record(TWO, 1e-3).spectra[0]).copy()
    z[30] *= 1.2
    z[59] += 0.5j  # the first point of a downward sweep
    kept = impedance.fit(record(z), "R(RQ)(RQ)")
    assert len(kept.residuals) == 60 and any("point 30" in r for r in kept.remarks)
    assert any("point 59" in r for r in kept.remarks)
    dropped = impedance.fit(record(z), "R(RQ)(RQ)", drop="suspect")
    assert (
        30 in dropped.spectrum.dropped
        and len(dropped.residuals) < 60
        and any("Left out on request" in r for r in dropped.remarks)
    )
    by_hand = impedance.fit(record(z), "R(RQ)(RQ)", drop=[30, 59])
    assert by_hand.chi2 < 0.05 * kept.chi2 and not by_hand.misfit
    assert by_hand.findings()[1].evidence["dropped_points"] == [30, 59]


def test_many_spectra_keep_their_labels():
    growth = np.linspace(1.0, 3.0, 8)
    truths = [10.0 + arc(20.0, 1e-4, 0.85) + arc(40.0 * g, 0.1 * g, 0.8) for g in growth]
    spectra = [record(z, 2e-3, k) for k, z in enumerate(truths)]
    one = Record(tuple(r.segments[0] for r in spectra), Provenance("measured", "ageing"))
    fits = impedance.fit_each(one, "R(RQ)(RQ)")
    assert [f.values["R3"] for f in fits] == pytest.approx((40.0 * growth).tolist(), rel=0.02)
    assert [f.values["R2"] for f in fits] == pytest.approx([20.0] * 8, rel=0.03)
    series = Series(tuple(spectra[:3]), "sample", ["a", "b", "c"])
    common = impedance.fit_each(series)
    assert {f.circuit for f in common} == {"R1(R2Q1)(R3Q2)"} and "for all 3 spectra" in common[0].remarks[0]
    assert impedance.fit(one, "R(RQ)(RQ)", which=-1).values["R3"] == pytest.approx(120.0, rel=0.02)


# -- real files -------------------------------------------------------------------------------------------------------
def table(name, columns, skip=0, delimiter=None):
    path = SHARED / name
    if not path.exists():
        pytest.skip("the shared data are not here")
    rows = np.genfromtxt(path, skip_header=skip, delimiter=delimiter, usecols=columns, encoding="utf-8-sig")
    return record(rows[:, 1] + 1j * rows[:, 2], omega=2.0 * np.pi * rows[:, 0])


@pytest.mark.parametrize(
    ("name", "columns", "skip", "delimiter", "scatter"),
    [
        ("EISFitpython-solid-electrolyte/Example2a.txt", (0, 1, 2), 4, None, 0.003),
        ("EISFitpython-solid-electrolyte/CSV_Example.csv", (0, 1, 2), 0, ",", 0.02),
        ("EISFitpython-solid-electrolyte/Example_header.txt", (0, 1, 2), 5, None, 1e-5),
        ("impedance.py/exampleData.csv", (0, 1, 2), 0, ",", 0.01),
        ("impedance.py/exampleDataAutolab.txt", (0, 4, 5), 11, ",", 0.01),
        ("impedance.py/exampleDataCHInstruments.txt", (0, 1, 2), 18, ",", 0.03),
        ("pyDRTtools/1ZARC.csv", (1, 2, 3), 1, ",", 0.05),
        ("pyDRTtools/2ZARC0.csv", (1, 2, 3), 1, ",", 0.03),
        ("pyDRTtools/LIB_data.txt", (0, 1, 2), 0, None, 0.001),
    ],
)
def test_real_spectra_are_described(name, columns, skip, delimiter, scatter):
    fit = impedance.fit(table(name, columns, skip, delimiter))
    assert math.sqrt(fit.reduced_chi2) < scatter
    assert all(f.std is not None or f.note for f in fit.findings() if not isinstance(f.value, str))


def test_a_published_synthetic_spectrum_is_solved():
    """2ZARC0.csv: R 10, arcs of 50 and 10 ohm (tutorial of pyDRTtools), error about 2 % of |Z|."""
    fit = impedance.fit(table("pyDRTtools/2ZARC0.csv", (1, 2, 3), 1, ","))
    assert re.sub(r"\d", "", fit.circuit) == "R(RQ)(RQ)" and not fit.misfit
    assert sum(fit.values[n] for n in ("R1", "R2", "R3")) == pytest.approx(70.0, rel=0.01)
