"""Temperature laws, values, materials and pairs: closed forms, round trips, and every mistake named."""

from __future__ import annotations

import importlib
import json
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlayer import units
from interlayer.errors import InterlayerError, MissingValueError, ReadError, UnitError, UnknownNameError
from interlayer.laws.temperature import GAS_CONSTANT, Arrhenius, NoLaw, Vft, law_from_dict
from interlayer.materials import (
    CHOICES,
    MARKS,
    NEEDED,
    PARAMETERS,
    PHYSICS,
    Material,
    Pair,
    Value,
    add,
    add_pair,
    material,
    materials,
    pair,
    pairs,
    read,
    read_pair,
)
from interlayer.materials.material import _aliases

ENERGY = 35e3
LAWS = [NoLaw(), Arrhenius(ENERGY), Arrhenius(ENERGY, resistive=True, power=-1.0), Vft(1100.0, 200.0, power=-0.5)]


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test adds to the tables is gone after it."""
    for module in ("interlayer.materials.material", "interlayer.materials.pairs"):
        monkeypatch.setattr(importlib.import_module(module), "_added", {})
    yield
    _aliases.cache_clear()


# -- laws -------------------------------------------------------------------------------------------------------------
def test_arrhenius_is_the_closed_form() -> None:
    expected = math.exp(-ENERGY / GAS_CONSTANT * (1 / 333.15 - 1 / 298.15))
    assert Arrhenius(ENERGY).factor(333.15, 298.15) == pytest.approx(expected, rel=1e-14)
    assert Arrhenius(ENERGY, resistive=True).factor(333.15, 298.15) == pytest.approx(1 / expected, rel=1e-14)


def test_the_slope_of_ln_sigma_and_of_ln_sigma_t_differ_by_r_t() -> None:
    """ln(sigma T) with E and ln(sigma) with E - R T agree to first order at T: 0.0257 eV at 298 K."""
    reference, step = 298.15, 1e-3

    def slope(law: Arrhenius) -> float:
        up, down = law.factor(reference + step, reference), law.factor(reference - step, reference)
        return -GAS_CONSTANT * math.log(up / down) / (1 / (reference + step) - 1 / (reference - step))

    assert slope(Arrhenius(ENERGY)) == pytest.approx(ENERGY, rel=1e-7)
    assert slope(Arrhenius(ENERGY, power=-1.0)) == pytest.approx(ENERGY - GAS_CONSTANT * reference, rel=1e-7)


def test_vft_is_the_closed_form_and_stops_at_t0() -> None:
    expected = (353.15 / 298.15) ** -0.5 * math.exp(-1100 * (1 / 153.15 - 1 / 98.15))
    assert Vft(1100.0, 200.0, power=-0.5).factor(353.15, 298.15) == pytest.approx(expected, rel=1e-14)
    with pytest.raises(UnitError, match="above its T0"):
        Vft(1100.0, 200.0).factor(190.0, 298.15)


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_laws_are_one_at_the_reference_and_compose(law: NoLaw | Arrhenius | Vft) -> None:
    assert law.factor(298.15, 298.15) == pytest.approx(1.0, abs=1e-15)
    assert law.factor(340.0, 310.0) * law.factor(310.0, 290.0) == pytest.approx(law.factor(340.0, 290.0), rel=1e-12)
    assert law_from_dict(json.loads(json.dumps(law.as_dict()))) == law


def test_a_law_refuses_absolute_zero_and_unknown_kinds() -> None:
    with pytest.raises(UnitError, match="above 0 K"):
        Arrhenius(ENERGY).factor(0.0, 298.15)
    with pytest.raises(UnknownNameError, match="arrhenius"):
        law_from_dict({"law": "arhenius"})


# -- values -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "std"),
    [
        ("1.0 mm", None),
        ("1.0 +- 0.3 mm", 3e-4),
        ("1.0 ± 0.3 mm", 3e-4),
        ("(1.0 +/- 0.3) mm", 3e-4),
        ("1.0 mm ± 0.3 mm", 3e-4),
        ("1.0 mm ± 300 um", 3e-4),
        ("1000 ± 300 µm", 3e-4),
    ],
)
def test_parse_reads_value_and_deviation(text: str, std: float | None) -> None:
    value = Value.parse(text, "thickness")
    assert value.value == 1e-3
    assert value.std == (None if std is None else pytest.approx(std, rel=1e-15))


def test_parse_reads_other_forms() -> None:
    assert Value.parse("9.28e-4 S/cm", "conductivity").value == pytest.approx(0.0928)
    assert Value.parse("0.1 S/m at 70 degC", "conductivity").reference_temperature == pytest.approx(343.15)
    assert Value.parse(0.5, "fraction").value == 0.5
    assert Value.parse("25 +- 2 degC", "temperature").std == pytest.approx(2.0)
    made = Value.parse("0.35 +- 0.03 eV", "activation_energy", mark="prior", source="me")
    assert (made.mark, made.source) == ("prior", "me")
    assert made.std == pytest.approx(0.03 * 96485.33, rel=1e-5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1.0", "needs a unit"),
        ("1.0 kg", "can't be turned"),
        ("25 m", "can't be"),
        ("1 +- 0.3", "needs a unit"),
        ("much", "number"),
    ],
)
def test_parse_refuses(text: str, message: str) -> None:
    with pytest.raises(UnitError, match=message):
        Value.parse(text, "thickness")


def test_a_value_follows_its_law() -> None:
    value = Value(0.0928, "conductivity", law=Arrhenius(ENERGY))
    assert value.at(298.15) == 0.0928
    assert value.at(333.15) == 0.0928 * Arrhenius(ENERGY).factor(333.15, 298.15)


def test_spread_is_the_interval_else_two_deviations_cut_at_the_possible() -> None:
    assert Value(0.5, "fraction", std=0.5).spread() == (0.0, 1.0)
    assert Value(0.5, "fraction", std=0.5, interval=(0.4, 0.7)).spread() == (0.4, 0.7)
    assert Value(1e-3, "thickness", std=1e-4).spread() == pytest.approx((1e-3 - 1.96e-4, 1e-3 + 1.96e-4), rel=1e-4)
    assert Value(2.0, "number").spread() == (2.0, 2.0)
    assert Value(0.0, "voltage", std=1.0).spread()[0] == pytest.approx(-1.96, rel=1e-3)


def test_a_stated_value_keeps_quantity_and_law_and_loses_source_and_spread() -> None:
    old = Value(
        0.09,
        "conductivity",
        interval=(0.03, 0.15),
        law=Vft(1100.0, 200.0),
        reference_temperature=345.65,
        source="x",
        mark="prior",
    )
    new = old.replaced("0.2 S/m")
    assert (new.value, new.quantity, new.law, new.reference_temperature) == (0.2, "conductivity", old.law, 345.65)
    assert (new.mark, new.source, new.interval) == ("stated", "stated by the user", None)
    assert old.replaced("0.2 S/m at 60 degC").reference_temperature == pytest.approx(333.15)
    with pytest.raises(UnitError, match="conductivity"):
        old.replaced(Value(1.0, "number"))


def test_the_activation_energy_is_a_value_of_its_own() -> None:
    value = Value(
        0.0928, "conductivity", law=Arrhenius(ENERGY, power=-1.0), law_std=1e3, law_source="read", law_mark="prior"
    )
    energy = value.activation_energy
    assert energy is not None
    assert (energy.value, energy.std, energy.mark, energy.source) == (ENERGY, 1e3, "prior", "read")
    changed = value.with_activation_energy("0.4 eV")
    assert changed.law == Arrhenius(units.si("0.4 eV", "activation_energy"), power=-1.0)
    assert (changed.law_mark, changed.law_std, changed.value) == ("stated", None, 0.0928)
    assert Value(1.0, "number").activation_energy is None
    with pytest.raises(UnitError, match="another law"):
        Value(0.1, "conductivity", law=Vft(1100.0, 200.0)).with_activation_energy("0.3 eV")
    assert isinstance(Value(0.1, "conductivity").with_activation_energy("0.3 eV").law, Arrhenius)


@pytest.mark.parametrize(
    ("facts", "error", "message"),
    [
        ({"mark": "guess"}, UnknownNameError, "mark"),
        ({"std": -1.0}, UnitError, "negative"),
        ({"interval": (0.6, 0.7)}, UnitError, "does not hold"),
        ({"value": 1.5}, UnitError, "can't be"),
        ({"value": math.nan}, UnitError, "finite"),
    ],
)
def test_a_value_refuses(facts: dict[str, object], error: type[InterlayerError], message: str) -> None:
    with pytest.raises(error, match=message):
        Value(**{"value": 0.5, "quantity": "fraction", **facts})  # type: ignore[arg-type]


def test_values_read_well_in_tables() -> None:
    assert str(Value.parse("1.0 +- 0.3 mm", "thickness")) == "1000 ± 300 µm"
    assert str(Value(0.0928, "conductivity", interval=(0.06, 0.11))) == "0.928 (0.6 to 1.1) mS/cm"
    assert str(Value(0.5, "fraction")) == "0.5"
    assert str(Value(298.15, "temperature")) == "25 °C"


@given(
    st.floats(1e-6, 1e3),
    st.none() | st.floats(0, 1),
    st.sampled_from(LAWS),
    st.sampled_from(sorted(MARKS)),
    st.text(),
    st.booleans(),
)
def test_values_survive_json(
    value: float, std: float | None, law: NoLaw | Arrhenius | Vft, mark: str, text: str, bounded: bool
) -> None:
    interval = (value / 2, value * 2) if bounded else None
    made = Value(value, "conductivity", std, interval, law, 310.0, text, mark, text, std, text, mark)
    assert Value.from_dict(json.loads(json.dumps(made.as_dict()))) == made


# -- materials and pairs ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", materials())
def test_every_number_of_a_material_has_a_source_and_its_quantity(name: str) -> None:
    found = material(name)
    assert found.name == name
    for key, value in found.properties.items():
        assert value.quantity == PARAMETERS[key][0]
        assert value.source, key
        if value.mark == "prior":
            assert value.interval is not None, f"{name}.{key}: a prior carries a range"
        if isinstance(value.law, Arrhenius | Vft):
            assert value.law_source, f"{name}.{key}: the law needs a source of its own"
            assert value.law_mark
    assert all(need in found for need in NEEDED[found.role])
    assert Material.from_dict(json.loads(json.dumps(found.as_dict()))) == found


@pytest.mark.parametrize("name", pairs())
def test_every_number_of_a_pair_has_a_source_and_its_quantity(name: str) -> None:
    found = pair(*name.split("|"))
    assert found is not None
    assert found.name == name
    assert {found.left, found.right} <= set(materials())
    assert {"charge_transfer", "double_layer"} & set(found.physics) or set(found.physics) == {"contact"}  # alone: a contact for electrons
    for block, entries in found.physics.items():
        assert tuple(entries) == PHYSICS[block]
        for key, value in entries.items():
            if isinstance(value, str):
                assert value in CHOICES[key][0]
                continue
            assert value.quantity == PARAMETERS[key][0]
            assert value.source
            if value.mark == "prior" and key != "alpha":
                assert value.interval is not None, f"{name}.{block}.{key}: a prior carries a range"


def test_recalled_values_say_so() -> None:
    """A number marked `recalled` names in its source that it was not read."""
    found = [value for name in materials() for value in material(name).properties.values()]
    for name in pairs():
        known = pair(*name.split("|"))
        assert known is not None
        found += [value for block in known.physics.values() for value in block.values() if isinstance(value, Value)]
    for value in found:
        if value.mark == "recalled":
            assert "not read" in value.source, value


def test_the_tables_of_parameters_fit_each_other() -> None:
    for block in PHYSICS.values():
        for key in block:
            assert (key in PARAMETERS) != (key in CHOICES)
    for needs in NEEDED.values():
        assert set(needs) <= set(PARAMETERS)
    for quantity, definition in PARAMETERS.values():
        units.name(quantity)
        assert definition


def test_derived_numbers_follow_from_what_they_name() -> None:
    llzto, lithium = material("LLZTO"), material("Li")
    assert lithium["molar_mass"].value / lithium["density"].value == pytest.approx(
        lithium["molar_volume"].value, rel=1e-3
    )
    atoms = {6.94: 6.75, 138.905: 3, 91.224: 1.75, 180.948: 0.25, 15.999: 12}
    mass = sum(weight * count for weight, count in atoms.items()) * 1e-3
    assert llzto["molar_mass"].value == pytest.approx(mass, rel=1e-4)
    assert llzto["density"].value == pytest.approx(8 * mass / (6.02214076e23 * 12.96e-10**3), rel=1e-3)
    assert llzto["grain_boundary_share"].value == pytest.approx(1 - 6.3 / 8.7, abs=5e-3)
    toughness = 0.44 + (94.09 - 83) / (98 - 83) * (1.51 - 0.44)
    assert llzto["fracture_toughness"].value == pytest.approx(toughness * 1e6, rel=0.03)
    conversion = GAS_CONSTANT * 298.15 / 96485.33212
    for left, right, asr in (("Li", "LLZTO", 2e-4), ("SPE", "LLZTO", 1e-2)):
        known = pair(left, right)
        assert known is not None
        j0 = known.physics["charge_transfer"]["exchange_current_density"]
        assert isinstance(j0, Value)
        assert j0.value == pytest.approx(conversion / asr, rel=5e-3)


def test_lookup_by_name_and_alias_and_near_miss() -> None:
    assert material("Li6.75La3Zr1.75Ta0.25O12") is material("LLZTO")
    with pytest.raises(UnknownNameError, match="Did you mean 'LLZTO'"):
        material("LLZT0")
    assert "LLZTO: garnet" in str(material("LLZTO"))
    with pytest.raises(MissingValueError, match="diffusivity of LLZTO is not known"):
        material("LLZTO")["diffusivity"]
    with pytest.raises(UnknownNameError, match="conductivity"):
        material("LLZTO")["conductvity"]


def test_a_pair_has_no_direction() -> None:
    assert pair("LLZTO", "Li") is pair("Li", "LLZTO")
    assert pair("Li", "Li") is None


def test_a_material_refuses() -> None:
    with pytest.raises(UnknownNameError, match="role"):
        Material("X", "", "x", "cermic")
    with pytest.raises(InterlayerError, match="name of a material"):
        Material("a/b", "", "x", "ceramic")
    with pytest.raises(InterlayerError, match="another name"):
        Material("X", "", "x", "ceramic", aliases=("a|b",))
    with pytest.raises(InterlayerError, match="is a conductivity"):
        Material("X", "", "x", "ceramic", {"conductivity": Value(1.0, "number")})


GOOD = """
name: Mine
title: a made-up glass
role: ceramic
aliases: [Mine2.5]
properties:
  conductivity:
    {value: 1e-4 S/cm, interval: [1e-5 S/cm, 1e-3 S/cm], at: 60 degC, arrhenius: {energy: 0.4 eV, power: -1},
      mark: prior, source: me}
  relative_permittivity: {value: 10, mark: stated, source: me}
  thickness: {value: 10 +- 1 um, mark: stated, source: me}
"""


def test_one_file_adds_a_material(tmp_path: Path) -> None:
    file = tmp_path / "Mine.yaml"
    file.write_text(GOOD, encoding="utf-8")
    made = add(file)
    assert material("Mine") is made
    assert material("Mine2.5") is made
    assert "Mine" in materials()
    value = made["conductivity"]
    assert value.interval == pytest.approx((1e-3, 1e-1))
    assert value.reference_temperature == pytest.approx(333.15)
    assert value.law == Arrhenius(units.si("0.4 eV", "activation_energy"), power=-1.0)
    assert made["thickness"].std == pytest.approx(1e-6)


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("conductivity:", "conductvity:", "properties.conductvity", "Did you mean 'conductivity'"),
        ("value: 1e-4 S/cm", "value: 1e-4", "properties.conductivity", "needs a unit"),
        ("value: 1e-4 S/cm", "value: 1e-4 S", "properties.conductivity", "can't be turned"),
        ("10, mark: stated, source: me", "10, mark: stated", "properties.relative_permittivity", "no source"),
        ("mark: prior, ", "", "properties.conductivity", "no mark"),
        ("mark: prior", "mark: guess", "properties.conductivity", "mark"),
        ("value: 10,", "value: 10, unit: m,", "properties.relative_permittivity", "'unit'"),
        ("[1e-5 S/cm, 1e-3 S/cm]", "[1e-3 S/cm, 1e-2 S/cm]", "properties.conductivity", "does not hold"),
        ("energy: 0.4 eV", "enrgy: 0.4 eV", "properties.conductivity", "enrgy"),
        ("role: ceramic", "role: cermic", None, "role"),
        ("title: a made-up glass", "", None, "no title"),
        ("name: Mine", "name: [", None, "not YAML"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_file_is_named_with_file_and_key(
    tmp_path: Path, old: str, new: str, place: str | None, message: str
) -> None:
    file = tmp_path / "Mine.yaml"
    assert old in GOOD
    file.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(ReadError, match=message) as caught:
        read(file)
    assert caught.value.file == "Mine.yaml"
    assert place is None or caught.value.place == place


PAIR = """
left: Li
right: Mine
title: a pair
physics:
  charge_transfer:
    exchange_current_density: {value: 1 mA/cm^2, mark: stated, source: me}
    alpha: {value: 0.5, mark: stated, source: me}
"""


def test_one_file_adds_a_pair(tmp_path: Path) -> None:
    file = tmp_path / "Li_Mine.yaml"
    file.write_text(PAIR, encoding="utf-8")
    made = add_pair(file)
    assert pair("Mine", "Li") is made
    assert "Li|Mine" in pairs()
    turned = add_pair(Pair("Mine", "Li", made.title, made.physics))
    assert pair("Li", "Mine") is turned


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("charge_transfer:", "charge_transfr:", "physics.charge_transfr", "Did you mean 'charge_transfer'"),
        ("alpha:", "alfa:", "physics.charge_transfer", "alfa"),
        ("    alpha: {value: 0.5, mark: stated, source: me}\n", "", "physics.charge_transfer", "no alpha"),
        ("value: 1 mA/cm^2", "value: 1 mA", "physics.charge_transfer.exchange_current_density", "can't be turned"),
        ("title: a pair", "titel: a pair", None, "titel"),
    ],
)
def test_a_mistake_in_a_pair_is_named(tmp_path: Path, old: str, new: str, place: str | None, message: str) -> None:
    file = tmp_path / "Li_Mine.yaml"
    assert old in PAIR
    file.write_text(PAIR.replace(old, new), encoding="utf-8")
    with pytest.raises(ReadError, match=message) as caught:
        read_pair(file)
    assert place is None or caught.value.place == place


def test_an_unknown_word_in_a_pair_is_named(tmp_path: Path) -> None:
    file = tmp_path / "Li_Mine.yaml"
    text = (Path(__file__).parent.parent / "src/interlayer/materials/data/interfaces/Li_LLZTO.yaml").read_text(
        encoding="utf-8"
    )
    file.write_text(text.replace("drive: mean_drop", "drive: mean_dropp"), encoding="utf-8")
    with pytest.raises(ReadError, match="Did you mean 'mean_drop'"):
        read_pair(file)


def test_the_rooms_import_without_heavy_libraries() -> None:
    """laws, materials, cells and protocols cost no pint, yaml, scipy or polars until they are used."""
    code = (
        "import sys, interlayer.cells, interlayer.protocols, interlayer.materials;"
        "print([m for m in ('pint', 'yaml', 'scipy', 'polars', 'numba', 'pandas') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
