"""Every page of the console has its JSON twin, also one that is added later: the same address,
asked for JSON. What is a file, or leads elsewhere, is named here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.web.disclosure.test_auditor import filled, happened, known, routes
from tests.web.service import Service

NO_PAGES = {
    "/console/go": "leads to a page",
    "/console/figures.csv": "a file",
    "/console/yearly/draft/{name:str}": "a file",
}
FILES = ("/files/", "/published/")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service.running(tmp_path_factory.mktemp("data")) as running:
        happened(running)
        yield running


def test_every_page_of_the_console_has_a_twin(service: Service) -> None:
    me, values = service.person, known(service)
    seen, missing = set(), []
    for path, methods in routes(service).items():
        page = path.startswith("/console") and "GET" in methods and not path.endswith(".json")
        if not page or path in NO_PAGES or any(part in path for part in FILES):
            continue
        for one in filled(path, values):
            if one.endswith(".json"):
                continue
            drawn = me.get(one, headers={"accept": "text/html"})
            if drawn.status_code != 200:
                continue
            seen.add(path)
            for twin in (
                me.get(one, headers={"accept": "application/json"}),
                me.get(f"{one}.json"),
            ):
                if not twin.headers["content-type"].startswith("application/json"):
                    missing.append(f"{one}: {twin.status_code} {twin.headers['content-type']}")
    assert missing == []
    assert len(seen) > 35, sorted(seen)
