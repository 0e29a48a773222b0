"""Initial capacity, retention, capacity after N cycles, and fade per cycle."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..actives import material_of
from ..claims import Claim
from ..spans import Span, of, say
from ..verdict import RULES, Case, Lack, Said, Verdict, no_conflict, same_cell

REFERENCE = Span(0.85, 1.15)  # capacity that retention refers to, over the first one: the first, the highest, the one after formation
MOST = 5  # statements of one capacity that are combined
READING = 0.02
ALLOWED = {
    "what retention refers to": "the first cycle, the highest, or one after formation: 85 to 115 % of the first capacity", "fade": "linear in the first capacity, or compounding",
    "cell": "the one whose initial capacity is stated", "reading": "2 % and rounding",
}  # fmt: skip
CONDITIONS = ("c_rate", "temperature", "loading", "current_density", "areal_capacity")


def _same(a: Claim, b: Claim) -> bool:
    strict = all(a.has(n) == b.has(n) for n in ("c_rate", "loading", "current_density"))
    return same_cell(a, b) and strict and no_conflict(a, b, *CONDITIONS)


def _cycles(a: Claim, b: Claim) -> bool:
    return a.has("cycles") and b.has("cycles") and abs(a.condition("cycles") - b.condition("cycles")) <= 0.03 * b.condition("cycles")


@RULES.add("retention")
def retention(case: Case) -> Iterator[Said]:
    """capacity(N) = initial * retention(N); retention(N) = 1 - f N (linear) or (1 - f)^N (compounding)."""
    capacities = [c for c in case.of("capacity") if c.has("cycles") and c.condition("cycles") > 5 and not isinstance(c.value, list)]
    for kept in case.of("capacity_retention", "capacity_fade_per_cycle"):
        if not kept.has("cycles"):
            if kept.quantity == "capacity_fade_per_cycle":
                yield _no_cycles(kept)
            yield Lack("retention", (kept.id,), "the number of cycles")
            continue
        share, ids, numbers = _share(kept)
        initials = [c for c in case.of("initial_capacity") if _same(c, kept)][:MOST]
        lasts = [c for c in capacities if _same(c, kept) and _cycles(c, kept)][:MOST]
        for last in lasts:
            if initials:
                yield from (_three(first, last, kept, share) for first in initials)
            else:
                yield _implied(last, kept, share)
        if kept.quantity == "capacity_retention":
            yield from (_fade(kept, fade) for fade in case.of("capacity_fade_per_cycle") if fade.has("cycles") and _same(fade, kept) and _cycles(fade, kept))
        elif share.high <= 0.0:
            said = f"A linear fade of {kept.printed()} per cycle leaves nothing after {kept.condition('cycles'):g} cycles; only compounding fade can be meant."
            yield Verdict("retention", "indeterminate", said, ids, numbers, ALLOWED)
        fades = kept.quantity == "capacity_fade_per_cycle" or any(c.has("cycles") and _same(c, kept) and _cycles(c, kept) for c in case.of("capacity_fade_per_cycle"))
        if not lasts and not (fades and case.of("capacity_retention")):
            yield Lack("retention", (kept.id,), f"the capacity after {kept.condition('cycles'):g} cycles (and the initial one) at the same rate")


def _share(kept: Claim) -> tuple[Span, tuple[str, ...], dict[str, str]]:
    """The share of the reference capacity that is left (span), from a retention or a fade."""
    span = of(kept)
    cycles = kept.condition("cycles")
    if kept.quantity == "capacity_fade_per_cycle":
        linear = (1.0 - span.high * cycles, 1.0 - span.low * cycles)
        compound = (max(1.0 - span.high, 0.0) ** cycles, max(1.0 - span.low, 0.0) ** cycles)
        span = Span(max(min(linear[0], compound[0]), 0.0), max(linear[1], compound[1]))
    return span, (kept.id,), {"stated": kept.printed(), "cycles": f"{cycles:g}", "left": say(span, "percent")}


def _left(kept: Claim, share: Span) -> str:
    return f"{kept.printed()} after {kept.condition('cycles'):g} cycles" if kept.quantity == "capacity_retention" else f"a fade of {kept.printed()} per cycle over {kept.condition('cycles'):g} cycles ({say(share, 'percent')} left)"


def _three(first: Claim, last: Claim, kept: Claim, share: Span) -> Verdict:
    made = of(first, error=READING) * share
    seen = of(last, error=READING)
    numbers = {"initial": first.printed(), "after the cycles": last.printed(), "retention": say(share, "percent"), "initial times retention": say(made, "mA*h/g")}
    ids = (first.id, last.id, kept.id)
    ratio = last.si / first.si
    head = f"{last.printed()} after {kept.condition('cycles'):g} cycles over the initial {first.printed()} is {100 * ratio:.1f} %; {_left(kept, share)} is stated"
    if made.meets(seen):
        return Verdict("retention", "agree", f"{head}.", ids, numbers, ALLOWED)
    if (made * REFERENCE).meets(seen):
        return Verdict("retention", "indeterminate", f"{head}, which holds if retention refers to another cycle than the first.", ids, numbers, ALLOWED)
    return Verdict("retention", "disagree", f"{head}, which no reference cycle within 15 % of the first one and neither way of counting fade brings together.", ids, numbers, ALLOWED)


def _implied(last: Claim, kept: Claim, share: Span) -> Verdict:
    if share.low <= 0.0:
        return Verdict("retention", "indeterminate", f"{_left(kept, share)} leaves no capacity by linear counting, and {last.printed()} is stated.", (last.id, kept.id), {}, ALLOWED)
    first = of(last) / share
    numbers = {"after the cycles": last.printed(), "stated": kept.printed(), "implied initial capacity": say(first, "mA*h/g")}
    known = material_of(last.subject, last.variant)
    head = f"{last.printed()}, read as the capacity after {kept.condition('cycles'):g} cycles, with {_left(kept, share)} makes an initial capacity of {say(first.middle, 'mA*h/g')}"
    if kept.form == "lower_bound":
        head = f"{last.printed()}, read as the capacity after {kept.condition('cycles'):g} cycles, with {_left(kept, share)} makes an initial capacity of at most {say((of(last) / Span(share.low, 1.0)).high, 'mA*h/g')}"
    if known is not None and first.low > 1.15 * 1.1 * known[1]:
        return Verdict("retention", "disagree", f"{head}, more than {known[0]} can hold ({say(known[1], 'mA*h/g')}).", (last.id, kept.id), numbers, ALLOWED)
    return Verdict("retention", "indeterminate", f"{head}, which is not stated for these conditions; it is a possible one.", (last.id, kept.id), numbers, ALLOWED)


def _fade(kept: Claim, fade: Claim) -> Verdict:
    share, _, _ = _share(fade)
    stated = of(kept)
    numbers = {"retention": kept.printed(), "left by the fade": say(share, "percent")}
    head = f"A fade of {fade.printed()} per cycle over {fade.condition('cycles'):g} cycles leaves {say(share, 'percent')}; {kept.printed()} retention is stated"
    if share.widened(0.005).meets(stated):
        return Verdict("retention", "agree", f"{head}.", (kept.id, fade.id), numbers, ALLOWED)
    if (share * REFERENCE).meets(stated) or (math.isinf(stated.high) and share.high >= stated.low * 0.85):
        return Verdict("retention", "indeterminate", f"{head}, which holds if the two refer to different first cycles.", (kept.id, fade.id), numbers, ALLOWED)
    return Verdict("retention", "disagree", f"{head}: neither linear nor compounding fade gives it.", (kept.id, fade.id), numbers, ALLOWED)


def _no_cycles(fade: Claim) -> Verdict:
    most = 1.0 / of(fade).middle
    said = f"A fade of {fade.printed()} per cycle is stated without the number of cycles; counted linearly it can't last beyond {most:.0f} cycles."
    return Verdict("retention", "indeterminate", said, (fade.id,), {"fade": fade.printed(), "linear fade ends after": f"{most:.0f} cycles"}, {"number of cycles": "not stated"}, compared=False)
