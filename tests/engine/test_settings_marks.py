"""The log is told which settings were changed, and never what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rempart.engine.embedded import EmbeddedEngine
from rempart.log.commit import open_leaf

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def start(data: Path, text: str) -> list[dict[str, Any]]:
    """What the log says of settings after a start with these."""
    (data / "settings.toml").write_text(text)
    engine = EmbeddedEngine.open(data)
    engine.start()
    try:
        with engine.read() as tables:
            size = tables.log.size()
            leaves = tables.log.leaves(0, size)
            bodies = dict(tables.log.bodies_between(0, size))
            assert SECRET.encode() not in str(tables.stream.fact("settings")).encode()
    finally:
        engine.stop()
    opened = [open_leaf(leaves[seq], found)[0] for seq, found in bodies.items()]
    assert all(SECRET not in str(part.value) for part in opened)
    return [part.value for part in opened if part.name == "settings"]


def test_what_was_changed_is_named_once(tmp_path: Path) -> None:
    hook = f'[hooks.chat]\nsecret = "{SECRET}"\n'
    (first,) = start(tmp_path, f"[log]\nscrub_days = 7\n{hook}")
    assert first["changed"] == ["hooks.chat", "log.scrub_days"]
    assert len(start(tmp_path, f"{hook}[log]\nscrub_days = 7\n")) == 1, "only moved about"
    told = start(tmp_path, f"[log]\nscrub_days = 30\n{hook}")
    assert [value["changed"] for value in told[1:]] == [["log.scrub_days"]]
    told = start(tmp_path, "[log]\nscrub_days = 30\n")
    assert [value["changed"] for value in told[2:]] == [["hooks.chat"]]
