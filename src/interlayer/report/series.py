"""A row of fits over temperature, time or cycle: which numbers of a fit there are to follow, and how each of them goes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from .pick import Array

if TYPE_CHECKING:
    from ..analysis.arrhenius import ArrheniusFit
    from ..analysis.impedance import ImpedanceFit

#: groups of quantities that share a panel, and its title
GROUPS: Final = {
    "resistance": "Resistances", "time_constant": "Time constants", "capacitance": "Capacitances", "exponent": "Exponents",
    "warburg": "Warburg", "cpe": "CPE", "inductance": "Inductances", "other": "Other parameters",
}  # fmt: skip
_GROUP: Final = {
    "resistance": "resistance", "area_specific_resistance": "resistance", "time_constant": "time_constant", "capacitance": "capacitance",
    "area_specific_capacitance": "capacitance", "warburg_coefficient": "warburg", "specific_warburg_coefficient": "warburg",
    "cpe_coefficient": "cpe", "specific_cpe_coefficient": "cpe", "inductance": "inductance", "specific_inductance": "inductance",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Trend:
    """One number of the fits along a series [SI]; NaN where a spectrum has no fit, or a number no error."""

    name: str
    quantity: str
    x: Array
    values: Array
    std: Array

    @property
    def group(self) -> str:
        """Which panel it belongs to: a key of `GROUPS`."""
        if self.name.endswith(".n") or self.quantity == "fraction":
            return "exponent"
        return _GROUP.get(self.quantity, "other")


@dataclass(frozen=True, eq=False)
class FitRow:
    """Fits along a coordinate.

    title    what the row is of, for a caption
    axis     "temperature", "time", "cycle" (names.py) or "index": the order given
    x        the coordinate [SI]; labels: of each spectrum, as the overview calls it
    fits     None where a spectrum has none
    energies of a row over temperature: Arrhenius fit of each resistance that has one, by its name
    """

    title: str
    axis: str
    x: Array
    labels: tuple[str, ...]
    fits: tuple[ImpedanceFit | None, ...]
    remarks: tuple[str, ...] = ()
    energies: Mapping[str, ArrheniusFit] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.fits)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the trends: parameters, then time constants and capacitances of the arcs."""
        first = next((f for f in self.fits if f is not None), None)
        return () if first is None else first.numbers

    def trend(self, name: str) -> Trend:
        """How the finding `name` of the fits goes along the series."""
        values, std, quantity = np.full(len(self), np.nan), np.full(len(self), np.nan), "number"
        for row, fit in enumerate(self.fits):
            if fit is not None:
                quantity, values[row], error = fit.number(name)
                std[row] = math.nan if error is None else error
        return Trend(name, quantity, self.x, values, std)

    def trends(self) -> list[Trend]:
        """All of them."""
        return [self.trend(name) for name in self.names]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON form [SI]."""
        return {
            "title": self.title, "axis": self.axis, "x": self.x, "labels": self.labels, "remarks": self.remarks,
            "trends": [{"name": t.name, "quantity": t.quantity, "values": t.values, "std": t.std} for t in self.trends()],
        }  # fmt: skip


def row_of(title: str, axis: str, x: Sequence[float], labels: Sequence[str], fits: Sequence[ImpedanceFit | None], remarks: Sequence[str] = ()) -> FitRow:
    """Fits in ascending order of the coordinate; those of another circuit than the most common one become gaps."""
    circuits = [f.circuit for f in fits if f is not None]
    common = max(dict.fromkeys(circuits), key=circuits.count) if circuits else ""
    other = [label for label, f in zip(labels, fits, strict=True) if f is not None and f.circuit != common]
    kept = [f if f is not None and f.circuit == common else None for f in fits]
    order = np.argsort(np.asarray(x, dtype=np.float64), kind="stable").tolist()
    said = [*remarks, *([f"Fitted by another circuit than {common}, so not in the trends: {', '.join(other)}."] if other else [])]
    return FitRow(title, axis, np.asarray(x, dtype=np.float64)[order], tuple(labels[i] for i in order), tuple(kept[i] for i in order), tuple(dict.fromkeys(said)))
