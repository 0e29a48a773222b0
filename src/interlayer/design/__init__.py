"""The design room: measurements and cells brought together; what to make next."""

from .join import Join, join

__all__ = ["Join", "join"]
