"""Where the shipped model files are, and how a model is found by name or by path."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from pathway.errors import DeclarationError, nearest

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["find_model", "list_models", "shipped_models"]

MODEL_FILE = "model.toml"
"""The file that makes a folder a model."""


def shipped_models(package: Traversable | None = None, checkout: Path | None = None) -> Traversable:
    """Return the folder of the models that come with the package.

    An installed package carries them inside itself, also when it is run from an unopened wheel;
    a checkout (editable or just on the path) has them beside the package.

    Parameters
    ----------
    package : Traversable, optional
        The package folder, by default the installed ``pathway``.
    checkout : Path, optional
        The folder above the package, by default found from this file.

    Returns
    -------
    Traversable
        A folder with one sub-folder per model.

    Raises
    ------
    DeclarationError
        If neither place has them.
    """
    root: Traversable = files("pathway") if package is None else package
    inside = root.joinpath("models")
    if inside.is_dir():
        return inside
    above = Path(__file__).resolve().parents[2] if checkout is None else checkout
    # `models` is a common name: beside the package it counts only in this project's checkout.
    if (above / "pyproject.toml").is_file() and (above / "models").is_dir():
        return above / "models"
    raise DeclarationError(
        "models",
        f"the shipped models are neither in {inside} nor in {above / 'models'}",
        "reinstall the package, or give the path of a model folder",
    )


def list_models(folder: Traversable) -> tuple[str, ...]:
    """Return the names of the models in a folder, sorted."""
    return tuple(
        sorted(entry.name for entry in folder.iterdir() if entry.joinpath(MODEL_FILE).is_file())
    )


def find_model(
    name_or_path: str | os.PathLike[str], extra: Traversable | None = None
) -> Traversable:
    """Return the folder of a model.

    Parameters
    ----------
    name_or_path : str or path-like
        The name of a shipped model (``"her2"``), or the path of a folder with a ``model.toml``.
        A plain name that is both is the shipped model; write ``./her2`` for the folder.
    extra : Traversable, optional
        A further folder with one sub-folder per model, looked in after the shipped ones.

    Returns
    -------
    Traversable
        The model's folder; read it with ``joinpath`` and ``read_bytes`` only, since it may lie
        in an unopened wheel.

    Raises
    ------
    DeclarationError
        If there is no such model, or the folder has no ``model.toml``.
    """
    text = os.fspath(name_or_path)
    plain = bool(text) and not any(mark in text for mark in ("/", "\\")) and text not in (".", "..")
    known: list[str] = []
    if plain and not isinstance(name_or_path, Path):
        for place in (shipped_models(), *(() if extra is None else (extra,))):
            names = list_models(place)
            if text in names:
                found: Traversable = place.joinpath(text)
                return found
            known.extend(names)
    path = Path(text)
    if text and path.is_dir():
        if (path / MODEL_FILE).is_file():
            return path
        raise DeclarationError(
            text, f"the folder has no {MODEL_FILE}", "give the folder that holds it"
        )
    if plain and known:
        raise DeclarationError("model", f"unknown model {text!r}", nearest(text, known))
    raise DeclarationError(
        "model",
        f"there is no model folder {text!r}",
        "give the name of a shipped model or the path of a folder",
    )
