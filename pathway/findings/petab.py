"""The numbers that findings state, as a PEtab problem: ``export_findings``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathway.errors import EvidenceError
from pathway.exchange.measured import Datum
from pathway.exchange.petab import write_petab
from pathway.findings.entities import Kind
from pathway.findings.evidence import posed_findings
from pathway.findings.functions import Moment, moments
from pathway.findings.language import Call
from pathway.findings.measure import in_context, spans
from pathway.findings.runs import scenario
from pathway.findings.verdict import WITHIN

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pathway.findings.entities import Expectation, Finding, FindingsFile
    from pathway.model import Model
    from pathway.scenario import Scenario

__all__ = ["PetabExport", "export_findings", "findings_data"]

RELATIVE = ("fold", "effect", "ratio", "suppression")
"""Functions that say a readout as a share of another, or of itself at another time."""
PLAIN = ("value", "rest", "untreated")
"""Functions that say a readout as it is."""

_Place = tuple["Scenario", str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PetabExport:
    """A problem as written."""

    path: Path
    """The YAML file."""
    files: tuple[Path, ...]
    measurements: int
    left_out: tuple[tuple[str, str], ...]
    """(finding, why it states no number that a PEtab problem holds)."""


def export_findings(
    model: Model,
    path: str | os.PathLike[str],
    ids: Sequence[str] | None = None,
    *,
    files: str | Path | Sequence[str | Path] | None = None,
    data: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> PetabExport:
    """Write the runs of findings, and the numbers they state, as a PEtab problem (version 1).

    A fold, effect, suppression or ratio becomes two measurements, the level and what it is
    relative to (which is 1), with one scale that is a parameter; its noise is the factor within
    which the finding holds. With ``data``, measured columns that ranks are taken of become
    measurements with a scale and a spread as parameters; values at the detection floor are left
    out. Directions, orders and bounds are no measurements.

    Parameters
    ----------
    model : Model
    path : str or path-like
        The YAML file; model and tables are written beside it.
    ids : sequence of str, optional
        Findings; all if None.
    files, data
        As in :func:`pathway.check_evidence`.
    progress : callable, optional
        Called with scenarios done and scenarios in all.

    Raises
    ------
    EvidenceError
        An unknown finding, a file that cannot be read, or no number in any of the findings.
    PathwayError
        A file that cannot be written, or scenarios that do not share a network.
    """
    chosen = posed_findings(model.declared, files, ids, data)
    found, left_out = findings_data(chosen)
    if not found:
        asked = ", ".join(name for name, _ in left_out[:5]) or "none are given"
        raise EvidenceError(
            "findings", f"none states a number ({asked})", "choose some of kind 'number'"
        )
    written = write_petab(model, found, path, progress)
    return PetabExport(
        path=written[0], files=written, measurements=len(found), left_out=tuple(left_out)
    )


def findings_data(
    chosen: Sequence[tuple[FindingsFile, Finding]],
) -> tuple[list[Datum], list[tuple[str, str]]]:
    """Return what findings say was measured, and which say nothing of the kind, with the reason.

    Numbers that are relative to the same level have one scale and one reference.
    """
    found: list[Datum] = []
    left_out: list[tuple[str, str]] = []
    scales: dict[_Place, str] = {}
    for file, finding in chosen:
        own: list[Datum] = []
        for number, expectation in enumerate(finding.expectations, start=1):
            if expectation.kind is Kind.NUMBER:
                own += _numbers(file, expectation, f"{finding.id}_{number}", scales)
            elif expectation.kind is Kind.RANK:
                own += _series(file, expectation, finding.id)
        if not own:
            left_out.append((finding.id, finding.reason or "states no number"))
        found += own
    return found, left_out


def _numbers(
    file: FindingsFile, expectation: Expectation, dataset: str, scales: dict[_Place, str]
) -> list[Datum]:
    call = expectation.expression
    if not isinstance(call, Call) or call.name not in (*RELATIVE, *PLAIN):
        return []
    value = 1.0 - expectation.number if call.name == "suppression" else expectation.number
    noise = math.log10(WITHIN[expectation.basis])
    wanted = moments(call, spans(file))
    if value <= 0.0:
        return []
    if call.name in PLAIN:
        return [_datum(file, wanted[0], value, "", noise, dataset)]
    unit = _datum(file, wanted[1], 1.0, f"scale_of_{dataset}", noise, dataset, reference=True)
    place = unit.scenario, unit.readout, unit.time
    known = place in scales
    measured = _datum(file, wanted[0], value, scales.setdefault(place, unit.scale), noise, dataset)
    if (measured.scenario, measured.readout, measured.time) == place:
        return []
    return [measured] if known else [unit, measured]


def _series(file: FindingsFile, expectation: Expectation, dataset: str) -> list[Datum]:
    call = expectation.expression
    if not isinstance(call, Call) or call.name not in PLAIN:
        return []
    series = file.series[expectation.series]
    (moment,) = moments(call, spans(file))
    return [
        _datum(
            file,
            in_context(moment, member.context),
            10.0**member.measured if series.log else member.measured,
            f"scale_of_{series.name}",
            f"spread_of_{series.name}",
            dataset,
        )
        for member in expectation.members
        if member.measured != series.floor and (series.log or member.measured > 0.0)
    ]


def _datum(
    file: FindingsFile,
    moment: Moment,
    value: float,
    scale: str,
    noise: float | str,
    dataset: str,
    *,
    reference: bool = False,
) -> Datum:
    run = file.runs[moment.run]
    made = scenario(run, moment.run)
    if moment.untreated:
        made = made.without_drugs().labelled(f"{moment.run} untreated")
    return Datum(
        scenario=made,
        readout=moment.readout,
        time=min(max(moment.minutes - run.start, 0.0), sum(made.minutes)),
        value=value,
        scale=scale,
        noise=noise,
        dataset=dataset,
        reference=reference,
    )
