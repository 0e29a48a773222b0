"""Binary electrolyte region: a polymer, gel, liquid or ionic liquid layer whose salt polarises."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, Union

import numpy as np

from ..errors import CellError
from .base import (
    ELEMENTS,
    FARADAY,
    GAS,
    OUT_EXPORT,
    OUT_EXPORT_J,
    OUT_FLAG,
    OUT_MARGIN,
    OUT_R,
    OUT_V,
    Array,
    ComplexArray,
    Jit,
    Kernel,
    Leaf,
    Parameter,
    Scalar,
    States,
    at,
)  # fmt: skip

#: a number, a function of temperature [K], or `OfSalt` for a function of salt concentration and temperature
Property: TypeAlias = Union[Scalar, "OfSalt"]

TERMS = 12  # Chebyshev coefficients kept per property
HEAD = 8 + 4 * TERMS  # numbers before the mesh in P


@dataclass(frozen=True)
class OfSalt:
    """A property that depends on the salt: `function(c, T)` with c [mol/m³], T [K], SI result; sampled on [low, high].

    The kernel uses a Chebyshev series of TERMS coefficients in c on [low, high] (constant beyond); `OfSalt.series`
    refuses one that misses the function by more than 1e-4 of its largest value.
    """

    function: Callable[[float, float], float]
    low: float
    high: float

    def series(self, temperature: float) -> Array:
        """Chebyshev coefficients at `temperature`."""
        from numpy.polynomial import chebyshev

        def sampled(u: Array) -> Array:
            c = 0.5 * (self.high + self.low) + 0.5 * (self.high - self.low) * u
            return np.array([self.function(float(v), temperature) for v in c])

        coefficients = chebyshev.chebinterpolate(sampled, TERMS - 1)  # type: ignore[type-var]
        probe = np.linspace(-1.0, 1.0, 101)
        exact = sampled(probe)
        worst = float(np.max(np.abs(chebyshev.chebval(probe, coefficients) - exact)) / np.max(np.abs(exact)))
        if worst > 1e-4:
            raise CellError(
                f"A property of the salt is too steep: its series misses it by {worst:.1e}", given=(self.low, self.high),
                remedy="Narrow the range of concentrations",
            )  # fmt: skip
        return np.asarray(coefficients)


def mesh(cells: int, ratio: float) -> Array:
    """Relative widths of `cells` finite volumes, graded towards both ends; the largest is `ratio` times the smallest."""
    half = (cells + 1) // 2
    grown = ratio ** (np.arange(half) / max(half - 1, 1))
    widths = np.concatenate([grown, grown[::-1][cells % 2 :]])
    return np.asarray(widths / widths.sum())


@ELEMENTS.add("binary")
@dataclass(frozen=True, kw_only=True)
class Binary(Leaf):
    """Salt and potential in one layer under the current density J (t+, D, kappa, TDF may depend on the salt c).

        eps dc/dt = d/dx(D dc/dx) - (J/F) dt+/dx,   -D dc/dx = (1 - t+) J/F at both lithium faces
        V = J int dx/kappa + (2RT/F) int_{ln c_right}^{ln c_left} (1 - t+) TDF dln c       (lithium references)

    c [mol/m³], L [m], D, kappa effective (porosity and tortuosity inside). Given J the salt decouples from the potential
    (physics.md E1): finite volumes on a mesh graded towards the faces, one tridiagonal solve, V by quadrature. Salt is
    kept to rounding. At rest Z = L/kappa + finite Warburg (`impedance`).
    The impedance of a polarised layer is closed too where the properties are constant; else it uses the same fluxes with
    each cell replaced by the equivalent T of a diffusion line, so that a uniform layer is exact at any frequency on any
    mesh and omega -> 0 gives the DC slope.
    Exports the salt at both faces. Event: the salt falls to zero at a face (Sand). Second order in space.
    Newman & Thomas-Alyea ch. 12 (recalled); Bruce & Vincent, J. Electroanal. Chem. 225 (1987) 1 (recalled).
    """

    thickness: Scalar = math.nan
    conductivity: Property = math.nan
    diffusivity: Property = math.nan
    transference_number: Property = math.nan
    thermodynamic_factor: Property = 1.0
    concentration: Scalar = math.nan
    porosity: Scalar = 1.0
    cells: int = 60
    grading: float = 20.0
    tolerance: float = 1e-5  # of the salt's start value, a step

    PARAMETERS = (
        Parameter("thickness", "thickness", "thickness of the layer", low=1e-10),
        Parameter("concentration", "concentration", "salt concentration at rest", low=1e-6),
        Parameter("porosity", "fraction", "share of the volume that stores salt", 1e-6, 1.0),
    )
    EXPORTS = ("concentration_left:concentration", "concentration_right:concentration")
    EVENTS = ("salt depleted at a lithium face",)
    EQUATION = (
        "thickness/conductivity + 4*R*T/F**2*(1 - transference_number)**2*thermodynamic_factor/concentration"
        "*tanh(thickness/2*sqrt(I*omega*porosity/diffusivity))/sqrt(I*omega*porosity*diffusivity)"
    )

    def _properties(self, temperature: float) -> tuple[Array, float, float, bool]:
        """Chebyshev rows of (kappa, D, t+, TDF), their range of c, and whether all are constant."""
        given = (self.conductivity, self.diffusivity, self.transference_number, self.thermodynamic_factor)
        rows = np.zeros((4, TERMS))
        c0 = at(self.concentration, temperature)
        low, high = 0.0, 4.0 * c0
        salty = [p for p in given if isinstance(p, OfSalt)]
        if salty:
            low, high = max(p.low for p in salty), min(p.high for p in salty)
        for row, p in zip(rows, given, strict=True):
            if isinstance(p, OfSalt):
                row[:] = OfSalt(p.function, low, high).series(temperature)
            else:
                row[0] = at(p, temperature)
                if not math.isfinite(row[0]):
                    raise CellError(f"{self.label} lacks a transport property", given=row[0], remedy="Set conductivity, diffusivity, transference_number and thermodynamic_factor")
        return rows, low, high, not salty

    def numbers(self, temperature: float) -> list[float]:
        rows, low, high, constant = self._properties(temperature)
        length, c0, eps = super().numbers(temperature)
        head = [length, GAS * temperature / FARADAY, c0, eps, low, high, 1.0 if constant else 0.0, 0.0]
        return [*head, *rows.ravel().tolist(), *(length * mesh(self.cells, self.grading)).tolist()]

    def states(self, temperature: float) -> States:
        c0 = at(self.concentration, temperature)
        return States(np.full(self.cells, c0), np.full(self.cells, self.tolerance * c0))

    @property
    def workspace(self) -> int:
        return 8 * (self.cells + 2)

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        return _kernel(jit)

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        rows, low, high, _ = self._properties(temperature)
        length, c0, eps = super().numbers(temperature)
        u = min(max((2.0 * c0 - low - high) / (high - low), -1.0), 1.0)
        kappa, d, t, tdf = (float(np.polynomial.chebyshev.chebval(u, r)) for r in rows)
        s = np.sqrt(1j * omega * eps / d)
        surface = (1.0 - t) / FARADAY * np.tanh(0.5 * s * length) / (d * s)
        z: ComplexArray = length / kappa + 4.0 * GAS * temperature / FARADAY * (1.0 - t) * tdf / c0 * surface
        return z

    @classmethod
    def example(cls) -> Binary:
        return cls(thickness=1e-4, conductivity=0.1, diffusivity=7.5e-12, transference_number=0.3, concentration=1500.0)


def _kernel(jit: Jit) -> Kernel:  # one closure so that the helpers below share their compiled forms
    from numba import carray

    terms, head = TERMS, HEAD

    def series(P, row, c):  # type: ignore[no-untyped-def]
        """(value, d value/dc) of property `row` at concentration c; constant outside the sampled range."""
        k = 8 + row * terms
        if P[6] == 1.0:
            return P[k], 0.0
        span = 0.5 * (P[5] - P[4])
        u = (c - P[4]) / span - 1.0
        inside = -1.0 <= u <= 1.0
        u = min(max(u, -1.0), 1.0)
        b1 = 0.0
        b2 = 0.0
        d1 = 0.0
        d2 = 0.0
        for i in range(terms - 1, 0, -1):
            d = 2.0 * b1 + 2.0 * u * d1 - d2
            b = P[k + i] + 2.0 * u * b1 - b2
            d2 = d1
            d1 = d
            b2 = b1
            b1 = b
        value = P[k] + u * b1 - b2
        gradient = (b1 + u * d1 - d2) / span if inside else 0.0
        return value, gradient

    series = jit(series)

    def overpotential(P, left, right):  # type: ignore[no-untyped-def]
        """(2RT/F) int (1 - t+) TDF dln c from right to left, and its derivatives by ln of either end."""
        if P[6] == 1.0:
            q = 2.0 * P[1] * (1.0 - P[8 + 2 * terms]) * P[8 + 3 * terms]
            return q * math.log(left / right), q, q
        a = math.log(right)
        b = math.log(left)
        # 5-point Gauss on panels no wider than one unit of ln c
        panels = int(abs(b - a)) + 1
        w = (b - a) / panels
        total = 0.0
        for p in range(panels):
            mid = a + (p + 0.5) * w
            for g in range(5):
                if g == 0:
                    z, m = 0.0, 0.5688888888888889
                elif g == 1:
                    z, m = -0.5384693101056831, 0.47862867049936647
                elif g == 2:
                    z, m = 0.5384693101056831, 0.47862867049936647
                elif g == 3:
                    z, m = -0.906179845938664, 0.23692688505618908
                else:
                    z, m = 0.906179845938664, 0.23692688505618908
                c = math.exp(mid + 0.5 * w * z)
                t, _ = series(P, 2, c)
                f, _ = series(P, 3, c)
                total += 0.5 * w * m * (1.0 - t) * f
        tl, _ = series(P, 2, left)
        fl, _ = series(P, 3, left)
        tr, _ = series(P, 2, right)
        fr, _ = series(P, 3, right)
        return 2.0 * P[1] * total, 2.0 * P[1] * (1.0 - tl) * fl, 2.0 * P[1] * (1.0 - tr) * fr

    overpotential = jit(overpotential)

    def surfaces(J, n, P, Z):  # type: ignore[no-untyped-def]
        """Salt at the two faces, extrapolated over half a cell with the flux that J imposes."""
        g = J / 96485.33212
        dl, _ = series(P, 1, Z[0])
        tl, _ = series(P, 2, Z[0])
        dr, _ = series(P, 1, Z[n - 1])
        tr, _ = series(P, 2, Z[n - 1])
        left = Z[0] + (1.0 - tl) * g * 0.5 * P[head] / dl
        right = Z[n - 1] - (1.0 - tr) * g * 0.5 * P[head + n - 1] / dr
        return left, right

    surfaces = jit(surfaces)

    def keep(n, P, Yb, Z):  # type: ignore[no-untyped-def]
        """Take the rounding of the solve out of the salt: as much leaves at one face as enters at the other.

        (Summing the fluxes into each cell keeps the salt too, but multiplies rounding by h D/dx²: after hours the
        voltage would be noise to a Newton that wants nine digits of the current.)
        """
        more = 0.0
        for k in range(n):
            more += P[head + k] * (Z[k] - Yb[k])
        more /= P[0]
        for k in range(n):
            Z[k] -= more

    keep = jit(keep)

    def linear(J, h, fresh, n, P, Yb, Z, W):  # type: ignore[no-untyped-def]
        """Constant properties: Z = a + J b, both by one factorisation that is kept while h stays."""
        d = P[8 + terms]
        eps = P[3]
        s = (1.0 - P[8 + 2 * terms]) / 96485.33212
        up = 8
        inv = up + n
        b = inv + n
        a = b + n
        cond = a + n  # D over the distance between centres of cells k and k+1
        if W[0] != h:
            W[0] = h
            for k in range(n - 1):
                W[cond + k] = 2.0 * d / (P[head + k] + P[head + k + 1])
            W[b] = s
            for k in range(n):
                low = W[cond + k - 1] if k > 0 else 0.0
                high = W[cond + k] if k < n - 1 else 0.0
                pivot = eps * P[head + k] / h + low + high
                if k > 0:
                    pivot -= low * W[up + k - 1]
                W[inv + k] = 1.0 / pivot
                W[up + k] = high / pivot
                rhs = s if k == 0 else (-s if k == n - 1 else 0.0)
                if k > 0:
                    rhs += low * W[b + k - 1]
                W[b + k] = rhs / pivot
            for k in range(n - 2, -1, -1):
                W[b + k] += W[up + k] * W[b + k + 1]
        if fresh:
            last = 0.0
            for k in range(n):
                low = W[cond + k - 1] if k > 0 else 0.0
                last = (eps * P[head + k] / h * Yb[k] + low * last) * W[inv + k]
                W[a + k] = last
            for k in range(n - 2, -1, -1):
                W[a + k] += W[up + k] * W[a + k + 1]
        for k in range(n):
            Z[k] = W[a + k] + J * W[b + k]
        keep(n, P, Yb, Z)

    linear = jit(linear)

    def matrix(h, J, n, P, Z, A):  # type: ignore[no-untyped-def]
        """Tridiagonal system of d(Z)/dJ at Z for a real step or a complex 1/(i omega).

        Rows of A: 1 lower, 2 diagonal, 3 upper, 4 right-hand side; 5 and 6 scale each cell's half resistance and its
        storage (both 1 in time; tanh(y)/y and sinh(2y)/(2y) make a cell the exact T of a diffusion line).
        """
        g = J / 96485.33212
        lo, di, up, rhs, arm, store = A[1], A[2], A[3], A[4], A[5], A[6]
        rate = P[3] / h
        for k in range(n):
            di[k] = P[head + k] * rate * store[k]
            rhs[k] = 0.0
        d1, e1 = series(P, 1, Z[0])
        r1 = 0.5 * P[head] / d1
        for k in range(n - 1):
            d0, e0, r0 = d1, e1, r1
            d1, e1 = series(P, 1, Z[k + 1])
            r1 = 0.5 * P[head + k + 1] / d1
            drive = (Z[k] - Z[k + 1]) / ((r0 + r1) * (r0 + r1))  # -d(flux)/d(resistance)
            w = P[head + k + 1] / (P[head + k] + P[head + k + 1])
            t, dt = series(P, 2, w * Z[k] + (1.0 - w) * Z[k + 1])
            conduct = 1.0 / (r0 * arm[k] + r1 * arm[k + 1])
            by0 = conduct + (drive * r0 * e0 / d0 + dt * w * g)
            by1 = -conduct + (drive * r1 * e1 / d1 + dt * (1.0 - w) * g)
            di[k] += by0
            up[k] = by1
            lo[k + 1] = -by0
            di[k + 1] -= by1
            rhs[k] -= t / 96485.33212
            rhs[k + 1] += t / 96485.33212
        rhs[0] += 1.0 / 96485.33212
        rhs[n - 1] -= 1.0 / 96485.33212

    matrix = jit(matrix)

    def thomas(n, A):  # type: ignore[no-untyped-def]
        """Solve in place; the answer is left in row 4."""
        lo, di, up, rhs = A[1], A[2], A[3], A[4]
        di[0] = 1.0 / di[0]
        for k in range(1, n):
            m = lo[k] * di[k - 1]
            di[k] = 1.0 / (di[k] - m * up[k - 1])
            rhs[k] -= m * rhs[k - 1]
        rhs[n - 1] *= di[n - 1]
        for k in range(n - 2, -1, -1):
            rhs[k] = (rhs[k] - up[k] * rhs[k + 1]) * di[k]

    thomas = jit(thomas)

    def fluxes(J, n, P, Z, N):  # type: ignore[no-untyped-def]
        """Cation fluxes through the n+1 faces of the cells [mol/(m² s)]."""
        g = J / 96485.33212
        N[0] = g
        N[n] = g
        for k in range(n - 1):
            d0, _ = series(P, 1, Z[k])
            d1, _ = series(P, 1, Z[k + 1])
            w = P[head + k + 1] / (P[head + k] + P[head + k + 1])
            t, _ = series(P, 2, w * Z[k] + (1.0 - w) * Z[k + 1])
            N[k + 1] = (Z[k] - Z[k + 1]) / (0.5 * P[head + k] / d0 + 0.5 * P[head + k + 1] / d1) + t * g

    fluxes = jit(fluxes)

    def nonlinear(J, h, n, P, Yb, Z, W):  # type: ignore[no-untyped-def]
        """Newton on the cells; returns False where it does not settle."""
        A = carray(W, (8, n + 2))
        N, rhs = A[0], A[4]
        for k in range(n):
            A[5, k] = 1.0
            A[6, k] = 1.0
        good = False
        for _ in range(30):
            fluxes(J, n, P, Z, N)
            matrix(h, J, n, P, Z, A)
            for k in range(n):
                rhs[k] = N[k] - N[k + 1] - P[3] * P[head + k] / h * (Z[k] - Yb[k])
            thomas(n, A)
            worst = 0.0
            for k in range(n):
                Z[k] += rhs[k]
                worst = max(worst, abs(rhs[k]))
            if not worst < 1e300:
                return False
            if worst < 1e-11 * P[2]:
                good = True
                break
        return good

    nonlinear = jit(nonlinear)

    def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
        if P[6] == 1.0:
            linear(J, h, fresh, n, P, Yb, Z, W)
        elif not nonlinear(J, h, n, P, Yb, Z, W):
            out[OUT_FLAG] = 1.0
        left, right = surfaces(J, n, P, Z)
        least = min(left, right)
        out[OUT_MARGIN] = least / P[2]
        floor = 1e-6 * P[2]
        left = max(left, floor)
        right = max(right, floor)
        v, _, _ = overpotential(P, left, right)
        if P[6] == 1.0:
            v += J * P[0] / P[8]
        else:
            for k in range(n):
                kappa, _ = series(P, 0, Z[k])
                v += J * P[head + k] / kappa
        out[OUT_V] = v
        out[OUT_EXPORT] = left
        out[OUT_EXPORT + 1] = right

    def respond(J, h, n, P, Z, out, A):  # type: ignore[no-untyped-def]
        """Outputs of `slope` from d(Z)/dJ by the full linear system, for any properties and any state."""
        matrix(h, J, n, P, Z, A)
        thomas(n, A)
        arm, store, rhs = A[5], A[6], A[4]
        total = 0.0 * h
        for k in range(n):
            kappa, dk = series(P, 0, Z[k])
            total += P[head + k] / kappa * (1.0 - J * dk / kappa * store[k] * rhs[k])
        g = J / 96485.33212
        dl, el = series(P, 1, Z[0])
        tl, ul = series(P, 2, Z[0])
        dr, er = series(P, 1, Z[n - 1])
        tr, ur = series(P, 2, Z[n - 1])
        rl = 0.5 * P[head] / dl
        rr = 0.5 * P[head + n - 1] / dr
        bl = rhs[0] * (1.0 - g * rl * (ul + (1.0 - tl) * el / dl)) + (1.0 - tl) * rl * arm[0] / 96485.33212
        br = rhs[n - 1] * (1.0 + g * rr * (ur + (1.0 - tr) * er / dr)) - (1.0 - tr) * rr * arm[n - 1] / 96485.33212
        left, right = surfaces(J, n, P, Z)
        floor = 1e-6 * P[2]
        if left <= floor:
            left = floor
            bl = 0.0 * h
        if right <= floor:
            right = floor
            br = 0.0 * h
        _, ql, qr = overpotential(P, left, right)
        out[OUT_R] = total + ql * bl / left - qr * br / right
        out[OUT_EXPORT_J] = bl
        out[OUT_EXPORT_J + 1] = br

    respond = jit(respond)

    def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
        if P[6] == 1.0:  # constant properties, real step: `linear` has just left d(Z)/dJ in W
            left, right = surfaces(J, n, P, Z)
            e = 0.5 * (1.0 - P[8 + 2 * terms]) / (96485.33212 * P[8 + terms])
            bl = W[8 + 2 * n] + e * P[head]
            br = W[7 + 3 * n] - e * P[head + n - 1]
            q = 2.0 * P[1] * (1.0 - P[8 + 2 * terms]) * P[8 + 3 * terms]
            floor = 1e-6 * P[2]
            bl = bl if left > floor else 0.0
            br = br if right > floor else 0.0
            out[OUT_R] = P[0] / P[8] + q * (bl / max(left, floor) - br / max(right, floor))
            out[OUT_EXPORT_J] = bl
            out[OUT_EXPORT_J + 1] = br
            return
        A = carray(W, (8, n + 2))
        for k in range(n):
            A[5, k] = 1.0
            A[6, k] = 1.0
        respond(J, h, n, P, Z, out, A)

    def tangent(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
        plain = P[6] == 1.0  # constant properties: what the salt answers does not depend on where it stands
        if not plain:
            plain = J == 0.0
            for k in range(n):
                plain = plain and abs(Z[k] - Z[0]) <= 1e-12 * P[2]
        if plain:  # closed form of the finite Warburg
            kappa, _ = series(P, 0, Z[0])
            d, _ = series(P, 1, Z[0])
            t, _ = series(P, 2, Z[0])
            f, _ = series(P, 3, Z[0])
            s = cmath.sqrt(P[3] / (h * d))
            b = (1.0 - t) / 96485.33212 * cmath.tanh(0.5 * s * P[0]) / (d * s)
            left, right = surfaces(J, n, P, Z)
            floor = 1e-6 * P[2]
            bl = b if left > floor else 0.0 * b
            br = b if right > floor else 0.0 * b
            out[OUT_R] = P[0] / kappa + 2.0 * P[1] * (1.0 - t) * f * (bl / max(left, floor) + br / max(right, floor))
            out[OUT_EXPORT_J] = bl
            out[OUT_EXPORT_J + 1] = -br
            return
        A = carray(W, (8, n + 2))
        for k in range(n):
            d, _ = series(P, 1, Z[k])
            y = 0.5 * P[head + k] * cmath.sqrt(P[3] / (h * d))
            if abs(y) < 1e-4:
                A[5, k] = 1.0 - y * y / 3.0
                A[6, k] = 1.0 + 2.0 * y * y / 3.0
            elif y.real < 150.0:
                e = cmath.exp(-2.0 * y)
                A[5, k] = (1.0 - e) / ((1.0 + e) * y)  # tanh(y)/y
                A[6, k] = (1.0 - e * e) / (4.0 * e * y)  # sinh(2y)/(2y)
            else:  # far beyond the penetration depth: the cell shunts everything
                A[5, k] = 1.0 / y
                A[6, k] = 1e120
        respond(J, h, n, P, Z, out, A)

    return advance, slope, tangent
