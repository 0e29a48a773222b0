"""How a transport or kinetic parameter changes with temperature: a factor on its value at a reference temperature.

A law knows no value, only the ratio p(T) / p(T_ref), so that a parameter measured at 60 °C and one measured at 25 °C
need no common prefactor, and so that a user who states another value keeps the law. Conductivities, diffusivities,
exchange currents and rates grow with temperature; a resistance falls: `resistive=True` turns the sign.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..errors import UnitError, UnknownNameError

#: molar gas constant R [J/(mol K)], CODATA 2018, exact since the SI of 2019
GAS_CONSTANT: Final = 8.31446261815324


class Law(ABC):
    """A temperature law: `factor(T, T_ref)` = p(T) / p(T_ref), both temperatures in K, positive and dimensionless."""

    @abstractmethod
    def factor(self, T: float, T_ref: float) -> float:
        """p(T) / p(T_ref); raises `UnitError` for a temperature outside the law's validity."""

    @abstractmethod
    def as_dict(self) -> dict[str, Any]:
        """Plain values that `law_from_dict` reads back."""


@dataclass(frozen=True, slots=True)
class NoLaw(Law):
    """p(T) = p(T_ref): the parameter is taken as constant, because nobody stated a law for it."""

    def factor(self, T: float, T_ref: float) -> float:
        """Always 1."""
        return 1.0

    def as_dict(self) -> dict[str, Any]:
        """See `Law.as_dict`."""
        return {"law": "none"}

    def __str__(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Arrhenius(Law):
    """Thermally activated over one barrier.

        p(T) / p(T_ref) = (T / T_ref)^power * exp[ -s (E / R) (1/T - 1/T_ref) ]

    activation_energy  E [J/mol] >= 0 for the usual case (1 eV = 96.485 kJ/mol)
    resistive          s = -1 for a parameter that falls with T (a resistance); s = +1 otherwise
    power              0: E is the slope of ln p against 1/T; -1: the slope of ln(p T), the convention of most ceramic
                       conductivity papers. The two slopes differ by R T, about 0.026 eV at 300 K: say which.

    Validity: crystalline conductors, charge transfer, self-diffusion within one phase; not across a phase change or a
    glass transition (use `Vft`). Errors: `UnitError` for a temperature that is not above 0 K.
    """

    activation_energy: float
    resistive: bool = False
    power: float = 0.0

    def factor(self, T: float, T_ref: float) -> float:
        """p(T) / p(T_ref)."""
        _positive(T, T_ref)
        sign = 1.0 if self.resistive else -1.0
        exponent = sign * self.activation_energy / GAS_CONSTANT * (1.0 / T - 1.0 / T_ref)
        return float((T / T_ref) ** self.power * math.exp(exponent))

    def as_dict(self) -> dict[str, Any]:
        """See `Law.as_dict`."""
        return {
            "law": "arrhenius",
            "activation_energy": self.activation_energy,
            "resistive": self.resistive,
            "power": self.power,
        }

    def __str__(self) -> str:
        kind = f", ln(p T^{-self.power:g})" if self.power else ""
        return f"Arrhenius {self.activation_energy / 1e3:.4g} kJ/mol{kind}"


@dataclass(frozen=True, slots=True)
class Vft(Law):
    """Vogel-Fulcher-Tammann: transport carried by the segmental motion of a polymer or a glass former.

        p(T) / p(T_ref) = (T / T_ref)^power * exp[ -s B (1/(T - T0) - 1/(T_ref - T0)) ]

    b          B [K]; R B is a PSEUDO activation energy and is never compared with an Arrhenius one
    t0         T0 [K], usually 30-50 K below the glass transition
    resistive  s = -1 for a parameter that falls with T; s = +1 otherwise
    power      exponent of the prefactor: 0, or -0.5 in the form sigma = A T^(-1/2) exp[-B/(T - T0)]

    Validity: above the glass transition (T > T0) and, for PEO-like polymers, above the melting of their crystallites.
    Errors: `UnitError` for T or T_ref at or below T0.
    """

    b: float
    t0: float
    resistive: bool = False
    power: float = 0.0

    def factor(self, T: float, T_ref: float) -> float:
        """p(T) / p(T_ref)."""
        _positive(T, T_ref)
        for temperature in (T, T_ref):
            if temperature <= self.t0:
                raise UnitError(
                    "A VFT law holds above its T0 only", given=f"{temperature:g} K", allowed=f"above {self.t0:g} K",
                    remedy="Choose a higher temperature, or state the parameter with another law",
                )  # fmt: skip
        sign = 1.0 if self.resistive else -1.0
        exponent = sign * self.b * (1.0 / (T - self.t0) - 1.0 / (T_ref - self.t0))
        return float((T / T_ref) ** self.power * math.exp(exponent))

    def as_dict(self) -> dict[str, Any]:
        """See `Law.as_dict`."""
        return {"law": "vft", "b": self.b, "t0": self.t0, "resistive": self.resistive, "power": self.power}

    def __str__(self) -> str:
        return f"VFT B {self.b:.4g} K, T0 {self.t0:.4g} K"


LAWS: Final[dict[str, type[Law]]] = {"none": NoLaw, "arrhenius": Arrhenius, "vft": Vft}


def law_from_dict(given: Mapping[str, Any]) -> Law:
    """The law that `Law.as_dict` wrote; an unknown kind raises `UnknownNameError`."""

    facts = dict(given)
    kind = facts.pop("law", None)
    if kind not in LAWS:
        raise UnknownNameError("There is no temperature law of this name", given=kind, allowed=LAWS)
    return LAWS[kind](**facts)


def _positive(*temperatures: float) -> None:
    for temperature in temperatures:
        if not temperature > 0.0:
            raise UnitError("A temperature is above 0 K", given=temperature, remedy='Write for example "25 degC"')
