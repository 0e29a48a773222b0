"""Round trip: a cell is simulated, noise added, the records written as text files, read back and identified in one likelihood.

    python benchmarks/proof_round_trip.py --draws 1000 --keep rows.csv      (a second call goes on where the first stopped)
    python benchmarks/proof_round_trip.py --first 1000 --draws 1000         (fresh draws)
    python benchmarks/proof_round_trip.py --wrong 200 --keep wrong.csv      (truths that the cell lacks)

Each draw has its own truth (conductivity, transference number and diffusivity of the salt, exchange current and double layer of
a polymer cell, each over a factor of about three) and three files: a spectrum in ZView's .z, a held voltage in BDF, a
strip/plate in plain text. They are read with `il.read`; their noise is not stated; the cell that is fitted is the
catalogue's. Counted is how often the 95 % intervals hold the truth, beside the band that 99 of 100 such studies stay in.

Of the truths that the cell lacks it is counted how often they are flagged, and how often an unflagged one misled:

    arc      a further arc in the spectrum (100 ohm, 10 kHz) that no element of the cell makes
    drift    the impedance grows by a tenth from the first frequency to the last
    warm     the direct currents are measured 5 K above what the files say
    branch   an electronic path beside the cell, thirty times its resistance, under direct current
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.stats import binom

import interlayer as il
from interlayer.cells.named import named
from interlayer.record import Provenance, Record, Segment

Z, V, I = 3e-3, 1e-4, 1e-7  # noise: relative of |Z|, V, A
FACE = "interfaces.Li|QCPE"
#: path -> (ends of the truths over the catalogue's value)
FREE = {
    "layers.QCPE.conductivity": (0.5, 1.6),
    "layers.QCPE.transference_number": (0.8, 2.4),
    "layers.QCPE.diffusivity": (0.6, 1.8),
    f"{FACE}.charge_transfer.exchange_current_density": (0.6, 3.0),
    f"{FACE}.double_layer.double_layer_capacitance": (0.4, 2.0),
}
CELL = named("li2024/bare")
PLANS = {
    "spectrum.z": "Impedance(1 MHz, 1 Hz, 8)",
    "hold.bdf.csv": "DCPolarisation(voltages=10 mV, hold=4 h, sample=2 min)",
    "plate.txt": "StripPlate(current_density=0.1 mA/cm^2, half_cycle=1 h, cycles=1, sample=1 min)",
}
WRONG = ("arc", "drift", "warm", "branch")


def truth_of(number: int):
    """The cell of a draw."""
    rng = np.random.default_rng([1, number])
    made = CELL
    for path, (low, high) in FREE.items():
        old = CELL.get(path)
        made = made.set(path, replace(old, value=old.value * float(np.exp(rng.uniform(np.log(low), np.log(high)))), std=None, interval=None))
    return made


def made(name: str, cell, rng, wrong: str = "") -> Record:
    """One record as an instrument would hand it over: one segment, ohm and ampere."""
    if wrong == "warm" and name != "spectrum.z":
        cell = cell.set("temperature", f"{cell.temperature + 5.0} K")
    run = il.simulate(cell, PLANS[name])
    if name == "spectrum.z":
        f, z = run.segments[0]["frequency"], run.impedance(run.segments[0])
        if wrong == "arc":
            z = z + 100.0 / (1.0 + 1j * f / 1e4)
        if wrong == "drift":
            z = z * np.linspace(1.0, 1.1, len(f))
        z = z * (1.0 + Z * (rng.normal(size=len(f)) + 1j * rng.normal(size=len(f))))
        channels = {"frequency": f, "impedance_real": z.real.copy(), "impedance_imag": z.imag.copy()}
        return Record((Segment(channels, "frequency", "impedance"),), Provenance("measured", name))
    t, v, i = (run.trace(key) for key in ("time", "voltage", "current"))
    first = np.append(True, np.diff(t) > 0.0)  # a clock that stands still between two steps is none of an instrument
    t, v, i = t[first], v[first], i[first]
    if name == "hold.bdf.csv":
        extra = v / 1.2e4 if wrong == "branch" else 0.0
        i = i + extra + I * rng.normal(size=len(i))
    else:
        v = (v * 30.0 / 31.0 if wrong == "branch" else v) + V * rng.normal(size=len(v))
    return Record((Segment({"time": t, "voltage": v, "current": i}),), Provenance("measured", name))


def draw(number: int, wrong: str = "") -> dict[str, float]:
    """One draw: z-scores and whether the interval holds, for every parameter; the flag; the largest loss in the files."""
    cell = truth_of(number)
    rng = np.random.default_rng([2, number])
    records, loss = {}, 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name in PLANS:
            place = Path(folder) / name
            given = made(name, cell, rng, wrong)
            il.readers.convert(given, place)
            records[name] = il.read(place, area="1.131 cm^2", temperature="30 degC")
            for a, b in zip(given.segments, records[name].segments, strict=True):
                loss = max([loss, *(float(np.max(np.abs(a[key] - b[key]))) for key in a.channels)])
    found = il.design.identify(records, CELL, list(FREE))
    row = {"draw": number, "flagged": float(found.misfit), "determined": float(found.identifiable), "loss": loss}
    for path in FREE:
        true = cell.get(path).value
        ends, std = found.interval(path), found.std[path]
        key = path.rsplit(".", 1)[1]
        row[f"in {key}"] = float(ends is not None and ends[0] <= true <= ends[1])
        row[f"z {key}"] = float("nan") if std is None else float(np.log(found.values[path] / true) * found.values[path] / std)
        row[f"std {key}"] = float("nan") if std is None else std / found.values[path]
    return row


def kept(place: Path | None, numbers, wrong: bool) -> list[dict[str, float]]:
    """All draws, those of the file first; new ones are appended to it one by one."""
    rows: list[dict[str, float]] = []
    if place is not None and place.exists():
        text = place.read_text(encoding="utf-8")
        if text and not text.endswith("\n"):  # stopped while it wrote: that draw is made again
            place.write_text(text[: text.rfind("\n") + 1], encoding="utf-8")
        with place.open(encoding="utf-8", newline="") as file:
            rows = [{k: float(v) for k, v in line.items()} for line in csv.DictReader(file)]
    done = {int(r["draw"]) for r in rows}
    for number in numbers:
        if number in done:
            continue
        row = draw(number, WRONG[number % len(WRONG)] if wrong else "")
        rows.append(row)
        if place is not None:
            new = not place.exists()
            with place.open("a", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(row))
                if new:
                    writer.writeheader()
                writer.writerow(row)
    wanted = set(numbers)
    return [r for r in rows if int(r["draw"]) in wanted]


def band(draws: int, rate: float = 0.95, level: float = 0.99) -> tuple[int, int]:
    """Counts that `level` of all studies of so many draws stay in."""
    return int(binom.ppf(0.5 - level / 2, draws, rate)), int(binom.ppf(0.5 + level / 2, draws, rate))


def hits(rows) -> dict[str, int]:
    """How often each parameter's interval holds the truth."""
    return {key[3:]: int(sum(r[key] for r in rows)) for key in rows[0] if key.startswith("in ")}


def right(rows) -> None:
    """Print the table of the draws that the cell describes."""
    low, high = band(len(rows))
    print(f"{len(rows)} draws; 95 % intervals, 99 % band {low} to {high}; largest difference that the files made {max(r['loss'] for r in rows):.1e}")
    for key, count in hits(rows).items():
        z = np.array([r[f"z {key}"] for r in rows])
        error = 100.0 * float(np.nanmedian([r[f"std {key}"] for r in rows]))
        print(
            f"  {key:28s} {count:5d} of {len(rows)} = {100.0 * count / len(rows):.1f} %{'' if low <= count <= high else '  OUTSIDE'};"
            f" z mean {np.nanmean(z):+.3f}, std {np.nanstd(z):.3f}; typical error {error:.2g} %"
        )
    determined = sum(r["determined"] for r in rows)
    print(f"  called a misfit {sum(r['flagged'] for r in rows):.0f}, all five determined {determined:.0f} of {len(rows)}")


def lacking(rows) -> None:
    """Print the table of the draws whose truth the cell lacks."""
    for kind, word in enumerate(WRONG):
        mine = [r for r in rows if int(r["draw"]) % len(WRONG) == kind]
        if mine:
            off = [max(abs(r[k]) for k in r if k.startswith("z ")) > 3.0 for r in mine]
            flagged = [r["flagged"] > 0.0 for r in mine]
            misled = sum(o and not f for o, f in zip(off, flagged, strict=True))
            print(f"  {word:8s} flagged {sum(flagged)} of {len(mine)}; a value off by more than 3 std in {sum(off)}, of these unflagged {misled}")


def main() -> None:
    """Run, go on, print."""
    ask = argparse.ArgumentParser(description="identification from files: coverage, and truths that the cell lacks")
    ask.add_argument("--draws", type=int, default=100, help="draws that the cell describes")
    ask.add_argument("--first", type=int, default=0, help="number of the first draw: another one makes other truths and other noise")
    ask.add_argument("--wrong", type=int, default=0, help="draws whose truth the cell lacks (instead)")
    ask.add_argument("--keep", type=Path, help="file that holds the draws; a second call goes on")
    given = ask.parse_args()
    begin = time.process_time()
    if given.wrong:
        lacking(kept(given.keep, range(given.first, given.first + given.wrong), True))
    else:
        right(kept(given.keep, range(given.first, given.first + given.draws), False))
    print(f"CPU {time.process_time() - begin:.0f} s")


if __name__ == "__main__":
    main()
