"""``pathway info``: what a model is made of, how well its numbers are known, what is true of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from pathway.cli.files import BESIDE, SECONDS, file_sizes
from pathway.cli.kinds import KINDS, every_parameter
from pathway.cli.output import Form, Rows, frame_rows, note, print_json, print_rows
from pathway.cli.progress import Bar
from pathway.cli.sizes import BUDGET, largest_networks

if TYPE_CHECKING:
    from pathway.model import Model
    from pathway.scenario import Scenario

__all__ = ["info"]

THRESHOLD = 0.1
"""Change of a suppression that makes a parameter one to know better."""

Row = dict[str, object]


def info(
    model: Model,
    scenario: Scenario,
    form: Form,
    *,
    sensitivity: Annotated[
        bool,
        typer.Option(
            "--sensitivity/--no-sensitivity",
            help="List the parameters whose two-fold change moves a suppression of the main "
            "comparison by more than 0.1: some 50000 runs, about a minute of processor time. "
            "--context and --ligand narrow it.",
        ),
    ] = True,
    files: Annotated[
        bool,
        typer.Option(
            "--files",
            help="Print instead how large and how quick the network of every file is, alone and "
            "with trastuzumab and pertuzumab, against the budget.",
        ),
    ] = False,
) -> None:
    """Print sizes, how the numbers are known, sources, checks and what matters most in a model.

    The checks are those of the scenario's network.

    Example: pathway info --context SKBR3 --drug trastuzumab --drug lapatinib
    """
    declared = model.declared
    if files:
        _print_files(model, form)
        return
    with Bar("expanding networks") as bar:
        sizes = _sizes(model, bar)
    tables = {
        "contents": [{"kind": kind, "count": len(make(model))} for kind, make in KINDS.items()],
        "evidence": _evidence(model),
        "sources": _sources(model),
        "sizes": sizes,
        "checks": _checks(model, scenario),
    }
    treated = _treated(model, scenario) if sensitivity else []
    if treated:
        tables["sensitivity"] = _sensitivity(model, treated)
    elif sensitivity:
        note("no sensitivity: the model has no main comparison with drugs")
    if form is Form.JSON:
        print_json({"model": declared.id, "version": declared.version, **tables})
        return
    if form is Form.TEXT:
        typer.echo(f"{declared.id} version {declared.version}: {declared.description}")
    for title, rows in tables.items():
        columns = tuple(rows[0]) if rows else ("nothing",)
        print_rows(Rows(title=TITLES[title], columns=columns, rows=rows), form)


TITLES = {
    "contents": "What it declares",
    "evidence": "How its numbers are known",
    "sources": "How its sources were known",
    "sizes": "Largest networks, all ligands present, against the budget",
    "checks": "Checks of the scenario's network",
    "sensitivity": "Parameters whose two-fold change moves a suppression by more than 0.1",
}


def _print_files(model: Model, form: Form) -> None:
    """Print a row per file."""
    with Bar("expanding the network of every file") as bar:
        rows = file_sizes(model, progress=bar)
    beside = [name for name in BESIDE if name in model.declared.drugs]
    print_rows(
        Rows(
            title="Network of every file, against the budget",
            columns=tuple(rows[0]) if rows else ("nothing",),
            rows=rows,
            caption=f"+: with {' and '.join(beside) or 'nothing else'}; s: processor time of one expansion, "
            f"of which {SECONDS:g} is allowed",
        ),
        form,
    )


def _evidence(model: Model) -> list[Row]:
    numbers = [parameter for _, parameter in every_parameter(model.declared)]
    counts = Counter(parameter.evidence for parameter in numbers)
    return [
        {"evidence": kind.value, "numbers": counts[kind], "share": counts[kind] / len(numbers)}
        for kind in type(numbers[0].evidence)
    ]


def _sources(model: Model) -> list[Row]:
    counts = Counter(source.how for source in model.declared.sources.values())
    return [{"known from": how, "sources": count} for how, count in sorted(counts.items())]


def _sizes(model: Model, bar: Bar) -> list[Row]:
    return [
        {
            "drugs": count,
            "largest": " + ".join(found.drugs) or "untreated",
            "context": found.context,
            "species": found.species,
            "budget": BUDGET.get(count),
            "within": found.species <= BUDGET[count] if count in BUDGET else None,
            "reactions": found.reactions,
        }
        for count, found in largest_networks(model, progress=bar).items()
    ]


def _checks(model: Model, scenario: Scenario) -> list[Row]:
    from pathway.check import check_network

    network = model.network(scenario)
    report = check_network(network.graph, network.parameters)
    size = network.size
    return [
        {"check": "scenario", "found": scenario.name},
        {"check": "species, the medium's included", "found": report.n_species},
        {"check": "reactions", "found": report.n_reactions},
        {"check": "parameters used", "found": size.parameters},
        {"check": "nonzeros of the Jacobian", "found": size.jacobian_nonzeros},
        {"check": "conserved sums", "found": len(report.moieties)},
        {"check": "binding reactions, both ways", "found": report.cycles.pairs},
        {"check": "independent binding cycles", "found": report.cycles.conditions},
        {"check": "worst breach of detailed balance (log)", "found": report.cycles.worst},
        {"check": "species without reaction", "found": list(report.idle) or "none"},
        {"check": "species never reached", "found": list(report.unreachable) or "none"},
        {"check": "readouts that cannot change", "found": list(report.constant_readouts) or "none"},
    ]


def _treated(model: Model, scenario: Scenario) -> list[Scenario]:
    """Return the treated scenarios of the main comparison, in the cell if one is given."""
    from pathway.analysis.compare import DEFAULT_REGIMEN
    from pathway.analysis.compare_plan import make_plan
    from pathway.analysis.strategies import find_regimens

    regimen = find_regimens(model.declared).get(DEFAULT_REGIMEN)
    if regimen is None:
        return []
    plan = make_plan(
        model.declared,
        regimen,
        strategies=None,
        contexts=None if scenario.context is None else [scenario.context],
        ligands=dict(scenario.ligands) or None,
        lesions=None,
        dose=None,
        pretreatment=None,
        duration=None,
        at=None,
        curve_doses=0,
    )
    return [run.scenario for run in plan.runs if run.strategy.drugs]


def _sensitivity(model: Model, treated: list[Scenario]) -> list[Row]:
    """Return the parameters that matter to the main comparison."""
    from pathway.analysis.sensitivity import parameter_sensitivity
    from pathway.population.progress import CellBar

    readouts = [readout.id for readout in model.declared.base.readouts]
    note(
        f"sensitivity over {len(treated)} treated scenarios and {len(readouts)} readouts; "
        "--context and --ligand narrow it, --no-sensitivity leaves it out"
    )
    with CellBar("changing parameters two-fold") as bar:
        table = parameter_sensitivity(
            model, treated, readouts, fold=2.0, threshold=THRESHOLD, progress=bar
        )
    if table.attrs["failed"]:
        note(f"{table.attrs['failed']} changes had a run that failed, which is left out")
    return frame_rows(table)
