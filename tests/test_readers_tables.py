"""The text exports of Arbin, Basytec, Landt and Neware: made files in every form that is described in public, since
the project's data hold none of an instrument, with the same test behind each, so that the answer is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from interlayer.errors import ReadError
from interlayer.readers import READERS, read
from interlayer.readers._base import UnforeseenError
from interlayer.record import Record

#: the test behind the made files: 10 points of rest, 20 of charge at 2 mA, 20 of discharge at 1 mA; 30 s apart
STEP = np.repeat([1, 2, 3], [10, 20, 20])
SINCE = 30.0 * np.concatenate([np.arange(10), np.arange(20), np.arange(20)])
TIME = 30.0 * np.arange(50)
CURRENT = np.repeat([0.0, 2e-3, -1e-3], [10, 20, 20])
VOLTAGE = 3.0 + 0.01 * np.arange(50)
UP = np.where(STEP == 2, 2e-3 * SINCE / 3600.0, np.where(STEP == 3, 2e-3 * 570.0 / 3600.0, 0.0))  # Ah
DOWN = np.where(STEP == 3, 1e-3 * SINCE / 3600.0, 0.0)  # Ah


def hms(seconds: float, days: bool = False) -> str:
    whole = int(seconds)
    hours = f"{whole // 3600 % (24 if days else 10**6):02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"{whole // 86400}-{hours}" if days else f"{hours}.000"


def rows(*columns: object) -> list[list[str]]:
    """Columns of the test as rows of text."""
    made = [[str(x) if isinstance(x, str | int | np.integer) else f"{x:.9g}" for x in c] for c in columns]  # type: ignore[attr-defined]
    return [list(row) for row in zip(*made, strict=True)]


def text(heads: str, body: list[list[str]], separator: str = ",", above: str = "", tail: str = "") -> str:
    return above + "\n".join([heads, *(separator.join(row) + tail for row in body)]) + "\n"


POINT = np.arange(1, 51)
CYCLE = np.ones(50, dtype=int)


def arbin(form: str = "underscores") -> str:
    heads = {
        "underscores": "Data_Point,Test_Time(s),Date_Time,Step_Time(s),Step_Index,Cycle_Index,Current(A),Voltage(V),"
        "Charge_Capacity(Ah),Discharge_Capacity(Ah),Internal_Resistance(Ohm),Aux_Temperature(°)_1",
        "blanks": "Data Point,Test Time (s),Date Time,Step Time (s),Step Index,Cycle Index,Current (A),Voltage (V),"
        "Charge Capacity (Ah),Discharge Capacity (Ah),Internal Resistance (Ohm),Aux_Temperature_1 (C)",
        "database": "Data_Point,Test_Time,DateTime,Step_Time,Step_Index,Cycle_Index,Current,Voltage,Charge_Capacity,"
        "Discharge_Capacity,Internal_Resistance,Temperature",
    }[form]
    dates = [f"\t10/10/2023 16:{9 + i // 60:02d}:{i % 60:02d}.000" for i in range(50)]
    zero, warm = np.zeros(50), np.full(50, 25.5)
    return text(heads, rows(POINT, TIME, dates, SINCE, STEP, CYCLE, CURRENT, VOLTAGE, UP, DOWN, zero, warm))


def basytec(separator: str = "\t", hours: float = 3600.0, comma: bool = False) -> str:
    titles = "~Resultfile from Basytec Battery Test System\n~Date and Time of Data Converting: 07.07.2023 10:55:58\n~\n"
    titles += "~Name of Test: made\n~Battery: cell 7\n~Start of Test: 19.06.2023 17:56:53\n~\n"
    unit = {3600.0: "h", 60.0: "min", 1.0: "s"}[hours]
    heads = [f"~Time[{unit}]", "DataSet", "DateTime", f"t-Step[{unit}]", "Line", "Command", "U[V]", "I[A]", "Ah[Ah]"]
    heads += ["Ah-Step", "T1[°C]", "Cyc-Count", "State"]
    dates = [f"05.05.2025 14:36:{i:02d}" for i in range(50)]
    does = [("Pause", "Charge", "Discharge")[s - 1] for s in STEP]
    step = np.where(STEP == 2, UP, -DOWN)
    body = rows(
        TIME / hours, POINT, dates, SINCE / hours, STEP + 2, does, VOLTAGE, CURRENT, UP - DOWN, step, np.full(50, 25.5), CYCLE, CYCLE
    )
    if comma:
        body = [[c.replace(".", ",") if i != 2 else c for i, c in enumerate(row)] for row in body]
    return text((separator or " ").join(heads), body, separator or " ", titles)


def landt(form: str = "english", signed: bool = True) -> str:
    current = CURRENT if signed else abs(CURRENT)
    states = [("R", "C_CC", "D_Rate")[s - 1] for s in STEP]
    micro = np.where(STEP == 2, UP, DOWN) * 1e3
    if form == "newer":
        above = "cell model:,,,\ncell id: ,,,\ntest: ,,,\nNominal capacity used to define the C rate:Ah,,,\n"
        heads = "channel_index,cycle_index,step_index,date_time_iso_string,test_time_s,step_time_s,current_A,voltage_V,"
        heads += "discharge_capacity_Ah,charge_capacity_Ah,Pressure_Psi,temperature_1_C,step_name"
        dates = [f"04/30/2024 14:33:{i:02d}" for i in range(50)]
        names = [("rest", "charge", "discharge")[s - 1] for s in STEP]
        zero, warm = np.zeros(50), np.full(50, 25.5)
        body = rows(POINT, CYCLE, STEP, dates, TIME, SINCE, current, VOLTAGE, DOWN, UP, zero, warm, names)
        return text(heads, body, ",", above, ",")
    if form == "nested":  # names again before each block
        out = []
        for step in (1, 2, 3):
            at = np.flatnonzero(step == STEP)
            name = ("静置", "恒流充电", "恒流放电")[step - 1]
            if step == 1:
                out += ["循环序号,充电容量/mAh,放电容量/mAh", "1,0.3167,0.1583"]
            out += ["工步序号,工步状态,时长/Sec", f"{step},{name},{SINCE[at][-1]:g}"]
            out.append("记录序号,测试时间/Sec,步骤时间/Sec,电流/mA,容量/mAh,电压/V")
            body = rows(POINT[at], TIME[at], SINCE[at], 1e3 * current[at], micro[at], VOLTAGE[at])
            out += [",".join(row) for row in body]
        return "\n".join(out) + "\n"
    chinese = form == "chinese"
    heads = (
        "记录序号,测试时间/Sec,步骤时间/Sec,电流/mA,容量/mAh,比容量/mAh/g,电压/V,工步序号,循环序号,状态"
        if chinese
        else "Index,TestTime/Sec.,StepTime/Sec.,Current/mA,Capacity/mAh,SCapacity/mAh/g,Voltage/V,StepNo,CycleNo,State"
    )
    times: list[object] = [TIME, SINCE]
    if form == "clock":
        heads = heads.replace("TestTime/Sec.", "TestTime").replace("StepTime/Sec.", "StepTime")
        times = [[hms(t + 80_000.0, True) for t in TIME], [hms(t, True) for t in SINCE]]
    body = rows(POINT, *times, 1e3 * current, micro, 9.0 * micro, VOLTAGE, STEP, CYCLE, states)
    return text(heads, body, "\t" if form == "tabs" else ",", tail=",").replace(
        *((",", "\t") if form == "tabs" else ("", ""))
    )


def neware(form: str = "english", signed: bool = True) -> str:
    current = CURRENT if signed else abs(CURRENT)
    does = [("Rest", "CC Chg", "CC DChg")[s - 1] for s in STEP]
    if form == "nested":
        out = ["Cycle ID,Cap_Chg(mAh),Cap_DChg(mAh),", ",Step ID,Step Name,Step Time,Capacity(mAh),DCIR(O)"]
        out.append(
            ",,Record ID,\tTime(h:min:s.ms),Voltage(V),Current(mA),Capacitance_Chg(mAh),Capacitance_DChg(mAh),Realtime,DCIR(O)"
        )
        out.append("1,0.3167,0.1583,")
        for step in (1, 2, 3):
            at = np.flatnonzero(step == STEP)
            out.append(f",{step},{does[at[0]]},{hms(SINCE[at][-1])},0.0,\t-")
            clocks = [f"\t{hms(t)}" for t in SINCE[at]]
            dates = ["2026-04-02 00:00:01"] * len(at)
            dashes = ["\t-"] * len(at)
            body = rows(POINT[at], clocks, VOLTAGE[at], 1e3 * current[at], 1e3 * UP[at], 1e3 * DOWN[at], dates, dashes)
            out += [",," + ",".join(row) for row in body]
        return "\n".join(out) + "\n"
    if form == "chinese":
        heads = "数据序号,循环号,工步号,工步类型,时间,总时间,电流(mA),电压(V),容量(mAh),充电容量(mAh),放电容量(mAh),绝对时间,"
        does = [("静置", "恒流充电", "恒流放电")[s - 1] for s in STEP]
    else:
        heads = "DataPoint,Cycle Index,Step Index,Step Type,Time,Total Time,Current(mA),Voltage(V),Capacity(mAh),"
        heads += "Chg. Cap.(mAh),DChg. Cap.(mAh),Date,"
    dates = ["2026-04-02 00:00:01"] * 50
    times: list[object] = [[hms(t) for t in SINCE], [hms(t) for t in TIME]]
    if form == "minutes":
        heads = heads.replace("Time,Total Time", "Time(min),Total Time(min)")
        times = [SINCE / 60.0, TIME / 60.0]
    if form == "old":
        heads = "Record ID,Cycle ID,Step ID,Status,Time(h:min:s.ms),Current(mA),Voltage(V),Capacity(mAh),"
        heads += "Capacitance_Chg(mAh),Capacitance_DChg(mAh),Realtime,"
        times = times[:1]
        does = [("R", "C", "D")[s - 1] for s in STEP]
    body = rows(
        POINT, CYCLE, STEP, does, *times, 1e3 * current, VOLTAGE, 1e3 * np.maximum(UP, DOWN), 1e3 * UP, 1e3 * DOWN, dates
    )
    return text(heads, body, tail=",")


def table_samples() -> dict[str, tuple[str, bytes]]:
    """One file of each format."""
    return {
        "arbin_text": ("made_arbin.csv", arbin().encode()),
        "basytec": ("made_basytec.txt", basytec().encode("latin-1")),
        "landt": ("made_landt.csv", landt("nested").encode("gb18030")),
        "neware_text": ("made_neware.csv", neware("nested").encode()),
    }


FORMS: dict[str, tuple[str, bytes]] = {
    **{f"arbin {f}": ("arbin_text", arbin(f).encode()) for f in ("underscores", "blanks", "database")},
    "basytec tabs h": ("basytec", basytec().encode("latin-1")),
    "basytec blanks s": ("basytec", basytec("", 1.0).encode()),
    "basytec semicolons min, decimal commas": ("basytec", basytec(";", 60.0, True).encode("latin-1")),
    **{f"landt {f}": ("landt", landt(f).encode()) for f in ("english", "tabs", "clock", "newer")},
    **{f"landt {f} gbk": ("landt", landt(f).encode("gb18030")) for f in ("chinese", "nested")},
    "landt chinese utf-8": ("landt", landt("chinese").encode("utf-8-sig")),
    "landt unsigned": ("landt", landt("english", False).encode()),
    "landt nested unsigned": ("landt", landt("nested", False).encode()),
    **{f"neware {f}": ("neware_text", neware(f).encode()) for f in ("english", "minutes", "old", "nested", "chinese")},
    "neware chinese gbk": ("neware_text", neware("chinese").encode("gb18030")),
    "neware nested utf-16": ("neware_text", neware("nested").encode("utf-16")),
    **{f"neware {f} unsigned": ("neware_text", neware(f, False).encode()) for f in ("english", "old", "nested", "chinese")},
}


def put(folder: Path, data: bytes | str, name: str = "made.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_an_export_gives_the_test_behind_it(form: str, tmp_path: Path) -> None:
    name, data = FORMS[form]
    path = put(tmp_path, data)
    head = data[: 1 << 16]
    assert [r for r in READERS if READERS[r].sniff(head, "x")] == [name]
    record = read(path)
    about = record.provenance
    assert about.reader == name and [len(s) for s in record.segments] == [10, 20, 20]
    # two steps end and the next begins in one instant where the steps' times alone are told
    summed = any("is their sum" in c for c in about.corrections)
    begin = 80_000.0 if "clock" in form else 0.0
    expected = TIME - 30.0 * (STEP - 1) if summed else TIME + begin
    assert summed == (form.startswith(("neware nested", "neware old")))
    np.testing.assert_allclose(record.trace("time"), expected, rtol=1e-8, atol=1e-5)
    np.testing.assert_allclose(record.trace("voltage"), VOLTAGE, rtol=1e-9)
    np.testing.assert_allclose(record.trace("current"), CURRENT, rtol=1e-9)
    np.testing.assert_allclose(record.trace("step_time"), SINCE, rtol=1e-8, atol=1e-5)
    assert any("given a negative sign" in c for c in about.corrections) == ("unsigned" in form)
    if "arbin" not in form:
        assert [s.technique for s in record.segments] == ["rest", "", ""]
        assert all(s.info["label"] for s in record.segments)
    assert [s.info["step"] for s in record.segments] == ([3, 4, 5] if name == "basytec" else [1, 2, 3])
    assert all(s.info["cycle"] == 1 for s in record.segments)
    if name in ("arbin_text", "neware_text") or form == "landt newer":
        np.testing.assert_allclose(record.trace("charging_capacity"), 3600.0 * UP, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(record.trace("discharging_capacity"), 3600.0 * DOWN, rtol=1e-7, atol=1e-9)
    assert "internal_resistance" not in record.segments[0]  # 0 means that none was measured
    if name in ("arbin_text", "basytec") and form != "arbin database":
        assert np.ptp(record.trace("temperature")) == 0.0 and record.trace("temperature")[0] == 298.65
    if name == "basytec":
        np.testing.assert_allclose(record.trace("charge"), 3600.0 * (UP - DOWN), rtol=1e-7, atol=1e-9)
        assert about.header["battery"] == "cell 7"
    assert any("GB 18030" in c for c in about.corrections) == ("gbk" in form)
    assert not about.warnings and about.header["sign of the current"].startswith("charging is positive")


def refused(tmp_path: Path, data: str, says: str) -> None:
    with pytest.raises(ReadError, match=says) as caught:
        read(put(tmp_path, data))
    assert not isinstance(caught.value, UnforeseenError)
    assert caught.value.file == "made.csv" and caught.value.remedy


def test_what_an_export_does_not_say_is_not_guessed(tmp_path: Path) -> None:
    plain_times = neware("english").replace("Time,Total Time,", "Time,Total Time,", 1)
    for clocks in ((TIME, SINCE),):
        for total, since in zip(*clocks, strict=True):
            plain_times = plain_times.replace(f",{hms(since)},{hms(total)},", f",{since:g},{total:g},", 1)
    refused(tmp_path, plain_times, "states no unit")
    refused(tmp_path, arbin().replace("Test_Time(s)", "Test_Time(V)"), "no column with a unit for time")
    refused(tmp_path, landt("english").replace("Current/mA", "Current/V"), "no column with a unit for current")
    refused(tmp_path, "Cycle ID,Cap_Chg(mAh)\n1,2.0\n2,1.9\n", "without the records")
    refused(tmp_path, "~Resultfile from Basytec Battery Test System\n~Name of Test: x\n", "column names")
    cut = neware("nested").replace(
        "\n,3,CC DChg", "\n,,Record ID,Time(h:min:s.ms),Current(mA),Voltage(V)\n,3,CC DChg", 1
    )
    refused(tmp_path, cut, "change in the middle")


def test_a_direction_that_no_label_tells_is_said(tmp_path: Path) -> None:
    data = landt("english", False).replace("C_CC", "Q_17")
    warnings = read(put(tmp_path, data)).provenance.warnings
    assert any("direction of" in w and "Q_17" in w for w in warnings)


def test_blocks_of_the_nested_forms_may_lose_lines(tmp_path: Path) -> None:
    lines = neware("nested").split("\n")
    lines[12] = ",,9,0:00:xx,3.1"
    record: Record = read(put(tmp_path, "\n".join(lines)))
    assert sum(map(len, record.segments)) == 49
    assert any("1 lines that are no rows" in c and "line 13" in c for c in record.provenance.corrections)


# -- clocks and doubles, on the shared path ---------------------------------------------------------------------------
def test_a_clock_that_jumps_forward_is_said_by_every_reader(tmp_path: Path) -> None:
    def jumped(seconds: float, at: int = 25) -> str:
        time = TIME + np.where(np.arange(50) >= at, seconds, 0.0)
        return text("time [s],voltage [V],current [A]", rows(time, VOLTAGE, CURRENT))

    says = "jumps forward at 1 places"
    (warning,) = read(put(tmp_path, jumped(86400.0), "plain.csv")).provenance.warnings
    assert says in warning and "line 27" in warning and "where 30 s between rows are usual" in warning
    assert not read(put(tmp_path, jumped(1200.0), "plain.csv")).provenance.warnings  # no hundred times the usual
    gap = arbin().replace("\n26,750,", "\n26,90750,").split("\n")
    assert any("jumps" in w for w in read(put(tmp_path, "\n".join(gap))).provenance.warnings)
    bdf = text("test_time_second,voltage_volt,current_ampere", rows(np.r_[TIME[:25], TIME[25:] + 1e5], VOLTAGE, CURRENT))
    assert any(says in w for w in read(put(tmp_path, bdf)).provenance.warnings)


def test_a_long_rest_recorded_sparsely_is_no_jump(tmp_path: Path) -> None:
    since = SINCE.copy()
    since[9] = 90_000.0
    time = np.r_[TIME[:9], 90_000.0, TIME[10:] + 90_000.0]
    heads = "Data_Point,Test_Time(s),Step_Time(s),Step_Index,Cycle_Index,Current(A),Voltage(V)"
    record = read(put(tmp_path, text(heads, rows(POINT, time, since, STEP, CYCLE, CURRENT, VOLTAGE))))
    assert not record.provenance.warnings


def test_rows_at_one_time_are_said_by_every_reader(tmp_path: Path) -> None:
    time = TIME.copy()
    time[21] = time[20]
    for heads in ("time [s],voltage [V],current [A]", "test_time_second,voltage_volt,current_ampere"):
        (warning,) = read(put(tmp_path, text(heads, rows(time, VOLTAGE, CURRENT)))).provenance.warnings
        assert "1 rows have the time of the row before in the same step (first in line 23)" in warning
