"""From a file to the cell: fit the cell's own elements to its spectrum, then lay its simulated voltage over the file's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..analysis.impedance import ImpedanceFit, fit
from ..cells import Cell
from ..errors import AnalysisError, MissingValueError
from ..materials import Value
from ..record import Finding, Record
from ..simulation import CellModel, simulate
from .replay import replay

METHOD = "spectrum fitted by the cell's own element tree; fitted values put into the cell; the file's own currents replayed on the engine"


@dataclass(frozen=True, eq=False)
class Join:
    """A measured record and the cell it says.

    measured    the record as given
    fit         the fit of its spectrum by the cell's elements
    cell        the cell with the fitted values in place (marked "fitted", with their errors)
    simulated   the same cell through the file's own currents, or None where the file has no voltage under current
    findings    how far the simulated voltage lies from the file's
    """

    measured: Record
    fit: ImpedanceFit
    cell: Cell
    simulated: Record | None
    findings: tuple[Finding, ...]


def default_free(cell: Cell) -> tuple[str, ...]:
    """What one spectrum can say of a cell: the separator's conductivity, and exchange current and double layer of the
    outermost face. Contact fraction stays as stated, since one resistance does not part it from the exchange current."""
    face = cell.interfaces[0]
    free = [f"layers.{cell.separator.name}.conductivity"]
    if "charge_transfer" in face:
        free.append(f"interfaces.{face.name}.charge_transfer.exchange_current_density")
    if "double_layer" in face:
        free.append(f"interfaces.{face.name}.double_layer.double_layer_capacitance")
    return tuple(free)


def join(record: Record, cell: Cell, free: Sequence[str] | None = None, *, priors: bool = False, which: int | None = None, validate: bool = True) -> Join:
    """Fit `cell` to a spectrum of `record`, and simulate the record's own strip/plate with what came out.

    free     paths of the cell's parameters to fit; default `default_free(cell)`
    priors   let the cell's stated spreads of these parameters pull
    which    number of the spectrum where the record holds several (default: the only one, else the first)
    validate Kramers-Kronig first, as in analysis.impedance.fit

    The record's area must be stated (record.with_conditions(area=...)) unless it holds area-specific data; a cell that
    states another area is refused. Errors: `AnalysisError` without a spectrum, `MissingValueError` without an area.
    """
    if not record.spectra:
        raise AnalysisError("The join needs an impedance spectrum in the record, and there is none", remedy="Give a file with a spectrum")
    record, cell = same_area(record, cell)
    if "temperature" in record.conditions and abs(record.conditions["temperature"] - cell.temperature) > 0.5:
        raise AnalysisError(
            "The record and the cell are at different temperatures", given=(record.conditions["temperature"], cell.temperature),
            remedy='cell.set("temperature", "...")',
        )  # fmt: skip
    if which is None and len(record.spectra) > 1:
        which = 0
    model = CellModel(cell, tuple(free or default_free(cell)), priors=priors)
    fitted = fit(record, model, specific=True, which=which, validate=validate)
    made = model.apply(fitted)
    protocol = replay(record)
    simulated = simulate(made, protocol) if protocol is not None else None
    findings = tuple(_distance(record, simulated, made, fitted)) if simulated is not None else ()
    return Join(record, fitted, made, simulated, findings)


def same_area(record: Record, cell: Cell) -> tuple[Record, Cell]:
    """Record and cell with one area between them; areas are never guessed and never overruled."""
    own = cell.area.value if cell.area is not None else None
    stated = record.conditions.get("area")
    if own is not None and stated is not None and abs(own / stated - 1.0) > 1e-3:
        raise AnalysisError("The record and the cell state different areas", given=(stated, own), remedy="Say which one holds")
    if stated is None and own is not None:
        return record.with_conditions(area=(own, "m^2")), cell
    if stated is not None and own is None:
        return record, cell.set("area", f"{stated} m^2")
    if stated is None and any("impedance_real" in s for s in record.spectra):
        record.condition("area")  # raises with the way to state it
    if stated is None and own is None and any("current" in s for s in record.traces):
        raise MissingValueError("The area is not stated", remedy='record.with_conditions(area="... cm^2")')
    return record, cell


def _distance(record: Record, simulated: Record, cell: Cell, fitted: ImpedanceFit) -> list[Finding]:
    """Voltage of the simulation at the file's own times against the file's: bias, root mean square, and what the errors
    of the fitted values make of the simulated voltage (linear, at the file's largest current)."""
    time, voltage = record.trace("time"), record.trace("voltage")
    ours = np.interp(time, simulated.trace("time"), simulated.trace("voltage"))
    current = record.trace("current_density")
    # the first tenth of each half cycle is left out: there the file's clock and the model's differ by their sampling
    held = np.abs(current) > 1e-3 * np.max(np.abs(current))
    since = np.zeros(len(time))
    for k in range(1, len(time)):
        since[k] = since[k - 1] + 1 if current[k] * current[k - 1] > 0.0 else 0.0
    keep = held & (since >= 2)
    miss = (ours - voltage)[keep] * np.sign(current[keep])
    typical = float(np.mean(np.abs(voltage[keep])))
    scatter = float(np.std(miss))
    predicted = _spread(cell, fitted, float(np.max(np.abs(current))))
    bias = float(np.mean(miss))
    within = "" if predicted is None else (
        "within" if abs(bias) <= 2.0 * float(np.hypot(predicted, scatter / np.sqrt(len(miss)))) else "outside"
    ) + f" twice the {predicted * 1e3:.2g} mV that the errors of the fitted values allow"  # fmt: skip
    evidence = {"points": len(miss), "mean |V| of the file": typical, "std from the fitted values": predicted, "bias over mean |V|": bias / typical}
    return [
        Finding("simulated minus measured polarisation", bias, "overpotential", METHOD, float(np.hypot(scatter / np.sqrt(len(miss)), predicted or 0.0)), note=within, evidence=evidence),
        Finding("root mean square of simulated minus measured voltage", float(np.sqrt(np.mean(miss**2))), "overpotential", METHOD, note="no error: it is itself the scatter, the file's own included", evidence={**evidence, "scatter about the bias": scatter}),
    ]  # fmt: skip


def _spread(cell: Cell, fitted: ImpedanceFit, current: float) -> float | None:
    """Standard deviation of the DC polarisation at `current` [A/m²] that the covariance of the fitted values gives."""
    if any(s is None for s in fitted.std.values()):
        return None
    low = 2.0 * np.pi * 1e-6
    base = fitted.impedance(np.array([low]))[0].real
    slope = []
    for name in fitted.names:
        values = np.array([fitted.values[n] * (1.0 + 1e-4 * (n == name)) for n in fitted.names])
        z = fitted.target.evaluate(values[None, :], np.array([low]))[0][0][0].real
        slope.append((z - base) / (1e-4 * fitted.values[name]))
    g = np.array(slope)
    return current * float(np.sqrt(max(g @ fitted.covariance @ g, 0.0)))


def fitted_values(cell: Cell) -> dict[str, Value]:
    """The parameters of a cell that a fit has set."""
    return {path: value for path, value in cell.parameters().items() if value.mark == "fitted"}
