"""How times, numbers and durations are written in French and English.

Pure functions of their arguments. Times are written in UTC by the server; the page's script turns
them into the reader's own time zone.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from rempart.model.moments import written

LANGUAGES = ("fr", "en")
DEFAULT_LANGUAGE = "en"
_NARROW_SPACE = "\u202f"


def pick_language(cookie: str | None, accept: str | None) -> str:
    """The cookie when it names a language we have, else the best of Accept-Language."""
    if cookie in LANGUAGES:
        return cookie
    best, best_weight = DEFAULT_LANGUAGE, 0.0
    for part in (accept or "").split(",")[:20]:
        name, _, quality = part.strip().partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=")) if quality else 1.0
        except ValueError:
            continue
        code = name.strip().lower().split("-")[0]
        if code in LANGUAGES and weight > best_weight:
            best, best_weight = code, weight
    return best


def number(value: float, language: str) -> str:
    """12,345 in English, 12 345 (narrow no-break space) in French; at most one decimal."""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    if language == "fr":
        return text.replace(",", _NARROW_SPACE).replace(".", ",")
    return text


def money(value: float, language: str) -> str:
    """Two decimals, four when it needs them; 0.16 is 0,16 in French."""
    text = f"{value:,.4f}".rstrip("0") if round(value, 2) != round(value, 4) else f"{value:,.2f}"
    if language == "fr":
        return text.replace(",", _NARROW_SPACE).replace(".", ",")
    return text


def percent(value: float, language: str) -> str:
    """0.973 as 97 % (French, with its space) or 97% (English); never rounded up to 100."""
    whole = min(99, round(value * 100)) if value < 1 else 100
    return f"{whole}{_NARROW_SPACE}%" if language == "fr" else f"{whole}%"


_TONGUES: dict[str, tuple[str, str]] = {
    "bg": ("Bulgarian", "bulgare"), "cs": ("Czech", "tchèque"), "da": ("Danish", "danois"),
    "de": ("German", "allemand"), "el": ("Greek", "grec"), "en": ("English", "anglais"),
    "es": ("Spanish", "espagnol"), "et": ("Estonian", "estonien"), "fi": ("Finnish", "finnois"),
    "fr": ("French", "français"), "ga": ("Irish", "irlandais"), "hr": ("Croatian", "croate"),
    "hu": ("Hungarian", "hongrois"), "it": ("Italian", "italien"),
    "lt": ("Lithuanian", "lituanien"),
    "lv": ("Latvian", "letton"), "mt": ("Maltese", "maltais"), "nl": ("Dutch", "néerlandais"),
    "pl": ("Polish", "polonais"), "pt": ("Portuguese", "portugais"), "ro": ("Romanian", "roumain"),
    "sk": ("Slovak", "slovaque"), "sl": ("Slovene", "slovène"), "sv": ("Swedish", "suédois"),
    "ar": ("Arabic", "arabe"), "ru": ("Russian", "russe"), "tr": ("Turkish", "turc"),
    "uk": ("Ukrainian", "ukrainien"),
}  # fmt: skip
"""The official languages of the Union, and some that are often spoken in it."""


def tongue(code: str, language: str) -> str:
    """The name of a language; one that is not known here is shown by its code."""
    known = _TONGUES.get(code.lower())
    return code if known is None else known[language == "fr"]


def unbroken(text: str) -> str:
    """French sets a space before some marks; no line may be broken there."""
    return re.sub(" ([;:?!»])", "\u00a0\\1", text).replace("« ", "«\u00a0")


def colon(language: str) -> str:
    """French sets a no-break space before it."""
    return "\u00a0: " if language == "fr" else ": "


def duration(seconds: float) -> str:
    """A short duration that reads the same in both languages: 45 s, 12 min, 3 h 05."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}\u00a0s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return (
            f"{minutes}\u00a0min"
            if minutes >= 10 or not rest
            else f"{minutes}\u00a0min\u00a0{rest:02d}"
        )
    hours, rest = divmod(whole, 3600)
    return f"{hours}\u00a0h\u00a0{rest // 60:02d}"


def days(seconds: float) -> int:
    return int(max(0.0, seconds) // 86_400)


def clock(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%H:%M:%S")


def day_and_clock(at: datetime, language: str) -> str:
    at = at.astimezone(UTC)
    return at.strftime("%d/%m/%Y %H:%M" if language == "fr" else "%Y-%m-%d %H:%M")


def date_only(day: date, language: str) -> str:
    return day.strftime("%d/%m/%Y" if language == "fr" else "%Y-%m-%d")


_WEEKDAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
}


def weekday(day: date, language: str) -> str:
    """`Monday 2`: enough to tell the days of one week apart."""
    name = _WEEKDAYS["fr" if language == "fr" else "en"][day.weekday()]
    return f"{name[0].upper()}{name[1:]} {day.day}"


def iso(at: datetime) -> str:
    return written(at)
