"""Derivatives of readouts by parameters, labelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from pathway.errors import ScenarioError, SolveError, nearest
from pathway.model.equation_model import EquationModel
from pathway.model.sensitivities import readout_slopes, rest_slopes, start_slopes
from pathway.result.dataset import NOTHING, readouts_of
from pathway.result.record import parameters_hash, run_record
from pathway.result.run import Runner, untreated
from pathway.result.settings import solver_settings
from pathway.result.times import default_times, read_times
from pathway.scenario import resolve
from pathway.solve.settings import Method

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from pathway.model import Model, Network
    from pathway.scenario import Resolved, Scenario

    Values = NDArray[np.float64]

__all__ = ["sensitivities"]


def sensitivities(
    model: Model | EquationModel,
    scenario: Scenario,
    times: Iterable[str | float] | None = None,
    readouts: Iterable[str] | None = None,
    parameters: Iterable[str] | None = None,
    *,
    relative: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
) -> xr.Dataset:
    """Return how much each readout moves with each parameter, along one scenario.

    All parameters are taken together, in the time of some seventy runs for the whole HER2 model.
    The untreated rest moves with the parameters too. What is given in the scenario is held: doses,
    and the scales that hold regulated receptors at their measured level in the context (anchors);
    such a scale is a parameter of its own, among those returned.

    Parameters
    ----------
    model : Model
        Declared; one read from SBML has none of this yet.
    scenario : Scenario
    times : iterable of str or float, optional
        As in :func:`pathway.simulate`.
    readouts : iterable of str, optional
        All by default.
    parameters : iterable of str, optional
        Ids; by default all that the scenario's network uses and that are not zero.
    relative : bool
        d ln readout / d ln parameter: percent of the readout for one percent of the parameter; NaN
        where the readout is zero (below ``pathway.result.dataset.NOTHING``). Otherwise
        d readout / d parameter, in the readout's unit over the parameter's internal one (nM, min).
    rtol, atol : float, optional
        Of the run. Derivatives are as accurate as some tens of ``rtol``.

    Returns
    -------
    xarray.Dataset
        Dims (parameter, time), a variable for each readout; ``value`` (parameter) is the
        parameter's value in internal units. NaN for a parameter of zero. ``attrs`` is the run
        record.

    Raises
    ------
    ScenarioError
        An unknown readout or parameter, a time after the scenario's end, or a scenario that does
        not fit the model.
    SolveError
        A failed run, or derivatives that are not finite.

    Notes
    -----
    The run goes first; then ``S' = J S + df/dp`` is integrated for all parameters along it
    (staggered direct method; A. C. Hindmarsh et al., ACM Trans. Math. Softw. 31, 363 (2005), doi
    10.1145/1089014.1089020), by an implicit method of order 4 (C. A. Kennedy, M. H. Carpenter,
    Appl. Numer. Math. 44, 139 (2003), doi 10.1016/S0168-9274(02)00138-1) that shortens steps where
    a derivative asks for it. Of the rest, the derivative solves ``J S = -df/dp`` with conserved
    totals as declared.
    """
    if isinstance(model, EquationModel):
        raise ScenarioError(
            "sensitivities",
            "a model of equations has no derivatives by parameters here",
            "use a declared model, or differences of pathway.simulate",
        )
    settings = solver_settings(rtol, atol)
    resolved = resolve(model.declared, scenario)
    grid = default_times([resolved]) if times is None else read_times(times, [resolved])
    runner = Runner(model, settings)
    network = runner.network(resolved)
    read = {readout.id: readout for readout in readouts_of([resolved])}
    shown = _chosen("readouts", read, readouts)
    bare = runner.network(resolve(model.declared, untreated(scenario)))
    known = dict.fromkeys((*network.tables.parameters, *bare.tables.parameters))
    values = {name: network.parameters[name] for name in known}
    used = [name for name in known if values[name] != 0.0]
    names = used if parameters is None else _chosen("parameters", values, parameters)
    start, slopes = _start(runner, scenario, network, bare, names)
    found = readout_slopes(network, resolved.steps, start, slopes, grid, names, settings)
    if not np.isfinite(found.slopes).all():
        raise SolveError("sensitivities", "are not finite", "check parameters for extreme values")
    at = np.array([values[name] for name in names])
    shapes = resolved, network, found.levels, found.slopes, at, shown
    return xr.Dataset(
        {
            **_variables(*shapes, relative=relative),
            "value": ("parameter", at, {"long_name": "value, internal units (nM, min)"}),
        },
        coords={
            "parameter": np.array(names, dtype=object),
            "time": ("time", grid, {"units": "min", "long_name": "time since treatment"}),
        },
        attrs={
            **run_record(model.declared, settings),
            "method": f"{Method.RODAS5P.value}, derivatives by ESDIRK4(3)6L",
            "scenario": scenario.name,
            "parameters_hash": parameters_hash(resolved.parameters),
            "readouts": " ".join(shown),
            "relative": int(relative),
        },
    )


def _chosen(what: str, known: Iterable[str], asked: Iterable[str] | None) -> list[str]:
    """Return names that are asked for, each once, or all that are known."""
    if asked is None:
        return list(known)
    names = list(dict.fromkeys([asked] if isinstance(asked, str) else asked))
    for name in names:
        if name not in known:
            raise ScenarioError(what, f"unknown name {name!r}", nearest(name, known))
    return names


def _start(
    runner: Runner, scenario: Scenario, network: Network, bare: Network, names: Sequence[str]
) -> tuple[Values, Values]:
    """Return the untreated cell in the treated network's order, and its derivatives."""
    start = runner.start(scenario, network)
    amounts = runner.rest(scenario).amounts
    rest = np.array([amounts[species] for species in bare.species])
    slopes = start_slopes(network, names)
    place = {species: number for number, species in enumerate(network.species)}
    for species, slope in zip(bare.species, rest_slopes(bare, rest, names), strict=True):
        if species in place:
            slopes[place[species]] = slope
    return start, slopes


def _variables(
    resolved: Resolved,
    network: Network,
    levels: Values,
    slopes: Values,
    at: Values,
    shown: Sequence[str],
    *,
    relative: bool,
) -> dict[str, tuple[tuple[str, str], Values, dict[str, str]]]:
    places = {name: place for place, name in enumerate(network.readouts)}
    units = {readout.id: readout.unit for readout in readouts_of([resolved])}
    variables = {}
    for name in shown:
        place = places.get(name)
        slope = np.zeros((len(at), len(levels))) if place is None else slopes[:, place].T
        over = np.broadcast_to(at[:, None], slope.shape).copy()
        over[over == 0.0] = np.nan
        if relative:
            level = np.zeros(len(levels)) if place is None else levels[:, place]
            size = np.where(np.abs(level) > NOTHING, level, np.nan)
            value = np.where(np.isnan(over), np.nan, slope / size)
        else:
            value = slope / over
        unit = "1" if relative else f"{units[name]} per unit of the parameter"
        what = f"d ln {name} / d ln parameter" if relative else f"d {name} / d parameter"
        variables[name] = (("parameter", "time"), value, {"units": unit, "long_name": what})
    return variables
