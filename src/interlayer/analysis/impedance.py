"""Fit of impedance spectra by circuits or by any impedance model, with errors, identifiability and a verdict.

Parameters p minimise chi2 = sum w² |Z - Z(p)|², as logarithms (CPE exponents in their box), by Levenberg-Marquardt with
the analytic gradient from several starts that the data's own extent gives; no random number. The covariance is
chi2/dof (J^T J)^-1: the scatter of the data sets the scale. With weight "measured" it is (J^T J)^-1, the stated errors
set the scale and chi2 is tested against them; "robust" has its own (analysis/_robust.py). Intervals that need no
curvature: `ImpedanceFit.profile`. Kramers-Kronig comes first (analysis/kramers_kronig.py).

A fit is called a misfit when its residuals follow the frequency (runs and autocorrelation, analysis/_residuals.py) or
are clearly larger than the Kramers-Kronig residuals, or when one more relaxation would do better than chance
(analysis/_missing.py; both of these with validate=True only): then values and errors describe the circuit, not the cell. Two arcs so close that one describes
them within the noise are no misfit: of what lies in one arc no test knows.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from .. import units
from ..elements import notation
from ..elements.base import ComplexArray, Element
from ..errors import AnalysisError
from ..record import Finding, Record, Segment
from . import kramers_kronig
from ._auto import choose
from ._conditions import SPECTRA
from ._each import FitSeries, Trend, fit_each
from ._missing import missing
from ._options import asked
from ._residuals import LIMIT, Pattern, pattern, percent
from ._result import Arc, ImpedanceFit, std_of
from ._seen import Seen
from ._solve import Near, Solution, solve
from ._spectrum import Mask, Spectrum, spectrum_of
from ._target import CircuitTarget, ImpedanceModel, ModelTarget, Target
from ._technique import Answer, Condition, Technique, declare
from ._technique import Stated as Known
from ._ties import Tied
from ._weights import Std, Weight, Weighting, weighting
from .kramers_kronig import KramersKronig

__all__ = ["Arc", "FitSeries", "ImpedanceFit", "ImpedanceModel", "Trend", "Weight", "fit", "fit_each"]

NOISELESS = 1e-6  # relative residual that is arithmetic, not measurement
STRAY = 5.0  # medians of the residuals; noise alone gives one such point in a thousand spectra
SLIGHT = 5e-3  # relative residual up to which a misfit is called small
WHITE = ("modulus", "measured")  # weights that make noise white: others would take its unevenness for a pattern
MANY = 7  # one point of so many may be an outlier
MOST_NAMED = 8


def fit(
    data: Record | Segment, model: str | Element | ImpedanceModel | Target = "auto", *, weight: Weight = "modulus",
    std: Std | None = None, fixed: Mapping[str, units.Given] | None = None,
    guess: Mapping[str, units.Given] | None = None,
    bounds: Mapping[str, tuple[units.Given, units.Given]] | None = None, tied: Tied | None = None,
    near: ImpedanceFit | None = None, specific: bool = False, validate: bool = True, which: int | None = None,
    drop: Sequence[int] | Literal["suspect"] = (),
) -> ImpedanceFit:  # fmt: skip
    """Fit one spectrum.

    model     circuit text ("R(RQ)(RQ)W", "R0-p(R1,CPE1)-W1"), an element tree (values set in it are starts), "auto"
              (see analysis/_auto.py), or an object of the form `ImpedanceModel`
    weight    "modulus": errors proportional to |Z|; "unit": the same everywhere; "parts": to Z' and Z'' each;
              "measured": stated by std=; "robust": as modulus, with single bad points named and kept from pulling
    std       standard deviation of each part of Z in its unit, one a row as measured (complex: of Z' and Z''), or a
              function of (omega, z)
    fixed     parameters held, guess: starts, bounds: search ranges; by name, SI numbers or texts with a unit
    tied      {"Q2.n": "Q1.n"}: equal; {"R3": ("R2", 2.0)}: R3 = 2 R2
    near      the fit of a neighbouring spectrum by the same model: the only start (fast), and a full search where the
              minimum beside it leaves more than the noise
    specific  fit Ω m² (needs the area unless the data are specific)
    validate  Kramers-Kronig first; a gross violation raises `AnalysisError`
    which     number of the spectrum where a record holds several
    drop      rows left out on request, or "suspect": those that the Kramers-Kronig test names
    """
    spectrum = spectrum_of(data, specific=specific, which=which, drop=() if drop == "suspect" else drop)
    tested = kramers_kronig.check(spectrum) if validate or drop == "suspect" else None
    if tested is not None and drop == "suspect" and tested.suspects:
        spectrum = spectrum.without(tested.suspects)
        tested = kramers_kronig.check(spectrum)
    if validate and tested is not None and tested.grade == "invalid":
        raise AnalysisError(
            f"This spectrum is no basis for a fit: it {tested.verdict}",
            remedy="Measure again, leave points out with drop=[...], or fit all the same with validate=False",
        )  # fmt: skip
    noise = tested.std if tested is not None else None
    weights = weighting(spectrum, weight, std)
    remarks: tuple[str, ...] = ()
    target: Target
    if isinstance(model, str) and model == "auto":
        _refuse_for_auto(fixed=fixed, guess=guess, bounds=bounds, tied=tied, near=near)
        target, solution, remarks = _chosen(spectrum, weights, tested)
    else:
        target = _target(model, spectrum)
        beside = _near(target, near)
        solution = solve(
            target, spectrum, weights, fixed=fixed, guess=guess, bounds=bounds, tied=tied, near=beside, noise=noise
        )
    return _result(target, spectrum, solution, weights, tested, remarks)


def _refuse_for_auto(**given: object) -> None:
    named = [name for name, value in given.items() if value]
    if named:
        raise AnalysisError(
            "The automatic choice has no parameters yet that could be named", given=", ".join(f"{n}=" for n in named),
            remedy="Name a circuit",
        )  # fmt: skip


def _near(target: Target, near: ImpedanceFit | None) -> Near | None:
    if near is None:
        return None
    if near.names != target.names:
        raise AnalysisError(
            "near= takes a fit by the same model", given=near.circuit, allowed=target.text or ", ".join(target.names)
        )
    return Near(np.array([near.values[n] for n in near.names]), near.reduced_chi2, near.weight)


def _chosen(
    spectrum: Spectrum, weights: Weighting, tested: KramersKronig | None
) -> tuple[Target, Solution, tuple[str, ...]]:
    """The automatic choice; a robust fit chooses without the points that Kramers-Kronig suspects, then fits them all."""
    if not weights.robust:
        return choose(spectrum, weights, tested)
    clean = spectrum.without(tested.suspects) if tested is not None and tested.suspects else spectrum
    choice, found, remarks = choose(clean, weighting(clean, "modulus"), tested)
    target = _target(choice.text, spectrum)
    guess = dict(zip(choice.names, found.values.tolist(), strict=True))
    return target, solve(target, spectrum, weights, guess=guess, noise=tested.std if tested else None), remarks


def _target(model: str | Element | ImpedanceModel | Target, spectrum: Spectrum) -> Target:
    if isinstance(model, Target):
        return model
    if isinstance(model, str):
        return _circuit(model, spectrum.specific).on(spectrum.omega, spectrum.z)
    if isinstance(model, Element):
        return CircuitTarget(notation.numbered(model), spectrum.omega, spectrum.z, spectrum.specific)
    if isinstance(model, ImpedanceModel):
        return ModelTarget(model)
    raise AnalysisError(
        'A model is a circuit text, an element tree, "auto" or an ImpedanceModel', given=type(model).__name__
    )


@functools.lru_cache(maxsize=64)
def _circuit(text: str, specific: bool) -> CircuitTarget:
    """A circuit read once, its search range not yet that of any data."""
    return CircuitTarget(notation.parse(text), np.ones(2), np.ones(2, dtype=np.complex128), specific)


def _result(
    target: Target,
    spectrum: Spectrum,
    solution: Solution,
    weights: Weighting,
    tested: KramersKronig | None,
    remarks: tuple[str, ...],
) -> ImpedanceFit:
    residuals = -solution.off / np.abs(spectrum.z)
    kept = ~np.isin(spectrum.points, tested.suspects if tested is not None else ())
    if len(solution.outliers) <= len(kept) // MANY:
        kept[list(solution.outliers)] = False
    found = pattern(residuals[kept])
    if weights.stated:
        misfit, verdict = _verdict_on_stated(solution.chi2, solution.dof, found)
    else:
        misfit, verdict = _verdict(residuals[kept], solution.free, found, tested)
    if tested is not None and not misfit and weights.name in WHITE and solution.problem is not None and solution.free:
        misfit, verdict = _another(spectrum, solution, kept, verdict)
    std = std_of(target, solution)
    reasons = {target.names[i]: why for i, why in solution.reasons.items()}
    return ImpedanceFit(
        target.text, target, spectrum, dict(zip(target.names, solution.values.tolist(), strict=True)), std, reasons,
        solution.covariance, solution.chi2, solution.dof, residuals, weights.name, tested, found, misfit, verdict,
        (*remarks, *_remarks(target, spectrum, solution, tested, misfit), *_bad_points(spectrum, residuals, solution,
         weights)), solution,
    )  # fmt: skip


def _another(spectrum: Spectrum, solution: Solution, kept: Mask, verdict: str) -> tuple[bool, str]:
    """Whether one more relaxation would do better than chance, where the residuals alone look like noise."""
    assert solution.problem is not None
    r, j = (v[0] for v in solution.problem.residuals(solution.theta[None, :]))
    size = float(np.mean(np.abs(r / solution.problem.weight) / np.repeat(np.abs(spectrum.z), 2)))
    if size < NOISELESS:
        return False, verdict
    found = missing(spectrum.omega, r, j, solution.problem.weight, kept, solution.dof, solution.variance if solution.stated else None)
    if not found.shows:
        return False, verdict
    return True, (
        f"small misfit: another relaxation near {found.omega / (2.0 * math.pi):.2g} Hz would describe this spectrum better than "
        f"chance does (noise alone looks so once in {1.0 / max(found.chance, 1e-12):.2g} spectra)"
    )


def _bad_points(spectrum: Spectrum, residuals: ComplexArray, solution: Solution, weights: Weighting) -> list[str]:
    """What is far from the fit, in words."""
    if not weights.robust:
        return _strays(spectrum, residuals)
    out = ["Errors are those of the robust estimate (Huber): bad points neither pull the values nor widen the errors."]
    if solution.outliers:
        size = np.abs(residuals)
        named = ", ".join(f"{spectrum.named(i)} by {percent(float(size[i]))}" for i in solution.outliers[:MOST_NAMED])
        more = f" and {len(solution.outliers) - MOST_NAMED} more" if len(solution.outliers) > MOST_NAMED else ""
        out.append(f"Outliers, kept in the record but nearly without weight: {named}{more}.")
    if len(solution.outliers) > len(residuals) // MANY:
        out.append("That is more than single bad points: noise of another kind, or a circuit that does not describe it.")
    return out


def _strays(spectrum: Spectrum, residuals: ComplexArray) -> list[str]:
    """Single points far from the fit: at the ends of the band Kramers-Kronig can't see them (a series L or C can)."""
    size = np.abs(residuals)
    bad = np.flatnonzero(size > max(STRAY * float(np.median(size)), SLIGHT))
    if not 0 < len(bad) <= max(len(size) // 15, 1):
        return []
    named = ", ".join(f"{spectrum.named(int(i))} by {percent(float(size[i]))}" for i in bad)
    return [f"Far from the fit, but kept: {named}. A glitch, or something the circuit lacks there."]


def _verdict(residuals: ComplexArray, free: int, found: Pattern, tested: KramersKronig | None) -> tuple[bool, str]:
    dof = max(2 * len(residuals) - free, 1)
    scatter = float(np.sqrt(np.sum(np.abs(residuals) ** 2) / dof))
    if scatter < NOISELESS:
        return False, "describes this spectrum to numerical precision"
    larger = ""
    excess = 0.0
    if tested is not None and tested.std > 0.0:
        ratio = scatter / tested.std
        excess = 2.0 * math.log(ratio) / math.sqrt(2.0 / dof + 2.0 / tested.dof)
        larger = f", {ratio:.2g} times those of the Kramers-Kronig test" if ratio > 1.2 else ""
    if found.systematic or excess > LIMIT:
        why = "are systematic" if found.systematic else "are larger than the data's own scatter"
        size = "small misfit" if scatter < SLIGHT else "misfit"
        residual = f"residuals of {percent(scatter)} {why}{larger}"
        return True, f"{size}: the circuit does not describe this spectrum ({residual})"
    return False, f"describes this spectrum within its scatter of {percent(scatter)}"


def _verdict_on_stated(chi2: float, dof: int, found: Pattern) -> tuple[bool, str]:
    """chi2 against its distribution under the stated errors (Wilson and Hilferty's normal form of it)."""
    spread = 2.0 / (9.0 * dof)
    score = ((chi2 / dof) ** (1.0 / 3.0) - (1.0 - spread)) / math.sqrt(spread)
    reduced = f"chi2 per degree of freedom {chi2 / dof:.3g}"
    if score > LIMIT:
        return True, f"misfit: residuals are larger than the stated errors allow ({reduced})"
    if found.systematic:
        return True, f"misfit: residuals follow the frequency, though their size is within the stated errors ({reduced})"
    if score < -LIMIT:
        return False, f"describes this spectrum, more closely than the stated errors allow: they are too large ({reduced})"
    return False, f"describes this spectrum within the stated errors ({reduced})"


def _remarks(
    target: Target, spectrum: Spectrum, solution: Solution, tested: KramersKronig | None, misfit: bool
) -> list[str]:
    out = list(solution.remarks)
    if misfit and not solution.stated:
        out.append("The stated errors take the residuals for noise, which they are not: the true errors are larger.")
    elif misfit:
        out.append("The errors follow from those that were stated, not from these residuals: the true errors are larger.")
    if tested is None:
        out.append("Kramers-Kronig was not tested (validate=False).")
    elif tested.grade != "valid" or tested.suspects:
        out.append(f"Kramers-Kronig: the spectrum {tested.verdict}.")
    if target.prior is not None:
        share = f"it gives up to {solution.prior_share:.0%} of what is known of one of them"
        out.append(f"Prior knowledge of the parameters entered as penalised residuals; {share}.")
    if solution.minima == 1 and solution.free:
        out.append("The best minimum was reached from one start only: a better one may exist.")
    if spectrum.dropped:
        out.append(f"Left out on request: points {', '.join(str(p) for p in sorted(set(spectrum.dropped)))}.")
    return out


# -- recognition ------------------------------------------------------------------------------------------------------
def _enough(seen: Seen) -> Answer:
    most = max(len(s) for s in seen.record.spectra)
    return (True, f"{most} points") if most >= 5 else (False, f"{most} points, where a fit needs 5 or more")


def _fitted(record: Record, stated: Known) -> list[Finding]:
    """The fits of all spectra: the circuit as stated or chosen on the first, and the same for the others."""
    specific = "area" in record.conditions or all("specific_impedance_real" in s for s in record.spectra)
    out: list[Finding] = []
    model = stated.get("circuit") or "auto"
    weight = asked(stated, "impedance", fit_each)
    for k in range(len(record.spectra)):
        one = fit(record, model, which=k, specific=specific, **weight)
        model = one.circuit if model == "auto" else model
        out += one.findings() if len(record.spectra) == 1 else [replace(f, name=f"{f.name}, spectrum {k + 1}") for f in one.findings()]
    return out


declare(Technique(
    "impedance", "impedance spectra", (SPECTRA, Condition("enough points", _enough)), (_fitted,), {"circuit": 'equivalent circuit, "R(RQ)(RQ)W"', "which": 'resistance of the material for a conductivity, "R1", "R1,R2", "arcs" or "total"'}, finds=(fit_each,),
))  # fmt: skip
