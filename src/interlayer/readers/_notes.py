"""What a reader did and saw, in sentences that travel with the record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..record import Provenance, Record, Segment
from ._labels import Column
from ._source import Source

MANY = 40  # sentences of each kind that a record carries; a file of 10 000 damaged spectra does not need 10 000


@dataclass
class Notes:
    """What a reader did and saw, in sentences, and what stands in the file's header."""

    corrections: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    header: dict[str, str] = field(default_factory=dict)

    def did(self, sentence: str) -> None:
        """An automatic correction."""
        _put(self.corrections, sentence)

    def odd(self, sentence: str) -> None:
        """Something odd that was left as it is."""
        _put(self.warnings, sentence)

    def unread(self, columns: Iterable[Column]) -> None:
        """Name the columns that give no channel."""
        heads = [c.text for c in columns if c.text.strip()]
        if heads:
            self.header["columns not read"] = ", ".join(heads)[:500]

    def record(self, source: Source, reader: str, segments: Iterable[Segment]) -> Record:
        """The record of `segments` with its provenance."""
        from .. import __version__

        provenance = Provenance(
            "measured",
            source.name,
            source.sha256,
            reader,
            __version__,
            tuple(self.corrections),
            tuple(self.warnings),
            dict(self.header),
        )
        return Record(tuple(segments), provenance)


def _put(sentences: list[str], sentence: str) -> None:
    if sentence in sentences or len(sentences) > MANY:
        return
    sentences.append(sentence if len(sentences) < MANY else "More of the kind were found and are not listed.")
