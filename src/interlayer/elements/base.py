"""The element algebra: a cell is a circuit whose elements are physics.

`a + b` is a in series with b, `a | b` is a in parallel with b; the result is again an element, a plain frozen value.
A leaf is one file of this package (or of `mechanisms`): it declares its parameters, its states, what it exports and
what it reads from others, and gives the engine two small functions (see `Leaf.kernel`). Currents are densities J
[A/m²], positive from left to right, voltages are left minus right [V]; a leaf at a face knows its `orientation`
(+1: the lithium is on the left and J > 0 strips it, -1: mirrored).

The kernel contract (house.md section 3, docs/decisions/0001). For a step h from the state Yb at current J:

    advance(J, h, fresh, n, o, P, Yb, Z, W, x, out)   solve Z = Yb + h f(Z, J, x); write Z and the values
    slope(h, J, n, o, P, Z, W, x, out)                derivatives at Z, TOTAL through Z, for real or complex h

`slope` is the Newton derivative of the time step and, with h = 1/(i omega), the impedance: one function, two uses.
In time it comes right after `advance` at the same J and may use what that left in `out` and W; a leaf whose slope does
so gives a third function, `tangent`, for the impedance, where nothing came before.

    J       current density through the leaf; h step [s] (0 where the states are frozen)
    fresh   1 on the first call of a stage (Yb or h are new), 0 while Newton only moves J and x
    n, o    number of states, orientation
    P       parameters at the step's temperature, in the order of `Leaf.numbers`
    Yb, Z   the leaf's own states at the start (read-only) and the trial; W its workspace (kept within a stage)
    x       what the leaf reads, in the order of `Leaf.READS`
    out     see the OUT_* slots; unused slots stay zero. Kernels never raise: they set OUT_FLAG
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Protocol, TypeAlias, Union

import numpy as np
import numpy.typing as npt

from ..errors import CellError, UnknownNameError
from ..registry import Registry

Array: TypeAlias = npt.NDArray[np.float64]
ComplexArray: TypeAlias = npt.NDArray[np.complex128]

#: a number, or a number that depends on temperature [K]
Scalar: TypeAlias = Union[float, "Callable[[float], float]"]

OUT_V = 0  # voltage [V]
OUT_R = 1  # dV/dJ, total through the own states [ohm m²]
OUT_FLAG = 2  # 0 good; anything else: this kernel could not answer
OUT_MARGIN = 3  # three event margins: the event happens where one falls through zero
OUT_EXPORT = 6  # values of up to four exports
OUT_LINK = 10  # dV/dx of up to eight reads
OUT_EXPORT_J = 18  # d(export)/dJ
OUT_EXPORT_LINK = 22  # d(export e)/d(read l) at MAX_READS e + l
MAX_EVENTS, MAX_EXPORTS, MAX_READS = 3, 4, 8
OUT_SIZE = OUT_EXPORT_LINK + MAX_EXPORTS * MAX_READS

FARADAY = 96485.33212  # C/mol, CODATA 2018 (exact product)
GAS = 8.31446261815324  # J/(mol K), CODATA 2018 (exact product)


def at(scalar: Scalar, temperature: float) -> float:
    """The number a parameter has at `temperature` [K]."""
    return float(scalar(temperature)) if callable(scalar) else float(scalar)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared parameter of a leaf: field name, quantity (names.py), admissible range in SI, what it means.

    `quantity` is that of a stack (per area); a circuit measured without its area uses the same fields in Ω, F, H.
    """

    name: str
    quantity: str
    definition: str
    low: float = 0.0
    high: float = math.inf


@dataclass(frozen=True, eq=False)
class States:
    """States of a leaf: start values, absolute tolerances (inf: stepped but not error-controlled), slow or fast.

    Slow states are frozen in impedance, fast ones are linearised.
    """

    start: Array
    tolerance: Array
    slow: bool = False

    @classmethod
    def none(cls) -> States:
        """No states."""
        return cls(np.empty(0), np.empty(0))

    @classmethod
    def scalar(cls, start: float, tolerance: float, *, slow: bool = False) -> States:
        """One state."""
        return cls(np.array([start], dtype=np.float64), np.array([tolerance], dtype=np.float64), slow)


class Jit(Protocol):
    """Compiles a plain function for use inside kernels (given by the engine on first use)."""

    def __call__(self, function: Callable[..., Any], /) -> Callable[..., Any]: ...


#: what a declared quantity is called in a circuit without an area, and per area
TOTAL: Mapping[str, str] = {"area_specific_resistance": "resistance", "area_specific_capacitance": "capacitance"}
SPECIFIC: Mapping[str, str] = {q: f"specific_{q}" for q in ("cpe_coefficient", "warburg_coefficient", "inductance")}

#: (advance, slope) or (advance, slope, tangent) where the impedance has a better form than slope at h = 1/(i omega)
Kernel: TypeAlias = tuple[Callable[..., None], ...]

ELEMENTS: Registry[type[Leaf]] = Registry("element", "interlayer.elements")
MECHANISMS: Registry[type[Leaf]] = Registry("mechanism", "interlayer.mechanisms")


class Element(ABC):
    """A two-terminal element: a leaf, or elements in series or parallel."""

    def __add__(self, other: Element) -> Series:
        return Series((self, other))

    def __or__(self, other: Element) -> Parallel:
        return Parallel((self, other))

    @abstractmethod
    def leaves(self) -> Iterator[Leaf]:
        """All leaves, left to right."""

    @abstractmethod
    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        """Closed-form impedance at rest [ohm m² or ohm] over angular frequency `omega` [rad/s]."""

    def labelled(self) -> dict[str, Leaf]:
        """Leaves by label; two leaves of one label raise `CellError`."""
        out: dict[str, Leaf] = {}
        for leaf in self.leaves():
            if leaf.label in out:
                raise CellError("Two elements have the same label", given=leaf.label, remedy="Give each its own label")
            out[leaf.label] = leaf
        return out


@dataclass(frozen=True, eq=True)
class _Group(Element):
    children: tuple[Element, ...]

    def __post_init__(self) -> None:
        flat: list[Element] = []
        for child in self.children:
            if not isinstance(child, Element):
                raise CellError("A circuit is made of elements", given=repr(child))
            flat.extend(child.children if type(child) is type(self) and isinstance(child, _Group) else (child,))
        object.__setattr__(self, "children", tuple(flat))

    def leaves(self) -> Iterator[Leaf]:
        for child in self.children:
            yield from child.leaves()


@dataclass(frozen=True, eq=True)
class Series(_Group):
    """Elements in series: the same current, voltages add."""

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        total = np.zeros(len(omega), dtype=np.complex128)
        for child in self.children:
            total += child.impedance(omega, temperature)
        return total

    def __str__(self) -> str:
        return "".join(f"({c})" if isinstance(c, Parallel) else str(c) for c in self.children)


@dataclass(frozen=True, eq=True)
class Parallel(_Group):
    """Elements in parallel: the same voltage, currents add."""

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        total = np.zeros(len(omega), dtype=np.complex128)
        for child in self.children:
            total += 1.0 / child.impedance(omega, temperature)
        return 1.0 / total

    def __str__(self) -> str:
        return "".join(f"[{c}]" if isinstance(c, Series) else str(c) for c in self.children)


@dataclass(frozen=True, kw_only=True)
class Leaf(Element):
    """One element of physics or of a circuit. A subclass is one file and sets the class attributes below.

    label        unique in a tree; links name it
    reads        read name -> "label.export" of the owner, or a constant; the ones left out take the class default
    orientation  +1 where J > 0 strips the lithium beside it, -1 mirrored, 0 where it does not matter (not `AT_FACE`)
    """

    label: str = ""
    reads: Mapping[str, str | float] = field(default_factory=dict)
    orientation: int = 0

    SYMBOLS: ClassVar[tuple[str, ...]] = ()  # circuit letters, the first is printed
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = ()
    READS: ClassVar[Mapping[str, float]] = {}  # read name -> value where nothing is linked
    EXPORTS: ClassVar[tuple[str, ...]] = ()  # "name:quantity" pairs, e.g. "contact_fraction:fraction"
    EVENTS: ClassVar[tuple[str, ...]] = ()  # sentence of each margin
    EQUATION: ClassVar[str] = ""  # impedance at rest; names: the fields, constant reads, I, omega, T, and R, F, pi
    PER_AREA: ClassVar[bool] = False  # whether its parameters are lengths and conductivities, so that it is always in ohm m²
    AT_FACE: ClassVar[bool] = False  # whether it lies at a lithium face, so that it must be told which way strips

    def __post_init__(self) -> None:
        for read in self.reads:
            if read not in self.READS:
                raise UnknownNameError(f"{type(self).__name__} reads no such thing", given=read, allowed=self.READS)
        if not self.label:
            object.__setattr__(self, "label", self.SYMBOLS[0] if self.SYMBOLS else type(self).__name__.lower())
        if self.orientation not in ((1, -1) if self.AT_FACE else (1, 0, -1)):
            raise CellError(
                f"{self.label} does not know which way strips its lithium", given=self.orientation, allowed="orientation 1 or -1",
                remedy="State 1 where J > 0 strips it (lithium on the left), -1 on the right",
            )  # fmt: skip
        for p in self.PARAMETERS:
            value = getattr(self, p.name)
            if not callable(value) and not math.isnan(value) and not p.low <= value <= p.high:
                raise CellError(f"{p.name} of {self.label} is out of range", given=value, allowed=f"{p.low:g} to {p.high:g} ({p.quantity} in SI)")

    def leaves(self) -> Iterator[Leaf]:
        yield self

    def numbers(self, temperature: float) -> list[float]:
        """What the kernel finds in P: by default the declared parameters in order."""
        out = []
        for p in self.PARAMETERS:
            number = at(getattr(self, p.name), temperature)
            if not math.isfinite(number):
                raise CellError(f"{p.name} of {self.label} has no value at {temperature:.2f} K", given=number, remedy=f"Set {p.name} ({p.definition})")
            out.append(number)
        return out

    def states(self, temperature: float) -> States:
        """Start values and tolerances of the states."""
        return States.none()

    @property
    def workspace(self) -> int:
        """Numbers of workspace the kernel needs."""
        return 0

    @staticmethod
    @abstractmethod
    def kernel(jit: Jit) -> Kernel:
        """(advance, slope) as plain functions; helpers they call are wrapped with `jit`."""

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        raise CellError(f"{type(self).__name__} has no closed-form impedance", remedy="Use simulation.impedance, which linearises the kernel")

    @classmethod
    @abstractmethod
    def example(cls) -> Leaf:
        """A typical instance: the contract tests of the family run on it."""

    def __str__(self) -> str:
        return self.label or type(self).__name__


def parameters_of(leaf: Leaf) -> dict[str, Scalar]:
    """Declared parameters of a leaf by name."""
    return {p.name: getattr(leaf, p.name) for p in leaf.PARAMETERS}


def fields_of(leaf: Leaf) -> dict[str, Any]:
    """All dataclass fields of a leaf (for rebuilding it with other numbers)."""
    return {f.name: getattr(leaf, f.name) for f in fields(leaf)}
