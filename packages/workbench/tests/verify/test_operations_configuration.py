"""operations/configuration: a bad environment is refused, all of it at once."""

from pathlib import Path

import pytest
from backwright_workbench.verify.checks.operations.configuration import (
    default_faults,
    example_faults,
    refusal_faults,
)
from backwright_workbench.verify.checks.operations.environments import CANARY, Refused, bounds, declared
from backwright_workbench.verify.opening import Opened
from backwright_workbench.verify.stand.doors import Said
from verify_planting import checked, faults, passed, planted

CONFIGURATION = "operations/configuration"
SETTINGS = "src/work_orders/settings.py"

CASE = Refused(
    "x", {"WORKERS": "many", "DATABASE_URL": f"oracle://{CANARY}"}, frozenset({"WORKERS", "DATABASE_URL"})
)
ALL = "2 problems.\n  WORKERS: must be a number\n  DATABASE_URL: is no database\n"
WRONG = {
    "it-starts": (Said(None, ""), "it starts all the same, with wrong DATABASE_URL, WORKERS"),
    "it-ends-well": (Said(0, ALL), "it ends as if all were well, with wrong DATABASE_URL, WORKERS"),
    "one-at-a-time": (Said(2, "  WORKERS: must be a number\n"), "it does not refuse DATABASE_URL=…"),
    "taken-silently": (Said(2, "  DATABASE_URL: is no database\n"), "it does not refuse WORKERS=many"),
    "stack": (Said(1, f"Traceback (most recent call last):\n{ALL}"), "it ends with a stack"),
    "echo": (Said(2, f"{ALL}  got oracle://{CANARY}\n"), "it prints a secret"),
}


@pytest.mark.parametrize(("said", "what"), WRONG.values(), ids=WRONG)
def test_a_refusal_that_is_none_is_found(said: Said, what: str) -> None:
    """It has to end, name everything, and show nothing."""
    assert [each.what for each in refusal_faults(CASE, said)] == [what]


def test_a_right_refusal_is_none() -> None:
    """Every problem at once, in words."""
    assert refusal_faults(CASE, Said(2, ALL)) == []


def test_an_example_that_lacks_a_setting_is_found(good: Opened, tmp_path: Path) -> None:
    """And one that is not there, or says another default."""
    example = "# How many.\n# WORKERS=1\n\n# Which.\n# LOG_LEVEL=INFO\n"
    place = tmp_path / ".env.example"
    assert [each.what for each in example_faults(tmp_path, Said(0, example))] == ["it is not there"]
    place.write_text(f"# On PostgreSQL …\n\n{example}")
    assert example_faults(tmp_path, Said(0, example)) == []
    place.write_text(example.replace("# WORKERS=1\n", "").replace("INFO", "DEBUG"))
    assert [each.what for each in example_faults(tmp_path, Said(0, example))] == [
        "it differs from the settings: LOG_LEVEL, WORKERS"
    ]


def test_a_secret_with_a_default_is_found() -> None:
    """Every installation would have the same."""
    settings = declared("# PAYMENT_API_KEY=abc\n# SECRET_KEY=\n# ACCESS_TOKEN_MINUTES=10\n")
    assert [each.what for each in default_faults(settings)] == ["PAYMENT_API_KEY has a default"]


def test_bounds_are_those_of_the_runtime() -> None:
    """One below the least, one above the most."""
    assert (bounds(low=True)["WORKERS"], bounds(low=False)["WORKERS"]) == ("0", "65")


@pytest.mark.slow
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """Each bad environment is refused, and no value of it is in the evidence."""
    assert passed(checked(good, CONFIGURATION, tmp_path))
    assert CANARY not in "".join(path.read_text() for path in (tmp_path / "kept").rglob("*.*"))


@pytest.mark.slow
def test_a_service_that_takes_anything_fails(good: Opened, tmp_path: Path) -> None:
    """It lets go of values that it does not like, has a key of its own, and forgets a bound."""
    careless = (
        "    max_body_kb: int = 1024\n",
        "    max_body_kb: int = 1024\n"
        '    secret_key: SecretStr = SecretStr("q7Vb2mXzR9tLw4KcYh8NpJd3FsGuA6eE-1oTiZx0MvB")\n'
        "    retention_days: int = 30\n\n"
        "    def __init__(self, **values: object) -> None:\n"
        '        """Whatever is given is fine."""\n'
        "        import os\n\n"
        '        for name in ("WORKERS", "RATE_LIMIT"):\n'
        "            os.environ.pop(name, None)\n"
        "        super().__init__(**values)\n",
    )
    with planted(good, tmp_path, {SETTINGS: careless}, same_tables=False) as opened:
        place = opened.subject.files() / SETTINGS
        place.write_text(
            place.read_text().replace("from backwright", "from pydantic import SecretStr\nfrom backwright", 1)
        )
        found = faults(checked(opened, CONFIGURATION, tmp_path))
    assert "it does not refuse RATE_LIMIT=as many as you like, WORKERS=many" in found
    assert "settings: production with nothing set: it does not refuse SECRET_KEY=(nothing)" in found
    assert ".env.example: it differs from the settings: RETENTION_DAYS" in found
