"""What a scenario rests on: every source of its numbers and mechanisms, with what it is cited for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from pathway.cli.bibtex import bibtex_text
from pathway.cli.output import Form, Rows, print_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pathway.declare.declared import Declared
    from pathway.declare.parameters import Parameter
    from pathway.model import Model
    from pathway.scenario import Resolved, Scenario

__all__ = ["Cited", "cite", "cited_by"]

METHODS = (
    ("Rodas5P", "Steinebach 2023, BIT Numer. Math. 63:27.", "the default integrator"),
    ("SciPy", "Virtanen et al. 2020, Nature Methods 17:261.", "the reference integrators"),
    ("LSODA", "Petzold 1983, SIAM J. Sci. Stat. Comput. 4:136.", "untreated rests, and retries"),
    ("Numba", "Lam, Pitrou, Seibert 2015, LLVM-HPC workshop, article 7.", "the compiled kernels"),
    (
        "BioNetGen",
        "Faeder, Blinov, Hlavacek 2009, Methods Mol. Biol. 500:113.",
        "the language of the rules",
    ),
)
"""Source, citation and what it is used for, of the methods every result rests on."""


GLANCE = 4
"""Names of one kind that a printed table has the room for; JSON, CSV and BibTeX have all."""


@dataclass(slots=True)
class Cited:
    """A source and what a scenario takes from it, in order of first use."""

    id: str
    citation: str
    how: str
    doi: str = ""
    pmid: str = ""
    year: int = 0
    reasons: dict[str, list[str]] = field(default_factory=dict)
    """What kind of thing is taken, and which."""

    def why(self, most: int | None = None) -> str:
        """Return the reasons as one text, of each kind ``most`` names or all."""
        return "; ".join(_listed(kind, names, most) for kind, names in self.reasons.items())


def _listed(kind: str, names: list[str], most: int | None) -> str:
    shown = names[:most]
    more = f" and {len(names) - len(shown)} more" if len(shown) < len(names) else ""
    return f"{kind}: {', '.join(shown)}{more}" if names else kind


BibtexOption = Annotated[
    bool, typer.Option("--bibtex", help="Print BibTeX entries instead of a table.")
]


def cite(model: Model, scenario: Scenario, form: Form, *, bibtex: BibtexOption = False) -> None:
    """Print what to cite for a scenario: the source of every number and mechanism, and for what.

    Example: pathway cite --context SKBR3 --drug trastuzumab --bibtex
    """
    from pathway.scenario import resolve

    resolved = resolve(model.declared, scenario)
    used = model.network(scenario).graph.graph["parameters"]
    found = cited_by(model.declared, resolved, scenario, used)
    if bibtex:
        typer.echo(bibtex_text((entry.id, _fields(entry)) for entry in found))
        return
    rows = [
        {
            "source": one.id,
            "citation": one.citation,
            "known from": one.how,
            "for": one.why(GLANCE if form is Form.TEXT else None),
        }
        for one in found
    ]
    title = f"{resolved.label} rests on"
    print_rows(
        Rows(title=title, columns=("source", "citation", "known from", "for"), rows=rows), form
    )


def cited_by(
    declared: Declared, resolved: Resolved, scenario: Scenario, used: Iterable[str]
) -> list[Cited]:
    """Return every source of a scenario with its reasons.

    Parameters
    ----------
    declared : Declared
        The model.
    resolved : Resolved
        The scenario as the model reads it.
    scenario : Scenario
        The scenario, for the names of its doses.
    used : iterable of str
        Ids of the parameters that its network uses.

    Returns
    -------
    list of Cited
        The model's own sources in order of first use, then those of the methods.
    """
    found: dict[str, Cited] = {}
    for sources, kind, name in _claims(declared, resolved, scenario, used):
        for source in sources:
            if source not in found:
                known = declared.sources[source]
                found[source] = Cited(
                    known.id, known.citation, known.how, known.doi, known.pmid, known.year
                )
            names = found[source].reasons.setdefault(kind, [])
            if name not in names:
                names.append(name)
    methods = [
        Cited(name, citation, "method", reasons={use: []}) for name, citation, use in METHODS
    ]
    return [*found.values(), *methods]


def _claims(
    declared: Declared, resolved: Resolved, scenario: Scenario, used: Iterable[str]
) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield sources with the kind of thing they are cited for and its name."""
    numbers = _numbers(declared, resolved)
    for name in used:
        if name in numbers:
            kind, parameter = numbers[name]
            yield parameter.sources, kind, name
    for name in resolved.lesions:
        yield declared.lesions[name].change.default.sources, "lesion", name
    if resolved.context:
        for name, amount in declared.contexts[resolved.context].lesions:
            yield amount.sources, f"lesion of {resolved.context}", name
    for module in resolved.modules:
        for rule in module.rules:
            yield rule.sources, "mechanism", rule.id
    for drug, dose in _doses(scenario):
        for exposure in declared.drugs[drug].exposures:
            if exposure.name == dose:
                yield exposure.sources, f"{dose} dose", drug
    yield declared.cell_volume.sources, "number", declared.cell_volume.id


def _numbers(declared: Declared, resolved: Resolved) -> Mapping[str, tuple[str, Parameter]]:
    """Return each parameter with its kind, a cell line's totals in place of the model's."""
    numbers = {
        parameter.id: ("number", parameter)
        for module in resolved.modules
        for parameter in module.parameters
    }
    if resolved.context:
        for total in declared.contexts[resolved.context].totals:
            numbers[total.id] = (f"total in {resolved.context}", total)
    return numbers


def _doses(scenario: Scenario) -> list[tuple[str, str]]:
    return [pair for step in scenario.treatments for pair in step.drugs.items()]


def _fields(entry: Cited) -> dict[str, str]:
    return {
        "title": entry.citation,
        "year": str(entry.year or ""),
        "doi": entry.doi,
        "pmid": entry.pmid,
        "note": f"Known from: {entry.how}. Used for {entry.why()}",
    }
