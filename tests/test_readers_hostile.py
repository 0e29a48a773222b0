"""No file takes more memory than ten times its size and 200 MB, or time without end: archives and tables that claim to
unpack without end, lines and cells without end, heads with huge counts. Each reader in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from interlayer.readers import READERS
from interlayer.readers._cycler import unpack_limit

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


def test_what_another_library_unpacks_is_bounded_tighter() -> None:
    assert unpack_limit(1000) == 10 * 1000 + 200_000_000
    assert 4 * unpack_limit(1000, 4) < 80e6
