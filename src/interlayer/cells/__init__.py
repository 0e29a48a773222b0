"""Cells: frozen values that say what a cell IS; the notation of papers parses and prints back."""

from .cell import Cell
from .named import catalogue, named
from .parts import Electrode, Interface, Layer

__all__ = ["Cell", "Electrode", "Interface", "Layer", "catalogue", "named"]
