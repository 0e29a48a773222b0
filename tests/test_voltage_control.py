"""Where the voltage is imposed, a report draws the current that answers it."""

from __future__ import annotations

import numpy as np
import pytest

from dc_records import record, trace
from interlayer.record import Record
from interlayer.report.html import Picture
from interlayer.report.pages import _parts
from interlayer.report.pick import voltage_controlled

T = np.linspace(1.0, 3600.0, 400)


def held(**info: str) -> Record:
    return record(*(trace(k * 3600.0 + T, np.full(len(T), v), 0.1 * v / 0.02 * (1.0 + np.exp(-T / 300.0)), **info) for k, v in enumerate((0.02, -0.03))))


def driven(**info: str) -> Record:
    return record(*(trace(k * 3600.0 + T, 0.02 * i * (1.0 + np.exp(-T / 300.0)), np.full(len(T), i), **info) for k, i in enumerate((1.0, -1.0))))


def swept() -> Record:
    return record(trace(T, 1e-4 * T, 3.0 * np.sinh(1e-3 * T)))


@pytest.mark.parametrize(("made", "expected"), [
    (held(), True), (held(control="voltage"), True), (swept(), True), (driven(), False), (driven(control="current_density"), False),
    (record(*held(control="voltage").segments, trace(7200.0 + 20.0 * T, 0.0 * T, 0.0 * T, control="rest")), True),
])  # fmt: skip
def test_what_is_imposed_is_told(made, expected):
    assert voltage_controlled(made) is expected


def test_the_current_is_drawn_where_the_voltage_is_imposed():
    for made, head, caption in ((held(), "current density [mA/cm^2]", "Current density that answers"), (driven(), "voltage [V]", "Cell voltage against time")):
        (picture,) = _parts.experiment({"cell": made}, shelf := {})
        assert isinstance(picture, Picture) and picture.caption.startswith(caption)
        (table,) = next(iter(shelf.values())).tables
        assert head in table.columns
    shown = table.columns  # of the driven record: its voltage as it is
    assert np.asarray(shown["voltage [V]"]).max() == pytest.approx(0.04, rel=0.01)


def test_more_slow_states_than_letters_of_a_row():
    from interlayer.record import Segment
    from interlayer.report.figures import mechanisms

    channels = {"time": T, "voltage": 0.0 * T, **{f"{s.quantity}@leaf Li left: {s.export}": 1e-9 + 0.0 * T for s in mechanisms.STATES}}
    made = Record((Segment(channels),), record(trace(T, T, T)).provenance)
    assert len(mechanisms.states({"cell": made}).axes) == len(mechanisms.STATES) > 4
