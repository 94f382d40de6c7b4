"""Schemathesis asks the API what its document allows and what it does not."""

from datetime import timedelta

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from announcer.services import tokens
from announcer.services.tokens import Scope
from tests.world import World
from web.inside import mounted

#: Which classes, units and audiences there are is the policy's, and no part of the document.
BY_RULES = [positive_data_acceptance]


@pytest.fixture
def schema(world: World):
    app = mounted(world.installation, world.config)
    loaded = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    loaded.config.rate_limit = None
    return loaded


@pytest.mark.timeout(240)
def test_every_operation_answers_as_its_document_says(world: World, schema) -> None:
    token = tokens.create(
        world.installation,
        world.communicator,
        world.communicator.directory_id,
        tuple(Scope),
        "",
        timedelta(days=1),
    )
    headers = {"Authorization": f"Bearer {token}"}
    asked = 0
    for operation in schema.get_all_operations():
        wanted = operation.ok()

        @settings(
            max_examples=12,
            phases=(Phase.generate,),
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @_given(wanted)
        def ask(case) -> None:
            nonlocal asked
            asked += 1
            case.call_and_validate(headers=headers, excluded_checks=BY_RULES)

        ask()
    assert asked > 100


def _given(operation):
    from hypothesis import given

    return given(case=operation.as_strategy())
