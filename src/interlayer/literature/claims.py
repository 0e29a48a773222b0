"""Published statements as data: what a paper reports, under which conditions, and what it may be used for."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from .. import units
from ..errors import ReadError, UnknownNameError

DATA: Final = Path(__file__).parent / "data"

#: quantity of a claim -> quantity of names.py that fixes its SI unit
QUANTITIES: Final[Mapping[str, str]] = {
    "activation_energy": "activation_energy",
    "areal_capacity": "areal_charge",
    "critical_current_density": "current_density",
    "current_density": "current_density",
    "cycle_life_hours": "time",
    "failure_time": "time",
    "interfacial_asr": "area_specific_resistance",
    "interfacial_asr_increase": "area_specific_resistance",
    "polarization_voltage": "overpotential",
}

SPLITS: Final = ("given", "calibration", "open", "literature")


@dataclass(frozen=True)
class Claim:
    """One statement. `value` as printed with its `unit`; `si` is the same in SI where the quantity has one.

    split      what it may be used for: given, calibration, open or literature
    censored   a life test that ended without failure
    """

    id: str
    paper: str
    subject: str
    variant: str
    quantity: str
    form: str
    value: Any
    unit: str
    source: str
    split: str
    kind: str = ""
    technique: str = ""
    conditions: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    censored: bool = False

    @property
    def si(self) -> float:
        """The value in SI. Errors: `UnitError` for a quantity or unit that has none here."""
        return units.si((float(self.value), self.unit), QUANTITIES[self.quantity], what=f"claim {self.id}")

    def condition(self, name: str) -> float:
        """A condition in SI, e.g. `condition("current_density")`."""
        if name not in self.conditions:
            raise UnknownNameError(f"The claim {self.id} states no such condition", given=name, allowed=self.conditions)
        given = self.conditions[name]
        return units.si((float(given["value"]), given["unit"]), QUANTITIES[name])


@functools.cache
def claims(paper: str) -> Mapping[str, Claim]:
    """The claims of a paper by id ("S2.C03"); every entry is checked when the file is read."""
    import yaml

    path = DATA / f"{paper}.yaml"
    if not path.exists():
        raise UnknownNameError("No claims of this paper are in the package", given=paper, allowed=[p.stem for p in DATA.glob("*.yaml")])
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    out: dict[str, Claim] = {}
    for entry in found["claims"]:
        place = f"claim {entry.get('id', '?')}"
        try:
            claim = Claim(paper=paper, **entry)
        except TypeError as error:
            raise ReadError(str(error), file=path.name, place=place) from error
        if claim.id in out:
            raise ReadError("Two claims have the same id", file=path.name, place=place)
        if claim.split not in SPLITS:
            raise ReadError("A claim has one of these splits", file=path.name, place=place, given=claim.split, allowed=SPLITS)
        if claim.quantity not in QUANTITIES:
            raise ReadError("The quantity is not in the vocabulary of claims", file=path.name, place=place, given=claim.quantity, allowed=QUANTITIES)
        if isinstance(claim.value, int | float):
            _ = claim.si
        out[claim.id] = claim
    return out
