"""What a dossier says, as a document needs it: the typed items of one edition, and nothing else.

The input is what `export.volumes_of` made, already redacted for whoever gets it: what an edition
hides cannot appear here. Messages are put in the order of sending, over all volumes; every fact
keeps the index of the record that shows it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from rempart.disclose.dossier.contents import Contents
from rempart.disclose.dossier.items import Item as Shown

Files = Mapping[str, bytes]


class Item(NamedTuple):
    """One message. `labels`: what was recognised, with scores in [0, 1]; `held`: it was held,
    hidden or removed when it arrived; `proof`: how far it is proven that the platform sent it.
    `text` None: hidden in this edition; `account` empty: so is who wrote it."""

    record: int
    volume: int
    id: str
    platform: str
    channel: str
    sent_at: datetime | None
    account: str
    name: str
    created_at: datetime | None
    text: str | None
    labels: dict[str, float]
    held: bool
    verdict: str
    reply_to: str
    link: str
    proof: str
    links: tuple[str, ...] = ()


class Fact(NamedTuple):
    """Any other entry: its kind, and what this edition shows of it. `people`: who acted, numbered
    within the dossier, by field."""

    record: int
    volume: int
    name: str
    value: dict[str, Any]
    people: Mapping[str, str]


class Volume(NamedTuple):
    """One zip: its place in the row, what its manifest says, its SHA-256 and what it holds."""

    number: int
    about: Mapping[str, Any]
    sha256: str
    messages: int
    begins: datetime | None
    ends: datetime | None


class Content(NamedTuple):
    """`items` in the order of sending; `facts` in the order of the log; `erased`: entries of the
    case that can no longer be opened; `files`: those of the first volume; `title` of the edition,
    by language."""

    volumes: list[Volume]
    items: list[Item]
    facts: list[Fact]
    erased: int
    files: Files
    title: Mapping[str, str]

    @property
    def about(self) -> Mapping[str, Any]:
        return self.volumes[0].about

    @property
    def names_accounts(self) -> bool:
        """Whether this edition shows who wrote."""
        return all(item.account for item in self.items)

    def named(self, *names: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.name in names]


def read(volumes: Sequence[Contents], digests: Sequence[str]) -> Content:
    """The content of these volumes, with the SHA-256 of the zip of each."""
    items: list[Item] = []
    facts: list[Fact] = []
    shown: list[Volume] = []
    erased = 0
    for number, (contents, digest) in enumerate(zip(volumes, digests, strict=True), 1):
        own = [_item(number, one) for one in contents.items if one.kind == "message"]
        facts += [
            Fact(one.record, number, one.kind, _merged(one.fields), one.people)
            for one in contents.items
            if not one.erased and one.kind != "message"
        ]
        erased += sum(one.erased for one in contents.items)
        times = [item.sent_at for item in own if item.sent_at is not None]
        begins, ends = min(times, default=None), max(times, default=None)
        shown.append(Volume(number, contents.about, digest, len(own), begins, ends))
        items += own
    items.sort(key=lambda item: (item.sent_at is None, item.sent_at or _NEVER, item.record))
    first = volumes[0]
    return Content(shown, items, facts, erased, first.files, first.preset.title)


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def _merged(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **fields.get("facts", {}),
        **{key: value for key, value in fields.items() if key != "facts"},
    }


def _item(volume: int, shown: Shown) -> Item:
    fields = shown.fields
    place, ids = fields.get("place") or {}, fields.get("ids") or {}
    outcome: Mapping[str, Any] = fields.get("outcome") or {}
    more = json.loads(fields["more"]) if fields.get("more") else {}
    profile = fields.get("author_profile") or {}
    return Item(
        record=shown.record,
        volume=volume,
        id=str(ids.get("id", "")),
        platform=str(place.get("platform", "")),
        channel=str(place.get("channel", "")),
        sent_at=moment(shown.sent_at),
        account=str(fields.get("author", "")),
        name=str(fields.get("author_name") or ""),
        created_at=moment(profile.get("created_at")),
        text=None if "text" in shown.hidden else shown.text or "",
        labels={str(key): float(score) for key, score in (outcome.get("labels") or {}).items()},
        held=shown.verdict != "allow",
        verdict=shown.verdict,
        reply_to=str(ids.get("reply_to") or ""),
        link=str(more.get("url") or ""),
        proof=shown.provenance.proof.value if shown.provenance is not None else "",
        links=tuple(map(str, fields.get("links") or ())),
    )


def moment(told: object) -> datetime | None:
    """A time as it was committed, in UTC; None when it is none."""
    if isinstance(told, datetime):
        return told.astimezone(UTC)
    if not isinstance(told, str):
        return None
    try:
        return datetime.fromisoformat(told).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
