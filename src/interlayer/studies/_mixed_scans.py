"""Thickness and composition of yang2024's layers, the ratio of their electronic conductivities, and the best composition."""

from __future__ import annotations

import numpy as np

from .. import units
from ..analysis import strip_plate
from ..analysis.steps import half_cycles
from ..record import Record
from ..simulation import Simulation
from ._finds import electronic_conductivity, steady_conductivity
from ._mixed_layers import KINDS, READ
from .base import Row, Table
from .frame import Cells, Run

#: cells of the composition series of claim S3.C48 -> mass fraction of nano LLZTO
COMPOSITION = {"protected-carbon": 0.0, "protected-nano-10": 0.1, "protected-nano": 0.2, "protected-nano-30": 0.3}
#: experiment -> cells; layers whose filler percolates apart, since the others take volts
CYCLES = {
    "one cycle at 2 mA/cm², without a percolated filler": ("protected-carbon", "protected-micro", "protected-carbon-100um", "protected-micro-100um"),
    "one cycle at 2 mA/cm², nano": ("protected-nano-10", "protected-nano", "protected-nano-30", "protected-nano-100um"),
}
ELECTRONS = "DC polarisation between collectors"


def table(run: Run) -> Table:
    """Each layer after one cycle: voltages of both half cycles, resistance of the fresh cell, where the lithium lies."""
    rows = []
    for name, label in ((n, x) for n, labels in CYCLES.items() for x in labels):
        cell, record = run.cells[label], run.records[f"{name}: {label}"]
        layer = cell.layers[0]
        filler = layer.at("filler_fraction", cell.temperature) if "filler_fraction" in layer else 0.0
        z = 1e4 * float(Simulation.of(cell).impedance([READ])[0].real)
        first, last = (1e3 * strip_plate.polarisation(h)[0] for h in half_cycles(record)[:2])
        rows.append((label.removeprefix("protected-"), f"{filler:.1%}", units.show(layer.thickness.value, "thickness", 3), f"{z:.4g} Ω cm²", f"{first:.4g} mV", f"{last:.4g} mV", _position(record, layer.name)))
    heads = ("layer", "filler by volume", "thickness", f"resistance at {READ:g} Hz", "voltage, first half cycle", "second half cycle", "where the lithium is")
    note = (
        "The paper reports no symmetric cell of these compositions and does not say which cells have 100 µm (claims S3.C48, S3.C114): a scan without reported values, but for 30 µm of micro and nano. "
        "Steps in the voltage of thick layers are the mesh's: what reacts moves through it cell by cell. Position of the lithium in the layer on the right after the cycle: 0 at the electrolyte, 1 at the lithium."
    )
    return Table("Thickness and composition of the layers", heads, tuple(rows), note)


def _position(record: Record, layer: str) -> str:
    trace = record.traces[-1]
    channel = next((c for c in trace.channels if c.startswith(f"fraction@{layer} right: deposit_position")), "")
    return f"{float(trace[channel][-1]):.2f}" if channel else ""


def ratios(run: Run) -> tuple[Row, ...]:
    """Electronic conductivity of the carbon over that of the two composites, as a current between collectors reads it."""
    claim = run.said["S3.C93"]
    sigma = {kind: electronic_conductivity(run.records[f"{ELECTRONS}: electronic-{kind}"]).value for kind in KINDS}
    why = "went in: the composites' conductivities are the carbon's over this claim's ratios (which filler has which is a prior), so this reads the claim back and predicts nothing"
    return tuple(
        Row(claim.id, f"electronic conductivity of soft carbon over that with {kind} LLZTO, ions blocked", "number", None, sigma["carbon"] / sigma[kind], "input", None, why, form=claim.form, split=claim.split, printed=claim.printed())
        for kind in ("micro", "nano")
    )  # fmt: skip


def read_back(run: Run) -> tuple[Row, ...]:
    """What the cells between blocking metals read of priors that the paper does not report."""
    sulfide = Row("", "ionic conductivity, pressed sulfide at 25 °C", run.said["S3.C22"].row, None, steady_conductivity(run.records["impedance between blocking metals: blocking"]).value, "prior only", None, "not reported")
    out = [sulfide]
    for kind in KINDS:
        sigma = electronic_conductivity(run.records[f"{ELECTRONS}: electronic-{kind}"]).value
        why = "not reported; a prior for the carbon, that over 19 and 31 for the composites. A real contact adds to so small a resistance"
        out.append(Row("", f"electronic conductivity, {kind}, ions blocked, 0.5 mm", "electronic_conductivity", None, sigma, "prior only", None, why))
    return tuple(out)


def branches(run: Run) -> str:
    """What the ions of the nano layer carry between collectors before they come to rest."""
    slow, fast = Simulation.of(run.cells["electronic-nano"]).impedance([1e-9, 1e9]).real
    return f"Between collectors that block ions, the ions of the nano layer carry {1.0 - fast / slow:.1g} of the current at high frequency and none at rest: such a cell gives the electronic conductivity, and only one that blocks electrons the ionic one."


def optimum(run: Run) -> Row:
    """The composition of least resistance among those of the paper's series."""
    claim = run.said["S3.C52"]
    draws = [best(cells) for cells in run.draws]
    band = (float(np.quantile(draws, 0.1)), float(np.quantile(draws, 0.9))) if draws else None
    why = (
        f"least resistance of the symmetric cells at {READ:g} Hz among 0, 10, 20 and 30 wt%; the paper's criterion is the rate capacity of full cells, and it blames agglomeration above 20 wt%, for which the package has no law: "
        "without it the highest content is best. Not scored"
    )
    return Row(claim.id, "best content of nano LLZTO, by impedance", claim.row, claim.si, best(run.cells), "predicted", band, why, form=claim.form, split=claim.split)


def best(cells: Cells) -> float:
    """Mass fraction of the least resistance."""
    z = {label: float(Simulation.of(cells[label]).impedance([READ])[0].real) for label in COMPOSITION}
    return COMPOSITION[min(z, key=lambda label: z[label])]
