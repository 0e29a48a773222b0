"""A readable file packed as `.gz` or `.zip`: it is unpacked within bounds and read by the reader that claims it.

One file an archive (folders and the Mac's `__MACOSX` do not count); with more, the error lists them and asks which.
Refused are members that point out of their folder, encrypted ones, names beyond 255 characters, more than 1000 members,
an archive in an archive, and whatever unpacks to more than 5 times the archive and 70 MB: reading all of it takes at
most 10 times the archive and 200 MB, as for any file. `.ndax` and `.xlsx` are zip
archives too; they have their own readers.

Units, signs. Those of the reader of the file inside, named in the header of the record.
Uncertainties. None are added: packing loses nothing, and its checksums are checked.
"""

from __future__ import annotations

import gzip
import io
import re
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ..errors import ReadError
from ..record import Record
from ..record._apart import allowed, within
from ._base import READERS, Columns, Reader
from ._cycler import damaged, is_ndax, is_workbook, open_zip, pieces, renamed, too_big
from ._source import WORK, Source, open_source

_GZIP, _ZIP = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")


class Wrapped(Reader):
    """One file in a gzip or zip archive."""

    name = "wrapped"
    title = "a packed file (.gz, .zip)"
    extensions = (".gz", ".zip")
    takes_columns = True

    def sniff(self, head: bytes, name: str) -> bool:
        """The first bytes of gzip or zip, and neither an Excel workbook nor Neware's archive."""
        return head.startswith(_GZIP) or (head.startswith(_ZIP) and not is_ndax(head) and not is_workbook(head))

    def _parse(self, source: Source, columns: Columns | None) -> Record:
        from ._read import claimant

        if source.head.startswith(_GZIP):
            member, stream = re.sub(r"\.gz$", "", source.name, flags=re.IGNORECASE) or "unpacked", _gunzip(source)
        elif source.head.startswith(_ZIP):
            archive, info = _one_member(source)
            member, stream = re.split(r"[/\\]", info.filename)[-1], pieces(archive, info, source, _most(source))
        else:
            raise ReadError("This is no gzip or zip archive", file=source.name, remedy="Read it without format=")
        safe = re.sub(r"[^\w .()+-]", "_", member)[-100:].strip() or "unpacked"
        try:
            with tempfile.TemporaryDirectory(prefix="interlayer-") as folder:
                path = Path(folder) / safe
                with path.open("wb") as file:
                    file.writelines(stream)
                del stream
                source.forget()
                reader = claimant(open_source(path))
                if reader.name == self.name:
                    raise ReadError("The archive holds an archive", file=safe, remedy="Unpack the outer one first")
                with within(allowed(source.size)):
                    record = reader.read(path, columns=columns)
        except ReadError as error:
            if error.file == source.name and error.file != safe:
                raise
            raise type(error)(
                error.what, file=source.name, given=error.given, allowed=error.allowed, remedy=error.remedy
            ) from error
        except OSError as error:
            raise ReadError(
                f"The archive can't be unpacked ({error.strerror})", file=source.name, remedy="Is the disk full?"
            ) from error
        if reader.name == "interlayer":
            return record  # whose provenance says where it comes from
        sentence = f"The file {safe!r} was unpacked from the archive and read as {reader.name!r}."
        return renamed(record, source, self.name, sentence, {"member": safe, "read as": reader.name})


def _most(source: Source) -> int:
    """Bytes that the file inside may have: reading it takes some twice, and the archive is what the bounds go by."""
    return (allowed(source.size) - WORK) // 2


def _gunzip(source: Source) -> Iterator[bytes]:
    left = _most(source)
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(source.raw)) as file:
            while piece := file.read(1 << 20):
                left -= len(piece)
                if left < 0:
                    raise too_big(source, _most(source))
                yield piece
    except ReadError:
        raise
    except Exception as error:
        raise damaged(source, error) from None


def _one_member(source: Source) -> tuple[zipfile.ZipFile, zipfile.ZipInfo]:
    archive, members = open_zip(source)
    files = [
        i
        for i in members
        if not i.is_dir() and not i.filename.startswith("__MACOSX/") and not i.filename.endswith(".DS_Store")
    ]
    if len(files) == 1:
        return archive, files[0]
    if not files:
        raise ReadError("The archive holds no file", file=source.name, remedy="Pack it again")
    shown = ", ".join(i.filename[:60] for i in files[:6]) + (" ..." if len(files) > 6 else "")
    raise ReadError(
        f"The archive holds {len(files)} files: which one is meant?",
        file=source.name,
        given=shown,
        remedy="Unpack it and give one file at a time",
    )


WRAPPED = READERS.add("wrapped")(Wrapped())
