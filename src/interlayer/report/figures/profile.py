"""Profile-likelihood plots: how much worse the fit gets as one parameter is moved and the others make up for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from ..pick import unit
from ..style import BLUE, DOUBLE, QUIET, SINGLE, Sheet, drawn, sheet
from ..table import stacked

if TYPE_CHECKING:
    from ...analysis._profile import Profile


@drawn
def profiles(found: Mapping[str, Profile]) -> Sheet:
    """A panel a parameter: root of the rise of chi2 over that of the interval's end, against the parameter. The interval is
    where the curve lies below one; a parabola would be a V here."""
    columns = min(len(found), 3)
    rows = math.ceil(len(found) / columns)
    made = sheet(SINGLE if columns == 1 else DOUBLE, 48.0 * rows)
    axes = made.subplots(rows, columns, squeeze=False).ravel()
    parts = []
    for ax, (name, p) in zip(axes, found.items(), strict=False):
        u = unit(p.quantity)
        rise = np.sqrt(np.maximum(p.chi2 - p.chi2.min(), 0.0) / max(p.threshold - p.chi2.min(), 1e-300))
        ax.plot(u(p.x), rise, color=BLUE, marker="o", ms=2.0)
        ax.axhline(1.0, color=QUIET, lw=0.7, ls="--")
        for end in (p.low, p.high):
            if end is not None:
                ax.axvline(float(u(np.array(end))), color=QUIET, lw=0.6)
        ax.xaxis.set_major_locator(MaxNLocator(4))
        ax.set_ylim(0.0, min(max(float(rise.max()) * 1.05, 1.2), 3.0))
        ax.set_xlabel(f"{name.rsplit('.', 1)[-1].replace('_', ' ')} ({u.text})" if u.text else name.rsplit(".", 1)[-1].replace("_", " "), fontsize=6.5)
        ax.set_title(name.rsplit(".", 1)[0], fontsize=6.0)
        parts.append({"parameter": [name] * len(p.x), "value [SI]": p.x, "chi2": p.chi2, "root of the rise": rise})
    for ax in axes[len(found) :]:
        ax.set_visible(False)
    axes[0].set_ylabel("Rise (1: interval ends)")
    made.tables.append(stacked("profiles", parts))
    return made
