"""yu2024: a polycation skin with nitrate on lithium and copper, in ether and in carbonate: what of it is electrochemistry?"""

from __future__ import annotations

from dataclasses import replace

from ..cells import Cell
from ..elements.base import FARADAY
from ..literature import Claim
from ..materials import material
from ..protocols import Arrhenius, Aurbach, BruceVincent, CyclicVoltammetry, Impedance, Nucleation, StripPlate, Tafel
from ..protocols import Experiment as Sentences
from . import _finds as take
from ._fitting import fit, polarised, with_fitted
from ._protocols import CutShort
from .base import STUDIES, StudyResult, Tell
from .frame import Cells, Experiment, Fit, Naive, Said, Study, Take, Unstated, run
from .limits import standard

FILM = "interfaces.Li|LiTFSI-ether.interphase.conductivity"
CE = {"copper-bare": "interfaces.Cu|LiPF6-carbonate.dead_lithium.coulombic_efficiency", "copper-protected": "interfaces.Cu|POTA-NO3.dead_lithium.coulombic_efficiency"}
POROSITY = "interfaces.Cu|LiPF6-carbonate.deposit.deposit_porosity"
DENSE = material("Li")["molar_volume"].value / FARADAY  # m of dense lithium per C/m²
SPECTRUM = Impedance("1 MHz", "100 mHz")
THICKNESSES = ("protected-2um", "protected-10um")
CYCLES = 10  # of a test on copper: nothing in the model goes with their number
COPPER = ("copper-bare", "copper-protected", "copper-bare-ether", "copper-protected-ether")
VARIANTS = ("bare", "bare-ether", "protected", "protected-ether", "protected-PF6", "protected-TFSI", *THICKNESSES, *COPPER)
SCAN = (1e-4, 1e-2)  # V/s: scan rates in use, 0.1 to 10 mV/s, recalled; the text does not give the paper's


def calibrate(cells: Cells, said: Said) -> dict[str, Cell]:
    """The film of bare lithium in the ether from its first polarisation; efficiencies on copper as the Aurbach test gives them;
    the porosity of the deposit on bare copper from its thickness. The skin's own transport is not touched."""
    out = dict(cells)
    first, deposit = said["S4.C46"], said["S4.C62"]
    current, charge = first.condition("current_density"), first.condition("areal_capacity")
    out["bare-ether"] = fit(cells["bare-ether"], FILM, polarised(current, take.EARLY * charge / current), first.values[0], "S4.C46")
    for label, key in (("copper-bare", "S4.C42"), ("copper-protected", "S4.C41")):
        out[label] = with_fitted(cells[label], CE[label], said[key].si, key)
    porosity = 1.0 - said["S4.C42"].si * DENSE * deposit.condition("areal_capacity") / deposit.si
    out["copper-bare"] = with_fitted(out["copper-bare"], POROSITY, min(max(porosity, 0.0), 0.95), "S4.C62")
    sham = cells["protected-ether"].sham()
    faces = (out["bare-ether"].interfaces[0], *sham.interfaces[1:-1], out["bare-ether"].interfaces[-1])
    out["sham"] = replace(sham, interfaces=faces, name="yu2024/sham")
    return out


def _plate(claim: Claim, seconds: float | None = None) -> StripPlate:
    """The strip/plate test of a claim about a life (or `seconds` of it)."""
    current, charge = claim.condition("current_density"), claim.condition("areal_capacity")
    return StripPlate(f"{current} A/m^2", areal_charge=f"{charge} C/m^2", cycles=max(1, round(0.5 * (seconds or claim.si) * current / charge)))


_NO = "no short through a liquid is in the model: it says when lithium or salt runs out, and the foil's thickness is not stated"


def _life(name: str, variant: str, claim: Claim, takes: tuple[Take, ...], seconds: float | None = None) -> Experiment:
    plate = _plate(claim, seconds)
    return Experiment(f"strip/plate {name}", variant, CutShort(plate, 60), takes, brief=CutShort(plate, 6))


def _ether(said: Said) -> list[Experiment]:
    def bare(key: str) -> Naive:
        return Naive("protected = bare", said[key].si, (key,))

    late = said["S4.C49"]
    resistance = said["S4.C46"].values[0] / said["S4.C46"].condition("current_density")
    first = Take("S4.C46#0", take.early, what="polarisation, bare, first")
    last = Take("S4.C46#1", take.polarisation("last"), (Naive("last value carried", said["S4.C46"].values[0], ("S4.C46",)),), what="polarisation, bare, before the short", why="dead lithium and film thicken; their rates are priors")
    grown = Take("S4.C49", take.polarisation("last"), (Naive("V = j R", resistance * late.condition("current_density"), ("S4.C46",)),), why="nothing was fitted in this cell; naive: the bare cell's resistance")
    one, two, five = said["S4.C48"], said["S4.C05"], said["S4.C01"]
    return [
        _life("1 mA/cm², ether", "bare-ether", said["S4.C47"], (first, last, Take("S4.C47", take.life(), why=_NO)), 5.0 * said["S4.C47"].si),
        _life("1 mA/cm², ether", "protected-ether", one, (Take(one.id, take.life(), (bare("S4.C47"),), why=_NO),)),
        _life("2 mA/cm², ether", "protected-ether", two, (Take(two.id, take.life(), (bare("S4.C47"),), why=_NO), grown, Take("S4.C94", take.life(), (bare("S4.C47"),), why="the conclusion repeats it"))),
        _life("5 mA/cm², ether", "bare-ether", said["S4.C50"], (Take("S4.C50", take.life(), (Naive("last value carried", said["S4.C47"].si, ("S4.C47",)),), why=_NO),), 5.0 * said["S4.C50"].si),
        _life("5 mA/cm², ether", "protected-ether", five, (Take(five.id, take.life(), (bare("S4.C50"),), why=_NO),)),
    ]  # fmt: skip


def _carbonate(said: Said) -> list[Experiment]:
    onset = said["S4.C43"]
    bare = Naive("protected = bare", onset.si, (onset.id,))
    return [
        _life("1 mA/cm², carbonate", "bare", onset, (Take(onset.id, take.onset(), why="dead lithium's rate is a prior"),), 5.0 * onset.si),
        _life("1 mA/cm², carbonate", "protected", said["S4.C45"], (Take("", take.polarisation(), (), "shown", "polarisation at 1 mA/cm², carbonate, NO3 form", "no claim of this cell in the carbonate; it runs as long as the TFSI form", "overpotential"),)),
        _life("1 mA/cm², carbonate", "protected-PF6", said["S4.C44"], (Take("S4.C44", take.life(), (bare,), why=_NO),)),
        _life("1 mA/cm², carbonate", "protected-TFSI", said["S4.C45"], (Take("S4.C45", take.life(), (bare,), why=_NO),)),
    ]  # fmt: skip


def _copper(said: Said) -> list[Experiment]:
    deposit, cycled = said["S4.C62"], said["S4.C37"]
    current = deposit.condition("current_density")
    rate = f"{cycled.si} A/m^2"
    out = []
    for label, tip, plateau, thin, thick, ce in (("copper-bare", "S4.C35", "S4.C36", "S4.C62", "S4.C66", "S4.C42"), ("copper-protected", "S4.C33", "S4.C34", "S4.C63", "S4.C67", "S4.C41")):
        shielded = label == "copper-protected"

        def naive(key: str, on: bool = shielded) -> tuple[Naive, ...]:
            return (Naive("protected = bare", said[key].si, (key,)),) if on else ()

        plate = Nucleation(f"{current} A/m^2", areal_charge=f"{said[thin].condition('areal_capacity')} C/m^2", sample="30 s")
        more = Nucleation(f"{current} A/m^2", areal_charge=f"{said[thick].condition('areal_capacity')} C/m^2", sample="300 s")
        takes = (
            Take(tip, take.tip, naive("S4.C35"), why="current of the paper's test not in the text: that of its deposits; read from a point every 30 s, more often reads a higher tip"), Take(plateau, take.plateau, naive("S4.C36")),
            Take(thin, take.deposit, naive("S4.C62"), why="the porosity under the skin is a prior; dense lithium can't be thinner than the Faraday floor" if shielded else ""),
        )  # fmt: skip
        out.append(Experiment("nucleation", label, plate, takes, detail=True))
        out.append(Experiment("deposit", label, more, (Take(thick, take.deposit, naive("S4.C66")),), detail=True))
        again = (Take("S4.C92", take.efficiency, (), "input", why="says S4.C41 again, which was fitted: no prediction"),) if shielded else ()
        out.append(Experiment("Aurbach", label, _aurbach(rate), (Take(ce, take.efficiency), *again), drawn=False))
    area = f"{cycled.condition('areal_capacity')} C/m^2"
    plain = Aurbach(rate, reservoir=None, cycled=area, cycles=CYCLES)
    out.append(Experiment("cycling on copper", "copper-protected", plain, (
        Take("S4.C38", take.efficiency, (Naive("protected = bare", said["S4.C42"].si, ("S4.C42",)),), why="the efficiency of the Aurbach test carried to plain cycling"),
        Take("S4.C39", take.life("strips", said["S4.C39"].si), (Naive("protected = bare", said["S4.C40"].si, ("S4.C40",)),), why=f"run for {CYCLES} cycles: a constant efficiency never collapses"),
    ), brief=Aurbach(rate, reservoir=None, cycled=area, cycles=3)))  # fmt: skip
    out.append(Experiment("cycling on copper", "copper-bare", plain, (Take("S4.C40", take.life("strips", said["S4.C39"].si), why="a constant efficiency never collapses; what makes it collapse is not in the model"),), brief=Aurbach(rate, reservoir=None, cycled=area, cycles=3)))
    return out


def _aurbach(rate: str) -> Aurbach:
    return Aurbach(rate, reservoir="5 mA*h/cm^2", cycled="1 mA*h/cm^2")


_READING = "the paper does not say in which electrolyte it tests copper: the same claim read as of the ether, nothing fitted"


def _copper_in_ether(said: Said) -> list[Experiment]:
    """The tests on copper once more in the ether, beside what is reported of an electrolyte that is not named."""
    current, cycled = said["S4.C62"].condition("current_density"), said["S4.C37"]
    rate, area = f"{cycled.si} A/m^2", f"{cycled.condition('areal_capacity')} C/m^2"
    plain = Aurbach(rate, reservoir=None, cycled=area, cycles=3)
    out = []
    for label, words, keys in (
        ("copper-bare-ether", "bare copper in the ether", ("S4.C35", "S4.C36", "S4.C62", "S4.C66", "S4.C42", None)),
        ("copper-protected-ether", "copper with the skin in the ether", ("S4.C33", "S4.C34", "S4.C63", "S4.C67", "S4.C41", "S4.C38")),
    ):
        tip, plateau, thin, thick, ce, mean = (None if k is None else (k, said[k].si) for k in keys)

        def beside(find: take.Find, what: str, quantity: str, known: tuple[str, float] | None, on: str = words) -> Take:
            if known is None:
                return Take("", find, (), "shown", f"{what}, {on}", "efficiency of the Aurbach test carried to plain cycling; the claims hold the cycles until it collapses only", quantity)
            return Take("", find, (), "control", f"{what}, {on}", f"reported column: {known[0]}; {_READING}", quantity, known[1])

        plate = Nucleation(f"{current} A/m^2", areal_charge=f"{said['S4.C62'].condition('areal_capacity')} C/m^2", sample="30 s")
        more = Nucleation(f"{current} A/m^2", areal_charge=f"{said['S4.C66'].condition('areal_capacity')} C/m^2", sample="300 s")
        takes = (beside(take.tip, "nucleation overpotential", "overpotential", tip), beside(take.plateau, "plateau overpotential", "overpotential", plateau), beside(take.deposit, "deposit of 2 mAh/cm²", "thickness", thin))
        out.append(Experiment("nucleation", label, plate, takes, detail=True))
        out.append(Experiment("deposit", label, more, (beside(take.deposit, "deposit of 8 mAh/cm²", "thickness", thick),), detail=True))
        out.append(Experiment("Aurbach", label, _aurbach(rate), (beside(take.efficiency, "Coulombic efficiency (Aurbach)", "fraction", ce),)))
        out.append(Experiment("cycling on copper", label, plain, (beside(take.efficiency, "Coulombic efficiency, plain cycling", "fraction", mean),)))
    return out


def _swept(said: Said) -> list[Experiment]:
    """Voltammograms on copper; the scan rate is drawn with the cells."""
    low, high = said["S4.C28"].values

    def made(rate: float, points: int = 1000) -> CyclicVoltammetry:
        return CyclicVoltammetry(f"{low} V", f"{high} V", f"{rate} V/s", start=f"{high} V", sample=f"{(high - low) / rate / points} s")

    scan = Unstated("scan rate", *SCAN, lambda rate: made(rate, 250))
    why = "scan rate drawn from 0.1 to 10 mV/s; by the paper's own polarisation (40 mV at 1 mA/cm² between lithium) a sweep to -0.2 V passes several mA/cm²; what keeps its peak so small is not in the text"
    onset = "scan rate drawn from 0.1 to 10 mV/s; onset read at 0.01 mA/cm², the paper's criterion is not in the text"
    out = []
    for label, peak, begins in (("copper-bare", "S4.C32", "S4.C31"), ("copper-protected", "S4.C30", "S4.C29")):
        rules = ((), ()) if label == "copper-bare" else tuple((Naive("protected = bare", said[k].si, (k,)),) for k in ("S4.C32", "S4.C31"))
        takes = (Take(peak, take.stripping_peak, rules[0], why=why), Take(begins, take.plating_onset, rules[1], why=onset))
        out.append(Experiment("voltammetry", label, made(1e-3), takes, unstated=scan))
    for label, words in (("copper-bare-ether", "bare copper in the ether"), ("copper-protected-ether", "copper with the skin in the ether")):
        known = ("S4.C32", "S4.C31") if "bare" in label else ("S4.C30", "S4.C29")
        takes = (
            Take("", take.stripping_peak, (), "control", f"stripping peak, {words}", f"reported column: {known[0]}; {_READING}", "current_density", said[known[0]].si),
            Take("", take.plating_onset, (), "control", f"plating overpotential, {words}", f"reported column: {known[1]}; {_READING}", "overpotential", said[known[1]].si),
        )  # fmt: skip
        out.append(Experiment("voltammetry", label, made(1e-3), takes, unstated=scan))
    return out


def _stages(said: Said) -> list[Experiment]:
    """Plating and stripping on copper in the paper's stages (2, 4, back to 2 mAh/cm², then all), whose images it shows."""
    current = said["S4.C69"].si
    up, most, down = said["S4.C70"].values
    plate = f"Discharge at {current} A/m^2 for {{:.9g}} s"
    stages = Sentences([plate.format(up / current), plate.format((most - up) / current), f"Charge at {current} A/m^2 for {down / current:.9g} s", f"Charge at {current} A/m^2 for {2.0 * most / current:.9g} s or until 1 V"])
    out = []
    for label in COPPER[:2]:
        takes = tuple(
            Take("", take.staged(k), (), "shown", f"deposit {words} mAh/cm², {'with the skin' if label == 'copper-protected' else 'bare copper'}", "the paper shows images of the stages without numbers", "thickness")
            for k, words in enumerate(("plated to 2", "plated to 4", "stripped back to 2"))
        )
        out.append(Experiment("staged plating", label, stages, takes, detail=True))
    return out


def _read_back(said: Said) -> list[Experiment]:
    out = []
    for label, j0, energy, t in (("bare", "S4.C21", "S4.C19", "S4.C25"), ("protected", "S4.C20", "S4.C18", "S4.C24")):
        warm = Arrhenius(Impedance("1 MHz", "1 Hz", points_per_decade=2), ["10 degC", "25 degC", "40 degC", "55 degC"])
        out.append(Experiment("Arrhenius", label, warm, (Take(energy, take.energy(), (), "input", why="went in as the law of charge transfer alone; read back from all of the face"),)))
        out.append(Experiment("Tafel", label, Tafel("40 mV", "0.2 mV/s", sample="1 s"), (Take(j0, take.exchange_current, (), "input", why="went in as charge transfer; the sweep sees film and skin too"),)))
        out.append(Experiment("Bruce-Vincent", label, BruceVincent("10 mV", "2 h", sample="1 min"), (Take(t, take.current_fraction, why="no value where the faces take more than 0.8 of the voltage: the technique refuses"),)))
    return out


def _controls(said: Said) -> list[Experiment]:
    bare = said["S4.C46"].values[0]
    plate = StripPlate(f"{said['S4.C46'].condition('current_density')} A/m^2", half_cycle="1 h", cycles=1)
    sham = Take("", take.early, (), "control", "polarisation at 1 mA/cm², sham: as much ether in place of the skin, bare face; must show no gain", "reported column: the bare cell", "overpotential", bare)
    out = [Experiment("controls", "bare-ether", plate, (), drawn=False), Experiment("controls", "sham", plate, (sham,))]
    current = f"{said['S4.C43'].condition('current_density')} A/m^2"
    cycled = StripPlate(current, areal_charge=f"{said['S4.C43'].condition('areal_capacity')} C/m^2", cycles=3)
    for label, words in (("bare", "no skin"), ("protected-2um", "2 µm"), ("protected", "5 µm"), ("protected-10um", "10 µm")):
        shown = Take("", take.polarisation(), (), "shown", f"polarisation at 1 mA/cm², carbonate, skin: {words}", "thickness of the skin; the paper's lives are of 5 µm only", "overpotential")
        out.append(Experiment("thickness of the skin", label, cycled, (shown,)))
    for label in ("protected", *THICKNESSES):
        said_of = {"protected": "5 µm, the paper's optimum", "protected-2um": "2 µm", "protected-10um": "10 µm"}[label]
        out.append(Experiment("impedance", label, SPECTRUM, (Take("", take.real_part(), (), "control", f"impedance with a skin of {said_of}, carbonate", "an over-thick skin only adds resistance in this model", "area_specific_resistance"),)))
    return out


def experiments(said: Said) -> tuple[Experiment, ...]:
    """Strip and plate in both electrolytes, copper, and what went in read back."""
    return (*_ether(said), *_carbonate(said), *_copper(said), *_copper_in_ether(said), *_swept(said), *_stages(said), *_read_back(said), *_controls(said))


STUDY = Study(
    "yu2024", "A polycation skin with nitrate on lithium and copper", "Yu et al., Energy Environ. Sci. 17 (2024) 4519, 10.1039/d4ee00399c",
    "What does a polycation skin change that impedance, polarisation and efficiency can see?",
    {k: f"yu2024/{k}" for k in VARIANTS},
    (
        Fit((FILM,), ("S4.C46#0",), "bare lithium in the ether; charge transfer is the paper's apparent exchange current (S4.C20, S4.C21), an input"),
        Fit((CE["copper-bare"],), ("S4.C42",)), Fit((CE["copper-protected"],), ("S4.C41",)), Fit((POROSITY,), ("S4.C62",)),
    ),
    calibrate, experiments,
    inputs={
        "S4.C12": "thinner and thicker skins of the catalogue", "S4.C13": "skins of 5 and 10 µm", "S4.C14": "the skin of all cells but those of the thickness", "S4.C28": "turning potentials of the voltammetry",
        "S4.C37": "current and charge of cycling on copper", "S4.C57": "the ether carries nitrate with and without the skin", "S4.C61": "the current of the deposits", "S4.C68": "charges of nucleation, staged plating and deposit",
        "S4.C69": "the current of staged plating", "S4.C70": "the stages of staged plating", "S4.C71": "not run: no law of a deposit on lithium itself, and the paper shows images only",
    },
    not_yet={
        "S4.C15": "a reduction below the potential of lithium: a sweep plates first, and no reduction of the cation is in the skin's model", "S4.C95": "a window of a figure, no outcome",
        "S4.C17": "reduction of nitrate is not in the model: the sweep from 0.3 V down does not pass it either",
    },
    keep=(FILM, "LiPF6-carbonate|Cu.dead_lithium.coulombic_efficiency", POROSITY, "LiPF6-carbonate|Cu.deposit.deposit_porosity"), samples=16, shares=(0.27, 0.99), more=standard("strip/plate"),
    open=(
        "The skin's own transference number: in a cell of 25 µm of liquid the faces take nearly all of a small voltage, so the Bruce-Vincent experiment on the whole cell says nothing of it; the Donnan null and a bound anion are both inside the prior.",
        "How a face divides into skin, film and charge transfer: one polarisation and one apparent exchange current fix their sum.",
        "The electrolyte of the copper, Tafel and Arrhenius tests is not stated; they are run in the carbonate here, those on copper in the ether as well (controls).",
        "A bare life that is longer at the higher current can't come from any mechanism here that goes with charge: two cells of a scattered population do it.",
    ),
)  # fmt: skip


@STUDIES.add("yu2024")
def study(tell: Tell | None = None, samples: int | None = None) -> StudyResult:
    """The whole study; `tell` hears (sentence, share done)."""
    return run(STUDY, tell, samples)
