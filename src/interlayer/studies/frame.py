"""How a study of a paper runs: cells, what was fitted, experiments with the claims they answer, draws, rows.

    STUDY = Study("li2024", ..., variants={"bare": "li2024/bare", ...}, fits=(Fit(...),), calibrate=..., experiments=...)

The nominal cells (catalogue values) are calibrated and go through every experiment with full detail: those records are drawn.
Then every number with a stated spread is drawn (seeded Latin hypercube), the cells of each draw are calibrated anew on the
same claims, and the experiments run again: the draws give the 80 % band. A claim that no experiment answers stands in the
table as an input or as "not yet" with the reason; a claim for which neither is known stops the study.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from .. import literature
from ..cells import Cell, named
from ..errors import AnalysisError, CellError, InterlayerError, SimulationError
from ..literature import Claim, claims
from ..protocols import Protocol
from ..record import Record
from ..simulation import simulate
from . import _sampling, score
from ._reasons import reason
from .base import Row, StudyResult, Table, Tell

SAMPLES = 24
SEED = 2024
TRIES = 3  # draws tried for each that is wanted: some priors can't meet what was fitted
RTOL = 1e-4  # of the draws, as of the nominal run: at 1e-3 a mixed layer may come to a state from which its Newton finds no way on

Cells: TypeAlias = Mapping[str, Cell]
Said: TypeAlias = Mapping[str, Claim]


@dataclass(frozen=True)
class Fit:
    """Parameters fitted together, and the claims they were fitted on (split "calibration" or "given", nothing else)."""

    parameters: tuple[str, ...]
    claims: tuple[str, ...]
    how: str = ""


@dataclass(frozen=True)
class Naive:
    """What a naive rule says of a claim: its value (SI) from the claims named."""

    rule: str
    value: float
    claims: tuple[str, ...] = ()


@dataclass(frozen=True)
class Taken:
    """A number taken from a record; `beyond`: it ended alive, so the number is what it reached at least."""

    value: float
    beyond: bool = False


@dataclass(frozen=True)
class Take:
    """One number that an experiment gives.

    claim     what it answers ("" for a control, then `what` and `quantity` say it; "S4.C46#0" for one entry of a series)
    find      record -> `Taken`, with a technique of `analysis`
    naive     the naive rules that answer the same claim
    role      "predicted", "input" (it went in, and is read back from the experiment); without a claim "control" (a negative
              control, or a claim read another way) or "shown" (the paper made the test and the claims hold no number of it)
    what      in words
    why       what in the model makes it what it is; it ends the note
    reported  only for a control: a value to show beside it (SI)
    """

    claim: str
    find: Callable[[Record], Taken]
    naive: tuple[Naive, ...] = ()
    role: str = "predicted"
    what: str = ""
    why: str = ""
    quantity: str = ""
    reported: float | None = None
    censored: bool | None = None  # overrules the claim, where its note says that the test simply ended


@dataclass(frozen=True)
class Unstated:
    """A number of a test that the paper's text does not give: drawn log-uniformly between `low` and `high` (SI).

    name  of the number; experiments that name the same one share it in a draw
    make  the number -> the protocol with it
    """

    name: str
    low: float
    high: float
    make: Callable[[float], Protocol]

    def at(self, quantile: float) -> Protocol:
        """The protocol with the number at a quantile of its prior."""
        return self.make(self.low * (self.high / self.low) ** quantile)


@dataclass(frozen=True)
class Experiment:
    """A protocol run on one variant, and what is taken from its record; `name` groups the figures."""

    name: str
    variant: str
    protocol: Protocol
    takes: tuple[Take, ...]
    drawn: bool = True  # in every draw too
    detail: bool = False  # whether the draws keep the states of the parts as well (a deposit's thickness)
    brief: Protocol | None = None  # what the draws run instead (a long life test cut short; the nominal cell goes all the way)
    unstated: Unstated | None = None  # what the draws run instead where the test itself is not known


@dataclass(frozen=True)
class Study:
    """A paper as a study: all that is its own. See the module.

    variants     label -> cell of the catalogue
    unused       cell of the catalogue named for this paper -> why no experiment uses it
    prepare      cells -> cells: numbers of the study's own (an area range), before any draw
    calibrate    (cells, claims) -> calibrated cells; raises `CellError` where no value does it
    experiments  claims -> what is run
    inputs       claim -> where it went in, for claims that the catalogue or a material file uses
    not_yet      claim -> reason, where the general reasons (`_reasons`) do not fit
    further      claims that `more` answers
    keep         paths that are not drawn
    ties         ends of paths that share their quantile (the same lithium at either face); a tuple: any of these ends
    samples      number of draws, where a draw is dear
    shown        labels of the cells that the report draws and lists, where they are too many; else all
    shares       of the whole time at which the draws begin, and at which `more` does, as measured: what `tell` is told
    more         (study, nominal cells, records, claims, draws) -> further rows, tables and sentences
    open         sentences: what can't be told apart
    """

    name: str
    title: str
    source: str
    question: str
    variants: Mapping[str, str]
    fits: tuple[Fit, ...]
    calibrate: Callable[[Cells, Said], dict[str, Cell]]
    experiments: Callable[[Said], tuple[Experiment, ...]]
    inputs: Mapping[str, str] = field(default_factory=dict)
    not_yet: Mapping[str, str] = field(default_factory=dict)
    unused: Mapping[str, str] = field(default_factory=dict)
    further: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    ties: tuple[_sampling.Tie, ...] = ()
    samples: int = 0  # draws, where not SAMPLES
    shown: tuple[str, ...] = ()
    shares: tuple[float, float] = (0.3, 0.98)
    prepare: Callable[[dict[str, Cell]], dict[str, Cell]] | None = None
    more: Callable[[Run], More] | None = None
    open: tuple[str, ...] = ()
    methods: str = ""


@dataclass(frozen=True)
class More:
    """What a study adds of its own."""

    rows: tuple[Row, ...] = ()
    tables: tuple[Table, ...] = ()
    open: tuple[str, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)
    records: Mapping[str, Record] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """What `more` is given."""

    study: Study
    said: Said
    priors: Cells
    cells: Cells
    records: Mapping[str, Record]
    draws: Sequence[Cells]
    tell: Tell


def run(study: Study, tell: Tell | None = None, samples: int | None = None) -> StudyResult:
    """Run a study; `tell` hears (sentence, share done), `samples` overrules the number of draws."""
    say = tell or (lambda sentence, share: None)
    said = claims(study.name)
    begin, end = study.shares
    say("the cells, calibrated", 0.0)
    _allowed(study, said)
    priors = {k: named(v) for k, v in study.variants.items()}
    if study.prepare is not None:
        priors = study.prepare(priors)
    cells = study.calibrate(priors, said)
    tests = study.experiments(said)
    records: dict[str, Record] = {}
    nominal: dict[tuple[int, int], Taken] = {}
    for number, test in enumerate(tests):
        say(f"{test.name}: {test.variant}", 0.02 + (begin - 0.02) * number / len(tests))
        record = records[f"{test.name}: {test.variant}"] = simulate(cells[test.variant], test.protocol)
        nominal |= {(number, k): _read(take, record) for k, take in enumerate(test.takes)}
    draws, lost = _draws(study, priors, said, (study.samples or SAMPLES) if samples is None else samples)
    found: dict[tuple[int, int], list[Taken]] = {}
    unknown = _sampling.hypercube(sorted({t.unstated.name for t in tests if t.unstated is not None}), len(draws), SEED + 1)
    for at, (own, numbers) in enumerate(zip(draws, unknown, strict=True)):
        say(f"draw {at + 1} of {len(draws)}", begin + (end - begin) * at / max(len(draws), 1))
        _one_draw(tests, own, numbers, found)
    used = {c for f in study.fits for c in f.claims}
    rows = [replace(row_of(take, said, used, nominal[n, k], found.get((n, k), [])), where=f"{test.name}: {test.variant}") for n, test in enumerate(tests) for k, take in enumerate(test.takes)]
    more = study.more(Run(study, said, priors, cells, records, draws, lambda s, p: say(s, end + (1.0 - end) * p))) if study.more else More()
    rows += more.rows
    rows += _others(study, said, rows)
    say("done", 1.0)
    return StudyResult(
        study.name, study.title, study.source, study.question, {k: cells[k] for k in study.shown or cells}, {**records, **more.records}, tuple(rows),
        (_parameters(study, priors, cells), *more.tables), dict(more.fields), (*_missed(rows), *study.open, *more.open),
        tuple(f"{', '.join(f.parameters)}: on {', '.join(f.claims)}{'; ' + f.how if f.how else ''}" for f in study.fits),
        study.methods or METHODS, {"draws": len(draws), "draws that could not be calibrated": lost, "seed": SEED},
        parameters=sum(len(f.parameters) for f in study.fits), audit=_verdicts(said),
    )  # fmt: skip


def _verdicts(said: Said) -> tuple[tuple[str, str, str], ...]:
    """(verdict, rule, sentence) of the audit of the paper's own numbers, where this version of the package has the audit."""
    judge = getattr(literature, "audit", None)
    return tuple((v.word, v.rule, v.sentence) for v in judge(said)) if callable(judge) else ()


def _draws(study: Study, priors: Cells, said: Said, samples: int) -> tuple[list[Cells], int]:
    """The cells of every draw, calibrated; and how many draws no value could calibrate."""
    paths = _sampling.uncertain(priors.values(), study.keep)
    out: list[Cells] = []
    lost = 0
    for row in _sampling.hypercube(paths, TRIES * samples, SEED, study.ties):
        if len(out) == samples:
            break
        try:
            out.append(study.calibrate({k: _sampling.drawn(c, row) for k, c in priors.items()}, said))
        except (CellError, SimulationError):
            lost += 1  # counted and shown: these priors exclude themselves
    return out, lost


def _one_draw(tests: Sequence[Experiment], cells: Cells, numbers: Mapping[str, float], found: dict[tuple[int, int], list[Taken]]) -> None:
    for n, test in enumerate(tests):
        if not test.drawn:
            continue
        protocol = test.unstated.at(numbers[test.unstated.name]) if test.unstated is not None else test.brief or test.protocol
        record = simulate(cells[test.variant], protocol, rtol=RTOL, detail=test.detail)
        for k, take in enumerate(test.takes):
            found.setdefault((n, k), []).append(_read(take, record))


def _read(take: Take, record: Record) -> Taken:
    """What is taken from a record; nan where the technique refuses it (the row says how often), and where the cell can't begin."""
    if not record.segments:
        return Taken(math.nan)
    try:
        return take.find(record)
    except AnalysisError:
        return Taken(math.nan)


def reported(claim: Claim, entry: int | None = None) -> float:
    """The value of a claim in SI; `entry` of a series."""
    return claim.si if entry is None else claim.values[entry]


def row_of(take: Take, said: Said, used: set[str], nominal: Taken, draws: list[Taken]) -> Row:
    """The row of one take, scored where it predicts a claim (one of `used` was fitted)."""
    finite = nominal.value if math.isfinite(nominal.value) else None
    tried, draws = len(draws), [t for t in draws if math.isfinite(t.value)]
    refused = f"the technique refuses the nominal record{f' and {tried - len(draws)} of {tried} draws' if tried > len(draws) else ''}" if finite is None else ""
    if finite is not None and tried > len(draws):
        refused = f"{tried - len(draws)} of {tried} draws can't be read by the technique"
    why = "; ".join(w for w in (take.why, refused) if w)
    if not take.claim:
        return Row("", take.what, take.quantity, take.reported, finite, "shown" if take.role == "shown" else "control", _band(draws), why, beyond=nominal.beyond)
    key, _, entry = take.claim.partition("#")
    claim = said[key]
    value = reported(claim, int(entry) if entry else None)
    quantity = claim.row
    censored = claim.censored if take.censored is None else take.censored
    made = Row(
        key, take.what or _words(claim), quantity, value, finite, "calibrated on" if take.claim in used else take.role, _band(draws), why, form=claim.form,
        censored=censored, beyond=nominal.beyond, split=claim.split,
    )  # fmt: skip
    if made.role != "predicted" or len(draws) < 2:
        return made
    ended, beyond = [t.value for t in draws if not t.beyond and t.value > 0.0], sum(t.beyond for t in draws)
    predictive = score.of_draws(ended, beyond, claim.form, claim.quantity)
    gains = {}
    own = predictive.score(value, claim.form, censored)
    for rule in take.naive:
        gains[rule.rule] = {str(f): own - score.naive(rule.rule, rule.value, claim.form, f).score(value, claim.form, censored) for f in (1.0, 0.5, 2.0)}
    return replace(made, score=own, gains=gains, naive={r.rule: r.value for r in take.naive})


def _band(draws: Sequence[Taken]) -> tuple[float, float] | None:
    """10 and 90 % of the draws; one that ended alive counts as more than all that ended."""
    if len(draws) < 2:
        return None
    values = sorted(t.value if not t.beyond else math.inf for t in draws)
    low, high = values[int(0.1 * (len(values) - 1) + 0.5)], values[int(0.9 * (len(values) - 1) + 0.5)]
    if math.isfinite(high):
        low, high = (float(v) for v in np.quantile([t.value for t in draws], [0.1, 0.9]))
    return low, high


def _words(claim: Claim) -> str:
    whose = claim.variant if claim.variant not in ("n/a", "") else claim.subject
    return f"{claim.quantity.replace('_', ' ')}, {whose}"


def _allowed(study: Study, said: Said) -> None:
    """Refuse a study that fits claims of other splits than calibration and given."""
    for fit in study.fits:
        for key in fit.claims:
            if said[key.partition("#")[0]].split not in ("calibration", "given"):
                raise InterlayerError("A study is calibrated on claims of the splits calibration and given only", given=f"{key}: {said[key].split}")


def _others(study: Study, said: Said, rows: Sequence[Row]) -> list[Row]:
    """A row for every claim that no experiment answers: what it went into, or why it is not answered yet."""
    there = {r.claim for r in rows}
    used = {c.partition("#")[0]: f"fitted: {', '.join(f.parameters)}" for f in study.fits for c in f.claims}
    out = []
    for key, claim in said.items():
        if key in there or claim.kind == "comparison":
            continue
        value = None if isinstance(claim.value, list | tuple) else claim.si
        quantity = claim.row if value is not None else ""
        given = used.get(key) or study.inputs.get(key) or ("stated by the paper" if claim.split == "given" else "")
        if given:
            role = "calibrated on" if key in used else "input"
            out.append(Row(key, _words(claim), quantity, value, None, role, None, given, form=claim.form, split=claim.split, printed=claim.printed()))
        else:
            why = study.not_yet.get(key) or reason(claim)
            out.append(Row(key, _words(claim), quantity, value, None, "not yet", None, why, form=claim.form, censored=claim.censored, split=claim.split, printed=claim.printed()))
    return out


def _parameters(study: Study, priors: Cells, cells: Cells) -> Table:
    """What was calibrated, before and after."""
    rows = []
    for label, cell in cells.items():
        old = priors[label].parameters() if label in priors else {}
        for path, value in cell.parameters().items():
            if value.mark == "fitted" and (path not in old or old[path].value != value.value):
                rows.append((label, path, str(old.get(path, "not stated")), str(value), value.source))
    return Table("What was calibrated", ("cell", "parameter", "prior", "calibrated (nominal)", "on"), tuple(rows), "Every draw has its own. Everything else stands as in the catalogue and the material files.")


def _missed(rows: Sequence[Row]) -> tuple[str, ...]:
    """What the model does not meet, as sentences."""
    return tuple(f"Missed: {r.what} ({r.claim}): {said}." for r in rows if (said := r.missed()))


METHODS = (
    "Cells were simulated as one-dimensional stacks of two-terminal elements (bulk, salt transport, charge transfer, films, contact, voids, filaments, dead lithium); time integration is L-stable "
    "fourth-order SDIRK with error control and located events; impedance is the same Newton derivative at h = 1/(i omega) with slow states frozen. Every number with a stated spread was drawn by a "
    "seeded Latin hypercube, the cells of each draw were calibrated anew on the claims named, and bands are 10 to 90 % of the draws. Scores: studies/score.py and docs/studies.md."
)
