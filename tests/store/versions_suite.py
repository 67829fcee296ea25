"""Versions, and what a target keeps: what every implementation must do."""

from __future__ import annotations

import pytest
from tests.store.suite import AT_MS, entries

from rempart.errors import NotFoundError
from rempart.store.interface import Store
from rempart.store.interface.facts import MATCHES_KEPT_MS, FactMatchRow, FactRow, TargetSessionRow
from rempart.store.interface.versions import VersionKind, VersionState


class VersionSuite:
    """Versions of rules and of what was learned: never changed, one of a kind live."""

    def add(self, store: Store, kind: VersionKind, id: str, at_ms: int = AT_MS) -> bool:
        with store.begin() as tables:
            seq = tables.log.append(entries(1, at_ms - AT_MS))
            return tables.versions.add(
                kind,
                id,
                f"body of {id}".encode(),
                author="ana",
                reason="tried out",
                at_ms=at_ms,
                figures="{}",
                seq=seq,
            )

    def move(self, store: Store, kind: VersionKind, id: str, state: VersionState) -> None:
        with store.begin() as tables:
            tables.versions.move(kind, id, state, by="ben", reason="", at_ms=AT_MS, seq=0)

    def test_one_of_a_kind_is_live(self, store: Store) -> None:
        rules, words = VersionKind.RULES, VersionKind.WORDS
        for number, (kind, id) in enumerate([(rules, "a"), (rules, "b"), (words, "a")]):
            assert self.add(store, kind, id, AT_MS + number)
        assert not self.add(store, rules, "a", AT_MS + 9)
        self.move(store, rules, "a", VersionState.LIVE)
        self.move(store, words, "a", VersionState.LIVE)
        self.move(store, rules, "b", VersionState.LIVE)
        with store.read() as tables:
            live = tables.versions.live(rules)
            assert live is not None and (live.id, live.moved_by) == ("b", "ben")
            other = tables.versions.live(words)
            assert other is not None and other.id == "a"
            assert [row.id for row in tables.versions.latest(rules)] == ["b", "a"]
            assert [one.state for one in tables.versions.moves(rules, "a")] == [
                VersionState.PROPOSED,
                VersionState.LIVE,
                VersionState.REPLACED,
            ]
            assert tables.versions.body(rules, "a") == b"body of a"
            assert tables.versions.body(rules, "c") is None
        self.move(store, rules, "b", VersionState.REVERTED)
        with store.read() as tables:
            assert tables.versions.live(rules) is None
        self.add(store, rules, "c", AT_MS + 20)
        self.move(store, rules, "c", VersionState.LIVE)
        with store.read() as tables:
            assert tables.versions.get(rules, "c").parent is None  # type: ignore[union-attr]

    def test_what_is_not_there_cannot_go_live(self, store: Store) -> None:
        with pytest.raises(NotFoundError):
            self.move(store, VersionKind.RULES, "x", VersionState.LIVE)

    def test_a_failed_transaction_changes_nothing(self, store: Store) -> None:
        self.add(store, VersionKind.RULES, "a")
        with pytest.raises(RuntimeError), store.begin() as tables:
            tables.versions.move(
                VersionKind.RULES, "a", VersionState.LIVE, by="x", reason="", at_ms=0, seq=0
            )
            assert tables.versions.changed == {VersionKind.RULES}
            raise RuntimeError
        with store.begin() as tables:
            assert not tables.versions.changed
            assert tables.versions.live(VersionKind.RULES) is None

    # -- protected facts ---------------------------------------------------------------------

    def test_facts_are_kept_by_target_and_dropped_with_their_matches(self, store: Store) -> None:
        with store.begin() as tables:
            assert not tables.facts.changed
            tables.facts.put_fact(FactRow("f-1", "lea", b"sealed one", AT_MS))
            tables.facts.put_fact(FactRow("f-2", "twitch/sam", b"sealed two", AT_MS + 1))
            assert tables.facts.changed
            tables.facts.add_matches([FactMatchRow("lea", 7, "f-1", AT_MS)])
            tables.facts.add_matches([FactMatchRow("lea", 7, "f-1", AT_MS + 5)])
            tables.facts.add_matches([FactMatchRow("lea", 9, "", AT_MS)])
        with store.read() as tables:
            assert [row.id for row in tables.facts.facts()] == ["f-1", "f-2"]
            assert [row.id for row in tables.facts.facts("lea")] == ["f-1"]
            assert tables.facts.matches("lea") == [
                FactMatchRow("lea", 9, "", AT_MS),
                FactMatchRow("lea", 7, "f-1", AT_MS),
            ]
        with store.begin() as tables:
            assert not tables.facts.changed
            assert tables.facts.drop_facts(["f-1", "f-none"]) == 1
            assert tables.facts.changed
        with store.read() as tables:
            assert [row.id for row in tables.facts.facts()] == ["f-2"]
            assert [row.seq for row in tables.facts.matches("lea")] == [9]

    def test_what_was_kept_from_a_target_is_forgotten_after_three_months(
        self, store: Store
    ) -> None:
        with store.begin() as tables:
            tables.facts.add_matches([FactMatchRow("lea", 1, "", AT_MS)])
            tables.facts.add_matches([FactMatchRow("lea", 2, "", AT_MS + MATCHES_KEPT_MS)])
        with store.read() as tables:
            assert [row.seq for row in tables.facts.matches("lea")] == [2, 1]
        with store.begin() as tables:
            tables.facts.add_matches([FactMatchRow("sam", 3, "", AT_MS + MATCHES_KEPT_MS + 1)])
        with store.read() as tables:
            assert [row.seq for row in tables.facts.matches("lea")] == [2]

    def test_an_invitation_is_used_once_and_in_time(self, store: Store) -> None:
        with store.begin() as tables:
            assert tables.facts.use_invitation(b"one", AT_MS + 10, AT_MS)
            assert not tables.facts.use_invitation(b"one", AT_MS + 10, AT_MS)
            assert not tables.facts.use_invitation(b"late", AT_MS, AT_MS)

    def test_a_targets_sessions_end_alone_or_together(self, store: Store) -> None:
        with store.begin() as tables:
            for name in (b"a", b"b", b"c"):
                tables.facts.put_session(TargetSessionRow(name, "lea", AT_MS, AT_MS))
            tables.facts.touch_session(b"a", AT_MS + 9)
            assert tables.facts.end_sessions("lea", b"b") == 1
        with store.read() as tables:
            assert tables.facts.session(b"a") == TargetSessionRow(b"a", "lea", AT_MS, AT_MS + 9)
            assert tables.facts.session(b"b") is None
            assert len(tables.facts.sessions("lea")) == 2
        with store.begin() as tables:
            assert tables.facts.end_sessions("lea") == 2
