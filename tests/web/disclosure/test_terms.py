"""The terms: drawn from what is in force, published by version, read by everybody."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.web.service import Service, message
from tests.web.team import PASSWORD as OTHERS
from tests.web.team import admit, told

from rempart.cases.terms import drafted
from rempart.rules import default_rules

HTML = {"accept": "text/html"}
FIRST = {"summary_fr": "Première version.", "summary_en": "First version.", "own_fr": "Soyez bons."}


def publish(service: Service, **typed: str) -> Any:
    return service.person.post("/console/terms", data=typed, headers=HTML)


def test_every_rule_that_can_act_stands_in_the_terms(tmp_path: Path) -> None:
    from rempart.cases.authority.orders import RULE as ORDER
    from rempart.cases.measures.by_hand import BY_HAND
    from rempart.cases.measures.first_aid import RULE as FIRST_AID
    from rempart.cases.measures.taking import BY_DECISION
    from rempart.cases.queue.sweep import RULE as LAPSED
    from rempart.engine.embedded.replies import COST_CAP, REPLY_STOP
    from rempart.protect.bundles import Part

    ids = drafted([], {}, {}, {}).ids()
    builtin = {rule.name for rule in default_rules().rules}
    assert builtin <= ids
    assert {ORDER, BY_HAND, FIRST_AID, LAPSED, BY_DECISION, COST_CAP, REPLY_STOP} <= ids
    assert {part.value for part in Part} <= ids, "parts of shields too"


def test_a_version_is_published_and_never_changed_and_everybody_reads_it(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[community]\nname = "Salon de Léa"\n')
    with Service.running(tmp_path) as service:
        stranger = service.client()
        assert stranger.get("/terms.json").json()["terms"] is None
        assert "not published its terms yet" in stranger.get("/terms", headers=HTML).text
        answer = publish(service, **FIRST)
        assert answer.status_code == 303, answer.text
        assert publish(service, **FIRST).status_code == 409, "nothing is new"
        more = {**FIRST, "own_fr": "Soyez très bons.", "significant": "yes"}
        assert publish(service, **more).status_code == 303
        page = stranger.get("/terms", headers={**HTML, "accept-language": "fr"}).text
        assert "Soyez très bons." in page and "Salon de Léa" in page and "hold-abuse" in page
        old = stranger.get("/terms/1.json").json()
        assert old["terms"]["own"] == {"fr": "Soyez bons."} and old["line"]["until"]
        new = stranger.get("/terms.json").json()
        assert new["change"] == {"added": [], "removed": [], "changed": ["own fr"]}
        canonical = json.dumps(
            new["terms"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        assert sha256(canonical.encode()).hexdigest() == new["line"]["digest"]
        assert stranger.get("/terms/3").status_code == 404
        whats = [(one["what"], one["version"]) for one in told(service, "terms")]
        assert whats == [("published", 1), ("published", 2), ("announced", 2)]


def test_a_rule_that_acts_without_standing_in_the_terms_is_pointed_at(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        bot = service.client(service.ingest_token)
        bot.post("/api/v1/messages", json=[message(text="you are a loser, kill yourself")])
        screen = service.person.get("/console/terms.json").json()
        assert "hold-abuse" in screen["lacking"]
        page = service.person.get("/console/terms", headers={**HTML, "accept-language": "fr"}).text
        told = page[page.index("<h1") :]
        assert "retenir les injures" in told and "Comment contester" in told
        for raw in ("hold-abuse", "deadline-lapsed", "by-hand", "complaints", ", English"):
            assert raw not in re.sub(r"<[^>]*>", "", told), raw
        assert publish(service, **FIRST).status_code == 303
        assert service.person.get("/console/terms.json").json()["lacking"] == []


def test_a_service_for_minors_publishes_no_terms_that_they_cannot_read(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        flag = {"for_minors": "yes", "from_day": "2026-01-01"}
        assert service.person.post("/console/declared/service", data=flag).status_code == 303
        answer = publish(service, **FIRST)
        assert answer.status_code == 400 and "they can read" in answer.text
        assert "Soyez bons." in answer.text, "what was typed stays"
        assert publish(service, **FIRST, minors_fr="Ici, on est gentil.").status_code == 303
        page = service.client().get("/terms", headers={**HTML, "accept-language": "fr"}).text
        assert "on est gentil" in page


def test_only_who_declares_publishes(service: Service) -> None:
    admit(service, "Tim", "moderator")
    tim = service.sign_in("Tim", OTHERS)
    assert tim.post("/console/terms", data=FIRST).status_code == 403
    assert service.client().post("/console/terms", data=FIRST).status_code in (303, 401, 403)
    assert service.client().get("/terms.json").json()["terms"] is None
