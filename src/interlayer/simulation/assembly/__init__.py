"""Assembly: a `Cell` becomes a tree of elements; one file a merge rule."""

from .base import LAYERS, Assembly, Draft, assemble

__all__ = ["LAYERS", "Assembly", "Draft", "assemble"]
