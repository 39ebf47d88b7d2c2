"""What a model has, by kind, and everything that is declared about one name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pathway.cli.kinds import KINDS
from pathway.cli.output import Form, Rows, print_json, print_rows
from pathway.cli.pages import Page, pages_of
from pathway.errors import PathwayError, nearest

if TYPE_CHECKING:
    from pathway.model import Model

__all__ = ["list_names", "show"]

KindArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[KIND]", help=f"One of: {', '.join(KINDS)}. Without one, how many of each."
    ),
]
NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="A drug, cell line, parameter, rule, source, ...")
]


def list_names(model: Model, form: Form, kind: KindArgument = None) -> None:
    """List what the model has: drugs, cell lines, lesions, ligands, readouts, parameters, ...

    Example: pathway list drugs
    """
    if kind is None:
        counted = [{"kind": name, "count": len(make(model))} for name, make in KINDS.items()]
        print_rows(Rows(title="The model has", columns=("kind", "count"), rows=counted), form)
        return
    if kind not in KINDS:
        raise PathwayError(f"list {kind}", "no such kind", nearest(kind, KINDS))
    rows = KINDS[kind](model)
    columns = tuple(rows[0]) if rows else ("id",)
    print_rows(Rows(title=kind, columns=columns, rows=rows), form)


def show(model: Model, name: NameArgument, form: Form) -> None:
    """Show everything that is declared under a name, with units and sources.

    Of a drug, cell line or lesion also the findings that put it to the test; of a finding its
    runs and what is expected.

    Example: pathway show lapatinib
    """
    pages = pages_of(model.declared, name) or [
        Page(kind=kind.removesuffix("s"), facts=row, numbers=[])
        for kind, make in KINDS.items()
        for row in make(model)
        if row["id"] == name
    ]
    if not pages:
        known = [str(row["id"]) for make in KINDS.values() for row in make(model)]
        raise PathwayError(
            f"show {name}", "the model has nothing of that name", nearest(name, known)
        )
    if form is Form.JSON:
        print_json(
            [
                {"kind": page.kind, **page.facts, "numbers": page.numbers, **page.more}
                for page in pages
            ]
        )
        return
    for page in pages:
        facts = [{"what": key, "is": value} for key, value in page.facts.items()]
        print_rows(Rows(title=f"{page.kind} {name}", columns=("what", "is"), rows=facts), form)
        if page.numbers:
            columns = ("id", "value", "unit", "fold", "evidence", "sources", "note")
            print_rows(Rows(title="numbers", columns=columns, rows=page.numbers), form)
        for title, rows in page.more.items():
            print_rows(Rows(title=title, columns=tuple(rows[0]), rows=rows), form)
