"""A polycation layer by its ions: the same cell with a candidate mechanism in place of stated transport values."""

from __future__ import annotations

from dataclasses import replace

from .. import units
from ..cells import Cell
from ..errors import CellError
from ..laws.donnan import FARADAY, ions
from ..laws.temperature import GAS_CONSTANT
from ..materials import SALTY, Value
from ..units import Given

_SOURCE = "laws/donnan.py: fixed charge {fixed}, {binding}, D-/D+ {ratio:.3g}, hindrance {hindrance:g}, beside {salt} of {beside}"


def polycation(
    cell: Cell, layer: str = "POTA-NO3", *, fixed: Given = "3.2 mol/L", dissociation: Given | None = None, slowing: float = 1.0,
    hindrance: float = 0.1, partition: float = 1.0,
) -> Cell:  # fmt: skip
    """`cell` with concentration, t+, conductivity, diffusivity and thermodynamic factor of its polycation layers derived.

        null = il.design.polycation(il.cells.named("yu2024/protected"))  # Donnan
        bound = il.design.polycation(il.cells.named("yu2024/protected"), dissociation="0.05 mol/L")

    fixed         charge of the polymer per volume of liquid in it, X
    dissociation  K_d of an anion on a fixed charge (1/K); None: it does not bind, the null
    slowing       D- in the layer over what `hindrance` leaves of it; 0.03: anions all but stuck
    hindrance     D+ in the layer over that beside it
    partition     Gamma, of the salt into the layer beyond Donnan

    The ions of the layer beside it follow Nernst and Einstein from its conductivity and t+, so that hindrance 1, no charge and no
    binding give that layer's conductivity back. Temperature laws of the layer's own values stay. Values are marked
    "derived"; nothing is fitted. First order: the salt's partition is taken as proportional to c. Errors: `CellError`.
    """
    at = [i for i, part in enumerate(cell.stack) if part.name == layer]
    beside = cell.separator
    if not at or beside.role not in SALTY or beside.name == layer:
        raise CellError(f"There is no {layer} layer beside a salt solution here", given=cell.notation, allowed=[p.name for p in cell.layers])
    T = cell.temperature
    c, t, kappa = (beside.at(key, T) for key in ("concentration", "transference_number", "conductivity"))
    mobile = kappa * GAS_CONSTANT * T / (FARADAY**2 * c)
    plus, minus = hindrance * t * mobile, hindrance * slowing * (1.0 - t) * mobile
    x = units.si(fixed, "concentration", what="fixed charge")
    k = 0.0 if dissociation is None else 1.0 / units.si(dissociation, "concentration", what="dissociation constant")
    found = ions(x, c, plus, minus, T, k, partition)
    source = _SOURCE.format(
        fixed=units.show(x, "concentration"), binding="anions free" if k == 0.0 else f"anions bound with K_d {units.show(1.0 / k, 'concentration')}",
        ratio=minus / plus, hindrance=hindrance, salt=units.show(c, "concentration"), beside=beside.name,
    )  # fmt: skip
    values = {
        "concentration": found.lithium, "transference_number": found.transference, "conductivity": found.conductivity,
        "diffusivity": found.diffusivity, "thermodynamic_factor": found.factor,
    }  # fmt: skip
    for i in at:
        for key, number in values.items():
            old = cell.stack[i][key]
            new = replace(old, value=number, std=None, interval=None, reference_temperature=T, mark="derived", source=source, note="")
            assert isinstance(new, Value)
            cell = cell.set(f"layers.{i - 1}.{key}", new)
    return cell
