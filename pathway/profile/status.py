"""A context from the HER2 status that a pathologist reports."""

from __future__ import annotations

import math
from dataclasses import replace
from numbers import Real
from typing import TYPE_CHECKING

from pathway.declare.declared import Context
from pathway.errors import DeclarationError, nearest
from pathway.profile.given import declared_of
from pathway.profile.read import read_scale
from pathway.profile.scale import Level, median_level

if TYPE_CHECKING:
    from pathway.profile.given import HasDeclared
    from pathway.profile.scale import Scale, Status

__all__ = ["context_from_status"]

HER2 = "HER2"
HR_STATUS = ("positive", "negative")
ISH_LIMITS = (0.1, 100.0)
"""Ratios outside are copy numbers or slips of the pen."""


def context_from_status(
    ihc: str,
    fish_ratio: float | None = None,
    hr_status: str | None = None,
    *,
    name: str = "tumour",
    model: HasDeclared | None = None,
    panel_scale: bool = False,
) -> Context:
    """Return the median cell of tumours with a clinical HER2 status, with its spread.

    HER2 is the median of the class of immunohistochemistry; a ratio of in-situ hybridisation moves
    it within the highest class by linear regression of logarithms, and tells whether the gene is
    amplified. The partners are medians of cell lines of that kind, everything else is the model's.
    Each total carries its geometric standard deviation; the classes overlap.

    Parameters
    ----------
    ihc : str
        ``"0"``, ``"1+"``, ``"2+"`` or ``"3+"``.
    fish_ratio : float, optional
        HER2 to CEP17; 2.0 or more counts as amplified. Without it only the highest class does.
    hr_status : str, optional
        ``"positive"`` or ``"negative"`` hormone receptors; lines of both kinds if None.
    name : str
        The context's name.
    model : Model, optional
        Whose scale; the shipped HER2 model by default.
    panel_scale : bool
        Whether to raise HER2 from the scale of flow cytometry, on which the classes are calibrated,
        to that of the ELISA of the model's cell lines, to compare with those.

    Returns
    -------
    Context
        For :meth:`Model.with_contexts`.

    Raises
    ------
    DeclarationError
        For an unknown class or hormone receptor status, an impossible ratio, or a model whose
        scale says nothing of clinical status.

    Notes
    -----
    For research on populations; a class fixes HER2 to about a factor of two at best.
    """
    where = f"context {name!r}"
    declared = declared_of(model)
    scale = read_scale(declared)
    status = scale.status
    if status is None:
        raise DeclarationError(scale.label, "no table 'status'", "add it, or use another model")
    _check(where, status, ihc, fish_ratio, hr_status)
    positive = status.ish["positive"].value
    top = ihc == tuple(status.ihc)[-1]
    amplified = top if fish_ratio is None else fish_ratio >= positive
    her2 = _her2(status, ihc, fish_ratio if top and amplified else None)
    if panel_scale:
        her2 = _on_panel(her2, status)
    levels = [her2, *_partners(scale, status, amplified=amplified, hr_status=hr_status)]
    return Context(
        id=name,
        description=_words(ihc, fish_ratio, hr_status),
        totals=tuple(level.parameter(scale.cell_volume, where) for level in levels),
        lesions=(),
        genotype="ERBB2 amplified" if amplified else "ERBB2 not amplified",
        where=where,
    )


def _check(where: str, status: Status, ihc: str, fish_ratio: object, hr_status: str | None) -> None:
    if ihc not in status.ihc:
        raise DeclarationError(where, f"unknown IHC class {ihc!r}", nearest(str(ihc), status.ihc))
    if hr_status is not None and hr_status not in HR_STATUS:
        raise DeclarationError(
            where, f"unknown hr_status {hr_status!r}", nearest(str(hr_status), HR_STATUS)
        )
    if fish_ratio is None:
        return
    if isinstance(fish_ratio, bool) or not isinstance(fish_ratio, Real):
        raise DeclarationError(where, f"fish_ratio is {fish_ratio!r}", "write a number")
    low, high = ISH_LIMITS
    if not math.isfinite(fish_ratio) or not low <= float(fish_ratio) <= high:
        raise DeclarationError(
            where, f"fish_ratio is {fish_ratio}", f"give HER2/CEP17 from {low:g} to {high:g}"
        )


def _her2(status: Status, ihc: str, fish_ratio: float | None) -> Level:
    level = median_level(HER2, status.ihc[ihc], f"median of IHC {ihc}, flow cytometry")
    level = replace(level, evidence=status.ihc[ihc].evidence, note=status.ihc[ihc].note)
    if fish_ratio is None:
        return level
    typical, spread, correlation = (
        status.ish[key].value for key in ("typical", "spread", "correlation")
    )
    slope = correlation * math.log(level.fold) / math.log(spread)
    sources = (s for key in ("typical", "spread", "correlation") for s in status.ish[key].sources)
    return replace(
        level,
        copies=level.copies * (fish_ratio / typical) ** slope,
        fold=level.fold ** math.sqrt(1.0 - correlation**2),
        sources=tuple(dict.fromkeys((*level.sources, *sources))),
        method=f"{level.method}, x ({fish_ratio:g}/{typical:g})^{slope:.2f} for the ISH ratio",
    )


def _on_panel(level: Level, status: Status) -> Level:
    factor = status.elisa_per_flow
    return replace(
        level,
        copies=level.copies * factor.value,
        # Independent errors of logarithms add as squares.
        fold=math.exp(math.hypot(math.log(level.fold), math.log(factor.fold))),
        sources=tuple(dict.fromkeys((*level.sources, *factor.sources))),
        method=f"{level.method}, x {factor.value:g} to the lines' ELISA",
    )


def _partners(
    scale: Scale, status: Status, *, amplified: bool, hr_status: str | None
) -> list[Level]:
    group = "amplified" if amplified else "not_amplified"
    if hr_status is not None:
        group += f"_HR_{hr_status}"
    medians = status.groups.get(group)
    if medians is None:
        raise DeclarationError(
            scale.label, f"no lines of group {group!r}", nearest(group, status.groups)
        )
    found = [
        median_level(name, median, f"median of the lines {group}, not measured here")
        for name, median in medians.items()
    ]
    rest = (
        molecule.panel_median()
        for name, molecule in scale.molecules.items()
        if name != HER2 and name not in medians
    )
    return [*found, *(level for level in rest if level is not None)]


def _words(ihc: str, fish_ratio: float | None, hr_status: str | None) -> str:
    parts = [f"median tumour cell of HER2 IHC {ihc}"]
    if fish_ratio is not None:
        parts.append(f"ISH ratio {fish_ratio:g}")
    if hr_status is not None:
        parts.append(f"hormone receptors {hr_status}")
    return "; ".join(parts)
