"""What may be stated for a technique: every typed alternative of its functions, by one rule."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

import pytest

import interlayer as il
from interlayer import units
from interlayer.analysis._options import asked, options_of
from interlayer.analysis.recognise import TECHNIQUES, check_stated, taken

Word: TypeAlias = Literal["one", "two halves"]
#: functions of a technique that its declaration does not run: other helpers of the room
NOT_RUN = {"bruce_vincent"}


def example(
    record: object, *, word: Word = "one", faces: Literal[1, 2] | None = None, size: units.Given | None = None, share: float = 0.5, count: int = 3,
    flag: bool = False, which: str | Sequence[str] | None = None, window: tuple[units.Given, units.Given] | None = None, specific: bool = True, other: object = None,
) -> None:  # fmt: skip
    """Every kind of argument."""


def test_every_kind_is_read_from_text():
    texts = {"word": "two halves", "faces": "2", "size": "5 um", "share": "20 %", "count": "7", "flag": "yes", "which": "R1, R2", "window": "1 h, 2 h", "specific": "no", "other": "x"}
    got = asked(texts, "any", example)
    assert got == {"word": "two halves", "faces": 2, "size": "5 um", "share": 0.2, "count": 7, "flag": True, "which": ("R1", "R2"), "window": ("1 h", "2 h")}
    assert asked({"which": "R1"}, "any", example) == {"which": "R1"}
    assert asked({"any.count": "2", "count": "9"}, "any", example) == {"count": 2} and asked({"other.count": "2"}, "any", example) == {}
    assert asked({"word": "a word of another technique"}, "any", example) == {}
    for wrong in ({"any.word": "tow halves"}, {"count": "two"}, {"share": "much"}, {"flag": "perhaps"}):
        with pytest.raises(il.InterlayerError):
            asked(wrong, "any", example)


@pytest.mark.parametrize("name", sorted(TECHNIQUES))
def test_no_typed_alternative_is_out_of_reach(name):
    """Each Literal argument of a technique's `find` may be stated, and each of its words is known."""
    module = importlib.import_module(f"interlayer.analysis.{name}")
    if name in NOT_RUN or not hasattr(module, "find"):
        return
    hints = vars(module)
    for argument, parameter in inspect.signature(module.find).parameters.items():
        alias = str(parameter.annotation).split(" | ")[0]
        words = get_args(hints[alias]) if alias in hints else ()
        if parameter.kind is parameter.KEYWORD_ONLY and words and all(isinstance(w, str) for w in words):
            assert argument in taken()[name], argument
            assert all(TECHNIQUES[name].allows(argument, w) for w in words), argument


def test_a_wrong_name_gets_the_nearest():
    with pytest.raises(il.InterlayerError, match="Did you mean 'efficiency'"):
        check_stated({"efficency": "x"})
    with pytest.raises(il.InterlayerError, match="tafel does not take this; linear_sweep does"):
        check_stated({"threshold": "5 kg"}, "tafel")
    check_stated({"tafel.method": "allen-hickling", "area": "1 cm^2", "temperature": "25 degC", "groups": {}})
    assert options_of(example)["word"].what == '"one" or "two halves"'
