"""What was found of one spectrum, gathered: the tests, the fit, the distribution, and what its arcs are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, Union

if TYPE_CHECKING:
    from ..analysis._spectrum import Spectrum
    from ..analysis.arcs import ArcNames
    from ..analysis.impedance import ImpedanceFit
    from ..analysis.kramers_kronig import KramersKronig
    from ..analysis.relaxation_times import RelaxationTimes
    from ..analysis.z_hit import ZHit
    from ..record import Finding


@dataclass(frozen=True, eq=False)
class Look:
    """One spectrum; what is None was not done or not possible, and `remarks` says why.

    arcs, peaks   names of the fit's arcs and of the distribution's peaks
    """

    fit: ImpedanceFit | None = None
    kramers_kronig: KramersKronig | None = None
    z_hit: ZHit | None = None
    distribution: RelaxationTimes | None = None
    arcs: ArcNames | None = None
    peaks: ArcNames | None = None
    remarks: tuple[str, ...] = ()

    @property
    def spectrum(self) -> Spectrum | None:
        """The measured points."""
        of = self.fit or self.distribution or self.kramers_kronig
        return None if of is None else of.spectrum

    @property
    def odd(self) -> bool:
        """Whether a person should look at it: no fit, a misfit, or a test not passed."""
        tested = self.kramers_kronig is not None and self.kramers_kronig.grade not in ("valid", "noisy")
        drifts = self.z_hit is not None and self.z_hit.grade != "steady"
        return self.fit is None or self.fit.misfit or tested or drifts

    def arc(self, label: str) -> tuple[str, str]:
        """Name of an arc ("R1 Q1") or peak ("peak 1") and why."""
        for names in (self.arcs, self.peaks):
            for arc in names.arcs if names is not None else ():
                if arc.label == label:
                    return arc.name, arc.why
        return "unassigned", ""

    def findings(self) -> list[Finding]:
        """All findings, in the order in which they were made."""
        parts = (self.kramers_kronig, self.z_hit, self.fit, self.arcs, self.distribution, self.peaks)
        return [f for part in parts if part is not None for f in part.findings()]


Looks: TypeAlias = Mapping[str, Union["ImpedanceFit", Look, Sequence[Union["ImpedanceFit", Look]]]]


def looks_of(given: Looks) -> dict[str, list[Look]]:
    """Every entry as a list of looks; a fit alone is a look with its Kramers-Kronig test."""
    out = {}
    for label, one in given.items():
        some = list(one) if isinstance(one, Sequence) else [one]
        out[label] = [x if isinstance(x, Look) else Look(fit=x, kramers_kronig=x.kramers_kronig) for x in some]
    return out
