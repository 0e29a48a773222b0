"""What the entries of a material, a physics block and a cell mean: parameter -> (quantity of names.py, definition).

A parameter is a quantity in a role ("bulk_diffusivity" is a "diffusivity"); its quantity fixes unit and possible range.
`PHYSICS` says which parameters a block of interface physics has; the simulation holds an element or mechanism of the
same name as the block. `CHOICES` are the entries that are a word and not a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..errors import UnknownNameError

#: parameter -> (quantity, definition)
PARAMETERS: Final[Mapping[str, tuple[str, str]]] = {
    # what a layer or an electrode is made of
    "thickness": (
        "thickness",
        "thickness of the layer; of a material: the thickness it usually has where nobody states one",
    ),
    "molar_volume": ("molar_volume", "volume of one mole of formula units"),
    "molar_mass": ("molar_mass", "mass of one mole of formula units"),
    "density": ("density", "mass over volume of the dense material"),
    "relative_density": ("fraction", "density over the density of the pore-free material"),
    "yield_strength": ("pressure_strength", "yield strength sigma_y; the hardness against contact is about 3 sigma_y"),
    "youngs_modulus": ("elastic_modulus", "Young's modulus"),
    "creep_rate": ("rate", "A of the power-law creep strain rate A exp(-Q/RT) (sigma/sigma_0)^m"),
    "creep_exponent": ("number", "m of the power-law creep"),
    "creep_activation_energy": ("activation_energy", "Q of the power-law creep"),
    "creep_reference_stress": (
        "pressure_strength",
        "sigma_0 of the power-law creep, 1 MPa by convention (exact, not measured)",
    ),
    "self_diffusivity": ("diffusivity", "tracer self-diffusion coefficient"),
    "conductivity": (
        "conductivity",
        "ionic conductivity; of a ceramic: the total (bulk + grain boundary) at the reference temperature, with the "
        "law of the BULK; of an interphase: that of the film (R = delta/sigma)",
    ),
    "grain_boundary_share": (
        "fraction",
        "share g of a ceramic's total resistance at the reference temperature that lies in its grain boundaries",
    ),
    "grain_boundary_activation_energy": ("activation_energy", "Arrhenius energy of the grain-boundary conductivity"),
    "grain_boundary_capacitance": ("capacitance_per_length", "capacitance of the grain-boundary arc per cell constant"),
    "relative_permittivity": (
        "relative_permittivity",
        "relative permittivity of the bulk (its geometric capacitance is eps_0 eps_r A/L), or of an interphase",
    ),
    "electronic_conductivity": ("electronic_conductivity", "electronic conductivity"),
    "fracture_toughness": ("fracture_toughness", "mode-I fracture toughness K_IC"),
    "diffusivity": ("diffusivity", "salt diffusion coefficient (porosity and tortuosity included)"),
    "concentration": ("concentration", "salt concentration c0 at rest"),
    "transference_number": ("transference_number", "share of the current carried by Li+ in a uniform electrolyte"),
    "thermodynamic_factor": ("thermodynamic_factor", "TDF = 1 + dln f/dln c of the salt"),
    "porosity": ("fraction", "share of the volume that the electrolyte fills"),
    # a mixed conductor that stores and plates lithium inside
    "specific_area": ("specific_area", "wall area per volume of the layer, where ions, electrons and lithium meet"),
    "pore_fraction": ("fraction", "share of the layer's volume that lithium can fill"),
    "wall_exchange_current_density": ("exchange_current_density", "j0 of lithium on the walls of the pores, over their own area"),
    "wall_capacitance": ("area_specific_capacitance", "double layer of the walls, over their own area"),
    "wall_nucleation_barrier": ("overpotential", "overpotential at which a bare wall nucleates at 1/e of its full rate"),
    "preferred_share": ("fraction", "share of the walls made of the phase on which lithium nucleates more easily"),
    "preferred_barrier": ("overpotential", "nucleation barrier on the preferred phase"),
    "face_barrier": ("overpotential", "nucleation barrier on the electrolyte's face"),
    "pore_pressure_share": (
        "number",
        "pressure on lithium in the pores over the stack pressure; 1 (where nobody states it) does no pressure work",
    ),
    "face_pressure_share": ("number", "pressure that opens a gap at the electrolyte's face, beyond the stack's and over it"),
    "host_capacity": ("volumetric_charge", "charge that the host holds per volume of the layer in equilibrium with lithium"),
    "host_exchange_current_density": ("exchange_current_density", "j0 of lithiating the full host, over the walls"),
    "host_potential_slope": ("overpotential", "linear fall of the host's potential from empty to full"),
    "host_sites": ("number", "lithium sites of the host per content in equilibrium with lithium, above 1"),
    "host_diffusivity": ("diffusivity", "diffusivity of lithium through the host across the layer (effective)"),
    "host_transfer": ("exchange_current_density", "lithium atoms from host to electrode, per content above equilibrium"),
    "host_lithiation": ("fraction", "lithium content of the host when the cell starts, 1 in equilibrium with lithium"),
    "grain_radius": ("length", "radius of the host's grains"),
    "grain_diffusivity": ("diffusivity", "diffusivity of lithium inside a grain of the host"),
    "wall_cover": ("fraction", "filling of the pores at which lithium covers half of their walls"),
    "face_cover": ("areal_charge", "lithium at which half of the electrolyte's face is covered"),
    "room_margin": ("fraction", "emptiness of the pores below which the last room slows plating"),
    "overflow_filling": ("number", "mean filling of the pores that ends a test as overflow; above 1: never"),
    "pore_blocking": ("fraction", "share of the ionic paths that full pores block"),
    "pore_filling": ("fraction", "filled share of the pores when the cell starts: lithium that was pressed or plated into them before"),
    "deposit_conductivity": ("electronic_conductivity", "electronic conductivity of the lithium in the pores"),
    "deposit_exponent": ("number", "exponent n of what that lithium adds, sigma_d (pore fraction x filling)^n"),
    "filler_fraction": ("fraction", "volume of the ion-conducting filler over that of the solid"),
    "filler_size": ("length", "particle size of the filler"),
    "matrix_size": ("length", "particle size of what the filler is mixed with"),
    "filler_conductivity": ("conductivity", "ionic conductivity of the dense filler"),
    # charge_transfer
    "exchange_current_density": (
        "exchange_current_density",
        "j0 of Butler-Volmer over the area in contact; R_ct = RT/(F j0)",
    ),
    "alpha": (
        "fraction",
        "anodic transfer coefficient: s = j0 {exp[alpha F eta/RT] - exp[-(1-alpha) F eta/RT]}, s the stripping current",
    ),
    # double_layer
    "double_layer_capacitance": (
        "area_specific_capacitance",
        "capacitance in parallel to the charge transfer, over geometric area",
    ),
    # contact
    "contact_fraction": ("fraction", "f: share of the geometric area in contact when the cell starts"),
    "spot_radius": (
        "length",
        "a: radius of one contact spot; with f it fixes the constriction of the current in the electrolyte",
    ),
    "gap_height": ("length", "g: mean width of the gap between the spots; its capacitance eps_0/g bridges the contact"),
    # voids
    "replenishment_current": (
        "current_density",
        "J_rep: the stripping current that lithium can feed without stack pressure; voids grow by (J - J_rep) V_m/F",
    ),
    "void_depth": (
        "length",
        "volume of voids per geometric area at which the contact fraction has fallen by a factor e",
    ),
    "refill_efficiency": ("fraction", "share of the plated volume that closes voids while there are any"),
    "contact_lost": ("fraction", "contact fraction below which the face counts as having lost contact (the test ends)"),
    # interphase
    "initial_thickness": ("thickness", "thickness of the film when the cell starts"),
    "rate_linear": ("linear_growth", "k_r of d delta/dt = 1/(1/k_r + delta/k_p)"),
    "rate_parabolic": ("parabolic_growth", "k_p of d delta/dt = 1/(1/k_r + delta/k_p)"),
    "lithium_density": ("concentration", "lithium bound per volume of grown interphase"),
    # expansion
    "swelling": ("number", "share of the grown thickness by which the interphase swells into the gap"),
    "crack_thickness": ("thickness", "grown thickness at which cracks have cut the contact to 1/e"),
    # breakdown
    "breakdown_field": ("electric_field", "field that the interphase bears"),
    "breakdown_time": ("time_constant", "time in which twice that field breaks 1 - 1/e of the film"),
    "healing_rate": ("rate", "rate at which a broken film heals; 0 where it stays broken"),
    "broken_resistance": ("area_specific_resistance", "resistance of a film that is broken all over"),
    # filament
    "flaw_depth": ("length", "a: depth of the deepest flaw that the lithium can enter"),
    "geometry_factor": ("number", "Y of K_I = Y P sqrt(pi a); 1.12 for an edge crack"),
    "retraction_fraction": ("fraction", "share of a filament's length that stripping takes back per half cycle"),
    "tip_focusing": ("number", "current density at a filament's tip over that of the contacted face around it"),
    "width": ("length", "width of a filament; its retraction dies out below this length"),
    "short_resistance": ("area_specific_resistance", "resistance of the formed short over the cell's area"),
    "short_width": ("length", "depth over which the tip makes contact with the other electrode"),
    # deposit
    "nuclei_coverage": ("fraction", "theta_0: share of the bare collector on which lithium nucleates"),
    "coverage_charge": ("areal_charge", "q_s: charge of a deposit that covers the collector all but 1/e"),
    "nucleation_barrier": ("overpotential", "what plating on a nucleation site needs beyond plating on lithium"),
    "deposit_porosity": ("fraction", "share of a deposit's volume that is not lithium; 0 is the Faraday floor"),
    # dead_lithium
    "coulombic_efficiency": ("fraction", "share of every plated charge that can be stripped again; the rest is dead lithium"),
    "dead_porosity": ("fraction", "share of the layer of dead lithium that the electrolyte fills"),
    # decomposition
    "onset_potential": ("voltage", "potential against lithium at which the onset current flows"),
    "onset_current_density": ("exchange_current_density", "current density that counts as the onset of decomposition"),
    "decomposition_alpha": ("number", "transfer coefficient of the decomposition: d ln j/dE = alpha F/RT"),
}

#: entries that are a word: name -> (allowed words with their meaning, definition)
CHOICES: Final[Mapping[str, tuple[Mapping[str, str], str]]] = {
    "drive": (
        {
            "mean_drop": "the mean drop of the interface, J ASR",
            "spot_drop": "the drop over the charge transfer of a contact spot, (J/f) R_ct",
            "flaw_field": "the local field at a flaw that bypasses the film",
        },
        "which overpotential presses lithium into a flaw; the literature has not settled it, so compare them",
    ),
    "creep_law": (
        {
            "dislocation": "power-law creep of bulk lithium; what is taken where nobody chooses",
            "capped": "the same, the pressure at most the hardness 3 sigma_y",
            "diffusion": "diffusion of lithium through its lattice to a void of the radius void_depth",
            "both": "dislocation and diffusion together",
        },
        "how stack pressure closes voids; what holds at micrometres is not settled, so compare them",
    ),
}

#: block of interface physics -> its parameters; the file of that name in elements/ or mechanisms/ computes with them
PHYSICS: Final[Mapping[str, tuple[str, ...]]] = {
    "charge_transfer": ("exchange_current_density", "alpha"),
    "double_layer": ("double_layer_capacitance",),
    "contact": ("contact_fraction", "spot_radius", "gap_height"),
    "voids": ("replenishment_current", "void_depth", "refill_efficiency", "contact_lost"),
    "creep": ("creep_law",),
    "interphase": ("initial_thickness", "rate_linear", "rate_parabolic", "conductivity", "lithium_density", "relative_permittivity"),
    "expansion": ("swelling", "crack_thickness"),
    "breakdown": ("breakdown_field", "breakdown_time", "healing_rate", "broken_resistance"),
    "filament": ("flaw_depth", "geometry_factor", "drive", "tip_focusing", "retraction_fraction", "width", "short_resistance", "short_width"),
    "deposit": ("nuclei_coverage", "coverage_charge", "nucleation_barrier", "deposit_porosity"),
    "dead_lithium": ("coulombic_efficiency", "dead_porosity"),
    "decomposition": ("onset_potential", "onset_current_density", "decomposition_alpha"),
}

#: the parameters that describe a material or a layer (the others describe an interface)
PROPERTIES: Final[tuple[str, ...]] = tuple(
    key for key in PARAMETERS if key in ("conductivity", "relative_permittivity") or not any(key in members for members in PHYSICS.values())
)

#: roles of the materials that hold salt; neighbours among them share it
SALTY: Final = ("polymer", "liquid")

#: role of a material -> the properties a simulation needs of it
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "metal": (),
    "collector": (),
    "ceramic": ("conductivity", "relative_permittivity"),
    "interlayer": ("conductivity",),
    "polymer": ("conductivity", "diffusivity", "concentration", "transference_number", "thermodynamic_factor"),
    "liquid": ("conductivity", "diffusivity", "concentration", "transference_number", "thermodynamic_factor"),
    "mixed": ("conductivity", "electronic_conductivity", "specific_area", "pore_fraction", "wall_exchange_current_density"),
}


def quantity(parameter: str) -> str:
    """The quantity of a parameter; an unknown one raises `UnknownNameError` with the nearest match."""
    if parameter not in PARAMETERS:
        raise UnknownNameError("There is no parameter of this name", given=parameter, allowed=PARAMETERS)
    return PARAMETERS[parameter][0]


def definition(parameter: str) -> str:
    """What a parameter or a choice means, in words."""
    if parameter in CHOICES:
        return CHOICES[parameter][1]
    quantity(parameter)
    return PARAMETERS[parameter][1]


def block(name: str) -> tuple[str, ...]:
    """The parameters of a block of interface physics; an unknown block raises `UnknownNameError`."""
    if name not in PHYSICS:
        raise UnknownNameError("There is no block of interface physics of this name", given=name, allowed=PHYSICS)
    return PHYSICS[name]


def choice(parameter: str, word: str) -> str:
    """`word` if it is one of the words allowed for `parameter`, else `UnknownNameError`."""
    allowed, meaning = CHOICES[parameter]
    if word not in allowed:
        raise UnknownNameError(f"The {parameter} is one word ({meaning})", given=word, allowed=allowed)
    return word
