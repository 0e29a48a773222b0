"""What a study, or all of them, are worth: claims covered, skill against the naive rules, coverage and bias of the bands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .base import Row, StudyResult
from .score import NAIVE, bootstrap

#: ways a claim stands in a table
ROLES = ("predicted", "calibrated on", "input", "not yet")


@dataclass(frozen=True)
class Skill:
    """Mean gain in log-score over one naive rule [nats], its 90 % bootstrap interval over the claims, and how many there are.

    least   the smallest of the mean gains with the rule's spread halved, as stated, and doubled
    values  how many of the claims are values, not bounds or lives that ended alive, and `value_gain` the mean gain over these:
            a model in which nothing fails is rewarded by every life that ended alive, so this one is the harder test
    """

    rule: str
    claims: int
    gain: float
    interval: tuple[float, float]
    least: float
    values: int
    value_gain: float


@dataclass(frozen=True)
class Summary:
    """One paper, or all. Counts are of claims, bands of scored rows with two sides (bounds and lives are left out there).

    covered     claims by how they stand: predicted, calibrated on, input, not yet
    parameters  numbers fitted
    scored      rows with a log-score; score its mean [nats]
    skill       per naive rule
    bands       two-sided predictions; held: those whose 80 % band holds the reported value
    bias        mean of ln(simulated/reported) over these; spread: their root mean square
    bounds      bounds and lives that ended alive; kept: those that the band allows
    controls    negative controls and other rows without a claim, as they fell
    """

    name: str
    covered: Mapping[str, int]
    parameters: int
    scored: int
    score: float
    skill: tuple[Skill, ...]
    bands: int
    held: int
    bias: float
    spread: float
    bounds: int
    kept: int
    controls: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON form."""
        return {
            "name": self.name, "claims": dict(self.covered), "parameters_fitted": self.parameters, "scored": self.scored, "mean_log_score_nats": self.score,
            "skill": [{"naive": s.rule, "claims": s.claims, "mean_gain_nats": s.gain, "interval_90": list(s.interval), "least_gain_with_the_rule_s_spread_halved_or_doubled": s.least, "values": s.values, "mean_gain_on_values_nats": s.value_gain} for s in self.skill],
            "bands_80": {"two_sided": self.bands, "held": self.held, "coverage": self.held / self.bands if self.bands else None},
            "bias_ln": self.bias, "rms_ln": self.spread, "bounds": {"number": self.bounds, "kept": self.kept}, "controls": list(self.controls),
        }  # fmt: skip

    def cells(self) -> tuple[str, ...]:
        """Text cells for a table (see `HEADS`)."""
        skill = "; ".join(f"{s.rule}: {s.gain:+.2f}{_ends(s.interval)}, {s.claims} claim{'s' * (s.claims != 1)}{_valued(s)}" for s in self.skill)
        counts = ", ".join(f"{self.covered.get(r, 0)} {r}" for r in ROLES)
        return (self.name, counts, str(self.parameters), skill, f"{self.held} of {self.bands}", f"{self.bias:+.2f}" if self.bands else "", f"{self.kept} of {self.bounds}")


HEADS = ("paper", "claims", "fitted", "gain over naive rules [nats] (90 % bootstrap)", "80 % bands that hold", "mean ln(sim/rep)", "bounds and lives kept")


def _ends(interval: tuple[float, float]) -> str:
    return "" if math.isnan(interval[0]) else f" ({interval[0]:+.2f} to {interval[1]:+.2f})"


def _valued(skill: Skill) -> str:
    """The gain on values alone, where the claims hold bounds and lives as well."""
    if skill.values == skill.claims:
        return ""
    return f" ({skill.value_gain:+.2f} on the {skill.values} that are values)" if skill.values else " (all bounds or lives)"


def of_rows(name: str, rows: Iterable[Row], parameters: int) -> Summary:
    """The summary of some rows."""
    rows = list(rows)
    standing: dict[str, str] = {}
    for row in rows:
        if row.claim and row.role in ROLES and (row.claim not in standing or ROLES.index(row.role) < ROLES.index(standing[row.claim])):
            standing[row.claim] = row.role
    scored = [r for r in rows if r.scored]
    two = [r for r in scored if not r.censored and r.form not in ("lower_bound", "upper_bound") and not _no_end(r)]
    one = [r for r in scored if r.censored or r.form in ("lower_bound", "upper_bound")]
    ratios = [math.log(r.simulated / r.reported) for r in two if r.simulated and r.reported and r.simulated > 0.0]
    return Summary(
        name, {role: sum(v == role for v in standing.values()) for role in ROLES}, parameters, len(scored), _mean([r.score for r in scored if r.score is not None]),
        tuple(s for rule in NAIVE if (s := skill(rule, scored)) is not None), len(two), sum(bool(r.held) for r in two), _mean(ratios),
        math.sqrt(_mean([x * x for x in ratios])) if ratios else math.nan, len(one), sum(bool(r.held) for r in one),
        tuple(f"{r.what}: {r.cells()[3]}{f' (beside {r.cells()[2]})' if r.reported is not None else ''}" for r in rows if r.role == "control"),
    )  # fmt: skip


def _no_end(row: Row) -> bool:
    """A life or ramp of the simulation that ended alive has no value to compare."""
    return row.beyond


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else math.nan


def skill(rule: str, rows: Iterable[Row]) -> Skill | None:
    """Gain over one naive rule, over the rows that it answers; None where it answers none."""
    rows = [r for r in rows if rule in r.gains]
    found = [r.gains[rule] for r in rows]
    if not found:
        return None
    valued = [r.gains[rule]["1.0"] for r in rows if not r.censored and r.form not in ("lower_bound", "upper_bound")]
    mean, low, high = bootstrap([g["1.0"] for g in found])
    return Skill(rule, len(found), mean, (low, high), min(_mean([g[f] for g in found]) for f in ("1.0", "0.5", "2.0")), len(valued), _mean(valued))


def of(result: StudyResult) -> Summary:
    """The summary of a study."""
    return of_rows(result.name, result.rows, result.parameters)


def of_all(results: Iterable[StudyResult]) -> Summary:
    """All studies as one; the bootstrap goes over all their claims."""
    results = list(results)
    return of_rows("all", [replace_claim(r, x.name) for x in results for r in x.rows], sum(x.parameters for x in results))


def replace_claim(row: Row, paper: str) -> Row:
    """Claims of two papers never count as one (their ids differ already; a paper of the user's may not keep to it)."""
    from dataclasses import replace

    return replace(row, claim=f"{paper}:{row.claim}") if row.claim else row
