"""Errors that tell a user what was given, what is allowed, the nearest match and what to do next.

Every error the package raises on purpose is an `InterlayerError`; each carries its parts as attributes so that a
program can react to them and a person can read one sentence.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(given: str, allowed: Iterable[str]) -> str | None:
    """The entry of `allowed` closest to `given` in spelling (case ignored), or None when nothing is close."""
    by_folded = {name.casefold(): name for name in allowed}
    hits = difflib.get_close_matches(given.casefold(), by_folded, n=1, cutoff=0.55)
    return by_folded[hits[0]] if hits else None


def _ended(text: str) -> str:
    """A sentence with its full stop; an ellipsis, a question mark and a new line end one themselves."""
    return text if text.endswith(("...", "?", "\n")) else text.rstrip(".") + "."


class InterlayerError(Exception):
    """Base of all errors of the package: `what` went wrong, what was `given`, what is `allowed`, what to do (`remedy`)."""

    def __init__(
        self, what: str, *, given: object = None, allowed: Iterable[str] | str | None = None, remedy: str | None = None
    ) -> None:
        self.what = what
        self.given = given
        self.allowed = allowed if isinstance(allowed, str) or allowed is None else tuple(sorted(allowed))
        self.nearest = nearest(given, self.allowed) if isinstance(given, str) and isinstance(self.allowed, tuple) else None
        self.remedy = remedy
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        parts = [_ended(self.what)]
        if self.given is not None:
            parts.append(f"Given: {self.given!r}.")
        if self.allowed is not None:
            listed = self.allowed if isinstance(self.allowed, str) else ", ".join(self.allowed)
            parts.append(f"Allowed: {_ended(listed)}")
        if self.nearest is not None and self.nearest != self.given:
            parts.append(f"Did you mean {self.nearest!r}?")
        if self.remedy is not None:
            parts.append(_ended(self.remedy))
        return " ".join(parts)


class UnitError(InterlayerError):
    """A value without a unit, with a unit of the wrong dimension, or of an impossible magnitude."""


class UnknownNameError(InterlayerError):
    """A name that no table of the package knows."""


class MissingValueError(InterlayerError):
    """A value that must be stated (area, thickness, mass, sign ...) and was not: the package never guesses it."""


class RecordError(InterlayerError):
    """A record that is inconsistent in itself or does not hold what was asked of it."""


class ReadError(InterlayerError):
    """A file that can't be read: which `file`, at which `place`, why, and what to do."""

    def __init__(
        self,
        what: str,
        *,
        file: str,
        place: str | None = None,
        given: object = None,
        allowed: Iterable[str] | str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.file = file
        self.place = place
        where = f"{file}, {place}" if place else file
        super().__init__(f"{where}: {what}", given=given, allowed=allowed, remedy=remedy)


class NotationError(InterlayerError):
    """A cell, circuit or protocol text that does not parse; `position` is the character where it stopped making sense."""

    def __init__(self, what: str, *, text: str, position: int, remedy: str | None = None) -> None:
        self.text = text
        self.position = position
        marker = f"{text}\n{' ' * position}^"
        super().__init__(f"{what} (character {position + 1})\n{marker}\n", remedy=remedy)


class CellError(InterlayerError):
    """A cell that can't exist or can't be simulated as stated."""


class ProtocolError(InterlayerError):
    """A protocol that can't be run as stated."""


class SimulationError(InterlayerError):
    """A simulation that could not start. (One that stops while running is an outcome with a name, not an error.)"""


class AnalysisError(InterlayerError):
    """A technique whose validity conditions do not hold on this record; the message says which one."""
