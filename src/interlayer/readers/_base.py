"""The contract of a reader, and the table that finds the readers by their files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import ClassVar, TypeAlias, Union, final

import numpy as np

from ..errors import InterlayerError, ReadError, RecordError
from ..record import Record
from ..registry import Registry
from ._source import Source, file_name, open_source

#: What the caller says of a table's columns: quantity -> (header text or 1-based number of the column, unit).
#: A leading minus ("-Zimag", or -3) says that the column holds the negative of the quantity.
Columns: TypeAlias = Mapping[str, tuple[str | int, str]]

PathText: TypeAlias = Union[str, "PathLike[str]"]


class Reader(ABC):
    """One file format.

    name        what `format=` calls it
    title       what people call it
    extensions  usual endings of the file name; a hint for people and for `convert`, never a reason to claim a file
    writes      whether `write` works
    general     reads any table that no more specific reader claims; only `plain` is
    takes_columns  whether the caller may name columns (`columns=`)

    A subclass is one file of this package with `_parse` and `sniff`; nothing it overrides is overridden again.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    extensions: ClassVar[tuple[str, ...]]
    writes: ClassVar[bool] = False
    general: ClassVar[bool] = False
    takes_columns: ClassVar[bool] = False

    @abstractmethod
    def sniff(self, head: bytes, name: str) -> bool:
        """Whether these first bytes (for Parquet: and the footer) are of this format. `name` is the file name."""

    @abstractmethod
    def _parse(self, source: Source, columns: Columns | None) -> Record:
        """The record in `source`; every way in which the file is wrong is a `ReadError`."""

    @final
    def read(self, path: PathText, *, columns: Columns | None = None) -> Record:
        """The record in the file at `path`. Whatever is wrong with the file comes out as `ReadError`."""
        if columns is not None and not self.takes_columns:
            raise ReadError(
                f"columns= names the columns of plain tables; the format {self.name!r} names its own",
                file=file_name(path),
                remedy='Leave columns= away, or add format="plain" to read the file as a plain table',
            )
        source = open_source(path)
        try:
            # damaged bytes may spell any number: what overflows or is none is judged by its range, not by a warning
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                return self._parse(source, columns)
        except ReadError:
            raise
        except InterlayerError as error:
            raise ReadError(
                error.what, file=source.name, given=error.given, allowed=error.allowed, remedy=error.remedy
            ) from error
        except BaseException as error:
            # The last net: a file must never take a batch of hundreds down. The tests count every file that lands here.
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":  # polars' is none
                raise
            raise UnforeseenError(
                f"The {self.title} reader can't follow this file ({type(error).__name__}: {str(error)[:200]})",
                file=source.name,
                remedy="Is the file complete and unedited? If so, please report it",
            ) from error

    def losses(self, record: Record) -> tuple[str, ...]:
        """What of the data and stated facts of `record` this format can't hold, a phrase each."""
        return (f"the format {self.name!r} is read only",)

    def write(self, record: Record, path: PathText) -> None:
        """Write what the format can hold of `record`; `losses` says what it can't."""
        raise RecordError(
            f"The format {self.name!r} ({self.title}) is read only", remedy="Write .parquet, .csv, .txt or .z"
        )

    def __repr__(self) -> str:
        does = "read and written" if self.writes else "read"
        return f"<{self.name}: {self.title} ({', '.join(self.extensions)}), {does}>"


class UnforeseenError(ReadError):
    """A `ReadError` for a fault that the reader did not foresee."""


READERS: Registry[Reader] = Registry("reader", "interlayer.readers")


def ending(path: PathText) -> str:
    """The ending of a file name in small letters, both parts of `.bdf.csv`."""
    suffixes = [s.casefold() for s in Path(path).suffixes]
    return "".join(suffixes[-2:]) if suffixes[-2:-1] == [".bdf"] else "".join(suffixes[-1:])
