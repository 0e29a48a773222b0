"""Parquet tables out of the process apart, within the bounds of memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ._apart import BASE, Bounds, allowed, ask, too_big
from .nouns import Array

_ROOM = 3  # columns that stand in the process apart while it unpacks one


@dataclass(frozen=True)
class Look:
    """What a Parquet file says of itself: rows, column -> (type, whether it holds numbers), text under a key of its
    metadata (None: the key is absent)."""

    path: Path
    rows: int
    columns: dict[str, tuple[str, bool]]
    about: bytes | None


def look(path: Path, key: str = "") -> Look:
    """The footer of a Parquet file; `ReadError` where it can't be read."""
    with ask({"job": "parquet look", "file": str(path.absolute()), "key": key}, Bounds.of(path)) as answer:
        says = answer.says()
        about = answer.raw(says["bytes"])
        answer.says()
    columns = {name: (kind, number) for name, kind, number in says["columns"]}
    return Look(path, says["rows"], columns, about if says["known"] else None)


def check(file: Look, count: int, besides: float = 0.0) -> None:
    """Refuse a table of which `count` columns, and `besides` bytes that the caller takes, would not fit the bounds."""
    size = file.path.stat().st_size
    if 8.0 * file.rows * (count + _ROOM) + besides + BASE > allowed(size):
        raise too_big(file.path.name, size, f"claims {file.rows:,} rows of {count} columns", "footer")


def columns(file: Look, names: Sequence[str], besides: float = 0.0) -> Array:
    """The columns `names` as the rows of a matrix (NaN for null); `besides` as for `check`, which comes first."""
    out = np.empty((len(names), file.rows))
    job = {"job": "parquet columns", "file": str(file.path.absolute()), "columns": list(names), "rows": file.rows}
    with ask(job, Bounds.of(file.path, out.nbytes + besides)) as answer:
        for column in out:
            if answer.says().get("bytes") != column.nbytes:
                raise answer.gone(b"...")
            answer.fill(column)
        answer.says()
    return out
