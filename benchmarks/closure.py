"""Closure table of the founding papers: impedance in, direct-current voltage out, beside V = j R.

    python benchmarks/closure.py

Facts are those of the papers (claim ids beside them). A case is a cell for which a paper gives both a resistance by
impedance and a polarisation at a stated current; what a paper gives only one of is listed below the table with the reason.
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
    impedance: str
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
]  # fmt: skip

LEFT_OUT = {
    "li2024 bare (S0.C22, 1200 ohm)": "its polarisation is in a figure of the supplement only (S0.C57)",
    "zhai2024 bare (S2.C03, 1173.4 ohm cm2)": "no polarisation is reported",
    "yang2024 (S3.C39 to S3.C47)": "voltages, but no resistance by impedance (S3.C24 gives a rank only)",
    "yu2024 (S4.C46, S4.C49)": "voltages of lithium cells, but resistances of full cells only (S4.C87 to S4.C90)",
}


def main() -> None:
    """Print the table."""
    begin = time.process_time()
    for case in CASES:
        cell = named(case.cell)
        runs = [(None, cell)] if cell.area is not None or not case.areas else []
        runs += [(area, cell.set("area", area)) for area in case.areas]
        if case.areas:
            print(f"{case.claims:16s} {case.cell:20s} {close(cell, case.impedance, current_density=case.current, voltage=case.voltage).words}")
        for area, one in runs:
            found = close(one, case.impedance, current_density=case.current, voltage=case.voltage, half_cycle=case.half_cycle, age=case.age)
            shown = [units.show(v, "overpotential", 3) if v is not None else "-" for v in (found.reported, found.ohmic, found.simulated)]
            extra = "; ".join(x for x in (f"area {area}" if area else "", case.note) if x)
            print(f"{case.claims:16s} {case.cell:20s} {case.split:12s} R {case.impedance:>15s}, j {case.current:>13s}: reported {shown[0]:>8s}, j R {shown[1]:>8s}, simulated {shown[2]:>8s}  {f'[{extra}]' if extra else ''}")
            print(f"{'':37s} {found.words}")
    print("Not in the table:")
    for what, why in LEFT_OUT.items():
        print(f"  {what}: {why}")
    print(f"CPU {time.process_time() - begin:.0f} s")


if __name__ == "__main__":
    main()
