"""Files made to exhaust the memory or the time: `hostile(name, sample, size)` gives some of about `size` bytes for a
format. Run as a script (folder, size, names...) it reads each and prints the worst outcome; a process of its own,
because the high-water mark of the memory is the process's."""

from __future__ import annotations

import gc
import io
import struct
import sys
import time
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

TEXT = 4096  # bytes without a NUL that tell text


def hostile(name: str, file: str, data: bytes, size: int) -> Iterator[tuple[str, bytes]]:
    """(what, bytes) of files that `name` may take for its own."""
    if data.startswith(b"PK\x03\x04"):
        yield from _archives(name, data, size)
    elif data.startswith(b"PAR1"):
        yield from _tables(data, size)
    elif 0 in data[:TEXT]:
        yield from _binaries(data, size)
    else:
        yield from _texts(data, size)


def _texts(data: bytes, size: int) -> Iterator[tuple[str, bytes]]:
    lines = data.split(b"\n")
    row, head = lines[-2], b"\n".join(lines[: len(lines) // 2]) + b"\n"
    separator = max((b"\t", b",", b" "), key=row.count)
    yield "a line without end", head + b"1" * size
    yield "a line of nothing but separators", head + separator * size
    yield "a line of quotes", head + b'"' * size
    yield "blank lines", head + b"\n" * size
    yield "rows without number", head + (separator * row.count(separator) + b"\n") * (size // (row.count(separator) + 1))
    yield "the same row again and again", head + (row + b"\n") * (size // (len(row) + 1))
    yield "titles without end", (lines[0] + b"\n") * (size // (len(lines[0]) + 1)) + data
    yield "a title of one line", lines[0] + b" " * size + b"\n" + data
    yield "words", head + b"word " * (size // 5)
    yield "cells of digits", head + separator.join([b"9" * 5000] * (row.count(separator) + 1)) + b"\n" + row
    yield "the whole again and again", data * (size // len(data))
    yield "UTF-16 of it", (data.decode("latin-1") * (size // len(data) // 2)).encode("utf-16")


def _binaries(data: bytes, size: int) -> Iterator[tuple[str, bytes]]:
    yield "the whole again and again", data * (size // len(data))
    yield "zeros behind", data + b"\0" * size
    yield "ones behind", data + b"\xff" * size
    for offset in range(0, min(len(data), 400), 16):  # the counts of a head made huge
        yield f"ones at {offset}", data[:offset] + b"\xff" * 4 + data[offset + 4 :] + b"\0" * (size // 8)
    page = data[4096:8192]
    if data[:4] == b"\0\1\0\0":
        yield "definitions without end", data[:4096] + page * (size // 4096)
        rows = bytearray(page)
        rows[0:2], rows[4:8], rows[12:14] = b"\x01\x01", struct.pack("<I", 1), struct.pack("<H", 1000)
        rows[14:2014] = b"".join(struct.pack("<H", 4096 - 2 * (i + 1)) for i in range(1000))
        yield "pages of tiny rows", data[:8192] + bytes(rows) * (size // 4096)


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return out.getvalue()


def _archives(name: str, data: bytes, size: int) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {i.filename: archive.read(i) for i in archive.infolist()}
    for key in list(members):
        yield f"zeros in {key}", _zip(members | {key: b"\0" * 8 * size})
        yield f"itself again and again in {key}", _zip(members | {key: members[key] * max(1, 8 * size // len(members[key]))})
    yield "an archive in it", _zip(members | {next(iter(members)): _zip({"x.zip": _zip({"y": b"\0" * size})})})
    yield "a member that points out", _zip(members | {"../../x": b"1"})
    yield "many members", _zip(members | {f"m{i}": b"" for i in range(3000)})
    if name == "arbin":
        sheet = max(k for k in members if "sheets/" in k)
        row = b'<row><c r="A2"><v>1</v></c></row>'
        first, last = b"<worksheet><sheetData>", b"</sheetData></worksheet>"
        yield "cells without end", _zip(members | {sheet: first + row * (8 * size // len(row)) + last})
        yield "a cell of one text", _zip(members | {sheet: first + b"<c><v>" + b"1" * 8 * size + b"</v></c>" + last})
        yield "an attribute without end", _zip(members | {sheet: first + b'<c r="' + b"A" * 8 * size + b'"/>' + last})
        yield "elements in elements", _zip(members | {sheet: b"<a>" * (8 * size // 3)})
        yield "texts without end", _zip(members | {"xl/sharedStrings.xml": b"<sst>" + b"<si/>" * (8 * size // 5)})
        long = b"<sst><si><t>" + b"x" * 8 * size
        yield "a text without end", _zip(members | {"xl/sharedStrings.xml": long})


def _tables(data: bytes, size: int) -> Iterator[tuple[str, bytes]]:
    import polars as pl

    table = pl.read_parquet(io.BytesIO(data))
    footer = int.from_bytes(data[-8:-4], "little")
    yield "bytes between", data[: -8 - footer] + b"\0" * size + data[-8 - footer :]
    for times in (8 * size // 100, 80 * size // 100):
        wide = pl.DataFrame({c: pl.Series([1.0]).new_from_index(0, times // len(table.columns)) for c in table.columns})
        out = io.BytesIO()
        wide.write_parquet(out, metadata=pl.read_parquet_metadata(io.BytesIO(data)))
        yield f"{times} rows of one number", out.getvalue()


def gzip_bomb(size: int) -> bytes:
    """Zeros, packed a thousand times."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packer.compress(b"\0" * size) + packer.flush()


def high_water() -> int:
    """The most memory this process has held, in bytes."""
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024


def main(folder: Path, size: int, names: list[str]) -> None:
    import test_readers_samples as make
    from interlayer.errors import ReadError
    from interlayer.readers import READERS
    from interlayer.readers._base import UnforeseenError

    warnings.simplefilter("error")
    for name, (file, data) in make.every_sample(folder).items():
        if names and name not in names:
            continue
        for what, bad in hostile(name, file, data, size):
            path = folder / file
            path.write_bytes(bad)
            length = len(bad)
            del bad
            gc.collect()
            Path("/proc/self/clear_refs").write_text("5")  # the mark starts again from what is held now
            held = high_water()
            began = time.thread_time()
            try:
                READERS[name].read(path)
                end = "record"
            except ReadError as error:
                end = "UNFORESEEN " + str(error)[:150] if isinstance(error, UnforeseenError) else "ReadError"
            spent, over = time.thread_time() - began, (high_water() - held - 10 * length) / 1e6
            print(f"{over:7.0f} MB over 10 x file {spent:6.2f} s {length / 1e6:7.1f} MB {name}: {what}: {end}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
