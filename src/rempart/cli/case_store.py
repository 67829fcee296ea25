"""The store of a data folder for the commands about cases: read beside a service, and what is in it
found by id, by the first letters of one, or as the latest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec

from rempart.errors import InputError, NotFoundError
from rempart.model import Case
from rempart.store.interface import Tables
from rempart.store.sqlite.store import SqliteStore
from rempart.web.console.shown import plain


def find(tables: Tables, case_id: str | None, *, latest: bool) -> Case:
    """By id, by the first letters of one, or the latest."""
    if latest == (case_id is not None):
        raise InputError("name a case, or say --latest", where="CASE")
    if latest:
        found = tables.cases.latest()
        if found is None:
            raise NotFoundError("there is no case yet", where="--latest")
        return found
    assert case_id is not None
    ids = tables.cases.find(case_id)
    if case_id in ids or len(ids) == 1:
        found = tables.cases.get(case_id if case_id in ids else ids[0])
        assert found is not None
        return found
    if not ids:
        raise NotFoundError(
            "there is no such case", where=plain(case_id, 60), next_step="rempart case list"
        )
    raise InputError(
        "several cases begin like this: " + ", ".join(ids) + " …",
        where=plain(case_id, 60),
        next_step="give more letters",
    )


@contextmanager
def reading(data: Path) -> Iterator[Tables]:
    check_there(data)
    store = SqliteStore.open_for_reading(data / "rempart.db")
    try:
        with store.read() as tables:
            yield tables
    finally:
        store.close()


def check_there(data: Path) -> None:
    if not (data / "rempart.db").is_file():
        raise InputError(
            "there is no store in this folder",
            where=str(data),
            next_step="rempart scan FILE --data FOLDER makes one, so does rempart serve",
        )


def print_json(value: object) -> None:
    click.echo(msgspec.json.encode(value))
