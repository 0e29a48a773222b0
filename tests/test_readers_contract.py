"""What every reader owes: it claims its own files only, and whatever is done to a file, the outcome is a record or a
`ReadError` that says where, why and what to do."""

from __future__ import annotations

import random
import time
from pathlib import Path

import numpy as np
import pytest

from interlayer.errors import ReadError
from interlayer.readers import READERS, read
from interlayer.readers._base import UnforeseenError
from interlayer.record import Record
from test_readers_samples import *  # noqa: F403

#: formats without a file that can be made here: their own tests hold them to the same contract
REAL_ONLY = ["neware"]
NAMES = [name for name in READERS if name not in REAL_ONLY]
BOUND = 3.0  # s of a single file; all take milliseconds on an idle machine

Samples = dict[str, tuple[str, bytes]]


def test_every_reader_has_a_sample(samples: Samples) -> None:
    assert sorted(samples) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_claims_its_own_sample_and_no_other(name: str, samples: Samples, tmp_path: Path) -> None:
    from interlayer.readers._source import open_source

    for other, (file, data) in samples.items():
        (tmp_path / file).write_bytes(data)
        source = open_source(tmp_path / file)
        assert READERS[name].sniff(source.head, source.name) == (name == other), other
    for head in (b"", b"\0", b"\xff\xfe", b"\n" * 100, bytes(range(256)) * 20, b"PAR1", b"{}", "αβγ".encode("utf-16")):
        assert not READERS[name].sniff(head, f"x{READERS[name].extensions[0]}")


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_is_described(name: str) -> None:
    reader = READERS[name]
    assert reader.name == name and reader.title and all(e.startswith(".") for e in reader.extensions)
    page = __import__(f"interlayer.readers.{name}", fromlist=["x"]).__doc__
    assert all(word in page for word in ("Units", "igns", "ncertainties"))


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_reads(name: str, samples: Samples, tmp_path: Path) -> None:
    file, data = samples[name]
    (tmp_path / file).write_bytes(data)
    record = read(tmp_path / file)
    assert record.segments and all(len(s) and np.isfinite(s[s.axis]).all() for s in record.segments)
    assert all(not v.flags.writeable for s in record.segments for v in s.channels.values())
    if name != "interlayer":
        assert (
            record.provenance.reader == name
            and record.provenance.source == file
            and len(record.provenance.sha256) == 64
        )


def outcome(name: str, path: Path) -> str:
    """What comes of a file: read as `name`, and read as whatever it claims to be."""
    ends = []
    for how in (READERS[name].read, read):
        began = time.process_time()
        try:
            record = how(path)
            assert isinstance(record, Record) and record.segments
            ends.append("record")
        except ReadError as error:
            assert not isinstance(error, UnforeseenError), str(error)
            assert error.file == path.name and error.remedy and len(str(error)) < 5000
            ends.append("error")
        assert time.process_time() - began < BOUND
    return ends[0]


@pytest.mark.parametrize("name", NAMES)
def test_damaged_files(name: str, samples: Samples, tmp_path: Path) -> None:
    file, data = samples[name]
    path = tmp_path / file
    noise = random.Random(name).randbytes
    for bad in (
        b"\0",
        b"\xff",
        noise(10),
        noise(5000),
        b"PAR1" + noise(3000) + b"PAR1",
        b"\n",
        b" \t \n",
        b"x" * 30_000,
    ):
        path.write_bytes(bad)
        assert outcome(name, path) == "error"
    for percent in range(10, 100, 10):
        path.write_bytes(data[: len(data) * percent // 100])
        outcome(name, path)
    if name == "interlayer":
        return
    for other in NAMES:  # under every other reader's ending
        path = tmp_path / f"renamed{READERS[other].extensions[0]}"
        path.write_bytes(data)
        try:
            assert read(path).provenance.reader == name
        except ReadError as error:
            assert error.remedy


def mutate(data: bytes, rng: random.Random) -> bytes:
    """`data` with one to twenty injuries: flips, cuts, doublings, lines lost or repeated."""
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


@pytest.mark.parametrize("name", NAMES)
def test_mutations(name: str, samples: Samples, tmp_path: Path) -> None:
    file, data = samples[name]
    ends = []
    for seed in range(200):
        path = tmp_path / file
        path.write_bytes(mutate(data, random.Random(f"{name} {seed}")))
        ends.append(outcome(name, path))
    assert 0 < ends.count("record") < 200  # some injuries heal, some don't


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_many_mutations(name: str, samples: Samples, tmp_path: Path) -> None:
    file, data = samples[name]
    for seed in range(5000):
        path = tmp_path / file
        path.write_bytes(mutate(data, random.Random(f"long {name} {seed}")))
        outcome(name, path)
