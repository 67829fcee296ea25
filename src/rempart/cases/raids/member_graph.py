"""The member graph: which accounts of a raid are tied to each other, and by what.

Rules of this module:

1. Pure and deterministic: the same ties give the same picture.
2. What accounts share is drawn as a point of its own (a text, a link, a day of creation) with a
   line to each of them: forty accounts with one sentence are forty lines, not 780.
3. The picture is an ornament of the table: everything in it is said there and in the list of ties.
4. At most `MOST_DOTS` accounts, at most `MOST_TIES` ties; the layout costs milliseconds.

The layout is a spring model (after Fruchterman and Reingold, 1991) from a start that already puts
each account beside what it shares.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from rempart.model import Member

MOST_DOTS = 400
MOST_TIES = 40
WIDTH, HEIGHT = 680, 260
_EDGE = 16
_ROUNDS = 90
_MANY = 150
_GOLDEN = 2.399963229728653

Points = npt.NDArray[np.float64]


class Tie(NamedTuple):
    """What some accounts share. `kind`: text, link or day; `name`: the text's letter, the link's
    host and path, the day."""

    kind: str
    name: str
    accounts: tuple[str, ...]


class Hub(msgspec.Struct, frozen=True):
    """A tie in the picture; `dots` are the places of its accounts in the list of dots."""

    kind: str
    name: str
    x: float
    y: float
    dots: list[int]


class Dot(msgspec.Struct, frozen=True):
    """An account in the picture; `ties`: how many things it shares."""

    account: str
    name: str
    core: bool
    ties: int
    x: float
    y: float


class Graph(msgspec.Struct, frozen=True):
    width: int
    height: int
    dots: list[Dot]
    hubs: list[Hub]
    left_out: int = 0


def ties(
    members: Sequence[Member],
    texts: Iterable[tuple[str, Sequence[str]]],
    links: Iterable[tuple[str, str]],
) -> list[Tie]:
    """What at least two members share, the most shared first. `texts`: name and accounts of each
    family; `links`: account and link."""
    known = {member.account for member in members}
    found = [Tie("text", name, _only(accounts, known)) for name, accounts in texts]
    by_link: dict[str, list[str]] = {}
    for account, link in links:
        by_link.setdefault(link, []).append(account)
    found += [Tie("link", link, _only(accounts, known)) for link, accounts in by_link.items()]
    by_day: dict[str, list[str]] = {}
    for member in members:
        if member.created_at is not None:
            by_day.setdefault(member.created_at.strftime("%Y-%m-%d"), []).append(member.account)
    found += [Tie("day", day, _only(accounts, known)) for day, accounts in by_day.items()]
    shared = [tie for tie in found if len(tie.accounts) > 1]
    shared.sort(key=lambda tie: (-len(tie.accounts), tie.kind, tie.name))
    return shared[:MOST_TIES]


def _only(accounts: Iterable[str], known: set[str]) -> tuple[str, ...]:
    return tuple(account for account in dict.fromkeys(accounts) if account in known)


def graph(members: Sequence[Member], shared: Sequence[Tie]) -> Graph | None:
    """The picture; None when nobody shares anything."""
    shown = members[:MOST_DOTS]
    place = {member.account: at for at, member in enumerate(shown)}
    dots_of = [[place[a] for a in tie.accounts if a in place] for tie in shared]
    if not any(len(dots) > 1 for dots in dots_of):
        return None
    counts = [0] * len(shown)
    for dots in dots_of:
        for dot in dots:
            counts[dot] += 1
    at = _layout(len(shown), tuple(map(tuple, dots_of)))
    return Graph(
        width=WIDTH,
        height=HEIGHT,
        dots=[
            Dot(m.account, m.name or m.account, m.core, counts[i], *at[i])
            for i, m in enumerate(shown)
        ],
        hubs=[
            Hub(tie.kind, tie.name, *at[len(shown) + i], dots)
            for i, (tie, dots) in enumerate(zip(shared, dots_of, strict=True))
        ],
        left_out=len(members) - len(shown),
    )


@lru_cache(maxsize=64)
def _layout(dots: int, hubs: tuple[tuple[int, ...], ...]) -> list[tuple[float, float]]:
    """Places of the dots, then of the hubs."""
    edges = np.array(
        [(dots + hub, dot) for hub, members in enumerate(hubs) for dot in members], dtype=np.int64
    )
    at = _start(dots, hubs)
    weight = np.ones(len(at))
    weight[dots:] = 2.5
    length = 0.9 / np.sqrt(len(at))
    rounds = _ROUNDS if len(at) < _MANY else _ROUNDS // 2
    for turn in range(rounds):
        push = _repulsion(at, weight, length)
        pull = at[edges[:, 0]] - at[edges[:, 1]]
        pull *= (np.linalg.norm(pull, axis=1) / length)[:, None]
        np.add.at(push, edges[:, 0], -0.25 * pull)
        np.add.at(push, edges[:, 1], pull)
        push -= 0.35 * at
        step = np.linalg.norm(push, axis=1, keepdims=True)
        most = 0.12 * (1 - turn / rounds) + 0.002
        at += push / np.maximum(step, 1e-9) * np.minimum(step, most)
    return _fit(at)


def _start(dots: int, hubs: tuple[tuple[int, ...], ...]) -> Points:
    at = np.zeros((dots + len(hubs), 2))
    turns = _GOLDEN * np.arange(len(at))
    ring = 0.5 * np.sqrt((np.arange(len(hubs)) + 0.5) / max(1, len(hubs)))
    at[dots:, 0] = ring * np.cos(turns[dots:])
    at[dots:, 1] = ring * np.sin(turns[dots:])
    counts = np.zeros(dots)
    for hub, members in enumerate(hubs):
        for dot in members:
            at[dot] += at[dots + hub]
            counts[dot] += 1
    tied = counts > 0
    at[:dots][tied] /= counts[tied][:, None]
    around = np.where(tied, 0.06, 0.9)
    at[:dots, 0] += around * np.cos(turns[:dots])
    at[:dots, 1] += around * np.sin(turns[:dots])
    return at


def _repulsion(at: Points, weight: Points, length: float) -> Points:
    """Sum over all others of weight times (here minus there) over the square of the distance, with
    two products of matrices instead of a table of vectors."""
    squares = np.einsum("ij,ij->i", at, at)
    apart = squares[:, None] + squares[None, :] - 2.0 * (at @ at.T)
    strength = (length * length) * weight[None, :] / np.maximum(apart, 1e-6)
    np.fill_diagonal(strength, 0.0)
    pushed: Points = at * strength.sum(axis=1)[:, None] - strength @ at
    return pushed


def _fit(at: Points) -> list[tuple[float, float]]:
    """Into the frame. Half of a place is its rank, so that one that stands far off does not press
    all others together."""
    low, high = at.min(axis=0), at.max(axis=0)
    span = np.maximum(high - low, 1e-6)
    if (span[1] > span[0]) != (HEIGHT > WIDTH):
        at, low, span = at[:, ::-1], low[::-1], span[::-1]
    room = np.array([WIDTH - 2 * _EDGE, HEIGHT - 2 * _EDGE])
    ranks = np.argsort(np.argsort(at, axis=0, kind="stable"), axis=0) / max(1, len(at) - 1)
    placed = ((at - low) / span + ranks) / 2 * room + _EDGE
    return [(round(float(x), 1), round(float(y), 1)) for x, y in placed]
