#!/usr/bin/env python3
"""All set-up in one command, on a machine that has only Python 3.11 or later and pip.

    python3 lab.py demo      the main job: bare against protected garnet, with a report
    python3 lab.py test      the test suite
    python3 lab.py proofs    the long proofs
    python3 lab.py check     lint, types, walls
    python3 lab.py docs      the documentation: out/docs/index.html
    python3 lab.py run ...   any `interlayer` command, for example: python3 lab.py run formats

It makes `.venv` beside this file, installs the hash-pinned requirements into it once, and works offline afterwards.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
HOME = ROOT / ".venv"
PYTHON = HOME / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def call(*command: str | Path) -> None:
    """Run a command and stop with its exit status where it fails."""
    status = subprocess.run([str(c) for c in command], cwd=ROOT, check=False).returncode
    if status:
        raise SystemExit(status)


def ready(which: str) -> None:
    """Make the environment hold `requirements/<which>.txt` and the package; a stamp says what it holds already."""
    pins = ROOT / "requirements" / f"{which}.txt"
    stamp = HOME / f"ready-{which}"
    digest = hashlib.sha256(pins.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    larger = HOME / "ready-test"
    if any(s.exists() and s.read_text() == d for s, d in ((stamp, digest), (larger, _digest("test")))):
        return
    if not PYTHON.exists():
        print(f"making {HOME.name} ...", flush=True)
        venv.create(HOME, with_pip=True)
    print(f"installing the pinned requirements ({which}), once ...", flush=True)
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    call(*pip, "--require-hashes", "--no-deps", "-r", pins)
    call(*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT)
    stamp.write_text(digest)


def _digest(which: str) -> str:
    return hashlib.sha256((ROOT / "requirements" / f"{which}.txt").read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()


def main(words: list[str]) -> None:
    """Dispatch."""
    if sys.version_info < (3, 11):
        raise SystemExit(f"interlayer needs Python 3.11 or later; this is {sys.version.split()[0]}")
    job, rest = (words[0], words[1:]) if words else ("", [])
    if job == "demo":
        ready("run")
        call(PYTHON, "-m", "interlayer.cli", "demo", *rest)
    elif job == "run":
        ready("run")
        call(PYTHON, "-m", "interlayer.cli", *rest)
    elif job == "test":
        ready("test")
        call(PYTHON, "-m", "pytest", "-q", "-n", "2", "-m", "not long", *rest)
    elif job == "proofs":
        ready("test")
        call(PYTHON, "-m", "pytest", "-q", "-n", "2", "-m", "long", *rest)
    elif job == "check":
        ready("test")
        call(PYTHON, "-m", "ruff", "check", "src", "tests", "benchmarks", "lab.py")
        call(PYTHON, "-m", "mypy")
        call(HOME / PYTHON.parent.name / "lint-imports")
    elif job == "docs":
        ready("test")
        call(PYTHON, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", ROOT / "docs", ROOT / "out" / "docs", *rest)
        print(f"documentation: {ROOT / 'out' / 'docs' / 'index.html'}")
    else:
        print(__doc__)
        raise SystemExit(0 if job in ("", "-h", "--help") else 2)


if __name__ == "__main__":
    main(sys.argv[1:])
