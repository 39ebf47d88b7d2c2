"""Mutant HER2 beside the wild type: what binds it, what inhibits it, and how large that gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import pathway as pw

if TYPE_CHECKING:
    from pathway.model import Model

ALLELES = ("HER2_T798I", "HER2_L755S", "HER2_S310F", "HER2_d16")
REVERSIBLE, COVALENT = ("lapatinib", "tucatinib"), ("neratinib", "afatinib", "pyrotinib")
SAME_EPITOPE = ("trastuzumab", "T_DM1", "T_DXd", "margetuximab")
PAIR = ("trastuzumab", "pertuzumab")
BUDGET = 600
"""Most species with a second allele, two antibodies and a kinase inhibitor, the medium's included."""
READ = ("pHER2", "pHER3", "pAKT_S473", "pERK")
HEREGULIN = "1 nM"


def cell(allele: str | None, *drugs: str, share: float | bool = True) -> pw.Scenario:
    lesions = {} if allele is None else {allele: share}
    return pw.Scenario(context="SKBR3", lesions=lesions, drugs=dict.fromkeys(drugs, "in-vitro"))


def species(model: Model, scenario: pw.Scenario) -> list[str]:
    graph = model.expand(model.resolve(scenario))
    return [name for name, node in graph.nodes(data=True) if node["kind"] == "species"]


def carriers(names: list[str], allele: str, state: str) -> list[str]:
    """Return the species in which a molecule of the allele is in a state."""
    mark = f"allele~{allele.removeprefix('HER2_')},"
    return [name for name in names if any(mark in m and state in m for m in name.split("."))]


# ---- what there is ---------------------------------------------------------------------------------


def test_an_allele_is_there_only_when_asked_for(her2: Model) -> None:
    plain = species(her2, cell(None, *PAIR))
    assert not any("allele~" in name and "allele~WT" not in name for name in plain)
    for allele in ALLELES:
        assert carriers(species(her2, cell(allele)), allele, "kin~free")
        assert species(her2, cell(allele, share=False)) == species(her2, cell(None))


@pytest.mark.parametrize("allele", ALLELES)
def test_an_allele_is_a_share_of_the_cells_her2(her2: Model, allele: str) -> None:
    untouched = her2.resolve(cell(None)).parameters["HER2.total"]
    numbers = her2.resolve(cell(allele, share=0.03)).parameters
    assert numbers[f"{allele}.total"] == pytest.approx(0.03 * untouched, rel=1e-12)
    assert numbers["HER2.total"] == pytest.approx(0.97 * untouched, rel=1e-12)
    added = her2.resolve(cell(allele).with_lesions({allele: "1e5 molecules/cell"})).parameters
    assert added["HER2.total"] == untouched
    assert added[f"{allele}.total"] == pytest.approx(1e5 / 6.27e6 * untouched, rel=1e-3)


@pytest.mark.parametrize("allele", ALLELES)
def test_an_allele_is_made_and_lost_like_her2(her2: Model, allele: str) -> None:
    network = her2.network(cell(allele, share=0.2))
    rest = network.equilibrate().y
    mark = f"allele~{allele.removeprefix('HER2_')},"
    mutant, wild = 0.0, 0.0
    for name, amount in zip(network.species, rest, strict=True):
        for molecule in name.split("."):
            if molecule.startswith("HER2("):
                mutant += amount * (mark in molecule)
                wild += amount * ("allele~WT" in molecule)
    # Lysosomal loss takes a little of both; what is internal more often loses more.
    assert mutant / (mutant + wild) == pytest.approx(0.2, abs=0.01)
    assert wild < network.parameters["HER2.total"]


@pytest.mark.parametrize("allele", ALLELES)
@pytest.mark.parametrize(
    "drug",
    [
        "lapatinib",
        pytest.param("tucatinib", marks=pytest.mark.slow),
        *(pytest.param(drug, marks=pytest.mark.slow) for drug in COVALENT),
    ],
)
def test_networks_with_an_allele_keep_their_budget(her2: Model, allele: str, drug: str) -> None:
    scenario = cell(allele, *PAIR, drug).with_ligands({"HRG": HEREGULIN})
    assert 150 < len(species(her2, scenario)) <= BUDGET


@pytest.mark.parametrize(
    ("allele", "drugs"),
    [
        ("HER2_T798I", ("trastuzumab", "lapatinib")),
        ("HER2_L755S", ("pertuzumab", "tucatinib")),
        ("HER2_S310F", PAIR),
        ("HER2_S310F", ("zanidatamab",)),
        ("HER2_d16", ("trastuzumab", "lapatinib")),
    ],
)
def test_alleles_keep_detailed_balance(her2: Model, allele: str, drugs: tuple[str, ...]) -> None:
    report = her2.network(cell(allele, *drugs).with_ligands({"HRG": HEREGULIN})).check()
    assert report.cycles.conditions >= 40
    assert report.cycles.worst < 1e-12
    assert report.idle == report.unreachable == report.constant_readouts == ()


# ---- what binds ------------------------------------------------------------------------------------


@pytest.mark.parametrize("allele", ALLELES)
def test_antibodies_against_domain_iv_bind_every_allele(her2: Model, allele: str) -> None:
    for drug in SAME_EPITOPE:
        assert carriers(species(her2, cell(allele, drug)), allele, f"d4~{drug}")


def test_pertuzumab_binds_every_allele_but_s310f(her2: Model) -> None:
    for allele in ALLELES:
        names = species(her2, cell(allele, "pertuzumab"))
        assert bool(carriers(names, allele, "d2~pertuzumab")) is (allele != "HER2_S310F")
        assert carriers(names, "WT", "d2~pertuzumab")


def test_zanidatamab_bridges_s310f_by_domain_iv_only(her2: Model) -> None:
    names = species(her2, cell("HER2_S310F", "zanidatamab"))
    assert carriers(names, "HER2_S310F", "d2~zanidatamab") == []
    bridged = carriers(names, "HER2_S310F", "d4~zanidatamab_bridge")
    assert bridged
    assert all("allele~WT" in name for name in bridged)


@pytest.mark.parametrize("allele", ALLELES)
@pytest.mark.parametrize("drug", [*REVERSIBLE, *COVALENT])
def test_every_inhibitor_reaches_every_allele(her2: Model, allele: str, drug: str) -> None:
    assert carriers(species(her2, cell(allele, drug)), allele, f"kin~{drug}")


# ---- what it does: pharmacology's table of what abolishes what, in cells whose HER2 is all one allele ---

DRUGS = (*REVERSIBLE, *COVALENT, *PAIR, "zanidatamab", "T_DM1", "margetuximab")


@pytest.fixture(scope="module")
def table(her2: Model) -> dict[tuple[str, str], dict[str, float]]:
    """Suppression after a day at the in-vitro doses, by allele (or wild) and drug."""
    rows = [(allele, drug) for allele in ("wild", *ALLELES) for drug in DRUGS]
    cells = [cell(None if a == "wild" else a, drug, share=1.0) for a, drug in rows]
    found = pw.suppression(her2, cells, readouts=READ)
    values = found[list(READ)].to_numpy()
    return {row: dict(zip(READ, line, strict=True)) for row, line in zip(rows, values, strict=True)}


OUTPUTS = ("pHER3", "pAKT_S473", "pERK")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("allele", "drug"),
    [
        ("HER2_T798I", "lapatinib"),
        ("HER2_T798I", "neratinib"),
        ("HER2_T798I", "pyrotinib"),
        ("HER2_L755S", "lapatinib"),
    ],
)
def test_resistant(table: dict[tuple[str, str], dict[str, float]], allele: str, drug: str) -> None:
    for output in OUTPUTS:
        assert table[allele, drug][output] < 0.5 * table["wild", drug][output], output


@pytest.mark.slow
@pytest.mark.parametrize(
    ("allele", "drug"),
    [("HER2_T798I", "tucatinib"), ("HER2_L755S", "tucatinib"), ("HER2_T798I", "afatinib")],
)
def test_reduced(table: dict[tuple[str, str], dict[str, float]], allele: str, drug: str) -> None:
    for output in OUTPUTS:
        found, wild = table[allele, drug][output], table["wild", drug][output]
        assert 0.45 * wild < found < wild - 0.05, output


@pytest.mark.slow
@pytest.mark.parametrize(
    ("allele", "drug"),
    [
        *(("HER2_S310F", drug) for drug in (*REVERSIBLE, *COVALENT)),
        *(("HER2_d16", drug) for drug in ("lapatinib", "neratinib")),
        ("HER2_L755S", "neratinib"),  # of the two reports the one in these lines
    ],
)
def test_sensitive(table: dict[tuple[str, str], dict[str, float]], allele: str, drug: str) -> None:
    for output in ("pHER2", "pAKT_S473", "pERK"):
        assert table[allele, drug][output] > 0.75 * table["wild", drug][output], output


@pytest.mark.slow
def test_s310f_abolishes_pertuzumab_only(
    table: dict[tuple[str, str], dict[str, float]],
) -> None:
    for readout in READ:
        assert table["HER2_S310F", "pertuzumab"][readout] == pytest.approx(0.0, abs=1e-6)
    for drug in ("trastuzumab", "T_DM1", "margetuximab"):
        assert table["HER2_S310F", drug]["pHER3"] > 0.5
    # With no domain II anywhere zanidatamab has nothing to bridge: what is left is trastuzumab's effect.
    assert table["HER2_S310F", "zanidatamab"]["pHER2"] < 0.1
    assert table["wild", "zanidatamab"]["pHER2"] > 0.9


@pytest.mark.slow
def test_trastuzumab_is_weaker_on_every_active_allele_and_least_on_d16(
    table: dict[tuple[str, str], dict[str, float]],
) -> None:
    found = {allele: table[allele, "trastuzumab"]["pAKT_S473"] for allele in ("wild", *ALLELES)}
    assert all(found[allele] < found["wild"] for allele in ALLELES)
    assert min(found, key=found.__getitem__) == "HER2_d16"
    assert found["HER2_d16"] < 0.5 * found["wild"]


@pytest.mark.slow
def test_heregulin_is_blocked_by_pertuzumab_unless_s310f(her2: Model) -> None:
    alleles = (None, "HER2_T798I", "HER2_L755S", "HER2_S310F", "HER2_d16")
    runs = [
        cell(allele, "pertuzumab", share=0.5)
        .with_duration("1 h")
        .then("1 h", ligands={"HRG": HEREGULIN})
        for allele in alleles
    ]
    found = dict(
        zip(alleles, pw.suppression(her2, runs, readouts=("pHER3",))["pHER3"], strict=True)
    )
    assert found.pop("HER2_S310F") < 0.1
    assert min(found.values()) > 0.7


@pytest.mark.slow
def test_a_few_percent_of_t798i_matter_to_lapatinib_in_bt474(her2: Model) -> None:
    wild, few, many = (
        pw.inhibition_curve(
            her2,
            pw.Scenario(context="BT474", lesions={"HER2_T798I": share}, duration="24 h"),
            drug="lapatinib",
            readout="pAKT_S473",
            doses=("1 nM", "10 nM", "30 nM", "100 nM", "300 nM", "1 uM", "10 uM"),
        )
        for share in (False, 0.03, 0.15)
    )
    assert few.ic50_absolute > 1.2 * wild.ic50_absolute
    assert many.ic50_absolute > 8 * wild.ic50_absolute
    left = [1.0 - float(curve.table["suppression"].iloc[-2]) for curve in (wild, few)]
    assert left[1] > 1.5 * left[0]  # at 1 uM the mutant's signal is what is left
