"""Two communities witness each other, and an old copy of one of them is refused by both."""

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from tests.log.trees import subtrees_of
from tests.web.exporting import exported
from tests.web.service import Service, message
from tests.web.team import PASSWORD, admit

from rempart.disclose.dossier.archive import unpack
from rempart.disclose.dossier.verify import verify
from rempart.errors import LogError
from rempart.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from rempart.log.commit import open_leaf
from rempart.log.cosignature import cosignatures
from rempart.log.keys import load_signer, load_witness, read_public, read_signer
from rempart.log.merkle import consistency_proof, leaf_hashes, tree_hash
from rempart.log.note import COSIGNER, PublicKey
from rempart.log.witnessing import SIZE_TYPE, submission_body
from rempart.web.auth.network import network_of
from rempart.web.service import run_service

WITNESS = "/api/v1/witness"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


class Community:
    """A data folder with its keys, its port and its peer."""

    def __init__(self, folder: Path, name: str) -> None:
        self.data = folder / name
        self.data.mkdir()
        self.name = name
        self.port = free_port()
        self.log = load_signer(self.data, f"{name}.example/log")
        self.witness = load_witness(self.data, self.log.name)

    def settle(self, peer: Community, more: str = "") -> None:
        (self.data / "settings.toml").write_text(
            "[log]\ncheckpoint_seconds = 1\n"
            f"witness_for = [{json.dumps(peer.log.public.vkey)}]\n{more}"
            f"[witnesses.{peer.name}]\n"
            f'url = "http://127.0.0.1:{peer.port}{WITNESS}"\n'
            f"vkey = {json.dumps(peer.witness.public.vkey)}\n"
            'allow = ["127.0.0.1"]\n'
        )


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Community, Community]:
    lyon, brest = Community(tmp_path, "lyon"), Community(tmp_path, "brest")
    lyon.settle(brest)
    brest.settle(lyon)
    return lyon, brest


def send(service: Service, count: int = 3) -> None:
    items = [message() for _ in range(count)]
    answer = service.client(service.ingest_token).post("/api/v1/messages", json=items)
    assert answer.status_code == 200


def newest(service: Service) -> str:
    return service.client().get("/api/v1/log/checkpoint").text


def size_of(note: str, key: PublicKey) -> int:
    return open_checkpoint(note, key).size


def cosigned(service: Service, peer: Community) -> int:
    """The size of the newest checkpoint when the peer cosigned it, else 0."""
    note = newest(service)
    if not note.startswith(read_public(service.data).name):
        return 0
    found = cosignatures(note, [peer.witness.public])
    return size_of(note, read_public(service.data)) if found else 0


def entries(service: Service, name: str) -> list[dict[str, object]]:
    with service.engine.read() as tables:
        size = tables.log.size()
        leaves, bodies = tables.log.leaves(0, size), dict(tables.log.bodies_between(0, size))
    opened = [part for seq, leaf in enumerate(leaves) for part in open_leaf(leaf, bodies[seq])]
    return [part.value for part in opened if part.name == name]


def test_two_communities_witness_each_other(pair: tuple[Community, Community]) -> None:
    lyon, brest = pair
    with ExitStack() as stack:
        one = stack.enter_context(Service.running(lyon.data, port=lyon.port))
        other = stack.enter_context(Service.running(brest.data, port=brest.port))
        send(one)
        with one.engine.read() as tables:
            sent = tables.log.size()
        until(lambda: cosigned(one, brest) >= sent, "brest did not cosign")
        until(lambda: cosigned(other, lyon) > 0, "lyon did not cosign")

        told = entries(one, "cosignature")
        assert {value["witness"] for value in told} == {"brest.example/log/witness"}
        assert told[-1]["vkey"] == brest.witness.public.vkey
        vkey = other.client().get(f"{WITNESS}/key").text.strip()
        assert PublicKey.parse(vkey, COSIGNER) == brest.witness.public

        def rest() -> tuple[str, str]:
            return newest(one), newest(other)

        # Cosignatures are entries, and call for no checkpoint: the two come to rest.
        until(lambda: cosigned(one, brest) > 0 and cosigned(other, lyon) > 0, "still owed")
        before = rest()
        time.sleep(2.5)
        assert rest() == before


def test_an_old_copy_is_refused_by_the_witness_and_by_its_own_start(
    pair: tuple[Community, Community], tmp_path: Path
) -> None:
    lyon, brest = pair
    with ExitStack() as stack:
        witness = stack.enter_context(Service.running(brest.data, port=brest.port))
        with Service.running(lyon.data, port=lyon.port) as one:
            send(one)
            until(lambda: cosigned(one, brest) > 0, "brest did not cosign")
        shutil.copytree(lyon.data, tmp_path / "old")
        with Service.running(lyon.data, port=lyon.port) as one:
            send(one)
            with one.engine.read() as tables:
                sent = tables.log.size()
            until(lambda: cosigned(one, brest) >= sent, "brest did not cosign")

        shutil.rmtree(lyon.data)
        shutil.copytree(tmp_path / "old", lyon.data)
        with pytest.raises(LogError, match="were cosigned: this is an old copy") as caught:
            run_service(lyon.data, port=lyon.port)
        assert "witness brest" in caught.value.diagnostics()
        assert "newer copy" in caught.value.next_step

        # Whoever goes on all the same, without asking, signs a history that the witness refuses.
        signer = read_signer(lyon.data)
        forged = sign_checkpoint(signer, sent, bytes(32))
        answer = witness.client().post(
            f"{WITNESS}/add-checkpoint", content=submission_body(sent, (), forged)
        )
        assert answer.status_code == 409
        until(lambda: bool(entries(witness, "witness-refusal")), "no entry about it")
        told = entries(witness, "witness-refusal")[-1]
        assert told["log"] == lyon.log.name
        assert open_checkpoint(str(told["shown"]), signer.public).root == bytes(32)
        assert open_checkpoint(str(told["known"]), signer.public).root != bytes(32)


def test_an_old_copy_that_started_alone_stops_signing_when_the_witness_is_back(
    pair: tuple[Community, Community], tmp_path: Path
) -> None:
    lyon, brest = pair
    with Service.running(brest.data, port=brest.port):
        with Service.running(lyon.data, port=lyon.port) as one:
            send(one)
            until(lambda: cosigned(one, brest) > 0, "brest did not cosign")
        shutil.copytree(lyon.data, tmp_path / "old")
        with Service.running(lyon.data, port=lyon.port) as one:
            send(one)
            with one.engine.read() as tables:
                sent = tables.log.size()
            until(lambda: cosigned(one, brest) >= sent, "brest did not cosign")
    shutil.rmtree(lyon.data)
    shutil.copytree(tmp_path / "old", lyon.data)
    with Service.running(lyon.data, port=lyon.port) as one:
        send(one, 20)
        until(lambda: size_of(newest(one), lyon.log.public) > sent, "no checkpoint")
        with Service.running(brest.data, port=brest.port):
            until(lambda: one.engine.signing_stopped is not None, "it went on signing")
            last = newest(one)
            send(one)
            time.sleep(1.5)
            assert newest(one) == last, "messages are taken, nothing is signed"
            assert "were signed and cosigned" in str(entries(one, "signing-stopped")[-1]["what"])
    # The proof is kept beside the key: the next start refuses, also when the witness is away.
    with pytest.raises(LogError, match="not those that were signed"):
        run_service(lyon.data, port=lyon.port)


def test_what_a_witness_answers(pair: tuple[Community, Community]) -> None:
    """The statuses of C2SP tlog-witness."""
    lyon, brest = pair
    with Service.running(brest.data, port=brest.port) as service:
        client = service.client()

        def ask(body: bytes) -> httpx.Response:
            return client.post(f"{WITNESS}/add-checkpoint", content=body)

        signed = sign_checkpoint(lyon.log, 5, bytes(range(32)))
        answer = ask(submission_body(0, (), signed))
        assert answer.status_code == 200
        assert answer.text.startswith("\u2014 brest.example/log/witness ")
        assert cosignatures(signed + answer.text, [brest.witness.public])
        again = ask(submission_body(5, (), signed))
        assert again.status_code == 200, "the same checkpoint may be cosigned again"

        behind = ask(submission_body(0, (), signed))
        assert (behind.status_code, behind.text) == (409, "5\n")
        assert behind.headers["content-type"].split(";")[0] == SIZE_TYPE
        larger = sign_checkpoint(lyon.log, 6, bytes(32))
        assert ask(submission_body(5, (), larger)).status_code == 422
        assert ask(submission_body(6, (), signed)).status_code == 400
        kept = client.get(f"{WITNESS}/checkpoint", params={"origin": lyon.log.name})
        assert open_checkpoint(kept.text, lyon.log.public) == Checkpoint(
            lyon.log.name, 5, bytes(range(32))
        )
        assert client.get(f"{WITNESS}/checkpoint", params={"origin": "x"}).status_code == 404

        stranger = sign_checkpoint(brest.log, 5, bytes(32))
        assert ask(submission_body(0, (), stranger)).status_code == 404
        other_key = stranger.replace(brest.log.name, lyon.log.name)
        assert ask(submission_body(0, (), other_key)).status_code == 403
        assert ask(b"x" * 70_000).status_code in (413, 429)
        for _ in range(5):
            slowed = ask(b"rubbish")
        assert slowed.status_code == 429
        assert int(slowed.headers["retry-after"]) >= 1


def test_a_stranger_who_repeats_old_checkpoints_keeps_no_log_from_being_cosigned(
    pair: tuple[Community, Community],
) -> None:
    """Checkpoints are public: anybody can send them again, and be answered 409."""
    lyon, brest = pair
    with Service.running(brest.data, port=brest.port) as service:
        elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
        signed = sign_checkpoint(lyon.log, 5, bytes(range(32)))
        path = f"{WITNESS}/add-checkpoint"
        assert service.client().post(path, content=submission_body(0, (), signed)).is_success
        with httpx.Client(base_url=service.address, transport=elsewhere, timeout=60) as stranger:
            seen = {
                stranger.post(path, content=submission_body(0, (), signed)).status_code
                for _ in range(130)
            }
        assert seen == {409, 429}
        asked = service.client().post(path, content=submission_body(5, (), signed))
        assert asked.status_code == 200, asked.text


def test_what_a_stranger_can_send_again_raises_no_alarm_and_writes_nothing(
    pair: tuple[Community, Community],
) -> None:
    """Checkpoints are public. With one of them and a proof of nothing, or with an old one that we
    were never asked to cosign, anybody could have called the people of a witness once an hour."""
    lyon, brest = pair
    path = f"{WITNESS}/add-checkpoint"
    with Service.running(brest.data, port=brest.port) as service:
        client = service.client()
        signed = sign_checkpoint(lyon.log, 5, bytes(range(32)))
        assert client.post(path, content=submission_body(0, (), signed)).is_success

        def written() -> tuple[int, str]:
            with service.engine.read() as tables:
                row = tables.attested.witnessed(lyon.log.name)
                return tables.log.size(), row.note if row is not None else ""

        before = written()
        newer = sign_checkpoint(lyon.log, 9, bytes(32))
        older = sign_checkpoint(lyon.log, 3, bytes(32))
        junk = [bytes([number]) * 32 for number in range(4)]
        assert client.post(path, content=submission_body(5, junk, newer)).status_code == 422
        assert client.post(path, content=submission_body(0, (), older)).status_code == 409
        for _ in range(3):
            assert client.post(path, content=submission_body(5, (), signed)).is_success
        assert written() == before, "what a stranger may send any time writes nothing"
        assert not entries(service, "witness-refusal")
        assert "cosign" not in service.person.get("/console").text
        screen = service.person.get("/console/log.json").json()
        (row,) = screen["witnessed"]
        assert (row["refused"], row["unproven"]) == ("", "smaller")

        # What the log signed twice for one size is proof, whoever brings it; once is enough.
        forged = sign_checkpoint(lyon.log, 5, bytes(32))
        padded = forged + "\u2014 nobody AAAAAAAA\n" * 50
        for _ in range(2):
            assert client.post(path, content=submission_body(5, (), padded)).status_code == 409
        other = sign_checkpoint(lyon.log, 5, bytes([7]) * 32)
        assert client.post(path, content=submission_body(5, (), other)).status_code == 409
        (told,) = entries(service, "witness-refusal")
        assert (told["what"], told["shown"]) == ("two-roots", forged), "nothing else that was sent"
        assert "cosign" in service.person.get("/console").text


def test_a_smaller_tree_with_another_root_than_we_cosigned_is_proof(
    pair: tuple[Community, Community],
) -> None:
    lyon, brest = pair
    path = f"{WITNESS}/add-checkpoint"
    hashes = leaf_hashes([b"entry %d" % number for number in range(9)])
    with Service.running(brest.data, port=brest.port) as service:
        client = service.client()
        for old, new in ((0, 5), (5, 9)):
            proof = consistency_proof(old, new, subtrees_of(hashes)) if old else ()
            signed = sign_checkpoint(lyon.log, new, tree_hash(hashes[:new]))
            assert client.post(path, content=submission_body(old, proof, signed)).is_success
        forged = sign_checkpoint(lyon.log, 5, bytes(32))
        assert client.post(path, content=submission_body(0, (), forged)).status_code == 409
        (told,) = entries(service, "witness-refusal")
        assert told["what"] == "two-roots"
        known = open_checkpoint(str(told["known"]), lyon.log.public)
        assert known == Checkpoint(lyon.log.name, 5, tree_hash(hashes[:5]))


def test_strangers_of_one_network_are_one_stranger(pair: tuple[Community, Community]) -> None:
    """Whoever has one IPv6 network has 2^64 addresses of it."""
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::9")
    assert network_of("2001:db8:1:2::9") != network_of("2001:db8:1:3::9")
    assert network_of("::ffff:192.0.2.7") == network_of("192.0.2.7") == "192.0.2.7"
    assert network_of("") == network_of("nonsense") == ""


def test_a_dossier_brings_the_lines_of_its_witnesses(
    pair: tuple[Community, Community],
) -> None:
    lyon, brest = pair
    with ExitStack() as stack:
        one = stack.enter_context(Service.running(lyon.data, port=lyon.port))
        stack.enter_context(Service.running(brest.data, port=brest.port))
        sent = message(text="you are finished here")
        assert one.client(one.ingest_token).post("/api/v1/messages", json=sent).status_code == 200
        report = {"category": "harassment", "good_faith": True, "explanation": "to me"}
        report["message_ids"] = [sent["id"]]
        assert one.client().post("/api/v1/reports", json=report).status_code == 201
        (case,) = one.person.get("/api/v1/cases").json()["cases"]

        admit(one, "Sacha", "moderator")
        second = one.sign_in("Sacha", PASSWORD)

        def dossier() -> dict[str, bytes]:
            return unpack(exported(one.person, second, case["id"]).content)

        files = dossier()
        vkey = brest.witness.public.vkey
        assert f"witness brest {vkey}\n" in files["policy.txt"].decode()
        assert cosignatures(files["checkpoint"].decode(), [brest.witness.public])
        report_of_it = verify(files, lyon.log.public.vkey)
        assert not report_of_it.failed
        assert any("cosigned by brest.example/log/witness" in line for line in report_of_it.checked)
