"""Standard stiff problems as systems of equations, with references by another integrator.

Hairer and Wanner, "Solving Ordinary Differential Equations II", IV.10; F. Mazzia and C. Magherini,
"Test Set for Initial Value Problem Solvers".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from pathway.batch.system import SystemLanes, system_lanes
from pathway.equations.system import EquationSystem, State
from pathway.programs.compile import compile_system
from tests.reference.formulas import add, divide, minus, multiply, system

if TYPE_CHECKING:
    from pathway.equations.expression import Expression

Values = NDArray[np.float64]
Derivative = Callable[[Values], Values]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """A system with what a user would ask of it."""

    body: EquationSystem
    derivative: Derivative
    """Written by hand; shape (states,)."""
    jacobian: Derivative
    """shape (states, states)."""
    end: float
    atol: float
    """Smallest amount of interest, at rtol 1."""
    times: Values = field(default_factory=lambda: np.linspace(0.0, 1.0, 41))
    """Shares of the end at which it is compared."""


def rules(constants: dict[str, float], **states: tuple[float, Expression]) -> EquationSystem:
    """Return a system from (initial value, derivative) of each state."""
    return system(
        tuple(State(id=name, initial=at, rule=rule) for name, (at, rule) in states.items()),
        constants=constants,
    )


def robertson() -> Problem:
    fast, slow = multiply("k2", "b", "b"), add(multiply("k1", "a"), minus(multiply("k3", "b", "c")))
    body = rules(
        {"k1": 0.04, "k2": 3e7, "k3": 1e4},
        a=(1.0, minus(slow)),
        b=(0.0, minus(slow, fast)),
        c=(0.0, fast),
    )

    def derivative(y: Values) -> Values:
        a, b, c = y.tolist()
        slow, fast = 0.04 * a - 1e4 * b * c, 3e7 * b * b
        return np.array([-slow, slow - fast, fast])

    def jacobian(y: Values) -> Values:
        _, b, c = y.tolist()
        slow, fast = [0.04, -1e4 * c, -1e4 * b], 6e7 * b
        return np.array([[-one for one in slow], slow, [0.0] * 3]) + np.outer(
            [0.0, -1.0, 1.0], [0.0, fast, 0.0]
        )

    return Problem(
        body=body,
        derivative=derivative,
        jacobian=jacobian,
        end=1e4,
        atol=1e-6,
        times=np.append(0.0, np.geomspace(1e-6, 1.0, 40)),
    )


def hires() -> Problem:
    k = {"k1": 1.71, "k2": 0.43, "k3": 8.32, "k4": 0.0007, "k5": 8.75, "k6": 10.03, "k7": 0.035}
    k |= {"k8": 1.12, "k9": 1.745, "k10": 280.0, "k11": 0.69, "k12": 1.81}
    bound = multiply("k10", "y6", "y8")
    change = minus(bound, multiply("k12", "y7"))
    body = rules(
        k,
        y1=(
            1.0,
            add(minus(multiply("k1", "y1")), multiply("k2", "y2"), multiply("k3", "y3"), "k4"),
        ),
        y2=(0.0, minus(multiply("k1", "y1"), multiply("k5", "y2"))),
        y3=(0.0, add(minus(multiply("k6", "y3")), multiply("k2", "y4"), multiply("k7", "y5"))),
        y4=(0.0, add(multiply("k3", "y2"), multiply("k1", "y3"), minus(multiply("k8", "y4")))),
        y5=(0.0, add(minus(multiply("k9", "y5")), multiply("k2", "y6"), multiply("k2", "y7"))),
        y6=(
            0.0,
            add(
                minus(bound),
                multiply("k11", "y4"),
                multiply("k1", "y5"),
                minus(multiply("k2", "y6")),
                multiply("k11", "y7"),
            ),
        ),
        y7=(0.0, change),
        y8=(0.0057, minus(change)),
    )
    linear = np.array(
        [
            [-1.71, 0.43, 8.32, 0.0, 0.0, 0.0, 0.0, 0.0],
            [1.71, -8.75, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, -10.03, 0.43, 0.035, 0.0, 0.0, 0.0],
            [0.0, 8.32, 1.71, -1.12, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 0.0, -1.745, 0.43, 0.43, 0.0],
            [0.0, 0.0, 0.0, 0.69, 1.71, -0.43, 0.69, 0.0],
            [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -1.81, 0.0],
            [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.81, 0.0],
        ]
    )
    made = np.array([0.0007, *[0.0] * 7])
    binding = np.array([*[0.0] * 5, -280.0, 280.0, -280.0])

    def derivative(y: Values) -> Values:
        change: Values = linear @ y + made + binding * (y[5] * y[7])
        return change

    def jacobian(y: Values) -> Values:
        matrix = linear.copy()
        matrix[:, 5] += binding * y[7]
        matrix[:, 7] += binding * y[5]
        return matrix

    return Problem(body=body, derivative=derivative, jacobian=jacobian, end=321.8122, atol=1e-4)


def oregonator() -> Problem:
    first = add("y2", multiply("y1", minus(minus(1.0, multiply("q", "y1")), "y2")))
    body = rules(
        {"s": 77.27, "q": 8.375e-6, "w": 0.161},
        y1=(1.0, multiply("s", first)),
        y2=(2.0, divide(minus("y3", multiply(add(1.0, "y1"), "y2")), "s")),
        y3=(3.0, multiply("w", minus("y1", "y3"))),
    )

    def derivative(y: Values) -> Values:
        a, b, c = y.tolist()
        first = 77.27 * (b + a * (1.0 - 8.375e-6 * a - b))
        return np.array([first, (c - (1.0 + a) * b) / 77.27, 0.161 * (a - c)])

    def jacobian(y: Values) -> Values:
        a, b, _ = y.tolist()
        return np.array(
            [
                [77.27 * (1.0 - 16.75e-6 * a - b), 77.27 * (1.0 - a), 0.0],
                [-b / 77.27, -(1.0 + a) / 77.27, 1.0 / 77.27],
                [0.161, 0.0, -0.161],
            ]
        )

    return Problem(body=body, derivative=derivative, jacobian=jacobian, end=60.0, atol=1.0)


def e5() -> Problem:
    k = {"A": 7.89e-10, "B": 1.1e7, "M": 1e6, "C": 1.13e3}
    loss, made = multiply("A", "y1"), multiply("B", "y1", "y3")
    bound, back = multiply("M", "C", "y2", "y3"), multiply("C", "y4")
    body = rules(
        k,
        y1=(1.76e-3, minus(minus(loss), made)),
        y2=(0.0, minus(loss, bound)),
        y3=(0.0, add(loss, minus(made), minus(bound), back)),
        y4=(0.0, minus(made, back)),
    )

    def derivative(y: Values) -> Values:
        a, b, c, d = y.tolist()
        loss, made, bound, back = 7.89e-10 * a, 1.1e7 * a * c, 1.13e9 * b * c, 1.13e3 * d
        return np.array([-loss - made, loss - bound, loss - made - bound + back, made - back])

    def jacobian(y: Values) -> Values:
        a, b, c, _ = y.tolist()
        made, bound = (
            np.array([1.1e7 * c, 0.0, 1.1e7 * a, 0.0]),
            np.array([0.0, c, b, 0.0]) * 1.13e9,
        )
        loss, back = np.array([7.89e-10, 0.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.0, 1.13e3])
        return np.array([-loss - made, loss - bound, loss - made - bound + back, made - back])

    # Later the third species is what the others leave of each other: rounding decides it.
    times = np.append(0.0, np.geomspace(1e-4, 1.0, 40))
    return Problem(
        body=body, derivative=derivative, jacobian=jacobian, end=1e4, atol=1e-18, times=times
    )


def brusselator() -> Problem:
    made = multiply("x", "x", "y")
    body = rules(
        {"A": 1.0, "B": 3.0},
        x=(1.2, add("A", made, minus(multiply(add("B", 1.0), "x")))),
        y=(3.1, minus(multiply("B", "x"), made)),
    )

    def derivative(y: Values) -> Values:
        a, b = y.tolist()
        return np.array([1.0 + a * a * b - 4.0 * a, 3.0 * a - a * a * b])

    def jacobian(y: Values) -> Values:
        a, b = y.tolist()
        return np.array([[2.0 * a * b - 4.0, a * a], [3.0 - 2.0 * a * b, -a * a]])

    return Problem(body=body, derivative=derivative, jacobian=jacobian, end=10.0, atol=1.0)


@cache
def lanes_of(problem: str) -> SystemLanes:
    """Return a problem in lanes."""
    found = system_lanes(compile_system(EVERY[problem]().body))
    assert isinstance(found, SystemLanes)
    return found


def start_of(problem: str) -> Values:
    """Return where a problem starts, shape (states,)."""
    return np.array([state.initial for state in EVERY[problem]().body.states])


@cache
def reference(problem: str) -> Values:
    """Return the states at the problem's times, shape (times, states), by Radau, tightly."""
    given = EVERY[problem]()
    found = solve_ivp(
        lambda _t, y: given.derivative(y),
        (0.0, given.end),
        start_of(problem),
        method="Radau",
        t_eval=given.end * given.times,
        jac=lambda _t, y: given.jacobian(y),
        rtol=1e-11,
        atol=1e-11 * given.atol,
    )
    assert found.success
    y: Values = found.y.T
    return y


PROBLEMS = {"Robertson": robertson, "HIRES": hires, "Oregonator": oregonator, "E5": e5}
EVERY = PROBLEMS | {"Brusselator": brusselator}
"""With one that is not stiff."""
