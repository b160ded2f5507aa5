"""Faults planted in backends that we did not write turn red, and the place is named."""

from collections.abc import Mapping
from pathlib import Path

import foreign_projects
import pytest
from backwright_workbench.verify.check import Profile, all_checks
from backwright_workbench.verify.foreign import open_foreign
from backwright_workbench.verify.runner import Chosen, Done, Runner
from backwright_workbench.verify.store import Store
from backwright_workbench.verify.target import Target
from verify_planting import faults

pytestmark = pytest.mark.slow

HEROES = "app/routers/heroes.py"

UNBOUNDED = {
    "app/main.py": ("lifespan=lifespan)", "lifespan=lifespan, debug=True)"),
    "app/dependencies.py": ("Path(ge=1, le=2**31 - 1)", "Path()"),
    HEROES: ("or hero.owner_id != user.id", ""),
}
"""Anybody's row by its id; numbers that SQLite does not hold; a stack for whoever asks."""

OPEN = {
    HEROES: (
        "session: SessionDep, user: CurrentUser) -> HeroPublic:\n"
        "    made = Hero(**hero.model_dump(), owner_id=user.id)",
        "session: SessionDep) -> HeroPublic:\n    made = Hero(**hero.model_dump(), owner_id=1)",
    ),
    "app/dependencies.py": ('tokenUrl="token")', 'tokenUrl="token", auto_error=False)'),
}
"""A door that was forgotten, and one that breaks when nobody is there."""

DEBUG = {
    "tutorial/settings.py": ("DEBUG = False", "DEBUG = True"),
    "snippets/serializers.py": (
        'owner = serializers.ReadOnlyField(source="owner.username")',
        "owner = serializers.SerializerMethodField()\n\n"
        "    def get_owner(self, row) -> str:\n        return row.owner.nickname",
    ),
}
"""Django's page for developers, and an attribute that is not there."""


def found(target: Target, folder: Path, *checks: str) -> Mapping[str, str]:
    """Check → what it finds."""
    with open_foreign(target, Profile.QUICK) as opened:
        runner = Runner(
            opened.subject, Store(folder / "kept"), all_checks(), Chosen(checks), secrets=opened.secrets
        )
        done = [event.evidence for event in runner.run() if isinstance(event, Done)]
    return {each.check: faults(each) for each in done}


def test_what_is_somebody_elses_and_what_no_database_holds(tmp_path: Path) -> None:
    """Object-level access, a server error for odd input, a stack trace."""
    told = found(foreign_projects.heroes(tmp_path, UNBOUNDED), tmp_path, "access/objects", "contract/errors")
    for method in ("GET", "PATCH", "DELETE"):
        assert f"{method} /heroes/{{hero_id}}: " in told["access/objects"]
    assert (
        "GET /heroes/{hero_id}: answers 500 to a request with a number that no database"
        in told["contract/errors"]
    )
    assert "GET /heroes/{hero_id}: its 500 tells how the backend is made" in told["contract/errors"]


def test_a_door_that_was_forgotten(tmp_path: Path) -> None:
    """Nobody may add rows, and nobody gets a server error for coming without a token."""
    told = found(
        foreign_projects.heroes(tmp_path, OPEN), tmp_path, "access/unauthenticated", "contract/errors"
    )
    assert "POST /heroes/: it answers 201 to somebody who has not signed in" in told["access/unauthenticated"]
    assert "GET /users/me: answers 500 to a request with no credentials" in told["contract/errors"]


def test_a_page_for_developers(tmp_path: Path) -> None:
    """Served to anybody; and a list that breaks as soon as there is a row."""
    told = found(foreign_projects.snippets(tmp_path, DEBUG), tmp_path, "contract/errors", "contract/fuzz")
    assert "GET /no-such-route-here: its 404 tells how the backend is made" in told["contract/errors"]
    assert "/snippets/: answers 500" in told["contract/fuzz"]
