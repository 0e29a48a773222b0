"""interlayer: a virtual laboratory for lithium-metal cells whose lithium|electrolyte interface carries an engineered layer.

    import interlayer as il
    cell = il.Cell.parse("Li|LiI-ZnLi(0.5 um)/LLZTO(1.0 mm)/LiI-ZnLi(0.5 um)|Li @ 25 degC")
    record = il.simulate(cell, il.protocols.StripPlate(current_density="0.1 mA/cm^2", half_cycle="1 h", cycles=10))

Rooms are imported on first use, so this import costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_ROOMS = (
    "analysis", "cells", "design", "elements", "errors", "laws", "literature", "materials", "mechanisms", "names", "protocols", "readers",
    "record", "registry", "report", "simulation", "studies", "units",
)  # fmt: skip
_NAMES = {
    "Cell": "cells", "Record": "record", "Series": "record", "Finding": "record", "load": "record", "simulate": "simulation",
    "read": "readers", "convert": "readers", "InterlayerError": "errors",
}  # fmt: skip

if TYPE_CHECKING:
    from . import (
        analysis,
        cells,
        design,
        elements,
        errors,
        laws,
        literature,
        materials,
        mechanisms,
        names,
        protocols,
        readers,
        record,
        registry,
        report,
        simulation,
        studies,
        units,
    )  # fmt: skip
    from .cells import Cell
    from .errors import InterlayerError
    from .readers import convert, read
    from .record import Finding, Record, Series, load
    from .simulation import simulate


def __getattr__(attribute: str) -> Any:
    if attribute in _ROOMS:
        return importlib.import_module(f"{__name__}.{attribute}")
    if attribute in _NAMES:
        return getattr(importlib.import_module(f"{__name__}.{_NAMES[attribute]}"), attribute)
    raise AttributeError(f"module 'interlayer' has no attribute {attribute!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_ROOMS, *_NAMES})


__all__ = [
    "Cell", "Finding", "InterlayerError", "Record", "Series", "analysis", "cells", "convert", "design", "elements", "errors", "laws", "literature", "load", "materials",
    "mechanisms", "names", "protocols", "read", "readers", "record", "registry", "report", "simulate", "simulation", "studies", "units",
]  # fmt: skip
