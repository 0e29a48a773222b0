"""Conditions that several techniques share, each answering in words what it saw."""

from __future__ import annotations

import numpy as np

from ._seen import MOST_OF, RISE, SAME, Seen, volts
from ._technique import Answer, Condition


def span(seconds: float) -> str:
    """A duration in words."""
    for size, unit in ((3600.0 * 48.0, "d"), (3600.0, "h"), (60.0, "min"), (0.0, "s")):
        if seconds >= 0.999 * size:
            return f"{seconds / {'d': 86400.0, 'h': 3600.0, 'min': 60.0, 's': 1.0}[unit]:.3g} {unit}"
    return f"{seconds:.3g} s"


def hertz(value: float) -> str:
    """A frequency in words."""
    for size, unit in ((1e6, "MHz"), (1e3, "kHz"), (1.0, "Hz")):
        if value >= 0.9999 * size:
            return f"{value / size:.4g} {unit}"
    return f"{value * 1e3:.4g} mHz"


def _flows(seen: Seen) -> Answer:
    return (False, seen.lacks) if seen.lacks else (True, "")


def _alternates(seen: Seen) -> Answer:
    s = seen.steps
    n = len(s.sign)
    if n < 2 or not seen.turns:
        return False, f"the current has one sign throughout ({n} half cycle{'s' * (n != 1)})"
    if not np.count_nonzero(s.half_stop - s.half_first >= 3) >= 2:
        return False, f"{n} half cycles, fewer than two of which have three points"
    each = span(float(np.median(s.duration)))
    return True, f"current of alternating sign, {n} half cycles of {each}"


def _constant(seen: Seen) -> Answer:
    if seen.constant < MOST_OF:
        return False, f"only {seen.constant:.0%} of the points under current lie at a constant one"
    return True, "constant current"


def _one_voltage_for_both(seen: Seen) -> Answer:
    agree, said = seen.steps.convention()
    kept, ranged = seen.keeps_sign
    if kept:
        return False, f"the voltage keeps its sign while the current changes its own ({ranged}), as between two different electrodes"
    if MOST_OF > agree > 1.0 - MOST_OF:
        return False, said
    return True, "the voltage changes sign with the current, as in a symmetric cell" + (" (recorded with the current counted the other way)" if agree < 0.5 else "")


def _not_emptied(seen: Seen) -> Answer:
    empty, said = seen.emptied
    return (False, f"one electrode is emptied: {said}") if empty else (True, "")


def _two_electrodes(seen: Seen) -> Answer:
    kept, ranged = seen.keeps_sign
    return (True, f"the voltage keeps its sign ({ranged}), as between two different electrodes") if kept else (False, f"the voltage changes its sign under current ({ranged})")


def _not_swept(seen: Seen) -> Answer:
    if seen.swept_share > 0.5:
        return False, f"the voltage is swept at a constant rate ({len(seen.sweeps)} sweeps) and the current follows"
    return True, ""


FLOWS = Condition("a voltage and a current along time", _flows, along_time=True)
ALTERNATES = Condition("a current of alternating sign", _alternates)
CONSTANT = Condition("a constant current", _constant)
SYMMETRIC = Condition("a voltage that changes sign with the current", _one_voltage_for_both)
NOT_EMPTIED = Condition("no electrode that is emptied", _not_emptied, looks_alike=True)
TWO_ELECTRODES = Condition("a voltage of one sign", _two_electrodes)
NOT_SWEPT = Condition("no sweep of the voltage", _not_swept)
CYCLED = (FLOWS, ALTERNATES, CONSTANT, SYMMETRIC, NOT_EMPTIED)


def currents(seen: Seen, most: int = 6) -> str:
    """The currents in order, in words."""
    shown = [seen.show(level) for level, _ in seen.levels]
    return ", ".join(shown) if len(shown) <= most else f"{', '.join(shown[: most - 1])} ... {shown[-1]}"


def one_level(seen: Seen) -> Answer:
    """Whether nearly all half cycles ran at one current."""
    level = np.abs(seen.steps.half_level)
    usual = float(np.median(level))
    share = float(np.mean(np.abs(level - usual) <= 2.0 * SAME * usual))
    if share < MOST_OF:
        return False, f"{len({round(v / (SAME * usual)) for v, _ in seen.levels})} currents ({currents(seen)})"
    return True, f"one current ({seen.show(usual)})"


def never_falls(seen: Seen) -> bool:
    """Whether the current only rises from half cycle to half cycle."""
    levels = [v for v, _ in seen.levels]
    return all(b > a for a, b in zip(levels, levels[1:], strict=False))  # noqa: RUF007


def is_ramp(seen: Seen) -> bool:
    """Whether the current never falls and rises over three levels or more, or over two of two cycles or fewer each."""
    count = len(seen.levels)
    return never_falls(seen) and (count >= 3 or (count == 2 and max(n for _, n in seen.levels) <= 4))


def spectra(seen: Seen) -> Answer:
    """Whether the record has a spectrum, and what it covers."""
    held = [s for s in seen.record.spectra if len(s) >= 3 and any(c.startswith(("impedance", "specific_impedance")) for c in s.channels)]
    if not held:
        return False, "no segment runs along frequency"
    f = np.concatenate([s["frequency"] for s in held])
    f = f[np.isfinite(f)]
    if not len(f):
        return False, "no frequency is a number"
    ends = " to ".join(hertz(float(v)) for v in (f.max(), f.min()))
    return True, f"{len(held)} spectr{'a' if len(held) > 1 else 'um'}, {ends}"


SPECTRA = Condition("a spectrum", spectra)

__all__ = ["ALTERNATES", "CONSTANT", "CYCLED", "FLOWS", "NOT_EMPTIED", "NOT_SWEPT", "RISE", "SPECTRA", "SYMMETRIC", "TWO_ELECTRODES", "currents", "hertz", "is_ramp", "never_falls", "one_level", "span", "spectra", "volts"]
