"""The design room: measurements and cells brought together; what to make next."""

from .identify import Identification, identify
from .join import Join, join

__all__ = ["Identification", "Join", "identify", "join"]
