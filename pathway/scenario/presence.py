"""Which molecules a scenario's cell has: those with a total, and those that rules make."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pathway.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from pathway.declare.declared import Declared, Drug
    from pathway.declare.entities import Module, Molecule, Rule

__all__ = ["Syntheses", "check_targets", "present_molecules"]

_SITES = re.compile(r"\([^()]*\)")
_NAME = re.compile(r"[A-Za-z]\w*")


Synthesis = tuple[tuple[str, ...], tuple[str, ...]]
"""What one direction of a rule line needs, and what it makes more of."""


class Syntheses:
    """What rule lines make; each is read once."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Synthesis, Synthesis] | None] = {}

    def of(self, line: str) -> tuple[Synthesis, Synthesis] | None:
        """Return what the two directions of a line need and make, None if neither makes any."""
        if line not in self._known:
            left, _, right = _SITES.sub(" ", line).replace("<->", "->").partition("->")
            old, new = _NAME.findall(left), _NAME.findall(right)
            # Most rules change molecules and make none.
            same = sorted(old) == sorted(new)
            self._known[line] = None if same else (_synthesis(old, new), _synthesis(new, old))
        return self._known[line]


def _synthesis(old: list[str], new: list[str]) -> Synthesis:
    return tuple(old), tuple(name for name in new if new.count(name) > old.count(name))


def present_molecules(
    modules: Sequence[Module],
    parameters: Mapping[str, float],
    inputs: Sequence[str],
    syntheses: Syntheses,
) -> tuple[str, ...]:
    """Return the ids of molecules and seeds that can be in the cell, in declaration order.

    Parameters
    ----------
    modules : sequence of Module
        All modules of the scenario, drugs' and ligands' included.
    parameters : mapping of str to float
        Values after context, lesions and the scenario's own changes, internal units.
    inputs : sequence of str
        Drugs and ligands in the medium; they are not listed again.
    syntheses : Syntheses
        What rules make, as far as it was asked for before.

    Returns
    -------
    tuple of str
        Molecules and seeds with a total above zero, and molecules that a rule with a rate above
        zero makes from what is present.
    """
    molecules = [m for module in modules for m in module.molecules if not m.is_input]
    seeds = [seed for module in modules for seed in module.seeds]
    kinds = {molecule.id for molecule in molecules}
    chosen = [
        m.id for m in molecules if m.total is not None and parameters.get(m.total.id, 0.0) > 0.0
    ]
    sown = [seed for seed in seeds if parameters.get(seed.total.id, 0.0) > 0.0]
    have = {*chosen, *inputs, *(name for seed in sown for name in _names(seed.pattern))}
    made = _made(modules, dict(parameters), have, syntheses)
    wanted = {*chosen, *(made & kinds), *(seed.id for seed in sown)}
    ids = [*(m.id for m in molecules), *(seed.id for seed in seeds)]
    return tuple(name for name in dict.fromkeys(ids) if name in wanted)


def _made(
    modules: Sequence[Module], parameters: dict[str, float], have: set[str], syntheses: Syntheses
) -> set[str]:
    """Return what rules synthesise, to a fixed point: a transcript, then its protein."""
    running = [
        synthesis
        for module in modules
        for rule in module.rules
        for synthesis in _running(rule, parameters, syntheses)
    ]
    made: set[str] = set()
    while True:
        known = have | made
        fresh = {
            name
            for old, new in running
            if known.issuperset(old)
            for name in new
            if name not in known
        }
        if not fresh:
            return made
        made |= fresh


def _running(rule: Rule, parameters: dict[str, float], syntheses: Syntheses) -> Iterator[Synthesis]:
    """Yield what a rule makes at a rate above zero."""
    for line in rule.lines:
        directions = syntheses.of(line)
        if directions is not None:
            for rate, synthesis in zip((rule.forward, rule.reverse), directions, strict=True):
                if rate is not None and synthesis[1] and rate.value(parameters) > 0.0:
                    yield synthesis


def _names(text: str) -> list[str]:
    return _NAME.findall(_SITES.sub(" ", text))


def check_targets(
    where: str,
    declared: Declared,
    drug: Drug,
    modules: Sequence[Module],
    totals: Sequence[Mapping[str, float]],
    present: Collection[str],
) -> None:
    """Raise if the cell has none of a drug's targets.

    A target counts as there if it has a total before or after the lesions, if rules make it, or if
    another product of its gene is there: an antibody against a HER2 that the cell only has as p95
    is a fair question, whose answer is that nothing happens.

    Parameters
    ----------
    where : str
        The scenario, for the message.
    declared : Declared
        The model, for the molecules that only other modules declare.
    drug : Drug
        The drug asked for.
    modules : sequence of Module
        Modules of the scenario.
    totals : sequence of mapping
        Parameter values before and after the lesions.
    present : collection of str
        What :func:`present_molecules` returned.

    Raises
    ------
    ScenarioError
        None of the targets is there.
    """
    genes = _genes(declared)
    wanted = {genes[target] for target in drug.targets if genes.get(target)}
    molecules = [m for module in modules for m in module.molecules]
    seeds = [seed for module in modules for seed in module.seeds]
    there = set(present)
    for values in totals:
        there |= {m.id for m in molecules if m.total and values.get(m.total.id, 0.0) > 0.0}
        there |= {seed.id for seed in seeds if values.get(seed.total.id, 0.0) > 0.0}
    there |= {name for s in seeds if s.id in there for name in _names(s.pattern)}
    if there.intersection(drug.targets) or wanted.intersection(genes.get(name) for name in there):
        return
    raise ScenarioError(
        where,
        f"none of the targets of {drug.id} ({', '.join(drug.targets)}) is in this cell",
        "give its total in the context, or leave the drug out",
    )


def _genes(declared: Declared) -> dict[str, str]:
    modules = (declared.base, *(lesion.module for lesion in declared.lesions.values()))
    molecules: list[Molecule] = [m for module in modules for m in module.molecules]
    return {molecule.id: molecule.gene for molecule in molecules if molecule.gene}
