"""A hundred spectra in one command: read, test, fit, distribution, trends, report and tables; time, memory, failures.

    OMP_NUM_THREADS=1 python benchmarks/bench_batch.py              two runs of 100 files, and that they agree
    OMP_NUM_THREADS=1 python benchmarks/bench_batch.py --files 20   fewer
    python benchmarks/bench_batch.py --keep FOLDER                  leave files, report and tables there

The files: a garnet pellet from 0 to 80 °C, R + ZARC (grain boundary, 0.35 eV) + ZARC (interface, 0.60 eV) + Warburg,
2 MHz to 10 mHz, eight points a decade, noise 0.3 % of |Z| in each part; one file among them is broken. Wall and CPU time
and peak memory are those of the command as the operating system counts them, its worker processes included (the memory
is that of the largest process). Beside them the two activation energies that the report states, and the truth.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

FREQUENCY = np.geomspace(2e6, 1e-2, 67)
NOISE = 3e-3
KB = 8.617333262e-5  # eV/K
GRAIN, FACE = 0.35, 0.60  # eV


def spectrum(kelvin: float, rng: np.random.Generator) -> np.ndarray:
    """R + ZARC + ZARC + Warburg at one temperature [ohm]."""

    def rising(energy: float) -> float:
        return float(np.exp(energy / KB * (1.0 / kelvin - 1.0 / 298.15)))

    s = 2j * np.pi * FREQUENCY
    hop = kelvin / 298.15  # R goes as T exp(Ea/kT)
    grain, face = 400.0 * hop * rising(GRAIN), 300.0 * hop * rising(FACE)
    z = 30.0 * hop * rising(GRAIN) + grain / (1.0 + (s * 8e-6 * rising(GRAIN)) ** 0.93) + face / (1.0 + (s * 4e-3 * rising(FACE)) ** 0.88)
    z = z + 12.0 * rising(0.2) / np.sqrt(s)
    return np.asarray(z * (1.0 + NOISE * (rng.standard_normal(len(s)) + 1j * rng.standard_normal(len(s)))))


def make(folder: Path, count: int) -> None:
    """`count` text files, one of them no table."""
    rng = np.random.default_rng(2026)
    broken = count // 2
    for number, celsius in enumerate(np.linspace(0.0, 80.0, count)):
        path = folder / f"pellet_{celsius:.1f}degC.txt"
        if number == broken:
            path.write_bytes(b"\x00\x07 the disk was full")
            continue
        z = spectrum(celsius + 273.15, rng)
        rows = (f"{f:.6e}\t{a.real:.6e}\t{a.imag:.6e}" for f, a in zip(FREQUENCY, z, strict=True))
        path.write_text("\n".join(["Frequency (Hz)\tZ' (ohm)\tZ'' (ohm)", *rows]) + "\n", encoding="utf-8")


def once(folder: Path, stem: str) -> dict[str, object]:
    """One run of the command; figures of it."""
    files = sorted(p.name for p in folder.glob("pellet_*.txt"))
    words = [sys.executable, "-m", "interlayer.cli", "analyse", *files, "--area", "1.13 cm^2", "--thickness", "1 mm", "--temperature", "from-name",
             "--report", f"{stem}.html", "--json", f"{stem}.json", "--export", stem]  # fmt: skip
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONHASHSEED": "0" if stem == "first" else "1"})
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if not (folder / f"{stem}.json").exists():
        raise SystemExit(done.stderr or done.stdout)
    data = json.loads((folder / f"{stem}.json").read_text(encoding="utf-8"))
    written = [p for p in (folder / stem).rglob("*") if p.is_file()]
    return {
        "exit": done.returncode, "wall": wall, "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, "peak": after.ru_maxrss / 1024.0,
        "size": (folder / f"{stem}.html").stat().st_size / 1e6, "exported": len(written), "data": data,
        "json": hashlib.sha256((folder / f"{stem}.json").read_bytes()).hexdigest(),
        "html": hashlib.sha256((folder / f"{stem}.html").read_bytes()).hexdigest(),
        "tables": hashlib.sha256(b"".join(p.read_bytes() for p in sorted(written) if p.suffix == ".csv")).hexdigest(),
    }  # fmt: skip


def run(folder: Path, count: int) -> bool:
    """Make, run twice, print; whether the bar is met."""
    make(folder, count)
    print(f"{os.cpu_count()} cores, load average before {os.getloadavg()[0]:.1f} (wall times hold for a machine that does nothing else)")
    runs = [once(folder, stem) for stem in ("first", "second")]
    for number, r in enumerate(runs, 1):
        print(f"run {number}: {r['wall']:.1f} s wall, {r['cpu']:.1f} s CPU, peak {r['peak']:.0f} MiB, report {r['size']:.1f} MB, {r['exported']} files exported, exit code {r['exit']}")
    data = runs[0]["data"]
    assert isinstance(data, dict)
    failed = data["failures"]
    good = [f for f in data["files"] if f["fits"]]
    misfits = [f["file"] for f in good if any(x["misfit"] for x in f["fits"])]
    print(f"{len(data['files'])} of {count} files analysed, {len(good)} fitted, {len(misfits)} called a misfit; failed: {failed}")
    print(f"circuits: {sorted({x['circuit'] for f in good for x in f['fits']})}")
    for f in data["over_temperature"]["findings"]:
        if f["quantity"] == "activation_energy":
            print(f"{f['name']}: {f['value'] / 96485.33:.4f} eV ± {(f['std'] or float('nan')) / 96485.33:.4f} eV (truth: grain boundary {GRAIN}, interface {FACE})")
    same = {kind: runs[0][kind] == runs[1][kind] for kind in ("json", "html", "tables")}
    print(f"two runs agree byte by byte: {same}")
    wall = max(float(str(r["wall"])) for r in runs)
    met = wall <= 30.0 and len(failed) - 1 <= 0.01 * count and all(same.values())
    print(f"bar (100 files <= 30 s, <= 1 % failures, the same every run): {'met' if met else 'NOT met'}")
    return met


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--keep", type=Path)
    chosen = parser.parse_args()
    if chosen.keep is not None:
        chosen.keep.mkdir(parents=True, exist_ok=True)
        raise SystemExit(not run(chosen.keep, chosen.files))
    with tempfile.TemporaryDirectory() as folder:
        raise SystemExit(not run(Path(folder), chosen.files))


if __name__ == "__main__":
    main()
