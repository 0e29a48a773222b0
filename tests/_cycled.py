"""Closed-form records of cycled symmetric cells: planted shorts, and what looks like one and is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from interlayer.record import Provenance, Record, Segment

DECOYS = ("contact gain", "temperature", "range switch", "glitch", "break-in")


@dataclass(frozen=True)
class Truth:
    """What was planted: start and end [s] of the short (nan without), its relative fall of V/I, and the decoys."""

    start: float
    end: float
    fall: float
    decoys: tuple[str, ...]
    hours: float
    dt: float
    gained: float = float("nan")  # when contact was gained from one sample to the next [s], nan where it was not
    apart: float = float("nan")  # std from the nearest trace of a gain of contact (`apart`), nan without a short


def record_of(time, voltage, current, **info):
    """One segment, totals."""
    return Record((Segment({"time": time, "voltage": voltage, "current": current}, "time", "", info),), Provenance("simulated"))


def polarise(instant, salt, tau, rs, current, dt):
    """V of a resistance R_i(t) in series with one mode of concentration, and an electronic branch R_s(t) (inf: none) from
    collector to collector beside both:

        V = R_i I_ion + eta = R_s (I - I_ion),    tau d eta/dt = S I_ion - eta
        so  V = (R_i I + eta) R_s/(R_s + R_i)     and  eta decays with (1 + S/(R_s + R_i))/tau

    What is instant falls when the branch opens; the concentration follows with its own time. Double layers (below a
    second) are part of what is instant at these samplings. Coefficients are constant between samples, eta(0) = 0."""
    share = 1.0 / (1.0 + instant / rs)
    through = salt / (rs + instant)
    keep = np.exp(-dt * (1.0 + through) / tau)
    target = salt * current * share / (1.0 + through)
    eta, last = np.empty_like(current), 0.0
    for k, (a, b) in enumerate(zip(keep.tolist(), (target * (1.0 - keep)).tolist(), strict=True)):
        last = a * last + b
        eta[k] = last
    return (instant * current + eta) * share


def apart(difference, share, std, half):
    """Standard deviations between the trace of a short and the nearest one of a gain of contact at the same moment, for an
    observer who knows everything but how much contact was gained and what the level of each half cycle drifts by.

    difference   V with the short less V without [V]; share: what a whole interface takes off V [V]; std of a sample [V]
    half         number of the half cycle of each row
    """
    edges = np.flatnonzero(np.diff(half, prepend=half[0] - 1))
    weight = 1.0 / std**2
    total = np.add.reduceat(weight, edges)
    counts = np.diff(np.append(edges, len(half)))
    d, g = (x - np.repeat(np.add.reduceat(weight * x, edges) / total, counts) for x in (difference, share))
    gg = float(np.sum(weight * g * g))
    left = d - (float(np.sum(weight * g * d)) / gg if gg > 0.0 else 0.0) * g
    return float(np.sqrt(np.sum(weight * left * left)))


def plate(seed: int, *, short: bool, decoys: bool = True, fall: float | None = None, abrupt: bool = False) -> tuple[Record, Truth]:
    """Bulk + interface + tip in series with concentration, all with drift, decoys, noise; an electronic branch beside them
    from a start to an end, in part flickering (`polarise`). One sudden fall of V/I in 3 %..90 %, from five samples to the
    rest of the test. Contact divides what the interface has: resistance and tip, not bulk and concentration. `abrupt`: half
    of the records also gain contact from one sample to the next (pressure raised by hand), 5 to 50 % of the interface for good."""
    rng = np.random.default_rng(seed)
    dt = float(rng.choice([10.0, 20.0, 30.0, 60.0]))
    half = float(rng.choice([0.5, 1.0, 2.0, 4.0])) * 3600.0
    count = 2 * int(max(8, rng.uniform(30.0, 120.0) * 3600.0 / half / 2.0))
    n = int(half / dt)
    t = np.arange(1, n * count + 1) * dt
    phase = (np.arange(n * count) % n + 1) * dt
    sign = np.where((np.arange(n * count) // n) % 2 == 0, 1.0, -1.0)
    hours = t / 3600.0
    amps = float(10.0 ** rng.uniform(-4.0, -2.5))
    bulk, face = float(10.0 ** rng.uniform(1.0, 2.3)), float(10.0 ** rng.uniform(1.5, 2.6))
    salt, tau = face * rng.uniform(0.0, 0.5), half * rng.uniform(0.1, 1.0)
    tip, quick = face * rng.uniform(0.0, 0.4), rng.uniform(2.0, 8.0) * 60.0
    walk = np.cumsum(rng.normal(size=count + 1)) * rng.uniform(0.0, 0.004)
    face_t = face * (1.0 + rng.uniform(-0.0005, 0.004) * hours) * np.exp(np.interp(t, np.arange(count + 1) * half, walk))
    lopsided = 1.0 + 0.5 * rng.uniform(-0.06, 0.06) * sign
    had: list[str] = []
    if decoys:
        for name in DECOYS:
            if rng.uniform() < 0.5:
                had.append(name)
    contact = np.ones_like(t)
    if "break-in" in had:
        face_t = face_t * (1.0 + rng.uniform(0.2, 1.0) * np.exp(-hours / rng.uniform(1.0, 4.0)))
    if "contact gain" in had:
        at, width = rng.uniform(0.15, 0.85) * t[-1], 10.0 ** rng.uniform(np.log10(max(300.0, 6.0 * dt)), np.log10(5 * 3600.0))
        contact = contact * (1.0 - rng.uniform(0.05, 0.5) * (t > at) * (1.0 - np.exp(-np.maximum(t - at, 0.0) / width)))
    gained = float("nan")
    own = np.random.default_rng([seed, 7])  # a stream of its own: the other draws stay what they are
    if abrupt and own.uniform() < 0.5:
        had.append("abrupt contact gain")
        size = own.uniform(0.05, 0.5)
        gained = float(t[np.argmax(t > own.uniform(0.15, 0.85) * t[-1])])
        contact = contact * (1.0 - size * (t >= gained))
    heat = np.ones_like(t)
    if "temperature" in had:
        at, width, back = rng.uniform(0.1, 0.9) * t[-1], rng.uniform(600.0, 2400.0), rng.uniform(0.0, 0.5) * t[-1]
        kelvin = rng.uniform(3.0, 15.0) * ((t > at) * (1.0 - np.exp(-np.maximum(t - at, 0.0) / width)) - (t > at + back) * (1.0 - np.exp(-np.maximum(t - at - back, 0.0) / width)))
        heat = np.exp(rng.uniform(0.3, 0.6) * 96485.33 / 8.314 * (1.0 / (298.15 + kelvin) - 1.0 / 298.15))
    instant = (bulk + (face_t + tip * np.exp(-phase / quick)) * contact * lopsided) * heat
    rest = 0.5 * (1.0 + np.exp(-half / tau))  # so that V/I rises by salt (1 - exp(-half/tau)) between reversals
    start = end = size = float("nan")
    rs = np.full(len(t), np.inf)
    if short:
        size = float(np.exp(rng.uniform(np.log(0.03), np.log(0.9)))) if fall is None else fall
        k = int(rng.uniform(0.1, 0.9) * len(t))
        most = (len(t) - k) * dt
        last = min(most, 10.0 ** rng.uniform(np.log10(5.0 * dt), np.log10(3e5)))
        start, end = float(t[k]), float(t[k] + last)
        flicker = np.exp(0.2 * rng.normal(size=len(t))) if rng.uniform() < 0.4 else np.ones_like(t)
        rs = np.where((t >= start) & (t < end), instant[k] * (1.0 - size) / size * flicker, np.inf)
    wave = polarise(instant, salt * rest * lopsided * heat, tau, rs, amps * sign, dt)
    gain = np.ones_like(t)
    if "range switch" in had:
        at = rng.uniform(0.1, 0.9) * t[-1]
        gain = gain + (t > at) * rng.uniform(-0.01, 0.01)
    noise = 10.0 ** rng.uniform(-3.0, -2.2)
    differs = float("nan")
    if short:
        on = np.isfinite(rs)
        plain = polarise(instant, salt * rest * lopsided * heat, tau, np.full(len(t), np.inf), amps * sign, dt)
        own_share = amps * sign * (instant / heat - bulk) * heat
        one = np.hypot(noise * np.abs(wave), 1e-5 / np.sqrt(12.0))
        differs = apart(((wave - plain) * sign)[on], (own_share * sign)[on], one[on], (np.arange(len(t)) // n)[on])
    v = wave * gain * (1.0 + noise * rng.normal(size=len(t)))
    if "glitch" in had:
        rows = rng.integers(20, len(t) - 20, int(rng.integers(1, 6)))
        v[rows] *= rng.uniform(0.0, 0.6, len(rows))
    v = np.round(v / 1e-5) * 1e-5
    current = amps * sign * (1.0 + 1e-5 * rng.normal(size=len(t)))
    return record_of(t, v, current), Truth(start, end, size, tuple(had), float(hours[-1]), dt, gained, differs)
