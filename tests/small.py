"""Small networks from rules and numbers, for comparing two ways to write the same thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import pathway as pw
from pathway.declare.entities import Effect, Factor, FactorKind, Readout
from pathway.declare.parameters import Monomial
from pathway.model import network_from_graph
from pathway.scenario.resolve import Step
from tests.rules import module, network, rule, terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pathway.declare.entities import Rule
    from pathway.model import Model, Network

    Numbers = dict[str, float]
    Levels = dict[str, NDArray[np.float64]]


def small(
    molecules: str,
    rules: Sequence[Rule],
    values: Mapping[str, float],
    readouts: Mapping[str, str | tuple[str, ...]],
    *,
    inputs: str = "",
    background: Mapping[str, float] | None = None,
    **more: Any,
) -> Network:
    """Return the network of a few rules; ``values`` has ``<rule>.k``, ``<rule>.r``, totals."""
    read = tuple(
        Readout(id=name, terms=terms(*([text] if isinstance(text, str) else text)), unit="nM")
        for name, text in readouts.items()
    )
    graph = network(module(molecules, *rules, inputs=inputs, readouts=read, **more))
    return network_from_graph(graph, values, background=background)


def driven_by(pool: str) -> Factor:
    return Factor(kind=FactorKind.LINEAR, pool=pool)


def saturated_by(pool: str, half: str) -> Factor:
    return Factor(kind=FactorKind.SATURATING, pool=pool, K=Monomial.of(half))


def inhibited_by(pool: str, half: str) -> Factor:
    return Factor(kind=FactorKind.INHIBITING, pool=pool, K=Monomial.of(half))


def effect(name: str, rule: str, when: str) -> Effect:
    """Return an effect whose factor is the parameter called like it."""
    return Effect(id=name, rules=(rule,), when=when, factor=Monomial.of(name))


def levels(net: Network, times: Sequence[float], *media: tuple[float, dict[str, float]]) -> Levels:
    """Return every readout at the given minutes.

    ``media`` are (end in minutes, nM of what is in the medium until then); before time 0 the
    network is at rest in its background.
    """
    starts = [0.0, *(stop for stop, _ in media)]
    steps = [
        Step(start=start, stop=stop, inputs=inputs)
        for start, (stop, inputs) in zip(starts, media, strict=False)
    ]
    found = net.run(steps, np.array(times, dtype=np.float64))
    return dict(zip(net.readouts, net.read(found.y, found.inputs).T, strict=True))


def settled(net: Network, inputs: dict[str, float]) -> dict[str, float]:
    """Return every readout once the network rests in the given medium."""
    end = 1e5
    return {name: float(level[0]) for name, level in levels(net, [end], (end, inputs)).items()}


# ---- receptors that pair, as the HER2 model writes them ------------------------------------------

PAIR = "R(dim!1,y~{0}).R(dim!1,y~{0})"
UNPHOSPHORYLATED, PHOSPHORYLATED = PAIR.format("u"), PAIR.format("p")
SEEN = "R(dim!1,y~p).R(dim!1,kin~free)"
"""What the model counts as phosphorylated: a receptor whose partner's kinase is free."""

DRUG = rule("drug", "R(kin~free) + D <-> R(kin~D)")
ONE_FLAG = (
    rule("pair", f"R(dim,y~u) + R(dim,y~u) <-> {UNPHOSPHORYLATED}"),
    rule(
        "phosphorylation",
        "R(dim!1,kin~free,y~u).R(dim!1,y~u) -> R(dim!1,kin~free,y~p).R(dim!1,y~p)",
    ),
    rule("loss", f"{PHOSPHORYLATED} -> {UNPHOSPHORYLATED}"),
)


def numbers_of(model: Model) -> Numbers:
    """Return the values of the HER2 model's parameters in SKBR3, nM and minutes."""
    drugs = dict.fromkeys(("trastuzumab", "pertuzumab", "lapatinib", "neratinib"), "1 nM")
    ligands = dict.fromkeys(("EGF", "HRG"), "1 nM")
    return model.resolve(pw.Scenario(context="SKBR3", drugs=drugs, ligands=ligands)).parameters


def pairing(numbers: Numbers, total: float) -> Numbers:
    """Return the numbers of receptors that pair and lose their phosphate."""
    off = numbers["HER2_HER2_dimerisation.koff"]
    return {
        "R.total": total,
        "pair.k": off / numbers["HER2_HER2_dimerisation.Kd"],
        "pair.r": off,
        "phosphorylation.k": numbers["HER2_HER2_phosphorylation.k"],
        "loss.k": numbers["dimer_dephosphorylation.k"],
    }


def inhibitor(numbers: Numbers) -> Numbers:
    """Return lapatinib's numbers for ``DRUG``."""
    off = numbers["lapatinib_HER2_binding.koff"]
    return {"drug.k": off / numbers["lapatinib_HER2_binding.Kd"], "drug.r": off}
