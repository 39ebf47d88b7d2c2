"""Published findings put to a model: which hold, which do not, which cannot be asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pathway.errors import EvidenceError, nearest
from pathway.findings.entities import Names
from pathway.findings.measure import measure, needs, spans
from pathway.findings.measurements import data_folder
from pathway.findings.posing import pose
from pathway.findings.reader import findings_files, read_findings
from pathway.findings.verdict import judge
from pathway.result.settings import solver_settings
from pathway.result.simulate import run_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import xarray as xr

    from pathway.declare.declared import Declared
    from pathway.findings.entities import Expectation, Finding, FindingsFile
    from pathway.findings.functions import Moment
    from pathway.findings.measure import Measured
    from pathway.findings.verdict import Judgement
    from pathway.model import Model
    from pathway.scenario.value import Scenario

__all__ = [
    "VERDICTS",
    "Evidence",
    "check_evidence",
    "findings_folders",
    "model_names",
    "posed_findings",
]

VERDICTS = ("pass", "fail", "not expressible")

Chosen = list[tuple["FindingsFile", "Finding"]]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The verdict on every finding, with the numbers.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per finding: id, verdict (``pass``, ``fail`` or ``not expressible``), held (how
        many of its expectations), expected, found, claim, source, strength, basis, note, suspect
        (what is thought to be wrong, of those that fail), file. The
        expectations stand one after the other, separated by ``"; "``, in ``expected`` and
        ``found`` alike; for what is not expressible ``found`` holds the reason.
    expectations : pandas.DataFrame
        One row per expectation: id, number (from 1), kind, verdict, expected, found, note.
    """

    table: pd.DataFrame
    expectations: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """How many findings have each verdict, zeros included."""
        return {verdict: int((self.table["verdict"] == verdict).sum()) for verdict in VERDICTS}

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {verdict}" for verdict, count in self.counts.items())
        marks = [f"{row['id']}: {row['verdict']}" for row in self.table.to_dict("records")]
        return "\n".join([*marks, counts])

    @property
    def failures(self) -> pd.DataFrame:
        """The rows of ``table`` that fail."""
        return self.table[self.table["verdict"] == "fail"].reset_index(drop=True)


def check_evidence(
    model: Model,
    files: str | Path | Sequence[str | Path] | None = None,
    ids: Sequence[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    data: str | Path | None = None,
    seed: int = 0,
) -> Evidence:
    """Simulate the runs that findings name and judge their expectations.

    A direction holds at a change of 15 % or more, an order at gaps of 10 % or more, a number
    within x1.5 of a data set's or x2 of a page's, a bound as it stands, a rank correlation if its
    whole 95 % interval is above 0. A finding passes if all its expectations hold; a failed run
    never passes.

    Parameters
    ----------
    model : Model
        The model to question.
    files : path or sequence of paths, optional
        Findings files, or folders of them; those of the model and of the
        user's folder beside it if None.
    ids : sequence of str, optional
        Findings to check; all if None.
    progress : callable, optional
        Called with runs done and runs in all.
    data : path, optional
        The folder of published measurements that rank correlations read; without it those are not
        expressible.
    seed : int
        Of the bootstrap intervals of rank correlations.

    Returns
    -------
    Evidence
        ``.table``, ``.expectations``, ``.counts``, ``.failures``.

    Raises
    ------
    EvidenceError
        A file or table that cannot be read, an id that no file has, or that two files have.
    ScenarioError
        A run the model cannot answer, e.g. an unknown parameter.
    """
    chosen = posed_findings(model.declared, files, ids, data)

    def run(scenarios: Sequence[Scenario], times: Sequence[float]) -> xr.Dataset:
        # not simulate(): that raises where a single run fails, and here it is a verdict
        settings = solver_settings(None, None, None)
        return run_batch(model, scenarios, times, settings, progress=progress)

    return assemble(chosen, measure(chosen, run), seed)


def posed_findings(
    declared: Declared,
    files: str | Path | Sequence[str | Path] | None = None,
    ids: Sequence[str] | None = None,
    data: str | Path | None = None,
) -> list[tuple[FindingsFile, Finding]]:
    """Return the findings asked for as they are put to a model, each with its file.

    Parameters
    ----------
    declared : Declared
    files, ids, data
        As in :func:`check_evidence`.

    Raises
    ------
    EvidenceError
        A file or table that cannot be read, an id that no file has, or that two files have.
    """
    own = findings_folders(declared) or (Path(declared.folder) / "findings",)
    places = own if files is None else files
    listed = [places] if isinstance(places, str | Path) else list(places)
    names = model_names(declared)
    folder = None if data is None else data_folder(data)
    read = [read_findings(path, names) for path in findings_files(listed)]
    return [pose(file, finding, names, folder) for file, finding in _choose(read, ids)]


def findings_folders(declared: Declared) -> tuple[Path, ...]:
    """Return the folders of findings that a model and the user's folder beside it have."""
    homes = (declared.folder, declared.extra_folder)
    folders = (Path(home) / "findings" for home in homes if home)
    return tuple(folder for folder in folders if folder.is_dir())


def model_names(declared: Declared) -> Names:
    """Return the names that findings may use: the model's own and its drugs', lesions' readouts."""
    modules = [declared.base]
    modules += [lesion.module for lesion in declared.lesions.values()]
    modules += [drug.module for drug in declared.drugs.values()]
    modules += [ligand.module for ligand in declared.ligands.values()]
    readouts = dict.fromkeys(readout.id for module in modules for readout in module.readouts)
    return Names(
        contexts=tuple(declared.contexts),
        drugs=tuple(declared.drugs),
        ligands=tuple(declared.ligands),
        lesions=tuple(declared.lesions),
        readouts=tuple(readouts),
    )


def _choose(files: Iterable[FindingsFile], ids: Sequence[str] | None) -> Chosen:
    """Return the findings to check, in file order, each id once."""
    known: dict[str, tuple[FindingsFile, Finding]] = {}
    for file in files:
        for finding in file.findings:
            if finding.id in known:
                raise EvidenceError(
                    finding.where,
                    f"finding {finding.id!r} is already in {known[finding.id][0].path}",
                    "give it another id",
                )
            known[finding.id] = (file, finding)
    if ids is None:
        return list(known.values())
    for name in ids:
        if name not in known:
            raise EvidenceError("ids", f"unknown finding {name!r}", nearest(name, known))
    return [pair for name, pair in known.items() if name in ids]


def assemble(chosen: Chosen, measured: Measured, seed: int = 0) -> Evidence:
    """Return the verdicts on findings whose runs have been simulated; ``seed`` is for intervals."""
    rows: list[dict[str, object]] = []
    details: list[dict[str, object]] = []
    for file, finding in chosen:
        judged = [_judge(asked, file, measured, seed) for asked in finding.expectations]
        held = sum(judgement.passed for judgement in judged)
        verdict = "pass" if held == len(judged) else "fail"
        rows.append(
            {
                "id": finding.id,
                "verdict": "not expressible" if finding.reason else verdict,
                "held": f"{held}/{len(judged)}" if judged else "",
                "expected": "; ".join(judgement.expected for judgement in judged),
                "found": finding.reason or "; ".join(judgement.found for judgement in judged),
                "claim": finding.claim,
                "source": finding.source,
                "strength": finding.strength,
                "basis": finding.basis.value,
                "note": finding.note,
                "suspect": finding.suspect if verdict == "fail" else "",
                "file": file.path,
            }
        )
        for number, (expectation, judgement) in enumerate(
            zip(finding.expectations, judged, strict=True), start=1
        ):
            details.append(
                {
                    "id": finding.id,
                    "number": number,
                    "kind": expectation.kind.value,
                    "verdict": "pass" if judgement.passed else "fail",
                    "expected": judgement.expected,
                    "found": judgement.found,
                    "note": expectation.note or expectation.threshold,
                }
            )
    return Evidence(
        pd.DataFrame(rows, columns=_COLUMNS), pd.DataFrame(details, columns=_DETAIL_COLUMNS)
    )


_COLUMNS = [
    "id",
    "verdict",
    "held",
    "expected",
    "found",
    "claim",
    "source",
    "strength",
    "basis",
    "note",
    "suspect",
    "file",
]
_DETAIL_COLUMNS = ["id", "number", "kind", "verdict", "expected", "found", "note"]


def _judge(
    expectation: Expectation, file: FindingsFile, measured: Measured, seed: int
) -> Judgement:
    times = spans(file)

    def look(moment: Moment) -> float:
        return measured.look(file.path, moment)

    judgement = judge(expectation, times, look, seed)
    reasons = (measured.failure(file.path, moment) for moment in needs(expectation, times))
    reason = next(filter(None, reasons), "")
    return replace(judgement, passed=False, found=reason) if reason else judgement
