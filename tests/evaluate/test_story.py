"""What a told run shows, and what it must not show."""

from __future__ import annotations

from tests.evaluate.drive import in_force
from tests.evaluate.kinds import KINDS
from tests.evaluate.run import Bench, play
from tests.evaluate.small_world import small_host
from tests.evaluate.story import story

from rempart.detect.registry import default_detectors

SECRET = "you are a clown and this sentence belongs to somebody"


def test_real_texts_are_measured_and_never_shown() -> None:
    operators = in_force()
    real = {"en": [SECRET], "fr": [SECRET]}
    bench = Bench(operators, default_detectors(), {"small": small_host()}, [], True, real)
    played = play(bench, KINDS["machine"]._replace(hosts=("small",), ahead=0.0), 1)
    assert SECRET[:40] in story(played)
    hidden = story(played, texts=False)
    assert SECRET[:12] not in hidden.lower()
    assert "characters" in hidden
