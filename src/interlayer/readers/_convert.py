"""`convert`: read anything, write another format, and lose nothing in silence."""

from __future__ import annotations

from pathlib import Path

from ..errors import RecordError, UnknownNameError
from ..record import Record
from ._base import READERS, PathText, Reader, ending
from ._read import formats, read


def convert(source: Record | PathText, out: PathText, format: str | None = None, *, lossy: bool = False) -> Path:
    """Write a record, or the record in a file, to `out` and return its path.

    source  a record, or a file that `read` reads
    out     the file to write; its ending says the format: .parquet (everything), .bdf.csv or .bdf.parquet (BDF),
            .z (ZView), .txt .dat .tsv (plain columns), .csv (one spectrum: plain columns, else BDF)
    format  a name from `formats()` instead of the ending
    lossy   True writes although the format can't hold everything; else that is refused with what would be lost
    """
    record = source if isinstance(source, Record) else read(source)
    place = Path(out)
    if not isinstance(source, Record) and place.exists() and place.samefile(source):
        raise RecordError(
            "The file would be written over the data it is made from", given=place.name, remedy="Give another name"
        )
    writer = _writer(record, place, format)
    lost = writer.losses(record)
    if lost and (not lossy or not record.segments):
        raise RecordError(
            f"{place.name}: {writer.title} can't hold {'; '.join(lost)}",
            remedy=_remedy(record, writer),
        )
    writer.write(record, place)
    return place


def _remedy(record: Record, writer: Reader) -> str:
    some = (
        "write a part of the record: dataclasses.replace(record, segments=record.spectra[:1]); "
        if len(record.segments) > 1
        else ""
    )
    return f"Write .parquet, which holds everything; {some}or say lossy=True to leave it out"


def _writer(record: Record, place: Path, format: str | None) -> Reader:
    """The format to write."""
    writers = {r.name: r for r in formats() if r.writes}
    if format is not None:
        if format in writers:
            return writers[format]
        if format in READERS:
            raise RecordError("This format is read only", given=format, allowed=writers)
        raise UnknownNameError("There is no format of this name", given=format, allowed=writers)
    end = ending(place)
    if end == ".csv":
        either = [writers["plain"], writers["bdf"]] if record.spectra else [writers["bdf"], writers["plain"]]
        return next(
            (w for w in either if not w.losses(record)), either[0] if len(record.segments) == 1 else writers["bdf"]
        )
    for writer in writers.values():
        if end in writer.extensions:
            return writer
    listed = ", ".join(e for w in writers.values() for e in w.extensions)
    raise RecordError(
        "The ending of the file name does not say in which format to write",
        given=place.name,
        allowed=listed,
        remedy='Use one of these, or format="..."',
    )
