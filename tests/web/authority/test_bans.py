"""Court bans in the console: registered by a form, confirmed by another person."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from tests.web.service import Service, message
from tests.web.team import PASSWORD as OTHERS
from tests.web.team import admit

HTML = {"accept": "text/html"}


def test_a_ban_is_registered_confirmed_and_finds_who_looks_alike(service: Service) -> None:
    bot = service.client(service.ingest_token)
    bot.post("/api/v1/messages", json=[message(author={"id": "banned1"})])
    today = datetime.now(UTC).date()
    typed = {
        "reference": f"26/{time.monotonic_ns()}",
        "court": "Tribunal correctionnel de Lyon",
        "served": (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"),
        "from_day": today.isoformat(),
        "until": (today + timedelta(days=90)).isoformat(),
        "accounts": "twitch/banned1",
        "names": "Dark Wolf",
    }
    me = service.person
    answer = me.post("/console/bans", data=typed, headers=HTML)
    assert answer.status_code == 303, answer.text
    (ban,) = me.get("/api/v1/bans").json()["bans"]
    assert ban["in_force"] and ban["confirmed_by"] is None and ban["measures"] >= 1
    (waits,) = ban["waiting"]
    assert (waits["account"], waits["state"]) == ("twitch/banned1", "provisional")
    page = me.get("/console/bans", headers=HTML).text
    assert "blocked for three days" in page
    again = me.post(f"/console/bans/{ban['id']}/confirm", headers=HTML)
    assert again.status_code == 409 and "another person" in again.text
    admit(service, "Ines", "legal")
    ines = service.sign_in("Ines", OTHERS)
    assert ines.post(f"/console/bans/{ban['id']}/confirm").status_code == 303
    new = message(author={"id": "fresh1", "name": "D\u0430rk W\u043elf"})
    bot.post("/api/v1/messages", json=[new])
    from rempart.cases.authority import bans

    service.engine.write(lambda tables: bans.look(tables, time.time_ns() // 1_000_000)).result()
    (ban,) = me.get("/console/bans.json").json()["bans"]
    (suspicion,) = ban["suspicions"]
    assert suspicion["account"] == "twitch/fresh1" and suspicion["found"] is None
    assert ban["ban"]["accounts"] == ["twitch/banned1"], "nothing happened to it"
    said = {"account": "twitch/fresh1", "found": "other", "reason": "Her little brother."}
    assert me.post(f"/console/bans/{ban['id']}/judge", data=said).status_code == 303
    assert ban["waiting"] == []
    page = me.get("/console/bans", headers=HTML).text
    assert "Her little brother." in page
    admit(service, "Noe", "moderator")
    assert service.sign_in("Noe", OTHERS).get("/console/bans").status_code == 403
