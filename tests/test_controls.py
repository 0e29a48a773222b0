"""Negative controls: what only looks like a better layer is not better everywhere (benchmarks/proof_controls.py in small)."""

import importlib.util
import sys
from pathlib import Path

import pytest

from interlayer.cells.named import named

PATH = Path(__file__).parents[1] / "benchmarks" / "proof_controls.py"


@pytest.fixture(scope="module")
def controls():
    spec = importlib.util.spec_from_file_location("proof_controls", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules["proof_controls"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["proof_controls"]


def numbers(controls, name, hours, ramp=None):
    from dataclasses import replace

    control, other, test = next(v for k, v in controls.pairs().items() if k.startswith(name))
    one, two = controls.both(control, other, replace(test, longest=hours * 3600.0, ramp=ramp))
    return one, two


def test_a_sham_layer_of_garnet_gains_nothing(controls):
    one, two = numbers(controls, "sham", 100, ramp=1.0)
    assert not one.better_everywhere(two) and not two.better_everywhere(one)
    assert one.resistance == pytest.approx(two.resistance, rel=0.01) and one.critical <= two.critical


def test_an_over_thick_buffer_costs_resistance(controls):
    one, two = numbers(controls, "buffer", 40)
    assert "resistance" in one.worse(two) and not one.better_everywhere(two)
    film = named("zhai2024/protected")
    added = 2.0 * 9.5e-6 / film.get("layers.LiI-ZnLi.conductivity").value
    assert one.resistance - two.resistance == pytest.approx(added, rel=0.06), "what the film adds, and the contact above it"


def test_a_thick_polycation_skin_runs_out_of_salt(controls):
    for beside in ("5 um", "bare"):
        one, two = numbers(controls, f"polycation 10 um, beside {beside}", 4)
        assert "voltage at a high current" in one.worse(two) and not one.better_everywhere(two), beside
        assert one.high == float("inf") and two.high < 1.0


def test_ionic_liquid_alone_ends_sooner_whatever_film_it_starts_with(controls):
    one, two = numbers(controls, "ionic liquid", 400)
    assert "life" in one.worse(two) and one.life < 0.5 * two.life and not one.better_everywhere(two)
    wetted, beside = named("wu2023/wetted"), named("wu2023/protected")
    shut = wetted.set("interfaces.ILE|LAGP.interphase.rate_linear", "1e-9 nm/h")
    assert controls.both(shut, beside, controls.LAGP)[0].life == pytest.approx(controls.LAGP.longest, rel=1e-3), "by that growth alone"
    start = "interfaces.ILE|LAGP.interphase.initial_thickness"
    low, high = wetted.get(start).interval
    thin, thick = (controls.both(wetted.set(start, f"{x} m"), beside, controls.LAGP)[0] for x in (low, high))
    assert thin.resistance < two.resistance < thick.resistance, "which impedance is lower hangs on this prior"
    assert max(thin.life, thick.life) < 0.5 * two.life, "the shorter life doesn't"


def test_better_everywhere_needs_everything(controls):
    n = controls.Numbers
    base = n(1.0, 1.0, 1.0, 1.0, 1.0)
    assert n(0.9, 1.0, 1.0, 1.0, 1.0).better_everywhere(base)
    assert not n(1.0, 1.0, 1.0, 1.0, 1.0).better_everywhere(base)
    for worse in (n(0.5, 1.1, 1.0, 1.0, 1.0), n(0.5, 0.5, 1.1, 1.0, 1.0), n(0.5, 0.5, 0.5, 0.9, 1.0), n(0.5, 0.5, 0.5, 1.0, 0.9)):
        assert not worse.better_everywhere(base) and len(worse.worse(base)) == 1
