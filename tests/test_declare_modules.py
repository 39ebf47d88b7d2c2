from __future__ import annotations

import pytest

from pathway.declare.entities import Factor, FactorKind, Module, PoolTerm, Site, SiteState
from pathway.declare.modules import Draft, read_module
from pathway.declare.parameters import Evidence, Monomial, Source
from pathway.declare.quantity import Ledger, read_quantity, read_source
from pathway.declare.sides import pattern_molecules, split_line
from pathway.declare.units import NANOMOLAR
from pathway.errors import DeclarationError, UnitError
from pathway.library.read import parse_toml

LEDGER = Ledger(
    sources={name: Source(id=name, citation="c", how="page") for name in ("Chen2009", "Hass2017")},
    cell_volume=1.0,
)


def number(value: str = "1.5", unit: str = "1/min", **changed: str) -> str:
    """Return a quantity in TOML, with keys replaced, or left out where empty."""
    parts = {"fold": "2", "evidence": '"assumed"', "source": '"Chen2009"'} | changed
    rest = ", ".join(f"{key} = {text}" for key, text in parts.items() if text)
    return f'{{ value = {value}, unit = "{unit}", {rest} }}'


ONE = number(unit="1")
RATE = number()
BIND = number(unit="1/(nM*min)")
CONC = number(unit="nM")


def draft(text: str, medium: str = "") -> Draft:
    table = parse_toml(text, "f.toml")
    read = read_module(table, LEDGER, medium)
    table.close()
    return read


def module(text: str) -> Module:
    return draft(text).module


# ---- quantities ---------------------------------------------------------------------------------


def test_a_quantity_becomes_a_parameter() -> None:
    text = number("6e2", "molecules/cell", source='["Chen2009", "Hass2017"]', note='"n"')
    table = parse_toml(f"k = {text}", "f.toml").table("k")
    parameter = read_quantity(table, "A.total", LEDGER, expected=NANOMOLAR)
    assert parameter.id == "A.total"
    assert parameter.value == pytest.approx(600 * 1e9 / 6.02214076e11, rel=1e-15)
    assert (parameter.declared_value, parameter.declared_unit) == (600.0, "molecules/cell")
    assert (parameter.internal_unit, parameter.fold) == ("nM", 2.0)
    assert parameter.evidence is Evidence.ASSUMED
    assert parameter.sources == ("Chen2009", "Hass2017")
    assert (parameter.note, parameter.method) == ("n", "")
    assert parameter.where == "f.toml: [k]"


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (number(fold=""), "missing key 'fold'; add it"),
        (number(evidence=""), "missing key 'evidence'"),
        (number(source=""), "missing key 'source'"),
        (RATE.replace('unit = "1/min", ', ""), "missing key 'unit'"),
        (RATE.replace("value", "vale"), "bare number 1.5 under 'vale'"),
        (number("-1"), "the value -1 is negative; write zero or more"),
        (number("0"), "the value is 0; leave the entry out; only totals may be zero"),
        (number(fold="0.5"), "fold is 0.5; write the geometric standard deviation, 1 or more"),
        (number(evidence='"measurd"'), "unknown evidence 'measurd'; did you mean 'measured'"),
        (number(source='"Chen209"'), r"unknown source 'Chen209'; did you mean 'Chen2009'\? \(sou"),
        (number(unit="1/mn"), "unit '1/mn': 'mn' is not a unit known here; did you mean '1/min'"),
        (number(unit=""), "'unit' is empty; write what it is"),
        (number(colour='"red"'), r"\[parameter.P\]: unknown key 'colour'"),
    ],
)
def test_refused_quantities(text: str, match: str) -> None:
    with pytest.raises(DeclarationError, match=r"^f.toml: .*" + match):
        module(f"parameter.P = {text}")


def test_a_quantity_in_the_wrong_unit() -> None:
    with pytest.raises(
        UnitError,
        match=r"\[molecule.A.total\]: unit 'min' has the wrong dimension: it reads as min; a unit "
        "like 'nM' is needed",
    ):
        module(f'[molecule.A]\nunit = "nM"\ntotal = {number(unit="min")}')


def test_sources() -> None:
    text = 'citation = "Chen"\nhow = "file"\ndoi = "10.1/x"\nyear = 2009\n'
    source = read_source("Chen2009", parse_toml(text, "f.toml"))
    assert source == Source(id="Chen2009", citation="Chen", how="file", doi="10.1/x", year=2009)
    with pytest.raises(DeclarationError, match="unknown how 'pge'; did you mean 'page'"):
        read_source("X", parse_toml('citation = "c"\nhow = "pge"', "f.toml"))


# ---- molecules ------------------------------------------------------------------------------------


def test_molecules() -> None:
    text = f"""
    [molecule.HER2]
    description = "receptor"
    gene = "ERBB2"
    unit = "nM"
    sites = {{ d4 = ["free"], dim = "bond", y = ["u", "p"] }}
    total = {number("0", "molecules/cell")}
    [molecule.PIP3]
    unit = "1"
    """
    her2, pip3 = module(text).molecules
    assert her2.sites == (
        Site(name="d4", states=("free",)),
        Site(name="dim"),
        Site(name="y", states=("u", "p")),
    )
    assert her2.initial == "HER2(d4~free,dim,y~u)"
    assert her2.total is not None
    assert (her2.total.id, her2.total.value) == ("HER2.total", 0.0)
    assert (pip3.initial, pip3.total, pip3.unit) == ("PIP3()", None, "1")
    assert [item.id for item in module(text).parameters] == ["HER2.total"]


def test_the_medium_molecule_comes_by_itself_or_as_declared() -> None:
    (molecule,) = draft("", medium="lapatinib").module.molecules
    assert (molecule.id, molecule.is_input, molecule.initial) == ("lapatinib", True, "lapatinib()")
    text = '[molecule.mab]\nunit = "nM"\ninput = true\nsites = { fc = "bond" }'
    (molecule,) = draft(text, medium="mab").module.molecules
    assert (molecule.is_input, molecule.initial) == (True, "mab(fc)")


MOLECULE = '[molecule.A]\nunit = "nM"\n'


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ('[molecule.A]\nunit = "uM"', r"\[molecule.A\]: unit 'uM' of a molecule; write 'nM' or"),
        ('[molecule.A-B]\nunit = "nM"', "'A-B' cannot be a name; use letters, digits and _"),
        ('[molecule.9A]\nunit = "nM"', "'9A' cannot be a name"),
        (MOLECULE + 'sites = { x = "bnd" }', "site 'x' is 'bnd'; write 'bond' or an array"),
        (MOLECULE + "sites = { x = [] }", "'x' is empty; write at least one"),
        (MOLECULE + 'sites = { x = ["u", "u"] }', "a state is listed twice; list each once"),
        (MOLECULE + 'sites = { x = ["u-p"] }', "state 'u-p' cannot be a name"),
        (MOLECULE + 'sites = { x-y = "bond" }', "'x-y' cannot be a name"),
        (MOLECULE + "input = true", "'A' is not the file's drug or ligand; write input = true for"),
        (MOLECULE + 'initial = "B()"', r"initial 'B\(\)' is not one A; write its sites"),
        (MOLECULE + 'initial = "A(("', r"'A\(\(' is not a pattern; write it like"),
        (MOLECULE + 'initail = "A()"', "unknown key 'initail'; did you mean 'initial'"),
        (f'[seed.M]\npattern = "A(a~b)"\ntotal = {number(fold="")}', "missing key 'fold'"),
        ("[seed.M]\ntotal = {}", "missing key 'pattern'"),
        ("[colour.A]\nx = 'y'", r"f.toml: \[top\]: unknown key 'colour'"),
        ("molecule = 'A'", "'molecule' is a string; write a table"),
    ],
)
def test_refused_molecules(text: str, match: str) -> None:
    with pytest.raises(DeclarationError, match=match):
        module(text)


def test_refused_medium_molecules() -> None:
    with pytest.raises(DeclarationError, match="'A' is the medium molecule; write input = true"):
        draft(MOLECULE, medium="A")
    with pytest.raises(DeclarationError, match="an input has a total; its concentration is"):
        draft(MOLECULE + f"input = true\ntotal = {CONC}", medium="A")


def test_states_and_seeds() -> None:
    text = f"""
    [state.HER2]
    kin = ["lapatinib", "tucatinib"]
    requires = ["p95HER2"]
    [seed.H1047R]
    pattern = "PIK3CA(allele~H1047R)"
    total = {number("0", "nM")}
    """
    read = module(text)
    assert read.states == tuple(
        SiteState(
            molecule="HER2",
            site="kin",
            state=state,
            requires=("p95HER2",),
            where="f.toml: [state.HER2]",
        )
        for state in ("lapatinib", "tucatinib")
    )
    assert (read.seeds[0].id, read.seeds[0].total.id) == ("H1047R", "H1047R.total")


# ---- rules ------------------------------------------------------------------------------------------


def rule(body: str, text: str = '"A(x~u) -> A(x~p)"') -> Draft:
    return draft(f"[rule.R]\ntext = {text}\n{body}")


def test_one_way_rule() -> None:
    text = f"""k = {RATE}
    scale_by = ["P"]
    driven_by = ["pool", "B(y~p)"]
    source = "Hass2017"
    note = "n"
    requires = ["HRG"]
    [rule.R.saturated_by.pool]
    K = {CONC}
    hill = {ONE}
    [rule.R.inhibited_by.T]
    pattern = "T(s~p)"
    K = "other.K"
    """
    read = rule(text)
    (found,) = read.module.rules
    assert found.forward == Monomial(1.0, (("P", 1.0), ("R.k", 1.0)))
    assert found.reverse is None
    assert found.driven
    assert found.factors == (
        Factor(kind=FactorKind.LINEAR, pool="pool"),
        Factor(kind=FactorKind.LINEAR, pool="B(y~p)"),
        Factor(
            kind=FactorKind.SATURATING,
            pool="pool",
            K=Monomial.of("R.pool.K"),
            hill=Monomial.of("R.pool.hill"),
        ),
        Factor(kind=FactorKind.INHIBITING, pool="T(s~p)", K=Monomial.of("other.K")),
    )
    assert (found.sources, found.note, found.requires) == (("Hass2017",), "n", ("HRG",))
    assert [item.id for item in read.module.parameters] == ["R.k", "R.pool.K", "R.pool.hill"]
    assert [item.parameter for item in read.references] == ["P", "other.K"]
    assert {item.requires for item in read.references} == {("HRG",)}


def test_driven_can_be_switched_off() -> None:
    assert not rule(f"k = {RATE}\ndriven = false").module.rules[0].driven


BOTH = '"A(x) + B(y) <-> A(x!1).B(y!1)"'


@pytest.mark.parametrize(
    ("body", "forward", "reverse"),
    [
        (f"kon = {BIND}\nkoff = {RATE}", {"R.kon": 1.0}, {"R.koff": 1.0}),
        (f"kon = {BIND}\nKd = {CONC}", {"R.kon": 1.0}, {"R.kon": 1.0, "R.Kd": 1.0}),
        (f"koff = {RATE}\nKd = {CONC}", {"R.koff": 1.0, "R.Kd": -1.0}, {"R.koff": 1.0}),
        (f'kon = "P"\nKd = {CONC}', {"P": 1.0}, {"P": 1.0, "R.Kd": 1.0}),
        (
            f'kon = {{ times = ["P", "Q", "P"] }}\nkoff = {RATE}\nscale_by = "S"',
            {"P": 2.0, "Q": 1.0, "S": 1.0},
            {"R.koff": 1.0},
        ),
    ],
)
def test_both_ways_rule(body: str, forward: dict[str, float], reverse: dict[str, float]) -> None:
    (found,) = rule(body, BOTH).module.rules
    assert found.forward == Monomial(1.0, tuple(sorted(forward.items())))
    assert found.reverse == Monomial(1.0, tuple(sorted(reverse.items())))
    assert not found.driven


@pytest.mark.parametrize(
    ("text", "body", "match"),
    [
        (BOTH, f"kon = {BIND}", "a reversible rule has 1 of kon, koff and Kd; write exactly two"),
        (BOTH, f"kon = {BIND}\nkoff = {RATE}\nKd = {CONC}", "has 3 of kon, koff and Kd"),
        (BOTH, f"k = {RATE}", "'k' on a reversible rule; write two of kon, koff and Kd"),
        (
            BOTH,
            f'kon = {BIND}\nkoff = {RATE}\ndriven_by = "P"',
            "a reversible rule has driven_by, saturated_by or inhibited_by; split it",
        ),
        (
            BOTH,
            f"kon = {BIND}\nkoff = {RATE}\ndriven = true",
            "a reversible rule is marked driven; binding is not",
        ),
        ('"A -> B"', f"k = {RATE}\nkoff = {RATE}", "'koff' on a one-way rule; write k, or '<->'"),
        ('"A -> B"', "", r"\[rule.R\]: missing key 'k'; add it"),
        ('["A -> B", "A <-> B"]', "", "the lines mix '->' and '<->'; make them two rules"),
        ('"A + B"', "", r"'A \+ B' has 0 arrows; write one '->' or '<->'"),
        ('"A -> B -> C"', "", "has 2 arrows"),
        ('"A(x~u) -> A( x~u )"', "", "changes nothing; its two sides are the same"),
        ('"A(x -> B"', "", r"'A\(x' is not a pattern; write it like 'A\(x!1\)"),
        ('"A + -> B"', "", "'' is not a pattern"),
        ('"A -> B"', f'k = {RATE}\nscale_by = [""]', "'scale_by' holds an empty string"),
        ('"A -> B"', "k = {}", r"\[rule.R.k\]: missing key 'value'"),
        ('"A -> B"', "k = { times = [] }", "'times' is empty; write at least one"),
        ('"A -> B"', 'k = { times = ["P"], plus = "Q" }', r"\[rule.R.k\]: unknown key 'plus'"),
        ('"A -> B"', f'k = {RATE}\nsource = "Chn2009"', "unknown source 'Chn2009'"),
        (
            '"A -> B"',
            f"k = {RATE}\n[rule.R.saturated_by.P]\nhill = {ONE}",
            r"\[rule.R.saturated_by.P\]: missing key 'K'",
        ),
        (
            '"A -> B"',
            f"k = {RATE}\n[rule.R.saturated_by.P]\nK = {CONC}\nhill = {CONC}",
            "unit 'nM' has the wrong dimension: it reads as nM; a unit like '1' is needed",
        ),
    ],
)
def test_refused_rules(text: str, body: str, match: str) -> None:
    with pytest.raises(DeclarationError, match=r"^f.toml: .*" + match):
        rule(body, text)


def test_changed_complexes_leave_catalysts_out() -> None:
    line = split_line("PI3K(m~b) + PIP2 -> PI3K( m~b ) + PIP3", "x")
    assert line.reactants == ("PI3K(m~b)", "PIP2")
    assert line.changed() == ("PIP2", "PIP3")
    assert not line.reversible
    assert split_line("0 -> A()", "x").changed() == ("A()",)
    assert split_line("A(x!+) + A(x!+) -> A(x!+)", "x").changed() == ("A(x!+)",)


def test_molecules_of_a_pattern() -> None:
    assert pattern_molecules("HER2(d4~free,dim!1).HER3(dim!1) . PIP3", "x") == (
        "HER2",
        "HER3",
        "PIP3",
    )
    with pytest.raises(DeclarationError, match="x: '9A' is not a pattern"):
        pattern_molecules("9A", "x")


# ---- the rest of a module -------------------------------------------------------------------------


def test_sums_and_patterns() -> None:
    text = f"""
    [pool.pY.HER3]
    pattern = "HER3(y~p)"
    weight = {ONE}
    [pool.pY.EGFR]
    pattern = "EGFR(y~p)"
    [readout.pERK]
    unit = "nM"
    description = "active ERK"
    [readout.pERK.terms.ERK]
    pattern = "ERK(s~p)"
    weight = "P"
    [readout_terms.pHER2.p95]
    pattern = "p95HER2(y~p)"
    [interaction.I]
    pattern = "A(x!1).B(y!1)"
    factor = {ONE}
    off_share = {number("0", "1")}
    [forbidden.F]
    pattern = "A(x!1).A(x!1)"
    requires = ["T"]
    [effect.E]
    rules = "R"
    when = "A(k~d)"
    factor = "I.factor"
    [anchor.M]
    molecule = "A"
    scale = "P"
    """
    read = draft(text)
    (pool,) = read.module.pools
    assert pool.terms == (
        PoolTerm(key="HER3", pattern="HER3(y~p)", weight=Monomial.of("pY.HER3")),
        PoolTerm(key="EGFR", pattern="EGFR(y~p)", weight=Monomial()),
    )
    declared, added = read.module.readouts
    assert (declared.unit, declared.terms[0].weight) == ("nM", Monomial.of("P"))
    assert (added.id, added.unit, added.terms[0].pattern) == ("pHER2", "", "p95HER2(y~p)")
    (interaction,) = read.module.interactions
    assert (interaction.factor, interaction.off_share) == (Monomial.of("I.factor"), 0.0)
    assert read.module.forbidden[0].requires == ("T",)
    (effect,) = read.module.effects
    assert (effect.rules, effect.when, effect.factor) == (("R",), "A(k~d)", Monomial.of("I.factor"))
    (anchor,) = read.module.anchors
    assert (anchor.molecule, anchor.scale) == ("A", "P")
    ids = [item.id for item in read.module.parameters]
    assert ids == ["I.factor", "I.off_share", "pY.HER3"]
    assert [item.parameter for item in read.references] == ["I.factor", "P", "P"]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (
            f'[interaction.I]\npattern = "A"\nfactor = {ONE}\noff_share = {number("1.2", "1")}',
            r"\[interaction.I.off_share\]: off_share is 1.2; it is a share from 0 to 1",
        ),
        (
            f'[interaction.I]\npattern = "A"\nfactor = {CONC}',
            "unit 'nM' has the wrong dimension",
        ),
        ('[forbidden.F]\npattern = "A..B"', "'A..B' is not a pattern"),
        ('[effect.E]\nrules = []\nwhen = "A"', "'rules' is empty"),
        ('[readout.R]\nunit = "uM"', r"\[readout.R\]: unit 'uM' of a readout; write 'nM' or '1'"),
        ('[readout.R]\nunit = "nM"', "missing key 'description'"),
        ('[pool.P]\npattern = "A"', r"\[pool.P\]: 'pattern' is a string; write a table"),
        ("[pool.P.T]\nweight = 'x'", r"\[pool.P.T\]: missing key 'pattern'"),
        ("[anchor.M]\nmolecule = 'A'", r"\[anchor.M\]: missing key 'scale'"),
    ],
)
def test_refused_parts(text: str, match: str) -> None:
    with pytest.raises(DeclarationError, match=match):
        module(text)
