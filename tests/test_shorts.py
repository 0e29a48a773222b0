"""Shorts: planted ones found, decoys refused, classes by their signs; closed forms and the engine as two truths."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

import interlayer as il
from _cycled import plate, polarise, record_of
from interlayer.analysis import critical_current, shorts
from interlayer.errors import AnalysisError
from interlayer.protocols import Protocol, Step, StripPlate, Until
from interlayer.record import Provenance, Record, Segment

HALF, DT, AMPS = 3600.0, 20.0, 1e-3


def cycled(r, *, cycles: int = 10, noise: float = 2e-3, seed: int = 0, dt: float = DT, extra=None, channels=None):
    """V = I r(t, phase) at 1 mA, half cycles of 1 h."""
    rng = np.random.default_rng(seed)
    n = int(HALF / dt)
    t = np.arange(1, 2 * cycles * n + 1) * dt
    phase = (np.arange(len(t)) % n + 1) * dt
    sign = np.where((np.arange(len(t)) // n) % 2 == 0, 1.0, -1.0)
    v = AMPS * sign * r(t, phase) * (1.0 + noise * rng.normal(size=len(t)))
    segments = [Segment({"time": t, "voltage": v, "current": AMPS * sign, **(channels(t) if channels else {})}, "time")]
    return Record((*segments, *(extra or ())), Provenance("simulated"))


def healthy(t, phase):
    return 50.0 + 60.0 + 20.0 * (1.0 - np.exp(-phase / 900.0))


def between(a, b, share):
    """Factor of r from a to b [s]."""
    return lambda t: np.where((t > a) & (t <= b), 1.0 - share, 1.0)


def spectrum(when, bulk=50.0, arc=80.0, path=np.inf):
    f = np.logspace(5, -1, 31)
    z = bulk + arc / (1.0 + 2j * np.pi * f * 1e-3)
    z = 1.0 / (1.0 / z + 1.0 / path)
    return Segment({"frequency": f, "impedance_real": z.real, "impedance_imag": z.imag}, "frequency", "impedance", {"time": when})


def test_a_quiet_cell_has_no_event() -> None:
    found = shorts.find(cycled(healthy))
    assert found.events == ()
    assert found.watched == pytest.approx(20 * 3600.0, rel=1e-3)
    assert "bulk" in found.remarks[0]


@pytest.mark.parametrize("share", [0.04, 0.2, 0.7])
def test_a_short_that_comes_and_goes(share: float) -> None:
    a, b = 6.3 * HALF, 6.6 * HALF
    found = shorts.find(cycled(lambda t, p: healthy(t, p) * between(a, b, share)(t)))
    (event,) = found.events
    assert event.kind == "recovered short" and event.short
    assert event.start == pytest.approx(a, abs=1.01 * DT) and event.end == pytest.approx(b, abs=2.01 * DT)
    assert event.fall == pytest.approx(share, abs=0.02)
    assert "sudden return" in event.signs


@pytest.mark.parametrize(("share", "kind"), [(0.3, "soft short"), (0.98, "hard short")])
def test_a_short_that_stays(share: float, kind: str) -> None:
    found = shorts.find(cycled(lambda t, p: healthy(t, p) * between(12.4 * HALF, np.inf, share)(t)))
    (event,) = found.alarms
    assert event.kind == kind and event.end is None and found.lasting is event
    assert event.start == pytest.approx(12.4 * HALF, abs=1.01 * DT)
    assert any(f.name == kind and f.evidence["confidence"] == event.confidence for f in found.findings())


def test_below_the_bulk_is_the_strongest_sign() -> None:
    """A slow fall under the bulk resistance has no sudden sign, and is found by the bulk alone; above it it is none."""
    deep = cycled(lambda t, p: 1.0 / (1.0 / healthy(t, p) + np.clip((t - 6 * HALF) / (8 * HALF), 0.0, 1.0) / 40.0))
    assert not shorts.find(deep).alarms
    (event,) = shorts.find(deep, bulk="50 ohm").alarms
    assert "below the bulk" in event.signs and event.confidence > 0.9
    r = 1.0 / (1.0 / healthy(np.array([event.start]), np.array([event.start % HALF])) + (event.start / HALF - 6.0) / 8.0 / 40.0)
    assert r[0] == pytest.approx(0.95 * 50.0, rel=0.05)
    mild = cycled(lambda t, p: healthy(t, p) * (1.0 - 0.3 * np.clip((t - 6 * HALF) / (8 * HALF), 0.0, 1.0)))
    assert not shorts.find(mild, bulk="50 ohm").alarms


def test_the_bulk_comes_from_a_spectrum() -> None:
    found = shorts.find(cycled(healthy, extra=[spectrum(0.0)]))
    assert found.bulk == pytest.approx(50.0, rel=1e-3) and not found.remarks


def contact_gained(ohm: float):
    """Contact that takes `ohm` off the interface of `healthy` in the eleventh half cycle, for good."""
    return lambda t, p: healthy(t, p) - ohm * (t > 10.5 * HALF)


def path_opened(ohm: float):
    """A path of `ohm` beside `healthy` from the same moment on."""
    return lambda t, p: 1.0 / (1.0 / healthy(t, p) + (t > 10.5 * HALF) / ohm)


def box(t, phase):
    return 110.0 + 0.0 * phase


def test_spectra_tell_a_parallel_path_from_contact() -> None:
    """The same abrupt fall of V/I, once by a resistor beside the cell, once by an arc that shrank."""
    def fall(t, p):
        return box(t, p) * between(10.5 * HALF, np.inf, 0.25)(t)

    path = shorts.find(cycled(fall, extra=[spectrum(0.0), spectrum(20 * HALF, path=390.0)]))
    contact = shorts.find(cycled(fall, extra=[spectrum(0.0), spectrum(20 * HALF, arc=47.5)]))
    unknown = shorts.find(cycled(fall))
    assert "parallel path" in path.alarms[0].signs and path.alarms[0].confidence > 0.95
    assert not contact.alarms and contact.events[0].kind == "contact gain"
    assert unknown.alarms[0].kind == shorts.UNDECIDED and not unknown.alarms[0].short
    flat = shorts.find(cycled(fall, extra=[spectrum(0.0, bulk=120.0, arc=10.0), spectrum(20 * HALF, bulk=120.0, arc=10.0, path=390.0)]))
    assert "parallel path" not in flat.alarms[0].signs  # the band holds no arc worth the name: either could be


@pytest.mark.parametrize("noise", [5e-4, 5e-3])
def test_the_rise_of_concentration_tells_a_path_from_contact(noise: float) -> None:
    """One fall by two causes: the rise of 20 ohm is left at (1 - s)^2 by a path, and whole where contact was gained."""
    (path,), (contact,) = (shorts.find(cycled(r, noise=noise)).events for r in (path_opened(390.0), contact_gained(27.5)))
    for event in (path, contact):
        assert event.start == pytest.approx(10.5 * HALF, abs=1.01 * DT) and event.end is None
    assert path.kind == "soft short" and "lost curvature" in path.signs
    assert contact.kind == "contact gain" and "kept curvature" in contact.signs and not contact.short
    assert path.kept is not None and contact.kept is not None
    level = 1.0 / (1.0 / 127.0 + 1.0 / 390.0)
    assert path.kept.share == pytest.approx((level / 127.0) ** 2, abs=3.0 * path.kept.std)
    assert contact.kept.share == pytest.approx(1.0, abs=3.0 * contact.kept.std)
    assert path.likely > 0.9 and contact.likely < 0.1


def test_a_box_like_voltage_does_not_tell_a_path_from_contact() -> None:
    """r R_s/(r + R_s) and r - x are one and the same constant, so no method can: the trace is called by both names, dated,
    with what would tell, and counts as no short that is certain."""
    rs, r = 330.0, 110.0
    by_path = cycled(lambda t, p: 1.0 / (1.0 / box(t, p) + (t > 10.5 * HALF) / rs))
    by_contact = cycled(lambda t, p: box(t, p) - (r - r * rs / (r + rs)) * (t > 10.5 * HALF))
    np.testing.assert_allclose(by_path.segments[0]["voltage"], by_contact.segments[0]["voltage"], rtol=1e-12)
    found = shorts.find(by_path)
    (event,) = found.events
    assert event.kind == shorts.UNDECIDED and event.undecided and not event.short and event.likely == 0.5 and event.confidence > 0.9
    assert event.start == pytest.approx(10.5 * HALF, abs=1.01 * DT)
    assert found.alarms == (event,) and found.lasting is event
    count, said = found.findings()
    for seed in range(1, 9):  # nor does noise make a rise
        assert [e.kind for e in shorts.find(cycled(lambda t, p: 1.0 / (1.0 / box(t, p) + (t > 10.5 * HALF) / rs), seed=seed)).events] == [shorts.UNDECIDED]
    assert count.value == 0.0 and count.interval == (0.0, 1.0) and "spectrum" in count.note
    assert said.name == shorts.UNDECIDED and "spectrum" in said.evidence["what would tell"]


def test_the_figure_shows_what_is_not_told_apart_in_a_lane_of_its_own() -> None:
    from interlayer.report.figures import shorts as figure

    record = cycled(lambda t, p: 1.0 / (1.0 / box(t, p) + (t > 10.5 * HALF) / 330.0))
    sheet = figure.figure(record, shorts.analyse(record))
    words = [t.get_text() for ax in sheet.axes for t in (*ax.texts, *ax.get_yticklabels(), ax.title)] + [ax.get_title(loc="left") for ax in sheet.axes]
    assert any("0 shorts found" in w and "1 more not told apart" in w for w in words)
    assert any("contact gain" in w for w in words)


def test_the_fall_at_the_first_reversal_is_no_event() -> None:
    """A cell at rest has no concentration to turn round: its first half cycle lies higher than all others."""
    def first(t, p):
        return 110.0 + 40.0 * (1.0 - np.where(t <= HALF, 1.0, 1.6) * np.exp(-p / 2400.0))

    assert not shorts.find(cycled(first)).alarms


def test_a_planted_path_does_what_a_path_beside_a_cell_does() -> None:
    """`polarise` against a fine integration: what is instant falls at once, the concentration follows more slowly."""
    dt, n, tau, salt, ri, rs = 10.0, 600, 900.0, 40.0, 100.0, 300.0
    current = AMPS * np.where(np.arange(n) < 300, 1.0, -1.0)
    branch = np.where(np.arange(n) >= 150, rs, np.inf)
    v = polarise(np.full(n, ri), np.full(n, salt), tau, branch, current, dt)
    eta, fine = 0.0, 400
    for k in range(n):
        for _ in range(fine):
            ionic = (current[k] * branch[k] - eta) / (branch[k] + ri) if np.isfinite(branch[k]) else current[k]
            eta += dt / fine * (salt * ionic - eta) / tau
        ionic = (current[k] * branch[k] - eta) / (branch[k] + ri) if np.isfinite(branch[k]) else current[k]
        assert v[k] == pytest.approx(ri * ionic + eta, rel=2e-4, abs=1e-7)
    assert v[150] / v[149] == pytest.approx(rs / (rs + ri), rel=5e-3)  # the sudden part
    steady = 1.0 / (1.0 / (ri + salt) + 1.0 / rs)
    long = polarise(np.full(9000, ri), np.full(9000, salt), tau, np.full(9000, rs), np.full(9000, AMPS), dt)
    assert long[-1] / AMPS == pytest.approx(steady, rel=1e-6)


def test_slow_falls_have_names_of_their_own() -> None:
    early = shorts.find(cycled(lambda t, p: healthy(t, p) * (1.0 + 0.5 * np.exp(-t / 7200.0)), cycles=20))
    assert [e.kind for e in early.events] == ["break-in"] and not early.alarms
    late = shorts.find(cycled(lambda t, p: healthy(t, p) * (1.0 - 0.2 * (t > 25 * HALF) * (1.0 - np.exp(-(t - 25 * HALF) / 3600.0))), cycles=20))
    assert [e.kind for e in late.events] == ["contact gain"] and "no temperature" in late.events[0].signs[1]
    warm = lambda t: 298.15 + 10.0 * np.clip((t - 25 * HALF) / HALF, 0.0, 1.0)  # noqa: E731
    heat = shorts.find(cycled(lambda t, p: healthy(t, p) * np.exp(-0.03 * (warm(t) - 298.15)), cycles=20, channels=lambda t: {"temperature": warm(t)}))
    assert [e.kind for e in heat.events] == ["temperature"] and not heat.alarms


def test_single_samples_and_ranges_are_no_short() -> None:
    record = cycled(healthy)
    t, v, i = (np.array(record.segments[0][c]) for c in ("time", "voltage", "current"))
    v[[500, 1300, 2500]] *= 0.1
    v[1800:] *= 0.993
    assert not shorts.find(record_of(t, v, i)).events


@pytest.mark.parametrize("noise", [1e-4, 5e-3])
@pytest.mark.parametrize("dt", [5.0, 60.0])
def test_noise_and_sampling(noise: float, dt: float) -> None:
    found = shorts.find(cycled(lambda t, p: healthy(t, p) * between(6.3 * HALF, 9.7 * HALF, 0.15)(t), noise=noise, dt=dt))
    (event,) = found.alarms
    assert event.start == pytest.approx(6.3 * HALF, abs=1.01 * dt) and event.end == pytest.approx(9.7 * HALF, abs=2.01 * dt)


def test_curvature_that_is_lost_speaks_for_a_short() -> None:
    def r(t, p):
        whole = 110.0 + 60.0 * (1.0 - np.exp(-p / 900.0))
        return np.where(t > 10.5 * HALF, 100.0 + 0.0 * p, whole)

    event = shorts.find(cycled(r)).lasting
    assert event is not None and event.start == pytest.approx(10.5 * HALF, abs=1.01 * DT)
    assert "lost curvature" in event.signs


def test_what_can_not_be_judged_says_why() -> None:
    t = np.arange(200.0)
    with pytest.raises(AnalysisError, match="no current"):
        shorts.find(Record((Segment({"time": t, "voltage": np.sin(t / 30.0)}, "time"),), Provenance("measured")))
    with pytest.raises(AnalysisError, match="8 samples"):
        shorts.find(record_of(t[:12], np.tile([1.0, 1.0, 1.0, -1.0, -1.0, -1.0], 2), np.tile([1.0, 1.0, 1.0, -1.0, -1.0, -1.0], 2)))


def test_a_sample_of_generated_records() -> None:
    """Seeds of their own; all of them are in the long test."""
    found, false, hours = 0, 0, 0.0
    for seed in range(300_000, 300_008):
        record, truth = plate(seed, short=seed % 2 == 0, fall=0.3)
        alarms = shorts.find(record).alarms
        slack = max(5.0 * truth.dt, 300.0)
        found += any(abs(e.start - truth.start) <= slack for e in alarms)
        false += sum(not truth.start - slack <= e.start <= truth.end + slack for e in alarms)
        hours += truth.hours
    assert found == 4 and false == 0 and hours > 250.0


@pytest.mark.long
def test_found_against_false_alarms() -> None:
    """500 records: at least 95 % of the shorts (a sudden fall of 3 to 90 %) found at no more than one false alarm a 1000 h,
    what is not told apart from contact counted as an alarm; counted as neither, at most one in ten is lost by it. The start
    within a sample for 95 % of them; no promise of confidence is broken by more than 0.15."""
    both = study(500, 900_000)
    alarm, neither = figures(both["alarm"]), figures(both["neither"])
    print(f"as an alarm {alarm}, as neither {neither} (found, false alarms a 1000 h)")
    assert alarm[0] >= 0.95 and alarm[1] <= 1.0
    assert neither[0] >= 0.88 and neither[1] <= 0.5
    off = [abs(r["off"]) / r["dt"] for r in both["alarm"].rows if r["confidence"] >= shorts.ALARM]
    assert np.percentile(off, 95.0) <= 1.0
    for low, high in ((0.7, 0.9), (0.9, 1.0)):
        kept = [true for c, true, _ in both["neither"].candidates if low <= c < high]
        assert np.mean(kept) > low - 0.15


@pytest.mark.long
def test_contact_gained_at_once() -> None:
    """Half of the records also gain contact from one sample to the next: what is called a short is one (no more than one
    false alarm a 1000 h) and at least 88 % are; hardly a gain is called a short, and hardly a short a gain."""
    both = study(300, 700_000, abrupt=True)
    alarm, neither = figures(both["alarm"]), figures(both["neither"])
    gains = both["alarm"].gains
    print(f"as an alarm {alarm}, as neither {neither} (found, false alarms a 1000 h), gains {dict(gains)}")
    assert neither[0] >= 0.88 and neither[1] <= 1.0
    assert alarm[0] >= 0.93
    assert gains["a short"] <= 0.1 * sum(gains.values()) and gains["contact gain"] >= 0.4 * sum(gains.values())
    assert np.mean([r["contact"] for r in both["alarm"].rows]) <= 0.03


def study(records: int, seed: int, abrupt: bool = False):
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
    from bench_shorts import run

    return run(records, seed, abrupt=abrupt)


def figures(part) -> tuple[float, float]:
    """(share found, false alarms a 1000 h)."""
    found = np.mean([r["confidence"] >= shorts.ALARM for r in part.rows])
    return float(found), 1000.0 * sum(c >= shorts.ALARM and not true for c, true, _ in part.candidates) / part.hours


# -- the engine's own soft shorts ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Held(Protocol):
    """One stretch of constant current density."""

    level: float
    length: float

    def steps(self, cell: object = None) -> tuple[Step, ...]:
        return (Step("current_density", self.level, (Until("time", self.length),)),)

    def describe(self) -> str:
        return "held"


def shorted(cell: str, path: float, before: int, during: int, after: int, current: str, seed: int, dt: float = 30.0, noise: float = 2e-3) -> tuple[Record, float, float]:
    """(record on an instrument's grid, start, end): a simulated cell whose electronic branch has `path` [ohm m²] for
    `during` half cycles and a half, and nothing but leakage before and after; states go on as they are."""
    from interlayer.elements.base import Leaf, Parallel, Series
    from interlayer.elements.short import Short
    from interlayer.simulation import Simulation
    from interlayer.simulation.stack.machine import Machine

    def with_path(node, ohm):  # type: ignore[no-untyped-def]
        if isinstance(node, Leaf):
            return replace(node, R_open=ohm) if isinstance(node, Short) else node
        return (Series if isinstance(node, Series) else Parallel)(tuple(with_path(c, ohm) for c in node.children))

    sim = Simulation.of(cell)
    tree = sim.assembly.element
    if not any(isinstance(leaf, Short) for leaf in tree.leaves()):  # a polymer has no filament and no branch for one
        tree = tree | Short(label="path", crossing=1.0)
    whole, leaky = (Machine.of(with_path(tree, ohm), (sim.cell.temperature,)) for ohm in (1e4, path))
    sim.machine, sim.state = whole, whole.start.copy()
    times, volts, amps, marks = [], [], [], []
    way = 1.0
    size = StripPlate(current, half_cycle="1 h").current_density

    def run(length: float) -> None:
        for s in sim.run(Held(way * size, length), detail=False).segments:
            times.append(s["time"]), volts.append(s["voltage"]), amps.append(np.full(len(s), way * size))

    for _ in range(before):
        run(HALF)
        way = -way
    run(0.4 * HALF)
    marks.append(sim.state.time)
    sim.machine = leaky
    run(0.6 * HALF)
    way = -way
    for _ in range(during):
        run(HALF)
        way = -way
    run(0.3 * HALF)
    marks.append(sim.state.time)
    sim.machine = whole
    run(0.7 * HALF)
    way = -way
    for _ in range(after):
        run(HALF)
        way = -way
    t, v, j = (np.concatenate(x) for x in (times, volts, amps))
    grid = np.arange(dt, t[-1], dt)
    rows = np.searchsorted(t, grid)
    sign = np.sign(j[rows])
    k = np.clip(rows, 1, len(t) - 1)
    same = np.sign(j[k]) == np.sign(j[k - 1])
    mixed = np.where(same, np.interp(grid, t, v), v[rows])
    measured = mixed * (1.0 + noise * np.random.default_rng(seed).normal(size=len(grid)))
    channels = {"time": grid, "voltage": measured, "current_density": size * sign}
    return Record((Segment(channels, "time"),), Provenance("simulated")), marks[0], marks[1]


CELLS = ("Li|SPE(100 um)|Li @ 72.5 degC", "Li|LLZTO(1 mm)|Li @ 25 degC")


def check_engine(cell: str, share: float, seed: int) -> bool:
    """Whether the short that takes `share` of the current at DC is found in time, and nothing else is."""
    slow = il.simulate(cell, "Impedance(frequencies=[1 mHz])")
    area_resistance = abs(slow.impedance(slow.spectra[0], specific=True)[0])
    record, start, end = shorted(cell, area_resistance * (1.0 - share) / share, 8, 3, 8, "0.05 mA/cm^2", seed)
    alarms = shorts.find(record).alarms
    return len(alarms) == 1 and abs(alarms[0].start - start) <= 60.0 and alarms[0].end is not None and abs(alarms[0].end - end) <= 300.0


def test_the_engines_soft_short() -> None:
    assert check_engine(CELLS[1], 0.2, 0)


@pytest.mark.long
def test_the_engines_soft_shorts_of_graded_size() -> None:
    """Salt and double layers make the fall less sudden than a resistor's; still 90 % of those from 5 to 60 % are found."""
    result = {(cell, share, seed): check_engine(cell, share, seed) for cell in CELLS for share in (0.05, 0.1, 0.2, 0.4, 0.6) for seed in range(3)}
    print(result)
    assert np.mean(list(result.values())) >= 0.9


def test_a_ramp_ends_with_the_first_short() -> None:
    """0.1 to 1 mA/cm2, a soft short in the half cycle at 0.7: the interval is 0.6 to 0.7 and the kind is said."""
    rng = np.random.default_rng(1)
    t = np.arange(1, 20 * 60 + 1) * 30.0
    number = np.arange(len(t)) // 60
    j = (1.0 + number // 2) * np.where(number % 2 == 0, 1.0, -1.0)
    r = np.where((number >= 12) & (t > 12.5 * 1800.0), 80e-4, 110e-4)
    v = j * r * (1.0 + 2e-3 * rng.normal(size=len(t)))
    record = Record((Segment({"time": t, "voltage": v, "current_density": j}, "time"),), Provenance("measured"))
    found = {f.name: f for f in critical_current.find(record)}
    assert found["critical current density"].interval == pytest.approx((6.0, 7.0))
    assert found["kind of failure"].value in ("soft short", "recovered short", shorts.UNDECIDED)  # a flat voltage does not tell
    assert found["charge of the failing half cycle"].value == pytest.approx(7.0 * 1800.0, rel=0.02)
    none = critical_current.find(Record((Segment({"time": t, "voltage": j * 110e-4, "current_density": j}, "time"),), Provenance("measured")))
    assert none[0].evidence["censored"] and none[0].value == 10.0
    fit = critical_current.population([found["critical current density"], none[0], replace(found["critical current density"], value=3.0, interval=(3.0, 4.0))])
    assert fit.ended == 2 and 3.0 < fit.quantile(0.3) < 10.0


def test_a_record_that_ends_with_a_short_by_its_own_word_is_not_said_to_have_none():
    record = il.simulate("Li|LLZTO(1 mm)|Li", "CriticalCurrent(step=0.2 mA/cm^2, half_cycle=30 min)")
    assert "short" in record.outcome
    count = shorts.analyse(record)[0]
    assert count.value == 0.0 and "the record itself ended with: short circuit" in count.note
