"""What can be set is printed from the settings' class, what is set with its source, and no secret ever."""

from pathlib import Path

import bare_environment
import pytest
from backwright import configuration
from backwright.settings import Settings

SECRET = "q7Vb2mXzR9tLw4KcYh8NpJd3FsGuA6eE-1oTiZx0MvB"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare_environment.enter(monkeypatch, tmp_path)


def test_a_bad_environment_ends_the_process_with_every_problem_and_no_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2, one line for each problem, no stack."""
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("DATABASE_URL", "oracle://app:hunter2@db/app")
    monkeypatch.setenv("MAX_BODY_KB", "lots")
    with pytest.raises(SystemExit) as ended:
        configuration.load(Settings)
    printed = capsys.readouterr().err
    assert ended.value.code == 2
    assert "4 problems" in printed
    for name in ("SECRET_KEY", "PUBLIC_URL", "DATABASE_URL", "MAX_BODY_KB"):
        assert f"  {name}: " in printed
    assert "hunter2" not in printed
    assert "Traceback" not in printed


def test_a_good_environment_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The counterpart."""
    monkeypatch.setenv("RATE_LIMIT", "5/second")
    assert configuration.load(Settings).rate_limit == "5/second"


def test_a_misspelt_name_is_pointed_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A typo is a setting that silently does not apply; unrelated variables are left alone."""
    (tmp_path / ".env").write_text("DATABSE_URL=sqlite:///x.db\n")
    monkeypatch.setenv("TRUSTED_PROXY", "10.0.0.0/8")
    monkeypatch.setenv("EDITOR", "vi")
    assert list(configuration.hints(Settings)) == [
        "DATABSE_URL in .env is not a setting; did you mean DATABASE_URL?",
        "TRUSTED_PROXY in environment is not a setting; did you mean TRUSTED_PROXIES?",
    ]


def test_the_example_lists_every_setting_and_loads_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is printed from the class, so it cannot drift; with all lines active it is valid."""
    text = configuration.example(Settings)
    for name, field in Settings.model_fields.items():
        assert f"# {name.upper()}=" in text
        assert field.description
    (tmp_path / ".env").write_text(
        "\n".join(
            line[2:] for line in text.splitlines() if line.startswith("# ") and "=" in line.split(" ")[1]
        )
    )
    assert Settings().model_dump(exclude={"secret_key"}) == Settings(_env_file=None).model_dump(
        exclude={"secret_key"}
    )


def test_a_service_that_changes_a_default_keeps_the_description() -> None:
    """A subclass is two lines, and its example is complete."""

    class Own(Settings):
        rate_limit: str = "7/minute"

    text = configuration.example(Own)
    assert "# RATE_LIMIT=7/minute" in text
    assert f"# {Settings.model_fields['rate_limit'].description}\n# RATE_LIMIT" in text


def test_explain_tells_where_each_value_comes_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The environment wins over the file."""
    (tmp_path / ".env").write_text("RATE_LIMIT=7/minute\nMAX_BODY_KB=5\n")
    monkeypatch.setenv("RATE_LIMIT", "9/minute")
    rows = {line.split()[0]: line.split() for line in configuration.explain(Settings()).splitlines()}
    assert rows["RATE_LIMIT"][1:] == ["9/minute", "environment"]
    assert rows["MAX_BODY_KB"][1:] == ["5", ".env"]
    assert rows["LOG_LEVEL"][1:] == ["INFO", "default"]
    assert rows["SECRET_KEY"][1:] == ["[hidden]", "made"]


def test_explain_never_prints_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its output is pasted into chats."""
    monkeypatch.setenv("SECRET_KEY", SECRET)
    monkeypatch.setenv("METRICS_TOKEN", "mt-9f8e7d6c5b4a3928")
    printed = configuration.explain(Settings())
    assert SECRET not in printed
    assert "mt-9f8e7d6c5b4a3928" not in printed
