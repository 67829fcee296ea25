"""An account of the AT Protocol as its own server has it: keys, a signed history, a repository.

Written from the specifications and knowing nothing of the reader in `rempart.ingest.atproto`: what
it builds is compared with public test vectors (`tests/ingest/atproto/test_vectors.py`).
"""

from __future__ import annotations

import hashlib
import json
from base64 import b32encode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

POSTS = "app.bsky.feed.post"
REV = "3l3qo2vuowo2b"


class Link(bytes):
    """A CID as its bytes."""

    @property
    def text(self) -> str:
        return "b" + b32(self)


def b32(data: bytes) -> str:
    return b32encode(data).decode().lower().replace("=", "")


def link_to(block: bytes) -> Link:
    return Link(b"\x01\x71\x12\x20" + hashlib.sha256(block).digest())


def cbor(value: Any) -> bytes:
    """DAG-CBOR."""
    if isinstance(value, Link):
        return b"\xd8\x2a\x58\x25\x00" + value
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int):
        return _count(0, value) if value >= 0 else _count(1, -value - 1)
    if isinstance(value, bytes):
        return _count(2, len(value)) + value
    if isinstance(value, str):
        return _count(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _count(4, len(value)) + b"".join(cbor(one) for one in value)
    names = sorted(value, key=lambda name: (len(name.encode()), name.encode()))
    return _count(5, len(value)) + b"".join(cbor(name) + cbor(value[name]) for name in names)


def _count(kind: int, number: int) -> bytes:
    if number <= 23:
        return bytes([kind * 32 + number])
    for extra, size in enumerate((1, 2, 4, 8)):
        if number < 256**size:
            return bytes([kind * 32 + 24 + extra]) + number.to_bytes(size, "big")
    raise ValueError(number)


def varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out += bytes([number % 128 + 128])
        number //= 128
    return out + bytes([number])


def car(root: Link, blocks: Iterable[bytes]) -> bytes:
    head = cbor({"roots": [root], "version": 1})
    parts = [link_to(block) + block for block in blocks]
    return b"".join(varint(len(part)) + part for part in [head, *parts])


class Key:
    """A signing key of the account or of its history."""

    def __init__(self, curve: type[ec.EllipticCurve] = ec.SECP256K1) -> None:
        self._private = ec.generate_private_key(curve())
        self.order = {
            "secp256k1": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
            "secp256r1": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
        }[self._private.curve.name]
        codec = b"\xe7\x01" if curve is ec.SECP256K1 else b"\x80\x24"
        point = self._private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        self.multikey = "z" + base58(codec + point)
        self.did = f"did:key:{self.multikey}"

    def sign(self, message: bytes, *, high: bool = False) -> bytes:
        r, s = decode_dss_signature(self._private.sign(message, ec.ECDSA(SHA256())))
        if (s > self.order // 2) is not high:
            s = self.order - s
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def base58(data: bytes) -> str:
    letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = letters[rest] + text
    return text


# -- the tree --------------------------------------------------------------------------------------


def level_of(key: bytes) -> int:
    bits = "".join(f"{byte:08b}" for byte in hashlib.sha256(key).digest())
    return (len(bits) - len(bits.lstrip("0"))) // 2


@dataclass
class Tree:
    """A tree over all keys at once, from the top down; `path` gives the nodes down to a key."""

    items: dict[bytes, Link]
    nodes: dict[Link, bytes] = field(default_factory=dict)
    root: Link = field(init=False)
    _down: dict[Link, list[tuple[bytes, Link | None]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        keys = sorted(self.items)
        top = max((level_of(key) for key in keys), default=0)
        self.root = self._node(keys, top)

    def path(self, key: bytes) -> list[bytes]:
        at: Link | None = self.root
        found = []
        while at is not None:
            found.append(self.nodes[at])
            below: Link | None = None
            for begin, child in self._down[at]:
                if begin == key:
                    return found
                if begin < key:
                    below = child
            at = below
        return found

    def _node(self, keys: list[bytes], level: int) -> Link:
        own = {key: None for key in keys if level_of(key) == level}
        edges = [b"", *own]
        between: list[list[bytes]] = [[]]
        for key in keys:
            if key in own:
                between.append([])
            else:
                between[-1].append(key)
        below = [self._node(part, level - 1) if part else None for part in between]
        entries, before = [], b""
        for key, right in zip(own, below[1:], strict=True):
            shared = common(before, key)
            entries.append({"p": shared, "k": key[shared:], "v": self.items[key], "t": right})
            before = key
        block = cbor({"l": below[0], "e": entries})
        cid = link_to(block)
        self.nodes[cid] = block
        self._down[cid] = list(zip(edges, below, strict=True))
        return cid


def common(one: bytes, other: bytes) -> int:
    """How many bytes they begin with together."""
    length = 0
    while one[: length + 1] == other[: length + 1] and length < min(len(one), len(other)):
        length += 1
    return length


# -- an account ------------------------------------------------------------------------------------


class Account:
    """With its history (`plc`) or, with `web`, a domain's document alone."""

    def __init__(
        self,
        handle: str,
        pds: str,
        *,
        curve: type[ec.EllipticCurve] = ec.SECP256K1,
        web: str | None = None,
        legacy: bool = False,
    ) -> None:
        self.handle, self.pds = handle, pds
        self.key, self.rotation = Key(curve), [Key(), Key(ec.SECP256R1)]
        self.audit: list[dict[str, Any]] = []
        self.records: dict[str, dict[str, Any]] = {}
        self.rev = REV
        self._at = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
        self.did = web or ""
        if legacy:
            self.rotation[1] = self.key
        if web is None:
            self.operate(None, self._legacy() if legacy else self._operation(), self.rotation[1])

    def _operation(self) -> dict[str, Any]:
        return {
            "type": "plc_operation",
            "rotationKeys": [key.did for key in self.rotation],
            "verificationMethods": {"atproto": self.key.did},
            "alsoKnownAs": [f"at://{self.handle}"],
            "services": {
                "atproto_pds": {"type": "AtprotoPersonalDataServer", "endpoint": self.pds}
            },
        }

    def _legacy(self) -> dict[str, Any]:
        return {
            "type": "create",
            "signingKey": self.key.did,
            "recoveryKey": self.rotation[0].did,
            "handle": self.handle,
            "service": self.pds,
        }

    def operate(
        self,
        prev: str | None,
        body: dict[str, Any],
        signer: Key,
        *,
        after: timedelta = timedelta(hours=1),
        high: bool = False,
    ) -> str:
        """One more operation; those after `prev` are marked nullified. Returns its CID."""
        unsigned = {**body, "prev": prev}
        signature = urlsafe_b64encode(signer.sign(cbor(unsigned), high=high)).decode()
        signed = {**unsigned, "sig": signature.rstrip("=")}
        block = cbor(signed)
        if prev is None:
            self.did = "did:plc:" + b32(hashlib.sha256(block).digest())[:24]
        cids = [entry["cid"] for entry in self.audit]
        for entry in self.audit[cids.index(prev) + 1 if prev else 0 :]:
            entry["nullified"] = True
        self._at += after
        self.audit.append(
            {
                "did": self.did,
                "operation": signed,
                "cid": link_to(block).text,
                "nullified": False,
                "createdAt": self._at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            }
        )
        return link_to(block).text

    def change_key(self, signer: Key | None = None) -> None:
        """Another key signs from here on, as after a move to another server."""
        self.key = Key()
        self.operate(self.audit[-1]["cid"], self._operation(), signer or self.rotation[0])

    def document(self) -> dict[str, Any]:
        return {
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
            "id": self.did,
            "alsoKnownAs": [f"at://{self.handle}"],
            "verificationMethod": [
                {
                    "id": f"{self.did}#atproto",
                    "type": "Multikey",
                    "controller": self.did,
                    "publicKeyMultibase": self.key.multikey,
                }
            ],
            "service": [
                {
                    "id": "#atproto_pds",
                    "type": "AtprotoPersonalDataServer",
                    "serviceEndpoint": self.pds,
                }
            ],
        }

    def post(self, rkey: str, text: str, **more: Any) -> str:
        """Its `at://` address."""
        record = {"$type": POSTS, "text": text, "createdAt": "2026-03-01T20:14:03.250Z", **more}
        self.records[f"{POSTS}/{rkey}"] = record
        return f"at://{self.did}/{POSTS}/{rkey}"

    def fill(self, count: int) -> None:
        """Posts that nobody asks for."""
        for number in range(count):
            self.post(f"3kfill{number:07d}", f"what I had for breakfast, day {number}")

    def tree(self) -> Tree:
        return Tree({key.encode(): link_to(cbor(one)) for key, one in self.records.items()})

    def proof(
        self,
        key: str,
        *,
        change: Callable[[dict[str, Any]], object] = lambda _: None,
        high: bool = False,
    ) -> bytes:
        """What `com.atproto.sync.getRecord` answers; `change` alters the commit before it is
        signed."""
        tree = self.tree()
        commit: dict[str, Any] = {
            "did": self.did,
            "version": 3,
            "data": tree.root,
            "rev": self.rev,
            "prev": None,
        }
        change(commit)
        signed = cbor({**commit, "sig": self.key.sign(cbor(commit), high=high)})
        blocks = [signed, *tree.path(key.encode())]
        if key in self.records:
            blocks.append(cbor(self.records[key]))
        return car(link_to(signed), blocks)

    def files(self, key: str) -> dict[str, bytes]:
        """The files of a proof, as the reader takes them."""
        return {
            "record.car": self.proof(key),
            "did.json": json.dumps(self.document()).encode(),
            **({"audit.json": json.dumps(self.audit).encode()} if self.audit else {}),
        }
