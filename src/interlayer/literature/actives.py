"""Theoretical capacities of active materials and oxidation states, from formula mass and charge: F z / M."""

from __future__ import annotations

import re
from typing import Final

#: mAh/g when every lithium that the formula has (or takes) moves: F/(3.6 M), M in g/mol; no cell can deliver more
THEORY: Final = {
    "lfp": 170.0, "lifepo4": 170.0, "lco": 274.0, "licoo2": 274.0, "ncm": 280.0, "nmc": 280.0, "nca": 280.0, "lmo": 148.0, "lnmo": 147.0, "lto": 175.0,
    "graphite": 372.0, "sulfur": 1672.0, "s8": 1672.0, "li2s": 1167.0,
}  # fmt: skip


def theoretical(text: str) -> tuple[str, float] | None:
    """(name, C/kg) of the active material a subject names ("Li|SSE|LFP full cell"), or None. Where a text names several
    ("SC/LLZTO on LFP") the largest is taken."""
    words = set(re.findall(r"[a-z]+\d?[a-z0-9]*", text.casefold()))
    hits = [(THEORY[k], k) for k in THEORY if any(w == k or (k in ("ncm", "nmc", "nca") and w.startswith(k)) for w in words)]
    if not hits:
        return None
    capacity, name = max(hits)
    return name.upper(), capacity * 3600.0


def material_of(*texts: str) -> tuple[str, float] | None:
    """The first of several texts that names an active material."""
    return next((hit for hit in map(theoretical, texts) if hit is not None), None)


#: oxidation states that are fixed in oxides, phosphates, sulfides and halides of lithium
STATES: Final = {
    "Li": 1, "Na": 1, "K": 1, "H": 1, "Mg": 2, "Ca": 2, "Sr": 2, "Ba": 2, "Zn": 2, "Al": 3, "Ga": 3, "La": 3, "Y": 3, "In": 3, "Sc": 3, "Ge": 4, "Si": 4, "Ti": 4, "Zr": 4,
    "Hf": 4, "P": 5, "Ta": 5, "Nb": 5, "W": 6, "O": -2, "S": -2, "F": -1, "Cl": -1, "Br": -1, "I": -1, "N": -3,
}  # fmt: skip
MASSES: Final = {"H": 1.00782503, "C": 12.0, "N": 14.0030740, "O": 15.9949146, "F": 18.9984032, "S": 31.9720712, "P": 30.9737620}  # of the lightest common isotope, u

ELEMENTS: Final = frozenset(
    ["H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na", "Mg", "Al", "Si", "P", "S", "Cl", "Ar", "K", "Ca", "Sc", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge", "As", "Se", "Br", "Rb", "Sr", "Y", "Zr", "Nb", "Mo", "Ru", "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Te", "I", "Cs", "Ba", "La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Hf", "Ta", "W", "Re", "Os", "Ir", "Pt", "Au", "Hg", "Tl", "Pb", "Bi"]
)

_TOKEN: Final = re.compile(r"([A-Z][a-z]?)(\d+(?:\.\d+)?)?|\(([^()]*)\)(\d+(?:\.\d+)?)?")


def formula(text: str) -> dict[str, float] | None:
    """"Li1.5Al0.5Ge1.5(PO4)3" -> {"Li": 1.5, ...}; None where the text is no formula."""
    out: dict[str, float] = {}
    position = 0
    for match in _TOKEN.finditer(text):
        if match.start() != position:
            return None
        position = match.end()
        if match.group(1):
            out[match.group(1)] = out.get(match.group(1), 0.0) + float(match.group(2) or 1.0)
        else:
            inner = formula(match.group(3))
            if inner is None:
                return None
            for element, count in inner.items():
                out[element] = out.get(element, 0.0) + count * float(match.group(4) or 1.0)
    return out if out and position == len(text) and set(out) <= ELEMENTS else None


def formulas(text: str) -> list[tuple[str, dict[str, float]]]:
    """The formulas of at least three elements in a text."""
    found = ((word, formula(word)) for word in re.split(r"[\s,;|/:]+", text))
    return [(word, made) for word, made in found if made is not None and len(made) >= 3 and re.search(r"\d", word)]
