"""The literature room: published statements as data."""

from .claims import Claim, claims

__all__ = ["Claim", "claims"]
