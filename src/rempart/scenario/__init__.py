"""Replayable incidents, generated from a seed, with the ground truth beside them.

Rules of this room:

1. Same scenario and same seed: same messages, byte for byte, on every machine.
2. All texts are written for this project, all names are made up; hostile texts use invented groups
   and ordinary insults, few and mild. Nothing comes from a real chat.
3. The ground truth (who attacks, with which messages, from when to when) is written by the
   generator, never read by a detector.
"""

from rempart.scenario.catalogue import built_in, generate, load
from rempart.scenario.settings import ScenarioSettings
from rempart.scenario.truth import Attack, Contrast, Generated, Truth

__all__ = [
    "Attack",
    "Contrast",
    "Generated",
    "ScenarioSettings",
    "Truth",
    "built_in",
    "generate",
    "load",
]
