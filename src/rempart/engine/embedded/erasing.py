"""Erasures on the engine's thread: found and carried out in portions between messages, and gone
from memory too.

Rules kept here:

1. The states of the pipeline are saved first and rewritten where they are stored; memory is then
   built again from what is stored (the same way as after a crash), so that nothing can be in it
   that is not in the files.
2. The write-ahead log is brought in and truncated after it, again and again until that succeeds: a
   long reading moment may stand in the way.
3. While the clock is in doubt nothing is begun (`clock_watch`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from rempart.cases.erasure.erasing import Erased, erase, find
from rempart.cases.erasure.finding import Memories
from rempart.cases.erasure.requests import begin, look, stop
from rempart.engine.embedded.forgetting_states import scrub_state
from rempart.store.interface import Tables

ROUND_MS = 1_000


class Erasing:
    """One at a time, the one that is due first."""

    def __init__(self, save: Callable[[Tables], None]) -> None:
        self.more = False
        """Something is being erased: the next portion should follow soon."""
        self.carried_out = False
        """In this transaction: memory is to be built anew, and the files cleaned, after it."""
        self.unclean: bool | None = None
        """Erased bytes may still be in the write-ahead log. None: nobody has looked yet."""
        self._cleaned_ms = 0
        self._save = save
        self._memories = Memories()

    def run(self, tables: Tables, now_ms: int) -> None:
        """Inside a transaction: one portion of what is due."""
        self.more = self.carried_out = False
        if self.unclean is None:
            self.unclean = bool(tables.erasure.rows(states=("done",), limit=1))
        row = tables.erasure.due(now_ms)
        if row is None:
            return
        if row.state in ("waiting", "needed"):
            row = look(tables, row, now_ms)
            if row.due_ms is not None and row.due_ms > now_ms:
                return
            begin(tables, row, now_ms)
        elif stop(tables, row, now_ms):
            self._memories.forget()
        elif row.state == "finding":
            row = find(tables, row, self._memories)
        else:
            erased = erase(tables, row, self._memories, self._save, scrub_state, now_ms)
            self.carried_out = erased is Erased.CUT
            self.unclean = self.unclean or erased in (Erased.CUT, Erased.ALL)
        self.more = True

    def cleaning_due(self, now_ms: int) -> bool:
        """Whether to try and clean the files now."""
        if not self.unclean or abs(now_ms - self._cleaned_ms) < ROUND_MS:
            return False
        self._cleaned_ms = now_ms
        return True

    def failed(self) -> None:
        """The transaction was taken back."""
        self.carried_out = False
        self._memories.forget()


def empty_caches() -> None:
    """Every bounded cache of the process's own modules: they hold texts and names of whoever wrote
    last. (Unbounded ones hold data files.)"""
    for name, module in list(sys.modules.items()):
        if not name.startswith("rempart") or module is None:
            continue
        for holder in [module, *(one for one in vars(module).values() if isinstance(one, type))]:
            for one in list(vars(holder).values()):
                _empty(one)


def _empty(one: Any) -> None:
    with suppress(AttributeError, TypeError):
        if one.cache_parameters()["maxsize"] is not None:
            one.cache_clear()
