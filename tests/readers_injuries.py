"""Injuries to files, and what may come of them: the one place for all tests of the readers.

Blind ones (bits, cuts, lines) find what stumbles over the form; those that know the form (numbers made huge, negative
or NaN, columns swapped, a member of an archive injured and packed again with a right checksum) get past checksums and
number parsers to the meaning.
"""

from __future__ import annotations

import io
import random
import re
import struct
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from interlayer.errors import ReadError
from interlayer.readers import READERS
from interlayer.readers._base import UnforeseenError
from interlayer.readers._read import claimant
from interlayer.readers._source import open_source
from interlayer.record import Record

BOUND = 3.0  # s of CPU of this thread for a file of some kB; nearly all take milliseconds

_NUMBER = re.compile(rb"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")
_ODD_TEXT = (
    b"1e999", b"-1e999", b"1e308", b"-1", b"0", b"nan", b"inf", b"-inf", b"99999999999999999999", b"1e-320", b"",
    b"-0", b"4294967295", b"2147483648", b"1,000,000", b"1_0", b"0x1F", b"1e5", b"#REF!", b"-", b"1:99:99", b"\xef\xbc\x91",
)  # fmt: skip
_ODD_BYTES = (
    *(struct.pack(k, v) for k, v in (("<I", 0xFFFFFFFF), ("<I", 0x7FFFFFFF), ("<I", 0x80000000), ("<I", 0), ("<I", 1))),
    *(struct.pack(k, v) for k, v in (("<f", float("nan")), ("<f", float("inf")), ("<f", -1e30), ("<d", float("nan")))),
    *(struct.pack(k, v) for k, v in (("<d", 1e300), ("<d", float("-inf")), ("<q", -1), ("<H", 0xFFFF), ("<B", 0xFF))),
)


def mutate(data: bytes, rng: random.Random) -> bytes:
    """`data` with one to twenty injuries, half of the time blind ones, half of the time ones that know the form."""
    if rng.random() < 0.5:
        return blind(data, rng)
    if data.startswith(b"PK\x03\x04"):
        return repacked(data, rng)
    return knowing(data, rng)


def blind(data: bytes, rng: random.Random) -> bytes:
    """Flips, cuts, doublings, lines lost or repeated."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        if not out:
            break
        i = rng.randrange(len(out))
        j = min(len(out), i + rng.randrange(1, 200))
        kind = rng.randrange(7)
        if kind == 0:
            out[i] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del out[i:]
        elif kind == 2:
            out[i:i] = out[i:j]
        elif kind == 3:
            del out[i:j]
        elif kind == 4:
            out[i] = rng.choice(b"\t,;. \n\r0123456789eE+-\"'\0")
        elif kind == 5:
            lines = out.split(b"\n")
            del lines[rng.randrange(len(lines))]
            out = bytearray(b"\n".join(lines))
        else:
            lines = out.split(b"\n")
            lines.insert(rng.randrange(len(lines)), rng.choice(lines))
            out = bytearray(b"\n".join(lines))
    return bytes(out)


def knowing(data: bytes, rng: random.Random) -> bytes:
    """Numbers made impossible and columns swapped in text; words overwritten by odd numbers in binary files."""
    if 0 in data[:4096]:
        out = bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 4, 10))):
            odd = rng.choice(_ODD_BYTES) if rng.random() < 0.8 else rng.randbytes(rng.choice((1, 2, 4, 8)))
            reach = rng.choice((256, 2048, len(out)))  # heads are short, and hold the counts
            i = rng.randrange(max(1, min(reach, len(out)) - len(odd)))
            out[i : i + len(odd)] = odd
        return bytes(out[: len(data)])
    lines = data.split(b"\n")
    separator = max((b"\t", b",", b";", b" "), key=data.count)
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(len(lines)) if rng.random() < 0.6 else rng.randrange(min(len(lines), 40))
        numbers = list(_NUMBER.finditer(lines[at][:2000]))
        cells = lines[at].split(separator)
        kind = rng.randrange(4)
        if kind <= 1 and numbers:
            one = rng.choice(numbers)
            lines[at] = lines[at][: one.start()] + rng.choice(_ODD_TEXT) + lines[at][one.end() :]
        elif kind == 2 and len(cells) > 1:
            i, j = rng.randrange(len(cells)), rng.randrange(len(cells))
            cells[i], cells[j] = cells[j], cells[i]
            lines[at] = separator.join(cells)
        elif len(cells) > 1:  # a whole column: swapped, dropped or set to one odd number
            i, j, odd = rng.randrange(len(cells)), rng.randrange(len(cells)), rng.choice(_ODD_TEXT)
            way = rng.randrange(3)
            for k, line in enumerate(lines[at:], at):
                row = line.split(separator)
                if len(row) == len(cells):
                    if way == 0:
                        row[i], row[j] = row[j], row[i]
                    elif way == 1:
                        del row[i]
                    elif k > at:
                        row[i] = odd
                    lines[k] = separator.join(row)
    return b"\n".join(lines)


def repacked(data: bytes, rng: random.Random) -> bytes:
    """One member of a zip archive injured, and the archive whole again; now and then its list of members injured."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(i.filename, archive.read(i)) for i in archive.infolist()]
    at = rng.randrange(len(members))
    name, body = members[at]
    if rng.random() < 0.1:
        members[at] = (rng.choice(("../" + name, name + "x", "", "/" + name, name * 30)), body)
    elif rng.random() < 0.05:
        del members[at]
    else:
        members[at] = (name, (knowing if rng.random() < 0.6 else blind)(body, rng))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, body in members:
            archive.writestr(zipfile.ZipInfo(name or "x"), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def outcome(name: str, path: Path, what: str = "") -> str:
    """What comes of a file read as `name`, and as what it claims to be where that is something else: "record" or
    "error"; anything else is an assertion that says which file (`what`: its seed) and how."""
    end = _outcome(READERS[name].read, path, what)
    try:
        other = claimant(open_source(path))
    except ReadError as error:
        _whole(error, path, what)
        return end
    if other.name != name:
        _outcome(other.read, path, what)
    return end


def _outcome(how: Callable[[Path], Record], path: Path, what: str) -> str:
    began = time.thread_time()
    try:
        record = how(path)
        end = "record"
    except ReadError as error:
        _whole(error, path, what)
        end = "error"
    spent = time.thread_time() - began
    assert spent < BOUND, f"{what}: {spent:.1f} s of CPU"
    if end == "record":
        assert isinstance(record, Record) and record.segments, what
    return end


def _whole(error: ReadError, path: Path, what: str) -> None:
    assert not isinstance(error, UnforeseenError), f"{what}: {error}"
    assert error.file == path.name and error.remedy and len(str(error)) < 5000, f"{what}: {error}"


def fuzz(name: str, file: str, data: bytes, folder: Path, count: int, seed: str = "") -> Counter[str]:
    """How often `count` injuries to a file end as a record and how often as a `ReadError`."""
    ends: Counter[str] = Counter()
    path = folder / file
    for number in range(count):
        key = f"{seed}{name} {number}"
        path.write_bytes(mutate(data, random.Random(key)))
        try:
            ends[outcome(name, path, f"seed {key!r}")] += 1
        except AssertionError:
            raise
        except Exception as error:
            raise AssertionError(f"seed {key!r}: {type(error).__name__}: {error}") from error
    return ends
