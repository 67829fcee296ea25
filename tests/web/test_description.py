"""The description of the API is true: what it says may be sent is understood, what it says may come
back is what comes back, and no input at all makes the service fall over."""

from __future__ import annotations

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.web.service import Service

NEVER_ENDS = "/api/v1/events"
"""A stream has tests of its own."""
NOT_YET = {
    ("post", "/api/v1/cases"),
}


@pytest.fixture(scope="module")
def schema(service: Service) -> schemathesis.BaseSchema:
    document = httpx.get(f"{service.address}/openapi.json").json()
    loaded = schemathesis.openapi.from_dict(document)
    loaded.config.update(base_url=service.address)
    return loaded


def test_the_service_keeps_to_its_description(
    service: Service, schema: schemathesis.BaseSchema
) -> None:
    token = service.token("ingest", "read", "moderate", "admin")
    headers = {"authorization": f"Bearer {token}"}
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 25
    for operation in operations:
        if operation.path != NEVER_ENDS:
            keep_to(operation, headers)


def keep_to(operation: schemathesis.APIOperation, headers: dict[str, str]) -> None:
    checks = [status_code_conformance, content_type_conformance, response_schema_conformance]
    if (operation.method.lower(), operation.path) not in NOT_YET:
        checks.append(not_a_server_error)

    @given(case=operation.as_strategy())
    @settings(
        max_examples=8,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def keeps_to(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, checks=checks, timeout=60)

    keeps_to()


def test_what_a_later_issue_fills_says_so(service: Service) -> None:
    client = service.client(service.token("moderate"))
    for method, path in NOT_YET:
        answer = client.request(method, path)
        assert answer.status_code == 501
        assert "issue" in answer.json()["error"]["next_step"]
