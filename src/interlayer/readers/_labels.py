"""What the head of one column says: quantity, unit and sign, in the ways people and instruments write them.

    Freq.[Hz]   frequency (kHz)   Zs''[ohm]   -Z'' / Ohm   -Im(Z)/Ohm   <I>/mA   time_s   U in V   |Z|/Ohm

A unit is taken only when it is written; `interlayer.units` says what it means.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .. import units
from ..errors import UnitError
from ..names import NAMES

LONGEST_LABEL = 80  # characters; a longer text is a title, not the head of a column
DIMENSIONLESS = frozenset(q for q, row in NAMES.items() if row.si == "")

#: quantities a label can mean (the unit decides between them): labels without blanks, points, dashes, underscores
_SAID = {
    ("frequency",): "f freq frequency frequenz fréquence ν",
    ("angular_frequency",): "ω w omega angularfrequency angfreq kreisfrequenz 2πf 2pif",
    ("impedance_real", "specific_impedance_real"): (
        "z' zs' re real re(z) re{z} rez zre zreal z(re) z(real) zr realz realimpedance realpart realpartz "
        "impedancereal realpartofimpedance"
    ),
    ("impedance_imag", "specific_impedance_imag"): (
        "z'' zs'' imag im(z) im{z} imz zim zimag zimaginary z(im) z(imag) zi imagz imaginary imaginaryimpedance "
        "imaginarypart imagpart imagpartz impedanceimag imaginarypartofimpedance"
    ),
    ("impedance_imag", "specific_impedance_imag", "current", "current_density"): "im",
    ("impedance_modulus",): "z |z| zmod modz zabs abs(z) absz modulus impedancemodulus absoluteimpedance",
    ("impedance_phase",): "phase phase(z) phasez zphz theta θ φ ϕ phi phaseangle impedancephase arg(z)",
    ("time", "temperature"): "t",
    ("time",): "time testtime elapsedtime timeelapsed totaltime runtime zeit",
    ("step_time",): "steptime",
    ("voltage",): "v u e voltage potential spannung ewe ecell cellvoltage vf vdc volt volts wepotential",
    ("current", "current_density"): "i j current currentdensity strom stromdichte idc wecurrent cellcurrent",
    ("charge", "areal_charge"): "q charge (qqo)",
    ("temperature",): "temperature temp temperatur celltemperature tcell",
    ("pressure", "power"): "p",
    ("pressure",): "pressure stackpressure",
    ("power",): "power",
    ("cycle",): "cycle cyclenumber cycleno cycleindex cyclecount zyklus",
    ("step_index",): "step stepnumber stepno stepindex stepid ns",
}
LABELS = {label: meant for meant, labels in _SAID.items() for label in labels.split()}
#: labels of columns that count rows
_COUNTS = "# index idx pt point points no nr n unnamed:0 id row number datapoint"
INDEX = frozenset(("", *_COUNTS.split()))

_WORD = r"[A-Za-zµμΩΩ°℃]{1,12}"
_POWER = r"(?:\^?[-−]?\d(?!\d)|[⁻]?[¹²³])?"
_UNIT = re.compile(rf"(?:1/)?{_WORD}{_POWER}(?:(?:[*·⋅./ ]|-(?=[A-Za-z])){_WORD}{_POWER}){{0,4}}|1|%")
#: units as people spell them, whatever the case
_SPOKEN = {
    said: unit
    for unit, all_said in {
        "Hz": "hz",
        "kHz": "khz",
        "GHz": "ghz",
        "ohm": "ohm ohms ω",
        "kohm": "kohm kohms kω",
        "deg": "deg degree degrees °",
        "s": "s sec secs second seconds",
        "min": "min mins minute minutes",
        "h": "h hr hrs hour hours std",
        "V": "v volt volts",
        "mV": "mv",
        "A": "amp amps ampere amperes",
        "mA": "ma",
        "degC": "°c degc celsius",
        "": "1 - #",
    }.items()
    for said in all_said.split()
}
#: units that may follow a label without bracket or slash ("time_s")
_AFTER = "Hz kHz MHz mHz hz khz s sec min h hr V mV A mA uA µA ohm Ohm Ohms kOhm mOhm MOhm kohm Ω kΩ mΩ MΩ degC °C K °"
_SUFFIXES = frozenset(_AFTER.split())
_SIGN = re.compile(r"\(?\s*(?:[-−–‐]|minus\b|neg\b\.?|negative\b)\s*", re.IGNORECASE)
_VERSUS = re.compile(r"\s+vs\.?\s+[^\])]{1,20}")
_QUOTES = str.maketrans(
    {"′": "'", "’": "'", "‘": "'", "´": "'", "`": "'", "″": "''", "”": "''", "“": "''", '"': "''", "−": "-"}
)


@dataclass(frozen=True)
class Column:
    """One column: its place, its head as written, and what that means.

    quantity  row of names.py, or "" when the head is not understood
    unit      unit as written and understood; None when the head states none
    sign      -1.0 when the head says that the column holds the negative
    place     what follows "@" in our own channel names
    """

    index: int
    text: str
    quantity: str = ""
    unit: str | None = None
    sign: float = 1.0
    place: str = ""

    @property
    def channel(self) -> str:
        """Name of the channel it gives."""
        return f"{self.quantity}@{self.place}" if self.place else self.quantity


def unit_of(text: str) -> str | None:
    """`text` as a unit that `interlayer.units` knows, or None; only short texts of a unit's form reach its parser."""
    text = text.strip().strip(",;:")
    if text in ("mhz", "MHZ", "MOHM"):
        return None  # milli or mega? nobody can tell
    spoken = None if text in ("S", "H") else _SPOKEN.get(text.casefold())
    if spoken is not None and not (text[:1] == "M" and spoken in ("mA", "mV")):
        return spoken
    if len(text) > 24 or not _UNIT.fullmatch(text):
        return None
    known = text.replace(".", "*").replace(" ", "*")
    known = re.sub(r"-(?=[A-Za-z])", "*", known)
    for plain in ("Ohms", "ohms", "Ohm", "OHM"):
        known = known.replace(plain, "ohm")
    try:
        units.factor(known, units.clean(known))
    except (UnitError, ArithmeticError, ValueError):
        return None
    return known


def scale(unit: str, quantity: str) -> tuple[float, float] | None:
    """(scale, offset) from `unit` to the SI unit of `quantity`, or None when they differ in kind."""
    if ("rad" in unit and quantity == "frequency") or ("Hz" in unit and quantity == "angular_frequency"):
        return None  # dimensions can't tell them apart; a factor of 2π hangs on the word
    try:
        return units.factor(unit, NAMES[quantity].si)
    except UnitError:
        return None


def _split_unit(text: str) -> tuple[str, str | None]:
    """Label and unit of a column head: the unit in brackets at the end, after "/", after "in", or as the last word."""
    bracket = re.fullmatch(r"([^\[\]]*)[\[(]([^\[\]()]*)[\])]", text)
    if bracket is not None:
        unit = unit_of(bracket.group(2))
        if unit is not None or bracket.group(2).strip() in ("", "-", "1", "#"):
            return bracket.group(1).rstrip(" /"), unit or ""
    for at in (m.start() for m in re.finditer("/", text)):
        if text.count("(", 0, at) == text.count(")", 0, at) and (unit := unit_of(text[at + 1 :])) is not None:
            return text[:at], unit
    for mark in (" in ", "_", " "):
        label, found, last = text.rpartition(mark)
        if found and last in _SUFFIXES:
            return label, unit_of(last)
    return text, None


def normal(label: str) -> str:
    """A label without case, blanks, points, dashes, underscores and angle brackets."""
    return re.sub(r"[\s._\-<>:,~]+", "", label.translate(_QUOTES).casefold())


def parse(text: str, index: int = 0) -> Column:
    """What one column head says."""
    text = text.strip()
    if len(text) > LONGEST_LABEL:
        return Column(index, text[:LONGEST_LABEL])
    own = _own(text, index)
    if own is not None:
        return own
    sign = _SIGN.match(text)
    body = text[sign.end() :] if sign else text
    label, unit = _split_unit(_VERSUS.sub("", body))  # "E / V vs. Li/Li+": the reference is no unit
    if sign and text.startswith("(") and label.endswith(")"):
        label = label[:-1]
    elif label.startswith("(") and label.endswith(")") and normal(label) not in LABELS:
        label = label[1:-1]
    meant = LABELS.get(normal(label), ())
    if unit == "C" and "temperature" in meant:
        unit = "degC"
    for quantity in meant:
        if unit is None or scale(unit, quantity) is not None:
            stated = "" if unit is None and quantity in DIMENSIONLESS else unit
            return Column(index, text, quantity, stated, -1.0 if sign else 1.0)
    if "frequency" in meant and unit is not None and scale(unit, "angular_frequency") is not None:
        return Column(index, text, "angular_frequency", unit)
    return Column(index, text, "", unit)


def _own(text: str, index: int) -> Column | None:
    """The column when its head is a channel and its unit as `plain` writes them: "voltage@LLZTO bulk [V]"."""
    channel, bracket, stated = text.partition(" [")
    quantity, _, place = channel.partition("@")
    if not bracket or not stated.endswith("]") or quantity not in NAMES:
        return None
    unit = unit_of(stated[:-1])
    if unit is None or (unit == "") != (quantity in DIMENSIONLESS) or (unit and scale(unit, quantity) is None):
        return None
    return Column(index, text, quantity, unit, 1.0, place)


def understand(cells: Sequence[str]) -> list[Column]:
    """What each column head of a row says; of two heads for one channel the first counts."""
    seen: set[str] = set()
    columns = []
    for index, cell in enumerate(cells):
        column = parse(cell, index)
        if column.quantity and column.channel in seen:
            column = replace(column, quantity="")
        seen.add(column.channel)
        columns.append(column)
    return columns
