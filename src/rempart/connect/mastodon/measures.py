"""Measures out to an instance, by its admin API, and back.

Rules kept here:

1. Mastodon acts on accounts: *limit* (its API says silence: posts are shown to followers only) and
   *suspend*. A single post cannot be hidden or deleted by a program: such a measure stands as *not
   applied*, and can be reported to the instance's moderators (`report_held`).
2. Idempotent, and as it was before: an account that a moderator had limited or suspended stays so.
3. A restriction ends when the last measure that wants it ends (`standing`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from rempart.connect.kept import Kept
from rempart.connect.mastodon.api import MastodonApi
from rempart.connect.mastodon.posts import status_id
from rempart.connect.mastodon.settings import MastodonSettings
from rempart.connect.one_at_a_time import OneAtATime
from rempart.connect.platform import PlatformError, delivery_of
from rempart.connect.standing import Standing, nothing_stands
from rempart.errors import OutboundError
from rempart.model import Measure, MeasureKind, ScopeKind
from rempart.protect.connector import Connector, Delivery

MAX_REASON = 1_000
K, S = MeasureKind, ScopeKind


class Act(StrEnum):
    """What is done to an account. `NOTHING`: it is done here, and there is nothing to do there."""

    SILENCE = "silence"
    SUSPEND = "suspend"
    REPORT = "report"
    NOTHING = "nothing"


ON_ACCOUNT = (Act.SILENCE, Act.SUSPEND)
_STATE = {Act.SILENCE: "silenced", Act.SUSPEND: "suspended"}
_BACK = {Act.SILENCE: "unsilence", Act.SUSPEND: "unsuspend"}
_ACTS: dict[tuple[MeasureKind, ScopeKind], Act] = {
    (K.HOLD, S.ACCOUNT): Act.SILENCE,
    (K.MUTE, S.ACCOUNT): Act.SILENCE,
    (K.TIME_OUT, S.ACCOUNT): Act.SILENCE,
    (K.SUSPEND, S.ACCOUNT): Act.SUSPEND,
    (K.HOLD, S.MESSAGE): Act.REPORT,
    (K.HIDE, S.MESSAGE): Act.REPORT,
    (K.REMOVE, S.MESSAGE): Act.REPORT,
    **{(kind, scope): Act.NOTHING for kind in (K.ALARM, K.REPLY_STOP) for scope in S},
}


def act_of(measure: Measure) -> Act | None:
    """None: it cannot be done there."""
    return _ACTS.get((measure.kind, measure.scope.kind))


class MastodonMeasures(Connector):
    name = "mastodon"

    def __init__(
        self,
        settings: MastodonSettings,
        api: MastodonApi,
        kept: Kept,
        standing: Standing = nothing_stands,
    ) -> None:
        self._settings = settings
        self._api = api
        self._kept = kept
        self._standing = standing
        self._one_at_a_time = OneAtATime()

    async def apply(self, measure: Measure) -> Delivery:
        act = act_of(measure)
        if act is None:
            kind, scope = measure.kind.value.replace("_", " "), measure.scope.kind.value
            return Delivery(ok=False, detail=f"Mastodon knows no {kind} of a single {scope}")
        if act is Act.NOTHING:
            return Delivery(ok=True, detail="told here; nothing to do on Mastodon")
        try:
            async with self._one_at_a_time.of(measure.scope.ref):
                if act is Act.REPORT:
                    return Delivery(ok=False, detail=await self._report(measure))
                return Delivery(ok=True, detail=await self._act(act, measure))
        except OutboundError as error:
            return delivery_of(error)

    async def undo(self, measure: Measure) -> Delivery:
        act = act_of(measure)
        try:
            async with self._one_at_a_time.of(measure.scope.ref):
                if act in ON_ACCOUNT:
                    return Delivery(ok=True, detail=await self._take_back(act, measure))
                if act is Act.REPORT:
                    await self._resolve(measure)
        except OutboundError as error:
            return delivery_of(error)
        return Delivery(ok=True, detail="nothing was done there")

    # -- accounts ----------------------------------------------------------------------------

    async def _act(self, act: Act, measure: Measure) -> str:
        account = measure.scope.ref
        now = await self._api.object(f"/api/v1/admin/accounts/{_id(account)}")
        key = f"{act.value} {account}"
        if now.get(_STATE[act]):
            if self._kept.get(key) is None:
                others = [one for one in await self._standing(measure) if act_of(one) is act]
                self._kept.put(key, "ours" if others else "theirs")
            return f"{_STATE[act]} already"
        self._kept.put(key, "ours")
        body = {
            "type": act.value,
            "text": self._reason(measure),
            "send_email_notification": self._settings.notify and not now.get("domain"),
        }
        path = f"/api/v1/admin/accounts/{_id(account)}/action"
        self._api.done(await self._api.call("POST", path, body=body))
        return "done"

    async def _take_back(self, act: Act, measure: Measure) -> str:
        account = measure.scope.ref
        key = f"{act.value} {account}"
        if any(act_of(one) is act for one in await self._standing(measure)):
            return "another measure on this account stands"
        if self._kept.get(key) == "theirs":
            self._kept.drop(key)
            return f"a moderator of the instance had {_STATE[act]} it: that stands"
        now = await self._api.object(f"/api/v1/admin/accounts/{_id(account)}")
        if now.get(_STATE[act]):
            path = f"/api/v1/admin/accounts/{_id(account)}/{_BACK[act]}"
            self._api.done(await self._api.call("POST", path))
        self._kept.drop(key)
        return "done"

    # -- posts -------------------------------------------------------------------------------

    async def _report(self, measure: Measure) -> str:
        """Always a refusal: the post is still there. What was done instead is said."""
        said = "Mastodon lets no program hide a single post"
        if not self._settings.report_held or measure.account is None:
            return f"{said}: limit its account, or delete it there"
        key = f"report {measure.id}"
        report = self._kept.get(key)
        if report is None:
            body = {
                "account_id": measure.account,
                "status_ids": [status_id(measure.scope.ref)],
                "comment": self._reason(measure),
                "category": "other",
                "forward": False,
            }
            made = self._api.done(await self._api.call("POST", "/api/v1/reports", body=body))
            found: Any = made.body.get("id") if isinstance(made.body, dict) else None
            if not isinstance(found, str):
                raise PlatformError(
                    "a report without an id", where=self._api.where, retry_after=0.0
                )
            self._kept.put(key, found)
            report = found
        return f"{said}: reported to the moderators there, as {report}"

    async def _resolve(self, measure: Measure) -> None:
        key = f"report {measure.id}"
        report = self._kept.get(key)
        if report is not None:
            path = f"/api/v1/admin/reports/{_id(report)}/resolve"
            self._api.done(await self._api.call("POST", path))
            self._kept.drop(key)

    def _reason(self, measure: Measure) -> str:
        text = measure.reason.get(self._settings.language) or measure.rule
        return " ".join(text.split())[:MAX_REASON]


def _id(text: str) -> str:
    """As a part of a path. PlatformError: it is no id of Mastodon's."""
    if not (text.isascii() and text.isdigit()):
        raise PlatformError("no account or report of this instance has such an id")
    return text
