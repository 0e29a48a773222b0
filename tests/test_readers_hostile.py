"""No file takes more memory than ten times its size and 200 MB, or time without end: archives and tables that claim to
unpack without end, lines and cells without end, heads with huge counts. Each reader in a process of its own; what it unpacks
in the process apart counts with it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from interlayer.errors import ReadError
from interlayer.readers import READERS, read
from interlayer.readers._cycler import unpack_limit
from interlayer.readers._source import LONGEST, Text
from interlayer.record import _parquet
from interlayer.record._apart import within

SCRIPT = Path(__file__).with_name("readers_hostile.py")
#: MB above ten times the file, beyond what the process held before it
LEFT = 200.0


def worst(name: str, folder: Path, size: int) -> list[tuple[float, float, str]]:
    """(MB above ten times the file and what was held before, s of CPU, what came of it) of each hostile file."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder), str(size), name], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [line.split() for line in done.stdout.splitlines()]
    return [(float(cells[0]), float(cells[6]), " ".join(cells[10:])) for cells in lines]


@pytest.mark.parametrize("name", ["arbin"])
def test_small_hostile_files(name: str, tmp_path: Path) -> None:
    for over, spent, what in worst(name, tmp_path, 300_000):
        assert over < LEFT and spent < 3.0 and "UNFORESEEN" not in what, (over, spent, what)


@pytest.mark.long
@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("size", [4_000_000, 20_000_000])
def test_hostile_files(name: str, size: int, tmp_path: Path) -> None:
    for over, spent, what in worst(name, tmp_path, size):
        assert over < LEFT and spent < 6.0 + 2.0 * size / 1e6 and "UNFORESEEN" not in what, (over, spent, what)


def test_an_archive_unpacks_to_less_than_reading_it_may_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unpack_limit(1000) == 10 * 1000 + 200_000_000
    with within(5_000_000):  # a file that came out of a small archive
        assert unpack_limit(1000) == 5_000_000
    monkeypatch.setenv("INTERLAYER_MEMORY", "3000")
    assert unpack_limit(1000) == 3_000_000_000
    monkeypatch.setenv("INTERLAYER_MEMORY", "much")
    assert unpack_limit(1000) == 200_010_000


def test_tables_that_would_fill_the_memory_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import test_readers_samples as ready

    row = b"test_time_second,voltage_volt,current_ampere\n" + b"1,1,1\n" * 1_500_000
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("x.csv", row * 2)
    with pytest.raises(ReadError, match="lines of 3 columns.*INTERLAYER_MEMORY"):
        read(tmp_path / "x.zip")
    ready.parquet(ready.record(), tmp_path, "few.parquet")
    monkeypatch.setattr(_parquet, "BASE", 1e12)
    with pytest.raises(ReadError, match="claims 66 rows of 6 columns.*INTERLAYER_MEMORY"):
        read(tmp_path / "few.parquet")


def test_of_a_line_without_end_the_beginning_stands_for_it() -> None:
    data = b"1 2\n" * 3 + b"x" * 3_000_000 + b"\n" + b"3 4\n" * 2 + b"y" * 5_000_000
    pieces = list(Text("x", data, "utf-8").chunks(0, len(data), 1 << 20))
    assert max(map(len, pieces)) < 1 << 20 and sum(p.count(b"\n") for p in pieces) == data.count(b"\n")
    lines = b"".join(pieces).split(b"\n")
    assert [line[:3] for line in lines] == [b"1 2"] * 3 + [b"xxx", b"3 4", b"3 4", b"yyy"]
    assert all(len(line) > LONGEST for line in lines if line[:1] in b"xy")
