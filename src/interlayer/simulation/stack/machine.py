"""`Machine`: a tree of elements laid out in arrays; `State`: a checkpoint of it; `integrate`: run steps from a state.

This file is the only door to the compiled engine. It knows nothing of cells or protocols.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...elements.base import MAX_READS, OUT_SIZE, Array, ComplexArray, Element, Leaf, Parallel, Series
from ...errors import CellError, SimulationError, UnknownNameError
from ...names import name as quantity_row
from . import between, cache, entry, kernels, loop, newton

DEFAULT_RTOL = 1e-4  # error allowed a step
SHORTEST = 1e-18  # s; a jump of the voltage charges the geometric capacitance of an electrolyte within nanoseconds


@dataclass(eq=False)
class State:
    """A checkpoint: states Y, exports X, branch currents J, and the clock. Copy it to keep it."""

    Y: Array
    X: Array
    J: Array
    time: float = 0.0
    voltage: float = 0.0
    current: float = 0.0
    step_size: float = 1e-3

    def copy(self) -> State:
        """An independent copy."""
        return State(self.Y.copy(), self.X.copy(), self.J.copy(), self.time, self.voltage, self.current, self.step_size)


@dataclass(frozen=True, eq=False)
class Export:
    """One export of one leaf: its slot in X and its quantity."""

    label: str
    name: str
    quantity: str
    slot: int

    @property
    def channel(self) -> str:
        """Channel name in a record, e.g. 'fraction@Li|LLZTO left: contact_fraction'."""
        return f"{self.quantity}@{self.label}: {self.name}"


def _postorder(element: Element, leaves: list[Leaf], nodes: list[tuple[int, int, int]], chains: list[list[int]], chain: int) -> int:
    """Append `element` to the node table (binary folds of groups); `chains[c]` lists the leaves that share current c."""
    if isinstance(element, Leaf):
        leaves.append(element)
        chains[chain].append(len(leaves) - 1)
        nodes.append((0, len(leaves) - 1, 0))
        return len(nodes) - 1
    if isinstance(element, Series):
        kind = 1
    elif isinstance(element, Parallel):
        kind = 2
    else:
        raise CellError("A tree is made of leaves, series and parallels", given=type(element).__name__)
    last = -1
    for child in element.children:
        if kind == 2:
            chains.append([])
            at = _postorder(child, leaves, nodes, chains, len(chains) - 1)
        else:
            at = _postorder(child, leaves, nodes, chains, chain)
        if last < 0:
            last = at
        else:
            nodes.append((kind, last, at))
            last = len(nodes) - 1
    return last


@dataclass(eq=False)
class Machine:
    """The arrays of one tree for a list of temperatures [K]; built by `Machine.of`."""

    leaves: list[Leaf]
    exports: list[Export]
    temperatures: tuple[float, ...]
    leaf: Any
    orient: Array
    order: Any
    nodes: Any
    inner: Any
    again: Any
    source: Any
    events: Any
    PT: Array
    start: State
    weight: Array
    kept: Any
    workspace: int
    constants: int
    messages: list[tuple[str, ...]]
    _scratch: dict[str, Any] = field(default_factory=dict)
    _tangents: bool = False

    @classmethod
    def of(cls, element: Element, temperatures: Sequence[float] = (298.15,)) -> Machine:
        """Lay `element` out: leaves in postorder, links resolved (owners before readers), parameters per temperature."""
        cache.announce()
        element.labelled()
        leaves: list[Leaf] = []
        nodes: list[tuple[int, int, int]] = []
        chains: list[list[int]] = [[]]
        _postorder(element, leaves, nodes, chains, 0)
        exports: list[Export] = []
        constants = sum(1 for leaf in leaves for r in leaf.READS if not isinstance(leaf.reads.get(r), str))
        for leaf in leaves:
            for text in leaf.EXPORTS:
                export, _, quantity = text.partition(":")
                quantity_row(quantity)
                exports.append(Export(leaf.label, export, quantity, constants + len(exports)))
        slots = {f"{e.label}.{e.name}": e.slot for e in exports}
        owner = {e.slot: next(k for k, leaf in enumerate(leaves) if leaf.label == e.label) for e in exports}
        X = np.zeros(constants + len(exports))
        table = np.zeros((len(leaves), newton.LEAF_COLUMNS), dtype=np.int64)
        reads = _resolve_reads(leaves, slots, table, X)
        order = _owners_first(leaves, reads, owner)
        chain_of = {k: c for c, members in enumerate(chains) for k in members}
        needed = sorted({chain_of[owner[s]] for k, read in enumerate(reads) for s in read if chain_of[owner[s]] != chain_of[k]})
        needed = _close_over_chains(needed, reads, owner, chain_of)
        rows = [leaf.numbers(temperatures[0]) for leaf in leaves]
        states = [leaf.states(temperatures[0]) for leaf in leaves]
        slot = constants
        y0 = p0 = w0 = 0
        for k, leaf in enumerate(leaves):
            table[k, newton.STATES] = len(states[k].start)
            table[k, newton.Y0], table[k, newton.P0], table[k, newton.W0], table[k, newton.X0] = y0, p0, w0, slot
            table[k, newton.NREAD], table[k, newton.NEXPORT] = len(leaf.READS), len(leaf.EXPORTS)
            table[k, newton.GROUP] = needed.index(chain_of[k]) if chain_of[k] in needed else -1
            table[k, newton.SLOW], table[k, newton.MAIN] = states[k].slow, chain_of[k] == 0
            y0, p0, w0, slot = y0 + len(states[k].start), p0 + len(rows[k]), w0 + leaf.workspace, slot + len(leaf.EXPORTS)
        table[:, newton.STEP] = [kernels.step_address(type(leaf)) for leaf in leaves]
        PT = np.array([[v for row in (rows if t == temperatures[0] else [leaf.numbers(t) for leaf in leaves]) for v in row] for t in temperatures], dtype=np.float64)
        node_of = {n[1]: q for q, n in enumerate(nodes) if n[0] == 0}
        tree = _with_trunk(nodes)
        source = np.array([node_of[chains[c][0]] for c in needed], dtype=np.int64)
        empty = np.empty(0)
        start = State(np.concatenate([empty, *(s.start for s in states)]), X, np.zeros(len(leaves)))
        machine = cls(
            leaves, exports, tuple(temperatures), table, np.array([float(leaf.orientation) for leaf in leaves]),
            np.array(order, dtype=np.int64), tree, np.array([q for q, node in enumerate(tree) if node[newton.KIND] == 2 or not node[newton.TRUNK]], dtype=np.int64),
            np.array([k for k in order if chain_of[k] != 0], dtype=np.int64), source,
            np.array([len(leaf.EVENTS) for leaf in leaves], dtype=np.int64), PT, start,
            np.concatenate([empty, *(s.tolerance for s in states)]),
            np.concatenate([empty.astype(bool), *(np.full(len(s.start), s.slow) if s.kept is None else s.kept for s in states)]), max(w0, 1), constants, [leaf.EVENTS for leaf in leaves],
        )  # fmt: skip
        machine._settle()
        return machine

    # -- scratch ------------------------------------------------------------------------------------------------------
    def _arrays(self) -> dict[str, Any]:
        if not self._scratch:
            n, q, m = len(self.leaves), len(self.nodes), len(self.source)
            ny = len(self.start.Y)
            shapes: dict[str, Any] = {
                "Yb": ny, "Z": ny, "K": (loop.STAGES + 1, ny), "W": self.workspace, "X0": len(self.start.X), "x": MAX_READS, "out": (n, OUT_SIZE),
                "JS": (loop.STAGES, n), "JP": n, "E": q, "R": q, "C": (q, max(m, 1)), "A": (q, m + 1), "G": (len(self.start.X) + 1, max(m, 1)),
                "cross": (n, max(m, 1)), "M": (max(m, 1), max(m, 1)), "xg": max(m, 1), "S": (between.ROWS, between.LEAVES + n + len(self.exports)), "B": (5, between.LEAVES + n + len(self.exports)),
            }  # fmt: skip
            self._scratch = {k: np.zeros(v) for k, v in shapes.items()}
            own = {key: getattr(self, key) for key in entry.FIXED if key not in shapes}
            self._scratch["at"] = entry.addresses([own[key] if key in own else self._scratch[key] for key in entry.FIXED])
        return self._scratch

    def _settle(self) -> None:
        """Evaluate the tree at rest so that the exports of the start state are there to be read."""
        self.evaluate(self.start, 1e-9, 0.0)

    def evaluate(self, state: State, h: float, current: float, row: int = 0) -> float:
        """Voltage after a step of `h` [s] at `current`; `state`'s exports, currents and voltage are brought up to date,
        its Y stays."""
        s = self._arrays()
        s["W"][:] = 0.0
        z = state.Y.copy()
        its, v, j, bad = newton.solve(
            self.leaf, self.orient, self.order, self.nodes, self.source, newton.CURRENT, float(current), float(h), self.PT[row], state.Y, z,
            s["W"], state.X, s["x"], s["out"], state.J, s["E"], s["R"], s["C"], s["A"], s["G"], s["cross"], s["M"], s["xg"], 1e-10,
        )  # fmt: skip
        if its < 0:
            where = self.leaves[bad].label if bad >= 0 else "the tree"
            raise SimulationError(f"The cell can't be evaluated as stated: {where} gives no finite voltage", remedy="Check its parameters")
        state.voltage, state.current = float(v), float(j)
        return float(v)

    # -- impedance ----------------------------------------------------------------------------------------------------
    def impedance(self, omega: Array, state: State | None = None, row: int = 0) -> ComplexArray:
        """Impedance [ohm m²] at a state (default: fresh, at rest): fast states linearised, slow ones frozen."""
        state = self.start if state is None else state
        if not self._tangents:
            self.leaf[:, newton.TANGENT] = [kernels.tangent_address(type(leaf)) for leaf in self.leaves]
            self._tangents = True
        s = self._arrays()
        if "zW" not in s:
            for key in ("W", "out", "E", "R", "C", "A", "G", "cross", "M", "xg"):
                s["z" + key] = newton.complex_like(s[key])
        result = np.zeros(len(omega), dtype=np.complex128)
        good = newton.spectrum(
            self.leaf, self.orient, self.order, self.nodes, self.source, np.ascontiguousarray(omega, dtype=np.float64), self.PT[row], state.Y,
            s["zW"], state.X, s["x"], s["zout"], state.J, s["zE"], s["zR"], s["zC"], s["zA"], s["zG"], s["zcross"], s["zM"], s["zxg"], result,
        )  # fmt: skip
        if not good or not np.all(np.isfinite(result)):
            raise SimulationError("The impedance of this cell is not finite at this state", remedy="Is a contact lost or a state out of range?")
        return result

    # -- time ---------------------------------------------------------------------------------------------------------
    def integrate(
        self, steps: Array, state: State, *, rtol: float = DEFAULT_RTOL, max_step: float = np.inf, detail: bool = True,
        slice_rows: int = 4096, progress: Callable[[float, int], None] | None = None, stop: Callable[[], bool] | None = None,
    ) -> Run:  # fmt: skip
        """Run the step table (loop.py) from `state`, which is advanced in place, until it ends, pauses or an event comes.

        rtol      error allowed per step relative to each state, beside the leaves' absolute tolerances, which are for
                  DEFAULT_RTOL and in proportion to it
        detail    keep the leaves' voltages and the exports beside time, voltage and current
        progress  called a few times a second with (time [s], step number)
        """
        s = self._scratch or self._arrays()
        steps = np.ascontiguousarray(steps, dtype=np.float64)
        full = loop.H_LEAVES + len(self.leaves) + len(self.exports)
        buffer = s.get("buffer")
        if buffer is None or len(buffer) != max(slice_rows, 8):
            buffer = s["buffer"] = np.zeros((max(slice_rows, 8), full))  # kept: clearing it would cost as much as a short run
        resume = np.zeros(loop.RESUME_SIZE)
        resume[loop.TIME], resume[loop.H_FIRST] = state.time, state.step_size
        resume[loop.WIDTH] = between.LEAVES + (full - loop.H_LEAVES if detail else 0)
        ended = np.zeros(len(steps), dtype=np.int64)
        parts: list[Array] = []
        rtol, max_step = float(rtol), float(max_step)
        weight = self.weight * (rtol / DEFAULT_RTOL)
        tol = min(1e-6, max(1e-9, 1e-3 * rtol))  # of the branch currents: what it leaves is a thousandth of what a step is allowed
        accepted = rejected = 0
        told = time.perf_counter() if progress is not None else 0.0
        while True:
            why, rows, code, h, a, r = entry.enter(
                s["at"], state.Y, state.X, state.J, steps, weight, resume, buffer, ended, rtol, len(buffer), tol, SHORTEST, max_step
            )
            parts.append((buffer[:rows] if detail else buffer[:rows, : loop.H_LEAVES]).copy())
            accepted, rejected = accepted + a, rejected + r
            state.time, state.step_size = resume.item(loop.TIME), resume.item(loop.H_FIRST)
            if progress is not None and time.perf_counter() - told > 0.2:
                told = time.perf_counter()
                progress(state.time, int(resume[loop.NUMBER]))
            if why != loop.SLICE or (stop is not None and stop()):
                break
        state.voltage, state.current = resume.item(loop.V_LAST), resume.item(loop.J_LAST)
        history = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return Run(history, why, code, int(resume[loop.NUMBER]), ended, accepted, rejected, h)

    def event(self, code: int) -> tuple[str, str]:
        """(sentence, label of the leaf) of an event code of the loop."""
        k, e = divmod(-1 - code, 3)
        return self.messages[k][e], self.leaves[k].label

    def index(self, label: str) -> int:
        """Number of the leaf called `label`."""
        for k, leaf in enumerate(self.leaves):
            if leaf.label == label:
                return k
        raise UnknownNameError("No element of this label is in the tree", given=label, allowed=[leaf.label for leaf in self.leaves])

    def state_of(self, label: str, state: State) -> Array:
        """The states of one leaf (a view)."""
        k = self.index(label)
        y0 = int(self.leaf[k, newton.Y0])
        return state.Y[y0 : y0 + int(self.leaf[k, newton.STATES])]

    def export(self, label: str, export: str, state: State) -> float:
        """The value of one export at a state."""
        for e in self.exports:
            if e.label == label and e.name == export:
                return float(state.X[e.slot])
        raise UnknownNameError("No such export", given=f"{label}.{export}", allowed=[f"{e.label}.{e.name}" for e in self.exports])


@dataclass(eq=False, slots=True)
class Run:
    """What `integrate` did: history rows (loop.H_* columns), why it returned, and how each step ended."""

    history: Array
    why: int
    code: int
    number: int
    ended: Any
    accepted: int
    rejected: int
    last_step: float


def _with_trunk(nodes: list[tuple[int, int, int]]) -> Any:
    """The node table with the column that says whether the cell's own current flows through a node."""
    table = np.zeros((len(nodes), 4), dtype=np.int64)
    table[:, :3] = nodes
    table[-1, newton.TRUNK] = 1
    for kind, first, second, trunk in table[::-1]:
        if kind == 1:
            table[[first, second], newton.TRUNK] = trunk
    return table


def _resolve_reads(leaves: list[Leaf], slots: dict[str, int], table: Any, X: Array) -> list[list[int]]:
    """Fill the read slots of the leaf table; constants get slots of their own at the front of X. Returns linked slots."""
    linked: list[list[int]] = []
    constant = 0
    for k, leaf in enumerate(leaves):
        mine = []
        for l, (read, default) in enumerate(leaf.READS.items()):
            given = leaf.reads.get(read, default)
            if isinstance(given, str):
                if given not in slots:
                    raise UnknownNameError(f"{leaf.label} reads {read} from something that is not there", given=given, allowed=slots)
                table[k, newton.READ0 + l] = slots[given]
                mine.append(slots[given])
            else:
                table[k, newton.READ0 + l] = constant
                X[constant] = given
                constant += 1
        linked.append(mine)
    return linked


def _owners_first(leaves: list[Leaf], reads: list[list[int]], owner: dict[int, int]) -> list[int]:
    """Order in which every leaf comes after the owners of what it reads; a circle is refused by name."""
    order: list[int] = []
    mark = [0] * len(leaves)

    def visit(k: int, path: list[int]) -> None:
        if mark[k] == 2:
            return
        if mark[k] == 1:
            names = " -> ".join(leaves[i].label for i in [*path[path.index(k) :], k])
            raise CellError("Elements read each other in a circle", given=names, remedy="Join them into one region element")
        mark[k] = 1
        for s in reads[k]:
            visit(owner[s], [*path, k])
        mark[k] = 2
        order.append(k)

    for k in range(len(leaves)):
        visit(k, [])
    return order


def _close_over_chains(needed: list[int], reads: list[list[int]], owner: dict[int, int], chain_of: dict[int, int]) -> list[int]:
    """Chains whose currents matter across branches: if a needed chain's leaf reads another chain, that one is needed too.

    A reader in the owner's own chain needs its chain in the list as well, so that the chain rule reaches its dV/dJ.
    """
    out = set(needed)
    for k, read in enumerate(reads):
        for s in read:
            out.add(chain_of[owner[s]])
            if chain_of[owner[s]] == chain_of[k]:
                out.add(chain_of[k])
    return sorted(out)
