"""Eight doubles as one value in jitted code: loads, stores, arithmetic, masks.

Plain numba loops over eight lanes do not become vector instructions (arrays may alias, signed
indices wrap), so the few operations that the lane kernels need are written as LLVM vector
instructions. ``row`` counts vectors, not numbers: row ``r`` is ``array[8 * r : 8 * r + 8]``.

Every operation works on each lane by itself and rounds as the scalar operation does, so what a
run gives does not depend on its lane or its neighbours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.extending import models, register_model

from pathway.lanes.jit import operation

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "LANES",
    "absolute",
    "add",
    "at_least",
    "both",
    "divide",
    "exact_fma",
    "exponent",
    "fetch_add",
    "fma",
    "greater",
    "is_not",
    "keep_rolled",
    "load",
    "load_count",
    "load_whole",
    "maximum",
    "minimum",
    "multiply",
    "nearest",
    "negate",
    "root",
    "scale",
    "select",
    "splat",
    "store",
    "subtract",
    "truths",
]

LANES = 8
"""Doubles in one 512-bit vector, one cache line; narrower machines take two or four instructions.

Measured at 182 species, a run costs 1.6 times as much with four lanes; with sixteen it costs 0.9 to
1.0 times as much, for twice the memory and later refills.
"""

ALIGNMENT = 64
DOUBLES = ir.VectorType(ir.DoubleType(), LANES)
BITS = ir.VectorType(ir.IntType(1), LANES)
WHOLES = ir.VectorType(ir.IntType(64), LANES)
FRACTION = 52
"""Bits of a double behind its exponent."""
ROOT_OF_HALF = 0x3FE6A09E667F3BCD
"""As a double's bits."""


class LanesType(types.Type):
    """Eight doubles, one for each lane."""

    def __init__(self) -> None:
        super().__init__(name="lanes")


class LaneMaskType(types.Type):
    """Eight truths."""

    def __init__(self) -> None:
        super().__init__(name="lane_mask")


Lanes = LanesType()
LaneMask = LaneMaskType()


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, DOUBLES)  # type: ignore[no-untyped-call]


@register_model(LaneMaskType)
class _LaneMaskModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, BITS)  # type: ignore[no-untyped-call]


def _place(context: Any, builder: Any, array_type: Any, array: Any, row: Any) -> Any:
    """Return a pointer to a row of a one-dimensional array."""
    data = context.make_array(array_type)(context, builder, array).data
    first = builder.mul(row, ir.Constant(row.type, LANES), flags=("nuw", "nsw"))
    return builder.bitcast(builder.gep(data, [first], inbounds=True), DOUBLES.as_pointer())


def _wide(context: Any, builder: Any, value: Any, given: Any) -> Any:
    return context.cast(builder, value, given, types.uintp)


@operation
def load(typingctx: Any, array: Any, row: Any) -> Any:  # noqa: ARG001 - numba's signature
    """Return one row of an array."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = _wide(context, builder, arguments[1], signature.args[1])
        place = _place(context, builder, signature.args[0], arguments[0], wide)
        return builder.load(place, align=ALIGNMENT)

    return Lanes(array, row), generate


@operation
def store(typingctx: Any, array: Any, row: Any, value: Any) -> Any:  # noqa: ARG001
    """Write one row of an array."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = _wide(context, builder, arguments[1], signature.args[1])
        place = _place(context, builder, signature.args[0], arguments[0], wide)
        builder.store(arguments[2], place, align=ALIGNMENT)
        return context.get_dummy_value()

    return types.void(array, row, value), generate


@operation
def splat(typingctx: Any, value: Any) -> Any:  # noqa: ARG001
    """Return one number in all lanes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number = context.cast(builder, arguments[0], signature.args[0], types.float64)
        empty = ir.Constant(DOUBLES, ir.Undefined)
        first = builder.insert_element(empty, number, ir.Constant(ir.IntType(32), 0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        return builder.shuffle_vector(first, empty, zeros)

    return Lanes(value), generate


def _arithmetic(name: str, doc: str) -> Callable[..., Any]:
    def binary(typingctx: Any, a: Any, b: Any) -> Any:  # noqa: ARG001
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
            return getattr(builder, name)(*arguments)

        return Lanes(a, b), generate

    binary.__doc__ = doc
    return operation(binary)


add = _arithmetic("fadd", "Return a + b.")
subtract = _arithmetic("fsub", "Return a - b.")
multiply = _arithmetic("fmul", "Return a * b.")
divide = _arithmetic("fdiv", "Return a / b.")


def _llvm(name: str, operands: int, doc: str) -> Callable[..., Any]:
    def call(builder: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(DOUBLES, [DOUBLES] * operands)
        full = f"llvm.{name}.v{LANES}f64"
        function = cgutils.get_or_insert_function(builder.module, kind, full)  # type: ignore[no-untyped-call]
        return builder.call(function, arguments)

    def one(typingctx: Any, a: Any) -> Any:  # noqa: ARG001
        return Lanes(a), lambda _context, builder, _signature, given: call(builder, given)

    def two(typingctx: Any, a: Any, b: Any) -> Any:  # noqa: ARG001
        return Lanes(a, b), lambda _context, builder, _signature, given: call(builder, given)

    def three(typingctx: Any, a: Any, b: Any, c: Any) -> Any:  # noqa: ARG001
        return Lanes(a, b, c), lambda _context, builder, _signature, given: call(builder, given)

    chosen = (one, two, three)[operands - 1]
    chosen.__doc__ = doc
    return operation(chosen)


fma = _llvm("fmuladd", 3, "Return a * b + c, rounded once where the machine can.")
exact_fma = _llvm("fma", 3, "Return a * b + c, rounded once on any machine.")
nearest = _llvm("rint", 1, "Return the nearest whole number.")
absolute = _llvm("fabs", 1, "Return the magnitude.")
root = _llvm("sqrt", 1, "Return the square root.")
maximum = _llvm("maxnum", 2, "Return the larger; of a number and NaN, the number.")
minimum = _llvm("minnum", 2, "Return the smaller; of a number and NaN, the number.")


@operation
def exponent(typingctx: Any, a: Any) -> Any:  # noqa: ARG001
    """Return the whole number k for which a / 2**k is from sqrt(1/2) to sqrt(2); a is positive."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        bits = builder.bitcast(arguments[0], WHOLES)
        above = builder.sub(bits, ir.Constant(WHOLES, [ROOT_OF_HALF] * LANES))
        whole = builder.ashr(above, ir.Constant(WHOLES, [FRACTION] * LANES))
        return builder.sitofp(whole, DOUBLES)

    return Lanes(a), generate


@operation
def scale(typingctx: Any, a: Any, k: Any) -> Any:  # noqa: ARG001
    """Return a * 2**k for whole k; neither a nor the result may be zero or not finite."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        whole = builder.fptosi(arguments[1], WHOLES)
        places = builder.shl(whole, ir.Constant(WHOLES, [FRACTION] * LANES))
        bits = builder.add(builder.bitcast(arguments[0], WHOLES), places)
        return builder.bitcast(bits, DOUBLES)

    return Lanes(a, k), generate


@operation
def negate(typingctx: Any, a: Any) -> Any:  # noqa: ARG001
    """Return -a."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        return builder.fneg(arguments[0])

    return Lanes(a), generate


def _comparison(sign: str, doc: str, *, unordered: bool = False) -> Callable[..., Any]:
    def binary(typingctx: Any, a: Any, b: Any) -> Any:  # noqa: ARG001
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
            compare = builder.fcmp_unordered if unordered else builder.fcmp_ordered
            return compare(sign, *arguments)

        return LaneMask(a, b), generate

    binary.__doc__ = doc
    return operation(binary)


greater = _comparison(">", "Return a > b; false where either is NaN.")
at_least = _comparison(">=", "Return a >= b; false where either is NaN.")
is_not = _comparison("!=", "Return a != b; true where either is NaN.", unordered=True)


@operation
def select(typingctx: Any, mask: Any, a: Any, b: Any) -> Any:  # noqa: ARG001
    """Return a where the mask is true, else b."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        return builder.select(*arguments)

    return Lanes(mask, a, b), generate


@operation
def both(typingctx: Any, mask: Any, other: Any) -> Any:  # noqa: ARG001
    """Return where both masks are true."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        return builder.and_(*arguments)

    return LaneMask(mask, other), generate


@operation
def truths(typingctx: Any, mask: Any) -> Any:  # noqa: ARG001
    """Return a mask as a whole number, whose lowest bit is the first lane's."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        bits = builder.bitcast(arguments[0], ir.IntType(LANES))
        return builder.zext(bits, ir.IntType(64))

    return types.int64(mask), generate


def _whole(kind: Any, doc: str) -> Callable[..., Any]:
    def load_index(typingctx: Any, array: Any, place: Any) -> Any:  # noqa: ARG001
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            wide = _wide(context, builder, arguments[1], signature.args[1])
            data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
            value = builder.load(builder.gep(data, [wide], inbounds=True))
            return builder.zext(value, ir.IntType(64))

        return kind(array, place), generate

    load_index.__doc__ = doc
    return operation(load_index)


load_whole = _whole(
    types.uintp,
    "Return one unsigned entry of an index array, without the check for negative places.",
)
load_count = _whole(types.int64, "Return the same as a signed number, to count and compute with.")


@operation
def keep_rolled(typingctx: Any) -> Any:  # noqa: ARG001
    """Keep the loop around it from being unrolled, which makes loops of a few rounds slower."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        nothing = ir.FunctionType(ir.VoidType(), [])
        mark = builder.call(ir.InlineAsm(nothing, "", "", side_effect=True), [])
        mark.attributes.add("convergent")  # of which no loop may make copies for a rest
        return context.get_dummy_value()

    return types.void(), generate


@operation
def fetch_add(typingctx: Any, counter: Any) -> Any:  # noqa: ARG001
    """Add one to the first entry of an int64 array; return what it was. Safe between threads."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.atomic_rmw("add", data, ir.Constant(ir.IntType(64), 1), "monotonic")

    return types.int64(counter), generate
