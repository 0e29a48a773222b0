"""A file as readers see it: checked, hashed, decoded, with one kind of line end.

Nothing here knows a format. Memory: the bytes once, and once more while they are decoded or their line ends made alike.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from ..errors import ReadError
from ..record._apart import allowed, too_big

HEAD = 1 << 16  # bytes a reader may look at to claim a file
TEXT_LIMIT = 2_000_000_000  # bytes of text
FOOTER_LIMIT = 1 << 25  # bytes of a Parquet footer
TITLES = 1 << 20  # bytes in which the table of a text file must begin
_CHINESE = ("电压", "电流", "时间", "循环", "工步", "容量", "记录")
HELD = 17  # bytes for each number of a table: as it was read, in SI, and what is asked of it
WORK = 60_000_000  # bytes beside the text and its numbers: polars and the pieces it works on
LONGEST = 20_000  # characters of a line; a longer one is not a row or a title of anything


@dataclass(frozen=True)
class Source:
    """A regular file that can be opened: its name (never its path), size and first bytes."""

    path: Path
    name: str
    size: int
    head: bytes

    @cached_property
    def raw(self) -> bytes:
        """All bytes."""
        try:
            return self.path.read_bytes()
        except (OSError, MemoryError) as error:
            raise ReadError(
                f"The file can't be read ({error})", file=self.name, remedy="Check the disk and the memory"
            ) from error

    @cached_property
    def sha256(self) -> str:
        """Hash of the bytes as they lie on the disk."""
        if "raw" in self.__dict__:
            return hashlib.sha256(self.raw).hexdigest()
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ReadError(f"The file can't be read ({error})", file=self.name, remedy="Check the disk") from error

    def forget(self) -> None:
        """Let go of the bytes, where they are not needed any more."""
        self.__dict__.pop("raw", None)

    @cached_property
    def text(self) -> Text:
        """The file as text; `ReadError` when it is not text."""
        text = decode(self.raw, self.name)
        if text.data is not self.raw:
            self.forget()  # or the file would be held twice
        return text


def file_name(path: object) -> str:
    """The last part of whatever was given as a path, for messages."""
    try:
        return Path(os.fspath(path)).name or str(path)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        return repr(path)[:80]


def open_source(path: object) -> Source:
    """The file at `path`, or `ReadError` with the reason in plain words."""
    name = file_name(path)
    try:
        place = Path(os.fspath(path))  # type: ignore[call-overload]
        about = place.stat()
        if stat.S_ISDIR(about.st_mode):
            raise ReadError("This is a folder, not a file", file=name, remedy="Give one file at a time")
        if not stat.S_ISREG(about.st_mode):
            raise ReadError("This is not a regular file", file=name, remedy="Copy the data to a file first")
        if about.st_size == 0:
            raise ReadError("The file is empty", file=name, remedy="Copy it again from the instrument's computer")
        head = _peek(place, about.st_size)
        if about.st_size > TEXT_LIMIT and not head.startswith(b"PAR1"):
            raise ReadError(
                f"The file has {about.st_size / 1e9:.1f} GB; beyond {TEXT_LIMIT / 1e9:.0f} GB only Parquet is read",
                file=name,
                remedy="Split it, or convert it to Parquet with the instrument's own program",
            )
        return Source(place, name, about.st_size, head)
    except FileNotFoundError:
        raise ReadError(
            "There is no such file", file=name, remedy=f"Looked in {str(Path.cwd())!r}; give the full path"
        ) from None
    except PermissionError:
        raise ReadError(
            "The file may not be read (permission denied)", file=name, remedy="Change its permissions or copy it"
        ) from None
    except (OSError, ValueError, TypeError) as error:
        raise ReadError(
            f"The file can't be opened ({error})", file=name, remedy="Give the path of a file as text"
        ) from error


def _peek(path: Path, size: int) -> bytes:
    """The first bytes; for Parquet, whose directory stands at its end, the footer follows them."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        if head.startswith(b"PAR1") and size > 12:
            file.seek(-8, os.SEEK_END)
            length = int.from_bytes(file.read(4), "little")
            if 0 < length <= min(size - 12, FOOTER_LIMIT):
                file.seek(-8 - length, os.SEEK_END)
                head += file.read(length)
    return head


@dataclass(frozen=True)
class Text:
    """Text with `\\n` line ends as bytes of one encoding; `note` is the sentence about how it was decoded, or ""."""

    name: str
    data: bytes
    encoding: str
    note: str = ""

    def string(self, piece: bytes) -> str:
        """A piece of `data` as text."""
        return piece.decode(self.encoding, errors="replace")

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """The lines of the first MB; a line too long to be one is refused here, before any pattern meets it."""
        piece = self.data[:TITLES]
        if len(self.data) > TITLES:
            piece = piece[: piece.rfind(b"\n") + 1]
        lines = self.string(piece).split("\n") if piece else []
        for number, line in enumerate(lines, 1):
            if len(line) > LONGEST:
                raise ReadError(
                    f"The line has {len(line):,} characters",
                    file=self.name,
                    place=f"line {number}",
                    remedy="This is not a table of measurements, or its line ends were lost",
                )
        if not lines:
            raise ReadError(
                f"The first {TITLES:,} bytes hold no end of a line",
                file=self.name,
                place="line 1",
                remedy="This is not a table of measurements, or its line ends were lost",
            )
        return tuple(lines)

    @cached_property
    def lines(self) -> int:
        """The number of line ends."""
        return self.data.count(b"\n")

    def room(self, columns: int) -> None:
        """Refuse a text of which `columns` columns of numbers would take more memory than reading it may."""
        size = len(self.data)
        if size + HELD * (self.lines + 1) * columns + WORK > allowed(size):
            raise too_big(self.name, size, f"holds {self.lines:,} lines of {columns} columns", "the table")

    def offset(self, index: int) -> int:
        """Where line `index` (0-based, within `titles`) starts in `data`."""
        at = 0
        for _ in range(index):
            at = self.data.find(b"\n", at) + 1
            if at == 0:
                return len(self.data)
        return at

    def chunks(self, start: int, stop: int, size: int = 1 << 21) -> Iterator[bytes]:
        """`data[start:stop]` in pieces of whole lines, so that a big file never becomes a big list; of a line longer than
        a piece, which is no row, the beginning stands for it."""
        while start < stop:
            end = min(start + size, stop)
            if end < stop:
                cut = self.data.rfind(b"\n", start, end)
                if cut < 0:
                    cut = self.data.find(b"\n", end, stop)
                    yield self.data[start : start + 5 * LONGEST] + (b"\n" if cut >= 0 else b"")
                    start = cut + 1 if cut >= 0 else stop
                    continue
                end = cut + 1
            yield self.data[start:end]
            start = end


def encoding_of(head: bytes) -> str | None:
    """Encoding by byte order mark or by where the NULs stand; "" for one-byte text, None for no text at all."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return None
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    some = head[:4096]
    even, odd = some[0::2].count(0), some[1::2].count(0)
    if max(even, odd) > 0.4 * len(some[0::2]) and min(even, odd) < 0.05 * len(some):
        return "utf-16-le" if odd > even else "utf-16-be"
    control = sum(some.count(byte) for byte in (*range(1, 9), *range(14, 32)))
    return None if 0 in some or control > 0.02 * len(some) else ""


def decode(raw: bytes, name: str) -> Text:
    """Bytes of a file as `Text`: UTF-8 where they are valid UTF-8, GB 18030 where they then hold the words of Chinese
    cyclers, else Windows-1252, which never fails."""
    kind = encoding_of(raw[:HEAD])
    if kind is None:
        raise ReadError(
            "This is a binary file, not text",
            file=name,
            place="byte 1",
            remedy="Export it as text with the instrument's program",
        )
    if kind:
        first = 2 if raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else 0
        return Text(name, _line_ends(_from_utf16(raw, first, kind)), "utf-8", "The text was decoded from UTF-16.")
    if raw.startswith(codecs.BOM_UTF8):
        return Text(name, _line_ends(raw[3:]), "utf-8")
    if raw.isascii() or _is_utf8(raw):
        return Text(name, _line_ends(raw), "utf-8")
    if _is_chinese(raw[:HEAD]):
        return Text(name, _line_ends(raw), "gb18030", "The text is not UTF-8 and was decoded as GB 18030 (Chinese).")
    return Text(name, _line_ends(raw), "cp1252", "The text is not UTF-8 and was decoded as Windows-1252.")


def _from_utf16(raw: bytes, first: int, kind: str) -> bytes:
    """UTF-16 as UTF-8, some at a time: the whole as text would be twice the file."""
    decoder = codecs.getincrementaldecoder(kind)(errors="replace")
    out = bytearray()
    for start in range(first, len(raw) - 1, 1 << 20):
        out += decoder.decode(raw[start : start + (1 << 20)]).encode("utf-8", errors="replace")
    return bytes(out)


def _is_utf8(raw: bytes) -> bool:
    """Whether `raw` is UTF-8; a character cut off at the very end counts as valid."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(raw), HEAD):
            decoder.decode(raw[start : start + HEAD])
    except UnicodeDecodeError:
        return False
    return True


def _is_chinese(head: bytes) -> bool:
    """Whether two of the words that stand over a cycler's columns are there in the Chinese code."""
    return sum(word.encode("gb18030") in head for word in _CHINESE) >= 2


def _line_ends(data: bytes) -> bytes:
    if b"\r" not in data:
        return data
    return data.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


@lru_cache(maxsize=2)
def decode_head(head: bytes, name: str = "") -> tuple[str, ...]:
    """The lines of a file's first bytes for sniffing, the last (cut) one left out; () when they are no text."""
    if encoding_of(head) is None:
        return ()
    text = decode(head, name)
    lines = text.string(text.data).split("\n")
    return tuple(lines[:-1] if len(head) >= HEAD else lines)
