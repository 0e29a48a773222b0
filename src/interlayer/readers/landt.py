"""Landt (LAND, LANHE, LandBT, LandDT) exports as csv or text, also text under the ending `.xls`.

    Index,TestTime/Sec.,StepTime/Sec.,Voltage/V,Current/mA,Capacity/mAh,...,State,SysTime     flat, names as "name/unit"
    记录序号,测试时间/Sec,步骤时间/Sec,电流/mA,容量/mAh,...,电压/V,...                          the same in Chinese (GBK)
    循环序号,... / 工步序号,... / 记录序号,...                     records under their steps and cycles, names repeated
    channel_index,cycle_index,step_index,date_time_iso_string,test_time_s,...,current_A,voltage_V,...   newer csv, under titles

Units. Behind the stroke or the last underscore of the names, converted to SI; times in seconds, or as 0-00:01:30 (days,
then hh:mm:ss).
Signs. Charging is positive. A file without any negative current holds its size alone: rows in steps labelled as
discharge (D_CC, D_Rate, CCD, 恒流放电) are then given a negative sign, and a correction says so.
Uncertainties. None are stated; the digits printed bound the resolution, not the error.

The capacity starts again at each change of direction, not at each step, and is not read; nor are energies and the clock
of the computer. `channel_index` of the newer csv counts the rows. Known from public descriptions and from what others
wrote of such files: there is no file of the instrument among the project's data, only one that was converted to BDF.
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
    ("time", None): "testtime 测试时间",
    ("step_time", None): "steptime 步骤时间 工步时间",
    ("voltage", None): "voltage 电压",
    ("current", None): "current 电流",
    ("cycle", ""): "cycle cycleno cycleindex 循环序号",
    ("step_index", ""): "step stepno stepindex 工步序号",
    (LABEL, ""): "state stepstatus steptype stepname 状态 工步状态",
    ("charging_capacity", None): "chargecapacity",
    ("discharging_capacity", None): "dischargecapacity",
    ("charging_energy", None): "chargeenergy",
    ("discharging_energy", None): "dischargeenergy",
    ("temperature", None): "temperature1",
}
_NAMES: Vocabulary = {bare: row for row, all_bare in _SAID.items() for bare in all_bare.split()}
_RECORDS = frozenset(["index", "record", "recordid", "记录序号", "数据序号"])
_STEPS = frozenset(["step", "stepno", "stepindex", "工步序号"])
_CYCLES = frozenset(["cycle", "cycleno", "cycleindex", "循环序号"])
_MODES = ("mode", "state", "stepstatus", "status", "模式", "状态", "工步状态", "工步类型")
_NEWER = frozenset(("channel_index", "test_time_s", "voltage_V", "current_A"))
_SIGN = "charging is positive (as Landt defines it)"


class Landt(Reader):
    """Landt text."""

    name = "landt"
    title = "Landt (LAND, LANHE) text export"
    extensions = (".csv", ".txt", ".xls")

    def sniff(self, head: bytes, name: str) -> bool:
        """A line of names with units behind strokes, TestTime, Voltage and Current among them; or the newer names."""
        return _find(decode_head(head), name) is not None

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        heads = _find(source.text.titles, source.name)
        if heads is None:
            raise ReadError(
                "The line with the column names (TestTime/Sec., Voltage/V, Current/mA ...) was not found",
                file=source.name,
                place="the first lines",
                remedy="Is it a Landt export as text, and complete?",
            )
        return record_in(source, self.name, heads, _NAMES, Notes(), signs=_SIGN)


def _find(lines: Sequence[str], file: str) -> Heads | None:
    made = nested(lines, _level, _MODES, file)
    if made is not None:
        return made
    found = find_names(lines, _is_flat, ("oltage/", "电压/"))
    return found if found is not None else _newer(lines)


def _newer(lines: Sequence[str]) -> Heads | None:
    """The newer names, which stand under title lines: in a first line they are those of BDF."""
    found = find_names(lines, lambda cells: set(cells) >= _NEWER, ("voltage_V",))
    return found if found is not None and found.line else None


def _is_flat(cells: Sequence[str]) -> bool:
    """Units stand right behind strokes ("Voltage/V", not BDF's "Voltage / V") and the time is in "Sec" or a clock."""
    found = {bare: (unit, cell) for cell in cells for bare, unit in [parts(cell)]}
    for channel in ("time", "voltage", "current"):
        bare = next((b for b in _SAID[channel, None].split() if b in found), None)
        if bare is None:
            return False
        unit, cell = found[bare]
        if channel == "time":
            if (unit and not unit.startswith("Sec")) or "(" in cell or "[" in cell:
                return False
        elif not unit or "/" not in cell or " /" in cell:
            return False
    return True


def _level(cells: Sequence[str]) -> int | None:
    """0, 1 or 2 for a line of names of cycles, steps or records."""
    first = next((c for c in cells if c), "")
    bare = parts(first)[0]
    if bare in _RECORDS and _is_flat(cells):
        return 2
    if bare in _STEPS or (bare == "index" and "mode" in {parts(c)[0] for c in cells}):
        return None if _is_flat(cells) else 1
    return 0 if bare in _CYCLES and not _is_flat(cells) else None


LANDT = READERS.add("landt")(Landt())
