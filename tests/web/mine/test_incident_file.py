"""A person under attack gathers her file; two people agree, it leaves, and verifies offline."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import httpx
from tests.web.service import Service, csrf_in, message
from tests.web.team import invited, of_longer_standing, told

HOSTILE = "you fucking idiot, nobody wants you here"


def opened(service: Service, target: str) -> httpx.Client:
    answer = service.person.post(f"/api/v1/targets/{target}/invitation")
    assert answer.status_code == 201, answer.text
    client = service.client()
    client.headers["accept"] = "text/html"
    code = answer.json()["path"].partition("#")[2]
    assert client.post("/mine", data={"code": code}).status_code == 303
    return client


def send(client: httpx.Client, path: str, **fields: object) -> httpx.Response:
    page = client.get("/mine/file").text
    return client.post(f"/mine/file/{path}", data={"csrf": csrf_in(page), **fields})


def second_person(service: Service) -> httpx.Client:
    """Invited as an admin is invited, and signed in."""
    made = service.person.post("/api/v1/invitations", json={"name": "Noor", "roles": ["admin"]})
    assert made.status_code == 201, made.text
    client = invited(service, made.json()["link"])
    of_longer_standing(service)
    return client


def test_the_file_holds_what_was_addressed_to_her_and_what_she_wrote_down(
    service: Service,
) -> None:
    bot = service.client(service.ingest_token)
    bot.post("/api/v1/messages", json=message(id="to-ada", channel="ada", text=HOSTILE))
    bot.post("/api/v1/messages", json=message(id="to-bea", channel="bea", text=HOSTILE + " bea"))
    ada, bea = opened(service, "ada"), opened(service, "bea")
    seen = ada.get("/mine/file.json").json()
    assert [one["id"] for one in seen["messages"]] == ["to-ada"]
    (theirs,) = bea.get("/mine/file.json").json()["messages"]
    other = send(ada, "tick", message=str(theirs["seq"]))
    assert other.status_code == 404, "that it exists is not told"
    assert send(ada, "tick", message=str(seen["messages"][0]["seq"])).status_code == 303
    assert (
        send(
            ada, "act", where="door", date="2026-11-01", text="A man rang and knew my name."
        ).status_code
        == 303
    )
    inside = ada.get("/mine/file.json").json()
    assert [one["id"] for one in inside["inside"]] == ["to-ada"]
    assert inside["acts"][0]["text"] == "A man rang and knew my name."
    assert bea.get("/mine/file.json").json()["inside"] == []


def test_a_raid_goes_into_the_file_by_one_press(service: Service) -> None:
    bot = service.client(service.ingest_token)
    raid = [message(id=f"raid-{n}", channel="cleo", text=f"{HOSTILE} {n}") for n in range(70)]
    raid.append(message(id="to-dora", channel="dora", text=HOSTILE + " dora"))
    assert bot.post("/api/v1/messages", json=raid).status_code == 200
    cleo = opened(service, "cleo")
    page = cleo.get("/mine/file").text
    assert 'name="all"' in page
    assert send(cleo, "tick", all="1").status_code == 303
    first = cleo.get("/mine/file.json").json()
    assert (first["held"], len(first["inside"]), first["more"]) == (70, 50, 50)
    second = cleo.get("/mine/file.json?start=50").json()
    assert (second["held"], len(second["inside"]), second["more"]) == (70, 20, None)
    both = [*first["inside"], *second["inside"]]
    assert {one["id"] for one in both} == {f"raid-{n}" for n in range(70)}
    page = cleo.get("/mine/file").text
    assert 'href="/mine/file?start=50#in-title"' in page
    assert page.count('action="/mine/file/untick"') == 50
    page = cleo.get("/mine/file?start=50").text
    assert "?start=" not in page
    assert 'href="/mine/file#in-title"' in page
    assert "Nothing yet" not in cleo.get("/mine/file?start=500").text
    assert 'name="all"' not in cleo.get("/mine/file").text
    assert send(cleo, "tick", all="1").status_code == 303, "a second press adds nothing"
    assert opened(service, "dora").get("/mine/file.json").json()["inside"] == []


def test_what_was_typed_comes_back_with_an_error(service: Service) -> None:
    client = opened(service, "ada")
    late = send(client, "act", where="door", date="2199-01-01", text="Tomorrow.")
    assert late.status_code == 422 and "Tomorrow." in late.text
    assert send(client, "act", where="door", date="", text="When?").status_code == 422
    assert send(client, "ask", recipient="").status_code == 422
    assert client.post("/mine/file/ask", data={"recipient": "x"}).status_code == 403
    assert service.client().get("/mine/file.json").status_code == 401


def test_it_leaves_when_two_people_agreed_and_verifies_offline(
    service: Service, tmp_path: Path
) -> None:
    bot = service.client(service.ingest_token)
    bot.post("/api/v1/messages", json=message(id="to-eve", channel="eve", text=HOSTILE + " eve"))
    bot.post("/api/v1/messages", json=message(id="to-fay", channel="fay", text=HOSTILE + " fay"))
    eve = opened(service, "eve")
    (one,) = eve.get("/mine/file.json").json()["messages"]
    send(eve, "tick", message=str(one["seq"]))
    send(eve, "act", where="telephone", date="2026-11-02", time="21:15", text="Ten silent calls.")
    (act,) = eve.get("/mine/file.json").json()["acts"]
    assert act["at"] == "2026-11-02T20:15:00Z", "she wrote what the clock in her room said"
    assert "UTC)" not in eve.get("/mine/file").text
    assert send(eve, "ask", recipient="Maître Petit").status_code == 303
    (asked,) = eve.get("/mine/file.json").json()["requests"]
    early = send(eve, "take", id=asked["id"])
    assert early.status_code == 303 and early.content == b""
    first = service.person
    assert (
        first.post(
            f"/console/files/{asked['id']}/agree",
            data={"mandate": "Identity seen, mandate signed."},
        ).status_code
        == 303
    )
    assert first.post(f"/console/files/{asked['id']}/agree", data={}).status_code == 403
    assert eve.get("/mine/file.json").json()["requests"][0]["state"] == "half"
    second = second_person(service)
    shown = second.get("/console/files.json").json()["requests"]
    assert shown[0]["mandate"] and "Ten silent" not in str(shown)
    assert second.post(f"/console/files/{asked['id']}/agree", data={}).status_code == 303
    send(eve, "act", where="telephone", date="2026-11-04", text="Written down after they agreed.")
    taken = send(eve, "take", id=asked["id"])
    assert taken.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(taken.content)) as unpacked:
        unpacked.extractall(tmp_path)
    said = (tmp_path / "records.jsonl").read_bytes() + (tmp_path / "reading.txt").read_bytes()
    assert b"Ten silent calls." in said and b"fay" not in said
    assert b"after they agreed" not in said, "what is taken is what was agreed to"
    later = send(eve, "take", id=asked["id"])
    with zipfile.ZipFile(io.BytesIO(later.content)) as again:
        lines = [(tmp_path / "records.jsonl").read_text("utf-8"), again.read("records.jsonl")]
    first_time, second_time = ([json.loads(one)["index"] for one in x.splitlines()] for x in lines)
    assert first_time == second_time, "the same entries; only their proofs grow with the log"
    steps = [one for one in told(service, "incident-request") if one["request"] == asked["id"]]
    agreed = {one["contents"] for one in steps if one["what"] in ("agreed", "taken", "made")}
    assert len(agreed) == 1, "one digest from the first agreement to the last taking"
    made = [one["file"] for one in steps if one["what"] == "made"]
    assert made == [sha256(one.content).hexdigest() for one in (taken, later)]
    assert send(eve, "ask", recipient="Maître Petit").status_code == 303, "the rest is asked anew"
    assert "Maître Petit" in (tmp_path / "README.txt").read_text("utf-8")
    check = [sys.executable, "-I", "-S", "verify.py", "."]
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_request_can_be_refused_with_a_reason_she_reads(service: Service) -> None:
    gus = opened(service, "gus")
    send(gus, "act", where="post", date="2026-11-03", text="A letter.")
    send(gus, "ask", recipient="a stranger")
    (asked,) = gus.get("/mine/file.json").json()["requests"]
    service.person.post(
        f"/console/files/{asked['id']}/refuse", data={"why": "No mandate was shown."}
    )
    page = gus.get("/mine/file").text
    assert "No mandate was shown." in page
    (row,) = gus.get("/mine/file.json").json()["requests"]
    assert row["state"] == "refused"
    bound = service.token("admin")
    assert service.client(bound).get("/console/files").status_code in (403, 401)
