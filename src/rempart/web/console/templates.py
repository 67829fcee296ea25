"""Drawing pages: the Jinja environment, its filters, and `render`.

Rules:

1. Autoescape is on for every template; a stranger's text goes through `shown`.
2. One environment per language; message ids are the English text.
3. Links to static files carry a hash of all of them, so that they may be cached for ever.
4. Every page is `no-store`: a console page shows people's words, a public page may show a receipt.
"""

from __future__ import annotations

import gettext
import hashlib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar import Request, Response
from litestar.enums import MediaType

from rempart.cases.harms import harms
from rempart.cases.raids.raid_reasons import reason_in
from rempart.cases.rights import pseudonym
from rempart.connect.sms.settings import masked
from rempart.model import LADDER
from rempart.web.console import words
from rempart.web.console.case.raid_page import account_ref
from rempart.web.console.labels import LABELS
from rempart.web.console.live.curve import curve_points
from rempart.web.console.refusals import told, told_line
from rempart.web.console.shown import plain, shown
from rempart.web.console.spans import marked, numbered

WEB = Path(__file__).resolve().parent.parent
STATIC = WEB / "static"
LANGUAGE_COOKIE = "rempart_language"
THEME_COOKIE = "rempart_theme"
IMAGES_COOKIE = "rempart_images"
IMAGES = ("grey", "colour")
THEMES = ("auto", "light", "dark")

AnyRequest = Request[Any, Any, Any]


@cache
def static_path() -> str:
    """`/static/<hash of all static files>`: what a page links to, and what those files load in
    their turn by relative addresses, is of one version and may be kept for ever."""
    digest = hashlib.sha256()
    for file in sorted(STATIC.rglob("*")):
        if file.is_file():
            digest.update(str(file.relative_to(STATIC)).encode() + b"\0" + file.read_bytes())
    return f"/static/{digest.hexdigest()[:16]}"


def asset(path: str) -> str:
    return f"{static_path()}/{path}"


@cache
def translations(language: str) -> gettext.NullTranslations:
    return gettext.translation("messages", WEB / "locale", [language], fallback=language == "en")


def category(key: str, kind: str, language: str) -> str:
    """The words of a harm, from the one taxonomy; a key it no longer has is shown as it is."""
    harm = harms().get(key)
    if harm is None:
        return key if kind == "category" else ""
    return (harm.label if kind == "category" else harm.hint)[language]


@cache
def environment(language: str) -> Environment:
    """The environment of one language (see module)."""
    env = Environment(
        loader=FileSystemLoader(WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    catalogue = translations(language)
    extended: Any = env
    extended.install_gettext_translations(catalogue, newstyle=True)
    plural: Any = env.globals["ngettext"]

    @pass_context
    def counted(context: Context, one: str, many: str, num: int, /, **variables: Any) -> Any:
        """Markup, as the plural is: a `str` of it would be escaped a second time."""
        variables.setdefault("num", words.number(num, language))
        return plural(context, one, many, num, **variables)

    def label(value: object, kind: str) -> str:
        if kind in ("category", "category_hint"):
            return category(str(value), kind, language)
        text = LABELS[kind].get(str(value))
        return catalogue.gettext(text) if text else str(value)

    env.filters |= {
        "shown": shown,
        "masked": masked,
        "plain": plain,
        "marked": marked,
        "numbered": numbered,
        "ref": account_ref,
        "label": label,
        "pseudonym": lambda id: shown(pseudonym(id, language), 60),
        "in_language": lambda texts: texts.get(language) or texts.get("en", ""),
        "reason": lambda sentence: reason_in(sentence, language),
        "money": lambda value: words.money(value, language),
        "number": lambda value: words.number(value, language),
        "percent": lambda value: words.percent(value, language),
        "duration": words.duration,
        "clock": words.clock,
        "day": lambda at: words.day_and_clock(at, language),
        "tongue": lambda code: words.tongue(code, language),
        "unbroken": words.unbroken,
        "date": lambda day: words.date_only(day, language),
        "weekday": lambda day: words.weekday(day, language),
        "iso": words.iso,
        "curve": curve_points,
        "told": lambda text: told(text, language),
        "told_line": lambda line: told_line(line, language),
        "json": lambda value: msgspec.json.encode(value).decode(),
    }
    env.globals |= {
        "ngettext": counted,
        "asset": asset,
        "lang": language,
        "colon": words.colon(language),
        "ladder": LADDER,
    }
    return env


def language_of(request: AnyRequest) -> str:
    return words.pick_language(
        request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language")
    )


def theme_of(request: AnyRequest) -> str:
    theme = request.cookies.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def images_of(request: AnyRequest) -> str:
    """Pictures are without colours until somebody wants them."""
    images = request.cookies.get(IMAGES_COOKIE, "grey")
    return images if images in IMAGES else "grey"


def csrf_of(request: AnyRequest) -> str:
    """The token the api room put beside the session; empty where nobody is signed in."""
    state = request.scope.get("state") or {}
    return str(state.get("csrf_token") or "")


def draw(
    template: str,
    /,
    *,
    language: str,
    theme: str = "auto",
    images: str = "grey",
    path: str = "/",
    user: object = None,
    csrf_token: str = "",
    community: str = "",
    terms_news: object = None,
    **context: Any,
) -> str:
    """The HTML of one template; needs no request, so that a script or a test can draw a page.
    `community`: what the place is called, empty when nobody said; `terms_news`: a change of
    the terms that is being told."""
    return (
        environment(language)
        .get_template(template)
        .render(
            theme=theme,
            images=images,
            path=path,
            user=user,
            csrf_token=csrf_token,
            community=community,
            terms_news=terms_news,
            drawn_at=datetime.now(UTC),
            **context,
        )
    )


def render(
    request: AnyRequest,
    template: str,
    /,
    *,
    status_code: int = 200,
    **context: Any,
) -> Response[str]:
    """A page as an answer, in the reader's language and theme."""
    language, news = language_of(request), request.app.state.get("terms_news")
    html = draw(
        template,
        language=language,
        theme=theme_of(request),
        images=images_of(request),
        path=request.url.path,
        user=request.scope.get("user"),
        csrf_token=csrf_of(request),
        community=str(request.app.state.get("community") or ""),
        terms_news=news.current() if news is not None else None,
        **context,
    )
    return Response(
        html,
        status_code=status_code,
        media_type=MediaType.HTML,
        headers={
            "Content-Language": language,
            "Cache-Control": "no-store",
            "Vary": "Accept, Accept-Language, Cookie",
        },
    )


def render_error(
    request: AnyRequest, status: int, detail: str = "", next_step: str = ""
) -> Response[str]:
    """An error in plain words: what it means, what to do next, when it was."""
    known = str(status) if str(status) in LABELS["error"] else ("400" if status < 500 else "500")
    return render(
        request,
        "error.html",
        status_code=status,
        status=status,
        known=known,
        detail=detail,
        next_step=next_step,
    )
