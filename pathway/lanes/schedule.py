"""The order in which operations are carried out: few blocks, each of one operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pathway.lanes import opcodes as lane
from pathway.lanes.blocks import MOST_FACTORS, Blocks, Terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pathway.lanes.forms import Work

__all__ = ["Block", "schedule", "write"]

Block = list[tuple["Work", int]]
"""Operations of one kind, each with its level: it may read results of lower levels."""


def schedule(work: Sequence[Work]) -> list[Block]:
    """Return blocks of equal operations, in an order in which nothing is read before it is written.

    The kind whose remaining operations stand nearest to the beginning is next, and all of it that
    can be done is done: a shallow kind is seldom needed again.
    """
    made = {item.node: place for place, item in enumerate(work)}
    waiting = [0] * len(work)
    readers: list[list[int]] = [[] for _ in work]
    depth = [0] * len(work)
    totals: dict[int, int] = {}
    counts: dict[int, int] = {}
    ready: dict[int, list[int]] = {}
    for place, item in enumerate(work):
        for node in set(item.nodes):
            before = made.get(node)
            if before is not None:
                readers[before].append(place)
                waiting[place] += 1
                depth[place] = max(depth[place], depth[before] + (work[before].code != item.code))
        totals[item.code] = totals.get(item.code, 0) + depth[place]
        counts[item.code] = counts.get(item.code, 0) + 1
        if not waiting[place]:
            ready.setdefault(item.code, []).append(place)
    blocks: list[Block] = []
    while ready:
        code = min(ready, key=lambda one: (totals[one] / counts[one], one))
        block: Block = []
        now, level = ready.pop(code), 0
        while now:
            later: list[int] = []
            for place in now:
                block.append((work[place], level))
                totals[code] -= depth[place]
                counts[code] -= 1
                for reader in readers[place]:
                    waiting[reader] -= 1
                    if not waiting[reader]:
                        same = work[reader].code == code
                        (later if same else ready.setdefault(work[reader].code, [])).append(reader)
            now, level = later, level + 1
        blocks.append(block)
    return blocks


def write(blocks: Sequence[Block], rows: Mapping[int, int]) -> Blocks:
    """Return blocks of operands, by the rows of nodes."""
    written = Blocks()
    for block in blocks:
        code = block[0][0].code
        if code == lane.SUM:
            _write_sums(written, block, rows)
            continue
        width = lane.WIDTH.get(code, 4)
        operands = np.zeros((len(block), width), dtype=np.intp)
        for place, (work, _) in enumerate(block):
            given = [rows[node] for node in (work.node, *work.nodes)]
            operands[place, : len(given)] = given
        written.write(code, operands)
    return written


def _write_sums(written: Blocks, block: Block, rows: Mapping[int, int]) -> None:
    owner = np.repeat(np.arange(len(block)), [len(work.terms) for work, _ in block])
    signs = [minus for work, _ in block for minus, _ in work.terms]
    factors = np.array([size for work, _ in block for _, size in work.terms], dtype=np.intp)
    flat = np.array([rows[node] for work, _ in block for node in work.nodes], dtype=np.intp)
    first = np.cumsum(factors) - factors
    places = np.minimum(first[:, None] + np.arange(MOST_FACTORS), max(flat.size - 1, 0))
    written.sums(
        np.array([rows[work.node] for work, _ in block], dtype=np.intp),
        Terms(
            owner=owner,
            minus=np.array(signs, dtype=bool),
            factors=factors,
            rows=flat[places] if flat.size else np.zeros((0, MOST_FACTORS), dtype=np.intp),
        ),
        np.array([level for _, level in block], dtype=np.intp),
    )
