"""`Finding`: one number that leaves an analysis, with its error or the reason why it has none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .. import units
from ..errors import RecordError
from ..names import name


@dataclass(frozen=True)
class Finding:
    """What a technique says about a record.

    name      what was found, in the field's words ("interface resistance")
    value     the number in SI, a text (a class, a verdict) or None (could not be determined; `note` says why)
    std       standard deviation in SI; None needs a `note` that says why there is none
    quantity  row of names.py that fixes unit and display
    method    the definition used, alternatives named
    source    where the definition comes from (DOI, equation)
    evidence  what it rests on: windows, counts, intermediate values, plain JSON values
    interval  (low, high) in SI where the error is not symmetric, with its level in `evidence["level"]`
    """

    name: str
    value: float | str | None
    quantity: str
    method: str
    std: float | None = None
    source: str = ""
    note: str = ""
    interval: tuple[float, float] | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        name(self.quantity)
        numeric = isinstance(self.value, int | float)
        if self.std is None and self.interval is None and not self.note and (numeric or self.value is None):
            raise RecordError(f"The finding {self.name!r} has neither an error nor a reason why it has none")
        if self.std is not None and not (self.std >= 0.0 and math.isfinite(self.std)):
            raise RecordError(f"The finding {self.name!r} has an impossible standard deviation", given=self.std)

    @property
    def unit(self) -> str:
        """SI unit of `value` and `std`."""
        return name(self.quantity).si

    def __str__(self) -> str:
        if not isinstance(self.value, int | float):
            return f"{self.name}: {self.value if self.value is not None else 'not determined'}" + (f" ({self.note})" if self.note else "")
        row = name(self.quantity)
        value = units.lab(float(self.value), self.quantity)
        text = units.plus_minus(value, None if self.std is None else self.std / units.factor(row.shown, row.si)[0])
        if self.std is None and self.interval is not None:
            low, high = (units.lab(x, self.quantity) for x in self.interval)
            text += f" ({low:.3g} to {high:.3g})"
        text += f" {units.pretty(row.shown)}".rstrip()
        return f"{self.name}: {text}" + (f" ({self.note})" if self.note and self.std is None else "")

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON form: value and std in SI with the unit beside them, and the same in the unit people read."""
        row = name(self.quantity)
        out: dict[str, Any] = {
            "name": self.name, "value": self.value, "std": self.std, "unit": row.si or "1", "quantity": self.quantity,
            "method": self.method, "source": self.source, "note": self.note,
            "interval": list(self.interval) if self.interval else None, "evidence": dict(self.evidence),
        }  # fmt: skip
        if isinstance(self.value, int | float) and math.isfinite(self.value):
            shown: dict[str, Any] = {"value": units.lab(float(self.value), self.quantity), "unit": row.shown or "1"}
            if self.std is not None:
                shown["std"] = self.std / units.factor(row.shown, row.si)[0]
            out["shown"] = shown
        return out
