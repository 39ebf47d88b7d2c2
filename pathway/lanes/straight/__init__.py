"""Straight-line machine code for one network: what the tables say, without reading them.

The tables of a system serve every model with the same kernels, and reading them takes about half
the time of a small one's step. For a network that is run many thousand times the same operations,
in the same order and with the same rounding, are written out as LLVM instructions and compiled,
which takes from a tenth of a second to a few seconds. The kernels then call this code instead of
going through the tables; results are the same bits.
"""
