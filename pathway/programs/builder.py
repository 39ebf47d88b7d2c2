"""From expressions to instructions: every value is computed once, and no earlier than needed.

A *reference* is an integer that says where a value will be: the number of a program (or of the
inputs or the numbers) in its high bits, the place there in the low ones. Slots are known when all
programs are written.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from pathway.equations.evaluate import apply
from pathway.equations.expression import Call, Name, Number, Operator
from pathway.programs import opcodes as op
from pathway.programs.arguments import FIXED, PROGRAMS, START
from pathway.programs.dependence import COMPARISONS, Dependence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from pathway.equations.expression import Expression

__all__ = ["Builder", "Scope"]

SHIFT = 24
PLACE = (1 << SHIFT) - 1
INPUTS, NUMBERS = PROGRAMS, PROGRAMS + 1

OPERATORS = {code: operator for operator, code in op.OPCODES.items()}
COMMUTATIVE = {op.ADD, op.MULTIPLY, op.EQUAL, op.NOT_EQUAL, op.AND, op.OR, op.XOR}
SMALL = {1.0, 2.0, 3.0}
TRUTHS = {Operator.AND, Operator.OR, Operator.XOR}
NEUTRAL = {
    Operator.ADD: 0.0,
    Operator.MULTIPLY: 1.0,
    Operator.MIN: math.inf,
    Operator.MAX: -math.inf,
    Operator.AND: 1.0,
    Operator.OR: 0.0,
    Operator.XOR: 0.0,
}
"""What operators that take any number of arguments start from."""

Line: TypeAlias = tuple[int, int, int, int]
"""Operation and three references."""


class Builder:
    """Writes the programs of one system.

    Parameters
    ----------
    inputs : mapping of str to int
        Input slot of every state and constant; the slot after the last is time's.
    dependence : Dependence
    """

    def __init__(self, inputs: Mapping[str, int], dependence: Dependence) -> None:
        self.inputs = inputs
        self.dependence = dependence
        self.time = INPUTS << SHIFT | len(inputs)
        self.code: list[list[Line]] = [[] for _ in range(PROGRAMS)]
        self.numbers: dict[bytes, int] = {}
        self.values: list[float] = []
        self.known: dict[Line, int] = {}
        """Instructions of the program of fixed values, which every other may read."""
        self.still = {INPUTS << SHIFT | inputs[name] for name in inputs if dependence.still(name)}
        self.one = self.number(1.0)
        self.zero = self.number(0.0)

    def number(self, value: float) -> int:
        """Return the reference of a number."""
        key = struct.pack("d", value)
        if key not in self.numbers:
            self.numbers[key] = len(self.values)
            self.values.append(value)
        return NUMBERS << SHIFT | self.numbers[key]

    def fixed(self, reference: int) -> bool:
        """Return whether a value changes only at events."""
        return reference >> SHIFT in {FIXED, NUMBERS} or reference in self.still

    def number_at(self, reference: int) -> float | None:
        """Return the number a reference stands for, None if it is not one."""
        return self.values[reference & PLACE] if reference >> SHIFT == NUMBERS else None

    def offsets(self) -> NDArray[np.int64]:
        """Return the first slot of each program's results, of the inputs and of the numbers."""
        first = len(self.inputs) + 1
        sizes = [len(lines) for lines in self.code]
        starts = first + len(self.values) + np.cumsum([0, *sizes[:-1]])
        return np.array([*starts, 0, first], dtype=np.int64)

    def slots(self, references: Iterable[int]) -> NDArray[np.uint32]:
        """Return the slots of references, once all programs are written."""
        wanted = np.fromiter(references, dtype=np.int64)
        slots: NDArray[np.uint32] = (self.offsets()[wanted >> SHIFT] + (wanted & PLACE)).astype(
            np.uint32
        )
        return slots


@dataclass(slots=True, eq=False)
class Scope:
    """One program in the making, which may read what the program before it has computed."""

    builder: Builder
    program: int
    parent: Scope | None = None
    switches: Scope | None = None
    """Where conditions on time alone are computed; None if they are computed here, as they are."""
    stops: dict[int, Expression] = field(default_factory=dict)
    """Conditions put there, by reference."""
    compared: dict[int, tuple[Operator, int, int]] = field(default_factory=dict)
    """Comparisons of what depends on moving states, by reference."""
    names: dict[str, int] = field(default_factory=dict)
    known: dict[Line, int] = field(default_factory=dict)
    placed: dict[int, int] = field(default_factory=dict)
    kept: list[Expression] = field(default_factory=list)
    """Holds what ``placed`` names by ``id``, so that no id is given to another object."""

    def place(self, expression: Expression) -> int:
        """Return the reference of an expression's value, writing what is needed to compute it."""
        self.kept.append(expression)
        stack: list[tuple[Expression, Expression | None]] = [(expression, None)]
        while stack:
            node, source = stack.pop()
            if self._seen(node) is None:
                if source is None:
                    self._open(node, stack)
                else:
                    self._close(node, source)
        return self._at(expression)

    def emit(self, code: int, a: int, b: int | None = None, c: int | None = None) -> int:
        """Return the reference of an instruction's result, writing it if it is not known yet."""
        builder = self.builder
        given = [part for part in (a, b, c) if part is not None]
        simpler = self._simpler(code, given)
        if simpler is not None:
            return simpler
        if code in COMMUTATIVE:
            given.sort()
        given += [builder.zero] * (3 - len(given))
        line = code, given[0], given[1], given[2]
        hoisted = self.program != START and all(builder.fixed(part) for part in given)
        found = builder.known.get(line) if hoisted else self._known(line)
        if found is None:
            program = FIXED if hoisted else self.program
            found = program << SHIFT | len(builder.code[program])
            builder.code[program].append(line)
            (builder.known if hoisted else self.known)[line] = found
        return found

    def _open(self, node: Expression, stack: list[tuple[Expression, Expression | None]]) -> None:
        """Place a node, or put what it needs on the stack and itself below that."""
        dependence = self.builder.dependence
        if isinstance(node, Number):
            self.placed[id(node)] = self.builder.number(node.value)
        elif isinstance(node, Name):
            reference = self._named(node.id)
            if reference is not None:
                self.placed[id(node)] = reference
            else:
                body = dependence.definitions[node.id]
                stack += [(node, body), (body, None)]
        elif not isinstance(node, Call):
            self.placed[id(node)] = self.builder.time
        elif self.switches is not None and dependence.is_switch(node):
            reference = self.switches.place(node)
            self.stops[reference] = node
            self.placed[id(node)] = reference
        elif node.operator is Operator.REMAINDER and dependence.by_time_alone(node):
            other = _without_jumps(node)
            self.kept.append(other)
            stack += [(node, other), (other, None)]
        else:
            stack.append((node, node))
            stack.extend((part, None) for part in reversed(node.arguments))

    def _close(self, node: Expression, source: Expression) -> None:
        """Place a node of which all that it needs is placed."""
        if node is not source:
            reference = self._at(source)
            if isinstance(node, Name):
                self.names[node.id] = reference
        elif isinstance(node, Call):
            parts = [self._at(part) for part in node.arguments]
            reference = self._call(node.operator, parts)
            if node.operator in COMPARISONS and self.builder.dependence.expression_moves(node):
                self.compared[reference] = node.operator, parts[0], parts[1]
        self.placed[id(node)] = reference

    def _call(self, operator: Operator, parts: list[int]) -> int:
        if operator is Operator.PIECEWISE:
            result = parts[-1]
            for place in range(len(parts) - 3, -1, -2):
                result = self.emit(op.SELECT, parts[place + 1], parts[place], result)
            return result
        code = op.OPCODES[operator]
        if operator not in NEUTRAL:
            return self.emit(code, *parts)
        if operator in TRUTHS:  # one argument alone is made a truth
            parts = [self.builder.number(NEUTRAL[operator]), *parts]
        result = parts[0] if parts else self.builder.number(NEUTRAL[operator])
        for part in parts[1:]:
            result = self.emit(code, result, part)
        return result

    def _simpler(self, code: int, given: list[int]) -> int | None:
        """Return a reference that already has exactly this value, None if there is none."""
        values = [self.builder.number_at(part) for part in given]
        if code == op.SELECT:
            if values[0] is not None:
                return given[1] if values[0] != 0.0 else given[2]
            return given[1] if given[1] == given[2] else None
        numbers = [value for value in values if value is not None]
        if len(numbers) == len(values):
            return self.builder.number(apply(OPERATORS[code], numbers))
        if not numbers:
            return None
        if code == op.MULTIPLY and 1.0 in numbers:
            return given[1] if values[0] == 1.0 else given[0]
        if (code == op.DIVIDE and values[1] == 1.0) or (code == op.SUBTRACT and values[1] == 0.0):
            return given[0]
        return self._small_power(given[0], values[1]) if code == op.POWER else None

    def _small_power(self, base: int, exponent: float | None) -> int | None:
        """Return a power as a product: a call of ``pow`` costs twenty products."""
        if exponent == 0.0:
            return self.builder.one
        if exponent not in SMALL:
            return None
        result = base
        for _ in range(int(exponent) - 1):
            result = self.emit(op.MULTIPLY, result, base)
        return result

    def _named(self, name: str) -> int | None:
        """Return where a name's value is; None if it has yet to be computed."""
        if name in self.builder.inputs:
            return INPUTS << SHIFT | self.builder.inputs[name]
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return None

    def _known(self, line: Line) -> int | None:
        scope: Scope | None = self
        while scope is not None:
            if line in scope.known:
                return scope.known[line]
            scope = scope.parent
        return None

    def _seen(self, node: Expression) -> int | None:
        scope: Scope | None = self
        while scope is not None:
            if id(node) in scope.placed:
                return scope.placed[id(node)]
            scope = scope.parent
        return None

    def _at(self, node: Expression) -> int:
        reference = self._seen(node)
        if reference is None:
            raise KeyError(node)
        return reference


def _without_jumps(remainder: Call) -> Call:
    """Return a remainder as the operator is defined, by its quotient, which alone jumps."""
    a, b = remainder.arguments
    whole = Call(Operator.QUOTIENT, (a, b))
    rest = Call(Operator.SUBTRACT, (a, Call(Operator.MULTIPLY, (b, whole))))
    return Call(Operator.PIECEWISE, (a, Call(Operator.EQUAL, (whole, Number(0.0))), rest))
