"""`rempart doctor` on telephone lines: what is configured, what a reply costs, and who could read
along. Nobody is asked anything, and nothing is sent."""

from __future__ import annotations

from pathlib import Path

from rempart.cli.findings import Finding, State
from rempart.connect.sms.segments import outside_basic, segments
from rempart.connect.sms.settings import LineSettings
from rempart.errors import RempartError


def check_lines(data: Path) -> Finding:
    """What can be said of the lines from their settings alone."""
    from rempart.web.settings import load_settings

    try:
        settings = load_settings(data)
    except RempartError:
        return Finding("lines", State.MIND, "not looked at: the settings cannot be read")
    if not settings.lines:
        return Finding("lines", State.OK, "no telephone line")
    told = [_told(name, line) for name, line in settings.lines.items()]
    dear = [mend for name, line in settings.lines.items() if (mend := _dearer(name, line))]
    if not settings.over_tls:
        mend = 'put a proxy with TLS in front and set public_url = "https://…" under [web]'
        return Finding("lines", State.MIND, f"{'; '.join(told)}; messages come without TLS", mend)
    if dear:
        return Finding("lines", State.MIND, "; ".join(told), "; ".join(dear))
    return Finding("lines", State.OK, "; ".join(told))


def _told(name: str, line: LineSettings) -> str:
    cost = max(segments(text) for text in line.reply.values()) * line.price
    return (
        f"{name}: a reply costs {cost:g} {line.currency}, at most {line.cap_hour:g} an hour and "
        f"{line.cap_day:g} a day"
    )


def _dearer(name: str, line: LineSettings) -> str:
    """When a few characters outside of the basic alphabet make a reply take more segments."""
    for text in line.reply.values():
        odd = outside_basic(text)
        plain = "".join(character for character in text if character not in odd)
        if odd and segments(text) > segments(plain):
            return f"{name}: the reply takes {segments(text)} segments because of {odd!r}"
    return ""
