"""Kernel of the mixed-conducting region (`mixed.py` states the equations): Newton on (w, x) of all cells and both faces.

Since the total current is known, w = phi_e - phi_i is the only potential a cell needs; the filling of the pores is solved
inside each cell for the w at hand (its own equation, safe against overshoot), so what is left is block tridiagonal with
2 x 2 blocks. Nodes run from the electrolyte (0) over the cells to the lithium (cells + 1); faces are cells without length.
NEAR and FAR say what crosses the two faces, 1 ions and 0 electrons: they are where p enters the balance of the ions, and
between which potentials the voltage lies.
"""

from __future__ import annotations

import cmath
import math

from ..laws import kinetics, nucleation
from .base import OUT_EXPORT, OUT_EXPORT_J, OUT_FLAG, OUT_MARGIN, OUT_R, OUT_V, Jit, Kernel

# places in P; the widths of the cells follow
(
    B, ALPHA, SIGMA_I, SIGMA_E, AREA, PORE, J0, BARRIER, PREFERRED, SHARE, COVER, ROOM, U_PORE, WALL, J0_E, BARRIER_E, COVER_E,
    U_E, J0_L, HOST, K_HOST, SLOPE, SITES, DIFFUSE, TRANSFER, GRAIN, SIGMA_D, POWER, BLOCK, OVERFLOW, FOIL, FILLED, WALL_E, WALL_L,
    CONTACT, DEPTH, REPLENISH, REFILL, CLOSURE, VOLUME, LOST, NEAR, FAR,
) = range(43)  # fmt: skip
HEAD = 43
# rows of the workspace
LW, UW, LX, UX, D11, D12, D21, D22, RW, RX, ARM, STORE, RI, RE, RIW, REW, DEP, DEPW, HC, HW, HX, SW, VOID, VOID_D = range(24)
ROWS = 24
NO_FOIL = 1e300
STALLED = 1e-6  # relative move of Newton below which a pass without gain has come to rounding
NOTHING = 1e-6  # C/m²; below this much lithium its place is not defined and is given as the middle


def kernel(jit: Jit) -> Kernel:
    """(advance, slope, tangent)."""
    from numba import carray

    pair = jit(kinetics.reduced_pair)
    share = jit(nucleation.share)
    covered = jit(nucleation.covered)
    room = jit(nucleation.room)

    def taking_part(P, u, face):  # type: ignore[no-untyped-def]
        """(share of the bare wall that nucleates, d/du)."""
        if face:
            return share(u, P[BARRIER_E])
        a, da = share(u, P[BARRIER])
        if P[SHARE] == 0.0:
            return a, da
        b, db = share(u, P[PREFERRED])
        return a + P[SHARE] * (b - a), da + P[SHARE] * (db - da)

    taking_part = jit(taking_part)

    def activity(s, strips, S, cover, margin):  # type: ignore[no-untyped-def]
        """(factor on the exchange current, its slopes by filling s and by S)."""
        g, dg = covered(s, cover)
        if strips:
            return g, dg, 0.0
        if g < 0.0:
            g = 0.0
            dg = 0.0
        m = g + (1.0 - g) * S
        dm = (1.0 - S) * dg
        if margin == 0.0:
            return m, dm, 1.0 - g
        r, dr = room(s, margin)
        return r * m, dr * m + r * dm, r * (1.0 - g)

    activity = jit(activity)

    def fill(sb, s, c, S, cover, margin):  # type: ignore[no-untyped-def]
        """s of s = sb - c activity(s): c > 0 strips, c < 0 plates (margin 0: without an end of room); from the guess s."""
        if c == 0.0:
            return sb
        if c > 0.0:
            if sb <= 0.0:
                return sb / (1.0 + c / cover)
            q = cover + c - sb
            t = sb * cover
            root = math.sqrt(q * q + 4.0 * t)
            return 0.5 * (root - q) if q <= 0.0 else 2.0 * t / (root + q)
        c = -c
        if margin == 0.0:
            t = sb + c * S
            if t <= 0.0:
                return t
            t *= cover
            q = cover - sb - c
            root = math.sqrt(q * q + 4.0 * t)
            return 0.5 * (root - q) if q <= 0.0 else 2.0 * t / (root + q)
        lo = min(sb, 1.0)
        hi = max(sb, 1.0)
        if not lo < s < hi:
            s = min(sb + c, hi)
        for _ in range(80):
            f, df, _ = activity(s, False, S, cover, margin)
            rest = s - sb - c * f
            if rest > 0.0:
                hi = s
            elif rest < 0.0:
                lo = s
            else:
                break
            step = rest / (1.0 - c * df)
            if abs(step) <= 4e-16 * (abs(s) + cover):
                break
            to = s - step
            s = to if lo < to < hi else 0.5 * (lo + hi)
        return s

    fill = jit(fill)

    def lithiate(P, w, x):  # type: ignore[no-untyped-def]
        """(current into the host over its wall [A/m²], d/dw, d/dx) at the mean content x of its grains."""
        xs = x
        while True:
            v = w / P[B] - P[SLOPE] * (1.0 - xs)
            a = math.exp(P[ALPHA] * v)
            c = math.exp(-(1.0 - P[ALPHA]) * v)
            y = (P[SITES] - xs) / (P[SITES] - 1.0)
            f = -P[K_HOST] * (xs * a - y * c)
            fv = -P[K_HOST] * (P[ALPHA] * xs * a + (1.0 - P[ALPHA]) * y * c)
            fx = -P[K_HOST] * (a + c / (P[SITES] - 1.0)) + fv * P[SLOPE]
            if P[GRAIN] == 0.0:
                return f, fv / P[B], fx
            d = 1.0 - P[GRAIN] * fx
            step = (xs - x - P[GRAIN] * f) / d
            if not abs(step) > 1e-14:
                if d > 2.0:  # diffusion in the grain limits: the kinetics would multiply the rounding of xs
                    f = (xs - step - x) / P[GRAIN]
                return f, fv / P[B] / d, fx / d
            xs -= min(max(step, -0.2), 0.2)

    lithiate = jit(lithiate)

    def hollow(h, n, w, P, Yb, Z, A):  # type: ignore[no-untyped-def]
        """Voids between electrode and layer, as mechanisms/voids.py has them, with the current s that strips the electrode.

        Their volume over the depth is the second unknown of the last node; this leaves its blocks in VOID and VOID_D
        (d12, d21; d22, minus its residual).
        """
        at = 3 * n + 4
        d, v = P[DEPTH], Z[at]
        x, dx = pair(w / P[B], P[ALPHA])
        j = P[J0_L] * P[CONTACT] * math.exp(-v / d)
        s = j * x
        if s >= P[REPLENISH]:
            rate, by, of = P[VOLUME] * (s - P[REPLENISH]), P[VOLUME], 0.0
        else:
            share = 1.0 if s >= 0.0 else P[REFILL]
            over = max(v, 0.0) / (max(v, 0.0) + d)
            close = P[VOLUME] * (P[REPLENISH] - share * s)
            rate, by, of = -close * over, P[VOLUME] * share * over, -close * (1.0 - over) * (1.0 - over) / d
        A[VOID, 0] = -s
        A[VOID, 1] = -h * by * j * dx / (P[B] * d)
        A[VOID_D, 0] = 1.0 + h * (P[CLOSURE] - of + by * s / d)
        A[VOID_D, 1] = -(v - Yb[at] - h * (rate - P[CLOSURE] * v)) / d

    hollow = jit(hollow)

    def local(settle, hs, n, P, Yb, Z, A):  # type: ignore[no-untyped-def]
        """Reactions of every node and their slopes, the filling of the pores solved for (settle) or taken as it is, and
        the half resistances of the cells. hs: step of the slow states, 0 where they are frozen."""
        m = n + 2
        for k in range(m):
            A[HC, k] = 0.0
            A[HW, k] = 0.0
            A[HX, k] = 0.0
            A[SW, k] = 0.0
            A[RI, k] = 0.0
            A[RE, k] = 0.0
            A[RIW, k] = 0.0
            A[REW, k] = 0.0
            if k == n + 1:
                A[VOID, 0], A[VOID, 1], A[VOID_D, 0], A[VOID_D, 1] = 0.0, 0.0, 1.0, 0.0
            if k == n + 1 and P[FAR] == 0.0:
                x, dx = pair(Z[k] / P[B], P[ALPHA])
                j = P[J0_L] * P[CONTACT]
                if P[DEPTH] > 0.0:
                    j *= math.exp(-Z[3 * n + 4] / P[DEPTH])
                    if settle:
                        hollow(hs, n, Z[k], P, Yb, Z, A)
                A[DEP, k] = -j * x
                A[DEPW, k] = -j * dx / P[B]
                continue
            face = k == 0 or k == n + 1
            if k == 0:
                size, holds, j0, cover, margin, level, at = 1.0, 1.0, P[J0_E], P[COVER_E], 0.0, P[U_E], 3 * n + 2
            elif face:  # a second electrolyte instead of the lithium: what plates there is counted in the same place
                size, holds, j0, cover, margin, level, at = 1.0, 1.0, P[J0_L], P[COVER_E], 0.0, P[U_E], 3 * n + 3
            else:
                d = P[HEAD + k - 1]
                size, holds, j0, cover, margin, level, at = P[AREA] * d, P[PORE] * d, P[J0], P[COVER], P[ROOM], P[U_PORE], 2 * n + 1 + k
            u = (Z[k] - level) / P[B]
            x, dx = pair(u, P[ALPHA])
            S, dS = taking_part(P, u, face)
            rate = size * j0
            c = hs * rate / holds
            s = fill(Yb[at], Z[at], c * x, S, cover, margin) if settle else Z[at]
            f, by_s, by_S = activity(s, x >= 0.0, S, cover, margin)
            A[DEP, k] = -rate * x * f
            if settle:
                s = Yb[at] - c * x * f  # what is stored is what the current brought
                Z[at] = s
            by = -(dx * f + x * by_S * dS) / P[B] / (1.0 + c * x * by_s)
            A[DEPW, k] = rate * by
            A[SW, k] = c * by
            if face:
                continue
            free = 1.0 - P[BLOCK] * s
            A[RI, k] = 0.5 * d / (P[SIGMA_I] * free)
            A[RIW, k] = A[RI, k] * P[BLOCK] / free * A[SW, k]
            more = 0.0
            dmore = 0.0
            if P[SIGMA_D] > 0.0 and s > 0.0:
                more = P[SIGMA_D] * ((P[FILLED] * s) * (P[FILLED] * s) if P[POWER] == 2.0 else (P[FILLED] * s) ** P[POWER])
                dmore = P[POWER] * more / s
            sigma = P[SIGMA_E] + more
            A[RE, k] = 0.5 * d / sigma
            A[REW, k] = -A[RE, k] * dmore / sigma * A[SW, k]
            if P[HOST] > 0.0:
                f, fw, fx = lithiate(P, Z[k], Z[m - 1 + k])
                A[HC, k] = size * f
                A[HW, k] = size * fw
                A[HX, k] = size * fx

    local = jit(local)

    def border(P, n):  # type: ignore[no-untyped-def]
        """Host lithium that crosses directly into the electrode, per content above its equilibrium [A/m²]."""
        if P[TRANSFER] == 0.0 or P[DIFFUSE] == 0.0:
            return 0.0
        return 1.0 / (1.0 / P[TRANSFER] + 0.5 * P[HEAD + n - 1] / (P[HOST] * P[DIFFUSE]))

    border = jit(border)

    def charges(k, n, P):  # type: ignore[no-untyped-def]
        """Capacitance of a node over geometric area [F/m²]."""
        if k == 0:
            return P[WALL_E]
        return P[AREA] * P[HEAD + k - 1] * P[WALL] if k <= n else P[WALL_L]

    charges = jit(charges)

    def current(m, p, Z, A):  # type: ignore[no-untyped-def]
        """(ionic current from node m to m + 1, resistance, its electronic part)."""
        e = A[ARM, m] * A[RE, m] + A[ARM, m + 1] * A[RE, m + 1]
        r = e + A[ARM, m] * A[RI, m] + A[ARM, m + 1] * A[RI, m + 1]
        return (Z[m + 1] - Z[m] + p * e) / r, r, e

    current = jit(current)

    def matrix(h, p, n, P, Z, A):  # type: ignore[no-untyped-def]
        """Jacobian of the residuals; in RW, RX what the equations lose per unit of p."""
        for k in range(n + 2):
            cell = 0 < k < n + 1
            A[LW, k] = 0.0
            A[UW, k] = 0.0
            A[LX, k] = 0.0
            A[UX, k] = 0.0
            A[RW, k] = 0.0
            A[RX, k] = 0.0
            A[D11, k] = A[STORE, k] * (charges(k, n, P) / h - A[DEPW, k] - A[HW, k])
            if cell and P[HOST] > 0.0:
                A[D12, k] = -A[STORE, k] * A[HX, k]
                A[D21, k] = -A[HW, k]
                A[D22, k] = P[HOST] * P[HEAD + k - 1] / h - A[HX, k]
            else:
                A[D12, k] = 0.0
                A[D21, k] = 0.0
                A[D22, k] = 1.0
        A[D12, n + 1] = A[STORE, n + 1] * A[VOID, 0]
        A[D21, n + 1] = A[VOID, 1]
        A[D22, n + 1] = A[VOID_D, 0]
        A[RW, 0] = -P[NEAR]
        A[RW, n + 1] = P[FAR]
        for m in range(n + 1):
            i, r, e = current(m, p, Z, A)
            left = (-1.0 + (p - i) * A[REW, m] - i * A[RIW, m]) / r
            right = (1.0 + (p - i) * A[REW, m + 1] - i * A[RIW, m + 1]) / r
            A[D11, m] -= left
            A[UW, m] = -right
            A[LW, m + 1] = left
            A[D11, m + 1] += right
            A[RW, m] += e / r
            A[RW, m + 1] -= e / r
        if P[HOST] > 0.0 and P[DIFFUSE] > 0.0:
            for k in range(1, n):
                c = 2.0 * P[HOST] * P[DIFFUSE] / (P[HEAD + k - 1] + P[HEAD + k])
                A[D22, k] += c
                A[UX, k] = -c
                A[D22, k + 1] += c
                A[LX, k + 1] = -c
            A[D22, n] += border(P, n)

    matrix = jit(matrix)

    def solve(n, A):  # type: ignore[no-untyped-def]
        """Block elimination in place: blocks become their inverses, RW and RX the solution."""
        for k in range(n + 2):
            if k > 0:
                a, b = A[LW, k], A[LX, k]
                A[D11, k] -= a * A[D11, k - 1] * A[UW, k - 1]
                A[D12, k] -= a * A[D12, k - 1] * A[UX, k - 1]
                A[D21, k] -= b * A[D21, k - 1] * A[UW, k - 1]
                A[D22, k] -= b * A[D22, k - 1] * A[UX, k - 1]
                A[RW, k] -= a * (A[D11, k - 1] * A[RW, k - 1] + A[D12, k - 1] * A[RX, k - 1])
                A[RX, k] -= b * (A[D21, k - 1] * A[RW, k - 1] + A[D22, k - 1] * A[RX, k - 1])
            over = 1.0 / (A[D11, k] * A[D22, k] - A[D12, k] * A[D21, k])
            A[D11, k], A[D22, k] = A[D22, k] * over, A[D11, k] * over
            A[D12, k] = -A[D12, k] * over
            A[D21, k] = -A[D21, k] * over
        for k in range(n + 1, -1, -1):
            v = A[RW, k]
            x = A[RX, k]
            if k < n + 1:
                v -= A[UW, k] * A[RW, k + 1]
                x -= A[UX, k] * A[RX, k + 1]
            A[RW, k] = A[D11, k] * v + A[D12, k] * x
            A[RX, k] = A[D21, k] * v + A[D22, k] * x

    solve = jit(solve)

    def residual(h, p, n, P, Yb, Z, A):  # type: ignore[no-untyped-def]
        """Right-hand sides -R of Newton."""
        before = P[NEAR] * p
        for k in range(n + 2):
            cell = 0 < k < n + 1
            after = current(k, p, Z, A)[0] if k < n + 1 else P[FAR] * p
            A[RW, k] = after - before - charges(k, n, P) * (Z[k] - Yb[k]) / h + A[DEP, k] + A[HC, k]
            before = after
            A[RX, k] = 0.0
            if cell and P[HOST] > 0.0:
                at = n + 1 + k
                A[RX, k] = A[HC, k] - P[HOST] * P[HEAD + k - 1] * (Z[at] - Yb[at]) / h
        A[RX, n + 1] = A[VOID_D, 1]
        if P[HOST] > 0.0 and P[DIFFUSE] > 0.0:
            for k in range(1, n):
                flow = 2.0 * P[HOST] * P[DIFFUSE] / (P[HEAD + k - 1] + P[HEAD + k]) * (Z[n + 1 + k] - Z[n + 2 + k])
                A[RX, k] -= flow
                A[RX, k + 1] += flow
            A[RX, n] -= border(P, n) * (Z[2 * n + 1] - 1.0)

    residual = jit(residual)

    def newton(h, p, n, P, Yb, Z, A):  # type: ignore[no-untyped-def]
        """States at the end of the step; False where Newton does not settle."""
        for k in range(n + 2):
            A[ARM, k] = 1.0
            A[STORE, k] = 1.0
        most = 4.0 * P[B]  # a longer move would leave the exponentials that were linearised
        last = 1e300
        for _ in range(100):
            local(True, h, n, P, Yb, Z, A)
            matrix(h, p, n, P, Z, A)
            residual(h, p, n, P, Yb, Z, A)
            solve(n, A)
            worst = 0.0
            for k in range(n + 2):
                v = A[RW, k]
                x = A[RX, k]
                worst = max(worst, abs(v) / P[B], abs(x))
                Z[k] += min(max(v, -most), most)
                if 0 < k < n + 1:
                    Z[n + 1 + k] += min(max(x, -0.2), 0.2)
                elif k == n + 1 and P[DEPTH] > 0.0:
                    Z[3 * n + 4] += P[DEPTH] * min(max(x, -1.0), 1.0)
            if not worst < 1e300:
                return False
            # what is left after this move is its square, and the stages of a step multiply it by ten; where one carrier hardly
            # conducts, rounding of the other's current moves its potential by more, and no pass is better than the one before
            if worst < 1e-8 or (worst < STALLED and worst > 0.5 * last):
                local(True, h, n, P, Yb, Z, A)
                return True
            last = worst
        return False

    newton = jit(newton)

    def places(n, P, Z):  # type: ignore[no-untyped-def]
        """(lithium on the electrolyte's face, in the pores, its first moment, on the electrode, in the host)."""
        pores = 0.0
        moment = 0.0
        host = 0.0
        y = 0.0
        length = 0.0
        for k in range(n):
            length += P[HEAD + k]
        for k in range(n):
            d = P[HEAD + k]
            q = P[PORE] * d * Z[2 * n + 2 + k]
            pores += q
            moment += q * (y + 0.5 * d) / length
            host += P[HOST] * d * Z[n + 2 + k]
            y += d
        return max(Z[3 * n + 2], 0.0), pores, moment, max(Z[3 * n + 3], 0.0), host

    places = jit(places)

    def advance(J, h, fresh, ny, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
        n = (ny - 5) // 3
        A = carray(W, (ROWS, n + 2))
        p = -o * J
        if not newton(h, p, n, P, Yb, Z, A):
            out[OUT_FLAG] = 1.0
            return
        last = 3 * n + 3
        Z[last] = Yb[last] + h * (A[DEP, n + 1] + border(P, n) * (Z[2 * n + 1] - 1.0))
        v = (1.0 - P[FAR]) * Z[n + 1] - (1.0 - P[NEAR]) * Z[0]
        for m in range(n + 1):
            i, r, e = current(m, p, Z, A)
            v -= (r - e) * i
        face, pores, moment, metal, host = places(n, P, Z)
        total = face + pores + metal + NOTHING
        out[OUT_V] = o * v
        out[OUT_EXPORT] = v
        out[OUT_EXPORT + 1] = (moment + metal + 0.5 * NOTHING) / total
        out[OUT_EXPORT + 2] = face / total
        out[OUT_EXPORT + 3] = pores
        out[OUT_EXPORT + 4] = host
        mean = 0.0
        length = 0.0
        for k in range(n):
            mean += P[HEAD + k] * Z[2 * n + 2 + k]
            length += P[HEAD + k]
        out[OUT_MARGIN] = P[OVERFLOW] - mean / length
        out[OUT_MARGIN + 1] = P[FOIL] + Z[last] if P[FOIL] < NO_FOIL else 1.0
        f = P[CONTACT] * (math.exp(-Z[last + 1] / P[DEPTH]) if P[DEPTH] > 0.0 else 1.0)
        out[OUT_EXPORT + 5] = f
        out[OUT_MARGIN + 2] = math.log(f / P[LOST]) if P[DEPTH] > 0.0 and P[LOST] > 0.0 else 1.0

    def respond(hs, h, p, n, o, P, Z, A, out):  # type: ignore[no-untyped-def]
        """Outputs of `slope` from the linear system whose reactions, arms and stores stand in A."""
        matrix(h, p, n, P, Z, A)
        solve(n, A)
        v = (1.0 - P[FAR]) * A[RW, n + 1] - (1.0 - P[NEAR]) * A[RW, 0]
        for m in range(n + 1):
            i, r, e = current(m, p, Z, A)
            de = A[REW, m] * A[RW, m] + A[REW, m + 1] * A[RW, m + 1]
            di = A[RIW, m] * A[RW, m] + A[RIW, m + 1] * A[RW, m + 1]
            by = (A[RW, m + 1] - A[RW, m] + e + (p - i) * de - i * di) / r
            v -= (r - e) * by + i * di
            for k in (m, m + 1):
                both = A[RI, k] + A[RE, k]
                if both != 0.0:  # the part of the drop that a line's equivalent T leaves out
                    v -= (1.0 - A[ARM, k]) * A[RI, k] * A[RE, k] / both
        out[OUT_R] = -v
        pores = 0.0 * h
        moment = 0.0 * h
        host = 0.0 * h
        y = 0.0
        length = 0.0
        for k in range(n):
            length += P[HEAD + k]
        for k in range(n):
            d = P[HEAD + k]
            q = P[PORE] * d * A[SW, k + 1] * A[RW, k + 1]
            pores += q
            moment += q * (y + 0.5 * d) / length
            host += P[HOST] * d * A[RX, k + 1]
            y += d
        dface = A[SW, 0] * A[RW, 0] if Z[3 * n + 2] > 0.0 else 0.0 * h
        dmetal = hs * (A[DEPW, n + 1] * A[RW, n + 1] - A[VOID, 0] * A[RX, n + 1] + border(P, n) * A[RX, n]) if Z[3 * n + 3] > 0.0 else 0.0 * h
        face, filled, first, metal, _ = places(n, P, Z)
        total = face + filled + metal + NOTHING
        dtotal = dface + pores + dmetal
        out[OUT_EXPORT_J] = -o * v
        out[OUT_EXPORT_J + 1] = -o * (moment + dmetal - (first + metal + 0.5 * NOTHING) / total * dtotal) / total
        out[OUT_EXPORT_J + 2] = -o * (dface - face / total * dtotal) / total
        out[OUT_EXPORT_J + 3] = -o * pores
        out[OUT_EXPORT_J + 4] = -o * host
        out[OUT_EXPORT_J + 5] = o * P[CONTACT] * (math.exp(-Z[3 * n + 4] / P[DEPTH]) if P[DEPTH] > 0.0 else 0.0) * A[RX, n + 1]

    respond = jit(respond)

    def slope(h, J, ny, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
        n = (ny - 5) // 3
        respond(h, h, -o * J, n, o, P, Z, carray(W, (ROWS, n + 2)), out)  # `advance` has just left the reactions there

    def tangent(h, J, ny, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
        n = (ny - 5) // 3
        A = carray(W, (ROWS, n + 2))
        local(False, 0.0, n, P, Z, Z, A)
        for k in range(n + 2):
            A[ARM, k] = 1.0
            A[STORE, k] = 1.0
            if k == 0 or k == n + 1:
                continue
            # a cell of this state is a uniform line: its exact equivalent T (host diffusion between cells stays discrete)
            d = P[HEAD + k - 1]
            shunt = charges(k, n, P) / h - A[DEPW, k] - A[HW, k]
            if P[HOST] > 0.0:
                shunt -= A[HX, k] * A[HW, k] / (P[HOST] * d / h - A[HX, k])
            y = 0.5 * cmath.sqrt(2.0 * (A[RI, k] + A[RE, k]) * shunt)
            if abs(y) < 1e-4:
                A[ARM, k] = 1.0 - y * y / 3.0
                A[STORE, k] = 1.0 + 2.0 * y * y / 3.0
            elif y.real < 150.0:
                e = cmath.exp(-2.0 * y)
                A[ARM, k] = (1.0 - e) / ((1.0 + e) * y)  # tanh(y)/y
                A[STORE, k] = (1.0 - e * e) / (4.0 * e * y)  # sinh(2y)/(2y)
            else:  # far beyond the penetration depth: the cell shunts everything
                A[ARM, k] = 1.0 / y
                A[STORE, k] = 1e120
        respond(0.0, h, -o * J, n, o, P, Z, A, out)

    return advance, slope, tangent
