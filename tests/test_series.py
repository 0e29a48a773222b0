"""Series of spectra: a label means the same process throughout, also where arcs cross; axis, gaps, trends."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

from interlayer.analysis import impedance
from interlayer.elements.base import GAS
from interlayer.errors import AnalysisError, UnknownNameError
from interlayer.record import Provenance, Record, Segment, Series

OMEGA = 2.0 * np.pi * np.logspace(-1, 6, 60)
S = 1j * OMEGA
FILES = Path(__file__).parents[2] / "shared/data/EISFitpython-solid-electrolyte"

#: crossing series: R [ohm] at the crossing, its and tau's activation energies [kJ/mol], n, factor on tau, place of the
#: crossing. Two arcs, 1 ms at the crossing; with three the third crosses one of the others elsewhere
CROSSINGS = {
    "plain": {},
    "shallow": {"tau": (40, 60)},
    "resistances stay apart": {"res": (30, 30), "r": (60, 20)},
    "exponents differ": {"n": (0.92, 0.78)},
    "exponents far apart": {"n": (0.95, 0.75), "r": (40, 40)},
    "resistances cross too": {"r": (40, 40), "res": (20, 60)},
    "one small": {"r": (80, 12), "res": (30, 40)},
    "near the end": {"where": 0.25},
    "three arcs": {"r": (60, 30, 40), "n": (0.85, 0.85, 0.8), "tau": (30, 75, 50), "res": (25, 60, 40), "factor": (1, 1, 60)},
}


def truth(count=100, tau=(30, 70), res=(25, 60), r=(60, 30), n=(0.85, 0.85), factor=(1, 1, 1), where=0.5):
    """Temperatures (T,) and (R, tau, n) of every arc (T, K, 3)."""
    kelvin = np.linspace(263.15, 363.15, count)
    x = (1.0 / kelvin - 1.0 / kelvin[int(where * (count - 1))]) * 1e3 / GAS
    arcs = [np.stack([r[k] * np.exp(res[k] * x), 1e-3 * factor[k] * np.exp(tau[k] * x), np.full(count, n[k])], 1) for k in range(len(r))]
    return kelvin, np.stack(arcs, axis=1)


def spectrum(arcs, seed, noise=3e-3, **info):
    rng = np.random.default_rng(seed)
    z = 10.0 + sum(r / (1.0 + (S * tau) ** n) for r, tau, n in arcs)
    z = z * (1.0 + noise * (rng.normal(size=len(z)) + 1j * rng.normal(size=len(z))))
    channels = {"frequency": OMEGA / (2.0 * np.pi), "impedance_real": z.real, "impedance_imag": z.imag}
    return Segment(channels, "frequency", "impedance", info)


def record(segments, source="series"):
    return Record(tuple(segments), Provenance("measured", source))


def crossing(name, seed, count=100):
    kelvin, arcs = truth(count, **CROSSINGS[name])
    return record(spectrum(a, [seed, i], temperature=t) for i, (a, t) in enumerate(zip(arcs, kelvin, strict=True))), arcs


def kept(fits, arcs, by_speed=False):
    """Share of spectra in which the labels mean what they mean in most: each arc is given to the truth next to it."""
    orders = list(itertools.permutations(range(arcs.shape[1])))
    meant = []
    for fit, true in zip(fits, arcs, strict=True):
        found = np.array([(math.log(a.resistance), math.log(a.tau), a.n) for a in fit.arcs])
        if by_speed:
            found = found[np.argsort(found[:, 1])]
        wanted = np.column_stack([np.log(true[:, :2]), true[:, 2]])
        meant.append(int(np.argmin([np.sum((found[list(o)] - wanted) ** 2) for o in orders])))
    return float(np.mean(np.array(meant) == np.bincount(meant).argmax()))


# -- identity ---------------------------------------------------------------------------------------------------------
def test_arcs_that_cross_keep_their_labels():
    """40 spectra; the control, labels by speed, fails. The energies of the labelled arcs are those of the processes."""
    for name in ("exponents differ", "resistances stay apart"):
        data, arcs = crossing(name, 0, 40)
        series = impedance.fit_each(data, "R(RQ)(RQ)", validate=False)
        assert kept(series, arcs) == 1.0 and kept(series, arcs, by_speed=True) < 0.8
        assert any("cross between" in r for r in series.remarks) and series.axis == "temperature"
        assert series.continuity and any("lean on the neighbours" in r for r in series.remarks)
        assert any("lean on its neighbours" in r for r in series[series.continuity[0]].remarks)
        slopes = [np.polyfit(1.0 / series.x, np.log(series.trend(t).values), 1)[0] * GAS for t in series.names if "time constant" in t]
        assert sorted(slopes) == pytest.approx([30e3, 70e3], rel=0.05)


@pytest.mark.long
@pytest.mark.parametrize("name", CROSSINGS)
def test_identity_is_kept_through_crossings(name):
    """100 spectra, 0.3 % noise, 20 draws: at least 99 % in all of them together; labels by speed fail."""
    found, control = [], []
    for seed in range(20):
        data, arcs = crossing(name, seed)
        series = impedance.fit_each(data, "R" + "(RQ)" * arcs.shape[1], validate=False)
        found.append(kept(series, arcs))
        control.append(kept(series, arcs, by_speed=True))
    print(f"\n{name}: kept {np.mean(found):.4f} (least {min(found):.2f}), by speed {np.mean(control):.3f}")
    assert np.mean(found) >= 0.99 and np.mean(control) < 0.9
