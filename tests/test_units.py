"""Units at the door: what comes in, what is refused, and in which words."""

import math

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlayer import units
from interlayer.errors import UnitError, UnknownNameError
from interlayer.names import NAMES


@pytest.mark.parametrize(
    ("text", "quantity", "si"),
    [
        ("20 um", "thickness", 2e-5),
        ("20 µm", "thickness", 2e-5),
        ("1.25e-3 S/cm", "conductivity", 0.125),
        ("1.25 mS cm-1", "conductivity", 0.125),
        ("40 degC", "temperature", 313.15),
        ("40 °C", "temperature", 313.15),
        ("1.13 cm²", "area", 1.13e-4),
        ("10.3 Ω·cm²", "area_specific_resistance", 1.03e-3),
        ("0.1 mA/cm^2", "current_density", 1.0),
        ("0.36 eV", "activation_energy", 0.36 * 1.602176634e-19 * 6.02214076e23),
        ("3 mAh/cm²", "areal_charge", 3 * 3.6 * 1e4),
        ("1 MHz", "frequency", 1e6),
        ("5%", "fraction", 0.05),
        (0.3, "fraction", 0.3),
        ((20, "um"), "thickness", 2e-5),
        ("−3 mV", "overpotential", -3e-3),
    ],
)
def test_what_people_write_becomes_si(text, quantity, si):
    assert units.si(text, quantity) == pytest.approx(si, rel=1e-12)


def test_pint_quantities_are_taken():
    assert units.si(pint.UnitRegistry().Quantity(20.0, "micrometer"), "thickness") == pytest.approx(2e-5, rel=1e-12)


@pytest.mark.parametrize(
    ("given", "quantity", "words"),
    [
        ("25 m", "thickness", "unit slip"),
        ("1e9 Hz", "frequency", "unit slip"),  # 1 MHz read as kHz twice over
        (20, "thickness", "needs a unit"),
        ("20", "thickness", "needs a unit"),
        ("20 ohm", "area_specific_resistance", "can't be turned"),
        ("20 ohm cm^2", "resistance", "can't be turned"),
        ("20 umm", "thickness", "not understood"),
        ("thick", "thickness", "does not start with a number"),
        ("-3 um", "thickness", "can't be"),
        (True, "fraction", "number with a unit"),
        (float("nan"), "fraction", "finite"),
        ("25 degC", "thickness", "can't be turned"),
    ],
)
def test_slips_are_refused_with_a_reason(given, quantity, words):
    with pytest.raises(UnitError, match=words):
        units.si(given, quantity)


def test_unknown_quantity_names_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'thickness'"):
        units.si("1 um", "thicknes")


@given(st.sampled_from(sorted(NAMES)), st.floats(1e-3, 1e3))
def test_display_units_return_to_si(quantity, factor):
    row = NAMES[quantity]
    if quantity in ("temperature", "surface_temperature"):  # offsets below
        return
    value = max(row.low, 1e-6) * factor if not row.high < 1e3 else 0.5 * row.high
    shown = units.lab(value, quantity)
    back, offset = units.factor(row.shown, row.si)
    assert shown * back + offset == pytest.approx(value, rel=1e-9)


def test_temperature_offsets_hold_only_for_temperature():
    assert units.lab(298.15, "temperature") == pytest.approx(25.0)
    assert math.isclose(units.convert(1.0, "h", "s"), 3600.0)
    assert units.show(1.03e-3, "area_specific_resistance") == "10.3 Ω cm²"
