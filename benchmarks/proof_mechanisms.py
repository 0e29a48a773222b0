"""Figures of the mechanisms' proofs, as docs/proof.md quotes them: `python benchmarks/proof_mechanisms.py`.

Every figure is computed here from closed forms or from the law of a part; the tests assert the same things within their bounds.
"""

from __future__ import annotations

import math
import time

import numpy as np

import interlayer as il
from interlayer.elements.base import FARADAY, GAS
from interlayer.laws import creep
from interlayer.laws.constriction import spreading, two_zones
from interlayer.laws.kinetics import reduced_overpotential
from interlayer.protocols import parse
from interlayer.simulation import Simulation, simulate

T, MAH = 298.15, 3.6e4
B = GAS * T / FARADAY
COPPER = "Li|LiPF6-carbonate(25 um)|Cu"
FACE = "interfaces.Cu|LiPF6-carbonate"
STILL = {f"interfaces.Li|LiPF6-carbonate.interphase.{k}": v for k, v in (("rate_linear", "1e-12 nm/h"), ("rate_parabolic", "1e-12 nm^2/h"))}


def line(what, figure):
    """One line of the table."""
    print(f"{what:<86} {figure}")


def passed(record):
    """Charge of the last step [C/m²]."""
    a, b = record.segments[-2:]
    return abs(b["current_density"][-1]) * (b["time"][-1] - a["time"][-1])


def copper():
    """Efficiency, tip, balance, blocking, speed."""
    for ce in (0.8, 0.9, 0.99):
        record = simulate(il.Cell.parse(COPPER).set(f"{FACE}.dead_lithium.coulombic_efficiency", ce), parse("Aurbach(0.5 mA/cm^2, cycles=10)"))
        found = (10 * MAH + passed(record)) / (10 * MAH + 5 * MAH)
        line(f"Aurbach on copper, 10 cycles: CE found - CE put in ({ce})", f"{found - ce:+.1e}")
    times = []
    for _ in range(5):
        start = time.process_time()
        simulate(COPPER, parse("Aurbach(0.5 mA/cm^2, cycles=10)"))
        times.append(time.process_time() - start)
    line("  CPU time of that run (60 h of test), median of 5", f"{1e3 * np.median(times):.0f} ms")
    for n, barrier in ((0.01, 0.0), (0.02, 0.0), (0.02, 0.02)):
        cell = il.Cell.parse(COPPER).with_({f"{FACE}.deposit.nuclei_coverage": n, f"{FACE}.deposit.nucleation_barrier": f"{barrier} V"})
        s = simulate(cell, parse("Nucleation(0.5 mA/cm^2, areal_charge=10 mA*h/cm^2)"), rtol=1e-5).segments[0]
        drop = s["voltage@charge transfer Cu|LiPF6-carbonate right"]
        j0 = 29.5 * math.sqrt(s["concentration@LiPF6-carbonate: concentration_right"][-1] / 1000.0)
        law = B * (reduced_overpotential(5.0 / (29.5 * n * math.exp(-0.5 * barrier / B)), 0.5) - reduced_overpotential(5.0 / j0, 0.5))
        line(f"tip - plateau, theta_0 {n}, barrier {1e3 * barrier:.0f} mV: simulated, minus the law", f"{1e3 * (max(drop) - drop[-1]):.3f} mV, {1e6 * (max(drop) - drop[-1] - law):+.1f} uV")
    cell = il.Cell.parse("Li(50 um)|LiPF6-carbonate(25 um)|Cu")
    record = simulate(cell, parse("Aurbach(0.5 mA/cm^2, cycles=2)"))
    layer = [cell.interfaces[i].at("double_layer", "double_layer_capacitance", T) for i in (0, 1)]
    worst = 0.0
    for s in record.segments:
        total = sum(s[c] for c in s.channels if c.startswith("areal_charge@"))
        total = total - layer[0] * s["voltage@double layer Li|LiPF6-carbonate left"] + layer[1] * s["voltage@double layer Cu|LiPF6-carbonate right"]
        worst = max(worst, float(np.max(np.abs(total / (50e-6 * FARADAY / 13e-6) - 1.0))))
    line("lithium of foil, film, deposit, dead and double layers: drift over the start", f"{worst:.1e}")
    hertz = np.array([1e-2])
    z = Simulation.of(COPPER).impedance(hertz)[0]
    line("fresh copper at 10 mHz: |Z i w C - 1|", f"{abs(z * 2j * math.pi * hertz[0] * layer[1] - 1.0):.1e}")


def dead():
    """Exhaustion of a foil and the dead layer's resistance."""
    for ce, charge in ((0.9, 1.0), (0.8, 0.25)):
        cell = il.Cell.parse("Li(20 um)|LiPF6-carbonate(25 um)|Li(20 um)").with_({**STILL, "interfaces.Li|LiPF6-carbonate.dead_lithium.coulombic_efficiency": ce})
        q, foil = charge * MAH, 20e-6 * FARADAY / 13.0e-6
        record = simulate(cell, parse(f"StripPlate(1 mA/cm^2, areal_charge={charge} mA*h/cm^2, cycles=200)"), detail=False)
        k = math.ceil((foil - q) / ((1.0 - ce) * q))
        exact = (2 * k * q + foil - k * (1.0 - ce) * q) / 10.0
        line(f"20 um foils, CE {ce}, {charge} mAh/cm2: exhausted in cycle (closed form {k + 1}), relative time error", f"{len(record) // 2 + 1}, {record.trace('time')[-1] / exact - 1.0:+.1e}")


def contact():
    """Creep, expansion and gap."""
    for mpa in (0.1, 1.0, 3.0, 7.0):
        c = creep.void_closure(mpa * 1e6, T, 3.75e4, 6.5, 37e3)
        line(f"creep at {mpa} MPa, 25 degC: closure, J_creep for d = 2 um", f"{c:.2e} 1/s, {0.1 * c * 2e-6 * FARADAY / 13e-6:.2e} mA/cm2")
    cell = il.Cell.parse("Li|LLZTO(1 mm, grain_boundary_share=0)|Li")
    for gap in ("0.1 um", "1 um", "10 um"):
        made = cell.set("interfaces.Li|LLZTO.contact.gap_height", gap)
        hertz = np.logspace(-2, 7, 73)
        error = np.abs(Simulation.of(made).impedance(hertz) / law(made, 2.0 * np.pi * hertz) - 1.0)
        line(f"gap {gap}: |Z/two-zone law - 1| to 1 MHz, to 10 MHz", f"{np.max(error[hertz <= 1e6]):.1e}, {np.max(error):.1e}")
    cell = il.Cell.parse("Li|LAGP(0.6 mm)|Li @ 40 degC")
    for name, values in (("priors", {}), ("film 1e-5 S/cm, k_p 0.1 um2/h (within priors)", {"conductivity": "1e-5 S/cm", "rate_parabolic": "0.1 um^2/h"})):
        sim = Simulation.of(cell.with_({f"interfaces.Li|LAGP.interphase.{k}": v for k, v in values.items()}))
        z = []
        for _ in range(41):
            z.append(1e4 * abs(sim.impedance([1e-2])[0]))
            sim.run(parse("StripPlate(1e-4 mA/cm^2, half_cycle=12.5 h)"))
        low = int(np.argmin(z))
        line(f"Li|LAGP|Li, {name}: |Z| at 0 h, least (when), 1000 h", f"{z[0]:.0f}, {z[low]:.0f} ({25 * low} h), {z[-1]:.0f} ohm cm2")


def law(cell, omega):
    """L/s + the two-zone law of both faces."""
    layer, face = cell.layers[0], cell.interfaces[0]
    sigma, eps = layer.at("conductivity", T), 8.8541878188e-12 * layer.at("relative_permittivity", T)
    f, a, g = (face.at("contact", k, T) for k in ("contact_fraction", "spot_radius", "gap_height"))
    r = GAS * T / (FARADAY * face.at("charge_transfer", "exchange_current_density", T))
    c = face.at("double_layer", "double_layer_capacitance", T) / f
    s = sigma + 1j * omega * eps
    k = spreading(sigma, a / math.sqrt(f), f, layer.thickness.value)[0] * sigma / s
    return layer.thickness.value / s + 2.0 * two_zones(r / (1.0 + 1j * omega * r * c), g / (1j * omega * 8.8541878188e-12), f, k)


def decomposition():
    """Tafel slope and blocking."""
    for alpha in (0.3, 0.5, 1.0):
        cell = il.Cell.parse(COPPER).with_({f"{FACE}.decomposition.decomposition_alpha": alpha, f"{FACE}.decomposition.onset_potential": "3.5 V"})
        s = simulate(cell, parse("LinearSweep(2 V, 3.8 V, 1 mV/s)")).segments[0]
        e, j = -s["voltage@double layer Cu|LiPF6-carbonate right"], -s["current_density"]
        layer = 1e-3 * cell.interfaces[1].at("double_layer", "double_layer_capacitance", T)
        high, low = e > 3.6, (e < 2.5) & (s["time"] > 100.0)
        slope = np.polyfit(e[high], np.log(j[high] - layer), 1)[0] * B / alpha
        line(f"decomposition alpha {alpha}: slope over alpha F/RT - 1; current below 2.5 V over C dE/dt - 1", f"{slope - 1.0:+.1e}; {np.max(np.abs(j[low] / layer - 1.0)):.1e}")


def polycation():
    """yu2024/protected by its ions: limiting current, polarisation, apparent t+ of skins and liquid together."""
    skin = il.cells.named("yu2024/protected")
    cells = {
        "bare": il.cells.named("yu2024/bare"), "skin, stated priors": skin, "skin, Donnan null": il.design.polycation(skin),
        "skin, anions bound (K_d 0.05 M)": il.design.polycation(skin, dissociation="0.05 mol/L"),
        "skin, anions slowed (D- x 0.03)": il.design.polycation(skin, slowing=0.03),
        "skin, bound and slowed": il.design.polycation(skin, dissociation="0.05 mol/L", slowing=0.03),
    }  # fmt: skip
    print(f"\n{'cell':<34}{'t+ skin':>9}{'J_lim':>10}{'V(salt), 1 mA/cm2':>20}{'apparent t+':>13}{'R skins':>11}")
    for name, cell in cells.items():
        t = cell.layers[0].at("transference_number", T)
        ohm = sum(layer.thickness.value / layer.at("conductivity", T) for layer in cell.layers)
        low = salt_drop(cell, 0.1)
        high = salt_drop(cell, 10.0)
        skins = sum(layer.thickness.value / layer.at("conductivity", T) for layer in cell.layers if layer.name.startswith("POTA"))
        print(f"{name:<34}{t:>9.3f}{0.1 * limiting(cell):>7.1f} mA{1e3 * high:>17.2f} mV{ohm * 0.1 / low:>13.3f}{1e4 * skins:>8.2f} ohm")


def salt_drop(cell, J):
    """Steady drop over all that holds salt [V] at J [A/m²]."""
    s = simulate(cell, parse(f"StripPlate({J} A/m^2, half_cycle=15 min)")).segments[0]
    return next(float(s[c][-1]) for c in s.channels if c.startswith("voltage@") and "LiPF6-carbonate" in c and "Li|" not in c)


def limiting(cell):
    """Largest current density [A/m²] that runs for 10 minutes, by halving."""
    low, high = 1.0, 5000.0
    while high / low > 1.005:
        mid = math.sqrt(low * high)
        done = simulate(cell, parse(f"StripPlate({mid} A/m^2, half_cycle=10 min)"), detail=False).outcome == "completed"
        low, high = (mid, high) if done else (low, mid)
    return low


if __name__ == "__main__":
    for part in (copper, dead, contact, decomposition, polycation):
        part()
