"""From MathML, as libSBML has parsed it, to expressions; functions are put in where they are called."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import libsbml

from pathway.equations.expression import Name, Number, Time
from pathway.equations.walk import postorder, substitute
from pathway.errors import DeclarationError, UnsupportedError, nearest
from pathway.sbml.operators import is_operator, operate

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pathway.equations.expression import Expression
    from pathway.sbml.document import Element

__all__ = ["Formulas"]

AVOGADRO = 6.02214179e23
"""The number that SBML Level 3 says ``avogadro`` stands for (CODATA 2006)."""

CONSTANTS: dict[int, Expression] = {
    libsbml.AST_CONSTANT_E: Number(math.e),
    libsbml.AST_CONSTANT_PI: Number(math.pi),
    libsbml.AST_CONSTANT_TRUE: Number(1.0),
    libsbml.AST_CONSTANT_FALSE: Number(0.0),
    libsbml.AST_NAME_AVOGADRO: Number(AVOGADRO),
    libsbml.AST_NAME_TIME: Time(),
}

MOST_WRITTEN = 200_000
"""Operations that all calls of functions may write out to: functions that call functions can
double at every step, and the largest published models need some ten thousand."""

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
        self._sizes: dict[str, int] = {}
        self._bodies: dict[str, tuple[tuple[str, ...], Expression]] = {}
        self._open: list[str] = []
        self._written = 0

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
            If there is none of that name, it has no body, it calls itself, or calls have become
            too many.
        """
        if name in self._bodies:
            return self._count(name, where)
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
        self._sizes[name] = len(postorder(body))
        return self._count(name, where)

    def _count(self, name: str, where: str) -> tuple[tuple[str, ...], Expression]:
        self._written += self._sizes[name]
        if self._written > MOST_WRITTEN:
            raise DeclarationError(
                where,
                f"calls of functions write out to more than {MOST_WRITTEN} operations",
                "use assignment rules for what is used more than once",
            )
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
        made = operate(kind, x)
        if made is not None:
            return made
        shown = str(node.getOperatorName() or node.getName() or kind)
        if is_operator(kind):
            raise DeclarationError(
                self.where, f"{shown!r} cannot take {len(x)} arguments", "check the formula"
            )
        raise UnsupportedError(
            self.where, f"uses {shown!r}, which is not supported", "rewrite the formula"
        )
