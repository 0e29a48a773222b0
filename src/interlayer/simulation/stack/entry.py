"""The door of the compiled loop: a layout's arrays by their addresses, so that a run hands over nine things, not fifty.

Handing an array from Python to compiled code costs 0.2 us; a short run has a few dozen of them and all but its state,
its steps and its history stay the same from run to run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

from . import loop
from .cache import bare


def _view(dtype: Any, dimensions: int) -> Any:
    """An intrinsic (address, rows, columns) -> array on that memory, which somebody else keeps alive."""
    kind = types.Array(dtype, dimensions, "C")

    def view(typing, address, rows, columns):  # type: ignore[no-untyped-def]
        """The array at an address."""

        def codegen(context, builder, signature, values):  # type: ignore[no-untyped-def]
            made = context.make_array(kind)(context, builder)
            size = context.get_constant(types.intp, 8)
            shape, strides = [values[1]], [size]
            if dimensions == 2:
                shape, strides = [values[1], values[2]], [builder.mul(values[2], size), size]
            populate_array(made, data=builder.inttoptr(values[0], made.data.type), shape=shape, strides=strides, itemsize=ir.Constant(ir.IntType(64), 8), meminfo=None)
            return made._getvalue()

        return kind(types.int64, types.int64, types.int64), codegen

    return intrinsic(view)


_floats, _table, _ints, _rows = (_view(t, d) for t in (types.float64, types.int64) for d in (1, 2))

#: what lies in a layout, in the order of `enter`
FIXED = (
    "leaf", "orient", "order", "nodes", "source", "events", "PT", "Yb", "Z", "K", "W", "X0", "x", "out", "JS", "JP", "E", "R", "C", "A", "G",
    "cross", "M", "xg", "inner", "again", "S", "B",
)  # fmt: skip


def addresses(arrays: Sequence[Any]) -> Any:
    """(address, rows, columns) of each of the arrays, which must be kept as long as these are used."""
    return np.array([(a.ctypes.data, a.shape[0], a.shape[1] if a.ndim == 2 else 1) for a in arrays], dtype=np.int64)


@bare
def enter(at, Y, X, J, steps, weight, resume, history, ended, rtol, most, tol, hmin, hmax):  # type: ignore[no-untyped-def]
    """`loop.run` on the arrays of FIXED at these addresses."""
    W = _floats(at[10, 0], at[10, 1], at[10, 2])
    if resume[loop.HAVE] == 0.0:
        for i in range(W.shape[0]):
            W[i] = 0.0
    return loop.run(
        _rows(at[0, 0], at[0, 1], at[0, 2]), _floats(at[1, 0], at[1, 1], at[1, 2]), _ints(at[2, 0], at[2, 1], at[2, 2]),
        _rows(at[3, 0], at[3, 1], at[3, 2]), _ints(at[24, 0], at[24, 1], at[24, 2]), _ints(at[25, 0], at[25, 1], at[25, 2]),
        _ints(at[4, 0], at[4, 1], at[4, 2]), _ints(at[5, 0], at[5, 1], at[5, 2]), steps,
        _table(at[6, 0], at[6, 1], at[6, 2]), Y, _floats(at[7, 0], at[7, 1], at[7, 2]), _floats(at[8, 0], at[8, 1], at[8, 2]),
        _table(at[9, 0], at[9, 1], at[9, 2]), W, X, _floats(at[11, 0], at[11, 1], at[11, 2]), _floats(at[12, 0], at[12, 1], at[12, 2]),
        _table(at[13, 0], at[13, 1], at[13, 2]), J, _table(at[14, 0], at[14, 1], at[14, 2]), _floats(at[15, 0], at[15, 1], at[15, 2]),
        _floats(at[16, 0], at[16, 1], at[16, 2]), _floats(at[17, 0], at[17, 1], at[17, 2]), _table(at[18, 0], at[18, 1], at[18, 2]),
        _table(at[19, 0], at[19, 1], at[19, 2]), _table(at[20, 0], at[20, 1], at[20, 2]), _table(at[21, 0], at[21, 1], at[21, 2]),
        _table(at[22, 0], at[22, 1], at[22, 2]), _floats(at[23, 0], at[23, 1], at[23, 2]),
        _table(at[26, 0], at[26, 1], at[26, 2]), _table(at[27, 0], at[27, 1], at[27, 2]),
        weight, rtol, resume, history, most, tol, hmin, hmax, ended,
    )  # fmt: skip
