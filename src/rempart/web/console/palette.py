"""The command palette: one field that takes an id, a link or the name of a page, and goes there.

It finds what the reader may see anyway and nothing else: ids of cases, measures and statements,
links that a case is about, pages of the console. It searches no words and no people: what it does
not know leads, on the page of an open case, to the search of that case, filled in and not yet made
(a search needs a reason), and elsewhere nowhere.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from litestar import Response, get
from litestar.params import FromQuery
from litestar.response import Redirect

from rempart.cases.deciding.appeals import case_of
from rempart.cases.search import SearchKind
from rempart.cases.things import link_thing
from rempart.errors import NotFoundError
from rempart.model import CaseState
from rempart.store.interface import Tables
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.auth import Caller, Right, may, must_be_known, needs
from rempart.web.console.views import visible_case

LONGEST: Final = 2_048
PAGES: Final = {
    "overview": "/console",
    "aperçu": "/console",
    "queue": "/console/queue",
    "file": "/console/queue",
    "appeals": "/console/queue?kind=appeal",
    "contestations": "/console/queue?kind=appeal",
    "campaigns": "/console/campaigns",
    "campagnes": "/console/campaigns",
    "vue d’ensemble": "/console",
    "vue d'ensemble": "/console",
    "channels": "/console/channels",
    "canaux": "/console/channels",
    "salons": "/console/channels",
    "rules": "/console/rules",
    "règles": "/console/rules",
    "learning": "/console/learning",
    "apprentissage": "/console/learning",
    "misuse": "/console/misuse",
    "abus": "/console/misuse",
    "bans": "/console/bans",
    "bannissements": "/console/bans",
    "orders": "/console/orders",
    "injonctions": "/console/orders",
    "disputes": "/console/disputes",
    "litiges": "/console/disputes",
    "terms": "/console/terms",
    "conditions": "/console/terms",
    "transparency": "/transparency",
    "transparence": "/transparency",
    "declared": "/console/declared",
    "déclarations": "/console/declared",
    "statements": "/console/statements",
    "motifs": "/console/statements",
    "audit": "/console/audit",
    "court dossier": "/console/court",
    "dossier pour le juge": "/console/court",
    "yearly report": "/console/yearly",
    "rapport annuel": "/console/yearly",
    "log": "/console/log",
    "journal": "/console/log",
    "figures": "/console/figures",
    "chiffres": "/console/figures",
    "people": "/console/people",
    "personnes": "/console/people",
    "access log": "/console/access",
    "journal des accès": "/console/access",
    "incident files": "/console/files",
    "dossiers d’incident": "/console/files",
    "dossiers d'incident": "/console/files",
    "erasure": "/console/erasure",
    "effacement": "/console/erasure",
    "report": "/report",
    "signalement": "/report",
}


@get("/console/go", guards=[needs("read")], include_in_schema=False)
async def go(
    request: AnyRequest, q: FromQuery[str] = "", case: FromQuery[str] = ""
) -> Response[Any]:
    """`case`: of the page where it was typed."""
    goal = await asyncio.to_thread(_goal, request, q.strip()[:LONGEST], case)
    return Redirect(goal, status_code=303)


route_handlers: list[Any] = [go]


def _goal(request: AnyRequest, typed: str, inside: str) -> str:
    who = must_be_known(request)
    page = PAGES.get(typed.casefold())
    if page is not None:
        return page
    with engine_of(request).read() as tables:
        for case in _cases(tables, typed):
            if case is not None and _sees(tables, who, case):
                return f"/console/cases/{case}"
        if inside and may(who, Right.DECIDE) and _is_open(tables, who, inside):
            link = typed.startswith(("https://", "http://"))
            kind = SearchKind.LINK if link else SearchKind.ACCOUNT
            filled = urlencode({"kind": kind, "words": typed})
            return f"/console/cases/{quote(inside)}/search?{filled}"
    raise NotFoundError(
        "nothing here has this id, link or name",
        next_step="paste a whole id or link, or the name of a page; accounts are looked up"
        " inside an open case only",
    )


def _cases(tables: Tables, typed: str) -> list[str | None]:
    """Ids of the cases that may be meant, the likeliest first."""
    if typed.startswith(("https://", "http://")):
        last = urlsplit(typed).path.rstrip("/").rpartition("/")[2]
        known = tables.cases.last_of([link_thing(typed)]).get(link_thing(typed))
        return [last, known[0].id if known is not None else None]
    measure = tables.stream.measure(typed)
    statement = tables.statements.get(typed)
    told = case_of(tables, statement.statement) if statement is not None else None
    raid = tables.cases.last_of_raids([typed]).get(typed)
    if measure is not None and measure.case is None and measure.measure.raid is not None:
        raid = tables.cases.last_of_raids([measure.measure.raid]).get(measure.measure.raid)
    begins = tables.cases.find(typed, 2) if len(typed) >= 4 else []
    return [
        *(begins if len(begins) == 1 else []),
        measure.case if measure is not None else None,
        told.id if told is not None else None,
        raid.id if raid is not None else None,
    ]


def _sees(tables: Tables, who: Caller, case: str) -> bool:
    try:
        visible_case(tables, who, case)
    except NotFoundError:
        return False
    return True


def _is_open(tables: Tables, who: Caller, case: str) -> bool:
    try:
        return visible_case(tables, who, case).state is CaseState.OPEN
    except NotFoundError:
        return False
