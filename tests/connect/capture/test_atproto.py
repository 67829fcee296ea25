"""A record's proof is fetched from wherever the account lives, and only from public places."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from tests.atproto.network import Network
from tests.atproto.repository import POSTS, Account, Key
from tests.connect.platform_server import HANG, Reply

from rempart.connect.capture.atproto import (
    AtprotoSettings,
    Fetched,
    RecordFetcher,
    check_atproto,
)
from rempart.errors import InputError, OutboundError, VerificationError
from rempart.ingest.atproto.identity import identity_of
from rempart.ingest.atproto.names import RecordName, record_named
from rempart.ingest.atproto.proof import verify_proof

RKEY = "3l3qo2vuowo2b"
TEXT = "she lives in the rue des Lilas"


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as running:
        yield running


def fetch(
    network: Network,
    authority: str,
    *,
    allow: tuple[str, ...] = ("127.0.0.1",),
    seconds: float = 20,
) -> Fetched:
    fetcher = fetcher_of(network, allow, seconds)
    return asyncio.run(fetcher.fetch(RecordName(authority, POSTS, RKEY)))


def fetcher_of(
    network: Network, allow: tuple[str, ...] = ("127.0.0.1",), seconds: float = 20
) -> RecordFetcher:
    settings = AtprotoSettings(
        directory=f"{network.address}/plc", resolver=f"127.0.0.1:{network.dns_port}"
    )
    return RecordFetcher(
        settings,
        allow,
        well_known=network.address + "/domain/{handle}",
        deadline=seconds,
    )


def poster(network: Network) -> Account:
    account = network.account("bot.example.test")
    account.fill(200)
    account.post(RKEY, TEXT)
    return account


def test_by_its_handle_in_the_dns_a_post_is_fetched_and_proven(network: Network) -> None:
    account = poster(network)
    found = fetch(network, "bot.example.test")
    assert found.why == ""
    assert (found.name.authority, found.handle, found.confirmed) == (
        account.did,
        "bot.example.test",
        True,
    )
    proven = verify_proof(found.name, found.files)
    assert proven.record["text"] == TEXT
    assert any(one.startswith("TXT _atproto.bot.example.test. 1") for one in found.asked)
    assert sum(one.startswith("GET ") for one in found.asked) == 3


def test_a_domain_may_say_it_itself_where_the_dns_does_not(network: Network) -> None:
    account = poster(network)
    network.names.clear()
    network.domains["bot.example.test"] = account.did + "\n"
    assert fetch(network, "bot.example.test").confirmed is True


def test_a_name_that_points_elsewhere_is_not_the_accounts(network: Network) -> None:
    account, other = poster(network), network.account("other.example.test")
    network.names["bot.example.test"] = [f"did={other.did}"]
    found = fetch(network, account.did)
    assert (found.handle, found.confirmed) == ("bot.example.test", False)
    network.names["bot.example.test"] = []
    assert fetch(network, account.did).confirmed is None


@pytest.mark.parametrize("texts", [["did=did:key:zabc"], ["did=did:plc:a", "did=did:plc:b"], ["x"]])
def test_a_name_without_one_account_is_refused(network: Network, texts: list[str]) -> None:
    network.names["bot.example.test"] = texts
    with pytest.raises(OutboundError):
        fetch(network, "bot.example.test")


def test_a_post_that_was_deleted_is_proven_to_be_gone(network: Network) -> None:
    account = network.account("bot.example.test")
    account.fill(50)
    found = fetch(network, account.did)
    with pytest.raises(VerificationError, match="holds no such record"):
        verify_proof(found.name, found.files)


def test_what_the_server_refuses_is_told_with_its_word(network: Network) -> None:
    account = poster(network)
    network.fail("getRecord", Reply(400, {"error": "RepoTakendown", "message": "gone"}))
    found = fetch(network, account.did)
    assert found.why == "the server answered 400 RepoTakendown"
    assert set(found.files) == {"did.json", "audit.json"}


def test_a_server_on_a_private_address_is_not_asked(network: Network) -> None:
    """The document of an account names any server it likes."""
    account = poster(network)
    account.pds = "http://169.254.169.254"
    account.change_key()
    found = fetch(network, account.did)
    assert found.why == "the address is not public"
    with pytest.raises(OutboundError, match="not public"):
        fetch(network, account.did, allow=())


def test_a_server_that_hangs_costs_one_deadline(network: Network) -> None:
    account = poster(network)
    network.fail("log/audit", HANG)
    with pytest.raises(OutboundError, match="within"):
        fetch(network, account.did, seconds=0.5)


def test_a_document_that_is_no_accounts_is_kept_with_the_reason(network: Network) -> None:
    account = poster(network)
    network.fail(f"GET /plc/{account.did}", Reply(200, {"id": "did:plc:else"}))
    found = fetch(network, account.did)
    assert "not that of this DID" in found.why
    assert b"did:plc:else" in found.files["did.json"]


APPS = ("bsky.app",)
DID = "did:plc:z72i7hdynmk6r22z27h6tvur"


@pytest.mark.parametrize(
    ("link", "uri"),
    [
        (f"https://bsky.app/profile/Bot.Example.test/post/{RKEY}", "bot.example.test"),
        (f"https://bsky.app/profile/{DID}/post/{RKEY}/", DID),
        (f"https://bsky.app/profile/did%3Aplc%3Az72i7hdynmk6r22z27h6tvur/post/{RKEY}", DID),
        (f"at://{DID}/{POSTS}/{RKEY}", DID),
        (f"at://bot.example.test/{POSTS}/{RKEY}", "bot.example.test"),
    ],
)
def test_links_that_name_a_record(link: str, uri: str) -> None:
    found = record_named(link, APPS)
    assert found is not None
    assert found.uri == f"at://{uri}/{POSTS}/{RKEY}"


@pytest.mark.parametrize(
    "link",
    [
        f"https://else.test/profile/{DID}/post/{RKEY}",
        f"https://bsky.app/profile/{DID}",
        f"https://bsky.app/profile/{DID}/lists/{RKEY}",
        f"https://bsky.app/profile/localhost/post/{RKEY}",
        f"https://bsky.app/profile/127.0.0.1/post/{RKEY}",
        f"https://me@bsky.app/profile/{DID}/post/{RKEY}",
        "https://bsky.app/profile/a.test/post/..",
        "https://bsky.app/profile/a.test/post/a%2Fb",
        "https://[::1/profile/a.test/post/b",
    ],
)
def test_links_that_name_none(link: str) -> None:
    assert record_named(link, APPS) is None


@pytest.mark.parametrize(
    "uri",
    ["at://", f"at://{DID}", f"at://{DID}/{POSTS}", f"at://localhost/{POSTS}/x", f"at://{DID}/x/y"],
)
def test_an_address_that_cannot_be_a_records_is_refused(uri: str) -> None:
    with pytest.raises(InputError):
        record_named(uri, APPS)


@pytest.mark.parametrize(
    "settings",
    [
        AtprotoSettings(directory="http://plc.directory"),
        AtprotoSettings(directory="plc.directory"),
        AtprotoSettings(apps=("https://bsky.app",)),
        AtprotoSettings(apps=("bsky.app/profile",)),
        AtprotoSettings(resolver="dns.example"),
        AtprotoSettings(resolver="127.0.0.1:x"),
    ],
)
def test_settings_that_could_never_work_are_refused(settings: AtprotoSettings) -> None:
    with pytest.raises(InputError):
        check_atproto(settings, (), "settings.toml")
    check_atproto(AtprotoSettings(resolver="[2001:db8::1]:53"), (), "settings.toml")
    check_atproto(AtprotoSettings(resolver="2001:db8::1"), (), "settings.toml")


def test_a_long_history_of_a_hostile_account_does_not_hold_up_the_service(
    network: Network,
) -> None:
    """Ten keys in each operation, and the last one signs: everything else goes on meanwhile. Told
    by the longest time that the loop was held, against what the judging takes alone."""
    account = network.account("bot.example.test")
    account.post(RKEY, TEXT)
    account.rotation = [*(Key() for _ in range(8)), *account.rotation]
    account.change_key(account.rotation[8])
    for _ in range(150):
        account.change_key(account.rotation[-1])
    found = fetch(network, account.did)
    begin = time.perf_counter()
    identity_of(account.did, found.files["did.json"], found.files["audit.json"])
    alone = time.perf_counter() - begin
    held = 0.0

    async def beside() -> None:
        nonlocal held
        while True:
            begin = time.perf_counter()
            await asyncio.sleep(0)
            held = max(held, time.perf_counter() - begin)

    async def both() -> None:
        ticking = asyncio.create_task(beside())
        await fetcher_of(network).fetch(RecordName(account.did, POSTS, RKEY))
        ticking.cancel()

    asyncio.run(both())
    assert held < alone / 2
