"""The mechanisms room: what happens at one place of a cell beside the passing of current, one file each."""

from ..elements.base import MECHANISMS

__all__ = ["MECHANISMS"]
