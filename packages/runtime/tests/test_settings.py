"""A service starts only with settings that are safe for where it runs, and says everything that is wrong at
once.
"""

import stat
from pathlib import Path
from typing import Any

import bare_environment
import pytest
from backwright.settings import Environment, Settings
from pydantic import SecretStr, ValidationError

SECRET = "q7Vb2mXzR9tLw4KcYh8NpJd3FsGuA6eE-1oTiZx0MvB"


def settings(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)


def production(**given: Any) -> Settings:
    safe: dict[str, Any] = {
        "environment": "production",
        "secret_key": SECRET,
        "public_url": "https://api.example.com",
    }
    return settings(**{**safe, **given})


def problems(call: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        call()
    return {str(each["loc"][0]) if each["loc"] else "": each["msg"] for each in caught.value.errors()}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare_environment.enter(monkeypatch, tmp_path)


def test_development_needs_no_setting_at_all() -> None:
    """The first minute needs Python only: a file database, a made secret, local files."""
    found = settings()
    assert found.database_url == "sqlite:///./var/service.db"
    assert found.allowed_hosts == ("localhost", "127.0.0.1", "[::1]")
    assert found.docs_enabled is True


def test_the_development_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    """Two starts share one secret, so sessions outlive a restart; no constant could leak into production."""
    first, second = settings(), settings()
    assert first.secret_key == second.secret_key
    assert stat.S_IMODE((tmp_path / "var/secret.key").stat().st_mode) == 0o600
    assert settings(environment="test").secret_key != first.secret_key


def test_values_come_from_the_environment_and_lists_are_written_with_commas(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No prefix, no JSON."""
    monkeypatch.setenv("ALLOWED_HOSTS", "api.example.com, Admin.example.com")
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.0/8,192.168.1.7")
    found = settings()
    assert found.allowed_hosts[:2] == ("api.example.com", "admin.example.com")
    assert [str(each) for each in found.trusted_proxies] == ["10.0.0.0/8", "192.168.1.7/32"]


def test_production_starts_with_a_secret_and_an_https_address() -> None:
    """Everything else has a safe value; hosts follow from the address."""
    found = production()
    assert found.environment is Environment.PRODUCTION
    assert found.allowed_hosts == ("api.example.com",)
    assert found.docs_enabled is False


def test_every_problem_is_reported_at_once() -> None:
    """An operator fixes a bad environment in one round, not in seven."""
    found = problems(
        lambda: settings(
            environment="production",
            public_url="http://api.example.com",
            database_url="oracle://app:hunter2@db/app",
            cors_origins=("*",),
            docs_enabled=True,
            rate_limit="many",
            files_url="ftp://server/files",
            workers=2,
            password_time_cost=1,
        )
    )
    assert set(found) == {
        "public_url",
        "secret_key",
        "database_url",
        "cors_origins",
        "docs_enabled",
        "rate_limit",
        "files_url",
        "workers",
        "password_time_cost",
    }


@pytest.mark.parametrize(
    "weak",
    [
        "short",
        "changeme" * 5,
        "0123456789abcdef" * 3,
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "this-is-a-secret-key-please-change-it-now",
        "a" * 64,
    ],
)
def test_a_secret_that_can_be_guessed_is_refused_in_production(weak: str) -> None:
    """Length alone is no strength: repetition, sequences and placeholder words are found."""
    assert "secret_key" in problems(lambda: production(secret_key=weak))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("public_url", "http://api.example.com"),
        ("public_url", "https://localhost"),
        ("docs_enabled", True),
        ("cors_origins", "http://app.example.com"),
        ("browser_origins", "http://app.example.com"),
        ("password_memory_kib", 1024),
    ],
)
def test_what_helps_a_developer_is_refused_in_production(setting: str, value: Any) -> None:
    """Each of these is fine on a laptop or in a test and a hole in production."""
    assert setting in problems(lambda: production(**{setting: value}))


def test_a_session_cannot_be_idle_for_longer_than_it_lasts() -> None:
    """For tokens in days, for browsers in minutes and hours."""
    assert settings(browser_idle_minutes=60, browser_absolute_hours=1).browser_absolute_hours == 1
    for given in ({"refresh_idle_days": 61}, {"browser_idle_minutes": 61, "browser_absolute_hours": 1}):
        with pytest.raises(ValidationError, match="must not be more than"):
            settings(**given)


@pytest.mark.parametrize(
    "origin",
    ["*", "null", "https://*.example.com", "https://a.example.com/", "https://u@example.com", "a.com"],
)
def test_only_exact_origins_may_be_allowed(origin: str) -> None:
    """Wildcards and `null` would let any site in, everywhere."""
    for name in ("cors_origins", "browser_origins"):
        assert name in problems(lambda name=name: settings(**{name: origin}))
    assert settings(cors_origins="https://a.example.com:8443").cors_origins == ("https://a.example.com:8443",)


@pytest.mark.parametrize(
    "url", ["oracle://app:hunter2@db/app", "oracle://db/app", "sqlite://", "sqlite:///:memory:"]
)
def test_an_engine_that_is_not_built_is_refused_with_the_way_out_and_without_its_password(url: str) -> None:
    """The sentence names what works."""
    message = problems(lambda: settings(database_url=url))["database_url"]
    assert "sqlite:///./var/service.db" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://app:hunter2@db/app",
        "postgres://app:hunter2@db/app",
        "postgresql+asyncpg://app:hunter2@db/app",
    ],
)
def test_a_server_has_one_form_of_address_and_is_not_named_in_refusals(url: str) -> None:
    """Whatever a platform calls it; what is no address of a database is refused without its password."""
    assert settings(database_url=url).database_url == "postgresql://app:hunter2@db/app"
    for broken in (url.removesuffix("/app"), url.replace("@db", "@db:port")):
        message = problems(lambda broken=broken: settings(database_url=broken))["database_url"]
        assert "postgresql://user@host/name" in message
        assert "hunter2" not in message


def test_cheap_password_hashes_exist_in_tests_only() -> None:
    """Argon2 below the floor makes suites quick and services weak."""
    assert settings(environment="test", password_memory_kib=8, password_time_cost=1).password_memory_kib == 8
    assert "password_memory_kib" in problems(lambda: settings(password_memory_kib=8))


def test_no_representation_holds_a_secret() -> None:
    """Settings end up in tracebacks and debuggers."""
    found = production(metrics_token=SecretStr("mt-9f8e7d6c5b4a3928"))
    assert SECRET not in repr(found) + str(found)
    assert "mt-9f8e7d6c5b4a3928" not in repr(found)
    with pytest.raises(ValidationError) as caught:
        production(secret_key="hunter2hunter2")
    assert "hunter2" not in str(caught.value)


def test_a_session_cannot_be_idle_for_longer_than_it_lives() -> None:
    """Rules over two settings are checked too."""
    assert (
        "REFRESH_IDLE_DAYS" in problems(lambda: settings(refresh_idle_days=30, refresh_absolute_days=7))[""]
    )


def test_a_redis_that_is_there_is_used_unless_said_otherwise() -> None:
    """One setting is enough; each store can be chosen."""
    assert (settings().rate_limit_store, settings().cache_store) == ("memory", "memory")
    found = settings(redis_url="redis://localhost")
    assert (found.rate_limit_store, found.cache_store) == ("redis", "redis")
    found = settings(redis_url="redis://localhost", rate_limit_store="database", cache_store="memory")
    assert (found.rate_limit_store, found.cache_store) == ("database", "memory")


@pytest.mark.parametrize("setting", ["rate_limit_store", "cache_store"])
def test_what_asks_for_redis_without_one_is_refused(setting: str) -> None:
    """Counting in memory instead would let through what was meant to be refused."""
    assert "REDIS_URL is not set" in problems(lambda: settings(**{setting: "redis"}))[setting]


def test_a_wrong_address_of_redis_is_refused_without_its_password() -> None:
    """The sentence shows how it is written."""
    message = problems(lambda: settings(redis_url="http://:hunter2@cache"))["redis_url"]
    assert "redis://localhost:6379/0" in message
    assert "hunter2" not in message
    assert "hunter2" not in repr(settings(redis_url="redis://:hunter2@cache"))


def test_several_processes_need_a_count_that_they_share() -> None:
    """A Redis, or the database."""
    assert "REDIS_URL" in problems(lambda: settings(workers=2))["workers"]
    assert settings(workers=2, redis_url="redis://localhost").workers == 2
    assert settings(workers=2, rate_limit_store="database").workers == 2


def test_a_service_with_another_default_keeps_the_rule() -> None:
    """A field that is written anew in a subclass is judged as before, and keeps its place."""

    class Mine(Settings):
        rate_limit: str = "many"
        database_url: str = "oracle://app@db/app"

    assert set(problems(lambda: Mine(_env_file=None, environment="test"))) == {"rate_limit", "database_url"}
    assert list(Mine.model_fields) == list(Settings.model_fields)


@pytest.mark.parametrize(
    ("name", "value"), [("max_body_kb", 0), ("max_body_kb", 1_048_577), ("service", "Not A Name")]
)
def test_a_service_with_another_default_keeps_the_bounds(name: str, value: Any) -> None:
    """Those that stand beside the field count, too."""

    class Mine(Settings):
        service: str = "shop"
        max_body_kb: int = 2048

    assert Mine(_env_file=None, environment="test").max_body_kb == 2048
    assert set(problems(lambda: Mine(_env_file=None, environment="test", **{name: value}))) == {name}


@pytest.mark.parametrize("url", ["smtp://mail.example.com", "smtps://u:hunter22@mail.example.com:465"])
def test_a_mail_server_goes_with_a_sender(url: str) -> None:
    """Where replies can go; neither stands in what is printed of the settings."""
    found = settings(mail_url=url, mail_from="Office <office@example.com>")
    assert "hunter22" not in repr(found)
    assert settings().mail_url == settings().mail_from == ""
    for wrong in ("", "office", "Office <office>", "office@example.com\r\nBcc: eve@example.com"):
        assert set(problems(lambda wrong=wrong: settings(mail_url=url, mail_from=wrong))) == {"mail_from"}


def test_a_wrong_mail_server_is_refused_without_showing_it() -> None:
    """The address may hold a password."""
    found = problems(
        lambda: settings(mail_url="smtp://u:hunter22@mail.example.com/inbox", mail_from="a@b.org")
    )
    assert "smtp://user:password@" in found["mail_url"]
    assert "hunter22" not in str(found)


@pytest.mark.parametrize("url", ["app.example.com", "/account", "https://app.example.com/?x=1", "ftp://a.b"])
def test_links_in_mails_lead_to_an_absolute_address(url: str) -> None:
    """Over https in production: they carry codes."""
    assert set(problems(lambda: settings(account_url=url))) == {"account_url"}
    assert set(problems(lambda: production(account_url="http://app.example.com"))) == {"account_url"}
    assert production(account_url="https://app.example.com/a/").account_url == "https://app.example.com/a"
