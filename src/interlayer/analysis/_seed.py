"""Start values from the data's own extent, for any circuit.

The circuit is read as a sum of terms c phi(omega; tau or n): a resistance, a relaxation (R with Q or C beside it), an
inductance, a diffusion tail ... (what is nested is read as if it stood in series; a start needs no more). For every
choice of time constants on a log-uniform grid over the band the coefficients c >= 0 follow from linear least squares;
all choices share one Gram matrix, so hundreds cost as much as one model evaluation. The best, well apart, are starts.
"""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..elements.base import Array, ComplexArray, Element, Leaf, Parallel, Series
from ..elements.zarc import Zarc
from ._circuit import Circuit

ARC_N = (0.95, 0.8, 0.65)  # exponents the relaxations are tried with
TAIL_N = (0.5, 0.75, 0.95)  # exponents of a CPE that stands alone
FINEST = 18  # time constants tried for each relaxation, if the combinations allow
MOST = 1000  # combinations
RELAXING = ("arc", "Ws", "Wo", "G", "loop")  # terms with a time constant


@dataclass(frozen=True)
class Term:
    """One summand: what it is and the leaves whose parameters it sets. An "arc" without `other` is a ZARC."""

    kind: str
    leaf: Leaf
    other: Leaf | None = None


def _kind(node: Element) -> str:
    return node.SYMBOLS[0] if isinstance(node, Leaf) and node.SYMBOLS else ""


def terms_of(node: Element) -> list[Term]:
    """The summands of a tree, in order."""
    if isinstance(node, Leaf):
        return [Term("arc" if isinstance(node, Zarc) else _kind(node), node)]
    assert isinstance(node, Series | Parallel)
    if isinstance(node, Series):
        return [term for child in node.children for term in terms_of(child)]
    beside = next((c for c in node.children if _kind(c) in ("Q", "C")), None)
    inner = [t for c in node.children if c is not beside for t in terms_of(c)]
    first = next((i for i, t in enumerate(inner) if t.kind == "R"), None)
    if first is None:
        return inner
    if beside is not None:
        assert isinstance(beside, Leaf)
        inner[first] = Term("arc", inner[first].leaf, beside)
    elif len(inner) == 2 and inner[1 - first].kind == "L":
        return [Term("loop", inner[first].leaf, inner[1 - first].leaf)]
    return inner


def _shape(kind: str, s: ComplexArray, x: float, n: float) -> ComplexArray:
    """The function of a term with coefficient 1 at time constant (or exponent) x."""
    if kind == "arc":
        return 1.0 / (1.0 + (s * x) ** n)
    if kind == "loop":
        return s * x / (1.0 + s * x)
    if kind in ("Ws", "Wo"):
        u = np.sqrt(s * x)
        t = np.tanh(u)
        return np.asarray(t / u if kind == "Ws" else 1.0 / (u * t))
    if kind == "G":
        return np.asarray(1.0 / np.sqrt(1.0 + s * x))
    simple = {"L": s, "C": 1.0 / s, "W": (1.0 - 1j) / np.sqrt(s.imag), "Q": s**-x}
    return np.asarray(simple.get(kind, np.ones_like(s)))


def starts(circuit: Circuit, omega: Array, z: ComplexArray, weight: Array, count: int) -> Array:
    """Up to `count` start vectors (k, n) of natural parameters, best first."""
    terms = [t for t in terms_of(circuit.element) if t.kind in ("R", "L", "C", "Q", "W", *RELAXING)]
    base = _defaults(circuit, omega, z)
    rows = []
    if terms:
        s: ComplexArray = np.multiply(1j, omega)
        target = np.ascontiguousarray(z).view(np.float64) * weight
        cost, coefficients, choices = _screen(terms, s, target, weight)
        for i in _spread(cost, choices, [t.kind in RELAXING for t in terms], count):
            rows.append(_assign(circuit, terms, base, coefficients[i], choices[i]))
    return np.array(rows or [base])


def _defaults(circuit: Circuit, omega: Array, z: ComplexArray) -> Array:
    """A value of the right size for every parameter."""
    size = float(np.median(np.abs(z)))
    w = math.sqrt(float(omega[0] * omega[-1]))
    middle = {
        "area_specific_resistance": size, "area_specific_capacitance": 1.0 / (w * size),
        "cpe_coefficient": w**-0.8 / size,
        "inductance": size / float(omega[-1]), "warburg_coefficient": size * math.sqrt(w), "time_constant": 1.0 / w,
        "fraction": 0.8,
    }  # fmt: skip
    low, high = circuit.bounds_for(omega, z)
    inside = np.sqrt(np.maximum(low, 1e-30) * np.minimum(high, 1e30))
    return np.array([middle.get(q, x) for q, x in zip(circuit.quantities, inside, strict=True)])


def _screen(terms: list[Term], s: ComplexArray, target: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Sum of squares (S,), coefficients (S, T) and choices (S, T, 2: time constant or exponent, n of arcs)."""
    options, grid, families = _options(terms, 1.0 / float(s[-1].imag), 1.0 / float(s[0].imag))
    index = _combinations(tuple(t.kind == "arc" for t in terms), tuple(len(o) for o in options), grid, families)
    keys: dict[tuple[str, float, float], int] = {}  # terms of one kind share their columns
    table = [[keys.setdefault((t.kind, x, n), len(keys)) for x, n in o] for t, o in zip(terms, options, strict=True)]
    columns = np.ascontiguousarray(np.stack([_shape(kind, s, x, n) for kind, x, n in keys])).view(np.float64) * weight
    length = np.linalg.norm(columns, axis=1)
    columns /= length[:, None]
    picked = np.stack([np.array(row)[index[:, j]] for j, row in enumerate(table)], axis=1)
    cost, c = _nonnegative(columns @ columns.T, columns @ target, float(target @ target), picked)
    choices = np.stack([np.array(o)[index[:, j]] for j, o in enumerate(options)], axis=1)
    return cost, c / length[picked], choices


def _options(terms: list[Term], low: float, high: float) -> tuple[list[list[tuple[float, float]]], int, int]:
    """What each term is tried with, (time constant or exponent, n); size of the grid; number of exponents of arcs."""
    arcs = sum(t.kind == "arc" for t in terms)
    bent = any(t.kind == "arc" and (t.other is None or _kind(t.other) == "Q") for t in terms)
    families = ARC_N if bent else (1.0,)
    others = len(families) * math.prod(len(TAIL_N) for t in terms if t.kind == "Q")
    alone = sum(t.kind in RELAXING and t.kind != "arc" for t in terms)
    finest = next((g for g in range(FINEST, arcs, -1) if _count(g, arcs, alone) * others <= MOST), arcs)
    grid = np.geomspace(0.3 * low, 3.0 * high, max(finest, 1)).tolist()
    coarse = np.geomspace(3.0 * low, 3.0 * high, max(finest // 2, 4)).tolist()
    options: list[list[tuple[float, float]]] = []
    for t in terms:
        if t.kind == "arc":
            pure = t.other is not None and _kind(t.other) == "C"
            options.append([(x, 1.0 if pure else n) for n in families for x in grid])
        elif t.kind in RELAXING:
            options.append([(x, 1.0) for x in coarse])
        else:
            options.append([(x, 1.0) for x in (TAIL_N if t.kind == "Q" else (0.0,))])
    return options, len(grid), len(families)


def _count(grid: int, arcs: int, alone: int) -> int:
    """Combinations of a grid of so many time constants."""
    return int(math.comb(grid, arcs) * max(grid // 2, 4) ** alone)


@functools.lru_cache(maxsize=64)
def _combinations(is_arc: tuple[bool, ...], sizes: tuple[int, ...], grid: int, families: int) -> npt.NDArray[np.intp]:
    """Indices into the options: relaxations in ascending time constant and of one family, all else free."""
    arcs = sum(is_arc)
    rising = [
        tuple(g + f * grid for g in combo)
        for f in range(families)
        for combo in itertools.combinations(range(grid), arcs)
    ]
    others = list(itertools.product(*(range(n) for n, arc in zip(sizes, is_arc, strict=True) if not arc)))
    pairs = list(itertools.product(rising, others))
    pairs = pairs[:: max(1, math.ceil(len(pairs) / MOST))]
    out = []
    for rise, other in pairs:
        a, b = iter(rise), iter(other)
        out.append([next(a) if arc else next(b) for arc in is_arc])
    return np.array(out, dtype=np.intp)


def _nonnegative(gram: Array, moment: Array, square: float, picked: npt.NDArray[np.intp]) -> tuple[Array, Array]:
    """Least squares with c >= 0 on every choice of columns: negative ones are put to zero, three rounds."""
    a = gram[picked[:, :, None], picked[:, None, :]]
    b = moment[picked]
    eye = np.eye(picked.shape[1])
    used = np.ones(b.shape, dtype=bool)
    for _ in range(3):
        both = used[:, :, None] & used[:, None, :]
        c = np.linalg.solve(
            np.where(both, a, 0.0) + np.where(used[:, :, None], 1e-10, 1.0) * eye, (b * used)[:, :, None]
        )[:, :, 0]
        if not (c < 0.0).any():
            break
        used &= c >= 0.0
    c = np.maximum(c, 0.0)
    cost = square - 2.0 * np.einsum("st,st->s", c, b) + np.einsum("st,stu,su->s", c, a, c)
    floor = 1e-2 * np.maximum(c.max(axis=1, keepdims=True), 1e-300)
    return np.maximum(cost, 0.0), np.maximum(c, floor)


def _spread(cost: Array, choices: Array, relaxes: list[bool], count: int) -> list[int]:
    """The best choices, taken in turn from every kind: exponent, and which relaxing term is the faster one."""
    logs = np.log(np.maximum(choices[:, :, 0], 1e-300))
    kind = np.concatenate([choices[:, :, 1].min(axis=1, keepdims=True), np.argsort(logs[:, relaxes], axis=1)], axis=1)
    member_of = np.unique(kind, axis=0, return_inverse=True)[1].ravel()
    queues = []
    for k in range(int(member_of.max()) + 1):
        members = np.flatnonzero(member_of == k)
        queues.append(_apart(members[np.argsort(cost[members], kind="stable")], logs, count))
    queues.sort(key=lambda q: float(cost[q[0]]))
    mixed = [i for turn in itertools.zip_longest(*queues) for i in turn if i is not None]
    return mixed[:count]


def _apart(order: npt.NDArray[np.intp], logs: Array, count: int) -> list[int]:
    """The first `count` of `order`, those that are far apart before those that are not."""
    picked: list[int] = []
    near = np.zeros(len(order), dtype=bool)
    while len(picked) < count and not near.all():
        i = order[int(np.argmin(near))]
        picked.append(int(i))
        near |= np.max(np.abs(logs[order] - logs[i]), axis=1) <= 1.5
    return picked + [i for i in order[: 3 * count].tolist() if i not in picked][: count - len(picked)]


def _assign(circuit: Circuit, terms: list[Term], base: Array, c: Array, choice: Array) -> Array:
    """The parameter vector of one choice."""
    values = base.copy()
    where = {leaf.label: part for leaf, part in zip(circuit.leaves, circuit.slices, strict=True)}
    for term, coefficient, (x, n) in zip(terms, c.tolist(), choice.tolist(), strict=True):
        first = where[term.leaf.label]
        if term.kind in ("C", "Q"):
            values[first.start] = 1.0 / coefficient
        else:
            values[first.start] = coefficient
        if term.kind == "Q" or term.kind in ("Ws", "Wo", "G"):
            values[first.start + 1] = x
        elif term.other is not None:
            second = where[term.other.label].start
            if term.kind == "loop":
                values[second] = coefficient * x
            else:
                values[second] = x**n / coefficient
                if _kind(term.other) == "Q":
                    values[second + 1] = n
        elif term.kind == "arc":
            values[first.start + 1 : first.start + 3] = x, n
    return values
