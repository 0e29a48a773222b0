"""Closure table of the founding papers: impedance in, direct-current voltage out, beside V = j R.

    python benchmarks/closure.py

Facts are those of the papers (claim ids beside them). A case of the first table is a cell for which a paper gives both a
resistance by impedance and a polarisation at a stated current. The second holds polarisations of cells whose impedance is
not reported: there the cell stands with what else the paper gives (exchange currents of Tafel plots), beside what its
layers alone would drop. What a paper gives only one of otherwise is listed below with the reason.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from interlayer import units
from interlayer.cells.named import named
from interlayer.design.closure import close


@dataclass(frozen=True)
class Case:
    """One cell's impedance and polarisation; `areas` to try where the paper states none."""

    claims: str
    cell: str
    impedance: str | None
    current: str
    voltage: str
    half_cycle: str
    split: str
    areas: tuple[str, ...] = ()
    note: str = ""
    age: str | None = None


#: area that closes wu2023's bare cell at the start (its own row): tried on that paper's other cells
WU = "1.83 cm^2"

CASES = [
    Case("S0.C23, S0.C64", "li2024/protected", "450 ohm", "0.2 mA/cm^2", "80 mV", "1 h", "calibration"),
    Case("S0.C23, S0.C66", "li2024/protected", "450 ohm", "1.0 mA/cm^2", "370 mV", "1 h", "open"),
    Case("S1.C47, S1.C39", "wu2023/bare", "2186 ohm", "0.05 mA/cm^2", "0.2 V", "1 h", "calibration", (WU,), "at 0 h"),
    Case("S1.C48, S1.C40", "wu2023/bare", "1077 ohm", "0.05 mA/cm^2", "0.1 V", "1 h", "calibration", (WU,), "at 50 h"),
    Case("S1.C50, S1.C42", "wu2023/wetted", "153 ohm", "0.05 mA/cm^2", "0.02 V", "1 h", "open", (WU,)),
    Case("S1.C51, S1.C45", "wu2023/protected", "189 ohm", "0.05 mA/cm^2", "0.03 V", "1 h", "open", (WU,), "voltage at 1000 h", "1000 h"),
    Case("S1.C51, S1.C53", "wu2023/protected", "189 ohm", "0.1 mA/cm^2", "0.1 V", "1 h", "open", (WU,), "voltage at 2000 h, resistance at 0 h", "2000 h"),
    Case("S2.C02, S2.C20", "zhai2024/protected", "118.1 ohm*cm^2", "0.1 mA/cm^2", "13 mV", "1 h", "open", (), "10.3 for both interfaces, pellet 1 mm at 9.28e-4 S/cm"),
    Case("S2.C02, S2.C20", "zhai2024/protected", "128.4 ohm*cm^2", "0.1 mA/cm^2", "13 mV", "1 h", "open", (), "10.3 for each interface, pellet 1 mm at 9.28e-4 S/cm"),
    Case("S2.C02, S2.C30", "zhai2024/protected", "118.1 ohm*cm^2", "0.1 mA/cm^2", "13 mV", "1 h", "open", (), "the same after 2000 h", "2000 h"),
    Case("S2.C34, S2.C30", "zhai2024/protected", "121.3 ohm*cm^2", "0.1 mA/cm^2", "13 mV", "1 h", "open", (), "resistance after 200 h (3.2 more), voltage after 2000 h"),
]  # fmt: skip

DIRECT = [
    Case("S3.C47", "yang2024/bare", None, "2 mA/cm^2", "20 mV", "1 h", "calibration", (), "initial"),
    Case("S3.C39", "yang2024/protected-nano", None, "2 mA/cm^2", "8 mV", "1 h", "calibration", (), "initial"),
    Case("S3.C40", "yang2024/protected-nano", None, "2 mA/cm^2", "11 mV", "1 h", "open", (), "after 2200 h", "2200 h"),
    Case("S3.C41", "yang2024/protected-micro", None, "2 mA/cm^2", "10 mV", "1 h", "calibration", (), "initial"),
    Case("S3.C43", "yang2024/protected-micro", None, "2 mA/cm^2", "0.5 V", "1 h", "open", (), "after 540 h, before its short", "540 h"),
    Case("S4.C46, S4.C21", "yu2024/bare-ether", None, "1 mA/cm^2", "40 mV", "1 h", "calibration", (), "initial; exchange current of the Tafel plot"),
    Case("S4.C46", "yu2024/bare-ether", None, "1 mA/cm^2", "1.7 V", "1 h", "calibration", (), "before its short at 308 h (S4.C47)", "308 h"),
    Case("S4.C49, S4.C20", "yu2024/protected-ether", None, "2 mA/cm^2", "75 mV", "1 h", "open", (), "after 6600 h; exchange current of the Tafel plot", "6600 h"),
]  # fmt: skip

LEFT_OUT = {
    "li2024 bare (S0.C22, 1200 ohm)": "its polarisation is in a figure of the supplement only (S0.C57)",
    "zhai2024 bare (S2.C03, 1173.4 ohm cm2)": "no polarisation is reported",
    "yang2024 impedance (S3.C24)": "a rank of electron-blocking cells without numbers",
    "yu2024 impedance (S4.C87 to S4.C90)": "resistances of full cells with NCM811, the cathode in them",
    "wu2023 pellet and film (S1.C25, S1.C29)": "impedance of blocking cells, which pass no direct current",
    "li2024 and wu2023 ramps (S0.C57, S1.C55)": "their voltages stand in figures of the supplements only",
}


def closed(case: Case, cell, area: str = "") -> None:
    """Print one row."""
    found = close(cell, case.impedance, current_density=case.current, voltage=case.voltage, half_cycle=case.half_cycle, age=case.age)
    shown = [units.show(v, "overpotential", 3) if v is not None else "-" for v in (found.reported, found.ohmic, found.layers, found.simulated)]
    extra = "; ".join(x for x in (f"area {area}" if area else "", case.note) if x)
    beside = f"j R {shown[1]:>8s}" if case.impedance else f"layers {shown[2]:>8s}"
    given = f"R {case.impedance:>15s}, " if case.impedance else ""
    print(f"{case.claims:16s} {case.cell:24s} {case.split:12s} {given}j {case.current:>13s}: reported {shown[0]:>8s}, {beside}, simulated {shown[3]:>8s}  {f'[{extra}]' if extra else ''}")
    print(f"{'':41s} {found.words}")


def main() -> None:
    """Print both tables."""
    begin = time.process_time()
    print("Impedance in, voltage out:")
    for case in CASES:
        cell = named(case.cell)
        if case.areas:
            print(f"{case.claims:16s} {case.cell:24s} {close(cell, case.impedance, current_density=case.current, voltage=case.voltage).words}")
        for area in case.areas or ("",):
            closed(case, cell.set("area", area) if area else cell, area)
    print("No impedance is reported:")
    for case in DIRECT:
        closed(case, named(case.cell))
    print("Not in the tables:")
    for what, why in LEFT_OUT.items():
        print(f"  {what}: {why}")
    print(f"CPU {time.process_time() - begin:.0f} s")


if __name__ == "__main__":
    main()
