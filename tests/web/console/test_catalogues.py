"""The catalogues: every message has its French, and what is shipped is what is written."""

from __future__ import annotations

import gettext
import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import rempart.web
from rempart.web.console.labels import LABELS

WEB = Path(rempart.web.__file__).parent
METHODS = [("console/**.py", "python"), ("public/**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trim_blocks": "true", "newstyle_gettext": "true"}}
KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}
_SLOT = re.compile(r"%\((\w+)\)s")


def _catalogue(language: str) -> Catalog:
    with (WEB / "locale" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def _used() -> set[str]:
    found = set()
    for _, _, message, _, _ in extract_from_dir(
        WEB, METHODS, options_map=OPTIONS, keywords=KEYWORDS
    ):
        found.add(message[0] if isinstance(message, tuple) else message)
    return found


def _forms(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple) else [message.string]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_message_of_the_pages_is_in_the_catalogue_and_none_besides(language: str) -> None:
    known = {
        message.id[0] if isinstance(message.id, tuple) else message.id
        for message in _catalogue(language)
        if message.id
    }
    assert known == _used()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_message_is_translated_with_its_slots(language: str) -> None:
    for message in _catalogue(language):
        if not message.id:
            continue
        singular = message.id[0] if isinstance(message.id, tuple) else message.id
        for form in _forms(message):
            assert form, singular
            assert set(_SLOT.findall(form)) == set(_SLOT.findall(singular)), singular
        assert not message.fuzzy, singular


def test_french_uses_the_typographic_apostrophe() -> None:
    wrong = [form for m in _catalogue("fr") if m.id for form in _forms(m) if "'" in form]
    assert wrong == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_compiled_catalogue_says_what_the_written_one_says(language: str) -> None:
    shipped = gettext.translation("messages", WEB / "locale", [language])
    for message in _catalogue(language):
        if isinstance(message.id, tuple):
            said = [shipped.ngettext(message.id[0], message.id[1], number) for number in (1, 2)]
            assert said == _forms(message)
        elif message.id:
            assert [shipped.gettext(message.id)] == _forms(message)


def test_what_duties_and_windows_rest_on_is_said_in_french() -> None:
    file = tomllib.loads((WEB.parent / "cases" / "erasure" / "erasure.toml").read_text("utf-8"))
    rest_on = {one["source"] for one in chain.from_iterable(file.values())}
    assert rest_on == set(LABELS["legal_source"])
