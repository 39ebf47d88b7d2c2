"""Model folders for tests: a number as a file has it, and writing files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def number(value: str, unit: str, source: str = "S") -> str:
    """Return a quantity in TOML."""
    return f'{{ value = {value}, unit = "{unit}", fold = 2, evidence = "assumed", source = "{source}" }}'


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files, by their names below ``folder``, and return it."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder
