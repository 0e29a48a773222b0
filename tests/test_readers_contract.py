"""What every reader owes: it claims its own files only, and whatever is done to a file, the outcome is a record or a
`ReadError` that says where, why and what to do."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

import test_readers_samples as make
from interlayer.errors import ReadError
from interlayer.readers import READERS, read
from interlayer.readers._source import open_source
from readers_injuries import fuzz, outcome
from test_readers_samples import NEWARE, neware_file

NAMES = list(READERS)
MANY = 10_000  # injuries a reader behind the marker `long`

Samples = dict[str, tuple[str, bytes]]


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return make.every_sample(tmp_path_factory.mktemp("samples"))


def sample(name: str, samples: Samples) -> tuple[str, bytes]:
    """The sample of a reader; those of Neware are real, for nobody can make one, and may be absent."""
    if name not in samples:
        assert name == "neware"
        pytest.skip("the shared samples or fastnda are not here")
    return samples[name]


def test_every_reader_has_a_sample(samples: Samples) -> None:
    assert sorted({*samples, "neware"}) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_claims_its_own_sample_and_no_other(name: str, samples: Samples, tmp_path: Path) -> None:
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
    file, data = sample(name, samples)
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


@pytest.mark.parametrize("name", NAMES)
def test_damaged_files(name: str, samples: Samples, tmp_path: Path) -> None:
    file, data = sample(name, samples)
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


@pytest.mark.parametrize("name", NAMES)
def test_mutations(name: str, samples: Samples, tmp_path: Path) -> None:
    ends = fuzz(name, *sample(name, samples), tmp_path, 200)
    assert ends.total() == 200 and 0 < ends["record"] < 200  # some injuries heal, some don't


def test_mutations_of_bdf_in_parquet(tmp_path: Path) -> None:
    ends = fuzz("bdf", *make.bdf_parquet(tmp_path), tmp_path, 200, seed="parquet ")
    assert ends.total() == 200 and 0 < ends["record"] < 200


def test_an_escape_is_told_with_its_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("made")

    monkeypatch.setattr(type(READERS["plain"]), "_parse", fails)
    with pytest.raises(AssertionError, match="seed 'plain 0'.*ZeroDivisionError: made"):
        fuzz("plain", "x.txt", make.plain_text().encode(), tmp_path, 5)


FILES = [*((name, "") for name in NAMES if name != "neware"), *(("neware", file) for file in NEWARE)]


@pytest.mark.long
@pytest.mark.parametrize(("name", "real"), FILES, ids=[f"{n} {r}".strip() for n, r in FILES])
def test_many_mutations(name: str, real: str, samples: Samples, tmp_path: Path) -> None:
    file, data = neware_file(real) if real else sample(name, samples)
    share = MANY // len(NEWARE) if real else MANY
    ends = fuzz(name, file, data, tmp_path, share, seed=f"long {real} ".replace("  ", " "))
    print(f"{name:16s} {real:28s} {ends['record']:6d} records {ends['error']:6d} ReadErrors")
    assert ends.total() == share


@pytest.mark.long
def test_many_mutations_of_bdf_in_parquet(tmp_path: Path) -> None:
    ends = fuzz("bdf", *make.bdf_parquet(tmp_path), tmp_path, MANY, seed="long parquet ")
    print(f"bdf in Parquet {ends['record']:6d} records {ends['error']:6d} ReadErrors")
    assert ends.total() == MANY
