"""Replay: any row of steps and spectra, for example the one a measured file went through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ProtocolError
from .base import PROTOCOLS, Protocol, Spectrum, Step

if TYPE_CHECKING:
    from ..cells import Cell


@PROTOCOLS.add("replay", "Replay")
@dataclass(frozen=True, repr=False)
class Replay(Protocol):
    """The given steps and spectra as they are.

    row      `Step`s and `Spectrum`s in order
    source   in words, what is replayed

    Unlike the other protocols it has no text form: it is made in Python. Errors: `ProtocolError` for an empty row.
    """

    row: tuple[Step | Spectrum, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "row", tuple(self.row))
        if not self.row:
            raise ProtocolError("A replay needs at least one step", remedy="Give Replay([Step(...), ...]); it has no text form")

    def steps(self, cell: Cell | None = None) -> Sequence[Step | Spectrum]:
        """The row."""
        return self.row

    def describe(self) -> str:
        """One line."""
        return f"replay of {len(self.row)} steps" + (f" of {self.source}" if self.source else "")

    def __str__(self) -> str:
        return f"Replay({len(self.row)} steps{', ' + self.source if self.source else ''})"

    __repr__ = __str__
