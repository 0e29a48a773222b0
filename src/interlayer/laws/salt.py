"""How a transport property of a binary electrolyte depends on the concentration of its salt (and with it on temperature).

    p(c, T) = p_ref g(c, T)/g(c_ref, T_ref)

g is one of the published functions below; a value that is stated instead keeps the shape and is the property at c_ref, T_ref.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..errors import UnknownNameError
from .temperature import LAWS, Law


@dataclass(frozen=True)
class SaltFunction:
    """g(c, T) in SI with c [mol/m³] and T [K]; `low` to `high` [mol/m³] is where it holds (constant beyond), source."""

    function: Callable[[float, float], float]
    low: float
    high: float
    source: str


def valoen_reimers_conductivity(c: float, T: float) -> float:
    """kappa [S/m] of LiPF6 in PC/EC/DMC: 0.1 m (sum_ij a_ij m^i T^j)², m in mol/L (Valøen & Reimers 2005, eq. 17)."""
    m = c / 1000.0
    inner = -10.5 + 0.0740 * T - 6.96e-5 * T * T + m * (0.668 - 0.0178 * T + 2.80e-5 * T * T) + m * m * (0.494 - 8.86e-4 * T)
    return 0.1 * m * inner * inner


def valoen_reimers_diffusivity(c: float, T: float) -> float:
    """D [m²/s]: log10(D/(cm²/s)) = -4.43 - 54/(T - 229 - 5 m) - 0.22 m (Valøen & Reimers 2005, eq. 14)."""
    m = c / 1000.0
    return 1e-4 * math.pow(10.0, -4.43 - 54.0 / (T - 229.0 - 5.0 * m) - 0.22 * m)


def valoen_reimers_thermodynamic_factor(c: float, T: float) -> float:
    """TDF from (1 - t+) TDF = 0.601 - 0.24 sqrt(m) + 0.982 [1 - 0.0052 (T - 294)] m^1.5 with t+ = 0.38 (their eq. 20)."""
    m = c / 1000.0
    return (0.601 - 0.24 * math.sqrt(m) + 0.982 * (1.0 - 0.0052 * (T - 294.0)) * m * math.sqrt(m)) / (1.0 - 0.38)


_VALOEN = "Valøen & Reimers, J. Electrochem. Soc. 152 (2005) A882, 10.1149/1.1872737"
FUNCTIONS: Final[Mapping[str, SaltFunction]] = {
    "valoen_reimers_conductivity": SaltFunction(valoen_reimers_conductivity, 10.0, 3500.0, f"{_VALOEN}, eq. 17, as PyBaMM's parameter files (BSD) quote it"),
    "valoen_reimers_diffusivity": SaltFunction(valoen_reimers_diffusivity, 1.0, 3500.0, f"{_VALOEN}, eq. 14, as PyBaMM's parameter files (BSD) quote it"),
    "valoen_reimers_thermodynamic_factor": SaltFunction(valoen_reimers_thermodynamic_factor, 150.0, 3000.0, f"{_VALOEN}, eq. 20 (recalled)"),
}


@dataclass(frozen=True, slots=True)
class OfConcentration(Law):
    """A published function of salt and temperature as the law of a value.

    name       row of `FUNCTIONS`
    reference  c_ref [mol/m³] at which the value is stated
    """

    name: str
    reference: float

    def __post_init__(self) -> None:
        if self.name not in FUNCTIONS:
            raise UnknownNameError("There is no function of the salt of this name", given=self.name, allowed=FUNCTIONS)

    def factor(self, T: float, T_ref: float) -> float:
        """p(c_ref, T)/p(c_ref, T_ref)."""
        return self.ratio(self.reference, T, T_ref)

    def ratio(self, c: float, T: float, T_ref: float) -> float:
        """p(c, T)/p(c_ref, T_ref)."""
        row = FUNCTIONS[self.name]
        return row.function(min(max(c, row.low), row.high), T) / row.function(self.reference, T_ref)

    def as_dict(self) -> dict[str, Any]:
        """See `Law.as_dict`."""
        return {"law": "salt", "name": self.name, "reference": self.reference}

    def __str__(self) -> str:
        return f"{self.name.replace('_', ' ')}, stated at {self.reference:g} mol/m³"


LAWS["salt"] = OfConcentration
