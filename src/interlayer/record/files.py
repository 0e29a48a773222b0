"""Save and load a record: one Parquet file (the long table) whose metadata holds the rest as JSON text."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ReadError, RecordError
from .nouns import Provenance, Record, Segment
from .views import columns, to_polars

KEY = "interlayer"
FORMAT = 1


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
    """Read what `save` wrote; any other Parquet file raises `ReadError`."""
    import polars as pl

    path = Path(path)
    try:
        about = json.loads(pl.read_parquet_metadata(path)[KEY])
        table = pl.read_parquet(path)
    except KeyError:
        raise ReadError("This Parquet file was not written by interlayer", file=path.name, remedy="Use il.read(...) for other formats") from None
    except (OSError, pl.exceptions.PolarsError, json.JSONDecodeError) as error:
        raise ReadError(f"The file can't be read ({error})", file=path.name, remedy="Is it complete?") from error
    if about.get("format") != FORMAT:
        raise ReadError("The file is of a newer format", file=path.name, given=about.get("format"), allowed=str(FORMAT), remedy="Update interlayer")
    return _rebuild(about, table, path.name)


def _rebuild(about: dict[str, Any], table: Any, file: str) -> Record:
    from ..cells import Cell

    numbers = table["segment"].to_numpy()
    data = {c: table[c].to_numpy() for c in table.columns if c not in ("segment", "technique")}
    segments = []
    if len(numbers) and not (numbers.min() >= 0 and numbers.max() < len(about["segments"])):
        raise ReadError("The file's rows belong to segments it does not describe: it is damaged", file=file, remedy="Load another copy")
    for index, row in enumerate(about["segments"]):
        inside = numbers == index
        channels = {c: np.asarray(data[c][inside], dtype=np.float64) for c in row["channels"]}
        segments.append(Segment(channels, row["axis"], row["technique"], row["info"]))
    p = about["provenance"]
    provenance = Provenance(**{**p, "corrections": tuple(p["corrections"]), "warnings": tuple(p["warnings"])})
    cell = Cell.from_dict(about["cell"]) if about["cell"] is not None else None
    return Record(tuple(segments), provenance, cell, about["conditions"], about["outcome"])


__all__ = ["columns", "load", "save"]
