"""Backends that we did not write, ready to be verified: `heroes` along FastAPI's tutorial, `snippets` along that of
Django REST framework. Each has two people, Ada and Bob.

What lives here: copies of the projects with databases, and what has to be said to verify them. What must not: what
verify finds.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from backwright_workbench.verify.target import Given, Target
from joserfc import jwt
from joserfc.jwk import OctKey

PROJECTS = Path(__file__).parent / "verify/foreign"
KEY = "a key of these tests only, long enough for any of them"
PEOPLE = ("ada", "bob")

Edits = Mapping[str, tuple[str, str]]
"""Path → what is replaced in that file, and by what."""

HEROES = """
    CREATE TABLE users (id INTEGER PRIMARY KEY, username VARCHAR(50) UNIQUE, hashed_password VARCHAR(200) NOT NULL);
    INSERT INTO users (username, hashed_password) VALUES ('ada', 'none'), ('bob', 'none');
"""
SNIPPETS = """
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from rest_framework.authtoken.models import Token
call_command("migrate", verbosity=0)
for name in ("ada", "bob"):
    Token.objects.create(user=User.objects.create_user(name), key=name * 13)
"""


def heroes(folder: Path, edits: Edits | None = None) -> Target:
    """The FastAPI service in a copy of its project, with these edits."""
    project = edited("fastapi", folder, edits)
    with closing(sqlite3.connect(project / "database.db")) as database:
        database.executescript(HEROES)
    claims = {"exp": int(time.time()) + 3_600}
    tokens = {
        name: jwt.encode({"alg": "HS256"}, {**claims, "sub": name}, OctKey.import_key(KEY)) for name in PEOPLE
    }
    callers = tuple(Given("user", "Authorization", f"Bearer {token}") for token in tokens.values())
    return Target(app="app.main:app", directory=project, callers=callers, environment={"SECRET_KEY": KEY})


def snippets(folder: Path, edits: Edits | None = None) -> Target:
    """The Django service in a copy of its project, with these edits."""
    project = edited("django", folder, edits)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(project),
        "DJANGO_SETTINGS_MODULE": "tutorial.settings",
        "SECRET_KEY": KEY,
    }
    subprocess.run([sys.executable, "-c", SNIPPETS], cwd=project, env=environment, check=True)
    callers = tuple(Given("user", "Authorization", f"Token {name * 13}") for name in PEOPLE)
    return Target(
        app="tutorial.wsgi:application",
        directory=project,
        callers=callers,
        environment={"SECRET_KEY": KEY},
    )


def edited(name: str, folder: Path, edits: Edits | None) -> Path:
    """A copy of a project; an edit that finds nothing to replace fails the test."""
    target = Path(
        shutil.copytree(PROJECTS / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    )
    for path, (before, after) in (edits or {}).items():
        text = (target / path).read_text()
        assert text.count(before) == 1, f"{path} has {before!r} {text.count(before)} times"
        (target / path).write_text(text.replace(before, after))
    return target
