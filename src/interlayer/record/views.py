"""Views of a record for other tools: polars, pandas, xarray, and the table a notebook shows."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import units
from ..errors import InterlayerError
from ..names import name
from .nouns import Record, Segment, quantity_of

if TYPE_CHECKING:
    import polars as pl


def columns(record: Record) -> list[str]:
    """All channel names of a record, axes first, then in order of appearance."""
    seen: dict[str, None] = {}
    for segment in record.segments:
        for channel in segment.channels:
            seen.setdefault(channel)
    first = [c for c in ("time", "frequency") if c in seen]
    return first + [c for c in seen if c not in first]


def to_polars(record: Record) -> pl.DataFrame:
    """One long table; `segment` (0-based) and `technique` first; null where a segment lacks a channel."""
    import polars as pl

    names = columns(record)
    lengths = [len(s) for s in record.segments]
    data: dict[str, Any] = {
        "segment": pl.Series(np.repeat(np.arange(len(lengths)), lengths), dtype=pl.Int32),
        "technique": pl.Series([s.technique for s in record.segments for _ in range(len(s))], dtype=pl.Utf8),
    }
    for column in names:
        if all(column in s for s in record.segments):
            data[column] = np.concatenate([s[column] for s in record.segments]) if record.segments else np.empty(0)
        else:
            parts = [
                pl.Series(column, s[column]) if column in s else pl.Series(column, [None] * len(s), dtype=pl.Float64)
                for s in record.segments
            ]
            data[column] = pl.concat(parts)
    return pl.DataFrame(data)


def _extra(module: str) -> Any:
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError:
        raise InterlayerError(f"This view needs {module}", remedy='Install it: python -m pip install "interlayer[views]"') from None


def to_pandas(record: Record) -> Any:
    """The long table as a pandas DataFrame."""
    pandas = _extra("pandas")
    table = to_polars(record)
    return pandas.DataFrame({column: table[column].to_numpy() for column in table.columns})


def to_xarray(record: Record) -> list[Any]:
    """One Dataset per segment along its axis; SI units and definitions in the attributes."""
    xarray = _extra("xarray")
    out = []
    for segment in record.segments:
        variables = {
            channel: (segment.axis, np.asarray(values), {"units": name(quantity_of(channel)).si or "1"})
            for channel, values in segment.channels.items()
            if channel != segment.axis
        }
        attributes = {"technique": segment.technique, **{k: v for k, v in segment.info.items() if v is not None}}
        out.append(xarray.Dataset(variables, coords={segment.axis: np.asarray(segment[segment.axis])}, attrs=attributes))
    return out


def _span(segment: Segment, channel: str) -> str:
    values = segment[channel][np.isfinite(segment[channel])]
    if not len(values):
        return ""
    row = name(quantity_of(channel))
    low, high = (units.lab(float(v), row.name) for v in (values.min(), values.max()))
    unit = units.pretty(row.shown)
    return f"{low:.4g} {unit}" if low == high else f"{low:.4g} … {high:.4g} {unit}"


def html_table(record: Record, most: int = 12) -> str:
    """The table a notebook shows: one row a segment (the first `most`), ranges in lab units."""
    heads = ["#", "technique", "points", *[c for c in columns(record) if "@" not in c]]
    rows = []
    for number, segment in enumerate(record.segments[:most]):
        cells = [str(number), segment.technique, str(len(segment))]
        cells += [_span(segment, c) if c in segment else "" for c in heads[3:]]
        rows.append("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in cells) + "</tr>")
    more = len(record.segments) - most
    if more > 0:
        rows.append(f"<tr><td colspan='{len(heads)}'>… and {more} more segments</td></tr>")
    head = "".join(f"<th>{html.escape(h.replace('_', ' '))}</th>" for h in heads)
    notes = "".join(f"<li>{html.escape(n)}</li>" for n in (*record.provenance.corrections, *record.provenance.warnings))
    return f"<p>{html.escape(repr(record))}</p><table><tr>{head}</tr>{''.join(rows)}</table>" + (f"<ul>{notes}</ul>" if notes else "")
