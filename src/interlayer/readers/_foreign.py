"""Formats known by their first bytes and not read yet: told by name, so that nobody reads them as something else.

A reader for one of them is one new file of this package; its row here may stay, for a reader that claims a file is
asked first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Lines = Sequence[str]


@dataclass(frozen=True)
class Foreign:
    """A format without a reader: what it is, how to tell it, what a person can do."""

    title: str
    tells: Callable[[bytes, Lines], bool]
    remedy: str


def _magic(*starts: bytes) -> Callable[[bytes, Lines], bool]:
    return lambda head, lines: head.startswith(starts)


def _line(*parts: str, among: int = 3) -> Callable[[bytes, Lines], bool]:
    """One of the first lines holds all `parts`."""
    return lambda head, lines: any(all(p in line for p in parts) for line in lines[:among])


_TEXT = "Export frequency, Re and Im (or time, voltage, current) as text with units in the heads, which is read"

FOREIGN: tuple[Foreign, ...] = (
    Foreign(
        "an EC-Lab settings file (.mps), which holds no data",
        _line("EC-LAB SETTING FILE"),
        "Give the .mpr or .mpt that belongs to it; readers.biologic_settings.settings(path) shows what was programmed",
    ),
    Foreign(
        "a Neware export of cycles or steps without the records under them",
        lambda head, lines: any(line.lstrip("\ufeff\"").startswith(("Cycle ID", "循环号", "循环序号")) for line in lines[:3]),
        "Export the layer of records too",
    ),
    Foreign("a ZPlotW data file of an unknown kind", _line("Data File: Version", among=1), _TEXT),
    Foreign(
        "a file in the manner of VersaStudio's .par that does not name VersaStudio",
        lambda head, lines: bool(lines) and lines[0].startswith("<Application>"),
        _TEXT,
    ),
    Foreign("an old Excel or OLE file", _magic(b"\xd0\xcf\x11\xe0"), "Save the sheet as text (.csv)"),
    Foreign("an HDF5 file", _magic(b"\x89HDF"), _TEXT),
    Foreign("a MATLAB file", _magic(b"MATLAB "), _TEXT),
    Foreign("a PDF", _magic(b"%PDF"), "Ask for the data behind it"),
    Foreign(
        "a picture", _magic(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*"), "Ask for the data behind it"
    ),
)


def foreign(head: bytes, lines: Lines) -> Foreign | None:
    """The known format without a reader that these first bytes are of, or None."""
    return next((f for f in FOREIGN if f.tells(head, lines)), None)
