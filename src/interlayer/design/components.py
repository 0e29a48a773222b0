"""How much noise each record has, told from the residuals of all of them together, and how surely.

Least squares with m groups of data, each of one unknown variance s_g² (beside weights that are known within the group):

    s_g² = r_g·r_g / (n_g - h_g),     h_g = trace of the group's block of the hat matrix J (J^T J)^-1 J^T

with residuals and hat matrix at the weights 1/s_g, again and again until nothing moves. h_g counts the parameters that
the group pays for: all of them together are the number of parameters. The fixed point is that of restricted maximum
likelihood. Sharing the parameters out by numbers of points instead gives a record that pays for more than its share too
little noise. A parameter whose variance comes from the groups in the shares w_g (their sum is 1) has by Satterthwaite

    1/dof = sum over g of w_g²/(n_g - h_g)

degrees of freedom: Student's quantile of the noisiest part, not of all points together.

Validity: noise independent from point to point, a model that is close to linear over its own errors.
Sources: Helmert (1924) and Förstner (1979) for the iteration, Patterson & Thompson, Biometrika 58 (1971) 545, for
restricted likelihood, Satterthwaite, Biometrics Bulletin 2 (1946) 110, for the degrees of freedom (all recalled).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..elements.base import Array

ROUNDS = 100
SETTLED = 1e-6  # relative change of a variance
SPARE = 1.0  # degrees of freedom that a record must have left over to say anything of its noise
CUT = 1e-12  # of the largest eigenvalue: a direction that no data see


def variances(r: Array, j: Array, known: Array, pull: Array, rows: Mapping[str, Any], told: Mapping[str, bool], least: float) -> dict[str, float]:
    """Variance of each group's residuals, relative to the weights that `r` and `j` have; 1 where it is told beforehand.

    r (n,), j (p, n)   weighted residuals and their slopes at the minimum for these weights
    known (p, p)       what priors add to J J^T; pull (p,) their part of the gradient
    rows               {group: its places in r}
    least              smallest variance that is taken for one
    A group with fewer than `SPARE` degrees of freedom left keeps 1: its points were spent on parameters.
    """
    out = dict.fromkeys(rows, 1.0)
    for _ in range(ROUNDS):
        inverse = _inverse(sum((j[:, k] @ j[:, k].T / out[g] for g, k in rows.items()), known))
        step = -inverse @ sum((j[:, k] @ r[k] / out[g] for g, k in rows.items()), pull)
        new = {}
        for group, k in rows.items():
            left = len(k) - float(np.trace(inverse @ (j[:, k] @ j[:, k].T))) / out[group]
            off = r[k] + step @ j[:, k]
            new[group] = 1.0 if told[group] or left < SPARE else max(float(off @ off) / left, least)
        moved = max(abs(math.log(new[g] / out[g])) for g in rows)
        out = new
        if moved < SETTLED:
            break
    return out


def left_over(j: Array, known: Array, rows: Mapping[str, Any]) -> dict[str, float]:
    """n_g - h_g of each group; `j` (p, n) carries the weights."""
    inverse = _inverse(j @ j.T + known)
    return {group: len(k) - float(np.trace(inverse @ (j[:, k] @ j[:, k].T))) for group, k in rows.items()}


def freedom(j: Array, known: Array, rows: Mapping[str, Any], told: Mapping[str, bool]) -> Array:
    """Degrees of freedom (p,) of each parameter's standard deviation; infinite where all its noise is told beforehand."""
    inverse = _inverse(j @ j.T + known)
    left = left_over(j, known, rows)
    doubt = np.zeros(len(j))
    for group, k in rows.items():
        if not told[group]:
            share = np.sum((inverse @ j[:, k]) ** 2, axis=1) / np.maximum(np.diag(inverse), 1e-300)
            doubt += share**2 / max(left[group], SPARE)
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / doubt)


def _inverse(information: Array) -> Array:
    """Inverse of J J^T in equilibrated form; directions that no data see are left out."""
    length = np.sqrt(np.diag(information))
    length = np.where(length > 0.0, length, 1.0)
    scaled = np.linalg.pinv(information / np.outer(length, length), rcond=CUT, hermitian=True)
    return np.asarray(scaled / np.outer(length, length))
