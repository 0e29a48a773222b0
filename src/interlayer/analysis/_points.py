"""Points of a fit along a coordinate: values with their errors out of findings or numbers, and their chi-square."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..elements.base import Array
from ..errors import AnalysisError
from ..names import name
from ..record import Finding


def numbers(
    values: Sequence[Finding] | Sequence[float] | Array, std: Sequence[float] | Array | None, quantity: str
) -> tuple[Array, Array | None, str]:
    """(values, errors or None, quantity); findings bring their own errors and quantity."""
    given = list(values)
    if given and isinstance(given[0], Finding):
        kinds = {f.quantity for f in given if isinstance(f, Finding)}
        if len(kinds) != 1:
            raise AnalysisError("The findings are of different quantities", given=sorted(kinds))
        quantity = kinds.pop()
        found = [f.value for f in given if isinstance(f, Finding)]
        if any(not isinstance(v, int | float) for v in found):
            raise AnalysisError("A finding without a number can't enter a fit")
        errors = [f.std for f in given if isinstance(f, Finding)]
        std = None if any(e is None for e in errors) else [float(e) for e in errors if e is not None]
        given = [float(v) for v in found if isinstance(v, int | float)]
    name(quantity)
    out = np.array(given, dtype=np.float64)
    errors_out = None if std is None else np.asarray(std, dtype=np.float64)
    if errors_out is not None and (errors_out.shape != out.shape or not (errors_out > 0.0).all()):
        raise AnalysisError("Every value needs its own positive error", given=errors_out.tolist())
    return out, errors_out, quantity


def common(values: Sequence[Finding] | Sequence[float] | Array) -> float:
    """Relative error that all findings share (the geometry of one sample), 0 where they do not."""
    shared = {float(f.evidence.get("common_relative_std", 0.0)) for f in values if isinstance(f, Finding)}
    return shared.pop() if len(shared) == 1 else 0.0


def own(values: Array, errors: Array, shared: float) -> Array:
    """Relative error of each value without the relative error that all share (never below a millionth of the whole)."""
    whole = errors / values
    out: Array = np.sqrt(np.maximum(whole**2 - shared**2, (1e-6 * whole) ** 2))
    return out


def tail(chi2: float, dof: int) -> float:
    """Probability of a chi-square of `dof` degrees of freedom above `chi2`."""
    from scipy.special import gammaincc

    return float(gammaincc(0.5 * dof, 0.5 * chi2))
