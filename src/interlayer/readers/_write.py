"""Writing text: numbers with all their digits, text that no spreadsheet takes for a formula, whole files or none."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from .. import units
from ..errors import RecordError
from ..names import name
from ..record import Record
from ._base import PathText


def number(value: float) -> str:
    """The shortest text that reads back as the same number; "nan" for a missing one."""
    return repr(float(value))


def safe(text: str) -> str:
    """`text` as one cell: no separators or line ends, an apostrophe before what a spreadsheet would run."""
    flat = " ".join("".join(" " if c in ",;\t\r\n\v\f\x85\u2028\u2029" or ord(c) < 32 else c for c in text).split())
    return "'" + flat if flat[:1] in ("=", "+", "-", "@") else flat


def titles(record: Record, mark: str) -> list[str]:
    """Title lines: where the data come from and what was stated of the specimen, in the form that readers take up."""
    from .. import __version__

    out = [f"{mark}written by interlayer {__version__}"]
    if record.provenance.source:
        out.append(f"{mark}source: {safe(record.provenance.source)}")
    if record.segments and record.segments[0].technique:
        out.append(f"{mark}technique: {safe(record.segments[0].technique)}")
    out += [f"{mark}{key}: {units.lab(value, key)!r} {name(key).shown}" for key, value in record.conditions.items()]
    return out


def one_segment(record: Record, title: str) -> tuple[str, ...]:
    """The phrase for a record that is not one segment."""
    if len(record.segments) == 1 and len(record.segments[0]):
        return ()
    many = f"{len(record.spectra)} spectra and {len(record.traces)} time segments ({title} holds one segment)"
    return (many if len(record.segments) > 1 else "no data at all",)


def table_text(
    heads: Sequence[str], columns: Sequence[Sequence[str]], separator: str, above: Iterable[str] = ()
) -> Iterable[str]:
    """The lines of a table, heads quoted where they hold the separator."""
    yield from (f"{line}\n" for line in above)
    yield separator.join(f'"{h}"' if separator in h else h for h in heads) + "\n"
    for row in zip(*columns, strict=True):
        yield separator.join(row) + "\n"


def write_text(path: PathText, lines: Iterable[str]) -> None:
    """Write the lines beside `path` and move them there when all is written."""
    place = Path(path)
    partial = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with partial.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.writelines(lines)
        partial.replace(place)
    except OSError as error:
        raise RecordError(f"The file {place.name!r} can't be written ({error})", remedy="Check the folder") from None
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
