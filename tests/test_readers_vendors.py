"""BioLogic binary and settings files, Autolab, CH Instruments, Parstat, PowerSuite, VersaStudio: real files against an
independent reading, made files with every variant and injury, and what each reader owes."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import test_readers_samples as make
from interlayer import protocols
from interlayer.errors import MissingValueError, ReadError
from interlayer.readers import read
from interlayer.readers._mpr import COLUMNS
from interlayer.readers.biologic_settings import settings
from readers_injuries import mutate, outcome

NAMES = ["autolab", "biologic_binary", "ch_instruments", "parstat", "powersuite", "versastudio"]
IMPEDANCE = make.SHARED / "impedance.py"
GEIS = "jr862_11_08_23_insitu-impedance-LiLi_1MLiTFSI_TEGDME-1mA-prerun"
INSITU = make.SHARED / "datalab-insitu-LiLi-softshort"
MPR = [INSITU / f"{GEIS}_C05.mpr", *(make.SHARED / n for n in ("BDF/GCPL-0.mpr", "BDF/PEIS-0.mpr"))]
MPR.append(make.SHARED / "navani/00_test_02_MB_C01.mpr")

Samples = dict[str, tuple[str, bytes]]


def real(path: Path) -> Path:
    if not path.exists():
        pytest.skip("the shared data are not on this machine")
    return path


# -- made files -------------------------------------------------------------------------------------------------------
def module(name: str, body: bytes, version: int = 0, newer: bool = False, date: str = "08/11/23") -> bytes:
    """A module as EC-Lab writes it."""
    head = b"MODULE" + name.encode().ljust(10) + name.encode().ljust(25)
    size = struct.pack("<IQI", 0xFFFFFFFF, len(body), version) if newer else struct.pack("<II", len(body), version)
    return head + size + date.encode() + body


EXTRA = 11  # an identifier that no sample has


def mpr(
    columns: dict[int, np.ndarray], newer: bool = False, version: int | None = None, announced: int | None = None
) -> bytes:
    """A file with these columns; identifier 1 is the byte of flags, `EXTRA` four bytes that nobody knows."""
    kinds = {i: COLUMNS[i][1] if i in COLUMNS else "u1" if i < 4 else "<f4" for i in columns}
    points = len(next(iter(columns.values())))
    table = np.zeros(points, np.dtype([(str(i), kinds[i]) for i in columns]))
    for i, values in columns.items():
        table[str(i)] = values
    head = struct.pack("<IH" if newer else "<IB", points if announced is None else announced, len(columns))
    head += struct.pack(f"<{len(columns)}H", *columns)
    body = head.ljust(1007 if newer else 406, b"\0") + table.tobytes()
    settings_body = bytearray(700)
    settings_body[0] = 30
    settings_body[6:20] = b"\x0dcell, 20 degC"
    struct.pack_into("<f", settings_body, 529, 1.25)
    log = bytearray(1000)
    struct.pack_into("<d", log, 585, 45149.5)
    log[952:957] = b"11.32"
    out = b"BIO-LOGIC MODULAR FILE\x1a".ljust(48) + bytes(4)
    out += module("VMP Set", bytes(settings_body), 0, newer)
    out += module("VMP data", body, (11 if newer else 3) if version is None else version, newer)
    return out + module("VMP LOG", bytes(log), 0, newer)


def spectrum_columns() -> dict[int, np.ndarray]:
    z = make.impedance()
    count = np.arange(1.0, 1.0 + len(z))
    one = {32: make.FREQUENCY, 37: z.real, 38: -z.imag, 36: abs(z), 35: np.degrees(np.angle(z)), 4: count}
    return one | {77: 0.001 * count, 76: 0.1 * count, 24: np.ones(len(z)), 39: np.full(len(z), 12.0)}


def cycling_columns() -> dict[int, np.ndarray]:
    """0.5 mA for 20 s, then -0.5 mA: charge and no current, as GCPL stores it."""
    time = np.arange(41.0)
    dq = np.where(time == 0.0, 0.0, np.where(time <= 20.0, 0.5, -0.5) / 3600.0)
    one = {1: np.full(41, 1.0), 131: np.where(time <= 20.0, 0.0, 1.0), 4: time, 7: dq, 13: np.cumsum(dq)}
    return one | {6: 3.0 + 0.01 * time}


def z60w_text() -> str:
    head = '\ufeff"Z60W Data File: Version 1.1"\n' + '""\n' * 7 + "0,2,0,1,0.1,10000\n36\n"
    head += "\"  Freq (Hz)    Ampl     Bias   Time(Sec)   Z'(a)    Z''(b)    GD   Err   Range\"\n"
    return head + make.table([(f, 0, 0, 0, re, im, 0, 0, 0) for f, re, im in make.spectrum_rows()], ",")


def chi_text() -> str:
    head = (
        "Feb. 20, 2020   15:55:08\nA.C. Impedance\nFile: c:\\x.bin\nInstrument Model:  CHI660E\nNote: mass = 2 mg\n\n"
    )
    head += "Init E (V) = 0\n\nFreq/Hz, Z'/ohm, Z\"/ohm, Z/ohm, Phase/deg\n\n"
    rows = [(f, re, im, abs(complex(re, im)), np.degrees(np.arctan2(im, re))) for f, re, im in make.spectrum_rows()]
    return head + make.table(rows, ", ")


def parstat_text() -> str:
    names = ["Potential (V)", "Current (A)", "Elapsed Time (s)", "Frequency (Hz)", "Zre (ohms)", "Zim (ohms)"]
    rows: list[tuple[float, ...]] = [(3.0, -0.1, 10.0 * i, 0.0, 0.0, 0.0) for i in range(20)]
    rows += [(3.0, 0.0, 200.0 + i, f, re, im) for i, (f, re, im) in enumerate(make.spectrum_rows())]
    rows += [(3.0, 0.1, 300.0 + 10.0 * i, 0.0, 0.0, 0.0) for i in range(20)]
    return "\t".join(names) + "\t\n" + make.table(rows).replace("\n", "\t\n")


def powersuite_text() -> str:
    return "Frequency\t Zre\t Zimg\r\r\n" + make.table(make.spectrum_rows()).replace("\n", "\r\r\n")


def par_text() -> str:
    names = "Segment #, Point #, E(V), I(A), Elapsed Time(s), Frequency(Hz), E Real, E Imag, I Real, I Imag, Z Real"
    rows: list[tuple[float, ...]] = [(0, i, 3.0, 1e-3, i, 0, 0, 0, 0, 0, 0, 0) for i in range(12)]
    head = "<Application>\nName=VersaStudio\n</Application>\n\n<Action0>\nMass (g)=0\n"
    head += (
        "Working Electrode Area (cm2)=1.27\nName=Common\n</Action0>\n\n<Action1>\nName=Galvanostatic EIS\n</Action1>\n"
    )
    for f, re, im in make.spectrum_rows():
        rows.append((1, len(rows), 3.0, 0.0, len(rows), f, 0.001 * re, 0.001 * im, 0.001, 0.0, re, im))
    body = f"<Segment1>\nType=2\nVersion=3\nDefinition={names}, Z Imag, 0\n{make.table(rows, ',')}</Segment1>\n"
    return head + body + "\n<Graph1>\nType=Unknown\n</Graph1>\n"


MPS = (
    "EC-LAB SETTING FILE\r\n\r\nNumber of linked techniques : 2\r\n\r\nFilename : C:\\someone\\x.mps\r\n\r\n"
    "Electrode surface area : 0.785 cm\xb2\r\n\r\nTechnique : 1\r\nOpen Circuit Voltage\r\n"
    "tR (h:m:s)          1:00:0.0000         \r\n\r\nTechnique : 2\r\nConstant Current\r\n"
    "Is                  0.500               -0.500              \r\n"
    "unit Is             mA                  mA                  \r\n"
)


def vendor_samples() -> Samples:
    """One file of each format: (name, bytes)."""
    return {
        "autolab": ("made_nova.txt", z60w_text().encode()),
        "biologic_binary": ("made.mpr", mpr(spectrum_columns())),
        "ch_instruments": ("made_chi.txt", chi_text().encode()),
        "parstat": ("made_parstat.txt", parstat_text().encode()),
        "powersuite": ("made_powersuite.txt", powersuite_text().encode()),
        "versastudio": ("made.par", par_text().encode()),
    }


def put(folder: Path, data: str | bytes, name: str = "made.mpr") -> Path:
    (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
    return folder / name


# -- real files: text -------------------------------------------------------------------------------------------------
SPECTRA = [
    ("exampleDataAutolab.txt", "autolab", 41, (0, 4, 5), ",", 11),
    ("exampleDataCHInstruments.txt", "ch_instruments", 73, (0, 1, 2), ",", 18),
    ("exampleDataParstat.txt", "parstat", 31, (3, 4, 5), "\t", 782),
    ("exampleDataPowersuite.txt", "powersuite", 30, (0, 1, 2), "\t", 1),
    ("exampleDataVersaStudio.par", "versastudio", 61, (9, 14, 15), ",", 116),
]


@pytest.mark.parametrize(("file", "name", "points", "columns", "separator", "skip"), SPECTRA)
def test_real_spectra(file: str, name: str, points: int, columns: tuple[int, ...], separator: str, skip: int) -> None:
    path = real(IMPEDANCE / file)
    record = read(path)
    (spectrum,) = record.spectra
    assert record.provenance.reader == name and record.conditions == {} and len(spectrum) == points
    lines = [x for x in path.read_text(encoding="utf-8-sig").replace("\r", "").split("\n")[skip:] if x.strip()]
    truth = np.array([[float(line.split(separator)[c]) for c in columns] for line in lines[:points]])
    for channel, column in zip(("frequency", "impedance_real", "impedance_imag"), truth.T, strict=True):
        np.testing.assert_array_equal(spectrum[channel], column)
    below = spectrum["frequency"] < 0.1 * spectrum["frequency"].max()
    assert (spectrum["impedance_imag"][below] < 0.0).all()  # capacitive arcs; an inductive end may stand above


def test_real_parstat_has_the_discharge_and_the_charge_before_its_spectrum() -> None:
    record = read(real(IMPEDANCE / "exampleDataParstat.txt"))
    trace, spectrum = record.segments
    assert (trace.axis, len(trace), spectrum.axis) == ("time", 781, "frequency")
    assert (np.diff(trace["time"]) > 0.0).all() and spectrum["time"][0] > trace["time"][-1]
    low = trace["current"] < -0.1
    assert np.polyfit(trace["time"][low], trace["voltage"][low], 1)[0] < 0.0  # negative current discharges


def test_real_versastudio_is_e_over_i_and_shows_the_area() -> None:
    record = read(real(IMPEDANCE / "exampleDataVersaStudio.par"))
    assert record.provenance.warnings == ()  # the check of Z against E / I is among them
    header = record.provenance.header
    assert (header["area"], header["technique"], header["instrument"]) == ("1 cm^2", "Potentiostatic EIS", "VersaSTAT4")
    with pytest.raises(MissingValueError, match=r"area = 1 cm\^2"):
        record.condition("area")


# -- real files: .mpr -------------------------------------------------------------------------------------------------
def by_hand(path: Path, start: int, head: int, columns: str) -> np.ndarray:
    """An independent reading: `columns` as "name:type ..." of the packed records."""
    raw = path.read_bytes()
    at = raw.index(b"MODULEVMP data") + 41 + head
    kind = np.dtype([(c.split(":")[0], c.split(":")[1]) for c in columns.split()])
    return np.frombuffer(raw, kind, int.from_bytes(raw[at : at + 4], "little"), at + start)


SPECTRAL = "f:<f4 re:<f4 im:<f4 mod:<f4 ph:<f4 t:<f8 E:<f4 I:<f4 Cs:<f4 Cp:<f4 cycle:<f8"


@pytest.mark.parametrize(
    ("path", "tail", "points", "ends"),
    [
        (MPR[0], "aE:<f4 aI:<f4 range:<u2 Q:<f8 P:<f4", 15, (1e4, 0.1)),
        (MPR[2], "range:<u2 aE:<f4 aI:<f4 Ns:<u2", 60, None),
    ],
    ids=["GEIS", "PEIS"],
)
def test_real_mpr_spectra(path: Path, tail: str, points: int, ends: tuple[float, float] | None) -> None:
    record = read(real(path))
    truth = by_hand(path, 406, 16, f"{SPECTRAL} {tail}")
    (spectrum,) = record.segments
    assert len(spectrum) == points == len(truth) and record.provenance.warnings == ()
    np.testing.assert_array_equal(spectrum["frequency"], truth["f"])
    np.testing.assert_array_equal(record.impedance(spectrum), truth["re"] - 1j * truth["im"].astype(float))
    np.testing.assert_allclose(spectrum["current"], truth["I"] / 1000.0, rtol=1e-7)
    z, omega = record.impedance(spectrum), 2.0 * np.pi * spectrum["frequency"]
    # what proves the columns: each stored one against others
    np.testing.assert_allclose(abs(z), truth["mod"], rtol=1e-6)
    np.testing.assert_allclose(np.degrees(np.angle(z)), truth["ph"], atol=2e-5)
    np.testing.assert_allclose(truth["aE"] / truth["aI"], truth["mod"], rtol=1e-6)
    np.testing.assert_allclose(-1e6 / (omega * z.imag), truth["Cs"], rtol=1e-5)
    np.testing.assert_allclose(1e6 * (1.0 / z).imag / omega, truth["Cp"], rtol=1e-5)
    if "P" in truth.dtype.names:
        np.testing.assert_allclose(spectrum["power"], spectrum["voltage"] * spectrum["current"], rtol=1e-6)
    assert (np.diff(spectrum["time"]) > 0.0).all()
    if ends is not None:  # the grid that the settings beside the file give
        np.testing.assert_allclose(spectrum["frequency"], np.geomspace(*ends, points), rtol=1e-3)
    assert (np.diff(spectrum["frequency"]) < 0.0).all()
    assert np.median(z.imag) < 0.0 and any("-Im(Z)/Ohm" in c for c in record.provenance.corrections)


def test_real_mpr_takes_up_the_settings_beside_it() -> None:
    record = read(real(MPR[0]))
    about = record.provenance
    assert about.header["acquisition started"] == "2023-08-11 12:33:57" and about.header["area"] == "0.001 cm^2"
    assert about.header["characteristic mass"].startswith("1.5 ")
    (technique,) = about.settings["techniques"]
    (said,) = about.settings["protocol"]
    made = protocols.parse(said)
    assert isinstance(made, protocols.Impedance)
    assert (made.high, made.low, made.points_per_decade) == (1e4, 0.1, 3)
    parameters = technique["parameters"]
    assert technique["name"] == about.header["technique"] == record.segments[0].info["label"]
    assert (parameters["fi"], parameters["unit fi"], parameters["ff"], parameters["Nd"]) == (
        "10.000",
        "kHz",
        "0.100",
        "3",
    )
    assert about.settings["header"]["Electrode surface area"] == "0.001 cm²"
    assert about.settings["header"]["Filename"] == f"{GEIS}.mps"  # no path of somebody's machine
    with pytest.raises(ReadError, match="settings file") as caught:
        read(INSITU / f"{GEIS}.mps")
    assert "biologic_settings" in str(caught.value)


def test_real_mpr_modulo_bat_conserves_charge_and_energy() -> None:
    record = read(real(MPR[3]))
    (trace,) = record.segments
    time, current, charge = trace["time"], trace["current"], trace["charge"]
    assert len(trace) == 11 and (np.diff(time) > 0.0).all() and (current < 0.0).all()
    np.testing.assert_allclose(np.diff(time), 1.0, atol=1e-3)
    passed = float(charge[-1] - charge[0])
    assert passed == pytest.approx(float(np.sum(current[1:] * np.diff(time))), rel=0.01)
    truth = by_hand(MPR[3], 1007, 24, "fl:u1 Ns:<u2 r:<u2 t:<f8 c:<f4 E:<f4 I:<f4 dq:<f8 Q:<f8 W:<f8 Qcd:<f8 hc:<u4")
    np.testing.assert_allclose(charge, 3.6 * np.cumsum(truth["dq"]), rtol=1e-12, atol=1e-18)
    np.testing.assert_allclose(np.diff(truth["W"]), 1e-3 * truth["E"][1:] * truth["dq"][1:], rtol=1e-4)
    np.testing.assert_allclose(truth["E"], truth["c"], atol=3e-4)  # controlled voltage: mode 2
    assert ((truth["fl"] & 3) == 2).all()


def test_real_mpr_gcpl_at_rest() -> None:
    record = read(real(MPR[1]))
    (trace,) = record.segments
    assert trace.technique == "rest" and len(trace) == 4 and np.ptp(trace["voltage"]) < 1e-3
    assert np.isnan(trace["current"][0]) and (trace["current"][1:] == 0.0).all()
    assert any("dq/dt" in c for c in record.provenance.corrections)
    assert record.provenance.header["acquisition started"].startswith("2024-09-02")


@pytest.mark.parametrize("path", MPR, ids=lambda p: p.stem[:12])
def test_real_mpr_cut_anywhere_is_a_record_or_a_sentence(path: Path, tmp_path: Path) -> None:
    raw = real(path).read_bytes()
    data = raw.index(b"MODULEVMP LOG")
    whole = read(path)
    for cut in [*range(1, len(raw), 331), data, data + 30]:
        place = put(tmp_path, raw[:cut], "cut.mpr")
        if cut < data:
            with pytest.raises(ReadError) as caught:
                read(place)
            assert caught.value.remedy and (caught.value.place or cut < 60)
        else:  # all the data are there
            record = read(place)
            assert len(record.segments[0]) == len(whole.segments[0])


# -- made .mpr --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("newer", [False, True])
def test_mpr_both_forms(newer: bool, tmp_path: Path) -> None:
    record = read(put(tmp_path, mpr(spectrum_columns(), newer)))
    (spectrum,) = record.segments
    np.testing.assert_allclose(record.impedance(spectrum), make.impedance(), rtol=1e-6)
    assert record.provenance.header["comments"] == "cell, 20 degC" and record.provenance.header["area"] == "1.25 cm^2"
    record = read(put(tmp_path, mpr(cycling_columns(), newer)))
    first, second = record.segments
    assert (first.info["step"], second.info["step"], len(first)) == (0, 1, 21)
    np.testing.assert_allclose(first["current"][1:], 0.5e-3, rtol=1e-9)
    np.testing.assert_allclose(second["current"], -0.5e-3, rtol=1e-9)
    assert first["charge"][-1] == pytest.approx(0.01, rel=1e-9)


def test_mpr_of_another_version_reads_when_everything_fits(tmp_path: Path) -> None:
    assert len(read(put(tmp_path, mpr(spectrum_columns(), version=2))).segments[0]) == 36
    columns = {**spectrum_columns(), EXTRA: np.ones(36)}
    with pytest.raises(ReadError, match=r"version 2.*11 are not known"):
        read(put(tmp_path, mpr(columns, version=2)))


def test_mpr_unknown_columns_are_named_with_their_size(tmp_path: Path) -> None:
    whole = spectrum_columns()
    for at in (0, 3, len(whole)):
        items = list(whole.items())
        columns = dict([*items[:at], (EXTRA, np.full(36, 7.0)), *items[at:]])
        record = read(put(tmp_path, mpr(columns)))
        np.testing.assert_allclose(record.impedance(record.segments[0]), make.impedance(), rtol=1e-6)
        (warning,) = record.provenance.warnings
        assert "identifier 11" in warning and "4 bytes" in warning
    # two of them: what stands between can't be placed
    items = list(whole.items())
    columns = dict([*items[:6], (EXTRA, np.ones(36)), *items[6:8], (12, np.ones(36)), *items[8:]])
    record = read(put(tmp_path, mpr(columns)))
    (warning,) = record.provenance.warnings
    assert "11, 12" in warning and "8 bytes" in warning and "<Ewe>/V" in warning and "<I>/mA" in warning
    assert "voltage" not in record.segments[0] and record.segments[0].info["cycle"] == 1
    columns = dict([items[0], (EXTRA, np.ones(36)), *items[1:6], (12, np.ones(36)), *items[6:]])
    with pytest.raises(ReadError, match=r"can't be found in the records.*11, 12"):
        read(put(tmp_path, mpr(columns)))


def broken(kind: str) -> bytes:
    columns = spectrum_columns()
    good = mpr(columns)
    at = good.index(b"MODULEVMP data")
    match kind:
        case "no point":
            return mpr(columns, announced=0)
        case "too many points":
            return mpr(columns, announced=4_000_000_000)
        case "one point less":
            return mpr(columns, announced=35)
        case "no data module":
            return good[:at]
        case "only the first words":
            return good[:30]
        case "byte lost in the settings":
            return good[:200] + good[201:]
        case "byte lost in the data":
            return good[: at + 700] + good[at + 701 :]
        case "two data modules":
            return good + good[at : good.index(b"MODULEVMP LOG")]
        case "twice the same column":
            return good.replace(struct.pack("<2H", 32, 37), struct.pack("<2H", 32, 32), 1)
        case "65535 columns":
            newer = mpr(columns, newer=True)
            at = newer.index(b"MODULEVMP data") + 65
            return newer[: at + 4] + b"\xff\xff" + newer[at + 6 :]
        case "huge module":
            return good[: at + 41] + b"\xff\xff\xff\x7f" + good[at + 45 :]
        case "modulus":
            return mpr(columns | {36: 2.0 * columns[36]})
        case "time":
            return mpr(columns | {4: np.where(columns[4] == 5.0, np.nan, columns[4])})
        case "frequency":
            return mpr(columns | {32: -columns[32]})
        case "giant frequency":
            return mpr(columns | {32: 1e6 * columns[32]})
    raise AssertionError(kind)


@pytest.mark.parametrize(
    ("kind", "says", "place"),
    [
        ("no point", "no point", "byte"),
        ("too many points", "don't fill", "byte"),
        ("one point less", "don't fill", "byte"),
        ("no data module", "no data module", "byte"),
        ("only the first words", "no data module", "byte"),
        ("byte lost in the settings", "No module begins|cut off", "byte"),
        ("byte lost in the data", "No module begins|cut off", "byte"),
        ("two data modules", "two data modules", "byte"),
        ("twice the same column", "stands twice", "byte"),
        ("65535 columns", "too short for the 65535 columns", "byte"),
        ("huge module", "cut off", "byte"),
        ("modulus", r"\|Z\| does not agree", "point 1"),
        ("time", "time is nan", "point 5"),
        ("frequency", "frequency is -1e", "point 1"),
        ("giant frequency", "can't be", "point 1"),
    ],
)
def test_mpr_damage_is_told_with_its_place(kind: str, says: str, place: str, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=says) as caught:
        read(put(tmp_path, broken(kind)))
    assert caught.value.file == "made.mpr" and (caught.value.place or "").startswith(place) and caught.value.remedy
    assert str(caught.value).count("made.mpr") == 1


def test_mpr_fields_drawn_at_random(tmp_path: Path) -> None:
    """Numbers written into the heads, where a reader that trusts them would run away."""
    rng = random.Random("fields")
    for newer in (False, True):
        good = mpr(cycling_columns() if newer else spectrum_columns(), newer)
        at = good.index(b"MODULEVMP data")
        for _ in range(100):
            out = bytearray(good)
            for _ in range(rng.choice((1, 2, 4))):
                place = rng.choice((52 + 41, at + 41, at + 57, at + 65)) + rng.randrange(40)
                out[place : place + 4] = rng.choice((b"\0" * 4, b"\xff" * 4, b"\xff\xff\xff\x7f", rng.randbytes(4)))
            outcome("biologic_binary", put(tmp_path, bytes(out)))


# -- settings ---------------------------------------------------------------------------------------------------------
def test_settings(tmp_path: Path) -> None:
    found = settings(put(tmp_path, MPS.encode("latin-1"), "x.mps"))
    assert [t["name"] for t in found["techniques"]] == ["Open Circuit Voltage", "Constant Current"]
    assert found["techniques"][1]["parameters"] == {"Is": ["0.500", "-0.500"], "unit Is": ["mA", "mA"]}
    assert found["header"]["Electrode surface area"] == "0.785 cm²" and found["header"]["Filename"] == "x.mps"
    assert found["protocol"] == [
        "Open Circuit Voltage: tR (h:m:s) 1:00:0.0000",
        "Constant Current: Is 0.500, -0.500; unit Is mA, mA",
    ]
    for bad in (
        MPS[:220],
        "no settings\n",
        "EC-LAB SETTING FILE\n",
        "\0\1\2",
        MPS.replace("linked techniques : 2", "x : 2")[:200],
    ):
        with pytest.raises(ReadError) as caught:
            settings(put(tmp_path, bad.encode("latin-1"), "x.mps"))
        assert caught.value.place and caught.value.remedy
    rng = random.Random("settings")
    for _ in range(200):
        try:
            settings(put(tmp_path, mutate(MPS.encode("latin-1"), rng), "x.mps"))
        except ReadError as error:
            assert error.remedy


def spectrum_settings(high: str = "10.000", low: str = "0.100") -> bytes:
    rows = {"Mode": "Single sine", "fi": high, "unit fi": "kHz", "ff": low, "unit ff": "Hz", "Nd": "5"}
    rows |= {"Points": "per decade", "spacing": "Logarithmic"}
    head = "EC-LAB SETTING FILE\r\n\r\nNumber of linked techniques : 1\r\n\r\nTechnique : 1\r\n"
    head += "Potentio Electrochemical Impedance Spectroscopy\r\n"
    return (head + "".join(f"{k:20s}{v:20s}\r\n" for k, v in rows.items())).encode("latin-1")


def test_settings_of_a_spectrum_are_a_protocol(tmp_path: Path) -> None:
    found = settings(put(tmp_path, spectrum_settings(), "x.mps"))
    (said,) = found["protocol"]
    made = protocols.parse(said)
    assert isinstance(made, protocols.Impedance) and str(made) == said
    assert (made.high, made.low, made.points_per_decade) == (1e4, 0.1, 5)
    several = spectrum_settings().replace(b"5                   ", b"5".ljust(20) + b"6".ljust(20))
    for other in (several, spectrum_settings().replace(b"Logarithmic", b"Linear     ")):
        (said,) = settings(put(tmp_path, other, "x.mps"))["protocol"]
        assert said.startswith("Potentio Electrochemical Impedance Spectroscopy: Mode Single sine")


def test_a_spectrum_that_was_stopped_early_is_told_by_its_settings(tmp_path: Path) -> None:
    path = put(tmp_path, mpr(spectrum_columns()), "cell_C01.mpr")  # 1 MHz to 0.1 Hz
    for high, low, says in (
        ("1000.000", "0.100", None),
        ("1000.000", "0.010", "ends at 0.1 Hz, and the settings program it down to 0.01 Hz: it was stopped early"),
        ("10.000", "0.100", "are they of another run"),
    ):
        put(tmp_path, spectrum_settings(high, low), "cell.mps")
        warnings = read(path).provenance.warnings
        assert any(says in w for w in warnings) if says else not warnings


def test_settings_that_are_damaged_cost_a_warning_and_no_data(tmp_path: Path) -> None:
    path = put(tmp_path, mpr(spectrum_columns()), "cell_C01.mpr")
    assert read(path).provenance.settings == {}
    put(tmp_path, MPS[:220].encode("latin-1"), "cell.mps")
    assert any("settings file" in w for w in read(path).provenance.warnings)
    put(tmp_path, MPS.encode("latin-1"), "cell.mps")
    record = read(path)
    assert record.provenance.settings["file"] == "cell.mps" and record.provenance.warnings == ()
    record.save(tmp_path / "kept.parquet")
    assert read(tmp_path / "kept.parquet").provenance.settings["techniques"] == record.provenance.settings["techniques"]


# -- made text --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", [n for n in NAMES if n != "biologic_binary"])
def test_made_text_comes_back(name: str, tmp_path: Path) -> None:
    file, data = vendor_samples()[name]
    record = read(put(tmp_path, data, file))
    (spectrum,) = record.spectra
    assert record.provenance.reader == name and record.conditions == {}
    np.testing.assert_allclose(spectrum["frequency"], make.FREQUENCY, rtol=1e-8)
    np.testing.assert_allclose(record.impedance(spectrum), make.impedance(), rtol=1e-8)
    assert (spectrum["impedance_imag"] < 0.0).all()


def test_parstat_and_versastudio_split_time_from_spectra(tmp_path: Path) -> None:
    record = read(put(tmp_path, parstat_text(), "a.txt"))
    assert [(s.axis, len(s)) for s in record.segments] == [("time", 20), ("frequency", 36), ("time", 20)]
    assert record.segments[0]["current"][0] == -0.1
    record = read(put(tmp_path, par_text(), "a.par"))
    assert [(s.axis, len(s), s.info["step"]) for s in record.segments] == [("time", 12, 0), ("frequency", 36, 1)]
    assert record.provenance.header["area"] == "1.27 cm^2" and "mass" not in record.provenance.header


def edited(text: Callable[[], str], old: str, new: str) -> str:
    assert old in text()
    return text().replace(old, new)


@pytest.mark.parametrize(
    ("text", "file", "says"),
    [
        (edited(chi_text, "Freq/Hz", "Potential/V"), "a.txt", "A.C. Impedance is read"),
        (edited(chi_text, "Freq/Hz, Z'/ohm", "Freq/Hz, Z/ohm"), "a.txt", "was not found"),
        (edited(z60w_text, "Freq (Hz)", "Frequ"), "a.txt", "column names"),
        (z60w_text().split("\n1000000,")[0], "a.txt", "no point"),
        (parstat_text().split("\n")[0] + "\n", "a.txt", "no row of data"),
        ("Frequency\t Zre\t Zimg\r\r\n", "a.txt", "no point"),
        (edited(par_text, "Definition=", "Def="), "a.par", "does not define"),
        (edited(par_text, "Elapsed Time(s), Frequency(Hz)", "a, b"), "a.par", "defines neither"),
        (par_text().split("<Segment1>")[0], "a.par", "no section with data"),
        ("<Application>\nName=Other\n", "a.par", "does not name VersaStudio"),
    ],
)
def test_what_is_missing_is_said(text: str, file: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=says) as caught:
        read(put(tmp_path, text, file))
    assert caught.value.file == file and caught.value.remedy


@pytest.mark.parametrize(
    ("text", "file", "says"),
    [
        (edited(z60w_text, "\n36\n", "\n40\n"), "a.txt", "announces 40 points and holds 36"),
        (z60w_text().rstrip("\n")[:-1] + "1\n", "a.txt", None),
        (z60w_text().rstrip("\n")[:-3] + "1,0\n", "a.txt", "1 points carry an error flag"),
        (edited(par_text, "</Segment1>", ""), "a.par", "has no end"),
        (edited(par_text, "I Real, I Imag", "I Imag, I Real"), "a.par", r"not E / I at 36 points \(first in line 30\)"),
        (powersuite_text(), "a.txt", "Hz and Ω, were taken"),
    ],
)
def test_what_is_odd_is_said(text: str, file: str, says: str | None, tmp_path: Path) -> None:
    import re

    warnings = read(put(tmp_path, text, file)).provenance.warnings
    assert any(re.search(says, w) for w in warnings) if says else warnings == ()


def test_columns_are_not_the_callers_affair(tmp_path: Path) -> None:
    for name, (file, data) in vendor_samples().items():
        with pytest.raises(ReadError, match="names its own"):
            read(put(tmp_path, data, file), format=name, columns={"time": (1, "s")})
