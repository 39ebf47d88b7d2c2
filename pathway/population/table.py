"""The numbers that cells draw, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pathway.errors import ScenarioError
from pathway.model.equation_model import EquationModel
from pathway.population.variation import read_choice, variation
from pathway.population.variation_equations import SIGMA, equation_variation, read_equation_choice
from pathway.scenario.overrides import declared_parameters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pathway.model import Model
    from pathway.scenario import Scenario

__all__ = ["parameter_draws"]


def parameter_draws(
    model: Model | EquationModel,
    scenario: Scenario,
    draws: int = 1000,
    seed: int = 1,
    *,
    vary: str | Iterable[str] | None = None,
    sigma: float | None = None,
) -> pd.DataFrame:
    """Return the numbers that the cells of :func:`pathway.ensemble` draw.

    To ask what tells cells apart, or to change some and give them back as ``parameters``: given as
    they are they make the same cells.

    Parameters
    ----------
    model, scenario, draws, seed, vary, sigma
        As for :func:`pathway.ensemble`.

    Returns
    -------
    pandas.DataFrame
        Index ``draw``, a column for each parameter that varies; in nM and minutes, before what
        lesions and the scenario's own parameters make of them. Of a model read from SBML, in its
        file's units.

    Raises
    ------
    ScenarioError
        As :func:`pathway.ensemble`.
    """
    if draws < 1:
        raise ScenarioError("draws", f"{draws} cells", "ask for at least one")
    if isinstance(model, EquationModel):
        choice = read_equation_choice(model, vary)
        spread = SIGMA if sigma is None else sigma
        found = equation_variation(model, scenario, choice, spread)
    else:
        known = declared_parameters(model.declared)
        found = variation(model.declared, scenario, read_choice(vary, known), sigma)
    values = found.drawn(seed, 0, draws)
    index = pd.RangeIndex(draws, name="draw")
    return pd.DataFrame(values, index=index, columns=list(found.ids)).loc[:, found.sigma > 0.0]
