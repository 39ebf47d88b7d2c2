"""The runs of a findings file: read, checked, and turned into scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.errors import EvidenceError, nearest
from pathway.findings.entities import Doses, Names, Run, Step
from pathway.findings.parser import minutes
from pathway.scenario.value import Scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pathway.findings.table import Table

__all__ = ["member_run", "named", "read_run", "scenario"]


def read_run(name: str, body: Table, names: Names | None) -> Run:
    """Read one run.

    Parameters
    ----------
    name : str
        The run's name.
    body : Table
        Its table.
    names : Names, optional
        What the model has; None leaves names unchecked.

    Raises
    ------
    EvidenceError
        At an unknown key or name, a wrong type, or a duration that is none.
    """
    body.only(
        "context", "drugs", "ligands", "lesions", "parameters", "pretreat", "duration", "steps"
    )
    context = body.take("context", str, default="")
    if names is not None and context:
        _known("context", context, names.contexts, body.where)
    drugs = _doses(body, "drugs", "drug", names.drugs if names else None)
    pretreat = body.take("pretreat", str, default="")
    if pretreat and not drugs:
        raise EvidenceError(body.where, "pretreat without drugs", "name the drugs or leave it out")
    steps = tuple(_step(table, names) for table in body.list_of_tables("steps", "step"))
    duration = body.take("duration", str)
    lengths = [_length(duration, body.where)]
    lengths += [_length(step.duration, body.where) for step in steps]
    return Run(
        name=name,
        context=context,
        drugs=drugs,
        ligands=_doses(body, "ligands", "ligand", names.ligands if names else None),
        lesions=_lesions(body, names),
        parameters=_doses(body, "parameters", "parameter", None),
        pretreat=pretreat,
        duration=duration,
        steps=steps,
        start=-_length(pretreat, body.where) if pretreat else 0.0,
        stop=sum(lengths),
    )


def _length(text: str, where: str) -> float:
    length = minutes(text, where)
    if length <= 0.0:
        raise EvidenceError(where, f"a duration of {text!r}", "durations are longer than zero")
    return length


def _known(kind: str, name: str, known: Sequence[str], where: str) -> None:
    if name not in known:
        raise EvidenceError(where, f"unknown {kind} {name!r}", nearest(name, known))


def _doses(body: Table, key: str, kind: str, known: Sequence[str] | None) -> Doses:
    pairs = body.items(key)
    for name, dose in pairs:
        if known is not None:
            _known(kind, name, known, body.where)
        if not isinstance(dose, str):
            raise EvidenceError(
                body.where, f"{key}: {name} = {dose!r} is not a text", 'write it as "100 nM"'
            )
    return pairs


def _lesions(body: Table, names: Names | None) -> tuple[tuple[str, bool | float | str], ...]:
    pairs = body.items("lesions")
    for name, amount in pairs:
        if names is not None:
            _known("lesion", name, names.lesions, body.where)
        if not isinstance(amount, bool | int | float | str):
            raise EvidenceError(
                body.where,
                f"lesions: {name} = {amount!r} is no amount",
                'write true, a fraction or fold, or "1e5 molecules/cell"',
            )
    return pairs


def _step(body: Table, names: Names | None) -> Step:
    if ("then" in body) == ("wash" in body):
        raise EvidenceError(
            body.where, "a step has either 'then' or 'wash'", 'write then = "2 h" or wash = "2 h"'
        )
    if "wash" in body:
        body.only("wash", "drugs", "ligands")
        washed = (
            *_washed(body, "drugs", names.drugs if names else None),
            *_washed(body, "ligands", names.ligands if names else None),
        )
        return Step(action="wash", duration=body.take("wash", str), washed=washed)
    body.only("then", "drugs", "ligands")
    drugs, ligands = (
        _doses(body, key, key[:-1], known) if key in body else None
        for key, known in (
            ("drugs", names.drugs if names else None),
            ("ligands", names.ligands if names else None),
        )
    )
    return Step(action="then", duration=body.take("then", str), drugs=drugs, ligands=ligands)


def _washed(body: Table, key: str, known: Sequence[str] | None) -> tuple[str, ...]:
    found: list[str] = body.take(key, list, default=[])
    for name in found:
        if not isinstance(name, str):
            raise EvidenceError(body.where, f"{key}: {name!r} is no name", f"name the {key}")
        if known is not None:
            _known(key[:-1], name, known, body.where)
    return tuple(found)


def named(run: Run) -> tuple[tuple[str, str], ...]:
    """Return (kind, name) of every context, drug, ligand and lesion a run names."""
    context = [("context", run.context)] if run.context else []
    found = [
        *context,
        *(("drug", name) for name, _ in run.drugs),
        *(("ligand", name) for name, _ in run.ligands),
        *(("lesion", name) for name, _ in run.lesions),
        *(pair for step in run.steps for pair in _of_step(step)),
    ]
    return tuple(dict.fromkeys(found))


def _of_step(step: Step) -> list[tuple[str, str]]:
    # what is washed out was given before, so a run names it there
    return [
        *(("drug", name) for name, _ in step.drugs or ()),
        *(("ligand", name) for name, _ in step.ligands or ()),
    ]


def member_run(run: str, context: str) -> str:
    """Return the name of a run in a panel's context; no file can name a run so."""
    return f"{run}@{context}"


def scenario(run: Run, label: str) -> Scenario:
    """Return the scenario of a run; it starts ``-run.start`` minutes before the run's time zero.

    Parameters
    ----------
    run : Run
        The run.
    label : str
        What messages about it begin with.
    """
    made = Scenario(
        context=run.context or None,
        drugs=dict(run.drugs),
        ligands={} if run.pretreat else dict(run.ligands),
        lesions=dict(run.lesions),
        duration=run.pretreat or run.duration,
        parameters=dict(run.parameters),
        label=label,
    )
    if run.pretreat:
        made = made.then(run.duration, ligands=dict(run.ligands))
    for step in run.steps:
        if step.action == "wash":
            made = made.wash(step.duration, *step.washed)
        else:
            made = made.then(
                step.duration, drugs=dict(step.drugs or ()), ligands=dict(step.ligands or ())
            )
    return made
