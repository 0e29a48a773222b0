"""The frame of the studies: what may be fitted, that nothing is dropped, the score's closed form, censoring, the summary."""

import importlib
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t as student

from interlayer.analysis import vft
from interlayer.cells import catalogue, named
from interlayer.elements.base import FARADAY, GAS
from interlayer.errors import InterlayerError
from interlayer.literature import claims
from interlayer.materials import material
from interlayer.protocols import Arrhenius, CyclicVoltammetry, Experiment, Impedance, RateRamp, StripPlate
from interlayer.simulation import simulate
from interlayer.studies import STUDIES, frame, score, summary
from interlayer.studies import _finds as take
from interlayer.studies._protocols import CutShort
from interlayer.studies._reasons import reason
from interlayer.studies._sampling import drawn, hypercube, quantile, uncertain
from interlayer.studies.base import Row

PAPERS = ("li2024", "wu2023", "yang2024", "yu2024", "zhai2024")


def of(paper):
    return importlib.import_module(f"interlayer.studies.{paper}").STUDY


def answered(study, said):
    """The claims that an experiment of the study answers, without running it."""
    return {t.claim.partition("#")[0] for e in study.experiments(said) for t in e.takes if t.claim} | set(study.further)


# -- what a study declares --------------------------------------------------------------------------------------------
def test_there_are_five():
    assert set(PAPERS) <= set(STUDIES)


@pytest.mark.parametrize("paper", PAPERS)
def test_only_claims_that_may_be_fitted_are(paper):
    study, said = of(paper), claims(paper)
    frame._allowed(study, said)
    fitted = {c.partition("#")[0] for f in study.fits for c in f.claims}
    assert fitted and all(said[c].split in ("calibration", "given") for c in fitted)


def test_a_study_that_fits_an_open_claim_is_refused():
    study = replace(of("li2024"), fits=(frame.Fit(("x",), ("S0.C66",)),))
    with pytest.raises(InterlayerError, match=r"S0\.C66: open"):
        frame._allowed(study, claims("li2024"))


@pytest.mark.parametrize("paper", PAPERS)
def test_every_claim_is_answered_or_says_why_not(paper):
    study, said = of(paper), claims(paper)
    there = answered(study, said)
    assert there <= set(said)
    rows = [Row(c, "", "", None, None, "predicted") for c in there]
    others = frame._others(study, said, rows)
    standing = [r.claim for r in others]
    assert len(standing) == len(set(standing)) and not there & set(standing)
    assert there | set(standing) == {k for k, c in said.items() if c.kind != "comparison"}
    assert all(r.note for r in others)  # where it went in, or the reason
    outcomes = {k for k, c in said.items() if c.kind == "outcome"}
    assert outcomes <= there | {r.claim for r in others if r.role in ("not yet", "input", "calibrated on")}


def test_a_claim_that_nobody_answers_stops_the_study():
    claim = claims("zhai2024")["S2.C20"]
    with pytest.raises(InterlayerError, match=r"S2\.C20"):
        reason(claim)


#: cells of the catalogue that no study uses and no study says why: none
EXCEPTIONS: dict[str, set[str]] = {}


@pytest.mark.parametrize("paper", PAPERS)
def test_every_cell_of_the_catalogue_is_used(paper):
    study, said = of(paper), claims(paper)
    mine = {n for n in catalogue() if n.startswith(f"{paper}/")}
    assert len(mine) > 5
    tested = {e.variant for e in study.experiments(said)}
    used = {name for label, name in study.variants.items() if label in tested}
    assert set(study.unused) <= mine and all(len(why) > 20 for why in study.unused.values())
    missing = mine - used - set(study.unused)
    assert missing == EXCEPTIONS.get(paper, set())
    assert set(study.variants.values()) <= mine  # and a study uses no cell of another paper


@pytest.mark.parametrize("paper", PAPERS)
def test_what_has_no_reported_value_says_why_it_is_there(paper):
    for test in of(paper).experiments(claims(paper)):
        for one in test.takes:
            if not one.claim:
                assert one.role in ("control", "shown") and one.what and one.why and one.quantity, one
                assert (one.role == "shown") <= (one.reported is None), one.what
            else:
                assert one.role in ("predicted", "input", "control"), one.claim


def test_a_number_that_a_test_does_not_state_is_drawn_within_its_prior():
    made = []
    unstated = frame.Unstated("scan rate", 1e-4, 1e-2, lambda v: made.append(v) or StripPlate("1 A/m^2", half_cycle="1 h", cycles=1))
    for u in (0.0, 0.5, 1.0):
        unstated.at(u)
    assert made == pytest.approx([1e-4, 1e-3, 1e-2])


def test_the_draws_run_the_unstated_number():
    seen = []

    def make(rate):
        seen.append(rate)
        return StripPlate("0.1 A/m^2", half_cycle=f"{60.0 * rate} s", cycles=1)

    study = of("zhai2024")
    take = frame.Take("", lambda record: frame.Taken(float(record.traces[-1]["time"][-1])), (), "shown", "time", "a test", "time")
    other = replace(
        study, experiments=lambda said: (frame.Experiment("t", "bare", make(1.0), (take,), unstated=frame.Unstated("n", 1.0, 100.0, make)),), more=None, fits=(), calibrate=lambda cells, said: dict(cells),
        not_yet=dict.fromkeys(claims("zhai2024"), "a test"),
    )  # fmt: skip
    (row, *_) = frame.run(other, samples=6).rows
    assert row.role == "shown" and row.simulated == pytest.approx(120.0)
    assert len(seen) == 7 and len(set(seen)) == 7 and 1.0 <= min(seen[1:]) < 10.0 < max(seen) <= 100.0
    low, high = row.interval
    assert 120.0 < low < high < 12000.0  # the band is that of the number, not of the nominal test


# -- the score --------------------------------------------------------------------------------------------------------
def test_a_record_without_a_row_is_not_read():
    """A cell whose salt is gone within the first nanosecond gives a sentence and no rows."""
    made = simulate("Li|LLZTO(1 mm)|Li @ 25 degC", "StripPlate(current_density=0.1 mA/cm^2, half_cycle=1 h)")
    empty = replace(made, segments=(), outcome="stopped at 0 s: no finite answer")
    assert math.isnan(frame._read(frame.Take("x", lambda record: pytest.fail("it was read")), empty).value)


def test_the_score_is_the_closed_form():
    values = np.exp(np.random.default_rng(3).normal(math.log(0.02), 0.4, 25))
    found = score.of_draws(values, 0, "point", "polarization_voltage")
    low, middle, high = np.quantile(np.log(values), [0.1, 0.5, 0.9])
    scale = math.hypot(0.5 * (high - low) / student.ppf(0.9, 4), 0.05)
    expected = student.logpdf((math.log(0.03) - middle) / scale, 4) - math.log(scale)
    assert found.score(0.03, "point") == pytest.approx(expected, rel=1e-12)
    assert student.ppf(0.9, score.TAILS) == pytest.approx(score.EIGHTY, rel=1e-12)
    y = np.linspace(-30.0, 30.0, 200_001)
    assert np.trapezoid(np.exp(student.logpdf((y - middle) / scale, 4)) / scale, y) == pytest.approx(1.0, abs=1e-6)
    assert math.exp(found.above(-4.0)) + math.exp(found.below(-4.0)) == pytest.approx(1.0, rel=1e-12)


def test_lives_that_ended_alive_are_scored_by_their_survival():
    alive = score.of_draws([], 24, "point", "cycle_life_hours")
    assert alive.ended == pytest.approx(0.5 / 25.0)
    assert alive.score(7.2e6, "point", censored=True) == pytest.approx(math.log(1.0 - alive.ended + alive.ended * student.sf((math.log(7.2e6) - math.log(3.6e5)) / math.hypot(1.5, 0.05), 4)))
    dead = score.of_draws([3600.0] * 24, 0, "point", "cycle_life_hours")
    assert dead.score(7.2e6, "point", censored=True) < -3.0 < -0.1 < alive.score(7.2e6, "point", censored=True)
    half = score.of_draws([3600.0] * 12, 12, "point", "cycle_life_hours")
    assert half.ended == pytest.approx(0.5) and half.score(7.2e6, "point", censored=True) == pytest.approx(math.log(0.5), abs=0.05)
    # a short that was reported costs the prediction that nothing ever ends
    near = score.of_draws([8e4] * 12, 12, "point", "cycle_life_hours")
    assert alive.score(9e4, "point") < near.score(9e4, "point") - 2.0


def test_bounds():
    found = score.naive("V = j R", 0.02, "upper_bound")
    assert found.score(0.02, "upper_bound") == pytest.approx(math.log(0.5))
    assert found.score(0.02, "lower_bound") == pytest.approx(math.log(0.5))
    assert found.score(2.0, "upper_bound") > -1e-3 > found.score(2e-4, "upper_bound")
    assert score.naive("V = j R", 0.02, "point", 2.0).scale > score.naive("V = j R", 0.02, "point", 0.5).scale


def test_bootstrap():
    mean, low, high = score.bootstrap([1.0, 2.0, 3.0, 4.0])
    assert mean == 2.5 and 1.0 <= low < mean < high <= 4.0
    assert math.isnan(score.bootstrap([])[0]) and math.isnan(score.bootstrap([1.0])[1])


def test_summary_counts_and_keeps_bounds_apart():
    made = {"score": -1.0, "gains": {"V = j R": {"1.0": 0.5, "0.5": 0.2, "2.0": 0.7}}}
    rows = [
        Row("A", "a", "overpotential", 0.1, 0.2, "predicted", (0.15, 0.3), **made), Row("B", "b", "overpotential", 0.1, 0.1, "predicted", (0.05, 0.3), **made),
        Row("C", "c", "time", 3600.0, 36000.0, "predicted", (7200.0, math.inf), censored=True, beyond=True, score=-0.1),
        Row("D", "d", "overpotential", 0.1, None, "not yet"), Row("", "sham", "overpotential", 0.1, 0.1, "control"), Row("A", "again", "overpotential", 0.1, 0.1, "prior only"),
    ]  # fmt: skip
    found = summary.of_rows("x", rows, 2)
    assert found.covered == {"predicted": 3, "calibrated on": 0, "input": 0, "not yet": 1}
    assert (found.bands, found.held, found.bounds, found.kept) == (2, 1, 1, 1)
    assert found.bias == pytest.approx(0.5 * math.log(2.0)) and found.controls == ("sham: 100 mV (beside 100 mV)",)
    (skill,) = found.skill
    assert (skill.claims, skill.gain, skill.least) == (2, 0.5, pytest.approx(0.2))
    assert (skill.values, skill.value_gain) == (2, 0.5)
    alive = summary.skill("x", [Row("E", "e", "time", 1.0, 1.0, "predicted", censored=True, gains={"x": {"1.0": 3.0, "0.5": 3.0, "2.0": 3.0}})])
    assert (alive.claims, alive.values) == (1, 0) and math.isnan(alive.value_gain)
    assert found.as_dict()["bands_80"]["coverage"] == 0.5 and "1 of 2" in found.cells()


def test_bands_of_lives():
    assert Row("A", "a", "time", 3600.0, 1.0, "predicted", (10.0, math.inf)).held
    late = Row("A", "a", "time", 3600.0, 36000.0, "predicted", (36000.0, math.inf))
    assert late.held is False and "simulated above it" in late.missed()
    assert Row("A", "a", "time", 3600.0, 1.0, "predicted", (10.0, 20.0), censored=True).missed().startswith("reported at least")


# -- draws and protocols ----------------------------------------------------------------------------------------------
def test_draws_cover_the_stated_spread_and_are_the_same_again():
    cell = named("zhai2024/bare")
    paths = uncertain([cell], keep=("contact.contact_fraction",))
    assert not any(p.endswith("contact_fraction") for p in paths) and "layers.LLZTO.thickness" in paths
    rows = hypercube(paths, 8, 5, ties=("filament.tip_focusing",))
    assert rows == hypercube(paths, 8, 5, ties=("filament.tip_focusing",))
    for row in rows:
        made = drawn(cell, row)
        for path in paths:
            low, high = cell.get(path).spread()
            assert low * (1 - 1e-9) <= made.get(path).value <= high * (1 + 1e-9), path
    assert len({round(r["layers.LLZTO.thickness"] * 8) for r in rows}) > 5


def test_quantiles():
    value = named("zhai2024/bare").get("interfaces.Li|LLZTO.filament.tip_focusing")
    assert quantile(value, 0.5) == pytest.approx(math.sqrt(3.0 * 100.0))


def test_a_test_cut_short_keeps_its_age():
    plate = StripPlate("1 A/m^2", half_cycle="1 h", cycles=1000, impedance_every=500)
    short = CutShort(plate, 5, 1)
    steps = short.steps()
    length = sum(s.until[0].value for s in steps if hasattr(s, "until"))
    assert length == pytest.approx(2000 * 3600.0) and len(steps) == 2 + 2 * 6 + 1
    assert CutShort(StripPlate("1 A/m^2", half_cycle="1 h", cycles=3), 5).steps() == StripPlate("1 A/m^2", half_cycle="1 h", cycles=3).steps()


# -- runs -------------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def small():
    told = []
    made = STUDIES["li2024"](lambda sentence, share: told.append(share), 2)
    assert told == sorted(told) and told[-1] == 1.0
    return made


def test_a_small_study(small):
    said = claims("li2024")
    rows = {r.claim: r for r in small.rows if r.claim}
    assert set(rows) == {k for k, c in said.items() if c.kind != "comparison"}
    for key in ("S0.C22", "S0.C23"):
        assert rows[key].role == "calibrated on" and rows[key].score is None
        assert rows[key].simulated == pytest.approx(said[key].si, rel=2e-3)
    volts = rows["S0.C66"]
    assert volts.role == "predicted" and volts.scored and set(volts.gains) == {"V = j R"}
    assert volts.naive["V = j R"] == pytest.approx(10.0 * 450.0 * 1.131e-4)
    (sham,) = [r for r in small.rows if r.what.startswith("cell impedance, sham")]
    assert sham.simulated == pytest.approx(sham.reported, rel=0.02)  # the filler's transport alone shows no gain
    assert small.parameters == 2 and summary.of(small).parameters == 2


def test_the_command_runs_all(small, tmp_path, monkeypatch):
    import json

    from click.testing import CliRunner

    from interlayer import _cli
    from interlayer.cli import main

    monkeypatch.setattr(_cli, "run_studies", lambda: {"li2024": small})
    done = CliRunner().invoke(main, ["study", "all", "--json", str(tmp_path / "a.json"), "--report", str(tmp_path / "a.html")])
    assert done.exit_code == 0, done.output
    assert "li2024: cell impedance, sham" in done.output  # negative controls as they fell
    data = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    worth = data["papers"]["li2024"]
    assert worth["claims"]["not yet"] > 20 and worth["parameters_fitted"] == 2 and data["all"]["skill"]
    assert {"mean_gain_nats", "interval_90", "claims"} <= set(worth["skill"][0])
    page, index = ((tmp_path / name).read_text(encoding="utf-8") for name in ("a-li2024.html", "a.html"))
    assert "needs a porous cathode" in page and "gain " in page and "not drawn" not in page and "reported S0.C66" not in index
    assert "What it is worth" in index and "V = j R" in index and "a-li2024.html" in index


@pytest.mark.long
def test_all_studies():
    from interlayer.studies import run_all

    found = run_all()
    assert set(PAPERS) <= set(found)
    for paper, result in found.items():
        worth = summary.of(result)
        assert worth.scored >= 6 and worth.skill, paper
        assert all(s.claims for s in worth.skill)
        for row in result.rows:
            if row.role == "calibrated on" and row.claim:
                assert claims(paper)[row.claim].split in ("calibration", "given")
    whole = summary.of_all(found.values())
    assert {s.rule for s in whole.skill} == set(score.NAIVE)


# -- what is taken from records ---------------------------------------------------------------------------------------
def test_conductivities_are_read_back_from_blocking_electrodes():
    cell = named("wu2023/blocking-SPE")
    record = simulate(cell, Arrhenius(Impedance("1 MHz", "1 kHz", points_per_decade=2), ["25 degC", "40 degC", "60 degC", "80 degC"]))
    for T in (298.15, 313.15, 353.15):
        assert take.conductivity_at(T)(record).value == pytest.approx(cell.separator.at("conductivity", T), rel=5e-3)
    values = [cell.separator.at("conductivity", T) for T in (298.15, 313.15, 333.15, 353.15)]
    free = vft.fit(values, [298.15, 313.15, 333.15, 353.15])
    assert take.pseudo_energy(record).value == pytest.approx(GAS * free.b, rel=0.03)


def test_a_voltammogram_on_copper():
    record = simulate(named("yu2024/copper-bare-ether"), CyclicVoltammetry("-0.2 V", "0.3 V", "1 mV/s", start="0.3 V"))
    down, up = record.traces
    assert take.stripping_peak(record).value == pytest.approx(float(np.max(np.abs(up["current_density"][len(up) // 2 :]))), rel=0.02)
    passed = np.abs(down["current_density"])[down["time"] > 60.0]
    volts = np.abs(down["voltage"])[down["time"] > 60.0]
    late = (np.cumsum(passed[::-1] < 0.1) == 0)[::-1]  # beyond the last point below 0.01 mA/cm²
    assert take.plating_onset(record).value == pytest.approx(float(volts[late][0]), abs=1e-3)


def test_stages_of_a_deposit_follow_faradays_law():
    cell = named("yu2024/copper-bare-ether").set("interfaces.LiTFSI-ether|Cu.deposit.deposit_porosity", "0.3")
    record = simulate(cell, Experiment("Discharge at 10 A/m^2 for 3600 s; Discharge at 10 A/m^2 for 3600 s; Charge at 10 A/m^2 for 1800 s"), detail=True)
    dense = 36000.0 / FARADAY * material("Li")["molar_volume"].value / 0.7
    kept = cell.get("interfaces.LiTFSI-ether|Cu.dead_lithium.coulombic_efficiency").value
    first, second, third = (take.staged(k)(record).value for k in range(3))
    assert kept * dense * 0.995 <= first <= dense * 1.005 and second == pytest.approx(2.0 * first, rel=0.01)  # what is dead at once is not in the deposit
    assert third < second - 0.4 * first and math.isnan(take.staged(5)(record).value)


def test_a_rate_ramp_gives_the_resistance_of_the_cell():
    cell = named("zhai2024/protected")
    record = simulate(cell, RateRamp(["0.5 A/m^2", "1 A/m^2", "2 A/m^2", "0.5 A/m^2"], half_cycle="30 min", cycles=1))
    z = simulate(cell, Impedance("1 kHz", "1 mHz"))
    assert take.slope(record).value == pytest.approx(take.real_part()(z).value, rel=0.01)
    assert take.back(record).value == pytest.approx(1.0, abs=0.01)


def test_reasons_part_capacity_from_ageing():
    said = claims("yu2024")
    assert "ageing" in reason(said["S4.C74"]) and "ageing" in reason(said["S4.C87"])  # after 1400 cycles; first and last of a row
    assert "ageing" not in reason(said["S4.C73"]) and "cathode" in reason(said["S4.C73"])


def test_progress_of_all_studies_never_goes_back(monkeypatch):
    from interlayer.studies import many

    def fake(tell):
        for share in (0.0, 0.5, 1.0):
            tell("x", share)
        return "result"

    monkeypatch.setattr(many, "STUDIES", dict.fromkeys(("li2024", "yu2024", "mine"), fake))
    told = []
    assert many.run_all(lambda sentence, share: told.append(share)) == dict.fromkeys(("li2024", "yu2024", "mine"), "result")
    assert told == sorted(told) and told[-1] == 1.0 and told[2] == pytest.approx(1.0 / 7.5)
