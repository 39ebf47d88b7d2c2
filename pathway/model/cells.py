"""Many cells of one network brought to rest, eight side by side, each with a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from pathway.batch.native import network_numbers
from pathway.batch.run import Schedule, make_queue, run_queue
from pathway.batch.settle import Settled, settle
from pathway.lanes.queue import Ending
from pathway.solve.equilibrate import AT_REST, CONSERVED, FARTHEST, HORIZON, MOLECULE, NEARLY
from pathway.solve.rest import FLOOR, NEGLIGIBLE, ROUNDING, rest_problem
from pathway.solve.schedule import input_vector
from pathway.solve.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.lanes.layout import LaneSystem
    from pathway.model.network import Network

    Matrix = NDArray[np.float64]
    Vector = NDArray[np.float64]

__all__ = ["Rests", "equilibrate_cells"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rests:
    """Untreated cells at rest. Cells without a certificate have NaN as their state."""

    y: Matrix
    """nM or 1, shape (cells, species)."""
    certified: NDArray[np.bool_]
    residual: Vector
    """Largest fractional rate of change of a species, 1/min."""
    drift: Vector
    """Largest relative change of a conserved total since the start."""
    moved: Vector
    """Largest relative move of an amount by Newton's iteration."""
    minutes: Vector
    """Model time integrated before it."""
    steps: NDArray[np.int64]
    """Of the integration."""


def equilibrate_cells(
    network: Network,
    kernel: Matrix,
    initial: Matrix,
    settings: Settings | None = None,
    *,
    horizon: float = HORIZON,
    threads: int | None = None,
) -> Rests:
    """Return the rest that each cell comes to without drugs and ligands.

    Each cell is integrated until it hardly changes and then brought to rest by Newton's iteration.
    A cell whose iteration moves far, or ends without a certificate, is integrated on. The
    certificate of a cell is the one of a single equilibration, with the sign of a determinant in
    place of the slowest eigenvalue: it tells the saddle between two rests from the rests, and that
    the integration comes to rest there shows the rest.

    Parameters
    ----------
    network : Network
        Whose structure and background all cells share.
    kernel : ndarray, shape (cells, constants)
        ``Constants.kernel`` of each cell.
    initial : ndarray, shape (cells, species)
        Where each starts, nM or 1.
    settings : Settings, optional
    horizon : float
        Longest model time, min.
    threads : int, optional
    """
    settings = Settings() if settings is None else settings
    system = network.lanes()
    still = np.array(kernel, dtype=np.float64)
    still[:, still.shape[1] - len(network.tables.depleting) :] = 0.0
    numbers = network_numbers(still, input_vector(network.tables, network.background))
    judge = _Judge(network, still, initial)
    cells = len(initial)
    rests = Rests(
        y=np.full(initial.shape, np.nan),
        certified=np.zeros(cells, dtype=np.bool_),
        residual=np.full(cells, np.nan),
        drift=np.full(cells, np.nan),
        moved=np.full(cells, np.nan),
        minutes=np.zeros(cells),
        steps=np.zeros(cells, dtype=np.int64),
    )
    state, left = np.array(initial, dtype=np.float64), np.arange(cells)
    for level in NEARLY:
        if not left.size:
            break
        well = _integrate_on(system, numbers, state, left, rests, level, settings, horizon, threads)
        left = left[well]
        settled = settle(system, state[left], numbers[left], threads=threads)
        judge.certify(left, state, settled, rests)
        left = left[~rests.certified[left] & (rests.minutes[left] < horizon)]
    return rests


def _integrate_on(
    system: LaneSystem,
    numbers: Matrix,
    state: Matrix,
    left: NDArray[np.intp],
    rests: Rests,
    level: float,
    settings: Settings,
    horizon: float,
    threads: int | None,
) -> NDArray[np.bool_]:
    """Integrate the cells that are left until they change by less than ``level``, 1/min.

    Returns which of them came to that or to the horizon; the others failed.
    """
    ends, which = np.unique(horizon - rests.minutes[left], return_inverse=True)
    queue = make_queue(
        system,
        start=state[left],
        numbers=numbers[left],
        schedules=[Schedule(events=(), end=end) for end in ends.tolist()],
        schedule_of=which,
        times=np.empty(0),
        rtol=settings.rtol,
        atol=settings.atol,
        rest=level,
        most_steps=settings.max_steps,
    )
    returned = run_queue(system, queue, threads)
    well = np.isin(returned.ending, (int(Ending.OK), int(Ending.AT_REST)))
    state[left[well]] = returned.last[well]
    rests.minutes[left] += returned.reached
    rests.steps[left] += returned.steps
    return well


class _Judge:
    """Measures rests as :mod:`pathway.solve.rest` does, for cells of one structure."""

    def __init__(self, network: Network, kernel: Matrix, initial: Matrix) -> None:
        inputs = input_vector(network.tables, network.background)
        self.kernels = network.kernels
        self.p = network.arguments._replace(inputs=inputs)
        self.kernel = kernel
        # What all cells conserve: a reaction that runs in any of them counts.
        p = self.p._replace(constants=np.fmax.reduce(kernel))
        problem = rest_problem(network.kernels, network.tables, p, np.fmax.reduce(initial))
        self.gross = sparse.csr_array(problem.gross)
        self.live = problem.live
        self.laws = problem.laws
        self.totals = initial[:, problem.live] @ problem.laws.T

    def certify(
        self, cells: NDArray[np.intp], before: Matrix, settled: Settled, rests: Rests
    ) -> None:
        """Write the certificates of cells, and the states of those that have a good one."""
        found = settled.states
        low = found.min(axis=1, initial=0.0)
        y = np.maximum(found, 0.0)
        start = before[cells]
        with np.errstate(invalid="ignore"):
            moved = np.max(np.abs(y - start) / (np.abs(start) + MOLECULE), axis=1, initial=0.0)
            part = y[:, self.live]
            size = np.abs(part) @ np.abs(self.laws).T
            gap = np.abs(part @ self.laws.T - self.totals[cells])
            drift = np.max(gap / (size + FLOOR), axis=1, initial=0.0)
        residual = np.array([self._residual(*pair) for pair in zip(y, cells, strict=True)])
        good = np.isfinite(found).all(axis=1) & (low >= -NEGLIGIBLE) & (moved <= FARTHEST)
        good &= (residual <= AT_REST) & (drift <= CONSERVED) & ~settled.saddle
        rests.moved[cells], rests.drift[cells], rests.residual[cells] = moved, drift, residual
        rests.certified[cells] = good
        rests.y[cells[good]] = y[good]

    def _residual(self, y: Vector, cell: np.intp) -> float:
        if not np.isfinite(y).all():
            return float("nan")
        p = self.p._replace(constants=self.kernel[cell])
        rate = np.abs(self.kernels.rates(0.0, y, p))
        change = np.abs(self.kernels.rhs(0.0, y, p))
        excess = np.maximum(change - ROUNDING * (self.gross @ rate), 0.0)
        return float(np.max(excess / (np.abs(y) + FLOOR), initial=0.0))
