"""The published tables that contexts were made from, read where they are present."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from statistics import geometric_mean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ELISA = {
    "EGFR": "ErbB1",
    "HER2": "ErbB2",
    "HER3": "ErbB3",
    "IGF1R": "IGF1R",
    "INSR": "InsR",
    "MET": "c-Met",
    "AKT": "Akt",
}
"""The column of each molecule in the ELISA table."""

OTHER_NAMES = {"MDAMB134": "MDAMB134VI"}


def line(name: str) -> str:
    """Return a line's name as context files are called, in capitals."""
    short = name.replace("-", "").replace(" ", "").replace("_BREAST", "").upper()
    return OTHER_NAMES.get(short, short)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """ELISA (log10 pg/cell), TPM and mass-spectrometry signals by line."""

    elisa: dict[str, dict[str, float]]
    thresholds: dict[str, float]
    tpm: dict[str, dict[str, float]]
    """By line, then gene."""
    signal: dict[tuple[str, str, str], float]
    """By batch, sample and gene; the isoforms of a gene added."""
    genotype: dict[str, dict[str, str]]
    subtype: dict[str, dict[str, str]]

    def place(self, name: str) -> tuple[str, str] | None:
        """Return batch and sample of a line's first measurement."""
        for batch, sample, _ in self.signal:
            if "repeat" not in sample and "Bridge" not in sample and line(sample) == name:
                return batch, sample
        return None

    def _over(self, name: str, gene: str, part: str) -> float | None:
        """Return a line's signal over the geometric mean of like-named samples of its batch."""
        place = self.place(name)
        if place is None:
            return None
        batch, sample = place
        among = [s for b, s, g in self.signal if b == batch and g == gene and part in s]
        if not among:
            return None
        reference = geometric_mean([self.signal[batch, s, gene] for s in among])
        return self.signal[batch, sample, gene] / reference

    def ratio(self, name: str, gene: str) -> float | None:
        """Return a line's protein over MCF10A's in the same batch."""
        return 1.0 if name == "MCF10A" else self._over(name, gene, "MCF10A")

    def pooled(self, name: str, gene: str) -> float | None:
        """Return a line's protein over the pooled sample of its batch."""
        return self._over(name, gene, "Bridge")

    def amplified(self, name: str) -> bool:
        """Return whether a line is counted HER2-amplified."""
        return "HER2amp" in self.subtype.get(name, {}).get("clinical_subtype", "")


def read_tables(shared: Path) -> Tables:
    """Read the tables under a folder of published data."""
    data = shared / "data"
    elisa, thresholds = _elisa(data / "niepel2014_lincs" / "receptor_profiling_with_thresholds.tsv")
    signal: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in _rows(data / "expression" / "lincs_ms_key_proteins_raw.csv"):
        signal[row["batch"], row["sample"], row["gene"]] += float(row["tmt_signal_raw"])
    tpm: dict[str, dict[str, float]] = defaultdict(dict)
    for row in _rows(data / "expression" / "TPM_RLE_postComBat_COAD_BREAST.csv"):
        for sample, value in row.items():
            if sample.endswith("_BREAST"):
                tpm[line(sample)][row["Description"]] = float(value)
    genotype = _rows(data / "niepel2014_lincs" / "cell_lines.csv")
    subtype = _rows(data / "brca_profiling" / "cell_lines_metadata.csv")
    return Tables(
        elisa=elisa,
        thresholds=thresholds,
        tpm=dict(tpm),
        signal=dict(signal),
        genotype={line(row["Cell Line"]): row for row in genotype},
        subtype={line(row["cell_line"]): row for row in subtype},
    )


def _rows(file: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with file.open(encoding="latin-1", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=delimiter))


def _elisa(file: Path) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    lines: dict[str, dict[str, float]] = {}
    thresholds: dict[str, float] = {}
    for row in _rows(file, "\t"):
        values = {
            molecule: float(row[f"{column} log_{{10}}(pg/cell)"])
            for molecule, column in ELISA.items()
        }
        if row["Cell Line HMSLID"].strip():
            lines[line(row["Cell Line Name"])] = values
        else:
            thresholds = values
    return lines, thresholds
