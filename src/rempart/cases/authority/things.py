"""From what an order names to what is held here: a link or an id to a message."""

from __future__ import annotations

from urllib.parse import urlsplit

from rempart.cases.things import link_thing
from rempart.model import message_key
from rempart.store.interface import Tables
from rempart.store.interface.stream import MessageRow


def message_of_link(tables: Tables, link: str) -> MessageRow | None:
    """`platform/id`, an id alone, or an address whose last part is the id; None: not held here. An
    address that a case is about is that case's only message."""
    platform, _, id = link.partition("/")
    if id and "//" not in link:
        found = tables.stream.message(message_key(platform, id))
        if found is not None:
            return found
    names = [link]
    if "//" in link:
        try:
            names.append(urlsplit(link).path.rstrip("/").rpartition("/")[2])
        except ValueError:
            return None
    for name in names:
        for known in tables.stream.platforms():
            found = tables.stream.message(message_key(known, name))
            if found is not None:
                return found
    case = tables.cases.last_of([link_thing(link)]).get(link_thing(link))
    rows = tables.cases.messages(case[0].id, 2) if case is not None else []
    return rows[0] if len(rows) == 1 else None
