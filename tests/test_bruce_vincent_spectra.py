"""Bruce and Vincent's method on cells made of known parts: what the spectra miss is said, and stands in the error."""

from __future__ import annotations

import numpy as np
import pytest

from dc_records import record, trace, value
from interlayer.analysis import bruce_vincent
from interlayer.errors import AnalysisError
from interlayer.record import Segment

BULK, SALT, TAU, DV = 20.0, 30.0, 400.0, 0.01  # ohm, ohm, s, V: the truth is 20/(20 + 30) = 0.4
TRUTH = BULK / (BULK + SALT)


def cell(shown, hidden=0.0, bulk_after=BULK, high=1e6, geometric=0.0):
    """`shown`: (R, C) of the faces' arcs in the spectra; `hidden` ohm stand in the hold alone; `geometric` F beside the bulk."""
    frequency = np.geomspace(high, 1e-4, 80)
    s = 2j * np.pi * frequency
    salt = SALT * np.tanh(np.sqrt(s * TAU)) / np.sqrt(s * TAU)
    arcs = sum(r / (1.0 + s * r * c) for r, c in shown)
    rng = np.random.default_rng(3)
    spectra = []
    for bulk in (BULK, bulk_after):
        z = (bulk / (1.0 + s * bulk * geometric) + arcs + salt) * (1.0 + 1e-4 * (rng.normal(size=80) + 1j * rng.normal(size=80)))
        spectra.append(Segment({"frequency": frequency, "impedance_real": z.real, "impedance_imag": z.imag}, "frequency", "impedance"))
    t = 8000.0 * np.linspace(0.0, 1.0, 600)[1:] ** 2
    k = (2.0 * np.arange(4000) + 1.0) ** 2 * np.pi**2 / 4.0
    grown = SALT * (1.0 - np.sum(2.0 / k[:, None] * np.exp(-k[:, None] * t / TAU), axis=0))
    total = BULK + (bulk_after - BULK) * t / t[-1] + sum(r for r, _ in shown) + hidden + grown
    return record(spectra[0], trace(t, np.full(len(t), DV), DV / total, "bruce_vincent", False), spectra[1])


def test_two_arcs_are_the_faces_together_and_both_forms_are_given() -> None:
    made = cell([(6.0, 1e-6), (9.0, 1e-4)])
    found = bruce_vincent.find(made)
    fraction, twin = value(found, "steady-state current fraction"), value(found, "bulk corrected steady-state current fraction")
    for one in (fraction, twin):
        assert one.value == pytest.approx(TRUTH, abs=max(3.0 * one.std, 2e-3))
    assert "R2 + R3" in fraction.method  # one arc does not describe them
    assert "the faces take 43% of dV at the start and 23% in the end" in fraction.method
    assert "don't explain" not in fraction.method and "upper limit" in fraction.method
    first = value(found, "initial current")
    assert 0.0 < first.std < 0.02 * first.value and abs(first.value - DV / 35.0) < 3.0 * first.std + 1e-3 * first.value
    changed = bruce_vincent.find(cell([(15.0, 1e-5)], bulk_after=24.0))
    twin = value(changed, "bulk corrected steady-state current fraction")
    assert "forms differ by 20%" in twin.note and twin.value == pytest.approx(1.2 * changed[0].value, rel=0.01)


def test_what_bulk_and_faces_do_not_explain_is_remarked_and_in_the_error() -> None:
    whole, less = bruce_vincent.find(cell([(15.0, 1e-5)]))[0], bruce_vincent.find(cell([(15.0, 1e-5)], hidden=10.0))[0]
    assert "don't explain the first current" not in whole.method and whole.std < 0.02 * TRUTH
    assert "bulk and faces of the spectra, 35 Ω, don't explain the first current, dV/I0 = 45" in less.method
    assert abs(less.value - TRUTH) < 2.0 * less.std  # the bulk may be 10 ohm more
    assert less.std > 0.2 * less.value


def test_faces_that_leave_nothing_are_refused_seen_or_not() -> None:
    assert "the faces take 67% of dV at the start: the electrolyte is the smaller part" in bruce_vincent.find(cell([(40.0, 1e-5)]))[0].method
    with pytest.raises(AnalysisError, match="difference of near equals"):
        bruce_vincent.find(cell([(100.0, 1e-5)]))
    with pytest.raises(AnalysisError, match="don't explain of the first current"):
        bruce_vincent.find(cell([(15.0, 1e-5)], hidden=90.0))


def test_a_spectrum_that_ends_before_the_plateau_of_the_bulk_says_so() -> None:
    """The fast arc peaks where the spectrum ends: its far side is extrapolated."""
    fine, short = (bruce_vincent.find(cell([(12.0, 1.3e-6), (9.0, 1e-4)], high=high), circuit="R(RC)(RC)Ws")[0] for high in (1e6, 1e4))
    assert "plateau" not in fine.method and fine.value == pytest.approx(TRUTH, abs=3.0 * fine.std + 2e-3)
    assert "before: at its highest frequency, 10 kHz, the spectrum still falls" in short.method
    assert short.std > 10.0 * fine.std and abs(short.value - TRUTH) < 3.0 * short.std


def test_a_stated_bulk_is_no_upper_limit() -> None:
    found = bruce_vincent.find(cell([(15.0, 1e-5)]), bulk_before="20 ohm")[0]
    assert "upper limit" not in found.method and found.value == pytest.approx(TRUTH, abs=2e-3)
