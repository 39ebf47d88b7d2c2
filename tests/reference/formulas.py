"""Formulas for tests: short constructors, random trees, and small systems."""

from __future__ import annotations

from hypothesis import strategies as st

from pathway.equations.expression import Call, Expression, Name, Number, Operator, Time
from pathway.equations.system import EquationSystem, Event, Output, State

TIME = Time()
NAMES = ("a", "b", "k")

SMOOTH_UNARY = (
    *(Operator.NEGATE, Operator.EXP, Operator.LN, Operator.SQRT, Operator.SIN, Operator.COS),
    *(Operator.TAN, Operator.ARCSIN, Operator.ARCCOS, Operator.ARCTAN, Operator.SINH),
    *(Operator.COSH, Operator.TANH, Operator.ARCSINH, Operator.ARCCOSH, Operator.ARCTANH),
    Operator.ABS,
)
SMOOTH_BINARY = (Operator.SUBTRACT, Operator.DIVIDE, Operator.POWER)
SMOOTH_ANY = (Operator.ADD, Operator.MULTIPLY, Operator.MIN, Operator.MAX)
COMPARISONS = (
    *(Operator.EQUAL, Operator.NOT_EQUAL, Operator.LESS, Operator.LESS_EQUAL),
    *(Operator.GREATER, Operator.GREATER_EQUAL),
)
JUMPING_BINARY = (*COMPARISONS, Operator.QUOTIENT, Operator.REMAINDER)
JUMPING_UNARY = (Operator.FLOOR, Operator.CEILING, Operator.FACTORIAL, Operator.NOT)
JUMPING_ANY = (Operator.AND, Operator.OR, Operator.XOR)


def call(operator: Operator, *parts: Expression | float | str) -> Call:
    return Call(operator, tuple(formula(part) for part in parts))


def formula(part: Expression | float | str) -> Expression:
    if isinstance(part, str):
        return Name(part)
    return Number(part) if isinstance(part, float) else part


def add(*parts: Expression | float | str) -> Call:
    return call(Operator.ADD, *parts)


def multiply(*parts: Expression | float | str) -> Call:
    return call(Operator.MULTIPLY, *parts)


def minus(*parts: Expression | float | str) -> Call:
    return call(Operator.SUBTRACT if len(parts) > 1 else Operator.NEGATE, *parts)


def divide(*parts: Expression | float | str) -> Call:
    return call(Operator.DIVIDE, *parts)


def power(*parts: Expression | float | str) -> Call:
    return call(Operator.POWER, *parts)


def piecewise(*parts: Expression | float | str) -> Call:
    return call(Operator.PIECEWISE, *parts)


def at_least(*parts: Expression | float | str) -> Call:
    return call(Operator.GREATER_EQUAL, *parts)


def below(*parts: Expression | float | str) -> Call:
    return call(Operator.LESS, *parts)


def both(*parts: Expression | float | str) -> Call:
    return call(Operator.AND, *parts)


def leaves(names: tuple[str, ...] = NAMES) -> st.SearchStrategy[Expression]:
    numbers = st.one_of(
        st.sampled_from([0.0, 1.0, -1.0, 2.0, 3.0, 0.5]), st.floats(-4.0, 4.0, width=32)
    )
    return st.one_of(
        st.builds(Number, numbers), st.sampled_from([Name(name) for name in names]), st.just(TIME)
    )


def expressions(
    *, smooth: bool = False, names: tuple[str, ...] = NAMES
) -> st.SearchStrategy[Expression]:
    """Return random trees; of differentiable operators only if ``smooth``."""
    unary = SMOOTH_UNARY if smooth else SMOOTH_UNARY + JUMPING_UNARY
    binary = SMOOTH_BINARY if smooth else SMOOTH_BINARY + JUMPING_BINARY
    many = SMOOTH_ANY if smooth else SMOOTH_ANY + JUMPING_ANY

    def larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        test = st.builds(
            lambda operator, *pair: Call(operator, pair), st.sampled_from(COMPARISONS), inner, inner
        )
        return st.one_of(
            st.builds(lambda o, a: Call(o, (a,)), st.sampled_from(unary), inner),
            st.builds(lambda o, a, b: Call(o, (a, b)), st.sampled_from(binary), inner, inner),
            st.builds(
                lambda o, parts: Call(o, tuple(parts)),
                st.sampled_from(many),
                st.lists(inner, min_size=1, max_size=4),
            ),
            st.builds(lambda a, c, b: Call(Operator.PIECEWISE, (a, c, b)), inner, test, inner),
        )

    return st.recursive(leaves(names), larger, max_leaves=12)


def system(
    states: tuple[State, ...],
    *,
    constants: dict[str, float] | None = None,
    assignments: dict[str, Expression] | None = None,
    rates: dict[str, Expression] | None = None,
    events: tuple[Event, ...] = (),
    outputs: dict[str, Expression] | None = None,
    initial: dict[str, Expression] | None = None,
    start: float = 0.0,
) -> EquationSystem:
    """Return a system whose outputs are its states unless others are given."""
    shown = {state.id: Name(state.id) for state in states} if outputs is None else outputs
    return EquationSystem(
        id="small",
        states=states,
        constants=tuple((constants or {}).items()),
        assignments=tuple((assignments or {}).items()),
        rates=tuple((rates or {}).items()),
        events=events,
        outputs=tuple(Output(id=name, expression=body) for name, body in shown.items()),
        initial_assignments=tuple((initial or {}).items()),
        start=start,
    )
