"""What is in force, carried out on one message: for communities whose platform does not do it.

Rules kept here:

1. Pure, in event time. The book is only told when somebody wrote in a channel under slow mode.
2. A held, muted or timed-out account's messages are held, a suspended one's are hidden, in that
   channel, under the account's own measure, until its lease ends.
3. A setting of the channel keeps messages back without a word about their authors: moderators are
   exempt from all of them, members from all but the link block (`bundles.Modes`). An unknown age
   makes nobody a newcomer; without a role and with an unknown age nobody is taken for a member.
4. A slow mode that a raid switched on slows newcomers only: whoever was there before goes on
   talking. One that a person or a rule of the community took slows everybody but members.
5. A lock-out changes no verdict: it names the targets to whom the message is not delivered. Nobody
   is locked out from herself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from rempart.detect.links.extract import link_keys
from rempart.detect.text.fold import fold
from rempart.model import (
    ABUSE_LABELS,
    THRESHOLD,
    Account,
    MeasureKind,
    Message,
    RaidStage,
    Verdict,
)
from rempart.model.moments import ms_of
from rempart.protect.book import MeasureBook, Standing
from rempart.protect.bundles import Modes
from rempart.protect.limits import DAY_MS
from rempart.rules import Facts

_ABUSE: Final = frozenset(label.value for label in ABUSE_LABELS)
_CHANNEL_MODES: Final = (MeasureKind.LINK_BLOCK, MeasureKind.MEMBERS_ONLY, MeasureKind.SLOW_MODE)


class Restraint(NamedTuple):
    """`measures`: what keeps the message's account back. `mode`: the setting of the channel that
    keeps the message back. `locked_out`: targets it is not delivered to, under `folder`."""

    verdict: Verdict
    measures: tuple[str, ...]
    mode: Standing | None
    locked_out: tuple[str, ...]
    folder: tuple[str, ...]


FREE: Final = Restraint(Verdict.ALLOW, (), None, (), ())


def restraint(book: MeasureBook, facts: Facts, modes: Modes, *, again: bool = False) -> Restraint:
    """What the measures in force do to this message. `again`: it is only judged anew, so that the
    settings its channel has now do not count."""
    message = facts.message
    place = (message.platform, message.channel)
    on_account = book.accounts.get((*place, message.author.id), ())
    on_place = () if again else book.places.get(place, ())
    if not on_account and not on_place:
        return FREE
    at_ms = ms_of(message.sent_at)
    verdict, measures = Verdict.ALLOW, []
    locked: dict[str, str] = {}
    for standing in on_account:
        if standing.until_ms <= at_ms:
            continue
        if standing.kind is MeasureKind.LOCK_OUT:
            _lock(locked, message, standing, [standing.target] if standing.target else message.hit)
            continue
        measures.append(standing.measure)
        reached = Verdict.HIDE if standing.kind is MeasureKind.SUSPEND else Verdict.HOLD
        verdict = max(verdict, reached, key=lambda one: one.rank)
    mode = None
    if on_place:
        book.sweep(at_ms)
        active = [standing for standing in on_place if standing.until_ms > at_ms]
        for standing in active:
            if standing.kind is MeasureKind.LOCK_OUT and _is_hostile(facts):
                _lock(locked, message, standing, [standing.ref])
        if verdict is Verdict.ALLOW:
            mode = _mode(book, active, message, at_ms, modes)
    folder = tuple(dict.fromkeys(locked.values()))
    return Restraint(verdict, tuple(measures), mode, tuple(locked), folder)


def _lock(
    locked: dict[str, str], message: Message, standing: Standing, targets: Sequence[str]
) -> None:
    for target in targets:
        if target in message.hit and target != message.author.id:
            locked.setdefault(target, standing.measure)


def _mode(
    book: MeasureBook, active: Sequence[Standing], message: Message, at_ms: int, modes: Modes
) -> Standing | None:
    """The first setting that keeps the message back; what passes is noted for the slow mode."""
    author = message.author
    roles = frozenset(role.lower() for role in author.roles)
    if roles & modes.moderators:
        return None
    member = bool(roles & modes.members)
    new = not member and _is_new(author, at_ms, modes)
    by_kind = {standing.kind: standing for standing in active}
    slow = by_kind.get(MeasureKind.SLOW_MODE)
    if slow is not None and (member or (slow.raid is not None and not new)):
        slow = None
        del by_kind[MeasureKind.SLOW_MODE]
    for kind in _CHANNEL_MODES:
        found = by_kind.get(kind)
        if found is not None and _keeps_back(kind, book, message, at_ms, modes, member=member):
            return found
    if new:
        for standing in active:
            if standing.kind is MeasureKind.HOLD and standing.ref in message.hit:
                return standing
    if slow is not None:
        spoke = book.spoke.setdefault((message.platform, message.channel), {})
        spoke[author.id] = max(at_ms, spoke.get(author.id, at_ms))
    return None


def _keeps_back(
    kind: MeasureKind,
    book: MeasureBook,
    message: Message,
    at_ms: int,
    modes: Modes,
    *,
    member: bool,
) -> bool:
    if kind is MeasureKind.LINK_BLOCK:
        return bool(link_keys(fold([message.text])[0], message.links))
    if member:
        return False
    if kind is MeasureKind.MEMBERS_ONLY:
        age = _age_ms(message.author, at_ms)
        return age is None or age < modes.member_days * DAY_MS
    last = book.spoke.get((message.platform, message.channel), {}).get(message.author.id)
    return last is not None and 0 <= at_ms - last < modes.slow_seconds * 1_000


def _age_ms(author: Account, at_ms: int) -> int | None:
    return None if author.created_at is None else at_ms - ms_of(author.created_at)


def _is_new(author: Account, at_ms: int, modes: Modes) -> bool:
    age = _age_ms(author, at_ms)
    return age is not None and age < modes.newcomer_days * DAY_MS


def _is_hostile(facts: Facts) -> bool:
    """Words of abuse, or a part in a raid that is more than a notice."""
    raid = facts.raid
    if raid is not None and raid.stage is not RaidStage.NOTICE:
        return True
    return any(facts.labels.get(label, 0.0) >= THRESHOLD for label in _ABUSE)
