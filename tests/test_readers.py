"""Readers: real files read independently, the variants that labs produce, what is said about each, and writing."""

from __future__ import annotations

import hashlib
import itertools
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import test_readers_samples as make
from interlayer import readers, units
from interlayer.errors import MissingValueError, ReadError, RecordError, UnitError, UnknownNameError
from interlayer.readers import convert, formats, read
from interlayer.record import Provenance, Record, Segment

EIS = make.SHARED / "EISFitpython-solid-electrolyte"
IMPEDANCE = make.SHARED / "impedance.py"
BDF = make.SHARED / "BDF"
DRT = make.SHARED / "pyDRTtools"


def real(path: Path) -> Path:
    if not path.exists():
        pytest.skip("the shared data are not on this machine")
    return path


def put(folder: Path, text: str | bytes, name: str = "made.txt", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return path


def z_of(record: Record) -> tuple[np.ndarray, np.ndarray]:
    (segment,) = record.spectra
    return segment["frequency"], record.impedance(segment)


def is_made_spectrum(record: Record, digits: float = 1e-8) -> None:
    frequency, z = z_of(record)
    np.testing.assert_allclose(frequency, make.FREQUENCY, rtol=digits)
    np.testing.assert_allclose(z, make.impedance(), rtol=digits)


# -- real files -------------------------------------------------------------------------------------------------------
def numbers_of(path: Path, columns: tuple[int, ...], separator: str | None, skip: int) -> np.ndarray:
    """An independent parser of the simplest kind."""
    lines = path.read_text(encoding="latin-1").splitlines()[skip:]
    return np.array([[float(line.split(separator)[c]) for c in columns] for line in lines if line.strip()])


SPECTRA = [
    (EIS / "CSV_Example.csv", "plain", 50, (0, 1, 2), ",", 0, 1.0),
    (EIS / "Example2a.txt", "plain", 51, (0, 1, 2), "\t", 4, 1.0),
    (EIS / "Example_header.txt", "plain", 50, (0, 1, 2), "\t", 5, 1.0),
    (EIS / "s04147-140deg.txt", "plain", 42, (0, 1, 2), "\t", 3, 1.0),
    (EIS / "s04147-160deg.txt", "plain", 42, (0, 1, 2), "\t", 3, 1.0),
    (EIS / "s04147-180deg.txt", "plain", 41, (0, 1, 2), "\t", 3, 1.0),
    (EIS / "s04147-200deg.txt", "plain", 40, (0, 1, 2), "\t", 3, 1.0),
    (IMPEDANCE / "exampleData.csv", "plain", 66, (0, 1, 2), ",", 0, 1.0),
    (DRT / "1ZARC.csv", "plain", 81, (1, 2, 3), ",", 1, 1.0),
    (DRT / "2ZARC0.csv", "plain", 81, (1, 2, 3), ",", 1, 1.0),
    (DRT / "LIB_data.txt", "plain", 107, (0, 1, 2), None, 0, 1.0),
    (IMPEDANCE / "exampleDataZPlot.z", "zview", 21, (0, 4, 5), "\t", 123, 1.0),
    (IMPEDANCE / "Circuit1_EIS_1.z", "zview", 48, (0, 4, 5), "\t", 123, 1.0),
    (IMPEDANCE / "Circuit2_EIS_1.z", "zview", 56, (0, 4, 5), "\t", 123, 1.0),
    (IMPEDANCE / "Circuit3_EIS_1.z", "zview", 53, (0, 4, 5), "\t", 123, 1.0),
    (IMPEDANCE / "exampleDataBioLogic.mpt", "biologic_text", 43, (0, 1, 2), "\t", 61, -1.0),
    (IMPEDANCE / "exampleDataGamry.DTA", "gamry", 72, (3, 4, 5), "\t", 448, 1.0),
]


@pytest.mark.parametrize(
    ("path", "reader", "points", "columns", "separator", "skip", "sign"),
    SPECTRA,
    ids=lambda v: getattr(v, "name", None),
)
def test_real_spectra(
    path: Path, reader: str, points: int, columns: tuple[int, ...], separator: str | None, skip: int, sign: float
) -> None:
    record = read(real(path))
    assert (record.provenance.reader, record.provenance.source, record.provenance.kind) == (
        reader,
        path.name,
        "measured",
    )
    assert record.provenance.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    (spectrum,) = record.spectra
    expected = numbers_of(path, columns, separator, skip)
    assert len(spectrum) == points == len(expected)
    np.testing.assert_array_equal(spectrum["frequency"], expected[:, 0])
    np.testing.assert_array_equal(spectrum["impedance_real"], expected[:, 1])
    np.testing.assert_array_equal(spectrum["impedance_imag"], sign * expected[:, 2])
    assert record.conditions == {}
    if path.name != "exampleDataBioLogic.mpt":  # (noise around zero at its high frequencies)
        widest = int(np.argmax(np.abs(spectrum["impedance_imag"])))
        assert (
            spectrum["impedance_imag"][widest] < 0.0 or path.name == "1ZARC.csv"
        )  # (an inductive branch is its largest)


def test_real_spectra_spot_values() -> None:
    frequency, z = z_of(read(real(EIS / "s04147-140deg.txt")))
    assert (frequency[0], z[0]) == (1e6, 2.21423e4 - 5.43115e4j)
    frequency, z = z_of(read(real(IMPEDANCE / "exampleDataBioLogic.mpt")))
    assert (frequency[0], z[0]) == (1000.3201, 65.470886 - 0.38998979j)
    frequency, z = z_of(read(real(IMPEDANCE / "exampleDataZPlot.z")))
    assert (frequency[-1], z[-1]) == (3000.0, 613.68 - 137.13j)


def test_real_header_facts_are_shown_and_never_used() -> None:
    record = read(real(EIS / "Example2a.txt"))
    header = record.provenance.header
    assert (header["diameter"], header["thickness"], header["electrode thickness"], header["temperature"]) == (
        "13 mm",
        "0.75 mm",
        "4 mm",
        "25 degC",
    )
    with pytest.raises(MissingValueError, match=r"thickness = 0\.75 mm"):
        record.condition("thickness")
    record = read(real(IMPEDANCE / "exampleDataBioLogic.mpt"))
    assert (record.provenance.header["area"], record.provenance.header["mass"]) == ("0.001 cm^2", "0.001 g")
    with pytest.raises(MissingValueError, match="confirm it"):
        record.condition("area")


def test_real_biologic() -> None:
    record = read(real(IMPEDANCE / "exampleDataBioLogic.mpt"))
    (spectrum,) = record.segments
    assert spectrum["current"][0] == -4.8041187e-5 and spectrum["voltage"][0] == -2.8677555e-4
    assert any("sign" in c and "-Im(Z)/Ohm" in c for c in record.provenance.corrections)
    assert any("mA to A" in c for c in record.provenance.corrections)
    assert record.provenance.warnings == ()


def test_real_gamry() -> None:
    record = read(real(IMPEDANCE / "exampleDataGamry.DTA"))
    rest, spectrum = record.segments
    assert (rest.technique, len(rest), rest["time"][0], rest["voltage"][-1]) == ("rest", 387, 0.258333, -0.29198)
    assert "temperature" not in rest and "current" not in rest
    assert (spectrum["current"][0], spectrum["voltage"][0], spectrum["time"][-1]) == (-5.89286e-06, -0.3413299, 861.0)
    assert record.provenance.header["area"] == "1 cm^2" and record.provenance.header["technique"] == "EISPOT"
    assert any("no sensor" in c for c in record.provenance.corrections)
    assert any("387 of 387 points in OCVCURVE carry an overload flag" in w for w in record.provenance.warnings)


def test_real_zplot_is_cut_off() -> None:
    warnings = read(real(IMPEDANCE / "exampleDataZPlot.z")).provenance.warnings
    assert warnings == ("The file announces 56 points and holds 21 (from line 124).",)


def test_real_bdf() -> None:
    path = real(BDF / "DLR__LiLNMOHydra0b__20221125__POCV__25degC__Basytec.bdf.csv")
    record = read(path)
    (trace,) = record.segments
    expected = numbers_of(path, (0, 1, 2, 3), ",", 1)
    assert len(trace) == 17860
    for channel, column in (("time", 0), ("voltage", 1), ("current", 2)):
        np.testing.assert_array_equal(trace[channel], expected[:, column])
    np.testing.assert_allclose(trace["temperature"], expected[:, 3] + 273.15, rtol=1e-15)
    assert any("16.8 years" in w for w in record.provenance.warnings)  # a slip in the reference file itself
    path = real(BDF / "SINTEF__LiGrR2032__2024-04-30__25degC__Landt.bdf.csv")
    record = read(path)
    expected = numbers_of(path, (0, 1, 2, 3, 4, 5), ",", 1)
    assert [len(s) for s in record.segments] == [2881, 13164, 6417, 2700] and len(expected) == 25162
    assert [s.info["step"] for s in record.segments] == [1, 2, 3, 2]
    np.testing.assert_array_equal(record.trace("voltage"), expected[:, 1])
    np.testing.assert_allclose(record.trace("discharging_capacity"), 3600.0 * expected[:, 4], rtol=1e-15)
    assert any("0 °C in every row" in w for w in record.provenance.warnings)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("cellpy/custom_data_001.csv", "states no unit"),
        ("fastnda/TestFile.parquet", "Parquet"),
        (
            "datalab-insitu-LiLi-softshort/jr862_11_08_23_insitu-impedance-LiLi_1MLiTFSI_TEGDME-1mA-prerun.mps",
            "settings",
        ),
        ("OBELiX/train.csv", "No reader knows"),
        ("Chem-prop-pred-polymer-conductivity/clean_train_data.csv", "No reader knows"),
    ],
)
def test_what_has_no_reader_is_named_and_not_guessed(name: str, says: str) -> None:
    with pytest.raises(ReadError, match=says) as caught:
        read(real(make.SHARED / name))
    assert caught.value.file == Path(name).name and caught.value.remedy
    if says != "states no unit":
        assert "plain: plain columns of text" in str(caught.value) and "gamry" in str(caught.value)


def test_a_caller_can_name_the_columns_of_a_real_file_without_units() -> None:
    columns = {
        "time": ("test_time", "s"),
        "voltage": ("voltage", "V"),
        "current": ("-current", "mA"),
        "cycle": ("cycle", ""),
    }
    record = read(real(make.SHARED / "cellpy" / "custom_data_001.csv"), columns=columns)
    (trace,) = record.segments
    assert set(trace.channels) == {"time", "voltage", "current", "cycle"}
    assert trace["voltage"][0] == 1.14 and trace["time"][1] == 240.0
    assert any("sign of the current was turned" in c for c in record.provenance.corrections)


# -- plain: separators, decimals, encodings, heads --------------------------------------------------------------------
@pytest.mark.parametrize("separator", ["\t", " ", "   ", ";", ",", ", ", " ; ", "\t "])
@pytest.mark.parametrize("comma", [False, True])
def test_any_separator(tmp_path: Path, separator: str, comma: bool) -> None:
    if comma and "," in separator:
        pytest.skip("commas can't be both")
    body = make.table(make.spectrum_rows(), separator, comma)
    head = (
        separator.join(("freq [Hz]", "Re(Z) [Ohm]", "Im(Z) [Ohm]"))
        if separator.strip()
        else "freq[Hz] Re(Z)[Ohm] Im(Z)[Ohm]"
    )
    record = read(put(tmp_path, f"title, one; two\n\n{head}\n{body}"))
    is_made_spectrum(record)
    assert ("Decimal commas were read as decimal points." in record.provenance.corrections) == comma
    is_made_spectrum(read(put(tmp_path, body)))  # and without any head


@pytest.mark.parametrize(
    ("head", "f", "z", "sign"),
    [
        ("Freq.[Hz]\tZs'[ohm]\tZs''[ohm]", 1.0, 1.0, 1.0),
        ("f/kHz\tZ'/mOhm\t-Z''/mOhm", 1e3, 1e-3, -1.0),
        ("frequency (MHz)\tRe Z (kOhm)\tIm Z (kOhm)", 1e6, 1e3, 1.0),
        ("freq / Hz\tZ' / Ω\t−Z″ / Ω", 1.0, 1.0, -1.0),
        ("Freq_Hz\tZreal_ohm\tZimag_ohm", 1.0, 1.0, 1.0),
        ("# f (Hz)\tZ' (MOhm)\tZ'' (MOhm)", 1.0, 1e6, 1.0),
        ('"f (Hz)"\t"Z\' (Ohm)"\t"-Z\'\' (Ohm)"', 1.0, 1.0, -1.0),
        ("Frequency (Hz)\tRe(Z) (Ohm)\t-Im(Z) (Ohm)", 1.0, 1.0, -1.0),
        ("Frequenz in Hz\tRe in Ohm\tneg. Im in Ohm", 1.0, 1.0, -1.0),
        ("f\tRe\tIm\nkHz\tOhm\tOhm", 1e3, 1.0, 1.0),
        ("Freq\tReal\tImag", 1.0, 1.0, 1.0),
        ("F [HZ]\tRE [OHM]\tIM [OHM]", 1.0, 1.0, 1.0),
    ],
)
def test_heads_units_and_signs(tmp_path: Path, head: str, f: float, z: float, sign: float) -> None:
    record = read(put(tmp_path, f"{head}\n" + make.table(make.spectrum_rows(f, z, sign))))
    is_made_spectrum(record)
    said = " ".join(record.provenance.corrections)
    assert ("converted" in said) == (f != 1.0 or z != 1.0)
    assert ("sign of the imaginary part was turned" in said) == (sign < 0.0)
    assert any("states no unit" in w for w in record.provenance.warnings) == (head == "Freq\tReal\tImag")


def test_per_area_spectra_stay_per_area(tmp_path: Path) -> None:
    record = read(put(tmp_path, "f/Hz\tZ'/Ohm cm2\tZ''/Ohm cm2\n" + make.table(make.spectrum_rows())))
    (spectrum,) = record.spectra
    np.testing.assert_allclose(spectrum["specific_impedance_real"], 1e-4 * make.impedance().real, rtol=1e-8)
    with pytest.raises(MissingValueError):
        record.impedance(spectrum)


def test_modulus_and_phase(tmp_path: Path) -> None:
    z = make.impedance()
    rows = list(zip(make.FREQUENCY, abs(z), -np.degrees(np.angle(z)), strict=True))
    record = read(put(tmp_path, "f/Hz;|Z|/Ohm;-Phase(Z)/deg\n" + make.table(rows, ";")))
    is_made_spectrum(record, 1e-7)
    assert "Real and imaginary part were computed from modulus and phase." in record.provenance.corrections
    with pytest.raises(ReadError, match=r"no unit \(deg, rad, rad/s\) for an angle"):
        read(put(tmp_path, "f/Hz;|Z|/Ohm;Phase\n" + make.table(rows, ";")))


def test_angular_frequency_is_converted_only_where_it_is_said(tmp_path: Path) -> None:
    rows = [(2.0 * math.pi * f, re, im) for f, re, im in make.spectrum_rows()]
    for head in ("omega [rad/s]", "f [rad/s]", "ω / s-1"):
        record = read(put(tmp_path, f"{head}\tRe [Ohm]\tIm [Ohm]\n" + make.table(rows, digits=12)))
        is_made_spectrum(record, 1e-7)
        assert any("divided by 2π" in c for c in record.provenance.corrections)
    with pytest.raises(ReadError, match="angle"):
        read(put(tmp_path, "omega\tRe [Ohm]\tIm [Ohm]\n" + make.table(rows)))


def test_index_columns(tmp_path: Path) -> None:
    rows = [(i, *row) for i, row in enumerate(make.spectrum_rows())]
    for head in (",Freq,Real,Imag", "Index,Freq,Real,Imag", "#,Freq,Real,Imag"):
        is_made_spectrum(read(put(tmp_path, f"{head}\n" + make.table(rows, ","))))
    record = read(put(tmp_path, make.table(rows, ",")))
    is_made_spectrum(record)
    assert "The first column counts the rows and was left out." in record.provenance.corrections


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, end: str) -> None:
    text = "Messung bei 25 °C, Zelle ü\nf/Hz;Z'/Ohm;Z''/Ohm\n" + make.table(make.spectrum_rows(), ";")
    record = read(put(tmp_path, text.replace("\n", end), encoding=encoding))
    is_made_spectrum(record)
    assert record.provenance.header["temperature"] == "25 degC"
    said = " ".join(record.provenance.corrections)
    assert ("Windows-1252" in said) == (encoding == "cp1252") and ("UTF-16" in said) == encoding.startswith("utf-16")


def test_quoted_cells_with_decimal_commas(tmp_path: Path) -> None:
    rows = [",".join('"' + f"{x:.9g}".replace(".", ",") + '"' for x in row) for row in make.spectrum_rows()]
    is_made_spectrum(read(put(tmp_path, '"f (Hz)","Re (Ohm)","Im (Ohm)"\n' + "\n".join(rows) + "\n", "made.csv")))


def test_titles_with_numbers_are_no_rows(tmp_path: Path) -> None:
    titles = "Number of points, averages, mode\n50\t1\t0\nsome words\nFreq\tRe\tIm\n"
    is_made_spectrum(read(put(tmp_path, titles + make.table(make.spectrum_rows()))))


def test_hundreds_of_title_lines(tmp_path: Path) -> None:
    titles = "".join(f"# parameter {i}: {i}\n" for i in range(900))
    is_made_spectrum(read(put(tmp_path, titles + make.plain_text())))


def test_junk_after_and_inside_the_table_is_left_out_and_said(tmp_path: Path) -> None:
    lines = make.plain_text().splitlines()
    lines[12:12] = ["--- pause ---"]
    record = read(put(tmp_path, "\n".join([*lines, "", "End of measurement", "operator: A. B.", ""])))
    is_made_spectrum(record)
    inside, after = record.provenance.corrections
    assert "1 line inside the table is no row and was left out (line 13: '--- pause ---'" in inside
    assert "2 lines after the table are no rows and were left out (line 43: 'End of measurement'" in after


def test_spoiled_rows_duplicates_and_cut_ends(tmp_path: Path) -> None:
    lines = make.plain_text().splitlines()
    f, re, _ = lines[10].split("\t")
    lines[10] = f"{f}\t{re}\tNaN"
    record = read(put(tmp_path, "\n".join([*lines, lines[20], ""])))
    assert len(record.spectra[0]) == 35
    said = record.provenance.corrections
    assert any("(line 11: " in c and "'NaN' is no number" in c for c in said)
    assert any("1 points that repeat another exactly were left out (first in line 41)" in c for c in said)
    assert any("Frequencies are missing between" in w for w in record.provenance.warnings)
    record = read(put(tmp_path, make.plain_text()[:-20]))
    assert len(record.spectra[0]) == 35
    assert record.provenance.warnings == (
        "The last row (line 40) is cut off and was left out: the file is not complete.",
    )


def test_a_number_cut_in_two_is_suspected(tmp_path: Path) -> None:
    body = "".join(f"{f:.5e}\t{re:.5e}\t{im:.5e}\n" for f, re, im in make.spectrum_rows())
    record = read(put(tmp_path, "f/Hz\tRe/Ohm\tIm/Ohm\n" + body[:-2]))
    assert any("its last number may be cut off" in w for w in record.provenance.warnings)
    assert read(put(tmp_path, "f/Hz\tRe/Ohm\tIm/Ohm\n" + body[:-1])).provenance.warnings == ()


def test_oddities_of_spectra(tmp_path: Path) -> None:
    warned = read(
        put(tmp_path, "f/Hz\tRe/Ohm\tIm/Ohm\n" + make.table(make.spectrum_rows(sign=-1.0)))
    ).provenance.warnings
    assert len(warned) == 1 and "positive at every point" in warned[0] and "-Im Z" in warned[0]
    rows = make.spectrum_rows()
    warned = read(put(tmp_path, "f/Hz\tRe/Ohm\tIm/Ohm\n" + make.table(rows[:10] + rows[15:]))).provenance.warnings
    assert len(warned) == 1 and "Frequencies are missing between" in warned[0] and "(line 12)" in warned[0]
    warned = read(
        put(
            tmp_path,
            "f/Hz\tRe/Ohm\tIm/Ohm\n" + make.table(rows[:20] + [(f, 1.01 * re, im) for f, re, im in rows[10:15]]),
        )
    ).provenance.warnings
    assert len(warned) == 1 and "turn back (first in line 22)" in warned[0]
    warned = read(put(tmp_path, "f/Hz\tRe/Ohm\tIm/Ohm\n" + make.table(rows[:6]))).provenance.warnings
    assert warned == ("The spectrum has only 6 points.",)
    phases = [(f, re, im, -np.degrees(np.arctan2(im, re))) for f, re, im in rows]
    warned = read(put(tmp_path, "f/Hz\tRe/Ohm\tIm/Ohm\tPhase/deg\n" + make.table(phases))).provenance.warnings
    assert len(warned) == 1 and "opposite signs" in warned[0]


def test_the_caller_can_turn_the_sign(tmp_path: Path) -> None:
    path = put(tmp_path, "f,a,b\n" + make.table(make.spectrum_rows(sign=-1.0), ","), "made.csv")
    by_name = {"frequency": ("f", "Hz"), "impedance_real": ("a", "ohm"), "impedance_imag": ("-b", "ohm")}
    by_number = {"frequency": (1, "Hz"), "impedance_real": (2, "ohm"), "impedance_imag": (-3, "ohm")}
    for columns in (by_name, by_number):
        record = read(path, format="plain", columns=columns)
        is_made_spectrum(record)
        assert any("sign of the imaginary part was turned" in c for c in record.provenance.corrections)
    with pytest.raises(ReadError, match=r"no such column.*Given: 'c'.*Allowed: a, b, f"):
        read(path, format="plain", columns=by_name | {"impedance_imag": ("c", "ohm")})
    with pytest.raises(ReadError, match="neither a time nor a frequency"):
        read(path, format="plain", columns={"frequency": ("f", "Hz")})
    with pytest.raises(ReadError, match="does not fit"):
        read(path, format="plain", columns=by_name | {"frequency": ("f", "Ohm")})
    with pytest.raises(ReadError, match="vocabulary"):
        read(path, format="plain", columns=by_name | {"resistence": ("f", "Ohm")})


def test_points_among_decimal_commas_are_no_numbers(tmp_path: Path) -> None:
    rows = make.table(make.spectrum_rows(), ";", comma=True).splitlines()
    rows[5] = rows[5].replace(",", ".")
    record = read(put(tmp_path, "f/Hz;Re/Ohm;Im/Ohm\n" + "\n".join(rows) + "\n"))
    assert len(record.spectra[0]) == 35 and any(
        "line 7" in c and "is no number" in c for c in record.provenance.corrections
    )


# -- plain: time ------------------------------------------------------------------------------------------------------
def time_rows(n: int = 40) -> list[tuple[float, float, float]]:
    return [(0.1 * i, 50.0 + i, -0.5) for i in range(n)]


def test_time_tables_in_their_units(tmp_path: Path) -> None:
    record = read(
        put(
            tmp_path,
            "title\nt (h); U (mV vs. Li/Li+); I (mA); T (°C)\n" + make.table([(*r, 25.0) for r in time_rows()], ";"),
            encoding="cp1252",
        )
    )
    (trace,) = record.traces
    np.testing.assert_allclose(trace["time"], 360.0 * np.arange(40), rtol=1e-12)
    np.testing.assert_allclose(trace["voltage"], 0.05 + 0.001 * np.arange(40), rtol=1e-12)
    assert (trace["current"] == -5e-4).all() and (trace["temperature"] == 298.15).all()
    assert sum("converted" in c for c in record.provenance.corrections) == 4


@pytest.mark.parametrize("head", ["t;U;I", "time (s);voltage;current (A)", "Time;Voltage;Current"])
def test_time_tables_without_units_are_refused(tmp_path: Path, head: str) -> None:
    path = put(tmp_path, f"{head}\n" + make.table(time_rows(), ";"))
    with pytest.raises(ReadError, match=r"no unit.*never guessed.*columns=\{\"time\"") as caught:
        read(path)
    assert caught.value.place == "line 1"
    names = head.replace(" (s)", "").replace(" (A)", "").split(";")
    record = read(
        path,
        columns={"time": (names[0] if "(" not in head else 1, "h"), "voltage": (names[1], "V"), "current": (3, "mA")},
    )
    assert record.traces[0]["time"][10] == 3600.0


def test_three_rising_columns_without_a_head_are_not_taken_for_a_spectrum(tmp_path: Path) -> None:
    rows = [(10.0 * i, 3.7 - 0.001 * i, -0.001) for i in range(1, 40)]
    with pytest.raises(ReadError, match="No reader knows"):
        read(put(tmp_path, make.table(rows, ",")))
    with pytest.raises(ReadError, match="3 columns and no head"):
        read(put(tmp_path, make.table(rows, ",")), format="plain")
    swapped = [(re, im, f) for f, re, im in make.spectrum_rows(sign=-1.0)]
    with pytest.raises(ReadError, match="No reader knows"):
        read(put(tmp_path, make.table(swapped, ",")))
    with pytest.raises(ReadError, match="5 columns and no head"):
        read(put(tmp_path, make.table([(*r, 1.0, 2.5) for r in rows], ",")), format="plain")


def test_oddities_of_time(tmp_path: Path) -> None:
    rows = time_rows()
    rows = [*rows[:20], rows[19], (0.5, 71.0, -0.5), *rows[20:]]
    record = read(put(tmp_path, "t/h;U/mV;I/mA\n" + make.table(rows, ";")))
    assert len(record.traces[0]) == 41
    assert any(
        "1 rows that repeat the row before exactly were left out (first in line 22)" in c
        for c in record.provenance.corrections
    )
    assert any("clock jumps backward at 1 places (first in line 23" in w for w in record.provenance.warnings)


def test_holes_in_time_tables_stay_holes(tmp_path: Path) -> None:
    text = "t/s;U/V;I/mA\n" + "".join(f"{i};{'' if i == 7 else '---' if i == 9 else 0.5};1\n" for i in range(20))
    record = read(put(tmp_path, text))
    assert np.isnan(record.traces[0]["voltage"]).sum() == 2 and len(record.traces[0]) == 20
    assert any("1 cells of the column 'U/V' are no numbers" in w and "line 11" in w for w in record.provenance.warnings)


# -- plain: refusals --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("f/kHz\tRe/Ohm\tIm/Ohm\n1e6\t1\t-1\n1e5\t1\t-1\n1e4\t2\t-1\n", r"line 2: The frequency is 1e\+09 Hz"),
        ("f/Hz\tRe/Ohm\tIm/Ohm\n1e3\t1\t-1\n1e-9\t1\t-1\n1e4\t2\t-1\n", "line 3: The frequency is 1e-09 Hz"),
        ("f/Hz\tRe/Ohm\tIm/Ohm\n1e3\t1\t-1\n-10\t1\t-1\n1\t2\t-1\n", "line 3: The frequency is -10 Hz"),
        ("f/Hz\tRe/Ohm\tIm/Ohm\n1e3\t1\t-1\n0\t1\t-1\n1\t2\t-1\n", "line 3: A frequency of 0 Hz"),
        ("f/Hz\tRe/Ohm\n1e3\t1\n1e2\t2\n", "no Re and Im"),
        ("f/Hz\tRe/Ohm\tIm/V\n1e3\t1\t-1\n100\t1\t-1\n10\t2\t-1\n", "no Re and Im"),
        ("t/h\tU/V\n1,000\t2,000\n1,500\t2,500\n", "thousands separators"),
        ("t/h\tcycle\n1\t2\n2\t3\n", "no time together with a measured quantity"),
        (
            "f/Hz\tRe/Ohm\tIm/Ohm\n"
            + 2 * ("1e3\t1\t-1\n1e2\t2\t-1\n10\t3\t-1\n" + "f/Hz\tRe/Ohm\tIm/Ohm\n")
            + "1\t2\t-3\n",
            "second table begins",
        ),
        ("f/Hz\tRe/Ohm\tIm/Ohm\n" + "1e3\t1\t-1\n" + "word\n" * 30, "30 lines of the table are no rows"),
        ("only words\nand no table\n", "No table of numbers"),
    ],
)
def test_refusals_name_the_line_and_the_reason(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ReadError, match=says) as caught:
        read(put(tmp_path, text), format="plain")
    assert caught.value.file == "made.txt" and caught.value.place and caught.value.remedy


def test_a_file_that_is_no_file(tmp_path: Path) -> None:
    for path, says in (
        (tmp_path, "folder"),
        (tmp_path / "none.txt", "no such file"),
        (put(tmp_path, b"", "e.txt"), "empty"),
    ):
        with pytest.raises(ReadError, match=says):
            read(path)
    for odd in ("a\0b", "x" * 5000, 3, None):
        with pytest.raises(ReadError, match="can't be opened"):
            read(odd)  # type: ignore[arg-type]
    os.mkfifo(tmp_path / "pipe")
    for device in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(ReadError, match="not a regular file"):
            read(device)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = put(tmp_path, make.plain_text())
    path.chmod(0)
    with pytest.raises(ReadError, match="permission denied"):
        read(path)


def test_text_beyond_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = put(tmp_path, make.plain_text())
    with path.open("r+b") as file:
        file.truncate(2_100_000_000)  # a sparse file: no disk is used
    with pytest.raises(ReadError, match=r"2\.1 GB"):
        read(path)


def test_gigantic_lines_do_not_hang(tmp_path: Path) -> None:
    for text in (
        "a [V], " * 300_000 + "\n1,2,3\n",
        "(" * 2_000_000,
        "f/Hz\tRe/Ohm\tIm/Ohm\n" + "1\t" * 500_000,
        "9**9**9**9 (9^9^9^9^9)\tRe\n1\t2\n",
    ):
        with pytest.raises(ReadError):
            read(put(tmp_path, text), format="plain")
        with pytest.raises(ReadError):
            read(put(tmp_path, text))


def test_a_file_of_nothing_but_separators_needs_little_memory(tmp_path: Path) -> None:
    path = put(tmp_path, b"time [s],voltage [V]\n" + b"1,2\n" * 2_000_000)
    # the high-water mark of this process alone: getrusage also counts what the parent held before the fork
    code = "import sys, interlayer.readers as r; r.read(sys.argv[1]); print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    out = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert int(out.stdout) * 1024 < 10 * path.stat().st_size + 200_000_000


def test_the_room_is_cheap_to_import() -> None:
    code = "import sys, interlayer.readers; print([m for m in ('polars', 'pint', 'scipy') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


# -- conditions -------------------------------------------------------------------------------------------------------
def test_facts_are_stated_and_checked_first(tmp_path: Path) -> None:
    path = put(tmp_path, make.plain_text())
    record = read(path, area="1.13 cm^2", thickness="0.6 mm", temperature="25 degC", mass="2.5 mg", pressure="1 MPa")
    stated = {"area": 1.13e-4, "thickness": 6e-4, "temperature": 298.15, "mass": 2.5e-6, "pressure": 1e6}
    assert record.conditions == pytest.approx(stated)
    with pytest.raises(UnitError):
        read(tmp_path / "not-there.txt", area="1.13")


@pytest.mark.parametrize(
    ("name", "kelvin"),
    [
        ("s04147-140deg.txt", 413.15),
        ("LiLi_bare_25C.txt", 298.15),
        ("x_40degC.txt", 313.15),
        ("x_-20degC.txt", 253.15),
        ("x 25 °C.txt", 298.15),
        ("1C_rate_25degC.txt", 298.15),
        ("x_298K.txt", 298.0),
        ("minus20C_x.txt", 253.15),
        ("x_25.5degC_3.txt", 298.65),
        ("60deg.txt", 333.15),
        ("a_25C_b_25C.txt", 298.15),
        ("LP40C_30C.txt", 303.15),
    ],
)
def test_temperature_from_the_name(tmp_path: Path, name: str, kelvin: float) -> None:
    record = read(put(tmp_path, make.plain_text(), name), temperature="from-name")
    assert record.conditions["temperature"] == pytest.approx(kelvin)
    assert any("from the file name" in c for c in record.provenance.corrections)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("cell.txt", "no temperature"),
        ("25C_40C.txt", "more than one"),
        ("cell-20C.txt", "two ways"),
        ("LiLi_2C.txt", "two ways"),
    ],
)
def test_names_without_one_temperature_are_refused(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(ReadError, match=says):
        read(put(tmp_path, make.plain_text(), name), temperature="from-name")


# -- zview, gamry, biologic, bdf --------------------------------------------------------------------------------------
def test_zview_with_and_without_its_comments(tmp_path: Path) -> None:
    whole = make.zview_text()
    head, _, body = whole.partition("End Comments\n")
    for text in (
        whole,
        head.splitlines()[-1] + "\n" + body,
        body,
        body.replace("\t", ", "),
        whole.replace("\n", "\r\n"),
    ):
        record = read(put(tmp_path, text, "made.z"))
        assert record.provenance.reader == "zview"
        is_made_spectrum(record)
        assert record.spectra[0]["time"][3] == 4.0
    with pytest.raises(ReadError, match="No reader knows"):
        read(put(tmp_path, body, "made.txt"))  # nine columns without any head say nothing by themselves


def test_zview_flags_and_announced_points(tmp_path: Path) -> None:
    lines = make.zview_text().splitlines()
    lines[-1] = lines[-1][:-3] + "1\t3"
    warned = read(put(tmp_path, "\n".join(lines[:-2] + lines[-1:]) + "\n", "made.z")).provenance.warnings
    assert any("1 of 35 points carry an error flag" in w for w in warned)
    assert any("announces 36 points and holds 35" in w for w in warned)


def test_gamry_tables_are_segments(tmp_path: Path) -> None:
    record = read(put(tmp_path, make.gamry_text(), "made.DTA", "latin-1"))
    rest, spectrum, curve = record.segments
    assert [s.info["label"] for s in record.segments] == ["OCVCURVE", "ZCURVE", "CURVE"]
    assert (len(rest), len(spectrum), len(curve)) == (12, 36, 8) and rest["temperature"][0] == 298.65
    assert (curve["current"] == 1e-3).all() and (curve["voltage"] == 0.05).all()
    np.testing.assert_allclose(record.impedance(spectrum), make.impedance(), rtol=1e-6)
    assert record.provenance.header["area"] == "1.27 cm^2" and not any(
        "overload" in w for w in record.provenance.warnings
    )
    commas = make.gamry_text().replace(".", ",").replace("vs, Ref,", "vs. Ref.").replace(",,,,,,,,,,,", "...........")
    assert len(read(put(tmp_path, commas, "made.DTA", "latin-1")).segments) == 3
    cut = make.gamry_text().split("\t7\t3.5")[0]
    record = read(put(tmp_path, cut, "made.DTA", "latin-1"))
    assert any("announces 12 rows and holds 7" in w for w in record.provenance.warnings)


@pytest.mark.parametrize("comma", [False, True])
def test_mpt_splits_by_cycle_and_sequence(tmp_path: Path, comma: bool) -> None:
    record = read(put(tmp_path, make.mpt_text(comma), "made.mpt", "latin-1"))
    assert [s.axis for s in record.segments] == ["frequency", "time"] * 2
    assert [(s.info["cycle"], s.info["step"]) for s in record.segments] == [(1, 0), (1, 1), (2, 0), (2, 1)]
    for spectrum in record.spectra:
        np.testing.assert_allclose(record.impedance(spectrum), make.impedance(), rtol=1e-8)
        assert (spectrum["voltage"] == 0.001).all()  # the mean <Ewe>
    for trace in record.traces:
        assert (trace["voltage"] == 0.05).all() and (trace["current"] == 5e-4).all()  # the instant Ewe
        assert trace["charge"][-1] == pytest.approx(0.5 * 19 / 360.0 * 3.6)
        assert "impedance_real" not in trace
    assert record.provenance.header["area"] == "0.785 cm^2" and record.provenance.header["mass"] == "2.5 mg"
    assert ("Decimal commas were read as decimal points." in record.provenance.corrections) == comma


def test_mpt_with_a_wrong_header_length(tmp_path: Path) -> None:
    text = make.mpt_text().replace("Nb header lines : 9", "Nb header lines : 4")
    record = read(put(tmp_path, text, "made.mpt", "latin-1"))
    assert len(record.segments) == 4
    assert any(
        "says that its header has 4 lines; the column names were found in line 9" in c
        for c in record.provenance.corrections
    )
    with pytest.raises(ReadError, match="cut off inside its header"):
        read(put(tmp_path, "\n".join(make.mpt_text().splitlines()[:8]), "made.mpt", "latin-1"))
    with pytest.raises(ReadError, match="no row of data"):
        read(put(tmp_path, "\n".join(make.mpt_text().splitlines()[:9]), "made.mpt", "latin-1"))


def test_mpt_with_a_third_electrode(tmp_path: Path) -> None:
    names = "time/s\tEwe/V\tEce/V\tEwe-Ece/V\tI/mA"
    rows = make.table([(i, 4.0, 0.1, 3.9, 1.0) for i in range(20)])
    (trace,) = read(put(tmp_path, f"EC-Lab ASCII FILE\nNb header lines : 3\n{names}\n{rows}", "made.mpt")).segments
    assert (
        trace["voltage"][0] == 3.9
        and trace["voltage@working electrode"][0] == 4.0
        and trace["voltage@counter electrode"][0] == 0.1
    )


@pytest.mark.parametrize("labels", [False, True])
def test_bdf_in_both_spellings(tmp_path: Path, labels: bool) -> None:
    record = read(put(tmp_path, make.bdf_text(labels), "made.csv"))
    assert record.provenance.reader == "bdf" and [len(s) for s in record.segments] == [20, 20, 20]
    assert [s.info for s in record.segments] == [{"cycle": 1, "step": i} for i in (1, 2, 3)]
    np.testing.assert_allclose(record.trace("time"), 10.0 * np.arange(60))
    np.testing.assert_allclose(record.trace("discharging_capacity"), 0.01 * np.arange(60), rtol=1e-7)
    assert (record.trace("temperature") == 298.4).all()


def test_bdf_step_index_is_a_step_only_where_it_is_one(tmp_path: Path) -> None:
    rows = [(float(i), 3.7, 0.0, 1 + i // 10, 1 + i % 10) for i in range(40)]
    heads = "test_time_second,voltage_volt,current_ampere"
    steps = read(put(tmp_path, f"{heads},step_index\n" + make.table([r[:4] for r in rows], ",")))
    counts = read(put(tmp_path, f"{heads},step_index\n" + make.table([(*r[:3], r[4]) for r in rows], ",")))
    both = read(put(tmp_path, f"{heads},step_id,step_index\n" + make.table(rows, ",")))
    assert [len(r.segments) for r in (steps, counts, both)] == [4, 1, 4]
    assert "step_index" in counts.provenance.header


def test_bdf_parquet_and_units_in_labels(tmp_path: Path) -> None:
    import polars as pl

    frame = pl.DataFrame(
        {"Test Time / s": [0.0, 1.0, 2.0], "Voltage / mV": [3700, 3701, None], "Note": ["a", "b", "c"]}
    )
    frame.write_parquet(tmp_path / "x.bdf.parquet")
    record = read(tmp_path / "x.bdf.parquet")
    (trace,) = record.segments
    np.testing.assert_allclose(trace["voltage"], [3.7, 3.701, np.nan])
    assert record.provenance.header["columns not read"] == "Note"
    assert any("mV to V" in c for c in record.provenance.corrections)
    frame.with_columns(pl.col("Voltage / mV").cast(pl.String)).write_parquet(tmp_path / "x.bdf.parquet")
    with pytest.raises(ReadError, match="not numbers"):
        read(tmp_path / "x.bdf.parquet")


def test_big_tables_take_the_fast_way_to_the_same_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from interlayer.readers import _take

    rng = np.random.default_rng(3)
    values = rng.normal(size=(3000, 2)) * 10.0 ** rng.integers(-6, 2, size=(3000, 2))
    lines = [f"{i},{v!r},{c!r},{i // 1000}" for i, (v, c) in enumerate(values.tolist())]
    lines[1500] = "1500,,junk,1"
    lines[1700] = "a line of words"
    path = put(
        tmp_path, "test_time_second,voltage_volt,current_ampere,step_count\n" + "\n".join(lines) + "\n2999.5,1", "x.csv"
    )
    slow = read(path)
    calls = []
    fast = _take._fast
    monkeypatch.setattr(_take, "FAST_FROM", 0)
    monkeypatch.setattr(_take, "_fast", lambda *a: calls.append(fast(*a) is not None) or fast(*a))
    monkeypatch.setattr(
        _take.Text, "chunks", lambda self, a, b, size=0: (self.data[i:j] for i, j in pieces(self.data, a, b))
    )
    quick = read(path)
    assert sum(calls) > 10 and not all(calls)
    assert len(quick.segments) == len(slow.segments) == 3
    for one, other in zip(slow.segments, quick.segments, strict=True):
        for channel in one.channels:
            np.testing.assert_array_equal(one[channel], other[channel])
    assert slow.provenance == quick.provenance
    assert any("line 1702: 'a line of words'" in c for c in slow.provenance.corrections)


def pieces(data: bytes, start: int, stop: int) -> list[tuple[int, int]]:
    """Cuts of about 8 kB at line ends."""
    cuts = [start]
    while cuts[-1] < stop:
        end = data.find(b"\n", min(cuts[-1] + 8000, stop - 1), stop)
        cuts.append(stop if end < 0 else end + 1)
    return list(itertools.pairwise(cuts))


# -- writing ----------------------------------------------------------------------------------------------------------
def odd_spectrum() -> Record:
    """Numbers that need all their digits."""
    rng = np.random.default_rng(5)
    z = make.impedance() * (1.0 + 1e-3 * rng.normal(size=36))
    channels = {
        "frequency": make.FREQUENCY,
        "impedance_real": z.real,
        "impedance_imag": z.imag,
        "time": 100.0 * rng.random(36).cumsum(),
    }
    return Record(
        (Segment(channels, "frequency", "impedance"),), Provenance("measured", "=cmd|' /C calc'!A0", "ab", "test")
    )


@pytest.mark.parametrize("name", ["x.z", "x.txt", "x.csv", "x.dat", "x.bdf.csv", "x.bdf.parquet", "x.parquet"])
def test_spectra_come_back_to_the_last_digit(tmp_path: Path, name: str) -> None:
    given = odd_spectrum()
    back = read(convert(given, tmp_path / name))
    (one,), (other,) = given.segments, back.segments
    assert set(other.channels) == set(one.channels)
    for channel in one.channels:
        np.testing.assert_array_equal(other[channel], one[channel])
    assert back.provenance.warnings == given.provenance.warnings == ()


@pytest.mark.parametrize("name", ["x.txt", "x.csv", "x.bdf.csv", "x.bdf.parquet", "x.parquet"])
def test_traces_come_back(tmp_path: Path, name: str) -> None:
    rng = np.random.default_rng(7)
    channels = {
        "time": rng.random(50).cumsum(),
        "voltage": rng.normal(size=50),
        "current": 1e-3 * rng.normal(size=50),
        "temperature": 298.15 + rng.random(50),
    }
    channels["voltage"] = np.where(np.arange(50) == 9, np.nan, channels["voltage"])
    back = read(convert(Record((Segment(channels),), Provenance("simulated")), tmp_path / name))
    (trace,) = back.segments
    assert set(trace.channels) == set(channels)
    for channel, values in channels.items():
        np.testing.assert_allclose(trace[channel], values, rtol=1e-15)


def test_places_and_stated_facts_survive_as_text(tmp_path: Path) -> None:
    channels = {
        "time": np.arange(12.0),
        "voltage@LLZTO bulk": np.linspace(0.0, 1.0, 12),
        "current_density": np.full(12, 1.25),
        "cycle": np.ones(12),
    }
    given = Record((Segment(channels),), Provenance("simulated")).with_conditions(
        area="1.13 cm^2", temperature="25 degC"
    )
    back = read(convert(given, tmp_path / "x.txt"))
    assert set(back.segments[0].channels) == set(channels)
    assert (
        back.conditions == {}
        and back.provenance.header["area"] == "1.13 cm^2"
        and back.provenance.header["temperature"] == "25 degC"
    )
    odd = Record((Segment({"time": np.arange(3.0), 'voltage@a,"b': np.ones(3)}),), Provenance("simulated"))
    with pytest.raises(RecordError, match="as a column head"):
        convert(odd, tmp_path / "y.txt")


def test_bdf_holds_many_segments(tmp_path: Path) -> None:
    given = replace(make.record(), conditions={})
    for name in ("x.bdf.csv", "x.csv", "x.bdf.parquet"):
        back = read(convert(given, tmp_path / name))
        assert back.provenance.reader == "bdf" and [s.axis for s in back.segments] == ["frequency", "time"]
        for one, other in zip(given.segments, back.segments, strict=True):
            assert set(other.channels) == {*one.channels, "step"}
            for channel in one.channels:
                np.testing.assert_allclose(other[channel], one[channel], rtol=1e-15)
    heads = (tmp_path / "x.bdf.csv").read_text().splitlines()[0].split(",")
    assert heads == [
        "test_time_second",
        "voltage_volt",
        "current_ampere",
        "step_count",
        "frequency_hertz",
        "real_impedance_ohm",
        "imaginary_impedance_ohm",
    ]


def test_nothing_is_lost_in_silence(tmp_path: Path) -> None:
    record = make.record()
    for name, says in (
        ("x.z", "1 spectra and 1 time segments"),
        ("x.txt", "holds one segment"),
        ("x.bdf.csv", r"stated of the specimen \(area\)"),
    ):
        with pytest.raises(RecordError, match=says):
            convert(record, tmp_path / name)
        assert not (tmp_path / name).exists()
        assert convert(record, tmp_path / name, lossy=True).exists()
    charged = replace(
        record,
        conditions={},
        segments=(Segment({"time": np.arange(3.0), "voltage": np.ones(3), "current_density": np.ones(3)}),),
    )
    with pytest.raises(RecordError, match=r"current_density \(no BDF column\)"):
        convert(charged, tmp_path / "x.bdf.csv")
    with pytest.raises(RecordError, match=r"the channels voltage"):
        convert(
            replace(record, segments=(Segment({**record.segments[0].channels, "voltage": np.ones(36)}, "frequency"),)),
            tmp_path / "x.z",
        )
    with pytest.raises(RecordError, match="no data at all"):
        convert(replace(record, segments=()), tmp_path / "x.txt", lossy=True)
    with pytest.raises(RecordError, match="no spectrum"):
        convert(charged, tmp_path / "x.z", lossy=True)


def test_convert_files(tmp_path: Path) -> None:
    path = put(tmp_path, make.mpt_text(), "made.mpt", "latin-1")
    assert [len(s) for s in read(convert(path, tmp_path / "y.parquet")).segments] == [36, 20, 36, 20]
    assert [s.axis for s in read(convert(path, tmp_path / "y.bdf.csv")).segments] == ["frequency", "time"] * 2
    with pytest.raises(RecordError, match="written over the data"):
        convert(path, path)
    with pytest.raises(RecordError, match=r"ending.*\.z"):
        convert(path, tmp_path / "y.doc")
    with pytest.raises(RecordError, match="read only"):
        convert(path, tmp_path / "y.DTA", format="gamry")
    with pytest.raises(UnknownNameError, match="Did you mean 'zview'"):
        convert(path, tmp_path / "y.z", format="zvew")
    with pytest.raises(RecordError, match="can't be written"):
        convert(odd_spectrum(), tmp_path / "no" / "folder" / "y.z")
    with pytest.raises(RecordError, match="read only"):
        readers.READERS["gamry"].write(odd_spectrum(), tmp_path / "y.DTA")


def test_text_cells_can_not_become_formulas(tmp_path: Path) -> None:
    from interlayer.readers._write import safe

    assert [safe(t) for t in ("=1+1", "+x", "-x", "@x", " =x", "a,=b\tc\nd;e")] == [
        "'=1+1",
        "'+x",
        "'-x",
        "'@x",
        "'=x",
        "a =b c d e",
    ]
    for name in ("x.txt", "x.csv", "x.z"):
        text = convert(odd_spectrum(), tmp_path / name).read_text()
        cells = [cell for line in text.splitlines() for cell in line.replace(",", "\t").replace(";", "\t").split("\t")]
        assert not [c for c in cells if c.strip()[:1] in "=@+-" and c.strip() and not c.strip()[1:2].isdigit()]
    assert "-" in text  # negative numbers stay numbers


def test_saved_records_come_back_as_they_were(tmp_path: Path) -> None:
    given = make.record()
    given.save(tmp_path / "x.parquet")
    back = read(tmp_path / "x.parquet")
    assert back.provenance == given.provenance and back.conditions == given.conditions
    assert [s.info for s in back.segments] == [s.info for s in given.segments]
    assert read(tmp_path / "x.parquet", area="2 cm^2").conditions["area"] == units.si("2 cm^2", "area")


# -- the room ---------------------------------------------------------------------------------------------------------
def test_formats_are_listed() -> None:
    assert {"bdf", "biologic_binary", "biologic_text", "gamry", "interlayer", "neware", "plain", "zview"} <= {r.name for r in formats()}
    assert [r.name for r in formats() if r.writes] == ["bdf", "interlayer", "plain", "zview"]
    assert repr(readers.READERS["zview"]) == "<zview: ZPlot/ZView .z (.z), read and written>"
    with pytest.raises(UnknownNameError, match="Did you mean 'gamry'"):
        read("x.txt", format="gamri")
    with pytest.raises(ReadError, match="names its own"):
        read("x.DTA", format="gamry", columns={"time": (1, "s")})


def test_the_page_of_the_docs_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "readers.md").read_text(encoding="utf-8")
    blocks = [b.split("```")[0] for b in page.split("```python\n")[1:]]
    assert len(blocks) >= 4
    monkeypatch.chdir(tmp_path)
    scope: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "docs/readers.md", "exec"), scope)
