"""The main job: drug strategies compared by how far they suppress signalling, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.analysis.compare_plan import make_plan
from pathway.analysis.compare_result import Comparison
from pathway.analysis.compare_runs import simulate_runs
from pathway.analysis.compare_score import (
    curve_table,
    label_dataset,
    ranking,
    score_table,
    suppression_table,
)
from pathway.analysis.strategies import find_regimens
from pathway.errors import ScenarioError, nearest
from pathway.result.settings import solver_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pathway.analysis.strategies import Regimen, Strategy
    from pathway.model import Model
    from pathway.scenario import Scenario

__all__ = ["Comparison", "compare", "comparison_scenarios", "trials"]

DEFAULT_REGIMEN = "dual_blockade"
CURVE_DOSES = 7
"""Points of an inhibition curve, over four decades: enough to see where it falls."""

TRIAL_NOTE = (
    "Published outcomes stand beside the simulation as context: the model does not predict them, "
    "and chemotherapy backbones are not modelled."
)


def compare(
    model: Model,
    strategies: Iterable[str | Strategy] | None = None,
    contexts: Iterable[str] | None = None,
    ligands: Iterable[str] | Mapping[str, str] | None = None,
    lesions: Iterable[str] | None = None,
    dose: str | Mapping[str, str] | None = None,
    pretreatment: str | None = None,
    duration: str | None = None,
    rank_by: Iterable[str] | None = None,
    *,
    trial: str | None = None,
    regimen: str | Regimen | None = None,
    at: Iterable[str] | None = None,
    auc: bool | None = None,
    rank_at: str | None = None,
    readouts: Iterable[str] | None = None,
    curve_doses: int | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    method: str | None = None,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Compare drug strategies in cells by the suppression of their signalling.

    Serum-free cells are equilibrated; drugs come ``pretreatment`` before the ligand (or before the
    same moment without one) and stay for ``duration``. Every number is against the same cell on
    the same schedule without drugs. What is left None is as the regimen's file says.

    Parameters
    ----------
    model : Model
    strategies : iterable, optional
        Names in the regimen, drugs joined by ``+`` (``"lapatinib+pertuzumab"``), or Strategy
        values. The untreated comparator is always there.
    contexts : iterable of str, optional
        Cell lines of the model; ``["all"]`` for every one.
    ligands : iterable of str or mapping, optional
        Arms of the regimen (``"none"``, ``"HRG"``), or doses by ligand
        (``{"none": "", "EGF": "1 nM"}``).
    lesions : iterable of str, optional
        Each is added alone to a context: that of the regimen's branch with the lesion, or the
        first. ``()`` for none.
    dose : str or mapping, optional
        An exposure (``"in-vitro"``, ``"clinical"``, ``"clinical-cns"``) of all drugs, or a dose
        with unit (or an exposure) by drug.
    pretreatment, duration : str, optional
        With unit, e.g. ``"1 h"``, ``"24 h"``.
    rank_by : iterable of str, optional
        Readouts whose mean suppression at ``rank_at`` is the score.
    trial : str, optional
        A trial's regimen by name (``"HER2CLIMB"``): its arms at clinical exposure, its published
        outcome in ``.outcomes``. Cell lines on a dish, not patients.
    regimen : str or Regimen, optional
        Another regimen of the model or the user's folder; ``dual_blockade`` otherwise.
    at : iterable of str, optional
        Times read out, from the ligand; ``rank_at`` is added to them.
    auc : bool, optional
        Whether to report the area under the curve from time zero too.
    rank_at : str, optional
    readouts : iterable of str, optional
        Readouts in the table; all of the model's otherwise.
    curve_doses : int, optional
        Doses per inhibition curve of the single drugs in the first context; 0 for no curves.
        7 in a comparison, none in a trial or panel.
    rtol, atol, method : optional
        Passed to :func:`pathway.simulate`.
    workers : int
        Processes to run in; the numbers do not depend on it. With more than one a script needs
        ``if __name__ == "__main__":`` around what it does, as with every pool of processes.
    progress : callable, optional
        Called with (runs done, runs in all).

    Returns
    -------
    Comparison

    Raises
    ------
    ScenarioError
        A name that the model or regimen does not have, or a time outside the comparison.
    UnitError
        A dose or time without its unit.
    """
    chosen = _regimen(model, regimen, trial)
    declared = model.declared
    known = [readout.id for readout in declared.base.readouts]
    ranked = _readouts(rank_by if rank_by is not None else chosen.rank_by, known)
    reported = _readouts(readouts if readouts is not None else known, known)
    when = rank_at or _rank_at(chosen, duration)
    curves = CURVE_DOSES if chosen.kind == "comparison" else 0
    areas = chosen.auc if auc is None else auc
    plan = make_plan(
        declared,
        chosen,
        strategies=strategies,
        contexts=contexts,
        ligands=ligands,
        lesions=lesions,
        dose=dose,
        pretreatment=pretreatment,
        duration=duration,
        at=dict.fromkeys([*(at if at is not None else chosen.at), when]),
        curve_doses=curves if curve_doses is None else curve_doses,
        courses=areas or chosen.kind != "panel",
    )
    dataset = simulate_runs(
        model,
        [run.scenario for run in (*plan.runs, *plan.curves)],
        plan.times.tolist(),
        solver_settings(rtol, atol, method),
        workers=workers,
        progress=progress,
    )
    dataset = label_dataset(dataset, plan)
    both = tuple(dict.fromkeys([*reported, *ranked]))
    table = suppression_table(dataset, plan, both, auc=areas)
    scores = score_table(table, plan, ranked, when)
    return Comparison(
        model=model,
        regimen=chosen,
        plan=plan,
        dataset=dataset,
        table=table,
        scores=scores,
        ranking=ranking(scores, plan),
        curves=curve_table(dataset, plan, both),
        readouts=both,
        rank_by=ranked,
        rank_at=when,
        notes=_notes(chosen),
    )


def trials(
    model: Model,
    names: Iterable[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Comparison]:
    """Run the arms of trials at clinical exposure; published outcomes are in ``.outcomes``.

    Parameters
    ----------
    model : Model
    names : iterable of str, optional
        All trials of the model otherwise.
    progress : callable, optional
        As in :func:`compare`, per trial.

    Returns
    -------
    dict of str to Comparison
        The simulation compares regimens in cell lines. It does not predict the trial, and leaves
        out its chemotherapy; ``.notes`` says so.
    """
    regimens = find_regimens(model.declared)
    known = [name for name, item in regimens.items() if item.kind == "trial"]
    chosen = known if names is None else list(names)
    return {name: compare(model, trial=name, progress=progress) for name in chosen}


def comparison_scenarios(
    model: Model,
    regimen: str | Regimen | None = None,
    contexts: Iterable[str] | None = None,
    ligands: Iterable[str] | Mapping[str, str] | None = None,
) -> tuple[Scenario, ...]:
    """Return the scenarios that a comparison simulates, its curves apart, each labelled.

    Parameters
    ----------
    model : Model
    regimen, contexts, ligands
        As in :func:`compare`.

    Raises
    ------
    ScenarioError
        A name the model and the regimen do not have.
    """
    plan = make_plan(
        model.declared,
        _regimen(model, regimen, None),
        strategies=None,
        contexts=contexts,
        ligands=ligands,
        lesions=None,
        dose=None,
        pretreatment=None,
        duration=None,
        at=None,
        curve_doses=0,
        courses=False,
    )
    return tuple(run.scenario for run in plan.runs)


def _regimen(model: Model, regimen: str | Regimen | None, trial: str | None) -> Regimen:
    """Return the regimen asked for by name or value."""
    if regimen is not None and trial is not None:
        raise ScenarioError("comparison", "both a regimen and a trial", "give one of them")
    if regimen is not None and not isinstance(regimen, str):
        return regimen
    found = find_regimens(model.declared)
    if trial is not None:
        found = {name: item for name, item in found.items() if item.kind == "trial"}
    name = trial or regimen or DEFAULT_REGIMEN
    if name not in found:
        kind = "trial" if trial is not None else "regimen"
        raise ScenarioError("comparison", f"unknown {kind} {name!r}", nearest(name, found))
    return found[name]


def _rank_at(regimen: Regimen, duration: str | None) -> str:
    """Return the ranking time: the regimen's, or the end of a comparison of another length."""
    return regimen.rank_at if duration is None else duration


def _readouts(names: Iterable[str], known: list[str]) -> tuple[str, ...]:
    chosen = tuple(names)
    for name in chosen:
        if name not in known:
            raise ScenarioError("comparison", f"unknown readout {name!r}", nearest(name, known))
    if not chosen:
        raise ScenarioError("comparison", "no readout", "name at least one")
    return chosen


def _notes(regimen: Regimen) -> tuple[str, ...]:
    """Return what a reader of the results must know."""
    if regimen.kind != "trial":
        return regimen.notes
    return (TRIAL_NOTE, f"Backbone: {regimen.backbone}.", *regimen.caveats, *regimen.notes)
