"""What is taken from a simulated record, each with the technique of `analysis` that would read a measured one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..analysis import (
    arrhenius,
    aurbach,
    bruce_vincent,
    cyclic_voltammetry,
    dc_polarisation,
    linear_sweep,
    nucleation,
    rate_ramp,
    strip_plate,
    tafel,
    vft,
)
from ..analysis.steps import half_cycles
from ..elements.base import GAS
from ..errors import AnalysisError
from ..record import Finding, Record, Segment
from .frame import Taken

Find = Callable[[Record], Taken]
NONE = Taken(math.nan)


def _named(findings: list[Finding], name: str) -> Taken:
    """The finding whose name starts so; nan where it could not be determined."""
    for f in findings:
        if f.name.startswith(name):
            return Taken(float(f.value)) if isinstance(f.value, int | float) else NONE
    raise AnalysisError("The technique gives no finding of this name", given=name, allowed=[f.name for f in findings])


def polarisation(which: str = "first") -> Find:
    """|V| of the "first" or "last" half cycle, last tenth of it."""

    def find(record: Record) -> Taken:
        return Taken(strip_plate.polarisation(half_cycles(record)[0 if which == "first" else -1])[0])

    return find


EARLY = 0.02  # of a half cycle: "at 0 h"


def early(record: Record) -> Taken:
    """|V| at the start of the first half cycle (`EARLY` of it), for what a paper gives at 0 h: between the two samples there,
    since a simulated record has far more of them at its first instants."""
    half = half_cycles(record)[0]
    return Taken(float(np.interp(EARLY * half.time[-1], half.time, np.abs(half.voltage))))


def life(count: str = "time", horizon: float | None = None) -> Find:
    """Hours [s] (or full cycles: "cycles", "strips") until the test ended by itself; beyond where it was stopped alive. With a `horizon`, a
    test that was cut short and is alive counts as alive at the horizon."""

    def find(record: Record) -> Taken:
        alive = record.outcome == "completed"
        if alive and horizon is not None:
            return Taken(horizon, True)
        last = record.traces[-1]
        if count == "time":
            return Taken(float(last["time"][-1]), alive)
        return Taken(max(0.5 * len(half_cycles(record)), 0.5), alive)

    return find


def onset(factor: float = 1.5) -> Find:
    """Time at which the polarisation of the half cycles has risen to `factor` of its least before; or the cell has ended."""

    def find(record: Record) -> Taken:
        table = strip_plate.course(record)
        risen = np.flatnonzero(table.polarisation > factor * np.minimum.accumulate(table.polarisation))
        if len(risen):
            return Taken(float(table.end[risen[0]]))
        return Taken(float(table.end[-1]), record.outcome == "completed")

    return find


def ramp(record: Record) -> Taken:
    """Current density of the half cycle in which a ramp ended by itself; beyond where it survived its last step."""
    return Taken(abs(half_cycles(record)[-1].level), record.outcome == "completed")


def real_part(spectrum: int = 0, *, area: bool = False, subtract: int | None = None) -> Find:
    """Real part at the lowest frequency of a spectrum [ohm m²], or of the whole cell [ohm] with `area`; less that of another one."""

    def find(record: Record) -> Taken:
        def at(number: int) -> float:
            segment = record.spectra[number]
            return float(record.impedance(segment, specific=not area).real[int(np.argmin(segment["frequency"]))])

        if not -len(record.spectra) <= spectrum < len(record.spectra):
            return NONE
        return Taken(at(spectrum) - (at(subtract) if subtract is not None else 0.0))

    return find


def stable(factor: float = 1.2) -> Find:
    """Time until the real part at the lowest frequency of a record's spectra has changed by `factor`; beyond where it has not."""

    def find(record: Record) -> Taken:
        values = [real_part(k)(record).value for k in range(len(record.spectra))]
        times = [float(s.info["time"]) for s in record.spectra]
        changed = [t for t, v in zip(times, values, strict=True) if not 1.0 / factor < v / values[0] < factor]
        return Taken(changed[0]) if changed else Taken(times[-1], record.outcome == "completed")

    return find


def _high(record: Record, spectrum: int) -> float:
    segment = record.spectra[spectrum]
    return float(record.impedance(segment, specific=True).real[int(np.argmax(segment["frequency"]))])


def _plateau(record: Record, spectrum: int = 0) -> float:
    """Real part where the phase is smallest below the highest decade [ohm m²]: all arcs of a ceramic, before the electrodes block."""
    segment = record.spectra[spectrum]
    z, f = record.impedance(segment, specific=True), segment["frequency"]
    low = f < 0.1 * f.max()
    return float(z.real[low][int(np.argmin(np.abs(z.imag[low]) / z.real[low]))])


def high_frequency(record: Record) -> Taken:
    """Conductivity between blocking electrodes from the highest frequency [S/m]: for one arc above the instrument's range."""
    return Taken(record.condition("thickness") / _high(record, 0))


def steady_conductivity(record: Record) -> Taken:
    """Conductivity between blocking electrodes, bulk and grain boundaries together [S/m]."""
    return Taken(record.condition("thickness") / _plateau(record))


def electronic_conductivity(record: Record) -> Taken:
    """Conductivity of what passes between electrodes that block ions, from steady direct currents [S/m]."""
    return _named(dc_polarisation.find(record, carriers="electrons"), "electronic conductivity")


def conductivity_at(temperature: float) -> Find:
    """Conductivity between blocking electrodes [S/m] of the spectrum taken at a temperature [K], from the highest frequency."""

    def find(record: Record) -> Taken:
        number = int(np.argmin([abs(float(s.info["temperature"]) - temperature) for s in record.spectra]))
        return Taken(record.condition("thickness") / _high(record, number))

    return find


def pseudo_energy(record: Record) -> Taken:
    """R B of the law of Vogel, Fulcher and Tammann over the spectra of a record [J/mol], from the highest frequency."""
    t = [float(s.info["temperature"]) for s in record.spectra]
    return _named(vft.fit([record.condition("thickness") / _high(record, k) for k in range(len(t))], t).findings(), "VFT pseudo-activation energy")


def plateau_resistance(record: Record) -> Taken:
    """The resistance of the same in ohm."""
    return Taken(_plateau(record) / record.condition("area"))


def bulk(record: Record, temperature: float | None = None) -> float:
    """Resistance of the separator alone [ohm m²], as a blocking cell would have given it."""
    cell = record.cell
    assert cell is not None
    T = cell.temperature if temperature is None else temperature
    return sum(cell.separator.thickness.at(T) / k for k in cell.separator.conductivities(T)) if cell.separator.role == "ceramic" else cell.separator.thickness.at(T) / cell.separator.at("conductivity", T)


def face(record: Record) -> Taken:
    """Resistance of one of two equal interfaces [ohm m²]: half of what the lowest frequency has beyond the separator."""
    return Taken(0.5 * (real_part()(record).value - bulk(record)))


def energy(of: str = "interface") -> Find:
    """Arrhenius energy [J/mol] over the spectra of a record: of the interface, ln R against 1/T, R without the separator;
    or between blocking electrodes, ln(sigma T) against 1/T: "conductivity" by the highest frequency, "plateau" with all arcs."""

    def find(record: Record) -> Taken:
        t = [float(s.info["temperature"]) for s in record.spectra]
        if of == "interface":
            values = [real_part(k)(record).value - bulk(record, T) for k, T in enumerate(t)]
            return Taken(float(GAS * np.polyfit(1.0 / np.array(t), np.log(values), 1)[0]))
        read = _high if of == "conductivity" else _plateau
        values = [record.condition("thickness") / read(record, k) for k in range(len(t))]
        return Taken(arrhenius.fit(values, t).activation_energy)

    return find


def current_fraction(record: Record) -> Taken:
    """Bruce-Vincent current fraction; faces from the record's own spectra. nan where the technique refuses (the faces
    take more than 0.8 of the voltage)."""
    own = f"{1e4 * bulk(record):.9g} ohm*cm^2"
    faces = [f"{1e4 * (real_part(k)(record).value - bulk(record)):.9g} ohm*cm^2" for k in (0, -1)]
    try:
        return _named(bruce_vincent.find(record, before=faces[0], after=faces[1], bulk_before=own, bulk_after=own), "steady-state current fraction")
    except AnalysisError:
        return NONE


def exchange_current(record: Record) -> Taken:
    """Apparent exchange current density [A/m²]: slope through rest of a slow sweep, the separator's resistance taken away."""
    try:
        return _named(tafel.find(record, method="micropolarisation", ohmic=f"{1e4 * bulk(record):.9g} ohm*cm^2"), "apparent exchange current density")
    except AnalysisError:
        return NONE


def slope(record: Record) -> Taken:
    """Resistance of a rate ramp [ohm m²]: slope of the polarisation against the current density."""
    return _named(rate_ramp.find(record), "slope of the polarisation")


def back(record: Record) -> Taken:
    """Polarisation of a rate ramp back at its first current, over that of its first step; nan where it did not come back."""
    return _named(rate_ramp.find(record), "polarisation back at the first current") if record.outcome == "completed" else NONE


def onset_potential(record: Record) -> Taken:
    """Potential at which a linear sweep meets its limit of current [V], without the minute in which the double layer takes
    up the first potential; nan where it meets none."""
    (first,) = record.traces
    late = first["time"] > 60.0
    cut = Segment({k: first[k][late] for k in ("time", "voltage", "current_density")}, "time", first.technique, first.info)
    record = replace(record, segments=(cut,))
    found = linear_sweep.find(record, threshold="0.01 mA/cm^2")  # the convention of the material files
    return Taken(float(found.value)) if isinstance(found.value, int | float) else NONE


def efficiency(record: Record) -> Taken:
    """Coulombic efficiency on copper."""
    return _named(aurbach.find(record), "Coulombic efficiency")


def stripping_peak(record: Record) -> Taken:
    """Height of the anodic peak of a voltammogram [A/m²]."""
    return _named(cyclic_voltammetry.find(record), "anodic peak current")


def plating_onset(record: Record) -> Taken:
    """Overpotential at which a voltammogram's first cathodic sweep begins to plate [V]: its current passes the threshold of
    `onset_potential` for good, below 0 V."""
    (first, *_) = record.traces
    late = first["time"] > 60.0
    cut = Segment({k: first[k][late] for k in ("time", "voltage", "current_density")}, "time", "linear_sweep", first.info)
    found = linear_sweep.find(replace(record, segments=(cut,)), threshold="0.01 mA/cm^2")
    return Taken(-float(found.value)) if isinstance(found.value, int | float) and found.value < 0.0 else NONE


def staged(step: int) -> Find:
    """Thickness of the deposit [m] at the end of a step of a test; nan where the test ended before."""

    def find(record: Record) -> Taken:
        if step >= len(record.traces):
            return NONE
        channel = next((c for c in record.traces[step].channels if c.startswith("thickness@deposit")), None)
        return Taken(float(record.traces[step][channel][-1])) if channel else NONE

    return find


def deposit(record: Record) -> Taken:
    """Thickness of the deposit at the end [m], pores included; nan for a record without its channel, or of a plating that
    ended before its charge had passed."""
    if record.outcome != "completed":
        return NONE
    for channel in record.traces[-1].channels:
        if channel.startswith("thickness@deposit"):
            return Taken(float(record.traces[-1][channel][-1]))
    return NONE


def tip(record: Record) -> Taken:
    """Overpotential at the tip of a nucleation transient [V]; nan where the plating ended before there was one."""
    return _of_nucleation(record, "nucleation tip")


def plateau(record: Record) -> Taken:
    """Overpotential of the plateau behind the tip [V]."""
    return _of_nucleation(record, "plating plateau")


def _of_nucleation(record: Record, name: str) -> Taken:
    try:
        return Taken(abs(_named(nucleation.find(record), name).value))
    except AnalysisError:
        return NONE


__all__ = [
    "Find", "back", "bulk", "conductivity_at", "current_fraction", "deposit", "early", "efficiency", "electronic_conductivity", "energy", "exchange_current", "face", "high_frequency", "life", "onset", "onset_potential", "plateau",
    "plating_onset", "polarisation", "pseudo_energy", "ramp", "real_part", "slope", "staged", "stripping_peak", "tip",
]  # fmt: skip
