"""The member graph: what accounts share, drawn the same way every time and inside its frame."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rempart.cases.raids.member_graph import HEIGHT, MOST_DOTS, MOST_TIES, WIDTH, Tie, graph, ties
from rempart.model import Member

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def member(number: int, days: int | None = None) -> Member:
    created = None if days is None else DAY + timedelta(days=days, hours=number % 24)
    return Member(f"u{number}", f"name {number}", created)


def test_ties_are_what_two_members_share() -> None:
    members = [member(1, 0), member(2, 0), member(3, 1), member(4)]
    found = ties(
        members,
        [("A", ["u1", "u2", "u3", "stranger"]), ("B", ["u4", "stranger"])],
        [("u3", "example.org/x"), ("u4", "example.org/x"), ("u4", "example.org/x")],
    )
    assert found == [
        Tie("text", "A", ("u1", "u2", "u3")),
        Tie("day", "2026-03-01", ("u1", "u2")),
        Tie("link", "example.org/x", ("u3", "u4")),
    ]


def test_nothing_shared_gives_no_picture() -> None:
    assert graph([member(1), member(2)], []) is None


def test_accounts_of_one_tie_stand_nearer_to_each_other_than_to_the_rest() -> None:
    members = [member(n) for n in range(20)]
    first, second = tuple(f"u{n}" for n in range(10)), tuple(f"u{n}" for n in range(10, 20))
    drawn = graph(members, [Tie("text", "A", first), Tie("text", "B", second)])
    assert drawn is not None
    middle = [(sum(d.x for d in part) / 10, sum(d.y for d in part) / 10)
              for part in (drawn.dots[:10], drawn.dots[10:])]  # fmt: skip
    for dot in drawn.dots:
        own, other = (0, 1) if int(dot.account[1:]) < 10 else (1, 0)
        near, far = (
            (dot.x - middle[at][0]) ** 2 + (dot.y - middle[at][1]) ** 2 for at in (own, other)
        )
        assert near < far


@given(
    st.integers(2, 60),
    st.lists(st.sets(st.integers(0, 59), min_size=2, max_size=20), min_size=1, max_size=12),
)
def test_every_point_is_inside_the_frame_and_the_picture_is_the_same_again(
    size: int, groups: list[set[int]]
) -> None:
    members = [member(n) for n in range(size)]
    shared = [Tie("text", str(n), tuple(f"u{m}" for m in sorted(g))) for n, g in enumerate(groups)]
    drawn = graph(members, shared)
    if drawn is None:
        return
    assert all(0 <= p.x <= WIDTH and 0 <= p.y <= HEIGHT for p in [*drawn.dots, *drawn.hubs])
    assert graph(members, shared) == drawn
    for hub in drawn.hubs:
        assert all(0 <= dot < len(drawn.dots) for dot in hub.dots)


def test_a_raid_of_thousands_is_drawn_in_part_and_says_so() -> None:
    members = [member(n, n % 90) for n in range(2_000)]
    shared = ties(members, [], [])
    assert len(shared) == MOST_TIES
    drawn = graph(members, shared)
    assert drawn is not None
    assert (len(drawn.dots), drawn.left_out) == (MOST_DOTS, 1_600)
