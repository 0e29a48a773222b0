"""The analysis room: one file per technique, pure functions `Record -> Finding(s)`, imported on first use."""

from __future__ import annotations

import importlib
from typing import Any


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    module = f"{__name__}.{name}"
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        import pkgutil

        from ..errors import nearest

        there = [m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")]
        close = nearest(name, there)
        hint = f" Did you mean {close!r}?" if close else ""
        raise AttributeError(
            f"There is no technique {name!r} in interlayer.analysis.{hint} There are: {', '.join(there)}."
        ) from None
