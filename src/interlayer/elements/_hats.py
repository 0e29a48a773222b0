"""The salt of one layer of constant properties, fourth order in space with one tridiagonal solve a step.

The state of a cell is its content under a hat, s_i = int phi_i c dx, over the hat's width w_i (phi_i: the broken line that
is 1 at node i and 0 at its neighbours). All hats add up to one, so that the sum of w_i s_i IS the salt, and

    w_i ds_i/dt = D (c_{i+1} - c_i)/d_i - D (c_i - c_{i-1})/d_{i-1}  [+ (1 - t+) J/F at the left face, - at the right]

has no error at all given c at the nodes. That comes from the contents by a parabola through each node and its neighbours,
at a face through the nodes and the gradient that J imposes: w_i s_i = sum_j M_ij c_j + m_i J, M tridiagonal (the compact
scheme of weights 1/12, 10/12, 1/12 where the nodes are equally far apart). A step solves (M/h + K) c = (w Yb - m J)/h + b J.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .base import Array

#: rows of W after its first OFFSET numbers, n each
OFFSET = 8
UP, DOWN, STORE, FREE, BY_J, Z_FREE, Z_BY_J, BELOW, ABOVE, COND = range(10)
ROWS = 10


def widths(distances: Array) -> Array:
    """Widths of the hats on nodes these distances apart, from face to face."""
    return np.asarray(0.5 * (np.append(distances, 0.0) + np.append(0.0, distances)))


def outwards(n, up, at, W):  # type: ignore[no-untyped-def]
    """Substitute from the middle outwards what an elimination from both ends left in W at `at`; its shares stand at `up`."""
    mid = n // 2
    left = W[at + mid]
    right = left
    for i in range(mid):
        k = mid - 1 - i
        left = W[at + k] + W[up + k] * left
        W[at + k] = left
        k = mid + 1 + i
        if k < n:
            right = W[at + k] + W[up + k] * right
            W[at + k] = right


def shares(before, after):  # type: ignore[no-untyped-def]
    """What a node's neighbours, these distances before and after it, have in the content under its hat (a parabola through
    the three): the lower and the upper one."""
    first, second = (after * after - before * before) / 6.0, (after**3 + before**3) / 12.0
    return (second - first * after) / (before * (before + after)), (second + first * before) / (after * (before + after))


def kernel(jit: Callable[..., Any], first: int, terms: int) -> tuple[Any, Any]:
    """(advance, faces): `advance` writes Z = A + J B by one factorisation that is kept while h stays; `faces` gives c at
    both faces for a state and a current."""
    behind, between = jit(outwards), jit(shares)

    def line(n, wide, P, W):  # type: ignore[no-untyped-def]
        """What of the system does not depend on the step: masses, conductances, the current in the contents at the faces."""
        below, above, cond = OFFSET + BELOW * n, OFFSET + ABOVE * n, OFFSET + COND * n
        before = 0.0
        for i in range(n):
            after = 2.0 * P[wide + i] - before  # distance to the next node
            W[cond + i] = P[first + terms] * P[first + 4 * terms] / after if i < n - 1 else 0.0
            if i == 0:
                W[below], W[above] = 0.0, after / 12.0
            elif i == n - 1:
                W[below + i], W[above + i] = before / 12.0, 0.0
            else:
                W[below + i], W[above + i] = between(before, after)
            before = after
        g = (1.0 - P[first + 2 * terms]) / (96485.33212 * P[first + terms] * P[first + 4 * terms])  # -dc/dx at both faces per J
        W[2] = -g * P[wide] * P[wide] / 3.0  # m of both faces: -+ gradient times distance²/12
        W[3] = g * P[wide + n - 1] * P[wide + n - 1] / 3.0
        W[5] = P[first + 4 * terms] * P[first + 4 * terms + 1]  # salt stored per c and length
        W[4] = (1.0 - P[first + 2 * terms]) / 96485.33212
        W[1] = 1.0

    line = jit(line)

    def factor(h, n, wide, P, W):  # type: ignore[no-untyped-def]
        """Eliminate from both ends to the middle (two short chains of divisions run side by side); solve for dc/dJ."""
        up, down, store, by = OFFSET + UP * n, OFFSET + DOWN * n, OFFSET + STORE * n, OFFSET + BY_J * n
        below, above, cond = OFFSET + BELOW * n, OFFSET + ABOVE * n, OFFSET + COND * n
        rate = W[5] / h
        mid = n // 2
        back, forth = 0.0, 0.0  # share of the last unknown that an elimination took over
        left, right = W[4] - W[2] * rate, -W[4] - W[3] * rate
        for i in range(mid):
            k = n - 1 - i
            low = W[cond + i - 1] - W[below + i] * rate if i > 0 else 0.0
            high = W[cond + i] - W[above + i] * rate
            inv = 1.0 / (P[wide + i] * rate + low * (1.0 - back) + high)
            back = high * inv
            left = left * inv if i == 0 else low * left * inv
            W[up + i], W[down + i], W[store + i], W[by + i] = back, low * inv, P[wide + i] * rate * inv, left
            if k > mid:
                low = W[cond + k] - W[above + k] * rate if i > 0 else 0.0
                high = W[cond + k - 1] - W[below + k] * rate
                inv = 1.0 / (P[wide + k] * rate + low * (1.0 - forth) + high)
                forth = high * inv
                right = right * inv if i == 0 else low * right * inv
                W[up + k], W[down + k], W[store + k], W[by + k] = forth, low * inv, P[wide + k] * rate * inv, right
        low, high = W[cond + mid - 1] - W[below + mid] * rate, W[cond + mid] - W[above + mid] * rate
        if mid == n - 1:  # two nodes: the middle is the right face
            high = 0.0
        inv = 1.0 / (P[wide + mid] * rate + low * (1.0 - back) + high * (1.0 - forth))
        W[down + mid], W[up + mid], W[store + mid] = low * inv, high * inv, P[wide + mid] * rate * inv
        own = right * inv if mid == n - 1 else high * right * inv
        W[by + mid] = low * left * inv + own
        behind(n, up, by, W)
        W[0] = h

    factor = jit(factor)

    def settle(n, Yb, W):  # type: ignore[no-untyped-def]
        """Solve for the salt that a step without current would leave."""
        down, store, at = OFFSET + DOWN * n, OFFSET + STORE * n, OFFSET + FREE * n
        mid = n // 2
        left, right = 0.0, 0.0
        for i in range(mid):
            left = W[store + i] * Yb[i] + W[down + i] * left
            W[at + i] = left
            k = n - 1 - i
            if k > mid:
                right = W[store + k] * Yb[k] + W[down + k] * right
                W[at + k] = right
        W[at + mid] = W[store + mid] * Yb[mid] + W[down + mid] * left + W[OFFSET + UP * n + mid] * right
        behind(n, OFFSET + UP * n, at, W)

    settle = jit(settle)

    def contents(n, wide, P, W, node, to):  # type: ignore[no-untyped-def]
        """s = (M c)/w from c at the nodes, rows of W."""
        below, above = OFFSET + BELOW * n, OFFSET + ABOVE * n
        c, s = OFFSET + node * n, OFFSET + to * n
        W[s] = W[c] + W[above] * (W[c + 1] - W[c]) / P[wide]
        for i in range(1, n - 1):
            W[s + i] = W[c + i] + (W[below + i] * (W[c + i - 1] - W[c + i]) + W[above + i] * (W[c + i + 1] - W[c + i])) / P[wide + i]
        k = n - 1
        W[s + k] = W[c + k] + W[below + k] * (W[c + k - 1] - W[c + k]) / P[wide + k]

    contents = jit(contents)

    def advance(J, h, fresh, n, wide, P, Yb, Z, W):  # type: ignore[no-untyped-def]
        """Z and (in W) c at the nodes: FREE + J BY_J."""
        if W[1] == 0.0:
            line(n, wide, P, W)
        if W[0] != h:
            factor(h, n, wide, P, W)
            contents(n, wide, P, W, BY_J, Z_BY_J)
            W[OFFSET + Z_BY_J * n] += W[2] / P[wide]
            W[OFFSET + Z_BY_J * n + n - 1] += W[3] / P[wide + n - 1]
        if fresh:
            settle(n, Yb, W)
            contents(n, wide, P, W, FREE, Z_FREE)
        a, b = OFFSET + Z_FREE * n, OFFSET + Z_BY_J * n
        more, odd = 0.0, 0.0  # the rounding of the solve: as much salt leaves at one face as enters at the other
        for k in range(n):
            Z[k] = W[a + k] + J * W[b + k]
        for k in range(0, n - 1, 2):
            more += P[wide + k] * (Z[k] - Yb[k])
            odd += P[wide + k + 1] * (Z[k + 1] - Yb[k + 1])
        if n % 2:
            more += P[wide + n - 1] * (Z[n - 1] - Yb[n - 1])
        more = (more + odd) / P[0]
        for k in range(n):
            Z[k] -= more

    advance = jit(advance)

    def faces(J, n, wide, P, Z):  # type: ignore[no-untyped-def]
        """c at both faces under J where nothing has been solved yet: M c = w Z - m J."""
        g = (1.0 - P[first + 2 * terms]) / (96485.33212 * P[first + terms] * P[first + 4 * terms])
        before = 0.0
        share, value = 0.0, 0.0
        left, right = 0.0, 0.0
        for side in range(2):  # eliminate towards a face, from either end
            before, share, value = 0.0, 0.0, 0.0
            for i in range(n):
                k = n - 1 - i if side == 0 else i
                after = 2.0 * P[wide + k] - before
                rhs = P[wide + k] * Z[k]
                low, high = before / 12.0, after / 12.0
                if i == 0 or i == n - 1:
                    rhs += (g if k == 0 else -g) * J * P[wide + k] * P[wide + k] / 3.0
                    low, high = (0.0, after / 12.0) if i == 0 else (before / 12.0, 0.0)
                else:
                    low, high = between(before, after)
                pivot = P[wide + k] - low - high - low * share
                share = high / pivot
                value = (rhs - low * value) / pivot
                before = after
            if side == 0:
                left = value
            else:
                right = value
        return left, right

    return advance, jit(faces)
