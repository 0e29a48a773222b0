"""Would one more relaxation make the fit better than chance does? A score test, without fitting it.

At the minimum of a fit a small relaxation dR/(1 + i omega tau) in series changes Z along the part t of it that the fit's own
parameters can't take up, t = (1 - P) w/(1 + i omega tau). With residuals r of white noise (t r)²/(|t|² s²) is F(1, dof - 1)
at each tau, s² from what is then left. The largest over `DENSE` places a decade is held against chance, counted once a
place (Bonferroni, which errs to the safe side: neighbours are alike). Two arcs that one describes within the noise stay one:
no test tells them apart.

Source: score test, Rao, Math. Proc. Camb. Phil. Soc. 44 (1948) 50, 10.1017/S0305004100023987; quantiles of t by Wallace,
Ann. Math. Stat. 30 (1959) 1124, 10.1214/aoms/1177706101 (both recalled).
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from ..elements.base import Array, ComplexArray
from ._spectrum import Mask

CHANCE = 0.001  # of a false alarm in one spectrum, at most
DENSE = 2  # places a decade
SEEN = 1e-3  # part of a relaxation that the fit's parameters can't take up (of the largest such part): below it nothing is seen


@dataclass(frozen=True)
class Missing:
    """The relaxation that would improve most: where its peak lies [rad/s], and how likely noise alone looks so."""

    omega: float
    chance: float

    @property
    def shows(self) -> bool:
        """Whether it is more than chance."""
        return self.chance < CHANCE


def missing(omega: Array, r: Array, j: Array, weight: Array, kept: Mask, dof: int, variance: float | None = None) -> Missing:
    """r (2m,) and j (n, 2m) weighted residuals and slopes at the minimum, kept (m,) points; variance where it is known."""
    places, relaxations = _relaxations(omega.tobytes())
    rows = np.repeat(kept, 2)
    columns = relaxations.view(np.float64) * weight
    if not rows.all():
        r, j, columns = r[rows], j[:, rows], columns[:, rows]
    if dof < 4:
        return Missing(0.0, 1.0)
    length = np.sqrt(np.einsum("ij,ij->i", j, j))
    basis = np.linalg.qr((j / np.where(length > 0.0, length, 1.0)[:, None]).T)[0]
    columns = columns - (columns @ basis) @ basis.T
    size = np.einsum("ij,ij->i", columns, columns)
    along = np.where(size > SEEN**2 * size.max(), (columns @ r) ** 2 / np.maximum(size, 1e-300), 0.0)
    best = int(np.argmax(along))
    left = max(float(r @ r - along[best]), 1e-300)
    if variance is not None:
        z = math.sqrt(float(along[best]) / variance)
    else:
        n = dof - 1.0
        z = (8.0 * n + 1.0) / (8.0 * n + 3.0) * math.sqrt(n * math.log1p(float(along[best]) / left))
    return Missing(float(places[best]), min(len(places) * math.erfc(z / math.sqrt(2.0)), 1.0))


@functools.lru_cache(maxsize=16)
def _relaxations(omega: bytes) -> tuple[Array, ComplexArray]:
    """Peaks (k,) and 1/(1 + i omega/peak) (k, m) over the band and a factor two beyond."""
    w = np.frombuffer(omega)
    low, high = math.log(0.5 * w.min()), math.log(2.0 * w.max())
    places = np.exp(np.linspace(low, high, max(3, round(DENSE * (high - low) / math.log(10.0)))))
    return places, np.ascontiguousarray(1.0 / (1.0 + 1j * w[None, :] / places[:, None]))
