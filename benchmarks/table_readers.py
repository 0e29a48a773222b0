"""Every file of the shared data as the readers see it: format, segments, points, channels, corrections, warnings, time.

    python benchmarks/table_readers.py [FOLDER]        the folder of the shared data; beside the project by default

Below the table: Neware's files against the decoded answers beside them, row by row; BioLogic's binary files against
themselves (charge against the integral of the current; |Z| and phase against Re and Im); every warning in full.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import interlayer as il
from interlayer.errors import InterlayerError
from interlayer.readers._mpr import modules, table
from interlayer.record import Record

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"
#: column of a decoded answer -> channel, factor to SI, and what its rounding allows
ANSWERS = {
    "Total Time": ("time", 1.0, 1e-9),
    "Time": ("step_time", 1.0, 1e-9),
    "Voltage(mV)": ("voltage", 1e-3, 5.1e-5),
    "Current(uA)": ("current", 1e-6, 1e-12),
    "Capacity(mAs)": ("step_capacity", 1e-3, 5.1e-4),
    "Cycle Index": ("cycle", 1.0, 0.0),
    "Step Count": ("step", 1.0, 0.0),
    "Step Index": ("step_index", 1.0, 0.0),
}


@dataclass(frozen=True)
class Row:
    """One file: what came of it, and why it is none of an instrument where it is none."""

    file: str
    record: Record | None
    seconds: float
    refused: str = ""

    @property
    def points(self) -> int:
        """Points in all segments."""
        return sum(map(len, self.record.segments)) if self.record is not None else 0

    @property
    def channels(self) -> list[str]:
        """Channels of all segments."""
        return sorted({c for s in self.record.segments for c in s.channels}) if self.record is not None else []


def rows(folder: Path = FOLDER) -> list[Row]:
    """Every file of the folder, in alphabetical order; notes (.md) and decoded answers (.parquet) aside."""
    out = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix not in (".md", ".parquet")):
        name = path.relative_to(folder).as_posix()
        began = time.process_time()
        try:
            record, refused = il.read(path), ""
        except InterlayerError as error:
            record, refused = None, getattr(error, "what", str(error))
        out.append(Row(name, record, time.process_time() - began, refused))
    return out


def answer_of(path: Path) -> Path:
    """The decoded answer beside one of Neware's files."""
    return path.with_name(path.name.partition(".")[0] + ".parquet")


def against_answer(record: Record, answer: Path) -> dict[str, tuple[float, bool, int]]:
    """Column -> (largest difference in SI, whether every row is within its rounding, rows), for all common columns.

    A row that repeats the row before exactly is in the answer and was left out of the record, which says so.
    """
    import polars as pl

    frame = pl.read_parquet(answer)
    columns = [c for c in ANSWERS if c in frame.columns]
    extra = [c for c in frame.columns if c.startswith("T") and c[1:].isdigit()]
    same = np.ones(frame.height, dtype=bool)
    same[0] = False
    for column in (*columns, *extra):
        same[1:] &= np.diff(frame[column].to_numpy().astype(float)) == 0.0
    if any("repeat the row before exactly" in c for c in record.provenance.corrections):
        frame = frame.filter(pl.Series(~same))
    if sum(map(len, record.segments)) != frame.height:
        return {"rows": (float(abs(sum(map(len, record.segments)) - frame.height)), False, frame.height)}
    out = {}
    for column in columns:
        channel, factor, size = ANSWERS[column]
        if not all(channel in s for s in record.segments):
            continue
        expected, values = factor * frame[column].to_numpy().astype(float), record.trace(channel)
        if channel == "step_capacity":  # signed in one of the answers only
            expected, values = abs(expected), abs(values)
        allowed = size + 3e-7 * np.abs(expected)
        off = np.abs(values - expected)
        out[column] = (float(off.max()), bool((off <= allowed).all()), frame.height)
    if extra and all("temperature" in s for s in record.segments):
        expected, values = frame[extra[0]].to_numpy().astype(float) + 273.15, record.trace("temperature")
        off = float(np.max(np.abs(values - expected)))
        out[extra[0]] = (off, off < 0.0501, frame.height)
    if "Step Type" in frame.columns:
        labels = np.repeat([str(s.info.get("label", "")) for s in record.segments], [len(s) for s in record.segments])
        told = frame["Step Type"].cast(pl.String).str.replace_all(" ", "_").to_numpy()
        out["Step Type"] = (float(np.count_nonzero(labels != told)), bool((labels == told).all()), frame.height)
    return out


def within_itself(path: Path) -> dict[str, float]:
    """How far a BioLogic binary file is from agreeing with itself: relative differences of what it stores twice."""
    raw = path.read_bytes()
    found, _ = modules(raw, path.name)
    made = table(raw, found["VMP data"], path.name)

    def column(identifier: int) -> np.ndarray:
        return made.column(raw, identifier)

    out = {}
    if {35, 36, 37, 38} <= made.columns.keys():
        z = column(37) - 1j * column(38)
        out["|Z| against Re, Im (relative)"] = float(np.max(np.abs(np.abs(z) / column(36) - 1.0)))
        out["phase against Re, Im (deg)"] = float(np.max(np.abs(np.degrees(np.angle(z)) - column(35))))
    if {4, 7, 13} <= made.columns.keys():
        charge, passed = column(13), np.cumsum(column(7))
        scale = max(float(np.max(np.abs(charge))), 1e-300)
        out["Q against the sum of dq (relative)"] = float(np.max(np.abs(charge - charge[0] - passed + passed[0]))) / scale
        current = next((column(i) for i in (8, 76) if i in made.columns), None)
        if current is not None:
            told = float(np.sum(current[1:] * np.diff(column(4)))) / 3600.0  # the mean of each interval, mA h
            out["Q against the integral of I (relative)"] = abs(told / (charge[-1] - charge[0]) - 1.0)
    return out


def main(folder: Path) -> None:
    """Print the tables."""
    made = rows(folder)
    print(f"{'file':58s} {'format':16s} {'segments':>8s} {'points':>7s} {'corr.':>5s} {'warn.':>5s} {'CPU s':>6s}  channels")
    for row in made:
        if row.record is None:
            print(f"{row.file[-58:]:58s} not read: {row.refused[:110]}")
            continue
        about = row.record.provenance
        counts = f"{len(row.record.segments):8d} {row.points:7d} {len(about.corrections):5d} {len(about.warnings):5d}"
        print(f"{row.file[-58:]:58s} {about.reader:16s} {counts} {row.seconds:6.2f}  {', '.join(row.channels)}")
    print("\nNeware against the decoded answers (largest difference in SI, rows)")
    for row in made:
        answer = answer_of(folder / row.file)
        if row.record is not None and answer.exists() and "nda" in row.file.rpartition("/")[2]:
            found = against_answer(row.record, answer)
            said = "; ".join(f"{c} {off:.2g}{'' if fine else ' BEYOND its rounding'}" for c, (off, fine, _) in found.items())
            print(f"{row.file}: {next(iter(found.values()))[2]} rows agree within rounding: {said}")
    print("\nBioLogic against itself")
    for row in made:
        if row.file.endswith(".mpr"):
            found = "; ".join(f"{k} {v:.2g}" for k, v in within_itself(folder / row.file).items())
            print(f"{row.file}: {found or 'stores nothing twice'}")
    print("\nWarnings")
    for row in made:
        for warning in row.record.provenance.warnings if row.record is not None else ():
            print(f"{row.file}: {warning}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
