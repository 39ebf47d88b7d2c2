"""What is said of marks, for rooms that make tables of them without drawing (no matplotlib here)."""

from __future__ import annotations

__all__ = ["UNKNOWN"]

UNKNOWN = "no data"
"""Text of a mark of which nobody knows whether a line has it."""
