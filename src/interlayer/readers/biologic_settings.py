"""BioLogic EC-Lab settings `.mps`: what was programmed, and no data.

    EC-LAB SETTING FILE / Number of linked techniques : 1 / ... / Technique : 1 / its name / parameters in 20 columns

`il.read` refuses such a file, for there is nothing measured in it; `settings(path)` gives it as plain values, and the
`.mpr` reader takes it up in `provenance.settings` where it lies beside the data under the same name.
Values stay text with the units the file writes ("fi" "10.000", "unit fi" "kHz"): nothing is converted or used. What was
programmed also stands there as text, a technique each: a spectrum as the protocol that `protocols.parse` reads back, any
other technique as its name and its parameters in words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import InterlayerError, ReadError
from ._base import PathText
from ._source import Source, decode_head, open_source

if TYPE_CHECKING:
    from ..protocols import Impedance

_WIDTH = 20  # characters of a parameter's name, and of each sequence's value
_MOST = 5000  # lines of a technique, or techniques
LARGEST = 1 << 22  # bytes; real ones have a few thousand
_TECHNIQUE = re.compile(r"Technique : (\d{1,4})\s{0,40}")
_FIELD = re.compile(r"([^:\t]{1,80}?) : (.{0,200})")


def is_settings(head: bytes) -> bool:
    """Whether these first bytes are of a settings file."""
    return any(line.strip() == "EC-LAB SETTING FILE" for line in decode_head(head)[:1])


def settings(path: PathText) -> dict[str, Any]:
    """What a settings file says.

    Returns {"file", "sha256", "header": {words: text}, "techniques": [{"name", "parameters": {name: text, or a list
    of texts where there are several sequences}}], "protocol": [text]}; a file that is none, or is cut off, is a
    `ReadError`.
    """
    source = open_source(path)
    if not is_settings(source.head):
        raise ReadError(
            "This is no EC-Lab settings file",
            file=source.name,
            place="line 1",
            allowed="a text whose first line is EC-LAB SETTING FILE",
            remedy="Give the .mps that EC-Lab saved; data (.mpt, .mpr) go to il.read",
        )
    return _parse(source)


def _parse(source: Source) -> dict[str, Any]:
    if source.size > LARGEST:
        raise _error(f"The file has {source.size:,} bytes, more than any settings", source, 1)
    lines = source.text.titles
    starts = [i for i, line in enumerate(lines) if _TECHNIQUE.fullmatch(line)]
    header: dict[str, str] = {}
    for line in lines[: starts[0] if starts else len(lines)]:
        field = _FIELD.fullmatch(line[:300].strip())
        if field is not None:
            key, value = field.group(1).strip(), field.group(2).strip()
            value = value.replace("\\", "/").rpartition("/")[2] if key == "Filename" else value  # a name, never a path
            header[key] = f"{header[key]}; {value}" if key in header else value
    announced = header.get("Number of linked techniques", "")
    if not starts or announced != str(len(starts)):
        raise _error(
            f"The file announces {announced or 'no'} techniques and holds {len(starts)}: it is cut off or was edited",
            source,
            len(lines),
        )
    techniques = [
        _technique(lines[start + 1 : stop][:_MOST], source, start + 2)
        for start, stop in zip(starts[:_MOST], [*starts[1:], len(lines)], strict=False)
    ]
    protocol = [in_words(technique) for technique in techniques]
    return {
        "file": source.name,
        "sha256": source.sha256,
        "header": header,
        "techniques": techniques,
        "protocol": protocol,
    }


def spectrum_of(technique: Mapping[str, Any]) -> Impedance | None:
    """The protocol of a technique that takes one impedance spectrum; None for any other.

    EC-Lab spreads the points over the range in its own way: 3 a decade from 10 kHz to 0.1 Hz are 15 points, not 16.
    """
    from ..protocols import Impedance

    of = technique["parameters"]
    keys = ("fi", "unit fi", "ff", "unit ff", "Nd")
    if not technique["name"].endswith("Electrochemical Impedance Spectroscopy") or of.get("Mode") != "Single sine":
        return None
    if any(not isinstance(of.get(key), str) for key in keys):
        return None  # several sequences, or none
    if (of.get("spacing"), of.get("Points")) != ("Logarithmic", "per decade"):
        return None
    ends = [f"{of['fi']} {of['unit fi']}", f"{of['ff']} {of['unit ff']}"]
    try:
        return Impedance(ends[0], ends[1], of["Nd"])
    except InterlayerError:
        return None


def in_words(technique: Mapping[str, Any]) -> str:
    """What a technique does: `Impedance(...)` as `protocols.parse` reads it, else its name and parameters."""
    made = spectrum_of(technique)
    if made is not None:
        return str(made)
    said = [f"{k} {', '.join(v) if isinstance(v, list) else v}" for k, v in technique["parameters"].items() if v]
    return f"{technique['name']}: {'; '.join(said)}"[:1000] if said else technique["name"]


def _technique(lines: tuple[str, ...], source: Source, line: int) -> dict[str, Any]:
    """Name and parameters of one technique."""
    if not lines or not lines[0].strip():
        raise _error("The technique has no name under its number: the file is cut off", source, line)
    parameters: dict[str, str | list[str]] = {}
    for row in lines[1:]:
        key = row[:_WIDTH].strip()
        values = [row[at : at + _WIDTH].strip() for at in range(_WIDTH, min(len(row), 400 * _WIDTH), _WIDTH)]
        while values and not values[-1]:
            values.pop()
        if key:
            parameters.setdefault(key, values[0] if len(values) == 1 else values or "")
    return {"name": lines[0].strip()[:80], "parameters": parameters}


def _error(what: str, source: Source, line: int) -> ReadError:
    return ReadError(what, file=source.name, place=f"line {line}", remedy="Save the settings again in EC-Lab")
