"""Each lumping of binding, once on a small case: antibodies, a covalent drug, adaptors.

Numbers are those of the shipped model in SKBR3. Every docstring says what the lumping costs; the
bounds of the test are that size with room for a change of numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.optimize import brentq

from pathway.declare.entities import Forbidden
from tests.rules import interaction, rule
from tests.small import driven_by, levels, numbers_of, saturated_by, settled, small

if TYPE_CHECKING:
    from pathway.model import Model, Network
    from tests.small import Numbers

DAY = 1440.0


@pytest.fixture(scope="module")
def numbers(her2: Model) -> Numbers:
    return numbers_of(her2)


def test_pertuzumab_absent_from_the_heregulin_dimer(numbers: Numbers) -> None:
    """Barring pertuzumab is the limit of a factor on the dimer; 100-fold is 0.04 of HER2:HER3 away.

    With heregulin 0.357 of the untreated dimers are left if barred, 0.362 with a factor of 1000,
    0.401 with 100, 0.486 with 30: HER2 outnumbers HER3, so that a weak factor leaves much.
    """
    off = numbers["HER2_HER2_dimerisation.koff"]
    values = {
        "HER2.total": numbers["HER2.total"],
        "HER3.total": numbers["HER3.total"],
        "pair.k": off / numbers["HER2_HER3_dimerisation.Kd"],
        "pair.r": off,
        "HRG.k": numbers["HRG_binding.kon"],
        "HRG.r": numbers["HRG_binding.kon"] * numbers["HRG_binding.Kd"],
        "P.k": numbers["pertuzumab_binding.kon"],
        "P.r": numbers["pertuzumab_binding.kon"] * numbers["pertuzumab_binding.Kd"],
        "holds.factor": numbers["HRG_makes_HER2_HER3.factor"],
    }
    rules = [
        rule("pair", "HER2(dim) + HER3(dim) <-> HER2(dim!1).HER3(dim!1)"),
        rule("HRG", "HER3(lig~free) + H <-> HER3(lig~H)"),
        rule("P", "HER2(d2~free) + P <-> HER2(d2~P)"),
    ]
    holds = interaction("holds", "HER2(dim!1).HER3(dim!1,lig~H)")
    bars = "HER2(d2~P,dim!1).HER3(dim!1,lig~H)"

    def left(factor: float | None) -> float:
        barred = factor is None
        more = () if barred else (interaction("soft", bars, 1.0),)
        net = small(
            "HER2(d2~free~P,dim) HER3(lig~free~H,dim)",
            rules,
            values | ({} if factor is None else {"soft.factor": factor}),
            {"dimer": "HER2(dim!1).HER3(dim!1)"},
            inputs="H P",
            interactions=(holds, *more),
            forbidden=(Forbidden(id="bars", pattern=bars),) if barred else (),
        )
        treated = levels(net, [DAY], (60.0, {"P": 68.0}), (DAY, {"P": 68.0, "H": 1.0}))
        return float(treated["dimer"][0]) / settled(net, {"H": 1.0})["dimer"]

    barred = left(None)
    excess = [left(factor) - barred for factor in (30.0, 100.0, 1000.0)]
    assert 0.15 > excess[0] > excess[1] > excess[2] > 0.0
    assert excess[1] < 0.06
    assert excess[2] < 0.01


def adaptors(numbers: Numbers, form: str) -> Network:
    """Return HER3 whose tyrosine a stimulus phosphorylates, and PI3K that reads or binds it."""
    values = {
        "H.total": numbers["HER3.total"],
        "P.total": numbers["PIK3CA.total"] + numbers["PIK3CB.total"],
        "made.k": 0.001,
        "lost.k": 0.5,  # per min: what HER3's phosphatases come to together
        "lost_bound.k": 0.5,
        "on.k": numbers["PIK3CA_recruitment.k"],
        "on.r": numbers["PIK3CA_release.k"],
        "off.k": numbers["PIK3CA_release.k"],
    }
    if form == "reads":
        rules = [
            rule("made", "H(y~u) -> H(y~p)", factors=(driven_by("S"),)),
            rule("lost", "H(y~p) -> H(y~u)"),
            rule("on", "P(m~f) -> P(m~b)", factors=(driven_by("H(y~p)"),)),
            rule("off", "P(m~b) -> P(m~f)"),
        ]
        read = {"bound": "P(m~b)", "pY": "H(y~p)"}
        return small("H(y~u~p) P(m~f~b)", rules, values, read, inputs="S")
    rules = [
        rule("made", "H(y~u,d) -> H(y~p,d)", factors=(driven_by("S"),)),
        rule("lost", "H(y~p,d) -> H(y~u,d)"),
        rule("on", "H(y~p,d) + P(b) <-> H(y~p,d!1).P(b!1)"),
    ]
    if form == "binds":
        rules.append(rule("lost_bound", "H(y~p,d!1).P(b!1) -> H(y~u,d) + P(b)"))
    read = {"bound": "H(d!1).P(b!1)", "pY": "H(y~p)"}
    return small("H(y~u~p,d) P(b)", rules, values, read, inputs="S")


def test_adaptors_read_a_pool(numbers: Numbers) -> None:
    """PI3K at the membrane is right to 3 % if what it binds is protected; if not, 0.55 to 0.85 of it.

    A bound tyrosine that phosphatases do not reach is refilled, so PI3K sees the same free ones: 0.97
    to 1.00 of the lumped amount over 0.1 to 65 nM of phosphotyrosine, though phospho-HER3 itself is
    1.3 times higher where PI3K outnumbers it. If phosphatases do reach it, binding holds what it
    takes away and is cut short: 0.55 with little phosphotyrosine, 0.66 with 11 nM, 0.85 in excess. A
    constant factor goes into the rate constant; what is left is a response steeper by up to 1.5 from
    end to end. The model is not in excess at rest: 1 to 6 nM of phospho-HER3, with six sites each,
    meet 7 to 14 nM of PI3K.
    """
    nets = {form: adaptors(numbers, form) for form in ("reads", "protects", "binds")}
    stimuli = [1.0, 3.0, 10.0, 100.0, 1000.0]
    found = {
        (form, readout): np.array([settled(net, {"S": one})[readout] for one in stimuli])
        for form, net in nets.items()
        for readout in ("bound", "pY")
    }
    assert found["reads", "pY"][0] < 1.0
    assert found["reads", "pY"][-1] > 20.0
    protects, binds = (
        found[form, "bound"] / found["reads", "bound"] for form in ("protects", "binds")
    )
    assert (np.abs(protects - 1.0) < 0.05).all()
    assert (found["protects", "pY"] / found["reads", "pY"]).max() < 1.6
    assert (np.diff(binds) > 0.0).all()
    assert 0.45 < binds[0] < binds[-1] < 1.0
    assert binds[-1] / binds[0] < 1.8


ONE_ARM = 3.0
"""nM: an antibody's binding by one arm, recalled as 1 to 5 nM."""


def antibody(numbers: Numbers, pairs: float | None) -> Network:
    """Return HER2 with an antibody of apparent affinity, or of two arms (``pairs``: nM)."""
    total, kon = numbers["HER2.total"], numbers["trastuzumab_binding.kon"]
    affinity = numbers["trastuzumab_binding.Kd"]
    if pairs is None:
        values = {"R.total": total, "on.k": kon, "on.r": kon * affinity}
        rules = [rule("on", "R(d~free) + T <-> R(d~T)")]
        return small("R(d~free~T)", rules, values, {"bound": "R(d~T)"}, inputs="T")
    values = {"R.total": total, "on.k": 2.0 * kon, "on.r": kon * ONE_ARM}
    values |= {"bridge.k": kon, "bridge.r": kon * pairs}
    rules = [
        rule("on", "R(d~free,x) + T <-> R(d~one,x)"),
        rule("bridge", "R(d~one,x) + R(d~free,x) <-> R(d~two,x!1).R(d~two,x!1)"),
    ]
    read = {"bound": ("R(d~one)", "R(d~two)")}
    return small("R(d~free~one~two,x)", rules, values, read, inputs="T")


def test_antibodies_bind_once(numbers: Numbers) -> None:
    """One apparent affinity is right at saturation; two arms bind and leave faster below it.

    Two arms with 3 nM each and a bridge that gives the same half-saturation: occupancy differs by
    up to 0.08 between 0.03 and 10 nM (two arms bind over a wider range) and by 0.015 at 67 nM.
    At 67 nM both occupy more than 0.97 within 10 min. After wash-out the lumped antibody stays: 0.83
    and 0.55 at 1 h, 0.47 and 0.14 at 4 h, because at saturation most hold on by one arm. So the time
    that an antibody's effect outlives it is the assumed on-rate's, and no more.
    """
    total, half = numbers["HER2.total"], numbers["trastuzumab_binding.Kd"]

    def occupied(net: Network, dose: float) -> float:
        return settled(net, {"T": dose})["bound"] / total

    def excess(logarithm: float) -> float:
        return occupied(antibody(numbers, float(np.exp(logarithm))), half) - 0.5

    bridge = float(np.exp(brentq(excess, np.log(30.0), np.log(3000.0), xtol=1e-3)))
    once, twice = antibody(numbers, None), antibody(numbers, bridge)
    doses = [0.03, 0.1, 0.31, 1.0, 3.0, 10.0, 67.0, 134.0]
    gaps = np.array([occupied(once, dose) - occupied(twice, dose) for dose in doses])
    assert 0.03 < np.abs(gaps[:6]).max() < 0.12
    assert np.abs(gaps[6:]).max() < 0.03
    times = [10.0, 60.0, DAY, DAY + 60.0, DAY + 240.0]
    saturated = [
        levels(net, times, (DAY, {"T": 67.0}), (2 * DAY, {"T": 0.0}))["bound"] / total
        for net in (once, twice)
    ]
    assert min(found[0] for found in saturated) > 0.95
    assert np.abs(saturated[0] - saturated[1])[:3].max() < 0.03
    assert 0.1 < (saturated[0] - saturated[1])[3:].max() < 0.45
    assert (saturated[0] > saturated[1])[3:].all()


def covalent(numbers: Numbers, kon: float | None) -> Network:
    """Return HER2 that neratinib inactivates, in one step or by an encounter (``kon``: 1/(nM min))."""
    kinact = numbers["neratinib_HER2_inactivation.k"]
    half = numbers["neratinib_HER2_inactivation.neratinib.K"]
    read = {"bound": "R(k~N)", "active": "R(k~free)"}
    if kon is None:
        step = rule("inactivation", "R(k~free) -> R(k~N)", factors=(saturated_by("N", "K"),))
        values = {"R.total": 1.0, "inactivation.k": kinact, "K": half}
        return small("R(k~free~N)", [step], values, read, inputs="N")
    rules = [
        rule("encounter", "R(k~free) + N <-> R(k~E)"),
        rule("inactivation", "R(k~E) -> R(k~N)"),
    ]
    values = {"R.total": 1.0, "inactivation.k": kinact}
    values |= {"encounter.k": kon, "encounter.r": kon * half - kinact}  # KI = (koff + kinact) / kon
    return small("R(k~free~E~N)", rules, values, read, inputs="N")


@pytest.mark.parametrize("kon", [0.06, 0.6])
def test_covalent_drugs_bind_in_one_step(numbers: Numbers, kon: float) -> None:
    """What is inactivated is right to 0.06 at any dose and time; what is blocked is late by minutes.

    With an encounter at 1e6 or 1e7 /M/s, the inactivated share differs by at most 0.055 (at KI,
    within 5 min) or 0.007, and by 0.004 from 2 h on. But the encounter blocks the kinase
    too, at once: active after 2 min at 100 nM 0.83 in one step and 0.03 or 0.04 with the encounter;
    after 1 h 0.05 and 0.02 at KI, 0.003 and 0.000 at 100 nM, 0.50 and 0.44 at the clinical
    0.7 nM. So the model's neratinib is right from an hour on, not in the first minutes.
    """
    lumped, fuller = covalent(numbers, None), covalent(numbers, kon)
    times = [2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 240.0, DAY]
    for dose in (0.7, 5.3, 50.0, 100.0, 1000.0):
        one, two = (levels(net, times, (DAY, {"N": dose})) for net in (lumped, fuller))
        gap = np.abs(one["bound"] - two["bound"])
        assert gap.max() < 0.08
        assert gap[5:].max() < 0.01
        late = one["active"] - two["active"]
        assert (late > -0.01).all()
        assert late[4:].max() < 0.08
        if dose >= 50.0:
            assert late[0] > 0.5
            assert late[4:].max() < 0.01
