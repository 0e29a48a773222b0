"""All studies, one after the other or on several processes."""

from __future__ import annotations

from collections.abc import Sequence

from .base import STUDIES, StudyResult, Tell

#: relative times of the studies, for the progress; one that is not named counts 2
WORK = {"li2024": 1.0, "wu2023": 2.0, "yang2024": 2.0, "yu2024": 4.5, "zhai2024": 2.0}


def names() -> tuple[str, ...]:
    """All studies, by name."""
    return tuple(STUDIES)


def run_all(tell: Tell | None = None, studies: Sequence[str] | None = None) -> dict[str, StudyResult]:
    """Run all studies (or those named), one after the other; `tell` hears (sentence, share done)."""
    wanted = list(studies or names())
    say = tell or (lambda sentence, share: None)
    out: dict[str, StudyResult] = {}
    whole = sum(WORK.get(name, 2.0) for name in wanted)
    done = 0.0
    for name in wanted:
        def one(sentence: str, share: float, at: float = done, which: str = name) -> None:
            say(f"{which}: {sentence}", min((at + share * WORK.get(which, 2.0)) / whole, 1.0))

        out[name] = STUDIES[name](one)
        done += WORK.get(name, 2.0)
    say("done", 1.0)
    return out
