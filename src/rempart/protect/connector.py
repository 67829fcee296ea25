"""The interface that `connect` implements: how a measure reaches a platform and is taken back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

from rempart.model import Measure


class Delivery(NamedTuple):
    """What came of one attempt. `retry_after` seconds: try again; None and not ok: give up, the
    measure is shown as *not applied*."""

    ok: bool
    detail: str
    retry_after: float | None = None


class Connector(ABC):
    """Idempotent by measure id: the same measure delivered twice has one effect."""

    name: ClassVar[str]

    @abstractmethod
    async def apply(self, measure: Measure) -> Delivery: ...

    @abstractmethod
    async def undo(self, measure: Measure) -> Delivery: ...
