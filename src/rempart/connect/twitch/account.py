"""One section of the settings as something that can be asked: Helix with its token, and what is
kept. Shared by what goes out and what comes in, so that one renewal serves both."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from rempart.connect.kept import Kept
from rempart.connect.outbound import Outbound
from rempart.connect.twitch.helix import Helix
from rempart.connect.twitch.settings import TwitchSettings, client_secret, refresh_token
from rempart.connect.twitch.token import Token


class TwitchAccount(NamedTuple):
    helix: Helix
    token: Token
    kept: Kept

    @classmethod
    def of(
        cls, name: str, settings: TwitchSettings, data: Path, outbound: Outbound
    ) -> TwitchAccount:
        """InputError when a secret cannot be read."""
        kept = Kept.of(data, f"twitch.{name}")
        token = Token(
            settings.auth,
            settings.client_id,
            client_secret(settings, data),
            refresh_token(settings, data),
            kept,
            outbound,
        )
        return cls(Helix(settings.api, settings.client_id, token, outbound), token, kept)
