"""The description of the API is true: what it says may be sent is understood, what it says may come
back is what comes back, and no input at all makes the service fall over."""

from __future__ import annotations

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.web.service import Service

NOT_YET = {"open_case", "list_decisions", "list_appeals", "appeal"}
LEFT_OUT = r"/events$"
"""A stream never ends; it has tests of its own."""


@pytest.fixture(scope="module")
def schema(service: Service) -> object:
    document = httpx.get(f"{service.address}/openapi.json").json()
    loaded = schemathesis.openapi.from_dict(document)
    loaded.config.update(base_url=service.address)
    return loaded


lazy = schemathesis.pytest.from_fixture("schema").exclude(path_regex=LEFT_OUT)


@lazy.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
def test_the_service_keeps_to_its_description(case: schemathesis.Case, service: Service) -> None:
    token = _tokens(service)
    checks = [status_code_conformance, content_type_conformance, response_schema_conformance]
    if "501" not in str(case.operation.definition.raw.get("summary", "")):
        checks.append(not_a_server_error)
    headers = {"authorization": f"Bearer {token}"}
    case.call_and_validate(headers=headers, checks=checks, timeout=10)


_made: dict[str, str] = {}


def _tokens(service: Service) -> str:
    if service.address not in _made:
        _made[service.address] = service.token("ingest", "read", "moderate", "admin")
    return _made[service.address]
