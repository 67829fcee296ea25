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


class Told(NamedTuple):
    """A statement of reasons on its way to an account: its texts by language, and the code and the
    address under which the account reads it and may appeal. Names no reporter."""

    id: str
    measure: str
    platform: str
    channel: str
    account: str
    text: dict[str, str]
    code: str
    address: str


class Connector(ABC):
    """Idempotent by measure id: the same measure delivered twice has one effect."""

    name: ClassVar[str]

    @abstractmethod
    async def apply(self, measure: Measure) -> Delivery: ...

    @abstractmethod
    async def undo(self, measure: Measure) -> Delivery: ...

    async def tell(self, told: Told) -> Delivery:  # noqa: ARG002 - for those that can
        """Passes a statement of reasons on to its account. Only asked of connectors whose settings
        say that they do."""
        return Delivery(ok=False, detail="this connector passes no statements on")
