"""What the text detector learned from the decisions of this place: learn, look, use, take back.

Learning proposes a version with what was measured of it; a person with the right `admin` puts it in
force, and takes it back: then every score is what it was.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from rempart.cases.versions import find, go_live, take_back
from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.learning import Trial, propose_learning
from rempart.store.interface import Tables
from rempart.store.interface.versions import VersionKind, VersionRow
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.api.rules.rules import DEPLOY, WRITE, Move, RuleVersion, deployer, version_of
from rempart.web.auth import must_be_known, needs
from rempart.web.auth.gate import now_ms


class WordsVersion(msgspec.Struct, frozen=True):
    version: RuleVersion
    trial: Trial


class WordsNow(msgspec.Struct, frozen=True):
    """`detector`: the version of the text detector that decides now."""

    detector: str
    live: WordsVersion | None
    versions: list[WordsVersion]


@get("/learning", guards=[needs("read")], sync_to_thread=True, tags=["learning"])
def words_now(request: AnyRequest) -> WordsNow:
    """What is in force, and the versions there were, newest first."""
    return read_words(engine_of(request))


def read_words(engine: EmbeddedEngine) -> WordsNow:
    with engine.read() as tables:
        live = tables.versions.live(VersionKind.WORDS)
        rows = tables.versions.latest(VersionKind.WORDS)
    return WordsNow(
        engine.pipeline.versions["text"],
        words_of(live) if live is not None else None,
        [words_of(row) for row in rows],
    )


@post("/learning", guards=WRITE, tags=["learning"])
async def learn_now(request: AnyRequest, data: JSONBody[Move]) -> WordsVersion:
    """Learns from the decisions that stand now; the version is not in force yet."""
    who, at_ms = must_be_known(request), now_ms()
    return words_of(
        await asyncio.to_thread(
            propose_learning, engine_of(request), by=who.id, reason=data.reason, at_ms=at_ms
        )
    )


@get("/learning/{version:str}", guards=[needs("read")], sync_to_thread=True, tags=["learning"])
def show_words(request: AnyRequest, version: FromPath[str]) -> WordsVersion:
    """One version: what it was learned from, what its trial measured, and what became of it."""
    with engine_of(request).read() as tables:
        return words_of(find(tables, VersionKind.WORDS, version))


@post("/learning/{version:str}/live", guards=DEPLOY, status_code=200, tags=["learning"])
async def use_words(
    request: AnyRequest, version: FromPath[str], data: JSONBody[Move]
) -> WordsVersion:
    """From the next message on the text detector knows this too."""
    who, at_ms = deployer(request), now_ms()

    def change(tables: Tables) -> VersionRow:
        return go_live(
            tables, VersionKind.WORDS, version, by=who.id, reason=data.reason, at_ms=at_ms
        )

    return words_of(await write(request, change))


@post("/learning/revert", guards=DEPLOY, status_code=200, tags=["learning"])
async def forget_words(request: AnyRequest, data: JSONBody[Move]) -> WordsNow:
    """What was learned last is taken back; what was in force before it is again, if anything."""
    who, at_ms = deployer(request), now_ms()

    def change(tables: Tables) -> VersionRow | None:
        return take_back(tables, VersionKind.WORDS, by=who.id, reason=data.reason, at_ms=at_ms)

    await write(request, change)
    return await asyncio.to_thread(read_words, engine_of(request))


route_handlers: list[Any] = [words_now, learn_now, forget_words, show_words, use_words]


def words_of(row: VersionRow) -> WordsVersion:
    return WordsVersion(version_of(row), msgspec.json.decode(row.figures, type=Trial))
