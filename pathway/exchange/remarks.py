"""What is known about an element, as SBML notes and annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pathway.declare.parameters import Parameter, Source

__all__ = ["parameter_notes", "remark"]

XHTML = "http://www.w3.org/1999/xhtml"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
BQBIOL = "http://biomodels.net/biology-qualifiers/"


def remark(
    element: Element,
    notes: Iterable[str] = (),
    sources: Iterable[str] = (),
    known: Mapping[str, Source] | None = None,
) -> None:
    """Write notes and the addresses of sources into an element, which must have no children yet.

    Parameters
    ----------
    element : Element
        With an ``id``, of which its ``metaid`` is made.
    notes : iterable of str
        One paragraph each; empty ones are left out.
    sources : iterable of str
        Source ids; cited in the notes, and by DOI or else PubMed id in an annotation where they have one.
    known : mapping of str to Source, optional
    """
    cited = [(known or {})[source] for source in dict.fromkeys(sources)]
    paragraphs = [text for text in notes if text]
    paragraphs += [f"{source.id}: {source.citation}" for source in cited]
    if paragraphs:
        body = SubElement(SubElement(element, "notes"), "body", {"xmlns": XHTML})
        for text in paragraphs:
            SubElement(body, "p").text = " ".join(text.split())
    addresses = dict.fromkeys(address for source in cited if (address := _address(source)))
    if not addresses:
        return
    metaid = f"meta_{element.get('id')}"
    element.set("metaid", metaid)
    rdf = SubElement(
        SubElement(element, "annotation"), "rdf:RDF", {"xmlns:rdf": RDF, "xmlns:bqbiol": BQBIOL}
    )
    about = SubElement(rdf, "rdf:Description", {"rdf:about": f"#{metaid}"})
    bag = SubElement(SubElement(about, "bqbiol:isDescribedBy"), "rdf:Bag")
    for address in addresses:
        SubElement(bag, "rdf:li", {"rdf:resource": address})


def _address(source: Source) -> str:
    """Return where a source is found by the identifier that it is declared with, if any."""
    if source.doi:
        return f"https://identifiers.org/doi:{quote(source.doi, safe='/:;().-_')}"
    return f"https://identifiers.org/pubmed:{source.pmid}" if source.pmid else ""


def parameter_notes(parameter: Parameter, value: float) -> tuple[str, ...]:
    """Return what is known about a number, and that it is changed where the scenario changes it."""
    spread = "" if parameter.fold == 1.0 else f", geometric standard deviation {parameter.fold:g}"
    declared = f"{parameter.declared_value:g} {parameter.declared_unit}"
    changed = (
        "" if value == parameter.value else f"Changed from {parameter.value:g} by the scenario."
    )
    return (
        f"Declared as {declared}; {parameter.evidence.value}{spread}.",
        changed,
        parameter.method,
        parameter.note,
    )
