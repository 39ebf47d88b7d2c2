"""Models whose steady states are known, for tests of dose curves: two switches and three targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import pathway as pw
from tests.model_folder import number, write
from tests.tiny_model import SOURCES

if TYPE_CHECKING:
    from pathlib import Path

    from pathway.model import Model

MODEL = f"""
id = "steady"
version = 1
description = "a protein that makes itself, a kinase that does, and targets of drugs"
cell_volume = {number("2", "pL")}
default_context = "line"
"""
SWITCH = """
[molecule.X]
unit = "nM"
total = {start}
[rule.X_basal]
text = "0 -> X()"
k = {basal}
[rule.X_feedback]
text = "0 -> X()"
k = {most}
[rule.X_feedback.saturated_by.X]
pattern = "X()"
K = {half}
hill = {hill}
[rule.X_loss]
text = "X() -> 0"
k = {loss}
[readout.X]
unit = "nM"
description = "the protein that makes itself"
[readout.X.terms.X]
pattern = "X()"
"""
KINASE = """
[molecule.A]
unit = "nM"
sites = {{ y = ["u", "p"] }}
total = {total}
initial = "A(y~p)"
[rule.A_basal]
text = "A(y~u) -> A(y~p)"
k = {basal}
[rule.A_feedback]
text = "A(y~u) -> A(y~p)"
k = {most}
[rule.A_feedback.saturated_by.A]
pattern = "A(y~p)"
K = {half}
hill = {hill}
[rule.A_loss]
text = "A(y~p) -> A(y~u)"
k = {loss}
[readout.A]
unit = "nM"
description = "the kinase that activates itself"
[readout.A.terms.A]
pattern = "A(y~p)"
"""
TARGETS = f"""
[molecule.T]
unit = "nM"
sites = {{ kin = ["free"] }}
total = {number("50", "nM")}
[readout.T]
unit = "nM"
description = "free target of a reversible drug"
[readout.T.terms.T]
pattern = "T(kin~free)"
[molecule.S]
unit = "nM"
sites = {{ kin = ["free"] }}
total = {number("5", "nM")}
[rule.S_synthesis]
text = "0 -> S()"
k = {number("0.05", "nM/min")}
[rule.S_loss]
text = ["S(kin~free) -> 0", "S(kin~glue) -> 0"]
k = {number("0.01", "1/min")}
[readout.S]
unit = "nM"
description = "free target of a covalent drug, with turnover"
[readout.S.terms.S]
pattern = "S(kin~free)"
[molecule.U]
unit = "nM"
sites = {{ kin = ["free"] }}
total = {number("5", "nM")}
[readout.U]
unit = "nM"
description = "free target of a covalent drug, without turnover"
[readout.U.terms.U]
pattern = "U(kin~free)"
[readout.U_tarred]
unit = "nM"
description = "what the drug makes of it"
[readout.U_tarred.terms.U]
pattern = "U(kin~tar)"
"""
DRUG = f"""
description = "a drug"
class = "TKI"
mechanism = "as the test has it"
molar_mass = {number("500", "g/mol")}
"""
DAMPER = (
    DRUG
    + f"""
targets = ["X"]
[rule.damper_removes_X]
text = "X() -> 0"
k = {number("0.01", "1/(nM*min)")}
driven_by = "damper"
[rule.damper_stops_A]
text = "A(y~p) -> A(y~u)"
k = {number("0.01", "1/(nM*min)")}
driven_by = "damper"
"""
)
BLOCKER = (
    DRUG
    + f"""
targets = ["T"]
[exposure.in-vitro]
dose = "1 uM"
source = "S"
note = "usual"
[state.T]
kin = ["blocker"]
[rule.blocker_binding]
text = "T(kin~free) + blocker <-> T(kin~blocker)"
kon = {number("0.01", "1/(nM*min)")}
Kd = {number("10", "nM")}
"""
)
GLUE, TAR = (
    DRUG
    + f"""
targets = ["{target}"]
[state.{target}]
kin = ["{drug}"]
[rule.{drug}_binding]
text = "{target}(kin~free) + {drug} -> {target}(kin~{drug})"
k = {number("0.001", "1/(nM*min)")}
"""
    for drug, target in (("glue", "S"), ("tar", "U"))
)
LINE = 'description = "a cell line"\ngenotype = "wild type"\n'

PER_NM = 0.01
"""1/(nM min): what a nM of the damper adds to a loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Numbers of ``basal + most x^2 / (half^2 + x^2) - (loss + PER_NM dose) x``."""

    basal: float = 0.02
    most: float = 1.0
    loss: float = 0.1
    start: float = 8.0

    def folds(self) -> tuple[float, float]:
        """Return the doses between which there are two stable states, for a half of 1 nM.

        The loss at which ``x`` rests has its extrema where
        ``(basal + most) u^2 + (2 basal - most) u + basal = 0`` with ``u = x^2``.
        """
        root = np.sqrt(
            (self.most - 2 * self.basal) ** 2 - 4 * (self.basal + self.most) * self.basal
        )
        x = np.sqrt(
            (self.most - 2 * self.basal + np.array([-root, root])) / 2 / (self.basal + self.most)
        )
        losses = self.basal / x + self.most * x / (1.0 + x**2)
        low, high = ((losses - self.loss) / PER_NM).tolist()
        return low, high


def kinase_folds(
    total: float = 10.0,
    basal: float = 0.005,
    most: float = 1.0,
    half: float = 3.0,
    loss: float = 0.1,
) -> tuple[float, float]:
    """Return the doses between which the kinase has two stable states, from a fine grid."""
    p = np.linspace(1e-3, total, 2_000_001)[:-1]
    losses = (total - p) * (basal + most * p**2 / (half**2 + p**2)) / p
    turns = np.flatnonzero(np.diff(np.sign(np.diff(losses)))) + 1
    low, high = ((losses[turns] - loss) / PER_NM).tolist()
    return low, high


def steady_model(folder: Path, switch: Switch | None = None) -> Model:
    switch = Switch() if switch is None else switch
    one, two = number("1", "nM"), number("2", "1")
    files = {
        "model.toml": MODEL,
        "sources.toml": SOURCES,
        "modules/10_switch.toml": SWITCH.format(
            start=number(str(switch.start), "nM"),
            basal=number(str(switch.basal), "nM/min"),
            most=number(str(switch.most), "nM/min"),
            loss=number(str(switch.loss), "1/min"),
            half=one,
            hill=two,
        ),
        "modules/20_kinase.toml": KINASE.format(
            total=number("10", "nM"),
            basal=number("0.005", "1/min"),
            most=number("1", "1/min"),
            loss=number("0.1", "1/min"),
            half=number("3", "nM"),
            hill=two,
        ),
        "modules/30_targets.toml": TARGETS,
        "drugs/damper.toml": DAMPER,
        "drugs/blocker.toml": BLOCKER,
        "drugs/glue.toml": GLUE,
        "drugs/tar.toml": TAR,
        "contexts/line.toml": LINE,
    }
    return pw.load(write(folder, files))
