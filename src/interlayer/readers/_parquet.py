"""Parquet tables: read from bytes that nobody vouches for, and written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ReadError, RecordError
from ._base import PathText
from ._source import Source
from ._take import Array

if TYPE_CHECKING:
    import polars as pl

#: a table may unpack to this many times its file, and so many bytes; columns that never change pack well
UNPACKED, SLACK = 8, 25_000_000


def check_size(source: Source) -> int:
    """The number of rows; a file that would unpack to far more than it is, is refused before it does."""
    import polars as pl

    try:
        lazy = pl.scan_parquet(source.path)
        width = len(lazy.collect_schema())
        rows = int(lazy.select(pl.len()).collect().item())
    except Exception as error:
        raise broken(source, error) from None
    except BaseException as error:  # a panic inside polars is no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise broken(source, error) from None
    if 8 * rows * width > UNPACKED * source.size + SLACK:
        raise ReadError(
            f"The file of {source.size:,} bytes claims {rows:,} rows of {width} columns",
            file=source.name,
            remedy="It is damaged or made to exhaust the memory; if it is real, split it",
        )
    return rows


def broken(source: Source, error: BaseException) -> ReadError:
    """The error for a Parquet file that can't be unpacked."""
    reason = " ".join(str(error).split())[:160]
    return ReadError(
        f"The Parquet file is damaged ({reason})",
        file=source.name,
        place="footer",
        remedy="Copy it again from where it was written",
    )


def read_table(source: Source) -> pl.DataFrame:
    """The whole table."""
    import polars as pl

    check_size(source)
    try:
        return pl.read_parquet(source.raw)
    except Exception as error:
        raise broken(source, error) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise broken(source, error) from None


def write_table(columns: Mapping[str, Array], path: PathText) -> None:
    """Write columns of numbers, null for NaN."""
    import polars as pl

    try:
        pl.DataFrame(dict(columns), nan_to_null=True).write_parquet(Path(path))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise RecordError(f"The file can't be written ({error})", remedy="Check the folder and the disk") from None
