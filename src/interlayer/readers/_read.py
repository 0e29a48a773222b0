"""`il.read`: the one reader that claims a file, and the facts that the caller states with it."""

from __future__ import annotations

from dataclasses import replace

from .. import units
from ..errors import ReadError
from ..record import Record
from ._base import READERS, Columns, PathText, Reader
from ._facts import temperature_in
from ._foreign import foreign
from ._source import Source, decode_head, encoding_of, file_name, open_source

FROM_NAME = "from-name"


def formats() -> tuple[Reader, ...]:
    """All formats, in alphabetical order; print one to see its endings and whether it is written too."""
    return tuple(READERS[name] for name in READERS)


def read(
    path: PathText,
    *,
    format: str | None = None,
    area: units.Given | None = None,
    thickness: units.Given | None = None,
    temperature: units.Given | None = None,
    mass: units.Given | None = None,
    pressure: units.Given | None = None,
    columns: Columns | None = None,
) -> Record:
    """The record in an instrument's file.

    path      the file; its content decides the format, not its name
    format    a name from `formats()`, to say it yourself
    area, thickness, temperature, mass, pressure
              facts of the specimen with their unit ("1.13 cm^2"); what is not given stays unknown, also when the file's
              header has it (`record.provenance.header` shows it). temperature="from-name" takes the one temperature in
              the file's name, "s04147-140deg.txt" -> 140 °C
    columns   for plain tables, what the columns are: {"time": ("t", "h"), "voltage": (2, "V"), "current": ("-I", "mA")}

    Raises `ReadError` for whatever is wrong with the file; `UnitError` for a fact without a unit.
    """
    stated = {"area": area, "thickness": thickness, "temperature": temperature, "mass": mass, "pressure": pressure}
    given = {key: value for key, value in stated.items() if value is not None}
    from_name = isinstance(temperature, str) and temperature == FROM_NAME
    if from_name:
        given["temperature"] = temperature_in(file_name(path), file_name(path))
    for key, value in given.items():
        units.si(value, key)  # before the file is read: a slip here should not cost minutes
    reader = READERS[format] if format is not None else claimant(open_source(path))
    record = reader.read(path, columns=columns)
    if from_name:
        what = f"The temperature {given['temperature']} was taken from the file name {file_name(path)!r}"
        sentence = f"{what} (temperature={FROM_NAME!r})."
        provenance = replace(record.provenance, corrections=(*record.provenance.corrections, sentence))
        record = replace(record, provenance=provenance)
    return record.with_conditions(**given) if given else record


def claimant(source: Source) -> Reader:
    """The one reader that claims the file; two or none is an error, never a guess."""
    claims: list[Reader] = []
    failed = ""
    for reader in sorted(formats(), key=lambda r: r.general):  # a general one claims what is left, so it comes last
        if reader.general and claims:
            break
        try:
            claims += [reader] if reader.sniff(source.head, source.name) else []
        except Exception as error:  # somebody else may still know the file
            failed += f"The reader {reader.name!r} fails over its first bytes ({type(error).__name__}: {error}). "
    if len(claims) == 1:
        return claims[0]
    if claims:
        raise ReadError(
            "More than one reader claims this file",
            file=source.name,
            given=", ".join(r.name for r in claims),
            remedy=f'Say which: format="{claims[0].name}"',
        )
    known = foreign(source.head, decode_head(source.head))
    listed = "; ".join(f"{r.name}: {r.title}" for r in formats())
    if known is not None:
        raise ReadError(
            f"This is {known.title}; there is no reader for it", file=source.name, allowed=listed, remedy=known.remedy
        )
    if source.head.startswith(b"PAR1"):
        remedy = "Parquet is read when its columns are those of BDF, or when interlayer wrote it"
        raise ReadError(
            "No reader knows the columns of this Parquet file", file=source.name, allowed=listed, remedy=remedy
        )
    if encoding_of(source.head) is None:
        raise ReadError(
            "This is a binary file of a format that is not known",
            file=source.name,
            allowed=listed,
            remedy="Export it as text with the instrument's own program",
        )
    expected = [r for r in formats() if source.name.casefold().endswith(r.extensions) and not r.general]
    hint = f"Its name says {expected[0].title}, its content does not. " if expected else ""
    remedy = 'Say the format: format="...", for a table format="plain" and columns={"time": ("t", "h"), ...}'
    raise ReadError("No reader knows this file", file=source.name, allowed=listed, remedy=failed + hint + remedy)
