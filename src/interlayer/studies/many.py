"""All studies, one after the other or on several processes."""

from __future__ import annotations

from collections.abc import Sequence

from .base import STUDIES, StudyResult, Tell


def names() -> tuple[str, ...]:
    """All studies, by name."""
    return tuple(STUDIES)


def run_all(tell: Tell | None = None, studies: Sequence[str] | None = None) -> dict[str, StudyResult]:
    """Run all studies (or those named), one after the other; `tell` hears (sentence, share done)."""
    wanted = list(studies or names())
    say = tell or (lambda sentence, share: None)
    out: dict[str, StudyResult] = {}
    for number, name in enumerate(wanted):
        def one(sentence: str, share: float, at: int = number, which: str = name) -> None:
            say(f"{which}: {sentence}", (at + share) / len(wanted))

        out[name] = STUDIES[name](one)
    say("done", 1.0)
    return out
