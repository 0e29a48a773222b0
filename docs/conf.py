"""Sphinx with MyST: `python3 lab.py docs` builds out/docs/index.html and stops at any warning."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import interlayer

project = "interlayer"
author = "The interlayer developers"
copyright = "2026, the interlayer developers"
version = release = interlayer.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["img"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["myst.xref_missing", "ref.python"]  # two rooms may have a Step; what leads out of docs/ (README, CHANGELOG); tests/test_docs.py checks every link
html_theme = "furo"
html_title = "interlayer"
html_static_path = ["_static"]
html_css_files = ["style.css"]
highlight_language = "text"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "show-inheritance": False}

#: rooms of the reference, in the order of the house
ROOMS = ("laws", "materials", "cells", "protocols", "elements", "mechanisms", "simulation", "record", "readers", "analysis", "literature", "studies", "design", "report")
REFERENCE = Path(__file__).parent / "reference"


def _modules(room: str) -> list[str]:
    """The room and its public modules; what begins with an underscore is nobody's business."""
    package = importlib.import_module(f"interlayer.{room}")
    inside = [m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_")]
    return [f"interlayer.{room}", *(f"interlayer.{room}.{name}" for name in inside)]


def write_reference(app: object) -> None:
    """One page a room, made anew at each build from what is in it."""
    REFERENCE.mkdir(exist_ok=True)
    for room in ROOMS:
        lines = [f"# interlayer.{room}", ""]
        for module in _modules(room):
            if module != f"interlayer.{room}":
                lines += [f"## {module.rsplit('.', 1)[1]}", ""]
            lines += ["```{eval-rst}", f".. automodule:: {module}", *(["   :no-members:"] if module == f"interlayer.{room}" else []), "```", ""]
        (REFERENCE / f"{room}.md").write_text("\n".join(lines), encoding="utf-8")
    entries = "\n".join(ROOMS)
    (REFERENCE / "index.md").write_text(f"# Reference\n\nMade from the docstrings, room by room.\n\n```{{toctree}}\n:maxdepth: 1\n\n{entries}\n```\n", encoding="utf-8")


def as_written(app: object, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Docstrings are plain text with equations: shown as they are, and never taken for markup."""
    if any(line.strip() for line in lines):
        lines[:] = ["::", "", *(f"   {line}" for line in lines), ""]


def setup(app: object) -> None:
    app.connect("builder-inited", write_reference)  # type: ignore[attr-defined]
    app.connect("autodoc-process-docstring", as_written)  # type: ignore[attr-defined]
