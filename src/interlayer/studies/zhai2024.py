"""zhai2024: what does a LiI/Zn-Li buffer between lithium and garnet do? Bare against protected Li|LLZTO|Li.

Goes in as calibration: the interface resistance and its activation energy, bare and protected, and the bare critical
current. Everything else is predicted. The three candidate drives of a short (physics.md E8) run side by side.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from .. import units
from ..analysis import strip_plate
from ..cells import Cell, named
from ..literature import Claim, claims
from ..materials import Value, pair
from ..protocols import CriticalCurrent, Impedance, StripPlate
from ..record import Record
from ..simulation import Simulation, simulate
from ..simulation.field import contact
from . import _garnet as garnet
from .base import STUDIES, Row, StudyResult, Table, Tell

BARE, BUFFER, CERAMIC = "Li|LLZTO", "Li|LiI-ZnLi", "LiI-ZnLi|LLZTO"
J0 = "charge_transfer.exchange_current_density"
#: what the paper's text does not state, as priors of this study
RAMP = {"step": "0.05 mA/cm^2", "half_cycle": "30 min"}
WEIBULL_MODULUS = 5.0  # scatter of the opening pressure between pellets, prior (assumption of the package)
SAMPLES = 24
SEED = 2024
VARIANTS = ("protected-0.1", "protected", "protected-1.0", "protected-1.5")
DRIVE_WORDS = {
    "mean_drop": "mean interface drop J ASR",
    "spot_drop": "local drop at the spot (J/f) R_ct",
    "flaw_field": "local field at a flaw that bypasses the film",
}


@dataclass(frozen=True)
class Unknown:
    """One draw of what nobody measured: pellet thickness, spot radius [m], tip focusing, the quantile of lithium's
    replenishment (the same in the prior of either face), void depth [m], and the ratio of opening pressures of the
    protected pellet to the bare one."""

    thickness: float
    spot: float
    focusing: float
    replenishment: float
    depth: float
    strength: float


def _between(value: Value, u: float) -> float:
    """The quantile u of a log-uniform prior over the value's 95 % range."""
    low, high = value.spread()
    return float(math.exp(math.log(low) + u * (math.log(high) - math.log(low))))


def draws(count: int) -> list[Unknown]:
    """`count` draws (Latin hypercube, seeded): thickness normal, the rest log-uniform over its stated range."""
    from scipy.stats import norm, qmc

    bare = named("zhai2024/bare")
    face = bare.interface(BARE)
    thickness = bare.layers[0].thickness
    out = []
    for u in qmc.LatinHypercube(6, rng=np.random.default_rng(SEED)).random(count):
        size = thickness.value + (thickness.std or 0.0) * float(norm.ppf(u[0]))
        weak = [(-math.log1p(-q)) ** (1.0 / WEIBULL_MODULUS) for q in (u[5], 0.5)]
        out.append(
            Unknown(
                min(max(size, 2e-4), 3e-3), _between(face.value("contact", "spot_radius"), u[1]), _between(face.value("filament", "tip_focusing"), u[2]), float(u[3]),
                _between(face.value("voids", "void_depth"), u[4]), weak[0] / weak[1],
            )
        )  # fmt: skip
    return out


def vary(cell: Cell, unknown: Unknown) -> Cell:
    """`cell` with one draw of the unknowns in place."""
    cell = cell.set("layers.LLZTO.thickness", f"{unknown.thickness} m")
    for face in cell.interfaces:
        if "contact" in face:
            cell = cell.set(f"interfaces.{face.name}.contact.spot_radius", f"{unknown.spot} m")
        if "filament" in face:
            cell = cell.set(f"interfaces.{face.name}.filament.tip_focusing", f"{unknown.focusing}")
        if "voids" in face:
            cell = cell.set(f"interfaces.{face.name}.voids.void_depth", f"{unknown.depth} m")
            prior = face.value("voids", "replenishment_current")
            if prior.interval is not None:
                cell = cell.set(f"interfaces.{face.name}.voids.replenishment_current", f"{_between(prior, unknown.replenishment)} A/m^2")
    return cell


def calibrate_bare(cell: Cell, resistance: float, energy: float, transfer: float) -> Cell:
    """Contact fraction and exchange current of the bare face from its resistance [ohm m²] and activation energy [J/mol].

    `transfer` [J/mol] is the activation energy of charge transfer itself, taken from the protected face, which has no
    constriction: constriction carries the garnet's energy, charge transfer its own, so the two energies weigh them.
    """
    base = cell.set(f"interfaces.{BARE}.{J0}.activation_energy", f"{transfer} J/mol")

    def make(u: float, v: float) -> Cell:
        return base.with_({f"interfaces.{BARE}.contact.contact_fraction": f"{math.exp(u)}", f"interfaces.{BARE}.{J0}": f"{math.exp(v)} A/m^2"})

    spot = cell.interface(BARE).at("contact", "spot_radius", 298.15)
    u, v = garnet.solve_pair(make, (math.log(80.0 * spot), 6.2), (resistance, energy))
    made = make(u, v)
    for path, value in ((f"interfaces.{BARE}.contact.contact_fraction", math.exp(u)), (f"interfaces.{BARE}.{J0}", math.exp(v))):
        old = made.get(path)
        assert isinstance(old, Value)
        made = made.set(path, garnet.fitted(old, value, "S2.C03, S2.C24 (and S2.C25 for the energy of charge transfer)"))
    return made


def calibrate_protected(cell: Cell, resistance: float, energy: float) -> Cell:
    """Conductivity of the buffer and its activation energy from the protected resistance [ohm m²] and energy [J/mol]."""
    path = "layers.LiI-ZnLi.conductivity"

    def make(u: float, v: float) -> Cell:
        return cell.with_({path: f"{math.exp(u)} S/m", f"{path}.activation_energy": f"{2500.0 * v} J/mol"})

    u, v = garnet.solve_pair(make, (math.log(1e-3), 8.0), (resistance, energy))
    made = make(u, v)
    old = made.get(path)
    assert isinstance(old, Value)
    return made.set(path, replace(garnet.fitted(old, math.exp(u), "S2.C02, S2.C25"), law_mark="fitted", law_source="calibrated on S2.C25"))


def variant(protected: Cell, name: str) -> Cell:
    """A variant of the buffer: thickness and coverage of the catalogue, the rest as calibrated for 0.5 mol/L."""
    if name == "protected":
        return protected
    stated = named(f"zhai2024/{name}")
    made = protected
    for path in ("layers.LiI-ZnLi.thickness", f"interfaces.{CERAMIC}.contact.contact_fraction"):
        value = stated.get(path)
        assert isinstance(value, Value)
        made = made.set(path, value)
    return replace(made, name=stated.name, note=stated.note)


def _ramp_steps(cell: Cell, stop: float) -> Record:
    return simulate(cell, CriticalCurrent(**RAMP, stop=f"{stop} A/m^2"))


def _eighty(values: list[float]) -> tuple[float, float]:
    """10 % and 90 % quantile; infinities count as the largest."""
    finite = np.array([min(v, 1e6) for v in values])
    return float(np.quantile(finite, 0.1)), float(np.quantile(finite, 0.9))


def _shown(value: float, interval: tuple[float, float] | None = None) -> str:
    def one(v: float) -> str:
        return "> 1000" if v >= 1e4 else f"{units.lab(v, 'current_density'):.3g}"

    return one(value) + (f" ({one(interval[0])} to {one(interval[1])})" if interval else "") + " mA/cm²"


@STUDIES.add("zhai2024")
def run(tell: Tell | None = None) -> StudyResult:
    """The whole study; `tell` hears (sentence, share done)."""
    say = tell or (lambda sentence, share: None)
    said = claims("zhai2024")
    say("the cells from priors alone", 0.0)
    priors = {"bare": named("zhai2024/bare"), "protected": named("zhai2024/protected")}
    say("calibration of the two interfaces", 0.03)
    bare = calibrate_bare(priors["bare"], said["S2.C03"].si, said["S2.C24"].si, said["S2.C25"].si)
    protected = calibrate_protected(priors["protected"], said["S2.C02"].si, said["S2.C25"].si)
    flaws = {d: garnet.flaw_for(bare, BARE, d, said["S2.C26"].si, RAMP["half_cycle"]) for d in garnet.DRIVES}
    bare = garnet.with_drive(bare, BARE, "mean_drop", flaws["mean_drop"])
    protected = garnet.with_drive(protected, CERAMIC, "mean_drop", flaws["mean_drop"])
    sham = _sham(bare, protected)
    cells = {"bare": bare, "protected": protected, "sham": sham}
    say("impedance, strip/plate and ramps of the calibrated cells", 0.08)
    records = _records(cells, said)
    unknowns = draws(SAMPLES)
    rows = [*_resistances(cells, priors, said), *_polarisation(cells, records, said, unknowns), *_growth(protected, said)]
    say("critical currents under three candidate drives", 0.2)
    table, more = _drives(bare, protected, flaws, said, unknowns, say)
    rows += more
    say("lives at constant current", 0.85)
    lives, life_table = _lives(bare, protected, flaws, said)
    rows += lives
    say("contact fields", 0.95)
    fields = _fields(bare, protected)
    say("done", 1.0)
    return StudyResult(
        "zhai2024", "LiI/Zn-Li buffer on LLZTO: bare against protected", "Zhai et al., Chem. Sci. 15 (2024) 7144, 10.1039/d4sc00786g",
        "What does an engineered layer between lithium and garnet do to resistance, polarisation and the critical current?",
        cells, records, tuple(rows), (table, life_table, _calibrated(cells, priors, flaws)), fields, (*_missed(rows), *_open(cells)), _calibration(flaws), _methods(),
        {"ramp": RAMP, "samples": SAMPLES, "seed": SEED, "weibull modulus": WEIBULL_MODULUS},
    )  # fmt: skip


def _sham(bare: Cell, protected: Cell) -> Cell:
    """The negative control: the buffer replaced by as much garnet, at a bare face."""
    made = protected.sham()
    return replace(made, interfaces=(bare.interfaces[0], *made.interfaces[1:-1], bare.interfaces[-1]), name="zhai2024/sham")


def _records(cells: Mapping[str, Cell], said: Mapping[str, Claim]) -> dict[str, Record]:
    out: dict[str, Record] = {}
    cycling = said["S2.C20"]
    for name, cell in cells.items():
        out[f"impedance: {name}"] = simulate(cell, Impedance("10 MHz", "100 mHz"))
        plate = StripPlate(f"{cycling.condition('current_density')} A/m^2", areal_charge=f"{cycling.condition('areal_capacity')} C/m^2", cycles=100, impedance_every=50)
        out[f"strip/plate: {name}"] = simulate(cell, plate)
        out[f"ramp: {name}"] = _ramp_steps(cell, 20.0)
    return out


def _resistances(cells: Mapping[str, Cell], priors: Mapping[str, Cell], said: Mapping[str, Claim]) -> list[Row]:
    rows = []
    for name, r_id, e_id in (("bare", "S2.C03", "S2.C24"), ("protected", "S2.C02", "S2.C25")):
        for kind, cell in (("prior only", priors[name]), ("calibrated on", cells[name])):
            r = garnet.interface_resistance(cell, garnet.TEMPERATURES)
            note = "read as one interface; the paper does not say one or both" if kind == "calibrated on" else "the same cell before calibration"
            rows.append(Row(r_id, f"interface resistance, {name}, 25 °C", "area_specific_resistance", said[r_id].si, float(r[0]), kind, note=note))
            rows.append(Row(e_id, f"activation energy of the interface, {name}, 25 to 65 °C", "activation_energy", said[e_id].si, garnet.activation_energy(r), kind))
    r = garnet.interface_resistance(cells["sham"], (298.15,))
    bare = garnet.interface_resistance(cells["bare"], (298.15,))
    rows.append(Row("", "interface resistance, sham layer (as much garnet)", "area_specific_resistance", float(bare[0]), float(r[0]), "control", note="reported column: the bare cell; a sham layer must show no gain"))
    return rows


def _polarisation(cells: Mapping[str, Cell], records: Mapping[str, Record], said: Mapping[str, Claim], unknowns: list[Unknown]) -> list[Row]:
    claim = said["S2.C20"]
    current = claim.condition("current_density")
    rows = []
    first, last = (strip_plate.analyse(records["strip/plate: protected"])[k] for k in (0, 1))
    spread = []
    for draw in unknowns:
        cell = cells["protected"].set("layers.LLZTO.thickness", f"{draw.thickness} m")
        simulation = Simulation.of(cell)
        spread.append(current * float(simulation.impedance([garnet.DC])[0].real))
    low, high = _eighty(spread)
    assert isinstance(first.value, float) and isinstance(last.value, float)
    note = "interval over the pellet's thickness; V = j (bulk + two interfaces)"
    rows.append(Row("S2.C20", "polarisation at 0.1 mA/cm², protected, first cycle", "overpotential", claim.si, first.value, "predicted", (low, high), note))
    rows.append(Row("S2.C30", "polarisation at 0.1 mA/cm², protected, late", "overpotential", said["S2.C30"].si, last.value, "predicted", (low, high), "after 100 cycles here, 2000 h in the paper"))
    half = calibrate_protected(named("zhai2024/protected"), 0.5 * said["S2.C02"].si, said["S2.C25"].si) if 0.5 * said["S2.C02"].si > 4e-4 else None
    if half is not None:
        v = current * float(Simulation.of(half).impedance([garnet.DC])[0].real)
        rows.append(Row("S2.C20", "the same, 10.3 Ω cm² read as BOTH interfaces", "overpotential", claim.si, v, "predicted", note="the thickness can make up the difference: not told apart"))
    return rows


def _growth(protected: Cell, said: Mapping[str, Claim]) -> list[Row]:
    """Growth of the interface resistance over 200 h: without a growing interphase, and with one from priors."""
    claim = said["S2.C34"]
    plate = StripPlate(f"{claim.condition('current_density')} A/m^2", areal_charge=f"{claim.condition('areal_capacity')} C/m^2", cycles=100)

    def grown(cell: Cell) -> float:
        simulation = Simulation.of(cell)
        before = float(simulation.impedance([garnet.DC])[0].real)
        simulation.run(plate, detail=False)
        return float(simulation.impedance([garnet.DC])[0].real) - before

    none = grown(protected)
    model = pair("Li", "SPE")
    assert model is not None
    block = {k: v for k, v in model.physics["interphase"].items() if isinstance(v, Value)}
    rng = np.random.default_rng(SEED)
    values = []
    for u in rng.random((SAMPLES, 3)):
        cell = protected
        for key, q in zip(("rate_linear", "rate_parabolic", "conductivity"), u, strict=True):
            cell = cell.set(f"interfaces.{BUFFER}.interphase.{key}", replace(block[key], value=_between(block[key], float(q)), interval=None))
        values.append(grown(cell.with_({f"interfaces.{BUFFER}.interphase.{key}": block[key] for key in ("initial_thickness", "lithium_density")})))
    values.sort()
    return [
        Row("S2.C34", "growth of the interface resistance in 200 h (both faces), no interphase (voids only)", "area_specific_resistance", claim.si, none, "predicted", note="replenishment above 0.1 mA/cm²: no voids, no growth"),
        Row("S2.C34", "growth of the interface resistance in 200 h, with a growing interphase from priors", "area_specific_resistance", claim.si, float(np.median(values)), "predicted", _eighty(values),
            "priors of a polymer's interphase, decades wide; the reported growth asks for a growth mechanism but does not say which"),
    ]  # fmt: skip


def _drives(
    bare: Cell, protected: Cell, flaws: Mapping[str, float], said: Mapping[str, Claim], unknowns: list[Unknown], say: Tell
) -> tuple[Table, list[Row]]:
    """Critical currents per candidate drive and variant, with intervals over the unknowns, each draw recalibrated."""
    half = RAMP["half_cycle"]
    targets = {k: said[k].si for k in ("S2.C03", "S2.C24", "S2.C25", "S2.C26")}
    spread: dict[tuple[str, str], list[float]] = {}
    tried: dict[str, int] = dict.fromkeys(garnet.DRIVES, 0)
    for number, draw in enumerate(unknowns):
        say(f"critical currents: draw {number + 1} of {len(unknowns)}", 0.2 + 0.6 * number / len(unknowns))
        own = calibrate_bare(vary(bare, draw), targets["S2.C03"], targets["S2.C24"], targets["S2.C25"])
        shielded = vary(protected, draw)
        for drive in garnet.DRIVES:
            depth = garnet.flaw_for(own, BARE, drive, targets["S2.C26"], half, 1.05)
            if math.isnan(depth):
                continue
            tried[drive] += 1
            for name in VARIANTS:
                cell = garnet.with_drive(variant(shielded, name), CERAMIC, drive, depth / draw.strength**2)
                spread.setdefault((drive, name), []).append(garnet.critical_current(garnet.without_voids(cell), half, 1.05)[0])
                spread.setdefault(("voids+" + drive, name), []).append(garnet.critical_current(cell, half, 1.05)[0])
    table, rows = [], []
    for drive in garnet.DRIVES:
        nominal = garnet.critical_current(garnet.with_drive(bare, BARE, drive, flaws[drive]), half)[0]
        cells_text = [DRIVE_WORDS[drive], f"{flaws[drive] * 1e6:.3g} µm", _shown(nominal)]
        for name in VARIANTS:
            cell = garnet.with_drive(variant(protected, name), CERAMIC, drive, flaws[drive])
            alone = garnet.critical_current(garnet.without_voids(cell), half)[0]
            with_voids, how = garnet.critical_current(cell, half)
            first = _eighty(spread[(drive, name)])
            second = _eighty(spread[("voids+" + drive, name)])
            kind = "contact lost" if "contact" in how else "short"
            cells_text.append(f"{_shown(alone, first)}; with voids {_shown(with_voids, second)}, {kind}")
            if name == "protected-1.5":
                rows.append(
                    Row("S2.C28", f"critical current, 1.5 mol/L, {DRIVE_WORDS[drive]}", "current_density", said["S2.C28"].si, with_voids, "predicted", second,
                        f"first failure: {kind}; filament alone {_shown(alone, first)}")
                )  # fmt: skip
        table.append(tuple(cells_text))
    heads = ("candidate drive", "flaw depth calibrated on the bare cell", "bare (calibrated: S2.C26)", *(f"{v.removeprefix('protected-') if v != 'protected' else '0.5'} mol/L" for v in VARIANTS))
    note = (
        f"Each entry: filament alone, then with voids, the current at which a fresh cell first fails within one cycle of {half} half cycles; in brackets 80 % over "
        f"{len(unknowns)} draws of pellet thickness, spot radius, tip focusing, replenishment, void depth and flaw size (Weibull modulus {WEIBULL_MODULUS:g}), each draw recalibrated "
        f"on the bare cell (draws that could be: {', '.join(f'{DRIVE_WORDS[d]} {n}' for d, n in tried.items())}). Reported for 1.5 mol/L: 1 mA/cm² (soft short, S2.C28)."
    )
    return Table("Critical current of the variants under each candidate drive", heads, tuple(table), note), rows


def _lives(bare: Cell, protected: Cell, flaws: Mapping[str, float], said: Mapping[str, Claim]) -> tuple[list[Row], Table]:
    """Hours survived at constant current, nominal cells, per drive; the paper's protected lives ended alive."""
    table = []
    rows = []
    tests = (("S2.C31", bare, BARE, 10.0), ("S2.C05", protected, CERAMIC, 1.0), ("S2.C32", protected, CERAMIC, 1.0), ("S2.C06", protected, CERAMIC, 1.0))
    for claim_id, cell, face, factor in tests:
        claim = said[claim_id]
        current = claim.condition("current_density")
        hours = claim.si * factor
        cycles = max(1, round(hours / 7200.0))
        texts = [f"{claim_id}: {'bare' if cell is bare else 'protected'}, {units.show(current, 'current_density')}", units.show(claim.si, "time") + (" (ended alive)" if claim.censored else "")]
        for drive in garnet.DRIVES:
            simulation = Simulation.of(garnet.with_drive(cell, face, drive, flaws[drive]))
            record = simulation.run(StripPlate(f"{current} A/m^2", half_cycle="1 h", cycles=cycles), rtol=1e-3, detail=False)
            alive = record.outcome == "completed"
            texts.append(f"alive at {units.show(simulation.state.time, 'time', 3)}" if alive else f"{record.outcome.split('(')[0].split(':')[0].strip()} at {units.show(simulation.state.time, 'time', 3)}")
            if claim_id == "S2.C31" and drive == "mean_drop":
                rows.append(Row(claim_id, "life of the bare cell at 0.1 mA/cm² (nominal, mean drop)", "time", claim.si, simulation.state.time, "predicted",
                                note=("alive: a lower bound; " if alive else "") + "depends on replenishment and void depth, both priors; the test's current is implied in the paper"))  # fmt: skip
        table.append(tuple(texts))
    return rows, Table("Lives at constant current, nominal cells, 1 h half cycles", ("claim", "reported", *DRIVE_WORDS.values()), tuple(table), "Simulated until ten times the reported life (bare) or the reported life (protected).")


def _fields(bare: Cell, protected: Cell) -> dict[str, contact.ContactField]:
    out = {}
    for name, cell, face in (("bare", bare, BARE), ("protected", protected, BUFFER)):
        interface = cell.interface(face)
        f = interface.at("contact", "contact_fraction", 298.15)
        a = interface.at("contact", "spot_radius", 298.15)
        j0 = interface.at("charge_transfer", "exchange_current_density", 298.15)
        b = a / math.sqrt(f)
        core = cell.separator
        out[name] = contact.solve(a, b, min(core.thickness.value, 4.0 * b), core.at("conductivity", 298.15), 8.31446261815324 * 298.15 / (96485.33212 * j0))
    return out


def _calibrated(cells: Mapping[str, Cell], priors: Mapping[str, Cell], flaws: Mapping[str, float]) -> Table:
    rows = []
    for path, name in (
        (f"interfaces.{BARE}.contact.contact_fraction", "bare"), (f"interfaces.{BARE}.{J0}", "bare"), (f"interfaces.{BARE}.{J0}.activation_energy", "bare"),
        ("layers.LiI-ZnLi.conductivity", "protected"), ("layers.LiI-ZnLi.conductivity.activation_energy", "protected"),
    ):  # fmt: skip
        rows.append((path, str(priors[name].get(path)), str(cells[name].get(path))))
    prior = priors["bare"].get(f"interfaces.{BARE}.filament.flaw_depth")
    rows += [(f"flaw depth, {DRIVE_WORDS[d]}", str(prior), f"{depth * 1e6:.3g} µm") for d, depth in flaws.items()]
    return Table("What was calibrated", ("parameter", "prior", "calibrated"), tuple(rows), "Everything else stands as in the catalogue and the material files.")


def _calibration(flaws: Mapping[str, float]) -> tuple[str, ...]:
    return (
        "contact fraction and exchange current of Li|LLZTO: on the bare interface resistance S2.C03 and its activation energy S2.C24",
        "activation energy of charge transfer at Li|LLZTO: set to that of the protected interface, S2.C25, which has no constriction (an assumption: with the prior of 34 kJ/mol for both, no mixture gives 30.3 kJ/mol)",
        "conductivity of the buffer and its activation energy: on the protected interface resistance S2.C02 and its activation energy S2.C25",
        "flaw depth, once for each candidate drive: on the bare critical current S2.C26",
    )


def _missed(rows: list[Row]) -> tuple[str, ...]:
    """What the model does not meet, as sentences: predicted rows whose interval leaves the reported value out."""
    out = []
    for row in rows:
        if row.role != "predicted" or row.interval is None or row.reported is None:
            continue
        low, high = row.interval
        if not low <= row.reported <= high:
            side = "above" if low > row.reported else "below"
            out.append(f"Missed: {row.what}: reported {units.show(row.reported, row.quantity)}, simulated {side} it over the whole 80 % interval. Something that limits this cell is not in the model or not in its priors.")
    for row in rows:
        if row.claim == "S2.C31" and row.simulated is not None and row.reported is not None and row.simulated > 2.0 * row.reported:
            out.append("Missed: the life of the bare cell: reported a short after 25 h at 0.1 mA/cm², simulated alive at ten times that under every drive with nominal priors; below its critical current the model's filament does not move.")
    return tuple(out)


def _open(cells: Mapping[str, Cell]) -> tuple[str, ...]:
    face = cells["bare"].interface(BARE)
    ratio = face.at("contact", "spot_radius", 298.15) / face.at("contact", "contact_fraction", 298.15)
    return (
        f"Spot radius and contact fraction of the bare face: only a/f = {ratio * 1e3:.3g} mm is fixed by one resistance; any radius from 1 to 100 µm fits with its own fraction.",
        "Whether 10.3 and 1173.4 Ω cm² are one interface or both: the pellet's unknown thickness makes up the difference in the polarisation.",
        "How the protected resistance divides into charge transfer, ion transfer and the film of the buffer: one resistance and one energy do not part three elements, and the buffer's thickness is a prior.",
        "Which overpotential drives a short: each candidate meets the bare cell by its own flaw depth, since one critical current fixes one number. The protected critical currents differ between them (table), and one variant is reported.",
        "Whether a protected cell fails by a filament or by lost contact: the replenishment of lithium on the buffer is a prior, and it decides.",
        "What grows 3.2 Ω cm² in 200 h: contact loss and interphase growth are both possible; the reported number is compatible with either.",
    )


def _methods() -> str:
    return (
        "Cells were simulated as one-dimensional stacks of two-terminal elements: bulk and grain-boundary arcs of the garnet, Butler-Volmer charge transfer on the "
        "contacted fraction of each face with its double layer, constriction of the current at contact spots (law fitted to an axisymmetric finite-volume field), "
        "voids left by stripping faster than replenishment, and a filament that advances while a chosen local overpotential exceeds the opening threshold of a flaw "
        "(linear elastic fracture mechanics). Time integration: L-stable second-order SDIRK with error control and located events; impedance: the same Newton "
        "derivative at h = 1/(i omega) with slow states frozen. Unknown quantities were drawn from stated priors by a seeded Latin hypercube and every draw was "
        "recalibrated on the bare cell; intervals are 10 to 90 %. The critical current is the smallest current at which a fresh cell fails within one cycle."
    )
