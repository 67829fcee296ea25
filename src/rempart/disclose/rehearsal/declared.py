"""What somebody declares in a made-up year: the roster, the tier, orders, disputes, sources whose
notices rest. Few rows, written by the same functions and tables as in the console."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Final

from rempart.cases.dated import declare
from rempart.cases.entries import entry, record, rfc3339
from rempart.disclose.rehearsal.plan import HOUR_MS, MODERATORS, SECOND, YEAR_MS, Plan
from rempart.model import (
    Audience,
    AuthorityOrder,
    Budget,
    Cefr,
    Contact,
    DatedValue,
    Dispute,
    DisputeOutcome,
    Effect,
    Layer,
    Moderator,
    OrderKind,
    Provider,
    ProviderTier,
    Recipients,
    Size,
    Territory,
    Training,
    stable_id,
)
from rempart.model.moments import at_time
from rempart.store.interface import Tables
from rempart.store.interface.misuse import SuspensionRow, WarningRow
from rempart.store.interface.orders import DisputeRow, OrderRow

_ADMIN: Final = "admin"
_COUNTRIES: Final = ("FR", "FR", "FR", "DE", "GR", "BE", "IE", "SE", "AT", "IT")
_HARMS: Final = ("hate", "threat", "harassment", "doxxing", "child_safety", "defamation", None)
_LEVELS: Final = (Cefr.C2, Cefr.C1, Cefr.B2, Cefr.B1)


def declare_all(tables: Tables, plan: Plan) -> None:
    """All of it, from the seed of the plan."""
    random = Random(f"transparency-order declared {plan.seed}")
    _settings(tables, plan, random)
    for number in range(max(12, min(240, plan.decisions // 400))):
        _order(tables, plan, random, number)
    for number in range(max(8, min(120, plan.decisions // 1_000))):
        _dispute(tables, plan, random, number)
    for number in range(6):
        _rest(tables, plan, random, number)


def _settings(tables: Tables, plan: Plan, random: Random) -> None:
    first, last = date(plan.year, 1, 1), date(plan.year, 12, 31)
    people: list[tuple[str, DatedValue]] = [
        (
            f"moderator-{number}",
            Moderator(
                country=random.choice(("FR", "FR", "FR", "BE", "PT")),
                languages={"fr": Cefr.C2}
                | {random.choice(("en", "de", "es", "el")): random.choice(_LEVELS)},
                external=number % 4 == 0,
                full_time=random.choice((50, 80, 100, 100)),
                nationality=random.choice(("FR", "FR", "BE", "PT", None)),
                from_hour=random.choice((7, 9, 15, 22)),
                to_hour=random.choice((13, 17, 23, 6)),
            ),
        )
        for number in range(len(MODERATORS) + len(SECOND))
    ]
    others: list[tuple[str, DatedValue]] = [
        ("tier", ProviderTier(Layer.PLATFORM, Size.LARGER)),
        ("territory", Territory(("FR",), "Europe/Paris", "FR")),
        ("users", Contact(Audience.USERS, ("fr", "en"), email="aide@example.org")),
        ("authorities", Contact(Audience.AUTHORITIES, ("fr", "en"), email="dsa@example.org")),
        ("hosting", Provider("Nuage du Nord", "machines", "FR", "annex 1")),
        ("moderation", Budget("moderation", 240_000, "EUR", 21_000)),
        ("first-week", Training("law, trauma, tools", 18, 14)),
        ("supervision", Training("group supervision", 18, 24, support=True)),
        ("recipients", Recipients(412_000, "distinct accounts per month")),
    ]
    for key, value in [*people, *others]:
        declare(tables, value, key, first, last, _ADMIN, plan.begin_ms)


def _order(tables: Tables, plan: Plan, random: Random, number: int) -> None:
    received = plan.begin_ms + random.randrange(YEAR_MS - 96 * HOUR_MS)
    kind = OrderKind.CONTENT if random.random() < 0.7 else OrderKind.INFORMATION
    harm = random.choice(_HARMS)
    order = AuthorityOrder(
        kind=kind,
        authority="Tribunal d’exemple",
        country=random.choice(_COUNTRIES),
        reference=f"{plan.year}/{number:04}",
        answer_to="greffe@example.org",
        language="fr",
        harm=harm,
        legal_basis="" if harm is None else "art. 24",
        reasons="as stated in the order",
        links=tuple(
            f"https://example.org/o/{number}/{link}" for link in range(1 + random.randrange(4))
        ),
    )
    id = stable_id("o", str(plan.seed), str(number))
    said = {"id": id, "happened": "received", "kind": kind.value, "at": rfc3339(received)}
    seq = record(tables, [(None, entry("order", said))])
    effect = None if number % 17 == 16 else Effect.GIVEN
    after = received + round(random.uniform(0.5, 40) * HOUR_MS)
    tables.orders.add(OrderRow(id, received, order, (), _ADMIN, seq, received + 24 * HOUR_MS))
    tables.orders.put(
        OrderRow(
            id, received, order, (), _ADMIN, seq, received + 24 * HOUR_MS,
            receipt_ms=received + round(random.uniform(0.01, 3) * HOUR_MS),
            effect=effect,
            effect_ms=None if effect is None else after,
            answered_ms=None if effect is None else after,
        )
    )  # fmt: skip


def _dispute(tables: Tables, plan: Plan, random: Random, number: int) -> None:
    day = at_time(plan.begin_ms).date() + timedelta(days=random.randrange(280))
    outcome = random.choice((*DisputeOutcome, DisputeOutcome.UPHELD, None))
    decided = None if outcome is None else day + timedelta(days=random.randrange(5, 80))
    dispute = Dispute(
        body="Organe d’exemple",
        reference=f"D-{number}",
        brought_by=random.choice(("account", "reporter")),
        submitted=day,
        outcome=outcome,
        decided=decided,
        implemented=decided if random.random() < 0.8 else None,
    )
    id = stable_id("x", str(plan.seed), str(number))
    seq = record(tables, [(None, entry("dispute", {"id": id, "submitted": day.isoformat()}))])
    tables.orders.put_dispute(DisputeRow(id, dispute, seq))


def _rest(tables: Tables, plan: Plan, random: Random, number: int) -> None:
    begin = plan.begin_ms + random.randrange(60 * 24, 300 * 24) * HOUR_MS
    id = stable_id("u", str(plan.seed), str(number))
    what = "notices" if number % 3 else "complaints"
    warned = begin - 24 * HOUR_MS
    seq = record(tables, [(None, entry("misuse-warning", {"what": what, "at": rfc3339(warned)}))])
    tables.misuse.warned(WarningRow(what, warned, seq))
    said = {"id": id, "happened": "begun", "what": what, "at": rfc3339(begin)}
    seq = record(tables, [(None, entry("misuse-suspension", said))])
    tables.misuse.add(
        SuspensionRow(
            id,
            number.to_bytes(16, "big"),
            what,
            begin,
            begin + 30 * 24 * HOUR_MS,
            warned,
            "unfounded again after a warning",
            _ADMIN,
            seq,
        )
    )
