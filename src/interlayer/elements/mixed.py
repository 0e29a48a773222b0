"""Mixed-conducting region: a layer that conducts ions and electrons and stores and plates lithium inside, between a lithium
electrode and an electrolyte, two electron conductors, or two electrolytes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..errors import CellError
from ..laws import kinetics
from . import _mixed as core
from .base import ELEMENTS, FARADAY, GAS, Array, ComplexArray, Jit, Kernel, Leaf, Parameter, Scalar, States, at
from .binary import mesh

RESOLVED = 1e-3  # s; double layers that charge faster have no error control

_Y = (
    "specific_area*(I*omega*capacitance + F*j0/(R*T)*filling/(filling + cover)"
    " + I*omega*host_capacity*F*host_exchange/(R*T)/(I*omega*host_capacity"
    " + specific_area*host_exchange*(1 + 1/(host_sites - 1) + F*host_slope/(R*T))))"
)
_SE = "(electronic_conductivity + deposit_conductivity*(porosity*filling)**deposit_exponent)"
_SI = "(conductivity*(1 - blocking*filling))"
_Z = f"sqrt((1/{_SI} + 1/{_SE})/({_Y}))"
_X = f"(thickness*sqrt((1/{_SI} + 1/{_SE})*{_Y}))"
_BN, _BF = f"(ions_near - {_SI}/({_SI} + {_SE}))", f"(ions_far - {_SI}/({_SI} + {_SE}))"
_REACTS = "F*j0_lithium*contact/(R*T)*ions_near*(1 - ions_far)"
_NE, _NL = f"(I*omega*electrolyte_capacitance*{_Z})", f"(({_REACTS} + I*omega*lithium_capacitance)*{_Z})"
_T = f"tanh({_X})"


@dataclass(frozen=True)
class Lithium:
    """Where the lithium of a mixed region is, as charge per geometric area [C/m²], and what that makes.

    electrolyte_face, pores, lithium_face   metal: on the electrolyte's face, in the pores, plated on the electrode (net)
    host                                    in the host
    position     centre of mass of the metal: 0 at the electrolyte, 1 at the electrode
    near_electrolyte   share of the metal on the electrolyte's face and in the tenth of the layer beside it
    limiting_current   i_lim = F C D/L [A/m²] of atoms through the host: over the applied current it says whether they can keep up
    """

    electrolyte_face: float
    pores: float
    lithium_face: float
    host: float
    position: float
    near_electrolyte: float
    limiting_current: float


@ELEMENTS.add("mixed")
@dataclass(frozen=True, kw_only=True)
class Mixed(Leaf):
    """Ions and electrons in one layer that plates lithium in its pores and lithiates its host (porous-electrode theory).

    y runs from the electrolyte (0) to the lithium electrode (L), p = -o J [A/m²] is the plating current, w = phi_e - phi_i
    against lithium, s the filled share of the pores, x the host's lithium content (1: in equilibrium with lithium):

        sigma_i phi_i'' = a (j + j_h) - a C dw/dt,   sigma_e phi_e'' = -a (j + j_h) + a C dw/dt,   i_i + i_e = p
        j   = -j0 A(s, u) [e^{alpha u} - e^{-(1-alpha) u}],   u = F (w - U)/RT          (plating is positive)
              A = s/(s + cover) where it strips; room(s) [g + (1 - g) S(u)], g = s/(s + cover), where it plates
        S   = (1 - X) exp[-(eta_1/eta)²] + X exp[-(eta_2/eta)²]      nucleation on the bare wall; a share X of it, the
              preferred phase, has a barrier of its own (laws.nucleation)
        j_h = -k [x e^{alpha v} - (m - x)/(m - 1) e^{-(1-alpha) v}],  v = F (w - E (1 - x))/RT
        (F eps/V_m) ds/dt = a j,    Q_h dx/dt = a j_h + (Q_h D x')'
        sigma_e(s) = sigma_e + sigma_d (eps s)^n (lithium conducts electrons),  sigma_i(s) = sigma_i (1 - blocking s)
        y = 0: i_i = p less what plates on the face (nucleation as above, U of its own); i_e the same;  x' = 0
        y = L: i_i plates on the electrode (Butler-Volmer on the contact f); -Q_h D x' = K (x - 1), lithium that enters it as atoms
        f = f0 exp(-v/d), and v, the voids between electrode and layer, grow with the current i_s that strips the electrode
              there (not with all of J: the rest passes as electrons) as in mechanisms/voids.py; d = 0: f stays

    U = -V_m dP/F is the work of plating against a pressure dP above that on the electrode (pores: `pore_pressure`, the
    electrolyte's face: `face_pressure`; 0 switches it off; 375 MPa are 50 mV). Other switches: `lithiation` (start content
    of the host), `preferred_share`, `barrier`, and the conductivities, which laws.composite computes for a network.
    Grains of radius r and diffusivity D_g react at x + j_h r b/(5 D_g Q_h), b the host's share of the volume (parabolic
    profile, right for changes slower than r²/D_g; Subramanian et al., J. Electrochem. Soc. 148 (2001) E1, recalled).
    The layer joins both its faces, so no charge transfer stands beside it. V is that of the electrode against the
    electrolyte. Events: the mean filling reaches `overflow`; the electrode's foil is used up.

    `ions_near`, `ions_far` (l, r: 1 ions, 0 electrons) say what crosses the faces y = 0 and y = L; above they are 1 and 0.
    0 and 0: two electron conductors that block ions; i_i(0) = C dw/dt, i_i(L) = -C dw/dt, nothing plates on them.
    1 and 1: two electrolytes that block electrons; lithium plates on either face (`j0_lithium` is the second one's).
    Without an electrode of lithium there is no foil, no voids and no atoms that cross; V lies between the potentials of what
    crosses the faces (of electrons or of ions). Then an ideal face gives, with Y the admittance between ions and electrons,

        Z = L/(s_i + s_e) + (L/s_c - L/(s_i + s_e)) tanh(u)/u,   u² = (L/2)² (1/s_i + 1/s_e) Y,   c the carrier that crosses

    so Z = L/s_c at rest and both carriers in parallel at high frequency (Jamnik & Maier, Phys. Chem. Chem. Phys. 3 (2001)
    1668, recalled; two rails and what their ends mean: Bumberger et al., 2024, 10.1039/D4CP00975D, abstract read).

    At rest with x = 1 the linear impedance is closed (Newman & Tobias, J. Electrochem. Soc. 109 (1962) 1183; de Levie 1967;
    both recalled): `impedance`; with host diffusion two modes. Second order in space; lithium is kept to rounding.
    The host's content is a solid solution m/(m - 1) lattice gas with a linear term E; physics.md E10.
    """

    thickness: Scalar = math.nan
    conductivity: Scalar = math.nan
    electronic_conductivity: Scalar = math.nan
    specific_area: Scalar = math.nan
    porosity: Scalar = math.nan
    j0: Scalar = math.nan
    j0_lithium: Scalar = math.nan
    j0_electrolyte: Scalar = 0.0
    alpha: Scalar = 0.5
    capacitance: Scalar = 0.1
    lithium_capacitance: Scalar = 0.1
    electrolyte_capacitance: Scalar = 0.1
    barrier: Scalar = 0.0
    preferred_share: Scalar = 0.0
    preferred_barrier: Scalar = 0.0
    face_barrier: Scalar = 0.0
    cover: Scalar = 0.02
    face_cover: Scalar = 100.0
    pore_pressure: Scalar = 0.0
    face_pressure: Scalar = 0.0
    host_capacity: Scalar = 0.0
    host_exchange: Scalar = 1.0
    host_slope: Scalar = 0.8
    host_sites: Scalar = 1.05
    host_diffusivity: Scalar = 0.0
    host_transfer: Scalar = 0.0
    grain_radius: Scalar = 0.0
    grain_diffusivity: Scalar = 1e-14
    grain_share: Scalar = 1.0
    deposit_conductivity: Scalar = 1.08e7
    deposit_exponent: Scalar = 2.0
    blocking: Scalar = 0.0
    margin: Scalar = 0.05
    overflow: Scalar = 0.98
    molar_volume: Scalar = 13.0e-6
    contact: Scalar = 1.0
    void_depth: Scalar = 0.0
    replenishment: Scalar = 0.0
    refill: Scalar = 1.0
    closure: Scalar = 0.0
    lost: Scalar = 1e-4
    lithiation: float = 1.0
    filling: float = 0.0
    foil: Scalar | None = None
    ions_near: float = 1.0
    ions_far: float = 0.0
    cells: int = 40
    grading: float = 8.0
    tolerance: float = 1e-3  # of contents and fillings a step; ten times that on potentials over RT/F

    PARAMETERS = (
        Parameter("thickness", "thickness", "thickness of the layer", low=1e-10),
        Parameter("conductivity", "conductivity", "effective ionic conductivity", low=1e-16),
        Parameter("electronic_conductivity", "electronic_conductivity", "effective electronic conductivity", low=1e-16),
        Parameter("specific_area", "specific_area", "wall area per volume", low=1.0),
        Parameter("porosity", "fraction", "share of the volume that lithium can fill", 1e-6, 1.0),
        Parameter("j0", "exchange_current_density", "exchange current of lithium on its own walls"),
        Parameter("j0_lithium", "exchange_current_density", "exchange current at the lithium electrode, or of lithium on the second electrolyte's face"),
        Parameter("j0_electrolyte", "exchange_current_density", "exchange current of lithium on the electrolyte's face"),
        Parameter("alpha", "number", "anodic transfer coefficient", 0.05, 0.95),
        Parameter("capacitance", "area_specific_capacitance", "double layer of the walls, over their own area", low=1e-9),
        Parameter("lithium_capacitance", "area_specific_capacitance", "double layer at the lithium electrode", low=1e-9),
        Parameter("electrolyte_capacitance", "area_specific_capacitance", "double layer at the electrolyte's face", low=1e-9),
        Parameter("barrier", "overpotential", "nucleation barrier on the walls"),
        Parameter("preferred_share", "fraction", "share of the walls made of the preferred phase", 0.0, 1.0),
        Parameter("preferred_barrier", "overpotential", "nucleation barrier on the preferred phase"),
        Parameter("face_barrier", "overpotential", "nucleation barrier on the electrolyte's face"),
        Parameter("cover", "fraction", "filling of the pores at which half of their walls are covered", 1e-15, 1.0),
        Parameter("face_cover", "areal_charge", "lithium at which half of the electrolyte's face is covered", low=1e-9),
        Parameter("pore_pressure", "pressure", "pressure on lithium in the pores above that on the electrode", low=-math.inf),
        Parameter("face_pressure", "pressure", "pressure on lithium at the electrolyte's face above that on the electrode", low=-math.inf),
        Parameter("host_capacity", "volumetric_charge", "charge the host holds per volume of the layer in equilibrium with lithium; 0: none"),
        Parameter("host_exchange", "exchange_current_density", "exchange current of the host at x = 1, over the walls"),
        Parameter("host_slope", "overpotential", "linear fall of the host's potential from empty to full"),
        Parameter("host_sites", "number", "sites of the host per content at equilibrium, m", low=1.0 + 1e-9),
        Parameter("host_diffusivity", "diffusivity", "diffusivity of lithium through the host across the layer"),
        Parameter("host_transfer", "exchange_current_density", "atoms from host to electrode, per excess content; 0: none cross"),
        Parameter("grain_radius", "length", "radius of the host's grains; 0: no gradient inside them"),
        Parameter("grain_diffusivity", "diffusivity", "diffusivity inside the grains", low=1e-30),
        Parameter("grain_share", "fraction", "share of the volume that is host", 1e-6, 1.0),
        Parameter("deposit_conductivity", "electronic_conductivity", "electronic conductivity of lithium; 0: not counted"),
        Parameter("deposit_exponent", "number", "exponent of the deposit's conduction", 1.0, 10.0),
        Parameter("blocking", "fraction", "share of the ionic paths that full pores block", 0.0, 0.99),
        Parameter("margin", "fraction", "emptiness below which the last room slows plating", 1e-6, 1.0),
        Parameter("overflow", "number", "mean filling that counts as overflow", 0.0, 10.0),
        Parameter("molar_volume", "molar_volume", "molar volume of lithium", low=1e-7),
        Parameter("contact", "fraction", "share of the electrode's face that touches at the start", 1e-9, 1.0),
        Parameter("void_depth", "length", "void depth at which the electrode's contact has fallen to 1/e; 0: no voids"),
        Parameter("replenishment", "current_density", "stripping of the electrode that leaves no voids, J_rep"),
        Parameter("refill", "fraction", "share of lithium plated on the electrode that fills voids", 0.0, 1.0),
        Parameter("closure", "rate", "rate at which creep closes voids"),
        Parameter("lost", "fraction", "contact taken as contact lost", 0.0, 1.0),
        Parameter("lithiation", "fraction", "content of the host at the start", 0.0, 1.0),
        Parameter("filling", "fraction", "filling of the pores at the start", 0.0, 1.0),
    )
    AT_FACE = True
    EXPORTS = (
        "overpotential:overpotential", "deposit_position:fraction", "electrolyte_face_share:fraction", "pore_lithium:areal_charge",
        "host_lithium:areal_charge", "electrode_contact:fraction",
    )  # fmt: skip
    EVENTS = ("the pores of the mixed layer are full and lithium overflows", "lithium exhausted", "contact lost between the electrode and the mixed layer")
    EQUATION = (
        f"thickness/({_SI} + {_SE}) + {_Z}*((ions_near - ions_far)**2 + {_T}*(2*{_BN}*{_BF}*tanh({_X}/2) + {_BN}**2*{_NL} + {_BF}**2*{_NE}))"
        f"/((1 + {_NE}*{_NL})*{_T} + {_NE} + {_NL})"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        ends = (self.ions_near, self.ions_far)
        if ends not in ((1.0, 0.0), (0.0, 0.0), (1.0, 1.0)):
            raise CellError(
                f"What crosses the faces of {self.label} is not one of the three cases", given=f"ions_near, ions_far = {ends}",
                allowed="1, 0 (lithium and an electrolyte), 0, 0 (two electron conductors), 1, 1 (two electrolytes)", remedy="Mirror the layer by its orientation",
            )  # fmt: skip
        if ends == (1.0, 0.0) and self.j0_lithium == 0.0:
            raise CellError(f"j0_lithium of {self.label} is out of range: no current would pass to the lithium", given=0.0, allowed="above 0")
        if ends != (1.0, 0.0) and (self.foil is not None or self.void_depth != 0.0):
            raise CellError(f"{self.label} has no electrode of lithium beside it, so no foil and no voids", given=f"foil {self.foil}, void_depth {self.void_depth}")

    @property
    def lithium_beside(self) -> bool:
        """Whether an electrode of lithium lies at y = L."""
        return self.ions_near > self.ions_far

    def _at(self, temperature: float) -> dict[str, float]:
        numbers = dict(zip((p.name for p in self.PARAMETERS), super().numbers(temperature), strict=True))
        if not self.lithium_beside:
            numbers |= {"host_transfer": 0.0, "contact": 1.0, "void_depth": 0.0}
        if self.ions_near == 0.0:  # blocking collectors: nothing plates on them
            numbers |= {"j0_electrolyte": 0.0, "j0_lithium": 0.0}
        return numbers

    def numbers(self, temperature: float) -> list[float]:
        p = self._at(temperature)
        b = GAS * temperature / FARADAY
        pore = FARADAY * p["porosity"] / p["molar_volume"]
        work = -p["molar_volume"] / FARADAY
        grain = p["grain_radius"] * p["grain_share"] / (5.0 * p["grain_diffusivity"] * p["host_capacity"]) if p["host_capacity"] > 0.0 else 0.0
        foil = core.NO_FOIL if self.foil is None else FARADAY * at(self.foil, temperature) / p["molar_volume"]
        head = [
            b, p["alpha"], p["conductivity"], p["electronic_conductivity"], p["specific_area"], pore, p["j0"], p["barrier"] / b,
            p["preferred_barrier"] / b, p["preferred_share"], p["cover"], p["margin"], work * p["pore_pressure"], p["capacitance"],
            p["j0_electrolyte"], p["face_barrier"] / b, p["face_cover"], work * p["face_pressure"], p["j0_lithium"], p["host_capacity"],
            p["host_exchange"], p["host_slope"] / b, p["host_sites"], p["host_diffusivity"], p["host_transfer"], grain,
            p["deposit_conductivity"], p["deposit_exponent"], p["blocking"], p["overflow"], foil, p["porosity"], p["electrolyte_capacitance"], p["lithium_capacitance"],
            p["contact"], p["void_depth"], p["replenishment"], p["refill"], p["closure"], p["molar_volume"] / FARADAY, p["lost"], self.ions_near, self.ions_far,
        ]  # fmt: skip
        return [*head, *(p["thickness"] * mesh(self.cells, self.grading)).tolist()]

    def states(self, temperature: float) -> States:
        n = self.cells
        p = self._at(temperature)
        rest = p["host_capacity"] > 0.0 and p["lithiation"] < 1.0
        level = self._mixed_potential(p, temperature) if rest else 0.0
        line = (1.0 / p["conductivity"] + 1.0 / p["electronic_conductivity"]) * p["specific_area"] * p["capacitance"] * p["thickness"] ** 2
        widths = mesh(n, self.grading)
        own = line * np.concatenate([widths[:1], widths, widths[-1:]]) ** 2
        # faster double layers are stepped (L-stable), not controlled; so are those of a layer that starts far from rest
        seen = (line > RESOLVED) & (own > 1e-4 * RESOLVED) & (not rest)
        parts = [
            (np.append(np.full(n + 1, level), 0.0 if self.lithium_beside else level), np.where(seen, 10.0 * self.tolerance * GAS * temperature / FARADAY, np.inf), rest),
            (np.full(n, p["lithiation"]), self.tolerance, True),
            (np.full(n, p["filling"]), self.tolerance, True),
            (np.zeros(1), 100.0 * self.tolerance * p["face_cover"], True),
            (np.zeros(1), np.inf, True),
            (np.zeros(1), 0.1 * self.tolerance * p["void_depth"] if p["void_depth"] > 0.0 else np.inf, True),
        ]
        start = np.concatenate([v for v, _, _ in parts])
        return States(start, np.concatenate([np.full(len(v), t) for v, t, _ in parts]), False, np.concatenate([np.full(len(v), k) for v, _, k in parts]))

    def _mixed_potential(self, p: dict[str, float], temperature: float) -> float:
        """w [V] at which a host that is not full and lithium in the pores (if any) exchange no net current: the start."""
        b = GAS * temperature / FARADAY
        low, high = 0.0, self.host_potential(max(p["lithiation"], 1e-3), temperature)
        g, m = p["filling"] / (p["filling"] + p["cover"]), p["host_sites"]
        for _ in range(60):
            w = 0.5 * (low + high)
            v = (w - p["host_slope"] * (1.0 - p["lithiation"])) / b
            host = p["lithiation"] * math.exp(p["alpha"] * v) - (m - p["lithiation"]) / (m - 1.0) * math.exp(-(1.0 - p["alpha"]) * v)
            stripped = p["j0"] * g * kinetics.reduced_current(w / b, p["alpha"]) + p["host_exchange"] * host
            low, high = (w, high) if stripped < 0.0 else (low, w)
        return low

    @property
    def workspace(self) -> int:
        return core.ROWS * (self.cells + 2)

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        return core.kernel(jit)

    def host_potential(self, content: float, temperature: float = 298.15) -> float:
        """U of the host against lithium [V]: E (1 - x) + (RT/F) ln[(m - x)/((m - 1) x)]."""
        p = self._at(temperature)
        m = p["host_sites"]
        return p["host_slope"] * (1.0 - content) + GAS * temperature / FARADAY * math.log((m - content) / ((m - 1.0) * content))

    # -- groups and places --------------------------------------------------------------------------------------------
    def limiting_current(self, temperature: float = 298.15) -> float:
        """i_lim = F C D/L [A/m²]: the most lithium that atoms can carry through the host (F C is its capacity)."""
        p = self._at(temperature)
        return p["host_capacity"] * p["host_diffusivity"] / p["thickness"]

    def reaction_length(self, temperature: float = 298.15) -> float:
        """lambda = sqrt[(RT/F)/(a j0) sigma_i sigma_e/(sigma_i + sigma_e)] [m] of covered walls at small currents."""
        p = self._at(temperature)
        s = p["conductivity"] * p["electronic_conductivity"] / (p["conductivity"] + p["electronic_conductivity"])
        return math.sqrt(GAS * temperature / FARADAY / (p["specific_area"] * p["j0"]) * s)

    def capacity(self, temperature: float = 298.15) -> float:
        """Charge per area [C/m²] that the pores hold before lithium overflows."""
        p = self._at(temperature)
        return FARADAY * p["porosity"] * (min(p["overflow"], 1.0) - p["filling"]) * p["thickness"] / p["molar_volume"]

    def profile(self, Y: Array, temperature: float = 298.15) -> dict[str, Array]:
        """The states by place: y [m] of the cells from the electrolyte, w [V] (faces included), x, s."""
        n = self.cells
        d = np.array(self.numbers(temperature)[core.HEAD :])
        return {"y": np.cumsum(d) - 0.5 * d, "d": d, "w": Y[: n + 2], "x": Y[n + 2 : 2 * n + 2], "s": Y[2 * n + 2 : 3 * n + 2]}

    def lithium(self, Y: Array, temperature: float = 298.15) -> Lithium:
        """Where the lithium is, from the states Y of this region (`Machine.state_of`)."""
        p = self._at(temperature)
        cell = self.profile(Y, temperature)
        pores = FARADAY * p["porosity"] / p["molar_volume"] * cell["d"] * cell["s"]
        face, electrode = float(Y[3 * self.cells + 2]), float(Y[3 * self.cells + 3])
        metal = max(face, 0.0) + float(pores.sum()) + max(electrode, 0.0)
        edge = np.cumsum(cell["d"])
        inside = np.clip((0.1 * p["thickness"] - edge + cell["d"]) / cell["d"], 0.0, 1.0)
        moment = float(pores @ cell["y"]) / p["thickness"] + max(electrode, 0.0)
        return Lithium(
            face, float(pores.sum()), electrode, float(p["host_capacity"] * (cell["d"] @ cell["x"])), moment / metal if metal > 0.0 else math.nan,
            (max(face, 0.0) + float(pores @ inside)) / metal if metal > 0.0 else math.nan, self.limiting_current(temperature),
        )  # fmt: skip

    # -- impedance at rest --------------------------------------------------------------------------------------------
    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        """Closed form at rest for a host in equilibrium with lithium (x = 1): one mode, or two where lithium diffuses
        through the host across the layer."""
        p = self._at(temperature)
        b = GAS * temperature / FARADAY
        iw: ComplexArray = 1j * np.asarray(omega, dtype=np.complex128)
        si = p["conductivity"] * (1.0 - p["blocking"] * p["filling"])
        se = p["electronic_conductivity"] + p["deposit_conductivity"] * (p["porosity"] * p["filling"]) ** p["deposit_exponent"]
        length, a = p["thickness"], p["specific_area"]
        wall: ComplexArray = a * (iw * p["capacitance"] + p["j0"] / b * p["filling"] / (p["filling"] + p["cover"]))
        left: ComplexArray = iw * p["electrolyte_capacitance"]
        right: ComplexArray = iw * p["lithium_capacitance"] + (p["j0_lithium"] * p["contact"] / b if self.lithium_beside else 0.0)
        by_w, by_x = a * p["host_exchange"] / b, a * p["host_exchange"] * (1.0 + 1.0 / (p["host_sites"] - 1.0) + p["host_slope"] / b)
        q = p["host_capacity"]
        if q == 0.0:
            by_w = 0.0
        elif p["grain_radius"] > 0.0:
            inner = 1.0 + self.numbers(temperature)[core.GRAIN] * by_x / a
            by_w, by_x = by_w / inner, by_x / inner
        near, far = self.ions_near - si / (si + se), self.ions_far - si / (si + se)  # part of p that turns into the other carrier
        rho = 1.0 / si + 1.0 / se
        if q > 0.0 and p["host_diffusivity"] > 0.0:
            ends = _two_modes(iw, wall, by_w, by_x, q, p["host_diffusivity"], p["host_transfer"], rho, left, right, near, far, length)
            return np.asarray(length / (si + se) + near * ends[0] - far * ends[1], dtype=np.complex128)
        shunt = wall + (by_w * iw * q / (iw * q + by_x) if q > 0.0 else 0.0)
        z, x = np.sqrt(rho / shunt), length * np.sqrt(rho * shunt)
        t, ne, nl = np.tanh(x), left * z, right * z
        over = (1.0 + ne * nl) * t + ne + nl
        ends_differ = (self.ions_near - self.ions_far) ** 2
        both = ends_differ + t * (2.0 * near * far * np.tanh(0.5 * x) + near**2 * nl + far**2 * ne)
        return np.asarray(length / (si + se) + z * both / over, dtype=np.complex128)

    @classmethod
    def example(cls) -> Mixed:
        return cls(
            thickness=30e-6, conductivity=2e-3, electronic_conductivity=0.05, specific_area=5e5, porosity=0.2, j0=5.0, j0_lithium=20.0,
            j0_electrolyte=5.0, barrier=0.02, preferred_share=0.2, preferred_barrier=0.005, face_barrier=0.02, host_capacity=1e8,
            filling=0.05, blocking=0.2, deposit_conductivity=20.0, cells=30, orientation=1, contact=0.8, void_depth=1e-6, replenishment=1.0,
        )  # fmt: skip


def _two_modes(
    iw: ComplexArray, wall: ComplexArray, by_w: float, by_x: float, q: float, diffusivity: float, transfer: float, rho: float,
    left: ComplexArray, right: ComplexArray, enter: float, leave: float, length: float,
) -> tuple[ComplexArray, ComplexArray]:  # fmt: skip
    """(-w at the electrolyte, -w at the lithium) per unit of p: w'' = rho (W w + b_x xi), q D xi'' = (q s + b_x) xi + b_w w.

    (xi = x - 1.) Each eigenmode of the 2 x 2 system decays from both ends, so the four amplitudes stay of order one.
    """
    d = q * diffusivity
    out = []
    for s, w_, l, r in zip(iw, wall, left, right, strict=True):
        m = np.array([[rho * (w_ + by_w), rho * by_x], [by_w / d, (q * s + by_x) / d]])
        values, vectors = np.linalg.eig(m)
        g = np.sqrt(values)
        far = np.exp(-g * length)
        rows = np.zeros((4, 4), dtype=np.complex128)
        w, x = vectors
        # amplitudes (from the left end, from the right end); w' = rho i_i - p/sigma_e
        rows[0] = np.concatenate([-g * w / rho - l * w, (g * w / rho - l * w) * far])
        rows[1] = np.concatenate([(-g * w / rho + r * w) * far, g * w / rho + r * w])
        rows[2] = np.concatenate([-g * x, g * x * far])
        rows[3] = np.concatenate([(-d * g * x + transfer * x) * far, d * g * x + transfer * x])
        amplitude = np.linalg.solve(rows, np.array([enter, leave, 0.0, 0.0]))
        out.append((-(w @ amplitude[:2] + (w * far) @ amplitude[2:]), -((w * far) @ amplitude[:2] + w @ amplitude[2:])))
    ends = np.array(out)
    return ends[:, 0], ends[:, 1]
