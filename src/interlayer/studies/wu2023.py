"""wu2023: lithium on LAGP, bare, wetted by an ionic liquid, and behind a polymer: contact, resistance, life. The area is not stated."""

from __future__ import annotations

import math
from dataclasses import replace

from ..cells import Cell
from ..errors import CellError
from ..literature import Claim
from ..materials import Value
from ..protocols import Arrhenius, CriticalCurrent, Impedance, RateRamp, StripPlate
from ..simulation import Simulation
from . import _finds as take
from ._fitting import fit, impedance, polarised
from ._protocols import CutShort
from .base import STUDIES, StudyResult, Tell
from .frame import Cells, Experiment, Fit, Naive, Said, Study, Take, run
from .limits import standard

FILM = "interfaces.Li|LAGP.interphase.conductivity"
TRANSFER = "interfaces.ILE|LAGP.charge_transfer.exchange_current_density"
HALF = 7200.0  # S1.C37 states it: 2 h
SPECTRUM = Impedance("1 MHz", "100 mHz")


def calibrate(cells: Cells, said: Said) -> dict[str, Cell]:
    """Area and film of the bare cell from its impedance in ohm and its first polarisation; ion transfer between liquid and
    ceramic from the wetted cell's impedance. The protected cell is not touched."""
    from scipy.optimize import brentq

    voltage, ohm = said["S1.C39"], said["S1.C47"]
    current = voltage.condition("current_density")
    measure = polarised(current, take.EARLY * HALF)

    def made(area: float) -> Cell:
        return fit(cells["bare"], FILM, impedance, ohm.si * area, ohm.id, low=1e-6, high=1e6)

    def miss(x: float) -> float:
        return math.log(measure(Simulation.of(made(math.exp(x)))) / voltage.si)

    guess = math.log(voltage.si / (current * ohm.si))
    low, high = guess - 0.7, guess + 0.7
    below, above = miss(low), miss(high)
    if not (math.isfinite(above) and below * above < 0.0):
        raise CellError("No area closes impedance and polarisation of the bare cell", given=(below, above))
    area = math.exp(brentq(miss, low, high, xtol=1e-6))
    out = {**cells, "bare": made(area)}
    out["wetted"] = fit(cells["wetted"], TRANSFER, impedance, said["S1.C50"].si * area, "S1.C50")
    sham = cells["protected"].sham()
    first, last = out["bare"].interfaces[0], out["bare"].interfaces[-1]
    out["sham"] = replace(sham, name="wu2023/sham", interfaces=(first, *sham.interfaces[1:-1], last))
    stated = Value(area, "area", mark="fitted", source="calibrated on S1.C39 and S1.C47")
    for label, cell in out.items():
        out[label] = cell.set("area", stated)
    return out


def _area(said: Said) -> float:
    """V = j R A of the bare cell: what the naive rules take as the area."""
    return said["S1.C39"].si / (said["S1.C39"].condition("current_density") * said["S1.C47"].si)


def _ohmic(said: Said, claim: Claim, resistance: str) -> Naive:
    return Naive("V = j R", claim.condition("current_density") * said[resistance].si * _area(said), (resistance, "S1.C39", "S1.C47"))


def _plate(current: float, seconds: float, every: int | None = None) -> StripPlate:
    return StripPlate(f"{current} A/m^2", half_cycle=f"{HALF} s", cycles=max(1, round(seconds / (2.0 * HALF))), impedance_every=every)


def _long(name: str, variant: str, plate: StripPlate, takes: tuple[Take, ...]) -> Experiment:
    return Experiment(name, variant, plate, takes, brief=CutShort(plate))


def _bare(said: Said) -> Experiment:
    age = said["S1.C48"].condition("time")
    cycles = round(age / (2.0 * HALF))
    takes = (
        Take("S1.C39", take.early), Take("S1.C40", take.polarisation("last"), (_ohmic(said, said["S1.C40"], "S1.C48"), Naive("last value carried", said["S1.C39"].si)), why=_FALLS),
        Take("S1.C47", take.real_part(0, area=True)), Take("S1.C48", take.real_part(1, area=True), (Naive("last value carried", said["S1.C47"].si),), why=_FALLS),
    )  # fmt: skip
    return Experiment("strip/plate 0.05 mA/cm²", "bare", _plate(said["S1.C39"].condition("current_density"), age, cycles), takes)


_FALLS = "whether the interphase swells into the gap before it cracks off is in the model; its swelling and cracking are priors"
_NOBODY = "neither a filament through the liquid nor its consumption by LAGP is in the model"


def experiments(said: Said) -> tuple[Experiment, ...]:
    """Strip and plate with impedance, ramp, blocking cells."""
    slow, fast = said["S1.C45"].condition("current_density"), said["S1.C53"].condition("current_density")
    short, long, longer = said["S1.C44"], said["S1.C46"], said["S1.C03"]
    bare = said["S1.C47"].si
    wet = (
        Take("S1.C42", take.polarisation(), (_ohmic(said, said["S1.C42"], "S1.C50"),)), Take("S1.C43", take.onset(), why=_NOBODY), Take("S1.C44", take.life(), why=_NOBODY),
        Take("S1.C50", take.real_part(area=True)),
    )  # fmt: skip
    shielded = (
        Take("S1.C51", take.real_part(0, area=True), (Naive("protected = bare", bare, ("S1.C47",)),), why="polymer on ceramic: its ion transfer is a prior, nothing was fitted in this cell"),
        Take("S1.C45", take.polarisation("last"), (_ohmic(said, said["S1.C45"], "S1.C51"), Naive("protected = bare", said["S1.C40"].si, ("S1.C40",)))),
        Take("S1.C46", take.life(), (Naive("protected = bare", short.si, ("S1.C44",)),)), Take("S1.C52", take.stable(), ()),
    )  # fmt: skip
    twice = (
        Take("S1.C53", take.polarisation("last"), (_ohmic(said, said["S1.C53"], "S1.C51"), Naive("last value carried", said["S1.C45"].si, ("S1.C45",)))),
        Take("S1.C03", take.life(), (Naive("protected = bare", short.si, ("S1.C44",)),)),
    )  # fmt: skip
    out = [
        _bare(said), _long("strip/plate 0.05 mA/cm²", "wetted", _plate(slow, 5.0 * short.si, 50), wet), _long("strip/plate 0.05 mA/cm²", "protected", _plate(slow, long.si, 125), shielded),
        _long("strip/plate 0.1 mA/cm²", "protected", _plate(fast, longer.si), twice), *_otherwise(said), *_raised(said), *_blocking(),
    ]  # fmt: skip
    for label, like, words in (("sham", "S1.C47", "as thick LAGP in place of polymer and liquid, with the bare cell's film: must show no gain"), ("dry", "S1.C51", "the polymer alone, without the liquid")):
        out.append(Experiment("impedance", label, SPECTRUM, (Take("", take.real_part(area=True), (), "control", f"cell impedance, {label}: {words}", f"reported column: {like}", "resistance", said[like].si),)))
    return tuple(out)


#: the symmetric cells, in words
CELLS = {
    "bare": "bare", "wetted": "wetted by the liquid", "protected": "liquid and 20 µm of polymer", "protected-10um": "liquid and 10 µm of polymer", "dry": "polymer without the liquid",
}  # fmt: skip
_THINNER = "the paper gives at most 20 µm, so a thinner polymer stands beside it; nothing is reported of it"


def _otherwise(said: Said) -> list[Experiment]:
    """The same tests on the cells that the paper's words leave open: a thinner polymer, and no liquid as S1.C03 writes it."""
    slow, fast, long = said["S1.C45"].condition("current_density"), said["S1.C53"].condition("current_density"), said["S1.C03"]
    thin = (
        Take("", take.real_part(0, area=True), (), "shown", "cell impedance, 10 µm of polymer", _THINNER, "resistance"),
        Take("", take.polarisation("last"), (), "shown", "polarisation after 1000 h, 10 µm of polymer", _THINNER, "overpotential"),
    )  # fmt: skip
    dry = (
        Take("", take.life(), (), "control", "life at 0.1 mA/cm², polymer without the liquid", "reported column: S1.C03, which writes the cell so; the liquid may only be left out of its name", "time", long.si),
        Take("", take.polarisation("last"), (), "control", "polarisation after 2000 h, polymer without the liquid", "reported column: S1.C53, at most", "overpotential", said["S1.C53"].si),
    )  # fmt: skip
    return [_long("strip/plate 0.05 mA/cm²", "protected-10um", _plate(slow, said["S1.C46"].si, 125), thin), _long("strip/plate 0.1 mA/cm²", "dry", _plate(fast, long.si), dry)]


def _raised(said: Said) -> list[Experiment]:
    """Rate ramps, ramps to failure, and the first cycles with the rests that the paper states, on every symmetric cell."""
    low, high = said["S1.C55"].values
    rates = RateRamp([f"{j} A/m^2" for j in (low, 1.0, 2.0, high, low)], half_cycle=f"{HALF} s", cycles=2)
    ramp = CriticalCurrent(start=f"{low} A/m^2", step=f"{low} A/m^2", stop="2 mA/cm^2", half_cycle=f"{HALF} s")
    rested = StripPlate(f"{said['S1.C36'].si} A/m^2", half_cycle=f"{HALF} s", rest=f"{said['S1.C38'].si} s", cycles=3)
    out = []
    for label, words in CELLS.items():
        why = _THINNER if label == "protected-10um" else "the polarisations stand in a figure only" if label == "protected" else "the paper raises the current on the protected cell; the others stand beside it"
        slope = Take("", take.slope, (), "shown", f"slope of the polarisation, 0.05 to 0.3 mA/cm², {words}", why, "area_specific_resistance")
        out.append(Experiment("rate ramp", label, rates, (slope,)))
        own = Take("S1.C56", take.ramp, why="ramp on to 2 mA/cm²") if label == "protected" else Take("", take.ramp, (), "shown", f"critical current, {words}", f"ramp on to 2 mA/cm²; {why}", "current_density")
        out.append(Experiment("ramp", label, ramp, (own,)))
        late = Take("", take.polarisation("last"), (), "shown", f"polarisation in the third cycle with rests of 12 h, {words}", "S1.C38 states the rests; whether the hours of a life count them is not said", "overpotential")
        out.append(Experiment("strip/plate with rests", label, rested, (late,)))
    return out


def _blocking() -> list[Experiment]:
    warm = Arrhenius(Impedance("1 MHz", "1 kHz", points_per_decade=2), ["25 degC", "40 degC", "60 degC"])
    warmer = Arrhenius(Impedance("1 MHz", "1 kHz", points_per_decade=2), ["25 degC", "40 degC", "50 degC", "60 degC", "70 degC", "80 degC"])
    pellet = (
        Take("S1.C26", take.steady_conductivity, (), "input", why="went in as the material's"),
        Take("S1.C25", take.plateau_resistance, why="with the area that closes the symmetric cell; the pellet's own area is not stated and need not be the same"),
    )  # fmt: skip
    film = (Take("S1.C02", take.high_frequency, (), "input", why="went in as the material's"), Take("S1.C29", take.plateau_resistance, why="the thickness of the free film is a prior"))
    why = "went in as the law of the polymer's conductivity (VFT)"
    law = (
        Take("S1.C30", take.conductivity_at(313.15), (), "input", why=why), Take("S1.C31", take.conductivity_at(353.15), (), "input", why=why),
        Take("S1.C32", take.pseudo_energy, (), "input", why=f"{why} without a factor of T; read back with T^-1/2 before it, which is the technique's and reads more"),
    )  # fmt: skip
    return [
        Experiment("conductivity", "blocking-LAGP", Impedance("10 MHz", "1 Hz"), pellet), Experiment("conductivity", "blocking-SPE", Impedance("1 MHz", "1 Hz"), film),
        Experiment("Arrhenius", "blocking-LAGP", warm, (Take("S1.C33", take.energy("plateau"), (), "input", why="went in as the law of bulk and grain boundaries"),)),
        Experiment("Arrhenius", "blocking-SPE", warmer, law),
    ]  # fmt: skip


STUDY = Study(
    "wu2023", "Ionic liquid and polymer on LAGP: bare, wetted, protected", "Wu et al., SPE/LAGP bilayer with NCM811, Helmholtz Institute Ulm (journal not in the text that was read)",
    "Where does lithium on LAGP lose its resistance when a liquid or a polymer is put between, and what does that say of life?",
    {k: f"wu2023/{k}" for k in (*CELLS, "blocking-LAGP", "blocking-SPE")},
    (
        Fit(("area", FILM), ("S1.C39", "S1.C47"), "one area for all cells; V and Z of the bare cell give both, since the area is not stated"),
        Fit((TRANSFER,), ("S1.C50",)),
    ),
    calibrate, experiments,
    {
        "S1.C36": "the current of strip and plate", "S1.C37": "the half cycle of strip and plate", "S1.C38": "the rests of the experiment strip/plate with rests; the lives are run without them",
        "S1.C54": "the current of strip/plate 0.1 mA/cm²", "S1.C55": "ends of the rate ramp", "S1.C117": "temperature of the symmetric cells", "S1.C19": "thickness of the polymer, and 10 µm beside it",
    },
    keep=(FILM, TRANSFER), more=standard("strip/plate"),
    open=(
        "Area and pellet: the area that closes the symmetric cell does not close the conductivity of the blocking pellet in ohm (row S1.C25): either the areas differ or one of the numbers is of another sample.",
        "How the bare resistance divides into poor contact and reaction film: the model fits the film with the contact drawn; spot radius and fraction stay open.",
        "What shorts the wetted cell: nothing in the model of a wetted face grows or shorts; the paper's short is outside of it.",
    ),
)  # fmt: skip


@STUDIES.add("wu2023")
def study(tell: Tell | None = None, samples: int | None = None) -> StudyResult:
    """The whole study; `tell` hears (sentence, share done)."""
    return run(STUDY, tell, samples)
