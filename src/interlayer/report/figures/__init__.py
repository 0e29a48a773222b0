"""Figures, one file a kind, with the names of the techniques; `figures.impedance.nyquist(records)` and so on.

`figures.of("strip_plate")` lists the figures of a technique, each called with a record and the findings about it.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._registry import FIGURES, Kind, of


def __getattr__(attribute: str) -> Any:
    """The figure kind of this name, imported on use."""
    if attribute in ("FIGURES", "Kind", "of"):
        return getattr(importlib.import_module(f"{__name__}._registry"), attribute)
    if attribute.startswith("_") or attribute not in __dir__():
        raise AttributeError(f"There is no figure kind {attribute!r}; there are {', '.join(__dir__())}")
    return importlib.import_module(f"{__name__}.{attribute}")


def __dir__() -> list[str]:
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))


__all__ = ["FIGURES", "Kind", "of"]
