"""What was measured as rows of a table and as JSON, with versions and the machine."""

from __future__ import annotations

import json
import math
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pathway.bench.compare import matched
from pathway.bench.engines.choose import OWN
from pathway.exchange.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pathway.bench.measure import Measured

__all__ = ["COLUMNS", "UNITS", "machine", "table_rows", "write_report"]

PACKAGES = ("her2-pathway", "numba", "llvmlite", "numpy", "scipy")

COLUMNS = (
    "problem",
    "rtol",
    "engine",
    "error",
    "one run",
    "user",
    "runs/s",
    "runs/user s",
    "runs/s, 2 cores",
    "runs",
    "failed",
    "error of runs",
    "beyond",
    "pathway is",
)
UNITS = {"one run": "ms", "user": "ms", "beyond": "MB"}


def machine() -> dict[str, Any]:
    """Return what a time depends on: processor, cores, memory, versions, and how busy it is."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": _field("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": os.cpu_count(),
        "memory": _field("/proc/meminfo", "MemTotal"),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load": os.getloadavg() if hasattr(os, "getloadavg") else None,
        "versions": {name: _version(name) for name in PACKAGES},
    }


def table_rows(
    lines: Sequence[Measured], *, more: Sequence[Measured] = (), user_time: bool = False
) -> list[dict[str, object]]:
    """Return a row for each line, rates beside errors.

    Parameters
    ----------
    lines : sequence of Measured
    more : sequence of Measured
        Lines at other tolerances, of which our own are compared too.
    user_time : bool
        Whether "pathway is" compares runs a second of user time.

    Returns
    -------
    list of dict
        By column. "pathway is" compares ensembles on one core with a peer of like error: how many
        times as many runs a second, and at which rtol if not the same.
    """
    own = [line for line in (*lines, *more) if line.engine == OWN]
    return [_row(line, own, user_time=user_time) for line in lines]


def _row(line: Measured, own: Sequence[Measured], *, user_time: bool) -> dict[str, object]:
    row: dict[str, object] = {
        "problem": line.problem,
        "rtol": f"{line.rtol:.0e}",
        "engine": f"{line.engine} {line.version}".strip(),
    }
    if line.lost:
        return {**row, "pathway is": line.lost}
    return {
        **row,
        "error": f"{line.error:.1e}",
        "one run": line.single * 1e3,
        "user": line.single_cpu * 1e3,
        "runs/s": line.rates.get(1, math.nan),
        "runs/user s": line.cpu_rates.get(1, math.nan),
        "runs/s, 2 cores": line.rates.get(2, math.nan),
        "runs": line.runs,
        "failed": line.failed,
        "error of runs": f"{line.many_error:.1e}",
        "beyond": line.beyond,
        "pathway is": "" if line.engine == OWN else _standing(line, own, user_time=user_time),
    }


def _standing(peer: Measured, own: Sequence[Measured], *, user_time: bool) -> str:
    line = matched(own, peer)
    if line is None:
        same = [one for one in own if (one.problem, one.rtol) == (peer.problem, peer.rtol)]
        if not same or not peer.error > 0.0:
            return ""
        return f"not compared: errors differ {same[0].error / peer.error:.2g}×"
    ours, theirs = (one.cpu_rates if user_time else one.rates for one in (line, peer))
    faster = ours.get(1, math.nan) / theirs.get(1, math.nan)
    at = "" if line.rtol == peer.rtol else f" at rtol {line.rtol:.0e}"
    return f"{faster:.3g}× as fast{at}"


def write_report(path: Path, lines: Iterable[Measured], more: dict[str, Any] | None = None) -> None:
    """Write what was measured as JSON; what is not a number becomes null."""
    content = {"machine": machine(), **(more or {}), "measured": [asdict(line) for line in lines]}
    text = json.dumps(_plain(content), indent=1, allow_nan=False, ensure_ascii=False)
    write_whole(path, text + "\n")


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _field(file: str, key: str) -> str:
    path = Path(file)
    if not path.exists():
        return ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(key):
            return line.partition(":")[2].strip()
    return ""


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
