"""Diffusion coefficient from a Warburg impedance, with the checks that it is one.

Semi-infinite, Z = sigma (1 - i)/omega^(1/2) per face (elements/warburg.py), n electrons, planar, at rest:

    sigma = R T/(sqrt(2) n² F² A C sqrt(D)),   so   A C sqrt(D) = R T/(sqrt(2) n² F² sigma)   and   D = (A C sqrt(D)/(A C))²

C [mol/m³] is what the form says:   "concentration"  the diffusing species (D = R²T²/(2 A² n⁴F⁴C² sigma²))
                                    "dE/dx"          R T/(n F V_M |dE/dx|): slope of the titration curve [V], molar volume
                                    "salt"           c/(2 (1 - t+)² TDF): a binary electrolyte between lithium faces
A C sqrt(D) needs neither area nor concentration, which are what is doubtful: it is given beside D. Errors are
relative and independent: D carries twice those of sigma, A and C.

The check: Z' and -Z'' against omega^(-1/2) are straight and parallel in one window of frequencies, the slopes equal
within their errors (or within 3 %). A window that nobody states is sought: the longest where this holds. Feet of an arc
above or of a finite layer below bend a line before it shows: of the window found the outer parts are left out, and the
foot of an arc (omega² in Z', omega in -Z'') is fitted beside the line. What a fit
says is tested on its Warburg part, Z minus everything else. The flank of a ZARC with n = 1/2 and a porous electrode (de
Levie) look the same: no check can tell them.

Finite layers: D = l²/tau. Where both faces pass lithium (symmetric cell), c is odd about the middle and fixed there,
so l is HALF the thickness and Z = R tanh(u)/u, u = (i omega l²/D)^(1/2), as `elements/binary.py` has it at rest.

Sources (recalled): Ho, Raistrick, Huggins, J. Electrochem. Soc. 127 (1980) 343; Bard & Faulkner ch. 10; "salt" follows
from the equations of elements/binary.py at omega tau >> 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

import numpy as np

from .. import units
from ..elements.base import FARADAY, GAS, Array, ComplexArray
from ..errors import AnalysisError, MissingValueError, UnknownNameError
from ..record import Finding, Record, Segment
from ._conditions import SPECTRA
from ._options import asked
from ._resistance import Faces, faces_of, geometry
from ._result import ImpedanceFit
from ._seen import Seen
from ._spectrum import Index, Mask, spectrum_of
from ._target import number
from ._technique import Answer, Condition, Stated, Technique, declare

SOURCE = "10.1149/1.2129668 (recalled)"
Form: TypeAlias = Literal["concentration", "dE/dx", "salt"]
COEFFICIENTS = ("warburg_coefficient", "specific_warburg_coefficient")
FEWEST = 6  # points of a window that is sought
WIDTH = 8.0  # ratio of the frequencies at its ends, at least
MARGIN = 0.15  # of the window found (in log frequency), left out at each end that is not the end of the data
PARALLEL = 0.03  # relative difference of the slopes that is none
ERRORS = 3.0  # standard errors a difference or a bend may have
ERRORS_FITTED = 5.0  # of a fitted part: errors of what is taken away come on top
SHARP = 0.02  # relative error of a slope up to which it can be compared
PART = 0.2  # of |Z - R in series|: where a fitted Warburg part is tested


@dataclass(frozen=True)
class Line:
    """The straight part of a spectrum against omega^(-1/2).

    coefficient, std   sigma [ohm s^-1/2], or [ohm m² s^-1/2] where `specific`: weighted mean of both slopes
    slopes, stds       of Z' and of -Z''
    bends              curvature of Z' and -Z'' over its standard error
    window             (lowest, highest) frequency [Hz]; points in it
    found              whether the window was sought (then it is a part of what was found straight)
    remarks            what a reader must know
    """

    coefficient: float
    std: float
    slopes: tuple[float, float]
    stds: tuple[float, float]
    bends: tuple[float, float]
    window: tuple[float, float]
    points: int
    found: bool
    specific: bool
    remarks: tuple[str, ...] = ()

    def evidence(self) -> dict[str, object]:
        """What a finding rests on."""
        return {
            "slopes": list(self.slopes), "slope_stds": list(self.stds), "bends_over_error": list(self.bends),
            "lowest_frequency_Hz": self.window[0], "highest_frequency_Hz": self.window[1], "points": self.points,
            "window": "sought" if self.found else "stated", "remarks": list(self.remarks),
        }  # fmt: skip

    def finding(self) -> Finding:
        """The Warburg coefficient."""
        where = f"{self.window[0]:.3g} to {self.window[1]:.3g} Hz, {'sought' if self.found else 'stated'}"
        return Finding(
            "Warburg coefficient", self.coefficient, COEFFICIENTS[self.specific],
            f"slopes of Z' and -Z'' against omega^-1/2, parallel ({where})", self.std, SOURCE, evidence=self.evidence(),
        )  # fmt: skip


def line(
    data: Record | Segment, *, window: tuple[units.Given, units.Given] | None = None, specific: bool = False,
    which: int | None = None, drop: Sequence[int] = (),
) -> Line:  # fmt: skip
    """The straight and parallel part of a spectrum; refused where there is none.

    window   (lowest, highest) frequency, numbers in Hz or texts; None seeks it
    """
    spectrum = spectrum_of(data, specific=specific, which=which, drop=drop)
    x, f = 1.0 / np.sqrt(spectrum.omega), spectrum.frequency
    if window is not None:
        ends = sorted(number(v, "frequency", "end of the window") for v in window)
        inside = (f >= ends[0] * (1.0 - 1e-9)) & (f <= ends[1] * (1.0 + 1e-9))
        if np.count_nonzero(inside) < FEWEST - 1:
            raise AnalysisError("Too few points lie in this window", given=int(inside.sum()), allowed=f"at least {FEWEST - 1}")
        one = _lines(x, spectrum.z, inside[None, :])
        if why := _reason(one):
            raise AnalysisError(f"There is no Warburg line in this window: {why}", given=window)
        return _line(one, 0, f, inside, False, spectrum.specific, ())
    masks = _windows(f)
    if not len(masks):
        raise AnalysisError(f"A window of {FEWEST} points over a factor {WIDTH:g} in frequency does not fit in here", given=len(f))
    all_lines = _lines(x, spectrum.z, masks)
    good = np.flatnonzero(_faults(all_lines) == 0)
    if not len(good):
        low = int(np.argmax(np.where(masks[:, 0], masks.sum(axis=1), 0)))
        raise AnalysisError(
            f"There is no Warburg line in this spectrum: in no window are Z' and -Z'' straight and parallel against omega^-1/2"
            f" (towards the lowest frequency: {_reason(all_lines, low)})",
            remedy="Measure to lower frequencies, fit a circuit with W and give the fit, or state the window",
        )  # fmt: skip
    length = np.log(f[len(f) - 1 - np.argmax(masks[good][:, ::-1], axis=1)] / f[np.argmax(masks[good], axis=1)])
    best = masks[good[int(np.argmax(length))]]
    kept = _inner(f, best)
    inner = _lines(x, spectrum.z, kept[None, :], foot=True)
    remarks = () if best[0] else (f"The line ends at {f[best][0]:.3g} Hz, above the lowest frequency measured.",)
    return _line(inner, 0, f, kept, True, spectrum.specific, remarks)


def find(
    record: Record, of: ImpedanceFit | Line | Finding, *, form: Form = "concentration", element: str | None = None,
    faces: Faces | None = None, electrons: int = 1, concentration: units.Given | None = None,
    slope: units.Given | None = None, molar_volume: units.Given | None = None,
    transference_number: float | None = None, thermodynamic_factor: float | None = None,
    concentration_std: units.Given | None = None, slope_std: units.Given | None = None,
    molar_volume_std: units.Given | None = None, transference_number_std: float | None = None,
    thermodynamic_factor_std: float | None = None, area_std: units.Given | None = None,
    temperature_std: float | None = None,
) -> list[Finding]:  # fmt: skip
    """Diffusion coefficient [m²/s] and the product A C sqrt(D) [mol s^-1/2] (C sqrt(D) of specific data).

    of        a fit with a W element (`element` names it where there are two), a `Line`, or a finding of a coefficient
    form      what C is: see above; each form asks for its own values
    faces     equal faces in series: 2 in a symmetric cell, 1 where one electrode alone was measured; None asks the cell
    slope     dE/dx [V] per unit of x, the composition that the molar volume counts in
    *_std     errors; without them exact, and said; temperature_std in K
    """
    if form not in get_args(Form):
        raise UnknownNameError("This form of the Warburg coefficient is not known", given=form, allowed=get_args(Form))
    if electrons < 1:
        raise AnalysisError("A charge transfer moves one electron or more", given=electrons)
    if form == "salt" and electrons != 1:
        raise AnalysisError('The form "salt" is for one electron', given=electrons)
    count, said_faces = faces_of(record, faces)
    temperature = record.condition("temperature")
    sigma, sigma_std, specific, evidence, checked, why = _coefficient(of, element)
    product = GAS * temperature / (math.sqrt(2.0) * electrons**2 * FARADAY**2 * (sigma / count))
    heat, said_heat = geometry({"temperature": (temperature_std, temperature)})
    relative = None if sigma_std is None else math.hypot(sigma_std / sigma, math.sqrt(heat))
    evidence = {**evidence, "coefficient": sigma, "coefficient_std": sigma_std, "faces": count, "form": form}
    method = f"R T/(sqrt(2) n² F² sigma), n = {electrons}; {said_faces}; {checked}"
    note = "" if relative is not None else f"the Warburg coefficient has no error ({why})"
    quantity = "specific_warburg_product" if specific else "warburg_product"
    name = "C sqrt(D)" if specific else "A C sqrt(D)"
    out = [Finding(
        f"Warburg product {name}", product, quantity, f"{method}; {said_heat}", None if relative is None else product * relative,
        SOURCE, note, evidence=evidence,
    )]  # fmt: skip
    given = _Given(concentration, concentration_std, slope, slope_std, molar_volume, molar_volume_std,
                   transference_number, transference_number_std, thermodynamic_factor, thermodynamic_factor_std)  # fmt: skip
    c, squares, said = given.concentration_of(form, temperature, electrons)
    area = 1.0 if specific else record.condition("area")
    more, said_area = geometry({} if specific else {"area": (area_std, area)})
    thermal = 0.0 if form == "dE/dx" else heat  # there the temperature cancels
    diffusivity = (product / (area * c)) ** 2
    total = None if sigma_std is None else 2.0 * math.sqrt((sigma_std / sigma) ** 2 + squares + more + thermal)
    said = "; ".join(s for s in (said, said_area, said_heat if form != "dE/dx" else "") if s)
    evidence |= {"effective_concentration_mol_m3": c} | ({} if specific else {"area_m2": area})
    std = None if total is None else diffusivity * total
    out.append(Finding(
        "diffusion coefficient", diffusivity, "diffusivity", f"(product/(A C))², form {form!r}; {method}; {said}", std, SOURCE,
        note, evidence=evidence,
    ))  # fmt: skip
    return out


def finite(
    record: Record, fit: ImpedanceFit, *, length: Literal["thickness", "half thickness"] | units.Given | None = None,
    element: str | None = None, length_std: units.Given | None = None,
) -> Finding:  # fmt: skip
    """Diffusion coefficient of a finite layer, D = l²/tau, from the tau of a Ws or Wo element [m²/s].

    length   l: "half thickness" where both faces pass lithium (symmetric cell), "thickness" where the far face blocks or
             holds the concentration, or a length of its own (an electrode's film); None asks the record's cell
    """
    name = _element(fit, "time_constant", element, "Ws or Wo")
    leaf = name.removesuffix(".tau")
    tau, tau_std = fit.values[name], fit.std[name]
    if length is None:
        count, said = faces_of(record, None)
        if not leaf.startswith("Ws"):
            raise AnalysisError(
                f"{leaf} stores behind a blocking face, which a symmetric cell has not", given=fit.circuit,
                remedy='Say how long the diffusion is: length="5 um"',
            )  # fmt: skip
        length = "half thickness"
        said = f"half of the thickness, {said}: the concentration is fixed in the middle"
    else:
        said = f"{length} (stated)"
    if length in ("thickness", "half thickness"):
        path = record.condition("thickness") * (0.5 if length == "half thickness" else 1.0)
    else:
        path = number(length, "length", "diffusion length")
    if not path > 0.0:
        raise AnalysisError("A diffusion length is positive", given=length)
    squares, said_error = geometry({"length": (length_std, path)})
    value = path**2 / tau
    std = None if tau_std is None else value * math.sqrt((tau_std / tau) ** 2 + 4.0 * squares)
    note = "" if std is not None else f"{name} has no error ({fit.reasons.get(name, 'not determined')})"
    evidence = {**fit.evidence(), "time_constant_s": tau, "time_constant_std_s": tau_std, "length_m": path}
    method = f"l²/tau with tau of {leaf}, l = {said}; {said_error}; {fit.verdict}"
    return Finding("diffusion coefficient", value, "diffusivity", method, std, SOURCE, note, evidence=evidence)


# -- the coefficient --------------------------------------------------------------------------------------------------
def _coefficient(
    of: ImpedanceFit | Line | Finding, element: str | None
) -> tuple[float, float | None, bool, dict[str, object], str, str]:
    """(sigma, std, specific, evidence, how it was checked, why no error)."""
    if isinstance(of, Line):
        return of.coefficient, of.std, of.specific, of.evidence(), "slopes of Z' and -Z'' straight and parallel", ""
    if isinstance(of, Finding):
        if of.quantity not in COEFFICIENTS or not isinstance(of.value, int | float) or not of.value > 0.0:
            raise AnalysisError("A diffusion coefficient needs a Warburg coefficient", given=f"{of.name} ({of.quantity})")
        specific = of.quantity == COEFFICIENTS[1]
        return float(of.value), of.std, specific, dict(of.evidence), of.method, of.note
    name = _element(of, "warburg_coefficient", element, "W")
    value, std = of.values[name], of.std[name]
    if std is None:
        raise AnalysisError(f"The fit does not determine {name} ({of.reasons.get(name, '')})", given=of.circuit)
    tested = _tested(of, name)
    evidence = {**of.evidence(), "test": tested.evidence()}
    checked = f"{name} of {of.circuit}, slopes of its part straight and parallel"
    return value, std, of.spectrum.specific, evidence, checked + (f"; {of.verdict}" if of.misfit else ""), ""


def _element(fit: ImpedanceFit, quantity: str, element: str | None, what: str) -> str:
    """The parameter of this quantity; of several the caller names the element."""
    wanted = (quantity, f"specific_{quantity}")
    there = [n for n, q in zip(fit.names, fit.target.quantities, strict=True) if q in wanted]
    if element is not None:
        hits = [n for n in there if n.split(".")[0] == element]
        if not hits:
            raise UnknownNameError(f"This fit has no {what} of that name", given=element, allowed=[n.split(".")[0] for n in there])
        return hits[0]
    if len(there) != 1:
        raise AnalysisError(
            f"{fit.circuit} has {'no' if not there else 'more than one'} {what} element", given=there or None,
            remedy='Say which: element="..."' if there else "Fit a circuit that has one",
        )  # fmt: skip
    return there[0]


def _tested(fit: ImpedanceFit, name: str) -> Line:
    """The line through Z minus all but the Warburg part, where that part counts; refused where it is no line."""
    spectrum = fit.spectrum
    part: ComplexArray = fit.values[name] * (1.0 - 1j) / np.sqrt(spectrum.omega)
    whole = fit.impedance(spectrum.omega)
    series = float(np.min(whole.real))
    inside = np.abs(part) > PART * np.abs(whole - series)
    if np.count_nonzero(inside) < FEWEST - 1:
        raise AnalysisError(
            f"{name} is {PART:.0%} of the spectrum at {int(inside.sum())} points only: too few to test it",
            allowed=f"at least {FEWEST - 1}", remedy="Measure to lower frequencies",
        )  # fmt: skip
    x = 1.0 / np.sqrt(spectrum.omega)
    one = _lines(x, spectrum.z - whole + part, inside[None, :], np.abs(spectrum.z))
    if why := _reason(one, errors=ERRORS_FITTED):
        raise AnalysisError(f"{name} of {fit.circuit} is no Warburg impedance: {why}", given=fit.verdict)
    return _line(one, 0, spectrum.frequency, inside, False, spectrum.specific, ())


# -- lines in many windows at once ------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class _Lines:
    """Straight lines in k windows: slope and its std, bend over its std, of Z' and -Z''; (k, 2) each."""

    slope: Array
    std: Array
    bend: Array


def _windows(f: Array) -> Mask:
    """Masks (k, m) of all windows of consecutive points that are wide enough."""
    i, j = (v.ravel() for v in np.meshgrid(np.arange(len(f)), np.arange(len(f)), indexing="ij"))
    wide = (j - i >= FEWEST - 1) & (f[j] >= WIDTH * f[i])
    place = np.arange(len(f))
    out: Mask = (place >= i[wide][:, None]) & (place <= j[wide][:, None])
    return out


def _inner(f: Array, mask: Mask) -> Mask:
    """The window without its outer parts, unless they end with the data (at the low end only: an arc is above)."""
    low, high = math.log(f[mask][0]), math.log(f[mask][-1])
    cut = MARGIN * (high - low)
    bottom = low if mask[0] else low + cut
    kept: Mask = mask & (np.log(f) >= bottom - 1e-9) & (np.log(f) <= high - cut + 1e-9)
    return kept if np.count_nonzero(kept) >= FEWEST - 1 else mask


def _lines(x: Array, z: ComplexArray, masks: Mask, size: Array | None = None, foot: bool = False) -> _Lines:
    """Least squares of Z' and -Z'' on 1, x and on 1, x, x² with weights 1/|Z|, in all windows at once.

    foot   with the foot of an arc above the window beside the line: x^-4 in Z', x^-2 in -Z''
    """
    inside = masks.astype(np.float64)
    w = inside / (np.abs(z) if size is None else size) ** 2
    count = inside.sum(axis=1)
    middle = np.exp((inside @ np.log(x)) / count)
    u = x[None, :] / middle[:, None]  # of the size of one in every window
    first, second = (_fitted(u, w, y, power if foot else None) for y, power in ((z.real, -4.0), (-z.imag, -2.0)))
    dof = 2.0 * (count - 2.0 - foot)
    scatter = np.sqrt((first[0][2] + second[0][2]) / np.maximum(dof, 1.0))  # one noise for both parts
    slope = np.stack([first[0][0], second[0][0]], axis=1)
    std = np.stack([first[0][1], second[0][1]], axis=1) * scatter[:, None]
    bent = np.stack([first[1][0], second[1][0]], axis=1)
    noise = np.sqrt((first[1][2] + second[1][2]) / np.maximum(dof - 2.0, 1.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        bend = np.nan_to_num(bent / (np.stack([first[1][1], second[1][1]], axis=1) * noise[:, None]), posinf=0.0, neginf=0.0)
    reach = np.max(np.where(masks, u, 0.0), axis=1)[:, None]
    slight = np.abs(bent) * reach < 0.5 * PARALLEL * np.abs(slope)
    return _Lines(slope / middle[:, None], std / middle[:, None], np.where(slight, np.clip(bend, -ERRORS, ERRORS), bend))


def _fitted(u: Array, w: Array, y: Array, power: float | None) -> list[tuple[Array, Array, Array]]:
    """(slope, its std at unit noise, sum of squares) of the line, then the same of its bend, in k windows."""
    out = []
    for order in (1, 2):
        columns = [np.ones_like(u), *([] if power is None else [u**power]), *([u * u] if order == 2 else []), u]
        if order == 2:
            columns[-2:] = [columns[-1], columns[-2]]
        c = np.stack(columns, axis=2)
        weighted = (c * w[:, :, None]).transpose(0, 2, 1)
        inverse = np.linalg.inv(weighted @ c)
        p = inverse @ (weighted @ y)[:, :, None]
        left = y[None, :] - (c @ p)[:, :, 0]
        out.append((p[:, -1, 0], np.sqrt(inverse[:, -1, -1]), np.sum(w * left**2, axis=1)))
    return out


def _faults(lines: _Lines, errors: float = ERRORS) -> Index:
    """What speaks against a Warburg line in each window, a place in `_FAULTS`; 0 where nothing does."""
    slope, std = lines.slope, lines.std
    apart, mean = np.abs(slope[:, 0] - slope[:, 1]), slope.mean(axis=1)
    return np.select(
        [
            slope.min(axis=1) <= 0.0, (std > SHARP * slope).any(axis=1),
            apart > np.maximum(errors * np.hypot(std[:, 0], std[:, 1]), PARALLEL * mean),
            (np.abs(lines.bend) > errors).any(axis=1),
        ], [1, 2, 3, 4], 0,
    )  # fmt: skip


_FAULTS = (
    "", "a slope is not positive", "the slopes are too uncertain to compare", "the slopes are not parallel", "the lines are bent"
)  # fmt: skip


def _reason(lines: _Lines, row: int = 0, errors: float = ERRORS) -> str:
    """Why a window holds no Warburg line, "" where it does."""
    fault = int(_faults(lines, errors)[row])
    slope, std, bend = lines.slope[row], lines.std[row], float(np.max(np.abs(lines.bend[row])))
    words = f"slopes {slope[0]:.4g} ± {std[0]:.2g} of Z' and {slope[1]:.4g} ± {std[1]:.2g} of -Z''"
    by = f", by {bend:.2g} standard errors" if fault == 4 else ""
    return f"{_FAULTS[fault]}{by} ({words})" if fault else ""


def _line(
    lines: _Lines, row: int, f: Array, mask: Mask, found: bool, specific: bool, remarks: tuple[str, ...]
) -> Line:
    slope, std = lines.slope[row], np.maximum(lines.std[row], 1e-15 * np.abs(lines.slope[row]))
    weight = 1.0 / std**2
    value, error = float(weight @ slope / weight.sum()), float(1.0 / math.sqrt(weight.sum()))
    apart = abs(float(slope[0] - slope[1]))
    if apart > ERRORS * float(np.hypot(*std)):  # parallel to 3 %, not within errors: half the difference is an error too
        error = math.hypot(error, 0.5 * apart)
        remarks = (*remarks, f"The slopes differ by {apart / value:.1%}, more than their errors: half of it is in the error.")
    inside = f[mask]
    return Line(
        value, error, (float(slope[0]), float(slope[1])), (float(std[0]), float(std[1])),
        (float(lines.bend[row][0]), float(lines.bend[row][1])), (float(inside[0]), float(inside[-1])), len(inside), found,
        specific, remarks,
    )  # fmt: skip


# -- what C is --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Given:
    """What the caller states of the concentration, each with its error."""

    concentration: units.Given | None
    concentration_std: units.Given | None
    slope: units.Given | None
    slope_std: units.Given | None
    molar_volume: units.Given | None
    molar_volume_std: units.Given | None
    transference_number: float | None
    transference_number_std: float | None
    thermodynamic_factor: float | None
    thermodynamic_factor_std: float | None

    def _need(self, form: Form, what: str, quantity: str) -> float:
        value = getattr(self, what)
        if value is None:
            raise MissingValueError(f"The form {form!r} needs the {what.replace('_', ' ')}", remedy=f"State it: {what}=...")
        return number(value, quantity, what.replace("_", " "))

    def concentration_of(self, form: Form, temperature: float, electrons: int) -> tuple[float, float, str]:
        """(C [mol/m³], squared relative error, how that is said)."""
        if form == "dE/dx":
            slope, volume = abs(self._need(form, "slope", "voltage")), self._need(form, "molar_volume", "molar_volume")
            if not (slope > 0.0 and volume > 0.0):
                raise AnalysisError("On a plateau (dE/dx = 0) this form has no meaning", given=slope)
            squares, said = geometry({"voltage": (self.slope_std, slope), "molar_volume": (self.molar_volume_std, volume)})
            return GAS * temperature / (electrons * FARADAY * volume * slope), squares, said.replace("voltage", "dE/dx")
        c = self._need(form, "concentration", "concentration")
        if not c > 0.0:
            raise AnalysisError("A concentration is positive", given=c)
        squares, said = geometry({"concentration": (self.concentration_std, c)})
        if form == "concentration":
            return c, squares, said
        t = self._need(form, "transference_number", "transference_number")
        factor = self._need(form, "thermodynamic_factor", "thermodynamic_factor")
        if not (t < 1.0 and factor > 0.0):
            raise AnalysisError("A salt that polarises has t+ below 1 and a positive thermodynamic factor", given=(t, factor))
        more, also = geometry({
            "transference_number": (None if self.transference_number_std is None else 2.0 * self.transference_number_std, 1.0 - t),
            "thermodynamic_factor": (self.thermodynamic_factor_std, factor),
        })  # fmt: skip
        return c / (2.0 * (1.0 - t) ** 2 * factor), squares + more, f"{said}, {also}"


# -- recognition ------------------------------------------------------------------------------------------------------
MANY = 12  # spectra of a record that are looked at


def _looked_at(record: Record) -> list[int]:
    count = len(record.spectra)
    return sorted({round(k) for k in np.linspace(0, count - 1, min(count, MANY))})


def _specific(record: Record) -> bool:
    return "area" in record.conditions or all("specific_impedance_real" in s for s in record.spectra)


def _straight(seen: Seen) -> Answer:
    said, found, looked = "", 0, _looked_at(seen.record)
    for k in looked:
        try:
            one = line(seen.record, which=k, specific=_specific(seen.record))
        except (AnalysisError, MissingValueError) as error:
            said = said or (error.what[:1].lower() + error.what[1:].rstrip("."))
        else:
            found += 1
            first = f"Z' and -Z'' straight and parallel against omega^-1/2 from {one.window[1]:.3g} to {one.window[0]:.3g} Hz"
            said = first if found == 1 else said
    return (True, said + (f" ({found} of {len(looked)} spectra looked at)" if len(looked) > 1 else "")) if found else (False, said)


def _run(record: Record, stated: Stated) -> list[Finding]:
    """The coefficients, and the diffusion coefficient where what it needs is stated."""
    out: list[Finding] = []
    specific = _specific(record)
    for k in _looked_at(record):
        try:
            one = line(record, **{**asked(stated, "warburg", line, "which"), "which": k, "specific": specific})
        except AnalysisError:
            continue
        made = [one.finding()]
        options = asked(stated, "warburg", find)
        if any(n in options for n in ("concentration", "slope")):
            made += find(record, one, **{"form": "dE/dx" if "slope" in options else "concentration", **options})
        out += made if len(record.spectra) == 1 else [replace(f, name=f"{f.name}, spectrum {k + 1}") for f in made]
    return out


declare(Technique(
    "warburg", "diffusion from a Warburg impedance", (SPECTRA, Condition("a Warburg line", _straight)), (_run,),
    {"concentration": 'of what reacts or diffuses, "1 mol/L"', "slope": 'dE/dx of the titration curve, "0.5 V"', "molar_volume": 'of the host, "20 cm^3/mol"', "faces": "equal faces in series"},
    companion=True, finds=(line, find),
))  # fmt: skip
