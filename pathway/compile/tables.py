"""The index tables of one network: what the kernels loop over, and what only the numbers change.

Layout
------
Amounts are numbered dynamic species first (node order), then inputs. Every index table is
``uint32`` and is the same for every run; every number that a run may change is in
:class:`Constants`, in ``y`` or in the inputs. A batch therefore stores those three as
``[index, run]`` with 8 runs (64 bytes) side by side and reads the tables as they are.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy import sparse

from pathway.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pathway.compile.monomials import MonomialTable

    Index: TypeAlias = NDArray[np.uint32]
    Values: TypeAlias = NDArray[np.float64]

__all__ = ["Constants", "JacobianTables", "Tables"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Constants:
    """The numbers of a network for one parameter set."""

    kernel: Values
    """rate (reactions) | weight (pool terms) | half, hill (factors) | scale (depleting inputs)."""
    initial: Values
    """nM or 1, by dynamic species."""
    readout: Values
    """Weights of the readouts' terms."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JacobianTables:
    """Pattern of the Jacobian (CSC, rows ascending, the diagonal always in) and scatter lists.

    Entry ``e`` of a scatter list is ``start[e]:start[e + 1]``. ``direct`` adds the derivative by
    a reactant (one entry per place in ``Tables.reactant``) to the data; ``flow`` adds that by a
    factor's pool (one per place in ``Tables.law_factor``) to the flows, one per (species, pool)
    pair, and ``chain`` spreads a flow over the pool's dynamic terms. The detour is what keeps
    pools of a hundred species cheap.
    """

    indptr: NDArray[np.int32]
    indices: NDArray[np.int32]
    direct_start: Index
    direct_position: Index
    direct_stoichiometry: Values
    flow_start: Index
    flow_position: Index
    flow_stoichiometry: Values
    chain_pool: Index
    chain_start: Index
    chain_position: Index
    scaled_start: Index
    scaled_position: Index
    """Data positions of the rows of ``Tables.scaled``."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables:
    """A compiled network: index tables, names, and the exponents of its constants."""

    species: tuple[str, ...]
    """Dynamic species, in node order: the state vector ``y``."""
    inputs: tuple[str, ...]
    """Species held constant: the vector of inputs."""
    input_ids: tuple[str, ...]
    """Drug or ligand id of each input."""
    depleting: tuple[tuple[str, int], ...]
    """(drug or ligand id, dynamic species index) of inputs that are used up."""
    units: tuple[str, ...]
    """By amount."""
    reactions: tuple[str, ...]
    monomials: MonomialTable
    kernel_rows: NDArray[np.intp]
    """Monomial row of each kernel constant, in the order of ``Constants.kernel``."""
    initial_species: NDArray[np.intp]
    initial_rows: NDArray[np.intp]
    readouts: tuple[str, ...]
    readout_units: tuple[str, ...]
    readout_descriptions: tuple[str, ...]
    readout_start: NDArray[np.int32]
    readout_amount: NDArray[np.int32]
    readout_rows: NDArray[np.intp]
    reactant_start: Index
    reactant: Index
    """Amount indices, repeated by order."""
    pool_start: Index
    pool_amount: Index
    """Ascending, so that dynamic species come before inputs."""
    factor_kind: Index
    """0 linear, 1 saturating, 2 inhibiting."""
    factor_pool: Index
    law_start: Index
    law_factor: Index
    """Factors of each reaction."""
    row_start: Index
    row_reaction: Index
    row_stoichiometry: Values
    """Rows of the stoichiometric matrix: net production of each dynamic species."""
    scaled: Index
    """Dynamic species whose change is multiplied by a scale (depleting inputs)."""
    jacobian: JacobianTables

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters the constants depend on."""
        return self.monomials.parameters

    def constants(self, parameters: Mapping[str, float]) -> Constants:
        """Return the constants for named parameter values (internal units).

        Raises
        ------
        CompileError
            If a value is missing, negative, not finite, or makes a constant meaningless.
        """
        rows = self.monomials.evaluate(self.monomials.vector(parameters))
        initial = np.zeros(len(self.species))
        initial[self.initial_species] = rows[self.initial_rows]
        kernel = rows[self.kernel_rows]
        self._check_factors(kernel)
        return Constants(kernel=kernel, initial=initial, readout=rows[self.readout_rows])

    def readout_matrix(self, constants: Constants) -> sparse.csr_array:
        """Return the readouts' weights, shape (readouts, dynamic species + inputs)."""
        shape = (len(self.readouts), len(self.species) + len(self.inputs))
        return sparse.csr_array(
            (constants.readout, self.readout_amount, self.readout_start), shape=shape
        )

    def stoichiometry(self) -> sparse.csr_array:
        """Return the net stoichiometric matrix, shape (dynamic species, reactions)."""
        return sparse.csr_array(
            (
                self.row_stoichiometry,
                self.row_reaction.astype(np.int32),
                self.row_start.astype(np.int32),
            ),
            shape=(len(self.species), len(self.reactions)),
        )

    def digest(self) -> str:
        """Return a SHA-256 over every name and array: the same graph gives the same digest."""
        return _digest(self)

    def _check_factors(self, kernel: Values) -> None:
        n = self.factor_kind.size
        begin = len(self.reactions) + self.pool_amount.size
        half, hill = kernel[begin : begin + n], kernel[begin + n : begin + 2 * n]
        bad = (half <= 0.0) | (hill <= 0.0)
        if bad.any():
            row = int(np.argmax(bad))
            laws = np.flatnonzero(self.law_factor == row)
            law = int(np.searchsorted(self.law_start, laws[0], side="right")) - 1
            raise CompileError(
                f"reaction {self.reactions[law]!r}",
                f"has a factor with K = {half[row]:g} and hill = {hill[row]:g}",
                "both must be above zero",
            )


def _digest(value: object) -> str:
    sha = hashlib.sha256()
    pending: list[object] = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, np.ndarray):
            sha.update(f"{item.dtype.str}{item.shape}".encode())
            sha.update(np.ascontiguousarray(item).tobytes())
        elif is_dataclass(item) and not isinstance(item, type):
            pending.extend(getattr(item, field.name) for field in reversed(fields(item)))
        else:
            sha.update(repr(item).encode())
    return sha.hexdigest()
