"""`simulate(cell, protocol) -> Record`: a cell through an experiment on the stack engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import __version__
from ..cells import Cell
from ..cells.named import from_text
from ..elements.base import Array
from ..elements.mixed import Lithium, Mixed
from ..errors import ProtocolError
from ..protocols import Protocol, Spectrum, Step, Until, parse
from ..record import Block, Provenance, Record, Segment
from . import jumps
from .assembly import Assembly, assemble

if TYPE_CHECKING:
    from .stack.machine import Machine, Run, State

_WAYS = {"time": 0, "voltage_above": 1, "voltage_below": 2, "areal_charge": 3, "current_density_below": 4}


@dataclass(frozen=True, eq=False)
class Progress:
    """What a progress callback is told: seconds of the test done, steps done, steps in all."""

    time: float
    step: int
    steps: int


@dataclass(eq=False)
class Simulation:
    """A cell laid out on the engine, ready to run protocols from any checkpoint.

    `simulate` is the short form. Keep this object to resume, to take an impedance at any age, or to run many protocols.
    """

    cell: Cell
    assembly: Assembly
    machine: Machine
    state: State
    _facts: dict[str, Any] = field(default_factory=dict, repr=False)
    _named: str = field(default="", repr=False)
    _said: tuple[Protocol | None, str] = field(default=(None, ""), repr=False)

    @classmethod
    def of(cls, cell: Cell | str, temperatures: Sequence[float] | None = None) -> Simulation:
        """Assemble `cell` for these temperatures [K] (default its own)."""
        from .stack.machine import Machine

        cell = from_text(cell) if isinstance(cell, str) else cell
        made = assemble(cell)
        machine = Machine.of(made.element, tuple(temperatures or (cell.temperature,)))
        return cls(cell, made, machine, machine.start.copy())

    def restate(self, cell: Cell) -> None:
        """Put another cell's numbers into the same layout and go back to its start: what a fit does a thousand times.

        A cell whose tree has other leaves (a contact that became perfect) is laid out anew. Temperatures stay.
        """
        from .stack import newton
        from .stack.machine import Machine

        made, machine = assemble(cell), self.machine
        leaves = list(made.element.leaves())
        if [(type(a), a.label) for a in leaves] != [(type(b), b.label) for b in machine.leaves]:
            self.machine = Machine.of(made.element, machine.temperatures)
        else:
            slot = 0
            for k, leaf in enumerate(leaves):
                for row, temperature in enumerate(machine.temperatures):
                    numbers = leaf.numbers(temperature)
                    p0 = int(machine.leaf[k, newton.P0])
                    machine.PT[row, p0 : p0 + len(numbers)] = numbers
                start = leaf.states(machine.temperatures[0]).start
                y0 = int(machine.leaf[k, newton.Y0])
                machine.start.Y[y0 : y0 + len(start)] = start
                for read, default in leaf.READS.items():  # constant reads (a contact without voids) stand before the exports
                    given = leaf.reads.get(read, default)
                    if not isinstance(given, str):
                        machine.start.X[slot] = given
                        slot += 1
            machine.start.J[:] = 0.0
            machine._settle()
        self.cell, self.assembly, self.state, self._facts = cell, made, self.machine.start.copy(), {}

    def polarisation(self, current: float, duration: float, *, age: float = 0.0, rtol: float = 1e-3) -> float:
        """Voltage after `duration` [s] at a constant `current` [A/m²] from the start, or from a rest of `age` [s], inf where
        the cell does not last so long; no record is kept, so this is for maps of many cells."""
        from .stack import loop

        steps = [Step("rest", 0.0, (Until("time", age),))] if age > 0.0 else []
        steps.append(Step("current_density", current, (Until("time", duration),), sample=duration))
        state = self.machine.start.copy()
        run = self.machine.integrate(np.array([self._step_row(s) for s in steps]), state, rtol=rtol, detail=False)
        return float(state.voltage) if run.why not in (loop.EVENT, loop.FAILED) else float("inf")

    def relaxed(self) -> State:
        """The checkpoint with fast states (salt, double layers, films) at rest and those that a cell keeps as they are."""
        machine, state = self.machine, self.state.copy()
        state.Y[~machine.kept] = machine.start.Y[~machine.kept]
        return state

    def impedance(self, frequencies: Sequence[float] | Array, temperature: float | None = None, *, relaxed: bool = True) -> Any:
        """Area-specific impedance [ohm m²] at these frequencies [Hz] in the present state."""
        row = self._row(temperature)
        state = self.relaxed() if relaxed else self.state.copy()
        self.machine.evaluate(state, 1e-9, 0.0 if relaxed else state.current, row)
        return self.machine.impedance(2.0 * np.pi * np.asarray(frequencies, dtype=np.float64), state, row)

    def lithium(self) -> dict[str, Lithium]:
        """Where the lithium of every mixed-conducting layer is in the present state, by the label of its region."""
        regions = [leaf for leaf in self.machine.leaves if isinstance(leaf, Mixed)]
        return {leaf.label: leaf.lithium(self.machine.state_of(leaf.label, self.state), self.cell.temperature) for leaf in regions}

    def _row(self, temperature: float | None) -> int:
        wanted = self.cell.temperature if temperature is None else temperature
        if wanted not in self.machine.temperatures:
            raise ProtocolError("This simulation was not laid out for that temperature", given=wanted, allowed=[f"{t:g}" for t in self.machine.temperatures])
        return self.machine.temperatures.index(wanted)

    def run(
        self, protocol: Protocol, *, rtol: float = 1e-4, detail: bool = True, progress: Callable[[Progress], None] | None = None
    ) -> Record:  # fmt: skip
        """Run `protocol` from the present checkpoint (which moves on) and give the record.

        rtol    relative error allowed a step (it scales the absolute one too); detail=False keeps only time, voltage, current
        Every way to end is an outcome with a sentence; nothing is lost of what was recorded before it.
        """
        steps = list(protocol.steps(self.cell))
        rows = [self._step_row(s) if isinstance(s, Step) else None for s in steps]
        jumping = jumps.refuse(steps, self.machine, self.state)
        segments: list[Segment] = []
        outcome = "completed"
        counts = [0, 0]
        at = 0
        while at < len(steps):
            here = steps[at]
            if isinstance(here, Spectrum):
                segments.append(self._spectrum(here))
                at += 1
                continue
            stop = at
            while stop < len(steps) and rows[stop] is not None and (stop == at or not jumping[stop]):
                stop += 1
            if jumping[at]:
                jumps.charge(self.machine, self.state, np.asarray(rows[at]))
            tell = None if progress is None else (lambda t, s, base=at: progress(Progress(t, base + s, len(steps))))
            longest = min((s.apart for s in steps[at:stop] if isinstance(s, Step) and s.apart and not s.sample), default=np.inf)
            run = self.machine.integrate(np.array(rows[at:stop]), self.state, rtol=rtol, max_step=longest, detail=detail, progress=tell)
            counts[0] += run.accepted
            counts[1] += run.rejected
            ended = self._ended(steps[at:stop], run)
            segments += self._segments(steps[at:stop], run, detail, ended)
            if ended.stopped:
                outcome = ended.sentence
                break
            at = stop
        return Record(
            tuple(segments), self._provenance(protocol, rtol, counts), self.cell, self._conditions(), outcome
        )  # fmt: skip

    # -- pieces -------------------------------------------------------------------------------------------------------
    def _step_row(self, step: Step) -> Array:
        from .stack import loop

        row = np.zeros(loop.STEP_COLUMNS)
        row[loop.V_ABOVE], row[loop.V_BELOW], row[loop.CHARGE], row[loop.J_BELOW] = np.inf, -np.inf, np.inf, -1.0
        area = self.cell.area.value if self.cell.area is not None else None
        control = {"current_density": 0, "current": 0, "rest": 0, "voltage": 1, "power": 2, "power_density": 2}[step.control]
        value, slope = step.value, step.slope
        if step.control in ("current", "power"):
            if area is None:
                raise ProtocolError(
                    f"A {step.control} in total needs the cell's area, which is not stated", given=step.label,
                    remedy='State it: cell.set("area", "1.13 cm^2"), or give the value per area',
                )  # fmt: skip
            value, slope = value / area, slope / area
        row[loop.SLOPE] = slope
        row[loop.CONTROL], row[loop.VALUE], row[loop.ROW] = control, value, self._row(step.temperature)
        row[loop.SAMPLE] = step.sample or 0.0
        row[loop.DURATION] = 3.2e9  # a hundred years, where only another condition ends the step
        for way, until in _binding(step).items():
            row[(loop.DURATION, loop.V_ABOVE, loop.V_BELOW, loop.CHARGE, loop.J_BELOW)[way]] = until.value
            if way > 0:
                row[loop.STOPS] += int(until.stops) << way
        return row

    def _spectrum(self, spectrum: Spectrum) -> Segment:
        z = self.impedance(spectrum.frequencies, spectrum.temperature, relaxed=spectrum.relaxed)
        channels = {
            "frequency": np.array(spectrum.frequencies),
            "specific_impedance_real": np.ascontiguousarray(z.real),
            "specific_impedance_imag": np.ascontiguousarray(z.imag),
        }
        temperature = self.cell.temperature if spectrum.temperature is None else spectrum.temperature
        info = {**spectrum.info, "label": spectrum.label, "temperature": temperature, "time": self.state.time, "relaxed": spectrum.relaxed}
        return Segment(channels, "frequency", spectrum.technique, info)

    def _ended(self, steps: Sequence[Step | Spectrum], run: Run) -> _Ended:
        from .stack import loop

        number = min(run.number, len(steps) - 1)
        if run.why == loop.DONE:
            return _Ended("completed", False, number)
        when = f"at {_clock(self.state.time)}"
        if run.why == loop.EVENT:
            sentence, label = self.machine.event(run.code)
            place = self.assembly.places.get(label, label)
            return _Ended(f"{sentence} ({place}), {when}", True, number)
        if run.why == loop.FAILED:
            where = f" in {self.machine.leaves[run.code].label}" if run.code >= 0 else ""
            return _Ended(
                f"stopped {when}: no finite answer{where}, however short the step; the state there is out of range "
                "(contact, salt or current): lower the current or look at the last values recorded", True, number,
            )  # fmt: skip
        if run.why == loop.PAUSED:  # run.number is the step after the one that ended
            last = steps[run.number - 1]
            code = int(run.ended[run.number - 1])
            if isinstance(last, Step) and code > 0:
                event = _binding(last)[code]
                if event.stops:
                    return _Ended(f"{event.event}, {when}", True, run.number - 1)
        return _Ended("completed", False, number)

    def _segments(self, steps: Sequence[Step | Spectrum], run: Run, detail: bool, ended: _Ended) -> list[Segment]:
        from .stack import loop

        columns = {"time": loop.H_TIME, "voltage": loop.H_VOLTAGE, "current_density": loop.H_CURRENT}
        if detail:
            at = loop.H_LEAVES
            columns |= {f"voltage@{leaf.label}": at + k for k, leaf in enumerate(self.machine.leaves)}
            at += len(self.machine.leaves)
            columns |= {e.channel: at + k for k, e in enumerate(self.machine.exports)}
        run.history.flags.writeable = False
        edges = [0, len(run.history)] if len(steps) == 1 else np.searchsorted(run.history[:, loop.H_STEP], np.arange(len(steps) + 1)).tolist()
        out = []
        for s, step in enumerate(steps):
            if edges[s + 1] == edges[s]:
                continue
            assert isinstance(step, Step)
            code = int(run.ended[s])
            event = bound.event if (bound := _binding(step).get(code)) is not None else ""
            if ended.stopped and s == ended.number:
                event = ended.sentence
            temperature = self.cell.temperature if step.temperature is None else step.temperature
            info: Mapping[str, Any] = {**step.info, "label": step.label, "control": step.control, "event": event, "temperature": temperature}
            out.append(Segment(Block(run.history, columns, edges[s], edges[s + 1]), "time", step.technique, info))
        return out

    def _provenance(self, protocol: Protocol, rtol: float, counts: list[int]) -> Provenance:
        from .stack.cache import physics_hash

        if not self._facts:  # of the layout, so once for many runs
            mesh = {leaf.label: leaf.cells for leaf in self.machine.leaves if hasattr(leaf, "cells")}
            self._facts |= {"mesh cells": mesh, "choices": self.cell.choices(), "notes": self.assembly.notes}
            self._named = self.cell.name or self.cell.notation
        if self._said[0] is not protocol:
            self._said = protocol, str(protocol)
        settings = {
            "protocol": self._said[1], "rtol": rtol, "scheme": "SDIRK2 (Alexander)", "steps accepted": counts[0], "steps rejected": counts[1],
            **{key: dict(fact) for key, fact in self._facts.items()},
        }  # fmt: skip
        return Provenance("simulated", self._named, physics_hash(), "interlayer.simulate", __version__, settings=settings)

    def _conditions(self) -> dict[str, float]:
        out = {"temperature": self.cell.temperature, "thickness": sum(layer.thickness.value for layer in self.cell.layers)}
        if self.cell.area is not None:
            out["area"] = self.cell.area.value
        if self.cell.pressure is not None:
            out["pressure"] = self.cell.pressure.value
        return out


def _binding(step: Step) -> dict[int, Until]:
    """The end conditions of a step by their number in the loop (0: time); of several of one kind the first to be met."""
    out: dict[int, Until] = {}
    for until in step.until:
        way = _WAYS[until.kind]
        sign = -1.0 if until.kind in ("voltage_below", "current_density_below") else 1.0
        if way not in out or sign * until.value < sign * out[way].value:
            out[way] = until
    return out


@dataclass(frozen=True)
class _Ended:
    sentence: str
    stopped: bool
    number: int


def _clock(seconds: float) -> str:
    """A time as people say it."""
    for size, word in ((3600.0, "h"), (60.0, "min")):
        if seconds >= size:
            return f"{seconds / size:.3g} {word}"
    return f"{seconds:.3g} s"


def simulate(
    cell: Cell | str, protocol: Protocol | str, *, rtol: float = 1e-4, detail: bool = True,
    progress: Callable[[Progress], None] | None = None,
) -> Record:  # fmt: skip
    """The record of `cell` going through `protocol`.

        il.simulate("Li|LLZTO(1 mm)|Li @ 25 degC", "StripPlate(current_density=0.1 mA/cm^2, half_cycle=1 h, cycles=10)")

    cell, protocol   the nouns or their texts (of a cell also its name in the catalogue, "zhai2024/bare")
    rtol             relative error allowed a step (local); the absolute tolerances of the elements shrink with it
    detail           keep the voltage of every element and what the mechanisms do, beside time, voltage and current
    progress         called a few times a second on long runs
    Voltage is left minus right, J > 0 flows left to right. Every ending is an outcome with a sentence in the record.
    """
    protocol = parse(protocol) if isinstance(protocol, str) else protocol
    cell = from_text(cell) if isinstance(cell, str) else cell
    temperatures = [cell.temperature]
    for step in protocol.steps(cell):
        if step.temperature is not None and step.temperature not in temperatures:
            temperatures.append(step.temperature)
    return Simulation.of(cell, temperatures).run(protocol, rtol=rtol, detail=detail, progress=progress)
