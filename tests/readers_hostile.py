"""Files made to exhaust the memory or the time: `hostile(name, sample, size)` gives some of about `size` bytes for a
format. Run as a script (folder, size, names...) it reads each and prints the worst outcome; a process of its own,
because the high-water mark of the memory is the process's."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import io
import json
import os
import random
import struct
import subprocess
import sys
import threading
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
    short = separator.join([b"1"] * (row.count(separator) + 1)) + b"\n"
    yield "short rows again and again", head + short * (size // len(short))
    yield "short rows with the line ends of Windows", head + short.replace(b"\n", b"\r\n") * (size // len(short))
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


def _noise(size: int) -> bytes:
    """Three columns of numbers that pack as those of instruments do."""
    rows = random.Random(1)
    some = b"".join(b"%.6E\t%.6E\t%.6E\n" % (rows.random(), rows.random(), rows.random()) for _ in range(min(size, 1 << 20) // 39))
    return some * (size // len(some))


def _archives(name: str, data: bytes, size: int) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {i.filename: archive.read(i) for i in archive.infolist()}
    for key in list(members):
        yield f"zeros in {key}", _zip(members | {key: b"\0" * 8 * size})
        yield f"itself again and again in {key}", _zip(members | {key: members[key] * max(1, 8 * size // len(members[key]))})
    first = next(iter(members))
    if name == "wrapped":
        lines = members[first].split(b"\n")
        half, row = b"\n".join(lines[: len(lines) // 2]) + b"\n", lines[-2] + b"\n"
        for times in (1, 4, 8):
            yield f"{times} times the row again and again", _zip({first: half + row * (times * size // len(row))})
            yield f"{times} times numbers of noise", _zip({first: half + _noise(times * size)})
            yield f"{times} times short rows", _zip({first: half + b"1\t1\t1\n" * (times * size // 6)})
            yield f"{times} times a line without end", _zip({first: half + b"word " * (times * size // 5)})
            yield f"{times} times the line ends of Windows", _zip({first: half + row.replace(b"\n", b"\r\n") * (times * size // len(row))})
            line = b"test_time_second,voltage_volt,current_ampere\n"
            yield f"{times} times a row of time", _zip({"x.csv": line + b"1,1,1\n" * (times * size // 6)})
            rows = b"".join(b"%d,1,1\n" % i for i in range(100_000))
            yield f"{times} times rows of time", _zip({"x.csv": line + rows * (times * size // len(rows))})
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
    about = pl.read_parquet_metadata(io.BytesIO(data))

    def packed(frame: pl.DataFrame, said: dict[str, str], behind: int = 0, **how: int) -> bytes:
        out = io.BytesIO()
        frame.write_parquet(out, metadata=said, **how)
        body = out.getvalue()
        end = len(body) - 8 - int.from_bytes(body[-8:-4], "little")
        return body[:end] + b"\0" * behind + body[end:]

    def rows(count: int) -> pl.DataFrame:
        same = {c: pl.Series([1.0]).new_from_index(0, count) for c in table.columns if c != "segment"}
        return pl.DataFrame(({"segment": pl.Series([0], dtype=pl.Int32).new_from_index(0, count)} if "segment" in table.columns else {}) | same)

    yield "bytes between", packed(table, about, size)
    for times in (8 * size // 100, 80 * size // 100):
        yield f"{times} rows of one number", packed(rows(times // len(table.columns)), about)
    for share in (0.2, 0.5, 0.8, 0.95):  # about as many as are let through
        count = int(share * (10 * size + 100e6) / 8 / (len(table.columns) - 1))
        yield f"{count} rows in a file of bytes", packed(rows(count), about, size)
        yield f"{count} rows of one page in a file of bytes", packed(rows(count), about, size, row_group_size=count, data_page_size=1 << 30)
    yield "empty lists in the footer", packed(table, about | {"interlayer": '{"format":1,"segments":[' + "[]," * (size // 3) + "[]]}"})
    yield "a text in the footer", packed(table, about | {"interlayer": '{"format":1,"segments":["' + "x" * size + '"]}'})
    yield "texts for numbers", packed(table.with_columns(pl.lit("x" * 1000).alias("time")) if "time" in table.columns else table, about)
    wide = {f"column {i}": [1.0] for i in range(size // 200)}
    yield "columns without end", packed(table.head(1).hstack(pl.DataFrame(wide)), about)


def gzip_bomb(size: int) -> bytes:
    """Zeros, packed a thousand times."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packer.compress(b"\0" * size) + packer.flush()


def high_water(pid: int | str = "self") -> int:
    """The most memory a process has held, in bytes; 0 for one that is gone."""
    try:
        return int(Path(f"/proc/{pid}/status").read_text().split("VmHWM:")[1].split()[0]) * 1024
    except (OSError, IndexError):
        return 0


class Children(threading.Thread):
    """The high-water marks of the processes that this one starts, added up; looked at a thousand times a second, for a
    process that is killed takes its mark with it."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.marks: dict[str, int] = {}
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.001):
            self.look()

    def look(self) -> None:
        for task in Path("/proc/self/task").iterdir():
            with contextlib.suppress(OSError):
                for pid in (task / "children").read_text().split():
                    if "_worker.py" not in Path(f"/proc/{pid}/cmdline").read_text():
                        continue  # before its exec it still shows the memory of this process
                    self.marks[pid] = max(self.marks.get(pid, 0), high_water(pid))

    def most(self) -> int:
        """The most that any of them held: one is ended before the next is started."""
        self.done.set()
        self.join()
        self.look()
        return max(self.marks.values(), default=0)


def seconds() -> float:
    """CPU time of this thread and of the processes that have ended."""
    spent = os.times()
    return time.thread_time() + spent.children_user + spent.children_system


def samples(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    """(reader, file name, bytes) of the files that are made hostile."""
    import test_readers_samples as ready

    for name, (file, data) in ready.every_sample(folder).items():
        yield name, file, data
        if name == "bdf":
            yield name, *ready.bdf_parquet(folder)
        if name == "neware":
            yield name, *ready.neware_file(ready.NEWARE[-2])
            yield name, *ready.neware_file(ready.NEWARE[-1])


def make(folder: Path, size: int, names: list[str]) -> None:
    """Write the files, each in a folder of its own, and a list of them."""
    listed = []
    for name, file, data in samples(folder):
        for what, bad in hostile(name, file, data, size) if not names or name in names else ():
            (folder / str(len(listed))).mkdir()
            (folder / str(len(listed)) / file).write_bytes(bad)
            listed.append((name, file, what))
    (folder / "list.json").write_text(json.dumps(listed))


def settle() -> int:
    """Hand freed memory back and let the high-water mark start again from what is held; those bytes."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    return high_water()


def main(folder: Path) -> None:
    from interlayer.errors import ReadError
    from interlayer.readers import READERS
    from interlayer.readers._base import UnforeseenError
    from interlayer.record import _apart

    warnings.simplefilter("error")
    for number, (name, file, what) in enumerate(json.loads((folder / "list.json").read_text())):
        path = folder / str(number) / file
        length = path.stat().st_size
        _apart._end()  # what the process apart takes from its start on counts as taken by the file
        children = Children()
        children.start()
        held, began = settle(), seconds()
        try:
            READERS[name].read(path)
            end = "record"
        except ReadError as error:
            end = ("UNFORESEEN " if isinstance(error, UnforeseenError) else "ReadError ") + str(error)[:150].replace("\n", " ")
        own, apart = high_water() - held, children.most()
        _apart._end()
        spent, over = seconds() - began, (own + apart - 10 * length) / 1e6
        shown = f"{what}: ({own / 1e6:.0f} + {apart / 1e6:.0f} MB) {end}"
        print(f"{over:7.0f} MB over 10 x file {spent:6.2f} s {length / 1e6:7.1f} MB {name}: {shown}", flush=True)
        path.unlink()


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
    else:  # the files are made in another process, so that what making them takes is not in the measure
        subprocess.run([sys.executable, __file__, "make", *sys.argv[1:]], check=True)
        main(Path(sys.argv[1]))
