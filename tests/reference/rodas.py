"""A plain Rodas5P step, and the order of the method computed from its coefficients alone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations_with_replacement
from math import prod

import numpy as np
from numpy.typing import NDArray

from pathway.lanes.tableau import DENSE, GAMMA, STAGES, STATE_SUMS, STEP_SUMS

Values = NDArray[np.float64]
Derivative = Callable[[Values], Values]
Tree = tuple["Tree", ...]
"""A rooted tree: what hangs on its root."""


def square(rows: tuple[tuple[float, ...], ...]) -> Values:
    """Return rows of a strictly lower triangle as a square matrix."""
    return np.array([[*row, *[0.0] * (STAGES - len(row))] for row in rows])


def step(f: Derivative, jacobian: Derivative, y: Values, h: float) -> tuple[Values, Values]:
    """Return the state after one step, shape (n,), and the stages, shape (8, n)."""
    matrix = np.eye(y.size) / (GAMMA * h) - jacobian(y)
    stages = np.zeros((STAGES, y.size))
    at = y
    for stage, (state, side) in enumerate(zip(STATE_SUMS, STEP_SUMS, strict=True)):
        at = y + np.array(state) @ stages[:stage]
        right = f(at) + np.array(side) @ stages[:stage] / h
        stages[stage] = np.linalg.solve(matrix, right)
    return at + stages[-1], stages


def between(y: Values, after: Values, stages: Values, share: float) -> Values:
    """Return the state at a share of the step, by the dense output."""
    d0, d1, d2 = DENSE @ stages
    rest = 1.0 - share
    inner: Values = rest * y + share * (after + rest * (d0 + share * (d1 + share * d2)))
    return inner


class Method:
    """The method in its usual form: ``(I - h gamma J) k_i = h f(y + sum alpha k) + h J sum gamma k``.

    With C the sums ``STEP_SUMS`` and A ``STATE_SUMS``, the matrix of the gammas is the inverse of
    ``I / gamma - C``, and the stages of the two forms are one another times that matrix
    (Hairer and Wanner, "Solving Ordinary Differential Equations II", IV.7).
    """

    def __init__(self) -> None:
        self.gammas = np.linalg.inv(np.eye(STAGES) / GAMMA - square(STEP_SUMS))
        self.alphas = square(STATE_SUMS) @ self.gammas
        self.betas = self.alphas + self.gammas

    def weights(self, transformed: Values) -> Values:
        """Return the weights of the usual stages from those of the transformed ones."""
        found: Values = transformed @ self.gammas
        return found

    def elementary(self, tree: Tree) -> Values:
        """Return the stages' elementary weights of a tree, shape (8,)."""
        if not tree:
            return np.ones(STAGES)
        below = [self.elementary(branch) for branch in tree]
        sums = [(self.betas if len(below) == 1 else self.alphas) @ branch for branch in below]
        found: Values = np.prod(sums, axis=0)
        return found


def size(tree: Tree) -> int:
    """Return the order of a tree: how many vertices it has."""
    return 1 + sum(size(branch) for branch in tree)


def density(tree: Tree) -> int:
    """Return what the exact solution divides the tree's elementary differential by."""
    return size(tree) * prod(density(branch) for branch in tree)


def trees(order: int) -> list[Tree]:
    """Return all rooted trees with a number of vertices."""
    return [tuple(forest) for forest in _forests(order - 1, order - 1)]


def _forests(vertices: int, largest: int) -> list[list[Tree]]:
    """Return all multisets of trees, none larger than given, with so many vertices in all."""
    if vertices == 0:
        return [[]]
    if largest == 0:
        return []
    found = []
    for count in range(vertices // largest + 1):
        chosen = combinations_with_replacement(trees(largest), count)
        rest = _forests(vertices - count * largest, largest - 1)
        found += [[*some, *others] for some in chosen for others in rest]
    return found
