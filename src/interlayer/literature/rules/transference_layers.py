"""How far a thin layer in series can raise the transference number of a cell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..claims import Claim
from ..spans import Span, hull, of, say
from ..told import all_of, told
from ..verdict import RULES, Case, Lack, Said, Verdict, Word, no_conflict, plain, same_cell

BULK = Span(1.0, 2.0)  # layers in the cell: one face or both
MEASURE = 0.1  # scatter of a Bruce-Vincent number
ALLOWED = {"transference number of the layer": "up to 1", "layers": "on one face or both", "scatter of the measured numbers": "0.1", "resistance of the layer": "as stated, else free", "interface": "stated, and left in the measured number or corrected for"}


@RULES.add("transference_layers")
def transference_layers(case: Case) -> Iterator[Said]:
    """Layers in series: steady over initial conductance is t+ = (Rs + Re)/(Rs/ts + Re/te), so with ts = 1 the layer needs
    Rs/Re >= (t/te - 1)/(1 - t). A layer of stated thickness and conductivity has a stated Rs.

    An interface that is not corrected for counts as part of the layer. Valid for a layer that works by its bulk only; one that changes the electrolyte in the whole cell is not in series.
    """
    for bare, protected in case.partners("transference_number"):
        if not no_conflict(bare, protected, "temperature") or bare.conditions.get("electrolyte") != protected.conditions.get("electrolyte") or protected.si <= bare.si:
            continue
        t, te = protected.si, bare.si
        needed = (t / te - 1.0) / (1.0 - t) if t < 1.0 else float("inf")
        least = max((t - MEASURE) / (te + MEASURE) - 1.0, 0.0) / (1.0 - t + MEASURE)
        numbers = {"bare": bare.printed(), "protected": protected.printed(), "resistance the layer needs over that of the electrolyte": f"{needed:.2g}"}
        head = f"If the layer works in series, raising the transference number from {te:g} to {t:g} needs a layer of at least {needed:.2g} times the resistance of the electrolyte, itself perfectly selective"
        layer, electrolyte = _resistances(case, bare, protected)
        faces = [c for c in case.of("interfacial_asr") if same_cell(c, protected)]
        if layer is None or electrolyte is None or not faces:
            said = f"{head}; what is stated of layer, electrolyte and interface does not say whether it has. A layer without it can't do this in series."
            yield Verdict("transference_layers", "indeterminate", said, (bare.id, protected.id), numbers, ALLOWED, compared=False)
            missing = [w for w, there in (("thickness and conductivity of the layer", layer), ("thickness and conductivity of the electrolyte", electrolyte), ("the interfacial resistance in Ω cm²", faces)) if not there]
            yield Lack("transference_layers", (bare.id, protected.id), ", ".join(missing))
            continue
        interface = hull(of(c, error=0.1) for c in faces) * BULK
        ratio = (layer[0] * BULK + interface) / electrolyte[0]
        ids = (bare.id, protected.id, *layer[1], *electrolyte[1], *(c.id for c in faces))
        numbers |= {"layer": say(layer[0], "ohm*cm**2"), "electrolyte": say(electrolyte[0], "ohm*cm**2")}
        said = f"{head}; the layer has {say(layer[0].middle, 'ohm*cm**2')} a face, its interface {faces[0].printed()}, the electrolyte {say(electrolyte[0].middle, 'ohm*cm**2')}"
        if ratio.high < least:
            yield Verdict("transference_layers", "disagree", f"{said}: not enough, with a scatter of 0.1 in both numbers.", ids, numbers, ALLOWED)
        else:
            word: Word = "agree" if ratio.high >= needed else "indeterminate"
            yield Verdict("transference_layers", word, f"{said}{': enough' if word == 'agree' else ': enough only within the scatter of such numbers'}.", ids, numbers, ALLOWED)


def _parts(subject: str) -> set[str]:
    return {p for p in (plain(x) for x in re.split(r"[|/@]", subject)) if p and p not in ("li", "cu", "au", "ss")}


def _resistances(case: Case, bare: Claim, protected: Claim) -> tuple[tuple[Span, tuple[str, ...]] | None, tuple[Span, tuple[str, ...]] | None]:
    """Thickness over conductivity [ohm m²] of the layer (in the protected notation only) and of the electrolyte (in both)."""
    there, new = _parts(bare.subject), _parts(protected.subject) - _parts(bare.subject)
    return _first(case, new, 0.1), _first(case, there, 0.1)


def _first(case: Case, names: set[str], error: float) -> tuple[Span, tuple[str, ...]] | None:
    for sigma in (c for c in case.of("ionic_conductivity") if plain(c.subject) in names):
        sizes = [one for c in case.of("thickness") if plain(c.subject) == plain(sigma.subject) for one in all_of(c, error=error)]
        options = told(case, sigma, "thickness", error=error) or sizes
        if options:
            return hull(t.span for t in options) / of(sigma, error=error), (*(i for t in options for i in t.ids), sigma.id)
    return None
