"""Writing figures and texts: PNG, SVG, PDF, CSV, and SVG that can stand inside an HTML page."""

from __future__ import annotations

import base64
import html
import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure

from ..errors import RecordError
from .style import styled
from .table import Table, data_csv

HEAVY: Final = 1_500_000  # bytes of SVG above which a page takes the PNG
DPI: Final = 200
#: no dates in files, so that the same figure is the same file
_META: Final[dict[str, dict[str, Any]]] = {"png": {"Software": None}, "svg": {"Date": None, "Creator": "interlayer"}, "pdf": {"CreationDate": None}}


def save(fig: Figure, folder: str | Path, stem: str, *, data: bool = True) -> list[Path]:
    """Write `fig` as `stem`.png (200 dpi), .svg and .pdf into `folder` (made if it is not there), and with `data` the
    numbers it shows as `stem`.csv (`stem`-<table>.csv where it has several tables). Returns the paths."""
    place = Path(folder)
    if Path(stem).name != stem or stem in ("", ".", ".."):
        raise RecordError("The stem of a figure's files is a plain name", given=stem)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordError(f"The folder {str(place)!r} can't be made ({error.strerror or error})") from None
    out = []
    with laid_out(fig):
        for kind in ("png", "svg", "pdf"):
            path = place / f"{stem}.{kind}"
            write_bytes(path, rendered(fig, kind))
            out.append(path)
    tables: list[Table] = getattr(fig, "tables", []) if data else []
    for table in tables:
        path = place / (f"{stem}.csv" if len(tables) == 1 else f"{stem}-{table.name}.csv")
        write_bytes(path, data_csv(table).encode())
        out.append(path)
    return out


@contextmanager
def laid_out(fig: Figure) -> Iterator[None]:
    """Lay `fig` out once and write it as often as needed inside the block: matplotlib would do it twice a file."""
    engine = fig.get_layout_engine()
    with styled():
        if engine is not None:
            for _ in range(2):  # the second time with the tick labels of the first
                engine.execute(fig)
        fig.set_layout_engine(None)
    try:
        yield
    finally:
        fig.set_layout_engine(engine if engine is not None else "none")


def rendered(fig: Figure, kind: str, dpi: int = DPI) -> bytes:
    """The bytes of `fig` as "png", "svg" or "pdf"."""
    buffer = io.BytesIO()
    with styled():
        fig.savefig(buffer, format=kind, dpi=dpi, metadata=_META[kind])
    return buffer.getvalue()


def inline(fig: Figure, name: str, alt: str) -> str:
    """`fig` as markup for an HTML page: SVG whose ids are its own (prefix `name`), or a PNG as data where that would be
    heavier than 1.5 MB. `alt` is escaped by this function."""
    words = html.escape(alt, quote=True)
    with laid_out(fig):
        svg = rendered(fig, "svg").decode()
        if len(svg) > HEAVY:
            data = base64.b64encode(rendered(fig, "png")).decode()
            return f'<img alt="{words}" src="data:image/png;base64,{data}">'
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<style[^>]*>\s*\*\s*\{([^}]*)\}\s*</style>", "", svg)  # it would hold for the whole page
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\1{name}-", svg)
    svg = re.sub(r"\n\s*", "\n", svg)
    head, rest = svg.split(">", 1)
    head = re.sub(r'\s(?:width|height|version|xmlns)="[^"]*"', "", head)
    return f'{head} style="stroke-linejoin:round;stroke-linecap:butt" role="img" aria-label="{words}">{rest}'


def write_bytes(path: Path, content: bytes) -> None:
    """Write beside `path` and move there, so that a file is whole or not there."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise RecordError(f"The file {str(path)!r} can't be written ({error.strerror or error})", remedy="Check the folder and the disk") from None
