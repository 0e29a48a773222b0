"""The mixed-conducting layers of yang2024 with each candidate mechanism on or off: voltage, impedance, where lithium is."""

from __future__ import annotations

import math
from dataclasses import replace

from ..cells import Cell
from ..elements.base import FARADAY
from ..errors import InterlayerError
from ..laws.composite import surface_share
from ..protocols import StripPlate
from ..simulation import Simulation
from ._finds import EARLY
from ._sampling import Tie
from .base import Table
from .frame import Cells, Run, Said

#: layer of the paper -> its material, from carbon alone to what is reported as best
KINDS = {"carbon": "SC", "micro": "SC-LLZTO-micro", "nano": "SC-LLZTO-nano"}
READ = 0.1  # Hz, where a cell's resistance is read
#: what the three layers have from one carbon, one press and one prelithiation, so that a draw has it once
ONE_CARBON = (
    "conductivity", "pore_fraction", "specific_area", "wall_exchange_current_density", "wall_capacitance", "wall_nucleation_barrier", "face_barrier", "host_capacity",
    "host_exchange_current_density", "host_diffusivity", "host_transfer", "host_lithiation", "matrix_size", "filler_conductivity.activation_energy",
)  # fmt: skip
#: ... and lithium on the sulfide is the same behind each of them, as the pair files say
ON_SULFIDE = ("Li6PS5Cl.charge_transfer.exchange_current_density", "Li6PS5Cl.charge_transfer.exchange_current_density.activation_energy")
TIES: tuple[Tie, ...] = (*(tuple(f"layers.{layer}.{key}" for layer in KINDS.values()) for key in ONE_CARBON), *ON_SULFIDE)
#: mechanism -> changes of one layer's numbers; a share of what the layer states where it is a function
OFF = ("without prelithiation", "without the filler's network")
ON = ("+ pressure work, pores free", "+ pressure work at the face", "+ nucleation on the filler", "+ pores half full of lithium at first", "carbon grains of 25 µm", "network + nucleation + pores free")
CASES = ("as in the catalogue", *OFF, *ON)


def one_carbon(cells: Cells, said: Said) -> dict[str, Cell]:
    """The cells with the electronic conductivities of the mixed layers set to soft carbon's over 19 (micro) and 31 (nano).

    Claim S3.C93 gives the two ratios; which filler has which is a prior of the material files. Only carbon's own is drawn.
    """
    path = "layers.{}.electronic_conductivity"
    carbon = cells["electron-blocking-carbon"].layers[0]["electronic_conductivity"]
    out = dict(cells)
    for kind, ratio in zip(("micro", "nano"), said["S3.C93"].values, strict=True):
        at = path.format(KINDS[kind])
        for label, cell in cells.items():
            if at in cell.parameters() and not math.isclose(cell.parameters()[at].value, carbon.value / ratio, rel_tol=1e-3):
                out[label] = cell.set(at, replace(carbon, value=carbon.value / ratio, std=None, interval=None, mark="derived", source=f"that of the soft carbon over {ratio:g}, claim S3.C93"))
    return out


def changed(cell: Cell, layer: str, case: str) -> Cell:
    """`cell` with the candidate mechanism `case` in the layer of this material."""
    at = f"layers.{layer}"
    filler = layer != "SC"
    values: dict[str, str] = {}
    if case == "without prelithiation":
        values["host_lithiation"] = "0"
    if case == "without the filler's network" and filler:
        values["filler_fraction"] = "1e-6"
    if "pores free" in case:
        values["pore_pressure_share"] = "0"
    if "at the face" in case:
        values["face_pressure_share"] = "1"
    if "25 µm" in case and filler:
        values["matrix_size"] = "25 um"
    if "half full" in case:
        values["pore_filling"] = "0.5"
    if "nucleation" in case and filler:
        part = next(x for x in cell.layers if x.name == layer)
        share = surface_share(part.at("filler_fraction", cell.temperature), part.at("filler_size", cell.temperature) / part.at("matrix_size", cell.temperature))
        values["preferred_share"] = f"{share}"
    return cell.with_({f"{at}.{k}": v for k, v in values.items()})


def blocked(cell: Cell) -> float:
    """Resistance of the whole electron-blocking cell [ohm m²] from its half, read at 0.1 Hz."""
    return 2.0 * float(Simulation.of(cell).impedance([READ])[0].real)


def _volts(pair: list[float]) -> str:
    return " to ".join(f"{v:.3g}" if math.isfinite(v) else "none" for v in pair) + " mV"


def _half_full(run: Run) -> float:
    """Lithium of half-full pores of one carbon layer over the charge of a half cycle."""
    cell = run.cells["protected-carbon"]
    layer, lithium = cell.layers[0], cell.electrodes[0].at("molar_volume", cell.temperature)
    return 0.5 * FARADAY * layer.at("pore_fraction", cell.temperature) * layer.thickness.value / lithium / run.said["S3.C47"].condition("areal_capacity")


def table(run: Run, current: float, charge: float) -> Table:
    """Each case: voltage after half the charge, resistance with electrons blocked, and where the plated lithium lies, of the three layers."""
    rows = []
    for case in CASES:
        texts = [case]
        order = []
        for kind, layer in KINDS.items():
            try:
                simulation = Simulation.of(changed(run.cells[f"protected-{kind}"], layer, case))
                volts = [1e3 * abs(simulation.polarisation(current, share * charge / current)) for share in (EARLY, 1.0)]
                simulation.run(StripPlate(f"{current} A/m^2", half_cycle=f"{charge / current} s", cycles=1), detail=False)
                where = simulation.lithium()[f"{layer} right"].position
                z = 1e4 * blocked(changed(run.cells[f"electron-blocking-{kind}"], layer, case))
                order.append(z)
                texts.append(f"{_volts(volts)}; {z:.3g} Ω cm²; {f'{where:.2f}' if math.isfinite(where) else 'no metal'}")
            except InterlayerError as error:
                texts.append(f"no answer: {str(error).partition('.')[0]}")
        texts.append("yes" if len(order) == len(KINDS) and order[2] < order[1] < order[0] else "no")
        rows.append(tuple(texts))
    heads = ("mechanism", *KINDS, "impedance nano < micro < carbon")
    note = (
        f"Voltage of the symmetric cell at 2 mA/cm², {EARLY:.0%} into the first half cycle and at its end (none: the pores are full before); resistance of the whole electron-blocking cell at 0.1 Hz, fresh; centre of mass of the lithium after one cycle in the "
        "layer that strips last (0: at the electrolyte, 1: at the lithium). Nothing is fitted. The grains of the carbon are 5 µm (prior 1 to 30). That pores hold lithium at first (pressed in, or left by the prelithiation) is not in the text that was read; "
        f"half full they hold {_half_full(run):.2g} of the charge of a half cycle."
    )
    return Table("The mixed-conducting layers with and without each candidate mechanism", heads, tuple(rows), note)
