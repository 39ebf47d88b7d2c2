"""Identifiers that SBML allows (SId), made from texts that it does not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Names"]

OUTSIDE = re.compile(r"[^A-Za-z0-9]+")


class Names:
    """Hands out identifiers, each once.

    Parameters
    ----------
    reserved : iterable of str
        Identifiers that keep their spelling and that nothing else may get.
    """

    def __init__(self, reserved: Iterable[str]) -> None:
        self._taken = set(reserved)

    def give(self, text: str) -> str:
        """Return a new identifier that reads like a text.

        Whatever is no letter or digit becomes one underscore; a number is added where another text
        has the same identifier already.

        Examples
        --------
        >>> names = Names(["DUSP"])
        >>> names.give("HER2(d4~free,dim!1).HER3(dim!1)"), names.give("DUSP"), names.give("4E-BP1")
        ('HER2_d4_free_dim_1_HER3_dim_1', 'DUSP_2', '_4E_BP1')
        """
        base = OUTSIDE.sub("_", text).strip("_") or "x"
        if base[0].isdigit():
            base = f"_{base}"
        name, number = base, 1
        while name in self._taken:
            number += 1
            name = f"{base}_{number}"
        self._taken.add(name)
        return name
