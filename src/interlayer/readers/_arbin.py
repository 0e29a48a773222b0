"""The names that Arbin gives to its columns, in the database, in the workbook and in text, and the channels they are."""

from __future__ import annotations

from ._tables import Vocabulary

#: name of the database's column -> (channel, the unit that Arbin fixes for it there)
DATABASE: Vocabulary = {
    "Test_Time": ("time", "s"),
    "Step_Time": ("step_time", "s"),
    "Voltage": ("voltage", "V"),
    "Current": ("current", "A"),
    "Cycle_Index": ("cycle", ""),
    "Step_Index": ("step_index", ""),
    "Charge_Capacity": ("charging_capacity", "Ah"),
    "Discharge_Capacity": ("discharging_capacity", "Ah"),
    "Charge_Energy": ("charging_energy", "Wh"),
    "Discharge_Energy": ("discharging_energy", "Wh"),
    "Internal_Resistance": ("internal_resistance", "ohm"),
}
#: columns that every table of points in a database has
NEEDED = frozenset({"Data_Point", "Test_Time", "Step_Index", "Cycle_Index", "Current", "Voltage"})
_TEMPERATURES = {"auxtemperature1": "temperature", "temperature1": "temperature", "temperature": "temperature"}
#: bare name -> (channel, None): exports state the unit in the name
STATED: Vocabulary = {key.replace("_", "").casefold(): (channel, None) for key, (channel, _) in DATABASE.items()} | {
    key: (channel, None) for key, channel in _TEMPERATURES.items()
}
#: bare name -> (channel, unit), for an export under the bare names of the database
FIXED: Vocabulary = {key.replace("_", "").casefold(): row for key, row in DATABASE.items()}
SIGN = "charging is positive (as Arbin defines it)"
