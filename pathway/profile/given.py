"""What callers hand over: a model or none, and contexts to be joined to it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from pathway.declare.load import load_declared
from pathway.errors import DeclarationError, nearest
from pathway.library.find import find_model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pathway.declare.declared import Context, Declared

__all__ = ["HasDeclared", "declared_of", "join_contexts"]

DEFAULT_MODEL = "her2"


class HasDeclared(Protocol):
    """Anything that holds a declared model, as ``pathway.model.Model`` does."""

    @property
    def declared(self) -> Declared:
        """The model as declared."""
        ...


def declared_of(model: HasDeclared | None) -> Declared:
    """Return a model's declaration; the shipped HER2 model's if none is given."""
    return load_declared(find_model(DEFAULT_MODEL)) if model is None else model.declared


def join_contexts(declared: Declared, contexts: Iterable[Context]) -> Declared:
    """Return a declaration with further contexts.

    Its ``text_hash`` differs from the given one's, and is the same for the same contexts in the
    same order, so that a result's record tells the two apart.

    Raises
    ------
    DeclarationError
        If there is a context of that name, or one names a molecule, lesion or source that the
        model lacks.
    """
    joined = dict(declared.contexts)
    digest = hashlib.sha256(declared.text_hash.encode())
    totals = [m.total.id for m in declared.base.molecules if m.total is not None]
    totals += [seed.total.id for seed in declared.base.seeds]
    for context in contexts:
        where = f"context {context.id!r}"
        if not context.id.strip():
            raise DeclarationError(where, "it has no name", "give it one")
        if context.id in joined:
            raise DeclarationError(
                where, "the model has a context of that name", "give it another name"
            )
        for total in context.totals:
            if total.id not in totals:
                raise DeclarationError(
                    where, f"unknown total {total.id!r}", nearest(total.id, totals)
                )
        for lesion, _ in context.lesions:
            if lesion not in declared.lesions:
                raise DeclarationError(
                    where, f"unknown lesion {lesion!r}", nearest(lesion, declared.lesions)
                )
        for number in (*context.totals, *(amount for _, amount in context.lesions)):
            for source in number.sources:
                if source not in declared.sources:
                    raise DeclarationError(
                        where, f"unknown source {source!r}", nearest(source, declared.sources)
                    )
        joined[context.id] = context
        digest.update(repr(context).encode())
    return replace(declared, contexts=joined, text_hash=digest.hexdigest())
