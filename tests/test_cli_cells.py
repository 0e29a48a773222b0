"""The commands of the design room: on good and broken input, with their outputs."""

import importlib
import json

import numpy as np
import pytest
from click.testing import CliRunner

import interlayer as il
from interlayer import cli
from interlayer.cells.named import named
from interlayer.design.priors import offers

UNKNOWN = "Li|Li3N(1 um)/LLZTO(1 mm)|Li @ 25 degC"


def call(*words):
    return CliRunner().invoke(cli.main, [str(w) for w in words])


def test_cells_are_listed_and_shown():
    listed = call("cells")
    assert listed.exit_code == 0 and "zhai2024/protected" in listed.output and "yu2024/bare" in listed.output
    one = call("cells", "zhai2024/bare")
    assert one.exit_code == 0 and "layers.LLZTO.conductivity" in one.output and "Zhai" in one.output
    assert "can't be simulated" not in one.output
    paper = call("cells", "zhai2024")
    assert paper.exit_code == 0 and "zhai2024/bare" in paper.output and "yu2024" not in paper.output
    assert "yang2024" not in call("cells", "zhai2024/nothing").output, "the cells of the paper that was meant, not all of them"
    wrong = call("cells", "zhai2024/bear")
    assert wrong.exit_code == 2 and "zhai2024/bare" in wrong.output


def test_a_cell_that_lacks_values_says_which_and_offers_ranges():
    shown = call("cells", UNKNOWN)
    assert shown.exit_code == 0
    assert "The physics of the interface Li|Li3N is not stated" in shown.output
    assert "interfaces.Li|Li3N.charge_transfer.exchange_current_density: 3 mA/cm² to 300 mA/cm², from Li|LiI-ZnLi" in shown.output
    assert "nothing is taken without you" in shown.output
    assert "interfaces.Li|Li3N.voids" not in shown.output and 'interlayer materials "Li|LiI-ZnLi"' in shown.output
    line = shown.output.strip().splitlines()[-1]
    assert line.startswith("State one with --set") and "30 mA/cm²" in line
    beside = call("compare", UNKNOWN, "zhai2024/bare")
    assert beside.exit_code == 2 and "can't be simulated yet" in beside.output


def test_offers_are_ranges_of_the_same_role_with_their_sources():
    assert offers(named("zhai2024/bare")) == []
    found = {o.path: o for o in offers(il.Cell.parse(UNKNOWN))}
    offer = found["interfaces.Li|Li3N.charge_transfer.exchange_current_density"]
    assert offer.low < offer.high and set(offer.examples) == {"Li|LiI-ZnLi"}
    low, high = offer.examples["Li|LiI-ZnLi"].spread()
    assert (offer.low, offer.high) == (low, high)


def test_what_a_cell_lacks_can_be_stated_one_by_one():
    cell = il.Cell.parse(UNKNOWN)
    for _ in range(20):
        found = offers(cell)
        if not found:
            break
        one = found[0]
        cell = cell.set(one.path, next(iter(one.examples.values())))
        assert one.path not in cell.lacks()
    assert cell.missing() == ()
    half = il.Cell.parse(UNKNOWN).set("interfaces.Li|Li3N.charge_transfer.exchange_current_density", "30 mA/cm^2")
    assert "interfaces.Li|Li3N.charge_transfer.alpha" in half.lacks(), "a block in part is said before it is simulated"
    assert il.simulate(cell, "Impedance(1 MHz, 1 Hz, 2)").spectra


def test_materials_are_listed_and_shown():
    listed = call("materials")
    assert listed.exit_code == 0 and "LLZTO" in listed.output and "[literature]" in listed.output
    one = call("materials", "LLZTO")
    assert one.exit_code == 0 and "conductivity" in one.output and "Li|LLZTO" in one.output
    assert call("materials", "LLTZO").exit_code == 2
    assert "Ceram. Soc." in one.output, "a number without its source is half a number"
    both = call("materials", "LLZTO|Li")
    assert both.exit_code == 0 and "filament.drive" in both.output and "voids.void_depth" in both.output
    none = call("materials", "Li|Li3N")
    assert none.exit_code == 2 and "no data of this pair" in none.output


def test_compare_two_cells(tmp_path):
    done = call("compare", "zhai2024/bare", "zhai2024/protected", "--json", "-")
    assert done.exit_code == 0, done.output
    tables = json.loads(done.stdout)["tables"]
    titles = [t["title"] for t in tables]
    assert titles[:2] == ["What differs in the cells", "Numbers"] and titles[-2:] == ["Parameters that differ", "Parameters of parts that not all cells have"]
    assert tables[-2]["rows"] and all("-" not in row[1:] for row in tables[-2]["rows"])
    shown = call("compare", "zhai2024/bare", "zhai2024/protected")
    assert "more parameters belong to parts" in shown.output and "layers.LiI-ZnLi" not in shown.output
    lost = call("compare", "zhai2024/bare", "nowhere.txt")
    assert lost.exit_code == 2 and "no such file" in lost.output
    page = tmp_path / "both.html"
    assert call("compare", "zhai2024/bare", "zhai2024/protected", "--report", page).exit_code == 0
    assert "Beside each other" in page.read_text(encoding="utf-8")


@pytest.fixture
def spectrum(tmp_path):
    cell = named("li2024/bare")
    sim = il.simulate(cell, "Impedance(1 MHz, 10 Hz, 6)")
    rng = np.random.default_rng(2)
    z = sim.impedance(sim.segments[0])
    z = z * (1 + 2e-3 * (rng.normal(size=len(z)) + 1j * rng.normal(size=len(z))))
    rows = [f"{f:.8e}\t{a.real:.8e}\t{a.imag:.8e}" for f, a in zip(sim.segments[0]["frequency"], z, strict=True)]
    path = tmp_path / "cell.txt"
    path.write_text("Frequency (Hz)\tZreal (ohm)\tZimag (ohm)\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_identify_from_a_file(spectrum, tmp_path):
    free = ("--free", "layers.QCPE.conductivity", "--free", "interfaces.Li|QCPE.charge_transfer.exchange_current_density")
    page = tmp_path / "found.html"
    done = call("identify", spectrum, "--cell", "li2024/bare", "--temperature", "30 degC", *free, "--json", "-", "--report", page)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout[: done.stdout.rindex("}") + 1])
    assert not found["misfit"] and not found["undetermined"]
    sigma = next(f for f in found["findings"] if f["name"] == free[1])
    assert sigma["value"] == pytest.approx(named("li2024/bare").get(free[1]).value, rel=0.02)
    assert "What each record says alone" in page.read_text(encoding="utf-8")
    wrong = call("identify", spectrum, "--cell", "li2024/bare", "--free", "layers.QCPE.conductivty")
    assert wrong.exit_code == 2 and "conductivity" in wrong.output
    assert call("identify", spectrum, "--cell", "li2024/bare", "--noise", "voltage").exit_code == 2


def test_window_from_the_shell(monkeypatch):
    module = importlib.import_module("interlayer.design.window")

    monkeypatch.setattr(module, "DRAWS", {1: 3, 2: 3})
    monkeypatch.setattr(module, "NODES", {1: 3, 2: 3})
    over = ("--over", "layers.LiI-ZnLi.thickness=10 nm..10 um")
    done = call("window", "zhai2024/protected", *over, "--keep", "area_specific_resistance=< 250 ohm*cm^2", "--json", "-")
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert len(made["share"]) == 201 and made["words"]
    assert call("window", "zhai2024/protected", *over, "--keep", "area_specific_resistence=< 250 ohm*cm^2").exit_code == 2
    assert call("window", "zhai2024/protected", "--over", "layers.LiI-ZnLi.thickness=10 nm", "--keep", "area_specific_resistance=< 250 ohm*cm^2").exit_code == 2
