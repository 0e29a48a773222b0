"""Files that the tests of the readers make: one of each format and the variants that labs produce."""

from __future__ import annotations

import importlib.util
import zipfile
from pathlib import Path

import numpy as np
import pytest

from interlayer.readers import convert
from interlayer.record import Provenance, Record, Segment

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

FREQUENCY = np.logspace(6, -1, 36)


def impedance(frequency: np.ndarray = FREQUENCY) -> np.ndarray:
    """A resistance and one arc: Im < 0 everywhere."""
    return (
        12.5 + 300.0 / (1.0 + 1j * 2.0 * np.pi * frequency * 2e-5) + 40.0 / (1.0 + 1j * 2.0 * np.pi * frequency * 0.3)
    )


def table(rows: list[tuple[float, ...]], separator: str = "\t", comma: bool = False, digits: int = 9) -> str:
    """Rows as text."""
    text = "\n".join(separator.join(f"{x:.{digits}g}" for x in row) for row in rows) + "\n"
    return text.replace(".", ",") if comma else text


def spectrum_rows(scale_f: float = 1.0, scale_z: float = 1.0, sign: float = 1.0) -> list[tuple[float, float, float]]:
    z = impedance()
    return [(f / scale_f, x.real / scale_z, sign * x.imag / scale_z) for f, x in zip(FREQUENCY, z, strict=True)]


def plain_text() -> str:
    return "a title\nanother, with 3 words\n\n Freq.[Hz]\tZs'[ohm]\tZs''[ohm]\n" + table(spectrum_rows())


def zview_text() -> str:
    rows = [(f, 0.01, 0.0, 1.0 + i, re, im, 0.0, 0, 3) for i, (f, re, im) in enumerate(spectrum_rows())]
    head = "ZPLOT2 ASCII\n  Date:                       10-12-2018\n    Surface Area:             1\n"
    head += f"  Data Points:                {len(rows)}\n"
    return head + "  Freq(Hz)\tAmpl\tBias\tTime(Sec)\tZ'(a)\tZ''(b)\tGD\tErr\tRange\nEnd Comments\n" + table(rows)


def gamry_text() -> str:
    lines = ["EXPLAIN", "TAG\tGALVEIS", "TITLE\tLABEL\tsome test\tTest &Identifier", "DATE\tLABEL\t4/23/2018\tDate"]
    lines += ["AREA\tQUANT\t1.27000E+000\t&Area (cm^2)", "OCVCURVE\tTABLE\t12", "\tPt\tT\tVf\tVm\tAch\tOver\tTemp"]
    lines += ["\t#\ts\tV vs. Ref.\tV\tV\tbits\tdeg C"]
    lines += [f"\t{i}\t{0.5 * i:g}\t{2.9 - 0.001 * i:.5E}\t0\t0\t...........\t25.5" for i in range(12)]
    lines += [
        "EOC\tQUANT\t2.9\tOpen Circuit (V)",
        "ZCURVE\tTABLE",
        "\tPt\tTime\tFreq\tZreal\tZimag\tZsig\tZmod\tZphz\tIdc\tVdc\tIERange",
    ]
    lines += ["\t#\ts\tHz\tohm\tohm\tV\tohm\t\xb0\tA\tV\t#"]
    for i, (f, re, im) in enumerate(spectrum_rows()):
        phase = np.degrees(np.arctan2(im, re))
        lines.append(
            f"\t{i}\t{i + 1}\t{f:.7g}\t{re:.7g}\t{im:.7g}\t1\t{abs(complex(re, im)):.7g}\t{phase:.5f}\t1e-6\t2.9\t9"
        )
    lines += [
        "CURVE\tTABLE\t8",
        "\tPt\tT\tVf\tIm\tVu\tSig\tAch\tIERange\tOver",
        "\t#\ts\tV vs. Ref.\tA\tV\tV\tV\t#\tbits",
    ]
    lines += [f"\t{i}\t{i}\t{0.05:.5E}\t{1e-3:.5E}\t0\t0\t0\t9\t..........." for i in range(8)]
    return "\n".join(lines) + "\n"


def mpt_text(comma: bool = False) -> str:
    """Two spectra and the half cycles between them, in the columns of EC-Lab."""
    names = [
        "freq/Hz",
        "Re(Z)/Ohm",
        "-Im(Z)/Ohm",
        "Phase(Z)/deg",
        "time/s",
        "<Ewe>/V",
        "Ewe/V",
        "I/mA",
        "(Q-Qo)/mA.h",
        "cycle number",
        "Ns",
        "mode",
    ]
    rows, time = [], 0.0
    for cycle in (1, 2):
        for f, re, im in spectrum_rows():
            time += 1.0
            rows.append((f, re, -im, np.degrees(np.arctan2(im, re)), time, 0.001, 0.0, 0.0, 0.0, cycle, 0, 2))
        for i in range(20):
            time += 10.0
            rows.append((0.0, 0.0, 0.0, 0.0, time, 0.0, 0.05, 0.5, 0.5 * i / 360.0, cycle, 1, 1))
    head = [
        "",
        "Modulo Bat",
        "",
        "Run on channel : 1 (SN 30924)",
        "Electrode surface area : 0.785 cm\xb2",
        "Characteristic mass : 2.50 mg",
    ]
    lines = ["EC-Lab ASCII FILE", f"Nb header lines : {len(head) + 3}", *head, "\t".join(names) + "\t"]
    return "\n".join(lines) + "\n" + table(rows, comma=comma)


def bdf_text(labels: bool = False) -> str:
    names = [
        "test_time_second",
        "voltage_volt",
        "current_ampere",
        "step_count",
        "cycle_count",
        "discharging_capacity_ah",
        "ambient_temperature_celsius",
    ]
    if labels:
        names = [
            "Test Time / s",
            "Voltage / V",
            "Current / A",
            "Step Count / 1",
            "Cycle Count / 1",
            "Discharging Capacity / Ah",
            "Ambient Temperature / degC",
        ]
    rows = [(10.0 * i, 3.7 - 0.001 * i, -1e-3, 1 + i // 20, 1, 1e-3 * i / 360.0, 25.25) for i in range(60)]
    return ",".join(names) + "\n" + table(rows, ",")


def record() -> Record:
    """A spectrum and a trace with a stated area."""
    z = impedance()
    spectrum = {"frequency": FREQUENCY, "impedance_real": z.real, "impedance_imag": z.imag, "time": np.arange(36.0)}
    trace = {"time": 36.0 + np.arange(30.0), "voltage": 3.0 + 0.01 * np.arange(30.0), "current": np.full(30, 1.5e-4)}
    segments = (
        Segment(spectrum, "frequency", "impedance", {"cycle": 1}),
        Segment(trace, "time", "strip_plate", {"cycle": 1}),
    )
    return Record(segments, Provenance("measured", "made.mpt", "ab", "test")).with_conditions(area="1.13 cm^2")


def spectrum_record() -> Record:
    """The spectrum alone, with its times."""
    whole = record()
    return Record(whole.segments[:1], whole.provenance)


def parquet(made: Record, folder: Path, name: str = "made.parquet") -> bytes:
    made.save(folder / name)
    return (folder / name).read_bytes()


def bdf_parquet(folder: Path) -> tuple[str, bytes]:
    """The made BDF file in its other spelling."""
    (folder / "made.bdf.csv").write_bytes(bdf_text().encode())
    convert(folder / "made.bdf.csv", folder / "made.bdf.parquet")
    return "made.bdf.parquet", (folder / "made.bdf.parquet").read_bytes()


#: real files of Neware, for which none can be made; the last is packed
NEWARE = ("fastnda/21_10_7_85.ndax", "BDF/filetype14-0.ndax", "navani/test.ndax", "fastnda/nda_v23.nda.zip")


def neware_file(name: str) -> tuple[str, bytes]:
    """Name and bytes of a real file, unpacked; skips where the file or fastnda is absent."""
    path = SHARED / name
    if not path.exists() or importlib.util.find_spec("fastnda") is None:
        pytest.skip("the shared samples or fastnda are not here")
    if path.suffix != ".zip":
        return "made.ndax", path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return "made.nda", archive.read(archive.namelist()[0])


def every_sample(folder: Path) -> dict[str, tuple[str, bytes]]:
    """One file of each format: (name, bytes); Neware's where it is at hand."""
    from test_readers_cyclers import cycler_samples
    from test_readers_tables import table_samples
    from test_readers_vendors import vendor_samples

    real = {"neware": neware_file(NEWARE[0])} if (SHARED / NEWARE[0]).exists() and importlib.util.find_spec("fastnda") else {}
    return {
        **real,
        **cycler_samples(),
        **table_samples(),
        **vendor_samples(),
        "plain": ("made.txt", plain_text().encode()),
        "zview": ("made.z", zview_text().encode()),
        "gamry": ("made.DTA", gamry_text().encode("latin-1")),
        "biologic_text": ("made.mpt", mpt_text().encode("latin-1")),
        "bdf": ("made.bdf.csv", bdf_text().encode()),
        "interlayer": ("made.parquet", parquet(record(), folder)),
    }
