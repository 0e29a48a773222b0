"""The report room: figures and one-file HTML reports; the only room that knows a plotting library, imported on use.

    report.study(result, "zhai2024.html")           report.analysis(records, findings, fits, "cells.html")
    report.simulation(record, "cell.html")          report.compare(measured, simulated)  -> Figure
    report.figures.impedance.nyquist(records)       report.save(fig, folder, stem)       report.data_csv(table)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_FUNCTIONS = {
    "audit": "pages.audit", "study": "pages.study", "analysis": "pages.analysis", "simulation": "pages.simulation", "compare": "figures.compare",
    "save": "files", "data_csv": "table", "document": "html",
}  # fmt: skip
_MODULES = ("exports", "figures", "html", "looks", "series", "style", "table", "thin")

if TYPE_CHECKING:
    from . import exports, figures, html, looks, series, style, table, thin
    from .figures.compare import compare
    from .files import save
    from .html import document
    from .pages.analysis import analysis
    from .pages.audit import audit
    from .pages.simulation import simulation
    from .pages.study import study
    from .table import data_csv


def __getattr__(attribute: str) -> Any:
    if attribute in _FUNCTIONS:
        return getattr(importlib.import_module(f"{__name__}.{_FUNCTIONS[attribute]}"), attribute)
    if attribute in _MODULES:
        return importlib.import_module(f"{__name__}.{attribute}")
    raise AttributeError(f"module 'interlayer.report' has no attribute {attribute!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_FUNCTIONS, *_MODULES})


__all__ = ["analysis", "audit", "compare", "data_csv", "document", "exports", "figures", "html", "looks", "save", "series", "simulation", "study", "style", "table", "thin"]
