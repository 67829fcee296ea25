"""The network of the AT Protocol on this machine: a directory, a server of accounts, their domains,
and a name server. One real socket for HTTP, one for DNS."""

from __future__ import annotations

import asyncio
from typing import cast
from urllib.parse import unquote

import dns.message
import dns.rdatatype
import dns.rrset
from tests.atproto.repository import Account
from tests.connect.platform_server import Asked, PlatformServer, Reply


class Network(PlatformServer):
    """`accounts` by DID; `names`: what the DNS says of a handle; `domains`: what the domain itself
    says. Everything may be changed by a test, as long as it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts: dict[str, Account] = {}
        self.names: dict[str, list[str]] = {}
        self.domains: dict[str, str] = {}
        self.dns_port = 0

    def account(self, handle: str, **given: object) -> Account:
        """A new account of this server, with its handle in the DNS."""
        made = Account(handle, self.address, **given)  # type: ignore[arg-type]
        self.accounts[made.did] = made
        self.names[handle] = [f"did={made.did}"]
        return made

    @property
    def settings(self) -> str:
        """`[capture]` of a service in this network."""
        return (
            '[capture]\non = true\nchromium = ""\nallow = ["127.0.0.1"]\n\n[capture.atproto]\n'
            f'apps = ["127.0.0.1:{self.port}"]\ndirectory = "{self.address}/plc"\n'
            f'resolver = "127.0.0.1:{self.dns_port}"\n'
        )

    async def answer(self, asked: Asked) -> Reply:
        parts = [unquote(part) for part in asked.path.split("/")[1:]]
        match parts:
            case ["plc", did] if did in self.accounts:
                return Reply(200, self.accounts[did].document())
            case ["plc", did, "log", "audit"] if did in self.accounts:
                return Reply(200, self.accounts[did].audit)
            case ["xrpc", "com.atproto.sync.getRecord"]:
                return self._record(asked.query)
            case ["domain", handle] if handle in self.domains:
                return Reply(200, self.domains[handle].encode())
            case ["profile", _, "post", _]:
                page = b"<!doctype html><meta charset=utf-8><title>A post</title><p>as shown"
                return Reply(200, page, {"content-type": "text/html; charset=utf-8"})
        return Reply(404, {"error": "NotFound", "message": "nothing here"})

    def _record(self, asked: dict[str, str]) -> Reply:
        account = self.accounts.get(asked["did"])
        if account is None:
            return Reply(400, {"error": "RepoNotFound", "message": "not here"})
        proof = account.proof(f"{asked['collection']}/{asked['rkey']}")
        return Reply(200, proof, {"content-type": "application/vnd.ipld.car"})

    async def start(self) -> None:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _NameServer(self.names), ("127.0.0.1", 0)
        )
        self.dns_port = transport.get_extra_info("sockname")[1]


class _NameServer(asyncio.DatagramProtocol):
    def __init__(self, names: dict[str, list[str]]) -> None:
        self._names = names
        self._out: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._out = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        question = dns.message.from_wire(data)
        answer = dns.message.make_response(question)
        name = question.question[0].name
        texts = self._names.get(str(name).removeprefix("_atproto.").rstrip("."), [])
        if texts:
            quoted = [f'"{text}"' for text in texts]
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *quoted))
        assert self._out is not None
        self._out.sendto(answer.to_wire(), addr)
