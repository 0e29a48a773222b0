"""Bytes that nobody vouches for are unpacked by a library in a process of its own (`_worker.py`).

    with ask({"job": "parquet look", "file": path}, Bounds.of(path)) as answer:
        says = answer.says()            # a line of the answer
        answer.fill(column)             # the raw bytes behind it

The process stays for the next file, is started anew when it died, and ends with this one. What it does to a file that
damaged it comes out as `ReadError`. Its memory is watched where the system tells it (Linux), its time everywhere.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import ReadError

SCRIPT = Path(__file__).with_name("_worker.py")
RATIO, SLACK = 10, 200_000_000  # reading may take so many times the file, and so many bytes ...
MORE = "INTERLAYER_MEMORY"  # ... or as many MB as this variable of the environment says, where they are more
BASE = 95_000_000  # bytes of the process apart before it unpacks anything, libraries included
GROWN = 160_000_000  # bytes beyond which it is not kept for the next file
_LINE = 1 << 20  # bytes of an answer's line, and as many as the file is long
_NO_WINDOW, _NEW_GROUP = 0x08000000, 0x00000200  # of Windows' process creation flags
_POLL = 0.004  # s between two looks at its memory
#: two threads of polars there, for each holds pages unpacked; freed memory goes back at once
_SETTINGS = {"POLARS_MAX_THREADS": "2", "_RJEM_MALLOC_CONF": "dirty_decay_ms:0,muzzy_decay_ms:0", "PYTHONUTF8": "1"}


_WITHIN: ContextVar[int | None] = ContextVar("interlayer_within", default=None)


def allowed(size: int) -> int:
    """Bytes that reading a file of `size` bytes may take, here and in the process apart together."""
    more = os.environ.get(MORE, "0")
    whole = max(RATIO * size + SLACK, int(more) * 1_000_000 if more.isdecimal() else 0)
    outer = _WITHIN.get()
    return whole if outer is None else min(whole, outer)


@contextmanager
def within(memory: int) -> Iterator[None]:
    """What is read inside may take `memory` bytes, however big the files are: they were unpacked from a smaller one."""
    before = _WITHIN.set(memory)
    try:
        yield
    finally:
        _WITHIN.reset(before)


def too_big(file: str, size: int, what: str, place: str) -> ReadError:
    """The error for a file that would take more than it may."""
    return ReadError(
        f"The file of {size:,} bytes {what}; reading it may take {allowed(size) / 1e6:,.0f} MB of memory",
        file=file,
        place=place,
        remedy=f"It is damaged or made to exhaust the memory. If it is real, split it, or allow more: {MORE}=2000 (MB) in the environment",
    )


@dataclass(frozen=True)
class Bounds:
    """What unpacking a file may take: `memory` in bytes of the process apart, `seconds` on the clock."""

    file: str
    size: int
    memory: int
    seconds: float

    @classmethod
    def of(cls, path: Path, share: float = 0.0) -> Bounds:
        """What is allowed less the bytes that the caller takes (`share`); a minute and 2 s/MB."""
        size = path.stat().st_size
        return cls(path.name, size, int(allowed(size) - share), 60.0 + 2e-6 * size)


class Worker:
    """The running process."""

    def __init__(self) -> None:
        if getattr(sys, "frozen", False) or not sys.executable or not SCRIPT.exists():
            raise OSError("no Python interpreter can be started from here")
        command = [sys.executable, "-P", "-S", "-W", "ignore", str(SCRIPT)]
        apart: dict[str, Any] = {"start_new_session": True}  # an interrupt from the keyboard is this process' affair
        if os.name == "nt":
            apart = {"creationflags": _NO_WINDOW | _NEW_GROUP}
        self.pid = os.getpid()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **_SETTINGS},
            **apart,
        )

    def end(self) -> int:
        """Kill it, wait for it, close its pipes; its exit status."""
        with suppress(OSError):
            self.process.kill()
        status = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                assert pipe is not None
                pipe.close()
        return status

    def memory(self) -> int:
        """Bytes that it holds now; 0 where the system does not tell."""
        try:
            return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * _PAGE
        except (OSError, IndexError, ValueError):
            return 0


_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_LOCK = threading.Lock()
_RUNNING: list[Worker] = []


class _Watch(threading.Thread):
    """Kills the process when it goes out of bounds, and says which."""

    def __init__(self, worker: Worker, bounds: Bounds) -> None:
        super().__init__(daemon=True, name="interlayer-apart")
        self.worker, self.bounds, self.why, self.done = worker, bounds, "", threading.Event()

    def run(self) -> None:
        until = time.monotonic() + self.bounds.seconds
        while not self.done.wait(_POLL):
            if self.worker.memory() > self.bounds.memory:
                self.why = f"more than {self.bounds.memory / 1e6:,.0f} MB of memory"
            elif time.monotonic() > until:
                self.why = f"more than {self.bounds.seconds:,.0f} s"
            if self.why:
                self.worker.process.kill()
                return


class Answer:
    """What the process says of a file, line by line."""

    def __init__(self, worker: Worker, watch: _Watch) -> None:
        self._worker, self._watch, self.whole, self.sound = worker, watch, False, True
        pipe = worker.process.stdout
        assert pipe is not None
        self._pipe = pipe

    def says(self) -> dict[str, Any]:
        """The next line; `ReadError` where the file could not be unpacked."""
        line = self._pipe.readline(_LINE + self._watch.bounds.size)
        if not line.endswith(b"\n"):
            raise self.gone(line)
        try:
            says: dict[str, Any] = json.loads(line)
        except ValueError:
            raise self.gone(line) from None
        if "error" in says:
            self.whole, self.sound = True, not says["spoilt"]
            if says["kind"] == "MemoryError":
                self._watch.why = "more memory than it may"
                raise self.gone(b"")
            raise ReadError(
                f"The file is damaged ({says['error'][:160] or says['kind']})",
                file=self._watch.bounds.file,
                place="the table",
                remedy="Copy it again from where it was written",
            )
        self.whole = "end" in says
        return says

    def fill(self, buffer: npt.NDArray[Any]) -> None:
        """Raw bytes into a contiguous array, all of it."""
        if not buffer.size:
            return
        view = buffer.data.cast("B")
        at = 0
        while at < len(view):
            count = self._pipe.readinto(view[at:])  # type: ignore[attr-defined]
            if not count:
                raise self.gone(b"")
            at += count

    def floats(self, count: int) -> npt.NDArray[np.float64]:
        """So many numbers."""
        out = np.empty(count)
        self.fill(out)
        return out

    def raw(self, count: int) -> bytes:
        """So many bytes."""
        out: bytes = self._pipe.read(count)
        if len(out) < count:
            raise self.gone(b"")
        return out

    def gone(self, line: bytes) -> ReadError:
        """The error for an answer that broke off."""
        bounds = self._watch.bounds
        if not line and not self.whole:
            status = self._worker.process.wait()
            how = f"signal {-status}" if status < 0 else f"status {status}"
        else:
            how = "an answer without end"
        self._watch.done.set()
        self._watch.join()
        if "memory" in self._watch.why:
            return too_big(bounds.file, bounds.size, f"takes {self._watch.why} to unpack", "the table")
        if self._watch.why:
            return ReadError(
                f"The file of {bounds.size:,} bytes takes {self._watch.why} to unpack",
                file=bounds.file,
                place="the table",
                remedy="It is damaged or made to hang; if it is real, split it, and say so: it should be read",
            )
        return ReadError(
            f"The library that unpacks this file broke down over it ({how})",
            file=bounds.file,
            place="the table",
            remedy="The file is damaged: copy it again from where it was written; if it is whole, please report it",
        )


@contextmanager
def ask(job: Mapping[str, Any], bounds: Bounds) -> Iterator[Answer]:
    """The answer to a job, to be read within; an answer left before its end ends the process."""
    with _LOCK:
        worker = _running(bounds)
        watch = _Watch(worker, bounds)
        answer = Answer(worker, watch)
        watch.start()
        try:
            _send(worker, {**job, "memory": bounds.memory, "path": [str(p) or str(Path.cwd()) for p in sys.path]}, answer)
            yield answer
        finally:
            watch.done.set()
            watch.join()
            if not (answer.whole and answer.sound) or watch.why or worker.memory() > GROWN:
                _RUNNING.remove(worker)
                worker.end()


def _send(worker: Worker, job: Mapping[str, Any], answer: Answer) -> None:
    pipe = worker.process.stdin
    assert pipe is not None
    try:
        pipe.write(json.dumps(job).encode() + b"\n")
        pipe.flush()
    except OSError:
        raise answer.gone(b"") from None


def _running(bounds: Bounds) -> Worker:
    """The process that waits, or a new one."""
    if _RUNNING and _RUNNING[0].process.poll() is not None:
        _RUNNING.pop().end()
    if not _RUNNING:
        try:
            _RUNNING.append(Worker())
        except OSError as error:
            raise ReadError(
                f"The process that unpacks such files can't be started ({error})",
                file=bounds.file,
                place="the table",
                remedy="Read it under an ordinary Python, with room for one more process",
            ) from None
    return _RUNNING[0]


def _end() -> None:
    while _RUNNING:
        _RUNNING.pop().end()


def _forked() -> None:
    """In a forked process: the one apart is the parent's; this one starts its own."""
    global _LOCK
    _LOCK = threading.Lock()
    for worker in _RUNNING:
        worker.process.returncode = 0  # nobody here waits for it
        for pipe in (worker.process.stdin, worker.process.stdout):
            with suppress(OSError, AttributeError):
                pipe.raw.close()  # type: ignore[union-attr]  # past the buffer, whose lock another thread may hold
    _RUNNING.clear()


atexit.register(_end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
