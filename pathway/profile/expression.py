"""Contexts from tables of transcripts or proteins, on the scale of the model's cell lines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from typing import TYPE_CHECKING

import pandas as pd

from pathway.declare.declared import Context
from pathway.errors import DeclarationError, nearest
from pathway.profile.given import declared_of
from pathway.profile.read import read_scale
from pathway.profile.scale import ExpressionKind

if TYPE_CHECKING:
    from pathway.profile.given import HasDeclared
    from pathway.profile.scale import Level, Scale

__all__ = ["GENE_COLUMN", "context_from_expression"]

GENE_COLUMN = "gene"


def context_from_expression(
    table: pd.DataFrame | Mapping[str, float],
    model: HasDeclared | None = None,
    *,
    kind: ExpressionKind | str = ExpressionKind.TPM,
    name: str | None = None,
) -> tuple[Context, ...]:
    """Return a context for every sample of an expression table.

    Each molecule is the sum over its genes of amount times the scale's factor, so totals are linear
    in the amounts. What the table lacks takes the median of the model's panel of cell lines, and
    its ``method`` says so; what the scale has no median for stays the model's own.

    Parameters
    ----------
    table : DataFrame or mapping of str to float
        A column ``gene`` of gene symbols and one column of numbers per sample; or one sample as
        gene to number.
    model : Model, optional
        Whose scale and molecules; the shipped HER2 model by default.
    kind : ExpressionKind or str
        What the numbers are: ``TPM``, ``protein_ratio`` (to the scale's anchor line, in the same
        run) or ``molecules`` (per cell).
    name : str, optional
        The context's name, for a table of one sample; columns name themselves otherwise.

    Returns
    -------
    tuple of Context
        In the order of the columns, for :meth:`Model.with_contexts`. Lesions are not inferred.

    Raises
    ------
    DeclarationError
        For a missing column, an unknown gene or one given twice, a negative or missing number, a
        molecule with only some of its genes, or a gene that the scale cannot convert.

    Examples
    --------
    >>> import pathway as pw
    >>> model = pw.load("her2")
    >>> cells = pw.context_from_expression({"ERBB2": 154, "ERBB3": 99}, model, name="cell")
    >>> model.with_contexts(*cells).declared.contexts["cell"].totals[1].method
    'ERBB2: TPM 154 x 4277 molecules per TPM'
    """
    scale = read_scale(declared_of(model))
    wanted = _kind(kind)
    samples = _samples(table, name)
    known = scale.genes
    return tuple(
        _context(sample, _amounts(sample, genes, known), scale, wanted)
        for sample, genes in samples.items()
    )


def _kind(kind: ExpressionKind | str) -> ExpressionKind:
    try:
        return ExpressionKind(kind)
    except ValueError as error:
        known = [item.value for item in ExpressionKind]
        raise DeclarationError(
            "expression table", f"unknown kind {kind!r}", nearest(str(kind), known)
        ) from error


def _samples(
    table: pd.DataFrame | Mapping[str, float], name: str | None
) -> dict[str, list[tuple[str, object]]]:
    """Return gene and number pairs by sample."""
    where = "expression table"
    if isinstance(table, Mapping):
        if not name:
            raise DeclarationError(where, "one sample without a name", "give name=")
        return {name: list(table.items())}
    if not isinstance(table, pd.DataFrame):
        raise DeclarationError(
            where, f"it is a {type(table).__name__}", "give a DataFrame, or gene to number"
        )
    columns = [str(column) for column in table.columns]
    if GENE_COLUMN not in columns:
        raise DeclarationError(
            where, f"no column {GENE_COLUMN!r}", f"{nearest(GENE_COLUMN, columns)} (rename it)"
        )
    samples = [column for column in columns if column != GENE_COLUMN]
    if not samples:
        raise DeclarationError(where, "no column of numbers", "add one per sample")
    if len(set(columns)) < len(columns):
        raise DeclarationError(where, "two columns have one name", "name samples apart")
    if name is not None and len(samples) > 1:
        raise DeclarationError(
            where, f"one name for {len(samples)} samples", "leave name= out: columns are names"
        )
    genes = [str(gene) for gene in table.iloc[:, columns.index(GENE_COLUMN)]]
    return {
        name if name is not None else sample: list(
            zip(genes, table.iloc[:, columns.index(sample)].tolist(), strict=True)
        )
        for sample in samples
    }


def _amounts(
    sample: str, genes: list[tuple[str, object]], known: Mapping[str, str]
) -> dict[str, float]:
    where = f"expression table, sample {sample!r}"
    found: dict[str, float] = {}
    if not genes:
        raise DeclarationError(where, "no gene is given", "add at least one")
    for gene, given in genes:
        if gene not in known:
            raise DeclarationError(where, f"unknown gene {gene!r}", nearest(gene, known))
        if gene in found:
            raise DeclarationError(where, f"{gene} is given twice", "keep one row per gene")
        if isinstance(given, bool) or not isinstance(given, Real):
            raise DeclarationError(where, f"{gene} is {given!r}", "write a number")
        if not math.isfinite(given):
            raise DeclarationError(
                where, f"{gene} is {given}", "leave the gene out: a median stands in"
            )
        if given < 0.0:
            raise DeclarationError(
                where, f"{gene} is {given:g}, negative", "give amounts, not logarithms"
            )
        found[gene] = float(given)
    return found


def _context(
    sample: str, amounts: Mapping[str, float], scale: Scale, kind: ExpressionKind
) -> Context:
    where = f"expression table, sample {sample!r}"
    levels: list[Level] = []
    medians = 0
    for molecule in scale.molecules.values():
        if any(gene.gene in amounts for gene in molecule.genes):
            levels.append(molecule.from_genes(amounts, kind, scale.table_source, where))
            continue
        median = molecule.panel_median()
        if median is not None:
            levels.append(median)
            medians += 1
    return Context(
        id=sample,
        description=f"from a table of {kind.value}: {len(levels) - medians} proteins given, "
        f"{medians} at the panel's median",
        totals=tuple(level.parameter(scale.cell_volume, where) for level in levels),
        lesions=(),
        genotype="not given",
        where=where,
    )
