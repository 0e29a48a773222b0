"""yang2024: mixed-conducting interlayers of soft carbon with LLZTO between lithium and a pressed sulfide at 375 MPa."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ..cells import Cell, catalogue
from ..errors import CellError, SimulationError
from ..protocols import CriticalCurrent, DCPolarisation, Impedance, StripPlate, Tafel
from ..simulation import Simulation
from . import _finds as take
from . import _mixed_layers, _mixed_rank, _mixed_scans
from ._fitting import fit, polarised, with_fitted
from ._protocols import CutShort
from .base import STUDIES, Row, StudyResult, Tell
from .frame import Cells, Experiment, Fit, More, Naive, Run, Said, Study, Take, run
from .limits import standard

FILM = "interfaces.Li|Li6PS5Cl.interphase.conductivity"
TIP, DEPTH = "interfaces.Li|Li6PS5Cl.filament.tip_focusing", "interfaces.Li|Li6PS5Cl.filament.flaw_depth"
FOCUSING = 1000.0  # assumption of this study: with the prior of 3 to 100 no flaw, however deep, shorts a cell of whole contact at so small a charge
LAYERS = ("protected-carbon", "protected-micro", "protected-nano")
COLD = 268.15  # S3.C25 states it
SPECTRUM = Impedance("1 MHz", "100 mHz")
HORIZON = 100  # cycles that a life test of the bare cell may take


def calibrate(cells: Cells, said: Said) -> dict[str, Cell]:
    """Film of the bare face from its first polarisation, flaw depth from its critical current.

    Not the sulfide's conductivity: with the faces of the catalogue no value of it gives so small a voltage.
    """
    first = said["S3.C47"]
    current, charge = first.condition("current_density"), first.condition("areal_capacity")
    bare = fit(cells["bare"].set(TIP, f"{FOCUSING}"), FILM, polarised(current, take.EARLY * charge / current), first.si, first.id, low=0.1, high=1e5)
    bare = with_fitted(bare, DEPTH, _depth(bare, said), "S3.C36")
    out = {**_mixed_layers.one_carbon(cells, said), "bare": bare}
    for kind in _mixed_layers.KINDS:  # the real part is untouched; a figure would show nothing but the outer contact's tail
        half = out[f"electron-blocking-{kind}"]
        out[f"{kind}, half cell"] = half.set(f"interfaces.{half.interfaces[-1].name}.double_layer.double_layer_capacitance", "1e3 F/cm^2")
    for label in ("bare", *LAYERS):
        out[f"{label}, cold"] = replace(out[label], temperature=COLD)
    out["sham"] = replace(_sham(out["protected-nano"], bare), name="yang2024/sham")
    return out


def _sham(protected: Cell, bare: Cell) -> Cell:
    made = protected.sham()
    return replace(made, interfaces=(bare.interfaces[0], *made.interfaces[1:-1], bare.interfaces[-1]))


def _depth(cell: Cell, said: Said) -> float:
    """Flaw depth [m] from which on the paper's whole ramp shorts at the reported current or before, by halving in ln."""
    claim = said["S3.C36"]
    test = _ramp(said, said["S3.C32"].values[0], claim.si)
    simulation = Simulation.of(cell)

    def shorts(depth: float) -> bool:
        simulation.restate(cell.set(DEPTH, f"{depth} m"))
        return "short" in simulation.run(test, rtol=1e-3, detail=False).outcome

    low, high = 1e-9, 1e-2
    try:
        if shorts(low) or not shorts(high):
            raise CellError("No flaw depth gives the bare critical current", given=claim.si)
        while high / low > 1.02:
            mid = math.sqrt(low * high)
            low, high = (low, mid) if shorts(mid) else (mid, high)
    except SimulationError as error:
        raise CellError("The bare cell can't be simulated while its flaw is fitted", given=str(error)) from error
    return high


def _plate(said: Said, seconds: float) -> StripPlate:
    claim = said["S3.C47"]
    current, charge = claim.condition("current_density"), claim.condition("areal_capacity")
    return StripPlate(f"{current} A/m^2", areal_charge=f"{charge} C/m^2", cycles=max(1, round(0.5 * seconds * current / charge)))


def _ramp(said: Said, step: float, stop: float) -> CriticalCurrent:
    low, charge = said["S3.C32"].values[0], said["S3.C36"].condition("areal_capacity")
    return CriticalCurrent(start=f"{max(low, step)} A/m^2", step=f"{step} A/m^2", stop=f"{stop} A/m^2", areal_charge=f"{charge} C/m^2")


_EARLY = f"read {take.EARLY:.0%} into the first half cycle, as that of the bare cell (\"initial\"); it rises until its end (table of mechanisms)"
_NO = "no filament behind a mixed layer is in the model: only the host's and the pores' room end such a cell"


def _plates(said: Said) -> list[Experiment]:
    cycle = 2.0 * said["S3.C47"].condition("areal_capacity") / said["S3.C47"].condition("current_density")
    life = Naive("protected = bare", said["S3.C46"].si * cycle, ("S3.C46",))
    volts = Naive("protected = bare", said["S3.C47"].si, ("S3.C47",))
    name = "strip/plate 2 mA/cm²"
    held = said["S3.C38"].si
    nano = (
        Take("S3.C39", take.early, (volts,), why=_EARLY), Take("S3.C40", take.polarisation("last"), (Naive("last value carried", said["S3.C39"].si, ("S3.C39",)), volts)),
        Take("S3.C38", take.life(), (life,), why=_NO),
    )  # fmt: skip
    micro = (
        Take("S3.C41", take.early, (volts,), why=_EARLY), Take("S3.C43", take.polarisation("last"), (Naive("last value carried", said["S3.C41"].si, ("S3.C41",)),), why="the paper's value is of a cell about to short"),
        Take("S3.C42", take.life(), (life,), why=_NO),
    )  # fmt: skip
    bare = (Take("S3.C47", take.early), Take("S3.C46", take.life("cycles"), why="the filament fitted on the ramp; the life at constant current is predicted"))
    long = _plate(said, held)
    return [
        Experiment(name, "bare", _plate(said, HORIZON * cycle), bare), Experiment(name, "protected-nano", CutShort(long, 60), nano, brief=CutShort(long, 3)),
        Experiment(name, "protected-micro", CutShort(long, 60), micro, brief=CutShort(long, 3)),
        Experiment(name, "sham", _plate(said, 2.0 * cycle), (Take("", take.early, (), "control", "polarisation, sham: as thick sulfide in place of the layers, bare face; must show no gain", "reported column: the bare cell; thicker by 60 µm of sulfide", "overpotential", said["S3.C47"].si),)),
    ]  # fmt: skip


def experiments(said: Said) -> tuple[Experiment, ...]:
    """Strip and plate, ramps at fixed charge, impedance, Tafel in the cold."""
    top = said["S3.C94"]
    end = said["S3.C32"].values[1]
    bare_j, v_bare, v_nano = said["S3.C36"].si, said["S3.C47"].si, said["S3.C39"].si
    rules = (Naive("protected = bare", bare_j, ("S3.C36",)), Naive("critical current ~ 1/ASR", bare_j * v_bare / v_nano, ("S3.C36", "S3.C47", "S3.C39")))
    nano = (Take("S3.C94", take.ramp, rules, censored=True, why=f"{_NO}; the paper's ramp ended there"), Take("S3.C33", take.ramp, rules, censored=True, why="the same number in the paper's figure"))
    assert top.si <= end
    out = [*_plates(said), Experiment("ramp", "bare", _ramp(said, said["S3.C32"].values[0], end), (Take("S3.C36", take.ramp),), drawn=False)]
    out.append(Experiment("ramp", "protected-nano", _ramp(said, 10.0, end), nano, brief=_ramp(said, 50.0, end)))
    for label in ("bare", *LAYERS):
        out.append(Experiment("impedance", label, SPECTRUM, ()))
    out += [*_between_metals(), *_scan(said)]
    for label, key in zip(("bare", *LAYERS), ("S3.C30", "S3.C29", "S3.C28", "S3.C27"), strict=True):
        naive = () if label == "bare" else (Naive("protected = bare", said["S3.C30"].si, ("S3.C30",)),)
        sweep = Tafel(f"{said['S3.C26'].si} V", "1 mV/s", rest="10 s", sample="0.5 s", impedance="Impedance(1 MHz, 1 Hz, 3)")
        out.append(Experiment("Tafel at -5 °C", f"{label}, cold", sweep, (Take(key, take.exchange_current, naive, why="slope through rest with the sulfide taken away; the exchange currents are priors, not the paper's"),)))
    return tuple(out)


def _between_metals() -> list[Experiment]:
    """Electrons blocked, ions blocked, and the pellets whose conductivity the paper gives."""
    out = [Experiment("impedance, electrons blocked, without the outer contact's double layer", f"{kind}, half cell", SPECTRUM, (), drawn=False) for kind in _mixed_layers.KINDS]
    out += [Experiment("impedance, electrons blocked, with the outer contact", f"electron-blocking-{kind}", Impedance("1 MHz", "20 kHz"), (), drawn=False) for kind in _mixed_layers.KINDS]
    out.append(Experiment("impedance between blocking metals", "blocking", Impedance("1 MHz", "10 kHz"), (), drawn=False))
    for label, key in (("filler-nano", "S3.C22"), ("filler-micro", "S3.C23")):
        given = Take(key, take.steady_conductivity, (), "input", why="went in as the filler's conductivity, and as that of a pellet that the paper may have measured: it reads the claim back and predicts nothing")
        out.append(Experiment("impedance between blocking metals", label, Impedance("1 MHz", "10 kHz"), (given,), drawn=False))
    held = DCPolarisation(current_densities=["1 mA/cm^2", "2 mA/cm^2", "5 mA/cm^2"], hold="1 min", sample="1 s")
    out += [Experiment(_mixed_scans.ELECTRONS, f"electronic-{kind}", held, (), drawn=False) for kind in _mixed_layers.KINDS]
    return out


def _scan(said: Said) -> list[Experiment]:
    cycle = _plate(said, 2.0 * said["S3.C47"].condition("areal_capacity") / said["S3.C47"].condition("current_density"))
    return [Experiment(name, label, cycle, (), drawn=False) for name, labels in _mixed_scans.CYCLES.items() for label in labels]


def _further(run: Run) -> More:
    """The rank of the impedances and what would decide it, compositions, and the table of mechanisms."""
    claim = run.said["S3.C24"]
    ranks = [_mixed_rank.rank(cells) for cells in run.draws]
    band = (float(np.quantile(ranks, 0.1)), float(np.quantile(ranks, 0.9))) if ranks else None
    row = Row(
        claim.id, "impedance rank, electrons blocked: pairs of (nano, micro, carbon) in the reported order, of 3", "number", 3.0, float(_mixed_rank.rank(run.cells)), "predicted", band,
        "Re Z at 0.1 Hz of the electron-blocking cells; not scored: an order, no number", form="series", split=claim.split,
    )  # fmt: skip
    first = run.said["S3.C47"]
    decides, said = _mixed_rank.sensitivity(run)
    grains, known = _mixed_rank.by_grain(run)
    mechanisms = _mixed_layers.table(run, first.condition("current_density"), first.condition("areal_capacity"))
    return More((row, _mixed_scans.optimum(run), *_mixed_scans.ratios(run), *_mixed_scans.read_back(run)), (mechanisms, _mixed_rank.by_frequency(run.cells), decides, grains, _mixed_scans.table(run)), (*said, known, _mixed_scans.branches(run)))


STUDY = Study(
    "yang2024", "Soft carbon and LLZTO as a mixed conductor on Li6PS5Cl at 375 MPa", "Yang et al., Adv. Energy Mater. 2024, 10.1002/aenm.202303229",
    "Why would a mixed conductor carry more current than lithium on the sulfide, and does one mechanism rank nano over micro over carbon?",
    {k.partition("/")[2]: k for k in catalogue() if k.startswith("yang2024/")},
    (Fit((FILM,), ("S3.C47",), "the sulfide's conductivity stays a prior"), Fit((DEPTH, TIP), ("S3.C36",), f"drive: mean interface drop; the focusing at the tip is set to {FOCUSING:g}, far beyond its prior of 3 to 100, with which no flaw shorts this cell")),
    calibrate, experiments, {"S3.C13": "size of the micro filler", "S3.C14": "size of the nano filler"},
    keep=(FILM, TIP, DEPTH, *(f"layers.{_mixed_layers.KINDS[k]}.electronic_conductivity" for k in ("micro", "nano"))), ties=_mixed_layers.TIES, samples=12,
    shown=("bare", *LAYERS, "protected-nano-100um", "electron-blocking-nano", "electronic-nano", "blocking", "filler-nano", "sham"),
    further=("S3.C24", "S3.C52", "S3.C93"), more=standard("strip/plate", _further),
    open=(
        "Contact can't be what the layers improve: at 375 MPa it is whole, bare and protected.",
        "No mechanism on or off ranks nano over micro over carbon at the stated grain size of the carbon (table): the filler's network sets nano apart and leaves micro beside the carbon alone. With coarse grains, which nobody measured, the micro filler percolates too, and the network alone gives the reported order of impedances.",
        "Which of nano and micro has which electronic conductivity is not in the text; the layers' sizes and pore fraction are priors.",
        "What shorts the micro cell: the filament of the bare face is not carried behind a mixed layer, so these lives are upper statements of the model.",
    ),
)  # fmt: skip


@STUDIES.add("yang2024")
def study(tell: Tell | None = None, samples: int | None = None) -> StudyResult:
    """The whole study; `tell` hears (sentence, share done)."""
    return run(STUDY, tell, samples)
