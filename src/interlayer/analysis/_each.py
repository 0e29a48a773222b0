"""A series of spectra fitted by one circuit, in which a label means the same process from the first to the last.

Each fit starts from its neighbour; one that ends badly (a misfit, or 1.3 times the series' median chi2/dof) is tried from
the other side as well and the better is kept. A fit orders its arcs by speed, which swaps labels where two arcs cross,
so the order is then decided over the whole series (analysis/_identity.py) and labels follow it: the fastest arc of
the first spectrum that shows all of them comes first.

Where a spectrum does not determine its arcs (they coincide, or one leaves the band) it is fitted once more with the
neighbours' tracks as prior knowledge, twice as uncertain as the tracks say. That is kept if the data allow it (chi2
rises by no more than chance lets 99 of 100 do), and said. An isolated fit out of line with the tracks is fitted again in
the same way. A spectrum that can't be fitted stays a gap with its reason.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import overload

import numpy as np

from ..elements.base import Array, ComplexArray, Element
from ..errors import AnalysisError, UnknownNameError
from ..record import Finding, Record
from . import kramers_kronig
from ._auto import choose_common
from ._axis import Axis, Data, Over, axis_of, spectra_in
from ._continuity import Problem, Smooth, minimise
from ._identity import DRIFTS, JITTERS, MOST, SCALE, Tracks, follow, tracks
from ._result import ImpedanceFit
from ._seed import Term
from ._spectrum import Index, Mask, spectrum_of
from ._target import CircuitTarget, ImpedanceModel, Target
from ._weights import Weight

SEEN = 0.25  # largest std of the logarithm of an arc's R and tau that counts as determined
WORSE = 1.3  # times the median of chi2/dof
CLOSE = 1.0  # largest std of the logarithm a track may have to help a spectrum
ASIDE = 5.0  # standard deviations from its track at which a fit is tried again
WIDER = 2.0  # factor on the tracks' own uncertainty where they serve as prior knowledge
APART = 5.0  # factor between time constants from which on spectra tell arcs apart
OTHER = 0.3  # difference of a logarithm at the last spectrum that makes another solution
UNSURE = 3.0  # ln likelihood between two orders below which the identity is in doubt
GAIN = 17.0  # rise of chi2 in units of the noise: chi-square of 6 degrees of freedom, 1 %


@dataclass(frozen=True, eq=False)
class Trend:
    """One number along a series.

    name, quantity   as in the findings of a fit ("R2", "time constant of arc R2 Q1"); quantity from names.py
    axis, x          quantity along which, its values [SI]
    values, std      [SI]; std NaN where there is none, `reasons` says why by place
    labels           how the spectra are called
    continuity       where the value leans on the neighbours
    """

    name: str
    quantity: str
    axis: str
    x: Array
    values: Array
    std: Array
    labels: tuple[str, ...]
    reasons: Mapping[int, str]
    continuity: Mask


@dataclass(frozen=True)
class Gap:
    """A spectrum of a series that could not be fitted: its label, place on the axis and the reason."""

    label: str
    x: float
    reason: str


@dataclass(frozen=True, eq=False)
class FitSeries(Sequence[ImpedanceFit]):
    """Fits along a series, sorted by `x`; indexes and iterates like a tuple of fits.

    axis         "temperature", "time", "cycle_index" (or another quantity given), "index" where none is known
    x, labels    place on the axis [SI] and name of each fit
    fits         one a spectrum that could be fitted; `gaps` are the others
    continuity   places of the fits that lean on their neighbours
    remarks      what was decided on the way, a sentence each
    places       of each fit's spectrum among those given
    """

    axis: str
    x: Array
    labels: tuple[str, ...]
    fits: tuple[ImpedanceFit, ...]
    gaps: tuple[Gap, ...] = ()
    continuity: tuple[int, ...] = ()
    remarks: tuple[str, ...] = field(default=())
    places: tuple[int, ...] = ()

    @overload
    def __getitem__(self, place: int) -> ImpedanceFit: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[ImpedanceFit, ...]: ...
    def __getitem__(self, place: int | slice) -> ImpedanceFit | tuple[ImpedanceFit, ...]:
        return self.fits[place]

    def __len__(self) -> int:
        return len(self.fits)

    def __iter__(self) -> Iterator[ImpedanceFit]:
        return iter(self.fits)

    def as_given(self) -> tuple[ImpedanceFit | None, ...]:
        """The fits in the order the spectra were given, None where there is a gap."""
        found = dict(zip(self.places, self.fits, strict=True))
        return tuple(found.get(i) for i in range(len(self.fits) + len(self.gaps)))

    @property
    def circuit(self) -> str:
        """Text of the circuit all were fitted by."""
        return self.fits[0].circuit

    @property
    def names(self) -> tuple[str, ...]:
        """What has a trend: every parameter, then time constant and capacitance of every arc."""
        return self.fits[0].numbers

    def trend(self, name: str) -> Trend:
        """How one number changes along the series; an unknown name raises with the nearest match."""
        if name not in self.names:
            raise UnknownNameError("The series has no such trend", given=name, allowed=self.names)
        found = [f.number(name) for f in self.fits]
        quantity, pairs = found[0][0], [(value, std) for _, value, std in found]
        missing = f"{name.partition(' of arc ')[2].replace(' ', ' or ')} is not determined"
        reasons = {i: self.fits[i].reasons.get(name, missing) for i, (_, std) in enumerate(pairs) if std is None}
        held = np.zeros(len(self.fits), dtype=bool)
        held[list(self.continuity)] = True
        return Trend(
            name, quantity, self.axis, self.x, np.array([v for v, _ in pairs]),
            np.array([math.nan if s is None else s for _, s in pairs]), self.labels, reasons, held,
        )  # fmt: skip

    def findings(self) -> list[Finding]:
        """What the series says of itself, then the findings of every fit with its place on the axis."""
        evidence = {
            "axis": self.axis, "x": self.x.tolist(), "labels": list(self.labels), "remarks": list(self.remarks),
            "gaps": {g.label: g.reason for g in self.gaps}, "by_continuity": [self.labels[i] for i in self.continuity],
        }  # fmt: skip
        words = f"{len(self.fits)} spectra along {self.axis} fitted by {self.circuit}"
        words += f", {len(self.gaps)} not" if self.gaps else ""
        method = "arcs followed through the whole series by smooth tracks of ln R, ln tau and n"
        out = [Finding("series of spectra", words, "number", method, evidence=evidence)]
        for i, fit in enumerate(self.fits):
            where = {"axis": self.axis, "x": float(self.x[i]), "by_continuity": i in self.continuity}
            out += [
                replace(f, name=f"{f.name} at {self.labels[i]}", evidence={**f.evidence, **where}) for f in fit.findings()
            ]
        return out


def fit_each(
    data: Data, model: str | Element | ImpedanceModel = "auto", *, weight: Weight = "modulus", specific: bool = False,
    validate: bool = True, over: Over | None = None,
) -> FitSeries:  # fmt: skip
    """Fit every spectrum of a record or of a row of records by one model, and keep the identity of the arcs.

    "auto" chooses one circuit for all: the best in sum among those that every spectrum determines.

    over   along what: "temperature", "time", "cycle_index", "index", or values for the spectra in the order given,
           {"temperature": ["25 degC", "40 degC"]}; None takes what the records state (analysis/_axis.py) and says so.
           The fits come sorted along it.
    """
    items, axis = spectra_in(data), axis_of(data, over)
    words: list[str] = [axis.said]
    if isinstance(model, str) and model == "auto":
        spectra = [spectrum_of(r, specific=specific, which=n) for r, n in items]
        tested = [kramers_kronig.check(s) for s in spectra]
        usable_ones = [i for i, t in enumerate(tested) if t.grade != "invalid" or not validate] or list(range(len(items)))
        model, said = choose_common([spectra[i] for i in usable_ones], weight, [tested[i] for i in usable_ones])
        words.append(said)
    work = _Work(items, axis, model, weight, specific, validate)
    found = work.fit_all()
    places = [int(i) for i in axis.order if int(i) in found]
    fits = [found[i] for i in places]
    gaps = tuple(Gap(axis.labels[int(i)], float(axis.x[i]), work.failed[int(i)]) for i in axis.order if int(i) in work.failed)
    if gaps:
        words.append(f"Not fitted, the series goes on: {'; '.join(f'{g.label} ({g.reason})' for g in gaps)}.")
    x, labels = axis.x[places], tuple(axis.labels[i] for i in places)
    continuity: set[int] = set()
    if isinstance(fits[0].target, CircuitTarget):
        for parts in _groups(fits[0].target):
            fits, touched, said_of = _one_meaning(fits, parts, x, axis.name, labels, work, places)
            continuity |= touched
            words += said_of
    fits = [replace(f, remarks=(*words[1:2], *f.remarks)) if len(words) > 1 and "was chosen" in words[1] else f for f in fits]
    return FitSeries(axis.name, x, labels, tuple(fits), gaps, tuple(sorted(continuity)), tuple(words), tuple(places))


class _Work:
    """The spectra of a series and how each is fitted."""

    def __init__(
        self, items: list[tuple[Record, int]], axis: Axis, model: str | Element | ImpedanceModel, weight: Weight,
        specific: bool, validate: bool,
    ) -> None:  # fmt: skip
        self.items, self.axis, self.model = items, axis, model
        self.weight, self.specific, self.validate = weight, specific, validate
        self.failed: dict[int, str] = {}

    def one(self, place: int, near: ImpedanceFit | None = None, model: Target | None = None) -> ImpedanceFit:
        """Fit one spectrum, from a neighbour's values if there is one."""
        from .impedance import fit  # which offers this file's fit_each

        record, number = self.items[place]
        return fit(
            record, model if model is not None else self.model, weight=self.weight, specific=self.specific,
            validate=self.validate, which=number, near=near,
        )  # fmt: skip

    def fit_all(self) -> dict[int, ImpedanceFit]:
        """Forwards along the axis, then backwards for those that ended badly."""
        out: dict[int, ImpedanceFit] = {}
        near, first = None, None
        for i in self.axis.order.tolist():
            try:
                out[i] = self.one(i, near)
            except AnalysisError as error:
                first = first or error
                self.failed[i] = str(error).rstrip(".")
                continue
            near = out[i] if near is None or not _loose(out[i]) else near
        if not out:
            assert first is not None
            raise first
        median, near = float(np.median([f.reduced_chi2 for f in out.values()])), None
        for i in reversed(self.axis.order.tolist()):
            if i not in out:
                continue
            if near is not None and (out[i].misfit or out[i].reduced_chi2 > WORSE * median):
                again = self.one(i, near)
                out[i] = again if again.chi2 < out[i].chi2 else out[i]
            near = out[i] if near is None or not _loose(out[i]) else near
        return out


def _loose(fit: ImpedanceFit) -> bool:
    """Whether the data leave a parameter open."""
    return any(why.startswith("the data do not") for why in fit.reasons.values())


@dataclass(frozen=True, eq=False)
class _Parts:
    """Interchangeable arcs: the term of each and the places of its parameters."""

    terms: list[Term]
    places: list[Index]


def _groups(target: CircuitTarget) -> list[_Parts]:
    return [_Parts(terms, places) for terms, places in target.alike if len(terms) <= MOST]


def _one_meaning(
    fits: list[ImpedanceFit], parts: _Parts, x: Array, axis: str, labels: tuple[str, ...], work: _Work, places: list[int]
) -> tuple[list[ImpedanceFit], set[int], list[str]]:
    """The fits with their arcs in one order throughout, which of them lean on their neighbours, and what to say."""
    read = [_features(f, parts) for f in fits]
    features, errors = (np.stack([r[k] for r in read]) for k in range(2))
    seen: Mask = np.stack([r[2] for r in read]).astype(bool)
    whole = seen[:, :, 0].all(axis=1)
    if len(fits) < 2 or not whole.any() or (whole.all() and _plain(features)):
        return fits, set(), []
    u = 1.0 / x if axis == "temperature" else x
    found = follow(u, features, errors, seen)
    smooth, margin = _decided(found, u, features, errors, seen, fits, parts)
    mean = found.mean if smooth is None else smooth.y[:, smooth.problem.arcs]
    order = found.order if smooth is None else _nearest(features, errors, mean)
    fits = [_relabelled(f, _order(f, parts, order[t])) for t, f in enumerate(fits)]
    touched: set[int] = set()
    if smooth is not None:
        rows = np.arange(len(fits))[:, None]
        aside = np.abs(features[rows, order] - mean) / np.maximum(errors[rows, order], 0.05 * SCALE)
        odd = np.where(seen[rows, order], aside, 0.0).max(axis=(1, 2)) > ASIDE
        for t in np.flatnonzero(~whole | odd).tolist():
            known, spread = smooth.neighbours(t)
            if math.sqrt(float(np.diag(spread).max())) > CLOSE:
                continue
            target = _continued(fits[t], parts, known, spread, mean[t])
            start = replace(fits[t], values=dict(zip(fits[t].names, target.first.tolist(), strict=True)))
            again = work.one(places[t], start, target)
            if again.chi2 - fits[t].chi2 < GAIN * max(fits[t].reduced_chi2, 1e-30):
                which = " and ".join(term.leaf.label for term in parts.terms)
                said = f"This spectrum alone does not tell {which} apart: their arcs lean on its neighbours."
                fits[t] = replace(again, remarks=(*(r for r in again.remarks if "one start only" not in r), said))
                touched.add(t)
    return fits, touched, _said(mean, margin, parts, labels, touched)


def _plain(features: Array) -> bool:
    """Whether time constants stay apart and move by less than half their distance from one spectrum to the next."""
    tau = np.sort(features[:, :, 1], axis=1)
    gap = float(np.diff(tau, axis=1).min())
    return gap > math.log(APART) and 2.0 * float(np.abs(np.diff(features[:, :, 1], axis=0)).max()) < gap


def _decided(
    found: Tracks, u: Array, features: Array, errors: Array, seen: Mask, fits: list[ImpedanceFit], parts: _Parts
) -> tuple[Smooth | None, float]:
    """All spectra at once from every likely order, where the spectra alone leave it open; else only the margin."""
    apart = np.abs(found.mean[:, :, None, 1] - found.mean[:, None, :, 1]) + 1e3 * np.eye(len(parts.terms))
    if seen[:, :, 0].all() and apart.min() > math.log(APART) and found.margin > UNSURE:
        return None, found.margin
    target = fits[0].target
    assert isinstance(target, CircuitTarget)
    arcs = np.array([_arc_places(target, term) for term in parts.terms], dtype=np.intp)
    floor = 0.5 * float(np.median([f.reduced_chi2 for f in fits]))
    scaled = [_weights(f) / math.sqrt(max(f.reduced_chi2, floor, 1e-30)) for f in fits]
    natural = np.array([[f.values[n] for n in f.names] for f in fits])
    best: list[Smooth] = []
    margins: list[float] = []
    for drift, jitter in dict.fromkeys([(DRIFTS[0], JITTERS[0]), (found.drift, found.jitter)]):
        problem = Problem(target, [f.spectrum for f in fits], scaled, arcs, u, drift, jitter)
        base = problem.inside(natural)
        starts = [made.y for made in best]  # from the stiffer tracks, which have fewer minima
        for order in _orders(found, u, features, errors, seen):
            start = base.copy()
            start[:, arcs] = tracks(u, features, errors, seen, order, drift, jitter)[0]
            starts.append(start)
        reached = sorted((_by_first(minimise(problem, problem.outside(start))) for start in starts), key=lambda m: m.cost)
        others = [m for m in reached[1:] if np.abs(m.y[-1, arcs] - reached[0].y[-1, arcs]).max() > OTHER]
        best.append(reached[0])
        margins.append(0.5 * (others[0].cost - reached[0].cost) if others else math.inf)
    chosen = int(np.argmin([made.evidence for made in best]))
    return best[chosen], margins[chosen]


def _by_first(made: Smooth) -> Smooth:
    """The same minimum with its arcs in the order of their speed in the first spectrum."""
    arcs = made.problem.arcs
    order = np.argsort(made.y[0, arcs[:, 1]], kind="stable")
    if (order == np.arange(len(order))).all():
        return made
    y = made.y.copy()
    y[:, arcs] = made.y[:, arcs[order]]
    return minimise(made.problem, made.problem.outside(y))


def _orders(found: Tracks, u: Array, features: Array, errors: Array, seen: Mask) -> list[Index]:
    """The order of the tracks, that of the time constants, and each with arcs exchanged from their closest approach on."""
    out: list[Index] = []
    for base in (found.order, np.broadcast_to(np.arange(found.order.shape[1]), found.order.shape)):
        mean = tracks(u, features, errors, seen, base, found.drift, found.jitter)[0][:, :, 1]
        out.append(base)
        for a, b in itertools.combinations(range(base.shape[1]), 2):
            near = int(np.argmin(np.abs(mean[:, a] - mean[:, b])))
            if 0 < near < len(base) - 1:
                turned = base.copy()
                turned[near:, [a, b]] = turned[near:, [b, a]]
                out.append(turned)
    unique = {tuple(o[seen[:, :, 0].all(axis=1)].ravel().tolist()): o for o in reversed(out)}
    return list(reversed(unique.values()))


def _nearest(features: Array, errors: Array, mean: Array) -> Index:
    """The order in which each fit's own arcs come closest to `mean` (T, K)."""
    count = features.shape[1]
    orders = np.array(list(itertools.permutations(range(count))), dtype=np.intp)
    off = (features[:, orders] - mean[:, None]) / np.hypot(errors, 0.1 * SCALE)[:, orders]
    return np.asarray(orders[np.argmin(np.sum(np.log1p(off**2), axis=(2, 3)), axis=1)])


def _weights(fit: ImpedanceFit) -> Array:
    assert fit.solution.problem is not None
    return fit.solution.problem.weight


def _arc_places(target: CircuitTarget, term: Term) -> tuple[int, int, int]:
    assert term.other is not None
    other = target.place(term.other)
    return target.place(term.leaf).start, other.start, other.start + 1 if other.stop - other.start > 1 else -1


def _features(fit: ImpedanceFit, parts: _Parts) -> tuple[Array, Array, Array]:
    """ln R, ln tau and n of each arc (K, 3), their errors, and which of them the spectrum determines."""
    arcs = {a.labels[0]: a for a in fit.arcs}
    out, errors, seen = (np.zeros((len(parts.terms), 3)) for _ in range(3))
    for k, term in enumerate(parts.terms):
        arc = arcs[term.leaf.label]
        spread = [
            math.inf if std is None else std / value
            for value, std in ((arc.resistance, arc.resistance_std), (arc.tau, arc.tau_std))
        ]
        n_std = fit.std.get(f"{arc.labels[1]}.n")
        out[k] = math.log(arc.resistance), math.log(arc.tau), arc.n
        sure = max(spread) < SEEN
        seen[k] = sure, sure, sure and n_std is not None
        errors[k] = *(min(s, 1.0) for s in spread), n_std if n_std is not None else 1.0
    return out, errors, seen


def _order(fit: ImpedanceFit, parts: _Parts, order: Index) -> Index:
    """Where every parameter comes from once the arcs stand in this order."""
    out = np.arange(len(fit.names))
    for new, old in enumerate(order.tolist()):
        out[parts.places[new]] = parts.places[old]
    return out


def _relabelled(fit: ImpedanceFit, order: Index) -> ImpedanceFit:
    """The same fit with its parameters under other labels: the problem is the same whichever way they stand."""
    if (order == np.arange(len(order))).all():
        return fit
    names = fit.names
    source = {new: names[old] for new, old in zip(names, order.tolist(), strict=True)}
    called = {old: new for new, old in source.items() if new != old}
    pattern = re.compile(rf"(?<![\w.])(?:{'|'.join(sorted(map(re.escape, called), key=len, reverse=True))})(?!\w|\.\w)")

    def words(text: str) -> str:
        return pattern.sub(lambda m: called[m[0]], text)

    solution, places = fit.solution, {old: new for new, old in enumerate(order.tolist())}
    found = replace(
        solution, values=solution.values[order], covariance=solution.covariance[np.ix_(order, order)],
        theta=solution.theta[order], reasons={places[i]: words(why) for i, why in solution.reasons.items()},
        remarks=tuple(words(r) for r in solution.remarks), alike=tuple(tuple(called.get(n, n) for n in g) for g in solution.alike),
    )  # fmt: skip
    return replace(
        fit, solution=found, values={n: fit.values[source[n]] for n in names}, std={n: fit.std[source[n]] for n in names},
        reasons={n: words(fit.reasons[source[n]]) for n in names if source[n] in fit.reasons},
        covariance=fit.covariance[np.ix_(order, order)], remarks=tuple(words(r) for r in fit.remarks),
    )  # fmt: skip


class _Continued(CircuitTarget):
    """A circuit whose arcs keep the order of the tracks, which enter as prior knowledge."""

    def __init__(self, fit: ImpedanceFit, start: Array, mean: Array, std: Array) -> None:
        element = fit.element
        assert element is not None
        super().__init__(element, fit.spectrum.omega, fit.spectrum.z, fit.spectrum.specific)
        self.prior = (mean, np.where(np.isfinite(std), 1.0 / np.where(std > 0.0, std, 1.0), 0.0))
        self.first = start
        self.waves = (1, 1)

    def starts(self, omega: Array, z: ComplexArray, weight: Array, count: int) -> Array:
        return np.array(self.first[None, :])

    def canonical(self, values: Array, pinned: set[int]) -> Index:
        return np.arange(len(values))

    def exchanges(self, pinned: set[int]) -> list[Index]:
        return []


def _continued(fit: ImpedanceFit, parts: _Parts, known: Array, spread: Array, first: Array) -> _Continued:
    """The circuit with what the neighbours know, (ln R, ln tau, n) with covariance, as prior on R, Q and n."""
    mean, std, start = np.zeros(len(fit.names)), np.full(len(fit.names), np.inf), np.array([fit.values[n] for n in fit.names])
    at = 0
    assert isinstance(fit.target, CircuitTarget)
    for k, term in enumerate(parts.terms):
        r, q, exponent = _arc_places(fit.target, term)
        n = float(known[at + 2]) if exponent >= 0 else 1.0
        row = np.zeros(len(known))
        row[at : at + 2] = -1.0, n
        mean[r], std[r] = known[at], math.sqrt(spread[at, at])
        start[r], start[q] = math.exp(first[k, 0]), math.exp(first[k, 1] * (first[k, 2] if exponent >= 0 else 1.0) - first[k, 0])
        if exponent >= 0:
            row[at + 2] = known[at + 1]
            bounded = min(max(n, 0.3), 1.0)
            mean[exponent], std[exponent] = math.log(bounded), math.sqrt(spread[at + 2, at + 2]) / bounded
            start[exponent] = first[k, 2]
        mean[q], std[q] = n * known[at + 1] - known[at], math.sqrt(float(row @ spread @ row))
        at += 3 if exponent >= 0 else 2
    return _Continued(fit, start, mean, WIDER * std)


def _said(mean: Array, margin: float, parts: _Parts, labels: tuple[str, ...], touched: set[int]) -> list[str]:
    out = []
    names = [term.leaf.label for term in parts.terms]
    for a, b in itertools.combinations(range(len(names)), 2):
        first = np.sign(mean[:, a, 1] - mean[:, b, 1])
        turns = np.flatnonzero(first[1:] * first[:-1] < 0.0)
        if len(turns):
            where = " and ".join(f"between {labels[i]} and {labels[i + 1]}" for i in turns[:3].tolist())
            out.append(f"The arcs of {names[a]} and {names[b]} cross {where}; labels follow the process, not the speed.")
    if touched:
        listed = sorted(touched)
        span = labels[listed[0]] if len(listed) == 1 else f"{labels[listed[0]]} to {labels[listed[-1]]}"
        out.append(
            f"In {len(listed)} of {len(labels)} spectra ({span}) the spectrum alone does not tell {' and '.join(names)}"
            " apart: their values lean on the neighbours."
        )
    if margin < UNSURE:
        out.append(
            f"Which of {' and '.join(names)} is which on either side is in doubt: another order is nearly as likely"
            f" (by a factor of {math.exp(max(margin, 0.0)):.2g})."
        )
    return out
