"""Compiled kernels on disk, keyed on everything they were made from.

Numba's own cache looks at one file's date, so a changed law in another file would silently run as old physics. Here
the folder is named by a hash of ALL physics and engine sources and of numba's version, so any change starts a new one.
The folder lies in the user's cache directory (INTERLAYER_CACHE overrides it) and is readable by that user only.
"""

from __future__ import annotations

import functools
import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit
from numba.core import caching

ROOMS = ("laws", "elements", "mechanisms", "simulation/stack")
OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True, "fastmath": {"contract"}}  # a product and a sum may be rounded once


@functools.cache
def physics_hash() -> str:
    """SHA-256 over the sources of laws, elements, mechanisms and the engine (names and contents)."""
    import numba

    root = Path(__file__).parents[2]
    digest = hashlib.sha256(f"{numba.__version__} {sys.version}".encode())
    for room in ROOMS:
        for path in sorted((root / room).glob("*.py")):
            digest.update(f"{room}/{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()


@functools.cache
def folder() -> Path:
    """The folder of this version's kernels; made on first use, private to the user."""
    base = os.environ.get("INTERLAYER_CACHE") or os.environ.get("XDG_CACHE_HOME")
    root = Path(base) if base else Path.home() / ".cache"
    path = root / "interlayer" / "kernels" / physics_hash()[:20]
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def is_warm() -> bool:
    """Whether kernels of this version have been compiled before."""
    return any(folder().glob("*.nbi"))


_told = False


def announce() -> None:
    """One line on stderr before the first compilation of this version of the physics, and never again."""
    global _told
    if not _told and not is_warm():
        print("interlayer: compiling the physics, once for this version (about half a minute) ...", file=sys.stderr, flush=True)
    _told = True


def hush() -> None:
    """`announce` keeps silent from here on: somebody else has said it."""
    global _told
    _told = True


def stamp(function: Callable[..., Any]) -> str | None:
    """Hash of the sources that a function's compiled form depends on: the physics, and its own file where that lies
    outside of the package; None where it has no file (a notebook), so that nothing is kept of it."""
    path = Path(function.__code__.co_filename)
    if Path(__file__).parents[2] in path.parents:
        return physics_hash()
    return physics_hash() + hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


class _Locator(caching._CacheLocator):  # type: ignore[misc]
    """Tells numba where a function's compiled form lies."""

    def __init__(self, function: Callable[..., Any], file: str) -> None:
        self._name = f"{Path(file).parent.name}-{function.__code__.co_firstlineno}"
        self._stamp = stamp(function)

    def get_cache_path(self) -> str:
        return str(folder())

    def get_source_stamp(self) -> str | None:
        return self._stamp

    def get_disambiguator(self) -> str:
        return self._name

    @classmethod
    def from_function(cls, function: Callable[..., Any], file: str) -> _Locator:
        return cls(function, file)


class _Impl(caching.CompileResultCacheImpl):  # type: ignore[misc]
    _locator_classes = (_Locator,)


class KernelCache(caching.FunctionCache):  # type: ignore[misc]
    """Numba's function cache in our folder. Closures are safe here: what they close over is in the physics hash."""

    _impl_class = _Impl

    def _index_key(self, sig: Any, codegen: Any) -> Any:
        return sig, codegen.magic_tuple(), physics_hash()


_compiled: dict[Callable[..., Any], Any] = {}


def jit(function: Callable[..., Any], **options: Any) -> Any:
    """`function` compiled for use in kernels, cached on disk; the same function gives the same compiled form."""
    if function not in _compiled:
        dispatcher = njit(**OPTIONS, **options)(function)
        if stamp(function) is not None:
            dispatcher._cache = KernelCache(function)
        _compiled[function] = dispatcher
    return _compiled[function]


def bare(function: Callable[..., Any]) -> Any:
    """`jit` for the engine's own functions, which make no arrays: none of those they are handed is counted in and out,
    which costs two locked instructions an array and call."""
    return jit(function, _nrt=False)
