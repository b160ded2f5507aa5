"""What a brief asks for besides entities: stores, sign-in, limits, budgets, queries, files, and what is carried."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import Attachments, Blueprint
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read
from backwright_workbench.brief.trace import Reading


def reading(text: str) -> Reading:
    """The reading of a brief about products and orders."""
    return read(f"Manage products and orders.\n\n{text}", Catalogue.builtin(), created=date(2026, 11, 21))


def drawn(text: str) -> Blueprint:
    """Its blueprint."""
    return reading(text).require()


@pytest.mark.parametrize(
    ("text", "stores"),
    [
        ("PostgreSQL", ("postgresql", "memory", "local")),
        ("Use Postgres as the database, Redis for caching", ("postgresql", "redis", "local")),
        ("MySQL 8 and MinIO", ("mariadb", "memory", "s3")),
        ("SQLite is fine", ("sqlite", "memory", "local")),
        ("files on AWS S3", ("sqlite", "memory", "s3")),
    ],
)
def test_stores_are_found_by_their_names(text: str, stores: tuple[str, str, str]) -> None:
    """What is not named takes the default that needs no server."""
    found = drawn(text).stores

    assert (found.database, found.cache, found.files) == stores


@pytest.mark.parametrize(
    ("text", "methods"),
    [
        ("OAuth 2.0 authentication", ("oauth2",)),
        ("JWT auth", ("password",)),
        ("OAuth2 with JWT", ("oauth2",)),
        ("login with email and password, 2FA", ("password", "mfa")),
        ("SSO via Okta", ("oidc",)),
        ("sign in with Google", ("oidc",)),
        ("session cookies", ("sessions",)),
        ("cookie-based login", ("sessions",)),
        ("server-side sessions for the web app", ("sessions",)),
        ("Browsers sign in with HttpOnly session cookies", ("sessions",)),
        ("Users log in with a session cookie", ("sessions",)),
        ("No cookies, JWT only", ("password",)),
        ("server-side sessions and API keys for partners", ("sessions", "api_keys")),
        ("API keys for machines", ("api_keys",)),
        ("API keys for partners", ("api_keys",)),
        ("partners use an API key", ("api_keys",)),
        ("machine clients with keys", ("api_keys",)),
        ("Partners must authenticate with their own API keys.", ("api_keys",)),
        ("scoped, revocable API keys with expiry; password login for staff", ("password", "api_keys")),
        ("no API keys", ("password",)),
        ("OIDC (Keycloak) and API keys", ("oidc", "api_keys")),
        ("two-factor authentication", ("password", "mfa")),
        ("", ("password",)),
    ],
)
def test_ways_to_sign_in_are_found(text: str, methods: tuple[str, ...]) -> None:
    """JSON Web Tokens are what signing in gives, and a second factor needs a first."""
    assert drawn(text).auth.methods == methods


@pytest.mark.parametrize(
    "text",
    [
        "API keys for partners",
        "partners use an API key",
        "machine clients with keys",
        "Scripts authenticate with API keys.",
        "partner API keys with scopes and expiry",
        "service accounts for machines",
    ],
)
def test_keys_for_programs_are_understood_whole(text: str) -> None:
    """Whoever has them and what they have is part of the phrase, and makes no entity."""
    found = reading(text)
    assert found.not_understood == ()
    assert not {"Partner", "Script", "Key", "Machine"} & found.require().entities.keys()


@pytest.mark.parametrize(
    ("text", "providers"),
    [
        ("sign in with Google", ("google",)),
        ("login with Google or Apple", ("google", "apple")),
        ("sign in with Keycloak", ("keycloak",)),
        ("SSO via Entra ID", ("entra",)),
        ("SSO (Azure AD)", ("entra",)),
        ("social login (Google, GitHub)", ("google", "github")),
        ("OIDC", ()),
        ("single sign-on", ()),
        ("no Google login", ()),
        ("passwords", ()),
    ],
)
def test_identity_providers_are_called_by_their_names(text: str, providers: tuple[str, ...]) -> None:
    """Where none is named, there is one that the operator says more of."""
    assert drawn(text).auth.providers == providers


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("Rate limiting (100 requests/minute)", "100/minute"),
        ("rate limit: 1,000 requests per hour per user", "1000/hour"),
        ("50 req/s", "50/second"),
        ("throttle to 20 calls a minute", "20/minute"),
        ("max 10k requests per day", "10000/day"),
        ("200 rpm", "200/minute"),
        ("no more than 5 requests every second", "5/second"),
        ("limit clients to 300 requests per 5 minutes", "3600/hour"),
        ("120/min.", "120/minute"),
    ],
)
def test_rates_are_read_with_their_units(text: str, rate: str) -> None:
    """Numbers with thousands, abbreviations, and spans of several units."""
    assert drawn(text).limits.requests == rate


@pytest.mark.parametrize(
    "text", ["We ship 500 orders per day.", "The system must handle 1000 requests per second."]
)
def test_a_rate_of_business_or_load_limits_nobody(text: str) -> None:
    """How much happens is no bound on callers."""
    assert drawn(text).limits.requests == "100/minute"


def test_a_limit_for_one_entity_goes_to_that_entity() -> None:
    """`10 requests/minute for orders` leaves the others alone."""
    blueprint = drawn("Rate limit 10 requests/minute for orders.")

    assert (blueprint.entities["Order"].limit, blueprint.limits.requests) == ("10/minute", "100/minute")


@pytest.mark.parametrize(
    ("text", "p95", "memory"),
    [
        ("p95 < 200 ms", 200, 512),
        ("Response times under 150ms at p95, 256 MB of RAM", 150, 256),
        ("respond within 1.5 seconds; memory below 1 GB", 1500, 1024),
        ("", 100, 512),
    ],
)
def test_budgets_are_read_with_their_units(text: str, p95: int, memory: int) -> None:
    """Milliseconds and megabytes, whatever the brief counts in."""
    budgets = drawn(text).budgets

    assert (budgets.p95_ms, budgets.memory_mb) == (p95, memory)


def test_filters_sorts_and_search_go_to_the_entity_that_has_the_fields() -> None:
    """Named, or recognised by its fields."""
    entity = drawn(
        "Products have a name, a price and a colour. Filter products by colour. Sort by price."
    ).entities["Product"]

    assert "colour" in entity.filters
    assert "price" in entity.sorts


def test_a_filter_by_what_is_no_field_adds_one() -> None:
    """Somebody wants to filter by it; the field is an assumption."""
    found = reading("Products have a name. Filter products by colour.")

    assert (
        "color" in found.require().entities["Product"].fields
        or "colour" in found.require().entities["Product"].fields
    )
    assert any("Product has a field" in assumption.what for assumption in found.assumptions)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Attach files to orders.", Attachments()),
        ("File uploads for orders, max 25 MB.", Attachments(max_mb=25)),
        (
            "Upload photos of orders (up to 5 images).",
            Attachments(max_count=5, types=("image/png", "image/jpeg", "image/webp")),
        ),
    ],
)
def test_files_hang_on_the_entity_named(text: str, expected: Attachments) -> None:
    """With size, number and kind if the brief says them."""
    blueprint = drawn(text)

    assert blueprint.entities["Order"].attachments == expected
    assert blueprint.entities["Product"].attachments is None


def test_caching_takes_its_time_and_its_entity() -> None:
    """Minutes become seconds; without a name, all entities are cached for a little while."""
    assert drawn("Cache products for 5 minutes.").entities["Product"].cache == 300
    assert drawn("Cache products for 5 minutes.").entities["Order"].cache is None
    assert drawn("Redis caching for frequently accessed data").entities["Order"].cache == 30


def test_bulk_is_bounded() -> None:
    """One request creates at most a thousand rows, whatever the brief hopes for."""
    assert drawn("Bulk import of up to 500 products").entities["Product"].bulk == 500
    assert drawn("Bulk import of up to 50,000 products").entities["Product"].bulk == 1000


@pytest.mark.parametrize(
    ("text", "capability"),
    [
        ("a GraphQL endpoint", "graphql"),
        ("real-time updates over WebSockets", "websockets"),
        ("background jobs with Celery", "jobs"),
        ("webhooks on every change", "webhooks"),
        ("send an email when an order ships", "notifications"),
        ("Stripe payments", "payments"),
        ("feature flags", "feature_flags"),
        ("events on Kafka", "message_broker"),
        ("OpenTelemetry tracing", "tracing"),
        ("deploy to Kubernetes", "kubernetes"),
        ("Elasticsearch", "full_text_engine"),
        ("export to CSV", "import_export"),
        ("monthly sales reports", "reports"),
    ],
)
def test_what_is_not_built_is_carried_and_said(text: str, capability: str) -> None:
    """It stands in `wanted`, and the trace says that this version does not build it."""
    found = reading(text)

    assert capability in found.require().wanted
    assert any(row.status == "carried" and f"wanted.{capability}" in row.elements for row in found.trace)


@pytest.mark.parametrize("text", ["No GraphQL.", "Out of scope: GraphQL", "We do not need GraphQL."])
def test_what_is_not_wanted_is_not_carried(text: str) -> None:
    """A mention may say no."""
    assert drawn(text).wanted == ()


@pytest.mark.parametrize(
    "text",
    [
        "Comprehensive test suite",
        "Swagger docs",
        "Docker Compose and CI with GitHub Actions",
        "health checks and Prometheus metrics",
        "structured logging",
        "cursor pagination on every list",
        "database migrations with Alembic",
        "proper error handling",
        "audit log",
        "Python 3.12, FastAPI, SQLAlchemy",
        "production-ready code",
    ],
)
def test_what_every_service_has_is_understood(text: str) -> None:
    """The trace names what there is."""
    rows = [row for row in reading(text).trace if row.line > 1]

    assert {row.status for row in rows} == {"understood"}
    assert all(row.elements for row in rows)


@pytest.mark.parametrize(
    "text", ["MongoDB", "written in Node.js", "a React frontend", "gRPC", "machine learning"]
)
def test_what_is_not_offered_is_said_with_the_reason(text: str) -> None:
    """Neither built nor carried, and not dropped silently."""
    rows = [row for row in reading(text).trace if row.line > 1]

    assert {row.status for row in rows} <= {"not understood", "partly"}
    assert any(row.note for row in rows)
