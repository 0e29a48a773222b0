"""Shorts: an electronic branch from collector to collector for every filament (physics.md E13)."""

from __future__ import annotations

from ...elements import Element
from ...elements.short import Short
from .base import Draft

TOUCH = 10.0  # widths before the far electrode at which the filament counts as having reached it (the event): the path
# then carries 5e-5 of its full conductance, too little to divert the current that still drives the tip
LEAKAGE = 1e4  # ohm m², used where no electronic conductivity of the separator is known


def shorted(draft: Draft, tree: Element) -> Element:
    """`tree` with a short in parallel for each filament; the open branch is the separator's electronic leakage."""
    core = draft.cell.separator
    thickness = sum(layer.thickness.value for layer in draft.cell.layers)

    def leakage(T: float) -> float:
        return core.thickness.at(T) / core.at("electronic_conductivity", T) if "electronic_conductivity" in core else LEAKAGE

    for here, filament in draft.filaments:
        label = draft.label("short", {1: "left", -1: "right"}[here.side])
        tree = tree | Short(
            label=label, reads={"filament": f"{filament}.length"}, R_short=here.at("filament", "short_resistance"), R_open=leakage, crossing=thickness,
            width=here.at("filament", "short_width"),
        )  # fmt: skip
    return tree
