"""Neware text exports of BTS and BTSDA (csv): records alone, or records under their steps and cycles.

    DataPoint,Cycle Index,Step Index,Step Type,Time,Total Time,Current(mA),Voltage(V),Chg. Cap.(mAh),DChg. Cap.(mAh) ...
    数据序号,循环号,工步号,工步类型,时间,总时间,电流(A),电压(V),容量(Ah),充电容量(Ah),放电容量(Ah) ...   (GBK or UTF-8)
    Cycle ID,... / ,Step ID,... / ,,Record ID,Time(h:min:s.ms),Voltage(V),Current(mA),...        each level set in

Units. In the brackets of the names, converted to SI; times as hh:mm:ss or in the stated unit.
Signs. Neware counts charging (current into the positive terminal, where the working electrode is) as positive. A file
without any negative current holds its size alone: rows in steps labelled as discharge (CC DChg, 恒流放电, D) are then
given a negative sign, and a correction says so.
Uncertainties. None are stated; the digits printed bound the resolution, not the error.

`Time` is the time of the step. Where there is no total time the times of the steps are put one after the other, and a
correction says so; pauses are not in it. Only tables with records are read. Known from public descriptions and from what
others wrote of such files: there is no file of the instrument among the project's data.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import ReadError
from ..record import Record
from ._base import READERS, Columns, Reader
from ._cycler import LABEL
from ._notes import Notes
from ._source import Source, decode_head
from ._tables import Heads, Vocabulary, find_names, nested, parts, record_in

_SAID = {
    ("time", None): "totaltime 总时间",
    ("step_time", None): "time relativetime steptime recordtime 时间 相对时间 工步时间 记录时间",
    ("voltage", None): "voltage 电压",
    ("current", None): "current cur 电流",
    ("cycle", ""): "cycle cycleid cycleindex 循环 循环号 循环序号",
    ("step_index", ""): "step stepid stepindex 工步号 工步序号 步次",
    (LABEL, ""): "steptype stepname status state 工步类型 工步名称 状态",
    ("charging_capacity", None): "capacitancechg chgcap chgcapacity chargecapacity 充电容量",
    ("discharging_capacity", None): "capacitancedchg dchgcap dchgcapacity dischargecapacity 放电容量",
    ("charging_energy", None): "engychg chgenergy chargeenergy 充电能量",
    ("discharging_energy", None): "engydchg dchgenergy dischargeenergy 放电能量",
    ("power", None): "power 功率",
    ("temperature", None): "temperature t1 温度",
}
_NAMES: Vocabulary = {bare: row for row, all_bare in _SAID.items() for bare in all_bare.split()}
_RECORDS = frozenset(["recordid", "recordnumber", "recordindex", "record", "datapoint", "记录序号", "记录号", "数据序号"])
_STEPS = frozenset(["stepid", "step", "stepindex", "工步号", "工步序号"])
_CYCLES = frozenset(["cycleid", "cycle", "cycleindex", "循环号", "循环序号"])
_MODES = ("steptype", "stepname", "status", "工步类型", "工步名称", "状态")
_SIGN = "charging is positive (as Neware defines it)"


class NewareText(Reader):
    """Neware text."""

    name = "neware_text"
    title = "Neware text export"
    extensions = (".csv", ".txt")

    def sniff(self, head: bytes, name: str) -> bool:
        """A line of Neware's names of records: time, voltage and current with units in brackets."""
        return _find(decode_head(head), name) is not None

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        heads = _find(source.text.titles, source.name)
        if heads is None:
            raise ReadError(
                "The line with the names of the records (Record ID, Time(h:min:s.ms), Voltage(V), Current(mA) ...) was "
                "not found",
                file=source.name,
                place="the first lines",
                remedy="Export the layer of records, not cycles or steps alone",
            )
        return record_in(source, self.name, heads, _NAMES, Notes(), signs=_SIGN, step_times=True)


def _find(lines: Sequence[str], file: str) -> Heads | None:
    made = nested(lines, _level, _MODES, file)
    return made if made is not None else find_names(lines, _is_flat, ("oltage(", "oltage (", "电压("))


def _has_records(cells: Sequence[str]) -> bool:
    """Time, voltage and current are there, the last two with units in brackets."""
    found = {bare: cell for cell in cells for bare in [parts(cell)[0]]}
    if not any(bare in found for kind in ("time", "step_time") for bare in _SAID[kind, None].split()):
        return False
    chosen = [next((b for b in _SAID[c, None].split() if b in found), "") for c in ("voltage", "current")]
    return all(bare and found[bare].rstrip().endswith(")") for bare in chosen)


def _is_flat(cells: Sequence[str]) -> bool:
    bare = {parts(cell)[0] for cell in cells}
    known = bool(bare & _RECORDS and bare & (_STEPS | _CYCLES)) or bool(bare & {"steptype", "工步类型"})
    return known and "testtime" not in bare and _has_records(cells)


def _level(cells: Sequence[str]) -> int | None:
    """0, 1 or 2 for a line of names of cycles, steps or records."""
    bare = parts(next((c for c in cells if c), ""))[0]
    if bare in _RECORDS:
        return 2 if _has_records(cells) else None
    if _has_records(cells):
        return None
    return 1 if bare in _STEPS else 0 if bare in _CYCLES else None


NEWARE_TEXT = READERS.add("neware_text")(NewareText())
