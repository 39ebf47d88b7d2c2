"""Scenarios as a COMBINE archive: an SBML file of each, and how to simulate them all as SED-ML."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pathway.exchange.sbml import sbml_text
from pathway.exchange.sedml import sedml_text
from pathway.exchange.whole import legible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pathway.exchange.start import Case

__all__ = ["archive_bytes"]

SIMULATIONS = "simulations.sedml"
MANIFEST = "manifest.xml"
SPECIFICATIONS = "http://identifiers.org/combine.specifications"
ARCHIVE = f"{SPECIFICATIONS}/omex"
MANIFESTS = f"{SPECIFICATIONS}/omex-manifest"
SBML = f"{SPECIFICATIONS}/sbml"
SEDML = f"{SPECIFICATIONS}/sed-ml"
"""Without level and version, which the files say: tools know SED-ML by this name only."""

OLDEST = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip file can name; every entry has it."""
UNIX = 3
"""Of a zip file: where entries come from, the same on every machine."""
READABLE = 0o644 << 16


def archive_bytes(cases: Sequence[Case]) -> bytes:
    """Return a COMBINE archive (OMEX 1): manifest, ``simulations.sedml``, ``scenario_1.xml``, ...

    Neither clock nor machine leaves a trace in it, so that the same scenarios give the same bytes.

    Parameters
    ----------
    cases : sequence of Case
        At least one, all of one model. The SED-ML file calls each by its scenario's label.
    """
    models = {f"scenario_{number}.xml": case for number, case in enumerate(cases, start=1)}
    files = {name: sbml_text(case) for name, case in models.items()}
    files[SIMULATIONS] = sedml_text(models)
    return _zipped({MANIFEST: _manifest(files), **files})


def _manifest(files: Mapping[str, str]) -> str:
    """Return the list of contents; what a tool opens first is the simulations."""
    manifest = Element("omexManifest", {"xmlns": MANIFESTS})
    formats = {".": ARCHIVE, f"./{MANIFEST}": MANIFESTS}
    formats |= {f"./{name}": SEDML if name == SIMULATIONS else SBML for name in files}
    for location, form in formats.items():
        content = SubElement(manifest, "content", {"location": location, "format": form})
        if form == SEDML:
            content.set("master", "true")
    indent(manifest, "  ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(manifest, encoding="unicode")}\n'


def _zipped(files: Mapping[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, OLDEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = UNIX
            entry.external_attr = READABLE
            archive.writestr(entry, legible(text).encode("utf-8"), compresslevel=9)
    return stream.getvalue()
