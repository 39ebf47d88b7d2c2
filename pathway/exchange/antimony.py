"""A scenario as Antimony text, which the package of that name makes of its SBML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathway.errors import PathwayError
from pathway.exchange.sbml import sbml_text

if TYPE_CHECKING:
    from pathway.exchange.start import Case

__all__ = ["antimony_text"]


def antimony_text(case: Case) -> str:
    """Return a scenario in Antimony; notes, annotations and SBO terms go with the SBML only.

    Raises
    ------
    PathwayError
        If the package is not there, or does not take the SBML.
    """
    try:
        import antimony
    except ModuleNotFoundError as error:
        raise PathwayError(
            "Antimony",
            "its text is made by the package antimony",
            "pip install 'her2-pathway[antimony]', or export SBML",
        ) from error
    antimony.clearPreviousLoads()  # it keeps all it has read
    loaded = antimony.loadSBMLString(sbml_text(case))
    text = "" if loaded < 0 else str(antimony.getAntimonyString(None))
    reason = str(antimony.getLastError())
    antimony.clearPreviousLoads()
    if loaded < 0 or not text:
        raise PathwayError("Antimony", f"does not take the model: {reason}", "export SBML")
    return text
