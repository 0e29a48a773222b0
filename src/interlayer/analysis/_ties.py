"""Parameters that follow another one: equal to it, or a stated number of times as large."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from ..elements.base import Array
from ..errors import AnalysisError
from ._fit import NO_TIES, Ties
from ._target import Target

#: {"Q2.n": "Q1.n"} equal, {"R3": ("R2", 2.0)} twice as large
Tied: TypeAlias = Mapping[str, str | tuple[str, float]]


def read_ties(target: Target, tied: Tied | None, held: dict[int, float]) -> Ties:
    """Ties between free parameters, each to its last ancestor; what is tied to a fixed one is added to `held`."""
    if not tied:
        return NO_TIES
    links: dict[int, tuple[int, float]] = {}
    for name, to in tied.items():
        child, (parent, factor) = target.index(name), _link(target, name, to)
        if child in held:
            raise AnalysisError(f"{name} is both fixed and tied", given=to, remedy="Leave one of the two out")
        links[child] = parent, factor
    roots: list[tuple[int, int, float]] = []
    for child in links:
        place, factor, path = child, 1.0, [child]
        while place in links:
            place, times = links[place]
            factor *= times
            if place in path:
                circle = " -> ".join(target.names[i] for i in [*path, place])
                raise AnalysisError("These parameters are tied in a circle", given=circle, remedy="Leave one tie out")
            path.append(place)
        roots.append((child, place, factor))
    loose = [row for row in roots if row[1] not in held]
    held.update({child: factor * held[root] for child, root, factor in roots if root in held})
    children, parents = (np.array([row[k] for row in loose], dtype=np.intp) for k in (0, 1))
    factors = np.array([row[2] for row in loose])
    log = target.log[children]
    return Ties(children, parents, np.where(log, 1.0, factors), np.where(log, np.log(factors), 0.0))


def _link(target: Target, name: str, to: str | tuple[str, float]) -> tuple[int, float]:
    other, factor = (to, 1.0) if isinstance(to, str) else to
    parent, child = target.index(other), target.index(name)
    if not (isinstance(factor, int | float) and math.isfinite(factor) and factor > 0.0):
        raise AnalysisError(f"{name} can be tied by a positive factor only", given=factor)
    if target.quantities[parent] != target.quantities[child]:
        kinds = f"{target.quantities[child]} and {target.quantities[parent]}"
        raise AnalysisError(f"{name} can't be tied to {other}", given=kinds, remedy="Tie parameters of one kind")
    return parent, float(factor)


def inside_both(target: Target, ties: Ties, low: Array, high: Array) -> None:
    """Narrow the box of each parent to what its children may be (in place)."""
    for child, parent, slope, shift in zip(ties.child, ties.parent, ties.slope, ties.shift, strict=True):
        factor = slope * math.exp(shift)  # one of the two is neutral
        low[parent] = max(low[parent], low[child] / factor)
        high[parent] = min(high[parent], high[child] / factor)
        if not low[parent] < high[parent]:
            pair = f"{target.names[child]} and {target.names[parent]}"
            raise AnalysisError(f"The tie leaves no value that both {pair} may have", given=f"factor {factor:g}")
