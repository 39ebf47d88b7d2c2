"""LLVM instructions in the order in which they are carried out, eight doubles each.

Rows are held in registers as long as there is room, and written back when the room is needed: the
row that was used longest ago goes first. So little is left for LLVM to decide that its fastest
level gives code nearly as good as the next one (up to an eighth slower), in a quarter of the time.
"""

from __future__ import annotations

from collections import OrderedDict
from enum import Enum
from typing import TypeAlias

import numpy as np

from pathway.lanes.vector import ALIGNMENT, LANES

__all__ = ["DECLARATIONS", "Body", "Memory", "number"]

VECTOR = f"<{LANES} x double>"
FMA = f"llvm.fmuladd.v{LANES}f64"
DECLARATIONS = f"declare {VECTOR} @{FMA}({VECTOR}, {VECTOR}, {VECTOR})\n"
LONGEST = 800
"""Operations of one function, about: the time to compile one grows faster than its length."""


class Memory(Enum):
    """Arrays that code reads and writes."""

    ROWS = "rows"
    FACTORS = "factors"
    VECTOR = "vector"
    """Right-hand side, then solution."""
    MORE = "more"
    """Second part of the right-hand side."""
    INVERSE = "inverse"
    """1 / (gamma h), one row."""


Cell: TypeAlias = tuple[Memory, int]
"""A row of an array."""


class Body:
    """Writes one function, cut into parts of bearable length.

    Parameters
    ----------
    name : str
    memories : tuple of Memory
        What the function is given, in this order.
    registers : int
        How many rows may be held at a time.
    known : dict of int to float, optional
        Rows whose number is the same for all runs.
    """

    __slots__ = (
        "_counter",
        "_dirty",
        "_held",
        "_known",
        "_lines",
        "_name",
        "_operations",
        "_parts",
        "_registers",
        "_signature",
    )

    def __init__(
        self,
        name: str,
        memories: tuple[Memory, ...],
        registers: int,
        known: dict[int, float] | None = None,
    ) -> None:
        self._name = name
        self._signature = ", ".join(f"ptr noalias %{memory.value}" for memory in memories)
        self._registers = registers
        self._known = known or {}
        self._parts: list[str] = []
        self._lines: list[str] = []
        self._held: OrderedDict[Cell, str] = OrderedDict()
        self._dirty: set[Cell] = set()
        self._counter = self._operations = 0

    def get(self, memory: Memory, row: int) -> str:
        """Return the value of a row."""
        if memory is Memory.ROWS and row in self._known:
            return number(self._known[row])
        cell = (memory, row)
        if cell in self._held:
            self._held.move_to_end(cell)
            return self._held[cell]
        value = self.once(memory, row)
        self._hold(cell, value)
        return value

    def once(self, memory: Memory, row: int) -> str:
        """Return the value of a row that is not needed again soon."""
        return self._new(f"load {VECTOR}, ptr {self._address(memory, row)}, align {ALIGNMENT}")

    def put(self, memory: Memory, row: int, value: str) -> None:
        """Set the value of a row."""
        cell = (memory, row)
        self._dirty.add(cell)
        self._hold(cell, value)

    def add(self, a: str, b: str) -> str:
        """Return a + b."""
        return self._operation(f"fadd {VECTOR} {a}, {b}")

    def subtract(self, a: str, b: str) -> str:
        """Return a - b."""
        return self._operation(f"fsub {VECTOR} {a}, {b}")

    def multiply(self, a: str, b: str) -> str:
        """Return a * b."""
        return self._operation(f"fmul {VECTOR} {a}, {b}")

    def divide(self, a: str, b: str) -> str:
        """Return a / b."""
        return self._operation(f"fdiv {VECTOR} {a}, {b}")

    def negate(self, a: str) -> str:
        """Return -a."""
        return self._operation(f"fneg {VECTOR} {a}")

    def fma(self, a: str, b: str, c: str) -> str:
        """Return a * b + c, rounded as :func:`pathway.lanes.vector.fma` rounds."""
        return self._operation(f"call {VECTOR} @{FMA}({VECTOR} {a}, {VECTOR} {b}, {VECTOR} {c})")

    def breathe(self) -> None:
        """End a part here if it is long enough."""
        if self._operations >= LONGEST:
            self._end_part()

    def text(self) -> str:
        """Return the whole function in LLVM's language."""
        self._end_part()
        arguments = self._signature.replace(" noalias", "")
        calls = "".join(
            f"  call void @{self._name}.{part}({arguments})\n" for part in range(len(self._parts))
        )
        whole = f"define void @{self._name}({self._signature}) {{\n{calls}  ret void\n}}\n"
        return "".join(self._parts) + whole

    def _end_part(self) -> None:
        for cell, value in self._held.items():
            if cell in self._dirty:
                self._store(cell, value)
        name = f"{self._name}.{len(self._parts)}"
        lines = "".join(self._lines)
        head = f"define internal void @{name}({self._signature}) noinline"
        self._parts.append(f"{head} {{\n{lines}  ret void\n}}\n")
        self._lines = []
        self._held.clear()
        self._dirty.clear()
        self._counter = self._operations = 0

    def _operation(self, instruction: str) -> str:
        self._operations += 1
        return self._new(instruction)

    def _new(self, instruction: str) -> str:
        name = f"%v{self._counter}"
        self._counter += 1
        self._lines.append(f"  {name} = {instruction}\n")
        return name

    def _address(self, memory: Memory, row: int) -> str:
        return self._new(f"getelementptr inbounds {VECTOR}, ptr %{memory.value}, i64 {row}")

    def _hold(self, cell: Cell, value: str) -> None:
        self._held[cell] = value
        self._held.move_to_end(cell)
        if len(self._held) > self._registers:
            oldest, last = self._held.popitem(last=False)
            if oldest in self._dirty:
                self._dirty.remove(oldest)
                self._store(oldest, last)

    def _store(self, cell: Cell, value: str) -> None:
        address = self._address(*cell)
        self._lines.append(f"  store {VECTOR} {value}, ptr {address}, align {ALIGNMENT}\n")


def number(value: float) -> str:
    """Return a number in all lanes, with all its bits."""
    bits = int(np.float64(value).view(np.uint64))
    return f"<{', '.join([f'double 0x{bits:016X}'] * LANES)}>"
