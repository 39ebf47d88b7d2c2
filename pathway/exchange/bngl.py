"""The rules of a scenario as BNGL, for BioNetGen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pathway.declare.entities import FactorKind
from pathway.declare.parameters import Monomial
from pathway.errors import ScenarioError
from pathway.exchange.bngl_contexts import Contexts, written
from pathway.exchange.names import Names
from pathway.expand.match import automorphisms
from pathway.expand.pattern import Pattern, PatternMolecule
from pathway.expand.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pathway.declare.entities import Rule
    from pathway.exchange.bngl_contexts import Context
    from pathway.exchange.start import Case
    from pathway.expand.pattern import RuleLine
    from pathway.expand.pools import WeightedPatterns

__all__ = ["bngl_text"]

SPACE = re.compile(r"\s+")


def bngl_text(case: Case) -> str:
    """Return a BNGL model and the actions that expand and simulate it.

    Concentrations are in nM, time in minutes. Rules have the lines of the model; what interactions,
    effects and forbidden patterns mean for a rate stands in conditions of BioNetGen, one rule per
    set of conditions.

    Raises
    ------
    ScenarioError
        If the medium is used up, for which BNGL has no form without volumes.
    """
    if case.resolved.depletion is not None:
        raise ScenarioError(
            f"scenario {case.resolved.label!r}",
            "a medium that is used up cannot be written as BNGL",
            "leave out the volume of the medium, or export SBML",
        )
    return _Writer(case).text()


class _Writer:
    """Identifiers, observables and functions of one model."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.merged = case.model.merged(case.resolved)
        self.reader = Reader(self.merged)
        self.vocabulary = self.merged.vocabulary
        self.contexts = Contexts(case.network.graph, self.vocabulary)
        self.names = Names(case.network.readouts)
        self.parameters = {name: self.names.give(name) for name in case.declared}
        self.observables: dict[str, tuple[str, Pattern]] = {}
        self.functions: list[str] = []
        self.rate_names: dict[str, str] = {}

    def text(self) -> str:
        """Return the whole file; rules and readouts first, as they say what is observed."""
        rules = list(self._rules())
        readouts = list(self._readouts())
        blocks = {
            "parameters": [
                f"{identifier} {self.case.network.parameters[name]!r}  # {name}, {declared.internal_unit}"
                for (name, declared), identifier in zip(
                    self.case.declared.items(), self.parameters.values(), strict=True
                )
            ],
            "molecule types": list(self._types()),
            "seed species": list(self._seeds()),
            "observables": [
                f"Molecules {name} {written(pattern, self.vocabulary)}"
                for name, pattern in self.observables.values()
            ],
            "functions": [*self.functions, *readouts],
            "reaction rules": rules,
        }
        lines = [f"# {SPACE.sub(' ', self.case.resolved.label)}", "# nM, min", "begin model"]
        for block, content in blocks.items():
            lines += [f"begin {block}", *(f"  {line}" for line in content), f"end {block}"]
        return "\n".join([*lines, "end model", *self._actions()]) + "\n"

    def _types(self) -> Iterator[str]:
        for molecule in self.merged.molecules:
            if molecule.id in self.merged.active:
                kind = self.vocabulary.types[molecule.id]
                sites = (
                    "~".join((site, *states))
                    for site, states in zip(kind.sites, kind.states, strict=True)
                )
                yield f"{kind.id}({','.join(sites)})"

    def _seeds(self) -> Iterator[str]:
        case, graph = self.case, self.case.network.graph
        start = dict(zip(case.network.species, map(float, case.start), strict=True))
        first = case.resolved.steps[0].inputs
        for species, node in graph.nodes(data=True):
            if node["kind"] != "species":
                continue
            pattern = self.reader.pattern(species, species)
            text = written(pattern, self.vocabulary)
            if node["is_input"]:
                yield f"${text} {first.get(node['molecules'][0][0], 0.0)!r}"
            elif start[species] or node["initial"] is not None:
                yield f"{text} {start[species]!r}"

    def _rules(self) -> Iterator[str]:
        for rule in self.merged.rules:
            for line in self.reader.lines(rule):
                for reverse in (False, True) if line.reversible else (False,):
                    patterns, both = self._relevant(rule)
                    for context in self.contexts.of(
                        rule.id, line, patterns, reverse=reverse, both_sides=both
                    ):
                        yield self._rule(rule, line, context, reverse=reverse)

    def _relevant(self, rule: Rule) -> tuple[list[Pattern], bool]:
        if rule.reverse is not None:
            return [self._read(i.pattern) for i in self.merged.interactions], True
        return [self._read(e.when) for e in self.merged.effects if rule.id in e.rules], False

    def _rule(self, rule: Rule, line: RuleLine, context: Context, *, reverse: bool) -> str:
        before, after = (
            (line.products, line.reactants) if reverse else (line.reactants, line.products)
        )
        declared = rule.reverse if reverse and rule.reverse is not None else rule.forward
        rate = self._rate(rule, Monomial(declared.coefficient, context.powers))
        old = [part.molecule for p in before for part in p.molecules]
        left = self._side(before, None)
        right = self._side(after, old)
        name = self.names.give(rule.id)
        text = f"{name}: {left} -> {right} {rate}"
        extra = [
            *context.conditions,
            *self._barred(before, "reactants"),
            *self._barred(after, "products"),
        ]
        kept = [part.molecule for p in after for part in p.molecules]
        if any(old.count(molecule) > kept.count(molecule) for molecule in old):
            extra.append("DeleteMolecules")
        return " ".join([text, *extra])

    def _barred(self, side: tuple[Pattern, ...], name: str) -> Iterator[str]:
        for index, pattern in enumerate(side, start=1):
            own = {part.molecule for part in pattern.molecules}
            for forbidden in self.merged.forbidden:
                barred = self._read(forbidden.pattern)
                if own & {part.molecule for part in barred.molecules}:
                    yield f"exclude_{name}({index},{written(barred, self.vocabulary)})"

    def _side(self, side: tuple[Pattern, ...], there: list[str] | None) -> str:
        """Return one side of a rule; molecules that are not ``there`` before get default states."""
        left = None if there is None else list(there)
        texts = []
        for pattern in side:
            parts = []
            for part in pattern.molecules:
                made = left is not None and part.molecule not in left
                parts.append(self._full(part) if made else part)
                if left is not None and not made:
                    left.remove(part.molecule)
            texts.append(written(Pattern("", tuple(parts), ()), self.vocabulary))
        return " + ".join(texts) or "0"

    def _full(self, part: PatternMolecule) -> PatternMolecule:
        default = enumerate(self.vocabulary.types[part.molecule].default)
        sites = tuple(sorted({**dict(default), **dict(part.sites)}.items()))
        return PatternMolecule(molecule=part.molecule, sites=sites, fixed=(), bound=())

    def _rate(self, rule: Rule, constant: Monomial) -> str:
        text = self._monomial(constant)
        factors = []
        for factor, terms in zip(rule.factors, self.reader.factors(rule), strict=True):
            pool = self._sum(terms)
            if factor.kind is FactorKind.INHIBITING and pool == "0":
                continue
            if factor.kind is FactorKind.LINEAR:
                factors.append(f"({pool})")
                continue
            half = self._monomial(factor.K or Monomial())
            hill = "" if factor.hill is None else f"^({self._monomial(factor.hill)})"
            share = f"(({pool})/({half})){hill}"
            above = share if factor.kind is FactorKind.SATURATING else "1"
            factors.append(f"{above}/(1+{share})")
        if not factors:
            return text
        law = "*".join([text, *factors])
        if law not in self.rate_names:
            self.rate_names[law] = self.names.give(f"rate_of_{rule.id}")
            self.functions.append(f"{self.rate_names[law]}() = {law}")
        return f"{self.rate_names[law]}()"

    def _readouts(self) -> Iterator[str]:
        for readout in self.merged.readouts:
            terms = tuple((self._read(t.pattern), t.weight) for t in readout.terms)
            yield f"{readout.id}() = {self._sum(terms)}"

    def _sum(self, terms: WeightedPatterns) -> str:
        parts = []
        for pattern, weight in terms:
            if {part.molecule for part in pattern.molecules} <= self.merged.active:
                count = self._observable(pattern)
                times = "" if weight == Monomial() else f"{self._monomial(weight)}*"
                parts.append(f"{times}{count}")
        return " + ".join(parts) or "0"

    def _observable(self, pattern: Pattern) -> str:
        if pattern.text not in self.observables:
            name = self.names.give(f"count_{pattern.text}")
            self.observables[pattern.text] = (name, pattern)
        name = self.observables[pattern.text][0]
        symmetry = automorphisms(pattern)
        return name if symmetry == 1 else f"{name}/{symmetry}"

    def _read(self, text: str) -> Pattern:
        return self.reader.pattern("export", text)

    def _monomial(self, monomial: Monomial) -> str:
        parts = [
            self.parameters[name] + ("" if power == 1.0 else f"^({power!r})")
            for name, power in monomial.powers
        ]
        if monomial.coefficient != 1.0 or not parts:
            parts.insert(0, repr(monomial.coefficient))
        return "*".join(parts)

    def _actions(self) -> Iterator[str]:
        yield "generate_network({overwrite=>1})"
        before = self.case.resolved.steps[0].inputs
        for number, step in enumerate(self.case.resolved.steps):
            for name, value in step.inputs.items():
                if value != before.get(name, 0.0):
                    yield f'setConcentration("{name}()",{value!r})'
            before = step.inputs
            points = max(1, min(1000, round(step.stop - step.start)))
            again = ",continue=>1" if number else ""
            yield (
                f'simulate({{method=>"ode",t_start=>{step.start!r},t_end=>{step.stop!r},'
                f"n_steps=>{points},atol=>1e-10,rtol=>1e-10,print_functions=>1{again}}})"
            )
