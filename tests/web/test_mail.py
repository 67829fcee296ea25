"""Whoever left an address is told by mail; with the mail server down, reports are taken."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import default
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from tests.web.service import Service, message

from rempart.cases.reports.receipts import read_receipt
from rempart.connect.mail import Mailer, MailSettings, Security, compose_mail


class Postbox:
    """A real SMTP server that keeps what it is given, or says what it is told to say."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], Message]] = []
        self.says: str | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.says is not None:
            return self.says
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))
        return "250 taken"

    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for _, mail in self.mails]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, int]]:
    box, port = Postbox(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, port
    server.stop()


def settings(folder: Path, port: int) -> None:
    (folder / "settings.toml").write_text(
        f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
        'sender = "Léa’s chat <rempart@lea.example>"\n'
    )


def reported(service: Service) -> str:
    service.client(service.ingest_token).post("/api/v1/messages", json=message(id="m-mail"))
    answer = service.client().post(
        "/api/v1/reports",
        json={
            "category": "harassment",
            "explanation": "He is after me.",
            "message_ids": ["m-mail"],
            "contact": {"name": "A\r\nBcc: x@y.example", "email": "someone@home.example"},
            "good_faith": True,
            "language": "fr",
        },
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["receipt"])


def wait_for(condition: Any) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def test_receipt_message_and_answer_come_by_mail_without_the_words(
    tmp_path: Path, postbox: tuple[Postbox, int]
) -> None:
    box, port = postbox
    settings(tmp_path, port)
    with Service.running(tmp_path) as service:
        receipt = reported(service)
        wait_for(lambda: box.mails)
        (case,) = [one["id"] for one in service.person.get("/api/v1/cases").json()["cases"]]
        (told,) = service.person.get(f"/api/v1/cases/{case}").json()["reports"]
        written = service.person.post(
            f"/api/v1/cases/{case}/reports/{told['id']}/messages", json={"text": "Secret words."}
        )
        assert written.status_code == 201, written.text
        service.person.post(
            f"/api/v1/cases/{case}/decisions",
            json={"outcome": "uphold", "ground": "terms", "reason": "Poursuite d’une personne."},
        )
        wait_for(lambda: len(box.mails) == 3)
    assert box.subjects() == [
        "Votre signalement est arrivé",
        "On vous a écrit au sujet de votre signalement",
        "La réponse à votre signalement",
    ]
    for to, mail in box.mails:
        assert to == ["someone@home.example"]
        assert mail["Auto-Submitted"] == "auto-replied"
        assert mail["Bcc"] is None
        text = mail.get_body().get_content()  # type: ignore[attr-defined]
        assert not any(f"{word} {after}" in text for word, after in pairs(receipt))
        assert "Secret words." not in text
    assert "Poursuite d’une personne." in box.mails[2][1].get_body().get_content()  # type: ignore[attr-defined]


def pairs(receipt: str) -> list[tuple[str, str]]:
    words = receipt.split()
    assert read_receipt(receipt)
    return list(pairwise(words))


def test_with_the_mail_server_down_reports_are_taken_and_the_mail_comes_later(
    tmp_path: Path,
) -> None:
    port = free_port()
    settings(tmp_path, port)
    box = Postbox()
    with Service.running(tmp_path) as service:
        receipt = reported(service)
        status = service.client().post("/api/v1/reports/status", json={"receipt": receipt})
        assert status.json()["state"] == "received"
        time.sleep(2.5)
        server = Controller(box, hostname="127.0.0.1", port=port)
        server.start()
        try:
            wait_for(lambda: box.mails)
        finally:
            server.stop()
    assert box.subjects() == ["Votre signalement est arrivé"]


def test_a_server_that_says_never_ends_it_and_the_metrics_tell(
    tmp_path: Path, postbox: tuple[Postbox, int]
) -> None:
    box, port = postbox
    box.says = "550 no such mailbox"
    settings(tmp_path, port)
    with Service.running(tmp_path) as service:
        reported(service)

        def failed() -> bool:
            numbers = service.client(service.token("read")).get("/metrics").text
            return 'rempart_mails{state="failed"} 1.0' in numbers

        wait_for(failed)


def test_no_mail_leaves_this_network_in_clear(tmp_path: Path) -> None:
    far = MailSettings("198.51.100.7", 25, Security.NONE, sender="a@b.example")
    sent = Mailer(far, tmp_path).send("x@y.example", "s", "t", reference="r")
    assert not sent.ok
    # 198.51.100.0/24 is set aside for documentation: not public. A public address is refused.
    far = MailSettings("8.8.8.8", 25, Security.NONE, sender="a@b.example")
    sent = Mailer(far, tmp_path).send("x@y.example", "s", "t", reference="r")
    assert "needs starttls" in sent.detail


def test_no_header_holds_a_line_break() -> None:
    mail = compose_mail("R <r@a.example>", "x@y.example", "one\r\nBcc: two@z.example", "t", "r")
    assert mail["Bcc"] is None
    assert "\n" not in str(mail["Subject"])
    with pytest.raises((ValueError, IndexError)):
        compose_mail("R <r@a.example>", "x@y.example\r\nBcc: two@z.example", "s", "t", "r")


def test_what_the_server_said_names_no_recipient(
    tmp_path: Path, postbox: tuple[Postbox, int]
) -> None:
    """It goes into the log of the service, and into the table of mails."""
    box, port = postbox
    near = MailSettings("127.0.0.1", port, Security.NONE, sender="a@b.example")
    box.says = "550 5.1.1 <alix@home.example>: user Alix unknown"
    sent = Mailer(near, tmp_path).send("alix@home.example", "s", "t", reference="r")
    assert sent == (False, "550 5.1.1 … user … unknown", False)


def test_an_address_that_is_none_stops_no_other_mail(
    tmp_path: Path, postbox: tuple[Postbox, int]
) -> None:
    box, port = postbox
    settings(tmp_path, port)
    with Service.running(tmp_path) as service:
        service.client(service.ingest_token).post("/api/v1/messages", json=message(id="m-bad"))
        for bad in ("alix@@home.example", "alix at home@@", "@", "a@"):
            service.client().post(
                "/api/v1/reports",
                json={
                    "category": "harassment",
                    "explanation": "He is after me.",
                    "message_ids": ["m-bad"],
                    "contact": {"email": bad},
                    "good_faith": True,
                },
            )
        reported(service)
        wait_for(lambda: box.mails)
    sent = Mailer(MailSettings("127.0.0.1", port, sender="a@b.example"), tmp_path).send(
        "alix at home@@", "s", "t", reference="r"
    )
    assert sent == (False, "this address cannot be written to", False)
