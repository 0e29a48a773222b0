"""The rank of yang2024's three layers by impedance, and which of the numbers that nobody measured would decide it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..cells import Cell
from ..elements.base import Array
from ..errors import CellError, SimulationError
from ..simulation import Simulation
from . import _sampling
from ._mixed_layers import KINDS, READ, one_carbon
from .base import Table
from .frame import SEED, Cells, Run

HERTZ = (READ, 10.0, 1e3, 1e5)
DRAWS = 240
BINS = 8
SHOWN = 6
FEW = 32  # draws for each grain size that is taken as measured
CELLS = tuple(f"electron-blocking-{kind}" for kind in KINDS)


def pairs(carbon: float, micro: float, nano: float) -> int:
    """How many of the three pairs stand in the reported order nano < micro < carbon."""
    return int(nano < micro) + int(micro < carbon) + int(nano < carbon)


def rank(cells: Cells) -> int:
    """`pairs` of the electron-blocking cells at 0.1 Hz."""
    return pairs(*(float(Simulation.of(cells[k]).impedance([READ])[0].real) for k in CELLS))


def by_frequency(cells: Cells) -> Table:
    """Real part of the whole electron-blocking cell and of the symmetric one, by the frequency at which it is read."""
    rows = []
    for name, prefix, factor in (("electrons blocked (whole cell)", "electron-blocking-", 2e4), ("symmetric", "protected-", 1e4)):
        z = {kind: factor * Simulation.of(cells[prefix + kind]).impedance(HERTZ).real for kind in KINDS}
        rows += [(name, f"{f / 1e3:g} kHz" if f >= 1e3 else f"{f:g} Hz", *(f"{z[kind][n]:.4g} Ω cm²" for kind in KINDS), f"{pairs(*(z[kind][n] for kind in KINDS))} of 3") for n, f in enumerate(HERTZ)]
    note = "The paper shows spectra of the electron-blocking cells (claim S3.C24), not the frequency at which it compares them. The sulfide alone is in every number."
    return Table("Rank of the layers by impedance, and where it is read", ("cell", "read at", *KINDS, "pairs in the reported order"), tuple(rows), note)


def sensitivity(run: Run) -> tuple[Table, tuple[str, ...]]:
    """What decides the rank over the stated priors: `DRAWS` draws of every uncertain number of the electron-blocking cells.

    First-order index by binned means of u, adjusted for chance: S = 1 - (1 - eta²) (n - 1)/(n - bins).
    """
    quantiles, z = _drawn(run, DRAWS)
    gaps = {"micro over nano": np.log(z[:, 1] / z[:, 2]), "carbon over micro": np.log(z[:, 0] / z[:, 1])}
    held = np.all([g > 0.0 for g in gaps.values()], axis=0)
    found = []
    for path, u in quantiles.items():
        s = [first_order(u, g) for g in gaps.values()]
        found.append((max(s), path, s, float(held[u < 1 / 3].mean()), float(held[u > 2 / 3].mean())))
    found.sort(reverse=True)
    rows = tuple((_plain(run, path), _prior(run, path), f"{s[0]:.2f}", f"{s[1]:.2f}", f"{low:.0%}", f"{high:.0%}") for _, path, s, low, high in found[:SHOWN])
    share = float(held.mean())
    each = "; ".join(f"{name} {float((g > 0.0).mean()):.0%}" for name, g in gaps.items())
    best = max(found, key=lambda f: abs(f[4] - f[3]))
    heads = ("number that nobody measured", "stated prior", *(f"share of the variance of ln({g})" for g in gaps), "rank holds, lowest third", "highest third")
    note = (
        f"{len(z)} draws of all stated priors of the three electron-blocking cells, resistance at {READ:g} Hz; the reported rank holds in {share:.0%} of them ({each}). First-order shares, in {BINS} bins, "
        f"adjusted for chance (about {2.0 * math.sqrt(2.0 * (BINS - 1)) / len(z):.2f} of it is left): the rest is other numbers and their interplay. What the layers have from one carbon is drawn once for all three."
    )
    said = (
        f"Over the stated priors the reported rank holds in {share:.0%} of {len(z)} draws ({each}).",
        f"What to measure first to decide it: {_plain(run, best[1])}. In the lowest third of its prior the rank holds in {best[3]:.0%}, in the highest in {best[4]:.0%} of the draws. {_from(run)}",
    )
    return Table("What would have to be measured to decide nano < micro < carbon", heads, rows, note), said


def by_grain(run: Run) -> tuple[Table, str]:
    """The rank if the grain size of the carbon were measured: share of draws of all other priors in which it holds, by that
    size; and what that decides, in a sentence."""
    low, high = run.priors[CELLS[-1]].parameters()[f"layers.{KINDS['nano']}.matrix_size"].spread()
    rows, held = [], {}
    for size in (low, *(share * high for share in (0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 1.0))):
        _, z = _drawn(run, FEW, {f"layers.{KINDS[kind]}.matrix_size": size for kind in ("micro", "nano")})
        share = [float(np.mean(x)) for x in (z[:, 1] > z[:, 2], z[:, 0] > z[:, 1], (z[:, 1] > z[:, 2]) & (z[:, 0] > z[:, 1]))]
        held[1e6 * size] = share[2]
        rows.append((f"{1e6 * size:.3g} µm", *(f"{x:.0%}" for x in share), str(len(z))))
    note = f"All other stated priors drawn, resistance of the electron-blocking cells at {READ:g} Hz. The filler percolates above a content that falls with its size over the carbon's (laws/composite)."
    no, yes = [s for s, x in held.items() if x <= 0.1], [s for s, x in held.items() if x >= 0.9]
    said = "; ".join(t for t in (f"up to {max(no):.3g} µm the reported rank holds in at most a tenth" if no else "", f"from {min(yes):.3g} µm on in at least nine tenths" if yes else "") if t)
    table = Table("If the grain size of the carbon were measured", ("it is", "nano < micro", "micro < carbon", "both, as reported", "draws"), tuple(rows), note)
    return table, f"If the grain size of the carbon were measured, with all other priors drawn: {said} of the draws." if said else ""


def _from(run: Run) -> str:
    """From which grain size of the carbon on the cells rank as reported, all else as in the catalogue."""
    simulations = {k: Simulation.of(run.cells[k]) for k in CELLS}
    low, high = run.priors[CELLS[-1]].parameters()[f"layers.{KINDS['nano']}.matrix_size"].spread()
    carbon = _resistance(simulations[CELLS[0]], run.cells[CELLS[0]])
    for size in np.geomspace(low, high, 40):
        micro, nano = (_resistance(simulations[k], run.cells[k].set(f"layers.{layer}.matrix_size", f"{size} m")) for k, layer in zip(CELLS[1:], list(KINDS.values())[1:], strict=True))
        if pairs(carbon, micro, nano) == len(KINDS):
            return f"All else as in the catalogue, it holds from carbon grains of {1e6 * size:.3g} µm on (prior {1e6 * low:g} to {1e6 * high:g} µm)."
    return f"All else as in the catalogue, no grain size of the carbon within {1e6 * low:g} to {1e6 * high:g} µm gives it."


def first_order(u: Array, y: Array) -> float:
    """Share of the variance of y that the mean over bins of u explains, adjusted for chance; not below zero."""
    bins = np.minimum((u * BINS).astype(int), BINS - 1)
    used = np.unique(bins)
    between = sum(float((bins == b).sum()) * (float(y[bins == b].mean()) - float(y.mean())) ** 2 for b in used)
    eta = between / float(((y - y.mean()) ** 2).sum())
    return max(0.0, 1.0 - (1.0 - eta) * (len(y) - 1) / (len(y) - len(used)))


def _drawn(run: Run, count: int, known: Mapping[str, float] | None = None) -> tuple[dict[str, Array], Array]:
    """(quantiles by the path of what was drawn, resistances [draw, carbon micro nano]); draws that can't be simulated are left out.

    known   path -> value [SI] that is not drawn
    """
    cells = {k: run.priors[k] for k in CELLS}
    paths = [p for p in _sampling.uncertain(cells.values(), run.study.keep) if not p.startswith("interfaces.Li6PS5Cl|Pt")]
    simulations = {k: Simulation.of(c) for k, c in cells.items()}
    kept, out = [], []
    for row in _sampling.hypercube(paths, count, SEED + 1, run.study.ties):
        drawn = one_carbon({k: _sampling.drawn(c, row) for k, c in cells.items()}, run.said)
        for path, value in (known or {}).items():
            drawn = {k: c.set(path, replace(c.parameters()[path], value=value)) if path in c.parameters() else c for k, c in drawn.items()}
        try:
            out.append([_resistance(simulations[k], drawn[k]) for k in CELLS])
        except (CellError, SimulationError):
            continue
        kept.append(row)
    first: dict[_sampling.Tie, str] = {}
    for path in paths:
        first.setdefault(_sampling.axis(path, run.study.ties), path)
    return {path: np.array([row[path] for row in kept]) for path in first.values()}, np.array(out)


def _resistance(simulation: Simulation, cell: Cell) -> float:
    simulation.restate(cell)
    return float(simulation.impedance([READ])[0].real)


def _prior(run: Run, path: str) -> str:
    """The stated spread, from the first cell that has it."""
    cell = next(run.priors[k] for k in CELLS if path in run.priors[k].parameters())
    return str(cell.parameters()[path])


def _plain(run: Run, path: str) -> str:
    """A path in words; what is drawn once for several layers says so."""
    key = path.split(".", 2)
    words = key[2].replace("charge_transfer.", "").replace("double_layer.", "").replace("_", " ").replace(".", ", ").replace("matrix size", "grain size")
    tie = _sampling.axis(path, run.study.ties)
    if isinstance(tie, tuple):
        return f"{words} of the carbon, in all three layers"
    return f"{words}, {'lithium on Li6PS5Cl behind every layer' if tie != path else key[1]}"
