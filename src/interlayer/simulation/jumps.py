"""Jumps of the voltage: which steps begin with one, which cells can't take one, and how one begins.

A jump charges the geometric capacitances of bulk and grain boundaries through everything in series within the first
instant; only then does the resistance of the electrolyte limit how the double layers are charged. So the capacitance
that a jump meets, C = h/R(h) at h -> 0, tells one from the other: that of a layer of electrolyte is far below that of a
double layer (Irvine, Sinclair & West, Adv. Mater. 2 (1990) 132, recalled: bulk about 1e-12 F/cm, grain boundaries up to
1e-8 F/cm, interfaces from 1e-7 F/cm² on). A jump that meets a double layer is an impulse of current and is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..elements.base import Array
from ..errors import ProtocolError
from ..protocols import Spectrum, Step
from ..units import show

if TYPE_CHECKING:
    from .stack.machine import Machine, State

ONCE = 1e-13  # s: nothing but geometric capacitances and resistances is seen
DOUBLE_LAYER = 1e-3  # F/m² (1e-7 F/cm²), the least that an interface has
INSTANT = 2e-9  # s: the first step of a jump, the shortest that the loop takes for one
SAME = 1e-9  # V


def jumps(steps: Sequence[Step | Spectrum], voltage: float) -> list[bool]:
    """Whether each step begins with a jump of the voltage; `voltage` [V] is the one the cell starts from.

    A sweep that starts where the cell is, or where the sweep before it ends, is none. After a current or a rest the
    voltage is not known beforehand and counts as another.
    """
    out = []
    here: float | None = voltage
    for step in steps:
        if isinstance(step, Spectrum):
            out.append(False)
            continue
        out.append(step.control == "voltage" and (here is None or abs(step.value - here) > SAME))
        ends = [until.value for until in step.until if until.kind == "time"]
        known = step.control == "voltage" and len(step.until) == 1 and ends
        here = step.value + step.slope * ends[0] if known else step.value if step.control == "voltage" and step.slope == 0.0 else None
    return out


def resistance(machine: Machine, state: State, h: float) -> float:
    """dV/dJ [ohm m²] of a step of `h` [s] from `state`."""
    machine.evaluate(state.copy(), h, 1e-6)
    return float(machine._arrays()["R"][-1])


def met(machine: Machine, state: State) -> float:
    """The capacitance that a jump meets [F/m²], 0 where a resistance does."""
    first, later = resistance(machine, state, ONCE), resistance(machine, state, 10.0 * ONCE)
    return ONCE / first if first < 0.5 * later else 0.0


def refuse(steps: Sequence[Step | Spectrum], machine: Machine, state: State) -> list[bool]:
    """Which steps need `charge` before them. Errors: `ProtocolError` where a jump, or a power, meets a double layer alone."""
    jumping = jumps(steps, state.voltage)
    if not any(jumping) and not any(isinstance(s, Step) and s.control in ("power", "power_density") for s in steps):
        return [False] * len(steps)
    capacitance = met(machine, state)
    if capacitance >= DOUBLE_LAYER:
        raise ProtocolError(
            "A voltage step on this cell is an impulse: nothing but a double layer lies in its way",
            given=f"a capacitance of {show(capacitance, 'area_specific_capacitance', 3)} without a resistance; after one second "
            f"{show(resistance(machine, state, 1.0), 'area_specific_resistance', 3)}",
            allowed=f"below {show(DOUBLE_LAYER, 'area_specific_capacitance', 3)}, that of a layer of electrolyte",
            remedy="Add the electrolyte's resistance to the cell, control the current, or start a sweep at the voltage of rest",
        )  # fmt: skip
    return [j and capacitance > 0.0 for j in jumping]


def charge(machine: Machine, state: State, row: Array) -> None:
    """The first instant of the step `row` (loop.py), one L-stable step that no error control can resolve: `state` then has its
    geometric capacitances charged. It takes no time on the clock."""
    from .stack import loop

    first = np.zeros_like(row)
    first[loop.V_ABOVE], first[loop.V_BELOW], first[loop.CHARGE], first[loop.J_BELOW] = np.inf, -np.inf, np.inf, -1.0
    first[loop.CONTROL], first[loop.VALUE], first[loop.ROW], first[loop.DURATION] = row[loop.CONTROL], row[loop.VALUE], row[loop.ROW], INSTANT
    time, size = state.time, state.step_size
    state.step_size = INSTANT
    machine.integrate(first[None, :], state, rtol=1e30, detail=False)
    state.time, state.step_size = time, size
