"""A face: what happens between two neighbours of the stack.

    (charge transfer + voids + filament + inventory) | double layer, + constriction + interphase

The faradaic branch is in series, since the same faradaic current feeds all of it; the double layer bridges that branch
only; constriction and interphase carry the whole current. Beside a mixed conductor the region holds charge transfer and
double layer itself (mixed.py), and only what is in series stands here. Links: charge transfer, constriction and filament read the
contact fraction that voids own; charge transfer beside a salt layer reads the salt at its face.
"""

from __future__ import annotations

from collections.abc import Callable

from ...cells import Interface, Layer
from ...elements import Element
from ...elements.base import MAX_READS
from ...elements.capacitor import Capacitor
from ...elements.charge_transfer import ChargeTransfer
from ...elements.constriction import Constriction
from ...errors import CellError
from ...laws.fracture import threshold
from ...mechanisms.filament import Filament
from ...mechanisms.interphase import Interphase
from ...mechanisms.inventory import Inventory
from ...mechanisms.voids import Voids
from .base import Draft
from .short import SHORT_WIDTH, TOUCH


def _at(interface: Interface, block: str, key: str) -> Callable[[float], float]:
    value = interface.value(block, key)
    return value.at


def face(draft: Draft, index: int) -> Element | None:
    """Elements of interface `index` (between stack parts index and index + 1); None where a material meets itself."""
    interface = draft.cell.interfaces[index]
    if not interface.physics:
        return None
    joined = "mixed" in (draft.cell.stack[index].role, draft.cell.stack[index + 1].role)  # the region holds its own faces
    side = 1 if index < draft.core else -1
    word = {1: "left", -1: "right"}[side]
    place = f"{interface.name} {word}" if side > 0 else f"{interface.right}|{interface.left} {word}"
    inner = index + 1 if side > 0 else index  # stack index of the part on the electrolyte's side
    outer = index if side > 0 else index + 1
    if joined and "voids" in interface:
        raise CellError(
            "Voids beside a mixed conductor can't be simulated yet: its region holds the face", given=interface.name,
            allowed="charge_transfer, double_layer, contact, interphase, filament", remedy="Leave the block voids out of this pair",
        )  # fmt: skip
    contact: str | float
    voids: Voids | None = None
    fresh = interface.at("contact", "contact_fraction", 298.15) if "contact" in interface else 1.0
    contact = fresh
    if "voids" in interface:
        label = draft.label("voids", place)
        voids = Voids(
            label=label, orientation=side, replenishment=_at(interface, "voids", "replenishment_current"),
            depth=_at(interface, "voids", "void_depth"), refill=_at(interface, "voids", "refill_efficiency"),
            contact=fresh, molar_volume=draft.cell.stack[outer]["molar_volume"].at,
        )  # fmt: skip
        contact = f"{label}.contact_fraction"
    through: list[Element] = []  # before the faradaic branch, whose filament reads their drops
    if "contact" in interface and (voids is not None or contact != 1.0):
        through.append(_constriction(draft, interface, place, side, inner, contact))
    if "interphase" in interface:
        through.append(_interphase(draft, interface, place, side))
    if joined:
        element = _filament(draft, interface, place, side, inner, contact) if "filament" in interface else None
    else:
        element = _faradaic(draft, interface, place, side, inner, outer, contact, voids)
    for one in through:
        element = _join(element, one)
    return element


def _join(first: Element | None, second: Element) -> Element:
    return second if first is None else first + second


def _faradaic(
    draft: Draft, interface: Interface, place: str, side: int, inner: int, outer: int, contact: str | float, voids: Voids | None
) -> Element | None:  # fmt: skip
    branch: Element | None = None
    if "charge_transfer" in interface:
        reads: dict[str, str | float] = {"contact": contact}
        more: dict[str, Callable[[float], float]] = {}
        if inner in draft.salts:
            reads["concentration"] = f"{draft.salts[inner]}.concentration_{'left' if side > 0 else 'right'}"
            more["reference_concentration"] = draft.cell.stack[inner]["concentration"].at
        label = draft.label("charge transfer", place)
        branch = ChargeTransfer(
            label=label, orientation=side, reads=reads, j0=_at(interface, "charge_transfer", "exchange_current_density"),
            alpha=_at(interface, "charge_transfer", "alpha"), **more,
        )  # fmt: skip
        draft.drops[side].append(f"{label}.overpotential")
        draft.spots[side] = f"{label}.overpotential"
    if voids is not None:
        branch = _join(branch, voids)
    if "filament" in interface:
        branch = _join(branch, _filament(draft, interface, place, side, inner, contact))
    electrode = draft.cell.stack[outer]
    if outer in (0, len(draft.cell.stack) - 1) and electrode.thickness is not None:
        bound: dict[str, str | float] = {"bound": f"interphase {place}.lithium_consumed"} if "interphase" in interface else {}
        branch = _join(
            branch,
            Inventory(
                label=draft.label("lithium", place), orientation=side, reads=bound, thickness=electrode.thickness.at,
                molar_volume=electrode["molar_volume"].at,
            ),
        )  # fmt: skip
    if branch is not None and "double_layer" in interface:
        branch = branch | Capacitor(label=draft.label("double layer", place), C=_at(interface, "double_layer", "double_layer_capacitance"))
    return branch


def _constriction(draft: Draft, interface: Interface, place: str, side: int, inner: int, contact: str | float) -> Element:
    layer = draft.cell.stack[inner]
    if not isinstance(layer, Layer):
        raise CellError("Constriction needs an electrolyte layer beside the face", given=interface.name)
    start = interface.at("contact", "contact_fraction", 298.15)
    spot = interface.value("contact", "spot_radius")
    label = draft.label("constriction", place)
    draft.drops[side].append(f"{label}.overpotential")
    return Constriction(
        label=label, orientation=side, reads={"contact": contact}, cell_radius=lambda T: spot.at(T) / start**0.5,
        thickness=layer.thickness.at, sigma=lambda T: layer.at("conductivity", T),
    )  # fmt: skip


def _interphase(draft: Draft, interface: Interface, place: str, side: int) -> Element:
    label = draft.label("interphase", place)
    draft.drops[side].append(f"{label}.overpotential")
    return Interphase(
        label=label, orientation=side, initial=_at(interface, "interphase", "initial_thickness"), k_r=_at(interface, "interphase", "rate_linear"),
        k_p=_at(interface, "interphase", "rate_parabolic"), sigma=_at(interface, "interphase", "conductivity"),
    )  # fmt: skip


def _filament(draft: Draft, interface: Interface, place: str, side: int, inner: int, contact: str | float) -> Element:
    """The filament with the drive its block names (physics.md E8): what it reads IS the choice."""
    ceramic = draft.cell.stack[inner]
    drive = interface.word("filament", "drive")
    reads: dict[str, str | float] = {"contact": contact}
    depth = interface.value("filament", "flaw_depth")

    def field(T: float) -> float:
        return depth.at(T) / ceramic.at("conductivity", T)

    if drive == "mean_drop":
        drops = draft.drops[side]
        if len(drops) > MAX_READS - 1:
            raise CellError("Too many layers and faces lie between lithium and separator for a mean-drop filament", given=len(drops), allowed=f"at most {MAX_READS - 1} voltage drops")
        reads |= {f"drop{i + 1}": drop for i, drop in enumerate(drops)}
    elif drive == "spot_drop":
        reads["drop1"] = draft.spots[side]
    elif drive != "flaw_field":
        raise CellError("The filament has no such drive", given=drive, allowed=("mean_drop", "spot_drop", "flaw_field"))
    thickness = sum(layer.thickness.value for layer in draft.cell.layers)
    label = draft.label("filament", place)
    draft.filaments.append((side, label))
    return Filament(
        label=label, orientation=side, reads=reads, field=field if drive == "flaw_field" else 0.0, crossing=thickness - TOUCH * SHORT_WIDTH,
        threshold=lambda T: threshold(
            ceramic.at("fracture_toughness", T), depth.at(T), interface.at("filament", "geometry_factor", T), draft.cell.electrodes[0]["molar_volume"].at(T)
        ),
        focusing=interface.at("filament", "tip_focusing", 298.15), retraction=interface.at("filament", "retraction_fraction", 298.15),
        width=interface.at("filament", "width", 298.15),
    )  # fmt: skip
