"""Faults planted in backends that we did not write turn red, and the place is named."""

from collections.abc import Callable, Mapping
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
    "app/main.py": (
        "app.include_router(users.router)",
        "from fastapi.middleware.cors import CORSMiddleware\n"
        "app.add_middleware(CORSMiddleware, allow_origin_regex='.*', allow_credentials=True)\n"
        "app.include_router(users.router)",
    ),
    HEROES: (
        "session: SessionDep, user: CurrentUser) -> HeroPublic:\n"
        "    made = Hero(**hero.model_dump(), owner_id=user.id)",
        "session: SessionDep) -> HeroPublic:\n    made = Hero(**hero.model_dump(), owner_id=1)",
    ),
    "app/dependencies.py": ('tokenUrl="token")', 'tokenUrl="token", auto_error=False)'),
}
"""A door that was forgotten, one that breaks when nobody is there, and one for the pages of everybody."""

DEBUG = {
    "tutorial/settings.py": ("DEBUG = False", "DEBUG = True"),
    "snippets/serializers.py": (
        'owner = serializers.ReadOnlyField(source="owner.username")',
        "owner = serializers.SerializerMethodField()\n\n"
        "    def get_owner(self, row) -> str:\n        return row.owner.nickname",
    ),
}
"""Django's page for developers, and an attribute that is not there."""

REPEATED = {"snippets/views.py": ('Snippet.objects.select_related("owner")', "Snippet.objects.all()")}
"""N+1 by what Django loads when it is looked at."""

ASKED_AGAIN = {
    HEROES: (
        "    return HeroPublic(id=hero.id, name=hero.name, age=hero.age, owner=hero.owner.username)",
        "    from sqlalchemy.orm import object_session\n\n"
        "    name = select(User.username).where(User.id == hero.owner_id)\n"
        "    owner = object_session(hero).scalar(name)\n"
        "    return HeroPublic(id=hero.id, name=hero.name, age=hero.age, owner=owner)",
    )
}
"""N+1 by a statement in a loop."""


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
        foreign_projects.heroes(tmp_path, OPEN),
        tmp_path,
        "access/unauthenticated",
        "contract/errors",
        "security/cors",
    )
    assert "https://" in told["security/cors"]
    assert "POST /heroes/: it answers 201 to somebody who has not signed in" in told["access/unauthenticated"]
    assert "GET /users/me: answers 500 to a request with no credentials" in told["contract/errors"]


def test_a_page_for_developers(tmp_path: Path) -> None:
    """Served to anybody; and a list that breaks as soon as there is a row."""
    told = found(foreign_projects.snippets(tmp_path, DEBUG), tmp_path, "contract/errors", "contract/fuzz")
    assert "GET /no-such-route-here: its 404 tells how the backend is made" in told["contract/errors"]
    assert "/snippets/: answers 500" in told["contract/fuzz"]


@pytest.mark.parametrize(
    ("project", "edits", "place"),
    [
        (foreign_projects.snippets, REPEATED, "GET /snippets/: "),
        (foreign_projects.heroes, ASKED_AGAIN, "app/routers/heroes.py:46 (GET /heroes/): "),
    ],
    ids=["django", "fastapi"],
)
def test_a_statement_for_each_row(
    project: Callable[..., Target], edits: foreign_projects.Edits, place: str, tmp_path: Path
) -> None:
    """The list is named, and the line that wants it where a line of the project does."""
    told = found(project(tmp_path, edits), tmp_path, "database/repeated")["database/repeated"]
    assert told.startswith(f"{place}asked 8 times for 8 rows, and 2 times for 2: SELECT ")
