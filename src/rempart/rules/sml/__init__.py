"""Rules written in SML (Osprey) become rule files of ours: a useful subset, the same verdicts."""

from rempart.rules.sml.mapping import SmlMapping
from rempart.rules.sml.translate import Translated, translate

__all__ = ["SmlMapping", "Translated", "translate"]
