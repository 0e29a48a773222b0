"""`simulate(cell, protocol) -> Record`: a cell through an experiment on the stack engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
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

SCHEME = "SDIRK4 (Hairer and Wanner)"
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
    _laid: _Laid | None = field(default=None, repr=False)

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
        self._laid = None

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
        laid = self._laid
        if laid is None or laid.protocol is not protocol:
            laid = self._laid = self._lay(protocol)
        steps = laid.steps
        jumping = jumps.refuse(steps, self.machine, self.state) if laid.driven else None
        segments: list[Segment] = []
        outcome = "completed"
        accepted = rejected = 0
        for at, stop, rows in _cut(laid.stretches, jumping) if jumping else laid.stretches:
            if rows is None:
                segments.append(self._spectrum(steps[at]))  # type: ignore[arg-type]
                continue
            if jumping and jumping[at]:
                jumps.charge(self.machine, self.state, rows[0])
            tell = None if progress is None else (lambda t, s, base=at: progress(Progress(t, base + s, len(steps))))
            run = self.machine.integrate(rows, self.state, rtol=rtol, detail=detail, progress=tell)
            accepted += run.accepted
            rejected += run.rejected
            ended = self._ended(steps[at:stop], run) if run.why else _COMPLETED  # 0: every step ran to its end
            self._segments(segments, laid, at, stop, run, detail, ended)
            if ended.stopped:
                outcome = ended.sentence
                break
        return Record(tuple(segments), self._provenance(laid, rtol, accepted, rejected), self.cell, self._conditions(), outcome)

    # -- pieces -------------------------------------------------------------------------------------------------------
    def _lay(self, protocol: Protocol) -> _Laid:
        """The steps of `protocol` for this cell in the loop's form, cut where a spectrum comes between."""
        steps = tuple(protocol.steps(self.cell))
        rows = [self._step_row(s) if isinstance(s, Step) else None for s in steps]
        stretches: list[tuple[int, int, Array | None]] = []
        at = 0
        while at < len(steps):
            stop = at + 1
            if rows[at] is not None:
                while stop < len(steps) and rows[stop] is not None:
                    stop += 1
            stretches.append((at, stop, None if rows[at] is None else np.array(rows[at:stop])))
            at = stop
        info: list[dict[str, Any]] = []
        for step in steps:
            if isinstance(step, Spectrum):
                info.append({})
                continue
            event = bound.event if (bound := _binding(step).get(0)) is not None else ""
            temperature = self.cell.temperature if step.temperature is None else step.temperature
            info.append({**step.info, "label": step.label, "control": step.control, "event": event, "temperature": temperature})
        driven = any(isinstance(s, Step) and s.control in ("voltage", "power", "power_density") for s in steps)
        return _Laid(protocol, str(protocol), steps, stretches, info, driven)

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
        row[loop.SAMPLE], row[loop.APART] = step.sample or 0.0, step.apart or 0.0
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

    def _columns(self, detail: bool) -> dict[str, int]:
        """Which column of the history is which channel."""
        key = "columns in detail" if detail else "columns"
        if key not in self._facts:
            from .stack import loop

            columns = {"time": loop.H_TIME, "voltage": loop.H_VOLTAGE, "current_density": loop.H_CURRENT}
            if detail:
                at = loop.H_LEAVES
                columns |= {f"voltage@{leaf.label}": at + k for k, leaf in enumerate(self.machine.leaves)}
                at += len(self.machine.leaves)
                columns |= {e.channel: at + k for k, e in enumerate(self.machine.exports)}
            self._facts[key] = columns
        found: dict[str, int] = self._facts[key]
        return found

    def _segments(self, out: list[Segment], laid: _Laid, at: int, stop: int, run: Run, detail: bool, ended: _Ended) -> None:
        """Append the segments of steps `at` to `stop`, which are rows of one table."""
        columns = self._columns(detail)
        run.history.flags.writeable = False
        edges = [0, len(run.history)]
        if stop - at > 1:
            from .stack.loop import H_STEP

            edges = np.searchsorted(run.history[:, H_STEP], np.arange(stop - at + 1)).tolist()
        for s in range(stop - at):
            if edges[s + 1] == edges[s]:
                continue
            step = laid.steps[at + s]
            info = laid.info[at + s].copy()
            code = run.ended.item(s)
            if ended.stopped and s == ended.number:
                info["event"] = ended.sentence
            elif code > 0 and isinstance(step, Step):
                info["event"] = bound.event if (bound := _binding(step).get(code)) is not None else ""
            out.append(Segment(Block(run.history, columns, edges[s], edges[s + 1]), "time", step.technique, info))

    def _provenance(self, laid: _Laid, rtol: float, accepted: int, rejected: int) -> Provenance:
        if "mesh cells" not in self._facts:  # of the layout, so once for many runs
            from .stack.cache import physics_hash

            mesh = {leaf.label: leaf.cells for leaf in self.machine.leaves if hasattr(leaf, "cells")}
            self._facts |= {"mesh cells": mesh, "choices": self.cell.choices(), "notes": self.assembly.notes, "hash": physics_hash(), "named": self.cell.name or self.cell.notation}
        facts = self._facts
        settings = {
            "protocol": laid.said, "rtol": rtol, "scheme": SCHEME, "steps accepted": accepted, "steps rejected": rejected,
            "mesh cells": facts["mesh cells"].copy(), "choices": facts["choices"].copy(), "notes": facts["notes"].copy(),
        }  # fmt: skip
        return Provenance("simulated", facts["named"], facts["hash"], "interlayer.simulate", __version__, settings=settings)

    def _conditions(self) -> dict[str, float]:
        if "conditions" not in self._facts:
            cell = self.cell
            out = {"temperature": cell.temperature, "thickness": sum(layer.thickness.value for layer in cell.layers)}
            if cell.area is not None:
                out["area"] = cell.area.value
            if cell.pressure is not None:
                out["pressure"] = cell.pressure.value
            self._facts["conditions"] = out
        stated: dict[str, float] = self._facts["conditions"].copy()
        return stated


@dataclass(frozen=True)
class _Laid:
    """A protocol's steps for one cell: stretches are (first, after the last, the loop's rows; None for a spectrum)."""

    protocol: Protocol
    said: str
    steps: tuple[Step | Spectrum, ...]
    stretches: list[tuple[int, int, Array | None]]
    info: list[dict[str, Any]]
    driven: bool


def _cut(stretches: list[tuple[int, int, Array | None]], jumping: list[bool]) -> Iterator[tuple[int, int, Array | None]]:
    """The stretches, cut before every step that begins with a jump."""
    for at, stop, rows in stretches:
        edges = [at, *(k for k in range(at + 1, stop) if jumping[k]), stop]
        for first, after in pairwise(edges):
            yield first, after, None if rows is None else rows[first - at : after - at]


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


_COMPLETED = _Ended("completed", False, -1)


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
