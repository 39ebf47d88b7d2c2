"""From MathML, as libSBML has parsed it, to expressions; functions are put in where they are called."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import libsbml

from pathway.equations.expression import Call, Name, Number, Operator, Time
from pathway.equations.walk import substitute
from pathway.errors import DeclarationError, UnsupportedError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from pathway.equations.expression import Expression
    from pathway.sbml.document import Element

__all__ = ["Formulas"]

AVOGADRO = 6.02214179e23
"""The number that SBML Level 3 says ``avogadro`` stands for (CODATA 2006)."""

ONE = Number(1.0)

CONSTANTS: dict[int, Expression] = {
    libsbml.AST_CONSTANT_E: Number(math.e),
    libsbml.AST_CONSTANT_PI: Number(math.pi),
    libsbml.AST_CONSTANT_TRUE: Number(1.0),
    libsbml.AST_CONSTANT_FALSE: Number(0.0),
    libsbml.AST_NAME_AVOGADRO: Number(AVOGADRO),
    libsbml.AST_NAME_TIME: Time(),
}

MANY = {
    libsbml.AST_PLUS: Operator.ADD,
    libsbml.AST_TIMES: Operator.MULTIPLY,
    libsbml.AST_FUNCTION_MIN: Operator.MIN,
    libsbml.AST_FUNCTION_MAX: Operator.MAX,
    libsbml.AST_LOGICAL_AND: Operator.AND,
    libsbml.AST_LOGICAL_OR: Operator.OR,
    libsbml.AST_LOGICAL_XOR: Operator.XOR,
}

ONE_ARGUMENT = {
    libsbml.AST_FUNCTION_EXP: Operator.EXP,
    libsbml.AST_FUNCTION_LN: Operator.LN,
    libsbml.AST_FUNCTION_ABS: Operator.ABS,
    libsbml.AST_FUNCTION_FLOOR: Operator.FLOOR,
    libsbml.AST_FUNCTION_CEILING: Operator.CEILING,
    libsbml.AST_FUNCTION_FACTORIAL: Operator.FACTORIAL,
    libsbml.AST_FUNCTION_SIN: Operator.SIN,
    libsbml.AST_FUNCTION_COS: Operator.COS,
    libsbml.AST_FUNCTION_TAN: Operator.TAN,
    libsbml.AST_FUNCTION_ARCSIN: Operator.ARCSIN,
    libsbml.AST_FUNCTION_ARCCOS: Operator.ARCCOS,
    libsbml.AST_FUNCTION_ARCTAN: Operator.ARCTAN,
    libsbml.AST_FUNCTION_SINH: Operator.SINH,
    libsbml.AST_FUNCTION_COSH: Operator.COSH,
    libsbml.AST_FUNCTION_TANH: Operator.TANH,
    libsbml.AST_FUNCTION_ARCSINH: Operator.ARCSINH,
    libsbml.AST_FUNCTION_ARCCOSH: Operator.ARCCOSH,
    libsbml.AST_FUNCTION_ARCTANH: Operator.ARCTANH,
    libsbml.AST_LOGICAL_NOT: Operator.NOT,
}

ONE_OVER = {
    libsbml.AST_FUNCTION_SEC: Operator.COS,
    libsbml.AST_FUNCTION_CSC: Operator.SIN,
    libsbml.AST_FUNCTION_COT: Operator.TAN,
    libsbml.AST_FUNCTION_SECH: Operator.COSH,
    libsbml.AST_FUNCTION_CSCH: Operator.SINH,
    libsbml.AST_FUNCTION_COTH: Operator.TANH,
}
"""f(x) = 1 / g(x)."""

OF_INVERSE = {
    libsbml.AST_FUNCTION_ARCSEC: Operator.ARCCOS,
    libsbml.AST_FUNCTION_ARCCSC: Operator.ARCSIN,
    libsbml.AST_FUNCTION_ARCCOT: Operator.ARCTAN,
    libsbml.AST_FUNCTION_ARCSECH: Operator.ARCCOSH,
    libsbml.AST_FUNCTION_ARCCSCH: Operator.ARCSINH,
    libsbml.AST_FUNCTION_ARCCOTH: Operator.ARCTANH,
}
"""f(x) = g(1 / x)."""

TWO_ARGUMENTS = {
    libsbml.AST_DIVIDE: Operator.DIVIDE,
    libsbml.AST_POWER: Operator.POWER,
    libsbml.AST_FUNCTION_POWER: Operator.POWER,
    libsbml.AST_FUNCTION_QUOTIENT: Operator.QUOTIENT,
    libsbml.AST_FUNCTION_REM: Operator.REMAINDER,
    libsbml.AST_RELATIONAL_NEQ: Operator.NOT_EQUAL,
}

CHAINED = {
    libsbml.AST_RELATIONAL_EQ: Operator.EQUAL,
    libsbml.AST_RELATIONAL_LT: Operator.LESS,
    libsbml.AST_RELATIONAL_LEQ: Operator.LESS_EQUAL,
    libsbml.AST_RELATIONAL_GT: Operator.GREATER,
    libsbml.AST_RELATIONAL_GEQ: Operator.GREATER_EQUAL,
}
"""``a < b < c`` is ``a < b and b < c``."""

REFUSED = {
    libsbml.AST_FUNCTION_DELAY: "uses 'delay', which makes a delay differential equation",
    libsbml.AST_FUNCTION_RATE_OF: "uses 'rateOf'",
}


class Formulas:
    """Reads the formulas of one model.

    Parameters
    ----------
    where : str
        What messages begin with: the file.
    known : collection of str
        Ids that formulas may name.
    """

    def __init__(self, where: str, known: Collection[str]) -> None:
        self.where = where
        self._known = known
        self._functions: dict[str, Element] = {}
        self._bodies: dict[str, tuple[tuple[str, ...], Expression]] = {}
        self._open: list[str] = []

    def define(self, function: Element) -> None:
        """Take in a function definition; it is read when it is first called."""
        self._functions[function.getId()] = function

    def read(
        self, node: Element, element: str, local: Mapping[str, Expression] | None = None
    ) -> Expression:
        """Return the expression of a node.

        Parameters
        ----------
        node : libsbml.ASTNode
        element : str
            What the formula belongs to, for messages.
        local : mapping of str to Expression, optional
            What ids stand for in this formula only, e.g. local parameters.

        Raises
        ------
        DeclarationError
            If it names what is not declared, or an operator has the wrong number of arguments.
        UnsupportedError
            If it uses ``delay``, ``rateOf`` or a function of a package.
        """
        return _Reading(self, f"{self.where}: {element}", local or {}).node(node)

    def names(self) -> Collection[str]:
        """Return the ids that formulas may name."""
        return self._known

    def called(self, name: str, where: str) -> tuple[tuple[str, ...], Expression]:
        """Return the arguments and the body of a function definition.

        Raises
        ------
        DeclarationError
            If there is none of that name, it has no body, or it calls itself.
        """
        if name in self._bodies:
            return self._bodies[name]
        if name not in self._functions:
            raise DeclarationError(
                where, f"calls {name!r}, which is not defined", nearest(name, self._functions)
            )
        if name in self._open:
            raise DeclarationError(
                f"{self.where}: function {name!r}", "calls itself", "write it without recursion"
            )
        function = self._functions[name]
        if function.getMath() is None or function.getBody() is None:
            raise DeclarationError(
                f"{self.where}: function {name!r}", "has no formula", "give it one"
            )
        count = function.getNumArguments()
        arguments = tuple(str(function.getArgument(n).getName()) for n in range(count))
        self._open.append(name)
        # Arguments are told apart from ids of the model, which a function cannot see.
        local: dict[str, Expression] = {argument: Name(f" {argument}") for argument in arguments}
        reading = _Reading(self, f"{self.where}: function {name!r}", local, alone=True)
        body = reading.node(function.getBody())
        self._open.pop()
        self._bodies[name] = arguments, body
        return self._bodies[name]


class _Reading:
    """One formula; ``alone`` if it sees nothing but its local names."""

    def __init__(
        self,
        formulas: Formulas,
        where: str,
        local: Mapping[str, Expression],
        *,
        alone: bool = False,
    ) -> None:
        self.formulas = formulas
        self.where = where
        self.local = local
        self.known: Collection[str] = () if alone else formulas.names()

    def node(self, node: Element) -> Expression:
        kind = node.getType()
        if kind in CONSTANTS:
            return CONSTANTS[kind]
        if kind == libsbml.AST_NAME:
            return self._name(str(node.getName()))
        if node.isNumber():
            return Number(float(node.getValue()))
        if kind in REFUSED:
            raise UnsupportedError(self.where, REFUSED[kind], "it is not supported; remove it")
        arguments = [self.node(node.getChild(n)) for n in range(node.getNumChildren())]
        if kind == libsbml.AST_FUNCTION:
            return self._call(str(node.getName()), arguments)
        return self._operator(kind, node, arguments)

    def _name(self, name: str) -> Expression:
        if name in self.local:
            return self.local[name]
        if name not in self.known:
            known = [*self.local, *self.known]
            raise DeclarationError(
                self.where, f"names {name!r}, which is not declared", nearest(name, known)
            )
        return Name(name)

    def _call(self, name: str, values: Sequence[Expression]) -> Expression:
        arguments, body = self.formulas.called(name, self.where)
        if len(arguments) != len(values):
            raise DeclarationError(
                self.where,
                f"gives function {name!r} {len(values)} arguments, and it takes {len(arguments)}",
                "give as many as it takes",
            )
        return substitute(
            body, {f" {key}": value for key, value in zip(arguments, values, strict=True)}
        )

    def _operator(self, kind: int, node: Element, x: list[Expression]) -> Expression:
        if kind in MANY:
            if not x and MANY[kind] in {Operator.MIN, Operator.MAX}:
                raise self._count(node, x)
            return x[0] if len(x) == 1 and kind in ARITHMETIC else Call(MANY[kind], tuple(x))
        for table, count, make in FORMS:
            if kind in table:
                if len(x) != count:
                    raise self._count(node, x)
                return make(table[kind], x)
        if kind in CHAINED and len(x) > 1:
            pairs = [Call(CHAINED[kind], pair) for pair in pairwise(x)]
            return pairs[0] if len(pairs) == 1 else Call(Operator.AND, tuple(pairs))
        if kind == libsbml.AST_FUNCTION_PIECEWISE:
            # Without an otherwise and with no condition true, the value is undefined.
            return Call(Operator.PIECEWISE, tuple(x if len(x) % 2 else [*x, Number(math.nan)]))
        made = _special(kind, x)
        if made is not None:
            return made
        if kind in SPECIAL or kind in CHAINED:
            raise self._count(node, x)
        raise UnsupportedError(
            self.where, f"uses {_shown(node)!r}, which is not supported", "rewrite the formula"
        )

    def _count(self, node: Element, x: Sequence[Expression]) -> DeclarationError:
        return DeclarationError(
            self.where,
            f"{_shown(node)!r} cannot take {len(x)} arguments",
            "check the formula",
        )


def _special(kind: int, x: Sequence[Expression]) -> Expression | None:
    """Return what has a form of its own, or None where the number of arguments does not fit."""
    match len(x):
        case 1 if kind == libsbml.AST_MINUS:
            return Call(Operator.NEGATE, tuple(x))
        case 2 if kind == libsbml.AST_MINUS:
            return Call(Operator.SUBTRACT, tuple(x))
        case 1 if kind == libsbml.AST_FUNCTION_ROOT:
            return Call(Operator.SQRT, tuple(x))
        case 2 if kind == libsbml.AST_FUNCTION_ROOT:
            if x[0] == Number(2.0):
                return Call(Operator.SQRT, (x[1],))
            return Call(Operator.POWER, (x[1], Call(Operator.DIVIDE, (ONE, x[0]))))
        case 1 if kind == libsbml.AST_FUNCTION_LOG:
            return _log(Number(10.0), x[0])
        case 2 if kind == libsbml.AST_FUNCTION_LOG:
            return _log(x[0], x[1])
        case 2 if kind == libsbml.AST_LOGICAL_IMPLIES:
            return Call(Operator.OR, (Call(Operator.NOT, (x[0],)), x[1]))
        case _:
            return None


def _log(base: Expression, x: Expression) -> Expression:
    return Call(Operator.DIVIDE, (Call(Operator.LN, (x,)), Call(Operator.LN, (base,))))


def _plain(operator: Operator, x: Sequence[Expression]) -> Expression:
    return Call(operator, tuple(x))


def _one_over(operator: Operator, x: Sequence[Expression]) -> Expression:
    return Call(Operator.DIVIDE, (ONE, Call(operator, tuple(x))))


def _of_inverse(operator: Operator, x: Sequence[Expression]) -> Expression:
    return Call(operator, (Call(Operator.DIVIDE, (ONE, x[0])),))


def _shown(node: Element) -> str:
    return str(node.getOperatorName() or node.getName() or node.getType())


ARITHMETIC = {libsbml.AST_PLUS, libsbml.AST_TIMES}

SPECIAL = {
    libsbml.AST_MINUS,
    libsbml.AST_FUNCTION_ROOT,
    libsbml.AST_FUNCTION_LOG,
    libsbml.AST_LOGICAL_IMPLIES,
}

FORMS: tuple[
    tuple[dict[int, Operator], int, Callable[[Operator, Sequence[Expression]], Expression]], ...
] = (
    (ONE_ARGUMENT, 1, _plain),
    (ONE_OVER, 1, _one_over),
    (OF_INVERSE, 1, _of_inverse),
    (TWO_ARGUMENTS, 2, _plain),
)
