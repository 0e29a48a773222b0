"""The table type: discovery by file, entry points, near misses."""

import sys
import types

import pytest

from interlayer.errors import InterlayerError, UnknownNameError
from interlayer.registry import Registry


@pytest.fixture
def family(tmp_path, monkeypatch):
    folder = tmp_path / "zoo"
    folder.mkdir()
    (folder / "__init__.py").write_text("from interlayer.registry import Registry\nANIMALS = Registry('animal', 'zoo')\n")
    (folder / "cat.py").write_text("from zoo import ANIMALS\nANIMALS.add('cat', 'felis')('meow')\n")
    (folder / "dog.py").write_text("from zoo import ANIMALS\nANIMALS.add('dog')('woof')\n")
    (folder / "_helper.py").write_text("raise RuntimeError('helpers are not members')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in [m for m in sys.modules if m.split(".")[0] == "zoo"]:
        del sys.modules[name]


def test_a_new_member_is_a_new_file(family):
    import zoo

    assert zoo.ANIMALS["cat"] == "meow"
    assert "zoo.dog" not in sys.modules  # a lookup by file name imports that file alone
    assert zoo.ANIMALS["felis"] == "meow"
    assert list(zoo.ANIMALS) == ["cat", "dog"] and len(zoo.ANIMALS) == 2


def test_near_miss(family):
    import zoo

    with pytest.raises(UnknownNameError, match="There is no animal of this name.*Did you mean 'dog'"):
        zoo.ANIMALS["dgo"]


def test_one_name_one_member():
    registry = Registry("thing", "interlayer.errors")
    registry.add("a")(1)
    with pytest.raises(UnknownNameError, match="Two things claim"):
        registry.add("a")(2)


def test_broken_member_is_not_hidden(family, tmp_path):
    (tmp_path / "zoo" / "bird.py").write_text("import does_not_exist\n")
    import zoo

    with pytest.raises(ModuleNotFoundError, match="does_not_exist"):
        zoo.ANIMALS["bird"]


def test_entry_points(family, monkeypatch):
    import importlib.metadata

    import zoo

    point = types.SimpleNamespace(load=lambda: zoo.ANIMALS.add("owl")("hoo"))
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [point] if group == "zoo" else [])
    assert zoo.ANIMALS["owl"] == "hoo"


def test_errors_carry_their_parts():
    error = InterlayerError("No", given="abc", allowed=("abd", "xyz"), remedy="Try again")
    assert error.nearest == "abd"
    assert str(error) == "No. Given: 'abc'. Allowed: abd, xyz. Did you mean 'abd'? Try again."
