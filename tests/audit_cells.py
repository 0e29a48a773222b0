"""Papers that never were: cells whose physics is simulated, their numbers measured with scatter, rounded, defined one way or
another, and partly left out; and the same with one number wrong. What qualifies a number (loading, current, charge, diameter, N/P,
thickness, foil, load of a press) stands in the claim or as a claim of its own (`restated`).

Independent of the audit's rules: nothing of `interlayer.literature` is imported here. A paper is a list of entries of a
claims file; a planted error comes with its kind, its size and the id of the entry that is wrong.
"""

import math
from dataclasses import dataclass, field

import numpy as np

F, R = 96485.33212, 8.31446261815324
ROOM = 298.15
THEORY = {"LFP": 170.0, "LCO": 274.0, "NCM811": 276.0}
USED = {"LFP": (0.75, 0.97), "LCO": (0.45, 0.72), "NCM811": (0.6, 0.82)}


def rounded(value, digits):
    """`value` with so many significant digits, as it would be printed."""
    return float(f"{value:.{digits}g}")


@dataclass
class Paper:
    """Entries as they would stand in a claims file."""

    rng: np.random.Generator
    entries: list = field(default_factory=list)
    force: frozenset = frozenset()  # what must be stated, for a planted error to be visible
    slip: str = ""  # the condition that carries the error, where it is not the entry's own value
    spread: float = 1.0  # all scatter between sister samples times this

    def add(self, quantity, value, unit, subject, variant="bare", *, digits=3, form="point", **conditions):
        """State a number; conditions are given as (value, unit), as text, or as None (not stated)."""
        made = {k: ({"value": v[0], "unit": v[1]} if isinstance(v, tuple) else v) for k, v in conditions.items() if v is not None and k != "technique"}
        printed = [rounded(v, digits) for v in value] if isinstance(value, list) else rounded(value, digits)
        entry = {"id": f"X.{len(self.entries):03d}", "subject": subject, "variant": variant, "quantity": quantity, "form": form, "value": printed, "unit": unit, "conditions": made}
        if conditions.get("technique"):
            entry["technique"] = conditions["technique"]
        self.entries.append(entry)
        return entry

    def chance(self, p):
        return bool(self.rng.random() < p)

    def log(self, low, high):
        return float(np.exp(self.rng.uniform(math.log(low), math.log(high))))

    def scatter(self, sigma):
        """A factor between sister samples: heavy-tailed (Student, four degrees of freedom), cut at four sigma."""
        return float(np.exp(self.spread * sigma * np.clip(self.rng.standard_t(4), -4.0, 4.0)))

    def pick(self, *items):
        return items[int(self.rng.integers(len(items)))]

    def told(self, what, p):
        """Whether something is stated: always where a planted error needs it."""
        return what in self.force or self.chance(p)


def arrhenius(value, energy, kelvin):
    """A conductance at `kelvin` from that at 25 °C; energy in J/mol."""
    return value * math.exp(-energy / R * (1.0 / kelvin - 1.0 / ROOM))


@dataclass
class Symmetric:
    """A Li|electrolyte|Li cell: all SI, at 25 °C with activation energies."""

    length: float
    sigma: float
    e_bulk: float
    film: float
    e_film: float
    j0: float
    e_ct: float
    salt: float  # steady over initial bulk resistance under current
    contact: float  # loss of contact under current

    def bulk(self, t):
        return self.length / arrhenius(self.sigma, self.e_bulk, t)

    def face(self, t):
        return self.film / (arrhenius(1.0, self.e_film, t)) + R * t / (F * arrhenius(self.j0, self.e_ct, t))

    def impedance(self, t):
        return self.bulk(t) + 2.0 * self.face(t)

    def voltage(self, j, t):
        charge_transfer = 4.0 * R * t / F * math.asinh(j / (2.0 * arrhenius(self.j0, self.e_ct, t)))
        return j * self.bulk(t) * self.salt + self.contact * (2.0 * j * self.film / arrhenius(1.0, self.e_film, t) + charge_transfer)


def symmetric_cell(p):
    """One of four families, its numbers drawn over what is known of them."""
    kind = p.pick("garnet", "polymer", "sulfide", "liquid")
    length, sigma = {
        "garnet": (p.log(3e-4, 2e-3), p.log(0.01, 0.1)), "polymer": (p.log(2e-5, 2e-4), p.log(1e-3, 0.3)),
        "sulfide": (p.log(3e-4, 1e-3), p.log(0.1, 1.0)), "liquid": (p.log(1e-5, 5e-5), p.log(0.05, 0.4)),
    }[kind]  # fmt: skip
    salt = p.rng.uniform(1.0, 4.0) if kind in ("polymer", "liquid") else 1.0
    return kind, Symmetric(length, sigma, p.rng.uniform(12e3, 45e3), p.log(2e-4, 0.1), p.rng.uniform(20e3, 60e3), p.log(0.3, 100.0), p.rng.uniform(30e3, 65e3), salt, p.rng.uniform(1.0, 1.6))


def symmetric(p):
    """Impedance, polarisation, interface, conductivity, geometry, Tafel, lives and critical current of a symmetric cell."""
    kind, cell = symmetric_cell(p)
    name = {"garnet": "LLZTO", "polymer": "SPE", "sulfide": "LPSCl", "liquid": "LE"}[kind]
    subject, variant = f"Li|{name}|Li symmetric cell", p.pick("bare", "protected (layer)")
    diameter = p.log(6e-3, 20e-3)
    area = math.pi / 4.0 * diameter**2 * p.rng.uniform(0.92, 1.08)
    t_cycle = p.pick(298.15, 298.15, 303.15, 313.15, 328.15, 333.15)
    t_eis = t_cycle if p.told("one temperature", 0.7) else ROOM
    said = lambda t, q: (("room" if t == ROOM and p.chance(0.5) else (t - 273.15, "degC")) if p.told("temperature", q) else None)  # noqa: E731
    sister = p.scatter(0.15)
    z = sister * cell.impedance(t_eis) / area
    j = p.pick(0.05, 0.1, 0.2, 0.5, 1.0)
    while cell.voltage(10.0 * j, t_cycle) > 1.0:  # no one cycles at volts: the current is chosen below
        j /= 2.0
    q = p.pick(0.5, 1.0, 2.0) * j
    amplitude = 2.0 if p.chance(0.3) else 1.0
    late = p.scatter(0.4)
    start = p.told("initial", 0.5)
    eis_at, test_at = said(t_eis, 0.6), said(t_cycle, 0.6)
    if p.told("impedance", 0.8):
        aged = 1.0 if start or "initial" in p.force else p.pick(1.0, p.scatter(0.4))  # taken whenever, time not stated
        p.add("cell_impedance", z * aged, "ohm", subject, variant, digits=p.pick(2, 3, 4), technique="eis", temperature=eis_at, time="0 h" if start else None)
    if p.told("voltage", 0.9):
        v = amplitude * cell.voltage(10.0 * j, t_cycle)
        p.add("polarization_voltage", 1e3 * v, "mV", subject, variant, digits=p.pick(1, 2, 3), form=p.pick("point", "approx"), technique="strip_plate",
              current_density=(j, "mA/cm**2"), areal_capacity=(q, "mA*h/cm**2"), temperature=test_at, time="initial" if start else None)  # fmt: skip
        if p.chance(0.5):
            p.add("polarization_voltage", 1e3 * v * late, "mV", subject, variant, digits=2, technique="strip_plate", current_density=(j, "mA/cm**2"), areal_capacity=(q, "mA*h/cm**2"), temperature=test_at, time=None if p.chance(0.3) and "initial" not in p.force else f"{p.pick(200, 500, 1000)} h")
    if p.told("interface", 0.6):
        faces = p.pick(1.0, 2.0)
        p.add("interfacial_asr", 1e4 * sister * faces * cell.face(t_eis), "ohm*cm**2", subject, variant, digits=p.pick(2, 3), technique="eis", temperature=eis_at)
    if p.told("diameter", 0.5):
        p.add("electrode_diameter", 1e3 * diameter, "mm", subject, variant, digits=3)
    if p.told("tafel", 0.6):
        apparent = R * t_eis / F / cell.impedance(t_eis) * p.log(0.5, 2.0)  # a Tafel or linear fit of the whole cell
        fitted = apparent if p.chance(0.3) else arrhenius(cell.j0, cell.e_ct, t_eis) * p.log(0.3, 4.0)
        p.add("exchange_current_density", 0.1 * fitted, "mA/cm**2", subject, variant, digits=3, technique="tafel", temperature=eis_at)
    if p.told("blocking", 0.5):
        own = p.log(0.3e-4, 2e-4)
        t = p.pick(ROOM, t_cycle)
        sigma = arrhenius(cell.sigma, cell.e_bulk, t)
        at = said(t, 0.7)
        p.add("bulk_resistance", cell.length * p.scatter(0.05) / (sigma * own), "ohm", f"Au|{name}|Au", variant, digits=3, temperature=at)
        p.add("ionic_conductivity", 0.01 * sigma, "S/cm", f"{name} pellet", variant, digits=p.pick(2, 3), temperature=at)
        p.add("thickness", 1e6 * cell.length, "um", f"{name} pellet", variant, digits=2, form=p.pick("point", "approx"))
        if p.told("dot", 0.4):
            p.add("electrode_diameter", 1e3 * math.sqrt(4.0 * own / math.pi), "mm", f"Au|{name}|Au", variant, digits=2)
        if p.told("two temperatures", 0.5):
            hot = p.pick(313.15, 333.15, 353.15)
            second = cell.sigma * math.exp(-cell.e_bulk / R * (1.0 / hot - 1.0 / ROOM) * p.rng.uniform(0.8, 1.2))
            p.add("ionic_conductivity", 0.01 * cell.sigma * p.scatter(0.05), "S/cm", f"{name} electrolyte", variant, digits=2, temperature=(25.0, "degC"))
            p.add("ionic_conductivity", 0.01 * second, "S/cm", f"{name} electrolyte", variant, digits=2, temperature=(hot - 273.15, "degC"))
            p.add("activation_energy", cell.e_bulk / 96485.33, "eV", f"{name} electrolyte", variant, digits=2, technique="arrhenius", model="Arrhenius, ionic conductivity")
    lives(p, subject, variant, j, q, test_at)


def lives(p, subject, variant, j, q, test_at):
    """Hours, cycles, failure, onset and post-mortem of the same test; and the critical current of a sister cell."""
    common = {"current_density": (j, "mA/cm**2"), "areal_capacity": (q, "mA*h/cm**2"), "temperature": test_at}
    cycle = 2.0 * q / j * (p.rng.uniform(1.0, 2.0) if p.chance(0.3) else 1.0)
    cycles = int(p.log(20, 1500))
    hours = cycles * cycle
    counted = 2 * cycles if p.chance(0.15) else cycles
    if p.told("hours", 0.7):
        p.add("cycle_life_hours", hours, "hour", subject, variant, digits=p.pick(2, 3), form=p.pick("point", "lower_bound"), technique="strip_plate", **common, cycles=rounded(counted, 4) if p.told("cycles", 0.5) else None)
    fails = hours * p.rng.uniform(1.0, 1.3)
    if p.told("failure", 0.4):
        p.add("failure_time", fails, "hour", subject, variant, digits=3, technique="strip_plate", **common, mode="short circuit")
        if p.chance(0.5):
            p.add("degradation_onset_time", fails * p.rng.uniform(0.4, 1.0), "hour", subject, variant, digits=2, technique="strip_plate", **common)
        if p.told("post-mortem", 0.5):
            p.add("time_before_analysis", fails * p.rng.uniform(0.1, 1.0) * p.scatter(0.3), "hour", "Li electrodes from symmetric cells", variant, digits=2, technique="sem", **common)
    if p.told("critical", 0.4):
        p.add("critical_current_density", j * p.rng.uniform(1.0, 8.0) * p.scatter(0.3), "mA/cm**2", subject, variant, digits=2, technique="ccd", areal_capacity=None if p.chance(0.5) else (q, "mA*h/cm**2"), temperature=test_at)


def full_cell(p):
    """Loading, capacities, rates, first cycle, cycling to N cycles with a fade of some shape."""
    material = p.pick(*THEORY)
    subject, variant = f"Li|SE|{material} full cell", p.pick("bare", "protected (layer)")
    best = THEORY[material] * p.rng.uniform(*USED[material])
    loading = p.log(1.0, 60.0)
    nominal = p.pick(best, best, THEORY[material] * p.rng.uniform(*USED[material]))
    one_c = p.pick(nominal, nominal, best, THEORY[material] * p.rng.uniform(0.6, 1.0)) if "nominal" not in p.force else nominal
    rate = p.pick(0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
    j = rate * one_c * loading * 1e-3
    q = best * p.rng.uniform(0.98, 1.0) / (1.0 + 0.08 * rate)
    at = (p.pick(25.0, 30.0, 40.0, 60.0), "degC") if p.chance(0.5) else None
    base = {"c_rate": (rate, "1/hour"), "temperature": at}
    mass = {"loading": (rounded(loading, 3), "mg/cm**2")} if p.told("loading", 0.6) else {}
    if mass:
        p.add("areal_capacity", nominal * loading * 1e-3, "mA*h/cm**2", subject, variant, digits=p.pick(2, 3), technique="design", **mass)
    if p.told("rate and current", 0.5):
        p.add("cycle_life_cycles", int(p.log(50, 2000)), "count", subject, variant, digits=3, technique="cycling", **base, current_density=(rounded(j, 3), "mA/cm**2"), areal_capacity=(rounded(nominal * loading * 1e-3, 3), "mA*h/cm**2"))
    first_cycle(p, subject, variant, best, at)
    cycling(p, subject, variant, q, base)


def first_cycle(p, subject, variant, best, at):
    """First charge, first discharge, efficiency: of one cell, or the efficiency of a sister cell."""
    charge = best * p.rng.uniform(1.03, 1.25)
    discharge = best * p.rng.uniform(0.97, 1.0)
    efficiency = discharge / charge + (p.rng.normal(0.0, 0.003) if p.chance(0.2) else 0.0)
    if p.told("first cycle", 0.6):
        common = {"c_rate": (0.1, "1/hour"), "temperature": at, "technique": "cycling"}
        p.add("first_charge_capacity", charge, "mA*h/g", subject, variant, digits=p.pick(3, 4), **common)
        p.add("first_discharge_capacity", discharge, "mA*h/g", subject, variant, digits=p.pick(3, 4), **common)
        p.add("first_cycle_coulombic_efficiency", 100.0 * efficiency, "percent", subject, variant, digits=3, **common)


def cycling(p, subject, variant, q, base):
    """Capacity to N cycles: a formation change, then fade of any shape; retention against the first, the highest, or a later cycle."""
    cycles = int(p.log(50, 2000))
    kept = p.rng.uniform(0.35, 0.98) if "deep fade" not in p.force else p.rng.uniform(0.4, 0.7)
    formed = q * p.rng.uniform(0.95, 1.06)
    last = formed * kept
    reference = p.pick(q, q, formed, max(q, formed))
    share = last / reference
    common = {**base, "technique": "cycling"}
    if p.told("initial", 0.6):
        p.add("initial_capacity", q, "mA*h/g", subject, variant, digits=4, **common)
    if p.told("last", 0.6):
        last *= p.scatter(0.02) if p.chance(0.2) else 1.0  # of a sister cell
        p.add("capacity", last, "mA*h/g", subject, variant, digits=p.pick(3, 4), **common, cycles=cycles)
    if p.told("retention", 0.7):
        p.add("capacity_retention", 100.0 * share, "percent", subject, variant, digits=p.pick(2, 3), **common, cycles=cycles)
    if p.told("fade", 0.4):
        loss = 100.0 * ((1.0 - share) / cycles if p.chance(0.6) else 1.0 - share ** (1.0 / cycles))
        if loss > 0.0:
            p.add("capacity_fade_per_cycle", loss, "percent", subject, variant, digits=2, **common, cycles=cycles if p.told("fade cycles", 0.8) else None)


def inventory(p, wrong=False):
    """A limited-lithium full cell: lithium counted cycle by cycle; efficiency on copper from another cell."""
    subject, variant = "Li|LE|NCM811 limited cell", "protected (layer)"
    ratio = p.log(0.3, 6.0)
    copper = 1.0 - p.log(0.003, 0.12)
    loss = (1.0 - copper) * p.log(0.25, 2.0)
    cycles = int(p.log(30, 600))
    lithium, capacity = ratio + 1.0, 1.0
    for _ in range(cycles):
        capacity = max(min(capacity * (1.0 - 2e-4), lithium), 0.0)
        lithium -= loss * capacity
    kept = capacity * p.scatter(0.01)
    if wrong:
        ratio, copper, cycles, kept = p.rng.uniform(0.3, 1.5), p.rng.uniform(0.85, 0.92), int(p.rng.uniform(250, 600)), p.rng.uniform(0.8, 0.95)
    p.add("n_to_p_ratio", ratio, "dimensionless", subject, variant, digits=3)
    p.add("coulombic_efficiency", 100.0 * copper, "percent", "Li|Cu", variant, digits=p.pick(3, 4), technique="ce_aurbach")
    return p.add("capacity_retention", max(100.0 * kept, 0.5), "percent", subject, variant, digits=3, technique="cycling", cycles=cycles)


def foil(p, wrong=False):
    """A foil and the charge of a half cycle of the symmetric cell it is in."""
    thickness = p.log(20e-6, 400e-6)
    whole = thickness / 13.0e-6 * F / 36000.0
    taken = whole * (p.rng.uniform(2.0, 6.0) if wrong else p.rng.uniform(0.02, 0.95))
    p.add("thickness", 1e6 * thickness * p.rng.uniform(0.9, 1.1), "um", "Li foil", "n/a", digits=2)
    return p.add("polarization_voltage", 50.0 * p.scatter(0.5), "mV", "Li|LE|Li foil cell", "bare", digits=2, technique="strip_plate", current_density=(1.0, "mA/cm**2"), areal_capacity=(rounded(taken, 2), "mA*h/cm**2"))


def deposit(p, wrong=False):
    """Lithium plated on copper, seen in cross-section at one place."""
    charge = p.pick(0.5, 1.0, 2.0, 3.0, 5.0, 8.0)
    dense = 13.0e-6 * charge * 36000.0 / F
    seen = dense * p.rng.uniform(0.85, 0.998) / (1.0 - p.rng.uniform(0.0, 0.85)) * p.rng.uniform(0.85, 1.2) * p.scatter(0.07)
    if wrong:
        seen = dense * p.rng.uniform(0.15, 0.42)
    return p.add("deposit_thickness", 1e6 * seen, "um", "Li on Cu", p.pick("bare", "protected (layer)"), digits=p.pick(2, 3), form=p.pick("point", "approx"), technique="deposition", current_density=(0.5, "mA/cm**2"), areal_capacity=(charge, "mA*h/cm**2"))


def nucleation(p, wrong=False):
    """Tip, plateau, and sometimes their difference, each read off a curve; definitions stated or not."""
    plateau, strict = p.log(5.0, 80.0), p.log(2.0, 120.0)
    variant = p.pick("bare", "protected (layer)")
    stated = True if wrong else p.chance(0.6)
    read = lambda v: max(v * p.scatter(0.03) + p.rng.normal(0.0, 0.5), 0.5)  # noqa: E731
    tip = read(plateau + strict) if not wrong else plateau * p.rng.uniform(0.2, 0.6)
    if stated or p.chance(0.5):
        made = p.add("nucleation_overpotential", tip, "mV", "Li|Cu", variant, digits=3, technique="nucleation", definition="tip value" if stated else None)
    else:
        made = p.add("nucleation_overpotential", read(strict), "mV", "Li|Cu", variant, digits=3, technique="nucleation", definition=p.pick(None, "tip minus plateau"))
    p.add("plateau_overpotential", read(plateau) if not wrong else plateau + 8.0, "mV", "Li|Cu", variant, digits=3, technique="nucleation")
    if stated and not wrong and p.chance(0.5):
        p.add("nucleation_overpotential", read(strict), "mV", "Li|Cu", variant, digits=3, technique="nucleation", definition="tip minus plateau")
    return made


def energies(p):
    """Activation energies of bare and protected interfaces with prefactors of their own."""
    for variant in ("bare", "protected (layer)"):
        p.add("activation_energy", p.rng.uniform(15.0, 75.0), "kJ/mol", "Li|SE|Li energies", variant, digits=3, technique="arrhenius", model="Arrhenius on interfacial resistance")
        p.add("interfacial_asr", p.log(5.0, 3000.0), "ohm*cm**2", "Li|SE|Li energies", variant, digits=3, technique="eis", temperature="room")
    if p.chance(0.5):
        p.add("activation_energy", p.rng.uniform(0.05, 0.15), "eV", "SPE film", "n/a", digits=2, technique="vft", model="VFT")


def transference(p, wrong=False):
    """Layer and electrolyte in series, measured by steady over initial current; the interface corrected for or not."""
    electrolyte = p.log(5e-5, 5e-3)
    te, ts = p.rng.uniform(0.15, 0.45), p.rng.uniform(0.6, 1.0)
    size, sigma = p.log(1e-6, 2e-5), p.log(1e-5, 0.1)
    length = p.log(1e-5, 3e-4)
    faces, interface = p.pick(1.0, 2.0), p.log(1e-4, 1e-1)
    uncorrected = interface * 2.0 * p.pick(0.0, 0.1, 1.0)
    layer = faces * size / sigma
    t = (layer + electrolyte + uncorrected) / (layer / ts + electrolyte / te + uncorrected)
    if wrong:
        size, sigma, electrolyte, interface = 2e-6, 0.02, p.log(2e-3, 5e-3), 2e-5
        te, t = p.rng.uniform(0.15, 0.25), p.rng.uniform(0.65, 0.85)
    p.add("transference_number", min(max(te + p.rng.normal(0.0, 0.02), 0.02), 0.99), "dimensionless", "Li|GPE|Li", "bare", digits=2, technique="bruce_vincent", temperature="room")
    made = p.add("transference_number", min(max(t + p.rng.normal(0.0, 0.02), 0.02), 0.99), "dimensionless", "Li|SKIN/GPE|Li", "protected (skin)", digits=2, technique="bruce_vincent", temperature="room")
    if wrong or p.chance(0.5):
        p.add("thickness", 1e6 * size, "um", "SKIN", "n/a", digits=2)
        p.add("ionic_conductivity", 0.01 * sigma, "S/cm", "SKIN", "n/a", digits=2, temperature="room")
        p.add("thickness", 1e6 * length, "um", "GPE", "n/a", digits=2)
        p.add("ionic_conductivity", 0.01 * length / electrolyte, "S/cm", "GPE", "n/a", digits=2, temperature="room")
    if wrong or p.chance(0.6):
        p.add("interfacial_asr", 1e4 * interface * p.pick(1.0, 2.0), "ohm*cm**2", "Li|SKIN/GPE|Li", "protected (skin)", digits=2, technique="eis", temperature="room")
    return made


def composition(p, wrong=False):
    """A garnet, a phosphate, an argyrodite or a layered oxide whose charges cancel, with dopant and subscripts rounded."""
    x = round(float(p.rng.uniform(0.1, 0.7)), 2)
    formulas = {
        "garnet": [("Li", 7 - x), ("La", 3), ("Zr", 2 - x), ("Ta", x), ("O", 12)], "aluminium garnet": [("Li", 7 - 3 * round(x / 3, 2)), ("La", 3), ("Zr", 2), ("Al", round(x / 3, 2)), ("O", 12)],
        "nasicon": [("Li", 1 + x), ("Al", x), ("Ge", 2 - x), ("P", 3), ("O", 12)], "argyrodite": [("Li", 6 - x), ("P", 1), ("S", 5 - x), ("Cl", 1 + x)],
    }  # fmt: skip
    kind = p.pick(*formulas)
    counts = [(e, round(n, 2)) for e, n in formulas[kind]]
    if not wrong and p.chance(0.2):  # lithium is often given nominally, to one digit
        counts = [(e, round(n, 1) if e == "Li" else n) for e, n in counts]
    listed = list(counts)
    if wrong:
        i = int(p.rng.integers(len(counts) - 1))
        off = p.pick(-1, 1) * p.rng.uniform(0.9, 1.5)
        value = round(max(counts[i][1] + off, counts[i][1] + 0.9 if counts[i][1] + off <= 0 else 0.01), 2)
        counts[i] = (counts[i][0], value)
        if p.chance(0.5):
            listed = list(counts)  # name and list share the slip: only the charges tell
    text = "".join(e if n == 1 else f"{e}{n:g}" for e, n in counts)
    if p.chance(0.4):  # the subject names no formula: only the list tells
        text = "of our own" if not wrong else "as made"
        listed = list(counts)
        if not wrong and p.chance(0.3):
            listed = [(e, n) for e, n in listed if e != "Li"]
    return p.add("composition_stoichiometry", [n for _, n in listed], "dimensionless", f"SE {text}", "n/a", digits=6, order=",".join(e for e, _ in listed))


def press(p):
    """A pellet pressed with a load."""
    diameter, load = p.pick(10.0, 12.0, 13.0, 15.0), p.pick(1.0, 2.0, 3.0, 5.0)
    p.add("die_diameter", diameter, "mm", "pellet die", "n/a")
    p.add("press_pressure", load * 1000.0 * 9.80665 / (math.pi / 4.0 * diameter**2) * p.scatter(0.04), "MPa", "pellet", "n/a", digits=2, loading=f"{load:g} t")


def electrodes(p, wrong=""):
    """A full cell whose loadings stand as claims of their own; areal capacity, rate and current; sometimes of two electrodes."""
    material = p.pick(*THEORY)
    named = bool(wrong) or p.chance(0.7)
    subject, variant = f"Li|GEL|{material if named else 'positive'} pouch cell", p.pick("bare", "protected (layer)")
    best = THEORY[material] * p.rng.uniform(*USED[material])
    loadings = [p.log(1.0, 60.0) for _ in range(p.pick(1, 1, 2, 3))]
    owner = subject if wrong or p.chance(0.6) else f"{material} {p.pick('cathode', 'electrode')}"
    for loading in loadings:
        p.add("loading", loading, "mg/cm**2", owner, variant if owner == subject or p.chance(0.5) else "n/a", digits=p.pick(2, 3), technique="design")
    made = None
    one_c = THEORY[material] * p.rng.uniform(0.45, 1.0)
    if wrong != "rate" and (wrong or p.chance(0.7)):
        for loading in loadings if not wrong else loadings[:1]:
            made = p.add("areal_capacity", best * loading * 1e-3, "mA*h/cm**2", subject, variant, digits=p.pick(2, 3), technique="design")
        if wrong:
            made["value"] = rounded(THEORY[material] * max(loadings) * 1e-3 * p.rng.uniform(1.6, 10.0), 3)
    if wrong == "rate" or p.chance(0.6):
        rate, loading = p.pick(0.1, 0.5, 1.0, 2.0), p.pick(*loadings)
        j = rate * one_c * loading * 1e-3
        if wrong == "rate":
            j = rate * THEORY[material] * 1e-3 * (max(loadings) * p.rng.uniform(2.0, 10.0) if p.chance(0.5) else min(loadings) * p.rng.uniform(0.03, 0.2))
        stated = p.add("current_density", j, "mA/cm**2", subject, variant, digits=3, technique="cycling", c_rate=(rate, "1/hour") if p.chance(0.7) else None)
        if "c_rate" not in stated["conditions"]:
            p.add("rate", rate, "1/hour", subject, variant, digits=3, technique="cycling")
        if not named:  # what such a cell delivers at this rate, or a better cell at a low one
            p.add("capacity", best * p.log(0.25, 1.0), "mA*h/g", subject, variant, digits=3, technique="cycling")
        made = stated if wrong == "rate" else made
    return made


def impossible(p):
    """A number that can't be: a share over one, a layer of decimetres, a foil of kilometres."""
    quantity, value, unit, subject = p.pick(
        ("transference_number", p.rng.uniform(1.2, 9.0), "dimensionless", "Li|PE|Li"), ("thickness", p.log(30.0, 3000.0), "mm", "PE layer"), ("mole_fraction", p.rng.uniform(1.2, 9.0), "dimensionless", "salt in PE"),
        ("electrode_diameter", p.log(2e3, 1e5), "mm", "Li|PE|Li"), ("diffusion_coefficient", p.log(100.0, 1e4), "cm**2/s", "PE"),
    )  # fmt: skip
    return p.add(quantity, value, unit, subject, "bare", digits=3)


MODULES = (symmetric, full_cell, inventory, foil, deposit, nucleation, energies, transference, composition, press, electrodes)


def innocent(seed, spread=1.0):
    """The entries of a paper in which nothing is wrong; `spread` multiplies the scatter between sister samples."""
    p = Paper(np.random.default_rng(seed), spread=spread)
    for module in MODULES:
        if p.chance(0.65):
            module(p)
    if not p.entries:
        symmetric(p)
    return restated(p, p.entries)[0]


def _same(a, b):
    return a["subject"] == b["subject"] and a["variant"] == b["variant"]


def _out(p, entries, keep):
    """(entries, id of the wrong one): conditions that become claims of their own; all entries of a cell lose theirs, where they
    have one value. A planted error stays visible: no rate or current is taken out of a cell with several rates."""
    made, wrong = [], keep
    for name, quantity, unit in (("loading", "loading", "mg/cm**2"), ("current_density", "current_density", "mA/cm**2"), ("areal_capacity", "areal_capacity", "mA*h/cm**2"), ("c_rate", "rate", "1/hour")):
        for cell in dict.fromkeys((e["subject"], e["variant"]) for e in entries):
            holders = [e for e in entries if (e["subject"], e["variant"]) == cell and isinstance(e["conditions"].get(name), dict)]
            stated = {e["value"] for e in entries if (e["subject"], e["variant"]) == cell and e["quantity"] == quantity}
            if not holders or len({h["conditions"][name]["value"] for h in holders} | stated) != 1 or cell[1] == "n/a" or any("|" not in h["subject"] for h in holders) or not p.chance(0.5):
                continue
            value = holders[0]["conditions"][name]["value"]
            rates = {e["conditions"]["c_rate"]["value"] for e in entries if (e["subject"], e["variant"]) == cell and "c_rate" in e["conditions"]}
            if keep and name in ("c_rate", "current_density") and len(rates) > 1:
                continue
            if name == p.slip and any(h["id"] == keep for h in holders):
                wrong = f"Q.{len(made):03d}"
            for h in holders:
                del h["conditions"][name]
            made.append({"id": f"Q.{len(made):03d}", "subject": cell[0], "variant": cell[1], "quantity": quantity, "form": "point", "value": value, "unit": unit, "conditions": {}})
    return entries + made, wrong


def _into(p, entries, keep):
    """Claims that become conditions of others of the same cell: diameters, N/P, thickness, foil."""
    gone = []
    for e in entries:
        taken = {"electrode_diameter": ("cell_impedance", "bulk_resistance", "polarization_voltage"), "n_to_p_ratio": ("capacity_retention",), "thickness": ("ionic_conductivity",)}.get(e["quantity"], ())
        hosts = [h for h in entries if h["quantity"] in taken and _same(h, e)]
        if hosts and e["id"] != keep and p.chance(0.5):
            for h in hosts:
                h["conditions"][e["quantity"]] = {"value": e["value"], "unit": e["unit"]}
            gone.append(e["id"])
        elif e["subject"] == "Li foil" and p.chance(0.5):
            host = next(h for h in entries if h["subject"].endswith("foil cell"))
            e |= {"subject": host["subject"], "variant": host["variant"], "quantity": "foil_thickness"}
        elif e["quantity"] == "press_pressure" and "loading" in e["conditions"] and p.chance(0.5):
            tonnes = float(e["conditions"].pop("loading").split()[0])
            e["conditions"]["press_force"] = {"value": tonnes, "unit": "metric_ton"}
    return [e for e in entries if e["id"] not in gone]


def restated(p, entries, keep=""):
    """(entries, id of the wrong one): the same paper with what qualifies its numbers moved in half of the cases, out of the claims
    or into them. `keep` is the id of the wrong entry, which stays one."""
    if p.chance(0.5):
        entries = _into(p, entries, keep)
    return _out(p, entries, keep) if p.chance(0.5) else (entries, keep)


# -- errors -------------------------------------------------------------------------------------------------------------
def _last(p, quantity, which=-1):
    found = [e for e in p.entries if e["quantity"] == quantity]
    return found[which]


def _times(entry, factor, digits=3):
    entry["value"] = rounded(entry["value"] * factor, digits)
    return entry


def _first_cycle(p):
    full_cell(p)
    made = _last(p, "first_cycle_coulombic_efficiency")
    made["value"] = rounded(made["value"] - p.rng.uniform(4.0, 12.0), 3)
    return made


def _capacity_of_another(p):
    full_cell(p)
    return _times(_last(p, "capacity"), p.pick(p.rng.uniform(0.45, 0.68), p.rng.uniform(1.5, 2.2)), 4)


def _fade(p):
    full_cell(p)
    return _times(_last(p, "capacity_fade_per_cycle"), p.pick(10.0, 0.1), 2)


def _hours(p):
    symmetric(p)
    made = _last(p, "cycle_life_hours")
    made["form"] = "point"
    return _times(made, p.pick(1.0 / 60.0, 24.0, 10.0, 0.1))


def _post_mortem(p):
    symmetric(p)
    failure, made = _last(p, "failure_time"), _last(p, "time_before_analysis")
    made["value"] = rounded(failure["value"] * p.rng.uniform(6.0, 15.0), 2)
    return made


def _loading(p):
    full_cell(p)
    return _times(_last(p, "areal_capacity"), p.pick(3.6, 10.0, 1000.0))


def _rate(p):
    full_cell(p)
    made = next(e for e in p.entries if "current_density" in e["conditions"] and "c_rate" in e["conditions"])
    at = made["conditions"]["current_density"]
    at["value"] = rounded(at["value"] * p.pick(0.1, 0.25, 4.0, 10.0), 3)
    p.slip = "current_density"
    return made


def _voltage_area(p):
    symmetric(p)
    return _times(_last(p, "polarization_voltage", 0), p.pick(1e-3, 1e-2, 1e2))


def _dot(p):
    symmetric(p)
    return _times(_last(p, "bulk_resistance"), p.pick(10.0, 0.1, 1e3))


def _voltage_asr(p):
    symmetric(p)
    asr = _last(p, "interfacial_asr")
    made = _last(p, "polarization_voltage", 0)
    # an interface that would take 30 to 1000 times the voltage: a slip of V and mV, or ohm for ohm cm²
    j = made["conditions"]["current_density"]["value"]
    made["value"] = rounded(asr["value"] * j / p.log(30.0, 1000.0), 2)
    return made


def _j0(p):
    symmetric(p)
    made = _last(p, "exchange_current_density")
    voltage = _last(p, "polarization_voltage", 0)
    # mA printed for uA and less: its charge transfer would take 1000 times the whole voltage and more
    whole = voltage["value"] / voltage["conditions"]["current_density"]["value"]
    made["value"] = rounded(25.7 / whole * 1e-3 / p.pick(1.0, 3.0, 10.0), 3)
    return made


def _unit(p):
    symmetric(p)
    quantity, factor = p.pick(("ionic_conductivity", 1e5), ("activation_energy", 96.485), ("interfacial_asr", 1e9))
    return _times(_last(p, quantity, 0), factor)


def _slope(p):
    symmetric(p)
    made = _last(p, "activation_energy")
    made["value"] = rounded(made["value"] * p.rng.uniform(4.5, 6.0), 2)
    return made


def _critical(p):
    symmetric(p)
    limit, life = _last(p, "critical_current_density"), _last(p, "cycle_life_hours")
    life["value"] = max(life["value"], 300.0)
    life["conditions"].pop("cycles", None)
    limit["conditions"].pop("areal_capacity", None)
    limit["value"] = rounded(life["conditions"]["current_density"]["value"] / p.rng.uniform(7.0, 20.0), 2)
    return limit


def _fractions(p):
    a = round(float(p.rng.uniform(0.2, 0.9)), 2)
    return p.add("mole_fraction", [a, round(1.0 - a + float(p.rng.uniform(0.1, 0.5)), 2)], "dimensionless", "ionic liquid electrolyte", "n/a", order="IL,salt", form="series")


def _implied(p):
    full_cell(p)
    for entry in [e for e in p.entries if e["quantity"] in ("initial_capacity", "capacity_fade_per_cycle")]:
        p.entries.remove(entry)
    made = _last(p, "capacity_retention")
    last, theory = _last(p, "capacity"), THEORY[made["subject"].split("|")[2].split()[0]]
    made["value"] = rounded(100.0 * last["value"] / (theory * p.rng.uniform(1.4, 2.5)), 3)
    return made


CYCLED = ("initial", "last", "retention", "deep fade", "fade", "fade cycles")
EIS = ("one temperature", "temperature", "initial", "impedance", "voltage", "interface", "tafel")
#: kind -> (size in words, what must be stated, how the error is made)
PLANTED = {
    "first-cycle efficiency": ("4 to 12 points low", ("first cycle",), _first_cycle),
    "capacity of another cell": ("0.45 to 0.68 or 1.5 to 2.2 times", CYCLED[:3], _capacity_of_another),
    "fade, decimal slip": ("10 times or a tenth, 30 to 60 % lost", CYCLED, _fade),
    "hours against cycles": ("a 60th, a tenth, 10 or 24 times", ("hours", "cycles"), _hours),
    "post-mortem after failure": ("6 to 15 times the failure time", ("failure", "post-mortem"), _post_mortem),
    "deposit below the metal in it": ("0.15 to 0.42 of dense", (), lambda p: deposit(p, wrong=True)),
    "areal capacity over theory": ("3.6, 10 or 1000 times", ("loading", "nominal"), _loading),
    "rate against current": ("a tenth, a quarter, 4 or 10 times", ("rate and current", "nominal"), _rate),
    "voltage against impedance and area": ("1e-3, 1e-2 or 100 times", (*EIS, "diameter"), _voltage_area),
    "bulk resistance against its electrode": ("a tenth, 10 or 1000 times", ("blocking", "dot", "temperature"), _dot),
    "voltage below its interface": ("interface would take 30 to 1000 times the voltage", EIS, _voltage_asr),
    "exchange current in another unit": ("1e-3 to 1e-4 of what the cell voltage allows", EIS, _j0),
    "unit of a property": ("1e5, 96.5 or 1e9 times", (*EIS, "blocking", "two temperatures"), _unit),
    "slope of two temperatures": ("energy 4.5 to 6 times", ("blocking", "two temperatures", "temperature"), _slope),
    "cycled above the critical current": ("7 to 20 times, over 300 h", ("hours", "critical"), _critical),
    "formula": ("a subscript off by 0.9 to 1.5", (), lambda p: composition(p, wrong=True)),
    "fractions": ("sum 1.1 to 1.5", (), _fractions),
    "nucleation tip under its plateau": ("tip 0.2 to 0.6 of the plateau", (), lambda p: nucleation(p, wrong=True)),
    "lithium inventory": ("N/P under 1.5, 85 to 92 % on copper, 250 to 600 cycles, 80 to 95 % kept", (), lambda p: inventory(p, wrong=True)),
    "foil": ("2 to 6 times the foil's charge", (), lambda p: foil(p, wrong=True)),
    "transference of a thin layer": ("0.2 to 0.75 by a layer of hundredths of the resistance", (), lambda p: transference(p, wrong=True)),
    "areal capacity over theory, loading by itself": ("1.6 to 10 times theory on the largest loading stated", (), lambda p: electrodes(p, wrong="areal")),
    "rate against current, loading by itself": ("3 to 20 % or 2 to 10 times that of the theoretical capacity", (), lambda p: electrodes(p, wrong="rate")),
    "number that can't be": ("1.2 to 9 of a share, decimetres of a layer", (), impossible),
    "initial capacity implied": ("1.4 to 2.5 times theory", CYCLED[:3], _implied),
}  # fmt: skip


def _scaled(quantity, digits, which=0):
    """An error of any size: make the module, then multiply one entry."""
    return lambda p, factor: _times(_last(p, quantity, which), factor, digits)


def _hours_times(p, factor):
    made = _last(p, "cycle_life_hours")
    made["form"] = "point"
    return _times(made, factor, 4)


#: kind -> (module, what must be stated, sizes, how an error of a size is made): to see from where on errors are found
SIZES = {
    "first-cycle efficiency, points low": (full_cell, ("first cycle",), (1, 2, 3, 5), lambda p, x: _times(_last(p, "first_cycle_coulombic_efficiency"), 1.0 - x / _last(p, "first_cycle_coulombic_efficiency")["value"], 4)),
    "capacity after cycling, times": (full_cell, CYCLED[:3], (0.5, 0.65, 0.8, 1.25, 1.5, 2.0), _scaled("capacity", 4)),
    "deposit thickness, of dense": (lambda p: p.add("deposit_thickness", 9.7, "um", "Li on Cu", areal_capacity=(2.0, "mA*h/cm**2")), (), (0.3, 0.4, 0.5, 0.6, 0.8), _scaled("deposit_thickness", 3)),
    "voltage with stated area and state, times": (symmetric, (*EIS, "diameter"), (0.01, 0.03, 0.1, 0.3, 3.0, 10.0, 30.0, 100.0), _scaled("polarization_voltage", 3)),
    "bulk resistance with stated electrode, times": (symmetric, ("blocking", "dot", "temperature"), (0.3, 0.5, 0.7, 1.5, 2.0, 3.0), _scaled("bulk_resistance", 4)),
    "hours with stated cycles, times": (symmetric, ("hours", "cycles"), (0.1, 0.25, 0.5, 2.0, 4.0, 10.0), _hours_times),
    "areal capacity on its loading, times": (full_cell, ("loading", "nominal"), (1.2, 1.5, 2.0, 3.0), _scaled("areal_capacity", 4)),
    "activation energy of two conductivities, times": (symmetric, ("blocking", "two temperatures", "temperature"), (0.1, 0.2, 2.0, 3.0, 5.0), _scaled("activation_energy", 3)),
}  # fmt: skip


def of_size(kind, size, seed):
    """(entries, id of the wrong one): one module with an error of this size."""
    module, force, _, make = SIZES[kind]
    p = Paper(np.random.default_rng(seed), force=frozenset(force))
    module(p)
    return p.entries, make(p, size)["id"]


def guilty(kind, seed):
    """(entries, id of the wrong one): an innocent paper beside one wrong number of this kind."""
    _, force, make = PLANTED[kind]
    p = Paper(np.random.default_rng(seed), force=frozenset(force))
    wrong = make(p)
    used = {e["subject"] for e in p.entries}
    p.force = frozenset()
    extra = Paper(p.rng)
    for module in MODULES:
        if p.chance(0.4):
            module(extra)
    p.entries += [e | {"id": f"E.{i:03d}"} for i, e in enumerate(e for e in extra.entries if e["subject"] not in used and not _linked(e, used))]
    return restated(p, p.entries, wrong["id"])


def _linked(entry, used):
    """Whether an extra entry could be taken for one of the cell that carries the error."""
    words = {w for s in used for w in s.replace("|", " ").replace("/", " ").split()}
    return bool(words & (set(entry["subject"].replace("|", " ").replace("/", " ").split()) - {"Li", "cell", "symmetric", "full"})) or entry["quantity"] in ("thickness", "time_before_analysis")
