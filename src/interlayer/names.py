"""The vocabulary: every quantity that may stand in a record, a cell, a protocol or a finding.

One row a quantity: SI unit used inside, unit shown to people, the range outside which a value is taken for a slip of
the unit (a 25 m separator, kHz read as Hz), the names the Battery Data Format gives it, and its definition with sign.
The ranges are wide on purpose: they refuse the impossible, not the unusual.
"""

from __future__ import annotations

from dataclasses import dataclass

from .errors import UnknownNameError


@dataclass(frozen=True, slots=True)
class Name:
    """One quantity: `si` and `shown` are pint unit texts; `low`/`high` bound its magnitude in SI (of non-zero values);
    `bdf` and `label` are the Battery Data Format's machine name and column label where it has them."""

    name: str
    si: str
    shown: str
    definition: str
    low: float = 0.0
    high: float = float("inf")
    signed: bool = False
    bdf: str | None = None
    label: str | None = None


_ROWS = [
    # channels of a record
    Name("time", "s", "h", "time since the start of the test", 0.0, 1e10, bdf="test_time_second", label="Test Time / s"),
    Name("step_time", "s", "s", "time since the start of the step", 0.0, 1e10, bdf="step_time_second", label="Step Time / s"),
    Name("unix_time", "s", "s", "seconds since 1970-01-01 UTC", 0.0, 1e11, bdf="unix_time_second", label="Unix Time / s"),
    Name("voltage", "V", "V", "terminal voltage, working minus counter electrode", 0.0, 1e3, True, "voltage_volt", "Voltage / V"),
    Name("current", "A", "mA", "terminal current; positive flows into the working electrode (BDF: charging positive)", 0.0, 1e5, True, "current_ampere", "Current / A"),
    Name("current_density", "A/m^2", "mA/cm^2", "current over geometric area; positive flows left to right inside the cell", 0.0, 1e6, True),
    Name("charge", "C", "mA*h", "charge passed", 0.0, 1e9, True),
    Name("areal_charge", "C/m^2", "mA*h/cm^2", "charge passed over geometric area", 0.0, 1e8, True),
    Name("specific_charge", "C/kg", "mA*h/g", "charge passed over mass of active material", 0.0, 1e11, True),
    Name("charging_capacity", "C", "mA*h", "charge passed while charging", 0.0, 1e9, True, "charging_capacity_ah", "Charging Capacity / Ah"),
    Name("discharging_capacity", "C", "mA*h", "charge passed while discharging", 0.0, 1e9, True, "discharging_capacity_ah", "Discharging Capacity / Ah"),
    Name("step_capacity", "C", "mA*h", "charge passed in the step", 0.0, 1e9, True, "step_capacity_ah", "Step Capacity / Ah"),
    Name("charging_energy", "J", "mW*h", "energy taken in while charging", 0.0, 1e12, True, "charging_energy_wh", "Charging Energy / Wh"),
    Name("discharging_energy", "J", "mW*h", "energy given while discharging", 0.0, 1e12, True, "discharging_energy_wh", "Discharging Energy / Wh"),
    Name("power", "W", "mW", "terminal power", 0.0, 1e8, True, "power_watt", "Power / W"),
    Name("power_density", "W/m^2", "mW/cm^2", "power over geometric area", 0.0, 1e9, True),
    Name("cycle", "", "", "cycle number", 0.0, 1e9, True, "cycle_count", "Cycle Count / 1"),
    Name("step", "", "", "step number counted through the test", 0.0, 1e9, True, "step_count", "Step Count / 1"),
    Name("step_index", "", "", "step number as the instrument's schedule gives it", 0.0, 1e9, True, "step_index", "Step Index / 1"),
    Name("frequency", "Hz", "Hz", "frequency of the perturbation", 1e-7, 1.2e8, bdf="frequency_hertz", label="Frequency / Hz"),
    Name("impedance_real", "ohm", "ohm", "real part of the impedance of the whole cell", 0.0, 1e15, True, "real_impedance_ohm", "Real Impedance / ohm"),
    Name("impedance_imag", "ohm", "ohm", "imaginary part of the impedance (capacitive arcs are negative)", 0.0, 1e15, True, "imaginary_impedance_ohm", "Imaginary Impedance / ohm"),
    Name("impedance_modulus", "ohm", "ohm", "modulus of the impedance", 0.0, 1e15, False, "absolute_impedance_ohm", "Absolute Impedance / ohm"),
    Name("impedance_phase", "rad", "deg", "phase of the impedance", 0.0, 7.0, True, "phase_degree", "Phase / deg"),
    Name("specific_impedance_real", "ohm*m^2", "ohm*cm^2", "real part of the area-specific impedance", 0.0, 1e15, True),
    Name("specific_impedance_imag", "ohm*m^2", "ohm*cm^2", "imaginary part of the area-specific impedance", 0.0, 1e15, True),
    Name("temperature", "K", "degC", "temperature of the cell", 100.0, 1500.0, bdf="ambient_temperature_celsius", label="Ambient Temperature / degC"),
    Name("surface_temperature", "K", "degC", "temperature at the cell's surface", 100.0, 1500.0, bdf="surface_temperature_celsius", label="Surface Temperature T1 / degC"),
    Name("pressure", "Pa", "MPa", "stack pressure applied to the cell", 0.0, 1e10, bdf="applied_pressure_pa", label="Applied Pressure / Pa"),
    Name("internal_resistance", "ohm", "ohm", "resistance the instrument reports", 0.0, 1e12, True, "internal_resistance_ohm", "Internal Resistance / ohm"),
    # geometry and state of a cell
    Name("thickness", "m", "um", "thickness of a layer", 1e-10, 2e-2),
    Name("area", "m^2", "cm^2", "geometric electrode area", 1e-8, 1.0),
    Name("diameter", "m", "mm", "diameter", 1e-5, 1.0),
    Name("length", "m", "um", "a length", 1e-11, 1.0, True),
    Name("mass", "kg", "mg", "mass of active material", 1e-12, 10.0),
    # properties
    Name("conductivity", "S/m", "mS/cm", "ionic conductivity", 1e-16, 1e8),
    Name("electronic_conductivity", "S/m", "S/cm", "electronic conductivity", 1e-20, 1e9),
    Name("diffusivity", "m^2/s", "cm^2/s", "diffusion coefficient", 1e-30, 1e-3),
    Name("concentration", "mol/m^3", "mol/L", "amount concentration", 0.0, 1e6),
    Name("transference_number", "", "", "share of the current carried by Li+ in a uniform electrolyte", 0.0, 1.0, True),
    Name("thermodynamic_factor", "", "", "1 + dln f/dln c of the salt", 0.0, 100.0),
    Name("fraction", "", "", "a number between 0 and 1", 0.0, 1.0),
    Name("number", "", "", "a dimensionless number", 0.0, float("inf"), True),
    Name("resistance", "ohm", "ohm", "resistance of the whole cell", 0.0, 1e15, True),
    Name("area_specific_resistance", "ohm*m^2", "ohm*cm^2", "resistance times geometric area", 0.0, 1e12, True),
    Name("capacitance", "F", "F", "capacitance of the whole cell", 1e-18, 1e6),
    Name("area_specific_capacitance", "F/m^2", "uF/cm^2", "capacitance over geometric area", 1e-12, 1e8),
    Name("relative_permittivity", "", "", "relative permittivity", 1.0, 1e7),
    Name("exchange_current_density", "A/m^2", "mA/cm^2", "Butler-Volmer exchange current over geometric area", 1e-15, 1e7),
    Name("activation_energy", "J/mol", "kJ/mol", "Arrhenius activation energy", 0.0, 1e6, True),
    Name("molar_volume", "m^3/mol", "cm^3/mol", "molar volume", 1e-7, 1e-2),
    Name("pressure_strength", "Pa", "MPa", "yield strength or hardness", 1e2, 1e13),
    Name("fracture_toughness", "Pa*m^0.5", "MPa*m^0.5", "mode-I fracture toughness", 1e2, 1e9),
    Name("linear_growth", "m/s", "nm/h", "rate of growth while the reaction limits it", 0.0, 1e-2),
    Name("parabolic_growth", "m^2/s", "nm^2/h", "parabolic growth constant (thickness^2 over time)", 0.0, 1e-6),
    Name("scan_rate", "V/s", "mV/s", "rate at which a potential is swept", 0.0, 1e6, True),
    Name("rate", "1/s", "1/h", "a rate", 0.0, 1e15),
    Name("density", "kg/m^3", "g/cm^3", "mass over volume", 1e-3, 3e4),
    Name("molar_mass", "kg/mol", "g/mol", "mass over amount", 1e-4, 1e5),
    Name("elastic_modulus", "Pa", "GPa", "Young's or shear modulus", 1e2, 1e13),
    Name("capacitance_per_length", "F/m", "F/cm", "capacitance times thickness over area: what an arc's capacitance is per cell constant", 1e-15, 1e3),
    Name("overpotential", "V", "mV", "overpotential", 0.0, 1e3, True),
    Name("electric_field", "V/m", "V/um", "electric field", 0.0, 1e11),
    Name("angular_frequency", "rad/s", "rad/s", "angular frequency", 1e-7, 1e9),
    Name("cpe_coefficient", "S*s^n", "S*s^n", "coefficient Q of a constant-phase element Z = 1/(Q (iw)^n)", 0.0, 1e9),
    Name("specific_cpe_coefficient", "S*s^n/m^2", "S*s^n/m^2", "coefficient of a constant-phase element over geometric area", 0.0, 1e13),
    Name("specific_warburg_coefficient", "ohm*m^2*s^-0.5", "ohm*cm^2*s^-0.5", "Warburg coefficient times geometric area", 0.0, 1e15),
    Name("inductance", "H", "uH", "inductance", 0.0, 1e6),
    Name("specific_inductance", "H*m^2", "uH*cm^2", "inductance times geometric area", 0.0, 1e6),
    Name("specific_area", "1/m", "m^2/cm^3", "wall area over volume", 1.0, 1e12),
    Name("volumetric_charge", "C/m^3", "mA*h/cm^3", "charge stored over volume", 0.0, 1e12),
    Name("time_constant", "s", "s", "time constant of a relaxation", 0.0, 1e12),
    Name("warburg_coefficient", "ohm*s^-0.5", "ohm*s^-0.5", "Warburg coefficient", 0.0, 1e15),
    Name("warburg_product", "mol*s^-0.5", "mol*s^-0.5", "area times concentration times root of the diffusivity: all that a Warburg coefficient tells", 0.0, 1e6),
    Name("areal_mass", "kg/m^2", "mg/cm^2", "mass of active material over geometric area (loading)", 1e-9, 1e3),
    Name("specific_current", "A/kg", "mA/g", "current over mass of active material", 0.0, 1e9, True),
    Name("energy", "J", "eV", "energy of one particle", 0.0, 1e-12, True),
    Name("energy_per_area", "J/m^2", "J/m^2", "energy over area of an interface", 0.0, 1e6, True),
    Name("volume", "m^3", "uL", "a volume", 1e-18, 1.0),
    Name("angle", "rad", "degree", "an angle", 0.0, 7.0, True),
    Name("wavenumber", "1/m", "1/cm", "reciprocal wavelength", 0.0, 1e12),
    Name("heating_rate", "K/s", "delta_degC/minute", "change of temperature over time", 0.0, 1e9, True),
    Name("specific_warburg_product", "mol*m^-2*s^-0.5", "mol*cm^-2*s^-0.5", "concentration times root of the diffusivity", 0.0, 1e9),
]

NAMES: dict[str, Name] = {row.name: row for row in _ROWS}


def name(quantity: str) -> Name:
    """The vocabulary row of `quantity`; an unknown one raises `UnknownNameError` with the nearest match."""
    try:
        return NAMES[quantity]
    except KeyError:
        raise UnknownNameError("No quantity of this name is in the vocabulary", given=quantity, allowed=NAMES) from None
