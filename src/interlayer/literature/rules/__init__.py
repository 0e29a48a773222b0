"""The rules of the audit, one file each; `RULES` finds them."""

from ..verdict import RULES, Rule

__all__ = ["RULES", "Rule"]
