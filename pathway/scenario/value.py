"""A scenario as a value: context, lesions, ligands, drugs and schedule, in the user's own words.

Nothing here knows a model; :func:`pathway.scenario.resolve.resolve` reads a scenario against one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pathway.declare.units import parse_duration
from pathway.errors import ScenarioError, nearest
from pathway.scenario.frozenmap import FrozenMap
from pathway.scenario.given import Amount, check_lesions, check_texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Amount", "Scenario", "Treatment"]

PLAIN = re.compile(r"\s*(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*")


@dataclass(frozen=True, slots=True)
class Treatment:
    """One step of a schedule: what is in the medium, and for how long.

    Parameters
    ----------
    duration : str
        With unit, e.g. ``"2 h"``; of a model read from SBML also a plain number, e.g. ``"100"``.
    drugs, ligands : FrozenMap[str]
        Dose by drug or ligand id, with unit, or the name of one of a drug's exposures.
    """

    duration: str
    drugs: FrozenMap[str]
    ligands: FrozenMap[str]

    @property
    def number(self) -> float | None:
        """The duration if it is a plain number, in a unit only the model knows; else None."""
        return float(self.duration) if PLAIN.fullmatch(str(self.duration)) else None

    @property
    def minutes(self) -> float:
        """The duration in minutes. Raises UnitError if it has no unit."""
        return parse_duration(self.duration, "scenario")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scenario:
    """The question: a cell, its lesions, and what it is given when.

    Immutable. Every ``with_...`` and ``without_...`` returns a new scenario. Two scenarios are
    equal when they ask the same question: the order of names does not matter, ``"24 h"`` is
    ``"1440 min"``, two steps in a row with the same medium are one step, and the label is not part
    of the question. Time 0 is the equilibrated cell without drugs and ligands; those of the first
    step start there.

    Parameters
    ----------
    context : str, optional
        A cell line of the model; the model's default context if None.
    drugs : mapping of str to str
        Dose of each drug with unit (``"10 ug/mL"``, ``"100 nM"``), or the name of one of the drug's
        exposures (``"in-vitro"``, ``"clinical"``, ``"clinical-cns"``).
    ligands : mapping of str to str
        Concentration of each ligand with unit.
    lesions : mapping of str to bool, float or str
        ``True``: the lesion's default amount; ``False``: without it, even if the context has it; a
        number: a fraction 0-1 of the protein's molecules, or a fold; text: molecules per cell
        (``"6e5 molecules/cell"``) or, for an autocrine ligand, a concentration.
    duration : str
        Length of the first step, with unit; of a model read from SBML also a plain number, e.g.
        ``"100"``, in the file's unit of time.
    parameters : mapping of str to str
        ``"x0.5"`` (times the value it would have) or a quantity with unit, by parameter id.
    label : str, optional
        The name in tables and figures; one is made from the parts if None.
    medium_volume_per_cell : str, optional
        With unit of volume. If given, drugs and ligands deplete; else they are held constant.
    later : tuple of Treatment
        Steps after the first; use :meth:`then` and :meth:`wash`.

    Raises
    ------
    ScenarioError
        A dose, amount, duration or parameter value of the wrong kind.
    UnitError
        A duration with a wrong unit.
    """

    context: str | None = None
    drugs: Mapping[str, str] = field(default_factory=dict)
    ligands: Mapping[str, str] = field(default_factory=dict)
    lesions: Mapping[str, Amount] = field(default_factory=dict)
    duration: str = "24 h"
    parameters: Mapping[str, str] = field(default_factory=dict)
    label: str | None = None
    medium_volume_per_cell: str | None = None
    later: tuple[Treatment, ...] = ()
    _minutes: tuple[float, ...] = field(init=False, repr=False, default=())

    def __post_init__(self) -> None:
        check_texts("drug", self.drugs, "write it with its unit, e.g. '100 nM'")
        check_texts("ligand", self.ligands, "write it with its unit, e.g. '1 nM'")
        check_texts("parameter", self.parameters, "write 'x0.5' or a quantity with unit")
        check_lesions(self.lesions)
        for name in ("drugs", "ligands", "lesions", "parameters"):
            object.__setattr__(self, name, FrozenMap(getattr(self, name)))
        object.__setattr__(self, "later", tuple(self.later))
        object.__setattr__(self, "_minutes", tuple(_minutes(step) for step in self.treatments))

    @property
    def treatments(self) -> tuple[Treatment, ...]:
        """All steps in order, the first included."""
        first = Treatment(self.duration, FrozenMap(self.drugs), FrozenMap(self.ligands))
        return (first, *self.later)

    @property
    def minutes(self) -> tuple[float, ...]:
        """Length of each step, in minutes. Raises UnitError if one has no unit."""
        if any(step.number is not None for step in self.treatments):
            return tuple(step.minutes for step in self.treatments)
        return self._minutes

    @property
    def name(self) -> str:
        """The label, or a text made from the parts."""
        return self.label if self.label is not None else _description(self)

    def without_drugs(self) -> Scenario:
        """Return the scenario without its drugs in any step; ligands keep their doses and times."""
        later = tuple(replace(step, drugs=FrozenMap()) for step in self.later)
        return replace(self, drugs={}, later=later)

    def without_ligands(self) -> Scenario:
        """Return the scenario without ligands in any step; an autocrine lesion keeps its own."""
        later = tuple(replace(step, ligands=FrozenMap()) for step in self.later)
        return replace(self, ligands={}, later=later)

    def with_drugs(self, drugs: Mapping[str, str]) -> Scenario:
        """Return the scenario with these doses; drugs not named stay as they are.

        A dose is set in every step that has the drug; if no step has it, in every step.
        """
        check_texts("drug", drugs, "write it with its unit, e.g. '100 nM'")
        first, *later = _dosed([step.drugs for step in self.treatments], drugs)
        steps = zip(self.later, later, strict=True)
        return replace(
            self, drugs=first, later=tuple(replace(step, drugs=held) for step, held in steps)
        )

    def with_ligands(self, ligands: Mapping[str, str]) -> Scenario:
        """Return the scenario with these concentrations; ligands not named stay as they are.

        A concentration is set in every step that has the ligand; if no step has it, in every step.
        """
        check_texts("ligand", ligands, "write it with its unit, e.g. '1 nM'")
        first, *later = _dosed([step.ligands for step in self.treatments], ligands)
        steps = zip(self.later, later, strict=True)
        return replace(
            self, ligands=first, later=tuple(replace(step, ligands=held) for step, held in steps)
        )

    def with_lesions(self, lesions: Mapping[str, Amount]) -> Scenario:
        """Return the scenario with these lesions; those not named stay as they are."""
        return replace(self, lesions=FrozenMap(self.lesions).merged(lesions))

    def with_context(self, context: str | None) -> Scenario:
        """Return the scenario in another cell line (None: the model's default)."""
        return replace(self, context=context)

    def with_parameters(self, parameters: Mapping[str, str]) -> Scenario:
        """Return the scenario with these parameter values; those not named stay as they are."""
        return replace(self, parameters=FrozenMap(self.parameters).merged(parameters))

    def with_duration(self, duration: str) -> Scenario:
        """Return the scenario with its last (or only) step as long as this."""
        if not self.later:
            return replace(self, duration=duration)
        return replace(self, later=(*self.later[:-1], replace(self.later[-1], duration=duration)))

    def labelled(self, label: str | None) -> Scenario:
        """Return the scenario under another name for tables and figures."""
        return replace(self, label=label)

    def then(
        self,
        duration: str,
        *,
        drugs: Mapping[str, str] | None = None,
        ligands: Mapping[str, str] | None = None,
    ) -> Scenario:
        """Return the scenario with a step appended: what is named is replaced, the rest stays.

        Parameters
        ----------
        duration : str
            Length of the new step, with unit.
        drugs, ligands : mapping of str to str, optional
            Doses that start with the new step.
        """
        check_texts("drug", drugs or {}, "write it with its unit, e.g. '100 nM'")
        check_texts("ligand", ligands or {}, "write it with its unit, e.g. '1 nM'")
        last = self.treatments[-1]
        step = Treatment(
            duration, last.drugs.merged(drugs or {}), last.ligands.merged(ligands or {})
        )
        return replace(self, later=(*self.later, step))

    def wash(self, duration: str, *names: str) -> Scenario:
        """Return the scenario with a step appended that lacks these drugs or ligands.

        Parameters
        ----------
        duration : str
            Length of the new step, with unit.
        *names : str
            Drugs or ligands to leave out; if none is named, all drugs (ligands stay).

        Raises
        ------
        ScenarioError
            A name that the step before does not have.
        """
        last = self.treatments[-1]
        for name in names:
            if name not in last.drugs and name not in last.ligands:
                raise ScenarioError(
                    f"scenario {self.name!r}, wash",
                    f"{name!r} is not in the medium of the step before",
                    nearest(name, (*last.drugs, *last.ligands)),
                )
        drugs = last.drugs.without(*names) if names else FrozenMap[str]()
        step = Treatment(duration, drugs, last.ligands.without(*names))
        return replace(self, later=(*self.later, step))

    def _key(self) -> tuple[object, ...]:
        media: list[tuple[FrozenMap[str], FrozenMap[str], bool, float]] = []
        for step, length in zip(self.treatments, self._minutes, strict=True):
            medium = (step.drugs, step.ligands, step.number is None)
            if media and media[-1][:3] == medium:
                media[-1] = (*medium, media[-1][3] + length)
            else:
                media.append((*medium, length))
        # True is not 1.0 here: True asks for the default amount
        lesions = tuple((name, isinstance(v, bool), v) for name, v in sorted(self.lesions.items()))
        parameters = FrozenMap(self.parameters)
        return (self.context, tuple(media), lesions, parameters, self.medium_volume_per_cell)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scenario):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())


def _dosed(held: Sequence[FrozenMap[str]], doses: Mapping[str, str]) -> Sequence[FrozenMap[str]]:
    """Return what each step has with doses set in the steps that name them, or else in all."""
    for name, dose in doses.items():
        absent = all(name not in step for step in held)
        held = [step.merged({name: dose}) if absent or name in step else step for step in held]
    return held


def _minutes(step: Treatment) -> float:
    """Return the length of a step in minutes; of a plain number, in its own unit."""
    minutes = step.minutes if step.number is None else step.number
    if not 0.0 < minutes < float("inf"):
        raise ScenarioError(
            "scenario", f"a step of {step.duration!r}", "a step lasts longer than 0, and ends"
        )
    return minutes


def _description(scenario: Scenario) -> str:
    parts = [scenario.context] if scenario.context else []
    parts += [
        name if value is True else f"no {name}" if value is False else f"{name} {value}"
        for name, value in scenario.lesions.items()
    ]
    for number, step in enumerate(scenario.treatments):
        medium = [f"{name} {dose}" for name, dose in (*step.drugs.items(), *step.ligands.items())]
        if number:
            parts.append(f"then {step.duration} {' + '.join(medium) or 'washed'}")
        else:
            parts += medium
    parts += [f"{name} {value}" for name, value in scenario.parameters.items()]
    return " + ".join(parts) or "untreated"
