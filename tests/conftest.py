"""What the engine's tests share: step tables, single kernels called by address, and a reader of `EQUATION` texts."""

from __future__ import annotations

import ast
import cmath
import ctypes
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: rounding, and so the last step of an iteration, depends on it

import numpy as np

from interlayer.elements.base import FARADAY, GAS, MAX_READS, OUT_SIZE, Element, Leaf, at

T0 = 298.15
CURRENT, VOLTAGE, POWER = 0, 1, 2


def table(*rows: tuple[float, ...] | tuple[int, float, float, dict[str, float]]) -> np.ndarray:
    """Step table of the loop; a row is (control, value, duration) or (control, value, duration, {COLUMN: number})."""
    from interlayer.simulation.stack import loop

    out = np.zeros((len(rows), loop.STEP_COLUMNS))
    out[:, loop.V_ABOVE], out[:, loop.V_BELOW], out[:, loop.CHARGE], out[:, loop.J_BELOW] = np.inf, -np.inf, np.inf, -1.0
    for line, row in zip(out, rows, strict=True):
        line[loop.CONTROL], line[loop.VALUE], line[loop.DURATION] = row[:3]
        for key, value in (row[3] if len(row) > 3 else {}).items():  # type: ignore[union-attr, misc]
            line[getattr(loop, key)] = value
    return out


def machine_of(element: Element, temperatures: tuple[float, ...] = (T0,)) -> Any:
    """A `Machine`; imported late so that collecting the tests needs no compiler."""
    from interlayer.simulation.stack.machine import Machine

    return Machine.of(element, temperatures)


def integrate(machine: Any, steps: np.ndarray, **options: Any) -> tuple[Any, Any]:
    """(run, state) from a fresh start."""
    state = machine.start.copy()
    return machine.integrate(steps, state, **options), state


def fixed(machine: Any, steps: np.ndarray, step: float) -> tuple[Any, Any]:
    """The same with constant steps of `step` [s]: nothing is error-controlled."""
    kept, machine.weight = machine.weight, np.full(len(machine.weight), np.inf)
    state = machine.start.copy()
    state.step_size = step
    try:
        return machine.integrate(steps, state, max_step=step), state
    finally:
        machine.weight = kept


def exact_run(machine: Any, steps: np.ndarray, factor: float = 1e-3, **options: Any) -> tuple[Any, Any]:
    """The same with all tolerances (relative 1e-4, and the leaves' own) made smaller by `factor`."""
    return integrate(machine, steps, rtol=1e-4 * factor, **options)


def column(run: Any, machine: Any, label: str, export: str = "") -> np.ndarray:
    """History of a leaf's voltage, or of one of its exports."""
    from interlayer.simulation.stack import loop

    if not export:
        return run.history[:, loop.H_LEAVES + machine.index(label)]
    place = next(i for i, e in enumerate(machine.exports) if e.label == label and e.name == export)
    return run.history[:, loop.H_LEAVES + len(machine.leaves) + place]


def order_of(errors: list[float], ratio: float = 2.0) -> float:
    """Fitted order of convergence of errors whose step shrinks by `ratio` each time."""
    n = np.arange(len(errors))
    return float(-np.polyfit(n * math.log(ratio), np.log(errors), 1)[0])


@dataclass
class Answer:
    """What a kernel said: states, the out row, and its flag."""

    Z: np.ndarray
    out: np.ndarray


class OneKernel:
    """One leaf's compiled resolvent, called through its address as the engine calls it."""

    def __init__(self, leaf: Leaf, temperature: float = T0) -> None:
        from interlayer.simulation.stack import kernels

        double, whole, pointer = ctypes.c_double, ctypes.c_int64, ctypes.c_void_p
        kind = ctypes.CFUNCTYPE(None, double, double, whole, whole, double, *[pointer] * 6)
        self.call = kind(kernels.step_address(type(leaf)))
        self.leaf = leaf
        self.P = np.array(leaf.numbers(temperature))
        self.start = leaf.states(temperature).start.astype(np.float64)
        self.reads = np.zeros(MAX_READS)
        for i, (read, default) in enumerate(leaf.READS.items()):
            given = leaf.reads.get(read, default)
            assert not isinstance(given, str)
            self.reads[i] = given

    def __call__(self, J: float, h: float, Yb: np.ndarray, reads: np.ndarray | None = None) -> Answer:
        Z, W, out = Yb.copy(), np.zeros(max(self.leaf.workspace, 1)), np.zeros(OUT_SIZE)
        x = self.reads if reads is None else reads
        before = Yb.copy()
        arrays = (self.P, Yb, Z, W, x, out)
        self.call(J, h, 1, len(Yb), float(self.leaf.orientation), *[a.ctypes.data for a in arrays])
        assert np.array_equal(Yb, before), "a kernel wrote into Yb"
        return Answer(Z, out)


FUNCTIONS = {
    "sqrt": cmath.sqrt, "exp": cmath.exp, "log": cmath.log, "tanh": cmath.tanh, "sinh": cmath.sinh, "cosh": cmath.cosh,
    "coth": lambda z: 1.0 / cmath.tanh(z),
}  # fmt: skip
OPERATORS = {
    ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b, ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}  # fmt: skip


def arithmetic(text: str, names: Mapping[str, complex]) -> complex:
    """The value of an arithmetic text; names, the functions above and + - * / ** are all it may hold."""

    def value(node: ast.AST) -> complex:
        match node:
            case ast.Expression(body=body):
                return value(body)
            case ast.Constant(value=number) if isinstance(number, int | float):
                return number
            case ast.Name(id=name):
                return names[name]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -value(operand)
            case ast.BinOp(left=left, op=op, right=right):
                return OPERATORS[type(op)](value(left), value(right))
            case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]):
                return FUNCTIONS[name](value(argument))
        raise ValueError(f"not arithmetic: {ast.dump(node)}")

    return value(ast.parse(text, mode="eval"))


def names_of(leaf: Leaf, temperature: float = T0) -> dict[str, complex]:
    """What an `EQUATION` may name: the constants, then the leaf's constant reads and its parameters (which win)."""
    names: dict[str, complex] = {"I": 1j, "pi": math.pi, "R": GAS, "F": FARADAY, "T": temperature}
    names |= {r: leaf.reads.get(r, d) for r, d in leaf.READS.items() if not isinstance(leaf.reads.get(r, d), str)}
    for field in leaf.__dataclass_fields__:
        number = getattr(leaf, field)
        if isinstance(number, int | float) or callable(number):
            names[field] = at(number, temperature)
    return names
