"""li2024: what does a P-DOL nanolayer on the LAGP filler of a quasi-solid electrolyte change? With the garnet twin."""

from __future__ import annotations

from dataclasses import replace

from ..cells import Cell
from ..literature import Claim
from ..protocols import Arrhenius, BruceVincent, CriticalCurrent, Impedance, LinearSweep, RateRamp, StripPlate, Tafel
from . import _finds as take
from ._fitting import copied, fit, impedance
from ._protocols import CutShort
from .base import STUDIES, Row, StudyResult, Tell
from .frame import Cells, Experiment, Fit, More, Naive, Run, Said, Study, Take, Taken, row_of, run
from .limits import standard

FILM = "interphase.conductivity"
BARE, NANO = "interfaces.Li|QCPE", "interfaces.Li|QCPE-PDOL"
SPECTRUM = Impedance("1 MHz", "100 mHz")


def calibrate(cells: Cells, said: Said) -> dict[str, Cell]:
    """One film resistance in each symmetric cell, on its impedance (ohm of the whole cell times the disc's area)."""
    out = dict(cells)
    for label, face, key in (("bare", BARE, "S0.C22"), ("protected", NANO, "S0.C23")):
        area = cells[label].area
        assert area is not None
        out[label] = fit(cells[label], f"{face}.{FILM}", impedance, said[key].si * area.value, key)
    for twin, like, face in (("bare-LLZTO", "bare", BARE), ("protected-LLZTO", "protected", NANO)):
        out[twin] = copied(out[like], cells[twin], f"{face}.{FILM}", f"{face}-LLZTO.{FILM}")
    out["sham"] = _sham(out)
    return out


def _sham(cells: dict[str, Cell]) -> Cell:
    """The negative control: the transport of the protected electrolyte behind the film of the bare one."""
    made = copied(cells["bare"], cells["protected"], f"{BARE}.{FILM}", f"{NANO}.{FILM}")
    made = copied(cells["bare"], made, f"{BARE}.charge_transfer.exchange_current_density", f"{NANO}.charge_transfer.exchange_current_density")
    return replace(made, name="li2024/sham", note="the film and charge transfer of the bare cell on the protected electrolyte")


def _ohmic(said: Said, claim: Claim, resistance: str, area: float) -> Naive:
    return Naive("V = j R", claim.condition("current_density") * said[resistance].si * area, (resistance,))


def _plates(said: Said) -> list[Experiment]:
    area = 1.131e-4  # of the catalogue's disc
    low, high = said["S0.C64"], said["S0.C66"]
    lives = {"S0.C64": ("S0.C63",), "S0.C66": ("S0.C65",)}
    out = []
    for claim in (low, high):
        life = said[lives[claim.id][0]]
        takes = (
            Take(claim.id, take.polarisation(), (_ohmic(said, claim, "S0.C23", area),), why="film fitted on the impedance alone; the voltage adds the salt's polarisation"),
            Take(life.id, take.life(), (Naive("protected = bare", said["S0.C62"].si, ("S0.C62",)),), why=_NOTHING),
        )
        out.append(_long(f"strip/plate {claim.condition('current_density') / 10:g} mA/cm²", "protected", _plate(claim.condition("current_density"), life.si), takes))
    current = said["S0.C62"].condition("current_density")
    bare = Take("S0.C62", take.life(), why=_NOTHING)
    shielded = Take("S0.C61", take.life(), (Naive("protected = bare", said["S0.C62"].si, ("S0.C62",)),), why=_NOTHING)
    out.append(_long("strip/plate 0.5 mA/cm²", "bare", _plate(current, 10.0 * said["S0.C62"].si), (bare,)))
    out.append(_long("strip/plate 0.5 mA/cm²", "protected", _plate(current, said["S0.C61"].si), (shielded,)))
    return out


def _long(name: str, variant: str, plate: StripPlate, takes: tuple[Take, ...]) -> Experiment:
    return Experiment(name, variant, plate, takes, brief=CutShort(plate, 10))


_NOTHING = "nothing but depletion of the salt ends a life in this model of a gel: no filament through a soft electrolyte is in it"


def _plate(current: float, seconds: float) -> StripPlate:
    return StripPlate(f"{current} A/m^2", half_cycle="1 h", cycles=round(seconds / 7200.0))


def experiments(said: Said) -> tuple[Experiment, ...]:
    """Impedance, strip and plate, Tafel, Bruce-Vincent, Arrhenius, linear sweep."""
    out = [
        Experiment("impedance", "bare", SPECTRUM, (Take("S0.C22", take.real_part(area=True)),)),
        Experiment("impedance", "protected", SPECTRUM, (Take("S0.C23", take.real_part(area=True), (Naive("protected = bare", said["S0.C22"].si),)),)),
        *_plates(said),
    ]
    twin = (("bare", "bare-LLZTO"), ("protected", "protected-LLZTO"), ("bare", "sham"))
    for like, label in twin:
        what = f"cell impedance, {label}" + (": film and charge transfer of the bare cell" if label == "sham" else f": the garnet twin with the film of the LAGP cell ({like})")
        reported = said["S0.C22" if like == "bare" else "S0.C23"].si
        why = "reported column: the cell whose film it carries" + ("; the filler's transport alone must show no gain" if label == "sham" else "; the paper reports full cells of the twin only")
        out.append(Experiment("impedance", label, SPECTRUM, (Take("", take.real_part(area=True), (), "control", what, why, "resistance", reported),)))
    for label, j0, t in (("bare", "S0.C55", "S0.C19"), ("protected", "S0.C56", "S0.C20")):
        sweep = Tafel("40 mV", "0.2 mV/s", sample="1 s")
        out.append(Experiment("Tafel", label, sweep, (Take(j0, take.exchange_current, (), "input", why="went in as charge transfer; the sweep sees the film as well, so it reads less"),)))
        held, coarse = (BruceVincent("10 mV", "10 h", sample=every) for every in ("20 s", "5 min"))
        out.append(Experiment("Bruce-Vincent", label, held, (Take(t, take.current_fraction, (), "input", why=_FACES),), brief=coarse))
    return (*out, *_blocking(), *_swept(said))


#: membranes between blocking metal, in words
MEMBRANES = {
    "blocking-bare": "60 wt% DOL, 5 wt% LAGP", "blocking-protected": "the same with the nanolayer", "blocking-DOL70": "70 wt% DOL", "blocking-filler-rich": "more than 5 wt% LAGP",
    "blocking-bare-LLZTO": "the garnet twin", "blocking-protected-LLZTO": "the garnet twin with the nanolayer",
}  # fmt: skip


def _blocking() -> list[Experiment]:
    """Conductivity and its activation energy of every membrane between blocking metal."""
    warm = Arrhenius(Impedance("1 MHz", "1 kHz", points_per_decade=2), ["25 degC", "40 degC", "55 degC"])
    stated = {"blocking-bare": "S0.C17", "blocking-protected": "S0.C18"}
    out = []
    for label, words in MEMBRANES.items():
        grey = Take("", take.high_frequency, (), "shown", f"conductivity at 25 °C, {words}", "went in as a prior; the paper has a heat map without numbers in the text", "conductivity")
        out.append(Experiment("conductivity", label, Impedance("1 MHz", "1 Hz", points_per_decade=5), (grey,)))
    for label, words in MEMBRANES.items():
        if label in ("blocking-DOL70", "blocking-filler-rich"):
            continue  # the paper warms the chosen composition
        own = Take(stated[label], take.energy("conductivity"), (), "input", why="went in as the law of the conductivity; read back with the other form, ln(sigma T)") if label in stated else Take(
            "", take.energy("conductivity"), (), "shown", f"activation energy of the conductivity, {words}", "the twin's law is that of the LAGP membrane", "activation_energy")  # fmt: skip
        out.append(Experiment("Arrhenius", label, warm, (own,)))
    return out


def _swept(said: Said) -> list[Experiment]:
    """Linear sweeps, rate ramps and ramps to failure."""
    sweep = LinearSweep("2.5 V", "6 V", "1 mV/s", sample="5 s")
    onset = Take("S0.C21", take.onset_potential, why="the onset of oxidation at the blocking metal is a prior")
    bare = Take("", take.onset_potential, (), "shown", "anodic stability limit without the nanolayer", "the same prior as with it: the text gives that of the protected membrane only", "voltage")
    out = [Experiment("linear sweep", "sweep-bare", sweep, (bare,)), Experiment("linear sweep", "sweep-protected", sweep, (onset,))]
    low, high = said["S0.C57"].values
    rates = RateRamp([f"{j} A/m^2" for j in (low, 2.0, 5.0, high, low)], half_cycle="1 h", cycles=2)
    ramp = CriticalCurrent(start="0.1 mA/cm^2", step="0.1 mA/cm^2", stop="3 mA/cm^2", half_cycle=f"{said['S0.C58'].si} s")
    for label in ("bare", "protected", "bare-LLZTO", "protected-LLZTO"):
        out.append(Experiment("rate ramp", label, rates, (Take("", take.slope, (), "shown", f"slope of the polarisation, 0.1 to 1 mA/cm², {label}", "the polarisations stand in a figure only", "area_specific_resistance"),)))
        top = Take("", take.ramp, (), "shown", f"critical current, 1 h a half cycle, {label}", f"no value among the claims; {_NOTHING}", "current_density")
        out.append(Experiment("ramp", label, ramp, (top,)))
    return out


def _composition(run: Run) -> More:
    """Whether the conductivity falls where the paper says that it does: read back, since the catalogue follows its words."""
    rows: list[Row] = []
    for key, label, value in (("S0.C14", "blocking-DOL70", run.said["S0.C14"].si), ("S0.C15", "blocking-filler-rich", run.said["S0.C15"].si)):
        falls = [c[label].separator.at("conductivity", 298.15) < c["blocking-bare"].separator.at("conductivity", 298.15) for c in (run.cells, *run.draws)]
        why = f"no prediction: the catalogue's membrane follows the paper's words; its conductivity lies below that of the chosen one in {sum(falls[1:])} of {len(falls) - 1} draws"
        rows.append(row_of(Take(key, take.ramp, (), "input", f"composition from which the conductivity falls ({MEMBRANES[label]})", why), run.said, set(), Taken(value if falls[0] else float("nan")), []))
    return More(tuple(rows))


_FACES = "went in as the material's; the experiment on the whole cell is refused where the faces take more than 0.8 of the voltage, as here: with these impedances it can't see the electrolyte"

STUDY = Study(
    "li2024", "P-DOL on the LAGP filler of a quasi-solid electrolyte: bare against protected, with the garnet twin", "Li et al., Energy Environ. Sci. 17 (2024) 5521, 10.1039/d4ee02075h",
    "Does a nanolayer on the filler act through the electrolyte's transport or through the film on lithium?",
    {k: f"li2024/{k}" for k in ("bare", "protected", "bare-LLZTO", "protected-LLZTO", *MEMBRANES, "sweep-bare", "sweep-protected")},
    (
        Fit((f"{BARE}.{FILM}",), ("S0.C22",), "read at 0.1 Hz and 30 degC, which the paper does not say"),
        Fit((f"{NANO}.{FILM}",), ("S0.C23",), "the same; the garnet twin takes both films over"),
    ),
    calibrate, experiments,
    {"S0.C16": "the temperature of the experiment conductivity", "S0.C54": "the temperature of all tests on symmetric cells", "S0.C57": "ends of the rate ramp", "S0.C58": "the half cycle of the ramp"},
    not_yet={"S0.C12": "below that content of DOL the paper has a liquid: no law of the package says when a membrane sets"},
    keep=(FILM,), further=("S0.C14", "S0.C15"), shares=(0.43, 0.97), more=standard("strip/plate 0.5 mA/cm²", _composition),
    open=(
        "How an impedance divides into film and charge transfer: one resistance at the lowest frequency fixes their sum; the exchange current's prior spans a factor of twenty.",
        "Whether the area is that of the recalled 12 mm disc: a smaller one would close impedance and polarisation by V = j R alone.",
        "What shorts the bare cell: no mechanism in the model moves in a gel at this current; a protrusion through the fibre and loss of liquid are both possible and neither was measured.",
    ),
)  # fmt: skip


@STUDIES.add("li2024")
def study(tell: Tell | None = None, samples: int | None = None) -> StudyResult:
    """The whole study; `tell` hears (sentence, share done)."""
    return run(STUDY, tell, samples)
