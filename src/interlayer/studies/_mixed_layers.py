"""The mixed-conducting layers of yang2024 with each candidate mechanism on or off: voltage, impedance, where lithium is."""

from __future__ import annotations

from ..cells import Cell
from ..errors import InterlayerError
from ..laws.composite import surface_share
from ..simulation import Simulation
from .base import Table
from .frame import Run

KINDS = {"protected-carbon": "SC", "protected-micro": "SC-LLZTO-micro", "protected-nano": "SC-LLZTO-nano"}
#: mechanism -> changes of one layer's numbers; a share of what the layer states where it is a function
OFF = ("without prelithiation", "without the filler's network")
ON = ("+ pressure work, pores free", "+ pressure work at the face", "+ nucleation on the filler", "network + nucleation + pores free")
CASES = ("as in the catalogue", *OFF, *ON)


def changed(cell: Cell, layer: str, case: str) -> Cell:
    """`cell` with the candidate mechanism `case`."""
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
    if "nucleation" in case and filler:
        part = cell.layers[0]
        share = surface_share(part.at("filler_fraction", cell.temperature), part.at("filler_size", cell.temperature) / part.at("matrix_size", cell.temperature))
        values["preferred_share"] = f"{share}"
    return cell.with_({f"{at}.{k}": v for k, v in values.items()})


def table(run: Run, current: float, charge: float) -> Table:
    """Each case: voltage after half the charge, low-frequency resistance, and where the plated lithium lies, of the three layers."""
    rows = []
    for case in CASES:
        texts = [case]
        order = []
        for label, layer in KINDS.items():
            try:
                simulation = Simulation.of(changed(run.cells[label], layer, case))
                z = 1e4 * float(simulation.impedance([0.1])[0].real)
                volts = 1e3 * abs(simulation.polarisation(current, charge / current))
                from ..protocols import StripPlate

                simulation.run(StripPlate(f"{current} A/m^2", half_cycle=f"{charge / current} s", cycles=1), detail=False)
                where = simulation.lithium()[f"{layer} right"].position
                order.append(z)
                texts.append(f"{volts:.3g} mV; {z:.3g} Ω cm²; {where:.2f}")
            except InterlayerError as error:
                texts.append(f"no answer: {str(error).partition('.')[0]}")
        texts.append("yes" if len(order) == 3 and order[2] < order[1] < order[0] else "no")
        rows.append(tuple(texts))
    heads = ("mechanism", *(k.removeprefix("protected-") for k in KINDS), "impedance nano < micro < carbon")
    note = "Voltage after one half cycle at 2 mA/cm²; resistance at 0.1 Hz of the fresh cell; centre of mass of the lithium after one cycle in the layer that strips last (0: at the electrolyte, 1: at the lithium). No single mechanism is fitted."
    return Table("The mixed-conducting layers with and without each candidate mechanism", heads, tuple(rows), note)
