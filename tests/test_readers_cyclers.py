"""The readers of battery cyclers and of packed files: samples against their decoded answers, damage, hostile archives."""

from __future__ import annotations

import gzip
import importlib.util
import io
import struct
import sys
import tracemalloc
import zipfile
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from interlayer.errors import ReadError
from interlayer.readers import read
from interlayer.readers._base import UnforeseenError
from test_readers_samples import SHARED, bdf_text, plain_text

needs_fastnda = pytest.mark.skipif(importlib.util.find_spec("fastnda") is None, reason="fastnda is not installed")


def real(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip("the shared samples are not here")
    return path


# -- made files -------------------------------------------------------------------------------------------------------
def maccor_text(unit: float = 60.0, date: bool = True, mode: bool = True) -> str:
    """A rest, a charge and a discharge, with the current without a sign as Maccor writes it."""
    heads = ["Rec", "Cycle P", "Cycle C", "Step", "TestTime", "StepTime", "Cap. [Ah]", "Current [A]", "Voltage [V]"]
    heads += ["Md"] * mode + ["DPT Time"] * date
    lines = ["Name:\tcell \xff\x01", "Tester\tMaccor", "", "\t".join(heads), ""]
    for i in range(60):
        kind, current = ("R", 0.0) if i < 10 else ("C", 1e-3) if i < 30 else ("D", 2e-3)
        since = (i % 10 if i < 10 else (i - 10) % 20 if i < 30 else i - 30) * 60.0
        row = [i + 1, 0, 1, 1 + "RCD".index(kind), f"{60.0 * i / unit:.6f}", f"{since / unit:.6f}"]
        row += [f"{current * since / 3600.0:.9f}", f"{current:.6f}", f"{3.0 + 0.01 * i:.4f}"]
        row += [kind] * mode + [f"5/13/2021 {1 + i // 60}:{i % 60:02d}:00 PM"] * date
        lines.append("\t".join(map(str, row)) + "\t")
    return "\n".join(lines) + "\n"


def pec_text(cells: int = 1, turned: bool = False) -> str:
    """Charging, then discharging."""
    heads = "Test,Cell,Step,Instruction Name,Cycle,Total Time (Hours in hh:mm:ss.xxx),Step Time (Seconds),Voltage (mV),"
    heads += "Current (mA),Charge Capacity (mAh),Discharge Capacity (mAh),Temp (°C),"
    lines = ["Test:,7", "TestRegime Name:,made", "Start Time:,01/06/2026 17:46:49", heads]
    for i in range(40):
        up = i < 20
        current, since = (3.6 if up else -3.6) * (-1 if turned else 1), (i % 20) * 10.0
        clock = f"{30 + i // 360:02d}:{i // 6 % 60:02d}:{10 * i % 60:02d}.500"
        lines.append(
            f"7,{1 + i % cells},{1 + (not up)},{'Charge' if up else 'Discharge'},1,{clock},{since},{3500 + i},{current},"
            f"{since / 1000 if up else 0},{0 if up else since / 1000},25.5,"
        )
    return "\n".join(lines) + "\n"


def workbook(sheets: dict[str, list[list[object]]], **extra: bytes) -> bytes:
    """A small Excel workbook."""

    def cell(value: object, column: int, row: int) -> str:
        at = f"{chr(65 + column)}{row}"
        if isinstance(value, str):
            return f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'
        return "" if value is None else f'<c r="{at}"><v>{value!r}</v></c>'

    book = "".join(f'<sheet name="{t}" sheetId="{i}" r:id="r{i}"/>' for i, t in enumerate(sheets))
    links = "".join(f'<Relationship Id="r{i}" Target="worksheets/s{i}.xml"/>' for i in range(len(sheets)))
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns:r="r"><sheets>{book}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships>{links}</Relationships>",
    }
    for i, rows in enumerate(sheets.values()):
        body = "".join(
            f'<row r="{n}">' + "".join(cell(v, c, n) for c, v in enumerate(row)) + "</row>"
            for n, row in enumerate(rows, 1)
        )
        parts[f"xl/worksheets/s{i}.xml"] = f"<worksheet><sheetData>{body}</sheetData></worksheet>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in ({k: v.encode() for k, v in parts.items()} | extra).items():
            file.writestr(name, text)
    return out.getvalue()


HEADS = ["Test_Time(s)", "Step_Index", "Cycle_Index", "Voltage(V)", "Current(A)", "Charge_Capacity(Ah)"]


def arbin_rows(start: int = 0) -> list[list[object]]:
    rows = [[10.0 * i, 1 + i // 20, 1, 3.0 + 0.01 * i, 1e-3 * (i // 20), 0.001 * i] for i in range(start, start + 40)]
    return [list(HEADS), *rows]


def jet_bytes(rows: int = 300) -> bytes:
    """A Jet 4 database with one table of points, by the published layout of its pages."""
    columns = [("Test_ID", 4), ("Data_Point", 4), ("Test_Time", 7), ("Step_Index", 3), ("Cycle_Index", 3)]
    columns += [("Current", 6), ("Voltage", 6)]
    kinds = {3: "<h", 4: "<i", 6: "<f", 7: "<d"}
    entries, names, at = b"", b"", 0
    for number, (name, kind) in enumerate(columns):
        size = struct.calcsize(kinds[kind])
        entries += struct.pack("<B4xH8xB5xHH", kind, number, 1, at, size).ljust(25, b"\0")
        names += struct.pack("<H", 2 * len(name)) + name.encode("utf-16-le")
        at += size
    definition = bytearray(4096)
    definition[0:2] = b"\x02\x01"
    definition[16:20] = struct.pack("<I", rows)
    definition[45:47] = struct.pack("<H", len(columns))
    definition[63 : 63 + len(entries + names)] = entries + names
    head = (b"\x00\x01\x00\x00Standard Jet DB\x00\x01" + b"\0" * 4096)[:4096]
    pages = [head, bytes(definition)]
    for first in range(0, rows, 80):
        page, stop, marks = bytearray(4096), 4096, b""
        for i in range(first, min(rows, first + 80)):
            values = (1, i + 1, 10.0 * i, 1 + i // 100, 1, -1e-3, 3.5 - 0.001 * i)
            body = b"".join(struct.pack(kinds[k], v) for (_, k), v in zip(columns, values, strict=True))
            row = struct.pack("<H", len(columns)) + body + b"\0\0\0\0" + b"\x7f"
            page[stop - len(row) : stop] = row
            stop -= len(row)
            marks += struct.pack("<H", stop)
        page[0:2], page[4:8], page[12:14] = b"\x01\x01", struct.pack("<I", 1), struct.pack("<H", len(marks) // 2)
        page[14 : 14 + len(marks)] = marks
        pages.append(bytes(page))
    return b"".join(pages)


def zipped(files: dict[str, bytes], comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name, data)
        file.comment = comment
    return out.getvalue()


def cycler_samples() -> dict[str, tuple[str, bytes]]:
    """One file of each format that can be made."""
    return {
        "arbin": ("made.xlsx", workbook({"Global_Info": [["TEST REPORT"]], "Channel_1_1": arbin_rows()})),
        "arbin_access": ("made.res", jet_bytes()),
        "maccor": ("made.txt", maccor_text().encode("latin-1")),
        "pec": ("made.csv", pec_text().encode()),
        "wrapped": ("made.zip", zipped({"made.txt": plain_text().encode()}, b"a comment " * 60)),
    }


def put(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


# -- Neware -----------------------------------------------------------------------------------------------------------
def readers_table() -> ModuleType:
    """The benchmark that prints what the readers make of every shared file."""
    place = Path(__file__).resolve().parents[1] / "benchmarks" / "table_readers.py"
    spec = importlib.util.spec_from_file_location("table_readers", place)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@needs_fastnda
@pytest.mark.parametrize(
    ("file", "columns", "rows"),
    [("21_10_7_85.ndax", 9, 141), ("nda_v23.nda.zip", 9, 2706), ("TestFile.nda.zip", 10, 6669)],
)
def test_neware_agrees_with_the_decoded_answer(file: str, columns: int, rows: int) -> None:
    path = real(f"fastnda/{file}")
    table = readers_table()
    found = table.against_answer(read(path), table.answer_of(path))
    assert all(fine for _, fine, _ in found.values()) and len(found) == columns, found
    assert {row for _, _, row in found.values()} == {rows}
    assert {"Total Time", "Voltage(mV)", "Current(uA)", "Cycle Index", "Step Type"} <= found.keys()


@needs_fastnda
def test_every_shared_file_reads_or_is_no_instruments() -> None:
    table = readers_table()
    if not table.FOLDER.exists():
        pytest.skip("the shared samples are not here")
    made = {row.file.rpartition("/")[2]: row for row in table.rows()}
    refused = {file: row.refused for file, row in made.items() if row.record is None}
    says = {
        "train.csv": "No reader knows",
        "clean_train_data.csv": "No reader knows",
        "custom_data_001.csv": "states no unit",
    }
    assert {f for f in refused if not f.endswith(".mps")} == says.keys()
    assert all(says[f] in why for f, why in refused.items() if f in says)
    assert all(row.points and row.channels for row in made.values() if row.record is not None)
    assert len(made) - len(refused) >= 39
    # charge, modulus and phase: what the binary files store twice agrees
    for row in made.values():
        if row.file.endswith(".mpr"):
            for what, off in table.within_itself(table.FOLDER / row.file).items():
                assert off < (1e-2 if "integral" in what else 2e-5), (row.file, what, off)


@needs_fastnda
def test_neware_steps_of_a_half_cell() -> None:
    record = read(real("navani/test.ndax"))
    assert [s.info["label"] for s in record.segments] == ["Rest", "CCCV_Chg", "CCCV_DChg", "Rest"]
    assert [s.technique for s in record.segments] == ["rest", "", "", "rest"]
    charge, discharge = record.segments[1:3]
    assert charge["current"].mean() > 0 > discharge["current"].mean()
    assert charge["voltage"][-1] > charge["voltage"][0]


def test_neware_without_fastnda_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastnda", None)
    for path in (put(tmp_path, "x.nda", b"NEWARE" + b"\0" * 500), put(tmp_path, "x.ndax", zipped({"data.ndc": b"0"}))):
        with pytest.raises(ReadError, match="fastnda.*not installed.*pip install") as caught:
            read(path)
        assert not isinstance(caught.value, UnforeseenError)


# -- Arbin ------------------------------------------------------------------------------------------------------------
def test_arbin_workbook(tmp_path: Path) -> None:
    both = workbook({"Channel_2_1": arbin_rows(), "Channel_2_2": arbin_rows(40)})
    record = read(put(tmp_path, "two.xlsx", both))
    np.testing.assert_array_equal(record.trace("time"), 10.0 * np.arange(80))
    assert [(s.info["cycle"], s.info["step"]) for s in record.segments] == [(1, 1), (1, 2), (1, 3), (1, 4)]
    assert record.trace("charging_capacity")[10] == pytest.approx(36.0)
    for data, says in (
        (workbook({"Channel_1_1": arbin_rows(), "Channel_2_1": arbin_rows()}), "2 channels: which one"),
        (workbook({"Sheet1": [["a", "b"], [1.0, 2.0]]}), "no sheet of an Arbin channel"),
        (workbook({"Channel_1_1": [["Test_Time(s)"], [1.0]]}), "voltage, current"),
        (
            workbook({"Channel_1_1": arbin_rows()}, **{"xl/sharedStrings.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'}),
            "entities",
        ),
    ):
        with pytest.raises(ReadError, match=says):
            read(put(tmp_path, "bad.xlsx", data))


def test_real_arbin_workbook() -> None:
    record = read(real("navani/bs542_004_gr_li_50ua_50mv_1v_191020_Channel_11.xlsx"))
    assert sum(map(len, record.segments)) == 4526 and len(record.segments) == 5
    assert record.trace("voltage")[0] == 2.637298583984375 and record.trace("time")[0] == 1.001
    lithiation = record.segments[1]
    assert lithiation["current"].max() < 0 and lithiation["voltage"][-1] < lithiation["voltage"][0]


def test_arbin_database(tmp_path: Path) -> None:
    record = read(put(tmp_path, "made.res", jet_bytes()))
    np.testing.assert_array_equal(record.trace("time"), 10.0 * np.arange(300))
    np.testing.assert_array_equal(record.trace("voltage"), (3.5 - 0.001 * np.arange(300)).astype("f4").astype(float))
    assert [s.info["step"] for s in record.segments] == [1, 2, 3]
    cut = read(put(tmp_path, "cut.res", jet_bytes()[: 4096 * 4 + 100]))
    assert sum(map(len, cut.segments)) == 160 and any("not complete" in w for w in cut.provenance.warnings)


@pytest.mark.parametrize(
    ("file", "rows", "segments", "end"),
    [  # last test time and voltage as the independent reader access-parser 0.0.6 gives them
        ("navani/arbin_example.res", 2150, 17, (345733.38945743744, 3.872107982635498)),
        ("cellpy/20160805_test001_45_cc_01.res", 10261, 103, (859077.2406335169, 0.2940689027309418)),
        ("BDF/mits7-0.res.gz", 8, 1, (141.264096, 0.13092708587646484)),
    ],
)
def test_real_arbin_databases(file: str, rows: int, segments: int, end: tuple[float, float]) -> None:
    record = read(real(file))
    assert (sum(map(len, record.segments)), len(record.segments)) == (rows, segments)
    assert (record.trace("time")[-1], record.trace("voltage")[-1]) == end
    assert (np.diff(record.trace("time")) >= 0.0).all()


# -- Maccor -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("unit", [1.0, 60.0, 3600.0])
def test_maccor_time_unit_comes_from_the_dates(tmp_path: Path, unit: float) -> None:
    record = read(put(tmp_path, "made.txt", maccor_text(unit).encode("latin-1")))
    np.testing.assert_allclose(record.trace("time"), 60.0 * np.arange(60), atol=2e-3 * unit / 60.0 + 2e-3)
    assert [s.info["label"] for s in record.segments] == ["rest", "charge", "discharge"]
    np.testing.assert_array_equal(np.sign(record.trace("current")), np.repeat([0, 1, -1], [10, 20, 30]))
    assert any("negative sign" in c for c in record.provenance.corrections)
    assert any("Windows-1252" in c for c in record.provenance.corrections)


def test_maccor_is_never_guessed(tmp_path: Path) -> None:
    for text, says in ((maccor_text(date=False), "time states no unit"), (maccor_text(mode=False), "have no sign")):
        with pytest.raises(ReadError, match=says):
            read(put(tmp_path, "made.txt", text.encode("latin-1")))


def test_real_maccor() -> None:
    record = read(real("cellpy/maccor_002.txt"))
    assert [len(s) for s in record.segments] == [361, 1928, 1707, 1740, 1710]
    assert [s.info["label"] for s in record.segments] == ["rest", "charge", "discharge", "charge", "discharge"]
    charge = record.segments[1]
    counted = np.trapezoid(charge["current"], charge["time"])
    assert counted == pytest.approx(charge["step_capacity"][-1] - charge["step_capacity"][0], rel=2e-3)


# -- PEC --------------------------------------------------------------------------------------------------------------
def test_pec(tmp_path: Path) -> None:
    record = read(put(tmp_path, "made.csv", pec_text()))
    assert [s.info["label"] for s in record.segments] == ["Charge", "Discharge"]
    assert record.trace("time")[0] == 30 * 3600 + 0.5 and record.trace("current")[0] == pytest.approx(3.6e-3)
    assert record.trace("temperature")[0] == 298.65 and not record.provenance.warnings
    turned = read(put(tmp_path, "turned.csv", pec_text(turned=True)))
    assert any("against the sign" in w for w in turned.provenance.warnings)
    with pytest.raises(ReadError, match="2 cells: which one"):
        read(put(tmp_path, "two.csv", pec_text(cells=2)))


def test_real_pec() -> None:
    record = read(real("cellpy/Test25195.csv"))
    (rest,) = record.segments
    assert len(rest) == 19 and rest["time"][-1] == 162.363 and rest["voltage"][0] == 3.5690308


# -- archives ---------------------------------------------------------------------------------------------------------
def test_packed_files_read_as_what_they_hold(tmp_path: Path) -> None:
    plain = read(put(tmp_path, "x.txt", plain_text()))
    for name, data in (
        ("x.txt.gz", gzip.compress(plain_text().encode())),
        ("x.zip", zipped({"a/x.txt": plain_text().encode()})),
    ):
        record = read(put(tmp_path, name, data))
        np.testing.assert_array_equal(record.spectra[0]["impedance_real"], plain.spectra[0]["impedance_real"])
        assert record.provenance.source == name and record.provenance.header["read as"] == "plain"
    mac = zipped({"x.bdf.csv": bdf_text().encode(), "__MACOSX/._x": b"0", ".DS_Store": b"0"})
    assert read(put(tmp_path, "mac.zip", mac)).provenance.header["read as"] == "bdf"


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"a.txt": b"1", "b.txt": b"2"}, "2 files: which one"),
        ({"../a.txt": b"1"}, "out of its folder"),
        ({"a/../../b": b"1"}, "out of its folder"),
        ({"/etc/x": b"1"}, "out of its folder"),
        ({"n" * 5000: b"1"}, "5000 characters"),
        ({f"m{i}": b"" for i in range(1500)}, "more than 1000 members"),
        ({"a.gz": gzip.compress(b"x" * 50)}, "an archive"),
        ({"a/": b""}, "holds no file"),
        ({"a.txt": b"nothing that anybody knows"}, "No reader"),
    ],
)
def test_hostile_archives(tmp_path: Path, files: dict[str, bytes], says: str) -> None:
    with pytest.raises(ReadError, match=says) as caught:
        read(put(tmp_path, "x.zip", zipped(files)))
    assert caught.value.file == "x.zip" and caught.value.remedy and len(str(caught.value)) < 5000


@pytest.mark.parametrize("kind", ["gz", "zip"])
def test_a_bomb_is_refused_without_filling_the_memory(tmp_path: Path, kind: str) -> None:
    zeros = b"\0" * 10_000_000
    out = io.BytesIO()
    if kind == "gz":
        with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1) as file:
            for _ in range(24):
                file.write(zeros)
    else:
        with (
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open("x.txt", "w") as inner,
        ):
            for _ in range(24):
                inner.write(zeros)
    path = put(tmp_path, f"bomb.{kind}", out.getvalue())
    tracemalloc.start()
    with pytest.raises(ReadError, match="unpacks to more than"):
        read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6
