"""A secret may stand in a file, in Vault or with AWS; what cannot be read is told, and no secret is ever shown."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bare_environment
import pytest
from backwright import configuration, secret_source_vault
from backwright.settings import Settings
from botocore.session import Session  # type: ignore[import-untyped]
from pydantic import SecretStr
from vault_service import VaultService, vault_service

CANARY = "q7Vb2mXzR9tLw4KcYh8NpJd3FsGuA6eE-1oTiZx0MvB"
TOKEN = "hvs.token-of-the-service"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(secret_source_vault, "PAUSE", 0.01)
    bare_environment.enter(monkeypatch, tmp_path, ENVIRONMENT="test")


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Iterator[VaultService]:
    """A Vault that this service may ask."""
    with vault_service() as service:
        service.secrets["secret/app"] = {
            "secret_key": CANARY,
            "url": "postgresql://app:canary@db/app",
            "port": 5,
        }
        service.secrets["old/app"] = {"key": CANARY}
        monkeypatch.setenv("VAULT_ADDR", service.address)
        monkeypatch.setenv("VAULT_TOKEN", TOKEN)
        yield service


def key() -> str:
    return Settings().secret_key.get_secret_value()


def problems(capsys: pytest.CaptureFixture[str]) -> str:
    """What a service with this environment says before it ends."""
    with pytest.raises(SystemExit) as ended:
        configuration.load(Settings)
    assert ended.value.code == 2
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    assert CANARY not in printed.err + printed.out
    assert TOKEN not in printed.err + printed.out
    return printed.err


# Files.


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As containers mount it, with a line's end."""
    (tmp_path / "key").write_text(f"{CANARY}\n")
    (tmp_path / "url").write_text("postgresql://app:hunter2@db/app")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    assert key() == CANARY
    assert Settings().database_url == "postgresql://app:hunter2@db/app"


def test_a_file_may_be_named_in_the_settings_file(tmp_path: Path) -> None:
    """`.env` counts as the environment."""
    (tmp_path / "key").write_text(CANARY)
    (tmp_path / ".env").write_text(f"SECRET_KEY_FILE={tmp_path}/key\n")
    assert key() == CANARY


def test_a_secret_in_two_places_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody could say which counts."""
    (tmp_path / "key").write_text(CANARY)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("SECRET_KEY", CANARY)
    assert "SECRET_KEY: is set both directly and as a file" in problems(capsys)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file"),
        (b"\n", "is empty"),
        (b"\xff\xfe", "is no text"),
        (b"x" * 70_000, "larger"),
    ],
)
def test_a_file_that_holds_no_secret_is_refused(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes | None,
    said: str,
) -> None:
    """With its name."""
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    found = problems(capsys)
    assert f"SECRET_KEY: is said to be in {tmp_path}/key" in found
    assert said in found


def test_only_a_secret_is_read_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Any other name with _FILE at its end is somebody else's."""
    monkeypatch.setenv("RATE_LIMIT_FILE", str(tmp_path / "nowhere"))
    assert Settings().rate_limit == "100/minute"


# Vault.


def test_a_secret_may_stand_in_vault(monkeypatch: pytest.MonkeyPatch, vault: VaultService) -> None:
    """A field of a secret, by the path of the API. Each secret is asked for once."""
    monkeypatch.setenv("SECRET_KEY", "vault:secret/data/app#secret_key")
    monkeypatch.setenv("DATABASE_URL", "vault:secret/data/app#url")
    settings = Settings()
    assert settings.secret_key == SecretStr(CANARY)
    assert settings.database_url == "postgresql://app:canary@db/app"
    assert vault.asked == ["GET /v1/secret/data/app"]


def test_the_first_version_of_the_engine_is_read_too(
    monkeypatch: pytest.MonkeyPatch, vault: VaultService
) -> None:
    """Its answers have one layer less."""
    monkeypatch.setenv("SECRET_KEY", "vault:old/app#key")
    assert key() == CANARY


def test_a_pod_signs_in_with_its_service_account(
    monkeypatch: pytest.MonkeyPatch, vault: VaultService, tmp_path: Path
) -> None:
    """Kubernetes; no token is configured."""
    (tmp_path / "jwt").write_text("a.service.account")
    vault.roles["office"] = "a.service.account"
    monkeypatch.delenv("VAULT_TOKEN")
    monkeypatch.setenv("VAULT_ROLE", "office")
    monkeypatch.setenv("VAULT_KUBERNETES_TOKEN_FILE", str(tmp_path / "jwt"))
    monkeypatch.setenv("SECRET_KEY", "vault:secret/data/app#secret_key")
    assert key() == CANARY
    assert vault.asked == ["POST /v1/auth/kubernetes/login", "GET /v1/secret/data/app"]


def test_an_agent_keeps_a_token_in_a_file(
    monkeypatch: pytest.MonkeyPatch, vault: VaultService, tmp_path: Path
) -> None:
    """And a namespace is named."""
    (tmp_path / "token").write_text(TOKEN + "\n")
    vault.namespace = "team"
    monkeypatch.delenv("VAULT_TOKEN")
    monkeypatch.setenv("VAULT_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("VAULT_NAMESPACE", "team")
    monkeypatch.setenv("SECRET_KEY", "vault:secret/data/app#secret_key")
    assert key() == CANARY


def test_a_secret_within_a_setting(monkeypatch: pytest.MonkeyPatch, vault: VaultService) -> None:
    """The secret of an identity provider."""
    monkeypatch.setenv("OIDC__KEYCLOAK__ISSUER", "https://sso.example.com")
    monkeypatch.setenv("OIDC__KEYCLOAK__CLIENT_ID", "office")
    monkeypatch.setenv("OIDC__KEYCLOAK__CLIENT_SECRET", "vault:secret/data/app#secret_key")
    provider = Settings().oidc["keycloak"]
    assert (provider.client_id, provider.secret) == ("office", CANARY)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SECRET_KEY", "vault:secret/data/app#other", "there is no such field"),
        ("SECRET_KEY", "vault:secret/data/app#port", "that field is empty or no text"),
        ("SECRET_KEY", "vault:secret/data/app", "names no field; write vault:secret/data/app#field"),
        ("SECRET_KEY", "vault:secret/app#secret_key", "needs /data/ in the path"),
        ("SECRET_KEY", "vault:nowhere/data/app#x", "has nothing there (404)"),
        ("VAULT_TOKEN", "hvs.another", "Vault refuses (403): this token or role may not read it"),
        ("VAULT_ADDR", "vault.example.com", "VAULT_ADDR has to say where Vault is"),
        ("VAULT_ADDR", "https://127.0.0.1:1", "Vault does not answer: ConnectionRefusedError"),
        ("VAULT_TOKEN", "", "set VAULT_TOKEN, VAULT_TOKEN_FILE or VAULT_ROLE"),
    ],
)
def test_what_vault_does_not_give_is_told(
    monkeypatch: pytest.MonkeyPatch,
    vault: VaultService,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    said: str,
) -> None:
    """Where it was to be, and what to do."""
    monkeypatch.setenv("SECRET_KEY", "vault:secret/data/app#secret_key")
    monkeypatch.setenv(name, value)
    found = problems(capsys)
    assert "SECRET_KEY: is said to be at vault:" in found
    assert said in found


def test_all_problems_are_told_at_once_and_vault_is_given_up_once(
    monkeypatch: pytest.MonkeyPatch, vault: VaultService, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside those of other settings."""
    vault.sealed = True
    monkeypatch.setenv("SECRET_KEY", "vault:secret/data/app#secret_key")
    monkeypatch.setenv("DATABASE_URL", "vault:secret/data/other#url")
    monkeypatch.setenv("METRICS_TOKEN_FILE", "/nowhere")
    monkeypatch.setenv("MAX_BODY_KB", "lots")
    found = problems(capsys)
    assert "4 problems" in found
    for name in ("SECRET_KEY", "DATABASE_URL", "METRICS_TOKEN", "MAX_BODY_KB"):
        assert f"  {name}: " in found
    assert "it is sealed, standing by or overloaded" in found
    assert len(vault.asked) == secret_source_vault.ATTEMPTS


def test_vault_in_production_is_asked_over_tls(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On this machine it need not be: an agent."""
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("VAULT_ADDR", "http://vault.example.com:8200")
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    monkeypatch.setenv("SECRET_KEY", "vault:secret/data/app#secret_key")
    assert "VAULT_ADDR must be https in production" in problems(capsys)


def test_what_comes_from_elsewhere_obeys_the_same_rules(
    monkeypatch: pytest.MonkeyPatch, vault: VaultService, capsys: pytest.CaptureFixture[str]
) -> None:
    """A short secret is short wherever it stands."""
    vault.secrets["secret/app"] = {"secret_key": "short"}
    monkeypatch.setenv("SECRET_KEY", "vault:secret/data/app#secret_key")
    assert "SECRET_KEY: has 5 bytes, at least 32 are needed" in problems(capsys)


# AWS.


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of AWS as moto has it, on this machine."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws_secrets(monkeypatch: pytest.MonkeyPatch, moto: str) -> Any:
    """What an operator puts secrets in with; the service may ask there too."""
    who = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "an example"}
    for name, value in {
        **who,
        "AWS_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": moto,
    }.items():
        monkeypatch.setenv(name, value)
    return Session().create_client("secretsmanager", region_name="eu-central-1", endpoint_url=moto)


def test_a_secret_may_stand_with_aws(monkeypatch: pytest.MonkeyPatch, aws_secrets: Any) -> None:
    """A field of it, all of it, and by its ARN."""
    aws_secrets.create_secret(Name="prod/app", SecretString=json.dumps({"key": CANARY, "n": 5}))
    arn = aws_secrets.create_secret(Name="prod/token", SecretString="mt-9f8e7d6c5b4a3928")["ARN"]
    monkeypatch.setenv("SECRET_KEY", "aws-sm:prod/app#key")
    monkeypatch.setenv("METRICS_TOKEN", f"aws-sm:{arn}")
    settings = Settings()
    assert settings.secret_key == SecretStr(CANARY)
    assert settings.metrics_token == SecretStr("mt-9f8e7d6c5b4a3928")


def test_what_aws_does_not_give_is_told(
    monkeypatch: pytest.MonkeyPatch, aws_secrets: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the code of its refusal."""
    aws_secrets.create_secret(Name="prod/other", SecretString="no object")
    for value, said in {
        "aws-sm:prod/nothing#key": "AWS refuses: ResourceNotFoundException",
        "aws-sm:prod/other#key": "it is no JSON object",
        "aws-sm:": "names no secret",
    }.items():
        monkeypatch.setenv("SECRET_KEY", value)
        assert said in problems(capsys)


# What is shown.


def test_explain_says_where_a_secret_comes_from_and_not_what_it_is(
    monkeypatch: pytest.MonkeyPatch, vault: VaultService, tmp_path: Path
) -> None:
    """Its output is pasted into chats."""
    (tmp_path / "token").write_text(CANARY)
    monkeypatch.setenv("SECRET_KEY", "vault:secret/data/app#secret_key")
    monkeypatch.setenv("DATABASE_URL", "vault:secret/data/app#url")
    monkeypatch.setenv("METRICS_TOKEN_FILE", str(tmp_path / "token"))
    settings = Settings()
    printed = configuration.explain(settings)
    rows = {line.split()[0]: line.split() for line in printed.splitlines()}
    assert rows["SECRET_KEY"] == ["SECRET_KEY", "[hidden]", "vault:secret/data/app#secret_key"]
    assert rows["METRICS_TOKEN"] == ["METRICS_TOKEN", "[hidden]", f"{tmp_path}/token"]
    assert rows["DATABASE_URL"][1] == "postgresql://app:[hidden]@db/app"
    for shown in (printed, repr(settings), str(settings)):
        assert CANARY not in shown
        assert "canary" not in shown


def test_no_secret_is_logged_while_it_is_read(
    monkeypatch: pytest.MonkeyPatch, vault: VaultService, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even at the lowest level."""
    monkeypatch.setenv("SECRET_KEY", "vault:secret/data/app#secret_key")
    with caplog.at_level(logging.DEBUG):
        assert key() == CANARY
    assert CANARY not in caplog.text
    assert TOKEN not in caplog.text


def test_a_name_with_file_at_its_end_is_no_misspelling(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typo in it is one."""
    monkeypatch.setenv("SECRET_KEY_FILE", "/run/secrets/key")
    monkeypatch.setenv("SECRET_KY_FILE", "/run/secrets/key")
    assert list(configuration.hints(Settings)) == [
        "SECRET_KY_FILE in environment is not a setting; did you mean SECRET_KEY_FILE?"
    ]
