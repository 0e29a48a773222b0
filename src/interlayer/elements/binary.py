"""Binary electrolyte region: polymer, gel, liquid or ionic-liquid layers, side by side, whose common salt polarises."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, Union

import numpy as np

from ..errors import CellError
from . import _hats
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
#: P: thickness, RT/F, c0, salt stored per c [m], low, high, all constant?, number of layers; then a block a layer: four
#: rows of coefficients (kappa, D, t+, TDF), partition, porosity; then per cell its width, what it stores, its block
HEAD = 8
BLOCK = 4 * TERMS + 2


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

    `others` are further layers to the right that share the salt (a polymer wetted by an ionic liquid, a skin in a liquid):
    everywhere c = K u with u common to all (K = `partition`, 1 in this layer: the salt's chemical potential and that of Li+ have no
    step), so that flux and u are continuous and V is the sum over the layers. c0 is this layer's.

    c [mol/m³], L [m], D, kappa effective (porosity and tortuosity inside). Given J the salt decouples from the potential
    (physics.md E1): finite volumes on a mesh graded towards the faces, one tridiagonal solve, V by quadrature; one layer of
    constant properties in contents under hats (`_hats.py`). Salt is kept to rounding. At rest Z = L/kappa + finite Warburg (`impedance`).
    The impedance of a polarised layer is closed too where the properties are constant; else it uses the same fluxes with
    each cell replaced by the equivalent T of a diffusion line, so that a uniform layer is exact at any frequency on any
    mesh and omega -> 0 gives the DC slope.
    Exports the salt at both faces. Event: the salt falls to zero at a face (Sand). Second order in space, fourth
    under hats.
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
    partition: Scalar = 1.0
    others: tuple[Binary, ...] = ()

    PARAMETERS = (
        Parameter("thickness", "thickness", "thickness of the layer", low=1e-10),
        Parameter("concentration", "concentration", "salt concentration at rest", low=1e-6),
        Parameter("porosity", "fraction", "share of the volume that stores salt", 1e-6, 1.0),
        Parameter("partition", "number", "salt concentration here over that of the region's first layer, at equilibrium", 1e-6),
    )
    EXPORTS = ("concentration_left:concentration", "concentration_right:concentration")
    EVENTS = ("salt depleted at a lithium face",)
    EQUATION = (
        "thickness/conductivity + 4*R*T/F**2*(1 - transference_number)**2*thermodynamic_factor/concentration"
        "*tanh(thickness/2*sqrt(I*omega*porosity/diffusivity))/sqrt(I*omega*porosity*diffusivity)"
    )

    @property
    def layers(self) -> tuple[Binary, ...]:
        """The layers of the region from left to right."""
        return (self, *self.others)

    def _rows(self, temperature: float, low: float, high: float) -> Array:
        """Chebyshev rows of (kappa, D, t+, TDF) over u in [low, high]."""
        rows = np.zeros((4, TERMS))
        k = at(self.partition, temperature)
        for row, p in zip(rows, self.transport, strict=True):
            if isinstance(p, OfSalt):
                row[:] = OfSalt(p.function, k * low, k * high).series(temperature)
            else:
                row[0] = at(p, temperature)
                if not math.isfinite(row[0]):
                    raise CellError(f"{self.label} lacks a transport property", given=row[0], remedy="Set conductivity, diffusivity, transference_number and thermodynamic_factor")
        return rows

    @property
    def transport(self) -> tuple[Property, ...]:
        """Conductivity, diffusivity, transference number and thermodynamic factor."""
        return (self.conductivity, self.diffusivity, self.transference_number, self.thermodynamic_factor)

    def _range(self, temperature: float) -> tuple[float, float, bool]:
        """Range of u over which the properties of all layers are sampled, and whether all are constant."""
        ends = [
            (p.low / at(layer.partition, temperature), p.high / at(layer.partition, temperature))
            for layer in self.layers for p in layer.transport if isinstance(p, OfSalt)
        ]  # fmt: skip
        if not ends:
            return 0.0, 4.0 * at(self.concentration, temperature), True
        return max(low for low, _ in ends), min(high for _, high in ends), False

    def _own(self, temperature: float) -> tuple[float, float, float]:
        """(thickness, porosity, partition) of this layer alone."""
        length, _, eps, k = super().numbers(temperature)
        return length, eps, k

    def numbers(self, temperature: float) -> list[float]:
        low, high, constant = self._range(temperature)
        c0 = super().numbers(temperature)[1]
        blocks: list[float] = []
        widths: list[Array] = []
        stored: list[Array] = []
        owner: list[Array] = []
        for index, layer in enumerate(self.layers):
            length, eps, k = layer._own(temperature)
            blocks += [*layer._rows(temperature, low, high).ravel().tolist(), k, eps]
            widths.append(length * (_hats.widths(mesh(layer.cells - 1, layer.grading)) if constant and not self.others else mesh(layer.cells, layer.grading)))
            stored.append(eps * k * widths[-1])
            owner.append(np.full(layer.cells, float(HEAD + index * BLOCK)))
        cells = np.concatenate([*widths, *stored, *owner])
        total, capacity = (float(np.sum(np.concatenate(v))) for v in (widths, stored))
        head = [total, GAS * temperature / FARADAY, c0, capacity, low, high, 1.0 if constant else 0.0, float(len(self.layers))]
        return [*head, *blocks, *cells.tolist()]

    def states(self, temperature: float) -> States:
        c0 = at(self.concentration, temperature)
        count = sum(layer.cells for layer in self.layers)
        return States(np.full(count, c0), np.full(count, self.tolerance * c0))

    @property
    def workspace(self) -> int:
        return (_hats.ROWS if not self.others else 16) * (sum(layer.cells for layer in self.layers) + 2)

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        return _kernel(jit)

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        """Closed form at rest: one diffusion line a layer, each with its own (1 - t+) J as source at its ends."""
        low, high, _ = self._range(temperature)
        c0 = at(self.concentration, temperature)
        x = min(max((2.0 * c0 - low - high) / (high - low), -1.0), 1.0)
        count = len(self.layers)
        z = np.zeros(len(omega), dtype=np.complex128)
        system = np.zeros((len(omega), count + 1, count + 1), dtype=np.complex128)  # u at the faces from the sources there
        source = np.zeros(count + 1)
        weight = np.zeros(count)
        for m, layer in enumerate(self.layers):
            length, eps, k = layer._own(temperature)
            kappa, d, t, tdf = (float(np.polynomial.chebyshev.chebval(x, r)) for r in layer._rows(temperature, low, high))
            s = np.sqrt(1j * omega * eps / d)
            e = np.exp(-2.0 * s * length)
            own, mutual = k * d * s * (1.0 + e) / (1.0 - e), 2.0 * k * d * s * np.exp(-s * length) / (1.0 - e)
            system[:, m, m] += own
            system[:, m + 1, m + 1] += own
            system[:, m, m + 1] -= mutual
            system[:, m + 1, m] -= mutual
            source[m] += (1.0 - t) / FARADAY
            source[m + 1] -= (1.0 - t) / FARADAY
            weight[m] = 2.0 * GAS * temperature / FARADAY * (1.0 - t) * tdf / c0
            z += length / kappa
        u = np.linalg.solve(system, np.broadcast_to(source, (len(omega), count + 1))[:, :, None])[:, :, 0]
        return np.asarray(z + (u[:, :-1] - u[:, 1:]) @ weight)

    @classmethod
    def example(cls) -> Binary:
        return cls(thickness=1e-4, conductivity=0.1, diffusivity=7.5e-12, transference_number=0.3, concentration=1500.0)


def _kernel(jit: Jit) -> Kernel:  # one closure so that the helpers below share their compiled forms
    from numba import carray

    terms, first, block = TERMS, HEAD, BLOCK
    hats, faces = _hats.kernel(jit, HEAD, TERMS)
    outwards = jit(_hats.outwards)
    offset, free, by_j = _hats.OFFSET, _hats.FREE, _hats.BY_J

    def series(P, k, row, u):  # type: ignore[no-untyped-def]
        """(value, d value/du) of property `row` of the layer whose block is at k; constant outside the sampled range."""
        k += row * terms
        if P[6] == 1.0:
            return P[k], 0.0
        span = 0.5 * (P[5] - P[4])
        x = (u - P[4]) / span - 1.0
        inside = -1.0 <= x <= 1.0
        x = min(max(x, -1.0), 1.0)
        b1 = 0.0
        b2 = 0.0
        d1 = 0.0
        d2 = 0.0
        for i in range(terms - 1, 0, -1):
            d = 2.0 * b1 + 2.0 * x * d1 - d2
            b = P[k + i] + 2.0 * x * b1 - b2
            d2 = d1
            d1 = d
            b2 = b1
            b1 = b
        value = P[k] + x * b1 - b2
        gradient = (b1 + x * d1 - d2) / span if inside else 0.0
        return value, gradient

    series = jit(series)

    def places(n, P):  # type: ignore[no-untyped-def]
        """Where the widths, the storage and the block numbers of the cells begin."""
        widths = first + int(P[7]) * block
        return widths, widths + n, widths + 2 * n

    places = jit(places)

    def overpotential(P, k, left, right):  # type: ignore[no-untyped-def]
        """(2RT/F) int (1 - t+) TDF dln c over one layer, from its right to its left end, and the derivatives by ln of either."""
        if P[6] == 1.0:
            q = 2.0 * P[1] * (1.0 - P[k + 2 * terms]) * P[k + 3 * terms]
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
                t, _ = series(P, k, 2, c)
                f, _ = series(P, k, 3, c)
                total += 0.5 * w * m * (1.0 - t) * f
        tl, _ = series(P, k, 2, left)
        fl, _ = series(P, k, 3, left)
        tr, _ = series(P, k, 2, right)
        fr, _ = series(P, k, 3, right)
        return 2.0 * P[1] * total, 2.0 * P[1] * (1.0 - tl) * fl, 2.0 * P[1] * (1.0 - tr) * fr

    overpotential = jit(overpotential)

    def arm_of(n, P, Z, i):  # type: ignore[no-untyped-def]
        """(resistance of half of cell i, its d/du, t+, its d/du, block)."""
        wide, _, owner = places(n, P)
        k = int(P[owner + i])
        d, e = series(P, k, 1, Z[i])
        t, dt = series(P, k, 2, Z[i])
        r = 0.5 * P[wide + i] / (d * P[k + 4 * terms])
        return r, -r * e / d, t, dt, k

    arm_of = jit(arm_of)

    def surfaces(J, n, P, Z):  # type: ignore[no-untyped-def]
        """u at the two faces, extrapolated over half a cell with the flux that J imposes."""
        g = J / 96485.33212
        r0, _, t0, _, _ = arm_of(n, P, Z, 0)
        r1, _, t1, _, _ = arm_of(n, P, Z, n - 1)
        return Z[0] + (1.0 - t0) * g * r0, Z[n - 1] - (1.0 - t1) * g * r1

    surfaces = jit(surfaces)

    def seam(J, n, P, Z, i):  # type: ignore[no-untyped-def]
        """u where cells i and i + 1 of different layers meet: the flux is continuous, t+ is not."""
        g = J / 96485.33212
        r0, _, t0, _, _ = arm_of(n, P, Z, i)
        r1, _, t1, _, _ = arm_of(n, P, Z, i + 1)
        return (Z[i] * r1 + Z[i + 1] * r0 + g * r0 * r1 * (t0 - t1)) / (r0 + r1)

    seam = jit(seam)

    def keep(n, P, Yb, Z):  # type: ignore[no-untyped-def]
        """Take the rounding of the solve out of the salt: as much leaves at one face as enters at the other.

        (Summing the fluxes into each cell keeps the salt too, but multiplies rounding by h D/dx²: after hours the
        voltage would be noise to a Newton that wants nine digits of the current.)
        """
        more = 0.0
        _, store, _ = places(n, P)
        for k in range(n):
            more += P[store + k] * (Z[k] - Yb[k])
        more /= P[3]
        for k in range(n):
            Z[k] -= more

    keep = jit(keep)

    def line(n, P, Z, W):  # type: ignore[no-untyped-def]
        """What of the system does not depend on the step: conductances between the cells' centres, sources per J."""
        cond, source = 8 + 4 * n, 8 + 5 * n
        before = 1.0  # share of the current that the cations carry through the face on the left of the cell
        for k in range(n):
            after = 1.0
            if k < n - 1:
                r0, _, t0, _, _ = arm_of(n, P, Z, k)
                r1, _, t1, _, _ = arm_of(n, P, Z, k + 1)
                W[cond + k] = 1.0 / (r0 + r1)
                after = (t0 * r0 + t1 * r1) / (r0 + r1)
            else:
                W[cond + k] = 0.0
            W[source + k] = (before - after) / 96485.33212
            before = after
        W[1] = 1.0

    line = jit(line)

    def factor(h, n, P, W):  # type: ignore[no-untyped-def]
        """Eliminate from both ends to the middle (two short chains of divisions run side by side); solve for b = dZ/dJ."""
        _, store, _ = places(n, P)
        up, inv, b, cond, source = 8, 8 + n, 8 + 2 * n, 8 + 4 * n, 8 + 5 * n
        W[0] = h
        rate = 1.0 / h
        mid = n // 2
        low, high, left, right, above, below = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(mid):
            pivot = P[store + i] * rate + low * (1.0 - above) + W[cond + i]
            left = (W[source + i] + low * left) / pivot
            low = W[cond + i]
            above = low / pivot
            W[inv + i] = 1.0 / pivot
            W[up + i] = above
            W[b + i] = left
            k = n - 1 - i
            if k > mid:
                pivot = P[store + k] * rate + high * (1.0 - below) + W[cond + k - 1]
                right = (W[source + k] + high * right) / pivot
                high = W[cond + k - 1]
                below = high / pivot
                W[inv + k] = 1.0 / pivot
                W[up + k] = below
                W[b + k] = right
        W[inv + mid] = 1.0 / (P[store + mid] * rate + low * (1.0 - above) + high * (1.0 - below))
        left = (W[source + mid] + low * left + high * right) * W[inv + mid]
        W[b + mid] = left
        outwards(n, up, b, W)

    factor = jit(factor)

    def settle(h, n, P, Yb, W):  # type: ignore[no-untyped-def]
        """Solve for a, the salt that a step without current would leave."""
        _, store, _ = places(n, P)
        up, inv, a, cond = 8, 8 + n, 8 + 3 * n, 8 + 4 * n
        rate = 1.0 / h
        mid = n // 2
        left, right, low, high = 0.0, 0.0, 0.0, 0.0
        for i in range(mid):
            left = (P[store + i] * rate * Yb[i] + low * left) * W[inv + i]
            low = W[cond + i]
            W[a + i] = left
            k = n - 1 - i
            if k > mid:
                right = (P[store + k] * rate * Yb[k] + high * right) * W[inv + k]
                high = W[cond + k - 1]
                W[a + k] = right
        left = (P[store + mid] * rate * Yb[mid] + low * left + high * right) * W[inv + mid]
        W[a + mid] = left
        outwards(n, up, a, W)

    settle = jit(settle)

    def linear(J, h, fresh, n, P, Yb, Z, W):  # type: ignore[no-untyped-def]
        """Constant properties: Z = a + J b, both by one factorisation that is kept while h stays."""
        if W[1] == 0.0:
            line(n, P, Z, W)
        if W[0] != h:
            factor(h, n, P, W)
        if fresh:
            settle(h, n, P, Yb, W)
        a, b = 8 + 3 * n, 8 + 2 * n
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
        wide, stored, _ = places(n, P)
        lo, di, up, rhs, arm, store = A[1], A[2], A[3], A[4], A[5], A[6]
        for k in range(n):
            di[k] = P[stored + k] / h * store[k]
            rhs[k] = 0.0
        r1, s1, t1, u1, b1 = arm_of(n, P, Z, 0)
        for k in range(n - 1):
            r0, s0, t0, u0, b0 = r1, s1, t1, u1, b1
            r1, s1, t1, u1, b1 = arm_of(n, P, Z, k + 1)
            conduct = 1.0 / (r0 * arm[k] + r1 * arm[k + 1])
            if b0 == b1:
                drive = (Z[k] - Z[k + 1]) / ((r0 + r1) * (r0 + r1))  # -d(flux)/d(resistance)
                w = P[wide + k + 1] / (P[wide + k] + P[wide + k + 1])
                t, dt = series(P, b0, 2, w * Z[k] + (1.0 - w) * Z[k + 1])
                by0 = conduct + (-drive * s0 + dt * w * g)
                by1 = -conduct + (-drive * s1 + dt * (1.0 - w) * g)
                share = t + 0.0 * h
            else:
                share = (t0 * r0 * arm[k] + t1 * r1 * arm[k + 1]) * conduct
                f = (Z[k] - Z[k + 1] + g * (t0 * r0 + t1 * r1)) / (r0 + r1)
                by0 = conduct * (1.0 + g * u0 * r0 + (g * t0 - f) * s0)
                by1 = conduct * (-1.0 + g * u1 * r1 + (g * t1 - f) * s1)
            di[k] += by0
            up[k] = by1
            lo[k + 1] = -by0
            di[k + 1] -= by1
            rhs[k] -= share / 96485.33212
            rhs[k + 1] += share / 96485.33212
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
        wide, _, _ = places(n, P)
        N[0] = g
        N[n] = g
        r1, _, t1, _, b1 = arm_of(n, P, Z, 0)
        for k in range(n - 1):
            r0, t0, b0 = r1, t1, b1
            r1, _, t1, _, b1 = arm_of(n, P, Z, k + 1)
            if b0 == b1:
                w = P[wide + k + 1] / (P[wide + k] + P[wide + k + 1])
                t, _ = series(P, b0, 2, w * Z[k] + (1.0 - w) * Z[k + 1])
            else:
                t = (t0 * r0 + t1 * r1) / (r0 + r1)
            N[k + 1] = (Z[k] - Z[k + 1]) / (r0 + r1) + t * g

    fluxes = jit(fluxes)

    def nonlinear(J, h, n, P, Yb, Z, W):  # type: ignore[no-untyped-def]
        """Newton on the cells; returns False where it does not settle."""
        A = carray(W, (8, n + 2))
        _, stored, _ = places(n, P)
        N, rhs = A[0], A[4]
        for k in range(n):
            A[5, k] = 1.0
            A[6, k] = 1.0
        good = False
        for _ in range(30):
            fluxes(J, n, P, Z, N)
            matrix(h, J, n, P, Z, A)
            for k in range(n):
                rhs[k] = N[k] - N[k + 1] - P[stored + k] / h * (Z[k] - Yb[k])
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

    def ends(J, n, W):  # type: ignore[no-untyped-def]
        """Salt at both faces as `hats` has just left it in W."""
        return W[offset + free * n] + J * W[offset + by_j * n], W[offset + free * n + n - 1] + J * W[offset + by_j * n + n - 1]

    ends = jit(ends)

    def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
        wide, _, owner = places(n, P)
        if P[6] == 1.0 and P[7] == 1.0:
            hats(J, h, fresh, n, wide, P, Yb, Z, W)
            left, right = ends(J, n, W)
        else:
            if P[6] == 1.0:
                linear(J, h, fresh, n, P, Yb, Z, W)
            elif not nonlinear(J, h, n, P, Yb, Z, W):
                out[OUT_FLAG] = 1.0
            left, right = surfaces(J, n, P, Z)
        floor = 1e-6 * P[2]
        least = min(left, right)
        left = max(left, floor)
        right = max(right, floor)
        v = 0.0
        if P[7] == 1.0:
            v, _, _ = overpotential(P, first, left, right)
            if P[6] == 1.0:
                v += J * P[0] / P[first]
        else:
            here = left
            for k in range(n):
                if k == n - 1 or P[owner + k] != P[owner + k + 1]:
                    there = right
                    if k < n - 1:
                        there = seam(J, n, P, Z, k)
                        least = min(least, there)
                        there = max(there, floor)
                    part, _, _ = overpotential(P, int(P[owner + k]), here, there)
                    v += part
                    here = there
        if P[6] != 1.0 or P[7] != 1.0:
            for k in range(n):
                kappa, _ = series(P, int(P[owner + k]), 0, Z[k])
                v += J * P[wide + k] / kappa
        out[OUT_MARGIN] = least / P[2]
        out[OUT_V] = v
        out[OUT_EXPORT] = left * P[first + 4 * terms]
        out[OUT_EXPORT + 1] = right * P[int(P[owner + n - 1]) + 4 * terms]

    def respond(J, h, n, P, Z, out, A):  # type: ignore[no-untyped-def]
        """Outputs of `slope` from d(Z)/dJ by the full linear system, for any properties and any state."""
        matrix(h, J, n, P, Z, A)
        thomas(n, A)
        wide, _, owner = places(n, P)
        arm, store, rhs = A[5], A[6], A[4]
        g = J / 96485.33212
        floor = 1e-6 * P[2]
        r, s, t, u, _ = arm_of(n, P, Z, 0)
        bl = rhs[0] * (1.0 + g * ((1.0 - t) * s - u * r)) + (1.0 - t) * r * arm[0] / 96485.33212
        r, s, t, u, _ = arm_of(n, P, Z, n - 1)
        br = rhs[n - 1] * (1.0 - g * ((1.0 - t) * s - u * r)) - (1.0 - t) * r * arm[n - 1] / 96485.33212
        left, right = surfaces(J, n, P, Z)
        if left <= floor:
            left = floor
            bl = 0.0 * h
        if right <= floor:
            right = floor
            br = 0.0 * h
        total = 0.0 * h
        here = left
        by = bl
        for k in range(n):
            b = int(P[owner + k])
            kappa, dk = series(P, b, 0, Z[k])
            total += P[wide + k] / kappa * (1.0 - J * dk / kappa * store[k] * rhs[k])
            if k == n - 1 or P[owner + k] != P[owner + k + 1]:
                there = right
                more = br
                if k < n - 1:
                    r0, s0, t0, u0, _ = arm_of(n, P, Z, k)
                    r1, s1, t1, u1, _ = arm_of(n, P, Z, k + 1)
                    there = seam(J, n, P, Z, k)
                    f = (Z[k] - Z[k + 1] + g * (t0 * r0 + t1 * r1)) / (r0 + r1)
                    conduct = 1.0 / (r0 * arm[k] + r1 * arm[k + 1])
                    flow = conduct * (
                        rhs[k] * (1.0 + g * u0 * r0 + (g * t0 - f) * s0) - rhs[k + 1] * (1.0 - g * u1 * r1 - (g * t1 - f) * s1)
                        + (t0 * r0 * arm[k] + t1 * r1 * arm[k + 1]) / 96485.33212
                    )  # fmt: skip
                    more = rhs[k] * (1.0 + g * u0 * r0 + (g * t0 - f) * s0) - r0 * arm[k] * (flow - t0 / 96485.33212)
                    if there <= floor:
                        there = floor
                        more = 0.0 * h
                _, ql, qr = overpotential(P, b, here, there)
                total += ql * by / here - qr * more / there
                here = there
                by = more
        out[OUT_R] = total
        out[OUT_EXPORT_J] = bl * P[first + 4 * terms]
        out[OUT_EXPORT_J + 1] = br * P[int(P[owner + n - 1]) + 4 * terms]

    respond = jit(respond)

    def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
        if P[6] == 1.0 and P[7] == 1.0:  # one layer, constant properties: `hats` has just left everything in W
            left, right = ends(J, n, W)
            t = P[first + 2 * terms]
            bl = W[offset + by_j * n]
            br = W[offset + by_j * n + n - 1]
            q = 2.0 * P[1] * (1.0 - t) * P[first + 3 * terms]
            floor = 1e-6 * P[2]
            bl = bl if left > floor else 0.0
            br = br if right > floor else 0.0
            out[OUT_R] = P[0] / P[first] + q * (bl / max(left, floor) - br / max(right, floor))
            out[OUT_EXPORT_J] = bl * P[first + 4 * terms]
            out[OUT_EXPORT_J + 1] = br * P[first + 4 * terms]
            return
        A = carray(W, (8, n + 2)) if P[7] == 1.0 else carray(W, (16, n + 2))[8:]  # `linear` keeps its factors below
        for k in range(n):
            A[5, k] = 1.0
            A[6, k] = 1.0
        respond(J, h, n, P, Z, out, A)

    def tangent(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
        still = J == 0.0
        for k in range(n):
            still = still and abs(Z[k] - Z[0]) <= 1e-12 * P[2]
        if P[7] == 1.0 and (still or P[6] == 1.0):  # closed form of the finite Warburg: constant properties don't ask where the salt stands
            kappa, _ = series(P, first, 0, Z[0])
            d, _ = series(P, first, 1, Z[0])
            t, _ = series(P, first, 2, Z[0])
            f, _ = series(P, first, 3, Z[0])
            part = P[first + 4 * terms]
            s = cmath.sqrt(P[first + 4 * terms + 1] / (h * d))
            b = (1.0 - t) / 96485.33212 * cmath.tanh(0.5 * s * P[0]) / (d * s * part)
            left, right = Z[0], Z[0]
            if not still:
                left, right = faces(J, n, places(n, P)[0], P, Z)
            floor = 1e-6 * P[2]
            bl = b if left > floor else 0.0 * b
            br = b if right > floor else 0.0 * b
            out[OUT_R] = P[0] / kappa + 2.0 * P[1] * (1.0 - t) * f * (bl / max(left, floor) + br / max(right, floor))
            out[OUT_EXPORT_J] = bl * part
            out[OUT_EXPORT_J + 1] = -br * part
            return
        A = carray(W, (8, n + 2)) if P[7] == 1.0 else carray(W, (16, n + 2))[8:]
        wide, _, owner = places(n, P)
        for k in range(n):
            at = int(P[owner + k])
            d, _ = series(P, at, 1, Z[k])
            y = 0.5 * P[wide + k] * cmath.sqrt(P[at + 4 * terms + 1] / (h * d))
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
