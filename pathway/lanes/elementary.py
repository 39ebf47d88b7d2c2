"""Exponential, logarithm and power of eight numbers at once, to about one unit in the last place.

Meant for ordinary numbers only: what is negative, not finite or would overflow is for the scalar
machine. Standard method (J.-M. Muller, "Elementary Functions", 3rd edition, 2016, chapters 2, 5
and 11): the argument is reduced by powers of two, a polynomial does the rest; a power's logarithm
is carried in two numbers, as an error in it is multiplied by the exponent.
"""

from __future__ import annotations

import math

from pathway.lanes.jit import LaneValue, block
from pathway.lanes.vector import (
    add,
    divide,
    exact_fma,
    exponent,
    fma,
    multiply,
    nearest,
    negate,
    scale,
    splat,
    subtract,
)

__all__ = ["MOST", "SMALLEST", "exponential", "logarithm", "scaled_logarithm"]

MOST = 700.0
"""Magnitude up to which an argument of the exponential is ordinary."""
SMALLEST = 2.2250738585072014e-308
"""From which on a positive number is ordinary: the smallest that has all its digits."""

LN2_HIGH = 0.6931471803691238
"""The first 33 bits of ln 2, so that products with a whole number are exact."""
LN2_LOW = 1.9082149292705877e-10
PER_LN2 = 1.0 / math.log(2.0)


@block
def exponential(x: LaneValue, rest: LaneValue) -> LaneValue:
    """Return exp(x + rest) for |x| up to 700 and a rest that is small beside it."""
    whole = nearest(multiply(x, splat(PER_LN2)))
    r = exact_fma(negate(whole), splat(LN2_HIGH), x)
    r = add(exact_fma(negate(whole), splat(LN2_LOW), r), rest)
    # Taylor's polynomial: |r| is below 0.35, so the next term is below 1e-17.
    total = splat(1.0 / 6227020800.0)
    total = fma(total, r, splat(1.0 / 479001600.0))
    total = fma(total, r, splat(1.0 / 39916800.0))
    total = fma(total, r, splat(1.0 / 3628800.0))
    total = fma(total, r, splat(1.0 / 362880.0))
    total = fma(total, r, splat(1.0 / 40320.0))
    total = fma(total, r, splat(1.0 / 5040.0))
    total = fma(total, r, splat(1.0 / 720.0))
    total = fma(total, r, splat(1.0 / 120.0))
    total = fma(total, r, splat(1.0 / 24.0))
    total = fma(total, r, splat(1.0 / 6.0))
    total = fma(total, r, splat(0.5))
    total = add(splat(1.0), fma(multiply(r, r), total, r))
    return scale(total, whole)


@block
def _logarithm(x: LaneValue) -> tuple[LaneValue, LaneValue]:
    """Return ln(x) as a sum of two, the second some 1e-16 of the first."""
    whole = exponent(x)
    m = scale(x, negate(whole))  # within a factor of sqrt(2) of 1
    above, below = subtract(m, splat(1.0)), add(m, splat(1.0))
    below_rest = subtract(m, subtract(below, splat(1.0)))
    s = divide(above, below)
    s_rest = exact_fma(negate(s), below, above)
    s_rest = divide(exact_fma(negate(s), below_rest, s_rest), below)
    # ln(m) = 2 artanh(s), |s| below 0.172.
    z = multiply(s, s)
    total = splat(1.0 / 25.0)
    total = fma(total, z, splat(1.0 / 23.0))
    total = fma(total, z, splat(1.0 / 21.0))
    total = fma(total, z, splat(1.0 / 19.0))
    total = fma(total, z, splat(1.0 / 17.0))
    total = fma(total, z, splat(1.0 / 15.0))
    total = fma(total, z, splat(1.0 / 13.0))
    total = fma(total, z, splat(1.0 / 11.0))
    total = fma(total, z, splat(1.0 / 9.0))
    total = fma(total, z, splat(1.0 / 7.0))
    total = fma(total, z, splat(1.0 / 5.0))
    total = fma(total, z, splat(1.0 / 3.0))
    small = fma(multiply(add(s, s), z), total, add(s_rest, s_rest))
    large = multiply(whole, splat(LN2_HIGH))
    high = add(large, add(s, s))
    low = subtract(add(s, s), subtract(high, large))
    low = add(low, fma(whole, splat(LN2_LOW), small))
    first = add(high, low)
    return first, add(low, subtract(high, first))


@block
def logarithm(x: LaneValue) -> LaneValue:
    """Return ln(x) of ordinary positive numbers."""
    return _logarithm(x)[0]


@block
def scaled_logarithm(x: LaneValue, y: LaneValue) -> tuple[LaneValue, LaneValue]:
    """Return y ln(x) as a sum of two: of both, the exponential is x to the power y."""
    first, second = _logarithm(x)
    high = multiply(y, first)
    return high, fma(y, second, exact_fma(y, first, negate(high)))
