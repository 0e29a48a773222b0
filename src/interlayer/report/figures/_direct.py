"""Stretches of direct current as the techniques take them, for drawing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from ...analysis._dc import Stretch, specific_basis, traces
from ...errors import AnalysisError, RecordError
from ...record import Record
from ..pick import Array, Unit, unit
from ._lines import line


def parts(record: Record, technique: str, *, specific: bool | None = None) -> list[Stretch]:
    """The stretches of a technique: E of the working electrode, I that oxidises it, per area where the record is."""
    try:
        return traces(record, technique=technique, specific=specific)
    except AnalysisError as error:
        raise RecordError(str(error)) from error


def amperes(record: Record, specific: bool | None = None, size: float | None = None) -> tuple[Unit, str]:
    """(unit, "Current density" or "Current") of the currents of a record."""
    per_area = specific_basis(record) if specific is None else specific
    return (current_unit(size), "Current density") if per_area else (unit("current", size), "Current")


def current_unit(size: float | None = None) -> Unit:
    """mA/cm², or smaller where all are."""
    if size is None or size >= 1e-2:
        return unit("current_density")
    return Unit("µA/cm²", 1e-2, 0.0, "uA/cm^2") if size >= 1e-5 else Unit("nA/cm²", 1e-5, 0.0, "nA/cm^2")


def over_time(ax: Axes, some: Sequence[Stretch], clock: Unit, scale: Unit, colour: str, what: str = "voltage", lw: float = 0.8) -> None:
    """A channel of all stretches, joined where nothing parts them."""
    time, values = joined(some, what)
    line(ax, clock(time), scale(values), color=colour, lw=lw)


def joined(some: Sequence[Stretch], what: str) -> tuple[Array, Array]:
    """(clock, channel) of all stretches in a row."""
    return np.concatenate([t.clock for t in some]), np.concatenate([getattr(t, what) for t in some])
