"""From a file to the cell and back to the file's own voltage: the join, on text files with noise and on a wrong truth."""

import numpy as np
import pytest

import interlayer as il
from interlayer.design import join
from interlayer.errors import AnalysisError, MissingValueError
from interlayer.protocols import Impedance, StripPlate
from interlayer.record import Provenance, Record, Segment

AREA = "1.13 cm^2"
J0 = "interfaces.Li|LLZTO.charge_transfer.exchange_current_density"
CDL = "interfaces.Li|LLZTO.double_layer.double_layer_capacitance"
SIGMA = "layers.LLZTO.conductivity"
GUESS = il.Cell.parse("Li|LLZTO(1.0 mm)|Li @ 25 degC")
TRUTH = il.Cell.parse(f"Li|LLZTO(1.0 mm)|Li @ 25 degC, {AREA}").with_({SIGMA: "6e-4 S/cm", J0: "2 mA/cm^2", CDL: "3 uF/cm^2"})


def measured(cell, seed=1, noise=0.005, spoil=None):
    """A spectrum and three strip/plate cycles of `cell` in Ω and A, as an instrument gives them."""
    rng = np.random.default_rng(seed)
    spectrum = il.simulate(cell, Impedance("10 MHz", "100 mHz"))
    z = spectrum.impedance(spectrum.segments[0])
    if spoil is not None:
        z = spoil(spectrum.segments[0]["frequency"], z)
    z = z * (1 + noise * (rng.normal(size=len(z)) + 1j * rng.normal(size=len(z))) / np.sqrt(2))
    trace = il.simulate(cell, StripPlate("0.05 mA/cm^2", half_cycle="1 h", cycles=3, sample="60 s"))
    time, current = trace.trace("time"), trace.trace("current")
    voltage = trace.trace("voltage") + 2e-4 * rng.normal(size=len(time))
    return Record(
        (
            Segment({"frequency": spectrum.segments[0]["frequency"], "impedance_real": z.real.copy(), "impedance_imag": z.imag.copy()}, "frequency", "impedance"),
            Segment({"time": time, "voltage": voltage, "current": current}, "time"),
        ),
        Provenance("measured", "made.txt"),
    )


def test_fitted_values_go_into_the_cell_and_its_voltage_lies_on_the_files():
    joined = join(measured(TRUTH).with_conditions(area=AREA), GUESS)
    assert not joined.fit.misfit
    for path in (SIGMA, J0, CDL):
        found, true = joined.cell.get(path), TRUTH.get(path)
        assert found.mark == "fitted" and found.std is not None
        assert abs(found.value - true.value) < 4.0 * found.std
    bias, rms = joined.findings
    assert abs(bias.value) < 3.0 * bias.std
    assert bias.note.startswith("within")
    assert rms.value == pytest.approx(2e-4, rel=0.15)  # nothing but the file's own noise is left


def test_round_trip_through_text_files(tmp_path):
    record = measured(TRUTH, seed=3)
    spectrum = record.spectra[0]
    path = tmp_path / "LiLi_25C.txt"
    rows = [f"{f:.6e}\t{x:.6e}\t{y:.6e}" for f, x, y in zip(spectrum["frequency"], spectrum["impedance_real"], spectrum["impedance_imag"], strict=True)]
    path.write_text("sample 7, 25 degC\nFreq.[Hz]\tZs'[ohm]\tZs''[ohm]\n" + "\n".join(rows) + "\n")
    joined = join(il.read(path, area=AREA), GUESS)
    assert joined.simulated is None and joined.findings == ()  # the file holds no voltage under current
    for name in (SIGMA, J0):
        assert joined.cell.get(name).value == pytest.approx(TRUTH.get(name).value, rel=0.01)


def test_a_truth_the_cell_does_not_contain_is_flagged():
    def film(f, z):
        r, c = 300.0, 2e-6  # an interphase of 300 Ω, 2 µF that the model cell lacks
        return z + r / (1.0 + 2j * np.pi * f * r * c)

    joined = join(measured(TRUTH, spoil=film).with_conditions(area=AREA), GUESS)
    assert joined.fit.misfit
    assert "misfit" in joined.fit.verdict
    bias, _ = joined.findings
    assert bias.note.startswith("outside")  # impedance and voltage do not close, and the finding says so


def test_the_area_is_asked_for_and_never_overruled():
    record = measured(TRUTH)
    with pytest.raises(MissingValueError, match="area"):
        join(record, GUESS)
    with pytest.raises(AnalysisError, match="different areas"):
        join(record.with_conditions(area="2 cm^2"), TRUTH)
    with pytest.raises(AnalysisError, match="different temperatures"):
        join(record.with_conditions(area=AREA, temperature="60 degC"), GUESS)
    with pytest.raises(AnalysisError, match="needs an impedance spectrum"):
        join(Record(record.traces, record.provenance), GUESS)


@pytest.mark.long
def test_errors_cover_the_truth_at_their_rate():
    """200 draws: |z| < 1.96 for 95 % of values, inside the 99 % binomial band (181 to 197)."""
    hits = {SIGMA: 0, J0: 0, CDL: 0}
    for seed in range(200):
        joined = join(measured(TRUTH, seed=100 + seed).with_conditions(area=AREA), GUESS)
        for path in hits:
            found = joined.cell.get(path)
            hits[path] += abs(found.value - TRUTH.get(path).value) < 1.96 * found.std
    for path, count in hits.items():
        assert 181 <= count <= 197, (path, count)
