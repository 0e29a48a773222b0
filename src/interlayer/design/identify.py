"""Identification: the parameters of a cell from spectra and direct-current records together, in one likelihood.

    chi2(p) = sum over records, over points ((simulated - measured)/sigma)²  [+ ((ln p - prior)/s)²]

Each record is simulated as it was measured: its spectra, and its stretches at constant current (the voltage answers) or
constant voltage (the current answers). sigma is what is stated, else estimated from the record alone (a spectrum: from
its Kramers-Kronig test, in proportion to |Z|; a trace: from what its points differ from their neighbours) and once more
from the residuals, each record's divided by its points less the parameters that it pays for (components.py). Search,
covariance and profiles are those of the impedance fits (analysis/_solve.py): complex data are taken as they come, real
ones packed in pairs. Jacobian by forward differences of the simulation.

Validity: noise is taken for independent from point to point. A model that lacks something leaves residuals in a pattern
or above the data's own scatter: that is flagged (`misfit`), and the errors then are too small.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .. import units
from ..analysis import kramers_kronig
from ..analysis._profile import Profile, profiles
from ..analysis._residuals import Pattern, pattern
from ..analysis._result import std_of, symmetric, undetermined
from ..analysis._solve import Near, Solution, _covariance, solve
from ..analysis._spectrum import Spectrum, spectrum_of
from ..analysis._target import ModelTarget, usable
from ..analysis._weights import Weighting
from ..cells import Cell
from ..elements.base import Array, ComplexArray
from ..errors import AnalysisError, SimulationError, UnknownNameError
from ..protocols import Replay
from ..record import Finding, Provenance, Record, Segment
from ..simulation import CellModel
from . import components
from .join import default_free, same_area
from .replay import Stretch, joined, read, sampled, stretches

METHOD = "spectra and direct-current records in one likelihood; forward differences of the simulation"
POINTS = 400  # of all traces of a record together: more cost time and add little, their errors are not independent
EARLIEST = 0.003  # of a stretch: before that the clocks of file and simulation differ by their sampling
STEP = 2e-3  # relative step of the differences: the error control of the simulation leaves 1e-5
RTOL = 1e-5
FINEST = 1e-4  # of the largest value: smoother data than that are not measured
REACH = 1e4  # how far from the cell's own value a parameter is searched, as a factor
EXCESS = 1.5  # residuals above the record's own scatter, as a factor, that noise does not make
LEAST = 0.2  # of the record's own scatter: a fit that leaves less has not measured the noise
STATED = {"impedance": "number", "voltage": "voltage", "current_density": "current_density"}


@dataclass(frozen=True, eq=False)
class Piece:
    """One stretch of a record as the fit sees it.

    group      what it belongs to in tables: "cell.txt: impedance"
    picked     rows of the segment that are compared
    since      their times since the stretch began [s] (none for a spectrum)
    data       complex: the spectrum, or pairs of neighbouring points of a trace
    sigma      standard deviation of each real part of `data` (2m,)
    """

    record: int
    group: str
    stretch: Stretch
    picked: Any
    since: Array
    data: ComplexArray
    sigma: Array
    stated: bool


@dataclass(frozen=True, eq=False)
class Comparison:
    """One kind of answer of one record against the simulation.

    noise      its scatter by itself: relative for impedance, SI for a voltage or current density
    ratio      root mean square of the residuals over that noise
    misfit     whether they are larger than it, or follow frequency or time; `words` says so
    alone      {parameter: relative standard deviation that this alone would give, or None where it does not determine it}
    """

    name: str
    answer: str
    points: int
    noise: float
    stated: bool
    ratio: float
    pattern: Pattern
    misfit: bool
    words: str
    alone: Mapping[str, float | None]


@dataclass(frozen=True, eq=False)
class Identification:
    """A cell identified from its records.

    cell         with the values in place, marked "fitted"
    values, std  by path, SI; std None has its reason in `undetermined`
    covariance   [SI], order of `free`; NaN rows where one is not determined
    freedom      {parameter: degrees of freedom of its std}, few where one short record decides; infinite where noise is stated
    comparisons  each record's part: fits or not, and what it would have said alone
    measured     the records as given, `simulated` the same experiments on `cell`
    remarks      what else a reader must know
    """

    cell: Cell
    free: tuple[str, ...]
    values: Mapping[str, float]
    std: Mapping[str, float | None]
    covariance: Array = field(repr=False)
    freedom: Mapping[str, float]
    chi2: float
    dof: int
    comparisons: tuple[Comparison, ...]
    measured: tuple[Record, ...] = field(repr=False)
    simulated: tuple[Record, ...] = field(repr=False)
    remarks: tuple[str, ...]
    target: ModelTarget = field(repr=False)
    solution: Solution = field(repr=False)

    @property
    def misfit(self) -> bool:
        """Whether some record is not described: the cell lacks something, and errors are too small."""
        return any(c.misfit for c in self.comparisons)

    @property
    def verdict(self) -> str:
        """One sentence."""
        bad = [c for c in self.comparisons if c.misfit]
        if not bad:
            return f"the cell describes {'; '.join(f'{c.name} ({c.words})' for c in self.comparisons)}"
        return f"misfit: the cell lacks something; it does not describe {'; '.join(f'{c.name} ({c.words})' for c in bad)}"

    @property
    def undetermined(self) -> dict[str, str]:
        """Free parameters that the records together do not determine, or loosely, or not apart from others, and why."""
        return undetermined(self.target, self.solution)

    @property
    def identifiable(self) -> bool:
        """Whether all free parameters are determined well and apart."""
        return not self.undetermined

    @property
    def correlation(self) -> Array:
        """Correlation matrix in the order of `free`."""
        root = np.sqrt(np.diag(self.covariance))
        return np.asarray(self.covariance / np.outer(root, root))

    def correlations(self, least: float = 0.8) -> list[str]:
        """Pairs that trade against each other, strongest first, in words."""
        c = self.correlation
        pairs = [(c[i, k], i, k) for i in range(len(self.free)) for k in range(i) if abs(c[i, k]) >= least]
        return [
            f"{self.free[k]} and {self.free[i]} {'rise together' if r > 0.0 else 'trade against each other'} (correlation {r:+.2f})"
            for r, i, k in sorted(pairs, key=lambda p: -abs(p[0]))
        ]  # fmt: skip

    def interval(self, name: str, level: float = 0.95) -> tuple[float, float] | None:
        """Interval by the covariance, symmetric in the search scale, with Student's quantile of this parameter's `freedom`;
        None where there is no std."""
        return symmetric(self.target, self._judged(name), name, level)

    def _judged(self, name: str) -> Solution:
        """The solution with the degrees of freedom of one parameter."""
        self.target.index(name)  # an unknown name raises with the nearest match
        known = math.isinf(self.freedom[name])
        return replace(self.solution, stated=known, dof=self.dof if known else max(round(self.freedom[name]), 1))

    def profile(self, name: str, level: float = 0.95) -> Profile:
        """Profile-likelihood interval of one parameter; its `x` and `chi2` are the profile plot."""
        return self.profiles([name], level)[name]

    def profiles(self, names: Sequence[str] | None = None, level: float = 0.95) -> dict[str, Profile]:
        """The same for several (default all): each point is a fit of the others, so this takes a while."""
        still = {self.free[i] for i, why in self.solution.reasons.items() if why == "held fixed"}
        chosen = [n for n in self.free if n not in still] if names is None else list(names)
        out: dict[str, Profile] = {}
        for name in chosen:
            out |= profiles(self._judged(name), self.target, [name], level, {"method": METHOD})
        return out

    def alone(self) -> list[str]:
        """For each parameter what each record alone would say of it, and all of them together, in words."""
        out = []
        for name in self.free:
            parts = [f"{c.name} alone {_uncertain(c.alone[name])}" for c in self.comparisons]
            error = self.std[name]
            both = _uncertain(None if error is None else error / self.values[name])
            out.append(f"{name}: {', '.join(parts)}; together {both}")
        return out

    def findings(self) -> list[Finding]:
        """The verdict and every parameter with its error."""
        evidence = {
            "chi2": self.chi2, "dof": self.dof, "verdict": self.verdict, "misfit": self.misfit, "remarks": list(self.remarks),
            "records": [{"name": c.name, "points": c.points, "noise": c.noise, "noise stated": c.stated, "ratio": c.ratio, "alone": dict(c.alone)} for c in self.comparisons],
        }  # fmt: skip
        why = self.undetermined
        out = [Finding("verdict of the identification", self.verdict, "number", METHOD, evidence=evidence)]
        for name, quantity in zip(self.free, self.target.quantities, strict=True):
            note = why.get(name, "") or ("" if self.std[name] is not None else self.solution.reasons[self.free.index(name)])
            out.append(Finding(name, self.values[name], usable(quantity), METHOD, self.std[name], note=note, evidence=evidence))
        return out

    def __str__(self) -> str:
        lines = [self.verdict, *(str(f) for f in self.findings()[1:]), *self.correlations(), *self.alone()]
        lines += [f"{name}: {why}" for name, why in self.undetermined.items()]
        return "\n".join([*lines, *self.remarks])


def identify(
    records: Record | Sequence[Record] | Mapping[str, Record], cell: Cell, free: Sequence[str] | None = None, *,
    noise: Mapping[str, units.Given] | None = None, priors: bool = False, fixed: Mapping[str, units.Given] | None = None,
    guess: Mapping[str, units.Given] | None = None, bounds: Mapping[str, tuple[units.Given, units.Given]] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Identification:  # fmt: skip
    """Fit parameters of `cell` to all that was measured on it.

        found = il.design.identify({"eis": spectrum, "cycling": trace}, cell,
                                   free=["layers.LLZTO.conductivity", "interfaces.Li|LLZTO.charge_transfer.exchange_current_density"])
        print(found)

    records   of one kind of cell, each from its fresh state: spectra, constant currents, held voltages, in any mixture
    free      paths of `cell.parameters()`; default: what one spectrum can say (`design.join.default_free`)
    noise     stated standard deviations, {"impedance": 0.003 (relative), "voltage": "0.2 mV", "current_density": "1 uA/cm^2"};
              what is not stated is estimated record by record
    priors    let the cell's own spreads of these parameters pull (off: the data speak alone)
    fixed, guess, bounds   by path, as in analysis.impedance.fit
    progress  called with a sentence now and then

    Area and temperature: as in `join`; records at several temperatures are simulated each at its own.
    Errors: `AnalysisError` (nothing to compare, fewer points than parameters), `MissingValueError`, `UnknownNameError`.
    """
    named = _named(records)
    said = _noise(noise)
    for record in named.values():  # one record may state the area for all
        cell = same_area(record, cell)[1]
    met = [same_area(record, cell)[0] for record in named.values()]
    warm = [r.conditions.get("temperature", cell.temperature) for r in met]
    rows = [stretches(r, t) for r, t in zip(met, warm, strict=True)]
    remarks: list[str] = []
    pieces = [
        piece for k, (label, record) in enumerate(zip(named, met, strict=True)) for piece in _pieces(k, label, record, rows[k], said, remarks)
    ]
    if not pieces:
        raise AnalysisError("The records hold nothing to compare with", allowed="spectra, or voltage and current along time")
    temperatures = tuple(dict.fromkeys([cell.temperature, *warm]))
    model = _Joint(cell, tuple(free or default_free(cell)), rows, pieces, priors=priors, temperatures=temperatures, progress=progress)
    target = ModelTarget(model)
    data = np.concatenate([p.data for p in pieces])
    points = np.arange(len(data))
    stacked = Spectrum(points.astype(np.float64) + 1.0, data, points, True)
    options = {"fixed": fixed, "bounds": bounds}
    sigma = np.concatenate([p.sigma for p in pieces])
    stated = all(p.stated for p in pieces)
    solution = _solved(target, stacked, sigma, None, guess=guess, quick=not stated, **options)
    if not stated or any(p.stretch.answer == "impedance" for p in pieces):  # now that there are residuals: their own scatter
        sigma = _rescaled(pieces, solution, sigma)
        solution = _solved(target, stacked, sigma, Near(solution.values, 1.0, "measured"), guess=guess, **options)
    return _result(target, model, solution, pieces, list(named), met, remarks)


def _solved(target: ModelTarget, data: Spectrum, sigma: Array, near: Near | None, **options: Any) -> Solution:
    """The minimum for these standard deviations, which are taken at their word."""
    weight = 1.0 / sigma
    size = float(np.sqrt(np.mean((np.repeat(np.abs(data.z), 2) * weight) ** 2)))
    return solve(target, data, Weighting("measured", weight, stated=True), near=near, noise=1.0 / size, **options)


def _named(records: Record | Sequence[Record] | Mapping[str, Record]) -> dict[str, Record]:
    if isinstance(records, Record):
        records = [records]
    if isinstance(records, Mapping):
        return dict(records)
    out: dict[str, Record] = {}
    for number, record in enumerate(records):
        source = record.provenance.source or "record"
        out[source if source not in out else f"{source} ({number + 1})"] = record
    return out


def _noise(given: Mapping[str, units.Given] | None) -> dict[str, float]:
    out = {}
    for key, value in (given or {}).items():
        if key not in STATED:
            raise UnknownNameError("Noise is stated of one of these", given=key, allowed=STATED)
        out[key] = float(value) if isinstance(value, int | float) else units.si(value, STATED[key])
        if not out[key] > 0.0:
            raise AnalysisError("A standard deviation is a positive number", given=value)
    return out


# -- what is compared -------------------------------------------------------------------------------------------------
def _pieces(number: int, label: str, record: Record, row: Sequence[Stretch], said: Mapping[str, float], remarks: list[str]) -> list[Piece]:
    held = [s for s in row if s.answer != "impedance" and s.rows.stop > s.rows.start]
    each = max(POINTS // max(len(held), 1), 6)
    scatter = {a: max((_scatter(record, s) for s in held if s.answer == a), default=0.0) for a in ("voltage", "current_density")}
    out = []
    for s in row:
        stated = s.answer in said
        if s.answer == "impedance":
            z = record.impedance(s.segment, specific=True)
            sigma = said.get("impedance", 0.0) or _spectrum_noise(record, s.segment, label, remarks)
            out.append(Piece(number, f"{label}: impedance", s, slice(None), np.empty(0), z, np.repeat(sigma * np.abs(z), 2), stated))
            continue
        picked = _picked(s, each)
        if len(picked) < 2:
            continue
        values = record.get(s.segment, s.answer)[picked]
        noise = said.get(s.answer, scatter[s.answer])
        since = s.segment["time"][picked] - s.begin
        out.append(Piece(number, f"{label}: {s.answer.replace('_', ' ')}", s, picked, since, values.view(np.complex128), np.full(len(values), noise), stated))
    return out


def _picked(s: Stretch, most: int) -> Any:
    """Rows of a stretch, an even number, evenly spaced in the root of the time since it began: what diffuses moves so."""
    rows = np.arange(s.rows.start, s.rows.stop)
    since = s.segment["time"][rows] - s.begin
    length = s.step.until[0].value  # type: ignore[union-attr]
    rows, since = rows[since >= EARLIEST * length], since[since >= EARLIEST * length]
    if len(rows) > most:
        root = np.sqrt(since)
        rows = rows[np.unique(np.searchsorted(root, np.linspace(root[0], root[-1], most)).clip(0, len(rows) - 1))]
    return rows[len(rows) % 2 :]


def _scatter(record: Record, s: Stretch) -> float:
    """Standard deviation of a trace's noise: what points differ from the line through their neighbours (median)."""
    rows = slice(s.rows.start, s.rows.stop)
    time, y = s.segment["time"][rows], record.get(s.segment, s.answer)[rows]
    late = time - s.begin >= EARLIEST * (time[-1] - s.begin)
    time, y = time[late], y[late]
    keep = np.append(True, np.diff(time) > 0.0)
    time, y = time[keep], y[keep]
    floor = FINEST * float(np.max(np.abs(y), initial=1e-12))
    if len(y) < 8:
        return floor
    share = (time[2:] - time[1:-1]) / (time[2:] - time[:-2])
    off = (y[1:-1] - share * y[:-2] - (1.0 - share) * y[2:]) / np.sqrt(1.0 + share**2 + (1.0 - share) ** 2)
    return max(float(np.median(np.abs(off))) / 0.6745, floor)


def _spectrum_noise(record: Record, segment: Segment, label: str, remarks: list[str]) -> float:
    tested = kramers_kronig.check(spectrum_of(Record((segment,), Provenance("derived"), conditions=record.conditions), specific=True))
    if tested.grade != "valid":
        remarks.append(f"Kramers-Kronig: the spectrum of {label} {tested.verdict}.")
    return max(tested.std, FINEST)


class _Joint(CellModel):
    """All pieces at once as one row of complex numbers."""

    source = "identified from spectra and direct-current records"

    def __init__(
        self, cell: Cell, free: Sequence[str], rows: Sequence[Sequence[Stretch]], pieces: Sequence[Piece], *, priors: bool,
        temperatures: Sequence[float], progress: Callable[[str], None] | None,
    ) -> None:  # fmt: skip
        super().__init__(cell, free, priors=priors, temperatures=temperatures)
        self.pieces = pieces
        self.plans = []
        for number, row in enumerate(rows):
            since = {p.stretch.step.label: p.since for p in pieces if p.record == number}
            self.plans.append(Replay(tuple(sampled(row, since))))
        self.progress, self.runs = progress, 0
        self._last: tuple[Array, ComplexArray] | None = None

    def bounds(self) -> tuple[Array, Array]:
        low, high = super().bounds()
        values = self.start(np.empty(0), np.empty(0, dtype=np.complex128))
        assert values is not None
        return np.maximum(low, values / REACH), np.minimum(high, values * REACH)

    def records(self, values: Array) -> list[Record]:
        """Every record's experiment on the cell with these values."""
        self.simulation.restate(self.with_values(values))
        out = []
        for plan in self.plans:
            self.simulation.state = self.simulation.machine.start.copy()
            out.append(joined(self.simulation.run(plan, rtol=RTOL, detail=False)))
        self.runs += 1
        if self.progress is not None and self.runs % 10 == 0:
            self.progress(f"{self.runs} simulations")
        return out

    def impedance(self, values: Array, omega: Array) -> ComplexArray:
        """The pieces as they would have been measured; not a number where the cell can't be simulated."""
        if self._last is not None and np.array_equal(self._last[0], values):
            return self._last[1]
        try:
            made = self.records(values)
        except SimulationError:
            return np.full(len(omega), np.nan, dtype=np.complex128)
        found = [_begun(r) for r in made]
        out = np.concatenate([_answer(p, *found[p.record].get(p.stretch.step.label, (None, 0.0))) for p in self.pieces])
        self._last = (values.copy(), out)
        return out

    def jacobian(self, values: Array, omega: Array) -> ComplexArray:
        """Forward differences (backward at the upper bound)."""
        base = self.impedance(values, omega)
        high = self.bounds()[1]
        out = np.empty((len(values), len(omega)), dtype=np.complex128)
        for k, value in enumerate(values):
            moved = values.copy()
            moved[k] = value * (1.0 + STEP) if value * (1.0 + STEP) <= high[k] else value * (1.0 - STEP)
            out[k] = (self.impedance(moved, omega) - base) / (moved[k] - value)
        self._last = (values.copy(), base)
        return out


def _begun(record: Record) -> dict[str, tuple[Segment, float]]:
    """{label of a step: (its segment, when the step began)}: where the one before it ended, since the engine records the end
    of every step but not always a point near its beginning."""
    out: dict[str, tuple[Segment, float]] = {}
    clock = 0.0
    for segment in record.segments:
        out[str(segment.info["label"])] = segment, clock
        clock = float(segment["time"][-1]) if segment.axis == "time" else clock
    return out


def _answer(piece: Piece, segment: Segment | None, begin: float) -> ComplexArray:
    """What the simulation says where the piece was measured; it ended earlier: not a number."""
    if segment is None:
        return np.full(len(piece.data), np.nan, dtype=np.complex128)
    if piece.stretch.answer == "impedance":
        return np.asarray(segment["specific_impedance_real"] + 1j * segment["specific_impedance_imag"])
    return read(segment["time"] - begin, segment[piece.stretch.answer], piece.since).view(np.complex128)


# -- what came out ----------------------------------------------------------------------------------------------------
def _slices(pieces: Sequence[Piece]) -> dict[str, list[slice]]:
    """{group: places of its pieces in the row of complex numbers}."""
    out: dict[str, list[slice]] = {}
    at = 0
    for p in pieces:
        out.setdefault(p.group, []).append(slice(at, at + len(p.data)))
        at += len(p.data)
    return out


def _real(where: Sequence[slice]) -> Any:
    return np.concatenate([np.arange(2 * s.start, 2 * s.stop) for s in where])


def _rescaled(pieces: Sequence[Piece], solution: Solution, sigma: Array) -> Array:
    """sigma with what is not stated set to the scatter of the residuals (components.py), and of impedance in proportion to
    |Z| of the fit: in proportion to the measured, a point that noise made small would weigh more, and all |Z| come out small."""
    rows, told = _groups(pieces)
    problem = solution.problem
    assert problem is not None
    r, j = (v[0] for v in problem.residuals(solution.theta[None, :]))
    pull = np.zeros(len(j))
    if problem.prior is not None:
        mean, sharp = problem.prior
        pull = problem.gather @ ((solution.theta - mean) * (sharp * problem.noise) ** 2)
    found = components.variances(r, _moving(j, solution), problem.sharpness(), pull, rows, told, LEAST**2)
    out = sigma.copy()
    for group, where in rows.items():
        out[where] *= math.sqrt(found[group])
    at = 0
    for p in pieces:
        if p.stretch.answer == "impedance":
            share = np.abs(1.0 + solution.off[at : at + len(p.data)] / p.data)
            out[2 * at : 2 * (at + len(p.data))] *= np.repeat(np.clip(share, 1.0 / EXCESS, EXCESS), 2)
        at += len(p.data)
    return out


def _groups(pieces: Sequence[Piece]) -> tuple[dict[str, Any], dict[str, bool]]:
    """{group: its places among the real numbers}, {group: whether its noise is stated}."""
    return {group: _real(where) for group, where in _slices(pieces).items()}, {p.group: p.stated for p in pieces}


def _moving(j: Array, solution: Solution) -> Array:
    """The slopes with those of parameters at a bound, which nothing moves, set to 0."""
    assert solution.problem is not None
    still = [k for k, i in enumerate(solution.problem.free) if solution.reasons.get(int(i), "").startswith("at its ")]
    out = j.copy()
    out[still] = 0.0
    return out


def _result(
    target: ModelTarget, model: _Joint, solution: Solution, pieces: Sequence[Piece], labels: list[str], measured: list[Record], remarks: list[str]
) -> Identification:  # fmt: skip
    std = std_of(target, solution)
    values = dict(zip(target.names, solution.values.tolist(), strict=True))
    problem = solution.problem
    assert problem is not None
    slope = problem.residuals(solution.theta[None, :])[1][0]
    rows, told = _groups(pieces)
    moving, known = _moving(slope, solution), problem.sharpness()
    left = components.left_over(moving, known, rows)
    freedom = dict.fromkeys(target.names, math.inf)
    if not all(told.values()):
        freedom |= {target.names[i]: float(f) for i, f in zip(problem.free, components.freedom(moving, known, rows, told), strict=True)}
    comparisons = tuple(
        _comparison(group, [p for p in pieces if p.group == group], where, left[group], solution, target, slope) for group, where in rows.items()
    )
    remarks += solution.remarks
    if any(c.misfit for c in comparisons):
        remarks.append("The errors take the residuals for noise, which they are not: the true errors are larger.")
    if target.prior is not None:
        remarks.append("The cell's own spreads of these parameters pull (priors=True).")
    simulated = tuple(model.records(solution.values))
    cell = model.with_values(solution.values, [std[n] for n in target.names])
    return Identification(
        cell, target.names, values, std, solution.covariance, freedom, solution.chi2, solution.dof, comparisons, tuple(measured), simulated, tuple(remarks), target,
        solution,
    )


def _comparison(
    group: str, pieces: Sequence[Piece], rows: Any, left: float, solution: Solution, target: ModelTarget, slope: Array
) -> Comparison:
    """`rows` are its places among the real numbers, `left` its degrees of freedom."""
    off, own = solution.off.view(np.float64)[rows], np.concatenate([p.sigma for p in pieces])
    answer = pieces[0].stretch.answer
    stated = pieces[0].stated
    ratio = float(np.sqrt(np.sum((off / own) ** 2) / max(left, 1.0)))
    scores = []
    at = 0
    for p in pieces:
        one = off[at : at + 2 * len(p.data)] / p.sigma
        scores.append(pattern(one.view(np.complex128) if answer == "impedance" else one))
        at += 2 * len(p.data)
    # many stretches: their scores add up; the worst alone would be found in noise
    together = float(np.sum([s.z for s in scores])) / math.sqrt(len(scores))
    found = Pattern(float(np.mean([s.autocorrelation for s in scores])), max(together, 0.0))
    first = pieces[0]
    noise = float(first.sigma[0] / (abs(first.data[0]) if answer == "impedance" else 1.0))
    size = f"{100.0 * noise:.2g} %" if answer == "impedance" else units.show(noise, answer, 2)
    misfit = ratio > EXCESS or (found.systematic and ratio > 1.0 / EXCESS)
    if ratio > EXCESS:
        words = f"residuals are {ratio:.2g} times its own scatter of {size}" + (" and follow it through" if found.systematic else "")
    elif misfit:
        words = f"residuals of its own scatter's size, {size}, follow {'the frequency' if answer == 'impedance' else 'the time'}"
    else:
        words = f"within its scatter of {size}"
    return Comparison(group, answer, len(rows), noise, stated, ratio, found, misfit, words, _alone(slope[:, rows], solution, target))


def _alone(j: Array, solution: Solution, target: ModelTarget) -> dict[str, float | None]:
    """Relative standard deviations that these data alone would give: `j` (n_free, points) is their share of the slopes."""
    problem = solution.problem
    assert problem is not None
    names = [target.names[i] for i in problem.free]
    information = j @ j.T
    cov, unknown, _ = _covariance(information, solution.variance, names, target.log[problem.free])
    out: dict[str, float | None] = {}
    blind = np.diag(information) <= 1e-12 * np.max(np.diag(information), initial=1e-300)
    for k, (i, name) in enumerate(zip(problem.free, names, strict=True)):
        scale = 1.0 if target.log[i] else 1.0 / float(solution.values[i])
        out[name] = None if k in unknown or blind[k] else float(np.sqrt(max(cov[k, k], 0.0))) * scale
    return {n: out.get(n) for n in target.names}


def _uncertain(share: float | None) -> str:
    return "does not determine it" if share is None else f"± {100.0 * share:.2g} %"
