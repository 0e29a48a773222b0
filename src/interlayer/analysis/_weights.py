"""How residuals are weighted: what is known, or assumed, of the error of each measured point.

"modulus"   error proportional to |Z|
"unit"      the same error everywhere
"parts"     errors proportional to |Z'| and |Z''| each (a part that crosses zero: at least a thousandth of |Z|)
"measured"  stated standard deviations, taken at their word: chi2 is tested, errors are not rescaled by it
"robust"    as "modulus", and what lies far outside the scatter of the rest loses its weight (analysis/_robust.py)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, Union

import numpy as np

from ..elements.base import Array, ComplexArray
from ..errors import AnalysisError, UnknownNameError
from ._spectrum import Spectrum

Weight: TypeAlias = Literal["modulus", "unit", "parts", "measured", "robust"]
WEIGHTS = ("modulus", "unit", "parts", "measured", "robust")
FLOOR = 1e-3  # of |Z|: a part that crosses zero would weigh without end

#: standard deviations: one a row of the segment (complex: of the real and of the imaginary part), or
#: (omega, z) -> the same
Std: TypeAlias = Union[Array, ComplexArray, "list[float]", Callable[[Array, ComplexArray], "Array | ComplexArray"]]


@dataclass(frozen=True, eq=False)
class Weighting:
    """weight of real and imaginary part interleaved (2m,); `stated`: it is 1/std, so chi2 has an absolute scale."""

    name: str
    weight: Array
    stated: bool = False
    robust: bool = False


def weighting(spectrum: Spectrum, name: Weight, std: Std | None = None) -> Weighting:
    """The weights of a spectrum, scaled so that |Z| weighs about 1 (or by the stated errors)."""
    if name not in WEIGHTS:
        raise UnknownNameError("This weighting is not known", given=name, allowed=WEIGHTS)
    if (std is None) == (name == "measured"):
        what = 'weight="measured" needs the standard deviations' if std is None else 'std= goes with weight="measured"'
        raise AnalysisError(
            what, given=name,
            remedy="Give std= an array with a row a point, or a function of (omega, z), in the unit of the impedance",
        )  # fmt: skip
    z = spectrum.z
    if std is not None:
        return Weighting(name, 1.0 / _stds(spectrum, std), stated=True)
    if name == "unit":
        return Weighting(name, np.full(2 * len(z), 1.0 / float(np.sqrt(np.mean(np.abs(z) ** 2)))))
    size = np.abs(z)
    if name == "parts":
        parts = np.stack([np.abs(z.real), np.abs(z.imag)], axis=1)
        return Weighting(name, (1.0 / np.maximum(parts, FLOOR * size[:, None])).ravel())
    return Weighting(name, np.repeat(1.0 / size, 2), robust=name == "robust")


def _stds(spectrum: Spectrum, std: Std) -> Array:
    """Of real and imaginary part interleaved (2m,), in the order of the spectrum."""
    rows = len(spectrum.z) + len(set(spectrum.dropped))
    given = np.asarray(std(spectrum.omega, spectrum.z) if callable(std) else std)
    if not callable(std):
        if given.shape != (rows,):
            raise AnalysisError(
                "There must be one standard deviation a point", given=given.shape, allowed=f"({rows},), rows as measured"
            )
        given = given[spectrum.points]
    given = np.broadcast_to(given, spectrum.z.shape)
    both = np.stack([given.real, given.imag if np.iscomplexobj(given) else given], axis=1).ravel().astype(np.float64)
    if not (np.isfinite(both).all() and (both > 0.0).all()):
        raise AnalysisError(
            "A standard deviation is a positive number", given=f"{np.min(both):.3g} as the smallest",
            remedy="Drop points whose error is not known with drop=[...]",
        )  # fmt: skip
    return both
