"""Systems that cannot be compiled, and the words in which they are refused."""

from __future__ import annotations

import pytest

from pathway.equations.expression import Expression, Name, Number, Operator
from pathway.equations.system import EquationSystem, Event, State
from pathway.errors import DeclarationError
from pathway.programs.compile import compile_system
from tests.reference.formulas import add, at_least, call, system

A = State(id="alpha", initial=1.0, terms=((1.0, "v"),))
RATES: dict[str, Expression] = {"v": Name("alpha")}


def event(target: str = "alpha", value: Expression = Number(1.0)) -> Event:  # noqa: B008 - frozen
    return Event(id="e", trigger=at_least("alpha", 1.0), assignments=((target, value),))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            system((A,), rates=RATES, constants={"alpha": 1.0}),
            r"small: 'alpha': is declared twice; a name is a state, a constant",
        ),
        (
            system((A,), rates={"v": Name("alfa")}),
            r"small: 'v': names unknown 'alfa'; did you mean 'alpha'",
        ),
        (
            system((State(id="alpha", initial=1.0, rule=Name("beta")),)),
            r"rule of 'alpha': names unknown 'beta'",
        ),
        (system((A,), rates=RATES, outputs={"o": Name("w")}), r"output 'o': names unknown 'w'"),
        (
            system((A,), rates=RATES, initial={"alpha": Name("w")}),
            r"initial value of 'alpha': names unknown 'w'",
        ),
        (
            system((A,), rates=RATES, events=(event(value=Name("w")),)),
            r"event 'e' on 'alpha': names unknown 'w'",
        ),
        (system((A,), rates={"w": Number(1.0)}), r"small: 'alpha': has no rate 'v'"),
        (
            system((A,), rates=RATES, events=(event("v"),)),
            r"event 'e': sets 'v', which is not a state",
        ),
        (
            system((A,), rates=RATES, initial={"v": Number(1.0)}),
            r"initial value of 'v': is given to what is neither a state nor a constant",
        ),
        (
            system((A,), rates={"v": Name("w"), "w": add("v", 1.0)}),
            r"small: each of 'v' -> 'w' -> 'v' needs the next: a circle",
        ),
        (
            system(
                (A,),
                rates=RATES,
                constants={"k": 1.0},
                initial={"alpha": Name("k"), "k": Name("v")},
            ),
            r"initial values of small: each of 'v' -> 'alpha' -> 'k' -> 'v' needs the next",
        ),
        (
            system((A,), rates={"v": call(Operator.SIN, "alpha", "alpha")}),
            r"small: 'v': 'sin' cannot take 2 arguments; check the formula",
        ),
    ],
)
def test_what_is_wrong_is_said(body: EquationSystem, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        compile_system(body)


@pytest.mark.parametrize("where", ["trigger", "priority"])
def test_events_name_what_is_declared(where: str) -> None:
    good, bad = at_least("alpha", 1.0), Name("w")
    broken = Event(
        id="e",
        trigger=bad if where == "trigger" else good,
        priority=bad if where == "priority" else None,
        assignments=(),
    )
    with pytest.raises(DeclarationError, match=rf"{where} of 'e': names unknown 'w'"):
        compile_system(system((A,), rates=RATES, events=(broken,)))
