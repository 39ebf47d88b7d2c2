"""The files of a comparison, which appear in their folder together or not at all."""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pathway.errors import PathwayError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

    import pandas as pd

    from pathway.analysis.compare_result import Comparison

__all__ = ["save", "together", "write_csv", "write_json"]


def save(
    comparison: Comparison, folder: str | Path, *, figures: bool, executor: Executor | None = None
) -> tuple[Path, ...]:
    """Write a comparison; see :meth:`pathway.analysis.compare_result.Comparison.save`."""
    place = Path(folder)
    with together(place) as work:
        write_csv(comparison.table, work / "suppression.csv")
        write_json(_units(comparison), work / "suppression.units.json")
        write_csv(comparison.ranking, work / "ranking.csv")
        if len(comparison.curves):
            write_csv(comparison.curves, work / "curves.csv")
        if comparison.regimen.outcomes:
            write_csv(comparison.outcomes, work / "outcomes.csv")
            (work / "notes.txt").write_text("\n".join(comparison.notes) + "\n", encoding="utf-8")
        # NetCDF 3 by scipy: every netCDF reader opens it, and it needs no further package.
        comparison.dataset.to_netcdf(work / "results.nc", engine="scipy")
        if figures:
            from pathway.analysis.compare_draw import draw_files

            draw_files(comparison, work, executor)
        names = sorted(path.name for path in work.iterdir())
    return tuple(place / name for name in names)


@contextmanager
def together(folder: Path) -> Iterator[Path]:
    """Yield an empty folder whose files move into ``folder`` when the block ends well.

    Files are written beside their destination and renamed into it, so a failure on the way leaves
    ``folder`` as it was; other files in it are kept.

    Raises
    ------
    PathwayError
        If the folder cannot be made or written to.
    """
    where = f"folder {str(folder)!r}"
    try:
        missing = [place for place in (folder, *folder.absolute().parents) if not place.exists()]
        existing = (missing[-1] if missing else folder).absolute().parent if missing else folder
        if not existing.is_dir():
            raise PathwayError(where, "it is a file", "name a folder")
        work = Path(tempfile.mkdtemp(prefix=".pathway-", dir=existing))
    except OSError as error:
        raise _unwritable(where, error) from error
    try:
        yield work
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for path in sorted(work.iterdir()):
                path.replace(folder / path.name)
        except OSError as error:
            raise _unwritable(where, error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _unwritable(where: str, error: OSError) -> PathwayError:
    reason = error.strerror or type(error).__name__
    return PathwayError(where, f"cannot be written ({reason})", "name another folder")


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table without its index."""
    # Ten digits: more than the integration is good for, and the same text on every platform.
    table.to_csv(path, index=False, float_format="%.10g", lineterminator="\n")


def write_json(value: object, path: Path) -> None:
    """Write a value as JSON that a person can read too."""
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")


def _units(comparison: Comparison) -> dict[str, object]:
    """Return what the columns mean and in which units, for the file beside the table."""
    dataset = comparison.dataset
    return {
        "suppression": {
            "unit": "1",
            "meaning": "1 - treated/untreated of the readout: 1 full, 0 none, negative: activation; "
            "empty: the run failed or the untreated readout is zero",
        },
        "time": {
            "unit": "as written",
            "meaning": "from ligand addition; AUC: area under the readout from 0 to "
            f"{comparison.plan.duration / 60.0:g} h",
        },
        "dose": {"unit": "nM", "meaning": "in curves.csv: free drug in the medium"},
        "readout": {
            name: {"unit": str(dataset[name].attrs.get("units", "1"))}
            for name in comparison.readouts
        },
        "score": {
            "unit": "1",
            "meaning": f"in ranking.csv: mean suppression of {' and '.join(comparison.rank_by)} "
            f"at {comparison.rank_at}",
        },
        "regimen": comparison.regimen.id,
        "drug_lead": f"{comparison.plan.pretreatment / 60.0:g} h",
        "failed": comparison.failures,
    }
