"""`simulate`: garnet cells, bare and protected, through the protocols; what the record says, and what is refused."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import interlayer as il
from interlayer.cells import Cell
from interlayer.errors import MissingValueError, ProtocolError
from interlayer.names import name
from interlayer.protocols import Protocol, Spectrum, Step, Until
from interlayer.record import Record, load
from interlayer.record.nouns import quantity_of
from interlayer.simulation import Progress, Simulation, assemble, simulate

BARE = "Li|LLZTO(1 mm)|Li @ 25 degC"
PROTECTED = "Li|LiI-ZnLi(0.5 um)/LLZTO(1.0 mm)/LiI-ZnLi(0.5 um)|Li @ 25 degC, 1.13 cm^2"
CYCLES = "StripPlate(current_density=0.1 mA/cm^2, half_cycle=1 h, cycles=3)"


@dataclass(frozen=True)
class Steps(Protocol):
    """A protocol made by hand."""

    row: tuple[Step | Spectrum, ...]

    def steps(self, cell: Cell | None = None) -> tuple[Step | Spectrum, ...]:
        return self.row

    def describe(self) -> str:
        return "by hand"


def hold(control: str, value: float, *until: Until, **options: object) -> Step:
    return Step(control, value, until or (Until("time", 600.0),), **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def cycled() -> dict[str, Record]:
    return {cell: simulate(cell, CYCLES) for cell in (BARE, PROTECTED)}


# -- segments and channels --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("cell", [BARE, PROTECTED])
def test_a_segment_for_each_half_cycle(cycled: dict[str, Record], cell: str) -> None:
    record = cycled[cell]
    assert record.outcome == "completed"
    assert len(record) == 6
    assert [s.info["half_cycle"] for s in record.segments] == [1, 2, 3, 4, 5, 6]
    assert [s.info["event"] for s in record.segments] == ["half cycle of 1 h complete"] * 6
    t = record.trace("time")
    assert np.all(np.diff(t) > 0.0)
    assert t[-1] == pytest.approx(6 * 3600.0, rel=1e-12)
    for k, s in enumerate(record.segments):
        assert s["time"][-1] == pytest.approx(3600.0 * (k + 1), rel=1e-12)
        assert np.all(s["current_density"] == (1.0 if k % 2 == 0 else -1.0))
        assert s["voltage"][-1] * s["current_density"][-1] > 0.0
        for channel in s.channels:
            name(quantity_of(channel))
            assert not s[channel].flags.writeable
            assert np.all(np.isfinite(s[channel]))


@pytest.mark.parametrize("cell", [BARE, PROTECTED])
def test_element_voltages_add_up(cycled: dict[str, Record], cell: str) -> None:
    """Along the stack they sum to the cell's voltage; a bridge shows what it bridges."""
    for s in cycled[cell].segments:
        stack = [c for c in s.channels if c.startswith("voltage@") and "double layer" not in c and "short" not in c]
        assert len(stack) >= 8
        assert sum(s[c] for c in stack) == pytest.approx(s["voltage"], rel=1e-9, abs=1e-12)
        assert s["voltage@short left"] == pytest.approx(s["voltage"], rel=1e-9)
        layer = next(c for c in s.channels if "double layer" in c and "left" in c)
        beside = layer.replace("double layer", "charge transfer")
        assert s[layer] == pytest.approx(s[beside], rel=1e-6, abs=2e-7)  # to Newton's tolerance on its tiny current, times the weights of a row between steps


def test_what_the_interlayer_does(cycled: dict[str, Record]) -> None:
    """The bare face loses contact as it strips faster than lithium follows; plating gives part of it back."""
    bare, protected = (cycled[c].segments[0] for c in (BARE, PROTECTED))
    assert protected["voltage"][-1] < bare["voltage"][-1]
    f = bare["fraction@voids Li|LLZTO left: contact_fraction"]
    assert f[-1] == pytest.approx(0.04, rel=1e-6)  # at 0.1 mA/cm2 = J_rep nothing is lost
    more = simulate(BARE, "StripPlate(current_density=0.3 mA/cm^2, half_cycle=1 h)").segments
    lost = more[0]["length@voids Li|LLZTO left: void_volume"]
    assert lost[-1] == pytest.approx(13.0e-6 / 96485.33212 * (3.0 - 1.0) * 3600.0, rel=1e-4)
    assert more[1]["length@voids Li|LLZTO left: void_volume"][-1] < 0.6 * lost[-1]
    assert more[1]["length@voids Li|LLZTO right: void_volume"][-1] == pytest.approx(lost[-1], rel=1e-4)


def test_both_directions_are_mirror_images() -> None:
    """A symmetric cell does not know left from right."""
    right, left = (simulate(BARE, Steps((hold("current_density", J),))).segments[0] for J in (1.0, -1.0))
    assert left["voltage"] == pytest.approx(-right["voltage"], rel=1e-9)
    assert left["length@voids Li|LLZTO right: void_volume"] == pytest.approx(right["length@voids Li|LLZTO left: void_volume"], rel=1e-9, abs=1e-20)


def test_without_detail_three_channels_stay(cycled: dict[str, Record]) -> None:
    record = simulate(BARE, CYCLES, detail=False)
    for s, full in zip(record.segments, cycled[BARE].segments, strict=True):
        assert list(s.channels) == ["time", "voltage", "current_density"]
        assert np.array_equal(s["voltage"], full["voltage"])


def test_simulation_is_deterministic(cycled: dict[str, Record]) -> None:
    again = simulate(BARE, CYCLES)
    for a, b in zip(again.segments, cycled[BARE].segments, strict=True):
        assert all(np.array_equal(a[c], b[c]) for c in a.channels)


# -- impedance ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("cell", [BARE, PROTECTED])
def test_spectrum_of_a_garnet_cell(cell: str) -> None:
    """Against the closed forms of the assembled elements, at rest."""
    record = simulate(cell, "Impedance(1 MHz, 10 mHz)")
    (s,) = record.spectra
    assert s.axis == "frequency"
    assert s["frequency"][0] == 1e6
    assert s["frequency"][-1] == pytest.approx(1e-2)
    z = record.impedance(s, specific=True)
    tree = assemble(Cell.parse(cell)).element
    exact = at_rest(tree).impedance(2.0 * np.pi * s["frequency"], 298.15)
    assert np.max(np.abs(z - exact) / np.abs(exact)) < 1e-9
    assert np.all(z.real > 0.0)
    assert np.all(z.imag <= 0.0)


def at_rest(tree):  # type: ignore[no-untyped-def]
    """The tree with the contact fractions its links read at the start put in as numbers: closed forms know no links."""
    from dataclasses import replace

    from interlayer.elements.base import Leaf, Parallel, Series

    owners = {leaf.label: leaf for leaf in tree.leaves()}

    def still(node):  # type: ignore[no-untyped-def]
        if not isinstance(node, Leaf):
            kind = Series if isinstance(node, Series) else Parallel
            return kind(tuple(still(child) for child in node.children))
        numbers: dict[str, str | float] = {}
        for read, source in node.reads.items():
            if isinstance(source, str):
                label, _, export = source.rpartition(".")
                numbers[read] = float(owners[label].contact) if export == "contact_fraction" else 0.0
            else:
                numbers[read] = source
        return replace(node, reads=numbers)

    return still(tree)


def test_spectra_between_cycles() -> None:
    record = simulate(BARE, "StripPlate(current_density=0.3 mA/cm^2, half_cycle=1 h, cycles=4, impedance_every=2)")
    kinds = [s.axis for s in record.segments]
    assert kinds == ["frequency", *["time"] * 4, "frequency", *["time"] * 4, "frequency"]
    first, second, third = (np.abs(record.impedance(s, specific=True)[-1]) for s in record.spectra)
    assert first < second < third  # voids that plating does not close
    assert [s.info["cycle"] for s in record.spectra] == [0, 2, 4]
    assert [s.info["time"] for s in record.spectra] == pytest.approx([0.0, 4 * 3600.0, 8 * 3600.0])
    plain = simulate(BARE, "StripPlate(current_density=0.3 mA/cm^2, half_cycle=1 h, cycles=4)")
    assert record.trace("voltage")[-1] == pytest.approx(plain.trace("voltage")[-1], rel=1e-4)  # spectra leave no trace


def test_impedance_at_any_age() -> None:
    sim = Simulation.of(BARE)
    fresh = sim.impedance([1.0])
    sim.run(il.protocols.parse("StripPlate(current_density=0.3 mA/cm^2, half_cycle=1 h)"))
    kept = sim.state.Y.copy()
    aged, polarised = sim.impedance([1.0]), sim.impedance([1.0], relaxed=False)
    assert np.array_equal(sim.state.Y, kept)
    assert abs(aged[0]) > 1.05 * abs(fresh[0])
    assert abs(polarised[0]) < abs(aged[0])  # Butler-Volmer under current is steeper than at rest
    with pytest.raises(ProtocolError, match=r"298\.15"):
        sim.impedance([1.0], temperature=333.15)


# -- outcomes -----------------------------------------------------------------------------------------------------------
def test_critical_current_ends_with_a_named_event() -> None:
    record = simulate(BARE, "CriticalCurrent(step=0.1 mA/cm^2, half_cycle=30 min)")
    assert record.outcome.startswith("short circuit: a lithium filament reached the other electrode (Li|LLZTO left), at ")
    assert record.segments[-1].info["event"] == record.outcome
    length = record.segments[-1]["length@filament Li|LLZTO left: length"]
    filament = next(leaf for leaf in assemble(Cell.parse(BARE)).element.leaves() if leaf.label == "filament Li|LLZTO left")
    assert length[-1] == pytest.approx(filament.numbers(298.15)[1], rel=1e-6)
    assert record.trace("time")[-1] / 3600.0 == pytest.approx(float(record.outcome.split(" at ")[1].split()[0]), rel=2e-3)
    protected = simulate(PROTECTED, "CriticalCurrent(step=0.1 mA/cm^2, half_cycle=30 min, voltage_limit=0.2 V)")
    assert protected.outcome.startswith("voltage limit 0.2 V, at ")
    assert np.max(np.abs(protected.trace("voltage"))) == pytest.approx(0.2, rel=1e-3)  # the jump of a reversal meets it
    assert protected.trace("time")[-1] > record.trace("time")[-1]


@pytest.mark.parametrize("where", [0, 1, 2])
def test_a_limit_that_stops_is_the_outcome_in_any_step(where: int) -> None:
    """In the first, a middle and the last step of a protocol."""
    limits = [Until("voltage_above", 0.3, f"limit of step {k}", stops=True) for k in range(3)]
    row = [hold("current_density", 0.1, Until("time", 60.0), limit) for limit in limits]
    row[where] = hold("current_density", 8.0, Until("time", 1e5), limits[where])
    record = simulate(BARE, Steps(tuple(row)))
    assert record.outcome.startswith(f"limit of step {where}, at ")
    assert len(record) == where + 1
    assert record.segments[-1].info["event"] == record.outcome
    assert record.segments[-1]["voltage"][-1] == pytest.approx(0.3, rel=1e-6)
    assert all(s.info["event"] == "time 60 s" for s in record.segments[:-1])


def test_a_limit_that_does_not_stop_ends_its_step() -> None:
    limit = Until("voltage_above", 0.3, "upper limit")
    record = simulate(BARE, Steps((hold("current_density", 8.0, Until("time", 1e5), limit), hold("rest", 0.0))))
    assert record.outcome == "completed"
    assert [s.info["event"] for s in record.segments] == ["upper limit", "time 600 s"]
    assert abs(record.segments[1]["voltage"][-1]) < 1e-6


def test_of_two_conditions_of_a_kind_the_first_to_be_met_counts() -> None:
    """A tighter limit that ends the step beside a wider one that would end the test, in either order."""
    end, stop = Until("voltage_above", 0.3, "cut-off"), Until("voltage_above", 0.5, "abort", stops=True)
    for row in ((end, stop), (stop, end)):
        record = simulate(BARE, Steps((hold("current_density", 8.0, Until("time", 1e5), *row), hold("rest", 0.0))))
        assert record.outcome == "completed"
        assert record.segments[0].info["event"] == "cut-off"
        assert record.segments[0]["voltage"][-1] == pytest.approx(0.3, rel=1e-6)


def test_lithium_is_kept_by_a_cell_with_foils() -> None:
    """What leaves one foil reaches the other or its interphase; the total moves by the double layers' charge alone."""
    cell = Cell.parse("Li(20 um)|SPE(100 um)|Li(20 um) @ 72.5 degC")
    record = simulate(cell, "StripPlate(current_density=0.5 mA/cm^2, half_cycle=2 h, cycles=5)")
    s = record.segments[-1]
    total = sum(s[c] for c in s.channels if c.startswith("areal_charge@"))  # foils, and what is bound
    assert len([c for c in s.channels if c.startswith("areal_charge@")]) == 4
    assert total == pytest.approx(total[0], rel=1e-9)
    foil = s["thickness@lithium Li|SPE left: foil_thickness"]
    assert foil[-1] == pytest.approx(20e-6, rel=2e-3)
    assert foil[-1] < 20e-6
    assert foil[0] < 16e-6  # the half cycle before took 1 mAh/cm2


def test_charge_current_and_power_controls() -> None:
    charge = Until("areal_charge", 1800.0, "charged")
    fall = Until("current_density_below", 0.82, "settled")  # past the charging of the faces
    record = simulate(BARE, Steps((hold("current_density", 1.0, charge), hold("voltage", 0.05, Until("time", 60.0)), hold("power_density", -0.1, Until("time", 60.0)))))
    assert record.segments[0]["time"][-1] == pytest.approx(1800.0, rel=1e-9)
    assert record.segments[0].info["event"] == "charged"
    assert record.segments[1]["voltage"] == pytest.approx(0.05, rel=1e-9)
    power = record.segments[2]["voltage"] * record.segments[2]["current_density"]
    assert power == pytest.approx(0.1, rel=1e-4)  # rows between steps hold it to the tolerance of the run
    assert power[-1] == pytest.approx(0.1, rel=1e-8)
    assert np.all(record.segments[2]["current_density"] < 0.0)
    salty = simulate("Li|SPE(100 um)|Li @ 72.5 degC", Steps((hold("voltage", 0.02, fall),)))
    assert salty.segments[0].info["event"] == "settled"
    assert salty.segments[0]["current_density"][-1] == pytest.approx(0.82, rel=1e-6)


def test_only_a_condition_but_no_time_ends_a_step() -> None:
    record = simulate(BARE, Steps((hold("current_density", 1.0, Until("areal_charge", 3600.0)),)))
    assert record.trace("time")[-1] == pytest.approx(3600.0, rel=1e-9)


# -- area and temperature -------------------------------------------------------------------------------------------------
def test_ohm_needs_the_area(cycled: dict[str, Record]) -> None:
    bare, protected = cycled[BARE], cycled[PROTECTED]
    with pytest.raises(MissingValueError, match="area"):
        bare.get(bare.segments[0], "current")
    stated = bare.with_conditions(area="2 cm^2")
    assert stated.get(stated.segments[0], "current")[-1] == pytest.approx(2e-4)
    assert protected.get(protected.segments[0], "current")[-1] == pytest.approx(1.13e-4)
    spectrum = simulate(BARE, "Impedance(frequencies=[1 Hz])")
    with pytest.raises(MissingValueError, match="area"):
        spectrum.impedance(spectrum.spectra[0])
    known = simulate(PROTECTED, "Impedance(frequencies=[1 Hz])")
    s = known.spectra[0]
    assert known.impedance(s)[0] == pytest.approx(known.impedance(s, specific=True)[0] / 1.13e-4)


def test_a_total_current_needs_the_area() -> None:
    with pytest.raises(ProtocolError, match="area"):
        simulate(BARE, Steps((hold("current", 1e-4),)))
    total = simulate(PROTECTED, Steps((hold("current", 1.13e-4), hold("power", 1.13e-6))))
    assert total.segments[0]["current_density"] == pytest.approx(1.0)
    assert total.segments[1]["current_density"] * total.segments[1]["voltage"] == pytest.approx(0.01, rel=1e-8)


def test_steps_at_other_temperatures() -> None:
    row = (hold("current_density", 1.0), hold("current_density", 1.0, temperature=333.15), Spectrum((1e3,), temperature=333.15), Spectrum((1e3,)))
    record = simulate(BARE, Steps(row))
    cold, warm = record.traces
    assert warm["voltage"][-1] < 0.5 * cold["voltage"][-1]
    assert [s.info["temperature"] for s in record.segments] == [298.15, 333.15, 333.15, 298.15]
    hot, room = (abs(record.impedance(s, specific=True)[0]) for s in record.spectra)
    assert hot < 0.5 * room
    assert room == pytest.approx(abs(simulate(BARE, Steps((Spectrum((1e3,)),))).impedance(record.spectra[1], specific=True)[0]), rel=0.2)
    with pytest.raises(ProtocolError, match=r"333\.15"):
        Simulation.of(BARE).run(Steps(row))


# -- cells that say the same, cells that can't be simulated -----------------------------------------------------------------
def test_a_sham_layer_is_nothing_but_thickness() -> None:
    """Layers of the separator's own material in place of the interlayers: the bare cell of that total thickness."""
    sham = Cell.parse(PROTECTED).sham()
    assert len(sham.layers) == 3
    bare = Cell.parse("Li|LLZTO(1.001 mm)|Li @ 25 degC, 1.13 cm^2")
    protocol = "StripPlate(current_density=0.3 mA/cm^2, half_cycle=1 h, cycles=2, impedance_every=2)"
    a, b = simulate(sham, protocol), simulate(bare, protocol)
    assert len(a) == len(b)
    for x, y in zip(a.segments, b.segments, strict=True):
        assert list(x.channels) == list(y.channels)
        for channel in x.channels:
            assert x[channel] == pytest.approx(y[channel], rel=1e-9, abs=1e-18)
    assert a.conditions == pytest.approx(b.conditions)


def test_everything_missing_is_listed_at_once() -> None:
    """An interface between two materials that no pair describes, and two properties that nobody stated."""
    facts = Cell.parse("Li|LiI-ZnLi(1 um)/SPE(20 um)/LLZTO(1 mm)|Li").as_dict()
    for key in ("diffusivity", "transference_number"):
        del facts["materials"]["SPE"]["properties"][key]
    cell = Cell.from_dict(facts)
    with pytest.raises(MissingValueError) as error:
        simulate(cell, "Impedance")
    text = str(error.value)
    assert "interface LiI-ZnLi|SPE" in text
    assert "diffusivity of SPE" in text
    assert "transference number of SPE" in text
    assert 'cell.set("layers.SPE.diffusivity"' in text
    assert "add_pair" in text


def test_a_polymer_cell_polarises_to_its_steady_voltage() -> None:
    """Li|SPE|Li against E1's closed form plus the measured parts of its faces."""
    text = "Li|SPE(100 um)|Li @ 72.5 degC"
    record = simulate(text, "StripPlate(current_density=0.1 mA/cm^2, half_cycle=20 h)", rtol=1e-5)
    s = record.segments[0]
    layer = next(leaf for leaf in assemble(Cell.parse(text)).element.leaves() if leaf.label == "SPE")
    kappa, d, t, c0 = (p(345.65) for p in (layer.conductivity, layer.diffusivity, layer.transference_number, layer.concentration))
    rise = (1.0 - t) * 100e-6 / (2.0 * 96485.33212 * d)
    salt = 2.0 * 8.31446261815324 * 345.65 / 96485.33212 * (1.0 - t) * math.log((c0 + rise) / (c0 - rise))
    assert s["voltage@SPE"][-1] == pytest.approx(100e-6 / kappa + salt, rel=1e-6)
    left, right = (s[f"concentration@SPE: concentration_{side}"][-1] for side in ("left", "right"))
    assert (left - c0, right - c0) == pytest.approx((rise, -rise), rel=1e-6)
    assert s["thickness@interphase Li|SPE left: thickness"][-1] > 10e-9
    for side, o, salt_there in (("left", 1.0, left), ("right", -1.0, right)):  # each face sees its own salt
        leaf = next(x for x in assemble(Cell.parse(text)).element.leaves() if x.label == f"charge transfer Li|SPE {side}")
        j0 = leaf.j0(345.65) * (salt_there / c0) ** 0.5
        eta = 2.0 * 8.31446261815324 * 345.65 / 96485.33212 * math.asinh(o / (2.0 * j0))
        assert s[f"voltage@charge transfer Li|SPE {side}"][-1] == pytest.approx(o * eta, rel=1e-6)


# -- the object, files, progress ----------------------------------------------------------------------------------------------
def test_a_simulation_goes_on_from_its_checkpoint() -> None:
    whole = simulate(BARE, "StripPlate(current_density=0.3 mA/cm^2, half_cycle=1 h, cycles=4)")
    sim = Simulation.of(BARE)
    half = il.protocols.parse("StripPlate(current_density=0.3 mA/cm^2, half_cycle=1 h, cycles=2)")
    first, second = sim.run(half), sim.run(half)
    assert first.trace("time")[-1] == pytest.approx(4 * 3600.0)
    assert second.trace("time")[-1] == pytest.approx(8 * 3600.0)
    assert second.trace("voltage")[-1] == pytest.approx(whole.trace("voltage")[-1], rel=1e-5)


def test_saved_and_loaded_is_the_same(cycled: dict[str, Record], tmp_path: Path) -> None:
    for number, record in enumerate((cycled[PROTECTED], simulate(BARE, "StripPlate(current_density=0.3 mA/cm^2, half_cycle=1 h, impedance_every=1)"))):
        record.save(tmp_path / f"{number}.parquet")
        again = load(tmp_path / f"{number}.parquet")
        assert again.outcome == record.outcome
        assert again.cell == record.cell
        assert again.conditions == record.conditions
        assert again.provenance == record.provenance
        for a, b in zip(again.segments, record.segments, strict=True):
            assert (a.axis, a.technique, dict(a.info)) == (b.axis, b.technique, dict(b.info))
            assert list(a.channels) == list(b.channels)
            assert all(np.array_equal(a[c], b[c]) for c in a.channels)


def test_provenance_says_how_it_was_made(cycled: dict[str, Record]) -> None:
    from interlayer.simulation.stack.cache import physics_hash

    p = cycled[BARE].provenance
    assert p.kind == "simulated"
    assert p.sha256 == physics_hash()
    assert p.settings["rtol"] == 1e-4
    assert p.settings["choices"] == {"interfaces.Li|LLZTO.filament.drive": "mean_drop"}
    assert "StripPlate" in p.settings["protocol"]
    steps, rows = p.settings["steps accepted"], sum(len(s) for s in cycled[BARE].segments)
    assert steps < rows <= 2 * steps  # the ends of the steps and their middles, where these can be read


def test_progress_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from interlayer.simulation.stack import machine

    ticks = iter(range(10**9))
    monkeypatch.setattr(machine.time, "perf_counter", lambda: float(next(ticks)))  # a second passes at every look
    told: list[Progress] = []
    simulate(BARE, "StripPlate(current_density=0.1 mA/cm^2, half_cycle=1 h, cycles=250, impedance_every=125)", detail=False, progress=told.append)
    assert len(told) >= 2
    assert all(p.steps == 503 for p in told)
    assert [p.time for p in told] == sorted(p.time for p in told)
    assert told[-1].step > 250


def test_finer_tolerance_changes_little(cycled: dict[str, Record]) -> None:
    """The default is within 0.02 % of a run with rtol 1e-7."""
    fine = simulate(BARE, CYCLES, rtol=1e-7)
    for a, b in zip(cycled[BARE].segments, fine.segments, strict=True):
        assert a["voltage"][-1] == pytest.approx(b["voltage"][-1], rel=2e-4)
