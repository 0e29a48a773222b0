"""Survival: textbook data, closed forms, scipy, coverage of the intervals."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from scipy import stats

from interlayer.analysis import survival
from interlayer.analysis.survival import Lives, kaplan_meier, log_rank, weibull
from interlayer.errors import AnalysisError
from interlayer.record import Finding

# weeks in remission of leukaemia, Freireich et al., Blood 21 (1963) 699, as every textbook has them (recalled)
TREATED = Lives.of(
    [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35],
    [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0],
)
PLACEBO = Lives.of([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23])


def censored(lives: Lives) -> stats.CensoredData:
    return stats.CensoredData(uncensored=lives.low[lives.exact], right=lives.low[lives.alive])


def test_remission_times_of_the_textbooks() -> None:
    """Kaplan-Meier 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448, Greenwood 0.135 at the last; log-rank 16.79."""
    km = kaplan_meier(TREATED)
    assert km.time.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert km.survival == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4)
    assert km.std[[0, -1]] == pytest.approx([0.0764, 0.1346], abs=5e-5)
    assert km.median()[0] == 23.0
    assert kaplan_meier(PLACEBO).median()[0] == 8.0
    test = log_rank(PLACEBO, TREATED)
    assert test.chi2 == pytest.approx(16.79, abs=5e-3)
    assert test.expected == pytest.approx((10.75, 19.25), abs=5e-3)
    assert test.hazard_ratio > 1.0 and test.interval[0] > 1.0


@pytest.mark.parametrize("lives", [TREATED, PLACEBO])
@pytest.mark.parametrize(("band", "method"), [("log-log", "log-log"), ("plain", "linear")])
def test_kaplan_meier_is_scipys(lives: Lives, band: str, method: str) -> None:
    km = kaplan_meier(lives, band=band)  # type: ignore[arg-type]
    other = stats.ecdf(censored(lives)).sf
    assert [km(t) for t in other.quantiles] == pytest.approx(other.probabilities.tolist(), abs=1e-12)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scipy's band is undefined where nobody is left
        ends = other.confidence_interval(0.95, method=method)
    alive = km.survival > 0.0
    keep = np.isin(other.quantiles, km.time[alive])
    assert km.low[alive] == pytest.approx(ends.low.probabilities[keep], abs=1e-9)
    assert km.high[alive] == pytest.approx(np.minimum(ends.high.probabilities[keep], 1.0), abs=1e-9)


def test_log_rank_is_scipys() -> None:
    """scipy gives the same statistic as a normal deviate."""
    other = stats.logrank(censored(TREATED), censored(PLACEBO))
    test = log_rank(TREATED, PLACEBO)
    assert test.chi2 == pytest.approx(other.statistic**2, rel=1e-9)
    assert test.probability == pytest.approx(other.pvalue, rel=1e-6)


@pytest.mark.parametrize("lives", [TREATED, PLACEBO])
def test_weibull_is_scipys(lives: Lives) -> None:
    fit = weibull(lives)
    shape, _, scale = stats.weibull_min.fit(censored(lives), floc=0.0)
    assert (fit.shape, fit.scale) == pytest.approx((shape, scale), rel=1e-3)
    assert fit.shape_interval[0] < shape < fit.shape_interval[1]
    known = stats.weibull_min.logpdf(lives.low[lives.exact], fit.shape, scale=fit.scale).sum()
    assert fit.log_likelihood == pytest.approx(known + stats.weibull_min.logsf(lives.low[lives.alive], fit.shape, scale=fit.scale).sum(), rel=1e-9)


def test_brackets() -> None:
    """scipy takes brackets too; brackets that shrink become known lives."""
    low, high = np.array([1.0, 2.0, 2.0, 3.0, 4.0, 5.0]), np.array([2.0, 3.0, 3.0, 4.0, np.inf, 6.0])
    fit = weibull(Lives(low, high, "current_density"))
    data = stats.CensoredData(right=[4.0], interval=[*zip(low[[0, 1, 2, 3, 5]], high[[0, 1, 2, 3, 5]], strict=True)])
    shape, _, scale = stats.weibull_min.fit(data, floc=0.0)
    assert (fit.shape, fit.scale) == pytest.approx((shape, scale), rel=1e-3)
    known = weibull(PLACEBO)
    narrow = weibull(Lives(PLACEBO.low * (1 - 1e-4), PLACEBO.high * (1 + 1e-4)))
    assert (narrow.shape, narrow.scale) == pytest.approx((known.shape, known.scale), rel=1e-4)


def test_profile_intervals_by_hand() -> None:
    """Where the shape is held at the end of its interval, the log-likelihood is 1.92 lower; the scale then is closed-form."""
    fit = weibull(TREATED)
    for shape in fit.shape_interval:
        t, d = TREATED.low, TREATED.exact
        scale = (np.sum(t**shape) / d.sum()) ** (1.0 / shape)
        log_likelihood = stats.weibull_min.logpdf(t[d], shape, scale=scale).sum() + stats.weibull_min.logsf(t[~d], shape, scale=scale).sum()
        assert fit.log_likelihood - log_likelihood == pytest.approx(0.5 * stats.chi2.ppf(0.95, 1), rel=1e-5)


def test_units_do_not_matter() -> None:
    hours, seconds = weibull(TREATED), weibull(Lives(TREATED.low * 3600.0, TREATED.high * 3600.0))
    assert seconds.shape == pytest.approx(hours.shape, rel=1e-6)
    assert seconds.scale == pytest.approx(3600.0 * hours.scale, rel=1e-6)


@pytest.mark.long
def test_intervals_cover() -> None:
    """95 % intervals of the Weibull hold the truth in 92..98 % of 400 sets of 20 cells, a third outlived."""
    rng = np.random.default_rng(5)
    inside = np.zeros(2)
    for _ in range(400):
        t = 100.0 * rng.weibull(2.0, 20)
        end = rng.uniform(60.0, 200.0, 20)
        fit = weibull(Lives.of(np.minimum(t, end), list(t <= end)))
        inside += [fit.shape_interval[0] <= 2.0 <= fit.shape_interval[1], fit.scale_interval[0] <= 100.0 <= fit.scale_interval[1]]
    assert (inside / 400 > 0.92).all() and (inside / 400 < 0.985).all(), inside / 400


def test_lives_of_findings() -> None:
    def finding(value: float, interval: tuple[float, float] | None = None, **evidence: object) -> Finding:
        return Finding("critical current density", value, "current_density", "m", None, "", "n", interval, evidence)

    found = survival.lives([finding(3.0, (3.0, 4.0)), finding(5.0, censored=True), finding(2.0)])
    assert found.low.tolist() == [3.0, 5.0, 2.0] and found.high.tolist() == [4.0, math.inf, 2.0]
    assert found.quantity == "current_density"
    with pytest.raises(AnalysisError, match="bracketed"):
        kaplan_meier(found)


def test_refusals() -> None:
    for wrong, said in (
        (lambda: kaplan_meier(Lives.of([1.0, 2.0], [False, False])), "No cell ended"), (lambda: weibull(Lives.of([1.0, 2.0], [True, False])), "two cells"),
        (lambda: weibull(Lives.of([2.0, 2.0, 2.0])), "same time"), (lambda: Lives.of([-1.0]), "low"), (lambda: log_rank(TREATED, Lives.of([1.0], quantity="areal_charge")), "one quantity"),
        (lambda: weibull(Lives(np.array([1.0, 1.0]), np.array([2.0, 2.0]))), "share a stretch"), (lambda: survival.lives([]), "one quantity"),
        (lambda: kaplan_meier(TREATED, band="wavy"), "wavy"),  # type: ignore[arg-type]
    ):  # fmt: skip
        with pytest.raises(AnalysisError, match=said):
            wrong()
    few = kaplan_meier(Lives.of([1.0, 2.0, 3.0], [True, False, False]))
    assert few.findings()[0].value is None and "longer" in few.findings()[0].note
