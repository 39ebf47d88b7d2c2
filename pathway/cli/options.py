"""The options every command spells alike, declared once.

A command whose signature has ``model`` (or ``any_model``, which may be an SBML file), ``scenario``
or ``form`` gets the options that describe one from the decorator :func:`expanded`, and is called with the thing itself.
"""

from __future__ import annotations

import inspect
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from pathway.cli.asked import Dose, make_scenario, open_any, open_model
from pathway.cli.output import form_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FileOption", "OutOption", "ReadoutOption", "expanded"]

SCENARIO = "Scenario"
OUTPUT = "Output"

ReadoutOption = Annotated[
    list[str] | None,
    typer.Option(
        "--readout",
        metavar="NAME",
        help="A readout to report, e.g. pAKT_S473. Repeatable.",
        rich_help_panel=OUTPUT,
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Write tables and figures into this folder.",
        rich_help_panel=OUTPUT,
    ),
]
FileOption = Annotated[
    Path,
    typer.Option(
        "--out",
        metavar="FILE",
        help="The file; its suffix says the form: .xml or .sbml, .bngl, .ant, .graphml, .cyjs, "
        ".omex, or .yaml with --finding.",
        rich_help_panel=OUTPUT,
    ),
]


def _option(
    flag: str, kind: object, text: str, *, default: object, metavar: str | None, panel: str | None
) -> inspect.Parameter:
    name = flag.removeprefix("--")
    return inspect.Parameter(
        # `json` and `csv` would hide the modules of that name from a reader
        f"as_{name}" if kind is bool else name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[
            kind, typer.Option(flag, help=text, metavar=metavar, rich_help_panel=panel)
        ],
    )


_TEXTS = list[str] | None
_MODEL = (
    _option(
        "--model",
        str,
        "A shipped model, or the folder of one.",
        default="her2",
        metavar="NAME|DIR",
        panel=None,
    ),
    _option(
        "--models",
        Path | None,
        "A folder with more drugs, ligands, lesions or contexts.",
        default=None,
        metavar="DIR",
        panel=None,
    ),
)
_ANY_MODEL = (
    _option(
        "--model",
        str,
        "A shipped model, the folder of one, or an SBML file.",
        default="her2",
        metavar="NAME|DIR|FILE",
        panel=None,
    ),
    _MODEL[1],
    inspect.Parameter(
        "ignore_fast",
        inspect.Parameter.KEYWORD_ONLY,
        default=False,
        annotation=Annotated[
            bool,
            typer.Option("--ignore-fast", help="Of an SBML file: fast reactions as ordinary ones."),
        ],
    ),
)
_SCENARIO = tuple(
    _option(flag, kind, text, default=default, metavar=metavar, panel=SCENARIO)
    for flag, metavar, kind, default, text in (
        ("--context", "NAME", str | None, None, "The cell line, e.g. SKBR3."),
        (
            "--drug",
            "NAME[=DOSE]",
            _TEXTS,
            None,
            'A drug and its concentration, "lapatinib=100 nM". Repeatable.',
        ),
        ("--ligand", "NAME=DOSE", _TEXTS, None, 'A growth factor, "HRG=1 nM". Repeatable.'),
        (
            "--lesion",
            "NAME[=AMOUNT]",
            _TEXTS,
            None,
            "An alteration, PIK3CA_H1047R or p95HER2=0.3. Repeatable.",
        ),
        ("--dose", None, Dose, Dose.IN_VITRO, "The exposure of drugs named without a dose."),
        ("--duration", "TIME", str, "24 h", "How long the treatment lasts."),
        ("--lead", "TIME", str | None, None, "Before that, the drugs alone without the ligands."),
        ("--wash", "TIME", str | None, None, "After that, this long without the drugs."),
        (
            "--medium",
            "VOLUME",
            str | None,
            None,
            'Medium per cell, "1 nL": drugs and ligands are then used up. Else they are constant.',
        ),
        (
            "--parameter",
            "ID=VALUE",
            _TEXTS,
            None,
            "A changed number: HER3.total=x0.5, or with its unit. Repeatable.",
        ),
    )
)
_FORM = tuple(
    _option(
        f"--{form}",
        bool,
        f"Print the table as {form.upper()}.",
        default=False,
        metavar=None,
        panel=OUTPUT,
    )
    for form in ("json", "csv")
)
_MADE: dict[str, tuple[tuple[inspect.Parameter, ...], Callable[..., object]]] = {
    "model": (_MODEL, open_model),
    "any_model": (_ANY_MODEL, open_any),
    "scenario": (_SCENARIO, make_scenario),
    "form": (_FORM, form_of),
}


def expanded(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of the ``model``, ``scenario`` and ``form`` it takes.

    The returned function has one keyword-only parameter for each option in place of those,
    in the order of the command's own signature; typer reads nothing else.
    """
    own = inspect.signature(command)
    wanted = [name for name in own.parameters if name in _MADE]
    # Those are annotated with types that are only imported for checking.
    hints = get_type_hints(
        command,
        localns=dict.fromkeys(("Model", "EquationModel", "Scenario", "Form"), Any),
        include_extras=True,
    )
    parameters: list[inspect.Parameter] = []
    for name, parameter in own.parameters.items():
        if name in _MADE:
            parameters += _MADE[name][0]
        else:
            kind = inspect.Parameter.KEYWORD_ONLY
            parameters.append(parameter.replace(annotation=hints[name], kind=kind))

    @wraps(command)
    def called(**given: object) -> None:
        made = {
            name: make(**{option.name: given.pop(option.name) for option in options})
            for name, (options, make) in _MADE.items()
            if name in wanted
        }
        command(**made, **given)

    signature = inspect.Signature(parameters)
    called.__signature__ = signature  # type: ignore[attr-defined]
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters} | {
        "return": None
    }
    return called
