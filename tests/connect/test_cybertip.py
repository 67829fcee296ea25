"""The CyberTipline is spoken to as its documentation says: opened, finished once, or dropped."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs
from xml.etree.ElementTree import fromstring

import pytest
from tests.connect.local_server import Received, http, serving

from rempart.connect.cybertip import TEST, CyberTipline
from rempart.connect.outbound import Outbound
from rempart.disclose.referral.cybertip import Tip, tip_xml
from rempart.errors import OutboundError

LOGIN = "Basic " + b64encode(b"us:secret").decode()
TIP = Tip(
    datetime(2026, 11, 21, 10, 0, tzinfo=UTC),
    ["https://page.example/thing?a=1&b=2"],
    ["ab" * 32],
    "Rempart",
    "safety@community.example",
)
ORDER = ["incidentSummary", "internetDetails", "reporter", "personOrUserReported", "additionalInfo"]


class Interface:
    """What the documentation says of the interface: states, codes, the order of elements."""

    def __init__(self) -> None:
        self.reports: dict[str, str] = {}

    async def respond(self, received: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(self._answer(received))

    def _answer(self, received: Received) -> bytes:
        if received.headers.get("authorization") != LOGIN:
            return http(401)
        path = received.path.removeprefix("/ispws")
        if path == "/status":
            return self._say("0")
        if path == "/submit":
            found = [child.tag for child in fromstring(received.body)]
            if found != [one for one in ORDER if one in found]:
                return self._say("4100", "validation failed")
            number = str(4_000_000 + len(self.reports))
            self.reports[number] = "open"
            return self._say("0", number=number)
        number = parse_qs(received.body.decode())["id"][0]
        state = self.reports.get(number)
        if state != "open":
            return self._say("5102" if state == "finished" else "5101", "not open")
        self.reports[number] = "finished" if path == "/finish" else "retracted"
        return self._say("0", number=number)

    def _say(self, code: str, said: str = "", number: str = "") -> bytes:
        body = (
            f"<reportResponse><responseCode>{code}</responseCode>"
            f"<responseDescription>{said}</responseDescription>"
            f"<reportId>{number}</reportId></reportResponse>"
        )
        return http(200, body.encode(), "content-type: text/xml")


def run(
    work: Callable[[CyberTipline, Interface], Awaitable[None]], password: str = "secret"
) -> None:
    async def main() -> None:
        interface = Interface()
        async with serving(interface.respond) as server:
            base = f"http://127.0.0.1:{server.port}/ispws"
            line = CyberTipline(Outbound(allow=("127.0.0.1",)), "us", password, base=base)
            await work(line, interface)

    asyncio.run(main())


def test_a_report_is_opened_and_finished_once() -> None:
    async def work(line: CyberTipline, interface: Interface) -> None:
        await line.status()
        number = await line.submit(tip_xml(TIP))
        assert interface.reports[number] == "open"
        await line.finish(number)
        assert interface.reports[number] == "finished"
        with pytest.raises(OutboundError, match="5102"):
            await line.finish(number)

    run(work)


def test_a_wrong_order_is_refused_there_and_told_here() -> None:
    async def work(line: CyberTipline, interface: Interface) -> None:
        with pytest.raises(OutboundError, match="4100"):
            await line.submit(b"<report><reporter/><incidentSummary/></report>")

    run(work)


def test_a_wrong_password_is_told_without_it() -> None:
    async def work(line: CyberTipline, interface: Interface) -> None:
        with pytest.raises(OutboundError) as refused:
            await line.status()
        assert "wr0ng" not in str(refused.value)

    run(work, "wr0ng")


def test_nothing_in_a_report_becomes_markup_and_no_file_is_claimed() -> None:
    xml = tip_xml(TIP._replace(comment="</report><evil/>\x00\x1b", account="<b>"))
    told = fromstring(xml)
    assert [child.tag for child in told] == ORDER
    assert told.findtext("internetDetails/webPageIncident/url") == TIP.addresses[0]
    assert "fileViewedByEsp" not in xml.decode()
    assert told.findtext("incidentSummary/incidentDateTime") == "2026-11-21T10:00:00Z"


def test_the_test_interface_is_the_default() -> None:
    assert TEST.startswith("https://exttest.")
    assert CyberTipline(Outbound(), "a", "b")._base == TEST
