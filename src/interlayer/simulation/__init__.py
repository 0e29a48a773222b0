"""The simulation room: a cell and a protocol go in, a record comes out."""

from .assembly import Assembly, assemble
from .run import Progress, Simulation, simulate

__all__ = ["Assembly", "Progress", "Simulation", "assemble", "simulate"]
