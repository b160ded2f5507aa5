"""What operators rely on: probes, metrics, problems, headers."""

from pathlib import Path

from backwright.configuration import example
from backwright.testing import TestService

from work_orders.settings import Settings


async def test_the_service_says_that_it_is_well(service: TestService) -> None:
    """Alive, and ready: database reachable, migrations applied."""
    assert (await service.anonymous.get("/health/live")).status_code == 200
    assert (await service.anonymous.get("/health/ready")).status_code == 200


async def test_requests_are_counted_by_route(service: TestService) -> None:
    """Metrics name route templates, not addresses."""
    address = "/assets/0199aa00-0000-7000-8000-000000000000"
    await service.anonymous.get(address)
    metrics = (await service.anonymous.get("/metrics")).text
    assert 'route="/assets/{id}"' in metrics
    assert "0199aa00" not in metrics


async def test_what_does_not_exist_is_a_problem_with_an_id(service: TestService) -> None:
    """Errors are problem details with the id of the request, also where there is no route."""
    missing = await service.anonymous.get("/no/such/thing")
    assert missing.status_code == 404
    assert missing.headers["Content-Type"] == "application/problem+json"
    assert missing.json()["request_id"] == missing.headers["X-Request-ID"]


async def test_answers_carry_limits_and_security_headers(service: TestService) -> None:
    """Every answer says what is left of the limit, and keeps browsers from guessing."""
    answer = await service.anonymous.get("/assets")
    assert "RateLimit" in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_settings_are_those_of_this_service() -> None:
    """The name of the service is part of its tokens and of its database file."""
    assert Settings.model_fields["service"].default == "work-orders"


def test_the_example_of_the_environment_lists_every_setting() -> None:
    """`.env.example` follows from the class; write it again after a change: `config example`."""
    written = (Path(__file__).parent.parent / ".env.example").read_text()
    assert written.endswith(example(Settings))
