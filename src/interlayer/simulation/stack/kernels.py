"""From a leaf's plain functions to addresses the engine can call.

Kernels are C callbacks on raw pointers, so the loop is compiled once and never again when an element is added, and a
call costs a few nanoseconds.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from ...elements.base import Leaf
from .cache import OPTIONS, KernelCache, jit, physics_hash, stamp

_f, _i, _c = types.float64, types.int64, types.complex128
_pf, _pc = types.CPointer(_f), types.CPointer(_c)

#: step(J, h, fresh, n, o, P, Yb, Z, W, x, out)
STEP = types.void(_f, _f, _i, _i, _f, _pf, _pf, _pf, _pf, _pf, _pf)
#: tangent(h, J, n, o, P, Z, W, x, out) with complex h, W and out
TANGENT = types.void(_c, _f, _i, _f, _pf, _pf, _pc, _pf, _pc)


def _cached_cfunc(signature: Any, function: Any, kind: type[Leaf]) -> Any:
    """`function` as a C callback; its name carries the leaf type and, outside of the package, the hash of its file."""
    from numba.core.ccallback import CFunc

    source = stamp(kind.kernel)
    own = "" if source in (None, physics_hash()) else f"_{str(source)[-16:]}"
    function.__name__ = function.__qualname__ = f"{function.__name__}_{kind.__module__.rsplit('.', 1)[-1]}_{kind.__name__}{own}"
    callback = CFunc(function, (signature.args, signature.return_type), locals={}, options={key: OPTIONS[key] for key in ("error_model", "fastmath")})
    if source is not None:
        callback._cache = KernelCache(function)  # type: ignore[attr-defined]
    callback.compile()
    return callback


_steps: dict[type[Leaf], Any] = {}
_tangents: dict[type[Leaf], Any] = {}
_parts: dict[type[Leaf], Any] = {}


def _functions(kind: type[Leaf]) -> Any:
    if kind not in _parts:
        _parts[kind] = tuple(jit(f) for f in kind.kernel(jit))
    return _parts[kind]


def step_address(kind: type[Leaf]) -> int:
    """Address of the leaf type's compiled resolvent."""
    if kind not in _steps:
        advance, slope = _functions(kind)[:2]

        def step(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            out[2] = 0.0
            advance(J, h, fresh, n, o, P, Yb, Z, W, x, out)
            if out[2] == 0.0:
                slope(h, J, n, o, P, Z, W, x, out)

        _steps[kind] = _cached_cfunc(STEP, step, kind)
    return int(_steps[kind].address)


def tangent_address(kind: type[Leaf]) -> int:
    """Address of the leaf type's compiled complex tangent."""
    if kind not in _tangents:
        chosen = _functions(kind)[-1]

        def tangent(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            chosen(h, J, n, o, P, Z, W, x, out)

        _tangents[kind] = _cached_cfunc(TANGENT, tangent, kind)
    return int(_tangents[kind].address)


def _call(builder: Any, values: Any, shape: str) -> Any:
    """LLVM: call the address in values[0] with values[1:]; shape: d double, i int64, p pointer given as address, z complex."""
    args, kinds = [], []
    for value, kind in zip(values[1:], shape, strict=True):
        if kind == "p":
            pointer = ir.IntType(8).as_pointer()
            args.append(builder.inttoptr(value, pointer))
            kinds.append(pointer)
        else:
            args.append(value)
            kinds.append(value.type)
    function = builder.inttoptr(values[0], ir.FunctionType(ir.VoidType(), kinds).as_pointer())
    builder.call(function, args)
    return cgutils.get_null_value(ir.IntType(64))


@intrinsic
def call_step(typing, address, J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
    """Call a step kernel by address; pointers are given as int64 addresses."""

    def codegen(context, builder, signature, values):  # type: ignore[no-untyped-def]
        return _call(builder, values, "ddiidpppppp")

    return types.int64(_i, _f, _f, _i, _i, _f, _i, _i, _i, _i, _i, _i), codegen


@intrinsic
def call_tangent(typing, address, h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
    """Call a tangent kernel by address; pointers are given as int64 addresses, h is complex."""

    def codegen(context, builder, signature, values):  # type: ignore[no-untyped-def]
        return _call(builder, values, "zdidppppp")

    return types.int64(_i, _c, _f, _i, _f, _i, _i, _i, _i, _i), codegen
