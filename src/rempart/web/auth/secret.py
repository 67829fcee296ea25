"""Secrets: how they are made, and what of them is kept.

Session, token and one-time secrets carry 256 bits, so a plain SHA-256 of them may be stored.
Passwords are guessable, so they are stored as Argon2id (RFC 9106) with 64 MiB, three passes and one
lane. Two computations of several lanes at the same time wait for each other for ever in OpenSSL's
thread pool (seen with 4.0.3): so there is one lane, and one computation at a time.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

SECRET_BYTES = 32
TOKEN_PREFIX = "rempart_"  # noqa: S105 - lets secret scanners recognise a leaked token
MIN_PASSWORD = 12
MAX_PASSWORD = 1024
MEMORY_KIB = 64 * 1024
_ONE_AT_A_TIME = ThreadPoolExecutor(1, "rempart-password")
"""Each hash takes 64 MiB and 0.2 s of a core: a flood of logins must not take the machine, nor the
threads that others need."""


def new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def new_token() -> str:
    return TOKEN_PREFIX + new_secret()


def new_id(prefix: str) -> str:
    return f"{prefix}-{secrets.token_hex(8)}"


def digest_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def csrf_of(secret: str) -> str:
    """The CSRF token of a session: only who knows the cookie can compute it, and it does not give
    the cookie away."""
    digest = hashlib.sha256(b"rempart csrf\x00" + secret.encode("utf-8", "surrogatepass")).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def same(left: str, right: str) -> bool:
    """Constant time."""
    return hmac.compare_digest(
        left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass")
    )


def hash_password(password: str) -> str:
    kdf = Argon2id(salt=os.urandom(16), length=32, iterations=3, lanes=1, memory_cost=MEMORY_KIB)
    return kdf.derive_phc_encoded(password.encode("utf-8", "surrogatepass"))


def verify_password(password: str, encoded: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(password.encode("utf-8", "surrogatepass"), encoded)
    except InvalidKey:
        return False
    return True


async def hash_password_aside(password: str) -> str:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_ONE_AT_A_TIME, hash_password, password)


async def verify_password_aside(password: str, encoded: str | None) -> bool:
    """False without a stored password, after the same work."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_ONE_AT_A_TIME, _verify, password, encoded)


def _verify(password: str, encoded: str | None) -> bool:
    right = verify_password(password, encoded or _nobody())
    return right and encoded is not None


@cache
def _nobody() -> str:
    """Verified against when the name is unknown, so that the answer takes as long."""
    return hash_password(new_secret())
