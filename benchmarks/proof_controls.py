"""Negative controls: what must not come out as better everywhere does not, and where it is worse.

    python benchmarks/proof_controls.py

    sham               garnet instead of the buffer: thickness and faces without its chemistry, beside bare garnet
    over-thick         a buffer twenty times as thick as the optimum, beside the optimum
    polycation 10 um   twice the optimum, beside the optimum; and beside bare lithium, with the optimum beside bare lithium
                       under it, which is no control: where that one is better everywhere the skin works in this draw
    liquid alone       wu2023's cell wetted with ionic liquid and without the polymer, beside the one with it: a lower
                       resistance and yet a shorter life

Every cell is simulated with its stated values (priors, nothing fitted) and, for the share of draws, with all that is uncertain
drawn within its spread, the same draw for both cells of a pair. Resistance: real part of the impedance at 0.1 uHz, where
the salt of the thickest layer follows too (at 10 mHz a thicker skin may show less, since its diffusion is not over).
Voltage: after a half cycle. Critical current: last current a ramp survives. Life: until the voltage at the end of half
cycles has doubled, a short, or the end of the test. A control is better everywhere when none of these is worse by more than
1 % and one is better. A skin of 10 um that is better than bare lithium in all and worse than 5 um in something is over-thick
all the same; the last line counts the draws in which it beats both.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

import interlayer as il
from interlayer import units
from interlayer.analysis import critical_current
from interlayer.cells import Cell
from interlayer.cells.named import named
from interlayer.design.window import _design, _drawn
from interlayer.errors import SimulationError
from interlayer.simulation import Simulation

MARGIN = 0.01
DRAWS = 32
SLOW = 1e-7  # frequency [Hz] at which the resistance is read


@dataclass(frozen=True)
class Test:
    """How a pair is measured: usual and high current [A/m²], half cycle [s], longest test [s], step of the ramp [A/m²] or none."""

    current: float
    high: float
    half: float
    longest: float
    ramp: float | None = None


@dataclass(frozen=True)
class Numbers:
    """Area-specific resistance [ohm m²], voltages [V], life [s] and critical current [A/m²] of a cell."""

    resistance: float
    voltage: float
    high: float
    life: float
    critical: float | None

    def worse(self, other: Numbers) -> list[str]:
        """In what this one is worse than the other, beyond the margin."""
        more = 1.0 + MARGIN
        rows = (("resistance", self.resistance, other.resistance), ("voltage", self.voltage, other.voltage), ("voltage at a high current", self.high, other.high))
        out = [word for word, a, b in rows if a > b * more]
        out += ["life"] if self.life * more < other.life else []
        if self.critical is not None and other.critical is not None and self.critical * more < other.critical:
            out.append("critical current")
        return out

    def better_everywhere(self, other: Numbers) -> bool:
        """Worse in nothing and better in something."""
        return not self.worse(other) and bool(other.worse(self))

    def __str__(self) -> str:
        shown = [units.show(self.resistance, "area_specific_resistance", 3), units.show(self.voltage, "overpotential", 3), units.show(self.high, "overpotential", 3)]
        return f"R {shown[0]:>12s}  V {shown[1]:>9s}, high {shown[2]:>9s}  life {self.life / 3600.0:6.0f} h" + ("" if self.critical is None else f"  critical {units.show(self.critical, 'current_density', 3)}")


def first(cell: Cell, test: Test) -> tuple[float, float, float]:
    """Resistance [ohm m²] and voltages [V] of the fresh cell."""
    simulation = Simulation.of(cell)
    volts = []
    for current in (test.current, test.high):
        simulation.state = simulation.machine.start.copy()
        volts.append(abs(simulation.polarisation(current, test.half)))
    simulation.state = simulation.machine.start.copy()
    return float(simulation.impedance([SLOW])[0].real), volts[0], volts[1]


def measure(cell: Cell, test: Test, start: tuple[float, float, float], limit: float) -> Numbers:
    """All numbers of one cell, from what `first` gave and the voltage that ends its life."""
    critical = None
    if test.ramp is not None:
        plan = il.protocols.CriticalCurrent(start=f"{test.ramp} A/m^2", step=f"{test.ramp} A/m^2", stop=f"{40 * test.ramp} A/m^2", half_cycle="30 min")
        found = critical_current.find(il.simulate(cell, plan, rtol=1e-3, detail=False))[0].value
        critical = float(found) if isinstance(found, int | float) else 0.0
    return Numbers(*start, life(cell, test, limit), critical)


def life(cell: Cell, test: Test, limit: float) -> float:
    """Time [s] until the voltage is at the limit, or the cell ended."""
    plan = il.protocols.StripPlate(
        f"{test.current} A/m^2", half_cycle=f"{test.half} s", cycles=int(test.longest / (2.0 * test.half)), voltage_limit=f"{limit} V",
    )  # fmt: skip
    return float(il.simulate(cell, plan, rtol=1e-3, detail=False).trace("time")[-1])


#: currents and half cycles are those of the papers: zhai2024 0.1 and 0.5, yu2024 1 and 5, wu2023 0.05 and 0.1 mA/cm²
GARNET = Test(1.0, 5.0, 3600.0, 2000 * 3600.0, 1.0)
SKIN = Test(10.0, 50.0, 3600.0, 200 * 3600.0)
LAGP = Test(0.5, 1.0, 7200.0, 1000 * 3600.0)
THICK = "layers.LiI-ZnLi.thickness"


SKIN_5, SKIN_BARE, SKIN_WORKS = "polycation 10 um, beside 5 um", "polycation 10 um, beside bare", "(no control) polycation 5 um, beside bare"


def pairs() -> dict[str, tuple[Cell, Cell, Test]]:
    """name -> (control, what it is laid beside, test)."""
    buffer, skin, bare = named("zhai2024/protected"), named("yu2024/protected"), named("yu2024/bare")
    thick = named("yu2024/protected-10um")
    return {
        "sham of garnet, beside bare garnet": (buffer.sham(), named("zhai2024/bare"), GARNET),
        "buffer of 10 um, beside the optimum": (buffer.set(THICK, "10 um"), buffer, GARNET),
        SKIN_5: (thick, skin, SKIN),
        SKIN_BARE: (thick, bare, SKIN),
        SKIN_WORKS: (skin, bare, SKIN),
        "ionic liquid alone, beside polymer": (named("wu2023/wetted"), named("wu2023/protected"), LAGP),
    }


def both(control: Cell, other: Cell, test: Test) -> tuple[Numbers, Numbers]:
    """The control's numbers and the other's."""
    starts = first(control, test), first(other, test)
    limit = min(2.0 * max(voltage for _, voltage, _ in starts), 100.0)  # a drawn cell may not carry the current at all
    return measure(control, test, starts[0], limit), measure(other, test, starts[1], limit)


def drawn(control: Cell, other: Cell, count: int) -> list[tuple[Cell, Cell]]:
    """Pairs with all that is uncertain drawn: what both have under the same path has the same draw in both."""
    def free(cell: Cell) -> list[str]:
        return [p for p, v in cell.parameters().items() if p not in ("temperature", "area", "pressure") and v.spread()[0] < v.spread()[1]]

    def key(cell: Cell, path: str) -> tuple[str, float]:  # a path by index names its part, so that twins in both cells meet
        family, which, rest = path.split(".", 2)
        if which.isdigit() and family == "layers":
            which = cell.layers[int(which)].name
        return f"{family}.{which}.{rest}", cell.get(path).value

    keys = list(dict.fromkeys(key(c, p) for c in (control, other) for p in free(c)))
    out = []
    for row in _design(len(keys), count):
        at = dict(zip(keys, row, strict=True))
        out.append(tuple(_drawn(c, free(c), np.array([at[key(c, p)] for p in free(c)])) for c in (control, other)))
    return out


def shares(control: Cell, other: Cell, test: Test, count: int = DRAWS) -> tuple[set[int], set[int], set[int]]:
    """Draws (simulated, better everywhere, worse in something)."""
    done, better, worse = set(), set(), set()
    for index, (a, b) in enumerate(drawn(control, other, count)):
        try:
            one, two = both(a, b, test)
        except SimulationError:
            continue
        done.add(index)
        if one.better_everywhere(two):
            better.add(index)
        if one.worse(two):
            worse.add(index)
    return done, better, worse


def main() -> None:
    """Print the table."""
    begin = time.process_time()
    best: dict[str, set[int]] = {}
    for name, (control, other, test) in pairs().items():
        one, two = both(control, other, test)
        worse = one.worse(two)
        done, better, some = shares(control, other, replace(test, ramp=None))
        best[name] = better
        print(f"{name}: {'BETTER EVERYWHERE' if one.better_everywhere(two) else f'worse in {chr(44).join(worse)}' if worse else 'no better and no worse'}")
        print(f"    control  {one}")
        print(f"    beside   {two}")
        print(f"    of {len(done)} draws: better everywhere in {len(better)}, worse in something in {len(some)}, neither in {len(done - better - some)} (without the ramp)", flush=True)
    thick = best[SKIN_BARE]
    print(f"polycation 10 um: better everywhere than bare in {len(thick)} draws, in {len(thick & best[SKIN_WORKS])} of them 5 um is too; better everywhere than both in {len(thick & best[SKIN_5])}")
    print(f"CPU {time.process_time() - begin:.0f} s")


if __name__ == "__main__":
    main()
