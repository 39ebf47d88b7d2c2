"""A compiled network as equations that can be read: text or LaTeX."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathway.compile.tables import Tables

__all__ = ["EquationFormat", "write_equations"]

LINEAR, SATURATING = 0, 1
"""Codes of ``Tables.factor_kind``."""


class EquationFormat(Enum):
    """How equations are written."""

    TEXT = "text"
    LATEX = "latex"


def write_equations(tables: Tables, form: EquationFormat) -> str:
    """Return all equations of a network.

    One line per species (its rates), per rate (its law) and per pool that a law reads. Amounts
    stand in square brackets; everything else that is named is a parameter.
    """
    writer = _Writer(tables, _Latex() if form is EquationFormat.LATEX else _Text())
    return "\n".join(writer.lines()) + "\n"


class _Text:
    """Plain text."""

    times, constant = " * ", "constant"

    def block(self, title: str, lines: list[str]) -> list[str]:
        return [f"# {title}", *lines, ""]

    def amount(self, name: str) -> str:
        return f"[{name}]"

    def parameter(self, name: str, power: float) -> str:
        return name if power == 1.0 else f"{name}^{power:g}"

    def symbol(self, letter: str, number: int) -> str:
        return f"{letter}{number}"

    def derivative(self, amount: str) -> str:
        return f"d{amount}/dt"

    def fraction(self, top: str, bottom: str) -> str:
        return f"{top} / ({bottom})"

    def power(self, base: str, exponent: str) -> str:
        return base if exponent == "1" else f"({base})^({exponent})"

    def line(self, left: str, right: str, note: str) -> str:
        return f"{left} = {right}" + (f"    # {note}" if note else "")


class _Latex:
    """LaTeX, one ``align*`` per block."""

    times, constant = r" \, ", r"\text{constant}"

    def block(self, title: str, lines: list[str]) -> list[str]:
        if not lines:
            return [f"% {title}: none", ""]
        body = [f"  {line}" + r" \\" for line in lines]
        return [f"% {title}", r"\begin{align*}", *body, r"\end{align*}", ""]

    def amount(self, name: str) -> str:
        return rf"[\mathrm{{{self._escaped(name)}}}]"

    def parameter(self, name: str, power: float) -> str:
        text = rf"\mathrm{{{self._escaped(name)}}}"
        return text if power == 1.0 else f"{text}^{{{power:g}}}"

    def symbol(self, letter: str, number: int) -> str:
        return f"{letter}_{{{number}}}"

    def derivative(self, amount: str) -> str:
        return rf"\frac{{\mathrm{{d}}{amount}}}{{\mathrm{{d}}t}}"

    def fraction(self, top: str, bottom: str) -> str:
        return rf"\frac{{{top}}}{{{bottom}}}"

    def power(self, base: str, exponent: str) -> str:
        return base if exponent == "1" else rf"\left({base}\right)^{{{exponent}}}"

    def line(self, left: str, right: str, note: str) -> str:
        comment = rf" && \text{{{self._escaped(note)}}}" if note else ""
        return f"{left} &= {right}{comment}"

    def _escaped(self, name: str) -> str:
        special = {"_": r"\_", "#": r"\#", "~": r"{\sim}", "%": r"\%", "&": r"\&", "$": r"\$"}
        return "".join(special.get(character, character) for character in name)


class _Writer:
    """Walks the tables once."""

    def __init__(self, tables: Tables, style: _Text | _Latex) -> None:
        self.tables = tables
        self.style = style
        self.amounts = [style.amount(name) for name in (*tables.species, *tables.inputs)]
        n_reactions, n_terms = len(tables.reactions), tables.pool_amount.size
        n_factors = tables.factor_kind.size
        rows = [self._monomial(row) for row in range(tables.monomials.start.size)]
        kernel = [rows[row] for row in tables.kernel_rows]
        self.rates = kernel[:n_reactions]
        self.weights = kernel[n_reactions : n_reactions + n_terms]
        self.halves = kernel[n_reactions + n_terms : n_reactions + n_terms + n_factors]
        hills = n_reactions + n_terms + n_factors
        self.hills = kernel[hills : hills + n_factors]
        self.scale = kernel[hills + n_factors] if tables.depleting else ""

    def lines(self) -> list[str]:
        """Return the blocks."""
        style, tables = self.style, self.tables
        changes = [self._change(species) for species in range(len(tables.species))]
        rates = [
            style.line(style.symbol("v", reaction + 1), self._rate(reaction), name)
            for reaction, name in enumerate(tables.reactions)
        ]
        pools = [
            style.line(style.symbol("X", pool + 1), self._pool(pool), "")
            for pool in range(tables.pool_start.size - 1)
        ]
        held = self.amounts[len(tables.species) :]
        return [
            *style.block("species (nM or 1, per minute)", changes),
            *style.block("rates", rates),
            *style.block("pools", pools),
            *style.block("medium", [style.line(amount, style.constant, "") for amount in held]),
        ]

    def _change(self, species: int) -> str:
        tables, style = self.tables, self.style
        text = ""
        for k in range(tables.row_start[species], tables.row_start[species + 1]):
            net = float(tables.row_stoichiometry[k])
            size = "" if abs(net) == 1.0 else f"{abs(net):g}{style.times}"
            sign = "-" if net < 0.0 else "+"
            text += f" {sign} {size}{style.symbol('v', int(tables.row_reaction[k]) + 1)}"
        text = text.removeprefix(" + ").strip() or "0"
        if species in tables.scaled:
            text = f"{self.scale}{style.times}({text})"
        return style.line(style.derivative(self.amounts[species]), text, "")

    def _rate(self, reaction: int) -> str:
        tables = self.tables
        parts = [] if self.rates[reaction] == "1" else [self.rates[reaction]]
        start, stop = tables.reactant_start[reaction], tables.reactant_start[reaction + 1]
        parts += [self.amounts[at] for at in tables.reactant[start:stop]]
        start, stop = tables.law_start[reaction], tables.law_start[reaction + 1]
        parts += [self._factor(int(factor)) for factor in tables.law_factor[start:stop]]
        return self.style.times.join(parts) or "1"

    def _factor(self, factor: int) -> str:
        style, tables = self.style, self.tables
        pool = style.symbol("X", int(tables.factor_pool[factor]) + 1)
        kind = tables.factor_kind[factor]
        if kind == LINEAR:
            return pool
        pool = style.power(pool, self.hills[factor])
        half = style.power(self.halves[factor], self.hills[factor])
        top = pool if kind == SATURATING else half
        return style.fraction(top, f"{half} + {pool}")

    def _pool(self, pool: int) -> str:
        tables = self.tables
        terms = []
        for k in range(tables.pool_start[pool], tables.pool_start[pool + 1]):
            amount = self.amounts[tables.pool_amount[k]]
            weight = self.weights[k]
            terms.append(amount if weight == "1" else f"{weight}{self.style.times}{amount}")
        return " + ".join(terms) or "0"

    def _monomial(self, row: int) -> str:
        monomials = self.tables.monomials
        start = int(monomials.start[row])
        last = row + 1 == monomials.start.size
        stop = monomials.slot.size if last else int(monomials.start[row + 1])
        coefficient = float(monomials.coefficient[row])
        parts = [
            self.style.parameter(monomials.parameters[monomials.slot[k]], float(monomials.power[k]))
            for k in range(start + 1, stop)
        ]
        if coefficient != 1.0 or not parts:
            parts.insert(0, f"{coefficient:g}")
        return self.style.times.join(parts)
