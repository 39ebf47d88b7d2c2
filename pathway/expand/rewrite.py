"""Transformations that remember what they make."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from pathway.expand.apply import apply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pathway.expand.forms import Form, Forms
    from pathway.expand.matcher import Matcher
    from pathway.expand.transform import Transformation

__all__ = ["Rewrite"]

Products = tuple["Form", ...]


class Rewrite:
    """A transformation, where it fits, and what it makes of every choice of forms tried so far.

    Parameters
    ----------
    transformation : Transformation
    matchers : sequence of Matcher
        One per reactant pattern.
    forms : Forms
        Where products become forms.
    """

    def __init__(
        self, transformation: Transformation, matchers: Sequence[Matcher], forms: Forms
    ) -> None:
        self.transformation = transformation
        self.matchers = tuple(matchers)
        self.anchors = tuple(dict.fromkeys(matcher.anchor for matcher in matchers))
        self._forms = forms
        self._fitting: dict[Form, tuple[int, ...]] = {}
        self._made: dict[tuple[Form, ...], tuple[Products, ...]] = {}

    def __len__(self) -> int:
        return len(self._made) + len(self._fitting)

    def fitting(self, form: Form) -> tuple[int, ...]:
        """Return the positions of the reactant patterns that a form contains."""
        found = self._fitting.get(form)
        if found is None:
            found = tuple(
                position for position, one in enumerate(self.matchers) if one.places(form)
            )
            self._fitting[form] = found
        return found

    def made(self, reactants: tuple[Form, ...]) -> tuple[Products, ...]:
        """Return the products of each event among reactants, one per reactant pattern.

        Embeddings of the first pattern vary slowest. Events that the transformation does not
        describe (a bond broken within a ring does not set two free) are left out.

        Raises
        ------
        NetworkError
            A molecule is deleted while bound to something that the rule does not write.
        """
        found = self._made.get(reactants)
        if found is None:
            complexes = [form.complex_ for form in reactants]
            places = [m.places(form) for m, form in zip(self.matchers, reactants, strict=True)]
            events = (apply(self.transformation, complexes, choice) for choice in product(*places))
            found = tuple(
                tuple(map(self._forms.of, complexes))
                for complexes in events
                if complexes is not None
            )
            self._made[reactants] = found
        return found
