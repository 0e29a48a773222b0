"""Figures by technique: every file of this room may register some, and a page asks for those of a technique by its name.

    @shows("gitt", "gitt.diffusivity", "Diffusion coefficient of each pulse ...")
    def figure(record, findings=()): ...            # -> Sheet

    for kind in of("gitt"):
        kind(record, findings), kind.caption
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ...record import Finding, Record
from ...registry import Registry
from ..style import Sheet, drawn

Draw: TypeAlias = Callable[[Record, Sequence[Finding]], Sheet]


@dataclass(frozen=True)
class Kind:
    """One figure of a technique.

    technique   as in `analysis`; name "<technique>.<what>"; caption a sentence on what is shown
    draw        (record, findings) -> figure; what the findings do not hold is left out of it. Errors: `RecordError` where
                the record has not what the figure shows
    suits       whether a page should ask for it of this record at all
    """

    technique: str
    name: str
    caption: str
    draw: Draw
    suits: Callable[[Record], bool] = lambda record: True

    def __call__(self, record: Record, findings: Sequence[Finding] = ()) -> Sheet:
        return self.draw(record, findings)


FIGURES: Registry[Kind] = Registry("figure", "interlayer.report.figures")


def shows(technique: str, name: str, caption: str, suits: Callable[[Record], bool] = lambda record: True) -> Callable[[Draw], Draw]:
    """Decorator: register a figure of a technique; it is drawn in the package's style."""

    def decorate(function: Draw) -> Draw:
        made: Draw = drawn(function)
        FIGURES.add(name)(Kind(technique, name, caption, made, suits))
        return made

    return decorate


def of(technique: str) -> list[Kind]:
    """The figures of a technique, in the order of their names; none where there is none."""
    return [kind for kind in FIGURES.values() if kind.technique == technique]
