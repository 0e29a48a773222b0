"""The impedance part of `interlayer analyse`: every spectrum of a batch tested, fitted, distributed and named.

The tests and the distribution of one spectrum know nothing of the others: they run in further processes while this one
fits, which does (a series is fitted neighbour by neighbour). What comes out is the same whatever the number of processes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .errors import AnalysisError, InterlayerError, MissingValueError

if TYPE_CHECKING:
    from .analysis._spectrum import Spectrum as Points
    from .analysis.arrhenius import ArrheniusFit
    from .analysis.impedance import ImpedanceFit
    from .analysis.kramers_kronig import KramersKronig
    from .analysis.relaxation_times import RelaxationTimes
    from .analysis.z_hit import ZHit
    from .record import Record
    from .report.looks import Look
    from .report.series import FitRow

FEW = 12  # spectra from which on further processes pay for their start
MOST = 8  # processes
SAMPLE = 12  # spectra of a longer series on which its circuit is chosen
SERIES = 3  # values of a coordinate that make a series
UNFORESEEN = "an error that nobody foresaw ({}: {}); please report it"


@dataclass(frozen=True)
class Spectrum:
    """One spectrum of the batch as a record of its own."""

    file: str
    number: int
    of: int
    record: Record
    specific: bool

    @property
    def label(self) -> str:
        """As messages and tables call it."""
        return self.file if self.of == 1 else f"{self.file}, spectrum {self.number + 1}"


@dataclass(frozen=True)
class Wanted:
    """What to do with the spectra, as the command line says.

    series    all files are one row, in the order given, where nothing else orders them
    known     what is known of the specimens, for `arcs.name`
    options   what else `impedance.fit_each` is asked for: weight
    """

    circuit: str = "auto"
    drt: bool = True
    series: bool = False
    known: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Spectra:
    """What came out: looks by file, rows of fits (those over temperature with their activation energies), refusals by file,
    remarks."""

    looks: dict[str, list[Look]] = field(default_factory=dict)
    rows: list[FitRow] = field(default_factory=list)
    refused: dict[str, Exception] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def spectra_of(records: Mapping[str, Record]) -> list[Spectrum]:
    """All spectra of all records, each with the temperature that it states itself."""
    from .analysis._axis import temperature_of

    out = []
    for file, record in records.items():
        held = record.spectra
        specific = "area" in record.conditions or all("specific_impedance_real" in s for s in held)
        for n, s in enumerate(held):
            kelvin = temperature_of(record, s)
            stated = {} if kelvin is None else {"temperature": (kelvin, "K")}
            out.append(Spectrum(file, n, len(held), replace(record, segments=(s,)).with_conditions(**stated), specific))
    return out


def analyse(records: Mapping[str, Record], wanted: Wanted, tell: Callable[[str, float], None]) -> Spectra:
    """All of it; `tell` is given a sentence and the share done."""
    from .report.looks import Look

    some = spectra_of(records)
    out = Spectra()
    with _examined([(s.record, s.specific, wanted.drt) for s in some]) as examined:
        tell(f"fitting {len(some)} spectra", 0.1)
        fits, refused, out.rows = _fits(some, wanted, lambda sentence, share: tell(sentence, 0.1 + 0.5 * share))
        seen: list[_Seen] = []
        for number, one in enumerate(examined):
            tell(f"testing {some[number].label}", 0.6 + 0.35 * number / len(some))
            seen.append(one)
    out.rows, said = _with_energies(out.rows)
    out.remarks += said
    reasons: dict[str, None] = {}
    energies = {id(f): r.energies for r in out.rows for f in r.fits if f is not None}
    for spectrum, one, fit, why in zip(some, seen, fits, refused, strict=True):
        arcs, peaks, unnamed = _names(spectrum, fit, one.distribution, wanted.known, energies.get(id(fit), {}))
        reasons |= dict.fromkeys(unnamed)
        remarks = ([f"not fitted: {why}"] if why is not None and spectrum.of > 1 else []) + one.remarks
        look = Look(fit, one.tested, one.z_hit, one.distribution, arcs, peaks, tuple(remarks))
        out.looks.setdefault(spectrum.file, []).append(look)
        if why is not None and spectrum.of == 1:
            out.refused[spectrum.file] = why
    out.remarks += reasons
    return out


# -- one spectrum, in whatever process --------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class _Seen:
    tested: KramersKronig | None
    z_hit: ZHit | None
    distribution: RelaxationTimes | None
    remarks: list[str]


_Job = tuple["Record", bool, bool]


def _examine(job: _Job) -> _Seen:
    """Kramers-Kronig, Z-HIT and distribution of one spectrum; a test that can't be done is a remark."""
    from .analysis import kramers_kronig, relaxation_times, z_hit
    from .analysis._spectrum import spectrum_of

    record, specific, drt = job
    remarks: list[str] = []

    def tried(what: str, run: Callable[[], Any]) -> Any:
        try:
            return run()
        except InterlayerError as error:
            remarks.append(f"no {what}: {error}")
        except Exception as error:
            remarks.append(f"no {what}: {UNFORESEEN.format(type(error).__name__, error)}")
        return None

    tested = tried("Kramers-Kronig test", lambda: kramers_kronig.check(spectrum_of(record, specific=specific)))
    if tested is None:
        return _Seen(None, None, None, remarks)
    hit = tried("Z-HIT", lambda: z_hit.check(spectrum_of(record, specific=specific)))
    made = None
    if drt and tested.grade != "invalid":
        made = tried("distribution of relaxation times", lambda: relaxation_times.distribution(record, specific=specific))
    elif drt:
        remarks.append("no distribution of relaxation times: the Kramers-Kronig test says that the spectrum is no basis for one")
    return _Seen(tested, hit, made, remarks)


@contextmanager
def _examined(jobs: Sequence[_Job]) -> Iterator[Iterator[_Seen]]:
    """The jobs' results in order: computed by other processes meanwhile where there are many, else when asked for."""
    count = min(MOST, os.cpu_count() or 1, len(jobs) // FEW)
    if count < 2:
        yield map(_examine, jobs)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=_quiet)

    def results() -> Iterator[_Seen]:
        for job, future in futures:
            try:
                yield future.result()
            except BrokenProcessPool:  # no memory for it, perhaps: then here, one after the other
                yield _examine(job)

    try:
        futures = [(job, pool.submit(_examine, job)) for job in jobs]
        yield results()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _quiet() -> None:
    """Ctrl-C is for the first process to answer."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


# -- fits -------------------------------------------------------------------------------------------------------------
_Fits = tuple[list["ImpedanceFit | None"], list["Exception | None"], list["FitRow"]]


def _fits(some: Sequence[Spectrum], wanted: Wanted, tell: Callable[[str, float], None]) -> _Fits:
    """A fit of every spectrum or why there is none, and the rows that belong together."""
    from .report.series import row_of

    fits: list[ImpedanceFit | None] = [None] * len(some)
    whys: list[Exception | None] = [None] * len(some)
    rows = []
    done = 0
    for title, axis, x, group in _groups(some, wanted):
        remarks = _fit_group([some[i] for i in group], wanted, fits, whys, group, tell, len(some), done)
        done += len(group)
        if axis:
            rows.append(row_of(title, axis, x, [some[i].label for i in group], [fits[i] for i in group], remarks))
    return fits, whys, [r for r in rows if sum(f is not None for f in r.fits) >= SERIES]


def _groups(some: Sequence[Spectrum], wanted: Wanted) -> list[tuple[str, str, list[float], list[int]]]:
    """(title, axis, coordinate, spectra) of what belongs together; axis "" where nothing does.

    Files with one spectrum each at three temperatures or more are a row over temperature, and so are the spectra of one
    record at three or more; else those of one record are a row over its cycles or in their order; `wanted.series` makes one row of all the rest.
    """
    from .analysis import _axis

    single = [i for i, s in enumerate(some) if s.of == 1]
    kelvin = {i: some[i].record.conditions["temperature"] for i in single if "temperature" in some[i].record.conditions}
    out: list[tuple[str, str, list[float], list[int]]] = []
    if len(set(kelvin.values())) >= SERIES:
        order = sorted(kelvin, key=lambda i: kelvin[i])
        out.append((f"{len(kelvin)} files over temperature", "temperature", [kelvin[i] for i in order], order))
        single = [i for i in single if i not in kelvin]
    if wanted.series and len(single) >= SERIES:
        out.append((f"{len(single)} files in the order given", "index", [float(k + 1) for k in range(len(single))], single))
        single = []
    many: dict[str, list[int]] = {}
    for i, s in enumerate(some):
        if s.of > 1:
            many.setdefault(s.file, []).append(i)
    for file, own in many.items():
        stated = [some[i].record.conditions.get("temperature") for i in own]
        if (warm := _axis.series([t for t in stated if t is not None])) and len(warm) == len(own):
            order = sorted(range(len(own)), key=lambda k: warm[k])
            out.append((f"the {len(own)} spectra of {file} over temperature", "temperature", [warm[k] for k in order], [own[k] for k in order]))
            continue
        cycles = [some[i].record.segments[0].info.get("cycle") for i in own]
        if all(isinstance(c, int | float) for c in cycles) and len(set(cycles)) == len(cycles):
            out.append((f"the {len(own)} spectra of {file}", "cycle", [float(c) for c in cycles if c is not None], own))
        else:
            out.append((f"the {len(own)} spectra of {file}", "index", [float(k + 1) for k in range(len(own))], own))
    return out + [("", "", [], [i]) for i in single]


def _fit_group(
    group: Sequence[Spectrum], wanted: Wanted, fits: list[ImpedanceFit | None], whys: list[Exception | None], places: Sequence[int],
    tell: Callable[[str, float], None], total: int, done: int,
) -> list[str]:  # fmt: skip
    """Fit spectra that belong together by one circuit, each starting also from the one before; remarks on the whole."""
    from .analysis import impedance, kramers_kronig
    from .analysis._spectrum import spectrum_of

    specific = all(s.specific for s in group)
    circuit, options = wanted.circuit, wanted.options
    model, remarks = circuit, list[str]()
    if len(group) > 1:
        sound = [i for i, s in enumerate(group) if _sound(s, kramers_kronig.check)]
        some = [sound[round(k * (len(sound) - 1) / (SAMPLE - 1))] for k in range(SAMPLE)] if circuit == "auto" and len(sound) > 2 * SAMPLE else []
        try:
            if not sound:
                raise AnalysisError("No spectrum of it is a basis for a fit: none passes the Kramers-Kronig test")
            if some:  # to try every circuit on every spectrum would take longer than all the rest
                model = impedance.fit_each([group[i].record for i in some], circuit, specific=specific, **options)[0].circuit
                remarks.append(f"{model} was chosen on {SAMPLE} of the {len(sound)} spectra, spread over the series, and all were fitted by it.")
            made: Sequence[ImpedanceFit] = impedance.fit_each([group[i].record for i in sound], model, specific=specific, **options)
        except InterlayerError as error:  # one of them is no basis: each then gets its own fit and its own message
            remarks.append(f"Not fitted as one series: {error}")
        except Exception as error:
            remarks.append(f"Not fitted as one series: {UNFORESEEN.format(type(error).__name__, error)}.")
        else:
            model = made[0].circuit
            by_points = {f.spectrum.z.tobytes(): f for f in made}  # a series comes sorted, without those that have no fit
            for i in sound:
                fits[places[i]] = by_points.get(spectrum_of(group[i].record, specific=specific).z.tobytes())
            remarks += getattr(made, "remarks", ())
    for i, spectrum in enumerate(group):
        if fits[places[i]] is not None:
            continue
        tell(f"fitting {spectrum.label}", (done + i) / total)
        try:
            fits[places[i]] = impedance.fit(spectrum.record, model, specific=spectrum.specific, **options)
        except InterlayerError as error:
            whys[places[i]] = error
        except Exception as error:  # one odd spectrum must not take a batch of hundreds down
            if total == 1:
                raise
            whys[places[i]] = error
    return remarks


def _sound(spectrum: Spectrum, check: Callable[[Points], KramersKronig]) -> bool:
    from .analysis._spectrum import spectrum_of

    try:
        return check(spectrum_of(spectrum.record, specific=spectrum.specific)).grade != "invalid"
    except InterlayerError:
        return False


# -- over temperature -------------------------------------------------------------------------------------------------
def _with_energies(rows: Sequence[FitRow]) -> tuple[list[FitRow], list[str]]:
    """The rows, those over temperature with the activation energy of every resistance that has an error at each of its
    points; and why others have none."""
    from .analysis import arrhenius

    out, said = [], list[str]()
    for row in rows:
        trends = [t for t in row.trends() if t.group == "resistance"] if row.axis == "temperature" else []
        found, why = arrhenius.energies(trends)
        out.append(replace(row, energies=found))
        said += why
    return out, list(dict.fromkeys(said))


# -- names ------------------------------------------------------------------------------------------------------------
def _names(
    spectrum: Spectrum, fit: ImpedanceFit | None, made: RelaxationTimes | None, known: Mapping[str, Any], energies: Mapping[str, ArrheniusFit]
) -> tuple[Any, Any, list[str]]:
    """Names of the fit's arcs and of the distribution's peaks, and why there are none."""
    from .analysis import arcs

    out: list[Any] = []
    reasons: list[str] = []
    for of in (fit, made):
        own = known
        if of is fit and fit is not None:
            found = {" ".join(a.labels): energies[a.labels[0]].findings()[0] for a in fit.arcs if a.labels[0] in energies}
            own = {**known, "activation_energy": found} if found else known
        try:
            out.append(None if of is None else arcs.name(spectrum.record, of, **own))
        except MissingValueError as error:
            out.append(None)
            reasons.append(f"Arcs have no names: {error}")
        except InterlayerError as error:
            out.append(None)
            reasons.append(f"{spectrum.label}: arcs have no names. {error}")
        except Exception as error:
            out.append(None)
            reasons.append(f"{spectrum.label}: arcs have no names; {UNFORESEEN.format(type(error).__name__, error)}.")
    return out[0], out[1], reasons
