"""The elements room: two-terminal elements of one algebra, one file each; `catalogue()` lists them."""

from ._catalogue import Entry, catalogue
from .base import ELEMENTS, MECHANISMS, Element, Leaf, Parallel, Parameter, Series, States

__all__ = ["ELEMENTS", "MECHANISMS", "Element", "Entry", "Leaf", "Parallel", "Parameter", "Series", "States", "catalogue"]
