"""The simulation room: a cell and a protocol go in, a record comes out."""

from .assembly import Assembly, assemble
from .model import CellModel
from .run import Progress, Simulation, simulate

__all__ = ["Assembly", "CellModel", "Progress", "Simulation", "assemble", "simulate"]
