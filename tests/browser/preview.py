"""Draws every page from made-up screens into a folder: `python tests/browser/preview.py OUT`.

For looking at the design without a service. Serve the folder with `python -m http.server`.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import made_up

from rempart.cases.harms import harms
from rempart.web.console.templates import STATIC, draw, static_path

USER = SimpleNamespace(name="Nadia")
ANSWERS = {
    "uphold.terms": "A person examined it. The measures stay. Reason: […]",
    "lift.none": "A person examined it and found nothing against our terms. Reason: […]",
}
FORM = {
    "category": "",
    "explanation": "",
    "links": "",
    "text": "",
    "name": "",
    "email": "",
    "good_faith": False,
}
RECEIPT = "abandon ability able about above absent absorb abstract absurd abuse access accident"


def pages() -> dict[str, tuple[str, dict[str, object]]]:
    return {
        "overview": ("overview.html", {"screen": made_up.overview()}),
        "empty": ("overview.html", {"screen": made_up.empty_overview()}),
        "queue": ("queue.html", {"screen": made_up.queue()}),
        "case": ("case.html", {"screen": made_up.case_screen(), "answers": ANSWERS}),
        "channels": ("channels.html", {"screen": made_up.channels()}),
        "channel": ("channel.html", {"screen": made_up.channel()}),
        "landing": ("landing.html", {"log": made_up.LOG}),
        "report": (
            "report.html",
            {"categories": list(harms().values()), "errors": {}, "form": FORM},
        ),
        "receipt": (
            "receipt.html",
            {"receipt": RECEIPT, "receipt_language": "en", "answered": False},
        ),
        "status": ("status.html", {"status": None, "error": None}),
        "verify": ("verify.html", {}),
        "login": ("login.html", {"first_use": True, "error": None, "next": "", "wait": 1}),
        "password": ("password.html", {"error": "short", "name": "Nadia", "shortest": 12}),
        "error": ("error.html", {"status": 404, "known": "404", "detail": "", "next_step": ""}),
    }


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    shutil.copytree(STATIC, out / static_path().lstrip("/"), dirs_exist_ok=True)
    for language in ("en", "fr"):
        for theme in ("light", "dark"):
            for name, (template, context) in pages().items():
                html = draw(
                    template,
                    language=language,
                    theme=theme,
                    path=f"/{name}",
                    user=USER,
                    csrf_token="t",
                    **context,
                )
                (out / f"{name}-{language}-{theme}.html").write_text(html, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
