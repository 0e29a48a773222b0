"""The process apart: unpacks Parquet and Neware files for `_apart.py`, which starts it by this file's path.

Alone in its process, so that a library which aborts over damaged bytes, or takes all the memory, takes nobody with it.
It imports nothing of the package: polars and numpy (and fastnda for Neware) are all it needs, and its start is quick.

Asked by a JSON line on standard input, it answers with JSON lines; one with "bytes" is followed by so many raw bytes.
The last line of an answer holds "end" or "error". Numbers travel as float64, NaN for null.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import queue
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, BinaryIO

THREADS = 1 << 28  # bytes that threads may reserve beyond what is counted
GROUP = 1 << 23  # bytes of columns that are unpacked in one go
_FACTS = ("barcode", "remark", "remarks", "starttime", "start_time", "stepname", "active_mass", "scq", "creator")

#: part of an answer: what its line says, and the raw bytes behind it
Part = tuple[dict[str, Any], "list[Any]"]


def parquet_look(job: Mapping[str, Any]) -> Iterator[Part]:
    """Number of rows, the columns as (name, type, whether it is a number), and the metadata under a key."""
    import polars as pl

    path = job["file"]
    schema = pl.read_parquet_schema(path)
    rows = int(pl.scan_parquet(path).select(pl.len()).collect().item())
    columns = [(n, str(t)[:80], t.is_numeric()) for n, t in schema.items()]
    about = pl.read_parquet_metadata(path).get(job["key"]) if job.get("key") else None
    text = about.encode() if about is not None else b""
    yield {"rows": rows, "columns": columns, "known": about is not None, "bytes": len(text)}, [text]


def parquet_columns(job: Mapping[str, Any]) -> Iterator[Part]:
    """The columns named, some at a time, so that no more than those stand here."""
    import polars as pl

    names, rows = job["columns"], job["rows"]
    some = max(1, GROUP // (8 * rows + 1))
    for start in range(0, len(names), some):
        part = names[start : start + some]
        frame = pl.read_parquet(job["file"], columns=part)
        if frame.height != rows:
            raise ValueError(f"{frame.height} rows instead of {rows}")
        for name in part:
            yield {"bytes": 8 * rows}, [_floats(c) for c in frame.drop_in_place(name).get_chunks()]


def neware(job: Mapping[str, Any]) -> Iterator[Part]:
    """The table that fastnda decodes, with what it said and the few facts of the header that say what was tested."""
    import polars as pl

    listener, logger = _Listener(), logging.getLogger("fastnda")
    logger.addHandler(listener)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            fastnda = importlib.import_module("fastnda")
            frame = fastnda.read(job["file"])
            facts: dict[str, str] = {}
            with suppress(Exception):  # facts are shown and never used: data come first
                facts = _facts(fastnda.read_metadata(job["file"]))
    finally:
        logger.removeHandler(listener)
    said = [*listener.said, *(" ".join(str(w.message).split())[:200] for w in caught)]
    texts: list[str] = []
    if "step_type" in frame.columns:
        labels = frame["step_type"].cast(pl.String).fill_null("")
        texts = labels.unique(maintain_order=True).to_list()
        codes = labels.replace_strict(texts, list(range(len(texts))), return_dtype=pl.Float64)
        frame = frame.with_columns(codes.alias("step_type"))
    names = [n for n, t in frame.schema.items() if t.is_numeric()]
    yield {"rows": frame.height, "columns": frame.columns, "numbers": names, "texts": texts, "facts": facts, "said": said[:200]}, []
    for name in [n for n in names if n in job["columns"] or n.startswith("aux")]:
        yield {"column": name, "bytes": 8 * frame.height}, [_floats(c) for c in frame[name].get_chunks()]


class _Listener(logging.Handler):
    """Keeps what fastnda says."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if len(self.said) < 100:
            self.said.append(" ".join(record.getMessage().split())[:200])


def _facts(facts: Mapping[str, Any], depth: int = 0) -> dict[str, str]:
    out: dict[str, str] = {}
    for key, value in list(facts.items())[:500]:
        if isinstance(value, Mapping) and depth < 4:
            out = _facts(value, depth + 1) | out
        elif str(key).casefold() in _FACTS and isinstance(value, str | int | float) and str(value).strip():
            out.setdefault(str(key).casefold(), str(value)[:80])
    return out


def _floats(chunk: Any) -> Any:
    """A piece of a column as float64, NaN for null."""
    import numpy as np
    import polars as pl

    return np.ascontiguousarray(chunk.cast(pl.Float64).fill_null(float("nan")).to_numpy())


JOBS: dict[str, Callable[[Mapping[str, Any]], Iterator[Part]]] = {
    "parquet look": parquet_look,
    "parquet columns": parquet_columns,
    "neware": neware,
}


def _bound(memory: int) -> None:
    """Let the system refuse one piece far beyond `memory`, faster than anybody watches; Linux alone does."""
    import numpy as np  # noqa: F401
    import polars as pl  # noqa: F401  # before the bound: their threads reserve much and use little of it

    if sys.platform == "linux":
        import resource

        with open("/proc/self/statm") as file:  # noqa: PTH123
            now = int(file.read().split()[5]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_DATA, (now + memory + THREADS, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def _answer(job: Mapping[str, Any], out: BinaryIO) -> None:
    """All parts of the answer to a job; an error is a part too."""
    try:
        _bound(job["memory"])
        for says, pieces in JOBS[job["job"]](job):
            out.write(json.dumps(says).encode() + b"\n")
            while pieces:
                piece = pieces.pop(0)
                out.write(memoryview(piece).cast("B") if len(piece) else b"")
        last: dict[str, Any] = {"end": True}
    except BrokenPipeError:
        raise
    except BaseException as error:  # a panic inside polars is no Exception
        reason = " ".join(str(error).split())[:300]
        last = {"error": reason, "kind": type(error).__name__, "spoilt": not isinstance(error, Exception)}
    out.write(json.dumps(last).encode() + b"\n")
    out.flush()


def _listen(jobs: queue.SimpleQueue[bytes]) -> None:
    """Jobs from standard input; when it ends, the parent is gone, and so is the reason to be here."""
    for line in sys.stdin.buffer:
        jobs.put(line)
    os._exit(0)


def main() -> None:
    """Answer until standard input ends."""
    out = os.fdopen(os.dup(1), "wb")
    quiet = os.open(os.devnull, os.O_WRONLY)  # what libraries print is nobody's answer
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(jobs,), daemon=True).start()
    while True:
        job = json.loads(jobs.get())
        sys.path[:] = job["path"]
        _answer(job, out)


if __name__ == "__main__":
    main()
