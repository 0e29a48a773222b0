"""Figures of the mixed-conducting region: linear limit, impedance, balances, speed, and the case of a 30 um interlayer.

    python benchmarks/proof_mixed.py [linear | limits | balances | speed | yang2024]
    python benchmarks/proof_mixed.py figure PATH    (the picture of docs/mixed_layers.md)

The last part plates 0.5 mAh/cm2 at 5 mA/cm2 and 55 degC into soft carbon alone, with micro and with nano LLZTO, with and
without each candidate mechanism of physics.md E10, and says where the lithium is. Nothing in it is fitted to the paper:
thickness, current, temperature, pressure, particle sizes, weight fraction, conductivities of the fillers and the ratio of
the electronic conductivities are the paper's (claims S3), the rest are priors, printed with the table.
"""

from __future__ import annotations

import math
import sys
import time
from dataclasses import replace

import numpy as np

import interlayer as il
from interlayer.elements.base import FARADAY, GAS
from interlayer.elements.mixed import Mixed
from interlayer.laws import composite
from interlayer.simulation.stack import loop
from interlayer.simulation.stack.machine import Machine

T0 = 298.15
B = GAS * T0 / FARADAY
L = 30e-6
LINEAR = dict(
    thickness=L, conductivity=2e-3, electronic_conductivity=2e-3, specific_area=5e5, porosity=0.2, j0=0.5, j0_lithium=20.0, deposit_conductivity=0.0,
    filling=0.5, cover=1e-9, margin=1e-6, orientation=1,
)  # fmt: skip


def steps(*rows):
    """Step table of (current density, seconds)."""
    table = np.zeros((len(rows), loop.STEP_COLUMNS))
    table[:, loop.V_ABOVE], table[:, loop.V_BELOW], table[:, loop.CHARGE], table[:, loop.J_BELOW] = np.inf, -np.inf, np.inf, -1.0
    for line, (J, span) in zip(table, rows, strict=True):
        line[loop.VALUE], line[loop.DURATION] = J, span
    return table


def order(sizes, errors):
    """Fitted order of errors against sizes."""
    return -float(np.polyfit(np.log(sizes), np.log(errors), 1)[0])


def linear():
    """Newman-Tobias: reaction distribution, resistance; impedance of a uniform layer."""
    print("## linear limit (30 um, blocking electrolyte face, uniform mesh)")
    sizes = [20, 40, 80, 160]
    for ratio in (10.0, 1.0, 0.1):
        leaf = Mixed(**{**LINEAR, "electronic_conductivity": 2e-3 * ratio, "grading": 1.0})
        si, se, g, y_l = 2e-3, 2e-3 * ratio, 5e5 * 0.5 / B, 20.0 / B
        rho = 1.0 / si + 1.0 / se
        k = math.sqrt(rho * g)
        sh, ch = math.sinh(k * L), math.cosh(k * L)
        a, b = np.linalg.solve([[0.0, k], [k * sh + y_l * rho * ch, k * ch + y_l * rho * sh]], [1e-3 / si, -1e-3 / se])
        errors, drops = [], []
        for n in sizes:
            made = replace(leaf, cells=n)
            machine = Machine.of(made)
            state = machine.start.copy()
            machine.integrate(steps((-1e-3, 1.0)), state, rtol=1e-8)
            at = made.profile(state.Y)
            errors.append(float(np.max(np.abs(at["w"][1:-1] - a * np.cosh(k * at["y"]) - b * np.sinh(k * at["y"])))) * g * L / 1e-3)
            end = a * ch + b * sh
            drops.append(abs(state.voltage / (end - (end - a) / (si * rho) - 1e-3 * L / (si * se * rho)) - 1.0))
        print(
            f"sigma_e/sigma_i {ratio:g}: a j L/p off by {errors[1]:.1e} at 40 cells, {errors[-1]:.1e} at 160, order {order(sizes, errors):.2f};"
            f" resistance {drops[1]:.1e}, {drops[-1]:.1e}, order {order(sizes, drops):.2f}"
        )
    omega = 2 * np.pi * np.logspace(-6, 6, 97)
    leaf = Mixed(**{**LINEAR, "host_capacity": 1e8})
    exact = leaf.impedance(omega)
    for n in (3, 40):
        found = Machine.of(replace(leaf, cells=n, grading=1.0)).impedance(omega)
        print(f"impedance, 1 uHz to 1 MHz, {n} cells: within {np.max(np.abs(found / exact - 1)):.1e} of the closed form")
    leaf = Mixed(**{**LINEAR, "host_capacity": 1e8, "host_diffusivity": 1e-11, "host_transfer": 300.0, "host_exchange": 0.5, "j0": 0.0, "j0_lithium": 2.0})
    exact = leaf.impedance(omega)
    errors = [float(np.max(np.abs(Machine.of(replace(leaf, cells=n, grading=1.0)).impedance(omega) / exact - 1))) for n in sizes]
    print(f"with diffusion through the host (two modes): {errors[1]:.1e} at 40 cells, {errors[-1]:.1e} at 160, order {order(sizes, errors):.2f}")


def limits():
    """Where lithium goes when one conductor is far better."""
    print("## limits of the conductivities (centre of mass of what plated: 0 electrolyte, 1 lithium)")
    for ratio in (1e4, 1e2, 1.0, 1e-2, 1e-4):
        leaf = Mixed(**{**LINEAR, "j0": 5.0, "j0_lithium": 1e-15, "filling": 0.01, "margin": 0.05, "electronic_conductivity": 2e-4 * ratio**0.5, "conductivity": 2e-4 / ratio**0.5})
        machine = Machine.of(leaf)
        state = machine.start.copy()
        machine.integrate(steps((-1.0, 100.0)), state)
        at = leaf.profile(state.Y)
        gained = (at["s"] - 0.01) * at["d"]
        print(f"sigma_e/sigma_i {ratio:g}: {float(gained @ at['y'] / gained.sum()) / L:.3f}")


TYPICAL = dict(
    thickness=L, conductivity=2e-3, electronic_conductivity=0.05, specific_area=5e5, porosity=0.2, j0=5.0, j0_lithium=20.0, j0_electrolyte=5.0,
    barrier=0.02, face_barrier=0.02, host_capacity=1e8, orientation=1,
)  # fmt: skip


def balances():
    """Lithium and charge over a hundred cycles."""
    leaf = Mixed(**{**TYPICAL, "host_diffusivity": 1e-14, "host_transfer": 10.0})
    machine = Machine.of(leaf)

    def held(Y):
        where, at = leaf.lithium(Y), leaf.profile(Y)
        wall = 0.1 * (at["w"][0] + at["w"][-1] + 5e5 * (at["d"] @ at["w"][1:-1]))
        return where.electrolyte_face + where.pores + where.lithium_face + where.host - wall

    state = machine.start.copy()
    run = machine.integrate(steps(*[((-1.0) ** (k + 1) * 10.0, 1800.0) for k in range(200)]), state)
    drift = abs(held(state.Y) - held(machine.start.Y)) / (200 * 1.8e4)
    print(f"## balance: 100 cycles of 0.5 mAh/cm2 at 1 mA/cm2: lithium off by {drift:.1e} of the charge moved (bar 1e-10); {run.accepted} steps")


def speed():
    """CPU time of one hour of plating."""
    print("## speed (CPU time, median of 15, 40 cells, one thread)")
    for J in (10.0, 50.0):
        leaf = Mixed(**TYPICAL)
        machine = Machine.of(leaf)
        fine = Machine.of(replace(leaf, tolerance=1e-6))
        truth = fine.start.copy()
        run = fine.integrate(steps((-J, 3600.0)), truth, rtol=1e-6)
        t, V = run.history[:, 0], run.history[:, 1]
        times = []
        for _ in range(15):
            state = machine.start.copy()
            start = time.process_time()
            run = machine.integrate(steps((-J, 3600.0)), state)
            times.append(time.process_time() - start)
        late = run.history[:, 0] > 0.1
        error = np.max(np.abs(run.history[:, 1] - np.interp(run.history[:, 0], t, V))[late])
        print(f"1 h of plating at {J / 10:g} mA/cm2: {1e3 * np.median(times):.1f} ms, {run.accepted} steps, voltage within {1e3 * error:.3f} mV of rtol 1e-6")
        wide = Machine.of(replace(leaf, cells=160, tolerance=1e-5))
        end = wide.start.copy()
        other = wide.integrate(steps((-J, 3600.0)), end, rtol=1e-5).history
        space = np.abs(V - np.interp(t, other[:, 0], other[:, 1]))[t > 0.1]
        ends = [m.export(leaf.label, "deposit_position", s) for m, s in ((fine, truth), (wide, end))]
        print(f"  mesh: 40 against 160 cells: voltage rms {1e3 * np.sqrt(np.mean(space**2)):.2f} mV, largest {1e3 * space.max():.2f} mV; centre of mass {ends[0]:.4f}, {ends[1]:.4f}")
    omega = 2 * np.pi * np.logspace(-3, 6, 90)
    machine.impedance(omega, state)
    times = []
    for _ in range(15):
        start = time.process_time()
        machine.impedance(omega, state)
        times.append(time.process_time() - start)
    print(f"impedance of that state, 90 frequencies: {1e3 * np.median(times):.2f} ms")


# -- the founding case ------------------------------------------------------------------------------------------------
T = 328.15  # S3.C125
CURRENT = 50.0  # A/m2, S3.C84
CHARGE = 0.5 * 3.6e4  # C/m2; half of S3's 1 mAh/cm2 class
PRESSURE = 375e6  # S3.C123
WARM = math.exp(0.35 * FARADAY / GAS * (1 / 298.15 - 1 / T))  # LLZTO from room temperature, 0.35 eV (prior)
PHI = (0.20 / 5.1) / (0.20 / 5.1 + 0.80 / 1.9)  # volume share of 20 wt% LLZTO (5.1 g/cm3) in carbon and binder (1.9): prior densities
SOLID = 0.8  # prior: pores of a fifth
CARBON = 5e-6  # m, particle size of the soft carbon: prior
HOST = 280.0 * 3.6 * 1.9e6 * SOLID  # C/m3: 280 mAh/g (physics.md section 5), 1.9 g/cm3 (prior)
D_HOST = 1e-15  # m2/s, S3.C91
SIGMA_I = FARADAY * HOST * D_HOST / (GAS * T)  # S/m: Nernst-Einstein of the lithium in the carbon
SIGMA_E = 1000.0  # S/m, a pressed carbon powder: prior
TAFEL = {"carbon": 1.0, "micro": 0.606 / 0.398, "nano": 1.291 / 0.398}  # exchange currents over that of carbon (S3.C27-C29)
KINDS = {  # filler size [m], its conductivity at room temperature [S/m] (S3.C22, C23), electronic ratio (S3.C93; which is which: prior), D of the paper
    "carbon": (0.0, 0.0, 1.0, 1e-15),
    "micro": (5e-6, 0.06, 19.0, 1e-13),
    "nano": (300e-9, 0.10, 31.0, 1e-12),
}
BASE = {"prelithiation": True, "network": False, "pores": False, "gap": False, "preference": False, "tafel": False}
CASES = {
    "priors alone": {}, "without prelithiation": {"prelithiation": False}, "+ percolated network": {"network": True}, "+ pressure work, pores free": {"pores": True},
    "+ pressure work, gap at the face": {"gap": True}, "+ nucleation preference": {"preference": True},
    "+ the paper's exchange currents": {"tafel": True}, "network + preference": {"network": True, "preference": True}, "network + pores free": {"network": True, "pores": True},
    "all of them": {"network": True, "pores": True, "gap": True, "preference": True},
}  # fmt: skip


def layer(kind, *, prelithiation, network, pores, gap, preference, tafel, carbon=CARBON, **changes):
    """The region of one kind of interlayer with the mechanisms that are on."""
    size, filler, slower, _ = KINDS[kind]
    phi = PHI if filler else 0.0
    matrix = SIGMA_I * (1.0 - phi)
    sigma = composite.maxwell(SIGMA_I, filler * WARM, phi) if filler else SIGMA_I
    if network and filler:
        sigma = max(sigma, matrix + composite.network(filler * WARM, phi, size / carbon, SOLID))
    j0 = TAFEL[kind] if tafel else 1.0
    values = dict(
        label=kind, orientation=1, thickness=L, conductivity=sigma, electronic_conductivity=SIGMA_E / slower, specific_area=3.0 * SOLID / (0.5 * carbon),
        porosity=1.0 - SOLID, j0=20.0 * j0, j0_lithium=150.0 * j0, j0_electrolyte=150.0 * j0, capacitance=0.1, barrier=0.015, face_barrier=0.015,
        preferred_share=composite.surface_share(phi, size / carbon) if preference and filler else 0.0, preferred_barrier=0.001,
        pore_pressure=-PRESSURE if pores else 0.0, face_pressure=PRESSURE if gap else 0.0, host_capacity=HOST * (1.0 - phi), host_exchange=20.0,
        host_diffusivity=D_HOST, host_transfer=1e3, lithiation=1.0 if prelithiation else 0.0,
    )  # fmt: skip
    return Mixed(**{**values, **changes})


def plate(leaf):
    """(where the lithium is, what the host gained [C/m2], outcome) after CHARGE at CURRENT."""
    machine = Machine.of(leaf, (T,))
    state = machine.start.copy()
    run = machine.integrate(steps((-CURRENT, CHARGE / CURRENT)), state)
    outcome = "" if run.why == 0 else machine.event(run.code)[0] if run.why == 2 else "no answer"
    found, before = (leaf.lithium(machine.state_of(leaf.label, s), T) for s in (state, machine.start))
    return found, found.host - before.host, outcome


def yang2024():
    """The table of candidates, and what it would take."""
    print("## 30 um interlayer, 5 mA/cm2, 0.5 mAh/cm2, 55 degC, 375 MPa: where the plated lithium is")
    print(f"volume share of LLZTO in the solid {PHI:.3f}; threshold for 5 um {composite.percolation_threshold(1.0):.3f}, for 300 nm {composite.percolation_threshold(0.06):.4f}")
    for kind, (size, filler, _, d) in KINDS.items():
        off, on = (layer(kind, **{**BASE, "network": n}) for n in (False, True))
        share = composite.surface_share(PHI, size / CARBON) if filler else 0.0
        print(
            f"  {kind:6} sigma_i {off.conductivity:.1e} S/m, with network {on.conductivity:.1e}; sigma_e {off.electronic_conductivity:.0f}; lambda {off.reaction_length(T) * 1e6:.2f}, {on.reaction_length(T) * 1e6:.2f} um;"
            f" host i_lim/i {off.limiting_current(T) / CURRENT:.1e}; with the D the paper gives this layer {off.host_capacity * d / L / CURRENT:.2g}; share of LLZTO in the walls {share:.2f}"
        )
    print(f"  {'':36} centre of mass            on the face + first tenth   in pores mAh/cm2          into the host mAh/cm2     order nano > micro > carbon")
    for name, switches in CASES.items():
        found = {kind: plate(layer(kind, **{**BASE, **switches})) for kind in KINDS}
        w = [f[0] for f in found.values()]
        cells = ["  ".join(f"{x:6.3f}" for x in row) for row in ([q.position for q in w], [q.near_electrolyte for q in w], [q.pores / 3.6e4 for q in w], [f[1] / 3.6e4 for f in found.values()])]
        ranked = w[2].position > w[1].position + 0.01 and w[1].position > w[0].position + 0.01
        print(f"  {name:36} {cells[0]}    {cells[1]}    {cells[2]}    {cells[3]}    {'yes' if ranked else 'no'}  {'; '.join(f'{k}: {f[2]}' for k, f in found.items() if f[2])}")
    print("  with a coarser carbon (network; network + pores free): centre of mass of carbon, micro, nano")
    for carbon in (10e-6, 20e-6, 23e-6, 30e-6):
        rows = [[plate(layer(k, **{**BASE, "network": True, "pores": p, "carbon": carbon}))[0].position for k in KINDS] for p in (False, True)]
        micro = layer("micro", **{**BASE, "network": True, "carbon": carbon}).conductivity
        print(f"    {carbon * 1e6:3.0f} um: {'  '.join(f'{x:.3f}' for x in rows[0])};  {'  '.join(f'{x:.3f}' for x in rows[1])}   (threshold for micro {composite.percolation_threshold(5e-6 / carbon):.3f}, its sigma_i {micro:.1e} S/m)")
    print("  what nano would need (bisection; all else as stated) for a centre of mass of 0.3, 0.5, 0.7:")
    network = {**BASE, "network": True}

    def need(word, unit, low, high, make):
        line = []
        for wanted in (0.3, 0.5, 0.7):
            a, b = low, high
            if plate(make(b))[0].position < wanted:
                line.append(f"{wanted}: not below {high:g}")
                continue
            for _ in range(20):
                mid = math.sqrt(a * b)
                a, b = (mid, b) if plate(make(mid))[0].position < wanted else (a, mid)
            line.append(f"{wanted}: {b:.2g}")
        print(f"    {word} [{unit}]: {'  '.join(line)}")

    need("ionic conductivity, priors alone", "S/m", 1e-4, 1e3, lambda v: layer("nano", **{**BASE, "conductivity": v}))
    need("ionic conductivity, pores free", "S/m", 1e-4, 1e3, lambda v: layer("nano", **{**BASE, "pores": True, "conductivity": v}))
    need("pressure the pores are free of, with the network", "MPa", 1.0, 1e4, lambda v: layer("nano", **{**network, "pore_pressure": -1e6 * v}))
    need("barrier on the electrolyte's face, with the network", "V", 1e-3, 10.0, lambda v: layer("nano", **{**network, "face_barrier": v}))
    print(f"    (network as computed {layer('nano', **network).conductivity:.1e} S/m, dense nano LLZTO at 55 degC {KINDS['nano'][1] * WARM:.2f} S/m, stack pressure 375 MPa)")
    print("  closure: voltage to strip 2 mA/cm2 from the foil through the fresh layer (the paper's whole symmetric cell: 8 mV nano, 10 mV micro, S3.C39, C41):")
    line = []
    for kind in KINDS:
        for network in (False, True):
            machine = Machine.of(layer(kind, **{**BASE, "network": network, "host_capacity": 0.0}), (T,))
            state = machine.start.copy()
            machine.integrate(steps((20.0, 60.0)), state)
            line.append(f"{kind}{' with network' if network else ''} {state.voltage * 1e3:.0f} mV")
    print("   ", ", ".join(line), f"; a layer that takes half of 8 mV needs sigma_i of {L * 20.0 / 4e-3:.2g} S/m")


def figure(path: str) -> None:
    """Centre of mass of what was plated, for every candidate mechanism."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    rows = {**CASES, "network + pores free, carbon of 23 um": {"network": True, "pores": True, "carbon": 23e-6}}
    fig, ax = plt.subplots(figsize=(6.3, 3.6), layout="constrained")
    colours = {"carbon": "#222222", "micro": "#0072B2", "nano": "#009E73"}
    for line, (kind, colour) in enumerate(colours.items()):
        x = [plate(layer(kind, **{**BASE, **switches}))[0].position for switches in rows.values()]
        ax.barh([k + 0.26 * (line - 1) for k in range(len(rows))], [max(v, 0.004) for v in x], height=0.24, color=colour, label=kind)
    ax.set_yticks(range(len(rows)), rows)
    ax.invert_yaxis()
    ax.set_xlim(0.0, 1.0)
    ax.set_xlabel("Centre of mass of the plated lithium: 0 electrolyte, 1 foil")
    ax.legend(frameon=False, loc="lower right")
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=8)
    fig.savefig(path, dpi=110)


def main() -> None:
    """Run the parts that are named, or all."""
    parts = {"linear": linear, "limits": limits, "balances": balances, "speed": speed, "yang2024": yang2024}
    if sys.argv[1:2] == ["figure"]:
        figure(sys.argv[2])
        return
    print(f"# interlayer {il.__version__}, numpy {np.__version__}")
    for name in sys.argv[1:] or parts:
        parts[name]()


if __name__ == "__main__":
    main()
