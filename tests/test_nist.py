"""The minimiser on the nonlinear regression sets of the NIST Statistical Reference Datasets, from both certified starts.

tests/data/nist holds NIST's own files (works of the United States government, not subject to copyright; as carried by
lmfit 1.3.4). Parameters are searched as they are (`log` False): they have either sign. The gradient is by complex step.

A plain descent from the far start leads to other minima in BoxBOD, MGH10 and MGH17; `search` (analysis/_far.py), which
knows nothing of these sets either, must reach the certified values from both starts of all of them.
"""

import re
from pathlib import Path

import numpy as np
import pytest

from interlayer.analysis._far import linear_in, search, separated
from interlayer.analysis._fit import Problem, minimise
from interlayer.analysis._solve import _covariance

FOLDER = Path(__file__).parent / "data" / "nist"
NEEDED = 1e-6  # relative, of parameters, standard deviations and residual sum of squares: six digits
ROUNDING = {"Lanczos1": 2e-3}  # data of 14 digits and residuals of 1e-13: their sum of squares has three digits
LINEAR = {"BoxBOD": [0], "Chwirut1": [], "ENSO": [0, 1, 2, 4, 5, 7, 8], "Hahn1": [0, 1, 2, 3], "Lanczos3": [0, 2, 4], "MGH17": [0, 1, 2], "Nelson": [0, 1]}


def gauss(b, x):
    return b[0] * np.exp(-b[1] * x) + b[2] * np.exp(-((x - b[3]) ** 2) / b[4] ** 2) + b[5] * np.exp(-((x - b[6]) ** 2) / b[7] ** 2)


def lanczos(b, x):
    return b[0] * np.exp(-b[1] * x) + b[2] * np.exp(-b[3] * x) + b[4] * np.exp(-b[5] * x)


def wave(x, c, s, period):
    return c * np.cos(2 * np.pi * x / period) + s * np.sin(2 * np.pi * x / period)


def cubic(b, x):
    return (b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3) / (1 + b[4] * x + b[5] * x**2 + b[6] * x**3)


def chwirut(b, x):
    return np.exp(-b[0] * x) / (b[1] + b[2] * x)


MODELS = {
    "Bennett5": lambda b, x: b[0] * (b[1] + x) ** (-1 / b[2]),
    "BoxBOD": lambda b, x: b[0] * (1 - np.exp(-b[1] * x)),
    "Chwirut1": chwirut,
    "Chwirut2": chwirut,
    "DanWood": lambda b, x: b[0] * x ** b[1],
    "ENSO": lambda b, x: b[0] + wave(x, b[1], b[2], 12) + wave(x, b[4], b[5], b[3]) + wave(x, b[7], b[8], b[6]),
    "Eckerle4": lambda b, x: b[0] / b[1] * np.exp(-0.5 * ((x - b[2]) / b[1]) ** 2),
    "Gauss1": gauss,
    "Gauss2": gauss,
    "Gauss3": gauss,
    "Hahn1": cubic,
    "Kirby2": lambda b, x: (b[0] + b[1] * x + b[2] * x**2) / (1 + b[3] * x + b[4] * x**2),
    "Lanczos1": lanczos,
    "Lanczos2": lanczos,
    "Lanczos3": lanczos,
    "MGH09": lambda b, x: b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3]),
    "MGH10": lambda b, x: b[0] * np.exp(b[1] / (x + b[2])),
    "MGH17": lambda b, x: b[0] + b[1] * np.exp(-x * b[3]) + b[2] * np.exp(-x * b[4]),
    "Misra1a": lambda b, x: b[0] * (1 - np.exp(-b[1] * x)),
    "Misra1b": lambda b, x: b[0] * (1 - (1 + b[1] * x / 2) ** -2),
    "Misra1c": lambda b, x: b[0] * (1 - (1 + 2 * b[1] * x) ** -0.5),
    "Misra1d": lambda b, x: b[0] * b[1] * x / (1 + b[1] * x),
    "Nelson": lambda b, x: b[0] - b[1] * x[0] * np.exp(-b[2] * x[1]),
    "Rat42": lambda b, x: b[0] / (1 + np.exp(b[1] - b[2] * x)),
    "Rat43": lambda b, x: b[0] / (1 + np.exp(b[1] - b[2] * x)) ** (1 / b[3]),
    "Roszman1": lambda b, x: b[0] - b[1] * x - np.arctan(b[2] / (x - b[3])) / np.pi,
    "Thurber": cubic,
}


def read(name):
    """y, x, starts (2, n), certified values and standard deviations (n,), certified residual sum of squares."""
    lines = (FOLDER / f"{name}.dat").read_text(encoding="ascii").splitlines()
    rows = [line.split("=")[1].split() for line in lines if re.match(r" *b\d+ *= ", line)]
    table = np.array(rows, dtype=float).T
    square = next(float(line.split(":")[1]) for line in lines if line.startswith("Residual Sum of Squares"))
    last = max(i for i, line in enumerate(lines) if line.startswith("Data:"))
    data = np.array([line.split() for line in lines[last + 1 :] if line.strip()], dtype=float).T
    y, x = data[0], data[1] if len(data) == 2 else data[1:]
    return (np.log(y) if name == "Nelson" else y), x, table[:2], table[2], table[3], square


def problem_of(model, y, x, count):
    def evaluate(values):
        z = np.array([model(row, x) for row in values])
        moved = values[:, None, :] + 1e-30j * np.maximum(np.abs(values), 1e-30)[:, :, None] * np.eye(count)
        slope = np.array([[model(b, x).imag for b in rows] for rows in moved])
        return z, slope / (1e-30 * np.maximum(np.abs(values), 1e-30))[:, :, None]

    wide = np.full(count, 1e60)
    weight = np.full(len(y), 1.0 / np.sqrt(np.mean(y**2)))
    return Problem(evaluate, y, weight, np.zeros(count, dtype=bool), -wide, wide, np.arange(count))


def fit(name, start, find):
    """(values, standard deviations, residual sum of squares) by `find` from one start."""
    y, x, *_ = read(name)
    count = len(start)
    problem = problem_of(MODELS[name], y, x, count)
    theta, cost = find(problem, start)
    j = problem.residuals(theta[None, :])[1][0]
    cov, *_ = _covariance(j @ j.T, cost / (len(y) - count), [f"b{i}" for i in range(count)], problem.log)
    return theta, np.sqrt(np.diag(cov)), cost / problem.weight[0] ** 2


def descent(problem, start):
    theta, cost = minimise(problem, start[None, :], 5000, thorough=True, tolerance=1e-14)
    return theta[0], float(cost[0])


def sought(problem, start):
    return search(problem, start, tolerance=1e-14, iterations=5000)


def compare(name, found, spread, rest):
    *_, certified, std, square = read(name)
    assert found == pytest.approx(certified, rel=NEEDED)
    assert spread == pytest.approx(std, rel=ROUNDING.get(name, NEEDED))
    assert rest == pytest.approx(square, rel=ROUNDING.get(name, NEEDED))


@pytest.mark.parametrize("name", MODELS)
def test_certified_values_by_one_descent_from_the_near_start(name):
    compare(name, *fit(name, read(name)[2][1], descent))


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("name", MODELS)
def test_certified_values_from_both_starts(name, which):
    compare(name, *fit(name, read(name)[2][which], sought))


@pytest.mark.parametrize("name", ["BoxBOD", "MGH10", "MGH17"])
def test_one_descent_from_the_far_start_is_not_enough(name):
    *_, rest = fit(name, read(name)[2][0], descent)
    assert rest > 1.5 * read(name)[-1]


@pytest.mark.parametrize("name", LINEAR)
def test_linear_parameters_are_found_and_need_no_start(name):
    y, x, starts, *_ = read(name)
    problem = problem_of(MODELS[name], y, x, starts.shape[1])
    linear = linear_in(problem, starts[0])
    assert linear.tolist() == LINEAR[name]
    parted = separated(problem, linear)
    filled = parted.fill(starts[1][None, :])
    r, j = (v[0] for v in problem.residuals(filled))
    for i in linear:  # least squares: what is left stands at right angles on each column
        assert abs(r @ j[i]) < 1e-9 * np.linalg.norm(r) * np.linalg.norm(j[i]) + 1e-12
    elsewhere = starts[1].copy()
    elsewhere[linear] *= -7.0
    assert parted.fill(elsewhere[None, :]) == pytest.approx(filled, rel=1e-7)
