"""Which arc is which along a series of spectra: the most likely set of smooth tracks.

Each label k carries y = (ln R, ln tau, n), a level with a slope that drifts along u (1/T for temperatures, else x):

    d(level) = slope du,   d(slope) = q dW,   measured = level + jitter + error of the fit

A hypothesis says for every spectrum which of its interchangeable arcs carries which label. Its likelihood comes from the
innovations of a Kalman filter a feature (Student's t, so that one wrong minimum does not tear a track); the best
hypotheses are followed through the whole series, `BEAM` of them for each q and jitter of a small grid, and the most
likely one wins. An arc that its spectrum does not determine is unseen: it says nothing, the tracks go on by their slope.
That is what decides at a crossing, where no single spectrum can.

Source: Kalman filter and fixed-interval smoother (Rauch, Tung & Striebel, AIAA J. 3 (1965) 1445, 10.2514/3.3166,
recalled); following several hypotheses: Reid, IEEE Trans. Autom. Control 24 (1979) 843 (recalled).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from ..elements.base import Array
from ._spectrum import Index, Mask

BEAM = 24
SCALE = np.array([1.0, 1.0, 0.1])  # of ln R, ln tau and n: how much less an exponent changes
SLOPE = 12.0  # standard deviation of a slope over the whole series, before any spectrum is seen
DRIFTS = (0.3, 3.0, 30.0)  # q: change of the slope over the whole series
JITTERS = (2e-3, 3e-2)
FREEDOM = 4.0  # of Student's t
FLOOR = 2e-3  # no logarithm of a fitted arc is better known than that
MOST = 5  # interchangeable arcs: 120 orders


@dataclass(frozen=True, eq=False)
class Tracks:
    """The tracks found.

    order          (T, K) which of a spectrum's arcs carries label k
    mean, std      (T, K, 3) of ln R, ln tau, n by the tracks; an unseen arc has no say in them
    drift, jitter  the most likely of the grid
    margin         ln likelihood by which this order beats the best one that ends otherwise
    """

    order: Index
    mean: Array
    std: Array
    drift: float
    jitter: float
    margin: float


def follow(u: Array, features: Array, errors: Array, seen: Mask) -> Tracks:
    """Tracks through features (T, K, 3) with standard deviations `errors`; `seen` (T, K, 3) says what counts.

    u   ascending or descending coordinate (T,)
    """
    count, arcs = features.shape[:2]
    span = float(np.ptp(u)) or 1.0
    steps = np.abs(np.diff(u, prepend=u[0])) / span
    orders = np.array(list(itertools.permutations(range(arcs))), dtype=np.intp)
    grid = np.array([(q, j) for q in DRIFTS for j in JITTERS])
    variance = np.maximum(errors, FLOOR * SCALE) ** 2
    history = np.zeros((len(grid), 1, count), dtype=np.intp)
    score = np.zeros((len(grid), 1))
    state = _start((len(grid), 1, arcs))
    for t in range(count):
        state = _predict(state, float(steps[t]), grid[:, 0, None, None, None])
        if not seen[t].any():
            continue
        choices = orders if seen[:t].any() else orders[:1]  # the first spectrum that is seen names the labels
        y, v, s = (a[t][choices] for a in (features, variance, seen))  # (P, K, 3)
        noise = v + (grid[:, 1, None, None, None, None] * SCALE) ** 2
        wide = _State(*(a[:, :, None] for a in (state.level, state.slope, state.ll, state.ls, state.ss)))
        new, gain = _update(wide, y, noise, s)
        total = score[:, :, None] + gain
        flat = total.reshape(len(grid), -1)
        kept = np.argsort(-flat, axis=1, kind="stable")[:, :BEAM]
        score = np.take_along_axis(flat, kept, axis=1)
        parent, choice = kept // len(choices), kept % len(choices)
        row = np.arange(len(grid))[:, None]
        history = history[row, parent]
        history[:, :, t] = choice
        state = _State(*(a[row, parent, choice] for a in (new.level, new.slope, new.ll, new.ls, new.ss)))
    best = int(np.argmax(score.max(axis=1)))
    winner = int(np.argmax(score[best]))
    path = history[best, winner]
    last = int(np.flatnonzero(seen.any(axis=(1, 2)))[-1]) if seen.any() else 0
    other = history[best, :, last] != path[last]
    margin = float(score[best, winner] - score[best, other].max()) if other.any() else np.inf
    drift, jitter = grid[best].tolist()
    mean, std = tracks(u, features, errors, seen, orders[path], drift, jitter)
    return Tracks(orders[path], mean, std, drift, jitter, margin)


def tracks(
    u: Array, features: Array, errors: Array, seen: Mask, order: Index, drift: float, jitter: float
) -> tuple[Array, Array]:
    """Mean and standard deviation (T, K, 3) of the tracks where the order is known."""
    steps = np.abs(np.diff(u, prepend=u[0])) / (float(np.ptp(u)) or 1.0)
    rows = np.arange(len(u))[:, None]
    variance = np.maximum(errors, FLOOR * SCALE)[rows, order] ** 2
    return _smooth(steps, features[rows, order], variance, seen[rows, order], drift, jitter)


@dataclass(eq=False)
class _State:
    """Level and slope with their covariance (ll, ls; ls, ss), arrays (..., K, 3)."""

    level: Array
    slope: Array
    ll: Array
    ls: Array
    ss: Array


def _start(shape: tuple[int, ...]) -> _State:
    zero = np.zeros((*shape, 3))
    return _State(zero, zero, zero + (100.0 * SCALE) ** 2, zero, zero + (SLOPE * SCALE) ** 2)


def _predict(s: _State, du: float, drift: Array | float) -> _State:
    q = (drift * SCALE) ** 2
    return _State(
        s.level + du * s.slope, s.slope, s.ll + 2.0 * du * s.ls + du * du * s.ss + q * du**3 / 3.0,
        s.ls + du * s.ss + q * du * du / 2.0, s.ss + q * du,
    )  # fmt: skip


def _update(s: _State, y: Array, noise: Array, seen: Mask) -> tuple[_State, Array]:
    """The state after a measurement, and its ln likelihood summed over labels and features."""
    off = y - s.level
    total = s.ll + noise
    square = off * off / total
    said = -0.5 * np.log(total) - 0.5 * (FREEDOM + 1.0) * np.log1p(square / FREEDOM)
    trust = np.minimum((FREEDOM + 1.0) / (FREEDOM + square), 1.0)
    total = s.ll + noise / trust
    first, second = (np.where(seen, a / total, 0.0) for a in (s.ll, s.ls))
    return (
        _State(s.level + first * off, s.slope + second * off, s.ll * (1.0 - first), s.ls * (1.0 - first),
               s.ss - second * s.ls),
        np.sum(np.where(seen, said, 0.0), axis=(-1, -2)),
    )  # fmt: skip


def _smooth(steps: Array, y: Array, variance: Array, seen: Mask, drift: float, jitter: float) -> tuple[Array, Array]:
    """Level and its standard deviation by the whole series (T, K, 3)."""
    noise = variance + (jitter * SCALE) ** 2
    before, after = [], []
    state = _start(y.shape[1:2])
    for t, du in enumerate(steps):
        state = _predict(state, float(du), drift)
        before.append(state)
        state = _update(state, y[t], noise[t], seen[t])[0]
        after.append(state)
    out = [after[-1]]
    for t in range(len(steps) - 2, -1, -1):
        out.append(_back(after[t], before[t + 1], out[-1], float(steps[t + 1])))
    out.reverse()
    mean = np.stack([s.level for s in out])
    return mean, np.sqrt(np.stack([np.maximum(s.ll, 0.0) for s in out]) + (jitter * SCALE) ** 2)


def _back(a: _State, p: _State, later: _State, du: float) -> _State:
    """One step of the smoother: filtered `a` here, predicted `p` and smoothed `later` one step on."""
    cov = np.stack([a.ll, a.ls, a.ls, a.ss], axis=-1).reshape(*a.ll.shape, 2, 2)
    ahead = np.stack([p.ll, p.ls, p.ls, p.ss], axis=-1).reshape(*a.ll.shape, 2, 2)
    known = np.stack([later.ll, later.ls, later.ls, later.ss], axis=-1).reshape(*a.ll.shape, 2, 2)
    move = np.array([[1.0, du], [0.0, 1.0]])
    gain = cov @ move.T @ np.linalg.inv(ahead + 1e-12 * np.eye(2) * np.max(np.abs(ahead), axis=(-1, -2), keepdims=True))
    off = np.stack([later.level - p.level, later.slope - p.slope], axis=-1)[..., None]
    state = np.stack([a.level, a.slope], axis=-1) + (gain @ off)[..., 0]
    spread = cov + gain @ (known - ahead) @ np.swapaxes(gain, -1, -2)
    return _State(state[..., 0], state[..., 1], spread[..., 0, 0], spread[..., 0, 1], spread[..., 1, 1])
