"""Experiment: steps written as sentences, the way PyBaMM's experiments are.

    Discharge at 0.5 mA/cm^2 for 1 hour          Charge at C/10 for 12 hours or until 4.2 V
    Hold at 4.2 V until C/50                      Rest for 30 minutes
    Discharge at 20 mA until 2.5 V                Charge at 1 mW for 10 minutes (5 second period)
    Discharge at 0.5 mA/cm^2 for 1 hour at 40oC   Impedance from 1 MHz to 10 mHz  (ours; PyBaMM has no such sentence)

Discharge is J > 0: lithium leaves the left electrode, which stands for the negative one. A cell voltage in a sentence is that
of the right electrode against the left one, as a full cell's is; the record keeps left minus right throughout.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import units
from ..errors import NotationError, ProtocolError, UnitError
from .base import PROTOCOLS, Protocol, Spectrum, Step, Until, keep, positive, show_time, stated, whole
from .impedance import Impedance

if TYPE_CHECKING:
    from ..cells import Cell

_SENTENCE = re.compile(
    r"\s*(?P<verb>charge|discharge|hold|rest|impedance)"
    r"(?:\s+at\s+(?P<at>.+?))?(?:\s+from\s+(?P<high>.+?)\s+to\s+(?P<low>.+?))?"
    r"(?:\s+for\s+(?P<time>.+?))?(?:\s+(?:or\s+)?until\s+(?P<until>.+?))?"
    r"(?:\s+at\s+(?P<warm>[-+.\d]+\s*(?:o|°|deg)?\s*[CK]))?"
    r"\s*(?:\(\s*(?P<period>.+?)\s+period\s*\))?\s*\.?\s*$",
    re.IGNORECASE,
)
#: a word behind which what it announces is missing
_EMPTY = re.compile(r"\b(?P<word>at|for|until|from|to)\s*(?=$|\.\s*$|\(|(?:or\s+)?(?:for|until)\b)", re.IGNORECASE)
_ANNOUNCED = {"at": "a value", "for": "a duration", "until": "a value that ends the step", "from": "a frequency", "to": "a frequency"}
_WARM = re.compile(r"([-+.\d]+)\s*(?:o|°|deg)\s*C\s*$", re.IGNORECASE)
_RATE = re.compile(r"\s*(?:(?P<times>[\d.]+(?:e[+-]?\d+)?)\s*\*?\s*C|C\s*(?:/\s*(?P<part>[\d.]+))?)\s*$", re.IGNORECASE)
_FORMS = "Charge/Discharge at ... for ... or until ..., Hold at ... V for ... or until ..., Rest for ..., Impedance from ... to ...; each may end with at 25oC"
_HOUR = 3600.0
#: words of durations that pint does not read in the plural with a number of one
_WORDS = {"hours": "hour", "minutes": "minute", "seconds": "second", "days": "day"}


@PROTOCOLS.add("experiment", "Experiment")
@dataclass(frozen=True, init=False, repr=False)
class Experiment(Protocol):
    """`Experiment("Discharge at 0.1 mA/cm^2 for 1 hour; Charge at 0.1 mA/cm^2 for 1 hour", cycles=10)`.

    sentences   one or more sentences: a list, or a text with ; between them; in cycles, as PyBaMM writes them, a list of
                tuples ([("Discharge ...", "Charge ...")] * 2), or ;; between the cycles of a text
    cycles      how often the whole row is run
    capacity    of the cell, for C-rates: per area ("2 mA*h/cm^2") [C/m²]; never guessed
    period      longest time between two recorded points where a sentence states none [s]

    Errors: `NotationError` for a sentence of another form (with the forms), `ProtocolError` for a C-rate without a capacity
    and a current in total until which a hold lasts without the cell's area.
    """

    sentences: tuple[str, ...] = stated()
    turns: tuple[int, ...] = stated()  # of each sentence, the cycle of the row it stands in
    cycles: int = stated()
    capacity: float | None = stated("areal_charge")
    period: float | None = stated("time")

    def __init__(
        self, sentences: str | Sequence[str | Sequence[str]], cycles: int | str = 1, capacity: units.Given | None = None, period: units.Given | None = None
    ) -> None:
        row = _row(sentences)
        keep(
            self, sentences=tuple(text for text, _ in row), turns=tuple(turn for _, turn in row), cycles=whole(cycles, "number of cycles"),
            capacity=positive(capacity, "areal_charge", "capacity of the cell"), period=positive(period, "time", "period"),
        )  # fmt: skip
        if not self.sentences:
            raise ProtocolError("An experiment needs at least one sentence", allowed=_FORMS)
        for sentence in self.sentences:
            self._step(sentence, 1, None, dry=True)

    def steps(self, cell: Cell | None = None) -> Sequence[Step | Spectrum]:
        """The sentences in order, `cycles` times; info: cycle (from 1), sentence (from 1)."""
        row, each = list(zip(self.sentences, self.turns, strict=True)), self.turns[-1]
        return tuple(
            self._step(text, cycle * each + turn, cell, number) for cycle in range(self.cycles) for number, (text, turn) in enumerate(row, 1)
        )

    def describe(self) -> str:
        """One line."""
        times = f", {self.cycles} times" if self.cycles > 1 else ""
        return f"{'; '.join(self.sentences)}{times}"

    def __str__(self) -> str:
        text = ";; ".join("; ".join(s for s, t in zip(self.sentences, self.turns, strict=True) if t == turn) for turn in range(1, self.turns[-1] + 1)).replace(",", "")
        rest = [f"{k}={units.show(v, q)}" for k, v, q in (("capacity", self.capacity, "areal_charge"), ("period", self.period, "time")) if v is not None]
        return f"Experiment({', '.join([text, f'cycles={self.cycles}', *rest])})"

    __repr__ = __str__

    # -- one sentence -------------------------------------------------------------------------------------------------
    def _step(self, text: str, cycle: int, cell: Cell | None, number: int = 1, *, dry: bool = False) -> Step | Spectrum:
        if (empty := _EMPTY.search(text)) is not None:
            word = empty["word"].casefold()
            raise NotationError(f"Behind {word!r} {_ANNOUNCED[word]} is missing", text=text, position=empty.end(), remedy=_FORMS)
        match = _SENTENCE.match(text)
        if not match:
            raise NotationError("This is no sentence of an experiment", text=text, position=0, remedy=_FORMS)
        part = match.groupdict()
        verb = part["verb"].casefold()
        info = {"cycle": cycle, "sentence": number}
        if verb == "impedance":
            return self._spectrum(text, part, info)
        warm = None if part["warm"] is None else _temperature(part["warm"])
        if part["high"]:
            raise NotationError("Only an impedance goes from one value to another", text=text, position=match.start("high"))
        if (part["at"] is None) != (verb == "rest"):
            raise NotationError(f"{verb.capitalize()} {'takes no value' if verb == 'rest' else 'needs its value: at ...'}", text=text, position=0, remedy=_FORMS)
        control, value = ("rest", 0.0) if verb == "rest" else self._control(text, verb, part["at"])
        ends = self._ends(text, verb, value, part, cell, dry)
        sample = self.period if part["period"] is None else _duration(part["period"])
        technique = {"rest": "rest", "hold": "hold"}.get(verb, "experiment")
        return Step(control, value, ends, text, technique, info, sample, warm)

    def _spectrum(self, text: str, part: dict[str, str | None], info: dict[str, int]) -> Spectrum:
        if not part["high"] or not part["low"]:
            raise NotationError("An impedance names its frequencies", text=text, position=0, remedy="Impedance from 1 MHz to 10 mHz")
        made = Impedance(part["high"], part["low"]).spectrum()
        return Spectrum(made.frequencies, text, info=info, temperature=None if part["warm"] is None else _temperature(part["warm"]))

    def _control(self, text: str, verb: str, given: str) -> tuple[str, float]:
        """(control, signed value in SI)."""
        sign = 1.0 if verb == "discharge" else -1.0
        if verb == "hold":
            return "voltage", -units.si(given, "voltage")
        rate = self._rate(given)
        if rate is not None:
            return "current_density", sign * rate
        for quantity in ("current_density", "current", "power_density", "power"):
            try:
                return quantity, sign * abs(units.si(given, quantity))
            except UnitError:
                continue
        for quantity in ("resistance", "area_specific_resistance"):
            try:
                units.si(given, quantity)
            except UnitError:
                continue
            raise ProtocolError(
                "A step through a load resistor is not among the controls of the simulator", given=given,
                allowed="a current, a power, a C-rate, each in total or per area; a voltage (Hold)", remedy="State the current that the resistor draws at the mean voltage",
            )  # fmt: skip
        raise NotationError("This is neither a current nor a power nor a C-rate", text=text, position=text.find(given), remedy=_FORMS)

    def _rate(self, given: str) -> float | None:
        """Current density [A/m²] of a C-rate text, None where it is none."""
        match = _RATE.match(given)
        if not match:
            return None
        if self.capacity is None:
            raise ProtocolError("A C-rate needs the capacity of the cell, which is not stated", given=given, remedy='Give capacity="2 mA*h/cm^2"')
        rate = float(match["times"]) if match["times"] else 1.0 / float(match["part"] or 1.0)
        return rate * self.capacity / _HOUR

    def _ends(self, text: str, verb: str, value: float, part: dict[str, str | None], cell: Cell | None, dry: bool) -> tuple[Until, ...]:
        ends = []
        if part["time"] is not None:
            time = _duration(part["time"], text)
            ends.append(Until("time", time, f"{show_time(time)} complete"))
        if part["until"] is not None:
            ends.append(self._until(text, verb, part["until"], cell, dry))
        if not ends:
            raise NotationError("A sentence says when it ends: for a time, or until a value", text=text, position=len(text), remedy=_FORMS)
        return tuple(ends)

    def _until(self, text: str, verb: str, given: str, cell: Cell | None, dry: bool) -> Until:
        rate = self._rate(given)
        if rate is not None:
            return Until("current_density_below", rate, f"current below {given}")
        for quantity in ("voltage", "current_density", "current", "areal_charge"):
            try:
                value = units.si(given, quantity)
            except UnitError:
                continue
            if quantity == "voltage":
                if verb not in ("charge", "discharge"):
                    break
                kind = "voltage_below" if verb == "charge" else "voltage_above"
                return Until(kind, -value, f"cut-off {units.show(value, 'voltage')}")
            if quantity == "areal_charge":
                return Until("areal_charge", abs(value), f"{units.show(abs(value), 'areal_charge')} passed")
            if quantity == "current":
                value = value if dry else self._per_area(value, given, cell)
            return Until("current_density_below", abs(value), f"current below {given}")
        raise NotationError(f"{verb.capitalize()} can't end there", text=text, position=text.find(given), remedy="until a voltage (charge, discharge), a current or C-rate (hold), or a charge per area")

    def _per_area(self, current: float, given: str, cell: Cell | None) -> float:
        if cell is None or cell.area is None:
            raise ProtocolError("A hold until a current in total needs the cell's area, which is not stated", given=given, remedy="State the area, or give the current per area")
        return current / cell.area.value


def _row(sentences: str | Sequence[str | Sequence[str]]) -> list[tuple[str, int]]:
    """Each sentence with the number of its cycle within the row: all in one where no cycles are told apart; equal ones too."""
    if isinstance(sentences, str):
        groups: list[list[str]] = [part.split(";") for part in sentences.split(";;")]
    elif any(not isinstance(entry, str) for entry in sentences):
        groups = [[entry] if isinstance(entry, str) else list(entry) for entry in sentences]
    else:
        groups = [list(sentences)]  # type: ignore[arg-type]
    for entry in (text for group in groups for text in group):
        if not isinstance(entry, str):
            raise ProtocolError("An experiment is made of sentences, or of cycles that are tuples of sentences", given=type(entry).__name__, allowed=_FORMS)
    kept = [[text.strip() for text in group if text.strip()] for group in groups]
    return [(text, turn) for turn, group in enumerate((g for g in kept if g), 1) for text in group]


def _temperature(text: str) -> float:
    """Kelvin of "25oC" (PyBaMM's way), "25 degC", "298 K"."""
    celsius = _WARM.match(text)
    return units.si(f"{celsius[1]} degC" if celsius else text, "temperature")


def _duration(text: str, sentence: str = "") -> float:
    """Seconds of "1 hour", "30 minutes", "45 s"."""
    words = " ".join(_WORDS.get(w, w) for w in text.strip().split())
    value = units.si(words, "time")
    if not value > 0.0:
        raise NotationError("A duration is above zero", text=sentence or text, position=0)
    return value
