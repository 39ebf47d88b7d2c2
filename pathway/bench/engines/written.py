"""A model's right-hand side as a Python file, for peers that take a compiled function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.equations.expression import Call, Name, Number, Operator, Time
from pathway.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pathway.equations.expression import Expression
    from pathway.programs.compile import CompiledSystem

__all__ = ["written_rhs"]

BETWEEN = {
    Operator.ADD: " + ",
    Operator.SUBTRACT: " - ",
    Operator.MULTIPLY: " * ",
    Operator.DIVIDE: " / ",
}
FUNCTIONS = {
    Operator.EXP: "math.exp",
    Operator.LN: "math.log",
    Operator.SQRT: "math.sqrt",
    Operator.ABS: "abs",
}
MANY = {Operator.MIN: "min", Operator.MAX: "max"}
MOST_FACTORS = 4
"""A power up to this is written as a product."""


def written_rhs(compiled: CompiledSystem) -> str:
    """Return a module with ``rhs(t, y, dy, p)``, straight-line code.

    ``y`` is in the order of ``compiled.moving``, ``p`` in that of the system's constants.

    Raises
    ------
    UnsupportedError
        If a formula has more than arithmetic, powers, exp, ln, sqrt, abs, min and max.
    """
    system = compiled.system
    names = {name: f"p[{place}]" for place, (name, _) in enumerate(system.constants)}
    names |= {name: f"y[{place}]" for place, name in enumerate(compiled.moving)}
    for state in system.states:
        if state.id not in names:
            names[state.id] = repr(state.initial)
    lines = ["import math", "", "", "def rhs(t, y, dy, p):"]
    for place, (name, body) in enumerate((*system.assignments, *system.rates)):
        lines.append(f"    v{place} = {_text(body, names)}")
        names[name] = f"v{place}"
    moving = set(compiled.moving)
    for place, state in enumerate(state for state in system.states if state.id in moving):
        terms = [f"{coefficient!r} * {names[rate]}" for coefficient, rate in state.terms]
        if state.rule is not None:
            terms.append(_text(state.rule, names))
        lines.append(f"    dy[{place}] = {' + '.join(terms) or '0.0'}")
    return "\n".join([*lines, ""])


def _text(node: Expression, names: Mapping[str, str]) -> str:
    match node:
        case Number(value):
            return repr(float(value))
        case Name(name):
            return names[name]
        case Time():
            return "t"
        case Call(Operator.NEGATE, (one,)):
            return f"(-{_text(one, names)})"
        case Call(Operator.POWER, (base, exponent)):
            return _power(_text(base, names), exponent, names)
        case Call(operator, arguments) if operator in BETWEEN:
            return f"({BETWEEN[operator].join(_text(one, names) for one in arguments)})"
        case Call(operator, (one,)) if operator in FUNCTIONS:
            return f"{FUNCTIONS[operator]}({_text(one, names)})"
        case Call(operator, arguments) if operator in MANY:
            return f"{MANY[operator]}({', '.join(_text(one, names) for one in arguments)})"
        case Call(operator, _):
            raise UnsupportedError("right-hand side", f"has {operator.value!r}", "time other peers")


def _power(base: str, exponent: Expression, names: Mapping[str, str]) -> str:
    match exponent:
        case Number(value) if value == int(value) and 1 <= value <= MOST_FACTORS:
            return f"({' * '.join([base] * int(value))})"
    return f"({base} ** {_text(exponent, names)})"
