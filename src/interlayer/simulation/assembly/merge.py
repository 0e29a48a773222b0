"""Neighbouring layers of one material with the same properties are one layer: a seam is not an interface."""

from __future__ import annotations

from dataclasses import replace

from ...cells import Cell, Interface, Layer


def merged(cell: Cell) -> Cell:
    """`cell` with such neighbours joined (thicknesses add); so a sham layer of the separator's own material changes
    nothing but the thickness."""
    stack = [cell.stack[0]]
    faces: list[Interface] = []
    for index, part in enumerate(cell.stack[1:]):
        last = stack[-1]
        same = isinstance(part, Layer) and isinstance(last, Layer) and part.material == last.material and part.values() == last.values()
        if same and not cell.interfaces[index].physics and isinstance(last, Layer) and isinstance(part, Layer):
            total = replace(last.thickness, value=last.thickness.value + part.thickness.value, std=None, interval=None, mark="derived", source="sum of joined layers")
            stack[-1] = replace(last, thickness=total)
        else:
            stack.append(part)
            faces.append(cell.interfaces[index])
    return cell if len(stack) == len(cell.stack) else replace(cell, stack=tuple(stack), interfaces=tuple(faces))
