"""What the server's answers mean, trap by trap."""

from __future__ import annotations

import json

import pytest

from rempart.disclose.transparency_database.answers import (
    Fate,
    Reply,
    Trouble,
    read_batch,
    read_existing,
)

PUIDS = ["a1", "b2", "c3"]
STORED, REFUSED, AGAIN, UNSURE = Fate.STORED, Fate.REFUSED, Fate.AGAIN, Fate.UNSURE


def reply(status, document):
    return Reply(status, json.dumps(document).encode())


def test_a_created_batch_is_matched_by_identifier_and_else_by_place():
    rows = [{"uuid": f"u-{puid}", "puid": puid} for puid in reversed(PUIDS)]
    read = read_batch(reply(201, {"statements": rows}), PUIDS)
    assert read.fates == [STORED] * 3
    assert read.receipts[0] == {"uuid": "u-a1"}
    unnamed = [{"uuid": "u-1"}, {"uuid": "u-2"}, {"uuid": "u-3"}]
    assert read_batch(reply(201, unnamed), PUIDS).receipts[2] == {"uuid": "u-3"}
    short = read_batch(reply(201, unnamed[:2]), PUIDS)
    assert short.fates == [UNSURE] * 3


def test_rows_that_are_named_stay_behind_and_the_rest_goes_again():
    errors = {"statement_1": {"category": ["The selected category is invalid."]}}
    read = read_batch(reply(422, {"errors": errors}), PUIDS)
    assert read.fates == [AGAIN, REFUSED, AGAIN]
    assert read.whys[1] == [("category", "The selected category is invalid.")]


def test_not_unique_means_ask():
    errors = {"puid": ["not all unique within this call."], "existing_puids": ["b2"]}
    assert read_batch(reply(422, {"errors": errors}), PUIDS).fates == [AGAIN, UNSURE, AGAIN]


def test_a_refusal_without_a_name_goes_again_in_smaller_parts_until_one_is_left():
    read = read_batch(reply(422, {"message": "something"}), PUIDS)
    assert read.smaller
    assert read.fates == [AGAIN] * 3
    assert read_batch(reply(422, {"message": "something"}), ["a1"]).fates == [REFUSED]


@pytest.mark.parametrize(
    ("answer", "fate", "trouble"),
    [
        (reply(401, {"message": "Unauthenticated."}), AGAIN, Trouble.TOKEN),
        (Reply(429, b"Limit Reached. Please do not overload the API"), AGAIN, Trouble.BUSY),
        (Reply(500, b"<h1>Server Error</h1>"), UNSURE, Trouble.SERVER),
        (Reply(0, b"no whole answer within 10 s"), UNSURE, Trouble.SERVER),
        (Reply(302, b""), UNSURE, Trouble.SERVER),
        (Reply(201, b"<html>"), UNSURE, None),
    ],
)
def test_what_is_not_certain_is_asked_for(answer, fate, trouble):
    read = read_batch(answer, PUIDS)
    assert read.fates == [fate] * 3
    assert read.trouble is trouble


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        (reply(302, {"message": "found", "puid": "a1"}), STORED),
        (reply(404, {"message": "not found", "puid": "a1"}), AGAIN),
        (reply(302, {"message": "found", "puid": "zz"}), UNSURE),
        (Reply(302, b"<html>sign in here</html>"), UNSURE),
        (Reply(404, b"<h1>no such page</h1>"), UNSURE),
        (Reply(429, b"Limit Reached."), UNSURE),
        (Reply(0), UNSURE),
    ],
)
def test_a_stranger_on_the_way_says_nothing(answer, fate):
    assert read_existing(answer, "a1") is fate
