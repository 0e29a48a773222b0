"""Limits of composites and of the polycation layer: orders and absolute errors of benchmarks/proof_composites.py."""

import importlib.util
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).parents[1] / "benchmarks" / "proof_composites.py"
_SPEC = importlib.util.spec_from_file_location("proof_composites", PATH)
proof = importlib.util.module_from_spec(_SPEC)
sys.modules["proof_composites"] = proof
_SPEC.loader.exec_module(proof)

#: largest absolute error of each part's lines, in the order of the script
BARS = {
    "dilute": 1e-6, "medium": 1e-2, "bounds": 1e-12, "threshold": 1e-12, "lattice": 0.04, "null": 5e-6, "bound": 1e-4, "transport": 5e-3,
}  # fmt: skip


@pytest.mark.parametrize("part", proof.PARTS, ids=lambda p: p.__name__)
def test_every_limit_has_its_order_and_its_error(part):
    lines = part(size=24, draws=8) if part.__name__ == "lattice" else part()
    assert lines
    for line in lines:
        assert line.error <= BARS[part.__name__], line
        if line.order is not None:
            assert line.order == pytest.approx(line.expected, abs=0.03), line


def test_a_wrong_law_would_not_pass(monkeypatch):
    """A medium that is connected at any fraction in the place of the network, and Donnan with one charge too many."""
    monkeypatch.setattr(proof.composite, "connected_share", lambda fraction, q: fraction)
    with pytest.raises(AssertionError):
        proof.threshold()
    monkeypatch.setattr(proof, "equilibrium", lambda x, c, *more: (c * c / (x + c), x + c))
    assert max(line.error for line in proof.null()) > BARS["null"]
