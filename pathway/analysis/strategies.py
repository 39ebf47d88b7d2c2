"""Regimen files: which strategies are compared, in which cells, by which protocol.

A regimen is data in ``regimens/*.toml`` of a model. A comparison names strategies; a trial names
its arms and carries its published outcome, which is context beside the simulation and never
something the model predicts.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pathway.analysis.panel_features import Features, read_features
from pathway.declare.units import parse_duration
from pathway.errors import DeclarationError, nearest
from pathway.library.find import find_model
from pathway.library.read import Table, parse_toml, read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable

    from pathway.declare.declared import Declared

__all__ = [
    "Branch",
    "LigandArm",
    "Outcome",
    "Phase",
    "Regimen",
    "Strategy",
    "every_context",
    "find_regimens",
    "model_folder",
    "read_regimen",
    "read_regimens",
]

KINDS = ("comparison", "panel", "trial")

EVERY = "all"
"""In place of names of contexts: every one of the model, the user's included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch of time before the protocol's own: these drugs for this long."""

    drugs: tuple[str, ...]
    duration: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """What a cell is given: drugs from the start of the protocol, and phases before it.

    ``dose`` names an exposure of the drugs and replaces the regimen's; ``arm`` is the arm of a
    trial it stands for.
    """

    id: str
    label: str
    drugs: tuple[str, ...]
    before: tuple[Phase, ...] = ()
    dose: str = ""
    arm: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LigandArm:
    """The growth factor added at time zero, or none (empty ``ligand``)."""

    id: str
    label: str
    ligand: str = ""
    dose: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A context with lesions added to it."""

    id: str
    label: str
    context: str
    lesions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One published endpoint of a trial, as text."""

    endpoint: str
    population: str
    experimental: str
    control: str
    effect: str
    sources: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regimen:
    """One regimen file.

    ``drug_lead`` and ``duration`` are texts with units; time counts from the ligand, drugs start
    ``drug_lead`` earlier. ``at`` are the times read out, ``auc`` whether the area under the curve
    from zero to ``duration`` is too. ``features`` says, in a panel, what
    stands beside the cells; ``setting``, ``backbone``, ``caveats`` and ``outcomes`` are those of a
    trial and empty otherwise.
    """

    id: str
    kind: str
    title: str
    description: str
    dose: str
    contexts: tuple[str, ...]
    medium: str
    drug_lead: str
    duration: str
    at: tuple[str, ...]
    auc: bool
    rank_by: tuple[str, ...]
    rank_at: str
    ligands: tuple[LigandArm, ...]
    branches: tuple[Branch, ...]
    strategies: tuple[Strategy, ...]
    features: Features | None = None
    setting: str = ""
    backbone: str = ""
    caveats: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    notes: tuple[str, ...] = ()
    where: str = ""


def model_folder(declared: Declared) -> Traversable:
    """Return the folder a model was read from, also when it lies in an unopened wheel."""
    path = Path(declared.folder)
    return path if path.is_dir() else find_model(declared.id)


def find_regimens(declared: Declared) -> dict[str, Regimen]:
    """Return the regimens of a model and of the user's folder beside it, the model's first.

    Raises
    ------
    DeclarationError
        A malformed file, or a name that both folders have.
    """
    found = read_regimens(model_folder(declared), declared)
    if not declared.extra_folder:
        return found
    for name, regimen in read_regimens(Path(declared.extra_folder), declared).items():
        if name in found:
            raise DeclarationError(
                f"{declared.extra_folder}/{regimen.where}",
                f"the model has a regimen {name!r}",
                "rename the file",
            )
        found[name] = regimen
    return found


def read_regimens(folder: Traversable, declared: Declared) -> dict[str, Regimen]:
    """Read every ``regimens/*.toml`` of a model folder, sorted by name; none is no error.

    Parameters
    ----------
    folder : Traversable
        The model's folder.
    declared : Declared
        The model, whose drugs, ligands, lesions, contexts, readouts and sources may be named.

    Raises
    ------
    DeclarationError
        A file that is malformed or names what the model does not have.
    """
    place = folder.joinpath("regimens")
    if not place.is_dir():
        return {}
    files = sorted(
        (file for file in place.iterdir() if file.name.endswith(".toml")), key=lambda f: f.name
    )
    return {
        file.name.removesuffix(".toml"): read_regimen(file, f"regimens/{file.name}", declared)
        for file in files
    }


def read_regimen(file: Traversable, label: str, declared: Declared) -> Regimen:
    """Read one regimen file; see :func:`read_regimens`."""
    text = read_text(file, label)
    table, raw = parse_toml(text, label), tomllib.loads(text)
    kind = table.text("kind")
    _known(table, "kind", (kind,), KINDS)
    protocol, ranking = table.table("protocol"), table.table("ranking")
    trial = kind == "trial"
    regimen = Regimen(
        id=file.name.removesuffix(".toml"),
        kind=kind,
        title=table.text("title"),
        description=table.text("description"),
        dose=table.text("dose"),
        contexts=_contexts(table, declared),
        medium=protocol.text("medium"),
        drug_lead=_duration(protocol, "drug_lead"),
        duration=_duration(protocol, "duration"),
        at=tuple(_checked(protocol, text) for text in protocol.texts("at")),
        auc=protocol.flag("auc", default=False),
        rank_by=_known(ranking, "readout", ranking.texts("readouts"), _readouts(declared)),
        rank_at=_duration(ranking, "at"),
        ligands=tuple(_ligand(*item, declared) for item in table.tables("ligand")),
        branches=tuple(_branch(*item, declared) for item in table.tables("branch")),
        strategies=tuple(
            _strategy(name, item, raw["strategy"][name], declared)
            for name, item in table.tables("strategy")
        ),
        features=read_features(table, declared) if kind == "panel" else None,
        setting=table.text("setting") if trial else "",
        backbone=table.text("backbone") if trial else "",
        caveats=table.texts("caveats") if trial else (),
        outcomes=tuple(_outcomes(table, raw, declared)) if trial else (),
        notes=tuple(note for note in (protocol.text("note", ""), ranking.text("note", "")) if note),
        where=label,
    )
    table.close()
    if not regimen.strategies:
        raise table.error("no strategy", "add [strategy.NAME] with drugs = [...]")
    if not regimen.ligands:
        raise table.error("no ligand arm", "add [ligand.none] with a label")
    return regimen


def every_context(names: tuple[str, ...], declared: Declared) -> tuple[str, ...]:
    """Return the names, or those of all contexts where they are the one word ``all``."""
    return tuple(declared.contexts) if names == (EVERY,) else names


def _contexts(table: Table, declared: Declared) -> tuple[str, ...]:
    names = every_context(table.texts("contexts"), declared)
    return _known(table, "context", names, declared.contexts)


def _strategy(name: str, table: Table, raw: Mapping[str, Any], declared: Declared) -> Strategy:
    before = tuple(
        Phase(drugs=_drugs(phase, declared), duration=_duration(phase, "duration"))
        for phase in _array(table, raw, "before")
    )
    return Strategy(
        id=name,
        label=table.text("label"),
        drugs=_drugs(table, declared),
        before=before,
        dose=table.text("dose", ""),
        arm=table.text("arm", ""),
        note=table.text("note", ""),
    )


def _ligand(name: str, table: Table, declared: Declared) -> LigandArm:
    label, ligand = table.text("label"), table.text("ligand", "")
    table.text("note", "")
    if not ligand:
        return LigandArm(id=name, label=label)
    _known(table, "ligand", (ligand,), declared.ligands)
    sources = _known(table, "source", table.texts("source"), declared.sources)
    return LigandArm(id=name, label=label, ligand=ligand, dose=table.text("dose"), sources=sources)


def _branch(name: str, table: Table, declared: Declared) -> Branch:
    return Branch(
        id=name,
        label=table.text("label"),
        context=_known(table, "context", (table.text("context"),), declared.contexts)[0],
        lesions=_known(table, "lesion", table.texts("lesions"), declared.lesions),
    )


def _array(table: Table, raw: Mapping[str, Any], key: str) -> Iterator[Table]:
    """Yield the tables of an array of tables (``[[key]]``), each closed once it was read."""
    if not table.has(key):
        return
    items = raw[key]
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise table.error(f"{key!r} is not an array of tables", f"write [[{key}]]")
    for number, item in enumerate(items, start=1):
        path = f"{table.path}.{key}" if table.path else key
        inner = Table(table.label, f"{path} {number}", item)
        yield inner
        inner.close()


def _outcomes(table: Table, raw: Mapping[str, Any], declared: Declared) -> Iterator[Outcome]:
    for item in _array(table, raw, "outcome"):
        yield Outcome(
            endpoint=item.text("endpoint"),
            population=item.text("population"),
            experimental=item.text("experimental"),
            control=item.text("control"),
            effect=item.text("effect"),
            sources=_known(item, "source", item.texts("source"), declared.sources),
            note=item.text("note", ""),
        )


def _drugs(table: Table, declared: Declared) -> tuple[str, ...]:
    return _known(table, "drug", table.texts("drugs", ()), declared.drugs)


def _duration(table: Table, key: str) -> str:
    return _checked(table, table.text(key))


def _checked(table: Table, text: str) -> str:
    parse_duration(text, table.where)
    return text


def _readouts(declared: Declared) -> tuple[str, ...]:
    return tuple(readout.id for readout in declared.base.readouts)


def _known(
    table: Table, kind: str, names: tuple[str, ...], known: Iterable[str]
) -> tuple[str, ...]:
    known = tuple(known)
    for name in names:
        if name not in known:
            raise table.error(f"unknown {kind} {name!r}", nearest(name, known))
    return names
