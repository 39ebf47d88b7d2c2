"""A model read from a file of equations, e.g. SBML: its numbers, and what a scenario makes of them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pathway.batch.system import SystemLanes, system_lanes
from pathway.declare.units import parse_duration
from pathway.errors import DeclarationError, ScenarioError, SolveError, UnitError, nearest
from pathway.model.equation_lanes import side_by_side
from pathway.model.equation_values import NUMBER, changed, settable, sizes_of, start_values
from pathway.model.once import Once
from pathway.programs.compile import compile_system
from pathway.solve.settings import Method
from pathway.solve.system import integrate_system

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pathway.declare.declared import Declared
    from pathway.equations.system import EquationSystem
    from pathway.programs.compile import CompiledSystem
    from pathway.scenario.value import Scenario
    from pathway.solve.settings import Settings
    from pathway.solve.system import SystemTrajectory

__all__ = ["EquationModel", "is_equation_file", "load_equations"]

SUFFIXES = (".xml", ".sbml", ".omex")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class EquationModel:
    """A model as equations; immutable.

    Values and times are in the file's own units, whatever they are.
    """

    system: EquationSystem
    compiled: CompiledSystem
    text_hash: str
    """SHA-256 of the file."""
    lanes: Once[SystemLanes | str]
    """What eight runs side by side go through, or why they cannot."""
    version: str = "SBML"

    def __repr__(self) -> str:
        system = self.system
        return (
            f"EquationModel({system.id!r}, {len(system.states)} states, {len(system.rates)} rates, "
            f"{len(system.constants)} constants, {len(system.events)} events)"
        )

    @property
    def id(self) -> str:
        """Return the model's id."""
        return self.system.id

    @property
    def declared(self) -> Declared:
        """Refuse: nothing is declared of drugs, contexts and an untreated cell.

        Raises
        ------
        ScenarioError
            Always; it says what such a model can be asked.
        """
        raise ScenarioError(
            f"model {self.id!r}",
            "is read from a file of equations, which knows no drugs, contexts or untreated cells",
            "use pw.simulate with scenarios of parameters and a duration",
        )

    @property
    def readouts(self) -> tuple[str, ...]:
        """Return what a simulation reports: species, amounts, parameters, compartments, rates."""
        return tuple(output.id for output in self.system.outputs)

    @property
    def parameters(self) -> dict[str, float]:
        """Return what a scenario's ``parameters`` may change: constants, then initial values.

        A species that formulas read as a concentration is there twice: under its id with its
        concentration, and as ``<id>[amount]``.
        """
        return settable(self.system, {})

    def duration(self, scenario: Scenario) -> float:
        """Return how long a scenario is, in the file's unit of time.

        Raises
        ------
        ScenarioError
            If it has what such a model lacks (contexts, drugs, ligands, lesions, later steps).
        UnitError
            If it is a text with unit, and the file says no unit of time.
        """
        where = f"scenario {scenario.name!r}"
        for what, given in (
            ("a context", scenario.context),
            ("drugs", scenario.drugs),
            ("ligands", scenario.ligands),
            ("lesions", scenario.lesions),
            ("a medium", scenario.medium_volume_per_cell),
            ("later steps", scenario.later),
        ):
            if given:
                raise ScenarioError(
                    where,
                    f"has {what}, and {self.id!r} is read from a file of equations",
                    "give parameters and a duration only",
                )
        step = scenario.treatments[0]
        return self.time(step.duration if step.number is None else step.number, where)

    def time(self, time: str | float, where: str = "time") -> float:
        """Return a time in the file's unit; numbers, and texts without unit, are in it already.

        Raises
        ------
        ScenarioError
            If it is negative or not finite.
        UnitError
            If it is a text with unit, and the file says no unit of time.
        """
        text = str(time).strip()
        if isinstance(time, str) and not re.fullmatch(NUMBER, text):
            unit = self.system.time_unit
            if unit == "1":
                raise UnitError(
                    where,
                    f"is {time!r}, and {self.id!r} does not say its unit of time",
                    "give a plain number, e.g. '100'",
                )
            one = parse_duration(unit if unit[0].isdigit() else f"1 {unit}", where)
            value = parse_duration(text, where) / one
        else:
            value = float(text)
        if not 0.0 <= value < math.inf:
            raise ScenarioError(where, f"a time of {time}", "give a number from 0 up")
        return value

    def changes(self, scenario: Scenario) -> tuple[dict[str, float], dict[str, float]]:
        """Return the constants and the initial values that a scenario's parameters change.

        Constants go first: ``"x2"`` of an initial value doubles what follows from them.

        Raises
        ------
        ScenarioError
            If there is no such parameter or species, or the text is neither ``"x0.5"`` nor a
            number.
        """
        constants: dict[str, float] = {}
        initial: dict[str, float] = {}
        known = dict(self.system.constants)
        given = scenario.parameters.items()
        for name, text in (item for item in given if item[0] in known):
            constants[name] = changed(name, text, start_values(self.system, constants)[name])
        others = [item for item in given if item[0] not in known]
        values = settable(self.system, constants) if others else {}
        sizes = sizes_of(self.system)
        start = start_values(self.system, constants) if others else {}
        for name, text in others:
            if name not in values:
                raise ScenarioError(f"parameter {name!r}", *self._unknown(name, values))
            kept, size = sizes.get(name, (name, None))
            if size is not None and kept in scenario.parameters:
                raise ScenarioError(
                    f"parameter {name!r}", f"{kept!r} is given too", "leave one of them out"
                )
            value = changed(name, text, values[name]) * (1.0 if size is None else start[size])
            (constants if kept in known else initial)[kept] = value
        return constants, initial

    def run(
        self,
        scenario: Scenario,
        times: Sequence[float] | NDArray[np.float64],
        settings: Settings | None = None,
    ) -> SystemTrajectory:
        """Return what the readouts are at times in the file's unit.

        Raises
        ------
        ScenarioError
            A scenario that does not fit the model.
        SolveError
            A run that failed.
        """
        (found,) = self.run_many([self.changes(scenario)], [np.asarray(times)], settings)
        if isinstance(found, SolveError):
            raise found
        return found

    def run_many(
        self,
        changes: Sequence[tuple[Mapping[str, float], Mapping[str, float]]],
        times: Sequence[NDArray[np.float64]],
        settings: Settings | None = None,
        threads: int | None = None,
    ) -> list[SystemTrajectory | SolveError]:
        """Return many runs, or why they failed, in order.

        Runs go through the lanes, eight side by side, unless another method is asked for; what the
        lanes do not know (events, conditions, rates that depend on time) or cannot do goes to scipy.

        Parameters
        ----------
        changes : sequence of (constants, initial values)
            As :meth:`changes` returns them.
        times : sequence of ndarray
            Of each run, in the file's unit.
        settings : Settings, optional
            By default as :func:`~pathway.solve.system.integrate_system` chooses.
        threads : int, optional
        """
        lanes = None
        if settings is None or settings.method is Method.RODAS5P:
            lanes = self.lanes()
        found: list[SystemTrajectory | SolveError | None] = [None] * len(changes)
        if isinstance(lanes, SystemLanes):
            found = side_by_side(lanes, changes, times, settings, threads)
        return [
            self._alone(change, when, settings) if run is None else run
            for run, change, when in zip(found, changes, times, strict=True)
        ]

    def _alone(
        self,
        change: tuple[Mapping[str, float], Mapping[str, float]],
        times: NDArray[np.float64],
        settings: Settings | None,
    ) -> SystemTrajectory | SolveError:
        try:
            return integrate_system(self.compiled, times, *change, settings)
        except SolveError as error:
            return error

    def _unknown(self, name: str, known: Mapping[str, float]) -> tuple[str, str]:
        if any(name == other for other, _ in (*self.system.assignments, *self.system.rates)):
            return "follows from other values", "change those"
        return "is not in the model", nearest(name, known)


def is_equation_file(path: str | os.PathLike[str]) -> bool:
    """Return whether a path names a file of equations: by its ending, ``.xml``, ``.sbml`` or ``.omex``."""
    return Path(path).suffix.lower() in SUFFIXES


def load_equations(path: str | os.PathLike[str], *, ignore_fast: bool = False) -> EquationModel:
    """Read an SBML file; ``pw.load`` does this for paths that end as one, or as an archive, does.

    Parameters
    ----------
    path : str or path-like
        Of an SBML file; of a COMBINE archive, of which the only SBML file or the master is read;
        or of a file in one: ``models.omex/first.xml``.
    ignore_fast : bool
        Take fast reactions as ordinary ones; refuse them otherwise.

    Raises
    ------
    DeclarationError
        If the file is not there, is no SBML, or says what it may not.
    UnsupportedError
        If it uses what is not computed here; the message names the element.
    """
    try:
        from pathway.sbml import read_sbml, read_source
    except ModuleNotFoundError as error:
        if error.name != "libsbml":
            raise
        raise DeclarationError(
            str(path), "SBML is read by libSBML", "pip install 'her2-pathway[sbml]'"
        ) from error
    source = read_source(path)
    system = read_sbml(source, ignore_fast=ignore_fast)
    compiled = compile_system(system)
    return EquationModel(
        system=system,
        compiled=compiled,
        text_hash=source.digest,
        lanes=Once(partial(system_lanes, compiled)),
    )
