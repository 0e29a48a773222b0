"""One impedance spectrum out of a record, checked: what every impedance technique starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ..elements.base import Array, ComplexArray
from ..errors import AnalysisError
from ..record import Provenance, Record, Segment

MIN_POINTS = 5
Mask: TypeAlias = npt.NDArray[np.bool_]
Index: TypeAlias = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Impedance over ascending angular frequency.

    omega     [rad/s]
    z         [ohm], or [ohm m²] where `specific`
    points    row of each value in the segment it came from (0 is the first), the numbers `drop=` understands
    source    file or simulation it came from
    dropped   rows left out because the caller asked for it
    """

    omega: Array
    z: ComplexArray
    points: Index
    specific: bool = False
    source: str = ""
    dropped: tuple[int, ...] = ()

    @property
    def frequency(self) -> Array:
        """[Hz]."""
        return self.omega / (2.0 * np.pi)

    def named(self, index: int) -> str:
        """How a message calls a point: 'point 0 (1e+07 Hz)'."""
        return f"point {int(self.points[index])} ({self.frequency[index]:.4g} Hz)"

    def window(self) -> dict[str, float | int]:
        """The frequency window as evidence of a finding."""
        f = self.frequency
        return {"points": len(f), "lowest_frequency_Hz": float(f[0]), "highest_frequency_Hz": float(f[-1])}

    def without(self, rows: Sequence[int]) -> Spectrum:
        """The same spectrum without these rows."""
        kept = ~np.isin(self.points, list(rows))
        return Spectrum(
            self.omega[kept], self.z[kept], self.points[kept], self.specific, self.source, (*self.dropped, *rows)
        )


def _segment(record: Record, which: int | None) -> Segment:
    spectra = record.spectra
    if not spectra:
        raise AnalysisError("This record holds no impedance spectrum", given=repr(record))
    if which is None and len(spectra) > 1:
        raise AnalysisError(
            f"This record holds {len(spectra)} spectra", allowed=f"spectrum=0 .. {len(spectra) - 1}",
            remedy="Say which one, or fit all with impedance.fit_each",
        )  # fmt: skip
    if which is not None and not -len(spectra) <= which < len(spectra):
        raise AnalysisError("The record has no such spectrum", given=which, allowed=f"0 .. {len(spectra) - 1}")
    return spectra[which or 0]


def spectrum_of(
    data: Record | Segment, *, specific: bool = False, which: int | None = None, drop: Sequence[int] = ()
) -> Spectrum:
    """The spectrum of a record or segment; points that can't be used are named and refused, never dropped silently."""
    if isinstance(data, Segment):
        data = Record((data,), Provenance("derived"))
    if not isinstance(data, Record):
        raise AnalysisError("An impedance technique takes a Record or a Segment", given=type(data).__name__)
    segment = _segment(data, which)
    z = data.impedance(segment, specific=specific)
    frequency = segment["frequency"]
    rows = np.arange(len(z))
    missing = sorted(set(drop) - set(rows.tolist()))
    if missing:
        raise AnalysisError("drop= names points that are not there", given=missing, allowed=f"0 .. {len(z) - 1}")
    keep = ~np.isin(rows, list(drop))
    bad = keep & ~(np.isfinite(z) & np.isfinite(frequency) & (frequency > 0.0) & (np.abs(z) > 0.0))
    if bad.any():
        listed = rows[bad].tolist()
        raise AnalysisError(
            "Some points have no usable frequency or impedance (zero, negative or not a number)", given=listed,
            remedy=f"Leave them out on purpose: drop={listed}",
        )  # fmt: skip
    rows = rows[keep]
    if len(rows) < MIN_POINTS:
        raise AnalysisError("There are too few points", given=len(rows), allowed=f"at least {MIN_POINTS}")
    order = rows[np.argsort(frequency[rows], kind="stable")]
    omega = 2.0 * np.pi * frequency[order]
    return Spectrum(omega, z[order], order, specific, data.provenance.source, tuple(drop))
