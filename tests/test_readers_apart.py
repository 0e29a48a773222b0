"""The process apart: what a library does over a damaged file stays there, and what it is asked comes back whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import test_readers_samples as make
from interlayer.errors import ReadError
from interlayer.readers import read
from interlayer.record import Provenance, Record, Segment, _apart, load
from interlayer.record._apart import Bounds, Worker, ask

LOOK = "parquet look"


def saved(folder: Path, name: str = "a record.parquet", rows: int = 1000) -> tuple[Record, Path]:
    rng = np.random.default_rng(1)
    segments = tuple(
        Segment({"time": np.arange(float(rows)), "voltage": rng.normal(3.7, 0.1, rows), "current": rng.normal(size=rows)}, info={"cycle": i})
        for i in range(3)
    )
    record = Record(segments, Provenance("measured", "x"))
    record.save(folder / name)
    return record, folder / name


def same(a: Record, b: Record) -> bool:
    return all(
        (x[c] == y[c]).all() and not y[c].flags.writeable for x, y in zip(a.segments, b.segments, strict=True) for c in x.channels
    )


def job(path: Path, **more: object) -> dict[str, object]:
    return {"job": LOOK, "file": str(path), "key": "interlayer", **more}


def fresh() -> Worker:
    _apart._end()
    worker = Worker()
    _apart._RUNNING.append(worker)
    return worker


def test_a_record_comes_back_and_the_process_stays(tmp_path: Path) -> None:
    record, path = saved(tmp_path)
    assert same(record, load(path))
    first = _apart._RUNNING[0].process.pid
    assert same(record, load(path)) and _apart._RUNNING[0].process.pid == first
    assert "polars" not in "".join(read(path).segments[0].channels)


def test_records_without_rows_or_segments(tmp_path: Path) -> None:
    empty = Segment({"time": np.empty(0), "voltage": np.empty(0)})
    for segments in ((), (empty,), (empty, *saved(tmp_path)[0].segments, empty)):
        record = Record(segments, Provenance("measured", "x"))
        record.save(tmp_path / "few.parquet")
        back = load(tmp_path / "few.parquet")
        assert [len(s) for s in back.segments] == [len(s) for s in segments] and same(record, back)


def test_mixed_rows_come_back_in_order(tmp_path: Path) -> None:
    import polars as pl

    record, path = saved(tmp_path, rows=10)
    about = pl.read_parquet_metadata(path)
    table = pl.read_parquet(path)
    mixed = pl.concat([table[20:], table[:5], table[10:20], table[5:10]])
    mixed.write_parquet(path, metadata=about)
    assert same(record, load(path))
    table.with_columns(pl.lit(7, pl.Int32).alias("segment")).write_parquet(path, metadata=about)
    with pytest.raises(ReadError, match="segments it does not describe"):
        load(path)


def test_damaged_footers_and_what_is_no_file_are_read_errors(tmp_path: Path) -> None:
    import polars as pl

    _, path = saved(tmp_path, rows=5)
    table, about = pl.read_parquet(path), json.loads(pl.read_parquet_metadata(path)["interlayer"])
    segment = about["segments"][0]
    for bad in (
        [], 1, {}, {"format": 1}, {"format": 2}, about | {"segments": None}, about | {"segments": [{}]}, about | {"segments": []},
        about | {"segments": [segment | {"axis": "depth"}] * 3}, about | {"segments": [segment | {"channels": ["time", "technique"]}]},
        about | {"segments": [segment | {"channels": ["time", 7]}]}, about | {"provenance": {}}, about | {"cell": 3},
        about | {"conditions": {"area": -1.0}}, about | {"conditions": {"weight": 1.0}},
    ):  # fmt: skip
        table.write_parquet(path, metadata={"interlayer": json.dumps(bad)})
        with pytest.raises(ReadError) as caught:
            load(path)
        assert caught.value.file == path.name and caught.value.place and caught.value.remedy, bad
    table.write_parquet(path, metadata={"interlayer": "[" * 100_000})
    for other in (path, tmp_path / "nowhere.parquet", tmp_path):
        with pytest.raises(ReadError) as caught:
            load(other)
        assert caught.value.file == other.name and caught.value.place and caught.value.remedy


def test_a_process_that_dies_is_told_and_replaced(tmp_path: Path) -> None:
    record, path = saved(tmp_path)
    worker = fresh()
    with pytest.raises(ReadError, match=r"broke down over it \(signal 9\)") as caught, ask(job(path), Bounds.of(path)) as answer:
        worker.process.kill()
        worker.process.wait()
        while True:
            answer.says()
    assert caught.value.file == path.name and caught.value.place and caught.value.remedy
    assert same(record, load(path)) and _apart._RUNNING[0] is not worker
    _apart._RUNNING[0].process.kill()  # between two files nobody is told
    _apart._RUNNING[0].process.wait()
    assert same(record, load(path))


@pytest.mark.skipif(sys.platform != "linux", reason="memory is watched on Linux alone")
def test_memory_and_time_are_bounded(tmp_path: Path) -> None:
    record, path = saved(tmp_path)
    for bounds, says in (
        (Bounds(path.name, 10, 1_000_000, 60.0), "more than 1 MB of memory"),
        (Bounds(path.name, 10, 10**9, 0.05), "more than 0 s"),
    ):
        fresh()
        with pytest.raises(ReadError, match=says) as caught, ask({"job": "sleep"}, bounds) as answer:
            answer.says()
        assert caught.value.remedy and not _apart._RUNNING
    assert same(record, load(path))


def test_an_error_within_ends_the_process_and_no_other_file_sees_it(tmp_path: Path) -> None:
    record, path = saved(tmp_path)
    with pytest.raises(KeyboardInterrupt), ask(job(path), Bounds.of(path)) as answer:
        answer.says()
        raise KeyboardInterrupt  # half of the answer is unread
    assert not _apart._RUNNING and same(record, load(path))


def test_threads_take_turns(tmp_path: Path) -> None:
    record, path = saved(tmp_path)
    fine: list[bool] = []
    threads = [threading.Thread(target=lambda: fine.append(same(record, load(path)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fine == [True] * 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_fork_starts_its_own_and_leaves_this_one_alone(tmp_path: Path) -> None:
    record, path = saved(tmp_path)
    load(path)
    ours = _apart._RUNNING[0].process.pid
    script = tmp_path / "fork.py"
    script.write_text(
        "import os, sys, interlayer as il\nfrom interlayer.record import _apart\n"
        "il.load(sys.argv[1]); ours = _apart._RUNNING[0].process.pid\npid = os.fork()\n"
        "if not pid:\n    il.load(sys.argv[1]); os._exit(int(_apart._RUNNING[0].process.pid == ours))\n"
        "assert os.waitpid(pid, 0)[1] == 0\nil.load(sys.argv[1]); assert _apart._RUNNING[0].process.pid == ours; print(ours)\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", str(script), str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert _apart._RUNNING[0].process.pid == ours


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    _, path = saved(tmp_path)
    code = "import os, sys, interlayer as il; from interlayer.record import _apart; il.load(sys.argv[1]); print(_apart._RUNNING[0].process.pid, flush=True); {}"
    for end in ("", "os._exit(3)", "os.kill(os.getpid(), 9)"):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code.format(end), str(path)], capture_output=True, text=True, check=False
        )
        assert done.stderr == "", done.stderr
        pid, until = int(done.stdout), time.monotonic() + 5.0
        while alive(pid) and time.monotonic() < until:
            time.sleep(0.02)
        assert not alive(pid), end


def alive(pid: int) -> bool:
    try:
        return "_worker" in Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return False


def test_no_interpreter_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, path = saved(tmp_path)
    _apart._end()
    monkeypatch.setattr(sys, "executable", "")
    with pytest.raises(ReadError, match="can't be started.*ordinary Python"):
        load(path)


def test_reading_imports_neither_polars_nor_fastnda_here(tmp_path: Path) -> None:
    _, path = saved(tmp_path)
    code = "import sys, interlayer as il; il.load(sys.argv[1]); assert not {'polars', 'fastnda', 'isal'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)


def test_neware_leaves_zlib_alone(tmp_path: Path) -> None:
    file, data = make.neware_file(make.NEWARE[0])
    (tmp_path / file).write_bytes(data)
    code = "import sys, zlib, interlayer as il; was = zlib.decompress; il.read(sys.argv[1]); assert zlib.decompress is was"
    subprocess.run([sys.executable, "-c", code, str(tmp_path / file)], check=True)
    (tmp_path / "named.txt").write_bytes(data)  # fastnda goes by the ending; we don't
    assert read(tmp_path / "named.txt").segments
