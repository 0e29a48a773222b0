"""What recognition and running share: a technique as its file declares it, and what comes out.

A technique is one declaration at the end of its own file: the conditions a record must meet, in order, each a test that
answers in words; the parts that make findings; and what a caller may state for it. A new technique is a new file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from ..errors import MissingValueError
from ..record import Finding, Record
from ..record.nouns import CONDITIONS
from ..registry import Registry
from ._options import options_of

if TYPE_CHECKING:
    from ._result import ImpedanceFit
    from ._seen import Seen

#: what a caller states, by name: {"length": "5 um", "threshold": "0.05 mA/cm^2"}
Stated: TypeAlias = Mapping[str, Any]
#: whether a condition holds, and what was seen
Answer: TypeAlias = tuple[bool, str]
Part: TypeAlias = Callable[[Record, Stated], Sequence[Finding]]


@dataclass(frozen=True)
class Condition:
    """One condition of a technique: what it asks for, and the test.

    looks_alike   it only tells the technique from others that look the same, so that a record that names its steps
                  needs no such proof
    along_time    it asks for rows along time, which a record that names them otherwise has not for this technique
    """

    what: str
    test: Callable[[Seen], Answer]
    looks_alike: bool = False
    along_time: bool = False


@dataclass(frozen=True)
class Technique:
    """A technique as recognition knows it.

    name        that of its file; title what people call it
    conditions  in order; the first that fails is named
    parts       each makes findings by itself, so that what one of them lacks does not stop the others
    takes       what may be stated for it -> what that is, with an example: beside all arguments of `finds`, or in better words
    finds       the functions that its parts call: each of their keyword arguments may be stated (analysis/_options.py)
    within      names of other techniques whose steps it reads as well
    companion   reads what another technique was run for: stands behind it
    """

    name: str
    title: str
    conditions: tuple[Condition, ...]
    parts: tuple[Part, ...]
    takes: Mapping[str, str] = field(default_factory=dict)
    within: tuple[str, ...] = ()
    companion: bool = False
    finds: tuple[Callable[..., Any], ...] = ()

    def asks(self) -> dict[str, str]:
        """Everything that may be stated for it -> what that is."""
        derived = {name: option.what for function in self.finds for name, option in options_of(function).items()}
        return {**derived, **self.takes}

    def allows(self, name: str, value: Any) -> bool:
        """Whether it takes this value by this name: where it has alternatives, whether this is one."""
        known = [options[name] for options in map(options_of, self.finds) if name in options]
        return any(option.allows(value) for option in known) if known else name in self.takes

    def words(self, name: str) -> list[str]:
        """Its alternatives by this name."""
        return [str(w) for options in map(options_of, self.finds) if name in options for w in options[name].words]


@dataclass(frozen=True, eq=False)
class Case:
    """One of several records that are judged together: its label, findings by technique, fits of its spectra."""

    label: str
    record: Record
    findings: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
    fits: Sequence[ImpedanceFit] = ()


@dataclass(frozen=True)
class Joint:
    """A technique of several records: the condition, and what it makes of them."""

    name: str
    title: str
    condition: Callable[[Sequence[Case]], Answer]
    run: Callable[[Sequence[Case], Stated], Sequence[Finding]]
    takes: Mapping[str, str] = field(default_factory=dict)


TECHNIQUES: Registry[Technique] = Registry("technique", "interlayer.analysis")
JOINT: Registry[Joint] = Registry("technique of several records", "interlayer.analysis")


def declare(one: Technique) -> Technique:
    """Enter a technique."""
    return TECHNIQUES.add(one.name)(one)


def declare_joint(one: Joint) -> Joint:
    """Enter a technique of several records."""
    return JOINT.add(one.name)(one)


def option(stated: Stated, *names: str) -> dict[str, Any]:
    """Those of `names` that are stated, as keyword arguments."""
    return {n: stated[n] for n in names if stated.get(n) is not None}


# -- what comes out ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Recognised:
    """Whether a record contains a technique, and why.

    because   the conditions that held, in words, in order
    failed    the condition that did not, and what is there instead; "" where it is contained
    """

    technique: str
    title: str
    contained: bool
    because: tuple[str, ...]
    failed: str = ""

    @property
    def why(self) -> str:
        """One sentence."""
        return "; ".join(self.because) if self.contained else self.failed

    def __str__(self) -> str:
        return f"{self.technique}: {'' if self.contained else 'not contained, '}{self.why}"

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"technique": self.technique, "title": self.title, "contained": self.contained, "because": list(self.because), "failed": self.failed}


@dataclass(frozen=True)
class Request:
    """What a technique asks for: the name it is stated by ("" where no name is known), and the sentence that asks."""

    technique: str
    name: str
    said: str

    def as_dict(self) -> dict[str, str]:
        """Plain values."""
        return {"technique": self.technique, "name": self.name, "said": self.said}


def request_of(technique: Technique | Joint, error: MissingValueError) -> Request:
    """What an error asks for, by the name that its sentence gives."""
    text = str(error)
    known = [*(technique.asks() if isinstance(technique, Technique) else technique.takes), *CONDITIONS]
    named = [n for n in re.findall(r"(\w+)=", error.remedy or "") if n in known] + [n for n in re.findall(r"\w+", error.what) if n in CONDITIONS]
    return Request(technique.name, named[0] if named else "", text)
