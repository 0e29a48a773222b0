"""Protocols: steps, end conditions, text form and back, and what is refused."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlayer import protocols
from interlayer.errors import InterlayerError, NotationError, ProtocolError, UnitError, UnknownNameError
from interlayer.protocols import (
    PROTOCOLS,
    CriticalCurrent,
    Impedance,
    Protocol,
    Spectrum,
    Step,
    StripPlate,
    Until,
    parse,
)


def steps(protocol: Protocol) -> list[Step]:
    return [step for step in protocol.steps() if isinstance(step, Step)]


# -- strip and plate --------------------------------------------------------------------------------------------------
def test_strip_plate_alternates_from_left_to_right() -> None:
    made = steps(StripPlate("0.1 mA/cm^2", half_cycle="1 h", cycles=3))
    assert [step.value for step in made] == [1.0, -1.0] * 3
    assert [step.info["half_cycle"] for step in made] == [1, 2, 3, 4, 5, 6]
    assert [step.info["cycle"] for step in made] == [1, 1, 2, 2, 3, 3]
    first = made[0]
    assert (first.control, first.technique, first.info["current_density"]) == ("current_density", "strip_plate", 1.0)
    assert first.until == (Until("time", 3600.0, "half cycle of 1 h complete"),)
    assert first.label == "cycle 1: 0.1 mA/cm² to the right"
    assert made[1].label == "cycle 1: 0.1 mA/cm² to the left"


def test_strip_plate_with_charge_rest_spectra_and_limit() -> None:
    protocol = StripPlate(
        "1 mA/cm^2",
        areal_charge="1 mA*h/cm^2",
        cycles=4,
        rest="10 min",
        impedance_every=2,
        voltage_limit="5 V",
        sample="30 s",
    )
    made = protocol.steps()
    assert [i for i, step in enumerate(made) if isinstance(step, Spectrum)] == [0, 9, 18]
    assert [step.info["cycle"] for step in made if isinstance(step, Spectrum)] == [0, 2, 4]
    current, rest = steps(protocol)[:2]
    assert [(u.kind, u.stops) for u in current.until] == [
        ("areal_charge", False),
        ("voltage_above", True),
        ("voltage_below", True),
    ]
    assert [u.value for u in current.until] == [pytest.approx(36000.0), 5.0, -5.0]
    assert (rest.control, rest.value, rest.until[0].value) == ("rest", 0.0, 600.0)
    assert current.sample == 30.0
    assert "a spectrum every 2 cycles" in protocol.describe()


# -- critical current -------------------------------------------------------------------------------------------------
def test_the_ramp_reaches_its_stop() -> None:
    protocol = CriticalCurrent(
        start="0.05 mA/cm^2", step="0.05 mA/cm^2", stop="0.3 mA/cm^2", half_cycle="30 min", cycles_per_step=2
    )
    assert protocol.currents() == pytest.approx([0.5, 1.0, 1.5, 2.0, 2.5, 3.0])
    made = steps(protocol)
    assert len(made) == 6 * 2 * 2
    assert [step.value for step in made[:6]] == pytest.approx([0.5, -0.5, 0.5, -0.5, 1.0, -1.0])
    assert [step.info["cycle"] for step in made[:6]] == [1, 1, 2, 2, 3, 3]
    assert made[0].technique == "critical_current"
    assert made[0].until[0].kind == "time"
    assert "fixed time" in protocol.describe()


def test_the_ramp_of_the_house_needs_only_step_and_time() -> None:
    protocol = CriticalCurrent(step="0.1 mA/cm^2", half_cycle="30 min")
    assert protocol.currents()[0] == pytest.approx(1.0)
    assert len(protocol.currents()) == 50
    charge = CriticalCurrent(step="0.1 mA/cm^2", areal_charge="0.1 mA*h/cm^2", stop="0.35 mA/cm^2")
    assert charge.currents() == pytest.approx([1.0, 2.0, 3.0])
    assert "fixed charge" in charge.describe()


# -- impedance --------------------------------------------------------------------------------------------------------
def test_impedance_spans_its_range() -> None:
    (spectrum,) = Impedance("1 MHz", "10 mHz", points_per_decade=10).steps()
    assert isinstance(spectrum, Spectrum)
    frequencies = spectrum.frequencies
    assert (frequencies[0], frequencies[-1], len(frequencies)) == (1e6, 1e-2, 81)
    ratios = {round(a / b, 9) for a, b in pairwise(frequencies)}
    assert ratios == {round(10**0.1, 9)}
    assert spectrum.technique == "impedance"


def test_impedance_takes_listed_frequencies() -> None:
    protocol = Impedance(frequencies=["1 Hz", "1 kHz"])
    assert protocol.spectrum().frequencies == (1.0, 1000.0)
    assert (protocol.high, protocol.low) == (1000.0, 1.0)
    assert protocol.describe() == "impedance from 1000 Hz to 1 Hz, 2 frequencies"


# -- what is refused --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: StripPlate("0 mA/cm^2", half_cycle="1 h"), ProtocolError, "above zero"),
        (lambda: StripPlate("-1 mA/cm^2", half_cycle="1 h"), ProtocolError, "above zero"),
        (lambda: StripPlate("1 mA/cm^2", half_cycle="1 h", areal_charge="1 mA*h/cm^2"), ProtocolError, "exactly one"),
        (lambda: StripPlate("1 mA/cm^2"), ProtocolError, "exactly one"),
        (lambda: StripPlate("1 mA", half_cycle="1 h"), UnitError, "can't be turned"),
        (lambda: StripPlate("1 mA/cm^2", half_cycle="1 h", cycles=0), ProtocolError, "too small"),
        (lambda: StripPlate("1 mA/cm^2", half_cycle="1 h", cycles="many"), ProtocolError, "whole number"),
        (lambda: CriticalCurrent(half_cycle="1 h"), ProtocolError, "needs its step"),
        (lambda: CriticalCurrent(step="1 mA/cm^2"), ProtocolError, "exactly one"),
        (lambda: CriticalCurrent("2 A/m^2", "1 A/m^2", "1 A/m^2", half_cycle="1 h"), ProtocolError, "below"),
        (lambda: Impedance("1 Hz", "1 kHz"), ProtocolError, "above the lowest"),
        (lambda: Impedance("1 MHz", "0 Hz"), ProtocolError, "above zero"),
        (lambda: Impedance(frequencies=[]), ProtocolError, "empty"),
        (lambda: Step("currnt", 1.0, (Until("time", 1.0),)), UnknownNameError, "Did you mean 'current'"),
        (lambda: Step("current", 1.0, ()), ProtocolError, "ends it"),
        (lambda: Step("rest", 1.0, (Until("time", 1.0),)), ProtocolError, "nothing is imposed"),
        (lambda: Until("tme", 1.0), UnknownNameError, "Did you mean 'time'"),
        (lambda: Until("time", 0.0), ProtocolError, "above zero"),
        (lambda: Spectrum(()), ProtocolError, "at least one"),
        (lambda: Spectrum((0.0,)), ProtocolError, "above zero"),
    ],
)  # fmt: skip
def test_a_protocol_refuses(make: object, error: type[InterlayerError], message: str) -> None:
    with pytest.raises(error, match=message):
        make()  # type: ignore[operator]


def test_protocols_are_frozen_values() -> None:
    one = StripPlate("0.1 mA/cm^2", half_cycle="1 h", cycles=10)
    assert one == StripPlate("1 A/m^2", half_cycle="3600 s", cycles="10")
    assert one != StripPlate("0.1 mA/cm^2", half_cycle="1 h", cycles=11)
    assert hash(one) == hash(StripPlate("1 A/m^2", half_cycle="3600 s", cycles=10))
    with pytest.raises(AttributeError):
        one.cycles = 3  # type: ignore[misc]


# -- text -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        "StripPlate(current_density=0.1 mA/cm^2, half_cycle=1 h, cycles=10)",
        "strip_plate(0.1 mA/cm^2, half_cycle = '1 h', cycles=10)",
        ' StripPlate("0.1 mA/cm^2", 1 h, none, 10) ',
    ],
)
def test_text_forms_of_one_protocol(text: str) -> None:
    assert parse(text) == StripPlate("0.1 mA/cm^2", half_cycle="1 h", cycles=10)


def test_text_of_the_others() -> None:
    assert parse("Impedance") == Impedance() == parse("impedance()")
    assert parse("Impedance(frequencies=[1 kHz, 2.5 Hz])") == Impedance(frequencies=["1 kHz", "2.5 Hz"])
    assert parse("critical_current(step=0.1 mA/cm^2, areal_charge=0.5 mAh/cm²)") == CriticalCurrent(
        step="0.1 mA/cm^2", areal_charge="0.5 mAh/cm^2"
    )


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("StripPlat(cycles=1)", UnknownNameError, "Did you mean 'StripPlate'"),
        ("StripPlate(cycle=1)", UnknownNameError, "Did you mean 'cycles'"),
        ("StripPlate(cycles=1", NotationError, "in brackets"),
        ("StripPlate(cycles=1, 2)", NotationError, "behind one with a name"),
        ("StripPlate(1 mA/cm^2, current_density=2 mA/cm^2)", NotationError, "given twice"),
        ("StripPlate(cycles=1)", ProtocolError, "current_density"),
        ("Impedance(1 MHz, 1 Hz, 10, [1 Hz], 3)", ProtocolError, "takes 4"),
        ("__import__('os').getcwd()", UnknownNameError, "no protocol"),
        ("1 + 1", NotationError, "in brackets"),
        ("", NotationError, "in brackets"),
    ],
)  # fmt: skip
def test_text_that_is_refused(text: str, error: type[InterlayerError], message: str) -> None:
    with pytest.raises(error, match=message):
        parse(text)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(1e-3, 1e4), st.floats(1e-3, 1e8), st.booleans(), st.integers(1, 10**6), st.none() | st.floats(1e-3, 1e8),
    st.none() | st.integers(1, 100), st.none() | st.floats(1e-3, 900.0),
)  # fmt: skip
def test_what_is_printed_parses_to_the_same_protocol(
    current: float,
    size: float,
    fixed_time: bool,
    cycles: int,
    rest: float | None,
    every: int | None,
    limit: float | None,
) -> None:
    half = {"half_cycle": (size, "s")} if fixed_time else {"areal_charge": (size, "C/m^2")}
    pause = None if rest is None else (rest, "s")
    ceiling = None if limit is None else (limit, "V")
    made: list[Protocol] = [
        StripPlate((current, "A/m^2"), **half, cycles=cycles, rest=pause, impedance_every=every, voltage_limit=ceiling),
        CriticalCurrent(step=(current, "A/m^2"), **half, cycles_per_step=cycles, rest=pause, voltage_limit=ceiling),
    ]
    for protocol in made:
        assert parse(str(protocol)) == protocol
        assert repr(protocol) == str(protocol)


# -- the family -------------------------------------------------------------------------------------------------------
def test_a_protocol_is_found_by_file_and_class_name() -> None:
    assert {"impedance", "strip_plate", "critical_current"} <= set(PROTOCOLS)
    assert protocols.StripPlate is PROTOCOLS["strip_plate"] is PROTOCOLS["StripPlate"]
    assert "StripPlate" in dir(protocols)
    with pytest.raises(AttributeError, match="no protocol"):
        protocols.Nonsense  # noqa: B018


def example(kind: type[Protocol]) -> str:
    """The call that opens a protocol's docstring."""
    return " ".join((kind.__doc__ or "").split("`")[1].split())


KINDS = sorted({PROTOCOLS[name] for name in PROTOCOLS} - {PROTOCOLS["replay"]}, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_protocol_keeps_the_contract(kind: type[Protocol]) -> None:
    protocol = parse(example(kind))
    assert type(protocol) is kind
    assert parse(str(protocol)) == protocol and repr(protocol) == str(protocol)
    made = protocol.steps()
    assert made
    assert all(isinstance(step, Step | Spectrum) and step.label and step.technique for step in made)
    assert all(json.dumps(dict(step.info)) for step in made)
    assert protocol.describe()
    assert "\n" not in protocol.describe()
    with pytest.raises(ProtocolError, match="argument"):
        parse(f"{kind.__name__}({', '.join(['1 h'] * 20)})")
