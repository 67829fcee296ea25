"""Signing in through an identity provider: OpenID Connect Core 1.0, authorization code with PKCE.

Rules kept here:

1. Only the issuer from the settings counts: the discovery document and the ID token must both name
   it, letter by letter.
2. An ID token is signed by a key of the issuer with an asymmetric algorithm; `none` and shared
   secrets are never accepted, whatever the token's head says (RFC 8725 §3.1).
3. Audience, expiry, nonce and subject are demanded; more than one audience needs `azp`.
4. Everything that goes out passes the one outbound client; what is refused says why, and never
   shows a token, a code or a secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import jwt
import msgspec

from rempart.connect.outbound import Outbound
from rempart.errors import AccessError, OutboundError

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
KEEP_SECONDS = 3600.0
LEEWAY = 60
LONGEST_TOKEN = 64 * 1024
_SEVERAL = "mfa"
_KINDS = {
    "known": frozenset({"pwd", "pin", "kba"}),
    "held": frozenset({"otp", "hwk", "swk", "sc", "sms", "tel", "pop"}),
    "own": frozenset({"face", "fpt", "iris", "retina", "vbm"}),
}
"""Values of `amr` (RFC 8176) by what they prove: something known, something held, oneself."""


class OidcRefusedError(AccessError):
    """The provider's answer was not accepted, or it could not be asked."""


class Metadata(msgspec.Struct, frozen=True):
    """What is used of the discovery document (OpenID Connect Discovery 1.0 §3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class Claims(NamedTuple):
    """What an accepted ID token says. `email` only when the provider says it is verified;
    `groups` are the values of the claim that was asked for; `auth_time`: when she signed in there
    (seconds since the epoch); None: it does not say."""

    subject: str
    email: str | None
    groups: frozenset[str]
    second_factor: bool
    auth_time: int | None = None


def two_factors(methods: frozenset[str]) -> bool:
    """Whether these values of `amr` speak of two factors: it says so, or they are of two kinds. A
    code alone is one factor, however it came."""
    if _SEVERAL in methods:
        return True
    return sum(not kind.isdisjoint(methods) for kind in _KINDS.values()) > 1


class Provider:
    def __init__(self, issuer: str, client_id: str, client_secret: str, outbound: Outbound) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._outbound = outbound
        self._metadata: tuple[Metadata, float] | None = None
        self._keys: tuple[dict[str, Any], float] | None = None

    async def address(
        self, redirect_uri: str, state: str, nonce: str, verifier: str, *, again: bool = False
    ) -> str:
        """Where the browser is sent. `again`: whoever is signed in there signs in once more."""
        asked = {
            "response_type": "code",
            "scope": "openid email profile",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        if again:
            asked |= {"prompt": "login", "max_age": "0"}
        endpoint = (await self._discovered()).authorization_endpoint
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def claims(
        self, code: str, redirect_uri: str, verifier: str, nonce: str, groups_claim: str
    ) -> Claims:
        """Exchanges the code, and checks the ID token that comes for it. OidcRefusedError."""
        token = await self._exchange(code, redirect_uri, verifier)
        said = await self._verified(token)
        if not hmac.compare_digest(str(said.get("nonce", "")).encode(), nonce.encode()):
            raise OidcRefusedError("the answer belongs to another sign-in", where="nonce")
        audience = said.get("aud")
        if isinstance(audience, list) and len(audience) > 1 and said.get("azp") != self._client_id:
            raise OidcRefusedError("the answer is for somebody else", where="azp")
        email = said.get("email") if said.get("email_verified") is True else None
        methods, signed_in = said.get("amr"), said.get("auth_time")
        return Claims(
            str(said["sub"]),
            email if isinstance(email, str) else None,
            _values(said.get(groups_claim)) if groups_claim else frozenset(),
            isinstance(methods, list) and two_factors(frozenset(map(str, methods))),
            int(signed_in) if isinstance(signed_in, int | float) else None,
        )

    async def _exchange(self, code: str, redirect_uri: str, verifier: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            "client_id": self._client_id,
        }
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "accept": "application/json",
        }
        if self._client_secret:
            pair = f"{quote(self._client_id, safe='')}:{quote(self._client_secret, safe='')}"
            headers["authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        body = urlencode(form).encode()
        endpoint = (await self._discovered()).token_endpoint
        answer = await self._ask("POST", endpoint, headers=headers, body=body)
        token = answer.get("id_token")
        if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
            raise OidcRefusedError("the provider gave no ID token")
        return token

    async def _verified(self, token: str) -> dict[str, Any]:
        try:
            head = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError as error:
            raise OidcRefusedError("the ID token cannot be read") from error
        if head.get("alg") not in ALGORITHMS:
            raise OidcRefusedError("the ID token is not signed as it must be", where="alg")
        key = await self._key(head.get("kid"), str(head["alg"]))
        try:
            return jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=self._client_id,
                issuer=self.issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise OidcRefusedError("the ID token is too old", where="exp") from error
        except jwt.InvalidAudienceError as error:
            raise OidcRefusedError("the ID token is for another service", where="aud") from error
        except jwt.InvalidIssuerError as error:
            raise OidcRefusedError("the ID token is of another issuer", where="iss") from error
        except jwt.InvalidTokenError as error:
            raise OidcRefusedError("the ID token is not right") from error

    async def _key(self, kid: object, algorithm: str) -> jwt.PyJWK:
        """Looked up anew once when the issuer has changed its keys."""
        for fresh in (False, True):
            known = await self._key_set(fresh=fresh)
            for one in known.get("keys", []):
                if isinstance(one, dict) and (kid is None or one.get("kid") == kid):
                    if one.get("kty") == "oct" or one.get("use") not in (None, "sig"):
                        continue
                    try:
                        return jwt.PyJWK(one, algorithm)
                    except jwt.PyJWTError:
                        continue
        raise OidcRefusedError("the ID token is signed by an unknown key", where="kid")

    async def _key_set(self, *, fresh: bool) -> dict[str, Any]:
        now = time.monotonic()
        if fresh or self._keys is None or now - self._keys[1] > KEEP_SECONDS:
            found = await self._ask("GET", (await self._discovered()).jwks_uri)
            self._keys = (found, now)
        return self._keys[0]

    async def _discovered(self) -> Metadata:
        now = time.monotonic()
        if self._metadata is None or now - self._metadata[1] > KEEP_SECONDS:
            address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            try:
                found = msgspec.convert(await self._ask("GET", address), Metadata)
            except msgspec.ValidationError as error:
                raise OidcRefusedError("the provider does not say how it is asked") from error
            if found.issuer != self.issuer:
                raise OidcRefusedError("the provider calls itself by another name", where="issuer")
            if urlsplit(found.authorization_endpoint).scheme not in ("https", "http"):
                raise OidcRefusedError("the provider's address is none")
            self._metadata = (found, now)
        return self._metadata[0]

    async def _ask(
        self, method: str, url: str, *, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> dict[str, Any]:
        try:
            answer = await self._outbound.request(method, url, headers=headers, body=body)
        except OutboundError as error:
            raise OidcRefusedError("the provider does not answer", where=error.where) from error
        if answer.status != 200:
            raise OidcRefusedError(f"the provider answered {answer.status}")
        try:
            return msgspec.json.decode(answer.body, type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise OidcRefusedError("the provider's answer cannot be read") from error


def challenge_of(verifier: str) -> str:
    """PKCE with S256 (RFC 7636 §4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _values(claim: object) -> frozenset[str]:
    if isinstance(claim, str):
        return frozenset({claim})
    return frozenset(map(str, claim)) if isinstance(claim, list) else frozenset()
