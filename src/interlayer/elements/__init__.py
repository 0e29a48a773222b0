"""The elements room: two-terminal elements of one algebra, one file each."""

from .base import ELEMENTS, MECHANISMS, Element, Leaf, Parallel, Parameter, Series, States

__all__ = ["ELEMENTS", "MECHANISMS", "Element", "Leaf", "Parallel", "Parameter", "Series", "States"]
