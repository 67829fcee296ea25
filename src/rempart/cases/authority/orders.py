"""Orders of authorities (DSA art. 9, 10): taken in, receipted, carried out, answered, told.

Rules kept here:

1. An order is taken in by a signed-in person with the right, as it came; what it lacks is flagged
   and asked about, and nothing waits for that by itself. The clock stands still only when a person
   says that counsel said so.
2. Each step is an entry of the log, in the transaction that takes it. What came in never changes.
3. Against content: messages are hidden. They are removed, and accounts suspended, only when another
   person than who took the order in carries it out. The measures are those of the ladder, with
   their undo.
4. The person concerned is told with reasons, territory and redress at the latest when effect is
   given (art. 9(5)), unless the authority forbids it; then as soon as that time is over. What she
   is told is a statement whose source is the order, which is not for the Commission's database
   (art. 17(5)). Whom an order for information concerns is told by a person (`letters.notice`).
5. The authority is told of receipt and of effect: drafted here, sent and timed by a person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Final

import msgspec

from rempart.cases.authority import letters
from rempart.cases.authority.checks import missing
from rempart.cases.authority.clock import deadline_of, with_deadline
from rempart.cases.authority.things import message_of_link
from rempart.cases.deciding.statements import Means, Why, add, queue, stated, statement_entry
from rempart.cases.entries import at_time, clean, entry, record, rfc3339
from rempart.cases.harms import harm as known_harm
from rempart.cases.measures.by_hand import LONGEST_REASON, LONGEST_SECONDS, Wish, planned, write
from rempart.cases.measures.taking import Reach
from rempart.cases.queue.deadlines import paused, resumed
from rempart.cases.queue.policy import Policy, clocks
from rempart.cases.second_person import must_be_another
from rempart.errors import ConflictError, InputError, NotFoundError
from rempart.model import (
    AuthorityOrder,
    AutomatedDecision,
    Effect,
    Exemption,
    ExemptionReason,
    Ground,
    Held,
    Measure,
    MeasureKind,
    OrderKind,
    Scope,
    ScopeKind,
    Statement,
    StatementSource,
    stable_id,
)
from rempart.protect import Shields
from rempart.store.interface import Tables
from rempart.store.interface.orders import LetterRow, OrderRow

RULE: Final = "authority-order"
CLOCKS: Final = (
    "authority_order",
    "terrorist_removal_order",
    "csam_admin_removal_fr",
    "epoc",
    "epoc_emergency",
)
CARRIED_OUT_BY: Final = (MeasureKind.HIDE, MeasureKind.REMOVE)
LONGEST_REFERENCE: Final = 500


ReachOf = Callable[[str, str], Reach]
"""Whom to tell of what happens in a channel, by platform and channel."""


def take_in(
    tables: Tables,
    order: AuthorityOrder,
    received_ms: int,
    languages: Sequence[str],
    policy: Policy,
    by: str,
    at_ms: int,
) -> OrderRow:
    """Takes an order in; drafts the receipt, and the letter that asks for what is missing."""
    if received_ms > at_ms:
        raise InputError("it cannot have arrived later than now", where="received_at")
    if order.clock not in CLOCKS:
        raise InputError("there is no such clock", where="clock", next_step=", ".join(CLOCKS))
    if order.harm is not None:
        known_harm(order.harm)
    if order.silent_until is not None and not order.silent:
        order = msgspec.structs.replace(order, silent=True)
    lacks = missing(order, languages)
    id = stable_id("o", order.authority, order.reference, str(received_ms), order.kind)
    if tables.orders.get(id) is not None:
        raise ConflictError("this order was taken in before", where=id)
    span = policy.running(order.clock, "").decide
    told = {
        "order": id,
        "what": "received",
        "received": rfc3339(received_ms),
        "record": msgspec.to_builtins(order),
        "missing": [part.value for part in lacks] or None,
        "clock": order.clock,
        "due": rfc3339(received_ms + span),
        "by": by,
        "at": rfc3339(at_ms),
    }
    seq = record(tables, [(None, entry(RULE, told))])
    row = OrderRow(id, received_ms, order, lacks, by, seq, received_ms + span)
    tables.orders.add(row)
    _draft(tables, row, "receipt", letters.receipt(order, at_time(received_ms), id), at_ms)
    if lacks:
        _draft(tables, row, "clarification", letters.clarification(order, lacks, id), at_ms)
    return row


def sent(tables: Tables, id: str, letter: int, sent_ms: int, by: str, at_ms: int) -> OrderRow:
    """A person sent a letter to the authority, at that time."""
    row = _row(tables, id)
    found = next((one for one in tables.orders.letters(id) if one.seq == letter), None)
    if found is None:
        raise NotFoundError("there is no such letter", where=str(letter))
    if found.sent_ms is not None:
        raise ConflictError("this letter was sent before", where=str(letter))
    if not row.received_ms <= sent_ms <= at_ms:
        raise InputError("it was sent after the order came and before now", where="sent_at")
    _note(tables, row, f"{found.what} sent", by, at_ms, letter=letter, sent=rfc3339(sent_ms))
    tables.orders.sent(id, letter, sent_ms)
    fresh = {
        "receipt": row._replace(receipt_ms=sent_ms),
        "clarification": row._replace(clarified_ms=sent_ms),
        "effect": row._replace(answered_ms=sent_ms),
    }[found.what]
    tables.orders.put(fresh)
    return fresh


def pause(tables: Tables, id: str, why: str, by: str, at_ms: int) -> OrderRow:
    """The clock stands still because counsel says so, in these words."""
    row = _open(tables, id)
    if row.paused_ms is not None:
        raise ConflictError("its clock stands still already", where=id)
    _note(tables, row, "paused", by, at_ms, reason=_reason(why))
    fresh = with_deadline(row, paused(deadline_of(row), at_ms))
    tables.orders.put(fresh)
    return fresh


def resume(tables: Tables, id: str, by: str, at_ms: int) -> OrderRow:
    row = _open(tables, id)
    if row.paused_ms is None:
        raise ConflictError("its clock runs", where=id)
    fresh = with_deadline(row, resumed(deadline_of(row), at_ms))
    _note(tables, row, "resumed", by, at_ms, due=rfc3339(fresh.due_ms))
    tables.orders.put(fresh)
    return fresh


def carry_out(
    tables: Tables,
    id: str,
    links: Sequence[str],
    accounts: Sequence[str],
    kind: MeasureKind,
    why: str,
    by: str,
    at_ms: int,
    *,
    reach: ReachOf,
) -> OrderRow:
    """Gives effect to an order against content: on those of its links and accounts that are named.
    All of them: *given*; some: *partly*, with a reason. NotFoundError: not held here."""
    row = _open(tables, id)
    _has_no_effect_yet(row)
    if row.order.kind is not OrderKind.CONTENT:
        raise ConflictError("this order asks for information", where=id)
    if kind not in CARRIED_OUT_BY:
        raise InputError("messages are hidden or removed", where="kind")
    if (kind is MeasureKind.REMOVE and links) or accounts:
        same = ConflictError(
            "what cannot be undone is done by another person than who took the order in",
            where="kind",
            next_step="hide it now, or let another person carry the rest out",
        )
        must_be_another(tables, by, [row.taken_by], at_ms, same, about=id)
    asked = {*row.order.links, *row.order.accounts}
    unknown = [one for one in (*links, *accounts) if one not in asked]
    if unknown or not (links or accounts):
        raise InputError("name what the order names", where="links")
    whole = asked <= {*links, *accounts}
    why = "" if whole else _reason(why)
    wishes = [_hide(tables, link, kind, row) for link in links]
    for account in accounts:
        wishes.extend(_suspend(tables, account, row))
    taken = [one for wish in wishes for one in planned(tables, wish, Shields(), by, at_ms)]
    taken = [msgspec.structs.replace(one, rule=RULE) for one in taken]
    for place, measures in groupby(sorted(taken, key=place_of), key=place_of):
        some = list(measures)
        exempt = [
            Exemption(one.id, ExemptionReason.ORDER, at_time(at_ms), row.id, by) for one in some
        ]
        write(tables, some, exempt, by, at_ms, connectors=reach(*place).measures)
    tables.orders.add_measures(id, [one.id for one in taken])
    effect = Effect.GIVEN if whole else Effect.PARTLY
    items = len(links) + len(accounts)
    fresh = _with_effect(tables, row, effect, why, by, at_ms, items, [one.id for one in taken])
    return fresh if fresh.order.silent else tell(tables, id, by, at_ms, reach=reach)


def answer(tables: Tables, id: str, effect: Effect, why: str, by: str, at_ms: int) -> OrderRow:
    """Says what was done about an order for information, or that nothing is done about an order.
    A reason is needed for all but *given*."""
    row = _open(tables, id)
    _has_no_effect_yet(row)
    if row.order.kind is OrderKind.CONTENT and effect is not Effect.REFUSED:
        raise ConflictError("content is acted on by its measures", where=id)
    why = clean(why).strip() if effect is Effect.GIVEN else _reason(why)
    return _with_effect(tables, row, effect, why, by, at_ms, len(row.order.accounts), [])


def tell(tables: Tables, id: str, by: str, at_ms: int, *, reach: ReachOf) -> OrderRow:
    """Tells whom it concerns: a statement for each measure that restricts an account."""
    row = _row(tables, id)
    if row.told_ms is not None:
        raise ConflictError("the person concerned was told before", where=id)
    if row.effect not in (Effect.GIVEN, Effect.PARTLY):
        raise ConflictError("nothing was done that could be told", where=id)
    rows = tables.stream.measures(ids=tables.orders.measures(id))
    told = statements_of(tables, row, [one.measure for one in rows], at_ms)
    first = record(tables, [(None, statement_entry(one)) for one in told]) if told else 0
    add(tables, told, range(first, first + len(told)))
    for one in told:
        queue(tables, [one], reach(one.platform, one.channel).accounts, at_ms)
    _note(tables, row, "person told", by, at_ms, statements=[one.id for one in told])
    fresh = row._replace(told_ms=at_ms)
    tables.orders.put(fresh)
    return fresh


def end_silence(tables: Tables, id: str, by: str, at_ms: int, *, reach: ReachOf) -> OrderRow:
    """The authority no longer forbids it: the person is told now, where effect was given."""
    row = _row(tables, id)
    if not row.order.silent:
        raise ConflictError("nothing forbids to tell the person concerned", where=id)
    _note(tables, row, "silence ended", by, at_ms)
    return tell(tables, id, by, at_ms, reach=reach)


def statements_of(
    tables: Tables, row: OrderRow, measures: Sequence[Measure], at_ms: int
) -> list[Statement]:
    """What the accounts are told (art. 9(5)): reasons, territory, redress."""
    order, number = row.order, tables.statements.next_number()
    ground = "; ".join(part for part in (order.provision, order.legal_basis) if part)
    reference = f"{order.authority}, {order.reference}: {ground}"[:LONGEST_REFERENCE]
    places = ", ".join(order.territory)
    said = [order.reasons, f"({places})" if places else "", order.redress]
    explanation = " ".join(part for part in said if part) or reference
    why = Why(
        order.harm or "other",
        Ground.LAW,
        {"en": reference, "fr": reference},
        {"en": explanation, "fr": explanation},
    )
    means = Means(StatementSource.ORDER, detected=False, decided=AutomatedDecision.NOT)
    told = []
    for measure in measures:
        account = measure.account
        if account is None:
            continue
        told.append(stated(number, measure, account, why, means, at_time(at_ms), None))
        number += 1
    return told


def note_export(tables: Tables, id: str, fields: Sequence[Held], by: str, at_ms: int) -> int:
    """What is held was taken out to be given to the authority (art. 10)."""
    row = _open(tables, id)
    return _note(
        tables, row, "information taken out", by, at_ms, fields=[field.value for field in fields]
    )


def _with_effect(
    tables: Tables,
    row: OrderRow,
    effect: Effect,
    why: str,
    by: str,
    at_ms: int,
    items: int,
    measures: list[str],
) -> OrderRow:
    _note(
        tables,
        row,
        "effect",
        by,
        at_ms,
        effect=effect.value,
        reason=why or None,
        items=items,
        measures=measures or None,
    )
    fresh = row._replace(effect=effect, effect_ms=at_ms)
    tables.orders.put(fresh)
    text = letters.effect(row.order, effect, at_time(at_ms), why, row.id, items)
    _draft(tables, fresh, "effect", text, at_ms)
    return fresh


def _hide(tables: Tables, link: str, kind: MeasureKind, row: OrderRow) -> Wish:
    message = message_of_link(tables, link)
    if message is None:
        raise NotFoundError("no such message was received here", where=link)
    scope = Scope(ScopeKind.MESSAGE, message.platform, message.channel, message.id)
    lease = None if kind is MeasureKind.REMOVE else LONGEST_SECONDS
    return Wish(kind, scope, lease, _why(row))


def _suspend(tables: Tables, account: str, row: OrderRow) -> list[Wish]:
    platform, _, id = account.partition("/")
    places = [one for one in tables.stream.channels() if one.platform == platform]
    if not id or not places:
        raise NotFoundError("no channel of this platform is protected here", where=account)
    return [
        Wish(
            MeasureKind.SUSPEND,
            Scope(ScopeKind.ACCOUNT, platform, place.channel, id),
            LONGEST_SECONDS,
            _why(row),
        )
        for place in places
    ]


def place_of(measure: Measure) -> tuple[str, str]:
    return measure.scope.platform, measure.scope.channel


def _why(row: OrderRow) -> dict[str, str]:
    """What stands with the measure: the order by its number, not by its words, which may say more
    than others may read."""
    return {"en": f"Order of an authority, {row.id}", "fr": f"Injonction d’une autorité, {row.id}"}


def _draft(tables: Tables, row: OrderRow, what: str, text: str, at_ms: int) -> None:
    told = {"order": row.id, "what": f"{what} drafted", "text": text, "at": rfc3339(at_ms)}
    seq = record(tables, [(None, entry(RULE, told))])
    tables.orders.add_letter(LetterRow(row.id, what, text, at_ms, seq))


def _note(tables: Tables, row: OrderRow, what: str, by: str, at_ms: int, **more: object) -> int:
    told = {"order": row.id, "what": what, **more, "by": by, "at": rfc3339(at_ms)}
    return record(tables, [(None, entry(RULE, told))])


def _row(tables: Tables, id: str) -> OrderRow:
    found = tables.orders.get(id)
    if found is None:
        raise NotFoundError("there is no such order", where=id)
    return found


def _open(tables: Tables, id: str) -> OrderRow:
    row = _row(tables, id)
    if row.answered_ms is not None:
        raise ConflictError("the authority was answered already", where=id)
    return row


def _has_no_effect_yet(row: OrderRow) -> None:
    if row.effect is not None:
        raise ConflictError(f"what was done is said already: {row.effect}", where=row.id)


def _reason(text: str) -> str:
    reason = clean(text).strip()
    if not any(character.isalnum() for character in reason):
        raise InputError("this needs a reason", where="reason")
    if len(reason) > LONGEST_REASON:
        raise InputError(f"a reason has at most {LONGEST_REASON} characters", where="reason")
    return reason


assert set(CLOCKS) <= set(clocks()), "every clock of an order stands in clocks.toml"
