"""What the texts of the shared options mean: a model, a scenario, a form of output.

A drug, ligand, lesion or parameter is one text ``NAME=VALUE``; what may stand right of the sign is
decided by :class:`pathway.Scenario`, which checks units too.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from pathway.cli.progress import Bar
from pathway.errors import PathwayError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pathway.model import EquationModel, Model
    from pathway.scenario import Scenario

__all__ = ["Dose", "lesion_amounts", "make_scenario", "open_any", "open_model", "pairs"]


class Dose(StrEnum):
    """The exposure a drug has when no concentration is written beside its name."""

    IN_VITRO = "in-vitro"
    CLINICAL = "clinical"
    CLINICAL_CNS = "clinical-cns"


def open_model(*, model: str, models: Path | None) -> Model:
    """Load the model that ``--model`` names, with the folder of ``--models`` beside it."""
    import pathway as pw
    from pathway.model.equation_model import is_equation_file

    if is_equation_file(model):
        raise PathwayError(
            f"--model {model}",
            "is a file of equations, without drugs or contexts",
            "use pathway import",
        )
    with Bar("reading the model"):
        return pw.load(model, extra=models)


def open_any(*, model: str, models: Path | None, ignore_fast: bool) -> Model | EquationModel:
    """Load the model that ``--model`` names, be it one of rules or an SBML file."""
    import pathway as pw

    with Bar("reading the model"):
        return pw.load(model, extra=models, ignore_fast=ignore_fast)


def make_scenario(
    *,
    context: str | None,
    drug: list[str] | None,
    lesion: list[str] | None,
    ligand: list[str] | None,
    dose: Dose,
    duration: str,
    lead: str | None,
    wash: str | None,
    medium: str | None,
    parameter: list[str] | None,
) -> Scenario:
    """Build the scenario that the shared options describe.

    Raises
    ------
    PathwayError
        If a text is not ``NAME=VALUE``, or ``--wash`` is given without a drug.
    """
    import pathway as pw

    drugs = pairs("--drug", drug, default=dose.value)
    ligands = pairs("--ligand", ligand)
    if wash is not None and not drugs:
        raise PathwayError("--wash", "no drug to wash out", "give the drug with --drug")
    first = pw.Scenario(
        context=context,
        drugs=drugs,
        lesions=lesion_amounts(pairs("--lesion", lesion, default="true")),
        parameters=pairs("--parameter", parameter),
        ligands=ligands if lead is None else {},
        duration=duration if lead is None else lead,
        medium_volume_per_cell=medium,
    )
    whole = first if lead is None else first.then(duration, ligands=ligands)
    return whole if wash is None else whole.wash(wash)


def pairs(
    option: str, texts: Iterable[str] | None, *, default: str | None = None
) -> dict[str, str]:
    """Split ``NAME=VALUE`` texts.

    Parameters
    ----------
    option : str
        The option they were given to, for messages.
    texts : iterable of str or None
        None means none were given.
    default : str, optional
        The value of a name given without one; without a default such a name is an error.

    Raises
    ------
    PathwayError
        If a text has no name, no value where one is needed, or a name comes twice.
    """
    found: dict[str, str] = {}
    for text in texts or ():
        name, sign, value = (part.strip() for part in text.partition("="))
        if not name or (sign and not value):
            raise PathwayError(f"{option} {text!r}", "not NAME=VALUE", f"write {option} NAME=VALUE")
        if not sign:
            if default is None:
                raise PathwayError(
                    f"{option} {text!r}", "no value", f'write {option} "{name}=VALUE" with its unit'
                )
            value = default
        if name in found:
            raise PathwayError(f"{option} {name}", "given twice", "give each name once")
        found[name] = value
    return found


def lesion_amounts(texts: Mapping[str, str]) -> dict[str, bool | int | float | str]:
    """Turn the texts right of ``--lesion NAME=`` into what a scenario takes.

    ``true`` and ``false`` are switches, a plain number is a fraction or fold, anything else
    (molecules per cell, with the unit) goes on as text.
    """
    return {name: _amount(text) for name, text in texts.items()}


def _amount(text: str) -> bool | float | str:
    switch = {"true": True, "false": False}.get(text.lower())
    if switch is not None:
        return switch
    try:
        return float(text)
    except ValueError:
        return text
