"""Draws of what nobody measured: a seeded Latin hypercube over the stated spread of every number of a study's cells."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from ..cells import Cell
from ..materials import Value

#: never drawn: what a paper states of its test, and exact constants
FIXED = ("temperature", "electrodes.")


def uncertain(cells: Iterable[Cell], keep: Iterable[str] = ()) -> list[str]:
    """The paths of all numbers with a spread, in any of the cells, in order; `keep` are beginnings or ends of paths left alone."""
    found: dict[str, None] = {}
    fixed = (*FIXED, *keep)
    for cell in cells:
        for path, value in cell.parameters().items():
            low, high = value.spread()
            if low < high and not any(path.startswith(f) or path.endswith(f) for f in fixed):
                found[path] = None
    return sorted(found, key=lambda p: (p.endswith(".activation_energy"), p))  # an energy belongs to the value it follows


#: an end of paths, or several, that stand for one thing and so share their quantile
Tie: TypeAlias = str | tuple[str, ...]


def axis(path: str, ties: Iterable[Tie]) -> Tie:
    """What `path` is drawn with: the tie that it ends in, or itself."""
    return next((t for t in ties if path.endswith(t)), path)


def hypercube(paths: list[str], count: int, seed: int, ties: Iterable[Tie] = ()) -> list[dict[str, float]]:
    """`count` draws of the quantiles of these paths; all paths that end in one of `ties` share theirs."""
    from scipy.stats import qmc

    keys = {p: axis(p, ties) for p in paths}
    axes = list(dict.fromkeys(keys.values()))
    rows = qmc.LatinHypercube(max(len(axes), 1), rng=np.random.default_rng(seed)).random(count)
    return [{p: float(row[axes.index(keys[p])]) for p in paths} for row in rows]


def quantile(value: Value, u: float) -> float:
    """The quantile u: normal where a standard deviation is stated, else log-uniform over the 95 % range (uniform where
    that reaches zero)."""
    low, high = value.spread()
    if value.interval is None and value.std:
        from scipy.stats import norm

        return float(min(max(value.value + value.std * float(norm.ppf(u)), low), high))
    if low <= 0.0:
        return low + u * (high - low)
    return math.exp(math.log(low) + u * (math.log(high) - math.log(low)))


def drawn(cell: Cell, quantiles: Mapping[str, float]) -> Cell:
    """`cell` with each of its uncertain numbers at its quantile; a path that the cell does not have is passed over.

    A drawn number keeps its law and loses its spread, so that nothing is drawn twice.
    """
    own = cell.parameters()
    for path, u in quantiles.items():
        value = own.get(path)
        if value is None:
            continue
        low, high = value.spread()
        if low < high:
            got = cell.get(path)
            assert isinstance(got, Value)
            cell = cell.set(path, replace(got, value=quantile(value, u), std=None, interval=None))
    return cell
