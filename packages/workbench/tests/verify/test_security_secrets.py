"""security/secrets: no secret is in the files or in their history.

Values that look like live keys are put together here, so that no scanner takes this file for a leak.
"""

import subprocess
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from backwright import api_key_form
from backwright_workbench.verify.checks.security.secret_forms import secrets_in
from backwright_workbench.verify.checks.security.secrets import counts
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, copied, faults, passed, planted

SECRETS = "security/secrets"
SETTINGS = "src/work_orders/settings.py"

RANDOM = "q7Vb2mXzR9tLw4KcYh8NpJd3FsGuA6eE1oTiZx0M"
AWS = "AKIA" + "Q3EGR5TYWZ7LMN2P"
GITHUB = "ghp_" + RANDOM[:36]
STRIPE = "sk_" + "live_" + RANDOM[:24]
SLACK = "xoxb-" + "2414536475-" + RANDOM[:24]
JWT = "eyJhbGciOiJFUzI1NiJ9." + "eyJzdWIiOiIxMjM0In0." + RANDOM
OURS = api_key_form.write("shop", UUID(int=77), RANDOM + "abc")
PEM = "-----BEGIN " + "PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ\n"

PLANTED = {
    "aws-key": (f'KEY = "{AWS}"', "app.py"),
    "aws-secret-in-env": (f"AWS_SECRET_ACCESS_KEY={RANDOM}", "deploy/prod.env"),
    "github-token-in-a-comment": (f"# use {GITHUB} for now", "app.py"),
    "github-token-in-a-test": (f'TOKEN = "{GITHUB}"', "tests/test_app.py"),
    "stripe-key": (f"stripe.api_key = '{STRIPE}'", "pay.py"),
    "stripe-key-in-two-parts": (f"KEY = 'sk_live_' '{RANDOM[:24]}'", "pay.py"),
    "slack-token-in-prose": (f"Post with `{SLACK}`.", "docs/chat.md"),
    "signed-token": (f'BEARER = "Bearer {JWT}"', "client.py"),
    "our-own-key": (f"curl -H 'Authorization: Bearer {OURS}' http://localhost:8000", "docs/use.md"),
    "private-key": (PEM, "docs/tls.md"),
    "private-key-on-one-line": (f'KEY = "{PEM}"'.replace("\n", "\\n"), "app.py"),
    "address-with-a-password": ('URL = "postgresql://app:S0mmer-2024@db.internal/app"', "app.py"),
    "random-value-of-a-setting": (f'    secret_key: SecretStr = SecretStr("{RANDOM}")', "settings.py"),
    "random-value-in-a-mapping": (f'AUTH = {{"client_secret": "{RANDOM}"}}', "app.py"),
    "random-value-on-the-next-line": (f'SIGNING_KEY = (\n    "{RANDOM}"\n)', "app.py"),
    "password-with-everything": ('password="Tr0ub4dor&3x"', "app.py"),
    "yaml-without-quotes": (f"  jwtSecret: {RANDOM}", "deploy/values.yaml"),
    "hex-token": ('api_token = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"', "app.py"),
}

HARMLESS = {
    "placeholder": ("DATABASE_URL=postgresql://app:PASSWORD@localhost/app", ".env"),
    "variable": ("SECRET_KEY: ${SECRET_KEY:?make one with openssl rand -base64 48}", "compose.yaml"),
    "interpolated": ('url = f"postgresql://{user}:{password}@{host}/app"', "app.py"),
    "ci-database": ("URL: postgresql://postgres:postgres@127.0.0.1:5432/test", ".github/workflows/ci.yml"),
    "documented-key": ("AKIA" + "IOSFODNN7EXAMPLE", "docs/s3.md"),
    "shown-form": ("ghp_" + "x" * 36, "docs/ci.md"),
    "route": ('TOKEN_URL = "/auth/token/refresh-once-v2"', "app.py"),
    "dotted-name": ('secret = "settings.production.secret_key"', "app.py"),
    "words": ('PASSWORD_HINT = "at least twelve characters"', "app.py"),
    "lock-file": (f'token = {{ hash = "sha256:{"0a1b2c3d4e5f6789" * 4}" }}', "uv.lock"),
    "test-value": (f'SECRET_KEY = "{RANDOM}"', "tests/conftest.py"),
    "regular-expression": (r'TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")', "app.py"),
    "mention-of-a-key": ("starts with -----BEGIN PRIVATE KEY-----", "docs/tls.md"),
    "call": ("token = secrets.token_urlsafe(32)", "app.py"),
    "reference": ("SECRET_KEY=vault:secret/data/app#key1Secret9", "app.env"),
}


@pytest.mark.parametrize(("text", "path"), PLANTED.values(), ids=PLANTED)
def test_a_secret_is_found(text: str, path: str) -> None:
    """It counts where it stands, and is shown by its beginning only."""
    found = [each for each in secrets_in(f"first line\n{text}\n", path) if counts(each, path)]
    assert found
    assert found[0].line in (2, 3)
    assert all(found[0].value not in each.shown for each in found)


@pytest.mark.parametrize(("text", "path"), HARMLESS.values(), ids=HARMLESS)
def test_what_only_looks_like_one_does_not_count(text: str, path: str) -> None:
    """Placeholders, names, routes and values of tests are no leak."""
    assert [each for each in secrets_in(text, path) if counts(each, path)] == []


def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """Nothing in it is secret, and that there is no history is said."""
    evidence = checked(good, SECRETS, tmp_path)
    assert passed(evidence)
    assert "no history was read" in evidence.notes[-1]


def test_a_key_in_the_settings_fails(good: Opened, tmp_path: Path) -> None:
    """The place is told, the key is not: neither in the record nor in its outputs."""
    with planted(good, tmp_path, {SETTINGS: ("", f'\nAWS_KEY = "{AWS}"\n')}) as opened:
        evidence = checked(opened, SECRETS, tmp_path)
    assert "src/work_orders/settings.py:15: AWS access key (AKIA…, 20 characters)" in faults(evidence)
    written = [path.read_text() for path in (tmp_path / "kept").rglob("*") if path.is_file()]
    assert written
    assert not any(AWS in text for text in written)


def test_what_history_remembers_fails(good: Opened, tmp_path: Path) -> None:
    """A secret of an old commit, taken out in the next; `.env` that git keeps; a file in a hidden folder."""
    origin = copied(tmp_path)
    _git(origin, "init", "-q")
    (origin / "deploy.py").write_text(f'TOKEN = "{GITHUB}"\n')
    (origin / ".env").write_text("DATABASE_URL=\n")
    (origin / ".circleci").mkdir()
    (origin / ".circleci/config.yml").write_text(f"env:\n  KEY: {STRIPE}\n")
    _git(origin, "add", "--all", "--force")
    _git(origin, "commit", "-qm", "one")
    (origin / "deploy.py").write_text("TOKEN = os.environ['TOKEN']\n")
    _git(origin, "commit", "-qam", "two")
    opened = replace(good, subject=replace(good.subject, origin=origin))
    found = faults(checked(opened, SECRETS, tmp_path))
    assert "deploy.py in commit " in found
    assert "GitHub token (ghp_…, 40 characters)" in found
    assert ".env: git keeps the local environment" in found
    assert ".circleci/config.yml:2: Stripe key" in found


def test_an_environment_that_git_would_keep_fails(good: Opened, tmp_path: Path) -> None:
    """The next `git add` would commit it."""
    with planted(good, tmp_path, {".gitignore": ("\n.env\n", "\n!.env\n")}, same_tables=False) as opened:
        assert ".gitignore: nothing keeps .env out of git" in faults(checked(opened, SECRETS, tmp_path))


def _git(place: Path, *arguments: str) -> None:
    name = ("-c", "user.name=Tests", "-c", "user.email=tests@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *name, *arguments], cwd=place, check=True, capture_output=True)
