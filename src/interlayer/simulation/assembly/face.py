"""A face: what happens between two neighbours of the stack.

    (charge transfer + voids, expansion + filament + store) | double layer, + constriction + dead layer + interphase

The faradaic branch is in series, since the same faradaic current feeds all of it (store: what the electrode holds, see
lithium.py); the double layer bridges that branch only; constriction (contact.py), dead layer and interphase (with the leak
beside it where it can break down) carry the whole current. Links: charge transfer, constriction and filament read the
contact fraction that voids, an expanding interphase or a deposit own; charge transfer beside a salt layer reads the salt at
its face. Against lithium a collector has the electrolyte's decomposition beside its double layer; where no electrode
brings lithium, the double layer only. Beside a mixed conductor the region holds charge transfer and double layer itself
(mixed.py), and only what is in series with it stands here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from ...elements import Element
from ...elements.base import MAX_READS
from ...elements.capacitor import Capacitor
from ...elements.charge_transfer import ChargeTransfer
from ...elements.decomposition import Decomposition
from ...elements.leak import Leak
from ...errors import CellError
from ...laws.fracture import threshold
from ...mechanisms.breakdown import Breakdown
from ...mechanisms.filament import Filament
from ...mechanisms.interphase import Interphase
from . import contact as touch
from .base import VACUUM_PERMITTIVITY, Draft, Place
from .lithium import Store, store
from .short import TOUCH


def face(draft: Draft, index: int) -> Element | None:
    """Elements of interface `index` (between stack parts index and index + 1); None where a material meets itself."""
    here = Place.of(draft, index)
    if not here.interface.physics:
        return None
    beside_mixed = "mixed" in (draft.cell.stack[index].role, draft.cell.stack[index + 1].role)
    if not draft.plates and here.electrode.role == "collector":
        return None if beside_mixed else _bridged(here, None)
    start = touch.at_start(here)
    if beside_mixed:
        return _beside_region(here, start)
    contact, movers = touch.owner(here, start)
    held = store(here)
    squeeze = touch.constriction(here, start, contact)  # before the faradaic branch, whose filament reads these drops
    film = _interphase(here)
    spots = _join(_bridged(here, _faradaic(here, held.contact or contact, movers, held)), squeeze)
    return _join(_join(spots, held.outside), film)


def _beside_region(here: Place, contact: float) -> Element | None:
    """What stands in series with a mixed conductor, which holds its own faces and the electrode's voids: constriction,
    interphase, filament."""
    if "voids" in here.interface and not here.at_end:
        raise CellError(
            "Voids need a lithium electrode beside them: on this face of a mixed conductor there is only what plated", given=here.interface.name,
            allowed="charge_transfer, double_layer, contact, interphase, filament", remedy="Leave the block voids out of this pair",
        )  # fmt: skip
    squeeze = touch.constriction(here, contact, contact)
    film = _interphase(here)
    branch = _filament(here, contact) if "filament" in here.interface else None
    return _join(_join(branch, squeeze), film)


def _join(first: Element | None, second: Element | None) -> Element | None:
    return first if second is None else second if first is None else first + second


def _bridged(here: Place, branch: Element | None) -> Element | None:
    """The double layer, and on a collector against lithium the decomposition, beside the faradaic branch."""
    beside: list[Element] = [] if branch is None else [branch]
    if "double_layer" in here.interface:
        beside.append(Capacitor(label=here.label("double layer"), C=here.at("double_layer", "double_layer_capacitance")))
    if "decomposition" in here.interface and here.draft.plates and here.electrode.role == "collector":
        beside.append(
            Decomposition(
                label=here.label("decomposition"), orientation=here.side, onset=here.at("decomposition", "onset_potential"),
                current=here.at("decomposition", "onset_current_density"), alpha=here.at("decomposition", "decomposition_alpha"),
            )
        )  # fmt: skip
    return reduce(lambda a, b: a | b, beside) if beside else None


def _faradaic(here: Place, contact: str | float, movers: Element | None, held: Store) -> Element | None:
    draft, branch = here.draft, None
    if "charge_transfer" in here.interface:
        reads: dict[str, str | float] = {"contact": contact}
        more: dict[str, Callable[[float], float]] = {}
        if here.inner in draft.salts:
            reads["concentration"] = f"{draft.salts[here.inner]}.concentration_{'left' if here.side > 0 else 'right'}"
            more["reference_concentration"] = here.layer["concentration"].at
        label = here.label("charge transfer")
        branch = ChargeTransfer(
            label=label, orientation=here.side, reads=reads, j0=here.at("charge_transfer", "exchange_current_density"),
            alpha=here.at("charge_transfer", "alpha"), **more,
        )  # fmt: skip
        here.dropped(label)
        draft.spots[here.side] = f"{label}.overpotential"
    found = _join(branch, movers)
    if "filament" in here.interface:
        found = _join(found, _filament(here, contact))
    for leaf in held.leaves:
        found = _join(found, leaf)
    return found


def _interphase(here: Place) -> Element | None:
    if "interphase" not in here.interface:
        return None
    label = here.label("interphase")
    here.dropped(label)
    film: Element = Interphase(
        label=label, orientation=here.side, initial=here.at("interphase", "initial_thickness"), k_r=here.at("interphase", "rate_linear"),
        k_p=here.at("interphase", "rate_parabolic"), sigma=here.at("interphase", "conductivity"), lithium_density=here.at("interphase", "lithium_density"),
        relaxation=_relaxation(here),
    )  # fmt: skip
    if "breakdown" not in here.interface:
        return film
    weak = here.label("breakdown")
    breaks = Breakdown(
        label=weak, reads={"drop": f"{label}.overpotential", "thickness": f"{label}.thickness"}, field=here.at("breakdown", "breakdown_field"),
        time=here.at("breakdown", "breakdown_time"), healing=here.at("breakdown", "healing_rate"),
    )  # fmt: skip
    return film + breaks | Leak(label=here.label("leak"), reads={"share": f"{weak}.broken"}, broken=here.at("breakdown", "broken_resistance"))


def _relaxation(here: Place) -> float | Callable[[float], float]:
    """eps_0 eps_r/sigma of the interphase [s]; 0 where its permittivity is not stated."""
    if "relative_permittivity" not in here.interface.physics["interphase"]:
        return 0.0
    permittivity, sigma = here.at("interphase", "relative_permittivity"), here.at("interphase", "conductivity")
    return lambda T: VACUUM_PERMITTIVITY * permittivity(T) / sigma(T)


def _filament(here: Place, contact: str | float) -> Element:
    """The filament with the drive its block names (physics.md E8): what it reads IS the choice."""
    draft, side, interface = here.draft, here.side, here.interface
    ceramic = here.layer
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
    label = here.label("filament")
    draft.filaments.append((here, label))
    return Filament(
        label=label, orientation=side, reads=reads, field=field if drive == "flaw_field" else 0.0, crossing=thickness - TOUCH * interface.at("filament", "short_width", 298.15),
        threshold=lambda T: threshold(
            ceramic.at("fracture_toughness", T), depth.at(T), interface.at("filament", "geometry_factor", T), draft.lithium(T)
        ),
        focusing=interface.at("filament", "tip_focusing", 298.15), retraction=interface.at("filament", "retraction_fraction", 298.15),
        width=interface.at("filament", "width", 298.15),
    )  # fmt: skip
