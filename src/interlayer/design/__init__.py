"""The design room: measurements and cells brought together; what to make next."""

from .join import Join, join
from .polycation import polycation

__all__ = ["Join", "join", "polycation"]
