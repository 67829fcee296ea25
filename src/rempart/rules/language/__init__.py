"""The rule language: files people can read, checked, compiled, counted in event time. Pure."""

from rempart.rules.language.problems import Problem, RuleProblemsError
from rempart.rules.language.program import Fired, Program
from rempart.rules.language.state import RuleState

__all__ = ["Fired", "Problem", "Program", "RuleProblemsError", "RuleState"]
