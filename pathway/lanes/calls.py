"""Call straight-line code from the kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from pathway.lanes.jit import operation
from pathway.lanes.vector import ALIGNMENT, DOUBLES, LANES

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["call_decompose", "call_rows", "call_solve"]


def _row(context: Any, builder: Any, kind: Any, array: Any, row: Any | None = None) -> Any:
    """Return a pointer to a row of an array, the first by default."""
    data = context.make_array(kind)(context, builder, array).data
    if row is not None:
        data = builder.gep(data, [builder.mul(row, ir.Constant(row.type, LANES))])
    return data


def _call(builder: Any, address: Any, pointers: Sequence[Any]) -> None:
    kind = ir.FunctionType(ir.VoidType(), [pointer.type for pointer in pointers])
    builder.call(builder.inttoptr(address, kind.as_pointer()), pointers)


@operation
def call_rows(typingctx: Any, address: Any, rows: Any) -> Any:  # noqa: ARG001 - numba's signature
    """Carry out blocks of a program."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        _call(builder, arguments[0], [_row(context, builder, signature.args[1], arguments[1])])
        return context.get_dummy_value()

    return types.void(types.int64, rows), generate


@operation
def call_solve(
    typingctx: Any,  # noqa: ARG001
    address: Any,  # noqa: ARG001
    factors: Any,
    vectors: Any,
    first: Any,  # noqa: ARG001
    rows: Any,
    more: Any,  # noqa: ARG001
) -> Any:
    """Solve for the sum of the rows from ``first`` and from ``more`` on; leave it in the former."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address, factors, vectors, first, rows, more = arguments
        pointers = [
            _row(context, builder, signature.args[1], factors),
            _row(context, builder, signature.args[2], vectors, first),
            _row(context, builder, signature.args[4], rows, more),
        ]
        _call(builder, address, pointers)
        return context.get_dummy_value()

    places = types.int64
    return types.void(places, factors, vectors, places, rows, places), generate


@operation
def call_decompose(typingctx: Any, address: Any, factors: Any, rows: Any, inverse: Any) -> Any:  # noqa: ARG001
    """Factorize."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address, factors, rows, inverse = arguments
        room = cgutils.alloca_once(builder, DOUBLES)  # type: ignore[no-untyped-call]
        room.align = ALIGNMENT
        builder.store(inverse, room, align=ALIGNMENT)
        pointers = [
            _row(context, builder, signature.args[1], factors),
            _row(context, builder, signature.args[2], rows),
            room,
        ]
        _call(builder, address, pointers)
        return context.get_dummy_value()

    return types.void(types.int64, factors, rows, inverse), generate
