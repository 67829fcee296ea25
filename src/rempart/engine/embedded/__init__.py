"""The embedded engine: one process, one thread that decides and writes.

`engine` is its face and its queue, `writer` commits what waits: `step` takes one group of
deliveries through the pipeline into the tables, `chores` does what is due beside them, `memory` is
the pipeline's state between them and after a crash. `replies` serves lines, `opinions` plug-ins.
"""

from __future__ import annotations

from rempart.engine.embedded.engine import STORE_FILE, EmbeddedEngine
from rempart.engine.embedded.items import ItemResult, Source

__all__ = ["STORE_FILE", "EmbeddedEngine", "ItemResult", "Source"]
