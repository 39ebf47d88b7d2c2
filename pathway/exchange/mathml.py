"""MathML as SBML level 3 reads it; every number has a unit."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["call", "math", "name", "number", "product", "ratio", "time", "total"]

MATHML = "http://www.w3.org/1998/Math/MathML"
TIME = "http://www.sbml.org/sbml/symbols/time"


def math(body: Element) -> Element:
    """Return a ``math`` element around an expression."""
    element = Element("math", {"xmlns": MATHML})
    element.append(body)
    return element


def name(identifier: str) -> Element:
    """Return a reference to an element of the model."""
    element = Element("ci")
    element.text = identifier
    return element


def time() -> Element:
    """Return the time of the simulation."""
    element = Element("csymbol", {"encoding": "text", "definitionURL": TIME})
    element.text = "time"
    return element


def number(value: float, unit: str = "dimensionless") -> Element:
    """Return a number, all its digits kept."""
    element = Element("cn", {"sbml:units": unit})
    mantissa, _, exponent = repr(float(value)).partition("e")
    element.text = mantissa
    if exponent:
        element.set("type", "e-notation")
        SubElement(element, "sep").tail = str(int(exponent))
    return element


def call(operator: str, *arguments: Element) -> Element:
    """Return an operator applied to arguments."""
    element = Element("apply")
    SubElement(element, operator)
    element.extend(arguments)
    return element


def product(factors: Sequence[Element]) -> Element:
    """Return a product; of nothing it is one."""
    if not factors:
        return number(1.0)
    return factors[0] if len(factors) == 1 else call("times", *factors)


def ratio(above: Sequence[Element], below: Sequence[Element]) -> Element:
    """Return a product divided by another."""
    return call("divide", product(above), product(below)) if below else product(above)


def total(terms: Sequence[Element]) -> Element:
    """Return a sum of one or more terms."""
    return terms[0] if len(terms) == 1 else call("plus", *terms)
