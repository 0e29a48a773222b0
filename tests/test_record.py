"""Records: what holds, what is refused, and that nothing is lost on the way to disk and back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interlayer as il
from interlayer.errors import MissingValueError, ReadError, RecordError, UnitError, UnknownNameError
from interlayer.record import Block, Finding, Provenance, Record, Segment, Series, load

SOURCE = Provenance("measured", "made.txt", corrections=("sign of Im flipped",))


def spectrum(n=5):
    return Segment({"frequency": np.logspace(4, 0, n), "impedance_real": np.linspace(10, 20, n), "impedance_imag": -np.ones(n)}, "frequency", "impedance")


def trace(n=7):
    return Segment({"time": np.arange(n) * 1.0, "voltage": np.full(n, 0.01), "current": np.full(n, 1e-4)}, "time", "strip_plate", {"cycle": 1})


def test_arrays_are_read_only_copies():
    values = np.ones(3)
    s = Segment({"time": np.arange(3.0), "voltage": values})
    values[0] = 5.0
    assert s["voltage"][0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        s["voltage"][0] = 2.0


def test_bad_segments_are_refused():
    with pytest.raises(RecordError, match="same length"):
        Segment({"time": np.arange(3.0), "voltage": np.ones(4)})
    with pytest.raises(RecordError, match="no time channel"):
        Segment({"voltage": np.ones(4)})
    with pytest.raises(UnknownNameError, match="Did you mean 'voltage'"):
        Segment({"time": np.arange(3.0), "voltge": np.ones(3)})


def test_ohm_and_ohm_area_never_mix():
    record = Record((spectrum(), trace()), SOURCE)
    with pytest.raises(MissingValueError, match=r"area.*never guessed"):
        record.impedance(record.spectra[0], specific=True)
    with pytest.raises(MissingValueError, match="area"):
        record.trace("current_density")
    stated = record.with_conditions(area="2 cm^2")
    assert stated.impedance(stated.spectra[0], specific=True)[0] == pytest.approx((10 - 1j) * 2e-4)
    assert stated.trace("current_density")[0] == pytest.approx(0.5)
    with pytest.raises(UnitError, match="area"):
        record.with_conditions(area="2 ohm")


def test_a_header_value_is_shown_and_never_used():
    record = Record((spectrum(),), Provenance("measured", "x", header={"electrode area": "0.001 cm^2"}))
    with pytest.raises(MissingValueError, match=r"electrode area = 0.001 cm\^2: confirm it"):
        record.condition("area")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 6)), min_size=1, max_size=5))
def test_save_and_load_keep_everything(tmp_path_factory, shape):
    path = tmp_path_factory.mktemp("r") / "a.parquet"
    segments = tuple(spectrum(n) if kind else trace(n) for kind, n in shape)
    record = Record(segments, SOURCE, il.Cell.parse("Li|LLZTO(1 mm)|Li"), {"area": 1e-4}, "completed")
    record.save(path)
    back = load(path)
    assert back.provenance == record.provenance
    assert back.conditions == record.conditions
    assert back.outcome == "completed"
    assert back.cell is not None and back.cell.as_dict() == record.cell.as_dict()
    assert len(back) == len(record)
    for a, b in zip(record.segments, back.segments, strict=True):
        assert (a.axis, a.technique, dict(a.info)) == (b.axis, b.technique, dict(b.info))
        assert list(a.channels) == list(b.channels)
        for channel in a.channels:
            assert np.array_equal(a[channel], b[channel])


def test_foreign_and_broken_files_are_named(tmp_path):
    import polars as pl

    path = tmp_path / "x.parquet"
    pl.DataFrame({"a": [1.0]}).write_parquet(path)
    with pytest.raises(ReadError, match="not written by interlayer"):
        load(path)
    path.write_bytes(b"no parquet")
    with pytest.raises(ReadError, match="not a Parquet file"):
        load(path)
    with pytest.raises(RecordError, match="parquet"):
        Record((trace(),), SOURCE).save(tmp_path / "x.csv")


def test_views_agree():
    record = Record((spectrum(), trace()), SOURCE)
    table = record.to_polars()
    assert table.height == 12
    assert table["voltage"].null_count() == 5
    pandas = record.to_pandas()
    assert np.isnan(pandas["voltage"][0]) and pandas["voltage"][6] == 0.01
    sets = record.to_xarray()
    assert sets[0]["impedance_real"].attrs["units"] == "ohm"
    page = record._repr_html_()
    assert "sign of Im flipped" in page and "<table>" in page


def test_html_escapes_what_a_file_says():
    record = Record((trace(),), Provenance("measured", "<script>alert(1)</script>"))
    assert "<script>" not in record._repr_html_()


def test_blocks_are_views_of_one_table():
    table = np.arange(12.0).reshape(6, 2)
    block = Block(table, {"time": 0, "voltage": 1}, 2, 5)
    s = Segment(block)
    assert list(s["voltage"]) == [5.0, 7.0, 9.0]
    assert np.shares_memory(s["voltage"], table)


def test_select_and_series():
    record = Record((trace(), spectrum()), SOURCE)
    assert len(record.select(technique="impedance")) == 1
    assert len(record.select(cycle=1)) == 1
    series = Series((record, record), "temperature", (298.15, 313.15))
    assert series.is_quantity and [v for v, _ in series] == [298.15, 313.15]
    with pytest.raises(RecordError, match="one coordinate"):
        Series((record,), "temperature", (1.0, 2.0))


def test_findings_carry_an_error_or_a_reason():
    with pytest.raises(RecordError, match="neither an error nor a reason"):
        Finding("x", 1.0, "resistance", "m")
    f = Finding("R", 1.03e-3, "area_specific_resistance", "fit", 1e-5)
    assert str(f) == "R: 10.30 ± 0.10 Ω cm²"
    assert f.as_dict()["shown"] == pytest.approx({"value": 10.3, "std": 0.1, "unit": "ohm*cm^2"})
    assert "not determined (no arc)" in str(Finding("R", None, "resistance", "fit", note="no arc"))
