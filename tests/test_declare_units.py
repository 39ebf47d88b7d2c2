from __future__ import annotations

import math
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathway.declare.units import (
    DIMENSIONLESS,
    GRAM_PER_MOL,
    MINUTE,
    NANOMOLAR,
    PICOLITRE,
    Unit,
    convert,
    parse_dose,
    parse_duration,
    parse_quantity,
    parse_quantity_text,
    read_unit,
    to_internal,
)
from pathway.errors import UnitError

# the first text read loads pint, which takes longer than a case may
untimed = settings(deadline=None)
UNITS = st.builds(
    Unit, st.integers(-3, 3), st.integers(-3, 3), st.integers(-2, 2), st.integers(-2, 2)
)
POSITIVE = st.floats(min_value=1e-12, max_value=1e12)


@pytest.mark.parametrize(
    ("value", "unit", "expected", "text"),
    [
        (1.5, "nM", 1.5, "nM"),
        (1.5, "uM", 1500.0, "nM"),
        (1.5, "µM", 1500.0, "nM"),
        (1.5, "μM", 1500.0, "nM"),
        (3.0, "pmol/L", 0.003, "nM"),
        (1.0, "1/(nM*min)", 1.0, "1/(nM*min)"),
        (1.0, "1/nM/s", 60.0, "1/(nM*min)"),
        (6.0, "1/hour", 0.1, "1/min"),
        (6.0, "h^-1", 0.1, "1/min"),
        (2.0, "nM*min^-1", 2.0, "nM/min"),
        (2.0, "nM**2", 2.0, "nM^2"),
        (24.0, "h", 1440.0, "min"),
        (1.0, "day", 1440.0, "min"),
        (7.0, "1", 7.0, "1"),
        (50.0, "percent", 0.5, "1"),
        (2000.0, "fL", 2.0, "pL"),
        (148.0, "kg/mol", 148000.0, "g/mol"),
        (1.0, " 1 / ( nM * min ) ", 1.0, "1/(nM*min)"),
    ],
)
def test_to_internal(value: float, unit: str, expected: float, text: str) -> None:
    found, internal = to_internal(value, unit, "here")
    assert found == expected
    assert internal.text == text


def test_molecules_per_cell() -> None:
    # one molecule in one picolitre: 1 / (6.02214076e23 * 1e-12 L) mol/L
    expected = 1e9 / (6.02214076e23 * 1e-12)
    assert convert(1.0, "molecules/cell", NANOMOLAR, "x", 1.0) == pytest.approx(expected, rel=1e-15)
    assert convert(1e5, "molecules/cell", NANOMOLAR, "x", 2.0) == pytest.approx(
        1e5 * expected / 2, rel=1e-15
    )
    second_order = convert(1.0, "cell/(molecule*min)", Unit(-1, -1), "x", 1.0)
    assert second_order == pytest.approx(1.0 / expected, rel=1e-15)


def test_molecules_per_cell_need_a_volume() -> None:
    with pytest.raises(UnitError, match="x: 'molecules/cell' needs the volume of a cell here"):
        to_internal(1.0, "molecules/cell", "x")


@untimed
@given(UNITS)
def test_the_text_of_a_unit_reads_as_itself(unit: Unit) -> None:
    assert read_unit(unit.text, "x") == unit


@untimed
@given(st.floats(allow_nan=False, allow_infinity=False), UNITS)
def test_internal_units_leave_values_unchanged(value: float, unit: Unit) -> None:
    assert convert(value, unit.text, unit, "x") == value


@untimed
@given(POSITIVE, POSITIVE)
def test_conversion_round_trips(value: float, volume: float) -> None:
    per_molecule = convert(1.0, "molecules/cell", NANOMOLAR, "x", volume)
    amount = convert(value, "molecules/cell", NANOMOLAR, "x", volume)
    assert amount / per_molecule == pytest.approx(value, rel=1e-14)
    assert convert(value, "uM", NANOMOLAR, "x") == pytest.approx(
        1e6 * convert(value, "pM", NANOMOLAR, "x"), rel=1e-14
    )
    assert convert(value, "h", MINUTE, "x") == pytest.approx(value * 60.0, rel=1e-15)


@given(UNITS, UNITS)
def test_units_multiply_like_powers(one: Unit, other: Unit) -> None:
    assert one.times(other) == other.times(one)
    assert one.times(one.to_power(-1)) == DIMENSIONLESS
    assert one.times(one) == one.to_power(2)


@pytest.mark.parametrize(
    ("unit", "match"),
    [
        ("", "the unit is empty"),
        ("NM", "unit 'NM': 'NM' is not a unit known here; did you mean 'nM'"),
        ("furlongs_per", "'furlongs_per' is not a unit known here"),
        ("dB", "'dB' is not a unit known here"),
        ("degC", "'degC' is not a unit known here"),
        ("pi", "'pi' is not a unit known here"),
        ("nan", "'nan' is not a unit known here"),
        ("V", "'V' is not a unit known here"),
        ("m", "unit 'm' is not made of concentration, time, molecules/cell"),
        ("molecules", "unit 'molecules' is not made of .*; did you mean 'molecules/cell'"),
        ("1/cell", "unit '1/cell' is not made of"),
        ("nM^7", "unit 'nM\\^7': a power is a whole number up to 6"),
        ("nM^x", "a power is a whole number up to 6"),
        ("nM^", "a power is a whole number up to 6"),
        ("nM^0.5", "has a character '.' that no unit has"),
        ("nM**9**9**9", "a power is a whole number up to 6"),
        ("nM^2^2", "unexpected '\\^'"),
        ("9**9**9", "unexpected '9'"),
        ("1000/min", "unexpected '1000'"),
        ("nM min", "unexpected 'min'; did you mean 'nM/min'"),
        ("(nM", "a parenthesis is not closed"),
        ("nM)", "unexpected '\\)'"),
        ("/min", "unexpected '/'"),
        ("1/", "it ends too early"),
        ("_", "unexpected '_'"),
        ("__import__('os').system('x')", 'has a character "\'" that no unit has'),
        ("nM;min", "has a character ';' that no unit has"),
        ("n" * 61, "the unit is longer than 60 characters"),
        ("(" * 60, "it ends too early"),
    ],
)
def test_unreadable_units(unit: str, match: str) -> None:
    with pytest.raises(UnitError, match="^here: .*" + match):
        to_internal(1.0, unit, "here")


@untimed
@given(st.text(alphabet="nM1/(*^)- minµ_.'9h", max_size=70))
def test_any_unit_text_is_read_or_refused(text: str) -> None:
    message = "here: "
    try:
        value, unit = to_internal(1.0, text, "here", 1.0)
    except UnitError as error:
        message = str(error)
    else:
        assert math.isfinite(value)
        assert read_unit(text, "here") == unit
    assert message.startswith("here: ")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_values_are_finite(value: float) -> None:
    with pytest.raises(UnitError, match=f"here: the value is {value}; write a finite number"):
        to_internal(value, "nM", "here")


def test_overflow() -> None:
    with pytest.raises(UnitError, match=r"1e\+308 M is too large; check the number and its unit"):
        to_internal(1e308, "M", "here")


def test_wrong_dimension() -> None:
    with pytest.raises(
        UnitError,
        match=r"here: unit 'h' has the wrong dimension: it reads as min; a unit like 'nM' is needed",
    ):
        convert(1.0, "h", NANOMOLAR, "here")
    with pytest.raises(UnitError, match="reads as 1; a unit like 'g/mol' is needed"):
        convert(1.0, "1", GRAM_PER_MOL, "here")
    with pytest.raises(UnitError, match="a unit like 'pL' is needed"):
        convert(1.0, "nM", PICOLITRE, "here")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100 nM", 100.0),
        ("3 uM", 3000.0),
        ("3uM", 3000.0),
        ("0 nM", 0.0),
        ("1e-3 uM", 1.0),
        ("+.5 nM", 0.5),
        ("10 ug/mL", 1e7 / 148000),
        ("10 µg/ml", 1e7 / 148000),
        ("10 mg/L", 1e7 / 148000),
    ],
)
def test_doses(text: str, expected: float) -> None:
    assert parse_dose(text, 148000.0, "drug") == pytest.approx(expected, rel=1e-15, abs=0)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("-1 nM", "'-1 nM' is negative; write zero or more"),
        ("nan nM", "'nan nM' is not a finite number"),
        ("inf nM", "'inf nM' is not a finite number"),
        ("1e999 nM", "'1e999 nM' is too large"),
        ("100", "'100' has no unit; write it like"),
        ("", "'' is not a number with a unit; write it like '100 nM'"),
        ("nM", "'nM' is not a number with a unit"),
        ("1,5 nM", "has a character ',' that no unit has"),
        ("1 2 nM", "unexpected '2'"),
        ("10 nN", "'nN' is not a unit known here|not made of"),
        ("6 mg/kg", "dose '6 mg/kg' is not a concentration; write it like"),
        ("24 h", "dose '24 h' is not a concentration"),
        ("1e5 molecules/cell", "needs the volume of a cell here; write it in nM"),
        ("9" * 200, "is not a number with a unit"),
    ],
)
def test_refused_doses(text: str, match: str) -> None:
    with pytest.raises(UnitError, match="^drug: .*" + match):
        parse_dose(text, 148000.0, "drug")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("24 h", 1440.0), ("90min", 90.0), ("30 s", 0.5), ("2 days", 2880.0), ("0 h", 0.0)],
)
def test_durations(text: str, expected: float) -> None:
    assert parse_duration(text, "x") == expected


def test_refused_durations() -> None:
    with pytest.raises(UnitError, match=r"x: '-1 h' is negative"):
        parse_duration("-1 h", "x")
    with pytest.raises(UnitError, match="unit 'nM' has the wrong dimension: it reads as nM"):
        parse_duration("1 nM", "x")


def test_quantities_in_text() -> None:
    assert parse_quantity_text(" 1e5  molecules/cell ", "x") == (1e5, "molecules/cell")
    assert parse_quantity("0.5 1/min", Unit(time=-1), "x") == 0.5
    expected = convert(1e5, "molecules/cell", NANOMOLAR, "x", 2.0)
    assert parse_quantity("1e5 molecules/cell", NANOMOLAR, "x", 2.0) == expected


@untimed
@given(st.floats(min_value=0, max_value=1e300), st.sampled_from(["nM", "uM", "1/(nM*min)"]))
def test_number_and_unit_come_apart_again(value: float, unit: str) -> None:
    assert parse_quantity_text(f"{value!r} {unit}", "x") == (value, unit)


def test_pint_is_loaded_with_the_first_unit_only() -> None:
    script = (
        "import sys, pathway.declare.units as units\n"
        "assert 'pint' not in sys.modules\n"
        "print(units.parse_duration('2 h', 'x'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True
    )
    assert re.fullmatch(r"120\.0\s*", done.stdout)
