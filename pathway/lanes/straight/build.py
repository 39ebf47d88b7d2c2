"""Compile straight-line code and hand its addresses to the kernels."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import llvmlite.binding as llvm
import numpy as np
from numba.core.registry import cpu_target

from pathway.kernels.arguments import aligned
from pathway.lanes import opcodes as lane
from pathway.lanes.straight.body import DECLARATIONS
from pathway.lanes.straight.factors import decompose_text, solve_text
from pathway.lanes.straight.programs import STRAIGHT_CODES, blocks_text
from pathway.lanes.straight.tiers import Tiers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pathway.lanes.layout import LaneProgram, LaneSystem

__all__ = ["straighten"]

MOST_FACTORS = 4000
"""Beyond this the code of a factorization is slower than the tables, since it no longer fits the
second cache: measured at 2895 (faster) and 7609 (slower)."""
REGISTERS = {True: 24, False: 6}
"""Rows held at a time with 512-bit registers (of 32), and with two of 256 bits for a row (of 16)."""


def straighten(system: LaneSystem, level: int) -> LaneSystem:
    """Return a system whose kernels run straight-line code, to the same bits.

    Parameters
    ----------
    system : LaneSystem
    level : int
        How hard LLVM tries, from 0 to 3.

    Returns
    -------
    LaneSystem
        It owns the code, which is gone with it.
    """
    machine = _machine()
    registers = REGISTERS["+avx512f" in machine[-1]]
    constants = system.first_number + system.numbers
    known = {constants + place: value for place, value in enumerate(system.constants.tolist())}
    program, texts = _straight_program(system.program, known, registers)
    names = [f"blocks{part}" for part in range(len(texts))]
    texts.append(solve_text("solve", system.elimination, registers))
    factorizes = int(system.elimination.size[0]) <= MOST_FACTORS
    if factorizes:
        texts.append(decompose_text("decompose", system.elimination, system.jacobian, registers))
    engine = _compiled(DECLARATIONS + "".join(texts), machine, level)
    find = engine.get_function_address
    addresses = [find("decompose") if factorizes else 0, find("solve")]
    return replace(
        system,
        program=program._replace(code=_addresses([find(name) for name in names])),
        elimination=system.elimination._replace(code=_addresses(addresses)),
        tiers=Tiers(),
        owner=engine,
    )


def _straight_program(
    program: LaneProgram, known: dict[int, float], registers: int
) -> tuple[LaneProgram, list[str]]:
    """Return a program that names a function in place of blocks, and the functions."""
    operands = program.operands.tolist()
    blocks = program.blocks.reshape(-1, 3).tolist()
    texts: list[str] = []
    heads: list[tuple[int, int, int]] = []
    stops: list[int] = []
    first = 0
    for stop in program.spans.tolist():
        for straight, part in groupby(blocks[first:stop], lambda head: head[0] in STRAIGHT_CODES):
            if straight:
                heads.append((lane.CODE, len(texts), 0))
                texts.append(
                    blocks_text(f"blocks{len(texts)}", list(part), operands, known, registers)
                )
            else:
                heads.extend((head[0], head[1], head[2]) for head in part)
        stops.append(len(heads))
        first = stop
    flat = aligned(3 * len(heads), np.uint32)
    flat[:] = np.array(heads, dtype=np.uint32).ravel()
    spans = np.array(stops, dtype=np.int64)
    return program._replace(blocks=flat, spans=spans), texts


def _compiled(text: str, machine: tuple[str, str, str], level: int) -> llvm.ExecutionEngine:
    """Compile for the machine that numba compiles for: other rounding would be other bits."""
    triple, cpu, features = machine
    target = llvm.Target.from_triple(triple)
    engine = llvm.create_mcjit_compiler(
        llvm.parse_assembly(text),
        target.create_target_machine(
            cpu=cpu,
            features=features,
            opt=level,
            reloc="static" if target.name.startswith("x86") else "default",
            codemodel="jitdefault",
            jit=True,
        ),
    )
    engine.finalize_object()
    return engine


def _machine() -> tuple[str, str, str]:
    """Return the triple, processor and features that numba compiles for."""
    triple, cpu, features = cpu_target.target_context.codegen().magic_tuple()
    return str(triple), str(cpu), str(features)


def _addresses(values: list[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)
