"""An opinion: what a plug-in model says of one message that the embedded model was unsure about."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Opinion(msgspec.Struct, frozen=True, omit_defaults=True):
    """`of`: the log entry of the message. `source`: the plug-in's name in the settings; `model`
    what answered, with its version as far as it told. `labels`: scores in [0, 1] with 0.5 at the
    plug-in's threshold, by the value of `Label`; a label it knows and did not find has its low
    score here. `cached`: said of the same folded text before. `at`: when it was given."""

    of: int
    source: str
    model: str
    labels: dict[str, float]
    at: datetime
    cached: bool = False

    @property
    def detector(self) -> str:
        """Its name in signals."""
        return f"opinion:{self.source}"
