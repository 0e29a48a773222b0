"""The design room: measurements and cells brought together; what to make next."""

from .closure import Closure, close
from .identify import Identification, identify
from .join import Join, join
from .polycation import polycation
from .window import Window, window

__all__ = ["Closure", "Identification", "Join", "Window", "close", "identify", "join", "polycation", "window"]
