"""Parquet tables, written; they are read in `record/_parquet.py`, in a process apart."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..errors import RecordError
from ._base import PathText
from ._take import Array


def write_table(columns: Mapping[str, Array], path: PathText) -> None:
    """Write columns of numbers, null for NaN."""
    import polars as pl

    try:
        pl.DataFrame(dict(columns), nan_to_null=True).write_parquet(Path(path))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise RecordError(f"The file can't be written ({error})", remedy="Check the folder and the disk") from None
