"""Our own files: a record saved as Parquet by `record.save`, numbers in SI, the rest as JSON in the file's metadata.

Units SI, signs as everywhere here, uncertainties none in the channels. The provenance is that of the data when they
were first read or simulated: their file's name and hash, not this file's.
"""

from __future__ import annotations

from ..errors import ReadError, RecordError
from ..record import Record, load, save
from ..record.files import KEY
from ._base import READERS, Columns, PathText, Reader
from ._source import Source


class Interlayer(Reader):
    """Saved records."""

    name = "interlayer"
    title = "interlayer record"
    extensions = (".parquet",)
    writes = True

    def sniff(self, head: bytes, name: str) -> bool:
        """Parquet whose footer holds our key and the names of our parts."""
        return head.startswith(b"PAR1") and KEY.encode() in head and b'"provenance"' in head and b'"segments"' in head

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        if not source.head.startswith(b"PAR1"):
            raise ReadError(
                "This is not a Parquet file",
                file=source.name,
                place="byte 1",
                remedy="Leave format= away: the content tells the format",
            )
        return load(source.path)

    def losses(self, record: Record) -> tuple[str, ...]:
        """None."""
        return ()

    def write(self, record: Record, path: PathText) -> None:
        """Save the whole record."""
        try:
            save(record, str(path))
        except OSError as error:
            raise RecordError(f"The file can't be written ({error})", remedy="Check the folder and the disk") from None


INTERLAYER = READERS.add("interlayer")(Interlayer())
