"""Which techniques a record contains, and why; and all they say of it.

Every technique of this room declares its conditions in its own file; here they are asked in turn. What was done is told
from time, voltage, current and frequency, from the names of steps where the record has them, and from what is stated of
the specimen. Nothing is guessed, and nothing asks whether a record was measured or simulated.

A record that names what was done (`Segment.technique`) is taken at its word for what only tells techniques that look alike
from each other; everything else is looked at all the same, and what is named otherwise is not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import AnalysisError, InterlayerError, MissingValueError, UnknownNameError
from ..record import Finding, Record
from ..record.nouns import CONDITIONS
from ._seen import Seen
from ._technique import JOINT, TECHNIQUES, Case, Recognised, Request, Technique, request_of

__all__ = ["JOINT", "TECHNIQUES", "Analysed", "Case", "Recognised", "Request", "Together", "analyse", "recognise", "taken", "together"]

Tell = Callable[[str, float], None]
SPECTRAL = ("impedance", "warburg")  # techniques that need no rows along time


def recognise(record: Record, technique: str | None = None) -> tuple[Recognised, ...]:
    """What `record` contains: one answer a technique, those that are contained first, with the conditions that held or the
    one that failed. `technique` asks for one alone."""
    views = _Views(record)
    names = list(TECHNIQUES) if technique is None else [TECHNIQUES[technique].name]
    found = [_asked(TECHNIQUES[name], views) for name in names]
    return tuple(sorted(found, key=lambda r: (not r.contained, TECHNIQUES[r.technique].companion)))


class _Views:
    """The record as each technique may look at it; equal views share their looks."""

    def __init__(self, record: Record) -> None:
        self.record = record
        TECHNIQUES.discover()
        self.names = frozenset(TECHNIQUES)
        self.named = {s.technique for s in record.traces} & self.names
        self._seen: dict[tuple[int, ...], Seen] = {}

    def of(self, technique: Technique) -> Seen:
        """Its own steps, and those that have no technique's name; spectra always."""
        allowed = {technique.name, *technique.within}
        kept = tuple(n for n, s in enumerate(self.record.segments) if s.axis == "frequency" or s.technique in allowed or s.technique not in self.names)
        if kept not in self._seen:
            self._seen[kept] = Seen(self.record if len(kept) == len(self.record.segments) else replace(self.record, segments=tuple(self.record.segments[n] for n in kept)))
        return self._seen[kept]


def _asked(technique: Technique, views: _Views) -> Recognised:
    seen, because = views.of(technique), list[str]()
    named = technique.name in views.named
    others = ", ".join(sorted(views.named - {technique.name, *technique.within}))
    if named:
        because.append("the record names its steps so")
    for condition in technique.conditions:
        if named and condition.looks_alike:
            continue
        holds, words = condition.test(seen)
        if not holds:
            if others and not because and condition is technique.conditions[0] and condition.along_time:
                words = f"the record names its steps {others}"
                return Recognised(technique.name, technique.title, False, (), words)
            return Recognised(technique.name, technique.title, False, tuple(because), f"{condition.what}: {words}")
        if words:
            because.append(words)
    return Recognised(technique.name, technique.title, True, tuple(because))


# -- running ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Analysed:
    """What the techniques of a record say.

    recognised   every technique, contained or not, with why
    findings     by technique, those that gave any
    requests     what must be stated for more, by name
    refusals     technique -> why a part of it gives no number although it is contained
    unused       what was stated for techniques that the record does not contain, a sentence each
    """

    record: Record
    recognised: tuple[Recognised, ...]
    findings: Mapping[str, tuple[Finding, ...]]
    requests: tuple[Request, ...] = ()
    refusals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unused: tuple[str, ...] = ()

    @property
    def contained(self) -> tuple[str, ...]:
        """Names of the techniques that are in the record."""
        return tuple(r.technique for r in self.recognised if r.contained)

    def all(self) -> list[Finding]:
        """All findings in order."""
        return [f for found in self.findings.values() for f in found]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.all())

    def __str__(self) -> str:
        lines = []
        for r in self.recognised:
            if r.contained:
                lines += [f"{r.title}: {r.why}", *(f"  {f}" for f in self.findings.get(r.technique, ())), *(f"  no number: {w}" for w in self.refusals.get(r.technique, ()))]
                lines += [f"  asks: {q.said}" for q in self.requests if q.technique == r.technique]
        return "\n".join([*(lines or ["no technique is contained"]), *self.unused])

    def as_dict(self) -> dict[str, Any]:
        """Plain values, without the findings (which JSON lists by themselves)."""
        return {
            "techniques": [r.as_dict() for r in self.recognised], "requests": [q.as_dict() for q in self.requests],
            "refusals": {k: list(v) for k, v in self.refusals.items()}, "findings_of": {k: [f.name for f in v] for k, v in self.findings.items()}, "unused": list(self.unused),
        }  # fmt: skip


def taken() -> dict[str, dict[str, str]]:
    """What may be stated for each technique: {technique: {name: what it is, with an example}}."""
    out = {name: one.asks() for name, one in TECHNIQUES.items()}
    for name, joint in JOINT.items():
        out[name] = {**out.get(name, {}), **joint.takes}
    return {name: asks for name, asks in out.items() if asks}


def owners(name: str, value: Any = None) -> list[str]:
    """The techniques that take what is stated as `name`, or as "technique.name", where they have alternatives this `value`."""
    technique, dot, bare = name.rpartition(".")
    known = [technique] if dot and technique in TECHNIQUES else list(TECHNIQUES) if not dot else []
    return [t for t in known if bare in TECHNIQUES[t].asks() and (value is None or TECHNIQUES[t].allows(bare, value))]


def check_stated(stated: Mapping[str, Any], technique: str | None = None) -> None:
    """Refuse what no technique takes (of `technique`, where one alone is asked for), or an alternative that none has.

    Errors: `UnknownNameError` with the nearest match.
    """
    for key, value in stated.items():
        bare = key.rpartition(".")[2]
        if key in CONDITIONS or value is None or any(bare in joint.takes for joint in JOINT.values()):
            continue
        takers = owners(key)
        if not takers:
            every = {name: None for t in TECHNIQUES.values() for name in t.asks()}
            raise UnknownNameError("No technique takes this", given=key, allowed=[*every, *CONDITIONS])
        if technique is not None and technique not in takers:
            raise UnknownNameError(
                f"{technique} does not take this; {' and '.join(takers)} do{'es' * (len(takers) == 1)}", given=key, allowed=[*TECHNIQUES[technique].asks(), *CONDITIONS],
            )  # fmt: skip
        if not owners(key, value):
            words = [w for t in takers for w in TECHNIQUES[t].words(bare)]
            raise UnknownNameError(f"{key} has no such alternative", given=str(value), allowed=dict.fromkeys(words))


def _unused(stated: Mapping[str, Any], found: Sequence[Recognised]) -> tuple[str, ...]:
    """What was stated for techniques that are not in the record, a sentence each."""
    there = {r.technique: r for r in found}
    out = []
    for key, value in stated.items():
        takers = owners(key, value) if value is not None and key not in CONDITIONS else []
        if takers and not any(t in there and there[t].contained for t in takers):
            failed = next((there[t].failed for t in takers if t in there), "")
            out.append(f"{key} was stated and not used: {' and '.join(takers)} take{'s' * (len(takers) == 1)} it, which this record does not contain" + (f" ({failed})" if failed else ""))
    return tuple(out)


def analyse(
    record: Record, *, technique: str | None = None, leave_out: Sequence[str] = (), progress: Tell | None = None, **stated: Any
) -> Analysed:  # fmt: skip
    """Recognise and run: findings of every technique that `record` contains.

    technique   this one alone; `AnalysisError` with the condition that failed where it is not contained
    leave_out   techniques that are recognised and not run
    stated      facts of the specimen (area, mass, thickness, temperature) and what techniques ask for by name
                (length="5 um", threshold="0.05 mA/cm^2"; `recognise.taken()` lists them); every alternative of a technique's
                functions too (fade="two point"), as "technique.name" where two techniques mean different things by a name

    What is missing becomes a request, what a technique refuses a refusal, and the others go on.
    """
    check_stated(stated, technique)
    facts = {k: v for k, v in stated.items() if k in CONDITIONS and v is not None}
    full = record.with_conditions(**facts) if facts else record
    found = recognise(full, technique)
    if technique is not None and not found[0].contained:
        raise AnalysisError(f"This record does not contain {found[0].title}: it needs {found[0].failed}", given=technique)
    views = _Views(full)
    findings: dict[str, tuple[Finding, ...]] = {}
    requests: list[Request] = []
    refusals: dict[str, tuple[str, ...]] = {}
    if full.traces and not any(r.contained and r.technique not in SPECTRAL for r in found):
        seen = Seen(full)  # densities and currents in one record: which they are needs the area
        if seen.lacks and seen.missing is not None:
            requests.append(request_of(TECHNIQUES[found[0].technique], seen.missing))
    run = [r for r in found if r.contained and r.technique not in leave_out]
    for number, one in enumerate(run):
        if progress is not None:
            progress(one.title, number / len(run))
        made, asks, why = _run(TECHNIQUES[one.technique], views.of(TECHNIQUES[one.technique]).record, stated)
        requests += [q for q in asks if all(q.said != p.said for p in requests)]
        if made:
            findings[one.technique] = made
        if why:
            refusals[one.technique] = why
    return Analysed(full, found, findings, tuple(requests), refusals, _unused(stated, found))


def _run(technique: Technique, record: Record, stated: Mapping[str, Any]) -> tuple[tuple[Finding, ...], list[Request], tuple[str, ...]]:
    made: list[Finding] = []
    asks: list[Request] = []
    why: list[str] = []
    for part in technique.parts:
        try:
            made += part(record, stated)
        except MissingValueError as error:
            asks.append(request_of(technique, error))
        except InterlayerError as error:
            why.append(str(error))
    return tuple(made), asks, tuple(dict.fromkeys(why))


# -- several records --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Together:
    """What several records say together, as `Analysed`."""

    recognised: tuple[Recognised, ...]
    findings: Mapping[str, tuple[Finding, ...]]
    requests: tuple[Request, ...] = ()
    refusals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def together(cases: Sequence[Case] | Mapping[str, Record], *, leave_out: Sequence[str] = (), **stated: Any) -> Together:
    """Recognise and run what needs several records: lives, temperatures, thicknesses.

    cases    records by label, or `Case`s that hold findings and fits already
    stated   groups={"bare": ["cell1.csv", ...], "protected": [...]} for lives
    """
    some = [Case(label, record) for label, record in cases.items()] if isinstance(cases, Mapping) else list(cases)
    JOINT.discover()
    found, findings, requests, refusals = list[Recognised](), dict[str, tuple[Finding, ...]](), list[Request](), dict[str, tuple[str, ...]]()
    for name in JOINT:
        one = JOINT[name]
        holds, words = one.condition(some)
        found.append(Recognised(one.name, one.title, holds, (words,) if holds else (), "" if holds else words))
        if not holds or name in leave_out:
            continue
        try:
            findings[name] = tuple(one.run(some, stated))
        except MissingValueError as error:
            requests.append(request_of(one, error))
        except InterlayerError as error:
            refusals[name] = (str(error),)
    return Together(tuple(sorted(found, key=lambda r: not r.contained)), findings, tuple(requests), refusals)
