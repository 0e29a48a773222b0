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


def test_a_wrong_law_would_not_pass():
    """The lattice's threshold and the bounds tell other laws apart: a symmetric medium percolates at a third."""
    (line,) = proof.lattice(size=24, draws=8)
    found = proof.composite.percolation_threshold(1.0) + line.error
    assert abs(found - 1.0 / 3.0) > 0.01
    assert proof.composite.bruggeman(1.0, 0.1) > 0.0 == proof.composite.network(1.0, 0.1, 1.0), "one is connected at any fraction, the other not"
