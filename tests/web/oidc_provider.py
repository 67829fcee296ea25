"""A small identity provider over real HTTP: discovery, keys, the authorization page, tokens.

It speaks OpenID Connect as providers do; `twist` changes one thing of the next ID token, so that a
test sees what comes of a wrong answer.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "rempart", "a shared secret & more"


class Provider:
    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.person: dict[str, Any] = {}
        self.twist: dict[str, Any] = {}
        self.session: dict[str, int] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Provider]:
        provider = cls()
        thread = threading.Thread(target=provider.server.serve_forever, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            provider.server.shutdown()
            provider.server.server_close()
            thread.join(10)

    def token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            **self.session,
            **self.person,
            **self.twist.get("claims", {}),
        }
        how = self.twist.get("signed", "well")
        if how == "none":
            return jwt.encode(claims, None, algorithm="none")
        if how == "by the public key as a secret":
            return jwt.encode(claims, SECRET, algorithm="HS256")
        key = self.stranger if how == "by a stranger" else self.key
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": "one"})

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, Any, str | None]:
        """Status, JSON body, Location."""
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.twist.get("issuer", self.issuer),
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }, None  # fmt: skip
        if path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return 200, {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]}, None
        if path == "/authorize":
            code = f"code-{len(self.codes)}"
            self.codes[code] = query
            if query.get("prompt") == "login" or "auth_time" not in self.session:
                self.session["auth_time"] = int(time.time())
            back = urlencode({"code": code, "state": query["state"]})
            return 303, None, f"{query['redirect_uri']}?{back}"
        return 404, {}, None

    def exchange(self, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        asked = self.codes.pop(form.get("code", ""), None)
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or pair != "rempart:a%20shared%20secret%20%26%20more"
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != form["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {"id_token": self.token(asked["nonce"]), "token_type": "Bearer"}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {key: values[0] for key, values in parse_qs(parts.query).items()}
                self.send(*provider.answer(parts.path, query))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                form = {key: values[0] for key, values in parse_qs(body).items()}
                status, answer = provider.exchange(form, self.headers.get("authorization", ""))
                self.send(status, answer, None)

            def send(self, status: int, body: Any, location: str | None) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                if location is not None:
                    self.send_header("location", location)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler
