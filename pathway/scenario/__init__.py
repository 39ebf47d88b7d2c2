"""What is asked: scenarios as values, and what they mean for a declared model."""

from pathway.scenario.resolve import Resolved, Step, resolve
from pathway.scenario.value import Scenario, Treatment

__all__ = ["Resolved", "Scenario", "Step", "Treatment", "resolve"]
