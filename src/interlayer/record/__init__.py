"""The record room: what every reader and every simulation hands on, and all that analysis ever sees."""

from .files import load, save
from .finding import Finding
from .nouns import Block, Provenance, Record, Segment, Series

__all__ = ["Block", "Finding", "Provenance", "Record", "Segment", "Series", "load", "save"]
