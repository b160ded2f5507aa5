"""`python -m <service> keys …`: what is done with keys from a terminal, in a process of its own."""

import os
import re
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from pathlib import Path

import clinic
import pytest
from backwright import key_commands
from begun_processes import Begun
from shop.service import Shop

COMMAND = """
import sys
from datetime import timedelta

import clinic
from backwright import key_rotation
from backwright.commands import main
from backwright.settings import Settings

key_rotation.FieldKeyRotation.rotate.__kwdefaults__["ahead"] = timedelta(0)
main(clinic.build, Settings, sys.argv[1:])
"""
MASTER = "Zq7vX1mL0pRt5uYw9BnK3cHd8fGj2sAe"


@pytest.fixture(scope="module")
def begun() -> Iterator[Begun]:
    """Where commands begin."""
    with Begun(
        "clinic", "backwright.account_routes", "backwright.key_commands", "backwright.sqlite"
    ) as found:
        yield found


@dataclass(frozen=True)
class Said:
    """What a command printed, and how it ended."""

    returncode: int
    stdout: str
    stderr: str


class Terminal:
    """A terminal beside a clinic that runs."""

    def __init__(self, begun: Begun, shop: Shop, folder: Path) -> None:
        self._begun = begun
        self.shop = shop
        self._folder = folder
        self._given = clinic.settings(folder, str(shop.database.url))

    def run(self, *arguments: str, **environment: str) -> Said:
        """What `python -m clinic …` prints, and how it ends."""
        given = {
            "ENVIRONMENT": "test", "SERVICE": "clinic", "ENCRYPTION_KEYS": MASTER,
            "DATABASE_URL": self.shop.database.url.render_as_string(hide_password=False),
            "SECRET_KEY": self._given.secret_key.get_secret_value(),
            "PASSWORD_MEMORY_KIB": "8", "PASSWORD_TIME_COST": "1",
            "PATH": os.environ["PATH"], **environment,
        }  # fmt: skip
        child = self._begun.start(COMMAND, *arguments, folder=self._folder, environment=given)
        return Said(child.wait(), child.out.read_text(), child.err.read_text())


@pytest.fixture
async def terminal(begun: Begun, tmp_path: Path) -> AsyncGenerator[Terminal, None]:
    """With a clinic of one patient; the engine is the first one, as statements are tested on each elsewhere."""
    async with clinic.running(tmp_path, "sqlite", encryption_keys=MASTER) as shop:
        await shop.made("/patients", name="Ada", ssn="A-1", history="x")
        yield Terminal(begun, shop, tmp_path)


async def test_keys_are_listed_without_what_is_secret(terminal: Terminal) -> None:
    """Those of fields and those of tokens, with what each does."""
    found = terminal.run("keys", "list")
    assert found.returncode == 0, found.stderr
    lines = [re.split(r"\s{2,}", line) for line in found.stdout.splitlines()]
    assert lines[0] == ["KEY", "KIND", "STATE", "SINCE", "MASTER"]
    assert sorted((kind, state) for _, kind, state, *_ in lines[1:]) == [
        ("data", "encrypts"), ("index", "indexes"), ("signing", "signs"),
    ]  # fmt: skip
    assert MASTER not in found.stdout + found.stderr


async def test_a_whole_change_of_the_key(terminal: Terminal) -> None:
    """Made, pending, rotated, done; the old key cannot go yet."""
    assert terminal.run("keys", "status").returncode == 0
    assert terminal.run("keys", "create").stdout.startswith("made ")
    pending = terminal.run("keys", "status")
    assert (pending.returncode, "to be rotated" in pending.stdout) == (key_commands.PENDING, True)
    old = re.findall(r"patients\.ssn +([0-9a-f]{8}) +1 +to be rotated", pending.stdout)
    async with terminal.shop.database.work() as work:  # the minute is over
        await work._transaction.execute(
            "UPDATE encryption_keys SET active_from = created_at WHERE kind = 'data'", []
        )
    rotated = terminal.run("keys", "rotate", "--rows-per-second", "5000")
    assert rotated.stdout.splitlines()[-1] == "encrypted 2 values anew", rotated.stderr
    assert terminal.run("keys", "status").returncode == 0
    refused = terminal.run("keys", "retire", *old)
    assert (refused.returncode, "5 minutes" in refused.stderr) == (2, True)
    assert "Traceback" not in refused.stderr


async def test_the_key_of_tokens_is_changed_and_the_old_one_forgotten(terminal: Terminal) -> None:
    """A token of the old key is good until then, and not after."""
    shop = terminal.shop
    assert (await shop.get("manager", "/patients")).status_code == 200
    listed = terminal.run("keys", "list").stdout
    [old] = re.findall(r"^(\S+) +signing", listed, re.MULTILINE)
    refused = terminal.run("keys", "retire", "--signing", old)
    assert (refused.returncode, "This key signs" in refused.stderr) == (2, True)
    assert terminal.run("keys", "create", "--signing").returncode == 0
    assert terminal.run("keys", "rotate", "--signing").returncode == 0
    states = re.findall(r"signing +(\w+)", terminal.run("keys", "list").stdout)
    assert sorted(states) == ["signs", "verifies", "waits"]
    assert terminal.run("keys", "retire", "--signing", old).stdout == f"{old} is forgotten\n"
    accounts = shop.runtime.accounts
    assert accounts is not None
    await accounts.keyring.load()
    assert await accounts.keyring.verifying(old) is None
    assert old not in terminal.run("keys", "list").stdout


async def test_a_master_key_is_made_before_there_is_one(terminal: Terminal) -> None:
    """The service could not start without it; the next command can."""
    production = {"ENVIRONMENT": "production", "PUBLIC_URL": "https://clinic.example", "ENCRYPTION_KEYS": ""}
    secret = {
        "SECRET_KEY": "q7Vb2mXzR9tLw4KcYh8NpJd3FsGuA6eE-1oTiZx0MvB",
        "MAIL_URL": "",
        "PASSWORD_MEMORY_KIB": "19456",
        "PASSWORD_TIME_COST": "2",
        **production,
    }
    missing = terminal.run("keys", "list", **secret)
    assert (missing.returncode, "ENCRYPTION_KEYS is not set" in missing.stderr) == (2, True)
    assert "Traceback" not in missing.stderr
    made = terminal.run("keys", "create", "--master", **secret).stdout.strip()
    assert len(made) == 64
    other = terminal.run("keys", "list", **{**secret, "ENCRYPTION_KEYS": made})
    assert (other.returncode, "not in ENCRYPTION_KEYS" in other.stderr) == (2, True)
    both = terminal.run("keys", "status", **{**secret, "ENCRYPTION_KEYS": f"{made},{MASTER}"})
    assert (both.returncode, "Under an older master key" in both.stdout) == (key_commands.PENDING, True), both
    assert made not in other.stderr + both.stdout + both.stderr
