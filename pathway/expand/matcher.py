"""Patterns that remember where they fit, and what they find among the species of a network."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pathway.declare.parameters import Monomial
from pathway.expand.match import automorphisms, embeddings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pathway.expand.forms import Form
    from pathway.expand.pattern import Pattern

__all__ = ["Matcher", "Matches", "Places", "Terms"]

Vector = tuple[tuple[int, Monomial], ...]
"""Species index and weight."""

Places = tuple[tuple[int, ...], ...]
"""Embeddings, as :func:`pathway.expand.match.embeddings` gives them."""


class Matcher:
    """A pattern and its embeddings in every form asked for so far."""

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern
        self.anchor = pattern.molecules[0].molecule
        """A molecule that whatever contains the pattern has."""
        self._places: dict[Form, Places] = {}

    @cached_property
    def symmetry(self) -> int:
        """Return the number of embeddings that are one and the same instance."""
        return automorphisms(self.pattern)

    def places(self, form: Form) -> Places:
        """Return the embeddings of the pattern in a form."""
        found = self._places.get(form)
        if found is None:
            found = self._places[form] = embeddings(self.pattern, form.complex_)
        return found

    def count(self, form: Form) -> int:
        """Return how many distinct instances of the pattern a form contains."""
        found = self.places(form)
        return len(found) // self.symmetry if found else 0


class Terms:
    """A weighted sum of patterns and what it counts a form with."""

    def __init__(self, terms: Iterable[tuple[Matcher, Monomial]]) -> None:
        self.terms = tuple(terms)
        self.matchers = tuple(matcher for matcher, _ in self.terms)
        self.anchors = tuple(dict.fromkeys(matcher.anchor for matcher, _ in self.terms))
        self._weights: dict[Form, tuple[Monomial, ...]] = {}

    def weights(self, form: Form) -> tuple[Monomial, ...]:
        """Return the weights of a form, none if no term matches it.

        Terms whose weights differ by a number are summed; one weight is left for each of the
        others.
        """
        found = self._weights.get(form)
        if found is None:
            own: dict[tuple[tuple[str, float], ...], float] = {}
            for matcher, weight in self.terms:
                instances = matcher.count(form)
                if instances:
                    known = own.get(weight.powers, 0.0)
                    own[weight.powers] = known + instances * weight.coefficient
            found = tuple(Monomial(coefficient, powers) for powers, coefficient in own.items())
            self._weights[form] = found
        return found


class Matches:
    """What patterns find among the species of one network.

    Parameters
    ----------
    forms : sequence of Form
        The species, in index order.
    """

    def __init__(self, forms: Sequence[Form]) -> None:
        self.forms = forms
        self._vectors: dict[Terms, Vector] = {}
        self._having: dict[str, list[int]] = {}
        for index, form in enumerate(forms):
            for kind in form.kinds:
                self._having.setdefault(kind, []).append(index)

    def counts(self, matcher: Matcher) -> list[tuple[int, int]]:
        """Return (species index, instances) in index order, species without any left out."""
        return [
            (index, found)
            for index in self._having.get(matcher.anchor, ())
            if (found := matcher.count(self.forms[index]))
        ]

    def vector(self, terms: Terms) -> Vector:
        """Evaluate a weighted sum of patterns over all species.

        Returns
        -------
        tuple of (int, Monomial)
            Species index and weight, in index order. A species that terms of different weight
            match appears once for each of them.
        """
        found = self._vectors.get(terms)
        if found is None:
            found = self._vectors[terms] = tuple(
                (index, weight)
                for index in having(self._having, terms.anchors)
                for weight in terms.weights(self.forms[index])
            )
        return found


def having(index: dict[str, list[int]], anchors: Sequence[str]) -> Sequence[int]:
    """Return the numbers listed under any of some molecules, ascending, each once."""
    if len(anchors) == 1:
        return index.get(anchors[0], ())
    return sorted({number for anchor in anchors for number in index.get(anchor, ())})
