"""zhai2024: what does a LiI/Zn-Li buffer between lithium and garnet do? Bare against protected Li|LLZTO|Li.

Goes in as calibration: the interface resistance and its activation energy, bare and protected, and the bare critical
current. Everything else is predicted. The three candidate drives of a short (physics.md E8) run side by side.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from .. import units
from ..cells import Cell, named
from ..errors import CellError
from ..materials import Value, pair
from ..protocols import Arrhenius, CriticalCurrent, Impedance, StripPlate
from ..simulation import Simulation
from ..simulation.field import contact
from . import _finds as take
from . import _garnet as garnet
from . import _sampling
from ._protocols import CutShort
from .base import STUDIES, Row, StudyResult, Table, Tell
from .frame import SEED, Cells, Experiment, Fit, More, Naive, Run, Said, Study, Take, Taken, row_of, run
from .limits import standard

BARE, BUFFER, CERAMIC = "Li|LLZTO", "Li|LiI-ZnLi", "LiI-ZnLi|LLZTO"
J0 = "charge_transfer.exchange_current_density"
#: what the paper's text does not state, as priors of this study
RAMP = {"step": "0.05 mA/cm^2", "half_cycle": "30 min"}
WEIBULL_MODULUS = 5.0  # scatter of the opening pressure between pellets, prior (assumption of the package)
PRIMARY = "mean_drop"  # the drive that is scored; the others stand beside it
VARIANTS = ("protected-0.1", "protected-0.5", "protected-1.0", "protected-1.5")  # by mol/L of ZnI2; 0.5 is the cell called protected
DRIVE_WORDS = {
    "mean_drop": "mean interface drop J ASR",
    "spot_drop": "local drop at the spot (J/f) R_ct",
    "flaw_field": "local field at a flaw that bypasses the film",
}


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
    stated = named(f"zhai2024/{name}")
    made = protected
    for path in ("layers.LiI-ZnLi.thickness", f"interfaces.{CERAMIC}.contact.contact_fraction"):
        value = stated.get(path)
        assert isinstance(value, Value)
        made = made.set(path, value)
    return replace(made, name=stated.name, note=stated.note)


def _eighty(values: list[float]) -> tuple[float, float] | None:
    """10 and 90 % quantile; infinities count as the largest."""
    if not values:
        return None
    finite = np.array([min(v, 1e6) for v in values])
    return float(np.quantile(finite, 0.1)), float(np.quantile(finite, 0.9))


def _shown(value: float, interval: tuple[float, float] | None = None) -> str:
    def one(v: float) -> str:
        return "> 1000" if v >= 1e4 else f"{units.lab(v, 'current_density'):.3g}"

    return one(value) + (f" ({one(interval[0])} to {one(interval[1])})" if interval else "") + " mA/cm²"


def _sham(bare: Cell, protected: Cell) -> Cell:
    """The negative control: the buffer replaced by as much garnet, at a bare face."""
    made = protected.sham()
    return replace(made, interfaces=(bare.interfaces[0], *made.interfaces[1:-1], bare.interfaces[-1]), name="zhai2024/sham")


def calibrate(cells: Cells, said: Said) -> dict[str, Cell]:
    """Both interfaces from resistance and energy, the flaw's depth (mean interface drop) from the bare critical current."""
    bare = calibrate_bare(cells["bare"], said["S2.C03"].si, said["S2.C24"].si, said["S2.C25"].si)
    protected = calibrate_protected(cells["protected"], said["S2.C02"].si, said["S2.C25"].si)
    depth = garnet.flaw_for(bare, BARE, PRIMARY, said["S2.C26"].si, RAMP["half_cycle"], 1.05)
    if math.isnan(depth):
        raise CellError("No flaw depth gives the bare critical current", given=said["S2.C26"].si)
    out = {"bare": garnet.with_drive(bare, BARE, PRIMARY, depth), "protected": garnet.with_drive(protected, CERAMIC, PRIMARY, depth)}
    return out | {"sham": _sham(out["bare"], out["protected"])} | {name: variant(out["protected"], name) for name in VARIANTS}


def experiments(said: Said) -> tuple[Experiment, ...]:
    """Impedance over temperature, strip and plate, lives, ramps."""
    warm = Arrhenius(Impedance("10 MHz", "100 mHz", points_per_decade=5), [f"{T} K" for T in garnet.TEMPERATURES])
    out = []
    for label, r, e in (("bare", "S2.C03", "S2.C24"), ("protected", "S2.C02", "S2.C25")):
        out.append(Experiment("impedance", label, warm, (Take(r, take.face, why="read as one interface; the paper does not say one or both"), Take(e, take.energy()))))
    sham = Take("", take.face, (), "control", "interface resistance, sham layer (as much garnet)", "reported column: the bare cell; a sham layer must show no gain", "area_specific_resistance", said["S2.C03"].si)
    out.append(Experiment("impedance", "sham", Impedance("10 MHz", "100 mHz"), (sham,)))
    return (*out, *_concentrations(), *_plates(said), *_ramps(said))


def _concentrations() -> list[Experiment]:
    """The spectrum of every concentration of ZnI2: a figure of the paper without numbers in the text, but for the optimum."""
    out = []
    for label in VARIANTS:
        what = f"interface resistance, {label.removeprefix('protected-')} mol/L of ZnI2"
        own = Take("", take.face, (), "shown", what, "a figure of the paper; coverage and thickness follow its words, so the order is no prediction", "area_specific_resistance")
        out.append(Experiment("impedance over ZnI2", label, Impedance("10 MHz", "100 mHz"), (own,)))
    return out


def _ramps(said: Said) -> list[Experiment]:
    """The whole ramp on every cell, with the flaw of the scored drive; the critical currents of fresh cells stand in the table of drives."""
    out = []
    for label in ("bare", "protected", *VARIANTS, "sham"):
        words = f"{label.removeprefix('protected-')} mol/L" if label in VARIANTS else label
        why = "calibrated on it, by cycles of fresh cells" if label == "bare" else "must show no gain" if label == "sham" else "the history of the ramp is in it; a fresh cell at each current stands in the table of drives"
        claim, known = {"bare": "S2.C26", "protected-1.5": "S2.C28"}.get(label, ""), said["S2.C26"].si if label == "sham" else None
        role = "control" if claim or known is not None else "shown"
        own = Take(claim, take.ramp, (), role, f"critical current of the whole ramp, {words}", why, "current_density", known)
        out.append(Experiment("ramp", label, CriticalCurrent(**RAMP, stop="20 A/m^2"), (own,), drawn=False))
    return out


def _plates(said: Said) -> list[Experiment]:
    cycling, alive = said["S2.C20"], Naive("protected = bare", said["S2.C31"].si, ("S2.C31",))
    current = cycling.condition("current_density")
    core = named("zhai2024/protected").separator
    ohmic = Naive("V = j R", current * (2.0 * said["S2.C02"].si + sum(core.thickness.value / k for k in core.conductivities(298.15))), ("S2.C02",))
    plate = StripPlate(f"{current} A/m^2", areal_charge=f"{cycling.condition('areal_capacity')} C/m^2", cycles=100, impedance_every=50)
    takes = (
        Take("S2.C20", take.polarisation(), (ohmic,), why="V = j (bulk + two interfaces); the pellet's thickness is a prior"),
        Take("S2.C30", take.polarisation("last"), (ohmic, Naive("last value carried", cycling.si, ("S2.C20",))), why="after 100 cycles here, 2000 h in the paper"),
    )  # fmt: skip
    out = [Experiment("strip/plate", "protected", plate, takes, brief=CutShort(plate, 2)), *(Experiment("strip/plate", label, plate, (), drawn=False) for label in ("bare", "sham"))]
    for key in ("S2.C05", "S2.C32", "S2.C06"):
        claim = said[key]
        long = StripPlate(f"{claim.condition('current_density')} A/m^2", areal_charge=f"{claim.condition('areal_capacity')} C/m^2", cycles=round(claim.si / 7200.0))
        out.append(Experiment(f"life at {claim.condition('current_density') / 10:g} mA/cm²", "protected", long, (Take(key, take.life(), (alive,)),), brief=CutShort(long, 60)))
    bare = StripPlate(f"{said['S2.C31'].condition('current_density')} A/m^2", half_cycle="1 h", cycles=round(10.0 * said["S2.C31"].si / 7200.0))
    why = "depends on replenishment and void depth, both priors; the test's current is implied in the paper; below its critical current the model's filament does not move"
    return [*out, Experiment("life of the bare cell", "bare", bare, (Take("S2.C31", take.life(), why=why),))]


def _priors(run: Run) -> list[Row]:
    """The same numbers before calibration."""
    rows = []
    for name, r_id, e_id in (("bare", "S2.C03", "S2.C24"), ("protected", "S2.C02", "S2.C25")):
        r = garnet.interface_resistance(run.priors[name], garnet.TEMPERATURES)
        note = "the same cell before calibration"
        rows.append(Row(r_id, f"interface resistance, {name}, 25 °C", "area_specific_resistance", run.said[r_id].si, float(r[0]), "prior only", note=note))
        rows.append(Row(e_id, f"activation energy of the interface, {name}, 25 to 65 °C", "activation_energy", run.said[e_id].si, garnet.activation_energy(r), "prior only", note=note))
    half = calibrate_protected(run.priors["protected"], 0.5 * run.said["S2.C02"].si, run.said["S2.C25"].si)
    claim = run.said["S2.C20"]
    v = claim.condition("current_density") * float(Simulation.of(half).impedance([garnet.DC])[0].real)
    rows.append(Row("S2.C20", "the same, the protected resistance read as BOTH interfaces", "overpotential", claim.si, v, "prior only", note="the thickness can make up the difference: not told apart"))
    return rows


def _growth(run: Run) -> list[Row]:
    """Growth of the interface resistance over 200 h: without a growing interphase, and with one from priors."""
    claim = run.said["S2.C34"]
    plate = StripPlate(f"{claim.condition('current_density')} A/m^2", areal_charge=f"{claim.condition('areal_capacity')} C/m^2", cycles=100)

    def grown(cell: Cell) -> float:
        simulation = Simulation.of(cell)
        before = float(simulation.impedance([garnet.DC])[0].real)
        simulation.run(plate, rtol=1e-3, detail=False)
        return float(simulation.impedance([garnet.DC])[0].real) - before

    model = pair("Li", "SPE")
    assert model is not None
    block = {k: v for k, v in model.physics["interphase"].items() if isinstance(v, Value)}
    rng = np.random.default_rng(SEED)
    values = []
    for u in rng.random((max(len(run.draws), 2), 3)):
        cell = run.cells["protected"]
        for key, q in zip(("rate_linear", "rate_parabolic", "conductivity"), u, strict=True):
            cell = cell.set(f"interfaces.{BUFFER}.interphase.{key}", replace(block[key], value=_sampling.quantile(block[key], float(q)), interval=None))
        values.append(grown(cell.with_({f"interfaces.{BUFFER}.interphase.{key}": block[key] for key in ("initial_thickness", "lithium_density")})))
    none = grown(run.cells["protected"])
    why = "priors of a polymer's interphase, decades wide; the reported growth asks for a growth mechanism but does not say which"
    with_film = Take(claim.id, take.face, what="growth of the interface resistance in 200 h (both faces), with a growing interphase from priors", why=why)
    return [
        Row(claim.id, "the same, no interphase (voids only)", "area_specific_resistance", claim.si, none, "control", note="replenishment above 0.1 mA/cm²: no voids, no growth"),
        row_of(with_film, run.said, set(), Taken(float(np.median(values))), [Taken(v) for v in values]),
    ]  # fmt: skip


def _optimum(run: Run) -> list[Row]:
    """Which concentration has the lowest impedance, and from which on it rises again, over the variants."""
    grid = run.said["S2.C11"].values
    found: list[tuple[float, float]] = []
    for cells in (run.cells, *run.draws):
        z = [float(Simulation.of(cells[k]).impedance([garnet.DC])[0].real) for k in VARIANTS]
        best = int(np.argmin(z))
        over = next((c for c, v in zip(grid[best + 1 :], z[best + 1 :], strict=True) if v > 1.05 * z[best]), math.nan)
        found.append((grid[best], over))
    why = "no prediction: coverage and thickness of the variants in the catalogue follow what the paper says in words (S2.C22, S2.C23)"
    rows = []
    for k, key in enumerate(("S2.C21", "S2.C23")):
        values = [Taken(f[k]) for f in found]
        rows.append(row_of(Take(key, take.face, role="input", why=why), run.said, set(), values[0], [v for v in values[1:] if math.isfinite(v.value)]))
    return rows


def _drives(run: Run) -> tuple[Table, list[Row]]:
    """Critical currents per candidate drive and variant, with intervals over the draws, each with its own flaw depth."""
    half, target = RAMP["half_cycle"], run.said["S2.C26"].si
    rng = np.random.default_rng(SEED)
    spread: dict[tuple[str, str], list[float]] = {}
    tried: dict[str, int] = dict.fromkeys(garnet.DRIVES, 0)
    for number, cells in enumerate(run.draws):
        run.tell(f"critical currents: draw {number + 1} of {len(run.draws)}", 0.1 + 0.7 * number / len(run.draws))
        strength = (-math.log1p(-float(rng.random())) / math.log(2.0)) ** (1.0 / WEIBULL_MODULUS)
        for drive in garnet.DRIVES:
            depth = garnet.flaw_for(cells["bare"], BARE, drive, target, half, 1.05)
            if math.isnan(depth):
                continue
            tried[drive] += 1
            for name in VARIANTS:
                cell = garnet.with_drive(cells[name], CERAMIC, drive, depth / strength**2)
                alone = garnet.critical_current(garnet.without_voids(cell), half, 1.08)[0]
                spread.setdefault((drive, name), []).append(alone)
                spread.setdefault(("voids+" + drive, name), []).append(garnet.critical_current(cell, half, 1.08, 1.1 * min(alone, 1e4))[0])
    table, rows = [], []
    for drive in garnet.DRIVES:
        depth = garnet.flaw_for(run.cells["bare"], BARE, drive, target, half)
        nominal = garnet.critical_current(garnet.with_drive(run.cells["bare"], BARE, drive, depth), half)[0]
        texts = [DRIVE_WORDS[drive], f"{depth * 1e6:.3g} µm", _shown(nominal)]
        for name in VARIANTS:
            cell = garnet.with_drive(run.cells[name], CERAMIC, drive, depth)
            alone = garnet.critical_current(garnet.without_voids(cell), half)[0]
            with_voids, how = garnet.critical_current(cell, half)
            first, second = (_eighty(spread.get((k + drive, name), [])) for k in ("", "voids+"))
            kind = "contact lost" if "contact" in how else "the ramp's voltage limit" if "limit" in how else "short"
            texts.append(f"{_shown(alone, first)}; with voids {_shown(with_voids, second)}, {kind}")
            if name == "protected-1.5":
                rows.append(_critical(run.said, drive, with_voids, spread.get(("voids+" + drive, name), []), f"first failure: {kind}; without voids {_shown(alone, first)}"))
        table.append(tuple(texts))
    heads = ("candidate drive", "flaw depth calibrated on the bare cell", "bare (calibrated: S2.C26)", *(f"{v.removeprefix('protected-')} mol/L" for v in VARIANTS))
    note = (
        f"Each entry: without voids (filament or the ramp's voltage limit), then with voids, the current at which a fresh cell first fails within one cycle of {half} half cycles; in brackets 80 % over "
        f"{len(run.draws)} draws with a flaw of its own (Weibull modulus {WEIBULL_MODULUS:g}), each calibrated on the bare cell (draws that could be: {', '.join(f'{DRIVE_WORDS[d]} {n}' for d, n in tried.items())}). "
        "The reported variant is that of 1.5 mol/L (S2.C28)."
    )
    return Table("Critical current of the variants under each candidate drive", heads, tuple(table), note), rows


def _critical(said: Said, drive: str, nominal: float, values: list[float], why: str) -> Row:
    """The row of the reported critical current under one drive; the primary one is scored."""
    bare = said["S2.C26"].si
    rules = (Naive("protected = bare", bare, ("S2.C26",)), Naive("critical current ~ 1/ASR", bare * said["S2.C03"].si / said["S2.C02"].si, ("S2.C26", "S2.C02", "S2.C03")))
    one = Take("S2.C28", take.face, rules, what=f"critical current, 1.5 mol/L, {DRIVE_WORDS[drive]}", why=why)
    made = row_of(one, said, set(), Taken(nominal, math.isinf(nominal)), [Taken(min(v, 1e4), math.isinf(v)) for v in values])
    return made if drive == PRIMARY else replace(made, score=None, gains={}, note=f"{made.note}; not scored: the drive that is scored is the {DRIVE_WORDS[PRIMARY]}")


def _lives(run: Run) -> Table:
    """Hours survived at constant current, nominal cells, per drive; the paper's protected lives ended alive."""
    table = []
    for claim_id, label, face, factor in (("S2.C31", "bare", BARE, 10.0), ("S2.C05", "protected", CERAMIC, 1.0), ("S2.C32", "protected", CERAMIC, 1.0), ("S2.C06", "protected", CERAMIC, 1.0)):
        claim = run.said[claim_id]
        current = claim.condition("current_density")
        plate = CutShort(StripPlate(f"{current} A/m^2", half_cycle="1 h", cycles=max(1, round(claim.si * factor / 7200.0))), 150)
        texts = [f"{claim_id}: {label}, {units.show(current, 'current_density')}", units.show(claim.si, "time") + (" (ended alive)" if claim.censored else "")]
        for drive in garnet.DRIVES:
            depth = garnet.flaw_for(run.cells["bare"], BARE, drive, run.said["S2.C26"].si, RAMP["half_cycle"])
            simulation = Simulation.of(garnet.with_drive(run.cells[label], face, drive, depth))
            record = simulation.run(plate, rtol=1e-3, detail=False)
            alive = record.outcome == "completed"
            texts.append(f"alive at {units.show(simulation.state.time, 'time', 3)}" if alive else f"{record.outcome.split('(')[0].split(':')[0].strip()} at {units.show(simulation.state.time, 'time', 3)}")
        table.append(tuple(texts))
    note = "Simulated until ten times the reported life (bare) or the reported life (protected); of tests longer than 150 cycles the first 150 and the last, with a rest between."
    return Table("Lives at constant current, nominal cells, 1 h half cycles", ("claim", "reported", *DRIVE_WORDS.values()), tuple(table), note)


def _further(run: Run) -> More:
    """Candidate drives, growth, optimum, lives per drive, contact fields."""
    table, rows = _drives(run)
    run.tell("lives at constant current", 0.85)
    lives = _lives(run)
    run.tell("contact fields", 0.95)
    return More((*_priors(run), *_optimum(run), *_growth(run), *rows), (table, lives), _open(run.cells), _fields(run.cells["bare"], run.cells["protected"]))


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


def _open(cells: Cells) -> tuple[str, ...]:
    face = cells["bare"].interface(BARE)
    ratio = face.at("contact", "spot_radius", 298.15) / face.at("contact", "contact_fraction", 298.15)
    return (
        f"Spot radius and contact fraction of the bare face: only a/f = {ratio * 1e3:.3g} mm is fixed by one resistance; any radius from 1 to 100 µm fits with its own fraction.",
        "Whether the two reported resistances are of one interface or both: the pellet's unknown thickness makes up the difference in the polarisation.",
        "How the protected resistance divides into charge transfer, ion transfer and the film of the buffer: one resistance and one energy do not part three elements, and the buffer's thickness is a prior.",
        "Which overpotential drives a short: each candidate meets the bare cell by its own flaw depth, since one critical current fixes one number. The protected critical currents differ between them (table), and one variant is reported.",
        "Whether a protected cell fails by a filament or by lost contact: the replenishment of lithium on the buffer is a prior, and it decides.",
        "What makes the protected interface grow within 200 h: contact loss and interphase growth are both possible; the reported number is compatible with either.",
    )


STUDY = Study(
    "zhai2024", "LiI/Zn-Li buffer on LLZTO: bare against protected", "Zhai et al., Chem. Sci. 15 (2024) 7144, 10.1039/d4sc00786g",
    "What does an engineered layer between lithium and garnet do to resistance, polarisation and the critical current?",
    {k: f"zhai2024/{k}" for k in ("bare", "protected", *VARIANTS)},
    (
        Fit((f"{BARE} contact fraction", f"{BARE} exchange current"), ("S2.C03", "S2.C24"), "the energy of charge transfer itself is set to that of the protected face, S2.C25, which has no constriction (an assumption)"),
        Fit(("conductivity of the buffer", "its activation energy"), ("S2.C02", "S2.C25")),
        Fit(("flaw depth",), ("S2.C26",), "once for each candidate drive; the mean interface drop is the one that is scored"),
    ),
    calibrate, experiments, {"S2.C09": "the pellet's conductivity is of a pellet of such density", "S2.C22": "coverage below one at 0.1 mol/L in the catalogue", "S2.C11": "the cells of the experiment impedance over ZnI2", "S2.C33": "the cycling of the growth of the interface resistance (S2.C34)"},
    keep=(f"{BARE}.contact.contact_fraction", f"{BARE}.{J0}", "layers.LiI-ZnLi.conductivity", "filament.flaw_depth"), samples=12, shares=(0.24, 0.46), further=("S2.C21", "S2.C23", "S2.C28", "S2.C34"), more=standard("strip/plate", _further),
    ties=("contact.spot_radius", "filament.tip_focusing", "voids.replenishment_current", "voids.void_depth"),
)  # fmt: skip


@STUDIES.add("zhai2024")
def study(tell: Tell | None = None, samples: int | None = None) -> StudyResult:
    """The whole study; `tell` hears (sentence, share done)."""
    return run(STUDY, tell, samples)
