"""A wrong line in settings.toml stops the start and is named; nothing is ignored in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from rempart.engine.settings import load_engine_settings
from rempart.errors import InputError
from rempart.web.settings import load_settings

SECRET = "secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'\n"


def write(folder: Path, text: str) -> Path:
    (folder / "settings.toml").write_text(text, "utf-8")
    return folder


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    assert load_engine_settings(tmp_path).community.languages == ("fr", "en")
    assert not load_settings(tmp_path).over_tls


def test_one_file_serves_engine_and_web(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        '[detection]\nprivate_for = ["lea"]\n[limits.hour]\nhold = 9\n'
        '[web]\npublic_url = "https://rempart.example"\n',
    )
    engine = load_engine_settings(folder)
    assert engine.pipeline.private_for == {"lea"}
    assert engine.limits.hour.hold == 9
    assert load_settings(folder).over_tls


TWITCH = "channels = ['lea']\nclient_id = 'x'\nrefresh_token = 'y'\n"
MASTODON = "url = 'https://m.example'\ntoken = 'x'\n"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[links]\nothers = 'block'\n", "there is no 'block' (one of: allow, hold, deny)"),
        ("[detektion]\n", "did you mean [detection]?"),
        ("[limits]\nhours = 3\n", "did you mean hour?"),
        ("[web]\nmax_body = 'much'\n", "max_body"),
        ("[log\n", "settings cannot be read"),
        ('[webhooks.bot]\nurl = "https://bot.example"\nsecret = "short"\n', "webhooks.bot"),
        ("[limits.hour]\nholds = 3\n", "[limits]: unknown setting holds"),
        ("[limits.day]\nholds = 3\n", "did you mean hold?"),
        ("[limits.hour]\nhold = 'x'\n", "[limits]: hour.hold: expected int"),
        ("[web]\ntrusted_proxy = ['x']\n", "[web]: unknown setting trusted_proxy"),
        ("[web]\ntrusted_proxies = ['nonsense']\n", "'nonsense' is not an address"),
        ("[web]\npublic_url = 'rempart.example'\n", "public_url: 'rempart.example'"),
        ("[webhooks.bot]\nurl = 'https://bot.example'\n", "[webhooks.bot]: secret is missing"),
        (f"[webhooks.bot]\nurl = 'ftp://bot.example'\n{SECRET}", "url: 'ftp://bot.example'"),
        (f"[webhooks.bot]\nurl = 'http://127.0.0.1:9'\n{SECRET}", "allow = "),
        (f"[webhooks.bot]\nurl = 'https://b.example'\nallow = ['bot']\n{SECRET}", "'bot'"),
        (f"[hooks.chat]\nsecrets = 'x'\n{SECRET}", "[hooks.chat]: unknown setting secrets"),
        (
            "[hooks.chat]\nsecret = 'whsec_not base 64 at all!'\n",
            "[hooks.chat]: the webhook secret",
        ),
        (f"[web.hooks.chat]\n{SECRET}", "[hooks.NAME]"),
        ("webhooks = 3\n", "webhooks is not a section"),
        (f"[twitch.lea]\n{TWITCH}chanels = ['x']\n", "did you mean channels?"),
        ("[twitch.lea]\nclient_id = 'x'\n", "[twitch.lea]: channels is missing"),
        ("[twitch.lea]\nchannels = []\n", "channels is empty"),
        ("[twitch.lea]\nchannels = ['Léa!']\n", "'Léa!' is not a login"),
        ("[twitch.lea]\nchannels = ['lea']\n", "client_id is missing"),
        ("[twitch.lea]\nchannels = ['lea']\nclient_id = 'x'\n", "refresh_token is missing"),
        (f"[twitch.lea]\n{TWITCH}refresh_token_file = 'x'\n", "both refresh_token and"),
        (f"[twitch.lea]\n{TWITCH}chat = 'irk'\n", "chat: "),
        (f"[twitch.lea]\n{TWITCH}slow_seconds = 500\n", "slow_seconds: "),
        (f"[twitch.lea]\n{TWITCH}api = 'http://127.0.0.1:1'\n", 'add allow = ["127.0.0.1"]'),
        (f"[twitch.lea]\n{TWITCH}irc = 'https://a.example'\n", "as in ircs://"),
        (f"[twitch.'../x']\n{TWITCH}", "'../x' is no name for a connector"),
        ("[web.twitch.lea]\nchannels = ['lea']\n", "[hooks.NAME]"),
        ("[mastodon.here]\nurl = 'mastodon.example'\ntoken = 'x'\n", "as in https://"),
        ("[mastodon.here]\nurl = 'https://m.example'\n", "token is missing"),
        (f"[mastodon.here]\n{MASTODON}streams = ['home']\n", "streams"),
        (f"[mastodon.here]\n{MASTODON}streams = ['user', 'user']\n", "one is named twice"),
        (f"[mastodon.here]\n{MASTODON}webhook_secret = 'short'\n", "less than 16 characters"),
        (f"[mastodon.here]\n{MASTODON}allow = ['here']\n", "'here' is not an address"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, named: str) -> None:
    folder = write(tmp_path, text)
    with pytest.raises(InputError) as error:
        load_engine_settings(folder)
        load_settings(folder)
    assert named in error.value.diagnostics()
    assert "settings.toml" in error.value.diagnostics()
    assert "$" not in error.value.diagnostics()


def test_a_bot_on_this_machine_is_reached_when_it_is_named(tmp_path: Path) -> None:
    text = (
        f"[webhooks.bot]\nurl = 'http://127.0.0.1:9000/measures'\nallow = ['127.0.0.1']\n{SECRET}"
    )
    settings = load_settings(write(tmp_path, text))
    assert settings.webhooks["bot"].allow == ("127.0.0.1",)
    assert load_engine_settings(tmp_path).connectors["bot"].takes("twitch", "lea")


def test_measures_go_to_the_platform_they_are_for(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        f"[twitch.lea]\n{TWITCH}[twitch.reader]\nmeasures = false\n{TWITCH}"
        f"[mastodon.here]\n{MASTODON}",
    )
    assert load_settings(folder).twitch["lea"].channels == ("lea",)
    connectors = load_engine_settings(folder).connectors

    def taking(platform: str, channel: str) -> list[str]:
        return [name for name, one in connectors.items() if one.takes(platform, channel)]

    assert taking("twitch", "lea") == ["twitch.lea"]
    assert taking("twitch", "another") == []
    assert taking("discord", "lea") == []
    assert taking("mastodon", "m.example") == ["mastodon.here"]
