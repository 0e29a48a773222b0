"""How often the validity tests accuse a clean spectrum and how often they find a planted drift.

    python benchmarks/proof_validation.py [draws]

Clean: 1 ohm to 100 ohm in series, two or three ZARCs (n 0.7 to 1, 1e-6 to 10 s), a third of them with a diffusion tail,
a third with leads; 1 MHz to 10 mHz, eight points a decade, noise of 0.3 % in each part. Drift, in the true time of a sweep
downwards (three periods a point, at least 0.3 s): the whole impedance grows by d to its end, or its slowest arc does.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from interlayer.analysis import kramers_kronig, z_hit
from interlayer.record import Provenance, Record, Segment

FREQUENCY = np.logspace(-2, 6, 65)
S = 2j * np.pi * FREQUENCY
_SPENT = np.cumsum(np.maximum(3.0 / FREQUENCY, 0.3)[::-1])[::-1]
ELAPSED = _SPENT / _SPENT[0]  # 0 at the start of the sweep, 1 at its end, the lowest frequency
NOISE = 3e-3
SIZES = (0.01, 0.02, 0.05, 0.1, 0.2)
KINDS = ("whole", "slowest arc")


def spectrum(seed: int, drift: float = 0.0, kind: str = "whole") -> Record:
    """One draw; the same seed is the same cell and the same noise whatever the drift."""
    rng = np.random.default_rng(seed)
    tau = np.sort(10.0 ** rng.uniform(-6.0, 1.0, rng.integers(2, 4)))
    arcs = [10.0 ** rng.uniform(0.0, 2.0) / (1.0 + (S * t) ** rng.uniform(0.7, 1.0)) for t in tau]
    z = 10.0 ** rng.uniform(0.0, 2.0) + sum(arcs)
    size = abs(z[0])
    extra = rng.integers(0, 3)
    z = z + (0.1 * size / np.sqrt(S) if extra == 1 else 1e-8 * size * S if extra == 2 else 0.0)
    z = z * (1.0 + drift * ELAPSED) if kind == "whole" else z + drift * ELAPSED * arcs[-1]
    z = z * (1.0 + NOISE * (rng.normal(size=len(S)) + 1j * rng.normal(size=len(S))))
    channels = {"frequency": FREQUENCY, "impedance_real": z.real, "impedance_imag": z.imag}
    return Record((Segment(channels, "frequency", "impedance"),), Provenance("measured", f"draw {seed}"))


def kk_accuses(data: Record, criterion: kramers_kronig.Criterion = "auto") -> bool:
    """Whether the linear Kramers-Kronig test calls it anything but noise of its size."""
    found = kramers_kronig.check(data, criterion=criterion)
    return found.grade != "valid" or found.pattern.systematic


def z_hit_accuses(data: Record) -> bool:
    """Whether Z-HIT says drift."""
    return z_hit.check(data).grade in ("drift", "both")


TESTS = {**{f"Kramers-Kronig, {c}": (lambda data, c=c: kk_accuses(data, c)) for c in kramers_kronig.CRITERIA}, "Z-HIT": z_hit_accuses}


def main(draws: int = 200) -> None:
    print(f"{draws} draws; share accused of a clean spectrum | of a drift of {', '.join(f'{d:.0%}' for d in SIZES)}; CPU a test")
    for name, accuses in TESTS.items():
        start = time.process_time()
        clean = np.mean([accuses(spectrum(seed)) for seed in range(draws)])
        each = (time.process_time() - start) / draws
        for kind in KINDS:
            found = [np.mean([accuses(spectrum(seed, d, kind)) for seed in range(draws)]) for d in SIZES]
            print(f"{name:24} {clean:6.1%} | {kind:12} {' '.join(f'{share:6.1%}' for share in found)}  {each * 1e3:5.1f} ms", flush=True)
    either = [z_hit_accuses(d) or kk_accuses(d) for d in map(spectrum, range(draws))]
    print(f"either test on a clean spectrum: {np.mean(either):.1%}")
    for criterion in kramers_kronig.CRITERIA:
        found = [kramers_kronig.check(spectrum(seed), criterion=criterion) for seed in range(draws)]  # type: ignore[arg-type]
        ratio = [f.std / NOISE for f in found]
        suspects = sum(len(f.suspects) for f in found)
        print(f"{criterion:7} residual/noise: median {np.median(ratio):.3f}, 95 % below {np.quantile(ratio, 0.95):.3f}; relaxations {np.median([f.rungs for f in found]):.0f}; clean points named {suspects / draws / 65:.3%}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
