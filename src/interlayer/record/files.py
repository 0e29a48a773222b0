"""Save and load a record: one Parquet file (the long table) whose metadata holds the rest as JSON text."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ReadError, RecordError
from ._apart import BASE, allowed, too_big
from ._parquet import check, columns, look
from .nouns import Array, Provenance, Record, Segment
from .views import to_polars

KEY = "interlayer"
FORMAT = 1
_AGAIN = "Copy it again from where it was written"
_OBJECT = 100  # bytes of memory for each value that JSON text holds


def _plain(value: Any) -> Any:
    """JSON form of numpy scalars, tuples and mappings."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict) or hasattr(value, "items"):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(v) for v in value]
    return value


def save(record: Record, path: str | Path) -> None:
    """Write `record` to `path` (`.parquet`). Channels in SI; facts, provenance and cell in the metadata key 'interlayer'."""
    path = Path(path)
    if path.suffix != ".parquet":
        raise RecordError("A record is saved as Parquet", given=path.name, allowed="a path that ends in .parquet", remedy="For text use `interlayer convert`")
    about = {
        "format": FORMAT,
        "segments": [
            {"axis": s.axis, "technique": s.technique, "info": _plain(s.info), "channels": list(s.channels)} for s in record.segments
        ],
        "provenance": _plain(asdict(record.provenance)),
        "conditions": _plain(record.conditions),
        "outcome": record.outcome,
        "cell": record.cell.as_dict() if record.cell is not None else None,
    }
    to_polars(record).write_parquet(path, metadata={KEY: json.dumps(about)})


def load(path: str | Path) -> Record:
    """Read what `save` wrote; `ReadError` for any other file and for a damaged one, whatever is wrong with it."""
    path = Path(path)
    try:
        if path.exists() and not path.is_file():
            raise ReadError("This is not a regular file", file=path.name, place="the path", remedy="Give one saved record")
        with path.open("rb") as file:
            if file.read(4) != b"PAR1":
                raise ReadError("This is not a Parquet file", file=path.name, place="byte 1", remedy="Use il.read(...) for other formats")
        return _loaded(path)
    except ReadError:
        raise
    except OSError as error:
        raise ReadError(f"The file can't be read ({error})", file=path.name, place="the path", remedy="Does it exist, and is it complete?") from error
    except RecursionError:
        raise ReadError("The description in the footer is nested without end", file=path.name, place="footer", remedy=_AGAIN) from None
    except Exception as error:  # what a damaged footer describes can be anything
        reason = " ".join(str(error).split())[:160]
        raise ReadError(f"The file is damaged ({reason or type(error).__name__})", file=path.name, place="footer", remedy=_AGAIN) from None


def _loaded(path: Path) -> Record:
    file = look(path, KEY)
    if file.about is None:
        raise ReadError("This Parquet file was not written by interlayer", file=path.name, place="footer", remedy="Use il.read(...) for other formats")
    weight = _OBJECT * sum(file.about.count(mark) for mark in b",:[{") + 3 * len(file.about)
    if weight > allowed(size := path.stat().st_size) - BASE:
        raise too_big(path.name, size, "has a description that would fill the memory", "footer")
    about = json.loads(file.about)
    if about.get("format") != FORMAT:
        raise ReadError("The file is of a newer format", file=path.name, place="footer", given=about.get("format"), allowed=str(FORMAT), remedy="Update interlayer")
    channels = list(dict.fromkeys(c for row in about["segments"] for c in row["channels"]))
    for channel in channels:
        if channel not in file.columns or not file.columns[channel][1]:
            raise ReadError(f"The table has no numbers for the channel {channel!r:.60}", file=path.name, place="footer", remedy=_AGAIN)
    besides = weight + 16.0 * file.rows  # the segments' numbers, and what comparing them takes
    check(file, len(channels), besides)
    runs = _runs(columns(file, ["segment"], besides + 8.0 * file.rows * len(channels))[0], len(about["segments"]), path.name)
    values = columns(file, channels, besides)
    values.flags.writeable = False  # segments are views of it
    return _rebuild(about, runs, dict(zip(channels, values, strict=True)))


def _runs(numbers: Array, count: int, file: str) -> dict[int, list[slice]]:
    """Where the rows of each segment stand, from the column of their numbers: one slice a segment, unless rows were mixed."""
    edges = [0, *(np.flatnonzero(numbers[1:] != numbers[:-1]) + 1).tolist(), len(numbers)] if len(numbers) else []
    runs: dict[int, list[slice]] = {}
    for start, stop in pairwise(edges):
        index = float(numbers[start])
        if not (0.0 <= index < count and index.is_integer()):
            raise ReadError("The file's rows belong to segments it does not describe: it is damaged", file=file, place="the table", remedy=_AGAIN)
        runs.setdefault(int(index), []).append(slice(start, stop))
    return runs


def _rebuild(about: dict[str, Any], runs: dict[int, list[slice]], data: dict[str, Array]) -> Record:
    from ..cells import Cell

    segments = []
    for index, row in enumerate(about["segments"]):
        where = runs.get(index, [slice(0, 0)])
        channels = {c: data[c][where[0]] if len(where) == 1 else np.concatenate([data[c][s] for s in where]) for c in row["channels"]}
        segments.append(Segment(channels, row["axis"], row["technique"], row["info"]))
    p = about["provenance"]
    provenance = Provenance(**{**p, "corrections": tuple(p["corrections"]), "warnings": tuple(p["warnings"])})
    cell = Cell.from_dict(about["cell"]) if about["cell"] is not None else None
    return Record(tuple(segments), provenance, cell, about["conditions"], about["outcome"])


__all__ = ["load", "save"]
