"""Cells: the notation and back, interfaces from pair data, paths, controls, the catalogue."""

from __future__ import annotations

import importlib
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interlayer as il
from interlayer.cells import Cell, Electrode, Interface, Layer, catalogue, named
from interlayer.cells.notation import exact
from interlayer.errors import CellError, MissingValueError, NotationError, UnitError, UnknownNameError
from interlayer.materials import PHYSICS, Material, Value, add, material, pair

PROTECTED = "Li|LiI-ZnLi(0.5 um)/LLZTO(1.0 mm)/LiI-ZnLi(0.5 um)|Li @ 25 degC, 1.13 cm^2"
BARE = "Li|LLZTO(1.0 mm)|Li"


@pytest.fixture(scope="module")
def cell() -> Cell:
    return Cell.parse(PROTECTED)


# -- notation ---------------------------------------------------------------------------------------------------------
def test_the_notation_of_the_house_parses(cell: Cell) -> None:
    assert [part.name for part in cell.stack] == ["Li", "LiI-ZnLi", "LLZTO", "LiI-ZnLi", "Li"]
    assert [layer.thickness.value for layer in cell.layers] == [5e-7, 1e-3, 5e-7]
    assert cell.area is not None
    assert cell.area.value == pytest.approx(1.13e-4, rel=1e-15)
    assert (cell.temperature, cell.pressure) == (298.15, None)
    assert str(cell) == "Li|LiI-ZnLi(0.5 um)/LLZTO(1 mm)/LiI-ZnLi(0.5 um)|Li @ 25 degC, 1.13 cm^2"
    assert Cell.parse(str(cell)) == cell


def test_conditions_come_in_any_order_told_apart_by_unit() -> None:
    first = Cell.parse(f"{BARE} @ 60 degC, 1.13 +- 0.02 cm^2, 3 MPa")
    assert first == Cell.parse(f"{BARE} @ 30 bar, 1.13 ± 0.02 cm²,333.15 K")
    assert first.area is not None
    assert first.area.std == pytest.approx(2e-6)
    assert first.pressure is not None
    assert first.pressure.value == pytest.approx(3e6)


def test_arguments_of_a_layer() -> None:
    made = Cell.parse("Li(20 um) | LLZTO(1.0 +- 0.3 mm, conductivity=9e-4 S/cm) | Li")
    layer = made.layers[0]
    assert layer.thickness.std == pytest.approx(3e-4)
    assert layer["conductivity"].value == pytest.approx(0.09)
    assert layer["conductivity"].law == material("LLZTO")["conductivity"].law
    assert made.electrodes[0].thickness is not None
    assert made.electrodes[1].thickness is None
    same = Cell.parse("Li(20 um)|LLZTO(thickness=1.0 +- 0.3 mm, conductivity=0.9 mS/cm)|Li")
    assert same == made
    cold = Cell.parse("Li|SPE(20 um, conductivity=0.1 S/m at 60 degC, conductivity=0.2 S/m at 80 degC)|Li")
    assert cold.layers[0]["conductivity"].reference_temperature == pytest.approx(353.15)
    assert Cell.parse(str(cold)) == cold


def test_a_layer_without_thickness_takes_the_usual_one_or_says_what_is_missing() -> None:
    assert Cell.parse("Li|LiI-ZnLi/LLZTO(1 mm)|Li").layers[0].thickness == material("LiI-ZnLi")["thickness"]
    with pytest.raises(MissingValueError, match=r"thickness of the LLZTO layer is not stated.*LLZTO\(20 um\)"):
        Cell.parse("Li|LLZTO|Li")


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("", 0, "name is expected"),
        ("Li|LLZT0(1 mm)|Li", 3, "nearest is LLZTO"),
        ("Li||LLZTO(1 mm)|Li", 3, "one | at each electrode"),
        ("Li/LLZTO(1 mm)|Li", 2, "stands '|', not '/'"),
        ("Li|LLZTO(1 mm)|SPE(1 mm)|Li", 14, "stands '/', not '|'"),
        ("Li|LLZTO(1 mm|Li", 8, "not closed"),
        ("Li|LLZTO(1 mm)Li", 14, "Here | or / is expected"),
        ("Li|LLZTO(1 mm)", 3, "an electrode, at least one layer"),
        ("Li|LLZTO(1)|Li", 9, "needs a unit"),
        ("Li|LLZTO(1 mm, 2 mm)|Li", 15, "twice"),
        ("Li|LLZTO(1 mm,)|Li", 14, "missing here"),
        ("Li|LLZTO(1 mm, conductvity=1 S/m)|Li", 15, "Did you mean 'conductivity'"),
        ("Li|LLZTO(1 mm, conductivity=1 S)|Li", 15, "can't be turned"),
        ("Li|LLZTO(1 mm, alpha=1)|Li", 15, "no parameter"),
        ("Li|LLZTO(1 mm)|Li @", 18, "Conditions are expected"),
        ("Li|LLZTO(1 mm)|Li @ 25 degC, 3 kg", 29, "neither a temperature"),
        ("Li|LLZTO(1 mm)|Li @ 25", 20, "neither a temperature"),
        ("Li|LLZTO(1 mm)|Li @ 25 degC, 60 degC", 29, "twice"),
        ("Li|LLZTO(1 mm)|Li @ 25 +- 1 degC", 20, "one number"),
        ("Li|LLZTO(1 mm)|Li @ -300 degC", 20, "can't be"),
    ],
)
def test_a_notation_error_points_at_the_character(text: str, position: int, message: str) -> None:
    with pytest.raises(NotationError) as caught:
        Cell.parse(text)
    assert message in str(caught.value)
    assert caught.value.position == position


thicknesses = st.floats(1e-9, 1.9e-2)
conductivities = st.floats(1e-10, 1e4)


def layers() -> st.SearchStrategy[Layer]:
    def make(
        name: str, thickness: float | None, std: float | None, conductivity: float | None, energy: float | None
    ) -> Layer:
        if thickness is None:
            layer = Layer.of(material("LiI-ZnLi"))
        else:
            deviation = f" +- {std!r}" if std is not None else ""
            layer = Layer.of(material(name), f"{thickness!r}{deviation} m")
        if conductivity is not None:
            layer = layer.stated("conductivity", f"{conductivity!r} S/m")
        if energy is not None and layer.name != "SPE":
            layer = layer.stated("conductivity.activation_energy", f"{energy!r} J/mol")
        return layer

    return st.builds(
        make, st.sampled_from(["LLZTO", "SPE", "LiI-ZnLi"]), st.none() | thicknesses, st.none() | st.floats(0.0, 1e-2),
        st.none() | conductivities, st.none() | st.floats(1.0, 2e5),
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(layers(), min_size=1, max_size=4), st.none() | st.floats(1e-8, 1.0), st.floats(150.0, 1400.0),
    st.none() | st.floats(0.0, 1e9), st.none() | thicknesses,
)  # fmt: skip
def test_what_is_printed_parses_to_the_same_cell(
    stack: list[Layer], area: float | None, temperature: float, pressure: float | None, foil: float | None
) -> None:
    left = Electrode(material("Li")) if foil is None else Electrode(material("Li")).stated("thickness", f"{foil!r} m")
    made = Cell.of(
        left, *stack, Electrode(material("Li")), temperature=(temperature, "K"),
        area=None if area is None else (area, "m^2"), pressure=None if pressure is None else (pressure, "Pa"),
    )  # fmt: skip
    again = Cell.parse(str(made))
    assert again == made
    assert str(again) == str(made)
    assert Cell.from_dict(json.loads(json.dumps(made.as_dict()))) == made


@settings(max_examples=200, deadline=None)
@given(st.floats(1e-10, 2e-2), st.none() | st.floats(0.0, 1.0))
def test_exact_text_reads_back_bit_for_bit(value: float, std: float | None) -> None:
    read = Value.parse(exact(value, "thickness", std), "thickness")
    assert (read.value, read.std) == (value, std)


TOKENS = [
    "Li",
    "LLZTO",
    "SPE",
    "LiI-ZnLi",
    "|",
    "/",
    "(",
    ")",
    "@",
    ",",
    "=",
    " ",
    "1 mm",
    "20 um",
    "-1",
    "±",
    "25 degC",
]
TOKENS += [
    "3 MPa",
    "1 cm^2",
    "conductivity",
    "thickness",
    "1 S/m",
    "activation_energy",
    ".",
    "|",
    "/",
    "(",
    ")",
    "µ",
    "\n",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=14).map("".join) | st.text(max_size=20))
def test_no_text_makes_the_parser_fall(text: str) -> None:
    """Whatever is written, the answer is a cell or an error of the package."""
    try:
        made = Cell.parse(text)
    except (NotationError, MissingValueError):
        return
    assert Cell.parse(str(made)) == made


# -- interfaces -------------------------------------------------------------------------------------------------------
def test_interfaces_come_from_the_pair_data_in_either_direction(cell: Cell) -> None:
    assert [face.name for face in cell.interfaces] == ["Li|LiI-ZnLi", "LiI-ZnLi|LLZTO", "LLZTO|LiI-ZnLi", "LiI-ZnLi|Li"]
    known = pair("Li", "LiI-ZnLi")
    assert known is not None
    assert cell.interfaces[0].physics == cell.interfaces[3].physics == known.physics
    assert cell.interface("LiI-ZnLi|Li") is cell.interfaces[0]
    assert cell.interface(3) is cell.interfaces[3]
    assert cell.missing() == ()
    assert "voids" in cell.interfaces[0]
    assert cell.interfaces[0].at("charge_transfer", "alpha", 300.0) == 0.5
    assert cell.interfaces[1].word("filament", "drive") == "mean_drop"


def test_an_interface_says_what_it_lacks(cell: Cell) -> None:
    face = cell.interfaces[0]
    with pytest.raises(MissingValueError, match="flaw depth"):
        face.value("filament", "flaw_depth")
    with pytest.raises(UnknownNameError, match="contact_fraction"):
        face.value("contact", "contact_fracton")
    with pytest.raises(CellError, match="is a word"):
        cell.interfaces[1].value("filament", "drive")
    with pytest.raises(CellError, match="is a number"):
        face.word("contact", "contact_fraction")


def test_a_missing_pair_is_an_error_only_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.import_module("interlayer.materials.material"), "_added", {})
    add(
        Material(
            "Glass", "", "a glass nobody paired", "ceramic", {"conductivity": Value(1e-3, "conductivity", source="me")}
        )
    )
    made = Cell.parse("Li|Glass(20 um)|Li")
    assert made.interfaces[0].physics == {}
    assert "no data" in made.interfaces[0].note
    first, second = made.missing()
    assert first.startswith("The physics of the interface Li|Glass is not stated.")
    assert "interfaces.Li|Glass" in first
    assert "relative permittivity of Glass" in second
    with pytest.raises(CellError, match=r"Li\|Glass is not stated"):
        made.interface(0)
    healed = made.with_({
        "interfaces.Li|Glass.charge_transfer.exchange_current_density": "1 mA/cm^2",
        "layers.Glass.relative_permittivity": 10,
    })  # fmt: skip
    assert list(healed.lacks()) == ["interfaces.Li|Glass.charge_transfer.alpha"], "half a block is said before it is simulated"
    healed = healed.set("interfaces.Li|Glass.charge_transfer.alpha", 0.5)
    assert healed.missing() == ()
    assert healed.interfaces[1].at("charge_transfer", "exchange_current_density", 300.0) == pytest.approx(10.0)


def test_a_cell_that_cannot_exist_is_refused() -> None:
    lithium, garnet = Electrode(material("Li")), Layer.of(material("LLZTO"), "1 mm")
    with pytest.raises(CellError, match="an electrode, one or more layers"):
        Cell.of(lithium, lithium)
    with pytest.raises(CellError, match="an electrode, one or more layers"):
        Cell.of(garnet, garnet, lithium)
    with pytest.raises(CellError, match="do not fit"):
        Cell("", (lithium, garnet, lithium), (Interface("Li", "SPE"), Interface("LLZTO", "Li")))
    with pytest.raises(CellError, match="quantity 'area'"):
        Cell("", (lithium, garnet, lithium), Cell.parse(BARE).interfaces, area=Value(1.0, "number"))
    with pytest.raises(CellError, match="quantity 'thickness'"):
        Layer(material("LLZTO"), Value(1e-3, "length"))


# -- paths ------------------------------------------------------------------------------------------------------------
def test_parameters_name_every_number_once(cell: Cell) -> None:
    found = cell.parameters()
    for path in (
        "area", "temperature", "layers.LLZTO.thickness", "layers.LiI-ZnLi.thickness", "layers.LLZTO.conductivity",
        "layers.LLZTO.conductivity.activation_energy", "electrodes.Li.molar_volume",
        "interfaces.Li|LiI-ZnLi.contact.contact_fraction", "interfaces.LiI-ZnLi|LLZTO.filament.flaw_depth",
    ):  # fmt: skip
        assert path in found
    assert "pressure" not in found
    assert cell.choices() == {"interfaces.LiI-ZnLi|LLZTO.filament.drive": "mean_drop"}
    for path, value in found.items():
        assert cell.get(path) == value


def test_every_path_can_be_set_to_what_it_is(cell: Cell) -> None:
    for path, value in cell.parameters().items():
        assert cell.set(path, value).parameters()[path].value == value.value
    assert cell.set("interfaces.LiI-ZnLi|LLZTO.filament.drive", "mean_drop") == cell


def test_a_path_by_name_sets_all_and_by_index_one(cell: Cell) -> None:
    both = cell.set("layers.LiI-ZnLi.thickness", "1 um")
    assert [layer.thickness.value for layer in both.layers] == [1e-6, 1e-3, 1e-6]
    one = cell.set("layers.2.thickness", "1 um")
    assert [layer.thickness.value for layer in one.layers] == [5e-7, 1e-3, 1e-6]
    assert "layers.LiI-ZnLi.thickness" not in one.parameters()
    assert one.parameters()["layers.2.thickness"].value == 1e-6
    faces = cell.set("interfaces.LLZTO|LiI-ZnLi.contact.contact_fraction", 0.3)
    assert [f.at("contact", "contact_fraction", 298.15) for f in faces.interfaces] == [0.9, 0.3, 0.3, 0.9]
    face = cell.set("interfaces.3.contact.contact_fraction", "20 %")
    assert [f.at("contact", "contact_fraction", 298.15) for f in face.interfaces] == [0.9, 0.95, 0.95, 0.2]
    foil = cell.set("electrodes.0.thickness", "50 um")
    assert foil.electrodes[0].thickness is not None
    assert foil.electrodes[1].thickness is None


def test_set_states_and_keeps_the_law(cell: Cell) -> None:
    made = cell.set("layers.LLZTO.conductivity", "5e-4 S/cm")
    new, old = made.layers[1]["conductivity"], cell.layers[1]["conductivity"]
    assert (new.mark, new.law) == ("stated", old.law)
    assert cell.layers[1]["conductivity"] == old, "a cell never changes"
    warm = made.set("layers.LLZTO.conductivity.activation_energy", "0.4 eV")
    value = warm.get("layers.LLZTO.conductivity.activation_energy")
    assert isinstance(value, Value)
    assert value.value == pytest.approx(0.4 * 96485.33, rel=1e-5)
    face = cell.set("interfaces.0.charge_transfer.exchange_current_density.activation_energy", "30 kJ/mol")
    assert face.interfaces[0].value("charge_transfer", "exchange_current_density").activation_energy.value == 30e3  # type: ignore[union-attr]
    word = cell.set("interfaces.1.filament.drive", "spot_drop")
    assert [f.word("filament", "drive") for f in word.interfaces[1:3]] == ["spot_drop", "mean_drop"]
    hot = cell.with_(temperature="60 degC", area="2 cm^2", pressure="1 MPa")
    assert hot.temperature == pytest.approx(333.15)
    assert hot.pressure is not None
    assert hot.pressure.source == "stated by the user"


@pytest.mark.parametrize(
    ("path", "given", "message"),
    [
        ("layer.LLZTO.thickness", "1 mm", "Did you mean 'layers'"),
        ("layers.LLZT0.thickness", "1 mm", "Did you mean 'LLZTO'"),
        ("layers.7.thickness", "1 mm", "none of this name"),
        ("layers.LLZTO", "1 mm", "names a part"),
        ("layers.LLZTO.thicknes", "1 mm", "Did you mean 'thickness'"),
        ("layers.LLZTO.conductivity.energy", "1 eV", "activation_energy"),
        ("interfaces.Li|LLZTO.contact.contact_fraction", 0.1, "Li|LiI-ZnLi"),
        ("interfaces.0.contct.contact_fraction", 0.1, "Did you mean 'contact'"),
        ("interfaces.0.contact.fraction", 0.1, "contact_fraction"),
        ("interfaces.1.filament.drive", "mean", "mean_drop"),
        ("temprature", "25 degC", "Did you mean 'temperature'"),
    ],
)  # fmt: skip
def test_an_unknown_path_names_the_nearest(cell: Cell, path: str, given: str | float, message: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        cell.set(path, given)
    assert message in str(caught.value)


def test_set_refuses_a_wrong_unit_and_get_an_absent_entry(cell: Cell) -> None:
    with pytest.raises(UnitError, match="thickness"):
        cell.set("layers.LLZTO.thickness", "1 kg")
    with pytest.raises(UnknownNameError, match="no such entry"):
        cell.get("layers.LLZTO.diffusivity")
    with pytest.raises(UnknownNameError, match="not stated"):
        cell.get("pressure")
    with pytest.raises(UnknownNameError, match="no Arrhenius law"):
        cell.get("layers.LLZTO.thickness.activation_energy")
    with pytest.raises(CellError, match="before its activation energy"):
        cell.set("layers.LLZTO.diffusivity.activation_energy", "0.3 eV")


# -- the cells beside a cell ------------------------------------------------------------------------------------------
def test_bare_keeps_electrodes_separator_and_conditions(cell: Cell) -> None:
    stated = cell.with_({"electrodes.0.thickness": "50 um", "layers.LLZTO.conductivity": "5e-4 S/cm"}, pressure="1 MPa")
    bare = stated.bare()
    assert [part.name for part in bare.stack] == ["Li", "LLZTO", "Li"]
    assert bare.layers[0] == stated.layers[1]
    assert bare.electrodes == stated.electrodes
    assert (bare.area, bare.temperature, bare.pressure) == (stated.area, stated.temperature, stated.pressure)
    assert bare.interfaces == Cell.parse(BARE).interfaces
    assert bare.bare() == bare
    assert Cell.parse(BARE).bare() == Cell.parse(BARE)
    assert [layer.name for layer in Cell.parse("Li|SPE(20 um)/LLZTO(0.6 mm)/SPE(20 um)|Li").bare().layers] == ["LLZTO"]


def test_the_sham_has_the_layers_and_not_the_chemistry(cell: Cell) -> None:
    sham = cell.sham()
    assert [layer.name for layer in sham.layers] == ["LLZTO"] * 3
    assert [layer.thickness.value for layer in sham.layers] == [5e-7, 1e-3, 5e-7]
    bare = cell.bare()
    assert sham.interfaces[0] == bare.interfaces[0]
    assert sham.interfaces[-1] == bare.interfaces[-1]
    assert [face.trivial for face in sham.interfaces] == [False, True, True, False]
    assert sham.missing() == ()
    assert sham.interface(1).physics == {}
    assert bare.sham() == bare


def test_the_two_arcs_of_a_ceramic_add_up(cell: Cell) -> None:
    garnet = cell.separator
    bulk, boundary = garnet.conductivities(298.15)
    total = garnet["conductivity"].value
    assert 1 / bulk + 1 / boundary == pytest.approx(1 / total, rel=1e-14)
    assert total / boundary == pytest.approx(garnet["grain_boundary_share"].value)
    warm = garnet.conductivities(333.15)
    assert warm[1] / boundary > warm[0] / bulk > 1.0, "the grain boundary has the higher barrier here"
    assert cell.layers[0].conductivities(298.15) == (cell.layers[0].at("conductivity", 298.15), math.inf)
    whole = garnet.stated("grain_boundary_share", 1.0)
    assert whole.conductivities(298.15)[0] == math.inf


# -- catalogue and tables ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", catalogue())
def test_the_cells_of_the_catalogue_are_complete(name: str) -> None:
    made = named(name)
    assert made.name == name
    assert made.source
    assert made.missing() == ()
    if name.startswith("zhai2024"):
        assert made.area is None, "the paper does not state it"
        assert made.temperature == 298.15
        thickness = made.separator.thickness
        assert (thickness.value, thickness.mark) == (1e-3, "prior")
        assert thickness.std == pytest.approx(3e-4)
    assert Cell.from_dict(json.loads(json.dumps(made.as_dict()))) == made
    for value in made.parameters().values():
        assert value.source


def test_the_catalogue_holds_the_bare_and_the_protected_cell() -> None:
    assert {"zhai2024/bare", "zhai2024/protected", "zhai2024/protected-0.1"} <= set(catalogue())
    bare, protected, thin = named("zhai2024/bare"), named("zhai2024/protected"), named("zhai2024/protected-0.1")
    assert protected.bare().stack == bare.stack
    assert protected.bare().interfaces == bare.interfaces
    assert thin.layers[0].thickness.value < protected.layers[0].thickness.value
    assert thin.interfaces[1].at("contact", "contact_fraction", 298.15) < 1.0
    assert thin.layers[0].thickness.mark == "prior"
    assert named("zhai2024/protected-0.5").stack == protected.stack
    with pytest.raises(UnknownNameError, match="Did you mean 'zhai2024/bare'"):
        named("zhai2024/bar")
    with pytest.raises(UnknownNameError, match="no cell of this name"):
        named("nobody")


def test_tables_show_value_law_mark_and_source(cell: Cell) -> None:
    text, html = cell.table(), cell._repr_html_()
    for shown in (text, html):
        assert "layers.LLZTO.conductivity" in shown
        assert "Arrhenius 33.77 kJ/mol" in shown
        assert "10.1016/j.jeurceramsoc.2014.09.007" in shown
        assert "mean_drop" in shown
    assert "<table>" in html
    assert repr(cell) == f"<Cell {cell.notation}>"
    assert repr(named("zhai2024/bare")).startswith("<Cell 'zhai2024/bare' Li|LLZTO")


def test_blocks_of_the_pair_data_are_known() -> None:
    for name in catalogue():
        for face in named(name).interfaces:
            assert set(face.physics) <= set(PHYSICS)


def test_every_number_of_the_catalogue_says_where_it_is_from() -> None:
    for name in catalogue():
        for path, value in named(name).parameters().items():
            assert path == "temperature" or value.mark != "stated", f"{name}: {path}"


def test_what_a_catalogue_file_states_for_all_its_cells_reaches_them() -> None:
    assert named("yang2024/protected-nano").get("pressure").source.endswith("(claim S3.C123)")
    assert named("li2024/bare").area.mark == "recalled"
    skin = named("yu2024/protected-2um").get("layers.POTA-NO3.thickness")
    assert (skin.value, skin.mark) == (2e-6, "prior"), "what the cell itself says goes first"


@pytest.mark.parametrize("kind", ["carbon", "micro", "nano"])
def test_the_electron_blocking_cells_and_their_electronic_twins(kind: str) -> None:
    layer = {"carbon": "SC", "micro": "SC-LLZTO-micro", "nano": "SC-LLZTO-nano"}[kind]
    cell = named(f"yang2024/electronic-{kind}")
    sigma = cell.get(f"layers.{layer}.electronic_conductivity").value
    assert sigma == named(f"yang2024/protected-{kind}").get(f"layers.{layer}.electronic_conductivity").value
    run = il.simulate(cell, "DCPolarisation(voltages=['1 mV', '2 mV', '5 mV'], hold=1 min, sample=1 s)")
    found = next(f.value for f in il.analysis.dc_polarisation.find(run, carriers="electrons") if f.name == "electronic conductivity")
    assert sigma * (1.0 - 1e-6) <= found <= sigma * 1.001, "in a minute the ions have not come to rest, and they are slow"
    ions = il.simulate(named(f"yang2024/electron-blocking-{kind}"), "Impedance(1 MHz, 10 mHz)")
    z = ions.impedance(ions.segments[0], specific=True)
    assert -z[-1].imag > 100.0 * z[-1].real, "no direct current passes"
