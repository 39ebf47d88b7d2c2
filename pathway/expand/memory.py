"""What the expansions of one model share: texts read, forms met, what patterns and rules do.

Networks of one model differ by a drug or a lesion and have most rules and species in common.
Everything kept here follows from the text of a pattern or rule, the sites of the molecules, and
the species alone; so a network is the same, in the same order, with a memory that has seen a
hundred others and with a fresh one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.expand.forms import Forms
from pathway.expand.matcher import Matcher, Terms
from pathway.expand.rates import Rates
from pathway.expand.rewrite import Rewrite
from pathway.expand.texts import Parsed, Texts
from pathway.expand.transform import directions

if TYPE_CHECKING:
    from pathway.expand.pattern import Pattern, RuleLine
    from pathway.expand.pools import WeightedPatterns
    from pathway.expand.vocabulary import Vocabulary

__all__ = ["Knowledge", "Memory"]

MAX_ENTRIES = 300_000
"""Past as many pairs of a rule and species, what is known is forgotten: about 100 MB."""
MAX_VOCABULARIES = 100
"""Past as many, what was read is forgotten."""


class Memory:
    """Remembers between expansions; a model has one.

    Several threads may use it at once. Copying or pickling it gives an empty one.
    """

    def __init__(self) -> None:
        self._parsed: dict[object, Parsed] = {}
        self._knowledge: dict[object, Knowledge] = {}

    def __reduce__(self) -> tuple[type[Memory], tuple[()]]:
        return Memory, ()

    def texts(self, vocabulary: Vocabulary) -> Texts:
        """Return a reader of texts that knows what vocabularies which allow the same have read."""
        key = frozenset(
            (kind.id, kind.sites, kind.default, tuple(map(frozenset, kind.states)))
            for kind in vocabulary.types.values()
        )
        parsed = self._parsed.get(key)
        if parsed is None:
            if len(self._parsed) >= MAX_VOCABULARIES:
                self._parsed.clear()
            parsed = self._parsed.setdefault(key, Parsed())
        return Texts(vocabulary, parsed)

    def knowledge(self, vocabulary: Vocabulary) -> Knowledge:
        """Return what is known of species and rules whose molecules have the same sites.

        An expansion asks once and keeps to it, so that a species stays one object throughout.
        """
        key = frozenset((kind.id, kind.sites, kind.default) for kind in vocabulary.types.values())
        found = self._knowledge.get(key)
        if found is not None and len(found) > MAX_ENTRIES:
            self._knowledge.pop(key, None)
            found = None
        if found is None:
            found = self._knowledge.setdefault(key, Knowledge(vocabulary))
        return found


class Knowledge:
    """What is known of the species and rules of networks whose molecules have the same sites.

    Parameters
    ----------
    vocabulary : Vocabulary
        Of the molecules only sites and first states are read.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.forms = Forms(vocabulary)
        self.rates = Rates()
        self._matchers: dict[Pattern, Matcher] = {}
        # Hashing a pattern costs as much as using it; the pattern is kept so that its id stays its.
        self._by_id: dict[int, tuple[Pattern, Matcher]] = {}
        self._terms: dict[tuple[tuple[Matcher, int], ...], Terms] = {}
        self._rewrites: dict[tuple[str, str, str], tuple[Rewrite, ...]] = {}

    def __len__(self) -> int:
        tried = sum(len(one) for rewrites in self._rewrites.values() for one in rewrites)
        return tried + len(self._by_id)

    def matcher(self, pattern: Pattern) -> Matcher:
        """Return the matcher of a pattern."""
        known = self._by_id.get(id(pattern))
        if known is None:
            found = self._matchers.setdefault(pattern, Matcher(pattern))
            known = self._by_id[id(pattern)] = (pattern, found)
        return known[1]

    def terms(self, weighted: WeightedPatterns) -> Terms:
        """Return the weighted sum of some patterns."""
        pairs = [(self.matcher(pattern), self.rates.known(weight)) for pattern, weight in weighted]
        key = tuple((matcher, id(weight)) for matcher, weight in pairs)
        found = self._terms.get(key)
        if found is None:
            found = self._terms.setdefault(key, Terms(pairs))
        return found

    def rewrites(self, where: str, rule: str, line: RuleLine) -> tuple[Rewrite, ...]:
        """Return a line's transformations. Raises DeclarationError; see ``transform.directions``."""
        key = (where, rule, line.text)
        found = self._rewrites.get(key)
        if found is None:
            made = tuple(
                Rewrite(one, [self.matcher(pattern) for pattern in one.reactants], self.forms)
                for one in directions(where, rule, line, self._vocabulary)
            )
            found = self._rewrites.setdefault(key, made)
        return found
