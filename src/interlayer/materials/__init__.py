"""Materials: every number with unit, spread, temperature law, source and mark; one file a material, one a pair."""

from .entries import Physics
from .material import ROLES, Material, add, material, materials, read
from .pairs import Pair, add_pair, pair, pairs, read_pair
from .parameters import CHOICES, NEEDED, PARAMETERS, PHYSICS, SALTY
from .value import MARKS, Value

__all__ = [
    "CHOICES", "MARKS", "NEEDED", "PARAMETERS", "PHYSICS", "ROLES", "SALTY", "Material", "Pair", "Physics", "Value", "add",
    "add_pair", "material", "materials", "pair", "pairs", "read", "read_pair",
]  # fmt: skip
