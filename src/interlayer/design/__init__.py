"""The design room: measurements and cells brought together; what to make next."""

from .identify import Identification, identify
from .join import Join, join
from .window import Window, window

__all__ = ["Identification", "Join", "Window", "identify", "join", "window"]
